//! What is probably a mistake in a scenario that can run. The canvas marks it, an import or a lint tells it.
//!
//! RabbitMQ takes all of this without a word. A finding says in one sentence what will happen, and names the lesson that explains it. It
//! has a [`Fix`] that mends it in one step, where there is a sensible one. Validation ([`super::validate`]) tells what cannot run at all.
//!
//! Only what the scenario's own steps publish is judged. Messages that a learner publishes by hand may go anywhere.

mod declared;
mod fix;
mod remarks;

use super::edit::{Part, Slot};
use super::routes::{self, Routes, key_of, pattern};
use super::{
    BindingTarget, ExchangeSpec, ExchangeType, FailurePolicy, FailureRule, Handler, Name, QueueSpec, Scenario, Service, Step, Trigger,
};
use crate::broker::queue::Kind as QueueKind;
use crate::broker::{BindingKey, DeathReason};
pub use fix::Fix;
pub use remarks::{Remark, RemarkKind, missing_alternates, remarks};

/// What is probably wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An exchange without bindings or an alternate exchange.
    ExchangeUnbound,
    /// A queue without bindings to which no step publishes.
    QueueUnbound,
    /// A step's key that leads to no queue.
    KeyUnmatched,
    /// A binding that no published key matches.
    BindingUnmatched,
    /// A dead letter that leads to no queue.
    DeadLettersLost,
    /// Messages that come back to their queue by expiring alone (rule 127).
    DeadLetterCycle,
    /// A queue that is filled, and that no service consumes from.
    QueueUnconsumed,
    /// Two services that consume from one queue.
    QueueShared,
    /// A consumer without a prefetch (rule 71).
    PrefetchUnlimited,
    /// Transient messages in a durable queue (rule 140).
    TransientInDurable,
    /// A policy with keys that change nothing here.
    PolicyWithoutEffect,
    /// A part that an empty broker never has: no service declares it.
    NotDeclared,
    /// A service that declares a part otherwise than it is (rules 14 and 16).
    DeclaredDifferently,
    /// Several that want what RabbitMQ gives to one (rule 15).
    ExclusiveShared,
}

impl Kind {
    pub const ALL: [Self; 14] = [
        Self::ExchangeUnbound,
        Self::QueueUnbound,
        Self::KeyUnmatched,
        Self::BindingUnmatched,
        Self::DeadLettersLost,
        Self::DeadLetterCycle,
        Self::QueueUnconsumed,
        Self::QueueShared,
        Self::PrefetchUnlimited,
        Self::TransientInDurable,
        Self::PolicyWithoutEffect,
        Self::NotDeclared,
        Self::DeclaredDifferently,
        Self::ExclusiveShared,
    ];

    /// As programs read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExchangeUnbound => "exchange-unbound",
            Self::QueueUnbound => "queue-unbound",
            Self::KeyUnmatched => "key-unmatched",
            Self::BindingUnmatched => "binding-unmatched",
            Self::DeadLettersLost => "dead-letters-lost",
            Self::DeadLetterCycle => "dead-letter-cycle",
            Self::QueueUnconsumed => "queue-unconsumed",
            Self::QueueShared => "queue-shared",
            Self::PrefetchUnlimited => "prefetch-unlimited",
            Self::TransientInDurable => "transient-in-durable",
            Self::PolicyWithoutEffect => "policy-without-effect",
            Self::NotDeclared => "not-declared",
            Self::DeclaredDifferently => "declared-differently",
            Self::ExclusiveShared => "exclusive-shared",
        }
    }

    /// The file of the lesson that explains it.
    #[must_use]
    pub const fn lesson(self) -> &'static str {
        match self {
            Self::ExchangeUnbound | Self::QueueUnbound | Self::NotDeclared => "what-is-a-broker.md",
            Self::KeyUnmatched => "direct.md",
            Self::BindingUnmatched => "topic.md",
            Self::DeadLettersLost => "dead-letters.md",
            Self::DeadLetterCycle => "lab-cycle.md",
            Self::QueueUnconsumed => "management-numbers.md",
            Self::QueueShared => "work-queues.md",
            Self::PrefetchUnlimited => "prefetch.md",
            Self::TransientInDurable | Self::DeclaredDifferently => "durable.md",
            Self::ExclusiveShared => "competing.md",
            Self::PolicyWithoutEffect => "versions.md",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    /// The part that shows it.
    pub part: Part,
    /// The element that is to be changed.
    pub slot: Slot,
    /// One sentence.
    pub says: String,
    pub fix: Option<Fix>,
}

