//! What will happen, by time, and in the order it was decided where times are equal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ids::{InstanceId, RunId};
use crate::base::SimTime;
use crate::broker::{ChannelId, ConnectionId, Name};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Arrival(u64),
    ClientSends {
        client: usize,
        generation: u32,
    },
    /// The rest of a large burst.
    ClientSendsOn {
        client: usize,
        left: u64,
    },
    ClientTimesOut {
        client: usize,
        number: u64,
        attempt: u32,
    },
    ClientTriesAgain {
        client: usize,
        number: u64,
        attempt: u32,
    },
    /// A step's work is done.
    Resume {
        instance: InstanceId,
        epoch: u32,
        run: RunId,
        wait: u32,
    },
    /// A call or a confirm did not come.
    TimesOut {
        instance: InstanceId,
        epoch: u32,
        run: RunId,
        wait: u32,
    },
    CallsAgain {
        instance: InstanceId,
        epoch: u32,
        run: RunId,
        wait: u32,
    },
    /// It was about to take a step when it hung.
    Continues {
        instance: InstanceId,
        epoch: u32,
        run: RunId,
        wait: u32,
    },
    ScheduleFires {
        service: usize,
        handler: usize,
        generation: u32,
    },
    RelayRuns {
        service: usize,
        generation: u32,
    },
    Reconnect {
        instance: InstanceId,
        epoch: u32,
    },
    /// For what it publishes.
    ReopenPublisher {
        instance: InstanceId,
        epoch: u32,
    },
    /// For one of its consumers.
    ReopenConsumer {
        instance: InstanceId,
        epoch: u32,
        handler: usize,
    },
    /// After a crash.
    Restart {
        instance: InstanceId,
        epoch: u32,
    },
    HeartbeatMissed {
        instance: InstanceId,
        connection: ConnectionId,
        cut: u32,
    },
    /// A program that was told to stop has had its time.
    GraceEnds {
        instance: InstanceId,
        epoch: u32,
    },
    /// No heartbeat has come from a machine that is gone.
    PeerGone(ConnectionId, InstanceId),
    /// Work that held up the event loop is done.
    Unblocks {
        instance: InstanceId,
        epoch: u32,
        run: RunId,
        wait: u32,
    },
    /// The broker has heard nothing of a program that is held up until then.
    PeerSilent {
        instance: InstanceId,
        connection: ConnectionId,
        until: SimTime,
    },
    /// A program that was held up sees what the broker closed meanwhile.
    Notices {
        instance: InstanceId,
        epoch: u32,
        closed: Closed,
    },
    /// Of a service or the broker, by name.
    HealthCheck(Name),
    /// The first time.
    BrokerReady,
    FaultBegins(u32),
    FaultEnds(u32),
}

/// What the broker has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    Channel(ChannelId),
    /// As it stopped in order.
    Connection(ConnectionId),
    ConnectionWithError(ConnectionId),
    Unheard(ConnectionId),
}

impl Item {
    /// Whose own doing it is; a program that hangs does nothing.
    pub(super) const fn doer(&self) -> Option<(InstanceId, u32)> {
        match self {
            Self::Resume { instance, epoch, .. }
            | Self::TimesOut { instance, epoch, .. }
            | Self::CallsAgain { instance, epoch, .. }
            | Self::Continues { instance, epoch, .. }
            | Self::ReopenPublisher { instance, epoch }
            | Self::ReopenConsumer { instance, epoch, .. }
            | Self::Notices { instance, epoch, .. }
            | Self::Reconnect { instance, epoch } => Some((*instance, *epoch)),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    items: BinaryHeap<Reverse<(SimTime, u64, Item)>>,
    order: u64,
}

impl Agenda {
    pub fn push(&mut self, at: SimTime, item: Item) {
        self.order += 1;
        self.items.push(Reverse((at, self.order, item)));
    }

    pub fn next_at(&self) -> Option<SimTime> {
        self.items.peek().map(|Reverse((at, ..))| *at)
    }

    pub fn pop(&mut self) -> Option<Item> {
        self.items.pop().map(|Reverse((_, _, item))| item)
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}
