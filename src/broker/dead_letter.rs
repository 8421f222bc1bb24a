//! Dead-lettering: why a message left its queue unacknowledged, and the `x-death` header that says so
//! (section K of the rules).

use super::cause::DeathReason;
use super::ids::MessageId;
use super::message::{Death, History, Message};
use super::profile::Rules;
use super::value::{Name, Value};
use crate::base::SimTime;

/// A death that is about to be recorded.
pub(super) struct NewDeath<'a> {
    pub queue: &'a Name,
    pub reason: DeathReason,
    /// Where the dead letter goes, and under which key if not its own.
    pub exchange: &'a Name,
    pub routing_key: Option<&'a Name>,
    /// How often its delivery failed so far (rule 139).
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
    if rules.quorum_counts_properties {
        history.properties_bytes.get_or_insert(message.properties_bytes()); // rule 108: as the client sent them
    }
    let first = history.deaths.is_empty(); // rule 124: a death that a client told of is one
    record(&mut history, message, queue, reason, original_expiration, now);
    history.failures = failures;

    headers.insert("x-death".into(), Value::Array(history.deaths.iter().map(Death::to_table).collect()));
    let origin = [
        ("reason", Value::string(reason.name())),
        ("queue", Value::String(queue.clone())),
        ("exchange", Value::String(message.exchange.clone())),
    ];
    for (what, value) in origin {
        if first {
            headers.get_or_insert_with(format!("x-first-death-{what}").into(), || value.clone());
        }
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
            routing_keys: told_keys(message),
            original_expiration,
        },
    };
    history.deaths.insert(0, death);
}

/// The keys that a death tells: the routing key and those of CC (rule 123). RabbitMQ takes those of BCC out of all keys, the first of each
/// name. A key that BCC has, too, then has its place in BCC.
fn told_keys(message: &Message) -> Vec<Name> {
    let mut keys: Vec<Name> = std::iter::once(message.routing_key.clone()).chain(cc_keys(message)).collect();
    keys.extend_from_slice(message.bcc());
    for hidden in message.bcc() {
        if let Some(first) = keys.iter().position(|key| key == hidden) {
            keys.remove(first);
        }
    }
    keys
}

/// The keys of the CC header (rule 48).
pub(super) fn cc_keys(message: &Message) -> impl Iterator<Item = Name> {
    let spent = message.properties.history.as_ref().is_some_and(|history| history.cc_spent);
    let keys = message.properties.header("CC").filter(|_| !spent).and_then(Value::as_array).unwrap_or_default();
    keys.iter().filter_map(|key| key.as_str().cloned())
}

/// Whether this death must not lead back to `target`. The message has been there, and no client rejected it since (rules 127, 128).
pub(super) fn is_cycle(message: &Message, target: &Name, reason: DeathReason) -> bool {
    if reason == DeathReason::Rejected {
        return false;
    }
    let deaths = message.deaths();
    let Some(seen) = deaths.iter().position(|death| death.queue == *target) else { return false };
    deaths[..=seen].iter().all(|death| death.reason != DeathReason::Rejected)
}
