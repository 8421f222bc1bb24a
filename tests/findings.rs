//! What is probably a mistake in a scenario: found where it is, and nowhere else.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::sample::Index;
use requeue::base::SimTime;
use requeue::broker::view::QueueView;
use requeue::broker::{DropCause, Event};
use requeue::formats::{lesson_file, scenario_file};
use requeue::scenario::edit::{self, Edit, Part, PartKind, Slot};
use requeue::scenario::findings::{Finding, Kind, findings};
use requeue::scenario::{BindingSpec, BindingTarget, ExchangeType, Point, Scenario, Table};
use requeue::sim::{World, WorldEvent};

fn folder(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("it is there").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// Every system of the site: the gallery's, and those that lessons begin with.
static SYSTEMS: LazyLock<Vec<(String, Arc<Scenario>)>> = LazyLock::new(|| {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("it is text");
        let scenario = match path.extension().and_then(|end| end.to_str()) {
            Some("json") => Arc::new(scenario_file::read(&text).ok()?), // a schema and a list are no scenarios
            Some("md") => lesson_file::read(&text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display())).scenario,
            _ => return None,
        };
        Some((path.file_name()?.to_string_lossy().into_owned(), scenario))
    };
    ["scenarios", "lessons"].into_iter().flat_map(folder).filter_map(|path| read(&path)).collect()
});

/// The systems of the site that are wrong on purpose, and what is found there. All the others have nothing.
const EXPECTED: [(&str, &str, Kind); 14] = [
    // Messages wait in these queues for a restart of the broker.
    ("broker-restart.json", "broker.queues[0]", Kind::QueueUnconsumed),
    ("broker-restart.json", "broker.queues[1]", Kind::QueueUnconsumed),
    ("broker-restart.json", "services[0]", Kind::TransientInDurable),
    ("durable.md", "broker.queues[0]", Kind::QueueUnconsumed),
    ("durable.md", "broker.queues[1]", Kind::QueueUnconsumed),
    ("durable.md", "services[0]", Kind::TransientInDurable),
    // A key without a queue is the point.
    ("direct.json", "services[0]", Kind::KeyUnmatched),
    ("direct.md", "services[0]", Kind::KeyUnmatched),
    // These are to be bound by the learner.
    ("direct.md", "broker.queues[2]", Kind::QueueUnbound),
    ("fanout.md", "broker.queues[3]", Kind::QueueUnbound),
    ("publish-subscribe.md", "broker.queues[3]", Kind::QueueUnbound),
    // It only shows what arrives.
    ("direct.md", "broker.queues[3]", Kind::QueueUnconsumed),
    // Labs.
    ("lab-cycle.md", "broker.queues[0]", Kind::DeadLetterCycle),
    ("lab-silent.md", "broker.bindings[3]", Kind::BindingUnmatched),
];

