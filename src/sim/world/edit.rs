//! Changing a scenario while its world runs: the broker is told what a client would tell it, and programs that changed are deployed
//! again. What is deleted takes what it held with it, as in RabbitMQ.

use std::sync::Arc;

use super::World;
use crate::base::aged::AgedMap;
use crate::base::ordered::OrderedMap;
use crate::broker::{ExchangeBinding, ExchangeDeclare, Method, Name, QueueBinding, QueueDeclare};
use crate::scenario::{BindingSpec, BindingTarget, Client, ExchangeSpec, QueueSpec, Scenario, Service, Trigger};
use crate::sim::agenda::Item;
use crate::sim::ids::InstanceId;
use crate::sim::random::{Random, Stream};
use crate::sim::service::{ClientState, Instance, Memory, ServiceState, Store};
use crate::sim::trace::WorldEvent;

fn same_exchange(one: &ExchangeSpec, other: &ExchangeSpec) -> bool {
    ExchangeSpec { at: other.at, ..one.clone() } == *other
}

fn same_queue(one: &QueueSpec, other: &QueueSpec) -> bool {
    QueueSpec { at: other.at, ..one.clone() } == *other
}

/// Whether two programs behave alike; where they stand and how many there are is another matter.
fn same_program(one: &Service, other: &Service) -> bool {
    Service { at: other.at, instances: other.instances, ..one.clone() } == *other
}

impl World {
    /// Declares what the scenario has and the one before it had not; what is there already stays.
    pub(super) fn declare_topology(&mut self, old: Option<&Scenario>) {
        let scenario = self.scenario.clone();
        let old_exchange = |new: &ExchangeSpec| old.is_some_and(|old| old.broker.exchanges.iter().any(|other| same_exchange(new, other)));
        let old_queue = |new: &QueueSpec| old.is_some_and(|old| old.broker.queues.iter().any(|other| same_queue(new, other)));
        for exchange in scenario.broker.exchanges.iter().filter(|exchange| !old_exchange(exchange)) {
            self.administer(Method::ExchangeDeclare(ExchangeDeclare {
                exchange: exchange.name.clone(),
                kind: exchange.kind.name().into(),
                durable: exchange.durable,
                auto_delete: exchange.auto_delete,
                internal: exchange.internal,
                passive: false,
                arguments: exchange.arguments.clone(),
            }));
        }
        for queue in scenario.broker.queues.iter().filter(|queue| !old_queue(queue)) {
            self.administer(Method::QueueDeclare(QueueDeclare {
                queue: queue.name.clone(),
                durable: queue.durable,
                exclusive: false,
                auto_delete: queue.auto_delete,
                passive: false,
                arguments: queue.arguments.clone(),
            }));
        }
        for policy in &scenario.broker.policies {
            // A pattern that is none was refused with the scenario.
            let _ = self.broker.set_policy(self.now, policy.clone());
        }
        // A queue or exchange that was deleted and declared has lost its bindings.
        let stands = |binding: &BindingSpec| {
            let source = scenario.broker.exchanges.iter().find(|exchange| exchange.name == binding.source).is_none_or(old_exchange);
            let target = match &binding.destination {
                BindingTarget::Queue(name) => scenario.broker.queues.iter().find(|queue| queue.name == *name).is_none_or(old_queue),
                BindingTarget::Exchange(name) => {
                    scenario.broker.exchanges.iter().find(|exchange| exchange.name == *name).is_none_or(old_exchange)
                }
            };
            source && target && old.is_some_and(|old| old.broker.bindings.contains(binding))
        };
        for binding in scenario.broker.bindings.iter().filter(|binding| !stands(binding)) {
            self.administer(binding_method(binding, true));
        }
    }

    pub(super) fn add_service(&mut self, spec: &Service) {
        self.services.push(ServiceState {
            spec: Arc::new(spec.clone()),
            removed: false,
            instances: Vec::new(),
            store: Store::default(),
            turn: 0,
            begun: 0,
            visits: OrderedMap::new(),
            attempts: Memory::default(),
            generation: 0,
        });
    }

