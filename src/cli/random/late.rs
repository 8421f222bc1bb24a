//! Late scripts, of 4.3: a delivery of a quorum queue, or a fetched message, is not acknowledged in time.
//!
//! Two timers of a real broker never end in the same moment, and here they would. So at most one delivery at a time can be late. Its
//! consumer takes one, and the others have a longer timeout.

use serde_json::{Value as Json, json};

use super::Writer;

/// Longer than a real broker needs for the steps between two waits.
const TIMEOUT_MS: u64 = 1_500;
const WAIT_MS: u64 = 2_400;
const PATIENCE_MS: u64 = 600_000;
const OTHERS: [(&str, &str); 3] = [("o1", "other"), ("o2", "other"), ("o3", "late")];

impl Writer {
    pub(super) fn late(&mut self) {
        let alone = self.one_in(3);
        let fetches = !alone && self.one_in(4);
        let mut arguments = json!({ "x-queue-type": "quorum" });
        if alone {
            arguments["x-single-active-consumer"] = json!(true);
        }
        if fetches {
            arguments["x-consumer-timeout"] = json!(TIMEOUT_MS);
        }
        if self.one_in(4) {
            arguments["x-delivery-limit"] = json!(1 + self.below(2));
        }
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "arguments": arguments, "channel": "publisher" }));
        if self.one_in(5) {
            // It is not informed that a consumer is cancelled: the channel is closed.
            self.add(json!({ "op": "connection.open", "connection": "conn2", "capabilities": [] }));
            self.add(json!({ "op": "channel.open", "channel": "late", "connection": "conn2" }));
        }
        let transactional = self.one_in(4);
        if transactional {
            self.add(json!({ "op": "tx.select", "channel": "late" }));
        }
        if fetches {
            self.publish_late();
            self.get("q", "late", false);
        } else {
            self.add(json!({ "op": "basic.qos", "prefetch_count": 1, "channel": "late" }));
            self.consume_late();
        }
        for (tag, channel) in OTHERS {
            if self.one_in(2) {
                let (window, priority) = (1 + self.below(3), self.pick(&[-1, 0, 0, 5]));
                let patience = json!({ "x-priority": priority, "x-consumer-timeout": PATIENCE_MS });
                self.add(json!({ "op": "basic.qos", "prefetch_count": window, "channel": channel }));
                self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": tag, "channel": channel, "arguments": patience }));
            }
        }
        self.add(json!({ "op": "basic.qos", "prefetch_count": 1, "channel": "late" }));
        for _ in 0..2 {
            for _ in 0..2 + self.below(5) {
                self.late_step(alone, fetches, transactional);
            }
            self.add(json!({ "op": "advance", "ms": WAIT_MS }));
        }
        for _ in 0..2 + self.below(5) {
            self.late_step(alone, fetches, transactional);
        }
        self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" }));
        if alone {
            self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "last", "no_ack": true, "channel": "observer" }));
        }
        self.drain(&["late", "other"], if alone { &[] } else { &["q"] });
    }

    fn publish_late(&mut self) {
        let body = self.body();
        self.add(json!({ "op": "basic.publish", "routing_key": "q", "body": body, "channel": "publisher" }));
    }

    fn consume_late(&mut self) {
        let arguments = json!({ "x-priority": self.pick(&[-1, 0, 0, 5]), "x-consumer-timeout": TIMEOUT_MS });
        self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "s", "channel": "late", "arguments": arguments }));
    }

    fn late_step(&mut self, alone: bool, fetches: bool, transactional: bool) {
        match self.below(12) {
            0..=3 => self.publish_late(),
            4..=6 if !fetches => {
                let of = self.late_delivery("s");
                let multiple = self.one_in(4);
                self.settle(&of, multiple, "late");
            }
            4 | 7..=9 => {
                let (tag, channel) = self.pick(&OTHERS);
                let of = self.late_delivery(tag);
                self.settle(&of, false, channel);
            }
            10 if transactional => self.add(json!({ "op": "tx.commit", "channel": "late" })),
            10 if !alone && !fetches => {
                self.add(json!({ "op": "basic.cancel", "consumer_tag": "s", "channel": "late" }));
                if !self.one_in(3) {
                    self.consume_late();
                }
            }
            _ => self.add(json!({ "op": "queue.declare", "queue": "q", "passive": true, "channel": "observer" })),
        }
    }

    /// Mostly the next, at times an earlier one.
    fn late_delivery(&mut self, tag: &str) -> Json {
        let settled = self.deliveries.get(tag).copied().unwrap_or(0);
        if settled > 0 && self.one_in(4) { json!({ "delivery": [tag, 1 + self.below(settled)] }) } else { self.next_delivery(tag) }
    }
}
