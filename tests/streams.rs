//! Streams: a test for each thing that makes them what they are, on each profile where versions differ; and what programs make of them.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::sync::Arc;

use common::Client;
use requeue::base::SimTime;
use requeue::broker::{
    ApplyTo, BasicConsume, BasicPublish, Body, Broker, Capabilities, DropCause, Event, Method, Policy, Profile, Properties, ReadEnd, Table,
    Value,
};
use requeue::formats::scenario_file;
use requeue::scenario::Scenario;
use requeue::sim::World;
use serde_json::{Value as Json, json};

fn table(pairs: &[(&str, Value)]) -> Table {
    pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect()
}

/// A client of a broker with the stream `s`.
fn stream(profile: Profile, arguments: &[(&str, Value)]) -> Client {
    let mut broker = Broker::new(profile);
    let connection = broker.open_connection(Capabilities::default());
    let channel = broker.open_channel(SimTime::ZERO, connection).expect("a new connection takes a channel");
    let mut client = Client { broker, connection, channel, now: SimTime::ZERO, seen: Vec::new() };
    let mut all = table(arguments);
    all.insert("x-queue-type".into(), Value::string("stream"));
    client.declare_queue("s", all);
    client
}

fn publish(client: &mut Client, body: &str) {
    client.publish("", "s", body);
}

fn publish_all(client: &mut Client, bodies: &[&str]) {
    for body in bodies {
        publish(client, body);
    }
}

fn publish_large(client: &mut Client, id: &str) {
    let publish = BasicPublish {
        exchange: "".into(),
        routing_key: "s".into(),
        mandatory: false,
        immediate: false,
        properties: Properties::default().into(),
        body: Body::Sized { bytes: 900, id: id.into() },
    };
    client.apply(Method::BasicPublish(publish)).expect("it is published");
}

fn read(client: &mut Client, tag: &str, prefetch: u16, arguments: Table) -> Vec<u64> {
    client.qos(prefetch);
    let before = client.seen.len();
    let consume = BasicConsume { queue: "s".into(), consumer_tag: tag.into(), no_ack: false, exclusive: false, arguments };
    client.apply(Method::BasicConsume(consume)).expect("it may read");
    offsets(client, before)
}

fn read_from(client: &mut Client, tag: &str, prefetch: u16, offset: Value) -> Vec<u64> {
    read(client, tag, prefetch, table(&[("x-stream-offset", offset)]))
}

/// Of the deliveries since.
fn offsets(client: &Client, before: usize) -> Vec<u64> {
    let delivered = client.seen[before..].iter().filter_map(|event| match event {
        Event::Delivered(delivered) => delivered.offset,
        _ => None,
    });
    delivered.collect()
}

fn ack(client: &mut Client, delivery_tag: u64) -> Vec<u64> {
    let before = client.seen.len();
    client.apply(Method::BasicAck { delivery_tag, multiple: false }).expect("it was delivered");
    offsets(client, before)
}

fn in_order(client: &Client) {
    assert_eq!(client.broker.broken_invariants(client.now), [""; 0]);
}

/// The log: 0 at 0 s; 1 at 1 s; 2 and 3 in one transaction at 2 s; 4 at 3 s.
fn five(profile: Profile) -> Client {
    let mut client = stream(profile, &[]);
    publish(&mut client, "m0");
    client.pass_to(SimTime::from_secs(1));
    publish(&mut client, "m1");
    client.pass_to(SimTime::from_secs(2));
    client.apply(Method::TxSelect).expect("it is a channel");
    publish(&mut client, "m2");
    publish(&mut client, "m3");
    client.apply(Method::TxCommit).expect("it commits");
    client.pass_to(SimTime::from_secs(3));
    publish(&mut client, "m4");
    client.apply(Method::TxCommit).expect("it commits");
    client
}

