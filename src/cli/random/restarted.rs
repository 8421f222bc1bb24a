//! Restarted scripts: what is durable and persistent outlives the broker, and what was out is ready again. They need `rabbitmqctl`.
//!
//! One client holds messages: whose connection a stopping node closes first is chance.

use serde_json::{Map, json};

use super::Writer;

const QUEUES: [&str; 3] = ["classic", "quorum", "passing"];
/// A real broker restarts within that time. What ends while it starts may find the queue for its dead letter not there yet.
const TTL_MS: u64 = 20_000;
const WAIT_MS: u64 = 21_000;
/// A quorum queue that was restarted may notice an end only when it is asked for a message. Its dead letter goes on afterwards.
const LANDS_MS: u64 = 500;

impl Writer {
    pub(super) fn restarted(&mut self) {
        let mut quorum = Map::new();
        quorum.insert("x-queue-type".into(), json!("quorum"));
        if self.may_limit_deliveries() && self.one_in(2) {
            quorum.insert("x-delivery-limit".into(), json!(self.below(4)));
        }
        let classic = if self.one_in(3) { json!({ "x-max-priority": 3 }) } else { json!({}) };
        self.add(json!({ "op": "queue.declare", "queue": "classic", "durable": true, "arguments": classic }));
        self.add(json!({ "op": "queue.declare", "queue": "quorum", "durable": true, "arguments": quorum }));
        self.add(json!({ "op": "queue.declare", "queue": "passing", "exclusive": true }));
        let durable = self.one_in(2);
        self.add(json!({ "op": "exchange.declare", "exchange": "e", "type": "topic", "durable": durable }));
        for queue in QUEUES {
            self.add(json!({ "op": "queue.bind", "queue": queue, "exchange": "e", "routing_key": "a.#" }));
        }
        for _ in 0..3 + self.below(6) {
            self.kept_or_not();
        }
        for _ in 0..self.below(4) {
            let queue = self.pick(&QUEUES);
            self.get(queue, "ch1", false);
        }
        let ends = self.one_in(2);
        if ends {
            self.add(json!({ "op": "queue.declare", "queue": "late", "durable": true, "channel": "timed" }));
            let kind = self.pick(&["classic", "quorum"]);
            self.add(
                json!({ "op": "queue.declare", "queue": "short", "durable": true, "channel": "timed", "arguments": { "x-queue-type": kind,
                "x-message-ttl": TTL_MS, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "late" } }),
            );
            let body = self.body();
            self.add(json!({ "op": "basic.publish", "routing_key": "short", "body": body, "channel": "timed",
                "properties": { "delivery_mode": 2 } }));
        }
        self.add(json!({ "op": "broker.restart" }));
        self.add(json!({ "op": "connection.open" }));
        self.add(json!({ "op": "channel.open" }));
        if ends {
            self.add(json!({ "op": "advance", "ms": WAIT_MS }));
            self.get("short", "ch1", true);
            self.add(json!({ "op": "advance", "ms": LANDS_MS }));
            self.get("late", "ch1", true);
        }
        for name in ["classic", "quorum"] {
            self.add(json!({ "op": "queue.declare", "queue": name, "passive": true, "channel": format!("is-{name}") }));
        }
        self.add(json!({ "op": "queue.declare", "queue": "passing", "passive": true, "channel": "is-passing" }));
        self.add(json!({ "op": "exchange.declare", "exchange": "e", "type": "topic", "passive": true, "channel": "is-e" }));
        self.add(json!({ "op": "basic.publish", "exchange": "e", "routing_key": "a.b", "body": "after", "mandatory": true,
            "properties": { "delivery_mode": 2 }, "channel": "is-routed" }));
        for queue in ["classic", "quorum"] {
            for _ in 0..6 {
                self.get(queue, "ch1", true);
            }
        }
    }

    fn kept_or_not(&mut self) {
        let (body, mode, priority) = (self.body(), self.pick(&[1, 2]), self.below(4));
        let (exchange, key) = self.pick(&[("e", "a.b"), ("", "classic"), ("", "quorum"), ("", "passing")]);
        let mut properties = json!({ "delivery_mode": mode });
        if self.one_in(3) {
            properties["priority"] = json!(priority);
        }
        self.add(json!({ "op": "basic.publish", "exchange": exchange, "routing_key": key, "body": body, "properties": properties }));
    }
}
