//! Queues: their messages, their consumers in turn, their limits and deadlines (sections E to L of the rules).
//! What a queue cannot decide alone, such as what a channel may still take, is asked of by the [`Broker`](super::Broker).

pub mod ready;
pub mod settings;
pub mod stream;

pub(super) mod classic;
pub(super) mod consumers;
pub(super) mod enqueuers;
pub(super) mod quorum;

use std::collections::VecDeque;

use super::channel::Channel;
use super::message::Message;
use super::profile::{Counting, Rules, TimeoutOwner};
use super::value::{Name, Table};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::ids::{ChannelId, ConnectionId, ConsumerId};
use classic::ClassicMessages;
use consumers::Consumers;
use enqueuers::{Enqueuer, Fill};
use quorum::QuorumMessages;
use ready::Entry;
use settings::{Overflow, Settings};
use stream::StreamMessages;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    #[default]
    Classic,
    Quorum,
    /// A log that is read, and keeps what was read (rule 148).
    Stream,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Classic, Self::Quorum, Self::Stream];

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Quorum => "quorum",
            Self::Stream => "stream",
        }
    }

    /// As RabbitMQ calls it in error texts.
    pub(super) const fn module(self) -> &'static str {
        match self {
            Self::Classic => "rabbit_classic_queue",
            Self::Quorum => "rabbit_quorum_queue",
            Self::Stream => "rabbit_stream_queue",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Queue {
    pub(super) name: Name,
    pub(super) durable: bool,
    pub(super) auto_delete: bool,
    /// The connection that alone may use it (rule 25).
    pub(super) exclusive: Option<ConnectionId>,
    pub(super) arguments: Table,
    pub(super) settings: Settings,
    pub(super) messages: Messages,
    pub(super) unacked: usize,
    /// Where the queue itself watches over deliveries. Those that are out, the next to be late first, and some that no longer are (rule 94).
    pub(super) held: VecDeque<Held>,
    /// When it looks after those, as it was at its last look or before. What was settled meanwhile changes nothing.
    pub(super) look_at: SimTime,
    pub(super) consumers: Consumers,
    pub(super) had_consumer: bool,
    pub(super) sequence_next: u64,
    /// The last moment a client used it, for `x-expires` (rule 101).
    pub(super) used_at: SimTime,
}

/// A delivery that is out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// When it will be too late.
    pub due: SimTime,
    pub channel: ChannelId,
    pub delivery_tag: u64,
}

/// The ready messages, by kind of queue.
#[derive(Clone, Debug)]
pub(super) enum Messages {
    Classic(ClassicMessages),
    Quorum(Box<QuorumMessages>),
    Stream(Box<StreamMessages>),
}

impl Messages {
    pub fn new(kind: Kind, settings: &Settings, rules: &Rules) -> Self {
        match kind {
            Kind::Classic => Self::Classic(ClassicMessages::new(settings.max_priority)),
            Kind::Quorum => Self::Quorum(Box::new(QuorumMessages::new(rules))),
            Kind::Stream => Self::Stream(Box::new(StreamMessages::new(&settings.stream))),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Classic(_) => Kind::Classic,
            Self::Quorum(_) => Kind::Quorum,
            Self::Stream(_) => Kind::Stream,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Classic(messages) => messages.levels.len(),
            Self::Quorum(messages) => messages.len(),
            Self::Stream(messages) => messages.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Classic(messages) => messages.levels.bytes(),
            Self::Quorum(messages) => messages.bytes(),
            Self::Stream(messages) => messages.bytes(),
        }
    }

