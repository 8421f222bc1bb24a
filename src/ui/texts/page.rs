use crate::base::number::Fixed;

pub const ARRANGE: &str = "Arrange along the message flow";
pub const CANVAS: &str = "Canvas";
pub const NOTICES: &str = "Notices";
pub const OPENING_THE_COURSE_CHAPTERS_SYSTEM: &str = "Opening the course chapter's system…";
pub const SHOW_EVERYTHING: &str = "Show everything (Shift+1)";
pub const SKIP_TO_THE_CANVAS: &str = "Skip to the canvas";
pub const THE_OTHER_RUN: &str = "The other run at this moment. The comparison says what differs.";
pub const VIEW: &str = "View";
pub const ZOOM_IN: &str = "Zoom in";
pub const ZOOM_OUT: &str = "Zoom out";

pub fn percent(scale: f64) -> String {
    format!("{:.0} %", Fixed(scale * 100.0))
}
