//! Every scenario of the gallery: it tells its story on several seeds, and its file is as Requeue writes it.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use requeue::app::arrange;
use requeue::app::geometry::{self, Layout, Plan, Rect};
use requeue::app::hues::OfSystem;
use requeue::app::moves::Moves;
use requeue::broker::queue::Kind;
use requeue::formats::{report, scenario_file, site_list};
use requeue::scenario::edit::{self, Edit, Part, PartKind, names};
use requeue::scenario::{Point, Scenario};
use requeue::sim::explore::chaos;
use requeue::sim::judge::judge;
use requeue::sim::{Place, Timeline, World};

/// Besides its own.
const SEEDS: [u64; 5] = [2, 3, 7, 42, 1_000_003];

fn gallery() -> Vec<(PathBuf, String, Arc<Scenario>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the gallery is there")
        .map(|entry| entry.expect("it is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        let scenario = scenario_file::read(&text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display()));
        (path, text, Arc::new(scenario))
    };
    files.into_iter().map(read).collect()
}

fn run(scenario: &Arc<Scenario>, seed: u64) -> World {
    let mut world = World::new(scenario.clone(), seed);
    world.set_watched(false);
    world.run_until(scenario.until.expect("a story has an end"), u64::MAX);
    world
}

#[test]
fn every_story_comes_out_as_it_says_on_several_seeds() {
    let gallery = gallery();
    assert!(gallery.len() >= 14);
    for (path, _, scenario) in &gallery {
        assert!(scenario.expects.len() >= 3, "{}", path.display());
        for seed in SEEDS.into_iter().chain([scenario.seed]) {
            let world = run(scenario, seed);
            for expected in &scenario.expects {
                let judgement = judge(&world, &expected.property);
                let told = || format!("{}, seed {seed}: {}: {judgement}\n{}", path.display(), expected.says, report::text(&world, &[]));
                assert!(judgement.holds, "{}", told());
            }
            assert_eq!(world.ledger().imbalances(), [""; 0], "{}", path.display());
        }
    }
}

/// Twenty seeds each; a whole day of it is in the benches.
/// A page plays so many steps a frame, asks what holds on the way, and seeks in pieces. None of that changes what is found.
#[test]
fn expectations_judged_in_pieces_are_those_judged_at_once() {
    for (path, _, scenario) in &gallery() {
        let until = scenario.until.expect("a story has an end");
        let whole = run(scenario, scenario.seed);
        let judged = |world: &World| -> Vec<_> { scenario.expects.iter().map(|expected| judge(world, &expected.property)).collect() };
        let mut played = Timeline::new(scenario.clone(), scenario.seed);
        let mut frames = [1, 64, 3, 1_000, 20_000].into_iter().cycle();
        while frames.next().is_some_and(|steps| !played.advance(until, steps)) {
            played.drain_occurrences();
            judged(played.world());
        }
        let mut sought = Timeline::new(scenario.clone(), scenario.seed);
        sought.begin_seek(until);
        while frames.next().is_some_and(|steps| !sought.advance_seek(steps)) {}
        for world in [played.world(), sought.world()] {
            assert_eq!((world.now(), world.trace_hash()), (until, whole.trace_hash()), "{}", path.display());
            assert_eq!(judged(world), judged(&whole), "{}", path.display());
        }
    }
}

#[test]
fn whatever_breaks_every_copy_is_somewhere() {
    for (path, _, scenario) in gallery() {
        let until = scenario.until.expect("a story has an end").min(requeue::base::SimTime::from_secs(300));
        for seed in 1..=20 {
            let mut world = World::new(scenario.clone(), seed);
            world.set_watched(false);
            for timed in chaos(&scenario, seed, 8, until) {
                world.inject(timed.input);
            }
            while world.next_at().is_some_and(|at| at <= until) && world.steps() < 30_000 {
                world.step();
                if world.steps().is_multiple_of(64) {
                    assert_eq!(world.ledger().imbalances(), [""; 0], "{}, seed {seed}, step {}", path.display(), world.steps());
                }
            }
            let wrong = world.broker().broken_invariants(world.now());
            assert!(wrong.is_empty(), "{}, seed {seed}: {wrong:?}", path.display());
        }
    }
}

#[test]
fn nothing_is_expected_that_would_be_true_of_nothing() {
    for (path, _, scenario) in gallery() {
        let world = World::new(scenario.clone(), scenario.seed);
        let told = scenario.expects.iter().any(|expected| !judge(&world, &expected.property).holds);
        assert!(told, "{}: all of it holds before anything has happened", path.display());
    }
}

#[test]
fn each_has_a_title_and_a_sentence_of_its_own() {
    let gallery = gallery();
    for (index, (path, _, scenario)) in gallery.iter().enumerate() {
        assert!(!scenario.title.is_empty() && scenario.title.len() <= 60, "{}", path.display());
        assert!(scenario.about.ends_with('.') && scenario.about.len() >= 40, "{}", path.display());
        assert!(gallery[..index].iter().all(|(.., other)| other.title != scenario.title), "{}", path.display());
        assert!(scenario.expects.iter().all(|expected| !expected.says.is_empty()), "{}", path.display());
    }
}

/// `REQUEUE_ACCEPT=1` writes them so.
#[test]
fn files_are_as_they_are_written() {
    for (path, text, scenario) in gallery() {
        let written = scenario_file::write(&scenario);
        let again = scenario_file::read(&written).unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display()));
        assert_eq!(again, *scenario, "{}", path.display());
        if std::env::var_os("REQUEUE_ACCEPT").is_some() {
            fs::write(&path, written).expect("it can be written");
        } else {
            assert_eq!(text, written, "{}: REQUEUE_ACCEPT=1 cargo test --features cli --test gallery", path.display());
        }
    }
}

