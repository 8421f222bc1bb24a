//! Wide scripts: many exchanges and queues, a little of everything.

use serde_json::{Map, Value as Json, json};

use super::{CONSISTENT_HASH, RANDOM_EXCHANGE, SHARDING, Writer};
use crate::broker::Profile;

const QUEUES: [&str; 4] = ["q1", "q2", "q3", "q4"];
const EXCHANGES: [(&str, &str); 4] = [("topic", "topic"), ("fanout", "fanout"), ("direct", "direct"), ("headers", "headers")];
/// Exchanges that give each message to one of their bindings, by a hash: the real broker chooses the same.
const HASHING: [(&str, &str); 2] = [("consistent", "x-consistent-hash"), ("modulus", "x-modulus-hash")];
const WEIGHTS: [&str; 4] = ["1", "2", "10", "x"];
/// It chooses at random: with one binding there is one choice (rule 153).
const ANYONE: &str = "anyone";
/// Exchanges that some scripts have besides.
const FURTHER: [&str; 2] = ["inner", "short-lived"];
const KEYS: [&str; 7] = ["order.placed", "order.shipped", "order", "user.created", "", "q1", "a..b"];
const BINDING_KEYS: [&str; 8] = ["order.*", "#", "order.placed", "*.created", "order.#", "", "q1", "*..#"];
const CHANNELS: [&str; 2] = ["ch1", "ch2"];
const TAGS: [&str; 3] = ["c1", "c2", "c3"];

impl Writer {
    pub(super) fn wide(&mut self) {
        if self.one_in(4) {
            self.default_queue_type = Some(self.pick(&["quorum", "quorum", "classic"]));
        }
        self.topology();
        let count = 8 + self.below(18);
        for _ in 0..count {
            self.wide_step();
        }
        self.drain(&CHANNELS, &QUEUES);
    }

    fn exchange(&mut self, name: &str, kind: &str) {
        let mut arguments = self.hashes(kind);
        if self.one_in(4) {
            arguments.insert("alternate-exchange".into(), json!(self.pick(&["fanout", "inner", "headers", "missing"])));
        }
        let durable = name != "short-lived";
        self.add(json!({ "op": "exchange.declare", "exchange": name, "type": kind, "durable": durable, "internal": name == "inner",
            "auto_delete": name == "short-lived", "arguments": arguments }));
    }

    /// What an exchange of this type hashes, if it is not the routing key (rule 151).
    fn hashes(&mut self, kind: &str) -> Map<String, Json> {
        let mut arguments = Map::new();
        if kind == "x-consistent-hash" && self.one_in(2) {
            // 3.10 hashes a header's value together with its type.
            if self.profile != Profile::V3_13 && self.one_in(3) {
                arguments.insert("hash-header".into(), json!(self.pick(&["kind", "size"])));
            } else {
                arguments.insert("hash-property".into(), json!(self.pick(&["message_id", "correlation_id", "timestamp"])));
            }
        }
        arguments
    }

    fn topology(&mut self) {
        for (name, kind) in EXCHANGES {
            self.exchange(name, kind);
        }
        for name in FURTHER {
            if self.one_in(3) {
                let kind = self.pick(&["fanout", "topic", "direct"]);
                self.exchange(name, kind);
            }
        }
        for (name, kind) in self.hashing() {
            if self.one_in(2) {
                self.exchange(name, kind);
            }
        }
        for queue in QUEUES {
            self.queue(queue);
        }
        for _ in 0..3 {
            self.share("queue.bind");
        }
        self.any_one();
        for _ in 0..5 {
            self.binding("queue.bind");
        }
        for _ in 0..2 {
            if self.one_in(2) {
                self.exchange_binding("exchange.bind");
            }
        }
        if self.one_in(3) {
            let op = self.pick(&["confirm.select", "tx.select"]);
            self.add(json!({ "op": op }));
        }
        if self.one_in(4) {
            self.wide_policy();
        }
    }

