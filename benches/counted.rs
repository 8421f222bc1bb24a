//! Work whose instructions are counted, by `./scripts/bench`: the same number on every machine, where times differ threefold.
//!
//!     counted NAME      does it once; without a name it lists them
//!
//! Only what runs within [`counted_part`] is counted. `./scripts/bench --against COMMIT` builds this file in the other tree, too: it
//! names nothing that an older tree lacks.
#![expect(clippy::disallowed_macros, reason = "a bench prints")]

mod workload;

use std::sync::Arc;

use requeue::formats::scenario_file;
use requeue::sim::{Timeline, World};

/// What each does, under the name by which it is asked for.
const WORK: [(&str, fn()); 11] = [
    ("publish-fanout", || counted_part(|| workload::Fanout::new().run(20_000))),
    ("route-100", || counted_part(|| workload::Routing::new(100).run(10_000))),
    ("route-10000", || counted_part(|| workload::Routing::new(10_000).run(10_000))),
    ("requeue-1000", || counted_part(|| workload::Backlog::new(1_000).nack_head(20_000))),
    ("requeue-100000", || counted_part(|| workload::Backlog::new(100_000).nack_head(20_000))),
    ("outage", || counted_part(|| run(include_str!("../static/scenarios/two-hour-outage.json"), "2h30m"))),
    ("outage-repaired", || counted_part(|| run(&outage_of_the_chapter(), "2h20m"))),
    ("chapter", || counted_part(|| run(include_str!("../static/scenarios/course-chapter.json"), "30m"))),
    ("rewind", || counted_part(rewind)),
    ("unacked-100", || with_unacked(100)),
    ("unacked-100000", || with_unacked(100_000)),
];

/// `scripts/lib/counted.sh` knows it by its name.
#[inline(never)]
fn counted_part<T>(work: impl FnOnce() -> T) -> T {
    work()
}

fn run(scenario: &str, until: &str) {
    let scenario = Arc::new(scenario_file::read(scenario).expect("it is a scenario"));
    let until = scenario.until.unwrap_or_else(|| until.parse().expect("it is a time"));
    let mut world = World::new(scenario, 1);
    world.set_watched(false);
    world.run_until(until, u64::MAX);
    assert!(world.ledger().imbalances().is_empty());
}

/// The orders and the fault of `two-hour-outage.json` in the system of `chapter-repaired.json`.
fn outage_of_the_chapter() -> String {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
    let outage = read(include_str!("../static/scenarios/two-hour-outage.json"));
    let mut chapter = read(include_str!("../static/scenarios/chapter-repaired.json"));
    chapter["clients"][0]["arrivals"] = outage["clients"][0]["arrivals"].clone();
    chapter["clients"][0]["arrivals"]["from_ms"] = 20_000.into();
    for key in ["until_ms", "faults"] {
        chapter[key] = outage[key].clone();
    }
    chapter.to_string()
}

/// Plays ten minutes, and goes back to each of them.
fn rewind() {
    let scenario = scenario_file::read(include_str!("../static/scenarios/course-chapter.json")).expect("it is a scenario");
    let mut timeline = Timeline::new(Arc::new(scenario), 1);
    for minute in (0..10).chain((0..10).rev()) {
        timeline.seek(format!("{minute}m").parse::<requeue::base::SimTime>().expect("it is a time"));
        timeline.drain_occurrences();
    }
}

/// 2,000 steps of a world whose two consumers hold so many deliveries of a quorum queue of 4.3, and get and settle four a second.
fn with_unacked(count: u64) {
    let scenario = format!(
        r#"{{ "requeue": 1, "title": "Unacked", "network": {{ "latency_ms": 1 }}, "broker": {{ "profile": "4.3",
            "queues": [{{ "name": "q", "durable": true, "arguments": {{ "x-queue-type": "quorum" }}, "at": [0, 0] }}] }},
          "clients": [
            {{ "name": "many", "at": [0, 0], "calls": {{ "service": "api", "endpoint": "x" }}, "arrivals": {{ "every_ms": 0.1, "count": {count} }} }},
            {{ "name": "few", "at": [0, 0], "calls": {{ "service": "api", "endpoint": "x" }}, "arrivals": {{ "every_ms": 250, "from_ms": 11000 }} }}],
          "services": [
            {{ "name": "api", "at": [0, 0], "handlers": [{{ "on": {{ "http": "x" }},
              "steps": [{{ "do": "publish", "exchange": "", "routing_key": "q", "payload": {{}} }}] }}] }},
            {{ "name": "slow", "at": [0, 0], "instances": 2, "concurrency": 1, "handlers": [{{ "on": {{ "queue": "q", "prefetch": 60000 }},
              "steps": [{{ "do": "work", "ms": 500 }}] }}] }}] }}"#
    );
    let mut world = World::new(Arc::new(scenario_file::read(&scenario).expect("it is a scenario")), 1);
    world.set_watched(false);
    world.run_until("20s".parse().expect("it is a time"), u64::MAX);
    let unacked = |world: &World| world.ledger().queues.iter().map(|queue| queue.1.unacked).sum::<u64>();
    counted_part(|| {
        for _ in 0..2_000 {
            assert!(world.step(), "there is always a next step");
        }
    });
    assert!(unacked(&world).abs_diff(count) < 100 && world.halted().is_none());
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match WORK.iter().find(|(known, _)| *known == name) {
        Some((_, work)) => work(),
        None => WORK.iter().for_each(|(name, _)| println!("{name}")),
    }
}
