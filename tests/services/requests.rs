//! Requests and answers, over HTTP and by reply queues, and each kind of traffic.

use requeue::sim::{TimedEvent, WorldEvent};
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, orders, persist, run, with};

#[test]
fn calls_time_out_are_tried_again_and_a_circuit_breaker_spares_everybody() {
    let synchronous = |call: Json| {
        let call = with(json!({ "do": "call", "service": "email", "endpoint": "POST /emails" }), call);
        let services = json!([
            { "name": "order-service", "at": [0, 0], "handlers": [{ "on": { "http": "POST /orders" }, "steps": [persist(), call] }] },
            { "name": "email", "at": [0, 0], "handlers": [{ "on": { "http": "POST /emails" }, "steps": [
                { "do": "work", "ms": 10 }, { "do": "effect", "what": "email sent", "of": "orderId" }] }] }
        ]);
        orders(json!([]), json!({})).with("services", services).scenario()
    };
    let down = ["kill email at 500ms for 1s"];
    // Down: the connection is refused, and the order fails because of an email.
    run(synchronous(json!({ "timeout_ms": 500 })), &down, 30_000).must(&["accepted = 10", "failed = 10"]);
    // Not required: the order goes through, without its email.
    run(synchronous(json!({ "timeout_ms": 500, "required": false })), &down, 30_000).must(&["accepted = 20", "missing(email sent) = 10"]);
    // Hanging is worse than down: everybody waits for the timeout.
    let hanging = ["hang email at 500ms for 5s"];
    let ran = run(synchronous(json!({ "timeout_ms": 500 })), &hanging, 30_000);
    ran.must(&["failed = 16", "p99(http customers) > 500ms"]);
    // Retries bring most of them through, and the emails that came too late are sent twice.
    let retries = json!({ "max": 4, "backoff_ms": 300, "factor": 2 });
    let ran = run(synchronous(json!({ "timeout_ms": 200, "retries": retries })), &["kill email at 500ms for 2s"], 30_000);
    ran.must(&["accepted = 20", "missing(email sent) = 0"]);
    let attempts = ran.times(|what| matches!(what, WorldEvent::CallFailed { about, .. } if &**about == "c-6"));
    let pauses: Vec<u64> = attempts.windows(2).map(|pair| (pair[1] - pair[0]) / 100 * 100).collect();
    assert_eq!(pauses, [300, 600], "they grow");
    // A circuit breaker answers at once while it is open, tries one after a while, and closes when that succeeds.
    let breaker = json!({ "failures": 3, "open_ms": 400 });
    let ran = run(synchronous(json!({ "timeout_ms": 500, "breaker": breaker })), &["hang email at 500ms for 3s"], 30_000);
    let refused = ran.count(|what| matches!(what, WorldEvent::HandlerFailed { reason, .. } if reason.contains("circuit")));
    assert!(refused >= 5, "{refused} were spared the wait");
    assert!(ran.count(|what| matches!(what, WorldEvent::CircuitOpened { .. })) >= 1);
    let ran = run(synchronous(json!({ "timeout_ms": 500, "breaker": { "failures": 3, "open_ms": 400 } })), &down, 30_000);
    assert_eq!(ran.count(|what| matches!(what, WorldEvent::CircuitClosed { .. })), 1);
}

#[test]
fn clients_wait_try_again_and_give_up() {
    let client = |more: Json| {
        let mut builder = orders(json!([{ "do": "work", "ms": 1000 }, persist()]), json!({ "concurrency": 4 }));
        builder.0["clients"][0]["timeout_ms"] = json!(null);
        builder.0["clients"][0].as_object_mut().expect("an object").remove("timeout_ms");
        builder.0["clients"][0] = with(builder.0["clients"][0].take(), more);
        builder.scenario()
    };
    // Four at a time, ten a second come: who waits is served in the end.
    run(client(json!({})), &[], 60_000).must(&["accepted = 20", "saved = 20", "max(http customers) > 2s"]);
    let ran = run(client(json!({ "timeout_ms": 1500 })), &[], 60_000);
    ran.must(&["saved = 20", "accepted < 20", "failed > 5"]);
    assert_eq!(ran.world.ledger().business.gave_up, ran.world.ledger().business.requests - ran.world.ledger().business.accepted);
    // Trying again makes it worse: nobody takes back the work that is no longer wanted.
    run(client(json!({ "timeout_ms": 1500, "retries": { "max": 2, "backoff_ms": 100 } })), &[], 120_000).must(&["saved_twice > 5"]);
}

#[test]
fn each_kind_of_traffic() {
    let sent = |arrivals: Json| {
        let mut builder = orders(json!([]), json!({}));
        builder.0["clients"][0]["arrivals"] = arrivals;
        let ran = run(builder.scenario(), &[], 10_000);
        ran.times(|what| matches!(what, WorldEvent::RequestSent { .. }))
    };
    assert_eq!(sent(json!({ "by_hand": true })), [0; 0]);
    assert_eq!(sent(json!({ "every_ms": 2500 })), [2_500, 5_000, 7_500, 10_000]);
    assert_eq!(sent(json!({ "every_ms": 1000, "from_ms": 500, "until_ms": 2600 })), [1_500, 2_500]);
    assert_eq!(sent(json!({ "burst": 3, "every_ms": 4000, "count": 7 })), [0, 0, 0, 4_000, 4_000, 4_000, 8_000]);
    assert_eq!(sent(json!({ "at_once": 3, "from_ms": 1000 })), [1_000, 1_000, 1_000]);
    assert_eq!(sent(json!({ "at_ms": [0, 10, 10, 700], "from_ms": 100 })), [100, 110, 110, 800]);
    let poisson = sent(json!({ "poisson_ms": 20 })).len();
    assert!((400..600).contains(&poisson), "{poisson}");
    let ramp = sent(json!({ "ramp_per_s": [0, 20], "over_ms": 10000 }));
    let late = ramp.iter().filter(|at| **at > 5_000).count();
    assert!((95..106).contains(&ramp.len()) && (70..80).contains(&late), "{} of which {late} late", ramp.len());
}

