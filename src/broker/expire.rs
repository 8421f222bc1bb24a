//! What time does to a broker. Messages and queues expire, dead letters are tried again, deliveries are missed (sections G and H of the
//! rules).

use super::cause::{DeathReason, RequeueCause};
use super::channel::{Channel, Gone, Settlement};
use super::error::AmqpError;
use super::event::Event;
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::profile::TimeoutOwner;
use super::queue::ready::Entry;
use super::queue::settings::CONSUMER_TIMEOUT;
use super::queue::{Kind, Queue};
use super::value::Name;
use super::{Broker, turn};
use crate::base::SimTime;
use crate::base::ordered::{insert_once, sort_by_key};

/// How often a channel looks after its oldest delivery (rule 93).
const CHANNEL_TICK: SimTime = SimTime::from_secs(60);

/// When deliveries will not have been acknowledged in time, and who notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Missed {
    at: SimTime,
    by: Watch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Watch {
    /// It is closed for the delivery.
    Channel(ChannelId, u64),
    Queue(QueueId),
}

/// What a quorum queue takes back from a consumer, or of a message that was fetched.
struct TakenBack {
    channel: ChannelId,
    /// None: it was fetched.
    consumer: Option<ConsumerId>,
    consumer_tag: Option<Name>,
    deliveries: Vec<(u64, Entry)>,
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
            self.methods += 1;
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
                (_, Some(missed)) => self.deliveries_missed(now, missed.by),
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

