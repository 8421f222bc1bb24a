//! Broker scripts on the simulated broker and on a real one, compared line by line; and what may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::random_script::random_script;
use super::real::{self, RealBroker};
use crate::broker::Profile;
use crate::formats::broker_script::{self, Line};

/// What the simulated broker does otherwise than the real one that it is compared with, and on purpose.
#[derive(Clone, Copy, Debug)]
pub struct KnownDifference {
    /// The profiles in which it is.
    pub profiles: &'static [Profile],
    pub what: &'static str,
    pub why: &'static str,
}

/// RabbitMQ 3.10.8, which Debian ships, stands for 3.13, which is simulated: their releases differ.
const fn of_release(what: &'static str, why: &'static str) -> KnownDifference {
    KnownDifference { profiles: &[Profile::V3_13], what, why }
}

/// Nothing else may differ.
pub const KNOWN_DIFFERENCES: [KnownDifference; 11] = [
    of_release("x-last-death", "3.13 tells of the last death as well as of the first; 3.10 has no x-last-death-* headers (rule 124)"),
    of_release("CC after death", "3.13 keeps the CC header of a dead letter, 3.10 removes it (rule 126)"),
    of_release(
        "x-delivery-count 0",
        "3.10 tells a count of 0 when a message of a quorum queue is fetched for the first time, in place of a header that the client \
         set; here the count is absent then, and the client's header stays (rule 132)",
    ),
    of_release(
        "x-death order",
        "before 3.13 each death reversed the order of the other entries, so three or more are compared without order (rule 122)",
    ),
    of_release(
        "unknown exchange type",
        "3.13 answers 406 and closes the channel, 3.10 answers 503 and closes the connection; the text says 'invalid', a real broker says 'unknown' for words that its Erlang has not met (rule 16)",
    ),
    of_release(
        "credit over the delivery limit",
        "3.10 gives a consumer two credits back for a message that is over the delivery limit, 3.13 one (rule 74); random scripts set no \
         low limit there",
    ),
    of_release(
        "a cancelled single active consumer",
        "a classic queue of 3.10 and 3.13 hands out nothing when its active consumer is cancelled, and fails at the next publish if messages \
         were ready; the next consumer gets them here, as in 4.x (rule 85); random scripts do not cancel there",
    ),
    of_release(
        "a tag again on a quorum queue",
        "3.10 closes the connection (541) at the next delivery when a consumer tag is used again while its earlier consumer holds messages \
         of a quorum queue (rule 81); random scripts do not use it there",
    ),
    of_release(
        "numeric headers",
        "3.13 compares header values strictly, 3.10 takes 1 for 1.0 (rule 41); random scripts use one number type",
    ),
    of_release("consumer timeout", "x-consumer-timeout is known since 3.12 (rule 93); random scripts do not use it"),
    KnownDifference {
        profiles: &[Profile::V4_0, Profile::V4_3],
        what: "a channel that ends during a hand-over",
        why: "a single active consumer of a quorum queue holds messages, and one of higher priority waits for it. When the channel of the \
              active one ends, 4.3 puts that consumer back among those that wait, and so does 4.0 when the last message that it held is \
              over the delivery limit. In its turn the ended consumer is active again, and what it is given stays unacked; here it is \
              gone with its channel (rule 84); random scripts end no such channel",
    },
];

/// A virtual host of its own for each script, so that scripts do not see each other.
pub fn in_own_vhost<T>(broker: &RealBroker, name: &str, run: impl FnOnce(&RealBroker) -> Result<T, String>) -> Result<T, String> {
    let user = &broker.address.user;
    real::manage(broker, "PUT", &format!("vhosts/{name}"), Some(&json!({})))?;
    let all = json!({ "configure": ".*", "write": ".*", "read": ".*" });
    real::manage(broker, "PUT", &format!("permissions/{name}/{user}"), Some(&all))?;
    let mut own = broker.clone();
    name.clone_into(&mut own.address.vhost);
    let result = run(&own);
    real::manage(broker, "DELETE", &format!("vhosts/{name}"), None)?;
    result
}

