//! What will happen, by time, and in the order it was decided where times are equal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::service::{InstanceId, RunId};
use crate::broker::SimTime;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Arrival(u64),
    ClientSends(usize),
    Resume { instance: InstanceId, epoch: u32, run: RunId },
    CallTimesOut { instance: InstanceId, epoch: u32, run: RunId, step: usize },
    ScheduleFires { service: usize, handler: usize },
    Reconnect { instance: InstanceId, epoch: u32 },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    items: BinaryHeap<Reverse<(SimTime, u64, Item)>>,
    order: u64,
}

impl Agenda {
    pub fn push(&mut self, at: SimTime, item: Item) {
        self.order += 1;
        self.items.push(Reverse((at, self.order, item)));
    }

    pub fn next_at(&self) -> Option<SimTime> {
        self.items.peek().map(|Reverse((at, ..))| *at)
    }

    pub fn pop(&mut self) -> Option<Item> {
        self.items.pop().map(|Reverse((_, _, item))| item)
    }
}
