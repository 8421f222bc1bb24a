//! A broker script on a real RabbitMQ, in real time. The transcript has the simulated one's form; what cannot be read without
//! disturbing the broker is null.

mod management;
mod methods;
mod probe;
mod routed;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amq_protocol::frame::AMQPFrame;
use amq_protocol::protocol::{AMQPClass, basic, channel, connection, queue};
use serde_json::{Value as Json, json};

pub use management::manage;
pub use routed::routed;

pub use super::amqp::Address;
use super::amqp::{Wire, channel_frame, connection_frame, content_frames, properties_from_amqp, properties_to_amqp, short};
use crate::broker::value::SHORTSTR_BYTES_MAX;
use crate::broker::{Body, Capabilities, Message, MessageId, Name, Resource, Value};
use crate::formats::amqp_json::table_to_json;
use crate::formats::broker_script::{
    AutoSettle, Failure, Line, Names, Observed, Of, Op, Outcome, Script, Seen, SeenMessage, Settle, Step, Then,
};

/// Where a script runs, and how patiently.
#[derive(Clone, Debug)]
pub struct RealBroker {
    pub address: Address,
    pub management: String,
    /// `rabbitmqctl` of that broker, for alarms and restarts.
    pub ctl: Option<String>,
    /// A broker has done what was asked when it has been silent for this long.
    pub quiet: Duration,
}

/// Long enough for a broker at rest on a machine that is not.
pub const QUIET: Duration = Duration::from_millis(40);

/// Runs a script; an error: the broker cannot be reached.
pub fn run(script: &Script, broker: &RealBroker) -> Result<Vec<Line>, String> {
    let mut client = Client::new(broker.clone());
    let mut lines = Vec::new();
    for (index, step) in script.steps.iter().enumerate() {
        lines.push(client.step(index, step)?);
    }
    lines.push(Line::End { end: true, time_ms: client.now_ms });
    Ok(lines)
}

struct Client {
    broker: RealBroker,
    wire: Wire,
    /// The sum of all `advance`s: virtual time as the script means it.
    now_ms: u64,
    connections: BTreeMap<String, Connection>,
    channels: BTreeMap<String, Channel>,
    gets: BTreeMap<String, Option<u64>>,
    /// Queues that were declared as streams: their counts come a few seconds late (rule 168).
    streams: BTreeSet<String>,
    /// The queues from which messages were fetched that are to be settled.
    fetched_from: BTreeSet<String>,
    deliveries: BTreeMap<Name, Vec<u64>>,
    names: Names,
    consumers: BTreeMap<Name, (AutoSettle, u64)>,
    to_settle: VecDeque<(String, Name, u64, Body)>,
    events: Vec<Observed>,
    /// The answer to the method just sent.
    reply: Option<AMQPClass>,
    got: Option<SeenMessage>,
    advance_started: Option<Instant>,
}

struct Connection {
    id: Option<usize>,
    state: &'static str,
    channels_opened: u16,
}

struct Channel {
    connection: String,
    number: u16,
    open: bool,
    prefetch_count: u16,
    /// A message whose body is still arriving.
    incoming: Option<Incoming>,
    confirms: bool,
    confirmed_up_to: Vec<u64>,
    published: u64,
    no_ack_tags: Vec<Name>,
    unacked: Vec<u64>,
}

struct Incoming {
    method: basic::AMQPMethod,
    properties: basic::AMQPProperties,
    size: u64,
    body: Vec<u8>,
}

type Answer = Result<Outcome, String>;

impl Client {
    fn new(broker: RealBroker) -> Self {
        let wire = Wire::new(broker.address.clone());
        Self {
            broker,
            wire,
            now_ms: 0,
            connections: BTreeMap::new(),
            channels: BTreeMap::new(),
            gets: BTreeMap::new(),
            streams: BTreeSet::new(),
            fetched_from: BTreeSet::new(),
            deliveries: BTreeMap::new(),
            names: Names::default(),
            consumers: BTreeMap::new(),
            to_settle: VecDeque::new(),
            events: Vec::new(),
            reply: None,
            got: None,
            advance_started: None,
        }
    }

