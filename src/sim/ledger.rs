//! Where every message went. Counted from events, compared with what the broker holds: if the two ever differ, one of them lies.

use super::business::Business;
use crate::base::ordered::OrderedMap;
use crate::broker::{Broker, DeathReason, DropCause, Event, Name, Outcome};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub messages: Messages,
    pub queues: OrderedMap<Name, Copies>,
    pub business: Business,
}

/// Why a publish of a blocked connection is lost.
pub const UNREAD: &str = "the connection closed before the broker read it";

/// What clients published: every message is routed or unroutable. What programs sent is published, lost, or on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// By programs, onto a connection that was open.
    pub sent: u64,
    /// On the network, or read by nobody because the connection is blocked.
    pub on_the_way: u64,
    /// By hand, not by a program.
    pub by_hand: u64,
    pub published: u64,
    pub routed: u64,
    /// No queue, and nobody was told.
    pub unroutable: u64,
    /// No queue, and given back, because it was mandatory.
    pub returned: u64,
    /// Published in a transaction that was rolled back.
    pub rolled_back: u64,
    /// Never sent: the program had no channel.
    pub unsent: u64,
    /// Confirmed by the broker; refused, with a nack.
    pub confirmed: u64,
    pub nacked: u64,
    /// Sent, and never published, by reason.
    pub lost: OrderedMap<&'static str, u64>,
}

impl Messages {
    #[must_use]
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }
}

/// What happened to the copies in one queue, or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// Everything an exchange sent here.
    pub arrived: u64,
    pub delivered: u64,
    pub redelivered: u64,
    pub requeued: u64,
    pub acknowledged: u64,
    /// Settled by being sent, to consumers without acknowledgements.
    pub auto_acknowledged: u64,
    pub dead_lettered: OrderedMap<DeathReason, u64>,
    pub dropped: OrderedMap<&'static str, u64>,
    /// Of those acknowledged by being sent: the program died, or failed, before it had handled them. By reason.
    pub lost: OrderedMap<&'static str, u64>,
    /// By a full queue.
    pub refused: u64,
    /// From the broker.
    pub ready: u64,
    pub unacked: u64,
    /// Kept by a quorum queue for later: delayed retries, and dead letters that have found no place yet.
    pub kept_back: u64,
}

impl Copies {
    #[must_use]
    pub fn dead_lettered_total(&self) -> u64 {
        self.dead_lettered.values().sum()
    }

    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.dropped.values().sum()
    }

    #[must_use]
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }

    /// Where the arrived copies are now. Equal to `arrived`, or something is wrong.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.ready
            + self.unacked
            + self.kept_back
            + self.acknowledged
            + self.auto_acknowledged
            + self.dead_lettered_total()
            + self.dropped_total()
            + self.refused
    }

    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.arrived == self.accounted()
    }

    fn add(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.delivered += other.delivered;
        self.redelivered += other.redelivered;
        self.requeued += other.requeued;
        self.acknowledged += other.acknowledged;
        self.auto_acknowledged += other.auto_acknowledged;
        self.refused += other.refused;
        self.ready += other.ready;
        self.unacked += other.unacked;
        self.kept_back += other.kept_back;
        for (reason, count) in other.dead_lettered.iter() {
            *self.dead_lettered.get_or_default(*reason) += count;
        }
        for (cause, count) in other.dropped.iter() {
            *self.dropped.get_or_default(cause) += count;
        }
        for (reason, count) in other.lost.iter() {
            *self.lost.get_or_default(reason) += count;
        }
    }
}

