//! Moves inside the broker. The broker moves a message at one instant, and the eye needs a moment to follow: so what has happened is kept
//! as a picture for that moment. It is derived from what the world hands out.

use std::collections::VecDeque;
use std::sync::Arc;

use super::speed::LEG;
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::{DeathReason, Event, Message, MessageId, Name, RequeueCause};
use crate::sim::{Place, TimedEvent, World, WorldEvent};

/// What moved within this time before a moment can still be seen moving.
pub const SEEN_FOR: SimTime = SimTime::from_secs(5);
/// More moves cannot be told apart on a screen.
const MOVES_MAX: usize = 300;
/// Deliveries of messages that passed through a queue, on their way to a consumer.
const PASSING_MAX: usize = 2_000;

#[derive(Clone, Debug)]
pub struct Move {
    pub message: Arc<Message>,
    pub path: Vec<Place>,
    pub departs: SimTime,
    pub kind: MoveKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    Routed,
    Requeued,
    DeadLettered(DeathReason),
    /// Found no queue.
    Unroutable,
}

impl Move {
    const fn legs(&self) -> u64 {
        if self.path.len() > 2 { self.path.len() as u64 - 1 } else { 1 }
    }

    /// Whether it brings this message to this queue.
    fn leads_to(&self, queue: &Name, message: MessageId) -> bool {
        self.message.id == message && matches!(self.path.last(), Some(Place::Queue(name)) if name == queue)
    }
}

/// A delivery of a message that had just been routed: it left the queue at this moment, and came there along this path.
#[derive(Clone, Debug)]
struct Passing {
    departs: SimTime,
    path: Vec<Place>,
}

#[derive(Clone, Debug)]
pub struct Moves {
    moves: VecDeque<Move>,
    /// How long one leg is shown, in simulated time.
    leg: SimTime,
    /// Each hop is followed: there is time to read what it is.
    has_captions: bool,
    /// By message and queue: the oldest messages first.
    passing: OrderedMap<(MessageId, Name), Passing>,
}

impl Default for Moves {
    fn default() -> Self {
        Self { moves: VecDeque::new(), leg: LEG, has_captions: false, passing: OrderedMap::new() }
    }
}

impl Moves {
    #[must_use]
    pub const fn leg(&self) -> SimTime {
        self.leg
    }

    #[must_use]
    pub const fn has_captions(&self) -> bool {
        self.has_captions
    }

    /// From now on each leg is shown so long, with or without captions.
    pub(super) const fn show_for(&mut self, leg: SimTime, has_captions: bool) {
        (self.leg, self.has_captions) = (leg, has_captions);
    }

    /// The same picture has begun again elsewhere in time.
    #[must_use]
    pub(super) fn emptied(&self) -> Self {
        Self { leg: self.leg, has_captions: self.has_captions, ..Self::default() }
    }

    /// When it lands, as far as the eye is concerned.
    #[must_use]
    pub fn arrives(&self, one: &Move) -> SimTime {
        one.departs + SimTime::from_micros(self.leg.as_micros() * one.legs())
    }

    /// When the last of what departs now lands, if each leg takes so long; none: nothing does.
    #[must_use]
    pub(super) fn lands(&self, now: SimTime, leg: SimTime) -> Option<SimTime> {
        // What goes on to a consumer at once flies all its way within one leg.
        let passing = self.passing.values().filter(|one| one.departs == now).map(|_| 1);
        let legs = self.moves.iter().filter(|one| one.departs == now).map(Move::legs).chain(passing).max()?;
        Some(now + SimTime::from_micros(leg.as_micros() * legs))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter()
    }

    /// The way of a delivery from where its message came from. It exists if the message passed through its queue without a stop.
    #[must_use]
    pub fn way_through(&self, queue: &Name, message: MessageId, departs: SimTime) -> Option<&[Place]> {
        let passing = self.passing.get(&(message, queue.clone()))?;
        (passing.departs == departs).then_some(&passing.path)
    }

