//! The order in which programs start, as Compose has it: each waits for what it starts after. A health check is asked only as long as a
//! program waits for it.

use super::World;
use crate::base::SimTime;
use crate::scenario::{BROKER, FaultKind, Health, Name, StartsAfter, When};
use crate::sim::agenda::Item;
use crate::sim::ids::InstanceId;
use crate::sim::trace::WorldEvent;

#[derive(Clone, Debug, Default)]
pub(super) struct Starting {
    /// Services that have not started, and what each waits for.
    waiting: Vec<(usize, Vec<StartsAfter>)>,
    /// What is asked for its health, and how often in a row it was bad.
    asked: Vec<(Name, u32)>,
}

impl Starting {
    pub(super) fn waits(&self, service: usize) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == service)
    }
}

/// What a service waits for before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited<'a> {
    pub after: &'a StartsAfter,
    /// Its health check has failed for the last time: what waits for it never starts.
    pub is_in_vain: bool,
}

impl World {
    /// The first thing that a service still waits for; what never comes stands before the rest.
    #[must_use]
    pub fn waits_for(&self, service: usize) -> Option<Awaited<'_>> {
        let (_, missing) = self.starting.waiting.iter().find(|(waiting, _)| *waiting == service)?;
        let told = |after| Awaited { after, is_in_vain: self.has_failed(after) };
        missing.iter().map(told).find(|awaited| awaited.is_in_vain).or_else(|| missing.first().map(told))
    }

    fn has_failed(&self, after: &StartsAfter) -> bool {
        let failures = self.starting.asked.iter().find(|(asked, _)| *asked == after.name).map_or(0, |(_, failures)| *failures);
        after.when == When::Healthy && self.health_of(&after.name).is_some_and(|health| failures >= health.retries)
    }

    /// A service that is new here starts, or waits.
    pub(super) fn launch(&mut self, service: usize) {
        let spec = self.services[service].spec.clone();
        let missing: Vec<StartsAfter> = spec.starts_after.iter().filter(|after| !self.is_met(after)).cloned().collect();
        for after in missing.iter().filter(|after| after.when == When::Healthy) {
            self.ask_from_now_on(&after.name);
        }
        if !missing.is_empty() {
            self.starting.waiting.push((service, missing));
        }
        self.start_from(service, 0);
        if !self.starting.waits(service) {
            self.plan_schedules(service);
            self.launched(service);
        }
    }

    fn is_met(&self, after: &StartsAfter) -> bool {
        (after.when == When::Started || self.has_no_instances(&after.name)) && self.is_launched(&after.name)
    }

    /// Compose does not wait for the health of a service that is to have no containers.
    fn has_no_instances(&self, name: &Name) -> bool {
        self.services.iter().any(|service| service.spec.name == *name && !service.removed && service.spec.instances == 0)
    }

    fn launched(&mut self, service: usize) {
        let name = self.services[service].spec.name.clone();
        let when = if self.has_no_instances(&name) { When::Healthy } else { When::Started };
        self.met(&name, when);
    }

    fn is_launched(&self, name: &Name) -> bool {
        let service = self.services.iter().position(|service| service.spec.name == *name);
        let launched = |service: &usize| {
            let state = &self.services[*service];
            !self.starting.waits(*service) && (state.spec.instances == 0 || !state.instances.is_empty())
        };
        &**name == BROKER || service.as_ref().is_some_and(launched)
    }

    /// Something is so from now on, and perhaps that is all that others waited for.
    fn met(&mut self, name: &Name, when: When) {
        let mut met = vec![(name.clone(), when)];
        while let Some((name, when)) = met.pop() {
            if self.starting.waiting.is_empty() {
                return;
            }
            let waiting = &mut self.starting.waiting;
            for (_, missing) in waiting.iter_mut() {
                missing.retain(|after| after.name != name || after.when == When::Healthy && when == When::Started);
            }
            let ready: Vec<usize> = waiting.iter().filter(|(_, missing)| missing.is_empty()).map(|(service, _)| *service).collect();
            let is_asked = waiting.iter().any(|(_, missing)| missing.iter().any(|after| after.name == name));
            waiting.retain(|(_, missing)| !missing.is_empty());
            if is_asked {
                self.ask_from_now_on(&name);
            }
            for service in ready {
                self.services[service].generation += 1;
                self.start_from(service, 0);
                self.plan_schedules(service);
                let name = self.services[service].spec.name.clone();
                let when = if self.has_no_instances(&name) { When::Healthy } else { When::Started };
                met.push((name, when));
            }
        }
    }

    /// The first time after one interval.
    fn ask_from_now_on(&mut self, name: &Name) {
        let Some(health) = self.health_of(name) else { return };
        if self.is_launched(name) && !self.starting.asked.iter().any(|(asked, _)| asked == name) {
            self.starting.asked.push((name.clone(), 0));
            self.agenda.push(self.now + health.interval, Item::HealthCheck(name.clone()));
        }
    }

    fn health_of(&self, name: &Name) -> Option<Health> {
        if &**name == BROKER { self.scenario.broker.health.clone() } else { self.scenario.service(name)?.1.health.clone() }
    }

    pub(super) fn check_health(&mut self, name: &Name) {
        let Some(health) = self.health_of(name) else { return };
        let Some(place) = self.starting.asked.iter().position(|(asked, _)| asked == name) else { return };
        let service = self.services.iter().position(|service| service.spec.name == *name && !service.removed);
        let instances = service.map_or(&[][..], |service| &self.services[service].instances);
        let is_broker = &**name == BROKER;
        if (is_broker && !self.broker_down)
            || (!is_broker && instances.iter().all(|one| one.up && !one.hung && (one.channel.is_some() || !health.asks_channel)))
        {
            self.starting.asked.remove(place);
            self.happened(WorldEvent::Health { of: name.clone(), failures: 0, is_over: true });
            return self.met(name, When::Healthy);
        }
        // What hangs does not answer; what is down refuses at once.
        let takes = if instances.iter().any(|one| one.up && one.hung) { health.timeout } else { SimTime::ZERO };
        let asked = &mut self.starting.asked[place].1;
        *asked += 1;
        let failures = *asked;
        // Compose gives up then, and starts nothing that waits for it.
        let is_over = failures >= health.retries;
        if !is_over {
            self.agenda.push(self.now + takes + health.interval, Item::HealthCheck(name.clone()));
        }
        self.happened(WorldEvent::Health { of: name.clone(), failures, is_over });
    }

    /// An edit has taken away what a service waited for.
    pub(super) fn wait_less(&mut self) {
        let services = &self.services;
        let mut free = Vec::new();
        for (service, missing) in &mut self.starting.waiting {
            missing.retain(|after| services[*service].spec.starts_after.contains(after));
            if missing.is_empty() {
                free.push(*service);
            }
        }
        for service in free {
            self.starting.waiting.retain(|(waiting, _)| *waiting != service);
            self.services[service].generation += 1;
            self.start_from(service, 0);
            self.plan_schedules(service);
            self.launched(service);
        }
    }

    /// The instances of the scenario from this one on start, unless they wait.
    pub(super) fn start_from(&mut self, service: usize, first: usize) {
        for instance in first..self.services[service].spec.instances as usize {
            self.make_instance(service, instance);
            if !self.starting.waits(service) {
                self.start(InstanceId { service, instance });
            }
        }
    }

    /// RabbitMQ takes connections from now on, unless it is down for another reason.
    pub(super) fn broker_is_ready(&mut self) {
        let restarts = self.faults.values().any(|known| known.is_at_work(&FaultKind::RestartBroker));
        self.broker_down = restarts;
        self.happened(WorldEvent::BrokerReady);
    }
}
