//! Scenario files, format 1: JSON, at most [`BYTES_MAX`], unknown fields refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::amqp_json::{table_from_json, table_to_json};
use crate::broker::{ExchangeType, Name, Profile, SimTime};
use crate::scenario::{
    Action, Arrivals, BindingSpec, BindingTarget, BrokerSpec, Client, Endpoint, ExchangeSpec, FailurePolicy, FailureRule, Handler,
    Network, Point, Poison, Problem, QueueSpec, RecordQuery, Scenario, Service, Step, Subscription, Trigger, validate,
};

pub const VERSION: u32 = 1;
pub const BYTES_MAX: usize = 1 << 20;

/// Reads a scenario and checks it.
///
/// # Errors
/// Everything that is wrong, each with its path in the document; never empty.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    let one = |path: String, message: String| vec![Problem { path, message }];
    if text.len() > BYTES_MAX {
        return Err(one(String::new(), format!("the file has {} bytes, a scenario has at most {BYTES_MAX}", text.len())));
    }
    // The version is looked at first: a file of tomorrow is not "full of unknown fields", it is of tomorrow.
    #[derive(Deserialize)]
    struct Version {
        requeue: Option<Json>,
    }
    if let Ok(Version { requeue }) = serde_json::from_str::<Version>(text) {
        match requeue.as_ref().map(Json::as_u64) {
            Some(Some(version)) if version == u64::from(VERSION) => {}
            Some(Some(version)) => {
                let message = format!("this is format {version}, and this Requeue reads format {VERSION}: a newer Requeue may open it");
                return Err(one("requeue".into(), message));
            }
            _ => return Err(one("requeue".into(), format!("the format's version is missing: a scenario begins with \"requeue\": {VERSION}"))),
        }
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let wire: Wire = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        one(if path == "." { String::new() } else { path }, error.inner().to_string())
    })?;
    json.end().map_err(|error| one(String::new(), error.to_string()))?;
    let scenario = wire.into_scenario()?;
    let problems = validate(&scenario);
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

