//! Proposals where a line is drawn. The event that a service publishes, and a queue in the place of HTTP requests.

use super::{Edit, Element};
use crate::broker::exchange::topic::matches;
use crate::scenario::{
    Action, BindingKey, BindingSpec, BindingTarget, Endpoint, ExchangeSpec, ExchangeType, Handler, Json, Name, Publish, Scenario, Service,
    Step, Trigger, json_object,
};

/// So many fields are proposed for a payload.
const FIELDS_MAX: usize = 8;
/// So many services are asked, one behind the other, what they know.
const HOPS_MAX: u8 = 3;

/// The payload of an event: every field that a handler has, under its own name.
pub(super) fn payload(scenario: &Scenario, service: &Service, handler: &Handler) -> Json {
    let mut fields = Vec::new();
    known(scenario, service, handler, HOPS_MAX, &mut fields);
    json_object(fields.into_iter().map(|field| (field.to_owned(), Json::String(format!("{{{field}}}")))))
}

/// The fields that come with what triggers a handler, and those that its own steps add.
fn known<'a>(scenario: &'a Scenario, service: &'a Service, handler: &'a Handler, hops: u8, fields: &mut Vec<&'a str>) {
    let mut add = |field: &'a str| {
        if fields.len() < FIELDS_MAX && !fields.contains(&field) {
            fields.push(field);
        }
    };
    let ids = handler.steps.iter().filter_map(|step| if let Action::Persist { id, .. } = &step.action { Some(&**id) } else { None });
    ids.for_each(&mut add);
    let mut before: Vec<(&Service, &Handler)> = Vec::new();
    match &handler.trigger {
        Trigger::Http { path } => {
            let is_asked = |endpoint: &Endpoint| endpoint.service == service.name && endpoint.path == *path;
            for client in scenario.clients.iter().filter(|client| is_asked(&client.calls)) {
                keys(&client.body).for_each(&mut add);
            }
            let calls = |step: &Step| matches!(&step.action, Action::Call { endpoint, .. } if is_asked(endpoint));
            before = handlers(scenario).filter(|(_, handler)| handler.steps.iter().any(calls)).collect();
        }
        Trigger::Queue(subscription) => {
            for publish in publishes(scenario).filter(|publish| leads(scenario, publish, &subscription.queue)) {
                keys(&publish.payload).for_each(&mut add);
            }
        }
        Trigger::Schedule { records: Some(_), .. } => {
            before = service.handlers.iter().filter(|other| *other != handler).map(|other| (service, other)).collect();
        }
        Trigger::Schedule { records: None, .. } | Trigger::StartUp => {}
    }
    for (service, handler) in before.into_iter().filter(|_| hops > 0) {
        known(scenario, service, handler, hops - 1, fields);
    }
}

fn keys(json: &Json) -> impl Iterator<Item = &str> {
    json.as_object().into_iter().flatten().map(|(key, _)| &**key)
}

fn handlers(scenario: &Scenario) -> impl Iterator<Item = (&Service, &Handler)> {
    scenario.services.iter().flat_map(|service| service.handlers.iter().map(move |handler| (service, handler)))
}

fn publishes(scenario: &Scenario) -> impl Iterator<Item = &Publish> {
    handlers(scenario).flat_map(|(_, handler)| &handler.steps).filter_map(|step| step.action.publish())
}

/// Whether what is published comes to a queue, by the default exchange or by a binding of its exchange.
fn leads(scenario: &Scenario, publish: &Publish, queue: &Name) -> bool {
    publish.exchange.is_empty() && publish.routing_key == *queue
        || scenario.broker.bindings.iter().any(|binding| {
            binding.source == publish.exchange
                && matches!(&binding.destination, BindingTarget::Queue(name) if name == queue)
                && matches(&binding.routing_key, &publish.routing_key)
        })
}

