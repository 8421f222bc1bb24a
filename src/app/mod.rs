//! The whole application as state, action and update. No browser in it: everything here is tested natively.
//!
//! ```text
//!   pointer, key, frame ─▶ Action ─▶ update(&mut App) ─▶ World ─▶ App ─▶ views, tokens
//! ```
//!
//! The screen asks "what is true at the world's time?" and paints it; see [`tokens`] for what moves.

pub mod gallery;
pub mod geometry;
pub mod log;
pub mod marks;
pub mod tokens;
pub mod words;

use std::sync::Arc;

use crate::broker::{Name, SimTime};
use crate::formats::{recording_file, scenario_file};
use crate::scenario::edit::{self, Edit, Part, PartKind};
use crate::scenario::{Fault, FaultKind, Json, Moment, Point, Problem, Scenario};
use crate::sim::biography::{Biography, biography};
use crate::sim::judge::{self, Compared};
use crate::sim::{Input, InstanceId, Occurrence, Place, Recording, Timeline, World};
use geometry::{Layout, Plan};
use log::Log;
use marks::Marks;

/// How many steps of the world one frame may take: a hot loop must not freeze the page.
const STEPS_A_FRAME_MAX: u64 = 20_000;

/// Nodes snap to this.
const GRID: f64 = 15.0;

/// How far it is looked for something of interest.
const LOOK_AHEAD: SimTime = SimTime::from_secs(24 * 3_600);

/// So many things at most happen at one moment between two lines of the log.
const STEPS_BACK_MAX: u32 = 64;

/// After a pause of the browser, a sleep for instance, time goes on from where it was.
const ELAPSED_MAX: SimTime = SimTime::from_millis(100);

/// How fast virtual time passes, in thousandths of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(pub u32);

impl Speed {
    pub const NORMAL: Self = Self(1_000);
    /// From here on the eye does not follow, and playing stops where the scenario's story is told.
    pub const HURRY: Self = Self(100_000);
    pub const ALL: [Self; 9] =
        [Self(100), Self(250), Self(500), Self::NORMAL, Self(2_000), Self(5_000), Self(20_000), Self(100_000), Self(1_000_000)];
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

#[derive(Debug, Default)]
pub struct App {
    pub session: Option<Session>,
    /// Why the last thing could not be opened. What was open before still is.
    pub unreadable: Option<Unreadable>,
    pub playing: bool,
    /// None: it has not been fetched.
    pub gallery: Option<Vec<Exhibit>>,
    pub gallery_open: bool,
    /// What was being drawn when the page was left.
    pub draft: Option<Draft>,
    pub speed: Option<Speed>,
    pub theme: Theme,
    pub motion: Motion,
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

/// A scenario that is open, and its world.
#[derive(Debug)]
pub struct Session {
    timeline: Timeline,
    /// Where nodes stand that were moved: no world minds.
    pub layout: Layout,
    history: History,
    /// A node from which a line is being drawn.
    pub connecting: Option<Node>,
    /// Why the last edit could not be made.
    pub objection: Option<String>,
    dragging: Option<Node>,
    /// What was played before the past was changed: still there to go back to.
    pub other: Option<Box<Timeline>>,
    /// The two branches side by side, when and in what they differ.
    pub comparison: Option<Comparison>,
    pub log: Log,
    pub marks: Marks,
    pub selection: Option<Node>,
    /// The event whose story is told, and the story up to where the playhead stood when it was asked for.
    pub biography: Option<Told>,
    pub composer: Composer,
}

/// What can be undone and done again: the whole document each time, which is shared but for what changed.
#[derive(Debug, Default)]
struct History {
    past: Vec<Version>,
    future: Vec<Version>,
    /// How many were made.
    edits: usize,
}

#[derive(Clone, Debug)]
struct Version {
    scenario: Arc<Scenario>,
    layout: Layout,
}

/// How far back edits can be undone.
const VERSIONS_MAX: usize = 200;

/// Two branches at one moment: left the one that is shown.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub at: SimTime,
    pub rows: Vec<Compared>,
}

/// A story that was asked for.
#[derive(Clone, Debug)]
pub struct Told {
    pub event: Name,
    pub at: SimTime,
    /// None: there is no such event by then.
    pub life: Option<Biography>,
}

/// A scenario of the gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// The file's name.
    pub file: String,
    pub title: String,
    pub about: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    pub problems: Vec<Problem>,
}

