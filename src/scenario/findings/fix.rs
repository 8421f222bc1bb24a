//! What would mend a finding. A fix is small, because there may be thousands; its edits are made when they are asked for.

use super::filled;
use crate::scenario::edit::{Edit, Element, Part, PartKind, Slot, fresh};
use crate::scenario::handler::PREFETCH;
use crate::scenario::{
    BindingSpec, BindingTarget, Declaration, ExchangeSpec, ExchangeType, Name, Point, QueueSpec, Scenario, Service, Table, Trigger,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// One binding more.
    Bind { exchange: Name, queue: Name, key: Name },
    /// A new queue with a binding.
    BindNew { exchange: Name, key: Name },
    /// A queue of this name.
    Queue(Name),
    /// An exchange of this name.
    Exchange(Name),
    /// Another key for a binding.
    Rekey { binding: usize, from: Name, key: Name },
    /// A binding less.
    Unbind { binding: usize, key: Name },
    /// Messages wait in a queue, and expire no more.
    Wait(usize),
    /// A new service consumes from a queue.
    Consume(Name),
    /// A service gets a separate queue, with the bindings of the one that it shares.
    Part { service: usize, name: Name, queue: Name },
    /// A service takes [`PREFETCH`] messages at a time from its queues.
    Prefetch(usize),
    /// What a service publishes is persistent.
    Persistent(usize),
    /// A service declares one thing more.
    Declare { service: usize, name: Name, declaration: Box<Declaration> },
    /// What a service declares of a part becomes this.
    DeclareAs { service: usize, name: Name, declaration: Box<Declaration> },
    /// A queue, and what consumes from it, is exclusive no more.
    Share(Name),
}

/// So far beneath all other parts a new one stands, and so far beside what it belongs to.
const BENEATH: f64 = 135.0;
const BESIDE: f64 = 240.0;

impl Fix {
    /// What it does, in a few words.
    #[must_use]
    pub fn says(&self) -> String {
        let with = |says: String, key: &str| if key.is_empty() { says } else { filled("{} with {}", &[&says, key]) };
        match self {
            Self::Bind { exchange, queue, key } => with(filled("bind {} to {}", &[queue, exchange]), key),
            Self::BindNew { exchange, key } => with(filled("create a queue and bind it to {}", &[exchange]), key),
            Self::Queue(name) => filled("create the queue {}", &[name]),
            Self::Exchange(name) => filled("create the exchange {}", &[name]),
            Self::Rekey { from, key, .. } => filled("change the binding {} to {}", &[from, key]),
            Self::Unbind { key, .. } => filled("remove the binding {}", &[key]),
            Self::Wait(_) => "remove x-message-ttl, so that messages wait".to_owned(),
            Self::Consume(queue) => filled("create a service that consumes from {}", &[queue]),
            Self::Part { name, .. } => filled("give {} a separate queue", &[name]),
            Self::Prefetch(_) => filled("set prefetch to {}", &[&PREFETCH.to_string()]),
            Self::Declare { name, declaration, .. } => filled("let {} declare the {}", &[name, &declaration.to_string()]),
            Self::DeclareAs { name, declaration, .. } => filled("let {} declare the {} as it is", &[name, &declaration.to_string()]),
            Self::Share(queue) => filled("make {} not exclusive", &[queue]),
            Self::Persistent(_) => "publish persistent messages".to_owned(),
        }
    }

