//! Of lines that are being drawn.

use crate::scenario::edit::proposal::Replaced;

pub const LEAVE_THEM: &str = "Leave them there";
pub const MOVE_THEM: &str = "Move the steps to the queue";
pub const NEW_PART: &str = "New part…";
pub const WHERE_THE_LINE_LEADS: &str = "Create and connect";

/// An HTTP handler that a queue may replace.
pub fn has_steps(Replaced { service, path, steps, callers, .. }: &Replaced) -> String {
    let steps = if *steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
    let ends = if callers.is_empty() { String::new() } else { format!(" Then {} no longer calls it.", callers.join(", ")) };
    format!("{service} does {steps} for {path}, too.{ends}")
}
