//! Writing a scenario file: what reading it gives is the same scenario.

use serde_json::{Number, Value as Json};

use super::super::amqp_json::table_to_json;
use super::super::pretty::Doc;
use super::VERSION;
use super::read::POLICY_WORDS;
use crate::base::SimTime;
use crate::broker::queue::Kind;
use crate::broker::{Name, Policy, Profile, Table};
use crate::scenario::service::RECONNECT;
use crate::scenario::{
    Action, Again, Ask, Attempts, Backoff, BindingSpec, BindingTarget, BrokerSpec, ChannelError, Client, ConnectionError, ConsumesOn,
    Declaration, ExchangeSpec, ExchangeType, Expectation, FailurePolicy, FailureRule, HEARTBEAT, Handler, Health, Link, Network, Offset,
    Once, Own, Pattern, Point, Publish, PublishesOn, QueueSpec, Reconnects, ReplyQueue, Scenario, Service, Span, Starts, StartsAfter, Step,
    Subscription, Traffic, Trigger, Version, When, WhenBlocked,
};

#[must_use]
pub fn write(scenario: &Scenario) -> String {
    self::scenario(scenario).to_text()
}

pub(in crate::formats) fn scenario(scenario: &Scenario) -> Doc {
    Doc::object()
        .with("requeue", VERSION)
        .with("title", scenario.title.as_str())
        .with_unless("about", scenario.about.as_str(), &"")
        .with("seed", scenario.seed)
        .with_some("until_ms", scenario.until.map(millis))
        .with("network", network(&scenario.network))
        .with("broker", broker(&scenario.broker))
        .with_list("clients", scenario.clients.iter().map(client))
        .with_list("services", scenario.services.iter().map(service))
        .with_list("faults", scenario.faults.iter().map(|fault| fault.to_string().into()))
        .with_list("expects", scenario.expects.iter().map(expectation))
        .with_list("hints", scenario.hints.iter().map(expectation))
}

pub(super) fn expectation(expectation: &Expectation) -> Doc {
    Doc::object().with_unless("says", expectation.says.as_str(), &"").with("property", expectation.property.to_string())
}

/// Whole milliseconds without a fraction.
pub(in crate::formats) fn millis(time: SimTime) -> Json {
    let micros = time.as_micros();
    if micros.is_multiple_of(1_000) {
        return Json::from(micros / 1_000);
    }
    #[expect(clippy::cast_precision_loss, reason = "ten years in microseconds are exact in a double")]
    number(micros as f64 / 1_000.0)
}

