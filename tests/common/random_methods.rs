//! Random method sequences on one broker by several clients, from bytes: the property test and the fuzzer share it.

use std::collections::{BTreeMap, BTreeSet};

use requeue::base::SimTime;
use requeue::broker::{
    ApplyTo, BasicConsume, BasicPublish, Body, Broker, Capabilities, ChannelId, ConnectionId, Event, ExchangeBinding, ExchangeDeclare,
    Method, Plugin, Policy, Profile, Properties, QueueBinding, QueueDeclare, Reply, Resource, Table, Value,
};
use requeue::sim::Ledger;

const CONNECTIONS_MAX: usize = 4;
const CHANNELS_MAX: usize = 8;
const EXCHANGES: [(&str, &str); 9] = [
    ("x1", "topic"),
    ("x2", "fanout"),
    ("x3", "direct"),
    ("x4", "headers"),
    ("x5", "x-delayed-message"),
    ("x6", "x-consistent-hash"),
    ("x7", "x-modulus-hash"),
    ("x8", "x-random"),
    ("", ""),
];
const QUEUES: [&str; 5] = ["q1", "q2", "q3", "q4", "q5"];
const STREAM: &str = "q5";
const KEYS: [&str; 10] = ["a", "a.b", "*.b", "#", "", "q1", "q2", "a.#.b", "1", "3"];
const PSEUDO_QUEUE: &str = "amq.rabbitmq.reply-to";
const TAGS: [&str; 4] = ["c1", "c2", "c3", ""];

/// The choices, one byte each; zeros when there are no more.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn is_empty(&self) -> bool {
        self.bytes.len() == 0
    }
}

/// A broker under random use, and what has been seen of it.
pub struct Random {
    pub broker: Broker,
    now: SimTime,
    connections: Vec<ConnectionId>,
    channels: Vec<(ConnectionId, ChannelId)>,
    ledger: Ledger,
    live_consumers: BTreeSet<(ChannelId, String)>,
    settled: BTreeSet<(ChannelId, u64)>,
    delivered: BTreeSet<(ChannelId, u64)>,
    /// In which order messages came to a queue.
    arrivals: BTreeMap<(String, u64), u64>,
    /// The last one delivered for the first time, for each queue and priority.
    first_deliveries: BTreeMap<String, u64>,
    /// Where answers were asked for (rule 59).
    answers: Vec<String>,
    bodies: u64,
}

impl Random {
    pub fn new(profile: Profile) -> Self {
        Self {
            broker: Broker::new(profile).with(&Plugin::ALL, 1),
            now: SimTime::ZERO,
            connections: Vec::new(),
            channels: Vec::new(),
            ledger: Ledger::default(),
            live_consumers: BTreeSet::new(),
            settled: BTreeSet::new(),
            delivered: BTreeSet::new(),
            arrivals: BTreeMap::new(),
            first_deliveries: BTreeMap::new(),
            answers: Vec::new(),
            bodies: 0,
        }
    }

    /// Does what the bytes say, and checks after every method.
    pub fn run(bytes: &[u8]) {
        let mut choices = Choices::new(bytes);
        let profile = choices.pick(&Profile::ALL);
        let mut random = Self::new(profile);
        while !choices.is_empty() {
            let what = random.act(&mut choices);
            random.check(&what);
        }
    }

    /// One queue, and several consumers on two channels with small windows: it is about turns, credit, and what comes back.
    pub fn run_crowded(bytes: &[u8]) {
        let mut choices = Choices::new(bytes);
        let profile = choices.pick(&Profile::ALL);
        let mut random = Self::new(profile);
        let connection = random.broker.open_connection(Capabilities::default());
        random.connections.push(connection);
        let arguments = Self::crowded_queue(&mut choices);
        random.crowded_method(Method::QueueDeclare(QueueDeclare {
            queue: "q1".into(),
            durable: true,
            exclusive: false,
            auto_delete: false,
            passive: false,
            arguments,
        }));
        while !choices.is_empty() {
            random.two_channels();
            let method = random.crowd(&mut choices);
            random.crowded_method(method);
            random.windows_hold();
        }
    }

    /// Clients that ask, and are answered directly, late or twice, while channels, consumers and the broker come and go (rule 59).
    pub fn run_asking(bytes: &[u8]) {
        let mut choices = Choices::new(bytes);
        let profile = choices.pick(&Profile::ALL);
        let mut random = Self::new(profile);
        while !choices.is_empty() {
            let what = if choices.below(4) == 0 { random.act(&mut choices) } else { random.ask(&mut choices) };
            random.check(&what);
        }
    }

