//! Messages: what a client published, shared by every queue that holds a copy.

use std::sync::Arc;

use super::dead_letter::Death;
use super::value::{Name, Table};

/// One published message. All its copies in queues share the id; a dead-lettered message is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// The bytes of a message, or a stand-in of a given size for load that nobody reads.
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
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&super::value::Value> {
        self.headers.as_ref()?.get(name)
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
    /// It died with a key of its own: its CC header is only shown any more (rules 118, 126).
    pub(super) cc_spent: bool,
    /// Newest first; what `x-death` says (rule 121).
    pub(super) deaths: Vec<Death>,
    /// The failures a quorum queue counted before this message was dead-lettered to another one (rule 139).
    pub(super) failures: u32,
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

    /// The message this one was dead-lettered from names its deaths; nobody else has any.
    #[must_use]
    pub fn deaths(&self) -> &[Death] {
        self.properties.history.as_ref().map_or(&[], |history| &history.deaths)
    }

    pub(super) fn bcc(&self) -> &[Name] {
        self.properties.history.as_ref().map_or(&[], |history| &history.bcc)
    }

    pub(super) fn failures(&self) -> u32 {
        self.properties.history.as_ref().map_or(0, |history| history.failures)
    }
}
