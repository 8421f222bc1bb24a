//! Every text that a person reads: the strings of the code, its comments, the pages and the data of the site.

use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit as _;

use super::exceptions::{EXPLAINS, NOT_READ, QUOTED};
use super::texts::{Texts, is_path};
use super::{module_of, said, sources};

/// What a text is, which decides how long its sentences may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A control, a notice, a verdict, an error.
    Control,
    /// It explains.
    Prose,
    /// A doc comment.
    Comment,
    /// Another comment: its words count, its length does not.
    Remark,
}

/// A text, and where it stands.
#[derive(Debug)]
pub struct Shown {
    /// The module, or the page's path.
    pub place: String,
    pub line: usize,
    pub kind: Kind,
    pub text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_of(module: &str, of: &str) -> bool {
    module == of || module.starts_with(&format!("{of}::"))
}

/// The comments of Rust or JavaScript code, each as one text, with its first line.
fn comments(code: &str) -> Vec<(usize, Kind, String)> {
    let mut found: Vec<(usize, Kind, String)> = Vec::new();
    let mut goes_on = None;
    for (number, line) in code.lines().enumerate() {
        let line = line.trim_start();
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(|doc| (Kind::Comment, doc));
        let comment = doc.or_else(|| line.strip_prefix("//").map(|remark| (Kind::Remark, remark)));
        if let Some((kind, text)) = comment {
            if goes_on != Some(kind) {
                found.push((number + 1, kind, String::new()));
            }
            let last = &mut found.last_mut().expect("there is one").2;
            last.push_str(text.strip_prefix(' ').unwrap_or(text));
            last.push('\n');
        }
        goes_on = comment.map(|(kind, _)| kind);
    }
    found
}

/// The strings of JavaScript, and its comments in `/** … */`.
fn script_texts(code: &str) -> Vec<(usize, Kind, String)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '`', '/']) {
        let line = 1 + code[..code.len() - rest.len() + at].matches('\n').count();
        let from = &rest[at..];
        rest = if let Some(comment) = from.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = from.strip_prefix("/*") {
            let (text, after) = comment.split_once("*/").expect("a comment ends");
            found.push((line, Kind::Comment, text.lines().map(|line| line.trim_start_matches([' ', '*'])).collect::<Vec<_>>().join("\n")));
            after
        } else if let Some(after) = from.strip_prefix('/') {
            after
        } else {
            let end = from[..1].chars().next().expect("it is there");
            let (text, after) = from[1..].split_once(end).expect("a string ends");
            found.push((line, Kind::Control, text.replace("${", "{")));
            after
        };
    }
    found
}

/// Tags that stand within a sentence.
const INLINE: [&str; 8] = ["a", "b", "em", "i", "kbd", "strong", "span", "abbr"];

/// The text of a page, with its titles and descriptions. Other tags divide it.
fn page_text(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let (tag, after) = tag.split_once(end).expect("a tag ends");
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if let Some(comment) = tag.strip_prefix("!--") {
            text.extend(["\n\n", comment, "\n\n"]);
        } else if name == "code" {
            text.push('`');
        } else if name == "pre" {
            text.push_str("\n```\n");
        } else if !INLINE.contains(&name) {
            text.push_str("\n\n");
            let said = ["content=\"", "aria-label=\"", "title=\"", "alt=\"", "placeholder=\""];
            let is_said = name != "meta" || tag.contains("description") || tag.contains("title");
            for value in said.into_iter().filter(|_| is_said).filter_map(|attribute| tag.split_once(attribute)?.1.split_once('"')) {
                text.extend([value.0, "\n\n"]);
            }
        }
    }
    text.push_str(rest);
    text
}

/// The texts of a document: its title, what it is about, what it expects, and a schema's descriptions.
fn told(document: &serde_json::Value, found: &mut Vec<String>) {
    match document {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) if ["title", "about", "says", "name", "description"].contains(&key.as_str()) => found.push(text.to_owned()),
                    _ => told(value, found),
                }
            }
        }
        serde_json::Value::Array(elements) => elements.iter().for_each(|element| told(element, found)),
        _ => {}
    }
}

/// Whether a path is the one that is meant, or is among those of a folder: `lessons/*.md`.
fn is_page(place: &str, of: &str) -> bool {
    of.split_once('*').map_or(place == of, |(folder, end)| place.starts_with(folder) && place.ends_with(end))
}

/// The files of the site and beside it that a person reads.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "static", "static/scenarios", "static/lessons"];
    let files = folders.into_iter().flat_map(|folder| fs::read_dir(root().join(folder)).expect("the folder is there"));
    let mut found: Vec<PathBuf> = files.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| ["md", "html", "js", "json"].iter().any(|known| end == *known)));
    found.sort();
    found
}

