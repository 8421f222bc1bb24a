//! Committed scripts: what a transaction publishes, to queues that are deleted meanwhile, are another type then, or refuse.
//!
//! A commit may end its connection, so each transaction has a separate one. A quorum queue that refuses is full from the start, and nothing
//! takes from it: so that is no chance. Where channels settle without acknowledgements a transaction has one queue. For another the channel would
//! wait meanwhile.

use serde_json::{Map, json};

use super::Writer;
use crate::broker::Profile;

const QUEUES: [&str; 3] = ["a", "b", "c"];

impl Writer {
    pub(super) fn committed(&mut self) {
        self.add(json!({ "op": "exchange.declare", "exchange": "all", "type": "fanout", "channel": "admin" }));
        for queue in QUEUES {
            self.declare_of_some_type(queue);
        }
        let served = self.one_in(3);
        if served {
            self.served_without_acknowledgements("a");
        } else if self.one_in(2) {
            let arguments = json!({ "x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish" });
            self.add(json!({ "op": "queue.declare", "queue": "full", "durable": true, "arguments": arguments, "channel": "admin" }));
            self.add(json!({ "op": "queue.bind", "queue": "full", "exchange": "all", "channel": "admin" }));
            for _ in 0..3 {
                let body = self.body();
                self.add(json!({ "op": "basic.publish", "routing_key": "full", "body": body, "channel": "admin" }));
            }
            self.add(json!({ "op": "queue.declare", "queue": "full", "passive": true, "channel": "admin" }));
        }
        if self.one_in(2) {
            self.settled_in_a_transaction();
        }
        for number in 1..=3 {
            self.transaction(&format!("t{number}"), served);
            for queue in QUEUES {
                let channel = format!("is-{queue}-{number}");
                self.add(json!({ "op": "queue.declare", "queue": queue, "passive": true, "channel": channel }));
            }
        }
    }

    /// In any order, and each in some way. What comes back is given to a consumer.
    fn settled_in_a_transaction(&mut self) {
        let arguments = json!({ "x-queue-type": self.pick(&["classic", "quorum"]), "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "dead" });
        self.add(json!({ "op": "queue.declare", "queue": "held", "durable": true, "arguments": arguments, "channel": "admin" }));
        self.add(json!({ "op": "queue.declare", "queue": "dead", "durable": true, "channel": "admin" }));
        let count = 2 + self.below(6);
        for _ in 0..count {
            let body = self.body();
            self.add(json!({ "op": "basic.publish", "routing_key": "held", "body": body, "channel": "admin" }));
        }
        self.add(json!({ "op": "tx.select", "channel": "holder" }));
        let first = self.gets + 1;
        for _ in 0..count {
            self.get("held", "holder", false);
        }
        let mut open: Vec<usize> = (first..first + count).collect();
        while !open.is_empty() {
            let number = open.swap_remove(self.below(open.len()));
            if !self.one_in(6) {
                self.settle(&json!({ "get": format!("g{number}") }), false, "holder");
            }
        }
        self.add(json!({ "op": "basic.consume", "queue": "held", "consumer_tag": "taker", "channel": "taker" }));
        self.add(json!({ "op": "tx.commit", "channel": "holder" }));
        for queue in ["held", "dead"] {
            self.add(json!({ "op": "queue.declare", "queue": queue, "passive": true, "channel": "looker" }));
        }
        for _ in 0..count {
            self.get("dead", "looker", true);
        }
    }

    fn declare_of_some_type(&mut self, queue: &str) {
        let kind = self.pick(&["classic", "quorum"]);
        let mut arguments = json!({ "x-queue-type": kind });
        if kind == "classic" && self.one_in(4) {
            arguments["x-max-length"] = json!(1 + self.below(2));
            arguments["x-overflow"] = json!("reject-publish");
        }
        self.add(json!({ "op": "queue.declare", "queue": queue, "durable": true, "arguments": arguments, "channel": "admin" }));
        if !self.one_in(4) {
            self.add(json!({ "op": "queue.bind", "queue": queue, "exchange": "all", "channel": "admin" }));
        }
    }

    fn served_without_acknowledgements(&mut self, queue: &str) {
        for (role, no_ack) in [("free", true), ("held", false)] {
            let name = format!("{role}-{queue}");
            let (window, priority) = (1 + self.below(3), self.pick(&[0, 0, 5]));
            self.add(json!({ "op": "basic.qos", "prefetch_count": window, "channel": name }));
            self.add(json!({ "op": "basic.consume", "queue": queue, "consumer_tag": name, "channel": name, "no_ack": no_ack,
                "arguments": { "x-priority": priority } }));
        }
    }

    fn transaction(&mut self, name: &str, served: bool) {
        // 3.10 looks for the queues at the commit; see `KNOWN_DIFFERENCES`.
        let meanwhile = self.profile != Profile::V3_13;
        if !served && !meanwhile {
            self.other_queues();
        }
        self.add(json!({ "op": "tx.select", "channel": name, "connection": name }));
        for _ in 0..=self.below(6) {
            let anywhere = self.pick(&[("", "a"), ("", "a"), ("", "b"), ("", "c"), ("", "full"), ("", "missing"), ("all", "")]);
            let (exchange, key) = if served { ("", "a") } else { anywhere };
            let (body, mandatory) = (self.body(), self.one_in(4));
            let mut properties = Map::new();
            if !served && self.one_in(6) {
                let (one, other) = (self.pick(&QUEUES), self.pick(&QUEUES));
                properties.insert("headers".into(), json!({ "CC": [one, other] }));
            }
            self.add(json!({ "op": "basic.publish", "exchange": exchange, "routing_key": key, "body": body, "mandatory": mandatory,
                "properties": properties, "channel": name, "connection": name }));
        }
        if !served && meanwhile {
            self.other_queues();
        }
        let op = if self.one_in(6) { "tx.rollback" } else { "tx.commit" };
        self.add(json!({ "op": op, "channel": name, "connection": name }));
    }

    fn other_queues(&mut self) {
        for queue in ["b", "c"] {
            if self.one_in(3) {
                self.add(json!({ "op": "queue.delete", "queue": queue, "channel": "admin" }));
                if self.one_in(2) {
                    self.declare_of_some_type(queue);
                }
            }
        }
    }
}
