//! The world: one seed, one trace; ledgers that balance whatever happens; bad scenarios told apart.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use proptest::prelude::*;
use requeue::base::SimTime;
use requeue::base::limits::FILE_BYTES;
use requeue::broker::Event;
use requeue::formats::scenario_file;
use requeue::scenario::Scenario;
use requeue::scenario::edit::{self, Edit, Part};
use requeue::sim::explore::chaos;
use requeue::sim::{HandPublish, Input, Recording, World, WorldEvent};

const COURSE_CHAPTER: &str = include_str!("../static/scenarios/course-chapter.json");

fn course_chapter() -> Arc<Scenario> {
    Arc::new(scenario_file::read(COURSE_CHAPTER).expect("the scenario is valid"))
}

/// What `tests/web.rs` finds in the browser, too.
const TRACE_AT_60_S: &str = include_str!("golden/course-chapter-60s.txt");

#[test]
fn the_course_chapter_gives_one_trace() {
    let mut world = World::new(course_chapter(), 1);
    assert!(world.run_until(SimTime::from_secs(60), u64::MAX));
    assert_eq!(format!("{:016x}", world.trace_hash()), TRACE_AT_60_S.trim(), "the same in a browser, see tests/web.rs");
    let mut other = World::new(course_chapter(), 2);
    other.run_until(SimTime::from_secs(60), u64::MAX);
    assert_ne!(world.trace_hash(), other.trace_hash(), "another seed is another run");
}

/// What `tests/web.rs` finds in the browser, too: a run under faults of every kind, from its recording.
const TRACE_OF_CHAOS: &str = include_str!("golden/chaos-300s.txt");

#[test]
fn a_recording_full_of_faults_gives_one_trace() {
    let recording = Recording {
        scenario: course_chapter(),
        seed: 5,
        inputs: chaos(&course_chapter(), 5, 25, SimTime::from_secs(300)).into_iter().collect(),
    };
    let world = World::replay(&recording, SimTime::from_secs(300));
    assert_eq!(world.ledger().imbalances(), [""; 0]);
    let kinds = ["kill", "stop", "hang", "slow", "partition", "restart", "alarm", "fill"];
    let begun = |kind: &str| {
        recording.inputs.iter().any(|timed| matches!(&timed.input, Input::Fault(fault) if fault.to_string().starts_with(kind)))
    };
    assert!(kinds.into_iter().all(begun), "{:#?}", recording.inputs);
    assert_eq!(format!("{:016x}", world.trace_hash()), TRACE_OF_CHAOS.trim(), "the same in a browser, see tests/web.rs");
}

/// What is wrong with an order is wrong with both of its events: each of them, and nothing else, ends as a dead letter.
#[test]
fn what_the_chapter_says_happens() {
    let (mut requests, mut poisoned) = (0, 0);
    for seed in 1..=8 {
        let mut world = World::new(course_chapter(), seed);
        world.run_until(SimTime::from_secs(120), u64::MAX);
        // What is under way comes to its end.
        world.inject(Input::Silence);
        world.run_until(SimTime::from_secs(300), u64::MAX);
        let (mut placed, mut shipped) = ([0, 0], [0, 0]);
        for occurrence in world.drain_occurrences() {
            let WorldEvent::Broker(Event::Published { message, .. }) = occurrence.what else { continue };
            let body: serde_json::Value = serde_json::from_str(message.body.as_text().expect("it is text")).expect("it is JSON");
            let is_whole = usize::from(body["address"]["zip"] == "10115");
            match &*message.routing_key {
                "order.placed" => placed[is_whole] += 1,
                "order.shipped" => shipped[is_whole] += 1,
                other => panic!("the chapter publishes no {other}"),
            }
        }
        let ledger = world.ledger();
        assert_eq!(ledger.imbalances(), [""; 0]);
        assert_eq!(placed.iter().sum::<u64>(), ledger.business.requests, "every order is announced");
        assert_eq!(placed, shipped, "and every order is shipped");
        let [dead, emails] = placed.map(|orders| 2 * orders);
        let letters = &ledger.queues["notification-queue.dead"];
        assert_eq!((letters.ready, ledger.queues["notification-queue"].dead_lettered_total()), (dead, dead), "seed {seed}");
        assert_eq!((ledger.business.times_done("email sent"), ledger.business.duplicated("email sent")), (emails, 0), "seed {seed}");
        requests += ledger.business.requests;
        poisoned += placed[0];
    }
    // 2.5 a second for 16 minutes, and one in twenty of them: within three standard deviations of the mean.
    assert!((2_400_u64 - 147..=2_400 + 147).contains(&requests), "{requests}");
    let (mean, deviation) = (requests / 20, 11);
    assert!((mean - 3 * deviation..=mean + 3 * deviation).contains(&poisoned), "{poisoned} of {requests}");
}

