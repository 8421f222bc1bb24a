//! Changing a scenario while its world runs. The broker gets the methods of a client, and programs that changed are deployed again. A
//! deleted part takes its contents with it, as in RabbitMQ.

use std::sync::Arc;

use super::World;
use super::undone::Undone;
use crate::base::aged::AgedMap;
use crate::base::ordered::{OrderedMap, sort_by};
use crate::broker::view::QueueView;
use crate::broker::{ExchangeBinding, Method, Name, QueueBinding};
use crate::scenario::edit::{Part, names};
use crate::scenario::{BindingSpec, BindingTarget, Client, Directory, ExchangeSpec, QueueSpec, Scenario, Service, Starts, Trigger};
use crate::sim::agenda::Item;
use crate::sim::histogram::Histogram;
use crate::sim::ids::InstanceId;
use crate::sim::random::{Random, Stream};
use crate::sim::service::{ClientState, Instance, Memory, ServiceState, Store};
use crate::sim::trace::WorldEvent;

fn same_exchange(one: &ExchangeSpec, other: &ExchangeSpec) -> bool {
    ExchangeSpec { at: other.at, ..one.clone() } == *other
}

/// Whether two programs behave alike; where they stand and how many there are is another matter.
#[must_use]
pub fn same_program(one: &Service, other: &Service) -> bool {
    Service { at: other.at, instances: other.instances, ..one.clone() } == *other
}

fn same_client(one: &Client, other: &Client) -> bool {
    Client { at: other.at, ..one.clone() } == *other
}

/// The parts of a list by name. With thousands of them, to search the list for each would take their square.
struct ByName<'a, T>(Vec<(&'a Name, &'a T)>);

impl<'a, T> ByName<'a, T> {
    fn of(list: &'a [T], name: fn(&T) -> &Name) -> Self {
        let mut parts: Vec<(&Name, &T)> = list.iter().map(|part| (name(part), part)).collect();
        sort_by(&mut parts, |(one, _), (other, _)| one.cmp(other));
        Self(parts)
    }

    fn get(&self, name: &Name) -> Option<&'a T> {
        self.0.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|place| self.0[place].1)
    }

    fn has(&self, name: &Name) -> bool {
        self.get(name).is_some()
    }
}

/// What a scenario has in the broker, to be found by name.
struct Topology<'a> {
    exchanges: ByName<'a, ExchangeSpec>,
    queues: ByName<'a, QueueSpec>,
    /// In the order of their ends and keys.
    bindings: Vec<&'a BindingSpec>,
}

impl<'a> Topology<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let broker = &scenario.broker;
        let mut bindings: Vec<&BindingSpec> = broker.bindings.iter().collect();
        sort_by(&mut bindings, |one, other| ends(one).cmp(&ends(other)));
        Self {
            exchanges: ByName::of(&broker.exchanges, |exchange| &exchange.name),
            queues: ByName::of(&broker.queues, |queue| &queue.name),
            bindings,
        }
    }

    fn has_exchange(&self, exchange: &ExchangeSpec) -> bool {
        self.exchanges.get(&exchange.name).is_some_and(|other| same_exchange(exchange, other))
    }

    fn has_queue(&self, queue: &QueueSpec) -> bool {
        self.queues.get(&queue.name).is_some_and(|other| queue.declares(other))
    }

    fn has_binding(&self, binding: &BindingSpec) -> bool {
        let first = self.bindings.partition_point(|other| ends(other) < ends(binding));
        self.bindings[first..].iter().take_while(|other| ends(other) == ends(binding)).any(|other| *other == binding)
    }

    fn has_ends(&self, binding: &BindingSpec) -> bool {
        let has_target = match &binding.destination {
            BindingTarget::Queue(name) => self.queues.has(name),
            BindingTarget::Exchange(name) => self.exchanges.has(name),
        };
        has_target && (self.exchanges.has(&binding.source) || binding.source.starts_with("amq."))
    }
}

fn ends(binding: &BindingSpec) -> (&Name, &Name, &Name) {
    (&binding.source, binding.destination.name(), &binding.routing_key)
}

/// The one part that is there no more, and the one that is new.
fn renamed<T>(old: &[T], new: &[T], name: fn(&T) -> &Name) -> Option<(Name, Name)> {
    let only = |these: &[T], others: &[T]| {
        let others = ByName::of(others, name);
        let mut missing = these.iter().map(name).filter(|known| !others.has(known));
        missing.next().filter(|_| missing.next().is_none()).cloned()
    };
    only(old, new).zip(only(new, old))
}

