//! Lessons as data: steps to read, predict, do, break, fix and explain; goals that are judged over runs; grading. What is judged is what
//! the system does, never the shape of a drawing.

pub mod check;
pub mod grade;
pub mod judge;
pub mod look;
pub mod predict;
pub mod progress;

use std::sync::Arc;

use crate::base::SimTime;
use crate::broker::Name;
use crate::scenario::edit::names::Referent;
use crate::scenario::property::{Named, Quantity};
use crate::scenario::{Fault, Point, Property, Scenario};
use crate::sim::{HandPublish, TimedInput};

/// One lesson, as a teacher wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    pub id: Name,
    pub title: String,
    /// A lab is a system that is broken already.
    pub lab: bool,
    pub minutes: u32,
    pub level: Option<Level>,
    /// The ids of the lessons that a learner does first.
    pub needs: Vec<Name>,
    /// The section of the course that has it.
    pub module: String,
    /// Where it stands in the course chapter.
    pub chapter: String,
    /// What one should have understood at the end.
    pub aha: String,
    pub leaves_out: String,
    /// Markdown.
    pub intro: String,
    pub scenario: Arc<Scenario>,
    /// What may not be changed.
    pub locked: Vec<Lock>,
    pub steps: Vec<Step>,
    /// Of the file: a result says which one it belongs to.
    pub hash: u64,
}

/// How much a lesson asks of a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Basic,
    Medium,
    Hard,
}

impl Level {
    pub const ALL: [(&'static str, Self); 3] = [("basic", Self::Basic), ("medium", Self::Medium), ("hard", Self::Hard)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }
}

/// A part of the scenario that a lesson keeps as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    Clients,
    Services,
    Exchanges,
    Queues,
    Bindings,
    Network,
    Faults,
}

impl Lock {
    pub const ALL: [(&'static str, Self); 7] = [
        ("clients", Self::Clients),
        ("services", Self::Services),
        ("exchanges", Self::Exchanges),
        ("queues", Self::Queues),
        ("bindings", Self::Bindings),
        ("network", Self::Network),
        ("faults", Self::Faults),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, lock)| *lock == self).map_or("", |(name, _)| name)
    }

    /// Positions on the canvas may change.
    fn is_kept(self, old: &Scenario, new: &Scenario) -> bool {
        match self {
            Self::Clients => alike(&old.clients, &new.clients, |one| one.at = Point::default()),
            Self::Services => alike(&old.services, &new.services, |one| one.at = Point::default()),
            Self::Exchanges => alike(&old.broker.exchanges, &new.broker.exchanges, |one| one.at = Point::default()),
            // A policy changes a queue as its own arguments would.
            Self::Queues => {
                alike(&old.broker.queues, &new.broker.queues, |one| one.at = Point::default())
                    && old.broker.policies == new.broker.policies
                    && old.broker.profile == new.broker.profile
            }
            Self::Bindings => old.broker.bindings == new.broker.bindings,
            Self::Network => old.network == new.network,
            Self::Faults => old.faults == new.faults,
        }
    }

    /// The first of these that is not kept.
    #[must_use]
    pub fn broken(locks: &[Self], old: &Scenario, new: &Scenario) -> Option<Self> {
        locks.iter().copied().find(|lock| !lock.is_kept(old, new))
    }
}

fn alike<T: Clone + PartialEq>(old: &[T], new: &[T], level: fn(&mut T)) -> bool {
    let leveled = |one: &T| {
        let mut one = one.clone();
        level(&mut one);
        one
    };
    old.len() == new.len() && old.iter().zip(new).all(|(one, other)| leveled(one) == leveled(other))
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: Name,
    pub title: String,
    /// Markdown.
    pub text: String,
    /// Nodes that light up.
    pub points: Vec<Name>,
    pub hints: Vec<String>,
    /// What its texts state about the run: computed, so that no text says a number that is not true.
    pub claims: Vec<Claim>,
    pub task: Task,
}

/// A statement about the lesson's own system, or about a change of it. In a prediction it is about the prediction's run.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub property: Property,
    pub change: Attempt,
    /// At this moment, or at the end of the step's run.
    pub at: Option<SimTime>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Read, and look.
    Look,
    Predict(Question),
    /// Reach it by editing, publishing and breaking: judged on the run as it happened.
    Do(Goal),
    /// The same with faults alone: the system stays as it is.
    Break(Goal),
    /// Make it hold: the system is judged, on many seeds and with the lesson's faults.
    Fix(Goal),
    /// Answered in writing, and compared with a model.
    Explain {
        question: String,
        model: String,
        checklist: Vec<String>,
    },
}

