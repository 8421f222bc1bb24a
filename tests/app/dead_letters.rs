//! What counts as a dead letter on the page, and which lines are drawn as theirs.

use requeue::app::geometry::{EdgeKind, edges};
use requeue::app::landing::Landing;
use requeue::app::{App, FileAction, Node};
use serde_json::{Value as Json, json};

use super::support::*;

/// `order-service` publishes ten times `order.placed` to the topic exchange `events`.
fn system(broker: &Json, services: &[Json]) -> App {
    let publisher = json!({ "name": "order-service", "at": [0, 0], "handlers": [{
        "on": { "http": "POST /orders" },
        "steps": [{ "do": "publish", "exchange": "events", "routing_key": "order.placed" }]
    }] });
    let client = json!({ "name": "customers", "at": [0, 0], "arrivals": { "every_ms": 100, "count": 10 },
        "calls": { "service": "order-service", "endpoint": "POST /orders" } });
    let services: Vec<&Json> = std::iter::once(&publisher).chain(services).collect();
    let exchanges = [("events", "topic"), ("dlx", "fanout")].map(|(name, kind)| json!({ "name": name, "at": [0, 0], "type": kind }));
    let at_home = |mut part: Json| {
        part["at"] = json!([0, 0]);
        part
    };
    let queues = broker["queues"].as_array().expect("a list").iter().cloned().map(at_home);
    let text = json!({
        "requeue": 1, "title": "Dead letters", "network": { "latency_ms": 1 },
        "broker": { "exchanges": exchanges, "queues": queues.collect::<Vec<Json>>(), "bindings": broker["bindings"] },
        "services": services, "clients": [client]
    });
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "dead.json".into(), text: text.to_string() });
    assert!(app.unreadable.is_none(), "{:?}", app.unreadable);
    app
}

