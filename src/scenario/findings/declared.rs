//! What is wrong between the programs' declarations and the drawing, and between two programs.
//!
//! One list that contradicts itself is refused ([`crate::scenario::validate`]). Two programs that differ do run, and RabbitMQ refuses one
//! of them. The learner shall see that, so it is a finding and no error. Versions of a program differ on purpose.

use super::{Fix, Kind, Search};
use crate::base::ordered::OrderedMap;
use crate::broker::{AmqpError, Broker, Capabilities, ReplyCode};
use crate::scenario::edit::Slot;
use crate::scenario::{
    Action, Ask, BindingSpec, BindingTarget, Declaration, ExchangeSpec, Name, Own, QueueSpec, Service, SimTime, Starts, Step, Trigger,
};

impl Service {
    /// What the service's own program declares: when it connects, and in its steps.
    fn declared(&self) -> impl Iterator<Item = &Declaration> {
        self.declares.iter().chain(self.handlers.iter().flat_map(|handler| &handler.steps).flat_map(in_step))
    }

    pub(super) fn declared_mut(&mut self) -> impl Iterator<Item = &mut Declaration> {
        let steps = self.handlers.iter_mut().flat_map(|handler| &mut handler.steps);
        let in_steps = steps.flat_map(|step| match &mut step.action {
            Action::Ask(Ask::Declare { declares, .. }) => declares.as_mut_slice(),
            _ => &mut [],
        });
        self.declares.iter_mut().chain(in_steps)
    }

    /// The same, with what its versions declare.
    fn ever_declared(&self) -> impl Iterator<Item = &Declaration> {
        let listed = self.versions.iter().filter_map(|version| version.declares.as_ref()).flatten();
        let steps = self.versions.iter().filter_map(|version| version.handlers.as_ref()).flatten().flat_map(|handler| &handler.steps);
        self.declared().chain(listed).chain(steps.flat_map(in_step))
    }

    fn subscriptions(&self) -> impl Iterator<Item = (&Name, bool)> {
        self.handlers.iter().filter_map(|handler| match &handler.trigger {
            Trigger::Queue(subscription) => Some((&subscription.queue, subscription.exclusive)),
            Trigger::Http { .. } | Trigger::Schedule { .. } | Trigger::StartUp => None,
        })
    }

    fn publishes_to(&self, exchange: &Name) -> bool {
        let mut steps = self.handlers.iter().flat_map(|handler| &handler.steps);
        steps.any(|step| step.action.publish().is_some_and(|publish| publish.exchange == *exchange))
    }
}

fn in_step(step: &Step) -> &[Declaration] {
    if let Action::Ask(Ask::Declare { declares, .. }) = &step.action { declares } else { &[] }
}

/// Why RabbitMQ refuses the second, where another connection has declared the first.
fn refusal(search: &Search<'_>, first: Option<&Declaration>, second: &Declaration) -> Option<ReplyCode> {
    let spec = &search.scenario.broker;
    let mut broker = Broker::new(spec.profile).with(&spec.plugins, 0);
    let drawn = || {
        let exchange = |name: &Name| spec.exchanges.iter().find(|one| one.name == *name).map(ExchangeSpec::declare);
        let queue = |name: &Name| spec.queues.iter().find(|one| one.name == *name).map(QueueSpec::declare);
        match second {
            Declaration::Exchange { name, .. } => exchange(name),
            Declaration::Queue { name, .. } => queue(name),
            Declaration::Binding(_) | Declaration::BindingsOf(_) | Declaration::Check(_) => None,
        }
    };
    let mut answer = Ok(());
    for method in [first.map_or_else(drawn, |first| first.part(spec))?, second.part(spec)?] {
        let connection = broker.open_connection(Capabilities::default());
        let channel = broker.open_channel(SimTime::ZERO, connection).ok()?;
        answer = broker.apply(SimTime::ZERO, channel, method).map(drop);
    }
    match answer {
        Err(AmqpError::Refused { code, .. }) => Some(code),
        _ => None,
    }
}

/// What the programs declare, by name.
#[derive(Default)]
struct Declared<'a> {
    exchanges: OrderedMap<&'a Name, ()>,
    queues: OrderedMap<&'a Name, ()>,
    /// Queues with all the bindings that are drawn to them.
    bound: OrderedMap<&'a Name, ()>,
    /// By source, destination and key.
    bindings: OrderedMap<Ends<'a>, Vec<&'a BindingSpec>>,
}

type Ends<'a> = (&'a Name, bool, &'a Name, &'a Name);

const fn ends(binding: &BindingSpec) -> Ends<'_> {
    let is_queue = matches!(binding.destination, BindingTarget::Queue(_));
    (&binding.source, is_queue, binding.destination.name(), &binding.routing_key)
}

