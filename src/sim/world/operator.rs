//! What a person does to the broker by hand, through a separate connection. They publish, and use RabbitMQ's management of queues.

use super::World;
use super::edit::binding_method;
use crate::base::SimTime;
use crate::broker::{BasicPublish, Body, Broker, Capabilities, ChannelId, ConnectionId, Got, Method, Name, Properties, Reply};
use crate::scenario::Operation;
use crate::sim::input::HandPublish;

/// No more messages than this are fetched or moved at once.
pub const BY_HAND_MAX: u32 = 10_000;

/// A person's own connection to the broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator {
    pub(super) connection: ConnectionId,
    pub(super) channel: ChannelId,
}

impl Operator {
    pub(super) fn connect(broker: &mut Broker, now: SimTime) -> Self {
        let connection = broker.open_connection(Capabilities::default());
        let channel = broker.open_channel(now, connection).expect("a new connection takes a channel");
        Self { connection, channel }
    }

    /// Opens the channel again, if a mistake has closed it or the broker was away.
    pub(super) fn reopen(&mut self, broker: &mut Broker, now: SimTime) {
        if broker.is_open(self.channel) {
            return;
        }
        match broker.open_channel(now, self.connection) {
            Ok(channel) => self.channel = channel,
            Err(_) => *self = Self::connect(broker, now),
        }
    }
}

impl World {
    /// A planned act of an operator. While the broker is down there is nothing to act on.
    pub(super) fn operate(&mut self, operation: &Operation) {
        match operation {
            Operation::Purge(queue) => self.purge_by_hand(queue.clone()),
            Operation::Move { from, to } => self.move_by_hand(from, BY_HAND_MAX, Some(to)),
            Operation::Delete(queue) => {
                let delete = Method::QueueDelete { queue: queue.clone(), if_unused: false, if_empty: false };
                if self.administer(delete).is_some() {
                    self.undone.deleted.push(queue.clone());
                }
            }
            Operation::Unbind { queue, exchange, key } => {
                let scenario = self.scenario.clone();
                for binding in scenario.broker.bindings.iter().filter(|binding| binding.is_between(exchange, queue, key.as_ref())) {
                    if self.administer(binding_method(binding, false)).is_some() {
                        self.undone.unbound.push(binding.clone());
                    }
                }
            }
        }
    }

    /// What stands in the queues before anything happens. A reader of the run is not told of each.
    pub(super) fn fill_queues(&mut self) {
        let scenario = self.scenario.clone();
        if scenario.broker.queues.iter().all(|queue| queue.messages == 0) {
            return;
        }
        let was_watched = std::mem::replace(&mut self.watched, false);
        for queue in &scenario.broker.queues {
            let publish = HandPublish::stands_in(queue.name.clone());
            (0..queue.messages).for_each(|_| self.publish_by_hand(&publish));
        }
        self.absorb_events();
        self.watched = was_watched;
    }

    pub(super) fn publish_by_hand(&mut self, publish: &HandPublish) {
        let story = self.ledger.business.begin();
        let (mut properties, body) = self.event("you", publish.payload.clone(), story);
        self.made(body.len());
        properties.headers = Some(publish.headers.clone());
        properties.delivery_mode = Some(if publish.persistent { 2 } else { 1 });
        properties.expiration.clone_from(&publish.expiration);
        properties.priority = publish.priority;
        if publish.confirm {
            self.by_hand(Method::ConfirmSelect);
        }
        self.send_by_hand(publish.exchange.clone(), publish.routing_key.clone(), publish.mandatory, properties, Body::Bytes(body));
    }

    /// One method on the person's channel; none where the broker is down, or refuses.
    fn by_hand(&mut self, method: Method) -> Option<Reply> {
        if self.broker_down {
            return None;
        }
        self.operator.reopen(&mut self.broker, self.now);
        self.broker.apply(self.now, self.operator.channel, method).ok()
    }

    pub(super) fn send_by_hand(&mut self, exchange: Name, routing_key: Name, mandatory: bool, properties: Properties, body: Body) -> bool {
        let publish = BasicPublish { exchange, routing_key, mandatory, immediate: false, properties: properties.into(), body };
        let sent = self.by_hand(Method::BasicPublish(publish)).is_some();
        self.ledger.messages.by_hand += u64::from(sent);
        sent
    }

    fn fetch_by_hand(&mut self, queue: &Name) -> Option<Got> {
        match self.by_hand(Method::BasicGet { queue: queue.clone(), no_ack: false })? {
            Reply::Got(got) => got,
            _ => None,
        }
    }

    /// Fetches, and puts back or acknowledges: what "Get messages" of the management interface does.
    pub(super) fn get_by_hand(&mut self, queue: &Name, count: u32, requeue: bool) {
        let last = (0..count.min(BY_HAND_MAX)).map_while(|_| self.fetch_by_hand(queue)).last();
        let Some(Got { delivery_tag, .. }) = last else { return };
        self.by_hand(if requeue {
            Method::BasicNack { delivery_tag, multiple: true, requeue: true }
        } else {
            Method::BasicAck { delivery_tag, multiple: true }
        });
    }

    /// Drops what is ready; what is unacked stays with its consumers.
    pub(super) fn purge_by_hand(&mut self, queue: Name) {
        self.by_hand(Method::QueuePurge { queue });
    }

    /// Publishes what is ready once more, then acknowledges it here: to another queue, or to where it was first published. A dead
    /// letter that is sent back begins a new life, without `x-death`.
    pub(super) fn move_by_hand(&mut self, queue: &Name, count: u32, to: Option<&Name>) {
        // The broker does not read publishers while an alarm lasts.
        if !self.broker.alarms().is_empty() {
            return;
        }
        let waiting = self.broker.queue(queue).map_or(0, crate::broker::view::QueueView::ready);
        for _ in 0..u64::from(count.min(BY_HAND_MAX)).min(waiting) {
            let Some(Got { delivery_tag, message, .. }) = self.fetch_by_hand(queue) else { return };
            let (exchange, routing_key) = match (to, message.deaths().last()) {
                (Some(queue), _) => ("".into(), queue.clone()),
                (None, Some(death)) => (death.exchange.clone(), death.routing_keys.first().unwrap_or(&message.routing_key).clone()),
                (None, None) => (message.exchange.clone(), message.routing_key.clone()),
            };
            let mut properties = Properties::clone(&message.properties);
            properties.history = None;
            properties.headers = properties.headers.map(|headers| {
                let of_deaths = |name: &str| name == "x-death" || name.starts_with("x-first-death-") || name.starts_with("x-last-death-");
                headers.iter().filter(|(name, _)| !of_deaths(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
            });
            let sent = self.send_by_hand(exchange, routing_key, false, properties, message.body.clone());
            self.by_hand(if sent {
                Method::BasicAck { delivery_tag, multiple: false }
            } else {
                Method::BasicNack { delivery_tag, multiple: false, requeue: true }
            });
        }
    }
}
