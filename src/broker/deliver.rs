//! Consuming (sections E, F, G of the rules): prefetch, consumers that start and stop, get, and returned deliveries.

use super::Broker;
use super::cause::{DeathReason, RequeueCause};
use super::channel::{Consumer, ConsumerState, Lateness, Unacked};
use super::error::{AmqpError, ReplyCode};
use super::event::Event;
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::method::{BasicConsume, Got, Reply};
use super::profile::ConsumerKeys;
use super::queue::ready::Entry;
use super::queue::{Kind, Messages, quorum};
use super::value::{Name, Value};
use super::{reply, stream, turn};
use crate::base::SimTime;

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
        let (was_limited, was_full) = (state.prefetch_channel > 0, state.is_full());
        if global {
            if !was_limited {
                // Everything that is out counts from now on, what was fetched included (rules 72, 76).
                state.volume = state.unacked.open().count() as u64;
            }
            state.prefetch_channel = prefetch_count; // rule 72: at once, for the consumers that exist
        } else {
            state.prefetch_consumer = prefetch_count; // rule 71: for those to come
            state.prefetch_channel = 0; // rule 72: the window over the channel ends
        }
        let is_limited = state.prefetch_channel > 0;
        if (was_full && !state.is_full()) || (was_limited && !is_limited) {
            self.resume_channel(now, channel);
        }
        Ok(Reply::Ok)
    }

    pub(super) fn basic_consume(&mut self, now: SimTime, channel: ChannelId, consume: BasicConsume) -> Result<Reply, AmqpError> {
        let name = self.queue_shortcut(channel, &consume.queue)?;
        let mut tag = consume.consumer_tag;
        if self.channel(channel).consumers.contains_key(&tag) {
            let text = format_args!("attempt to reuse consumer tag '{tag}'");
            return Err(AmqpError::new(ReplyCode::NotAllowed, text)); // rule 79
        }
        if &*name == reply::PSEUDO_QUEUE {
            return self.consume_answers(channel, &BasicConsume { consumer_tag: tag, ..consume });
        }
        if self.is_volatile_queue(&name) {
            let text = format_args!("only creator channel may consume from queue '{name}' in vhost '/'");
            return Err(AmqpError::precondition(text)); // rule 59
        }
        let id = self.queue_for(channel, &name)?;
        let queue = &self.queues[&id];
        let kind = queue.messages.kind();
        let place = format!("queue '{name}' in vhost '/'");
        stream::check_consumer_arguments(&place, kind, &consume.arguments, self.profile.rules())?;
        let priority = consume.arguments.get("x-priority").and_then(Value::as_int).unwrap_or(0); // rule 70
        let quorum = kind == Kind::Quorum;
        let attach = match kind {
            Kind::Classic | Kind::Quorum => None,
            Kind::Stream => Some(self.check_reader(now, channel, &place, consume.no_ack, &consume.arguments)?),
        };
        if quorum && self.channels[&channel].prefetch_channel > 0 {
            let text = format_args!("queue '{name}' in vhost '/' does not support global qos");
            return Err(AmqpError::not_implemented(text)); // rule 4
        }
        let exclusive = consume.exclusive && kind == Kind::Classic; // rule 80
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
        let timeout = consume.arguments.get(stream::TIMEOUT_ARGUMENT).and_then(Value::as_int).and_then(|millis| u64::try_from(millis).ok());
        let timeout = timeout.filter(|_| quorum).map_or_else(|| self.timeout_of(id), SimTime::from_millis); // rule 94: fixed from now on
        let consumer = self.start_consumer(id, channel, &tag, consume.no_ack, priority, timeout);
        self.events.push(Event::ConsumerStarted { queue: name, channel, consumer_tag: tag.clone() });
        if exclusive && let Some(queue) = self.queues.get_mut(&id) {
            queue.consumers.exclusive = Some(consumer);
        }
        if let Some(attach) = attach {
            self.attach_reader(id, consumer, attach);
        }
        self.activate_next(id);
        self.dispatch(now, id);
        Ok(Reply::Consuming { consumer_tag: tag })
    }

    /// What it holds stays with the client, who may still settle it (rule 81).
    pub(super) fn basic_cancel(&mut self, now: SimTime, channel: ChannelId, tag: &Name) -> Reply {
        if self.cancel_answers(channel, Some(tag)) {
            return Reply::Ok; // rule 59
        }
        if let Some(&consumer) = self.channel(channel).consumers.get(tag)
            && let Some(queue) = self.remove_consumer(now, consumer)
            && !self.delete_if_abandoned(queue)
        {
            self.dispatch(now, queue);
        }
        Reply::Ok
    }

    /// A consumer of the same tag that holds deliveries of this queue lives on in the new one (rule 81).
    fn start_consumer(&mut self, id: QueueId, channel: ChannelId, tag: &Name, no_ack: bool, priority: i64, timeout: SimTime) -> ConsumerId {
        let rules = self.profile.rules();
        let queue = self.queues.get_mut(&id).expect("the caller has just found it");
        let kind = queue.messages.kind();
        let quorum = kind == Kind::Quorum;
        let alone = queue.settings.single_active_consumer;
        let state = self.channels.get_mut(&channel).expect("apply checks that the channel is open");
        let prefetch = match state.prefetch_consumer {
            0 if quorum => UNLIMITED_PREFETCH, // rule 77
            count => count,
        };
        let known = state.cancelled.iter().copied().find(|known| {
            let known = self.consumers.get(known);
            known.is_some_and(|known| known.queue == id && known.tag == *tag)
        });
        // Beside an active consumer it waits, and is another until its turn comes.
        let earlier = known.filter(|_| !(quorum && queue.consumers.active.is_some()));
        let key = known.and_then(|known| Some(self.consumers.get(&known)?.key));
        let consumer = earlier.unwrap_or_else(|| {
            self.ids.consumer += 1;
            ConsumerId(self.ids.consumer)
        });
        state.cancelled.retain(|known| *known != consumer);
        state.consumers.insert(tag.clone(), consumer);
        let (unacked, given, queued, timeout, numbers) = if let Some(known) = self.consumers.get_mut(&consumer) {
            // Its patience stays as it was, and what it was too late with (rule 94).
            (known.unacked, known.given, known.queued, known.timeout, std::mem::take(&mut known.late.numbers))
        } else {
            let queued = rules.consumer_keys == ConsumerKeys::Tag && queue.consumers.inherit_place(channel, tag, consumer);
            (0, 0, queued, timeout, Vec::new())
        };
        let credit = match prefetch {
            _ if no_ack && !quorum => None, // rule 75
            0 => None,
            count if quorum => Some(u32::from(count).saturating_sub(unacked)),
            count => Some(u32::from(count)),
        };
        let tag = tag.clone();
        let state = ConsumerState::Up;
        let late = Lateness { numbers, ..Lateness::default() };
        let mut new = Consumer {
            tag,
            channel,
            queue: id,
            key: key.unwrap_or(consumer),
            no_ack,
            priority,
            prefetch,
            credit,
            unacked,
            state,
            waits: false,
            queued,
            given,
            timeout,
            late,
        };
        queue.had_consumer = true;
        queue.consumers.add(consumer);
        match (kind, alone) {
            (Kind::Classic, false) => queue.consumers.join(priority, consumer),
            (Kind::Classic, true) => {
                queue.consumers.join(priority, consumer);
                queue.consumers.choose_active();
            }
            (Kind::Quorum, false) => turn::join(queue, consumer, &mut new),
            (Kind::Quorum, true) if earlier.is_some() => {
                queue.consumers.active = Some(consumer);
                turn::join(queue, consumer, &mut new);
            }
            (Kind::Quorum, true) => turn::wait(queue, consumer, &mut new, rules),
            (Kind::Stream, _) => {} // every reader has a place of its own
        }
        self.consumers.insert(consumer, Box::new(new));
        consumer
    }

    /// The queue it consumed from, if that exists: the caller decides when its messages go on.
    pub(super) fn remove_consumer(&mut self, now: SimTime, consumer: ConsumerId) -> Option<QueueId> {
        let (id, channel, consumer_tag) = self.stop_consumer(now, consumer)?;
        let queue = self.queues.get(&id)?.name.clone();
        self.events.push(Event::ConsumerEnded { queue, channel, consumer_tag });
        Some(id)
    }

    /// It gets nothing any more. What it holds it may still settle (rule 81).
    pub(super) fn stop_consumer(&mut self, now: SimTime, id: ConsumerId) -> Option<(QueueId, ChannelId, Name)> {
        let consumer = self.consumers.get_mut(&id)?;
        let (of, channel_id, tag) = (consumer.queue, consumer.channel, consumer.tag.clone());
        consumer.state = ConsumerState::Cancelled;
        let was_waiting = consumer.waits;
        (consumer.waits, consumer.late.gets_nothing) = (false, false);
        consumer.credit = Some(0);
        let idle = consumer.unacked == 0;
        if let Some(channel) = self.channels.get_mut(&channel_id) {
            channel.consumers.remove(&tag);
            channel.cancelled.push(id);
        }
        if let Some(queue) = self.queues.get_mut(&of) {
            queue.used_at = now;
            queue.consumers.cancel(id);
            if let Some(messages) = queue.messages.stream_mut() {
                messages.detach(id);
            }
            if queue.messages.kind() == Kind::Classic {
                queue.consumers.leave(id);
                let last_of_channel =
                    !queue.consumers.ids().any(|other| self.consumers.get(&other).is_some_and(|other| other.channel == channel_id));
                if last_of_channel {
                    queue.consumers.resume(channel_id);
                }
                if queue.settings.single_active_consumer {
                    queue.consumers.choose_active(); // rule 85: without waiting for what the old one holds
                }
            }
        }
        if idle {
            self.forget_consumer(id);
        }
        self.find_active(of);
        // Until 3.13 nothing changes for others when a consumer goes that waits.
        if !was_waiting || self.profile.rules().single_active_preempts {
            self.activate_next(of);
        }
        Some((of, channel_id, tag))
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
        if self.is_volatile_queue(&name) {
            let text = format_args!("basic.get not supported by volatile queue '{name}' in vhost '/'");
            return Err(AmqpError::not_implemented(text)); // rule 59
        }
        let id = self.queue_for(channel, &name)?;
        if self.queues[&id].messages.kind() == Kind::Stream {
            let text = format_args!("basic.get not supported by stream queues queue '{name}' in vhost '/'");
            return Err(AmqpError::not_implemented(text)); // rule 148
        }
        self.drop_expired_first(now, id);
        let timeout = self.timeout_of(id);
        let Some(queue) = self.queues.get_mut(&id) else { return Ok(Reply::Got(None)) };
        if queue.messages.kind() == Kind::Quorum && queue.settings.single_active_consumer {
            let kind = if self.profile.rules().quotes_queue_type { "<<\"quorum\">>" } else { "quorum" };
            return Err(AmqpError::new(
                ReplyCode::ResourceLocked,
                format_args!(
                    "cannot obtain access to locked queue '{name}' in vhost '/'. basic.get operations are not supported by {kind} \
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
        let (message, redelivered) = (turn::as_delivered(queue, &entry, self.profile.rules()), entry.redelivered());
        let (kind, before) = (queue.messages.kind(), queue.messages.len() as u64);
        self.drop_expired(now, id);
        let message_count = match kind {
            Kind::Quorum if !no_ack => before, // expired messages behind the fetched one still count (rule 96)
            Kind::Classic | Kind::Quorum | Kind::Stream => self.queues.get(&id).map_or(0, |queue| queue.messages.len() as u64),
        };
        let state = self.channels.get_mut(&channel).expect("apply checks that the channel is open");
        let delivery_tag = state.take_delivery_tag();
        if !no_ack {
            if let Some(queue) = self.queues.get_mut(&id) {
                queue.note_held(now + timeout, channel, delivery_tag, self.profile.rules());
            }
            let number = entry.sequence;
            let delivery = Unacked { queue: id, consumer: None, delivered_at: now, settled: false, number, gone: None, entry };
            state.unacked.push(delivery_tag, delivery);
        }
        self.events.push(Event::Fetched { queue: name, channel, delivery_tag, message: message.clone(), redelivered, no_ack });
        self.enforce_limit(id);
        self.refresh_deadline(id);
        Ok(Reply::Got(Some(Got { delivery_tag, redelivered, message, message_count })))
    }

    /// A delivery comes back to its queue: to its place in a classic one. A quorum queue counts it first (rules 65, 130 to 136).
    pub(super) fn give_back(
        &mut self,
        now: SimTime,
        id: QueueId,
        channel: ChannelId,
        delivery_tag: u64,
        entry: Entry,
        cause: RequeueCause,
    ) {
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
            Messages::Stream(_) => return, // it still has it (rule 162)
        };
        let (queue, position) = (queue.name.clone(), position as u64);
        self.events.push(Event::Requeued { queue, channel, delivery_tag, message, position, cause });
    }

    /// Whether its client wants to know that the server ends a consumer.
    pub(super) fn can_be_told(&self, channel: ChannelId) -> bool {
        let connection = self.channels.get(&channel).and_then(|state| self.connections.get(&state.connection));
        connection.is_some_and(|state| state.capabilities.consumer_cancel_notify)
    }

    /// The server says that it ends a consumer; what that holds it may still settle (rules 82, 94).
    pub(super) fn tell_cancelled(&mut self, channel: ChannelId, consumer_tag: Name, queue: Name, late: bool) {
        if !self.channels.contains_key(&channel) {
            return;
        }
        let told = self.can_be_told(channel);
        self.events.push(Event::ConsumerCancelled { queue, channel, consumer_tag, told, late });
    }
}