    fn queue(&mut self, queue: &str) {
        let mut arguments = Map::new();
        let by_default = self.default_queue_type == Some("quorum");
        let quorum = self.one_in(5) || by_default && self.one_in(3);
        // What its virtual host makes of it need not be said (rule 154).
        if quorum != by_default || self.one_in(2) {
            arguments.insert("x-queue-type".into(), json!(if quorum { "quorum" } else { "classic" }));
        }
        if quorum {
            if self.may_limit_deliveries() && self.one_in(2) {
                arguments.insert("x-delivery-limit".into(), json!(self.below(3)));
            }
        } else if self.one_in(5) {
            arguments.insert("x-max-priority".into(), json!(3));
        } else if self.one_in(8) {
            arguments.insert("x-queue-mode".into(), json!(self.pick(&["lazy", "default"])));
        }
        if self.one_in(3) {
            arguments.insert("x-max-length".into(), json!(1 + self.below(3)));
            // A quorum queue that refuses does so when its publishers have heard of it: not a matter of order alone.
            if !quorum && self.one_in(2) {
                let overflow = self.pick(&["reject-publish", "reject-publish-dlx", "drop-head"]);
                arguments.insert("x-overflow".into(), json!(overflow));
            }
        }
        if self.one_in(8) {
            arguments.insert("x-max-length-bytes".into(), json!(self.pick(&[4, 8, 300])));
        }
        if self.one_in(2) {
            arguments.insert("x-dead-letter-exchange".into(), json!(self.pick(&["fanout", "direct", "topic", "inner", "", "missing"])));
            if self.one_in(2) {
                arguments.insert("x-dead-letter-routing-key".into(), json!(self.pick(&KEYS)));
            }
        }
        if !quorum && self.one_in(6) {
            arguments.insert("x-single-active-consumer".into(), json!(true));
        }
        let short_lived = !quorum && self.one_in(8);
        let durable = quorum || !self.profile.allows_transient_queues() || !self.one_in(6);
        self.add(json!({ "op": "queue.declare", "queue": queue, "durable": durable, "auto_delete": short_lived, "arguments": arguments }));
    }

    fn hashing(&self) -> Vec<(&'static str, &'static str)> {
        let has = |kind: &str| match kind {
            "x-consistent-hash" => self.plugins.contains(&CONSISTENT_HASH),
            _ => self.plugins.contains(&SHARDING) || self.profile.upstream() == Profile::V4_3,
        };
        HASHING.into_iter().filter(|(_, kind)| has(kind)).collect()
    }

    /// An exchange that chooses at random, and the queue it has to choose from.
    fn any_one(&mut self) {
        let plugin = self.plugins.contains(&RANDOM_EXCHANGE).then_some("x-random");
        let built_in = (self.profile != Profile::V3_13).then_some("x-local-random");
        let kinds: Vec<&str> = plugin.into_iter().chain(built_in).collect();
        if kinds.is_empty() || !self.one_in(4) {
            return;
        }
        let kind = self.pick(&kinds);
        self.exchange(ANYONE, kind);
        let queue = self.pick(&QUEUES);
        // A local one takes no key.
        let key = if kind == "x-random" { "k" } else { "" };
        self.add(json!({ "op": "queue.bind", "queue": queue, "exchange": ANYONE, "routing_key": key, "channel": "spare" }));
    }

    /// Binds a queue to an exchange that hashes, or unbinds it, if there is such an exchange.
    fn share(&mut self, op: &str) {
        let (name, _) = self.pick(&HASHING);
        if self.steps.iter().any(|step| step["op"] == "exchange.declare" && step["exchange"] == name) {
            // A weight that is none closes the channel: seldom.
            let key = if name == "consistent" && !self.one_in(12) { self.pick(&WEIGHTS[..3]) } else { self.pick(&WEIGHTS) };
            let queue = self.pick(&QUEUES);
            // Two bindings may have one key.
            let arguments = if self.one_in(3) { json!({ "x": self.below(2) }) } else { json!({}) };
            self.add(json!({ "op": op, "queue": queue, "exchange": name, "routing_key": key, "arguments": arguments }));
        }
    }