/// A text with names in its gaps. One that begins or ends with a blank stands in quotes.
fn filled(text: &str, names: &[&str]) -> String {
    let (mut says, mut names) = (String::new(), names.iter());
    for piece in text.split("{}") {
        says.push_str(piece);
        let Some(name) = names.next() else { continue };
        let quote = if name.trim() == *name || piece.ends_with('\'') { "" } else { "'" };
        says.extend([quote, name, quote]);
    }
    says
}

/// Everything, by part.
#[must_use]
pub fn findings(scenario: &Scenario) -> Vec<Finding> {
    findings_of(scenario, Routes::of(scenario))
}

/// The same, where the routes are known.
#[must_use]
pub fn findings_of(scenario: &Scenario, routes: Routes<'_>) -> Vec<Finding> {
    let mut search = Search { scenario, routes, found: Vec::new(), lone: None };
    if search.routes.is_whole() {
        search.lone();
        for queue in 0..scenario.broker.queues.len() {
            search.queue(queue);
        }
        search.bindings();
        if !search.routes.is_whole() {
            search.found.clear();
        }
    }
    search.exchanges();
    search.policies();
    search.declarations();
    for (place, service) in scenario.services.iter().enumerate() {
        search.service(place, service);
    }
    search.found
}

/// Messages come back to a queue without a rejection.
struct Circle {
    /// Why they leave it.
    reason: DeathReason,
    /// The queue that keeps them rather than have them dropped.
    keeper: Option<usize>,
}

/// Stands for a word that a binding leaves open. No binding asks for it.
const ANY_WORD: &str = "any-word";

struct Search<'a> {
    scenario: &'a Scenario,
    routes: Routes<'a>,
    found: Vec<Finding>,
    /// The only queue that nothing leads to.
    lone: Option<usize>,
}

