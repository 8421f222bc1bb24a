//! Editing a scenario: parts come, go and are connected, and what refers to them follows. Each edit gives a new scenario, or says in
//! words for people why it cannot be; an editor keeps the old one to undo it.

use super::validate::validate;
use super::{
    Action, Attempts, BindingSpec, BindingTarget, Client, Endpoint, ExchangeSpec, ExchangeType, FailurePolicy, FailureRule, FaultKind,
    Handler, Json, Name, Pattern, Point, Publish, QueueSpec, Scenario, Service, SimTime, Span, Step, Subscription, Table, Traffic, Trigger,
};
use crate::broker::Value;
use crate::scenario::handler::RECONNECT;

/// A part of a scenario, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Client(Name),
    Service(Name),
    Exchange(Name),
    Queue(Name),
}

impl Part {
    #[must_use]
    pub const fn name(&self) -> &Name {
        match self {
            Self::Client(name) | Self::Service(name) | Self::Exchange(name) | Self::Queue(name) => name,
        }
    }
}

/// What can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    Client,
    Service,
    Exchange(ExchangeType),
    ClassicQueue,
    QuorumQueue,
}

impl PartKind {
    pub const ALL: [(&'static str, Self); 8] = [
        ("HTTP client", Self::Client),
        ("Service", Self::Service),
        ("Topic exchange", Self::Exchange(ExchangeType::Topic)),
        ("Direct exchange", Self::Exchange(ExchangeType::Direct)),
        ("Fanout exchange", Self::Exchange(ExchangeType::Fanout)),
        ("Headers exchange", Self::Exchange(ExchangeType::Headers)),
        ("Classic queue", Self::ClassicQueue),
        ("Quorum queue", Self::QuorumQueue),
    ];
}

#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Add {
        kind: PartKind,
        at: Point,
    },
    Remove(Part),
    Rename {
        part: Part,
        name: Name,
    },
    /// Messages, requests or deliveries go from one to the other.
    Connect {
        from: Part,
        to: Part,
    },
}

/// # Errors
/// Why it cannot be done, and what to do instead.
pub fn apply(scenario: &Scenario, edit: &Edit) -> Result<Scenario, String> {
    let mut new = scenario.clone();
    match edit {
        Edit::Add { kind, at } => add(&mut new, *kind, *at),
        Edit::Remove(part) => remove(&mut new, part),
        Edit::Rename { part, name } => rename(&mut new, part, name),
        Edit::Connect { from, to } => connect(&mut new, from, to)?,
    }
    forget_unknown(&mut new);
    match validate(&new).into_iter().next() {
        None => Ok(new),
        Some(problem) => Err(problem.message),
    }
}

/// What was expected of it need not hold any more, but must not speak of what is gone.
fn forget_unknown(new: &mut Scenario) {
    let unknown: Vec<bool> =
        new.expects.iter().map(|expected| !super::validate::unknown_names(new, &expected.property).is_empty()).collect();
    let mut index = 0;
    new.expects.retain(|_| {
        index += 1;
        !unknown[index - 1]
    });
}

/// Whether something has this name.
#[must_use]
pub fn is_taken(scenario: &Scenario, name: &str) -> bool {
    scenario.broker.exchanges.iter().any(|exchange| &*exchange.name == name)
        || scenario.broker.queues.iter().any(|queue| &*queue.name == name)
        || scenario.service(name).is_some()
        || scenario.client(name).is_some()
}

/// A name nothing has yet.
#[must_use]
pub fn fresh(scenario: &Scenario, stem: &str) -> Name {
    let mut number = 1;
    loop {
        let name = format!("{stem}-{number}");
        if !is_taken(scenario, &name) {
            return name.into();
        }
        number += 1;
    }
}

