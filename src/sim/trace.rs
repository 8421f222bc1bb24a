//! What happened, in order, and a hash of all of it: two runs are the same run when their hashes are.

use std::hash::{Hash, Hasher};

use super::flight::Verdict;
use super::service::InstanceId;
use crate::broker::{Event, MessageId, Name, SimTime};

#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    pub at: SimTime,
    pub what: Happening,
}

#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Happening {
    Broker(Event),
    Started(InstanceId),
    Connected(InstanceId),
    /// With the number of handlers that were at work.
    Killed {
        instance: InstanceId,
        runs: u64,
    },
    RequestSent {
        client: usize,
        number: u64,
    },
    RequestRefused {
        service: usize,
        path: Name,
    },
    Answered {
        client: usize,
        status: u16,
    },
    Persisted {
        instance: InstanceId,
        record: u64,
        state: Name,
    },
    /// A program wanted to publish and had no channel.
    Unsent {
        instance: InstanceId,
        routing_key: Name,
    },
    Effect {
        instance: InstanceId,
        what: Name,
        whom: String,
    },
    Settling {
        instance: InstanceId,
        message: MessageId,
        verdict: Verdict,
    },
    HandlerFailed {
        instance: InstanceId,
        step: &'static str,
        reason: String,
    },
    /// It arrived where nobody was left to take it.
    LostDelivery {
        instance: InstanceId,
        message: MessageId,
    },
}

/// FNV-1a over the occurrences. Numbers are hashed by value: a `usize` counts as 64 bits on every platform.
#[derive(Clone, Debug)]
pub struct TraceHash(u64);

impl Default for TraceHash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl TraceHash {
    pub fn add(&mut self, occurrence: &Occurrence) {
        occurrence.at.hash(self);
        occurrence.what.hash(self);
    }

    #[must_use]
    pub const fn value(&self) -> u64 {
        self.0
    }
}

impl Hasher for TraceHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write(&(number as i64).to_le_bytes());
    }
}
