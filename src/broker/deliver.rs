//! Consuming: dispatch, prefetch, get, acknowledgements, requeue (sections E, F, G of the rules).

use std::sync::Arc;

use super::Broker;
use super::cause::{DeathReason, RequeueCause};
use super::channel::{Consumer, Settlement, Unacked};
use super::error::{AmqpError, ReplyCode};
use super::event::{Delivered, Event};
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::message::Message;
use super::method::{BasicConsume, Got, Reply};
use super::profile::Rules;
use super::queue::ready::Entry;
use super::queue::{Kind, Messages, Queue, quorum};
use super::value::{Name, Value};
use crate::base::SimTime;

/// The pseudo-queue of RabbitMQ's direct reply-to.
pub(super) const DIRECT_REPLY_TO: &str = "amq.rabbitmq.reply-to";

/// What a quorum queue makes of a consumer without a limit (rule 77).
const UNLIMITED_PREFETCH: u16 = 2_000;

impl Broker {
    pub(super) fn basic_qos(
        &mut self,
        now: SimTime,
        channel: ChannelId,
        prefetch_size: u32,
        prefetch_count: u16,
        global: bool,
    ) -> Result<Reply, AmqpError> {
        if prefetch_size != 0 {
            return Err(AmqpError::not_implemented(format_args!("prefetch_size!=0 ({prefetch_size})")));
        }
        let global = global && self.profile.rules().global_qos; // rule 73
        let state = self.channel(channel);
        if global {
            state.prefetch_channel = prefetch_count; // rule 72: at once, for the consumers that exist
            self.unblock_channel(now, channel);
        } else {
            state.prefetch_consumer = prefetch_count; // rule 71: for those to come
        }
        Ok(Reply::Ok)
    }

