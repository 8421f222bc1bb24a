//! The order in which programs start, and health checks.

use requeue::formats::scenario_file;
use requeue::scenario::edit::{self, Edit, Part};
use requeue::sim::{Input, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, play, run, with};

fn worker(more: Json) -> Json {
    let steps = json!([{ "do": "work", "ms": 10 }]);
    with(
        json!({ "name": "worker", "at": [0, 0], "reconnect_ms": 500, "handlers": [{ "on": { "queue": "jobs", "prefetch": 10 }, "steps": steps }] }),
        more,
    )
}

fn plain(name: &str, more: Json) -> Json {
    with(json!({ "name": name, "at": [0, 0], "handlers": [{ "on": { "http": "GET /" }, "steps": [] }] }), more)
}

fn after(name: &str, condition: &str) -> Json {
    json!({ "name": name, "condition": condition })
}

fn system(broker: Json, services: Json) -> Builder {
    Builder::new().with("broker", with(json!({ "queues": [{ "name": "jobs", "at": [0, 0] }] }), broker)).with("services", services)
}

fn ran(broker: Json, services: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(system(broker, services).scenario(), faults, until_ms)
}

/// Of this service, after the beginning: what happens before the first step is told with it.
fn started(ran: &Ran, service: usize) -> Vec<u64> {
    ran.times(|what| matches!(what, WorldEvent::Started(id) if id.service == service))
}

fn consumers(ran: &Ran) -> usize {
    ran.world.broker().queue("jobs").map_or(0, |queue| usize::try_from(queue.consumers()).unwrap_or(0))
}

#[test]
fn a_broker_that_is_late_is_found_by_programs_that_try_again() {
    let late = json!({ "ready_ms": 12000 });
    let again = ran(late.clone(), json!([worker(json!({}))]), &[], 15000);
    assert_eq!(again.count(|what| matches!(what, WorldEvent::ConnectFailed { .. })), 24);
    assert_eq!(again.times(|what| matches!(what, WorldEvent::BrokerReady)), [12000]);
    assert_eq!(consumers(&again), 1);
    let once = ran(late, json!([worker(json!({ "reconnects": "once_connected" }))]), &[], 15000);
    assert_eq!(consumers(&once), 0);
    assert_eq!(once.count(|what| matches!(what, WorldEvent::GoesOnAlone(_))), 1);
    // A restart that ends before it has started once does not make it ready, and one that lasts longer keeps it down.
    let restarted = ran(
        json!({ "ready_ms": 3000 }),
        json!([worker(json!({}))]),
        &["restart broker at 1s for 1s", "restart broker at 2500ms for 2s"],
        4000,
    );
    assert!(restarted.world.is_broker_down());
    let ready = play(restarted.world, 6000);
    assert_eq!(consumers(&ready), 1);
}

#[test]
fn a_program_that_waits_for_a_healthy_broker_connects_the_first_time() {
    let broker = json!({ "ready_ms": 12000, "health": { "interval_ms": 5000, "timeout_ms": 3000, "retries": 5 } });
    let ran_so = |condition: &str| {
        let waits = json!({ "starts_after": [after("broker", condition)], "reconnects": "once_connected" });
        ran(broker.clone(), json!([worker(waits)]), &[], 20000)
    };
    let healthy = ran_so("service_healthy");
    assert_eq!((started(&healthy, 0), consumers(&healthy)), (vec![15000], 1));
    let checks = healthy.times(|what| matches!(what, WorldEvent::Health { .. }));
    assert_eq!(checks, [5000, 10000, 15000], "and no more: nothing waits for it");
    // A process that runs is no broker that takes connections.
    let early = ran_so("service_started");
    assert_eq!((started(&early, 0), consumers(&early)), (vec![0], 0));
}

#[test]
fn what_is_unhealthy_too_often_keeps_the_others_from_starting() {
    let broker = json!({ "ready_ms": 12000, "health": { "interval_ms": 3000, "retries": 3 } });
    let ran = ran(broker, json!([worker(json!({ "starts_after": [after("broker", "service_healthy")] }))]), &[], 60000);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::Health { failures: 3, is_over: true, .. })), 1);
    assert_eq!(started(&ran, 0), [0; 0]);
    assert_eq!(ran.world.waits_for(0).map(|awaited| (&*awaited.after.name, awaited.is_in_vain)), Some(("broker", true)));
    // By hand it starts.
    let mut world = ran.world;
    world.inject(Input::start("worker", 0));
    assert_eq!(consumers(&play(world, 61000)), 1);
}

#[test]
fn services_start_one_after_the_other() {
    let health = json!({ "interval_ms": 100, "timeout_ms": 50, "retries": 100 });
    let first = plain("first", json!({ "starts_after": [after("second", "service_healthy"), after("third", "service_started")] }));
    let second = plain("second", json!({ "health": health, "starts_after": [after("third", "service_healthy")], "instances": 2 }));
    let third = plain("third", json!({ "health": health }));
    let ran = ran(json!({}), json!([first, second, third]), &[], 1000);
    assert_eq!((started(&ran, 0), started(&ran, 1), started(&ran, 2)), (vec![200], vec![100, 100], vec![0]));
}