#[test]
fn a_killed_service_gives_back_what_it_held_and_gets_it_again() {
    let mut world = World::new(course_chapter(), 1);
    world.run_until(SimTime::from_secs(30), u64::MAX);
    let held = world.broker().queue("notification-queue").expect("declared").unacked();
    assert!(held > 0);
    world.inject(Input::kill("notification-service", 0));
    world.run_until(SimTime::from_secs(40), u64::MAX);
    let queue = world.broker().queue("notification-queue").expect("declared");
    assert_eq!(queue.unacked(), 0);
    assert!(queue.ready() > held, "everything waits");
    let redelivered = queue.messages().filter(|entry| entry.redelivered()).count();
    assert!(
        redelivered > 0 && queue.messages().take(redelivered).all(requeue::broker::queue::ready::Entry::redelivered),
        "they are back at the head"
    );
    world.drain_occurrences();
    world.inject(Input::start("notification-service", 0));
    world.run_until(SimTime::from_secs(90), u64::MAX);
    let delivered_again = world
        .drain_occurrences()
        .filter(|occurrence| matches!(&occurrence.what, WorldEvent::Broker(Event::Delivered(delivered)) if delivered.redelivered))
        .count();
    assert_eq!(delivered_again, redelivered);
    assert!(world.broker().queue("notification-queue").expect("declared").ready() < 10, "it has drained");
    assert_eq!(world.ledger().imbalances(), [""; 0]);
}

/// A name belongs to the scenario alone: what runs, what is down, what is held and what was saved stay as they are, also when a new name
/// is undone, and so does what calls the part. The run is the one without a new name.
#[test]
fn a_renamed_part_goes_on_as_it_was() {
    let before = course_chapter();
    let rename = |scenario: &Scenario, part: &Part, name: &str| {
        Arc::new(edit::apply(scenario, &Edit::Rename { part: part.clone(), name: name.into() }).expect("it can be renamed").scenario)
    };
    let run = |edits: &[(u64, Arc<Scenario>)]| {
        let mut world = World::new(before.clone(), 3);
        world.run_until(SimTime::from_secs(8), u64::MAX);
        world.inject(Input::kill("notification-service", 0));
        for (at, scenario) in edits {
            world.run_until(SimTime::from_secs(*at), u64::MAX);
            world.inject(Input::Edit(scenario.clone()));
        }
        world.run_until(SimTime::from_secs(60), u64::MAX);
        assert_eq!(world.ledger().imbalances(), [""; 0]);
        let queues = before.broker.queues.iter().map(|queue| {
            let state = world.broker().queue(&queue.name).expect("it is declared");
            (queue.name.clone(), state.ready(), state.unacked())
        });
        let up = world.services().iter().filter(|state| !state.removed).map(|state| state.instances.iter().map(|one| one.up).collect());
        let services: Vec<Vec<bool>> = up.collect();
        let business = &world.ledger().business;
        let sent: Vec<u64> = (0..world.clients().len()).map(|client| world.requests(client)).collect();
        (queues.collect::<Vec<_>>(), services, business.requests, business.times_done("email sent"), sent)
    };
    let plain = run(&[]);
    assert!(plain.1.iter().flatten().any(|up| !up), "one is down: {plain:?}");
    for part in Part::all(&before).filter(|part| matches!(part, Part::Service(_) | Part::Client(_))) {
        let renamed = rename(&before, &part, "another");
        let back = rename(&renamed, &part.named("another".into()), part.name());
        assert_eq!(*back, *before);
        assert_eq!(run(&[(10, renamed.clone())]), plain, "{part} has another name");
        assert_eq!(run(&[(10, renamed), (20, back)]), plain, "and its own again");
    }
}

