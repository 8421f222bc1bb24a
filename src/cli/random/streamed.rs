//! Streamed scripts: a stream, a queue beside it, and readers that start anywhere.
//!
//! What is published is published step by step: how much RabbitMQ's writer takes into one chunk hangs on chance.

use serde_json::{Map, Value as Json, json};

use super::Writer;
use crate::broker::Profile;

const READERS: [&str; 4] = ["r1", "r2", "r3", "r4"];
/// Two readers stand on each.
const CHANNELS: [&str; 2] = ["ra", "rb"];

impl Writer {
    pub(super) fn streamed(&mut self) {
        if self.one_in(5) {
            return self.retained();
        }
        let arguments = self.stream_arguments();
        self.declare_stream(&arguments, "ch1");
        self.add(json!({ "op": "queue.declare", "queue": "c", "durable": true }));
        self.add(json!({ "op": "exchange.declare", "exchange": "e", "type": "topic" }));
        self.add(json!({ "op": "queue.bind", "queue": "s", "exchange": "e", "routing_key": "a.#" }));
        self.add(json!({ "op": "queue.bind", "queue": "c", "exchange": "e", "routing_key": "*.b" }));
        if self.one_in(2) {
            self.add(json!({ "op": "confirm.select" }));
        }
        for _ in 0..self.below(4) {
            self.publish_to_stream();
        }
        for _ in 0..8 + self.below(16) {
            self.streamed_step(&arguments);
        }
        self.add(json!({ "op": "probe" }));
    }

    /// A stream of small segments, and readers that come when it is at rest. Its limit is never reached. A real broker looks at it beside
    /// its writer, and counts what was written meanwhile. One segment more or less is chance. Rule 163 has its cases. No segment ends
    /// within a few bytes of a message; see `KNOWN_DIFFERENCES`.
    fn retained(&mut self) {
        let mut arguments = Map::new();
        arguments.insert("x-queue-type".into(), json!("stream"));
        arguments.insert("x-stream-max-segment-size-bytes".into(), json!(self.pick(&[2_000, 2_400, 3_000])));
        arguments.insert("x-max-length-bytes".into(), json!(self.pick(&[50_000, 90_000])));
        let size = self.pick(&[300, 900, 1_400]);
        self.declare_stream(&arguments, "ch1");
        self.add(json!({ "op": "confirm.select" }));
        for number in 0..6 + self.below(18) {
            self.add(json!({ "op": "basic.publish", "routing_key": "s", "body": { "size": size, "id": format!("z{number}") } }));
        }
        self.add(json!({ "op": "advance", "ms": 500 }));
        for tag in READERS {
            self.add(json!({ "op": "basic.qos", "prefetch_count": 30, "channel": tag, "connection": format!("of-{tag}") }));
            let number = self.below(16);
            let offset = self.choose(vec![json!("first"), json!("first"), json!("last"), json!(number)]);
            self.add(json!({ "op": "basic.consume", "queue": "s", "consumer_tag": tag, "channel": tag,
                "connection": format!("of-{tag}"), "arguments": { "x-stream-offset": offset } }));
        }
    }

    fn stream_arguments(&mut self) -> Map<String, Json> {
        let mut arguments = Map::new();
        arguments.insert("x-queue-type".into(), json!("stream"));
        if self.one_in(3) {
            arguments.insert("x-max-age".into(), json!(self.pick(&["7D", "1h", "90m"])));
        }
        if self.one_in(3) {
            arguments.insert("x-max-length-bytes".into(), json!(1_000_000));
        }
        if self.one_in(4) {
            arguments.insert("x-stream-max-segment-size-bytes".into(), json!(500_000));
        }
        if self.one_in(6) {
            arguments.insert("x-initial-cluster-size".into(), json!(1));
        }
        if self.one_in(6) {
            arguments.insert("x-queue-leader-locator".into(), json!(self.pick(&["client-local", "balanced"])));
        }
        arguments
    }

    fn declare_stream(&mut self, arguments: &Map<String, Json>, channel: &str) {
        let connection = if channel == "ch1" { "conn1".to_owned() } else { format!("of-{channel}") };
        self.add(json!({ "op": "queue.declare", "queue": "s", "durable": true, "arguments": arguments, "channel": channel,
            "connection": connection }));
    }

    /// Its filters and lists came after 3.10, which stands for 3.13.
    fn is_old(&self) -> bool {
        self.profile == Profile::V3_13
    }

    fn publish_to_stream(&mut self) {
        let body = self.body();
        let (exchange, key) = self.pick(&[("", "s"), ("", "s"), ("e", "a.b"), ("e", "a"), ("e", "x")]);
        let mut properties = Map::new();
        if self.one_in(3) {
            properties.insert("delivery_mode".into(), json!(self.pick(&[1, 2])));
        }
        if self.one_in(5) {
            properties.insert("priority".into(), json!(3));
        }
        if self.one_in(5) {
            properties.insert("message_id".into(), json!("id"));
        }
        if self.one_in(3) {
            let mut headers = Map::new();
            headers.insert("kind".into(), self.choose(vec![json!("a"), json!(7), json!(true), json!(1.5), Json::Null]));
            if !self.is_old() {
                if self.one_in(2) {
                    headers.insert("x-stream-filter-value".into(), json!(self.pick(&["a", "b"])));
                }
                if self.one_in(4) {
                    headers.insert(self.pick(&["list", "x-list"]).into(), json!([1, "two"]));
                }
            }
            properties.insert("headers".into(), headers.into());
        }
        let mandatory = self.one_in(4);
        self.add(json!({ "op": "basic.publish", "exchange": exchange, "routing_key": key, "body": body, "mandatory": mandatory,
            "properties": properties }));
    }