#[test]
fn http_and_circuits_over_time() {
    let call = json!({ "do": "call", "service": "email", "endpoint": "POST /emails", "timeout_ms": 500, "breaker": { "failures": 2, "open_ms": 3000 } });
    let services = json!([
        { "name": "order-service", "at": [0, 0], "handlers": [{ "on": { "http": "POST /orders" }, "steps": [persist(), call] }] },
        { "name": "email", "at": [0, 0], "handlers": [{ "on": { "http": "POST /emails" }, "steps": [{ "do": "work", "ms": 10 }] }] }
    ]);
    let mut builder = orders(json!([]), json!({})).with("services", services);
    builder.0["clients"][0]["arrivals"] = json!({ "every_ms": 100 });
    let ran = run(builder.scenario(), &["kill email at 5s for 3s"], 20_000);
    let email = ran.world.metrics().http("email").expect("it was called");
    let samples: Vec<_> = email.samples().collect();
    let at = |secs: usize| samples[secs * 1_000 / usize::try_from(ran.world.metrics().period().as_millis()).expect("it is short")];
    assert_eq!((at(4).failed, at(4).circuits_open), (0, 0));
    assert!(at(6).failed > 0 && at(6).circuits_open == 1);
    assert_eq!((at(12).circuits_open, at(19).failed), (0, at(12).failed), "it has closed, and nothing fails any more");
    assert!(at(19).succeeded > at(12).succeeded && at(19).waited_ms > at(12).waited_ms);
}

/// A caller and one who answers, by the reply queue of this name.
fn asking(queue: &str, timeout_ms: u64, work_ms: u64) -> Builder {
    let ask = json!({ "do": "publish", "routing_key": "questions", "payload": { "n": "{n}" }, "mandatory": true, "required": true,
        "reply": { "timeout_ms": timeout_ms, "queue": queue } });
    let caller = json!({ "name": "caller", "at": [0, 0], "reconnect_ms": 100, "handlers": [{ "on": { "http": "GET /" },
        "steps": [ask, { "do": "effect", "what": "shown", "of": "answer.twice" }, { "do": "reply", "status": 200 }] }] });
    let answerer = json!({ "name": "answerer", "at": [0, 0], "handlers": [{ "on": { "queue": "questions" }, "steps": [
        { "do": "work", "ms": work_ms },
        { "do": "publish", "routing_key": "{replyTo}", "payload": { "twice": "{n * 2}" } }] }] });
    Builder::new()
        .with("broker.queues", json!([{ "name": "questions", "at": [0, 0] }]))
        .with(
            "clients",
            json!([{ "name": "client", "at": [0, 0], "calls": { "service": "caller", "endpoint": "GET /" },
            "arrivals": { "every_ms": 100, "count": 3 }, "timeout_ms": 5000, "body": { "n": "{n}" } }]),
        )
        .with("services", json!([caller, answerer]))
}

fn shown(ran: &Ran) -> Vec<String> {
    let effect = |event: &TimedEvent| match &event.what {
        WorldEvent::Effect { whom, .. } => Some(whom.clone()),
        _ => None,
    };
    ran.occurrences.iter().filter_map(effect).collect()
}

#[test]
fn each_request_has_its_own_answer() {
    for queue in ["direct", "exclusive"] {
        // All three are asked before the first is answered.
        let ran = run(asking(queue, 2_000, 500).scenario(), &[], 3_000).about(queue.to_owned());
        ran.must(&["accepted = 3", "failed = 0", "lost_in_total = 0", "ready(questions) = 0", "published = 6"]);
        assert_eq!(shown(&ran), ["2.0", "4.0", "6.0"], "{queue}");
        // A request is no event of the story: it announces nothing.
        ran.must(&["invented = 0", "unannounced = 0"]);
    }
}

#[test]
fn an_answer_that_comes_too_late_is_lost() {
    for queue in ["direct", "exclusive"] {
        let ran = run(asking(queue, 200, 500).scenario(), &[], 3_000).about(queue.to_owned());
        ran.must(&["accepted = 0", "failed = 3", "lost = 3", "lost_in_total = 3", "ready(questions) = 0"]);
        assert_eq!(ran.count(|event| matches!(event, WorldEvent::PublishFailed { reason: "no answer in time", .. })), 3, "{queue}");
        assert_eq!(ran.count(|event| matches!(event, WorldEvent::AnswerCame { .. })), 0, "{queue}");
    }
}

#[test]
fn an_answer_to_a_caller_that_is_gone_is_told() {
    // Nothing keeps a direct answer; the exclusive queue is gone with the caller.
    for (queue, told) in [("direct", "dropped = 3"), ("exclusive", "unroutable = 3")] {
        let ran = run(asking(queue, 2_000, 500).scenario(), &["kill caller at 400ms"], 3_000).about(queue.to_owned());
        ran.must(&[told, "lost_in_total = 3", "ready(questions) = 0"]);
    }
}

#[test]
fn a_request_that_no_queue_takes_fails_at_once() {
    let scenario = asking("direct", 60_000, 0).with("broker.queues", json!([{ "name": "questions", "at": [0, 0], "auto_delete": true }]));
    let ran = run(scenario.scenario(), &["kill answerer at 10ms"], 1_000);
    ran.must(&["failed = 3", "returned = 3"]);
}
