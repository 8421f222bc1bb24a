use std::fmt::Display;

use crate::base::limits::grouped;

use crate::app::landing::Price;

pub const EXPIRATION: &str = "Expiration";
pub const PRIORITY: &str = "Priority";
pub const EXCHANGE: &str = "Exchange";
pub const FAILED: &str = "Failed";
pub const HANDLED: &str = "Handled";
pub const PUBLISHED_IN: &str = "Published in";
pub const PUBLISHED_OUT: &str = "Routed out";
pub const NO_DEAD_LETTERS_COUNT: &str = "RabbitMQ counts what clients publish here, and no dead letters.";
pub const QUEUE: &str = "Queue";
pub const SENT: &str = "Sent";
pub const SERVICE: &str = "Service";
pub const STATE: &str = "State";
pub const SUCCEEDED: &str = "Succeeded";
pub const EVERYTHING_FOR_THIS_PART: &str = "Everything you can do with this part";
pub const BECAUSE_OF: &str = "Because of";
pub const CHANNELS_CLOSED: &str = "Channels closed";
pub const CLOSE_THE_INSPECTOR: &str = "Close the inspector";
pub const CLOSE_THE_STORY: &str = "Close the story";
pub const CONNECT_TO: &str = "Connect to…";
pub const COPY_AS_JSON: &str = "Copy as JSON";
pub const COPIES_NOW: &str = "Copies now";
pub const DELETE: &str = "Delete";
pub const DELETE_IT_AND_WHAT_REFERS: &str = "Delete it, and what refers to it (Delete)";
pub const DELIVERY_MODE: &str = "Delivery mode";
pub const DRAW_A_LINE_FROM_HERE: &str = "Draw a line from here (C)";
pub const FAULTS: &str = "Faults";
pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
pub const HEADERS_PROPERTIES_PAYLOAD: &str = "Headers, properties, payload";
pub const HTTP_CLIENT: &str = "HTTP client";
pub const IT_ROUTES_AND_STORES_NOTHING: &str = "It routes, and stores nothing.";
pub const LED_TO: &str = "Led to";
pub const MORE: &str = "More…";
pub const N1_TRANSIENT: &str = "1, transient";
pub const N2_PERSISTENT: &str = "2, persistent";
pub const NAME: &str = "Name";
pub const NEWEST_FIRST: &str = "newest first";
pub const ONLY_ITS_SIZE_IS_KNOWN: &str = "(only its size is known)";
pub const ROUTING_KEY: &str = "Routing key";
pub const SEND_50_AT_ONCE: &str = "Send 50 at once";
pub const SEND_A_REQUEST: &str = "Send a request";
pub const SWALLOWED: &str = "Swallowed";
pub const THE_NEWEST_FOLLOWS: &str = "The newest follows.";
pub const THE_STORY_OF_A_MESSAGE: &str = "The story of a message";
pub const TOOLS: &str = "For this part";
pub const TIMED_OUT: &str = "Timed out";
pub const UNREAD: &str = "Unread";
pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
pub const WORKING_ON: &str = "Working on";

pub fn delete_with(lost: Price) -> String {
    format!("Delete drops {lost}.")
}

pub fn and_more(count: &dyn Display) -> String {
    format!("and {count} more")
}

/// Of one dead letter, and of those before it.
pub fn move_back(count: u32) -> String {
    if count == 1 { "Move back".to_owned() } else { format!("Move {count} back") }
}

pub fn move_back_explained(to: &dyn Display, count: u32) -> String {
    let those = if count == 1 { "" } else { " RabbitMQ gives messages from the head: those before it go too." };
    format!("Publishes it to {to}, and takes it out of here.{those}")
}

pub fn ms(expiration: &dyn Display) -> String {
    format!("{expiration} ms")
}

pub fn there_is_no_such_message(now: &dyn Display) -> String {
    format!("There is no such message yet at {now}.")
}

pub fn published_to(exchange: &str, keys: &dyn Display) -> String {
    let exchange = if exchange.is_empty() { "the default exchange" } else { exchange };
    format!("From exchange {exchange}, routing key {keys}")
}

/// Above a story that leaves out its beginning.
pub fn show_earlier(rows: usize) -> String {
    format!("Show {} earlier", grouped(rows as u64))
}

/// Above a story in which rounds are one row.
pub fn show_all(entries: usize) -> String {
    format!("Show all {} entries", grouped(entries as u64))
}

/// Rounds that a message went: "×541: Delivered, Requeued".
pub fn times(times: usize, what: &str) -> String {
    format!("×{}: {what}", grouped(times as u64))
}

/// Of one copy, where there are several.
pub fn story_until(copy: Option<&crate::broker::Name>, at: &dyn Display) -> String {
    copy.map_or_else(|| format!("Story until {at}"), |queue| format!("Story of the copy in {queue}, until {at}"))
}

pub fn with_others(also: &dyn Display) -> String {
    format!(" and {also} more")
}
