//! Where the messages of a scenario can go, followed without running it. The way leads from every publishing step through exchanges to
//! queues, and on with dead letters. A template may become any key that has its words. One that is a template as a whole takes every
//! binding.

use crate::base::ordered::OrderedMap;
use crate::broker::exchange::topic::matches;
use crate::broker::queue::settings::Overflow;
use crate::broker::{BindingKey, Broker, ExchangeType};
use crate::scenario::{
    Action, Ask, BindingSpec, BindingTarget, Destination, Directory, FailurePolicy, Name, Publish, Scenario, SimTime, Trigger,
};

/// So much is compared for one scenario. What is drawn by hand takes a thousandth of it; beyond, routes are not judged.
const BUDGET: usize = 3_000_000;

/// What a pattern takes, where an exact key takes 1.
const PATTERN_COST: usize = 20;

/// The default exchange.
const DEFAULT: usize = usize::MAX;
/// An exchange of the broker's own, which no document lists (rule 10). What comes there is not followed.
const UNLISTED: usize = usize::MAX - 1;

#[derive(Debug, Default)]
pub struct Exchange {
    pub alternate: Option<usize>,
    /// Their places in the document.
    pub bindings: Vec<usize>,
    /// Some message comes here.
    pub is_reached: bool,
}

#[derive(Debug, Default)]
pub struct Queue {
    /// The dead-letter exchange.
    pub dead: Option<Name>,
    pub dead_key: Option<Name>,
    pub has_ttl: bool,
    /// What is too much dies.
    pub overflows: bool,
    /// A quorum queue in which messages die that come back too often.
    pub limits_deliveries: bool,
    /// A quorum queue that keeps a dead letter until it has arrived (rule 129).
    pub is_at_least_once: bool,
    /// Nothing but a consumer takes its messages away.
    pub keeps: bool,
    pub is_bound: bool,
    /// Keys of the messages that come here.
    pub arrivals: Vec<Name>,
    /// Some step publishes messages that are to stay here.
    pub is_filled: bool,
    /// Dead letters, retries and delays come here.
    pub is_passed: bool,
    /// Steps publish messages that come here.
    is_published_to: bool,
    /// Dead letters of a queue come here, where they did not merely wait.
    gets_dead: bool,
    /// Messages come here that waited elsewhere until they expired.
    gets_delayed: bool,
    /// The services that consume.
    pub consumers: Vec<usize>,
}

/// What is sent somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// By a step.
    Published { stays: bool },
    /// By what a service does when a step fails.
    Again,
    /// By a queue where messages wait until they expire, and that no service consumes from.
    Delayed,
    /// By another queue.
    Dead,
    /// By a queue that no step publishes to, if a learner fills it by hand.
    PerhapsDead,
}

#[derive(Debug)]
pub struct Routes<'a> {
    scenario: &'a Scenario,
    directory: Directory,
    /// As the document lists them.
    pub exchanges: Vec<Exchange>,
    pub queues: Vec<Queue>,
    /// Whether some message takes the binding.
    pub is_taken: Vec<bool>,
    /// Whether dead letters take it, and whether what steps publish does.
    takes_dead: Vec<bool>,
    takes_published: Vec<bool>,
    /// What is followed just now.
    sent: Sent,
    /// Queues whose dead letters have not been followed, with the key.
    open: Vec<(usize, Name)>,
    budget: usize,
}

/// What dead letters go along, and where they end.
#[derive(Clone, Debug, Default)]
pub struct DeadLetterWays {
    /// Of each binding, by its place: it carries dead letters, and nothing that a step publishes.
    bindings: Vec<bool>,
    /// Queues where dead letters end, and whether they are for dead letters alone.
    ends: OrderedMap<Name, bool>,
}

impl DeadLetterWays {
    #[must_use]
    pub fn has_binding(&self, place: usize) -> bool {
        self.bindings.get(place) == Some(&true)
    }

    /// The queue sends its dead letters no further, and no retry or delay leads here.
    #[must_use]
    pub fn end_in(&self, queue: &Name) -> bool {
        self.ends.contains_key(queue)
    }

    /// Nothing but dead letters comes here by itself.
    #[must_use]
    pub fn own(&self, queue: &Name) -> bool {
        self.ends.get(queue) == Some(&true)
    }
}

