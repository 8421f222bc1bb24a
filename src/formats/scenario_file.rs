//! Scenario files, format 1: JSON, at most [`BYTES_MAX`], unknown fields refused.

use serde_json::Value as Json;

use super::document::{Fields, Mistakes, Node};
use crate::broker::{ApplyTo, ExchangeType, Name, Policy, Profile, SimTime};
use crate::scenario::{
    Action, Arrivals, BindingSpec, BindingTarget, BrokerSpec, Client, Endpoint, ExchangeSpec, FailurePolicy, FailureRule, Handler, Network,
    Poison, Problem, Publish, QueueSpec, RecordQuery, Scenario, Service, Step, Subscription, Trigger, validate,
};

pub const VERSION: u64 = 1;
pub const BYTES_MAX: usize = 1 << 20;

/// How long the chapter's programs wait before they connect again.
const RECONNECT: SimTime = SimTime::from_secs(5);

/// Reads a scenario and checks it.
///
/// # Errors
/// Everything that is wrong, each with its path in the document; never empty.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    let one = |path: &str, message: String| Err(vec![Problem { path: path.into(), message }]);
    if text.len() > BYTES_MAX {
        return one("", format!("the file has {} bytes, a scenario has at most {BYTES_MAX}", text.len()));
    }
    if text.trim().is_empty() {
        return one("", "the file is empty".to_owned());
    }
    let document: Json = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return one("", format!("this is not JSON: {error}")),
    };
    // The version is looked at first: a file of tomorrow is not "full of unknown fields", it is of tomorrow.
    match document.get("requeue").map(Json::as_u64) {
        Some(Some(VERSION)) => {}
        Some(Some(version)) => {
            return one("requeue", format!("this is format {version}, and this Requeue reads format {VERSION}: a newer one may open it"));
        }
        _ => return one("requeue", format!("the format's version is missing: a scenario begins with \"requeue\": {VERSION}")),
    }
    let mistakes = Mistakes::default();
    let scenario = scenario(&Node::root(&document, &mistakes));
    let mut problems = mistakes.into_problems();
    if problems.is_empty() {
        problems = validate(&scenario);
    }
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

fn scenario(node: &Node) -> Scenario {
    let fields = node.fields();
    let _ = fields.maybe("requeue");
    let scenario = Scenario {
        title: fields.need("title").text(),
        about: fields.maybe("about").map(|node| node.text()).unwrap_or_default(),
        seed: fields.maybe("seed").map_or(1, |node| node.whole(u64::MAX)),
        network: network(&fields.need("network")),
        broker: broker(&fields.need("broker")),
        clients: fields.items("clients").iter().map(client).collect(),
        services: fields.items("services").iter().map(service).collect(),
    };
    fields.done();
    scenario
}

fn network(node: &Node) -> Network {
    let fields = node.fields();
    let network = Network { latency: fields.need("latency_ms").millis() };
    fields.done();
    network
}

fn broker(node: &Node) -> BrokerSpec {
    let fields = node.fields();
    let profiles = Profile::ALL.map(|profile| (profile.name(), profile));
    let broker = BrokerSpec {
        profile: fields.maybe("profile").and_then(|node| node.one_of(&profiles)).unwrap_or_default(),
        exchanges: fields.items("exchanges").iter().map(exchange).collect(),
        queues: fields.items("queues").iter().map(queue).collect(),
        bindings: fields.items("bindings").iter().map(binding).collect(),
        policies: fields.items("policies").iter().map(policy).collect(),
    };
    fields.done();
    broker
}

fn exchange(node: &Node) -> ExchangeSpec {
    let fields = node.fields();
    let kinds = ExchangeType::ALL.map(|kind| (kind.name(), kind));
    let exchange = ExchangeSpec {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        kind: fields.need("type").one_of(&kinds).unwrap_or(ExchangeType::Direct),
        durable: fields.flag("durable", true),
        auto_delete: fields.flag("auto_delete", false),
        internal: fields.flag("internal", false),
        arguments: fields.maybe("arguments").map(|node| node.table()).unwrap_or_default(),
    };
    fields.done();
    exchange
}

