//! Where the messages of a scenario can go, followed without running it: from every publishing step through exchanges to queues, and
//! on with dead letters. Keys are patterns, because a template may become anything.

use crate::base::ordered::OrderedMap;
use crate::broker::queue::settings::Settings;
use crate::broker::{Broker, ExchangeType, Value};
use crate::scenario::{BindingTarget, FailurePolicy, Name, Publish, Scenario, SimTime};

/// So much is compared for one scenario. What is drawn by hand takes a thousandth of it; beyond, routes are not judged.
const BUDGET: usize = 500_000;

/// So many keys of an exchange are looked at for one that was meant.
const KEYS_MAX: usize = 20;

/// The default exchange.
const DEFAULT: usize = 0;

pub(super) struct Exchange {
    /// None: a headers exchange, or one that the scenario does not describe. Its bindings may all match.
    compares: Option<ExchangeType>,
    pub alternate: Option<usize>,
    /// Their places in the document.
    pub bindings: Vec<usize>,
    /// Those whose key has wildcards.
    patterns: Vec<usize>,
    /// The others: by key the place in `same_key`.
    exact: OrderedMap<usize, usize>,
    /// By key, the place in `reached` of the queues that get such a message.
    known: OrderedMap<usize, usize>,
    /// Some message comes here.
    pub is_reached: bool,
}

pub(super) struct Queue {
    pub settings: Settings,
    pub is_bound: bool,
    /// Keys of the messages that come here, and whether a step publishes them to stay. Others are dead letters, retries and delays.
    pub arrivals: OrderedMap<usize, bool>,
    /// The services that consume.
    pub consumers: Vec<usize>,
}

pub(super) struct Routes<'a> {
    scenario: &'a Scenario,
    pub exchanges: Vec<Exchange>,
    exchange_numbers: OrderedMap<Name, usize>,
    /// As the document lists them.
    pub queues: Vec<Queue>,
    queue_numbers: OrderedMap<Name, usize>,
    pub keys: Vec<Name>,
    key_numbers: OrderedMap<Name, usize>,
    /// Bindings of one exchange that have one key.
    same_key: Vec<Vec<usize>>,
    /// Whether some message takes the binding.
    pub is_taken: Vec<bool>,
    reached: Vec<Vec<usize>>,
    /// Queues whose dead letters have not been followed, with the key.
    open: Vec<(usize, usize)>,
    budget: usize,
}

impl<'a> Routes<'a> {
    /// Everything that the scenario's own steps can send, followed to its end.
    pub fn of(scenario: &'a Scenario) -> Self {
        let mut routes = Self {
            scenario,
            exchanges: Vec::new(),
            exchange_numbers: OrderedMap::new(),
            queues: Vec::new(),
            queue_numbers: OrderedMap::new(),
            keys: Vec::new(),
            key_numbers: OrderedMap::new(),
            same_key: Vec::new(),
            is_taken: vec![false; scenario.broker.bindings.len()],
            reached: Vec::new(),
            open: Vec::new(),
            budget: BUDGET,
        };
        routes.declare();
        routes.bind();
        routes.follow();
        routes
    }

    /// Whether everything was followed. Otherwise nothing can be said of what goes nowhere.
    pub const fn is_whole(&self) -> bool {
        self.budget > 0
    }

