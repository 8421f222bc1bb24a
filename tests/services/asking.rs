//! Steps that ask RabbitMQ: how many messages are ready, a message, a declaration; and one acknowledgement of several deliveries.

use requeue::broker::Event;
use requeue::formats::scenario_file;
use requeue::sim::WorldEvent;
use requeue::sim::ids::Verdict;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, fault, play, run, with};

fn topology() -> Json {
    json!({
        "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }],
        "queues": [{ "name": "jobs", "at": [0, 0] }, { "name": "jobs.dead", "at": [0, 0] }]
    })
}

fn service(name: &str, handlers: Json, more: Json) -> Json {
    with(json!({ "name": name, "at": [0, 0], "handlers": handlers }), more)
}

fn publisher(every_ms: u64) -> Json {
    let publish = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": {} });
    service("publisher", json!([{ "on": { "every_ms": every_ms }, "steps": [publish] }]), json!({}))
}

fn builder(services: Json) -> Builder {
    Builder::new().with("broker", topology()).with("services", services)
}

fn ran(services: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(builder(services).scenario(), faults, until_ms)
}

fn problems(services: Json) -> Vec<String> {
    let document = builder(services).0.to_string();
    scenario_file::read(&document).expect_err("it is refused").iter().map(ToString::to_string).collect()
}

/// The chapter's monitor: it looks at the dead-letter queue, and says so when there is something.
#[test]
fn a_monitor_alerts_when_there_is_something_to_see() {
    let check = json!({ "do": "check_queue", "queue": "jobs", "at_least": 5 });
    let alert = json!({ "do": "effect", "what": "alert", "of": "checked.messageCount" });
    let monitor = service("monitor", json!([{ "on": { "every_ms": 1000 }, "steps": [check, alert] }]), json!({}));
    let ran = ran(json!([publisher(300), monitor]), &[], 3500);
    let told: Vec<(u64, u64)> = ran
        .occurrences
        .iter()
        .filter_map(|occurrence| match &occurrence.what {
            WorldEvent::Checked { ready, .. } => Some((occurrence.at.as_millis(), *ready)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(1002, 3), (2002, 6), (3002, 9)]);
    let alerts = ran.count(|what| matches!(what, WorldEvent::Effect { whom, .. } if whom == "6" || whom == "9"));
    assert_eq!(alerts, 2);
}

#[test]
fn a_check_of_a_queue_that_an_operator_deleted_closes_the_channel_of_the_consumer_too() {
    let check = json!({ "do": "check_queue", "queue": "jobs.dead" });
    let handlers = json!([
        { "on": { "queue": "jobs", "prefetch": 10 }, "steps": [{ "do": "effect", "what": "done", "of": "eventId" }] },
        { "on": { "every_ms": 1000 }, "steps": [check, { "do": "effect", "what": "checked", "of": "n" }] }
    ]);
    let ran_so =
        |more: Json| ran(json!([publisher(100), service("worker", handlers.clone(), more)]), &["delete queue jobs.dead at 1500ms"], 4000);
    let alone = ran_so(json!({ "on_channel_error": "ignore" }));
    let closed = |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.starts_with("NOT_FOUND"));
    let failed = |what: &WorldEvent| matches!(what, WorldEvent::HandlerFailed { step: "check_queue", .. });
    assert_eq!(alone.times(closed), [2001]);
    // Later it has no channel to ask on.
    assert_eq!(alone.times(failed), [2002, 3000, 4000]);
    alone.must(&["done(done) < 21", "ready(jobs) > 15", "done(checked) = 1"]);
    let again = ran_so(json!({ "on_channel_error": "reopen", "reconnect_ms": 100 }));
    again.must(&["done(done) > 35"]);
    assert_eq!(again.times(closed), [2001, 3001]);
}

#[test]
fn a_program_fetches_messages_one_by_one() {
    let steps = json!([
        { "do": "get", "queue": "jobs" },
        { "do": "work", "ms": 50, "fails": { "every": 3 } },
        { "do": "effect", "what": "done", "of": "eventId" }
    ]);
    let puller = service("puller", json!([{ "on": { "every_ms": 200 }, "steps": steps, "on_failure": "requeue" }]), json!({}));
    let ran = ran(json!([publisher(1000), puller.clone()]), &[], 10_900);
    // Each third time it fails, and the message is fetched once more.
    ran.must(&[
        "done(done) = 10",
        "ready(jobs) = 0",
        "unacked(jobs) = 0",
        "requeued(jobs) = 4",
        "delivered(jobs) = 14",
        "redelivered(jobs) = 4",
    ]);
    // What it holds comes back when it dies, as any delivery.
    let killed = self::ran(json!([publisher(1000), puller]), &["kill puller at step 2 of message e-1"], 10_900);
    killed.must(&["done(done) = 0", "ready(jobs) = 10", "redelivered(jobs) = 0", "requeued(jobs) = 1"]);
}

#[test]
fn a_publisher_that_declares_at_each_publish_is_refused_at_each() {
    let steps = json!([
        { "do": "declare", "declares": [{ "queue": "jobs" }, { "exchange": "events", "type": "fanout" }] },
        { "do": "publish", "exchange": "events", "routing_key": "a", "payload": {} }
    ]);
    let more = json!({ "on_channel_error": "reopen", "reconnect_ms": 100 });
    let ran = ran(json!([service("publisher", json!([{ "on": { "every_ms": 500 }, "steps": steps }]), more)]), &[], 2100);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Declared { what, .. } if what == "queue jobs")), 4);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::HandlerFailed { step: "declare", .. })), 4);
    ran.must(&["published = 0"]);
    // Code that catches the error answers all the same.
    let steps = json!([
        { "do": "declare", "declares": [{ "exchange": "events", "type": "fanout" }], "required": false },
        { "do": "publish", "exchange": "events", "routing_key": "a", "payload": {} },
        { "do": "effect", "what": "done", "of": "n" }
    ]);
    let more = json!({ "on_channel_error": "reopen", "reconnect_ms": 100 });
    let ran = self::ran(json!([service("publisher", json!([{ "on": { "every_ms": 500 }, "steps": steps }]), more)]), &[], 2100);
    ran.must(&["published = 0", "unsent = 4", "done(done) = 4"]);
}

