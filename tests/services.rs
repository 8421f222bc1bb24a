//! What programs do, as tables: each failure policy and pattern with what comes of it, each fault, each kind of traffic.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::needless_pass_by_value, reason = "tables are read, not passed on")]

use std::sync::Arc;

use requeue::base::SimTime;
use requeue::broker::{Event, Message, Name};
use requeue::formats::scenario_file;
use requeue::scenario::{Fault, Property, Scenario};
use requeue::sim::judge::judge;
use requeue::sim::{Input, TimedEvent, World, WorldEvent};
use serde_json::{Value as Json, json};

/// Just the parts a test is about.
struct Builder(Json);

impl Builder {
    fn new() -> Self {
        Self(json!({ "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": {}, "clients": [], "services": [] }))
    }

    fn with(mut self, path: &str, value: Json) -> Self {
        let mut place = &mut self.0;
        for part in path.split('.') {
            place = &mut place[part];
        }
        *place = value;
        self
    }

    fn scenario(self) -> Arc<Scenario> {
        Arc::new(scenario_file::read(&self.0.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}\n{}", self.0)))
    }
}

fn fault(text: &str) -> Input {
    Input::Fault(text.parse::<Fault>().expect("it is a sentence"))
}

struct Ran {
    /// What a failure is told with.
    about: String,
    world: World,
    occurrences: Vec<TimedEvent>,
}

fn run(scenario: Arc<Scenario>, faults: &[&str], until_ms: u64) -> Ran {
    let mut world = World::new(scenario, 1);
    for text in faults {
        world.inject(fault(text));
    }
    play(world, until_ms).about(format!("{faults:?}"))
}

fn play(mut world: World, until_ms: u64) -> Ran {
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
    fn about(self, about: String) -> Self {
        Self { about, ..self }
    }

    fn must(&self, properties: &[&str]) {
        for text in properties {
            let judgement = judge(&self.world, &text.parse::<Property>().unwrap_or_else(|why| panic!("{why}")));
            assert!(judgement.holds, "{}: {judgement}\n{}", self.about, requeue::formats::report::text(&self.world, &[]));
        }
    }

    fn count(&self, is_it: impl Fn(&WorldEvent) -> bool) -> usize {
        self.occurrences.iter().filter(|occurrence| is_it(&occurrence.what)).count()
    }

    fn times(&self, is_it: impl Fn(&WorldEvent) -> bool) -> Vec<u64> {
        self.occurrences.iter().filter(|occurrence| is_it(&occurrence.what)).map(|occurrence| occurrence.at.as_millis()).collect()
    }

    /// What was delivered from a queue, in order: when, and the message.
    fn deliveries(&self, from: &str) -> Vec<(u64, Arc<Message>, bool)> {
        let delivered = self.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
            WorldEvent::Broker(Event::Delivered(delivered)) if &*delivered.queue == from => {
                Some((occurrence.at.as_millis(), delivered.message.clone(), delivered.redelivered))
            }
            _ => None,
        });
        delivered.collect()
    }

    fn bodies(&self, queue: &str) -> Vec<Arc<Message>> {
        self.world.broker().queue(queue).expect("it is declared").messages().map(|entry| entry.message.clone()).collect()
    }
}

fn header(message: &Message, name: &str) -> Option<String> {
    Some(format!("{:?}", message.properties.header(name)?))
}

