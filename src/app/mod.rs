//! The whole application as state, action and update. No browser in it: everything here is tested natively.
//!
//! ```text
//!   pointer, key, frame ─▶ Action ─▶ update(&mut App) ─▶ World ─▶ App ─▶ views, tokens
//! ```
//!
//! The screen asks "what is true at the world's time?" and paints it; see [`tokens`] for what moves.

pub mod arrange;
pub mod commands;
pub mod composer;
pub mod form;
pub mod gallery;
pub mod geometry;
pub mod glossary;
pub mod lesson;
pub mod log;
pub mod marks;
pub mod session;
pub mod tokens;
pub mod words;

use std::sync::Arc;

use crate::base::SimTime;
use crate::broker::Name;
use crate::formats::{lesson_file, recording_file, scenario_file};
use crate::lesson::Lock;
use crate::scenario::edit::{Edit, PartKind};
use crate::scenario::{FaultKind, Json, Point, Problem, Scenario};
use crate::sim::{InstanceId, Place, Recording};
pub use lesson::Classroom;
pub use session::Session;

/// How fast virtual time passes, in thousandths of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(pub u32);

impl Speed {
    pub const NORMAL: Self = Self(1_000);
    /// From here on the eye does not follow, and playing stops where the scenario's story is told.
    pub const HURRY: Self = Self(100_000);
    /// As fast as the machine can.
    pub const MAX: Self = Self(u32::MAX);
    pub const ALL: [Self; 10] =
        [Self(100), Self(250), Self(500), Self::NORMAL, Self(2_000), Self(5_000), Self(20_000), Self(100_000), Self(1_000_000), Self::MAX];
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// Whether tokens fly or jump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    /// As the system has it.
    #[default]
    System,
    Reduced,
    Full,
}

/// What can be chosen on the canvas.
pub type Node = Place;

/// What lies over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    Gallery,
    Shortcuts,
    /// Everything that can be done, to be found by typing.
    Commands,
    Share,
    Glossary,
    /// The lessons.
    Course,
    /// A lesson being written, with what will come of it.
    Author,
    /// What can be done with what is selected.
    Menu {
        x: i32,
        y: i32,
    },
    /// Something is to be opened in the place of what was changed and not saved.
    Replace,
}

/// What the panel of charts shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chart {
    #[default]
    Depth,
    Rates,
    Latency,
    Business,
}

/// Which lines of the log are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    Messages,
    /// What comes again or dies.
    Trouble,
    Programs,
}

/// How often a screen reader hears what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    Off,
    #[default]
    Summary,
    All,
}

/// What a link asked for: a page within another page, or one for looking only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What a lesson is to keep as it is, besides what it keeps itself.
    pub locks: Vec<Lock>,
    /// Nothing can be edited; time can be moved, and things broken.
    pub read_only: bool,
    /// Only the canvas and time.
    pub embed: bool,
    /// Where the playhead begins.
    pub at: Option<SimTime>,
    /// Plays by itself. Never what a stranger's link asks for: only together with `embed`.
    pub play: bool,
    pub speed: Option<u32>,
}

#[derive(Debug, Default)]
pub struct App {
    pub session: Option<Session>,
    /// Why the last thing could not be opened. What was open before still is.
    pub unreadable: Option<Unreadable>,
    pub playing: bool,
    /// None: it has not been fetched.
    pub gallery: Option<Vec<Exhibit>>,
    pub dialog: Option<Dialog>,
    /// What is typed into the dialog's search, or its link.
    pub query: String,
    pub options: Options,
    /// The tables in the place of the canvas.
    pub table: bool,
    pub chart: Chart,
    pub filter: Filter,
    pub find: String,
    pub verbosity: Verbosity,
    /// The lesson that is open.
    pub classroom: Option<Classroom>,
    /// The lessons of the site; none: not fetched.
    pub course: Option<Vec<Listed>>,
    /// What was done of which lesson, as it is kept: JSON.
    pub progress: String,
    /// What was done at their steps, as it would be handed in: JSON.
    pub works: String,
    /// A lesson that is being written.
    pub written: String,
    /// What waits for leave to take the place of what is open.
    waiting: Option<Waiting>,
    /// What was being drawn when the page was left.
    pub draft: Option<Draft>,
    pub speed: Option<Speed>,
    pub theme: Theme,
    pub motion: Motion,
}