impl<'a> Declared<'a> {
    fn by(services: &'a [Service]) -> Self {
        let mut declared = Self::default();
        for declaration in services.iter().flat_map(Service::ever_declared) {
            match declaration {
                Declaration::Exchange { name, .. } => drop(declared.exchanges.insert(name, ())),
                Declaration::Queue { name, .. } => drop(declared.queues.insert(name, ())),
                Declaration::BindingsOf(name) => drop(declared.bound.insert(name, ())),
                Declaration::Binding(binding) => declared.bindings.get_or_insert_with(ends(binding), Vec::new).push(binding),
                Declaration::Check(_) => {}
            }
        }
        declared
    }

    fn has_exchange(&self, name: &Name) -> bool {
        // RabbitMQ has these from the beginning.
        name.is_empty() || name.starts_with("amq.") || self.exchanges.contains_key(name)
    }

    fn has_binding(&self, binding: &BindingSpec) -> bool {
        let is_bound = matches!(&binding.destination, BindingTarget::Queue(queue) if self.bound.contains_key(queue));
        is_bound || self.bindings.get(&ends(binding)).is_some_and(|all| all.contains(&binding))
    }
}

impl Search<'_> {
    pub(super) fn declarations(&mut self) {
        let scenario = self.scenario;
        if scenario.broker.starts == Starts::Empty {
            self.not_declared(&Declared::by(&scenario.services));
        }
        self.declared_differently();
        self.exclusive();
    }

    /// What is drawn, and what never exists.
    fn not_declared(&mut self, declared: &Declared<'_>) {
        let scenario = self.scenario;
        let (broker, services) = (&scenario.broker, &scenario.services);
        let fix = |service: Option<usize>, declaration: Declaration| {
            let service = service?;
            Some(Fix::Declare { service, name: services[service].name.clone(), declaration: Box::new(declaration) })
        };
        for (place, exchange) in broker.exchanges.iter().enumerate() {
            let name = &exchange.name;
            if declared.has_exchange(name) {
                continue;
            }
            let publisher = services.iter().position(|service| service.publishes_to(name));
            let text = if publisher.is_some() {
                "No service declares {}: RabbitMQ closes the channel of its publisher (404)."
            } else {
                "No service declares {}: an empty broker never has it."
            };
            let declaration = Declaration::Exchange { name: name.clone(), kind: None, own: Own::default() };
            let bound = || {
                let of_queue = |queue: &Name| broker.bindings.iter().any(|one| one.source == *name && one.destination.name() == queue);
                let declares = |one: &Declaration| matches!(one, Declaration::Queue { name, .. } if of_queue(name));
                services.iter().position(|service| service.declares.iter().any(declares))
            };
            self.tell(Kind::NotDeclared, Slot::Exchange(place), text, &[name], fix(publisher.or_else(bound), declaration));
        }
        for (place, queue) in broker.queues.iter().enumerate() {
            let name = &queue.name;
            if declared.queues.contains_key(name) {
                continue;
            }
            let consumer = self.routes.queues.get(place).and_then(|queue| queue.consumers.first().copied());
            let text = if consumer.is_some() {
                "No service declares {}: RabbitMQ closes the channel of its consumer (404)."
            } else {
                "No service declares {}: an empty broker never has it."
            };
            let declaration = Declaration::Queue { name: name.clone(), exclusive: false, own: Own::default() };
            self.tell(Kind::NotDeclared, Slot::Queue(place), text, &[name], fix(consumer, declaration));
        }
        for (place, binding) in broker.bindings.iter().enumerate() {
            let has_target = match &binding.destination {
                BindingTarget::Queue(name) => declared.queues.contains_key(name),
                BindingTarget::Exchange(name) => declared.has_exchange(name),
            };
            // Where an end is missing, the finding is about the end.
            if !has_target || !declared.has_exchange(&binding.source) || declared.has_binding(binding) {
                continue;
            }
            let of_target = |one: &Declaration| match (one, &binding.destination) {
                (Declaration::Queue { name, .. }, BindingTarget::Queue(target))
                | (Declaration::Exchange { name, .. }, BindingTarget::Exchange(target)) => name == target,
                _ => false,
            };
            let service = services.iter().position(|service| service.declares.iter().any(of_target));
            let text = if binding.routing_key.is_empty() {
                "No service declares the binding {}of {} to {}: no message goes along it."
            } else {
                "No service declares the binding {} of {} to {}: no message goes along it."
            };
            let names = [&*binding.routing_key, &binding.source, binding.destination.name()];
            self.tell(Kind::NotDeclared, Slot::Binding(place), text, &names, fix(service, Declaration::Binding(binding.clone())));
        }
    }

    /// The first that declares a part decides what it is, if the broker does not have it from the beginning.
    fn declared_differently(&mut self) {
        let scenario = self.scenario;
        let is_defined = scenario.broker.starts == Starts::Defined;
        let mut first: OrderedMap<(bool, &Name), (usize, &Declaration)> = OrderedMap::new();
        for (place, service) in scenario.services.iter().enumerate() {
            let mut told: Vec<(bool, &Name)> = Vec::new();
            for declaration in service.declared() {
                let (key, is_exclusive) = match declaration {
                    Declaration::Exchange { name, .. } => ((true, name), false),
                    Declaration::Queue { name, exclusive, .. } => ((false, name), *exclusive),
                    Declaration::Binding(_) | Declaration::BindingsOf(_) | Declaration::Check(_) => continue,
                };
                let before = if is_defined { None } else { Some(*first.get_or_insert_with(key, || (place, declaration))) };
                // What is alike is not compared by a broker: there may be thousands.
                let is_same = match before {
                    Some((_, before)) => before == declaration,
                    None => *declaration == declaration.as_drawn(),
                };
                let is_other_program = before.is_none_or(|(other, _)| other != place);
                // One connection has an exclusive queue: that is another finding.
                let is_locked =
                    before.is_some_and(|(_, before)| is_exclusive || matches!(before, Declaration::Queue { exclusive: true, .. }));
                if is_same || !is_other_program || is_locked || told.contains(&key) {
                    continue;
                }
                let Some(code) = refusal(self, before.map(|(_, before)| before), declaration) else { continue };
                told.push(key);
                let (name, code) = (&service.name, code.number().to_string());
                let as_first = before.map_or_else(|| declaration.as_drawn(), |(_, before)| before.clone());
                let fix = Fix::DeclareAs { service: place, name: name.clone(), declaration: Box::new(as_first) };
                let (text, names): (_, [&str; 4]) = match before {
                    Some((other, _)) => {
                        let other = &scenario.services[other].name;
                        ("{} and {} declare {} differently: RabbitMQ refuses the second ({}).", [other, name, key.1, &code])
                    }
                    None => ("{} declares {} otherwise than it is drawn: RabbitMQ refuses that ({}).", [name, key.1, &code, ""]),
                };
                self.tell(Kind::DeclaredDifferently, Slot::Service(place), text, &names, Some(fix));
            }
        }
    }

    /// What is for one connection or one consumer, and several want.
    fn exclusive(&mut self) {
        let scenario = self.scenario;
        let mut declaring: OrderedMap<&Name, Vec<usize>> = OrderedMap::new();
        for (place, service) in scenario.services.iter().enumerate() {
            for declaration in service.declared() {
                if let Declaration::Queue { name, exclusive: true, .. } = declaration {
                    let known = declaring.get_or_insert_with(name, Vec::new);
                    if known.last() != Some(&place) {
                        known.push(place);
                    }
                }
            }
        }
        for (place, queue) in scenario.broker.queues.iter().enumerate() {
            let (slot, name) = (Slot::Queue(place), &queue.name);
            let Some(consumers) = self.routes.queues.get(place).map(|queue| queue.consumers.clone()) else { continue };
            let mut programs = 0;
            let (mut subscribers, mut is_exclusive) = (0, false);
            // A version may consume that is not deployed.
            let uses = |service: &Service| {
                let steps = || service.handlers.iter().flat_map(|handler| &handler.steps);
                service.subscriptions().any(|(queue, _)| queue == name) || steps().any(|step| step.action.asked_queue() == Some(name))
            };
            for service in consumers.iter().map(|service| &scenario.services[*service]).filter(|service| uses(service)) {
                programs += u64::from(service.instances);
                for (_, exclusive) in service.subscriptions().filter(|(queue, _)| *queue == name) {
                    subscribers += u64::from(service.instances);
                    is_exclusive |= exclusive;
                }
            }
            let declared = declaring.get(&name);
            for (number, service) in declared.into_iter().flatten().map(|number| (number, &scenario.services[*number])) {
                if !(consumers.contains(number) && uses(service)) {
                    programs += u64::from(service.instances);
                }
            }
            if declared.is_some() && programs > 1 {
                let text = "Only one connection can use the exclusive queue {}: RabbitMQ refuses the others (405).";
                self.tell(Kind::ExclusiveShared, slot, text, &[name], Some(Fix::Share(name.clone())));
            } else if is_exclusive && subscribers > 1 {
                let text = "{} has an exclusive consumer and others: RabbitMQ refuses some of them (403).";
                self.tell(Kind::ExclusiveShared, slot, text, &[name], Some(Fix::Share(name.clone())));
            }
        }
    }
}
