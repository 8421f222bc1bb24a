//! What is probably a mistake in a scenario that can run: the canvas marks it, an import or a lint tells it.
//!
//! RabbitMQ takes all of this without a word. A finding says in one sentence what will happen, names the lesson that explains it, and
//! has an [`Edit`] that mends it, where one edit can. Validation ([`super::validate`]) tells what cannot run at all.
//!
//! Only what the scenario's own steps publish is judged. Messages that a learner publishes by hand may go anywhere.

mod routes;

use super::edit::{Edit, Element, Part, Slot};
use super::handler::PREFETCH;
use super::{BindingSpec, BindingTarget, ExchangeType, Handler, Name, QueueSpec, Scenario, Service, Table, Trigger};
use crate::base::ordered::OrderedMap;
use crate::broker::queue::settings::Settings;
use routes::{Queue, Routes, is_pattern, keys_of};

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
}

impl Kind {
    pub const ALL: [Self; 10] = [
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
    ];

    /// The file of the lesson that explains it.
    #[must_use]
    pub const fn lesson(self) -> &'static str {
        match self {
            Self::ExchangeUnbound | Self::QueueUnbound => "what-is-a-broker.md",
            Self::KeyUnmatched => "direct.md",
            Self::BindingUnmatched => "topic.md",
            Self::DeadLettersLost => "dead-letters.md",
            Self::DeadLetterCycle => "lab-cycle.md",
            Self::QueueUnconsumed => "management-numbers.md",
            Self::QueueShared => "work-queues.md",
            Self::PrefetchUnlimited => "prefetch.md",
            Self::TransientInDurable => "durable.md",
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

/// What would mend it. It is small, because there may be thousands; [`Fix::edit`] makes the edit when it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// One binding more.
    Bind { exchange: Name, queue: Name, key: Name },
    /// A binding gets this key.
    Key { binding: usize, key: Name },
    /// A service takes [`PREFETCH`] messages at a time from its queues.
    Prefetch(usize),
    /// What a service publishes is persistent.
    Persistent(usize),
    /// Messages of a queue expire no more.
    NoTtl(usize),
}

const TTL: &str = "x-message-ttl";

impl Fix {
    /// What it does, in a few words.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Bind { exchange, queue, .. } => format!("Bind {queue} to {exchange}"),
            Self::Key { key, .. } => format!("Bind by {key}"),
            Self::Prefetch(_) => format!("Set prefetch to {PREFETCH}"),
            Self::Persistent(_) => "Publish persistent messages".to_owned(),
            Self::NoTtl(_) => format!("Remove {TTL}"),
        }
    }

    /// None where the scenario has changed since.
    #[must_use]
    pub fn edit(&self, scenario: &Scenario) -> Option<Edit> {
        let broker = &scenario.broker;
        let (index, element) = match self {
            Self::Bind { exchange, queue, key } => {
                let destination = BindingTarget::Queue(queue.clone());
                let binding = BindingSpec { source: exchange.clone(), destination, routing_key: key.clone(), arguments: Table::new() };
                (broker.bindings.len(), Element::Binding(binding))
            }
            Self::Key { binding, key } => {
                (*binding, Element::Binding(BindingSpec { routing_key: key.clone(), ..broker.bindings.get(*binding)?.clone() }))
            }
            Self::Prefetch(index) | Self::Persistent(index) => {
                let mut service = scenario.services.get(*index)?.clone();
                for handler in &mut service.handlers {
                    match (&mut handler.trigger, self) {
                        (Trigger::Queue(subscription), Self::Prefetch(_)) if subscription.prefetch == 0 => subscription.prefetch = PREFETCH,
                        (_, Self::Persistent(_)) => {
                            let published = handler.steps.iter_mut().filter_map(|step| step.action.publish_mut());
                            published.for_each(|publish| publish.persistent = true);
                        }
                        _ => {}
                    }
                }
                (*index, Element::Service(service))
            }
            Self::NoTtl(index) => {
                let mut queue = broker.queues.get(*index)?.clone();
                queue.arguments.remove(TTL)?;
                (*index, Element::Queue(queue))
            }
        };
        Some(Edit::Put { index, element: Box::new(element) })
    }
}

/// Everything, by exchanges, queues, bindings and services, each in the order of the document.
#[must_use]
pub fn findings(scenario: &Scenario) -> Vec<Finding> {
    let mut search = Search { scenario, routes: Routes::of(scenario), found: Vec::new(), lone: None };
    search.exchanges_and_queues();
    if search.routes.is_whole() {
        search.cycles();
        search.bindings();
    }
    search.services();
    search.found
}

