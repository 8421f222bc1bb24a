//! Handing out: who gets the next message, what a delivery takes and a settlement gives back (rules 61 to 86).

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use super::Broker;
use super::channel::{Channel, Consumer, ConsumerState, Unacked};
use super::event::{Delivered, Event};
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::message::Message;
use super::profile::{ConsumerKeys, Rules};
use super::queue::consumers::{Waiting, WaitingOrder};
use super::queue::quorum;
use super::queue::ready::Entry;
use super::queue::{Kind, Queue};
use super::value::Value;
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, sort_by};

/// Consumers of a quorum queue that do not acknowledge. Their channels settle for them: so many deliveries with one command.
#[derive(Clone, Debug, Default)]
struct Unasked(VecDeque<(ConsumerId, u32)>);

/// What channels will settle for such consumers. They do so when the method at hand is done (rule 75).
#[derive(Clone, Debug, Default)]
pub(super) struct UnaskedLater {
    waits: bool,
    queues: Vec<(QueueId, Unasked)>,
}

impl UnaskedLater {
    fn of(&mut self, id: QueueId) -> &mut Unasked {
        let place = self.queues.iter().position(|(other, _)| *other == id).unwrap_or_else(|| {
            self.queues.push((id, Unasked::default()));
            self.queues.len() - 1
        });
        &mut self.queues[place].1
    }
}

impl Unasked {
    fn add(&mut self, served: Vec<ConsumerId>) {
        for consumer in served {
            match self.0.back_mut().filter(|(last, _)| *last == consumer) {
                Some((_, count)) => *count += 1,
                None => self.0.push_back((consumer, 1)),
            }
        }
    }
}

impl Broker {
    /// The consumer that takes the message at hand. Those that cannot take it leave the turn (rules 68, 69).
    pub(super) fn next_consumer(&mut self, id: QueueId) -> Option<ConsumerId> {
        if self.is_recorded {
            return None;
        }
        let queue = self.queues.get_mut(&id)?;
        match queue.messages.kind() {
            Kind::Classic => next_of_classic(queue, &self.consumers, &self.channels),
            Kind::Quorum => next_of_quorum(queue, &mut self.consumers),
            Kind::Stream => None,
        }
    }

    /// Hands out ready messages for as long as there is a consumer that can take them (rule 62).
    pub(super) fn dispatch(&mut self, now: SimTime, id: QueueId) {
        let Some(queue) = self.queues.get(&id) else { return };
        let kind = queue.messages.kind();
        // A quorum queue looks after its heads before it hands anything out. A classic one leaves that to its timer (rule 97).
        if kind != Kind::Classic {
            self.drop_expired(now, id);
        }
        match kind {
            Kind::Classic => self.dispatch_classic(now, id),
            Kind::Quorum => self.dispatch_quorum(now, id),
            Kind::Stream => self.dispatch_stream(now, id),
        }
        self.refresh_deadline(id);
    }

    fn dispatch_classic(&mut self, now: SimTime, id: QueueId) {
        // An empty queue offers nothing: a consumer whose window is full keeps its place in the turn (rule 68).
        while self.queues.get(&id).is_some_and(|queue| !queue.messages.is_empty())
            && let Some(consumer) = self.next_consumer(id)
            && let Some(entry) = self.queues.get_mut(&id).and_then(|queue| queue.messages.pop_front())
        {
            self.deliver(now, id, consumer, entry, false);
            self.drop_expired(now, id);
        }
    }

    /// What one command of a quorum queue hands out reaches the channels consumer by consumer. The limit comes after (rule 103). Then the
    /// channels settle for the consumers that do not acknowledge, each with a separate command (rule 75).
    fn dispatch_quorum(&mut self, now: SimTime, id: QueueId) {
        let served = self.hand_out(now, id);
        if served.is_empty() {
            return;
        }
        if self.unasked.waits {
            self.unasked.of(id).add(served);
            return;
        }
        let mut unasked = Unasked::default();
        unasked.add(served);
        self.settle_all_unasked(now, id, unasked);
    }

    /// A method may be several commands to a queue. Channels settle for consumers that do not acknowledge behind all of them.
    pub(super) fn with_unasked_later<T>(&mut self, now: SimTime, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.unasked.waits {
            return work(self);
        }
        self.unasked.waits = true;
        let done = work(self);
        self.unasked.waits = false;
        for (queue, unasked) in std::mem::take(&mut self.unasked.queues) {
            self.settle_all_unasked(now, queue, unasked);
        }
        done
    }