impl Task {
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Predict(_) => "predict",
            Self::Do(_) => "do",
            Self::Break(_) => "break",
            Self::Fix(_) => "fix",
            Self::Explain { .. } => "explain",
        }
    }

    #[must_use]
    pub const fn goal(&self) -> Option<&Goal> {
        match self {
            Self::Do(goal) | Self::Break(goal) | Self::Fix(goal) => Some(goal),
            Self::Look | Self::Predict(_) | Self::Explain { .. } => None,
        }
    }
}

/// A question whose answer is computed by running the lesson's scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub ask: Ask,
    /// Published by hand; the question may be about it.
    pub publish: Option<HandPublish>,
    /// And what else comes from outside.
    pub inputs: Vec<TimedInput>,
    pub at: SimTime,
    pub until: SimTime,
    /// Said when the answer is known.
    pub because: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Which queues get the message.
    Queues,
    /// Why it died first; `none` if it did not.
    Reason,
    /// In which order a service begins to handle events. Each is one of the choices, by the routing keys they were published with.
    Order { service: Name },
    /// How much of something there is in the end: which of these.
    Count { of: Quantity, choices: Vec<u64> },
}

/// What is to be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub clauses: Vec<Clause>,
    pub until: SimTime,
    /// What the system must survive.
    pub faults: Vec<Fault>,
    pub inputs: Vec<TimedInput>,
    pub seeds: u32,
    pub solution: Attempt,
    /// What one might try, and which clause it fails at.
    pub wrong: Vec<(Attempt, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub says: String,
    pub demand: Demand,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// Of the run: loss, duplicates, depth, latency, dead letters and their reasons, retries, the business ledger.
    Property(Property),
    /// What is published so is handled by these services, and by no other.
    Reaches { exchange: Name, routing_key: Name, headers: crate::broker::Table, services: Vec<Name> },
    /// A service handles events in the order they were published.
    Order { service: Name, moment: Moment },
    /// No event is delivered from this queue more often.
    Attempts { queue: Name, at_most: usize },
    /// At most so many more than the lesson began with.
    Added { part: Counted, at_most: usize },
}

impl Demand {
    /// The same of parts under other names: what something is called is never judged. A queue and an exchange may share a name, so the
    /// new name depends on both.
    #[must_use]
    pub fn renamed(&self, name: &dyn Fn(Referent, &Name) -> Name) -> Self {
        match self {
            Self::Property(property) => Self::Property(property.renamed(&|named, old| match named {
                Named::Effect => old.clone(),
                Named::Queue => name(Referent::Queue, old),
                Named::Program => name(Referent::Program, old),
            })),
            Self::Reaches { exchange, routing_key, headers, services } => Self::Reaches {
                exchange: name(Referent::Exchange, exchange),
                // By the default exchange the routing key is the name of a queue.
                routing_key: if exchange.is_empty() { name(Referent::Queue, routing_key) } else { routing_key.clone() },
                headers: headers.clone(),
                services: services.iter().map(|service| name(Referent::Service, service)).collect(),
            },
            Self::Order { service, moment } => Self::Order { service: name(Referent::Service, service), moment: *moment },
            Self::Attempts { queue, at_most } => Self::Attempts { queue: name(Referent::Queue, queue), at_most: *at_most },
            Self::Added { part, at_most } => Self::Added { part: *part, at_most: *at_most },
        }
    }
}

/// Which moments of its work a service is judged by. Handlers that overlap begin in one order and end in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    Begins,
    Finishes,
}

impl Moment {
    pub const ALL: [(&'static str, Self); 2] = [("begins", Self::Begins), ("finishes", Self::Finishes)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Finishes => "finishes",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Queues,
    Exchanges,
    Bindings,
    Services,
    Instances,
}

impl Counted {
    pub const ALL: [(&'static str, Self); 5] = [
        ("queues", Self::Queues),
        ("exchanges", Self::Exchanges),
        ("bindings", Self::Bindings),
        ("services", Self::Services),
        ("instances", Self::Instances),
    ];

    fn of(self, scenario: &Scenario) -> usize {
        let broker = &scenario.broker;
        match self {
            Self::Queues => broker.queues.len(),
            Self::Exchanges => broker.exchanges.len(),
            Self::Bindings => broker.bindings.len(),
            Self::Services => scenario.services.len(),
            Self::Instances => scenario.services.iter().map(|service| service.instances as usize).sum(),
        }
    }
}

/// A way through a step: the system after each of its edits, and what came from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    pub edits: Vec<Arc<Scenario>>,
    pub inputs: Vec<TimedInput>,
}
