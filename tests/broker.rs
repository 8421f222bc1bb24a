//! The broker's rules as data.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::Client;
use requeue::base::SimTime;
use requeue::broker::exchange::{headers, topic};
use requeue::broker::{AmqpError, DeathReason, Event, KeptBack, Profile, ReplyCode, Table, Value};
use requeue::formats::broker_script;

#[test]
fn topic_keys() {
    // binding key, routing key, matches (rules 35 to 37)
    let cases = [
        ("order.*", "order.placed", true),
        ("#", "order.placed", true),
        ("order.shipped", "order.placed", false),
        ("order.*", "order.placed.today", false),
        ("order.*", "order", false),
        ("order.*", "order.", true),
        ("order.#", "order", true),
        ("order.#", "order.placed.today", true),
        ("a.#.d", "a.d", true),
        ("a.#.d", "a.b.c.d", true),
        ("a.#.d", "a.b.c", false),
        ("#.d", "d", true),
        ("#.#", "", true),
        ("#", "", true),
        ("", "", true),
        ("", "a", false),
        ("*", "", false),
        ("*.#", "", false),
        ("*", ".", false),
        ("*.*", ".", true),
        ("a..b", "a..b", true),
        ("a.*.b", "a..b", true),
        ("a*", "ab", false),
        ("a*", "a*", true),
        ("Order.*", "order.placed", false),
        ("#.a.#.b.#", "x.a.y.z.b", true),
        ("#.a.#.b.#", "x.b.y.z.a", false),
        ("*.*.c", "a.b.c", true),
    ];
    for (binding_key, routing_key, expected) in cases {
        assert_eq!(topic::matches(binding_key, routing_key), expected, "the definition: {binding_key:?} and {routing_key:?}");
        let mut client = Client::new();
        client.declare_exchange("x", "topic");
        client.declare_queue("q", Table::new());
        client.bind("x", "q", binding_key);
        let routed = client.publish("x", routing_key, "m");
        assert_eq!(!routed.is_empty(), expected, "the exchange: {binding_key:?} and {routing_key:?}");
    }
}

#[test]
fn header_matching() {
    let table = |pairs: &[(&str, Value)]| -> Table { pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect() };
    let text = Value::string;
    // arguments, headers, matches (rules 39 to 42)
    let cases = [
        (table(&[("a", Value::Int(1))]), table(&[("a", Value::Int(1))]), true),
        (table(&[("a", Value::Int(1))]), table(&[("a", Value::Double(1.0))]), false),
        (table(&[("a", Value::Int(1))]), table(&[("a", text("1"))]), false),
        (table(&[("a", Value::Void)]), table(&[("a", text("anything"))]), true),
        (table(&[("a", Value::Void)]), table(&[("b", text("anything"))]), false),
        (table(&[("x-match", text("any")), ("a", Value::Int(1)), ("b", Value::Int(2))]), table(&[("b", Value::Int(2))]), true),
        (table(&[("x-match", text("any")), ("a", Value::Int(1))]), table(&[("b", Value::Int(2))]), false),
        (table(&[("x-match", text("any"))]), table(&[("b", Value::Int(2))]), false),
        (table(&[("x-match", text("all"))]), table(&[]), true),
        (table(&[("x-a", Value::Int(1))]), table(&[]), true),
        (table(&[("x-match", text("all-with-x")), ("x-a", Value::Int(1))]), table(&[]), false),
        (table(&[("x-match", text("any-with-x")), ("x-a", Value::Int(1))]), table(&[("x-a", Value::Int(1))]), true),
    ];
    for (arguments, headers, expected) in cases {
        assert_eq!(headers::matches(&arguments, Some(&headers), Profile::V4_3), expected, "{arguments:?} and {headers:?}");
    }
    // Erlang 27 tells the zeros apart, at any depth.
    for deep in [|value| value, |value| Value::Array(vec![value]), |value| Value::Table([("b".into(), value)].into_iter().collect())] {
        let (arguments, headers) = (table(&[("a", deep(Value::Double(0.0)))]), table(&[("a", deep(Value::Double(-0.0)))]));
        let matching = Profile::ALL.map(|profile| headers::matches(&arguments, Some(&headers), profile));
        assert_eq!(matching, [true, false, false, false], "{arguments:?} and {headers:?}");
    }
}

