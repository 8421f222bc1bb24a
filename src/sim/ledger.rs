//! Where every message went. Counted from events, compared with what the broker holds: if the two ever differ, one of them lies.
//!
//! # What is lost
//!
//! [`Ledger::lost_in_total`] counts everything that no longer exists anywhere and was not handled. Each loss is counted once, at the place
//! where it ends. Before a queue the unit is the message, in a queue it is the copy. A message that two queues drop is lost twice. The
//! terms are:
//!
//! | term | means |
//! |---|---|
//! | [`Messages::lost`] | sent, and never read or accepted by the broker |
//! | [`Messages::unroutable`] | published, and no queue was bound for it |
//! | [`Messages::abandoned`] | its program knew that it was not sent or came back, and went on without it |
//! | [`Copies::dropped`] | dropped from a queue: died without a dead-letter exchange, purged, deleted, lost in a restart |
//! | [`Copies::refused`] | refused by a full queue, and not dead-lettered |
//! | [`Copies::unroutable_dead_letters`] | dead-lettered, and the exchange had no queue for it |
//! | [`Copies::lost`] | acknowledged, and not handled: the program died, or its handler failed |
//!
//! A stream keeps its copies: what readers do with them moves none (rule 162). [`Copies::reads`] says what became of each delivery.
//!
//! What goes with an old segment, or with a deleted stream, is dropped if no reader had acknowledged it. Otherwise it is [`Copies::retired`].
//!
//! Not lost are: messages that a person took away by hand, rolled-back messages, and those that the broker keeps. What a nack or a return led a program to send again is another message.
//! A program that waits for confirms sends again what is lost on its way: that is [`Messages::resent`]. Dead letters that arrived are
//! copies of another queue.

use super::business::Business;
use crate::base::ordered::OrderedMap;
use crate::broker::queue::Kind;
use crate::broker::{Broker, DeathReason, DropCause, Event, Message, Name, Outcome, Reach, ReadEnd};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub messages: Messages,
    pub queues: OrderedMap<Name, Copies>,
    pub refusals: Refusals,
    pub business: Business,
}

/// Why a publish of a blocked connection is lost.
pub const UNREAD: &str = "the connection closed before the broker read it";

/// What clients published: every message is routed or unroutable. What programs sent is published, lost, or on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// By programs, onto a connection that was open.
    pub sent: u64,
    /// On the network, or not read yet because the connection is blocked.
    pub on_the_way: u64,
    /// By hand, not by a program.
    pub by_hand: u64,
    pub published: u64,
    pub routed: u64,
    /// No queue, and the publisher was not told.
    pub unroutable: u64,
    /// Kept by an exchange for later, and nowhere else: it is routed, or unroutable, when its delay is over.
    pub delayed: u64,
    /// No queue, and given back, because it was mandatory.
    pub returned: u64,
    /// Published in a transaction that was rolled back.
    pub rolled_back: u64,
    /// Never sent: the program had no channel.
    pub unsent: u64,
    /// Unsent or returned, and the program went on without the event. By reason. A step that must publish fails instead.
    pub abandoned: OrderedMap<&'static str, u64>,
    /// Dead letters that an exchange keeps for later.
    pub dead_letters_delayed: u64,
    /// From the broker: what exchanges keep, and nothing else has. Equal to the two before it, or something is wrong.
    pub kept_by_exchanges: u64,
    /// Dead letters that found a queue; they are published by the broker itself.
    pub dead_letters_routed: u64,
    /// Confirmed by the broker; refused, with a nack.
    pub confirmed: u64,
    pub nacked: u64,
    /// Sent, and never published; its program has sent the event again, or still has it.
    pub resent: u64,
    /// Sent, and never published, by reason.
    pub lost: OrderedMap<&'static str, u64>,
}

impl Messages {
    /// What was lost on its way is sent again.
    pub(super) fn is_sent_again(&mut self, reason: &'static str) {
        self.resent += 1;
        if let Some(count) = self.lost.get_mut(reason) {
            *count -= 1;
            if *count == 0 {
                self.lost.remove(reason);
            }
        }
    }

    #[must_use]
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }

    #[must_use]
    pub fn abandoned_total(&self) -> u64 {
        self.abandoned.values().sum()
    }
}

