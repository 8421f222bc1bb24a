//! What happened, in order, and a hash of all of it. Two runs with the same hash are the same run.

use std::hash::{Hash, Hasher};

use super::ids::{InstanceId, Verdict};
use crate::base::SimTime;
use crate::broker::{Body, Event, Message, MessageId, Name};
use crate::scenario::{FaultKind, Json};

#[derive(Clone, Debug, PartialEq)]
pub struct TimedEvent {
    pub at: SimTime,
    pub what: WorldEvent,
}

impl TimedEvent {
    /// Whether it belongs to the story of this event.
    #[must_use]
    pub fn is_of(&self, event: &Name) -> bool {
        matches!(&self.what, WorldEvent::Sent { event: sent, .. } if sent == event) || self.what.about() == Some(event)
    }
}

/// `about` names the event (`e-12`) or the story (`c-3`) a handler is at work on.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum WorldEvent {
    Broker(Event),
    Started(InstanceId),
    Connected(InstanceId),
    ConnectFailed {
        instance: InstanceId,
        reason: &'static str,
    },
    ConnectionLost {
        instance: InstanceId,
        reason: &'static str,
    },
    /// With the number of handlers that were at work.
    Killed {
        instance: InstanceId,
        runs: u64,
    },
    /// It takes nothing new any more.
    Stopping(InstanceId),
    Stopped(InstanceId),
    /// In a fault's own words.
    FaultBegan(FaultKind),
    FaultEnded(FaultKind),
    /// A user changed the scenario.
    Edited,
    RequestSent {
        client: usize,
        number: u64,
        attempt: u32,
    },
    RequestRefused {
        service: usize,
        path: Name,
    },
    Answered {
        client: usize,
        number: u64,
        status: u16,
    },
    /// No answer in time, and no attempt left.
    GaveUp {
        client: usize,
        number: u64,
    },
    /// A handler begins; `number` counts those of its service.
    Began {
        instance: InstanceId,
        about: Name,
        number: u64,
    },
    /// It came to its end.
    Finished {
        instance: InstanceId,
        about: Name,
    },
    /// It had been done before: an idempotent handler does nothing.
    Skipped {
        instance: InstanceId,
        about: Name,
    },
    Persisted {
        instance: InstanceId,
        record: u64,
        state: Name,
        about: Name,
    },
    /// An event was made, and is on its way or in the outbox.
    Sent {
        instance: InstanceId,
        event: Name,
        routing_key: Name,
        about: Name,
    },
    /// A program wanted to publish and had no channel.
    Unsent {
        instance: InstanceId,
        routing_key: Name,
        about: Name,
    },
    /// It was sent, and never reached an exchange.
    PublishLost {
        event: Name,
        reason: String,
    },
    /// Refused, returned, not confirmed or not answered in time.
    PublishFailed {
        instance: InstanceId,
        event: Name,
        reason: &'static str,
    },
    CallFailed {
        instance: InstanceId,
        service: Name,
        attempt: u32,
        reason: String,
        about: Name,
    },
    CircuitOpened {
        instance: InstanceId,
        service: Name,
    },
    CircuitClosed {
        instance: InstanceId,
        service: Name,
    },
    Effect {
        instance: InstanceId,
        what: Name,
        whom: String,
        about: Name,
    },
    Settling {
        instance: InstanceId,
        message: MessageId,
        event: Name,
        verdict: Verdict,
    },
    /// The channel it came on is gone: nothing can be said of the delivery any more.
    SettlementLost {
        instance: InstanceId,
        event: Name,
    },
    HandlerFailed {
        instance: InstanceId,
        step: &'static str,
        reason: String,
        about: Name,
    },
    /// It arrived after its consumer was gone.
    LostDelivery {
        instance: InstanceId,
        message: MessageId,
        event: Name,
        no_ack: bool,
        /// The program runs, on another channel.
        is_up: bool,
        /// The broker waits for its acknowledgement; otherwise it has put the message back, or taken it for done.
        is_unacked: bool,
    },
    PolicySet(Name),
    PolicyCleared(Name),
    /// A queue was deleted and declared again with other arguments; so many messages went with it.
    Redeclared {
        queue: Name,
        lost: u64,
    },
    /// An edit ended it: it has another program from now on, or it is gone from the scenario. With the number of handlers at work.
    Replaced {
        instance: InstanceId,
        runs: u64,
    },
    /// The ledger counts the event as lost, and nothing else that happened says so.
    Lost {
        event: Name,
        reason: &'static str,
    },
    /// The answer to a request reached the handler that waits for it.
    AnswerCame {
        instance: InstanceId,
        event: Name,
        about: Name,
    },
    /// The broker has done what a program declares when it connects.
    Declared {
        instance: InstanceId,
        what: String,
    },
    /// A health check that a program waits for: it was well, or has failed this often in a row. When it is over, nothing is asked again.
    Health {
        of: Name,
        failures: u32,
        is_over: bool,
    },
    /// The broker has started, and takes connections.
    BrokerReady,
    /// It does not try again to get a channel: it goes on without the broker.
    GoesOnAlone(InstanceId),
    /// A handler has asked how many messages are ready.
    Checked {
        instance: InstanceId,
        queue: Name,
        ready: u64,
        about: Name,
    },
    /// They were in the memory of a process that has ended.
    RecordsLost {
        instance: InstanceId,
        records: u64,
    },
    /// The broker has heard nothing of it for too long, and has closed its connection.
    NoHeartbeat(InstanceId),
}

