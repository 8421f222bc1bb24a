//! Parts refer to each other by name. This file alone knows every such place. Renaming a part changes all of them, and removing a part
//! removes each thing that needs it.

use super::Part;
use crate::broker::Value;
use crate::scenario::property::Named;
use crate::scenario::{
    Action, Ask, BROKER, BindingTarget, Declaration, Destination, Expectation, FailurePolicy, FailureRule, FaultKind, Handler, Name,
    Operation, Own, Scenario, Service, Step, Table, Trigger, validate,
};

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referent {
    Exchange,
    Queue,
    Service,
    /// A service or a client.
    Program,
}

impl Referent {
    #[must_use]
    pub const fn may_be(self, part: &Part) -> bool {
        match self {
            Self::Exchange => matches!(part, Part::Exchange(_)),
            Self::Queue => matches!(part, Part::Queue(_)),
            Self::Service => matches!(part, Part::Service(_)),
            Self::Program => matches!(part, Part::Service(_) | Part::Client(_)),
        }
    }
}

/// Every place where one part names another, and every expectation that names a part.
pub fn each_reference(scenario: &mut Scenario, visit: &mut dyn FnMut(Referent, &mut Name)) {
    for exchange in &mut scenario.broker.exchanges {
        in_table(&mut exchange.arguments, "alternate-exchange", Referent::Exchange, visit);
    }
    for queue in &mut scenario.broker.queues {
        dead_letters(&mut queue.arguments, ["x-dead-letter-exchange", "x-dead-letter-routing-key"], visit);
    }
    for policy in &mut scenario.broker.policies {
        in_table(&mut policy.definition, "alternate-exchange", Referent::Exchange, visit);
        dead_letters(&mut policy.definition, ["dead-letter-exchange", "dead-letter-routing-key"], visit);
    }
    for binding in &mut scenario.broker.bindings {
        visit(Referent::Exchange, &mut binding.source);
        match &mut binding.destination {
            BindingTarget::Queue(name) => visit(Referent::Queue, name),
            BindingTarget::Exchange(name) => visit(Referent::Exchange, name),
        }
    }
    for client in &mut scenario.clients {
        visit(Referent::Service, &mut client.calls.service);
    }
    for declaration in scenario.services.iter_mut().flat_map(Service::programs_mut).filter_map(|(declares, _)| declares).flatten() {
        in_declaration(declaration, visit);
    }
    for handler in handlers(scenario) {
        if let Trigger::Queue(subscription) = &mut handler.trigger {
            visit(Referent::Queue, &mut subscription.queue);
        }
        for step in &mut handler.steps {
            if let Some(publish) = step.action.publish_mut() {
                destination(&mut publish.exchange, &mut publish.routing_key, visit);
            }
            match &mut step.action {
                Action::Ask(Ask::Declare { declares, .. }) => {
                    for declaration in declares {
                        in_declaration(declaration, visit);
                    }
                }
                Action::Ask(Ask::CheckQueue { queue, .. } | Ask::Get { queue }) => visit(Referent::Queue, queue),
                _ => {}
            }
            if let Some(called) = step.action.called_mut() {
                visit(Referent::Service, called);
            }
            if let FailureRule::DependencyDown(service) = &mut step.fails {
                visit(Referent::Service, service);
            }
        }
        for policy in handler.policies_mut() {
            match policy {
                FailurePolicy::Republish { via, .. } => via.iter_mut().for_each(|queue| visit(Referent::Queue, queue)),
                FailurePolicy::DeadLetterRetry { exchange, routing_key, .. } => destination(exchange, routing_key, visit),
                FailurePolicy::DeadLetter
                | FailurePolicy::Requeue
                | FailurePolicy::RejectRequeue
                | FailurePolicy::Chapter
                | FailurePolicy::Crash
                | FailurePolicy::Acknowledge
                | FailurePolicy::Forget => {}
            }
        }
    }
    let faults = scenario.faults.iter_mut().flat_map(|fault| match &mut fault.kind {
        FaultKind::Kill(target)
        | FaultKind::Stop(target)
        | FaultKind::StopGivingBack(target)
        | FaultKind::Hang(target)
        | FaultKind::Slow(target, _)
        | FaultKind::PowerOff(target) => {
            vec![(Referent::Service, &mut target.service)]
        }
        FaultKind::FillStore(service) => vec![(Referent::Service, service)],
        FaultKind::Operate(operation) => match &mut **operation {
            Operation::Delete(queue) | Operation::Purge(queue) => vec![(Referent::Queue, queue)],
            Operation::Unbind { queue, exchange, .. } => vec![(Referent::Queue, queue), (Referent::Exchange, exchange)],
            Operation::Move { from, to } => vec![(Referent::Queue, from), (Referent::Queue, to)],
        },
        FaultKind::Deploy(deploy) => vec![(Referent::Service, &mut deploy.service)],
        FaultKind::Partition(ends) => ends.iter_mut().map(|end| (Referent::Program, &mut end.service)).collect(),
        FaultKind::RestartBroker | FaultKind::Alarm(_) => Vec::new(),
    });
    let starts = scenario.services.iter_mut().flat_map(|service| &mut service.starts_after);
    let starts = starts.map(|after| (Referent::Service, &mut after.name));
    let links = scenario.network.links.iter_mut().flat_map(|link| &mut link.ends).map(|end| (Referent::Program, end));
    faults.chain(links).chain(starts).filter(|(_, name)| &***name != BROKER).for_each(|(referent, name)| visit(referent, name));
    for expected in scenario.expects.iter_mut().chain(&mut scenario.hints) {
        expected.property.each_name(&mut |named, name| match named {
            Named::Queue => visit(Referent::Queue, name),
            Named::Program => visit(Referent::Program, name),
            Named::Effect => {}
        });
    }
}