    /// One step of the history. None where the scenario has changed since.
    #[must_use]
    pub fn edits(&self, scenario: &Scenario) -> Option<Vec<Edit>> {
        let broker = &scenario.broker;
        let (queues, bindings) = (broker.queues.len(), broker.bindings.len());
        let put = |index: usize, element: Element| Edit::Put { index, element: Box::new(element) };
        let binding = |exchange: &Name, queue: &Name, key: &Name| {
            let destination = BindingTarget::Queue(queue.clone());
            Element::Binding(BindingSpec { source: exchange.clone(), destination, routing_key: key.clone(), arguments: Table::new() })
        };
        let new_queue = |name: &Name, beside: f64| {
            let spec = QueueSpec {
                name: name.clone(),
                at: beneath(scenario, beside),
                durable: true,
                auto_delete: false,
                arguments: Table::new(),
                messages: 0,
            };
            put(queues, Element::Queue(spec))
        };
        Some(match self {
            Self::Bind { exchange, queue, key } => vec![put(bindings, binding(exchange, queue, key))],
            Self::BindNew { exchange, key } => {
                let name = fresh(scenario, "queue");
                let spec = broker.exchanges.iter().find(|one| one.name == *exchange)?;
                let key = if key.is_empty() && spec.routes_as() == ExchangeType::Direct { &name } else { key };
                vec![new_queue(&name, spec.at.x), put(bindings, binding(exchange, &name, key))]
            }
            Self::Queue(name) => vec![new_queue(name, 0.0)],
            Self::Exchange(name) => {
                let (kind, arguments) = (ExchangeType::Direct, Table::new());
                let at = beneath(scenario, 0.0);
                let spec = ExchangeSpec { name: name.clone(), at, kind, durable: true, auto_delete: false, internal: false, arguments };
                vec![put(broker.exchanges.len(), Element::Exchange(spec))]
            }
            Self::Rekey { binding, key, .. } => {
                let spec = BindingSpec { routing_key: key.clone(), ..broker.bindings.get(*binding)?.clone() };
                vec![put(*binding, Element::Binding(spec))]
            }
            Self::Unbind { binding, .. } => vec![Edit::Take(Slot::Binding(*binding))],
            Self::Wait(index) => {
                let mut spec = broker.queues.get(*index)?.clone();
                spec.arguments.remove("x-message-ttl");
                vec![put(*index, Element::Queue(spec))]
            }
            Self::Consume(queue) => {
                let beside = broker.queues.iter().find(|one| one.name == *queue)?.at;
                let at = Point { x: beside.x + BESIDE, y: beside.y };
                vec![Edit::Extend { from: Part::Queue(queue.clone()), kind: PartKind::Service, at }]
            }
            Self::Part { service, queue, .. } => {
                let mut service_spec = scenario.services.get(*service)?.clone();
                let shared = broker.queues.iter().find(|one| one.name == *queue)?;
                let name = fresh(scenario, "queue");
                let own = QueueSpec { name: name.clone(), at: beneath(scenario, shared.at.x - BESIDE), messages: 0, ..shared.clone() };
                let of_shared = broker.bindings.iter().filter(|one| matches!(&one.destination, BindingTarget::Queue(of) if of == queue));
                let copies = of_shared.enumerate().map(|(more, one)| {
                    put(bindings + more, Element::Binding(BindingSpec { destination: BindingTarget::Queue(name.clone()), ..one.clone() }))
                });
                let mut edits = vec![put(queues, Element::Queue(own))];
                edits.extend(copies);
                for handler in &mut service_spec.handlers {
                    if let Trigger::Queue(subscription) = &mut handler.trigger
                        && subscription.queue == *queue
                    {
                        subscription.queue = name.clone();
                    }
                }
                edits.push(put(*service, Element::Service(service_spec)));
                edits
            }
            Self::Declare { service, declaration, .. } => {
                let mut spec: Service = scenario.services.get(*service)?.clone();
                let follows = |one: &Declaration| match **declaration {
                    Declaration::Exchange { .. } => true,
                    Declaration::Queue { .. } => !matches!(one, Declaration::Exchange { .. }),
                    Declaration::Binding(_) | Declaration::BindingsOf(_) | Declaration::Check(_) => false,
                };
                let place = spec.declares.iter().position(follows).unwrap_or(spec.declares.len());
                spec.declares.insert(place, (**declaration).clone());
                vec![put(*service, Element::Service(spec))]
            }
            Self::DeclareAs { service, declaration, .. } => {
                let mut spec: Service = scenario.services.get(*service)?.clone();
                for one in spec.declared_mut().filter(|one| one.as_drawn() == declaration.as_drawn()) {
                    one.clone_from(declaration);
                }
                vec![put(*service, Element::Service(spec))]
            }
            Self::Share(queue) => {
                let mut edits = Vec::new();
                for (index, service) in scenario.services.iter().enumerate() {
                    let mut shared = service.clone();
                    for one in shared.declared_mut() {
                        if let Declaration::Queue { name, exclusive, .. } = one
                            && name == queue
                        {
                            *exclusive = false;
                        }
                    }
                    for handler in &mut shared.handlers {
                        if let Trigger::Queue(subscription) = &mut handler.trigger
                            && subscription.queue == *queue
                        {
                            subscription.exclusive = false;
                        }
                    }
                    if shared != *service {
                        edits.push(put(index, Element::Service(shared)));
                    }
                }
                edits
            }
            Self::Prefetch(index) | Self::Persistent(index) => {
                let mut service: Service = scenario.services.get(*index)?.clone();
                for handler in &mut service.handlers {
                    if let Self::Persistent(_) = self {
                        handler.steps.iter_mut().filter_map(|step| step.action.publish_mut()).for_each(|publish| publish.persistent = true);
                    } else if let Trigger::Queue(subscription) = &mut handler.trigger
                        && subscription.prefetch == 0
                    {
                        subscription.prefetch = PREFETCH;
                    }
                }
                vec![put(*index, Element::Service(service))]
            }
        })
    }
}

/// A place beneath all parts, in the column after another's.
fn beneath(scenario: &Scenario, beside: f64) -> Point {
    let broker = &scenario.broker;
    let all = broker.exchanges.iter().map(|one| one.at.y).chain(broker.queues.iter().map(|one| one.at.y));
    let lowest = all.chain(scenario.services.iter().map(|one| one.at.y)).fold(0.0, f64::max);
    Point { x: beside + BESIDE, y: lowest + BENEATH }
}