fn arbitrary_input() -> impl Strategy<Value = (u64, Input)> {
    let keys = prop_oneof!["order.placed", "order.shipped", "user.created", "[a-z.]{0,12}"];
    let exchanges = prop_oneof!["platform-events", "platform-events.dlx", "", "no-such-exchange"];
    let service = prop_oneof!["api-gateway", "order-service", "notification-service", "analytics-service", "nobody"];
    let instance = (service, 0_usize..2);
    let faults = prop_oneof![
        "kill (notification|order|analytics)-service at [0-9]s for [0-9]s",
        "hang (notification|order)-service at [0-9]s for 1[0-9]s",
        "stop (notification|analytics)-service at 1[0-9]s for [0-9]s",
        "slow notification-service [2-9]x at [0-9]s for 2[0-9]s",
        "partition (order|notification|inventory)-service from broker at [0-9]s for [0-9]s",
        "partition api-gateway from order-service at [0-9]s for [0-9]s",
        "restart broker at 1[0-9]s for [1-9]s",
        "alarm (disk|memory) at [0-9]s for [0-9]s",
        "fill order-service at [0-9]s for [0-9]s",
        "kill notification-service at step [1-3] of message [1-9] for [1-9]s",
    ];
    let input = prop_oneof![
        instance.clone().prop_map(|(service, instance)| Input::kill(&service, instance)),
        instance.prop_map(|(service, instance)| Input::start(&service, instance)),
        faults.prop_map(|fault| Input::Fault(fault.parse().expect("it is a sentence"))),
        (1_u32..20).prop_map(|count| Input::Request { client: "customers".into(), count }),
        Just(Input::Silence),
        (exchanges, keys, any::<bool>(), any::<bool>()).prop_map(|(exchange, key, mandatory, whole)| {
            let payload = if whole { serde_json::json!({ "address": { "zip": "1" } }) } else { serde_json::json!("not an object") };
            let Input::Publish(publish) = Input::publish(&exchange, &key, payload) else { unreachable!() };
            Input::Publish(Arc::new(HandPublish { mandatory, ..HandPublish::clone(&publish) }))
        }),
    ];
    (0_u64..40_000, input)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is killed, started and published, at whatever moment: every copy is accounted for after every step, and the
    /// recording gives the same run again.
    #[test]
    fn the_ledger_balances_and_the_recording_repeats(
        seed in any::<u64>(),
        mut inputs in proptest::collection::vec(arbitrary_input(), 0..12),
    ) {
        inputs.sort_by_key(|(at, _)| *at);
        let mut world = World::new(course_chapter(), seed);
        for (at, input) in inputs {
            world.run_until(SimTime::from_millis(at), u64::MAX);
            world.inject(input);
            prop_assert_eq!(world.ledger().imbalances(), Vec::<String>::new());
        }
        let end = SimTime::from_secs(50);
        while world.next_at().is_some_and(|at| at <= end) {
            world.step();
            if world.steps().is_multiple_of(16) {
                prop_assert_eq!(world.ledger().imbalances(), Vec::<String>::new());
            }
        }
        world.run_until(end, 1);
        let again = World::replay(world.recording(), end);
        prop_assert_eq!(again.trace_hash(), world.trace_hash());
        prop_assert_eq!(again.ledger(), world.ledger());
    }
}