fn add(scenario: &mut Scenario, kind: PartKind, at: Point) {
    match kind {
        PartKind::Exchange(kind) => {
            let name = fresh(scenario, "exchange");
            let arguments = Table::new();
            scenario.broker.exchanges.push(ExchangeSpec { name, at, kind, durable: true, auto_delete: false, internal: false, arguments });
        }
        PartKind::ClassicQueue | PartKind::QuorumQueue => {
            let name = fresh(scenario, "queue");
            let quorum = (kind == PartKind::QuorumQueue).then(|| ("x-queue-type".into(), Value::string("quorum")));
            let arguments = quorum.into_iter().collect();
            scenario.broker.queues.push(QueueSpec { name, at, durable: true, auto_delete: false, arguments });
        }
        PartKind::Service => {
            let name = fresh(scenario, "service");
            scenario.services.push(Service {
                name,
                at,
                instances: 1,
                concurrency: None,
                reconnect: RECONNECT,
                restart: None,
                relay: None,
                handlers: Vec::new(),
            });
        }
        PartKind::Client => {
            // A client speaks to somebody: the first service, or one of its own.
            if scenario.services.is_empty() {
                add(scenario, PartKind::Service, Point { x: at.x, y: at.y + 130.0 });
            }
            let service = scenario.services[0].name.clone();
            let calls = Endpoint { path: endpoint(&mut scenario.services[0]), service };
            let traffic = Traffic { pattern: Pattern::Every(SimTime::from_secs(1)), from: SimTime::ZERO, until: None, count: None };
            let name = fresh(scenario, "client");
            let body = Json::Object(serde_json::Map::new());
            scenario.clients.push(Client { name, at, calls, traffic, body, poison: None, attempts: Attempts::default() });
        }
    }
}

const fn step(action: Action) -> Step {
    Step { action, fails: FailureRule::Never, on_failure: None }
}

fn work() -> Step {
    step(Action::Work { time: Span::Constant(SimTime::from_millis(100)) })
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

fn remove(scenario: &mut Scenario, part: &Part) {
    match part {
        Part::Client(name) => scenario.clients.retain(|client| client.name != *name),
        Part::Exchange(name) => {
            scenario.broker.exchanges.retain(|exchange| exchange.name != *name);
            scenario.broker.bindings.retain(|binding| {
                binding.source != *name && !matches!(&binding.destination, BindingTarget::Exchange(other) if other == name)
            });
            for queue in &mut scenario.broker.queues {
                if queue.dead_letter_exchange() == Some(name) {
                    queue.arguments.remove("x-dead-letter-exchange");
                    queue.arguments.remove("x-dead-letter-routing-key");
                }
            }
            for exchange in &mut scenario.broker.exchanges {
                if exchange.arguments.get("alternate-exchange").and_then(Value::as_str) == Some(name) {
                    exchange.arguments.remove("alternate-exchange");
                }
            }
            for step in handlers_of(scenario).flat_map(|handler| &mut handler.steps) {
                if let Action::Persist { outbox, .. } = &mut step.action
                    && outbox.as_ref().is_some_and(|publish| publish.exchange == *name)
                {
                    *outbox = None;
                }
            }
            forget_policies(scenario, |policy| matches!(policy, FailurePolicy::DeadLetterRetry { exchange, .. } if exchange == name));
            retain_steps(scenario, |action| !matches!(action, Action::Publish(publish) if publish.exchange == *name));
        }
        Part::Queue(name) => {
            scenario.broker.queues.retain(|queue| queue.name != *name);
            scenario.broker.bindings.retain(|binding| !matches!(&binding.destination, BindingTarget::Queue(other) if other == name));
            for service in &mut scenario.services {
                service.handlers.retain(|handler| !matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *name));
            }
            forget_policies(scenario, |policy| matches!(policy, FailurePolicy::Republish { via, .. } if via.contains(name)));
        }
        Part::Service(name) => {
            scenario.services.retain(|service| service.name != *name);
            scenario.clients.retain(|client| client.calls.service != *name);
            scenario.faults.retain(|fault| match &fault.kind {
                FaultKind::Partition(ends) => !ends.contains(name),
                FaultKind::FillStore(service) => service != name,
                kind => kind.target().is_none_or(|target| target.service != *name),
            });
            for step in handlers_of(scenario).flat_map(|handler| &mut handler.steps) {
                if matches!(&step.fails, FailureRule::DependencyDown(service) if service == name) {
                    step.fails = FailureRule::Never;
                }
            }
            scenario.network.links.retain(|link| !link.ends.contains(name));
            retain_steps(scenario, |action| !matches!(action, Action::Call { endpoint, .. } if endpoint.service == *name));
        }
    }
}