    fn declare(&mut self) {
        let scenario = self.scenario;
        let mut broker = Broker::new(scenario.broker.profile);
        for policy in &scenario.broker.policies {
            // A policy that is refused is a mistake of its own, which validation tells.
            let _ = broker.set_policy(SimTime::ZERO, policy.clone());
        }
        self.add_exchange(&"".into(), Some(ExchangeType::Direct));
        for exchange in &scenario.broker.exchanges {
            self.add_exchange(&exchange.name, Some(exchange.kind).filter(|kind| *kind != ExchangeType::Headers));
        }
        for exchange in &scenario.broker.exchanges {
            let alternate = broker.effective_alternate(&exchange.name, &exchange.arguments);
            let alternate = alternate.and_then(|name| self.exchange(&name));
            if let Some(number) = self.exchange(&exchange.name) {
                self.exchanges[number].alternate = alternate;
            }
        }
        for queue in &scenario.broker.queues {
            self.queue_numbers.insert(queue.name.clone(), self.queues.len());
            let settings = broker.settings_for(&queue.name, &queue.arguments).unwrap_or_default();
            self.queues.push(Queue { settings, is_bound: false, arrivals: OrderedMap::new(), consumers: Vec::new() });
        }
    }

    fn add_exchange(&mut self, name: &Name, compares: Option<ExchangeType>) -> usize {
        let number = self.exchanges.len();
        self.exchange_numbers.insert(name.clone(), number);
        self.exchanges.push(Exchange {
            compares,
            alternate: None,
            bindings: Vec::new(),
            patterns: Vec::new(),
            exact: OrderedMap::new(),
            known: OrderedMap::new(),
            is_reached: false,
        });
        number
    }

    /// None for one that is not there. The broker has some of its own, which no document lists (rule 10).
    pub fn exchange(&mut self, name: &Name) -> Option<usize> {
        match self.exchange_numbers.get(name).copied() {
            None => {
                let compares = ExchangeType::from_name(name.strip_prefix("amq.")?).filter(|kind| *kind != ExchangeType::Headers);
                Some(self.add_exchange(name, compares))
            }
            known => known,
        }
    }

    fn bind(&mut self) {
        let scenario = self.scenario;
        for (place, binding) in scenario.broker.bindings.iter().enumerate() {
            if let BindingTarget::Queue(name) = &binding.destination
                && let Some(queue) = self.queue_numbers.get(name)
            {
                self.queues[*queue].is_bound = true;
            }
            let Some(number) = self.exchange(&binding.source) else { continue };
            let key = self.key(&binding.routing_key);
            let exchange = &mut self.exchanges[number];
            exchange.bindings.push(place);
            if exchange.compares == Some(ExchangeType::Topic) && is_pattern(&binding.routing_key) {
                exchange.patterns.push(place);
                continue;
            }
            let next = self.same_key.len();
            let list = *exchange.exact.get_or_insert_with(key, || next);
            if list == next {
                self.same_key.push(Vec::new());
            }
            self.same_key[list].push(place);
        }
    }

    fn key(&mut self, key: &Name) -> usize {
        let next = self.keys.len();
        let number = *self.key_numbers.get_or_insert_with(key.clone(), || next);
        if number == next {
            self.keys.push(key.clone());
        }
        number
    }

    /// The queue that the default exchange knows by this name.
    pub fn queue(&self, name: &str) -> Option<usize> {
        self.queue_numbers.get(name).copied()
    }