fn queue(node: &Node) -> QueueSpec {
    let fields = node.fields();
    let queue = QueueSpec {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        durable: fields.flag("durable", true),
        auto_delete: fields.flag("auto_delete", false),
        arguments: fields.maybe("arguments").map(|node| node.table()).unwrap_or_default(),
    };
    fields.done();
    queue
}

fn binding(node: &Node) -> BindingSpec {
    let fields = node.fields();
    let destination = match (fields.maybe("queue"), fields.maybe("exchange")) {
        (Some(queue), None) => BindingTarget::Queue(queue.name()),
        (None, Some(exchange)) => BindingTarget::Exchange(exchange.name()),
        _ => {
            fields.mistake("a binding has one destination: give either \"queue\" or \"exchange\"");
            BindingTarget::Queue("".into())
        }
    };
    let binding = BindingSpec {
        source: fields.need("source").name(),
        destination,
        routing_key: fields.maybe("routing_key").map_or_else(|| "".into(), |node| node.name()),
        arguments: fields.maybe("arguments").map(|node| node.table()).unwrap_or_default(),
    };
    fields.done();
    binding
}

fn policy(node: &Node) -> Policy {
    let fields = node.fields();
    let policy = policy_fields(&fields);
    fields.done();
    policy
}

/// As RabbitMQ's management interface has them; shared with broker scripts.
pub(crate) fn policy_fields(fields: &Fields) -> Policy {
    Policy {
        name: fields.need("name").name(),
        pattern: fields.need("pattern").text(),
        apply_to: fields.maybe("apply_to").map_or(Some(ApplyTo::Queues), |node| node.one_of(&ApplyTo::ALL)).unwrap_or(ApplyTo::All),
        definition: fields.need("definition").table(),
        priority: fields.maybe("priority").map_or(0, |node| node.integer()),
        operator: fields.flag("operator", false),
    }
}

fn client(node: &Node) -> Client {
    let fields = node.fields();
    let client = Client {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        calls: calls(&fields.need("calls")),
        arrivals: arrivals(&fields.need("arrivals")),
        body: fields.maybe("body").map(|node| node.json()).unwrap_or_default(),
        poison: fields.maybe("poison").map(|node| poison(&node)),
    };
    fields.done();
    client
}

fn calls(node: &Node) -> Endpoint {
    let fields = node.fields();
    let endpoint = endpoint(&fields);
    fields.done();
    endpoint
}

fn endpoint(fields: &Fields) -> Endpoint {
    Endpoint { service: fields.need("service").name(), path: fields.need("endpoint").name() }
}

fn arrivals(node: &Node) -> Arrivals {
    let fields = node.fields();
    let arrivals = match (fields.maybe("every_ms"), fields.maybe("poisson_ms")) {
        (Some(period), None) => Arrivals::Every(period.millis()),
        (None, Some(mean)) => Arrivals::Poisson(mean.millis()),
        _ => {
            fields.mistake("give either \"every_ms\" or \"poisson_ms\", the mean time between two requests");
            Arrivals::Every(SimTime::ZERO)
        }
    };
    fields.done();
    arrivals
}

fn poison(node: &Node) -> Poison {
    let fields = node.fields();
    let one_in = u32::try_from(fields.need("one_in").whole(u64::from(u32::MAX))).unwrap_or(u32::MAX);
    let poison = Poison { one_in, set: fields.need("set").object() };
    fields.done();
    poison
}

fn service(node: &Node) -> Service {
    let fields = node.fields();
    let instances = fields.maybe("instances").map_or(1, |node| node.whole(200));
    let service = Service {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        instances: u32::try_from(instances).unwrap_or(u32::MAX),
        reconnect: fields.maybe("reconnect_ms").map_or(RECONNECT, |node| node.millis()),
        handlers: fields.items("handlers").iter().map(handler).collect(),
    };
    fields.done();
    service
}

