//! Flights arrive: at the broker as a method, at a program as a delivery, confirm, request or answer.

use super::World;
use crate::broker::{AmqpError, BasicPublish, Body, ChannelId, Method};
use crate::sim::agenda::Item;
use crate::sim::flight::{Cargo, Flight, Publish};
use crate::sim::ids::{Caller, Verdict};
use crate::sim::trace::{WorldEvent, event_name};

impl World {
    pub(super) fn arrival(&mut self, id: u64) {
        if self.is_held_up(id) {
            return;
        }
        let Some(flight) = self.flights.get(id).filter(|flight| flight.arrives <= self.now) else { return };
        // A program that hangs reads nothing but what its library takes for it.
        let reader = match &flight.cargo {
            Cargo::Response { to: Caller::Run { instance, .. }, .. } => Some(*instance),
            Cargo::Confirm { to, .. }
            | Cargo::Return { to, .. }
            | Cargo::Answer { to, .. }
            | Cargo::DeclareOk { to, .. }
            | Cargo::Closed { to, .. }
            | Cargo::Flow { to, .. } => Some(*to),
            Cargo::Told { question, .. } => Some(question.from),
            _ => None,
        };
        if let Some(id_of_reader) = reader {
            let instance = self.instance_mut(id_of_reader);
            if instance.hung {
                instance.frozen.push(Item::Arrival(id));
                return;
            }
        }
        if let Some(flight) = self.flights.remove(id) {
            self.arrive(flight);
        }
    }

    fn arrive(&mut self, flight: Flight) {
        match flight.cargo {
            Cargo::Publish { channel, publish } => self.publish_arrives(channel, publish),
            Cargo::Settlement { channel, delivery_tag, verdict, message, early, loses } => {
                let method = match verdict {
                    Verdict::Ack => Method::BasicAck { delivery_tag, multiple: false },
                    Verdict::AckUpTo => Method::BasicAck { delivery_tag, multiple: true },
                    Verdict::Requeue => Method::BasicNack { delivery_tag, multiple: false, requeue: true },
                    Verdict::RejectRequeue => Method::BasicReject { delivery_tag, requeue: true },
                    Verdict::Reject => Method::BasicReject { delivery_tag, requeue: false },
                };
                let is_accepted = self.broker.apply(self.now, channel, method).is_ok();
                if early && is_accepted {
                    self.early_ack = Some((channel, delivery_tag));
                }
                if let Some((queue, reason)) = loses.filter(|_| is_accepted) {
                    self.lose(&queue, event_name(&message), reason);
                }
            }
            Cargo::Delivery(delivery) => self.receive(delivery),
            Cargo::Confirm { to, channel, sequence, outcome } => self.confirm_arrives(to, channel, sequence, outcome),
            Cargo::Answer { to, channel, queue, message } => self.answer_arrives(to, channel, &queue, &message),
            Cargo::Return { to, channel, message } => self.return_arrives(to, channel, &message),
            Cargo::Request(request) => self.serve(request),
            Cargo::Response { to, status } => self.answered(&to, status),
            Cargo::Connect { instance, epoch } => self.connect(instance, epoch),
            Cargo::Declare { from, channel, place } => self.declare(from, channel, place),
            Cargo::DeclareOk { to, channel, place } => self.declared(to, channel, place),
            Cargo::Consume { from, channel } => self.consume_all(from, channel),
            Cargo::Cancel { from, channel, consumer_tag } => {
                if self.broker.apply(self.now, channel, Method::BasicCancel { consumer_tag }).is_ok() {
                    self.absorb_events();
                    self.send_from_broker(from, Vec::new(), Cargo::CancelOk { to: from, channel });
                }
            }
            Cargo::Question(question) => self.question_arrives(question),
            Cargo::Told { question, reply } => self.told(question, reply),
            Cargo::CancelOk { to, channel } => self.cancelled(to, channel),
            Cargo::Closed { to, closed } => self.closed(to, closed),
            Cargo::Flow { to, connection, blocked } => self.flow_told(to, connection, blocked),
            Cargo::Disconnect { connection } => {
                self.broker.lose_peer(self.now, connection);
                // One that is blocked stays until it is read.
                let broker = &self.broker;
                self.leaving.retain(|left| broker.flow(left.connection).is_some());
            }
        }
    }

    fn publish_arrives(&mut self, channel: ChannelId, publish: Publish) {
        let event = publish.properties.message_id.clone();
        let method = Method::BasicPublish(BasicPublish {
            exchange: publish.exchange,
            routing_key: publish.routing_key,
            mandatory: publish.mandatory,
            immediate: false,
            properties: publish.properties,
            body: Body::Bytes(publish.body),
        });
        let (lost, reason) = match self.broker.apply(self.now, channel, method) {
            Ok(_) => return,
            // The bytes reach a socket that is closed.
            Err(AmqpError::NotOpen(_)) => ("the channel was closed before it arrived", "the channel was closed before it arrived".into()),
            Err(AmqpError::Refused { text, .. }) => ("the broker refused it", text),
        };
        self.is_lost_on_the_way(event.as_ref(), lost);
        self.happened(WorldEvent::PublishLost { event: event.unwrap_or_else(|| "".into()), reason });
    }
}
