//! Deploys: a version of a program takes the place of another, in one of several ways.

use requeue::broker::Event;
use requeue::formats::scenario_file;
use requeue::scenario::edit::{self, Edit, Part};
use requeue::sim::{Input, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, play, run, with};

fn handles(effect: &str, work_ms: u64) -> Json {
    json!([{
        "on": { "queue": "jobs", "prefetch": 10 },
        "steps": [{ "do": "work", "ms": work_ms }, { "do": "effect", "what": effect, "of": "eventId" }]
    }])
}

/// Its second version declares the queue with a dead-letter exchange, which it has not.
fn system(more: Json) -> Builder {
    let publish = json!({ "do": "publish", "exchange": "events", "routing_key": "order.placed", "payload": {} });
    let publisher = json!({ "name": "publisher", "at": [0, 0], "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish] }] });
    let worker = json!({
        "name": "worker", "at": [0, 0], "declares": [{ "queue": "jobs" }], "handlers": handles("first", 50),
        "versions": [
            { "name": "dlx", "declares": [{ "queue": "jobs", "arguments": { "x-dead-letter-exchange": "dlx" } }] },
            { "name": "other", "handlers": handles("second", 50) },
            { "name": "none", "declares": [], "handlers": [] }
        ]
    });
    Builder::new()
        .with(
            "broker",
            json!({
                "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }, { "name": "dlx", "at": [0, 0], "type": "fanout" }],
                "queues": [{ "name": "jobs", "at": [0, 0] }],
                "bindings": [{ "source": "events", "queue": "jobs", "routing_key": "order.*" }]
            }),
        )
        .with("services", json!([publisher, with(worker, more)]))
}

fn ran(more: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(system(more).scenario(), faults, until_ms)
}

fn refusals(ran: &Ran) -> usize {
    ran.count(|what| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.starts_with("PRECONDITION_FAILED")))
}

fn started(ran: &Ran) -> Vec<u64> {
    ran.times(|what| matches!(what, WorldEvent::Started(id) if id.service == 1))
}

fn killed(ran: &Ran) -> Vec<u64> {
    ran.times(|what| matches!(what, WorldEvent::Killed { instance, .. } if instance.service == 1))
}

#[test]
fn a_redeploy_that_adds_a_dead_letter_exchange_takes_the_consumer_away() {
    let refused = ran(json!({ "on_channel_error": "ignore" }), &["deploy worker as dlx at 1s"], 5000);
    assert_eq!(refusals(&refused), 1);
    // What was begun is finished, and nothing is delivered again.
    refused.must(&["done(first) > 8", "done(first) < 12", "ready(jobs) > 35", "unacked(jobs) = 0", "redelivered(jobs) = 0"]);
    // The program of before, once more.
    let back = ran(json!({ "on_channel_error": "ignore" }), &["deploy worker as dlx at 1s for 2s"], 5000);
    back.must(&["done(first) > 45", "ready(jobs) = 0", "missing(first) = 0"]);
    let again = ran(json!({ "on_channel_error": "ignore" }), &["deploy worker as dlx at 1s", "deploy worker at 3s"], 5000);
    again.must(&["done(first) > 45", "ready(jobs) = 0"]);
}

#[test]
fn a_rolling_deploy_stops_where_an_instance_is_not_set_up() {
    // Each is refused again and again: the other two keep the program of before, and work.
    let rolling = ran(json!({ "instances": 3, "reconnect_ms": 200 }), &["deploy worker as dlx rolling at 1s"], 5000);
    rolling.must(&["ready(jobs) = 0", "done(first) > 45"]);
    assert_eq!(started(&rolling).len(), 4, "one instance was started again");
    let at_once = ran(json!({ "instances": 3, "reconnect_ms": 200 }), &["deploy worker as dlx at 1s"], 5000);
    at_once.must(&["ready(jobs) > 35", "done(first) < 12"]);
    // A health check that answers although the program consumes nothing lets it go on to the last.
    let lying = ran(json!({ "instances": 3, "on_channel_error": "ignore" }), &["deploy worker as dlx rolling at 1s"], 5000);
    lying.must(&["ready(jobs) > 35", "done(first) < 12"]);
    assert_eq!(started(&lying).len(), 6);
    // Another deploy takes the place of one that is held up.
    let faults = ["deploy worker as dlx rolling at 1s", "deploy worker as other rolling at 2s"];
    let mended = ran(json!({ "instances": 3, "reconnect_ms": 200 }), &faults, 5000);
    mended.must(&["ready(jobs) = 0", "done(second) > 25"]);
    assert!(mended.world.instances().filter(|(id, _)| id.service == 1).all(|(_, one)| one.version.as_deref() == Some("other")));
}

#[test]
fn each_instance_of_a_rolling_deploy_starts_when_the_one_before_is_set_up() {
    let rolling = ran(json!({ "instances": 3 }), &["deploy worker as other rolling by kill at 1s"], 3000);
    // To connect and to declare takes 1 ms, its answer one more.
    assert_eq!(started(&rolling), [0, 0, 0, 1000, 1002, 1004]);
    rolling.must(&["done(first) > 8", "done(second) > 18", "ready(jobs) = 0"]);
    // A program without a broker is ready when it has started.
    let publisher = json!([{ "on": { "every_ms": 5000 }, "steps": [] }]);
    let alone = json!({ "instances": 3, "declares": [], "handlers": publisher, "versions": [{ "name": "other", "handlers": publisher }] });
    assert_eq!(started(&ran(alone, &["deploy worker as other rolling at 1s"], 3000)), [0, 0, 0, 1000, 1000, 1000]);
}

#[test]
fn a_deploy_by_kill_delivers_again_and_one_by_stop_does_not() {
    let slow = json!({ "handlers": handles("first", 300) });
    let killed_so = ran(slow.clone(), &["deploy worker as other by kill at 1s"], 4000);
    assert_eq!(killed(&killed_so), [1000]);
    killed_so.must(&["redelivered(jobs) > 1", "duplicated(first) = 0", "ready(jobs) = 0", "done(second) > 20"]);
    let stopped = ran(slow.clone(), &["deploy worker as other at 1s"], 4000);
    assert_eq!(killed(&stopped), [0; 0]);
    stopped.must(&["redelivered(jobs) = 0", "ready(jobs) = 0", "done(second) > 20"]);
    let deployed = started(&stopped);
    assert!(deployed[1] > 1200 && deployed[1] < 1400, "when the last of its work was done: {deployed:?}");
    // Its time is over before that.
    let limited = ran(slow.clone(), &["deploy worker as other within 100ms at 1s"], 4000);
    assert_eq!((killed(&limited), started(&limited)), (vec![1100], vec![0, 1100]));
    let in_time = ran(slow, &["deploy worker as other within 500ms at 1s"], 4000);
    assert_eq!(killed(&in_time), [0; 0]);
    // What hangs does not hear that it is to stop.
    let hung = ran(json!({}), &["hang worker at 500ms", "deploy worker as other within 1s at 1s"], 4000);
    assert_eq!(killed(&hung), [2000]);
    hung.must(&["done(second) > 30", "ready(jobs) = 0"]);
}

#[test]
fn what_is_down_starts_later_with_the_version_that_was_deployed() {
    let ran = ran(json!({ "instances": 2 }), &["kill worker at 500ms for 2s", "deploy worker as other rolling at 1s"], 5000);
    assert_eq!(started(&ran), [0, 0, 2500, 2500]);
    ran.must(&["done(second) > 40", "ready(jobs) = 0"]);
}

#[test]
fn a_version_without_its_consumer_leaves_its_messages_where_they_are() {
    let ran = ran(json!({}), &["deploy worker as none at 1s"], 3000);
    ran.must(&["ready(jobs) > 15", "done(first) < 12"]);
}

#[test]
fn an_edit_leaves_the_version_that_was_deployed_unless_it_changes_the_program() {
    let scenario = system(json!({})).scenario();
    let ran = run(scenario.clone(), &["deploy worker as other at 1s"], 2000);
    let mut moved = (*scenario).clone();
    moved.services[1].at.x = 50.0;
    let mut world = ran.world;
    world.inject(Input::Edit(std::sync::Arc::new(moved.clone())));
    let ran = play(world, 3000);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Replaced { .. } | WorldEvent::Started(_))), 0);
    ran.must(&["done(second) > 15"]);
    moved.services[1].reconnect = requeue::base::SimTime::from_millis(7);
    let mut world = ran.world;
    world.inject(Input::Edit(std::sync::Arc::new(moved)));
    let ran = play(world, 4000);
    assert_eq!(started(&ran).len(), 1);
    ran.must(&["done(first) < 12", "done(second) > 25"]);
}

