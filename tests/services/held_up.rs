//! Work that holds up a program's event loop, and programs whose connection an alarm blocks.

use requeue::base::SimTime;
use requeue::broker::Event;
use requeue::sim::ids::InstanceId;
use requeue::sim::{TimedEvent, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run};

const WORKER: InstanceId = InstanceId { service: 1, instance: 0 };

fn publisher(every_ms: u32, more: Json) -> Json {
    let step = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": { "n": "{n}", "size": 3500 } });
    let mut service = json!({ "name": "publisher", "at": [0, 0], "handlers": [{ "on": { "every_ms": every_ms }, "steps": [step] }] });
    for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        service[name] = value.clone();
    }
    service
}

fn system(heartbeat_ms: u32, publisher: Json, worker: Json) -> Builder {
    Builder::new()
        .with("network", json!({ "latency_ms": 1, "heartbeat_ms": heartbeat_ms }))
        .with("broker", json!({ "profile": "4.3", "queues": [{ "name": "jobs", "at": [0, 0] }] }))
        .with("services", json!([publisher, worker]))
}

fn worker(work: Json, more: Json) -> Json {
    let steps = json!([work, { "do": "effect", "what": "done", "of": "n" }]);
    let mut service = json!({ "name": "worker", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "queue": "jobs", "prefetch": 1 }, "steps": steps }] });
    for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        service[name] = value.clone();
    }
    service
}

fn work(ms: u32, blocks: bool) -> Json {
    json!({ "do": "work", "ms": ms, "blocks": blocks })
}

fn times(ran: &Ran, is_it: impl Fn(&WorldEvent) -> bool) -> Vec<SimTime> {
    ran.occurrences.iter().filter(|TimedEvent { what, .. }| is_it(what)).map(|occurrence| occurrence.at).collect()
}

#[test]
fn work_that_blocks_for_three_heartbeats_costs_the_connection_and_is_done_again() {
    // The only job comes after two seconds.
    let with =
        |work: Json, heartbeat: u32| run(system(heartbeat, publisher(2_000, json!({})), worker(work, json!({}))).scenario(), &[], 11_000);
    let bad = with(work(3_500, true), 1_000);
    bad.must(&["acknowledged(jobs) = 0", "redelivered(jobs) > 1", "duplicated(done) > 0"]);
    let silent = times(&bad, |what| matches!(what, WorldEvent::NoHeartbeat(WORKER)));
    let began = times(&bad, |what| matches!(what, WorldEvent::Began { instance: WORKER, .. }));
    let lost = times(&bad, |what| matches!(what, WorldEvent::ConnectionLost { instance: WORKER, reason: "no heartbeat" }));
    // RabbitMQ looks each second; the first look after the last bytes still counts them, and two more do not.
    let after = silent[0] - began[0];
    assert!(after > SimTime::from_secs(2) && after <= SimTime::from_secs(3), "{after}");
    // The program sees it only when the work is done.
    assert_eq!(lost[0] - began[0], SimTime::from_millis(3_500));
    // Work that waits lets the event loop turn, and work that blocks for a shorter time is in time.
    for (work, heartbeat) in [(work(3_500, false), 1_000), (work(1_900, true), 1_000), (work(3_500, true), 0), (work(3_500, true), 60_000)]
    {
        let good = with(work.clone(), heartbeat).about(format!("{work}, {heartbeat}"));
        good.must(&["redelivered(jobs) = 0", "acknowledged(jobs) > 0"]);
        assert!(times(&good, |what| matches!(what, WorldEvent::NoHeartbeat(_) | WorldEvent::ConnectionLost { .. })).is_empty());
    }
}

#[test]
fn a_connection_is_closed_once_however_much_work_holds_its_program_up() {
    let mut worker = worker(work(3_500, true), json!({}));
    worker["handlers"][0]["on"]["prefetch"] = json!(10);
    let ran = run(system(1_000, publisher(200, json!({})), worker).scenario(), &[], 15_000);
    assert!(times(&ran, |what| matches!(what, WorldEvent::Began { instance: WORKER, .. })).len() > 2);
    assert_eq!(times(&ran, |what| matches!(what, WorldEvent::NoHeartbeat(WORKER))).len(), 1);
}

