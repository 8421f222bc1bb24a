//! What RabbitMQ offers where a queue is to become another. It never changes the arguments, type or durability of a queue that is there
//! (rule 14). A policy may set the same, or a new queue may take its place. Or the queue is deleted with its messages and declared again.

use super::{Edit, Element, fresh};
use crate::broker::queue::settings::QUEUE_ARGUMENTS;
use crate::broker::{ApplyTo, Broker, Policy, Value};
use crate::scenario::{BindingSpec, BindingTarget, Name, Point, QueueSpec, Scenario, SimTime, Trigger};

const DEAD_LETTER_EXCHANGE: &str = "x-dead-letter-exchange";
const DEAD_LETTER_KEY: &str = "x-dead-letter-routing-key";

/// So far beneath the old queue the new one stands.
const BENEATH: f64 = 150.0;

/// The queues that would be deleted and declared again.
pub fn redeclared<'a>(old: &'a Scenario, new: &'a Scenario) -> impl Iterator<Item = &'a Name> {
    old.broker.queues.iter().filter_map(|before| {
        let after = new.broker.queues.iter().find(|after| after.name == before.name)?;
        (!before.declares(after)).then_some(&before.name)
    })
}

/// The queue as it was and as it would be, where the scenarios differ in nothing else.
fn only_queue<'a>(old: &'a Scenario, new: &'a Scenario) -> Option<(&'a QueueSpec, &'a QueueSpec)> {
    let index = old.broker.queues.iter().zip(&new.broker.queues).position(|(before, after)| before != after)?;
    let (before, after) = (&old.broker.queues[index], &new.broker.queues[index]);
    let mut same = new.clone();
    same.broker.queues[index] = before.clone();
    (same == *old && before.name == after.name).then_some((before, after))
}

/// RabbitMQ takes a dead-letter key only beside the exchange that it is for. A policy may set that exchange: then the key asks for both.
#[must_use]
pub fn completed(old: &Scenario, edits: &[Edit]) -> Vec<Edit> {
    let mut edits = edits.to_vec();
    for edit in &mut edits {
        let Edit::Put { element, .. } = edit else { continue };
        let Element::Queue(queue) = &mut **element else { continue };
        let has_key_alone = queue.arguments.contains_key(DEAD_LETTER_KEY) && !queue.arguments.contains_key(DEAD_LETTER_EXCHANGE);
        let by_policy = || old.broker.policy_for(queue)?.1.definition.get("dead-letter-exchange").cloned();
        if let Some(exchange) = has_key_alone.then(by_policy).flatten() {
            queue.arguments.insert(DEAD_LETTER_EXCHANGE.into(), exchange);
        }
    }
    edits
}

/// The edit of policies after which the queue goes by the same settings as with its new arguments. None: no policy can do that.
#[must_use]
pub fn by_policy(old: &Scenario, new: &Scenario) -> Option<Edit> {
    let (before, after) = only_queue(old, new)?;
    let policies = &old.broker.policies;
    let applied = old.broker.policy_for(before);
    let mut definition = applied.map(|(_, policy)| policy.definition.clone()).unwrap_or_default();
    for (name, value) in after.arguments.iter() {
        if before.arguments.get(name) != Some(value) {
            let argument = QUEUE_ARGUMENTS.iter().find(|argument| *argument.name == **name)?;
            definition.insert(argument.policy_key()?.into(), Value::clone(value));
        }
    }
    let pattern = Policy::pattern_of(&before.name);
    let (index, policy) = match applied {
        Some((index, policy)) if policy.pattern == pattern => (index, Policy { definition, ..policy.clone() }),
        _ => {
            let is_taken = |name: &str| policies.iter().any(|policy| *policy.name == *name);
            let name = if is_taken(&before.name) { super::fresh_where(&before.name, is_taken) } else { before.name.clone() };
            let priority = applied.map_or(0, |(_, policy)| policy.priority + 1);
            (policies.len(), Policy { name, pattern, apply_to: ApplyTo::Queues, definition, priority, operator: false })
        }
    };
    let mut with = policies.clone();
    with.truncate(index);
    with.push(policy.clone());
    with.extend(policies.iter().skip(index + 1).cloned());
    let goes_by = |policies: &[Policy], queue: &QueueSpec| {
        let mut broker = Broker::new(old.broker.profile);
        for policy in policies {
            // One that is refused applies to nothing.
            let _ = broker.set_policy(SimTime::ZERO, policy.clone());
        }
        (broker.settings_for(&queue.name, &queue.arguments), queue.durable, queue.auto_delete, queue.kind())
    };
    (goes_by(&with, before) == goes_by(policies, after)).then(|| Edit::Put { index, element: Box::new(Element::Policy(policy)) })
}

/// A new queue with the new arguments takes over the bindings, and consumers serve both. The old queue keeps its messages.
#[must_use]
pub fn beside(old: &Scenario, new: &Scenario) -> Option<(Name, Vec<Edit>)> {
    let (before, after) = only_queue(old, new)?;
    let name = fresh(old, &before.name);
    let put = |index: usize, element: Element| Edit::Put { index, element: Box::new(element) };
    let at = Point { x: before.at.x, y: before.at.y + BENEATH };
    let queue = QueueSpec { name: name.clone(), at: at.on_canvas().unwrap_or(before.at), messages: 0, ..after.clone() };
    let mut edits = vec![put(old.broker.queues.len(), Element::Queue(queue))];
    for (index, binding) in old.broker.bindings.iter().enumerate() {
        if matches!(&binding.destination, BindingTarget::Queue(queue) if *queue == before.name) {
            let destination = BindingTarget::Queue(name.clone());
            edits.push(put(index, Element::Binding(BindingSpec { destination, ..binding.clone() })));
        }
    }
    for (index, service) in old.services.iter().enumerate() {
        let mut service = service.clone();
        let handlers = service.handlers.clone().into_iter().filter_map(|mut handler| match &mut handler.trigger {
            Trigger::Queue(subscription) if subscription.queue == before.name => {
                subscription.queue = name.clone();
                Some(handler)
            }
            _ => None,
        });
        service.handlers.extend(handlers);
        if service != old.services[index] {
            edits.push(put(index, Element::Service(service)));
        }
    }
    Some((name, edits))
}