/// What the page shows of it, in an order made by hand. `REQUEUE_ACCEPT=1` writes it anew in that order, what is new at its end.
#[test]
fn the_list_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/gallery.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let order: Vec<serde_json::Value> = serde_json::from_str(&kept).unwrap_or_default();
    let mut entries: Vec<(String, String)> = gallery()
        .into_iter()
        .map(|(file, _, scenario)| {
            let file = file.file_name().and_then(|name| name.to_str()).expect("names are plain").to_owned();
            let line = site_list::write_gallery_entry(&file, &scenario);
            (file, line)
        })
        .collect();
    entries.sort_by_key(|(file, _)| order.iter().position(|kept| kept["file"] == file.as_str()).unwrap_or(usize::MAX));
    let lines: Vec<String> = entries.into_iter().map(|(_, line)| line).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("REQUEUE_ACCEPT").is_some() {
        fs::write(&path, &text).expect("it can be written");
    } else {
        assert_eq!(kept, text, "REQUEUE_ACCEPT=1 cargo test --features cli --test gallery");
    }
}

/// A small picture has the lines that the canvas has, and no others.
#[test]
fn a_preview_has_the_lines_of_the_canvas() {
    let mut count = 0;
    for (path, _, scenario) in &gallery() {
        let entry =
            site_list::read_gallery(&format!("[{}]", site_list::write_gallery_entry("a.json", scenario))).expect("a list").remove(0);
        let world = World::new(scenario.clone(), scenario.seed);
        let place_of = |place: &Place| -> usize {
            let (clients, services, exchanges) = (scenario.clients.len(), scenario.services.len(), scenario.broker.exchanges.len());
            let of = |found: Option<usize>| found.expect("it is on the canvas");
            match place {
                Place::Client(index) => *index,
                Place::Instance(id) => clients + id.service,
                Place::Exchange(name) => {
                    clients + services + of(scenario.broker.exchanges.iter().position(|exchange| exchange.name == *name))
                }
                Place::Queue(name) => {
                    clients + services + exchanges + of(scenario.broker.queues.iter().position(|queue| queue.name == *name))
                }
            }
        };
        let (hues, moves, layout) = (OfSystem::default(), Moves::default(), Layout::new());
        let plan = Plan { world: &world, hues: &hues, moves: &moves, layout: &layout, turned: None };
        let edges = geometry::edges(plan);
        let drawn: BTreeSet<(usize, usize)> = edges.iter().map(|edge| (place_of(&edge.from), place_of(&edge.to))).collect();
        let listed: BTreeSet<(usize, usize)> = entry.outline.lines.iter().map(|line| (line.from, line.to)).collect();
        assert_eq!(listed, drawn, "{}", path.display());
        count += listed.len();
    }
    assert!(count > 60, "{count}");
}