impl Search<'_> {
    fn tell(&mut self, kind: Kind, slot: Slot, text: &str, names: &[&str], fix: Option<Fix>) {
        let part = match slot {
            Slot::Binding(index) => match &self.scenario.broker.bindings[index].destination {
                BindingTarget::Queue(name) => Some(Part::Queue(name.clone())),
                BindingTarget::Exchange(name) => Some(Part::Exchange(name.clone())),
            },
            slot => slot.part(self.scenario),
        };
        let Some(part) = part else { return };
        let place = self.found.partition_point(|other| other.part <= part);
        self.found.insert(place, Finding { kind, part, slot, says: filled(text, names), fix });
    }

    fn is_alone(&self, queue: usize) -> bool {
        !self.routes.queues[queue].is_bound && self.routes.queues[queue].arrivals.is_empty()
    }

    fn lone(&mut self) {
        let mut alone = 0;
        for queue in 0..self.routes.queues.len() {
            if self.is_alone(queue) {
                alone += 1;
                self.lone = Some(queue).filter(|_| alone == 1);
            }
        }
    }

    /// The key under which a queue is to be bound: one that is published, or all of them.
    fn key_for(&self, exchange: &Name, queue: &Name, key: Option<&Name>) -> Option<Name> {
        let kind = self.scenario.broker.exchanges.get(self.routes.exchange(exchange)?)?.routes_as();
        // A local random exchange takes classic queues alone.
        let is_refused = |spec: &QueueSpec| spec.name == *queue && kind == ExchangeType::LocalRandom && spec.kind() != QueueKind::Classic;
        if self.scenario.broker.queues.iter().any(is_refused) {
            return None;
        }
        match (kind, key) {
            (ExchangeType::Topic, Some(key)) => Some(pattern(key)),
            (ExchangeType::Direct, Some(key)) => Some(key.clone()).filter(|key| !key.contains('{')),
            (kind, _) => Some(kind.usual_key(queue)),
        }
    }

    fn bind(&self, exchange: &Name, queue: &Name, key: Option<&Name>) -> Option<Fix> {
        let key = self.key_for(exchange, queue, key)?;
        Some(Fix::Bind { exchange: exchange.clone(), queue: queue.clone(), key })
    }

    /// The only queue that nothing leads to is bound to the exchange, or else a new one.
    fn bind_some(&self, exchange: &Name, key: Option<&Name>) -> Option<Fix> {
        match self.lone {
            Some(lone) => self.bind(exchange, &self.scenario.broker.queues[lone].name, key),
            // A direct exchange then takes the new queue's name.
            None => Some(Fix::BindNew { exchange: exchange.clone(), key: self.key_for(exchange, &"".into(), key)? }),
        }
    }

    /// The only binding of an exchange that takes nothing, where it leads to a queue.
    fn idle_binding(&self, exchange: usize) -> Option<usize> {
        let bindings = &self.scenario.broker.bindings;
        let mut idle = self.routes.exchanges.get(exchange)?.bindings.iter().filter(|binding| !self.routes.is_taken[**binding]);
        let one = idle.next().filter(|_| idle.next().is_none())?;
        matches!(bindings[*one].destination, BindingTarget::Queue(_)).then_some(*one)
    }

    /// The only binding that takes nothing gets the key that leads nowhere.
    fn rekey(&self, binding: usize, key: &Name) -> Option<Fix> {
        let from = &self.scenario.broker.bindings[binding];
        let key = self.key_for(&from.source, from.destination.name(), Some(key))?;
        Some(Fix::Rekey { binding, from: from.routing_key.clone(), key })
    }

    /// The fix for a key that leads nowhere. The binding or the queue that was probably meant, or a new one.
    fn lead(&self, exchange: &Name, key: &Name) -> Option<Fix> {
        let number = self.routes.exchange(exchange)?;
        if self.lone.is_some() {
            return self.bind_some(exchange, Some(key));
        }
        if let Some(binding) = self.idle_binding(number) {
            return self.rekey(binding, key);
        }
        match self.routes.exchanges.get(number).map(|known| &*known.bindings) {
            Some([binding]) if let BindingTarget::Queue(queue) = &self.scenario.broker.bindings[*binding].destination => {
                self.bind(exchange, queue, Some(key))
            }
            _ => self.bind_some(exchange, Some(key)),
        }
    }

    /// The exchange for a queue that nothing leads to: the only one that is not for dead letters.
    fn exchange_for_all(&self) -> Option<&Name> {
        let is_dead = |name: &Name| self.routes.queues.iter().any(|queue| queue.dead.as_ref() == Some(name));
        let exchanges = &self.scenario.broker.exchanges;
        // A dead-letter exchange waits for a queue: the finding is about the dead letters.
        if exchanges.iter().enumerate().any(|(place, one)| is_dead(&one.name) && self.is_dead_end(place)) {
            return None;
        }
        let mut others = exchanges.iter().map(|one| &one.name).filter(|name| !is_dead(name));
        others.next().filter(|_| others.next().is_none())
    }

    /// No message can leave it.
    fn is_dead_end(&self, exchange: usize) -> bool {
        self.routes.exchanges.get(exchange).is_some_and(|known| known.bindings.is_empty() && known.alternate.is_none())
    }

    fn exchanges(&mut self) {
        for (place, exchange) in self.scenario.broker.exchanges.iter().enumerate() {
            // The finding of lost dead letters is about the queue that they come from.
            let is_told = |queue: &routes::Queue| queue.dead.as_ref() == Some(&exchange.name);
            if self.is_dead_end(place) && !self.routes.queues.iter().any(is_told) {
                let text = "Nothing is bound to {}: RabbitMQ drops what arrives there.";
                let fix = self.bind_some(&exchange.name, None);
                self.tell(Kind::ExchangeUnbound, Slot::Exchange(place), text, &[&exchange.name], fix);
            }
        }
    }

    fn queue(&mut self, place: usize) {
        let (scenario, slot) = (self.scenario, Slot::Queue(place));
        let name = &scenario.broker.queues[place].name;
        if self.is_alone(place) {
            let text = "Nothing is bound to {}, and no service publishes to it.";
            let fix = self.exchange_for_all().and_then(|exchange| self.bind(exchange, name, None));
            self.tell(Kind::QueueUnbound, slot, text, &[name], fix);
        }
        self.dead_letters(place, name);
        if let Some(Circle { reason, keeper }) = self.circle(place) {
            let has_ttl = scenario.broker.queues[place].arguments.contains_key("x-message-ttl");
            let fix = (has_ttl && reason == DeathReason::Expired).then_some(Fix::Wait(place));
            let (text, names): (_, &[&str]) = match (keeper, reason) {
                (Some(keeper), _) => {
                    let keeper = &scenario.broker.queues[keeper].name;
                    ("{} keeps unrejected messages that would return to {}, and tries to send them again.", &[keeper, name])
                }
                (None, DeathReason::Maxlen) => ("RabbitMQ drops a message that a full {} pushes out and gets back.", &[name]),
                (None, DeathReason::DeliveryLimit) => ("RabbitMQ drops a message that returns to {} after its delivery limit.", &[name]),
                (None, DeathReason::Expired | DeathReason::Rejected) => {
                    ("RabbitMQ drops a message that expires and returns to {}.", &[name])
                }
            };
            self.tell(Kind::DeadLetterCycle, slot, text, names, fix);
        }
        let known = &self.routes.queues[place];
        if let [one, others @ ..] = &*known.consumers {
            if scenario.broker.queues[place].kind() == QueueKind::Stream {
                return; // each of its readers gets every message
            }
            let one = &scenario.services[*one];
            // Those that do the same are instances in all but name.
            let mut others = others.iter().map(|other| (*other, &scenario.services[*other]));
            if let Some((number, other)) = others.find(|(_, other)| !work(one, name).eq(work(other, name))) {
                let text = "{} and {} share {}: each message goes to only one of them.";
                let own = Fix::Part { service: number, name: other.name.clone(), queue: name.clone() };
                let fix = Some(own).filter(|_| known.is_bound);
                self.tell(Kind::QueueShared, slot, text, &[&one.name, &other.name, name], fix);
            }
        } else if known.is_filled && !known.is_passed && known.keeps {
            // Dead letters and copies to be tried again wait for a person, or for the time.
            self.tell(
                Kind::QueueUnconsumed,
                slot,
                "No service consumes from {}: its messages pile up.",
                &[name],
                Some(Fix::Consume(name.clone())),
            );
        }
    }

    /// On the first part to which a policy applies.
    fn policies(&mut self) {
        let broker = &self.scenario.broker;
        for policy in &broker.policies {
            let keys: Vec<&str> = policy.keys_without_effect().map(|key| &**key).collect();
            let Some(aim) = policy.aim().filter(|_| !keys.is_empty()) else { continue };
            let queue = broker.queues.iter().position(|queue| aim.takes_queue(&queue.name, queue.kind()));
            let exchange = broker.exchanges.iter().position(|exchange| aim.takes_exchange(&exchange.name));
            if let Some(slot) = queue.map(Slot::Queue).or_else(|| exchange.map(Slot::Exchange)) {
                let text = "The policy {} sets {}: RabbitMQ takes it, and it changes nothing here.";
                self.tell(Kind::PolicyWithoutEffect, slot, text, &[&policy.name, &keys.join(" and ")], None);
            }
        }
    }

    fn dead_letters(&mut self, place: usize, from: &Name) {
        let Some(exchange) = self.routes.queues[place].dead.clone() else { return };
        let letters = self.routes.dead_letters(place);
        let lost = letters.iter().find(|(_, queues)| queues.as_ref().is_some_and(Vec::is_empty)).map(|(key, _)| key);
        let number = self.routes.exchange(&exchange);
        let fix;
        let (text, names): (_, [&str; 3]) = match (number, lost) {
            (None, _) => {
                fix = Some(Fix::Exchange(exchange.clone()));
                ("Dead letters of {} are dropped: there is no exchange {}.", [from, &exchange, ""])
            }
            (Some(number), _) if self.is_dead_end(number) => {
                let known = &self.routes.queues[place];
                fix = self.bind_some(&exchange, known.dead_key.as_ref().or_else(|| known.arrivals.first()));
                ("Dead letters of {} are dropped: nothing is bound to {}.", [from, &exchange, ""])
            }
            (Some(_), None) => return,
            (Some(_), Some(key)) if exchange.is_empty() => {
                fix = queue_named(key);
                ("Dead letters of {} are dropped: there is no queue {}.", [from, key, ""])
            }
            (Some(_), Some(key)) => {
                fix = self.lead(&exchange, key);
                ("Dead letters of {} are dropped: no binding of {} matches {}.", [from, &exchange, key])
            }
        };
        self.tell(Kind::DeadLettersLost, Slot::Queue(place), text, &names, fix);
    }

    /// Whether messages come back here without a rejection, and why they leave (rules 127 to 129). In a circle the queues with consumers
    /// show it. There messages were to wait for a service, and not to die.
    fn circle(&mut self, start: usize) -> Option<Circle> {
        let reason = self.dies_alone(start)?;
        if self.scenario.services.is_empty() {
            return self.circle_of_keys(start, reason);
        }
        let mut reached = vec![start];
        let (mut next, mut returns, mut is_consumed) = (0, Vec::new(), false);
        while let Some(&queue) = reached.get(next).filter(|_| self.routes.is_whole()) {
            next += 1;
            if self.dies_alone(queue).is_none() {
                continue;
            }
            is_consumed |= !self.routes.queues[queue].consumers.is_empty();
            let from = queue;
            for queue in self.routes.dead_letters(from).into_iter().filter_map(|(_, queues)| queues).flatten() {
                if queue == start {
                    returns.push(from);
                }
                if !reached.contains(&queue) {
                    reached.push(queue);
                }
            }
        }
        // A quorum queue that dead-letters at least once drops nothing: its message stays, and it tries again.
        let keeps = |queue: &&usize| self.routes.queues[**queue].is_at_least_once;
        let keeper = returns.iter().find(keeps).filter(|_| returns.iter().all(|queue| keeps(&queue)));
        let is_shown = !is_consumed || !self.routes.queues[start].consumers.is_empty();
        (!returns.is_empty() && is_shown).then_some(Circle { reason, keeper: keeper.copied() })
    }

    /// The same where no service tells what is published. Each binding of the queue counts as one that gets a message. A dead letter keeps
    /// its key, where its queue has no other for it.
    fn circle_of_keys(&mut self, start: usize, reason: DeathReason) -> Option<Circle> {
        let mut reached: Vec<(usize, Name)> = self.keys_to(start).into_iter().map(|key| (start, key)).collect();
        let (mut next, mut returns) = (0, Vec::new());
        while let Some((queue, key)) = reached.get(next).cloned().filter(|_| self.routes.is_whole()) {
            next += 1;
            let routes::Queue { dead: Some(exchange), dead_key, .. } = &self.routes.queues[queue] else { continue };
            if self.dies_alone(queue).is_none() {
                continue;
            }
            let (exchange, key) = (exchange.clone(), dead_key.clone().unwrap_or(key));
            for to in self.routes.queues_of(&exchange, &key).unwrap_or_default() {
                if to == start {
                    returns.push(queue);
                }
                if !reached.iter().any(|(known, of)| (*known, of) == (to, &key)) {
                    reached.push((to, key.clone()));
                }
            }
        }
        let keeps = |queue: &&usize| self.routes.queues[**queue].is_at_least_once;
        let keeper = returns.iter().find(keeps).filter(|_| returns.iter().all(|queue| keeps(&queue)));
        (!returns.is_empty()).then_some(Circle { reason, keeper: keeper.copied() })
    }

    /// A key for each way that messages come to a queue.
    fn keys_to(&self, place: usize) -> Vec<Name> {
        let broker = &self.scenario.broker;
        let name = &broker.queues[place].name;
        let mut keys: Vec<Name> = Vec::new();
        for binding in broker.bindings.iter().filter(|binding| matches!(&binding.destination, BindingTarget::Queue(queue) if queue == name))
        {
            let source = self.routes.exchange(&binding.source).and_then(|number| broker.exchanges.get(number));
            let key = match source.map(ExchangeSpec::routes_as) {
                Some(ExchangeType::Topic) => {
                    let word = |word: &str| if matches!(word, "*" | "#") { ANY_WORD.to_owned() } else { word.to_owned() };
                    binding.routing_key.split('.').map(word).collect::<Vec<_>>().join(".").into()
                }
                Some(kind) if kind.binding_key() == BindingKey::Compared => binding.routing_key.clone(),
                Some(_) => ANY_WORD.into(),
                None => continue,
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            keys.push(name.clone());
        }
        keys
    }

    /// Why messages of a queue die that no consumer rejects.
    fn dies_alone(&self, place: usize) -> Option<DeathReason> {
        let queue = &self.routes.queues[place];
        if queue.has_ttl {
            return Some(DeathReason::Expired);
        }
        if queue.overflows {
            return Some(DeathReason::Maxlen);
        }
        (queue.limits_deliveries && self.comes_back(place)).then_some(DeathReason::DeliveryLimit)
    }

    /// Whether a service gives messages back to a quorum queue so that its delivery limit counts them.
    fn comes_back(&self, place: usize) -> bool {
        let counts_nacks = self.scenario.broker.profile.counts_nacks();
        let name = &self.scenario.broker.queues[place].name;
        let services = self.routes.queues[place].consumers.iter().map(|service| &self.scenario.services[*service]);
        let handlers = services.flat_map(|service| service.handlers.iter().map(move |handler| (service, handler)));
        let of_queue =
            handlers.filter(|(_, handler)| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *name));
        let mut steps = of_queue.flat_map(|(service, handler)| handler.steps.iter().map(move |step| (service, handler, step)));
        steps.any(|(service, handler, step)| {
            let policy = step.on_failure.as_ref().unwrap_or(&handler.on_failure);
            let counts = match policy {
                FailurePolicy::Requeue | FailurePolicy::Chapter => counts_nacks,
                FailurePolicy::RejectRequeue => true,
                FailurePolicy::Crash => service.restart.is_some(),
                FailurePolicy::DeadLetter
                | FailurePolicy::Republish { .. }
                | FailurePolicy::DeadLetterRetry { .. }
                | FailurePolicy::Acknowledge
                | FailurePolicy::Forget => false,
            };
            counts && step.fails != FailureRule::Never
        })
    }

    fn bindings(&mut self) {
        let scenario = self.scenario;
        // Of a system without services it is not known what is published.
        if scenario.services.is_empty() {
            return;
        }
        for (place, binding) in scenario.broker.bindings.iter().enumerate() {
            // What a learner publishes by hand may come where no step publishes.
            let exchange = self.routes.exchange(&binding.source).and_then(|number| self.routes.exchanges.get(number));
            if self.routes.is_taken[place] || !exchange.is_some_and(|exchange| exchange.is_reached) {
                continue;
            }
            let key = &binding.routing_key;
            let text = "The binding {} of {} to {} matches no message that comes there.";
            let fix = self.led_nowhere(place).and_then(|lost| self.rekey(place, &lost));
            // Where dead letters were to come, the binding is not what is too much.
            let is_dead = self.routes.queues.iter().any(|queue| queue.dead.as_ref() == Some(&binding.source));
            let fix = fix.or_else(|| (!is_dead).then(|| Fix::Unbind { binding: place, key: key.clone() }));
            self.tell(Kind::BindingUnmatched, Slot::Binding(place), text, &[key, &binding.source, binding.destination.name()], fix);
        }
    }

    /// The only key that leads nowhere from the exchange of its only binding that takes nothing.
    fn led_nowhere(&mut self, binding: usize) -> Option<Name> {
        let (scenario, source) = (self.scenario, &self.scenario.broker.bindings[binding].source);
        self.idle_binding(self.routes.exchange(source)?)?;
        let steps = scenario.services.iter().flat_map(|service| &service.handlers).flat_map(|handler| &handler.steps);
        let mut lost: Option<Name> = None;
        for publish in steps.filter_map(|step| step.action.publish()).filter(|publish| publish.exchange == *source) {
            if lost.as_ref() != Some(&publish.routing_key)
                && self.routes.queues_of(source, &key_of(publish)).is_some_and(|queues| queues.is_empty())
            {
                if lost.is_some() {
                    return None;
                }
                lost = Some(publish.routing_key.clone());
            }
        }
        lost
    }

    fn service(&mut self, place: usize, service: &Service) {
        let (slot, name) = (Slot::Service(place), &service.name);
        let (mut unlimited, mut transient) = (None, None);
        // A key that several steps publish with has one finding.
        let mut told: Vec<(&Name, &Name)> = Vec::new();
        for handler in &service.handlers {
            if let Trigger::Queue(subscription) = &handler.trigger
                && subscription.prefetch == 0
                && !subscription.auto_ack
            {
                unlimited = unlimited.or(Some(&subscription.queue));
            }
            for publish in handler.steps.iter().filter_map(|step| step.action.publish()) {
                let (exchange, key) = (&publish.exchange, &publish.routing_key);
                let Some(reached) = self.routes.queues_of(exchange, &key_of(publish)) else { continue };
                if !self.routes.is_whole() {
                    continue;
                }
                let lasts = |queue: &&QueueSpec| queue.durable && queue.kind() == QueueKind::Classic;
                if !publish.persistent && transient.is_none() {
                    transient = reached.iter().map(|queue| &self.scenario.broker.queues[*queue]).find(lasts);
                }
                // An exchange without bindings has another finding.
                let is_told =
                    told.contains(&(exchange, key)) || self.routes.exchange(exchange).is_none_or(|number| self.is_dead_end(number));
                if !reached.is_empty() || is_told {
                    continue;
                }
                told.push((exchange, key));
                let (text, names): (_, [&str; 2]) = match (exchange.is_empty(), publish.mandatory) {
                    (true, false) => ("There is no queue {}: RabbitMQ drops the message.", [key, ""]),
                    (true, true) => ("There is no queue {}: RabbitMQ returns the message.", [key, ""]),
                    (false, false) => ("No binding of {} leads {} to a queue: RabbitMQ drops it.", [exchange, key]),
                    (false, true) => ("No binding of {} leads {} to a queue: RabbitMQ returns it.", [exchange, key]),
                };
                let fix = if exchange.is_empty() { queue_named(key) } else { self.lead(exchange, key) };
                self.tell(Kind::KeyUnmatched, slot, text, &names, fix);
            }
        }
        if let Some(queue) = unlimited {
            let text = "{} takes all messages of {} at once: its prefetch is unlimited.";
            self.tell(Kind::PrefetchUnlimited, slot, text, &[name, queue], Some(Fix::Prefetch(place)));
        }
        if let Some(queue) = transient {
            let text = "{} publishes transient messages to {}: a restart of RabbitMQ loses them.";
            self.tell(Kind::TransientInDurable, slot, text, &[name, &queue.name], Some(Fix::Persistent(place)));
        }
    }
}

/// A queue that the default exchange would find.
fn queue_named(key: &Name) -> Option<Fix> {
    (!key.contains('{') && !key.is_empty()).then(|| Fix::Queue(key.clone()))
}

/// What a service does with what it consumes from a queue.
fn work<'a>(service: &'a Service, queue: &'a Name) -> impl Iterator<Item = &'a Vec<Step>> {
    let of_queue = move |handler: &&Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
    service.handlers.iter().filter(of_queue).map(|handler| &handler.steps)
}
