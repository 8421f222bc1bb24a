//! Channels: delivery tags, what is unacknowledged, prefetch, confirms (sections D, F, G of the rules).

use std::collections::VecDeque;
use std::sync::Arc;

use super::cause::RequeueCause;
use super::event::Reach;
use super::ids::{ChannelId, ConnectionId, ConsumerId, QueueId};
use super::message::Message;
use super::queue::ready::Entry;
use super::value::Name;
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub connection: ConnectionId,
    /// One counter for deliveries and gets (rule 87).
    pub delivery_tag_next: u64,
    pub unacked: UnackedDeliveries,
    pub consumers: OrderedMap<Name, ConsumerId>,
    /// Who waits for direct answers (rule 59).
    pub answers: Option<ReplyConsumer>,
    /// Cancelled consumers that still hold deliveries. One of the same tag and queue takes over what they hold (rule 81).
    pub cancelled: Vec<ConsumerId>,
    /// Copied into each consumer as it starts; 0 is unlimited (rule 71).
    pub prefetch_consumer: u16,
    /// Over all consumers of the channel; 0 is unlimited (rule 72).
    pub prefetch_channel: u16,
    /// How many deliveries the channel's window counts (rules 72, 76).
    pub volume: u64,
    /// What an empty queue name means (rule 12).
    pub queue_last: Option<Name>,
    /// The number of the next publish, once the channel confirms (rule 50).
    pub confirm_next: Option<u64>,
    pub transaction: Option<Transaction>,
    /// Its number on its connection, from 1.
    pub number: u16,
    /// When it was opened: the watch over deliveries ticks from then on (rule 93).
    pub opened_at: SimTime,
}

/// Who waits for direct answers on a channel (rule 59).
#[derive(Clone, Debug)]
pub(super) struct ReplyConsumer {
    pub tag: Name,
    /// Where answers go.
    pub queue: Name,
}

/// What a transaction has collected (rule 55).
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    pub publishes: Vec<Routing>,
    pub settlements: Vec<(u64, Settlement)>,
}

/// A message, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Routing {
    pub message: Arc<Message>,
    pub queues: Vec<QueueId>,
    /// Reply queues that get it with the others (rule 59).
    pub replies: Vec<Name>,
    /// When it was published.
    pub reach: Reach,
    pub mandatory: bool,
    /// Queues that were deleted before the commit, and their types.
    pub gone: Vec<(Name, &'static str)>,
}

/// How a client settles a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    Ack,
    /// `basic.nack` without requeue.
    Nack,
    /// `basic.reject` without requeue.
    Reject,
    Requeue(RequeueCause),
}

impl Settlement {
    /// What `basic.nack` and `basic.reject` ask for. An acknowledgement asks for neither.
    pub const fn requeues(self) -> Option<bool> {
        match self {
            Self::Ack => None,
            Self::Nack | Self::Reject => Some(false),
            Self::Requeue(_) => Some(true),
        }
    }
}

impl Channel {
    pub const fn new(connection: ConnectionId, number: u16, opened_at: SimTime) -> Self {
        Self {
            connection,
            delivery_tag_next: 1,
            unacked: UnackedDeliveries { ring: VecDeque::new() },
            consumers: OrderedMap::new(),
            answers: None,
            cancelled: Vec::new(),
            prefetch_consumer: 0,
            prefetch_channel: 0,
            volume: 0,
            queue_last: None,
            confirm_next: None,
            transaction: None,
            number,
            opened_at,
        }
    }

    /// The channel's window is full (rule 72).
    pub fn is_full(&self) -> bool {
        self.prefetch_channel > 0 && self.volume >= u64::from(self.prefetch_channel)
    }

    pub const fn take_delivery_tag(&mut self) -> u64 {
        let tag = self.delivery_tag_next;
        self.delivery_tag_next += 1;
        tag
    }
}

/// A delivery that is not settled.
#[derive(Clone, Debug)]
pub(super) struct Unacked {
    pub queue: QueueId,
    /// None: fetched with `basic.get`.
    pub consumer: Option<ConsumerId>,
    pub delivered_at: SimTime,
    /// Settled in a transaction that is not committed.
    pub settled: bool,
    /// The number of the message in its classic queue or stream. In a quorum queue it counts the consumer's deliveries (rule 155).
    pub number: u64,
    /// Its queue is gone.
    pub gone: Option<Box<Gone>>,
    pub entry: Entry,
}