    fn ask(&mut self, choices: &mut Choices) -> String {
        let channel = self.channel(choices);
        let answer = if self.answers.is_empty() { None } else { Some(self.answers[choices.below(self.answers.len())].clone()) };
        let properties = |choices: &mut Choices, reply_to: bool| Properties {
            reply_to: reply_to.then(|| PSEUDO_QUEUE.into()),
            expiration: (choices.byte() > 200).then(|| "0".into()),
            headers: (choices.byte() > 200).then(|| [("CC".into(), Value::Array(vec![Value::string("q1")]))].into_iter().collect()),
            ..Properties::default()
        };
        let method = match (choices.below(12), answer) {
            (0..=2, _) => Method::BasicConsume(BasicConsume {
                queue: PSEUDO_QUEUE.into(),
                consumer_tag: if choices.flag() { "answers" } else { "" }.into(),
                no_ack: choices.byte() > 20,
                exclusive: choices.flag(),
                arguments: Table::new(),
            }),
            (3, _) => Method::BasicCancel { consumer_tag: "answers".into() },
            (4, Some(name)) => {
                // It is no queue to clients, or one of which they may do little.
                let queue = name.as_str().into();
                match choices.below(4) {
                    0 => Method::BasicGet { queue, no_ack: choices.flag() },
                    1 => Method::QueuePurge { queue },
                    2 => Method::QueueDelete { queue, if_unused: choices.flag(), if_empty: false },
                    _ => Method::QueueDeclare(QueueDeclare {
                        queue,
                        durable: choices.flag(),
                        exclusive: false,
                        auto_delete: false,
                        passive: choices.flag(),
                        arguments: Table::new(),
                    }),
                }
            }
            (5..=8, Some(name)) => {
                self.bodies += 1;
                let routing_key = name.as_str().into();
                let (mandatory, properties) = (choices.flag(), properties(choices, false).into());
                let body = Body::text(&self.bodies.to_string());
                Method::BasicPublish(BasicPublish { exchange: "".into(), routing_key, mandatory, immediate: false, properties, body })
            }
            _ => {
                self.bodies += 1;
                let routing_key = choices.pick(&QUEUES).into();
                let (mandatory, properties) = (choices.flag(), properties(choices, true).into());
                let body = Body::text(&self.bodies.to_string());
                Method::BasicPublish(BasicPublish { exchange: "".into(), routing_key, mandatory, immediate: false, properties, body })
            }
        };
        let what = format!("{method:?}");
        let _ = self.broker.apply(self.now, channel, method);
        what
    }

    fn crowded_queue(choices: &mut Choices) -> Table {
        let mut arguments = Table::new();
        let quorum = choices.flag();
        if quorum {
            arguments.insert("x-queue-type".into(), Value::string("quorum"));
            if choices.flag() {
                arguments.insert("x-delivery-limit".into(), Value::Int(i64::from(choices.byte() % 4)));
            }
            if choices.byte() > 200 {
                arguments.insert("x-delayed-retry-type".into(), Value::string("all"));
                arguments.insert("x-delayed-retry-min".into(), Value::Int(10_000));
            }
        } else if choices.flag() {
            arguments.insert("x-max-priority".into(), Value::Int(3));
        }
        if choices.byte() > 170 {
            arguments.insert("x-max-length".into(), Value::Int(1 + i64::from(choices.byte() % 3)));
        }
        if choices.byte() > 190 {
            arguments.insert("x-single-active-consumer".into(), Value::Bool(true));
        }
        arguments
    }

    fn two_channels(&mut self) {
        while self.channels.len() < 2 {
            let connection = self.connections.first().copied().filter(|connection| self.broker.flow(*connection).is_some());
            let connection = connection.unwrap_or_else(|| self.broker.open_connection(Capabilities::default()));
            self.connections = vec![connection];
            let channel = self.broker.open_channel(self.now, connection).expect("an open connection takes a channel");
            self.channels.push((connection, channel));
        }
    }

    fn crowded_method(&mut self, method: Method) {
        self.two_channels();
        let what = format!("{method:?}");
        let channel = self.channels[usize::from(!self.bodies.is_multiple_of(2))].1;
        // Errors close channels: that is part of the crowd.
        let _ = self.broker.apply(self.now, channel, method);
        self.check(&what);
    }

