//! Moves inside the broker. The broker moves a message at one instant, and the eye needs a moment to follow. So the move is kept as a
//! picture for that moment. It is derived from what the world hands out.

use std::collections::VecDeque;
use std::sync::Arc;

use super::speed::{LEG, STANDS};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::{DeathReason, DropCause, Event, Message, MessageId, Name, RequeueCause};
use crate::sim::{Delivery, InstanceId, Place, TimedEvent, World, WorldEvent};

/// What moved within this time before a moment can still be seen moving.
pub const SEEN_FOR: SimTime = SimTime::from_secs(5);
/// While time stands, each hop is seen this long, in real time.
const HOP: SimTime = SimTime::from_millis(900);
/// Messages that come back fly along so many arcs, which lie above one another. What comes after them flies along the first again.
pub const ARCS: usize = 10;
/// From one to the next, in hundredths of a leg.
const AFTER: u64 = 12;
/// So many set out one after the other. Of more than that the label tells.
const TURNS: u64 = 20;
/// More moves cannot be distinguished on a screen.
const MOVES_MAX: usize = 300;
/// Deliveries of messages that passed through a queue, on their way to a consumer.
const PASSING_MAX: usize = 2_000;

#[derive(Clone, Debug)]
pub struct Move {
    pub message: Arc<Message>,
    pub path: Vec<Place>,
    pub departs: SimTime,
    pub kind: MoveKind,
    /// Its number among those that come back together.
    pub turn: u32,
    /// It sets out so late, in hundredths of a leg: what it goes for must have come first.
    waits: u64,
    /// What its queue has for the eye until it sets out.
    leaves: Option<Arc<Message>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    Routed,
    Requeued,
    DeadLettered(DeathReason),
    /// Found no queue.
    Unroutable,
    /// The broker dropped it from its queue. It falls out of it.
    Dropped(DropCause),
}

/// The n-th that comes back sets out so late, in hundredths of a leg.
pub(super) const fn sets_out(turn: u32) -> u64 {
    let turn = turn as u64;
    if turn < TURNS { turn * AFTER } else { (TURNS - ARCS as u64 + turn % ARCS as u64) * AFTER }
}

impl Move {
    const fn legs(&self) -> u64 {
        if self.path.len() > 2 { self.path.len() as u64 - 1 } else { 1 }
    }

    /// Until it has landed, in hundredths of a leg: what comes back sets out one after the other.
    const fn hundredths(&self) -> u64 {
        self.legs() * 100 + self.sets_out()
    }

    const fn sets_out(&self) -> u64 {
        if matches!(self.kind, MoveKind::Requeued) { sets_out(self.turn) } else { self.waits }
    }

    /// Whether it brings this message to this queue.
    fn leads_to(&self, queue: &Name, message: MessageId) -> bool {
        self.message.id == message && self.comes_to(queue)
    }

    fn comes_to(&self, queue: &Name) -> bool {
        matches!(self.path.last(), Some(Place::Queue(name)) if name == queue)
    }
}

/// A delivery of a message that had just been routed. It left the queue at this moment, and came there along this path.
#[derive(Clone, Debug)]
struct Passing {
    departs: SimTime,
    /// The way to the queue: when it began, and how many hundredths of a leg it takes.
    began: SimTime,
    hundredths: u64,
    path: Vec<Place>,
}

/// A message that leaves its exchange as so many copies. Some of them may be on their way to a consumer already.
#[derive(Clone, Debug)]
pub struct Fan {
    pub exchange: Name,
    pub copies: usize,
    departs: SimTime,
    /// Its message's name.
    event: Option<Name>,
}

#[derive(Clone, Debug)]
pub struct Moves {
    moves: VecDeque<Move>,
    fans: VecDeque<Fan>,
    /// How long one leg is shown, in simulated time.
    leg: SimTime,
    /// How long what does not move stands to be read, in simulated time.
    stands: SimTime,
    /// Each hop is followed: there is time to read what it is.
    has_captions: bool,
    /// The message of the story that is open: captions are about it alone.
    told: Option<Name>,
    /// Time hurries since this moment, because nothing moves.
    waits_since: Option<SimTime>,
    /// What came back last: when, from where, and its number.
    returned: Option<(SimTime, InstanceId, u32)>,
    /// By message and queue: the oldest messages first.
    passing: OrderedMap<(MessageId, Name), Passing>,
    /// What lands while time stands.
    landing: Option<Landing>,
}

/// How far what departed at one moment has come since then, in real time.
#[derive(Clone, Copy, Debug)]
struct Landing {
    at: SimTime,
    flown: SimTime,
}

impl Default for Moves {
    fn default() -> Self {
        Self {
            moves: VecDeque::new(),
            fans: VecDeque::new(),
            leg: LEG,
            stands: STANDS,
            has_captions: false,
            told: None,
            waits_since: None,
            returned: None,
            passing: OrderedMap::new(),
            landing: None,
        }
    }
}