fn in_declaration(declaration: &mut Declaration, visit: &mut dyn FnMut(Referent, &mut Name)) {
    match declaration {
        Declaration::Queue { own: Own { arguments: Some(arguments), .. }, .. } => {
            dead_letters(arguments, ["x-dead-letter-exchange", "x-dead-letter-routing-key"], visit);
        }
        Declaration::Exchange { own: Own { arguments: Some(arguments), .. }, .. } => {
            in_table(arguments, "alternate-exchange", Referent::Exchange, visit);
        }
        _ => {}
    }
    for (is_exchange, name) in declaration.names_mut() {
        visit(if is_exchange { Referent::Exchange } else { Referent::Queue }, name);
    }
}

fn in_table(table: &mut Table, key: &str, referent: Referent, visit: &mut dyn FnMut(Referent, &mut Name)) {
    if let Some(Value::String(name)) = table.get_mut(key) {
        visit(referent, name);
    }
}

fn dead_letters(table: &mut Table, [exchange, key]: [&str; 2], visit: &mut dyn FnMut(Referent, &mut Name)) {
    if table.get(exchange).and_then(Value::as_str).is_some_and(|exchange| exchange.is_empty()) {
        in_table(table, key, Referent::Queue, visit);
    } else {
        in_table(table, exchange, Referent::Exchange, visit);
    }
}

/// By the default exchange the routing key is the name of a queue.
fn destination(exchange: &mut Name, routing_key: &mut Name, visit: &mut dyn FnMut(Referent, &mut Name)) {
    if exchange.is_empty() {
        visit(Referent::Queue, routing_key);
    } else {
        visit(Referent::Exchange, exchange);
    }
}

fn handlers(scenario: &mut Scenario) -> impl Iterator<Item = &mut Handler> {
    scenario.services.iter_mut().flat_map(Service::every_handler_mut)
}