    fn crowd(&mut self, choices: &mut Choices) -> Method {
        let tag = choices.pick(&["c9", "c10", "c2"]);
        match choices.below(20) {
            0 | 1 => Method::BasicQos { prefetch_size: 0, prefetch_count: u16::from(choices.byte() % 4), global: choices.byte() > 200 },
            2..=4 => Method::BasicConsume(BasicConsume {
                queue: "q1".into(),
                consumer_tag: tag.into(),
                no_ack: choices.byte() > 230,
                exclusive: false,
                arguments: [("x-priority".into(), Value::Int(i64::from(choices.byte() % 2)))].into_iter().collect(),
            }),
            5 | 6 => Method::BasicCancel { consumer_tag: tag.into() },
            7 => Method::BasicGet { queue: "q1".into(), no_ack: false },
            8 | 9 => Method::BasicAck { delivery_tag: self.open_tag(choices), multiple: choices.flag() },
            10 | 11 => Method::BasicNack { delivery_tag: self.open_tag(choices), multiple: choices.flag(), requeue: choices.flag() },
            12 => Method::BasicRecover { requeue: true },
            13 if choices.byte() > 200 => Method::QueuePurge { queue: "q1".into() },
            _ => {
                self.bodies += 1;
                Method::BasicPublish(BasicPublish {
                    exchange: "".into(),
                    routing_key: "q1".into(),
                    mandatory: false,
                    immediate: false,
                    properties: Properties { priority: choices.flag().then(|| choices.byte() % 8), ..Properties::default() }.into(),
                    body: Body::text(&self.bodies.to_string()),
                })
            }
        }
    }

    /// A tag that may be out, or 0.
    fn open_tag(&self, choices: &mut Choices) -> u64 {
        let channel = self.channels[usize::from(!self.bodies.is_multiple_of(2))].1;
        let open: Vec<u64> =
            self.delivered.iter().filter(|given| given.0 == channel && !self.settled.contains(given)).map(|(_, tag)| *tag).collect();
        if open.is_empty() { 0 } else { choices.pick(&open) }
    }

    /// Every delivery that the queue counts as unacknowledged is held by one of the two channels.
    fn windows_hold(&self) {
        let Some(queue) = self.broker.queue("q1") else { return };
        let held: u64 = self.channels.iter().map(|(_, channel)| self.broker.unacked_messages(*channel).count() as u64).sum();
        assert_eq!(queue.unacked(), held, "all that is out of q1 is held by its two channels");
    }

    fn channel(&mut self, choices: &mut Choices) -> ChannelId {
        if self.connections.is_empty() || (choices.byte() > 250 && self.connections.len() < CONNECTIONS_MAX) {
            let connection = self.broker.open_connection(Capabilities::default());
            self.connections.push(connection);
        }
        if self.channels.is_empty() || (choices.byte() > 230 && self.channels.len() < CHANNELS_MAX) {
            let connection = choices.pick(&self.connections);
            let channel = self.broker.open_channel(self.now, connection).expect("an open connection takes a channel");
            self.channels.push((connection, channel));
        }
        choices.pick(&self.channels).1
    }

    fn act(&mut self, choices: &mut Choices) -> String {
        match choices.below(40) {
            0 => {
                self.advance(1 + u64::from(choices.byte()) * 50);
                "time passes".to_owned()
            }
            1 => {
                let channel = self.channel(choices);
                self.broker.close_channel(self.now, channel);
                "a channel closes".to_owned()
            }
            2 if !self.connections.is_empty() => {
                let connection = choices.pick(&self.connections);
                self.broker.close_connection(self.now, connection);
                "a connection ends".to_owned()
            }
            3 if choices.byte() < 40 => {
                self.broker.restart(self.now);
                "the broker restarts".to_owned()
            }
            4 => {
                let resource = choices.pick(&Resource::ALL);
                if choices.flag() {
                    self.broker.set_alarm(resource);
                } else {
                    self.broker.clear_alarm(self.now, resource);
                }
                "an alarm changes".to_owned()
            }
            5 => {
                let name = choices.pick(&["p1", "p2"]);
                if choices.flag() {
                    let keys = ["max-length", "message-ttl", "delivery-limit", "expires"];
                    let key = choices.pick(&keys);
                    let definition = [(key.into(), Value::Int(1 + i64::from(choices.byte() % 8)))].into_iter().collect();
                    let pattern = choices.pick(&["^q[12]$", ".*", "q5"]).to_owned();
                    let (priority, operator) = (i64::from(choices.byte()), choices.flag());
                    let policy = Policy { name: name.into(), pattern, apply_to: ApplyTo::Queues, definition, priority, operator };
                    self.broker.set_policy(self.now, policy).expect("the pattern is one");
                } else {
                    self.broker.clear_policy(self.now, name, choices.flag());
                }
                "a policy changes".to_owned()
            }
            _ => {
                let channel = self.channel(choices);
                let method = self.method(choices);
                let what = format!("{method:?}");
                let reply = self.broker.apply(self.now, channel, method);
                if let Ok(Reply::Got(Some(got))) = &reply {
                    assert!(got.delivery_tag > 0, "{what}");
                }
                what
            }
        }
    }