/// What it is, the broker, services; the dead letters that wait, and the bindings that are drawn as theirs.
type Row = (&'static str, Json, Vec<Json>, &'static [(&'static str, u64)], &'static [&'static str]);

/// Rejects each message at once.
fn rejects(queue: &str) -> Json {
    json!({ "name": "worker", "at": [0, 0], "handlers": [{
        "on": { "queue": queue },
        "steps": [{ "do": "effect", "what": "done", "of": "eventId", "fails": { "always": true } }]
    }] })
}

/// Works on each message for ten seconds, one after the other.
fn works(queue: &str) -> Json {
    json!({ "name": "worker", "at": [0, 0], "handlers": [{
        "on": { "queue": queue, "prefetch": 1 }, "steps": [{ "do": "work", "ms": 10_000 }]
    }] })
}

/// The keys of the bindings that are drawn as lines of dead letters.
fn drawn_dead(app: &App) -> Vec<String> {
    let edges = edges(session(app).plan()).into_iter();
    edges
        .filter(|edge| app.findings.leads_dead_letters(edge))
        .filter_map(|edge| match (edge.kind, edge.to) {
            (EdgeKind::Binding(_, key), Node::Queue(queue)) => Some(format!("{key} to {queue}")),
            _ => None,
        })
        .collect()
}

#[test]
fn dead_letters_are_counted_where_they_end_and_drawn_where_they_go() {
    let bound = |exchange: &str, queue: &str, key: &str| json!({ "source": exchange, "queue": queue, "routing_key": key });
    let to = |exchange: &str, key: &str, ttl: Option<u32>| {
        let mut arguments = json!({ "x-dead-letter-exchange": exchange });
        if !key.is_empty() {
            arguments["x-dead-letter-routing-key"] = key.into();
        }
        if let Some(ttl) = ttl {
            arguments["x-message-ttl"] = ttl.into();
        }
        arguments
    };
    let table: [Row; 7] = [
        (
            "rejected, to a queue of their own",
            json!({ "queues": [{ "name": "work", "arguments": to("dlx", "", None) }, { "name": "dead" }],
                "bindings": [bound("events", "work", "order.*"), bound("dlx", "dead", "")] }),
            vec![rejects("work")],
            &[("dead", 10)],
            &[" to dead"],
        ),
        (
            "expired, back to the exchange of all, with a key that other bindings cannot match",
            json!({ "queues": [{ "name": "late", "arguments": to("events", "late.dead", Some(100)) }, { "name": "other" }],
                "bindings": [bound("events", "late", "order.*"), bound("events", "other", "order.*")] }),
            vec![],
            &[],
            &[],
        ),
        (
            "the same, with a queue for the key",
            json!({ "queues": [{ "name": "late", "arguments": to("events", "late.dead", Some(100)) }, { "name": "other" }, { "name": "dead" }],
                "bindings": [bound("events", "late", "order.*"), bound("events", "other", "order.*"), bound("events", "dead", "*.dead")] }),
            vec![],
            &[("dead", 10)],
            &["*.dead to dead"],
        ),
        (
            "tried again after a while: rejected, they wait, and they come back to where they are worked on",
            json!({ "queues": [{ "name": "work", "arguments": to("dlx", "", None) }, { "name": "wait", "arguments": to("events", "order.again", Some(700)) }],
                "bindings": [bound("events", "work", "order.*"), bound("dlx", "wait", "")] }),
            vec![rejects("work")],
            &[],
            &[" to wait"],
        ),
        (
            "delayed: what waited is worked on elsewhere",
            json!({ "queues": [{ "name": "wait", "arguments": to("dlx", "", Some(100)) }, { "name": "work" }],
                "bindings": [bound("events", "wait", "order.*"), bound("dlx", "work", "")] }),
            vec![works("work")],
            &[],
            &[" to work"],
        ),
        (
            "a queue that gets everything gets dead letters, too",
            json!({ "queues": [{ "name": "work", "arguments": to("events", "work.dead", None) }, { "name": "audit" }],
                "bindings": [bound("events", "work", "order.*"), bound("events", "audit", "#")] }),
            vec![rejects("work")],
            &[("audit", 10)],
            &[],
        ),
        (
            "the default exchange brings them",
            json!({ "queues": [{ "name": "work", "arguments": to("", "dead", None) }, { "name": "dead" }],
                "bindings": [bound("events", "work", "order.*")] }),
            vec![rejects("work")],
            &[("dead", 10)],
            &[],
        ),
    ];
    for (what, broker, services, waiting, dead) in table {
        let mut app = system(&broker, &services);
        play(&mut app, 4);
        let expected: Vec<(String, u64)> = waiting.iter().map(|(queue, count)| ((*queue).to_owned(), *count)).collect();
        let found = app.findings.waiting_dead_letters(session(&app), &Landing::of(&app, session(&app))).into_iter();
        assert_eq!(found.map(|(queue, count)| (queue.to_string(), count)).collect::<Vec<_>>(), expected, "{what}");
        assert_eq!(drawn_dead(&app), dead, "{what}");
    }
}

/// Without a step that publishes, the queue's own bindings say which keys its dead letters can have.
#[test]
fn what_is_published_by_hand_leads_dead_letters_too() {
    let mut app = App::default();
    let text = json!({
        "requeue": 1, "title": "By hand", "network": { "latency_ms": 1 },
        "broker": {
            "exchanges": [{ "name": "events", "at": [0, 0], "type": "topic" }, { "name": "later", "at": [0, 0], "type": "topic" }],
            "queues": [
                { "name": "work", "at": [0, 0], "arguments": { "x-dead-letter-exchange": "later" } },
                { "name": "dead", "at": [0, 0] }, { "name": "never", "at": [0, 0] }
            ],
            "bindings": [
                { "source": "events", "queue": "work", "routing_key": "order.*" },
                { "source": "later", "queue": "dead", "routing_key": "order.placed" },
                { "source": "later", "queue": "never", "routing_key": "user.*" }
            ]
        }
    });
    act(&mut app, FileAction::Opened { name: "hand.json".into(), text: text.to_string() });
    assert_eq!(drawn_dead(&app), ["order.placed to dead"]);
    assert!(app.findings.dead_letters.own(&"dead".into()) && !app.findings.dead_letters.end_in(&"never".into()));
}
