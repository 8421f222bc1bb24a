//! Queue arguments: what they mean and which values RabbitMQ takes (rules 14, 28, 29).

use crate::broker::error::AmqpError;
use crate::broker::time::SimTime;
use crate::broker::value::{Name, Table, Value};

/// The longest time to live or expiry RabbitMQ accepts: ten years, in milliseconds (rule 29).
pub const EXPIRY_MILLIS_MAX: i64 = 315_360_000_000;

/// What happens to a message that finds the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest goes (rule 103).
    #[default]
    DropHead,
    /// The newest is refused, and a publisher with confirms is told (rule 105).
    RejectPublish,
    /// Refused and dead-lettered (rule 106).
    RejectPublishDlx,
}

/// The arguments of a queue, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub message_ttl: Option<SimTime>,
    pub expires: Option<SimTime>,
    pub max_length: Option<u64>,
    pub max_length_bytes: Option<u64>,
    pub overflow: Overflow,
    pub dead_letter_exchange: Option<Name>,
    pub dead_letter_routing_key: Option<Name>,
    pub max_priority: u8,
    pub single_active_consumer: bool,
}

/// The arguments that a declaration must repeat to be equivalent (rule 14); all others are ignored.
pub const KNOWN_ARGUMENTS: [&str; 11] = [
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-message-ttl",
    "x-overflow",
    "x-queue-type",
    "x-single-active-consumer",
    "x-queue-mode",
];

impl Settings {
    /// # Errors
    /// 406 for a value RabbitMQ refuses, naming the argument and the queue.
    pub fn of_arguments(queue: &str, arguments: &Table) -> Result<Self, AmqpError> {
        let read = Reader { queue, arguments };
        match read.string("x-queue-type")?.as_deref() {
            None | Some("classic") => {}
            Some("quorum" | "stream") => {
                return Err(AmqpError::not_implemented(format_args!(
                    "queue type of '{queue}' is not simulated yet: use x-queue-type=classic"
                )));
            }
            Some(other) => return Err(read.invalid("x-queue-type", format_args!("unknown queue type '{other}'"))),
        }
        let settings = Self {
            message_ttl: read.integer("x-message-ttl", 0..=EXPIRY_MILLIS_MAX)?.map(SimTime::from_millis),
            expires: read.integer("x-expires", 1..=EXPIRY_MILLIS_MAX)?.map(SimTime::from_millis),
            max_length: read.integer("x-max-length", 0..=i64::MAX)?,
            max_length_bytes: read.integer("x-max-length-bytes", 0..=i64::MAX)?,
            overflow: match read.string("x-overflow")?.as_deref() {
                None | Some("drop-head") => Overflow::DropHead,
                Some("reject-publish") => Overflow::RejectPublish,
                Some("reject-publish-dlx") => Overflow::RejectPublishDlx,
                Some(other) => return Err(read.invalid("x-overflow", format_args!("invalid overflow '{other}'"))),
            },
            dead_letter_exchange: read.string("x-dead-letter-exchange")?,
            dead_letter_routing_key: read.string("x-dead-letter-routing-key")?,
            max_priority: read.integer("x-max-priority", 0..=255)?.map_or(0, |level| u8::try_from(level).unwrap_or(u8::MAX)),
            single_active_consumer: match arguments.get("x-single-active-consumer") {
                None => false,
                Some(Value::Bool(flag)) => *flag,
                Some(other) => return Err(read.unacceptable("x-single-active-consumer", other)),
            },
        };
        if settings.dead_letter_routing_key.is_some() && settings.dead_letter_exchange.is_none() {
            return Err(read.invalid("x-dead-letter-routing-key", format_args!("routing_key_but_no_dlx_defined")));
        }
        Ok(settings)
    }
}

struct Reader<'a> {
    queue: &'a str,
    arguments: &'a Table,
}

impl Reader<'_> {
    fn string(&self, argument: &str) -> Result<Option<Name>, AmqpError> {
        match self.arguments.get(argument) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.unacceptable(argument, other)),
        }
    }

    fn integer(&self, argument: &str, allowed: std::ops::RangeInclusive<i64>) -> Result<Option<u64>, AmqpError> {
        match self.arguments.get(argument) {
            None => Ok(None),
            Some(Value::Int(number)) if allowed.contains(number) => Ok(u64::try_from(*number).ok()),
            Some(Value::Int(number)) if number < allowed.start() => {
                Err(self.invalid(argument, format_args!("{{value_negative,{number}}}")))
            }
            Some(Value::Int(number)) => Err(self.invalid(argument, format_args!("{{value_too_big,{number}}}"))),
            Some(other) => Err(self.unacceptable(argument, other)),
        }
    }

    fn unacceptable(&self, argument: &str, value: &Value) -> AmqpError {
        self.invalid(argument, format_args!("{{unacceptable_type,{}}}", value.type_name()))
    }

    fn invalid(&self, argument: &str, why: std::fmt::Arguments<'_>) -> AmqpError {
        AmqpError::precondition(format_args!("invalid arg '{argument}' for queue '{}' in vhost '/': {why}", self.queue))
    }
}