    pub fn note(&mut self, world: &World, happened: &TimedEvent) {
        let WorldEvent::Broker(event) = &happened.what else { return };
        while self.moves.front().is_some_and(|before| before.departs + SEEN_FOR < happened.at) {
            self.moves.pop_front();
        }
        match event {
            Event::Routed { message, queues } => self.routed(happened.at, message, queues),
            // It flies on when its delay is over.
            Event::DelayOver { exchange, message, queues, .. } => {
                self.go(happened.at, message, queues, vec![Place::Exchange(exchange.clone())], MoveKind::Routed);
            }
            Event::Delivered(delivered) => {
                // A message that has just come passes through: its way to the queue and its way on are one.
                let leads = |before: &Move| before.leads_to(&delivered.queue, delivered.message.id) && self.arrives(before) >= happened.at;
                let arriving = self.moves.iter().rposition(leads);
                if let Some(before) = arriving.and_then(|index| self.moves.remove(index))
                    && let Some(consumer) = world.instance_of_channel(delivered.channel)
                {
                    let mut path = before.path;
                    path.push(Place::Instance(consumer));
                    if self.passing.len() == PASSING_MAX {
                        let oldest = self.passing.keys().next().cloned();
                        oldest.map(|oldest| self.passing.remove(&oldest));
                    }
                    self.passing.insert((delivered.message.id, delivered.queue.clone()), Passing { departs: happened.at, path });
                }
            }
            Event::Requeued { queue, channel, message, cause, .. } => {
                // A nack is seen flying back itself; what a lost connection held is not.
                let by_itself = matches!(cause, RequeueCause::ConnectionClosed | RequeueCause::ChannelClosed);
                if let Some(from) = world.instance_of_channel(*channel).filter(|_| by_itself) {
                    let path = vec![Place::Instance(from), Place::Queue(queue.clone())];
                    self.begin(happened.at, message, path, MoveKind::Requeued);
                }
            }
            Event::DeadLettered { queue, message, reason, exchange, successor } => {
                let mut dead = Message::clone(message);
                dead.id = *successor;
                let mut path = vec![Place::Queue(queue.clone())];
                path.extend((!exchange.is_empty()).then(|| Place::Exchange(exchange.clone())));
                self.begin(happened.at, &Arc::new(dead), path, MoveKind::DeadLettered(*reason));
            }
            Event::Published { .. }
            | Event::Delayed { .. }
            | Event::Returned { .. }
            | Event::Confirmed { .. }
            | Event::RolledBack { .. }
            | Event::Enqueued { .. }
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Dropped { .. }
            | Event::Refused { .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ChannelClosed { .. }
            | Event::ConnectionClosed { .. }
            | Event::ConnectionBlocked { .. }
            | Event::ConnectionUnblocked { .. }
            | Event::Discarded { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::Restarted => {}
        }
    }

    fn routed(&mut self, at: SimTime, message: &Arc<Message>, queues: &[Name]) {
        // A dead letter goes on from where its queue sent it.
        let before = self.moves.pop_back_if(|before| before.message.id == message.id);
        let (path, kind) =
            before.map_or_else(|| (vec![Place::Exchange(message.exchange.clone())], MoveKind::Routed), |before| (before.path, before.kind));
        self.go(at, message, queues, path, kind);
    }

    /// To each of these queues, from where it is.
    fn go(&mut self, at: SimTime, message: &Arc<Message>, queues: &[Name], path: Vec<Place>, kind: MoveKind) {
        for queue in queues {
            let mut path = path.clone();
            path.push(Place::Queue(queue.clone()));
            self.begin(at, message, path, kind);
        }
        if queues.is_empty() {
            self.begin(at, message, path, MoveKind::Unroutable);
        }
    }

    fn begin(&mut self, at: SimTime, message: &Arc<Message>, path: Vec<Place>, kind: MoveKind) {
        if self.moves.len() == MOVES_MAX {
            self.moves.pop_front();
        }
        self.moves.push_back(Move { message: message.clone(), path, departs: at, kind });
    }
}
