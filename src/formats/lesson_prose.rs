//! Checks of a lesson's texts without a reader. Markdown swallows nothing, and no signs are shown as they are written. A prediction's
//! answer has no number that no run computes.

use super::markdown::{self, Block, Inline};
use crate::base::number::Shortest;
use crate::lesson::{Ask, Lesson, Step, Task};
use crate::scenario::property::Quantity;

/// Everything that looks wrong, in a sentence each.
#[must_use]
pub fn doubts(lesson: &Lesson) -> Vec<String> {
    let mut found = Vec::new();
    let mut written = |place: &str, text: &str| found.extend(in_markdown(text).into_iter().map(|what| format!("{place}: {what}")));
    written("the text before the first step", &lesson.intro);
    for step in &lesson.steps {
        written(&format!("step {}", step.id), &step.text);
    }
    let mut shown = |place: &str, text: &str| found.extend(in_plain(text).into_iter().map(|what| format!("{place}: {what}")));
    shown("the title", &lesson.title);
    shown("about", &lesson.scenario.about);
    shown("aha", &lesson.aha);
    shown("leaves_out", &lesson.leaves_out);
    for step in &lesson.steps {
        for text in plain_texts(step) {
            shown(&format!("step {}", step.id), text);
        }
    }
    for step in &lesson.steps {
        found.extend(uncomputed(lesson, step).into_iter().map(|what| format!("step {}: {what}", step.id)));
    }
    found
}

/// The texts of a step that the page shows as they are written.
fn plain_texts(step: &Step) -> Vec<&str> {
    let mut texts: Vec<&str> = vec![&step.title];
    texts.extend(step.hints.iter().map(String::as_str));
    match &step.task {
        Task::Look => {}
        Task::Predict(question) => texts.push(&question.because),
        Task::Do(goal) | Task::Break(goal) | Task::Fix(goal) => texts.extend(goal.clauses.iter().map(|clause| &*clause.says)),
        Task::Explain { question, model, checklist } => {
            texts.extend([question.as_str(), model]);
            texts.extend(checklist.iter().map(String::as_str));
        }
    }
    texts
}

fn in_plain(text: &str) -> Vec<String> {
    let mut found = half_keys(text);
    let words = || text.split_whitespace().map(bare);
    if text.contains('`') || words().any(|word| word.len() > 2 && word.starts_with('*') && word.ends_with('*')) {
        found.push(format!("“{text}” is shown as it is written: no Markdown here"));
    }
    found
}

fn in_markdown(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in markdown::read(text) {
        markdown::each(&piece.block, &mut |inlines| {
            let read: String =
                inlines.iter().map(|inline| if matches!(inline, Inline::Code(_)) { "x".into() } else { words(inline) }).collect();
            found.extend(half_keys(&read));
            for pair in inlines.windows(2) {
                let (before, after) = (words(&pair[0]), words(&pair[1]));
                let touches = before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
                let stressed = |inline: &Inline| matches!(inline, Inline::Emphasis(_) | Inline::Strong(_));
                if touches && pair.iter().any(stressed) {
                    found.push(format!("“{before}{after}” is emphasis within a word: a pattern stands in `code`"));
                }
            }
        });
        if let (Block::List { is_ordered: false, .. }, true) =
            (&piece.block, text.lines().nth(piece.lines.start).is_some_and(|line| line.trim_start().starts_with('*')))
        {
            found.push("a line that begins with * is an item of a list. Write a pattern in `code`".to_owned());
        }
    }
    found
}

fn words(inline: &Inline) -> String {
    markdown::plain(std::slice::from_ref(inline))
}

/// Without what a sentence puts around a word.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| matches!(letter, '“' | '”' | '"' | '(' | ')' | ',' | ';' | ':'))
}

/// Keys with a dot at an edge: they had an asterisk there.
fn half_keys(text: &str) -> Vec<String> {
    let is_half = |word: &str| {
        let begins = bare(word).strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        let ends = [".,", ".;", ".:"].iter().any(|edge| word.contains(edge)) && !matches!(word, "e.g.," | "i.e.," | "etc.,");
        begins || ends
    };
    text.split_whitespace().filter(|word| is_half(word)).map(|word| format!("“{word}” looks like a key that lost its *")).collect()
}

/// Numbers that explain a prediction: each is a choice, a claim that is computed, or given in the question. (Hints of other steps say what to
/// enter, and that is judged.)
fn uncomputed(lesson: &Lesson, step: &Step) -> Vec<String> {
    let Task::Predict(question) = &step.task else { return Vec::new() };
    let mut known = numbers(&lesson.intro);
    known.extend(numbers(&step.text));
    if let Ask::Count { choices, .. } = &question.ask {
        known.extend(choices.iter().map(ToString::to_string));
    }
    for claim in &step.claims {
        for side in [&claim.property.left, &claim.property.right] {
            match side {
                Quantity::Number(number) => known.push(Shortest(*number).to_string()),
                Quantity::Time(time) => known.extend([time.as_millis().to_string(), Shortest(time.as_secs_f64()).to_string()]),
                _ => {}
            }
        }
        known.extend(claim.at.map(|at| Shortest(at.as_secs_f64()).to_string()));
    }
    let said = step.hints.iter().chain([&question.because]);
    let unknown = said.flat_map(|text| numbers(text)).filter(|number| !known.contains(number));
    unknown.map(|number| format!("an answer or hint says {number}, which is no choice, given value or computed claim")).collect()
}

const WORDS: [(&str, &str); 22] = [
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("thousand", "1000"),
];

/// Versions are no counts.
const VERSIONS: [&str; 4] = ["3.13", "4.0", "4.2", "4.3"];

/// The numbers of a text, in figures. Clock times stay as they are.
fn numbers(text: &str) -> Vec<String> {
    let word = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        if word.starts_with(|letter: char| letter.is_ascii_digit()) {
            let plain = word.replace(',', "");
            let is_number = plain.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ':'));
            return (is_number && !VERSIONS.contains(&word)).then_some(plain);
        }
        WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, number)| (*number).to_owned())
    };
    text.split_whitespace().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_markdown_swallows_are_found() {
        for (text, is_wrong) in [
            ("order.*, and user.* and *.created", true),
            ("`order.*`, and `user.*` and *really* `*.created`", false),
            ("* is one word", true),
            ("- one\n- two", false),
            ("a*b*c", true),
            ("It is **done**. And *again*, e.g., now.", false),
        ] {
            assert_eq!(!in_markdown(text).is_empty(), is_wrong, "{text}: {:?}", in_markdown(text));
        }
        for (text, is_wrong) in [
            ("hears order., and .created", true),
            ("hears order.*, and *.created; * is one word", false),
            ("the *mandatory* flag", true),
            ("`order.*` is", true),
            ("Wait. Then, at 0.5 s (or later), go.", false),
        ] {
            assert_eq!(!in_plain(text).is_empty(), is_wrong, "{text}: {:?}", in_plain(text));
        }
    }

    #[test]
    fn numbers_are_read_in_words_and_figures() {
        assert_eq!(numbers("Five wait, 10,000 (and 0.5 s), at 9:00; RabbitMQ 4.3, x-7, e-1."), ["5", "10000", "0.5", "9:00"]);
    }
}