impl<'a> Routes<'a> {
    /// Everything that the scenario's own steps can send, followed to its end.
    pub fn of(scenario: &'a Scenario) -> Self {
        let spec = &scenario.broker;
        let mut broker = Broker::new(spec.profile);
        // A policy that is refused is another mistake, which validation tells.
        broker.set_policies(SimTime::ZERO, &spec.policies);
        let mut routes = Self {
            scenario,
            directory: Directory::of(spec),
            exchanges: Vec::new(),
            queues: Vec::new(),
            is_taken: vec![false; spec.bindings.len()],
            takes_dead: vec![false; spec.bindings.len()],
            takes_published: vec![false; spec.bindings.len()],
            sent: Sent::Again,
            open: Vec::new(),
            budget: BUDGET,
        };
        for exchange in &spec.exchanges {
            let alternate = broker.effective_alternate(&exchange.name, &exchange.arguments).and_then(|name| routes.exchange(&name));
            routes.exchanges.push(Exchange { alternate, ..Exchange::default() });
        }
        for queue in &spec.queues {
            let settings = broker.settings_for(&queue.name, &queue.arguments).unwrap_or_default();
            let has_ttl = settings.message_ttl.is_some();
            let is_sized = settings.max_length.is_some() || settings.max_length_bytes.is_some();
            let is_limited = is_sized || settings.expires.is_some();
            routes.queues.push(Queue {
                dead: settings.dead_letter_exchange,
                dead_key: settings.dead_letter_routing_key,
                has_ttl,
                overflows: is_sized && settings.overflow != Overflow::RejectPublish,
                limits_deliveries: settings.delivery_limit.is_some(),
                is_at_least_once: settings.at_least_once,
                keeps: !has_ttl && !is_limited,
                ..Queue::default()
            });
        }
        for (place, binding) in spec.bindings.iter().enumerate() {
            if let BindingTarget::Queue(name) = &binding.destination
                && let Some(queue) = routes.directory.queue(name)
            {
                routes.queues[queue].is_bound = true;
            }
            if let Some(exchange) = routes.directory.exchange(&binding.source) {
                routes.exchanges[exchange].bindings.push(place);
            }
        }
        routes.follow();
        routes
    }

    /// Whether everything was followed. Otherwise nothing can be said of what goes nowhere.
    pub const fn is_whole(&self) -> bool {
        self.budget > 0
    }

    /// None for one that is not there.
    pub fn exchange(&self, name: &Name) -> Option<usize> {
        match self.directory.exchange(name) {
            None if name.is_empty() => Some(DEFAULT),
            None if name.starts_with("amq.") => Some(UNLISTED),
            place => place,
        }
    }

    fn follow(&mut self) {
        let scenario = self.scenario;
        let default: Name = "".into();
        for (number, service) in scenario.services.iter().enumerate() {
            for handler in service.every_handler() {
                let fetched = handler.steps.iter().find_map(|step| match &step.action {
                    Action::Ask(Ask::Get { queue }) => Some(queue),
                    _ => None,
                });
                let consumed = if let Trigger::Queue(subscription) = &handler.trigger { Some(&subscription.queue) } else { fetched };
                if let Some(queue) = consumed.and_then(|queue| self.directory.queue(queue))
                    && self.queues[queue].consumers.last() != Some(&number)
                {
                    self.queues[queue].consumers.push(number);
                }
                for step in &handler.steps {
                    let Some(publish) = step.action.publish() else { continue };
                    // What expires leaves its queue without a consumer.
                    self.send(&publish.exchange, &key_of(publish), Sent::Published { stays: publish.expiration.is_none() });
                }
                for to in handler.policies().flat_map(FailurePolicy::destinations) {
                    match to {
                        Destination::Queue(queue) => self.send(&default, queue, Sent::Again),
                        Destination::Exchange { name, routing_key } => self.send(name, routing_key, Sent::Again),
                    }
                }
            }
        }
        // Dead letters with a separate key go the same way, for every message that died (rule 118).
        for queue in 0..self.queues.len() {
            if let Some(key) = self.queues[queue].dead_key.clone() {
                self.open.push((queue, key));
            }
        }
        while let Some((queue, key)) = self.open.pop() {
            let from = &self.queues[queue];
            if let Some(exchange) = from.dead.clone() {
                let sent = if from.has_ttl && from.consumers.is_empty() { Sent::Delayed } else { Sent::Dead };
                self.send(&exchange, &key, sent);
            }
        }
    }

