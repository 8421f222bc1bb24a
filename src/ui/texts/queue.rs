//! The inspector of a queue.

use std::fmt::Display;

use crate::app::landing::Price;

pub const FIND_AN_ARGUMENT: &str = "Find an argument, such as max-length";
pub const NO_SUCH_ARGUMENT: &str = "No argument of this queue has these words.";
pub const ACK: &str = "Ack";
pub const ACKNOWLEDGED: &str = "Acknowledged";
pub const ARRIVED: &str = "Arrived";
pub const CONSUMER: &str = "Consumer";
pub const PREFETCH: &str = "Prefetch";
pub const READY: &str = "Ready";
pub const REDELIVERED: &str = "Redelivered";
pub const TOTAL: &str = "Total";
pub const UNACKED: &str = "Unacked";
pub const A_NEW_QUEUE_TAKES_OVER: &str = "A new queue takes over its bindings and consumers. The old one keeps its messages.";
pub const A_QUEUE_KEEPS: &str = "A queue keeps its name, arguments, type and durability.";
pub const ACK_AUTOMATIC: &str = "automatic";
pub const ACK_MANUAL: &str = "manual";
pub const ARGUMENTS: &str = "Arguments";
pub const BINDINGS: &str = "Bindings";
pub const BY_NAME: &str = "The default exchange sends here what has the queue's name as its routing key.";
pub const CONSUMERS: &str = "Consumers";
pub const CONSUMER_CAPACITY: &str = "Consumer capacity";
pub const DROPS_EVERY_READY_MESSAGE_UNACKED: &str = "Drops every ready message; unacked ones stay";
pub const GETS_A_MESSAGE_AND_ACKNOWLEDGES: &str = "Gets a message and acknowledges it, which removes it";
pub const GETS_A_MESSAGE_AND_PUTS: &str = "Gets a message and puts it back (nack, requeue): it will count as redelivered";
pub const GET_ACK: &str = "Get, ack";
pub const GET_REQUEUE: &str = "Get, requeue";
pub const MESSAGES: &str = "Messages";
pub const KEEP_IT: &str = "Keep it as it is";
pub const MESSAGES_BY_HAND: &str = "Messages by hand";
pub const NONE: &str = "None.";
pub const NONE_WHAT_ARRIVES_GOES_STRAIGHT: &str = "None: what arrives goes straight to a consumer that has room.";
pub const NO_CONSUMER: &str = "No service consumes from this queue.";
pub const OF_THE_QUEUE: &str = "Of the queue";
pub const OVERVIEW: &str = "Overview";
pub const PUBLISHES_EVERY_READY_MESSAGE_THERE: &str = "Publishes every ready message there, and takes it out of here";
pub const READY_THE_NEXT_FIRST: &str = "Ready, the next first";
pub const THE_BROKER_DOES_NOT_HAVE: &str = "The broker does not have it now. It was deleted, expired, or did not survive a restart.";
pub const TO_WHERE_THEY_WERE_PUBLISHED: &str = "to where they were published";
pub const UNACKED_WITH_WHO_HOLDS_THEM: &str = "Unacked, with who holds them";
pub const UNLIMITED: &str = "unlimited";
pub const WHERE_ALL_ITS_MESSAGES_ARE: &str = "Where all its messages are to go";
pub const WILL_BE_REDELIVERED: &str = "will be redelivered";

pub fn create(name: &dyn Display) -> String {
    format!("Create {name}")
}

pub fn delete_and_declare(lost: Price) -> String {
    format!("Delete and declare: {lost} lost")
}

pub fn set_by_policy(leave: Price) -> String {
    if leave.is_nothing() { "Set by policy".to_owned() } else { format!("Set by policy: {leave} out at once") }
}

pub fn a_policy_sets_the_same(leave: Price) -> String {
    if leave.is_nothing() {
        "A policy sets the same and keeps the messages.".to_owned()
    } else {
        format!("A policy sets the same. It takes {leave} out of the queue at once.")
    }
}

pub fn purge(ready: Price) -> String {
    if ready.is_nothing() { "Purge".to_owned() } else { format!("Purge {ready}") }
}

pub fn move_all(ready: Price) -> String {
    if ready.is_nothing() { "Move all".to_owned() } else { format!("Move {ready}") }
}

pub fn policy(name: &dyn Display, definition: &dyn Display) -> String {
    format!("Policy {name} applies: {definition}")
}

pub fn rabbitmq_deletes(queue: &dyn Display, lost: Price) -> String {
    format!("RabbitMQ can only delete {queue} with {lost}, and declare it again.")
}

pub fn step(is_undo: bool, lost: Price) -> String {
    format!("{}: {lost} lost", if is_undo { "Undo" } else { "Redo" })
}

/// The change that goes, or comes back, stands as a separate sentence.
pub fn take_step(is_undo: bool, says: &str) -> String {
    format!("{} “{}”?", if is_undo { "Undo" } else { "Redo" }, says.trim_end_matches('.'))
}

pub const fn waits(is_undo: bool) -> &'static str {
    if is_undo { "Undo waits for your answer." } else { "Redo waits for your answer." }
}

pub fn would_go(queue: &dyn Display, lost: Price) -> String {
    format!("RabbitMQ would delete {queue} with {lost}.")
}

pub fn rate(of: &dyn Display, a_second: &dyn Display) -> String {
    format!("{of} {a_second}/s")
}

pub fn to(other: &dyn Display) -> String {
    format!("to {other}")
}
