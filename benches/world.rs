//! The world's speed: the two-hour outage, agenda events a second, seeking, and a day under random faults.

#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench measures real time, and prints it")]
#![expect(clippy::cast_precision_loss, reason = "a rate needs no 53rd bit")]

use std::sync::Arc;
use std::time::Instant;

use requeue::base::SimTime;
use requeue::formats::scenario_file;
use requeue::scenario::{Property, Scenario};
use requeue::sim::judge::{holds, judge};
use requeue::sim::random::Random;
use requeue::sim::{Input, Timeline, World, explore};

fn read(text: &str) -> Arc<Scenario> {
    Arc::new(scenario_file::read(text).expect("it is a scenario"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The explorer asks after every step, and a page in every frame: to ask must neither copy the ledger nor walk what is on its way.
fn asking(flights: u32) -> f64 {
    let text = format!(
        r#"{{"requeue":1,"title":"t","network":{{"latency_ms":10000}},"broker":{{"queues":[{{"name":"q","at":[0,0]}}]}},"services":[{{"name":"s","at":[0,0],"handlers":[{{"on":{{"http":"x"}},"steps":[{{"do":"effect","what":"e","of":"n"}}]}}]}}],"clients":[{{"name":"c","at":[0,0],"calls":{{"service":"s","endpoint":"x"}},"arrivals":{{"at_once":{flights}}}}}]}}"#
    );
    let mut world = World::new(read(&text), 1);
    world.run_until(SimTime::from_secs(1), u64::MAX);
    assert_eq!(world.flights().count(), flights as usize);
    let asked = ["lost = 0", "dropped(q) = 0", "duplicated(e) = 0", "saved_twice = 0"]
        .map(|text| text.parse::<Property>().expect("it is a property"));
    let times = (0..7).map(|_| {
        let start = Instant::now();
        (0..10_000).for_each(|_| assert!(asked.iter().all(|property| holds(&world, property))));
        start.elapsed().as_secs_f64()
    });
    median(times.collect())
}

fn main() {
    println!("to ask what holds, with 100,000 on the way beside 10: {:.2} (at most 2)", asking(100_000) / asking(10));
    let outage = read(include_str!("../static/scenarios/two-hour-outage.json"));
    let chapter = read(include_str!("../static/scenarios/course-chapter.json"));

    let times = (0..9).map(|_| {
        let start = Instant::now();
        let mut world = World::new(outage.clone(), 1);
        world.set_watched(false);
        world.run_until(outage.until.expect("it has an end"), u64::MAX);
        let took = start.elapsed().as_secs_f64() * 1e3;
        assert!(world.ledger().imbalances().is_empty() && outage.expects.iter().all(|expected| judge(&world, &expected.property).holds));
        took
    });
    println!("two-hour outage, 10,000 orders: {:.0} ms (at most 100)", median(times.collect()));

    let rates = (0..7).map(|_| {
        let mut world = World::new(chapter.clone(), 1);
        world.set_watched(false);
        let start = Instant::now();
        world.run_until(SimTime::from_secs(7_200), u64::MAX);
        world.steps() as f64 / start.elapsed().as_secs_f64()
    });
    println!("agenda events a second: {:.0} (at least 1,000,000)", median(rates.collect()));

    let before = resident_mb();
    let mut alone = World::new(chapter.clone(), 1);
    alone.set_watched(false);
    while alone.steps() < 1_000_000 {
        alone.step();
    }
    let world_alone = resident_mb() - before;
    let mut timeline = Timeline::new(chapter.clone(), 1);
    let start = Instant::now();
    while timeline.world().steps() < 1_000_000 {
        timeline.advance(timeline.world().now() + SimTime::from_secs(60), u64::MAX);
        timeline.drain_occurrences();
    }
    println!("1,000,000 events played and kept in {:.2} s", start.elapsed().as_secs_f64());
    let end = timeline.world().now();
    let mut random = Random::stream(1, 1);
    let mut seeks: Vec<f64> = (0..400)
        .map(|_| {
            let at = random.uniform(SimTime::ZERO, end);
            let start = Instant::now();
            timeline.seek(at);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    seeks.sort_by(f64::total_cmp);
    println!(
        "seek in 1,000,000 events: p50 {:.1} ms, p95 {:.1} ms (at most 16); {} keyframes, {} MB by count and {} MB resident (at most 64)",
        seeks[200],
        seeks[380],
        timeline.keyframes(),
        timeline.keyframe_bytes() >> 20,
        (resident_mb() - before).saturating_sub(2 * world_alone),
    );
    drop(alone);

    let day = SimTime::from_secs(24 * 3_600);
    let start = Instant::now();
    let mut steps = 0;
    for seed in 1..=20 {
        let mut world = World::new(chapter.clone(), seed);
        world.set_watched(false);
        for timed in explore::chaos(&chapter, seed, 60, day) {
            world.inject(timed.input);
        }
        let mut at = SimTime::ZERO;
        while at < day {
            at = at + SimTime::from_secs(600);
            world.run_until(at, u64::MAX);
            assert_eq!(world.ledger().imbalances(), Vec::<String>::new(), "seed {seed} at {at}");
        }
        world.inject(Input::Silence);
        world.run_until(day + day, u64::MAX);
        assert_eq!(world.ledger().imbalances(), Vec::<String>::new(), "seed {seed}");
        steps += world.steps();
    }
    println!("20 days under 60 random faults each: every ledger balances; {steps} events in {:.0} s", start.elapsed().as_secs_f64());
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() >> 10
}
