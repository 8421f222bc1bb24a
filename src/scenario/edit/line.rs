//! A line between two parts: its meaning in the document, its owner, and what goes when it is deleted.

use super::{Part, Slot, element, names};
use crate::scenario::{Action, BindingSpec, Handler, Name, Scenario, Table, Trigger};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// By its number.
    Binding(usize),
    /// From a queue to the exchange that gets its dead letters.
    DeadLetters(Name),
    /// From an exchange to the one that gets what it cannot route.
    Alternate(Name),
    Consumes {
        queue: Name,
        service: Name,
    },
    /// Steps fetch from the queue, or check it.
    Asks {
        queue: Name,
        service: Name,
    },
    /// HTTP, from a client or a service.
    Calls {
        from: Part,
        service: Name,
    },
    /// To an exchange, or by the default exchange to a queue.
    Publishes {
        service: Name,
        to: Part,
    },
}

/// A step of a service, by the numbers of its handler and of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepAt {
    pub handler: usize,
    pub step: usize,
}

impl Line {
    /// It as it is called after another edit: what stands before a binding in the list may have gone. None: it is not there any more.
    #[must_use]
    pub fn after(&self, old: &Scenario, new: &Scenario) -> Option<Self> {
        let Self::Binding(number) = self else { return Some(self.clone()) };
        let (before, after) = (old.broker.bindings.get(*number)?, &new.broker.bindings);
        if after.get(*number) == Some(before) {
            return Some(self.clone());
        }
        let moved = after.iter().position(|binding| binding == before).map(Self::Binding);
        // Another key, between the same two parts.
        let edited = |one: &&BindingSpec| one.source == before.source && one.destination == before.destination;
        moved.or_else(|| after.get(*number).filter(edited).map(|_| self.clone()))
    }

    /// The steps that are the line, where a service publishes or calls.
    #[must_use]
    pub fn steps(&self, scenario: &Scenario) -> Vec<StepAt> {
        let name = match self {
            Self::Publishes { service, .. } | Self::Asks { service, .. } | Self::Calls { from: Part::Service(service), .. } => service,
            Self::Calls { .. } | Self::Binding(_) | Self::DeadLetters(_) | Self::Alternate(_) | Self::Consumes { .. } => return Vec::new(),
        };
        let is_it = |action: &Action| match self {
            Self::Publishes { to, .. } => names::uses(action, to),
            Self::Asks { queue, .. } => action.asked_queue() == Some(queue),
            Self::Calls { service, .. } => names::uses(action, &Part::Service(service.clone())),
            Self::Binding(_) | Self::DeadLetters(_) | Self::Alternate(_) | Self::Consumes { .. } => false,
        };
        let handlers = scenario.service(name).into_iter().flat_map(|(_, service)| service.handlers.iter().enumerate());
        let steps =
            handlers.flat_map(|(handler, spec)| spec.steps.iter().enumerate().map(move |(step, spec)| (StepAt { handler, step }, spec)));
        steps.filter(|(_, step)| is_it(&step.action)).map(|(at, _)| at).collect()
    }

    /// The handlers that are the line, where a service consumes; where one publishes when it fails.
    #[must_use]
    pub fn handlers(&self, scenario: &Scenario) -> Vec<usize> {
        let among = |service: &Name, is_it: &dyn Fn(&Handler) -> bool| {
            let handlers = scenario.service(service).into_iter().flat_map(|(_, service)| service.handlers.iter().enumerate());
            handlers.filter(|(_, handler)| is_it(handler)).map(|(index, _)| index).collect()
        };
        match self {
            Self::Consumes { queue, service } => {
                among(service, &|handler| matches!(&handler.trigger, Trigger::Queue(from) if from.queue == *queue))
            }
            Self::Publishes { service, to } => among(service, &|handler| handler.policies().any(|policy| names::retries_by(policy, to))),
            Self::Binding(_) | Self::DeadLetters(_) | Self::Alternate(_) | Self::Asks { .. } | Self::Calls { .. } => Vec::new(),
        }
    }
}

/// The arguments that a line of the broker is, and how a policy calls the first.
const DEAD_LETTERS: [&str; 3] = ["x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy"];
const ALTERNATE: [&str; 1] = ["alternate-exchange"];

/// The line goes. What it joined stays.
///
/// # Errors
/// Why it cannot go by itself, and what to do instead.
pub(super) fn cut(scenario: &mut Scenario, line: &Line) -> Result<(), String> {
    match line {
        Line::Binding(number) => element::take(scenario, Slot::Binding(*number))?,
        Line::DeadLetters(name) => {
            let queue = scenario.broker.queues.iter_mut().find(|queue| queue.name == *name);
            forget(queue.map(|queue| &mut queue.arguments), &DEAD_LETTERS)?;
        }
        Line::Alternate(name) => {
            let exchange = scenario.broker.exchanges.iter_mut().find(|exchange| exchange.name == *name);
            forget(exchange.map(|exchange| &mut exchange.arguments), &ALTERNATE)?;
        }
        Line::Calls { from: Part::Client(client), service } => {
            return Err(format!("A client always calls a service. Connect {client} to another service, or delete {client} or {service}."));
        }
        Line::Consumes { queue, service } => {
            for one in scenario.services.iter_mut().filter(|one| one.name == *service) {
                one.handlers.retain(|handler| !matches!(&handler.trigger, Trigger::Queue(from) if from.queue == *queue));
            }
        }
        Line::Asks { queue, service } => {
            let handlers = scenario.services.iter_mut().filter(|one| one.name == *service).flat_map(|one| &mut one.handlers);
            handlers.for_each(|handler| handler.steps.retain(|step| step.action.asked_queue() != Some(queue)));
        }
        Line::Calls { from: service, service: called } => part(scenario, service.name(), &Part::Service(called.clone())),
        Line::Publishes { service, to } => part(scenario, service, to),
    }
    Ok(())
}

fn part(scenario: &mut Scenario, service: &Name, to: &Part) {
    let services = scenario.services.iter_mut().filter(|one| one.name == *service);
    services.flat_map(|one| &mut one.handlers).for_each(|handler| names::part_from(handler, to));
}

fn forget(table: Option<&mut Table>, arguments: &[&str]) -> Result<(), String> {
    let table = table.filter(|table| table.contains_key(arguments[0]));
    let table = table.ok_or_else(|| {
        format!("A policy sets {}. Change the policy: it stands in the drawer System.", arguments[0].trim_start_matches("x-"))
    })?;
    for argument in arguments {
        table.remove(*argument);
    }
    Ok(())
}
