//! Exchanges that give each message to one destination, by a hash: `x-consistent-hash` and `x-modulus-hash` (rules 151 and 152).

use super::term::Term;
use super::{Destination, jump};
use crate::broker::error::AmqpError;
use crate::broker::message::Properties;
use crate::broker::value::{Name, Table, Value};

/// What a consistent-hash exchange hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashOn {
    RoutingKey,
    Header(Name),
    Property(HashProperty),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashProperty {
    CorrelationId,
    MessageId,
    Timestamp,
}

impl HashProperty {
    pub const ALL: [Self; 3] = [Self::CorrelationId, Self::MessageId, Self::Timestamp];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CorrelationId => "correlation_id",
            Self::MessageId => "message_id",
            Self::Timestamp => "timestamp",
        }
    }
}

impl HashOn {
    /// By the arguments of the exchange.
    ///
    /// # Errors
    /// Both `hash-header` and `hash-property`, a property that RabbitMQ does not hash, or an argument that is no text.
    pub fn of(arguments: &Table) -> Result<Self, AmqpError> {
        // RabbitMQ's own code ends here, and the connection with it.
        let text = |value: &Value| value.as_str().cloned().ok_or_else(AmqpError::internal);
        let header = arguments.get("hash-header").map(text).transpose()?;
        let property = arguments.get("hash-property").map(text).transpose()?;
        match (header, property) {
            (None, None) => Ok(Self::RoutingKey),
            (Some(header), None) => Ok(Self::Header(header)),
            (None, Some(property)) => HashProperty::ALL
                .into_iter()
                .find(|known| known.name() == &*property)
                .map(Self::Property)
                .ok_or_else(|| AmqpError::precondition(format_args!("Unsupported property: {property}"))),
            (Some(_), Some(_)) => Err(AmqpError::precondition("hash-header and hash-property are mutually exclusive")),
        }
    }

    /// What of a message is hashed, as a person reads it.
    pub(in crate::broker) fn hashed(&self, key: &str, properties: &Properties) -> String {
        let (name, found) = match self {
            Self::RoutingKey if key.is_empty() => return "the empty key".to_owned(),
            Self::RoutingKey => return key.to_owned(),
            Self::Header(name) => (&**name, properties.header(name).map(ToString::to_string)),
            Self::Property(property) => {
                let found = match property {
                    HashProperty::CorrelationId => properties.correlation_id.as_deref().map(ToOwned::to_owned),
                    HashProperty::MessageId => properties.message_id.as_deref().map(ToOwned::to_owned),
                    HashProperty::Timestamp => properties.timestamp.map(|seconds| seconds.to_string()),
                };
                (property.name(), found)
            }
        };
        found.map_or_else(|| format!("nothing, without {name}"), |found| format!("{name} {found}"))
    }

    /// What of a message is hashed. A header that is missing counts as Erlang's `undefined`.
    fn term(&self, key: &str, properties: &Properties) -> Term {
        let undefined = || Term::Atom("undefined");
        match self {
            Self::RoutingKey => Term::text(key),
            Self::Header(name) => properties.headers.as_ref().and_then(|headers| headers.get(name)).map_or_else(undefined, |value| {
                match value {
                    // Since 3.13 RabbitMQ counts a header's time in milliseconds.
                    Value::Timestamp(seconds) => Term::Int(i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)),
                    value => Term::of(value),
                }
            }),
            Self::Property(property) => match property {
                HashProperty::CorrelationId => properties.correlation_id.as_deref().map_or_else(undefined, Term::text),
                HashProperty::MessageId => properties.message_id.as_deref().map_or_else(undefined, Term::text),
                HashProperty::Timestamp => properties.timestamp.map_or_else(undefined, |seconds| Term::text(&seconds.to_string())),
            },
        }
    }
}

/// The weight that a binding key asks for, at least 1.
///
/// # Errors
/// A key that is no whole number, or one that is too small or too large.
pub fn weight(key: &str, max: Option<u64>) -> Result<u64, AmqpError> {
    let (negative, digits) = key.strip_prefix('-').map_or((false, key.strip_prefix('+').unwrap_or(key)), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        // As Erlang writes it.
        let key = if key.is_empty() { String::new() } else { format!("\"{key}\"") };
        return Err(AmqpError::precondition(format_args!("The binding key must be an integer: <<{key}>>")));
    }
    let weight = digits.parse().unwrap_or(u64::MAX);
    if negative || weight == 0 {
        return Err(AmqpError::precondition("The binding key must be greater than 0"));
    }
    match max {
        Some(max) if weight > max => Err(AmqpError::precondition(format_args!("The binding key must not exceed {max}"))),
        Some(_) | None => Ok(weight),
    }
}

/// A part of the ring, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    pub first: u64,
    pub count: u64,
    /// Of the whole ring.
    pub of: u64,
}

/// The ring of a consistent-hash exchange: each destination has as many buckets as its weight, in the order of binding.
#[derive(Clone, Debug, Default)]
pub(in crate::broker) struct Ring {
    parts: Vec<(Destination, u64)>,
}

impl Ring {
    /// A second binding to one destination changes nothing, with any weight.
    pub fn add(&mut self, destination: Destination, weight: u64) {
        if !self.parts.iter().any(|(known, _)| *known == destination) {
            self.parts.push((destination, weight));
        }
    }

    /// Removing a binding removes the destination, even if a binding with another key is left.
    pub fn remove(&mut self, destination: Destination) {
        self.parts.retain(|(known, _)| *known != destination);
    }

    pub fn buckets(&self) -> u64 {
        self.parts.iter().fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
    }

    pub fn part(&self, destination: Destination) -> Option<Buckets> {
        let mut first = 0_u64;
        for (known, count) in &self.parts {
            if *known == destination {
                return Some(Buckets { first, count: *count, of: self.buckets() });
            }
            first = first.saturating_add(*count);
        }
        None
    }

    pub fn at(&self, bucket: u64) -> Option<Destination> {
        let mut end = 0_u64;
        self.parts.iter().find_map(|(destination, count)| {
            end = end.saturating_add(*count);
            (bucket < end).then_some(*destination)
        })
    }

    /// The bucket of a message, by the first of its routing keys.
    pub fn bucket(&self, on: &HashOn, key: &str, properties: &Properties) -> Option<u64> {
        let buckets = self.buckets();
        (buckets > 0).then(|| {
            let key = match on.term(key, properties) {
                // RabbitMQ takes a number as the hash itself, and of a list its first.
                Term::Int(number) => number,
                Term::List(items) => match items.first() {
                    Some(Term::Int(number)) => *number,
                    Some(first) => first.phash2().into(),
                    None => Term::List(Vec::new()).phash2().into(),
                },
                term @ (Term::Atom(_) | Term::Binary(_) | Term::Float(_) | Term::Tuple(_)) => term.phash2().into(),
            };
            jump::bucket(key, buckets)
        })
    }
}

/// The place among so many destinations, by all routing keys of a message together.
pub(super) fn place<'a>(keys: impl Iterator<Item = &'a str>, count: usize) -> usize {
    let hash = Term::List(keys.map(Term::text).collect()).phash2();
    usize::try_from(hash).unwrap_or(0) % count.max(1)
}
