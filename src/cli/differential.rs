//! Broker scripts on the simulated broker and on a real one, compared line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::random::random_script;
use super::real::{self, RealBroker};
use super::shrink::shrink;
use super::versions::release_of;
use crate::broker::Profile;
use crate::formats::broker_script::{self, Line, Script};

/// A separate virtual host for each script, so that scripts do not see each other.
pub fn in_own_vhost<T>(
    broker: &RealBroker,
    name: &str,
    script: &Script,
    run: impl FnOnce(&RealBroker) -> Result<T, String>,
) -> Result<T, String> {
    let user = &broker.address.user;
    // Until 3.11.12 the key was written as one word.
    let both = |kind: &str| json!({ "default_queue_type": kind, "defaultqueuetype": kind });
    let settings = script.default_queue_type.map_or_else(|| json!({}), |kind| both(kind.name()));
    real::manage(broker, "PUT", &format!("vhosts/{name}"), Some(&settings))?;
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
            if release_of(profile).line == "3.10" {
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
        // Only what one consumer, or one publisher, sees has a fixed order.
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

const GENERATED: [&str; 3] = ["amq.gen-", "amq.ctag-", "amq.rabbitmq.reply-to."];

/// What a made-up name consists of: two texts in Base64, or one.
const fn is_made_up(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '+' | '/' | '=' | '.')
}

impl Names {
    fn replace(&mut self, json: &mut Json, vhost: &str) {
        match json {
            Json::String(text) => {
                let mut out = text.replace(&format!("vhost '{vhost}'"), "vhost '/'");
                if out.contains("{resource,") {
                    // As Erlang writes a term: it breaks long lines.
                    out = out.split('\n').map(str::trim_start).collect();
                    out = out.replace(&format!("{{resource,<<\"{vhost}\">>"), "{resource,<<\"/\">>");
                }
                for prefix in GENERATED {
                    let Some(at) = out.find(prefix) else { continue };
                    let rest = &out[at + prefix.len()..];
                    let length = rest.find(|letter| !is_made_up(letter)).unwrap_or(rest.len());
                    let name = out[at..at + prefix.len() + length].to_owned();
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

/// Removes what [`KNOWN_DIFFERENCES`](super::versions::KNOWN_DIFFERENCES) names.
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
            // A message of a stream (rule 165).
            if fields.get("delivery_mode") == Some(&json!(1))
                && fields.get("headers").is_some_and(|headers| headers["x-stream-offset"].is_u64())
            {
                fields.remove("delivery_mode");
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
const UNREADABLE: [&str; 10] = [
    "message_count",
    "routed_to",
    "ready",
    "unacked",
    "total",
    "dead_letter_pending",
    "consumers",
    "active_consumer",
    "bodies",
    "redelivered",
];

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

/// Of what kind a difference is: where it shows, in which operation, and how each side answered. Names and numbers change while a script is
/// made smaller. A difference of another kind is another find, and would hide the first.
fn kind_of(difference: &str) -> Vec<String> {
    let mut lines = difference.lines();
    let place = lines.next().unwrap_or_default().chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let answer = |line: &str| -> Option<String> {
        let side: Json = serde_json::from_str(&line[line.find('{')?..]).ok()?;
        let told = side["events"].as_array().into_iter().flatten().map(|event| format!("{} {}", event["event"], event["code"]));
        Some(format!("{} {} {:?}", side["op"], side["result"]["error"]["code"], told.collect::<Vec<_>>()))
    };
    std::iter::once(place).chain(lines.filter_map(answer)).collect()
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
    let patience = patience(script);
    for (attempt, quiet) in patience.iter().enumerate() {
        patient.quiet = *quiet;
        let difference = compare_once(script, &patient, vhost)?;
        if difference.is_none() || attempt + 1 == patience.len() {
            return Ok(difference);
        }
    }
    Ok(None)
}

/// The same in one try, with so much patience that a slow broker is no difference.
pub fn compare_patiently(script: &Json, broker: &RealBroker, vhost: &str) -> Result<Option<String>, String> {
    let patient = RealBroker { quiet: Duration::from_millis(60), ..broker.clone() };
    compare_once(script, &patient, vhost)
}

/// How long the broker may be silent, at each try. Where time matters, patience is part of the question; what takes minutes is not tried
/// often.
fn patience(script: &Json) -> Vec<Duration> {
    let advanced: u64 = steps(script).iter().filter_map(|step| step["ms"].as_u64()).sum();
    let millis: &[u64] = match advanced {
        0 => &[15, 60, 150, 300, 300],
        1..30_000 => &[15, 20, 30, 40, 40],
        _ => &[15, 30],
    };
    millis.iter().copied().map(Duration::from_millis).collect()
}

/// Whether it needs the broker for itself, and `rabbitmqctl`. What restarts a broker, or blocks its publishers, is felt by all.
#[must_use]
pub fn needs_ctl(script: &Json) -> bool {
    steps(script).iter().any(|step| step["op"].as_str().is_some_and(|op| op.starts_with("alarm.") || op == "broker.restart"))
}

/// Whether an alarm is set at the end.
fn leaves_alarms(script: &Json) -> bool {
    let mut set = BTreeSet::new();
    for step in steps(script) {
        let resource = step["resource"].as_str().unwrap_or("memory");
        match step["op"].as_str() {
            Some("alarm.set") => drop(set.insert(resource)),
            Some("alarm.clear") => drop(set.remove(resource)),
            _ => {}
        }
    }
    !set.is_empty()
}

fn compare_once(script: &Json, broker: &RealBroker, vhost: &str) -> Result<Option<String>, String> {
    let racing = racing_channels(steps(script));
    let script = broker_script::read(&script.to_string()).map_err(|problems| format!("{problems:?}"))?;
    let simulated = broker_script::run(&script);
    let real = in_own_vhost(broker, vhost, &script, |own| real::run(&script, own))?;
    let [simulated, real] = [(&simulated, "/"), (&real, vhost)].map(|(lines, vhost)| normalise(lines, vhost, script.profile, &racing));
    Ok(first_difference(&simulated, &real))
}

/// What a search is doing.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// So many scripts are compared.
    Done(u64),
    /// A script that differs is made smaller. Each try runs on the real broker, and takes as long as the first.
    Shrinks { seed: u64, difference: &'a str },
}

/// Random scripts from these seeds, so many at a time; the divergence of the lowest seed, shrunk. `progress` hears
/// what was done.
pub fn search(
    broker: &RealBroker,
    profile: Profile,
    seeds: std::ops::Range<u64>,
    jobs: u64,
    progress: impl Fn(Progress<'_>) + Sync,
) -> Result<Option<Divergence>, String> {
    let first = seeds.start;
    let next = Mutex::new(seeds);
    let found: Mutex<Vec<(u64, Json, String)>> = Mutex::default();
    let done = AtomicU64::new(0);
    let together = RwLock::new(());
    let work = |job: u64| -> Result<(), String> {
        loop {
            // After a find the others finish what they have begun. So the lowest seed is found, whichever was faster.
            let seed = if found.lock().expect("no job panics").is_empty() { next.lock().expect("no job panics").next() } else { None };
            let Some(seed) = seed else { return Ok(()) };
            let script = random_script(seed, profile);
            let vhost = format!("random-{first}-{job}");
            let difference = if needs_ctl(&script) {
                let _alone = together.write();
                if broker.ctl.is_some() { compare(&script, broker, &vhost)? } else { None }
            } else {
                let _others = together.read();
                compare(&script, broker, &vhost)?
            };
            if let Some(difference) = difference {
                found.lock().expect("no job panics").push((seed, script, difference));
            }
            progress(Progress::Done(done.fetch_add(1, Ordering::Relaxed) + 1));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.max(1))
            .map(|job| {
                scope.spawn({
                    let work = &work;
                    move || work(job)
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no job panics"))
    })?;
    let lowest = found.into_inner().expect("no job panics").into_iter().min_by_key(|(seed, ..)| *seed);
    let Some((seed, script, difference)) = lowest else { return Ok(None) };
    progress(Progress::Shrinks { seed, difference: &difference });
    // As patient as the comparison that found it: a slow broker is no difference.
    let patient = RealBroker { quiet: patience(&script)[1], ..broker.clone() };
    let vhost = format!("random-{first}-shrunk");
    let kind = kind_of(&difference);
    let (script, difference) = shrink(script, difference, |candidate| {
        // What cannot be read any more is no script, and what leaves the broker short would be felt by the next.
        if broker_script::read(&candidate.to_string()).is_err() || leaves_alarms(candidate) {
            return Ok(None);
        }
        match compare_once(candidate, &patient, &vhost) {
            Err(error) if error.contains("status: 400") => Ok(None), // a policy that is none
            compared => Ok(compared?.filter(|found| kind_of(found) == kind)),
        }
    })?;
    Ok(Some(Divergence { seed, script, difference }))
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

    /// Found on 3.10: while a script was made smaller a delivery mode became 0, which that broker refuses.
    #[test]
    fn another_difference_is_no_smaller_one() {
        let told = |step: u64, routed: &[&str], refused: bool| {
            let line = |result: Json, events: Json| json!({ "op": "basic.publish", "step": step, "result": result, "events": events });
            let simulated = line(json!({ "ok": { "routed_to": routed } }), json!([]));
            let error = json!({ "error": { "code": 406, "text": "PRECONDITION_FAILED" } });
            let closed = json!([{ "event": "channel_closed", "code": 406 }]);
            let real = if refused { line(error, closed) } else { line(json!({ "ok": { "routed_to": [] } }), json!([])) };
            first_difference(&[simulated], &[real]).expect("they differ")
        };
        assert_eq!(kind_of(&told(7, &["q1"], false)), kind_of(&told(2, &["q2"], false)));
        assert_ne!(kind_of(&told(7, &["q1"], false)), kind_of(&told(7, &["q1"], true)));
        assert_ne!(kind_of("3 lines simulated, 4 real"), kind_of(&told(7, &["q1"], false)));
        assert_eq!(kind_of("3 lines simulated, 4 real"), kind_of("1 lines simulated, 2 real"));
    }

    #[test]
    fn a_script_that_leaves_the_broker_short_is_seen() {
        let step = |op: &str, resource: &str| json!({ "op": op, "resource": resource });
        let leaves = |steps: Vec<Json>| leaves_alarms(&json!({ "steps": steps }));
        assert!(leaves(vec![step("alarm.set", "disk")]));
        assert!(leaves(vec![step("alarm.set", "disk"), step("alarm.clear", "memory")]));
        assert!(leaves(vec![step("alarm.clear", "disk"), step("alarm.set", "disk")]));
        assert!(!leaves(vec![
            step("alarm.set", "disk"),
            step("alarm.set", "memory"),
            step("alarm.clear", "memory"),
            step("alarm.clear", "disk")
        ]));
    }

    #[test]
    fn what_only_3_10_lacks_is_compared_on_the_others() {
        let differences = [
            (json!({ "x-last-death-queue": "q", "kind": "a" }), json!({ "kind": "a" })),
            (json!({ "x-delivery-count": 0, "kind": "a" }), json!({ "kind": "a" })),
            (json!({ "x-death": [], "CC": ["k"] }), json!({ "x-death": [] })),
        ];
        for (one, other) in differences {
            for profile in Profile::ALL {
                let differ = first_difference(&told(&one, profile), &told(&other, profile)).is_some();
                assert_eq!(differ, profile != Profile::V3_13, "{one} beside {other}, {}", profile.name());
            }
        }
    }
}
