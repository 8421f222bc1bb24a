//! Services for a topology that has none: consumers of its queues, and publishers to its exchanges.

use super::{Part, fresh, is_taken};
use crate::base::limits;
use crate::base::ordered::OrderedMap;
use crate::broker::Value;
use crate::broker::queue::Kind;
use crate::scenario::handler::PREFETCH;
use crate::scenario::{
    Action, BindingKey, BindingSpec, BindingTarget, ExchangeSpec, ExchangeType, FailurePolicy, FailureRule, Handler, Json, Name, Offset,
    Point, Publish, QueueSpec, Scenario, Service, SimTime, Span, Step, Subscription, Table, Trigger, json_object,
};

/// Which services a topology gets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Population {
    /// Queues that a service consumes from.
    pub consumers: Vec<Name>,
    /// Exchanges that a service publishes to, and queues to which it publishes by the default exchange.
    pub publishers: Vec<Part>,
    pub share: Share,
}

/// How many parts have one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// Each has its own.
    #[default]
    Each,
    /// Those whose names begin with the same word.
    Prefix,
}

/// What a part would get, and whether most want it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub part: Part,
    /// A consumer; else a publisher.
    pub consumes: bool,
    pub is_usual: bool,
}

/// So many kinds of message are published to an exchange.
const KEYS_MAX: usize = 6;
/// What stands for a word that a pattern leaves open.
const ANY_WORD: &str = "event";
/// All publishers together publish about so many messages a second.
const RATE: u64 = 50;
const BESIDE: f64 = 240.0;

/// The first word of a name.
#[must_use]
pub fn prefix(name: &str) -> &str {
    match name.split(['.', '-', '_', ':', '/']).next() {
        Some(word) if !word.is_empty() => word,
        _ => name,
    }
}

/// What can be added: a consumer for each queue without one, and a publisher wherever messages of services would begin.
///
/// Usually no service consumes from a queue in which messages wait until they expire, or in which dead letters end.
#[must_use]
pub fn offers(scenario: &Scenario) -> Vec<Offer> {
    let known = Known::of(scenario);
    let broker = &scenario.broker;
    let consumers = broker.queues.iter().filter(|queue| !known.consumed.contains_key(&*queue.name)).map(|queue| {
        let is_usual = !known.waits(queue) && !known.is_end_of_dead_letters(queue);
        Offer { part: Part::Queue(queue.name.clone()), consumes: true, is_usual }
    });
    let exchanges = broker.exchanges.iter().filter(|exchange| !exchange.internal && !known.published.contains_key(&*exchange.name));
    let exchanges = exchanges.map(|exchange| {
        let name = &*exchange.name;
        let is_begin = known.sources.contains_key(name) && !known.fed.contains_key(name) && !known.dead.contains_key(name);
        Offer { part: Part::Exchange(exchange.name.clone()), consumes: false, is_usual: is_begin }
    });
    let alone = broker.queues.iter().filter(|queue| {
        let name = &*queue.name;
        // Braces in a routing key would be filled in.
        let is_plain = !name.contains(['{', '}']);
        is_plain && !known.bound.contains_key(name) && !known.dead_keys.contains_key(name) && !known.published.contains_key(name)
    });
    let alone = alone.map(|queue| Offer { part: Part::Queue(queue.name.clone()), consumes: false, is_usual: true });
    consumers.chain(exchanges).chain(alone).collect()
}

/// A message that a publisher of this topology would send first.
#[must_use]
pub fn first_message(scenario: &Scenario) -> Option<Publish> {
    let begins = offers(scenario).into_iter().find(|offer| !offer.consumes && offer.is_usual)?;
    publishes(scenario, &begins.part)?.2.into_iter().next()
}

type Set<'a> = OrderedMap<&'a str, ()>;

/// What leads where, by name.
struct Known<'a> {
    scenario: &'a Scenario,
    consumed: Set<'a>,
    /// What services publish to.
    published: Set<'a>,
    sources: Set<'a>,
    /// Exchanges that other exchanges lead to.
    fed: Set<'a>,
    /// Exchanges that get dead letters.
    dead: Set<'a>,
    /// Queues that the default exchange brings dead letters.
    dead_keys: Set<'a>,
    bound: Set<'a>,
    /// Queues that an exchange leads to which is not for dead letters.
    filled: Set<'a>,
}