#[test]
fn what_waits_for_an_answer_waits_while_the_broker_does_not_read() {
    let steps = json!([
        { "do": "publish", "exchange": "", "routing_key": "jobs.dead", "payload": {} },
        { "do": "check_queue", "queue": "jobs.dead" },
        { "do": "effect", "what": "checked", "of": "n" }
    ]);
    let ran = ran(
        json!([service("worker", json!([{ "on": { "every_ms": 1000 }, "steps": steps }]), json!({}))]),
        &["alarm memory at 500ms for 3s"],
        4900,
    );
    assert_eq!(ran.times(|what| matches!(what, WorldEvent::Checked { .. })), [3501, 3501, 3501, 4002]);
    ran.must(&["done(checked) = 4"]);
}

fn batching(every: u32, prefetch: u16, more: Json) -> Json {
    let steps = json!([{ "do": "effect", "what": "done", "of": "eventId" }, { "do": "ack", "every": every }]);
    service("worker", json!([{ "on": { "queue": "jobs", "prefetch": prefetch }, "steps": steps }]), more)
}

#[test]
fn one_acknowledgement_takes_several_deliveries_along() {
    let several = ran(json!([publisher(100), batching(5, 10, json!({}))]), &[], 2350);
    several.must(&["done(done) = 23", "acknowledged(jobs) = 20", "unacked(jobs) = 3"]);
    assert_eq!(several.count(|what| matches!(what, WorldEvent::Settling { verdict: Verdict::AckUpTo, .. })), 4);
    // A prefetch below their number stops the consumer for good.
    let stuck = ran(json!([publisher(100), batching(5, 4, json!({}))]), &[], 2350);
    stuck.must(&["done(done) = 4", "acknowledged(jobs) = 0", "unacked(jobs) = 4"]);
    // What was done and not acknowledged is done again.
    let killed = ran(json!([publisher(100), batching(5, 10, json!({}))]), &["kill worker at 1350ms for 100ms"], 2350);
    killed.must(&["duplicated(done) = 3"]);
}

/// Two handlers at work: the quick one acknowledges the slow one's delivery along with its own.
#[test]
fn what_another_handler_has_acknowledged_is_lost_with_its_own() {
    let publish = |key: &str| json!({ "do": "publish", "exchange": "", "routing_key": key, "payload": {} });
    let handlers = json!([
        { "on": { "queue": "jobs", "prefetch": 10 }, "steps": [publish("jobs.dead"), { "do": "work", "ms": 500 }, { "do": "effect", "what": "done", "of": "eventId" }] },
        { "on": { "queue": "jobs.dead", "prefetch": 10 }, "steps": [{ "do": "ack", "every": 1 }] }
    ]);
    let scenario = builder(json!([publisher(1000), service("worker", handlers, json!({ "on_channel_error": "ignore" }))])).scenario();
    let ran = run(scenario.clone(), &[], 1900);
    let closed =
        ran.times(|what| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.ends_with("unknown delivery tag 1")));
    assert_eq!(closed.len(), 1);
    ran.must(&["done(done) = 1", "lost = 0"]);
    // It dies at work: the broker takes the message for done.
    let mut world = requeue::sim::World::new(scenario, 1);
    world.inject(fault("kill worker at 1300ms"));
    play(world, 1900).must(&["done(done) = 0", "lost = 1"]);
}

#[test]
fn what_no_program_can_do_is_refused_with_its_place() {
    let on = |trigger: Json, steps: Json| json!([service("worker", json!([{ "on": trigger, "steps": steps }]), json!({}))]);
    let get = json!({ "do": "get", "queue": "jobs" });
    let timer = json!({ "every_ms": 100 });
    for (services, expected) in [
        (on(json!({ "queue": "jobs", "prefetch": 1 }), json!([get])), "services[0].handlers[0].steps[0]: a handler fetches one message"),
        (on(timer.clone(), json!([get, get])), "services[0].handlers[0].steps[1]: a handler fetches one message"),
        (
            on(timer.clone(), json!([{ "do": "get", "queue": "nothing" }])),
            "services[0].handlers[0].steps[0].queue: there is no queue 'nothing'",
        ),
        (on(timer.clone(), json!([{ "do": "check_queue", "queue": "nothing" }])), "steps[0].queue: there is no queue 'nothing'"),
        (on(timer.clone(), json!([{ "do": "declare" }])), "steps[0].declares: what does it declare?"),
        (
            on(timer.clone(), json!([{ "do": "declare", "declares": [{ "queue": "nothing" }] }])),
            "steps[0].declares[0].queue: there is no queue",
        ),
        (on(timer, json!([{ "do": "ack" }])), "steps[0]: there is nothing to acknowledge"),
        (on(json!({ "queue": "jobs", "prefetch": 1 }), json!([{ "do": "ack", "every": 0 }])), "steps[0].every: it acknowledges each time"),
    ] {
        let told = problems(services);
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}: {told:?}");
    }
    let acknowledged = on(json!({ "every_ms": 100 }), json!([get, { "do": "ack" }]));
    assert!(scenario_file::read(&builder(acknowledged).0.to_string()).is_ok());
}
