//! The document a learner edits: a broker's topology, the services around it, their traffic, and where each stands on the canvas.
//!
//! A scenario says nothing about how it is simulated or drawn, and nothing about files: `formats` reads and writes those.
//! [`validate`](validate::validate) tells everything that is wrong with one; only a valid scenario becomes a world.

pub mod template;
pub mod validate;

pub use crate::broker::{ExchangeType, Name, Policy, Profile, SimTime, Table};
pub use validate::{Problem, validate};

/// Payloads and the data of a handler. Its maps are ordered.
pub type Json = serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub title: String,
    /// One sentence for whoever opens it.
    pub about: String,
    pub seed: u64,
    pub network: Network,
    pub broker: BrokerSpec,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
}

/// A place on the canvas: the centre of a node, in canvas units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// One way, on every link.
    pub latency: SimTime,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerSpec {
    pub profile: Profile,
    pub exchanges: Vec<ExchangeSpec>,
    pub queues: Vec<QueueSpec>,
    pub bindings: Vec<BindingSpec>,
    pub policies: Vec<Policy>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeSpec {
    pub name: Name,
    pub at: Point,
    pub kind: ExchangeType,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub arguments: Table,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueueSpec {
    pub name: Name,
    pub at: Point,
    pub durable: bool,
    pub auto_delete: bool,
    pub arguments: Table,
}

impl QueueSpec {
    #[must_use]
    pub fn is_quorum(&self) -> bool {
        self.arguments.get("x-queue-type").and_then(|kind| kind.as_str()).is_some_and(|kind| &**kind == "quorum")
    }

    #[must_use]
    pub fn dead_letter_exchange(&self) -> Option<&Name> {
        self.arguments.get("x-dead-letter-exchange")?.as_str()
    }

    #[must_use]
    pub fn dead_letter_routing_key(&self) -> Option<&Name> {
        self.arguments.get("x-dead-letter-routing-key")?.as_str()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct BindingSpec {
    pub source: Name,
    pub destination: BindingTarget,
    pub routing_key: Name,
    pub arguments: Table,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingTarget {
    Queue(Name),
    Exchange(Name),
}

impl BindingTarget {
    #[must_use]
    pub const fn name(&self) -> &Name {
        match self {
            Self::Queue(name) | Self::Exchange(name) => name,
        }
    }
}

/// Somebody outside who sends HTTP requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    pub name: Name,
    pub at: Point,
    pub calls: Endpoint,
    pub arrivals: Arrivals,
    /// A template: `{n}` is the number of the request.
    pub body: Json,
    pub poison: Option<Poison>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub service: Name,
    /// As in `POST /orders`.
    pub path: Name,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// One each period.
    Every(SimTime),
    /// At random moments, with this mean time between two.
    Poisson(SimTime),
}

/// Requests that carry something a handler cannot take.
#[derive(Clone, Debug, PartialEq)]
pub struct Poison {
    /// One in so many, at random.
    pub one_in: u32,
    /// What these requests have in the place of the body's own fields.
    pub set: serde_json::Map<String, Json>,
}

/// A program. Each instance is its own process with its own connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Name,
    pub at: Point,
    pub instances: u32,
    /// How long it waits before it tries to connect again.
    pub reconnect: SimTime,
    pub handlers: Vec<Handler>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    pub trigger: Trigger,
    /// In order, and the order is meaningful: a crash happens between two of them.
    pub steps: Vec<Step>,
    pub on_failure: FailurePolicy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    Http {
        path: Name,
    },
    Queue(Subscription),
    /// Looks into the service's store each period and runs once for each record in the state, oldest first.
    Schedule {
        every: SimTime,
        records: RecordQuery,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub queue: Name,
    /// 0 is unlimited.
    pub prefetch: u16,
    pub auto_ack: bool,
    /// Wants the queue for itself.
    pub exclusive: bool,
    /// `x-priority` of the consumer.
    pub priority: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordQuery {
    pub state: Name,
    pub older_than: SimTime,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub action: Action,
    pub fails: FailureRule,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Takes time.
    Work {
        time: SimTime,
    },
    /// Writes the handler's data into the service's store, under the number in the field `id`, which it gives if there is none.
    Persist {
        id: Name,
        state: Name,
    },
    Publish(Publish),
    /// Waits for another service's answer.
    Call {
        endpoint: Endpoint,
        timeout: SimTime,
    },
    /// Something that cannot be undone, done to whom the field `of` names: an email sent, a card charged.
    Effect {
        what: Name,
        of: Name,
    },
    Reply {
        status: u16,
    },
}

/// What a step publishes. The routing key and the payload are templates.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    pub exchange: Name,
    pub routing_key: Name,
    pub payload: Json,
    pub persistent: bool,
    pub mandatory: bool,
    pub priority: Option<u8>,
    pub expiration: Option<SimTime>,
    pub headers: Table,
}

impl Action {
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Work { .. } => "work",
            Self::Persist { .. } => "persist",
            Self::Publish(_) => "publish",
            Self::Call { .. } => "call",
            Self::Effect { .. } => "effect",
            Self::Reply { .. } => "reply",
        }
    }
}

/// When a step fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FailureRule {
    #[default]
    Never,
    Always,
    /// A poison message: the field (`address.zip`) is missing or null.
    FieldMissing(Name),
}

/// What a handler does when one of its steps fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// `reject` without requeue.
    #[default]
    DeadLetter,
    /// `nack` with requeue.
    Requeue,
}

impl Scenario {
    #[must_use]
    pub fn service(&self, name: &str) -> Option<(usize, &Service)> {
        self.services.iter().enumerate().find(|(_, service)| &*service.name == name)
    }
}
