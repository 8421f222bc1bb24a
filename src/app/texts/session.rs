//! What is open: its edits, its time, its canvas.

use crate::base::limits::grouped;
use crate::broker::view::Limit;
use std::fmt::Display;

pub const WHAT_WAS_PASTED: &str = "What was pasted";
pub const PUBLISHING: &str = "Publishing";
pub const A_SERVICE_DIED: &str = "A service died. RabbitMQ takes back what it had not acknowledged.";
pub const A_SERVICE_WAS_DEPLOYED: &str = "A service was deployed again. RabbitMQ takes back what it had not acknowledged.";
pub const RABBITMQ_RESTARTED: &str = "RabbitMQ restarted. Durable queues keep their persistent messages.";
pub const RABBITMQ_RETURNED_A_MESSAGE: &str = "RabbitMQ returned a message: it matched no queue.";
pub const THE_RUN_BEGINS_AGAIN: &str = "The run begins again at time zero. Your drawing stays.";
pub const THE_FIRST_DEAD_LETTER: &str = "The first dead letter: its queue sends it to the dead-letter exchange.";
pub const THE_FIRST_LOSS: &str = "The first lost message: the ledger says why.";
pub const THE_FIRST_UNROUTABLE: &str = "The first lost message: it matched no queue, so RabbitMQ dropped it.";
pub const A_NEW_SYSTEM: &str = "A new system";
pub const DELIVERY_LIMIT: &str = "delivery_limit";
pub const LOOKING_FOR_THE_NEXT_FAILURE: &str = "Looking for the next failure or dead letter";
pub const MOVING_THROUGH_TIME: &str = "Moving through time";
pub const REPEATING_WHAT_WAS_DONE: &str = "Repeating what was done";
pub const PLAYING_THE_OTHER_BRANCH: &str = "Playing the other run";
pub const READING_THE_STORY: &str = "Reading the story";

/// After a service died: so many messages came back.
pub fn unacked_are_back_after_deploy(count: u64) -> String {
    format!("A service was deployed again. {} unacked → back in the queue.", grouped(count))
}

pub fn unacked_are_back(count: u64) -> String {
    format!("A service died. {} unacked → back in the queue.", grouped(count))
}

/// Above an exchange, while the copies fly.
pub fn copies(queues: usize) -> String {
    if queues == 1 { "to 1 queue".to_owned() } else { format!("to {queues} queues: a copy each") }
}

/// Above what comes back from a lost connection.
pub fn unacked_return(count: u32) -> String {
    if count == 1 { "1 unacked, back as redelivered".to_owned() } else { format!("{} unacked, back as redelivered", grouped(count.into())) }
}

/// "10 s", "3 min".
fn span(seconds: u64) -> String {
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", grouped(seconds / 60)) }
}

pub fn time_passes(seconds: u64) -> String {
    format!("{} pass, nothing moves", span(seconds))
}

pub fn messages_wait(seconds: u64, count: u64, queue: &dyn Display) -> String {
    let wait = if count == 1 { "the message waits".to_owned() } else { format!("{} messages wait", grouped(count)) };
    format!("{} pass: {wait} in {queue}", span(seconds))
}

/// "no message", "1 message", "22 messages".
pub fn messages(count: u64) -> String {
    match count {
        0 => "no message".to_owned(),
        1 => "1 message".to_owned(),
        _ => format!("{} messages", grouped(count)),
    }
}

pub fn all_in_flight(count: u64) -> String {
    format!("{} in flight", messages(count))
}

pub fn and_in_flight(count: u64) -> String {
    format!(" and {} in flight", grouped(count))
}

/// After a line was drawn where there was one.
pub fn publishes_again(service: &dyn Display, to: &dyn Display) -> String {
    format!("{service} has another step that publishes to {to}. Undo removes it.")
}

/// After a queue went with its messages.
pub fn rabbitmq_deleted(queue: &dyn Display, count: u64) -> String {
    format!("RabbitMQ deleted {queue} with {}.", messages(count))
}

/// After a part was removed, with so many faults, expectations and hints that spoke of it. Their names stand in the events.
pub fn removed_too(counts: [usize; 3]) -> String {
    let some = |(count, what): (usize, &str)| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{} {what}s", grouped(count as u64))),
    };
    let told: Vec<String> = counts.into_iter().zip(["fault", "expectation", "hint"]).filter_map(some).collect();
    let one = counts.iter().sum::<usize>() == 1;
    format!("{} {} removed too: see Events.", told.join(" and "), if one { "was" } else { "were" })
}

/// After a press that does nothing.
pub const fn nothing_to(undoes: bool) -> &'static str {
    if undoes { "Nothing to undo: nothing was changed here." } else { "Nothing to redo: nothing was undone here." }
}

/// After a step of the history: what it took back, or made again. None: parts have moved. An operation that came later stays.
pub fn stepped(undoes: bool, says: Option<&str>, operated: bool) -> String {
    let word = if undoes { "Undone" } else { "Redone" };
    let says = says.filter(|says| !says.is_empty()).unwrap_or("Parts moved.");
    let stays = if operated { format!(" {OF_EDITS_ALONE}") } else { String::new() };
    format!("{word}: {says}{stays}")
}

/// After an operation, such as a kill.
pub const OF_EDITS_ALONE: &str = "Undo takes back edits alone. For the run, go back in time.";

/// After a new queue took over.
pub fn the_old_queue_keeps(queue: &dyn Display, count: u64) -> String {
    format!("{queue} keeps its {}. Delete it when it is empty.", messages(count))
}

pub fn no_failure_or_dead_letter(now: &dyn Display) -> String {
    format!("No failure or dead letter before {now}. Press again to search further.")
}

pub fn the_lesson_keeps_its_as(lock: &dyn Display) -> String {
    format!("The lesson keeps its {lock} as they are.")
}

pub const BINDING_KEY: &str = "Binding key";
pub const DEAD_LETTER_KEY: &str = "Key of the dead letters";
pub const KEEPS_ITS_KEY: &str = "x-dead-letter-routing-key. Empty: each message keeps its own key.";
pub const HEADER_ARGUMENTS_AS_JSON: &str = "Header arguments, as JSON";
pub const NAME: &str = "Name";
pub const ROUTING_KEY: &str = "Routing key";

/// What an event carries, by the fields of its payload.
pub fn payload(fields: &str) -> String {
    if fields.is_empty() { "payload: empty".into() } else { format!("payload: {fields}") }
}

pub const DROPPED: &str = "dropped";
pub const DROPPED_REJECTED: &str = "dropped: rejected";
pub const DROPPED_EXPIRED: &str = "dropped: expired";
pub const DROPPED_DELIVERY_LIMIT: &str = "dropped: delivery_limit";

/// A queue's length limit, where it is known.
pub fn full(limit: Option<Limit>) -> String {
    match limit {
        Some(Limit::Messages(most)) => format!("full: at most {}", grouped(most)),
        Some(Limit::Bytes(most)) => format!("full: at most {} bytes", grouped(most)),
        None => "full".into(),
    }
}

pub fn dropped_full(full: &str) -> String {
    format!("dropped, {full}")
}

pub const DROPPED_CYCLE: &str = "dropped: circle";
pub const AS_FAST_AS_POSSIBLE: &str = "as fast as possible";
pub const SLOW: &str = "Slow";
pub const FOLLOW: &str = "Normal";
pub const BRISK: &str = "Fast";