    fn advance(&mut self, millis: u64) {
        let until = self.now + SimTime::from_millis(millis);
        let mut rounds = 0;
        while let Some(deadline) = self.broker.next_deadline().filter(|deadline| *deadline <= until) {
            assert!(deadline >= self.now, "a deadline at {deadline} was missed: it is {}", self.now);
            self.now = deadline;
            self.broker.expire(deadline);
            assert!(self.broker.next_deadline().is_none_or(|next| next > deadline), "what is due is done");
            rounds += 1;
            assert!(rounds < 100_000, "time stands still");
        }
        self.now = until;
    }

    fn arguments(choices: &mut Choices) -> Table {
        let mut table = Table::new();
        for _ in 0..choices.below(4) {
            let (name, value) = match choices.below(13) {
                0 => ("x-max-length", Value::Int(i64::from(choices.byte() % 5))),
                1 => ("x-message-ttl", Value::Int(i64::from(choices.byte()) * 20)),
                2 => ("x-dead-letter-exchange", Value::string(choices.pick(&["x1", "x2", "", "missing"]))),
                3 => ("x-dead-letter-routing-key", Value::string(choices.pick(&KEYS))),
                4 => ("x-overflow", Value::string(choices.pick(&["drop-head", "reject-publish", "reject-publish-dlx"]))),
                5 => ("x-max-priority", Value::Int(i64::from(choices.byte() % 6))),
                6 => ("x-single-active-consumer", Value::Bool(choices.flag())),
                7 => ("x-expires", Value::Int(1 + i64::from(choices.byte()) * 100)),
                8 => ("x-delivery-limit", Value::Int(i64::from(choices.byte() % 4))),
                9 | 10 => ("x-queue-type", Value::string("quorum")),
                11 => ("x-dead-letter-strategy", Value::string("at-least-once")),
                _ => ("x-delayed-retry-type", Value::string(choices.pick(&["all", "failed", "returned"]))),
            };
            table.insert(name.into(), value);
        }
        table
    }

    fn method(&mut self, choices: &mut Choices) -> Method {
        let mut method = self.any_method(choices);
        match &mut method {
            // One of the queues is a stream where it would be a quorum queue.
            Method::QueueDeclare(declare) if &*declare.queue == STREAM => {
                if let Some(kind) = declare.arguments.get_mut("x-queue-type") {
                    *kind = Value::string("stream");
                }
            }
            Method::BasicConsume(consume) if &*consume.queue == STREAM => {
                consume.arguments = [("x-stream-offset".into(), Value::string("first"))].into_iter().collect();
            }
            _ => {}
        }
        method
    }

