//! What the broker has put into a queue, and what has not landed there for the eye. It counts nowhere on the page until it lands.

use std::sync::Arc;

use super::costs::Held;
use super::flights::for_each_flight;
use super::geometry::Plan;
use super::moves::MoveKind;
use super::texts::session as texts;
use super::{App, Session};
use crate::base::ordered::OrderedMap;
use crate::broker::queue::Kind;
use crate::broker::queue::ready::Entry;
use crate::broker::view::QueueView;
use crate::broker::{ChannelId, Message, MessageId, Name};
use crate::sim::{Cargo, InstanceId, Place};

#[derive(Clone, Debug, Default)]
pub struct Landing {
    /// Ready messages, and the program whose lost connection gave them back.
    flying: OrderedMap<(Name, MessageId), Option<InstanceId>>,
    /// The broker counts them as unacked on this channel, and they have not come to their queue.
    passing: OrderedMap<(Name, MessageId, ChannelId), ()>,
    /// The broker has let them go, and they are still there: what they go for has not landed.
    leaving: OrderedMap<(Name, MessageId), Arc<Message>>,
    counts: OrderedMap<Name, Counts>,
}

/// So many messages of a queue still fly.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// The broker counts them as ready.
    ready: u64,
    /// Of those: a lost connection gave them back. Until they land they are unacked for the eye.
    returned: u64,
    /// They will pass through the queue: the broker counts them as unacked.
    passing: u64,
    /// The broker counts them no more.
    leaving: u64,
}

/// A ready message as it is seen in its queue.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    pub message: &'a Arc<Message>,
    /// As the broker has it. None: the broker has let it go.
    pub entry: Option<&'a Entry>,
}

