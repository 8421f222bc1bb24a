//! Refusing scripts: a quorum queue that tells its publishers to stop, and channels that learn of it in different ways.
//!
//! A channel of a real broker learns it a moment later. Only a commit publishes in that moment, and dead letters of one command.

use serde_json::{Value as Json, json};

use super::Writer;

/// Channels that confirm, have transactions, or neither.
const PUBLISHERS: [(&str, Option<&str>); 5] = [
    ("sure", Some("confirm.select")),
    ("also", Some("confirm.select")),
    ("all", Some("tx.select")),
    ("both", Some("tx.select")),
    ("plain", None),
];

impl Writer {
    pub(super) fn refusing(&mut self) {
        let by_policy = self.one_in(3);
        let mut arguments = json!({ "x-queue-type": "quorum" });
        if !by_policy {
            arguments["x-overflow"] = json!("reject-publish");
            arguments[self.pick(&["x-max-length", "x-max-length", "x-max-length-bytes"])] = json!(self.below(7));
        }
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments, "channel": "observer" }));
        let letters = self.one_in(3);
        if letters {
            self.letters_that_are_kept();
        }
        for (channel, mode) in PUBLISHERS {
            if let Some(op) = mode {
                self.add(json!({ "op": op, "channel": channel }));
            }
        }
        for _ in 0..15 + self.below(25) {
            self.refusing_step(by_policy, letters);
        }
        for (channel, mode) in PUBLISHERS {
            if mode == Some("tx.select") {
                self.add(json!({ "op": "tx.commit", "channel": channel }));
            }
        }
        self.drain(&["taker", "letters"], &["q"]);
    }

    fn letters_that_are_kept(&mut self) {
        let arguments = json!({ "x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "q", "x-dead-letter-strategy": "at-least-once" });
        self.add(json!({ "op": "queue.declare", "queue": "source", "durable": true, "arguments": arguments, "channel": "observer" }));
        self.add(json!({ "op": "basic.consume", "queue": "source", "consumer_tag": "s", "channel": "letters" }));
    }

    fn refusing_step(&mut self, by_policy: bool, letters: bool) {
        let (channel, mode) = self.pick(&PUBLISHERS);
        match self.below(14) {
            0..=4 => {
                let count = if mode == Some("tx.select") { 1 + self.below(3) } else { 1 };
                for _ in 0..count {
                    let body = self.body();
                    self.add(json!({ "op": "basic.publish", "routing_key": "q", "body": body, "channel": channel }));
                }
            }
            5 | 6 => {
                let (channel, op) = (self.pick(&["all", "both"]), if self.one_in(6) { "tx.rollback" } else { "tx.commit" });
                self.add(json!({ "op": op, "channel": channel }));
            }
            7 | 8 => self.get("q", "taker", true),
            9 => {
                self.get("q", "taker", false);
                let of: Json = json!({ "get": format!("g{}", self.gets) });
                self.settle(&of, false, "taker");
            }
            10 if self.one_in(3) => self.add(json!({ "op": "queue.purge", "queue": "q", "channel": "observer" })),
            11 if by_policy => self.refusing_policy(),
            12 if letters => {
                for _ in 0..=self.below(3) {
                    let body = self.body();
                    self.add(json!({ "op": "basic.publish", "routing_key": "source", "body": body, "channel": "feeder" }));
                }
                self.add(
                    json!({ "op": "basic.nack", "of": { "delivery_tag": 0 }, "multiple": true, "requeue": false, "channel": "letters" }),
                );
            }
            13 if self.one_in(2) => {
                self.add(json!({ "op": "channel.close", "channel": channel }));
                self.add(json!({ "op": "channel.open", "channel": channel }));
                if let Some(op) = mode {
                    self.add(json!({ "op": op, "channel": channel }));
                }
            }
            _ => self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" })),
        }
    }

    fn refusing_policy(&mut self) {
        if self.one_in(4) {
            self.add(json!({ "op": "policy.clear", "name": "one" }));
            return;
        }
        let mut definition = json!({ "max-length": self.below(7) });
        if !self.one_in(3) {
            definition["overflow"] = json!("reject-publish");
        }
        self.add(
            json!({ "op": "policy.set", "name": "one", "pattern": "^q$", "apply_to": "queues", "definition": definition, "priority": 0 }),
        );
    }
}
