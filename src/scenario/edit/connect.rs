//! Drawing: new parts with sensible beginnings, and what a line from one part to another means.

use super::{Part, fresh, proposal};
use crate::broker::queue::Kind;
use crate::broker::{Availability, Value};
use crate::scenario::handler::PREFETCH;
use crate::scenario::{
    Action, Attempts, BindingKey, BindingSpec, BindingTarget, Client, Endpoint, ExchangeSpec, ExchangeType, FailurePolicy, FailureRule,
    Handler, Json, Name, Offset, Pattern, Point, Publish, QueueSpec, Scenario, Service, SimTime, Span, Step, Subscription, Table, Traffic,
    Trigger,
};

/// What can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    Client,
    Service,
    Exchange(ExchangeType),
    ClassicQueue,
    QuorumQueue,
    Stream,
}

impl PartKind {
    pub const ALL: [(&'static str, Self); 14] = [
        ("HTTP client", Self::Client),
        ("Service", Self::Service),
        ("Topic exchange", Self::Exchange(ExchangeType::Topic)),
        ("Direct exchange", Self::Exchange(ExchangeType::Direct)),
        ("Fanout exchange", Self::Exchange(ExchangeType::Fanout)),
        ("Headers exchange", Self::Exchange(ExchangeType::Headers)),
        ("Consistent-hash exchange", Self::Exchange(ExchangeType::ConsistentHash)),
        ("Modulus-hash exchange", Self::Exchange(ExchangeType::ModulusHash)),
        ("Random exchange", Self::Exchange(ExchangeType::Random)),
        ("Local-random exchange", Self::Exchange(ExchangeType::LocalRandom)),
        ("Delayed exchange", Self::Exchange(ExchangeType::DelayedMessage)),
        ("Classic queue", Self::ClassicQueue),
        ("Quorum queue", Self::QuorumQueue),
        ("Stream", Self::Stream),
    ];

    /// What the scenario's version of RabbitMQ has.
    pub fn offered(scenario: &Scenario) -> impl Iterator<Item = (&'static str, Self)> {
        let profile = scenario.broker.profile;
        Self::ALL.into_iter().filter(move |(_, kind)| match kind {
            Self::Exchange(kind) => kind.availability(profile) != Availability::Absent,
            Self::Client | Self::Service | Self::ClassicQueue | Self::QuorumQueue | Self::Stream => true,
        })
    }
}

/// Puts a part under a fresh name, and says which it is.
pub(super) fn add(scenario: &mut Scenario, kind: PartKind, at: Point) -> Part {
    match kind {
        PartKind::Exchange(kind) => {
            let name = fresh(scenario, "exchange");
            let arguments = Table::new();
            scenario.broker.exchanges.push(ExchangeSpec {
                name: name.clone(),
                at,
                kind,
                durable: true,
                auto_delete: false,
                internal: false,
                arguments,
            });
            Part::Exchange(name)
        }
        PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream => {
            let (called, type_of_queue) = match kind {
                PartKind::QuorumQueue => ("queue", Some("quorum")),
                PartKind::Stream => ("stream", Some("stream")),
                _ => ("queue", None),
            };
            let name = fresh(scenario, called);
            let arguments = type_of_queue.into_iter().map(|kind| ("x-queue-type".into(), Value::string(kind))).collect();
            scenario.broker.queues.push(QueueSpec { name: name.clone(), at, durable: true, auto_delete: false, arguments, messages: 0 });
            Part::Queue(name)
        }
        PartKind::Service => {
            let name = fresh(scenario, "service");
            scenario.services.push(Service::new(name.clone(), at));
            Part::Service(name)
        }
        PartKind::Client => {
            // A client speaks to a service: the first, or a new one.
            if scenario.services.is_empty() {
                add(scenario, PartKind::Service, Point { x: at.x + 240.0, y: at.y });
            }
            let service = scenario.services[0].name.clone();
            let calls = Endpoint { path: endpoint(&mut scenario.services[0]), service };
            let traffic = Traffic { pattern: Pattern::Every(SimTime::from_secs(1)), from: SimTime::ZERO, until: None, count: None };
            let name = fresh(scenario, "client");
            let body = Json::Object(serde_json::Map::new());
            scenario.clients.push(Client { name: name.clone(), at, calls, traffic, body, poison: None, attempts: Attempts::default() });
            Part::Client(name)
        }
    }
}

const fn step(action: Action) -> Step {
    Step { action, fails: FailureRule::Never, on_failure: None }
}

fn work() -> Step {
    step(Action::Work { time: Span::Constant(SimTime::from_millis(100)), blocks: false })
}

/// The endpoint of a service, which it gets if it has none.
fn endpoint(service: &mut Service) -> Name {
    let known = service.handlers.iter().find_map(|handler| match &handler.trigger {
        Trigger::Http { path } => Some(path.clone()),
        _ => None,
    });
    known.unwrap_or_else(|| {
        let path: Name = "POST /orders".into();
        let trigger = Trigger::Http { path: path.clone() };
        service.handlers.push(Handler { trigger, once: None, steps: vec![work()], on_failure: FailurePolicy::default() });
        path
    })
}

/// Whether a line can lead from one part to another at all.
#[must_use]
pub const fn connectable(from: &Part, to: &Part) -> bool {
    use Part::{Client, Exchange, Queue, Service};
    matches!(
        (from, to),
        (Exchange(_) | Service(_), Exchange(_) | Queue(_)) | (Queue(_), Exchange(_)) | (Queue(_) | Client(_) | Service(_), Service(_))
    )
}

/// What can be created at the end of a line from a part, in the order of the offer.
#[must_use]
pub const fn ends(from: &Part) -> &'static [PartKind] {
    use PartKind::{ClassicQueue, Exchange, QuorumQueue, Service, Stream};
    match from {
        Part::Exchange(_) => &[ClassicQueue, QuorumQueue, Stream, Exchange(ExchangeType::Topic), Exchange(ExchangeType::Fanout)],
        Part::Queue(_) => &[Service, Exchange(ExchangeType::Direct)],
        Part::Service(_) => {
            &[Exchange(ExchangeType::Topic), Exchange(ExchangeType::Direct), Exchange(ExchangeType::Fanout), ClassicQueue, Service]
        }
        Part::Client(_) => &[Service],
    }
}