#[test]
fn every_mistake_in_a_scenario_is_named_with_its_place() {
    // what is replaced in the good file, by what, and what is said of it
    let cases = [
        ("{", "[", "this is not JSON"),
        ("\"requeue\": 1", "\"requeue\": 2", "requeue: this is format 2"),
        ("\"requeue\": 1,", "", "requeue: the format's version is missing"),
        ("\"type\": \"topic\"", "\"type\": \"topical\"", "broker.exchanges[0].type: expected one of direct, fanout, topic, headers"),
        ("\"latency_ms\": 450", "\"latency_ms\": -1", "network.latency_ms: expected milliseconds, from 0 to ten years, found -1"),
        ("\"latency_ms\": 450", "\"latency\": 450", "network.latency: unknown field; known here: latency_ms, jitter_ms"),
        ("\"prefetch\": 10", "\"prefetch\": 70000", "services[2].handlers[0].on.prefetch: expected a whole number from 0 to 65535"),
        ("\"queue\": \"analytics-queue\"", "\"queue\": \"analytic\"", "broker.bindings[2].queue: there is no queue 'analytic'"),
        (
            "\"name\": \"analytics-queue\"",
            "\"name\": \"inventory-queue\"",
            "broker.queues[2].name: the name 'inventory-queue' is used twice",
        ),
        (
            "\"endpoint\": \"POST /orders\" }",
            "\"endpoint\": \"GET /\" }",
            "clients[0].calls.endpoint: 'api-gateway' has no endpoint 'GET /'",
        ),
        ("\"poisson_ms\": 400", "\"poisson_ms\": 0", "clients[0].arrivals: requests come at most 10,000 a second"),
        ("\"do\": \"work\"", "\"do\": \"dance\"", "services[1].handlers[0].steps[0].do: expected one of work"),
        ("\"one_in\": 20", "\"one_in\": 0", "clients[0].poison.one_in"),
        (
            "\"x-dead-letter-exchange\": \"platform-events.dlx\"",
            "\"x-message-ttl\": -5",
            "broker.queues[1].arguments: PRECONDITION_FAILED - invalid arg",
        ),
        ("\"at\": [", "\"at\": [\"here\", ", "at: expected two numbers"),
    ];
    for (good, bad, expected) in cases {
        assert!(COURSE_CHAPTER.contains(good), "{good} is in the file");
        let problems = scenario_file::read(&COURSE_CHAPTER.replacen(good, bad, 1)).expect_err(bad);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|problem| problem.contains(expected)), "{bad}: {said:?}");
    }
    let too_large = " ".repeat(FILE_BYTES + 1);
    assert!(scenario_file::read(&too_large).is_err());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = COURSE_CHAPTER.replace("\"latency_ms\"", "\"lag\"").replace("\"type\": \"direct\"", "\"type\": 7");
    let problems = scenario_file::read(&text).expect_err("it is full of mistakes");
    assert!(problems.len() >= 3, "{problems:?}");
}

/// A scenario of this broker and these services, everything else as small as it can be.
fn scenario(broker: &str, services: &str) -> Result<Arc<Scenario>, Vec<String>> {
    let text = format!(
        r#"{{ "requeue": 1, "title": "t", "network": {{ "latency_ms": 10 }}, "broker": {broker},
             "clients": [{{ "name": "c", "at": [0, 0], "calls": {{ "service": "s", "endpoint": "POST /" }}, "arrivals": {{ "every_ms": 1000 }}, "body": {{ "n": "{{n}}" }} }}],
             "services": {services} }}"#
    );
    scenario_file::read(&text).map(Arc::new).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_scenario_can_use_what_the_broker_has() {
    let broker = r#"{
        "profile": "3.13",
        "exchanges": [{ "name": "x", "at": [0, 0], "type": "headers" }, { "name": "dlx", "at": [0, 0], "type": "fanout" }],
        "queues": [
            { "name": "work", "at": [0, 0], "arguments": { "x-queue-type": "quorum", "x-delivery-limit": 2 } },
            { "name": "dead", "at": [0, 0] },
            { "name": "short", "at": [0, 0], "arguments": { "x-max-priority": 5 } }
        ],
        "bindings": [
            { "source": "x", "queue": "work", "arguments": { "x-match": "all", "kind": "order" } },
            { "source": "x", "queue": "short", "arguments": { "x-match": "all", "kind": "order" } },
            { "source": "dlx", "queue": "dead" }
        ],
        "policies": [
            { "name": "dead-letters", "pattern": "^work$", "definition": { "dead-letter-exchange": "dlx" } },
            { "name": "short", "pattern": "^short$", "apply_to": "classic_queues", "definition": { "max-length": 3 } }
        ]
    }"#;
    let services = r#"[
        { "name": "s", "at": [0, 0], "handlers": [{ "on": { "http": "POST /" }, "steps": [
            { "do": "publish", "exchange": "x", "routing_key": "", "payload": { "n": "{n}" }, "headers": { "kind": "order" }, "priority": 3, "expiration_ms": 60000 },
            { "do": "reply", "status": 201 }] }] },
        { "name": "w", "at": [0, 0], "handlers": [{ "on": { "queue": "work", "prefetch": 1, "priority": 5 },
            "steps": [{ "do": "work", "ms": 5, "fails": { "always": true } }], "on_failure": "requeue" }] }
    ]"#;
    let mut world = World::new(scenario(broker, services).expect("it is valid"), 1);
    world.run_until(SimTime::from_secs(20), u64::MAX);
    let ledger = world.ledger();
    assert_eq!(ledger.imbalances(), [""; 0]);
    let work = &ledger.queues["work"];
    assert!(work.dead_lettered_total() >= 15, "a delivery limit of 2 ends each after three deliveries");
    assert!(work.delivered.abs_diff(work.dead_lettered_total() * 3) <= 3, "{work:?}");
    assert_eq!(ledger.queues["short"].ready, 3, "the policy's length limit holds");
    let dead = world.broker().queue("dead").expect("declared").messages().next().expect("it has some").message.clone();
    assert_eq!(dead.properties.header("x-first-death-reason").map(ToString::to_string).as_deref(), Some("delivery_limit"));
}

