//! A world that outgrows a limit ends there, and says which limit it is and what is likely to be the reason.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use requeue::base::SimTime;
use requeue::base::limits::{Limit, named};
use requeue::formats::scenario_file;
use requeue::scenario::Scenario;
use requeue::sim::{Input, World};
use serde_json::{Value as Json, json};

/// Millions of messages take minutes. So the limits of these worlds are lower, and all of them alike.
const LOWERED: u64 = 50;

fn read(scenario: &Json) -> Arc<Scenario> {
    Arc::new(scenario_file::read(&scenario.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

/// Requests to a service `s` with one handler, which may have more fields, as may the service and its queues.
struct System {
    arrivals: Json,
    body: Json,
    client: Json,
    steps: Json,
    service: Json,
    broker: Json,
}

impl Default for System {
    fn default() -> Self {
        Self {
            arrivals: json!({ "every_ms": 0.1 }),
            body: json!({}),
            client: json!({}),
            steps: json!([]),
            service: json!({}),
            broker: json!({}),
        }
    }
}

fn with(mut object: Json, more: &Json) -> Json {
    let fields = object.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    object
}

impl System {
    fn scenario(&self) -> Arc<Scenario> {
        let client = json!({ "name": "c", "at": [0, 0], "calls": { "service": "s", "endpoint": "x" }, "arrivals": self.arrivals, "body": self.body });
        let service = json!({ "name": "s", "at": [0, 0], "handlers": [{ "on": { "http": "x" }, "steps": self.steps }] });
        read(&json!({
            "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": self.broker,
            "clients": [with(client, &self.client)], "services": [with(service, &self.service)]
        }))
    }
}

fn queue(arguments: &Json) -> Json {
    json!({ "queues": [{ "name": "q", "at": [0, 0], "arguments": arguments }] })
}

/// A scenario for each limit, and the faults that it takes.
fn outgrown() -> Vec<(Limit, Arc<Scenario>, &'static [&'static str])> {
    let system = System::default;
    let event = || json!({ "routing_key": "q" });
    let publish = || with(json!({ "do": "publish" }), &event());
    let persist = |outbox: &Json| with(json!({ "do": "persist", "id": "id", "state": "new" }), outbox);
    let hour = || json!([{ "do": "work", "ms": 3_600_000 }]);
    let alarm: &[&str] = &["alarm memory at 0s for 1h"];
    let unrouted = json!({
        "x-queue-type": "quorum", "x-message-ttl": 1, "x-dead-letter-exchange": "nowhere", "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish"
    });
    let large = json!({ "text": "x".repeat(10_000) });
    let doubled = with(publish(), &json!({ "payload": { "x": "{x}{x}" } }));
    let fanout = json!({
        "exchanges": [{ "name": "all", "at": [0, 0], "type": "fanout" }],
        "queues": (0..100).map(|number| json!({ "name": format!("q{number}"), "at": [0, 0] })).collect::<Vec<_>>(),
        "bindings": (0..100).map(|number| json!({ "source": "all", "queue": format!("q{number}") })).collect::<Vec<_>>()
    });
    vec![
        (named::FLIGHTS, System { arrivals: json!({ "at_once": 5_000 }), ..system() }.scenario(), &[]),
        (
            named::QUEUED,
            System { steps: json!([{ "do": "publish", "exchange": "all", "routing_key": "k" }]), broker: fanout, ..system() }.scenario(),
            &[],
        ),
        (named::RUNS, System { steps: hour(), ..system() }.scenario(), &[]),
        (named::UNREAD, System { steps: json!([publish()]), broker: queue(&json!({})), ..system() }.scenario(), alarm),
        (
            named::OUTBOX,
            System {
                steps: json!([persist(&json!({ "outbox": event() }))]),
                service: json!({ "relay": { "every_ms": 3_600_000, "batch": 1 } }),
                broker: queue(&json!({})),
                ..system()
            }
            .scenario(),
            &[],
        ),
        (named::RECORDS, System { steps: json!([persist(&json!({}))]), ..system() }.scenario(), &[]),
        (named::PENDING, System { steps: hour(), service: json!({ "concurrency": 1 }), ..system() }.scenario(), &[]),
        (named::AWAITING, awaiting(), alarm),
        (
            named::UNSETTLED_DEAD_LETTERS,
            System {
                steps: json!([publish()]),
                broker: with(
                    queue(&unrouted),
                    &json!({ "profile": "4.0", "exchanges": [{ "name": "nowhere", "at": [0, 0], "type": "fanout" }] }),
                ),
                ..system()
            }
            .scenario(),
            &[],
        ),
        (named::AGENDA, System { client: json!({ "timeout_ms": 3_600_000 }), ..system() }.scenario(), &[]),
        (named::STORIES, system().scenario(), &[]),
        (named::BODY_BYTES, doubling(&doubled), &[]),
        (named::LARGE_BYTES, System { body: large, ..system() }.scenario(), &[]),
        (
            named::NAMED_EFFECTS,
            System {
                body: json!({ "price": "{n * 7.31}" }),
                steps: json!([{ "do": "effect", "what": "charged", "of": "price" }]),
                ..system()
            }
            .scenario(),
            &[],
        ),
    ]
}

/// What waits for a confirm is a handler at work or an entry of an outbox, and is on its way or not read. So only all four together are
/// too many: the handlers' publishes are not read, and those of the relay are on their way, while other requests are answered.
fn awaiting() -> Arc<Scenario> {
    let event = json!({ "routing_key": "q" });
    let steps = json!([
        { "do": "persist", "id": "id", "state": "new", "outbox": event },
        { "do": "publish", "routing_key": "q", "confirm": true }
    ]);
    let client = |name: &str, service: &str, arrivals: Json| json!({ "name": name, "at": [0, 0], "calls": { "service": service, "endpoint": "x" }, "arrivals": arrivals });
    let service = |name: &str, steps: Json| json!({ "name": name, "at": [0, 0], "handlers": [{ "on": { "http": "x" }, "steps": steps }] });
    read(&json!({
        "requeue": 1, "title": "t", "network": { "latency_ms": 100 }, "broker": queue(&json!({})),
        "clients": [client("c", "s", json!({ "at_once": 3_300 })), client("d", "other", json!({ "every_ms": 0.4 }))],
        "services": [with(service("s", steps), &json!({ "relay": { "every_ms": 1_000, "batch": 3_300 } })), service("other", json!([]))]
    }))
}

/// A handler publishes to the queue it consumes from.
fn doubling(publish: &Json) -> Arc<Scenario> {
    let first = with(publish.clone(), &json!({ "payload": { "x": "xxxxxxxx" } }));
    read(&json!({
        "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": queue(&json!({})),
        "services": [{ "name": "s", "at": [0, 0], "handlers": [
            { "on": { "start_up": true }, "steps": [first] },
            { "on": { "queue": "q" }, "steps": [publish] }
        ] }]
    }))
}

fn run(world: World, faults: &[&str]) -> World {
    let mut world = world;
    world.set_watched(false);
    for fault in faults {
        world.inject(Input::Fault(fault.parse().expect("it is a sentence")));
    }
    // No system here needs as many steps as that: what goes on does not halt.
    world.run_until(SimTime::from_secs(3_600), 3_000_000);
    world
}

#[test]
fn a_run_that_outgrows_a_limit_ends_and_names_it() {
    for (limit, scenario, faults) in outgrown() {
        let world = run(World::new(scenario, 1).with_limits_lowered(LOWERED), faults);
        assert!(world.halted().is_some_and(|why| why.contains(limit.what)), "{}: {:?}", limit.what, world.halted());
        assert_eq!(world.ledger().imbalances(), [""; 0], "{}", limit.what);
    }
}

/// At its full size a limit is as good as with all others lowered.
#[test]
fn a_limit_of_its_full_size_is_reached() {
    let (limit, scenario, faults) = outgrown().swap_remove(2);
    let world = run(World::new(scenario, 1), faults);
    assert_eq!(limit, named::RUNS);
    assert!(world.halted().is_some_and(|why| why.contains("handlers at work are more than 200,000")), "{:?}", world.halted());
}

#[test]
fn a_run_with_too_many_inputs_ends() {
    let mut world =
        World::new(System { arrivals: json!({ "by_hand": true }), ..System::default() }.scenario(), 1).with_limits_lowered(LOWERED);
    while world.halted().is_none() && world.recording().inputs.len() < 10_000 {
        world.inject(Input::Request { client: "c".into(), count: 0 });
    }
    assert!(world.halted().is_some_and(|why| why.contains(named::INPUTS.what)), "{:?}", world.halted());
    assert_eq!(world.recording().inputs.len() as u64, named::INPUTS.max / LOWERED + 1);
}

/// A limit that no system here reaches may never have worked.
#[test]
fn every_limit_of_a_world_is_reached() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sim/world");
    let mut code = String::new();
    for entry in std::fs::read_dir(folder).expect("it is there") {
        code += &std::fs::read_to_string(entry.expect("it is readable").path()).expect("a source file is readable");
    }
    let names = super::names();
    let what = |name: &str| names.iter().find(|(known, _)| known == name).expect("it is in the table").1.clone();
    let end = |text: &str| text.find(|letter: char| !letter.is_ascii_uppercase() && letter != '_').expect("code goes on");
    let halting: BTreeSet<String> =
        code.split("named::").skip(1).map(|rest| &rest[..end(rest)]).filter(|name| !name.is_empty()).map(what).collect();
    let reached: BTreeSet<String> =
        outgrown().into_iter().map(|(limit, ..)| limit).chain([named::INPUTS]).map(|limit| limit.what.to_owned()).collect();
    assert_eq!(halting, reached);
}

/// Each payload doubles at every hop: as text, as text that is escaped, in a list, in an object. The last one makes 100,000 of itself.
#[test]
fn what_doubles_at_each_hop_ends_soon() {
    let payloads = [
        json!({ "x": "{x}{x}" }),
        json!({ "x": "{x}\n{x}\u{1}" }),
        json!({ "x": ["{x}", "{x}"] }),
        json!({ "x": { "a": "{x}", "b": "{x}" } }),
        json!({ "x": "{x}{x}", "y": vec!["{x}"; 100_000] }),
    ];
    for payload in payloads {
        let world = run(World::new(doubling(&json!({ "do": "publish", "routing_key": "q", "payload": payload })), 1), &[]);
        assert!(world.halted().is_some_and(|why| why.contains(named::BODY_BYTES.what)), "{:?}", world.halted());
        assert!(world.steps() < 1_000, "{} steps", world.steps());
        assert_eq!(world.ledger().imbalances(), [""; 0]);
    }
}

/// A routing key is a short string of AMQP: a client library refuses a longer one, and the step fails.
#[test]
fn a_routing_key_that_a_template_makes_too_long_fails_the_step() {
    let event = json!({ "exchange": "", "routing_key": "{x}", "payload": {} });
    let outbox = json!({ "do": "persist", "id": "id", "state": "new", "outbox": event });
    for step in [with(json!({ "do": "publish" }), &event), outbox] {
        let scenario = System {
            arrivals: json!({ "at_once": 1 }),
            body: json!({ "x": "k".repeat(256) }),
            steps: json!([step]),
            service: json!({ "relay": { "every_ms": 10, "batch": 10 } }),
            ..System::default()
        };
        let mut world = World::new(scenario.scenario(), 1);
        world.run_until(SimTime::from_secs(5), 10_000);
        assert_eq!((world.ledger().messages.sent, world.ledger().business.failed), (0, 1));
        assert_eq!(world.ledger().business.records, 0, "a record and what announces it are one transaction");
        let failed = world.drain_occurrences().any(|event| {
            matches!(event.what, requeue::sim::WorldEvent::HandlerFailed { reason, .. } if reason == "a routing key has at most 255 bytes, this one has 256")
        });
        assert!(failed);
    }
}