    fn send(&mut self, exchange: &Name, key: &Name, sent: Sent) {
        self.sent = sent;
        for number in self.queues_of(exchange, key).unwrap_or_default() {
            let queue = &mut self.queues[number];
            let stays = sent == Sent::Published { stays: true };
            match sent {
                Sent::Published { .. } => queue.is_published_to = true,
                Sent::Again => {}
                Sent::Delayed => queue.gets_delayed = true,
                Sent::Dead => queue.gets_dead = true,
                Sent::PerhapsDead => {
                    queue.gets_dead = true;
                    continue;
                }
            }
            queue.is_filled |= stays;
            queue.is_passed |= !stays;
            let known = queue.arrivals.len();
            if !queue.arrivals.contains(key) {
                queue.arrivals.push(key.clone());
                if queue.dead_key.is_none() {
                    self.open.push((number, key.clone()));
                }
            }
            self.spend(1 + known);
        }
    }

    /// Where the dead letters of a queue come to, by key.
    pub fn dead_letters(&mut self, queue: usize) -> Vec<(Name, Option<Vec<usize>>)> {
        let Queue { dead: Some(exchange), dead_key, arrivals, .. } = &self.queues[queue] else { return Vec::new() };
        let exchange = exchange.clone();
        let keys = dead_key.as_ref().map_or_else(|| arrivals.clone(), |key| vec![key.clone()]);
        keys.into_iter().map(|key| (key.clone(), self.queues_of(&exchange, &key))).collect()
    }

    /// The queues that get a message, perhaps some twice; none where it is not followed. Breadth-first, each exchange once
    /// (rules 44, 45).
    pub fn queues_of(&mut self, exchange: &Name, key: &str) -> Option<Vec<usize>> {
        let spec = &self.scenario.broker;
        let (mut queues, mut visited, mut next) = (Vec::new(), vec![self.exchange(exchange).filter(|number| *number != UNLISTED)?], 0);
        let (may_be_any, is_template) = (is_placeholder(key), key.contains('{'));
        while let Some(&at) = visited.get(next).filter(|_| self.is_whole()) {
            next += 1;
            self.spend(next);
            let Some(here) = self.exchanges.get_mut(at) else {
                // The default exchange goes by the names of queues (rule 33).
                queues.extend(self.directory.queue(&key.into()));
                if is_template {
                    queues.extend(0..spec.queues.len());
                    self.spend(spec.queues.len());
                }
                continue;
            };
            let sent = self.sent;
            here.is_reached |= sent != Sent::PerhapsDead;
            let (mut further, mut spent) = (here.alternate, here.bindings.len());
            for &place in &here.bindings {
                let BindingSpec { routing_key, destination, .. } = &spec.bindings[place];
                let takes = match spec.exchanges[at].routes_as() {
                    // What chooses one of its bindings may choose any.
                    kind if may_be_any || kind.binding_key() != BindingKey::Compared => true,
                    kind if is_template => {
                        spent += PATTERN_COST;
                        may_match(routing_key, key, kind == ExchangeType::Topic)
                    }
                    ExchangeType::Topic if routing_key.contains(['*', '#']) => {
                        spent += PATTERN_COST;
                        matches(routing_key, key)
                    }
                    _ => **routing_key == *key,
                };
                if !takes {
                    continue;
                }
                self.is_taken[place] |= sent != Sent::PerhapsDead;
                self.takes_dead[place] |= matches!(sent, Sent::Delayed | Sent::Dead | Sent::PerhapsDead);
                self.takes_published[place] |= matches!(sent, Sent::Published { .. });
                further = None;
                match destination {
                    BindingTarget::Queue(name) => queues.extend(self.directory.queue(name)),
                    BindingTarget::Exchange(name) => visit(&mut visited, self.directory.exchange(name)),
                }
            }
            visit(&mut visited, further);
            self.spend(spent);
        }
        Some(queues)
    }

