//! Recipes: steps in plain words, and what their order risks.

use crate::base::limits::grouped;
use crate::scenario::Ask;

pub const A: &str = "a";
pub const ACKNOWLEDGE: &str = "Acknowledge";
pub const AN: &str = "an";
pub const ARRIVES: &str = "arrives";
pub const CALL: &str = "Call";
pub const DO: &str = "Do";
pub const ELSEWHERE: &str = "on the publishing channel";
pub const EVERY: &str = "Every";
pub const MAY_FAIL: &str = "may fail";
pub const PUBLISH: &str = "Publish";
pub const RECORD: &str = "record";
pub const REPLY: &str = "Reply";
pub const SAVE: &str = "Save";
pub const SAVE_AS: &str = "Save as";
pub const WHEN: &str = "When";
pub const WHEN_A_MESSAGE_OF: &str = "When a message of";
pub const WHEN_AN_INSTANCE_STARTS: &str = "When an instance starts";
pub const LOST: &str = "if the service dies in between, RabbitMQ does not deliver the message again";
pub const UNNOTICED: &str = "the client does not learn that the event could not be published";
pub const WORK: &str = "Work";
pub const BLOCKING: &str = "(blocks the process)";
pub const WORK_FOR: &str = "Work for";

pub fn about(time: &str) -> String {
    format!("about {time}")
}

pub const fn asks(ask: &Ask) -> &'static str {
    match ask {
        Ask::Declare { .. } => "Declare",
        Ask::CheckQueue { .. } => "Check queue",
        Ask::Get { .. } => "Fetch from",
    }
}

/// When a handler ends at such a step.
pub fn ends_without(ask: &Ask) -> String {
    match ask {
        Ask::Declare { .. } | Ask::CheckQueue { at_least: 0, .. } => String::new(),
        Ask::CheckQueue { at_least, .. } => format!("ends below {}", grouped(*at_least)),
        Ask::Get { .. } => "ends if it is empty".to_owned(),
    }
}

pub fn together(every: u32) -> String {
    if every == 1 { "all up to this delivery".to_owned() } else { format!("{every} at a time") }
}

pub const fn answer(required: bool) -> &'static str {
    if required { "stops without a good answer" } else { "goes on without an answer" }
}

pub fn as_long_as(field: &str) -> String {
    format!("as long as {field} says")
}

pub fn between(from: &str, to: &str) -> String {
    format!("{from} to {to}")
}

/// What an order of two steps means.
pub fn consequence(first: &str, second: &str, means: &str) -> String {
    format!("{first} before {second}: {means}.")
}

pub fn announces(record: &str) -> String {
    format!("an event may go out for {record} that is not kept")
}

pub fn promises(record: &str) -> String {
    format!("the client may be informed of {record} that is not kept")
}

pub fn keeps_in_silence(record: &str) -> String {
    format!("the service may keep {record} that no event announces")
}

pub fn repeats(first: &str, second: &str) -> String {
    format!("if {second} fails, the next delivery does {first} again")
}

pub fn for_whom(field: &str) -> String {
    format!("for {field}")
}

pub fn number_in(field: &str) -> String {
    format!("number in {field}")
}

pub fn per_record(state: &str) -> String {
    format!("for each record that is {state}")
}

pub fn to_exchange(exchange: &str, fields: usize, confirm: bool) -> String {
    let exchange = if exchange.is_empty() { "the default exchange" } else { exchange };
    let many = if fields == 1 { "" } else { "s" };
    let waits = if confirm { ", waits for the confirm" } else { "" };
    format!("to {exchange}, {fields} field{many}{waits}")
}

pub fn with_event(key: &str) -> String {
    format!(", {key} into the outbox")
}
