//! A client of a simulated broker, with the fewest words a test needs.
#![expect(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use requeue::base::SimTime;
use requeue::broker::{
    AmqpError, BasicConsume, BasicPublish, Body, Broker, Capabilities, ChannelId, ConnectionId, Event, ExchangeDeclare, Message, Method,
    Profile, Properties, QueueBinding, QueueDeclare, Reply, Table,
};

pub struct Client {
    pub broker: Broker,
    pub connection: ConnectionId,
    pub channel: ChannelId,
    pub now: SimTime,
    /// Every event so far.
    pub seen: Vec<Event>,
}

impl Client {
    pub fn new() -> Self {
        let mut broker = Broker::new(Profile::default());
        let connection = broker.open_connection(Capabilities::default());
        let channel = broker.open_channel(SimTime::ZERO, connection).expect("a new connection takes a channel");
        Self { broker, connection, channel, now: SimTime::ZERO, seen: Vec::new() }
    }

    pub fn apply(&mut self, method: Method) -> Result<Reply, AmqpError> {
        let result = self.broker.apply(self.now, self.channel, method);
        self.seen.extend(self.broker.drain_events());
        result
    }

    fn ok(&mut self, method: Method) -> Reply {
        self.apply(method).expect("the broker does it")
    }

    fn refused(&mut self, method: Method) -> AmqpError {
        self.apply(method).expect_err("the broker refuses it")
    }

    fn exchange(name: &str, kind: &str) -> Method {
        Method::ExchangeDeclare(ExchangeDeclare {
            exchange: name.into(),
            kind: kind.into(),
            durable: true,
            auto_delete: false,
            internal: false,
            passive: false,
            arguments: Table::new(),
        })
    }

    fn message(exchange: &str, key: &str, body: &str, properties: Properties) -> Method {
        Method::BasicPublish(BasicPublish {
            exchange: exchange.into(),
            routing_key: key.into(),
            mandatory: false,
            immediate: false,
            properties: properties.into(),
            body: Body::text(body),
        })
    }

    pub fn declare_exchange(&mut self, name: &str, kind: &str) {
        self.ok(Self::exchange(name, kind));
    }

    pub fn try_declare_exchange(&mut self, name: &str, kind: &str) -> AmqpError {
        self.refused(Self::exchange(name, kind))
    }

    pub fn declare_queue(&mut self, name: &str, arguments: Table) {
        self.ok(Method::QueueDeclare(QueueDeclare {
            queue: name.into(),
            durable: true,
            exclusive: false,
            auto_delete: false,
            passive: false,
            arguments,
        }));
    }

    pub fn bind(&mut self, exchange: &str, queue: &str, key: &str) {
        self.ok(Method::QueueBind(QueueBinding {
            queue: queue.into(),
            exchange: exchange.into(),
            routing_key: key.into(),
            arguments: Table::new(),
        }));
    }

    /// Where it went.
    pub fn publish(&mut self, exchange: &str, key: &str, body: &str) -> Vec<String> {
        let before = self.seen.len();
        self.ok(Self::message(exchange, key, body, Properties::default()));
        let routed = self.seen[before..].iter().find_map(|event| match event {
            Event::Routed { queues, .. } => Some(queues.iter().map(ToString::to_string).collect()),
            _ => None,
        });
        routed.expect("a publish is routed")
    }

    pub fn try_publish(&mut self, exchange: &str, key: &str) -> AmqpError {
        self.refused(Self::message(exchange, key, "m", Properties::default()))
    }

    pub fn publish_expiring(&mut self, queue: &str, body: &str, expiration: &str) {
        self.ok(Self::message("", queue, body, Properties { expiration: Some(expiration.into()), ..Properties::default() }));
    }

    pub fn qos(&mut self, prefetch_count: u16) {
        self.ok(Method::BasicQos { prefetch_size: 0, prefetch_count, global: false });
    }

    pub fn consume(&mut self, queue: &str, tag: &str, no_ack: bool) {
        self.ok(Method::BasicConsume(BasicConsume {
            queue: queue.into(),
            consumer_tag: tag.into(),
            no_ack,
            exclusive: false,
            arguments: Table::new(),
        }));
    }

    pub fn get(&mut self, queue: &str) -> Option<Arc<Message>> {
        match self.ok(Method::BasicGet { queue: queue.into(), no_ack: false }) {
            Reply::Got(got) => got.map(|got| got.message),
            other => panic!("a get is answered by {other:?}"),
        }
    }

    pub fn try_get(&mut self, queue: &str) -> AmqpError {
        self.refused(Method::BasicGet { queue: queue.into(), no_ack: false })
    }

    pub fn nack(&mut self, delivery_tag: u64, requeue: bool) {
        self.ok(Method::BasicNack { delivery_tag, multiple: false, requeue });
    }

    pub fn try_ack(&mut self, delivery_tag: u64) -> AmqpError {
        self.refused(Method::BasicAck { delivery_tag, multiple: false })
    }

    pub fn close(&mut self) {
        self.broker.close_channel(self.now, self.channel);
        self.seen.extend(self.broker.drain_events());
    }

    pub fn pass_to(&mut self, now: SimTime) {
        while let Some(deadline) = self.broker.next_deadline().filter(|deadline| *deadline <= now) {
            self.broker.expire(deadline);
        }
        self.now = now;
        self.seen.extend(self.broker.drain_events());
    }

    fn bodies(&self, queue: &str, mark: &str) -> Vec<String> {
        let queue = self.broker.queue(queue).expect("the queue exists");
        queue
            .messages()
            .map(|entry| format!("{}{}", entry.message.body.as_text().unwrap_or("?"), if entry.redelivered() { mark } else { "" }))
            .collect()
    }

    pub fn ready(&self, queue: &str) -> Vec<String> {
        self.bodies(queue, "")
    }

    /// With a `!` behind what was delivered before.
    pub fn ready_marked(&self, queue: &str) -> Vec<String> {
        self.bodies(queue, "!")
    }

    pub fn unacked(&self, queue: &str) -> u64 {
        self.broker.queue(queue).expect("the queue exists").unacked()
    }

    /// Every delivery so far: body, redelivered.
    pub fn deliveries(&self) -> Vec<(String, bool)> {
        self.seen
            .iter()
            .filter_map(|event| match event {
                Event::Delivered(delivered) => Some((delivered.message.body.as_text().unwrap_or("?").to_owned(), delivered.redelivered)),
                _ => None,
            })
            .collect()
    }
}