#[test]
fn a_program_whose_channel_the_broker_closed_tries_again() {
    let broker = r#"{ "exchanges": [{ "name": "amq-free", "at": [0, 0], "type": "topic", "internal": true }], "queues": [{ "name": "q", "at": [0, 0] }] }"#;
    let services = r#"[{ "name": "s", "at": [0, 0], "reconnect_ms": 3000, "handlers": [
        { "on": { "http": "POST /" }, "steps": [
            { "do": "publish", "exchange": "amq-free", "routing_key": "k", "payload": {} },
            { "do": "reply", "status": 201 }] },
        { "on": { "queue": "q", "prefetch": 5 }, "steps": [] }] }]"#;
    let mut world = World::new(scenario(broker, services).expect("it is valid"), 1);
    world.run_until(SimTime::from_secs(30), u64::MAX);
    let happened: Vec<WorldEvent> = world.drain_occurrences().map(|occurrence| occurrence.what).collect();
    let closed = happened
        .iter()
        .filter(|what| matches!(what, WorldEvent::Broker(Event::ChannelClosed { text, .. }) if text.contains("internal")))
        .count();
    let connected = happened.iter().filter(|what| matches!(what, WorldEvent::Connected(_))).count();
    assert!(closed >= 5, "publishing to an internal exchange is refused, again and again: {closed}");
    assert!(connected.abs_diff(closed) <= 1, "and each time it connects again after a while: {connected}");
    let ledger = world.ledger();
    assert!(ledger.messages.unsent > 0, "while it has no channel it cannot publish");
    assert!(ledger.business.accepted > 25, "and the requests do not fail for it");
    assert_eq!(ledger.imbalances(), [""; 0]);
}

#[test]
fn mistakes_about_the_broker_are_told_in_its_own_words() {
    let services = r#"[{ "name": "s", "at": [0, 0], "handlers": [{ "on": { "http": "POST /" }, "steps": [] }] }]"#;
    let cases = [
        (
            r#"{ "queues": [{ "name": "q", "at": [0, 0], "durable": false, "arguments": { "x-queue-type": "quorum" } }] }"#,
            "broker.queues[0].durable: a quorum queue is durable",
        ),
        (
            r#"{ "profile": "4.3", "queues": [{ "name": "q", "at": [0, 0], "durable": false }] }"#,
            "broker.queues[0].durable: RabbitMQ 4.3 refuses transient queues",
        ),
        (r#"{ "queues": [{ "name": "q", "at": [0, 0], "arguments": { "x-delivery-limit": 3 } }] }"#, "of queue type rabbit_classic_queue"),
        (r#"{ "queues": [{ "name": "q", "at": [0, 0], "arguments": { "x-queue-type": "strom" } }] }"#, "unsupported queue type 'strom'"),
        (
            r#"{ "policies": [{ "name": "p", "pattern": "(", "definition": {} }] }"#,
            "broker.policies[0].pattern: the pattern is not a regular expression",
        ),
        (
            r#"{ "policies": [{ "name": "p", "pattern": "q", "definition": { "max-priority": 3 } }] }"#,
            "broker.policies[0].definition.max-priority: a policy cannot set this",
        ),
    ];
    for (broker, expected) in cases {
        let problems = scenario(broker, services).expect_err(broker);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:?}");
    }
}
