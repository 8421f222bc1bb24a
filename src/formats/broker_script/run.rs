//! A script on the simulated broker, in virtual time.

use std::collections::VecDeque;

use serde_json::{Value as Json, json};

use super::names::Names;
use super::read::{AutoSettle, Of, Op, Script, Settle, Step, Then};
use super::transcript::{
    Line, Observed, Outcome, ProbeBinding, ProbeChannel, ProbeConnection, ProbeExchange, ProbeQueue, Seen, SeenMessage, Snapshot,
    arguments_to_json, body_to_json,
};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::value::SHORTSTR_BYTES_MAX;
use crate::broker::{Broker, Capabilities, ChannelId, ConnectionId, Delivered, Event, Method, Name, Reply, ReplyCode};

/// A consumer that always requeues would never let a step end: after this many deliveries it keeps them.
const SETTLEMENTS_A_STEP_MAX: usize = 10_000;

/// Runs a script to its end.
#[must_use]
pub fn run(script: &Script) -> Vec<Line> {
    let mut client = Client::new(script);
    let mut lines: Vec<Line> = script.steps.iter().enumerate().map(|(index, step)| client.step(index, step)).collect();
    lines.push(Line::End { end: true, time_ms: client.now.as_millis() });
    lines
}

/// What the broker did in a step of a script, and at which of its moments. A moment is one call of the broker.
#[derive(Clone, Debug)]
pub struct Happened {
    pub step: usize,
    pub moment: usize,
    pub event: Event,
}

/// Runs a script to its end, and tells all that happened in the broker.
#[must_use]
pub fn run_watched(script: &Script) -> (Vec<Line>, Vec<Happened>) {
    let mut client = Client::new(script);
    client.watched = Some(Watched::default());
    let lines = script.steps.iter().enumerate().map(|(index, step)| client.step(index, step)).collect();
    (lines, client.watched.unwrap_or_default().happened)
}

#[derive(Default)]
struct Watched {
    step: usize,
    moment: usize,
    happened: Vec<Happened>,
}

struct Client {
    broker: Broker,
    now: SimTime,
    connections: OrderedMap<String, Option<ConnectionId>>,
    channels: OrderedMap<String, Channel>,
    /// What gets brought, by the names of their steps.
    gets: OrderedMap<String, Option<u64>>,
    /// Every delivery to a tag, by its delivery tag.
    deliveries: OrderedMap<Name, Vec<u64>>,
    names: Names,
    consumers: OrderedMap<Name, (AutoSettle, u64)>,
    /// Deliveries whose consumers will settle them by themselves.
    to_settle: VecDeque<(ChannelId, Delivered)>,
    /// Where the last publish went.
    routed_to: Vec<String>,
    events: Vec<Observed>,
    advancing: bool,
    /// Done by consumers themselves in this step.
    settlements: usize,
    watched: Option<Watched>,
}

struct Channel {
    connection: String,
    id: Option<ChannelId>,
    prefetch_count: u16,
}

impl Client {
    fn new(script: &Script) -> Self {
        Self {
            broker: Broker::new(script.profile).with(&script.plugins, 1).with_default_queue_type(script.default_queue_type),
            now: SimTime::ZERO,
            connections: OrderedMap::new(),
            channels: OrderedMap::new(),
            gets: OrderedMap::new(),
            deliveries: OrderedMap::new(),
            names: Names::default(),
            consumers: OrderedMap::new(),
            to_settle: VecDeque::new(),
            routed_to: Vec::new(),
            events: Vec::new(),
            advancing: false,
            settlements: 0,
            watched: None,
        }
    }

    fn step(&mut self, index: usize, step: &Step) -> Line {
        let time_ms = self.now.as_millis();
        self.settlements = 0;
        if let Some(watched) = &mut self.watched {
            watched.step = index;
        }
        let result = self.perform(step);
        self.run_everything_pending();
        Line::Step {
            step: index,
            op: step.op_name.clone(),
            name: step.name.clone(),
            time_ms,
            result,
            events: std::mem::take(&mut self.events),
        }
    }