    fn step(&mut self, index: usize, step: &Step) -> Result<Line, String> {
        let time_ms = self.now_ms;
        let events_before = self.events.len();
        let mut result = self.perform(step)?;
        self.settle_everything();
        // An asynchronous method's error comes later, by the closing of its channel or connection.
        if matches!(step.op, Op::Publish(_) | Op::Settle { .. })
            && matches!(result, Outcome::Ok(_))
            && let Some(failure) = self.events[events_before..].iter().find_map(|observed| self.failure_of(step, &observed.seen))
        {
            result = Outcome::Error(failure);
        }
        Ok(Line::Step {
            step: index,
            op: step.op_name.clone(),
            name: step.name.clone(),
            time_ms,
            result,
            events: std::mem::take(&mut self.events),
        })
    }

    fn failure_of(&self, step: &Step, seen: &Seen) -> Option<Failure> {
        match seen {
            Seen::ChannelClosed { channel, code, text } if *channel == step.channel => {
                Some(Failure { code: *code, scope: "channel", text: text.clone() })
            }
            Seen::ConnectionClosed { connection, code, text }
                if self.channels.get(&step.channel).is_some_and(|channel| channel.connection == *connection) =>
            {
                Some(Failure { code: *code, scope: "connection", text: text.clone() })
            }
            _ => None,
        }
    }

    fn perform(&mut self, step: &Step) -> Answer {
        let none = || Ok(Outcome::ok([]));
        match &step.op {
            Op::ConnectionOpen(capabilities) => {
                if self.connection(&step.connection).is_some() {
                    return Ok(Outcome::client("connection open already"));
                }
                self.open_connection(&step.connection, *capabilities)?;
                none()
            }
            Op::ConnectionClose | Op::ConnectionDrop => {
                if !self.connections.contains_key(&step.connection) {
                    self.open_connection(&step.connection, Capabilities::default())?;
                }
                let Some(id) = self.connection(&step.connection) else { return Ok(Outcome::client("channel closed")) };
                if matches!(step.op, Op::ConnectionClose) {
                    let close = connection::Close { reply_code: 200, reply_text: short("bye"), class_id: 0, method_id: 0 };
                    self.wire.send(id, &connection_frame(connection::AMQPMethod::Close(close)));
                    self.wait(|client| matches!(client.reply, Some(AMQPClass::Connection(connection::AMQPMethod::CloseOk(_)))));
                }
                self.wire.drop_connection(id);
                self.connection_is_gone(&step.connection.clone());
                self.be_quiet();
                none()
            }
            Op::ChannelOpen => self.channel_open(step),
            Op::PolicySet(policy) => {
                let kind = if policy.operator { "operator-policies" } else { "policies" };
                let apply_to = crate::broker::ApplyTo::ALL.iter().find(|(_, apply_to)| *apply_to == policy.apply_to);
                let body = json!({
                    "pattern": policy.pattern,
                    "definition": table_to_json(&policy.definition),
                    "priority": policy.priority,
                    "apply-to": apply_to.map_or("queues", |(word, _)| word),
                });
                let answer = self.manage("PUT", &format!("{kind}/{}/{}", self.vhost(), policy.name), Some(&body))?;
                if let Some(refusal) = management::refusal(&answer) {
                    return Ok(Outcome::client(&refusal));
                }
                self.be_quiet_for(Duration::from_millis(150));
                none()
            }
            Op::PolicyClear { name, operator } => {
                let kind = if *operator { "operator-policies" } else { "policies" };
                self.manage("DELETE", &format!("{kind}/{}/{name}", self.vhost()), None)?;
                self.be_quiet_for(Duration::from_millis(150));
                none()
            }
            Op::AlarmSet(resource) => self.ctl(match resource {
                Resource::Memory => &["set_vm_memory_high_watermark", "0.0000001"],
                Resource::Disk => &["set_disk_free_limit", "900000GB"],
            }),
            Op::AlarmClear(resource) => self.ctl(match resource {
                Resource::Memory => &["set_vm_memory_high_watermark", "0.4"],
                Resource::Disk => &["set_disk_free_limit", "50MB"],
            }),
            Op::Restart => {
                let stopped = self.ctl(&["stop_app"])?;
                self.ctl(&["start_app"])?;
                Ok(stopped)
            }
            Op::Advance { millis } => {
                self.advance(*millis);
                none()
            }
            Op::Probe => Ok(Outcome::Ok(serde_json::to_value(self.probe()?).expect("a snapshot has only string keys"))),
            _ => match self.channel(step)? {
                Err(outcome) => Ok(outcome),
                Ok(()) => Ok(self.method(step)),
            },
        }
    }

