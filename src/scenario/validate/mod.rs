//! Everything that is wrong with a scenario, each with the path of the field that is.

mod service;

use std::fmt;

use super::property::{LatencyOf, Quantity};
use super::{
    Action, Attempts, BROKER, Backoff, BindingTarget, BrokerSpec, Client, Declaration, Ending, Endpoint, ExchangeSpec, Fault, FaultKind,
    Handler, Moment, Name, Operation, Pattern, Point, Property, QueueSpec, Scenario, Service, Starts, Target, Traffic, Trigger, template,
};
use crate::base::SimTime;
use crate::base::limits::{self, beyond, grouped};
use crate::base::ordered::OrderedMap;
use crate::broker::exchange::Bound;
use crate::broker::policy::{policy_keys, without_effect};
use crate::broker::queue::Kind;
use crate::broker::queue::settings::Settings;
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
        let backlog = queues.iter().fold(0_usize, |sum, queue| sum.saturating_add(queue.messages as usize));
        if let Some(why) = beyond("messages in queues at the start", backlog, limits::BACKLOG as usize) {
            self.problem("broker.queues", why);
        }
        if self.scenario.broker.starts == Starts::Empty
            && let Some(index) = queues.iter().position(|queue| queue.messages > 0)
        {
            let path = format!("broker.queues[{index}].messages");
            self.problem(path, "a broker that starts empty has no queue in which messages could stand");
        }
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
        self.backoff(&format!("{path}.retries"), &attempts.backoff);
        if attempts.breaker.as_ref().is_some_and(|breaker| breaker.failures == 0) {
            self.problem(format!("{path}.breaker.failures"), "a circuit opens after 1 failure or more");
        }
    }

    fn backoff(&mut self, path: &str, backoff: &Backoff) {
        if !(1.0..=100.0).contains(&backoff.factor) {
            self.problem(format!("{path}.factor"), "the pause grows by a factor from 1 to 100");
        }
        if !(0.0..=1.0).contains(&backoff.jitter) {
            self.problem(format!("{path}.jitter"), "jitter is a part, from 0 to 1");
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
            | FaultKind::StopGivingBack(target)
            | FaultKind::Hang(target)
            | FaultKind::Slow(target, _)
            | FaultKind::PowerOff(target) => {
                self.target(path, target);
            }
            FaultKind::Partition(ends) => {
                self.ends(path, &[ends[0].service.clone(), ends[1].service.clone()]);
                for (end, other) in [(&ends[0], &ends[1]), (&ends[1], &ends[0])] {
                    if end.instance.is_some() && &*other.service == BROKER {
                        self.target(path, end);
                    } else if end.instance.is_some() {
                        self.problem(path, format!("'{end}' alone can be cut off from the broker only"));
                    }
                }
            }
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
                if matches!(&**operation, Operation::Move { from, to } if from == to) {
                    self.problem(path, "a queue's messages move to another queue: name that one");
                }
                if fault.lasts.is_some() {
                    self.problem(path, "what an operator does is done once: leave out 'for'");
                }
            }
            FaultKind::Deploy(deploy) => {
                self.target(path, &Target { service: deploy.service.clone(), instance: None });
                if deploy.ending == (Ending::Stop { within: Some(SimTime::ZERO) }) {
                    self.problem(path, "without time to stop it is killed: write 'by kill', or a longer time");
                }
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
    let service = |name: &Name| scenario.service(name).is_none().then(|| format!("there is no service '{name}'"));
    let unknown = |quantity: &Quantity| match quantity {
        Quantity::Queue(_, Some(name))
        | Quantity::Dead(Some(name), _)
        | Quantity::Latency(LatencyOf::EndToEnd(name) | LatencyOf::Queueing(name), _) => queue(name),
        Quantity::Effect(_, Some(what)) => effect(what),
        Quantity::Latency(LatencyOf::Http(name), _) => program(name),
        Quantity::Latency(LatencyOf::Inbox(name), _) | Quantity::Service(_, Some(name)) => service(name),
        _ => None,
    };
    property.quantities().into_iter().filter_map(unknown).collect()
}