/// A queue keeps its type when its file is read again, whatever the virtual host's default.
#[test]
fn a_default_queue_type_is_for_queues_that_name_none() {
    let text = r#"{ "requeue": 1, "title": "t", "network": { "latency_ms": 1 }, "broker": { "default_queue_type": "quorum", "queues": [
        { "name": "a", "at": [0, 0] }, { "name": "b", "at": [0, 0], "auto_delete": true },
        { "name": "c", "at": [0, 0], "arguments": { "x-queue-type": "classic" } }] } }"#;
    let read = scenario_file::read(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let kinds = |scenario: &Scenario| scenario.broker.queues.iter().map(|queue| queue.kind() == Kind::Quorum).collect::<Vec<_>>();
    assert_eq!(kinds(&read), [true, false, false]);
    let drawn = edit::apply(&read, &Edit::Add { kind: PartKind::ClassicQueue, at: Point::default() }).expect("it can be added").scenario;
    let again = scenario_file::read(&scenario_file::write(&drawn)).expect("it is a scenario");
    assert_eq!((kinds(&again), again == drawn), (vec![true, false, false, false], true));
}

/// What no scenario of the gallery has, written and read again.
#[test]
fn whatever_a_scenario_can_say_is_written_and_read_again() {
    let everything = r#"{
      "requeue": 1, "title": "Everything", "about": "All there is.", "seed": 18446744073709551615, "until_ms": 1.5,
      "network": { "latency_ms": 0.25, "jitter_ms": 3, "heartbeat_ms": 10000, "links": [
        { "between": ["a", "broker"], "latency_ms": 5 }, { "between": ["someone", "a"], "latency_ms": 7, "jitter_ms": 1 }] },
      "broker": { "profile": "4.3", "ready_ms": 1, "health": { "interval_ms": 2 },
        "exchanges": [
          { "name": "x", "at": [1.5, -2], "type": "headers", "durable": false, "auto_delete": true, "internal": true,
            "arguments": { "alternate-exchange": "y" } },
          { "name": "y", "at": [0, 0], "type": "fanout" }],
        "queues": [
          { "name": "q", "at": [3, 4], "arguments": { "x-queue-type": "quorum", "x-delivery-limit": 3, "x-max-length": 7 } },
          { "name": "r", "at": [3, 4], "auto_delete": true },
          { "name": "log", "at": [3, 4], "arguments": { "x-queue-type": "stream", "x-max-age": "1h" } }],
        "bindings": [
          { "source": "x", "queue": "q", "arguments": { "x-match": "any", "a": 1, "b": true, "c": null, "d": [1.5, "e"] } },
          { "source": "x", "exchange": "y", "routing_key": "k" }],
        "policies": [
          { "name": "p", "pattern": "^q", "apply_to": "all", "priority": 3, "operator": true, "definition": { "max-length": 5 } }] },
      "clients": [
        { "name": "someone", "at": [0, 0], "calls": { "service": "a", "endpoint": "GET /" }, "arrivals": { "ramp_per_s": [0.5, 9], "over_ms": 100 },
          "timeout_ms": 10, "retries": { "max": 2, "backoff_ms": 1, "factor": 3, "backoff_max_ms": 9, "jitter": 0.5 }, "body": [1] },
        { "name": "b", "at": [0, 0], "calls": { "service": "a", "endpoint": "GET /" }, "arrivals": { "burst": 3, "every_ms": 10, "count": 9 } },
        { "name": "c", "at": [0, 0], "calls": { "service": "a", "endpoint": "GET /" }, "arrivals": { "at_ms": [1, 2.5], "from_ms": 3, "until_ms": 9 } },
        { "name": "d", "at": [0, 0], "calls": { "service": "a", "endpoint": "GET /" }, "arrivals": { "by_hand": true }, "poison": { "one_in": 2, "set": {} } },
        { "name": "e", "at": [0, 0], "calls": { "service": "a", "endpoint": "GET /" }, "arrivals": { "at_once": 3 } }],
      "services": [
        { "name": "a", "at": [0, 0], "instances": 3, "concurrency": 2, "reconnect_ms": 1, "backoff": { "factor": 3, "max_ms": 9, "jitter": 0.5 }, "again": "consumes", "publishes_on": "connection", "on_connection_error": "exit", "when_blocked": { "buffers": 7 }, "restart_ms": 2, "health": { "interval_ms": 1, "timeout_ms": 2, "asks_channel": true, "retries": 3 }, "starts_after": [{ "name": "broker", "condition": "service_healthy" }], "relay": { "every_ms": 5, "batch": 7 },
          "handlers": [
            { "on": { "http": "GET /" }, "once": { "by": "id", "remember": 5, "memory": "record" }, "steps": [
              { "do": "work", "ms": { "uniform": [1, 2] }, "fails": { "first": 1 } },
              { "do": "work", "ms": { "exponential": 2 }, "fails": { "first_attempts": 1 } }, { "do": "work", "ms": { "field": "size" }, "blocks": true },
              { "do": "work", "ms": { "log_normal": { "median": 2, "sigma": 0.5 } }, "fails": { "every": 2 } },
              { "do": "persist", "id": "id", "state": "s", "outbox": { "exchange": "x", "routing_key": "{k}", "payload": null } },
              { "do": "call", "service": "a", "endpoint": "GET /", "timeout_ms": 1, "retries": { "max": 1 }, "required": false,
                "breaker": { "failures": 2, "open_ms": 3 }, "fails": { "down": "a" } },
              { "do": "publish", "exchange": "x", "routing_key": "k", "payload": { "a": "{b}" }, "persistent": false, "mandatory": true, "confirm": true,
                "confirm_timeout_ms": 4, "required": true, "priority": 5, "expiration_ms": 6, "headers": { "h": "{i}" }, "fails": { "probability": 0.25 } },
              { "do": "reply", "status": 204, "fails": { "field": "a", "equals": [1] } }], "on_failure": "crash" },
            { "on": { "queue": "log", "prefetch": 1, "offset": "first" }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": "last" }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": "next" }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": "stored" }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": 7 }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": { "timestamp": 5 } }, "steps": [] },
            { "on": { "queue": "log", "prefetch": 1, "offset": { "age": "1h" } }, "steps": [] },
            { "on": { "queue": "q", "prefetch": 3, "exclusive": true, "priority": -2 }, "steps": [
              { "do": "ack" }, { "do": "work", "ms": 1, "fails": { "field": "type", "not_in": [1, "a"] }, "on_failure": "forget" },
              { "do": "publish", "routing_key": "q", "payload": "no {json", "as_text": true, "fails": { "no_json": true } }, { "do": "effect", "what": "w", "of": "o", "fails": { "field_missing": "z" } }], "on_failure": { "republish": 2, "via": ["r"], "headers": "count" } },
            { "on": { "queue": "r", "auto_ack": true }, "steps": [], "on_failure": { "dead_letter_retry": 4, "exchange": "x", "routing_key": "k" } },
            { "on": { "every_ms": 9 }, "once": { "by": "n", "remember": 5, "memory": "process" }, "steps": [
              { "do": "declare", "declares": [{ "queue": "q" }, { "check_exchange": "x" }], "required": false }, { "do": "check_queue", "queue": "q", "at_least": 1 },
              { "do": "get", "queue": "r" }, { "do": "ack", "every": 3 }, { "do": "ack", "elsewhere": true }, { "do": "effect", "what": "w", "of": "o", "key": "p", "fails": { "no_channel": true } },
              { "do": "publish", "routing_key": "q", "payload": {}, "retries": { "max": 2, "pause_ms": 3, "new_id": true } }], "on_failure": "acknowledge" },
            { "on": { "every_ms": 9, "records": { "state": "s", "older_than_ms": 8 } }, "steps": [], "on_failure": "reject_requeue" },
            { "on": { "start_up": true }, "steps": [{ "do": "work", "ms": 1, "fails": { "always": true } }], "on_failure": "chapter" }],
          "versions": [
            { "name": "2.0", "declares": [{ "queue": "q" }, { "check_exchange": "x" }], "handlers": [{ "on": { "start_up": true }, "steps": [] }] },
            { "name": "empty", "declares": [], "handlers": [] }, { "name": "same" }] },
        { "name": "z", "at": [0, 0], "on_connection_error": "ignore", "when_blocked": "waits", "in_memory": true, "handlers": [] }],
      "faults": ["stop a#1 giving back at 1s", "partition a#3 from broker at 2s for 1s", "kill a#2 at 1s for 2s", "partition a from broker at 3s", "hang a at step 2 of message e-5", "slow a 2.5x at 0s", "alarm disk at 1ms", "fill a at 1h",
        "power off a#1 at 1s", "delete queue r at 1ms", "purge q at 1ms", "unbind q from x at 1ms", "move q to r at 1ms", "deploy a as 2.0 rolling within 5ms at 2ms", "deploy a as same by kill at 4ms for 1ms"],
      "expects": [{ "says": "so", "property": "missing(w) = 0" }, { "property": "p99(http someone) < 5s" }]
    }"#;
    let scenario = scenario_file::read(everything).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let written = scenario_file::write(&scenario);
    assert_eq!(scenario_file::read(&written).unwrap_or_else(|problems| panic!("{problems:#?}\n{written}")), scenario);
    // And it runs.
    let mut world = World::new(Arc::new(scenario), 1);
    world.run_until(requeue::base::SimTime::from_secs(10), 200_000);
    assert_eq!(world.ledger().imbalances(), [""; 0]);
}