/// A number that is whole is written so.
fn number(value: f64) -> Json {
    #[expect(clippy::cast_possible_truncation, reason = "it is checked to be whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Json::from(value as i64);
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

fn name(name: &Name) -> Json {
    Json::from(&**name)
}

fn names(names: &[Name]) -> Doc {
    Doc::list(names.iter().map(|one| name(one).into()))
}

fn point(at: Point) -> Doc {
    Doc::list([number(at.x).into(), number(at.y).into()])
}

fn table(fields: &Table) -> Option<Json> {
    (!fields.is_empty()).then(|| table_to_json(fields))
}

fn network(network: &Network) -> Doc {
    Doc::object()
        .with("latency_ms", millis(network.latency))
        .with_unless("jitter_ms", millis(network.jitter), &Json::from(0))
        .with_unless("heartbeat_ms", millis(network.heartbeat), &millis(HEARTBEAT))
        .with_list("links", network.links.iter().map(link))
}

pub(super) fn link(link: &Link) -> Doc {
    Doc::object().with("between", names(&link.ends)).with("latency_ms", millis(link.latency)).with_unless(
        "jitter_ms",
        millis(link.jitter),
        &Json::from(0),
    )
}

fn broker(broker: &BrokerSpec) -> Doc {
    Doc::object()
        .with_unless("profile", broker.profile.name(), &Profile::default().name())
        .with_unless("default_queue_type", broker.default_queue_type.name(), &Kind::default().name())
        .with_unless("starts", broker.starts.name(), &Starts::default().name())
        .with_unless("ready_ms", millis(broker.ready), &Json::from(0))
        .with_some("health", broker.health.as_ref().map(health))
        .with_unless("recorded", broker.recorded, &false)
        .with_list("plugins", broker.plugins.iter().map(|plugin| Doc::from(plugin.name())))
        .with_list("exchanges", broker.exchanges.iter().map(exchange))
        .with_list("queues", broker.queues.iter().map(queue))
        .with_list("bindings", broker.bindings.iter().map(binding))
        .with_list("policies", broker.policies.iter().map(policy))
}

pub(super) fn exchange(exchange: &ExchangeSpec) -> Doc {
    Doc::object()
        .with("name", name(&exchange.name))
        .with("at", point(exchange.at))
        .with("type", exchange.kind.name())
        .with_unless("durable", exchange.durable, &true)
        .with_unless("auto_delete", exchange.auto_delete, &false)
        .with_unless("internal", exchange.internal, &false)
        .with_some("arguments", table(&exchange.arguments))
}

pub(super) fn queue(queue: &QueueSpec) -> Doc {
    Doc::object()
        .with("name", name(&queue.name))
        .with("at", point(queue.at))
        .with_unless("durable", queue.durable, &true)
        .with_unless("auto_delete", queue.auto_delete, &false)
        .with_some("arguments", table(&queue.arguments))
        .with_unless("messages", queue.messages, &0)
}

pub(super) fn binding(binding: &BindingSpec) -> Doc {
    let to = match &binding.destination {
        BindingTarget::Queue(queue) => ("queue", name(queue)),
        BindingTarget::Exchange(exchange) => ("exchange", name(exchange)),
    };
    Doc::object()
        .with("source", name(&binding.source))
        .with(to.0, to.1)
        .with_unless("routing_key", name(&binding.routing_key), &Json::from(""))
        .with_some("arguments", table(&binding.arguments))
}

pub(super) fn policy(policy: &Policy) -> Doc {
    let apply_to = crate::broker::ApplyTo::ALL.iter().find(|(_, one)| *one == policy.apply_to).map_or("queues", |(word, _)| word);
    Doc::object()
        .with("name", name(&policy.name))
        .with("pattern", policy.pattern.as_str())
        .with_unless("apply_to", apply_to, &"queues")
        .with("definition", table_to_json(&policy.definition))
        .with_unless("priority", policy.priority, &0)
        .with_unless("operator", policy.operator, &false)
}

pub(super) fn client(client: &Client) -> Doc {
    let poison =
        client.poison.as_ref().map(|poison| Doc::object().with("one_in", poison.one_in).with("set", Json::Object(poison.set.clone())));
    Doc::object()
        .with("name", name(&client.name))
        .with("at", point(client.at))
        .with("calls", Doc::object().with("service", name(&client.calls.service)).with("endpoint", name(&client.calls.path)))
        .with("arrivals", traffic(&client.traffic))
        .with_unless("body", client.body.clone(), &Json::Null)
        .with_some("poison", poison)
        .and(attempts(&client.attempts))
}

fn attempts(attempts: &Attempts) -> Doc {
    let Attempts { timeout, retries, backoff, breaker } = attempts;
    let default = Backoff::default();
    let retries = (*retries > 0 || *backoff != default).then(|| {
        Doc::object()
            .with("max", *retries)
            .with_unless("backoff_ms", millis(backoff.first), &millis(default.first))
            .with_unless("factor", number(backoff.factor), &number(default.factor))
            .with_unless("backoff_max_ms", millis(backoff.max), &millis(default.max))
            .with_unless("jitter", number(backoff.jitter), &number(default.jitter))
    });
    Doc::object().with_some("timeout_ms", timeout.map(millis)).with_some("retries", retries).with_some(
        "breaker",
        breaker.as_ref().map(|breaker| Doc::object().with("failures", breaker.failures).with("open_ms", millis(breaker.open))),
    )
}

fn traffic(traffic: &Traffic) -> Doc {
    let pattern = match &traffic.pattern {
        Pattern::ByHand => Doc::object().with("by_hand", true),
        Pattern::Every(period) => Doc::object().with("every_ms", millis(*period)),
        Pattern::Poisson(mean) => Doc::object().with("poisson_ms", millis(*mean)),
        Pattern::Burst { size, every } => Doc::object().with("burst", *size).with("every_ms", millis(*every)),
        Pattern::Ramp { from_per_s, to_per_s, over } => Doc::object()
            .with("ramp_per_s", Doc::list([number(*from_per_s).into(), number(*to_per_s).into()]))
            .with("over_ms", millis(*over)),
        Pattern::AtOnce(count) => Doc::object().with("at_once", *count),
        Pattern::Recorded(moments) => Doc::object().with("at_ms", Doc::list(moments.iter().map(|at| millis(*at).into()))),
    };
    pattern
        .with_unless("from_ms", millis(traffic.from), &Json::from(0))
        .with_some("until_ms", traffic.until.map(millis))
        .with_some("count", traffic.count)
}

pub(super) fn service(service: &Service) -> Doc {
    let relay =
        service.relay.as_ref().map(|relay| Doc::object().with("every_ms", millis(relay.every)).with_unless("batch", relay.batch, &100));
    Doc::object()
        .with("name", name(&service.name))
        .with("at", point(service.at))
        .with_unless("instances", service.instances, &1)
        .with_some("concurrency", service.concurrency)
        .with_list("starts_after", service.starts_after.iter().map(starts_after))
        .with_some("health", service.health.as_ref().map(health))
        .with_unless("reconnect_ms", millis(service.reconnect), &millis(RECONNECT))
        .with_some("backoff", service.backoff.as_ref().map(backoff))
        .with_unless("again", service.again.name(), &Again::default().name())
        .with_unless("reconnects", service.reconnects.name(), &Reconnects::default().name())
        .with_unless("on_channel_error", service.on_channel_error.name(), &ChannelError::default().name())
        .with_unless("on_connection_error", service.on_connection_error.name(), &ConnectionError::default().name())
        .with_some("when_blocked", when_blocked(service.when_blocked))
        .with_unless("consumes_on", service.consumes_on.name(), &ConsumesOn::default().name())
        .with_unless("publishes_on", service.publishes_on.name(), &PublishesOn::default().name())
        .with_unless("in_memory", service.in_memory, &false)
        .with_some("restart_ms", service.restart.map(millis))
        .with_some("relay", relay)
        .with_list("declares", service.declares.iter().map(declaration))
        .with_list("handlers", service.handlers.iter().map(handler))
        .with_list("versions", service.versions.iter().map(version))
}

fn when_blocked(when: WhenBlocked) -> Option<Doc> {
    match when {
        WhenBlocked::Sends => None,
        WhenBlocked::Waits => Some("waits".into()),
        WhenBlocked::Buffers(messages) => Some(Doc::object().with("buffers", messages)),
    }
}

fn backoff(backoff: &Backoff) -> Doc {
    Doc::object().with("factor", number(backoff.factor)).with("max_ms", millis(backoff.max)).with_unless(
        "jitter",
        number(backoff.jitter),
        &number(0.0),
    )
}

fn starts_after(after: &StartsAfter) -> Doc {
    Doc::object().with("name", name(&after.name)).with_unless("condition", after.when.name(), &When::default().name())
}

fn health(health: &Health) -> Doc {
    let default = Health::default();
    Doc::object()
        .with_unless("interval_ms", millis(health.interval), &millis(default.interval))
        .with_unless("timeout_ms", millis(health.timeout), &millis(default.timeout))
        .with_unless("asks_channel", health.asks_channel, &false)
        .with_unless("retries", health.retries, &default.retries)
}

/// An empty list is none of the service's own.
fn version(version: &Version) -> Doc {
    Doc::object()
        .with("name", name(&version.name))
        .with_some("declares", version.declares.as_ref().map(|list| Doc::list(list.iter().map(declaration))))
        .with_some("handlers", version.handlers.as_ref().map(|list| Doc::list(list.iter().map(handler))))
}

fn declaration(declaration: &Declaration) -> Doc {
    let own = |own: &Own| {
        let arguments = own.arguments.as_ref().map(table_to_json);
        Doc::object().with_some("durable", own.durable).with_some("auto_delete", own.auto_delete).with_some("arguments", arguments)
    };
    match declaration {
        Declaration::Exchange { name: exchange, kind, own: otherwise } => {
            Doc::object().with("exchange", name(exchange)).with_some("type", kind.map(ExchangeType::name)).and(own(otherwise))
        }
        Declaration::Queue { name: queue, exclusive, own: otherwise } => {
            Doc::object().with("queue", name(queue)).with_unless("exclusive", *exclusive, &false).and(own(otherwise))
        }
        Declaration::Binding(bound) => Doc::object().with("binding", binding(bound)),
        Declaration::BindingsOf(queue) => Doc::object().with("bindings_of", name(queue)),
        Declaration::Check(BindingTarget::Exchange(exchange)) => Doc::object().with("check_exchange", name(exchange)),
        Declaration::Check(BindingTarget::Queue(queue)) => Doc::object().with("check_queue", name(queue)),
    }
}

fn handler(handler: &Handler) -> Doc {
    let policy = (handler.on_failure != FailurePolicy::default()).then(|| failure_policy(&handler.on_failure));
    Doc::object()
        .with("on", trigger(&handler.trigger))
        .with_some("once", handler.once.as_ref().map(once))
        .with_list("steps", handler.steps.iter().map(step))
        .with_some("on_failure", policy)
}

fn once(once: &Once) -> Doc {
    Doc::object().with("by", name(&once.by)).with("remember", once.remember).with("memory", once.memory.name())
}

fn failure_policy(policy: &FailurePolicy) -> Doc {
    match policy {
        FailurePolicy::Republish { retries, via, expirations } => Doc::object()
            .with("republish", *retries)
            .with_list("via", via.iter().map(|queue| name(queue).into()))
            .with_list("expirations_ms", expirations.iter().map(|span| millis(*span).into())),
        FailurePolicy::DeadLetterRetry { retries, exchange, routing_key } => {
            Doc::object().with("dead_letter_retry", *retries).with("exchange", name(exchange)).with("routing_key", name(routing_key))
        }
        word => POLICY_WORDS.iter().find(|(_, known)| known == word).map_or("", |(word, _)| word).into(),
    }
}

fn trigger(trigger: &Trigger) -> Doc {
    match trigger {
        Trigger::Http { path } => Doc::object().with("http", name(path)),
        Trigger::Queue(Subscription { queue, prefetch, auto_ack, exclusive, priority, offset }) => Doc::object()
            .with("queue", name(queue))
            .with_unless("prefetch", *prefetch, &0)
            .with_unless("auto_ack", *auto_ack, &false)
            .with_unless("exclusive", *exclusive, &false)
            .with_unless("priority", *priority, &0)
            .with_some("offset", offset.as_ref().map(self::offset)),
        Trigger::Schedule { every, records } => Doc::object().with("every_ms", millis(*every)).with_some(
            "records",
            records.as_ref().map(|query| Doc::object().with("state", name(&query.state)).with("older_than_ms", millis(query.older_than))),
        ),
        Trigger::StartUp => Doc::object().with("start_up", true),
    }
}

fn offset(offset: &Offset) -> Doc {
    match offset {
        Offset::First => "first".into(),
        Offset::Last => "last".into(),
        Offset::Next => "next".into(),
        Offset::Stored => "stored".into(),
        Offset::Number(number) => (*number).into(),
        Offset::Timestamp(seconds) => Doc::object().with("timestamp", *seconds),
        Offset::Age(age) => Doc::object().with("age", name(age)),
    }
}

fn step(step: &Step) -> Doc {
    let document = Doc::object().with("do", step.action.name());
    let document = match &step.action {
        Action::Work { time, blocks } => document.with("ms", span(time)).with_unless("blocks", *blocks, &false),
        Action::Persist { id, state, outbox } => document
            .with("id", name(id))
            .with("state", name(state))
            .with_some("outbox", outbox.as_ref().map(|publish| self::publish(publish))),
        Action::Publish(publish) => document.and(self::publish(publish)),
        Action::Call { endpoint, attempts, required } => document
            .with("service", name(&endpoint.service))
            .with("endpoint", name(&endpoint.path))
            .and(self::attempts(attempts))
            .with_unless("required", *required, &true),
        Action::Effect { what, of, key } => document.with("what", name(what)).with("of", name(of)).with_some("key", key.as_ref().map(name)),
        Action::Reply { status } => document.with("status", *status),
        Action::Ack { every, elsewhere } => document.with_some("every", *every).with_unless("elsewhere", *elsewhere, &false),
        Action::Ask(Ask::Declare { declares, required }) => {
            document.with_list("declares", declares.iter().map(declaration)).with_unless("required", *required, &true)
        }
        Action::Ask(Ask::CheckQueue { queue, at_least }) => document.with("queue", name(queue)).with_unless("at_least", *at_least, &0),
        Action::Ask(Ask::Get { queue }) => document.with("queue", name(queue)),
    };
    document.with_some("fails", failure_rule(&step.fails)).with_some("on_failure", step.on_failure.as_ref().map(failure_policy))
}

fn publish(publish: &Publish) -> Doc {
    Doc::object()
        .with("exchange", name(&publish.exchange))
        .with("routing_key", name(&publish.routing_key))
        .with("payload", publish.payload.clone())
        .with_unless("as_text", publish.as_text, &false)
        .with_unless("persistent", publish.persistent, &true)
        .with_unless("mandatory", publish.mandatory, &false)
        .with_unless("confirm", publish.confirm, &false)
        .with_some("confirm_timeout_ms", publish.confirm_timeout.map(millis))
        .with_unless("required", publish.required, &false)
        .with_some("priority", publish.priority)
        .with_some("expiration_ms", publish.expiration.map(millis))
        .with_some("headers", table(&publish.headers))
        .with_some(
            "retries",
            publish.retries.map(|retries| {
                Doc::object().with("max", retries.max).with("pause_ms", millis(retries.pause)).with_unless("new_id", retries.new_id, &false)
            }),
        )
        .with_some(
            "reply",
            publish.reply.map(|reply| {
                Doc::object().with("timeout_ms", millis(reply.timeout)).with_unless(
                    "queue",
                    reply.queue.name(),
                    &ReplyQueue::default().name(),
                )
            }),
        )
}

fn span(span: &Span) -> Doc {
    match span {
        Span::Constant(time) => millis(*time).into(),
        Span::Uniform { from, to } => Doc::object().with("uniform", Doc::list([millis(*from).into(), millis(*to).into()])),
        Span::Exponential { mean } => Doc::object().with("exponential", millis(*mean)),
        Span::Field(field) => Doc::object().with("field", name(field)),
        Span::LogNormal { median, sigma } => {
            Doc::object().with("log_normal", Doc::object().with("median", millis(*median)).with("sigma", number(*sigma)))
        }
    }
}

fn failure_rule(rule: &FailureRule) -> Option<Doc> {
    let document = Doc::object();
    Some(match rule {
        FailureRule::Never => return None,
        FailureRule::Always => document.with("always", true),
        FailureRule::First(count) => document.with("first", *count),
        FailureRule::FirstAttempts(count) => document.with("first_attempts", *count),
        FailureRule::EveryNth(nth) => document.with("every", *nth),
        FailureRule::Probability(probability) => document.with("probability", number(*probability)),
        FailureRule::FieldMissing(field) => document.with("field_missing", name(field)),
        FailureRule::FieldEquals { field, value } => document.with("field", name(field)).with("equals", value.clone()),
        FailureRule::FieldNotIn { field, values } => document.with("field", name(field)).with("not_in", Json::Array(values.clone())),
        FailureRule::NoJson => document.with("no_json", true),
        FailureRule::NoChannel => document.with("no_channel", true),
        FailureRule::DependencyDown(service) => document.with("down", name(service)),
    })
}
