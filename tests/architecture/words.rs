//! Words that make a reader stop: forbidden in what people read, with the exceptions in a list.

use std::collections::BTreeSet;

use super::exceptions::WORDS;
use super::sentences::plain;
use super::shown::{Kind, Shown, everything};

/// In every text, comment and page; beside each is what to write instead.
const FORBIDDEN: [(&str, &str); 25] = [
    ("whoever", "the publisher that, each consumer that"),
    ("whomever", "the consumer that"),
    ("whom", "the customer that, each service that"),
    ("whatever", "each, everything that"),
    ("anew", "again"),
    ("nobody", "no consumer, no service"),
    ("somebody", "a user, a customer"),
    ("anybody", "any user"),
    ("for ever", "always, without end"),
    ("bears", "has, takes"),
    ("hear of", "receive, be informed of"),
    ("hears of", "receives, is informed of"),
    ("be told", "be informed, say"),
    ("is told", "is informed, says"),
    ("are told", "are informed, say"),
    ("unless told", "by default"),
    ("of its own", "its own, separate"),
    ("of their own", "their own, separate"),
    ("so long", "while, this long"),
    ("come again", "be delivered again"),
    ("comes again", "is delivered again"),
    ("simply", "leave it out"),
    ("take it along", "delete it too, remember it"),
    ("as ever", "as before"),
    ("comes of it", "follows"),
];

/// In texts and pages: a comment may have them.
const FORBIDDEN_IN_TEXTS: [(&str, &str); 7] = [
    ("gone", "deleted, closed, stopped, lost"),
    ("so many", "the number, at most this many"),
    ("taken for", "counts as"),
    ("in its hands", "unacked"),
    ("everybody", "each user, each queue"),
    ("once more", "again"),
    ("what is", "the thing's name; a question with “What is …?” may stay"),
];

/// Where a word stands by itself. In a question, “what is” may stand.
fn places(text: &str, word: &str) -> Vec<usize> {
    let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let is_question = |at: usize| {
        let said = text[at..].split_inclusive(['.', '?', '!', ':', ';']).next().unwrap_or_default();
        word == "what is" && said.ends_with('?')
    };
    let found = text.match_indices(word).map(|(at, _)| at);
    found
        .filter(|at| !is_letter(text[..*at].chars().next_back()) && !is_letter(text[at + word.len()..].chars().next()))
        .filter(|at| !is_question(*at))
        .collect()
}

/// A place of a text, for the message.
fn around(text: &str, at: usize) -> &str {
    &text[text.floor_char_boundary(at.saturating_sub(70))..text.floor_char_boundary(at + 70)]
}

#[test]
fn what_people_read_has_no_forbidden_word() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for Shown { place, line, kind, text } in everything() {
        // Names of fields and functions are no words.
        let text = plain(&text).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace("what is wrong", "");
        let is_text = matches!(kind, Kind::Control | Kind::Prose);
        for (word, instead) in FORBIDDEN.iter().chain(FORBIDDEN_IN_TEXTS.iter().filter(|_| is_text)) {
            for at in places(&text, word) {
                match WORDS.iter().find(|(of, allowed, _)| place == *of && allowed == word) {
                    Some((of, allowed, _)) => _ = used.insert((*of, *allowed)),
                    None => wrong.push(format!("{place}:{line}: “{word}”, rather: {instead}: {}", around(&text, at))),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} forbidden words:\n{}", wrong.len(), wrong.join("\n"));
    let listed: BTreeSet<(&str, &str)> = WORDS.iter().map(|(of, word, _)| (*of, *word)).collect();
    assert_eq!(listed, used, "an exception that nothing needs is no exception");
}

#[test]
fn the_search_for_words_notices() {
    assert_eq!(places("whoever waits, (whoever) waits", "whoever"), [0, 16]);
    assert_eq!(places("a canew anewest is_anew", "anew"), [0; 0]);
    assert_eq!(places("what is ready. so what is ready?", "what is"), [0], "a question may ask");
}
