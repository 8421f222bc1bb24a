//! What marks a queue on its card.

use super::fields::broker::QUEUE;
use super::table;
use crate::app::texts::form as texts;
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
    pub tip: String,
}

/// The marks of a queue, each with its sentence.
#[must_use]
pub fn badges(broker: &BrokerSpec, queue: &QueueSpec) -> Vec<Badge> {
    let tip = |mark: &str| {
        let is = |field: &&table::Field| match field.kind {
            table::Kind::Argument { badge, .. } => badge == Some(mark),
            table::Kind::Flag(_) => [("D", "durable"), ("AD", "auto_delete")].contains(&(mark, field.key)),
            _ => false,
        };
        if let Some(field) = QUEUE.iter().find(is) {
            let name = field.key.strip_prefix("arguments.").unwrap_or(field.label);
            let is = queue.arguments.get(name).map_or_else(|| name.to_owned(), |value| format!("{name} {value}"));
            texts::badge(&is, field.help)
        } else if let Some((_, policy)) = broker.policy_for(queue).filter(|_| mark == texts::POLICY) {
            let keys: Vec<&str> = policy.definition.keys().map(|key| &**key).collect();
            texts::sets(&policy.name, &keys.join(", "))
        } else {
            texts::queue_type(queue.kind()).to_owned()
        }
    };
    marks(broker, queue).into_iter().map(|mark| Badge { mark: mark.to_owned(), tip: tip(mark) }).collect()
}