impl<'a> Known<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let (mut consumed, mut published, mut sources, mut fed) = (Set::new(), Set::new(), Set::new(), Set::new());
        let (mut dead, mut dead_keys, mut bound, mut filled) = (Set::new(), Set::new(), Set::new(), Set::new());
        for handler in scenario.services.iter().flat_map(|service| &service.handlers) {
            if let Trigger::Queue(subscription) = &handler.trigger {
                consumed.insert(&*subscription.queue, ());
            }
            for publish in handler.steps.iter().filter_map(|step| step.action.publish()) {
                let to = if publish.exchange.is_empty() { &publish.routing_key } else { &publish.exchange };
                published.insert(&**to, ());
            }
        }
        let broker = &scenario.broker;
        for queue in &broker.queues {
            match (setting(scenario, queue, "dead-letter-exchange"), setting(scenario, queue, "dead-letter-routing-key")) {
                (Some(exchange), Some(key)) if exchange.is_empty() => drop(dead_keys.insert(&**key, ())),
                (Some(exchange), _) => drop(dead.insert(&**exchange, ())),
                (None, _) => {}
            }
        }
        for exchange in &broker.exchanges {
            if let Some(other) = exchange.arguments.get("alternate-exchange").and_then(Value::as_str) {
                fed.insert(&**other, ());
            }
        }
        for binding in &broker.bindings {
            sources.insert(&*binding.source, ());
            match &binding.destination {
                BindingTarget::Exchange(name) => drop(fed.insert(&**name, ())),
                BindingTarget::Queue(name) => {
                    bound.insert(&**name, ());
                    if !dead.contains_key(&*binding.source) {
                        filled.insert(&**name, ());
                    }
                }
            }
        }
        Self { scenario, consumed, published, sources, fed, dead, dead_keys, bound, filled }
    }

    /// Messages wait here until they expire, and go on then.
    fn waits(&self, queue: &QueueSpec) -> bool {
        has_setting(self.scenario, queue, "message-ttl") && setting(self.scenario, queue, "dead-letter-exchange").is_some()
    }

    /// Only dead letters come here, and they go no further.
    fn is_end_of_dead_letters(&self, queue: &QueueSpec) -> bool {
        let name = &*queue.name;
        let gets_dead = self.dead_keys.contains_key(name) || self.bound.contains_key(name);
        gets_dead && !self.filled.contains_key(name) && setting(self.scenario, queue, "dead-letter-exchange").is_none()
    }
}

/// By argument or by policy.
fn value<'a>(scenario: &'a Scenario, queue: &'a QueueSpec, key: &str) -> Option<&'a Value> {
    let argument = queue.arguments.get(&*format!("x-{key}"));
    argument.or_else(|| scenario.broker.policy_for(queue).and_then(|(_, policy)| policy.definition.get(key)))
}

fn setting<'a>(scenario: &'a Scenario, queue: &'a QueueSpec, key: &str) -> Option<&'a Name> {
    value(scenario, queue, key).and_then(Value::as_str)
}

fn has_setting(scenario: &Scenario, queue: &QueueSpec, key: &str) -> bool {
    value(scenario, queue, key).is_some()
}

/// Adds the services. A consumer works 100 ms on each message. A publisher publishes every second; many publish less often.
pub(super) fn populate(scenario: &mut Scenario, population: &Population) {
    let mut new: Vec<Service> = Vec::new();
    let consumers = population.consumers.iter().filter_map(|name| scenario.broker.queues.iter().find(|queue| queue.name == *name));
    let consumers: Vec<&QueueSpec> = consumers.collect();
    for (stem, members) in grouped(&consumers, population.share, |queue| &queue.name) {
        let handlers = members.iter().map(|queue| handler_of(queue)).collect();
        new.push(service(&format!("{stem}-consumer"), beside(members.iter().map(|queue| queue.at), BESIDE), handlers));
    }
    let publishers: Vec<(Name, Point, Vec<Publish>)> = population.publishers.iter().filter_map(|part| publishes(scenario, part)).collect();
    let steps: usize = publishers.iter().map(|(.., steps)| steps.len()).sum();
    let every = SimTime::from_secs((steps as u64 / RATE).max(1));
    for (stem, members) in grouped(&publishers.iter().collect::<Vec<_>>(), population.share, |(name, ..)| name) {
        let handlers = members.iter().map(|(.., publishes)| publisher(every, publishes)).collect();
        new.push(service(&format!("{stem}-publisher"), beside(members.iter().map(|(_, at, _)| *at), -BESIDE), handlers));
    }
    for mut service in new {
        if is_taken(scenario, &service.name) {
            service.name = fresh(scenario, &service.name);
        }
        scenario.services.push(service);
    }
}