    fn any_method(&mut self, choices: &mut Choices) -> Method {
        match choices.below(30) {
            0 | 1 => {
                let (exchange, kind) = choices.pick(&EXCHANGES);
                let mut arguments = Table::new();
                if choices.flag() {
                    arguments.insert("alternate-exchange".into(), Value::string(choices.pick(&["x2", "x1", "missing"])));
                }
                if kind == "x-delayed-message" {
                    let delayed = choices.pick(&["fanout", "topic", "direct", "x-modulus-hash", "x-random"]);
                    arguments.insert("x-delayed-type".into(), Value::string(delayed));
                }
                let (durable, auto_delete, internal) = (choices.flag(), choices.byte() > 200, choices.byte() > 240);
                let (exchange, kind) = (exchange.into(), kind.into());
                Method::ExchangeDeclare(ExchangeDeclare {
                    exchange,
                    kind,
                    durable,
                    auto_delete,
                    internal,
                    passive: choices.byte() > 240,
                    arguments,
                })
            }
            2..=4 => Method::QueueDeclare(QueueDeclare {
                queue: choices.pick(&QUEUES).into(),
                durable: choices.byte() < 200,
                exclusive: choices.byte() > 230,
                auto_delete: choices.byte() > 220,
                passive: choices.byte() > 240,
                arguments: Self::arguments(choices),
            }),
            5..=7 => {
                let arguments = if choices.flag() { [("h".into(), Value::Int(1))].into_iter().collect() } else { Table::new() };
                let (queue, exchange, routing_key) =
                    (choices.pick(&QUEUES).into(), choices.pick(&EXCHANGES).0.into(), choices.pick(&KEYS).into());
                let binding = QueueBinding { queue, exchange, routing_key, arguments };
                if choices.byte() > 200 { Method::QueueUnbind(binding) } else { Method::QueueBind(binding) }
            }
            8 => {
                let (source, destination, routing_key) = (choices.pick(&EXCHANGES).0, choices.pick(&EXCHANGES).0, choices.pick(&KEYS));
                let binding = ExchangeBinding {
                    source: source.into(),
                    destination: destination.into(),
                    routing_key: routing_key.into(),
                    arguments: Table::new(),
                };
                if choices.byte() > 200 { Method::ExchangeUnbind(binding) } else { Method::ExchangeBind(binding) }
            }
            9 if choices.byte() > 128 => {
                let (if_unused, if_empty) = (choices.flag(), choices.flag());
                Method::QueueDelete { queue: choices.pick(&QUEUES).into(), if_unused, if_empty }
            }
            10 if choices.byte() > 200 => Method::ExchangeDelete { exchange: choices.pick(&EXCHANGES).0.into(), if_unused: choices.flag() },
            11 => Method::QueuePurge { queue: choices.pick(&QUEUES).into() },
            12 => Method::BasicQos { prefetch_size: 0, prefetch_count: u16::from(choices.byte() % 4), global: choices.byte() > 200 },
            13 | 14 => Method::BasicConsume(BasicConsume {
                queue: choices.pick(&QUEUES).into(),
                consumer_tag: choices.pick(&TAGS).into(),
                no_ack: choices.byte() > 200,
                exclusive: choices.byte() > 230,
                arguments: if choices.flag() {
                    [("x-priority".into(), Value::Int(i64::from(choices.byte() % 3)))].into_iter().collect()
                } else {
                    Table::new()
                },
            }),
            15 => Method::BasicCancel { consumer_tag: choices.pick(&TAGS).into() },
            16 | 17 => Method::BasicGet { queue: choices.pick(&QUEUES).into(), no_ack: choices.flag() },
            18 | 19 => Method::BasicAck { delivery_tag: u64::from(choices.byte() % 12), multiple: choices.flag() },
            20 | 21 => {
                Method::BasicNack { delivery_tag: u64::from(choices.byte() % 12), multiple: choices.flag(), requeue: choices.flag() }
            }
            22 => Method::BasicReject { delivery_tag: 1 + u64::from(choices.byte() % 12), requeue: choices.flag() },
            23 => Method::BasicRecover { requeue: true },
            24 => match choices.below(4) {
                0 => Method::ConfirmSelect,
                1 => Method::TxSelect,
                2 => Method::TxCommit,
                _ => Method::TxRollback,
            },
            _ => self.publish(choices),
        }
    }

    fn publish(&mut self, choices: &mut Choices) -> Method {
        self.bodies += 1;
        let mut headers = Table::new();
        if choices.flag() {
            headers.insert("h".into(), Value::Int(i64::from(choices.byte() % 2)));
        }
        if choices.byte() > 190 {
            headers.insert("x-delay".into(), Value::Int(i64::from(choices.byte()) * 20));
        }
        if choices.byte() > 220 {
            headers.insert("CC".into(), Value::Array(vec![Value::string(choices.pick(&QUEUES))]));
        }
        if choices.byte() > 220 {
            headers.insert("BCC".into(), Value::Array(vec![Value::string(choices.pick(&QUEUES))]));
        }
        let properties = Properties {
            delivery_mode: Some(1 + choices.byte() % 2),
            priority: choices.flag().then(|| choices.byte() % 8),
            expiration: (choices.byte() > 220).then(|| u64::from(choices.byte()).to_string().into()),
            headers: Some(headers),
            ..Properties::default()
        };
        let exchange = choices.pick(&EXCHANGES).0;
        Method::BasicPublish(BasicPublish {
            exchange: exchange.into(),
            routing_key: if exchange.is_empty() { choices.pick(&QUEUES) } else { choices.pick(&KEYS) }.into(),
            mandatory: choices.flag(),
            immediate: false,
            properties: properties.into(),
            body: Body::text(&self.bodies.to_string()),
        })
    }

