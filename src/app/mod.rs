//! The whole application as state, action and update. No browser in it: everything here is tested natively.
//!
//! ```text
//!   pointer, key, frame ─▶ Action ─▶ update(&mut App) ─▶ World ─▶ App ─▶ views, tokens
//! ```
//!
//! The screen asks "what is true at the world's time?" and paints it; see [`tokens`] for what moves.
//!
//! Actions come by area ([`action`]). Each area is a module that names its actions and matches them exhaustively. The areas are time,
//! editing, select, pointer, composer, operate, page, files, lesson, course, author, and workspace. They change a [`Session`] (playhead,
//! document, selection, composer), the open lesson, the tour, or the page itself. What the browser must do besides is an [`Effect`].

pub mod action;
pub mod arrange;
pub mod asked;
mod author;
mod beside;
mod budget;
pub mod camera;
pub mod canvas;
pub mod commands;
pub mod compared;
pub mod composer;
pub mod consuming;
pub mod copies;
pub mod costs;
mod course;
pub mod difference;
pub mod document;
pub mod draft;
mod editing;
pub mod effect;
mod files;
pub mod findings;
mod flights;
pub mod floats;
pub mod form;
pub mod gallery;
pub mod geometry;
pub mod gesture;
pub mod glossary;
pub mod guard;
pub mod guides;
pub mod hand;
pub mod highlight;
pub mod hues;
pub mod importing;
mod kept;
pub mod keys;
pub mod labels;
pub mod landing;
pub mod ledger;
pub mod lesson;
pub mod lettering;
mod letters;
pub mod line;
pub mod log;
pub mod markers;
pub mod missing;
pub mod moves;
pub mod notice;
mod operate;
pub mod overview;
mod page;
mod placing;
pub mod playhead;
mod pointer;
pub mod probe;
pub mod prose;
pub mod recipe;
pub mod replay;
pub mod rest;
pub mod returning;
mod routing;
pub mod search;
mod select;
pub mod selection;
pub mod session;
mod shapes;
pub mod sizes;
pub mod slowing;
mod speed;
pub mod story;
mod texts;
mod time;
pub mod tokens;
pub mod tour;
pub mod turned;
mod turning;
pub mod whatif;
pub mod words;
pub mod work;
pub mod workspace;

use crate::base::{SimTime, limits};
use crate::broker::Name;
use crate::formats::opened::{is_capture, is_definitions};
use crate::formats::progress_file::Works;
pub use crate::formats::site_list::{Course, CourseEntry};
use crate::lesson::progress::Progress;
use crate::scenario::Problem;
pub use crate::scenario::edit::Line;
use crate::sim::Place;
pub use action::{
    Action, AuthorAction, CanvasAction, CourseAction, EditAction, FileAction, ImportAction, LessonAction, OperateAction, PageAction,
    PublishAction, SelectAction, TimeAction, WorkspaceAction,
};
pub use author::Written;
pub use budget::{Budget, Working};
pub use canvas::Canvas;
pub use document::Typing;
pub use draft::{Draft, Keeps};
pub use effect::{Asked, Effect, HostMessage, Image, Opened, Reading};
use files::Waiting;
pub use files::{FIRST_SCENARIO, Opening, Shared, Unreadable};
pub use findings::Findings;
pub use gallery::Exhibit;
pub use hand::Touch;
use importing::Importing;
pub use kept::Kept;
pub use lesson::Classroom;
pub use page::{Chart, Dialog, Filter, Menu, Motion, Options, Theme, Verbosity};
pub use rest::{Arrived, Rest};
pub use selection::Stop;
pub use session::Session;
pub use sizes::{Room, Sheet, Side, Sizes};
use slowing::Shown;
pub use speed::Speed;
pub use time::Slider;
pub use workspace::{Card, Detail, Drawer, QueueTab, Shelf, Workspace};

/// What can be chosen on the canvas.
pub type Node = Place;