/// Every reference to this part, as it is now.
fn references(scenario: &Scenario, part: &Part) -> usize {
    let mut found = 0;
    names::each_reference(&mut scenario.clone(), &mut |referent, name| {
        found += usize::from(referent.may_be(part) && name == part.name());
    });
    found
}

fn renamed(scenario: &Scenario, part: &Part, name: &str) -> Result<Scenario, String> {
    let edited = edit::apply(scenario, &Edit::Rename { part: part.clone(), name: name.into() })?;
    assert_eq!(edited.told, Vec::<String>::new(), "a new name takes nothing away");
    Ok(edited.scenario)
}

#[test]
fn every_part_can_be_renamed_and_back() {
    for (path, _, scenario) in gallery() {
        for part in Part::all(&scenario) {
            let new = renamed(&scenario, &part, "another-name").unwrap_or_else(|why| panic!("{}: {part}: {why}", path.display()));
            assert_eq!(references(&new, &part), 0, "{}: {part} is still spoken of", path.display());
            assert_eq!(references(&new, &part.named("another-name".into())), references(&scenario, &part), "{}: {part}", path.display());
            let back = renamed(&new, &part.named("another-name".into()), part.name()).expect("the old name is free");
            assert!(back == *scenario, "{}: {part}", path.display());
        }
    }
}

