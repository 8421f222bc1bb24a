//! Everything that is wrong with a scenario, each with the path of the field that is.

use std::fmt;

use super::property::{LatencyOf, Quantity};
use super::{
    Action, Attempts, BROKER, BindingTarget, BrokerSpec, Client, Declaration, Endpoint, ExchangeSpec, FailurePolicy, FailureRule, Fault,
    FaultKind, Handler, Health, Moment, Name, Offset, Operation, Pattern, Point, Property, Publish, QueueSpec, Scenario, Service, Span,
    StartsAfter, Subscription, Target, Traffic, Trigger, When, template,
};
use crate::base::SimTime;
use crate::base::limits::{self, beyond, grouped};
use crate::base::ordered::OrderedMap;
use crate::broker::exchange::Bound;
use crate::broker::policy::{policy_keys, without_effect};
use crate::broker::queue::Kind;
use crate::broker::queue::settings::{Age, Settings, age};
use crate::broker::{AmqpError, Availability, DELAYED_TYPE, ExchangeType, HashOn, Profile};

/// The least a program waits before it tries again.
pub const PAUSE_MIN: SimTime = SimTime::from_millis(1);
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

/// The first problems of many, and a word on how many more there are.
#[must_use]
pub fn few(mut problems: Vec<Problem>, more: usize) -> Vec<Problem> {
    let more = more + problems.len().saturating_sub(limits::PROBLEMS);
    problems.truncate(limits::PROBLEMS);
    if more > 0 {
        problems.push(Problem { path: String::new(), message: format!("there are {} more mistakes", grouped(more as u64)) });
    }
    problems
}

/// All problems, in the order of the document, but at most [`limits::PROBLEMS`]; none for a scenario that can run.
#[must_use]
pub fn validate(scenario: &Scenario) -> Vec<Problem> {
    let mut check = Check::of(scenario);
    check.sizes();
    // Every other check takes time by the size of the lists.
    if check.problems.is_empty() {
        check.links();
        check.exchanges();
        check.queues();
        check.bindings();
        check.policies();
        check.clients();
        check.services();
        check.faults();
        check.expectations();
    }
    few(check.problems, 0)
}

/// All problems of the broker's parts: what a file brings that RabbitMQ or Requeue would not take.
#[must_use]
pub fn broker_problems(broker: &BrokerSpec) -> Vec<Problem> {
    let scenario = Scenario { broker: broker.clone(), ..Scenario::empty("") };
    let mut check = Check::of(&scenario);
    check.exchanges();
    check.queues();
    check.bindings();
    check.policies();
    check.problems
}

/// What is called by a name, by that name: 10,000 bindings each ask for two of 5,000.
type ByName<'a, T> = OrderedMap<&'a Name, &'a T>;

struct Check<'a> {
    scenario: &'a Scenario,
    exchanges: ByName<'a, ExchangeSpec>,
    queues: ByName<'a, QueueSpec>,
    clients: ByName<'a, Client>,
    services: ByName<'a, Service>,
    problems: Vec<Problem>,
}

/// Of two with one name the first.
fn by_name<T>(list: &[T], name: impl Fn(&T) -> &Name) -> ByName<'_, T> {
    let mut known = OrderedMap::new();
    for one in list {
        known.get_or_insert_with(name(one), || one);
    }
    known
}

