//! What a service does. Its handlers are steps in an order, and the order is meaningful: a crash happens between two of them.

use super::{Attempts, Declaration, Endpoint, Json, Name, SimTime, Span, Table};

/// The prefetch of a consumer that is drawn, and not described.
pub const PREFETCH: u16 = 10;

#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    pub trigger: Trigger,
    /// What it has done before it does not do again.
    pub once: Option<Once>,
    pub steps: Vec<Step>,
    pub on_failure: FailurePolicy,
}

impl Handler {
    /// What it does when it fails: its own policy, and those of its steps that have one.
    pub fn policies(&self) -> impl Iterator<Item = &FailurePolicy> {
        std::iter::once(&self.on_failure).chain(self.steps.iter().filter_map(|step| step.on_failure.as_ref()))
    }

    pub fn policies_mut(&mut self) -> impl Iterator<Item = &mut FailurePolicy> {
        std::iter::once(&mut self.on_failure).chain(self.steps.iter_mut().filter_map(|step| step.on_failure.as_mut()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    Http {
        path: Name,
    },
    Queue(Subscription),
    /// Each period: once, or, with records, once for each record of the store in the state, oldest first.
    Schedule {
        every: SimTime,
        records: Option<RecordQuery>,
    },
    /// When an instance is up, and connected if it uses the broker.
    StartUp,
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
    /// Of a stream: where it starts to read. None is what RabbitMQ takes: what is published from then on.
    pub offset: Option<Offset>,
}

/// Where the reader of a stream starts. RabbitMQ keeps no reader's place over AMQP 0-9-1: a program keeps its own, or it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offset {
    First,
    /// The first message of the last chunk.
    Last,
    Next,
    Number(u64),
    /// Whole seconds of the run: the first chunk that is not older.
    Timestamp(u64),
    /// So far back, as RabbitMQ writes it: `1h`.
    Age(Name),
    /// Behind the last message that it acknowledged, which its store knows; the first time from the first message.
    Stored,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordQuery {
    pub state: Name,
    pub older_than: SimTime,
}

/// Idempotency: what is remembered of what was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The field that tells one from another, as `eventId`.
    pub by: Name,
    /// The last so many.
    pub remember: u32,
    pub memory: Memory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Of the process: gone with it.
    Process,
    /// Of the service's store: shared by its instances, and there after a crash.
    Store,
    /// The same, and noted in the transaction of the first record that the handler writes.
    Record,
}

impl Memory {
    pub const ALL: [(&'static str, Self); 3] = [("process", Self::Process), ("store", Self::Store), ("record", Self::Record)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Store => "store",
            Self::Record => "record",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub action: Action,
    pub fails: FailureRule,
    /// What happens when this step fails, if not what the handler says: one error is permanent, another will pass.
    pub on_failure: Option<FailurePolicy>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Takes time.
    Work {
        time: Span,
        /// The event loop stands still meanwhile: nothing else runs in the process, and no heartbeat is sent.
        blocks: bool,
    },
    /// Writes the handler's data into the service's store, under the number in the field `id`. It gives a number if there is none. An
    /// event for the outbox is written in the same transaction.
    Persist {
        id: Name,
        state: Name,
        outbox: Option<Box<Publish>>,
    },
    Publish(Box<Publish>),
    /// Waits for another service's answer. When that does not come and it is not required, the handler goes on without.
    Call {
        endpoint: Endpoint,
        attempts: Attempts,
        required: bool,
    },
    /// Something that cannot be undone, done for the recipient that the field `of` names: an email sent, a card charged.
    Effect {
        what: Name,
        of: Name,
        /// The field that the other side tells one from another by: it does the same once.
        key: Option<Name>,
    },
    /// Answers the HTTP request. Without this step the end of the handler does.
    Reply {
        status: u16,
    },
    /// Acknowledges the delivery. Without this step the end of the handler does.
    Ack {
        /// It says something only each so many times, and then of all deliveries up to this one on its channel.
        every: Option<u32>,
        /// A mistake: on the channel that it publishes on, which knows no such delivery.
        elsewhere: bool,
    },
    /// Asks RabbitMQ on the channel of the instance, and waits for its answer.
    Ask(Ask),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Declares these, one after the other. When that is not required and fails, the handler goes on.
    Declare { declares: Vec<Declaration>, required: bool },
    /// A passive declare. Its answer becomes the field `checked`. The handler ends here when fewer messages are ready.
    CheckQueue { queue: Name, at_least: u64 },
    /// `basic.get`: the message becomes the delivery of the handler. From an empty queue the handler ends here.
    Get { queue: Name },
}

/// What a step does, without how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Work,
    Persist,
    Publish,
    Call,
    Effect,
    Reply,
    Ack,
    Declare,
    CheckQueue,
    Get,
}

impl StepKind {
    pub const ALL: [(&'static str, Self); 10] = [
        ("work", Self::Work),
        ("persist", Self::Persist),
        ("publish", Self::Publish),
        ("call", Self::Call),
        ("effect", Self::Effect),
        ("reply", Self::Reply),
        ("ack", Self::Ack),
        ("declare", Self::Declare),
        ("check_queue", Self::CheckQueue),
        ("get", Self::Get),
    ];
}

impl Action {
    #[must_use]
    pub const fn kind(&self) -> StepKind {
        match self {
            Self::Work { .. } => StepKind::Work,
            Self::Persist { .. } => StepKind::Persist,
            Self::Publish(_) => StepKind::Publish,
            Self::Call { .. } => StepKind::Call,
            Self::Effect { .. } => StepKind::Effect,
            Self::Reply { .. } => StepKind::Reply,
            Self::Ack { .. } => StepKind::Ack,
            Self::Ask(Ask::Declare { .. }) => StepKind::Declare,
            Self::Ask(Ask::CheckQueue { .. }) => StepKind::CheckQueue,
            Self::Ask(Ask::Get { .. }) => StepKind::Get,
        }
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        StepKind::ALL.iter().find(|(_, kind)| *kind == self.kind()).map_or("", |(name, _)| name)
    }

    /// The queue that it fetches from, or checks.
    #[must_use]
    pub const fn asked_queue(&self) -> Option<&Name> {
        match self {
            Self::Ask(Ask::CheckQueue { queue, .. } | Ask::Get { queue }) => Some(queue),
            Self::Ask(Ask::Declare { .. })
            | Self::Publish(_)
            | Self::Persist { .. }
            | Self::Work { .. }
            | Self::Call { .. }
            | Self::Effect { .. }
            | Self::Reply { .. }
            | Self::Ack { .. } => None,
        }
    }

    /// What it publishes, at once or by way of the outbox.
    #[must_use]
    pub fn publish(&self) -> Option<&Publish> {
        match self {
            Self::Publish(publish) | Self::Persist { outbox: Some(publish), .. } => Some(publish),
            Self::Persist { outbox: None, .. }
            | Self::Work { .. }
            | Self::Call { .. }
            | Self::Effect { .. }
            | Self::Reply { .. }
            | Self::Ack { .. }
            | Self::Ask(_) => None,
        }
    }

    pub fn publish_mut(&mut self) -> Option<&mut Publish> {
        match self {
            Self::Publish(publish) | Self::Persist { outbox: Some(publish), .. } => Some(publish),
            Self::Persist { outbox: None, .. }
            | Self::Work { .. }
            | Self::Call { .. }
            | Self::Effect { .. }
            | Self::Reply { .. }
            | Self::Ack { .. }
            | Self::Ask(_) => None,
        }
    }

    /// Whether something is left of it without what it publishes; then it publishes nothing any more.
    pub fn stops_publishing(&mut self) -> bool {
        match self {
            Self::Publish(_) => false,
            Self::Persist { outbox, .. } => {
                *outbox = None;
                true
            }
            Self::Work { .. } | Self::Call { .. } | Self::Effect { .. } | Self::Reply { .. } | Self::Ack { .. } | Self::Ask(_) => true,
        }
    }

    /// The service that it calls.
    pub fn called_mut(&mut self) -> Option<&mut Name> {
        match self {
            Self::Call { endpoint, .. } => Some(&mut endpoint.service),
            _ => None,
        }
    }

    /// What it publishes itself. An event for the outbox is published by the relay.
    #[must_use]
    pub fn published(&self) -> Option<&Publish> {
        match self {
            Self::Publish(publish) => Some(publish),
            _ => None,
        }
    }
}

/// Where a message is published. The default exchange is on no canvas: its routing key is the name of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    Queue(&'a Name),
    Exchange { name: &'a Name, routing_key: &'a Name },
}

impl<'a> Destination<'a> {
    /// A nameless exchange is the default exchange.
    #[must_use]
    pub fn of(exchange: &'a Name, routing_key: &'a Name) -> Self {
        if exchange.is_empty() { Self::Queue(routing_key) } else { Self::Exchange { name: exchange, routing_key } }
    }
}

/// What a step publishes. Routing key, payload and the texts among the headers are templates.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    pub exchange: Name,
    pub routing_key: Name,
    pub payload: Json,
    /// The payload is a text, and the body is that text as it stands: no JSON, and no metadata.
    pub as_text: bool,
    pub persistent: bool,
    pub mandatory: bool,
    /// Waits until the broker has taken responsibility.
    pub confirm: bool,
    /// How long it waits for that.
    pub confirm_timeout: Option<SimTime>,
    /// Whether the step fails when the message could not be sent, was refused or returned. The chapter's code logs it and goes on.
    pub required: bool,
    pub priority: Option<u8>,
    pub expiration: Option<SimTime>,
    pub headers: Table,
    /// A request: the step waits for its answer.
    pub reply: Option<AwaitReply>,
    pub retries: Option<PublishRetries>,
}

/// How a publish is tried again that was not sent, or not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishRetries {
    /// After the first attempt.
    pub max: u32,
    pub pause: SimTime,
    /// Each attempt is a new event, as with code that makes the id where it publishes. No consumer knows it for the same.
    pub new_id: bool,
}

impl Publish {
    #[must_use]
    pub fn destination(&self) -> Destination<'_> {
        Destination::of(&self.exchange, &self.routing_key)
    }

