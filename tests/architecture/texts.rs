//! What a person reads stands in the texts modules of `app` and `ui`, so that it can be rewritten, and later translated, without
//! touching code.

use std::collections::BTreeSet;
use std::fs;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::exceptions::LOOKS_LIKE_TEXT;
use super::{is_for_tests, module_of, said, sources};

/// The modules that hold texts, with those below them.
const TEXTS: [&str; 5] = [
    "app::texts",
    "ui::texts",
    // What happened, told in words: the whole module is sentences.
    "app::words",
    // The table of fields: label and explanation stand beside their key, and nothing else is there.
    "app::form::fields",
    "app::glossary",
];

/// Attributes of an element whose value is no text.
const NO_TEXT: [&str; 11] = ["doc", "class", "d", "viewBox", "points", "transform", "style", "accept", "rel", "href", "path"];

/// Collects the texts of a file's code, without its tests, attributes and messages of `expect`.
#[derive(Default)]
pub struct Texts {
    pub found: Vec<String>,
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.found.push(text.value());
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "expect" {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        let name = found.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if !is_no_text(&name) {
            self.tokens(found.tokens.clone());
        }
    }
}

/// Macros whose strings no visitor reads.
fn is_no_text(name: &str) -> bool {
    matches!(name, "classes" | "assert" | "debug_assert" | "debug_assert_eq" | "unreachable" | "panic")
}

impl Texts {
    /// What stands in a macro is no syntax of its own: attributes and calls are known by the tokens before a string.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut before: Vec<String> = Vec::new();
        for token in tokens {
            let last = before.last().map_or("", String::as_str);
            match &token {
                TokenTree::Literal(literal) => {
                    let attribute = before.len() > 1 && last == "=" && NO_TEXT.contains(&before[before.len() - 2].as_str());
                    if let (false, Ok(syn::Lit::Str(text))) = (attribute, syn::parse_str(&literal.to_string())) {
                        self.found.push(text.value());
                    }
                }
                TokenTree::Group(group) => {
                    let message = last == "expect" && group.delimiter() == Delimiter::Parenthesis;
                    let macro_name = if last == "!" { before.get(before.len().wrapping_sub(2)) } else { None };
                    let attribute = before.len() > 1 && last == "=" && NO_TEXT.contains(&before[before.len() - 2].as_str());
                    if !message && !attribute && !macro_name.is_some_and(|name| is_no_text(name)) {
                        self.tokens(group.stream());
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            before.push(token.to_string());
        }
    }
}

/// The `d` of an SVG's path.
pub fn is_path(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_digit() || "MmLlHhVvCcSsQqTtAaZz .,-".contains(letter))
}

/// Words for a person have letters and a space, besides what is filled in, or are one word that begins as a sentence does. SVG and
/// JSON are known by how they begin.
fn is_prose(text: &str) -> bool {
    let mut depth = 0_u32;
    let outside = text.chars().filter(|letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    });
    let outside: String = outside.collect();
    let is_svg = text.starts_with('<') || text.starts_with("translate(") || is_path(&outside);
    let is_font = text.ends_with("system-ui, sans-serif");
    let is_label = outside.len() > 2
        && outside.starts_with(|first: char| first.is_ascii_uppercase())
        && outside.trim_end_matches(['.', ':', '…']).chars().skip(1).all(|letter| letter.is_ascii_lowercase());
    (outside.contains(' ') || is_label) && outside.contains(char::is_alphabetic) && !is_svg && !is_font
}

fn texts_of(code: &str) -> Vec<String> {
    let mut texts = Texts::default();
    texts.visit_file(&syn::parse_file(code).unwrap_or_else(|error| panic!("it cannot be parsed: {error}")));
    texts.found.into_iter().filter(|text| is_prose(text)).collect()
}

#[test]
fn what_a_person_reads_stands_in_the_texts_modules() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for path in sources(&super::root()) {
        let module = said(&module_of(&path));
        let is_of = |texts: &str| module == texts || module.starts_with(&format!("{texts}::"));
        let is_shown = ["app", "ui"].into_iter().any(is_of);
        // A file of tests alone is a child of its module.
        if !is_shown || TEXTS.into_iter().any(is_of) || module.ends_with("::tests") {
            continue;
        }
        for text in texts_of(&fs::read_to_string(&path).expect("a source file is readable")) {
            let excepted = LOOKS_LIKE_TEXT.iter().any(|(of, texts, _)| *of == module && texts.contains(&text.as_str()));
            if excepted {
                used.insert((module.clone(), text));
            } else {
                wrong.push(format!("{module}: {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these belong into app::texts or ui::texts:\n{}", wrong.join("\n"));
    let listed = LOOKS_LIKE_TEXT.iter().flat_map(|(of, texts, _)| texts.iter().map(|text| ((*of).to_owned(), (*text).to_owned())));
    assert_eq!(listed.collect::<BTreeSet<_>>(), used, "an exception that nothing needs is no exception");
}

#[test]
fn the_search_for_texts_notices() {
    let found = |code: &str| texts_of(code);
    assert_eq!(found(r#"const A: &str = "two words"; #[doc = "no text"] fn f() { g().expect("no text") }"#), ["two words"]);
    assert_eq!(
        found(r#"fn f() { html! { <p class="line small" title="A title">{ format!("{} of {n}", 1) }</p> } }"#),
        ["A title", "{} of {n}"]
    );
    assert_eq!(found(r#"fn f() { html! { <p class={classes!("a b", "c")}>{ "Some words" }</p> } }"#), ["Some words"]);
    assert_eq!(found(r#"#[cfg(test)] mod tests { const A: &str = "two words"; }"#), [""; 0]);
    for no_prose in ["word", "HTTP", "x-Death", "M{:.1} {:.1}C1 2 3", "translate({:.1} {:.1})", "{a} {b}", r#"{"a": "two words"}"#, " · "]
    {
        assert!(!is_prose(no_prose), "{no_prose}");
    }
    for prose in ["Cancel", "Share…", "to {}", "{n} min", " (n)", "A sentence."] {
        assert!(is_prose(prose), "{prose}");
    }
}

/// Beyond ASCII and Latin-1, what the page's own type has: a letter that it lacks is a box on a machine without another one.
const LETTERS: &str = "\u{2002}…“”‘’→←✓×·–—∀↑↓≈−≤≥≠";

#[test]
fn the_page_shows_no_letter_that_its_type_lacks() {
    let mut wrong = Vec::new();
    for path in sources(&super::root()) {
        let module = said(&module_of(&path));
        if !["app", "ui"].into_iter().any(|floor| module == floor || module.starts_with(&format!("{floor}::"))) {
            continue;
        }
        let mut texts = Texts::default();
        texts.visit_file(&syn::parse_file(&fs::read_to_string(&path).expect("a source file is readable")).expect("it compiles"));
        let lacks = |text: &&String| text.chars().any(|letter| u32::from(letter) > 0xff && !LETTERS.contains(letter));
        wrong.extend(texts.found.iter().filter(lacks).map(|text| format!("{module}: {text:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
