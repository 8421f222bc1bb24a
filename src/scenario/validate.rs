//! Everything that is wrong with a scenario, each with the path of the field that is.

use std::fmt;

use super::{Action, Arrivals, BindingTarget, Endpoint, Handler, Name, Scenario, Trigger};
use crate::broker::exchange::headers::Match;
use crate::broker::queue::settings::Settings;
use crate::broker::value::SHORTSTR_BYTES_MAX;
use crate::broker::{AmqpError, ExchangeType, SimTime};

/// Exchanges, queues, clients and instances together.
pub const NODES_MAX: usize = 200;
pub const BINDINGS_MAX: usize = 1_000;
pub const STEPS_MAX: usize = 100;
/// What a policy may set: the arguments of queues and exchanges without their `x-`, but for those that make a queue what it is.
pub const POLICY_KEYS: [&str; 14] = [
    "alternate-exchange",
    "consumer-timeout",
    "dead-letter-exchange",
    "dead-letter-routing-key",
    "dead-letter-strategy",
    "delayed-retry-max",
    "delayed-retry-min",
    "delayed-retry-type",
    "delivery-limit",
    "expires",
    "max-length",
    "max-length-bytes",
    "message-ttl",
    "overflow",
];
/// Faster traffic than this would only make a blur, and a slow page.
pub const PERIOD_MIN: SimTime = SimTime::from_micros(100);

/// One mistake in a scenario: where and what, in words for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// As in `broker.queues[2].arguments`.
    pub path: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// All problems, in the order of the document; none for a scenario that can run.
#[must_use]
pub fn validate(scenario: &Scenario) -> Vec<Problem> {
    let mut check = Check { scenario, problems: Vec::new() };
    check.sizes();
    check.exchanges();
    check.queues();
    check.bindings();
    check.policies();
    check.clients();
    check.services();
    check.problems
}