    fn headers_match(&mut self) -> Json {
        let mut arguments = json!({ "x-match": self.pick(&["all", "any", "all-with-x", "any-with-x"]) });
        if self.one_in(6) {
            arguments.as_object_mut().map(|arguments| arguments.remove("x-match"));
        }
        if self.one_in(2) {
            arguments["kind"] = json!(self.pick(&["a", "b"]));
        }
        match self.below(6) {
            0 => arguments["size"] = json!(self.below(2)),
            1 => arguments["size"] = Json::Null,
            2 => arguments["x-first-death-reason"] = json!("rejected"),
            _ => {}
        }
        arguments
    }

    fn binding(&mut self, op: &str) {
        let (exchange, _) = self.pick(&EXCHANGES);
        let exchange = if self.one_in(6) { self.pick(&FURTHER) } else { exchange };
        // What is not there would close the channel.
        let exchange = if self.steps.iter().any(|step| step["exchange"] == exchange) { exchange } else { "direct" };
        let (queue, key) = (self.pick(&QUEUES), self.pick(&BINDING_KEYS));
        let arguments = if exchange == "headers" { self.headers_match() } else { json!({}) };
        self.add(json!({ "op": op, "queue": queue, "exchange": exchange, "routing_key": key, "arguments": arguments }));
    }

    fn exchange_binding(&mut self, op: &str) {
        let (source, destination) =
            (self.pick(&["topic", "direct", "headers", "fanout"]), self.pick(&["fanout", "topic", "inner", "direct"]));
        let destination = if self.steps.iter().any(|step| step["exchange"] == destination) { destination } else { "fanout" };
        let arguments = if source == "headers" { self.headers_match() } else { json!({}) };
        let key = self.pick(&BINDING_KEYS);
        self.add(json!({ "op": op, "source": source, "destination": destination, "routing_key": key, "arguments": arguments }));
    }

    fn wide_policy(&mut self) {
        let name = self.pick(&["one", "two"]);
        match self.below(6) {
            0 => self.clear_policy(name),
            1 => self.odd_policy(name),
            2 => {
                let definition = json!({ "alternate-exchange": self.pick(&["fanout", "headers", "missing"]) });
                let (pattern, priority) = (self.pick(&["topic", "^direct$", ""]), self.policy_priority(name));
                self.add(json!({ "op": "policy.set", "name": name, "pattern": pattern, "apply_to": "exchanges", "definition": definition,
                    "priority": priority }));
            }
            _ => {
                let pattern = self.pick(&["^q1$", "q", "[34]"]);
                self.set_policy(name, pattern, &["fanout", "direct", "", "missing"]);
            }
        }
    }

    /// What RabbitMQ refuses, or takes without effect.
    fn odd_policy(&mut self, name: &str) {
        // An older broker has mirrors, and takes them.
        let mirrors = if self.profile == Profile::V3_13 { "many" } else { "all" };
        let definitions = [
            json!({}),
            json!({ "max-length": null }),
            json!({ "delayed-retry-type": "all" }),
            json!({ "delayed-retry-type": "returned", "delayed-retry-min": 5, "delayed-retry-max": 2 }),
            json!({ "federation-upstream-set": "all" }),
            json!({ "ha-mode": mirrors }),
            json!({ "queue-master-locator": "client-local" }),
            json!({ "max-age": "1D" }),
        ];
        let definition = definitions[self.below(definitions.len())].clone();
        let apply_to =
            if self.profile == Profile::V3_13 { self.pick(&["queues", "all"]) } else { self.pick(&["streams", "all", "queues"]) };
        // 3.10 refuses mirrors that an operator asks for; FIDELITY.md names it.
        let no_operator = self.profile == Profile::V3_13 && definition["ha-mode"].is_string();
        let (operator, priority) = (self.one_in(3) && !no_operator, self.policy_priority(name));
        self.add(json!({ "op": "policy.set", "name": name, "pattern": "q", "apply_to": apply_to, "definition": definition,
            "priority": priority, "operator": operator }));
    }

