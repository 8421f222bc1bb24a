//! The ledger.

use std::fmt::Display;

pub const ABANDONED: &str = "Abandoned";
pub const ACKNOWLEDGED: &str = "Acknowledged";
pub const BALANCED: &str = "Balanced";
pub const LOST: &str = "Lost";
pub const PUBLISHED: &str = "Published";
pub const DELAYED: &str = "Delayed";
pub const UNROUTABLE: &str = "Unroutable";
pub const COPIES_TO_QUEUES: &str = "Copies to queues";
pub const DROPPED_OR_REFUSED: &str = "Dropped or refused";
pub const LOST_IN_TOTAL: &str = "Lost in total";
pub const NEVER_SENT: &str = "Never sent";
pub const NOT_BALANCED: &str = "Not balanced";
pub const READY_UNACKED: &str = "Ready + unacked";
pub const READ: &str = "Read from streams";
pub const RETIRED: &str = "Retired by streams";
pub const UNROUTABLE_DEAD_LETTERS: &str = "Unroutable dead letters";
pub const FULL: &str = "the queue was full";
pub const NO_QUEUE: &str = "published: no queue was bound for the key";
/// As the events have it.
pub const FINDS_DEAD_LETTERS: &str = "the dead letter";

pub fn lost_in(queue: &dyn Display, reason: &dyn Display) -> String {
    format!("in {queue}: {reason}")
}

pub fn dead_letters_of(queue: &dyn Display) -> String {
    format!("dead letters of {queue}: no queue took them")
}

pub fn on_the_way(reason: &dyn Display) -> String {
    format!("on the way: {reason}")
}

/// As the events have it.
pub fn finds_dropped(queue: &dyn Display, cause: &dyn Display) -> String {
    format!("from {queue}: {cause}")
}

pub fn finds_refused(queue: &dyn Display) -> String {
    format!("{queue} is full")
}
