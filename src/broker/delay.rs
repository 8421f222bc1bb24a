//! The delayed-message exchange (rule 149): it keeps a message for as long as the message's `x-delay` header asks for. Then it routes it,
//! by the bindings that it has then.

use std::sync::Arc;

use super::Broker;
use super::error::AmqpError;
use super::event::Event;
use super::exchange::{Exchange, ExchangeType};
use super::ids::{ExchangeId, MessageId};
use super::message::{Message, Properties};
use super::publish::Sender;
use super::value::{Name, Value};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;

/// The longest delay: a timer of Erlang's has 32 bits. A message that asks for more is routed at once.
const DELAY_MILLIS_MAX: u64 = u32::MAX as u64;

const HEADER: &str = "x-delay";

/// What exchanges keep. What is due first comes first; then the exchange's name decides, and then which came first.
#[derive(Clone, Debug, Default)]
pub(super) struct Delays {
    kept: OrderedMap<(SimTime, Name, u64), Kept>,
    number: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    message: Arc<Message>,
    /// Of the exchange, when it took the message: RabbitMQ keeps the exchange with it.
    alternate: Option<Name>,
    alone: bool,
}

impl Delays {
    pub fn next_due(&self) -> Option<SimTime> {
        self.kept.keys().next().map(|(due, ..)| *due)
    }

    pub fn keep(&mut self, due: SimTime, exchange: &Exchange, message: Arc<Message>, alone: bool) {
        self.number += 1;
        let kept = Kept { message, alternate: exchange.alternate.clone(), alone };
        self.kept.insert((due, exchange.name.clone(), self.number), kept);
    }

    /// Its publish was rolled back. RabbitMQ keeps the message all the same.
    pub fn is_not_alone(&mut self, message: MessageId) {
        self.kept.values_mut().filter(|kept| kept.message.id == message).for_each(|kept| kept.alone = false);
    }

    /// What an exchange keeps, and until when.
    pub fn of<'a>(&'a self, exchange: &'a str) -> impl Iterator<Item = (SimTime, &'a Arc<Message>)> {
        self.all().filter(move |(_, name, _)| ***name == *exchange).map(|(due, _, message)| (due, message))
    }

    pub fn all(&self) -> impl Iterator<Item = (SimTime, &Name, &Arc<Message>)> {
        self.kept.iter().map(|((due, exchange, _), kept)| (*due, exchange, &kept.message))
    }

    /// How many of them nothing else became of.
    pub fn alone(&self) -> u64 {
        self.kept.values().filter(|kept| kept.alone).count() as u64
    }
}

/// For how many milliseconds a message asks to be kept. None: it asks for nothing, or for what the exchange does not do.
///
/// # Errors
/// A text that is no number: RabbitMQ's own code ends here, and the connection with it.
pub(super) fn millis(properties: &Properties) -> Result<Option<u64>, AmqpError> {
    Ok(header(properties)?.and_then(|asked| u64::try_from(asked).ok()).filter(|millis| (1..=DELAY_MILLIS_MAX).contains(millis)))
}

fn header(properties: &Properties) -> Result<Option<i64>, AmqpError> {
    Ok(match properties.header(HEADER) {
        Some(Value::Int(asked)) => Some(*asked),
        #[expect(clippy::cast_possible_truncation, reason = "RabbitMQ truncates it, too")]
        Some(Value::Double(asked)) => Some(*asked as i64),
        Some(Value::String(asked)) => Some(asked.parse().map_err(|_| AmqpError::internal())?),
        Some(Value::Void | Value::Bool(_) | Value::Timestamp(_) | Value::Array(_) | Value::Table(_)) | None => None,
    })
}

/// The message after its delay: its header is negative, so that no other exchange delays it again.
pub(super) fn after(message: &Message) -> Message {
    let mut after = message.clone();
    if let Ok(Some(asked)) = header(&message.properties) {
        let headers = Arc::make_mut(&mut after.properties).headers.get_or_insert_default();
        headers.insert(HEADER.into(), Value::Int(asked.saturating_neg()));
    }
    after
}

impl Exchange {
    /// For how long it keeps a message.
    ///
    /// # Errors
    /// A header that no number can be read from.
    pub(super) fn delay(&self, properties: &Properties) -> Result<Option<u64>, AmqpError> {
        if self.kind == ExchangeType::DelayedMessage { millis(properties) } else { Ok(None) }
    }
}

impl Broker {
    /// Lets exchanges keep a message. `alone`: nothing else becomes of it now.
    pub(super) fn keep_for_later(&mut self, now: SimTime, message: &Arc<Message>, delays: &[(ExchangeId, u64)], mut alone: bool) {
        for (id, millis) in delays {
            let Some(exchange) = self.exchanges.get(id) else { continue };
            let until = now + SimTime::from_millis(*millis);
            self.delays.keep(until, exchange, message.clone(), alone);
            self.events.push(Event::Delayed { exchange: exchange.name.clone(), message: message.clone(), until, alone });
            alone = false;
        }
    }

    /// The first delay is over: the message is routed as if it came now. The publisher is not told where it went.
    pub(super) fn delay_over(&mut self, now: SimTime) {
        let Some(key) = self.delays.kept.keys().next().cloned() else { return };
        let Some(Kept { message, alternate, alone }) = self.delays.kept.remove(&key) else { return };
        let (_, exchange, _) = key;
        let message = Arc::new(after(&message));
        let queues = self.route_later(&exchange, alternate.as_ref(), &message);
        self.events.push(Event::DelayOver { exchange, message: message.clone(), queues: self.queue_names_of(&queues), alone });
        for queue in queues {
            self.enqueue(now, queue, &message, Sender::Broker);
        }
    }
}