#[derive(Debug, Default)]
pub struct App {
    pub session: Option<Session>,
    /// The run that was left, while it is compared and there is room to draw it.
    pub beside: Option<Box<Session>>,
    /// What is probably a mistake in it.
    pub findings: Findings,
    /// Why the last thing could not be opened. What was open before still is.
    pub unreadable: Option<Unreadable>,
    pub playing: bool,
    /// How many systems were put on the canvas: tells one from the next.
    opened: u64,
    /// The slider of time, while it is held.
    pub slider: Option<Slider>,
    /// None: it has not been fetched.
    pub gallery: Option<Vec<Exhibit>>,
    pub dialog: Option<Dialog>,
    /// What is typed into the dialog's search, or its link.
    pub query: String,
    pub options: Options,
    pub canvas: Canvas,
    pub workspace: Workspace,
    /// The tables in the place of the canvas.
    pub table: bool,
    pub chart: Chart,
    pub filter: Filter,
    pub find: String,
    pub verbosity: Verbosity,
    /// The lesson that is open.
    pub classroom: Option<Classroom>,
    /// The lessons of the site; none: not fetched.
    pub course: Option<Course>,
    /// The path through the course that the learner chose, by its name; empty: the whole course.
    pub path: String,
    /// The lesson that was open when the page was left.
    pub back_to: Option<String>,
    /// The page of the course was open when the page was left.
    pub back_on_course: bool,
    /// The steps of that lesson whose verdict was shown: they are checked again.
    pub back_checked: Vec<String>,
    pub progress: Progress,
    pub tour: tour::Tour,
    /// What was done at the steps of lessons, as it would be handed in.
    pub works: Works,
    /// What a browser kept of lessons and cannot be read.
    pub unread: String,
    /// Why not.
    pub unread_problems: Vec<Problem>,
    /// What of the page has come.
    pub arrived: Arrived,
    /// A lesson that is being written.
    pub written: Written,
    /// Definitions of RabbitMQ that came in, or are about to.
    pub importing: Option<Box<Importing>>,
    /// What waits for leave to take the place of what is open.
    waiting: Option<Waiting>,
    /// What a link shall hold, and how it opens.
    pub sharing: (Shared, Opening),
    /// What was worked on before, and the browser kept: it is offered, one after the other.
    pub drafts: Vec<Draft>,
    /// What was discarded of them, until it can no longer be brought back.
    pub discarded: Option<Draft>,
    pub drafts_are_hidden: bool,
    /// They have a separate place in the browser: it keeps the work of now.
    drafts_are_aside: bool,
    /// How much of the work the browser could keep; none: it was not tried.
    keeps: Option<Keeps>,
    pub speed: Option<Speed>,
    /// What is being shown.
    show: Option<Show>,
    /// How much of the world one frame plays.
    budget: Budget,
    pub theme: Theme,
    pub motion: Motion,
    /// Little motion is wanted, by this choice or by the system's.
    pub still: bool,
}

/// Real time in which a learner follows each hop, and in which the rest passes.
const FOLLOWED_FOR: SimTime = SimTime::from_secs(12);
const REST_FOR: SimTime = SimTime::from_secs(10);

/// A part of a run that is played so that it can be followed; then time stands.
#[derive(Clone, Debug)]
struct Show {
    until: SimTime,
    speed: Speed,
    /// The story of the message that this moment is about is shown then.
    tells: Option<Name>,
    /// From when on a learner follows for this long, in real time; then the rest passes quickly.
    followed: Option<(SimTime, SimTime)>,
    /// Nothing moves: from when on, and for how much real time.
    idle: Option<(SimTime, SimTime)>,
}

/// While nothing moves for this long, in real time, time passes so many times faster.
const HURRIES: [(SimTime, u64); 3] =
    [(SimTime::from_millis(1_000), 8), (SimTime::from_millis(1_800), 40), (SimTime::from_millis(3_500), 400)];

impl Show {
    /// How many times faster time passes, because nothing moves.
    fn hurry(&self) -> u64 {
        let idle = self.idle.map_or(SimTime::ZERO, |(_, real)| real);
        HURRIES.iter().rev().find(|(after, _)| idle >= *after).map_or(1, |(_, times)| *times)
    }

    /// So much real time passed from this moment on, and at its end something moves, or nothing.
    fn wait(&mut self, elapsed: SimTime, from: SimTime, moves: bool) {
        let (since, real) = self.idle.unwrap_or((from, SimTime::ZERO));
        self.idle = (!moves).then_some((since, real + elapsed));
    }

    /// Since when nothing moves, where that is not seen from the clock alone: it hurries.
    fn waits_since(&self) -> Option<SimTime> {
        self.idle.filter(|_| self.hurry() > 1).map(|(since, _)| since)
    }

