//! Asking scripts: requests, and answers that come directly, to queues of the callers' own, late, or to nowhere (rule 59).

use serde_json::{Value as Json, json};

use super::Writer;

const CALLERS: [(&str, &str); 2] = [("caller1", "conn1"), ("caller2", "conn2")];
const REPLY_TO: &str = "amq.rabbitmq.reply-to";
/// Where answers come from: with confirms, in transactions, and with neither.
const ANSWERERS: [&str; 3] = ["plain", "confirming", "committing"];

impl Writer {
    pub(super) fn asking(&mut self) {
        self.add(json!({ "op": "queue.declare", "queue": "rpc", "durable": true }));
        self.add(json!({ "op": "confirm.select", "channel": "confirming" }));
        self.add(json!({ "op": "tx.select", "channel": "committing" }));
        for (caller, connection) in CALLERS {
            self.add(json!({ "op": "channel.open", "channel": caller, "connection": connection }));
            self.wait_for_answers(caller);
        }
        let count = 8 + self.below(16);
        for _ in 0..count {
            self.asking_step();
        }
        self.drain(&["caller1"], &["rpc"]);
    }

    /// Its separate queue is exclusive, and has a name that the server gives.
    fn wait_for_answers(&mut self, caller: &str) {
        let number = self.steps.len();
        let tag = format!("r{number}");
        if self.one_in(3) {
            let (queue, auto_delete) = (format!("mine{number}"), self.one_in(2));
            self.add(json!({ "op": "queue.declare", "exclusive": true, "auto_delete": auto_delete, "channel": caller, "as": queue }));
            self.add(json!({ "op": "basic.consume", "queue": "", "name_of": { "queue": queue }, "consumer_tag": tag, "no_ack": true,
                "channel": caller }));
        } else {
            let no_ack = !self.one_in(8);
            self.add(json!({ "op": "basic.consume", "queue": REPLY_TO, "consumer_tag": tag, "no_ack": no_ack, "channel": caller }));
        }
    }

    fn asking_step(&mut self) {
        let (caller, connection) = self.pick(&CALLERS);
        match self.below(14) {
            0..=3 => {
                let body = self.body();
                let properties = json!({ "reply_to": REPLY_TO, "correlation_id": format!("{}", self.steps.len()) });
                self.add(json!({ "op": "basic.publish", "routing_key": "rpc", "body": body, "channel": caller, "properties": properties }));
                self.get("rpc", "worker", true);
            }
            4..=7 => self.answer(),
            8 => {
                let op = self.pick(&["tx.commit", "tx.rollback"]);
                self.add(json!({ "op": op, "channel": "committing" }));
            }
            9 => self.wait_for_answers(caller),
            10 => {
                let asked = |step: &&Json| step["op"] == "basic.consume" && step["channel"] == caller;
                let tag = self.steps.iter().rfind(asked).map_or(json!("none"), |step| step["consumer_tag"].clone());
                self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": caller }));
            }
            11 => {
                let op = self.pick(&["channel.close", "connection.close"]);
                self.add(json!({ "op": op, "channel": caller, "connection": connection }));
                self.add(json!({ "op": "connection.open", "connection": connection }));
                self.add(json!({ "op": "channel.open", "channel": caller, "connection": connection }));
            }
            12 => self.look_at_reply_queue(),
            _ => {
                let passive = self.one_in(2);
                self.add(json!({ "op": "queue.declare", "queue": REPLY_TO, "passive": passive, "channel": "observer" }));
            }
        }
    }

    /// To one of the requests, perhaps again, and perhaps to several queues.
    fn answer(&mut self) {
        if self.gets == 0 {
            return;
        }
        let of = json!({ "reply_to": { "get": format!("g{}", 1 + self.below(self.gets)) } });
        let (body, channel, mandatory) = (self.body(), self.pick(&ANSWERERS), self.one_in(2));
        let exchange = if self.one_in(10) { "amq.fanout" } else { "" };
        let mut step =
            json!({ "op": "basic.publish", "exchange": exchange, "name_of": of, "body": body, "channel": channel, "mandatory": mandatory });
        if self.one_in(6) {
            step["properties"] = json!({ "headers": { "CC": [self.pick(&["rpc", "amq.rabbitmq.reply-to.nonsense", REPLY_TO])] } });
        }
        self.add(step);
    }

    /// As another program might, which takes it for a queue.
    fn look_at_reply_queue(&mut self) {
        if self.gets == 0 {
            return;
        }
        let of = json!({ "reply_to": { "get": format!("g{}", 1 + self.below(self.gets)) } });
        let op = self.pick(&["queue.declare", "queue.purge", "queue.delete", "queue.bind", "queue.unbind", "basic.get"]);
        let name = format!("looks{}", self.steps.len());
        let mut step = json!({ "op": op, "queue": "", "name_of": of, "channel": name, "connection": name });
        if op == "queue.declare" {
            step["passive"] = json!(self.one_in(2));
        }
        if op.ends_with("bind") {
            step["exchange"] = json!("amq.direct");
        }
        self.add(step);
    }
}
