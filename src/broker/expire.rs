//! What time does to a broker. Messages and queues expire, dead letters are tried again, deliveries are missed (sections G and H of the
//! rules).

use super::cause::{DeathReason, RequeueCause};
use super::channel::{Channel, ConsumerState, Gone, Settlement};
use super::error::AmqpError;
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::profile::TimeoutOwner;
use super::queue::settings::CONSUMER_TIMEOUT;
use super::queue::{Held, Queue};
use super::{Broker, turn};
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
        let of_queue = self.profile.rules().timeout_owner == TimeoutOwner::Queue;
        if of_queue {
            let can_be_told = self.connections.get(&connection).is_some_and(|state| state.capabilities.consumer_cancel_notify);
            let is_known =
                |consumer: &ConsumerId| self.consumers.get(consumer).is_some_and(|state| state.state != ConsumerState::Cancelled);
            if let Some(consumer) = consumer.filter(|consumer| can_be_told && is_known(consumer)) {
                self.take_back(now, queue, consumer);
                return;
            }
            self.settle_all(now, channel, &[delivery_tag], Settlement::Requeue(RequeueCause::TimedOut));
        }
        // A queue does not say how long it waited.
        let timeout = if of_queue { "-1".to_owned() } else { self.timeout_of(queue).as_millis().to_string() };
        let error = AmqpError::precondition(format_args!(
            "delivery acknowledgement on channel {number} timed out. Timeout value used: {timeout} ms. This timeout value can be configured, \
             see consumers doc guide to learn more",
        ));
        self.fail_channel(now, channel, &error);
    }

    /// A quorum queue takes back everything that a consumer is too late with. It gives the consumer no more until that is settled, too.
    /// The client receives a cancellation, and the consumer stays (rule 94).
    fn take_back(&mut self, now: SimTime, id: QueueId, consumer_id: ConsumerId) {
        let timeout = self.timeout_of(id);
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let Some(consumer) = self.consumers.get_mut(&consumer_id) else { return };
        let (channel_id, tag, name) = (consumer.channel, consumer.tag.clone(), queue.name.clone());
        let Some(channel) = self.channels.get_mut(&channel_id) else { return };
        // For the channel it is out as before; the queue does not know its number any more.
        self.ids.queue += 1;
        self.ids.consumer += 1;
        let of_none = (QueueId(self.ids.queue), ConsumerId(self.ids.consumer));
        let mut deliveries = Vec::new();
        for held in queue.held.iter().filter(|held| held.channel == channel_id && held.since + timeout <= now) {
            let Some(delivery) = channel.unacked.get_mut(held.delivery_tag) else { continue };
            if delivery.consumer == Some(consumer_id) && delivery.queue == id && !delivery.settled {
                consumer.late.push(delivery.number);
                delivery.gone = Some(Box::new(Gone { queue: name.clone(), consumer_tag: Some(tag.clone()), number: delivery.number }));
                (delivery.queue, delivery.consumer) = (of_none.0, Some(of_none.1));
                deliveries.push((held.delivery_tag, delivery.entry.clone()));
            }
        }
        let count = u32::try_from(deliveries.len()).unwrap_or(u32::MAX);
        let alone = queue.settings.single_active_consumer;
        consumer.state = if alone && consumer.unacked == count { ConsumerState::Waiting } else { ConsumerState::Late };
        queue.consumers.active = queue.consumers.active.filter(|active| *active != consumer_id);
        self.tell_cancelled(channel_id, tag, name, true);
        self.activate_next(id);
        let how = Settlement::Requeue(RequeueCause::TimedOut);
        self.settle_group(now, channel_id, (id, Some(consumer_id)), how, &mut deliveries.into_iter(), count);
    }

    /// Whether this settles what its queue has taken back. The consumer goes on when that was the last of it (rule 94).
    pub(super) fn settle_late(&mut self, now: SimTime, id: QueueId, channel: ChannelId, gone: &Gone, how: Settlement) -> bool {
        let consumers = self.channels.get(&channel).map(|state| &state.consumers);
        let Some(&late) = gone.consumer_tag.as_ref().and_then(|tag| consumers?.get(tag)) else { return false };
        let (Some(queue), Some(consumer)) = (self.queues.get_mut(&id), self.consumers.get_mut(&late)) else { return false };
        let Some(index) = consumer.late.iter().position(|number| consumer.queue == id && *number == gone.number) else { return false };
        consumer.late.swap_remove(index);
        if consumer.late.is_empty() {
            if queue.settings.single_active_consumer {
                turn::wait(queue, late, consumer, self.profile.rules());
                self.activate_next(id);
            } else if !matches!(how, Settlement::Requeue(_)) {
                // RabbitMQ forgets to queue a consumer that gives back what was taken from it.
                consumer.state = ConsumerState::Up;
                turn::join(queue, late, consumer);
            }
            self.dispatch(now, id);
        }
        true
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