#[derive(Debug)]
enum Waiting {
    Session(Box<Session>),
    Lesson(Box<crate::lesson::Lesson>, Option<String>),
}

/// A scenario that was kept by itself.
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

/// A lesson of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub file: String,
    pub title: String,
    pub aha: String,
    pub minutes: u64,
    pub chapter: String,
    pub lab: bool,
}

/// A scenario of the gallery.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    /// The file's name.
    pub file: String,
    pub title: String,
    pub about: String,
    /// The part of its canvas that is used: left, top, width, height.
    pub view: [f64; 4],
    /// Kind and centre of what is on it: c, s, e, q.
    pub shapes: Vec<(char, f64, f64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    pub problems: Vec<Problem>,
}

/// What happened at the edge of the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A file was read; whether it is a scenario is seen now.
    Opened {
        name: String,
        text: String,
    },
    /// It could not even be read.
    OpenFailed {
        name: String,
        reason: String,
    },
    UnreadableDismissed,
    /// An empty scenario.
    NewPressed,
    /// What waits may take the place of what is open.
    ReplaceConfirmed,
    DialogOpened(Dialog),
    DialogClosed,
    QueryTyped(String),
    TablePressed,
    ChartChosen(Chart),
    FilterChosen(Filter),
    FindTyped(String),
    VerbosityChosen(Verbosity),
    /// What the page's address asks for.
    OptionsGiven(Options),
    /// So much real time has passed since the last frame.
    FramePassed(SimTime),
    PlayPressed,
    PausePressed,
    StepPressed,
    /// One event back.
    BackPressed,
    /// To the next crash, dead letter, loss or failure.
    NextPressed,
    /// The scrubber was moved to this moment.
    Seeked(SimTime),
    /// To the branch that was left when the past was changed, and back.
    BranchSwapped,
    /// The two branches are to be compared at this moment; again, and it is put away.
    ComparePressed,
    RestartPressed,
    SpeedChosen(Speed),
    Selected(Option<Node>),
    /// One more, or one less.
    SelectedAlso(Node),
    /// Everything within a rectangle of the canvas, besides what is selected already.
    BoxSelected {
        from: Point,
        to: Point,
    },
    AllSelected,
    KillPressed(InstanceId),
    StartPressed(InstanceId),
    /// Something breaks, now.
    FaultPressed(FaultKind),
    MendPressed(FaultKind),
    /// A fault at its time, as a sentence.
    FaultTyped(String),
    /// A fault of the scenario to another time.
    FaultMoved(usize, SimTime),
    FaultRemoved(usize),
    /// A client sends so many requests at once.
    RequestPressed(Name, u32),
    /// Whose story is to be told; none closes it.
    EventAsked(Option<Name>),
    /// The document is changed; what runs adapts.
    Edited(Edit),
    /// A field of a form is being typed into: where it stands in the file, what it takes, what it says so far.
    FieldTyped(String, form::Kind, String),
    /// And now it shall hold.
    FieldSet(String, form::Kind, String),
    ListChanged(String, form::Change),
    /// A part is put where there is room.
    PartPressed(PartKind),
    /// Or where it was let go.
    PartDropped(PartKind, Point),
    /// A node follows the pointer, and with it what else is selected.
    Dragged(Node, Point),
    /// It was let go.
    Dropped,
    /// What is selected moves by so much.
    Nudged(f64, f64),
    AlignPressed(arrange::Align),
    ArrangePressed,
    CopyPressed,
    CutPressed,
    Pasted(String),
    DuplicatePressed,
    /// A line is begun at the selected node, or given up.
    ConnectPressed,
    /// It ends there.
    Connected(Node),
    DeletePressed,
    UndoPressed,
    RedoPressed,
    ObjectionDismissed,
    /// The browser had kept this from last time.
    DraftFound(String),
    DraftOpened,
    DraftDiscarded,
    /// The list of scenarios was fetched.
    GalleryFetched(String),
    /// One of them is to be opened, by its file's name.
    ExhibitChosen(String),
    SavePressed,
    SaveRecordingPressed,
    ImagePressed(Image),
    ComposerSet(composer::Typed, String),
    ComposerFocused(bool),
    PublishPressed,
    RepeatPressed,
    /// Fetches so many messages, and puts them back or acknowledges them.
    GetPressed {
        queue: Name,
        count: u32,
        requeue: bool,
    },
    PurgePressed(Name),
    /// All of it to another queue, or to where it was first published.
    MovePressed {
        queue: Name,
        to: Option<Name>,
    },
    ThemeChosen(Theme),
    /// In the lesson that is open.
    Lesson(lesson::Deed),
    CourseFetched(String),
    LessonChosen(String),
    /// What was kept of lessons done; what one takes along from another browser.
    ProgressFound {
        progress: String,
        works: String,
    },
    ProgressPressed,
    /// A lesson around what is on the canvas.
    AuthorPressed,
    /// The same, in the place of what was written already.
    WrittenAnew,
    LessonWritten(String),
    WrittenOpened,
    WrittenSaved,
    MotionChosen(Motion),
}

