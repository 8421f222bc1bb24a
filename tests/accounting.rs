//! Nothing is lost silently: each way in which a message can vanish is counted, once, and told. Systems that were accounted for
//! wrongly are in tests/accounting.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::needless_pass_by_value, reason = "documents are given as `json!` makes them")]

use std::sync::Arc;

use requeue::base::{SimTime, limits};
use requeue::broker::Name;
use requeue::formats::{recording_file, report, scenario_file, trace_json};
use requeue::scenario::{Fault, Property, Scenario};
use requeue::sim::biography::biography;
use requeue::sim::judge::judge;
use requeue::sim::{Input, Recording, World, WorldEvent};
use serde_json::{Value as Json, json};

fn read(text: &str) -> Arc<Scenario> {
    Arc::new(scenario_file::read(text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}")))
}

fn file(name: &str) -> Arc<Scenario> {
    let path = format!("{}/tests/accounting/{name}.json", env!("CARGO_MANIFEST_DIR"));
    read(&std::fs::read_to_string(path).expect("it is there"))
}

/// A producer that publishes ten messages, one each 100 ms, to the exchange and key of the step, and a consumer of the queue.
fn system(broker: Json, publish: Json, consumer: Json) -> Arc<Scenario> {
    let mut step = json!({ "do": "publish", "exchange": "", "routing_key": "q", "payload": { "n": "{n}" } });
    step.as_object_mut().expect("it is one").extend(publish.as_object().expect("it is one").clone());
    let producer = json!({ "name": "producer", "at": [0, 0], "handlers": [{ "on": { "http": "POST /" }, "steps": [step] }] });
    let mut services = vec![producer];
    if !consumer.is_null() {
        services.push(json!({ "name": "consumer", "at": [3, 3], "handlers": [consumer] }));
    }
    let client = json!({ "name": "client", "at": [9, 9], "calls": { "service": "producer", "endpoint": "POST /" },
        "arrivals": { "every_ms": 100, "count": 10 }, "body": { "n": "{n}" } });
    read(
        &json!({ "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": broker, "clients": [client], "services": services })
            .to_string(),
    )
}

fn queue(arguments: Json) -> Json {
    json!({ "queues": [{ "name": "q", "at": [2, 2], "arguments": arguments }] })
}

fn consumer(more: Json, steps: Json) -> Json {
    let mut on = json!({ "queue": "q" });
    on.as_object_mut().expect("it is one").extend(more.as_object().expect("it is one").clone());
    json!({ "on": on, "steps": steps })
}

fn run(scenario: Arc<Scenario>, faults: &[&str], until_ms: u64) -> World {
    let mut world = World::new(scenario, 1);
    for text in faults {
        world.inject(Input::Fault(text.parse::<Fault>().expect("it is a sentence")));
    }
    let until = SimTime::from_millis(until_ms);
    while world.next_at().is_some_and(|at| at <= until) {
        world.step();
        assert_eq!(world.ledger().imbalances(), Vec::<String>::new(), "{}", world.now());
    }
    world
}

fn check(about: &str, world: &World, properties: &[&str]) {
    for text in properties {
        let property: Property = text.parse().expect(text);
        let found = judge(world, &property);
        assert!(found.holds, "{about}: {found}\n{}", report::text(world, &[]));
    }
}

/// What is tried: a system, its faults, and the properties that hold in the end.
type Row<'a> = (&'a str, Arc<Scenario>, &'a [&'a str], &'a [&'a str]);

