//! Of lines that are being drawn.

pub const NEW_PART: &str = "New part…";
pub const WHERE_THE_LINE_LEADS: &str = "Create and connect";
