//! The document a learner edits. It has a broker's topology, the services, their traffic, their faults, and the place of each on the
//! canvas.
//!
//! A scenario says nothing about how it is simulated or drawn, and nothing about files: `formats` reads and writes those.
//! [`validate`](validate::validate) tells everything that is wrong with one; only a valid scenario becomes a world.
//!
//! | file | has |
//! |---|---|
//! | [`service`] | a service: its program, and other versions of it |
//! | [`handler`] | what a service does: triggers, steps, failures, and what then |
//! | [`declaration`] | what a service declares when it connects, and what it does when the broker refuses |
//! | [`traffic`] | clients, and when their requests come |
//! | [`call`] | where a request goes, how long things take, how often a request is tried |
//! | [`fault`] | what breaks, when, and for how long |
//! | [`edit`] | how one is changed |
//! | [`findings`] | what is probably a mistake in one that can run |
//! | [`routes`] | where its messages can go, followed without running it |
//! | [`directory`] | the broker's parts by name |
//! | [`property`] | what is expected of a run |
//! | [`template`] | payloads made of the data at hand |

pub mod call;
pub mod declaration;
pub mod directory;
pub mod edit;
pub mod fault;
pub mod findings;
pub mod handler;
pub mod property;
pub mod routes;
pub mod service;
pub mod template;
pub mod traffic;
pub mod validate;

pub use crate::base::SimTime;
use crate::broker::Value;
use crate::broker::queue::Kind;
pub use crate::broker::{BindingKey, ExchangeType, Name, Plugin, Policy, Profile, Table};
pub use call::{Attempts, Backoff, Breaker, Endpoint, FIELD_SPAN_MAX, Span};
pub use declaration::{Again, ChannelError, ConnectionError, ConsumesOn, Declaration, Own, PublishesOn, Reconnects, Starts, WhenBlocked};
pub use directory::Directory;
pub use fault::{Deploy, Ending, Fault, FaultKind, MessageRef, Moment, Operation, Target};
pub use handler::{
    Action, Ask, AwaitReply, Destination, FailurePolicy, FailureRule, Handler, Memory, Offset, Once, Publish, PublishRetries, RecordQuery,
    ReplyQueue, Step, StepKind, Subscription, Trigger,
};
pub use property::Property;
pub use service::{Health, Relay, Service, StartsAfter, Version, When};
pub use traffic::{Client, Pattern, Poison, Traffic};
pub use validate::{Problem, validate};

/// Payloads and the data of a handler. Its maps are ordered.
pub type Json = serde_json::Value;

/// An object of fields, one by one: collecting them would bring another sort into the page.
pub fn json_object(fields: impl IntoIterator<Item = (String, Json)>) -> Json {
    let mut object = serde_json::Map::new();
    for (name, value) in fields {
        object.insert(name, value);
    }
    Json::Object(object)
}

/// What a link's end is called that is not a service or a client.
pub const BROKER: &str = "broker";

#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub title: String,
    /// One sentence for its reader.
    pub about: String,
    pub seed: u64,
    /// The end of the run; its expectations are judged then.
    pub until: Option<SimTime>,
    pub network: Network,
    pub broker: BrokerSpec,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
    pub faults: Vec<Fault>,
    pub expects: Vec<Expectation>,
    /// What a visitor can try, each done when its property holds.
    pub hints: Vec<Expectation>,
}

/// What the author says will come of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    pub says: String,
    pub property: Property,
}

/// A place on the canvas: the centre of a node, in canvas units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    /// The nearest place on the canvas; none for what is no place.
    #[must_use]
    pub fn on_canvas(self) -> Option<Self> {
        let edge = f64::from(crate::base::limits::COORDINATE);
        (self.x.is_finite() && self.y.is_finite()).then(|| Self { x: self.x.clamp(-edge, edge), y: self.y.clamp(-edge, edge) })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// One way, on every link without a separate value.
    pub latency: SimTime,
    /// Up to so much is added, at random.
    pub jitter: SimTime,
    /// How long the other end of a connection to the broker may be silent before it is taken for dead.
    pub heartbeat: SimTime,
    pub links: Vec<Link>,
}

/// RabbitMQ's default; between programs and a broker that are both well it makes no difference.
pub const HEARTBEAT: SimTime = SimTime::from_secs(60);

impl Default for Network {
    fn default() -> Self {
        Self { latency: SimTime::from_millis(1), jitter: SimTime::ZERO, heartbeat: HEARTBEAT, links: Vec::new() }
    }
}