    /// Where dead letters end, and which bindings carry nothing else.
    #[must_use]
    pub fn dead_letter_ways(&mut self) -> DeadLetterWays {
        for place in 0..self.queues.len() {
            let queue = &self.queues[place];
            let Some(exchange) = queue.dead.clone().filter(|_| queue.arrivals.is_empty() && queue.dead_key.is_none()) else { continue };
            // What a learner publishes by hand comes through the queue's own bindings.
            for key in self.keys_by_hand(place) {
                self.send(&exchange, &key, Sent::PerhapsDead);
            }
        }
        let spec = &self.scenario.broker;
        let is_whole = self.is_whole();
        let is_dead_exchange = |name: &Name| self.queues.iter().any(|queue| queue.dead.as_ref() == Some(name));
        let bindings: Vec<bool> = (0..spec.bindings.len())
            .map(|place| {
                let is_theirs = self.takes_dead[place] && !self.takes_published[place];
                if is_whole { is_theirs } else { is_dead_exchange(&spec.bindings[place].source) }
            })
            .collect();
        let mut ways = DeadLetterWays { bindings, ..DeadLetterWays::default() };
        for (spec, queue) in spec.queues.iter().zip(&self.queues).filter(|(_, queue)| queue.dead.is_none()) {
            // What waited elsewhere comes to where it is worked on.
            let is_delayed = queue.gets_delayed && queue.consumers.is_empty() && !queue.is_published_to;
            if queue.gets_dead || is_delayed {
                ways.ends.insert(spec.name.clone(), !queue.is_published_to);
            }
        }
        ways
    }

    /// Keys of messages that can come to a queue, as templates.
    fn keys_by_hand(&self, queue: usize) -> Vec<Name> {
        let spec = &self.scenario.broker;
        let name = &spec.queues[queue].name;
        let own = spec.bindings.iter().filter(|binding| matches!(&binding.destination, BindingTarget::Queue(to) if to == name));
        let keys = own.map(|binding| {
            let kind = self.directory.exchange(&binding.source).map(|place| spec.exchanges[place].kind);
            match kind {
                Some(ExchangeType::Topic) if !binding.routing_key.contains('#') => binding.routing_key.replace('*', "{word}").into(),
                Some(ExchangeType::Direct) => binding.routing_key.clone(),
                _ => "{any}".into(),
            }
        });
        keys.collect()
    }

    fn spend(&mut self, work: usize) {
        self.budget = self.budget.saturating_sub(work);
    }
}

/// A key that is one template as a whole may become anything.
fn is_placeholder(key: &str) -> bool {
    key.starts_with('{') && key.find('}') == Some(key.len() - 1)
}

/// The words of a key. A dot within braces names a field, and parts no words.
fn words(key: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let is_end = |letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '.' && depth == 0
    };
    key.split(is_end).collect()
}

/// Whether a filled template may match a binding. A word with a field in it may be any word that begins and ends alike.
fn may_match(binding: &str, template: &str, is_topic: bool) -> bool {
    let (binding, template): (Vec<&str>, Vec<&str>) = (binding.split('.').collect(), words(template));
    let may_be = |word: &str, template: &str| match (template.split_once('{'), template.rsplit_once('}')) {
        (Some((begin, _)), Some((_, end))) => word.len() >= begin.len() + end.len() && word.starts_with(begin) && word.ends_with(end),
        _ => word == template,
    };
    // As many words of the template as the binding's words so far may take.
    let mut taken = vec![false; template.len() + 1];
    taken[0] = true;
    for word in binding {
        let any = is_topic && word == "#";
        let mut next = vec![false; template.len() + 1];
        for at in 0..taken.len() {
            next[at] |= any && (taken[at] || at > 0 && next[at - 1]);
            if taken[at] && !any && at < template.len() && (is_topic && word == "*" || may_be(word, template[at])) {
                next[at + 1] = true;
            }
        }
        taken = next;
    }
    taken[template.len()]
}

/// The topic pattern that takes all that comes of a template.
pub fn pattern(key: &Name) -> Name {
    if is_placeholder(key) {
        return "#".into();
    }
    let words = words(key).into_iter().map(|word| if word.contains('{') { "*" } else { word });
    words.collect::<Vec<_>>().join(".").into()
}

fn visit(visited: &mut Vec<usize>, exchange: Option<usize>) {
    if let Some(exchange) = exchange.filter(|exchange| !visited.contains(exchange)) {
        visited.push(exchange);
    }
}

/// The key that a step publishes with. One that has others beside it may become any (rule 48).
pub fn key_of(publish: &Publish) -> Name {
    let has_more = publish.headers.contains_key("CC") || publish.headers.contains_key("BCC");
    if has_more { "{}".into() } else { publish.routing_key.clone() }
}
