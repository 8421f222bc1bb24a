//! The document: where its nodes stand, what can be undone, what is saved. What it says is the scenario of the world at the playhead.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Node;
use super::costs::{Held, History};
use super::form::Spot;
use super::geometry::{self, Layout};
use crate::base::limits;
use crate::formats::draft_file::Version;
use crate::lesson::Lock;
use crate::scenario::{Point, Scenario, Service};

#[derive(Debug, Default)]
pub struct Document {
    /// Where nodes stand that were moved: no world minds.
    pub layout: Layout,
    /// A field that is being typed into.
    pub typing: Option<Typing>,
    /// An edit that waits for a decision.
    pub held: Option<Held>,
    /// What a lesson keeps as it is.
    pub locked: Vec<Lock>,
    /// The system a lesson begins with. Then what is drawn is always an input of the run, as it is handed in.
    pub(super) origin: Option<Arc<Scenario>>,
    dragging: Option<Dragging>,
    past: VecDeque<Version>,
    future: Vec<Version>,
    /// How much all versions of the past hold together.
    weight: usize,
    /// The browser kept it, and no file has it.
    came_unsaved: bool,
    /// How many edits were made.
    edits: usize,
    /// The document as it was last put into a file; none: it never was as it was opened.
    saved: Option<VersionNumber>,
}

/// What is typed so far, where, and why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    pub at: Spot,
    pub text: String,
    pub why: Option<String>,
}

/// A gesture that moves nodes, and where they all were before it.
#[derive(Debug)]
struct Dragging {
    node: Node,
    before: Layout,
}

/// How many things a version holds, about; where nodes stand counts, too. It is the whole document each time. Simpler than an inverse for
/// each kind of edit, and right after every edit.
fn weight(version: &Version) -> usize {
    let Scenario { broker, clients, services, .. } = &*version.scenario;
    let steps = services.iter().flat_map(Service::every_handler).map(|handler| 1 + handler.steps.len()).sum::<usize>();
    let broker = broker.exchanges.len() + broker.queues.len() + broker.bindings.len() + broker.policies.len();
    1 + broker + clients.len() + services.len() + steps + version.layout.len()
}

/// So many steps of the history are kept when the page is left.
const STEPS_KEPT: usize = 200;

/// Tells one state of the document from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct VersionNumber {
    edits: usize,
    undone: usize,
}

impl Document {
    pub(super) const fn version(&self) -> VersionNumber {
        VersionNumber { edits: self.edits, undone: self.future.len() }
    }

    /// The document is in a file now.
    pub(super) const fn mark_saved(&mut self) {
        self.saved = Some(self.version());
    }

    /// Whether it is in a file, or as it was opened.
    pub(super) fn is_saved(&self) -> bool {
        self.saved.map_or(self.edits == 0, |saved| saved == self.version())
    }

    /// The browser kept it, and no file has it: it is not lost although nothing is left to undo.
    pub(super) const fn came_unsaved(&self) -> bool {
        self.came_unsaved
    }

    /// Whether it was ever changed.
    pub(super) const fn is_edited(&self) -> bool {
        self.edits > 0
    }

    /// What can be undone and done again, as far as it is kept when the page is left.
    pub(super) fn history(&self) -> [Vec<Version>; 2] {
        let newest = self.past.len().saturating_sub(STEPS_KEPT);
        [self.past.iter().skip(newest).cloned().collect(), self.future.clone()]
    }

    /// The document as the browser kept it.
    pub(super) fn come_back(&mut self, layout: Layout, [past, future]: [Vec<Version>; 2], is_saved: bool) {
        for version in past {
            self.keep(version);
        }
        (self.layout, self.future) = (layout, future);
        (self.edits, self.came_unsaved) = (1, !is_saved);
        if is_saved {
            self.mark_saved();
        }
    }