fn work_queue(arguments: Json) -> Json {
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

fn dead_lettering() -> Json {
    json!({ "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "work.dead" })
}

/// One consumer of `work`, whose effect fails as told.
fn consumer(on_failure: Json, fails: Json) -> Json {
    json!([{
        "name": "worker", "at": [0, 0], "restart_ms": 500,
        "handlers": [{
            "on": { "queue": "work", "prefetch": 1 },
            "steps": [{ "do": "work", "ms": 10 }, { "do": "effect", "what": "email sent", "of": "eventId", "fails": fails }],
            "on_failure": on_failure
        }]
    }])
}

/// A message comes to `work` through the topic exchange, and one more a moment later.
fn worked(arguments: Json, on_failure: Json, fails: Json, until_ms: u64) -> Ran {
    worked_on("3.13", arguments, on_failure, fails, until_ms)
}

fn worked_on(profile: &str, arguments: Json, on_failure: Json, fails: Json, until_ms: u64) -> Ran {
    let scenario = Builder::new()
        .with("broker", work_queue(arguments))
        .with("broker.profile", json!(profile))
        .with("services", consumer(on_failure, fails))
        .scenario();
    let mut world = World::new(scenario, 1);
    world.run_until(SimTime::from_millis(10), u64::MAX);
    world.inject(Input::publish("orders", "order.placed", json!({ "poison": true })));
    world.inject(Input::publish("orders", "order.placed", json!({ "poison": false })));
    play(world, until_ms)
}

fn poison() -> Json {
    json!({ "field": "poison", "equals": true })
}

#[test]
fn the_chapters_code_never_stops() {
    let ran = worked(dead_lettering(), json!("chapter"), poison(), 2_000);
    // Nobody ever writes x-retry-count; the poison message stands before everything else for ever.
    ran.must(&["dead(work) = 0", "requeued(work) > 50", "done(email sent) = 0", "ready(work) >= 1"]);
    assert!(
        ran.deliveries("work").iter().skip(1).all(|(_, message, redelivered)| *redelivered && header(message, "x-retry-count").is_none())
    );
}

#[test]
fn the_chapters_code_on_quorum_queues() {
    let quorum = || json!({ "x-queue-type": "quorum", "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "work.dead" });
    // 3.13: it goes to the back, so that the other flows, and is never dead-lettered.
    let ran = worked_on("3.13", quorum(), json!("chapter"), poison(), 3_000);
    ran.must(&["dead(work) = 0", "requeued(work) > 50", "done(email sent) = 1"]);
    // 4.0: the default limit of 20 ends it, after 21 deliveries.
    let ran = worked_on("4.0", quorum(), json!("chapter"), poison(), 3_000);
    ran.must(&["dead(work: delivery_limit) = 1", "requeued(work) = 20", "done(email sent) = 1"]);
    // 4.3: nack does not count any more.
    let ran = worked_on("4.3", quorum(), json!("chapter"), poison(), 3_000);
    ran.must(&["dead(work) = 0", "requeued(work) > 50"]);
}

#[test]
fn pattern_1_a_quorum_queue_counts() {
    let arguments = json!({ "x-queue-type": "quorum", "x-delivery-limit": 3,
        "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "work.dead" });
    for profile in ["3.13", "4.0", "4.3"] {
        let ran = worked_on(profile, arguments.clone(), json!("reject_requeue"), poison(), 2_000);
        ran.must(&["dead(work: delivery_limit) = 1", "ready(work.dead) = 1", "done(email sent) = 1", "ready(work) = 0"]);
        let poisoned = ran.deliveries("work").into_iter().filter(|(_, message, _)| message.properties.message_id.as_deref() == Some("e-1"));
        let counts: Vec<Option<String>> = poisoned.map(|(_, message, _)| header(&message, "x-delivery-count")).collect();
        let counted = |count: i64| Some(format!("Int({count})"));
        assert_eq!(counts, [None, counted(1), counted(2), counted(3)], "{profile}");
    }
}

#[test]
fn pattern_2_the_consumer_counts() {
    let ran = worked(dead_lettering(), json!({ "republish": 3 }), poison(), 2_000);
    ran.must(&["dead(work: rejected) = 1", "ready(work.dead) = 1", "done(email sent) = 1", "redelivered(work) = 0"]);
    // Only its own queue gets the retries, and the default exchange brings them.
    ran.must(&["arrived(other) = 2", "arrived(work) = 5"]);
    let dead = &ran.bodies("work.dead")[0];
    assert_eq!(header(dead, "x-retry-count").as_deref(), Some("Int(3)"));
    assert_eq!(dead.deaths().len(), 1);
    assert_eq!((dead.deaths()[0].count, &*dead.deaths()[0].exchange), (1, ""));
    assert_eq!(dead.properties.message_id.as_deref(), Some("e-1"), "it is the same event, so that consumers can tell");
    // It goes to the end of the queue: the good one is not held up.
    assert_eq!(ran.deliveries("work")[1].1.properties.message_id.as_deref(), Some("e-2"));
}

#[test]
fn pattern_3a_the_broker_counts_in_x_death() {
    let arguments = json!({ "x-dead-letter-exchange": "retry.ex", "x-dead-letter-routing-key": "work" });
    let policy = json!({ "dead_letter_retry": 3, "exchange": "park.ex", "routing_key": "work" });
    let ran = worked(arguments, policy, poison(), 30_000);
    ran.must(&["ready(work.park) = 1", "dead(work: rejected) = 3", "dead(work.retry: expired) = 3", "ready(work.retry) = 0"]);
    ran.must(&["done(email sent) = 1", "ready(work) = 0", "unacked(work) = 0"]);
    let poisoned: Vec<_> =
        ran.deliveries("work").into_iter().filter(|(_, message, _)| message.properties.message_id.as_deref() == Some("e-1")).collect();
    let seconds: Vec<u64> = poisoned.iter().map(|(at, ..)| (at - poisoned[0].0) / 1_000).collect();
    assert_eq!(seconds, [0, 5, 10, 15]);
    // Two entries however many laps.
    let last = &poisoned[3].1;
    let deaths: Vec<_> = last.deaths().iter().map(|death| (&*death.queue, death.reason.name(), death.count, &*death.exchange)).collect();
    assert_eq!(deaths, [("work.retry", "expired", 3, "retry.ex"), ("work", "rejected", 3, "orders")]);
}

#[test]
fn pattern_3b_a_wait_queue_for_each_delay() {
    let policy = json!({ "republish": 2, "via": ["work.retry.1s", "work.retry.3s"] });
    let ran = worked(dead_lettering(), policy, poison(), 30_000);
    ran.must(&["dead(work: rejected) = 1", "ready(work.dead) = 1", "dead(work.retry.1s: expired) = 1", "dead(work.retry.3s: expired) = 1"]);
    let poisoned: Vec<_> =
        ran.deliveries("work").into_iter().filter(|(_, message, _)| message.properties.message_id.as_deref() == Some("e-1")).collect();
    let seconds: Vec<u64> = poisoned.iter().map(|(at, ..)| (at - poisoned[0].0) / 1_000).collect();
    assert_eq!(seconds, [0, 1, 4]);
    let deaths: Vec<_> = poisoned[2].1.deaths().iter().map(|death| (&*death.queue, death.reason.name(), death.count)).collect();
    assert_eq!(deaths, [("work.retry.3s", "expired", 1)], "each retry is a new message");
}

#[test]
fn the_other_policies() {
    let never = json!({ "probability": 0 });
    // policy, failure rule, what comes of it
    let cases: [(Json, Json, &[&str]); 11] = [
        (json!("dead_letter"), never, &["done(email sent) = 2", "acknowledged(work) = 2"]),
        (json!("dead_letter"), json!({ "always": true }), &["dead(work: rejected) = 2", "done(email sent) = 0"]),
        (json!("dead_letter"), json!({ "probability": 1 }), &["dead(work: rejected) = 2"]),
        (json!("dead_letter"), json!({ "field_missing": "poison" }), &["done(email sent) = 2"]),
        (json!("dead_letter"), json!({ "first": 1 }), &["dead(work: rejected) = 1", "done(email sent) = 1"]),
        (json!("dead_letter"), json!({ "every": 2 }), &["dead(work: rejected) = 1", "done(email sent) = 1"]),
        (json!("requeue"), json!({ "first_attempts": 3 }), &["requeued(work) = 6", "done(email sent) = 2", "dead(work) = 0"]),
        (json!("reject_requeue"), json!({ "first": 4 }), &["requeued(work) = 4", "done(email sent) = 2"]),
        (json!("acknowledge"), poison(), &["acknowledged(work) = 2", "done(email sent) = 1", "dead(work) = 0"]),
        (json!("crash"), json!({ "first": 1 }), &["done(email sent) = 2", "redelivered(work) = 1"]),
        (json!("dead_letter"), json!({ "down": "worker" }), &["done(email sent) = 2"]),
    ];
    for (policy, fails, properties) in cases {
        let about = format!("{policy} {fails}");
        worked(dead_lettering(), policy, fails, 8_000).about(about).must(properties);
    }
}

/// Orders over HTTP: saved, announced, and an email is sent by whoever hears of it.
fn orders(steps: Json, more: Json) -> Builder {
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

fn persist() -> Json {
    json!({ "do": "persist", "id": "orderId", "state": "pending" })
}

fn publish() -> Json {
    json!({ "do": "publish", "exchange": "orders", "routing_key": "order.placed", "payload": { "orderId": "{orderId}" } })
}

fn with(mut step: Json, more: Json) -> Json {
    for (name, value) in more.as_object().into_iter().flatten() {
        step[name] = value.clone();
    }
    step
}

#[test]
fn the_order_of_steps_decides_what_a_crash_does() {
    // steps, the step at which it dies, what comes of it
    let cases: [(Json, usize, &[&str]); 4] = [
        (json!([persist(), publish()]), 2, &["saved = 20", "missing(email sent) = 1", "invented(email sent) = 0", "unannounced = 1"]),
        (json!([publish(), persist()]), 2, &["saved = 19", "missing(email sent) = 0", "invented(email sent) = 1"]),
        (json!([persist(), publish()]), 1, &["saved = 19", "missing(email sent) = 0", "invented(email sent) = 0"]),
        (json!([persist(), publish()]), 3, &["saved = 20", "missing(email sent) = 0", "accepted = 19"]),
    ];
    for (steps, step, properties) in cases {
        let about = format!("{steps}, step {step}");
        let kill = format!("kill order-service at step {step} of message 5 for 50ms");
        let ran = run(orders(steps, json!({})).scenario(), &[&kill], 20_000).about(about);
        ran.must(properties);
        ran.must(&["requests = 20", "failed = 1", "duplicated(email sent) = 0"]);
    }
}

#[test]
fn an_outbox_survives_every_crash_and_every_outage() {
    let steps = || json!([with(persist(), json!({ "outbox": { "exchange": "orders", "routing_key": "order.placed" } }))]);
    let relay = || json!({ "relay": { "every_ms": 200 }, "reconnect_ms": 1000 });
    for faults in [
        &[][..],
        &["kill order-service at step 2 of message 5 for 50ms"],
        &["restart broker at 500ms for 3s"],
        &["partition order-service from broker at 500ms for 2s"],
        &["alarm disk at 300ms for 4s"],
    ] {
        let ran = run(orders(steps(), relay()).scenario(), faults, 60_000);
        ran.must(&["missing(email sent) = 0", "invented(email sent) = 0", "unannounced = 0", "saved = 20"]);
        assert_eq!(ran.world.services()[0].store.outbox_len(), 0);
    }
    // What was sent and not yet confirmed is sent again: at least once is not exactly once.
    let ran = run(orders(steps(), relay()).scenario(), &["kill order-service at 402ms for 100ms"], 60_000);
    ran.must(&["missing(email sent) = 0", "duplicated(email sent) > 0"]);
}

#[test]
fn a_publisher_that_waits_for_confirms_knows() {
    let confirmed = |more: Json| with(with(publish(), json!({ "confirm": true })), more);
    // The broker is away for a while.
    let down = &["restart broker at 500ms for 1s"];
    let plain = run(orders(json!([persist(), publish()]), json!({ "reconnect_ms": 500 })).scenario(), down, 20_000);
    plain.must(&["accepted = 20", "saved = 20", "missing(email sent) > 0"]);
    let required = json!([persist(), confirmed(json!({ "required": true }))]);
    let ran = run(orders(required, json!({ "reconnect_ms": 500 })).scenario(), down, 20_000);
    ran.must(&["accepted < 20", "failed > 0"]);
    let accepted_without = ran.world.ledger().business.missing("email sent") - ran.world.ledger().business.failed;
    assert_eq!(accepted_without, 0, "whoever was told yes gets an email");
    // No queue: with mandatory the broker says so, and the confirm comes all the same.
    let unroutable = |mandatory: bool| {
        json!([
            persist(),
            with(
                confirmed(json!({ "required": true })),
                json!({ "routing_key": "user.created", "exchange": "dlx", "mandatory": mandatory })
            )
        ])
    };
    run(orders(unroutable(false), json!({})).scenario(), &[], 20_000).must(&["accepted = 20", "unroutable = 20", "returned = 0"]);
    run(orders(unroutable(true), json!({})).scenario(), &[], 20_000).must(&["failed = 20", "unroutable = 0", "returned = 20"]);
    // A full queue that rejects publishes is a nack.
    let full = json!({ "x-max-length": 5, "x-overflow": "reject-publish" });
    let ran = run(
        orders(json!([persist(), confirmed(json!({ "required": true }))]), json!({})).with("broker", work_queue(full)).scenario(),
        &["hang notification-service at 0s"],
        20_000,
    );
    ran.must(&["failed > 0", "refused(work) > 0"]);
    // An alarm holds publishes back; a patient program hangs, one with a time limit does not.
    let alarm = &["alarm memory at 500ms"];
    let ran = run(orders(json!([persist(), confirmed(json!({}))]), json!({})).scenario(), alarm, 20_000);
    ran.must(&["failed > 10", "lost = 0"]);
    assert!(ran.world.ledger().messages.on_the_way > 10, "they wait to be read");
    let limited = confirmed(json!({ "confirm_timeout_ms": 200 }));
    run(orders(json!([persist(), limited]), json!({})).scenario(), alarm, 20_000).must(&["accepted = 20"]);
}

#[test]
fn an_idempotent_consumer_does_nothing_twice() {
    let twice = ["kill notification-service at step 3 of message 5 for 100ms"];
    let scenario = |once: Option<Json>| {
        let mut builder = orders(json!([persist(), publish()]), json!({}));
        builder.0["services"][1]["handlers"][0]["steps"][0]["ms"] = json!(350);
        if let Some(once) = once {
            builder.0["services"][1]["handlers"][0]["once"] = once;
        }
        builder.scenario()
    };
    run(scenario(None), &twice, 20_000).must(&["duplicated(email sent) = 1", "missing(email sent) = 0"]);
    // What it had not noted before it died it does again: the effect and the note are two things.
    run(scenario(Some(json!({ "by": "eventId" }))), &twice, 20_000).must(&["duplicated(email sent) = 1"]);
    // Acknowledgements that got lost on the way do no harm any more.
    let cut = ["partition notification-service from broker at 505ms for 70s"];
    run(scenario(None), &cut, 200_000).must(&["duplicated(email sent) >= 3"]);
    run(scenario(Some(json!({ "by": "eventId", "memory": "process" }))), &cut, 200_000)
        .must(&["duplicated(email sent) = 0", "missing(email sent) = 0"]);
    run(scenario(Some(json!({ "by": "eventId", "memory": "store" }))), &cut, 200_000)
        .must(&["duplicated(email sent) = 0", "missing(email sent) = 0"]);
    // A memory of one forgets.
    run(scenario(Some(json!({ "by": "eventId", "remember": 1 }))), &cut, 200_000).must(&["duplicated(email sent) > 0"]);
}

#[test]
fn when_an_acknowledgement_is_sent_decides_what_a_crash_loses() {
    let consumer = |handler: Json| {
        let mut builder = orders(json!([persist(), publish()]), json!({}));
        builder.0["services"][1]["handlers"][0] = handler;
        builder.scenario()
    };
    let work = json!({ "do": "work", "ms": 200 });
    let email = json!({ "do": "effect", "what": "email sent", "of": "eventId" });
    let kill = ["kill notification-service at 1050ms for 100ms"];
    let late = consumer(json!({ "on": { "queue": "work", "prefetch": 10 }, "steps": [work, email] }));
    run(late, &kill, 20_000).must(&["missing(email sent) = 0", "lost = 0", "redelivered(work) > 0"]);
    let early = consumer(json!({ "on": { "queue": "work", "prefetch": 10 }, "steps": [{ "do": "ack" }, work, email] }));
    run(early, &kill, 20_000).must(&["missing(email sent) > 0", "redelivered(work) = 0"]);
    let automatic = consumer(json!({ "on": { "queue": "work", "auto_ack": true }, "steps": [work, email] }));
    run(automatic, &kill, 20_000).must(&["missing(email sent) > 0", "lost > 0", "redelivered(work) = 0"]);
}

#[test]
fn calls_time_out_are_tried_again_and_a_circuit_breaker_spares_everybody() {
    let synchronous = |call: Json| {
        let call = with(json!({ "do": "call", "service": "email", "endpoint": "POST /emails" }), call);
        let services = json!([
            { "name": "order-service", "at": [0, 0], "handlers": [{ "on": { "http": "POST /orders" }, "steps": [persist(), call] }] },
            { "name": "email", "at": [0, 0], "handlers": [{ "on": { "http": "POST /emails" }, "steps": [
                { "do": "work", "ms": 10 }, { "do": "effect", "what": "email sent", "of": "orderId" }] }] }
        ]);
        orders(json!([]), json!({})).with("services", services).scenario()
    };
    let down = ["kill email at 500ms for 1s"];
    // Down: the connection is refused, and the order fails because of an email.
    run(synchronous(json!({ "timeout_ms": 500 })), &down, 30_000).must(&["accepted = 10", "failed = 10"]);
    // Not required: the order goes through, without its email.
    run(synchronous(json!({ "timeout_ms": 500, "required": false })), &down, 30_000).must(&["accepted = 20", "missing(email sent) = 10"]);
    // Hanging is worse than down: everybody waits for the timeout.
    let hanging = ["hang email at 500ms for 5s"];
    let ran = run(synchronous(json!({ "timeout_ms": 500 })), &hanging, 30_000);
    ran.must(&["failed = 16", "p99(http customers) > 500ms"]);
    // Retries bring most of them through, and the emails that came too late are sent twice.
    let retries = json!({ "max": 4, "backoff_ms": 300, "factor": 2 });
    let ran = run(synchronous(json!({ "timeout_ms": 200, "retries": retries })), &["kill email at 500ms for 2s"], 30_000);
    ran.must(&["accepted = 20", "missing(email sent) = 0"]);
    let attempts = ran.times(|what| matches!(what, WorldEvent::CallFailed { about, .. } if &**about == "c-6"));
    let pauses: Vec<u64> = attempts.windows(2).map(|pair| (pair[1] - pair[0]) / 100 * 100).collect();
    assert_eq!(pauses, [300, 600], "they grow");
    // A circuit breaker answers at once while it is open, tries one after a while, and closes when that succeeds.
    let breaker = json!({ "failures": 3, "open_ms": 400 });
    let ran = run(synchronous(json!({ "timeout_ms": 500, "breaker": breaker })), &["hang email at 500ms for 3s"], 30_000);
    let refused = ran.count(|what| matches!(what, WorldEvent::HandlerFailed { reason, .. } if reason.contains("circuit")));
    assert!(refused >= 5, "{refused} were spared the wait");
    assert!(ran.count(|what| matches!(what, WorldEvent::CircuitOpened { .. })) >= 1);
    let ran = run(synchronous(json!({ "timeout_ms": 500, "breaker": { "failures": 3, "open_ms": 400 } })), &down, 30_000);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::CircuitClosed { .. })), 1);
}

#[test]
fn clients_wait_try_again_and_give_up() {
    let client = |more: Json| {
        let mut builder = orders(json!([{ "do": "work", "ms": 1000 }, persist()]), json!({ "concurrency": 4 }));
        builder.0["clients"][0]["timeout_ms"] = json!(null);
        builder.0["clients"][0].as_object_mut().expect("an object").remove("timeout_ms");
        builder.0["clients"][0] = with(builder.0["clients"][0].take(), more);
        builder.scenario()
    };
    // Four at a time, ten a second come: who waits is served in the end.
    run(client(json!({})), &[], 60_000).must(&["accepted = 20", "saved = 20", "max(http customers) > 2s"]);
    let ran = run(client(json!({ "timeout_ms": 1500 })), &[], 60_000);
    ran.must(&["saved = 20", "accepted < 20", "failed > 5"]);
    assert_eq!(ran.world.ledger().business.gave_up, ran.world.ledger().business.requests - ran.world.ledger().business.accepted);
    // Trying again makes it worse: nobody takes back the work that is no longer wanted.
    run(client(json!({ "timeout_ms": 1500, "retries": { "max": 2, "backoff_ms": 100 } })), &[], 120_000).must(&["saved_twice > 5"]);
}

#[test]
fn each_kind_of_traffic() {
    let sent = |arrivals: Json| {
        let mut builder = orders(json!([]), json!({}));
        builder.0["clients"][0]["arrivals"] = arrivals;
        let ran = run(builder.scenario(), &[], 10_000);
        ran.times(|what| matches!(what, WorldEvent::RequestSent { .. }))
    };
    assert_eq!(sent(json!({ "by_hand": true })), [0; 0]);
    assert_eq!(sent(json!({ "every_ms": 2500 })), [2_500, 5_000, 7_500, 10_000]);
    assert_eq!(sent(json!({ "every_ms": 1000, "from_ms": 500, "until_ms": 2600 })), [1_500, 2_500]);
    assert_eq!(sent(json!({ "burst": 3, "every_ms": 4000, "count": 7 })), [0, 0, 0, 4_000, 4_000, 4_000, 8_000]);
    assert_eq!(sent(json!({ "at_once": 3, "from_ms": 1000 })), [1_000, 1_000, 1_000]);
    assert_eq!(sent(json!({ "at_ms": [0, 10, 10, 700], "from_ms": 100 })), [100, 110, 110, 800]);
    let poisson = sent(json!({ "poisson_ms": 20 })).len();
    assert!((400..600).contains(&poisson), "{poisson}");
    let ramp = sent(json!({ "ramp_per_s": [0, 20], "over_ms": 10000 }));
    let late = ramp.iter().filter(|at| **at > 5_000).count();
    assert!((95..106).contains(&ramp.len()) && (70..80).contains(&late), "{} of which {late} late", ramp.len());
}

#[test]
fn each_fault_does_what_it_says() {
    let scenario = || orders(json!([persist(), publish()]), json!({})).scenario();
    // faults, what comes of it
    let cases: [(&[&str], &[&str]); 10] = [
        (&["kill notification-service at 500ms for 1s"], &["missing(email sent) = 0", "redelivered(work) >= 0", "accepted = 20"]),
        (&["stop notification-service at 505ms for 1s"], &["missing(email sent) = 0", "redelivered(work) = 0"]),
        (&["hang notification-service at 505ms"], &["unacked(work) = 10", "missing(email sent) > 10"]),
        (&["hang notification-service at 505ms for 1s"], &["missing(email sent) = 0", "redelivered(work) = 0", "ready(work) = 0"]),
        (&["slow notification-service 100x at 0s"], &["p50(end-to-end work) > 1s", "missing(email sent) = 0"]),
        (&["partition notification-service from broker at 505ms for 1s"], &["missing(email sent) = 0", "redelivered(work) = 0"]),
        (&["partition customers from order-service at 505ms for 1s"], &["accepted = 20"]),
        (&["partition customers from order-service at 505ms"], &["accepted < 10", "failed > 10"]),
        (&["fill order-service at 505ms for 1s"], &["failed = 10", "saved = 10", "missing(email sent) = 0"]),
        (&["restart broker at 505ms for 100ms"], &["accepted = 20", "unsent > 0"]),
    ];
    for (faults, properties) in cases {
        run(scenario(), faults, 40_000).must(properties);
    }
    // A connection that is cut for longer than its heartbeat is given up at both ends.
    let ran = run(scenario(), &["partition notification-service from broker at 505ms for 90s"], 200_000);
    ran.must(&["missing(email sent) = 0", "redelivered(work) >= 0"]);
    let lost = ran.times(|what| matches!(what, WorldEvent::ConnectionLost { reason: "no heartbeat", .. }));
    assert_eq!(lost, [60_505]);
    assert!(ran.count(|what| matches!(what, WorldEvent::ConnectFailed { .. })) >= 5, "it tries every five seconds");
}

#[test]
fn several_instances_share_the_work_and_a_connection_each() {
    let mut builder = orders(json!([persist(), publish()]), json!({}));
    builder.0["services"][1]["instances"] = json!(3);
    builder.0["services"][1]["handlers"][0]["on"]["prefetch"] = json!(1);
    let ran = run(builder.scenario(), &["kill notification-service#2 at 1s"], 20_000);
    ran.must(&["missing(email sent) = 0"]);
    let handled: Vec<u64> = ran.world.instances().map(|(_, instance)| instance.handled).collect();
    assert!(handled[1..].iter().all(|handled| *handled > 0), "{handled:?}");
    assert_eq!(handled[1..].iter().sum::<u64>() + ran.world.ledger().total().redelivered, 20);
}

#[test]
fn start_up_and_schedules() {
    let services = json!([
        { "name": "seeder", "at": [0, 0], "handlers": [{ "on": { "start_up": true }, "steps": [publish()] }] },
        { "name": "clock", "at": [0, 0], "instances": 2, "handlers": [{ "on": { "every_ms": 1000 }, "steps": [publish()] }] }
    ]);
    let scenario = Builder::new().with("broker", work_queue(json!({}))).with("services", services).scenario();
    run(scenario.clone(), &[], 5_500).must(&["published = 6", "unsent = 0", "ready(work) = 6"]);
    run(scenario, &["kill seeder at 2s for 1s", "kill clock at 2500ms for 2s"], 5_500).must(&["published = 5"]);
}

#[test]
fn headers_are_templates_too() {
    let step = json!({ "do": "publish", "routing_key": "work", "payload": { "a": 1 }, "priority": 3, "expiration_ms": 60000, "persistent": false,
        "headers": { "story": "{n}", "text": "order {n}", "plain": 7 } });
    let services = json!([{ "name": "seeder", "at": [0, 0], "handlers": [{ "on": { "start_up": true }, "steps": [step] }] }]);
    let ran = run(Builder::new().with("broker", work_queue(json!({}))).with("services", services).scenario(), &[], 1_000);
    let message = ran.bodies("work")[0].clone();
    assert_eq!(header(&message, "story").as_deref(), Some("Int(1)"));
    assert_eq!(header(&message, "text").as_deref(), Some("String(\"order 1\")"));
    let properties = &message.properties;
    assert_eq!(
        (properties.delivery_mode, properties.priority, properties.expiration.clone()),
        (Some(1), Some(3), Some(Name::from("60000")))
    );
    assert_eq!(properties.correlation_id.as_deref(), Some("c-1"));
}

#[test]
fn jitter_disturbs_no_connection_but_brings_links_out_of_step() {
    let mut builder = orders(json!([persist(), publish()]), json!({}));
    builder.0["clients"][0]["arrivals"]["from_ms"] = json!(1000);
    builder.0["network"] = json!({ "latency_ms": 1, "jitter_ms": 300, "links": [
        { "between": ["notification-service", "broker"], "latency_ms": 50 } ] });
    let ran = run(builder.scenario(), &[], 20_000);
    ran.must(&["missing(email sent) = 0", "duplicated(email sent) = 0"]);
    let arrived: Vec<_> = ran.deliveries("work").iter().map(|(_, message, _)| message.properties.message_id.clone()).collect();
    let mut sorted = arrived.clone();
    sorted.sort_by_key(|id| id.as_ref().map(|id| (id.len(), id.clone())));
    assert_eq!(arrived, sorted, "one connection, one order");
    let sent = ran.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
        WorldEvent::Persisted { about, .. } => Some(about.clone()),
        _ => None,
    });
    let sent: Vec<Name> = sent.collect();
    let mut sorted = sent.clone();
    sorted.sort_by_key(|id| (id.len(), id.clone()));
    assert_ne!(sent, sorted, "requests overtake each other");
}

#[test]
fn thousands_that_waited_are_taken_up_without_end_of_the_stack() {
    let mut builder = orders(json!([persist(), publish()]), json!({}));
    builder.0["clients"][0]["arrivals"] = json!({ "at_once": 20000 });
    builder.0["clients"][0]["timeout_ms"] = json!(20_000);
    let scenario = builder.scenario();
    let mut world = World::new(scenario, 1);
    world.inject(fault("hang order-service at 0s for 5s"));
    world.run_until(SimTime::from_secs(30), u64::MAX);
    assert_eq!(world.ledger().business.saved, 20_000);
}

/// Ids come from payloads: the largest there is, one that a timestamp gives, and none at all. None takes another's place.
#[test]
fn records_far_apart_and_without_ids_are_all_kept() {
    let client = |name: &str, body: Json, at: u64| json!({ "name": name, "at": [0, 0], "calls": { "service": "store", "endpoint": "POST /x" }, "arrivals": { "at_ms": [at] }, "body": body });
    let clients = json!([
        client("largest", json!({ "id": u64::MAX }), 1),
        client("timestamp", json!({ "id": 1_700_000_000_000_u64 }), 2),
        client("soon", json!({ "id": 1_002 }), 3),
        client("first", json!({ "n": 1 }), 4),
        client("second", json!({ "n": 2 }), 5),
        client("again", json!({ "id": u64::MAX }), 6),
    ]);
    let services = json!([{ "name": "store", "at": [0, 0], "handlers": [{ "on": { "http": "POST /x" }, "steps": [{ "do": "persist", "id": "id", "state": "new" }] }] }]);
    let scenario = Builder::new().with("clients", clients).with("services", services).scenario();
    let service = scenario.service("store").expect("it is there").0;
    let mut world = World::new(scenario, 1);
    world.run_until(SimTime::from_secs(1), u64::MAX);
    assert_eq!(world.records(service), 5, "the last is the first again");
    assert_eq!(world.ledger().business.records, 5);
}

#[test]
fn what_multiplies_without_end_is_stopped_and_says_so() {
    let services = json!([{ "name": "doubler", "at": [0, 0], "handlers": [
        { "on": { "start_up": true }, "steps": [{ "do": "publish", "routing_key": "work" }] },
        { "on": { "queue": "work" }, "steps": [{ "do": "publish", "routing_key": "work" }, { "do": "publish", "routing_key": "work" }] }] }]);
    let mut world = World::new(Builder::new().with("broker", work_queue(json!({}))).with("services", services).scenario(), 1);
    world.set_watched(false);
    world.run_until(SimTime::from_secs(60), u64::MAX);
    assert!(world.halted().is_some_and(|why| why.contains("something multiplies")));
    assert_eq!(world.ledger().imbalances(), [""; 0]);
}

#[test]
fn after_a_cut_everything_arrives_in_the_order_it_was_sent() {
    // What was sent just before the link heals must not overtake what was held: confirms would go to the wrong publish.
    let steps = json!([with(with(publish(), json!({ "confirm": true })), json!({ "required": true })), persist()]);
    let mut builder = orders(steps, json!({}));
    builder.0["network"] = json!({ "latency_ms": 10 });
    builder.0["clients"][0]["arrivals"] = json!({ "every_ms": 2, "from_ms": 50, "count": 60 });
    let ran = run(builder.scenario(), &["partition order-service from broker at 100ms for 5ms"], 5_000);
    ran.must(&["accepted = 60", "missing(email sent) = 0"]);
    let published = ran.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
        WorldEvent::Broker(Event::Published { message, .. }) => message.properties.message_id.clone(),
        _ => None,
    });
    let numbers: Vec<u64> = published.filter_map(|id| id.strip_prefix("e-")?.parse().ok()).collect();
    assert_eq!(numbers.len(), 60);
    assert!(numbers.is_sorted(), "{numbers:?}");
}

#[test]
fn who_was_killed_stays_away_and_who_was_stopped_comes_back() {
    let scenario = || {
        let mut builder = orders(json!([persist(), publish()]), json!({}));
        builder.0["services"][1]["handlers"][0]["steps"][0]["ms"] = json!(3000);
        builder.scenario()
    };
    // It ends long after it should have been started again.
    let ran = run(scenario(), &["stop notification-service at 505ms for 100ms"], 30_000);
    ran.must(&["missing(email sent) = 0", "redelivered(work) = 0"]);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Stopped(_))), 1);
    // A crash restarts; a kill meanwhile does not.
    let crashing = || {
        let mut builder = orders(json!([persist(), publish()]), json!({}));
        builder.0["services"][1]["handlers"][0]["on_failure"] = json!("crash");
        builder.0["services"][1]["handlers"][0]["steps"][1]["fails"] = json!({ "first": 1 });
        builder.scenario()
    };
    run(crashing(), &[], 30_000).must(&["missing(email sent) = 0"]);
    let ran = run(crashing(), &["kill notification-service at 500ms"], 30_000);
    ran.must(&["done(email sent) = 0", "ready(work) = 20"]);
    // Two faults of a kind: it is mended when the last of them ends.
    let ran = run(scenario(), &["kill notification-service at 1s for 1s", "kill notification-service at 1500ms for 3s"], 30_000);
    assert_eq!(ran.times(|what| matches!(what, WorldEvent::Started(id) if id.service == 1)), [0, 4_500]);
}

