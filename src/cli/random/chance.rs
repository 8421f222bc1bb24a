//! Chance on a real broker, and faults of a real broker. Such steps are left out of random scripts.
//!
//! The simulated broker runs the script and tells what happened at each of its moments. Two processes of a real broker that are at work in
//! the same moment race. It is chance which of them comes first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::broker::{Event, MessageId, Name, Profile};
use crate::formats::broker_script::{self, Happened};

/// The script without steps whose outcome is chance, and without those that meet a known fault of the real broker.
pub(super) fn without_chance(mut script: Json) -> Json {
    // Each round takes one step out; what follows it then happens otherwise.
    let faults = [chance_at, ends_during_hand_over, settles_for_another, deletes_before_commit];
    while let Some(step) = faults.iter().find_map(|fault| fault(&script)) {
        if let Some(steps) = script["steps"].as_array_mut() {
            steps.remove(step);
        }
    }
    script
}

fn steps(script: &Json) -> &[Json] {
    script["steps"].as_array().map_or(&[], Vec::as_slice)
}

/// The first step whose outcome is chance.
pub(super) fn chance_at(script: &Json) -> Option<usize> {
    let read = broker_script::read(&script.to_string()).ok()?;
    let (_, happened) = broker_script::run_watched(&read);
    let steps = steps(script);
    let settle_themselves: BTreeSet<&str> = steps
        .iter()
        .filter(|step| step["op"] == "basic.consume" && step["on_delivery"].is_object())
        .filter_map(|step| step["consumer_tag"].as_str())
        .collect();
    let raced = |moment: &[&Happened]| feeds_race(moment) || settlements_race(moment, &settle_themselves);
    moments(&happened, steps).into_iter().find(|moment| raced(moment)).map(|moment| moment[0].step).or_else(|| tags_race(steps))
}

/// What happened together. Timers of one step are not told apart: a real broker's are never that exact.
fn moments<'a>(happened: &'a [Happened], steps: &[Json]) -> Vec<Vec<&'a Happened>> {
    let mut moments: Vec<Vec<&Happened>> = Vec::new();
    for event in happened {
        let timed = steps.get(event.step).is_some_and(|step| step["op"] == "advance");
        match moments.last_mut().filter(|last| last[0].step == event.step && (timed || last[0].moment == event.moment)) {
            Some(last) => last.push(event),
            None => moments.push(vec![event]),
        }
    }
    moments
}

/// Whether a queue is fed by two others, or by a client and another queue.
fn feeds_race(moment: &[&Happened]) -> bool {
    let mut of_queue: BTreeMap<MessageId, &Name> = BTreeMap::new();
    let mut feeders: BTreeMap<&Name, Vec<Option<&Name>>> = BTreeMap::new();
    for Happened { event, .. } in moment {
        match event {
            Event::DeadLettered { queue, successor, .. } => {
                of_queue.insert(*successor, queue);
            }
            Event::Routed { message, queues } => {
                for target in queues.iter() {
                    feeders.entry(target).or_default().push(of_queue.get(&message.id).copied());
                }
            }
            // A requeue is an arrival as well.
            Event::Requeued { queue, .. } => feeders.entry(queue).or_default().push(None),
            _ => {}
        }
    }
    feeders.iter().any(|(target, from)| {
        let queues: BTreeSet<&Name> = from.iter().copied().flatten().collect();
        let clients = from.iter().filter(|feeder| feeder.is_none()).count();
        // What one client message makes a queue dead-letter to itself comes after that message.
        let caused = queues.len() == 1 && queues.contains(target) && clients <= 1;
        !caused && (queues.len() > 1 || queues.len() == 1 && clients > 0)
    })
}

