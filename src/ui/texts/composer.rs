use std::fmt::Display;

pub const AND: &str = " and ";
pub const A_SECOND: &str = "a second";
pub const CONFIRM: &str = "Confirm";
pub const DEFAULT_EXCHANGE: &str = "(default exchange)";
pub const DOES_NOT_MATCH: &str = "does not match";
pub const EMPTY: &str = "(empty)";
pub const EXAMPLES: &str = "Keys that match, and keys that do not";
pub const EXCHANGE: &str = "Exchange";
pub const EXPIRATION_MS: &str = "Expiration, ms";
pub const HEADERS_AND_PROPERTIES: &str = "Headers and properties";
pub const HEADERS_AS_JSON: &str = "Headers, as JSON";
pub const MANDATORY: &str = "Mandatory";
pub const ONE_OF_THE_CHAPTERS_EVENTS: &str = "one of the chapter's events…";
pub const PAYLOAD: &str = "Payload";
pub const PERSISTENT: &str = "Persistent";
pub const PRIORITY: &str = "Priority";
pub const PUBLISH: &str = "Publish";
pub const REPEAT: &str = "Repeat";
pub const ROUTING_KEY: &str = "Routing key";
pub const SHOW_ITS_STORY: &str = "Show its story";
pub const STOP: &str = "Stop";
pub const TEMPLATE: &str = "Template";
pub const THE_MESSAGE_WOULD_BE_DROPPED: &str = "The message would be dropped without notice.";
pub const THE_MESSAGE_WOULD_BE_RETURNED: &str = "The message would be returned, because it is mandatory.";
pub const TIMES: &str = "times";

pub const VALID_JSON: &str = "valid JSON";

/// Beside the button that publishes.
pub fn get_a_copy(queues: usize) -> String {
    match queues {
        0 => "No queue gets a copy".to_owned(),
        1 => "1 queue gets a copy".to_owned(),
        _ => format!("{queues} queues get a copy"),
    }
}

pub fn comes_here(key: &dyn Display) -> String {
    format!("{key}: this queue gets a copy.")
}

pub fn is_stopped(key: &dyn Display) -> String {
    format!("{key}: this queue gets no copy. No binding takes it:")
}

pub fn no_binding_leads(key: &dyn Display, exchange: &str) -> String {
    let exchange = if exchange.is_empty() { DEFAULT_EXCHANGE } else { exchange };
    format!("{key}: this queue gets no copy. No binding leads here from {exchange}.")
}

pub fn no_binding_matches_so_it(alternate: &dyn Display) -> String {
    format!("No binding matches, so it goes on to the alternate exchange {alternate}.")
}

pub fn no_queue_has_this_name(fate: &dyn Display) -> String {
    format!("No queue has this name. {fate}")
}

pub fn no_queue_would_get_it(fate: &dyn Display) -> String {
    format!("No queue would get it. {fate}")
}

pub fn one_copy_each_would_go(many: &dyn Display) -> String {
    format!("One copy each would go to {many}.")
}

pub fn one_copy_would_go_to(one: &dyn Display) -> String {
    format!("One copy would go to {one}.")
}

pub fn would_be_kept(exchange: &dyn Display, delay: &dyn Display, kind: &dyn Display) -> String {
    format!("{exchange} would delay it for {delay}, and then route it as a {kind} exchange. What the bindings are then decides.")
}

pub fn several_bindings_lead_to_still(doubled: &dyn Display) -> String {
    format!("Several bindings lead to {doubled}: still one copy.")
}
