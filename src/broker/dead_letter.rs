//! Dead-lettering: why a message left its queue without being acknowledged, and the `x-death` header that says so
//! (section K of the rules).

use std::fmt;

use super::message::{History, Message, MessageId};
use super::profile::Rules;
use super::value::{Name, Table, Value};
use crate::base::SimTime;

/// Why a message died (rule 115).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeathReason {
    /// Nacked or rejected without requeue.
    Rejected,
    Expired,
    /// Pushed out of, or refused by, a full queue.
    Maxlen,
    /// Returned to a quorum queue more often than its delivery limit allows.
    DeliveryLimit,
}

impl DeathReason {
    pub const ALL: [Self; 4] = [Self::Rejected, Self::Expired, Self::Maxlen, Self::DeliveryLimit];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Maxlen => "maxlen",
            Self::DeliveryLimit => "delivery_limit",
        }
    }
}

impl fmt::Display for DeathReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One entry of `x-death`: all deaths of a message in one queue for one reason (rule 121).
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    pub queue: Name,
    pub reason: DeathReason,
    pub count: u64,
    /// Of the first such death, as the exchange and keys below (rule 122).
    pub time: SimTime,
    /// Where the message had been published before that death (rule 123).
    pub exchange: Name,
    pub routing_keys: Vec<Name>,
    pub original_expiration: Option<Name>,
}

impl Death {
    fn to_table(&self) -> Value {
        let mut table: Table = [
            ("count".into(), Value::Int(i64::try_from(self.count).unwrap_or(i64::MAX))),
            ("exchange".into(), Value::String(self.exchange.clone())),
            ("queue".into(), Value::String(self.queue.clone())),
            ("reason".into(), Value::string(self.reason.name())),
            ("routing-keys".into(), Value::Array(self.routing_keys.iter().cloned().map(Value::String).collect())),
            ("time".into(), Value::Timestamp(self.time.as_secs())),
        ]
        .into_iter()
        .collect();
        if let Some(expiration) = &self.original_expiration {
            table.insert("original-expiration".into(), Value::String(expiration.clone()));
        }
        Value::Table(table)
    }

    fn from_table(value: &Value) -> Option<Self> {
        let table = value.as_table()?;
        let reason = table.get("reason")?.as_str()?;
        Some(Self {
            queue: table.get("queue")?.as_str()?.clone(),
            reason: DeathReason::ALL.into_iter().find(|known| known.name() == &**reason)?,
            count: table.get("count").and_then(Value::as_int).and_then(|count| u64::try_from(count).ok()).unwrap_or(1),
            time: match table.get("time") {
                Some(Value::Timestamp(seconds)) => SimTime::from_secs(*seconds),
                _ => SimTime::ZERO,
            },
            exchange: table.get("exchange").and_then(Value::as_str).cloned().unwrap_or_else(|| "".into()),
            routing_keys: table
                .get("routing-keys")
                .and_then(Value::as_array)
                .map(|keys| keys.iter().filter_map(|key| key.as_str().cloned()).collect())
                .unwrap_or_default(),
            original_expiration: table.get("original-expiration").and_then(Value::as_str).cloned(),
        })
    }
}

/// A death that is about to be recorded.
pub(super) struct NewDeath<'a> {
    pub queue: &'a Name,
    pub reason: DeathReason,
    /// Where the dead letter goes, and under which key if not its own.
    pub exchange: &'a Name,
    pub routing_key: Option<&'a Name>,
    /// Counted by a quorum queue.
    pub failures: u32,
}

/// The message to publish to the dead-letter exchange: the same body, with one more death on record.
pub(super) fn dead_letter(message: &Message, id: MessageId, death: &NewDeath, now: SimTime, rules: &Rules) -> Message {
    let NewDeath { queue, reason, exchange, routing_key, failures } = *death;
    let mut properties = (*message.properties).clone();
    let mut history = properties.history.take().unwrap_or_default();
    let headers = properties.headers.get_or_insert_default();

    if history.deaths.is_empty()
        && rules.interpret_client_x_death
        && let Some(deaths) = headers.get("x-death").and_then(Value::as_array)
    {
        history.deaths = deaths.iter().filter_map(Death::from_table).collect(); // rule 125
    }

    let original_expiration = properties.expiration.take(); // rule 120
    record(&mut history, message, queue, reason, original_expiration, now);
    history.failures = failures;

    headers.insert("x-death".into(), Value::Array(history.deaths.iter().map(Death::to_table).collect()));
    let origin = [
        ("reason", Value::string(reason.name())),
        ("queue", Value::String(queue.clone())),
        ("exchange", Value::String(message.exchange.clone())),
    ];
    for (what, value) in origin {
        headers.get_or_insert_with(format!("x-first-death-{what}").into(), || value.clone()); // rule 124
        headers.insert(format!("x-last-death-{what}").into(), value);
    }

    if routing_key.is_some() {
        history.bcc.clear();
        history.cc_spent = true;
    }
    properties.history = Some(history);
    Message {
        id,
        exchange: exchange.clone(),
        routing_key: routing_key.unwrap_or(&message.routing_key).clone(),
        properties: properties.into(),
        body: message.body.clone(),
    }
}

fn record(history: &mut History, message: &Message, queue: &Name, reason: DeathReason, original_expiration: Option<Name>, now: SimTime) {
    let death = match history.deaths.iter().position(|death| death.queue == *queue && death.reason == reason) {
        Some(index) => {
            let mut known = history.deaths.remove(index);
            known.count += 1; // the rest stays that of the first such death (rule 122)
            known
        }
        None => Death {
            queue: queue.clone(),
            reason,
            count: 1,
            time: now,
            exchange: message.exchange.clone(),
            routing_keys: std::iter::once(message.routing_key.clone()).chain(cc_keys(message)).collect(), // rule 123
            original_expiration,
        },
    };
    history.deaths.insert(0, death);
}

/// The keys of the CC header (rule 48).
pub(super) fn cc_keys(message: &Message) -> impl Iterator<Item = Name> {
    let spent = message.properties.history.as_ref().is_some_and(|history| history.cc_spent);
    let keys = message.properties.header("CC").filter(|_| !spent).and_then(Value::as_array).unwrap_or_default();
    keys.iter().filter_map(|key| key.as_str().cloned())
}

/// Whether this death must not lead back to `target`: the message has been there, and nobody rejected it since (rules 127, 128).
pub(super) fn is_cycle(message: &Message, target: &Name, reason: DeathReason) -> bool {
    if reason == DeathReason::Rejected {
        return false;
    }
    let deaths = message.deaths();
    let Some(seen) = deaths.iter().position(|death| death.queue == *target) else { return false };
    deaths[..=seen].iter().all(|death| death.reason != DeathReason::Rejected)
}
