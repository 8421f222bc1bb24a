//! Messages: what a client published, shared by every queue that holds a copy.

use std::sync::Arc;

use super::cause::DeathReason;
use super::ids::MessageId;
use super::value::{Name, Table, Value, encoded_table_bytes};
use crate::base::SimTime;

/// The bytes of a message, or a stand-in of a given size for load whose content does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Bytes(Box<[u8]>),
    Sized { bytes: u64, id: Name },
}

impl Body {
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Sized { bytes, .. } => *bytes,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes as text, if they are any.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            Self::Sized { .. } => None,
        }
    }
}

/// AMQP's basic properties. Those the broker does not read travel as they are (rule 56).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties {
    pub content_type: Option<Name>,
    pub content_encoding: Option<Name>,
    /// 2 is persistent, anything else transient (rule 58).
    pub delivery_mode: Option<u8>,
    pub priority: Option<u8>,
    pub correlation_id: Option<Name>,
    pub reply_to: Option<Name>,
    /// Milliseconds, as a decimal string (rule 57).
    pub expiration: Option<Name>,
    pub message_id: Option<Name>,
    /// Seconds.
    pub timestamp: Option<u64>,
    pub message_type: Option<Name>,
    pub user_id: Option<Name>,
    pub app_id: Option<Name>,
    /// None and an empty table are the same to the broker, not to a client that reads them back.
    pub headers: Option<Table>,
    /// The broker's own notes. A client has none to give.
    pub history: Option<Box<History>>,
}

impl Properties {
    /// These headers, and nothing else.
    #[must_use]
    pub fn with_headers(headers: Option<Table>) -> Self {
        Self { headers, ..Self::default() }
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.headers.as_ref()?.get(name)
    }

    /// As AMQP encodes them: two bytes of flags, then what is there.
    pub(super) fn encoded_bytes(&self) -> u64 {
        let short_strings = [
            &self.content_type,
            &self.content_encoding,
            &self.correlation_id,
            &self.reply_to,
            &self.expiration,
            &self.message_id,
            &self.message_type,
            &self.user_id,
            &self.app_id,
        ];
        let texts: u64 = short_strings.into_iter().flatten().map(|text| 1 + text.len() as u64).sum();
        let octets = [self.delivery_mode, self.priority].into_iter().flatten().count() as u64;
        let timestamp = self.timestamp.map_or(0, |_| 8);
        2 + texts + octets + timestamp + self.headers.as_ref().map_or(0, encoded_table_bytes)
    }

    #[must_use]
    pub const fn is_persistent(&self) -> bool {
        matches!(self.delivery_mode, Some(2))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub exchange: Name,
    pub routing_key: Name,
    pub properties: Arc<Properties>,
    pub body: Body,
}

/// What the broker remembers of a message beyond what the client sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The hidden keys of the BCC header: removed before delivery, still used for dead-lettering (rules 48, 118).
    pub(super) bcc: Vec<Name>,
    /// It died with a separate key: its CC header is only shown any more (rules 118, 126).
    pub(super) cc_spent: bool,
    /// Newest first; what `x-death` says (rule 121).
    pub(super) deaths: Vec<Death>,
    /// How often its delivery failed before this message was dead-lettered (rule 139).
    pub(super) failures: u32,
    /// Of the properties before the first death changed them (rule 108).
    pub(super) properties_bytes: Option<u64>,
}

/// One entry of `x-death`: all deaths of a message in one queue for one reason (rule 121).
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    pub queue: Name,
    pub reason: DeathReason,
    pub count: u64,
    /// Of the first such death, as the exchange and keys below (rule 122).
    pub time: SimTime,
    /// Where the message had been published before that death (rule 123).
    pub exchange: Name,
    pub routing_keys: Vec<Name>,
    pub original_expiration: Option<Name>,
}

impl Death {
    pub(super) fn to_table(&self) -> Value {
        let mut table: Table = [
            ("count".into(), Value::Int(i64::try_from(self.count).unwrap_or(i64::MAX))),
            ("exchange".into(), Value::String(self.exchange.clone())),
            ("queue".into(), Value::String(self.queue.clone())),
            ("reason".into(), Value::string(self.reason.name())),
            ("routing-keys".into(), Value::Array(self.routing_keys.iter().cloned().map(Value::String).collect())),
            ("time".into(), Value::Timestamp(self.time.as_secs())),
        ]
        .into_iter()
        .collect();
        if let Some(expiration) = &self.original_expiration {
            table.insert("original-expiration".into(), Value::String(expiration.clone()));
        }
        Value::Table(table)
    }

    pub(super) fn from_table(value: &Value) -> Option<Self> {
        let table = value.as_table()?;
        let reason = table.get("reason")?.as_str()?;
        Some(Self {
            queue: table.get("queue")?.as_str()?.clone(),
            reason: DeathReason::ALL.into_iter().find(|known| known.name() == &**reason)?,
            count: table.get("count").and_then(Value::as_int).and_then(|count| u64::try_from(count).ok()).unwrap_or(1),
            time: match table.get("time") {
                Some(Value::Timestamp(seconds)) => SimTime::from_secs(*seconds),
                _ => SimTime::ZERO,
            },
            exchange: table.get("exchange").and_then(Value::as_str).cloned().unwrap_or_else(|| "".into()),
            routing_keys: table
                .get("routing-keys")
                .and_then(Value::as_array)
                .map(|keys| keys.iter().filter_map(|key| key.as_str().cloned()).collect())
                .unwrap_or_default(),
            original_expiration: table.get("original-expiration").and_then(Value::as_str).cloned(),
        })
    }
}

/// A message is its id to a hash: what has the same id is the same message.
impl std::hash::Hash for Message {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl Message {
    /// A message as a client sees it, from wherever it comes.
    #[must_use]
    pub fn observed(id: MessageId, exchange: &str, routing_key: &str, properties: Arc<Properties>, body: Body) -> Self {
        Self { id, exchange: exchange.into(), routing_key: routing_key.into(), properties, body }
    }

    /// The message this one was dead-lettered from names its deaths; no other message has any.
    #[must_use]
    pub fn deaths(&self) -> &[Death] {
        self.properties.history.as_ref().map_or(&[], |history| &history.deaths)
    }

    /// The death that it died first. A later one may stand behind it: what comes round again moves its entry to the front.
    #[must_use]
    pub fn first_death(&self) -> Option<&Death> {
        self.deaths().iter().rev().min_by_key(|death| death.time)
    }

    pub(super) fn bcc(&self) -> &[Name] {
        self.properties.history.as_ref().map_or(&[], |history| &history.bcc)
    }

    /// How many bytes the properties have that its client gave it: what deaths add does not count (rule 108).
    pub(super) fn properties_bytes(&self) -> u64 {
        let known = self.properties.history.as_ref().and_then(|history| history.properties_bytes);
        known.unwrap_or_else(|| self.properties.encoded_bytes())
    }

    pub(super) fn failures(&self) -> u32 {
        self.properties.history.as_ref().map_or(0, |history| history.failures)
    }
}