    fn perform(&mut self, step: &Step) -> Outcome {
        let none = || Outcome::ok([]);
        match &step.op {
            Op::ConnectionOpen(capabilities) => {
                if self.connection(&step.connection).is_some() {
                    return Outcome::client("connection open already");
                }
                self.open_connection(&step.connection, *capabilities);
                none()
            }
            Op::ConnectionClose | Op::ConnectionDrop => {
                let first_use = !self.connections.contains_key(&step.connection);
                if first_use {
                    self.open_connection(&step.connection, Capabilities::default());
                }
                let Some(id) = self.connection(&step.connection) else { return Outcome::client("channel closed") };
                self.broker.close_connection(self.now, id);
                self.connection_is_gone(&step.connection.clone());
                none()
            }
            Op::ChannelOpen => self.channel_open(step),
            Op::ChannelClose => match self.channel(step) {
                Err(outcome) => outcome,
                Ok(id) => {
                    self.broker.close_channel(self.now, id);
                    self.channel_is_gone(id);
                    none()
                }
            },
            Op::PolicySet(policy) => match self.broker.set_policy(self.now, policy.clone()) {
                Ok(()) => none(),
                Err(text) => Outcome::client(&text),
            },
            Op::PolicyClear { name, operator } => {
                self.broker.clear_policy(self.now, name, *operator);
                none()
            }
            Op::AlarmSet(resource) => {
                self.broker.set_alarm(*resource);
                none()
            }
            Op::AlarmClear(resource) => {
                self.broker.clear_alarm(self.now, *resource);
                none()
            }
            Op::Restart => {
                self.broker.restart(self.now);
                none()
            }
            Op::Advance { millis } => {
                self.advance(*millis);
                none()
            }
            Op::Probe => Outcome::Ok(serde_json::to_value(self.probe()).expect("a snapshot has only string keys")),
            _ => match self.channel(step) {
                Err(outcome) => outcome,
                Ok(channel) => self.method(step, channel),
            },
        }
    }

