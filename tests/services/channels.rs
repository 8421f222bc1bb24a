//! Connections and channels of a program: what it publishes on, what it does when it has them again, and how it loses one of them.

use requeue::broker::{Event, ReplyCode};
use requeue::formats::scenario_file;
use requeue::sim::WorldEvent;
use requeue::sim::ids::{InstanceId, Verdict};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, run, with};

fn topology() -> Json {
    json!({
        "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }],
        "queues": [{ "name": "jobs", "at": [0, 0] }, { "name": "done", "at": [0, 0] }]
    })
}

fn publisher() -> Json {
    let publish = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": {} });
    json!({ "name": "publisher", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish] }] })
}

/// It consumes, and publishes what came of it.
fn worker(to: &str, more: Json) -> Json {
    let publish = json!({ "do": "publish", "exchange": to, "routing_key": "done", "payload": {} });
    let steps = json!([{ "do": "effect", "what": "done", "of": "eventId" }, publish]);
    with(
        json!({ "name": "worker", "at": [0, 0], "reconnect_ms": 200, "handlers": [{ "on": { "queue": "jobs", "prefetch": 10 }, "steps": steps }] }),
        more,
    )
}

fn builder(services: Json) -> Builder {
    Builder::new().with("network.heartbeat_ms", json!(20_000)).with("broker", topology()).with("services", services)
}

fn ran(worker: Json, faults: &[&str], until_ms: u64) -> Ran {
    run(builder(json!([publisher(), worker])).scenario(), faults, until_ms)
}

const WORKER: InstanceId = InstanceId { service: 1, instance: 0 };

#[test]
fn a_channel_that_is_closed_for_what_was_published_takes_its_consumers_along() {
    let ran_so = |publishes_on: &str, on_error: &str| {
        let declaring = with(publisher(), json!({ "declares": [{ "queue": "jobs" }] }));
        let later = json!({ "publishes_on": publishes_on, "on_channel_error": on_error, "declares": [{ "queue": "jobs" }] });
        let scenario = builder(json!([declaring, worker("events", later)])).with("broker.starts", json!("empty")).scenario();
        run(scenario, &[], 3000)
    };
    let closed = |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.starts_with("NOT_FOUND"));
    let shared = ran_so("shared", "ignore");
    assert_eq!(shared.count(closed), 1);
    shared.must(&["done(done) < 3", "ready(jobs) > 25"]);
    for own in ["channel", "connection"] {
        let apart = ran_so(own, "ignore");
        assert_eq!(apart.count(closed), 1, "{own}");
        assert!(apart.world.cannot_publish(WORKER), "{own}");
        apart.must(&["done(done) > 25", "ready(jobs) = 0", "unsent > 20"]);
        let again = ran_so(own, "reopen");
        assert!(again.count(closed) > 5, "{own}");
        again.must(&["done(done) > 25"]);
        let ended = ran_so(own, "exit");
        assert_eq!(ended.count(|what| matches!(what, WorldEvent::Killed { .. })), 1, "{own}");
    }
    // To close the connection is to close what consumes on it.
    let lost = |ran: &Ran| ran.count(|what| matches!(what, WorldEvent::Broker(Event::ConsumerStarted { .. })));
    assert!(lost(&ran_so("channel", "reconnect")) > 3);
    assert_eq!(lost(&ran_so("connection", "reconnect")), 1);
}

#[test]
fn an_acknowledgement_on_the_publishing_channel_closes_it_and_settles_nothing() {
    let mut worker = worker("", json!({ "publishes_on": "channel", "on_channel_error": "ignore" }));
    worker["handlers"][0]["steps"] = json!([{ "do": "effect", "what": "done", "of": "eventId" }, { "do": "ack", "elsewhere": true }]);
    let ran = ran(worker, &[], 1900);
    ran.must(&["done(done) = 10", "unacked(jobs) = 10", "acknowledged(jobs) = 0", "lost = 0"]);
    let closed = |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.ends_with("unknown delivery tag 1"));
    assert_eq!(ran.count(closed), 1);
    assert!(ran.world.cannot_publish(WORKER));
}