/// The part, and everything that names it, goes by the new name.
pub fn rename(scenario: &mut Scenario, part: &Part, new: &Name) {
    let own = match part {
        Part::Client(name) => scenario.clients.iter_mut().find(|one| one.name == *name).map(|one| &mut one.name),
        Part::Service(name) => scenario.services.iter_mut().find(|one| one.name == *name).map(|one| &mut one.name),
        Part::Exchange(name) => scenario.broker.exchanges.iter_mut().find(|one| one.name == *name).map(|one| &mut one.name),
        Part::Queue(name) => scenario.broker.queues.iter_mut().find(|one| one.name == *name).map(|one| &mut one.name),
    };
    let Some(own) = own else { return };
    own.clone_from(new);
    each_reference(scenario, &mut |referent, name| {
        if referent.may_be(part) && name == part.name() {
            name.clone_from(new);
        }
    });
}

/// The part goes, and with it what makes no sense without it. Expectations and faults are left to [`forget`], which tells of them.
pub(super) fn remove(scenario: &mut Scenario, part: &Part) {
    let name = part.name();
    match part {
        Part::Client(_) => scenario.clients.retain(|client| client.name != *name),
        Part::Exchange(_) => scenario.broker.exchanges.retain(|exchange| exchange.name != *name),
        Part::Queue(_) => scenario.broker.queues.retain(|queue| queue.name != *name),
        Part::Service(_) => scenario.services.retain(|service| service.name != *name),
    }
    let (exchange, queue) = (matches!(part, Part::Exchange(_)), matches!(part, Part::Queue(_)));
    let forget_in = |table: &mut Table, [to, key]: [&str; 2]| {
        let text = |at: &str| table.get(at).and_then(Value::as_str).cloned();
        if text(to).is_some_and(|to| leads_to(part, Destination::of(&to, &text(key).unwrap_or_default()))) {
            table.remove(to);
            table.remove(key);
        }
        if exchange && table.get("alternate-exchange").and_then(Value::as_str) == Some(name) {
            table.remove("alternate-exchange");
        }
    };
    for table in scenario.broker.exchanges.iter_mut().map(|one| &mut one.arguments) {
        forget_in(table, ["", ""]);
    }
    for table in scenario.broker.queues.iter_mut().map(|one| &mut one.arguments) {
        forget_in(table, ["x-dead-letter-exchange", "x-dead-letter-routing-key"]);
    }
    for table in scenario.broker.policies.iter_mut().map(|one| &mut one.definition) {
        forget_in(table, ["dead-letter-exchange", "dead-letter-routing-key"]);
    }
    // RabbitMQ takes no policy without keys.
    scenario.broker.policies.retain(|policy| !policy.definition.is_empty());
    scenario.broker.bindings.retain(|binding| {
        let from = exchange && binding.source == *name;
        let to = match &binding.destination {
            BindingTarget::Queue(to) => queue && to == name,
            BindingTarget::Exchange(to) => exchange && to == name,
        };
        !from && !to
    });
    let program = Referent::Program.may_be(part);
    let service = matches!(part, Part::Service(_));
    scenario.clients.retain(|client| !(service && client.calls.service == *name));
    scenario.network.links.retain(|link| !(program && link.ends.contains(name)));
    for one in &mut scenario.services {
        one.starts_after.retain(|after| !(service && after.name == *name));
    }
    let keeps = |declaration: &mut Declaration| {
        if let Declaration::Queue { own, .. } | Declaration::Exchange { own, .. } = &mut *declaration
            && let Some(arguments) = &mut own.arguments
        {
            forget_in(arguments, ["x-dead-letter-exchange", "x-dead-letter-routing-key"]);
        }
        let mut names = declaration.names_mut();
        !names.any(|(is_exchange, named)| named == name && if is_exchange { exchange } else { queue })
    };
    for (declares, handlers) in scenario.services.iter_mut().flat_map(Service::programs_mut) {
        if let Some(declares) = declares {
            declares.retain_mut(keeps);
        }
        if let Some(handlers) = handlers {
            let is_from = |handler: &Handler| {
                let fetches = |step: &Step| matches!(&step.action, Action::Ask(Ask::Get { queue }) if queue == name);
                matches!(&handler.trigger, Trigger::Queue(from) if from.queue == *name) || handler.steps.iter().any(fetches)
            };
            handlers.retain(|handler| !(queue && is_from(handler)));
        }
    }
    for handler in handlers(scenario) {
        handler.steps.retain_mut(|step| match &mut step.action {
            Action::Ask(Ask::Declare { declares, .. }) => {
                declares.retain_mut(keeps);
                !declares.is_empty()
            }
            Action::Ask(Ask::CheckQueue { queue: checked, .. }) => !(queue && checked == name),
            _ => true,
        });
        for step in &mut handler.steps {
            if service && matches!(&step.fails, FailureRule::DependencyDown(down) if down == name) {
                step.fails = FailureRule::Never;
            }
        }
        part_from(handler, part);
    }
}