impl World {
    /// Declares what the scenario has and the one before it had not; what is there already stays. Of a broker that starts empty the
    /// programs declare the parts: an edit then changes only those that are `there`.
    pub(super) fn declare_topology(&mut self, old: Option<&Scenario>, there: &[Name]) {
        let scenario = self.scenario.clone();
        self.broker.enable(&scenario.broker.plugins);
        let is_for_programs = |name: &Name| scenario.broker.starts == Starts::Empty && !there.contains(name);
        let undone = if old.is_none() { std::mem::take(&mut self.undone) } else { Undone::default() };
        let is_restart = old.is_none();
        let old = old.map(Topology::of);
        let is_old_exchange = |new: &ExchangeSpec| old.as_ref().is_some_and(|old| old.has_exchange(new));
        let is_old_queue = |new: &QueueSpec| old.as_ref().is_some_and(|old| old.has_queue(new));
        for exchange in scenario.broker.exchanges.iter().filter(|exchange| !is_old_exchange(exchange) && !is_for_programs(&exchange.name)) {
            self.administer(exchange.declare());
        }
        for queue in scenario
            .broker
            .queues
            .iter()
            .filter(|queue| !is_old_queue(queue) && !is_for_programs(&queue.name) && !undone.has_queue(&queue.name))
        {
            self.administer(queue.declare());
        }
        // A pattern that is none was refused with the scenario.
        self.broker.set_policies(self.now, &scenario.broker.policies);
        // A queue or exchange that was deleted and declared has lost its bindings.
        let both = old.as_ref().map(|old| (old, Topology::of(&scenario)));
        let stands = |binding: &BindingSpec| {
            both.as_ref().is_some_and(|(old, new)| {
                let is_old_target = || match &binding.destination {
                    BindingTarget::Queue(name) => new.queues.get(name).is_none_or(is_old_queue),
                    BindingTarget::Exchange(name) => new.exchanges.get(name).is_none_or(is_old_exchange),
                };
                old.has_binding(binding) && new.exchanges.get(&binding.source).is_none_or(is_old_exchange) && is_old_target()
            })
        };
        // A program that starts makes its own; a binding that is drawn meanwhile is made where both ends are there.
        let is_for_programs = scenario.broker.starts == Starts::Empty && old.is_none();
        for binding in
            scenario.broker.bindings.iter().filter(|binding| !is_for_programs && !stands(binding) && !undone.has_binding(binding))
        {
            self.administer(binding_method(binding, true));
        }
        if is_restart {
            self.undone = undone;
        }
    }

    pub(super) fn add_service(&mut self, spec: &Service) {
        self.services.push(ServiceState {
            spec: Arc::new(spec.clone()),
            version: None,
            rollout: None,
            removed: false,
            instances: Vec::new(),
            store: Store::default(),
            turn: 0,
            begun: 0,
            waited: Histogram::default(),
            channel_errors: 0,
            swallowed: 0,
            visits: OrderedMap::new(),
            attempts: Memory::default(),
            generation: 0,
        });
    }

    pub(super) fn make_instance(&mut self, service: usize, instance: usize) {
        if instance == self.services[service].instances.len() {
            let random = Random::of(self.recording.seed, Stream::Instance { service, instance });
            self.services[service].instances.push(Instance::new(random));
        }
    }