    fn wide_step(&mut self) {
        let channel = self.pick(&CHANNELS);
        match self.below(32) {
            0..=9 => self.publish(channel),
            10 | 11 => {
                let (queue, no_ack) = (self.pick(&QUEUES), self.one_in(4));
                self.get(queue, channel, no_ack);
            }
            12 | 13 => self.consume(channel),
            14..=18 => {
                let tag = self.pick(&TAGS);
                let (of, multiple) = (self.held_by(tag, 2), self.one_in(5));
                self.settle(&of, multiple, channel);
            }
            19 if self.one_in(3) => {
                let op = self.pick(&["queue.bind", "queue.unbind"]);
                self.share(op);
            }
            19 => {
                let op = self.pick(&["queue.unbind", "queue.bind"]);
                self.binding(op);
            }
            20 => {
                let queue = self.pick(&QUEUES);
                self.add(json!({ "op": "queue.purge", "queue": queue, "channel": channel }));
            }
            21 => self.add(json!({ "op": "basic.recover", "channel": channel })),
            22 => {
                let tag = self.pick(&TAGS);
                self.add(json!({ "op": "basic.cancel", "consumer_tag": tag, "channel": channel }));
            }
            23 => {
                self.add(json!({ "op": "channel.close", "channel": channel }));
                self.add(json!({ "op": "channel.open", "channel": channel }));
            }
            24 => {
                let op = self.pick(&["tx.commit", "tx.rollback"]);
                self.add(json!({ "op": op, "channel": channel }));
            }
            25 => self.wide_policy(),
            26 => self.other_connection(),
            27 => self.server_named(channel),
            28 => {
                let op = self.pick(&["exchange.bind", "exchange.unbind"]);
                self.exchange_binding(op);
            }
            29 if self.one_in(3) => self.succeed(channel),
            29 => self.remove(channel),
            30 => self.empty_short_lived(channel),
            _ => self.mistake(channel),
        }
    }

    /// An exchange that goes with its last binding.
    fn empty_short_lived(&mut self, channel: &str) {
        self.exchange("short-lived", "direct");
        let (queue, key) = (self.pick(&QUEUES), self.pick(&BINDING_KEYS));
        let binding = |op: &str| json!({ "op": op, "queue": queue, "exchange": "short-lived", "routing_key": key, "channel": channel });
        self.add(binding("queue.bind"));
        self.publish(channel);
        self.add(binding("queue.unbind"));
    }

    /// A queue that belongs to another connection, which may end.
    fn other_connection(&mut self) {
        let on = |mut step: Json| {
            step["channel"] = json!("other");
            step["connection"] = json!("conn2");
            step
        };
        if !self.steps.iter().any(|step| step["queue"] == "mine") {
            self.add(on(json!({ "op": "queue.declare", "queue": "mine", "exclusive": true })));
        }
        match self.below(6) {
            0 => self.add(on(json!({ "op": "queue.declare", "queue": "mine", "exclusive": true }))),
            1 | 2 => {
                let exchange = self.pick(&["fanout", "direct"]);
                self.add(on(json!({ "op": "queue.bind", "queue": "mine", "exchange": exchange, "routing_key": "order.placed" })));
            }
            3 => {
                self.get("mine", "other", true);
                if let Some(step) = self.steps.last_mut() {
                    step["connection"] = json!("conn2");
                }
            }
            4 => {
                let op = self.pick(&["basic.get", "queue.purge", "queue.delete"]);
                self.add(json!({ "op": op, "queue": "mine", "channel": "stranger" }));
            }
            _ => {
                let op = self.pick(&["connection.close", "connection.drop"]);
                self.add(json!({ "op": op, "connection": "conn2" }));
                self.add(json!({ "op": "connection.open", "connection": "conn2" }));
            }
        }
        // Opening what is open is a hard error: it is opened only where something may have closed it.
        let channel = self.pick(&["other", "stranger"]);
        let may_be_closed = self.steps.iter().any(|step| step["channel"] == "stranger" || step["op"] == "connection.open");
        if may_be_closed && self.one_in(3) {
            self.add(json!({ "op": "channel.open", "channel": channel, "connection": "conn2" }));
        }
    }

