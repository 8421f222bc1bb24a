//! Of what is probably a mistake.

use std::fmt::Display;

pub const PROBABLY_A_MISTAKE: &str = "Probably a mistake";
pub const READ_THE_LESSON: &str = "Read the lesson";

pub fn fix(what: &dyn Display) -> String {
    format!("Fix: {what}")
}

/// In its place, when it was done.
pub fn fixed(what: &dyn Display) -> String {
    format!("Fixed: {what}")
}

/// Of a part, for those who hear it.
pub fn with_finding(label: &dyn Display, says: &dyn Display) -> String {
    format!("{label}. {PROBABLY_A_MISTAKE}: {says}")
}
