//! Forms; the labels and explanations of fields stand with the table of fields.

use std::fmt::Display;

use crate::broker::Profile;
use crate::broker::queue::Kind;

pub const ANSWER_WITH_AN_ERROR: &str = "answer with an error";
pub const END_THE_RUN: &str = "end this run";
pub const DEFAULT_EXCHANGE: &str = "(default exchange)";
/// The badge of a queue to which a policy applies.
pub const POLICY: &str = "Pol";
pub const MAY_FAIL: &str = ", may fail";

pub fn a_number_is_wanted_here(trimmed: &dyn Display) -> String {
    format!("A number is wanted here, not “{trimmed}”.")
}

pub fn a_whole_number_is_wanted(trimmed: &dyn Display) -> String {
    format!("A whole number is wanted here, not “{trimmed}”.")
}

/// What something is, and the first sentence of what it means, as one sentence.
pub fn badge(is: &str, help: &str) -> String {
    let first = help.split_once(". ").map_or(help, |(first, _)| first).trim_end_matches('.');
    let mut letters = first.chars();
    let begins = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    format!("{is}: {begins}{}.", letters.as_str())
}

pub const fn queue_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Classic => "A classic queue lives on one node.",
        Kind::Quorum => "A quorum queue is replicated, always durable, and counts deliveries.",
        Kind::Stream => "A stream is a log: readers take nothing out of it.",
    }
}

pub fn sets(policy: &dyn Display, keys: &str) -> String {
    format!("The policy {policy} applies here and sets {keys}.")
}

pub fn binding_to(destination: &dyn Display) -> String {
    format!("Binding to {destination}")
}

pub fn binding_from(source: &dyn Display, key: &dyn Display) -> String {
    format!("From {source}, key {key}")
}

pub const fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

pub fn ignored(profile: Profile) -> String {
    format!("It has no effect: RabbitMQ {profile} does not know it.")
}

pub const AS_THE_POLICY_SAYS: &str = "as the policy says";

pub fn set_by_a_policy(policy: &str, value: &crate::scenario::Json) -> String {
    let value = if value.as_str() == Some("") { "the default exchange".to_owned() } else { value.to_string() };
    format!("The policy {policy} sets it: {value}.")
}

pub fn refused(kind: Kind, profile: Profile) -> String {
    format!("RabbitMQ {profile} refuses it for a {} queue.", kind.name())
}

pub fn there_is_no_any_more(at: &dyn Display) -> String {
    format!("There is no {at} any more.")
}

pub fn this_is_not_json(error: &dyn Display) -> String {
    format!("This is not JSON: {error}")
}

pub fn needs_quotes(word: &str, line: usize, column: usize) -> String {
    format!("{word} needs quotes, \"{word}\", at line {line}, column {column}.")
}

pub fn this_is_not_json_a(field: &dyn Display) -> String {
    format!("This is not JSON. A field of the handled message stands in quotes: \"{field}\": \"{{{field}}}\".")
}