    /// With what most have, and nothing else.
    #[must_use]
    pub const fn plain(exchange: Name, routing_key: Name, payload: Json) -> Self {
        Self {
            exchange,
            routing_key,
            payload,
            as_text: false,
            persistent: true,
            mandatory: false,
            confirm: false,
            confirm_timeout: None,
            required: false,
            priority: None,
            expiration: None,
            headers: Table::new(),
            reply: None,
            retries: None,
        }
    }
}

/// How a request is answered. The answer's payload becomes the field `answer` of the handler's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwaitReply {
    pub timeout: SimTime,
    pub queue: ReplyQueue,
}

/// Where the answers to an instance come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyQueue {
    /// By RabbitMQ's direct reply-to: nothing keeps them (rule 59).
    #[default]
    Direct,
    /// Into a queue that the server names, which is gone with the instance's connection.
    Exclusive,
}

impl ReplyQueue {
    pub const ALL: [(&'static str, Self); 2] = [("direct", Self::Direct), ("exclusive", Self::Exclusive)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Exclusive => "exclusive",
        }
    }
}

/// When a step fails.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FailureRule {
    #[default]
    Never,
    Always,
    /// The first so many times the service comes to it.
    First(u64),
    /// The first so many attempts at each event.
    FirstAttempts(u32),
    EveryNth(u64),
    /// From 0 to 1.
    Probability(f64),
    /// A poison message: the field (`address.zip`) is missing or null.
    FieldMissing(Name),
    /// A poison message: the field has this value.
    FieldEquals {
        field: Name,
        value: Json,
    },
    /// The field has none of these values: an event of a type that the program does not know.
    FieldNotIn {
        field: Name,
        values: Vec<Json>,
    },
    /// The body is no JSON.
    NoJson,
    /// The program has no channel to RabbitMQ.
    NoChannel,
    /// No instance of this service is up.
    DependencyDown(Name),
}

