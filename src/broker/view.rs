//! Looking at a broker without touching it: what a management interface shows, and why a message would go where.

use std::sync::Arc;

use super::cause::KeptBack;
use super::exchange::Destination;
use super::ids::{ChannelId, ConnectionId};
use super::message::Message;
use super::queue::Kind;
use super::queue::ready::Entry;
use super::value::{Name, Table};
use super::{Broker, ExchangeType, Flow};
use crate::base::SimTime;

/// How much a queue holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Messages(u64),
    Bytes(u64),
}

/// A queue as RabbitMQ's management interface counts it.
#[derive(Clone, Copy, Debug)]
pub struct QueueView<'a> {
    queue: &'a super::queue::Queue,
}

impl<'a> QueueView<'a> {
    #[must_use]
    pub fn name(self) -> &'a Name {
        &self.queue.name
    }

    #[must_use]
    pub fn ready(self) -> u64 {
        self.queue.messages.len() as u64
    }

    #[must_use]
    pub fn unacked(self) -> u64 {
        self.queue.unacked as u64
    }

    /// What a stream has given to readers is still in it.
    #[must_use]
    pub fn total(self) -> u64 {
        match self.kind() {
            Kind::Classic | Kind::Quorum => self.ready() + self.unacked() + self.delayed(),
            Kind::Stream => self.ready(),
        }
    }

    /// The offsets of its oldest message and of the next one that is published; the first offset of each segment. None: it is no stream.
    #[must_use]
    pub fn log(self) -> Option<LogView> {
        let messages = self.queue.messages.stream()?;
        Some(LogView {
            first: messages.first_offset(),
            next: messages.next_offset(),
            segments: messages.segment_starts().collect(),
            bytes: messages.bytes(),
        })
    }

    /// Returned to a quorum queue, and hidden for a while (rule 136).
    #[must_use]
    pub fn delayed(self) -> u64 {
        self.queue.messages.quorum().map_or(0, |messages| messages.delayed_len() as u64)
    }

    /// Dead letters a quorum queue keeps until they have arrived (rule 129).
    #[must_use]
    pub fn dead_letter_pending(self) -> u64 {
        self.queue.messages.quorum().map_or(0, |messages| messages.pending.len() as u64)
    }

    #[must_use]
    pub fn kind(self) -> Kind {
        self.queue.messages.kind()
    }

    #[must_use]
    pub fn exclusive(self) -> bool {
        self.queue.exclusive.is_some()
    }

    #[must_use]
    pub fn auto_delete(self) -> bool {
        self.queue.auto_delete
    }

    #[must_use]
    pub fn consumers(self) -> u64 {
        self.queue.consumers.len() as u64
    }

    #[must_use]
    pub fn durable(self) -> bool {
        self.queue.durable
    }

    #[must_use]
    pub fn arguments(self) -> &'a Table {
        &self.queue.arguments
    }

    /// By its argument or by a policy.
    #[must_use]
    pub fn dead_letter_exchange(self) -> Option<&'a Name> {
        self.queue.settings.dead_letter_exchange.as_ref()
    }

    /// By its arguments or by a policy: of messages, or else of bytes.
    #[must_use]
    pub fn length_limit(self) -> Option<Limit> {
        let settings = &self.queue.settings;
        settings.max_length.map(Limit::Messages).or(settings.max_length_bytes.map(Limit::Bytes))
    }

    /// By its argument or by a policy.
    #[must_use]
    pub fn message_ttl(self) -> Option<SimTime> {
        self.queue.settings.message_ttl
    }

    /// Held back by a quorum queue, and the reason: a later retry, or a dead letter without a place yet.
    pub fn kept_back(self) -> impl Iterator<Item = (&'a Entry, KeptBack)> {
        self.queue.messages.quorum().into_iter().flat_map(super::queue::quorum::QuorumMessages::kept_back)
    }

    /// In the order they would be delivered.
    pub fn messages(self) -> impl Iterator<Item = &'a Entry> {
        self.queue.messages.iter()
    }
}

/// The log of a stream (rules 148, 163).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogView {
    pub first: u64,
    pub next: u64,
    /// Those that retention has left, the oldest first.
    pub segments: Vec<u64>,
    /// Of all segments together.
    pub bytes: u64,
}