struct Check<'a> {
    scenario: &'a Scenario,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), message: message.into() });
    }

    fn sizes(&mut self) {
        let scenario = self.scenario;
        let instances: usize = scenario.services.iter().map(|service| service.instances as usize).sum();
        let nodes = scenario.broker.exchanges.len() + scenario.broker.queues.len() + scenario.clients.len() + instances;
        if nodes > NODES_MAX {
            self.problem("", format!("{nodes} exchanges, queues, clients and service instances are more than {NODES_MAX}"));
        }
        if scenario.broker.bindings.len() > BINDINGS_MAX {
            self.problem("broker.bindings", format!("{} bindings are more than {BINDINGS_MAX}", scenario.broker.bindings.len()));
        }
    }

    fn names<'b>(&mut self, list: &str, names: impl Iterator<Item = &'b Name>) {
        let mut seen = Vec::new();
        for (index, name) in names.enumerate() {
            let path = format!("{list}[{index}].name");
            if name.is_empty() {
                self.problem(path, "a name is missing");
            } else if name.len() > SHORTSTR_BYTES_MAX {
                self.problem(path, format!("a name has at most {SHORTSTR_BYTES_MAX} bytes, this one has {}", name.len()));
            } else if seen.contains(&name) {
                self.problem(path, format!("the name '{name}' is used twice"));
            } else {
                seen.push(name);
            }
        }
    }

    fn key(&mut self, path: String, key: &str) {
        if key.len() > SHORTSTR_BYTES_MAX {
            self.problem(path, format!("a routing key has at most {SHORTSTR_BYTES_MAX} bytes, this one has {}", key.len()));
        }
    }

    fn exchanges(&mut self) {
        let exchanges = &self.scenario.broker.exchanges;
        self.names("broker.exchanges", exchanges.iter().map(|exchange| &exchange.name));
        for (index, exchange) in exchanges.iter().enumerate() {
            if exchange.name.starts_with("amq.") {
                self.problem(format!("broker.exchanges[{index}].name"), "names that start with 'amq.' belong to the broker");
            }
            if let Some(other) = exchange.arguments.get("alternate-exchange") {
                let path = format!("broker.exchanges[{index}].arguments.alternate-exchange");
                match other.as_str() {
                    None => self.problem(path, "the alternate exchange is given by its name"),
                    Some(name) => self.exchange(path, name),
                }
            }
        }
    }

    fn queues(&mut self) {
        let queues = &self.scenario.broker.queues;
        self.names("broker.queues", queues.iter().map(|queue| &queue.name));
        for (index, queue) in queues.iter().enumerate() {
            if queue.name.starts_with("amq.") {
                self.problem(format!("broker.queues[{index}].name"), "names that start with 'amq.' belong to the broker");
            }
            if queue.is_quorum() && (!queue.durable || queue.auto_delete) {
                let field = if queue.durable { "auto_delete" } else { "durable" };
                self.problem(format!("broker.queues[{index}].{field}"), "a quorum queue is durable and stays");
            } else if !queue.durable && !self.scenario.broker.profile.allows_transient_queues() {
                let message = format!("RabbitMQ {} refuses transient queues", self.scenario.broker.profile);
                self.problem(format!("broker.queues[{index}].durable"), message);
            }
            if let Err(AmqpError::Refused { text, .. }) =
                Settings::of_arguments(&queue.name, &queue.arguments, self.scenario.broker.profile)
            {
                self.problem(format!("broker.queues[{index}].arguments"), text);
            } else if let Some(exchange) = queue.dead_letter_exchange() {
                self.exchange(format!("broker.queues[{index}].arguments.x-dead-letter-exchange"), exchange);
            }
        }
    }

    fn bindings(&mut self) {
        for (index, binding) in self.scenario.broker.bindings.iter().enumerate() {
            let path = format!("broker.bindings[{index}]");
            if binding.source.is_empty() {
                self.problem(format!("{path}.source"), "nothing can be bound to the default exchange: it routes to every queue by name");
            } else {
                self.exchange(format!("{path}.source"), &binding.source);
            }
            match &binding.destination {
                BindingTarget::Queue(name) => self.queue(format!("{path}.queue"), name),
                BindingTarget::Exchange(name) => self.exchange(format!("{path}.exchange"), name),
            }
            self.key(format!("{path}.routing_key"), &binding.routing_key);
            let source = self.scenario.broker.exchanges.iter().find(|exchange| exchange.name == binding.source);
            if source.is_some_and(|source| source.kind == ExchangeType::Headers)
                && let Err(AmqpError::Refused { text, .. }) = Match::of(&binding.arguments)
            {
                self.problem(format!("{path}.arguments"), text);
            }
        }
    }

    fn policies(&mut self) {
        let policies = &self.scenario.broker.policies;
        self.names("broker.policies", policies.iter().map(|policy| &policy.name));
        for (index, policy) in policies.iter().enumerate() {
            let path = format!("broker.policies[{index}]");
            if let Err(why) = policy.check() {
                self.problem(format!("{path}.pattern"), why);
            }
            for (key, problem) in policy.definition_problems() {
                self.problem(format!("{path}.definition.{key}"), problem);
            }
            for key in policy.definition.keys() {
                if !POLICY_KEYS.contains(&&**key) {
                    let message = format!("a policy cannot set this; it can set {}", POLICY_KEYS.join(", "));
                    self.problem(format!("{path}.definition.{key}"), message);
                }
            }
        }
    }

    fn clients(&mut self) {
        self.names("clients", self.scenario.clients.iter().map(|client| &client.name));
        for (index, client) in self.scenario.clients.iter().enumerate() {
            let path = format!("clients[{index}]");
            self.endpoint(&format!("{path}.calls"), &client.calls);
            let (Arrivals::Every(period) | Arrivals::Poisson(period)) = &client.arrivals;
            if *period < PERIOD_MIN {
                self.problem(path.clone(), "requests come at most 10,000 a second");
            }
            if client.poison.as_ref().is_some_and(|poison| poison.one_in == 0) {
                self.problem(format!("{path}.poison.one_in"), "one in how many? Give 1 or more");
            }
        }
    }

    fn services(&mut self) {
        self.names("services", self.scenario.services.iter().map(|service| &service.name));
        for (index, service) in self.scenario.services.iter().enumerate() {
            for (number, handler) in service.handlers.iter().enumerate() {
                self.handler(&format!("services[{index}].handlers[{number}]"), handler);
            }
        }
    }

    fn handler(&mut self, path: &str, handler: &Handler) {
        match &handler.trigger {
            Trigger::Http { path: http } if http.is_empty() => self.problem(format!("{path}.on.http"), "an endpoint is missing"),
            Trigger::Queue(subscription) => self.queue(format!("{path}.on.queue"), &subscription.queue),
            Trigger::Schedule { every, .. } if *every < PERIOD_MIN => {
                self.problem(format!("{path}.on.every_ms"), "a schedule runs at most 10,000 times a second");
            }
            Trigger::Http { .. } | Trigger::Schedule { .. } => {}
        }
        if handler.steps.len() > STEPS_MAX {
            self.problem(format!("{path}.steps"), format!("{} steps are more than {STEPS_MAX}", handler.steps.len()));
        }
        for (number, step) in handler.steps.iter().enumerate() {
            let path = format!("{path}.steps[{number}]");
            match &step.action {
                Action::Publish(super::Publish { exchange, routing_key, .. }) => {
                    if !exchange.is_empty() {
                        self.exchange(format!("{path}.exchange"), exchange);
                    }
                    self.key(format!("{path}.routing_key"), routing_key);
                }
                Action::Call { endpoint, .. } => self.endpoint(&path, endpoint),
                Action::Persist { id, .. } if id.is_empty() => self.problem(format!("{path}.id"), "a record needs a field for its id"),
                Action::Work { .. } | Action::Persist { .. } | Action::Effect { .. } | Action::Reply { .. } => {}
            }
        }
    }

    fn exchange(&mut self, path: String, name: &Name) {
        let known = name.is_empty() || self.scenario.broker.exchanges.iter().any(|exchange| exchange.name == *name);
        if !known && !name.starts_with("amq.") {
            self.problem(path, format!("there is no exchange '{name}'"));
        }
    }

    fn queue(&mut self, path: String, name: &Name) {
        if !self.scenario.broker.queues.iter().any(|queue| queue.name == *name) {
            self.problem(path, format!("there is no queue '{name}'"));
        }
    }

    fn endpoint(&mut self, path: &str, endpoint: &Endpoint) {
        let Some((_, service)) = self.scenario.service(&endpoint.service) else {
            self.problem(format!("{path}.service"), format!("there is no service '{}'", endpoint.service));
            return;
        };
        let offered = |handler: &Handler| matches!(&handler.trigger, Trigger::Http { path } if *path == endpoint.path);
        if !service.handlers.iter().any(offered) {
            self.problem(format!("{path}.endpoint"), format!("'{}' has no endpoint '{}'", endpoint.service, endpoint.path));
        }
    }
}