#[test]
fn two_bindings_one_copy() {
    let mut client = Client::new();
    client.declare_exchange("x", "topic");
    client.declare_queue("q", Table::new());
    client.bind("x", "q", "order.*");
    client.bind("x", "q", "#");
    assert_eq!(client.publish("x", "order.placed", "m"), ["q"]);
    assert_eq!(client.ready("q"), ["m"]);
}

#[test]
fn fanout_direct_and_default_exchanges() {
    let mut client = Client::new();
    client.declare_exchange("events", "fanout");
    client.declare_exchange("orders", "direct");
    for queue in ["audit-queue", "notification-queue", "shipping-queue"] {
        client.declare_queue(queue, Table::new());
        client.bind("events", queue, "ignored");
    }
    client.bind("orders", "notification-queue", "order.placed");
    client.bind("orders", "shipping-queue", "order.shipped");
    assert_eq!(client.publish("events", "whatever", "m"), ["audit-queue", "notification-queue", "shipping-queue"]);
    assert_eq!(client.publish("orders", "order.placed", "m"), ["notification-queue"]);
    assert_eq!(client.publish("", "audit-queue", "m"), ["audit-queue"]);
    assert!(client.publish("orders", "order.returned", "m").is_empty());
}

#[test]
fn a_requeued_message_returns_to_its_place() {
    // which of five deliveries come back, in which order; what the queue then holds (rules 65, 67)
    let cases: [(&[u64], [&str; 5]); 4] = [
        (&[1], ["m1!", "m6", "m7", "m8", "m9"]),
        (&[3, 1], ["m1!", "m3!", "m6", "m7", "m8"]),
        (&[5, 4, 2], ["m2!", "m4!", "m5!", "m6", "m7"]),
        (&[1, 2, 3, 4, 5], ["m1!", "m2!", "m3!", "m4!", "m5!"]),
    ];
    for (tags, expected) in cases {
        let mut client = Client::new();
        client.declare_queue("q", Table::new());
        for number in 1..=9 {
            client.publish("", "q", &format!("m{number}"));
        }
        for _ in 0..5 {
            client.get("q");
        }
        for tag in tags {
            client.nack(*tag, true);
        }
        let held: Vec<String> = client.ready_marked("q");
        assert_eq!(held[..5], expected, "{tags:?}");
    }
}

#[test]
fn a_closed_channel_gives_everything_back_in_order() {
    let mut client = Client::new();
    client.declare_queue("q", Table::new());
    client.qos(3);
    client.consume("q", "c", false);
    for number in 1..=5 {
        client.publish("", "q", &format!("m{number}"));
    }
    assert_eq!(client.ready("q"), ["m4", "m5"]);
    assert_eq!(client.unacked("q"), 3);
    client.close();
    assert_eq!(client.ready_marked("q"), ["m1!", "m2!", "m3!", "m4", "m5"]);
    assert_eq!(client.unacked("q"), 0);
}

#[test]
fn a_lone_consumer_gets_its_nacked_message_again_at_once() {
    let mut client = Client::new();
    client.declare_queue("q", Table::new());
    client.qos(1);
    client.consume("q", "c", false);
    client.publish("", "q", "poison");
    client.publish("", "q", "good");
    for tag in 1..=50 {
        client.nack(tag, true);
        let last = client.deliveries().pop().expect("it comes back");
        assert_eq!((last.0.as_str(), last.1), ("poison", true), "the good one starves");
    }
}