    /// A queue that the server names, and that the channel calls by no name.
    fn server_named(&mut self, channel: &str) {
        let (exclusive, auto_delete) = (self.one_in(2), self.one_in(2));
        self.add(json!({ "op": "queue.declare", "queue": "", "exclusive": exclusive, "auto_delete": auto_delete, "durable": true,
            "channel": channel }));
        let exchange = self.pick(&["fanout", "topic"]);
        let key = self.pick(&BINDING_KEYS);
        self.add(json!({ "op": "queue.bind", "queue": "", "exchange": exchange, "routing_key": key, "channel": channel }));
        self.publish(channel);
        self.get("", channel, true);
    }

    /// A delivery of a queue that is gone, said of the queue that has its name now (rule 155).
    fn succeed(&mut self, channel: &str) {
        if self.steps.iter().any(|step| step["queue"] == "again") {
            return;
        }
        let kind = self.pick(&["classic", "quorum"]);
        let declare = json!({ "op": "queue.declare", "queue": "again", "durable": true, "arguments": { "x-queue-type": kind },
            "channel": "keeper" });
        let fill = |body: Json| json!({ "op": "basic.publish", "routing_key": "again", "body": body, "channel": "keeper" });
        let (old, new) = (self.body(), self.body());
        self.add(declare.clone());
        self.add(fill(old));
        self.get("again", channel, false);
        let of = json!({ "get": format!("g{}", self.gets) });
        self.add(json!({ "op": "queue.delete", "queue": "again", "channel": "keeper" }));
        self.add(declare);
        self.add(fill(new));
        self.get("again", channel, false);
        let step = if self.one_in(2) { json!({ "op": "basic.ack" }) } else { json!({ "op": "basic.nack", "requeue": true }) };
        self.add({
            let mut step = step;
            step["of"] = of;
            step["channel"] = json!(channel);
            step
        });
        self.add(json!({ "op": "queue.declare", "queue": "again", "passive": true, "channel": "keeper" }));
    }

    /// Deletes a queue or an exchange, and perhaps declares it again.
    fn remove(&mut self, channel: &str) {
        if self.one_in(2) {
            let queue = self.pick(&QUEUES);
            let by_default = self.default_queue_type == Some("quorum");
            let is_quorum = |kind: &Json| kind == "quorum" || by_default && kind.is_null();
            let quorum =
                |step: &Json| step["op"] == "queue.declare" && step["queue"] == queue && is_quorum(&step["arguments"]["x-queue-type"]);
            let conditions = !self.steps.iter().any(quorum); // a quorum queue ends the connection
            let (if_unused, if_empty) = (conditions && self.one_in(3), conditions && self.one_in(3));
            self.add(json!({ "op": "queue.delete", "queue": queue, "if_unused": if_unused, "if_empty": if_empty, "channel": "remover" }));
            self.add(json!({ "op": "queue.declare", "queue": queue, "passive": true, "channel": format!("after-{}", self.steps.len()) }));
        } else {
            let (exchange, kind) = self.pick(&EXCHANGES);
            let if_unused = self.one_in(2);
            self.add(json!({ "op": "exchange.delete", "exchange": exchange, "if_unused": if_unused, "channel": channel }));
            if self.one_in(2) {
                self.exchange(exchange, kind);
            }
        }
    }

