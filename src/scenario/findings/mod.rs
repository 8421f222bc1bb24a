//! What is probably a mistake in a scenario that can run: the canvas marks it, an import or a lint tells it.
//!
//! RabbitMQ takes all of this without a word. A finding says in one sentence what will happen, names the lesson that explains it, and
//! has an [`Edit`] that mends it, where one edit can. Validation ([`super::validate`]) tells what cannot run at all.
//!
//! Only what the scenario's own steps publish is judged. Messages that a learner publishes by hand may go anywhere.

mod routes;

use super::edit::{Edit, Element, Part, Slot};
use super::handler::PREFETCH;
use super::{BindingSpec, BindingTarget, ExchangeType, Handler, Name, QueueSpec, Scenario, Service, Step, Table, Trigger};
use routes::{Routes, key_of};

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
///
/// No fix changes a queue: RabbitMQ refuses that, and the page asks first.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// One binding more.
    Bind { exchange: Name, queue: Name, key: Name },
    /// A service takes [`PREFETCH`] messages at a time from its queues.
    Prefetch(usize),
    /// What a service publishes is persistent.
    Persistent(usize),
}

/// A text with names in its gaps.
fn filled(text: &str, names: &[&str]) -> String {
    let (mut says, mut names) = (String::new(), names.iter());
    for piece in text.split("{}") {
        says.push_str(piece);
        says.extend(names.next().copied());
    }
    says
}

impl Fix {
    /// What it does, in a few words.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Bind { exchange, queue, .. } => filled("bind {} to {}", &[queue, exchange]),
            Self::Prefetch(_) => format!("set prefetch to {PREFETCH}"),
            Self::Persistent(_) => "publish persistent messages".to_owned(),
        }
    }

    /// None where the scenario has changed since.
    #[must_use]
    pub fn edit(&self, scenario: &Scenario) -> Option<Edit> {
        let bindings = &scenario.broker.bindings;
        let (index, element) = match self {
            Self::Bind { exchange, queue, key } => {
                let destination = BindingTarget::Queue(queue.clone());
                let binding = BindingSpec { source: exchange.clone(), destination, routing_key: key.clone(), arguments: Table::new() };
                (bindings.len(), Element::Binding(binding))
            }
            Self::Prefetch(index) | Self::Persistent(index) => {
                let mut service = scenario.services.get(*index)?.clone();
                for handler in &mut service.handlers {
                    if let Self::Persistent(_) = self {
                        handler.steps.iter_mut().filter_map(|step| step.action.publish_mut()).for_each(|publish| publish.persistent = true);
                    } else if let Trigger::Queue(subscription) = &mut handler.trigger
                        && subscription.prefetch == 0
                    {
                        subscription.prefetch = PREFETCH;
                    }
                }
                (*index, Element::Service(service))
            }
        };
        Some(Edit::Put { index, element: Box::new(element) })
    }
}

