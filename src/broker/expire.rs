//! What time does to a broker: messages and queues expire, dead letters are tried again, deliveries are missed
//! (sections G and H of the rules).

use super::Broker;
use super::channel::{ChannelId, Settlement};
use super::dead_letter::DeathReason;
use super::error::AmqpError;
use super::event::RequeueCause;
use super::profile::TimeoutOwner;
use super::queue::settings::CONSUMER_TIMEOUT;
use super::queue::{Kind, QueueId};
use super::time::SimTime;

/// How often a channel looks after its oldest delivery (rule 93).
const CHANNEL_TICK: SimTime = SimTime::from_secs(60);

impl Broker {
    /// The next moment something happens by itself. [`expire`](Self::expire) must be called then, before anything else.
    #[must_use]
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.deadlines.values().min().copied().into_iter().chain(self.next_timeout().map(|(at, _)| at)).min()
    }

    /// Lets everything happen that is due by now, in the order of its deadlines.
    pub fn expire(&mut self, now: SimTime) {
        loop {
            let queue = self.deadlines.iter().map(|(id, due)| (*due, *id)).min().filter(|(due, _)| *due <= now);
            let timeout = self.next_timeout().filter(|(due, _)| *due <= now);
            match (queue, timeout) {
                (Some((queue_due, id)), timeout) if timeout.is_none_or(|(due, _)| queue_due <= due) => self.queue_due(now, id),
                (_, Some((_, channel))) => self.delivery_missed(now, channel),
                (_, None) => return,
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
        if let Some(messages) = queue.messages.quorum_mut() {
            messages.end_delays(now);
            let pending_due = messages.pending_retry_at.is_some_and(|at| at <= now);
            self.enforce_limit(id);
            if pending_due {
                self.try_pending(now, id);
            }
        }
        self.dispatch(now, id);
    }

    /// The channel whose oldest delivery is next to be missed, and when (rules 93, 94).
    fn next_timeout(&self) -> Option<(SimTime, ChannelId)> {
        let owner = self.profile.rules().timeout_owner;
        let due = |id: ChannelId, channel: &super::channel::Channel| {
            let oldest = match owner {
                TimeoutOwner::Channel => channel.unacked.front(),
                TimeoutOwner::Queue => channel.unacked.values().find(|delivery| self.is_quorum(delivery.queue)),
            }?;
            let timeout = self.queues.get(&oldest.queue).and_then(|queue| queue.settings.consumer_timeout).unwrap_or(CONSUMER_TIMEOUT);
            let missed = oldest.delivered_at + timeout;
            let at = match owner {
                // Looked at on the channel's ticks only, and it must be strictly older.
                TimeoutOwner::Channel => {
                    let ticks = (missed - channel.opened_at).as_micros() / CHANNEL_TICK.as_micros() + 1;
                    channel.opened_at + SimTime::from_micros(ticks * CHANNEL_TICK.as_micros())
                }
                TimeoutOwner::Queue => missed,
            };
            Some((at, id))
        };
        self.channels.iter().filter_map(|(id, channel)| due(*id, channel)).min()
    }

    fn is_quorum(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_some_and(|queue| queue.messages.kind() == Kind::Quorum)
    }

    fn delivery_missed(&mut self, now: SimTime, channel: ChannelId) {
        let state = &self.channels[&channel];
        let (number, connection) = (state.number, state.connection);
        let timed_out = |millis: u64| {
            AmqpError::precondition(format_args!(
                "delivery acknowledgement on channel {number} timed out. Timeout value used: {millis} ms. This timeout value can be \
                 configured, see consumers doc guide to learn more"
            ))
        };
        let timeout_of =
            |queue: QueueId| self.queues.get(&queue).and_then(|queue| queue.settings.consumer_timeout).unwrap_or(CONSUMER_TIMEOUT);
        match self.profile.rules().timeout_owner {
            TimeoutOwner::Channel => {
                let Some(oldest) = state.unacked.front() else { return };
                let error = timed_out(timeout_of(oldest.queue).as_millis());
                self.fail_channel(now, channel, &error);
            }
            TimeoutOwner::Queue => {
                let missed = state.unacked.iter().find(|(_, delivery)| self.is_quorum(delivery.queue));
                let Some((tag, delivery)) = missed else { return };
                let (queue, consumer) = (delivery.queue, delivery.consumer);
                let can_be_told = self.connections.get(&connection).is_some_and(|state| state.capabilities.consumer_cancel_notify);
                let error = timed_out(timeout_of(queue).as_millis());
                let Some(consumer) = consumer.filter(|_| can_be_told) else {
                    self.fail_channel(now, channel, &error);
                    return;
                };
                if let Some(state) = self.consumers.remove(&consumer) {
                    let Some(queue) = self.queues.get_mut(&state.queue) else { return };
                    queue.consumers.remove(consumer);
                    queue.used_at = now;
                    if queue.settings.single_active_consumer {
                        queue.consumers.choose_active();
                    }
                    let name = queue.name.clone();
                    self.cancel_by_server(*state, name);
                }
                self.settle_all(now, channel, &[tag], Settlement::Requeue(RequeueCause::TimedOut));
            }
        }
    }

    /// Rule 96: only from the head, and only what is ready.
    pub(super) fn drop_expired(&mut self, now: SimTime, id: QueueId) {
        while let Some(entry) = self.queues.get_mut(&id).and_then(|queue| queue.messages.pop_expired(now)) {
            self.die(id, entry, DeathReason::Expired);
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