    fn publish(&mut self, channel: &str) {
        let (exchange, _) = self.pick(&EXCHANGES);
        let exchange = if self.one_in(4) { "" } else { exchange };
        let key = if exchange.is_empty() { self.pick(&QUEUES) } else { self.pick(&KEYS) };
        let further = self.pick(&[HASHING[0].0, HASHING[1].0, ANYONE]);
        let has_further = self.steps.iter().any(|step| step["op"] == "exchange.declare" && step["exchange"] == further);
        let exchange = if has_further && self.one_in(4) { further } else { exchange };
        let mut properties = Map::new();
        if self.one_in(2) {
            properties.insert("delivery_mode".into(), json!(2));
        }
        if self.one_in(3) {
            properties.insert("priority".into(), json!(self.below(5)));
        }
        if self.one_in(10) {
            properties.insert("user_id".into(), json!("guest"));
            properties.insert("type".into(), json!("t"));
            properties.insert("content_type".into(), json!("text/plain"));
        }
        if self.one_in(12) {
            properties.insert("expiration".into(), json!("600000"));
        }
        if exchange == HASHING[0].0 && !self.one_in(4) {
            properties.insert("message_id".into(), json!(self.pick(&["id-1", "id-2", "id-3"])));
            properties.insert("correlation_id".into(), json!(self.pick(&["", "order-1", "order-2"])));
            properties.insert("timestamp".into(), json!(1_700_000_000 + self.below(5)));
        }
        let mut headers = Map::new();
        if self.one_in(3) {
            headers.insert("kind".into(), json!(self.pick(&["a", "b"])));
        }
        if self.one_in(6) {
            headers.insert("size".into(), json!(self.below(2)));
        }
        if self.one_in(5) {
            headers.insert("CC".into(), json!([self.pick(&KEYS), self.pick(&QUEUES)]));
        }
        if self.one_in(8) {
            let hidden = [self.pick(&KEYS), self.pick(&QUEUES)];
            // Until 3.12 a key that is there twice is no hidden one.
            let is_again =
                |one: &&str| *one == key || headers.get("CC").and_then(Json::as_array).is_some_and(|cc| cc.contains(&json!(one)));
            let may_be = |one: &&str| self.profile != Profile::V3_13 || !is_again(one);
            headers.insert("BCC".into(), json!(hidden.into_iter().filter(may_be).collect::<Vec<_>>()));
        }
        if !headers.is_empty() {
            properties.insert("headers".into(), Json::Object(headers));
        }
        let (body, mandatory) = (self.body(), self.one_in(4));
        self.add(json!({
            "op": "basic.publish", "exchange": exchange, "routing_key": key, "channel": channel,
            "body": body, "mandatory": mandatory, "properties": properties,
        }));
    }

    fn consume(&mut self, channel: &str) {
        if self.one_in(2) {
            let count = 1 + self.below(3);
            self.add(json!({ "op": "basic.qos", "channel": channel, "prefetch_count": count }));
        }
        let (queue, tag) = (self.pick(&QUEUES), self.pick(&TAGS));
        let used = self.steps.iter().any(|step| step["op"] == "basic.consume" && step["consumer_tag"] == tag);
        if used {
            return; // tags are unique in a script
        }
        let mut step = json!({ "op": "basic.consume", "queue": queue, "consumer_tag": tag, "channel": channel });
        match self.below(6) {
            0 => step["on_delivery"] = json!({ "do": "ack" }),
            1 => step["on_delivery"] = json!({ "do": "nack", "requeue": false, "times": 2 }),
            2 => step["on_delivery"] = json!({ "do": "reject", "requeue": true, "times": 2, "then": "ack" }),
            3 => step["on_delivery"] = json!({ "do": "nack", "requeue": true, "times": 3, "then": "ack" }),
            4 => step["no_ack"] = json!(true),
            _ => {}
        }
        if self.one_in(3) {
            step["arguments"] = json!({ "x-priority": self.below(3) });
        }
        self.add(step);
    }