/// The key of an event: one that a binding waits for, or else what the handler does, as `order.created`.
pub(super) fn key(scenario: &Scenario, service: &Service, handler: &Handler, exchange: &ExchangeSpec) -> Name {
    // A hash needs a key to tell messages apart.
    if exchange.routes_as().binding_key() == BindingKey::Ignored && exchange.routes_as() != ExchangeType::ModulusHash {
        return "".into();
    }
    let (thing, done) = match &handler.trigger {
        Trigger::Http { path } => {
            let (method, path) = path.split_once(' ').unwrap_or(("", path));
            let named = path.rsplit('/').find(|part| !part.is_empty() && !part.starts_with([':', '{']));
            let done = match method {
                "PUT" | "PATCH" => "updated",
                "DELETE" => "deleted",
                _ => "created",
            };
            (named.unwrap_or(&service.name).trim_end_matches('s'), done)
        }
        Trigger::Queue(subscription) => (subscription.queue.trim_end_matches("-queue"), "done"),
        Trigger::Schedule { .. } | Trigger::StartUp => (service.name.trim_end_matches("-service"), "due"),
    };
    let mut waiting = scenario.broker.bindings.iter().filter(|binding| binding.source == exchange.name).map(|binding| &binding.routing_key);
    let is_published = |key: &Name| publishes(scenario).any(|publish| publish.exchange == exchange.name && publish.routing_key == *key);
    if let Some(key) = waiting.find(|key| !key.contains(['*', '#']) && key.starts_with(thing) && !is_published(key)) {
        return key.clone();
    }
    // The last thing that it does says it best.
    let last = handler.steps.iter().rev().find_map(|step| match &step.action {
        Action::Effect { what, .. } => Some(what.split_whitespace().collect::<Vec<_>>().join(".")),
        Action::Persist { id, state, .. } if matches!(handler.trigger, Trigger::Schedule { .. }) => {
            Some(format!("{}.{state}", id.trim_end_matches("Id")))
        }
        _ => None,
    });
    last.unwrap_or_else(|| format!("{thing}.{done}")).into()
}

/// The keys under which something is sent to an exchange: dead letters first, they are lost otherwise.
fn sent<'a>(scenario: &'a Scenario, exchange: &'a Name) -> impl Iterator<Item = &'a Name> {
    let dead = scenario.broker.queues.iter().filter(move |queue| queue.dead_letter_exchange() == Some(exchange));
    let published = publishes(scenario).filter(move |publish| publish.exchange == *exchange).map(|publish| &publish.routing_key);
    // A key with a field in it is another one for each message.
    dead.filter_map(|queue| queue.dead_letter_routing_key()).chain(published).filter(|key| !key.is_empty() && !key.contains('{'))
}

fn bindings<'a>(scenario: &'a Scenario, exchange: &'a Name) -> impl Iterator<Item = &'a BindingSpec> {
    scenario.broker.bindings.iter().filter(move |binding| binding.source == *exchange)
}

/// The key of a new binding. Where keys are compared whole, it is a published key that leads nowhere yet.
pub(super) fn binding_key(scenario: &Scenario, exchange: &ExchangeSpec, queue: &Name) -> Name {
    let is_bound = |key: &Name| bindings(scenario, &exchange.name).any(|binding| binding.routing_key == *key);
    let awaited = || sent(scenario, &exchange.name).find(|key| !is_bound(key)).cloned();
    let is_direct = exchange.routes_as() == ExchangeType::Direct;
    is_direct.then(awaited).flatten().unwrap_or_else(|| exchange.routes_as().usual_key(queue))
}

/// The key under which the dead letters of a queue go on. None: each keeps its own, for they go back to where events are published.
#[must_use]
pub fn dead_key(scenario: &Scenario, queue: &Name, exchange: &Name) -> Option<Name> {
    let is_fed = bindings(scenario, exchange).any(|binding| matches!(&binding.destination, BindingTarget::Queue(name) if name == queue));
    if !is_fed && publishes(scenario).any(|publish| publish.exchange == *exchange) {
        return None;
    }
    let is_whole = |key: &Name| !key.is_empty() && !key.contains(['*', '#']);
    let waiting =
        bindings(scenario, exchange).filter(|binding| !matches!(&binding.destination, BindingTarget::Queue(name) if name == queue));
    let mut keys = waiting.map(|binding| &binding.routing_key);
    let found = keys.find(|key| is_whole(key) && !sent(scenario, exchange).any(|sent| sent == *key));
    Some(found.cloned().unwrap_or_else(|| format!("{queue}.dead").into()))
}