    fn method(&mut self, step: &Step, channel: ChannelId) -> Outcome {
        let Some(step) = step.named(&self.names) else { return Outcome::client("no such name") };
        let step = &*step;
        if let Some(long) = step.op.longest_name().filter(|length| *length > SHORTSTR_BYTES_MAX) {
            return Outcome::client(&format!("a short string has at most {SHORTSTR_BYTES_MAX} bytes, this one has {long}")); // rule 6
        }
        let method = match &step.op {
            Op::ExchangeDeclare(declare) => Method::ExchangeDeclare(declare.clone()),
            Op::ExchangeDelete { exchange, if_unused } => Method::ExchangeDelete { exchange: exchange.clone(), if_unused: *if_unused },
            Op::ExchangeBind(binding) => Method::ExchangeBind(binding.clone()),
            Op::ExchangeUnbind(binding) => Method::ExchangeUnbind(binding.clone()),
            Op::QueueDeclare(declare) => Method::QueueDeclare(declare.clone()),
            Op::QueueBind(binding) => Method::QueueBind(binding.clone()),
            Op::QueueUnbind(binding) => Method::QueueUnbind(binding.clone()),
            Op::QueuePurge { queue } => Method::QueuePurge { queue: queue.clone() },
            Op::QueueDelete { queue, if_unused, if_empty } => {
                Method::QueueDelete { queue: queue.clone(), if_unused: *if_unused, if_empty: *if_empty }
            }
            Op::Qos { prefetch_count, prefetch_size, global } => {
                if let Some(state) = self.channels.get_mut(&step.channel).filter(|_| !global) {
                    state.prefetch_count = *prefetch_count;
                }
                Method::BasicQos { prefetch_size: *prefetch_size, prefetch_count: *prefetch_count, global: *global }
            }
            Op::Publish(publish) => Method::BasicPublish(publish.clone()),
            Op::Get { queue, no_ack } => Method::BasicGet { queue: queue.clone(), no_ack: *no_ack },
            Op::Consume { consume, on_delivery } => {
                // A tag may be used again, in another way.
                match on_delivery.as_ref().filter(|_| !consume.no_ack) {
                    Some(settle) => self.consumers.insert(consume.consumer_tag.clone(), (settle.clone(), 0)),
                    None => self.consumers.remove(&consume.consumer_tag),
                };
                Method::BasicConsume(consume.clone())
            }
            Op::Cancel { consumer_tag } => Method::BasicCancel { consumer_tag: consumer_tag.clone() },
            Op::Settle { how, of, multiple, requeue } => {
                let Some(delivery_tag) = self.delivery_tag(of) else { return Outcome::client("no such delivery") };
                settlement(*how, delivery_tag, *multiple, *requeue)
            }
            Op::Recover { requeue } => Method::BasicRecover { requeue: *requeue },
            Op::ConfirmSelect => Method::ConfirmSelect,
            Op::TxSelect => Method::TxSelect,
            Op::TxCommit => Method::TxCommit,
            Op::TxRollback => Method::TxRollback,
            Op::ConnectionOpen(_)
            | Op::ConnectionClose
            | Op::ConnectionDrop
            | Op::ChannelOpen
            | Op::ChannelClose
            | Op::PolicySet(_)
            | Op::PolicyClear { .. }
            | Op::AlarmSet(_)
            | Op::AlarmClear(_)
            | Op::Restart
            | Op::Advance { .. }
            | Op::Probe => return Outcome::ok([]),
        };
        self.routed_to.clear();
        let result = self.broker.apply(self.now, channel, method);
        self.take_events();
        match result {
            Err(error) => error.into(),
            Ok(reply) => self.reply(step, reply),
        }
    }

    fn reply(&mut self, step: &Step, reply: Reply) -> Outcome {
        match reply {
            Reply::Held if matches!(step.op, Op::Get { .. }) => Outcome::ok([("message", Json::Null), ("message_count", Json::Null)]),
            Reply::Held if matches!(step.op, Op::Publish(_)) => Outcome::ok([("routed_to", Json::Null)]),
            Reply::Ok if matches!(step.op, Op::Publish(_)) => Outcome::ok([("routed_to", json!(self.routed_to))]),
            Reply::Ok | Reply::Held => Outcome::ok([]),
            Reply::QueueDeclared { queue, message_count, consumer_count } => {
                if let Some(name) = &step.name {
                    self.names.queue(name, &queue);
                }
                Outcome::ok([("queue", json!(&*queue)), ("message_count", json!(message_count)), ("consumer_count", json!(consumer_count))])
            }
            Reply::Messages { message_count } => Outcome::ok([("message_count", json!(message_count))]),
            Reply::Consuming { consumer_tag } => {
                if let Op::Consume { consume, on_delivery: Some(settle) } = &step.op
                    && consume.consumer_tag.is_empty()
                    && !consume.no_ack
                {
                    self.consumers.insert(consumer_tag.clone(), (settle.clone(), 0));
                }
                Outcome::ok([("consumer_tag", json!(&*consumer_tag))])
            }
            Reply::Got(got) => {
                if let Some(name) = &step.name {
                    self.gets.insert(name.clone(), got.as_ref().map(|got| got.delivery_tag));
                }
                let (message, message_count) = got.map_or((Json::Null, 0), |got| {
                    let message = SeenMessage::delivered(&got.message, got.redelivered, got.delivery_tag);
                    if let Some(name) = &step.name {
                        self.names.message(Of::Get(name.clone()), &message);
                    }
                    (serde_json::to_value(message).expect("a message has only string keys"), got.message_count)
                });
                Outcome::ok([("message", message), ("message_count", json!(message_count))])
            }
        }
    }

