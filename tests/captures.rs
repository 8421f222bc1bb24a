//! Captures of a running broker, and the logs of `rabbitmq_tracing`: how they are read, replayed, and what they may not do to a page.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]

use std::fmt::Write as _;
use std::sync::Arc;

#[path = "common/places.rs"]
mod places;
#[path = "common/seen.rs"]
mod seen;

use proptest::prelude::*;
use requeue::base::{SimTime, limits};
use requeue::broker::{Event, Name, Properties, Value};
use requeue::formats::capture::replay::replay;
use requeue::formats::capture::{self, By, Capture, Consumer, Record, Seen, Source, What, file, tracing};
use requeue::formats::recording_file;
use requeue::scenario::{Scenario, validate};
use requeue::sim::biography::biography;
use requeue::sim::{Input, Observed, Recording, Settles, Timeline, World, WorldEvent};
use serde_json::{Value as Json, json};

use places::nth;
use seen::{TEXT, held, read, replayed, told};

const OLD_TEXT: &str = include_str!("captures/trace-3.8.log");
const JSON: &str = include_str!("captures/trace.json.log");

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
    std::fs::read_to_string("tests/captures/capture.jsonl").expect("it is there")
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