#[test]
fn a_memory_alarm_stops_the_acknowledgements_on_a_connection_that_publishes() {
    let faults = ["alarm memory at 1s for 2s"];
    let ran_so = |publishes_on: &str| {
        let mut worker = worker("", json!({ "publishes_on": publishes_on }));
        worker["handlers"][0]["steps"].as_array_mut().expect("a list").insert(0, json!({ "do": "work", "ms": 300 }));
        ran(worker, &faults, 2900)
    };
    let (shared, apart) = (ran_so("shared"), ran_so("connection"));
    assert!(shared.world.is_blocked(WORKER) && apart.world.is_blocked(WORKER));
    // The publisher is blocked in both; what it published before is acknowledged in one.
    shared.must(&["unacked(jobs) > 0"]);
    apart.must(&["unacked(jobs) = 0"]);
    ran_so("channel").must(&["unacked(jobs) > 0"]);
}

#[test]
fn both_connections_are_lost_and_found_again_with_the_broker() {
    for own in ["channel", "connection"] {
        let ran = ran(worker("", json!({ "publishes_on": own })), &["restart broker at 1s for 500ms"], 4000);
        ran.must(&["done(done) > 25", "ready(jobs) = 0", "ready(done) > 25"]);
        assert!(!ran.world.cannot_publish(WORKER), "{own}");
        let cut = self::ran(
            worker("", json!({ "publishes_on": own })),
            &["partition worker from broker at 500ms for 90s", "kill worker at 95s for 1s"],
            100_000,
        );
        cut.must(&["ready(jobs) = 0", "unacked(jobs) = 0"]);
        let off = self::ran(worker("", json!({ "publishes_on": own })), &["power off worker at 500ms"], 61_000);
        off.must(&["unacked(jobs) = 0"]);
        assert_eq!(off.world.channels_of_the_dead().count(), 0, "{own}");
    }
}

#[test]
fn a_request_is_answered_on_the_channel_that_it_was_published_on() {
    for (own, queue) in [("channel", "direct"), ("connection", "direct"), ("channel", "exclusive"), ("connection", "exclusive")] {
        let ask = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": {}, "reply": { "timeout_ms": 500, "queue": queue }, "required": true });
        let asker = json!({ "name": "asker", "at": [0, 0], "publishes_on": own,
            "handlers": [{ "on": { "every_ms": 100 }, "steps": [ask, { "do": "effect", "what": "answered", "of": "n" }] }] });
        let answer = json!({ "do": "publish", "exchange": "", "routing_key": "{replyTo}", "payload": {} });
        let server = json!({ "name": "server", "at": [0, 0], "publishes_on": own,
            "handlers": [{ "on": { "queue": "jobs", "prefetch": 10 }, "steps": [answer] }] });
        run(builder(json!([asker, server])).scenario(), &[], 2090).must(&["done(answered) = 20"]);
    }
}

#[test]
fn a_program_waits_longer_each_time_until_it_is_connected() {
    let more = json!({ "reconnect_ms": 100, "backoff": { "factor": 2, "max_ms": 1000 } });
    let ran = ran(worker("", more), &["restart broker at 1s for 2s", "restart broker at 6s for 10ms"], 8000);
    let tried = ran.times(|what| matches!(what, WorldEvent::ConnectFailed { instance: WORKER, .. }));
    assert_eq!(tried, [1102, 1303, 1704, 2505]);
    let connected = ran.times(|what| matches!(what, WorldEvent::Connected(WORKER)));
    // Then the first wait is short again.
    assert_eq!(connected, [1, 3506, 6102]);
}

/// A consumer that RabbitMQ refuses is not set up: pauses grow, and a program that tries until it is connected goes on trying.
#[test]
fn a_refused_consumer_is_not_set_up() {
    let exclusive = |name: &str, more: Json| {
        let on = json!({ "queue": "jobs", "prefetch": 1, "exclusive": true });
        with(json!({ "name": name, "at": [0, 0], "handlers": [{ "on": on, "steps": [{ "do": "work", "ms": 10 }] }] }), more)
    };
    for declares in [json!([]), json!([{ "queue": "jobs", "arguments": {} }])] {
        let more = json!({ "reconnects": "until_connected", "reconnect_ms": 100, "backoff": { "factor": 2, "max_ms": 1000 }, "declares": declares });
        let services = json!([exclusive("first", json!({})), exclusive("second", more)]);
        let ran = run(builder(services).scenario(), &["kill first at 5s"], 8000);
        let second = InstanceId { service: 1, instance: 0 };
        let connected = ran.times(|what| matches!(what, WorldEvent::Connected(id) if *id == second));
        let pauses: Vec<u64> = connected.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(pauses.windows(2).take(3).all(|two| two[1] > two[0]), "{connected:?}");
        assert!(!ran.world.goes_on_alone(second), "{connected:?}");
        ran.must(&["consumers(jobs) = 1"]);
    }
}

