//! Parts that are copied, and come into a scenario under new names.

use super::names::{self, Referent};
use super::{Part, fresh_where, is_taken};
use crate::base::ordered::in_order;
use crate::scenario::{
    Action, BindingSpec, BindingTarget, Client, Endpoint, ExchangeSpec, Handler, Name, QueueSpec, Scenario, Service, Trigger,
};

/// How far from the original a copy stands.
const OFFSET: f64 = 45.0;

/// Parts, and the bindings between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fragment {
    pub exchanges: Vec<ExchangeSpec>,
    pub queues: Vec<QueueSpec>,
    pub bindings: Vec<BindingSpec>,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
}

impl Fragment {
    /// These parts of a scenario, and what binds them to one another.
    #[must_use]
    pub fn of(scenario: &Scenario, parts: &[Part]) -> Self {
        let parts = in_order(parts.iter().cloned());
        let has = |part: Part| parts.binary_search(&part).is_ok();
        let broker = &scenario.broker;
        let within = |binding: &&BindingSpec| {
            let destination = match &binding.destination {
                BindingTarget::Queue(name) => Part::Queue(name.clone()),
                BindingTarget::Exchange(name) => Part::Exchange(name.clone()),
            };
            has(Part::Exchange(binding.source.clone())) && has(destination)
        };
        Self {
            exchanges: broker.exchanges.iter().filter(|one| has(Part::Exchange(one.name.clone()))).cloned().collect(),
            queues: broker.queues.iter().filter(|one| has(Part::Queue(one.name.clone()))).cloned().collect(),
            bindings: broker.bindings.iter().filter(within).cloned().collect(),
            clients: scenario.clients.iter().filter(|one| has(Part::Client(one.name.clone()))).cloned().collect(),
            services: scenario.services.iter().filter(|one| has(Part::Service(one.name.clone()))).cloned().collect(),
        }
    }

    fn into_scenario(self) -> Scenario {
        let mut scenario = Scenario::empty("");
        (scenario.broker.exchanges, scenario.broker.queues, scenario.broker.bindings) = (self.exchanges, self.queues, self.bindings);
        (scenario.clients, scenario.services) = (self.clients, self.services);
        scenario
    }
}

/// What spoke of parts that are not here is left out.
pub(super) fn paste(scenario: &mut Scenario, fragment: &Fragment) {
    let mut copy = fragment.clone().into_scenario();
    for part in Part::all(&copy).collect::<Vec<_>>() {
        let old = part.name();
        if is_taken(scenario, old) {
            let stem = old.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-');
            let stem = if stem.is_empty() { "copy" } else { stem };
            let name = fresh_where(stem, |name| is_taken(scenario, name) || is_taken(&copy, name));
            names::rename(&mut copy, &part, &name);
        }
    }
    for part in missing(&mut copy, scenario) {
        names::remove(&mut copy, &part);
    }
    let answers = |endpoint: &Endpoint, copy: &[Service]| {
        let offers = |handler: &Handler| matches!(&handler.trigger, Trigger::Http { path } if *path == endpoint.path);
        let mut services = scenario.services.iter().chain(copy).filter(|service| service.name == endpoint.service);
        services.any(|service| service.handlers.iter().any(offers))
    };
    let services = copy.services.clone();
    copy.clients.retain(|client| answers(&client.calls, &services));
    for handler in copy.services.iter_mut().flat_map(|service| &mut service.handlers) {
        handler.steps.retain(|step| !matches!(&step.action, Action::Call { endpoint, .. } if !answers(endpoint, &services)));
    }
    let places = copy.broker.exchanges.iter_mut().map(|one| &mut one.at).chain(copy.broker.queues.iter_mut().map(|one| &mut one.at));
    let places = places.chain(copy.clients.iter_mut().map(|one| &mut one.at)).chain(copy.services.iter_mut().map(|one| &mut one.at));
    for at in places {
        (at.x, at.y) = (at.x + OFFSET, at.y + OFFSET);
    }
    scenario.broker.exchanges.extend(copy.broker.exchanges);
    scenario.broker.queues.extend(copy.broker.queues);
    scenario.broker.bindings.extend(copy.broker.bindings);
    scenario.clients.extend(copy.clients);
    scenario.services.extend(copy.services);
}

/// What the copy speaks of, and neither it nor the scenario has.
fn missing(copy: &mut Scenario, scenario: &Scenario) -> Vec<Part> {
    let known: Vec<Part> = Part::all(copy).chain(Part::all(scenario)).collect();
    let mut missing: Vec<Part> = Vec::new();
    names::each_reference(copy, &mut |referent, name| {
        let part = match referent {
            Referent::Exchange => Part::Exchange(name.clone()),
            Referent::Queue => Part::Queue(name.clone()),
            Referent::Service | Referent::Program => Part::Service(name.clone()),
        };
        let of_the_broker = referent == Referent::Exchange && is_of_the_broker(name);
        if !of_the_broker && !missing.contains(&part) && !known.iter().any(|known| referent.may_be(known) && known.name() == name) {
            missing.push(part);
        }
    });
    missing
}

/// The exchanges that every broker has.
fn is_of_the_broker(exchange: &Name) -> bool {
    exchange.is_empty() || exchange.starts_with("amq.")
}
