use std::fmt::Display;

pub const ADVANCED: &str = "Advanced";
pub const FIELDS: &str = "Fields";
pub const DEFAULT: &str = "default";
pub const EARLIER: &str = "Earlier";
pub const LATER: &str = "Later";
pub const REMOVE: &str = "Remove";

pub fn or_default(value: &dyn Display) -> String {
    format!("{value}, default")
}

pub fn earlier(title: &dyn Display) -> String {
    format!("{title}: earlier")
}

pub fn later(title: &dyn Display) -> String {
    format!("{title}: later")
}

pub fn remove(title: &dyn Display) -> String {
    format!("{title}: remove")
}
