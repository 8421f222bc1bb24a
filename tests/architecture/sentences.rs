//! Sentences are short: at most 20 words where people read, and 15 in what the page says while it works.
//!
//! A colon or a semicolon ends a sentence for this count. Code and what stands in parentheses are no words of it.

use std::fs;
use std::path::Path;

use syn::visit::Visit as _;

use super::{module_of, said, sources};

const PROSE: usize = 20;
/// In controls, notices and verdicts.
const SHORT: usize = 15;

/// Pages, with the words that a sentence may have, and why more.
const PAGES: [(&str, usize, &str); 7] = [
    ("README.md", PROSE, ""),
    ("SCENARIOS.md", PROSE, ""),
    ("CONTRIBUTING.md", PROSE, ""),
    ("static/teachers.html", PROSE, ""),
    ("static/lessons/README.md", PROSE, ""),
    ("FIDELITY.md", 33, "a rule stands with all its conditions in one sentence, as RabbitMQ's own text has it"),
    ("BENCHMARKS.md", 44, "a list of sizes or of numbers is one sentence"),
];

/// Modules whose texts explain: the others of `app::texts` and `ui::texts` are controls, notices and verdicts.
const EXPLAINS: [&str; 3] = ["app::glossary", "app::form::fields", "app::texts::author"];

/// What a sentence is counted by: its words outside of code and parentheses.
fn words(sentence: &str) -> usize {
    let mut depth = 0_u32;
    let mut in_code = false;
    let plain: String = sentence
        .chars()
        .filter(|letter| {
            match letter {
                '`' => in_code = !in_code,
                '(' | '{' => depth += 1,
                ')' | '}' => depth = depth.saturating_sub(1),
                _ => return depth == 0 && !in_code,
            }
            false
        })
        .collect();
    plain.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// The sentences of a text: of Markdown also the cells of tables and the entries of lists.
fn sentences(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut in_block = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            in_block = !in_block;
            continue;
        }
        let number = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        if in_block || line.is_empty() || number || line.starts_with(['-', '*', '#', '|', '<']) {
            found.push(String::new());
        }
        if in_block {
            continue;
        }
        for word in line.split(' ') {
            if word.contains('|') {
                found.push(String::new());
            }
            let last = found.last_mut().expect("there is one");
            last.push_str(word);
            last.push(' ');
            if word.trim_end_matches(['*', '_', ')', '"', '”']).ends_with(['.', '!', '?', ':', ';']) {
                found.push(String::new());
            }
        }
    }
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}

/// Sentences with more words than that.
fn long(text: &str, most: usize) -> Vec<String> {
    let found = sentences(text).into_iter().map(|sentence| (words(&sentence), sentence));
    found.filter(|(count, _)| *count > most).map(|(count, sentence)| format!("{count}: {}", sentence.trim())).collect()
}

/// The doc comments of a file, each as one text.
fn comments(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in code.lines().map(str::trim_start) {
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        if let Some(doc) = doc {
            if !goes_on {
                found.push(String::new());
            }
            let last = found.last_mut().expect("there is one");
            last.push_str(doc.strip_prefix(' ').unwrap_or(doc));
            last.push('\n');
        }
        goes_on = doc.is_some();
    }
    found
}

#[test]
fn sentences_on_pages_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for (page, most, why) in PAGES {
        assert!(most == PROSE || !why.is_empty(), "{page}: an exception has a reason");
        let Ok(text) = fs::read_to_string(root.join(page)) else { continue };
        // Tags divide, and are no words.
        let text = if text.starts_with("<!") { text.replace('<', "\n\n<").replace('>', ">\n\n") } else { text };
        let text = text.lines().filter(|line| !line.starts_with('<') || !line.ends_with('>')).collect::<Vec<_>>().join("\n");
        wrong.extend(long(&text, most).into_iter().map(|sentence| format!("{page}: {sentence}")));
    }
    assert!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
}

/// The texts of a scenario: its title, what it is about, what it expects.
fn told(document: &serde_json::Value, found: &mut Vec<String>) {
    match document {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) if ["title", "about", "says"].contains(&key.as_str()) => found.push(text.to_owned()),
                    _ => told(value, found),
                }
            }
        }
        serde_json::Value::Array(elements) => elements.iter().for_each(|element| told(element, found)),
        _ => {}
    }
}

#[test]
fn sentences_of_scenarios_are_short() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    let (mut texts, mut wrong) = (0, Vec::new());
    for path in fs::read_dir(folder).expect("there are scenarios").map(|entry| entry.expect("a file").path()) {
        let document = serde_json::from_str(&fs::read_to_string(&path).expect("it can be read")).expect("it is JSON");
        let mut found = Vec::new();
        told(&document, &mut found);
        texts += found.len();
        wrong.extend(found.iter().flat_map(|text| long(text, PROSE)).map(|sentence| format!("{}: {sentence}", path.display())));
    }
    assert!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
    assert!(texts > 60, "{texts} texts");
}

#[test]
fn sentences_in_comments_and_on_the_page_are_short() {
    let mut wrong = Vec::new();
    for path in sources(&super::root()) {
        let module = said(&module_of(&path));
        let code = fs::read_to_string(&path).expect("a source file is readable");
        for comment in comments(&code) {
            wrong.extend(long(&comment, PROSE).into_iter().map(|sentence| format!("{module}: {sentence}")));
        }
        let is_of = |texts: &str| module == texts || module.starts_with(&format!("{texts}::"));
        let explains = EXPLAINS.into_iter().any(is_of);
        if explains || ["app::texts", "app::words", "ui::texts"].into_iter().any(is_of) {
            let mut texts = super::texts::Texts::default();
            texts.visit_file(&syn::parse_file(&code).expect("it is Rust"));
            let most = if explains { PROSE } else { SHORT };
            for text in texts.found {
                wrong.extend(long(&text, most).into_iter().map(|sentence| format!("{module}, shown: {sentence}")));
            }
        }
    }
    assert!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
}

#[test]
fn the_search_for_long_sentences_notices() {
    assert_eq!(long("One two three. Four five `six seven` (eight nine).\n\n- ten\n- eleven twelve", 2), ["3: One two three."]);
    assert_eq!(long("| one two | three |\n```\nmany words of code stand here\n```\none: two; three", 2), [""; 0]);
    assert_eq!(long("one two\nthree", 2), ["3: one two three"]);
    assert_eq!(comments("/// One.\n/// Two.\nfn f() {}\n//! Three.\n"), ["One.\nTwo.\n", "Three.\n"]);
}
