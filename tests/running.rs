//! A broker that runs: `requeue snapshot` and `requeue watch` on a real one, and the logs of its traces.
//!
//! Where a real RabbitMQ is at hand (`REQUEUE_AMQP`, `REQUEUE_MANAGEMENT`, `REQUEUE_RABBITMQCTL`), our own client is the traffic there.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "tests are told by their environment, and wait for a real broker")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use requeue::base::{SimTime, limits};
use requeue::broker::{Event, Name, Properties, Value};
use requeue::cli::real::{self, Address, RealBroker};
use requeue::formats::capture::replay::replay;
use requeue::formats::capture::{self, By, Capture, Consumer, Record, Seen, Source, What, file, tracing};
use requeue::formats::{broker_script, recording_file, scenario_file};
use requeue::scenario::{Scenario, Trigger, validate};
use requeue::sim::biography::biography;
use requeue::sim::{Input, Observed, Recording, Settles, Timeline, World, WorldEvent};
use serde_json::{Value as Json, json};

const TEXT: &str = include_str!("running/trace.log");
const OLD_TEXT: &str = include_str!("running/trace-3.8.log");
const JSON: &str = include_str!("running/trace.json.log");

fn read(text: &str) -> Capture {
    assert!(capture::is_one(text));
    capture::read(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// What happened, a line each: `12 + m0 orders:order.placed > work` and `15 work > m0`.
fn told(capture: &Capture) -> Vec<String> {
    let all = capture.records.iter().filter_map(|record| {
        let at = record.at.as_millis();
        match &record.what {
            What::Published { message, queues, .. } => {
                let seen = &capture.messages[*message];
                let key = seen.routing_keys.first().cloned().unwrap_or_default();
                Some(format!("{at} + m{message} {}:{key} > {}", seen.exchange, queues.join(",")))
            }
            What::Delivered { message, queue, redelivered, deaths, .. } => {
                let again = if *redelivered == Some(true) { " again" } else { "" };
                let died: Vec<String> = deaths.iter().map(|death| format!(" {} in {}", death.reason, death.queue)).collect();
                Some(format!("{at} {queue} > m{message}{again}{}", died.concat()))
            }
            What::Depths(_) | What::Consumers(_) => None,
        }
    });
    all.collect()
}

#[test]
fn the_texts_of_rabbitmq_tracing_are_read() {
    let seen = read(TEXT);
    assert_eq!(seen.source, Source::TracingText);
    assert_eq!(seen.vhost.as_deref(), Some("/"));
    assert_eq!(seen.began.as_deref(), Some("2025-03-26T10:50:41.862+00:00"));
    assert_eq!(
        told(&seen),
        [
            "0 + m0 orders:order.placed > work,audit",
            "3 work > m0",
            "3 audit > m0",
            "1138 + m1 :nowhere > ",
            // The payload holds what looks like a record.
            "2138 + m2 orders:order.paid > work",
            "2150 work > m2",
            "5150 dead > m2 rejected in work",
        ]
    );
    let placed = &seen.messages[0];
    assert_eq!(placed.properties.message_id.as_deref(), Some("e-1"));
    assert_eq!((placed.properties.delivery_mode, placed.bytes), (Some(2), 22));
    // Names of headers are known. What the programs wrote there is not kept, and neither is the payload.
    assert_eq!(placed.headers.get("tenant"), Some(&Value::Void));
    assert_eq!(placed.payload, None);
    assert!(!format!("{seen:?}").contains("acme"));
    assert_eq!(seen.programs, [None, None, Some("order-service".into())]);
}

#[test]
fn times_before_rabbitmq_3_11_are_read() {
    let seen = read(OLD_TEXT);
    assert_eq!(told(&seen), ["0 + m0 orders:order.placed > work", "1007 work > m0"]);
    assert_eq!(tracing::time("2025-03-26 9:50:41:862"), tracing::time("2025-03-26T10:50:41.862+01:00"));
    assert_eq!(tracing::time("2024-02-29T00:00:00.000Z").map(|at| at + SimTime::from_secs(86_400)), tracing::time("2024-03-01T00:00:00Z"));
    assert_eq!(tracing::time("2024-12-31T23:30:00-01:00"), tracing::time("2025-01-01T00:30:00.000000+00:00"));
    for text in [
        "",
        "2025",
        "2025-13-01T00:00:00Z",
        "2025-03-26T24:00:00Z",
        "2025-03-26T10:50:41.é",
        "99999999999999999999-01-01T0:0:0Z",
        "2025-03-26T10:50:41+99:00",
    ] {
        assert_eq!(tracing::time(text), None, "{text}");
    }
}

#[test]
fn the_json_of_rabbitmq_tracing_is_read() {
    let seen = read(JSON);
    assert_eq!(seen.source, Source::TracingJson);
    assert_eq!(told(&seen), ["0 + m0 orders:order.placed > work,audit", "3 work > m0", "12 audit > m0"]);
    assert_eq!(seen.messages[0].bytes, 22);
    assert!(!format!("{seen:?}").contains("acme"));
}

#[test]
fn what_is_no_log_says_in_which_line() {
    let broken = |from: &str, to: &str| {
        let text = TEXT.replacen(from, to, 1);
        assert_ne!(text, TEXT);
        capture::read(&text).expect_err("it is broken")[0].to_string()
    };
    assert_eq!(broken("Channel:      1\n", "Channel:      one\n"), "line 9: the number of a channel is none");
    assert_eq!(broken("[<<\"order.placed\">>]", "[<<\"order.placed\">>"), "line 11: Routing keys: a comma or a bracket is missing");
    assert_eq!(broken("Connection:   127", "Somewhere:    127"), "line 3: the record has no \"Connection:\"");
    let broken = |line: &str| capture::read(&format!("{JSON}\n{line}\n")).expect_err("it is broken")[0].to_string();
    assert!(broken("{").starts_with("line 5: this is not JSON"), "{}", broken("{"));
    assert_eq!(broken("{\"timestamp\":\"now\"}"), "line 5: \"timestamp\" is no time of a trace");
}

#[test]
fn a_capture_is_written_and_read_again() {
    for text in [TEXT, OLD_TEXT, JSON] {
        let seen = read(text);
        assert_eq!(read(&file::write(&seen)), seen);
    }
    let text = file::write(&read(TEXT));
    let cut = &text[..text.len() - 20];
    assert_eq!(read(cut).notes, ["The last line of the file is cut off."]);
    let newer = text.replacen("\"requeue_capture\": 1", "\"requeue_capture\": 2", 1);
    assert!(capture::read(&newer).expect_err("it is of tomorrow")[0].to_string().contains("this Requeue reads format 1"));
    let wrong = |line: &str| capture::read(&format!("{text}{line}\n")).expect_err("it is wrong")[0].to_string();
    let number = text.lines().count() + 1;
    assert!(wrong(r#"{"at_ms":1,"note":"early"}"#).starts_with(&format!("line {number}: records are given in the order")));
    assert!(
        wrong(r#"{"at_ms":9000,"message":9,"published":{"by":[0,1]}}"#)
            .starts_with(&format!("line {number}, message: expected a whole number from 0 to 3"))
    );
    assert!(
        wrong(r#"{"at_ms":9000,"message":0,"published":{"by":[7,1]}}"#).contains("published.by[0]: expected a whole number from 0 to 2")
    );
    assert!(wrong(r#"{"at_ms":9000}"#).contains("a line has one of"));
}

#[test]
fn too_many_records_are_refused() {
    let mut text = file::write_head(&Capture::default());
    for number in 0..=limits::CAPTURED {
        writeln!(text, "{{\"at_ms\":{number},\"depths\":{{\"q\":[1,0]}}}}").expect("a text takes it");
    }
    let problems = capture::read(&text).expect_err("too many");
    assert!(problems[0].to_string().contains("50,001 records of a capture are more than 50,000"), "{problems:?}");
}

/// Of messages that are alike, the oldest is delivered first; a redelivery is of one that was delivered.
#[test]
fn messages_that_are_alike_are_told_apart_by_their_order() {
    use requeue::formats::capture::matching::Matcher;
    let (work, dead): (Name, Name) = ("work".into(), "dead".into());
    let mut matcher = Matcher::default();
    let published: Vec<usize> = (0..3).map(|_| matcher.published(7, std::slice::from_ref(&work))).collect();
    assert_eq!(published, [0, 1, 2]);
    let mut delivered = |queue: &Name, redelivered| matcher.delivered(7, queue, redelivered);
    assert_eq!(delivered(&work, Some(false)), (0, false));
    assert_eq!(delivered(&work, Some(true)), (0, false));
    assert_eq!(delivered(&work, Some(false)), (1, false));
    assert_eq!(delivered(&dead, Some(false)), (0, false), "as a dead letter");
    assert_eq!(delivered(&work, None), (2, false));
    assert_eq!(delivered(&work, Some(false)), (3, true), "it stood there before");
    assert_eq!(delivered(&dead, Some(true)), (0, false));
}

fn hostile() -> impl Strategy<Value = String> {
    let base = prop::sample::select(vec![TEXT.to_owned(), OLD_TEXT.to_owned(), JSON.to_owned(), file::write(&read(TEXT))]);
    let signs = prop::sample::select(vec![
        "<<",
        "\"",
        "[",
        "{",
        "}",
        "]",
        "\n",
        "\u{e9}",
        "Properties:   ",
        "Payload: \n",
        "-1",
        "\\",
        "=",
        "",
        "null",
        "1e99",
        ",",
    ]);
    (base, prop::collection::vec((0.0..1.0_f64, 0..40_usize, signs), 1..6)).prop_map(|(mut text, changes)| {
        for (place, removed, added) in changes {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a place in a short text"
            )]
            let start = text.floor_char_boundary((text.len() as f64 * place) as usize);
            let end = text.floor_char_boundary((start + removed).min(text.len()));
            text.replace_range(start..end.max(start), added);
        }
        text
    })
}

/// A place of a document, counted through all of it.
fn nth<'a>(value: &'a mut Json, count: &mut usize) -> Option<&'a mut Json> {
    if *count == 0 {
        return Some(value);
    }
    *count -= 1;
    match value {
        Json::Array(items) => items.iter_mut().find_map(|item| nth(item, count)),
        Json::Object(fields) => fields.values_mut().find_map(|field| nth(field, count)),
        _ => None,
    }
}

/// What any value of a capture may be instead: words of the format, the largest numbers, names that RabbitMQ keeps for itself.
fn values() -> Vec<Json> {
    let numbers = [json!(0), json!(-1), json!(1), json!(1.5), json!(65_535), json!(u32::MAX), json!(u64::MAX), json!(315_360_000_000_u64)];
    let texts =
        ["", "work", "dead", "idle", "orders", "amq.topic", "amq.", "stream", "x-consistent-hash", "headers", "rejected", "{k}", "\u{0}"];
    let texts = texts.map(Json::from).into_iter().chain([Json::from("x".repeat(300))]);
    let others = [json!(null), json!(true), json!([]), json!({}), json!([0, 1]), json!(["work", "work"])];
    numbers.into_iter().chain(texts).chain(others).collect()
}

/// A capture in which any line may be missing or twice, and any value another one.
fn changed() -> impl Strategy<Value = String> {
    let change = (0_usize..40, 0_usize..120, prop::sample::select(values()));
    let lines = prop::collection::vec((0_usize..40, 0_usize..40, any::<bool>()), 0..4);
    (prop::collection::vec(change, 1..8), lines).prop_map(|(changes, lines)| {
        let mut all: Vec<Json> = captured().lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
        let head = all.remove(0);
        for (from, to, is_twice) in lines {
            let (from, to) = (from % all.len(), to % all.len());
            let line = if is_twice { all[from].clone() } else { all.remove(from) };
            all.insert(to.min(all.len()), line);
        }
        all.insert(0, head);
        let count = all.len();
        for (line, mut place, value) in changes {
            if let Some(found) = nth(&mut all[line % count], &mut place) {
                *found = value;
            }
        }
        all.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
    })
}

/// It is read, or refused with a reason. What is read is written, read again and replayed.
fn holds_against(text: &str) -> Result<(), TestCaseError> {
    match capture::read(text) {
        Err(problems) => prop_assert!(!problems.is_empty() && problems.len() <= limits::PROBLEMS + 1),
        Ok(seen) => {
            let again = capture::read(&file::write(&seen)).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
            prop_assert_eq!(&again.records, &seen.records);
            let replay = replay(&seen, "hostile");
            prop_assert_eq!(validate(&replay.scenario), []);
            prop_assert!(replay.inputs.len() <= limits::INPUTS_IN_A_FILE);
            let (scenario, until) = (replay.scenario.clone(), replay.until.at);
            let recording = replay.recording(scenario);
            let kept = recording_file::read(&recording_file::write(&recording, until));
            let kept = kept.map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
            prop_assert_eq!(&kept.recording, &recording);
            let world = World::replay(&recording, until.min(SimTime::from_secs(60)));
            prop_assert!(world.ledger().imbalances().is_empty(), "{:?}", world.ledger().imbalances());
        }
    }
    Ok(())
}

/// Between two records may be ten years, or ten thousand. What waits for the second one is not looked at each second.
#[test]
fn a_capture_may_last_for_years() {
    let head = file::write_head(&Capture::default());
    let line = |at: u64, rest: &str| format!("{{\"at_ms\":{at},{rest}}}\n");
    let years = 315_360_000_000;
    let delivered = r#""delivered":{"by":[0,1],"queue":"work"}"#;
    let text = [
        head,
        line(0, r#""program":0"#),
        line(0, r#""depths":{"work":[1,0],"idle":[4294967295,4294967295]}"#),
        line(1, &format!(r#""message":0,"exchange":"","routing_keys":["work"],{delivered}"#)),
        line(2, &format!(r#""message":1,"exchange":"","routing_keys":["work"],{delivered}"#)),
        line(3, r#""depths":{"work":[0,1]}"#),
        line(years - 1_000, &format!(r#""message":0,{delivered}"#)),
        line(years, r#""depths":{"work":[0,0]}"#),
    ]
    .concat();
    let (recording, until) = replayed(&text);
    assert_eq!(until.as_millis(), years);
    let settled = recording.inputs.iter().filter(|timed| {
        matches!(&timed.input, Input::Observed(one) if matches!(&**one, Observed::Settled { how: Settles::Ack, event, .. } if **event == *"m-2"))
    });
    let at: Vec<u64> = settled.map(|timed| timed.at.as_millis() / 1_000).collect();
    assert_eq!(at, [7], "seconds after it began: the counts told it, as soon as they do");
    let early = TEXT.replace("2025-03-26T10:50:4", "0001-03-26T10:50:4");
    assert_ne!(early, TEXT);
    holds_against(&early).expect("it is read");
    let far = TEXT.replacen("2025-03-26T10:50:41.862", "0001-03-26T10:50:41.862", 1);
    let why = capture::read(&far).expect_err("it is too long")[0].to_string();
    assert!(why.ends_with("the record is more than ten years after the first"), "{why}");
}

/// As many records as there may be, each of them the worst of its kind.
#[test]
fn the_largest_capture_is_replayed() {
    let by = |program: usize| By { program, channel: 1 };
    let names: Vec<Name> = (0..limits::NODES / 2).map(|number| format!("q-{number}").into()).collect();
    let mut records: Vec<Record> = Vec::new();
    let at = |number: usize| SimTime::from_secs(number as u64);
    let consumer =
        |number: usize| Consumer { queue: names[number % names.len()].clone(), by: by(number % 3), prefetch: 60_000, auto_ack: false };
    records.push(Record { at: at(0), what: What::Depths(names.iter().map(|name| (name.clone(), 1, 60_000)).collect()) });
    records.push(Record { at: at(0), what: What::Consumers((0..limits::NODES).map(consumer).collect()) });
    let messages = limits::CAPTURED / 2;
    for message in 0..messages {
        let queue = names[0].clone();
        records
            .push(Record { at: at(message), what: What::Delivered { message, by: by(0), queue, redelivered: None, deaths: Vec::new() } });
        if message % 2 == 0 {
            records.push(Record { at: at(message), what: What::Consumers(Vec::new()) });
        }
    }
    for message in (0..messages).rev().step_by(4) {
        let queue = names[0].clone();
        let what = What::Delivered { message, by: by(1), queue, redelivered: Some(true), deaths: Vec::new() };
        records.push(Record { at: at(messages), what });
    }
    assert!(records.len() < limits::CAPTURED);
    let capture = Capture { programs: vec![None; 3], messages: vec![Seen::default(); messages], records, ..Capture::default() };
    let replay = replay(&capture, "large");
    assert_eq!(validate(&replay.scenario), []);
    let delivered =
        replay.inputs.iter().filter(|timed| matches!(&timed.input, Input::Observed(one) if matches!(**one, Observed::Delivered { .. })));
    assert_eq!(delivered.count(), messages + messages / 4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands there is read, or refused with a reason; and what is read is written and read again.
    #[test]
    fn no_text_is_too_hostile(text in hostile()) {
        holds_against(&text)?;
    }

    #[test]
    fn no_capture_is_too_hostile(text in changed()) {
        holds_against(&text)?;
    }
}

/// A capture of a system with dead letters: what `requeue watch` wrote of the traffic below.
fn captured() -> String {
    std::fs::read_to_string("tests/running/capture.jsonl").expect("it is there")
}

/// How many messages a queue of the replay holds at a moment: ready and unacked.
fn held(world: &World, queue: &str) -> (u64, u64) {
    let queue = world.broker().queue(queue).unwrap_or_else(|| panic!("{queue} is there"));
    (queue.ready(), queue.unacked())
}

fn replayed(text: &str) -> (Recording, SimTime) {
    let replay = replay(&read(text), "replay");
    assert_eq!(validate(&replay.scenario), []);
    let (scenario, until) = (replay.scenario.clone(), replay.until.at);
    let recording = replay.recording(scenario);
    // It is kept as any recording is.
    let kept = recording_file::read(&recording_file::write(&recording, until)).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(kept.recording, recording);
    (recording, until)
}

/// What the replayed broker delivered, in its order: `work > e-1`, and `again` behind a redelivery.
fn delivered(recording: &Recording, until: SimTime) -> Vec<String> {
    let mut timeline = Timeline::open(recording.clone());
    let mut seen = Vec::new();
    while let Some(occurrence) = timeline.run_to(until, |one| matches!(one.what, WorldEvent::Broker(Event::Delivered(_)))) {
        for one in timeline.drain_occurrences().chain([occurrence]) {
            if let WorldEvent::Broker(Event::Delivered(one)) = one.what {
                let event = one.message.properties.message_id.clone().unwrap_or_default();
                let line = format!("{} > {event}{}", one.queue, if one.redelivered { " again" } else { "" });
                if seen.last() != Some(&line) {
                    seen.push(line);
                }
            }
        }
    }
    seen
}

#[test]
fn a_capture_is_replayed_as_it_was_seen() {
    let (recording, until) = replayed(&captured());
    let expected = ["work > e-1", "work > e-2", "work > e-2 again", "work > e-3", "dead > e-2"];
    let seen = delivered(&recording, until);
    for line in expected {
        assert_eq!(seen.iter().filter(|one| *one == line).count(), 1, "{line}: {seen:?}");
    }
    let world = World::replay(&recording, until);
    assert_eq!(world.halted(), None);
    assert!(world.ledger().imbalances().is_empty(), "{:?}", world.ledger().imbalances());
    // As the real one had it at the end.
    assert_eq!((held(&world, "work"), held(&world, "idle"), held(&world, "dead")), ((0, 1), (2, 0), (0, 0)));
    // Where one message went, with RabbitMQ's reason.
    let told = format!("{:?}", biography(&recording, &"e-2".into(), until).expect("it has a story"));
    assert!(told.contains("Rejected") && told.contains("work") && told.contains("dead"), "{told}");
    // And back in time.
    let mut timeline = Timeline::open(recording.clone());
    timeline.seek(until);
    timeline.seek(SimTime::from_millis(60));
    assert_eq!((held(timeline.world(), "work"), held(timeline.world(), "idle").0), ((0, 0), 3));
    timeline.seek(until);
    assert_eq!(timeline.world().trace_hash(), world.trace_hash());
}

/// A log has no acknowledgements and no definitions: what was not delivered again counts as done.
#[test]
fn a_log_is_replayed_with_the_parts_that_were_seen() {
    for text in [TEXT, OLD_TEXT, JSON] {
        let (recording, until) = replayed(text);
        let world = World::replay(&recording, until + SimTime::from_secs(1));
        for queue in recording.scenario.broker.queues.iter().map(|queue| &*queue.name) {
            assert_eq!(held(&world, queue), (0, 0), "{queue}");
        }
        assert!(world.ledger().imbalances().is_empty(), "{:?}", world.ledger().imbalances());
    }
    let (recording, until) = replayed(TEXT);
    let names: Vec<&str> = recording.scenario.services.iter().map(|service| &*service.name).collect();
    assert_eq!(names, ["orders-publisher", "audit-consumer", "order-service"]);
    assert_eq!(delivered(&recording, until).len(), 4, "{:?}", delivered(&recording, until));
}

/// Exchanges that route by headers, by a hash, by chance or later, and a stream. Definitions say so; the recording says where messages went.
fn by_other_ways() -> Capture {
    let of = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let delayed = json!({ "name": "later", "type": "x-delayed-message", "arguments": { "x-delayed-type": "fanout" } });
    let exchanges =
        [of("headers", "headers"), of("hash", "x-consistent-hash"), of("modulus", "x-modulus-hash"), of("any", "x-random"), delayed];
    let queues = ["a", "b"].map(|name| json!({ "name": name, "durable": true }));
    let log = json!({ "name": "log", "arguments": { "x-queue-type": "stream" } });
    let bind = |source: &str, queue: &str, key: &str| {
        let arguments = if source == "headers" { json!({ "x-match": "all", "of": queue }) } else { json!({}) };
        json!({ "source": source, "destination": queue, "destination_type": "queue", "routing_key": key, "arguments": arguments })
    };
    let sources = ["headers", "hash", "modulus", "any"];
    let bindings: Vec<Json> =
        sources.iter().flat_map(|source| ["a", "b"].map(|queue| bind(source, queue, "1"))).chain([bind("later", "b", "")]).collect();
    let definitions =
        json!({ "exchanges": exchanges, "queues": queues.into_iter().chain([log]).collect::<Vec<_>>(), "bindings": bindings });
    let by = |program: usize| By { program, channel: 1 };
    let mut capture = Capture { definitions: Some(definitions), programs: vec![None, None], ..Capture::default() };
    let mut at = SimTime::ZERO;
    let mut take = |exchange: &str, key: &str, headers: &[&str], routed: &[&str], gets: &[(u64, &str)]| {
        let message = capture.messages.len();
        let properties = Properties { message_id: Some(format!("e-{message}").into()), ..Properties::default() };
        let headers = headers.iter().map(|name| (Name::from(*name), Value::Void)).collect();
        capture.messages.push(Seen { exchange: exchange.into(), routing_keys: vec![key.into()], properties, headers, ..Seen::default() });
        let routed: Vec<Name> = routed.iter().map(|name| (*name).into()).collect();
        capture.records.push(Record { at, what: What::Published { message, by: by(0), queues: routed } });
        for (after, queue) in gets {
            at = at + SimTime::from_millis(*after);
            let what = What::Delivered { message, by: by(1), queue: (*queue).into(), redelivered: Some(false), deaths: Vec::new() };
            capture.records.push(Record { at, what });
        }
        at = at + SimTime::from_millis(100);
    };
    for source in sources {
        for queue in ["b", "a", "b", "b", "a"] {
            take(source, "k", &["of"], &[queue], &[(10, queue)]);
        }
    }
    take("headers", "k", &[], &[], &[]);
    take("later", "k", &["x-delay"], &[], &[(2_000, "b")]);
    take("later", "k", &["x-delay"], &[], &[]);
    take("", "log", &[], &["log"], &[(10, "log")]);
    take("", "log", &[], &["log"], &[(10, "log")]);
    capture
}

#[test]
fn what_is_routed_by_headers_a_hash_or_chance_goes_where_it_was_seen_to_go() {
    let capture = by_other_ways();
    let replay = replay(&capture, "ways");
    assert_eq!(validate(&replay.scenario), []);
    let about = replay.notes.join(" ");
    for told in ["left out: headers.", "at random: any.", "another queue: hash, modulus.", "first delivery: later.", "offset"] {
        assert!(about.contains(told), "{told}: {about}");
    }
    let (scenario, until) = (replay.scenario.clone(), replay.until.at);
    let recording = replay.recording(scenario);
    let kept = recording_file::read(&recording_file::write(&recording, until)).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(kept.recording, recording);
    let mut timeline = Timeline::open(recording.clone());
    let (mut routed, mut delivered): (Vec<String>, Vec<String>) = Default::default();
    let mut is_seen = |what: &WorldEvent| match what {
        WorldEvent::Broker(Event::Routed { message, queues }) => {
            routed.push(format!(
                "{} {} > {}",
                message.properties.message_id.clone().unwrap_or_default(),
                message.exchange,
                queues.join(",")
            ));
        }
        WorldEvent::Broker(Event::DelayOver { message, queues, .. }) => {
            routed.push(format!("{} later > {}", message.properties.message_id.clone().unwrap_or_default(), queues.join(",")));
        }
        WorldEvent::Broker(Event::Delivered(one)) => {
            delivered.push(format!("{} < {}", one.message.properties.message_id.clone().unwrap_or_default(), one.queue));
        }
        _ => {}
    };
    let _ = timeline.run_to(until, |one| {
        is_seen(&one.what);
        false
    });
    let mut expected_routes = Vec::new();
    let mut expected = Vec::new();
    for record in &capture.records {
        match &record.what {
            What::Published { message, queues, .. } if &*capture.messages[*message].exchange != "later" => {
                expected_routes.push(format!("e-{message} {} > {}", capture.messages[*message].exchange, queues.join(",")));
            }
            What::Delivered { message, queue, .. } => {
                if &*capture.messages[*message].exchange == "later" {
                    expected_routes.push(format!("e-{message} later > {queue}"));
                }
                expected.push(format!("e-{message} < {queue}"));
            }
            _ => {}
        }
    }
    assert_eq!(routed, expected_routes);
    assert_eq!(delivered, expected, "once each, and from where it was seen");
    let world = World::replay(&recording, until);
    assert!(world.ledger().imbalances().is_empty(), "{:?}", world.ledger().imbalances());
    assert_eq!(world.broker().broken_invariants(world.now()), [""; 0]);
    // A stream keeps what it has handed out.
    assert_eq!((held(&world, "log").0, held(&world, "a"), held(&world, "b")), (2, (0, 0), (0, 0)));
}

/// A broker that does no more as it was recorded hands out what is ready.
#[test]
fn a_replay_goes_on_as_a_simulation() {
    let (recording, _) = replayed(&captured());
    let mut timeline = Timeline::open(recording.clone());
    timeline.seek(SimTime::from_millis(60));
    let mut live = Scenario::clone(&recording.scenario);
    live.broker.recorded = false;
    timeline.inject(Input::Edit(Arc::new(live)));
    timeline.advance(SimTime::from_secs(1), u64::MAX);
    let (ready, unacked) = held(timeline.world(), "idle");
    assert_eq!((ready, ready + unacked), (0, 3), "its consumer gets all of them");
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id())))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("it is plain")
    }

    fn read(&self) -> String {
        std::fs::read_to_string(&self.0).expect("it was written")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const USER: &str = "tapper";
const PASSWORD: &str = "s3cret/pa55@word";
const PASSWORD_IN_URL: &str = "s3cret%2Fpa55%40word";

/// Nothing that is told or written may hold it, in any of its forms.
fn assert_no_credentials(text: &str) {
    // As `Basic` has them.
    let encoded = ["dGFwcGVyOnMzY3JldC9wYTU1QHdvcmQ", "tapper:"];
    for secret in [PASSWORD, PASSWORD_IN_URL, "s3cret"].iter().chain(&encoded) {
        assert!(!text.contains(secret), "it tells {secret}:\n{text}");
    }
}

fn requeue(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_requeue"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// No error tells an address again: people copy errors into reports.
#[test]
fn no_error_holds_a_password() {
    let file = Scratch::new("never-written");
    for place in ["127.0.0.1:1", "127.0.0.1:port", "nowhere.invalid", "[::1", "", "127.0.0.1:1/%zz", "a b"] {
        for scheme in ["http", "https", "amqp", "amqps", "ftp", ""] {
            let url = format!("{scheme}://{USER}:{PASSWORD_IN_URL}@{place}");
            let snapshot = vec!["snapshot", "--management", &url];
            let watch = vec!["watch", "--amqp", &url, "--management", &url, "-o", file.path()];
            let plain = vec!["watch", "--amqp", "amqp://127.0.0.1:1", "--management", &url, "-o", file.path()];
            let script = vec!["script", "tests/conformance/B-declare/purge.json", "--amqp", &url, "--management", "http://127.0.0.1:1"];
            for arguments in [snapshot, watch, plain, script] {
                let ended = requeue(&arguments).env("REQUEUE_PASSWORD", PASSWORD).output().expect("the command starts");
                assert!(!ended.status.success(), "{arguments:?}");
                assert_no_credentials(&String::from_utf8_lossy(&ended.stdout));
                assert_no_credentials(&String::from_utf8_lossy(&ended.stderr));
            }
        }
    }
    assert!(!file.0.exists());
}

/// A sign that ends a host would make a host and a path of a password: then it would be asked of a name server, and told in the error.
#[test]
fn a_password_with_signs_of_an_address_is_refused_and_not_told() {
    let file = Scratch::new("never-written-either");
    for sign in ["/", "?", "#", "/@", "@/", "?x=", "%", "%zz", "//", "\\", ":", "@"] {
        for place in ["127.0.0.1:1", "127.0.0.1:1/", "127.0.0.1:1/%2F"] {
            let (first, second) = ("s3cr3t-one", "s3cr3t-two");
            let given = |scheme: &str| format!("{scheme}://{USER}:{first}{sign}{second}@{place}");
            for scheme in ["", "s"] {
                let (http, amqp) = (given(&format!("http{scheme}")), given(&format!("amqp{scheme}")));
                let snapshot = vec!["snapshot", "--management", &http];
                let watch = vec!["watch", "--amqp", "amqp://127.0.0.1:1", "--management", &http, "-o", file.path()];
                let both = vec!["watch", "--amqp", &amqp, "--management", "http://127.0.0.1:1", "-o", file.path()];
                let script = vec!["script", "tests/conformance/B-declare/purge.json", "--amqp", &amqp, "--management", &http];
                for arguments in [snapshot, watch, both, script] {
                    let ended = requeue(&arguments).output().expect("the command starts");
                    let told = [String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr)].concat();
                    assert!(!ended.status.success(), "{arguments:?}");
                    assert!(!told.contains("s3cr3t"), "{arguments:?}: {told}");
                }
            }
        }
    }
    let told = |address: &str| {
        let ended =
            requeue(&["watch", "--amqp", address, "--management", address, "-o", file.path()]).output().expect("the command starts");
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    assert!(told("amqp://a:b/c@127.0.0.1:1").contains("as %2F"));
    assert!(told("amqps://127.0.0.1:1").contains("open a tunnel"), "TLS is not spoken, and what to do is said");
    let ended = requeue(&["snapshot", "--management", "https://127.0.0.1:1"]).output().expect("the command starts");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("open a tunnel"));
}

/// What stands in a capture or in a log is told, and becomes each of the three files.
#[test]
fn a_capture_and_a_log_are_imported_by_the_command_line() {
    let told = |arguments: &[&str]| {
        let ended = requeue(&[&["import"], arguments].concat()).output().expect("the command starts");
        let (out, error) = (String::from_utf8_lossy(&ended.stdout).into_owned(), String::from_utf8_lossy(&ended.stderr).into_owned());
        (ended.status.code(), out, error)
    };
    let (code, out, error) = told(&["tests/running/trace.log"]);
    assert_eq!((code, &*error), (Some(0), ""));
    for line in [
        "a log of rabbitmq_tracing, as text",
        "virtual host /",
        "took 5.150 s",
        "3 messages: 3 published, 4 delivered",
        "3 queues, 3 connections as 3 services",
        "RabbitMQ traces no acknowledgements",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("acme"), "{out}");
    let (code, out, _) = told(&["tests/running/capture.jsonl", "--report", "json"]);
    let report: Json = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(code, Some(0));
    assert_eq!((&report["rabbitmq_version"], &report["published"], &report["delivered"]), (&json!("4.3.6"), &json!(4), &json!(6)));
    assert_eq!(report["queues"], json!(["dead", "idle", "work"]));

    let file = Scratch::new("imported");
    for from in ["tests/running/trace.log", "tests/running/trace.json.log", "tests/running/trace-3.8.log", "tests/running/capture.jsonl"] {
        let seen = read(&std::fs::read_to_string(from).expect("it is there"));
        assert_eq!(told(&[from, "-o", file.path(), "--as", "capture"]).0, Some(0));
        assert_eq!(read(&file.read()), seen, "{from}");
        assert_eq!(told(&[from, "-o", file.path()]).0, Some(0));
        let scenario = scenario_file::read(&file.read()).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(!scenario.broker.recorded && !scenario.services.is_empty());
        assert_eq!(told(&[from, "-o", file.path(), "--as", "recording"]).0, Some(0));
        let kept = recording_file::read(&file.read()).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(kept.recording.scenario.broker.recorded && !kept.recording.inputs.is_empty());
        assert_eq!(kept.recording.scenario.broker.queues, scenario.broker.queues);
        assert!(requeue(&["run", file.path()]).output().expect("the command starts").status.success());
    }

    // Another virtual host of a log is chosen; where there is none, it is said.
    let text = TEXT.replacen("Virtual host: /", "Virtual host: shop", 1);
    std::fs::write(&file.0, &text).expect("it can be written");
    assert!(told(&[file.path()]).1.contains("Records of other virtual hosts than shop were left out: 6."));
    assert!(told(&[file.path(), "--vhost", "/"]).1.contains("Records of other virtual hosts than / were left out: 1."));
    for from in [file.path(), "tests/running/capture.jsonl"] {
        let (code, _, error) = told(&[from, "--vhost", "none"]);
        assert_eq!((code, error.contains("nothing here is of the virtual host none")), (Some(2), true), "{error}");
    }
    let (code, _, error) = told(&["tests/running/capture.jsonl", "--profile", "4.3"]);
    assert_eq!((code, error.contains("leave --profile out")), (Some(2), true), "{error}");
    let (code, _, error) = told(&["tests/definitions/empty.json", "--as", "capture"]);
    assert_eq!((code, error.contains("definitions become a scenario")), (Some(2), true), "{error}");
    std::fs::write(&file.0, TEXT.replacen("Channel:      1\n", "Channel:      one\n", 1)).expect("it can be written");
    let (code, _, error) = told(&[file.path()]);
    assert_eq!((code, error.contains("line 9: the number of a channel is none")), (Some(2), true), "{error}");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

const VHOST: &str = "requeue running";

/// The broker as its administrator, its virtual host and a user made.
fn prepared() -> RealBroker {
    let address = Address { vhost: VHOST.to_owned(), ..Address::parse(&variable("REQUEUE_AMQP")).expect("an address") };
    let broker = RealBroker { address, management: variable("REQUEUE_MANAGEMENT"), ctl: None, quiet: real::QUIET };
    let manage = |verb: &str, path: &str, body: Json| real::manage(&broker, verb, path, Some(&body)).expect("the broker answers");
    manage("DELETE", "vhosts/requeue%20running", Json::Null);
    manage("PUT", "vhosts/requeue%20running", json!({ "description": "kept", "tags": "a,b", "tracing": false }));
    manage("PUT", &format!("users/{USER}"), json!({ "password": PASSWORD, "tags": "administrator" }));
    let all = json!({ "configure": ".*", "write": ".*", "read": ".*" });
    manage("PUT", &format!("permissions/requeue%20running/{USER}"), all.clone());
    manage("PUT", "permissions/requeue%20running/guest", all);
    broker
}

fn is_traced(broker: &RealBroker) -> bool {
    let vhost = real::manage(broker, "GET", "vhosts/requeue%20running", None).expect("the broker answers");
    assert_eq!((&vhost["description"], vhost["tags"].to_string().contains("\"b\"")), (&json!("kept"), true), "{vhost}");
    vhost["tracing"].as_bool().expect("it says so")
}

fn run(broker: &RealBroker, steps: &Json) {
    let script = json!({ "script": 1, "profile": variable("REQUEUE_PROFILE"), "steps": steps });
    let script = broker_script::read(&script.to_string()).unwrap_or_else(|problems| panic!("{problems:?}"));
    for line in real::run(&script, broker).expect("the broker answers") {
        let line = line.to_json();
        assert!(!line.contains("\"error\""), "{line}");
    }
}

/// What is there before anything is watched.
fn topology() -> Json {
    json!([
        { "op": "exchange.declare", "exchange": "orders", "type": "topic", "durable": true },
        { "op": "queue.declare", "queue": "dead", "durable": true },
        { "op": "queue.declare", "queue": "idle", "durable": true },
        { "op": "queue.declare", "queue": "work", "durable": true,
          "arguments": { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" } },
        { "op": "queue.bind", "queue": "work", "exchange": "orders", "routing_key": "order.*" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "one" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "two" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "three" },
    ])
}

const HIDDEN: [&str; 2] = ["hidden-payload", "hidden-header"];

/// One is acknowledged, one requeued and then rejected, one stays unacked; one goes nowhere.
fn traffic() -> Json {
    let publish = |key: &str, id: &str| {
        json!({ "op": "basic.publish", "connection": "shop", "channel": "p", "exchange": "orders", "routing_key": key, "body": HIDDEN[0],
                "properties": { "message_id": id, "headers": { "tenant": HIDDEN[1] } } })
    };
    json!([
        { "op": "basic.qos", "connection": "mail", "channel": "c", "prefetch_count": 2 },
        { "op": "basic.consume", "connection": "mail", "channel": "c", "queue": "work", "consumer_tag": "k" },
        publish("order.placed", "e-1"),
        publish("order.placed", "e-2"),
        publish("order.placed", "e-3"),
        publish("nothing", "e-4"),
        { "op": "basic.ack", "connection": "mail", "channel": "c", "of": { "delivery_tag": 1 } },
        { "op": "basic.nack", "connection": "mail", "channel": "c", "of": { "delivery_tag": 2 }, "requeue": true },
        { "op": "basic.get", "connection": "mail", "channel": "g", "queue": "idle", "no_ack": true },
        { "op": "basic.consume", "connection": "mail", "channel": "d", "queue": "dead", "consumer_tag": "dead", "no_ack": true },
        { "op": "basic.reject", "connection": "mail", "channel": "c", "of": { "delivery_tag": 4 }, "requeue": false },
        // The statistics of queues come every five seconds.
        { "op": "advance", "ms": 12_000 },
    ])
}

/// Begins to watch, and waits until it does.
fn watching(arguments: &[&str]) -> (Child, std::thread::JoinHandle<String>) {
    let mut child = requeue(arguments).spawn().expect("the command starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut said = String::new();
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}")).expect("it is text");
        said.extend([&*line, "\n"]);
        if line.starts_with("Watching ") {
            break;
        }
    }
    let rest = std::thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|line| said.extend([&*line, "\n"]));
        said
    });
    (child, rest)
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn a_running_broker_becomes_a_scenario_and_a_capture() {
    let broker = prepared();
    run(&broker, &topology());
    // What is ready is counted every five seconds.
    let counted =
        || real::manage(&broker, "GET", "queues/requeue%20running/idle", None).expect("the broker answers")["messages_ready"].clone();
    let began = std::time::Instant::now();
    while counted() != json!(3) && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(200));
    }
    let place = variable("REQUEUE_MANAGEMENT").replace("http://", "");
    let management = format!("http://{USER}:{PASSWORD_IN_URL}@{place}");
    let Address { host, port, .. } = &broker.address;
    let amqp = format!("amqp://{USER}:{PASSWORD_IN_URL}@{host}:{port}/requeue%20running");
    let (file, scenario) = (Scratch::new("capture.jsonl"), Scratch::new("snapshot.json"));
    assert!(!is_traced(&broker));

    let watch = ["watch", "--amqp", &amqp, "--management", &management, "--for", "11s", "-o", file.path()];
    let (child, rest) = watching(&watch);
    assert!(is_traced(&broker), "it was turned on");
    let running = broker.clone();
    let client = std::thread::spawn(move || run(&running, &traffic()));
    // While its statistics are fresh, a snapshot is taken.
    std::thread::sleep(Duration::from_secs(6));
    let ended = requeue(&["snapshot", "--management", &management, "--vhost", VHOST, "-o", scenario.path(), "--report", "json"])
        .output()
        .expect("the command starts");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout).into_owned(), String::from_utf8_lossy(&ended.stderr).into_owned());
    assert!(ended.status.success(), "{err}");
    assert_no_credentials(&format!("{out}{err}"));
    client.join().expect("the traffic is over");
    let ended = child.wait_with_output().expect("it ends");
    let said = rest.join().expect("it is read");
    assert!(ended.status.success(), "{said}");
    assert!(!is_traced(&broker), "what was turned on is off again: {said}");
    assert_no_credentials(&format!("{said}{}", String::from_utf8_lossy(&ended.stdout)));

    // The snapshot: what is declared, what stands there, who consumes.
    let text = scenario.read();
    assert_no_credentials(&text);
    let found = scenario_file::read(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(validate(&found), []);
    let messages: Vec<(&str, u32)> = found.broker.queues.iter().map(|queue| (&*queue.name, queue.messages)).collect();
    assert_eq!(messages, [("dead", 0), ("idle", 2), ("work", 1)], "{out}");
    let consumers: Vec<(&str, u16, bool)> = found
        .services
        .iter()
        .flat_map(|service| &service.handlers)
        .filter_map(|handler| match &handler.trigger {
            Trigger::Queue(one) => Some((&*one.queue, one.prefetch, one.auto_ack)),
            _ => None,
        })
        .collect();
    assert_eq!(consumers, [("work", 2, false), ("dead", 0, true)], "{out}");
    let report: Json = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!((&report["running"]["ready"], &report["running"]["unacked"]), (&json!(2), &json!(1)), "{report:#}");

    // The capture.
    let text = file.read();
    assert_no_credentials(&text);
    assert!(!HIDDEN.iter().any(|hidden| text.contains(hidden)), "{text}");
    assert!(!text.contains(USER), "{text}");
    let seen = read(&text);
    let mut what: Vec<String> = told(&seen).iter().map(|line| line.split_once(' ').expect("a time").1.to_owned()).collect();
    // Two channels tell of what they do, each in its order.
    what.sort();
    assert_eq!(
        what,
        [
            "+ m0 orders:order.placed > work",
            "+ m1 orders:order.placed > work",
            "+ m2 orders:order.placed > work",
            "+ m3 orders:nothing > ",
            "dead > m1 rejected in work",
            "idle > m4",
            "work > m0",
            "work > m1",
            "work > m1 again",
            "work > m2",
        ],
        "{text}"
    );
    let depth = |name: &str| {
        let depths = seen.records.iter().filter_map(|record| if let What::Depths(depths) = &record.what { Some(depths) } else { None });
        depths.flatten().filter(|(queue, ..)| &**queue == name).map(|(_, ready, unacked)| (*ready, *unacked)).collect::<Vec<_>>()
    };
    assert_eq!(depth("work").last(), Some(&(0, 1)), "{text}");
    assert_eq!(depth("idle").last(), Some(&(2, 0)), "{text}");
    assert!(seen.records.iter().any(|record| matches!(&record.what, What::Consumers(all) if all.len() == 2)), "{text}");
    assert!(seen.definitions.is_some() && seen.version.is_some() && seen.vhost.as_deref() == Some(VHOST));

    if std::env::var_os("REQUEUE_ACCEPT").is_some() {
        std::fs::write("tests/running/capture.jsonl", &text).expect("it can be written");
    }
    let (recording, until) = replayed(&text);
    let world = World::replay(&recording, until);
    assert_eq!((held(&world, "work"), held(&world, "idle"), held(&world, "dead")), ((0, 1), (2, 0), (0, 0)), "{text}");

    stopping_turns_off_what_was_turned_on(&broker, &amqp, &management);
}

/// By a signal, as Ctrl+C sends it; and what was on before stays on.
fn stopping_turns_off_what_was_turned_on(broker: &RealBroker, amqp: &str, management: &str) {
    let file = Scratch::new("stopped.jsonl");
    let ctl = variable("REQUEUE_RABBITMQCTL");
    let stopped = |more: &[&str]| {
        let mut arguments = vec!["watch", "--amqp", amqp, "--management", management, "--payloads", "-o", file.path()];
        arguments.extend(more);
        let (child, rest) = watching(&arguments);
        assert!(is_traced(broker));
        run(
            broker,
            &json!([{ "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": HIDDEN[0] }, { "op": "advance", "ms": 500 }]),
        );
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
        assert!(interrupted.success());
        let ended = child.wait_with_output().expect("it ends");
        let said = rest.join().expect("it is read");
        assert!(ended.status.success(), "{said}");
        let seen = read(&file.read());
        assert_eq!(seen.notes, ["It was ended by hand."], "{said}");
        assert_eq!(seen.messages.len(), 1, "{said}");
        assert_eq!(seen.messages[0].payload.as_deref(), Some(HIDDEN[0]), "payloads were asked for");
    };
    stopped(&[]);
    assert!(!is_traced(broker));
    stopped(&["--ctl", &ctl]);
    assert!(!is_traced(broker));
    let status = Command::new(&ctl).args(["trace_on", "-p", VHOST]).status().expect("it runs");
    assert!(status.success() && is_traced(broker));
    stopped(&[]);
    assert!(is_traced(broker), "it was on before");
    // It outlives the virtual host.
    let status = Command::new(&ctl).args(["trace_off", "-p", VHOST]).status().expect("it runs");
    assert!(status.success());
    real::manage(broker, "DELETE", "vhosts/requeue%20running", None).expect("the broker answers");
    real::manage(broker, "DELETE", &format!("users/{USER}"), None).expect("the broker answers");
}
