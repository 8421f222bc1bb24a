//! Forms; the labels and explanations of fields stand with the table of fields.

use std::fmt::Display;

pub const DEFAULT_EXCHANGE: &str = "(default exchange)";
pub const MAY_FAIL: &str = ", may fail";

pub fn a_number_is_wanted_here(trimmed: &dyn Display) -> String {
    format!("A number is wanted here, not “{trimmed}”.")
}

pub fn a_whole_number_is_wanted(trimmed: &dyn Display) -> String {
    format!("A whole number is wanted here, not “{trimmed}”.")
}

pub fn binding_to(destination: &dyn Display) -> String {
    format!("Binding to {destination}")
}

pub fn binding_from(source: &dyn Display, key: &dyn Display) -> String {
    format!("From {source}, key {key}")
}

pub const fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

pub fn there_is_no_any_more(at: &dyn Display) -> String {
    format!("There is no {at} any more.")
}

pub fn this_is_not_json(error: &dyn Display) -> String {
    format!("This is not JSON: {error}")
}

pub fn this_is_not_json_a(field: &dyn Display) -> String {
    format!("This is not JSON. A field of the handled message stands in quotes: \"{field}\": \"{{{field}}}\".")
}
