//! Streams.

use std::fmt::Display;

pub const IN_THE_LOG: &str = "In the log, the oldest first";
pub const KEPT: &str = "Offsets";
pub const LAG: &str = "Lag";
pub const NO_READER: &str = "No service reads this stream now.";
pub const NOT_BY_HAND: &str = "RabbitMQ fetches and purges nothing from a stream: readers leave every message where it is.";
pub const OFFSET: &str = "Offset";
pub const OUT: &str = "Unacked";
pub const OUT_WITH_READERS: &str = "With readers, not acknowledged";
pub const READ: &str = "Read from streams";
pub const READER: &str = "Reader";
pub const READS_AGAIN: &str = "Its program connects again, and reads from that offset on";
pub const REPLAY: &str = "Replay";
pub const REPLAY_FROM: &str = "Replay from offset";
pub const RETIRED: &str = "Retired by streams";
pub const SEGMENTS: &str = "Segments";
pub const STREAM: &str = "Stream";

pub fn at(offset: u64) -> String {
    format!("offset {offset}")
}

pub fn kept(first: u64, last: u64) -> String {
    format!("{first} to {last}")
}

pub fn mark(reader: &dyn Display, next: u64, lag: u64) -> String {
    format!("{reader} reads offset {next} next, {lag} behind")
}

pub fn strip(marks: &str) -> String {
    format!("The log, and where its readers are: {marks}")
}
