//! Programs declare what they need, are refused, and do what their code does then.

use requeue::broker::Event;
use requeue::formats::scenario_file;
use requeue::scenario::edit::{self, Edit, Part};
use requeue::sim::WorldEvent;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run, with};

fn topology(starts: &str) -> Json {
    json!({
        "starts": starts,
        "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }, { "name": "dlx", "at": [0, 100], "type": "fanout" }],
        "queues": [{ "name": "jobs", "at": [0, 0] }],
        "bindings": [{ "source": "events", "queue": "jobs", "routing_key": "order.*" }]
    })
}

fn publisher(more: Json) -> Json {
    let publish = json!({ "do": "publish", "exchange": "events", "routing_key": "order.placed", "payload": {} });
    with(json!({ "name": "publisher", "at": [0, 0], "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish] }] }), more)
}

fn worker(more: Json) -> Json {
    let handler = json!({ "on": { "queue": "jobs", "prefetch": 10 }, "steps": [{ "do": "work", "ms": 10 }, { "do": "effect", "what": "done", "of": "eventId" }] });
    with(json!({ "name": "worker", "at": [0, 0], "handlers": [handler] }), more)
}

/// Everything that the worker needs.
fn all() -> Json {
    json!({ "declares": [{ "exchange": "events" }, { "queue": "jobs" }, { "bindings_of": "jobs" }] })
}

fn ran(starts: &str, services: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(Builder::new().with("broker", topology(starts)).with("services", services).scenario(), faults, until_ms)
}

fn refusals(ran: &Ran) -> Vec<String> {
    let told = ran.occurrences.iter().filter_map(|occurrence| match &occurrence.what {
        WorldEvent::Broker(Event::ChannelClosed { text, .. }) => Some(text.clone()),
        _ => None,
    });
    told.collect()
}

#[test]
fn on_an_empty_broker_each_thing_is_there_when_a_program_has_declared_it() {
    let ran = ran("empty", json!([worker(all())]), &[], 1000);
    let declared = ran.times(|what| matches!(what, WorldEvent::Declared { .. }));
    // One way takes 1 ms: the first is asked for with the connection, and each after the answer to the one before.
    assert_eq!(declared, [2, 4, 6]);
    assert_eq!(ran.times(|what| matches!(what, WorldEvent::Broker(Event::ConsumerStarted { .. }))), [7]);
    let broker = ran.world.broker();
    assert!(broker.queue("jobs").is_some() && broker.exchange_type("events").is_some());
    assert!(broker.exchange_type("dlx").is_none(), "no program has declared it");
}

#[test]
fn what_is_published_before_the_first_binding_reaches_no_queue_and_no_one_is_told() {
    let early = publisher(json!({ "declares": [{ "exchange": "events" }] }));
    let late = worker(all());
    let ran = run(
        Builder::new()
            .with("broker", topology("empty"))
            .with("network.links", json!([{ "between": ["worker", "broker"], "latency_ms": 120 }]))
            .with("services", json!([early, late]))
            .scenario(),
        &[],
        2000,
    );
    // The worker's declarations take half a second: four events find no queue.
    ran.must(&["unroutable > 2", "done(done) > 8"]);
    assert_eq!(refusals(&ran), [""; 0]);
}

#[test]
fn a_redeploy_that_adds_a_dead_letter_exchange_is_refused_and_messages_pile_up() {
    let own = json!([{ "queue": "jobs", "arguments": { "x-dead-letter-exchange": "dlx" } }]);
    let refused = "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'jobs' in vhost '/': \
                   received the value 'dlx' of type 'longstr' but current is none";
    // Alive, and consuming nothing.
    let ran_so = |on_error: &str| {
        let deployed = worker(json!({ "declares": own, "on_channel_error": on_error, "reconnect_ms": 300, "restart_ms": 400 }));
        ran("defined", json!([publisher(json!({})), deployed]), &[], 2000)
    };
    let ran = ran_so("ignore");
    assert_eq!(refusals(&ran), [refused]);
    ran.must(&["ready(jobs) > 15", "done(done) = 0"]);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::GoesOnAlone(_))), 1);
    let worker = ran.world.instances().find(|(id, _)| id.service == 1).expect("it is there").0;
    assert!(ran.world.goes_on_alone(worker) && !ran.world.is_connecting(worker));
    // Each of the others tries again and again, in its own way.
    let ran = ran_so("reconnect");
    assert_eq!(refusals(&ran).len(), 7);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Connected(id) if id.service == 1)), 7);
    let ran = ran_so("reopen");
    assert_eq!(refusals(&ran).len(), 7);
    let ran = ran_so("exit");
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Killed { instance, .. } if instance.service == 1)), 5);
    ran.must(&["done(done) = 0"]);
}

#[test]
fn a_restart_of_the_broker_is_noticed_by_the_programs_that_have_code_for_it() {
    let ran_so = |reconnects: &str| {
        let more = json!({ "reconnects": reconnects, "reconnect_ms": 200 });
        let worker = worker(with(all(), more));
        ran("defined", json!([publisher(json!({ "reconnect_ms": 200 })), worker]), &["restart broker at 1s for 500ms"], 4000)
    };
    ran_so("always").must(&["done(done) > 25", "ready(jobs) = 0"]);
    // The chapter's consumer: its health check answers 200, and it consumes nothing.
    ran_so("until_connected").must(&["done(done) < 12", "ready(jobs) > 15"]);
    ran_so("once_connected").must(&["done(done) > 25", "ready(jobs) = 0"]);
    ran_so("never").must(&["done(done) < 12", "ready(jobs) > 15"]);
    // A program that starts while the broker is down.
    let late = |reconnects: &str| {
        let worker = worker(with(all(), json!({ "reconnects": reconnects, "reconnect_ms": 200, "restart_ms": 100 })));
        let faults = ["restart broker at 10ms for 1s", "kill worker at 100ms for 100ms"];
        ran("defined", json!([publisher(json!({ "reconnect_ms": 100 })), worker]), &faults, 4000)
    };
    late("until_connected").must(&["done(done) > 20"]);
    late("once_connected").must(&["done(done) = 0"]);
}

