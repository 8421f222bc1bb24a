use std::fmt::Display;

pub const KILL: &str = "Kill";
pub const START: &str = "Start";
pub const AUTO_ACK: &str = "auto ack";
pub const BLOCKED_BY_THE_BROKER: &str = "blocked by the broker";
pub const DOES_NOT_EXIST: &str = "does not exist";
pub const NO_CHANNEL: &str = "no channel: it consumes nothing";
pub const CUT_OFF_FROM_THE_BROKER: &str = "cut off from the broker";
pub const DOWN: &str = "down";
pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here";
pub const EMPTY: &str = "empty";
pub const EVERY_MESSAGE: &str = "every message";
/// Before a total, where its word has no room.
pub const IN_ALL: &str = "=";
pub const MANUAL_ACK: &str = "manual ack";
pub const NOT_SENT_YET: &str = "not sent yet";
pub const NOTHING_YET_DRAG_A_PART: &str = "Nothing yet. Open Build (key B), or double-click here. With a finger, hold.";
pub const OR: &str = " or ";
pub const READY: &str = "Ready";
pub const THE_SYSTEM_ARROW_KEYS_GO: &str = "The system: arrow keys go along the lines, from part to part";
pub const TOTAL: &str = "Total";
pub const UNACKED: &str = "Unacked";
pub const UP: &str = "up";

pub fn exchange(glyph: &dyn Display, name: &dyn Display, kind: &dyn Display) -> String {
    format!("{glyph} {name} {kind}, exchange")
}

pub fn delayed(kind: &dyn Display, count: &dyn Display) -> String {
    format!("delayed {kind}, keeps {count}")
}

pub fn handled(handled: &dyn Display) -> String {
    format!("handled {handled}")
}

pub fn prefetch(prefetch: &dyn Display, acks: &dyn Display) -> String {
    format!("prefetch {prefetch} · {acks}")
}

pub fn queue(name: &dyn Display, caption: &dyn Display, features: &dyn Display) -> String {
    format!("{name} {caption} {features}, queue")
}

pub fn features(marks: &dyn Display, names: &dyn Display) -> String {
    format!("{marks}: {names}")
}

pub fn ready_unacked_total(ready: &dyn Display, unacked: &dyn Display, total: &dyn Display) -> String {
    format!("Ready {ready} Unacked {unacked} Total {total}")
}

pub fn both(one: &str, other: &str) -> String {
    if one.is_empty() { other.to_owned() } else { format!("{one} {other}") }
}

pub fn requests_http_client(name: &dyn Display, sent: &dyn Display) -> String {
    format!("{name} {sent} requests, HTTP client")
}

pub fn saved_handled(records: &dyn Display, handled: &dyn Display) -> String {
    format!("saved {records} · handled {handled}")
}

pub fn failed(failed: &dyn Display, sent: &dyn Display) -> String {
    format!("{failed} of {sent} failed")
}

pub fn sent(count: &dyn Display) -> String {
    format!("sent {count}")
}

pub fn service_working_on(
    name: &dyn Display,
    caption: &dyn Display,
    foot: &dyn Display,
    up: &dyn Display,
    working: &dyn Display,
) -> String {
    format!("{name} {caption} {foot}, service, {up}, working on {working}")
}

pub fn service_not_started(name: &dyn Display, waits: &dyn Display) -> String {
    format!("{name} {waits}, service, not started")
}

pub fn this_instance(word: &dyn Display) -> String {
    format!("{word} this instance")
}
