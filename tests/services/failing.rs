//! Programs that fail as real ones do: a body that is no JSON, an unknown type, an acknowledgement that never comes.

use requeue::formats::scenario_file;
use requeue::sim::WorldEvent;
use serde_json::{Value as Json, json};

use super::support::{Builder, Ran, header, run};

/// One body in ten is no JSON. The reader does nothing but what its steps say.
fn system(arguments: Json, prefetch: u32, first: Json, more: Json) -> Builder {
    let send = |key: &str, payload: Json, text: bool| json!({ "do": "publish", "exchange": "", "routing_key": key, "payload": payload, "as_text": text });
    let publisher = json!({
        "name": "publisher", "at": [0, 0],
        "handlers": [
            { "on": { "every_ms": 100 }, "steps": [send("jobs", json!({ "type": "order.placed", "order": "{n}" }), false)] },
            { "on": { "every_ms": 1000 }, "steps": [send("jobs", json!("{no JSON"), true)] },
            { "on": { "every_ms": 700 }, "steps": [send("jobs", json!({ "type": "order.archived", "order": "{n}" }), false)] }
        ]
    });
    let effect = json!({ "do": "effect", "what": "email sent", "of": "order" });
    let mut worker = json!({
        "name": "worker", "at": [0, 0], "restart_ms": 200,
        "handlers": [{ "on": { "queue": "jobs", "prefetch": prefetch }, "steps": [first, { "do": "work", "ms": 20 }, effect] }]
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        worker[name] = value.clone();
    }
    Builder::new()
        .with(
            "broker",
            json!({
                "profile": "4.3",
                "exchanges": [{ "name": "dlx", "at": [0, 0], "type": "fanout" }],
                "queues": [{ "name": "jobs", "at": [0, 0], "arguments": arguments }, { "name": "dead", "at": [0, 0] }],
                "bindings": [{ "source": "dlx", "queue": "dead" }]
            }),
        )
        .with("services", json!([publisher, worker]))
}

fn parses(policy: Json) -> Json {
    json!({ "do": "work", "ms": 0, "fails": { "no_json": true }, "on_failure": policy })
}

fn ran(builder: Builder, until_ms: u64) -> Ran {
    run(builder.scenario(), &[], until_ms)
}

fn killed(ran: &Ran) -> usize {
    ran.count(|what| matches!(what, WorldEvent::Killed { .. }))
}

#[test]
fn a_body_that_is_no_json_kills_a_reader_of_a_classic_queue_again_and_again() {
    let ran = ran(system(json!({ "x-dead-letter-exchange": "dlx" }), 10, parses(json!("crash")), json!({})), 30_000);
    // The first poison after a second: it comes back to each new process, and no order behind it is safe.
    assert!(killed(&ran) > 100, "{}", killed(&ran));
    ran.must(&["redelivered(jobs) > 1000", "dead(jobs) = 0", "done(email sent) < 20"]);
}

#[test]
fn a_quorum_queue_gives_the_poison_up_and_at_prefetch_10_the_innocent_with_it() {
    let quorum = json!({ "x-queue-type": "quorum", "x-delivery-limit": 3, "x-dead-letter-exchange": "dlx" });
    let dead = |prefetch: u32| {
        let ran = ran(system(quorum.clone(), prefetch, parses(json!("crash")), json!({})), 30_000);
        let bodies = ran.bodies("dead");
        let poison = bodies.iter().filter(|message| message.body.as_text() == Some("{no JSON")).count();
        (poison, bodies.len() - poison)
    };
    let (poison, innocent) = dead(10);
    assert!(poison > 3 && innocent > 20, "{poison} and {innocent}");
    let (poison, innocent) = dead(1);
    assert!(poison > 10 && innocent == 0, "{poison} and {innocent}");
}

#[test]
fn a_handler_that_parses_within_its_try_rejects_the_poison_alone() {
    let ran = ran(system(json!({ "x-dead-letter-exchange": "dlx" }), 10, parses(json!("dead_letter")), json!({})), 10_500);
    assert_eq!(killed(&ran), 0);
    ran.must(&["dead(jobs) = 10", "done(email sent) > 90", "redelivered(jobs) = 0"]);
}

#[test]
fn an_event_of_a_type_that_a_program_does_not_know_is_acknowledged() {
    let first = json!({ "do": "work", "ms": 0, "fails": { "field": "type", "not_in": ["order.placed", "order.shipped"] }, "on_failure": "acknowledge" });
    let ran = ran(system(json!({}), 10, first, json!({})), 10_000);
    // The poison has no type, either: fourteen of one kind and ten of the other were acknowledged, and nothing was done.
    let unknown = ran.times(|what| matches!(what, WorldEvent::HandlerFailed { reason, .. } if reason.contains("which it does not know")));
    assert!((22..=24).contains(&unknown.len()), "{}", unknown.len());
    ran.must(&["dead(jobs) = 0", "redelivered(jobs) = 0", "lost_in_total > 21", "done(email sent) > 90"]);
}

#[test]
fn a_handler_that_says_nothing_after_an_error_holds_its_messages_until_its_prefetch_is_full() {
    let ran = ran(system(json!({}), 10, parses(json!("forget")), json!({})), 30_000);
    // The tenth poison takes the last place. It comes back when the channel ends, and not before.
    assert_eq!(killed(&ran), 0);
    ran.must(&["unacked(jobs) = 10", "ready(jobs) > 180", "redelivered(jobs) = 0", "done(email sent) < 120"]);
    let mut world = ran.world;
    world.inject(super::support::fault("kill worker at 30s for 100ms"));
    let ended = super::support::play(world, 30_050);
    ended.must(&["unacked(jobs) = 0", "requeued(jobs) = 10"]);
}

#[test]
fn such_programs_are_written_as_they_were_read() {
    let unknown = json!({ "do": "work", "ms": 0, "fails": { "field": "type", "not_in": ["a", null, 1] }, "on_failure": "forget" });
    for first in [parses(json!("forget")), unknown] {
        let scenario = system(json!({}), 1, first, json!({})).scenario();
        let text = scenario_file::write(&scenario);
        assert_eq!(scenario_file::read(&text).as_ref(), Ok(&*scenario), "{text}");
    }
    let mut wrong = system(json!({}), 1, parses(json!("crash")), json!({})).0;
    wrong["services"][0]["handlers"][1]["steps"][0]["payload"] = json!({ "a": 1 });
    let problems = scenario_file::read(&wrong.to_string()).expect_err("it is refused");
    assert!(
        problems[0].to_string().starts_with("services[0].handlers[1].steps[0].payload: a body that is no JSON is a text"),
        "{}",
        problems[0]
    );
}

/// A message with a header is published again by its reader, which always fails. What its copies have beside their body.
fn republished(headers: Option<&str>) -> Ran {
    let mut policy = json!({ "republish": 3 });
    if let Some(headers) = headers {
        policy["headers"] = json!(headers);
    }
    let send = json!({ "do": "publish", "exchange": "", "routing_key": "jobs", "payload": { "n": 1 }, "headers": { "tenant": "north" } });
    let publisher = json!({ "name": "publisher", "at": [0, 0], "handlers": [{ "on": { "start_up": true }, "steps": [send] }] });
    let fails = json!({ "do": "work", "ms": 20, "fails": { "always": true } });
    let reader = json!({ "name": "worker", "at": [0, 0], "handlers": [{ "on": { "queue": "jobs", "prefetch": 1 }, "steps": [fails], "on_failure": policy }] });
    let to_dead = json!({ "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" });
    let queues = json!([{ "name": "jobs", "at": [0, 0], "arguments": to_dead }, { "name": "dead", "at": [0, 0] }]);
    ran(Builder::new().with("broker.queues", queues).with("services", json!([publisher, reader])), 5000)
}

#[test]
fn what_is_published_again_keeps_its_headers_or_loses_them() {
    for (headers, tenant) in [(None, Some("north")), (Some("all"), Some("north")), (Some("count"), None)] {
        let ran = republished(headers);
        ran.must(&["delivered(jobs) = 4", "dead(jobs: rejected) = 1", "published = 4"]);
        let dead = ran.bodies("dead").remove(0);
        let has = |name: &str, value: &str| header(&dead, name).is_some_and(|text| text.contains(value));
        assert!(has("x-retry-count", "3"), "{headers:?}: {:?}", dead.properties.headers);
        assert_eq!(header(&dead, "tenant").is_some(), tenant.is_some(), "{headers:?}");
        assert_eq!(dead.properties.message_id.as_deref(), Some("e-1"), "{headers:?}: its id is no header");
    }
}

#[test]
fn a_copy_that_loses_its_count_is_tried_without_end() {
    let ran = republished(Some("none"));
    ran.must(&["delivered(jobs) > 150", "dead(jobs) = 0", "lost_in_total = 0"]);
    for (_, message, _) in ran.deliveries("jobs").into_iter().skip(1) {
        assert_eq!((header(&message, "x-retry-count"), header(&message, "tenant")), (None, None));
    }
}
