//! What of a broker's topology does nothing, or is refused by a newer RabbitMQ. An import and a lint say it beside the findings. The
//! canvas does not mark it, because the system behaves as it is drawn.

use super::filled;
use crate::base::ordered::OrderedMap;
use crate::broker::BindingKey;
use crate::broker::policy::Aim;
use crate::broker::queue::settings::QUEUE_ARGUMENTS;
use crate::scenario::edit::Slot;
use crate::scenario::validate::broker_problems;
use crate::scenario::{BindingTarget, BrokerSpec, ExchangeType, Profile, Table};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// A policy whose pattern matches no part.
    PolicyUnmatched,
    /// A policy that never holds: RabbitMQ holds one for each part, and others go before it.
    PolicyShadowed,
    /// An argument that no RabbitMQ of this version heeds.
    ArgumentWithoutEffect,
    /// A binding of a headers exchange without arguments: it takes every message.
    HeadersUnconditional,
    /// A key where the exchange ignores keys.
    KeyIgnored,
    /// An alternate exchange that is not there.
    AlternateMissing,
    /// Two names that differ by blanks alone.
    NamesDiffer,
    /// What a newer RabbitMQ refuses.
    NewerRefuses,
}

impl RemarkKind {
    pub const ALL: [Self; 8] = [
        Self::PolicyUnmatched,
        Self::PolicyShadowed,
        Self::ArgumentWithoutEffect,
        Self::HeadersUnconditional,
        Self::KeyIgnored,
        Self::AlternateMissing,
        Self::NamesDiffer,
        Self::NewerRefuses,
    ];

    /// As programs read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PolicyUnmatched => "policy-unmatched",
            Self::PolicyShadowed => "policy-shadowed",
            Self::ArgumentWithoutEffect => "argument-without-effect",
            Self::HeadersUnconditional => "headers-unconditional",
            Self::KeyIgnored => "key-ignored",
            Self::AlternateMissing => "alternate-missing",
            Self::NamesDiffer => "names-differ",
            Self::NewerRefuses => "newer-refuses",
        }
    }

    /// The file of the lesson that explains it.
    #[must_use]
    pub const fn lesson(self) -> &'static str {
        match self {
            Self::PolicyUnmatched | Self::PolicyShadowed | Self::ArgumentWithoutEffect | Self::NewerRefuses => "versions.md",
            Self::HeadersUnconditional => "headers.md",
            Self::KeyIgnored => "fanout.md",
            Self::AlternateMissing => "publishing-safely.md",
            Self::NamesDiffer => "what-is-a-broker.md",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub kind: RemarkKind,
    pub slot: Slot,
    /// One sentence.
    pub says: String,
    /// What would mend it, in a few words; empty where there is nothing to do.
    pub todo: String,
}

/// All of them, in the order of their kinds.
#[must_use]
pub fn remarks(broker: &BrokerSpec) -> Vec<Remark> {
    let mut found = Vec::new();
    policies(broker, &mut found);
    arguments(broker, &mut found);
    bindings(broker, &mut found);
    alternates(broker, &mut found);
    names(broker, &mut found);
    newer(broker, &mut found);
    found
}

fn remark(kind: RemarkKind, slot: Slot, text: &str, names: &[&str], todo: &str) -> Remark {
    Remark { kind, slot, says: filled(text, names), todo: todo.to_owned() }
}