    fn settle_all_unasked(&mut self, now: SimTime, id: QueueId, mut unasked: Unasked) {
        while let Some((consumer, count)) = unasked.0.pop_front() {
            self.settle_unasked(id, consumer, count);
            unasked.add(self.hand_out(now, id));
        }
        self.refresh_deadline(id);
    }

    /// One command's worth. The consumers without acknowledgements that were served, once for each delivery.
    fn hand_out(&mut self, now: SimTime, id: QueueId) -> Vec<ConsumerId> {
        let mut handed_out: Vec<(ConsumerId, Entry)> = Vec::new();
        loop {
            let Some(queue) = self.queues.get_mut(&id) else { return Vec::new() };
            forget_front(queue, &mut self.consumers);
            if queue.messages.is_empty() {
                break;
            }
            let Some(consumer) = self.next_consumer(id) else { break };
            let Some(entry) = self.queues.get_mut(&id).and_then(|queue| queue.messages.pop_front()) else { break };
            self.take_credit(id, consumer);
            handed_out.push((consumer, entry));
            self.drop_expired(now, id);
        }
        if handed_out.windows(2).any(|pair| pair[0].0 != pair[1].0) {
            sort_by(&mut handed_out, |(one, _), (other, _)| self.compare_keys(*one, *other));
        }
        let mut unasked = Vec::new();
        for (consumer, entry) in handed_out {
            if self.hand_over(now, id, consumer, entry, false) {
                unasked.push(consumer);
            }
        }
        self.enforce_limit(id);
        unasked
    }

