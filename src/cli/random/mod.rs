//! Random broker scripts: the same seed, the same script.
//!
//! | kind | is about |
//! |---|---|
//! | `wide` | many exchanges and queues, two connections, policies, mistakes |
//! | `crowded` | one queue with several consumers, whose windows are small and mostly full: turns, credit, and what comes back |
//! | `committed` | transactions to queues that are deleted, are another type then, or refuse |
//! | `refusing` | a quorum queue that refuses, and channels that learn it |
//! | `timed` | times to live, delayed retries and queues that expire, with the clock moved far past each of them |
//! | `late` | a delivery that is not acknowledged in time, on 4.3 |
//! | `streamed` | a stream and its readers, each of which starts where it likes |
//! | `asking` | requests, and answers that come directly, to exclusive queues, late, or to nowhere |
//! | `alarmed` | a shortage that comes and goes |
//! | `restarted` | a restart of the broker |
//!
//! A script enables some of the plugins that its version has. Some scripts run in a virtual host with a default queue type. What is chance
//! on a real broker is left out (`chance`); rules that were never exercised are listed (`coverage`).

mod alarmed;
mod asking;
mod chance;
mod committed;
pub mod coverage;
mod crowded;
mod late;
mod refusing;
mod restarted;
mod streamed;
mod timed;
mod wide;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::broker::Profile;
use crate::sim::random::Random;

/// The same seed and profile, the same script.
#[must_use]
pub fn random_script(seed: u64, profile: Profile) -> Json {
    let mut writer = Writer::new(seed, profile);
    match writer.below(45) {
        0..=12 => writer.wide(),
        13 | 39 => writer.committed(),
        14..=16 => writer.streamed(),
        17..=34 => writer.crowded(),
        35..=36 if writer.profile.upstream() == Profile::V4_3 => writer.late(),
        35..=38 => writer.timed(),
        40..=41 => writer.asking(),
        43..=44 => writer.refusing(),
        _ if writer.one_in(2) => writer.restarted(),
        _ => writer.alarmed(),
    }
    chance::without_chance(writer.script())
}

const CONSISTENT_HASH: &str = "rabbitmq_consistent_hash_exchange";
const RANDOM_EXCHANGE: &str = "rabbitmq_random_exchange";
const SHARDING: &str = "rabbitmq_sharding";

/// The plugins with exchange types that a real broker of this profile has; since 4.3 `x-modulus-hash` is built in.
fn plugins_of(profile: Profile) -> Vec<&'static str> {
    let mut plugins = vec![CONSISTENT_HASH, RANDOM_EXCHANGE];
    if profile.upstream() != Profile::V4_3 {
        plugins.push(SHARDING);
    }
    plugins
}

struct Writer {
    profile: Profile,
    random: Random,
    /// Enabled before the script begins. All of them are enabled on the real brokers: a script uses no type of the others.
    plugins: Vec<&'static str>,
    /// Of the virtual host (rule 154).
    default_queue_type: Option<&'static str>,
    steps: Vec<Json>,
    bodies: usize,
    /// How many settlements of each consumer's deliveries were written.
    deliveries: BTreeMap<String, usize>,
    gets: usize,
    crowd: crowded::Crowd,
}

impl Writer {
    fn new(seed: u64, profile: Profile) -> Self {
        let mut random = Random::stream(seed, 77);
        let plugins = plugins_of(profile).into_iter().filter(|_| !random.one_in(4)).collect();
        Self {
            profile,
            random,
            plugins,
            default_queue_type: None,
            steps: Vec::new(),
            bodies: 0,
            deliveries: BTreeMap::new(),
            gets: 0,
            crowd: crowded::Crowd::default(),
        }
    }