#[test]
fn versions_are_written_as_they_were_read_and_follow_the_names_of_parts() {
    let mut scenario = (*system(json!({})).scenario()).clone();
    scenario.faults.push("deploy worker as dlx rolling by kill at 1s".parse().expect("it is a sentence"));
    let text = scenario_file::write(&scenario);
    assert_eq!(scenario_file::read(&text).as_ref(), Ok(&scenario), "{text}");
    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Queue("jobs".into()), name: "tasks".into() });
    let text = scenario_file::write(&renamed.expect("it can be renamed").scenario);
    assert!(!text.contains("jobs") && text.matches("tasks").count() == 6, "{text}");
    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Service("worker".into()), name: "reader".into() });
    assert_eq!(renamed.expect("it can be renamed").scenario.faults[0].to_string(), "deploy reader as dlx rolling by kill at 1s");
    let removed = edit::apply(&scenario, &Edit::Remove(Part::Queue("jobs".into()))).expect("it can be removed").scenario;
    assert!(!scenario_file::write(&removed).contains("jobs"));
    assert!(removed.services[1].versions.iter().all(|version| version.handlers.as_ref().is_none_or(Vec::is_empty)));
}

#[test]
fn a_version_that_cannot_be_deployed_is_refused_with_its_place() {
    let says = |versions: Json, fault: &str, what: &str| {
        let scenario = system(json!({ "versions": versions })).with("faults", json!([fault]));
        let problems = scenario_file::read(&scenario.0.to_string()).expect_err("it is refused");
        let said = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(what), "{said}");
    };
    let named = |name: &str| json!([{ "name": name }]);
    says(named("v2"), "deploy worker as v3 at 1s", "faults[0]: 'worker' has no version 'v3'. Its versions: v2");
    says(json!([]), "deploy worker as v3 at 1s", "faults[0]: 'worker' has no version 'v3'. Its versions: none");
    says(named("v2"), "deploy nothing as v2 at 1s", "faults[0]: there is no service 'nothing'");
    says(named("v2"), "deploy worker within 0s at 1s", "faults[0]: without time to stop it is killed: write 'by kill', or a longer time");
    says(named("v 2"), "deploy worker at 1s", "services[1].versions[0].name: a version's name has no spaces");
    says(named(""), "deploy worker at 1s", "services[1].versions[0].name: a name is missing");
    says(json!([{ "name": "a" }, { "name": "a" }]), "deploy worker at 1s", "services[1].versions[1].name: the name 'a' is used twice");
    let twice = json!([{ "name": "a", "declares": [{ "queue": "jobs" }, { "queue": "jobs", "durable": false }] }]);
    says(twice, "deploy worker at 1s", "services[1].versions[0].declares[1]: declares[0] says otherwise of the same part");
    let nowhere = json!([{ "name": "a", "handlers": [{ "on": { "queue": "nothing", "prefetch": 1 }, "steps": [] }] }]);
    says(nowhere, "deploy worker at 1s", "services[1].versions[0].handlers[0].on.queue: there is no queue 'nothing'");
}
