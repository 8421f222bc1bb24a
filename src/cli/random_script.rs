//! Random broker scripts: the same seed, the same script.
//!
//! There are two kinds. A *wide* script has many exchanges and queues. A *crowded* one has one queue with several consumers on two
//! channels, whose windows are small and mostly full: it is about turns, credit, and what comes back.
//!
//! What is chance on a real broker is left out: a channel of a crowded script consumes from one queue, because two queues would race for
//! its delivery tags.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::broker::Profile;
use crate::formats::broker_script;
use crate::sim::random::Random;

/// The same seed and profile, the same script.
#[must_use]
pub fn random_script(seed: u64, profile: Profile) -> Json {
    let mut writer = Writer::new(seed, profile);
    if writer.one_in(3) {
        writer.wide();
    } else {
        writer.crowded();
    }
    let mut script = script_of(profile, &writer.steps);
    if may_activate_the_ended(&script) && ends_during_hand_over(&script) {
        for step in steps_mut(&mut script).iter_mut().filter(|step| step["op"] == "basic.consume") {
            step.as_object_mut().map(|fields| fields.remove("arguments")); // without priorities there is no hand-over
        }
    }
    script
}

fn script_of(profile: Profile, steps: &[Json]) -> Json {
    json!({ "script": 1, "profile": profile.name(), "steps": steps })
}

fn steps(script: &Json) -> &[Json] {
    script["steps"].as_array().map_or(&[], Vec::as_slice)
}

fn steps_mut(script: &mut Json) -> &mut [Json] {
    script["steps"].as_array_mut().map_or(&mut [], Vec::as_mut_slice)
}

/// Whether the real broker can activate a consumer whose channel has ended; see `KNOWN_DIFFERENCES`.
fn may_activate_the_ended(script: &Json) -> bool {
    steps(script).iter().any(|step| {
        let arguments = &step["arguments"];
        let few = arguments["x-delivery-limit"].as_i64().is_some_and(|limit| (0..50).contains(&limit));
        let alone = arguments["x-queue-type"] == "quorum" && arguments["x-single-active-consumer"] == true;
        alone && (script["profile"] == "4.3" || script["profile"] == "4.0" && few)
    })
}

/// Whether a channel ends whose consumer is active and holds messages while one of higher priority waits: the simulated broker is asked
/// before each step.
fn ends_during_hand_over(script: &Json) -> bool {
    let steps = steps(script);
    let probe = json!({ "op": "probe" });
    let probed = json!({ "script": 1, "profile": script["profile"],
        "steps": std::iter::once(&probe).chain(steps.iter().flat_map(|step| [step, &probe])).collect::<Vec<_>>() });
    let Ok(probed) = broker_script::read(&probed.to_string()) else { return false };
    let states: Vec<Json> = broker_script::run(&probed)
        .iter()
        .step_by(2)
        .filter_map(|line| serde_json::from_str(&line.to_json()).ok())
        .map(|mut line: Json| line["result"]["ok"].take())
        .collect();
    let consumed = |before: usize| steps[..before].iter().rev().filter(|step| step["op"] == "basic.consume");
    let priority = |consume: &Json| consume["arguments"]["x-priority"].as_i64().unwrap_or_default();
    let channel = |state: &Json, name: &Json| {
        let found = state["channels"].as_array().and_then(|channels| channels.iter().find(|channel| channel["name"] == *name));
        found.map(|channel| (channel["open"] == true, channel["unacked"].as_u64().unwrap_or_default()))
    };
    states.windows(2).enumerate().any(|(index, pair)| {
        let [before, after] = pair else { return false };
        before["queues"].as_array().into_iter().flatten().any(|queue| {
            let Some(active) = consumed(index).find(|consume| consume["consumer_tag"] == queue["active_consumer"]) else { return false };
            let awaited = consumed(index).any(|other| other["queue"] == active["queue"] && priority(other) > priority(active));
            let holds = channel(before, &active["channel"]).is_some_and(|(open, unacked)| open && unacked > 0);
            let ended = channel(after, &active["channel"]).is_none_or(|(open, _)| !open);
            awaited && holds && ended
        })
    })
}