    fn mistake(&mut self, channel: &str) {
        let mut step = match self.below(23) {
            19 => json!({ "op": "queue.declare", "queue": "q1\r\n", "passive": true }),
            20 => json!({ "op": "queue.declare", "queue": "n".repeat(255 + self.below(2)) }),
            21 => json!({ "op": "queue.declare", "queue": "transient", "durable": false }),
            // The limit of 3.x takes too long to reach.
            22 if self.profile != Profile::V3_13 => {
                json!({ "op": "basic.publish", "routing_key": "q1", "body": { "size": 16 * 1024 * 1024 + self.below(2), "id": "big" } })
            }
            0 => json!({ "op": "basic.publish", "exchange": "missing", "routing_key": "k", "body": "lost" }),
            1 => json!({ "op": "basic.get", "queue": "missing" }),
            2 => json!({ "op": "queue.declare", "queue": "q1", "durable": false }),
            3 => json!({ "op": "basic.ack", "of": { "delivery_tag": 99 } }),
            4 => json!({ "op": "exchange.declare", "exchange": "topic", "type": "fanout", "durable": true }),
            // Wrong in one way or in two: which of them is reported is a rule as well.
            5..=7 => {
                let (queue, exchange) = (self.pick(&["q1", "missing"]), self.pick(&["", "missing", "topic"]));
                let op = self.pick(&["queue.bind", "queue.unbind"]);
                json!({ "op": op, "queue": queue, "exchange": exchange, "routing_key": self.pick(&BINDING_KEYS) })
            }
            8 => {
                let (source, destination) = (self.pick(&["", "missing", "topic"]), self.pick(&["", "missing", "fanout"]));
                json!({ "op": "exchange.bind", "source": source, "destination": destination, "routing_key": "k" })
            }
            9 => json!({ "op": "queue.declare", "queue": "amq.mine" }),
            10 => {
                json!({ "op": self.pick(&["exchange.declare", "exchange.delete"]), "exchange": self.pick(&["", "amq.direct", "amq.mine"]) })
            }
            11 => {
                let name = self.pick(&["x-max-priority", "x-delivery-limit", "x-message-ttl", "x-expires", "x-overflow", "x-max-length"]);
                let (kind, value) = (self.pick(&["classic", "quorum"]), self.choose(vec![json!(-1), json!(0), json!("many"), json!(true)]));
                json!({ "op": "queue.declare", "queue": "fresh", "durable": true, "arguments": { "x-queue-type": kind, name: value } })
            }
            12 => json!({ "op": "exchange.bind", "source": "headers", "destination": "fanout", "arguments": { "x-match": "some" } }),
            13 => {
                let wrong = vec![json!({ "expiration": "soon" }), json!({ "user_id": "eve" }), json!({ "headers": { "CC": "k" } })];
                let properties = self.choose(wrong);
                json!({ "op": "basic.publish", "exchange": "topic", "routing_key": "k", "body": "refused", "properties": properties })
            }
            14 => json!({ "op": "queue.declare", "queue": "fresh", "durable": self.one_in(2), "exclusive": self.one_in(2),
                "auto_delete": self.one_in(2), "arguments": { "x-queue-type": "quorum" } }),
            15 => json!({ "op": "queue.declare", "queue": self.pick(&QUEUES), "passive": true }),
            17 => json!({ "op": "queue.bind", "queue": "q1", "exchange": "topic", "routing_key": "#.a.#.b.#" }),
            16 => json!({ "op": "basic.publish", "exchange": "inner", "routing_key": "k", "body": "refused" }),
            _ => json!({ "op": "queue.delete", "queue": self.pick(&QUEUES), "if_empty": true }),
        };
        // Some mistakes end the connection; then the rest of the script says so.
        let channel = if self.one_in(3) { "spare" } else { channel };
        step["channel"] = json!(channel);
        self.add(step);
        let reopened = if self.one_in(2) { channel } else { "spare" };
        self.add(json!({ "op": "channel.open", "channel": reopened }));
    }
}
