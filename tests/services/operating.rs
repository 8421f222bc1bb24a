//! What an operator does at a planned moment, and a machine that is gone without a word.

use requeue::broker::Event;
use requeue::formats::scenario_file;
use requeue::scenario::edit::{self, Edit, Part};
use requeue::sim::WorldEvent;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run, with};

fn system(worker: Json) -> Builder {
    let publish = json!({ "do": "publish", "exchange": "events", "routing_key": "order.placed", "payload": {} });
    let publisher =
        json!({ "name": "publisher", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish] }] });
    let handler = json!({ "on": { "queue": "jobs", "prefetch": 10 }, "steps": [{ "do": "work", "ms": 150 }, { "do": "effect", "what": "done", "of": "eventId" }] });
    Builder::new()
        .with(
            "broker",
            json!({
                "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }],
                "queues": [{ "name": "jobs", "at": [0, 0] }, { "name": "other", "at": [0, 0] }],
                "bindings": [
                    { "source": "events", "queue": "jobs", "routing_key": "order.*" },
                    { "source": "events", "queue": "jobs", "routing_key": "user.*" }
                ]
            }),
        )
        .with("services", json!([publisher, with(json!({ "name": "worker", "at": [0, 0], "handlers": [handler] }), worker)]))
}

fn ran(worker: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(system(worker).scenario(), faults, until_ms)
}

#[test]
fn a_deleted_queue_takes_its_messages_and_its_consumer_along_and_no_restart_brings_it_back() {
    let faults = ["delete queue jobs at 1050ms", "restart broker at 2s for 100ms"];
    let deleted = ran(json!({ "reconnect_ms": 100 }), &faults, 4000);
    assert!(deleted.world.broker().queue("jobs").is_none());
    deleted.must(&["unroutable > 15", "done(done) < 12", "imbalances = 0"]);
    // A program that declares it has it again, and its bindings.
    let declares = json!({ "reconnect_ms": 100, "declares": [{ "queue": "jobs" }, { "bindings_of": "jobs" }] });
    let again = ran(declares, &faults, 4000);
    again.must(&["done(done) > 22", "unroutable < 15"]);
}

#[test]
fn purge_and_move_take_what_is_ready_and_leave_what_is_unacked() {
    let stuck = ["hang worker at 0s"];
    let purged = ran(json!({}), &[stuck[0], "purge jobs at 2050ms"], 2080);
    purged.must(&["ready(jobs) = 0", "unacked(jobs) = 10", "dropped(jobs) = 10"]);
    let moved = ran(json!({}), &[stuck[0], "move jobs to other at 2050ms"], 2080);
    moved.must(&["ready(jobs) = 0", "unacked(jobs) = 10", "ready(other) = 10", "dropped(jobs) = 0"]);
}

#[test]
fn an_unbound_queue_gets_nothing_more_after_a_restart_either() {
    let all = ran(json!({ "reconnect_ms": 100 }), &["unbind jobs from events at 1050ms", "restart broker at 2s for 100ms"], 4000);
    all.must(&["published > 30", "arrived(jobs) = 10", "unroutable > 20"]);
    // The other key's binding is not the one that they come by.
    ran(json!({}), &["unbind jobs from events key user.* at 1050ms"], 4000).must(&["unroutable = 0"]);
    ran(json!({}), &["unbind jobs from events key order.* at 1050ms"], 4000).must(&["unroutable > 20"]);
}