    /// In delivery order.
    pub fn iter(&self) -> Box<dyn Iterator<Item = &Entry> + '_> {
        match self {
            Self::Classic(messages) => Box::new(messages.levels.iter()),
            Self::Quorum(messages) => messages.iter(),
            Self::Stream(messages) => Box::new(messages.iter()),
        }
    }

    /// A stream appends in its own way.
    pub fn push_back(&mut self, entry: Entry) {
        match self {
            Self::Classic(messages) => messages.levels.push_back(entry),
            Self::Quorum(messages) => messages.new.push_back(entry),
            Self::Stream(_) => {}
        }
    }

    /// The next to be delivered, and the first to be dropped from a full queue (rules 103, 109). Nothing is taken from a stream.
    pub fn pop_front(&mut self) -> Option<Entry> {
        match self {
            Self::Classic(messages) => messages.levels.pop_front(),
            Self::Quorum(messages) => messages.pop_front(),
            Self::Stream(_) => None,
        }
    }

    /// The first that is like this, wherever it stands: a recording says that this consumer got it. A stream keeps it, too.
    pub fn take_recorded(&mut self, consumer: ConsumerId, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
        match self {
            Self::Classic(messages) => messages.levels.take_first(is_it),
            Self::Quorum(messages) => messages.take_first(is_it),
            Self::Stream(messages) => messages.read_recorded(consumer, is_it),
        }
    }

    /// Only from the head, and only what is ready (rules 96, 98).
    pub fn pop_expired(&mut self, now: SimTime) -> Option<Entry> {
        match self {
            Self::Classic(messages) => messages.pop_expired(now),
            Self::Quorum(messages) => messages.pop_expired(now),
            Self::Stream(_) => None,
        }
    }

    /// It has looked after its head.
    pub fn start_expiry_timer(&mut self, now: SimTime) {
        match self {
            Self::Classic(messages) => messages.start_timer(now),
            Self::Quorum(_) | Self::Stream(_) => {}
        }
    }

    pub fn overlooks_new_head(&self) -> bool {
        match self {
            Self::Classic(messages) => messages.overlooks_new_head(),
            Self::Quorum(_) | Self::Stream(_) => false,
        }
    }

    pub fn take(&mut self) -> Vec<Entry> {
        match self {
            Self::Classic(messages) => messages.levels.take(),
            Self::Quorum(messages) => messages.take(),
            Self::Stream(messages) => messages.take().into_iter().map(|gone| gone.entry).collect(),
        }
    }

    pub fn quorum_mut(&mut self) -> Option<&mut QuorumMessages> {
        match self {
            Self::Classic(_) | Self::Stream(_) => None,
            Self::Quorum(messages) => Some(messages),
        }
    }

    pub fn stream_mut(&mut self) -> Option<&mut StreamMessages> {
        match self {
            Self::Classic(_) | Self::Quorum(_) => None,
            Self::Stream(messages) => Some(messages),
        }
    }

    pub fn stream(&self) -> Option<&StreamMessages> {
        match self {
            Self::Classic(_) | Self::Quorum(_) => None,
            Self::Stream(messages) => Some(messages),
        }
    }

    pub fn quorum(&self) -> Option<&QuorumMessages> {
        match self {
            Self::Classic(_) | Self::Stream(_) => None,
            Self::Quorum(messages) => Some(messages),
        }
    }
}

impl Queue {
    /// How a message will stand in this queue from now on (rules 95, 111, 114).
    pub(super) fn entry(&mut self, message: std::sync::Arc<Message>, now: SimTime, rules: &Rules) -> Entry {
        let sequence = self.sequence_next;
        self.sequence_next += 1;
        let expiration = message.properties.expiration.as_deref().and_then(|text| text.parse().ok()).map(SimTime::from_millis);
        let ttl = match (self.settings.message_ttl, expiration) {
            (Some(queue), Some(own)) => Some(std::cmp::min(queue, own)),
            (one, other) => one.or(other),
        };
        let priority = match &self.messages {
            Messages::Classic(messages) => messages.level(message.properties.priority),
            Messages::Quorum(messages) => messages.level(message.properties.priority),
            Messages::Stream(_) => 0,
        };
        let failures = match self.counting(rules) {
            Counting::Returns => 0,
            Counting::ReturnsAndFailures | Counting::Failures => message.failures(), // rule 139
        };
        let shortest = match self.messages.kind() {
            Kind::Classic | Kind::Stream => SimTime::ZERO,
            Kind::Quorum => SimTime::from_millis(1), // rule 100
        };
        let expires_at = ttl.map_or(SimTime::MAX, |ttl| now + ttl.max(shortest));
        Entry::new(message, sequence, expires_at, priority, failures)
    }

    pub(super) fn counting(&self, rules: &Rules) -> Counting {
        match self.messages.kind() {
            Kind::Classic | Kind::Stream => rules.counting.of_classic(),
            Kind::Quorum => rules.counting,
        }
    }

    /// A delivery of this queue is out from now on.
    pub(super) fn note_held(&mut self, due: SimTime, channel: ChannelId, delivery_tag: u64, rules: &Rules) {
        if rules.timeout_owner != TimeoutOwner::Queue || self.messages.kind() != Kind::Quorum {
            return;
        }
        self.look_at = self.look_at.min(due);
        // Most consumers have the same patience: it belongs to the end.
        let place = match self.held.back() {
            Some(last) if last.due > due => self.held.partition_point(|other| other.due <= due),
            _ => self.held.len(),
        };
        self.held.insert(place, Held { due, channel, delivery_tag });
    }