/// What the broker did to clients that it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// Channels that the broker closed because of an error, by its name.
    pub channels_closed: OrderedMap<&'static str, u64>,
    pub connections_closed: OrderedMap<&'static str, u64>,
    /// How often a connection that published was blocked by an alarm.
    pub connections_blocked: u64,
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
    /// Of those dead-lettered: the dead-letter exchange had no queue for them.
    pub unroutable_dead_letters: u64,
    pub dropped: OrderedMap<&'static str, u64>,
    /// Of those acknowledged: the program died, or its handler failed, and so nothing handled them. By reason.
    pub lost: OrderedMap<&'static str, u64>,
    /// By a full queue.
    pub refused: u64,
    /// Of a stream: what went with an old segment or with the stream, after a reader had acknowledged it.
    pub retired: u64,
    /// How often a program asked, and found as many ready as it looks for. They are messages that were counted before.
    pub alerted: u64,
    /// Of a stream: its deliveries. None: it is no stream.
    pub reads: Option<Reads>,
    /// From the broker.
    pub ready: u64,
    pub unacked: u64,
    /// Kept by a quorum queue for later: delayed retries, and dead letters that have found no place yet.
    pub kept_back: u64,
}

/// What became of the deliveries of a stream: each is settled, lost with its channel, or out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// To readers. A queue of another type may have had the name before, and its deliveries are no reads.
    pub delivered: u64,
    pub settled: u64,
    /// The channel ended first. A reader that starts again may read the copy again.
    pub broken_off: u64,
    /// From the broker.
    pub out: u64,
}

impl Reads {
    #[must_use]
    pub const fn total(self) -> u64 {
        self.settled + self.broken_off + self.out
    }
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

