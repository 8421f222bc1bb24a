//! What is opened, and what is saved.

use std::sync::Arc;

use super::effect::{Effect, Image};
use super::gallery::{self, Exhibit};
use super::page::Dialog;
use super::texts::files as texts;
use super::{App, Draft, ImportAction, Keeps, Session};
use crate::formats::opened::Opened;
use crate::lesson::Lesson;
use crate::scenario::Problem;
use crate::sim::Recording;

/// What a new visit shows.
pub const FIRST_SCENARIO: &str = "course-chapter.json";

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
    /// The browser had kept these from last time, the newest first.
    DraftsFound(Vec<String>),
    /// The page was loaded again while work was open on it: that opens, as it was left.
    ComeBack,
    /// Goes on with what was kept before, by its place among all that is offered.
    OpenDraft(usize),
    /// The first of them is not wanted.
    DiscardDraft,
    /// The one that was discarded last is wanted after all.
    RestoreDraft,
    /// They stay kept, and are not offered any more during this visit.
    HideDrafts,
    SaveDraftAsFile,
    /// So much of the work could be kept.
    DraftKept(Keeps),
    /// The page is left, perhaps for good.
    PageHidden,
    /// The list of scenarios was fetched.
    GalleryFetched(String),
    /// A scenario of the gallery, by its file's name.
    OpenFromGallery(String),
    SaveScenario,
    SaveRecording,
    SaveImage(Image),
    /// A link shall hold this, and open it so.
    Share(Shared, Opening),
    /// A link that holds this, and opens it so.
    MakeLink(Shared, Opening),
}

/// What a link holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shared {
    #[default]
    Scenario,
    /// Everything up to now.
    Recording,
}

impl Shared {
    /// Names it in the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Recording => "recording",
        }
    }
}

/// How a page shows what a link holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    #[default]
    Page,
    ReadOnly,
    /// Only the canvas and time, in another page.
    Embedded,
    /// The same, and it plays by itself.
    Playing,
}

impl Opening {
    /// Names it in the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::ReadOnly => "read-only",
            Self::Embedded => "embedded",
            Self::Playing => "playing",
        }
    }

    /// As the address says it.
    #[must_use]
    pub const fn options(self) -> &'static str {
        match self {
            Self::Page => "",
            Self::ReadOnly => "&read-only",
            Self::Embedded => "&embed&read-only",
            Self::Playing => "&embed&read-only&play",
        }
    }

    /// What happens where such a link is opened.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Page | Self::ReadOnly | Self::Embedded => texts::NOTHING_RUNS_BY_ITSELF,
            Self::Playing => texts::IT_PLAYS_BY_ITSELF,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    pub problems: Vec<Problem>,
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
            // A lesson that cannot be had is not come back to.
            let forget = name.starts_with("lessons/").then_some(Effect::SaveProgress);
            app.unreadable = Some(Unreadable { name, problems: vec![Problem { path: String::new(), message: reason }] });
            return forget.into_iter().collect();
        }
        FileAction::New => {
            app.dialog = None;
            // A new system is begun: what was kept is not wanted now. A later visit offers it again.
            app.drafts_are_hidden = true;
            return show(app, Session::new(Recording::of(Arc::new(gallery::blank()))));
        }
        FileAction::ConfirmReplace => {
            app.dialog = None;
            match app.waiting.take() {
                Some(Waiting::Session(session)) => return replace(app, *session),
                Some(Waiting::Lesson(found, file)) => return app.enter(*found, file),
                None => {}
            }
        }
        FileAction::DraftsFound(texts) => {
            app.drafts_found(texts);
        }
        action @ FileAction::ComeBack => {
            match app.drafts.first().map(|draft| (draft.found.is_some(), draft.readable().is_some())) {
                Some((true, true)) => {
                    app.drafts_are_hidden = true;
                    return update(app, FileAction::OpenDraft(0));
                }
                Some((false, _)) => return app.wait(action),
                // It is offered as a file, over what a new visit shows.
                Some((true, false)) | None => return vec![Effect::FetchScenario(FIRST_SCENARIO.into())],
            }
        }
        FileAction::OpenDraft(place) => {
            if let Some((session, mut effects)) = app.take_draft(place) {
                effects.extend(show(app, session));
                return effects;
            }
        }
        FileAction::DiscardDraft => return app.discard_draft(),
        FileAction::RestoreDraft => return app.restore_draft(),
        FileAction::HideDrafts => (app.drafts_are_hidden, app.discarded) = (true, None),
        FileAction::SaveDraftAsFile => {
            let download = |draft: &Draft| Effect::Download { name: "requeue-draft.json".into(), text: draft.text.clone() };
            return app.drafts.first().map(download).into_iter().collect();
        }
        FileAction::DraftKept(keeps) => app.kept(keeps),
        FileAction::PageHidden => {
            let saved = app.is_kept().then_some(Effect::SaveDraft);
            return saved.into_iter().chain([Effect::NoteWork(app.is_at_work())]).collect();
        }
        FileAction::GalleryFetched(text) => {
            let Some(read) = app.arrived.reader().gallery(&text) else { return app.wait(FileAction::GalleryFetched(text)) };
            let list = read.unwrap_or_else(|problems| {
                app.unreadable = Some(Unreadable { name: texts::LIST_OF_SCENARIOS.into(), problems });
                Vec::new()
            });
            app.gallery = Some(list.into_iter().map(Exhibit::of).collect());
        }
        FileAction::OpenFromGallery(file) => {
            app.dialog = None;
            return vec![Effect::FetchScenario(file)];
        }
        action @ FileAction::SaveScenario => {
            let reader = app.arrived.reader();
            if let Some(session) = &mut app.session {
                let Some(text) = reader.write_scenario(&session.scenario_as_drawn()) else { return app.wait(action) };
                session.document.mark_saved();
                return vec![Effect::Download { name: format!("{}.json", file_name(&session.scenario().title)), text }];
            }
        }
        action @ FileAction::SaveRecording => {
            let reader = app.arrived.reader();
            if let Some(session) = &mut app.session {
                let name = format!("{}-recording.json", file_name(&session.scenario().title));
                let Some(text) = reader.write_recording(&session.recording(), session.world().reached()) else { return app.wait(action) };
                // It has what is drawn, too.
                session.document.mark_saved();
                return vec![Effect::Download { name, text }];
            }
        }
        FileAction::SaveImage(image) => {
            if let Some(session) = &app.session {
                return vec![Effect::Picture(image, file_name(&session.scenario().title))];
            }
        }
        FileAction::Share(shared, opening) => app.sharing = (shared, opening),
        // Written when it is asked for: a dialog that stays open while time passes writes nothing.
        action @ FileAction::MakeLink(shared, opening) => {
            if let Some(session) = &app.session {
                let reader = app.arrived.reader();
                let (text, at) = match shared {
                    Shared::Scenario => (reader.write_scenario(&session.scenario_as_drawn()), String::new()),
                    Shared::Recording => (
                        reader.write_recording(&session.recording(), session.world().reached()),
                        format!("&t={}", session.world().now().as_millis()),
                    ),
                };
                let Some(text) = text else { return app.wait(action) };
                return vec![Effect::MakeLink { text, options: format!("{}{at}", opening.options()) }];
            }
        }
    }
    Vec::new()
}

