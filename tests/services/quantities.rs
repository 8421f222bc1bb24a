//! What is counted of programs and their connections: each quantity tells a bad run from a good one.

use requeue::formats::report;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run};

fn system(queue: Json, publisher: Json, worker: Json) -> Builder {
    Builder::new()
        .with(
            "broker",
            json!({
                "profile": "4.3",
                "exchanges": [{ "name": "dlx", "at": [0, 0], "type": "fanout" }],
                "queues": [queue, { "name": "dead", "at": [0, 0] }],
                "bindings": [{ "source": "dlx", "queue": "dead" }]
            }),
        )
        .with("services", json!([publisher, worker]))
}

fn jobs(arguments: Json) -> Json {
    json!({ "name": "jobs", "at": [0, 0], "arguments": arguments })
}

/// A job each 100 ms, for one of three customers.
fn publisher(more: Json) -> Json {
    let mut step =
        json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": { "n": "{n}", "customer": "c", "size": 30 } });
    for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        step[name] = value.clone();
    }
    json!({ "name": "publisher", "at": [0, 0], "handlers": [{ "on": { "every_ms": 100 }, "steps": [step] }] })
}

fn worker(more: Json, prefetch: u32, steps: Json, policy: Json) -> Json {
    let mut worker = json!({
        "name": "worker", "at": [0, 0],
        "handlers": [{ "on": { "queue": "jobs", "prefetch": prefetch }, "steps": steps, "on_failure": policy }]
    });
    for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        worker[name] = value.clone();
    }
    worker
}

fn ran(builder: Builder, faults: &[&str]) -> Ran {
    run(builder.scenario(), faults, 10_000)
}

#[test]
fn a_refused_redeploy_is_seen_in_consumers_and_closed_channels() {
    let redeployed = |arguments: Json| {
        let version = json!([{ "name": "v2", "declares": [{ "queue": "jobs", "arguments": arguments }] }]);
        let more = json!({ "on_channel_error": "ignore", "declares": [{ "queue": "jobs" }], "versions": version });
        let worker = worker(more, 10, json!([]), json!("dead_letter"));
        ran(system(jobs(json!({})), publisher(json!({})), worker), &["deploy worker as v2 at 2s"])
    };
    let bad = redeployed(json!({ "x-dead-letter-exchange": "dlx" }));
    bad.must(&[
        "consumers(jobs) = 0",
        "channel_errors(worker) = 1",
        "channel_errors(publisher) = 0",
        "channel_errors = 1",
        "connections(worker) = 1",
    ]);
    let good = redeployed(json!({}));
    good.must(&["jobs has a consumer", "channel_errors = 0", "consumers = 1"]);
    let text = report::text(&bad.world, &[]);
    assert!(text.contains("Channels   1 of worker closed by the broker; 1 connections open now"), "{text}");
    assert!(text.contains("Consumers  none of jobs, although a service consumes it"), "{text}");
    let text = report::text(&good.world, &[]);
    assert!(!text.contains("Channels ") && !text.contains("Consumers "), "{text}");
}

#[test]
fn connections_that_the_broker_still_has_open_are_counted() {
    let with = |fault: &str, publishes_on: &str| {
        let steps = json!([{ "do": "publish", "exchange": "dlx", "routing_key": "", "payload": {} }]);
        let worker = worker(json!({ "publishes_on": publishes_on }), 10, steps, json!("dead_letter"));
        ran(system(jobs(json!({})), publisher(json!({})), worker), &[fault])
    };
    with("slow worker 1x at 2s", "shared").must(&["connections(worker) = 1", "connections = 2"]);
    with("slow worker 1x at 2s", "connection").must(&["connections(worker) = 2"]);
    with("kill worker at 2s", "shared").must(&["connections(worker) = 0"]);
    // No goodbye, and no heartbeat is missing yet: RabbitMQ takes the dead for living.
    with("power off worker at 2s for 1s", "shared").must(&["connections(worker) = 2", "consumers(jobs) = 2"]);
}

#[test]
fn what_a_full_queue_refuses_is_no_confirm() {
    let with = |arguments: Json| {
        let worker = worker(json!({ "instances": 0 }), 10, json!([]), json!("dead_letter"));
        ran(system(jobs(arguments), publisher(json!({ "confirm": true })), worker), &[])
    };
    with(json!({ "x-max-length": 20, "x-overflow": "reject-publish" })).must(&[
        "confirmed = 20",
        "nacked >= 70",
        "swallowed(publisher) = nacked",
    ]);
    with(json!({})).must(&["confirmed >= 90", "nacked = 0", "swallowed = 0"]);
}

#[test]
fn an_alert_is_a_check_that_found_enough() {
    let with = |fails: Json| {
        let steps = json!([{ "do": "work", "ms": 1, "fails": fails }]);
        let mut worker = worker(json!({}), 10, steps, json!("dead_letter"));
        let check = json!({ "do": "check_queue", "queue": "dead", "at_least": 5 });
        let monitor = json!({ "on": { "every_ms": 1000 }, "steps": [check, { "do": "effect", "what": "alert", "of": "n" }] });
        worker["handlers"].as_array_mut().expect("a list").push(monitor);
        ran(system(jobs(json!({ "x-dead-letter-exchange": "dlx" })), publisher(json!({})), worker), &[])
    };
    let bad = with(json!({ "every": 3 }));
    bad.must(&["alerted(dead) > 5", "alerted(dead) = done(alert)", "alerted(jobs) = 0"]);
    let text = report::text(&bad.world, &[]);
    assert!(text.contains(" of dead: a check found as many messages as it looks for"), "{text}");
    with(json!({ "every": 40 })).must(&["alerted(dead) = 0", "done(alert) = 0", "dead(jobs) > 0"]);
}