/// A link with separate values, between two of: services, clients, the [`BROKER`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub ends: [Name; 2],
    pub latency: SimTime,
    pub jitter: SimTime,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerSpec {
    pub profile: Profile,
    /// What is enabled beside what RabbitMQ has built in.
    pub plugins: Vec<Plugin>,
    /// Of the virtual host: a queue that names no type is declared as one of this (rule 154).
    pub default_queue_type: Kind,
    pub exchanges: Vec<ExchangeSpec>,
    pub queues: Vec<QueueSpec>,
    pub bindings: Vec<BindingSpec>,
    pub policies: Vec<Policy>,
    /// Whether it has all that when the first program connects.
    pub starts: Starts,
    /// How long it takes to start: before that it refuses connections.
    pub ready: SimTime,
    pub health: Option<Health>,
    /// It delivers only what a recording says that a real one delivered.
    pub recorded: bool,
}

impl BrokerSpec {
    /// Whether a message can be published to anything.
    #[must_use]
    pub const fn has_parts(&self) -> bool {
        !self.exchanges.is_empty() || !self.queues.is_empty()
    }

    /// Each queue names its type where the default is not RabbitMQ's own. `unnamed`: what those are that do not.
    pub fn name_queue_types(&mut self, unnamed: Kind) {
        if self.default_queue_type == Kind::Classic {
            return;
        }
        for queue in &mut self.queues {
            let kind = if queue.durable && !queue.auto_delete { unnamed } else { Kind::Classic };
            queue.arguments.get_or_insert_with("x-queue-type".into(), || Value::string(kind.name()));
        }
    }

    /// Bindings of a headers exchange have arguments in the place of a key.
    #[must_use]
    pub fn is_headers_exchange(&self, exchange: &str) -> bool {
        self.exchanges.iter().any(|one| &*one.name == exchange && one.routes_as() == ExchangeType::Headers)
    }

    /// The policy that applies to a queue, with its place: of several the one with the highest priority (rule 146).
    #[must_use]
    pub fn policy_for(&self, queue: &QueueSpec) -> Option<(usize, &Policy)> {
        let kind = queue.kind();
        let meant = self.policies.iter().enumerate().filter(|(_, policy)| !policy.operator && policy.is_for_queue(&queue.name, kind));
        meant.max_by_key(|(_, policy)| policy.priority)
    }
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

impl ExchangeSpec {
    /// How it routes: a delayed-message exchange as the type that it names.
    #[must_use]
    pub fn routes_as(&self) -> ExchangeType {
        self.kind.routes_as(&self.arguments)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueueSpec {
    pub name: Name,
    pub at: Point,
    pub durable: bool,
    pub auto_delete: bool,
    pub arguments: Table,
    /// So many stand in it when the broker starts; where they came from is not known.
    pub messages: u32,
}

impl QueueSpec {
    /// Whether RabbitMQ would take this declaration for that queue. Where it stands is no matter, nor whether it names the type that it
    /// has without a name.
    #[must_use]
    pub fn declares(&self, other: &Self) -> bool {
        let arguments = |queue: &Self| {
            let mut arguments = queue.arguments.clone();
            arguments.get_or_insert_with("x-queue-type".into(), || Value::string(queue.kind().name()));
            arguments
        };
        (&self.name, self.durable, self.auto_delete) == (&other.name, other.durable, other.auto_delete)
            && (self.arguments == other.arguments || arguments(self) == arguments(other))
    }

    /// Classic, where it asks for none that there is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.arguments.get("x-queue-type").and_then(|kind| kind.as_str()).and_then(|kind| Kind::from_name(kind)).unwrap_or(Kind::Classic)
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

impl BindingSpec {
    /// Whether it leads from this exchange to this queue, with this key or, without one, with any.
    #[must_use]
    pub fn is_between(&self, exchange: &Name, queue: &Name, key: Option<&Name>) -> bool {
        let leads_there = matches!(&self.destination, BindingTarget::Queue(name) if name == queue);
        leads_there && self.source == *exchange && key.is_none_or(|key| self.routing_key == *key)
    }
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

impl Scenario {
    /// A scenario with nothing in it.
    #[must_use]
    pub fn empty(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            about: String::new(),
            seed: 1,
            until: None,
            network: Network::default(),
            broker: BrokerSpec::default(),
            clients: Vec::new(),
            services: Vec::new(),
            faults: Vec::new(),
            expects: Vec::new(),
            hints: Vec::new(),
        }
    }

    #[must_use]
    pub fn service(&self, name: &str) -> Option<(usize, &Service)> {
        self.services.iter().enumerate().find(|(_, service)| &*service.name == name)
    }

    #[must_use]
    pub fn client(&self, name: &str) -> Option<(usize, &Client)> {
        self.clients.iter().enumerate().find(|(_, client)| &*client.name == name)
    }
}
