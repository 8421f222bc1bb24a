//! What comes from outside while a world runs. Scenario, seed and inputs are all that is needed to run it again.

use std::sync::Arc;

use super::chunked::Chunked;
use crate::base::SimTime;
use crate::broker::{Name, Table};
use crate::scenario::validate::unknown_names;
use crate::scenario::{Fault, FaultKind, Json, Property, Scenario, Target, json_object};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Something breaks: now, or when its moment comes. `At` a moment that has passed is now.
    Fault(Fault),
    /// It is mended, now: who was killed starts.
    Mend(FaultKind),
    /// By hand, through a connection of one's own.
    Publish(Arc<HandPublish>),
    /// A client sends so many requests at once.
    Request { client: Name, count: u32 },
    /// No client sends anything any more by itself: what is under way comes to its end.
    Silence,
    /// The scenario is another from now on; what runs adapts as RabbitMQ and the programs would.
    Edit(Arc<Scenario>),
    /// By hand: fetches so many messages, and puts them back or acknowledges them.
    Get { queue: Name, count: u32, requeue: bool },
    /// By hand: drops what is ready.
    Purge { queue: Name },
    /// By hand: publishes this many messages again and takes them away here. They go to a queue, or where they were first published.
    Move { queue: Name, count: u32, to: Option<Name> },
    /// It was seen in a running system.
    Observed(Arc<Observed>),
}

/// What was seen in a running system. The simulated one does the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// It was in this queue, and how it came there was not seen.
    Stood { event: Name, publish: HandPublish },
    Published {
        by: Who,
        event: Name,
        publish: HandPublish,
        /// Where the real broker routed it. None: as the simulated one does.
        queues: Option<Vec<Name>>,
    },
    /// As a redelivery or not, where that is known.
    Delivered { to: Who, queue: Name, event: Name, redelivered: Option<bool> },
    /// Nothing tells of it: it follows from what was seen later.
    Settled { by: Who, queue: Name, event: Name, how: Settles },
}

/// An instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub service: Name,
    pub instance: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settles {
    Ack,
    Requeue,
    Reject,
}

impl Settles {
    pub const ALL: [(&'static str, Self); 3] = [("ack", Self::Ack), ("requeue", Self::Requeue), ("reject", Self::Reject)];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, how)| *how == self).map_or("ack", |(name, _)| name)
    }
}

/// What a person publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct HandPublish {
    pub exchange: Name,
    pub routing_key: Name,
    pub payload: Json,
    pub headers: Table,
    pub persistent: bool,
    pub mandatory: bool,
    /// Asks the broker for a confirm.
    pub confirm: bool,
    pub expiration: Option<Name>,
    pub priority: Option<u8>,
}

impl HandPublish {
    /// What stands in a queue, and nothing more is known of it.
    #[must_use]
    pub fn stands_in(queue: Name) -> Self {
        Self {
            exchange: "".into(),
            routing_key: queue,
            payload: json_object([("from".to_owned(), Json::from("before the start"))]),
            headers: Table::new(),
            persistent: true,
            mandatory: false,
            confirm: false,
            expiration: None,
            priority: None,
        }
    }
}

impl Input {
    #[must_use]
    pub fn kill(service: &str, instance: usize) -> Self {
        let kind = FaultKind::Kill(Target { service: service.into(), instance: Some(instance) });
        Self::Fault(Fault { kind, when: crate::scenario::Moment::At(SimTime::ZERO), lasts: None })
    }

    #[must_use]
    pub fn start(service: &str, instance: usize) -> Self {
        Self::Mend(FaultKind::Kill(Target { service: service.into(), instance: Some(instance) }))
    }

    /// As the chapter's services publish: persistent JSON.
    #[must_use]
    pub fn publish(exchange: &str, routing_key: &str, payload: Json) -> Self {
        Self::Publish(Arc::new(HandPublish {
            exchange: exchange.into(),
            routing_key: routing_key.into(),
            payload,
            headers: Table::new(),
            persistent: true,
            mandatory: false,
            confirm: false,
            expiration: None,
            priority: None,
        }))
    }
}

/// An input, and exactly when: after so many steps of the world, its clock showing this time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedInput {
    pub at: SimTime,
    pub after_steps: u64,
    pub input: Input,
}

impl TimedInput {
    /// The same input at the same time. In another run, other things have happened by then.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.at == other.at && self.input == other.input
    }
}

/// A run as one can keep it. The same recording gives the same trace, everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub inputs: Inputs,
}

/// How far a run goes: to this moment. Where more happens at this moment than was seen, it ends after so many steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Until {
    pub at: SimTime,
    pub after_steps: Option<u64>,
}

impl From<SimTime> for Until {
    fn from(at: SimTime) -> Self {
        Self { at, after_steps: None }
    }
}

/// In the order of their time. Copies share them: a keyframe, a branch and a file that is being saved hold the same ones.
pub type Inputs = Chunked<TimedInput>;

impl Recording {
    /// Of a run into which nothing came from outside.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        Self { scenario, seed, inputs: Inputs::default() }
    }

    /// The same, with the scenario's own seed.
    #[must_use]
    pub fn of(scenario: Arc<Scenario>) -> Self {
        let seed = scenario.seed;
        Self::new(scenario, seed)
    }

    /// Every scenario of the run: the first, and what each edit made of it.
    pub fn scenarios(&self) -> impl Iterator<Item = &Arc<Scenario>> {
        let edits = self.inputs.iter().filter_map(|timed| match &timed.input {
            Input::Edit(scenario) => Some(scenario),
            _ => None,
        });
        std::iter::once(&self.scenario).chain(edits)
    }

    /// What a property speaks of that no scenario of the run has.
    #[must_use]
    pub fn unknown_names(&self, property: &Property) -> Vec<String> {
        let mut unknown = unknown_names(&self.scenario, property);
        for scenario in self.scenarios().skip(1) {
            let here = unknown_names(scenario, property);
            unknown.retain(|name| here.contains(name));
        }
        unknown
    }
}