#[test]
fn a_retry_at_the_end_of_the_queue_breaks_the_order_for_a_customer() {
    let with = |of: &str, policy: Json| {
        let steps = json!([{ "do": "work", "ms": 20, "fails": { "every": 5 } }, { "do": "effect", "what": "status set", "of": of }]);
        let worker = worker(json!({ "concurrency": 1 }), 1, steps, policy);
        ran(system(jobs(json!({})), publisher(json!({})), worker), &["hang worker at 1s for 2s"])
    };
    let again = json!({ "republish": 3 });
    with("customer", again.clone()).must(&["out_of_order(status set) > 0", "duplicated(status set) > 0"]);
    with("customer", json!("requeue")).must(&["no status set out of order", "done(status set) > 80"]);
    // Each has one event: there is no order to break.
    with("n", again).must(&["out_of_order(status set) = 0", "out_of_order = 0"]);
}

#[test]
fn a_large_prefetch_lets_messages_wait_inside_the_program() {
    let with = |prefetch: u32, concurrency: Json| {
        let worker = worker(json!({ "concurrency": concurrency }), prefetch, json!([{ "do": "work", "ms": 95 }]), json!("dead_letter"));
        ran(system(jobs(json!({})), publisher(json!({})), worker), &["hang worker at 1s for 3s"])
    };
    let bad = with(100, json!(1));
    bad.must(&["p50(inbox worker) > 500ms", "max(inbox worker) >= 2900ms", "max(inbox publisher) = 0ms"]);
    let text = report::text(&bad.world, &[]);
    assert!(text.contains("inbox      worker"), "{text}");
    with(1, json!(1)).must(&["p95(inbox worker) < 1ms", "max(inbox worker) >= 2900ms"]);
    with(100, Json::Null).must(&["p50(inbox worker) = 0ms"]);
}

#[test]
fn a_failure_that_only_a_log_knows_is_swallowed() {
    let with = |more: Json, steps: Json, policy: Json, faults: &[&str]| {
        ran(system(jobs(json!({ "x-dead-letter-exchange": "dlx" })), publisher(json!({})), worker(more, 10, steps, policy)), faults)
    };
    let fails = json!({ "do": "work", "ms": 1, "fails": { "every": 10 } });
    let fine = with(json!({}), json!([fails.clone()]), json!("dead_letter"), &[]);
    fine.must(&["swallowed = 0", "no failure is swallowed", "dead(jobs) > 5"]);
    with(json!({}), json!([fails.clone()]), json!("requeue"), &[]).must(&["swallowed = 0"]);
    let acknowledged = with(json!({}), json!([fails.clone()]), json!("acknowledge"), &[]);
    acknowledged.must(&["swallowed(worker) > 5", "lost = swallowed(worker)", "swallowed(publisher) = 0"]);
    let text = report::text(&acknowledged.world, &[]);
    assert!(text.contains(" failures of worker: nothing else heard of them"), "{text}");
    with(json!({}), json!([fails.clone()]), json!("forget"), &[]).must(&["swallowed(worker) > 5", "lost = 0"]);
    with(json!({}), json!([{ "do": "ack" }, fails]), json!("dead_letter"), &[]).must(&["swallowed(worker) > 5", "dead(jobs) = 0"]);
    // A publish that is not required, and one that is.
    let publish = |required: bool| json!([{ "do": "publish", "exchange": "", "routing_key": "nowhere", "payload": {}, "mandatory": true, "confirm": true, "required": required }]);
    with(json!({}), publish(false), json!("dead_letter"), &[]).must(&["swallowed(worker) > 80", "dead(jobs) = 0"]);
    with(json!({}), publish(true), json!("dead_letter"), &[]).must(&["swallowed(worker) = 0", "dead(jobs) > 80"]);
    let ask = |required: bool| json!([{ "do": "declare", "declares": [{ "check_exchange": "dlx" }], "required": required }]);
    let gone = json!({ "on_channel_error": "ignore", "publishes_on": "channel" });
    with(gone.clone(), ask(false), json!("acknowledge"), &[]).must(&["swallowed = 0"]);
}

#[test]
fn a_message_says_how_long_its_work_takes() {
    let with = |size: Json| {
        let payload = json!({ "n": "{n}", "size": size });
        let worker = worker(json!({ "concurrency": 1 }), 1, json!([{ "do": "work", "ms": { "field": "size" } }]), json!("dead_letter"));
        ran(system(jobs(json!({})), publisher(json!({ "payload": payload })), worker), &[])
    };
    with(json!(30)).must(&["p50(end-to-end jobs) >= 30ms", "max(end-to-end jobs) < 40ms", "ready(jobs) = 0"]);
    with(json!(500)).must(&["ready(jobs) > 70", "acknowledged(jobs) < 21"]);
    for none in [json!("long"), json!(-5), Json::Null] {
        with(none).must(&["max(end-to-end jobs) < 5ms"]);
    }
}
