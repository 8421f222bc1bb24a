//! What is done once: noted with the record, known to the other side by its key, and published again with the same id or another.

use requeue::formats::scenario_file;
use requeue::sim::WorldEvent;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run, with};

fn topology() -> Json {
    json!({ "queues": [{ "name": "jobs", "at": [0, 0] }, { "name": "mails", "at": [0, 0] }] })
}

fn publisher(more: Json) -> Json {
    let publish = with(json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": { "orderId": "{n}" } }), more);
    json!({ "name": "publisher", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish] }] })
}

fn worker(steps: Json, more: Json) -> Json {
    let handler = with(json!({ "on": { "queue": "jobs", "prefetch": 10 }, "steps": steps }), more);
    json!({ "name": "worker", "at": [0, 0], "restart_ms": 100, "handlers": [handler] })
}

fn builder(services: Json) -> Builder {
    Builder::new().with("broker", topology()).with("services", services)
}

fn ran(services: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(builder(services).scenario(), faults, until_ms)
}

#[test]
fn what_is_noted_with_the_record_is_not_written_twice_and_the_rest_is_not_done() {
    let steps = json!([
        { "do": "work", "ms": 10 },
        { "do": "persist", "id": "number", "state": "paid" },
        { "do": "effect", "what": "mail", "of": "orderId" }
    ]);
    let ran_so = |memory: &str| {
        let once = json!({ "once": { "by": "eventId", "memory": memory } });
        ran(json!([publisher(json!({})), worker(steps.clone(), once)]), &["kill worker at step 3 of message 5 for 100ms"], 2000)
    };
    // It dies between the record and the mail. Noted at the end, everything is done again; noted with the record, the mail is never sent.
    let (late, early) = (ran_so("store"), ran_so("record"));
    assert_eq!(late.world.records(1), 20);
    late.must(&["done(mail) = 19"]);
    assert_eq!(early.world.records(1), 19);
    early.must(&["done(mail) = 18"]);
    assert_eq!(early.count(|what| matches!(what, WorldEvent::Skipped { .. })), 1);
}

#[test]
fn the_other_side_does_once_what_has_the_same_key() {
    let ran_so = |key: Json| {
        let steps = json!([with(json!({ "do": "effect", "what": "card charged", "of": "orderId" }), key), { "do": "work", "ms": 10 }]);
        ran(json!([publisher(json!({})), worker(steps, json!({}))]), &["kill worker at step 2 of message 5 for 100ms"], 2000)
    };
    ran_so(json!({})).must(&["duplicated(card charged) = 1"]);
    ran_so(json!({ "key": "eventId" })).must(&["duplicated(card charged) = 0", "done(card charged) = 19"]);
}

#[test]
fn a_publish_is_tried_again_with_its_id_or_as_another_event() {
    let steps = json!([{ "do": "effect", "what": "done", "of": "orderId" }]);
    let once = json!({ "once": { "by": "eventId" } });
    // While the alarm lasts nothing is confirmed; what was sent meanwhile is read later all the same.
    let ran_so = |retries: Json| {
        let confirmed = json!({ "confirm": true, "confirm_timeout_ms": 400, "retries": retries });
        ran(json!([publisher(confirmed), worker(steps.clone(), once.clone())]), &["alarm memory at 1s for 1s"], 5000)
    };
    let same = ran_so(json!({ "max": 5, "pause_ms": 100 }));
    same.must(&["duplicated(done) = 0", "unroutable = 0"]);
    assert!(same.count(|what| matches!(what, WorldEvent::Skipped { .. })) > 4);
    ran_so(json!({ "max": 5, "pause_ms": 100, "new_id": true })).must(&["duplicated(done) > 4"]);
}

#[test]
fn a_publish_without_a_channel_waits_for_one() {
    let steps = json!([{ "do": "effect", "what": "done", "of": "orderId" }]);
    let ran_so = |more: Json| ran(json!([publisher(more), worker(steps.clone(), json!({}))]), &["restart broker at 1s for 500ms"], 9000);
    ran_so(json!({})).must(&["unsent > 4"]);
    ran_so(json!({ "retries": { "max": 10, "pause_ms": 200 } })).must(&["unsent = 0"]);
}

#[test]
fn what_is_no_such_thing_is_refused_with_its_place() {
    let refused = |services: Json| {
        let problems = scenario_file::read(&builder(services).0.to_string()).expect_err("it is refused");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let told = refused(json!([worker(json!([]), json!({ "once": { "by": "eventId", "memory": "record" } }))]));
    assert!(told.contains("services[0].handlers[0].once.memory: it is noted with a record"), "{told}");
    let told = refused(json!([publisher(json!({ "retries": { "max": 3, "pause_ms": 0 } }))]));
    assert!(told.contains("services[0].handlers[0].steps[0].retries.pause_ms: it takes 1 ms"), "{told}");
    let told = refused(json!([worker(json!([{ "do": "effect", "what": "mail", "of": "n", "key": "" }]), json!({}))]));
    assert!(told.contains("steps[0].key: which field"), "{told}");
}