    fn script(&self) -> Json {
        let mut script = json!({ "script": 1, "profile": self.profile.name(), "plugins": self.plugins, "steps": self.steps });
        if let Some(kind) = self.default_queue_type {
            script["default_queue_type"] = json!(kind);
        }
        script
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small numbers")]
    fn below(&mut self, limit: usize) -> usize {
        (self.random.unit() * limit as f64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn choose(&mut self, mut from: Vec<Json>) -> Json {
        let index = self.below(from.len());
        from.swap_remove(index)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.random.one_in(count)
    }

    fn add(&mut self, step: Json) {
        self.steps.push(step);
    }

    /// A body that no other message of the script has.
    fn body(&mut self) -> Json {
        self.bodies += 1;
        if self.one_in(12) {
            json!({ "size": 200 * self.bodies, "id": format!("b{}", self.bodies) })
        } else {
            json!(format!("m{}", self.bodies))
        }
    }

    fn get(&mut self, queue: &str, channel: &str, no_ack: bool) {
        self.gets += 1;
        let name = format!("g{}", self.gets);
        self.add(json!({ "op": "basic.get", "queue": queue, "channel": channel, "as": name, "no_ack": no_ack }));
    }

    fn next_delivery(&mut self, tag: &str) -> Json {
        let number = self.deliveries.entry(tag.to_owned()).or_insert(0);
        *number += 1;
        json!({ "delivery": [tag, *number] })
    }

    /// One of the messages that were fetched, or the next that a consumer got.
    fn held_by(&mut self, tag: &str, fetched_one_in: u32) -> Json {
        if self.gets > 0 && self.one_in(fetched_one_in) {
            json!({ "get": format!("g{}", 1 + self.below(self.gets)) })
        } else {
            self.next_delivery(tag)
        }
    }

    fn settle(&mut self, of: &Json, multiple: bool, channel: &str) {
        let requeue = !self.one_in(3);
        match self.below(3) {
            0 => self.add(json!({ "op": "basic.ack", "of": of, "multiple": multiple, "channel": channel })),
            1 => self.add(json!({ "op": "basic.nack", "of": of, "multiple": multiple, "requeue": requeue, "channel": channel })),
            _ => self.add(json!({ "op": "basic.reject", "of": of, "requeue": requeue, "channel": channel })),
        }
    }

    /// What a policy may say of queues. `targets` are exchanges for dead letters.
    fn queue_policy(&mut self, targets: &[&str]) -> Map<String, Json> {
        let mut definition = Map::new();
        if self.one_in(2) {
            definition.insert("max-length".into(), json!(self.below(4)));
        }
        if self.one_in(4) {
            definition.insert("max-length-bytes".into(), json!(self.pick(&[3, 10, 500])));
        }
        if self.one_in(3) {
            definition.insert("dead-letter-exchange".into(), json!(self.pick(targets)));
        }
        if self.one_in(4) {
            definition.insert("dead-letter-routing-key".into(), json!(self.pick(&["dead", "q1", "order.placed"])));
        }
        if self.may_limit_deliveries() && self.one_in(3) {
            definition.insert("delivery-limit".into(), json!(self.below(4)));
        }
        if self.one_in(8) {
            definition.insert("message-ttl".into(), json!(600_000));
        }
        if definition.is_empty() {
            definition.insert("max-length".into(), json!(2));
        }
        definition
    }

    /// An operator's policy has no dead-letter keys.
    fn set_policy(&mut self, name: &str, pattern: &str, targets: &[&str]) {
        let operator = self.one_in(3);
        let mut definition = self.queue_policy(targets);
        if operator {
            definition.retain(|key, _| !key.starts_with("dead-letter"));
            definition.entry("max-length").or_insert(json!(3));
        }
        let apply_to = if self.one_in(3) { self.pick(&["queues", "classic_queues", "quorum_queues"]) } else { "queues" };
        // Until 3.11 policies do not tell the types of queues apart.
        let apply_to = if self.profile == Profile::V3_13 { "queues" } else { apply_to };
        let priority = self.policy_priority(name);
        self.add(json!({ "op": "policy.set", "name": name, "pattern": pattern, "apply_to": apply_to, "definition": definition,
            "priority": priority, "operator": operator }));
    }

    /// Which of two policies of the same priority applies is not defined.
    fn policy_priority(&mut self, name: &str) -> usize {
        2 * self.below(2) + usize::from(name == "two")
    }

    fn clear_policy(&mut self, name: &str) {
        let operator = self.one_in(3);
        self.add(json!({ "op": "policy.clear", "name": name, "operator": operator }));
    }

    /// 3.10 gives two credits back for a message over the delivery limit; see `KNOWN_DIFFERENCES`.
    fn may_limit_deliveries(&self) -> bool {
        self.profile != Profile::V3_13
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
}

#[cfg(test)]
mod tests {
    use super::chance::{chance_at, deletes_before_commit, ends_during_hand_over, may_activate_the_ended, settles_for_another};
    use super::*;
    use crate::formats::broker_script;

    #[test]
    fn every_script_can_be_read_and_the_same_seed_gives_it_again() {
        for profile in Profile::ALL {
            for seed in 1..60 {
                let script = random_script(seed, profile);
                assert!(broker_script::read(&script.to_string()).is_ok(), "{profile} {seed}: {script}");
                assert_eq!(script, random_script(seed, profile));
            }
        }
    }

    #[test]
    fn no_script_leaves_anything_to_chance() {
        for profile in Profile::ALL {
            for seed in 1..60 {
                let script = random_script(seed, profile);
                assert_eq!(chance_at(&script), None, "{profile} {seed}: {script}");
                assert_eq!(ends_during_hand_over(&script), None, "{profile} {seed}: {script}");
                assert_eq!(settles_for_another(&script), None, "{profile} {seed}: {script}");
                assert_eq!(deletes_before_commit(&script), None, "{profile} {seed}: {script}");
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
            (json!([{ "op": "channel.close", "channel": "ch2" }]), Some(4)),
            (json!([{ "op": "basic.get", "queue": "q", "channel": "ch2" }]), Some(4)), // refused: the error closes the channel
            (json!([{ "op": "channel.close", "channel": "ch1" }]), None),
            (json!([ack, { "op": "channel.close", "channel": "ch2" }]), None),
            (json!([{ "op": "basic.cancel", "consumer_tag": "d10", "channel": "ch2" }, { "op": "channel.close", "channel": "ch2" }]), None),
        ];
        for (steps, ends) in cases {
            assert_eq!(ends_during_hand_over(&hand_over("4.3", &steps)), ends, "{steps}");
        }
    }

    #[test]
    fn hand_overs_are_left() {
        let handed_over = (1..200)
            .map(|seed| random_script(seed, Profile::V4_3))
            .filter(|script| {
                let steps = script["steps"].as_array().expect("they are steps");
                may_activate_the_ended(script)
                    && steps.iter().any(|step| step["op"] == "basic.consume" && step["arguments"]["x-priority"].is_i64())
            })
            .count();
        assert!(handed_over > 5, "only {handed_over} scripts of single active consumers have priorities");
    }

    #[test]
    fn a_delivery_of_a_queue_that_is_gone_does_not_meet_a_fault() {
        let settled = |more: &Json, taker: &str, settle: &Json| {
            let steps = json!([
                { "op": "queue.declare", "queue": "q" },
                { "op": "basic.publish", "routing_key": "q", "body": "old" },
                { "op": "basic.get", "queue": "q" },
                { "op": "queue.delete", "queue": "q", "channel": "admin" },
                { "op": "queue.declare", "queue": "q", "arguments": more, "channel": "admin" },
                { "op": "basic.publish", "routing_key": "q", "body": "new" },
                { "op": "basic.get", "queue": "q", "channel": taker },
                settle,
            ]);
            settles_for_another(&json!({ "script": 1, "profile": "4.0", "steps": steps }))
        };
        let ack = json!({ "op": "basic.ack", "of": { "delivery_tag": 1 } });
        let discard = json!({ "op": "basic.reject", "of": { "delivery_tag": 1 }, "requeue": false });
        assert_eq!(settled(&json!({}), "ch1", &ack), None, "it settles what the channel holds");
        assert_eq!(settled(&json!({}), "ch1", &discard), Some(7), "the queue may fail");
        assert_eq!(settled(&json!({}), "ch2", &ack), Some(7), "another channel holds the number");
        assert_eq!(settled(&json!({ "x-max-priority": 3 }), "ch1", &ack), Some(7), "the numbers are of another kind");
        assert_eq!(settled(&json!({}), "ch1", &json!({ "op": "basic.recover" })), Some(7), "it settles several");
    }

    #[test]
    fn a_queue_that_is_deleted_before_a_commit_is_seen() {
        let deletes = |profile: &str, between: Json| {
            let mut steps = vec![
                json!({ "op": "queue.declare", "queue": "q" }),
                json!({ "op": "tx.select" }),
                json!({ "op": "basic.publish", "routing_key": "q", "body": "m" }),
            ];
            steps.push(between);
            steps.push(json!({ "op": "queue.delete", "queue": "q", "channel": "admin" }));
            deletes_before_commit(&json!({ "script": 1, "profile": profile, "steps": steps }))
        };
        assert_eq!(deletes("3.13", json!({ "op": "queue.declare", "queue": "q", "passive": true })), Some(4));
        assert_eq!(deletes("3.13", json!({ "op": "tx.commit" })), None);
        assert_eq!(deletes("3.13", json!({ "op": "tx.rollback" })), None);
        assert_eq!(deletes("4.0", json!({ "op": "queue.declare", "queue": "q", "passive": true })), None, "it is modelled");
    }

    fn chance_of(steps: &Json) -> Option<usize> {
        chance_at(&json!({ "script": 1, "profile": "4.0", "steps": steps }))
    }

    #[test]
    fn what_two_queues_do_at_once_is_chance() {
        let full = |queue: &str| {
            json!({ "op": "queue.declare", "queue": queue, "durable": true,
                "arguments": { "x-max-length": 0, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" } })
        };
        let dead = json!({ "op": "queue.declare", "queue": "dead", "durable": true });
        let bind = |queue: &str| json!({ "op": "queue.bind", "queue": queue, "exchange": "amq.fanout" });
        let publish = json!({ "op": "basic.publish", "exchange": "amq.fanout", "body": "m" });
        assert_eq!(chance_of(&json!([dead, full("q1"), full("q2"), bind("q1"), bind("q2"), publish])), Some(5), "two queues feed one");
        assert_eq!(chance_of(&json!([dead, full("q1"), bind("dead"), bind("q1"), publish])), Some(4), "a client and a queue feed one");
        assert_eq!(chance_of(&json!([dead, full("q1"), bind("q1"), publish])), None, "one queue feeds one");

        let plain = |queue: &str| json!({ "op": "queue.declare", "queue": queue, "durable": true });
        let consume = |queue: &str, tag: &str, channel: &str| json!({ "op": "basic.consume", "queue": queue, "consumer_tag": tag, "channel": channel, "on_delivery": { "do": "ack" } });
        let two = |channel: &str| {
            json!([plain("q1"), plain("q2"), bind("q1"), bind("q2"), consume("q1", "c1", "ch1"), consume("q2", "c2", channel), publish])
        };
        assert_eq!(chance_of(&two("ch2")), Some(6), "two consumers settle by themselves");
        let many = json!({ "op": "basic.ack", "of": { "delivery_tag": 0 }, "multiple": true });
        assert_eq!(chance_of(&json!([plain("q1"), plain("q2"), consume("q1", "c1", "ch1"), consume("q2", "c2", "ch1"), many])), Some(4));
    }
}