    /// The copies that no longer exist anywhere and were not handled.
    #[must_use]
    pub fn lost_in_total(&self) -> u64 {
        self.dropped_total() + self.refused + self.unroutable_dead_letters + self.lost_total()
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
            + self.retired
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
        self.retired += other.retired;
        self.alerted += other.alerted;
        if let Some(other) = other.reads {
            let reads = self.reads.get_or_insert_default();
            reads.delivered += other.delivered;
            reads.settled += other.settled;
            reads.broken_off += other.broken_off;
            reads.out += other.out;
        }
        self.unroutable_dead_letters += other.unroutable_dead_letters;
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
            Event::Routed { message, queues } => self.routed(message, queues),
            Event::Delayed { message, alone: true, .. } => *self.delayed(message) += 1,
            Event::DelayOver { message, queues, alone: true, .. } => {
                *self.delayed(message) -= 1;
                self.routed(message, queues);
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
                if delivered.offset.is_some() {
                    copies.reads.get_or_insert_default().delivered += 1;
                }
            }
            Event::Read { queue, end, .. } => {
                let reads = self.queue(queue).reads.get_or_insert_default();
                match end {
                    ReadEnd::Acknowledged | ReadEnd::Refused | ReadEnd::Recovered => reads.settled += 1,
                    ReadEnd::Gone => reads.broken_off += 1,
                }
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
            Event::KeptOut { queue, reason, .. } => {
                self.queue(queue).arrived += 1;
                self.drop(queue, DropCause::Cycle(*reason));
            }
            Event::Refused { queue, dead_lettered, .. } => {
                let copies = self.queue(queue);
                copies.arrived += 1;
                copies.refused += u64::from(!dead_lettered);
            }
            Event::Confirmed { outcome: Outcome::Ack, .. } => self.messages.confirmed += 1,
            Event::Confirmed { outcome: Outcome::Nack, .. } => self.messages.nacked += 1,
            Event::ChannelClosed { code, .. } => *self.refusals.channels_closed.get_or_default(code.name()) += 1,
            Event::ConnectionClosed { code, .. } => *self.refusals.connections_closed.get_or_default(code.name()) += 1,
            Event::ConnectionBlocked { .. } => self.refusals.connections_blocked += 1,
            // What was not alone is counted elsewhere: it was returned, or another exchange had a queue for it.
            Event::Delayed { alone: false, .. }
            | Event::DelayOver { alone: false, .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ConnectionUnblocked { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::Restarted => {}
            Event::Discarded { message_ids } => {
                *self.messages.lost.get_or_default(UNREAD) += message_ids.len() as u64;
            }
            Event::RolledBack { reach, .. } => {
                match reach {
                    Reach::Queues => self.messages.routed -= 1,
                    Reach::Later => self.messages.delayed -= 1,
                    Reach::Nowhere => self.messages.unroutable -= 1,
                }
                self.messages.rolled_back += 1;
            }
        }
    }

    fn routed(&mut self, message: &Message, queues: &[Name]) {
        match (message.deaths().first(), queues.is_empty()) {
            (None, true) => self.messages.unroutable += 1,
            (None, false) => self.messages.routed += 1,
            (Some(death), true) => self.queue(&death.queue).unroutable_dead_letters += 1,
            (Some(_), false) => self.messages.dead_letters_routed += 1,
        }
    }

    fn delayed(&mut self, message: &Message) -> &mut u64 {
        if message.deaths().is_empty() { &mut self.messages.delayed } else { &mut self.messages.dead_letters_delayed }
    }

    fn drop(&mut self, queue: &Name, cause: DropCause) {
        if matches!(cause, DropCause::Retired | DropCause::StreamDeleted) {
            self.queue(queue).retired += 1;
            return;
        }
        let copies = self.queue(queue);
        copies.arrived += u64::from(cause == DropCause::NotAwaited); // no queue took it first
        *copies.dropped.get_or_default(cause.name()) += 1;
    }

    pub(super) fn queue(&mut self, name: &Name) -> &mut Copies {
        self.queues.get_or_default(name.clone())
    }

    /// The ledger with what the broker holds now.
    #[must_use]
    pub fn with_holdings(&self, broker: &Broker) -> Self {
        let mut ledger = self.clone();
        ledger.messages.kept_by_exchanges = broker.delayed_alone();
        for queue in broker.queues() {
            let copies = ledger.queue(queue.name());
            copies.ready = queue.ready();
            match queue.kind() {
                Kind::Classic | Kind::Quorum => copies.unacked = queue.unacked(),
                Kind::Stream => copies.reads.get_or_insert_default().out = queue.unacked(),
            }
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

    /// Everything that no longer exists anywhere and was not handled. See the head of this file.
    #[must_use]
    pub fn lost_in_total(&self) -> u64 {
        let messages = self.messages.lost_total() + self.messages.unroutable + self.messages.abandoned_total();
        messages + self.queues.values().map(Copies::lost_in_total).sum::<u64>()
    }

    /// What does not add up; empty when all does.
    #[must_use]
    pub fn imbalances(&self) -> Vec<String> {
        let Messages { sent, on_the_way, by_hand, published, resent, .. } = self.messages;
        let lost = self.messages.lost_total();
        let mut wrong = self.broker_imbalances();
        if sent + by_hand != published + lost + resent + on_the_way {
            let ends = format!("{published} published + {lost} lost + {resent} sent again + {on_the_way} on the way");
            wrong.push(format!("{sent} sent and {by_hand} by hand, but {ends}"));
        }
        wrong
    }

    /// What does not add up from the exchange on.
    #[must_use]
    pub fn broker_imbalances(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let Messages { published, routed, unroutable, delayed, returned, rolled_back, .. } = self.messages;
        if published != routed + unroutable + delayed + returned + rolled_back {
            wrong.push(format!(
                "{published} published, but {routed} routed + {unroutable} unroutable + {delayed} delayed + {returned} returned + \
                 {rolled_back} rolled back"
            ));
        }
        // Every dead letter has a place, or is counted as one that has none.
        let total = self.total();
        let (dead, placed, unroutable) = (total.dead_lettered_total(), self.messages.dead_letters_routed, total.unroutable_dead_letters);
        let delayed = self.messages.dead_letters_delayed;
        if dead != placed + unroutable + delayed {
            wrong.push(format!("{dead} dead-lettered, but {placed} routed + {unroutable} unroutable + {delayed} delayed"));
        }
        if self.messages.delayed + delayed != self.messages.kept_by_exchanges {
            let (messages, kept) = (self.messages.delayed, self.messages.kept_by_exchanges);
            wrong.push(format!("{messages} messages and {delayed} dead letters delayed, but exchanges keep {kept}"));
        }
        for (name, copies) in self.queues.iter() {
            if copies.unroutable_dead_letters > copies.dead_lettered_total() {
                let (unroutable, dead) = (copies.unroutable_dead_letters, copies.dead_lettered_total());
                wrong.push(format!("{name}: {unroutable} unroutable dead letters of {dead} dead letters"));
            }
            if copies.lost_total() > copies.acknowledged + copies.auto_acknowledged {
                let (lost, handled) = (copies.lost_total(), copies.acknowledged + copies.auto_acknowledged);
                wrong.push(format!("{name}: {lost} lost of {handled} acknowledged"));
            }
            if let Some(reads) = copies.reads
                && reads.delivered != reads.total()
            {
                wrong.push(format!("{name}: {} delivered to readers, but {} accounted for", reads.delivered, reads.total()));
            }
            if !copies.is_balanced() {
                wrong.push(format!("{name}: {} arrived, but {} accounted for", copies.arrived, copies.accounted()));
            }
        }
        wrong
    }
}