    /// A service that is new here starts.
    pub(super) fn launch(&mut self, service: usize) {
        self.start_from(service, 0);
        self.plan_schedules(service);
    }

    /// The instances of the scenario from this one on start.
    fn start_from(&mut self, service: usize, first: usize) {
        for instance in first..self.services[service].spec.instances as usize {
            if instance == self.services[service].instances.len() {
                let random = Random::of(self.recording.seed, Stream::Instance { service, instance });
                self.services[service].instances.push(Instance::new(random));
            }
            self.start(InstanceId { service, instance });
        }
    }

    fn plan_schedules(&mut self, service: usize) {
        let ServiceState { spec, generation, .. } = &self.services[service];
        let (spec, generation) = (spec.clone(), *generation);
        let asked = spec.handlers.iter().filter_map(|handler| match &handler.trigger {
            Trigger::Schedule { records: Some(query), .. } => Some(query.state.clone()),
            _ => None,
        });
        self.services[service].store.index(asked);
        for (handler, of_handler) in spec.handlers.iter().enumerate() {
            if let Trigger::Schedule { every, .. } = &of_handler.trigger {
                self.agenda.push(self.now + *every, Item::ScheduleFires { service, handler, generation });
            }
        }
        if let Some(relay) = &spec.relay {
            self.agenda.push(self.now + relay.every, Item::RelayRuns { service, generation });
        }
    }

    pub(super) fn add_client(&mut self, spec: &Client) {
        let client = self.clients.len();
        self.clients.push(ClientState {
            spec: Arc::new(spec.clone()),
            removed: false,
            random: Random::of(self.recording.seed, Stream::Client(client)),
            sent: 0,
            fired: 0,
            generation: 0,
            pending: AgedMap::default(),
        });
    }

    pub(super) fn edit(&mut self, new: &Arc<Scenario>) {
        let old = std::mem::replace(&mut self.scenario, new.clone());
        self.happened(WorldEvent::Edited);
        let known = self.services.len();
        self.edit_topology(&old, new);
        self.edit_services(new);
        self.edit_clients(new);
        self.lay_links();
        (known..self.services.len()).for_each(|service| self.launch(service));
        self.subscribe_again(&old, new);
        for fault in old.faults.iter().filter(|fault| !new.faults.contains(fault)) {
            self.forget_fault(fault);
        }
        for fault in new.faults.iter().filter(|fault| !old.faults.contains(fault)) {
            self.expect_fault(fault.clone());
        }
    }

    fn edit_topology(&mut self, old: &Scenario, new: &Scenario) {
        for queue in &old.broker.queues {
            if !new.broker.queues.iter().any(|other| same_queue(queue, other)) {
                self.administer(Method::QueueDelete { queue: queue.name.clone(), if_unused: false, if_empty: false });
            }
        }
        for exchange in &old.broker.exchanges {
            if !new.broker.exchanges.iter().any(|other| same_exchange(exchange, other)) {
                self.administer(Method::ExchangeDelete { exchange: exchange.name.clone(), if_unused: false });
            }
        }
        let named = |scenario: &Scenario, binding: &BindingSpec| {
            let source =
                scenario.broker.exchanges.iter().any(|exchange| exchange.name == binding.source) || binding.source.starts_with("amq.");
            let target = match &binding.destination {
                BindingTarget::Queue(name) => scenario.broker.queues.iter().any(|queue| queue.name == *name),
                BindingTarget::Exchange(name) => scenario.broker.exchanges.iter().any(|exchange| exchange.name == *name),
            };
            source && target
        };
        for binding in &old.broker.bindings {
            if !new.broker.bindings.contains(binding) && named(new, binding) {
                self.administer(binding_method(binding, false));
            }
        }
        for policy in &old.broker.policies {
            if !new.broker.policies.iter().any(|other| other.name == policy.name && other.operator == policy.operator) {
                self.broker.clear_policy(self.now, &policy.name, policy.operator);
            }
        }
        self.declare_topology(Some(old));
    }

