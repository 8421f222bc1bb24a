//! The floor plan of the house, enforced on the parsed code: a module uses only those above it, no files of a floor use each other in
//! a circle, and only the page knows the browser.
#![cfg(not(target_arch = "wasm32"))]

mod exceptions;
mod sentences;
mod shown;
mod texts;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// From the top of the house down, as in `src/lib.rs`.
const FLOORS: [&str; 9] = ["base", "broker", "scenario", "sim", "lesson", "formats", "app", "ui", "cli"];

/// What only `ui` and `main.rs` may name.
const BROWSER: [&str; 5] = ["yew", "web_sys", "js_sys", "gloo", "wasm_bindgen"];

/// The path of a module or an item from the root of the crate: `["broker", "queue", "Queue"]`.
type Names = Vec<String>;

/// One source file, and what its code names.
#[derive(Debug, Default)]
struct File {
    /// The module that the file is.
    module: Names,
    /// Every path of the crate that its code names outside of tests, from the root.
    named: BTreeSet<Names>,
    /// The same for its tests.
    named_in_tests: BTreeSet<Names>,
    /// The other crates that it names, tests included.
    crates: BTreeSet<String>,
    /// What it re-exports: under which name which path.
    exports: BTreeMap<String, Names>,
    /// The types that it has an `impl` of its own for.
    extends: BTreeSet<String>,
    longest_function: (usize, String),
}

impl File {
    fn floor(&self) -> Option<&'static str> {
        let first = self.module.first()?;
        FLOORS.into_iter().find(|floor| first == floor)
    }
}

/// Walks a file's code and collects what it names.
struct Walk {
    file: File,
    /// The module that the walk is in: the file's own, or one within it.
    within: Names,
    in_tests: bool,
    /// Names that a `use` brought in, so that `ready::Entry` after `use super::ready` is understood by the `use` alone.
    modules: BTreeSet<Names>,
}

impl Walk {
    /// A path as it is written, from the root of the crate; none for another crate's or a local name.
    fn rooted(&self, written: &[String]) -> Option<Names> {
        let (first, rest) = written.split_first()?;
        let mut from = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.within.clone(),
            "super" => self.within[..self.within.len().checked_sub(1)?].to_vec(),
            child => {
                let mut inside = self.within.clone();
                inside.push(child.to_owned());
                // A child module, named without `self::`.
                if !self.modules.contains(&inside) {
                    return None;
                }
                inside
            }
        };
        for name in rest {
            match name.as_str() {
                "super" => {
                    from.pop()?;
                }
                "self" => {}
                name => from.push(name.to_owned()),
            }
        }
        Some(from)
    }

    fn name(&mut self, written: &[String]) {
        if let Some(path) = self.rooted(written) {
            let named = if self.in_tests { &mut self.file.named_in_tests } else { &mut self.file.named };
            named.insert(path);
        } else if let Some(first) = written.first() {
            self.file.crates.insert(first.clone());
        }
    }

    fn name_tree(&mut self, tree: &syn::UseTree, before: &[String], exported: bool) {
        let mut path = before.to_vec();
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.name_tree(&part.tree, &path, exported);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.name_tree(tree, &path, exported)),
            syn::UseTree::Name(syn::UseName { ident }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                path.push(ident.to_string());
                self.name(&path);
                let known_as = if let syn::UseTree::Rename(renamed) = tree { &renamed.rename } else { ident };
                if let Some(rooted) = self.rooted(&path).filter(|_| exported && !self.in_tests) {
                    self.file.exports.insert(known_as.to_string(), rooted);
                }
            }
            syn::UseTree::Glob(_) => self.name(&path),
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = block.brace_token.span.close().end().line - signature.fn_token.span.start().line + 1;
        if !self.in_tests && lines > self.file.longest_function.0 {
            self.file.longest_function = (lines, signature.ident.to_string());
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Meta>().is_ok_and(|condition| match condition {
                syn::Meta::Path(path) => path.is_ident("test"),
                // `all(test, …)`
                syn::Meta::List(list) => list.path.is_ident("all") && list.tokens.to_string().starts_with("test"),
                syn::Meta::NameValue(_) => false,
            })
    })
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_none() {
            return;
        }
        let outside = self.in_tests;
        self.in_tests |= is_for_tests(&item.attrs);
        self.within.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.within.pop();
        self.in_tests = outside;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.name_tree(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let written: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.name(&written);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if item.trait_.is_none()
            && let syn::Type::Path(of) = &*item.self_ty
            && let Some(last) = of.path.segments.last()
        {
            self.file.extends.insert(last.ident.to_string());
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    /// What stands in a macro is not parsed by its rules; paths are found by their tokens.
    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        visit::visit_macro(self, found);
        self.tokens(found.tokens.clone());
    }
}

