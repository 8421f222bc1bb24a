//! What happened in the broker, in the past tense and in order.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::cause::{DeathReason, DropCause, Outcome, ReadEnd, RequeueCause, Resource};
use super::error::ReplyCode;
use super::ids::{ChannelId, ConnectionId, MessageId};
use super::message::Message;
use super::value::Name;
use crate::base::SimTime;

#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Event {
    /// A client's message reached an exchange.
    Published {
        channel: ChannelId,
        message: Arc<Message>,
    },
    /// The exchanges chose these queues, in the order they were declared. None: the message was unroutable.
    Routed {
        message: Arc<Message>,
        queues: Arc<[Name]>,
    },
    /// `routed`: it had queues when it was published, and they were gone when its transaction was committed.
    Returned {
        channel: ChannelId,
        code: ReplyCode,
        message: Arc<Message>,
        routed: bool,
    },
    /// The broker took responsibility for the n-th publish of the channel, or refused it.
    Confirmed {
        channel: ChannelId,
        sequence: u64,
        outcome: Outcome,
    },
    /// Published in a transaction that did not come to its end.
    RolledBack {
        message: Arc<Message>,
        reach: Reach,
    },
    /// A copy became ready in a queue.
    Enqueued {
        queue: Name,
        message: Arc<Message>,
    },
    /// A copy went out to a consumer. `direct`: it never waited in the queue (rule 61).
    Delivered(Delivered),
    /// A client fetched a copy with `basic.get`.
    Fetched {
        queue: Name,
        channel: ChannelId,
        delivery_tag: u64,
        message: Arc<Message>,
        redelivered: bool,
        no_ack: bool,
    },
    Acknowledged {
        queue: Name,
        channel: ChannelId,
        delivery_tag: u64,
        message: Arc<Message>,
    },
    /// An unacknowledged copy is ready again, `position` places behind the head.
    Requeued {
        queue: Name,
        channel: ChannelId,
        delivery_tag: u64,
        message: Arc<Message>,
        position: u64,
        cause: RequeueCause,
    },
    /// A copy left its queue for the dead-letter exchange, where it is published as the message `successor`.
    DeadLettered {
        queue: Name,
        message: Arc<Message>,
        reason: DeathReason,
        exchange: Name,
        successor: MessageId,
    },
    /// A copy is gone, and no client was told.
    Dropped {
        queue: Name,
        message: Arc<Message>,
        cause: DropCause,
    },
    /// A full queue refused a copy (rule 61a), and dead-letters it if its overflow says so (rule 106).
    Refused {
        queue: Name,
        message: Arc<Message>,
        dead_lettered: bool,
    },
    ConsumerStarted {
        queue: Name,
        channel: ChannelId,
        consumer_tag: Name,
    },
    /// The client asked for it, or its channel ended.
    ConsumerEnded {
        queue: Name,
        channel: ChannelId,
        consumer_tag: Name,
    },
    /// The server cancelled a consumer, because its queue was deleted (rule 82). Or it said so because the consumer was too late (rule 94).
    ConsumerCancelled {
        queue: Name,
        channel: ChannelId,
        consumer_tag: Name,
        told: bool,
        late: bool,
    },
    QueueDeleted {
        queue: Name,
    },
    ExchangeDeleted {
        exchange: Name,
    },
    ChannelClosed {
        channel: ChannelId,
        code: ReplyCode,
        text: String,
    },
    ConnectionClosed {
        connection: ConnectionId,
        code: ReplyCode,
        text: String,
    },
    /// It published while a resource was short, and is not read any more (rule 144). `told`: the client can be.
    ConnectionBlocked {
        connection: ConnectionId,
        reason: &'static str,
        told: bool,
    },
    ConnectionUnblocked {
        connection: ConnectionId,
        told: bool,
    },
    /// Publishes the broker had not read when their connection or channel ended.
    Discarded {
        message_ids: Arc<[Option<Name>]>,
    },
    AlarmSet {
        resource: Resource,
    },
    AlarmCleared {
        resource: Resource,
    },
    Restarted,
    /// An exchange keeps it until then, to route it later (rule 149). `alone`: nothing else becomes of the message now, neither a queue
    /// nor a return.
    Delayed {
        exchange: Name,
        message: Arc<Message>,
        until: SimTime,
        alone: bool,
    },
    /// The exchange that kept it has routed it now, to these queues.
    DelayOver {
        exchange: Name,
        message: Arc<Message>,
        queues: Arc<[Name]>,
        alone: bool,
    },
    /// A reader of a stream is done with a delivery, or is gone. The stream keeps the copy (rule 162).
    Read {
        queue: Name,
        channel: ChannelId,
        delivery_tag: u64,
        message: Arc<Message>,
        end: ReadEnd,
    },
    /// A dead letter was kept out of a queue. It had died there the same way before, and would go in a circle (rule 127). Other queues got
    /// it; a dead letter that finds no other is [`Event::Dropped`]. It stands last: the trace of a run has the numbers of these.
    KeptOut {
        queue: Name,
        message: Arc<Message>,
        reason: DeathReason,
    },
}

impl Event {
    /// As traces call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Published { .. } => "published",
            Self::Routed { .. } => "routed",
            Self::Delayed { .. } => "delayed",
            Self::DelayOver { .. } => "delay_over",
            Self::Returned { .. } => "returned",
            Self::Confirmed { .. } => "confirmed",
            Self::RolledBack { .. } => "rolled_back",
            Self::Enqueued { .. } => "enqueued",
            Self::Delivered(_) => "delivered",
            Self::Fetched { .. } => "fetched",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Requeued { .. } => "requeued",
            Self::Read { .. } => "read",
            Self::DeadLettered { .. } => "dead_lettered",
            Self::Dropped { .. } => "dropped",
            Self::KeptOut { .. } => "kept_out",
            Self::Refused { .. } => "refused",
            Self::ConsumerStarted { .. } => "consumer_started",
            Self::ConsumerEnded { .. } => "consumer_ended",
            Self::ConsumerCancelled { .. } => "consumer_cancelled",
            Self::QueueDeleted { .. } => "queue_deleted",
            Self::ExchangeDeleted { .. } => "exchange_deleted",
            Self::ChannelClosed { .. } => "channel_closed",
            Self::ConnectionClosed { .. } => "connection_closed",
            Self::ConnectionBlocked { .. } => "connection_blocked",
            Self::ConnectionUnblocked { .. } => "connection_unblocked",
            Self::Discarded { .. } => "discarded",
            Self::AlarmSet { .. } => "alarm_set",
            Self::AlarmCleared { .. } => "alarm_cleared",
            Self::Restarted => "restarted",
        }
    }
}

/// What a message comes to when it is routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    Queues,
    /// An exchange keeps it.
    Later,
    Nowhere,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    pub queue: Name,
    pub channel: ChannelId,
    pub consumer_tag: Name,
    pub delivery_tag: u64,
    pub message: Arc<Message>,
    pub redelivered: bool,
    pub no_ack: bool,
    pub direct: bool,
    /// Its place in a stream, which keeps the copy (rule 148).
    pub offset: Option<u64>,
}

/// A delivery of a queue that is no stream has the hash that it always had.
impl Hash for Delivered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { queue, channel, consumer_tag, delivery_tag, message, redelivered, no_ack, direct, offset } = self;
        (queue, channel, consumer_tag, delivery_tag, message, redelivered, no_ack, direct).hash(state);
        if let Some(offset) = offset {
            offset.hash(state);
        }
    }
}
