//! The transcript: one JSON line a step, its fields always in the same order.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::broker::{AmqpError, Body, Message, Name, Properties, Scope};
use crate::formats::amqp_json::{table_to_json, value_to_json};
use crate::formats::document::Node;

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Line {
    Step {
        step: usize,
        op: String,
        #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        time_ms: u64,
        result: Outcome,
        events: Vec<Observed>,
    },
    End {
        end: bool,
        time_ms: u64,
    },
}

impl Line {
    /// As it is printed, without the line's end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a transcript has only string keys and finite numbers")
    }
}

#[derive(Clone, Debug, Serialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok(Json),
    Error(Failure),
}

impl Outcome {
    /// A reply of these fields.
    #[must_use]
    pub fn ok<const N: usize>(fields: [(&str, Json); N]) -> Self {
        Self::Ok(Json::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
    }

    /// What the client itself says, before anything reaches the broker.
    #[must_use]
    pub fn client(text: &str) -> Self {
        Self::Error(Failure { code: 0, scope: "client", text: text.to_owned() })
    }
}

#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Failure {
    pub code: u16,
    pub scope: &'static str,
    pub text: String,
}

impl From<AmqpError> for Outcome {
    fn from(error: AmqpError) -> Self {
        match error {
            AmqpError::Refused { code, text } => {
                let scope = match code.scope() {
                    Scope::Channel => "channel",
                    Scope::Connection => "connection",
                };
                Self::Error(Failure { code: code.number(), scope, text })
            }
            AmqpError::NotOpen(_) => Self::client("channel closed"),
        }
    }
}

/// An event, with its own time within `advance`.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Observed {
    #[serde(flatten)]
    pub seen: Seen,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
}

#[derive(Clone, Debug, Serialize, PartialEq)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Seen {
    Delivered { channel: String, consumer_tag: String, message: SeenMessage },
    Returned { channel: String, code: u16, text: String, message: SeenMessage },
    Confirmed { channel: String, sequence: u64, outcome: &'static str },
    ConsumerCancelled { channel: String, consumer_tag: String },
    ChannelClosed { channel: String, code: u16, text: String },
    ConnectionClosed { connection: String, code: u16, text: String },
    ConnectionBlocked { connection: String, reason: String },
    ConnectionUnblocked { connection: String, reason: String },
    Settled { channel: String, consumer_tag: String, delivery_tag: u64, outcome: &'static str, requeue: bool },
}

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct SeenMessage {
    pub body: Json,
    pub exchange: String,
    pub routing_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redelivered: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_tag: Option<u64>,
    pub properties: Map<String, Json>,
}

impl SeenMessage {
    #[must_use]
    pub fn delivered(message: &Message, redelivered: bool, delivery_tag: u64) -> Self {
        Self { redelivered: Some(redelivered), delivery_tag: Some(delivery_tag), ..Self::returned(message) }
    }

    /// What is returned was never delivered.
    #[must_use]
    pub fn returned(message: &Message) -> Self {
        Self {
            body: body_to_json(&message.body),
            exchange: message.exchange.to_string(),
            routing_key: message.routing_key.to_string(),
            redelivered: None,
            delivery_tag: None,
            properties: properties_to_json(&message.properties),
        }
    }
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    pub exchanges: Vec<ProbeExchange>,
    pub queues: Vec<ProbeQueue>,
    pub bindings: Vec<ProbeBinding>,
    pub connections: Vec<ProbeConnection>,
    pub channels: Vec<ProbeChannel>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProbeExchange {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
}

/// None: it cannot be read without disturbing the broker.
#[derive(Clone, Debug, Serialize)]
pub struct ProbeQueue {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub durable: bool,
    pub exclusive: bool,
    pub auto_delete: bool,
    pub ready: Option<u64>,
    pub unacked: Option<u64>,
    pub total: Option<u64>,
    pub dead_letter_pending: Option<u64>,
    pub consumers: Option<u64>,
    pub active_consumer: Option<String>,
    pub bodies: Option<Vec<Json>>,
    pub redelivered: Option<Vec<bool>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProbeBinding {
    pub source: String,
    pub destination: String,
    pub destination_type: &'static str,
    pub routing_key: String,
    pub arguments: Map<String, Json>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProbeConnection {
    pub name: String,
    pub state: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProbeChannel {
    pub name: String,
    pub connection: String,
    pub open: bool,
    pub unacked: u64,
    pub prefetch_count: u16,
}

/// A text, or `{"size": 1024, "id": "big1"}`.
#[must_use]
pub fn body_from_json(node: &Node) -> Body {
    if let Some(text) = node.maybe_text() {
        return Body::text(text);
    }
    let fields = node.fields();
    let body = Body::Sized { bytes: fields.need("size").whole(1 << 30), id: fields.need("id").name() };
    fields.done();
    body
}

#[must_use]
pub(super) fn body_to_json(body: &Body) -> Json {
    match body {
        Body::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
        Body::Sized { bytes, id } => serde_json::json!({ "size": bytes, "id": &**id }),
    }
}

#[must_use]
pub fn properties_from_json(node: &Node) -> Properties {
    let fields = node.fields();
    let text = |name: &'static str| fields.maybe(name).map(|node| node.name());
    let octet = |name: &'static str| fields.maybe(name).map(|node| u8::try_from(node.whole(255)).unwrap_or(u8::MAX));
    let properties = Properties {
        content_type: text("content_type"),
        content_encoding: text("content_encoding"),
        delivery_mode: octet("delivery_mode"),
        priority: octet("priority"),
        correlation_id: text("correlation_id"),
        reply_to: text("reply_to"),
        expiration: text("expiration"),
        message_id: text("message_id"),
        timestamp: fields.maybe("timestamp").map(|node| node.whole(u64::MAX)),
        message_type: text("type"),
        user_id: text("user_id"),
        app_id: text("app_id"),
        headers: fields.maybe("headers").map(|node| node.table()),
        history: None,
    };
    fields.done();
    properties
}

/// What is absent is left out.
#[must_use]
pub fn properties_to_json(properties: &Properties) -> Map<String, Json> {
    let mut json = Map::new();
    let text = |value: &Option<Name>| value.as_ref().map(|text| Json::String(text.to_string()));
    let fields = [
        ("content_type", text(&properties.content_type)),
        ("content_encoding", text(&properties.content_encoding)),
        ("delivery_mode", properties.delivery_mode.map(Json::from)),
        ("priority", properties.priority.map(Json::from)),
        ("correlation_id", text(&properties.correlation_id)),
        ("reply_to", text(&properties.reply_to)),
        ("expiration", text(&properties.expiration)),
        ("message_id", text(&properties.message_id)),
        ("timestamp", properties.timestamp.map(Json::from)),
        ("type", text(&properties.message_type)),
        ("user_id", text(&properties.user_id)),
        ("app_id", text(&properties.app_id)),
        ("headers", properties.headers.as_ref().filter(|headers| !headers.is_empty()).map(table_to_json)),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            json.insert(name.to_owned(), value);
        }
    }
    json
}

/// The arguments of a binding.
#[must_use]
pub(super) fn arguments_to_json(arguments: &crate::broker::Table) -> Map<String, Json> {
    arguments.iter().map(|(name, value)| (name.to_string(), value_to_json(value))).collect()
}