#[test]
fn what_is_removed_is_spoken_of_nowhere_and_what_goes_with_it_is_told() {
    for (path, _, scenario) in gallery() {
        for part in Part::all(&scenario) {
            let edited =
                edit::apply(&scenario, &Edit::Remove(part.clone())).unwrap_or_else(|why| panic!("{}: {part}: {why}", path.display()));
            assert_eq!(references(&edited.scenario, &part), 0, "{}: {part} is still spoken of", path.display());
            assert!(Part::all(&edited.scenario).all(|other| other != part), "{}: {part} is still there", path.display());
            let gone = |list: usize, now: usize, what: &str| {
                let told = edited.told.iter().filter(|told| told.starts_with(what)).count();
                assert_eq!(list - now, told, "{}: {part}: {:?}", path.display(), edited.told);
            };
            gone(scenario.expects.len(), edited.scenario.expects.len(), "An expectation");
            gone(scenario.faults.len(), edited.scenario.faults.len(), "The fault");
        }
    }
}

proptest! {
    /// Words of the language that expectations are written in are names as good as any.
    #[test]
    fn a_word_of_the_property_language_is_a_name(
        file in any::<prop::sample::Index>(),
        part in any::<prop::sample::Index>(),
        word in prop::sample::select(WORDS),
    ) {
        static GALLERY: LazyLock<Vec<(PathBuf, String, Arc<Scenario>)>> = LazyLock::new(gallery);
        let (path, _, scenario) = file.get(&GALLERY);
        let parts: Vec<Part> = Part::all(scenario).collect();
        let part = part.get(&parts);
        let new = renamed(scenario, part, word).map_err(TestCaseError::fail)?;
        prop_assert_eq!(new.expects.len(), scenario.expects.len());
        let text = scenario_file::write(&new);
        let read = scenario_file::read(&text).map_err(|problems| TestCaseError::fail(format!("{}: {problems:?}", path.display())))?;
        prop_assert!(read == new, "{}: {part} as {word} is read as it was written", path.display());
        let back = renamed(&new, &part.named(word.into()), part.name()).map_err(TestCaseError::fail)?;
        prop_assert!(back == **scenario, "{}: {part} as {word}, and back", path.display());
    }
}