/// Policies that have lost their way are what they are by default.
fn forget_policies(scenario: &mut Scenario, lost: impl Fn(&FailurePolicy) -> bool) {
    for handler in handlers_of(scenario) {
        if lost(&handler.on_failure) {
            handler.on_failure = FailurePolicy::default();
        }
        for step in handler.steps.iter_mut().filter(|step| step.on_failure.as_ref().is_some_and(&lost)) {
            step.on_failure = None;
        }
    }
}

fn retain_steps(scenario: &mut Scenario, keep: impl Fn(&Action) -> bool) {
    for handler in scenario.services.iter_mut().flat_map(|service| &mut service.handlers) {
        handler.steps.retain(|step| keep(&step.action));
    }
}

fn handlers_of(scenario: &mut Scenario) -> impl Iterator<Item = &mut Handler> {
    scenario.services.iter_mut().flat_map(|service| &mut service.handlers)
}

/// Everything a service publishes: by its steps, and by way of an outbox.
fn publish_of(action: &mut Action) -> Option<&mut Publish> {
    match action {
        Action::Publish(publish) | Action::Persist { outbox: Some(publish), .. } => Some(publish),
        _ => None,
    }
}

/// Everything that spoke of it by its old name speaks of it by the new one.
fn rename(scenario: &mut Scenario, part: &Part, new: &Name) {
    let old = part.name();
    let follow = |name: &mut Name| {
        if name == old {
            *name = new.clone();
        }
    };
    match part {
        Part::Client(_) => scenario.clients.iter_mut().for_each(|client| follow(&mut client.name)),
        Part::Exchange(_) => {
            for exchange in &mut scenario.broker.exchanges {
                follow(&mut exchange.name);
                if exchange.arguments.get("alternate-exchange").and_then(Value::as_str) == Some(old) {
                    exchange.arguments.insert("alternate-exchange".into(), Value::String(new.clone()));
                }
            }
            for binding in &mut scenario.broker.bindings {
                follow(&mut binding.source);
                if let BindingTarget::Exchange(name) = &mut binding.destination {
                    follow(name);
                }
            }
            for queue in &mut scenario.broker.queues {
                if queue.dead_letter_exchange() == Some(old) {
                    queue.arguments.insert("x-dead-letter-exchange".into(), Value::String(new.clone()));
                }
            }
            for handler in handlers_of(scenario) {
                handler.steps.iter_mut().filter_map(|step| publish_of(&mut step.action)).for_each(|publish| follow(&mut publish.exchange));
                for policy in handler.steps.iter_mut().filter_map(|step| step.on_failure.as_mut()).chain([&mut handler.on_failure]) {
                    if let FailurePolicy::DeadLetterRetry { exchange, .. } = policy {
                        follow(exchange);
                    }
                }
            }
        }
        Part::Queue(_) => {
            scenario.broker.queues.iter_mut().for_each(|queue| follow(&mut queue.name));
            for binding in &mut scenario.broker.bindings {
                if let BindingTarget::Queue(name) = &mut binding.destination {
                    follow(name);
                }
            }
            for handler in handlers_of(scenario) {
                if let Trigger::Queue(subscription) = &mut handler.trigger {
                    follow(&mut subscription.queue);
                }
                for publish in handler.steps.iter_mut().filter_map(|step| publish_of(&mut step.action)) {
                    if publish.exchange.is_empty() {
                        follow(&mut publish.routing_key); // the default exchange
                    }
                }
                for policy in handler.steps.iter_mut().filter_map(|step| step.on_failure.as_mut()).chain([&mut handler.on_failure]) {
                    if let FailurePolicy::Republish { via, .. } = policy {
                        via.iter_mut().for_each(follow);
                    }
                }
            }
        }
        Part::Service(_) => {
            scenario.services.iter_mut().for_each(|service| follow(&mut service.name));
            scenario.clients.iter_mut().for_each(|client| follow(&mut client.calls.service));
            scenario.network.links.iter_mut().flat_map(|link| &mut link.ends).for_each(follow);
            for fault in &mut scenario.faults {
                match &mut fault.kind {
                    FaultKind::Kill(target) | FaultKind::Stop(target) | FaultKind::Hang(target) | FaultKind::Slow(target, _) => {
                        follow(&mut target.service);
                    }
                    FaultKind::Partition(ends) => ends.iter_mut().for_each(follow),
                    FaultKind::FillStore(service) => follow(service),
                    FaultKind::RestartBroker | FaultKind::Alarm(_) => {}
                }
            }
            for step in handlers_of(scenario).flat_map(|handler| &mut handler.steps) {
                if let Action::Call { endpoint, .. } = &mut step.action {
                    follow(&mut endpoint.service);
                }
                if let FailureRule::DependencyDown(service) = &mut step.fails {
                    follow(service);
                }
            }
        }
    }
    for expected in &mut scenario.expects {
        if let Ok(property) = renamed_in(&expected.property.to_string(), old, new).parse() {
            expected.property = property;
        }
    }
}