fn leads_to(part: &Part, destination: Destination<'_>) -> bool {
    match (part, destination) {
        (Part::Queue(name), Destination::Queue(to)) | (Part::Exchange(name), Destination::Exchange { name: to, .. }) => to == name,
        _ => false,
    }
}

/// How many steps of a service publish to this part.
#[must_use]
pub fn publishes_to(service: &Service, part: &Part) -> usize {
    let steps = service.handlers.iter().flat_map(|handler| &handler.steps);
    steps.filter_map(|step| step.action.publish()).filter(|publish| leads_to(part, publish.destination())).count()
}

/// Whether a step calls this part, or publishes to it.
pub(super) fn uses(action: &Action, part: &Part) -> bool {
    let calls_it = matches!((action, part), (Action::Call { endpoint, .. }, Part::Service(name)) if endpoint.service == *name);
    calls_it || action.publish().is_some_and(|publish| leads_to(part, publish.destination()))
}

/// Whether a failure policy publishes to this part.
pub(super) fn retries_by(policy: &FailurePolicy, part: &Part) -> bool {
    policy.destinations().any(|to| leads_to(part, to))
}

/// The handler neither calls the part nor publishes to it any more. A policy that has lost its way is the one by default; a step's own
/// is the handler's again.
pub(super) fn part_from(handler: &mut Handler, part: &Part) {
    handler
        .steps
        .retain_mut(|step| !uses(&step.action, part) || matches!(step.action, Action::Persist { .. }) && step.action.stops_publishing());
    if retries_by(&handler.on_failure, part) {
        handler.on_failure = FailurePolicy::default();
    }
    for step in &mut handler.steps {
        step.on_failure = step.on_failure.take().filter(|policy| !retries_by(policy, part));
    }
}

/// Expectations and faults that speak of what is there no more go too; each is named, in words.
pub(super) fn forget(scenario: &mut Scenario) -> Vec<String> {
    let mut told = Vec::new();
    let problems = validate::fault_problems(scenario, &scenario.faults);
    for (fault, problem) in std::mem::take(&mut scenario.faults).into_iter().zip(problems) {
        match problem {
            None => scenario.faults.push(fault),
            Some(problem) => told.push(format!("The fault “{fault}” was removed too: {}.", problem.message)),
        }
    }
    let (expects, hints) = (std::mem::take(&mut scenario.expects), std::mem::take(&mut scenario.hints));
    let mut is_known = |what: &str, expected: &Expectation| match validate::unknown_names(scenario, &expected.property).first() {
        None => true,
        Some(problem) => {
            told.push(match &*expected.says {
                "" => format!("{what} was removed too: {problem}."),
                says => format!("{what} “{says}” was removed too: {problem}."),
            });
            false
        }
    };
    let expects = expects.into_iter().filter(|expected| is_known("An expectation", expected)).collect();
    let hints = hints.into_iter().filter(|hint| is_known("A hint", hint)).collect();
    (scenario.expects, scenario.hints) = (expects, hints);
    told
}