    pub(super) fn basic_consume(&mut self, now: SimTime, channel: ChannelId, consume: BasicConsume) -> Result<Reply, AmqpError> {
        let name = self.queue_shortcut(channel, &consume.queue)?;
        if &*name == DIRECT_REPLY_TO {
            return Err(AmqpError::not_implemented("direct reply-to is not simulated: consume from a queue")); // rule 59
        }
        let mut tag = consume.consumer_tag;
        if self.channel(channel).consumers.contains_key(&tag) {
            let text = format_args!("attempt to reuse consumer tag '{tag}'");
            return Err(AmqpError::new(ReplyCode::NotAllowed, text)); // rule 79
        }
        let id = self.queue_for(channel, &name)?;
        let priority = match consume.arguments.get("x-priority") {
            None => 0,
            Some(Value::Int(priority)) => *priority,
            Some(other) => {
                return Err(AmqpError::precondition(format_args!(
                    "invalid arg 'x-priority' for queue '{name}' in vhost '/': \"expected integer, got {}\"",
                    other.type_name()
                ))); // rule 70
            }
        };
        let queue = &self.queues[&id];
        let quorum = queue.messages.kind() == Kind::Quorum;
        if quorum && self.channels[&channel].prefetch_channel > 0 {
            let text = format_args!("queue '{name}' in vhost '/' does not support global qos");
            return Err(AmqpError::not_implemented(text)); // rule 4
        }
        let exclusive = consume.exclusive && !quorum; // rule 80
        let refused =
            queue.consumers.exclusive.is_some() || (exclusive && (!queue.consumers.is_empty() || queue.settings.single_active_consumer));
        if refused {
            let text = format_args!("queue '{name}' in vhost '/' in exclusive use");
            return Err(AmqpError::new(ReplyCode::AccessRefused, text)); // rules 80, 83
        }
        if tag.is_empty() {
            tag = self.generated_name("amq.ctag");
            while self.channel(channel).consumers.contains_key(&tag) {
                tag = self.generated_name("amq.ctag");
            }
        }
        self.ids.consumer += 1;
        let consumer = ConsumerId(self.ids.consumer);
        let state = self.channel(channel);
        let prefetch = match state.prefetch_consumer {
            0 if quorum => UNLIMITED_PREFETCH, // rule 77
            count => count,
        };
        state.consumers.insert(tag.clone(), consumer);
        let new = Consumer { tag: tag.clone(), channel, queue: id, no_ack: consume.no_ack, priority, prefetch, unacked: 0 };
        self.consumers.insert(consumer, Box::new(new));
        self.events.push(Event::ConsumerStarted { queue: name, channel, consumer_tag: tag.clone() });
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.had_consumer = true;
            queue.consumers.add(priority, consumer);
            if exclusive {
                queue.consumers.exclusive = Some(consumer);
            }
            if queue.settings.single_active_consumer {
                queue.consumers.choose_active();
            }
        }
        self.preempt_active(id);
        self.dispatch(now, id);
        Ok(Reply::Consuming { consumer_tag: tag })
    }

    /// What it holds stays with the client, who may still settle it (rule 81).
    pub(super) fn basic_cancel(&mut self, now: SimTime, channel: ChannelId, tag: &Name) -> Reply {
        if let Some(&consumer) = self.channel(channel).consumers.get(tag)
            && let Some(queue) = self.remove_consumer(now, consumer)
            && !self.delete_if_abandoned(queue)
        {
            self.dispatch(now, queue);
        }
        Reply::Ok
    }

    /// The queue it consumed from, if that exists: the caller decides when its messages go on.
    pub(super) fn remove_consumer(&mut self, now: SimTime, consumer: ConsumerId) -> Option<QueueId> {
        let state = self.consumers.remove(&consumer)?;
        if let Some(channel) = self.channels.get_mut(&state.channel) {
            channel.consumers.remove(&state.tag);
        }
        let queue = self.queues.get_mut(&state.queue)?;
        queue.consumers.remove(consumer);
        queue.used_at = now;
        if queue.settings.single_active_consumer {
            queue.consumers.choose_active(); // rule 85: without waiting for what the old one holds
        }
        self.events.push(Event::ConsumerEnded { queue: queue.name.clone(), channel: state.channel, consumer_tag: state.tag });
        Some(state.queue)
    }

    /// An auto-delete queue goes with its last consumer (rule 23). Whether it did.
    pub(super) fn delete_if_abandoned(&mut self, id: QueueId) -> bool {
        let abandoned = self.queues.get(&id).is_some_and(|queue| queue.auto_delete && queue.had_consumer && queue.consumers.is_empty());
        if abandoned {
            self.delete_queue(id);
        }
        abandoned
    }

    pub(super) fn basic_get(&mut self, now: SimTime, channel: ChannelId, queue: &Name, no_ack: bool) -> Result<Reply, AmqpError> {
        let name = self.queue_shortcut(channel, queue)?;
        let id = self.queue_for(channel, &name)?;
        self.drop_expired_first(now, id);
        let Some(queue) = self.queues.get_mut(&id) else { return Ok(Reply::Got(None)) };
        if queue.messages.kind() == Kind::Quorum && queue.settings.single_active_consumer {
            return Err(AmqpError::new(
                ReplyCode::ResourceLocked,
                format_args!(
                    "cannot obtain access to locked queue '{name}' in vhost '/'. basic.get operations are not supported by quorum \
                     queues with single active consumer"
                ),
            )); // rule 86
        }
        queue.used_at = now;
        let Some(entry) = queue.messages.pop_front() else {
            self.refresh_deadline(id);
            return Ok(Reply::Got(None));
        };
        queue.unacked += usize::from(!no_ack);
        let (message, redelivered) = (as_delivered(queue, &entry, self.profile.rules()), entry.redelivered());
        self.drop_expired(now, id);
        let message_count = self.queues.get(&id).map_or(0, |queue| queue.messages.len() as u64);
        let state = self.channel(channel);
        let delivery_tag = state.take_delivery_tag();
        if !no_ack {
            let delivery = Unacked { queue: id, consumer: None, delivered_at: now, settled: false, entry };
            state.unacked.push(delivery_tag, delivery);
        }
        self.events.push(Event::Fetched { queue: name, channel, delivery_tag, message: message.clone(), redelivered, no_ack });
        self.enforce_limit(id);
        self.refresh_deadline(id);
        Ok(Reply::Got(Some(Got { delivery_tag, redelivered, message, message_count })))
    }

    /// The consumer whose turn it is among those that can take a message. Those that cannot leave the rotation (rules 68, 69).
    pub(super) fn next_consumer(&mut self, id: QueueId) -> Option<ConsumerId> {
        let queue = self.queues.get_mut(&id)?;
        if queue.settings.single_active_consumer {
            let quiescing = self.profile.rules().single_active_preempts
                && queue.messages.kind() == Kind::Quorum
                && queue.consumers.has_better_than_active();
            return queue.consumers.active.filter(|active| !quiescing && can_take(&self.consumers, &self.channels, *active));
        }
        while let Some(consumer) = queue.consumers.front() {
            if can_take(&self.consumers, &self.channels, consumer) {
                return Some(consumer);
            }
            queue.consumers.block_front();
        }
        None
    }

    /// Hands out ready messages for as long as somebody can take them (rule 62).
    pub(super) fn dispatch(&mut self, now: SimTime, id: QueueId) {
        self.drop_expired_first(now, id);
        while let Some(consumer) = self.next_consumer(id) {
            let Some(entry) = self.queues.get_mut(&id).and_then(|queue| queue.messages.pop_front()) else { break };
            self.deliver(now, id, consumer, entry, false);
            self.drop_expired(now, id);
        }
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.update_rejecting();
        }
        self.refresh_deadline(id);
    }

    pub(super) fn deliver(&mut self, now: SimTime, id: QueueId, consumer_id: ConsumerId, entry: Entry, direct: bool) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let consumer = self.consumers.get_mut(&consumer_id).expect("a queue's rotation holds live consumers");
        let channel = self.channels.get_mut(&consumer.channel).expect("a consumer lives no longer than its channel");
        let delivery_tag = channel.take_delivery_tag();
        self.events.push(Event::Delivered(Delivered {
            queue: queue.name.clone(),
            channel: consumer.channel,
            consumer_tag: consumer.tag.clone(),
            delivery_tag,
            message: as_delivered(queue, &entry, self.profile.rules()),
            redelivered: entry.redelivered() && !(direct && queue.messages.kind() == Kind::Classic), // rule 139
            no_ack: consumer.no_ack,
            direct,
        }));
        if !consumer.no_ack {
            consumer.unacked += 1;
            channel.window += 1;
            queue.unacked += 1;
            let delivery = Unacked { queue: id, consumer: Some(consumer_id), delivered_at: now, settled: false, entry };
            channel.unacked.push(delivery_tag, delivery);
        }
        queue.consumers.rotate();
    }

    /// Ack, nack and reject of one delivery or of all up to a tag (rules 88, 89).
    pub(super) fn settle(
        &mut self,
        now: SimTime,
        channel: ChannelId,
        delivery_tag: u64,
        multiple: bool,
        how: Settlement,
    ) -> Result<Reply, AmqpError> {
        let state = self.channel(channel);
        let known = state.unacked.get_mut(delivery_tag).is_some_and(|delivery| !delivery.settled);
        if !(known || multiple && delivery_tag == 0) {
            return Err(AmqpError::precondition(format_args!("unknown delivery tag {delivery_tag}")));
        }
        if !multiple && state.transaction.is_none() {
            self.settle_all(now, channel, &[delivery_tag], how);
            return Ok(Reply::Ok);
        }
        let last = if delivery_tag == 0 { u64::MAX } else { delivery_tag };
        let tags: Vec<u64> = if multiple {
            let open = state.unacked.open().map(|(tag, _)| tag);
            open.take_while(|tag| *tag <= last).collect()
        } else {
            vec![delivery_tag]
        };
        let Some(transaction) = &mut state.transaction else {
            self.settle_all(now, channel, &tags, how);
            return Ok(Reply::Ok);
        };
        for tag in tags {
            transaction.settlements.push((tag, how)); // rule 55: it takes effect at the commit
            if let Some(delivery) = state.unacked.get_mut(tag) {
                delivery.settled = true;
            }
        }
        Ok(Reply::Ok)
    }

    pub(super) fn requeue_all(&mut self, now: SimTime, channel: ChannelId, cause: RequeueCause) {
        let unacked = &self.channel(channel).unacked;
        let tags: Vec<u64> = match cause {
            // What a transaction has settled is no longer the channel's to recover.
            RequeueCause::Recovered => unacked.open().map(|(tag, _)| tag).collect(),
            _ => unacked.tags().collect(),
        };
        self.settle_all(now, channel, &tags, Settlement::Requeue(cause));
    }

    /// In delivery order (rules 90, 135). Messages and credit come back together, then the queues go on (rule 74).
    pub(super) fn settle_all(&mut self, now: SimTime, channel: ChannelId, tags: &[u64], how: Settlement) {
        let mut touched: Vec<QueueId> = Vec::new();
        for &delivery_tag in tags {
            let state = self.channel(channel);
            let Some(Unacked { queue: id, consumer, entry, .. }) = state.unacked.remove(delivery_tag) else { continue };
            if consumer.is_some() {
                state.window -= 1;
            }
            let Some(queue) = self.queues.get_mut(&id) else { continue }; // its queue is gone, and with it the message
            queue.unacked -= 1;
            if !touched.contains(&id) {
                touched.push(id);
            }
            if let Some(consumer) = consumer
                && let Some(state) = self.consumers.get_mut(&consumer)
            {
                state.unacked -= 1;
                queue.consumers.unblock(state.priority, consumer);
            }
            match how {
                Settlement::Ack => {
                    self.events.push(Event::Acknowledged { queue: queue.name.clone(), channel, delivery_tag, message: entry.message });
                }
                Settlement::Nack | Settlement::Reject => {
                    let failed = queue.counting(self.profile.rules()).refusal_fails(how == Settlement::Reject); // rule 139
                    self.die(id, entry.returned(failed), DeathReason::Rejected);
                }
                Settlement::Requeue(cause) => self.give_back(now, id, channel, delivery_tag, entry, cause),
            }
        }
        for &id in &touched {
            if matches!(how, Settlement::Requeue(_)) {
                self.enforce_limit(id); // rule 103: a requeued message is the first victim
                self.drop_expired(now, id);
            }
            self.preempt_active(id);
            self.dispatch(now, id);
        }
        if self.channel(channel).prefetch_channel > 0 {
            self.unblock_channel(now, channel);
        }
    }

    /// A delivery comes back to its queue: to its place in a classic one; a quorum queue counts it first (rules 65, 130 to 136).
    fn give_back(&mut self, now: SimTime, id: QueueId, channel: ChannelId, delivery_tag: u64, entry: Entry, cause: RequeueCause) {
        let rules = self.profile.rules();
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let message = entry.message.clone();
        let failed = queue.counting(rules).return_fails(cause);
        let entry = entry.returned(failed);
        let position = match &mut queue.messages {
            Messages::Classic(messages) => messages.put_back(entry),
            Messages::Quorum(messages) => {
                if quorum::exceeds(&entry, queue.settings.delivery_limit, rules) {
                    self.die(id, entry, DeathReason::DeliveryLimit);
                    return;
                }
                let delay = queue.settings.delayed_retry.and_then(|retry| quorum::retry_delay(&retry, entry.failures(), failed));
                match (delay, queue.settings.delivery_limit) {
                    (Some(delay), _) => {
                        messages.delay(now + delay, entry);
                        messages.len()
                    }
                    (None, None) if quorum::starts_again(cause, rules) => {
                        let sequence = queue.sequence_next;
                        queue.sequence_next += 1;
                        messages.return_to_back(entry, sequence) // rule 134
                    }
                    (None, _) => messages.return_to_front(entry),
                }
            }
        };
        let (queue, position) = (queue.name.clone(), position as u64);
        self.events.push(Event::Requeued { queue, channel, delivery_tag, message, position, cause });
    }

    /// Rule 84: an idle single active consumer of a quorum queue yields to a better one; a busy one gets nothing new until it may.
    fn preempt_active(&mut self, id: QueueId) {
        let rules = self.profile.rules();
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if !rules.single_active_preempts
            || !queue.settings.single_active_consumer
            || queue.messages.kind() != Kind::Quorum
            || !queue.consumers.has_better_than_active()
        {
            return;
        }
        let idle = queue.consumers.active.and_then(|active| self.consumers.get(&active)).is_none_or(|state| state.unacked == 0);
        if idle {
            queue.consumers.replace_active();
        }
    }

    /// The server ends a consumer; what it holds it may still settle (rules 82, 94).
    pub(super) fn cancel_by_server(&mut self, consumer: Consumer, queue: Name) {
        let Some(channel) = self.channels.get_mut(&consumer.channel) else { return };
        channel.consumers.remove(&consumer.tag);
        let told = self.connections.get(&channel.connection).is_some_and(|state| state.capabilities.consumer_cancel_notify);
        self.events.push(Event::ConsumerCancelled { queue, channel: consumer.channel, consumer_tag: consumer.tag, told });
    }

    /// The channel's window has room again, or another size: every consumer of the channel may be meant.
    fn unblock_channel(&mut self, now: SimTime, channel: ChannelId) {
        let consumers: Vec<ConsumerId> = self.channel(channel).consumers.values().copied().collect();
        for consumer in consumers {
            let Some(state) = self.consumers.get(&consumer) else { continue };
            let (id, priority) = (state.queue, state.priority);
            if let Some(queue) = self.queues.get_mut(&id) {
                queue.consumers.unblock(priority, consumer);
            }
            self.dispatch(now, id);
        }
    }
}

/// Rules 69, 71, 72, 75: a consumer without acknowledgements minds only the channel's window.
pub(super) fn can_take(
    consumers: &crate::base::ordered::OrderedMap<ConsumerId, Box<Consumer>>,
    channels: &crate::base::ordered::OrderedMap<ChannelId, Box<super::channel::Channel>>,
    consumer: ConsumerId,
) -> bool {
    let Some(state) = consumers.get(&consumer) else { return false };
    let Some(channel) = channels.get(&state.channel) else { return false };
    let own_window_open = state.no_ack || state.prefetch == 0 || state.unacked < usize::from(state.prefetch);
    let channel_window_open = channel.prefetch_channel == 0 || channel.window < usize::from(channel.prefetch_channel);
    own_window_open && channel_window_open
}

/// The message as its consumer gets it: a quorum queue says how often it was there before (rule 132).
fn as_delivered(queue: &Queue, entry: &Entry, rules: &Rules) -> Arc<Message> {
    if queue.messages.kind() == Kind::Classic || !entry.redelivered() {
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
