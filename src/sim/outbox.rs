//! The outbox of a service: events that were stored with a record, until the broker has confirmed each.

use super::flight::Publish;
use super::ids::InstanceId;
use crate::base::aged::AgedMap;
use crate::broker::Name;

/// An event that is to be published.
#[derive(Clone, Debug)]
pub(super) struct OutboxEntry {
    pub event: Name,
    pub about: Name,
    pub publish: Publish,
}

/// Entries by their number, in two lists. A relay that looks for the next one does not pass those that wait for a confirm.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    stored: AgedMap<u64, OutboxEntry>,
    /// An instance has sent them and waits for the confirm.
    sent: AgedMap<u64, (InstanceId, OutboxEntry)>,
    last: u64,
}

impl Outbox {
    pub fn push(&mut self, entry: OutboxEntry) {
        self.last += 1;
        self.stored.insert(self.last, entry);
    }

    pub fn len(&self) -> usize {
        self.stored.len() + self.sent.len()
    }

    pub fn entries(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.stored.values().chain(self.sent.values().map(|(_, entry)| entry))
    }

    /// The next ones, at most so many: this instance sends them now.
    pub fn send(&mut self, by: InstanceId, most: usize) -> Vec<(u64, OutboxEntry)> {
        let next: Vec<u64> = self.stored.iter().take(most).map(|(number, _)| *number).collect();
        let mut sent = Vec::new();
        for number in next {
            if let Some(entry) = self.stored.remove(&number) {
                sent.push((number, entry.clone()));
                self.sent.insert(number, (by, entry));
            }
        }
        sent
    }

    pub fn is_published(&mut self, number: u64) {
        self.sent.remove(&number);
    }

    /// It stays, and is tried again.
    pub fn is_not_published(&mut self, number: u64) {
        if let Some((_, entry)) = self.sent.remove(&number) {
            self.stored.insert(number, entry);
        }
    }

    /// The confirms of what this instance has sent will never come.
    pub fn is_cut_off(&mut self, instance: InstanceId) {
        let of_it: Vec<u64> = self.sent.iter().filter(|(_, (by, _))| *by == instance).map(|(number, _)| *number).collect();
        // Each goes before those that were stored later: the last one first, so that none has to move.
        of_it.into_iter().rev().for_each(|number| self.is_not_published(number));
    }
}
