//! The speed of the broker and of the world in a browser, by the same work as natively.
#![cfg(target_arch = "wasm32")]

mod workload;

use std::sync::Arc;

use requeue::base::SimTime;
use requeue::formats::scenario_file;
use requeue::sim::random::Random;
use requeue::sim::{Timeline, World};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn publish_route_deliver_ack() {
    let now = || web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now());
    let publishes = 100_000;
    let mut broker = workload::Fanout::new();
    broker.run(20_000);
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = now();
            broker.run(publishes);
            now() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    console_log!("wasm: {:.0} publishes a second", f64::from(publishes) / times[3] * 1e3);
}

#[wasm_bindgen_test]
fn two_hours_and_seeking() {
    let now = || web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now());
    let read = |text: &str| Arc::new(scenario_file::read(text).expect("it is a scenario"));
    let outage = read(include_str!("../static/scenarios/two-hour-outage.json"));
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = now();
            let mut world = World::new(outage.clone(), 1);
            world.set_watched(false);
            world.run_until(outage.until.expect("it has an end"), u64::MAX);
            assert!(world.ledger().imbalances().is_empty() && world.ledger().business.times_done("email sent") == 10_000);
            now() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    console_log!("outage: {:.0} ms", times[3]);

    let mut timeline = Timeline::new(read(include_str!("../static/scenarios/course-chapter.json")), 1);
    while timeline.world().steps() < 1_000_000 {
        timeline.advance(timeline.world().now() + SimTime::from_secs(60), u64::MAX);
        timeline.drain_occurrences();
    }
    let end = timeline.world().now();
    let mut random = Random::stream(1, 1);
    let mut seeks: Vec<f64> = (0..200)
        .map(|_| {
            let at = random.uniform(SimTime::ZERO, end);
            let start = now();
            timeline.seek(at);
            now() - start
        })
        .collect();
    seeks.sort_by(f64::total_cmp);
    console_log!("seek: p50 {:.1} ms, p95 {:.1} ms, {} keyframes", seeks[100], seeks[190], timeline.keyframes());
}
