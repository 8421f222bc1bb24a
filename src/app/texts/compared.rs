//! Two runs side by side.

use std::fmt::Display;

pub const DEAD_LETTERED: &str = "dead-lettered";

pub fn killed_at(service: &dyn Display, at: &dyn Display) -> String {
    format!("{service} at {at}")
}

pub fn killed_here(kills: &str) -> String {
    format!("Killed in this run alone: {kills}.")
}

pub fn killed_there(kills: &str) -> String {
    format!("Killed in the other run, and not repeated here: {kills}.")
}

pub fn messages(word: &str) -> String {
    format!("messages: {word}")
}

pub fn orders(word: &str) -> String {
    format!("requests: {word}")
}

pub fn this_run_differs(says: &str) -> String {
    format!("Changed in this run: {says}")
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