/// The chapter's `publishEvent` asserts on the channel that it publishes on: a refused assertion leaves the consumer alone.
#[test]
fn a_step_declares_on_the_channel_that_its_program_publishes_on() {
    for own in ["shared", "channel", "connection"] {
        let declare = json!({ "do": "declare", "declares": [{ "queue": "done", "arguments": { "x-max-length": 5 } }], "required": false });
        let on = json!({ "queue": "jobs", "prefetch": 1 });
        let steps = json!([declare, { "do": "publish", "exchange": "", "routing_key": "other", "payload": {} }]);
        let more = json!({ "publishes_on": own, "on_channel_error": "ignore" });
        let worker = with(json!({ "name": "worker", "at": [0, 0], "handlers": [{ "on": on, "steps": steps }] }), more);
        let ran = run(builder(json!([publisher(), worker])).scenario(), &[], 3000);
        let closed = ran.count(|what| matches!(what, WorldEvent::Broker(Event::ChannelClosed { .. })));
        assert_eq!(closed, 1, "{own}");
        let with = ran.world.publisher_closed_with(InstanceId { service: 1, instance: 0 }).expect("its channel was closed");
        assert!(with.code == ReplyCode::PreconditionFailed && with.text.starts_with("PRECONDITION_FAILED"), "{with:?}");
        assert_eq!(ran.world.closed_with(InstanceId { service: 1, instance: 0 }, &"jobs".into()).is_some(), own == "shared");
        ran.must(if own == "shared" { &["consumers(jobs) = 0"] } else { &["consumers(jobs) = 1"] });
    }
}

#[test]
fn a_publisher_waits_longer_each_time_for_its_own_connection() {
    let more = json!({ "publishes_on": "connection", "reconnect_ms": 100, "backoff": { "factor": 2, "max_ms": 1000 } });
    let ran = ran(worker("", more), &["restart broker at 1s for 2s"], 8000);
    let tried = ran.times(|what| matches!(what, WorldEvent::ConnectFailed { instance: WORKER, .. }));
    let pauses: Vec<u64> = tried.windows(2).map(|two| two[1] - two[0]).collect();
    // Both of its connections wait 100, 200, 400 and 800 ms, each by itself.
    assert!(tried.len() <= 8 && pauses.iter().any(|pause| *pause >= 700), "{tried:?}");
}

#[test]
fn a_program_has_a_channel_again_and_does_on_it_what_its_code_says() {
    let declares = json!([{ "queue": "jobs", "arguments": {} }]);
    let ran_so = |again: &str| {
        let worker = worker("", json!({ "again": again, "declares": declares }));
        ran(worker, &["restart broker at 1s for 500ms"], 4000)
    };
    let declared = |ran: &Ran| ran.count(|what| matches!(what, WorldEvent::Declared { instance: WORKER, .. }));
    let all = ran_so("all");
    assert_eq!(declared(&all), 2);
    all.must(&["done(done) > 25", "ready(jobs) = 0"]);
    let consumes = ran_so("consumes");
    assert_eq!(declared(&consumes), 1);
    consumes.must(&["done(done) > 25", "ready(jobs) = 0"]);
    let nothing = ran_so("nothing");
    assert_eq!(declared(&nothing), 1);
    nothing.must(&["done(done) < 12", "ready(jobs) > 15"]);
    assert!(!nothing.world.goes_on_alone(WORKER) && !nothing.world.is_connecting(WORKER), "it has a channel");
}