fn of_code(found: &mut Vec<Shown>) {
    for path in sources(&super::root()) {
        let module = said(&module_of(&path));
        let code = fs::read_to_string(&path).expect("a source file is readable");
        let shown = |(line, kind, text)| Shown { place: module.clone(), line, kind, text };
        found.extend(comments(&code).into_iter().map(shown));
        if module.ends_with("::tests") || QUOTED.iter().any(|(of, _)| is_of(&module, of)) {
            continue;
        }
        let kind = if EXPLAINS.iter().any(|(of, _)| is_of(&module, of)) { Kind::Prose } else { Kind::Control };
        let mut texts = Texts::default();
        texts.visit_file(&syn::parse_file(&code).unwrap_or_else(|error| panic!("{module} cannot be parsed: {error}")));
        found.extend(texts.found.into_iter().filter(|text| !is_path(text)).map(|text| shown((0, kind, text))));
    }
}

fn of_pages(found: &mut Vec<Shown>) {
    let mut left_out = [false; NOT_READ.len()];
    for path in pages() {
        let place = path.strip_prefix(root()).expect("it is in the project").to_string_lossy().into_owned();
        if let Some(at) = NOT_READ.iter().position(|(of, _)| is_page(&place, of)) {
            left_out[at] = true;
            continue;
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        let texts = match path.extension().and_then(|end| end.to_str()) {
            Some("html") => vec![(1, Kind::Prose, page_text(&text))],
            Some("js") => comments(&text).into_iter().chain(script_texts(&text)).collect(),
            Some("json") => {
                let mut texts = Vec::new();
                told(&serde_json::from_str(&text).expect("it is JSON"), &mut texts);
                texts.into_iter().map(|text| (1, Kind::Prose, text)).collect()
            }
            _ => vec![(1, Kind::Prose, text)],
        };
        found.extend(texts.into_iter().map(|(line, kind, text)| Shown { place: place.clone(), line, kind, text }));
    }
    assert!(left_out.iter().all(|used| *used), "a page that is left out is there: {NOT_READ:?}");
}

/// Every text, of code and of pages.
pub fn everything() -> Vec<Shown> {
    let mut found = Vec::new();
    of_code(&mut found);
    of_pages(&mut found);
    found
}

#[test]
fn no_text_is_overlooked() {
    let found = everything();
    let has = |place: &str, kind: Kind, text: &str| {
        let at = |shown: &&Shown| shown.place == place && shown.kind == kind;
        assert!(found.iter().filter(at).any(|shown| shown.text.contains(text)), "{place} has no {text:?} of the kind {kind:?}");
    };
    has("scenario::findings", Kind::Control, "queue");
    has("scenario::validate", Kind::Control, "queue");
    has("scenario::property", Kind::Control, "is not a property");
    has("sim::world::bounds", Kind::Control, "events");
    has("formats::scenario_file::read", Kind::Control, "field");
    has("lesson::judge", Kind::Control, "handled");
    has("app::words", Kind::Control, "It found no queue");
    has("broker::queue::settings", Kind::Comment, "queue");
    has("cli::run", Kind::Prose, "The ledger does not balance.");
    has("cli", Kind::Comment, "FIDELITY.md");
    has("app::glossary", Kind::Prose, "queue");
    has("index.html", Kind::Prose, "Requeue needs JavaScript.");
    has("index.html", Kind::Prose, "Kill consumers");
    has("static/loading.js", Kind::Control, "Requeue needs WebAssembly.");
    has("static/gallery.json", Kind::Prose, "event");
    has("static/scenarios/topic.json", Kind::Prose, "queue");
    has("static/lessons/index.json", Kind::Prose, "email");
    has("static/lessons/lesson.schema.json", Kind::Prose, "lesson");
    has("static/teachers.html", Kind::Prose, "lesson");
    for page in ["README.md", "SCENARIOS.md", "CONTRIBUTING.md", "FIDELITY.md", "BENCHMARKS.md"] {
        has(page, Kind::Prose, "RabbitMQ");
    }
    assert!(!found.iter().any(|shown| shown.place.starts_with("broker::error") && shown.kind == Kind::Control), "RabbitMQ's texts");
}

#[test]
fn texts_are_found_in_every_language() {
    let doc = |line, text: &str| (line, Kind::Comment, text.to_owned());
    assert_eq!(comments("/// One.\n/// Two.\nfn f() {}\n//! Three.\n"), [doc(1, "One.\nTwo.\n"), doc(4, "Three.\n")]);
    assert_eq!(comments("// One.\n/// Two.\n")[0], (1, Kind::Remark, "One.\n".to_owned()));
    let script = "// \"no text\"\nsay(`The ${a} is`, \"b\");\n/** Two. */\n1 / 2;";
    let text = |line, text: &str| (line, Kind::Control, text.to_owned());
    assert_eq!(script_texts(script), [text(2, "The {a} is"), text(2, "b"), doc(3, "Two. ")]);
    let page = "<p title=\"A title\">One <b>two</b> <code>x</code>.</p><meta name=\"description\" content=\"Three\" /><meta name=\"viewport\" content=\"no\" />";
    let page = page_text(page);
    assert_eq!(page.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>(), ["A title", "One two `x`.", "Three"]);
}
