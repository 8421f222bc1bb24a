//! A classic queue: its ready messages, its consumers in turn, its limits and deadlines (sections E, F, H, I, J of the rules).
//! What a queue cannot decide alone, such as what a channel may still take, is asked of by the [`Broker`](super::Broker).

pub mod ready;
pub mod settings;

use std::collections::VecDeque;

use super::ConnectionId;
use super::channel::ConsumerId;
use super::message::Message;
use super::time::SimTime;
use super::value::{Name, Table};
use ready::{Entry, Ready};
use settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub u32);

#[derive(Clone, Debug)]
pub struct Queue {
    pub(super) name: Name,
    pub(super) durable: bool,
    pub(super) auto_delete: bool,
    /// The connection that alone may use it (rule 25).
    pub(super) exclusive: Option<ConnectionId>,
    pub(super) arguments: Table,
    pub(super) settings: Settings,
    pub(super) ready: Ready,
    pub(super) unacked: usize,
    pub(super) consumers: Consumers,
    pub(super) had_consumer: bool,
    pub(super) sequence_next: u64,
    /// The last moment somebody used it, for `x-expires` (rule 101).
    pub(super) used_at: SimTime,
}

impl Queue {
    /// How a message will stand in this queue from now on (rules 95, 111).
    pub(super) fn entry(&mut self, message: std::sync::Arc<Message>, now: SimTime) -> Entry {
        let sequence = self.sequence_next;
        self.sequence_next += 1;
        let expiration = message.properties.expiration.as_deref().and_then(|text| text.parse().ok()).map(SimTime::from_millis);
        let ttl = match (self.settings.message_ttl, expiration) {
            (Some(queue), Some(own)) => Some(std::cmp::min(queue, own)),
            (one, other) => one.or(other),
        };
        let priority = message.properties.priority.unwrap_or(0).min(self.settings.max_priority);
        Entry { sequence, expires_at: ttl.map_or(SimTime::MAX, |ttl| now + ttl), enqueued_at: now, redelivered: false, priority, message }
    }

    /// Whether its ready messages are more than its limits allow, were `more` of `bytes` added (rule 102).
    pub(super) fn is_over_limit(&self, more: u64, bytes: u64) -> bool {
        self.settings.max_length.is_some_and(|max| self.ready.len() as u64 + more > max)
            || self.settings.max_length_bytes.is_some_and(|max| self.ready.bytes() + bytes > max)
    }

    /// When something happens to this queue by itself.
    pub(super) fn next_deadline(&self) -> Option<SimTime> {
        // Only the head is looked at: what stands behind it waits, expired or not (rules 96, 97).
        let head = self.ready.front().map(|entry| entry.expires_at).filter(|at| *at < SimTime::MAX);
        let expiry = self.settings.expires.filter(|_| self.consumers.is_empty()).map(|period| self.used_at + period);
        head.into_iter().chain(expiry).min()
    }
}

/// The consumers of a queue. Those that can take a message stand in the rotation, the highest priority first and in turn
/// within a priority; one that cannot leaves it and comes back at the end (rule 68).
#[derive(Clone, Debug, Default)]
pub(super) struct Consumers {
    /// In order of arrival.
    all: Vec<(i64, ConsumerId)>,
    rotation: VecDeque<(i64, ConsumerId)>,
    pub exclusive: Option<ConsumerId>,
    /// Of a queue with a single active consumer (rule 83).
    pub active: Option<ConsumerId>,
}

impl Consumers {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn add(&mut self, priority: i64, consumer: ConsumerId) {
        self.all.push((priority, consumer));
        self.unblock(priority, consumer);
    }

    pub fn remove(&mut self, consumer: ConsumerId) {
        self.all.retain(|(_, other)| *other != consumer);
        self.rotation.retain(|(_, other)| *other != consumer);
        self.exclusive = self.exclusive.filter(|other| *other != consumer);
        self.active = self.active.filter(|other| *other != consumer);
    }

    /// Of the consumers left the one to become the single active one: highest priority, then earliest (rule 83).
    pub fn choose_active(&mut self) {
        if self.active.is_none() {
            let mut best: Option<(i64, ConsumerId)> = None;
            for &(priority, consumer) in &self.all {
                if best.is_none_or(|(known, _)| priority > known) {
                    best = Some((priority, consumer));
                }
            }
            self.active = best.map(|(_, consumer)| consumer);
        }
    }

    pub fn front(&self) -> Option<ConsumerId> {
        self.rotation.front().map(|(_, consumer)| *consumer)
    }

    /// The first in turn was served.
    pub fn rotate(&mut self) {
        if let Some((priority, consumer)) = self.rotation.pop_front() {
            self.unblock(priority, consumer);
        }
    }

    /// The first in turn cannot take anything.
    pub fn block_front(&mut self) {
        self.rotation.pop_front();
    }

    /// Back into the rotation, behind its equals, unless it stands there.
    pub fn unblock(&mut self, priority: i64, consumer: ConsumerId) {
        if self.rotation.iter().any(|(_, other)| *other == consumer) {
            return;
        }
        let place = self.rotation.partition_point(|(other, _)| *other >= priority);
        self.rotation.insert(place, (priority, consumer));
    }

    pub fn ids(&self) -> impl Iterator<Item = ConsumerId> {
        self.all.iter().map(|(_, consumer)| *consumer)
    }
}
