//! What was seen in a running system, done again. Programs work on a delivery for as long as nothing tells that they have settled it.

use super::World;
use crate::broker::{Body, Name, Properties};
use crate::sim::flight::Publish;
use crate::sim::ids::{InstanceId, RunId, Verdict};
use crate::sim::input::{HandPublish, Observed, Settles, Who};
use crate::sim::service::Cause;
use crate::sim::trace::event_name;

impl World {
    pub(super) fn observe(&mut self, observed: &Observed) {
        match observed {
            Observed::Stood { event, publish } => self.appears(event, publish),
            Observed::Published { by, event, publish, queues } => {
                if let Some(queues) = queues {
                    self.broker.route_recorded(event.clone(), queues.clone());
                }
                self.observed_publish(by, event, publish);
            }
            Observed::Delivered { to, queue, event, redelivered } => self.observed_delivery(to, queue, event, *redelivered),
            Observed::Settled { by, queue, event, how } => {
                let Some(id) = self.instance_called(by) else { return };
                let Some(run) = self.run_of_delivery(id, queue, event) else { return };
                match how {
                    Settles::Ack => self.finish(id, run),
                    Settles::Requeue => self.finish_failed(id, run, Verdict::Requeue),
                    Settles::Reject => self.finish_failed(id, run, Verdict::Reject),
                }
            }
        }
    }

    fn instance_called(&self, who: &Who) -> Option<InstanceId> {
        let service = self.services.iter().position(|state| state.spec.name == who.service && !state.removed)?;
        let id = InstanceId { service, instance: who.instance };
        self.instance(id).map(|_| id)
    }

    fn run_of_delivery(&self, id: InstanceId, of: &Name, event: &Name) -> Option<RunId> {
        let is_it = |cause: &Cause| matches!(cause, Cause::Delivery { queue, message, .. } if queue == of && event_name(message) == *event);
        self.known_instance(id).runs.iter().find(|(_, run)| is_it(&run.cause)).map(|(run, _)| *run)
    }

    fn made_of(&mut self, event: &Name, publish: &HandPublish) -> (Properties, Box<[u8]>) {
        let body: Box<[u8]> = publish.payload.to_string().into_bytes().into();
        self.made(body.len());
        let properties = Properties {
            delivery_mode: Some(if publish.persistent { 2 } else { 1 }),
            message_id: Some(event.clone()),
            priority: publish.priority,
            expiration: publish.expiration.clone(),
            headers: Some(publish.headers.clone()),
            ..Properties::default()
        };
        (properties, body)
    }

    /// It is there, and nothing tells how it came.
    fn appears(&mut self, event: &Name, publish: &HandPublish) {
        let (properties, body) = self.made_of(event, publish);
        self.send_by_hand(publish.exchange.clone(), publish.routing_key.clone(), false, properties, Body::Bytes(body));
    }

    fn observed_publish(&mut self, by: &Who, event: &Name, publish: &HandPublish) {
        let way = self.instance_called(by).and_then(|id| Some((id, self.publishing_channel(id)?)));
        let Some((id, channel)) = way else { return self.appears(event, publish) };
        let (properties, body) = self.made_of(event, publish);
        let HandPublish { exchange, routing_key, mandatory, .. } = publish.clone();
        let publish = Publish { exchange, routing_key, properties: properties.into(), body, mandatory };
        self.hand_over(id, channel, publish, event.clone(), None);
    }

    fn observed_delivery(&mut self, to: &Who, queue: &Name, event: &Name, redelivered: Option<bool>) {
        let Some(id) = self.instance_called(to) else { return };
        // A program that a person has killed gets nothing.
        let Some(channel) = self.known_instance(id).channel else { return };
        if self.broker_down || self.broker.deliver_recorded(self.now, channel, queue, event, redelivered) {
            return;
        }
        // It came on a way that was not traced.
        let publish = HandPublish::stands_in(queue.clone());
        self.appears(event, &publish);
        self.broker.deliver_recorded(self.now, channel, queue, event, redelivered);
    }
}
