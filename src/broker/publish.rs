//! Publishing: routing, returns, confirms, and what a queue does with a new message (sections C, D, E, I, K of the rules).

use std::sync::Arc;

use super::channel::ChannelId;
use super::dead_letter::{self, DeathReason, cc_keys};
use super::error::{AmqpError, ReplyCode};
use super::event::{DropCause, Event, Outcome, Returned};
use super::exchange::{Destination, ExchangeId};
use super::message::{History, Message, Properties};
use super::method::{BasicPublish, Reply};
use super::ordered::insert_once;
use super::queue::ready::Entry;
use super::queue::settings::{EXPIRY_MILLIS_MAX, Overflow};
use super::queue::{Queue, QueueId};
use super::time::SimTime;
use super::value::{Name, Value};
use super::{Broker, PendingDeadLetter, USER};

/// Whether a queue took a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepted {
    Yes,
    No,
}

impl Broker {
    pub(super) fn basic_publish(&mut self, now: SimTime, channel: ChannelId, publish: BasicPublish) -> Result<Reply, AmqpError> {
        if publish.immediate {
            return Err(AmqpError::not_implemented("immediate=true"));
        }
        let exchange = self.exchange_named(&publish.exchange)?; // rule 47: even when mandatory
        if self.exchanges[&exchange].internal {
            let text = format_args!("cannot publish to internal exchange '{}' in vhost '/'", publish.exchange);
            return Err(AmqpError::new(ReplyCode::AccessRefused, text)); // rule 46
        }
        check_properties(&publish.properties)?;
        let message = Arc::new(self.accept(publish.exchange, publish.routing_key, publish.properties, publish.body));
        self.events.push(Event::Published { channel, message: message.clone() });

        let queues = self.route(exchange, &message);
        let names: Vec<Name> = queues.iter().map(|id| self.queues[id].name.clone()).collect();
        self.events.push(Event::Routed { message: message.clone(), queues: names.clone() });
        let mut returned = None;
        if queues.is_empty() && publish.mandatory {
            returned = Some(Returned { code: ReplyCode::NoRoute, message: message.clone() });
            self.events.push(Event::Returned { channel, code: ReplyCode::NoRoute, message: message.clone() });
        }
        let mut outcome = Outcome::Ack; // rule 51: an unroutable message is confirmed too
        for queue in queues {
            if self.enqueue(now, queue, &message) == Accepted::No {
                outcome = Outcome::Nack; // rule 53: though other queues keep their copy
            }
        }
        self.confirm(channel, outcome);
        let mut routed_to = Vec::with_capacity(names.len());
        for name in names {
            insert_once(&mut routed_to, name);
        }
        Ok(Reply::Published { routed_to, returned })
    }

    /// A new message as the broker keeps it: the BCC header is set apart (rule 48).
    fn accept(&mut self, exchange: Name, routing_key: Name, mut properties: Arc<Properties>, body: super::Body) -> Message {
        let mut history = None;
        if properties.header("BCC").is_some() {
            let headers = Arc::make_mut(&mut properties).headers.get_or_insert_default();
            let bcc = match headers.remove("BCC") {
                Some(Value::Array(keys)) => keys.iter().filter_map(|key| key.as_str().cloned()).collect(),
                _ => Vec::new(),
            };
            history = Some(Box::new(History { bcc, ..History::default() }));
        }
        Message { id: self.ids.message(), exchange, routing_key, properties, body, history }
    }

    fn confirm(&mut self, channel: ChannelId, outcome: Outcome) {
        let state = self.channel(channel);
        let Some(sequence) = state.confirm_next else { return };
        state.confirm_next = Some(sequence + 1);
        self.events.push(Event::Confirmed { channel, sequence, outcome });
    }

    /// The queues a message goes to, each once however many bindings match (rule 32), in the order they were declared.
    pub(super) fn route(&self, exchange: ExchangeId, message: &Message) -> Vec<QueueId> {
        let mut keys: Vec<Name> = Vec::new();
        if message.properties.headers.is_some() {
            keys.extend(cc_keys(message));
        }
        keys.extend_from_slice(message.bcc());
        let all_keys = || std::iter::once(&message.routing_key).chain(&keys);

        let mut queues = Vec::new();
        let mut found = Vec::new();
        let mut visited = vec![exchange];
        let mut next = 0;
        while let Some(&id) = visited.get(next) {
            next += 1;
            let Some(exchange) = self.exchanges.get(&id) else { continue };
            if exchange.name.is_empty() {
                all_keys().filter_map(|key| self.queue_names.get(key)).for_each(|queue| insert_once(&mut queues, *queue)); // rule 33
                continue;
            }
            for key in all_keys() {
                exchange.route(key, &message.properties, &mut found);
            }
            if found.is_empty() {
                // Rule 45: the alternate exchange is for what this exchange itself could not place.
                let alternate = exchange.alternate().and_then(|name| self.exchange_names.get(name));
                found.extend(alternate.map(|id| Destination::Exchange(*id)));
            }
            for destination in found.drain(..) {
                match destination {
                    Destination::Queue(queue) => insert_once(&mut queues, queue),
                    Destination::Exchange(other) if !visited.contains(&other) => visited.push(other), // rule 44
                    Destination::Exchange(_) => {}
                }
            }
        }
        queues
    }