const WORDS: &[&str] = &[
    "email",
    "sent",
    "depth",
    "ready",
    "http",
    "orders",
    "lost",
    "dead",
    "saved",
    "done",
    "missing",
    "queueing",
    "end-to-end",
    "p95",
    "max",
    "no",
    "twice",
    "below",
    "order",
    "without",
    "rejected",
    "requests",
    "imbalances",
];

#[test]
fn every_scenario_can_be_arranged() {
    let mut fallen = 0;
    for (path, _, scenario) in gallery() {
        let world = World::new(scenario.clone(), scenario.seed);
        let layout = Layout::new();
        let arranged: Layout = arrange::arranged(Plan {
            world: &world,
            moves: &Moves::default(),
            layout: &layout,
            hues: &requeue::app::hues::OfSystem::default(),
            turned: None,
        })
        .into_iter()
        .collect();
        let plan = Plan {
            world: &world,
            moves: &Moves::default(),
            layout: &arranged,
            hues: &requeue::app::hues::OfSystem::default(),
            turned: None,
        };
        let rects: Vec<Rect> = geometry::places(plan).iter().filter_map(|place| geometry::rect(plan, place)).collect();
        for (index, one) in rects.iter().enumerate() {
            for other in &rects[index + 1..] {
                let apart =
                    one.right() <= other.left || other.right() <= one.left || one.bottom() <= other.top || other.bottom() <= one.top;
                assert!(apart, "{}: {one:?} lies over {other:?}", path.display());
            }
        }
        let mut columns: Vec<f64> = arranged.iter().map(|(_, at)| at.x).collect();
        columns.sort_by(f64::total_cmp);
        columns.dedup();
        let even = columns.windows(3).all(|three| (three[2] - 2.0 * three[1] + three[0]).abs() < 1e-9);
        assert!(even, "{}: a column is empty: {columns:?}", path.display());
        assert!(columns.len() <= 8, "{}: {} columns", path.display(), columns.len());
        // What nothing but dead letters reaches lies beneath the queue they come from, and not left of it.
        let edges = geometry::edges(plan);
        let is_dead = |edge: &&geometry::Edge| edge.kind == geometry::EdgeKind::DeadLetters;
        for edge in edges.iter().filter(is_dead) {
            if edges.iter().any(|other| other.to == edge.to && other.kind != geometry::EdgeKind::DeadLetters) {
                continue;
            }
            let rect = |place| geometry::rect(plan, place).expect("it has a place");
            let (from, to) = (rect(&edge.from), rect(&edge.to));
            assert!(
                to.top > from.bottom() && to.centre().x >= from.centre().x,
                "{}: {:?} is not beneath {:?}",
                path.display(),
                edge.to,
                edge.from
            );
            fallen += 1;
        }
    }
    assert!(fallen >= 9, "only {fallen} lines of dead letters were looked at");
}
