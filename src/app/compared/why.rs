//! Why a quantity differs between two runs: the nearest fact of the two systems that has a name. Else nothing.

use super::Run;
use crate::app::Session;
use crate::app::difference::difference;
use crate::app::texts::compared as texts;
use crate::broker::{DeathReason, Name};
use crate::scenario::property::{LatencyOf, Quantity, QueueCount};
use crate::scenario::{Action, FaultKind, Scenario, Trigger};
use crate::sim::judge::{Compared, quantity};
use crate::sim::{Input, TimedInput, World};

/// For each row, in a few words. Empty: nothing near explains it.
#[must_use]
pub fn whys(session: &Session, rows: &[Compared]) -> Vec<String> {
    let Some(other) = session.playhead.other_world() else { return vec![String::new(); rows.len()] };
    let worlds = Run::BOTH.map(|run| run.of(session, session.world(), other));
    let changed = difference(worlds[0].scenario(), worlds[1].scenario()).parts;
    let both = Both { worlds, changed };
    rows.iter().map(|row| both.why(&row.quantity).unwrap_or_default()).collect()
}

/// The worlds of both runs: the one before stands first.
struct Both<'a> {
    worlds: [&'a World; 2],
    /// The parts that an edit changed.
    changed: Vec<Name>,
}

impl Both<'_> {
    fn why(&self, of: &Quantity) -> Option<String> {
        match of {
            Quantity::Dead(Some(queue), None) => self.reasons(queue),
            Quantity::Queue(QueueCount::Redelivered, Some(queue)) => self.requeued(queue),
            Quantity::Queue(QueueCount::Requeued, Some(queue)) => self.killed(queue).or_else(|| self.of_queue(queue)),
            Quantity::Queue(QueueCount::Arrived, Some(queue)) => self.arrived(queue).or_else(|| self.of_queue(queue)),
            Quantity::Queue(_, Some(queue)) | Quantity::Latency(LatencyOf::EndToEnd(queue) | LatencyOf::Queueing(queue), _) => {
                self.of_queue(queue)
            }
            Quantity::Effect(_, Some(what)) => self.of_effect(what),
            Quantity::Service(_, Some(service)) | Quantity::Latency(LatencyOf::Inbox(service) | LatencyOf::Http(service), _) => {
                self.of_service(service)
            }
            _ => None,
        }
    }

    fn values(&self, of: &Quantity) -> [f64; 2] {
        self.worlds.map(|world| quantity(world, of))
    }

    /// The run in which something holds, if it holds in one of the two alone.
    fn alone(&self, holds: impl Fn(&World) -> bool) -> Option<&'static str> {
        match self.worlds.map(holds) {
            [true, false] => Some(Run::Before.name().0),
            [false, true] => Some(Run::After.name().0),
            _ => None,
        }
    }

    /// What one run requeued more, RabbitMQ delivered again.
    fn requeued(&self, queue: &Name) -> Option<String> {
        let [before, after] = self.values(&Quantity::Queue(QueueCount::Requeued, Some(queue.clone())));
        let more = if before > after { Run::Before } else { Run::After };
        ((before - after).abs() > 1e-9).then(|| texts::after_a_requeue(more.name().0))
    }

    /// Of dead letters: for which reasons there are more, and where.
    fn reasons(&self, queue: &Name) -> Option<String> {
        let differ = DeathReason::ALL.iter().filter_map(|reason| {
            let [before, after] = self.values(&Quantity::Dead(Some(queue.clone()), Some(reason.name().into())));
            let (run, more) = if before > after { (Run::Before, before - after) } else { (Run::After, after - before) };
            (more > 0.0).then(|| texts::more_for_a_reason(run.name().0, more, reason.name()))
        });
        let says: Vec<String> = differ.collect();
        (!says.is_empty()).then(|| says.join(", "))
    }

    /// What arrived in one run more came as dead letters of another queue.
    fn arrived(&self, queue: &Name) -> Option<String> {
        let differs = |of: Quantity| {
            let [before, after] = self.values(&of);
            after - before
        };
        let more = differs(Quantity::Queue(QueueCount::Arrived, Some(queue.clone())));
        let names = self.worlds[1].broker().queues().map(|queue| queue.name().clone());
        let source = names.filter(|name| name != queue).find(|name| {
            let dead = differs(Quantity::Dead(Some(name.clone()), None));
            dead.abs() > 1e-9 && (dead - more).abs() < 1e-9
        });
        source.map(|name| texts::dead_letters_of(&name))
    }

    /// Nothing consumes in one run, the queue or its consumers were changed, or a consumer was killed.
    fn of_queue(&self, queue: &Name) -> Option<String> {
        let consumers = Quantity::Queue(QueueCount::Consumers, Some(queue.clone()));
        let idle = self.alone(|world| quantity(world, &consumers) < 0.5);
        idle.map(texts::no_consumer_now).or_else(|| self.edited(queue)).or_else(|| self.killed(queue))
    }

    fn of_effect(&self, what: &Name) -> Option<String> {
        let does = |scenario: &Scenario, service: &Name| {
            let steps = scenario
                .services
                .iter()
                .filter(|known| known.name == *service)
                .flat_map(|known| &known.handlers)
                .flat_map(|handler| &handler.steps);
            steps.into_iter().any(|step| matches!(&step.action, Action::Effect { what: done, .. } if done == what))
        };
        let scenario = self.worlds[1].scenario();
        let services = scenario.services.iter().map(|service| &service.name).filter(|name| does(scenario, name));
        services.into_iter().find_map(|name| self.of_service(name))
    }

    /// It is down in one run, or was changed.
    fn of_service(&self, service: &Name) -> Option<String> {
        let down = |world: &World| {
            let mut instances = world.instances().filter(|(id, _)| world.services()[id.service].spec.name == *service);
            let any = instances.next();
            any.is_some_and(|(_, first)| !first.up && instances.all(|(_, one)| !one.up))
        };
        let says = self.alone(down).map(|run| texts::is_down_in(service, run));
        says.or_else(|| self.changed.contains(service).then(|| texts::was_changed(service)))
            .or_else(|| self.was_killed(std::slice::from_ref(service)))
    }

    fn consumers(&self, queue: &Name) -> Vec<Name> {
        let services = self.worlds[1].scenario().services.iter().filter(|service| {
            let consumes = |trigger: &Trigger| matches!(trigger, Trigger::Queue(subscription) if subscription.queue == *queue);
            service.handlers.iter().any(|handler| consumes(&handler.trigger))
        });
        services.map(|service| service.name.clone()).collect()
    }

    /// What was edited: the queue, or a service that consumes from it.
    fn edited(&self, queue: &Name) -> Option<String> {
        let mut near = std::iter::once(queue.clone()).chain(self.consumers(queue));
        near.find(|name| self.changed.contains(name)).map(|name| texts::was_changed(&name))
    }

    fn killed(&self, queue: &Name) -> Option<String> {
        self.was_killed(&self.consumers(queue))
    }

    /// A kill by hand that one run has and the other has not.
    fn was_killed(&self, services: &[Name]) -> Option<String> {
        let kills = |of: usize| {
            let (own, others) = (&self.worlds[of].recording().inputs, &self.worlds[1 - of].recording().inputs);
            let is_own = |timed: &&TimedInput| !others.iter().any(|known| known.is_like(timed));
            let killed = own.iter().filter(is_own).filter_map(|timed| match &timed.input {
                Input::Fault(fault) => match &fault.kind {
                    FaultKind::Kill(target) if services.contains(&target.service) => Some(&target.service),
                    _ => None,
                },
                _ => None,
            });
            killed.into_iter().next().map(|service| texts::was_killed_in(service, Run::BOTH[of].name().0))
        };
        kills(0).or_else(|| kills(1))
    }
}