    /// A queue that was deleted and declared has lost its consumers: programs that keep running subscribe again, as after a cancel.
    fn subscribe_again(&mut self, old: &Scenario, new: &Scenario) {
        let is_declared_again = |name: &Name| {
            let before = old.broker.queues.iter().find(|queue| queue.name == *name);
            let now = new.broker.queues.iter().find(|queue| queue.name == *name);
            before.zip(now).is_some_and(|(before, now)| !same_queue(before, now))
        };
        for service in 0..self.services.len() {
            let spec = self.services[service].spec.clone();
            for (handler, of_handler) in spec.handlers.iter().enumerate() {
                let Trigger::Queue(subscription) = &of_handler.trigger else { continue };
                for instance in (0..self.services[service].instances.len()).filter(|_| is_declared_again(&subscription.queue)) {
                    if !self.services[service].instances[instance].stopping {
                        self.consume(InstanceId { service, instance }, handler);
                    }
                }
            }
        }
    }

    fn edit_services(&mut self, new: &Scenario) {
        for service in 0..self.services.len() {
            let spec = new.services.iter().find(|spec| spec.name == self.services[service].spec.name);
            let state = &mut self.services[service];
            let Some(spec) = spec else {
                state.removed = true;
                self.kill_from(service, 0);
                continue;
            };
            let same = same_program(&state.spec, spec) && !state.removed;
            let before = if state.removed { 0 } else { state.spec.instances as usize };
            state.removed = false;
            state.spec = Arc::new(spec.clone());
            self.kill_from(service, spec.instances as usize);
            if !same {
                self.services[service].generation += 1;
                self.plan_schedules(service);
                self.deploy(service);
            }
            self.start_from(service, before);
        }
        for spec in &new.services {
            if !self.services.iter().any(|state| state.spec.name == spec.name) {
                self.add_service(spec);
            }
        }
    }

    fn kill_from(&mut self, service: usize, first: usize) {
        for instance in first..self.services[service].instances.len() {
            self.kill(InstanceId { service, instance });
        }
    }

    /// What runs is ended, and started with its new program. What is down stays down.
    fn deploy(&mut self, service: usize) {
        for instance in 0..self.services[service].instances.len() {
            let id = InstanceId { service, instance };
            if self.services[service].instances[instance].up {
                self.kill(id);
                self.start(id);
            }
        }
    }

    fn edit_clients(&mut self, new: &Scenario) {
        for client in 0..self.clients.len() {
            let spec = new.clients.iter().find(|spec| spec.name == self.clients[client].spec.name);
            let state = &mut self.clients[client];
            let Some(spec) = spec else {
                state.removed = true;
                continue;
            };
            let replan = state.removed || state.spec.traffic != spec.traffic;
            state.removed = false;
            state.spec = Arc::new(spec.clone());
            if replan {
                state.generation += 1;
                state.fired = 0;
                self.plan_next_arrival(client);
            }
        }
        for spec in &new.clients {
            if !self.clients.iter().any(|state| state.spec.name == spec.name) {
                self.add_client(spec);
                self.plan_next_arrival(self.clients.len() - 1);
            }
        }
    }
}

fn binding_method(binding: &BindingSpec, bind: bool) -> Method {
    let (source, routing_key, arguments) = (binding.source.clone(), binding.routing_key.clone(), binding.arguments.clone());
    match &binding.destination {
        BindingTarget::Queue(queue) => {
            let binding = QueueBinding { queue: queue.clone(), exchange: source, routing_key, arguments };
            if bind { Method::QueueBind(binding) } else { Method::QueueUnbind(binding) }
        }
        BindingTarget::Exchange(destination) => {
            let binding = ExchangeBinding { source, destination: destination.clone(), routing_key, arguments };
            if bind { Method::ExchangeBind(binding) } else { Method::ExchangeUnbind(binding) }
        }
    }
}