/// What a message is called: its event id, or its number in the broker.
#[must_use]
pub fn event_name(message: &Message) -> Name {
    message.properties.message_id.clone().unwrap_or_else(|| format!("#{}", message.id.0).into())
}

impl WorldEvent {
    /// As traces call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Broker(event) => event.name(),
            Self::Started(_) => "started",
            Self::Connected(_) => "connected",
            Self::ConnectFailed { .. } => "connect_failed",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::Killed { .. } => "killed",
            Self::Replaced { .. } => "replaced",
            Self::Lost { .. } => "lost",
            Self::Stopping(_) => "stopping",
            Self::Stopped(_) => "stopped",
            Self::FaultBegan(_) => "fault_began",
            Self::FaultEnded(_) => "fault_ended",
            Self::Edited => "edited",
            Self::PolicySet(_) => "policy_set",
            Self::PolicyCleared(_) => "policy_cleared",
            Self::Redeclared { .. } => "redeclared",
            Self::RequestSent { .. } => "request_sent",
            Self::RequestRefused { .. } => "request_refused",
            Self::Answered { .. } => "answered",
            Self::GaveUp { .. } => "gave_up",
            Self::Began { .. } => "began",
            Self::Finished { .. } => "finished",
            Self::Skipped { .. } => "skipped",
            Self::Persisted { .. } => "persisted",
            Self::Sent { .. } => "sent",
            Self::Unsent { .. } => "unsent",
            Self::PublishLost { .. } => "publish_lost",
            Self::PublishFailed { .. } => "publish_failed",
            Self::AnswerCame { .. } => "answer_came",
            Self::Declared { .. } => "declared",
            Self::GoesOnAlone(_) => "goes_on_alone",
            Self::Checked { .. } => "checked",
            Self::NoHeartbeat(_) => "no_heartbeat",
            Self::RecordsLost { .. } => "records_lost",
            Self::Health { .. } => "health",
            Self::BrokerReady => "broker_ready",
            Self::CallFailed { .. } => "call_failed",
            Self::CircuitOpened { .. } => "circuit_opened",
            Self::CircuitClosed { .. } => "circuit_closed",
            Self::Effect { .. } => "effect",
            Self::Settling { .. } => "settling",
            Self::SettlementLost { .. } => "settlement_lost",
            Self::HandlerFailed { .. } => "handler_failed",
            Self::LostDelivery { .. } => "lost_delivery",
        }
    }

    /// The message it happened to.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        let Self::Broker(event) = self else { return None };
        match event {
            Event::Published { message, .. }
            | Event::Routed { message, .. }
            | Event::Delayed { message, .. }
            | Event::DelayOver { message, .. }
            | Event::Returned { message, .. }
            | Event::RolledBack { message, .. }
            | Event::Enqueued { message, .. }
            | Event::Fetched { message, .. }
            | Event::Acknowledged { message, .. }
            | Event::Requeued { message, .. }
            | Event::Read { message, .. }
            | Event::DeadLettered { message, .. }
            | Event::Dropped { message, .. }
            | Event::KeptOut { message, .. }
            | Event::Refused { message, .. } => Some(message),
            Event::Delivered(delivered) => Some(&delivered.message),
            _ => None,
        }
    }

    /// The event or story it is about.
    #[must_use]
    pub fn about(&self) -> Option<&Name> {
        match self {
            Self::Broker(_) => self.message()?.properties.message_id.as_ref(),
            Self::Began { about, .. }
            | Self::Finished { about, .. }
            | Self::Skipped { about, .. }
            | Self::Persisted { about, .. }
            | Self::Sent { about, .. }
            | Self::Unsent { about, .. }
            | Self::CallFailed { about, .. }
            | Self::Effect { about, .. }
            | Self::Checked { about, .. }
            | Self::HandlerFailed { about, .. } => Some(about),
            Self::PublishLost { event, .. }
            | Self::Lost { event, .. }
            | Self::PublishFailed { event, .. }
            | Self::AnswerCame { event, .. }
            | Self::Settling { event, .. }
            | Self::SettlementLost { event, .. }
            | Self::LostDelivery { event, .. } => Some(event),
            _ => None,
        }
    }

    /// The instance that did it, or to which it happened.
    #[must_use]
    pub const fn instance(&self) -> Option<InstanceId> {
        match self {
            Self::Started(instance)
            | Self::Connected(instance)
            | Self::Stopping(instance)
            | Self::Stopped(instance)
            | Self::GoesOnAlone(instance)
            | Self::NoHeartbeat(instance)
            | Self::RecordsLost { instance, .. }
            | Self::Declared { instance, .. }
            | Self::ConnectFailed { instance, .. }
            | Self::ConnectionLost { instance, .. }
            | Self::Killed { instance, .. }
            | Self::Replaced { instance, .. }
            | Self::Began { instance, .. }
            | Self::Finished { instance, .. }
            | Self::Skipped { instance, .. }
            | Self::Persisted { instance, .. }
            | Self::Sent { instance, .. }
            | Self::Unsent { instance, .. }
            | Self::PublishFailed { instance, .. }
            | Self::AnswerCame { instance, .. }
            | Self::CallFailed { instance, .. }
            | Self::CircuitOpened { instance, .. }
            | Self::CircuitClosed { instance, .. }
            | Self::Effect { instance, .. }
            | Self::Checked { instance, .. }
            | Self::Settling { instance, .. }
            | Self::SettlementLost { instance, .. }
            | Self::HandlerFailed { instance, .. }
            | Self::LostDelivery { instance, .. } => Some(*instance),
            _ => None,
        }
    }

    /// The client it is about.
    #[must_use]
    pub const fn client(&self) -> Option<usize> {
        match self {
            Self::RequestSent { client, .. } | Self::Answered { client, .. } | Self::GaveUp { client, .. } => Some(*client),
            _ => None,
        }
    }

    /// What else there is to tell, by the names that traces for other programs give it.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, Json)> {
        let text = |text: &str| Json::from(text);
        match self {
            Self::ConnectFailed { reason, .. }
            | Self::ConnectionLost { reason, .. }
            | Self::PublishFailed { reason, .. }
            | Self::Lost { reason, .. } => {
                vec![("reason", text(reason))]
            }
            Self::Killed { runs, .. } | Self::Replaced { runs, .. } => vec![("runs", (*runs).into())],
            Self::FaultBegan(fault) | Self::FaultEnded(fault) => vec![("fault", fault.to_string().into())],
            Self::PolicySet(policy) | Self::PolicyCleared(policy) => vec![("policy", text(policy))],
            Self::Redeclared { queue, lost } => vec![("queue", text(queue)), ("lost", (*lost).into())],
            Self::RequestSent { number, attempt, .. } => vec![("number", (*number).into()), ("attempt", (*attempt).into())],
            Self::RequestRefused { path, .. } => vec![("path", text(path))],
            Self::Answered { number, status, .. } => vec![("number", (*number).into()), ("status", (*status).into())],
            Self::GaveUp { number, .. } | Self::Began { number, .. } => vec![("number", (*number).into())],
            Self::Persisted { record, state, .. } => vec![("record", (*record).into()), ("state", text(state))],
            Self::Sent { event, routing_key, .. } => vec![("event", text(event)), ("routing_key", text(routing_key))],
            Self::Unsent { routing_key, .. } => vec![("routing_key", text(routing_key))],
            Self::PublishLost { reason, .. } => vec![("reason", text(reason))],
            Self::CallFailed { service, attempt, reason, .. } => {
                vec![("called", text(service)), ("attempt", (*attempt).into()), ("reason", text(reason))]
            }
            Self::CircuitOpened { service, .. } | Self::CircuitClosed { service, .. } => vec![("called", text(service))],
            Self::Effect { what, whom, .. } => vec![("effect", text(what)), ("whom", text(whom))],
            Self::Settling { verdict, .. } => vec![("verdict", text(verdict.name()))],
            Self::HandlerFailed { step, reason, .. } => vec![("step", text(step)), ("reason", text(reason))],
            Self::LostDelivery { no_ack, is_up, is_unacked, .. } => {
                vec![("no_ack", (*no_ack).into()), ("up", (*is_up).into()), ("unacked", (*is_unacked).into())]
            }
            Self::RecordsLost { records, .. } => vec![("records", (*records).into())],
            Self::Declared { what, .. } => vec![("what", text(what))],
            Self::Checked { queue, ready, .. } => vec![("queue", text(queue)), ("ready", (*ready).into())],
            Self::Health { of, failures, is_over } => {
                vec![("of", text(of)), ("failures", (*failures).into()), ("over", (*is_over).into())]
            }
            Self::Broker(_)
            | Self::BrokerReady
            | Self::AnswerCame { .. }
            | Self::GoesOnAlone(_)
            | Self::NoHeartbeat(_)
            | Self::Started(_)
            | Self::Connected(_)
            | Self::Stopping(_)
            | Self::Stopped(_)
            | Self::Edited
            | Self::Finished { .. }
            | Self::Skipped { .. }
            | Self::SettlementLost { .. } => Vec::new(),
        }
    }
}

/// A hash of the occurrences, eight bytes at a time. Numbers are hashed by value: a `usize` counts as 64 bits on every platform.
#[derive(Clone, Debug)]
pub struct TraceHash(u64);

impl Default for TraceHash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl TraceHash {
    pub fn add(&mut self, occurrence: &TimedEvent) {
        occurrence.at.hash(self);
        occurrence.what.hash(self);
    }

    /// Of a message that is new; after that its number stands for it.
    pub fn add_content(&mut self, message: &Message) {
        message.exchange.hash(self);
        message.routing_key.hash(self);
        message.properties.message_id.hash(self);
        if let Body::Bytes(bytes) = &message.body {
            self.write(bytes);
        }
    }

    #[must_use]
    pub const fn value(&self) -> u64 {
        self.0
    }
}

impl Hasher for TraceHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last) ^ ((rest.len() as u64) << 56));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64((number as i64).cast_unsigned());
    }
}