#[test]
fn rejected_without_requeue_goes_to_the_dead_letter_exchange() {
    let mut client = Client::new();
    client.declare_exchange("dlx", "direct");
    client.declare_queue("q.dead", Table::new());
    client.bind("dlx", "q.dead", "q.dead");
    let arguments: Table =
        [("x-dead-letter-exchange".into(), Value::string("dlx")), ("x-dead-letter-routing-key".into(), Value::string("q.dead"))]
            .into_iter()
            .collect();
    client.declare_queue("q", arguments);
    client.publish("", "q", "m");
    client.get("q");
    client.nack(1, false);
    assert_eq!(client.ready("q.dead"), ["m"]);
    let message = client.get("q.dead").expect("it is there");
    let deaths = message.properties.header("x-death").and_then(Value::as_array).expect("x-death is an array");
    let death = deaths[0].as_table().expect("of tables");
    assert_eq!(death.get("reason"), Some(&Value::string("rejected")));
    assert_eq!(death.get("queue"), Some(&Value::string("q")));
    assert_eq!(death.get("count"), Some(&Value::Int(1)));
    assert_eq!(death.get("routing-keys"), Some(&Value::Array(vec![Value::string("q")])));
    assert_eq!(message.properties.header("x-first-death-reason"), Some(&Value::string("rejected")));
    assert!(client.seen.iter().any(|event| matches!(event, Event::DeadLettered { reason: DeathReason::Rejected, .. })));
}

/// At least once: a dead letter is kept, and the broker knows why (rule 129). It learns a new reason with each try.
#[test]
fn a_kept_dead_letter_has_the_reason_of_the_last_try() {
    let mut client = Client::new();
    let arguments = [
        ("x-queue-type", Value::string("quorum")),
        ("x-dead-letter-exchange", Value::string("dlx")),
        ("x-dead-letter-strategy", Value::string("at-least-once")),
        ("x-overflow", Value::string("reject-publish")),
        ("x-message-ttl", Value::Int(1000)),
    ];
    client.declare_queue("q", arguments.into_iter().map(|(name, value)| (name.into(), value)).collect());
    client.publish("", "q", "m");
    let kept =
        |client: &Client| -> Vec<KeptBack> { client.broker.queue("q").expect("it was declared").kept_back().map(|(_, why)| why).collect() };
    assert_eq!(kept(&client), []);
    client.pass_to(SimTime::from_secs(2));
    assert_eq!(kept(&client), [KeptBack::NoExchange]);
    client.declare_exchange("dlx", "fanout");
    client.pass_to(SimTime::from_secs(182));
    assert_eq!(kept(&client), [KeptBack::NoRoute]);
    client.bind("dlx", "q", "");
    client.pass_to(SimTime::from_secs(362));
    assert_eq!(kept(&client), [KeptBack::Cycle]);
    let full: Table =
        [("x-max-length".into(), Value::Int(0)), ("x-overflow".into(), Value::string("reject-publish"))].into_iter().collect();
    client.declare_queue("full", full);
    client.bind("dlx", "full", "");
    client.pass_to(SimTime::from_secs(542));
    assert_eq!(kept(&client), [KeptBack::TargetRefuses]);
}

#[test]
fn messages_expire_at_the_head_only() {
    let mut client = Client::new();
    client.declare_queue("q", Table::new());
    client.publish_expiring("q", "slow", "30000");
    client.publish_expiring("q", "fast", "1000");
    client.pass_to(SimTime::from_secs(2));
    assert_eq!(client.ready("q"), ["slow", "fast"], "what stands behind a live head waits (rule 96)");
    client.pass_to(SimTime::from_secs(30));
    assert!(client.ready("q").is_empty());
}