impl<'a> Check<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            exchanges: by_name(&scenario.broker.exchanges, |exchange| &exchange.name),
            queues: by_name(&scenario.broker.queues, |queue| &queue.name),
            clients: by_name(&scenario.clients, |client| &client.name),
            services: by_name(&scenario.services, |service| &service.name),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), message: message.into() });
    }

    fn size(&mut self, path: impl Into<String>, what: &str, found: usize, max: usize) {
        if let Some(why) = beyond(what, found, max) {
            self.problem(path, why);
        }
    }

    fn sizes(&mut self) {
        let scenario = self.scenario;
        let broker = &scenario.broker;
        self.size("title", "bytes of a title", scenario.title.len(), limits::TITLE_BYTES);
        // A service without instances stands on the canvas, too.
        let instances: usize = scenario.services.iter().map(|service| service.instances.max(1) as usize).sum();
        let nodes = broker.exchanges.len() + broker.queues.len() + scenario.clients.len() + instances;
        self.size("", "exchanges, queues, clients and service instances", nodes, limits::NODES);
        self.size("broker.bindings", "bindings", broker.bindings.len(), limits::BINDINGS);
        self.size("broker.policies", "policies", broker.policies.len(), limits::POLICIES);
        self.size("network.links", "links of the network", scenario.network.links.len(), limits::LINKS);
        self.size("faults", "faults", scenario.faults.len(), limits::FAULTS);
        self.size("expects", "expectations", scenario.expects.len(), limits::EXPECTATIONS);
        self.size("hints", "hints", scenario.hints.len(), limits::EXPECTATIONS);
        for (index, client) in scenario.clients.iter().enumerate() {
            if let Pattern::Recorded(moments) = &client.traffic.pattern {
                self.size(format!("clients[{index}].arrivals"), "moments of a recorded list", moments.len(), limits::AT_ONCE);
            }
        }
        for (index, service) in scenario.services.iter().enumerate() {
            let path = format!("services[{index}]");
            self.size(format!("{path}.instances"), "instances of a service", service.instances as usize, limits::INSTANCES as usize);
            self.size(format!("{path}.versions"), "versions of a service", service.versions.len(), limits::PROGRAMS);
            self.program_size(&path, &service.declares, &service.handlers);
            for (number, version) in service.versions.iter().enumerate() {
                let path = format!("{path}.versions[{number}]");
                self.program_size(&path, version.declares.as_deref().unwrap_or_default(), version.handlers.as_deref().unwrap_or_default());
            }
        }
    }

    fn program_size(&mut self, path: &str, declares: &[Declaration], handlers: &[Handler]) {
        self.size(format!("{path}.declares"), "declarations of a service", declares.len(), limits::DECLARES);
        self.size(format!("{path}.handlers"), "handlers of a service", handlers.len(), limits::HANDLERS);
        for (number, handler) in handlers.iter().enumerate() {
            self.size(format!("{path}.handlers[{number}].steps"), "steps of a handler", handler.steps.len(), limits::STEPS);
        }
    }

    fn names<'b>(&mut self, list: &str, names: impl Iterator<Item = &'b Name>) {
        let mut seen = OrderedMap::new();
        for (index, name) in names.enumerate() {
            let path = || format!("{list}[{index}].name");
            if name.is_empty() {
                self.problem(path(), "a name is missing");
            } else if name.len() > limits::SHORT_BYTES {
                self.short(path(), "a name", name);
            } else if seen.insert(name, ()).is_some() {
                self.problem(path(), format!("the name '{name}' is used twice"));
            }
        }
    }

    /// What has to fit into one of AMQP's short strings, or is as short.
    fn short(&mut self, path: String, what: &str, text: &str) {
        if text.len() > limits::SHORT_BYTES {
            self.problem(path, format!("{what} has at most {} bytes, this one has {}", limits::SHORT_BYTES, text.len()));
        }
    }

    fn at(&mut self, path: &str, at: Point) {
        let within = |part: f64| (-f64::from(limits::COORDINATE)..=f64::from(limits::COORDINATE)).contains(&part);
        if !(within(at.x) && within(at.y)) {
            let far = grouped(limits::COORDINATE.into());
            self.problem(format!("{path}.at"), format!("the canvas ends at {far} units from its middle, in all four directions"));
        }
    }

    fn key(&mut self, path: String, key: &str) {
        self.short(path, "a routing key", key);
    }

    fn exchanges(&mut self) {
        let exchanges = &self.scenario.broker.exchanges;
        self.names("broker.exchanges", exchanges.iter().map(|exchange| &exchange.name));
        for (index, exchange) in exchanges.iter().enumerate() {
            self.at(&format!("broker.exchanges[{index}]"), exchange.at);
            if exchange.name.starts_with("amq.") {
                self.problem(format!("broker.exchanges[{index}].name"), "names that start with 'amq.' belong to the broker");
            }
            self.exchange_type(format!("broker.exchanges[{index}].type"), exchange.kind);
            if exchange.kind == ExchangeType::DelayedMessage {
                let path = format!("broker.exchanges[{index}].arguments.{DELAYED_TYPE}");
                let named = exchange.arguments.get(DELAYED_TYPE).and_then(|named| ExchangeType::from_name(named.as_str()?));
                match named {
                    None => self.problem(path, "a delayed exchange names the type as which it routes, for example topic"),
                    Some(ExchangeType::DelayedMessage) => {
                        self.problem(path, "a delayed exchange routes as another type does, for example topic");
                    }
                    Some(kind) => self.exchange_type(path, kind),
                }
            }
            if exchange.routes_as() == ExchangeType::ConsistentHash
                && let Err(AmqpError::Refused { text, .. }) = HashOn::of(&exchange.arguments)
            {
                let text = if text.is_empty() { "hash-header and hash-property are texts".into() } else { text };
                self.problem(format!("broker.exchanges[{index}].arguments"), text);
            }
            if let Some(other) = exchange.arguments.get("alternate-exchange") {
                let path = format!("broker.exchanges[{index}].arguments.alternate-exchange");
                // RabbitMQ takes the name of one that is not there, and drops what would go there.
                if other.as_str().is_none() {
                    self.problem(path, "the alternate exchange is given by its name");
                }
            }
        }
    }

    /// A type that this version of the broker must have.
    fn exchange_type(&mut self, path: String, kind: ExchangeType) {
        match kind.availability(self.scenario.broker.profile) {
            Availability::BuiltIn => {}
            Availability::By(plugin) if self.scenario.broker.plugins.contains(&plugin) => {}
            Availability::By(plugin) => {
                self.problem(path, format!("this type comes with the plugin {}: name it in broker.plugins", plugin.name()));
            }
            Availability::Absent => {
                let has = |profile: &Profile| kind.availability(*profile) != Availability::Absent;
                let others: Vec<&str> = Profile::ALL.iter().filter(|profile| has(profile)).map(|profile| profile.name()).collect();
                let (profile, others) = (self.scenario.broker.profile, others.join(" and "));
                self.problem(path, format!("RabbitMQ {profile} does not have this type: {others} can have it"));
            }
        }
    }

    fn queues(&mut self) {
        let queues = &self.scenario.broker.queues;
        self.names("broker.queues", queues.iter().map(|queue| &queue.name));
        for (index, queue) in queues.iter().enumerate() {
            self.at(&format!("broker.queues[{index}]"), queue.at);
            if queue.name.starts_with("amq.") {
                self.problem(format!("broker.queues[{index}].name"), "names that start with 'amq.' belong to the broker");
            }
            let kind = queue.kind();
            if kind != Kind::Classic && (!queue.durable || queue.auto_delete) {
                let field = if queue.durable { "auto_delete" } else { "durable" };
                let called = if kind == Kind::Stream { "a stream" } else { "a quorum queue" };
                self.problem(format!("broker.queues[{index}].{field}"), format!("{called} is durable and stays"));
            } else if !queue.durable && !self.scenario.broker.profile.allows_transient_queues() {
                let message = format!("RabbitMQ {} refuses transient queues", self.scenario.broker.profile);
                self.problem(format!("broker.queues[{index}].durable"), message);
            }
            if let Err(text) = Settings::of_arguments(&queue.name, &queue.arguments, self.scenario.broker.profile) {
                self.problem(format!("broker.queues[{index}].arguments"), text);
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
            let source = self.exchanges.get(&binding.source);
            let Some(source) = source else { continue };
            let bound = match &binding.destination {
                BindingTarget::Exchange(_) => Bound::Exchange,
                BindingTarget::Queue(name) => Bound::Queue(self.queues.get(name).map_or(Kind::Classic, |queue| queue.kind())),
            };
            let profile = self.scenario.broker.profile;
            if let Err(AmqpError::Refused { text, .. }) =
                source.routes_as().check_binding(profile, bound, &binding.routing_key, &binding.arguments)
            {
                let field = if source.routes_as() == ExchangeType::Headers { "arguments" } else { "routing_key" };
                self.problem(format!("{path}.{field}"), text);
            }
        }
    }

    fn policies(&mut self) {
        let policies = &self.scenario.broker.policies;
        self.names("broker.policies", policies.iter().map(|policy| &policy.name));
        for (index, policy) in policies.iter().enumerate() {
            let path = format!("broker.policies[{index}]");
            self.short(format!("{path}.pattern"), "a pattern", &policy.pattern);
            if let Err(why) = policy.check() {
                self.problem(format!("{path}.pattern"), why);
            }
            for (key, problem) in policy.definition_problems(self.scenario.broker.profile) {
                self.problem(format!("{path}.definition.{key}"), problem);
            }
            for key in policy.definition.keys() {
                if !policy_keys(policy.operator).any(|known| known == &**key) && !without_effect(policy.operator).contains(&&**key) {
                    let whose = if policy.operator { "an operator policy" } else { "a policy" };
                    let known: Vec<&str> = policy_keys(policy.operator).collect();
                    let message = format!("{whose} cannot set this; it can set {}", known.join(", "));
                    self.problem(format!("{path}.definition.{key}"), message);
                }
            }
            let unknown = policy.definition.keys().any(|key| {
                !policy_keys(policy.operator).any(|known| known == &**key) && !without_effect(policy.operator).contains(&&**key)
            });
            if let Some(refusal) = policy.refusal(self.scenario.broker.profile, &self.scenario.broker.plugins).filter(|_| !unknown) {
                self.problem(
                    format!("{path}.definition"),
                    format!("RabbitMQ {} refuses this policy: {refusal}", self.scenario.broker.profile),
                );
            }
        }
    }

    fn latency(&mut self, path: &str, latency: SimTime) {
        if latency < PERIOD_MIN {
            self.problem(path, "nothing arrives in less than 0.1 ms. Endless resending would never let time pass");
        }
    }

    fn links(&mut self) {
        self.latency("network.latency_ms", self.scenario.network.latency);
        for (index, link) in self.scenario.network.links.iter().enumerate() {
            let path = format!("network.links[{index}].between");
            self.ends(&path, &link.ends);
            self.latency(&format!("network.links[{index}].latency_ms"), link.latency);
        }
    }

    /// The two ends of a link.
    fn ends(&mut self, path: &str, ends: &[Name; 2]) {
        if ends[0] == ends[1] {
            self.problem(path, "a link has two ends");
        }
        for end in ends {
            if &**end != BROKER && !self.services.contains_key(end) && !self.clients.contains_key(end) {
                self.problem(path, format!("there is no service or client '{end}', and it is not '{BROKER}'"));
            }
        }
    }

    fn clients(&mut self) {
        self.names("clients", self.scenario.clients.iter().map(|client| &client.name));
        for (index, client) in self.scenario.clients.iter().enumerate() {
            let path = format!("clients[{index}]");
            self.at(&path, client.at);
            self.program_name(&path, &client.name);
            self.endpoint(&format!("{path}.calls"), &client.calls);
            self.size(format!("{path}.body"), "bytes of a message's body", template::size(&client.body), limits::BODY_BYTES);
            self.traffic(&format!("{path}.arrivals"), &client.traffic);
            self.attempts(&path, &client.attempts);
            if client.attempts.breaker.is_some() {
                self.problem(format!("{path}.breaker"), "a client outside has no circuit breaker: give it to a step that calls");
            }
            if client.poison.as_ref().is_some_and(|poison| poison.one_in == 0) {
                self.problem(format!("{path}.poison.one_in"), "one in how many? Give 1 or more");
            }
        }
    }

    fn program_name(&mut self, path: &str, name: &Name) {
        if &**name == BROKER {
            self.problem(format!("{path}.name"), format!("'{BROKER}' is what the broker is called"));
        }
        if name.contains(['#', '(', ')']) || name.contains(char::is_whitespace) {
            self.problem(
                format!("{path}.name"),
                "a name of a service or client has no spaces, '#' or brackets. Faults and properties use it",
            );
        }
    }

    fn traffic(&mut self, path: &str, traffic: &Traffic) {
        let often = "requests come at most 10,000 a second";
        match &traffic.pattern {
            Pattern::Every(period) | Pattern::Poisson(period) if *period < PERIOD_MIN => self.problem(path, often),
            Pattern::Burst { size, every } => {
                if *every < PERIOD_MIN || f64::from(*size) / every.as_secs_f64() > 10_000.0 {
                    self.problem(path, often);
                }
                self.size(path, "requests at once", *size as usize, limits::AT_ONCE);
            }
            Pattern::Ramp { from_per_s, to_per_s, over } => {
                if *from_per_s > 10_000.0 || *to_per_s > 10_000.0 {
                    self.problem(path, often);
                }
                if *from_per_s < 0.0 || *to_per_s < 0.0 || from_per_s + to_per_s <= 0.0 {
                    self.problem(path, "a ramp goes from one rate to another. One of them is more than 0");
                }
                if *over == SimTime::ZERO {
                    self.problem(path, "a ramp takes time: give \"over_ms\"");
                }
            }
            Pattern::AtOnce(count) => self.size(path, "requests at once", *count as usize, limits::AT_ONCE),
            Pattern::ByHand | Pattern::Every(_) | Pattern::Poisson(_) => {}
            Pattern::Recorded(moments) => {
                if !moments.is_sorted() {
                    self.problem(path, "the moments are given in their order");
                }
            }
        }
        if traffic.until.is_some_and(|until| until < traffic.from) {
            self.problem(format!("{path}.until_ms"), "it ends before it begins");
        }
    }

    fn attempts(&mut self, path: &str, attempts: &Attempts) {
        self.size(format!("{path}.retries.max"), "retries of a request", attempts.retries as usize, limits::RETRIES as usize);
        if !(1.0..=100.0).contains(&attempts.backoff.factor) {
            self.problem(format!("{path}.retries.factor"), "the pause grows by a factor from 1 to 100");
        }
        if !(0.0..=1.0).contains(&attempts.backoff.jitter) {
            self.problem(format!("{path}.retries.jitter"), "jitter is a part, from 0 to 1");
        }
        if attempts.breaker.as_ref().is_some_and(|breaker| breaker.failures == 0) {
            self.problem(format!("{path}.breaker.failures"), "a circuit opens after 1 failure or more");
        }
    }

    fn services(&mut self) {
        self.start_order();
        self.health("broker", self.scenario.broker.health.as_ref());
        self.names("services", self.scenario.services.iter().map(|service| &service.name));
        for (index, service) in self.scenario.services.iter().enumerate() {
            let path = format!("services[{index}]");
            self.at(&path, service.at);
            self.program_name(&path, &service.name);
            if self.clients.contains_key(&service.name) {
                self.problem(format!("{path}.name"), format!("there is a client '{}', too", service.name));
            }
            for (field, pause) in [("reconnect_ms", Some(service.reconnect)), ("restart_ms", service.restart)] {
                if pause.is_some_and(|pause| pause < PAUSE_MIN) {
                    self.problem(format!("{path}.{field}"), "it takes 1 ms at least");
                }
            }
            if service.concurrency == Some(0) {
                self.problem(format!("{path}.concurrency"), "it runs at least 1 handler at once");
            }
            if let Some(relay) = &service.relay {
                if relay.every < PERIOD_MIN {
                    self.problem(format!("{path}.relay.every_ms"), "a relay runs at most 10,000 times a second");
                }
                if relay.batch == 0 {
                    self.problem(format!("{path}.relay.batch"), "a relay publishes 1 or more at a time");
                }
            }
            self.health(&path, service.health.as_ref());
            for (number, after) in service.starts_after.iter().enumerate() {
                self.starts_after(format!("{path}.starts_after[{number}]"), after);
            }
            self.program(&path, &service.declares, &service.handlers);
            self.names(&format!("{path}.versions"), service.versions.iter().map(|version| &version.name));
            for (number, version) in service.versions.iter().enumerate() {
                let path = format!("{path}.versions[{number}]");
                if version.name.contains(char::is_whitespace) {
                    self.problem(format!("{path}.name"), "a version's name has no spaces: a fault names it");
                }
                self.program(&path, version.declares.as_deref().unwrap_or_default(), version.handlers.as_deref().unwrap_or_default());
            }
            let outbox = |step: &super::Step| matches!(&step.action, Action::Persist { outbox: Some(_), .. });
            if service.relay.is_none() && service.every_handler().any(|handler| handler.steps.iter().any(outbox)) {
                self.problem(format!("{path}.relay"), "an event in the outbox is published by a relay, and there is none");
            }
        }
    }

    fn health(&mut self, path: &str, health: Option<&Health>) {
        let Some(health) = health else { return };
        if health.interval < PAUSE_MIN {
            self.problem(format!("{path}.health.interval_ms"), "it takes 1 ms at least");
        }
        if health.retries == 0 {
            self.problem(format!("{path}.health.retries"), "it is unhealthy after 1 failure or more");
        }
    }

    fn starts_after(&mut self, path: String, after: &StartsAfter) {
        let name = &after.name;
        let health = if &**name == BROKER {
            self.scenario.broker.health.as_ref()
        } else if let Some(service) = self.services.get(name) {
            service.health.as_ref()
        } else {
            return self.problem(path, format!("there is no service '{name}', and it is not '{BROKER}'"));
        };
        if after.when == When::Healthy && health.is_none() {
            self.problem(path, format!("'{name}' has no health check, so it is never healthy: give it \"health\""));
        }
    }

    /// Services that wait for each other never start.
    fn start_order(&mut self) {
        let services = &self.scenario.services;
        let mut starts: OrderedMap<&Name, ()> = OrderedMap::new();
        loop {
            let before = starts.len();
            for service in services {
                let waits = |after: &StartsAfter| self.services.contains_key(&after.name) && !starts.contains_key(&after.name);
                if !service.starts_after.iter().any(waits) {
                    starts.insert(&service.name, ());
                }
            }
            if starts.len() == before {
                break;
            }
        }
        let Some(stuck) = services.iter().find(|service| !starts.contains_key(&service.name)) else { return };
        // From one to the next that it waits for, until one is there twice.
        let mut circle = vec![&stuck.name];
        let again = loop {
            let last = circle[circle.len() - 1];
            let Some(service) = self.services.get(last) else { return };
            let next = service.starts_after.iter().map(|after| &after.name).find(|name| !starts.contains_key(name) && &***name != BROKER);
            let Some(next) = next else { return };
            let known = circle.iter().position(|name| *name == next);
            circle.push(next);
            if let Some(known) = known {
                break known;
            }
        };
        let circle: Vec<&str> = circle[again..].iter().map(|name| &***name).collect();
        let place = services.iter().position(|service| &*service.name == circle[0]).unwrap_or(0);
        let message = format!("{} is a circle: each waits for the next, and none starts", circle.join(" after "));
        self.problem(format!("services[{place}].starts_after"), message);
    }

    fn program(&mut self, path: &str, declares: &[Declaration], handlers: &[Handler]) {
        self.declares(path, declares);
        for (number, handler) in handlers.iter().enumerate() {
            self.handler(&format!("{path}.handlers[{number}]"), handler);
        }
    }

    /// A program that contradicts itself is refused each time it starts.
    fn declares(&mut self, path: &str, declares: &[Declaration]) {
        let broker = &self.scenario.broker;
        let mut known: Vec<(&Name, usize, ExchangeSpec)> = Vec::new();
        let mut queues: Vec<(&Name, usize, bool, QueueSpec)> = Vec::new();
        for (number, declaration) in declares.iter().enumerate() {
            let path = format!("{path}.declares[{number}]");
            let before = match declaration {
                Declaration::Exchange { name, .. } => {
                    if name.is_empty() {
                        self.problem(format!("{path}.exchange"), "nothing declares the default exchange: every broker has it");
                        continue;
                    }
                    let Some(exchange) = declaration.exchange(broker) else {
                        self.problem(format!("{path}.exchange"), format!("there is no exchange '{name}' on the canvas: draw it first"));
                        continue;
                    };
                    self.exchange_type(format!("{path}.type"), exchange.kind);
                    let before = known.iter().find(|(other, ..)| *other == name).filter(|(.., other)| *other != exchange);
                    let before = before.map(|(_, number, _)| *number);
                    known.push((name, number, exchange));
                    before
                }
                Declaration::Queue { name, exclusive, .. } => {
                    let Some(queue) = declaration.queue(broker) else {
                        self.problem(format!("{path}.queue"), format!("there is no queue '{name}' on the canvas: draw it first"));
                        continue;
                    };
                    if let Err(text) = Settings::of_arguments(name, &queue.arguments, broker.profile) {
                        self.problem(format!("{path}.arguments"), text);
                    }
                    let before = queues.iter().find(|(other, ..)| *other == name);
                    let before = before.filter(|(_, _, one, other)| *other != queue || one != exclusive).map(|(_, number, ..)| *number);
                    queues.push((name, number, *exclusive, queue));
                    before
                }
                Declaration::Binding(binding) => {
                    if !broker.bindings.contains(binding) {
                        self.problem(
                            format!("{path}.binding"),
                            "this binding is not on the canvas. Draw it first, with this key and these arguments",
                        );
                    }
                    None
                }
                Declaration::BindingsOf(name) => {
                    self.queue(format!("{path}.bindings_of"), name);
                    None
                }
                Declaration::Check(BindingTarget::Exchange(name)) => {
                    self.exchange(format!("{path}.check_exchange"), name);
                    None
                }
                Declaration::Check(BindingTarget::Queue(name)) => {
                    self.queue(format!("{path}.check_queue"), name);
                    None
                }
            };
            if let Some(before) = before {
                self.problem(path, format!("declares[{before}] says otherwise of the same part: RabbitMQ would refuse this one each time"));
            }
        }
    }

    /// What a stream asks of its readers, and what only a stream has (rules 148, 161).
    fn subscription(&mut self, path: &str, subscription: &Subscription) {
        let spec = self.scenario.broker.queues.iter().find(|queue| queue.name == subscription.queue);
        let is_stream = spec.is_some_and(|queue| queue.kind() == Kind::Stream);
        if !is_stream {
            if subscription.offset.is_some() {
                self.problem(format!("{path}.offset"), "only a stream has offsets: RabbitMQ refuses x-stream-offset for other queues");
            }
            return;
        }
        if subscription.prefetch == 0 {
            self.problem(format!("{path}.prefetch"), "the reader of a stream needs a prefetch: RabbitMQ refuses one without");
        }
        if subscription.auto_ack {
            self.problem(
                format!("{path}.auto_ack"),
                "RabbitMQ refuses automatic acknowledgement from a stream: acks give its reader credit",
            );
        }
        if subscription.priority != 0 {
            self.problem(format!("{path}.priority"), "readers of a stream have no priority: each of them gets every message");
        }
        if let Some(Offset::Age(text)) = &subscription.offset
            && !matches!(age(text), Age::Of(_))
        {
            self.problem(format!("{path}.offset.age"), "a number and a unit: Y, M, D, h, m or s, as in 1h");
        }
    }

    fn handler(&mut self, path: &str, handler: &Handler) {
        match &handler.trigger {
            Trigger::Http { path: http } if http.is_empty() => self.problem(format!("{path}.on.http"), "an endpoint is missing"),
            Trigger::Queue(subscription) => {
                self.queue(format!("{path}.on.queue"), &subscription.queue);
                self.subscription(&format!("{path}.on"), subscription);
            }
            Trigger::Schedule { every, .. } if *every < PERIOD_MIN => {
                self.problem(format!("{path}.on.every_ms"), "a schedule runs at most 10,000 times a second");
            }
            Trigger::Http { .. } | Trigger::Schedule { .. } | Trigger::StartUp => {}
        }
        if let Some(once) = &handler.once {
            if once.by.is_empty() {
                self.problem(format!("{path}.once.by"), "which field tells one from another?");
            }
            if once.remember == 0 {
                self.problem(format!("{path}.once.remember"), "it remembers at least 1 id");
            }
            self.size(format!("{path}.once.remember"), "ids that a handler remembers", once.remember as usize, limits::REMEMBERED as usize);
        }
        self.failure_policy(path, &handler.on_failure);
        for (number, step) in handler.steps.iter().enumerate() {
            let path = format!("{path}.steps[{number}]");
            match &step.action {
                Action::Publish(publish) => self.publish(&path, publish),
                Action::Call { endpoint, attempts, .. } => {
                    self.endpoint(&path, endpoint);
                    self.attempts(&path, attempts);
                }
                Action::Persist { id, outbox, .. } => {
                    if id.is_empty() {
                        self.problem(format!("{path}.id"), "a record needs a field for its id");
                    }
                    if let Some(publish) = outbox {
                        self.publish(&format!("{path}.outbox"), publish);
                        if publish.reply.is_some() {
                            self.problem(format!("{path}.outbox.reply"), "a relay publishes it later, and no step waits for an answer");
                        }
                    }
                }
                Action::Work { time } => self.span(&path, time),
                Action::Ack if !matches!(&handler.trigger, Trigger::Queue(subscription) if !subscription.auto_ack) => {
                    self.problem(path.clone(), "there is nothing to acknowledge: only a queue's delivery is, and not with auto_ack");
                }
                Action::Effect { .. } | Action::Reply { .. } | Action::Ack => {}
            }
            self.failure_rule(&path, &step.fails);
            if let Some(policy) = &step.on_failure {
                self.failure_policy(&path, policy);
            }
        }
    }

    fn failure_policy(&mut self, path: &str, policy: &FailurePolicy) {
        let path = format!("{path}.on_failure");
        match policy {
            FailurePolicy::Republish { retries, via, expirations } => {
                self.size(format!("{path}.via"), "queues of a republishing policy", via.len(), limits::LEVELS);
                self.size(format!("{path}.expirations_ms"), "expirations of a republishing policy", expirations.len(), limits::LEVELS);
                if *retries == 0 {
                    self.problem(path.clone(), "it publishes again at least once");
                }
                for queue in via {
                    self.queue(format!("{path}.via"), queue);
                }
            }
            FailurePolicy::DeadLetterRetry { exchange, routing_key, .. } => {
                self.exchange(format!("{path}.exchange"), exchange);
                self.key(format!("{path}.routing_key"), routing_key);
            }
            FailurePolicy::DeadLetter
            | FailurePolicy::Requeue
            | FailurePolicy::RejectRequeue
            | FailurePolicy::Chapter
            | FailurePolicy::Crash
            | FailurePolicy::Acknowledge
            | FailurePolicy::Forget => {}
        }
    }

    fn failure_rule(&mut self, path: &str, rule: &FailureRule) {
        let path = format!("{path}.fails");
        match rule {
            FailureRule::EveryNth(0) => self.problem(path, "every how many? Give 1 or more"),
            FailureRule::Probability(probability) if !(0.0..=1.0).contains(probability) => {
                self.problem(path, "a probability is from 0 to 1");
            }
            FailureRule::DependencyDown(service) if !self.services.contains_key(service) => {
                self.problem(path, format!("there is no service '{service}'"));
            }
            FailureRule::FieldMissing(field) | FailureRule::FieldEquals { field, .. } | FailureRule::FieldNotIn { field, .. }
                if field.is_empty() =>
            {
                self.problem(path, "which field?");
            }
            _ => {}
        }
    }

    fn publish(&mut self, path: &str, publish: &Publish) {
        if !publish.exchange.is_empty() {
            self.exchange(format!("{path}.exchange"), &publish.exchange);
        }
        self.key(format!("{path}.routing_key"), &publish.routing_key);
        self.size(format!("{path}.payload"), "bytes of a message's body", template::size(&publish.payload), limits::BODY_BYTES);
        if publish.as_text && !publish.payload.is_string() {
            self.problem(format!("{path}.payload"), "a body that is no JSON is a text: give the payload in quotes");
        }
        if publish.confirm_timeout.is_some() && !publish.confirm {
            self.problem(format!("{path}.confirm_timeout_ms"), "it does not wait for a confirm: set \"confirm\": true");
        }
    }

    fn span(&mut self, path: &str, span: &Span) {
        match span {
            Span::Uniform { from, to } if from > to => self.problem(format!("{path}.ms"), "the shortest time comes first"),
            Span::LogNormal { sigma, .. } if !(0.0..=5.0).contains(sigma) => {
                self.problem(format!("{path}.ms.log_normal.sigma"), "sigma is from 0, no spread, to 5");
            }
            _ => {}
        }
    }

    fn faults(&mut self) {
        let scenario = self.scenario;
        for (index, fault) in scenario.faults.iter().enumerate() {
            self.fault(&format!("faults[{index}]"), fault);
        }
    }

    fn fault(&mut self, path: &str, fault: &Fault) {
        let scenario = self.scenario;
        match &fault.kind {
            FaultKind::Kill(target)
            | FaultKind::Stop(target)
            | FaultKind::Hang(target)
            | FaultKind::Slow(target, _)
            | FaultKind::PowerOff(target) => {
                self.target(path, target);
            }
            FaultKind::Partition(ends) => self.ends(path, ends),
            FaultKind::FillStore(service) => self.target(path, &Target { service: service.clone(), instance: None }),
            FaultKind::Operate(operation) => {
                let (queues, exchange): (Vec<&Name>, _) = match &**operation {
                    Operation::Delete(queue) | Operation::Purge(queue) => (vec![queue], None),
                    Operation::Unbind { queue, exchange, .. } => (vec![queue], Some(exchange)),
                    Operation::Move { from, to } => (vec![from, to], None),
                };
                for queue in queues {
                    self.queue(path.to_owned(), queue);
                    self.word(path, queue);
                }
                if let Some(exchange) = exchange {
                    self.exchange(path.to_owned(), exchange);
                    self.word(path, exchange);
                }
                if let Operation::Unbind { queue, exchange, key } = &**operation
                    && !scenario.broker.bindings.iter().any(|binding| binding.is_between(exchange, queue, key.as_ref()))
                {
                    self.problem(path, format!("no such binding from '{exchange}' to '{queue}' is on the canvas"));
                }
                if fault.lasts.is_some() {
                    self.problem(path, "what an operator does is done once: leave out 'for'");
                }
            }
            FaultKind::Deploy(deploy) => {
                self.target(path, &Target { service: deploy.service.clone(), instance: None });
                let service = self.services.get(&deploy.service).copied();
                if let (Some(service), Some(version)) = (service, &deploy.version)
                    && !service.versions.iter().any(|known| known.name == *version)
                {
                    let known: Vec<&str> = service.versions.iter().map(|version| &*version.name).collect();
                    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                    self.problem(path, format!("'{}' has no version '{version}'. Its versions: {known}", service.name));
                }
            }
            FaultKind::RestartBroker | FaultKind::Alarm(_) => {}
        }
        if let (Moment::AtStep { step, .. }, Some(target)) = (&fault.when, fault.kind.target()) {
            let longest = scenario
                .service(&target.service)
                .map_or(0, |(_, service)| service.every_handler().map(|handler| handler.steps.len() + 1).max().unwrap_or_default());
            if !(1..=longest).contains(step) {
                self.problem(
                    path,
                    format!("'{target}' has no step {step}. They are counted from 1, and {longest} is before the acknowledgement"),
                );
            }
        }
    }

    /// A sentence is made of words.
    fn word(&mut self, path: &str, name: &Name) {
        if name.contains(char::is_whitespace) {
            self.problem(path, format!("no fault can name '{name}', which has a space"));
        }
    }

    fn target(&mut self, path: &str, target: &Target) {
        match self.services.get(&target.service).copied() {
            None => self.problem(path, format!("there is no service '{}'", target.service)),
            Some(service) if target.instance.is_some_and(|instance| instance >= service.instances as usize) => {
                self.problem(path, format!("'{}' has {} instances, there is no '{target}'", service.name, service.instances));
            }
            Some(_) => {}
        }
    }

    fn expectations(&mut self) {
        let scenario = self.scenario;
        if !scenario.expects.is_empty() && scenario.until.is_none() {
            self.problem("until_ms", "when are the expectations judged? Give the time");
        }
        for (list, expectations) in [("expects", &scenario.expects), ("hints", &scenario.hints)] {
            for (index, expectation) in expectations.iter().enumerate() {
                for problem in unknown_names(scenario, &expectation.property) {
                    self.problem(format!("{list}[{index}].property"), problem);
                }
            }
        }
    }

    fn exchange(&mut self, path: String, name: &Name) {
        let known = name.is_empty() || self.exchanges.contains_key(name);
        if !known && !name.starts_with("amq.") {
            self.problem(path, format!("there is no exchange '{name}'"));
        }
    }

    fn queue(&mut self, path: String, name: &Name) {
        if !self.queues.contains_key(name) {
            self.problem(path, format!("there is no queue '{name}'"));
        }
    }

    fn endpoint(&mut self, path: &str, endpoint: &Endpoint) {
        let Some(service) = self.services.get(&endpoint.service).copied() else {
            self.problem(format!("{path}.service"), format!("there is no service '{}'", endpoint.service));
            return;
        };
        let offered = |handler: &Handler| matches!(&handler.trigger, Trigger::Http { path } if *path == endpoint.path);
        if !service.every_handler().any(offered) {
            self.problem(format!("{path}.endpoint"), format!("'{}' has no endpoint '{}'", endpoint.service, endpoint.path));
        }
    }
}

