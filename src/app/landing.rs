//! What the broker has put into a queue, and what has not landed there for the eye. It counts nowhere on the page until it lands.

use super::costs::Held;
use super::geometry::Plan;
use super::texts::session as texts;
use super::{App, Session};
use crate::base::ordered::OrderedMap;
use crate::broker::queue::ready::Entry;
use crate::broker::view::QueueView;
use crate::broker::{MessageId, Name};
use crate::sim::Place;

#[derive(Clone, Debug, Default)]
pub struct Landing {
    flying: OrderedMap<(Name, MessageId), ()>,
    /// By queue: how many of its ready messages still fly.
    counts: OrderedMap<Name, u64>,
}

impl Landing {
    /// Who wants little motion sees everything where it arrives.
    #[must_use]
    pub fn of(app: &App, session: &Session) -> Self {
        Self::of_plan(session.plan(), app.still)
    }

    #[must_use]
    pub fn of_plan(plan: Plan<'_>, still: bool) -> Self {
        let mut landing = Self::default();
        if still {
            return landing;
        }
        let mut queues: OrderedMap<Name, ()> = OrderedMap::new();
        for hop in plan.moves.iter().filter(|hop| plan.moves.share(hop, plan.world.now()) < 1.0) {
            if let Some(Place::Queue(queue)) = hop.path.last() {
                landing.flying.insert((queue.clone(), hop.message.id), ());
                queues.insert(queue.clone(), ());
            }
        }
        for name in queues.keys() {
            // What was dropped meanwhile flies, and is not there.
            let there =
                plan.world.broker().queue(name).map_or(0, |queue| queue.messages().filter(|entry| landing.has(name, entry)).count());
            landing.counts.insert(name.clone(), there as u64);
        }
        landing
    }

    /// Nothing flies to a queue.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flying.is_empty()
    }

    fn has(&self, queue: &Name, entry: &Entry) -> bool {
        self.flying.contains_key(&(queue.clone(), entry.message.id))
    }

    fn count(&self, queue: QueueView<'_>) -> u64 {
        self.counts.get(queue.name()).copied().unwrap_or(0)
    }

    /// So many messages of a queue are ready, and have landed.
    #[must_use]
    pub fn ready(&self, queue: QueueView<'_>) -> u64 {
        queue.ready().saturating_sub(self.count(queue))
    }

    #[must_use]
    pub fn total(&self, queue: QueueView<'_>) -> u64 {
        queue.total().saturating_sub(self.count(queue))
    }

    /// The ready messages that have landed, in the order in which they would be delivered.
    pub fn messages<'a>(&'a self, queue: QueueView<'a>) -> impl Iterator<Item = &'a Entry> {
        let all_landed = self.count(queue) == 0;
        queue.messages().filter(move |entry| all_landed || !self.has(queue.name(), entry))
    }
}

/// So many messages are at stake. It speaks of the same moment as the counters beside it: what has not landed for the eye is apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub landed: u64,
    pub in_flight: u64,
}

impl Price {
    const fn of(all: u64, landed: u64) -> Self {
        Self { landed, in_flight: all.saturating_sub(landed) }
    }

    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.landed == 0 && self.in_flight == 0
    }
}

impl std::ops::Add for Price {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { landed: self.landed + other.landed, in_flight: self.in_flight + other.in_flight }
    }
}

/// "no message", "22 messages", "22 messages and 1 in flight".
impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&texts::messages(self.landed))?;
        if self.in_flight > 0 { f.write_str(&texts::and_in_flight(self.in_flight)) } else { Ok(()) }
    }
}

impl App {
    /// What goes with a queue that is deleted.
    #[must_use]
    pub fn price_of(&self, session: &Session, queue: &str) -> Price {
        let queue = session.world().broker().queue(queue);
        queue.map_or_else(Price::default, |queue| Price::of(queue.total(), Landing::of(self, session).total(queue)))
    }

    /// What a purge drops, and what a move takes.
    #[must_use]
    pub fn price_of_ready(&self, session: &Session, queue: &str) -> Price {
        let queue = session.world().broker().queue(queue);
        queue.map_or_else(Price::default, |queue| Price::of(queue.ready(), Landing::of(self, session).ready(queue)))
    }

    /// So many messages would leave the queue if the policy applied at this moment. The oldest go first, and those have landed.
    #[must_use]
    pub fn leave_by_policy(&self, session: &Session, held: &Held) -> Price {
        let all = held.policy.as_ref().map_or(0, |policy| session.leave_by(policy, &held.queue));
        let landed = all.min(self.price_of(session, &held.queue).landed);
        Price { landed, in_flight: all - landed }
    }
}