    /// It stands where this one does, and what was changed there can be undone here.
    pub(super) fn go_on_with(&mut self, other: &Self) {
        for version in &other.past {
            self.keep(version.clone());
        }
        (self.layout, self.future) = (other.layout.clone(), other.future.clone());
        (self.edits, self.came_unsaved) = (other.edits, other.came_unsaved);
    }

    /// This system took the place of another one, which can be brought back by undoing.
    pub(super) fn come_after(&mut self, other: Self, scenario: Arc<Scenario>) {
        let own = std::mem::take(&mut self.past);
        self.weight = 0;
        for version in other.past {
            self.keep(version);
        }
        self.push(Version { scenario, layout: other.layout });
        for version in own {
            self.keep(version);
        }
    }

    /// An edit begins here: it can be undone, and what was undone cannot be done again.
    pub(super) fn remember(&mut self, scenario: &Arc<Scenario>) {
        self.drop_dragged(scenario);
        let now = Version { scenario: scenario.clone(), layout: self.layout.clone() };
        self.push(now);
    }

    fn push(&mut self, version: Version) {
        self.edits += 1;
        self.future.clear();
        self.keep(version);
    }

    /// The last version is always kept; the oldest go when there are too many, or when they hold too much.
    fn keep(&mut self, version: Version) {
        self.weight += weight(&version);
        self.past.push_back(version);
        while self.past.len() > limits::VERSIONS || self.weight > limits::VERSIONS_ELEMENTS && self.past.len() > 1 {
            let oldest = self.past.pop_front();
            self.weight -= oldest.as_ref().map_or(0, weight);
        }
    }

    fn last(&mut self) -> Option<Version> {
        let version = self.past.pop_back()?;
        self.weight -= weight(&version);
        Some(version)
    }

    /// The node follows the pointer, and the others come along.
    pub(super) fn drag(&mut self, scenario: &Arc<Scenario>, node: Node, places: Vec<(Node, Point)>) {
        if self.dragging.as_ref().is_none_or(|dragging| dragging.node != node) {
            self.drop_dragged(scenario);
            self.dragging = Some(Dragging { node, before: self.layout.clone() });
        }
        self.put(places);
    }

    /// What was dragged stays where it is. One gesture is one step of the history.
    pub(super) fn drop_dragged(&mut self, scenario: &Arc<Scenario>) {
        if let Some(Dragging { before, .. }) = self.dragging.take()
            && before != self.layout
        {
            self.push(Version { scenario: scenario.clone(), layout: before });
        }
    }

    /// What was dragged goes back to where it was.
    pub(super) fn cancel_drag(&mut self) {
        if let Some(Dragging { before, .. }) = self.dragging.take() {
            self.layout = before;
        }
    }

    pub(super) fn put(&mut self, places: Vec<(Node, Point)>) {
        for (node, at) in places {
            if let Some(at) = at.on_canvas() {
                self.layout.insert(geometry::moved_as(&node), at);
            }
        }
    }

    /// The scenario that a step of the history leads to.
    pub(super) fn next(&self, step: History, now: &Arc<Scenario>) -> Option<Arc<Scenario>> {
        // A drag is a separate step, which changes no scenario.
        let is_dragged = step == History::Undo && self.dragging.as_ref().is_some_and(|dragging| dragging.before != self.layout);
        let is_other = |version: &&Version| !self.is_now(now, version);
        let version = match step {
            _ if is_dragged => None,
            History::Undo => self.past.iter().rev().find(is_other),
            History::Redo => self.future.iter().rev().find(is_other),
        };
        version.map(|version| version.scenario.clone())
    }

    /// The scenario as it was before the last edit, where it can be undone. Time goes on: it is a new input of the world.
    pub(super) fn undo(&mut self, now: &Arc<Scenario>) -> Option<Arc<Scenario>> {
        self.drop_dragged(now);
        while let Some(version) = self.last() {
            if !self.is_now(now, &version) {
                let (now, then) = self.restore(now, version);
                self.future.push(now);
                return Some(then);
            }
        }
        None
    }