    fn follow(&mut self) {
        let scenario = self.scenario;
        for (number, service) in scenario.services.iter().enumerate() {
            for handler in &service.handlers {
                if let crate::scenario::Trigger::Queue(subscription) = &handler.trigger
                    && let Some(queue) = self.queue(&subscription.queue)
                    && self.queues[queue].consumers.last() != Some(&number)
                {
                    self.queues[queue].consumers.push(number);
                }
                for publish in handler.steps.iter().filter_map(|step| step.action.publish()) {
                    // What expires leaves its queue without a consumer.
                    let stays = publish.expiration.is_none();
                    for key in keys_of(publish) {
                        self.send(&publish.exchange, &key, stays);
                    }
                }
                for policy in handler.policies() {
                    match policy {
                        FailurePolicy::Republish { via, .. } => {
                            for queue in via {
                                self.send(&"".into(), queue, false);
                            }
                        }
                        FailurePolicy::DeadLetterRetry { exchange, routing_key, .. } => {
                            self.send(exchange, &as_pattern(routing_key), false);
                        }
                        FailurePolicy::DeadLetter
                        | FailurePolicy::Requeue
                        | FailurePolicy::RejectRequeue
                        | FailurePolicy::Chapter
                        | FailurePolicy::Crash
                        | FailurePolicy::Acknowledge => {}
                    }
                }
            }
        }
        // Dead letters that have a key of their own go the same way, whatever died.
        for queue in 0..self.queues.len() {
            let Settings { dead_letter_exchange, dead_letter_routing_key, .. } = &self.queues[queue].settings;
            if let (Some(exchange), Some(key)) = (dead_letter_exchange.clone(), dead_letter_routing_key.clone()) {
                self.send(&exchange, &key, false);
            }
        }
        while let Some((queue, key)) = self.open.pop() {
            let Settings { dead_letter_exchange, dead_letter_routing_key, .. } = &self.queues[queue].settings;
            if let (Some(exchange), None) = (dead_letter_exchange.clone(), dead_letter_routing_key) {
                let key = self.keys[key].clone();
                self.send(&exchange, &key, false); // rule 118
            }
        }
    }

    fn send(&mut self, exchange: &Name, key: &Name, stays: bool) {
        let Some(exchange) = self.exchange(exchange) else { return };
        let key = self.key(key);
        let place = self.route(exchange, key);
        self.spend(self.reached[place].len());
        if !self.is_whole() {
            return;
        }
        for queue in &self.reached[place] {
            let arrivals = &mut self.queues[*queue].arrivals;
            let known = arrivals.get(&key).copied();
            if known.is_none() {
                self.open.push((*queue, key));
            }
            arrivals.insert(key, stays || known == Some(true));
        }
    }

    /// The place in `reached` of the queues that get a message.
    fn route(&mut self, exchange: usize, key: usize) -> usize {
        let next = self.reached.len();
        let place = *self.exchanges[exchange].known.get_or_insert_with(key, || next);
        if place == next {
            let queues = self.walk(exchange, key);
            self.reached.push(queues);
        }
        place
    }

    /// The keys that are published to an exchange; the first few of many.
    pub fn keys_at(&self, exchange: usize) -> impl Iterator<Item = &Name> {
        self.exchanges[exchange].known.keys().take(KEYS_MAX).map(|key| &self.keys[*key]).filter(|key| !is_pattern(key))
    }

    /// The queues that get a message, perhaps some twice; none where there is no such exchange.
    pub fn queues_of(&mut self, exchange: &Name, key: &Name) -> Option<&[usize]> {
        let exchange = self.exchange(exchange)?;
        let key = self.key(key);
        let place = self.route(exchange, key);
        Some(&self.reached[place])
    }

    /// Breadth-first, each exchange once (rules 44, 45).
    fn walk(&mut self, exchange: usize, key: usize) -> Vec<usize> {
        let scenario = self.scenario;
        self.spend(1);
        let (mut queues, mut visited, mut next) = (Vec::new(), vec![exchange], 0);
        while let Some(&at) = visited.get(next).filter(|_| self.is_whole()) {
            next += 1;
            self.exchanges[at].is_reached = true;
            if at == DEFAULT {
                queues.extend(self.named(key));
                continue;
            }
            let taken = self.matching(at, key);
            let alternate = self.exchanges[at].alternate.filter(|_| taken.is_empty());
            let mut further: Vec<usize> = alternate.into_iter().collect();
            for binding in taken {
                self.is_taken[binding] = true;
                match &scenario.broker.bindings[binding].destination {
                    BindingTarget::Queue(name) => queues.extend(self.queue(name)),
                    BindingTarget::Exchange(name) => further.extend(self.exchange(name)),
                }
            }
            for exchange in further {
                self.spend(visited.len());
                if !visited.contains(&exchange) {
                    visited.push(exchange);
                }
            }
        }
        queues
    }