    pub(super) fn plan_schedules(&mut self, service: usize) {
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
        self.directory = Arc::new(Directory::of(&new.broker));
        self.happened(WorldEvent::Edited);
        let known = self.services.len();
        self.keep_renamed(&old, new);
        self.edit_topology(&old, new);
        self.broker.set_recorded(self.now, new.broker.recorded);
        self.edit_services(new);
        self.wait_less();
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

    /// A program or a client goes on as it is under another name. So does what calls it: its name is the scenario's alone.
    /// RabbitMQ renames no queue and no exchange: they are deleted and declared.
    fn keep_renamed(&mut self, old: &Scenario, new: &Scenario) {
        let services = renamed(&old.services, &new.services, |spec| &spec.name).map(|(from, to)| (Part::Service(from), to));
        let clients = || renamed(&old.clients, &new.clients, |spec| &spec.name).map(|(from, to)| (Part::Client(from), to));
        let Some((part, name)) = services.or_else(clients) else { return };
        // Another part had this name before, and some ask for parts by name whether or not they were removed.
        let had = self.services.iter().map(|state| &state.spec.name).chain(self.clients.iter().map(|state| &state.spec.name));
        if had.into_iter().any(|known| *known == name) {
            return;
        }
        let mut scenario = old.clone();
        names::rename(&mut scenario, &part, &name);
        let (services, clients) = (ByName::of(&scenario.services, |spec| &spec.name), ByName::of(&scenario.clients, |spec| &spec.name));
        let is_renamed = match &part {
            Part::Service(_) => new.services.iter().any(|spec| services.get(&name).is_some_and(|before| same_program(before, spec))),
            Part::Client(_) => new.clients.iter().any(|spec| clients.get(&name).is_some_and(|before| same_client(before, spec))),
            Part::Exchange(_) | Part::Queue(_) => false,
        };
        if !is_renamed {
            return;
        }
        for state in self.services.iter_mut().filter(|state| !state.removed) {
            let is_it = matches!(&part, Part::Service(from) if *from == state.spec.name);
            if let Some(spec) = services.get(if is_it { &name } else { &state.spec.name }) {
                state.spec = Arc::new(spec.as_version(state.version.as_ref()));
            }
        }
        for state in self.clients.iter_mut().filter(|state| !state.removed) {
            let is_it = matches!(&part, Part::Client(from) if *from == state.spec.name);
            if let Some(spec) = clients.get(if is_it { &name } else { &state.spec.name }) {
                state.spec = Arc::new(spec.clone());
            }
        }
    }

    fn edit_topology(&mut self, old: &Scenario, new: &Scenario) {
        let topology = Topology::of(new);
        let (mut redeclared, mut there) = (Vec::new(), Vec::new());
        for queue in old.broker.queues.iter().filter(|queue| !topology.has_queue(queue)) {
            if let Some(lost) = self.broker.queue(&queue.name).map(QueueView::total).filter(|_| topology.queues.has(&queue.name)) {
                redeclared.push(WorldEvent::Redeclared { queue: queue.name.clone(), lost });
            }
            there.extend(self.broker.queue(&queue.name).map(|_| queue.name.clone()));
            self.administer(Method::QueueDelete { queue: queue.name.clone(), if_unused: false, if_empty: false });
        }
        for exchange in old.broker.exchanges.iter().filter(|exchange| !topology.has_exchange(exchange)) {
            there.extend(self.broker.exchange_type(&exchange.name).map(|_| exchange.name.clone()));
            self.administer(Method::ExchangeDelete { exchange: exchange.name.clone(), if_unused: false });
        }
        for binding in old.broker.bindings.iter().filter(|binding| !topology.has_binding(binding) && topology.has_ends(binding)) {
            self.administer(binding_method(binding, false));
        }
        for policy in &old.broker.policies {
            if !new.broker.policies.iter().any(|other| other.name == policy.name && other.operator == policy.operator) {
                self.broker.clear_policy(self.now, &policy.name, policy.operator);
                self.happened(WorldEvent::PolicyCleared(policy.name.clone()));
            }
        }
        self.declare_topology(Some(old), &there);
        for told in redeclared {
            self.happened(told);
        }
        for policy in new.broker.policies.iter().filter(|policy| !old.broker.policies.contains(policy)) {
            self.happened(WorldEvent::PolicySet(policy.name.clone()));
        }
    }

    /// A queue that was deleted and declared has lost its consumers. Programs that keep running subscribe again, as after a cancel.
    fn subscribe_again(&mut self, old: &Scenario, new: &Scenario) {
        let (before, now) = (Topology::of(old), Topology::of(new));
        let is_declared_again = |name: &Name| before.queues.get(name).is_some_and(|queue| now.queues.has(name) && !now.has_queue(queue));
        for service in 0..self.services.len() {
            let spec = self.services[service].spec.clone();
            for (handler, of_handler) in spec.handlers.iter().enumerate() {
                let Trigger::Queue(subscription) = &of_handler.trigger else { continue };
                if !is_declared_again(&subscription.queue) {
                    continue;
                }
                for instance in 0..self.services[service].instances.len() {
                    if !self.services[service].instances[instance].stopping {
                        self.consume(InstanceId { service, instance }, handler);
                    }
                }
            }
        }
    }

    fn edit_services(&mut self, new: &Scenario) {
        let specs = ByName::of(&new.services, |spec| &spec.name);
        let known: Vec<Arc<Service>> = self.services.iter().map(|state| state.spec.clone()).collect();
        for (service, of_before) in known.iter().enumerate() {
            let spec = specs.get(&of_before.name);
            let state = &mut self.services[service];
            let Some(spec) = spec else {
                state.removed = true;
                self.end_from(service, 0);
                continue;
            };
            let spec = &spec.as_version(state.version.as_ref());
            let same = same_program(&state.spec, spec) && !state.removed;
            let before = if state.removed { 0 } else { state.spec.instances as usize };
            state.removed = false;
            state.spec = Arc::new(spec.clone());
            self.end_from(service, spec.instances as usize);
            if !same {
                self.services[service].generation += 1;
                self.plan_schedules(service);
                self.deploy(service);
            }
            self.start_from(service, before);
        }
        let known = ByName::of(&known, |spec| &spec.name);
        new.services.iter().filter(|spec| !known.has(&spec.name)).for_each(|spec| self.add_service(spec));
    }

    fn end_from(&mut self, service: usize, first: usize) {
        for instance in first..self.services[service].instances.len() {
            self.replace(InstanceId { service, instance });
        }
    }

    /// What runs is ended, and started with its new program. What is down stays down.
    fn deploy(&mut self, service: usize) {
        for instance in 0..self.services[service].instances.len() {
            let id = InstanceId { service, instance };
            if self.services[service].instances[instance].up {
                self.replace(id);
                self.start(id);
            }
        }
    }

    fn edit_clients(&mut self, new: &Scenario) {
        let specs = ByName::of(&new.clients, |spec| &spec.name);
        let known: Vec<Arc<Client>> = self.clients.iter().map(|state| state.spec.clone()).collect();
        for (client, of_before) in known.iter().enumerate() {
            let spec = specs.get(&of_before.name);
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
        let known = ByName::of(&known, |spec| &spec.name);
        for spec in new.clients.iter().filter(|spec| !known.has(&spec.name)) {
            self.add_client(spec);
            self.plan_next_arrival(self.clients.len() - 1);
        }
    }
}

pub(super) fn binding_method(binding: &BindingSpec, bind: bool) -> Method {
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
