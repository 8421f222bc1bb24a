//! Deploys: the instances of a service end, and start with another version of its program.

use std::sync::Arc;

use super::World;
use crate::scenario::{Deploy, Ending};
use crate::sim::agenda::Item;
use crate::sim::ids::InstanceId;
use crate::sim::service::Rollout;

impl World {
    /// What is down stays down, and starts with the new version later.
    pub(super) fn deploy_version(&mut self, deploy: &Deploy) {
        let scenario = self.scenario.clone();
        let Some(service) = self.services.iter().position(|service| service.spec.name == deploy.service && !service.removed) else {
            return;
        };
        let Some((_, own)) = scenario.service(&deploy.service) else { return };
        let state = &mut self.services[service];
        let before = std::mem::replace(&mut state.spec, Arc::new(own.as_version(deploy.version.as_ref())));
        state.version.clone_from(&deploy.version);
        state.generation += 1;
        // What still runs is what it was until it ends.
        state.instances.iter_mut().filter(|instance| instance.up).for_each(|instance| {
            instance.program.get_or_insert_with(|| before.clone());
        });
        state.rollout = deploy.rolling.then_some(Rollout { next: 0, ending: deploy.ending });
        let all = 0..state.instances.len();
        self.plan_schedules(service);
        if deploy.rolling {
            self.roll_on(service);
        } else {
            all.for_each(|instance| self.renew(InstanceId { service, instance }, deploy.ending));
        }
    }

    /// The next instance of a rolling deploy.
    fn roll_on(&mut self, service: usize) {
        let state = &mut self.services[service];
        while let Some(rollout) = &mut state.rollout {
            let (instance, ending) = (rollout.next, rollout.ending);
            rollout.next += 1;
            match state.instances.get(instance) {
                None => state.rollout = None,
                Some(one) if !one.up => {}
                Some(_) => return self.renew(InstanceId { service, instance }, ending),
            }
        }
    }

    /// An instance does what it can, and so its health check is answered: the next one follows. One that is refused by the broker again and
    /// again holds the deploy up.
    pub(super) fn is_ready(&mut self, id: InstanceId) {
        let state = &self.services[id.service];
        let is_awaited = state.rollout.as_ref().is_some_and(|rollout| rollout.next == id.instance + 1);
        if is_awaited && state.instances[id.instance].program.is_none() {
            self.roll_on(id.service);
        }
    }

    fn renew(&mut self, id: InstanceId, ending: Ending) {
        let instance = self.instance_mut(id);
        if !instance.up {
            return;
        }
        match ending {
            Ending::Kill => self.kill_and_start(id),
            Ending::Stop { within } => {
                instance.start_wanted = true;
                let epoch = instance.epoch;
                if let Some(within) = within {
                    self.agenda.push(self.now + within, Item::GraceEnds { instance: id, epoch });
                }
                self.stop(id);
            }
        }
    }

    /// It has not ended in the time that it was given.
    pub(super) fn grace_ends(&mut self, id: InstanceId, epoch: u32) {
        if self.known_instance(id).epoch == epoch {
            self.kill_and_start(id);
        }
    }

    fn kill_and_start(&mut self, id: InstanceId) {
        self.kill(id);
        self.start(id);
    }
}
