//! Faults: what breaks when, and how it is mended.

use super::World;
use super::network::Cut;
use crate::base::SimTime;
use crate::scenario::{Deploy, Fault, FaultKind, MessageRef, Moment, Target};
use crate::sim::agenda::Item;
use crate::sim::ids::{InstanceId, RunId};
use crate::sim::trace::WorldEvent;

/// A broker that restarts is gone for a moment at least.
const RESTART_MIN: SimTime = SimTime::from_millis(1);

/// A fault that has a time, and perhaps an end.
#[derive(Clone, Debug)]
pub(super) struct KnownFault {
    fault: Fault,
    begun: bool,
}

impl KnownFault {
    pub(super) fn is_at_work(&self, kind: &FaultKind) -> bool {
        self.begun && self.fault.kind == *kind
    }
}

/// A fault that waits for a step of a handler.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    fault: Fault,
    step: usize,
    message: MessageRef,
}

impl World {
    /// A fault is known from now on; it happens when its moment comes.
    pub(super) fn expect_fault(&mut self, fault: Fault) {
        match fault.when.clone() {
            Moment::AtStep { step, message } => self.armed.push(Armed { fault, step, message }),
            Moment::At(at) => {
                let number = self.keep_fault(fault);
                if at > self.now {
                    self.agenda.push(at, Item::FaultBegins(number));
                } else {
                    self.fault_begins(number);
                }
            }
        }
    }

    fn keep_fault(&mut self, fault: Fault) -> u32 {
        self.fault_last += 1;
        self.faults.insert(self.fault_last, Box::new(KnownFault { fault, begun: false }));
        self.fault_last
    }

    /// It will not happen after all, unless it has.
    pub(super) fn forget_fault(&mut self, fault: &Fault) {
        if let Some(armed) = self.armed.iter().position(|armed| armed.fault == *fault) {
            self.armed.remove(armed);
        }
        let known = self.faults.iter().find(|(_, known)| !known.begun && known.fault == *fault).map(|(number, _)| *number);
        if let Some(number) = known {
            self.faults.remove(&number);
        }
    }

    pub(super) fn fault_begins(&mut self, number: u32) {
        let Some(known) = self.faults.get_mut(&number) else { return };
        known.begun = true;
        let (kind, lasts) = (known.fault.kind.clone(), known.fault.lasts);
        let lasts = if kind == FaultKind::RestartBroker { Some(lasts.unwrap_or(RESTART_MIN)) } else { lasts };
        if let Some(lasts) = lasts {
            self.agenda.push(self.now + lasts, Item::FaultEnds(number));
        }
        self.break_down(&kind);
    }

    pub(super) fn fault_ends(&mut self, number: u32) {
        let Some(known) = self.faults.remove(&number) else { return };
        // As long as another of its kind lasts, nothing is mended.
        if !self.faults.values().any(|other| other.begun && other.fault.kind == known.fault.kind) {
            self.mend(&known.fault.kind);
        }
    }

    /// A user mends it, however many faults of the kind there are.
    pub(super) fn mend_by_hand(&mut self, kind: &FaultKind) {
        let known = self.faults.iter().filter(|(_, known)| known.begun && known.fault.kind == *kind);
        let numbers: Vec<u32> = known.map(|(number, _)| *number).collect();
        for number in numbers {
            self.faults.remove(&number);
        }
        self.mend(kind);
    }

    /// Whether the run's next step is one at which something breaks; then it is over.
    pub(super) fn strike(&mut self, id: InstanceId, run_id: RunId) -> bool {
        let service = &self.services[id.service];
        let Some(run) = service.instances[id.instance].runs.get(&run_id) else { return false };
        let due =
            self.armed.iter().position(|armed| {
                armed.fault.kind.target().is_some_and(|target| {
                    target.service == service.spec.name && target.instance.is_none_or(|instance| instance == id.instance)
                }) && armed.step == run.step + 1
                    && match &armed.message {
                        MessageRef::Nth(number) => *number == run.number,
                        MessageRef::Event(event) => *event == run.about,
                    }
            });
        let Some(due) = due else { return false };
        let Armed { fault, .. } = self.armed.remove(due);
        // It strikes the instance that is at the step.
        let here = |target: &Target| Target { service: target.service.clone(), instance: Some(id.instance) };
        let kind = match &fault.kind {
            FaultKind::Kill(target) => FaultKind::Kill(here(target)),
            FaultKind::Stop(target) => FaultKind::Stop(here(target)),
            FaultKind::StopGivingBack(target) => FaultKind::StopGivingBack(here(target)),
            FaultKind::Hang(target) => FaultKind::Hang(here(target)),
            FaultKind::Slow(target, times) => FaultKind::Slow(here(target), *times),
            FaultKind::PowerOff(target) => FaultKind::PowerOff(here(target)),
            other => other.clone(),
        };
        if matches!(kind, FaultKind::Hang(_)) {
            // It takes the step up again when it wakes.
            let instance = self.instance_mut(id);
            let epoch = instance.epoch;
            if let Some(run) = instance.runs.get_mut(&run_id) {
                run.wait += 1;
                let wait = run.wait;
                instance.frozen.push(Item::Continues { instance: id, epoch, run: run_id, wait });
            }
        }
        let lasts = fault.lasts;
        let number = self.keep_fault(Fault { kind: kind.clone(), ..fault });
        if let Some(known) = self.faults.get_mut(&number) {
            known.begun = true;
        }
        if let Some(lasts) = lasts {
            self.agenda.push(self.now + lasts, Item::FaultEnds(number));
        }
        self.break_down(&kind);
        let instance = self.known_instance(id);
        instance.hung || !instance.runs.contains_key(&run_id)
    }