fn handler(node: &Node) -> Handler {
    let fields = node.fields();
    let policies = [("dead_letter", FailurePolicy::DeadLetter), ("requeue", FailurePolicy::Requeue)];
    let handler = Handler {
        trigger: trigger(&fields.need("on")),
        steps: fields.items("steps").iter().map(step).collect(),
        on_failure: fields.maybe("on_failure").and_then(|node| node.one_of(&policies)).unwrap_or_default(),
    };
    fields.done();
    handler
}

fn trigger(node: &Node) -> Trigger {
    let fields = node.fields();
    let trigger = if let Some(path) = fields.maybe("http") {
        Trigger::Http { path: path.name() }
    } else if let Some(queue) = fields.maybe("queue") {
        let prefetch = fields.maybe("prefetch").map_or(0, |node| node.whole(u64::from(u16::MAX)));
        Trigger::Queue(Subscription {
            queue: queue.name(),
            prefetch: u16::try_from(prefetch).unwrap_or(u16::MAX),
            auto_ack: fields.flag("auto_ack", false),
            exclusive: fields.flag("exclusive", false),
            priority: fields.maybe("priority").map_or(0, |node| node.integer()),
        })
    } else if let Some(period) = fields.maybe("every_ms") {
        Trigger::Schedule { every: period.millis(), records: records(&fields.need("records")) }
    } else {
        fields.mistake("what starts it? Give \"http\", \"queue\" or \"every_ms\"");
        return Trigger::Http { path: "".into() };
    };
    fields.done();
    trigger
}

fn records(node: &Node) -> RecordQuery {
    let fields = node.fields();
    let records = RecordQuery { state: fields.need("state").name(), older_than: fields.need("older_than_ms").millis() };
    fields.done();
    records
}

fn step(node: &Node) -> Step {
    let fields = node.fields();
    let kinds = ["work", "persist", "publish", "call", "effect", "reply"].map(|kind| (kind, kind));
    let action = match fields.need("do").one_of(&kinds) {
        Some("persist") => Action::Persist { id: fields.need("id").name(), state: fields.need("state").name() },
        Some("publish") => Action::Publish(Publish {
            exchange: fields.maybe("exchange").map_or_else(|| "".into(), |node| node.name()),
            routing_key: fields.need("routing_key").name(),
            payload: fields.need("payload").json(),
            persistent: fields.flag("persistent", true),
            mandatory: fields.flag("mandatory", false),
            priority: fields.maybe("priority").map(|node| u8::try_from(node.whole(255)).unwrap_or(u8::MAX)),
            expiration: fields.maybe("expiration_ms").map(|node| node.millis()),
            headers: fields.maybe("headers").map(|node| node.table()).unwrap_or_default(),
        }),
        Some("call") => Action::Call { endpoint: endpoint(&fields), timeout: fields.need("timeout_ms").millis() },
        Some("effect") => Action::Effect { what: fields.need("what").name(), of: fields.need("of").name() },
        Some("reply") => Action::Reply { status: u16::try_from(fields.need("status").whole(999)).unwrap_or(0) },
        Some(_) => Action::Work { time: fields.need("ms").millis() },
        None => return Step { action: Action::Reply { status: 200 }, fails: FailureRule::Never },
    };
    let fails = fields.maybe("fails").map(|node| failure_rule(&node)).unwrap_or_default();
    fields.done();
    Step { action, fails }
}

fn failure_rule(node: &Node) -> FailureRule {
    let fields = node.fields();
    let missing: Option<Name> = fields.maybe("field_missing").map(|node| node.name());
    let rule = match (fields.flag("always", false), missing) {
        (true, None) => FailureRule::Always,
        (false, Some(field)) => FailureRule::FieldMissing(field),
        _ => {
            fields.mistake("when does it fail? Give \"always\": true, or \"field_missing\" with the path of a field");
            FailureRule::Never
        }
    };
    fields.done();
    rule
}