#[test]
fn a_program_that_hangs_answers_no_health_check() {
    let health = json!({ "interval_ms": 100, "timeout_ms": 50, "retries": 9 });
    let services = json!([
        plain("first", json!({ "health": health })),
        plain("second", json!({ "starts_after": [after("first", "service_healthy")] }))
    ]);
    // Each check that is not answered takes 50 ms.
    let hung = ran(json!({}), services.clone(), &["hang first at 10ms for 300ms"], 2000);
    assert_eq!(hung.times(|what| matches!(what, WorldEvent::Health { .. })), [100, 250, 400]);
    assert_eq!(started(&hung, 1), [400]);
    // What waits is not deployed and not killed, and starts with what was deployed.
    let faults = ["kill first at 50ms for 500ms", "hang second at 60ms", "kill second at 70ms"];
    let killed = ran(json!({}), services, &faults, 2000);
    assert_eq!(started(&killed, 1), [600]);
}

#[test]
fn an_edit_that_takes_the_condition_away_starts_the_service() {
    let broker = json!({ "ready_ms": 1000, "health": { "interval_ms": 500, "retries": 1 } });
    let waiting = system(broker, json!([worker(json!({ "starts_after": [after("broker", "service_healthy")] }))])).scenario();
    let ran = run(waiting.clone(), &[], 3000);
    assert_eq!(consumers(&ran), 0);
    let mut free = (*waiting).clone();
    free.services[0].starts_after.clear();
    free.services[0].instances = 2;
    let mut world = ran.world;
    world.inject(Input::Edit(std::sync::Arc::new(free)));
    assert_eq!(consumers(&play(world, 3100)), 2);
}

#[test]
fn what_can_never_start_is_refused_with_its_place() {
    let says = |broker: Json, services: Json, what: &str| {
        let problems = scenario_file::read(&system(broker, services).0.to_string()).expect_err("it is refused");
        let said = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(what), "{said}");
    };
    let waits = |name: &str, on: &str| plain(name, json!({ "starts_after": [after(on, "service_started")] }));
    let circle = json!([plain("d", json!({})), waits("a", "b"), waits("b", "c"), waits("c", "b")]);
    says(json!({}), circle, "services[2].starts_after: b after c after b is a circle: each waits for the next, and none starts");
    says(json!({}), json!([waits("a", "a")]), "services[0].starts_after: a after a is a circle");
    says(json!({}), json!([waits("a", "z")]), "services[0].starts_after[0]: there is no service 'z', and it is not 'broker'");
    let healthy = json!([plain("a", json!({ "starts_after": [after("broker", "service_healthy")] }))]);
    says(
        json!({}),
        healthy,
        "services[0].starts_after[0]: 'broker' has no health check: add \"health\" to broker, or wait for service_started",
    );
    says(json!({ "health": { "interval_ms": 0 } }), json!([]), "broker.health.interval_ms: it takes 1 ms at least");
    says(
        json!({}),
        json!([plain("a", json!({ "health": { "retries": 0 } }))]),
        "services[0].health.retries: it is unhealthy after 1 failure or more",
    );
    says(json!({}), json!([plain("a", json!({ "starts_after": [{ "name": "broker", "condition": "ready" }] }))]), "service_started");
    let no_room = json!([plain("a", json!({ "when_blocked": { "buffers": 0 } }))]);
    says(json!({}), no_room, "services[0].when_blocked.buffers: its memory holds at least 1 message");
}

#[test]
fn the_order_is_written_as_it_was_read_and_follows_the_names_of_services() {
    let broker = json!({ "ready_ms": 5, "health": { "interval_ms": 1, "timeout_ms": 2, "retries": 7 } });
    let services = json!([
        plain("a", json!({ "health": {} })),
        plain("b", json!({ "starts_after": [after("a", "service_healthy"), after("broker", "service_started")] }))
    ]);
    let scenario = system(broker, services).scenario();
    let text = scenario_file::write(&scenario);
    assert_eq!(scenario_file::read(&text).as_ref(), Ok(&*scenario), "{text}");
    let renamed = edit::apply(&scenario, &Edit::Rename { part: Part::Service("a".into()), name: "other".into() }).expect("it can be");
    assert_eq!(&*renamed.scenario.services[1].starts_after[0].name, "other");
    let removed = edit::apply(&scenario, &Edit::Remove(Part::Service("a".into()))).expect("it can be");
    assert_eq!(removed.scenario.services[0].starts_after.len(), 1, "the broker stays");
}

/// As Compose: what is to have no containers is started after what it waits for, and its health is not waited for.
#[test]
fn a_service_without_instances_is_not_waited_for() {
    let none = |more| with(plain("none", json!({ "instances": 0, "health": { "interval_ms": 10000 } })), more);
    let waits = plain("waits", json!({ "starts_after": [after("none", "service_healthy")] }));
    let at_once = ran(json!({}), json!([none(json!({})), waits.clone()]), &[], 1000);
    assert_eq!(at_once.world.instances().filter(|(_, instance)| instance.up).count(), 1);
    assert_eq!(at_once.count(|what| matches!(what, WorldEvent::Health { .. })), 0, "nothing asks for its health");
    // In either order of the file.
    let before = ran(json!({}), json!([waits.clone(), none(json!({}))]), &[], 1000);
    assert_eq!(before.world.instances().filter(|(_, instance)| instance.up).count(), 1);
    // What it waits for itself comes first.
    let broker = json!({ "health": { "interval_ms": 3000 } });
    let later = ran(broker, json!([none(json!({ "starts_after": [after("broker", "service_healthy")] })), waits]), &[], 8000);
    assert_eq!(started(&later, 1), [3000]);
}