/// What a channel still says of a delivery whose queue is gone (rule 155).
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub queue: Name,
    /// None: fetched with `basic.get`.
    pub consumer_tag: Option<Name>,
    pub number: u64,
}

/// A consumer, from its start until it is cancelled and holds nothing any more.
#[derive(Clone, Debug)]
pub(super) struct Consumer {
    pub tag: Name,
    pub channel: ChannelId,
    pub queue: QueueId,
    /// A quorum queue knows it by this. A tag that is used again is the same consumer there while the earlier one holds something.
    pub key: ConsumerId,
    pub no_ack: bool,
    pub priority: i64,
    /// 0 is unlimited.
    pub prefetch: u16,
    /// How many deliveries it may still take; None is any number.
    pub credit: Option<u32>,
    pub unacked: u32,
    pub state: ConsumerState,
    /// It waits to become the single active one of a quorum queue.
    pub waits: bool,
    /// It stands in the turn of its quorum queue.
    pub queued: bool,
    /// How many messages its quorum queue has given to it (rule 155).
    pub given: u64,
    /// How long its quorum queue leaves a delivery with it, from its start on (rule 94).
    pub timeout: SimTime,
    pub late: Lateness,
}

/// What a consumer was too late with (rule 94).
#[derive(Clone, Debug, Default)]
pub(super) struct Lateness {
    /// It gets nothing until it settles that as well.
    pub gets_nothing: bool,
    /// The numbers of deliveries that its quorum queue has taken back. A consumer that was cancelled and started again keeps them.
    pub numbers: Vec<u64>,
    /// It gave them back with requeue, and RabbitMQ did not queue it again.
    pub overlooked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConsumerState {
    Up,
    /// It is the single active one, and yields when it holds nothing any more (rule 84).
    Quiescing,
    /// Cancelled, and holds deliveries (rule 81).
    Cancelled,
    /// Cancelled, and started again beside an active consumer. Its turn came while it still held deliveries (rule 84).
    Stuck,
}

impl Consumer {
    pub fn has_credit(&self) -> bool {
        self.credit != Some(0)
    }

    /// Its queue may serve it, as far as credit lets it.
    pub fn is_up(&self) -> bool {
        self.state == ConsumerState::Up && !self.waits && !self.late.gets_nothing
    }
}

/// The unsettled deliveries of a channel, in delivery order. Clients settle mostly from the front.
#[derive(Clone, Debug, Default)]
pub(super) struct UnackedDeliveries {
    ring: VecDeque<(u64, Unacked)>,
}

impl UnackedDeliveries {
    fn place(&self, tag: u64) -> Option<usize> {
        match self.ring.front() {
            Some((first, _)) if *first == tag => Some(0),
            _ => self.ring.binary_search_by_key(&tag, |(tag, _)| *tag).ok(),
        }
    }

    pub fn get(&self, tag: u64) -> Option<&Unacked> {
        Some(&self.ring[self.place(tag)?].1)
    }

    pub fn get_mut(&mut self, tag: u64) -> Option<&mut Unacked> {
        let place = self.place(tag)?;
        Some(&mut self.ring[place].1)
    }

    /// Those that are not settled, not even in a transaction; the oldest first.
    pub fn open(&self) -> impl Iterator<Item = (u64, &Unacked)> {
        self.iter().filter(|(_, delivery)| !delivery.settled)
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &Unacked)> {
        self.ring.iter().map(|(tag, delivery)| (*tag, delivery))
    }

    /// Tags only grow.
    pub fn push(&mut self, tag: u64, delivery: Unacked) {
        self.ring.push_back((tag, delivery));
    }

    /// It is out, and its queue knows it.
    pub fn is_out(&self, tag: u64) -> bool {
        self.get(tag).is_some_and(|delivery| delivery.gone.is_none())
    }

    /// Everything; nothing stays.
    pub fn take(&mut self) -> impl Iterator<Item = (u64, Unacked)> + use<> {
        std::mem::take(&mut self.ring).into_iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut Unacked)> {
        self.ring.iter_mut().map(|(tag, delivery)| (*tag, delivery))
    }

    pub fn remove(&mut self, tag: u64) -> Option<Unacked> {
        let place = self.place(tag)?;
        self.ring.remove(place).map(|(_, delivery)| delivery)
    }

    pub fn tags(&self) -> impl Iterator<Item = u64> {
        self.ring.iter().map(|(tag, _)| *tag)
    }

    pub fn values(&self) -> impl Iterator<Item = &Unacked> {
        self.ring.iter().map(|(_, delivery)| delivery)
    }
}