    /// When deliveries are next missed (rules 93, 94).
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
        Some(Missed { at, by: Watch::Channel(channel, delivery_tag) })
    }

    /// An acknowledgement in an open transaction does not reach the queue. Where a single active consumer is late, the queue also looks when
    /// nothing new is. That consumer may have settled all the rest, and waits from then on.
    fn next_of_queue(&self, id: QueueId, queue: &Queue) -> Option<Missed> {
        let is_late = |id: ConsumerId| self.consumers.get(&id).is_some_and(|state| state.late.gets_nothing && !state.waits);
        let is_out = |channel: ChannelId, tag| self.channels.get(&channel).is_some_and(|state| state.unacked.is_out(tag));
        let at = if queue.settings.single_active_consumer && queue.consumers.ids().any(is_late) {
            queue.look_at
        } else {
            queue.held.iter().find(|held| is_out(held.channel, held.delivery_tag))?.due
        };
        Some(Missed { at, by: Watch::Queue(id) })
    }

    /// How long this queue lets a delivery wait, as it is set now.
    pub(super) fn timeout_of(&self, queue: QueueId) -> SimTime {
        self.queues.get(&queue).and_then(|queue| queue.settings.consumer_timeout).unwrap_or(CONSUMER_TIMEOUT)
    }

    fn deliveries_missed(&mut self, now: SimTime, by: Watch) {
        match by {
            Watch::Queue(id) => self.take_back_late(now, id),
            Watch::Channel(channel, delivery_tag) => {
                let Some(delivery) = self.channels.get(&channel).and_then(|state| state.unacked.get(delivery_tag)) else { return };
                let timeout = self.timeout_of(delivery.queue).as_millis();
                let Some(error) = self.timed_out(channel, &timeout.to_string()) else { return };
                self.fail_channel(now, channel, &error);
            }
        }
    }

    fn timed_out(&self, channel: ChannelId, timeout: &str) -> Option<AmqpError> {
        let number = self.channels.get(&channel)?.number;
        Some(AmqpError::precondition(format_args!(
            "delivery acknowledgement on channel {number} timed out. Timeout value used: {timeout} ms. This timeout value can be configured, \
             see consumers doc guide to learn more",
        )))
    }

    /// A quorum queue takes back everything that is out for too long, from all its consumers. Then it hands out again. A consumer that was
    /// too late gets nothing until it has settled that, too. Its client receives a cancellation, and the consumer stays. A channel is
    /// closed that has no such consumer, or a client without the capability (rule 94).
    fn take_back_late(&mut self, now: SimTime, id: QueueId) {
        let late = self.late_deliveries(now, id);
        let mut notices = Vec::new();
        for TakenBack { channel, consumer, consumer_tag, deliveries } in late {
            let count = u32::try_from(deliveries.len()).unwrap_or(u32::MAX);
            if let Some(queue) = self.queues.get_mut(&id) {
                queue.unacked -= deliveries.len();
            }
            for (delivery_tag, entry) in deliveries {
                self.give_back(now, id, channel, delivery_tag, entry, RequeueCause::TimedOut);
            }
            if let Some(consumer) = consumer {
                self.return_credit(id, Kind::Quorum, consumer, count);
            }
            notices.push((channel, consumer_tag));
        }
        let Some(queue) = self.queues.get_mut(&id) else { return };
        queue.forget_held(&self.channels);
        queue.look_at = queue.held.front().map_or(SimTime::MAX, |held| held.due);
        if queue.settings.single_active_consumer {
            for consumer in queue.consumers.ids() {
                let state = self.consumers.get_mut(&consumer);
                if let Some(state) = state.filter(|state| state.late.gets_nothing && state.unacked == 0) {
                    state.waits = true;
                }
            }
        }
        self.find_active(id);
        self.activate_next(id);
        // What goes to a channel that is closed for this is given to it, and no client sees it.
        let closed = self.tell_late(id, notices);
        self.dispatch(now, id);
        for channel in closed {
            self.end_channels(now, &[channel], RequeueCause::ChannelClosed);
        }
    }

    /// In the order in which a quorum queue goes through its consumers. For their channels they are out as before; the queue does not know
    /// their numbers any more.
    fn late_deliveries(&mut self, now: SimTime, id: QueueId) -> Vec<TakenBack> {
        let Some(queue) = self.queues.get(&id) else { return Vec::new() };
        let name = queue.name.clone();
        let due = queue.held.iter().take_while(|held| held.due <= now);
        let mut due: Vec<(ChannelId, u64, Option<ConsumerId>)> = due
            .filter_map(|held| {
                let delivery = self.channels.get(&held.channel)?.unacked.get(held.delivery_tag)?;
                delivery.gone.is_none().then_some((held.channel, held.delivery_tag, delivery.consumer))
            })
            .collect();
        // A message that was fetched has a separate consumer, whose tag is the number of the delivery.
        sort_by_key(&mut due, |(_, delivery_tag, consumer)| {
            let fetched = consumer.is_none();
            (fetched, *consumer, if fetched { delivery_tag.to_string() } else { String::new() }, *delivery_tag)
        });
        self.ids.queue += 1;
        self.ids.consumer += 1;
        let of_none = (QueueId(self.ids.queue), ConsumerId(self.ids.consumer));
        let mut late: Vec<TakenBack> = Vec::new();
        for (channel, delivery_tag, consumer) in due {
            let state = consumer.and_then(|consumer| self.consumers.get_mut(&consumer));
            let consumer_tag = state.as_ref().map(|state| state.tag.clone());
            let Some(delivery) = self.channels.get_mut(&channel).and_then(|state| state.unacked.get_mut(delivery_tag)) else { continue };
            if let Some(state) = state {
                state.late.gets_nothing = true;
                state.late.numbers.push(delivery.number);
            }
            delivery.gone = Some(Box::new(Gone { queue: name.clone(), consumer_tag: consumer_tag.clone(), number: delivery.number }));
            (delivery.queue, delivery.consumer) = (of_none.0, consumer.map(|_| of_none.1));
            let taken = (delivery_tag, delivery.entry.clone());
            match late.last_mut().filter(|last| consumer.is_some() && last.consumer == consumer) {
                Some(last) => last.deliveries.push(taken),
                None => late.push(TakenBack { channel, consumer, consumer_tag, deliveries: vec![taken] }),
            }
        }
        late
    }

    /// Tells the channels, the last consumer first, as RabbitMQ does. A channel looks for a consumer of that tag, and not at its queue.
    /// The channels that are closed instead.
    fn tell_late(&mut self, id: QueueId, notices: Vec<(ChannelId, Option<Name>)>) -> Vec<ChannelId> {
        let mut closed = Vec::new();
        let Some(name) = self.queues.get(&id).map(|queue| queue.name.clone()) else { return closed };
        for (channel, consumer_tag) in notices.into_iter().rev() {
            if closed.contains(&channel) {
                continue;
            }
            let can_be_told = self.can_be_told(channel);
            let is_known = |tag: &Name| can_be_told && self.channels.get(&channel).is_some_and(|state| state.consumers.contains_key(tag));
            if let Some(tag) = consumer_tag.filter(is_known) {
                self.tell_cancelled(channel, tag, name.clone(), true);
            } else if let Some(AmqpError::Refused { code, text }) = self.timed_out(channel, "-1") {
                self.events.push(Event::ChannelClosed { channel, code, text }); // a queue does not say how long it waited
                insert_once(&mut closed, channel);
            }
        }
        closed
    }

    /// Of what a consumer was too late with, these numbers are settled now. It goes on when that was the last of it (rule 94). The consumer,
    /// if it was late.
    pub(super) fn settle_late(&mut self, id: QueueId, channel: ChannelId, tag: &Name, numbers: &[u64]) -> Option<ConsumerId> {
        let state = self.channels.get(&channel)?;
        let is_of_queue = |consumer: &&ConsumerId| self.consumers.get(consumer).is_some_and(|known| known.queue == id && known.tag == *tag);
        let known = state.consumers.get(tag).into_iter().chain(&state.cancelled).find(is_of_queue);
        let consumer_id = *known?;
        let consumer = self.consumers.get_mut(&consumer_id).filter(|consumer| consumer.late.gets_nothing)?;
        consumer.late.numbers.retain(|number| !numbers.contains(number));
        if consumer.late.numbers.is_empty() {
            consumer.late.gets_nothing = false;
            if consumer.waits {
                turn::wait(self.queues.get_mut(&id)?, consumer_id, consumer, self.profile.rules());
            }
            self.find_active(id);
        }
        Some(consumer_id)
    }

    /// A consumer has settled what it was too late with, and nothing else.
    pub(super) fn go_on_late(&mut self, now: SimTime, id: QueueId, consumer_id: ConsumerId, how: Settlement) {
        let Some(consumer) = self.consumers.get_mut(&consumer_id) else { return };
        if consumer.waits {
            if consumer.late.gets_nothing {
                return;
            }
        } else if matches!(how, Settlement::Requeue(_)) {
            // RabbitMQ does not queue a consumer that gives back what was taken from it. It keeps a place that it still has.
            consumer.late.overlooked = !consumer.queued;
        } else {
            self.rejoin(id, consumer_id);
        }
        self.activate_next(id);
        self.dispatch(now, id);
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