/// Where a reader of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderView<'a> {
    pub tag: &'a Name,
    pub channel: ChannelId,
    /// The offset that it is given next.
    pub next: u64,
    /// How many messages it has not been given.
    pub lag: u64,
    /// Given, and not settled.
    pub unacked: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct ExchangeView<'a> {
    pub name: &'a Name,
    pub kind: ExchangeType,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
}

/// One binding, by names.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingView<'a> {
    pub source: &'a Name,
    pub destination: &'a Name,
    pub to_exchange: bool,
    pub routing_key: &'a Name,
    pub arguments: &'a Table,
}

/// One consumer of a queue, as RabbitMQ's management interface lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerView<'a> {
    pub tag: &'a Name,
    pub channel: ChannelId,
    /// Automatic acknowledgement.
    pub no_ack: bool,
    /// 0 is unlimited.
    pub prefetch: u16,
    pub unacked: u32,
}

impl Broker {
    /// In the order they were declared.
    pub fn queues(&self) -> impl Iterator<Item = QueueView<'_>> {
        self.queues.values().map(|queue| QueueView { queue })
    }

    #[must_use]
    pub fn queue(&self, name: &str) -> Option<QueueView<'_>> {
        let id = self.queue_names.get(name)?;
        Some(QueueView { queue: self.queues.get(id)? })
    }

    /// The exchanges clients have declared, in that order.
    pub fn declared_exchanges(&self) -> impl Iterator<Item = ExchangeView<'_>> {
        self.exchanges.values().filter(|exchange| !super::PREDECLARED.iter().any(|(name, ..)| *name == &*exchange.name)).map(|exchange| {
            ExchangeView {
                name: &exchange.name,
                kind: exchange.kind,
                durable: exchange.durable,
                auto_delete: exchange.auto_delete,
                internal: exchange.internal,
            }
        })
    }

    /// All bindings but the implicit ones of the default exchange.
    pub fn bindings(&self) -> impl Iterator<Item = BindingView<'_>> {
        self.exchanges.values().flat_map(|exchange| self.bindings_of(&exchange.name))
    }

    /// In the order in which they started.
    pub fn consumers_of<'a>(&'a self, queue: QueueView<'a>) -> impl Iterator<Item = ConsumerView<'a>> {
        queue.queue.consumers.ids().filter_map(|id| {
            let consumer = self.consumers.get(&id)?;
            let (tag, channel, no_ack) = (&consumer.tag, consumer.channel, consumer.no_ack);
            Some(ConsumerView { tag, channel, no_ack, prefetch: consumer.prefetch, unacked: consumer.unacked })
        })
    }

    /// The readers of a stream, in the order in which they started.
    pub fn readers_of<'a>(&'a self, queue: QueueView<'a>) -> impl Iterator<Item = ReaderView<'a>> {
        let messages = queue.queue.messages.stream();
        queue.queue.consumers.ids().filter_map(move |id| {
            let (consumer, messages) = (self.consumers.get(&id)?, messages?);
            let reader = messages.reader(id)?;
            let (tag, channel, unacked) = (&consumer.tag, consumer.channel, consumer.unacked);
            Some(ReaderView { tag, channel, next: reader.next, lag: messages.lag(reader), unacked })
        })
    }

    /// The tag of the single active consumer, where there is one.
    #[must_use]
    pub fn active_consumer(&self, queue: QueueView<'_>) -> Option<&Name> {
        Some(&self.consumers.get(&queue.queue.consumers.active?)?.tag)
    }

    /// What is short, in the order it came.
    #[must_use]
    pub fn alarms(&self) -> &[super::Resource] {
        &self.alarms
    }

    #[must_use]
    pub fn flow(&self, connection: ConnectionId) -> Option<Flow> {
        Some(self.connections.get(&connection)?.flow)
    }

    /// Whether the consumers of a queue could take one more message; none when it has no consumers.
    #[must_use]
    pub fn has_capacity(&self, queue: QueueView<'_>) -> Option<bool> {
        if queue.consumers() == 0 {
            return None;
        }
        let consumers = &queue.queue.consumers;
        let serves = |id: &super::ConsumerId| consumers.active.is_none_or(|active| active == *id);
        Some(consumers.ids().filter(serves).any(|id| super::turn::can_take(&self.consumers, &self.channels, id)))
    }

    /// How many methods of blocked connections it has not read.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.connections.values().map(|connection| connection.unread.len()).sum()
    }

    /// Publishes of blocked connections that the broker has not read.
    pub fn unread_publishes(&self) -> impl Iterator<Item = &super::BasicPublish> {
        self.connections.values().flat_map(|connection| &connection.unread).filter_map(super::node::Unread::publish)
    }

    /// How many publishes of one connection it has not read.
    #[must_use]
    pub fn unread_of(&self, connection: ConnectionId) -> u64 {
        let unread = self.connections.get(&connection).into_iter().flat_map(|connection| &connection.unread);
        unread.filter_map(super::node::Unread::publish).count() as u64
    }

    /// What a channel holds unacknowledged, in delivery order.
    pub fn unacked_messages(&self, channel: ChannelId) -> impl Iterator<Item = &Arc<Message>> {
        let held = self.channels.get(&channel).into_iter().flat_map(|channel| channel.unacked.values());
        held.map(|delivery| &delivery.entry.message)
    }

    /// Everything that was delivered and not settled, with its queue and the channel that holds it.
    pub fn all_unacked(&self) -> impl Iterator<Item = (&Name, ChannelId, &Arc<Message>)> {
        self.channels.iter().flat_map(|(id, channel)| {
            channel.unacked.values().filter_map(|held| Some((&self.queues.get(&held.queue)?.name, *id, &held.entry.message)))
        })
    }

    /// Whether it waits for the settlement of a delivery from a queue that is there.
    #[must_use]
    pub fn awaits(&self, channel: ChannelId, delivery_tag: u64) -> bool {
        let held = self.channels.get(&channel).and_then(|channel| channel.unacked.get(delivery_tag));
        held.is_some_and(|held| self.queues.get(&held.queue).is_some())
    }

    #[must_use]
    pub fn is_open(&self, channel: ChannelId) -> bool {
        self.channels.contains_key(&channel)
    }

    /// How many deliveries of a channel are not settled. What an open transaction settles is: its queue learns of it at the commit.
    #[must_use]
    pub fn unacked_on(&self, channel: ChannelId) -> u64 {
        let Some(channel) = self.channels.get(&channel) else { return 0 };
        let waiting = channel.transaction.as_ref().map_or(0, |transaction| transaction.settlements.len());
        channel.unacked.tags().count().saturating_sub(waiting) as u64
    }

    /// How an exchange routes: a delayed-message exchange as the type that it names.
    #[must_use]
    pub fn exchange_type(&self, name: &str) -> Option<ExchangeType> {
        Some(self.exchanges.get(self.exchange_names.get(name)?)?.routes_as())
    }

    /// What an exchange keeps for later, the next first, with the time when each is routed. An exchange that is gone may still keep some.
    pub fn delayed<'a>(&'a self, exchange: &'a str) -> impl Iterator<Item = (SimTime, &'a Arc<Message>)> {
        self.delays.of(exchange)
    }

    /// What all exchanges keep for later.
    pub fn all_delayed(&self) -> impl Iterator<Item = (SimTime, &Name, &Arc<Message>)> {
        self.delays.all()
    }

    /// How many kept messages are nowhere else.
    #[must_use]
    pub fn delayed_alone(&self) -> u64 {
        self.delays.alone()
    }

    /// Whether there is this binding.
    #[must_use]
    pub fn has_binding(&self, source: &str, destination: &str, to_exchange: bool, key: &Name, arguments: &Table) -> bool {
        let destination = if to_exchange {
            self.exchange_names.get(destination).copied().map(Destination::Exchange)
        } else {
            self.queue_names.get(destination).copied().map(Destination::Queue)
        };
        let source = self.exchange_names.get(source).and_then(|id| self.exchanges.get(id));
        source.zip(destination).is_some_and(|(source, destination)| source.has_binding(destination, key, arguments))
    }

    /// The bindings of an exchange, ordered by destination and key.
    pub fn bindings_of(&self, exchange: &str) -> impl Iterator<Item = BindingView<'_>> {
        let source = self.exchange_names.get(exchange).and_then(|id| self.exchanges.get(id));
        source.into_iter().flat_map(|source| {
            source.bindings().filter_map(|(destination, routing_key, arguments)| {
                let (destination, to_exchange) = match destination {
                    Destination::Queue(id) => (&self.queues.get(&id)?.name, false),
                    Destination::Exchange(id) => (&self.exchanges.get(&id)?.name, true),
                };
                Some(BindingView { source: &source.name, destination, to_exchange, routing_key, arguments })
            })
        })
    }
}
