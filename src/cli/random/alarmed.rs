//! Alarmed scripts: a shortage blocks those that publish, and lets the others go on. They need `rabbitmqctl`.

use serde_json::json;

use super::Writer;

impl Writer {
    /// A blocked connection is not read: nothing but publishes, which have no answer, are sent on it.
    pub(super) fn alarmed(&mut self) {
        self.add(json!({ "op": "queue.declare", "queue": "q", "durable": true, "channel": "w", "connection": "conn2" }));
        self.add(json!({ "op": "channel.open", "channel": "p1" }));
        self.add(json!({ "op": "channel.open", "channel": "p2", "connection": "conn3" }));
        if self.one_in(2) {
            self.add(json!({ "op": "confirm.select", "channel": "p1" }));
        }
        if self.one_in(2) {
            self.add(json!({ "op": "basic.consume", "queue": "q", "consumer_tag": "c", "channel": "w", "on_delivery": { "do": "ack" } }));
        }
        let mut short: Vec<&str> = Vec::new();
        // What two blocked connections have sent races when both go on.
        let blocked = self.pick(&["p1", "p2"]);
        for _ in 0..5 + self.below(5) {
            match self.below(6) {
                0..=2 => {
                    let (body, any) = (self.body(), self.pick(&["p1", "p2"]));
                    let channel = if short.is_empty() { any } else { blocked };
                    self.add(json!({ "op": "basic.publish", "routing_key": "q", "body": body, "channel": channel }));
                }
                3 => self.get("q", "w", true),
                _ => {
                    let resource = self.pick(&["memory", "disk"]);
                    let op = if short.contains(&resource) { "alarm.clear" } else { "alarm.set" };
                    short.retain(|other| *other != resource);
                    if op == "alarm.set" {
                        short.push(resource);
                    }
                    self.add(json!({ "op": op, "resource": resource }));
                }
            }
        }
        for resource in short {
            self.add(json!({ "op": "alarm.clear", "resource": resource }));
        }
        for _ in 0..4 {
            self.get("q", "w", true);
        }
    }
}
