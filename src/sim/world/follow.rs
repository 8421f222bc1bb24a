//! What the broker's events lead to. The ledger and the metrics take note, programs get their messages, and the trace has it all.

use super::{World, consumers};
use crate::broker::{Delivered, Event, Message, ReplyCode};
use crate::sim::agenda::Closed;
use crate::sim::business;
use crate::sim::flight::{Cargo, Delivery};
use crate::sim::ids::Place;
use crate::sim::service::ClosedWith;
use crate::sim::trace::WorldEvent;

impl World {
    /// Takes what happened in the broker since the last look. What follows from an event may call the broker again, as a lost channel does.
    /// So it looks until nothing new has happened.
    pub(super) fn absorb_events(&mut self) {
        let mut events = std::mem::take(&mut self.spare);
        loop {
            self.broker.take_events(&mut events);
            if events.is_empty() {
                break;
            }
            for event in events.drain(..) {
                if let Event::Published { message, .. } = &event {
                    self.hash.add_content(message);
                }
                self.ledger.record(&event);
                let is_early = match &event {
                    Event::Acknowledged { channel, delivery_tag, .. } => {
                        self.early_ack.take_if(|ack| *ack == (*channel, *delivery_tag)).is_some()
                    }
                    _ => false,
                };
                self.metrics.record(self.now, &event, &self.broker, is_early);
                // Why a program lost its channel stands before what it does then.
                if matches!(event, Event::ChannelClosed { .. } | Event::ConnectionClosed { .. }) {
                    self.happened(WorldEvent::Broker(event.clone()));
                    self.follow(&event);
                    continue;
                }
                self.follow(&event);
                self.happened(WorldEvent::Broker(event));
            }
        }
        self.spare = events;
    }

    fn follow(&mut self, event: &Event) {
        match event {
            Event::Enqueued { message, .. } => self.announce(message),
            Event::Confirmed { channel, sequence, outcome } => {
                if let Some(&to) = self.channels.get(channel) {
                    self.send_confirm(to, *channel, *sequence, *outcome);
                }
            }
            Event::Returned { channel, message, .. } => {
                if let Some(&to) = self.channels.get(channel) {
                    let path = vec![Place::Exchange(message.exchange.clone()), Place::Instance(to)];
                    self.send_from_broker(to, path, Cargo::Return { to, channel: *channel, message: message.clone() });
                }
            }
            Event::Delivered(delivered) => {
                if delivered.direct {
                    self.announce(&delivered.message);
                }
                let Some(&to) = self.channels.get(&delivered.channel) else { return };
                let path = vec![Place::Queue(delivered.queue.clone()), Place::Instance(to)];
                let Some(handler) = consumers::handler_of_tag(&delivered.consumer_tag) else {
                    let Delivered { channel, queue, message, .. } = delivered.clone();
                    self.send_from_broker(to, path, Cargo::Answer { to, channel, queue, message });
                    return;
                };
                let delivery = Delivery {
                    to,
                    channel: delivered.channel,
                    handler,
                    queue: delivered.queue.clone(),
                    delivery_tag: delivered.delivery_tag,
                    message: delivered.message.clone(),
                    redelivered: delivered.redelivered,
                    no_ack: delivered.no_ack,
                };
                self.send_from_broker(to, path, Cargo::Delivery(delivery));
            }
            Event::ChannelClosed { channel, code, text } => {
                let user = self.channels.get(channel).copied();
                if let Some(instance) = user.filter(|id| self.known_instance(*id).uses(*channel)) {
                    self.services[instance.service].channel_errors += 1;
                    let closed = Some(ClosedWith { code: *code, text: text.as_str().into() });
                    let state = self.instance_mut(instance);
                    if state.publishes_on(*channel) {
                        state.publisher_closed_with = closed;
                    } else if let Some(own) = state.handler_on(*channel).and_then(|handler| state.own_channels.get_mut(&handler)) {
                        own.closed_with = closed;
                    } else {
                        state.closed_with = closed;
                    }
                    self.closed_by_broker(instance, Closed::Channel(*channel));
                }
            }
            Event::ConnectionClosed { connection, code, .. } => {
                let instance = self.instances().find(|(_, instance)| instance.has_connection(*connection)).map(|(id, _)| id);
                // amqplib has no error for a broker that stops in order.
                let closed = if *code == ReplyCode::ConnectionForced { Closed::Connection } else { Closed::ConnectionWithError };
                if let Some(instance) = instance {
                    self.closed_by_broker(instance, closed(*connection));
                }
            }
            Event::ConnectionBlocked { connection, told: true, .. } => self.tell_flow(*connection, true),
            Event::ConnectionUnblocked { connection, told } => {
                if *told {
                    self.tell_flow(*connection, false);
                }
                self.questions_are_read();
            }
            Event::Published { .. }
            | Event::Routed { .. }
            | Event::Delayed { .. }
            | Event::DelayOver { .. }
            | Event::RolledBack { .. }
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Requeued { .. }
            | Event::Read { .. }
            | Event::DeadLettered { .. }
            | Event::Dropped { .. }
            | Event::KeptOut { .. }
            | Event::Refused { .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ConnectionBlocked { told: false, .. }
            | Event::Discarded { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::Restarted => {}
        }
    }

    /// An event of a story has reached a queue.
    fn announce(&mut self, message: &Message) {
        if message.deaths().is_empty() && !business::is_conversation(message.properties.correlation_id.as_ref()) {
            self.ledger.business.announced(business::story_of(message.properties.correlation_id.as_ref()));
        }
    }
}