#[test]
fn nobody_does_anything_while_it_hangs() {
    let mut builder = orders(json!([persist(), publish()]), json!({}));
    let confirmed = with(with(publish(), json!({ "confirm": true })), json!({ "routing_key": "nobody", "exchange": "" }));
    builder.0["services"][1]["handlers"][0]["steps"] = json!([confirmed, { "do": "effect", "what": "email sent", "of": "eventId" }]);
    let faults = ["hang notification-service at 1003100us for 10s", "restart broker at 2s for 100ms"];
    let ran = run(builder.scenario(), &faults, 11_000);
    let done = ran.times(|what| matches!(what, WorldEvent::Effect { .. }));
    assert!(done.iter().all(|at| *at < 1_004 || *at >= 11_000), "{done:?}");
}

#[test]
fn one_error_passes_and_another_is_permanent() {
    let services = json!([{ "name": "worker", "at": [0, 0], "handlers": [{ "on": { "queue": "work", "prefetch": 1 }, "steps": [
        { "do": "effect", "what": "checked", "of": "eventId", "fails": poison(), "on_failure": "dead_letter" },
        { "do": "effect", "what": "email sent", "of": "eventId", "fails": { "first_attempts": 2 } }], "on_failure": "reject_requeue" }] }]);
    let scenario = Builder::new().with("broker", work_queue(dead_lettering())).with("services", services).scenario();
    let mut world = World::new(scenario, 1);
    world.run_until(SimTime::from_millis(10), u64::MAX);
    world.inject(Input::publish("orders", "order.placed", json!({ "poison": true })));
    world.inject(Input::publish("orders", "order.placed", json!({ "poison": false })));
    play(world, 1_000).must(&["dead(work: rejected) = 1", "requeued(work) = 2", "done(email sent) = 1"]);
}

