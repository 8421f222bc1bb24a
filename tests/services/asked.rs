//! What people ask about their own programs: each situation with the numbers that it is known by.

use requeue::sim::WorldEvent;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run};

fn send(payload: Json) -> Json {
    json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": payload })
}

fn service(name: &str, handlers: Json) -> Json {
    json!({ "name": name, "at": [0, 0], "handlers": handlers })
}

fn consumes(prefetch: u32, steps: Json) -> Json {
    json!([{ "on": { "queue": "jobs", "prefetch": prefetch }, "steps": steps }])
}

fn effect(what: &str, of: &str) -> Json {
    json!({ "do": "effect", "what": what, "of": of })
}

fn system(arguments: Json, services: Json) -> Builder {
    let queues = json!([{ "name": "jobs", "at": [0, 0], "arguments": arguments }, { "name": "dead", "at": [0, 0] }]);
    Builder::new().with("broker", json!({ "profile": "4.0", "queues": queues })).with("services", services)
}

fn to_dead(more: Json) -> Json {
    let mut arguments = json!({ "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" });
    for (name, value) in more.as_object().into_iter().flatten() {
        arguments[name] = value.clone();
    }
    arguments
}

/// RabbitMQ looks once a minute for deliveries that are older than the timeout.
#[test]
fn a_job_longer_than_the_acknowledgement_timeout_is_done_again_and_again_and_never_acknowledged() {
    let publisher = service("publisher", json!([{ "on": { "start_up": true }, "steps": [send(json!({ "n": 1 }))] }]));
    let mut worker = service("worker", consumes(1, json!([{ "do": "work", "ms": 200_000 }, effect("report made", "n")])));
    worker["on_channel_error"] = json!("reopen");
    let timeout = json!({ "x-queue-type": "quorum", "x-consumer-timeout": 60_000, "x-delivery-limit": -1 });
    let ran = run(system(timeout, json!([publisher, worker])).scenario(), &[], 3_600_000);
    ran.must(&[
        "acknowledged(jobs) = 0",
        "done(report made) > 10",
        "duplicated(report made) > 10",
        "redelivered(jobs) > 10",
        "channel_errors(worker) > 10",
        "unacked(jobs) = 1",
    ]);
}

/// Each event goes to one of them: about half of the orders have no email, and the others are not counted.
#[test]
fn two_services_on_one_queue_have_half_of_the_events_each() {
    let publisher = service("publisher", json!([{ "on": { "every_ms": 100 }, "steps": [send(json!({ "n": "{n}" }))] }]));
    let notification = service("notification-service", consumes(10, json!([effect("email sent", "n")])));
    let analytics = service("analytics-service", consumes(10, json!([effect("order counted", "n")])));
    let ran = run(system(json!({}), json!([publisher, notification, analytics])).scenario(), &[], 20_050);
    ran.must(&["acknowledged(jobs) = 200", "done(email sent) = 100", "done(order counted) = 100", "consumers(jobs) = 2"]);
    let whom = |effect: &str| {
        let of = ran.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
            WorldEvent::Effect { what, whom, .. } if &**what == effect => Some(whom.clone()),
            _ => None,
        });
        of.collect::<Vec<_>>()
    };
    let emailed = whom("email sent");
    assert!(whom("order counted").iter().all(|order| !emailed.contains(order)), "no order has both");
}

