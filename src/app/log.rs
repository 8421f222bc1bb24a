//! What happened in a run, numbered. What is known of a run stays known: the playhead only says how much of it has happened yet.

use std::collections::VecDeque;

use super::words;
use crate::sim::{TimedEvent, WorldEvent};

/// How many lines are kept to be read.
pub const ENTRIES_MAX: usize = 2_000;
/// How many are counted.
const LINES_MAX: usize = 1 << 20;

#[derive(Clone, Debug, Default)]
pub struct Log {
    /// One line after the other, without a gap.
    entries: VecDeque<Entry>,
    /// The numbers among all occurrences of what is worth a line.
    lines: Vec<u64>,
    /// So many occurrences of the run are known.
    known: u64,
    /// So many have happened where the playhead stands.
    happened: u64,
    /// What is said of a line besides, by its number.
    remarks: Vec<(u64, String)>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    /// Among the lines, from 1 on.
    pub number: u64,
    pub occurrence: TimedEvent,
}

impl Log {
    /// The playhead comes along these, the first of which has this number among all occurrences.
    pub(super) fn extend(&mut self, first: u64, occurrences: impl Iterator<Item = TimedEvent>) {
        self.happened = first;
        for occurrence in occurrences {
            self.note(self.happened, occurrence);
            self.happened += 1;
        }
    }

    /// Something is known of the run, wherever the playhead stands.
    pub(super) fn note(&mut self, number: u64, occurrence: TimedEvent) {
        let is_new = number >= self.known;
        self.known = self.known.max(number + 1);
        if !words::is_worth_a_line(&occurrence) {
            return;
        }
        if is_new && self.lines.len() < LINES_MAX {
            self.lines.push(number);
        }
        let number = self.lines_until(number + 1);
        match self.entries.back().map(|last| last.number) {
            Some(last) if last >= number => return,
            Some(last) if last + 1 < number => self.entries.clear(),
            Some(_) | None => {}
        }
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { number, occurrence });
    }

    /// The playhead has jumped: so much has happened there. What is to come is known all the same.
    pub(super) fn stand_at(&mut self, happened: u64) {
        self.happened = happened;
        // The lines before those that are kept are found again.
        if self.entries.front().is_some_and(|first| first.number > self.last_number()) {
            self.entries.clear();
        }
    }

    /// The run goes on in another way from where the playhead stands.
    pub(super) fn forget_what_is_to_come(&mut self) {
        let last = self.last_number();
        self.entries.retain(|entry| entry.number <= last);
        self.remarks.retain(|(number, _)| *number <= last);
        self.lines.truncate(usize::try_from(last).unwrap_or(usize::MAX));
        self.known = self.happened;
    }

    /// Says more of the newest edit.
    pub(super) fn remark_edit(&mut self, text: String) {
        let edit = self.newest().find(|entry| entry.occurrence.what == WorldEvent::Edited).map(|entry| entry.number);
        if let Some(number) = edit.filter(|_| self.remarks.len() < ENTRIES_MAX) {
            self.remarks.push((number, text));
        }
    }

    /// What is said of a line besides.
    #[must_use]
    pub fn remark(&self, number: u64) -> Option<&str> {
        self.remarks.iter().find(|(of, _)| *of == number).map(|(_, text)| &**text)
    }

    /// How many of the first occurrences are worth a line.
    fn lines_until(&self, number: u64) -> u64 {
        self.lines.partition_point(|line| *line < number) as u64
    }

    /// How many lines there are up to the playhead.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.lines_until(self.happened)
    }

    /// The newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Entry> {
        let last = self.last_number();
        self.entries.iter().rev().skip_while(move |entry| entry.number > last)
    }

    pub fn since(&self, number: u64) -> impl Iterator<Item = &TimedEvent> {
        let lines = number + 1..=self.last_number();
        self.entries.iter().filter(move |entry| lines.contains(&entry.number)).map(|entry| &entry.occurrence)
    }
}