#[test]
fn one_retry_queue_with_many_expirations_is_blocked_at_its_head() {
    let mut broker = work_queue(dead_lettering());
    broker["queues"][4]["arguments"] = json!({ "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" });
    let policy = json!({ "republish": 2, "via": ["work.retry"], "expirations_ms": [10000, 1000] });
    let scenario = Builder::new().with("broker", broker).with("services", consumer(policy, json!({ "first_attempts": 2 }))).scenario();
    let mut world = World::new(scenario, 1);
    world.run_until(SimTime::from_millis(10), u64::MAX);
    world.inject(Input::publish("orders", "order.placed", json!({ "n": 1 })));
    world.run_until(SimTime::from_millis(9_000), u64::MAX);
    world.inject(Input::publish("orders", "order.placed", json!({ "n": 2 })));
    let ran = play(world, 60_000);
    ran.must(&["done(email sent) = 2"]);
    let done = ran.times(|what| matches!(what, WorldEvent::Effect { .. }));
    // The first comes back after ten seconds, and waits one more; but behind the second, which waits ten.
    assert!(done[0] > 18_000, "{done:?}");
}

#[test]
fn http_and_circuits_over_time() {
    let call = json!({ "do": "call", "service": "email", "endpoint": "POST /emails", "timeout_ms": 500, "breaker": { "failures": 2, "open_ms": 3000 } });
    let services = json!([
        { "name": "order-service", "at": [0, 0], "handlers": [{ "on": { "http": "POST /orders" }, "steps": [persist(), call] }] },
        { "name": "email", "at": [0, 0], "handlers": [{ "on": { "http": "POST /emails" }, "steps": [{ "do": "work", "ms": 10 }] }] }
    ]);
    let mut builder = orders(json!([]), json!({})).with("services", services);
    builder.0["clients"][0]["arrivals"] = json!({ "every_ms": 100 });
    let ran = run(builder.scenario(), &["kill email at 5s for 3s"], 20_000);
    let email = ran.world.metrics().http("email").expect("it was called");
    let samples: Vec<_> = email.samples().collect();
    let at = |secs: usize| samples[secs * 1_000 / usize::try_from(ran.world.metrics().period().as_millis()).expect("it is short")];
    assert_eq!((at(4).failed, at(4).circuits_open), (0, 0));
    assert!(at(6).failed > 0 && at(6).circuits_open == 1);
    assert_eq!((at(12).circuits_open, at(19).failed), (0, at(12).failed), "it has closed, and nothing fails any more");
    assert!(at(19).succeeded > at(12).succeeded && at(19).waited_ms > at(12).waited_ms);
}