/// Together as they share a service, in the order in which they come.
fn grouped<'a, T>(members: &[&'a T], share: Share, name: impl Fn(&T) -> &Name) -> Vec<(String, Vec<&'a T>)> {
    let mut groups: Vec<(String, Vec<&'a T>)> = Vec::new();
    let mut places: OrderedMap<String, usize> = OrderedMap::new();
    for member in members {
        let stem = match share {
            Share::Each => &**name(member),
            Share::Prefix => prefix(name(member)),
        };
        let stem = named(&stem[..stem.floor_char_boundary(limits::SHORT_BYTES - 30)]);
        let place = places.get(&stem).copied().filter(|place| share == Share::Prefix && groups[*place].1.len() < limits::HANDLERS);
        if let Some(place) = place {
            groups[place].1.push(member);
        } else {
            places.insert(stem.clone(), groups.len());
            groups.push((stem, vec![member]));
        }
    }
    groups
}

/// As a service may be called.
#[must_use]
pub fn named(stem: &str) -> String {
    let letter = |letter: char| if letter.is_alphanumeric() || matches!(letter, '.' | '_' | ':' | '/' | '@') { letter } else { '-' };
    let letters: String = stem.chars().map(letter).collect();
    let name = letters.trim_matches('-');
    if name.is_empty() { "queue".to_owned() } else { name.to_owned() }
}

/// Beside the middle of others.
fn beside(places: impl Iterator<Item = Point>, by: f64) -> Point {
    let (mut sum, mut count) = (Point::default(), 0.0);
    for at in places {
        (sum.x, sum.y) = (sum.x + at.x, sum.y + at.y);
        count += 1.0;
    }
    let count = f64::max(count, 1.0);
    let at = Point { x: sum.x / count + by, y: sum.y / count };
    at.on_canvas().unwrap_or_default()
}

fn service(name: &str, at: Point, handlers: Vec<Handler>) -> Service {
    Service { handlers, ..Service::new(name.into(), at) }
}

const fn step(action: Action) -> Step {
    Step { action, fails: FailureRule::Never, on_failure: None }
}

/// One that works on each message of a queue for 100 ms.
#[must_use]
pub fn handler_of(queue: &QueueSpec) -> Handler {
    let offset = (queue.kind() == Kind::Stream).then_some(Offset::First);
    let subscription =
        Subscription { queue: queue.name.clone(), prefetch: PREFETCH, auto_ack: false, exclusive: false, priority: 0, offset };
    let work = step(Action::Work { time: Span::Constant(SimTime::from_millis(100)), blocks: false });
    Handler { trigger: Trigger::Queue(subscription), once: None, steps: vec![work], on_failure: FailurePolicy::default() }
}

fn publisher(every: SimTime, publishes: &[Publish]) -> Handler {
    let steps = publishes.iter().map(|publish| step(Action::Publish(Box::new(publish.clone())))).collect();
    let trigger = Trigger::Schedule { every, records: None };
    Handler { trigger, once: None, steps, on_failure: FailurePolicy::default() }
}

/// What is published to a part: each kind of message that it has a binding for.
fn publishes(scenario: &Scenario, part: &Part) -> Option<(Name, Point, Vec<Publish>)> {
    let payload = |key: &str| json_object([("type".to_owned(), Json::from(key))]);
    match part {
        Part::Exchange(name) => {
            let spec = scenario.broker.exchanges.iter().find(|exchange| exchange.name == *name)?;
            let mut found: Vec<Publish> = Vec::new();
            for binding in scenario.broker.bindings.iter().filter(|binding| binding.source == *name) {
                let (key, headers) = message_for(spec, binding);
                // Braces would be filled in.
                let is_text = |value: &Value| value.as_str().is_none_or(|text| !text.contains(['{', '}']));
                let is_known = || found.iter().any(|one| *one.routing_key == *key && one.headers == headers);
                if found.len() < KEYS_MAX && !key.contains(['{', '}']) && headers.values().all(is_text) && !is_known() {
                    found.push(Publish { headers, ..Publish::plain(name.clone(), key.as_str().into(), payload(&key)) });
                }
            }
            if found.is_empty() {
                found.push(Publish::plain(name.clone(), ANY_WORD.into(), payload(ANY_WORD)));
            }
            Some((name.clone(), spec.at, found))
        }
        Part::Queue(name) => {
            let spec = scenario.broker.queues.iter().find(|queue| queue.name == *name)?;
            let is_text = !name.contains(['{', '}']);
            is_text.then(|| (name.clone(), spec.at, vec![Publish::plain("".into(), name.clone(), payload(ANY_WORD))]))
        }
        Part::Client(_) | Part::Service(_) => None,
    }
}

/// The routing key and the headers of a message that a binding takes.
fn message_for(exchange: &ExchangeSpec, binding: &BindingSpec) -> (String, Table) {
    let kind = exchange.routes_as();
    if kind == ExchangeType::Headers {
        let headers = binding.arguments.iter().filter(|(name, _)| !name.starts_with("x-"));
        return (String::new(), headers.map(|(name, value)| (name.clone(), value.clone())).collect());
    }
    let key = match kind.binding_key() {
        BindingKey::Ignored if kind != ExchangeType::ModulusHash => String::new(),
        BindingKey::Compared if kind == ExchangeType::Topic => {
            let open = |word: &'static str| move |one: &str| if matches!(one, "*" | "#") { word.to_owned() } else { one.to_owned() };
            binding.routing_key.split('.').map(open(ANY_WORD)).collect::<Vec<_>>().join(".")
        }
        BindingKey::Compared => binding.routing_key.to_string(),
        BindingKey::Ignored | BindingKey::Weight => ANY_WORD.to_owned(),
    };
    (key, Table::new())
}
