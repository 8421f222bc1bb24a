//! What a classic queue holds. A line for each priority, to whose places requeued messages return (sections E and J of the rules).

use super::ready::{Entry, Levels, Weigh};
use crate::base::SimTime;

#[derive(Clone, Debug)]
pub(in crate::broker) struct ClassicMessages {
    pub levels: Levels,
    priority_max: u8,
    /// When the queue looks after its head. With priorities that need not be when the head expires (rule 97).
    timer: SimTime,
}

impl ClassicMessages {
    pub fn new(priority_max: u8) -> Self {
        Self { levels: Levels::new(usize::from(priority_max) + 1, Weigh::Payload), priority_max, timer: SimTime::MAX }
    }

    /// The level of a message with this priority: absent is 0, too high is the highest (rule 111).
    pub fn level(&self, priority: Option<u8>) -> u8 {
        priority.unwrap_or(0).min(self.priority_max)
    }

    /// To its original place, and how many of its level stand before it (rules 65, 113).
    pub fn put_back(&mut self, entry: Entry) -> usize {
        self.levels.put_back(entry)
    }

    /// When it looks after its head. `SimTime::MAX` is never.
    pub fn next_expiry(&self) -> SimTime {
        if self.priority_max == 0 { self.head_expires_at() } else { self.timer }
    }

    fn head_expires_at(&self) -> SimTime {
        self.levels.front().map_or(SimTime::MAX, |head| head.expires_at)
    }

    /// It has looked after its head, and starts a timer for the one that is there now.
    pub fn start_timer(&mut self, now: SimTime) {
        if self.priority_max > 0 {
            let head = self.head_expires_at();
            self.timer = if self.timer <= now { head } else { self.timer.min(head) };
        }
    }

    /// RabbitMQ takes a new message for the last one, and looks after the head only if there is no other. With priorities the new one
    /// may be the head: it then expires too late (rule 97).
    pub fn overlooks_new_head(&self) -> bool {
        self.priority_max > 0 && self.levels.len() > 1
    }

    /// Only the head expires: the first of the highest level that has any (rules 96, 98).
    pub fn pop_expired(&mut self, now: SimTime) -> Option<Entry> {
        if self.levels.front()?.expires_at > now {
            return None;
        }
        self.levels.pop_front()
    }
}