pub(super) fn connect(scenario: &mut Scenario, from: &Part, to: &Part) -> Result<(), String> {
    match (from, to) {
        (Part::Exchange(source), Part::Queue(queue)) => {
            let spec = scenario.broker.exchanges.iter().find(|exchange| exchange.name == *source);
            let routing_key = spec.map_or_else(|| "".into(), |exchange| proposal::binding_key(scenario, exchange, queue));
            bind(scenario, source, BindingTarget::Queue(queue.clone()), routing_key)
        }
        (Part::Exchange(source), Part::Exchange(other)) => {
            if source == other {
                return Err("An exchange that is bound to itself would route nothing more.".into());
            }
            let kind = scenario.broker.exchanges.iter().find(|exchange| exchange.name == *source).map(ExchangeSpec::routes_as);
            let routing_key = match kind.map(ExchangeType::binding_key) {
                Some(BindingKey::Weight) => "1".into(),
                _ if kind == Some(ExchangeType::LocalRandom) => "".into(),
                Some(BindingKey::Compared | BindingKey::Ignored) | None => "#".into(),
            };
            bind(scenario, source, BindingTarget::Exchange(other.clone()), routing_key)
        }
        (Part::Queue(queue), Part::Exchange(exchange)) => {
            let key = proposal::dead_key(scenario, queue, exchange);
            let queue = scenario.broker.queues.iter_mut().find(|other| other.name == *queue);
            if queue.as_ref().is_some_and(|queue| queue.kind() == Kind::Stream) {
                return Err("A stream has no dead letters: it keeps what its readers refuse.".into());
            }
            if let Some(queue) = queue {
                queue.arguments.insert("x-dead-letter-exchange".into(), Value::String(exchange.clone()));
                match key {
                    Some(key) => drop(queue.arguments.insert("x-dead-letter-routing-key".into(), Value::String(key))),
                    None => drop(queue.arguments.remove("x-dead-letter-routing-key")),
                }
            }
            Ok(())
        }
        (Part::Queue(queue), Part::Service(service)) => {
            let spec = scenario.broker.queues.iter().find(|other| other.name == *queue);
            // A new reader has something to read.
            let offset = spec.filter(|queue| queue.kind() == Kind::Stream).map(|_| Offset::First);
            let Some(service) = scenario.services.iter_mut().find(|other| other.name == *service) else { return Ok(()) };
            let subscribed = |handler: &Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
            if service.handlers.iter().any(subscribed) {
                return Err(format!("{} consumes from {queue} already: more instances of it would share the work.", service.name));
            }
            let subscription =
                Subscription { queue: queue.clone(), prefetch: PREFETCH, auto_ack: false, exclusive: false, priority: 0, offset };
            let trigger = Trigger::Queue(subscription);
            service.handlers.push(Handler { trigger, once: None, steps: vec![work()], on_failure: FailurePolicy::default() });
            Ok(())
        }
        (Part::Service(service), Part::Exchange(exchange)) => {
            publish(scenario, service, exchange.clone(), None);
            Ok(())
        }
        (Part::Service(service), Part::Queue(queue)) => {
            publish(scenario, service, "".into(), Some(queue.clone())); // by the default exchange
            Ok(())
        }
        (Part::Service(service), Part::Service(other)) => {
            if service == other {
                return Err("A service that calls itself would wait for itself.".into());
            }
            let Some(callee) = scenario.services.iter_mut().find(|one| one.name == *other) else { return Ok(()) };
            let called = Endpoint { path: endpoint(callee), service: other.clone() };
            let attempts = Attempts { timeout: Some(SimTime::from_secs(5)), ..Attempts::default() };
            let call = step(Action::Call { endpoint: called, attempts, required: true });
            first_handler(scenario, service, |handler| handler.steps.push(call.clone()));
            Ok(())
        }
        (Part::Client(client), Part::Service(service)) => {
            let Some(callee) = scenario.services.iter_mut().find(|one| one.name == *service) else { return Ok(()) };
            let calls = Endpoint { path: endpoint(callee), service: service.clone() };
            if let Some(client) = scenario.clients.iter_mut().find(|one| one.name == *client) {
                client.calls = calls;
            }
            Ok(())
        }
        (Part::Queue(_), Part::Queue(_)) => Err("A queue cannot be bound to a queue: put an exchange between them.".into()),
        (Part::Exchange(_), Part::Service(_)) => Err("A service consumes from a queue: put a queue between the exchange and it.".into()),
        (Part::Client(_), _) => Err("A client speaks HTTP: connect it to a service, and let that publish.".into()),
        (_, Part::Client(_)) => Err("A client cannot be called: it sends requests, and gets answers.".into()),
    }
}