#[test]
fn a_reader_starts_where_it_asks_to() {
    // offset, what it is given (rule 161)
    let cases: [(Value, &[u64]); 14] = [
        (Value::string("first"), &[0, 1, 2, 3, 4]),
        (Value::string("last"), &[4]),
        (Value::string("next"), &[]),
        (Value::Int(0), &[0, 1, 2, 3, 4]),
        (Value::Int(-1), &[0, 1, 2, 3, 4]),
        (Value::Int(3), &[3, 4]),
        (Value::Int(5), &[]),
        (Value::Int(99), &[]),
        (Value::Timestamp(0), &[0, 1, 2, 3, 4]),
        (Value::Timestamp(2), &[2, 3, 4]),
        (Value::Timestamp(99), &[]),
        (Value::string("1s"), &[2, 3, 4]),
        (Value::string("2s"), &[1, 2, 3, 4]),
        (Value::string("1h"), &[0, 1, 2, 3, 4]),
    ];
    for profile in Profile::ALL {
        for (offset, expected) in &cases {
            let mut client = five(profile);
            assert_eq!(read_from(&mut client, "r", 10, offset.clone()), *expected, "{offset} on {profile}");
            in_order(&client);
        }
        let mut client = five(profile);
        assert_eq!(read(&mut client, "r", 10, Table::new()), [0; 0], "without an offset it is the next");
    }
}

#[test]
fn a_reader_beyond_the_end_waits_for_its_offset() {
    let mut client = five(Profile::V4_0);
    read_from(&mut client, "r", 10, Value::Int(6));
    let before = client.seen.len();
    for body in ["m5", "m6", "m7"] {
        publish(&mut client, body);
        client.apply(Method::TxCommit).expect("it commits");
    }
    assert_eq!(offsets(&client, before), [6, 7]);
}

#[test]
fn the_last_is_the_first_of_the_last_chunk() {
    for profile in Profile::ALL {
        let mut client = stream(profile, &[]);
        assert_eq!(read_from(&mut client, "empty", 10, Value::string("last")), [0; 0], "an empty stream has none: the next");
        publish(&mut client, "m0");
        client.apply(Method::TxSelect).expect("it is a channel");
        publish_all(&mut client, &["m1", "m2", "m3"]);
        client.apply(Method::TxCommit).expect("it commits");
        assert_eq!(read_from(&mut client, "r", 10, Value::string("last")), [1, 2, 3], "{profile}");
    }
}

/// Rule 164: more than the credit until 3.13; what was too much is paid back first.
#[test]
fn until_3_13_a_reader_is_given_whole_chunks() {
    // profile, what a prefetch of 1 brings, what each of three acknowledgements brings
    let cases = [
        (Profile::V3_13, vec![2, 3], [vec![], vec![4], vec![]]),
        (Profile::V4_0, vec![2], [vec![3], vec![4], vec![]]),
        (Profile::V4_3, vec![2], [vec![3], vec![4], vec![]]),
    ];
    for (profile, first, then) in cases {
        let mut client = five(profile);
        client.apply(Method::TxCommit).expect("it commits");
        let mut other = client.broker.open_channel(client.now, client.connection).expect("there is room");
        std::mem::swap(&mut other, &mut client.channel);
        assert_eq!(read_from(&mut client, "r", 1, Value::Int(2)), first, "{profile}");
        for (tag, expected) in (1..).zip(then) {
            assert_eq!(ack(&mut client, tag), expected, "{profile}, acknowledgement {tag}");
            in_order(&client);
        }
    }
}

#[test]
fn whatever_is_said_of_a_delivery_gives_credit_and_moves_nothing() {
    let settle = [
        (Method::BasicAck { delivery_tag: 1, multiple: false }, ReadEnd::Acknowledged),
        (Method::BasicNack { delivery_tag: 1, multiple: false, requeue: true }, ReadEnd::Refused),
        (Method::BasicNack { delivery_tag: 1, multiple: false, requeue: false }, ReadEnd::Refused),
        (Method::BasicReject { delivery_tag: 1, requeue: true }, ReadEnd::Refused),
        (Method::BasicReject { delivery_tag: 1, requeue: false }, ReadEnd::Refused),
        (Method::BasicRecover { requeue: true }, ReadEnd::Recovered),
    ];
    for (method, end) in settle {
        let mut client = stream(Profile::V4_0, &[]);
        publish_all(&mut client, &["m0", "m1"]);
        assert_eq!(read_from(&mut client, "r", 1, Value::string("first")), [0]);
        let before = client.seen.len();
        client.apply(method).expect("it was delivered");
        assert_eq!(offsets(&client, before), [1], "{end:?} gives credit");
        let told: Vec<ReadEnd> =
            client.seen.iter().filter_map(|event| if let Event::Read { end, .. } = event { Some(*end) } else { None }).collect();
        assert_eq!(told, [end]);
        assert_eq!(client.ready("s"), ["m0", "m1"], "the stream keeps both");
        in_order(&client);
    }
}

