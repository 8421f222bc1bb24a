//! Words that make a reader stop: forbidden in what people read, with the exceptions in a list.

use std::fs;
use std::path::{Path, PathBuf};

/// A word, and where it is forbidden besides everywhere in `src` and the pages.
const FORBIDDEN: [&str; 5] = ["whoever", "anew", "unless told", "take it along", "somebody who"];

/// Forbidden in the code's texts and comments, and in scenarios; the lessons' own texts are rewritten with the lessons.
const FORBIDDEN_BUT_IN_LESSONS: [&str; 1] = ["nobody"];

/// Where a forbidden word stands for a reason: the end of the path, the word, and why.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, ends, found);
        } else if entry.extension().is_some_and(|end| ends.iter().any(|one| end == *one)) {
            found.push(entry);
        }
    }
}

/// Where a word stands by itself.
fn lines_with<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> + 'a {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.lines().enumerate().filter(move |(_, line)| {
        let line = line.to_lowercase();
        line.match_indices(word)
            .any(|(at, _)| !is_letter(line[..at].chars().next_back()) && !is_letter(line[at + word.len()..].chars().next()))
    })
}

#[test]
fn what_people_read_has_no_forbidden_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = Vec::new();
    files(&root.join("src"), &["rs"], &mut code);
    let mut pages = Vec::new();
    files(&root.join("static"), &["md", "json", "html"], &mut pages);
    pages.extend(["README.md", "SCENARIOS.md", "CONTRIBUTING.md", "FIDELITY.md", "BENCHMARKS.md"].map(|name| root.join(name)));
    assert!(code.len() > 100 && pages.len() > 50, "{} and {} files", code.len(), pages.len());
    let mut used = vec![false; EXCEPTIONS.len()];
    let mut bad = Vec::new();
    for file in code.iter().chain(&pages) {
        // FIDELITY.md is made of the names of cases.
        let is_exempt = file.starts_with(root.join("static/lessons")) || file.ends_with("FIDELITY.md");
        let text = fs::read_to_string(file).expect("it can be read");
        for word in FORBIDDEN.iter().chain(FORBIDDEN_BUT_IN_LESSONS.iter().filter(|_| !is_exempt)) {
            for (line, said) in lines_with(&text, word) {
                match EXCEPTIONS.iter().position(|(end, allowed, _)| file.ends_with(end) && allowed == word) {
                    Some(exception) => used[exception] = true,
                    None => bad.push(format!("{}:{}: “{word}”: {}", file.display(), line + 1, said.trim())),
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(used.iter().all(|used| *used), "an exception that nothing needs: {EXCEPTIONS:?}");
}

#[test]
fn the_search_for_words_notices() {
    assert_eq!(lines_with("a\nWhoever waits, waits.\nwhoevers", "whoever").map(|(line, _)| line).collect::<Vec<_>>(), [1]);
    assert_eq!(lines_with("a canew anewest", "anew").count(), 0);
}