/// The new programs write and read `customerEmail`. What waited under the old name, `email`, is none that the new reader can handle.
#[test]
fn a_field_that_is_renamed_while_old_events_wait_sends_them_to_the_dead_letters() {
    let publishes = |field: &str| json!([{ "on": { "every_ms": 100 }, "steps": [send(json!({ field: "a@example.com", "n": "{n}" }))] }]);
    let reads = |field: &str| {
        let parse = json!({ "do": "work", "ms": 5, "fails": { "field_missing": field }, "on_failure": "dead_letter" });
        consumes(10, json!([parse, effect("email sent", "n")]))
    };
    let mut publisher = service("order-service", publishes("email"));
    publisher["versions"] = json!([{ "name": "v2", "handlers": publishes("customerEmail") }]);
    let mut worker = service("notification-service", reads("email"));
    // The careful reader takes both names until nothing old waits.
    let both = json!({ "do": "work", "ms": 5, "fails": { "field_missing": "n" }, "on_failure": "dead_letter" });
    worker["versions"] = json!([{ "name": "v2", "handlers": reads("customerEmail") }, { "name": "both", "handlers": consumes(10, json!([both, effect("email sent", "n")])) }]);
    let ran_as = |version: &str| -> Ran {
        let faults = [
            "kill notification-service at 5s for 6s".to_owned(),
            "deploy order-service as v2 at 10s".to_owned(),
            format!("deploy notification-service as {version} at 10s"),
        ];
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        run(system(to_dead(json!({})), json!([publisher, worker])).scenario(), &faults, 20_000)
    };
    // Fifty events waited.
    let renamed = ran_as("v2");
    let old = renamed.bodies("dead");
    assert!((48..=52).contains(&old.len()), "{}", old.len());
    assert!(old.iter().all(|message| message.body.as_text().is_some_and(|body| body.contains("\"email\""))));
    renamed.must(&["done(email sent) > 140", "done(email sent) < 155", "ready(jobs) = 0"]);
    let careful = ran_as("both");
    careful.must(&["dead(jobs) = 0", "done(email sent) > 190", "ready(jobs) = 0"]);
}

/// An order, a body that is no JSON, and eighteen orders behind it.
fn poisoned(arguments: Json, prefetch: u32) -> Ran {
    let order = |n: u32| send(json!({ "order": n }));
    let mut poison = send(json!("{no JSON"));
    poison["as_text"] = json!(true);
    let mut steps = vec![order(1), json!({ "do": "work", "ms": 500 }), poison];
    steps.extend((2..20).map(order));
    let publisher = service("publisher", json!([{ "on": { "start_up": true }, "steps": steps }]));
    let parse = json!({ "do": "work", "ms": 0, "fails": { "no_json": true }, "on_failure": "crash" });
    let mut worker = service("worker", consumes(prefetch, json!([parse, { "do": "work", "ms": 20 }, effect("email sent", "order")])));
    worker["restart_ms"] = json!(200);
    run(system(arguments, json!([publisher, worker])).scenario(), &[], 30_000)
}

#[test]
fn a_body_that_kills_its_reader_costs_a_classic_queue_all_that_stands_behind_it() {
    poisoned(to_dead(json!({})), 10).must(&["done(email sent) = 1", "redelivered(jobs) > 300", "dead(jobs) = 0"]);
}

#[test]
fn a_body_that_kills_its_reader_dies_in_a_quorum_queue_with_others_or_alone() {
    let quorum = |prefetch| poisoned(to_dead(json!({ "x-queue-type": "quorum", "x-delivery-limit": 3 })), prefetch);
    // Nine orders were in the program with it each time.
    quorum(10).must(&["dead(jobs: delivery_limit) = 10", "done(email sent) = 10", "ready(jobs) = 0"]);
    quorum(1).must(&["dead(jobs: delivery_limit) = 1", "done(email sent) = 19", "ready(jobs) = 0"]);
}

#[test]
fn a_consumer_that_does_not_notice_a_restart_of_the_broker_looks_healthy_and_consumes_nothing() {
    let publisher = service("publisher", json!([{ "on": { "every_ms": 100 }, "steps": [send(json!({ "n": "{n}" }))] }]));
    let mut handlers = consumes(10, json!([effect("email sent", "n")]));
    handlers.as_array_mut().expect("a list").push(json!({ "on": { "http": "GET /health" }, "steps": [] }));
    let mut worker = service("worker", handlers);
    worker["reconnects"] = json!("until_connected");
    let probe = json!([{ "name": "probe", "at": [0, 0], "calls": { "service": "worker", "endpoint": "GET /health" }, "arrivals": { "every_ms": 1000 } }]);
    let ran =
        run(system(json!({}), json!([publisher, worker])).with("clients", probe).scenario(), &["restart broker at 5s for 5s"], 30_500);
    ran.must(&["consumers(jobs) = 0", "connections(worker) = 0", "unacked(jobs) = 0", "ready(jobs) > 150", "failed = 0", "accepted = 30"]);
    ran.must(&["done(email sent) < 51"]);
}
