//! Between a value as the file has it and what a field shows or takes.

use super::table::{self, By};
use super::{Kind, Spot};
use crate::app::texts::form as texts;
use crate::formats::place;
use crate::scenario::edit::Slot;
use crate::scenario::{Json, Trigger};

/// Whether a field says something else than what holds without it: that is never hidden.
pub(super) fn says_more(field: &table::Field, value: Option<&Json>) -> bool {
    match field.kind {
        table::Kind::Flag(default) => value.and_then(Json::as_bool).is_some_and(|now| now != default),
        _ => value.is_some(),
    }
}

/// A name, as a choice among others.
pub(super) fn named(name: &str) -> (String, String) {
    (Json::from(name).to_string(), name.to_owned())
}

/// The options, and the one that holds now; what is none of them is one more.
pub(super) fn among(mut options: Vec<(String, String)>, value: Option<&Json>) -> (Vec<(String, String)>, String) {
    let now = value.map_or_else(|| "null".to_owned(), ToString::to_string);
    if !options.iter().any(|(option, _)| *option == now) {
        options.insert(0, (now.clone(), plain(value)));
    }
    (options, now)
}

pub(super) fn plain(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A text in its field. An empty one, or one with quotes around it, is shown with quotes, as JSON has it.
pub(super) fn shown(text: &str) -> String {
    let quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    if text.is_empty() || quoted { Json::from(text).to_string() } else { text.to_owned() }
}

/// Names in the place of what stands for them.
pub(super) fn fill(json: &mut Json, names: &[(&str, &str)]) {
    match json {
        Json::String(text) => {
            if let Some((_, name)) = names.iter().find(|(placeholder, _)| text == placeholder) {
                (*name).clone_into(text);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| fill(item, names)),
        Json::Object(fields) => fields.iter_mut().for_each(|(_, value)| fill(value, names)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// An entry of a list, in a few words: those of its first field that has any.
pub(super) fn title(fields: &[table::Field], value: Option<&Json>) -> String {
    let words = fields.iter().find_map(|field| {
        let here = value.and_then(|value| place::get(value, &Spot::of(Slot::Settings).field(field.key).path));
        let words = match field.kind.plain() {
            table::Kind::OneOf { shapes, .. } => titled(shapes[shape_of(shapes, here)].title, here),
            _ => plain(here),
        };
        Some(words).filter(|words| !words.is_empty())
    });
    let fails = if value.is_some_and(|value| value.get("fails").is_some()) { texts::MAY_FAIL } else { "" };
    words.unwrap_or_default() + fails
}

/// A title with what stands at the keys it names.
fn titled(title: &str, value: Option<&Json>) -> String {
    let mut words = String::new();
    for (place, piece) in title.split(['{', '}']).enumerate() {
        if place % 2 == 0 {
            words.push_str(piece);
        } else {
            words.push_str(&plain(value.and_then(|value| value.get(piece))));
        }
    }
    words
}

pub(super) fn shape_of(shapes: &[table::Shape], value: Option<&Json>) -> usize {
    shapes.iter().position(|shape| shape.distinguished.fits(value)).unwrap_or(0)
}

impl table::Shape {
    /// A request and a schedule bring no delivery: there is nothing to acknowledge, to reject or to publish again.
    pub(super) fn is_possible(&self, trigger: Option<&Trigger>) -> bool {
        if matches!(self.distinguished, By::Value("do", "get")) {
            return matches!(trigger, None | Some(Trigger::Schedule { records: None, .. } | Trigger::StartUp));
        }
        let needs_a_delivery = match self.distinguished {
            By::Value("do", step) => step == "ack",
            By::Text(policy) => matches!(policy, "requeue" | "reject_requeue" | "chapter" | "acknowledge" | "forget"),
            By::Key(policy) => matches!(policy, "republish" | "dead_letter_retry"),
            _ => false,
        };
        trigger.is_none_or(|trigger| matches!(trigger, Trigger::Queue(_))) || !needs_a_delivery
    }

    /// What a failure does where there is nothing to reject.
    pub(super) fn name_for(&self, trigger: Option<&Trigger>) -> &'static str {
        match (trigger, &self.distinguished) {
            (Some(Trigger::Http { .. }), By::Text("dead_letter")) => texts::ANSWER_WITH_AN_ERROR,
            (Some(Trigger::Schedule { .. }), By::Text("dead_letter")) => texts::END_THE_RUN,
            _ => self.name,
        }
    }
}

impl By {
    pub(super) fn fits(&self, value: Option<&Json>) -> bool {
        match self {
            Self::Absence => value.is_none_or(Json::is_null),
            Self::Number => value.is_some_and(Json::is_number),
            Self::Text(text) => value.and_then(Json::as_str) == Some(text),
            Self::Key(key) => value.is_some_and(|value| value.get(key).is_some()),
            Self::Value(key, text) => value.and_then(|value| value.get(key)).and_then(Json::as_str) == Some(text),
        }
    }
}

/// Another shape, with what both have.
pub(super) fn keeping(mut new: Json, keeps: &[&str], old: Option<&Json>) -> Json {
    if let (Some(new), Some(old)) = (new.as_object_mut(), old.and_then(Json::as_object)) {
        for key in keeps {
            if let Some(value) = old.get(*key) {
                new.insert((*key).to_owned(), value.clone());
            }
        }
    }
    new
}

/// What was typed, as the file would have it; none takes the field away.
///
/// # Errors
/// What the field takes instead.
pub fn parse(kind: &Kind, text: &str) -> Result<Option<Json>, String> {
    let json = |text: &str| serde_json::from_str::<Json>(text);
    let trimmed = text.trim();
    match kind {
        Kind::Text if text.is_empty() => Ok(None),
        Kind::Text => match json(text) {
            Ok(quoted @ Json::String(_)) if text.starts_with('"') && text.ends_with('"') => Ok(Some(quoted)),
            _ => Ok(Some(Json::from(text))),
        },
        _ if trimmed.is_empty() => Ok(None),
        Kind::Flag(default) => Ok(Some(trimmed == "true").filter(|now| now != default).map(Json::from)),
        Kind::Whole => trimmed.parse::<i64>().map(|number| Some(Json::from(number))).map_err(|_| texts::a_whole_number_is_wanted(&trimmed)),
        Kind::Number => match json(trimmed) {
            Ok(number @ Json::Number(_)) => Ok(Some(number)),
            _ => Err(texts::a_number_is_wanted_here(&trimmed)),
        },
        Kind::Choice(_) | Kind::Json => {
            json(trimmed).map(|value| Some(value).filter(|value| !value.is_null())).map_err(|error| not_json(trimmed, &error))
        }
    }
}

/// A placeholder without its quotes is the usual mistake in a template: `{"orderId": {orderId}}`.
fn not_json(text: &str, error: &serde_json::Error) -> String {
    let fields = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(field, _)| field);
    let is_name =
        |field: &&str| !field.is_empty() && field.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-'));
    match fields.into_iter().find(is_name) {
        Some(field) if !text.contains(&format!("\"{{{field}}}\"")) => texts::this_is_not_json_a(&field),
        _ => texts::this_is_not_json(&why_not_json(text, error)),
    }
}

/// Why a text is no JSON. A word without quotes is named: it is the usual mistake.
#[must_use]
pub fn why_not_json(text: &str, error: &serde_json::Error) -> String {
    bare_word(text, error.line(), error.column())
        .map_or_else(|| error.to_string(), |word| texts::needs_quotes(word, error.line(), error.column()))
}

/// The word without quotes that a reader of JSON stopped at, counted from 1.
fn bare_word(text: &str, line: usize, column: usize) -> Option<&str> {
    let line = text.split('\n').nth(line.checked_sub(1)?)?;
    let is_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '$');
    let (before, after) = line.split_at_checked(column.checked_sub(1)?)?;
    let from = before.trim_end_matches(is_of_word).len();
    let to = line.len() - after.trim_start_matches(is_of_word).len();
    let word = line.get(from..to)?;
    // The text in quotes that a comma is missing behind is no such word.
    let in_quotes = line[..from].ends_with('"') || line[to..].starts_with('"');
    (!in_quotes && word.starts_with(|letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$'))).then_some(word)
}
