//! What the composer says of a message, and of a publish.

use std::fmt::Display;

pub const AN_EXPIRATION_IS_A_WHOLE: &str = "An expiration is a whole number of milliseconds.";
pub const A_PRIORITY_IS_A_WHOLE: &str = "A priority is a whole number from 0 to 255.";
pub const BYTES_OF_A_BODY: &str = "bytes of a message's body";
pub const HEADERS_ARE_A_JSON_OBJECT: &str = "Headers are a JSON object, for example {\"region\": \"eu\"}.";
pub const IT_FOUND_NO_QUEUE_AND: &str = "It found no queue, and was returned, because it is mandatory.";
pub const ORDER_PLACED_WITHOUT_A_ZIP: &str = "order.placed without a zip";
pub const THE_BROKER_CONFIRMED_IT: &str = " The broker confirmed it.";
pub const THE_BROKER_IS_DOWN_IT: &str = "The broker is down: it could not be published.";
pub const THE_MESSAGES_BEFORE_THESE_ARE: &str = "The messages before these are still being published: wait for them, or cancel them.";

pub fn a_routing_key_has_at(shortstr_bytes_max: &dyn Display) -> String {
    format!("A routing key has at most {shortstr_bytes_max} bytes.")
}

pub fn from_1_to_at_once(count_max: &dyn Display) -> String {
    format!("From 1 to {count_max} at once.")
}

pub fn more_than_0_and_at(number: &dyn Display) -> String {
    format!("More than 0 and at most {number} a second.")
}

pub fn the_broker_is_low_on(resource: &dyn Display) -> String {
    format!("The broker is low on {resource}: it reads no publishes, and yours waits.")
}

pub fn the_payload_is_not_json(error: &dyn Display) -> String {
    format!("The payload is not JSON: {error}")
}

pub fn the_headers_are_not_json(error: &dyn Display) -> String {
    format!("The headers are not JSON: {error}")
}

pub fn times(times: &dyn Display) -> String {
    format!("{times} times: ")
}

pub fn the_payload_is_too_large(why: &dyn Display) -> String {
    format!("The payload is too large: {why}.")
}