#[test]
fn what_came_in_one_read_is_done_before_the_event_loop_turns() {
    // Each of them alone is well within two heartbeats of a second.
    let with = |prefetch: u32, until: u64| {
        let mut worker = worker(work(1_400, true), json!({ "on_connection_error": "ignore" }));
        worker["handlers"][0]["on"]["prefetch"] = prefetch.into();
        let broker = json!({ "profile": "4.3", "queues": [{ "name": "jobs", "at": [0, 0], "messages": 3 }] });
        let idle = json!({ "name": "publisher", "at": [0, 0], "handlers": [] });
        run(system(1_000, idle, worker).with("broker", broker).scenario(), &[], until)
    };
    let several = with(3, 8_000);
    several.must(&["acknowledged(jobs) = 0", "ready(jobs) = 3", "done(done) = 3", "connections(worker) = 0"]);
    assert_eq!(times(&several, |what| matches!(what, WorldEvent::NoHeartbeat(WORKER))).len(), 1);
    let lost = times(&several, |what| matches!(what, WorldEvent::ConnectionLost { instance: WORKER, .. }));
    assert_eq!(lost, [SimTime::from_millis(2 + 3 * 1_400)]);
    // One at a time: each acknowledgement is a sign of life.
    with(1, 8_000).must(&["acknowledged(jobs) = 3", "connections(worker) = 1"]);
    // What is written meanwhile leaves at the end of the read.
    with(3, 2_700).must(&["acknowledged(jobs) = 0", "unacked(jobs) = 3", "done(done) = 1"]);
}

#[test]
fn a_program_that_hangs_notices_what_is_closed_when_it_wakes() {
    for (fault, reason) in
        [("restart broker at 2s for 100ms", "the broker closed it"), ("partition worker from broker at 2s for 4s", "no heartbeat")]
    {
        let worker = worker(work(1, false), json!({ "on_connection_error": "exit" }));
        let faults = ["hang worker at 1s for 9s", fault];
        let ran = run(system(1_000, publisher(20_000, json!({})), worker).scenario(), &faults, 12_000);
        let lost = times(&ran, |what| matches!(what, WorldEvent::ConnectionLost { instance: WORKER, reason: why } if *why == reason));
        assert_eq!(lost, [SimTime::from_secs(10)], "{fault}");
        let ended = times(&ran, |what| matches!(what, WorldEvent::Killed { instance: WORKER, .. }));
        assert!(ended.iter().all(|at| *at == SimTime::from_secs(10)), "{fault}: {ended:?}");
    }
}

#[test]
fn nothing_else_runs_in_a_process_whose_work_blocks_it() {
    let with = |blocks: bool| {
        let mut worker = worker(work(900, blocks), json!({}));
        worker["handlers"].as_array_mut().expect("a list").push(json!({
            "on": { "start_up": true }, "steps": [{ "do": "work", "ms": 2500 }, { "do": "effect", "what": "ticked", "of": "n" }]
        }));
        run(system(60_000, publisher(2_000, json!({})), worker).scenario(), &[], 3_500)
    };
    let at = |ran: &Ran| times(ran, |what| matches!(what, WorldEvent::Effect { what, .. } if &**what == "ticked"))[0].as_millis();
    let (waits, blocks) = (with(false), with(true));
    assert_eq!(at(&waits) / 10, 250);
    assert_eq!(at(&blocks) / 10, 290, "it is due while the other holds up the process");
}

#[test]
fn a_hang_outlasts_the_work_in_which_it_begins_and_a_kill_ends_it() {
    let with = |fault: &str, until: u64| {
        run(system(60_000, publisher(2_000, json!({})), worker(work(500, true), json!({}))).scenario(), &[fault], until)
    };
    with("hang worker at 2200ms for 2s", 4_100).must(&["done(done) = 0", "unacked(jobs) = 1"]);
    with("hang worker at 2200ms for 2s", 5_000).must(&["done(done) >= 1"]);
    with("hang worker at 2200ms for 100ms", 3_000).must(&["done(done) = 1", "acknowledged(jobs) = 1"]);
    with("kill worker at 2200ms for 100ms", 3_500).must(&["done(done) = 1", "redelivered(jobs) = 1"]);
}

#[test]
fn what_a_program_does_when_its_connection_ends_with_an_error_is_its_choice() {
    let with = |choice: &str| {
        let worker = worker(work(3_500, true), json!({ "on_connection_error": choice, "restart_ms": 200 }));
        run(system(1_000, publisher(2_000, json!({})), worker).scenario(), &[], 7_000)
    };
    let told = |ran: &Ran| {
        let of = |is_it: &dyn Fn(&WorldEvent) -> bool| times(ran, is_it).len();
        (
            of(&|what| matches!(what, WorldEvent::Connected(WORKER))),
            of(&|what| matches!(what, WorldEvent::GoesOnAlone(WORKER))),
            of(&|what| matches!(what, WorldEvent::Killed { instance: WORKER, .. })),
        )
    };
    assert_eq!(told(&with("reconnect")), (2, 0, 0));
    assert_eq!(told(&with("ignore")), (1, 1, 0));
    assert_eq!(told(&with("exit")), (2, 0, 1));
}

#[test]
fn a_broker_that_stops_in_order_is_no_error() {
    let worker = worker(work(1, false), json!({ "on_connection_error": "exit", "restart_ms": 200 }));
    let ran = run(system(1_000, publisher(500, json!({})), worker).scenario(), &["restart broker at 1s for 100ms"], 3_000);
    assert_eq!(times(&ran, |what| matches!(what, WorldEvent::Killed { .. })), []);
    ran.must(&["jobs has a consumer"]);
}

