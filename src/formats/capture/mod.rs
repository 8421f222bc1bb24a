//! What a tap on a running broker saw: publishes, deliveries, and how full its queues were.
//!
//! | file | has |
//! |---|---|
//! | [`file`](mod@file) | Requeue's own format: `requeue watch` writes it, one JSON object a line |
//! | [`tracing`] | the logs that `rabbitmq_tracing` writes, as text and as JSON |
//! | [`erlang`] | Erlang's terms, as those texts hold them |
//! | [`matching`] | which delivery is of which message |
//! | [`replay`] | a capture as a recording that the simulated broker follows |
//!
//! RabbitMQ traces publishes and deliveries. It traces no acknowledgements, dead letters or expiries: what of them is shown is inferred.

pub mod erlang;
pub mod file;
pub mod matching;
pub mod replay;
pub mod tracing;

use crate::base::SimTime;
use crate::base::limits::{self, beyond};
use crate::broker::{Name, Properties, Table};
use crate::scenario::{Json, Problem};

/// Who wrote it down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// `requeue watch`.
    #[default]
    Firehose,
    /// `rabbitmq_tracing`, as text or as JSON.
    TracingText,
    TracingJson,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capture {
    pub source: Source,
    /// Of the broker.
    pub version: Option<Name>,
    pub vhost: Option<Name>,
    /// When it began, as the broker's machine writes the time.
    pub began: Option<Name>,
    /// What was declared when it began, as RabbitMQ's definitions say it.
    pub definitions: Option<Json>,
    /// Connections. Each may have the name that its program gave it.
    pub programs: Vec<Option<Name>>,
    /// By their numbers, in the order in which they were first seen.
    pub messages: Vec<Seen>,
    /// In the order of their time.
    pub records: Vec<Record>,
    /// Why it ended, and what it does not have.
    pub notes: Vec<String>,
}

/// What is known of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    pub exchange: Name,
    pub routing_keys: Vec<Name>,
    /// Without headers and without the user.
    pub properties: Properties,
    /// Values that were left out are void.
    pub headers: Table,
    pub bytes: u64,
    /// None: it was left out.
    pub payload: Option<Name>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Since it began.
    pub at: SimTime,
    pub what: What,
}

/// A program, and the number of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct By {
    pub program: usize,
    pub channel: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Published {
        message: usize,
        by: By,
        queues: Vec<Name>,
    },
    Delivered {
        message: usize,
        by: By,
        queue: Name,
        /// None: the log does not say.
        redelivered: Option<bool>,
        /// As its `x-death` header says, the last first.
        deaths: Vec<Death>,
    },
    /// Ready and unacked messages, where they have changed.
    Depths(Vec<(Name, u64, u64)>),
    /// All consumers, where they have changed.
    Consumers(Vec<Consumer>),
}

/// That a message died in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    pub queue: Name,
    pub reason: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Consumer {
    pub queue: Name,
    pub by: By,
    pub prefetch: u16,
    pub auto_ack: bool,
}

impl Capture {
    /// Publishes and deliveries.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let count = |is: fn(&What) -> bool| self.records.iter().filter(|record| is(&record.what)).count();
        (count(|what| matches!(what, What::Published { .. })), count(|what| matches!(what, What::Delivered { .. })))
    }

    #[must_use]
    pub fn end(&self) -> SimTime {
        self.records.last().map_or(SimTime::ZERO, |record| record.at)
    }
}

/// A name as AMQP can carry it: a longer one in a file is none.
fn short(text: &str) -> Name {
    text[..text.floor_char_boundary(limits::SHORT_BYTES)].into()
}

fn too_many(records: usize) -> Option<Problem> {
    beyond("records of a capture", records, limits::CAPTURED).map(|message| Problem { path: String::new(), message })
}

/// Whether a text is meant as one of the three: by its first line.
#[must_use]
pub fn is_one(text: &str) -> bool {
    let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
    let has = |word: &str| first.contains(word);
    file::is_one(first)
        || tracing::is_rule(first)
        || first.starts_with('{') && ["\"routing_keys\"", "\"routed_queues\"", "\"timestamp\""].into_iter().all(has)
}

/// Reads one of the three.
///
/// # Errors
/// What is wrong, each with its line; never empty.
pub fn read(text: &str) -> Result<Capture, Vec<Problem>> {
    read_of(text, None)
}

/// The same of one virtual host. None: of the one that comes first.
///
/// # Errors
/// What is wrong, or nothing is of this virtual host; never empty.
pub fn read_of(text: &str, vhost: Option<&str>) -> Result<Capture, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    let read = |result: Result<Capture, Problem>| result.map_err(|problem| vec![problem]);
    let seen = if file::is_one(text) {
        file::read(text)?
    } else if text.trim_start().lines().next().is_some_and(tracing::is_rule) {
        read(tracing::read_text(text, vhost))?
    } else {
        read(tracing::read_json(text, vhost))?
    };
    let is_other = seen.vhost.as_deref().is_some_and(|of| Some(of) != vhost) || seen.records.is_empty();
    match vhost {
        Some(vhost) if is_other => {
            Err(vec![Problem { path: String::new(), message: format!("nothing here is of the virtual host {vhost}") }])
        }
        _ => Ok(seen),
    }
}
