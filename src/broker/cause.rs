//! Why things happen to messages: what events, channels and queues all speak of.

use std::fmt;

/// Why a message died (rule 115).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeathReason {
    /// Nacked or rejected without requeue.
    Rejected,
    Expired,
    /// Pushed out of, or refused by, a full queue.
    Maxlen,
    /// Returned to a quorum queue more often than its delivery limit allows.
    DeliveryLimit,
}

impl DeathReason {
    pub const ALL: [Self; 4] = [Self::Rejected, Self::Expired, Self::Maxlen, Self::DeliveryLimit];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Maxlen => "maxlen",
            Self::DeliveryLimit => "delivery_limit",
        }
    }
}

impl fmt::Display for DeathReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Ack,
    Nack,
}

/// Why a delivery came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequeueCause {
    Nacked,
    Rejected,
    Recovered,
    ChannelClosed,
    ConnectionClosed,
    /// Not acknowledged in time, to a quorum queue (rule 94).
    TimedOut,
    Restarted,
}

impl RequeueCause {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nacked => "nacked",
            Self::Rejected => "rejected with requeue",
            Self::Recovered => "recovered",
            Self::ChannelClosed => "channel closed",
            Self::ConnectionClosed => "connection lost",
            Self::TimedOut => "not acknowledged in time",
            Self::Restarted => "broker restarted",
        }
    }
}

/// How a reader of a stream is done with a delivery. All but the last give it credit for another (rule 162).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadEnd {
    Acknowledged,
    /// Nacked or rejected, with requeue or without: a stream takes nothing back.
    Refused,
    /// By `basic.recover`.
    Recovered,
    /// Its channel ended.
    Gone,
}

impl ReadEnd {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Refused => "refused",
            Self::Recovered => "recovered",
            Self::Gone => "reader closed",
        }
    }
}

/// Why a copy vanished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropCause {
    /// It died, and its queue has no dead-letter exchange, or the exchange does not exist (rule 116).
    Died(DeathReason),
    /// Its dead-letter exchange would have led it round in a circle (rule 127).
    Cycle(DeathReason),
    Purged,
    QueueDeleted,
    /// A dead letter that waited for its place, when at-least-once dead-lettering was switched off (rule 129).
    NotKept,
    /// Of a transient message, or in a transient queue (rule 140).
    Restarted,
    /// An answer, and no consumer waits for it on its channel (rule 59).
    NotAwaited,
    /// With its segment, which a stream no longer keeps (rule 163). A reader had acknowledged it.
    Retired,
    /// The same, and no reader had acknowledged it.
    RetiredUnread,
    /// With its stream. A reader had acknowledged it.
    StreamDeleted,
}

impl DropCause {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Died(DeathReason::Rejected) => "rejected, no dead-letter exchange",
            Self::Died(DeathReason::Expired) => "expired, no dead-letter exchange",
            Self::Died(DeathReason::Maxlen) => "over the length limit, no dead-letter exchange",
            Self::Died(DeathReason::DeliveryLimit) => "over the delivery limit, no dead-letter exchange",
            Self::Cycle(_) => "dead-lettering in a circle",
            Self::Purged => "purged",
            Self::QueueDeleted => "its queue was deleted",
            Self::NotKept => "a dead letter without a place, no longer kept",
            Self::Restarted => "not persistent, lost in a restart",
            Self::NotAwaited => "an answer that no consumer waits for",
            Self::Retired => "its segment was too old, or the stream too large",
            Self::RetiredUnread => "no reader acknowledged it before its segment went",
            Self::StreamDeleted => "its stream was deleted after a reader acknowledged it",
        }
    }
}

/// Why a quorum queue keeps a copy beside its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptBack {
    /// It came back, and is hidden for a while (rule 136).
    DelayedRetry,
    /// A dead letter that the broker has not tried to place (rule 129). So are the four below, after a try that failed.
    NotTried,
    NoExchange,
    NoRoute,
    /// Each queue that its exchange chose would close a circle (rules 127, 129).
    Cycle,
    TargetRefuses,
}

impl KeptBack {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DelayedRetry => "its retry is delayed",
            Self::NotTried => "a dead letter, not tried yet",
            Self::NoExchange => "a dead letter, and its dead-letter exchange does not exist",
            Self::NoRoute => "a dead letter, and its dead-letter exchange has no queue for it",
            Self::Cycle => "a dead letter, and dead-lettering would lead it in a circle",
            Self::TargetRefuses => "a dead letter, and its target is full and refuses it",
        }
    }
}

impl fmt::Display for KeptBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a broker can run short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    Memory,
    Disk,
}

impl Resource {
    pub const ALL: [Self; 2] = [Self::Memory, Self::Disk];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    /// As `connection.blocked` says it.
    #[must_use]
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Memory => "low on memory",
            Self::Disk => "low on disk",
        }
    }
}