/// What a handler does with a delivery when one of its steps fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// `reject` without requeue.
    #[default]
    DeadLetter,
    /// `nack` with requeue.
    Requeue,
    /// `reject` with requeue, which counts as a failed delivery on every version.
    RejectRequeue,
    /// Publishes it again with `x-retry-count` one higher, at most so often; waits for the confirm, then acknowledges. By default to
    /// its own queue; `via` names the wait queue of the first retry, of the second, and so on; `expirations` sets the TTL of
    /// each copy likewise. Then it dead-letters.
    Republish { retries: u32, via: Vec<Name>, expirations: Vec<SimTime>, headers: CopiedHeaders },
    /// Dead-letters into a retry queue whose TTL brings it back. After so many laps, as `x-death` counts them, publishes it to the parking
    /// place and acknowledges.
    DeadLetterRetry { retries: u32, exchange: Name, routing_key: Name },
    /// The course chapter's code as it is written: reads `x-retry-count`, which no program ever writes.
    Chapter,
    /// The process ends.
    Crash,
    /// Logs the error and acknowledges: the message is lost.
    Acknowledge,
    /// Logs the error and says nothing to the broker: the message stays unacked as long as its channel is open.
    Forget,
}

/// Which headers the copy has that a program publishes again. Its id, its correlation id and its other properties are copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopiedHeaders {
    /// Those of the message, with the count.
    #[default]
    All,
    /// The count alone: the program's code forgets the others.
    Count,
    /// None, and no count: each attempt is the first one, and the retries have no end.
    None,
}

impl CopiedHeaders {
    pub const ALL: [(&'static str, Self); 3] = [("all", Self::All), ("count", Self::Count), ("none", Self::None)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Count => "count",
            Self::None => "none",
        }
    }
}

impl FailurePolicy {
    /// Whether it publishes a copy in the place of the delivery, and acknowledges when that is confirmed.
    #[must_use]
    pub const fn publishes(&self) -> bool {
        match self {
            Self::Republish { .. } | Self::DeadLetterRetry { .. } => true,
            Self::DeadLetter | Self::Requeue | Self::RejectRequeue | Self::Chapter | Self::Crash | Self::Acknowledge | Self::Forget => {
                false
            }
        }
    }

    /// Where it may publish a copy. The queue of the handler, where a republished message goes by default, is not among them.
    pub fn destinations(&self) -> impl Iterator<Item = Destination<'_>> {
        let (via, parking): (&[Name], _) = match self {
            Self::Republish { via, .. } => (via, None),
            Self::DeadLetterRetry { exchange, routing_key, .. } => (&[], Some(Destination::of(exchange, routing_key))),
            Self::DeadLetter | Self::Requeue | Self::RejectRequeue | Self::Chapter | Self::Crash | Self::Acknowledge | Self::Forget => {
                (&[], None)
            }
        };
        via.iter().map(Destination::Queue).chain(parking)
    }
}