#[test]
fn a_machine_without_power_says_nothing_and_the_broker_notices_by_heartbeat() {
    let with_heartbeat = |faults: &[&str]| {
        let scenario = system(json!({})).with("network.heartbeat_ms", json!(5000)).scenario();
        run(scenario, faults, 16_000)
    };
    let requeued = |ran: &Ran| ran.times(|what| matches!(what, WorldEvent::Broker(Event::Requeued { .. })));
    let off = with_heartbeat(&["power off worker at 1020ms"]);
    let back = requeued(&off);
    // It looks each 5 s from the connection on: the look at 5 s still finds something, those at 10 s and 15 s do not.
    assert!(!back.is_empty() && back.iter().all(|at| *at == 15_001), "{back:?}");
    off.must(&["unacked(jobs) = 0", "ready(jobs) > 60"]);
    let heard = off.times(|what| matches!(what, WorldEvent::NoHeartbeat(_)));
    assert_eq!(heard, [15_001]);
    let killed = requeued(&with_heartbeat(&["kill worker at 1020ms"]));
    assert!(killed.iter().all(|at| *at == 1021) && !killed.is_empty(), "{killed:?}");
    // It is on again before the broker has noticed: the old connection still holds what it held.
    let on = with_heartbeat(&["power off worker at 1020ms for 1s"]);
    assert!(requeued(&on).iter().all(|at| *at == 15_001));
    on.must(&["redelivered(jobs) > 0", "done(done) > 55"]);
    // Without heartbeats it never does.
    let never = run(system(json!({})).with("network.heartbeat_ms", json!(0)).scenario(), &["power off worker at 1020ms"], 60_000);
    assert_eq!(requeued(&never), [0; 0]);
}

#[test]
fn a_caller_of_a_machine_without_power_gets_no_answer_and_one_of_a_killed_process_does() {
    let system = |fault: &str| {
        let slow =
            json!({ "name": "slow", "at": [0, 0], "handlers": [{ "on": { "http": "GET /" }, "steps": [{ "do": "work", "ms": 1000 }] }] });
        let client = json!([{ "name": "client", "at": [0, 0], "calls": { "service": "slow", "endpoint": "GET /" }, "arrivals": { "at_once": 1 }, "timeout_ms": 3000 }]);
        run(Builder::new().with("services", json!([slow])).with("clients", client).scenario(), &[fault], 5000)
    };
    let answers = |ran: &Ran| {
        (ran.times(|what| matches!(what, WorldEvent::Answered { .. })), ran.times(|what| matches!(what, WorldEvent::GaveUp { .. })))
    };
    assert_eq!(answers(&system("kill slow at 500ms")), (vec![501], vec![]));
    assert_eq!(answers(&system("power off slow at 500ms")), (vec![], vec![3000]));
}

#[test]
fn what_an_operator_cannot_do_is_refused_with_its_place_and_names_are_followed() {
    let says = |fault: &str, what: &str| {
        let problems = scenario_file::read(&system(json!({})).with("faults", json!([fault])).0.to_string()).expect_err("it is refused");
        assert!(problems[0].to_string().contains(what), "{}", problems[0]);
    };
    says("purge nothing at 1s", "faults[0]: there is no queue 'nothing'");
    says("move jobs to nothing at 1s", "faults[0]: there is no queue 'nothing'");
    says("move jobs to jobs at 1s", "faults[0]: a queue's messages move to another queue: name that one");
    says("unbind other from events at 1s", "faults[0]: no such binding from 'events' to 'other' is on the canvas");
    says("unbind jobs from events key x at 1s", "faults[0]: no such binding");
    says("delete queue jobs at 1s for 5s", "faults[0]: what an operator does is done once: leave out 'for'");
    says("power off nothing at 1s", "faults[0]: there is no service 'nothing'");

    let mut scenario = (*system(json!({})).scenario()).clone();
    for fault in
        ["delete queue jobs at 1s", "unbind jobs from events key user.* at 1s", "move other to jobs at 1s", "power off worker at 1s"]
    {
        scenario.faults.push(fault.parse().expect("it is a sentence"));
    }
    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Queue("jobs".into()), name: "tasks".into() }).expect("it can be");
    let told: Vec<String> = renamed.scenario.faults.iter().map(ToString::to_string).collect();
    assert_eq!(told[..3], ["delete queue tasks at 1s", "unbind tasks from events key user.* at 1s", "move other to tasks at 1s"]);
    let spaced = edit::apply(&scenario, &Edit::Rename { part: Part::Queue("jobs".into()), name: "my jobs".into() });
    assert!(spaced.is_err(), "a sentence is made of words");
    let removed = edit::apply(&scenario, &Edit::Remove(Part::Queue("jobs".into()))).expect("it can be");
    assert_eq!((removed.scenario.faults.len(), removed.told.len()), (1, 3));
}