    pub(super) fn redo(&mut self, now: &Arc<Scenario>) -> Option<Arc<Scenario>> {
        self.drop_dragged(now);
        while let Some(version) = self.future.pop() {
            if !self.is_now(now, &version) {
                let (now, then) = self.restore(now, version);
                self.keep(now);
                return Some(then);
            }
        }
        None
    }

    fn restore(&mut self, now: &Arc<Scenario>, version: Version) -> (Version, Arc<Scenario>) {
        let now = Version { scenario: now.clone(), layout: std::mem::replace(&mut self.layout, version.layout) };
        (now, version.scenario)
    }

    /// Nothing would change: the other branch, or the past, has it so already.
    fn is_now(&self, now: &Arc<Scenario>, version: &Version) -> bool {
        (Arc::ptr_eq(&version.scenario, now) || version.scenario == *now) && version.layout == self.layout
    }

    pub(super) fn can_undo(&self, now: &Arc<Scenario>) -> bool {
        self.past.iter().any(|version| !self.is_now(now, version))
    }

    pub(super) fn can_redo(&self, now: &Arc<Scenario>) -> bool {
        self.future.iter().any(|version| !self.is_now(now, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{QueueSpec, Table};

    /// Ten thousand edits of the largest system there may be hold no more than the limit. The last ones can be undone.
    #[test]
    fn what_can_be_undone_has_a_limit() {
        let queue = QueueSpec {
            name: "queue".into(),
            at: Point::default(),
            durable: true,
            auto_delete: false,
            arguments: Table::new(),
            messages: 0,
        };
        let mut scenario = Scenario::empty("large");
        scenario.broker.queues = vec![queue; limits::NODES];
        let scenario = Arc::new(scenario);
        let mut document = Document::default();
        for edit in 0..10_000 {
            document.put(vec![(Node::Queue("queue".into()), Point { x: f64::from(edit), y: 0.0 })]);
            document.remember(&scenario);
        }
        assert!(document.weight <= limits::VERSIONS_ELEMENTS, "{}", document.weight);
        assert_eq!(document.weight, document.past.iter().map(weight).sum::<usize>());
        assert!((300..1_000).contains(&document.past.len()), "{}", document.past.len());
        let (undone, past) = (document.undo(&scenario), document.past.len());
        assert!(undone.is_some() && document.redo(&scenario).is_some());
        assert!(document.past.len() > past);
    }

    /// Of small systems so many versions are kept, and not one more.
    #[test]
    fn so_many_steps_can_be_undone() {
        let scenario = Arc::new(Scenario::empty("small"));
        let mut document = Document::default();
        for edit in 0..limits::VERSIONS + 10 {
            document.put(vec![(Node::Queue("queue".into()), Point { x: f64::from(u16::try_from(edit).expect("some thousands")), y: 0.0 })]);
            document.remember(&scenario);
        }
        assert_eq!(document.past.len(), limits::VERSIONS);
    }

    /// A drag far out and in again. Parts that are drawn meanwhile stand on the canvas, too, and a place that is no number changes nothing.
    #[test]
    fn a_dragged_node_stays_on_the_canvas() {
        let node = || Node::Queue("queue".into());
        let edge = f64::from(limits::COORDINATE);
        let mut document = Document::default();
        for (to, stands) in [
            ((1e308, -1e308), (edge, -edge)),
            ((f64::NAN, 0.0), (edge, -edge)),
            ((0.0, f64::NEG_INFINITY), (edge, -edge)),
            ((12.5, edge + 1.0), (12.5, edge)),
        ] {
            document.put(vec![(node(), Point { x: to.0, y: to.1 })]);
            let at = document.layout.get(&geometry::moved_as(&node())).map(|at| (at.x, at.y));
            assert_eq!(at, Some(stands), "{to:?}");
        }
    }
}
