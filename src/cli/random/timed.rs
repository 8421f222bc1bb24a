//! Timed scripts: what time does to messages and queues.
//!
//! A real broker's timers are never exact. So a long wait follows each short time. All other times are too long to end.

use serde_json::{Map, Value as Json, json};

use super::Writer;
use crate::broker::Profile;

/// It ends within the wait that follows.
const SHORT_MS: u64 = 150;
const WAIT_MS: u64 = 700;
/// It never ends.
const LONG_MS: u64 = 600_000;

impl Writer {
    pub(super) fn timed(&mut self) {
        let quorum = self.one_in(2);
        let delayed = quorum && self.profile.upstream() == Profile::V4_3 && self.one_in(2);
        let arguments = self.timed_queue(quorum, delayed);
        self.add(json!({ "op": "queue.declare", "queue": "dead", "durable": true }));
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments }));
        if self.one_in(3) {
            // Nothing uses it: it expires in the first wait.
            self.add(json!({ "op": "queue.declare", "queue": "unused", "durable": true, "arguments": { "x-expires": SHORT_MS } }));
            self.wait();
            self.add(json!({ "op": "basic.publish", "routing_key": "unused", "body": "m0", "mandatory": true }));
        }
        let window = 1 + self.below(2);
        self.add(json!({ "op": "basic.qos", "prefetch_count": window }));
        let count = 5 + self.below(7);
        for _ in 0..count {
            self.timed_step(delayed);
        }
        // What the channel held may come back after its delay.
        self.add(json!({ "op": "channel.close", "channel": "ch1" }));
        self.wait();
        self.drain(&[], &["q", "dead"]);
    }

    fn timed_queue(&mut self, quorum: bool, delayed: bool) -> Map<String, Json> {
        let mut arguments = Map::new();
        if quorum {
            arguments.insert("x-queue-type".into(), json!("quorum"));
        } else if self.one_in(4) {
            arguments.insert("x-max-priority".into(), json!(2));
        }
        if delayed {
            arguments.insert("x-delayed-retry-type".into(), json!(self.pick(&["all", "failed", "returned"])));
            arguments.insert("x-delayed-retry-min".into(), json!(SHORT_MS));
            if self.one_in(2) {
                arguments.insert("x-delayed-retry-max".into(), json!(2 * SHORT_MS));
            }
        } else {
            if self.one_in(3) {
                arguments.insert("x-message-ttl".into(), json!(self.pick(&[0, SHORT_MS, LONG_MS])));
            }
            if self.one_in(4) {
                arguments.insert("x-max-length".into(), json!(1 + self.below(3)));
            }
        }
        if self.one_in(2) {
            arguments.insert("x-dead-letter-exchange".into(), json!(""));
            arguments.insert("x-dead-letter-routing-key".into(), json!("dead"));
        }
        arguments
    }

    fn wait(&mut self) {
        self.add(json!({ "op": "advance", "ms": WAIT_MS }));
    }

    fn timed_step(&mut self, delayed: bool) {
        match self.below(10) {
            0..=3 => {
                let mut properties = Map::new();
                // A delay and a time to live would race.
                if !delayed && self.one_in(2) {
                    properties.insert("expiration".into(), json!(self.pick(&[0, SHORT_MS, LONG_MS]).to_string()));
                }
                if self.one_in(3) {
                    properties.insert("priority".into(), json!(self.below(3)));
                }
                let body = self.body();
                self.add(
                    json!({ "op": "basic.publish", "routing_key": "q", "body": body, "channel": "publisher", "properties": properties }),
                );
            }
            4 => self.get("q", "ch1", false),
            5 => {
                let used = self.steps.iter().any(|step| step["op"] == "basic.consume");
                if !used {
                    self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "c" }));
                }
            }
            6..=8 => {
                let of = self.held_by("c", 2);
                self.settle(&of, false, "ch1");
            }
            _ => self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" })),
        }
        // Each time that has begun to run out has done so before the next step.
        self.wait();
    }
}