    /// Deliveries of this queue were settled. The head of the list is cleared at once, the rest when half of it is out of date.
    pub(super) fn forget_held(&mut self, channels: &OrderedMap<ChannelId, Box<Channel>>) {
        let is_out = |held: &Held| channels.get(&held.channel).is_some_and(|channel| channel.unacked.is_out(held.delivery_tag));
        while self.held.front().is_some_and(|held| !is_out(held)) {
            self.held.pop_front();
        }
        if self.held.len() > 2 * self.unacked + 16 {
            self.held.retain(is_out);
        }
    }

    /// What counts towards the length limit: ready messages, and what a quorum queue keeps otherwise (rules 102, 107, 136).
    fn load(&self) -> (u64, u64) {
        let (kept, kept_bytes) = self.messages.quorum().map_or((0, 0), QuorumMessages::kept);
        ((self.messages.len() + kept) as u64, self.messages.bytes() + kept_bytes)
    }

    fn exceeds(&self, (length, bytes): (u64, u64)) -> bool {
        self.settings.max_length.is_some_and(|max| length > max) || self.settings.max_length_bytes.is_some_and(|max| bytes > max)
    }

    pub(super) fn is_over_limit(&self) -> bool {
        (self.settings.max_length.is_some() || self.settings.max_length_bytes.is_some()) && self.exceeds(self.load())
    }

    /// Whether it refuses a message of so many bytes from this publisher (rules 61a, 105, 107). A quorum queue refuses nothing that
    /// comes from no publisher. That is a dead letter, or a message that an exchange has kept.
    #[inline]
    pub(super) fn refuses(&mut self, bytes: u64, from: Option<Enqueuer>, method: u64) -> bool {
        let rejects = self.settings.overflow != Overflow::DropHead;
        // Most queues refuse nothing.
        (rejects || matches!(self.messages, Messages::Quorum(_))) && self.refuses_by_limit(rejects, bytes, from, method)
    }

    #[inline(never)]
    fn refuses_by_limit(&mut self, rejects: bool, bytes: u64, from: Option<Enqueuer>, method: u64) -> bool {
        match self.messages.kind() {
            Kind::Classic if rejects => {
                let (length, load) = self.load();
                self.exceeds((length + 1, load + bytes))
            }
            Kind::Quorum => {
                let Some(from) = from else { return false };
                let known = self.messages.quorum().and_then(|messages| messages.enqueuers.may_send(from, method));
                if let Some(may_send) = known {
                    return !may_send;
                }
                let is_over = rejects && self.is_over_limit();
                if let Some(messages) = self.messages.quorum_mut() {
                    messages.enqueuers.add(from, is_over, method);
                }
                is_over
            }
            Kind::Classic | Kind::Stream => false,
        }
    }

    /// A quorum queue tells its publishers to stop once it holds too much. They go on when it holds four fifths (rule 107).
    pub(super) fn tell_enqueuers(&mut self, method: u64, rules: &Rules) {
        let is_limited = self.settings.max_length.is_some() || self.settings.max_length_bytes.is_some();
        let fill = if is_limited && let Messages::Quorum(_) = self.messages {
            let (length, bytes) = self.load();
            let low = |max: Option<u64>, load: u64| max.is_none_or(|max| load <= max / 5 * 4 + max % 5 * 4 / 5);
            if self.exceeds((length, bytes)) {
                Fill::Over
            } else if low(self.settings.max_length, length) && low(self.settings.max_length_bytes, bytes) {
                Fill::Low
            } else {
                Fill::Between
            }
        } else {
            Fill::Unlimited
        };
        let rejects = self.settings.overflow != Overflow::DropHead;
        if let Some(messages) = self.messages.quorum_mut() {
            messages.enqueuers.update(fill, rejects, method, rules.lifted_limit_lets_go_on);
        }
    }

    /// When something happens to this queue by itself.
    pub(super) fn next_deadline(&self) -> Option<SimTime> {
        let (head, others) = match &self.messages {
            Messages::Classic(messages) => (Some(messages.next_expiry()), [None, None]),
            Messages::Quorum(messages) => (messages.next_expiry(), [messages.next_delay_end(), messages.pending_retry_at]),
            Messages::Stream(messages) => (None, [messages.next_look(&self.settings.stream), None]),
        };
        let expiry = self.settings.expires.filter(|_| self.consumers.is_empty()).map(|period| self.used_at + period);
        head.filter(|at| *at < SimTime::MAX).into_iter().chain(expiry).chain(others.into_iter().flatten()).min()
    }
}