    /// A quorum queue knows no consumer without acknowledgements: the channel settles what it was given (rule 75).
    fn settle_unasked(&mut self, id: QueueId, consumer_id: ConsumerId, count: u32) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let Some(consumer) = self.consumers.get_mut(&consumer_id) else { return };
        if let Some(credit) = &mut consumer.credit {
            *credit = (*credit + count).min(u32::from(consumer.prefetch));
        }
        join(queue, consumer_id, consumer);
    }

    /// The order in which a quorum queue walks through its consumers (rules 67, 135).
    pub(super) fn compare_keys(&self, one: ConsumerId, other: ConsumerId) -> Ordering {
        match self.profile.rules().consumer_keys {
            ConsumerKeys::Arrival => {
                let key = |consumer: ConsumerId| self.consumers.get(&consumer).map(|state| state.key);
                key(one).cmp(&key(other))
            }
            ConsumerKeys::Tag => {
                let key = |consumer: ConsumerId| self.consumers.get(&consumer).map(|state| (&state.tag, state.channel));
                key(one).cmp(&key(other))
            }
        }
    }

    /// A message goes to a consumer that [`next_consumer`](Self::next_consumer) has chosen.
    pub(super) fn deliver(&mut self, now: SimTime, id: QueueId, consumer: ConsumerId, entry: Entry, direct: bool) {
        self.take_credit(id, consumer);
        if !self.hand_over(now, id, consumer, entry, direct) {
            return;
        }
        if self.unasked.waits {
            self.unasked.of(id).add(vec![consumer]);
            return;
        }
        self.settle_unasked(id, consumer, 1);
        self.dispatch_quorum(now, id);
    }

    /// The consumer was served: it has less credit, and another is next.
    fn take_credit(&mut self, id: QueueId, consumer_id: ConsumerId) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let consumer = self.consumers.get_mut(&consumer_id).expect("next_consumer chose it, and gives the turn to live consumers alone");
        if let Some(credit) = &mut consumer.credit {
            *credit -= 1;
        }
        match queue.messages.kind() {
            Kind::Classic => {
                let channel = self.channels.get_mut(&consumer.channel).expect("to close a channel ends its consumers first");
                if channel.prefetch_channel > 0 && !consumer.no_ack {
                    channel.volume += 1;
                }
                if !queue.settings.single_active_consumer {
                    queue.consumers.rotate();
                }
            }
            Kind::Quorum => {
                if consumer.has_credit() {
                    queue.consumers.rotate();
                } else {
                    queue.consumers.pop_front();
                    consumer.queued = false;
                }
            }
            Kind::Stream => {}
        }
    }

    /// The message reaches the channel. Whether that settles it for a consumer of a quorum queue, which knows none without
    /// acknowledgements (rule 75).
    pub(super) fn hand_over(&mut self, now: SimTime, id: QueueId, consumer_id: ConsumerId, entry: Entry, direct: bool) -> bool {
        let Some(queue) = self.queues.get_mut(&id) else { return false };
        let kind = queue.messages.kind();
        let consumer = self.consumers.get_mut(&consumer_id).expect("it was alive when it got the turn, and no method was applied since");
        let channel = self.channels.get_mut(&consumer.channel).expect("to close a channel ends its consumers first");
        let delivery_tag = channel.take_delivery_tag();
        self.events.push(Event::Delivered(Delivered {
            queue: queue.name.clone(),
            channel: consumer.channel,
            consumer_tag: consumer.tag.clone(),
            delivery_tag,
            message: as_delivered(queue, &entry, self.profile.rules()),
            redelivered: entry.redelivered() && !(direct && kind == Kind::Classic), // rule 139
            no_ack: consumer.no_ack,
            direct,
            offset: queue.messages.stream().map(|_| entry.sequence),
        }));
        if consumer.no_ack {
            if direct && kind == Kind::Classic {
                queue.sequence_next -= 1; // what never stands in a classic queue takes no number there (rule 155)
            }
            return kind == Kind::Quorum;
        }
        let number = match kind {
            Kind::Classic | Kind::Stream => entry.sequence,
            Kind::Quorum => consumer.given,
        };
        consumer.given += 1;
        consumer.unacked += 1;
        queue.unacked += 1;
        queue.note_held(now + consumer.timeout, consumer.channel, delivery_tag, self.profile.rules());
        let consumer = Some(consumer_id);
        let delivery = Unacked { queue: id, consumer, delivered_at: now, settled: false, number, gone: None, entry };
        channel.unacked.push(delivery_tag, delivery);
        false
    }

    /// Deliveries of a consumer were settled: it has credit again, and may stand in the turn again (rules 68, 74).
    /// Whether consumers of a classic queue that were blocked no longer are.
    pub(super) fn return_credit(&mut self, id: QueueId, kind: Kind, consumer_id: ConsumerId, count: u32) -> bool {
        let Some(consumer) = self.consumers.get_mut(&consumer_id) else { return false };
        consumer.unacked -= count;
        if consumer.state == ConsumerState::Cancelled {
            if consumer.unacked == 0 {
                self.forget_consumer(consumer_id);
            }
            return false;
        }
        match kind {
            Kind::Stream => {
                self.give_credit(id, consumer_id, count);
                false
            }
            Kind::Classic => {
                let channel = consumer.channel;
                let Some(credit) = &mut consumer.credit else { return false };
                let was_empty = *credit == 0;
                *credit += count; // to more than the prefetch, where an earlier consumer of the tag had held it (rule 81)
                was_empty && self.queues.get_mut(&id).is_some_and(|queue| unblock(queue, channel, &self.consumers))
            }
            Kind::Quorum => {
                if let Some(credit) = &mut consumer.credit {
                    *credit = (*credit + count).min(u32::from(consumer.prefetch));
                }
                self.rejoin(id, consumer_id);
                false
            }
        }
    }

    /// Something of this consumer was settled. It stands in the turn again, or it yields (rule 84).
    pub(super) fn rejoin(&mut self, id: QueueId, consumer_id: ConsumerId) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let Some(consumer) = self.consumers.get_mut(&consumer_id) else { return };
        if consumer.state != ConsumerState::Quiescing || consumer.late.gets_nothing || consumer.unacked > 0 {
            join(queue, consumer_id, consumer);
            return;
        }
        consumer.state = ConsumerState::Up;
        wait(queue, consumer_id, consumer, self.profile.rules());
        self.find_active(id);
    }

    /// The single active consumer of a quorum queue is the first that does not wait and is not late. There may be two. RabbitMQ serves one
    /// that was late again, beside the one that came in its place (rule 94).
    pub(super) fn find_active(&mut self, id: QueueId) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if !queue.settings.single_active_consumer || queue.messages.kind() != Kind::Quorum {
            return;
        }
        let is_active = |id: &ConsumerId| {
            let state = self.consumers.get(id);
            state.is_some_and(|state| !state.waits && !state.late.gets_nothing && state.state != ConsumerState::Stuck)
        };
        queue.consumers.active = queue.consumers.ids().filter(is_active).min();
    }

    /// A reader of a stream may be given so many more (rules 162, 164).
    pub(super) fn give_credit(&mut self, id: QueueId, reader: ConsumerId, count: u32) {
        let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.stream_mut()) else { return };
        let Some(consumer) = self.consumers.get_mut(&reader) else { return };
        let credit = messages.repay(reader, count);
        consumer.credit = Some(consumer.credit.unwrap_or(0).saturating_add(credit));
    }

    /// A cancelled consumer holds nothing any more.
    pub(super) fn forget_consumer(&mut self, consumer: ConsumerId) {
        let Some(state) = self.consumers.remove(&consumer) else { return };
        if let Some(channel) = self.channels.get_mut(&state.channel) {
            channel.cancelled.retain(|other| *other != consumer);
        }
        let Some(queue) = self.queues.get_mut(&state.queue) else { return };
        if !state.queued {
            return;
        }
        match self.profile.rules().consumer_keys {
            ConsumerKeys::Tag => queue.consumers.remember_place(consumer, state.channel, state.tag),
            ConsumerKeys::Arrival => queue.consumers.leave(consumer),
        }
    }

    /// The single active consumer of a quorum queue is chosen, or yields to a better one (rules 83 to 85).
    pub(super) fn activate_next(&mut self, id: QueueId) {
        let rules = self.profile.rules();
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if !queue.settings.single_active_consumer || queue.messages.kind() != Kind::Quorum {
            return;
        }
        let Some(next) = queue.consumers.next_waiting() else { return };
        if let Some(active_id) = queue.consumers.active {
            let Some(active) = self.consumers.get_mut(&active_id) else { return };
            if !rules.single_active_preempts || next.priority <= active.priority {
                return;
            }
            if active.unacked > 0 {
                active.state = ConsumerState::Quiescing;
                return;
            }
            queue.consumers.activate_first();
            wait(queue, active_id, active, rules);
        } else {
            queue.consumers.activate_first();
            if let Some(earlier) = self.held_before(next.consumer) {
                self.stick(id, next.consumer, earlier);
                return;
            }
        }
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if let Some(consumer) = self.consumers.get_mut(&next.consumer) {
            consumer.waits = false;
            join(queue, next.consumer, consumer);
        }
        self.find_active(id);
    }

    /// The cancelled consumer of the same tag that still holds deliveries.
    fn held_before(&self, consumer: ConsumerId) -> Option<ConsumerId> {
        let state = self.consumers.get(&consumer).filter(|state| state.key != consumer)?;
        let cancelled = &self.channels.get(&state.channel)?.cancelled;
        cancelled.iter().copied().find(|other| self.consumers.get(other).is_some_and(|other| other.key == state.key))
    }

    /// RabbitMQ gives a consumer whose turn comes the state of its earlier one, and that is cancelled. No consumer is active then. This one
    /// gets nothing until it is cancelled and started again (rule 84).
    fn stick(&mut self, id: QueueId, consumer: ConsumerId, earlier: ConsumerId) {
        let Some(new) = self.consumers.remove(&consumer) else { return };
        let Some(queue) = self.queues.get_mut(&id) else { return };
        queue.consumers.replace(consumer, earlier);
        if let Some(channel) = self.channels.get_mut(&new.channel) {
            channel.cancelled.retain(|other| *other != earlier);
            channel.consumers.insert(new.tag.clone(), earlier);
        }
        if let Some(state) = self.consumers.get_mut(&earlier) {
            let (unacked, given, key, queued) = (state.unacked, state.given, state.key, state.queued);
            let late = std::mem::take(&mut state.late);
            **state = Consumer { unacked, given, key, queued, late, waits: false, state: ConsumerState::Stuck, ..*new };
        }
        self.find_active(id);
    }

    /// The channel's window has room again, or another size: queues that it had stopped go on.
    pub(super) fn resume_channel(&mut self, now: SimTime, channel: ChannelId) {
        let queues: Vec<QueueId> = self.queues.keys().copied().collect();
        for id in queues {
            let Some(queue) = self.queues.get_mut(&id) else { continue };
            if queue.consumers.resume(channel) && unblock(queue, channel, &self.consumers) {
                self.dispatch(now, id);
            }
        }
    }
}

