//! What is open: a scenario, its world and its past, what is selected on the canvas, and how it is edited.

use std::sync::Arc;

use super::Node;
use super::composer::Composer;
use super::editing::{Dragging, History, Typing};
use super::geometry::{self, Layout, Plan};
use super::log::Log;
use super::marks::{self, Marks};
use crate::base::SimTime;
use crate::broker::Name;
use crate::lesson::Lock;
use crate::scenario::edit::Part;
use crate::scenario::{Point, Scenario};
use crate::sim::biography::{Biography, biography};
use crate::sim::judge::Compared;
use crate::sim::metrics::Depth;
use crate::sim::{Input, InstanceId, Occurrence, Place, Recording, Timeline, World};

/// A scenario that is open, and its world.
#[derive(Debug)]
pub struct Session {
    pub(super) timeline: Timeline,
    /// Where nodes stand that were moved: no world minds.
    pub layout: Layout,
    pub(super) history: History,
    /// A node from which a line is being drawn.
    pub connecting: Option<Node>,
    /// Why the last edit could not be made.
    pub objection: Option<String>,
    /// A field that is being typed into.
    pub typing: Option<Typing>,
    pub(super) dragging: Option<Dragging>,
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
    pub(super) saved: (usize, usize),
}

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
    /// Something happened to the event since.
    is_stale: bool,
    /// The least real time until it is told again while time passes.
    next_in: SimTime,
}

/// A story that is open while time passes is told again this often at most: it is found by playing from the beginning.
const STORY_PERIOD: SimTime = SimTime::from_millis(500);

impl Told {
    pub(super) const fn new(event: Name) -> Self {
        Self { event, at: SimTime::ZERO, life: None, is_stale: true, next_in: SimTime::ZERO }
    }
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

    /// Notes what happened in the log and on the scrubber. Whether something of it is of interest: a crash, a dead letter, a failure.
    pub(super) fn take_notes(&mut self) -> bool {
        let occurrences: Vec<Occurrence> = self.timeline.drain_occurrences().collect();
        for occurrence in &occurrences {
            self.marks.note(occurrence);
        }
        if let Some(story) = &mut self.biography {
            story.is_stale |= occurrences.iter().any(|occurrence| occurrence.is_of(&story.event));
        }
        let is_of_interest = occurrences.iter().any(|occurrence| marks::is_of_interest(&occurrence.what));
        self.log.extend(occurrences.into_iter());
        is_of_interest
    }

    /// Tells the story of the event that was asked for, up to here.
    pub(super) fn tell(&mut self) {
        let world = self.timeline.world();
        if let Some(told) = &mut self.biography {
            told.at = world.now();
            told.life = biography(world.recording(), &told.event, world.now());
            (told.is_stale, told.next_in) = (false, STORY_PERIOD);
        }
    }

    /// The same while time passes: only when something new happened to the event, and not in every frame.
    pub(super) fn tell_what_is_new(&mut self, elapsed: SimTime) {
        if let Some(told) = &mut self.biography {
            told.next_in = told.next_in.saturating_sub(elapsed);
            if told.is_stale && told.next_in == SimTime::ZERO {
                self.tell();
            }
        }
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

    pub(super) fn node(&self, part: &Part) -> Option<Node> {
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

    /// Where a node stands.
    #[must_use]
    pub fn place(&self, node: &Node) -> Option<Point> {
        geometry::rect(self.plan(), &geometry::moved_as(node)).map(|rect| rect.centre())
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