/// A message about to be published by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composer {
    pub exchange: Name,
    pub routing_key: String,
    pub payload: String,
    /// What is wrong with the payload.
    pub error: Option<String>,
    /// Where the last one went.
    pub outcome: Option<String>,
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
    KillPressed(InstanceId),
    StartPressed(InstanceId),
    /// Something breaks, now.
    FaultPressed(FaultKind),
    MendPressed(FaultKind),
    /// A client sends so many requests at once.
    RequestPressed(Name, u32),
    /// Whose story is to be told; none closes it.
    EventAsked(Option<Name>),
    /// The document is changed; what runs adapts.
    Edited(Edit),
    /// A part is put where there is room.
    PartPressed(PartKind),
    /// A node follows the pointer.
    Dragged(Node, Point),
    /// It was let go.
    Dropped,
    /// A line is begun at the selected node, or given up.
    ConnectPressed,
    DeletePressed,
    UndoPressed,
    RedoPressed,
    ObjectionDismissed,
    /// What was typed is nothing that a field can hold.
    Refused(String),
    /// The browser had kept this from last time.
    DraftFound(String),
    DraftOpened,
    DraftDiscarded,
    GalleryPressed,
    GalleryClosed,
    /// The list of scenarios was fetched.
    GalleryFetched(String),
    /// One of them is to be opened, by its file's name.
    ExhibitChosen(String),
    SavePressed,
    ComposerExchangeChosen(Name),
    ComposerKeyTyped(String),
    ComposerPayloadTyped(String),
    PublishPressed,
    ThemeChosen(Theme),
    MotionChosen(Motion),
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
    /// A file for the visitor.
    Download {
        name: String,
        text: String,
    },
}

/// The only way anything changes.
pub fn update(app: &mut App, action: Action) -> Option<Effect> {
    match action {
        Action::Opened { name, text } => open(app, name, &text),
        Action::OpenFailed { name, reason } => {
            app.unreadable = Some(Unreadable { name, problems: vec![Problem { path: String::new(), message: reason }] });
        }
        Action::UnreadableDismissed => app.unreadable = None,
        Action::FramePassed(elapsed) => {
            if app.playing {
                let speed = app.speed();
                if let Some(session) = &mut app.session {
                    app.playing = session.pass(elapsed, speed);
                }
            }
        }
        // One that can no longer be read is of no use to anybody.
        Action::DraftFound(text) => app.draft = scenario_file::read(&text).ok().map(|scenario| Draft { scenario }),
        Action::DraftOpened => {
            if let Some(Draft { scenario }) = app.draft.take() {
                app.session = Some(Session::new(Recording { seed: scenario.seed, scenario: Arc::new(scenario), inputs: Vec::new() }));
                app.playing = false;
            }
        }
        Action::DraftDiscarded => {
            app.draft = None;
            return Some(Effect::ForgetDraft);
        }
        Action::GalleryPressed => {
            app.gallery_open = true;
            return app.gallery.is_none().then_some(Effect::FetchGallery);
        }
        Action::GalleryClosed => app.gallery_open = false,
        Action::GalleryFetched(text) => app.gallery = Some(gallery::read(&text)),
        Action::ExhibitChosen(file) => {
            app.gallery_open = false;
            return Some(Effect::FetchScenario(file));
        }
        Action::SavePressed => {
            let session = app.session.as_ref()?;
            let name = format!("{}.json", gallery::file_name(&session.scenario().title));
            return Some(Effect::Download { name, text: scenario_file::write(&session.document()) });
        }
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
            if let Some(session) = &mut app.session {
                session.step();
            }
        }
        Action::BackPressed | Action::NextPressed | Action::Seeked(_) | Action::BranchSwapped => {
            app.playing &= matches!(action, Action::Seeked(_));
            if let Some(session) = &mut app.session {
                session.travel(&action);
            }
        }
        Action::RestartPressed => {
            if let Some(session) = &mut app.session {
                session.restart();
            }
        }
        Action::Edited(_)
        | Action::PartPressed(_)
        | Action::Dropped
        | Action::DeletePressed
        | Action::UndoPressed
        | Action::RedoPressed
        | Action::Selected(Some(_)) => {
            let session = app.session.as_mut()?;
            let before = session.version();
            session.update(action);
            // What is drawn now takes the place of what was drawn last time.
            if session.version() != before {
                app.draft = None;
                return Some(Effect::SaveDraft(scenario_file::write(&session.document())));
            }
        }
        Action::Selected(None)
        | Action::KillPressed(_)
        | Action::StartPressed(_)
        | Action::FaultPressed(_)
        | Action::MendPressed(_)
        | Action::RequestPressed(..)
        | Action::ComparePressed
        | Action::EventAsked(_)
        | Action::Dragged(..)
        | Action::ConnectPressed
        | Action::Refused(_)
        | Action::ObjectionDismissed
        | Action::ComposerExchangeChosen(_)
        | Action::ComposerKeyTyped(_)
        | Action::ComposerPayloadTyped(_)
        | Action::PublishPressed => {
            if let Some(session) = &mut app.session {
                session.update(action);
            }
        }
    }
    None
}