/// A scenario as a file.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    let mut text = serde_json::to_string_pretty(&Wire::of(scenario)).expect("wire types have only string keys and finite numbers");
    text.push('\n');
    text
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    requeue: u32,
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default = "one")]
    seed: u64,
    network: WireNetwork,
    broker: WireBroker,
    #[serde(default)]
    clients: Vec<WireClient>,
    #[serde(default)]
    services: Vec<WireService>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireNetwork {
    latency_ms: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBroker {
    #[serde(default)]
    profile: WireProfile,
    #[serde(default)]
    exchanges: Vec<WireExchange>,
    #[serde(default)]
    queues: Vec<WireQueue>,
    #[serde(default)]
    bindings: Vec<WireBinding>,
}

#[derive(Serialize, Deserialize, Default, Clone, Copy)]
enum WireProfile {
    #[default]
    #[serde(rename = "3.13")]
    V3_13,
    #[serde(rename = "4.0")]
    V4_0,
    #[serde(rename = "4.3")]
    V4_3,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum WireExchangeType {
    Direct,
    Fanout,
    Topic,
    Headers,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireExchange {
    name: String,
    at: [f64; 2],
    #[serde(rename = "type")]
    kind: WireExchangeType,
    #[serde(default = "yes")]
    durable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    auto_delete: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    internal: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Json>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireQueue {
    name: String,
    at: [f64; 2],
    #[serde(default = "yes")]
    durable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    auto_delete: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Json>,
}

/// Either `queue` or `exchange` is the destination.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBinding {
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exchange: Option<String>,
    #[serde(default)]
    routing_key: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Json>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireClient {
    name: String,
    at: [f64; 2],
    calls: WireEndpoint,
    arrivals: WireArrivals,
    #[serde(default)]
    body: Json,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    poison: Option<WirePoison>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEndpoint {
    service: String,
    endpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum WireArrivals {
    EveryMs(f64),
    PoissonMs(f64),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePoison {
    one_in: u32,
    set: BTreeMap<String, Json>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireService {
    name: String,
    at: [f64; 2],
    #[serde(default = "one_instance")]
    instances: u32,
    #[serde(default = "five_seconds")]
    reconnect_ms: f64,
    #[serde(default)]
    handlers: Vec<WireHandler>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHandler {
    on: WireTrigger,
    #[serde(default)]
    steps: Vec<WireStep>,
    #[serde(default, skip_serializing_if = "WireFailurePolicy::is_default")]
    on_failure: WireFailurePolicy,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected {\"http\": …}, {\"queue\": …} or {\"every_ms\": …, \"records\": …}")]
enum WireTrigger {
    Http(WireHttp),
    Queue(WireSubscription),
    Schedule(WireSchedule),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHttp {
    http: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSubscription {
    queue: String,
    #[serde(default)]
    prefetch: u16,
    #[serde(default, skip_serializing_if = "is_false")]
    auto_ack: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSchedule {
    every_ms: f64,
    records: WireRecords,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRecords {
    state: String,
    older_than_ms: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum WireStep {
    Work {
        ms: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<WireFailureRule>,
    },
    Persist {
        id: String,
        state: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<WireFailureRule>,
    },
    Publish {
        #[serde(default)]
        exchange: String,
        routing_key: String,
        payload: Json,
        #[serde(default = "yes")]
        persistent: bool,
        #[serde(default, skip_serializing_if = "is_false")]
        mandatory: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<WireFailureRule>,
    },
    Call {
        service: String,
        endpoint: String,
        timeout_ms: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<WireFailureRule>,
    },
    Effect {
        what: String,
        of: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<WireFailureRule>,
    },
    Reply {
        status: u16,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum WireFailureRule {
    Always,
    FieldMissing(String),
}

#[derive(Serialize, Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum WireFailurePolicy {
    #[default]
    DeadLetter,
    Requeue,
}

impl WireFailurePolicy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

const fn yes() -> bool {
    true
}

const fn one() -> u64 {
    1
}

const fn one_instance() -> u32 {
    1
}

const fn five_seconds() -> f64 {
    5_000.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The longest span a file may name: ten years, as RabbitMQ's own limit on expiry.
const SPAN_MS_MAX: f64 = 315_360_000_000.0;

/// Milliseconds, perhaps with a fraction, to whole microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is checked to be within bounds")]
fn span(path: &str, millis: f64) -> Result<SimTime, Problem> {
    if (0.0..=SPAN_MS_MAX).contains(&millis) {
        return Ok(SimTime::from_micros((millis * 1_000.0).round() as u64));
    }
    Err(Problem { path: path.into(), message: format!("{millis} ms is not between 0 and ten years") })
}

#[expect(clippy::cast_precision_loss, reason = "ten years of microseconds fit in 53 bits")]
fn millis(span: SimTime) -> f64 {
    span.as_micros() as f64 / 1_000.0
}

fn point([x, y]: [f64; 2]) -> Point {
    Point { x, y }
}

fn name(text: &str) -> Name {
    text.into()
}

fn endpoint(service: &str, path: &str) -> Endpoint {
    Endpoint { service: service.into(), path: path.into() }
}

impl Wire {
    fn into_scenario(self) -> Result<Scenario, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        Ok(Scenario {
            title: self.title,
            about: self.about,
            seed: self.seed,
            network: Network { latency: span("network.latency_ms", self.network.latency_ms).map_err(one)? },
            broker: self.broker.into_spec().map_err(one)?,
            clients: self.clients.into_iter().enumerate().map(|(index, client)| client.into_client(index)).collect::<Result<_, _>>().map_err(one)?,
            services: self.services.into_iter().enumerate().map(|(index, service)| service.into_service(index)).collect::<Result<_, _>>().map_err(one)?,
        })
    }

    fn of(scenario: &Scenario) -> Self {
        Self {
            requeue: VERSION,
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            seed: scenario.seed,
            network: WireNetwork { latency_ms: millis(scenario.network.latency) },
            broker: WireBroker::of(&scenario.broker),
            clients: scenario.clients.iter().map(WireClient::of).collect(),
            services: scenario.services.iter().map(WireService::of).collect(),
        }
    }
}

impl WireBroker {
    fn into_spec(self) -> Result<BrokerSpec, Problem> {
        Ok(BrokerSpec {
            profile: match self.profile {
                WireProfile::V3_13 => Profile::V3_13,
                WireProfile::V4_0 => Profile::V4_0,
                WireProfile::V4_3 => Profile::V4_3,
            },
            exchanges: self
                .exchanges
                .into_iter()
                .map(|exchange| ExchangeSpec {
                    name: name(&exchange.name),
                    at: point(exchange.at),
                    kind: match exchange.kind {
                        WireExchangeType::Direct => ExchangeType::Direct,
                        WireExchangeType::Fanout => ExchangeType::Fanout,
                        WireExchangeType::Topic => ExchangeType::Topic,
                        WireExchangeType::Headers => ExchangeType::Headers,
                    },
                    durable: exchange.durable,
                    auto_delete: exchange.auto_delete,
                    internal: exchange.internal,
                    arguments: table_from_json(&exchange.arguments),
                })
                .collect(),
            queues: self
                .queues
                .into_iter()
                .map(|queue| QueueSpec {
                    name: name(&queue.name),
                    at: point(queue.at),
                    durable: queue.durable,
                    auto_delete: queue.auto_delete,
                    arguments: table_from_json(&queue.arguments),
                })
                .collect(),
            bindings: self.bindings.into_iter().enumerate().map(|(index, binding)| binding.into_spec(index)).collect::<Result<_, _>>()?,
        })
    }

    fn of(broker: &BrokerSpec) -> Self {
        Self {
            profile: match broker.profile {
                Profile::V3_13 => WireProfile::V3_13,
                Profile::V4_0 => WireProfile::V4_0,
                Profile::V4_3 => WireProfile::V4_3,
            },
            exchanges: broker
                .exchanges
                .iter()
                .map(|exchange| WireExchange {
                    name: exchange.name.to_string(),
                    at: [exchange.at.x, exchange.at.y],
                    kind: match exchange.kind {
                        ExchangeType::Direct => WireExchangeType::Direct,
                        ExchangeType::Fanout => WireExchangeType::Fanout,
                        ExchangeType::Topic => WireExchangeType::Topic,
                        ExchangeType::Headers => WireExchangeType::Headers,
                    },
                    durable: exchange.durable,
                    auto_delete: exchange.auto_delete,
                    internal: exchange.internal,
                    arguments: table_to_json(&exchange.arguments),
                })
                .collect(),
            queues: broker
                .queues
                .iter()
                .map(|queue| WireQueue {
                    name: queue.name.to_string(),
                    at: [queue.at.x, queue.at.y],
                    durable: queue.durable,
                    auto_delete: queue.auto_delete,
                    arguments: table_to_json(&queue.arguments),
                })
                .collect(),
            bindings: broker.bindings.iter().map(WireBinding::of).collect(),
        }
    }
}

impl WireBinding {
    fn into_spec(self, index: usize) -> Result<BindingSpec, Problem> {
        let destination = match (self.queue, self.exchange) {
            (Some(queue), None) => BindingTarget::Queue(name(&queue)),
            (None, Some(exchange)) => BindingTarget::Exchange(name(&exchange)),
            _ => {
                let message = "a binding has one destination: give either \"queue\" or \"exchange\"".into();
                return Err(Problem { path: format!("broker.bindings[{index}]"), message });
            }
        };
        Ok(BindingSpec {
            source: name(&self.source),
            destination,
            routing_key: name(&self.routing_key),
            arguments: table_from_json(&self.arguments),
        })
    }

    fn of(binding: &BindingSpec) -> Self {
        let (queue, exchange) = match &binding.destination {
            BindingTarget::Queue(name) => (Some(name.to_string()), None),
            BindingTarget::Exchange(name) => (None, Some(name.to_string())),
        };
        Self {
            source: binding.source.to_string(),
            queue,
            exchange,
            routing_key: binding.routing_key.to_string(),
            arguments: table_to_json(&binding.arguments),
        }
    }
}

impl WireClient {
    fn into_client(self, index: usize) -> Result<Client, Problem> {
        let path = format!("clients[{index}].arrivals");
        Ok(Client {
            name: name(&self.name),
            at: point(self.at),
            calls: endpoint(&self.calls.service, &self.calls.endpoint),
            arrivals: match self.arrivals {
                WireArrivals::EveryMs(period) => Arrivals::Every(span(&path, period)?),
                WireArrivals::PoissonMs(mean) => Arrivals::Poisson(span(&path, mean)?),
            },
            body: self.body,
            poison: self.poison.map(|poison| Poison { one_in: poison.one_in, set: poison.set }),
        })
    }

    fn of(client: &Client) -> Self {
        Self {
            name: client.name.to_string(),
            at: [client.at.x, client.at.y],
            calls: WireEndpoint { service: client.calls.service.to_string(), endpoint: client.calls.path.to_string() },
            arrivals: match client.arrivals {
                Arrivals::Every(period) => WireArrivals::EveryMs(millis(period)),
                Arrivals::Poisson(mean) => WireArrivals::PoissonMs(millis(mean)),
            },
            body: client.body.clone(),
            poison: client.poison.as_ref().map(|poison| WirePoison { one_in: poison.one_in, set: poison.set.clone() }),
        }
    }
}

impl WireService {
    fn into_service(self, index: usize) -> Result<Service, Problem> {
        let path = format!("services[{index}]");
        Ok(Service {
            name: name(&self.name),
            at: point(self.at),
            instances: self.instances,
            reconnect: span(&format!("{path}.reconnect_ms"), self.reconnect_ms)?,
            handlers: self
                .handlers
                .into_iter()
                .enumerate()
                .map(|(number, handler)| handler.into_handler(&format!("{path}.handlers[{number}]")))
                .collect::<Result<_, _>>()?,
        })
    }

    fn of(service: &Service) -> Self {
        Self {
            name: service.name.to_string(),
            at: [service.at.x, service.at.y],
            instances: service.instances,
            reconnect_ms: millis(service.reconnect),
            handlers: service.handlers.iter().map(WireHandler::of).collect(),
        }
    }
}

impl WireHandler {
    fn into_handler(self, path: &str) -> Result<Handler, Problem> {
        Ok(Handler {
            trigger: match self.on {
                WireTrigger::Http(http) => Trigger::Http { path: name(&http.http) },
                WireTrigger::Queue(subscription) => Trigger::Queue(Subscription {
                    queue: name(&subscription.queue),
                    prefetch: subscription.prefetch,
                    auto_ack: subscription.auto_ack,
                }),
                WireTrigger::Schedule(schedule) => Trigger::Schedule {
                    every: span(&format!("{path}.on.every_ms"), schedule.every_ms)?,
                    records: RecordQuery {
                        state: name(&schedule.records.state),
                        older_than: span(&format!("{path}.on.records.older_than_ms"), schedule.records.older_than_ms)?,
                    },
                },
            },
            steps: self
                .steps
                .into_iter()
                .enumerate()
                .map(|(number, step)| step.into_step(&format!("{path}.steps[{number}]")))
                .collect::<Result<_, _>>()?,
            on_failure: match self.on_failure {
                WireFailurePolicy::DeadLetter => FailurePolicy::DeadLetter,
                WireFailurePolicy::Requeue => FailurePolicy::Requeue,
            },
        })
    }

    fn of(handler: &Handler) -> Self {
        Self {
            on: match &handler.trigger {
                Trigger::Http { path } => WireTrigger::Http(WireHttp { http: path.to_string() }),
                Trigger::Queue(subscription) => WireTrigger::Queue(WireSubscription {
                    queue: subscription.queue.to_string(),
                    prefetch: subscription.prefetch,
                    auto_ack: subscription.auto_ack,
                }),
                Trigger::Schedule { every, records } => WireTrigger::Schedule(WireSchedule {
                    every_ms: millis(*every),
                    records: WireRecords { state: records.state.to_string(), older_than_ms: millis(records.older_than) },
                }),
            },
            steps: handler.steps.iter().map(WireStep::of).collect(),
            on_failure: match handler.on_failure {
                FailurePolicy::DeadLetter => WireFailurePolicy::DeadLetter,
                FailurePolicy::Requeue => WireFailurePolicy::Requeue,
            },
        }
    }
}

impl WireStep {
    fn into_step(self, path: &str) -> Result<Step, Problem> {
        let (action, fails) = match self {
            Self::Work { ms, fails } => (Action::Work { time: span(&format!("{path}.ms"), ms)? }, fails),
            Self::Persist { id, state, fails } => (Action::Persist { id: name(&id), state: name(&state) }, fails),
            Self::Publish { exchange, routing_key, payload, persistent, mandatory, fails } => {
                let (exchange, routing_key) = (name(&exchange), name(&routing_key));
                (Action::Publish { exchange, routing_key, payload, persistent, mandatory }, fails)
            }
            Self::Call { service, endpoint: at, timeout_ms, fails } => {
                let timeout = span(&format!("{path}.timeout_ms"), timeout_ms)?;
                (Action::Call { endpoint: endpoint(&service, &at), timeout }, fails)
            }
            Self::Effect { what, of, fails } => (Action::Effect { what: name(&what), of: name(&of) }, fails),
            Self::Reply { status } => (Action::Reply { status }, None),
        };
        let fails = match fails {
            None => FailureRule::Never,
            Some(WireFailureRule::Always) => FailureRule::Always,
            Some(WireFailureRule::FieldMissing(field)) => FailureRule::FieldMissing(name(&field)),
        };
        Ok(Step { action, fails })
    }

    fn of(step: &Step) -> Self {
        let fails = match &step.fails {
            FailureRule::Never => None,
            FailureRule::Always => Some(WireFailureRule::Always),
            FailureRule::FieldMissing(field) => Some(WireFailureRule::FieldMissing(field.to_string())),
        };
        match &step.action {
            Action::Work { time } => Self::Work { ms: millis(*time), fails },
            Action::Persist { id, state } => Self::Persist { id: id.to_string(), state: state.to_string(), fails },
            Action::Publish { exchange, routing_key, payload, persistent, mandatory } => Self::Publish {
                exchange: exchange.to_string(),
                routing_key: routing_key.to_string(),
                payload: payload.clone(),
                persistent: *persistent,
                mandatory: *mandatory,
                fails,
            },
            Action::Call { endpoint, timeout } => Self::Call {
                service: endpoint.service.to_string(),
                endpoint: endpoint.path.to_string(),
                timeout_ms: millis(*timeout),
                fails,
            },
            Action::Effect { what, of } => Self::Effect { what: what.to_string(), of: of.to_string(), fails },
            Action::Reply { status } => Self::Reply { status: *status },
        }
    }
}