    /// So much real time passed, and the world stands here.
    fn pass(&mut self, elapsed: SimTime, now: SimTime) {
        let Some((begins, left)) = &mut self.followed else { return };
        if now < *begins {
            return;
        }
        *left = left.saturating_sub(elapsed);
        if *left == SimTime::ZERO {
            let rest = self.until.saturating_sub(now).as_micros();
            let is_quick = |speed: &Speed| rest * 1_000 / u64::from(speed.factor()) <= REST_FOR.as_micros();
            let factors = || Speed::ALL.into_iter().filter(|speed| (Speed::NORMAL..Speed::Max).contains(speed));
            self.speed = factors().find(is_quick).or_else(|| factors().next_back()).unwrap_or(self.speed);
            self.followed = None;
        }
    }
}

/// The only way anything changes.
pub fn update(app: &mut App, action: impl Into<Action>) -> Vec<Effect> {
    let action = action.into();
    let followed = workspace::Followed::of(app);
    let wanted = wanted(&action);
    let watched = tour::Watched::of(app);
    let mark = draft::Mark::of(app);
    let done = findings::Done::by(&action);
    let is_frame = matches!(action, Action::Time(TimeAction::FramePassed(_)));
    let is_wheel = matches!(action, Action::Canvas(CanvasAction::Wheel { .. }));
    let mut effects = carry_out(app, action);
    followed.follow(app, wanted, &effects);
    effects.extend(watched.and_then(|watched| watched.follow(app)));
    app.turn();
    // Time alone moves no part and no view.
    let map_stays = is_frame || is_wheel && app.canvas.map.is_some() && app.is_large();
    if !map_stays {
        app.place_map();
    }
    if let Some(session) = &mut app.session {
        session.playhead.caption_what_is_told();
        let world = session.playhead.world();
        session.hues.follow(world.scenario(), world.recording());
    }
    // What an action did by way of another one is kept already.
    if !effects.iter().any(|effect| matches!(effect, Effect::SaveDraft)) {
        effects.extend(mark.follow(app));
    }
    app.search_for_findings(done);
    app.follow_import();
    app.keep_beside();
    // While time passes, frames tell it.
    let steps = app.budget.steps();
    if let Some(session) = app.session.as_mut().filter(|session| !app.playing && !session.is_working()) {
        session.playhead.refresh_story(steps);
    }
    effects
}

/// What an action asks to see at the right. It is in front afterwards, whether or not it was there before.
fn wanted(action: &Action) -> Option<Detail> {
    if matches!(action, Action::Select(SelectAction::Node(Some(_)) | SelectAction::Line(_))) {
        Some(Detail::Part)
    } else {
        matches!(action, Action::Select(SelectAction::Story(Some(_)) | SelectAction::CopyIn(..))).then_some(Detail::Message)
    }
}

fn carry_out(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Time(action @ (TimeAction::CompareBranches | TimeAction::KeepRun | TimeAction::RepeatWhatWasDone)) => {
            rest::carry_out(app, action, |rest| rest.runs)
        }
        Action::Time(action) => time::update(app, action),
        Action::Edit(_) if app.options.read_only => Vec::new(),
        // What was copied out of RabbitMQ is no part of Requeue.
        Action::Edit(EditAction::Paste(text)) if is_definitions(&text) => {
            let name = texts::session::WHAT_WAS_PASTED.to_owned();
            rest::carry_out(app, ImportAction::Begin { name, text }, |rest| rest.import)
        }
        Action::Edit(EditAction::Paste(text)) if is_capture(&text) => {
            let name = texts::session::WHAT_WAS_PASTED.to_owned();
            rest::carry_out(app, ImportAction::Replay { name, text }, |rest| rest.import)
        }
        Action::Edit(action) => rest::carry_out(app, action, |rest| rest.edit),
        Action::Select(action) => select::update(app, action),
        Action::Canvas(action) => pointer::update(app, action),
        Action::Publish(action) => rest::carry_out(app, action, |rest| rest.publish),
        Action::Operate(action) => operate::update(app, action),
        Action::Page(action) => page::update(app, action),
        Action::File(action) => files::update(app, action),
        Action::Lesson(action) => rest::carry_out(app, action, |rest| rest.lesson),
        Action::Course(action) => course::update(app, action),
        Action::Author(action) => rest::carry_out(app, action, |rest| rest.author),
        Action::Import(action) => rest::carry_out(app, action, |rest| rest.import),
        Action::Workspace(action) => workspace::update(app, action),
    }
}

