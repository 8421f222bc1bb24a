//! Orders over HTTP: in which order a program saves, announces and acknowledges, and what a crash makes of it.

use requeue::base::SimTime;
use requeue::formats::scenario_file;
use requeue::sim::{World, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, orders, persist, publish, run, with, work_queue};

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
        builder.with("network.heartbeat_ms", json!(20_000)).scenario()
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
fn records_in_memory_end_with_their_process() {
    let with = |in_memory: bool, fault: &str| {
        let mut builder = orders(json!([persist(), publish()]), json!({ "in_memory": in_memory }));
        // Each order is shipped when it has been pending for a while.
        let ships = json!({
            "on": { "every_ms": 100, "records": { "state": "pending", "older_than_ms": 3000 } },
            "steps": [{ "do": "persist", "id": "orderId", "state": "shipped" }, { "do": "effect", "what": "order shipped", "of": "orderId" }]
        });
        builder.0["services"][0]["handlers"].as_array_mut().expect("a list").push(ships);
        run(builder.scenario(), &[fault], 20_000)
    };
    let kill = "kill order-service at 1500ms for 100ms";
    with(false, kill).must(&["missing(order shipped) = 0", "saved > 15"]);
    let lost = with(true, kill);
    lost.must(&["missing(order shipped) > 5", "done(order shipped) > 0", "saved > 15", "duplicated(order shipped) = 0"]);
    assert_eq!(lost.count(|what| matches!(what, WorldEvent::RecordsLost { records, .. } if *records > 5)), 1);
    // A hang and a restart of the broker end no process.
    with(true, "hang order-service at 1500ms for 1s").must(&["missing(order shipped) = 0"]);
    with(true, "restart broker at 1500ms for 1s").must(&["missing(order shipped) = 0"]);
    let mut two = orders(json!([persist()]), json!({ "in_memory": true }));
    two.0["services"][0]["instances"] = json!(2);
    let told = scenario_file::read(&two.0.to_string()).expect_err("each would have its own");
    assert!(told[0].to_string().starts_with("services[0].in_memory: each instance"), "{}", told[0]);
}