/// Whether consumers that settle by themselves hear from two queues, or on two channels: which settles first is chance.
fn settlements_race(moment: &[&Happened], settle_themselves: &BTreeSet<&str>) -> bool {
    let heard: BTreeSet<_> = moment
        .iter()
        .filter_map(|happened| match &happened.event {
            Event::Delivered(delivered) if settle_themselves.contains(&*delivered.consumer_tag) => {
                Some((&delivered.queue, delivered.channel))
            }
            _ => None,
        })
        .collect();
    heard.len() > 1
}

/// The first step that settles several deliveries of a channel that consumes from several queues. Which came first is chance.
fn tags_race(steps: &[Json]) -> Option<usize> {
    let mut queues: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        let channel = step["channel"].as_str().unwrap_or("ch1");
        if step["op"] == "basic.consume" {
            queues.entry(channel).or_default().insert(step["queue"].as_str().unwrap_or_default());
        }
        let by_number = step["multiple"] == true || step["of"]["delivery_tag"].as_u64().is_some_and(|tag| tag < 90);
        if by_number && queues.get(channel).is_some_and(|queues| queues.len() > 1) {
            return Some(index);
        }
    }
    None
}

/// Whether the real broker can activate a consumer whose channel has ended; see `KNOWN_DIFFERENCES`.
pub(super) fn may_activate_the_ended(script: &Json) -> bool {
    steps(script).iter().any(|step| {
        let arguments = &step["arguments"];
        let few = arguments["x-delivery-limit"].as_i64().is_some_and(|limit| (0..50).contains(&limit));
        let alone = arguments["x-queue-type"] == "quorum" && arguments["x-single-active-consumer"] == true;
        let profile = script["profile"].as_str().unwrap_or_default();
        alone && (profile.starts_with("4.3") || profile == "4.0" && few)
    })
}

/// The step that deletes a queue to which a transaction has published, on 3.10; see `KNOWN_DIFFERENCES`.
pub(super) fn deletes_before_commit(script: &Json) -> Option<usize> {
    let steps = steps(script);
    if script["profile"] != Profile::V3_13.name() || !steps.iter().any(|step| step["op"] == "tx.select") {
        return None;
    }
    let read = broker_script::read(&script.to_string()).ok()?;
    let (_, happened) = broker_script::run_watched(&read);
    let channel = |step: usize| steps[step]["channel"].as_str().unwrap_or("ch1");
    let mut published: BTreeMap<&str, Vec<(usize, &Name)>> = BTreeMap::new();
    for Happened { step, event, .. } in &happened {
        match event {
            Event::Routed { queues, .. } if steps[*step]["op"] == "basic.publish" => {
                published.entry(channel(*step)).or_default().extend(queues.iter().map(|queue| (*step, queue)));
            }
            Event::QueueDeleted { queue, .. } => {
                let in_transaction = |channel: &str, since: usize| {
                    let before = &steps[..since];
                    let ends = ["tx.commit", "tx.rollback"];
                    let of_channel = |step: &&Json| step["channel"].as_str().unwrap_or("ch1") == channel;
                    before.iter().filter(of_channel).any(|step| step["op"] == "tx.select")
                        && !steps[since..*step].iter().filter(of_channel).any(|step| ends.iter().any(|end| step["op"] == *end))
                };
                let waits = |(channel, all): (&&str, &Vec<(usize, &Name)>)| {
                    all.iter().any(|(since, other)| *other == queue && in_transaction(channel, *since))
                };
                if published.iter().any(waits) {
                    return Some(*step);
                }
            }
            _ => {}
        }
    }
    None
}

/// What a probe tells before each step, and after the last.
fn states_between(script: &Json) -> Vec<Json> {
    let probe = json!({ "op": "probe" });
    let mut probed = script.clone();
    probed["steps"] = std::iter::once(&probe).chain(steps(script).iter().flat_map(|step| [step, &probe])).cloned().collect();
    let Ok(probed) = broker_script::read(&probed.to_string()) else { return Vec::new() };
    broker_script::run(&probed)
        .iter()
        .step_by(2)
        .filter_map(|line| serde_json::from_str(&line.to_json()).ok())
        .map(|mut line: Json| line["result"]["ok"].take())
        .collect()
}

