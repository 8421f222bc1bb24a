//! A file that a visitor opens: which of the formats it is, and what it holds.

use std::sync::Arc;

use super::document::parse;
use super::{lesson_file, progress_file, recording_file, scenario_file};
use crate::lesson::Lesson;
use crate::lesson::progress::Progress;
use crate::scenario::Problem;
use crate::sim::Recording;

#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// A scenario is a recording in which nothing has happened yet.
    Recording(Recording),
    Lesson(Box<Lesson>),
    Progress(Progress),
}

/// Reads a scenario, a recording, a lesson or progress.
///
/// # Errors
/// Everything that is wrong; never empty.
pub fn read(text: &str) -> Result<Opened, Vec<Problem>> {
    if lesson_file::is_one(text) {
        return lesson_file::read(text).map(|lesson| Opened::Lesson(Box::new(lesson)));
    }
    let document = parse(text).map_err(|problem| vec![problem])?;
    if progress_file::is_one(&document) {
        return progress_file::read(&document).map(Opened::Progress);
    }
    let recording = if recording_file::is_one(&document) {
        recording_file::of_document(&document).map(|file| file.recording)
    } else {
        // The reader of scenarios says what is wrong with anything else.
        scenario_file::of_document(&document).map(|scenario| Recording::of(Arc::new(scenario)))
    };
    recording.map(Opened::Recording)
}
