//! A file that a visitor opens: which of the formats it is, and what it holds.

use std::sync::Arc;

use super::document::parse;
use super::draft_file::{self, DraftFile};
use super::site_list::{self, Course, GalleryEntry};
use super::{capture, definitions, lesson_file, progress_file, recording_file, scenario_file};
use crate::lesson::Lesson;
use crate::lesson::progress::Progress;
use crate::scenario::{Json, Problem, Scenario};
use crate::sim::{Recording, Until};

#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// A scenario is a recording in which nothing has happened yet.
    Recording(Recording, Until),
    Lesson(Box<Lesson>),
    Progress(Progress),
    /// Definitions of RabbitMQ: their report is seen before anything is replaced.
    Definitions,
    /// What was seen of a running broker: it is replayed.
    Capture,
}

/// What reads texts that are opened, and writes what is kept.
#[derive(Clone, Copy, Debug)]
pub enum Reader {
    /// Scenarios alone: all that a page needs for its first picture.
    Scenarios,
    All(Readers),
}

/// They come together, and not with what the first picture needs: see `scripts/build`.
#[derive(Clone, Copy, Debug)]
pub struct Readers {
    open: fn(&str) -> Result<Opened, Vec<Problem>>,
    lesson: fn(&str) -> Result<Lesson, Vec<Problem>>,
    draft: fn(&str) -> Result<DraftFile, Vec<Problem>>,
    write_draft: fn(&DraftFile) -> String,
    write_recording: fn(&Recording, Until) -> String,
    write_scenario: fn(&Scenario) -> String,
    gallery: fn(&str) -> Result<Vec<GalleryEntry>, Vec<Problem>>,
    course: fn(&str) -> Result<Course, Vec<Problem>>,
}

impl Readers {
    pub const ALL: Self = Self {
        open: read,
        lesson: lesson_file::read,
        draft: draft_file::read,
        write_draft: draft_file::write,
        write_recording: |recording, until| recording_file::write(recording, until),
        write_scenario: scenario_file::write,
        gallery: site_list::read_gallery,
        course: site_list::read_course,
    };
}

impl Reader {
    /// What a text holds. None: another reader has to come first.
    ///
    /// # Errors
    /// Everything that is wrong; never empty.
    pub fn open(self, text: &str) -> Option<Result<Opened, Vec<Problem>>> {
        match self {
            Self::Scenarios => read_scenario(text).transpose(),
            Self::All(readers) => Some((readers.open)(text)),
        }
    }

    /// What a browser kept of the work on a system. None: another reader has to come first.
    ///
    /// # Errors
    /// Everything that is wrong; never empty.
    pub fn draft(self, text: &str) -> Option<Result<DraftFile, Vec<Problem>>> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.draft)(text)),
        }
    }

    /// The text of it. None: what writes it has to come first.
    #[must_use]
    pub fn write_draft(self, draft: &DraftFile) -> Option<String> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.write_draft)(draft)),
        }
    }

    /// The text of a recording. None: what writes it has to come first.
    #[must_use]
    pub fn write_recording(self, recording: &Recording, until: Until) -> Option<String> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.write_recording)(recording, until)),
        }
    }

    /// The text of a scenario. None: what writes it has to come first.
    #[must_use]
    pub fn write_scenario(self, scenario: &Scenario) -> Option<String> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.write_scenario)(scenario)),
        }
    }

    /// What a site's gallery has. None: another reader has to come first.
    ///
    /// # Errors
    /// Everything that is wrong; never empty.
    pub fn gallery(self, text: &str) -> Option<Result<Vec<GalleryEntry>, Vec<Problem>>> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.gallery)(text)),
        }
    }

    /// What a site's course has. None: another reader has to come first.
    ///
    /// # Errors
    /// Everything that is wrong; never empty.
    pub fn course(self, text: &str) -> Option<Result<Course, Vec<Problem>>> {
        match self {
            Self::Scenarios => None,
            Self::All(readers) => Some((readers.course)(text)),
        }
    }

    /// The lesson that a text gives. Nothing shows one before the reader of lessons has come.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn lesson(self, text: &str) -> Result<Lesson, Vec<Problem>> {
        match self {
            Self::Scenarios => Err(Vec::new()),
            Self::All(readers) => (readers.lesson)(text),
        }
    }
}

/// Which of the formats a text has; where it is JSON, parsed.
enum Format {
    Lesson,
    Progress(Json),
    Recording(Json),
    Definitions,
    Capture,
    /// And anything else: the reader of scenarios says what is wrong with it.
    Scenario(Json),
}

fn format(text: &str) -> Result<Format, Vec<Problem>> {
    if lesson_file::is_one(text) {
        return Ok(Format::Lesson);
    }
    if capture::is_one(text) {
        return Ok(Format::Capture);
    }
    let document = match parse(text) {
        Ok(document) => document,
        // Their own reader takes more than JSON, and says where it does not.
        Err(_) if definitions::looks_like_one(text) => return Ok(Format::Definitions),
        Err(problem) => return Err(vec![problem]),
    };
    let found = match &document {
        Json::Object(_) => None,
        Json::Array(_) => Some("a list"),
        Json::String(_) => Some("a text"),
        Json::Number(_) => Some("a number"),
        Json::Bool(_) => Some("true or false"),
        Json::Null => Some("null"),
    };
    if let Some(found) = found {
        let before = &text[..text.len() - text.trim_ascii_start().len()];
        let (line, column) = (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1);
        let message = format!("{found} stands at line {line}, column {column}. Scenarios and definitions are JSON objects, in {{ and }}");
        return Err(vec![Problem { path: String::new(), message }]);
    }
    Ok(if progress_file::is_one(&document) {
        Format::Progress(document)
    } else if recording_file::is_one(&document) {
        Format::Recording(document)
    } else if definitions::is_one(&document) {
        Format::Definitions
    } else {
        Format::Scenario(document)
    })
}

/// Whether a text is meant as definitions of RabbitMQ.
#[must_use]
pub fn is_definitions(text: &str) -> bool {
    matches!(format(text), Ok(Format::Definitions))
}

/// Whether a text is meant as what was seen of a running broker.
#[must_use]
pub fn is_capture(text: &str) -> bool {
    capture::is_one(text)
}

fn scenario(document: &Json) -> Result<Opened, Vec<Problem>> {
    scenario_file::of_document(document).map(|scenario| Opened::Recording(Recording::of(Arc::new(scenario)), Until::default()))
}

/// A scenario; none where the text is something else.
fn read_scenario(text: &str) -> Result<Option<Opened>, Vec<Problem>> {
    match format(text)? {
        Format::Scenario(document) => scenario(&document).map(Some),
        Format::Lesson | Format::Progress(_) | Format::Recording(_) | Format::Definitions | Format::Capture => Ok(None),
    }
}

/// Reads a scenario, a recording, a lesson or progress; definitions of RabbitMQ are recognised.
fn read(text: &str) -> Result<Opened, Vec<Problem>> {
    match format(text)? {
        Format::Lesson => lesson_file::read(text).map(|lesson| Opened::Lesson(Box::new(lesson))),
        Format::Progress(document) => progress_file::read(&document).map(Opened::Progress),
        Format::Recording(document) => recording_file::of_document(&document).map(|file| {
            let end = file.end();
            Opened::Recording(file.recording, end)
        }),
        Format::Definitions => Ok(Opened::Definitions),
        Format::Capture => Ok(Opened::Capture),
        Format::Scenario(document) => scenario(&document),
    }
}