impl Moves {
    #[must_use]
    pub const fn leg(&self) -> SimTime {
        self.leg
    }

    /// From now on each leg is shown this long, and what does not move that long; with or without captions.
    pub(super) const fn show_for(&mut self, leg: SimTime, stands: SimTime, has_captions: bool) {
        (self.leg, self.stands, self.has_captions) = (leg, stands, has_captions);
    }

    pub(super) const fn wait_since(&mut self, since: Option<SimTime>) {
        self.waits_since = since;
    }

    /// Time hurries since this moment, because nothing moves.
    #[must_use]
    pub const fn waits_since(&self) -> Option<SimTime> {
        self.waits_since
    }

    /// The same picture has begun again elsewhere in time.
    #[must_use]
    pub(super) fn emptied(&self) -> Self {
        Self { leg: self.leg, stands: self.stands, has_captions: self.has_captions, told: self.told.clone(), ..Self::default() }
    }

    /// When it lands, as far as the eye is concerned.
    #[must_use]
    pub fn arrives(&self, one: &Move) -> SimTime {
        one.departs + SimTime::from_micros(self.leg.as_micros() * one.hundredths() / 100)
    }

    /// How far it has come, as far as the eye is concerned: 1 where it has landed.
    #[must_use]
    pub fn share(&self, one: &Move, now: SimTime) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let (legs, waits) = (one.legs() as f64, one.sets_out() as f64 / 100.0);
        if let Some(flown) = self.legs_landed(one.departs) {
            return ((flown - waits) / legs).clamp(0.0, 1.0);
        }
        // Where it lands is the same for who counts, and for who draws.
        if self.leg == SimTime::ZERO || now >= self.arrives(one) {
            return 1.0;
        }
        let flown = now.saturating_sub(one.departs).as_secs_f64() / self.leg.as_secs_f64();
        ((flown - waits) / legs).clamp(0.0, 1.0)
    }

    /// It comes back, and has not set out: those before it do.
    #[must_use]
    pub fn waits_to_return(&self, one: &Move, now: SimTime) -> bool {
        one.kind == MoveKind::Requeued && one.departs <= now && self.share(one, now) <= 0.0
    }

    /// It goes for what comes to its queue, and that has not landed there.
    #[must_use]
    pub fn waits(&self, one: &Move, now: SimTime) -> bool {
        one.waits > 0 && self.share(one, now) <= 0.0
    }

    /// What these queues have for the eye although the broker has let it go. What passes on to a consumer at once waits for nothing.
    pub(super) fn leaving(&self, now: SimTime) -> impl Iterator<Item = (&Name, &Arc<Message>)> {
        self.moves.iter().filter(move |one| self.waits(one, now)).filter_map(|one| match one.path.first() {
            Some(Place::Queue(queue)) => Some((queue, one.leaves.as_ref()?)),
            Some(_) | None => None,
        })
    }

    /// How long what leaves this queue waits, in hundredths of a leg. It waits for itself to come there, or for all that comes.
    fn waits_for(&self, at: SimTime, queue: &Name, message: Option<MessageId>) -> u64 {
        let is_meant = |one: &&Move| one.path.len() > 1 && one.comes_to(queue) && message.is_none_or(|id| one.message.id == id);
        let left = |one: &Move| {
            let passed = at.saturating_sub(one.departs).as_micros() * 100 / self.leg.as_micros().max(1);
            one.hundredths().saturating_sub(passed)
        };
        if self.leg == SimTime::ZERO { 0 } else { self.moves.iter().filter(is_meant).map(left).max().unwrap_or(0) }
    }

    /// A full queue lets its oldest go when the newest has come.
    fn leave(&mut self, at: SimTime, queue: &Name, message: &Arc<Message>, reason: Option<DeathReason>) {
        let waits = self.waits_for(at, queue, (reason != Some(DeathReason::Maxlen)).then_some(message.id));
        if let Some(one) = self.moves.back_mut() {
            (one.waits, one.leaves) = (waits, (waits > 0).then(|| message.clone()));
        }
    }

    /// The way of what comes back is seen while it flies. For who wants little motion it stands still, whole, for some time.
    #[must_use]
    pub fn is_return_seen(&self, one: &Move, now: SimTime, still: bool) -> bool {
        if one.kind != MoveKind::Requeued || one.departs > now {
            return false;
        }
        match self.landing.filter(|landing| landing.at == one.departs) {
            Some(landing) if still => landing.flown < STANDS,
            None if still => now < self.stood(one),
            Some(_) | None => self.share(one, now) < 1.0,
        }
    }

    fn stood(&self, one: &Move) -> SimTime {
        one.departs + self.stands
    }

    /// When nothing of it is seen any more, however much motion is wanted.
    #[must_use]
    pub fn is_over(&self, one: &Move) -> SimTime {
        let lands = self.arrives(one);
        if one.kind == MoveKind::Requeued { lands.max(self.stood(one)) } else { lands }
    }

    /// How many legs were flown while time stands, of what departed at this moment.
    fn legs_landed(&self, departs: SimTime) -> Option<f64> {
        self.landing.filter(|landing| landing.at == departs).map(|landing| landing.flown.as_secs_f64() / HOP.as_secs_f64())
    }

    /// How far along such a way a message is that passes through a queue, while time stands. It comes as far as the queue.
    #[must_use]
    pub fn share_of_way(&self, departs: SimTime, way: &[Place]) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let legs = way.len().saturating_sub(1) as f64;
        self.legs_landed(departs).filter(|_| legs > 1.0).map(|flown| flown.min(legs - 1.0) / legs)
    }

    /// A message that will pass through its queue has not come there at this share of its way. What a lost connection gave back was
    /// there before.
    pub(super) fn is_before_its_queue(&self, delivery: &Delivery, departs: SimTime, share: f64) -> bool {
        let Some(way) = self.way_through(&delivery.queue, delivery.message.id, departs) else { return false };
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let legs = way.len().saturating_sub(1) as f64;
        !matches!(way.first(), Some(Place::Instance(_))) && self.share_of_way(departs, way).unwrap_or(share) * legs < legs - 1.0
    }

    /// Time stands at this moment: what departs now is seen to land all the same.
    pub(super) fn begin_to_land(&mut self, now: SimTime) {
        let departs = self.moves.iter().any(|one| one.departs == now) || self.passing.values().any(|one| one.departs == now);
        self.landing = departs.then_some(Landing { at: now, flown: SimTime::ZERO });
    }

    #[must_use]
    pub const fn is_landing(&self) -> bool {
        self.landing.is_some()
    }

    /// So much real time passed, while simulated time stands.
    pub(super) fn land(&mut self, elapsed: SimTime) {
        let Some(landing) = &mut self.landing else { return };
        let at = landing.at;
        landing.flown = landing.flown + elapsed;
        let flown = landing.flown;
        let lasts = |one: &Move| {
            let lands = SimTime::from_micros(HOP.as_micros() * one.hundredths() / 100);
            if one.kind == MoveKind::Requeued { lands.max(STANDS) } else { lands }
        };
        let lasts = self.moves.iter().filter(|one| one.departs == at).map(lasts).max().unwrap_or(HOP);
        if flown >= lasts {
            self.settle();
        }
    }

    /// What landed while time stood has landed for good: it does not set out once more when time goes on.
    pub(super) fn settle(&mut self) {
        if let Some(Landing { at, .. }) = self.landing.take() {
            self.moves.retain(|one| one.departs != at);
            self.fans.retain(|one| one.departs != at);
            // From its queue on, such a delivery flies like any other.
            self.passing.values_mut().filter(|one| one.departs == at).for_each(|one| one.departs = SimTime::MAX);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter()
    }

    /// Captions are about this message alone; none: about each that moves.
    pub(super) fn tell_of(&mut self, event: Option<&Name>) {
        if self.told.as_ref() != event {
            self.told = event.cloned();
        }
    }

    /// What leaves its exchange and has a caption.
    pub fn captioned(&self, now: SimTime) -> impl Iterator<Item = &Fan> {
        self.fans(now).filter(|fan| self.has_captions && (self.told.is_none() || self.told == fan.event))
    }

    /// What leaves its exchange at this moment, as far as the eye is concerned.
    pub fn fans(&self, now: SimTime) -> impl Iterator<Item = &Fan> {
        let is_leaving = move |fan: &&Fan| match self.legs_landed(fan.departs) {
            Some(legs) => legs < 1.0,
            None => fan.departs <= now && now < fan.departs + self.leg,
        };
        self.fans.iter().filter(is_leaving)
    }

    /// The way of a delivery from where its message came from. It exists if the message passed through its queue without a stop.
    #[must_use]
    pub fn way_through(&self, queue: &Name, message: MessageId, departs: SimTime) -> Option<&[Place]> {
        let passing = self.passing.get(&(message, queue.clone()))?;
        // At another speed than that of the moment it may have been there before it left.
        let came = passing.began + SimTime::from_micros(self.leg.as_micros() * passing.hundredths / 100);
        (passing.departs == departs && came >= departs).then_some(&passing.path)
    }

    pub fn note(&mut self, world: &World, happened: &TimedEvent) {
        let WorldEvent::Broker(event) = &happened.what else { return };
        while self.moves.front().is_some_and(|before| before.departs + SEEN_FOR < happened.at) {
            self.moves.pop_front();
        }
        while self.fans.front().is_some_and(|before| before.departs + SEEN_FOR < happened.at) {
            self.fans.pop_front();
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
                    let (began, hundredths) = (before.departs, before.hundredths());
                    let mut path = before.path;
                    path.push(Place::Instance(consumer));
                    if self.passing.len() == PASSING_MAX {
                        let oldest = self.passing.keys().next().cloned();
                        oldest.map(|oldest| self.passing.remove(&oldest));
                    }
                    self.passing
                        .insert((delivered.message.id, delivered.queue.clone()), Passing { departs: happened.at, began, hundredths, path });
                }
            }
            Event::Requeued { queue, channel, message, cause, .. } => {
                // A nack is seen flying back itself; what a lost connection held is not.
                let by_itself = matches!(cause, RequeueCause::ConnectionClosed | RequeueCause::ChannelClosed);
                if let Some(from) = world.instance_of_channel(*channel).filter(|_| by_itself) {
                    let turn = match self.returned {
                        Some((at, last, turn)) if (at, last) == (happened.at, from) => turn + 1,
                        _ => 0,
                    };
                    self.returned = Some((happened.at, from, turn));
                    let path = vec![Place::Instance(from), Place::Queue(queue.clone())];
                    self.begin(happened.at, message, path, MoveKind::Requeued);
                    self.moves.back_mut().into_iter().for_each(|one| one.turn = turn);
                }
            }
            Event::DeadLettered { queue, message, reason, exchange, successor } => {
                let mut dead = Message::clone(message);
                dead.id = *successor;
                let mut path = vec![Place::Queue(queue.clone())];
                path.extend((!exchange.is_empty()).then(|| Place::Exchange(exchange.clone())));
                self.begin(happened.at, &Arc::new(dead), path, MoveKind::DeadLettered(*reason));
                self.leave(happened.at, queue, message, Some(*reason));
            }
            // A message that goes with its queue, or with a purge, is reported where that was asked for. It is on its way there no more.
            Event::Dropped { queue, message, cause } => {
                let is_told = matches!(cause, DropCause::Died(_) | DropCause::Cycle(_) | DropCause::Restarted);
                if !matches!(cause, DropCause::Died(_) | DropCause::Cycle(_)) {
                    self.moves.retain(|before| !before.leads_to(queue, message.id));
                }
                if !is_told {
                    return;
                }
                self.begin(happened.at, message, vec![Place::Queue(queue.clone())], MoveKind::Dropped(*cause));
                let reason = if let DropCause::Died(reason) | DropCause::Cycle(reason) = cause { Some(*reason) } else { None };
                self.leave(happened.at, queue, message, reason);
            }
            Event::KeptOut { queue, message, reason } => {
                self.begin(happened.at, message, vec![Place::Queue(queue.clone())], MoveKind::Dropped(DropCause::Cycle(*reason)));
            }
            // A queue that is declared again under this name has none of them.
            Event::QueueDeleted { queue } => {
                self.moves.retain(|before| !before.comes_to(queue));
                let from = |path: &[Place]| matches!(path.first(), Some(Place::Queue(name)) if name == queue);
                self.moves.iter_mut().filter(|one| from(&one.path)).for_each(|one| one.leaves = None);
            }
            Event::Published { .. }
            | Event::Delayed { .. }
            | Event::Returned { .. }
            | Event::Confirmed { .. }
            | Event::RolledBack { .. }
            | Event::Enqueued { .. }
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Read { .. }
            | Event::Refused { .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
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
        // A dead letter goes on from where its queue sent it, and when.
        let before = self.moves.pop_back_if(|before| before.message.id == message.id);
        let Some(Move { path, kind, waits, leaves, .. }) = before else {
            return self.go(at, message, queues, vec![Place::Exchange(message.exchange.clone())], MoveKind::Routed);
        };
        self.go(at, message, queues, path, kind);
        for one in self.moves.iter_mut().rev().take(queues.len().max(1)) {
            (one.waits, one.leaves) = (waits, leaves.clone());
        }
    }

    /// To each of these queues, from where it is.
    fn go(&mut self, at: SimTime, message: &Arc<Message>, queues: &[Name], path: Vec<Place>, kind: MoveKind) {
        if let ([Place::Exchange(exchange)], MoveKind::Routed, [_, ..]) = (&*path, kind, queues) {
            if self.fans.len() == MOVES_MAX {
                self.fans.pop_front();
            }
            self.fans.push_back(Fan {
                exchange: exchange.clone(),
                copies: queues.len(),
                departs: at,
                event: message.properties.message_id.clone(),
            });
        }
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
        self.moves.push_back(Move { message: message.clone(), path, departs: at, kind, turn: 0, waits: 0, leaves: None });
    }
}
