//! What is opened, and what a browser keeps.

pub const THE_REST_OF_THE_PAGE: &str = "The rest of the page";
pub const LIST_OF_LESSONS: &str = "The list of lessons";
pub const LIST_OF_SCENARIOS: &str = "The list of scenarios";
pub const THE_LESSON: &str = "The lesson";
