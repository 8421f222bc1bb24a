//! Parts of scenarios, and runs of them.

use std::sync::Arc;

use requeue::base::SimTime;
use requeue::broker::{Event, Message};
use requeue::formats::scenario_file;
use requeue::scenario::{Fault, Property, Scenario};
use requeue::sim::judge::judge;
use requeue::sim::{Input, TimedEvent, World, WorldEvent};
use serde_json::{Value as Json, json};

/// Just the parts a test is about.
pub struct Builder(pub Json);

impl Builder {
    pub fn new() -> Self {
        Self(json!({ "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": {}, "clients": [], "services": [] }))
    }

    pub fn with(mut self, path: &str, value: Json) -> Self {
        let mut place = &mut self.0;
        for part in path.split('.') {
            place = &mut place[part];
        }
        *place = value;
        self
    }

    pub fn scenario(self) -> Arc<Scenario> {
        Arc::new(scenario_file::read(&self.0.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}\n{}", self.0)))
    }
}

pub fn fault(text: &str) -> Input {
    Input::Fault(text.parse::<Fault>().expect("it is a sentence"))
}

pub struct Ran {
    /// What a failure is told with.
    pub about: String,
    pub world: World,
    pub occurrences: Vec<TimedEvent>,
}

pub fn run(scenario: Arc<Scenario>, faults: &[&str], until_ms: u64) -> Ran {
    let mut world = World::new(scenario, 1);
    for text in faults {
        world.inject(fault(text));
    }
    play(world, until_ms).about(format!("{faults:?}"))
}

pub fn play(mut world: World, until_ms: u64) -> Ran {
    let until = SimTime::from_millis(until_ms);
    let mut occurrences = Vec::new();
    while world.next_at().is_some_and(|at| at <= until) && world.steps() < 200_000 {
        world.step();
        occurrences.extend(world.drain_occurrences());
        assert_eq!(world.ledger().imbalances(), [""; 0], "after step {}", world.steps());
    }
    world.run_until(until, 1);
    Ran { about: String::new(), world, occurrences }
}

impl Ran {
    pub fn about(self, about: String) -> Self {
        Self { about, ..self }
    }

    pub fn must(&self, properties: &[&str]) {
        for text in properties {
            let judgement = judge(&self.world, &text.parse::<Property>().unwrap_or_else(|why| panic!("{why}")));
            assert!(judgement.holds, "{}: {judgement}\n{}", self.about, requeue::formats::report::text(&self.world, &[]));
        }
    }

    pub fn count(&self, is_it: impl Fn(&WorldEvent) -> bool) -> usize {
        self.occurrences.iter().filter(|occurrence| is_it(&occurrence.what)).count()
    }

    pub fn times(&self, is_it: impl Fn(&WorldEvent) -> bool) -> Vec<u64> {
        self.occurrences.iter().filter(|occurrence| is_it(&occurrence.what)).map(|occurrence| occurrence.at.as_millis()).collect()
    }

    /// What was delivered from a queue, in order: when, and the message.
    pub fn deliveries(&self, from: &str) -> Vec<(u64, Arc<Message>, bool)> {
        let delivered = self.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
            WorldEvent::Broker(Event::Delivered(delivered)) if &*delivered.queue == from => {
                Some((occurrence.at.as_millis(), delivered.message.clone(), delivered.redelivered))
            }
            _ => None,
        });
        delivered.collect()
    }

    pub fn bodies(&self, queue: &str) -> Vec<Arc<Message>> {
        self.world.broker().queue(queue).expect("it is declared").messages().map(|entry| entry.message.clone()).collect()
    }
}

pub fn header(message: &Message, name: &str) -> Option<String> {
    Some(format!("{:?}", message.properties.header(name)?))
}

/// Orders over HTTP: saved, announced, and an email is sent by whoever hears of it.
pub fn orders(steps: Json, more: Json) -> Builder {
    let mut services = json!([
        { "name": "order-service", "at": [0, 0], "restart_ms": 1000, "handlers": [{ "on": { "http": "POST /orders" }, "steps": steps }] },
        {
            "name": "notification-service", "at": [0, 0], "restart_ms": 1000,
            "handlers": [{
                "on": { "queue": "work", "prefetch": 10 },
                "steps": [{ "do": "work", "ms": 20 }, { "do": "effect", "what": "email sent", "of": "eventId" }]
            }]
        }
    ]);
    for (name, value) in more.as_object().into_iter().flatten() {
        services[0][name] = value.clone();
    }
    Builder::new().with("broker", work_queue(json!({}))).with("services", services).with(
        "clients",
        json!([{
            "name": "customers", "at": [0, 0], "calls": { "service": "order-service", "endpoint": "POST /orders" },
            "arrivals": { "every_ms": 100, "count": 20 }, "timeout_ms": 3000
        }]),
    )
}

pub fn persist() -> Json {
    json!({ "do": "persist", "id": "orderId", "state": "pending" })
}

pub fn publish() -> Json {
    json!({ "do": "publish", "exchange": "orders", "routing_key": "order.placed", "payload": { "orderId": "{orderId}" } })
}

pub fn with(mut step: Json, more: Json) -> Json {
    for (name, value) in more.as_object().into_iter().flatten() {
        step[name] = value.clone();
    }
    step
}

pub fn work_queue(arguments: Json) -> Json {
    json!({
        "exchanges": [
            { "name": "dlx", "at": [0, 0], "type": "direct" },
            { "name": "retry.ex", "at": [0, 0], "type": "direct" },
            { "name": "park.ex", "at": [0, 0], "type": "direct" },
            { "name": "orders", "at": [0, 0], "type": "topic" }
        ],
        "queues": [
            { "name": "work", "at": [0, 0], "arguments": arguments },
            { "name": "other", "at": [0, 0] },
            { "name": "work.dead", "at": [0, 0] },
            { "name": "work.park", "at": [0, 0] },
            { "name": "work.retry", "at": [0, 0], "arguments":
                { "x-message-ttl": 5000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" } },
            { "name": "work.retry.1s", "at": [0, 0], "arguments":
                { "x-message-ttl": 1000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" } },
            { "name": "work.retry.3s", "at": [0, 0], "arguments":
                { "x-message-ttl": 3000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" } }
        ],
        "bindings": [
            { "source": "orders", "queue": "work", "routing_key": "order.placed" },
            { "source": "orders", "queue": "other", "routing_key": "#" },
            { "source": "dlx", "queue": "work.dead", "routing_key": "work.dead" },
            { "source": "retry.ex", "queue": "work.retry", "routing_key": "work" },
            { "source": "park.ex", "queue": "work.park", "routing_key": "work" }
        ]
    })
}
