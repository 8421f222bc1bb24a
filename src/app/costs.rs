//! What an edit would destroy is said before it is made. The edit waits until the learner has chosen what RabbitMQ is to do.

use std::sync::Arc;

use super::difference::change;
use super::effect::{Effect, Reading};
use super::form::Spot;
use super::notice::Notice;
use super::texts::session as texts;
use super::{Node, Session};
use crate::base::SimTime;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::lesson::Lock;
use crate::scenario::Scenario;
use crate::scenario::edit::{Edit, Part, redeclare};
use crate::sim::{Input, World};

/// What can be done instead of the edit, or with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A policy sets the same, and the messages stay.
    Policy,
    /// A new queue takes over; the old one keeps its messages.
    NewQueue,
    /// The queue is deleted with its messages, and declared again.
    Redeclare,
    /// The step of the history is taken, and queues go with their messages.
    Step,
    /// Nothing.
    Keep,
}

/// A way through the versions of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    Undo,
    Redo,
}

/// A step of the history that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepping {
    pub way: History,
    /// The change that it takes back, or makes again, in one sentence.
    pub says: String,
    /// It was asked for once more, before the learner has chosen.
    pub again: bool,
}

/// An edit, or a step of the history, that RabbitMQ can make only by deleting a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub queue: Name,
    /// The field that was typed into.
    pub at: Option<Spot>,
    edits: Vec<Edit>,
    pub(super) policy: Option<Edit>,
    beside: Option<(Name, Vec<Edit>)>,
    /// What was asked for is no edit, but this.
    pub step: Option<Stepping>,
    /// More queues that would go with their messages.
    pub others: Vec<Name>,
}

impl Held {
    /// The queues that would go with their messages.
    pub fn queues(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.queue).chain(&self.others)
    }

    /// What RabbitMQ offers: what costs least comes first.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        let policy = self.policy.is_some().then_some(Way::Policy);
        let beside = self.beside.is_some().then_some(Way::NewQueue);
        let destroys = if self.step.is_some() { Way::Step } else { Way::Redeclare };
        policy.into_iter().chain(beside).chain([destroys, Way::Keep])
    }

    /// The name of the new queue, where one can take over.
    #[must_use]
    pub fn new_queue(&self) -> Option<&Name> {
        self.beside.as_ref().map(|(name, _)| name)
    }
}

impl Session {
    /// So many messages of a queue would go with it.
    #[must_use]
    pub fn lost_with(&self, queue: &str) -> u64 {
        self.world().broker().queue(queue).map_or(0, QueueView::total)
    }

    /// The queues that go with messages on the way from one document to another.
    fn emptied_by(&self, new: &Scenario) -> Vec<Name> {
        let old = self.scenario();
        let removed = old.broker.queues.iter().map(|queue| &queue.name);
        let removed = removed.filter(|name| !new.broker.queues.iter().any(|queue| queue.name == **name));
        removed.chain(redeclare::redeclared(old, new)).filter(|name| self.lost_with(name) > 0).cloned().collect()
    }

    /// A notice says what went with them; none: no message.
    pub(super) fn gone_with_queues(&self, new: &Scenario) -> Option<String> {
        let told = self.emptied_by(new).into_iter().map(|name| texts::rabbitmq_deleted(&name, self.lost_with(&name)));
        Some(told.collect::<Vec<_>>().join(" ")).filter(|told| !told.is_empty())
    }