/// A consumer of a quorum queue that has credit stands in the turn, once.
pub(super) fn join(queue: &mut Queue, id: ConsumerId, consumer: &mut Consumer) {
    if consumer.is_up() && consumer.has_credit() && !consumer.queued {
        consumer.queued = true;
        consumer.late.overlooked = false;
        queue.consumers.join(consumer.priority, id);
    }
}

/// It waits to become the single active one. One that was late can, when it has settled that. One that RabbitMQ has told to yield never can.
pub(super) fn wait(queue: &mut Queue, id: ConsumerId, consumer: &mut Consumer, rules: &Rules) {
    consumer.waits = true;
    if consumer.state != ConsumerState::Up || consumer.late.gets_nothing {
        return;
    }
    let credit = consumer.credit.unwrap_or(u32::from(consumer.prefetch));
    let order = if rules.single_active_preempts { WaitingOrder::Priority } else { WaitingOrder::Arrival };
    queue.consumers.wait(Waiting { consumer: id, key: consumer.key, priority: consumer.priority, credit }, order);
}

fn unblock(queue: &mut Queue, channel: ChannelId, consumers: &OrderedMap<ConsumerId, Box<Consumer>>) -> bool {
    queue.consumers.unblock(channel, |consumer| consumers.get(&consumer).is_some_and(|state| state.has_credit()))
}