#[test]
fn each_reader_reads_everything_at_its_own_pace() {
    let mut client = stream(Profile::V4_0, &[]);
    publish_all(&mut client, &["m0", "m1", "m2"]);
    read_from(&mut client, "fast", 10, Value::string("first"));
    read_from(&mut client, "slow", 1, Value::string("first"));
    publish(&mut client, "m3");
    assert_eq!(read_from(&mut client, "late", 10, Value::string("first")), [0, 1, 2, 3]);
    let queue = client.broker.queue("s").expect("it is there");
    let readers: Vec<_> = client.broker.readers_of(queue).map(|reader| (&**reader.tag, reader.next, reader.lag, reader.unacked)).collect();
    assert_eq!(readers, [("fast", 4, 0, 4), ("slow", 1, 3, 1), ("late", 4, 0, 4)]);
    assert_eq!((queue.ready(), queue.unacked(), queue.total()), (4, 9, 4), "what readers hold is still in the stream");
}

#[test]
fn a_reader_that_ends_leaves_the_stream_as_it_was() {
    let mut client = stream(Profile::V4_0, &[]);
    publish_all(&mut client, &["m0", "m1"]);
    read_from(&mut client, "r", 2, Value::string("first"));
    client.close();
    assert_eq!(client.ready_marked("s"), ["m0", "m1"], "nothing is requeued or redelivered");
    let gone = client.seen.iter().filter(|event| matches!(event, Event::Read { end: ReadEnd::Gone, .. })).count();
    assert_eq!(gone, 2);
    in_order(&client);
}

fn retired(client: &Client) -> usize {
    let gone = |cause: &DropCause| matches!(cause, DropCause::Retired | DropCause::RetiredUnread);
    client.seen.iter().filter(|event| matches!(event, Event::Dropped { cause, .. } if gone(cause))).count()
}

fn first_offset(client: &Client) -> u64 {
    client.broker.queue("s").and_then(requeue::broker::view::QueueView::log).expect("it is a stream").first
}

/// Rule 163: 3,000 bytes are three of these messages, and a new segment takes an offset.
#[test]
fn retention_by_size_removes_whole_segments_whoever_still_reads() {
    let bytes = Value::Int(3_000);
    let mut client = stream(Profile::V4_0, &[("x-stream-max-segment-size-bytes", bytes), ("x-max-length-bytes", Value::Int(8_500))]);
    publish_large(&mut client, "z0");
    let mut gone = Vec::new();
    assert_eq!(read_from(&mut client, "slow", 1, Value::string("first")), [0]);
    for number in 1..13 {
        publish_large(&mut client, &format!("z{number}"));
        gone.push(retired(&client));
    }
    assert_eq!(gone, [0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 6, 6], "three at a time, when another segment begins");
    assert_eq!(first_offset(&client), 8);
    assert_eq!(ack(&mut client, 1), [8], "the reader goes on at what is left");
    in_order(&client);
}