    fn connection(&self, name: &str) -> Option<usize> {
        self.connections.get(name).and_then(|connection| connection.id)
    }

    fn open_connection(&mut self, name: &str, capabilities: Capabilities) -> Result<usize, String> {
        let id = self.wire.connect(capabilities)?;
        self.connections.insert(name.to_owned(), Connection { id: Some(id), state: "running", channels_opened: 0 });
        Ok(id)
    }

    fn connection_is_gone(&mut self, name: &str) {
        if let Some(connection) = self.connections.get_mut(name) {
            connection.id = None;
            connection.state = "closed";
        }
        for channel in self.channels.values_mut().filter(|channel| channel.connection == name) {
            channel.open = false;
        }
    }

    /// As in the simulated client: opened at its first use only.
    fn channel(&mut self, step: &Step) -> Result<Result<(), Outcome>, String> {
        if let Some(channel) = self.channels.get(&step.channel) {
            return Ok(if channel.open { Ok(()) } else { Err(Outcome::client("channel closed")) });
        }
        match self.connections.get(&step.connection) {
            Some(Connection { id: None, .. }) => return Ok(Err(Outcome::client("channel closed"))),
            Some(_) => {}
            None => {
                self.open_connection(&step.connection, Capabilities::default())?;
            }
        }
        self.open_channel(&step.channel, &step.connection);
        Ok(Ok(()))
    }

    fn open_channel(&mut self, name: &str, connection: &str) {
        let Some(state) = self.connections.get_mut(connection) else { return };
        state.channels_opened += 1;
        let (id, number) = (state.id.unwrap_or_default(), state.channels_opened);
        self.channels.insert(
            name.to_owned(),
            Channel {
                connection: connection.to_owned(),
                number,
                open: true,
                prefetch_count: 0,
                incoming: None,
                confirms: false,
                confirmed_up_to: Vec::new(),
                published: 0,
                no_ack_tags: Vec::new(),
                unacked: Vec::new(),
            },
        );
        self.reply = None;
        self.wire.send(id, &channel_frame(number, channel::AMQPMethod::Open(channel::Open {})));
        self.wait(|client| client.reply.is_some());
    }

    fn channel_open(&mut self, step: &Step) -> Answer {
        let (connection, open) = match self.channels.get(&step.channel) {
            Some(channel) => (channel.connection.clone(), channel.open),
            None => (step.connection.clone(), false),
        };
        if open {
            let (id, number) = self.route(&step.channel);
            self.reply = None;
            self.wire.send(id, &channel_frame(number, channel::AMQPMethod::Open(channel::Open {})));
            let from = self.events.len();
            let channel = step.channel.clone();
            self.wait(|client| client.reply.is_some() || !client.channels[&channel].open);
            return Ok(self.closing(step, from).unwrap_or_else(|| Outcome::ok([])));
        }
        if !self.connections.contains_key(&connection) {
            self.open_connection(&connection, Capabilities::default())?;
        }
        if self.connection(&connection).is_none() {
            return Ok(Outcome::client("channel closed"));
        }
        self.open_channel(&step.channel, &connection);
        Ok(Outcome::ok([]))
    }

    fn route(&self, channel: &str) -> (usize, u16) {
        let channel = &self.channels[channel];
        (self.connection(&channel.connection).unwrap_or_default(), channel.number)
    }

    fn closing(&self, step: &Step, from: usize) -> Option<Outcome> {
        self.events[from..].iter().find_map(|observed| self.failure_of(step, &observed.seen)).map(Outcome::Error)
    }