impl Waiting<'_> {
    #[must_use]
    pub fn redelivered(&self) -> bool {
        self.entry.is_some_and(Entry::redelivered)
    }
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
        let broker = plan.world.broker();
        for hop in plan.moves.iter().filter(|hop| plan.moves.share(hop, plan.world.now()) < 1.0) {
            // What falls from its queue comes to none.
            if let [_, .., Place::Queue(queue)] = &*hop.path {
                let by = match hop.path.first() {
                    Some(Place::Instance(by)) if hop.kind == MoveKind::Requeued => Some(*by),
                    _ => None,
                };
                landing.flying.insert((queue.clone(), hop.message.id), by);
                landing.counts.get_or_default(queue.clone());
            }
        }
        for (queue, message) in plan.moves.leaving(plan.world.now()) {
            landing.leaving.insert((queue.clone(), message.id), message.clone());
        }
        for_each_flight(plan, false, |flight, share| {
            let Cargo::Delivery(delivery) = &flight.cargo else { return };
            if !plan.moves.is_before_its_queue(delivery, flight.departs, share) {
                return;
            }
            let counts = landing.counts.get_or_default(delivery.queue.clone());
            // Its consumer may be dead by now, or need not acknowledge.
            if broker.awaits(delivery.channel, delivery.delivery_tag) {
                counts.passing += 1;
                landing.passing.insert((delivery.queue.clone(), delivery.message.id, delivery.channel), ());
            }
            if broker.queue(&delivery.queue).is_some_and(|queue| queue.kind() == Kind::Stream) {
                landing.flying.insert((delivery.queue.clone(), delivery.message.id), None);
            }
        });
        let Self { flying, leaving, counts, .. } = &mut landing;
        // What leaves before it has come there is not there.
        let absent: Vec<_> = leaving.keys().filter(|of| flying.contains_key(of)).cloned().collect();
        for of in absent {
            leaving.remove(&of);
        }
        for (queue, _) in leaving.keys() {
            counts.get_or_default(queue.clone()).leaving += 1;
        }
        for (name, counts) in counts.iter_mut() {
            // What was dropped meanwhile flies, and is not there.
            for entry in broker.queue(name).into_iter().flat_map(QueueView::messages) {
                if let Some(by) = flying.get(&(name.clone(), entry.message.id)) {
                    counts.ready += 1;
                    counts.returned += u64::from(by.is_some());
                }
            }
        }
        landing
    }

    /// Nothing flies to a queue.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn has(&self, queue: &Name, entry: &Entry) -> bool {
        self.flying.contains_key(&(queue.clone(), entry.message.id))
    }

    fn counts(&self, queue: QueueView<'_>) -> Counts {
        self.counts.get(queue.name()).copied().unwrap_or_default()
    }

    /// The broker counts it as unacked, and it has not come to its queue.
    #[must_use]
    pub(super) fn is_passing(&self, queue: &Name, message: MessageId, channel: ChannelId) -> bool {
        self.passing.contains_key(&(queue.clone(), message, channel))
    }

    /// So many of these are on their way to this channel.
    pub(super) fn passing_to(&self, queue: &Name, channel: ChannelId) -> u64 {
        self.passing.keys().filter(|(of, _, to)| of == queue && *to == channel).count() as u64
    }

    /// What a lost connection gives back to a queue, and has not landed, with the program that held it.
    pub(super) fn given_back<'a>(&'a self, queue: QueueView<'a>) -> impl Iterator<Item = (InstanceId, &'a Message)> {
        let entries = (self.counts(queue).returned > 0).then(|| queue.messages());
        entries.into_iter().flatten().filter_map(move |entry| {
            let by = *self.flying.get(&(queue.name().clone(), entry.message.id))?;
            Some((by?, &*entry.message))
        })
    }

    /// So many of these were with this program.
    pub(super) fn given_back_by(&self, queue: QueueView<'_>, id: InstanceId) -> u64 {
        self.given_back(queue).filter(|(by, _)| *by == id).count() as u64
    }

    /// So many messages of a queue are ready, and have landed.
    #[must_use]
    pub fn ready(&self, queue: QueueView<'_>) -> u64 {
        let counts = self.counts(queue);
        (queue.ready() + counts.leaving).saturating_sub(counts.ready)
    }

    /// So many have come as far as the queue and are not acknowledged. What a lost connection gives back is one of them until it lands.
    #[must_use]
    pub fn unacked(&self, queue: QueueView<'_>) -> u64 {
        let counts = self.counts(queue);
        (queue.unacked() + counts.returned).saturating_sub(counts.passing)
    }

    #[must_use]
    pub fn total(&self, queue: QueueView<'_>) -> u64 {
        let counts = self.counts(queue);
        // A stream keeps what it delivers.
        let passing = if queue.kind() == Kind::Stream { 0 } else { counts.passing };
        (queue.total() + counts.returned + counts.leaving).saturating_sub(counts.ready + passing)
    }

    /// The ready messages that have landed, in the order in which they would be delivered.
    pub fn messages<'a>(&'a self, queue: QueueView<'a>) -> impl Iterator<Item = Waiting<'a>> {
        let Counts { ready, leaving, .. } = self.counts(queue);
        let leave = (leaving > 0).then(|| self.leaving.iter().filter(move |((of, _), _)| of == queue.name()));
        let leave = leave.into_iter().flatten().map(|(_, message)| Waiting { message, entry: None });
        let landed = queue.messages().filter(move |entry| ready == 0 || !self.has(queue.name(), entry));
        leave.chain(landed.map(|entry| Waiting { message: &entry.message, entry: Some(entry) }))
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

/// "no message", "22 messages", "1 message in flight", "22 messages and 1 in flight".
impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.landed == 0 && self.in_flight > 0 {
            return f.write_str(&texts::all_in_flight(self.in_flight));
        }
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

    /// What goes with the queues that are selected. None: no queue is.
    #[must_use]
    pub fn price_of_selected(&self, session: &Session) -> Option<Price> {
        let queues = session.selection.iter().filter_map(|node| match node {
            Place::Queue(name) => Some(self.price_of(session, name)),
            Place::Client(_) | Place::Exchange(_) | Place::Instance(_) => None,
        });
        queues.reduce(|sum, price| sum + price)
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