    fn check(&mut self, what: &str) {
        let events: Vec<Event> = self.broker.drain_events().collect();
        assert!(events.len() < 20_000, "{what}: {} events", events.len());
        for event in &events {
            self.ledger.record(event);
            self.observe(event, what);
        }
        self.channels.retain(|(_, channel)| self.broker.is_open(*channel));
        self.connections.retain(|connection| self.broker.flow(*connection).is_some());
        self.lags_hold(what);
        let ledger = self.ledger.with_holdings(&self.broker);
        assert_eq!(ledger.broker_imbalances(), Vec::<String>::new(), "after {what}");
        assert_eq!(self.broker.broken_invariants(self.now), Vec::<String>::new(), "after {what}");
    }

    /// How far a reader is behind: what the stream has from its offset on, and nothing when it has caught up. Only a new segment takes
    /// an offset of its own, so without one the lag is the way to the next offset (rules 162, 164).
    fn lags_hold(&self, what: &str) {
        for queue in self.broker.queues() {
            let Some(log) = queue.log() else { continue };
            for reader in self.broker.readers_of(queue) {
                let behind = log.next.saturating_sub(reader.next.max(log.first));
                assert!(reader.lag <= behind, "after {what}: a lag of {} over {behind} offsets", reader.lag);
                assert!(log.segments.len() > 1 || reader.lag == behind, "after {what}: a lag of {} over {behind} offsets", reader.lag);
                assert!(reader.next < log.next || reader.lag == 0, "after {what}: it has caught up, and lags by {}", reader.lag);
            }
        }
    }

    fn observe(&mut self, event: &Event, what: &str) {
        match event {
            Event::ConsumerStarted { channel, consumer_tag, .. } => {
                self.live_consumers.insert((*channel, consumer_tag.to_string()));
            }
            Event::ConsumerEnded { channel, consumer_tag, .. } | Event::ConsumerCancelled { channel, consumer_tag, late: false, .. } => {
                self.live_consumers.remove(&(*channel, consumer_tag.to_string()));
            }
            Event::Delivered(delivered) => {
                let consumer = (delivered.channel, delivered.consumer_tag.to_string());
                assert!(self.live_consumers.contains(&consumer), "{what}: a delivery to a consumer that is gone");
                if &*delivered.queue == PSEUDO_QUEUE {
                    let name = delivered.message.routing_key.to_string();
                    let waits = self.broker.waits_for_answers(&name);
                    // It goes to the channel that asked, at once, and is settled with that.
                    assert!(delivered.no_ack && !delivered.redelivered, "{what}: an answer that is to be settled");
                    assert!(waits.is_none_or(|channel| channel == delivered.channel), "{what}: an answer to another channel");
                    return; // until 4.2 it takes no tag
                }
                assert!(self.delivered.insert((delivered.channel, delivered.delivery_tag)), "{what}: a tag used twice");
                if delivered.direct {
                    self.arrive(&delivered.queue, delivered.message.id.0);
                }
                // Of one priority, and never requeued: in the order of arrival. What was delayed may come to one queue twice.
                let comes_once = delivered.message.deaths().is_empty() && delivered.message.properties.header("x-delay").is_none();
                if !delivered.redelivered && comes_once {
                    let arrived = self.arrivals[&(delivered.queue.to_string(), delivered.message.id.0)];
                    let key = format!("{}/{:?}", delivered.queue, delivered.message.properties.priority);
                    let last = self.first_deliveries.insert(key, arrived).unwrap_or(0);
                    assert!(arrived > last, "{what}: arrival {arrived} overtook {last}");
                }
            }
            Event::Published { message, .. } => {
                let reply_to = message.properties.reply_to.as_deref().filter(|name| name.starts_with(PSEUDO_QUEUE));
                self.answers.extend(reply_to.map(str::to_owned));
            }
            Event::Enqueued { queue, message } => {
                assert!(!queue.starts_with(PSEUDO_QUEUE), "{what}: {queue} keeps an answer");
                self.arrive(queue, message.id.0);
            }
            Event::Acknowledged { channel, delivery_tag, .. } | Event::Requeued { channel, delivery_tag, .. } => {
                assert!(self.settled.insert((*channel, *delivery_tag)), "{what}: tag {delivery_tag} settled twice");
            }
            _ => {}
        }
    }

    fn arrive(&mut self, queue: &str, message: u64) {
        let number = self.arrivals.len() as u64 + 1;
        self.arrivals.insert((queue.to_owned(), message), number);
    }
}
