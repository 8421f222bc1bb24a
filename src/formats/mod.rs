//! Everything that enters or leaves as bytes. Formats, with their versions and limits, are known here; the rest of the house
//! never sees them.

pub mod amqp_json;
pub mod broker_script;
pub mod capture;
pub mod definitions;
pub mod document;
pub mod draft_file;
pub mod lesson_file;
pub mod lesson_prose;
pub mod markdown;
pub mod opened;
mod patch;
pub mod place;
pub mod pretty;
pub mod progress_file;
pub mod recording_file;
pub mod report;
pub mod result_file;
pub mod scenario_file;
pub mod site_list;
pub mod snapshot;
pub mod trace_json;
