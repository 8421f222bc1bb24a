//! What the benches do to a broker, native and in the browser alike.
#![allow(missing_debug_implementations, dead_code, reason = "each bench uses a part of it")]

use std::sync::Arc;

use requeue::base::SimTime;
use requeue::broker::{
    BasicConsume, BasicPublish, Body, Broker, Capabilities, ChannelId, Event, ExchangeDeclare, Method, Name, Profile, Properties,
    QueueBinding, QueueDeclare, Table,
};

pub const PAYLOAD_BYTES: usize = 16;
const NOW: SimTime = SimTime::ZERO;

pub struct Setup {
    pub broker: Broker,
    pub channel: ChannelId,
}

impl Setup {
    fn new() -> Self {
        let mut broker = Broker::new(Profile::default());
        let connection = broker.open_connection(Capabilities::default());
        let channel = broker.open_channel(NOW, connection).expect("a new connection takes a channel");
        let mut setup = Self { broker, channel };
        setup.apply(Method::ExchangeDeclare(ExchangeDeclare {
            exchange: "events".into(),
            kind: "topic".into(),
            durable: true,
            auto_delete: false,
            internal: false,
            passive: false,
            arguments: Table::new(),
        }));
        setup
    }

    fn apply(&mut self, method: Method) {
        self.broker.apply(NOW, self.channel, method).expect("the broker does it");
    }

    fn queue(&mut self, name: &str, key: &str) {
        let queue: Name = name.into();
        let (durable, exclusive, auto_delete, passive) = (true, false, false, false);
        self.apply(Method::QueueDeclare(QueueDeclare {
            queue: queue.clone(),
            durable,
            exclusive,
            auto_delete,
            passive,
            arguments: Table::new(),
        }));
        let (exchange, routing_key) = ("events".into(), key.into());
        self.apply(Method::QueueBind(QueueBinding { queue, exchange, routing_key, arguments: Table::new() }));
    }

    fn consume(&mut self, queue: &str) {
        self.apply(Method::BasicConsume(BasicConsume {
            queue: queue.into(),
            consumer_tag: queue.into(),
            no_ack: false,
            exclusive: false,
            arguments: Table::new(),
        }));
    }
}

/// A message as a client would publish it again and again.
struct Publisher {
    exchange: Name,
    key: Name,
    properties: Arc<Properties>,
    body: Box<[u8]>,
}

impl Publisher {
    fn new(exchange: &str, key: &str) -> Self {
        Self { exchange: exchange.into(), key: key.into(), properties: Arc::default(), body: [7; PAYLOAD_BYTES].into() }
    }

    fn publish(&self) -> Method {
        Method::BasicPublish(BasicPublish {
            exchange: self.exchange.clone(),
            routing_key: self.key.clone(),
            mandatory: false,
            immediate: false,
            properties: self.properties.clone(),
            body: Body::Bytes(self.body.clone()),
        })
    }
}

/// A topic exchange with 20 bindings of which 3 match, three consumers with prefetch 10 that acknowledge each message.
pub struct Fanout {
    setup: Setup,
    publisher: Publisher,
    tags: Vec<u64>,
}

impl Default for Fanout {
    fn default() -> Self {
        Self::new()
    }
}

impl Fanout {
    pub fn new() -> Self {
        let mut setup = Setup::new();
        for (index, key) in ["order.placed", "order.*", "#"].iter().enumerate() {
            setup.queue(&format!("match-{index}"), key);
        }
        for index in 0..17 {
            setup.queue(&format!("other-{index}"), &format!("other.{index}.*"));
        }
        setup.apply(Method::BasicQos { prefetch_size: 0, prefetch_count: 10, global: false });
        for index in 0..3 {
            setup.consume(&format!("match-{index}"));
        }
        Self { setup, publisher: Publisher::new("events", "order.placed"), tags: Vec::new() }
    }

    pub fn run(&mut self, publishes: u32) {
        for _ in 0..publishes {
            self.setup.apply(self.publisher.publish());
            self.tags.extend(self.setup.broker.drain_events().filter_map(|event| match event {
                Event::Delivered(delivered) => Some(delivered.delivery_tag),
                _ => None,
            }));
            assert!(self.tags.len() == 3);
            for delivery_tag in self.tags.drain(..) {
                self.setup.broker.apply(NOW, self.setup.channel, Method::BasicAck { delivery_tag, multiple: false }).expect("it is out");
            }
        }
    }
}

/// A topic exchange with many bindings of which 3 match.
pub struct Routing {
    setup: Setup,
    publisher: Publisher,
}

impl Routing {
    pub fn new(bindings: usize) -> Self {
        let mut setup = Setup::new();
        for (index, key) in ["order.placed", "order.*", "#.placed"].iter().enumerate() {
            setup.queue(&format!("match-{index}"), key);
        }
        for index in 3..bindings {
            setup.queue(&format!("q-{index}"), &format!("other.{index}.*"));
        }
        for index in 0..3 {
            setup.apply(Method::BasicConsume(BasicConsume {
                queue: format!("match-{index}").into(),
                consumer_tag: "".into(),
                no_ack: true,
                exclusive: false,
                arguments: Table::new(),
            }));
        }
        Self { setup, publisher: Publisher::new("events", "order.placed") }
    }

    pub fn run(&mut self, publishes: u32) {
        for _ in 0..publishes {
            self.setup.apply(self.publisher.publish());
            let deliveries = self.setup.broker.drain_events().filter(|event| matches!(event, Event::Delivered(_))).count();
            assert!(deliveries == 3);
        }
    }
}

/// A queue full of messages, each published on its own.
#[derive(Clone)]
pub struct Backlog {
    broker: Broker,
    channel: ChannelId,
    next_tag: u64,
}

impl Backlog {
    pub fn new(messages: usize) -> Self {
        let mut setup = Setup::new();
        setup.queue("backlog", "#");
        let shared = Publisher::new("", "backlog");
        for index in 0..messages {
            let mut body = [0; PAYLOAD_BYTES];
            body[..8].copy_from_slice(&(index as u64).to_le_bytes());
            // Each with a body of its own, from one publisher: names and properties are shared.
            let (exchange, key, properties) = (shared.exchange.clone(), shared.key.clone(), shared.properties.clone());
            let publisher = Publisher { exchange, key, properties, body: body.into() };
            setup.apply(publisher.publish());
            setup.broker.drain_events();
        }
        Self { broker: setup.broker, channel: setup.channel, next_tag: 1 }
    }

    pub fn nack_head(&mut self, times: u32) {
        for _ in 0..times {
            let get = Method::BasicGet { queue: "backlog".into(), no_ack: false };
            self.broker.apply(NOW, self.channel, get).expect("it is there");
            let nack = Method::BasicNack { delivery_tag: self.next_tag, multiple: false, requeue: true };
            self.broker.apply(NOW, self.channel, nack).expect("it is out");
            self.next_tag += 1;
            self.broker.drain_events();
        }
    }
}
