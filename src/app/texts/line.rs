//! What a line on the canvas is, and what went along it.

use std::fmt::Display;

pub const CHANNEL_CLOSED: &str = "Channel closed";
pub const ALTERNATE: &str = "Alternate exchange";
pub const BINDING: &str = "Binding";
pub const CALL: &str = "HTTP call";
pub const CONSUMER: &str = "Consumer";
pub const DEAD_LETTERS: &str = "Dead letters";
pub const PUBLISH: &str = "Publish";
pub const GET_OR_CHECK: &str = "Get or check";
pub const DOES_NOT_EXIST: &str = "does not exist";
pub const FAILED: &str = "Failed";
pub const INSTANCES: &str = "Instances";
pub const KEY: &str = "Routing key";
pub const KEEPS_ITS_KEY: &str = "as it came";
pub const MATCHES: &str = "Matches";
pub const NO_RECENT_MESSAGE: &str = "no recent message";
pub const ON_THE_BROKER: &str = "On the broker";
pub const SUCCEEDED: &str = "Succeeded";
pub const TIMED_OUT: &str = "Timed out";
pub const TO_NO_QUEUE: &str = "Found no queue";
pub const UNACKED: &str = "Unacked";

pub fn of_the_last(matched: usize, all: usize) -> String {
    format!("{matched} of the last {all} messages")
}

/// What the keyboard reads on a line.
pub fn and_closed(named: &str, text: &str) -> String {
    format!("{named}. RabbitMQ closed its channel: {text}")
}

pub fn and_absent(named: &str) -> String {
    format!("{named}. It does not exist on the broker.")
}

pub fn named(kind: &str, from: &dyn Display, to: &dyn Display, key: &str) -> String {
    if key.is_empty() { format!("{kind} from {from} to {to}") } else { format!("{kind} from {from} to {to}, {key}") }
}

pub fn step_of(handler: &str, step: &str) -> String {
    format!("{handler}: {step}")
}