fn policies(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    // The numbers of the parts that each takes: queues, and behind them exchanges.
    let taken: Vec<Option<Vec<usize>>> = broker.policies.iter().map(|policy| Some(taken(broker, &policy.aim()?))).collect();
    // Which policy of users goes first, by part.
    let mut first: Vec<Option<usize>> = vec![None; broker.queues.len() + broker.exchanges.len()];
    for (index, parts) in taken.iter().enumerate().filter(|(index, _)| !broker.policies[*index].operator) {
        for part in parts.iter().flatten() {
            let before = first[*part].filter(|before| broker.policies[*before].priority >= broker.policies[index].priority);
            first[*part] = before.or(Some(index));
        }
    }
    for (index, policy) in broker.policies.iter().enumerate() {
        let Some(parts) = &taken[index] else { continue };
        let before = |part: &usize| first[*part].filter(|before| broker.policies[*before].priority > policy.priority);
        if let Some(other) = parts.first().and_then(before).filter(|_| !policy.operator && parts.iter().all(|part| before(part).is_some()))
        {
            let text = "The policy {} never holds: {} goes before it wherever it matches.";
            let todo = "raise its priority, or merge both";
            found.push(remark(RemarkKind::PolicyShadowed, Slot::Policy(index), text, &[&policy.name, &broker.policies[other].name], todo));
        }
        if parts.is_empty() {
            let text = "The policy {} applies to nothing: no name matches, or no type fits.";
            found.push(remark(RemarkKind::PolicyUnmatched, Slot::Policy(index), text, &[&policy.name], "change its pattern or apply-to"));
        }
    }
}

fn taken(broker: &BrokerSpec, aim: &Aim<'_>) -> Vec<usize> {
    let queues = broker.queues.iter().map(|queue| aim.takes_queue(&queue.name, queue.kind()));
    let all = queues.chain(broker.exchanges.iter().map(|exchange| aim.takes_exchange(&exchange.name)));
    all.enumerate().filter(|(_, takes)| *takes).map(|(part, _)| part).collect()
}

/// The arguments that a part of the broker has, and that nothing reads.
fn arguments(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    for (index, queue) in broker.queues.iter().enumerate() {
        let heeded = |name: &str| {
            name == "x-queue-type" || QUEUE_ARGUMENTS.iter().any(|one| one.name == name && one.is_heeded_by(queue.kind(), broker.profile))
        };
        for name in queue.arguments.keys().filter(|name| !heeded(name)) {
            let meant = format!("x-{name}");
            let known = QUEUE_ARGUMENTS.iter().any(|one| one.name == meant);
            let todo = if known { filled("name it {}", &[&meant]) } else { filled("remove {}", &[name]) };
            let text = "RabbitMQ {} takes the argument {} of {} and ignores it.";
            let names = [broker.profile.name(), name, &queue.name];
            found.push(remark(RemarkKind::ArgumentWithoutEffect, Slot::Queue(index), text, &names, &todo));
        }
        if queue.dead_letter_routing_key().is_some() && queue.dead_letter_exchange().is_none() && broker.policies.is_empty() {
            let text = "{} has x-dead-letter-routing-key without x-dead-letter-exchange.";
            let todo = "name the dead-letter exchange";
            found.push(remark(RemarkKind::ArgumentWithoutEffect, Slot::Queue(index), text, &[&queue.name], todo));
        }
    }
}

fn bindings(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    let exchanges: OrderedMap<&str, ExchangeType> = broker.exchanges.iter().map(|one| (&*one.name, one.routes_as())).collect();
    for (index, binding) in broker.bindings.iter().enumerate() {
        let Some(kind) = exchanges.get(&*binding.source).copied() else { continue };
        let slot = Slot::Binding(index);
        let names = [&*binding.source, binding.destination.name(), &binding.routing_key];
        // Headers that begin with x- count where the match says so.
        let asks = |arguments: &Table| {
            let with_x = arguments.get("x-match").and_then(|how| how.as_str()).is_some_and(|how| how.ends_with("-with-x"));
            arguments.keys().any(|name| !name.starts_with("x-") || with_x && **name != *"x-match")
        };
        if kind == ExchangeType::Headers && !asks(&binding.arguments) {
            let text = "The binding of {} to {} names no headers.";
            let todo = "give it its arguments again: exports of 3.8 lost them";
            found.push(remark(RemarkKind::HeadersUnconditional, slot, text, &names, todo));
        } else if kind != ExchangeType::Headers && kind.binding_key() == BindingKey::Ignored && !binding.routing_key.is_empty() {
            let text = "{} ignores the key of its binding to {}: {}.";
            found.push(remark(RemarkKind::KeyIgnored, slot, text, &names, "leave it empty"));
        }
    }
}

