//! Who publishes to a quorum queue, and what each knows of its limit (rule 107).
//!
//! A full queue does not refuse a message itself. It tells its publishers to stop, and a publisher refuses for it from then on. A new one
//! asks first. A publisher that is busy learns of it after the method at hand.

use crate::base::ordered::OrderedMap;
use crate::broker::ids::{ChannelId, QueueId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::broker) enum Enqueuer {
    Channel(ChannelId),
    /// It publishes the dead letters of this queue, and keeps each until its target has it (rule 129).
    DeadLetters(QueueId),
}

#[derive(Clone, Copy, Debug)]
struct Told {
    /// To stop, by the queue.
    stop: bool,
    /// As it was before the method in which that changed.
    stopped: bool,
    /// The method in which that changed.
    at: u64,
    /// The queue has told it, and does not tell it again.
    blocked: bool,
}

/// The state of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::broker) enum Fill {
    Unlimited,
    /// At most four fifths of it.
    Low,
    Between,
    Over,
}

#[derive(Clone, Debug)]
pub(in crate::broker) struct Enqueuers {
    all: OrderedMap<Enqueuer, Told>,
    /// As it was after the last command.
    fill: Fill,
}

impl Enqueuers {
    pub const fn new() -> Self {
        Self { all: OrderedMap::new(), fill: Fill::Unlimited }
    }

    /// Whether this publisher sends a message, as far as it has heard. None: it is new.
    pub fn may_send(&self, enqueuer: Enqueuer, method: u64) -> Option<bool> {
        let told = self.all.get(&enqueuer)?;
        Some(!(if told.at == method { told.stopped } else { told.stop }))
    }

    /// It has asked whether to stop, and has its answer at once.
    pub fn add(&mut self, enqueuer: Enqueuer, stop: bool, method: u64) {
        self.all.insert(enqueuer, Told { stop, stopped: stop, at: method, blocked: false });
    }

    pub fn forget(&mut self, enqueuer: Enqueuer) {
        self.all.remove(&enqueuer);
    }

    /// A command to the queue is done. `lifted`: a limit that goes lets all of them go on.
    pub fn update(&mut self, fill: Fill, refuses: bool, method: u64, lifted: bool) {
        let before = std::mem::replace(&mut self.fill, fill);
        let tell = match fill {
            Fill::Over if refuses => Some(true),
            Fill::Low if refuses && before != Fill::Low => Some(false),
            Fill::Unlimited if lifted && before != Fill::Unlimited => Some(false),
            Fill::Over | Fill::Between | Fill::Low | Fill::Unlimited => None,
        };
        let Some(stop) = tell else { return };
        for told in self.all.values_mut().filter(|told| !(stop && told.blocked)) {
            if told.at != method {
                (told.stopped, told.at) = (told.stop, method);
            }
            (told.stop, told.blocked) = (stop, stop);
        }
    }
}