struct Search<'a> {
    scenario: &'a Scenario,
    routes: Routes<'a>,
    found: Vec<Finding>,
    /// The only queue that is bound to nothing.
    lone: Option<usize>,
}

impl Search<'_> {
    fn tell(&mut self, kind: Kind, part: Part, slot: Slot, says: String, fix: Option<Fix>) {
        self.found.push(Finding { kind, part, slot, says, fix });
    }

    fn exchanges_and_queues(&mut self) {
        let broker = &self.scenario.broker;
        let is_whole = self.routes.is_whole();
        let is_alone = |queue: &Queue| !queue.is_bound && queue.arrivals.is_empty();
        let mut alone = self.routes.queues.iter().enumerate().filter(|(_, queue)| is_alone(queue)).map(|(place, _)| place);
        self.lone = match (alone.next(), alone.next()) {
            (Some(place), None) => Some(place),
            _ => None,
        };
        // That dead letters are lost is told of the queue that they come from.
        let of_dead = self.routes.queues.iter().filter_map(|queue| Some((queue.settings.dead_letter_exchange.clone()?, ())));
        let of_dead: OrderedMap<Name, ()> = of_dead.collect();
        for (place, exchange) in broker.exchanges.iter().enumerate() {
            let Some(known) = self.routes.exchange(&exchange.name).map(|number| &self.routes.exchanges[number]) else { continue };
            if known.bindings.is_empty() && known.alternate.is_none() && !of_dead.contains_key(&exchange.name) {
                let says = format!("Nothing is bound to {}: RabbitMQ drops what arrives there.", exchange.name);
                let fix = self.bind_lone(&exchange.name, None);
                self.tell(Kind::ExchangeUnbound, Part::Exchange(exchange.name.clone()), Slot::Exchange(place), says, fix);
            }
        }
        for (place, queue) in broker.queues.iter().enumerate() {
            if is_whole && is_alone(&self.routes.queues[place]) {
                let says = format!("Nothing is bound to {}, and no service publishes to it.", queue.name);
                let only = if let [exchange] = &*broker.exchanges { self.bind_lone(&exchange.name, None) } else { None };
                self.tell(Kind::QueueUnbound, Part::Queue(queue.name.clone()), Slot::Queue(place), says, only);
            }
            if is_whole {
                self.dead_letters(place, queue);
            }
            self.consumers(place, queue, is_whole);
        }
    }

    /// The only queue that nothing is bound to is bound to the exchange, by a key or by all.
    fn bind_lone(&self, exchange: &Name, key: Option<&Name>) -> Option<Fix> {
        let broker = &self.scenario.broker;
        let queue = broker.queues[self.lone?].name.clone();
        let kind = broker.exchanges.iter().find(|one| one.name == *exchange)?.kind;
        let key = key.cloned().unwrap_or_else(|| match kind {
            ExchangeType::Direct => queue.clone(),
            ExchangeType::Topic => "#".into(),
            ExchangeType::Fanout | ExchangeType::Headers => "".into(),
        });
        Some(Fix::Bind { exchange: exchange.clone(), queue, key })
    }

    fn dead_letters(&mut self, place: usize, queue: &QueueSpec) {
        let known = &self.routes.queues[place];
        let Settings { dead_letter_exchange: Some(exchange), dead_letter_routing_key, .. } = known.settings.clone() else { return };
        let keys: Vec<Name> = match &dead_letter_routing_key {
            Some(key) => vec![key.clone()],
            None => known.arrivals.keys().map(|key| self.routes.keys[*key].clone()).collect(), // rule 118
        };
        let from = &queue.name;
        let part = Part::Queue(from.clone());
        let Some(number) = self.routes.exchange(&exchange) else {
            let says = format!("Dead letters of {from} are dropped: there is no exchange {exchange}.");
            return self.tell(Kind::DeadLettersLost, part, Slot::Queue(place), says, None);
        };
        let known = &self.routes.exchanges[number];
        let says = if known.bindings.is_empty() && known.alternate.is_none() && !exchange.is_empty() {
            format!("Dead letters of {from} are dropped: nothing is bound to {exchange}.")
        } else {
            let lost = keys.iter().find(|key| self.routes.queues_of(&exchange, key).is_some_and(<[usize]>::is_empty));
            match lost {
                None => return,
                Some(key) if exchange.is_empty() => format!("Dead letters of {from} are dropped: there is no queue {key}."),
                Some(key) => format!("Dead letters of {from} are dropped: no binding of {exchange} matches {key}."),
            }
        };
        // One queue waits at the exchange under another key, or one waits for a binding.
        let mut waiting = self.routes.exchanges[number].bindings.iter().map(|binding| &self.scenario.broker.bindings[*binding].destination);
        let fix = match (waiting.next(), waiting.next()) {
            (Some(BindingTarget::Queue(queue)), None) => {
                let key = keys.first().cloned();
                key.map(|key| Fix::Bind { exchange: exchange.clone(), queue: queue.clone(), key })
            }
            (None, _) => self.bind_lone(&exchange, dead_letter_routing_key.as_ref()),
            _ => None,
        };
        self.tell(Kind::DeadLettersLost, part, Slot::Queue(place), says, fix);
    }

    fn consumers(&mut self, place: usize, queue: &QueueSpec, is_whole: bool) {
        let known = &self.routes.queues[place];
        let Settings { message_ttl, max_length, max_length_bytes, expires, .. } = &known.settings;
        let part = || Part::Queue(queue.name.clone());
        if let [one, others @ ..] = &*known.consumers
            && let services = &self.scenario.services
            // Those that do the same are instances in all but name.
            && let Some(other) = others.iter().find(|other| !is_same_work(&services[*one], &services[**other], &queue.name))
        {
            let (one, other) = (&services[*one].name, &services[*other].name);
            let says = format!("{one} and {other} share {}: each message goes to only one of them.", queue.name);
            self.tell(Kind::QueueShared, part(), Slot::Queue(place), says, None);
        } else if is_whole
            && known.consumers.is_empty()
            // Dead letters and copies to be tried again wait for a person, or for the time.
            && known.arrivals.values().all(|stays| *stays)
            && !known.arrivals.is_empty()
            && message_ttl.is_none() && max_length.is_none() && max_length_bytes.is_none() && expires.is_none()
        {
            let says = format!("No service consumes from {}: its messages pile up.", queue.name);
            self.tell(Kind::QueueUnconsumed, part(), Slot::Queue(place), says, None);
        }
    }

    /// Where a queue's messages go when they expire.
    fn expired(&mut self, place: usize) -> Vec<usize> {
        let known = &self.routes.queues[place];
        let Settings { message_ttl: Some(_), dead_letter_exchange: Some(exchange), dead_letter_routing_key, .. } = known.settings.clone()
        else {
            return Vec::new();
        };
        let keys: Vec<Name> = match dead_letter_routing_key {
            Some(key) => vec![key],
            None => known.arrivals.keys().map(|key| self.routes.keys[*key].clone()).collect(),
        };
        keys.iter().flat_map(|key| self.routes.queues_of(&exchange, key).unwrap_or_default().to_vec()).collect()
    }

    /// Circles of queues whose messages expire, each told of once: depth first, every queue once.
    fn cycles(&mut self) {
        let queues = self.routes.queues.len();
        let (mut seen, mut told, mut depth) = (vec![false; queues], vec![false; queues], vec![usize::MAX; queues]);
        for start in 0..queues {
            let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
            let mut next = Some(start).filter(|start| !seen[*start]);
            loop {
                if let Some(queue) = next {
                    (seen[queue], depth[queue]) = (true, path.len());
                    let further = self.expired(queue);
                    path.push((queue, further));
                }
                let Some((_, further)) = path.last_mut() else { break };
                next = further.pop();
                match next {
                    None => {
                        if let Some((queue, _)) = path.pop() {
                            depth[queue] = usize::MAX;
                        }
                    }
                    Some(queue) if depth[queue] != usize::MAX => {
                        let place = self.shows(path[depth[queue]..].iter().map(|(place, _)| *place));
                        if !std::mem::replace(&mut told[place.unwrap_or(queue)], true) {
                            self.cycle(place, queue);
                        }
                        next = None;
                    }
                    Some(queue) => next = Some(queue).filter(|queue| !seen[*queue]),
                }
            }
        }
    }

    /// Of a circle the queue that is consumed from: there messages were to wait for a service, and not to expire.
    fn shows(&self, mut circle: impl Iterator<Item = usize>) -> Option<usize> {
        circle.find(|place| !self.routes.queues[*place].consumers.is_empty())
    }

    fn cycle(&mut self, consumed: Option<usize>, closing: usize) {
        let place = consumed.unwrap_or(closing);
        let queue = &self.scenario.broker.queues[place];
        let says = format!("Messages of {} expire, return and expire again: RabbitMQ drops them.", queue.name);
        let fix = consumed.filter(|_| queue.arguments.contains_key(TTL)).map(Fix::NoTtl);
        self.tell(Kind::DeadLetterCycle, Part::Queue(queue.name.clone()), Slot::Queue(place), says, fix);
    }

    fn bindings(&mut self) {
        for (place, binding) in self.scenario.broker.bindings.iter().enumerate() {
            let Some(exchange) = self.routes.exchange(&binding.source) else { continue };
            let BindingSpec { source, destination, routing_key: key, .. } = binding;
            // What a learner publishes by hand may come where no step publishes.
            if self.routes.is_taken[place] || !self.routes.exchanges[exchange].is_reached {
                continue;
            }
            let part = match destination {
                BindingTarget::Queue(name) => Part::Queue(name.clone()),
                BindingTarget::Exchange(name) => Part::Exchange(name.clone()),
            };
            let says = format!("The binding {key} of {source} matches no message that comes there.");
            let fix = self.routes.keys_at(exchange).find(|known| is_nearly(known, key)).cloned();
            let fix = fix.map(|key| Fix::Key { binding: place, key });
            self.tell(Kind::BindingUnmatched, part, Slot::Binding(place), says, fix);
        }
    }

    fn services(&mut self) {
        for (place, service) in self.scenario.services.iter().enumerate() {
            self.prefetch(place, service);
            if self.routes.is_whole() {
                self.published(place, service);
            }
        }
    }

    fn prefetch(&mut self, place: usize, service: &Service) {
        let unlimited = service.handlers.iter().find_map(|handler| match &handler.trigger {
            Trigger::Queue(subscription) if subscription.prefetch == 0 && !subscription.auto_ack => Some(&subscription.queue),
            _ => None,
        });
        if let Some(queue) = unlimited {
            let says = format!("{} takes all messages of {queue} at once: its prefetch is unlimited.", service.name);
            let part = Part::Service(service.name.clone());
            self.tell(Kind::PrefetchUnlimited, part, Slot::Service(place), says, Some(Fix::Prefetch(place)));
        }
    }

    fn published(&mut self, place: usize, service: &Service) {
        let part = || Part::Service(service.name.clone());
        let mut transient = None;
        // A key that several steps publish with is told of once.
        let mut told: OrderedMap<(Name, Name), ()> = OrderedMap::new();
        for publish in service.handlers.iter().flat_map(|handler| &handler.steps).filter_map(|step| step.action.publish()) {
            let exchange = &publish.exchange;
            let Some(number) = self.routes.exchange(exchange) else { continue };
            let known = &self.routes.exchanges[number];
            let has_way = exchange.is_empty() || !known.bindings.is_empty() || known.alternate.is_some();
            let mut reached = Vec::new();
            for key in keys_of(publish) {
                reached.extend_from_slice(self.routes.queues_of(exchange, &key).unwrap_or_default());
            }
            let key = &publish.routing_key;
            // An exchange without bindings is told of itself.
            if has_way && reached.is_empty() && told.insert((exchange.clone(), key.clone()), ()).is_none() {
                let does = if publish.mandatory { "returns" } else { "drops" };
                let says = if exchange.is_empty() {
                    format!("There is no queue {key}: RabbitMQ {does} the message.")
                } else {
                    format!("No binding of {exchange} leads {key} to a queue: RabbitMQ {does} it.")
                };
                let fix = if is_pattern(&keys_of(publish).next().unwrap_or_default()) { None } else { self.bind_lone(exchange, Some(key)) };
                self.tell(Kind::KeyUnmatched, part(), Slot::Service(place), says, fix);
            }
            if !publish.persistent && transient.is_none() {
                let queues = &self.scenario.broker.queues;
                let durable = |queue: &&QueueSpec| queue.durable && !queue.is_quorum();
                transient = reached.iter().map(|queue| &queues[*queue]).find(durable).map(|queue| queue.name.clone());
            }
        }
        if let Some(queue) = transient {
            let says = format!("{} publishes transient messages to {queue}: a restart of RabbitMQ loses them.", service.name);
            self.tell(Kind::TransientInDurable, part(), Slot::Service(place), says, Some(Fix::Persistent(place)));
        }
    }
}

/// Whether two services do the same with what they consume from a queue.
fn is_same_work(one: &Service, other: &Service, queue: &Name) -> bool {
    let of_queue = |handler: &&Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
    let does = |service: &'_ Service| service.handlers.iter().filter(of_queue).map(|handler| handler.steps.clone()).collect::<Vec<_>>();
    does(one) == does(other)
}

/// Whether two keys differ by a letter or two, as a slip does.
fn is_nearly(one: &str, other: &str) -> bool {
    let letters = other.chars().count();
    // costs[i]: what it takes to make the first i letters of the other out of what was read of the one.
    let mut costs: Vec<usize> = (0..=letters).collect();
    for letter in one.chars() {
        let mut before = costs[0];
        costs[0] += 1;
        for (place, wanted) in other.chars().enumerate() {
            let same = before + usize::from(letter != wanted);
            before = costs[place + 1];
            costs[place + 1] = same.min(before + 1).min(costs[place] + 1);
        }
    }
    costs[letters] <= 2
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