fn bind(scenario: &mut Scenario, source: &Name, destination: BindingTarget, routing_key: Name) -> Result<(), String> {
    let binding = BindingSpec { source: source.clone(), destination, routing_key, arguments: Table::new() };
    if scenario.broker.bindings.contains(&binding) {
        return Err("There is just this binding already: a second one would change nothing.".into());
    }
    scenario.broker.bindings.push(binding);
    Ok(())
}

/// A step more in the first handler of a service; one that runs every second, if it has none.
fn first_handler(scenario: &mut Scenario, service: &Name, change: impl FnOnce(&mut Handler)) {
    let Some(service) = scenario.services.iter_mut().find(|other| other.name == *service) else { return };
    if service.handlers.is_empty() {
        let trigger = Trigger::Schedule { every: SimTime::from_secs(1), records: None };
        service.handlers.push(Handler { trigger, once: None, steps: Vec::new(), on_failure: FailurePolicy::default() });
    }
    change(&mut service.handlers[0]);
}

/// A step that publishes what the handler has. Without a key, one is proposed.
fn publish(scenario: &mut Scenario, service: &Name, exchange: Name, key: Option<Name>) {
    first_handler(scenario, service, |_| {});
    let Some(index) = scenario.services.iter().position(|other| other.name == *service) else { return };
    let (known, service) = (&*scenario, &scenario.services[index]);
    let handler = &service.handlers[0];
    let spec = known.broker.exchanges.iter().find(|other| other.name == exchange);
    let routing_key = key.or_else(|| Some(proposal::key(known, service, handler, spec?))).unwrap_or_else(|| "".into());
    let payload = proposal::payload(known, service, handler);
    let publish = Publish::plain(exchange, routing_key, payload);
    // Before the answer: the client does not wait for what follows it.
    let steps = &mut scenario.services[index].handlers[0].steps;
    let place = steps.iter().position(|step| matches!(step.action, Action::Reply { .. })).unwrap_or(steps.len());
    steps.insert(place, step(Action::Publish(Box::new(publish))));
}