#[test]
fn retention_by_age_looks_at_new_segments_and_every_hour_and_keeps_the_last() {
    let arguments = [("x-stream-max-segment-size-bytes", Value::Int(3_000)), ("x-max-age", Value::string("10m"))];
    let mut client = stream(Profile::V4_0, &arguments);
    (0..4).for_each(|number| publish_large(&mut client, &format!("z{number}")));
    assert_eq!(client.broker.next_deadline(), Some(SimTime::from_secs(3_600)), "the stream looks again an hour after its second segment");
    client.pass_to(SimTime::from_secs(1_800));
    assert_eq!(retired(&client), 0, "too old, but nobody has looked");
    client.pass_to(SimTime::from_secs(3_600));
    assert_eq!(retired(&client), 3);
    client.pass_to(SimTime::from_secs(36_000));
    assert_eq!((retired(&client), client.ready("s").len()), (3, 1), "the segment that is written to stays");
    (4..7).for_each(|number| publish_large(&mut client, &format!("z{number}")));
    assert_eq!(retired(&client), 3, "its last message is young");
}

#[test]
fn a_policy_goes_before_the_argument_and_passes_by_with_a_foreign_key() {
    // definition, for, how many messages go
    let cases = [
        (table(&[("max-length-bytes", Value::Int(100))]), ApplyTo::Queues, 3),
        (table(&[("max-length-bytes", Value::Int(100))]), ApplyTo::Streams, 3),
        (table(&[("max-length-bytes", Value::Int(100))]), ApplyTo::All, 3),
        (table(&[("max-length-bytes", Value::Int(100))]), ApplyTo::ClassicQueues, 0),
        (table(&[("max-length-bytes", Value::Int(100))]), ApplyTo::QuorumQueues, 0),
        (table(&[("max-length-bytes", Value::Int(100)), ("message-ttl", Value::Int(5))]), ApplyTo::Queues, 0),
        (table(&[("max-age", Value::string("1s"))]), ApplyTo::Queues, 3),
    ];
    for (definition, apply_to, expected) in cases {
        let arguments = [("x-stream-max-segment-size-bytes", Value::Int(3_000)), ("x-max-length-bytes", Value::Int(1_000_000))];
        let mut client = stream(Profile::V4_0, &arguments);
        (0..4).for_each(|number| publish_large(&mut client, &format!("z{number}")));
        client.pass_to(SimTime::from_secs(5));
        let told = format!("{definition:?} for {apply_to:?}");
        let policy = Policy { name: "p".into(), pattern: "^s$".into(), apply_to, definition, priority: 0, operator: false };
        client.broker.set_policy(client.now, policy).expect("it is a policy");
        client.pass_to(SimTime::from_secs(5));
        assert_eq!(retired(&client), expected, "{told}");
    }
}

#[test]
fn neither_time_nor_length_nor_priority_takes_a_message_from_a_stream() {
    let mut client = stream(Profile::V4_0, &[]);
    client.publish_expiring("s", "m0", "1");
    client.pass_to(SimTime::from_secs(60));
    assert_eq!(client.ready("s"), ["m0"]);
    assert_eq!(client.broker.next_deadline(), None);
}

#[test]
fn a_restart_keeps_the_log_and_its_numbers() {
    let mut client = stream(Profile::V4_0, &[]);
    publish_all(&mut client, &["m0", "m1"]);
    read_from(&mut client, "r", 2, Value::string("first"));
    client.broker.restart(client.now);
    client.connection = client.broker.open_connection(Capabilities::default());
    client.channel = client.broker.open_channel(client.now, client.connection).expect("it takes a channel");
    publish(&mut client, "m2");
    assert_eq!(read_from(&mut client, "r", 9, Value::string("first")), [0, 1, 2]);
    in_order(&client);
}