    /// Rule 61: refuse, or hand over at once, or keep.
    fn enqueue(&mut self, now: SimTime, id: QueueId, message: &Arc<Message>) -> Accepted {
        let Some(queue) = self.queues.get_mut(&id) else { return Accepted::Yes };
        if queue.settings.overflow != Overflow::DropHead && queue.is_over_limit(1, message.body.len()) {
            let dead = Some(&*queue)
                .filter(|queue| queue.settings.overflow == Overflow::RejectPublishDlx)
                .and_then(|queue| pending_dead_letter(queue, message.clone(), DeathReason::Maxlen));
            let refused = Event::Refused { queue: queue.name.clone(), message: message.clone(), dead_lettered: dead.is_some() };
            self.events.push(refused);
            self.dead_letters.extend(dead);
            return Accepted::No;
        }
        let entry = queue.entry(message.clone(), now);
        if let Some(consumer) = self.next_consumer(id) {
            self.deliver(id, consumer, entry, true);
            return Accepted::Yes;
        }
        let Some(queue) = self.queues.get_mut(&id) else { return Accepted::Yes };
        queue.ready.push_back(entry);
        self.events.push(Event::Enqueued { queue: queue.name.clone(), message: message.clone() });
        self.enforce_limit(id);
        self.drop_expired(now, id);
        self.refresh_deadline(id);
        Accepted::Yes
    }

    /// Rule 103: while there is too much, the head goes.
    pub(super) fn enforce_limit(&mut self, id: QueueId) {
        while let Some(queue) = self.queues.get_mut(&id) {
            if queue.settings.overflow != Overflow::DropHead || !queue.is_over_limit(0, 0) {
                return;
            }
            let Some(entry) = queue.ready.pop_front() else { return };
            self.die(id, entry, DeathReason::Maxlen);
        }
    }

    /// A copy leaves its queue unacknowledged: to the dead-letter exchange, or to nowhere (rule 116).
    pub(super) fn die(&mut self, id: QueueId, entry: Entry, reason: DeathReason) {
        let Some(queue) = self.queues.get(&id) else { return };
        let exchange_exists = queue.settings.dead_letter_exchange.as_ref().is_some_and(|name| self.exchange_names.contains_key(name));
        if exchange_exists {
            self.dead_letters.extend(pending_dead_letter(queue, entry.message, reason));
        } else {
            self.events.push(Event::Dropped { queue: queue.name.clone(), message: entry.message, cause: DropCause::Died(reason) });
        }
    }

    /// Publishes what died meanwhile. A dead letter that finds a full queue may push out another: hence the loop, and it ends,
    /// because whatever was not rejected cannot come back to a queue it died in (rule 127).
    pub(super) fn publish_dead_letters(&mut self, now: SimTime) {
        while let Some(PendingDeadLetter { queue, message, reason, exchange, routing_key }) = self.dead_letters.pop_front() {
            let Some(&exchange_id) = self.exchange_names.get(&exchange) else {
                self.events.push(Event::Dropped { queue, message, cause: DropCause::Died(reason) });
                continue;
            };
            let successor = self.ids.message();
            let rules = self.profile.rules();
            let dead = dead_letter::dead_letter(&message, successor, &queue, reason, &exchange, routing_key.as_ref(), now, rules);
            // With a key of its own the CC keys stay visible, but only that key is used (rules 118, 126).
            let mut queues = if routing_key.is_some() {
                let bare = Message { properties: without_cc(&dead.properties), ..dead.clone() };
                self.route(exchange_id, &bare)
            } else {
                self.route(exchange_id, &dead)
            };
            let routable = !queues.is_empty();
            queues.retain(|target| !dead_letter::is_cycle(&dead, &self.queues[target].name, reason));
            if routable && queues.is_empty() {
                self.events.push(Event::Dropped { queue, message, cause: DropCause::Cycle(reason) });
                continue;
            }
            self.events.push(Event::DeadLettered { queue, message, reason, exchange, successor });
            let dead = Arc::new(dead);
            let names = queues.iter().map(|id| self.queues[id].name.clone()).collect();
            self.events.push(Event::Routed { message: dead.clone(), queues: names });
            for target in queues {
                self.enqueue(now, target, &dead); // rule 119: a target that refuses it loses it
            }
        }
    }
}

fn pending_dead_letter(queue: &Queue, message: Arc<Message>, reason: DeathReason) -> Option<PendingDeadLetter> {
    Some(PendingDeadLetter {
        queue: queue.name.clone(),
        message,
        reason,
        exchange: queue.settings.dead_letter_exchange.clone()?,
        routing_key: queue.settings.dead_letter_routing_key.clone(),
    })
}

fn without_cc(properties: &Arc<Properties>) -> Arc<Properties> {
    let mut properties = properties.clone();
    if properties.header("CC").is_some()
        && let Some(headers) = &mut Arc::make_mut(&mut properties).headers
    {
        headers.remove("CC");
    }
    properties
}

/// Rules 48, 56, 57.
fn check_properties(properties: &Properties) -> Result<(), AmqpError> {
    if let Some(user) = properties.user_id.as_ref().filter(|user| &***user != USER) {
        return Err(AmqpError::precondition(format_args!("user_id property set to '{user}' but authenticated user was '{USER}'")));
    }
    if let Some(expiration) = &properties.expiration {
        let valid = expiration.parse::<i64>().is_ok_and(|millis| (0..=EXPIRY_MILLIS_MAX).contains(&millis));
        if !valid {
            return Err(AmqpError::precondition(format_args!("invalid expiration '{expiration}'")));
        }
    }
    for header in ["CC", "BCC"] {
        if let Some(value) = properties.header(header).filter(|value| value.as_array().is_none()) {
            return Err(AmqpError::precondition(format_args!("Unacceptable {header} header: expected array, got {}", value.type_name())));
        }
    }
    Ok(())
}
