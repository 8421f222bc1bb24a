//! What a consumer does with what it cannot do: each failure policy and pattern with what comes of it.

use requeue::base::SimTime;
use requeue::sim::{Input, World, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, header, play, work_queue};

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
