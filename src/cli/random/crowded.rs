//! Crowded scripts: one queue, several consumers on two channels, small windows.

use serde_json::{Map, Value as Json, json};

use super::Writer;
use crate::broker::Profile;

/// What a crowded script has written.
#[derive(Default)]
pub(super) struct Crowd {
    quorum: bool,
    /// With a single active consumer.
    alone: bool,
    /// Messages that come back wait until the script is over.
    delayed: bool,
    /// Dead letters are kept until their target has them (rule 129).
    kept: bool,
    /// Few deliveries are allowed, and the order of deaths of two kinds by one command is not modelled; see `KNOWN_DIFFERENCES`.
    few: bool,
    consuming: Vec<&'static str>,
    /// Tags that were consumed with since their channel was opened.
    used: Vec<&'static str>,
}

const CHANNELS: [&str; 2] = ["ch1", "ch2"];
/// The consumers of a crowded script, and their channels. Their order of arrival is not that of their bytes.
const CROWD: [(&str, &str); 5] = [("c9", "ch1"), ("c10", "ch1"), ("c2", "ch1"), ("d9", "ch2"), ("d10", "ch2")];

impl Writer {
    pub(super) fn crowded(&mut self) {
        let quorum = self.one_in(2);
        let alone = self.one_in(4);
        (self.crowd.quorum, self.crowd.alone) = (quorum, alone);
        let arguments = self.crowded_queue();
        let dead = match self.below(6) {
            0 => json!({ "x-queue-type": "quorum" }),
            // Full for clients, and none publishes to it: dead letters are taken (rule 107).
            1 if !self.crowd.kept => json!({ "x-queue-type": "quorum", "x-max-length": self.below(2), "x-overflow": "reject-publish" }),
            _ => json!({}),
        };
        self.add(json!({ "op": "queue.declare", "queue": "dead", "durable": true, "arguments": dead }));
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments }));
        if self.one_in(5) {
            let op = self.pick(&["confirm.select", "tx.select"]);
            let channel = self.pick(&["ch1", "ch2", "publisher"]);
            self.add(json!({ "op": op, "channel": channel }));
        }
        if self.one_in(8) {
            // It is not told that its consumers are cancelled.
            self.add(json!({ "op": "connection.open", "connection": "conn2", "capabilities": [] }));
            self.add(json!({ "op": "channel.open", "channel": "ch2", "connection": "conn2" }));
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

    fn crowded_queue(&mut self) -> Map<String, Json> {
        let mut arguments = Map::new();
        if self.crowd.quorum {
            arguments.insert("x-queue-type".into(), json!("quorum"));
            if self.may_limit_deliveries() && self.one_in(3) {
                arguments.insert("x-delivery-limit".into(), json!(self.pick(&[-1, 1, 2, 3])));
            } else if self.one_in(3) {
                arguments.insert("x-delivery-limit".into(), json!(50));
            }
            if self.profile.upstream() == Profile::V4_3 && self.one_in(6) {
                self.crowd.delayed = true;
                arguments.insert("x-delayed-retry-type".into(), json!(self.pick(&["all", "failed", "returned"])));
                arguments.insert("x-delayed-retry-min".into(), json!(600_000));
            } else if self.one_in(6) {
                self.crowd.kept = true;
                arguments.insert("x-dead-letter-strategy".into(), json!("at-least-once"));
                arguments.insert("x-overflow".into(), json!("reject-publish"));
            }
        } else {
            if self.one_in(4) {
                arguments.insert("x-max-priority".into(), json!(self.pick(&[1, 3, 10])));
            }
            if self.one_in(6) {
                arguments.insert("x-overflow".into(), json!(self.pick(&["reject-publish", "reject-publish-dlx"])));
            }
        }
        if self.crowd.delayed {
            // With drop-head it may never stop; see `KNOWN_DIFFERENCES`.
            if self.one_in(2) {
                arguments.insert("x-max-length".into(), json!(self.below(5)));
                arguments.insert("x-overflow".into(), json!("reject-publish"));
            }
        } else {
            if self.one_in(4) {
                arguments.insert("x-max-length".into(), json!(self.below(4)));
            }
            if self.one_in(8) {
                arguments.insert("x-max-length-bytes".into(), json!(self.pick(&[2, 5, 9, 400])));
            }
        }
        if self.crowd.alone {
            arguments.insert("x-single-active-consumer".into(), json!(true));
        }
        let limit = arguments.get("x-delivery-limit").and_then(Json::as_i64);
        self.crowd.few = self.profile == Profile::V4_0 && !self.crowd.kept && limit.is_some_and(|limit| (0..50).contains(&limit));
        if self.crowd.few {
            arguments.retain(|name, _| !name.starts_with("x-max-length"));
        }
        if self.crowd.kept || self.one_in(2) {
            arguments.insert("x-dead-letter-exchange".into(), json!(""));
            let key = if !self.crowd.kept && self.one_in(8) { "q" } else { "dead" };
            arguments.insert("x-dead-letter-routing-key".into(), json!(key));
        }
        arguments
    }

    fn window(&mut self, channel: &str) {
        let count = self.below(4);
        let mut step = json!({ "op": "basic.qos", "channel": channel, "prefetch_count": count });
        // 4.3 takes it for one that is not global.
        let heeded = self.profile.upstream() != Profile::V4_3;
        if (!self.crowd.quorum || !heeded) && self.one_in(6) {
            step["global"] = json!(true);
        }
        self.add(step);
    }

    fn publish_to_crowd(&mut self) {
        let mut properties = Map::new();
        if self.one_in(3) {
            let priority = if self.one_in(6) { self.pick(&[9, 31, 32, 255]) } else { self.below(8) };
            properties.insert("priority".into(), json!(priority));
        }
        if self.one_in(3) {
            properties.insert("delivery_mode".into(), json!(self.pick(&[1, 2])));
        }
        if self.one_in(12) {
            properties.insert("message_id".into(), json!(format!("id{}", self.bodies)));
            properties.insert("correlation_id".into(), json!("c"));
            properties.insert("timestamp".into(), json!(1_700_000_000));
        }
        // A client's own header, which 3.10 replaces by 0 where a message is fetched; see `KNOWN_DIFFERENCES`.
        if self.profile != Profile::V3_13 && self.one_in(8) {
            let header = self.pick(&["x-delivery-count", "x-acquired-count"]);
            properties.insert("headers".into(), json!({ header: self.below(3) }));
        } else if self.one_in(12) {
            // As a program that publishes a dead letter again sends it (rule 125).
            let (queue, reason, count) = (self.pick(&["q", "other"]), self.pick(&["rejected", "expired"]), 1 + self.below(3));
            properties.insert(
                "headers".into(),
                json!({ "x-death": [{ "count": count, "reason": reason, "queue": queue, "exchange": "",
                "routing-keys": [queue], "time": 1 }] }),
            );
        }
        let body = self.body();
        self.add(json!({ "op": "basic.publish", "routing_key": "q", "channel": "publisher", "body": body, "properties": properties }));
    }

    fn consume_from_crowd(&mut self, (tag, channel): (&'static str, &'static str)) {
        // 3.10 fails when a quorum queue gets a tag again; see `KNOWN_DIFFERENCES`.
        let may_use_again = !self.crowd.quorum || self.profile != Profile::V3_13;
        let again = self.crowd.used.contains(&tag);
        if self.crowd.consuming.contains(&tag) || !may_use_again && again {
            return;
        }
        self.crowd.consuming.push(tag);
        self.crowd.used.push(tag);
        let mut step = json!({ "op": "basic.consume", "queue": "q", "consumer_tag": tag, "channel": channel });
        match self.below(16) {
            // A loop of returns, with its end.
            0 | 1 => {
                let (how, times) = (self.pick(&["reject", "nack"]), 1 + self.below(4));
                step["on_delivery"] = json!({ "do": how, "requeue": true, "times": times });
                if self.one_in(2) {
                    step["on_delivery"]["then"] = json!("ack");
                }
            }
            2 => step["no_ack"] = json!(true),
            3 if !self.crowd.quorum && !self.crowd.alone && self.one_in(3) => step["exclusive"] = json!(true),
            _ => {}
        }
        if self.crowd.quorum && self.crowd.alone && again {
            step["arguments"] = json!({ "x-priority": -1 });
        } else if self.one_in(3) {
            step["arguments"] = json!({ "x-priority": self.pick(&[-1, 0, 1, 2]) });
        }
        self.add(step);
    }

    /// With a single active consumer a tag that was used again is not cancelled in a quorum queue; see `KNOWN_DIFFERENCES`.
    fn may_cancel(&self, tag: &str) -> bool {
        let twice = self.crowd.used.iter().filter(|other| **other == tag).count() > 1;
        !(self.cancel_breaks_queue() || self.crowd.quorum && self.crowd.alone && twice)
    }

    fn crowded_step(&mut self) {
        let (tag, channel) = self.pick(&CROWD);
        match self.below(27) {
            0..=6 => self.publish_to_crowd(),
            7 | 8 => self.consume_from_crowd((tag, channel)),
            9 | 10 if self.may_cancel(tag) => {
                self.crowd.consuming.retain(|other| *other != tag);
                self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": channel }));
                if self.crowd.quorum && self.crowd.alone && self.one_in(2) {
                    self.consume_from_crowd((tag, channel));
                }
            }
            11..=14 => {
                let of = self.held_by(tag, 4);
                self.settle(&of, false, channel);
            }
            15..=17 => {
                let of = if self.one_in(2) { json!({ "delivery_tag": 0 }) } else { self.next_delivery(tag) };
                self.settle_many(&of, channel);
            }
            18 => self.add(json!({ "op": "basic.recover", "channel": channel })),
            19 => self.window(channel),
            20 => self.add(json!({ "op": "queue.purge", "queue": "q", "channel": "observer" })),
            21 => {
                let no_ack = self.one_in(5);
                self.get("q", channel, no_ack);
                self.reopen_after_error(channel);
            }
            22 => {
                let op = self.pick(&["tx.commit", "tx.rollback"]);
                let channel = self.pick(&["ch1", "ch2", "publisher"]);
                if self.steps.iter().any(|step| step["op"] == "tx.select" && step["channel"] == channel) {
                    self.add(json!({ "op": op, "channel": channel }));
                }
            }
            23 => {
                self.add(json!({ "op": "channel.close", "channel": channel }));
                self.add(json!({ "op": "channel.open", "channel": channel }));
                self.channel_is_new(channel);
            }
            24 => self.crowd_policy(),
            25 => self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" })),
            _ => {}
        }
    }

    /// A limit that comes or goes while messages are out. With a delayed retry it may stop 4.3; see `KNOWN_DIFFERENCES`.
    fn crowd_policy(&mut self) {
        if self.crowd.delayed || self.crowd.few {
            return;
        }
        let name = self.pick(&["one", "two"]);
        if self.one_in(3) {
            self.clear_policy(name);
        } else {
            let pattern = self.pick(&["^q$", "q", ""]);
            self.set_policy(name, pattern, &["", "", "missing"]);
        }
    }

    /// A single active consumer of a quorum queue refuses every fetch: the channel is closed then.
    fn reopen_after_error(&mut self, channel: &str) {
        if self.crowd.quorum && self.crowd.alone {
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

    fn settle_many(&mut self, of: &Json, channel: &str) {
        if self.one_in(3) {
            self.add(json!({ "op": "basic.ack", "of": of, "multiple": true, "channel": channel }));
        } else {
            let requeue = !self.one_in(3);
            self.add(json!({ "op": "basic.nack", "of": of, "multiple": true, "requeue": requeue, "channel": channel }));
        }
    }
}