impl App {
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.speed.unwrap_or(Speed::NORMAL)
    }
}

/// A scenario, or a recording at its beginning.
fn open(app: &mut App, name: String, text: &str) {
    let is_recording = serde_json::from_str(text).is_ok_and(|document| recording_file::is_one(&document));
    let recording = if is_recording {
        recording_file::read(text).map(|file| file.recording)
    } else {
        scenario_file::read(text).map(|scenario| Recording { seed: scenario.seed, scenario: Arc::new(scenario), inputs: Vec::new() })
    };
    match recording {
        Ok(recording) => {
            app.session = Some(Session::new(recording));
            app.unreadable = None;
            app.playing = false;
        }
        Err(problems) => app.unreadable = Some(Unreadable { name, problems }),
    }
}

impl Session {
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        let scenario = &recording.scenario;
        let exchange = scenario.broker.exchanges.first().map_or_else(|| "".into(), |exchange| exchange.name.clone());
        let composer = Composer {
            exchange,
            routing_key: "order.placed".into(),
            payload: "{\n  \"orderId\": 4711,\n  \"address\": { \"zip\": \"10115\" }\n}".into(),
            error: None,
            outcome: None,
        };
        let mut session = Self {
            timeline: Timeline::open(recording),
            layout: Layout::new(),
            history: History::default(),
            connecting: None,
            objection: None,
            dragging: None,
            other: None,
            comparison: None,
            log: Log::default(),
            marks: Marks::default(),
            selection: None,
            biography: None,
            composer,
        };
        session.take_notes();
        session
    }

    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        self.world().scenario()
    }

    /// Where the playhead stands.
    #[must_use]
    pub const fn world(&self) -> &World {
        self.timeline.world()
    }

    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn take_notes(&mut self) {
        let occurrences: Vec<Occurrence> = self.timeline.drain_occurrences().collect();
        for occurrence in &occurrences {
            self.marks.note(occurrence);
        }
        self.log.extend(occurrences.into_iter());
    }

    /// Tells the story of the event that was asked for, up to here.
    fn tell(&mut self) {
        let world = self.timeline.world();
        if let Some(told) = &mut self.biography {
            told.at = world.now();
            told.life = biography(world.recording(), &told.event, world.now());
        }
    }

    /// Whether it goes on by itself.
    fn pass(&mut self, elapsed: SimTime, speed: Speed) -> bool {
        let elapsed = std::cmp::min(elapsed, ELAPSED_MAX);
        let virtual_time = SimTime::from_micros(elapsed.as_micros() * u64::from(speed.0) / 1_000);
        let target = self.world().now() + virtual_time;
        // Who hurries wants to see what came of it, not what would come an hour later.
        let end = self.scenario().until.filter(|until| speed >= Speed::HURRY && self.world().now() < *until && target >= *until);
        let arrived = self.timeline.advance(end.unwrap_or(target), STEPS_A_FRAME_MAX);
        self.take_notes();
        !(arrived && end.is_some())
    }

    /// To the next thing worth a line in the log.
    fn step(&mut self) {
        let before = self.log.last_number();
        for _ in 0..STEPS_A_FRAME_MAX {
            if !self.timeline.step() {
                break;
            }
            self.take_notes();
            if self.log.last_number() > before {
                break;
            }
        }
        self.tell();
    }

    /// Somewhere else in time.
    fn travel(&mut self, action: &Action) {
        match action {
            Action::NextPressed => {
                let until = self.world().now() + LOOK_AHEAD;
                self.timeline.run_to(until, |occurrence| marks::is_of_interest(&occurrence.what));
                self.take_notes();
            }
            Action::BackPressed => {
                // As the log counts: behind the last thing worth a line.
                let now = self.world().now();
                for _ in 0..STEPS_BACK_MAX {
                    self.timeline.drain_occurrences();
                    if !self.timeline.back() || self.world().now() < now {
                        break;
                    }
                }
                let now = self.world().now();
                self.go_to(now);
            }
            Action::Seeked(at) => self.go_to(*at),
            Action::BranchSwapped => {
                if let Some(other) = &mut self.other {
                    let now = self.timeline.world().now();
                    std::mem::swap(&mut **other, &mut self.timeline);
                    self.comparison = None;
                    self.marks = Marks::default();
                    self.go_to(now.min(self.timeline.furthest()));
                }
            }
            _ => {}
        }
        self.tell();
    }

    /// Where the branches differ at this moment; further than it was played the other one is played on.
    fn compare(&mut self) -> Option<Comparison> {
        let other = self.other.as_mut()?;
        let at = self.timeline.world().now();
        other.seek(at);
        other.drain_occurrences();
        let rows = judge::compare(self.timeline.world(), other.world());
        let differ = |row: &Compared| (row.left - row.right).abs() > 1e-9;
        Some(Comparison { at, rows: rows.into_iter().filter(differ).collect() })
    }

    fn go_to(&mut self, at: SimTime) {
        self.timeline.seek(at);
        self.log = Log::default();
        self.take_notes();
        self.composer.outcome = None;
    }

    fn restart(&mut self) {
        let seed = self.world().recording().seed;
        // What was drawn meanwhile stays: it is time that begins again.
        self.timeline = Timeline::open(Recording { scenario: self.scenario().clone(), seed, inputs: Vec::new() });
        self.other = None;
        self.comparison = None;
        self.log = Log::default();
        self.marks = Marks::default();
        self.biography = None;
        self.composer.outcome = None;
        self.take_notes();
    }

    fn update(&mut self, action: Action) {
        match action {
            Action::Edited(edit) => self.edit(&edit),
            Action::PartPressed(kind) => {
                let at = self.free_place();
                self.edit(&Edit::Add { kind, at });
            }
            Action::Dragged(node, to) => self.drag(&node, to),
            Action::Dropped => {
                // Now it is where it stays.
                self.history.edits += usize::from(self.dragging.take().is_some());
            }
            Action::ConnectPressed => {
                self.connecting = if self.connecting.is_some() { None } else { self.selection.clone() };
            }
            Action::DeletePressed => {
                if let Some(part) = self.selection.as_ref().and_then(|node| self.part(node)) {
                    self.edit(&Edit::Remove(part));
                }
            }
            Action::UndoPressed => self.undo(),
            Action::RedoPressed => self.redo(),
            Action::ObjectionDismissed => self.objection = None,
            Action::Refused(why) => self.objection = Some(why),
            Action::Selected(node) => {
                if let Some(from) = self.connecting.take()
                    && let Some(to) = &node
                    && *to != from
                {
                    if let (Some(from), Some(to)) = (self.part(&from), self.part(to)) {
                        self.edit(&Edit::Connect { from, to });
                    }
                    self.selection = node;
                    return;
                }
                if let Some(Node::Exchange(name)) = &node {
                    self.composer.exchange = name.clone();
                }
                self.selection = node;
            }
            Action::KillPressed(id) => {
                if let Some(service) = self.service_name(id) {
                    self.inject(Input::kill(&service, id.instance));
                }
            }
            Action::StartPressed(id) => {
                if let Some(service) = self.service_name(id) {
                    self.inject(Input::start(&service, id.instance));
                }
            }
            Action::FaultPressed(kind) => {
                self.inject(Input::Fault(Fault { kind, when: Moment::At(SimTime::ZERO), lasts: None }));
            }
            Action::MendPressed(kind) => self.inject(Input::Mend(kind)),
            Action::ComparePressed => {
                self.comparison = if self.comparison.is_some() { None } else { self.compare() };
            }
            Action::RequestPressed(client, count) => self.inject(Input::Request { client, count }),
            Action::EventAsked(event) => {
                self.biography = event.map(|event| Told { event, at: SimTime::ZERO, life: None });
                self.tell();
            }
            Action::ComposerExchangeChosen(exchange) => self.composer.exchange = exchange,
            Action::ComposerKeyTyped(key) => self.composer.routing_key = key,
            Action::ComposerPayloadTyped(payload) => {
                self.composer.error = None;
                self.composer.payload = payload;
            }
            Action::PublishPressed => self.publish(),
            _ => {}
        }
    }

    fn service_name(&self, id: InstanceId) -> Option<Name> {
        self.world().services().get(id.service).map(|service| service.spec.name.clone())
    }

    /// What is on the canvas, and where.
    #[must_use]
    pub const fn plan(&self) -> Plan<'_> {
        Plan { world: self.timeline.world(), layout: &self.layout }
    }

    /// What a node is in the document.
    #[must_use]
    pub fn part(&self, node: &Node) -> Option<Part> {
        let world = self.world();
        Some(match node {
            Place::Client(index) => Part::Client(world.clients().get(*index)?.spec.name.clone()),
            Place::Instance(id) => Part::Service(world.services().get(id.service)?.spec.name.clone()),
            Place::Exchange(name) => Part::Exchange(name.clone()),
            Place::Queue(name) => Part::Queue(name.clone()),
        })
    }

    fn node(&self, part: &Part) -> Option<Node> {
        let world = self.world();
        Some(match part {
            Part::Client(name) => Place::Client(world.clients().iter().position(|client| client.spec.name == *name && !client.removed)?),
            Part::Service(name) => {
                let service = world.services().iter().position(|service| service.spec.name == *name && !service.removed)?;
                Place::Instance(InstanceId { service, instance: 0 })
            }
            Part::Exchange(name) => Place::Exchange(name.clone()),
            Part::Queue(name) => Place::Queue(name.clone()),
        })
    }

    /// The document with every node where it stands on the canvas.
    #[must_use]
    pub fn document(&self) -> Scenario {
        let mut scenario = Scenario::clone(self.scenario());
        for (node, at) in self.layout.iter() {
            let Some(part) = self.part(node) else { continue };
            let place = match &part {
                Part::Client(name) => scenario.clients.iter_mut().find(|client| client.name == *name).map(|client| &mut client.at),
                Part::Service(name) => scenario.services.iter_mut().find(|service| service.name == *name).map(|service| &mut service.at),
                Part::Exchange(name) => scenario.broker.exchanges.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
                Part::Queue(name) => scenario.broker.queues.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
            };
            if let Some(place) = place {
                *place = *at;
            }
        }
        scenario
    }

    /// Tells one state of the document from another.
    const fn version(&self) -> (usize, usize) {
        (self.history.edits, self.history.future.len())
    }

    fn remember(&mut self) {
        self.history.edits += 1;
        self.history.past.push(Version { scenario: self.scenario().clone(), layout: self.layout.clone() });
        self.history.future.clear();
        if self.history.past.len() > VERSIONS_MAX {
            self.history.past.remove(0);
        }
    }

    /// Changes the document, and with it what runs; or says why not.
    fn edit(&mut self, edit: &Edit) {
        match edit::apply(self.scenario(), edit) {
            Err(why) => self.objection = Some(why),
            Ok(new) => {
                self.objection = None;
                if new == **self.scenario() {
                    return;
                }
                self.remember();
                let before = self.selection.as_ref().and_then(|node| self.part(node));
                self.inject(Input::Edit(Arc::new(new)));
                self.follow(edit, before);
            }
        }
    }

    /// The selection stays with its part, and goes to one that is new.
    fn follow(&mut self, edit: &Edit, before: Option<Part>) {
        let scenario = self.scenario();
        let part = match edit {
            Edit::Add { kind, .. } => match kind {
                PartKind::Client => scenario.clients.last().map(|client| Part::Client(client.name.clone())),
                PartKind::Service => scenario.services.last().map(|service| Part::Service(service.name.clone())),
                PartKind::Exchange(_) => scenario.broker.exchanges.last().map(|exchange| Part::Exchange(exchange.name.clone())),
                PartKind::ClassicQueue | PartKind::QuorumQueue => {
                    scenario.broker.queues.last().map(|queue| Part::Queue(queue.name.clone()))
                }
            },
            Edit::Remove(_) => None,
            Edit::Rename { part, name } => Some(match part {
                Part::Client(_) => Part::Client(name.clone()),
                Part::Service(_) => Part::Service(name.clone()),
                Part::Exchange(_) => Part::Exchange(name.clone()),
                Part::Queue(_) => Part::Queue(name.clone()),
            }),
            _ => before,
        };
        // A renamed node stands where it stood.
        if let Edit::Rename { part: old, .. } = edit
            && let Some(new) = part.as_ref().and_then(|part| self.node(part))
            && let Some(at) = self.old_place(old)
        {
            self.layout.insert(new, at);
        }
        self.selection = part.and_then(|part| self.node(&part));
    }

    fn old_place(&self, part: &Part) -> Option<Point> {
        match part {
            Part::Exchange(name) => self.layout.get(&Place::Exchange(name.clone())).copied(),
            Part::Queue(name) => self.layout.get(&Place::Queue(name.clone())).copied(),
            // Programs are known by their place in the world: the one of the new name is another.
            Part::Client(_) | Part::Service(_) => None,
        }
    }

    /// One gesture is one step of the history.
    fn drag(&mut self, node: &Node, to: Point) {
        let node = geometry::moved_as(node);
        if self.dragging.as_ref() != Some(&node) {
            self.remember();
            self.dragging = Some(node.clone());
        }
        let snap = |value: f64| (value / GRID).round() * GRID;
        self.layout.insert(node, Point { x: snap(to.x), y: snap(to.y) });
    }

    fn undo(&mut self) {
        while let Some(version) = self.history.past.pop() {
            if !self.is_now(&version) {
                let now = self.restore(version);
                self.history.future.push(now);
                return;
            }
        }
    }

    fn redo(&mut self) {
        while let Some(version) = self.history.future.pop() {
            if !self.is_now(&version) {
                let now = self.restore(version);
                self.history.past.push(now);
                return;
            }
        }
    }

    /// Nothing would change: the other branch, or the past, has it so already.
    fn is_now(&self, version: &Version) -> bool {
        version.scenario == *self.scenario() && version.layout == self.layout
    }

    /// Another version of the document. Time goes on: to undo is a new input, it never rewinds the world.
    fn restore(&mut self, version: Version) -> Version {
        let now = Version { scenario: self.scenario().clone(), layout: std::mem::replace(&mut self.layout, version.layout) };
        if now.scenario != version.scenario {
            let selected = self.selection.as_ref().and_then(|node| self.part(node));
            self.inject(Input::Edit(version.scenario));
            self.selection = selected.and_then(|part| self.node(&part)).filter(|node| geometry::rect(self.plan(), node).is_some());
        }
        now
    }

    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.past.iter().any(|version| !self.is_now(version))
    }

    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.future.iter().any(|version| !self.is_now(version))
    }

    /// Where a new node stands on nobody's toes: below everything, or in the middle of nothing.
    fn free_place(&self) -> Point {
        let rects: Vec<geometry::Rect> =
            geometry::places(self.plan()).iter().filter_map(|place| geometry::rect(self.plan(), place)).collect();
        let free = |at: Point| {
            rects.iter().all(|rect| {
                let (x, y) = (rect.left + rect.width / 2.0, rect.top + rect.height / 2.0);
                (x - at.x).abs() > 180.0 || (y - at.y).abs() > 110.0
            })
        };
        let columns = [330.0, 570.0, 120.0, 810.0];
        let mut y = 105.0;
        loop {
            if let Some(x) = columns.iter().find(|x| free(Point { x: **x, y })) {
                return Point { x: *x, y };
            }
            y += 45.0;
        }
    }

    /// Something comes from outside. In the past it begins another branch, and the one that was there is kept.
    fn inject(&mut self, input: Input) {
        if self.timeline.is_in_the_past() {
            self.other = Some(Box::new(self.timeline.clone()));
            self.marks.forget_after(self.timeline.world().now());
        }
        self.timeline.inject(input);
        self.take_notes();
        self.tell();
    }

    fn publish(&mut self) {
        let composer = &mut self.composer;
        composer.outcome = None;
        let payload: Json = match serde_json::from_str(&composer.payload) {
            Ok(payload) => payload,
            Err(error) => {
                composer.error = Some(format!("The payload is not JSON: {error}"));
                return;
            }
        };
        if composer.routing_key.len() > crate::broker::value::SHORTSTR_BYTES_MAX {
            composer.error = Some("A routing key has at most 255 bytes.".into());
            return;
        }
        composer.error = None;
        let input = Input::publish(&composer.exchange, &composer.routing_key, payload);
        let before = self.log.last_number();
        self.inject(input);
        let world = self.timeline.world();
        let went = self.log.since(before).find_map(words::where_it_went);
        self.composer.outcome = went.or_else(|| match world.broker().alarms().first() {
            _ if world.is_broker_down() => Some("The broker is down: it could not be published.".into()),
            Some(resource) => Some(format!("The broker is low on {}: it reads no publishes, and yours waits.", resource.name())),
            None => None,
        });
    }
}