/// A caller and one who answers, by the reply queue of this name.
fn asking(queue: &str, timeout_ms: u64, work_ms: u64) -> Builder {
    let ask = json!({ "do": "publish", "routing_key": "questions", "payload": { "n": "{n}" }, "mandatory": true, "required": true,
        "reply": { "timeout_ms": timeout_ms, "queue": queue } });
    let caller = json!({ "name": "caller", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "http": "GET /" },
        "steps": [ask, { "do": "effect", "what": "shown", "of": "answer.twice" }, { "do": "reply", "status": 200 }] }] });
    let answerer = json!({ "name": "answerer", "at": [0, 0], "handlers": [{ "on": { "queue": "questions" }, "steps": [
        { "do": "work", "ms": work_ms },
        { "do": "publish", "routing_key": "{replyTo}", "payload": { "twice": "{n * 2}" } }] }] });
    Builder::new()
        .with("broker.queues", json!([{ "name": "questions", "at": [0, 0] }]))
        .with(
            "clients",
            json!([{ "name": "client", "at": [0, 0], "calls": { "service": "caller", "endpoint": "GET /" },
            "arrivals": { "every_ms": 100, "count": 3 }, "timeout_ms": 5000, "body": { "n": "{n}" } }]),
        )
        .with("services", json!([caller, answerer]))
}