impl Walk {
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path: Names = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(word) if path.is_empty() || colons == 2 => {
                    path.push(word.to_string());
                    colons = 0;
                }
                proc_macro2::TokenTree::Punct(sign) if sign.as_char() == ':' && !path.is_empty() => colons += 1,
                other => {
                    self.end_of_path(&mut path);
                    colons = 0;
                    match other {
                        proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                        proc_macro2::TokenTree::Ident(word) => path.push(word.to_string()),
                        _ => {}
                    }
                }
            }
        }
        self.end_of_path(&mut path);
    }

    fn end_of_path(&mut self, path: &mut Names) {
        if path.len() > 1 {
            self.name(path);
        }
        path.clear();
    }
}

fn read(module: &[String], code: &str, modules: &BTreeSet<Names>) -> File {
    let parsed = syn::parse_file(code).unwrap_or_else(|error| panic!("{} cannot be parsed: {error}", module.join("::")));
    let file = File { module: module.to_vec(), ..File::default() };
    let mut walk = Walk { file, within: module.to_vec(), in_tests: false, modules: modules.clone() };
    walk.visit_file(&parsed);
    walk.file
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `src/broker/queue/mod.rs` is `broker::queue`; the crate's own roots are no module.
fn module_of(path: &Path) -> Names {
    let inside = path.strip_prefix(root()).expect("it is in src").with_extension("");
    let mut names: Names = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|last| last == "mod" || (names.len() == 1 && (last == "lib" || last == "main"))) {
        let main = names.len() == 1 && names[0] == "main";
        names.pop();
        if main {
            names.push("main".to_owned());
        }
    }
    names
}

/// The whole of the source, by module.
fn house() -> BTreeMap<Names, File> {
    let paths = sources(&root());
    let modules: BTreeSet<Names> = paths.iter().map(|path| module_of(path)).collect();
    let files = paths.iter().map(|path| {
        let module = module_of(path);
        let file = read(&module, &fs::read_to_string(path).expect("a source file is readable"), &modules);
        (module, file)
    });
    files.collect()
}

/// The file in which a named item stands, by way of re-exports.
fn file_of(house: &BTreeMap<Names, File>, path: &[String]) -> Option<Names> {
    let mut path = path.to_vec();
    // Re-exports of re-exports end at some point.
    for _ in 0..8 {
        let length = (0..=path.len()).rev().find(|length| house.contains_key(&path[..*length]))?;
        let next = path.get(length).and_then(|name| house[&path[..length]].exports.get(name));
        match next {
            Some(exported) => path = exported.iter().cloned().chain(path[length + 1..].iter().cloned()).collect(),
            None => return Some(path[..length].to_vec()),
        }
    }
    None
}

/// Which files of its own floor a file uses. What it names of the modules it lies in is no edge, and neither is a type that it extends.
fn edges(house: &BTreeMap<Names, File>, file: &File) -> BTreeSet<Names> {
    let used = file.named.iter().filter(|path| path.last().is_some_and(|last| !file.extends.contains(last)));
    used.filter_map(|path| file_of(house, path))
        .filter(|target| target.first() == file.module.first() && !file.module.starts_with(target))
        .collect()
}

/// The groups of files that reach each other.
fn circles(edges: &BTreeMap<Names, BTreeSet<Names>>) -> Vec<BTreeSet<Names>> {
    let reach = |from: &Names| {
        let mut found = BTreeSet::new();
        let mut next: Vec<&Names> = edges.get(from).into_iter().flatten().collect();
        while let Some(file) = next.pop() {
            if found.insert(file.clone()) {
                next.extend(edges.get(file).into_iter().flatten());
            }
        }
        found
    };
    let reached: BTreeMap<&Names, BTreeSet<Names>> = edges.keys().map(|file| (file, reach(file))).collect();
    let groups = reached.iter().filter(|(file, reached)| reached.contains(**file)).map(|(file, reached_by)| {
        reached_by.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*file))).cloned().collect()
    });
    groups.collect::<BTreeSet<BTreeSet<Names>>>().into_iter().collect()
}

