//! Random broker scripts on the simulated broker and on a real one, compared line by line; and what may differ.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::real::{self, RealBroker};
use crate::formats::broker_script::{self, Line};
use crate::sim::random::Random;

/// What differs between RabbitMQ 3.10.8, which Debian ships, and 3.13, which is simulated. Nothing else may.
pub const KNOWN_DIFFERENCES: [(&str, &str); 7] = [
    ("x-last-death", "3.13 tells of the last death as well as of the first; 3.10 has no x-last-death-* headers (rule 124)"),
    ("CC after death", "3.13 keeps the CC header of a dead letter, 3.10 removes it (rule 126)"),
    (
        "x-delivery-count 0",
        "3.10 tells a count of 0 when a message of a quorum queue is fetched for the first time; the count is absent then (rule 132)",
    ),
    (
        "x-death order",
        "before 3.13 each death reversed the order of the other entries, so three or more are compared without order (rule 122)",
    ),
    (
        "unknown exchange type",
        "3.13 answers 406 and closes the channel, 3.10 answers 503 and closes the connection; the text says 'invalid', a real broker says 'unknown' for words that its Erlang has not met (rule 16)",
    ),
    ("numeric headers", "3.13 compares header values strictly, 3.10 takes 1 for 1.0 (rule 41); random scripts use one number type"),
    ("consumer timeout", "x-consumer-timeout is known since 3.12 (rule 93); random scripts do not use it"),
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

/// A transcript as JSON, without what may differ from run to run.
#[must_use]
pub fn normalise(lines: &[Line], vhost: &str) -> Vec<Json> {
    let mut names = Names::default();
    let mut lines: Vec<Json> = lines
        .iter()
        .map(|line| {
            let mut json: Json = serde_json::from_str(&line.to_json()).unwrap_or(Json::Null);
            names.replace(&mut json, vhost);
            forget(&mut json);
            json
        })
        .collect();
    // Where one channel has several consumers, their queues race for its delivery tags.
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in lines.iter().flat_map(|line| line["events"].as_array().into_iter().flatten()) {
        if let (Some(channel), Some(tag)) = (event["channel"].as_str(), event["consumer_tag"].as_str()) {
            let known = tags.entry(channel.to_owned()).or_default();
            if !known.iter().any(|other| other == tag) {
                known.push(tag.to_owned());
            }
        }
    }
    for line in &mut lines {
        let Some(events) = line.get_mut("events").and_then(Json::as_array_mut) else { continue };
        for event in events.iter_mut() {
            let racing = event["channel"].as_str().is_some_and(|channel| tags.get(channel).is_some_and(|known| known.len() > 1));
            if racing {
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

/// Removes times, and what [`KNOWN_DIFFERENCES`] names.
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
            fields.retain(|name, value| !(name.starts_with("x-last-death-") || name == "x-delivery-count" && *value == json!(0)));
            if fields.get("headers").and_then(Json::as_object).is_some_and(|headers| {
                headers.keys().all(|name| name == "x-delivery-count") && headers.values().all(|value| *value == json!(0))
            }) {
                fields.remove("headers");
            }
            if fields.contains_key("x-death") {
                fields.remove("CC");
            }
            fields.values_mut().for_each(forget);
            if let Some(deaths) = fields.get_mut("x-death").and_then(Json::as_array_mut)
                && deaths.len() > 2
            {
                deaths.sort_by_key(ToString::to_string);
            }
        }
        _ => {}
    }
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
    let script = broker_script::read(&script.to_string()).map_err(|problems| format!("{problems:?}"))?;
    let simulated = broker_script::run(&script);
    let real = in_own_vhost(broker, vhost, |own| real::run(&script, own))?;
    Ok(first_difference(&normalise(&simulated, "/"), &normalise(&real, vhost)))
}

/// Random scripts from these seeds; the first divergence, shrunk. `progress` hears after each.
pub fn search(
    broker: &RealBroker,
    seeds: std::ops::Range<u64>,
    vhost: &str,
    mut progress: impl FnMut(u64),
) -> Result<Option<Divergence>, String> {
    for seed in seeds {
        let script = random_script(seed);
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
    let mut size = steps(&script).len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < steps(&script).len() {
            let mut shorter = steps(&script).clone();
            let end = (start + size).min(shorter.len());
            shorter.drain(start..end);
            let candidate = json!({ "script": 1, "profile": "3.13", "steps": shorter });
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

/// The same seed, the same script.
#[must_use]
pub fn random_script(seed: u64) -> Json {
    let mut writer = Writer { random: Random::stream(seed, 77), steps: Vec::new(), bodies: 0, deliveries: BTreeMap::new(), gets: 0 };
    writer.topology();
    let count = 8 + writer.below(16);
    for _ in 0..count {
        writer.step();
    }
    writer.drain();
    json!({ "script": 1, "profile": "3.13", "steps": writer.steps })
}

struct Writer {
    random: Random,
    steps: Vec<Json>,
    bodies: usize,
    /// How many settlements of each consumer's deliveries were written.
    deliveries: BTreeMap<&'static str, usize>,
    gets: usize,
}

const QUEUES: [&str; 4] = ["q1", "q2", "q3", "q4"];
const EXCHANGES: [(&str, &str); 4] = [("topic", "topic"), ("fanout", "fanout"), ("direct", "direct"), ("headers", "headers")];
const KEYS: [&str; 7] = ["order.placed", "order.shipped", "order", "user.created", "", "q1", "a..b"];
const BINDING_KEYS: [&str; 8] = ["order.*", "#", "order.placed", "*.created", "order.#", "", "q1", "*..#"];
const CHANNELS: [&str; 2] = ["ch1", "ch2"];
const TAGS: [&str; 3] = ["c1", "c2", "c3"];

impl Writer {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small numbers")]
    fn below(&mut self, limit: usize) -> usize {
        (self.random.unit() * limit as f64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.random.one_in(count)
    }

    fn add(&mut self, step: Json) {
        self.steps.push(step);
    }

    fn topology(&mut self) {
        for (name, kind) in EXCHANGES {
            let mut arguments = Map::new();
            if self.one_in(4) {
                arguments.insert("alternate-exchange".into(), json!("fanout"));
            }
            self.add(json!({ "op": "exchange.declare", "exchange": name, "type": kind, "durable": true, "arguments": arguments }));
        }
        for queue in QUEUES {
            let mut arguments = Map::new();
            let quorum = self.one_in(6);
            if quorum {
                arguments.insert("x-queue-type".into(), json!("quorum"));
                if self.one_in(2) {
                    arguments.insert("x-delivery-limit".into(), json!(self.below(3)));
                }
            } else if self.one_in(5) {
                arguments.insert("x-max-priority".into(), json!(3));
            }
            if self.one_in(3) {
                arguments.insert("x-max-length".into(), json!(1 + self.below(3)));
                // A quorum queue that refuses does so when its publishers have heard of it: not a matter of order alone.
                if !quorum && self.one_in(2) {
                    let overflow = self.pick(&["reject-publish", "reject-publish-dlx", "drop-head"]);
                    arguments.insert("x-overflow".into(), json!(overflow));
                }
            }
            if self.one_in(2) {
                arguments.insert("x-dead-letter-exchange".into(), json!(self.pick(&["fanout", "direct", "topic", "", "missing"])));
                if self.one_in(2) {
                    arguments.insert("x-dead-letter-routing-key".into(), json!(self.pick(&KEYS)));
                }
            }
            if !quorum && self.one_in(6) {
                arguments.insert("x-single-active-consumer".into(), json!(true));
            }
            self.add(json!({ "op": "queue.declare", "queue": queue, "durable": true, "arguments": arguments }));
        }
        for _ in 0..5 {
            self.binding("queue.bind");
        }
        if self.one_in(2) {
            self.add(json!({ "op": "exchange.bind", "source": "topic", "destination": "fanout", "routing_key": "order.#" }));
        }
        if self.one_in(3) {
            let op = self.pick(&["confirm.select", "tx.select"]);
            self.add(json!({ "op": op }));
        }
    }

    fn binding(&mut self, op: &str) {
        let (exchange, _) = self.pick(&EXCHANGES);
        let (queue, key) = (self.pick(&QUEUES), self.pick(&BINDING_KEYS));
        let arguments = if exchange == "headers" {
            json!({ "x-match": self.pick(&["all", "any"]), "kind": self.pick(&["a", "b"]) })
        } else {
            json!({})
        };
        self.add(json!({ "op": op, "queue": queue, "exchange": exchange, "routing_key": key, "arguments": arguments }));
    }

    fn step(&mut self) {
        let channel = self.pick(&CHANNELS);
        match self.below(26) {
            0..=9 => self.publish(channel),
            10 | 11 => {
                self.gets += 1;
                let (queue, name, no_ack) = (self.pick(&QUEUES), format!("g{}", self.gets), self.one_in(4));
                self.add(json!({ "op": "basic.get", "queue": queue, "channel": channel, "as": name, "no_ack": no_ack }));
            }
            12 | 13 => self.consume(channel),
            14..=18 => self.settle(channel),
            19 => self.binding("queue.unbind"),
            20 => {
                let queue = self.pick(&QUEUES);
                self.add(json!({ "op": "queue.purge", "queue": queue, "channel": channel }));
            }
            21 => self.add(json!({ "op": "basic.recover", "channel": channel })),
            22 => {
                let tag = self.pick(&TAGS);
                self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": channel }));
            }
            23 => {
                self.add(json!({ "op": "channel.close", "channel": channel }));
                self.add(json!({ "op": "channel.open", "channel": channel }));
            }
            24 => {
                let op = self.pick(&["tx.commit", "tx.rollback"]);
                self.add(json!({ "op": op, "channel": channel }));
            }
            _ => self.mistake(channel),
        }
    }

    fn publish(&mut self, channel: &str) {
        self.bodies += 1;
        let (exchange, _) = self.pick(&EXCHANGES);
        let exchange = if self.one_in(4) { "" } else { exchange };
        let key = if exchange.is_empty() { self.pick(&QUEUES) } else { self.pick(&KEYS) };
        let mut properties = Map::new();
        if self.one_in(2) {
            properties.insert("delivery_mode".into(), json!(2));
        }
        if self.one_in(3) {
            properties.insert("priority".into(), json!(self.below(5)));
        }
        let mut headers = Map::new();
        if self.one_in(3) {
            headers.insert("kind".into(), json!(self.pick(&["a", "b"])));
        }
        if self.one_in(8) {
            headers.insert("CC".into(), json!([self.pick(&KEYS), self.pick(&QUEUES)]));
        }
        if self.one_in(8) {
            headers.insert("BCC".into(), json!([self.pick(&KEYS), self.pick(&QUEUES)]));
        }
        if !headers.is_empty() {
            properties.insert("headers".into(), Json::Object(headers));
        }
        let mandatory = self.one_in(4);
        self.add(json!({
            "op": "basic.publish", "exchange": exchange, "routing_key": key, "channel": channel,
            "body": format!("m{}", self.bodies), "mandatory": mandatory, "properties": properties,
        }));
    }

    fn consume(&mut self, channel: &str) {
        if self.one_in(2) {
            let count = 1 + self.below(3);
            self.add(json!({ "op": "basic.qos", "channel": channel, "prefetch_count": count }));
        }
        let (queue, tag) = (self.pick(&QUEUES), self.pick(&TAGS));
        let used = self.steps.iter().any(|step| step["op"] == "basic.consume" && step["consumer_tag"] == tag);
        if used {
            return; // tags are unique in a script
        }
        let mut step = json!({ "op": "basic.consume", "queue": queue, "consumer_tag": tag, "channel": channel });
        match self.below(5) {
            0 => step["on_delivery"] = json!({ "do": "ack" }),
            1 => step["on_delivery"] = json!({ "do": "nack", "requeue": false, "times": 2 }),
            2 => step["on_delivery"] = json!({ "do": "reject", "requeue": true, "times": 2, "then": "ack" }),
            3 => step["no_ack"] = json!(true),
            _ => {}
        }
        if self.one_in(3) {
            step["arguments"] = json!({ "x-priority": self.below(3) });
        }
        self.add(step);
    }

    fn settle(&mut self, channel: &str) {
        let of = if self.one_in(2) && self.gets > 0 {
            json!({ "get": format!("g{}", 1 + self.below(self.gets)) })
        } else {
            let tag = self.pick(&TAGS);
            let number = self.deliveries.entry(tag).or_insert(0);
            *number += 1;
            json!({ "delivery": [tag, *number] })
        };
        let multiple = self.one_in(5);
        match self.below(3) {
            0 => self.add(json!({ "op": "basic.ack", "of": of, "multiple": multiple, "channel": channel })),
            1 => {
                let requeue = !self.one_in(3);
                self.add(json!({ "op": "basic.nack", "of": of, "multiple": multiple, "requeue": requeue, "channel": channel }));
            }
            _ => {
                let requeue = self.one_in(2);
                self.add(json!({ "op": "basic.reject", "of": of, "requeue": requeue, "channel": channel }));
            }
        }
    }

    fn mistake(&mut self, channel: &str) {
        let step = match self.below(6) {
            0 => json!({ "op": "basic.publish", "exchange": "missing", "routing_key": "k", "body": "lost" }),
            1 => json!({ "op": "basic.get", "queue": "missing" }),
            2 => json!({ "op": "queue.declare", "queue": "q1", "durable": false }),
            3 => json!({ "op": "basic.ack", "of": { "delivery_tag": 99 } }),
            4 => json!({ "op": "exchange.declare", "exchange": "topic", "type": "fanout", "durable": true }),
            _ => json!({ "op": "queue.delete", "queue": self.pick(&QUEUES), "if_empty": true }),
        };
        let mut step = step;
        step["channel"] = json!(channel);
        self.add(step);
        self.add(json!({ "op": "channel.open", "channel": "spare" }));
    }

    /// What is left, in order: everything comes back, and is fetched.
    fn drain(&mut self) {
        for channel in CHANNELS {
            self.add(json!({ "op": "channel.close", "channel": channel }));
        }
        for queue in QUEUES {
            self.add(json!({ "op": "queue.declare", "queue": queue, "passive": true, "channel": format!("drain-{queue}") }));
            for _ in 0..4 {
                self.add(json!({ "op": "basic.get", "queue": queue, "no_ack": true, "channel": format!("drain-{queue}") }));
            }
        }
    }
}
