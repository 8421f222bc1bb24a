//! What was seen of a running broker, read and replayed.

use requeue::base::SimTime;
use requeue::formats::capture::replay::replay;
use requeue::formats::capture::{self, Capture, What};
use requeue::formats::recording_file;
use requeue::scenario::validate;
use requeue::sim::{Recording, World};

pub const TEXT: &str = include_str!("../captures/trace.log");

pub fn read(text: &str) -> Capture {
    assert!(capture::is_one(text));
    capture::read(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// What happened, a line each: `12 + m0 orders:order.placed > work` and `15 work > m0`.
pub fn told(capture: &Capture) -> Vec<String> {
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

/// How many messages a queue of the replay holds at a moment: ready and unacked.
pub fn held(world: &World, queue: &str) -> (u64, u64) {
    let queue = world.broker().queue(queue).unwrap_or_else(|| panic!("{queue} is there"));
    (queue.ready(), queue.unacked())
}

pub fn replayed(text: &str) -> (Recording, SimTime) {
    let replay = replay(&read(text), "replay");
    assert_eq!(validate(&replay.scenario), []);
    let (scenario, until) = (replay.scenario.clone(), replay.until.at);
    let recording = replay.recording(scenario);
    // It is kept as any recording is.
    let kept = recording_file::read(&recording_file::write(&recording, until)).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(kept.recording, recording);
    (recording, until)
}