#[test]
fn an_exclusive_queue_is_gone_with_its_connection() {
    let own = json!({ "declares": [{ "queue": "jobs", "exclusive": true }], "on_channel_error": "ignore" });
    let ran = ran("empty", json!([with(worker(own), json!({ "instances": 2 }))]), &["kill worker#1 at 500ms"], 1000);
    assert_eq!(refusals(&ran).len(), 1, "the second instance is locked out");
    assert!(refusals(&ran)[0].starts_with("RESOURCE_LOCKED"));
    assert!(ran.world.broker().queue("jobs").is_none());
}

#[test]
fn an_edit_declares_no_part_that_waits_for_its_program() {
    let before = Builder::new().with("broker", topology("empty")).with("services", json!([publisher(json!({}))])).scenario();
    let ran = run(before.clone(), &[], 500);
    let mut after = (*before).clone();
    after.broker.queues[0].arguments.insert("x-max-length".into(), requeue::broker::Value::Int(5));
    let mut world = ran.world;
    world.inject(requeue::sim::Input::Edit(std::sync::Arc::new(after)));
    assert!(world.broker().queue("jobs").is_none(), "it was not there before");
}

/// Each form of a declaration, with everything that a program can say otherwise.
#[test]
fn declarations_are_written_as_they_were_read_and_follow_the_names_of_parts() {
    let declares = json!([
        { "exchange": "events", "type": "direct", "durable": false, "auto_delete": true, "arguments": { "alternate-exchange": "dlx" } },
        { "exchange": "dlx" },
        { "queue": "jobs", "exclusive": true, "durable": false, "auto_delete": true, "arguments": { "x-max-length": 5 } },
        { "binding": { "source": "events", "queue": "jobs", "routing_key": "order.*" } },
        { "bindings_of": "jobs" },
        { "check_queue": "jobs" },
        { "check_exchange": "events" }
    ]);
    let more = json!({ "declares": declares, "on_channel_error": "reopen", "reconnects": "once_connected" });
    let scenario = Builder::new().with("broker", topology("empty")).with("services", json!([worker(more)])).scenario();
    let text = scenario_file::write(&scenario);
    assert_eq!(scenario_file::read(&text).as_ref(), Ok(&*scenario), "{text}");
    let written: Json = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(written["services"][0]["declares"], declares);

    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Queue("jobs".into()), name: "tasks".into() });
    let text = scenario_file::write(&renamed.expect("it can be renamed").scenario);
    assert!(!text.contains("jobs") && text.matches("tasks").count() >= 6, "{text}");
    let removed = edit::apply(&scenario, &Edit::Remove(Part::Exchange("events".into())));
    let left = removed.expect("it can be removed").scenario.services[0].declares.len();
    assert_eq!(left, 4, "the exchange, its binding and its check go with it");
    // What a declaration's own arguments name follows, too, and goes with its part.
    let own = json!({ "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "dead" });
    let declares = json!([{ "exchange": "events", "arguments": { "alternate-exchange": "dlx" } }, { "queue": "jobs", "arguments": own }]);
    let services = json!([worker(json!({ "declares": declares }))]);
    let scenario = Builder::new().with("broker", topology("empty")).with("services", services).scenario();
    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Exchange("dlx".into()), name: "parked".into() });
    assert_eq!(scenario_file::write(&renamed.expect("it can be renamed").scenario).matches("parked").count(), 3);
    let removed = edit::apply(&scenario, &Edit::Remove(Part::Exchange("dlx".into())));
    assert!(!scenario_file::write(&removed.expect("it can be removed").scenario).contains("dlx"));
}

#[test]
fn what_a_program_can_never_declare_is_refused_with_its_place() {
    let read = |declares: Json| {
        let scenario = Builder::new().with("broker", topology("empty")).with("services", json!([worker(json!({ "declares": declares }))]));
        let problems = scenario_file::read(&scenario.0.to_string()).expect_err("it is refused");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let says = |declares: Json, what: &str| {
        let said = read(declares);
        assert!(said.contains(what), "{said}");
    };
    says(
        json!([{ "queue": "jobs" }, { "queue": "jobs", "durable": false }]),
        "services[0].declares[1]: declares[0] says otherwise of the same part",
    );
    says(json!([{ "queue": "nothing" }]), "services[0].declares[0].queue: there is no queue 'nothing' on the canvas");
    says(json!([{ "exchange": "" }]), "nothing declares the default exchange");
    says(json!([{ "binding": { "source": "events", "queue": "jobs", "routing_key": "x" } }]), "this binding is not on the canvas");
    says(json!([{}]), "a declaration names one thing");
    says(json!([{ "check_queue": "nothing" }]), "services[0].declares[0].check_queue: there is no queue 'nothing'");
    says(json!([{ "queue": "jobs", "arguments": { "x-max-length": -1 } }]), "services[0].declares[0].arguments");
}