#[test]
fn only_what_is_deliberately_wrong_is_found() {
    let mut found: Vec<(String, String, Kind)> = SYSTEMS
        .iter()
        .flat_map(|(name, scenario)| findings(scenario).into_iter().map(move |one| (name.clone(), one.slot.to_string(), one.kind)))
        .collect();
    let mut expected: Vec<_> = EXPECTED.iter().map(|(name, slot, kind)| ((*name).to_owned(), (*slot).to_owned(), *kind)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn every_lesson_that_explains_is_there() {
    let lessons: Vec<String> =
        folder("lessons").iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    for kind in Kind::ALL {
        assert!(lessons.iter().any(|lesson| lesson == kind.lesson()), "{kind:?}: {}", kind.lesson());
    }
}

/// A scenario with these exchanges, queues, bindings and services, as a file has them.
fn scenario(broker: &str, services: &[String]) -> Scenario {
    let text = format!(
        r#"{{"requeue": 1, "title": "t", "network": {{"latency_ms": 1}}, "broker": {{{broker}}}, "services": [{}]}}"#,
        services.join(", ")
    );
    scenario_file::read(&text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", &text[..text.len().min(2_000)]))
}

fn service(name: &str, on: &str, steps: &str) -> String {
    format!(r#"{{"name": "{name}", "at": [0, 0], "handlers": [{{"on": {{{on}}}, "steps": [{steps}]}}]}}"#)
}

/// A service that publishes once a second, with more fields of the step.
fn shop(exchange: &str, key: &str, more: &str) -> String {
    let step = format!(r#"{{"do": "publish", "exchange": "{exchange}", "routing_key": "{key}", "payload": {{}}{more}}}"#);
    service("shop", r#""every_ms": 1000"#, &step)
}

fn consumer(name: &str, queue: &str, limit: &str) -> String {
    let on = format!(r#""queue": "{queue}", "prefetch": {limit}"#);
    service(name, &on, &format!(r#"{{"do": "effect", "what": "done by {name}", "of": "n"}}"#))
}

const X: &str = r#"{"name": "x", "at": [0, 0], "type": "topic"}"#;
const DLX: &str = r#"{"name": "dlx", "at": [0, 0], "type": "direct"}"#;

const RETRY: &str = r#"{"name": "retry", "at": [0, 0], "type": "fanout"}"#;

fn queue(name: &str, arguments: &str) -> String {
    format!(r#"{{"name": "{name}", "at": [0, 0], "arguments": {{{arguments}}}}}"#)
}

fn binding(source: &str, queue: &str, key: &str) -> String {
    format!(r#"{{"source": "{source}", "queue": "{queue}", "routing_key": "{key}"}}"#)
}

fn broker(exchanges: &[&str], queues: &[String], bindings: &[String]) -> String {
    format!(r#""exchanges": [{}], "queues": [{}], "bindings": [{}]"#, exchanges.join(", "), queues.join(", "), bindings.join(", "))
}

/// What is found: kind, slot, sentence, and what the fix says.
fn told(scenario: &Scenario) -> Vec<(Kind, String, String, Option<String>)> {
    let told = |one: Finding| (one.kind, one.slot.to_string(), one.says, one.fix.map(|fix| fix.says()));
    findings(scenario).into_iter().map(told).collect()
}

/// One broker, the services, and everything that is to be found there.
type Case = (&'static str, String, Vec<String>, Vec<(Kind, &'static str, &'static str, Option<&'static str>)>);

fn cases() -> Vec<Case> {
    let plain = |name: &str| queue(name, "");
    let to_q = || vec![binding("x", "q", "order.*")];
    let mailer = || consumer("mailer", "q", "10");
    let dead = |more: &str| queue("q", &format!(r#""x-dead-letter-exchange": "dlx"{more}"#));
    let under_key = r#", "x-dead-letter-routing-key": "q.dead""#;
    let wait = |name: &str, back: &str| {
        queue(name, &format!(r#""x-message-ttl": 1000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "{back}""#))
    };
    let to = |queue: &str| format!(r#""x-dead-letter-exchange": "", "x-dead-letter-routing-key": "{queue}""#);
    let safe_wait = |name: &str, back: &str| {
        let safe = r#""x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-strategy": "at-least-once""#;
        queue(name, &format!(r#"{safe}, "x-message-ttl": 1000, {}"#, to(back)))
    };
    let limited = |profile: &str, limit: &str| {
        let quorum = queue("q", &format!(r#""x-queue-type": "quorum"{limit}, {}"#, to("w")));
        format!(r#""profile": "{profile}", {}"#, broker(&[X], &[quorum, wait("w", "q")], &to_q()))
    };
    let failing = |policy: &str| {
        let step = r#"{"do": "effect", "what": "sent", "of": "n", "fails": {"always": true}}"#;
        let handler = format!(r#"{{"on": {{"queue": "q", "prefetch": 10}}, "on_failure": "{policy}", "steps": [{step}]}}"#);
        format!(r#"{{"name": "mailer", "at": [0, 0], "restart_ms": 100, "reconnect_ms": 100, "handlers": [{handler}]}}"#)
    };
    let waits = |slot: &'static str, name: &str| {
        let says = if name == "q" {
            "RabbitMQ drops a message that expires and returns to q."
        } else {
            "RabbitMQ drops a message that expires and returns to w."
        };
        (Kind::DeadLetterCycle, slot, says, Some("remove x-message-ttl, so that messages wait"))
    };
    let past_limit =
        || (Kind::DeadLetterCycle, "broker.queues[0]", "RabbitMQ drops a message that returns to q after its delivery limit.", None);
    vec![
        (
            "a policy that RabbitMQ takes and that changes nothing here",
            broker(&[X], &[plain("q")], &to_q())
                + r#", "policies": [{"name": "mirrors", "pattern": "^q", "definition": {"ha-mode": "all", "max-length": 9}},
                    {"name": "upstream", "pattern": "^x", "apply_to": "exchanges", "definition": {"federation-upstream-set": "all"}}],
                    "plugins": ["rabbitmq_federation"]"#,
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::PolicyWithoutEffect,
                    "broker.exchanges[0]",
                    "The policy upstream sets federation-upstream-set: RabbitMQ takes it, and it changes nothing here.",
                    None,
                ),
                (
                    Kind::PolicyWithoutEffect,
                    "broker.queues[0]",
                    "The policy mirrors sets ha-mode: RabbitMQ takes it, and it changes nothing here.",
                    None,
                ),
            ],
        ),
        ("a whole system", broker(&[X], &[plain("q")], &to_q()), vec![shop("x", "order.placed", ""), mailer()], vec![]),
        (
            "an exchange without bindings",
            broker(&[X, DLX], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(
                Kind::ExchangeUnbound,
                "broker.exchanges[1]",
                "Nothing is bound to dlx: RabbitMQ drops what arrives there.",
                Some("create a queue and bind it to dlx"),
            )],
        ),
        (
            "an exchange and a queue without bindings",
            broker(&[X], &[plain("q")], &[]),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::ExchangeUnbound,
                    "broker.exchanges[0]",
                    "Nothing is bound to x: RabbitMQ drops what arrives there.",
                    Some("bind q to x with #"),
                ),
                (
                    Kind::QueueUnbound,
                    "broker.queues[0]",
                    "Nothing is bound to q, and no service publishes to it.",
                    Some("bind q to x with #"),
                ),
            ],
        ),
        (
            "an alternate exchange in the place of bindings",
            broker(
                &[r#"{"name": "x", "at": [0, 0], "type": "topic", "arguments": {"alternate-exchange": "dlx"}}"#, DLX],
                &[plain("q")],
                &[binding("dlx", "q", "order.placed")],
            ),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![],
        ),
        ("a queue that the default exchange fills", broker(&[], &[plain("q")], &[]), vec![shop("", "q", ""), mailer()], vec![]),
        (
            "the name of no queue",
            broker(&[], &[plain("q")], &[]),
            vec![shop("", "p", ""), mailer()],
            vec![
                (Kind::QueueUnbound, "broker.queues[0]", "Nothing is bound to q, and no service publishes to it.", None),
                (Kind::KeyUnmatched, "services[0]", "There is no queue p: RabbitMQ drops the message.", Some("create the queue p")),
            ],
        ),
        (
            "a key and a binding that differ by a letter",
            broker(&[X], &[plain("q")], &[binding("x", "q", "orders.placed")]),
            vec![shop("x", "order.placed", ", \"mandatory\": true"), mailer()],
            vec![
                (
                    Kind::BindingUnmatched,
                    "broker.bindings[0]",
                    "The binding orders.placed of x to q matches no message that comes there.",
                    Some("change the binding orders.placed to order.placed"),
                ),
                (
                    Kind::KeyUnmatched,
                    "services[0]",
                    "No binding of x leads order.placed to a queue: RabbitMQ returns it.",
                    Some("change the binding orders.placed to order.placed"),
                ),
            ],
        ),
        (
            "a queue waits for the key that matches nothing",
            broker(&[X], &[plain("q"), plain("p")], &to_q()),
            vec![
                shop("x", "order.placed", ""),
                shop("x", "payment.made", "").replace("shop", "bank"),
                mailer(),
                consumer("books", "p", "10"),
            ],
            vec![
                (
                    Kind::QueueUnbound,
                    "broker.queues[1]",
                    "Nothing is bound to p, and no service publishes to it.",
                    Some("bind p to x with #"),
                ),
                (
                    Kind::KeyUnmatched,
                    "services[1]",
                    "No binding of x leads payment.made to a queue: RabbitMQ drops it.",
                    Some("bind p to x with payment.made"),
                ),
            ],
        ),
        ("a template may become any word", broker(&[X], &[plain("q")], &to_q()), vec![shop("x", "order.{state.of}", ""), mailer()], vec![]),
        ("a template alone may become any key", broker(&[X], &[plain("q")], &to_q()), vec![shop("x", "{key}", ""), mailer()], vec![]),
        (
            "a template keeps its other words",
            broker(&[X], &[plain("q")], &[binding("x", "q", "payment.*")]),
            vec![shop("x", "order.{state.of}", ""), mailer()],
            vec![
                (
                    Kind::BindingUnmatched,
                    "broker.bindings[0]",
                    "The binding payment.* of x to q matches no message that comes there.",
                    Some("change the binding payment.* to order.*"),
                ),
                (
                    Kind::KeyUnmatched,
                    "services[0]",
                    "No binding of x leads order.{state.of} to a queue: RabbitMQ drops it.",
                    Some("change the binding payment.* to order.*"),
                ),
            ],
        ),
        (
            "a template within a word, and more words",
            broker(&[X], &[plain("q")], &[binding("x", "q", "order.v2.#.paid")]),
            vec![shop("x", "order.v{version}.{state}.paid", ""), mailer()],
            vec![],
        ),
        (
            "an extra key in CC",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "payment.made", r#", "headers": {"CC": ["order.paid"]}"#), mailer()],
            vec![],
        ),
        (
            "dead letters with a queue",
            broker(&[X, DLX], &[dead(under_key), plain("dlq")], &[binding("x", "q", "order.*"), binding("dlx", "dlq", "q.dead")]),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![],
        ),
        (
            "dead letters under a key of their own that nothing matches",
            broker(&[X, DLX], &[dead(under_key), plain("dlq")], &[binding("x", "q", "order.*"), binding("dlx", "dlq", "dead")]),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::DeadLettersLost,
                    "broker.queues[0]",
                    "Dead letters of q are dropped: no binding of dlx matches q.dead.",
                    Some("change the binding dead to q.dead"),
                ),
                (Kind::BindingUnmatched, "broker.bindings[1]", "The binding dead of dlx to dlq matches no message that comes there.", None),
            ],
        ),
        (
            "dead letters keep the key they came with",
            broker(&[X, DLX], &[dead(""), plain("dlq")], &[binding("x", "q", "order.*"), binding("dlx", "dlq", "q")]),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::DeadLettersLost,
                    "broker.queues[0]",
                    "Dead letters of q are dropped: no binding of dlx matches order.placed.",
                    Some("change the binding q to order.placed"),
                ),
                (Kind::BindingUnmatched, "broker.bindings[1]", "The binding q of dlx to dlq matches no message that comes there.", None),
            ],
        ),
        (
            "a dead-letter exchange without bindings",
            broker(&[X, DLX], &[dead(under_key), plain("dlq")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::DeadLettersLost,
                    "broker.queues[0]",
                    "Dead letters of q are dropped: nothing is bound to dlx.",
                    Some("bind dlq to dlx with q.dead"),
                ),
                (Kind::QueueUnbound, "broker.queues[1]", "Nothing is bound to dlq, and no service publishes to it.", None),
            ],
        ),
        (
            "dead letters to the default exchange, under the key of an event",
            broker(&[X], &[queue("q", r#""x-dead-letter-exchange": """#)], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(
                Kind::DeadLettersLost,
                "broker.queues[0]",
                "Dead letters of q are dropped: there is no queue order.placed.",
                Some("create the queue order.placed"),
            )],
        ),
        (
            "a policy names a dead-letter exchange that is not there",
            broker(&[X], &[plain("q")], &to_q())
                + r#", "policies": [{"name": "p", "pattern": "^q$", "definition": {"dead-letter-exchange": "nowhere"}}]"#,
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(
                Kind::DeadLettersLost,
                "broker.queues[0]",
                "Dead letters of q are dropped: there is no exchange nowhere.",
                Some("create the exchange nowhere"),
            )],
        ),
        (
            "a circle by expiry alone",
            broker(&[X], &[wait("q", "w"), wait("w", "q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(
                Kind::DeadLetterCycle,
                "broker.queues[0]",
                "RabbitMQ drops a message that expires and returns to q.",
                Some("remove x-message-ttl, so that messages wait"),
            )],
        ),
        (
            "a circle in which dead letters keep their keys, where no service is known",
            broker(&[X], &[queue("q", r#""x-message-ttl": 1000, "x-dead-letter-exchange": "x""#)], &to_q()),
            vec![],
            vec![waits("broker.queues[0]", "q")],
        ),
        (
            "a circle of two queues in which dead letters keep their keys",
            broker(
                &[X, RETRY],
                &[
                    queue("q", r#""x-message-ttl": 1000, "x-dead-letter-exchange": "retry""#),
                    queue("w", r#""x-message-ttl": 1000, "x-dead-letter-exchange": "x""#),
                ],
                &[binding("x", "q", "order.*"), binding("retry", "w", "")],
            ),
            vec![],
            vec![waits("broker.queues[0]", "q")],
        ),
        (
            "a circle through the default exchange, by the name of the queue",
            broker(
                &[X, RETRY],
                &[
                    queue("q", r#""x-message-ttl": 1000, "x-dead-letter-exchange": """#),
                    queue("w", r#""x-message-ttl": 1000, "x-dead-letter-exchange": "retry""#),
                ],
                &[binding("retry", "w", ""), binding("x", "w", "w.#")],
            ),
            vec![],
            vec![
                waits("broker.queues[0]", "q"),
                waits("broker.queues[1]", "w"),
                (
                    Kind::QueueUnbound,
                    "broker.queues[0]",
                    "Nothing is bound to q, and no service publishes to it.",
                    Some("bind q to x with #"),
                ),
            ],
        ),
        (
            "no circle: the key of the dead letter leads elsewhere, or nowhere",
            broker(
                &[X],
                &[queue("q", r#""x-message-ttl": 1000, "x-dead-letter-exchange": "x", "x-dead-letter-routing-key": "dead""#), plain("d")],
                &[binding("x", "q", "order.*"), binding("x", "d", "dead")],
            ),
            vec![],
            vec![],
        ),
        (
            "a circle by overflow",
            broker(&[X], &[queue("q", &format!(r#""x-max-length": 5, {}"#, to("w"))), wait("w", "q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(Kind::DeadLetterCycle, "broker.queues[0]", "RabbitMQ drops a message that a full q pushes out and gets back.", None)],
        ),
        (
            "a queue that refuses what is too much has no circle by overflow",
            broker(
                &[X],
                &[queue("q", &format!(r#""x-max-length": 5, "x-overflow": "reject-publish", {}"#, to("w"))), wait("w", "q")],
                &to_q(),
            ),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![],
        ),
        (
            "a circle through a queue that dead-letters at least once",
            broker(&[X], &[wait("q", "w"), safe_wait("w", "q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![(
                Kind::DeadLetterCycle,
                "broker.queues[0]",
                "w keeps unrejected messages that would return to q, and tries to send them again.",
                Some("remove x-message-ttl, so that messages wait"),
            )],
        ),
        (
            "a circle by the delivery limit of 4.0",
            limited("4.0", ""),
            vec![shop("x", "order.placed", ""), failing("requeue")],
            vec![past_limit()],
        ),
        ("a nack does not count in 4.3", limited("4.3", ""), vec![shop("x", "order.placed", ""), failing("requeue")], vec![]),
        ("a reject counts in 4.3", limited("4.3", ""), vec![shop("x", "order.placed", ""), failing("reject_requeue")], vec![past_limit()]),
        ("3.13 has no limit by itself", limited("3.13", ""), vec![shop("x", "order.placed", ""), failing("requeue")], vec![]),
        (
            "a circle by a delivery limit in 3.13",
            limited("3.13", r#", "x-delivery-limit": 2"#),
            vec![shop("x", "order.placed", ""), failing("crash")],
            vec![past_limit()],
        ),
        ("what never fails does not come back", limited("4.0", ""), vec![shop("x", "order.placed", ""), mailer()], vec![]),
        (
            "a retry queue, to which the consumer rejects",
            broker(&[X], &[queue("q", r#""x-dead-letter-exchange": "", "x-dead-letter-routing-key": "w""#), wait("w", "q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![],
        ),
        (
            "nobody consumes",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", "")],
            vec![(
                Kind::QueueUnconsumed,
                "broker.queues[0]",
                "No service consumes from q: its messages pile up.",
                Some("create a service that consumes from q"),
            )],
        ),
        ("a queue with a limit", broker(&[X], &[queue("q", r#""x-max-length": 5"#)], &to_q()), vec![shop("x", "order.placed", "")], vec![]),
        (
            "what expires by itself",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", r#", "expiration_ms": 5"#)],
            vec![],
        ),
        (
            "two services on one queue",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer(), consumer("stock", "q", "10")],
            vec![(
                Kind::QueueShared,
                "broker.queues[0]",
                "mailer and stock share q: each message goes to only one of them.",
                Some("give stock a separate queue"),
            )],
        ),
        (
            "two services that do the same",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", ""), mailer(), mailer().replacen("mailer", "late", 1)],
            vec![],
        ),
        (
            "no limit of unacknowledged messages",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", ""), consumer("mailer", "q", "0")],
            vec![(
                Kind::PrefetchUnlimited,
                "services[1]",
                "mailer takes all messages of q at once: its prefetch is unlimited.",
                Some("set prefetch to 10"),
            )],
        ),
        (
            "a prefetch that automatic acknowledgement ignores",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", ""), consumer("mailer", "q", r#"0, "auto_ack": true"#)],
            vec![],
        ),
        (
            "transient messages in a durable queue",
            broker(&[X], &[plain("q")], &to_q()),
            vec![shop("x", "order.placed", r#", "persistent": false"#), mailer()],
            vec![(
                Kind::TransientInDurable,
                "services[0]",
                "shop publishes transient messages to q: a restart of RabbitMQ loses them.",
                Some("publish persistent messages"),
            )],
        ),
        (
            "a quorum queue persists everything",
            broker(&[X], &[queue("q", r#""x-queue-type": "quorum""#)], &to_q()),
            vec![shop("x", "order.placed", r#", "persistent": false"#), mailer()],
            vec![],
        ),
        (
            "an empty broker, and programs that declare nothing",
            empty(&broker(&[X], &[plain("q")], &to_q())),
            vec![shop("x", "order.placed", ""), mailer()],
            vec![
                (
                    Kind::NotDeclared,
                    "broker.exchanges[0]",
                    "No service declares x: RabbitMQ closes the channel of its publisher (404).",
                    Some("let shop declare the exchange x"),
                ),
                (
                    Kind::NotDeclared,
                    "broker.queues[0]",
                    "No service declares q: RabbitMQ closes the channel of its consumer (404).",
                    Some("let mailer declare the queue q"),
                ),
            ],
        ),
        (
            "an empty broker, and a binding that nothing declares",
            empty(&broker(&[X], &[plain("q")], &to_q())),
            vec![declaring(&shop("x", "order.placed", ""), r#"{"exchange": "x"}"#), declaring(&mailer(), r#"{"queue": "q"}"#)],
            vec![(
                Kind::NotDeclared,
                "broker.bindings[0]",
                "No service declares the binding order.* of x to q: no message goes along it.",
                Some("let mailer declare the binding order.* from x to q"),
            )],
        ),
        (
            "an empty broker, and a queue that nothing uses",
            empty(&broker(
                &["{\"name\": \"x\", \"at\": [0, 0], \"type\": \"fanout\"}"],
                &[plain("q"), plain("r")],
                &[binding("x", "q", ""), binding("x", "r", "")],
            )),
            vec![shop("x", "", ""), declaring(&mailer(), r#"{"exchange": "x"}, {"queue": "q"}"#)],
            vec![
                (
                    Kind::NotDeclared,
                    "broker.bindings[0]",
                    "No service declares the binding of x to q: no message goes along it.",
                    Some("let mailer declare the binding from x to q"),
                ),
                (Kind::NotDeclared, "broker.queues[1]", "No service declares r: an empty broker never has it.", None),
                (
                    Kind::QueueUnconsumed,
                    "broker.queues[1]",
                    "No service consumes from r: its messages pile up.",
                    Some("create a service that consumes from r"),
                ),
            ],
        ),
        (
            "an empty broker, and programs that declare what they use: in a list, in a step, in a version",
            empty(&broker(&[X], &[plain("q"), plain("r")], &[binding("x", "q", "order.*"), binding("x", "r", "#")])),
            vec![
                shop("x", "order.placed", "").replace(r#""steps": ["#, r#""steps": [{"do": "declare", "declares": [{"exchange": "x"}]}, "#),
                declaring(&mailer(), r#"{"exchange": "x"}, {"queue": "q"}, {"bindings_of": "q"}"#).replace(
                    r#""declares""#,
                    r#""versions": [{"name": "v2", "handlers": [{"on": {"queue": "r", "prefetch": 1}, "steps": []}], "declares": [{"queue": "r"}, {"bindings_of": "r"}]}], "declares""#,
                ),
            ],
            vec![],
        ),
        (
            "two programs that declare one queue, and one exchange, differently",
            empty(&broker(&[X], &[plain("q")], &to_q())),
            vec![
                declaring(
                    &shop("x", "order.placed", ""),
                    r#"{"exchange": "x", "type": "direct"}, {"queue": "q", "arguments": {"x-max-length": 9}}"#,
                ),
                declaring(&mailer(), r#"{"exchange": "x"}, {"queue": "q"}, {"bindings_of": "q"}"#),
            ],
            vec![
                (
                    Kind::DeclaredDifferently,
                    "services[1]",
                    "shop and mailer declare q differently: RabbitMQ refuses the second (406).",
                    Some("let mailer declare the queue q as it is"),
                ),
                (
                    Kind::DeclaredDifferently,
                    "services[1]",
                    "shop and mailer declare x differently: RabbitMQ refuses the second (406).",
                    Some("let mailer declare the exchange x as it is"),
                ),
            ],
        ),
        (
            "a program that declares otherwise than it is drawn, in its list and in a step",
            broker(&[X], &[plain("q")], &to_q()),
            vec![
                shop("x", "order.placed", "")
                    .replace(r#""steps": ["#, r#""steps": [{"do": "declare", "declares": [{"exchange": "x", "durable": false}]}, "#),
                declaring(&mailer(), r#"{"queue": "q", "arguments": {"x-dead-letter-exchange": "x"}}"#),
            ],
            vec![
                (
                    Kind::DeclaredDifferently,
                    "services[0]",
                    "shop declares x otherwise than it is drawn: RabbitMQ refuses that (406).",
                    Some("let shop declare the exchange x as it is"),
                ),
                (
                    Kind::DeclaredDifferently,
                    "services[1]",
                    "mailer declares q otherwise than it is drawn: RabbitMQ refuses that (406).",
                    Some("let mailer declare the queue q as it is"),
                ),
            ],
        ),
        (
            "a difference that RabbitMQ takes, and one that a version means",
            broker(&[X], &[plain("q")], &to_q()),
            vec![
                declaring(&shop("x", "order.placed", ""), r#"{"exchange": "x", "arguments": {"team": "shop"}}"#),
                declaring(&mailer(), r#"{"queue": "q"}"#).replace(
                    r#""declares""#,
                    r#""versions": [{"name": "v2", "declares": [{"queue": "q", "durable": false}]}], "declares""#,
                ),
            ],
            vec![],
        ),
        (
            "an exclusive consumer with two instances",
            broker(&[X], &[plain("q")], &to_q()),
            vec![
                shop("x", "order.placed", ""),
                consumer("mailer", "q", r#"10, "exclusive": true"#).replace(r#""at""#, r#""instances": 2, "at""#),
            ],
            vec![(
                Kind::ExclusiveShared,
                "broker.queues[0]",
                "q has an exclusive consumer and others: RabbitMQ refuses some of them (403).",
                Some("make q not exclusive"),
            )],
        ),
        (
            "an exclusive queue that two instances declare",
            empty(&broker(&[X], &[plain("q")], &to_q())),
            vec![
                declaring(&shop("x", "order.placed", ""), r#"{"exchange": "x"}"#),
                declaring(&mailer(), r#"{"queue": "q", "exclusive": true}, {"bindings_of": "q"}"#)
                    .replace(r#""at""#, r#""instances": 2, "at""#),
            ],
            vec![(
                Kind::ExclusiveShared,
                "broker.queues[0]",
                "Only one connection can use the exclusive queue q: RabbitMQ refuses the others (405).",
                Some("make q not exclusive"),
            )],
        ),
        (
            "an exclusive queue and an exclusive consumer of one instance",
            empty(&broker(&[X], &[plain("q")], &to_q())),
            vec![
                declaring(&shop("x", "order.placed", ""), r#"{"exchange": "x"}"#),
                declaring(
                    &consumer("mailer", "q", r#"10, "exclusive": true"#),
                    r#"{"queue": "q", "exclusive": true}, {"bindings_of": "q"}"#,
                ),
            ],
            vec![],
        ),
    ]
}

/// The broker has nothing until a program declares it.
fn empty(broker: &str) -> String {
    format!(r#""starts": "empty", {broker}"#)
}

fn declaring(service: &str, declares: &str) -> String {
    service.replacen(r#""at""#, &format!(r#""declares": [{declares}], "at""#), 1)
}

/// Each of these findings names a code: RabbitMQ answers with it when the system runs, and when it is mended it does not.
#[test]
fn what_is_told_of_declarations_happens() {
    let codes = |scenario: Scenario| {
        let mut world = World::new(scenario.into(), 1);
        world.run_until(SimTime::from_secs(30), u64::MAX);
        let mut codes: Vec<String> = Vec::new();
        for occurrence in world.drain_occurrences() {
            if let WorldEvent::Broker(Event::ChannelClosed { code, .. }) = occurrence.what {
                codes.push(format!("({})", code.number()));
            }
        }
        codes.sort();
        codes.dedup();
        codes
    };
    let mut compared = 0;
    for (name, broker, services, _) in cases() {
        let scenario = scenario(&broker, &services);
        let about = |one: &Finding| matches!(one.kind, Kind::NotDeclared | Kind::DeclaredDifferently | Kind::ExclusiveShared);
        let told: Vec<Finding> = findings(&scenario).into_iter().filter(about).collect();
        let mut expected: Vec<String> =
            told.iter().filter_map(|one| one.says.find('(').map(|at| one.says[at..at + 5].to_owned())).collect();
        expected.sort();
        expected.dedup();
        assert_eq!(codes(scenario.clone()), expected, "{name}");
        compared += expected.len();
        let mut mended = scenario;
        for fix in told.into_iter().filter_map(|one| one.fix) {
            for edit in fix.edits(&mended).expect("the scenario has the part") {
                mended = edit::apply(&mended, &edit).expect("it can be edited").scenario;
            }
        }
        assert_eq!(codes(mended), Vec::<String>::new(), "{name}, mended");
    }
    assert!(compared >= 5);
}

#[test]
fn each_kind_is_found_where_it_is_and_not_beside() {
    let mut kinds = Vec::new();
    for (name, broker, services, expected) in cases() {
        let mut found = told(&scenario(&broker, &services));
        let mut expected: Vec<_> = expected
            .into_iter()
            .map(|(kind, slot, says, fix)| (kind, slot.to_owned(), says.to_owned(), fix.map(ToOwned::to_owned)))
            .collect();
        kinds.extend(expected.iter().map(|(kind, ..)| *kind));
        // They come by part, which is not what a case is about.
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
    for kind in Kind::ALL {
        assert!(kinds.contains(&kind), "no case has {kind:?}");
    }
}

/// What a fix mends is found no more, and a sentence is short enough to be read on the canvas.
fn hold(scenario: &Scenario) {
    for one in findings(scenario) {
        assert!(one.says.split_whitespace().count() <= 15, "{}", one.says);
        assert!(one.says.ends_with('.') && one.slot.element(scenario).is_some(), "{}", one.slot);
        assert!(Slot::of_part(scenario, &one.part).is_some(), "{}", one.part);
        let Some(fix) = &one.fix else { continue };
        let edits = fix.edits(scenario).expect("the scenario is as it was");
        let apply = |scenario: Scenario, edit: &Edit| edit::apply(&scenario, edit).map(|edited| edited.scenario);
        let mended = edits.iter().try_fold(scenario.clone(), apply).unwrap_or_else(|why| panic!("{}: {why}", fix.says()));
        let again = findings(&mended).into_iter().find(|other| (other.kind, &other.says) == (one.kind, &one.says));
        assert_eq!(again, None, "{} mends nothing", fix.says());
    }
}

/// What RabbitMQ does with the messages of each circle: they run, without their consumer where nothing is to come back.
#[test]
fn what_is_told_of_a_circle_happens() {
    let mut circles = 0;
    for (name, broker, services, told) in cases() {
        let Some((.., says, _)) = told.into_iter().find(|(kind, ..)| *kind == Kind::DeadLetterCycle) else { continue };
        circles += 1;
        let failing = services.iter().any(|service| service.contains(r#""fails""#));
        let is_unknown = services.is_empty();
        let mut services: Vec<String> = services.into_iter().filter(|service| failing || !service.contains(r#""queue""#)).collect();
        if is_unknown {
            // Where no service is known, any may come.
            let named = |number: usize, (exchange, key)| shop(exchange, key, "").replace("\"shop\"", &format!("\"shop-{number}\""));
            let all = [("x", "order.placed"), ("x", "w.any"), ("", "q")];
            services.extend(all.into_iter().enumerate().map(|(number, to)| named(number, to)));
        }
        let mut world = World::new(scenario(&broker, &services).into(), 1);
        world.run_until(SimTime::from_secs(100), u64::MAX);
        let mut dropped = Vec::new();
        for occurrence in world.drain_occurrences() {
            if let WorldEvent::Broker(Event::Dropped { cause: DropCause::Cycle(reason), .. }) = occurrence.what {
                dropped.push(reason);
            }
        }
        let kept: u64 = world.broker().queues().map(QueueView::dead_letter_pending).sum();
        assert_eq!(says.contains("keeps"), dropped.is_empty() && kept > 0, "{name}: {says} {dropped:?} {kept}");
        assert_eq!(says.contains("drops"), !dropped.is_empty(), "{name}: {says} {kept}");
    }
    assert!(circles >= 5);
}

#[test]
fn a_fix_mends_what_was_found() {
    for (_, broker, services, _) in cases() {
        hold(&scenario(&broker, &services));
    }
    for (_, scenario) in SYSTEMS.iter() {
        hold(scenario);
    }
}

/// What a learner draws: parts are added, connected and removed.
#[derive(Clone, Debug)]
enum Drawn {
    Add(Index),
    Connect(Index, Index),
    Remove(Index),
    /// An entry of a list goes without what refers to it: the scenario of an import may be like that.
    Drop(Index),
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let index = any::<Index>;
    prop_oneof![
        3 => index().prop_map(Drawn::Add),
        6 => (index(), index()).prop_map(|(from, to)| Drawn::Connect(from, to)),
        1 => index().prop_map(Drawn::Remove),
        1 => index().prop_map(Drawn::Drop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_scenario_is_too_strange(start in any::<Index>(), steps in proptest::collection::vec(drawn(), 0..40)) {
        let mut scenario = Scenario::clone(&SYSTEMS[start.index(SYSTEMS.len())].1);
        let mut valid = true;
        for step in steps {
            let parts: Vec<Part> = Part::all(&scenario).collect();
            let edit = match step {
                Drawn::Add(kind) => Edit::Add { kind: PartKind::ALL[kind.index(PartKind::ALL.len())].1, at: Point::default() },
                _ if parts.is_empty() => continue,
                Drawn::Connect(from, to) => {
                    Edit::Connect { from: parts[from.index(parts.len())].clone(), to: parts[to.index(parts.len())].clone() }
                }
                Drawn::Remove(part) => Edit::Remove(parts[part.index(parts.len())].clone()),
                Drawn::Drop(place) => {
                    let broker = &mut scenario.broker;
                    match place.index(3) {
                        0 if !broker.exchanges.is_empty() => drop(broker.exchanges.remove(place.index(broker.exchanges.len()))),
                        1 if !broker.queues.is_empty() => drop(broker.queues.remove(place.index(broker.queues.len()))),
                        _ => drop(scenario.services.pop()),
                    }
                    valid = false;
                    continue;
                }
            };
            if let Ok(edited) = edit::apply(&scenario, &edit) {
                scenario = edited.scenario;
            }
        }
        if valid {
            hold(&scenario);
        } else {
            let _ = findings(&scenario);
        }
    }
}

/// The largest system there may be: each event type has a queue of its own, or every queue gets everything.
/// A search that compared each publish with each binding would not end: the budget says how much is claimed.
#[test]
fn the_largest_system_is_searched_to_its_end() {
    for kind in [ExchangeType::Topic, ExchangeType::Direct, ExchangeType::Fanout] {
        for pattern in ["", ".*"] {
            let services: Vec<String> =
                (0..200).map(|number| shop("x", &format!("event-{number}"), "").replace("shop", &format!("s-{number}"))).collect();
            let queues: Vec<String> = (0..4_700).map(|number| queue(&format!("q-{number}"), r#""x-dead-letter-exchange": "x""#)).collect();
            let mut large = scenario(&broker(&[&X.replace("topic", kind.name())], &queues, &[]), &services);
            large.broker.bindings = (0..10_000)
                .map(|number| BindingSpec {
                    source: "x".into(),
                    destination: BindingTarget::Queue(format!("q-{}", number % 4_700).into()),
                    routing_key: format!("event-{}{pattern}", number % 250).into(),
                    arguments: Table::new(),
                })
                .collect();
            assert_eq!(findings(&large), findings(&large), "{kind:?} {pattern}: what is claimed is no chance");
        }
    }
}