/// Everything, by part.
#[must_use]
pub fn findings(scenario: &Scenario) -> Vec<Finding> {
    let mut search = Search { scenario, routes: Routes::of(scenario), found: Vec::new(), lone: None };
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
    for (place, service) in scenario.services.iter().enumerate() {
        search.service(place, service);
    }
    search.found
}

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

    /// The only queue that nothing leads to is bound to the exchange, by a key or by all.
    fn bind_lone(&self, exchange: &Name, key: Option<&Name>) -> Option<Fix> {
        let broker = &self.scenario.broker;
        let queue = broker.queues[self.lone?].name.clone();
        let kind = broker.exchanges[self.routes.exchange(exchange)?.min(broker.exchanges.len() - 1)].kind;
        let key = match (key, kind) {
            (Some(key), _) => key.clone(),
            (None, ExchangeType::Direct) => queue.clone(),
            (None, ExchangeType::Topic) => "#".into(),
            (None, ExchangeType::Fanout | ExchangeType::Headers) => "".into(),
        };
        Some(Fix::Bind { exchange: exchange.clone(), queue, key })
    }

    /// No message can leave it.
    fn is_dead_end(&self, exchange: usize) -> bool {
        self.routes.exchanges.get(exchange).is_some_and(|known| known.bindings.is_empty() && known.alternate.is_none())
    }

    fn exchanges(&mut self) {
        for (place, exchange) in self.scenario.broker.exchanges.iter().enumerate() {
            // That dead letters are lost is told of the queue that they come from.
            let is_told = |queue: &routes::Queue| queue.dead.as_ref() == Some(&exchange.name);
            if self.is_dead_end(place) && !self.routes.queues.iter().any(is_told) {
                let text = "Nothing is bound to {}: RabbitMQ drops what arrives there.";
                let fix = self.bind_lone(&exchange.name, None);
                self.tell(Kind::ExchangeUnbound, Slot::Exchange(place), text, &[&exchange.name], fix);
            }
        }
    }

    fn queue(&mut self, place: usize) {
        let (scenario, slot) = (self.scenario, Slot::Queue(place));
        let name = &scenario.broker.queues[place].name;
        if self.is_alone(place) {
            let text = "Nothing is bound to {}, and no service publishes to it.";
            let fix = if let [exchange] = &*scenario.broker.exchanges { self.bind_lone(&exchange.name, None) } else { None };
            self.tell(Kind::QueueUnbound, slot, text, &[name], fix);
        }
        self.dead_letters(place, name);
        if self.is_in_circle(place) {
            let text = "Messages of {} expire, return and expire again: RabbitMQ drops them.";
            self.tell(Kind::DeadLetterCycle, slot, text, &[name], None);
        }
        let known = &self.routes.queues[place];
        if let [one, others @ ..] = &*known.consumers {
            let one = &scenario.services[*one];
            // Those that do the same are instances in all but name.
            let mut others = others.iter().map(|other| &scenario.services[*other]);
            if let Some(other) = others.find(|other| !work(one, name).eq(work(other, name))) {
                let text = "{} and {} share {}: each message goes to only one of them.";
                self.tell(Kind::QueueShared, slot, text, &[&one.name, &other.name, name], None);
            }
        } else if known.is_filled && !known.is_passed && known.keeps {
            // Dead letters and copies to be tried again wait for a person, or for the time.
            self.tell(Kind::QueueUnconsumed, slot, "No service consumes from {}: its messages pile up.", &[name], None);
        }
    }

    fn dead_letters(&mut self, place: usize, from: &Name) {
        let Some(exchange) = self.routes.queues[place].dead.clone() else { return };
        let letters = self.routes.dead_letters(place);
        let lost = letters.iter().find(|(_, queues)| queues.as_ref().is_some_and(Vec::is_empty)).map(|(key, _)| key);
        let number = self.routes.exchange(&exchange);
        let mut fix = None;
        let (text, names): (_, [&str; 3]) = match (number, lost) {
            (None, _) => ("Dead letters of {} are dropped: there is no exchange {}.", [from, &exchange, ""]),
            (Some(number), _) if self.is_dead_end(number) => {
                fix = self.bind_lone(&exchange, self.routes.queues[place].dead_key.as_ref());
                ("Dead letters of {} are dropped: nothing is bound to {}.", [from, &exchange, ""])
            }
            (Some(_), None) => return,
            (Some(_), Some(key)) if exchange.is_empty() => ("Dead letters of {} are dropped: there is no queue {}.", [from, key, ""]),
            (Some(number), Some(key)) => {
                // One queue waits there under another key.
                if let [binding] = *self.routes.exchanges[number].bindings
                    && let BindingTarget::Queue(queue) = &self.scenario.broker.bindings[binding].destination
                {
                    fix = Some(Fix::Bind { exchange: exchange.clone(), queue: queue.clone(), key: key.clone() });
                }
                ("Dead letters of {} are dropped: no binding of {} matches {}.", [from, &exchange, key])
            }
        };
        self.tell(Kind::DeadLettersLost, Slot::Queue(place), text, &names, fix);
    }

    /// Whether messages come back here by expiring alone. Of a circle the queues show it that are consumed from: there messages were to
    /// wait for a service, and not to expire.
    fn is_in_circle(&mut self, start: usize) -> bool {
        let mut reached = vec![start];
        let (mut next, mut returns, mut is_consumed) = (0, false, false);
        while let Some(&queue) = reached.get(next).filter(|_| self.routes.is_whole()) {
            next += 1;
            if !self.routes.queues[queue].has_ttl {
                continue;
            }
            is_consumed |= !self.routes.queues[queue].consumers.is_empty();
            for queue in self.routes.dead_letters(queue).into_iter().filter_map(|(_, queues)| queues).flatten() {
                returns |= queue == start;
                if !reached.contains(&queue) {
                    reached.push(queue);
                }
            }
        }
        returns && (!is_consumed || !self.routes.queues[start].consumers.is_empty())
    }

    fn bindings(&mut self) {
        let scenario = self.scenario;
        for (place, binding) in scenario.broker.bindings.iter().enumerate() {
            // What a learner publishes by hand may come where no step publishes.
            let exchange = self.routes.exchange(&binding.source).and_then(|number| self.routes.exchanges.get(number));
            if self.routes.is_taken[place] || !exchange.is_some_and(|exchange| exchange.is_reached) {
                continue;
            }
            let key = &binding.routing_key;
            let text = "The binding {} of {} matches no message that comes there.";
            self.tell(Kind::BindingUnmatched, Slot::Binding(place), text, &[key, &binding.source], None);
        }
    }

    fn service(&mut self, place: usize, service: &Service) {
        let (slot, name) = (Slot::Service(place), &service.name);
        let (mut unlimited, mut transient) = (None, None);
        // A key that several steps publish with is told of once.
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
                let lasts = |queue: &&QueueSpec| queue.durable && !queue.is_quorum();
                if !publish.persistent && transient.is_none() {
                    transient = reached.iter().map(|queue| &self.scenario.broker.queues[*queue]).find(lasts);
                }
                // An exchange without bindings is told of itself.
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
                let fix = if key.contains('{') || exchange.is_empty() { None } else { self.bind_lone(exchange, Some(key)) };
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

/// What a service does with what it consumes from a queue.
fn work<'a>(service: &'a Service, queue: &'a Name) -> impl Iterator<Item = &'a Vec<Step>> {
    let of_queue = move |handler: &&Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
    service.handlers.iter().filter(of_queue).map(|handler| &handler.steps)
}
