//! Two runs side by side.

use std::fmt::Display;

pub const AFTER: &str = "After";
pub const BEFORE: &str = "Before";
pub const DEAD_LETTERED: &str = "dead-lettered";

pub fn after_a_requeue(run: &str) -> String {
    format!("{run} requeued more")
}

pub fn changed_after(says: &str) -> String {
    format!("Changed in B: {says}")
}

pub fn dead_letters_of(queue: &dyn Display) -> String {
    format!("dead letters of {queue}")
}

pub fn end_of(fault: &dyn Display) -> String {
    format!("end {fault}")
}

pub fn is_down_in(service: &dyn Display, run: &str) -> String {
    format!("{service} is down in {run}")
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

pub fn more_for_a_reason(run: &str, more: f64, reason: &str) -> String {
    format!("{run}: {more:.0} more {reason}")
}

pub fn no_consumer_now(run: &str) -> String {
    format!("{run} has no consumer now")
}

pub fn orders(word: &str) -> String {
    format!("requests: {word}")
}

pub fn publish(key: &str) -> String {
    if key.is_empty() { "publish the message".into() } else { format!("publish {key}") }
}

pub fn purge(queue: &str) -> String {
    format!("purge {queue}")
}

pub fn reconnected(services: &str) -> String {
    format!("In B the change reconnected {services}. RabbitMQ requeued what it held.")
}

pub fn requests(count: u32, client: &str) -> String {
    if count == 1 { format!("send a request of {client}") } else { format!("send {count} requests of {client}") }
}

pub fn until_begun(name: &dyn Display, percentile: &str) -> String {
    format!("{name}: time until work begins, {percentile}")
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

pub fn was_changed(part: &dyn Display) -> String {
    format!("B changed {part}")
}

pub fn was_killed_in(service: &dyn Display, run: &str) -> String {
    format!("{service} was killed in {run}")
}
