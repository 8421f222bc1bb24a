//! What is open: a scenario, its world and its past, what is selected on the canvas, and how it is edited.

use std::sync::Arc;

use super::composer::Composer;
use super::form::{self, Change};
use super::geometry::{self, Layout, Plan, Rect};
use super::log::Log;
use super::marks::{self, Marks};
use super::{Action, Node, Speed};
use crate::base::SimTime;
use crate::base::ordered::in_order;
use crate::broker::Name;
use crate::lesson::Lock;
use crate::scenario::edit::{self, Edit, Part, PartKind};
use crate::scenario::{Fault, Json, Moment, Point, Scenario};
use crate::sim::biography::{Biography, biography};
use crate::sim::judge::{self, Compared};
use crate::sim::metrics::Depth;
use crate::sim::{Input, InstanceId, Occurrence, Place, Recording, Timeline, World};

/// How many steps of the world one frame may take: a hot loop must not freeze the page.
const STEPS_A_FRAME_MAX: u64 = 20_000;

/// Nodes snap to this.
const GRID: f64 = 15.0;

/// How far it is looked for something of interest.
const LOOK_AHEAD: SimTime = SimTime::from_secs(24 * 3_600);
/// And in how many steps: a busy system makes a day of millions, and the page stands still meanwhile.
const LOOK_STEPS_MAX: u64 = 150_000;

/// So many things at most happen at one moment between two lines of the log.
const STEPS_BACK_MAX: u32 = 64;

/// After a pause of the browser, a sleep for instance, time goes on from where it was.
const ELAPSED_MAX: SimTime = SimTime::from_millis(100);

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
    /// A field that is being typed into.
    pub typing: Option<Typing>,
    dragging: Option<Node>,
    /// What was played before the past was changed: still there to go back to.
    pub other: Option<Box<Timeline>>,
    /// The two branches side by side, when and in what they differ.
    pub comparison: Option<Comparison>,
    pub log: Log,
    pub marks: Marks,
    pub selection: Option<Node>,
    /// What else is selected.
    pub also: Vec<Node>,
    /// The event whose story is told, and the story up to where the playhead stood when it was asked for.
    pub biography: Option<Told>,
    pub composer: Composer,
    /// What a lesson keeps as it is, and what it points at.
    pub locked: Vec<Lock>,
    pub points: Vec<Name>,
    /// The system a lesson begins with: then what is drawn is always an input of the run, as it is handed in.
    pub(super) origin: Option<Arc<Scenario>>,
    /// The document as it was last put into a file.
    saved: (usize, usize),
}

/// What is typed so far, where, and why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    pub path: String,
    pub text: String,
    pub why: Option<String>,
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
const VERSIONS_MAX: usize = 6_000;

/// Two branches at one moment: left the one that is shown.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub at: SimTime,
    pub rows: Vec<Compared>,
    /// How full the queues were over time, here and in the other branch: those that differ, by name.
    pub depths: Vec<(Name, [Vec<Depth>; 2])>,
}

/// A story that was asked for.
#[derive(Clone, Debug)]
pub struct Told {
    pub event: Name,
    pub at: SimTime,
    /// None: there is no such event by then.
    pub life: Option<Biography>,
}