/// A transcript as JSON, without what may differ from run to run. `racing` are the channels that consume from several queues.
fn normalise(lines: &[Line], vhost: &str, profile: Profile, racing: &BTreeSet<&str>) -> Vec<Json> {
    let mut names = Names::default();
    let mut lines: Vec<Json> = lines
        .iter()
        .map(|line| {
            let mut json: Json = serde_json::from_str(&line.to_json()).unwrap_or(Json::Null);
            names.replace(&mut json, vhost);
            forget(&mut json);
            if profile == Profile::V3_13 {
                forget_differences(&mut json);
            }
            json
        })
        .collect();
    for line in &mut lines {
        let Some(events) = line.get_mut("events").and_then(Json::as_array_mut) else { continue };
        for event in events.iter_mut() {
            if event["channel"].as_str().is_some_and(|channel| racing.contains(channel)) {
                event.as_object_mut().map(|fields| fields.remove("delivery_tag"));
                event.get_mut("message").and_then(Json::as_object_mut).map(|fields| fields.remove("delivery_tag"));
            }
        }
        // Only what one consumer, or one publisher, sees has an order of its own.
        events.sort_by_key(|event| {
            let word = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
            let kind = match event["event"].as_str() {
                Some("delivered" | "settled") => 0,
                Some("returned") => 1,
                Some("confirmed") => 2,
                _ => 3,
            };
            (word("connection"), word("channel"), kind, word("consumer_tag"), event["sequence"].as_u64())
        });
    }
    lines
}

/// Names the server made up, by the order in which they appear.
#[derive(Default)]
struct Names(Vec<String>);

const GENERATED: [&str; 2] = ["amq.gen-", "amq.ctag-"];
const GENERATED_LENGTH: usize = 22;

impl Names {
    fn replace(&mut self, json: &mut Json, vhost: &str) {
        match json {
            Json::String(text) => {
                let mut out = text.replace(&format!("vhost '{vhost}'"), "vhost '/'");
                for prefix in GENERATED {
                    let Some(at) = out.find(prefix) else { continue };
                    let end = (at + prefix.len() + GENERATED_LENGTH).min(out.len());
                    if !out.is_char_boundary(end) {
                        continue;
                    }
                    let name = out[at..end].to_owned();
                    let index = self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
                        self.0.push(name.clone());
                        self.0.len() - 1
                    });
                    out = out.replace(&name, &format!("{prefix}{}", index + 1));
                }
                *text = out;
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.replace(item, vhost)),
            Json::Object(fields) => fields.values_mut().for_each(|value| self.replace(value, vhost)),
            _ => {}
        }
    }
}

/// Removes times.
fn forget(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(forget),
        Json::Object(fields) => {
            fields.remove("time_ms");
            // A client is not told that its next publish will block it.
            if fields.get("state") == Some(&json!("blocking")) {
                fields.insert("state".into(), json!("running"));
            }
            if fields.contains_key("reason") && fields.contains_key("queue") && fields.contains_key("count") {
                fields.remove("time");
            }
            fields.values_mut().for_each(forget);
        }
        _ => {}
    }
}

/// Removes what [`KNOWN_DIFFERENCES`] names.
fn forget_differences(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(forget_differences),
        Json::Object(fields) => {
            fields.retain(|name, value| !(name.starts_with("x-last-death-") || name == "x-delivery-count" && *value == json!(0)));
            if fields.get("headers").and_then(Json::as_object).is_some_and(|headers| {
                headers.keys().all(|name| name == "x-delivery-count") && headers.values().all(|value| *value == json!(0))
            }) {
                fields.remove("headers");
            }
            if fields.contains_key("x-death") {
                fields.remove("CC");
            }
            fields.values_mut().for_each(forget_differences);
            if let Some(deaths) = fields.get_mut("x-death").and_then(Json::as_array_mut)
                && deaths.len() > 2
            {
                deaths.sort_by_key(ToString::to_string);
            }
        }
        _ => {}
    }
}

/// The queues of several consumers race for the delivery tags of their channel.
fn racing_channels(steps: &[Json]) -> BTreeSet<&str> {
    let mut queues: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step["op"] == "basic.consume") {
        let (channel, queue) = (step["channel"].as_str().unwrap_or("ch1"), step["queue"].as_str().unwrap_or_default());
        queues.entry(channel).or_default().insert(queue);
    }
    queues.into_iter().filter(|(_, queues)| queues.len() > 1).map(|(channel, _)| channel).collect()
}

/// What a real broker need not tell.
const UNREADABLE: [&str; 9] =
    ["routed_to", "ready", "unacked", "total", "dead_letter_pending", "consumers", "active_consumer", "bodies", "redelivered"];

/// The first place where two normalised transcripts differ.
#[must_use]
pub fn first_difference(simulated: &[Json], real: &[Json]) -> Option<String> {
    if simulated.len() != real.len() {
        return Some(format!("{} lines simulated, {} real", simulated.len(), real.len()));
    }
    simulated.iter().zip(real).find_map(|(simulated, real)| {
        differ(simulated, real, "").map(|path| format!("{path}\n  simulated {simulated}\n  real      {real}"))
    })
}

