//! The last things that happened, numbered.

use std::collections::VecDeque;

use super::words;
use crate::sim::TimedEvent;

/// How many are kept.
pub const ENTRIES_MAX: usize = 300;

#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    last_number: u64,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub number: u64,
    pub occurrence: TimedEvent,
}

impl Log {
    pub(super) fn extend(&mut self, occurrences: impl Iterator<Item = TimedEvent>) {
        for occurrence in occurrences.filter(words::is_worth_a_line) {
            self.last_number += 1;
            if self.entries.len() == ENTRIES_MAX {
                self.entries.pop_front();
            }
            self.entries.push_back(Entry { number: self.last_number, occurrence });
        }
    }

    #[must_use]
    pub const fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    pub fn since(&self, number: u64) -> impl Iterator<Item = &TimedEvent> {
        self.entries.iter().filter(move |entry| entry.number > number).map(|entry| &entry.occurrence)
    }
}