struct Writer {
    profile: Profile,
    random: Random,
    steps: Vec<Json>,
    bodies: usize,
    /// How many settlements of each consumer's deliveries were written.
    deliveries: BTreeMap<String, usize>,
    gets: usize,
    crowd: Crowd,
}

/// What a crowded script has written.
#[derive(Default)]
struct Crowd {
    quorum: bool,
    /// With a single active consumer.
    alone: bool,
    consuming: Vec<&'static str>,
    /// Tags that were consumed with since their channel was opened.
    used: Vec<&'static str>,
}

const QUEUES: [&str; 4] = ["q1", "q2", "q3", "q4"];
const EXCHANGES: [(&str, &str); 4] = [("topic", "topic"), ("fanout", "fanout"), ("direct", "direct"), ("headers", "headers")];
const KEYS: [&str; 7] = ["order.placed", "order.shipped", "order", "user.created", "", "q1", "a..b"];
const BINDING_KEYS: [&str; 8] = ["order.*", "#", "order.placed", "*.created", "order.#", "", "q1", "*..#"];
const CHANNELS: [&str; 2] = ["ch1", "ch2"];
const TAGS: [&str; 3] = ["c1", "c2", "c3"];
/// The consumers of a crowded script, and their channels. Their order of arrival is not that of their bytes.
const CROWD: [(&str, &str); 5] = [("c9", "ch1"), ("c10", "ch1"), ("c2", "ch1"), ("d9", "ch2"), ("d10", "ch2")];

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

    fn new(seed: u64, profile: Profile) -> Self {
        let random = Random::stream(seed, 77);
        Self { profile, random, steps: Vec::new(), bodies: 0, deliveries: BTreeMap::new(), gets: 0, crowd: Crowd::default() }
    }

    /// Many exchanges and queues, a little of everything.
    fn wide(&mut self) {
        self.topology();
        let count = 8 + self.below(16);
        for _ in 0..count {
            self.step();
        }
        self.drain(&CHANNELS, &QUEUES);
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
                if self.may_limit_deliveries() && self.one_in(2) {
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
            self.next_delivery(tag)
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

    fn next_delivery(&mut self, tag: &str) -> Json {
        let number = self.deliveries.entry(tag.to_owned()).or_insert(0);
        *number += 1;
        json!({ "delivery": [tag, *number] })
    }

    /// 3.10 gives two credits back for a message over the delivery limit; see `KNOWN_DIFFERENCES`.
    fn may_limit_deliveries(&self) -> bool {
        self.profile != Profile::V3_13
    }

    fn mistake(&mut self, channel: &str) {
        let step = match self.below(10) {
            0 => json!({ "op": "basic.publish", "exchange": "missing", "routing_key": "k", "body": "lost" }),
            1 => json!({ "op": "basic.get", "queue": "missing" }),
            2 => json!({ "op": "queue.declare", "queue": "q1", "durable": false }),
            3 => json!({ "op": "basic.ack", "of": { "delivery_tag": 99 } }),
            4 => json!({ "op": "exchange.declare", "exchange": "topic", "type": "fanout", "durable": true }),
            // Wrong in one way or in two: which of them is told is a rule as well.
            5..=7 => {
                let (queue, exchange) = (self.pick(&["q1", "missing"]), self.pick(&["", "missing", "topic"]));
                let op = self.pick(&["queue.bind", "queue.unbind"]);
                json!({ "op": op, "queue": queue, "exchange": exchange, "routing_key": self.pick(&BINDING_KEYS) })
            }
            8 => {
                let (source, destination) = (self.pick(&["", "missing", "topic"]), self.pick(&["", "missing", "fanout"]));
                json!({ "op": "exchange.bind", "source": source, "destination": destination, "routing_key": "k" })
            }
            _ => json!({ "op": "queue.delete", "queue": self.pick(&QUEUES), "if_empty": true }),
        };
        let mut step = step;
        step["channel"] = json!(channel);
        self.add(step);
        self.add(json!({ "op": "channel.open", "channel": "spare" }));
    }

    /// What is left, in order: everything comes back, and is fetched.
    fn drain(&mut self, channels: &[&str], queues: &[&str]) {
        for channel in channels {
            self.add(json!({ "op": "channel.close", "channel": channel }));
        }
        for queue in queues {
            self.add(json!({ "op": "queue.declare", "queue": queue, "passive": true, "channel": format!("drain-{queue}") }));
            for _ in 0..4 {
                self.add(json!({ "op": "basic.get", "queue": queue, "no_ack": true, "channel": format!("drain-{queue}") }));
            }
        }
    }

    fn crowded(&mut self) {
        let quorum = self.one_in(2);
        let alone = self.one_in(4);
        (self.crowd.quorum, self.crowd.alone) = (quorum, alone);
        let arguments = self.crowded_queue(quorum, alone);
        self.add(json!({ "op": "queue.declare", "queue": "dead", "durable": true }));
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments }));
        if self.one_in(6) {
            let op = self.pick(&["confirm.select", "tx.select"]);
            let channel = self.pick(&CHANNELS);
            self.add(json!({ "op": op, "channel": channel }));
        }
        for channel in CHANNELS {
            self.window(channel);
        }
        let before = self.below(4);
        for _ in 0..before {
            self.publish_to_crowd();
        }
        for tag in CROWD {
            if self.one_in(2) {
                self.consume_from_crowd(tag);
            }
        }
        let count = 10 + self.below(20);
        for _ in 0..count {
            self.crowded_step();
        }
        self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" }));
        if self.one_in(4) {
            self.add(json!({ "op": "queue.delete", "queue": "q", "channel": "observer" }));
        } else if alone && quorum {
            // basic.get is refused there.
            self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "last", "no_ack": true, "channel": "observer" }));
        }
        self.drain(&CHANNELS, if alone && quorum { &["dead"] } else { &["q", "dead"] });
    }

    fn crowded_queue(&mut self, quorum: bool, alone: bool) -> Map<String, Json> {
        let mut arguments = Map::new();
        if quorum {
            arguments.insert("x-queue-type".into(), json!("quorum"));
            if self.may_limit_deliveries() && self.one_in(3) {
                arguments.insert("x-delivery-limit".into(), json!(self.pick(&[-1, 1, 2, 3])));
            } else if self.one_in(3) {
                arguments.insert("x-delivery-limit".into(), json!(50));
            }
            // A delayed retry and a length limit together stop 4.3.
            if self.profile == Profile::V4_3 && self.one_in(6) {
                arguments.insert("x-delayed-retry-type".into(), json!(self.pick(&["all", "failed", "returned"])));
                arguments.insert("x-delayed-retry-min".into(), json!(600_000));
            } else if self.one_in(4) {
                arguments.insert("x-max-length".into(), json!(1 + self.below(3)));
            }
        } else {
            if self.one_in(4) {
                arguments.insert("x-max-priority".into(), json!(3));
            }
            if self.one_in(4) {
                arguments.insert("x-max-length".into(), json!(1 + self.below(3)));
            }
        }
        if alone {
            arguments.insert("x-single-active-consumer".into(), json!(true));
        }
        if self.one_in(2) {
            arguments.insert("x-dead-letter-exchange".into(), json!(""));
            arguments.insert("x-dead-letter-routing-key".into(), json!("dead"));
        }
        arguments
    }

    fn window(&mut self, channel: &str) {
        let count = self.below(4);
        let mut step = json!({ "op": "basic.qos", "channel": channel, "prefetch_count": count });
        if !self.crowd.quorum && self.profile != Profile::V4_3 && self.one_in(6) {
            step["global"] = json!(true);
        }
        self.add(step);
    }

    fn publish_to_crowd(&mut self) {
        self.bodies += 1;
        let mut properties = Map::new();
        if self.one_in(3) {
            properties.insert("priority".into(), json!(self.below(8)));
        }
        // A client's own header, which 3.10 replaces by 0 where a message is fetched; see `KNOWN_DIFFERENCES`.
        if self.profile != Profile::V3_13 && self.one_in(8) {
            let header = self.pick(&["x-delivery-count", "x-acquired-count"]);
            properties.insert("headers".into(), json!({ header: self.below(3) }));
        }
        let body = format!("m{}", self.bodies);
        self.add(json!({ "op": "basic.publish", "routing_key": "q", "channel": "publisher", "body": body, "properties": properties }));
    }

    fn consume_from_crowd(&mut self, (tag, channel): (&'static str, &'static str)) {
        // 3.10 fails when a quorum queue gets a tag again; see `KNOWN_DIFFERENCES`.
        let may_use_again = !self.crowd.quorum || self.profile != Profile::V3_13;
        if self.crowd.consuming.contains(&tag) || !may_use_again && self.crowd.used.contains(&tag) {
            return;
        }
        self.crowd.consuming.push(tag);
        self.crowd.used.push(tag);
        let mut step = json!({ "op": "basic.consume", "queue": "q", "consumer_tag": tag, "channel": channel });
        if self.one_in(8) {
            step["on_delivery"] = json!({ "do": "reject", "requeue": true, "times": 2 });
        }
        if self.one_in(3) {
            step["arguments"] = json!({ "x-priority": self.below(3) });
        }
        self.add(step);
    }

    fn crowded_step(&mut self) {
        let (tag, channel) = self.pick(&CROWD);
        match self.below(24) {
            0..=6 => self.publish_to_crowd(),
            7 | 8 => self.consume_from_crowd((tag, channel)),
            9 | 10 if !self.cancel_breaks_queue() => {
                self.crowd.consuming.retain(|other| *other != tag);
                self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": channel }));
            }
            11..=14 => self.settle_one(tag, channel),
            15..=17 => self.settle_many(tag, channel),
            18 => self.add(json!({ "op": "basic.recover", "channel": channel })),
            19 => self.window(channel),
            20 => self.add(json!({ "op": "queue.purge", "queue": "q", "channel": "observer" })),
            21 => {
                self.gets += 1;
                let name = format!("g{}", self.gets);
                self.add(json!({ "op": "basic.get", "queue": "q", "channel": channel, "as": name }));
                self.reopen_after_error(channel);
            }
            22 => {
                let op = self.pick(&["tx.commit", "tx.rollback"]);
                if self.steps.iter().any(|step| step["op"] == "tx.select" && step["channel"] == channel) {
                    self.add(json!({ "op": op, "channel": channel }));
                }
            }
            23 => {
                self.add(json!({ "op": "channel.close", "channel": channel }));
                self.add(json!({ "op": "channel.open", "channel": channel }));
                self.channel_is_new(channel);
            }
            _ => {}
        }
    }

    /// A single active consumer of a quorum queue refuses every fetch: the channel is closed then.
    fn reopen_after_error(&mut self, channel: &str) {
        let refuses = self.steps.iter().any(|step| {
            let arguments = &step["arguments"];
            arguments["x-queue-type"] == "quorum" && arguments["x-single-active-consumer"] == true
        });
        if refuses {
            self.add(json!({ "op": "channel.open", "channel": channel }));
            self.channel_is_new(channel);
        }
    }

    /// A classic queue of 3.10 with a single active consumer may fail after a cancel; see `KNOWN_DIFFERENCES`.
    fn cancel_breaks_queue(&self) -> bool {
        self.profile == Profile::V3_13 && self.crowd.alone && !self.crowd.quorum
    }

    fn channel_is_new(&mut self, channel: &str) {
        let of_another = |tag: &&str| !CROWD.contains(&(*tag, channel));
        self.crowd.consuming.retain(of_another);
        self.crowd.used.retain(of_another);
    }

    fn settle_one(&mut self, tag: &str, channel: &str) {
        let of = if self.gets > 0 && self.one_in(4) {
            json!({ "get": format!("g{}", 1 + self.below(self.gets)) })
        } else {
            self.next_delivery(tag)
        };
        let requeue = !self.one_in(3);
        match self.below(3) {
            0 => self.add(json!({ "op": "basic.ack", "of": of, "channel": channel })),
            1 => self.add(json!({ "op": "basic.nack", "of": of, "requeue": requeue, "channel": channel })),
            _ => self.add(json!({ "op": "basic.reject", "of": of, "requeue": requeue, "channel": channel })),
        }
    }

    fn settle_many(&mut self, tag: &str, channel: &str) {
        let of = if self.one_in(2) { json!({ "delivery_tag": 0 }) } else { self.next_delivery(tag) };
        if self.one_in(3) {
            self.add(json!({ "op": "basic.ack", "of": of, "multiple": true, "channel": channel }));
        } else {
            let requeue = !self.one_in(3);
            self.add(json!({ "op": "basic.nack", "of": of, "multiple": true, "requeue": requeue, "channel": channel }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: [Profile; 3] = [Profile::V3_13, Profile::V4_0, Profile::V4_3];

    #[test]
    fn every_script_can_be_read_and_the_same_seed_gives_it_again() {
        for profile in PROFILES {
            for seed in 1..200 {
                let script = random_script(seed, profile);
                assert!(broker_script::read(&script.to_string()).is_ok(), "{} {seed}", profile.name());
                assert_eq!(script, random_script(seed, profile));
            }
        }
    }

    fn hand_over(profile: &str, steps: &Json) -> Json {
        let arguments = json!({ "x-queue-type": "quorum", "x-single-active-consumer": true });
        let mut all = vec![
            json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments }),
            json!({ "op": "basic.publish", "routing_key": "q", "body": "m1", "channel": "publisher" }),
            json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "d10", "channel": "ch2" }),
            json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "d9", "channel": "ch1", "arguments": { "x-priority": 1 } }),
        ];
        all.extend(steps.as_array().expect("they are steps").iter().cloned());
        json!({ "script": 1, "profile": profile, "steps": all })
    }

    #[test]
    fn a_channel_that_ends_during_a_hand_over_is_seen() {
        let ack = json!({ "op": "basic.ack", "of": { "delivery": ["d10", 1] }, "channel": "ch2" });
        let cases = [
            (json!([{ "op": "channel.close", "channel": "ch2" }]), true),
            (json!([{ "op": "basic.get", "queue": "q", "channel": "ch2" }]), true), // refused: the error closes the channel
            (json!([{ "op": "channel.close", "channel": "ch1" }]), false),
            (json!([ack, { "op": "channel.close", "channel": "ch2" }]), false),
            (
                json!([{ "op": "basic.cancel", "consumer_tag": "d10", "channel": "ch2" }, { "op": "channel.close", "channel": "ch2" }]),
                false,
            ),
        ];
        for (steps, ends) in cases {
            assert_eq!(ends_during_hand_over(&hand_over("4.3", &steps)), ends, "{steps}");
        }
    }

    #[test]
    fn no_random_script_activates_a_consumer_whose_channel_has_ended() {
        let mut handed_over = 0;
        for seed in 1..400 {
            let script = random_script(seed, Profile::V4_3);
            assert!(!may_activate_the_ended(&script) || !ends_during_hand_over(&script), "seed {seed}: {script}");
            let priorities = steps(&script).iter().any(|step| step["op"] == "basic.consume" && step["arguments"]["x-priority"].is_u64());
            handed_over += u32::from(may_activate_the_ended(&script) && priorities);
        }
        assert!(handed_over > 10, "only {handed_over} scripts of single active consumers have priorities");
    }
}