#[test]
fn mistakes_are_answered_as_rabbitmq_does() {
    type Mistake = fn(&mut Client) -> AmqpError;
    let cases: [(Mistake, ReplyCode, &str); 6] = [
        (|client| client.try_publish("missing", "k"), ReplyCode::NotFound, "NOT_FOUND - no exchange 'missing' in vhost '/'"),
        (|client| client.try_get("missing"), ReplyCode::NotFound, "NOT_FOUND - no queue 'missing' in vhost '/'"),
        (|client| client.try_ack(7), ReplyCode::PreconditionFailed, "PRECONDITION_FAILED - unknown delivery tag 7"),
        (
            |client| client.try_declare_exchange("x", "fanout"),
            ReplyCode::PreconditionFailed,
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'fanout' but current is 'direct'",
        ),
        (
            |client| client.try_declare_exchange("amq.mine", "direct"),
            ReplyCode::AccessRefused,
            "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'",
        ),
        (
            |client| client.try_declare_exchange("", "direct"),
            ReplyCode::AccessRefused,
            "ACCESS_REFUSED - operation not permitted on the default exchange",
        ),
    ];
    for (mistake, expected_code, expected_text) in cases {
        let mut client = Client::new();
        client.declare_exchange("x", "direct");
        let AmqpError::Refused { code, text } = mistake(&mut client) else { panic!("the broker refuses") };
        assert_eq!((code, text.as_str()), (expected_code, expected_text));
        assert!(matches!(client.try_get("any"), AmqpError::NotOpen(_)), "the channel is closed by then");
    }
}

/// Two consumers of one tag on a channel, and a delivery of a queue that was deleted: a settlement of many takes from each consumer what
/// that one holds. Nothing that is counted becomes less than nothing.
#[test]
fn each_consumer_of_a_tag_settles_its_own() {
    let script = r#"{"script": 1, "profile": "PROFILE", "steps": [
        {"op": "queue.declare", "queue": "q", "durable": true, "channel": "p", "arguments": {"x-queue-type": "quorum"}},
        {"op": "basic.qos", "prefetch_count": 5, "channel": "a"},
        {"op": "basic.consume", "queue": "q", "consumer_tag": "t", "channel": "a"},
        {"op": "basic.publish", "routing_key": "q", "body": "m0", "channel": "p"},
        {"op": "queue.delete", "queue": "q", "channel": "p"},
        {"op": "queue.declare", "queue": "q", "durable": true, "channel": "p",
            "arguments": {"x-queue-type": "quorum", "x-single-active-consumer": true}},
        {"op": "basic.consume", "queue": "q", "consumer_tag": "t", "channel": "a"},
        {"op": "basic.publish", "routing_key": "q", "body": "m1", "channel": "p"},
        {"op": "basic.cancel", "consumer_tag": "t", "channel": "a"},
        {"op": "basic.consume", "queue": "q", "consumer_tag": "b", "channel": "a"},
        {"op": "basic.consume", "queue": "q", "consumer_tag": "t", "channel": "a"},
        {"op": "basic.cancel", "consumer_tag": "b", "channel": "a"},
        {"op": "basic.publish", "routing_key": "q", "body": "m2", "channel": "p"},
        {"op": "basic.ack", "of": {"delivery": ["t", 2]}, "multiple": true, "channel": "a"},
        {"op": "queue.declare", "queue": "q", "passive": true, "channel": "p"}]}"#;
    for profile in ["3.13", "4.0", "4.3"] {
        let script = broker_script::read(&script.replace("PROFILE", profile)).expect("a script");
        let lines: Vec<String> = broker_script::run(&script).iter().map(broker_script::Line::to_json).collect();
        let acked = lines.iter().find(|line| line.contains("\"basic.ack\"")).expect("a settlement");
        assert!(acked.contains(r#""result":{"ok":{}}"#), "{profile}: {lines:#?}");
        let last = lines.iter().rfind(|line| line.contains("\"queue.declare\"")).expect("a look at the queue");
        assert!(last.contains(r#""message_count":1"#), "no consumer is active: {profile}: {last}"); // rule 84
    }
}