/// A scenario with the stream `log`, a program that writes to it twice a second, and readers.
fn scenario(arguments: &Json, readers: &[Json], faults: &[&str]) -> Arc<Scenario> {
    let mut of_stream = json!({ "x-queue-type": "stream" });
    if let (Some(all), Some(more)) = (of_stream.as_object_mut(), arguments.as_object()) {
        all.extend(more.clone());
    }
    let reader = |(number, on): (usize, &Json)| {
        let mut on = on.clone();
        on["queue"] = json!("log");
        json!({
            "name": format!("reader-{number}"),
            "at": [0, 0],
            "reconnect_ms": 1000,
            "handlers": [{ "on": on, "steps": [{ "do": "work", "ms": 100 }, { "do": "effect", "what": format!("read {number}"), "of": "n" }] }],
        })
    };
    let publish = json!({ "do": "publish", "exchange": "", "routing_key": "log", "payload": { "n": "{n}" } });
    let writer = json!({ "name": "writer", "at": [0, 0], "handlers": [{ "on": { "every_ms": 500 }, "steps": [publish] }] });
    let services: Vec<Json> = std::iter::once(writer).chain(readers.iter().enumerate().map(reader)).collect();
    let text = json!({
        "requeue": 1,
        "title": "t",
        "network": { "latency_ms": 1 },
        "broker": { "queues": [{ "name": "log", "at": [0, 0], "arguments": of_stream }] },
        "services": services,
        "faults": faults,
    });
    Arc::new(scenario_file::read(&text.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

fn run(scenario: &Arc<Scenario>, seconds: u64) -> World {
    let mut world = World::new(scenario.clone(), 1);
    world.run_until(SimTime::from_secs(seconds), u64::MAX);
    world
}

#[test]
fn the_ledger_holds_for_a_stream() {
    let arguments = [json!({}), json!({ "x-stream-max-segment-size-bytes": 2_000, "x-max-length-bytes": 6_000 })];
    let readers = [
        json!({ "prefetch": 5, "offset": "first" }),
        json!({ "prefetch": 1, "offset": "stored" }),
        json!({ "prefetch": 20, "offset": "last" }),
    ];
    let faults = ["kill reader-0 at 9s for 3s", "kill reader-1 at 15s for 10s", "kill reader-2 at 30s", "restart broker at 40s for 2s"];
    for arguments in arguments {
        let scenario = scenario(&arguments, &readers, &faults);
        for seconds in [1, 10, 20, 31, 60] {
            let world = run(&scenario, seconds);
            let ledger = world.ledger();
            assert_eq!(ledger.imbalances(), [""; 0], "{arguments}, after {seconds} s");
            let copies = ledger.queues.get("log").expect("it has copies");
            let reads = copies.reads.expect("it is a stream");
            assert_eq!(copies.delivered, reads.settled + reads.broken_off + reads.out);
            assert_eq!(copies.arrived, copies.ready + copies.retired + copies.dropped_total());
            assert_eq!(copies.lost_in_total(), 0, "a reader acknowledged what is gone");
        }
    }
}

/// What goes with an old segment, with the stream or by hand is lost if no reader acknowledged it, and only then.
#[test]
fn what_no_reader_acknowledged_is_lost_with_its_segment_or_its_stream() {
    let small = json!({ "x-stream-max-segment-size-bytes": 2_000, "x-max-length-bytes": 6_000 });
    // arguments, readers, faults; whether something is retired, and lost
    let reader = || json!({ "prefetch": 10, "offset": "first" });
    let cases = [
        (small.clone(), vec![], vec![], false, true),
        (small.clone(), vec![reader()], vec![], true, false),
        (small.clone(), vec![reader(), json!({ "prefetch": 1, "offset": "next" })], vec!["kill reader-1 at 0s"], true, false),
        (small, vec![json!({ "prefetch": 10 })], vec!["kill reader-0 at 0s for 40s"], true, true),
        (json!({}), vec![], vec!["delete queue log at 30s"], false, true),
        (json!({}), vec![reader()], vec!["delete queue log at 30s"], true, false),
        (json!({}), vec![reader()], vec!["kill reader-0 at 20s", "delete queue log at 30s"], true, true),
    ];
    for (arguments, readers, faults, retired, lost) in cases {
        let scenario = scenario(&arguments, &readers, &faults);
        let world = run(&scenario, 60);
        let ledger = world.ledger();
        let copies = ledger.queues.get("log").expect("it has copies");
        let told = format!("{arguments} {readers:?} {faults:?}: {copies:?}");
        assert_eq!(ledger.imbalances(), [""; 0], "{told}");
        assert_eq!((copies.retired > 0, copies.lost_in_total() > 0), (retired, lost), "{told}");
        assert_eq!(copies.retired + copies.dropped_total() + copies.ready, copies.arrived, "{told}");
    }
}

/// What a reader misses or reads twice when it dies hangs on where it starts again.
#[test]
fn a_reader_that_starts_again_starts_where_it_says() {
    // offset, how much of what was written it has done by the end: less, all, more
    let cases = [
        (json!("next"), std::cmp::Ordering::Less),
        (json!("stored"), std::cmp::Ordering::Equal),
        (json!("first"), std::cmp::Ordering::Greater),
    ];
    for (offset, expected) in cases {
        let scenario = scenario(&json!({}), &[json!({ "prefetch": 1, "offset": offset })], &["kill reader-0 at 20300ms for 10s"]);
        let world = run(&scenario, 60);
        let ledger = world.ledger();
        let (done, written) = (ledger.business.times_done("read 0"), ledger.messages.published);
        let all = if done.abs_diff(written) <= 1 { std::cmp::Ordering::Equal } else { done.cmp(&written) };
        assert_eq!(all, expected, "{offset}: {done} of {written}");
    }
}

/// The report, and the page, tell of each reader what the broker knows of it.
#[test]
fn readers_are_told_of_with_their_offsets_and_lags() {
    use requeue::app::replay::{self, Reader};
    use requeue::formats::report;
    let readers = [json!({ "prefetch": 10, "offset": "first" }), json!({ "prefetch": 1, "offset": "first" }), json!({ "prefetch": 3 })];
    let scenario = scenario(&json!({}), &readers, &["slow reader-1 100x at 0s for 60s", "kill reader-2 at 8s"]);
    let world = run(&scenario, 20);
    let written = world.ledger().messages.published;
    let told = replay::readers(&world);
    let told: Vec<(&str, u64, bool)> = told.iter().map(|Reader { name, next, lag, .. }| (&**name, next + lag, *lag > 0)).collect();
    assert_eq!(told, [("reader-0", written, false), ("reader-1", written, true)], "one has caught up, one has not, one is gone");
    let text = report::text(&world, &[]);
    let json: Json = serde_json::from_str(&report::json(&world, &[])).expect("it is JSON");
    let log = &json["queues"][0];
    assert_eq!((&log["name"], &log["next_offset"], &log["retired"]), (&json!("log"), &json!(written), &json!(0)));
    for (number, reader) in replay::readers(&world).iter().enumerate() {
        assert_eq!(reader.service.map(|name| &**name), Some(&*reader.name));
        let said = format!("{}: offset {}, lag {}, unacked {}", reader.name, reader.next, reader.lag, reader.unacked);
        assert!(text.contains(&said), "{said} in {text}");
        let Reader { name, next, lag, unacked, .. } = reader;
        assert_eq!(log["readers"][number], json!({ "name": name, "offset": next, "lag": lag, "unacked": unacked }));
    }
}

#[test]
fn a_reader_replays_from_an_offset() {
    use requeue::app::{EditAction, replay};
    use requeue::scenario::edit::{Edit, apply};
    let scenario = scenario(&json!({}), &[json!({ "prefetch": 10 })], &[]);
    for (offset, expected) in [(0, json!("first")), (7, json!(7))] {
        let replayed = replay::from(&scenario, &"reader-0".into(), &"log".into(), offset);
        let Some(EditAction::Apply(edit @ Edit::Put { .. })) = replayed else { panic!("it reads the stream") };
        let new = apply(&scenario, &edit).expect("it may read from there").scenario;
        let text = scenario_file::write(&new);
        let json: Json = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(json["services"][1]["handlers"][0]["on"]["offset"], expected);
    }
    assert!(replay::from(&scenario, &"writer".into(), &"log".into(), 0).is_none(), "it reads no stream");
    for (typed, offset) in [("", 5), (" 12 ", 12), ("0", 0), ("soon", 5), ("-1", 5)] {
        assert_eq!(replay::typed(typed, 5), offset, "{typed}: without a number from the oldest message");
    }
}
