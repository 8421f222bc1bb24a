//! What a service may be: its programs, what it declares, its handlers and their steps, and what it starts after.

use super::{Check, PAUSE_MIN, PERIOD_MIN};
use crate::base::limits;
use crate::base::ordered::OrderedMap;
use crate::broker::queue::Kind;
use crate::broker::queue::settings::{Age, Settings, age};
use crate::scenario::{
    Action, Ask, BROKER, BindingTarget, ConsumesOn, Declaration, ExchangeSpec, FailurePolicy, FailureRule, Handler, Health, Memory, Name,
    Offset, Publish, PublishesOn, QueueSpec, Service, Span, StartsAfter, Step, Subscription, Trigger, When, template,
};

const fn is_get(step: &Step) -> bool {
    matches!(step.action, Action::Ask(Ask::Get { .. }))
}

impl Check<'_> {
    pub(super) fn services(&mut self) {
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
            if let Some(backoff) = &service.backoff {
                self.backoff(&format!("{path}.backoff"), backoff);
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
            if service.in_memory && service.instances > 1 {
                self.problem(format!("{path}.in_memory"), "each instance would have its own records: one instance is possible");
            }
            self.health(&path, service.health.as_ref());
            for (number, after) in service.starts_after.iter().enumerate() {
                self.starts_after(format!("{path}.starts_after[{number}]"), after);
            }
            self.program(&path, &service.declares, &service.handlers);
            self.other_channel(&path, service, &service.handlers);
            self.names(&format!("{path}.versions"), service.versions.iter().map(|version| &version.name));
            for (number, version) in service.versions.iter().enumerate() {
                let path = format!("{path}.versions[{number}]");
                if version.name.contains(char::is_whitespace) {
                    self.problem(format!("{path}.name"), "a version's name has no spaces: a fault names it");
                }
                self.program(&path, version.declares.as_deref().unwrap_or_default(), version.handlers.as_deref().unwrap_or_default());
                self.other_channel(&path, service, version.handlers.as_deref().unwrap_or_default());
            }
            let outbox = |step: &Step| matches!(&step.action, Action::Persist { outbox: Some(_), .. });
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
            self.problem(path, format!("'{name}' has no health check: add \"health\" to {name}, or wait for service_started"));
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

    /// A step that acknowledges elsewhere needs a channel beside the one that consumes.
    fn other_channel(&mut self, path: &str, service: &Service, handlers: &[Handler]) {
        if service.publishes_on != PublishesOn::Shared || service.consumes_on == ConsumesOn::Each {
            return;
        }
        for (handler, steps) in handlers.iter().map(|handler| &handler.steps).enumerate() {
            for (number, _) in steps.iter().enumerate().filter(|(_, step)| matches!(step.action, Action::Ack { elsewhere: true, .. })) {
                let message =
                    "the service has one channel: let it publish on its own \"channel\" or \"connection\", or give each consumer a channel";
                self.problem(format!("{path}.handlers[{handler}].steps[{number}].elsewhere"), message);
            }
        }
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
            self.problem(format!("{path}.offset.age"), "at least 1 and a unit, as in 30s, 5m, 1h or 7D");
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
            let writes = |step: &Step| matches!(step.action, Action::Persist { .. });
            if once.memory == Memory::Record && !handler.steps.iter().any(writes) {
                self.problem(format!("{path}.once.memory"), "it is noted with a record, and no step writes one");
            }
            if once.remember == 0 {
                self.problem(format!("{path}.once.remember"), "it remembers at least 1 id");
            }
            self.size(format!("{path}.once.remember"), "ids that a handler remembers", once.remember as usize, limits::REMEMBERED as usize);
        }
        self.failure_policy(path, &handler.on_failure);
        let has_delivery = matches!(&handler.trigger, Trigger::Queue(subscription) if !subscription.auto_ack);
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
                        if publish.retries.is_some() {
                            self.problem(format!("{path}.outbox.retries"), "a relay publishes it until it is confirmed, with the same id");
                        }
                        if publish.reply.is_some() {
                            self.problem(format!("{path}.outbox.reply"), "a relay publishes it later, and no step waits for an answer");
                        }
                    }
                }
                Action::Work { time, .. } => self.span(&path, time),
                Action::Ack { .. } if !has_delivery && !handler.steps[..number].iter().any(is_get) => {
                    self.problem(path.clone(), "there is nothing to acknowledge: only a queue's delivery is, and not with auto_ack");
                }
                Action::Ack { every: Some(_), elsewhere: true } => {
                    self.problem(format!("{path}.every"), "no delivery is acknowledged elsewhere: leave it out");
                }
                Action::Ack { every: Some(0), .. } => {
                    self.problem(format!("{path}.every"), "it acknowledges each time, or each n-th: give 1 or more");
                }
                Action::Ask(ask) => self.ask(&path, ask, handler, number),
                Action::Effect { key: Some(key), .. } if key.is_empty() => {
                    self.problem(format!("{path}.key"), "which field tells one from another?");
                }
                Action::Effect { .. } | Action::Reply { .. } | Action::Ack { .. } => {}
            }
            self.failure_rule(&path, &step.fails);
            if let Some(policy) = &step.on_failure {
                self.failure_policy(&path, policy);
            }
        }
    }

    fn ask(&mut self, path: &str, ask: &Ask, handler: &Handler, number: usize) {
        match ask {
            Ask::Declare { declares, .. } if declares.is_empty() => self.problem(format!("{path}.declares"), "what does it declare?"),
            Ask::Declare { declares, .. } => self.declares(path, declares),
            Ask::CheckQueue { queue, .. } => self.queue(format!("{path}.queue"), queue),
            Ask::Get { queue } => {
                self.queue(format!("{path}.queue"), queue);
                // A delivery or a request would be forgotten.
                let has_nothing = matches!(&handler.trigger, Trigger::Schedule { records: None, .. } | Trigger::StartUp);
                if !has_nothing || handler.steps[..number].iter().any(is_get) {
                    self.problem(path, "a handler fetches one message, and only if a schedule or the start-up begins it");
                }
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
        if let Some(retries) = &publish.retries {
            self.size(format!("{path}.retries.max"), "retries of a request", retries.max as usize, limits::RETRIES as usize);
            if retries.pause < PAUSE_MIN {
                self.problem(format!("{path}.retries.pause_ms"), "it takes 1 ms at least");
            }
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
}