impl Ledger {
    /// Takes note of what happened in a broker.
    pub fn record(&mut self, event: &Event) {
        match event {
            Event::Published { .. } => self.messages.published += 1,
            Event::Routed { message, queues } if message.deaths().is_empty() => {
                if queues.is_empty() {
                    self.messages.unroutable += 1;
                } else {
                    self.messages.routed += 1;
                }
            }
            Event::Returned { routed, .. } => {
                // Its `Routed`, to queues or to none, came first.
                self.messages.unroutable -= u64::from(!routed);
                self.messages.routed -= u64::from(*routed);
                self.messages.returned += 1;
            }
            Event::Enqueued { queue, .. } => self.queue(queue).arrived += 1,
            Event::Delivered(delivered) => {
                let copies = self.queue(&delivered.queue);
                copies.arrived += u64::from(delivered.direct);
                copies.delivered += 1;
                copies.redelivered += u64::from(delivered.redelivered);
                copies.auto_acknowledged += u64::from(delivered.no_ack);
            }
            Event::Fetched { queue, redelivered, no_ack, .. } => {
                let copies = self.queue(queue);
                copies.delivered += 1;
                copies.redelivered += u64::from(*redelivered);
                copies.auto_acknowledged += u64::from(*no_ack);
            }
            Event::Acknowledged { queue, .. } => self.queue(queue).acknowledged += 1,
            Event::Requeued { queue, .. } => self.queue(queue).requeued += 1,
            Event::DeadLettered { queue, reason, .. } => *self.queue(queue).dead_lettered.get_or_default(*reason) += 1,
            Event::Dropped { queue, cause, .. } => self.drop(queue, *cause),
            Event::Refused { queue, dead_lettered, .. } => {
                let copies = self.queue(queue);
                copies.arrived += 1;
                copies.refused += u64::from(!dead_lettered);
            }
            Event::Confirmed { outcome: Outcome::Ack, .. } => self.messages.confirmed += 1,
            Event::Confirmed { outcome: Outcome::Nack, .. } => self.messages.nacked += 1,
            Event::Routed { .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ChannelClosed { .. }
            | Event::ConnectionClosed { .. }
            | Event::ConnectionBlocked { .. }
            | Event::ConnectionUnblocked { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::Restarted => {}
            Event::Discarded { message_ids } => {
                *self.messages.lost.get_or_default(UNREAD) += message_ids.len() as u64;
            }
            Event::RolledBack { routable, .. } => {
                self.messages.routed -= u64::from(*routable);
                self.messages.unroutable -= u64::from(!routable);
                self.messages.rolled_back += 1;
            }
        }
    }

    fn drop(&mut self, queue: &Name, cause: DropCause) {
        *self.queue(queue).dropped.get_or_default(cause.name()) += 1;
    }

    pub(super) fn queue(&mut self, name: &Name) -> &mut Copies {
        self.queues.get_or_default(name.clone())
    }

    /// The ledger with what the broker holds now.
    #[must_use]
    pub fn with_holdings(&self, broker: &Broker) -> Self {
        let mut ledger = self.clone();
        for queue in broker.queues() {
            let copies = ledger.queue(queue.name());
            copies.ready = queue.ready();
            copies.unacked = queue.unacked();
            copies.kept_back = queue.delayed() + queue.dead_letter_pending();
        }
        ledger
    }

    /// All queues together.
    #[must_use]
    pub fn total(&self) -> Copies {
        let mut total = Copies::default();
        self.queues.values().for_each(|copies| total.add(copies));
        total
    }

    /// What does not add up; empty when all does.
    #[must_use]
    pub fn imbalances(&self) -> Vec<String> {
        let Messages { sent, on_the_way, by_hand, published, .. } = self.messages;
        let lost = self.messages.lost_total();
        let mut wrong = self.broker_imbalances();
        if sent + by_hand != published + lost + on_the_way {
            wrong.push(format!("{sent} sent and {by_hand} by hand, but {published} published + {lost} lost + {on_the_way} on the way"));
        }
        wrong
    }

    /// What does not add up from the exchange on.
    #[must_use]
    pub fn broker_imbalances(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let Messages { published, routed, unroutable, returned, rolled_back, .. } = self.messages;
        if published != routed + unroutable + returned + rolled_back {
            wrong.push(format!("{published} published, but {routed} routed + {unroutable} unroutable + {returned} returned"));
        }
        for (name, copies) in self.queues.iter() {
            if !copies.is_balanced() {
                wrong.push(format!("{name}: {} arrived, but {} accounted for", copies.arrived, copies.accounted()));
            }
        }
        wrong
    }
}