/// What is wrong with each of these faults, if anything is.
pub fn fault_problems<'a>(scenario: &Scenario, faults: impl IntoIterator<Item = &'a Fault>) -> Vec<Option<Problem>> {
    let mut check = Check::of(scenario);
    let problem = |fault| {
        check.fault("", fault);
        check.problems.drain(..).next()
    };
    faults.into_iter().map(problem).collect()
}

/// What a property speaks of and the scenario has not.
#[must_use]
pub fn unknown_names(scenario: &Scenario, property: &Property) -> Vec<String> {
    let queue = |name: &Name| {
        let known = scenario.broker.queues.iter().any(|queue| queue.name == *name);
        (!known).then(|| format!("there is no queue '{name}'"))
    };
    let effect = |what: &Name| {
        let mut steps = scenario.services.iter().flat_map(|service| service.every_handler().flat_map(|handler| &handler.steps));
        let known = steps.any(|step| matches!(&step.action, Action::Effect { what: done, .. } if done == what));
        (!known).then(|| format!("nothing has the effect '{what}'"))
    };
    let program = |name: &Name| {
        let known = scenario.service(name).is_some() || scenario.client(name).is_some();
        (!known).then(|| format!("there is no client or service '{name}'"))
    };
    let unknown = |quantity: &Quantity| match quantity {
        Quantity::Queue(_, Some(name))
        | Quantity::Dead(Some(name), _)
        | Quantity::Latency(LatencyOf::EndToEnd(name) | LatencyOf::Queueing(name), _) => queue(name),
        Quantity::Effect(_, Some(what)) => effect(what),
        Quantity::Latency(LatencyOf::Http(name), _) => program(name),
        _ => None,
    };
    property.quantities().into_iter().filter_map(unknown).collect()
}
