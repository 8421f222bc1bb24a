//! Two runs side by side.

use std::fmt::Display;

pub const AFTER: &str = "After";
pub const BEFORE: &str = "Before";
pub const DEAD_LETTERED: &str = "dead-lettered";

pub fn changed_after(says: &str) -> String {
    format!("Changed in B: {says}")
}

pub fn killed(kills: &str) -> String {
    format!("Killed: {kills}")
}

pub fn killed_after(kills: &str) -> String {
    format!("Killed in B alone: {kills}.")
}

pub fn killed_at(service: &dyn Display, at: &dyn Display) -> String {
    format!("{service} at {at}")
}

pub fn killed_before(kills: &str) -> String {
    format!("Killed in A alone: {kills}.")
}

pub fn messages(word: &str) -> String {
    format!("messages: {word}")
}

pub fn orders(word: &str) -> String {
    format!("requests: {word}")
}

pub fn until_answered(name: &dyn Display, percentile: &str) -> String {
    format!("{name}: time to the answer, {percentile}")
}

pub fn until_delivered(name: &dyn Display, percentile: &str) -> String {
    format!("{name}: time to delivery, {percentile}")
}

pub fn until_done(name: &dyn Display, percentile: &str) -> String {
    format!("{name}: time to the ack, {percentile}")
}