#[test]
fn a_health_endpoint_that_asks_says_what_one_that_lies_does_not() {
    let ran_so = |fails: Json| {
        let health = json!({ "on": { "http": "GET /health" }, "steps": [{ "do": "reply", "status": 200, "fails": fails }] });
        let mut worker = worker("", json!({ "reconnects": "until_connected" }));
        worker["handlers"].as_array_mut().expect("a list").push(health);
        let prober = json!([{ "name": "prober", "at": [0, 0], "calls": { "service": "worker", "endpoint": "GET /health" }, "arrivals": { "every_ms": 500 } }]);
        run(builder(json!([publisher(), worker])).with("clients", prober).scenario(), &["restart broker at 1s for 100ms"], 4900)
    };
    ran_so(json!({ "field_missing": "requestId" })).must(&["failed = 0", "ready(jobs) > 25"]);
    ran_so(json!({ "no_channel": true })).must(&["failed > 5", "ready(jobs) > 25"]);
    // Compose waits for a program that asks.
    let waits = |asks: bool| {
        let worker = worker("", json!({ "health": { "interval_ms": 200, "retries": 20, "asks_channel": asks }, "reconnect_ms": 100 }));
        let after = with(publisher(), json!({ "starts_after": [{ "name": "worker", "condition": "service_healthy" }] }));
        let ran = run(builder(json!([after, worker])).with("broker.ready_ms", json!(1000)).scenario(), &[], 3000);
        ran.times(|what| matches!(what, WorldEvent::Started(InstanceId { service: 0, .. })))
    };
    assert_eq!(waits(false), [200]);
    assert_eq!(waits(true), [1200]);
}

#[test]
fn one_instance_is_cut_off_and_the_others_go_on() {
    let more = json!({ "instances": 3, "concurrency": 1 });
    let faults = ["partition worker#2 from broker at 1s for 2s"];
    let ran = ran(worker("", more.clone()), &faults, 2900);
    let cut = |instance| ran.world.is_cut_off(InstanceId { service: 1, instance });
    assert_eq!([cut(0), cut(1), cut(2)], [false, true, false]);
    let begun = |ran: &Ran, which: usize, from: u64, to: u64| {
        let times =
            ran.times(|what| matches!(what, WorldEvent::Began { instance, .. } if *instance == InstanceId { service: 1, instance: which }));
        times.into_iter().filter(|at| (from..to).contains(at)).count()
    };
    assert_eq!(begun(&ran, 1, 1002, 2900), 0);
    assert!(begun(&ran, 0, 1002, 2900) > 3 && begun(&ran, 2, 1002, 2900) > 3);
    // What waited on the way arrives when the network is whole again.
    let healed = self::ran(worker("", more.clone()), &faults, 5000);
    assert!(begun(&healed, 1, 3000, 5000) > 3);
    healed.must(&["ready(jobs) = 0", "duplicated(done) = 0"]);
    // The broker gives it up after three heartbeats, and the others get what it held.
    let long = self::ran(worker("", more.clone()), &["partition worker#2 from broker at 1s"], 100_000);
    long.must(&["unacked(jobs) = 0", "ready(jobs) = 0", "missing(done) = 0"]);
    assert_eq!(long.count(|what| matches!(what, WorldEvent::ConnectionLost { .. })), 1);
    // A cut of all that heals leaves the one that has its own.
    let both = ["partition worker#2 from broker at 1s", "partition worker from broker at 1500ms for 500ms"];
    let both = self::ran(worker("", more), &both, 3000);
    assert!(both.world.is_cut_off(InstanceId { service: 1, instance: 1 }) && !both.world.is_cut_off(WORKER));
}

#[test]
fn a_step_that_acknowledges_elsewhere_needs_another_channel() {
    let with = |publishes_on: &str| {
        let mut worker = worker("", json!({ "publishes_on": publishes_on }));
        worker["handlers"][0]["steps"] = json!([{ "do": "work", "ms": 1 }, { "do": "ack", "elsewhere": true }]);
        scenario_file::read(&builder(json!([publisher(), worker])).0.to_string()).map_err(|problems| problems[0].to_string())
    };
    let told = with("shared").map(|_| ()).expect_err("it has one channel");
    assert!(told.starts_with("services[1].handlers[0].steps[1].elsewhere: the service has one channel"), "{told}");
    assert!(with("channel").is_ok() && with("connection").is_ok());
}

