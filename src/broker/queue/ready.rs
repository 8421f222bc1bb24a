//! The ready messages of a queue, in the order they will be delivered (rules 60, 65, 111).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::broker::message::Message;
use crate::broker::time::SimTime;

/// A copy of a message in a queue. It keeps its sequence for as long as it stays, so that a requeue finds its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub message: Arc<Message>,
    pub sequence: u64,
    /// When it expires; `SimTime::MAX` is never (rule 95).
    pub expires_at: SimTime,
    pub enqueued_at: SimTime,
    /// Delivered from this queue before (rule 63).
    pub redelivered: bool,
    pub priority: u8,
}

/// One first-in-first-out level a priority; a queue without priorities has one.
#[derive(Clone, Debug)]
pub struct Ready {
    levels: Vec<VecDeque<Entry>>,
    len: usize,
    bytes: u64,
}

impl Ready {
    pub fn new(priority_max: u8) -> Self {
        Self { levels: vec![VecDeque::new(); usize::from(priority_max) + 1], len: 0, bytes: 0 }
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Of payload, which is what the length limit counts (rule 102).
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// In delivery order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.levels.iter().rev().flatten()
    }

    pub fn push_back(&mut self, entry: Entry) {
        self.len += 1;
        self.bytes += entry.message.body.len();
        self.levels[usize::from(entry.priority)].push_back(entry);
    }

    /// Puts an entry back to where its sequence belongs, and tells how many stand before it on its level.
    /// Next to either end this takes constant time.
    pub fn put_back(&mut self, entry: Entry) -> usize {
        self.len += 1;
        self.bytes += entry.message.body.len();
        let level = &mut self.levels[usize::from(entry.priority)];
        let position = match level.front() {
            Some(front) if front.sequence < entry.sequence => level.partition_point(|other| other.sequence < entry.sequence),
            _ => 0,
        };
        level.insert(position, entry);
        position
    }

    /// The next to be delivered, and the first to be dropped from a full queue (rules 103, 109).
    pub fn front(&self) -> Option<&Entry> {
        self.levels.iter().rev().find_map(VecDeque::front)
    }

    pub fn pop_front(&mut self) -> Option<Entry> {
        let entry = self.levels.iter_mut().rev().find_map(VecDeque::pop_front)?;
        self.len -= 1;
        self.bytes -= entry.message.body.len();
        Some(entry)
    }

    pub fn clear(&mut self) -> impl Iterator<Item = Entry> {
        self.len = 0;
        self.bytes = 0;
        let levels: Vec<_> = self.levels.iter_mut().rev().map(std::mem::take).collect();
        levels.into_iter().flatten()
    }
}