    fn streamed_step(&mut self, arguments: &Map<String, Json>) {
        let reader = self.below(READERS.len());
        let (tag, channel) = (READERS[reader], CHANNELS[reader % 2]);
        match self.below(20) {
            0..=5 => self.publish_to_stream(),
            6..=10 => self.read_stream(tag, channel),
            11..=14 => self.settle_read(tag, channel),
            15 => self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": channel })),
            16 => self.mistake_about_stream(arguments),
            17 => self.get("c", "ch1", true),
            18 => {
                let op = self.pick(&["channel.close", "channel.open"]);
                self.add(json!({ "op": op, "channel": channel, "connection": format!("of-{channel}") }));
            }
            _ if self.one_in(3) => {
                let (if_unused, if_empty) = (self.one_in(2), self.one_in(2));
                self.add(json!({ "op": "queue.delete", "queue": "s", "if_unused": if_unused, "if_empty": if_empty }));
                self.declare_stream(arguments, "ch1");
                self.add(json!({ "op": "queue.bind", "queue": "s", "exchange": "e", "routing_key": "a.#" }));
            }
            _ => {
                let key = self.pick(&["max-age", "message-ttl"]);
                let value = if key == "max-age" { json!("1D") } else { json!(600_000) };
                self.add(json!({ "op": "policy.set", "name": "p", "pattern": "^s$", "definition": { key: value } }));
            }
        }
    }

    fn read_stream(&mut self, tag: &str, channel: &str) {
        let connection = format!("of-{channel}");
        let prefetch = 1 + self.below(4);
        self.add(json!({ "op": "basic.qos", "prefetch_count": prefetch, "channel": channel, "connection": connection }));
        let mut arguments = Map::new();
        if !self.one_in(8) {
            let last = self.below(6);
            let offset = vec![
                json!("first"),
                json!("first"),
                json!("last"),
                json!("next"),
                json!(last),
                json!("1h"),
                json!({ "timestamp": 0 }),
                json!({ "timestamp": 99_999_999_999_u64 }),
            ];
            arguments.insert("x-stream-offset".into(), self.choose(offset));
        }
        if !self.is_old() && self.one_in(5) {
            arguments.insert("x-stream-filter".into(), self.choose(vec![json!("a"), json!(["a", "b"]), json!("none")]));
            if self.one_in(2) {
                arguments.insert("x-stream-match-unfiltered".into(), json!(true));
            }
        }
        let mut step = json!({ "op": "basic.consume", "queue": "s", "consumer_tag": tag, "channel": channel, "arguments": arguments });
        if self.one_in(6) {
            step["on_delivery"] = json!({ "do": "ack" });
        }
        self.add(step);
    }

    fn settle_read(&mut self, tag: &str, channel: &str) {
        let of = self.next_delivery(tag);
        let multiple = self.one_in(4);
        if self.is_old() {
            // 3.10 refuses the others; see `KNOWN_DIFFERENCES`.
            self.add(json!({ "op": "basic.ack", "of": of, "multiple": multiple, "channel": channel }));
        } else if self.one_in(8) {
            self.add(json!({ "op": "basic.recover", "channel": channel }));
        } else {
            self.settle(&of, multiple, channel);
        }
    }

    /// Each on its own connection, which the broker may close.
    fn mistake_about_stream(&mut self, arguments: &Map<String, Json>) {
        let number = self.steps.len();
        let (channel, connection) = (format!("m{number}"), format!("of-m{number}"));
        let qos = json!({ "op": "basic.qos", "prefetch_count": 3, "channel": channel, "connection": connection });
        let consume = |more: Json| {
            let mut step = json!({ "op": "basic.consume", "queue": "s", "consumer_tag": channel, "channel": channel,
                "connection": connection });
            if let (Some(step), Some(more)) = (step.as_object_mut(), more.as_object()) {
                step.extend(more.clone());
            }
            step
        };
        let on = |mut step: Json| {
            step["channel"] = json!(channel);
            step["connection"] = json!(connection);
            step
        };
        match self.below(8) {
            0 => self.add(consume(json!({}))), // without a prefetch
            1 => {
                self.add(qos);
                self.add(consume(json!({ "no_ack": true })));
            }
            2 => {
                self.add(qos);
                self.add(consume(json!({ "arguments": { "x-priority": 1 } })));
            }
            3 => {
                self.add(qos);
                let offset = self.choose(vec![json!("soon"), json!("1x"), json!(true), json!("")]);
                self.add(consume(json!({ "arguments": { "x-stream-offset": offset } })));
            }
            4 => self.add(on(json!({ "op": "basic.get", "queue": "s" }))),
            5 => self.add(on(json!({ "op": "queue.purge", "queue": "s" }))),
            6 => {
                let mut others = arguments.clone();
                others.insert("x-max-age".into(), json!(self.pick(&["3D", "soon", "1x"])));
                self.declare_stream(&others, &channel);
            }
            _ => {
                let more = self.pick(&["x-max-length", "x-message-ttl", "x-max-priority"]);
                self.add(on(json!({ "op": "queue.declare", "queue": "s2", "durable": true,
                    "arguments": { "x-queue-type": "stream", more: 3 } })));
            }
        }
    }
}