#[test]
fn a_cut_of_one_instance_is_from_the_broker() {
    let of = |fault: &str| {
        let document = builder(json!([publisher(), worker("", json!({ "instances": 2 }))])).with("faults", json!([fault])).0.to_string();
        scenario_file::read(&document)
            .map(|_| ())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    assert_eq!(of("partition worker#2 from broker at 1s"), Ok(()));
    assert_eq!(of("partition broker from worker#1 at 1s"), Ok(()));
    for (fault, expected) in [
        ("partition worker#3 from broker at 1s", "faults[0]: 'worker' has 2 instances"),
        ("partition worker#2 from publisher at 1s", "faults[0]: 'worker#2' alone can be cut off from the broker only"),
    ] {
        let told = of(fault).expect_err(fault);
        assert!(told.contains(expected), "{fault}: {told}");
    }
}

#[test]
fn a_stop_gives_back_what_was_not_begun() {
    let steps = json!([{ "do": "work", "ms": 1000 }, { "do": "effect", "what": "done", "of": "eventId" }]);
    let slow = json!({ "name": "worker", "at": [0, 0], "concurrency": 1, "handlers": [{ "on": { "queue": "jobs", "prefetch": 10 }, "steps": steps }] });
    // It works at its first, and holds six more.
    let ran_so = |how: &str| ran(slow.clone(), &[how], 2050);
    let back = ran_so("stop worker giving back at 750ms");
    assert_eq!(back.times(|what| matches!(what, WorldEvent::Stopped(WORKER))), [1102]);
    assert_eq!(back.count(|what| matches!(what, WorldEvent::Settling { verdict: Verdict::Requeue, .. })), 6);
    back.must(&["done(done) = 1", "requeued(jobs) = 6", "ready(jobs) = 19", "unacked(jobs) = 0", "acknowledged(jobs) = 1"]);
    let kept = ran_so("stop worker at 750ms");
    kept.must(&["requeued(jobs) = 0", "unacked(jobs) > 4"]);
    // What was acknowledged on delivery cannot go back.
    let mut automatic = slow.clone();
    automatic["handlers"][0]["on"]["auto_ack"] = json!(true);
    let automatic = ran(automatic, &["stop worker giving back at 750ms"], 12_000);
    automatic.must(&["requeued(jobs) = 0", "done(done) = 7", "lost = 0"]);
}

/// Acknowledges a job twice, and what comes from the other queue once.
fn reader_of_two(more: Json) -> Json {
    let twice = json!([{ "do": "effect", "what": "jobs", "of": "eventId" }, { "do": "ack" }, { "do": "ack" }]);
    let once = json!([{ "do": "effect", "what": "others", "of": "eventId" }]);
    with(
        json!({ "name": "worker", "at": [0, 0], "reconnect_ms": 200, "handlers": [
            { "on": { "queue": "jobs", "prefetch": 1 }, "steps": twice },
            { "on": { "queue": "done", "prefetch": 1 }, "steps": once },
        ] }),
        more,
    )
}

fn publisher_of_two() -> Json {
    let publish = |to: &str| json!({ "do": "publish", "exchange": "", "routing_key": to, "payload": {} });
    with(publisher(), json!({ "handlers": [{ "on": { "every_ms": 100 }, "steps": [publish("jobs"), publish("done")] }] }))
}

#[test]
fn an_error_on_a_consumers_own_channel_leaves_the_other_consumers_alone() {
    let ran_so = |consumes_on: &str, on_error: &str| {
        let reader = reader_of_two(json!({ "consumes_on": consumes_on, "on_channel_error": on_error }));
        run(builder(json!([publisher_of_two(), reader])).scenario(), &[], 2950)
    };
    let closed =
        |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.contains("unknown delivery tag"));
    let started = |what: &WorldEvent| matches!(what, WorldEvent::Broker(Event::ConsumerStarted { .. }));

    let shared = ran_so("shared", "ignore");
    shared.must(&["done(jobs) = 1", "done(others) = 1", "consumers(done) = 0", "ready(done) > 25"]);
    assert!(shared.world.goes_on_alone(WORKER));

    let each = ran_so("each", "ignore");
    each.must(&[
        "done(jobs) = 1",
        "consumers(jobs) = 0",
        "done(others) = 29",
        "consumers(done) = 1",
        "ready(done) = 0",
        "channel_errors(worker) = 1",
    ]);
    assert_eq!(each.count(closed), 1);
    assert!(!each.world.goes_on_alone(WORKER));
    let code = |queue: &str| each.world.closed_with(WORKER, &queue.into()).map(|closed| closed.code);
    assert_eq!((code("jobs"), code("done")), (Some(ReplyCode::PreconditionFailed), None));

    let again = ran_so("each", "reopen");
    assert!(again.count(closed) > 5);
    // The other consumer starts once. The last pause may not be over.
    let starts = again.count(started);
    assert!([again.count(closed) + 1, again.count(closed) + 2].contains(&starts), "{starts}");
    again.must(&["done(others) = 29"]);
    // To close the connection is to close every channel on it.
    let anew = ran_so("each", "reconnect");
    assert!(anew.count(started) > anew.count(closed) + 5);
    assert_eq!(ran_so("each", "exit").count(|what| matches!(what, WorldEvent::Killed { instance: WORKER, .. })), 1);
}