    fn delivery_tag(&self, of: &Of) -> Option<u64> {
        match of {
            Of::Get(name) => *self.gets.get(name)?,
            Of::Delivery(tag, number) => self.deliveries.get(tag)?.get(number.checked_sub(1)?).copied(),
            Of::Tag(tag) => Some(*tag),
        }
    }

    fn connection(&self, name: &str) -> Option<ConnectionId> {
        self.connections.get(name).copied().flatten()
    }

    fn open_connection(&mut self, name: &str, capabilities: Capabilities) -> ConnectionId {
        let id = self.broker.open_connection(capabilities);
        self.connections.insert(name.to_owned(), Some(id));
        id
    }

    fn connection_is_gone(&mut self, name: &str) {
        self.connections.insert(name.to_owned(), None);
        for channel in self.channels.values_mut().filter(|channel| channel.connection == name) {
            channel.id = None;
        }
    }

    fn channel_is_gone(&mut self, id: ChannelId) {
        for channel in self.channels.values_mut().filter(|channel| channel.id == Some(id)) {
            channel.id = None;
        }
    }

    /// The step's channel; it opens itself, and its connection, at its first use only.
    fn channel(&mut self, step: &Step) -> Result<ChannelId, Outcome> {
        if let Some(channel) = self.channels.get(&step.channel) {
            return channel.id.ok_or_else(|| Outcome::client("channel closed"));
        }
        let connection = match self.connections.get(&step.connection) {
            Some(connection) => connection.ok_or_else(|| Outcome::client("channel closed"))?,
            None => self.open_connection(&step.connection, Capabilities::default()),
        };
        self.open_channel(&step.channel, &step.connection, connection)
    }

    fn open_channel(&mut self, name: &str, connection_name: &str, connection: ConnectionId) -> Result<ChannelId, Outcome> {
        let id = self.broker.open_channel(self.now, connection).map_err(Outcome::from)?;
        let channel = Channel { connection: connection_name.to_owned(), id: Some(id), prefetch_count: 0 };
        self.channels.insert(name.to_owned(), channel);
        Ok(id)
    }

    fn channel_open(&mut self, step: &Step) -> Outcome {
        let (connection_name, open) = match self.channels.get(&step.channel) {
            Some(channel) => (channel.connection.clone(), channel.id),
            None => (step.connection.clone(), None),
        };
        if let Some(id) = open {
            let error = self.broker.open_channel_again(self.now, id);
            self.take_events();
            return error.into();
        }
        let connection = match self.connections.get(&connection_name) {
            Some(None) => return Outcome::client("channel closed"),
            Some(Some(connection)) => *connection,
            None => self.open_connection(&connection_name, Capabilities::default()),
        };
        match self.open_channel(&step.channel, &connection_name, connection) {
            Ok(_) => Outcome::ok([]),
            Err(outcome) => outcome,
        }
    }

