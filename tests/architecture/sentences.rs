//! Sentences are short: at most 20 words where people read, and 15 in controls, notices and verdicts.
//!
//! Words in parentheses count. Code and a value that is filled in are a word each. A colon or a semicolon ends no sentence, unless a
//! list or code follows.

use std::collections::BTreeSet;

use super::exceptions::LONG;
use super::shown::{Kind, Shown, everything};

pub const PROSE: usize = 20;
pub const SHORT: usize = 15;

/// Abbreviations, whose full stop ends nothing.
const NO_END: [&str; 4] = ["e.g.", "i.e.", "vs.", "v."];

/// Code and values become a word each; the address of a link is no word.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '`' | '{' => {
                let end = if letter == '`' { '`' } else { '}' };
                if letters.peek() == Some(&letter) {
                    // An escaped brace.
                    letters.next();
                    plain.push(letter);
                    continue;
                }
                // A sign of its own, which begins code.
                plain.push('\u{1}');
                for inside in letters.by_ref() {
                    if inside == end {
                        break;
                    }
                }
                plain.push('x');
            }
            ']' if letters.peek() == Some(&'(') => {
                for inside in letters.by_ref() {
                    if inside == ')' {
                        break;
                    }
                }
            }
            letter => plain.push(letter),
        }
    }
    plain
}

fn begins_element(line: &str) -> bool {
    let number = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    number || line.starts_with(['#', '|']) || line.starts_with("- ") || line.starts_with("* ")
}

/// The sentences of a text: of Markdown also the cells of tables and the entries of lists. Code is replaced by a sign.
fn sentences(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut in_code = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            in_code = !in_code;
            blocks.push(String::new());
            continue;
        }
        if in_code {
            continue;
        }
        if line.is_empty() || begins_element(line) {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().expect("there is one");
        block.push_str(line);
        block.push('\n');
    }
    let cells = blocks.iter().flat_map(|block| {
        let is_table = block.starts_with('|');
        let plain = plain(block);
        if is_table { plain.split('|').map(str::to_owned).collect() } else { vec![plain] }
    });
    cells.flat_map(|block| divided(&block)).filter(|sentence| !sentence.trim().is_empty()).collect()
}

/// A block of text, divided into its sentences.
fn divided(block: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut words = block.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let last = found.last_mut().expect("there is one");
        last.push_str(word);
        last.push(' ');
        let bare = word.trim_end_matches(['*', '_', ')', '"', '”', '\'']);
        let ends = bare.ends_with(['.', '!', '?', '…']) && !NO_END.contains(&bare.trim_start_matches(['(', '“', '"']));
        let code_follows = words.peek().is_some_and(|next| next.trim_start_matches(['(', '“', '"', '*', '[']).starts_with('\u{1}'));
        if ends || (bare.ends_with([':', ';']) && code_follows) {
            found.push(String::new());
        }
    }
    found
}

fn words(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// Sentences with more words than that.
fn long(text: &str, most: usize) -> Vec<(usize, String)> {
    let found = sentences(text).into_iter().map(|sentence| (words(&sentence), sentence.trim().to_owned()));
    found.filter(|(count, _)| *count > most).collect()
}

#[test]
fn sentences_are_short() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for Shown { place, line, kind, text } in everything() {
        let most = match kind {
            Kind::Control => SHORT,
            Kind::Prose | Kind::Comment => PROSE,
            Kind::Remark => continue,
        };
        for (count, sentence) in long(&text, most) {
            let exception = LONG.iter().find(|(of, begins, allowed, _)| place == *of && sentence.starts_with(begins) && count <= *allowed);
            match exception {
                Some((of, begins, ..)) => _ = used.insert((*of, *begins)),
                None => wrong.push(format!("{place}:{line}: {count} of {most}: {}", sentence.replace('\u{1}', ""))),
            }
        }
    }
    assert!(wrong.is_empty(), "{} sentences are too long:\n{}", wrong.len(), wrong.join("\n"));
    let listed: BTreeSet<(&str, &str)> = LONG.iter().map(|(of, begins, ..)| (*of, *begins)).collect();
    assert_eq!(listed, used, "an exception that nothing needs is no exception");
    assert!(LONG.iter().all(|(.., why)| why.len() > 10), "an exception has a reason");
}

#[test]
fn the_search_for_long_sentences_notices() {
    let found = |text: &str, most| long(text, most).into_iter().map(|(count, _)| count).collect::<Vec<_>>();
    assert_eq!(found("One two three. Four five.\n\n- ten\n- eleven twelve", 2), [3]);
    assert_eq!(found("one (two three) four", 3), [4], "parentheses count");
    assert_eq!(found("one `two three` four {five six}", 3), [4], "code and values are a word each");
    assert_eq!(found("one: two; three", 2), [3], "a colon ends no sentence");
    assert_eq!(found("one two:\n\n- three\n- four", 2), [0; 0], "but before a list");
    assert_eq!(found("one two: `three`", 2), [0; 0], "and before code");
    assert_eq!(found("| one two | three |\n```\nmany words of code stand here\n```\none", 2), [0; 0]);
    assert_eq!(found("one two\nthree", 2), [3]);
    assert_eq!(found("[one](https://example.org/a b c) two", 2), [0; 0]);
    assert_eq!(found("one, e.g. two three", 3), [4]);
}