    fn targets(&self, target: &Target) -> Vec<InstanceId> {
        let Some(service) = self.services.iter().position(|service| service.spec.name == target.service && !service.removed) else {
            return Vec::new();
        };
        let all = 0..self.services[service].spec.instances as usize;
        all.filter(|instance| target.instance.is_none_or(|one| one == *instance)).map(|instance| InstanceId { service, instance }).collect()
    }

    fn ends(&self, [one, other]: &[Target; 2]) -> Option<Cut> {
        let link = [self.end_named(&one.service)?, self.end_named(&other.service)?];
        Some(Cut::of(link, one.instance.or(other.instance)))
    }

    fn break_down(&mut self, kind: &FaultKind) {
        self.happened(WorldEvent::FaultBegan(kind.clone()));
        match kind {
            FaultKind::Kill(target) => self.targets(target).into_iter().for_each(|id| self.kill(id)),
            FaultKind::Stop(target) => self.targets(target).into_iter().for_each(|id| self.stop(id)),
            FaultKind::StopGivingBack(target) => self.targets(target).into_iter().for_each(|id| self.stop_giving_back(id)),
            FaultKind::Hang(target) => {
                for id in self.targets(target) {
                    let instance = self.instance_mut(id);
                    instance.hang_wanted = instance.held_up.is_some();
                    instance.hung = instance.up;
                }
            }
            FaultKind::Slow(target, times) => {
                for id in self.targets(target) {
                    self.instance_mut(id).slowness = *times;
                }
            }
            FaultKind::Partition(names) => {
                if let Some(cut) = self.ends(names) {
                    self.cut(cut);
                }
            }
            FaultKind::RestartBroker => {
                if !std::mem::replace(&mut self.broker_down, true) {
                    self.broker.restart(self.now);
                }
            }
            FaultKind::Alarm(resource) => self.broker.set_alarm(*resource),
            FaultKind::FillStore(name) => {
                for id in self.targets(&Target { service: name.clone(), instance: Some(0) }) {
                    self.services[id.service].store.full = true;
                }
            }
            FaultKind::PowerOff(target) => self.targets(target).into_iter().for_each(|id| self.power_off(id)),
            FaultKind::Operate(operation) => self.operate(operation),
            FaultKind::Deploy(deploy) => self.deploy_version(deploy),
        }
    }

    pub(super) fn mend(&mut self, kind: &FaultKind) {
        self.happened(WorldEvent::FaultEnded(kind.clone()));
        match kind {
            FaultKind::Kill(target) | FaultKind::Stop(target) | FaultKind::StopGivingBack(target) | FaultKind::PowerOff(target) => {
                self.targets(target).into_iter().for_each(|id| self.start(id));
            }
            FaultKind::Operate(_) => {}
            FaultKind::Hang(target) => self.targets(target).into_iter().for_each(|id| self.wake(id)),
            FaultKind::Slow(target, _) => {
                for id in self.targets(target) {
                    self.instance_mut(id).slowness = 1.0;
                }
            }
            FaultKind::Partition(names) => {
                if let Some(cut) = self.ends(names) {
                    self.heal(cut);
                }
            }
            FaultKind::RestartBroker => {
                self.broker_down = self.now < self.scenario.broker.ready;
                // What was changed meanwhile; and what is short still is.
                self.declare_topology(None, &[]);
                let alarms = self.faults.values().filter(|known| known.begun).filter_map(|known| match known.fault.kind {
                    FaultKind::Alarm(resource) => Some(resource),
                    _ => None,
                });
                alarms.collect::<Vec<_>>().into_iter().for_each(|resource| self.broker.set_alarm(resource));
            }
            FaultKind::Alarm(resource) => self.broker.clear_alarm(self.now, *resource),
            FaultKind::FillStore(name) => {
                for id in self.targets(&Target { service: name.clone(), instance: Some(0) }) {
                    self.services[id.service].store.full = false;
                }
            }
            // Back to the service's own program.
            FaultKind::Deploy(deploy) => self.deploy_version(&Deploy { version: None, ..Deploy::clone(deploy) }),
        }
    }
}