/// A picture of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    Png,
    Svg,
}

/// What the browser shall do beyond showing the new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    SavePreferences,
    /// Keep this, so that nothing is lost when the page is left or breaks.
    SaveDraft(String),
    ForgetDraft,
    /// The list of the gallery is wanted.
    FetchGallery,
    /// A scenario of the gallery is wanted.
    FetchScenario(String),
    /// The list of the lessons is wanted; one of them is.
    FetchCourse,
    FetchLesson(String),
    /// What was done in lessons changed.
    SaveProgress,
    /// A file for the visitor.
    Download {
        name: String,
        text: String,
    },
    /// For the clipboard.
    Copy(String),
    /// A picture of the canvas as it is.
    Picture(Image, String),
}

/// The only way anything changes.
pub fn update(app: &mut App, action: Action) -> Option<Effect> {
    if app.options.read_only && action.edits() {
        return None;
    }
    match action {
        Action::Opened { name, text } => return open(app, name, &text),
        Action::OpenFailed { name, reason } => {
            app.unreadable = Some(Unreadable { name, problems: vec![Problem { path: String::new(), message: reason }] });
        }
        Action::UnreadableDismissed => app.unreadable = None,
        Action::NewPressed => {
            app.dialog = None;
            app.show(Session::new(Recording { scenario: Arc::new(gallery::blank()), seed: 1, inputs: Vec::new() }));
        }
        Action::ReplaceConfirmed => {
            app.dialog = None;
            match app.waiting.take() {
                Some(Waiting::Session(session)) => {
                    app.classroom = None;
                    app.replace(*session);
                }
                Some(Waiting::Lesson(found, file)) => lesson::enter(app, *found, file),
                None => {}
            }
        }
        Action::DialogOpened(dialog) => {
            app.query = String::new();
            let (gallery, course) = (dialog == Dialog::Gallery && app.gallery.is_none(), dialog == Dialog::Course && app.course.is_none());
            app.dialog = Some(dialog);
            return if gallery { Some(Effect::FetchGallery) } else { course.then_some(Effect::FetchCourse) };
        }
        Action::DialogClosed => {
            app.dialog = None;
            app.waiting = None;
        }
        Action::QueryTyped(text) => app.query = text,
        Action::TablePressed => app.table = !app.table,
        Action::ChartChosen(chart) => app.chart = chart,
        Action::FilterChosen(filter) => app.filter = filter,
        Action::FindTyped(text) => app.find = text,
        Action::VerbosityChosen(verbosity) => app.verbosity = verbosity,
        Action::OptionsGiven(options) => {
            app.speed = options.speed.map(Speed).or(app.speed);
            app.options = options;
        }
        Action::FramePassed(elapsed) => {
            if app.playing {
                let speed = app.speed();
                if let Some(session) = &mut app.session {
                    app.playing = session.pass(elapsed, speed);
                }
            }
            return lesson::pass(app, elapsed);
        }
        // One that can no longer be read is of no use to anybody.
        Action::DraftFound(text) => app.draft = scenario_file::read(&text).ok().map(|scenario| Draft { scenario }),
        Action::DraftOpened => {
            if let Some(Draft { scenario }) = app.draft.take() {
                app.classroom = None;
                app.replace(Session::new(Recording { seed: scenario.seed, scenario: Arc::new(scenario), inputs: Vec::new() }));
            }
        }
        Action::DraftDiscarded => {
            app.draft = None;
            return Some(Effect::ForgetDraft);
        }
        Action::GalleryFetched(text) => app.gallery = Some(gallery::read(&text)),
        Action::ExhibitChosen(file) => {
            app.dialog = None;
            return Some(Effect::FetchScenario(file));
        }
        Action::Lesson(deed) => return lesson::act(app, deed),
        Action::CourseFetched(text) => app.course = Some(gallery::listed(&text)),
        Action::LessonChosen(file) => {
            app.dialog = None;
            return Some(Effect::FetchLesson(file));
        }
        Action::ProgressFound { progress, works } => (app.progress, app.works) = (progress, works),
        Action::ProgressPressed => {
            return Some(Effect::Download {
                name: "requeue-progress.json".into(),
                text: format!("{{\"requeue_progress\": {}}}\n", if app.progress.is_empty() { "{}" } else { &app.progress }),
            });
        }
        Action::AuthorPressed | Action::WrittenAnew => {
            if let Some(session) = &app.session {
                // What was written is not thrown away without being asked.
                if app.written.is_empty() || action == Action::WrittenAnew {
                    app.written = lesson::template(session);
                }
                app.dialog = Some(Dialog::Author);
            }
        }
        Action::LessonWritten(text) => app.written = text,
        Action::WrittenOpened => {
            app.dialog = None;
            let text = app.written.clone();
            return open(app, "The lesson".into(), &text);
        }
        Action::WrittenSaved => return Some(Effect::Download { name: "lesson.md".into(), text: app.written.clone() }),
        Action::SavePressed => {
            let session = app.session.as_mut()?;
            session.saved();
            let name = format!("{}.json", gallery::file_name(&session.scenario().title));
            return Some(Effect::Download { name, text: scenario_file::write(&session.document()) });
        }
        Action::SaveRecordingPressed => {
            let session = app.session.as_ref()?;
            let name = format!("{}-recording.json", gallery::file_name(&session.scenario().title));
            return Some(Effect::Download { name, text: session.recording_text() });
        }
        Action::ImagePressed(image) => {
            return app.session.as_ref().map(|session| Effect::Picture(image, gallery::file_name(&session.scenario().title)));
        }
        Action::CopyPressed => return app.session.as_ref()?.copied().map(Effect::Copy),
        Action::PlayPressed => app.playing = app.session.is_some(),
        Action::PausePressed => app.playing = false,
        Action::SpeedChosen(speed) => app.speed = Some(speed),
        Action::ThemeChosen(theme) => {
            app.theme = theme;
            return Some(Effect::SavePreferences);
        }
        Action::MotionChosen(motion) => {
            app.motion = motion;
            return Some(Effect::SavePreferences);
        }
        Action::StepPressed => {
            app.playing = false;
            app.session.as_mut()?.step();
        }
        Action::BackPressed | Action::NextPressed | Action::Seeked(_) | Action::BranchSwapped => {
            app.playing &= matches!(action, Action::Seeked(_));
            app.session.as_mut()?.travel(&action);
        }
        Action::RestartPressed => app.session.as_mut()?.restart(),
        action => {
            let cut = matches!(action, Action::CutPressed);
            let session = app.session.as_mut()?;
            let before = session.version();
            let copied = if cut { session.copied() } else { None };
            session.update(action);
            // What is drawn now takes the place of what was drawn last time.
            if session.version() != before {
                if app.classroom.is_some() {
                    return copied.map(Effect::Copy);
                }
                app.draft = None;
                return Some(copied.map_or_else(|| Effect::SaveDraft(scenario_file::write(&session.document())), Effect::Copy));
            }
        }
    }
    None
}