    fn advance(&mut self, millis: u64) {
        self.advancing = true;
        let until = self.now + SimTime::from_millis(millis);
        while let Some(deadline) = self.broker.next_deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.broker.expire(self.now);
            self.run_everything_pending();
        }
        self.now = until;
        self.advancing = false;
    }

    /// Consumers that settle by themselves do, until nothing moves any more.
    fn run_everything_pending(&mut self) {
        self.take_events();
        while self.settlements < SETTLEMENTS_A_STEP_MAX {
            self.settlements += 1;
            let Some((channel, delivered)) = self.to_settle.pop_front() else { return };
            let Some(name) = self.channel_name(channel) else { continue };
            let Some((how, requeue)) = self.decide(&delivered) else { continue };
            self.see(Seen::Settled {
                channel: name,
                consumer_tag: delivered.consumer_tag.to_string(),
                delivery_tag: delivered.delivery_tag,
                outcome: how.name(),
                requeue: requeue && how != Settle::Ack,
            });
            let method = settlement(how, delivered.delivery_tag, false, requeue);
            // Its channel may be closed meanwhile; then nothing is settled.
            let _ = self.broker.apply(self.now, channel, method);
            self.take_events();
        }
        self.to_settle.clear();
    }

    fn decide(&mut self, delivered: &Delivered) -> Option<(Settle, bool)> {
        let (settle, handled) = self.consumers.get_mut(&delivered.consumer_tag)?;
        if settle.body.as_ref().is_some_and(|body| *body != delivered.message.body) {
            return Some((Settle::Ack, false));
        }
        if settle.times.is_some_and(|times| *handled >= times) {
            return (settle.then == Then::Ack).then_some((Settle::Ack, false));
        }
        *handled += 1;
        Some((settle.how, settle.requeue))
    }

    fn channel_name(&self, id: ChannelId) -> Option<String> {
        self.channels.iter().find(|(_, channel)| channel.id == Some(id)).map(|(name, _)| name.clone())
    }

    fn connection_name(&self, id: ConnectionId) -> Option<String> {
        self.connections.iter().find(|(_, connection)| **connection == Some(id)).map(|(name, _)| name.clone())
    }

    fn see(&mut self, seen: Seen) {
        self.events.push(Observed { seen, time_ms: self.advancing.then(|| self.now.as_millis()) });
    }

    /// What the broker did, as far as a client can see it.
    fn take_events(&mut self) {
        let events: Vec<Event> = self.broker.drain_events().collect();
        if let Some(Watched { step, moment, happened }) = &mut self.watched {
            *moment += 1;
            happened.extend(events.iter().cloned().map(|event| Happened { step: *step, moment: *moment, event }));
        }
        for event in events {
            self.event(event);
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Routed { message, queues } if message.deaths().is_empty() => {
                self.routed_to = queues.iter().map(ToString::to_string).collect();
                self.routed_to.sort_unstable();
            }
            Event::Delivered(delivered) => {
                let Some(channel) = self.channel_name(delivered.channel) else { return };
                let message = SeenMessage::delivered(&delivered.message, delivered.redelivered, delivered.delivery_tag);
                let deliveries = self.deliveries.get_or_default(delivered.consumer_tag.clone());
                deliveries.push(delivered.delivery_tag);
                self.names.message(Of::Delivery(delivered.consumer_tag.clone(), deliveries.len()), &message);
                self.see(Seen::Delivered { channel, consumer_tag: delivered.consumer_tag.to_string(), message });
                if !delivered.no_ack {
                    self.to_settle.push_back((delivered.channel, delivered));
                }
            }
            Event::Returned { channel, code, message, .. } => {
                let Some(channel) = self.channel_name(channel) else { return };
                let (code, text) = (code.number(), ReplyCode::NoRoute.name().to_owned());
                self.see(Seen::Returned { channel, code, text, message: SeenMessage::returned(&message) });
            }
            Event::Confirmed { channel, sequence, outcome } => {
                let Some(channel) = self.channel_name(channel) else { return };
                let outcome = match outcome {
                    crate::broker::Outcome::Ack => "ack",
                    crate::broker::Outcome::Nack => "nack",
                };
                self.see(Seen::Confirmed { channel, sequence, outcome });
            }
            Event::ConsumerCancelled { channel, consumer_tag, told: true, .. } => {
                let Some(channel) = self.channel_name(channel) else { return };
                self.see(Seen::ConsumerCancelled { channel, consumer_tag: consumer_tag.to_string() });
            }
            Event::ChannelClosed { channel, code, text } => {
                let Some(name) = self.channel_name(channel) else { return };
                self.channel_is_gone(channel);
                self.see(Seen::ChannelClosed { channel: name, code: code.number(), text });
            }
            Event::ConnectionClosed { connection, code, text } => {
                let Some(name) = self.connection_name(connection) else { return };
                self.connection_is_gone(&name);
                self.see(Seen::ConnectionClosed { connection: name, code: code.number(), text });
            }
            Event::ConnectionBlocked { connection, reason, told: true } => {
                let Some(connection) = self.connection_name(connection) else { return };
                self.see(Seen::ConnectionBlocked { connection, reason: reason.to_owned() });
            }
            Event::ConnectionUnblocked { connection, told: true } => {
                let Some(connection) = self.connection_name(connection) else { return };
                self.see(Seen::ConnectionUnblocked { connection, reason: String::new() });
            }
            _ => {}
        }
    }

    fn probe(&self) -> Snapshot {
        let broker = &self.broker;
        let exchanges = broker.declared_exchanges().map(|exchange| ProbeExchange {
            name: exchange.name.to_string(),
            kind: exchange.kind.name().to_owned(),
            durable: exchange.durable,
            auto_delete: exchange.auto_delete,
            internal: exchange.internal,
        });
        let queues = broker.queues().map(|queue| ProbeQueue {
            name: queue.name().to_string(),
            kind: queue.kind().name().to_owned(),
            durable: queue.durable(),
            exclusive: queue.exclusive(),
            auto_delete: queue.auto_delete(),
            ready: Some(queue.ready()),
            unacked: Some(queue.unacked()),
            total: Some(queue.total()),
            dead_letter_pending: Some(queue.dead_letter_pending()),
            consumers: Some(queue.consumers()),
            active_consumer: broker.active_consumer(queue).map(std::string::ToString::to_string),
            bodies: Some(queue.messages().map(|entry| body_to_json(&entry.message.body)).collect()),
            redelivered: Some(queue.messages().map(crate::broker::queue::ready::Entry::redelivered).collect()),
        });
        let bindings = broker.bindings().map(|binding| ProbeBinding {
            source: binding.source.to_string(),
            destination: binding.destination.to_string(),
            destination_type: if binding.to_exchange { "exchange" } else { "queue" },
            routing_key: binding.routing_key.to_string(),
            arguments: arguments_to_json(binding.arguments),
        });
        let connections = self.connections.iter().map(|(name, connection)| ProbeConnection {
            name: name.clone(),
            state: connection.and_then(|id| broker.flow(id)).map_or("closed", crate::broker::Flow::name).to_owned(),
        });
        let channels = self.channels.iter().map(|(name, channel)| ProbeChannel {
            name: name.clone(),
            connection: channel.connection.clone(),
            open: channel.id.is_some(),
            unacked: channel.id.map_or(0, |id| broker.unacked_on(id)),
            prefetch_count: channel.prefetch_count,
        });
        let mut snapshot = Snapshot {
            exchanges: exchanges.collect(),
            queues: queues.collect(),
            bindings: bindings.collect(),
            connections: connections.collect(),
            channels: channels.collect(),
        };
        snapshot.sort();
        snapshot
    }
}

impl Snapshot {
    /// By name: a snapshot does not depend on the order of declaration.
    pub fn sort(&mut self) {
        self.exchanges.sort_by(|one, other| one.name.cmp(&other.name));
        self.queues.sort_by(|one, other| one.name.cmp(&other.name));
        self.bindings.sort_by_cached_key(|binding| {
            let ProbeBinding { source, destination, destination_type, routing_key, arguments } = binding;
            let arguments = serde_json::to_string(arguments).unwrap_or_default();
            (source.clone(), destination.clone(), *destination_type, routing_key.clone(), arguments)
        });
        self.connections.sort_by(|one, other| one.name.cmp(&other.name));
        self.channels.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

fn settlement(how: Settle, delivery_tag: u64, multiple: bool, requeue: bool) -> Method {
    match how {
        Settle::Ack => Method::BasicAck { delivery_tag, multiple },
        Settle::Nack => Method::BasicNack { delivery_tag, multiple, requeue },
        Settle::Reject => Method::BasicReject { delivery_tag, requeue },
    }
}
