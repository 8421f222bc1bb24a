//! A copy of a message in a queue, and lists of copies by priority (rules 60, 65, 111).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::SimTime;
use crate::broker::message::Message;

/// A copy of a message in a queue. It keeps its sequence for as long as it stays, so that a requeue finds its place.
/// There can be a million of them: it is kept to 32 bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub message: Arc<Message>,
    pub sequence: u64,
    /// When it expires; `SimTime::MAX` is never (rule 95).
    pub expires_at: SimTime,
    /// How often it came back to this queue (rules 63, 132).
    returns: u32,
    /// The priority in the lowest byte, the failures above it.
    failures_and_priority: u32,
}

const PRIORITY_BITS: u32 = 8;
const FAILURES_MAX: u32 = u32::MAX >> PRIORITY_BITS;

impl Entry {
    pub(in crate::broker) fn new(message: Arc<Message>, sequence: u64, expires_at: SimTime, priority: u8, failures: u32) -> Self {
        let entry = Self { message, sequence, expires_at, returns: 0, failures_and_priority: u32::from(priority) };
        entry.with_failures(failures)
    }

    /// How often its delivery failed, here or in the queues that it died in (rules 131, 139); at most 16,777,215.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures_and_priority >> PRIORITY_BITS
    }

    #[must_use]
    pub fn priority(&self) -> u8 {
        self.failures_and_priority.to_le_bytes()[0]
    }

    pub(in crate::broker) const fn returns(&self) -> u32 {
        self.returns
    }

    /// It comes back, or leaves for good, and its delivery has failed or not.
    #[must_use]
    pub(in crate::broker) fn returned(self, failed: bool) -> Self {
        let failures = self.failures() + u32::from(failed);
        Self { returns: self.returns.saturating_add(1), ..self }.with_failures(failures)
    }

    /// It starts again at another place (rule 134).
    #[must_use]
    pub(in crate::broker) fn placed(self, sequence: u64, priority: u8) -> Self {
        let failures_and_priority = self.failures() << PRIORITY_BITS | u32::from(priority);
        Self { sequence, failures_and_priority, ..self }
    }

    fn with_failures(self, failures: u32) -> Self {
        let failures_and_priority = failures.min(FAILURES_MAX) << PRIORITY_BITS | u32::from(self.priority());
        Self { failures_and_priority, ..self }
    }

    /// Delivered before and come back, or failed in another queue (rules 63, 138, 139).
    #[must_use]
    pub const fn redelivered(&self) -> bool {
        self.returns > 0 || self.failures() > 0
    }
}

/// What the bytes of a queue are (rules 102, 108).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::broker) enum Weigh {
    Payload,
    PayloadAndProperties,
}

impl Weigh {
    pub fn bytes(self, entry: &Entry) -> u64 {
        let payload = entry.message.body.len();
        match self {
            Self::Payload => payload,
            Self::PayloadAndProperties => payload + entry.message.properties_bytes(),
        }
    }
}

/// One first-in-first-out level a priority; a queue without priorities has one.
#[derive(Clone, Debug)]
pub(in crate::broker) struct Levels {
    levels: Vec<VecDeque<Entry>>,
    len: usize,
    bytes: u64,
    weigh: Weigh,
}

impl Levels {
    pub fn new(count: usize, weigh: Weigh) -> Self {
        Self { levels: vec![VecDeque::new(); count.max(1)], len: 0, bytes: 0, weigh }
    }

    pub const fn weigh(&self) -> Weigh {
        self.weigh
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    /// What the length limit counts (rule 102).
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The highest priority first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.levels.iter().rev().flatten()
    }

    pub fn push_back(&mut self, entry: Entry) {
        self.len += 1;
        self.bytes += self.weigh.bytes(&entry);
        self.levels[usize::from(entry.priority())].push_back(entry);
    }

    /// Puts an entry back to where its sequence belongs, and tells how many stand before it on its level.
    /// Next to either end this takes constant time.
    pub fn put_back(&mut self, entry: Entry) -> usize {
        self.len += 1;
        self.bytes += self.weigh.bytes(&entry);
        let level = &mut self.levels[usize::from(entry.priority())];
        let position = match level.front() {
            Some(front) if front.sequence < entry.sequence => level.partition_point(|other| other.sequence < entry.sequence),
            _ => 0,
        };
        level.insert(position, entry);
        position
    }

    /// The next by priority.
    pub fn front(&self) -> Option<&Entry> {
        self.levels.iter().rev().find_map(VecDeque::front)
    }

    pub fn pop_front(&mut self) -> Option<Entry> {
        let level = self.levels.iter().rposition(|level| !level.is_empty())?;
        self.pop_level(level)
    }

    /// One level, the first first.
    pub fn level(&self, level: usize) -> impl Iterator<Item = &Entry> {
        self.levels[level].iter()
    }

    /// The head of one level.
    pub fn level_front(&self, level: usize) -> Option<&Entry> {
        self.levels.get(level)?.front()
    }

    pub fn pop_level(&mut self, level: usize) -> Option<Entry> {
        let entry = self.levels.get_mut(level)?.pop_front()?;
        self.len -= 1;
        self.bytes -= self.weigh.bytes(&entry);
        Some(entry)
    }

    /// The first that is like this, wherever it stands.
    pub fn take_first(&mut self, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
        for level in self.levels.iter_mut().rev() {
            if let Some(place) = level.iter().position(&is_it) {
                let entry = level.remove(place)?;
                self.len -= 1;
                self.bytes -= self.weigh.bytes(&entry);
                return Some(entry);
            }
        }
        None
    }

    /// The heads of all levels.
    pub fn heads(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.levels.iter().enumerate().rev().filter_map(|(level, entries)| Some((level, entries.front()?)))
    }

    /// Everything, the highest priority first; nothing stays.
    pub fn take(&mut self) -> Vec<Entry> {
        self.len = 0;
        self.bytes = 0;
        self.levels.iter_mut().rev().flat_map(std::mem::take).collect()
    }
}