fn said(module: &[String]) -> String {
    module.join("::")
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let level = |name: &str| FLOORS.iter().position(|floor| *floor == name);
    let mut wrong = Vec::new();
    for file in house().values() {
        let Some(own) = file.floor() else { continue };
        for used in file.named.union(&file.named_in_tests).filter_map(|path| path.first()) {
            if level(used) > level(own) {
                wrong.push(format!("{}: {own} uses {used}, which is below it", said(&file.module)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_of_a_floor_use_each_other_in_a_circle() {
    let house = house();
    let edges = house.iter().map(|(module, file)| (module.clone(), edges(&house, file))).collect();
    let circles: Vec<String> =
        circles(&edges).iter().map(|files| files.iter().map(|file| said(file)).collect::<Vec<_>>().join(", ")).collect();
    assert!(
        circles.is_empty(),
        "{} circles:
{}",
        circles.len(),
        circles.join(
            "
"
        )
    );
}

#[test]
fn only_the_page_knows_the_browser() {
    let mut wrong = Vec::new();
    for file in house().values().filter(|file| file.floor() != Some("ui") && file.module != ["main"]) {
        wrong.extend(
            BROWSER.into_iter().filter(|name| file.crates.contains(*name)).map(|name| format!("{} names {name}", said(&file.module))),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Typed edits are the one way to change a scenario; paths into a document are what lesson files speak.
#[test]
fn only_lesson_files_are_patched_by_path() {
    let house = house();
    let patch: Names = ["formats", "patch"].map(str::to_owned).to_vec();
    let users: Vec<String> = house
        .values()
        .filter(|file| file.module != patch && file.named.iter().any(|path| file_of(&house, path).is_some_and(|target| target == patch)))
        .map(|file| said(&file.module))
        .collect();
    assert_eq!(users, ["formats::lesson_file"]);
}

/// A view is drawn many times a second: it shows what was read before, and neither reads nor writes a document. Arguments of a binding or
/// a queue are a few words: they are written as they are shown.
#[test]
fn views_read_and_write_no_format() {
    const DATA: [&str; 2] = ["formats::markdown", "formats::site_list"];
    let house = house();
    let of_ui = house.values().filter(|file| file.floor() == Some("ui"));
    let mut wrong: Vec<String> = Vec::new();
    for file in of_ui {
        let formats = file.named.iter().filter(|path| path.first().is_some_and(|first| first == "formats"));
        let is_arguments = |path: &Names| said(path) == "formats::amqp_json::table_to_json";
        // Types begin with a capital letter, functions do not.
        let is_type = |path: &&Names| path.last().is_some_and(|last| last.starts_with(|letter: char| letter.is_ascii_uppercase()));
        let is_data = |path: &&Names| DATA.contains(&said(&path[..path.len() - 1]).as_str()) && is_type(path);
        wrong.extend(
            formats.filter(|path| !is_data(path) && !is_arguments(path)).map(|path| format!("{} names {}", said(&file.module), said(path))),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of entries of which none is marked as chosen, a browser chooses the one that was put in first. That is the last one of a list.
#[test]
fn a_list_says_which_of_its_entries_is_chosen() {
    let has_entry = |path: &PathBuf| std::fs::read_to_string(path).expect("a source file").contains("<option");
    let found: Vec<PathBuf> = sources(&root().join("ui")).into_iter().filter(has_entry).collect();
    assert_eq!(found, [root().join("ui/widgets.rs")], "`widgets::option` marks the entry");
}

/// JSON is the business of formats. The application knows it where a person types it into a field.
#[test]
fn the_application_parses_json_only_where_it_is_typed() {
    let floors = ["app", "ui", "lesson"];
    let house = house();
    let users =
        house.values().filter(|file| file.floor().is_some_and(|floor| floors.contains(&floor)) && file.crates.contains("serde_json"));
    let users: Vec<String> = users.map(|file| said(&file.module)).collect();
    assert_eq!(users, ["app::composer", "app::form", "app::form::tests", "app::form::value"]);
}

#[test]
fn the_map_in_the_library_shows_the_house_as_it_is() {
    let map = fs::read_to_string(root().join("lib.rs")).expect("lib.rs is readable");
    let shown = map.lines().filter_map(|line| line.strip_prefix("//! | ")?.split('`').nth(1));
    assert_eq!(shown.collect::<Vec<_>>(), FLOORS);
    let there: BTreeSet<String> = house().into_keys().filter_map(|module| module.into_iter().next()).collect();
    let known: BTreeSet<String> = FLOORS.into_iter().chain(["main", "bin"]).map(str::to_owned).collect();
    assert_eq!(there, known, "src/lib.rs shows the floors that there are");
}

#[test]
fn the_checks_notice() {
    let names = |path: &str| -> Names { path.split("::").map(str::to_owned).collect() };
    let modules: BTreeSet<Names> =
        ["app", "broker", "broker::queue", "broker::queue::ready", "broker::publish"].into_iter().map(names).collect();
    let file = |module: &str, code: &str| read(&names(module), code, &modules);
    let named = |module: &str, code: &str| file(module, code).named.iter().map(|path| said(path)).collect::<Vec<_>>();

    // Groups within groups, inline paths, paths within macros, modules within the file.
    assert_eq!(named("broker::queue", "use crate::{broker::{A, b::C}, ui::X};"), ["broker::A", "broker::b::C", "ui::X"]);
    assert_eq!(named("broker::publish", "fn f() { super::super::app::g() }"), ["app::g"]);
    assert_eq!(named("broker::publish", "fn f() { html! { <p>{ crate::ui::x(1) }</p> } }"), ["ui::x"]);
    assert_eq!(
        named("broker::queue", "use ready::Entry; mod own { use super::super::publish::P; }"),
        ["broker::publish::P", "broker::queue::ready::Entry"]
    );
    let apart = file("broker::queue", "use a::B; #[cfg(test)] mod tests { use crate::app::App; }");
    assert_eq!((apart.named.len(), apart.named_in_tests.len()), (0, 1));
    assert!(file("app", "use yew::html;").crates.contains("yew"));
    assert!(file("app", "fn f() { gloo::file::read() }").crates.contains("gloo"));

    // A circle by way of a re-export; and a child that names its parent's type, or extends a type, which are none.
    let house: BTreeMap<Names, File> = [
        file("broker", "pub use publish::P; struct Broker;"),
        file("broker::queue", "use super::P; use super::Broker;"),
        file("broker::publish", "use super::queue::Queue; struct P;"),
        file("broker::queue::ready", "use super::Queue; use crate::broker::publish::P; impl P {}"),
    ]
    .into_iter()
    .map(|file| (file.module.clone(), file))
    .collect();
    let edges: BTreeMap<Names, BTreeSet<Names>> = house.iter().map(|(module, file)| (module.clone(), edges(&house, file))).collect();
    assert_eq!(circles(&edges), [BTreeSet::from([names("broker::publish"), names("broker::queue")])]);
    assert!(edges[&names("broker::queue::ready")].is_empty());

    let long = file("broker", "fn short() {}\nfn long() {\n\n}\n#[cfg(test)] mod tests {\nfn test() {\n\n\n\n}\n}");
    assert_eq!(long.longest_function, (3, "long".to_owned()));
}

/// The largest file, the longest function, the circles: `cargo test --test architecture -- --ignored --nocapture`.
#[test]
#[ignore = "it tells, and checks nothing"]
#[expect(clippy::disallowed_macros, reason = "it is asked to tell")]
fn the_shape_of_the_house() {
    let house = house();
    let lines = sources(&root()).into_iter().map(|path| (fs::read_to_string(&path).map_or(0, |text| text.lines().count()), path));
    let (lines, path) = lines.max().expect("there are files");
    let longest = house.values().max_by_key(|file| file.longest_function.0).expect("there are files");
    let edges = house.iter().map(|(module, file)| (module.clone(), edges(&house, file))).collect();
    println!("files: {}", house.len());
    println!("largest file: {} lines, {}", lines, path.strip_prefix(root()).unwrap_or(&path).display());
    println!("longest function: {} lines, {}::{}", longest.longest_function.0, said(&longest.module), longest.longest_function.1);
    for circle in circles(&edges) {
        println!("circle: {}", circle.iter().map(|file| said(file)).collect::<Vec<_>>().join(", "));
    }
}