impl App {
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.show.as_ref().map_or_else(|| self.speed.unwrap_or(Speed::NORMAL), |show| show.speed)
    }

    /// A tall screen turns the drawing. While a pointer is down, everything stays where it is.
    fn turn(&mut self) {
        let (width, is_idle) = (self.canvas.size.x, self.canvas.gesture == gesture::Gesture::Idle);
        if let Some(session) = self.session.as_mut().filter(|_| is_idle && width > 0.0) {
            let is_phone = self.workspace.room == Room::Narrow && !self.options.embed;
            session.turn(if is_phone { width } else { f64::INFINITY });
        }
    }

    /// Whether something continues without an action of the visitor.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let is_stale = || self.session.as_ref().is_some_and(|session| session.playhead.is_comparison_stale());
        self.session.as_ref().is_some_and(Session::is_busy)
            || !self.playing && is_stale()
            || self.beside.as_ref().is_some_and(|beside| beside.playhead.is_moving())
            || self.classroom.as_ref().is_some_and(Classroom::is_busy)
    }

    /// Whether the picture changes with each frame: time passes, or what was published while time stands is landing.
    #[must_use]
    pub fn moves_on(&self) -> bool {
        self.playing || self.session.as_ref().is_some_and(|session| session.playhead.moves.is_landing())
    }

    /// Plays from here on, so slowly that each hop can be followed, and stops there.
    fn show(&mut self, until: SimTime, tells: Option<Name>) {
        self.show = Some(Show { until, speed: Speed::TEACHING, tells, followed: None, idle: None });
        self.playing = true;
    }

    /// Plays to this moment from a second before, and stops there. The learner can see it again, and go on. A run is played to its end.
    fn show_moment(&mut self, mut shown: Shown) {
        shown.stands = Shown::STANDS;
        let steps = self.budget.steps();
        let Some(session) = &mut self.session else { return };
        let begins = shown.run.map_or_else(|| shown.at.saturating_sub(markers::BEFORE), |(begins, _)| begins);
        session.seek(begins, steps);
        let (is_run, at, until, tells) = (shown.run.is_some(), shown.at, shown.until, shown.tells.clone());
        session.playhead.shown = Some(shown);
        if is_run {
            self.show_at_length(begins, until);
        } else {
            self.show(at, tells);
        }
    }

    /// The speed at which time passes at this moment: it may have slowed by itself.
    #[must_use]
    pub fn real_speed(&self) -> Speed {
        let speed = self.speed();
        let slows = |session: &Session| self.playing && session.is_slowed(speed);
        match speed {
            Speed::Factor(thousandths) if self.session.as_ref().is_some_and(slows) => Speed::Factor(thousandths / slowing::SLOWER),
            _ => speed,
        }
    }

    /// Whether a part of a run is being shown.
    #[must_use]
    pub const fn is_showing(&self) -> bool {
        self.show.is_some()
    }

    /// Plays to this moment, which may be minutes away. It plays hop by hop at first, from when it begins, and then fast.
    fn show_at_length(&mut self, begins: SimTime, until: SimTime) {
        self.show(until, None);
        if let Some(show) = &mut self.show {
            show.followed = Some((begins, FOLLOWED_FOR));
        }
    }

    /// The work of the frame that passed took this long on this machine: the next frame's budget follows.
    pub fn worked(&mut self, took: SimTime) {
        self.budget.adapt(took);
    }

    /// Another system takes the place of the one that is open, and begins where the page's address says.
    fn put_on_canvas(&mut self, mut session: Session) {
        // A moment that a link opens looks as it does where it was played.
        session.fly_at(self.speed());
        if let Some(moment) = session.goes_to.take() {
            session.come_to(moment, self.budget.steps() / 4);
        } else if let Some(at) = self.options.at.take() {
            // The rest of this frame went into reading and drawing it.
            let moment = session.moment(at.min(SimTime::from_millis(limits::SEEK_MILLIS)));
            session.come_to(moment, self.budget.steps() / 4);
        }
        self.session = Some(session);
        self.importing = None;
        self.show = None;
        self.opened += 1;
        self.slider = None;
        self.unreadable = None;
        self.playing = self.options.play && self.options.embed || std::mem::take(&mut self.workspace.begins_to_play);
        self.show_everything();
    }
}
