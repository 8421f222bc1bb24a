//! The broker's speed, as `./scripts/bench` reports it. Each number is the median of several rounds; ratios are what counts.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench measures real time, and prints it")]
#![expect(clippy::cast_precision_loss, reason = "a rate needs no 53rd bit")]

mod workload;

use std::hint::black_box;
use std::time::{Duration, Instant};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The median time of some rounds.
fn measure(rounds: usize, mut round: impl FnMut()) -> Duration {
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed()
    });
    median(times.collect())
}

fn main() {
    memory();
    let publishes = 200_000;
    let mut broker = workload::Fanout::new();
    broker.run(20_000);
    let time = measure(7, || broker.run(publishes));
    let rate = f64::from(publishes) / time.as_secs_f64();
    println!(
        "publish, route 3 of 20 bindings, deliver to 3 with prefetch 10, ack: {rate:.0} publishes, {:.0} deliveries a second",
        rate * 3.0
    );

    for bindings in [100, 1_000, 10_000] {
        let mut routing = workload::Routing::new(bindings);
        let count = 100_000;
        let time = measure(7, || routing.run(count));
        println!("topic, {bindings} bindings, 3 match: {:.0} ns a publish", time.as_nanos() as f64 / f64::from(count));
    }

    for length in [1_000, 1_000_000] {
        let mut queue = workload::Backlog::new(length);
        let count = 100_000;
        let time = measure(7, || queue.nack_head(count));
        println!("get and nack at the head of {length} messages: {:.0} ns", time.as_nanos() as f64 / f64::from(count));
    }

    let backlog = workload::Backlog::new(100_000);
    let time = measure(15, || drop(black_box(backlog.clone())));
    let clones: Vec<_> = (0..15)
        .map(|_| {
            let start = Instant::now();
            let clone = black_box(backlog.clone());
            (start.elapsed(), clone)
        })
        .map(|(time, _)| time)
        .collect();
    println!(
        "clone a broker with 100,000 messages: {:.2} ms ({:.2} ms with dropping it)",
        median(clones).as_secs_f64() * 1e3,
        time.as_secs_f64() * 1e3
    );
}

/// First of all: memory that has been used and freed would hide what is used.
fn memory() {
    let before = resident_bytes();
    let messages = 1_000_000;
    let queue = black_box(workload::Backlog::new(messages));
    if let Some((before, after)) = before.zip(resident_bytes()) {
        let each = (after - before) as f64 / messages as f64 - workload::PAYLOAD_BYTES as f64;
        println!("1,000,000 queued messages of {} bytes: {each:.0} bytes each beyond the payload", workload::PAYLOAD_BYTES);
    }
    drop(queue);
}

/// What this process holds in memory; none where /proc does not say.
fn resident_bytes() -> Option<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split(' ').nth(1)?.parse::<usize>().ok().map(|pages| pages * 4096)
}
