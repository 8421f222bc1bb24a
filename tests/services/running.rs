//! Programs that run, fail and come back: each fault, instances, schedules.

use requeue::base::SimTime;
use requeue::broker::{Event, Name};
use requeue::sim::ids::InstanceId;
use requeue::sim::{World, WorldEvent};
use serde_json::json;

use super::support::{Builder, Ran, fault, header, orders, persist, publish, run, with, work_queue};

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
}

#[test]
fn a_cut_connection_is_given_up_at_the_second_look_in_a_row_that_finds_nothing() {
    let cut = |fault: &str| run(orders(json!([persist(), publish()]), json!({})).scenario(), &[fault], 500_000);
    let lost = |ran: &Ran| ran.times(|what| matches!(what, WorldEvent::ConnectionLost { reason: "no heartbeat", .. }));
    // Both ends look each minute from the opening on, at 1 ms. The first look after the cut still finds what came before.
    for (fault, given_up) in [
        ("partition notification-service from broker at 505ms for 4m", 180_001),
        ("partition notification-service from broker at 59s for 4m", 180_001),
        ("partition notification-service from broker at 61s for 4m", 240_001),
    ] {
        let ran = cut(fault);
        assert_eq!(lost(&ran), [given_up], "{fault}");
        ran.must(&["missing(email sent) = 0", "ready(work) = 0", "unacked(work) = 0"]);
        assert!(ran.count(|what| matches!(what, WorldEvent::ConnectFailed { .. })) >= 5, "{fault}: it tries every five seconds");
    }
    cut("partition notification-service from broker at 505ms for 4m").must(&["redelivered(work) > 0"]);
    // What waited arrives when the network is whole, and both ends count from then on.
    for fault in
        ["partition notification-service from broker at 505ms for 90s", "partition notification-service from broker at 505ms for 179s"]
    {
        let ran = cut(fault);
        assert_eq!(lost(&ran), [0; 0], "{fault}");
        ran.must(&["missing(email sent) = 0", "redelivered(work) = 0"]);
    }
}

#[test]
fn a_program_that_is_cut_off_does_not_hear_that_the_broker_closes_its_connection() {
    let ran = |heartbeat_ms: u64, choice: &str| {
        let mut builder = orders(json!([persist(), publish()]), json!({})).with("network.heartbeat_ms", json!(heartbeat_ms));
        builder.0["services"][1]["on_connection_error"] = json!(choice);
        let faults = ["partition notification-service from broker at 3s for 50s", "restart broker at 10s for 1s"];
        run(builder.scenario(), &faults, 90_000)
    };
    let worker = InstanceId { service: 1, instance: 0 };
    let lost = |ran: &Ran| ran.times(|what| matches!(what, WorldEvent::ConnectionLost { instance, .. } if *instance == worker));
    // It misses heartbeats, or it sends something when the network is whole, and the broker's machine knows no such connection.
    assert_eq!(lost(&ran(10_000, "reconnect")), [30_001]);
    assert_eq!(lost(&ran(60_000, "reconnect")), [53_000]);
    assert_eq!(lost(&ran(0, "reconnect")), [53_000]);
    // For the program that is an error, not the end of a broker that stops in order.
    let exits = ran(60_000, "exit");
    assert_eq!(exits.times(|what| matches!(what, WorldEvent::Killed { instance, .. } if *instance == worker)), [53_000]);
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
