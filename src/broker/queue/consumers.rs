//! The consumers of a queue. Their turn, which cannot take anything, and which alone may (rules 68, 69, 83 to 85).
//!
//! The two kinds of queues keep the turn in different ways, as their authors wrote them:
//!
//! - In a *classic* queue every consumer stands in the turn. A served consumer goes to the end of its priority. A consumer leaves the turn
//!   only when its window cannot take the offered message. It is blocked then, and rejoins at the end.
//! - In a *quorum* queue only consumers with credit stand in the turn. A consumer leaves it when it is served, and rejoins at the end while
//!   it has credit left. What no longer exists is taken out when its turn comes.
//!
//! What a consumer may still take is written down in its [`Consumer`](crate::broker::channel::Consumer).

use std::collections::VecDeque;

use crate::broker::ids::{ChannelId, ConsumerId};
use crate::broker::value::Name;

#[derive(Clone, Debug, Default)]
pub(in crate::broker) struct Consumers {
    /// Those that are not cancelled, in order of arrival.
    all: Vec<ConsumerId>,
    /// The highest priority first; within a priority the one that waits longest.
    turn: VecDeque<(i64, ConsumerId)>,
    /// Of a classic queue: consumers that were offered what they could not take, in the order in which that happened.
    blocked: Vec<Blocked>,
    /// Of a classic queue: channels whose common window refused a message. Their consumers are blocked when they are offered another.
    suspended: Vec<ChannelId>,
    pub exclusive: Option<ConsumerId>,
    /// Of a queue with a single active consumer (rule 83).
    pub active: Option<ConsumerId>,
    /// Of a quorum queue with a single active consumer: those that wait, the next one first (rule 84).
    waiting: Vec<Waiting>,
    /// Until 3.13: consumers that no longer exist and still stand in the turn of a quorum queue. A consumer of the same tag takes the place.
    gone: Vec<Gone>,
}

#[derive(Clone, Copy, Debug)]
struct Blocked {
    priority: i64,
    channel: ChannelId,
    consumer: ConsumerId,
}

/// A consumer that waits to become the single active one.
#[derive(Clone, Copy, Debug)]
pub(in crate::broker) struct Waiting {
    pub consumer: ConsumerId,
    pub key: ConsumerId,
    pub priority: i64,
    pub credit: u32,
}

#[derive(Clone, Debug)]
struct Gone {
    consumer: ConsumerId,
    channel: ChannelId,
    tag: Name,
}

/// How consumers wait for their activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::broker) enum WaitingOrder {
    Arrival,
    /// The highest priority, then the most credit, then arrival.
    Priority,
}

impl Consumers {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// In order of arrival.
    pub fn ids(&self) -> impl Iterator<Item = ConsumerId> {
        self.all.iter().copied()
    }

    pub fn add(&mut self, consumer: ConsumerId) {
        self.all.push(consumer);
    }

    /// It was cancelled. Its place in the turn of a quorum queue stays.
    pub fn cancel(&mut self, consumer: ConsumerId) {
        self.all.retain(|other| *other != consumer);
        self.waiting.retain(|other| other.consumer != consumer);
        self.exclusive = self.exclusive.filter(|other| *other != consumer);
        self.active = self.active.filter(|other| *other != consumer);
    }

    /// A consumer lives on as its earlier one, and is not the active one.
    pub fn replace(&mut self, consumer: ConsumerId, earlier: ConsumerId) {
        if let Some(place) = self.all.iter_mut().find(|other| **other == consumer) {
            *place = earlier;
        }
        self.active = self.active.filter(|active| *active != consumer);
    }

    /// Out of the turn, and of those who are blocked.
    pub fn leave(&mut self, consumer: ConsumerId) {
        self.turn.retain(|(_, other)| *other != consumer);
        self.blocked.retain(|other| other.consumer != consumer);
    }

    pub fn front(&self) -> Option<(i64, ConsumerId)> {
        self.turn.front().copied()
    }

    pub fn pop_front(&mut self) -> Option<(i64, ConsumerId)> {
        let front = self.turn.pop_front();
        if let Some((_, consumer)) = front.filter(|_| !self.gone.is_empty()) {
            self.gone.retain(|gone| gone.consumer != consumer);
        }
        front
    }

