//! What time does to a broker: messages and queues expire, dead letters are tried again, deliveries are missed
//! (sections G and H of the rules).

use super::Broker;
use super::cause::{DeathReason, RequeueCause};
use super::channel::{Channel, Settlement};
use super::error::AmqpError;
use super::ids::{ChannelId, QueueId};
use super::profile::TimeoutOwner;
use super::queue::settings::CONSUMER_TIMEOUT;
use super::queue::{Held, Queue};
use crate::base::SimTime;

/// How often a channel looks after its oldest delivery (rule 93).
const CHANNEL_TICK: SimTime = SimTime::from_secs(60);

/// A delivery that will not have been acknowledged in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Missed {
    at: SimTime,
    channel: ChannelId,
    delivery_tag: u64,
}

impl Broker {
    /// The next moment something happens by itself. [`expire`](Self::expire) must be called then, before anything else.
    #[must_use]
    pub fn next_deadline(&self) -> Option<SimTime> {
        let queues = self.deadlines.values().min().copied();
        [queues, self.next_timeout().map(|missed| missed.at), self.delays.next_due()].into_iter().flatten().min()
    }

    /// Lets everything happen that is due by now, in the order of its deadlines.
    pub fn expire(&mut self, now: SimTime) {
        loop {
            let queue = self.deadlines.iter().map(|(id, due)| (*due, *id)).min().filter(|(due, _)| *due <= now);
            let missed = self.next_timeout().filter(|missed| missed.at <= now);
            let others = queue.map(|(due, _)| due).into_iter().chain(missed.map(|missed| missed.at)).min();
            if self.delays.next_due().is_some_and(|due| due <= now && others.is_none_or(|other| due < other)) {
                self.delay_over(now);
                self.publish_dead_letters(now);
                continue;
            }
            match (queue, missed) {
                (Some((due, id)), missed) if missed.is_none_or(|missed| due <= missed.at) => self.queue_due(now, id),
                (_, Some(missed)) => self.delivery_missed(now, missed),
                (_, None) => {
                    self.clock = now;
                    return;
                }
            }
            self.publish_dead_letters(now);
        }
    }

    fn queue_due(&mut self, now: SimTime, id: QueueId) {
        let Some(queue) = self.queues.get_mut(&id) else {
            self.deadlines.remove(&id);
            return;
        };
        if queue.consumers.is_empty() && queue.settings.expires.is_some_and(|period| queue.used_at + period <= now) {
            self.delete_queue(id); // rule 101
            return;
        }
        self.retain(now, id);
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if let Some(messages) = queue.messages.quorum_mut() {
            messages.end_delays(now);
            let pending_due = messages.pending_retry_at.is_some_and(|at| at <= now);
            self.enforce_limit(id);
            if pending_due {
                self.try_pending(now, id, super::publish::Tries::All);
            }
        }
        self.drop_expired(now, id);
        self.dispatch(now, id);
    }

    /// The delivery that is next to be missed, and when (rules 93, 94).
    fn next_timeout(&self) -> Option<Missed> {
        let missed = match self.profile.rules().timeout_owner {
            TimeoutOwner::Channel => self.channels.iter().filter_map(|(id, channel)| self.next_of_channel(*id, channel)).min(),
            TimeoutOwner::Queue => self.queues.iter().filter_map(|(id, queue)| self.next_of_queue(*id, queue)).min(),
        };
        missed.filter(|missed| missed.at < SimTime::MAX)
    }

    /// Looked at on the channel's ticks only; the oldest must be strictly older.
    fn next_of_channel(&self, channel: ChannelId, state: &Channel) -> Option<Missed> {
        let (delivery_tag, oldest) = state.unacked.open().next()?;
        let missed = std::cmp::max(oldest.delivered_at + self.timeout_of(oldest.queue), self.clock);
        let ticks = (missed - state.opened_at).as_micros() / CHANNEL_TICK.as_micros() + 1;
        let at = state.opened_at + SimTime::from_micros(ticks.saturating_mul(CHANNEL_TICK.as_micros()));
        Some(Missed { at, channel, delivery_tag })
    }

    /// All deliveries of a queue have the same time: only its oldest can be the next.
    fn next_of_queue(&self, id: QueueId, queue: &Queue) -> Option<Missed> {
        let open = |held: &&Held| {
            let delivery = self.channels.get(&held.channel).and_then(|channel| channel.unacked.get(held.delivery_tag));
            delivery.is_some_and(|delivery| !delivery.settled && delivery.gone.is_none())
        };
        let Held { since, channel, delivery_tag } = *queue.held.iter().find(open)?;
        Some(Missed { at: since + self.timeout_of(id), channel, delivery_tag })
    }

    fn timeout_of(&self, queue: QueueId) -> SimTime {
        self.queues.get(&queue).and_then(|queue| queue.settings.consumer_timeout).unwrap_or(CONSUMER_TIMEOUT)
    }

    fn delivery_missed(&mut self, now: SimTime, missed: Missed) {
        let Missed { channel, delivery_tag, .. } = missed;
        let Some(state) = self.channels.get_mut(&channel) else { return };
        let (number, connection) = (state.number, state.connection);
        let Some(delivery) = state.unacked.get_mut(delivery_tag) else { return };
        let (queue, consumer) = (delivery.queue, delivery.consumer);
        let error = AmqpError::precondition(format_args!(
            "delivery acknowledgement on channel {number} timed out. Timeout value used: {} ms. This timeout value can be configured, see \
             consumers doc guide to learn more",
            self.timeout_of(queue).as_millis()
        ));
        let can_be_told = self.connections.get(&connection).is_some_and(|state| state.capabilities.consumer_cancel_notify);
        let consumer = consumer.filter(|_| can_be_told && self.profile.rules().timeout_owner == TimeoutOwner::Queue);
        let Some(consumer) = consumer else {
            self.fail_channel(now, channel, &error);
            return;
        };
        if let Some((queue, channel, tag)) = self.stop_consumer(now, consumer)
            && let Some(queue) = self.queues.get(&queue)
        {
            let name = queue.name.clone();
            self.tell_cancelled(channel, tag, name);
        }
        self.settle_all(now, channel, &[delivery_tag], Settlement::Requeue(RequeueCause::TimedOut));
    }

    /// Rule 96: only from the head, and only what is ready.
    pub(super) fn drop_expired(&mut self, now: SimTime, id: QueueId) {
        while let Some(queue) = self.queues.get_mut(&id) {
            let Some(entry) = queue.messages.pop_expired(now) else {
                queue.messages.start_expiry_timer(now);
                return;
            };
            self.die(id, entry, DeathReason::Expired);
        }
    }

    /// A quorum queue looks after its heads before it hands anything out. A classic one leaves that to its timer (rule 97).
    pub(super) fn drop_expired_first(&mut self, now: SimTime, id: QueueId) {
        if !self.is_classic(id) {
            self.drop_expired(now, id);
        }
    }

    /// Called after every change to a queue.
    pub(super) fn refresh_deadline(&mut self, id: QueueId) {
        match self.queues.get(&id).and_then(|queue| queue.next_deadline()) {
            Some(at) => {
                self.deadlines.insert(id, at);
            }
            None if self.deadlines.is_empty() => {}
            None => {
                self.deadlines.remove(&id);
            }
        }
    }
}