impl Action {
    /// Whether it changes the document.
    const fn edits(&self) -> bool {
        matches!(
            self,
            Self::Edited(_)
                | Self::FieldTyped(..)
                | Self::FieldSet(..)
                | Self::ListChanged(..)
                | Self::PartPressed(_)
                | Self::PartDropped(..)
                | Self::Dragged(..)
                | Self::Nudged(..)
                | Self::AlignPressed(_)
                | Self::ArrangePressed
                | Self::CutPressed
                | Self::Pasted(_)
                | Self::DuplicatePressed
                | Self::ConnectPressed
                | Self::Connected(_)
                | Self::DeletePressed
                | Self::UndoPressed
                | Self::RedoPressed
                | Self::FaultTyped(_)
                | Self::FaultMoved(..)
                | Self::FaultRemoved(_)
        )
    }
}

/// A link does not keep the page busy for ever.
const SEEK_MAX: SimTime = SimTime::from_secs(3 * 3_600);

impl App {
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.speed.unwrap_or(Speed::NORMAL)
    }

    /// Opens it, or asks first where something would be lost.
    fn show(&mut self, session: Session) {
        if self.would_lose() {
            self.waiting = Some(Waiting::Session(Box::new(session)));
            self.dialog = Some(Dialog::Replace);
        } else {
            self.classroom = None;
            self.replace(session);
        }
    }

    /// What is drawn in a lesson is the lesson's.
    fn would_lose(&self) -> bool {
        self.classroom.is_none() && self.session.as_ref().is_some_and(Session::is_unsaved)
    }

    /// Whether something goes on without a hand.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.classroom.as_ref().is_some_and(Classroom::is_busy)
    }

    fn replace(&mut self, session: Session) {
        self.session = Some(session);
        self.unreadable = None;
        self.playing = self.options.play && self.options.embed;
        if let (Some(at), Some(session)) = (self.options.at.take(), &mut self.session) {
            session.travel(&Action::Seeked(at.min(SEEK_MAX)));
        }
    }
}