    fn method(&mut self, step: &Step) -> Outcome {
        let Some(step) = step.named(&self.names) else { return Outcome::client("no such name") };
        let step = &*step;
        let from = self.events.len();
        let (connection, number) = self.route(&step.channel);
        self.reply = None;
        self.got = None;
        let class = match self.prepare(step) {
            Ok(class) => class,
            Err(outcome) => return outcome,
        };
        let asynchronous = matches!(step.op, Op::Publish(_) | Op::Settle { .. });
        if let Op::Qos { prefetch_count, prefetch_size, global } = &step.op {
            if let Some(channel) = self.channels.get_mut(&step.channel).filter(|_| !global) {
                channel.prefetch_count = *prefetch_count;
            }
            self.wire.send_bytes(connection, &methods::qos_bytes(number, *prefetch_size, *prefetch_count, *global));
        } else if let Some(class) = class {
            self.wire.send(connection, &AMQPFrame::Method(number, class));
        }
        if let Op::Publish(publish) = &step.op {
            for frame in content_frames(number, properties_to_amqp(&publish.properties), &methods::body_bytes(&publish.body)) {
                self.wire.send(connection, &frame);
            }
            if let Some(channel) = self.channels.get_mut(&step.channel) {
                channel.published += u64::from(channel.confirms);
            }
        }
        if asynchronous {
            // Its effects on the channel have come when the channel answers something harmless.
            self.wire.send(connection, &channel_frame(number, channel::AMQPMethod::Flow(channel::Flow { active: true })));
        }
        let channel = step.channel.clone();
        // A blocked connection is not read: what is published there has no answer.
        let blocked =
            |client: &Self| client.connections.get(&client.channels[&channel].connection).is_some_and(|state| state.state == "blocked");
        self.wait(|client| {
            client.reply.is_some() || client.got.is_some() || !client.channels[&channel].open || asynchronous && blocked(client)
        });
        let reply = self.reply.take();
        self.be_quiet();
        if let Some(outcome) = self.closing(step, from) {
            return outcome;
        }
        self.outcome(step, reply)
    }

    fn outcome(&mut self, step: &Step, reply: Option<AMQPClass>) -> Outcome {
        match (&step.op, reply) {
            (Op::Publish(_), _) => Outcome::ok([("routed_to", Json::Null)]),
            (Op::Get { queue, no_ack }, reply) => {
                let message = self.got.take();
                if message.is_some() && !no_ack {
                    self.fetched_from.insert(queue.to_string());
                }
                if let Some(name) = &step.name {
                    self.gets.insert(name.clone(), message.as_ref().and_then(|message| message.delivery_tag));
                    if let Some(message) = &message {
                        self.names.message(Of::Get(name.clone()), message);
                    }
                }
                if let (Some(message), false, Some(channel)) = (&message, no_ack, self.channels.get_mut(&step.channel)) {
                    channel.unacked.extend(message.delivery_tag);
                }
                let count = match reply {
                    Some(AMQPClass::Basic(basic::AMQPMethod::GetOk(got))) => got.message_count,
                    _ => 0,
                };
                let message = message.map(|message| serde_json::to_value(message).expect("a message has only string keys"));
                Outcome::ok([("message", message.unwrap_or(Json::Null)), ("message_count", json!(count))])
            }
            (_, Some(AMQPClass::Queue(queue::AMQPMethod::DeclareOk(ok)))) => {
                if let Some(name) = &step.name {
                    self.names.queue(name, ok.queue.as_str());
                }
                Outcome::ok([
                    ("queue", json!(ok.queue.as_str())),
                    ("message_count", if self.streams.contains(ok.queue.as_str()) { Json::Null } else { json!(ok.message_count) }),
                    ("consumer_count", json!(ok.consumer_count)),
                ])
            }
            (_, Some(AMQPClass::Queue(queue::AMQPMethod::PurgeOk(ok)))) => Outcome::ok([("message_count", json!(ok.message_count))]),
            (_, Some(AMQPClass::Queue(queue::AMQPMethod::DeleteOk(ok)))) => Outcome::ok([("message_count", json!(ok.message_count))]),
            (_, Some(AMQPClass::Basic(basic::AMQPMethod::ConsumeOk(ok)))) => {
                Outcome::ok([("consumer_tag", json!(ok.consumer_tag.as_str()))])
            }
            (Op::ChannelClose, _) => {
                if let Some(channel) = self.channels.get_mut(&step.channel) {
                    channel.open = false;
                }
                Outcome::ok([])
            }
            (Op::ConfirmSelect, Some(_)) => {
                if let Some(channel) = self.channels.get_mut(&step.channel) {
                    channel.confirms = true;
                }
                Outcome::ok([])
            }
            (_, Some(_)) | (Op::Settle { .. }, None) => Outcome::ok([]),
            (_, None) => Outcome::client("the broker did not answer in time"),
        }
    }

