//! The floor plan of the house, enforced: a module uses only those above it, and only the page knows the browser.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// From the top of the house down, as in `src/lib.rs`.
const FLOORS: [&str; 9] = ["base", "broker", "scenario", "sim", "lesson", "formats", "app", "ui", "cli"];

/// What only `ui` and `main.rs` may name.
const BROWSER: [&str; 4] = ["yew", "web_sys", "js_sys", "gloo"];

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

fn floor_of(path: &Path) -> Option<&'static str> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("it is in src");
    let first = inside.components().next()?.as_os_str().to_str()?;
    FLOORS.into_iter().find(|floor| first == *floor || first == format!("{floor}.rs"))
}

/// The code of a file, without comments: prose may name what it likes.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is readable");
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let begins = before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_' && letter != ':' && letter != '.');
        begins && (after.starts_with("::") || after.starts_with(';') || after.starts_with(" as "))
    })
}

/// The modules of the house named in `crate::…` and `super::…` paths, groups included.
fn used_floors(path: &Path, code: &str) -> Vec<&'static str> {
    let depth = path.components().count() - Path::new(env!("CARGO_MANIFEST_DIR")).join("src").components().count();
    let is_root = path.file_name().is_some_and(|name| name == "mod.rs");
    let supers = "super::".repeat(if is_root { depth - 1 } else { depth });
    let mut used = Vec::new();
    for prefix in ["crate::", supers.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            if prefix != "crate::" && code[..at].ends_with("super::") {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            let named: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or_default().split(',').map(str::trim).collect(),
                None => vec![rest],
            };
            for name in named {
                let word: String = name.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                used.extend(FLOORS.into_iter().filter(|floor| *floor == word));
            }
        }
    }
    used
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let mut wrong = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let Some(own) = floor_of(&path) else { continue };
        let level = |floor: &str| FLOORS.iter().position(|known| *known == floor);
        for used in used_floors(&path, &code(&path)) {
            if level(used) > level(own) {
                wrong.push(format!("{}: {own} uses {used}, which is below it", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_page_knows_the_browser() {
    let mut wrong = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        if floor_of(&path) == Some("ui") || path.ends_with("src/main.rs") {
            continue;
        }
        let code = code(&path);
        wrong.extend(BROWSER.into_iter().filter(|name| names_crate(&code, name)).map(|name| format!("{} names {name}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_in_the_library_shows_the_house_as_it_is() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs is readable");
    for floor in FLOORS.into_iter().filter(|floor| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(floor).exists()) {
        assert!(map.contains(&format!("`{floor}`")), "src/lib.rs does not show {floor}");
    }
}

#[test]
fn the_checks_notice() {
    let inside = |file: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    assert_eq!(used_floors(&inside("broker/queue/mod.rs"), "use crate::{sim, scenario::Scenario};"), ["sim", "scenario"]);
    assert_eq!(used_floors(&inside("broker/publish.rs"), "use super::super::app::App;"), ["app"]);
    assert_eq!(used_floors(&inside("broker/publish.rs"), "use super::queue::Queue;"), [""; 0]);
    assert!(names_crate("use yew::html;", "yew"));
    assert!(names_crate("let x = gloo::file::read();", "gloo"));
    assert!(!names_crate("let viewed = review::yew_like();", "yew"));
}