    /// By the default exchange (rule 33).
    fn named(&mut self, key: usize) -> Vec<usize> {
        let key = self.keys[key].clone();
        if !is_pattern(&key) {
            return self.queue(&key).into_iter().collect();
        }
        self.spend(self.queues.len());
        let names = self.scenario.broker.queues.iter().enumerate();
        names.filter(|(_, queue)| overlaps(&queue.name, &key)).map(|(place, _)| place).collect()
    }

    /// The bindings of an exchange that a message with this key may take.
    fn matching(&mut self, exchange: usize, key: usize) -> Vec<usize> {
        let Exchange { compares, bindings, patterns, exact, .. } = &self.exchanges[exchange];
        let name = self.keys[key].clone();
        let mut taken = Vec::new();
        let compared = match compares {
            None | Some(ExchangeType::Fanout | ExchangeType::Headers) => {
                taken.clone_from(bindings);
                self.spend(taken.len());
                return taken;
            }
            Some(ExchangeType::Direct | ExchangeType::Topic) if is_pattern(&name) => bindings.clone(),
            Some(ExchangeType::Direct | ExchangeType::Topic) => {
                let exact = exact.get(&key).map(|list| &self.same_key[*list]);
                taken.extend(exact.into_iter().flatten());
                patterns.clone()
            }
        };
        self.spend(taken.len());
        for binding in compared {
            if !self.is_whole() {
                break;
            }
            let pattern = &self.scenario.broker.bindings[binding].routing_key;
            if overlaps(pattern, &name) {
                taken.push(binding);
            }
            self.spend(pattern.len().max(1) * name.len().max(1) / 64 + 1);
        }
        taken
    }

    fn spend(&mut self, work: usize) {
        self.budget = self.budget.saturating_sub(work);
    }
}

pub(super) fn is_pattern(key: &str) -> bool {
    key.contains(['*', '#'])
}

/// The keys that a step publishes with, the extra ones among its headers included (rule 48).
pub(super) fn keys_of(publish: &Publish) -> impl Iterator<Item = Name> {
    let more = ["CC", "BCC"].into_iter().filter_map(|name| publish.headers.get(name)?.as_array()).flatten();
    std::iter::once(&publish.routing_key).chain(more.filter_map(Value::as_str)).map(as_pattern)
}

/// A word with a placeholder may become any number of words.
fn as_pattern(template: &Name) -> Name {
    if !template.contains('{') {
        return template.clone();
    }
    let (mut pattern, mut depth) = (String::new(), 0_u32);
    // Dots within braces look inside a field, and divide no words.
    for letter in template.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        pattern.push(if letter == '.' && depth > 0 { '_' } else { letter });
    }
    let words: Vec<&str> = pattern.split('.').map(|word| if word.contains('{') { "#" } else { word }).collect();
    words.join(".").into()
}

/// Whether some key matches both patterns (rules 35 to 37).
pub(super) fn overlaps(one: &str, other: &str) -> bool {
    use crate::broker::exchange::topic::words;
    let other: Vec<&str> = words(other).collect();
    // reached[i]: what matches the words of `one` so far can match the first i of the other.
    let mut reached = vec![false; other.len() + 1];
    reached[0] = true;
    let pass = |reached: &mut Vec<bool>| {
        for place in 0..other.len() {
            reached[place + 1] |= reached[place] && other[place] == "#";
        }
    };
    pass(&mut reached);
    for word in words(one) {
        let mut next = vec![false; reached.len()];
        for place in 0..reached.len() {
            // `#` of the other takes this word, `#` of this one takes words of the other or none.
            next[place] |= reached[place] && (word == "#" || place > 0 && other[place - 1] == "#");
            if place > 0 {
                let agree = word == other[place - 1] || word == "*" || other[place - 1] == "*";
                next[place] |= next[place - 1] && word == "#" || reached[place - 1] && agree;
            }
        }
        pass(&mut next);
        reached = next;
    }
    reached[other.len()]
}