/// A sentence with a name in it, which is not a part of a longer one.
fn renamed_in(text: &str, old: &str, new: &str) -> String {
    let of_a_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '#');
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        let whole = !before.ends_with(of_a_name) && !after.starts_with(of_a_name);
        renamed.push_str(before);
        renamed.push_str(if whole { new } else { old });
        rest = after;
    }
    renamed + rest
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

fn connect(scenario: &mut Scenario, from: &Part, to: &Part) -> Result<(), String> {
    match (from, to) {
        (Part::Exchange(source), Part::Queue(queue)) => {
            let kind = scenario.broker.exchanges.iter().find(|exchange| exchange.name == *source).map(|exchange| exchange.kind);
            let routing_key = match kind {
                Some(ExchangeType::Topic) => "#".into(),
                Some(ExchangeType::Direct) => queue.clone(),
                _ => "".into(),
            };
            bind(scenario, source, BindingTarget::Queue(queue.clone()), routing_key)
        }
        (Part::Exchange(source), Part::Exchange(other)) => {
            if source == other {
                return Err("An exchange that is bound to itself would route nothing more.".into());
            }
            bind(scenario, source, BindingTarget::Exchange(other.clone()), "#".into())
        }
        (Part::Queue(queue), Part::Exchange(exchange)) => {
            let queue = scenario.broker.queues.iter_mut().find(|other| other.name == *queue);
            if let Some(queue) = queue {
                let key = format!("{}.dead", queue.name);
                queue.arguments.insert("x-dead-letter-exchange".into(), Value::String(exchange.clone()));
                queue.arguments.insert("x-dead-letter-routing-key".into(), Value::string(&key));
            }
            Ok(())
        }
        (Part::Queue(queue), Part::Service(service)) => {
            let Some(service) = scenario.services.iter_mut().find(|other| other.name == *service) else { return Ok(()) };
            let subscribed = |handler: &Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
            if service.handlers.iter().any(subscribed) {
                return Err(format!("{} consumes from {queue} already: more instances of it would share the work.", service.name));
            }
            let subscription = Subscription { queue: queue.clone(), prefetch: 10, auto_ack: false, exclusive: false, priority: 0 };
            let trigger = Trigger::Queue(subscription);
            service.handlers.push(Handler { trigger, once: None, steps: vec![work()], on_failure: FailurePolicy::default() });
            Ok(())
        }
        (Part::Service(service), Part::Exchange(exchange)) => {
            publish(scenario, service, exchange.clone(), "order.placed".into());
            Ok(())
        }
        (Part::Service(service), Part::Queue(queue)) => {
            publish(scenario, service, "".into(), queue.clone()); // by the default exchange
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
        (_, Part::Client(_)) => Err("Nobody can call a client: it asks, and gets answers.".into()),
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

fn publish(scenario: &mut Scenario, service: &Name, exchange: Name, routing_key: Name) {
    let publish = Publish {
        exchange,
        routing_key,
        payload: Json::Object(serde_json::Map::new()),
        persistent: true,
        mandatory: false,
        confirm: false,
        confirm_timeout: None,
        required: false,
        priority: None,
        expiration: None,
        headers: Table::new(),
    };
    first_handler(scenario, service, |handler| {
        // Before the answer: what follows it nobody waits for.
        let place = handler.steps.iter().position(|step| matches!(step.action, Action::Reply { .. })).unwrap_or(handler.steps.len());
        handler.steps.insert(place, step(Action::Publish(Box::new(publish))));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BrokerSpec, Network};

    fn empty() -> Scenario {
        Scenario {
            title: "t".into(),
            about: String::new(),
            seed: 1,
            until: None,
            network: Network::default(),
            broker: BrokerSpec::default(),
            clients: Vec::new(),
            services: Vec::new(),
            faults: Vec::new(),
            expects: Vec::new(),
        }
    }

    fn edited(edits: &[Edit]) -> Result<Scenario, String> {
        edits.iter().try_fold(empty(), |scenario, edit| apply(&scenario, edit))
    }

    fn add(kind: PartKind) -> Edit {
        Edit::Add { kind, at: Point::default() }
    }

    fn connect(from: Part, to: Part) -> Edit {
        Edit::Connect { from, to }
    }

    fn exchange() -> Part {
        Part::Exchange("exchange-1".into())
    }

    fn queue() -> Part {
        Part::Queue("queue-1".into())
    }

    fn service(number: u32) -> Part {
        Part::Service(format!("service-{number}").into())
    }

    fn everything() -> Vec<Edit> {
        vec![
            add(PartKind::Service),
            add(PartKind::Service),
            add(PartKind::Client),
            add(PartKind::Exchange(ExchangeType::Topic)),
            add(PartKind::ClassicQueue),
            connect(service(1), exchange()),
            connect(exchange(), queue()),
            connect(queue(), service(2)),
        ]
    }

    #[test]
    fn a_system_is_built_from_nothing() {
        let scenario = edited(&everything()).expect("it can be built");
        assert_eq!((scenario.services.len(), scenario.broker.bindings.len()), (2, 1));
        assert_eq!(&*scenario.broker.bindings[0].routing_key, "#");
        assert!(matches!(&scenario.services[1].handlers[0].trigger, Trigger::Queue(subscription) if &*subscription.queue == "queue-1"));
    }

    #[test]
    fn what_cannot_be_connected_says_what_to_do() {
        for (from, to, said) in [
            (queue(), Part::Queue("queue-2".into()), "put an exchange between"),
            (exchange(), service(1), "put a queue between"),
            (Part::Client("client-1".into()), exchange(), "connect it to a service"),
            (service(1), Part::Client("client-1".into()), "Nobody can call a client"),
            (service(1), service(1), "wait for itself"),
            (queue(), service(2), "consumes from queue-1 already"),
            (exchange(), queue(), "already"),
        ] {
            let mut edits = everything();
            edits.push(add(PartKind::QuorumQueue));
            edits.push(connect(from, to));
            let why = edited(&edits).expect_err(said);
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn what_is_removed_takes_along_what_refers_to_it() {
        for part in [service(1), service(2), exchange(), queue(), Part::Client("client-1".into())] {
            let mut edits = everything();
            edits.push(Edit::Remove(part.clone()));
            let scenario = edited(&edits).unwrap_or_else(|why| panic!("{part:?}: {why}"));
            let written = format!("{scenario:?}");
            assert!(!written.contains(&format!("\"{}\"", part.name())), "{part:?} is still spoken of");
        }
    }

    #[test]
    fn a_new_name_is_used_everywhere() {
        for part in [service(1), service(2), exchange(), queue(), Part::Client("client-1".into())] {
            let mut edits = everything();
            edits.push(Edit::Rename { part: part.clone(), name: "renamed".into() });
            let scenario = edited(&edits).unwrap_or_else(|why| panic!("{part:?}: {why}"));
            let written = format!("{scenario:?}");
            assert!(!written.contains(&format!("\"{}\"", part.name())) && written.contains("\"renamed\""), "{part:?}");
        }
        let mut edits = everything();
        edits.push(Edit::Rename { part: service(1), name: "service-2".into() });
        assert!(edited(&edits).expect_err("it is taken").contains("used twice"));
    }
}