/// Opens a scenario, a recording at its beginning, a lesson, or the progress that another browser saved.
pub(super) fn open(app: &mut App, name: String, text: &str) -> Vec<Effect> {
    let Some(opened) = app.arrived.reader().open(text) else {
        return app.wait(FileAction::Opened { name, text: text.to_owned() });
    };
    match opened {
        Ok(Opened::Lesson(found)) => open_lesson(app, found, &name),
        Ok(Opened::Recording(recording, end)) => show(app, Session::opened(recording, end)),
        Ok(Opened::Definitions) => super::update(app, ImportAction::Begin { name, text: text.to_owned() }),
        Ok(Opened::Capture) => super::update(app, ImportAction::Replay { name, text: text.to_owned() }),
        Ok(Opened::Progress(progress)) => {
            app.dialog = app.course.is_some().then_some(Dialog::Course);
            app.progress.unite(&progress);
            vec![Effect::SaveProgress]
        }
        Err(problems) => refuse(app, name, problems),
    }
}

/// What was open before stays open.
fn refuse(app: &mut App, name: String, problems: Vec<Problem>) -> Vec<Effect> {
    app.unreadable = Some(Unreadable { name, problems });
    Vec::new()
}

impl App {
    /// A file cannot come in, for this reason.
    pub(super) fn refuse(&mut self, name: String, problem: Problem) -> Vec<Effect> {
        refuse(self, name, vec![problem])
    }

    /// The same, for all of these.
    pub(super) fn refuse_for(&mut self, name: String, problems: Vec<Problem>) -> Vec<Effect> {
        refuse(self, name, problems)
    }

    /// A system that came from elsewhere opens.
    pub(super) fn show_session(&mut self, session: Session) -> Vec<Effect> {
        show(self, session)
    }
}

fn open_lesson(app: &mut App, found: Box<Lesson>, name: &str) -> Vec<Effect> {
    let of_the_site = app.course.iter().flat_map(|course| &course.lessons).any(|entry| entry.file == name) || name.starts_with("lessons/");
    let file = of_the_site.then(|| name.trim_start_matches("lessons/").to_owned());
    if would_lose(app) { ask_first(app, Waiting::Lesson(found, file)) } else { app.enter(*found, file) }
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

/// What is drawn in a lesson is kept with the lesson. What an import shows has not taken the place of the visitor's own system.
fn would_lose(app: &App) -> bool {
    let (session, classroom) = app.own();
    classroom.is_none() && session.is_some_and(Session::is_unsaved)
        || app.session.as_ref().is_some_and(Session::is_unsaved) && app.classroom.is_none()
}

/// Closes the lesson, if one is open, and puts a system on the canvas.
fn replace(app: &mut App, session: Session) -> Vec<Effect> {
    let left = app.classroom.take().map(|_| Effect::SaveProgress);
    app.put_on_canvas(session);
    left.into_iter().collect()
}

/// A file's name for a title.
pub(super) fn file_name(title: &str) -> String {
    let letters = title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let name: String = letters.collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "scenario".into() } else { parts.join("-") }
}