fn differ(simulated: &Json, real: &Json, path: &str) -> Option<String> {
    match (simulated, real) {
        (Json::Object(one), Json::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            keys.into_iter().find_map(|key| {
                let here = format!("{path}.{key}");
                match (one.get(key), other.get(key)) {
                    (_, Some(Json::Null)) if UNREADABLE.contains(&key.as_str()) => None,
                    (Some(one), Some(other)) => differ(one, other, &here),
                    _ => Some(format!("{here} is on one side only")),
                }
            })
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().find_map(|(index, (one, other))| differ(one, other, &format!("{path}[{index}]")))
        }
        (one, other) if one == other => None,
        _ => Some(path.to_owned()),
    }
}

/// A script that goes differently, as small as it could be made.
#[derive(Clone, Debug)]
pub struct Divergence {
    pub seed: u64,
    pub script: Json,
    pub difference: String,
}

/// Runs one script on both brokers. A difference counts when it is there again with more patience.
pub fn compare(script: &Json, broker: &RealBroker, vhost: &str) -> Result<Option<String>, String> {
    let mut patient = broker.clone();
    // Where time matters, patience is part of the question.
    let timed = steps(script).iter().any(|step| step["op"] == "advance");
    let patience = if timed { [15, 20, 25, 30, 30] } else { [15, 60, 150, 300, 300] };
    for (attempt, quiet) in patience.map(Duration::from_millis).into_iter().enumerate() {
        patient.quiet = quiet;
        let difference = compare_once(script, &patient, vhost)?;
        if difference.is_none() || attempt + 1 == patience.len() {
            return Ok(difference);
        }
    }
    Ok(None)
}

fn compare_once(script: &Json, broker: &RealBroker, vhost: &str) -> Result<Option<String>, String> {
    let racing = racing_channels(steps(script));
    let script = broker_script::read(&script.to_string()).map_err(|problems| format!("{problems:?}"))?;
    let simulated = broker_script::run(&script);
    let real = in_own_vhost(broker, vhost, |own| real::run(&script, own))?;
    let [simulated, real] = [(&simulated, "/"), (&real, vhost)].map(|(lines, vhost)| normalise(lines, vhost, script.profile, &racing));
    Ok(first_difference(&simulated, &real))
}

/// Random scripts from these seeds; the first divergence, shrunk. `progress` hears after each.
pub fn search(
    broker: &RealBroker,
    profile: Profile,
    seeds: std::ops::Range<u64>,
    vhost: &str,
    mut progress: impl FnMut(u64),
) -> Result<Option<Divergence>, String> {
    for seed in seeds {
        let script = random_script(seed, profile);
        if let Some(difference) = compare(&script, broker, vhost)? {
            let (script, difference) = shrink(script, difference, broker, vhost)?;
            return Ok(Some(Divergence { seed, script, difference }));
        }
        progress(seed);
    }
    Ok(None)
}

/// Leaves out steps for as long as the difference stays.
fn shrink(mut script: Json, mut difference: String, broker: &RealBroker, vhost: &str) -> Result<(Json, String), String> {
    // As patient as the comparison that found it: a slow broker is no difference.
    let broker = &RealBroker { quiet: Duration::from_millis(150), ..broker.clone() };
    let mut size = steps(&script).len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < steps(&script).len() {
            let mut shorter = steps(&script).clone();
            let end = (start + size).min(shorter.len());
            shorter.drain(start..end);
            let candidate = json!({ "script": 1, "profile": script["profile"], "steps": shorter });
            match compare_once(&candidate, broker, vhost)? {
                Some(still) => (script, difference) = (candidate, still),
                None => start += size,
            }
        }
        size /= 2;
    }
    Ok((script, difference))
}

fn steps(script: &Json) -> &Vec<Json> {
    script["steps"].as_array().expect("a script has steps")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::broker_script::Outcome;

    fn told(headers: &Json, profile: Profile) -> Vec<Json> {
        let message = json!({ "properties": { "headers": headers } });
        let result = Outcome::ok([("message", message)]);
        let line = Line::Step { step: 0, op: "basic.get".into(), name: None, time_ms: 0, result, events: Vec::new() };
        normalise(&[line], "/", profile, &BTreeSet::new())
    }

    #[test]
    fn what_only_3_10_lacks_is_compared_on_the_others() {
        let differences = [
            (json!({ "x-last-death-queue": "q", "kind": "a" }), json!({ "kind": "a" })),
            (json!({ "x-delivery-count": 0, "kind": "a" }), json!({ "kind": "a" })),
            (json!({ "x-death": [], "CC": ["k"] }), json!({ "x-death": [] })),
        ];
        for (one, other) in differences {
            for profile in [Profile::V3_13, Profile::V4_0, Profile::V4_3] {
                let differ = first_difference(&told(&one, profile), &told(&other, profile)).is_some();
                assert_eq!(differ, profile != Profile::V3_13, "{one} beside {other}, {}", profile.name());
            }
        }
    }
}
