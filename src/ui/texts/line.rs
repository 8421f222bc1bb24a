//! The inspector of a line.

pub const CLOSE: &str = "Close the inspector";
pub const DELETE: &str = "Delete";
pub const DELETE_EXPLAINED: &str = "Delete the line (Delete). What it joins stays.";
pub const EDIT_ITS_KEY: &str = "Edit its key";
pub const EDIT_EXPLAINED: &str = "Edit its key on the canvas (F2)";
pub const FROM: &str = "From";
pub const TO: &str = "To";
