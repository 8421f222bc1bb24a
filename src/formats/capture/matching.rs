//! Which delivery is of which message. A trace has no number for that: what stays the same on a message's way tells.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::base::ordered::OrderedMap;
use crate::broker::{Name, Properties, Table, Value};

/// What RabbitMQ itself writes into a message on its way.
const BROKER_HEADERS: [&str; 4] = ["x-death", "x-delivery-count", "x-acquired-count", "x-opt-queue-type"];
const BROKER_PREFIXES: [&str; 2] = ["x-first-death-", "x-last-death-"];

/// Whether RabbitMQ wrote a header.
#[must_use]
pub fn is_of_broker(header: &str) -> bool {
    BROKER_HEADERS.contains(&header) || BROKER_PREFIXES.iter().any(|prefix| header.starts_with(prefix))
}

/// Of a message: equal for its publish and its deliveries.
pub type Print = u64;

/// The print of a message. Its expiration goes with its first death, its exchange and keys may change then.
#[must_use]
pub fn print(properties: &Properties, headers: &Table, body: &[u8]) -> Print {
    let mut hasher = DefaultHasher::new();
    let of = |name: &Option<Name>| name.as_deref().map(str::to_owned);
    let texts = [
        &properties.message_id,
        &properties.correlation_id,
        &properties.reply_to,
        &properties.content_type,
        &properties.content_encoding,
        &properties.message_type,
        &properties.app_id,
    ];
    texts.map(of).hash(&mut hasher);
    (properties.timestamp, properties.priority).hash(&mut hasher);
    for (name, value) in headers.iter().filter(|(name, _)| !is_of_broker(name)) {
        name.hash(&mut hasher);
        add(value, &mut hasher);
    }
    body.hash(&mut hasher);
    hasher.finish()
}

fn add(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Void => 0_u8.hash(hasher),
        Value::Bool(flag) => flag.hash(hasher),
        Value::Int(number) => number.hash(hasher),
        Value::Double(number) => number.to_bits().hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Timestamp(seconds) => seconds.hash(hasher),
        Value::Array(items) => items.iter().for_each(|item| add(item, hasher)),
        Value::Table(table) => table.iter().for_each(|(name, value)| {
            name.hash(hasher);
            add(value, hasher);
        }),
    }
}

/// The messages of one print, and how far each queue has handed them out.
#[derive(Clone, Debug, Default)]
struct Alike {
    /// By their numbers, oldest first.
    messages: Vec<usize>,
    queues: OrderedMap<Name, InQueue>,
}

#[derive(Clone, Debug, Default)]
struct InQueue {
    /// Those that were routed to it, oldest first.
    routed: Vec<usize>,
    /// So many of the routed ones were delivered.
    delivered: usize,
    /// Those that were delivered without being routed: dead letters, and what stood there before.
    others: Vec<usize>,
    /// So many of all the messages of this print were delivered as others.
    passed: usize,
    /// The redelivery that came last, by its place among those that were delivered.
    again: usize,
}

/// Gives each message a number. Of several that are alike, the oldest is meant.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    known: OrderedMap<Print, Alike>,
    next: usize,
}

impl Matcher {
    fn number(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// A message was published. Its number.
    pub fn published(&mut self, print: Print, queues: &[Name]) -> usize {
        let number = self.number();
        let alike = self.known.get_or_default(print);
        alike.messages.push(number);
        for queue in queues {
            alike.queues.get_or_default(queue.clone()).routed.push(number);
        }
        number
    }

    /// A message was delivered: its number, and whether it was never seen before. A log that does not say whether it is a redelivery has
    /// delivered what it can for the first time.
    pub fn delivered(&mut self, print: Print, queue: &Name, redelivered: Option<bool>) -> (usize, bool) {
        let next = self.next;
        let alike = self.known.get_or_default(print);
        let of_queue = alike.queues.get_or_default(queue.clone());
        let known = of_queue.delivered + of_queue.others.len();
        let before = |of_queue: &InQueue, place: usize| -> Option<usize> {
            let other = || of_queue.others.get(place - of_queue.delivered).copied();
            if place < of_queue.delivered { of_queue.routed.get(place).copied() } else { other() }
        };
        if redelivered == Some(true) && known > 0 {
            let place = of_queue.again % known;
            of_queue.again += 1;
            if let Some(number) = before(of_queue, place) {
                return (number, false);
            }
        }
        if let Some(number) = of_queue.routed.get(of_queue.delivered).copied() {
            of_queue.delivered += 1;
            return (number, false);
        }
        // It may have come as a dead letter: then it was published to another queue.
        while let Some(number) = alike.messages.get(of_queue.passed).copied() {
            of_queue.passed += 1;
            if of_queue.routed.binary_search(&number).is_err() {
                of_queue.others.push(number);
                return (number, false);
            }
        }
        if redelivered.is_none() && known > 0 {
            let place = of_queue.again % known;
            of_queue.again += 1;
            if let Some(number) = before(of_queue, place) {
                return (number, false);
            }
        }
        alike.messages.push(next);
        of_queue.passed = alike.messages.len();
        of_queue.others.push(next);
        self.next += 1;
        (next, true)
    }
}