/// The exchanges whose alternate exchange is not there: their number, its name, and a sentence.
pub fn missing_alternates(broker: &BrokerSpec) -> impl Iterator<Item = (usize, &str, String)> {
    let known: OrderedMap<&str, ()> = broker.exchanges.iter().map(|one| (&*one.name, ())).collect();
    broker.exchanges.iter().enumerate().filter_map(move |(index, exchange)| {
        let other: &str = exchange.arguments.get("alternate-exchange").and_then(|named| named.as_str())?;
        let is_missing = !other.is_empty() && !other.starts_with("amq.") && !known.contains_key(other);
        let says = || filled("RabbitMQ drops what {} cannot route: there is no exchange {}.", &[&exchange.name, other]);
        is_missing.then(|| (index, other, says()))
    })
}

fn alternates(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    for (index, other, says) in missing_alternates(broker) {
        let todo = filled("create the exchange {}", &[other]);
        found.push(Remark { kind: RemarkKind::AlternateMissing, slot: Slot::Exchange(index), says, todo });
    }
}

/// Of names that are the same without their blanks, each but the first.
fn names(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    let mut search = |names: &mut dyn Iterator<Item = &str>, slot: fn(usize) -> Slot| {
        let bare = |name: &str| name.split_whitespace().collect::<String>();
        let mut known: OrderedMap<String, &str> = OrderedMap::new();
        for (index, name) in names.enumerate() {
            let first = *known.get_or_insert_with(bare(name), || name);
            if first != name {
                let text = "'{}' and '{}' differ by blanks alone.";
                found.push(remark(RemarkKind::NamesDiffer, slot(index), text, &[first, name], "rename or remove one of them"));
            }
        }
    };
    search(&mut broker.exchanges.iter().map(|one| &*one.name), Slot::Exchange);
    search(&mut broker.queues.iter().map(|one| &*one.name), Slot::Queue);
}

/// What the next versions refuse of what this one takes: of each part the first refusal.
fn newer(broker: &BrokerSpec, found: &mut Vec<Remark>) {
    let mut told: OrderedMap<String, ()> = OrderedMap::new();
    for profile in [Profile::V4_0, Profile::V4_3].into_iter().filter(|profile| *profile > broker.profile.upstream()) {
        let newer = BrokerSpec { profile, ..broker.clone() };
        for problem in broker_problems(&newer) {
            let Some(slot) = Slot::of_path(&problem.path) else { continue };
            if told.insert(slot.to_string(), ()).is_none() {
                let name = name(broker, slot);
                let why = problem.message.trim_end_matches('.');
                let says = if why.starts_with("RabbitMQ") {
                    filled("Of {}: {}.", &[&name, why])
                } else {
                    filled("RabbitMQ {} refuses {}: {}.", &[profile.name(), &name, why])
                };
                found.push(Remark { kind: RemarkKind::NewerRefuses, slot, says, todo: String::new() });
            }
        }
    }
}

fn name(broker: &BrokerSpec, slot: Slot) -> String {
    match slot {
        Slot::Exchange(index) => format!("the exchange {}", broker.exchanges[index].name),
        Slot::Queue(index) => format!("the queue {}", broker.queues[index].name),
        Slot::Policy(index) => format!("the policy {}", broker.policies[index].name),
        Slot::Binding(index) => {
            let binding = &broker.bindings[index];
            let (BindingTarget::Queue(to) | BindingTarget::Exchange(to)) = &binding.destination;
            format!("the binding of {} to {to}", binding.source)
        }
        _ => slot.to_string(),
    }
}