#[test]
fn each_loss_is_counted_once() {
    let bind = json!({ "exchanges": [{ "name": "x", "at": [1, 1], "type": "direct" }], "queues": [{ "name": "q", "at": [2, 2] }] });
    let fails = json!([{ "do": "work", "ms": 1, "fails": { "always": true } }]);
    let works = json!([{ "do": "work", "ms": 5 }]);
    let early = json!([{ "do": "ack" }, { "do": "work", "ms": 50, "fails": { "always": true } }]);
    let slow_after_ack = json!([{ "do": "ack" }, { "do": "work", "ms": 30000 }]);
    let plain = || consumer(json!({}), works.clone());
    let none = json!({});
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        ("handled", system(queue(none.clone()), none.clone(), plain()), &[], &["nothing is lost", "acknowledged = 10"]),
        ("unroutable", system(bind.clone(), json!({ "exchange": "x" }), plain()), &[],
            &["unroutable = 10", "lost = 0", "lost_in_total = 10"]),
        ("returned, and given up", system(bind.clone(), json!({ "exchange": "x", "mandatory": true }), plain()), &[],
            &["returned = 10", "unroutable = 0", "lost_in_total = 10"]),
        ("returned after a confirm was awaited", system(bind.clone(), json!({ "exchange": "x", "mandatory": true, "confirm": true }), plain()), &[],
            &["returned = 10", "lost_in_total = 10"]),
        ("returned, and the step fails", system(bind, json!({ "exchange": "x", "mandatory": true, "confirm": true, "required": true }), plain()), &[],
            &["returned = 10", "lost_in_total = 0", "failed = 10"]),
        ("never sent", system(queue(none.clone()), none.clone(), plain()), &["restart broker at 250ms for 500ms"], &["unsent > 0", "lost_in_total >= unsent"]),
        ("dropped by a limit", system(queue(json!({ "x-max-length": 3 })), none.clone(), Json::Null), &[],
            &["dropped = 7", "lost_in_total = 7"]),
        ("refused by a full queue", system(queue(json!({ "x-max-length": 3, "x-overflow": "reject-publish" })), none.clone(), Json::Null), &[],
            &["refused = 7", "lost_in_total = 7"]),
        ("rejected without a dead-letter exchange", system(queue(none.clone()), none.clone(), consumer(json!({}), fails.clone())), &[],
            &["dropped = 10", "lost_in_total = 10"]),
        ("dead letters without a queue", system(json!({ "exchanges": [{ "name": "dlx", "at": [1, 1], "type": "direct" }],
            "queues": [{ "name": "q", "at": [2, 2], "arguments": { "x-dead-letter-exchange": "dlx" } }] }), none.clone(), consumer(json!({}), fails.clone())), &[],
            &["dead(q) = 10", "unroutable_dead_letters(q) = 10", "dropped = 0", "unroutable = 0", "lost_in_total = 10"]),
        ("dead letters that a full queue refuses", system(json!({ "queues": [
            { "name": "q", "at": [2, 2], "arguments": { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" } },
            { "name": "dead", "at": [4, 4], "arguments": { "x-max-length": 4, "x-overflow": "reject-publish" } }] }), none.clone(), consumer(json!({}), fails.clone())), &[],
            &["dead(q) = 10", "ready(dead) = 4", "refused(dead) = 6", "lost_in_total = 6"]),
        ("dead letters that arrive", system(json!({ "queues": [
            { "name": "q", "at": [2, 2], "arguments": { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" } }, { "name": "dead", "at": [4, 4] }] }),
            none.clone(), consumer(json!({}), fails.clone())), &[], &["ready(dead) = 10", "nothing is lost"]),
        ("acknowledged by being sent, and the handler fails", system(queue(none.clone()), none.clone(), consumer(json!({ "auto_ack": true }), fails.clone())), &[],
            &["lost = 10", "lost_in_total = 10"]),
        ("swallowed", system(queue(none.clone()), none.clone(), { let mut handler = consumer(json!({}), fails.clone()); handler["on_failure"] = json!("acknowledge"); handler }), &[],
            &["acknowledged = 10", "lost = 10", "lost_in_total = 10"]),
        ("acknowledged before the work that fails", system(queue(none.clone()), none.clone(), consumer(json!({}), early)), &[],
            &["acknowledged = 10", "lost_in_total = 10"]),
        ("acknowledged before the work that a crash ends", system(queue(none.clone()), none, consumer(json!({}), slow_after_ack)), &["kill consumer at 5s"],
            &["acknowledged = 10", "lost_in_total = 10"]),
    ];
    for (about, scenario, faults, properties) in table {
        check(about, &run(scenario, faults, 20_000), properties);
    }
}

#[test]
fn a_dead_letter_without_a_queue_is_told_everywhere() {
    let scenario = file("dead-letter-exchange-without-binding");
    let world = run(scenario.clone(), &[], 1_000);
    check("ledger", &world, &["unroutable_dead_letters(q) = 1", "lost_in_total = 1", "imbalances = 0"]);
    let text = report::text(&world, &[]);
    assert!(text.contains("Unroutable 1 dead letters of q") && text.contains("In total   1 lost"), "{text}");
    let document: Json = serde_json::from_str(&report::json(&world, &[])).expect("it is JSON");
    assert_eq!((&document["messages"]["lost_in_total"], &document["queues"][0]["unroutable_dead_letters"]), (&json!(1), &json!(1)));
    let life = biography(&Recording::new(scenario, 1), &Name::from("e-1"), SimTime::from_millis(1_000)).expect("it was published");
    let whereabouts: Vec<String> = life.whereabouts.iter().map(|place| requeue::app::words::whereabouts(place, &world)).collect();
    assert_eq!(whereabouts, ["dead-lettered from q, unroutable: the dead-letter exchange had no queue for it"]);
    let lines = |occurrence| requeue::app::words::is_worth_a_line(occurrence).then(|| requeue::app::words::line(occurrence, &world));
    let trouble: Vec<_> = life.entries.iter().filter_map(lines).filter(|line| line.what == "Unroutable").collect();
    assert_eq!(trouble.len(), 1, "the log tells it");
    assert_eq!(trouble[0].icon, requeue::app::words::LogIcon::Failure, "as trouble");
}

/// The lines of an event's biography, and where it is.
fn story(scenario: &Arc<Scenario>, event: &str, until_ms: u64) -> (Vec<String>, Vec<String>) {
    let recording = Recording::of(scenario.clone());
    let world = run(scenario.clone(), &[], until_ms);
    let life = biography(&recording, &Name::from(event), SimTime::from_millis(until_ms)).expect("it was published");
    let lines = life.entries.iter().map(|entry| requeue::app::words::line(entry, &world));
    let places = life.whereabouts.iter().map(|place| requeue::app::words::whereabouts(place, &world));
    (lines.map(|line| format!("{} {}", line.what, line.detail)).collect(), places.collect())
}

#[test]
fn what_a_quorum_queue_holds_back_says_why() {
    let dead = |arguments: Json| {
        let mut all = json!({ "x-queue-type": "quorum", "x-message-ttl": 500, "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish", "x-dead-letter-exchange": "" });
        all.as_object_mut().expect("it is one").extend(arguments.as_object().expect("it is one").clone());
        all
    };
    let with = |arguments: Json, more: Json| {
        let mut broker = queue(arguments);
        broker["queues"].as_array_mut().expect("it is one").extend(more.as_array().expect("it is one").iter().cloned());
        broker
    };
    let full = json!([{ "name": "full", "at": [4, 4], "arguments": { "x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish" } }]);
    let fails = consumer(json!({}), json!([{ "do": "work", "ms": 1, "fails": { "always": true } }]));
    let retries = {
        let mut broker = queue(json!({ "x-queue-type": "quorum", "x-delayed-retry-type": "all", "x-delayed-retry-min": 60000 }));
        broker["profile"] = json!("4.3");
        broker
    };
    let requeues = {
        let mut handler = fails;
        handler["on_failure"] = json!("reject_requeue");
        handler
    };
    #[rustfmt::skip]
    let table = [
        (queue(dead(json!({ "x-dead-letter-routing-key": "q" }))), Json::Null, "a dead letter, and dead-lettering would lead it in a circle"),
        (queue(dead(json!({ "x-dead-letter-routing-key": "nowhere" }))), Json::Null, "a dead letter, and its dead-letter exchange has no queue for it"),
        (with(dead(json!({ "x-dead-letter-routing-key": "full" })), full), Json::Null,
            "a dead letter, and its target is full and refuses it"),
        (retries, requeues, "its retry is delayed"),
    ];
    for (broker, consumer, why) in table {
        let scenario = system(broker, json!({}), consumer);
        let world = run(scenario.clone(), &[], 5_000);
        let held = world.ledger().queues.get(&Name::from("q")).map_or(0, |copies| copies.kept_back);
        assert!(held > 0, "{why}");
        let text = report::text(&world, &[]);
        assert!(text.lines().any(|line| line == format!("Kept back  {held} by q: {why}")), "{why}\n{text}");
        let document: Json = serde_json::from_str(&report::json(&world, &[])).expect("it is JSON");
        let queue = document["queues"].as_array().into_iter().flatten().find(|queue| queue["name"] == "q").expect("it is told");
        assert_eq!(queue["kept_back_because"], json!({ why: held }));
        assert_eq!(story(&scenario, "e-10", 5_000).1, [format!("held back by q: {why}")]);
    }
}

/// A program that publishes its `x-death` again is believed by RabbitMQ 3.13: it has led its message in a circle.
#[test]
fn a_retry_that_takes_its_history_along_is_held_back_in_a_circle() {
    let scenario = file("copied-headers");
    let world = run(scenario.clone(), &[], 60_000);
    let text = report::text(&world, &[]);
    assert!(text.contains("Kept back  1 by nap.2s: a dead letter, and dead-lettering would lead it in a circle"), "{text}");
    assert_eq!(story(&scenario, "e-2", 60_000).1, ["held back by nap.2s: a dead letter, and dead-lettering would lead it in a circle"]);
}

/// When its place is free, the next try brings it there, and it is held back no longer.
#[test]
fn a_dead_letter_is_held_back_until_its_target_has_room() {
    let scenario = system(
        json!({ "queues": [
            { "name": "q", "at": [2, 2], "arguments": { "x-queue-type": "quorum", "x-message-ttl": 500, "x-overflow": "reject-publish",
                "x-dead-letter-strategy": "at-least-once", "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "full" } },
            { "name": "full", "at": [4, 4], "arguments": { "x-max-length": 9, "x-overflow": "reject-publish", "x-message-ttl": 60000 } }] }),
        json!({}),
        Json::Null,
    );
    assert_eq!(story(&scenario, "e-10", 5_000).1, ["held back by q: a dead letter, and its target is full and refuses it"]);
    assert_eq!(story(&scenario, "e-10", 200_000).1, ["ready in full, which has no consumer"]);
    let text = report::text(&run(scenario, &[], 200_000), &[]);
    assert!(!text.contains("Kept back"), "{text}");
}

/// A classic queue counts nothing, and so tells nothing.
#[test]
fn a_biography_tells_what_a_quorum_queue_counts() {
    let deliveries = |profile: &str, arguments: Json, headers: Json| {
        let mut broker = queue(arguments);
        broker["profile"] = json!(profile);
        let mut handler = consumer(json!({ "prefetch": 1 }), json!([{ "do": "work", "ms": 1, "fails": { "first_attempts": 2 } }]));
        handler["on_failure"] = json!("requeue");
        let (lines, _) = story(&system(broker, json!({ "headers": headers }), handler), "e-1", 5_000);
        lines.into_iter().filter(|line| line.starts_with("Delivered")).collect::<Vec<_>>()
    };
    let told = |counts: [&str; 3]| counts.map(|counts| format!("Delivered q e-1 from q to consumer{counts}"));
    let quorum = || json!({ "x-queue-type": "quorum" });
    let once = ["", ", redelivered, x-delivery-count 1", ", redelivered, x-delivery-count 2"];
    assert_eq!(deliveries("3.13", quorum(), json!({})), told(once));
    assert_eq!(deliveries("4.0", quorum(), json!({})), told(once));
    // A nack is no failed delivery here: RabbitMQ 4.3 counts it apart.
    let acquired = ["", ", redelivered, x-acquired-count 1", ", redelivered, x-acquired-count 2"];
    assert_eq!(deliveries("4.3", quorum(), json!({})), told(acquired));
    let of_a_client = json!({ "x-delivery-count": 7 });
    assert_eq!(deliveries("4.0", json!({}), of_a_client), told(["", ", redelivered", ", redelivered"]));
}

#[test]
fn an_event_that_no_queue_gets_announces_nothing() {
    check("unroutable", &run(file("announced-to-no-queue"), &[], 5_000), &["saved > 0", "unannounced = saved"]);
}

/// The channel of a program that acknowledges twice is closed, and the report says how often.
#[test]
fn a_second_acknowledgement_closes_the_channel() {
    let mut world = World::new(file("double-ack"), 1);
    let mut lines: Vec<String> = Vec::new();
    while world.next_at().is_some_and(|at| at <= SimTime::from_secs(10)) {
        world.step();
        let occurrences: Vec<_> = world.drain_occurrences().collect();
        lines.extend(occurrences.iter().map(|occurrence| trace_json::line(&world, occurrence)));
    }
    let closed: Vec<&String> = lines.iter().filter(|line| line.contains("\"channel_closed\"")).collect();
    assert!(!closed.is_empty());
    assert!(closed.iter().all(|line| line.contains("\"service\":\"van\"") && line.contains("unknown delivery tag")), "{closed:#?}");
    assert!(report::text(&world, &[]).contains("channels closed by the broker: PRECONDITION_FAILED"));
}

#[test]
fn what_was_sent_and_is_not_read_is_in_the_report() {
    let text = report::text(&run(file("alarm"), &[], 80_000), &[]);
    assert!(text.contains("on the way 1022"), "{text}");
}

#[test]
fn a_delivery_that_nobody_received_says_where_the_message_is() {
    let mut world = World::new(file("requeued-in-flight"), 1);
    let mut seen = Vec::new();
    while world.next_at().is_some_and(|at| at <= SimTime::from_secs(600)) && world.step() {
        let occurrences: Vec<_> = world.drain_occurrences().collect();
        for occurrence in occurrences {
            if let WorldEvent::LostDelivery { instance, is_up, is_unacked, .. } = occurrence.what {
                assert_eq!(is_up, world.instance(instance).expect("it is there").up);
                seen.push((is_up, is_unacked));
            }
        }
    }
    assert!(seen.contains(&(true, false)), "{seen:?}");
}

#[test]
fn what_is_published_again_is_not_its_own_cause() {
    let text =
        std::fs::read_to_string(format!("{}/static/scenarios/retry-republish.json", env!("CARGO_MANIFEST_DIR"))).expect("it is there");
    let recording = Recording::of(read(&text));
    let causes: Vec<_> = (1..=20_u32)
        .filter_map(|number| {
            let event = Name::from(format!("e-{number}"));
            let life = biography(&recording, &event, SimTime::from_secs(60))?;
            assert_ne!(life.cause.as_ref(), Some(&event));
            life.cause
        })
        .collect();
    assert!(!causes.is_empty());
}

/// A step's own policy publishes a copy and waits for its confirm: so its channel is in confirm mode.
#[test]
fn a_step_may_republish_where_its_handler_does_not() {
    let handler = consumer(
        json!({ "prefetch": 1 }),
        json!([
            { "do": "effect", "what": "done", "of": "n", "fails": { "first_attempts": 1 }, "on_failure": { "republish": 3 } }
        ]),
    );
    let scenario = system(queue(json!({})), json!({}), handler);
    check("republished", &run(scenario, &[], 20_000), &["done(done) = 10", "ready(q) = 0", "unacked(q) = 0", "nothing is lost"]);
}

#[test]
fn a_record_is_found_again_by_a_number_within_the_data() {
    let steps = json!([{ "do": "persist", "id": "order.id", "state": "new" }, { "do": "persist", "id": "order.id", "state": "done" }]);
    let world = run(system(queue(json!({})), json!({}), consumer(json!({}), steps)), &[], 5_000);
    assert_eq!(world.records(1), 10);
    check("one record an order", &world, &["saved = 10", "saved_twice = 0"]);
}

#[test]
fn a_record_may_have_any_number() {
    let steps = json!([{ "do": "persist", "id": "metadata.timestamp", "state": "new" }]);
    let mut scenario = Scenario::clone(&system(queue(json!({})), json!({}), consumer(json!({}), steps)));
    scenario.clients[0].traffic.from = SimTime::from_secs(5_000);
    let mut world = World::new(Arc::new(scenario), 1);
    world.run_until(SimTime::from_secs(5_100), 100_000);
    assert_eq!(world.records(1), 10, "each is kept");
    assert!(world.footprint() < 200_000, "{}", world.footprint());
}

/// The work ends later than the acknowledgement, and is measured to its end.
#[test]
fn end_to_end_is_to_the_end_of_the_work() {
    for (more, steps) in [
        (json!({}), json!([{ "do": "ack" }, { "do": "work", "ms": 1000 }])),
        (json!({ "auto_ack": true }), json!([{ "do": "work", "ms": 1000 }])),
        (json!({}), json!([{ "do": "work", "ms": 1000 }])),
    ] {
        let world = run(system(queue(json!({})), json!({}), consumer(more, steps)), &[], 20_000);
        check("end to end", &world, &["p50(end-to-end q) >= 1s", "max(end-to-end q) < 1100ms"]);
    }
}

#[test]
fn what_was_never_measured_is_not_zero() {
    let world = run(system(queue(json!({})), json!({}), consumer(json!({}), json!([{ "do": "work", "ms": 60000 }]))), &[], 5_000);
    let text = report::text(&world, &[]);
    assert!(text.lines().any(|line| line.starts_with("end-to-end q") && line.contains("nothing measured")), "{text}");
}

#[test]
fn a_broken_property_is_kept_with_its_recording() {
    let scenario = file("announced-to-no-queue");
    let recording = Recording::of(scenario);
    let property: Property = "nothing is lost".parse().expect("it is one");
    let text = recording_file::write_breaking(&recording, SimTime::from_secs(5), &property);
    let file = recording_file::read(&text).expect("it is one");
    assert_eq!((file.recording, file.breaks), (recording, Some(property)));
}

/// A poison message in a hot loop has as many requeues as there is time: its story is told up to the limit.
#[test]
fn the_story_of_a_hot_loop_has_a_limit() {
    let mut handler =
        json!({ "on": { "queue": "q" }, "steps": [{ "do": "work", "ms": 0, "fails": { "always": true } }], "on_failure": "requeue" });
    handler["on"]["prefetch"] = json!(1);
    let scenario = system(json!({ "queues": [{ "name": "q", "at": [2, 2] }] }), json!({}), handler);
    let told = |until_ms| {
        let life =
            biography(&Recording::of(scenario.clone()), &Name::from("e-1"), SimTime::from_millis(until_ms)).expect("it was published");
        life.entries.len()
    };
    let (short, long) = (told(2_000), told(60_000));
    assert!(short < limits::BIOGRAPHY && long == limits::BIOGRAPHY, "{short} and {long}");
}

/// A publish that is on its way when RabbitMQ stops is not published. A program that waits for its confirm sends it again.
#[test]
fn what_is_lost_on_its_way_and_sent_again_is_not_lost() {
    let queue = queue(json!({ "x-queue-type": "quorum" }));
    // Each publish takes 15 ms to RabbitMQ: there is always one on its way.
    let run = |publish: Json| {
        let mut scenario =
            serde_json::from_str::<Json>(&scenario_file::write(&system(queue.clone(), json!({}), Json::Null))).expect("it is JSON");
        scenario["clients"] = json!([]);
        let step = json!({ "do": "publish", "exchange": "", "routing_key": "q", "payload": {} });
        let mut step = step.as_object().expect("it is one").clone();
        step.extend(publish.as_object().expect("it is one").clone());
        scenario["services"] =
            json!([{ "name": "p", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "every_ms": 10 }, "steps": [step] }] }]);
        scenario["network"]["latency_ms"] = json!(15);
        let scenario = Arc::new(scenario_file::read(&scenario.to_string()).expect("it is a scenario"));
        self::run(scenario, &["restart broker at 1s for 100ms"], 5_000)
    };
    let retries = json!({ "max": 9, "pause_ms": 100 });
    let plain = run(json!({}));
    check("nothing waits for confirms", &plain, &["lost > 2", "unsent > 5"]);
    assert_eq!(plain.ledger().messages.resent, 0);
    for (about, publish) in [
        ("the same again", json!({ "confirm": true, "retries": retries })),
        ("another event", json!({ "confirm": true, "retries": { "max": 9, "pause_ms": 100, "new_id": true } })),
    ] {
        let sent_again = run(publish);
        check(about, &sent_again, &["lost = 0", "nothing is lost"]);
        assert!(sent_again.ledger().messages.resent > 2, "{about}: {:?}", sent_again.ledger().messages);
    }
    let given_up = run(json!({ "confirm": true }));
    check("nothing is tried again", &given_up, &["lost > 2"]);
}

/// A consumer publishes a copy for a retry, and the copy is lost on its way. It gives the delivery back: nothing is lost.
#[test]
fn a_copy_that_is_lost_on_its_way_is_not_lost_with_its_delivery_given_back() {
    let mut consumer = consumer(json!({ "prefetch": 10 }), json!([{ "do": "work", "ms": 1, "fails": { "always": true } }]));
    consumer["on_failure"] = json!({ "republish": 100_000 });
    let scenario = system(queue(json!({ "x-queue-type": "quorum" })), json!({}), consumer);
    let mut scenario = serde_json::from_str::<Json>(&scenario_file::write(&scenario)).expect("it is JSON");
    scenario["network"]["latency_ms"] = json!(15);
    let world = run(read(&scenario.to_string()), &["restart broker at 5s for 100ms"], 20_000);
    let (ledger, held) = (world.ledger(), world.ledger().total());
    assert!(ledger.messages.resent > 0, "{:?}", ledger.messages);
    check("given back", &world, &["lost = 0", "lost_in_total = 0"]);
    assert!(held.ready + held.unacked + ledger.messages.on_the_way >= 10, "all ten are there: {held:?}");
}
