//! What an edit of a solution does, one sentence each.

use crate::scenario::edit::Part;

pub const THE_SYSTEM: &str = "The system";

pub fn added(part: &Part) -> String {
    format!("Add the {part}.")
}

pub fn and_more(says: &str, more: usize) -> String {
    let others = if more == 1 { "change" } else { "changes" };
    format!("{says} And {more} more {others}.")
}

pub fn begins(service: &str, when: &str) -> String {
    format!("{service} begins to work differently: {when}.")
}

pub fn bound(source: &str, destination: &str, key: &str) -> String {
    format!("Bind {destination} to {source}{}.", with(key))
}

pub fn bound_otherwise(source: &str, destination: &str, _key: &str) -> String {
    format!("The binding of {destination} to {source} gets other arguments.")
}

pub fn handles_more(service: &str) -> String {
    format!("{service} gets one more handler.")
}

pub fn rebound(source: &str, destination: &str, key: &str) -> String {
    format!("The binding of {destination} to {source} gets the key {key}.")
}

pub fn removed(part: &Part) -> String {
    format!("Remove the {part}.")
}

pub fn renamed(part: &Part, name: &str) -> String {
    format!("Rename the {part} to {name}.")
}

pub fn set(part: &str, label: &str, value: &str) -> String {
    format!("{part}: “{label}” is now {value}.")
}

pub fn step(service: &str, number: usize, line: &str) -> String {
    format!("{service}: step {number} becomes “{line}”.")
}

pub fn steps(service: &str, lines: &str) -> String {
    format!("{service}: the steps become {lines}.")
}

pub fn taken(part: &str, label: &str) -> String {
    format!("{part}: “{label}” has no value now.")
}

pub fn unbound(source: &str, destination: &str, key: &str) -> String {
    format!("Remove the binding of {destination} to {source}{}.", with(key))
}

fn with(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(" with the key {key}") }
}