    /// Takes a step of the history. What would destroy messages waits for a decision, which is asked for beside the button.
    pub(super) fn ask_for(&mut self, way: History) -> Vec<Effect> {
        let again = self.document.held.take().and_then(|held| held.step).is_some_and(|step| step.way == way);
        let can = match way {
            History::Undo => self.can_undo(),
            History::Redo => self.can_redo(),
        };
        let operated = std::mem::take(&mut self.is_operated) && way == History::Undo;
        if !can && operated {
            return vec![Effect::Tell(texts::OF_EDITS_ALONE.into())];
        }
        if !can {
            return vec![Effect::Tell(texts::nothing_to(way == History::Undo).into())];
        }
        let next = self.document.next(way, self.scenario());
        let mut queues = next.iter().flat_map(|new| self.emptied_by(new));
        let (Some(queue), Some(new)) = (queues.next(), &next) else {
            let says = next.as_ref().map(|new| match way {
                History::Undo => change(new, self.scenario()),
                History::Redo => change(self.scenario(), new),
            });
            self.take(way);
            return vec![Effect::Tell(texts::stepped(way == History::Undo, says.as_deref(), operated))];
        };
        let others = queues.collect();
        let (before, after) = if way == History::Undo { (new, self.scenario()) } else { (self.scenario(), new) };
        let step = Stepping { way, says: change(before, after), again };
        let held = Held { queue, at: None, edits: Vec::new(), policy: None, beside: None, step: Some(step), others };
        self.document.held = Some(held);
        vec![Effect::Read(Reading::History)]
    }

    /// The decision that edits need before they make this scenario. They need one when the broker has the queue, and time has passed or it
    /// holds messages. A queue that was only drawn is declared as it is drawn.
    pub(super) fn needs_decision(&self, new: &Scenario, edits: &[Edit]) -> Option<Held> {
        let old = self.scenario();
        let renamed = edits.iter().find_map(|edit| match edit {
            Edit::Rename { part: Part::Queue(name), name: other } if name != other && self.lost_with(name) > 0 => Some(name),
            _ => None,
        });
        let is_there = |name: &&Name| {
            let queue = self.world().broker().queue(name);
            queue.is_some_and(|queue| queue.total() > 0 || self.world().now() > SimTime::ZERO)
        };
        let mut queues = renamed.into_iter().chain(redeclare::redeclared(old, new).filter(is_there));
        let queue = queues.next()?;
        let others = queues.filter(|other| *other != queue && self.lost_with(other) > 0).cloned().collect();
        if Lock::broken(&self.document.locked, old, new).is_some() {
            return None;
        }
        let (policy, beside) = (redeclare::by_policy(old, new), redeclare::beside(old, new));
        let (queue, edits) = (queue.clone(), edits.to_vec());
        Some(Held { queue, at: None, edits, policy, beside, step: None, others })
    }

    /// So many messages leave a queue at the moment of an edit: a copy of the world tries it.
    pub(super) fn leave_by(&self, edit: &Edit, queue: &str) -> u64 {
        let Ok((new, _)) = self.edited(std::slice::from_ref(edit)) else { return 0 };
        let mut world = self.world().clone();
        let total = |world: &World| world.broker().queue(queue).map_or(0, QueueView::total);
        let before = total(&world);
        world.inject(Input::Edit(Arc::new(new)));
        before.saturating_sub(total(&world))
    }

    /// The edit waits, and its queue is shown.
    pub(super) fn hold(&mut self, held: Held) {
        let node = Node::Queue(held.queue.clone());
        if self.selection.primary.as_ref() != Some(&node) {
            self.selection.set(Some(node));
        }
        self.document.held = Some(held);
    }

    /// What was held is done in this way.
    pub(super) fn decide(&mut self, way: Way) {
        let Some(Held { queue, edits, policy, beside, step, .. }) = self.document.held.take() else { return };
        self.document.typing = None;
        let edits = match way {
            Way::Policy => policy.into_iter().collect(),
            Way::Redeclare => edits,
            Way::NewQueue => {
                let Some((new, edits)) = beside else { return };
                if let Err(why) = self.make(&edits) {
                    self.notice = Some(Notice::refused(why));
                    return;
                }
                self.selection.set(Some(Node::Queue(new)));
                let kept = self.lost_with(&queue);
                if self.notice.is_none() && kept > 0 {
                    self.notice = Some(Notice::told(texts::the_old_queue_keeps(&queue, kept)));
                }
                return;
            }
            Way::Step => return step.into_iter().for_each(|step| self.take(step.way)),
            Way::Keep => return,
        };
        if let Err(why) = self.make(&edits) {
            self.notice = Some(Notice::refused(why));
        }
    }
}
