//! A snapshot of a real broker: by its management interface, and by passive declarations.

use serde_json::Value as Json;

use super::Client;
use crate::formats::broker_script::{Op, Outcome, ProbeBinding, ProbeChannel, ProbeConnection, ProbeExchange, ProbeQueue, Snapshot, Step};

impl Client {
    pub(super) fn probe(&mut self) -> Result<Snapshot, String> {
        let vhost = self.vhost();
        let list = |json: Json| json.as_array().cloned().unwrap_or_default();
        let text = |json: &Json, field: &str| json[field].as_str().unwrap_or_default().to_owned();
        let flag = |json: &Json, field: &str| json[field].as_bool().unwrap_or_default();
        let exchanges = list(self.manage("GET", &format!("exchanges/{vhost}?disable_stats=true"), None)?)
            .iter()
            .filter(|exchange| !text(exchange, "name").is_empty() && !text(exchange, "name").starts_with("amq."))
            .map(|exchange| ProbeExchange {
                name: text(exchange, "name"),
                kind: text(exchange, "type"),
                durable: flag(exchange, "durable"),
                auto_delete: flag(exchange, "auto_delete"),
                internal: flag(exchange, "internal"),
            })
            .collect();
        let bindings = list(self.manage("GET", &format!("bindings/{vhost}"), None)?)
            .iter()
            .filter(|binding| !text(binding, "source").is_empty())
            .map(|binding| ProbeBinding {
                source: text(binding, "source"),
                destination: text(binding, "destination"),
                destination_type: if text(binding, "destination_type") == "exchange" { "exchange" } else { "queue" },
                routing_key: text(binding, "routing_key"),
                arguments: binding["arguments"].as_object().cloned().unwrap_or_default(),
            })
            .collect();
        let mut queues = Vec::new();
        for queue in list(self.manage("GET", &format!("queues/{vhost}?disable_stats=true"), None)?) {
            let name = text(&queue, "name");
            let (ready, consumers) = self.count(&name).unzip();
            // A quorum queue counts fetched messages as consumers, and none that wait to become the single active one (rule 13).
            let quorum = text(&queue, "type") == "quorum";
            let alone = queue["arguments"]["x-single-active-consumer"] == true;
            // A stream counts its messages every few seconds, and no consumers (rule 168).
            let stream = text(&queue, "type") == "stream";
            let (ready, consumers) = (ready.filter(|_| !stream), consumers.filter(|_| !stream));
            let consumers = consumers.filter(|_| !quorum || !alone && !self.fetched_from.contains(&name));
            queues.push(ProbeQueue {
                kind: text(&queue, "type"),
                durable: flag(&queue, "durable"),
                exclusive: flag(&queue, "exclusive"),
                auto_delete: flag(&queue, "auto_delete"),
                ready,
                unacked: None,
                total: None,
                dead_letter_pending: None,
                consumers,
                active_consumer: None,
                bodies: None,
                redelivered: None,
                name,
            });
        }
        let connections =
            self.connections.iter().map(|(name, state)| ProbeConnection { name: name.clone(), state: state.state.to_owned() });
        let channels = self.channels.iter().map(|(name, channel)| ProbeChannel {
            name: name.clone(),
            connection: channel.connection.clone(),
            open: channel.open,
            unacked: if channel.open { channel.unacked.len() as u64 } else { 0 },
            prefetch_count: channel.prefetch_count,
        });
        let mut snapshot = Snapshot { exchanges, queues, bindings, connections: connections.collect(), channels: channels.collect() };
        snapshot.sort();
        Ok(snapshot)
    }

    /// Ready messages and consumers, by a passive declaration on a separate connection.
    fn count(&self, queue: &str) -> Option<(u64, u64)> {
        let step =
            |op: Op| Step { name: None, channel: "probe".into(), connection: "probe".into(), op_name: String::new(), name_of: None, op };
        let mut observer = Self::new(self.broker.clone());
        let declare = crate::broker::QueueDeclare {
            queue: queue.into(),
            durable: false,
            exclusive: false,
            auto_delete: false,
            passive: true,
            arguments: crate::broker::Table::new(),
        };
        let answer = observer.perform(&step(Op::QueueDeclare(declare))).ok()?;
        let Outcome::Ok(fields) = answer else { return None };
        Some((fields["message_count"].as_u64()?, fields["consumer_count"].as_u64()?))
    }
}