#[test]
fn a_broker_closes_the_connection_for_what_it_does_not_implement_or_permit() {
    let refused = |step: Json, more: Json| {
        let mut worker = json!({
            "name": "worker", "at": [0, 0], "on_connection_error": "ignore",
            "handlers": [{ "on": { "start_up": true }, "steps": [step] }]
        });
        for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            worker[name] = value.clone();
        }
        let queues = json!([{ "name": "log", "at": [0, 0], "arguments": { "x-queue-type": "stream" } }, { "name": "jobs", "at": [0, 0] }]);
        let broker = json!({ "profile": "4.3", "starts": "empty", "queues": queues });
        let ran = run(
            Builder::new()
                .with("broker", broker)
                .with("services", json!([publisher(500, json!({ "declares": [{ "queue": "log" }] })), worker]))
                .scenario(),
            &[],
            2_000,
        );
        let closed = ran.occurrences.iter().find_map(|occurrence| match &occurrence.what {
            WorldEvent::Broker(Event::ConnectionClosed { text, .. }) => Some(text.clone()),
            _ => None,
        });
        ran.must(&["connections(worker) = 0", "connections(publisher) = 1"]);
        assert_eq!(times(&ran, |what| matches!(what, WorldEvent::GoesOnAlone(WORKER))).len(), 1);
        closed.expect("it closes the connection")
    };
    assert_eq!(
        refused(json!({ "do": "get", "queue": "log" }), json!({ "declares": [{ "queue": "log" }] })),
        "NOT_IMPLEMENTED - basic.get not supported by stream queues queue 'log' in vhost '/'"
    );
    let transient = refused(json!({ "do": "work", "ms": 1 }), json!({ "declares": [{ "queue": "jobs", "durable": false }] }));
    assert!(transient.starts_with("INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated"), "{transient}");
}

const ALARM: [&str; 1] = ["alarm memory at 1s for 2s"];

fn alarmed_with(bytes: usize, when_blocked: Json, fault: &[&str], until: u64) -> Ran {
    let mut publisher = publisher(10, json!({ "when_blocked": when_blocked, "restart_ms": 100 }));
    publisher["handlers"][0]["steps"][0]["payload"]["text"] = "x".repeat(bytes).into();
    run(system(60_000, publisher, worker(work(1, false), json!({ "concurrency": 1 }))).scenario(), &[&ALARM[..], fault].concat(), until)
}

fn alarmed(when_blocked: Json, fault: &[&str], until: u64) -> Ran {
    alarmed_with(0, when_blocked, fault, until)
}

#[test]
fn a_publisher_that_ignores_an_alarm_fills_its_memory_and_loses_it_with_the_process() {
    let publisher = |when: Json, faults: &[&str], until: u64| alarmed_with(6_000, when, faults, until);
    // It sends on: RabbitMQ reads it after the alarm.
    publisher(Json::Null, &[], 2_900).must(&["unread(publisher) > 150", "unread = unread(publisher)", "connections(publisher) = 1"]);
    publisher(Json::Null, &[], 6_000).must(&["unread = 0", "nothing is lost", "published > 550"]);
    publisher(Json::Null, &["kill publisher at 2500ms"], 6_000).must(&["lost > 120", "lost < 150", "unread = 0"]);
    // With a bound the process ends by itself, again and again.
    let bounded = publisher(json!({ "buffers": 40 }), &[], 6_000);
    bounded.must(&["lost >= 50", "unread = 0", "published > 300"]);
    assert!(times(&bounded, |what| matches!(what, WorldEvent::Killed { .. })).len() >= 2);
    publisher(json!({ "buffers": 1000 }), &[], 6_000).must(&["nothing is lost"]);
}

#[test]
fn what_had_reached_rabbitmqs_machine_is_read_after_the_alarm_and_the_end_of_the_process_with_it() {
    let killed = |until: u64| alarmed_with(0, Json::Null, &["kill publisher at 2500ms"], until);
    // RabbitMQ does not read that the process has ended: its connection stays.
    killed(2_900).must(&["connections(publisher) = 1"]);
    killed(6_000).must(&["connections(publisher) = 0", "nothing is lost", "lost = 0", "unread = 0"]);
}

#[test]
fn a_publisher_that_listens_waits_for_the_end_of_an_alarm() {
    // Only what it had sent before it heard is unread.
    alarmed(json!("waits"), &[], 2_900).must(&["unread(publisher) <= 2", "unread(publisher) >= 1"]);
    alarmed(json!("waits"), &[], 6_000).must(&["unread = 0", "nothing is lost", "published > 550", "unsent = 0"]);
    // A process that ends loses nothing that it has given away, and a handler that waits finds out that its connection is gone.
    alarmed(json!("waits"), &["kill publisher at 2500ms"], 6_000).must(&["lost <= 2"]);
    alarmed(json!("waits"), &["restart broker at 2500ms for 100ms"], 2_700).must(&["unsent > 100"]);
}
