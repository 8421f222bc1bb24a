//! What is opened, and what is saved.

use std::sync::Arc;

use super::effect::{Effect, Image};
use super::page::Dialog;
use super::{App, Session, gallery, lesson};
use crate::formats::{lesson_file, recording_file, scenario_file};
use crate::lesson::Lesson;
use crate::scenario::{Json, Problem, Scenario};
use crate::sim::Recording;

#[derive(Clone, Debug, PartialEq)]
pub enum FileAction {
    /// A file was read; whether it can be understood is seen now.
    Opened {
        name: String,
        text: String,
    },
    /// It could not even be read.
    OpenFailed {
        name: String,
        reason: String,
    },
    /// An empty scenario.
    New,
    /// What waits may take the place of what is open.
    ConfirmReplace,
    /// The browser had kept this from last time.
    DraftFound(String),
    OpenDraft,
    DiscardDraft,
    /// The list of scenarios was fetched.
    GalleryFetched(String),
    /// A scenario of the gallery, by its file's name.
    OpenFromGallery(String),
    SaveScenario,
    SaveRecording,
    SaveImage(Image),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    pub problems: Vec<Problem>,
}

/// A scenario that was kept without being asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    scenario: Scenario,
}

impl Draft {
    #[must_use]
    pub fn title(&self) -> &str {
        &self.scenario.title
    }
}

/// What may be opened once it is allowed to take the place of unsaved work.
#[derive(Debug)]
pub(super) enum Waiting {
    Session(Box<Session>),
    Lesson(Box<Lesson>, Option<String>),
}

pub(super) fn update(app: &mut App, action: FileAction) -> Vec<Effect> {
    match action {
        FileAction::Opened { name, text } => return open(app, name, &text),
        FileAction::OpenFailed { name, reason } => {
            app.unreadable = Some(Unreadable { name, problems: vec![Problem { path: String::new(), message: reason }] });
        }
        FileAction::New => {
            app.dialog = None;
            return show(app, Session::new(Recording::of(Arc::new(gallery::blank()))));
        }
        FileAction::ConfirmReplace => {
            app.dialog = None;
            match app.waiting.take() {
                Some(Waiting::Session(session)) => return replace(app, *session),
                Some(Waiting::Lesson(found, file)) => return lesson::enter(app, *found, file),
                None => {}
            }
        }
        // A draft that can no longer be read is not offered.
        FileAction::DraftFound(text) => app.draft = scenario_file::read(&text).ok().map(|scenario| Draft { scenario }),
        FileAction::OpenDraft => {
            if let Some(Draft { scenario }) = app.draft.take() {
                return replace(app, Session::new(beginning(scenario)));
            }
        }
        FileAction::DiscardDraft => {
            app.draft = None;
            return vec![Effect::ForgetDraft];
        }
        FileAction::GalleryFetched(text) => app.gallery = Some(gallery::read(&text)),
        FileAction::OpenFromGallery(file) => {
            app.dialog = None;
            return vec![Effect::FetchScenario(file)];
        }
        FileAction::SaveScenario => {
            if let Some(session) = &mut app.session {
                session.document.mark_saved();
                let name = format!("{}.json", file_name(&session.scenario().title));
                return vec![Effect::Download { name, text: scenario_file::write(&session.scenario_as_drawn()) }];
            }
        }
        FileAction::SaveRecording => {
            if let Some(session) = &app.session {
                let name = format!("{}-recording.json", file_name(&session.scenario().title));
                return vec![Effect::Download { name, text: session.recording_text() }];
            }
        }
        FileAction::SaveImage(image) => {
            if let Some(session) = &app.session {
                return vec![Effect::Picture(image, file_name(&session.scenario().title))];
            }
        }
    }
    Vec::new()
}

fn beginning(scenario: Scenario) -> Recording {
    Recording::of(Arc::new(scenario))
}

/// Opens a scenario, a recording at its beginning, a lesson, or the progress that another browser saved.
pub(super) fn open(app: &mut App, name: String, text: &str) -> Vec<Effect> {
    if lesson_file::is_one(text) {
        return match lesson_file::read(text) {
            Ok(found) => open_lesson(app, found, &name),
            Err(problems) => refuse(app, name, problems),
        };
    }
    let document: Option<Json> = serde_json::from_str(text).ok();
    if let Some(progress) = document.as_ref().and_then(lesson::progress_in) {
        app.dialog = app.course.is_some().then_some(Dialog::Course);
        return lesson::unite(app, progress);
    }
    let is_recording = document.is_some_and(|document| recording_file::is_one(&document));
    let recording =
        if is_recording { recording_file::read(text).map(|file| file.recording) } else { scenario_file::read(text).map(beginning) };
    match recording {
        Ok(recording) => show(app, Session::new(recording)),
        Err(problems) => refuse(app, name, problems),
    }
}

/// What was open before stays open.
fn refuse(app: &mut App, name: String, problems: Vec<Problem>) -> Vec<Effect> {
    app.unreadable = Some(Unreadable { name, problems });
    Vec::new()
}

fn open_lesson(app: &mut App, found: Lesson, name: &str) -> Vec<Effect> {
    let of_the_site = app.course.iter().flatten().any(|entry| entry.file == name) || name.starts_with("lessons/");
    let file = of_the_site.then(|| name.trim_start_matches("lessons/").to_owned());
    if would_lose(app) { ask_first(app, Waiting::Lesson(Box::new(found), file)) } else { lesson::enter(app, found, file) }
}

/// Opens it, or asks first where something would be lost.
fn show(app: &mut App, session: Session) -> Vec<Effect> {
    if would_lose(app) { ask_first(app, Waiting::Session(Box::new(session))) } else { replace(app, session) }
}

fn ask_first(app: &mut App, waiting: Waiting) -> Vec<Effect> {
    app.waiting = Some(waiting);
    app.dialog = Some(Dialog::Replace);
    Vec::new()
}

/// What is drawn in a lesson is kept with the lesson.
fn would_lose(app: &App) -> bool {
    app.classroom.is_none() && app.session.as_ref().is_some_and(Session::is_unsaved)
}

/// Closes the lesson, if one is open, and puts a system on the canvas.
fn replace(app: &mut App, session: Session) -> Vec<Effect> {
    app.classroom = None;
    app.put_on_canvas(session);
    Vec::new()
}

/// A file's name for a title.
pub(super) fn file_name(title: &str) -> String {
    let letters = title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let name: String = letters.collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "scenario".into() } else { parts.join("-") }
}