#[test]
fn consumers_on_their_own_channels_connect_stop_and_come_back_as_others_do() {
    let steps = json!([{ "do": "work", "ms": 250 }, { "do": "effect", "what": "done", "of": "eventId" }]);
    let consumes = |queue: &str| json!({ "on": { "queue": queue, "prefetch": 3 }, "steps": steps });
    let reader =
        |more| with(json!({ "name": "worker", "at": [0, 0], "reconnect_ms": 200, "handlers": [consumes("jobs"), consumes("done")] }), more);
    for faults in [
        &["stop worker at 1100ms for 1s"][..],
        &["restart broker at 1s for 500ms"],
        &["kill worker at 1100ms for 1s"],
        &["partition worker from broker at 1s for 90s"],
    ] {
        let ran_so = |consumes_on: &str| {
            run(builder(json!([publisher_of_two(), reader(json!({ "consumes_on": consumes_on }))])).scenario(), faults, 120_000)
        };
        let (shared, each) = (ran_so("shared"), ran_so("each"));
        for ran in [&shared, &each] {
            ran.must(&["consumers(jobs) = 1", "consumers(done) = 1", "unacked(jobs) < 4", "channel_errors(worker) = 0"]);
        }
        let stopped = |ran: &Ran| ran.times(|what| matches!(what, WorldEvent::Stopped(WORKER)));
        assert_eq!(stopped(&shared), stopped(&each), "{faults:?}");
        let done = |ran: &Ran| ran.count(|what| matches!(what, WorldEvent::Effect { .. }));
        assert_eq!(done(&shared), done(&each), "{faults:?}");
    }
}

#[test]
fn a_refused_consumer_on_its_own_channel_tries_again_later_each_time() {
    let first = json!({ "name": "first", "at": [0, 0], "health": { "interval_ms": 10 }, "handlers": [{ "on": { "queue": "jobs", "exclusive": true, "prefetch": 1 }, "steps": [] }] });
    let more =
        json!({ "consumes_on": "each", "on_channel_error": "reopen", "reconnect_ms": 100, "backoff": { "factor": 2, "max_ms": 1000 } });
    let mut reader = reader_of_two(more);
    reader["starts_after"] = json!([{ "name": "first", "condition": "service_healthy" }]);
    reader["handlers"][0]["steps"] = json!([]);
    let services = json!([publisher_of_two(), reader, first]);
    let ran = run(builder(services).scenario(), &["stop first at 3s"], 6000);
    let refused = ran.times(|what| matches!(what, WorldEvent::Broker(Event::ChannelClosed { code: ReplyCode::AccessRefused, .. })));
    let pauses: Vec<u64> = refused.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses[..4], [101, 201, 401, 801], "{refused:?}");
    ran.must(&["consumers(jobs) = 1", "ready(jobs) = 0"]);
    assert!(ran.count(|what| matches!(what, WorldEvent::Effect { what, .. } if &**what == "others")) > 55);
}

#[test]
fn a_channel_is_closed_behind_the_deliveries_that_are_on_their_way() {
    // All ten are on their way when the second acknowledgement of the first closes the channel.
    let steps = json!([{ "do": "effect", "what": "begun", "of": "eventId" }, { "do": "ack" }, { "do": "ack" }]);
    let reader = json!({ "name": "worker", "at": [0, 0], "handlers": [{ "on": { "queue": "jobs", "prefetch": 10 }, "steps": steps }],
        "on_channel_error": "ignore", "starts_after": [{ "name": "burst" }] });
    let publish = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": {} });
    let burst = json!({ "name": "burst", "at": [0, 0], "handlers": [{ "on": { "start_up": true }, "steps": vec![publish; 10] }] });
    let ran = run(builder(json!([burst, reader])).scenario(), &[], 1000);
    let lost = ran.count(|what| matches!(what, WorldEvent::LostDelivery { .. }));
    let begun = ran.count(|what| matches!(what, WorldEvent::Effect { what, .. } if &**what == "begun"));
    assert_eq!((begun, lost), (10, 0));
    ran.must(&["acknowledged(jobs) = 1", "ready(jobs) = 9"]);
}