    /// The method of a step, and what the client remembers of it.
    fn prepare(&mut self, step: &Step) -> Result<Option<AMQPClass>, Outcome> {
        if let Some(long) = step.op.longest_name().filter(|length| *length > SHORTSTR_BYTES_MAX) {
            return Err(Outcome::client(&format!("a short string has at most {SHORTSTR_BYTES_MAX} bytes, this one has {long}")));
        }
        let mut delivery_tag = 0;
        if let Op::Settle { of, multiple, .. } = &step.op {
            delivery_tag = self.delivery_tag(of).ok_or_else(|| Outcome::client("no such delivery"))?;
            self.settled(&step.channel, delivery_tag, *multiple);
        }
        if matches!(step.op, Op::Recover { .. })
            && let Some(channel) = self.channels.get_mut(&step.channel)
        {
            channel.unacked.clear(); // what comes again has other tags
        }
        if let Op::QueueDeclare(declare) = &step.op
            && !declare.passive
        {
            let is_stream = declare.arguments.get("x-queue-type").and_then(Value::as_str).is_some_and(|kind| &**kind == "stream");
            let name = declare.queue.to_string();
            if is_stream {
                self.streams.insert(name)
            } else {
                self.streams.remove(&name)
            };
        }
        if let Op::Consume { consume, on_delivery } = &step.op {
            // A tag may be used again, in another way.
            match on_delivery.as_ref().filter(|_| !consume.no_ack) {
                Some(settle) => self.consumers.insert(consume.consumer_tag.clone(), (settle.clone(), 0)),
                None => self.consumers.remove(&consume.consumer_tag),
            };
            if let Some(channel) = self.channels.get_mut(&step.channel) {
                channel.no_ack_tags.retain(|tag| *tag != consume.consumer_tag);
                if consume.no_ack {
                    channel.no_ack_tags.push(consume.consumer_tag.clone());
                }
            }
        }
        Ok(methods::method_of(&step.op, delivery_tag))
    }

