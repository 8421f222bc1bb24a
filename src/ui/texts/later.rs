//! Texts of what comes after the first picture.

pub const COMING: &str = "Loading…";
pub const MISSING: &str = "This part of Requeue could not be loaded. Check the connection.";
pub const AGAIN: &str = "Load it again";
