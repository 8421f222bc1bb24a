//! How programs consume: all on one channel, or each consumer on its own. An error closes a channel with all its consumers, and leaves the
//! others alone.

use super::World;
use crate::broker::queue::stream::OFFSET_HEADER;
use crate::broker::{BasicConsume, ChannelId, Method, Name, Table, Value};
use crate::scenario::{Again, ChannelError, ConsumesOn, Offset, Subscription, Trigger};
use crate::sim::agenda::Item;
use crate::sim::flight::Cargo;
use crate::sim::ids::InstanceId;
use crate::sim::trace::WorldEvent;

/// Consumer tags name the handler, so that a delivery finds it: `notification-service.1.0` is its first handler, instance 1.
fn consumer_tag(service: &str, instance: usize, handler: usize) -> Name {
    format!("{service}.{}.{handler}", instance + 1).into()
}

pub(super) fn handler_of_tag(tag: &str) -> Option<usize> {
    tag.rsplit_once('.')?.1.parse().ok()
}

impl World {
    /// Its subscriptions, and the queue for its answers.
    pub(super) fn consume_all(&mut self, id: InstanceId, channel: ChannelId) {
        for handler in 0..self.spec_of(id).handlers.len() {
            let instance = self.known_instance(id);
            // A consumer that has kept its channel goes on there.
            let has_own = instance.own_channels.get(&handler).is_some_and(|own| own.channel.is_some());
            if instance.channel == Some(channel) && self.broker.is_open(channel) && !has_own {
                self.consume(id, handler);
            }
        }
        if self.publishing_channel(id) == Some(channel) {
            self.consume_answers(id, channel);
        }
        if self.known_instance(id).channel == Some(channel) && self.broker.is_open(channel) {
            self.is_accepted(id);
        }
    }

    /// A handler's subscription.
    pub(super) fn consume(&mut self, id: InstanceId, handler: usize) {
        let spec = self.spec_of(id).clone();
        let Trigger::Queue(subscription) = &spec.handlers[handler].trigger else { return };
        let Some(channel) = self.channel_for(id, handler) else { return };
        let qos = Method::BasicQos { prefetch_size: 0, prefetch_count: subscription.prefetch, global: false };
        let consume = Method::BasicConsume(BasicConsume {
            queue: subscription.queue.clone(),
            consumer_tag: consumer_tag(&spec.name, id.instance, handler),
            no_ack: subscription.auto_ack,
            exclusive: subscription.exclusive,
            arguments: self.arguments_of(id, handler, subscription),
        });
        for method in [qos, consume] {
            let _ = self.broker.apply(self.now, channel, method);
        }
        // The broker has refused nothing: the next pause is short again.
        if self.broker.is_open(channel)
            && let Some(own) = self.instance_mut(id).own_channels.get_mut(&handler)
        {
            own.waits = 0;
        }
    }

    /// The channel that a handler consumes on. Its own is opened when it has none.
    fn channel_for(&mut self, id: InstanceId, handler: usize) -> Option<ChannelId> {
        let spec = self.spec_of(id).clone();
        let instance = self.known_instance(id);
        if spec.consumes_on == ConsumesOn::Shared {
            return instance.channel;
        }
        if let Some(channel) = instance.own_channels.get(&handler).and_then(|own| own.channel) {
            return Some(channel);
        }
        let connection = instance.connection?;
        let channel = self.broker.open_channel(self.now, connection).ok()?;
        let own = self.instance_mut(id).own_channels.get_or_default(handler);
        (own.channel, own.closed_with) = (Some(channel), None);
        self.keep_place(id, connection, channel);
        Some(channel)
    }