impl Session {
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        let exchange = recording.scenario.broker.exchanges.first().map_or_else(|| "".into(), |exchange| exchange.name.clone());
        let mut session = Self {
            timeline: Timeline::open(recording),
            layout: Layout::new(),
            history: History::default(),
            connecting: None,
            objection: None,
            typing: None,
            dragging: None,
            other: None,
            comparison: None,
            log: Log::default(),
            marks: Marks::default(),
            selection: None,
            also: Vec::new(),
            biography: None,
            composer: Composer::new(exchange),
            locked: Vec::new(),
            points: Vec::new(),
            origin: None,
            saved: (0, 0),
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
    pub(super) fn pass(&mut self, elapsed: SimTime, speed: Speed) -> bool {
        let elapsed = std::cmp::min(elapsed, ELAPSED_MAX);
        let virtual_time = SimTime::from_micros(elapsed.as_micros() * u64::from(speed.0) / 1_000);
        let target = self.world().now() + virtual_time;
        // Who hurries wants to see what came of it, not what would come an hour later.
        let end = self.scenario().until.filter(|until| speed >= Speed::HURRY && self.world().now() < *until && target >= *until);
        let target = end.unwrap_or(target);
        let arrived = if speed == Speed::MAX {
            // Not beyond what happens: time alone does not pass in a hurry.
            (0..STEPS_A_FRAME_MAX).any(|_| {
                let next = self.timeline.world().next_at();
                next.is_none_or(|next| next > target) || !self.timeline.step()
            })
        } else {
            self.repeat_until(target);
            self.timeline.advance(target, STEPS_A_FRAME_MAX)
        };
        if arrived && end.is_some() {
            self.timeline.advance(target, STEPS_A_FRAME_MAX);
        }
        self.take_notes();
        !(arrived && end.is_some())
    }

    /// Publishes what is published again and again, each at its time.
    fn repeat_until(&mut self, target: SimTime) {
        while let Some(next) = self.composer.repeats.filter(|next| *next <= target) {
            let (Ok(message), Ok(period)) = (self.composer.message(), self.composer.period()) else {
                self.composer.repeats = None;
                return;
            };
            if !self.timeline.advance(next.max(self.world().now()), STEPS_A_FRAME_MAX) {
                return;
            }
            self.inject(Input::Publish(Box::new(message)));
            self.composer.repeats = Some(next + period);
        }
    }

    /// To the next thing worth a line in the log.
    pub(super) fn step(&mut self) {
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
    pub(super) fn travel(&mut self, action: &Action) {
        self.composer.repeats = None;
        match action {
            Action::NextPressed => {
                let until = self.world().now() + LOOK_AHEAD;
                let found = self.timeline.run_to(until, LOOK_STEPS_MAX, |occurrence| marks::is_of_interest(&occurrence.what));
                self.take_notes();
                if found.is_none() {
                    self.objection = Some(format!("Nothing broke or died until {}. Once more looks further.", self.world().now()));
                }
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
        let worlds = [self.timeline.world(), other.world()];
        let queues = in_order(worlds.iter().flat_map(|world| world.broker().queues().map(|queue| queue.name().clone())));
        let depths = queues.into_iter().map(|name| (name.clone(), worlds.map(|world| world.metrics().depths(&name))));
        let depths = depths.filter(|(_, [here, there])| here != there).collect();
        Some(Comparison { at, rows: rows.into_iter().filter(differ).collect(), depths })
    }

    fn go_to(&mut self, at: SimTime) {
        self.timeline.seek(at);
        self.log = Log::default();
        self.take_notes();
        self.composer.outcome = None;
    }

    pub(super) fn restart(&mut self) {
        // What was drawn meanwhile stays: it is time that begins again. A seed that was edited counts from now on; one that a
        // recording has of its own stays.
        let now = self.scenario().clone();
        let recording = self.world().recording();
        let seed = if now.seed == recording.scenario.seed { recording.seed } else { now.seed };
        let begins = self.origin.clone().unwrap_or_else(|| now.clone());
        self.timeline = Timeline::open(Recording { scenario: begins.clone(), seed, inputs: Vec::new() });
        if begins != now {
            self.timeline.inject(Input::Edit(now));
        }
        self.other = None;
        self.comparison = None;
        self.log = Log::default();
        self.marks = Marks::default();
        self.biography = None;
        self.composer.repeats = None;
        self.composer.outcome = None;
        self.take_notes();
    }

    pub(super) fn update(&mut self, action: Action) {
        match action {
            Action::Edited(edit) => self.edit(&[edit]),
            Action::FieldTyped(path, kind, text) => {
                let tried = self.tried(&path, &kind, &text);
                self.typing = Some(Typing { path, text, why: tried.err() });
            }
            Action::FieldSet(path, kind, text) => match self.tried(&path, &kind, &text) {
                Ok(new) => {
                    self.typing = None;
                    self.become_scenario(new);
                }
                Err(why) => self.typing = Some(Typing { path, text, why: Some(why) }),
            },
            Action::ListChanged(path, change) => match form::changed(self.scenario(), &path, &change) {
                Ok(new) => self.become_scenario(new),
                Err(why) => self.objection = Some(why),
            },
            Action::PartPressed(kind) => {
                let at = self.free_place();
                self.edit(&[Edit::Add { kind, at }]);
            }
            Action::PartDropped(kind, at) => self.edit(&[Edit::Add { kind, at: snapped(at) }]),
            Action::Dragged(node, to) => self.drag(&node, to),
            Action::Dropped => {
                // Now it is where it stays.
                self.history.edits += usize::from(self.dragging.take().is_some());
            }
            Action::Nudged(dx, dy) => {
                let moved: Vec<(Node, Point)> = self
                    .selected()
                    .filter_map(|node| self.place(node).map(|at| (node.clone(), Point { x: at.x + dx, y: at.y + dy })))
                    .collect();
                self.put(moved);
            }
            Action::AlignPressed(align) => {
                let nodes: Vec<(Node, Rect)> =
                    self.selected().filter_map(|node| Some((node.clone(), geometry::rect(self.plan(), node)?))).collect();
                self.put(super::arrange::aligned(&nodes, align));
            }
            Action::ArrangePressed => self.put(super::arrange::arranged(self.plan())),
            Action::Pasted(text) => match super::arrange::pasted(&self.document(), &text) {
                Ok((new, parts)) => {
                    self.become_scenario(new);
                    let nodes: Vec<Node> = parts.iter().filter_map(|part| self.node(part)).collect();
                    self.select_all(nodes);
                }
                Err(why) => self.objection = Some(why),
            },
            Action::DuplicatePressed => {
                if let Some(text) = self.copied() {
                    self.update(Action::Pasted(text));
                }
            }
            Action::ConnectPressed => {
                self.connecting = if self.connecting.is_some() { None } else { self.selection.clone() };
            }
            Action::Connected(to) => self.connect_to(&to),
            Action::DeletePressed | Action::CutPressed => {
                let edits: Vec<Edit> = self.parts().into_iter().map(Edit::Remove).collect();
                self.edit(&edits);
            }
            Action::SelectedAlso(node) => {
                if self.selection.as_ref() == Some(&node) {
                    self.selection = self.also.pop();
                } else if let Some(place) = self.also.iter().position(|other| *other == node) {
                    self.also.remove(place);
                } else {
                    self.also.extend(self.selection.replace(node));
                }
            }
            Action::BoxSelected { from, to } => {
                let within = |rect: &Rect| {
                    let at = rect.centre();
                    (from.x.min(to.x)..=from.x.max(to.x)).contains(&at.x) && (from.y.min(to.y)..=from.y.max(to.y)).contains(&at.y)
                };
                let mut nodes: Vec<Node> = self.selected().cloned().collect();
                let found = geometry::places(self.plan())
                    .into_iter()
                    .filter(|place| geometry::rect(self.plan(), place).is_some_and(|rect| within(&rect)));
                nodes.extend(found.collect::<Vec<_>>());
                nodes.dedup();
                self.select_all(nodes);
            }
            Action::AllSelected => self.select_all(geometry::places(self.plan())),
            Action::FaultTyped(text) => {
                let new = text
                    .parse::<Fault>()
                    .and_then(|fault| form::changed(self.scenario(), "faults", &Change::Add(Json::from(fault.to_string()))));
                match new {
                    Ok(new) => self.become_scenario(new),
                    Err(why) => self.objection = Some(why),
                }
            }
            Action::FaultMoved(index, at) => {
                let mut new = Scenario::clone(self.scenario());
                if let Some(fault) = new.faults.get_mut(index) {
                    fault.when = Moment::At(at);
                    self.become_scenario(new);
                }
            }
            Action::FaultRemoved(index) => {
                let mut new = Scenario::clone(self.scenario());
                if index < new.faults.len() {
                    new.faults.remove(index);
                    self.become_scenario(new);
                }
            }
            Action::UndoPressed => self.undo(),
            Action::RedoPressed => self.redo(),
            Action::ObjectionDismissed => self.objection = None,
            Action::Selected(node) => {
                if let Some(to) = node.as_ref().filter(|node| self.connecting.as_ref().is_some_and(|from| from != *node)) {
                    self.connect_to(to);
                    return;
                }
                self.connecting = None;
                if let Some(Node::Exchange(name)) = &node {
                    self.composer.exchange = name.clone();
                }
                self.typing = None;
                self.also.clear();
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
            Action::ComposerSet(what, text) => self.composer.set(what, text),
            Action::ComposerFocused(focused) => self.composer.focused = focused,
            Action::RepeatPressed => self.repeat(),
            Action::GetPressed { queue, count, requeue } => self.inject(Input::Get { queue, count, requeue }),
            Action::PurgePressed(queue) => self.inject(Input::Purge { queue }),
            Action::MovePressed { queue, to } => self.inject(Input::Move { queue, count: crate::sim::BY_HAND_MAX, to }),
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
    pub(super) const fn version(&self) -> (usize, usize) {
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

    /// Changes the document, and with it what runs; or says why not. All of it is one step of the history.
    fn edit(&mut self, edits: &[Edit]) {
        let changed = edits.iter().try_fold(Scenario::clone(self.scenario()), |scenario, edit| edit::apply(&scenario, edit));
        match changed {
            Err(why) => self.objection = Some(why),
            Ok(new) => {
                let before = self.selection.as_ref().and_then(|node| self.part(node));
                self.become_scenario(new);
                for edit in edits {
                    self.follow(edit, before.clone());
                }
            }
        }
    }

    /// The document is another from now on.
    pub(super) fn become_scenario(&mut self, new: Scenario) {
        self.objection = None;
        if new == **self.scenario() {
            return;
        }
        if let Some(lock) = Lock::broken(&self.locked, self.scenario(), &new) {
            self.objection = Some(format!("The lesson keeps its {} as they are.", lock.name()));
            return;
        }
        self.remember();
        self.inject(Input::Edit(Arc::new(new)));
        let plan = Plan { world: self.timeline.world(), layout: &self.layout };
        let there = |node: &Node| geometry::rect(plan, node).is_some();
        self.also.retain(there);
        self.selection = self.selection.take().filter(there).or_else(|| self.also.pop());
    }

    /// The document with a field as it was typed, or why it cannot be.
    fn tried(&self, path: &str, kind: &form::Kind, text: &str) -> Result<Scenario, String> {
        form::parse(kind, text).and_then(|value| form::changed(self.scenario(), path, &Change::Set(value)))
    }

    fn connect_to(&mut self, to: &Node) {
        let from = self.connecting.take().and_then(|node| self.part(&node));
        if let (Some(from), Some(to)) = (from, self.part(to)) {
            self.edit(&[Edit::Connect { from: from.clone(), to }]);
            // Its key is asked for next: it is a field of the exchange.
            self.selection = self.node(&from);
            self.also.clear();
        }
    }

    /// Whether a line can lead there from where it was begun.
    #[must_use]
    pub fn may_connect(&self, to: &Node) -> bool {
        let from = self.connecting.as_ref().and_then(|node| self.part(node));
        from.zip(self.part(to)).is_some_and(|(from, to)| edit::connectable(&from, &to))
    }

    /// Everything that is selected.
    pub fn selected(&self) -> impl Iterator<Item = &Node> {
        self.selection.iter().chain(&self.also)
    }

    #[must_use]
    pub fn is_selected(&self, node: &Node) -> bool {
        self.selected().any(|other| other == node)
    }

    fn select_all(&mut self, mut nodes: Vec<Node>) {
        nodes.dedup_by_key(|node| geometry::moved_as(node));
        self.selection = nodes.pop();
        self.also = nodes;
    }

    /// The parts that are selected, each once.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        in_order(self.selected().filter_map(|node| self.part(node)))
    }

    /// What is selected, as text for the clipboard.
    #[must_use]
    pub fn copied(&self) -> Option<String> {
        let parts = self.parts();
        (!parts.is_empty()).then(|| super::arrange::copied(&self.document(), &parts))
    }

    /// Where a node stands.
    #[must_use]
    pub fn place(&self, node: &Node) -> Option<Point> {
        geometry::rect(self.plan(), &geometry::moved_as(node)).map(|rect| rect.centre())
    }

    /// Nodes to their new places, as one step.
    fn put(&mut self, places: Vec<(Node, Point)>) {
        let places: Vec<(Node, Point)> = places.into_iter().filter(|(node, at)| self.place(node) != Some(*at)).collect();
        if places.is_empty() {
            return;
        }
        self.remember();
        for (node, at) in places {
            self.layout.insert(geometry::moved_as(&node), at);
        }
    }

    /// The document is in a file now.
    pub(super) const fn saved(&mut self) {
        self.saved = self.version();
    }

    /// Whether something would be lost.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.saved != self.version() && self.can_undo()
    }

    /// The whole run up to now, as a file has it.
    #[must_use]
    pub fn recording_text(&self) -> String {
        let recording = self.world().recording();
        let scenario = if recording.inputs.iter().any(|timed| matches!(timed.input, Input::Edit(_))) {
            recording.scenario.clone()
        } else {
            Arc::new(self.document())
        };
        let recording = Recording { scenario, seed: recording.seed, inputs: recording.inputs.clone() };
        crate::formats::recording_file::write(&recording, self.world().now())
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
            Edit::Connect { .. } => before,
        };
        // A renamed node stands where it stood.
        if let Edit::Rename { part: old, .. } = edit
            && let Some(new) = part.as_ref().and_then(|part| self.node(part))
            && let Some(at) = self.old_place(old)
        {
            self.layout.insert(new, at);
        }
        if !matches!(edit, Edit::Connect { .. }) {
            self.selection = part.and_then(|part| self.node(&part));
            self.also.clear();
        }
    }

    fn old_place(&self, part: &Part) -> Option<Point> {
        match part {
            Part::Exchange(name) => self.layout.get(&Place::Exchange(name.clone())).copied(),
            Part::Queue(name) => self.layout.get(&Place::Queue(name.clone())).copied(),
            // Programs are known by their place in the world: the one of the new name is another.
            Part::Client(_) | Part::Service(_) => None,
        }
    }

    /// One gesture is one step of the history. What else is selected comes along.
    fn drag(&mut self, node: &Node, to: Point) {
        let node = geometry::moved_as(node);
        let Some(at) = self.place(&node) else { return };
        if self.dragging.as_ref() != Some(&node) {
            self.remember();
            self.dragging = Some(node.clone());
        }
        let to = snapped(to);
        let others: Vec<Node> = if self.is_selected(&node) {
            self.selected().map(geometry::moved_as).filter(|other| *other != node).collect()
        } else {
            Vec::new()
        };
        for other in others {
            if let Some(place) = self.place(&other) {
                self.layout.insert(other, Point { x: place.x + to.x - at.x, y: place.y + to.y - at.y });
            }
        }
        self.layout.insert(node, to);
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
            self.also.clear();
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
    pub(super) fn inject(&mut self, input: Input) {
        if self.timeline.is_in_the_past() {
            self.other = Some(Box::new(self.timeline.clone()));
            self.marks.forget_after(self.timeline.world().now());
        }
        self.timeline.inject(input);
        self.take_notes();
        self.tell();
    }
}

/// To the grid.
fn snapped(at: Point) -> Point {
    let snap = |value: f64| (value / GRID).round() * GRID;
    Point { x: snap(at.x), y: snap(at.y) }
}