/// The step at which a delivery of a deleted queue may meet a fault of its successor; see `KNOWN_DIFFERENCES`.
pub(super) fn settles_for_another(script: &Json) -> Option<usize> {
    let steps = steps(script);
    let mut declared: BTreeMap<&str, usize> = BTreeMap::new();
    for step in steps.iter().filter(|step| step["op"] == "queue.declare" && step["passive"] != true) {
        *declared.entry(step["queue"].as_str().unwrap_or_default()).or_default() += 1;
    }
    let again = |step: &Json| step["queue"].as_str().and_then(|queue| declared.get(queue)).is_some_and(|times| *times > 1);
    if !steps.iter().any(again) {
        return None;
    }
    let takers = steps.iter().filter(|step| again(step) && matches!(step["op"].as_str(), Some("basic.consume" | "basic.get")));
    let takers: BTreeSet<&str> = takers.map(|step| step["channel"].as_str().unwrap_or("ch1")).collect();
    let priorities = steps.iter().any(|step| again(step) && step["arguments"]["x-max-priority"].is_u64());
    let harmless = |step: &Json| {
        let by_itself = step["multiple"] != true && step["of"]["delivery_tag"] != 0;
        let kept = step["op"] == "basic.ack" || step["requeue"] == true;
        takers.len() < 2 && !priorities && by_itself && kept && step["of"].is_object()
    };
    let settles = |step: &Json| {
        matches!(step["op"].as_str(), Some("basic.ack" | "basic.nack" | "basic.reject" | "basic.recover" | "tx.commit")) && !harmless(step)
    };
    let parts = |state: &Json, part: &str| state[part].as_array().cloned().unwrap_or_default();
    let held = |state: &Json, part: &str| -> u64 { parts(state, part).iter().filter_map(|part| part["unacked"].as_u64()).sum() };
    states_between(script).iter().zip(steps).position(|(before, step)| {
        // What channels hold and no queue counts is of queues that are gone.
        let of_gone = held(before, "channels") > held(before, "queues");
        settles(step)
            && of_gone
            && parts(before, "queues").iter().any(|queue| queue["name"].as_str().is_some_and(|name| declared.get(name) > Some(&1)))
    })
}

/// The step that ends a channel whose consumer is active and holds messages while one of higher priority waits. The simulated broker is
/// asked before each step.
pub(super) fn ends_during_hand_over(script: &Json) -> Option<usize> {
    if !may_activate_the_ended(script) {
        return None;
    }
    let steps = steps(script);
    let states = states_between(script);
    let consumed = |before: usize| steps[..before].iter().rev().filter(|step| step["op"] == "basic.consume");
    let priority = |consume: &Json| consume["arguments"]["x-priority"].as_i64().unwrap_or_default();
    let channel = |state: &Json, name: &Json| {
        let found = state["channels"].as_array().and_then(|channels| channels.iter().find(|channel| channel["name"] == *name));
        found.map(|channel| (channel["open"] == true, channel["unacked"].as_u64().unwrap_or_default()))
    };
    states.windows(2).position(|pair| {
        let [before, after] = pair else { return false };
        let index = states.iter().position(|state| std::ptr::eq(state, before)).unwrap_or_default();
        before["queues"].as_array().into_iter().flatten().any(|queue| {
            let Some(active) = consumed(index).find(|consume| consume["consumer_tag"] == queue["active_consumer"]) else { return false };
            let awaited = consumed(index).any(|other| other["queue"] == active["queue"] && priority(other) > priority(active));
            let holds = channel(before, &active["channel"]).is_some_and(|(open, unacked)| open && unacked > 0);
            let ended = channel(after, &active["channel"]).is_none_or(|(open, _)| !open);
            awaited && holds && ended
        })
    })
}