fn shown(ran: &Ran) -> Vec<String> {
    let effect = |event: &TimedEvent| match &event.what {
        WorldEvent::Effect { whom, .. } => Some(whom.clone()),
        _ => None,
    };
    ran.occurrences.iter().filter_map(effect).collect()
}

#[test]
fn each_request_has_its_own_answer() {
    for queue in ["direct", "exclusive"] {
        // All three are asked before the first is answered.
        let ran = run(asking(queue, 2_000, 500).scenario(), &[], 3_000).about(queue.to_owned());
        ran.must(&["accepted = 3", "failed = 0", "lost_in_total = 0", "ready(questions) = 0", "published = 6"]);
        assert_eq!(shown(&ran), ["2.0", "4.0", "6.0"], "{queue}");
        // A request is no event of the story: it announces nothing.
        ran.must(&["invented = 0", "unannounced = 0"]);
    }
}

#[test]
fn an_answer_that_comes_too_late_is_lost() {
    for queue in ["direct", "exclusive"] {
        let ran = run(asking(queue, 200, 500).scenario(), &[], 3_000).about(queue.to_owned());
        ran.must(&["accepted = 0", "failed = 3", "lost = 3", "lost_in_total = 3", "ready(questions) = 0"]);
        assert_eq!(ran.count(|event| matches!(event, WorldEvent::PublishFailed { reason: "no answer in time", .. })), 3, "{queue}");
        assert_eq!(ran.count(|event| matches!(event, WorldEvent::AnswerCame { .. })), 0, "{queue}");
    }
}

#[test]
fn an_answer_to_a_caller_that_is_gone_is_told() {
    // Nothing keeps a direct answer; the exclusive queue is gone with the caller.
    for (queue, told) in [("direct", "dropped = 3"), ("exclusive", "unroutable = 3")] {
        let ran = run(asking(queue, 2_000, 500).scenario(), &["kill caller at 400ms"], 3_000).about(queue.to_owned());
        ran.must(&[told, "lost_in_total = 3", "ready(questions) = 0"]);
    }
}

#[test]
fn a_request_that_no_queue_takes_fails_at_once() {
    let scenario = asking("direct", 60_000, 0).with("broker.queues", json!([{ "name": "questions", "at": [0, 0], "auto_delete": true }]));
    let ran = run(scenario.scenario(), &["kill answerer at 10ms"], 1_000);
    ran.must(&["failed = 3", "returned = 3"]);
}