    /// How often it stands in the turn or among those that are blocked.
    pub fn places(&self, consumer: ConsumerId) -> usize {
        let in_turn = self.turn.iter().filter(|(_, other)| *other == consumer).count();
        in_turn + self.blocked.iter().filter(|other| other.consumer == consumer).count()
    }

    /// To the end of its priority.
    pub fn join(&mut self, priority: i64, consumer: ConsumerId) {
        let place = match self.turn.back() {
            Some((last, _)) if *last < priority => self.turn.partition_point(|(other, _)| *other >= priority),
            _ => self.turn.len(),
        };
        self.turn.insert(place, (priority, consumer));
    }

    /// The first in turn was served.
    pub fn rotate(&mut self) {
        if self.turn.len() > 1
            && let Some((priority, consumer)) = self.turn.pop_front()
        {
            self.join(priority, consumer);
        }
    }

    /// It was offered a message and could not take it.
    pub fn block(&mut self, priority: i64, channel: ChannelId, consumer: ConsumerId) {
        self.turn.retain(|(_, other)| *other != consumer);
        self.blocked.push(Blocked { priority, channel, consumer });
    }

    pub fn is_blocked(&self, consumer: ConsumerId) -> bool {
        self.blocked.iter().any(|blocked| blocked.consumer == consumer)
    }

    /// Those of a channel's blocked consumers that have room again rejoin the turn at the end. Whether there were any.
    pub fn unblock(&mut self, channel: ChannelId, has_room: impl Fn(ConsumerId) -> bool) -> bool {
        let mut moved = false;
        let mut index = 0;
        while let Some(&Blocked { priority, channel: of, consumer }) = self.blocked.get(index) {
            if of == channel && has_room(consumer) {
                self.blocked.remove(index);
                self.join(priority, consumer);
                moved = true;
            } else {
                index += 1;
            }
        }
        moved
    }

    pub fn suspend(&mut self, channel: ChannelId) {
        self.suspended.push(channel);
    }

    pub fn is_suspended(&self, channel: ChannelId) -> bool {
        self.suspended.contains(&channel)
    }

    /// Whether it was suspended.
    pub fn resume(&mut self, channel: ChannelId) -> bool {
        let before = self.suspended.len();
        self.suspended.retain(|other| *other != channel);
        self.suspended.len() < before
    }

    /// Of a classic queue: the first in turn becomes the single active one, if there is none.
    pub fn choose_active(&mut self) {
        if self.active.is_none() {
            self.active = self.turn.front().map(|(_, consumer)| *consumer);
        }
    }

    pub fn wait(&mut self, waiting: Waiting, order: WaitingOrder) {
        let place = match order {
            WaitingOrder::Arrival => self.waiting.len(),
            WaitingOrder::Priority => {
                let rank = |other: &Waiting| (std::cmp::Reverse((other.priority, other.credit)), other.key);
                self.waiting.partition_point(|other| rank(other) < rank(&waiting))
            }
        };
        self.waiting.insert(place, waiting);
    }

    pub fn next_waiting(&self) -> Option<Waiting> {
        self.waiting.first().copied()
    }

    /// The first of those that wait becomes the single active one.
    pub fn activate_first(&mut self) {
        if !self.waiting.is_empty() {
            self.active = Some(self.waiting.remove(0).consumer);
        }
    }

    /// A consumer that still stands in the turn has ceased to exist.
    pub fn remember_place(&mut self, consumer: ConsumerId, channel: ChannelId, tag: Name) {
        self.gone.push(Gone { consumer, channel, tag });
    }

    /// Whether a consumer of this tag left a place in the turn; the new one has it now.
    pub fn inherit_place(&mut self, channel: ChannelId, tag: &Name, consumer: ConsumerId) -> bool {
        let Some(index) = self.gone.iter().position(|gone| gone.channel == channel && gone.tag == *tag) else { return false };
        let gone = self.gone.swap_remove(index);
        for (_, other) in self.turn.iter_mut().filter(|(_, other)| *other == gone.consumer) {
            *other = consumer;
        }
        true
    }

    /// The channel ended: no consumer can take over a place that its consumers left in the turn.
    pub fn forget_places(&mut self, channel: ChannelId) {
        let (ended, kept) = std::mem::take(&mut self.gone).into_iter().partition(|gone| gone.channel == channel);
        self.gone = kept;
        let ended: Vec<Gone> = ended;
        self.turn.retain(|(_, consumer)| !ended.iter().any(|gone| gone.consumer == *consumer));
    }
}