/// A scenario, or a recording at its beginning.
fn open(app: &mut App, name: String, text: &str) -> Option<Effect> {
    if lesson_file::is_one(text) {
        match lesson_file::read(text) {
            Ok(found) => {
                let of_the_site = app.course.iter().flatten().any(|listed| listed.file == name) || name.starts_with("lessons/");
                let file = of_the_site.then(|| name.trim_start_matches("lessons/").to_owned());
                if app.would_lose() {
                    app.waiting = Some(Waiting::Lesson(Box::new(found), file));
                    app.dialog = Some(Dialog::Replace);
                } else {
                    lesson::enter(app, found, file);
                }
            }
            Err(problems) => app.unreadable = Some(Unreadable { name, problems }),
        }
        return None;
    }
    let document: Option<Json> = serde_json::from_str(text).ok();
    if let Some(progress) = document.as_ref().and_then(|document| document.get("requeue_progress")).filter(|progress| progress.is_object())
    {
        let saved = lesson::unite(app, progress);
        app.dialog = app.course.is_some().then_some(Dialog::Course);
        return saved;
    }
    let is_recording = document.is_some_and(|document| recording_file::is_one(&document));
    let recording = if is_recording {
        recording_file::read(text).map(|file| file.recording)
    } else {
        scenario_file::read(text).map(|scenario| Recording { seed: scenario.seed, scenario: Arc::new(scenario), inputs: Vec::new() })
    };
    match recording {
        Ok(recording) => app.show(Session::new(recording)),
        Err(problems) => app.unreadable = Some(Unreadable { name, problems }),
    }
    None
}
