//! What is made to freeze a page: no frame does more than its budget, and the answer names the limit.

use requeue::app::{App, FileAction, Speed, TimeAction};
use requeue::base::SimTime;
use requeue::base::limits::{Limit, named};
use serde_json::{Value as Json, json};

use super::support::*;
use super::too_large::too_large;

/// The most that one frame does: its budget, and what the last step has beyond it.
const FRAME_MAX: u64 = 20_000 + 300;

fn open(text: String) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "hostile.json".into(), text });
    app
}

#[test]
fn a_file_that_is_too_large_is_answered_with_its_limit() {
    for (text, what) in too_large() {
        let app = open(text);
        let unreadable = app.unreadable.as_ref().expect(&what);
        assert!(unreadable.problems.iter().any(|problem| problem.to_string().starts_with(&what)), "{what}: {:?}", unreadable.problems);
        assert!(app.session.is_none(), "{what}");
    }
}

fn system(arrivals: &Json, body: &Json, handlers: &Json, service: &Json) -> Json {
    let clients: Vec<Json> = ["a", "b", "c"]
        .into_iter()
        .map(|name| json!({ "name": name, "at": [0, 0], "calls": { "service": "s", "endpoint": "x" }, "arrivals": arrivals, "body": body }))
        .collect();
    let mut handlers = handlers.as_array().expect("a list").clone();
    if !handlers.iter().any(|handler| handler["on"]["http"] == "x") {
        handlers.push(json!({ "on": { "http": "x" }, "steps": [] }));
    }
    let mut with_handlers = json!({ "name": "s", "at": [0, 0], "handlers": handlers });
    with_handlers.as_object_mut().expect("an object").extend(service.as_object().expect("an object").clone());
    json!({
        "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": { "queues": [{ "name": "q", "at": [0, 0] }] },
        "clients": clients, "services": [with_handlers]
    })
}

/// Systems that are small as files, and the limit that each comes to; none where it goes on for ever, slowly enough.
fn small_and_hostile() -> Vec<(&'static str, Json, Option<Limit>)> {
    let by_hand = json!({ "by_hand": true });
    let often = json!({ "every_ms": 0.1 });
    let on = |trigger: Json, steps: Json| json!({ "on": trigger, "steps": steps });
    let http = |steps: Json| json!([on(json!({ "http": "x" }), steps)]);
    let publish = |payload: Json| json!({ "do": "publish", "routing_key": "q", "payload": payload });
    let again = |steps: Json| {
        json!([on(json!({ "start_up": true }), json!([publish(json!({ "x": "seed" }))])), on(json!({ "queue": "q" }), steps)])
    };
    let consumers: Vec<Json> = (0..99).map(|_| on(json!({ "queue": "q" }), json!([]))).collect();
    vec![
        (
            "a body that doubles",
            system(&by_hand, &json!({}), &again(json!([publish(json!({ "x": "{x}{x}" }))])), &json!({})),
            Some(named::BODY_BYTES),
        ),
        (
            "messages that double",
            system(&by_hand, &json!({}), &again(json!([publish(json!({})), publish(json!({}))])), &json!({})),
            Some(named::FLIGHTS),
        ),
        (
            "300,000 requests at once",
            system(&json!({ "at_once": 100_000 }), &json!({}), &http(json!([])), &json!({})),
            Some(named::FLIGHTS),
        ),
        (
            "requests that are large",
            system(&often, &json!({ "x": "x".repeat(1 << 19) }), &http(json!([])), &json!({})),
            Some(named::LARGE_BYTES),
        ),
        (
            "an id that grows by jumps",
            system(&often, &json!({ "id": "{n}" }), &http(json!([{ "do": "persist", "id": "id", "state": "new" }])), &json!({})),
            None,
        ),
        ("20,000 consumers of a queue", system(&by_hand, &json!({}), &Json::from(consumers), &json!({ "instances": 200 })), None),
    ]
}

#[test]
fn no_frame_does_more_than_its_budget_whatever_is_opened() {
    for (name, scenario, limit) in small_and_hostile() {
        let mut app = open(scenario.to_string());
        assert!(app.unreadable.is_none(), "{name}: {:?}", app.unreadable);
        act(&mut app, TimeAction::SetSpeed(Speed::Factor(1_000_000)));
        act(&mut app, TimeAction::Play);
        for _ in 0..1_000 {
            let before = session(&app).world().effort();
            // A slow machine: its budget is the least there is.
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(100)));
            let effort = session(&app).world().effort() - before;
            assert!(effort <= FRAME_MAX, "{name}: one frame did {effort}");
            if limit.is_none() && session(&app).world().steps() > 100_000 {
                break;
            }
        }
        let halted = session(&app).world().halted();
        match limit {
            Some(limit) => assert!(halted.is_some_and(|why| why.contains(limit.what)), "{name}: {halted:?}"),
            None => assert_eq!(halted, None, "{name}"),
        }
        balanced(&app);
        act(&mut app, TimeAction::Restart);
        wait(&mut app);
    }
}
