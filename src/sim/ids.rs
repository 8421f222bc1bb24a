//! What names things in a world. Data without behaviour, so that every other file may use it.

use crate::broker::Name;

/// An instance of a service, by the place of both in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId {
    pub service: usize,
    pub instance: usize,
}

/// A handler at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// The number of a story, from 1; 0 is none.
pub type StoryId = u64;

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    Broker,
    Client(usize),
    Service(usize),
}

/// Where something departs, passes or arrives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Client(usize),
    Instance(InstanceId),
    Exchange(Name),
    Queue(Name),
}

/// The program that waits for an answer: to which attempt, in which wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Client { client: usize, number: u64, attempt: u32 },
    Run { instance: InstanceId, epoch: u32, run: RunId, wait: u32 },
}

impl Caller {
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Client { client, .. } => Place::Client(*client),
            Self::Run { instance, .. } => Place::Instance(*instance),
        }
    }

    pub(super) const fn end(&self) -> End {
        match self {
            Self::Client { client, .. } => End::Client(*client),
            Self::Run { instance, .. } => End::Service(instance.service),
        }
    }
}

/// What a consumer says of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Ack,
    /// `nack` with requeue.
    Requeue,
    /// `reject` with requeue.
    RejectRequeue,
    /// `reject` without requeue.
    Reject,
    /// `ack` with `multiple`.
    AckUpTo,
}

impl Verdict {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::AckUpTo => "ack of several",
            Self::Requeue => "nack with requeue",
            Self::RejectRequeue => "reject with requeue",
            Self::Reject => "reject",
        }
    }
}