    fn settled(&mut self, channel: &str, tag: u64, multiple: bool) {
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.unacked.retain(|known| if multiple { tag != 0 && *known > tag } else { *known != tag });
        }
    }

    fn delivery_tag(&self, of: &Of) -> Option<u64> {
        match of {
            Of::Get(name) => *self.gets.get(name)?,
            Of::Delivery(tag, number) => self.deliveries.get(tag)?.get(number.checked_sub(1)?).copied(),
            Of::Tag(tag) => Some(*tag),
        }
    }

    /// Takes frames until something holds, or the patience is over.
    #[expect(clippy::disallowed_methods, reason = "a real broker takes real time")]
    fn wait(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Wire::deadline();
        while !holds(self) && Instant::now() < deadline {
            let Some(arrival) = self.wire.receive(Duration::from_millis(100)) else { continue };
            self.take(arrival);
        }
    }

    fn be_quiet(&mut self) {
        self.be_quiet_for(self.broker.quiet);
    }

    fn be_quiet_for(&mut self, quiet: Duration) {
        while let Some(arrival) = self.wire.receive(quiet) {
            self.take(arrival);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a real broker takes real time")]
    fn advance(&mut self, millis: u64) {
        let start = Instant::now();
        self.advance_started = Some(start);
        let end = start + Duration::from_millis(millis);
        while Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            if let Some(arrival) = self.wire.receive(left) {
                self.take(arrival);
                self.settle_everything();
            }
        }
        // Timers of a real broker are a little late.
        self.be_quiet();
        self.settle_everything();
        self.advance_started = None;
        self.now_ms += millis;
    }

    fn settle_everything(&mut self) {
        self.be_quiet();
        while let Some((name, tag, delivery_tag, body)) = self.to_settle.pop_front() {
            let Some((how, requeue)) = self.decide(&tag, &body) else { continue };
            let Some(channel) = self.channels.get(&name).filter(|channel| channel.open) else { continue };
            let (id, number) = (self.connection(&channel.connection).unwrap_or_default(), channel.number);
            self.see(Seen::Settled {
                channel: name.clone(),
                consumer_tag: tag.to_string(),
                delivery_tag,
                outcome: how.name(),
                requeue: requeue && how != Settle::Ack,
            });
            self.settled(&name, delivery_tag, false);
            self.wire.send(id, &AMQPFrame::Method(number, AMQPClass::Basic(methods::settlement(how, delivery_tag, false, requeue))));
            self.be_quiet();
        }
    }

    fn decide(&mut self, tag: &Name, body: &Body) -> Option<(Settle, bool)> {
        let (settle, handled) = self.consumers.get_mut(tag)?;
        if settle.body.as_ref().is_some_and(|only| only != body) {
            return Some((Settle::Ack, false));
        }
        if settle.times.is_some_and(|times| *handled >= times) {
            return (settle.then == Then::Ack).then_some((Settle::Ack, false));
        }
        *handled += 1;
        Some((settle.how, settle.requeue))
    }

    fn see(&mut self, seen: Seen) {
        let elapsed = self.advance_started.map(|start| u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
        self.events.push(Observed { seen, time_ms: elapsed.map(|elapsed| self.now_ms + elapsed) });
    }

    fn take(&mut self, (id, frame): (usize, Option<AMQPFrame>)) {
        let Some(connection) = self.connections.iter().find(|(_, state)| state.id == Some(id)).map(|(name, _)| name.clone()) else {
            return;
        };
        match frame {
            None => self.connection_is_gone(&connection),
            Some(AMQPFrame::Method(0, AMQPClass::Connection(method))) => self.connection_method(&connection, id, method),
            Some(AMQPFrame::Method(number, class)) => {
                if let Some(name) = self.channel_name(&connection, number) {
                    self.channel_method(&name, id, number, class);
                }
            }
            Some(AMQPFrame::Header(number, header)) => {
                if let Some(name) = self.channel_name(&connection, number) {
                    if let Some(incoming) = self.channels.get_mut(&name).and_then(|channel| channel.incoming.as_mut()) {
                        incoming.size = header.body_size;
                        incoming.properties = header.properties;
                    }
                    self.message_complete(&name);
                }
            }
            Some(AMQPFrame::Body(number, bytes)) => {
                if let Some(name) = self.channel_name(&connection, number) {
                    if let Some(incoming) = self.channels.get_mut(&name).and_then(|channel| channel.incoming.as_mut()) {
                        incoming.body.extend(bytes);
                    }
                    self.message_complete(&name);
                }
            }
            Some(_) => {}
        }
    }

    fn channel_name(&self, connection: &str, number: u16) -> Option<String> {
        let found = self.channels.iter().find(|(_, channel)| channel.connection == connection && channel.number == number && channel.open);
        found.map(|(name, _)| name.clone())
    }

    fn connection_method(&mut self, name: &str, id: usize, method: connection::AMQPMethod) {
        match method {
            connection::AMQPMethod::Close(close) => {
                self.wire.send(id, &connection_frame(connection::AMQPMethod::CloseOk(connection::CloseOk {})));
                self.wire.drop_connection(id);
                let text = close.reply_text.as_str().to_owned();
                self.connection_is_gone(name);
                self.see(Seen::ConnectionClosed { connection: name.to_owned(), code: close.reply_code, text });
            }
            connection::AMQPMethod::Blocked(blocked) => {
                if let Some(state) = self.connections.get_mut(name) {
                    state.state = "blocked";
                }
                self.see(Seen::ConnectionBlocked { connection: name.to_owned(), reason: blocked.reason.as_str().to_owned() });
            }
            connection::AMQPMethod::Unblocked(_) => {
                if let Some(state) = self.connections.get_mut(name) {
                    state.state = "running";
                }
                self.see(Seen::ConnectionUnblocked { connection: name.to_owned(), reason: String::new() });
            }
            other => self.reply = Some(AMQPClass::Connection(other)),
        }
    }

    fn channel_method(&mut self, name: &str, id: usize, number: u16, class: AMQPClass) {
        match class {
            AMQPClass::Channel(channel::AMQPMethod::Close(close)) => {
                self.wire.send(id, &channel_frame(number, channel::AMQPMethod::CloseOk(channel::CloseOk {})));
                if let Some(channel) = self.channels.get_mut(name) {
                    channel.open = false;
                }
                let text = close.reply_text.as_str().to_owned();
                self.see(Seen::ChannelClosed { channel: name.to_owned(), code: close.reply_code, text });
            }
            AMQPClass::Basic(basic::AMQPMethod::Cancel(cancel)) => {
                let tag = cancel.consumer_tag.as_str().to_owned();
                self.see(Seen::ConsumerCancelled { channel: name.to_owned(), consumer_tag: tag });
            }
            AMQPClass::Basic(basic::AMQPMethod::Ack(ack)) => self.confirmed(name, ack.delivery_tag, ack.multiple, "ack"),
            AMQPClass::Basic(basic::AMQPMethod::Nack(nack)) => self.confirmed(name, nack.delivery_tag, nack.multiple, "nack"),
            AMQPClass::Basic(method @ (basic::AMQPMethod::Deliver(_) | basic::AMQPMethod::Return(_) | basic::AMQPMethod::GetOk(_))) => {
                if let Some(channel) = self.channels.get_mut(name) {
                    let properties = basic::AMQPProperties::default();
                    channel.incoming = Some(Incoming { method, properties, size: u64::MAX, body: Vec::new() });
                }
            }
            other => self.reply = Some(other),
        }
    }

    /// One event a publish, `multiple` expanded.
    fn confirmed(&mut self, name: &str, tag: u64, multiple: bool, outcome: &'static str) {
        let Some(channel) = self.channels.get_mut(name) else { return };
        let from = if multiple { 1 } else { tag };
        let last = if tag == 0 { channel.published } else { tag };
        let numbers: Vec<u64> = (from..=last).filter(|number| !channel.confirmed_up_to.contains(number)).collect();
        channel.confirmed_up_to.extend(&numbers);
        for sequence in numbers {
            self.see(Seen::Confirmed { channel: name.to_owned(), sequence, outcome });
        }
    }

    fn message_complete(&mut self, name: &str) {
        let Some(channel) = self.channels.get_mut(name) else { return };
        if channel.incoming.as_ref().is_none_or(|incoming| (incoming.body.len() as u64) < incoming.size) {
            return;
        }
        let Some(Incoming { method, properties, body, .. }) = channel.incoming.take() else { return };
        let body = methods::body_of(&body);
        let message = |exchange: &str, routing_key: &str| {
            Message::observed(MessageId(0), exchange, routing_key, Arc::new(properties_from_amqp(&properties)), body.clone())
        };
        match method {
            basic::AMQPMethod::Deliver(deliver) => {
                let tag: Name = deliver.consumer_tag.as_str().into();
                let no_ack = channel.no_ack_tags.contains(&tag);
                if !no_ack {
                    channel.unacked.push(deliver.delivery_tag);
                }
                let message = message(deliver.exchange.as_str(), deliver.routing_key.as_str());
                let message = SeenMessage::delivered(&message, deliver.redelivered, deliver.delivery_tag);
                let deliveries = self.deliveries.entry(tag.clone()).or_default();
                deliveries.push(deliver.delivery_tag);
                self.names.message(Of::Delivery(tag.clone(), deliveries.len()), &message);
                self.see(Seen::Delivered { channel: name.to_owned(), consumer_tag: tag.to_string(), message });
                if !no_ack {
                    self.to_settle.push_back((name.to_owned(), tag, deliver.delivery_tag, body));
                }
            }
            basic::AMQPMethod::Return(returned) => {
                let message = message(returned.exchange.as_str(), returned.routing_key.as_str());
                let (code, text) = (returned.reply_code, returned.reply_text.as_str().to_owned());
                self.see(Seen::Returned { channel: name.to_owned(), code, text, message: SeenMessage::returned(&message) });
            }
            basic::AMQPMethod::GetOk(got) => {
                let message = message(got.exchange.as_str(), got.routing_key.as_str());
                self.got = Some(SeenMessage::delivered(&message, got.redelivered, got.delivery_tag));
                self.reply = Some(AMQPClass::Basic(basic::AMQPMethod::GetOk(got)));
            }
            _ => {}
        }
    }

    fn vhost(&self) -> String {
        self.broker.address.vhost.replace('/', "%2F")
    }

    fn manage(&self, verb: &str, path: &str, body: Option<&Json>) -> Result<Json, String> {
        manage(&self.broker, verb, path, body)
    }

    fn ctl(&mut self, arguments: &[&str]) -> Answer {
        let Some(ctl) = &self.broker.ctl else { return Ok(Outcome::client("this needs the broker's rabbitmqctl")) };
        let output = Command::new(ctl).args(arguments).output().map_err(|error| format!("{ctl}: {error}"))?;
        self.be_quiet_for(Duration::from_millis(700));
        Ok(if output.status.success() { Outcome::ok([]) } else { Outcome::client(&String::from_utf8_lossy(&output.stderr)) })
    }
}