/// An HTTP handler whose work a queue can give to the same service.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    pub service: Name,
    pub path: Name,
    /// So many steps move.
    pub steps: usize,
    /// The services that call the endpoint until then.
    pub callers: Vec<Name>,
    pub edits: Vec<Edit>,
}

/// Whether these steps, or those of the endpoints that they call, publish what may come to the queue.
fn fills(scenario: &Scenario, steps: &[Step], queue: &Name, hops: u8) -> bool {
    let called = |endpoint: &Endpoint| {
        let answers = |handler: &&Handler| matches!(&handler.trigger, Trigger::Http { path } if *path == endpoint.path);
        let handler = scenario.service(&endpoint.service).and_then(|(_, service)| service.handlers.iter().find(answers));
        hops > 0 && handler.is_some_and(|handler| fills(scenario, &handler.steps, queue, hops - 1))
    };
    steps.iter().any(|step| match &step.action {
        Action::Call { endpoint, .. } => called(endpoint),
        action => action.publish().is_some_and(|publish| may_reach(scenario, publish, queue)),
    })
}

/// Whether lines lead from what is published to the queue. Its key is no matter.
fn may_reach(scenario: &Scenario, publish: &Publish, queue: &Name) -> bool {
    if publish.exchange.is_empty() {
        return publish.routing_key == *queue;
    }
    let mut reached = vec![&publish.exchange];
    let mut place = 0;
    while let Some(exchange) = reached.get(place).copied() {
        for binding in scenario.broker.bindings.iter().filter(|binding| binding.source == *exchange) {
            match &binding.destination {
                BindingTarget::Queue(name) if name == queue => return true,
                BindingTarget::Exchange(name) if !reached.contains(&name) => reached.push(name),
                BindingTarget::Queue(_) | BindingTarget::Exchange(_) => {}
            }
        }
        place += 1;
    }
    false
}

/// What moves when the messages of a queue take the place of HTTP requests. A client that still asks gets an answer, and nothing is done.
#[must_use]
pub fn replaced(scenario: &Scenario, queue: &Name, service: &Name) -> Option<Replaced> {
    let index = scenario.services.iter().position(|one| one.name == *service)?;
    let mut new = scenario.services[index].clone();
    let is_moved = |step: &&Step| !matches!(step.action, Action::Reply { .. });
    let (http, path) = new.handlers.iter().enumerate().find_map(|(place, handler)| match &handler.trigger {
        Trigger::Http { path } if handler.steps.iter().any(|step| is_moved(&step)) => Some((place, path.clone())),
        Trigger::Http { .. } | Trigger::Queue(_) | Trigger::Schedule { .. } | Trigger::StartUp => None,
    })?;
    let from_queue = |handler: &Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
    let consumer = new.handlers.iter().position(from_queue)?;
    let (moved, stays): (Vec<Step>, Vec<Step>) =
        std::mem::take(&mut new.handlers[http].steps).into_iter().partition(|step| is_moved(&step));
    // What fills the queue must not be done for each of its messages.
    if fills(scenario, &moved, queue, HOPS_MAX) {
        return None;
    }
    let steps = moved.len();
    new.handlers[consumer].once = new.handlers[http].once.take();
    new.handlers[consumer].steps = moved;
    let endpoint = |other: &Endpoint| other.service == *service && other.path == path;
    if scenario.clients.iter().any(|client| endpoint(&client.calls)) {
        new.handlers[http].steps = stays;
    } else {
        new.handlers.remove(http);
    }
    let calls = |step: &Step| matches!(&step.action, Action::Call { endpoint: called, .. } if endpoint(called));
    let (mut callers, mut edits) = (Vec::new(), Vec::new());
    for (place, one) in scenario.services.iter().enumerate() {
        let mut one = if place == index { new.clone() } else { one.clone() };
        let mut is_caller = false;
        for handler in &mut one.handlers {
            let before = handler.steps.len();
            handler.steps.retain(|step| !calls(step));
            is_caller |= handler.steps.len() < before;
        }
        if is_caller {
            callers.push(one.name.clone());
        }
        if is_caller || place == index {
            // Nothing may call an endpoint that is gone: the callers change first.
            let at = if place == index { edits.len() } else { 0 };
            edits.insert(at, Edit::Put { index: place, element: Box::new(Element::Service(one)) });
        }
    }
    Some(Replaced { service: service.clone(), path, steps, callers, edits })
}
