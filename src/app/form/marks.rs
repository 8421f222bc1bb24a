//! What marks a queue on its card.

use super::fields::broker::QUEUE;
use super::table;
use crate::app::texts::form as texts;
use crate::base::SimTime;
use crate::base::time::Span;
use crate::broker::Value;
use crate::broker::queue::Kind as QueueKind;
use crate::scenario::{BrokerSpec, QueueSpec};

/// What marks a queue, as RabbitMQ's own pages do: its type, its arguments, and a policy that applies to it.
#[must_use]
pub fn marks(broker: &BrokerSpec, queue: &QueueSpec) -> Vec<&'static str> {
    let flags = [("D", queue.durable), ("AD", queue.auto_delete)].into_iter().filter_map(|(mark, is_set)| is_set.then_some(mark));
    let kind = Some(queue.kind()).filter(|kind| *kind != QueueKind::Classic).map(QueueKind::name);
    let arguments = QUEUE.iter().filter_map(|field| match field.kind {
        table::Kind::Argument { badge, .. } => {
            badge.filter(|_| field.key.strip_prefix("arguments.").is_some_and(|name| queue.arguments.contains_key(name)))
        }
        _ => None,
    });
    let policy = broker.policy_for(queue).map(|_| texts::POLICY);
    flags.chain(kind).chain(arguments).chain(policy).collect()
}

/// A mark, and what it means in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    pub mark: String,
    /// The mark with its number, where it has one: "Lim 5".
    pub whole: String,
    /// What it is in full, with its value: "max-length 5".
    pub name: String,
    pub tip: String,
}

/// A larger number is in the sentence alone.
const NUMBER_MAX: u64 = 1_000_000_000_000;

/// The number of an argument beside its mark. Times are as short as they can be.
fn with_number(mark: &str, name: &str, value: &Value) -> Option<String> {
    let number = u64::try_from(value.as_int()?).ok().filter(|number| *number < NUMBER_MAX)?;
    let is_time = matches!(name, "x-message-ttl" | "x-expires");
    Some(if is_time { format!("{mark} {}", Span(SimTime::from_millis(number))) } else { format!("{mark} {number}") })
}

/// The marks of a queue, each with its sentence.
#[must_use]
pub fn badges(broker: &BrokerSpec, queue: &QueueSpec) -> Vec<Badge> {
    let badge = |mark: &'static str| {
        let is = |field: &&table::Field| match field.kind {
            table::Kind::Argument { badge, .. } => badge == Some(mark),
            table::Kind::Flag(_) => [("D", "durable"), ("AD", "auto_delete")].contains(&(mark, field.key)),
            _ => false,
        };
        if let Some(field) = QUEUE.iter().find(is) {
            let name = field.key.strip_prefix("arguments.").unwrap_or(field.label);
            let value = queue.arguments.get(name);
            let is = value.map_or_else(|| name.to_owned(), |value| format!("{name} {value}"));
            let whole = value.and_then(|value| with_number(mark, name, value)).unwrap_or_else(|| mark.to_owned());
            Badge { mark: mark.to_owned(), whole, tip: texts::badge(&is, field.help), name: is.to_ascii_lowercase() }
        } else if let Some((_, policy)) = broker.policy_for(queue).filter(|_| mark == texts::POLICY) {
            let keys: Vec<&str> = policy.definition.keys().map(|key| &**key).collect();
            plain(mark, texts::sets(&policy.name, &keys.join(", ")))
        } else {
            plain(mark, texts::queue_type(queue.kind()).to_owned())
        }
    };
    marks(broker, queue).into_iter().map(badge).collect()
}

/// One that says all it is.
fn plain(mark: &str, tip: String) -> Badge {
    Badge { mark: mark.to_owned(), whole: mark.to_owned(), name: mark.to_owned(), tip }
}
