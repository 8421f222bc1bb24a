//! What a classic queue holds: a line for each priority, to whose places requeued messages return (sections E and J of the rules).

use super::ready::{Entry, Levels};
use crate::base::SimTime;

#[derive(Clone, Debug)]
pub(in crate::broker) struct ClassicMessages {
    pub levels: Levels,
    priority_max: u8,
}

impl ClassicMessages {
    pub fn new(priority_max: u8) -> Self {
        Self { levels: Levels::new(usize::from(priority_max) + 1), priority_max }
    }

    /// The level of a message with this priority: absent is 0, too high is the highest (rule 111).
    pub fn level(&self, priority: Option<u8>) -> u8 {
        priority.unwrap_or(0).min(self.priority_max)
    }

    /// To its original place, and how many of its level stand before it (rules 65, 113).
    pub fn put_back(&mut self, entry: Entry) -> usize {
        self.levels.put_back(entry)
    }

    /// Only the head expires: the first of the highest level that has any (rules 96, 98).
    pub fn pop_expired(&mut self, now: SimTime) -> Option<Entry> {
        if self.levels.front()?.expires_at > now {
            return None;
        }
        self.levels.pop_front()
    }
}
