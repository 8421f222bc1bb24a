use crate::base::SimTime;

pub const ACTIONS: &str = "Actions";
pub const ADD_A_PART: &str = "Add a part";
pub const AN_EMPTY_CANVAS: &str = "An empty canvas";
pub const AS_A_PAGE: &str = "As a page";
pub const A_LESSON_OF_YOUR_OWN: &str = "A lesson of your own";
pub const A_LINK_TO_THIS_LESSON: &str = "A link to this lesson";
pub const BACK_TO_PLAYING: &str = "Back to playing";
pub const CANVAS: &str = "Canvas";
pub const CLOSE: &str = "Close";
pub const COPY_THE_LINK: &str = "Copy the link";
pub const FETCHING_THE_LIST: &str = "Fetching the list…";
pub const FIND_A_TERM: &str = "Find a term";
pub const FOR_EMBEDDING: &str = "for embedding";
pub const FOR_EMBEDDING_ONLY_THE_CANVAS: &str = "In another page: the canvas and time";
pub const FOR_EMBEDDING_PLAYING_BY_ITSELF: &str = "In another page, playing by itself";
pub const GLOSSARY: &str = "Glossary";
pub const HELP: &str = "Help";
pub const KEEP_IT_OPEN: &str = "Keep it open";
pub const KEYS: &str = "Keys";
pub const KEYS_WORK_ON_THE_CANVAS: &str = "Keys without Ctrl work on the canvas. F6 leads there. There Space plays, and Enter selects a part. Space also works on headings, and ? outside fields.";
pub const COURSE: &str = "Course";
pub const LINK_TO_THIS_LESSON: &str = "Link to this lesson";
pub const NO_MATCHING_COMMAND: &str = "No matching command.";
pub const OVER_2_000_CHARACTERS_SOME: &str = "Over 2,000 characters: some programs cut such links off. A file is safer.";
pub const PICTURE_PNG: &str = "Picture (PNG)";
pub const PICTURE_SVG: &str = "Picture (SVG)";
pub const READ_ONLY: &str = "Read-only";
pub const REPLACE_IT: &str = "Replace it";
pub const REPLACE_WHAT_IS_OPEN: &str = "Replace the open system?";
pub const SAVE_IT: &str = "Save it";
pub const SAVE_THE_RECORDING: &str = "Save the recording";
pub const SAVE_THE_SCENARIO: &str = "Save the scenario";
pub const SCENARIO: &str = "The scenario, at time zero";
pub const SCENARIOS: &str = "Scenarios";
pub const SHARE: &str = "Share";
pub const THAT_IS_LONGER_THAN_16: &str = "That is longer than 16 KiB, too long for a link. Save it as a file, and share that.";
pub const THE_LINK_HOLDS_EVERYTHING_ITSELF: &str = "The link holds everything itself and is sent to no server. ";
pub const TO_KEEP_YOUR_WORK_USE: &str = "To keep your work use Save: a link does not change when you go on.";
pub const TYPE_TO_SEARCH_ENTER_RUNS: &str = "Type to search; Enter runs the first match";
pub const WHAT_DO_YOU_WANT_TO: &str = "What do you want to do?";
pub const WHAT_THE_LINK_HOLDS: &str = "What the link holds";
pub const HOW_IT_OPENS: &str = "How it opens";
pub const WITH_SERVICES_AND_CLIENTS_LOCKED: &str = "with services and clients locked";

pub fn characters(count: usize) -> String {
    format!("{count} characters")
}

pub fn is_saved(title: &str) -> String {
    format!("“{title}” is saved.")
}

pub fn has_unsaved_changes(title: &str) -> String {
    format!("“{title}” has unsaved changes.")
}

pub fn recording_up_to(now: SimTime) -> String {
    format!("The run so far, at {now}")
}