    /// `x-priority`, and where the reader of a stream starts.
    fn arguments_of(&self, id: InstanceId, handler: usize, subscription: &Subscription) -> Table {
        let mut arguments = Table::new();
        if subscription.priority != 0 {
            arguments.insert("x-priority".into(), Value::Int(subscription.priority));
        }
        let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let offset = match &subscription.offset {
            None => return arguments,
            Some(Offset::First) => Value::string("first"),
            Some(Offset::Last) => Value::string("last"),
            Some(Offset::Next) => Value::string("next"),
            Some(Offset::Number(offset)) => number(*offset),
            Some(Offset::Timestamp(seconds)) => Value::Timestamp(*seconds),
            Some(Offset::Age(age)) => Value::String(age.clone()),
            Some(Offset::Stored) => {
                let store = &self.services[id.service].store;
                store.stored_offset(&subscription.queue, id.instance, handler).map_or_else(|| Value::string("first"), number)
            }
        };
        arguments.insert(OFFSET_HEADER.into(), offset);
        arguments
    }

    /// Each consumer is cancelled on its channel.
    pub(super) fn cancel_all(&mut self, id: InstanceId) {
        let spec = self.spec_of(id).clone();
        for (handler, _) in spec.handlers.iter().enumerate().filter(|(_, handler)| matches!(handler.trigger, Trigger::Queue(_))) {
            let instance = self.instance_mut(id);
            let channel = match spec.consumes_on {
                ConsumesOn::Shared => instance.channel,
                ConsumesOn::Each => instance.own_channels.get(&handler).and_then(|own| own.channel),
            };
            let Some(channel) = channel else { continue };
            instance.cancelling.push(channel);
            let consumer_tag = consumer_tag(&spec.name, id.instance, handler);
            self.send_to_broker(id, Vec::new(), Cargo::Cancel { from: id, channel, consumer_tag });
        }
    }

    /// The broker has closed a handler's own channel with an error: the program chooses what follows, for this consumer alone.
    pub(super) fn own_channel_closed(&mut self, id: InstanceId, handler: usize) {
        match self.spec_of(id).on_channel_error {
            ChannelError::Reconnect => self.lost_channel(id),
            ChannelError::Exit => self.crash(id),
            ChannelError::Reopen => {
                self.own_channel_gone(id, handler);
                self.reopen_consumer_later(id, handler);
            }
            ChannelError::Ignore => self.own_channel_gone(id, handler),
        }
    }

    fn own_channel_gone(&mut self, id: InstanceId, handler: usize) {
        let instance = self.instance_mut(id);
        let channel = instance.own_channels.get_mut(&handler).and_then(|own| own.channel.take());
        instance.cancelling.retain(|other| Some(*other) != channel);
        instance.acks_due.remove(&handler);
        self.stop_if_idle(id);
    }

    /// They end with the connection.
    pub(super) fn own_channels_went_along(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        let gone = std::mem::take(&mut instance.own_channels);
        instance.cancelling.retain(|channel| gone.values().all(|own| own.channel != Some(*channel)));
    }

    fn reopen_consumer_later(&mut self, id: InstanceId, handler: usize) {
        let Some(own) = self.instance_mut(id).own_channels.get_mut(&handler) else { return };
        own.waits += 1;
        let waits = own.waits;
        let (pause, epoch) = (self.pause(id, waits), self.known_instance(id).epoch);
        self.agenda.push(self.now + pause, Item::ReopenConsumer { instance: id, epoch, handler });
    }

    pub(super) fn reopen_consumer(&mut self, id: InstanceId, epoch: u32, handler: usize) {
        let instance = self.known_instance(id);
        // Its connection may be gone meanwhile, or another: then all consumers start again with that.
        let is_without = instance.own_channels.get(&handler).is_some_and(|own| own.channel.is_none());
        if instance.epoch != epoch || !instance.up || instance.stopping || !is_without {
            return;
        }
        if self.is_cut_off(id) {
            self.happened(WorldEvent::ConnectFailed { instance: id, reason: "no route to the broker" });
            return self.reopen_consumer_later(id, handler);
        }
        let is_there = instance.connection.is_some_and(|connection| self.broker.flow(connection).is_some());
        if !is_there {
            return;
        }
        self.happened(WorldEvent::Connected(id));
        if matches!(self.spec_of(id).again, Again::Nothing | Again::Declares) {
            self.channel_for(id, handler);
        } else {
            self.consume(id, handler);
        }
    }
}
