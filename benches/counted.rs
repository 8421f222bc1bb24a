//! Work whose instructions are counted, by `./scripts/bench`: the same number on every machine, where times differ threefold.
//!
//!     counted NAME      does it once; without a name it lists them
//!
//! `./scripts/bench --against COMMIT` builds this file in the other tree, too: it names nothing that an older tree lacks.
#![expect(clippy::disallowed_macros, reason = "a bench prints")]

mod workload;

use std::sync::Arc;

use requeue::formats::scenario_file;
use requeue::sim::{Timeline, World};

/// What each does, under the name by which it is asked for.
const WORK: [(&str, fn()); 8] = [
    ("publish-fanout", || workload::Fanout::new().run(20_000)),
    ("route-100", || workload::Routing::new(100).run(10_000)),
    ("route-10000", || workload::Routing::new(10_000).run(10_000)),
    ("requeue-1000", || workload::Backlog::new(1_000).nack_head(20_000)),
    ("requeue-100000", || workload::Backlog::new(100_000).nack_head(20_000)),
    ("outage", || run(include_str!("../static/scenarios/two-hour-outage.json"), "2h30m")),
    ("chapter", || run(include_str!("../static/scenarios/course-chapter.json"), "30m")),
    ("rewind", rewind),
];

fn run(scenario: &str, until: &str) {
    let scenario = Arc::new(scenario_file::read(scenario).expect("it is a scenario"));
    let until = scenario.until.unwrap_or_else(|| until.parse().expect("it is a time"));
    let mut world = World::new(scenario, 1);
    world.set_watched(false);
    world.run_until(until, u64::MAX);
    assert!(world.ledger().imbalances().is_empty());
}

/// Plays ten minutes, and goes back to each of them.
fn rewind() {
    let scenario = scenario_file::read(include_str!("../static/scenarios/course-chapter.json")).expect("it is a scenario");
    let mut timeline = Timeline::new(Arc::new(scenario), 1);
    for minute in (0..10).chain((0..10).rev()) {
        timeline.seek(format!("{minute}m").parse().expect("it is a time"));
        timeline.drain_occurrences();
    }
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match WORK.iter().find(|(known, _)| *known == name) {
        Some((_, work)) => work(),
        None => WORK.iter().for_each(|(name, _)| println!("{name}")),
    }
}