fn next_of_classic(
    queue: &mut Queue,
    consumers: &OrderedMap<ConsumerId, Box<Consumer>>,
    channels: &OrderedMap<ChannelId, Box<Channel>>,
) -> Option<ConsumerId> {
    let alone = queue.settings.single_active_consumer;
    loop {
        let id =
            if alone { queue.consumers.active.filter(|active| !queue.consumers.is_blocked(*active))? } else { queue.consumers.front()?.1 };
        let consumer = consumers.get(&id).expect("a consumer that ends leaves the turn of its classic queue at once");
        let channel = consumer.channel;
        if !queue.consumers.is_suspended(channel) && consumer.has_credit() {
            if !channels.get(&channel).is_some_and(|state| state.is_full()) {
                return Some(id);
            }
            queue.consumers.suspend(channel);
        }
        queue.consumers.block(consumer.priority, channel, id);
        if alone {
            return None;
        }
    }
}

fn next_of_quorum(queue: &mut Queue, consumers: &mut OrderedMap<ConsumerId, Box<Consumer>>) -> Option<ConsumerId> {
    loop {
        let (_, id) = queue.consumers.front()?;
        match consumers.get_mut(&id) {
            Some(consumer) if consumer.is_up() && consumer.has_credit() => return Some(id),
            Some(consumer) => consumer.queued = false,
            None => {}
        }
        queue.consumers.pop_front();
    }
}

/// The first in the turn of a quorum queue leaves it without a message if it waits or is gone.
fn forget_front(queue: &mut Queue, consumers: &mut OrderedMap<ConsumerId, Box<Consumer>>) {
    while let Some((_, id)) = queue.consumers.front() {
        match consumers.get_mut(&id) {
            Some(consumer) if consumer.waits => consumer.queued = false,
            Some(_) => return,
            None => {}
        }
        queue.consumers.pop_front();
    }
}

/// Whether a consumer could take one more message (rules 69, 71, 72, 75).
pub(super) fn can_take(
    consumers: &OrderedMap<ConsumerId, Box<Consumer>>,
    channels: &OrderedMap<ChannelId, Box<Channel>>,
    consumer: ConsumerId,
) -> bool {
    let Some(state) = consumers.get(&consumer) else { return false };
    let Some(channel) = channels.get(&state.channel) else { return false };
    state.is_up() && !state.late.overlooked && state.has_credit() && !channel.is_full()
}

/// The message as its consumer gets it: a quorum queue says how often it was there before (rule 132).
pub(super) fn as_delivered(queue: &Queue, entry: &Entry, rules: &Rules) -> Arc<Message> {
    if queue.messages.kind() != Kind::Quorum || !entry.redelivered() {
        return entry.message.clone();
    }
    let mut message = Message::clone(&entry.message);
    let headers = Arc::make_mut(&mut message.properties).headers.get_or_insert_default();
    for (header, count) in quorum::told_counts(entry, rules) {
        if count > 0 {
            headers.insert(header.into(), Value::Int(i64::from(count)));
        }
    }
    Arc::new(message)
}
