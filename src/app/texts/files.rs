//! What is opened, and what a browser keeps.

pub const THE_REST_OF_THE_PAGE: &str = "The rest of the page";
pub const LIST_OF_LESSONS: &str = "The list of lessons";
pub const LIST_OF_SCENARIOS: &str = "The list of scenarios";
pub const THE_LESSON: &str = "The lesson";
pub const NOTHING_IS_KEPT: &str = "This browser keeps none of your work. Save it as a file.";
pub const THE_RUN_IS_NOT_KEPT: &str = "This browser has no room for the run. After a reload, only the drawing is there.";
pub const UNDO_IS_NOT_KEPT: &str = "This browser has no room for your undo steps. A reload loses them.";

/// What a link does where it is opened.
pub const NOTHING_RUNS_BY_ITSELF: &str = "Everyone who opens it sees the same, and nothing runs by itself. ";
pub const IT_PLAYS_BY_ITSELF: &str = "Everyone who opens it sees the same, and it plays by itself. ";
