//! Errors of the protocol: AMQP's reply codes, what each of them closes, and RabbitMQ's texts.

use std::fmt;

use super::value::SHORTSTR_BYTES_MAX;

/// The end of a reply text that is too long for AMQP.
const CUT: &str = "...";

/// What an error closes (rule 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A mistake of one channel: its unacked deliveries are requeued, the connection lives on (rule 2).
    Channel,
    /// A mistake that ends the connection and every channel on it.
    Connection,
}

/// AMQP 0-9-1 reply codes the broker uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum ReplyCode {
    NoRoute = 312,
    AccessRefused = 403,
    NotFound = 404,
    ResourceLocked = 405,
    PreconditionFailed = 406,
    ConnectionForced = 320,
    CommandInvalid = 503,
    ChannelError = 504,
    ResourceError = 506,
    NotAllowed = 530,
    NotImplemented = 540,
    InternalError = 541,
}

impl ReplyCode {
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRoute => "NO_ROUTE",
            Self::AccessRefused => "ACCESS_REFUSED",
            Self::NotFound => "NOT_FOUND",
            Self::ResourceLocked => "RESOURCE_LOCKED",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::ConnectionForced => "CONNECTION_FORCED",
            Self::CommandInvalid => "COMMAND_INVALID",
            Self::ChannelError => "CHANNEL_ERROR",
            Self::ResourceError => "RESOURCE_ERROR",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::NotImplemented => "NOT_IMPLEMENTED",
            Self::InternalError => "INTERNAL_ERROR",
        }
    }

    /// Soft errors close the channel, hard ones the connection (rule 1).
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::NoRoute | Self::AccessRefused | Self::NotFound | Self::ResourceLocked | Self::PreconditionFailed => Scope::Channel,
            Self::ConnectionForced
            | Self::CommandInvalid
            | Self::ChannelError
            | Self::ResourceError
            | Self::NotAllowed
            | Self::NotImplemented
            | Self::InternalError => Scope::Connection,
        }
    }
}

/// What a client receives when the broker refuses a method. The channel or connection it names is closed by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmqpError {
    /// The broker's own answer, by `channel.close` or `connection.close`.
    Refused { code: ReplyCode, text: String },
    /// The client used a channel or connection that is not open: nothing reached the broker.
    NotOpen(Scope),
}

impl AmqpError {
    pub(super) fn new(code: ReplyCode, text: impl fmt::Display) -> Self {
        let mut text = format!("{} - {text}", code.name());
        if text.len() > SHORTSTR_BYTES_MAX {
            // As RabbitMQ cuts it (rule 3).
            text.truncate(text.floor_char_boundary(SHORTSTR_BYTES_MAX - CUT.len()));
            text.push_str(CUT);
        }
        Self::Refused { code, text }
    }

    pub(super) fn not_found(kind: &str, name: &str) -> Self {
        Self::new(ReplyCode::NotFound, format_args!("no {kind} '{name}' in vhost '/'"))
    }

    pub(super) fn precondition(text: impl fmt::Display) -> Self {
        Self::new(ReplyCode::PreconditionFailed, text)
    }

    /// The broker failed: it says no more.
    pub(super) fn internal() -> Self {
        Self::Refused { code: ReplyCode::InternalError, text: ReplyCode::InternalError.name().to_owned() }
    }

    pub(super) fn not_implemented(text: impl fmt::Display) -> Self {
        Self::new(ReplyCode::NotImplemented, text)
    }
}

impl fmt::Display for AmqpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, text } => write!(f, "{} {text}", code.number()),
            Self::NotOpen(Scope::Channel) => f.write_str("channel closed"),
            Self::NotOpen(Scope::Connection) => f.write_str("connection closed"),
        }
    }
}

impl std::error::Error for AmqpError {}
