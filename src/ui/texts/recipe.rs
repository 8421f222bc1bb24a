use std::fmt::Display;

pub use super::form::{REMOVE, remove};

pub const ADD_AFTER: &str = "Add a step after this one";
pub const DRAG: &str = "Drag to another place";
pub const MOVES: &str = "Show its fields. Alt+↑ and Alt+↓ move the step, Delete removes it, → leads to + and ×.";

pub fn add_after(title: &dyn Display) -> String {
    format!("{title}: add a step after it")
}
