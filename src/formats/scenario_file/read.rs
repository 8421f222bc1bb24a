//! Reading a scenario file, every mistake with its place.

use super::super::document::{Fields, Format, Mistakes, Node, parse};
use super::VERSION;
use crate::base::{SimTime, limits};
use crate::broker::queue::Kind;
use crate::broker::{ApplyTo, ExchangeType, Name, Plugin, Policy, Profile};
use crate::scenario::service::RECONNECT;
use crate::scenario::{
    Action, Again, Ask, Attempts, AwaitReply, Backoff, BindingSpec, BindingTarget, Breaker, BrokerSpec, ChannelError, Client,
    ConnectionError, ConsumesOn, Declaration, Endpoint, ExchangeSpec, Expectation, FailurePolicy, FailureRule, Fault, HEARTBEAT, Handler,
    Health, Json as Data, Link, Memory, Network, Offset, Once, Own, Pattern, Poison, Problem, Property, Publish, PublishRetries,
    PublishesOn, QueueSpec, Reconnects, RecordQuery, Relay, ReplyQueue, Scenario, Service, Span, Starts, StartsAfter, Step, StepKind,
    Subscription, Traffic, Trigger, Version, When, WhenBlocked, validate,
};

const FORMAT: Format = Format { key: "requeue", name: "scenario", version: VERSION };

/// Reads a scenario and checks it.
///
/// # Errors
/// Everything that is wrong, each with its path in the document; never empty.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    of_document(&parse(text).map_err(|problem| vec![problem])?)
}

/// The same of a document that is parsed.
///
/// # Errors
/// Everything that is wrong, each with its path in the document; never empty.
pub fn of_document(document: &Data) -> Result<Scenario, Vec<Problem>> {
    FORMAT.check(document)?;
    let mistakes = Mistakes::default();
    let scenario = scenario(&Node::root(document, &mistakes));
    let scenario = mistakes.or(scenario)?;
    let problems = validate(&scenario);
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

/// A scenario within another document, its mistakes noted there.
pub(in crate::formats) fn embedded(node: &Node) -> Scenario {
    scenario(node)
}

fn scenario(node: &Node) -> Scenario {
    let fields = node.fields();
    let _ = fields.maybe("requeue");
    let scenario = Scenario {
        title: fields.need("title").text(),
        about: fields.maybe("about").map(|node| node.text()).unwrap_or_default(),
        seed: fields.maybe("seed").map_or(1, |node| node.whole(u64::MAX)),
        until: fields.maybe("until_ms").map(|node| node.millis()),
        network: network(&fields.need("network")),
        broker: broker(&fields.need("broker")),
        clients: fields.items_up_to("clients", limits::NODES, "clients").iter().map(client).collect(),
        services: fields.items_up_to("services", limits::NODES, "services").iter().map(service).collect(),
        faults: fields.items_up_to("faults", limits::FAULTS, "faults").iter().filter_map(Node::parsed::<Fault>).collect(),
        expects: fields.items_up_to("expects", limits::EXPECTATIONS, "expectations").iter().filter_map(expectation).collect(),
        hints: fields.items_up_to("hints", limits::EXPECTATIONS, "hints").iter().filter_map(expectation).collect(),
    };
    fields.done();
    scenario
}

pub(super) fn expectation(node: &Node) -> Option<Expectation> {
    let fields = node.fields();
    let says = fields.maybe("says").map(|node| node.text()).unwrap_or_default();
    let property = fields.need("property").parsed::<Property>();
    fields.done();
    Some(Expectation { says, property: property? })
}

fn network(node: &Node) -> Network {
    let fields = node.fields();
    let network = Network {
        latency: fields.need("latency_ms").millis(),
        jitter: fields.maybe("jitter_ms").map(|node| node.millis()).unwrap_or_default(),
        heartbeat: fields.maybe("heartbeat_ms").map_or(HEARTBEAT, |node| node.millis()),
        links: fields.items_up_to("links", limits::LINKS, "links of the network").iter().map(link).collect(),
    };
    fields.done();
    network
}

pub(super) fn link(node: &Node) -> Link {
    let fields = node.fields();
    let ends = fields.need("between");
    let names: Vec<Name> = ends.items().iter().map(Node::name).collect();
    let link = Link {
        ends: names.try_into().unwrap_or_else(|_| {
            ends.mistake("a link is between two: [\"order-service\", \"broker\"]");
            ["".into(), "".into()]
        }),
        latency: fields.need("latency_ms").millis(),
        jitter: fields.maybe("jitter_ms").map(|node| node.millis()).unwrap_or_default(),
    };
    fields.done();
    link
}

fn broker(node: &Node) -> BrokerSpec {
    let fields = node.fields();
    let profiles = Profile::ALL.map(|profile| (profile.name(), profile));
    let plugins = Plugin::ALL.map(|plugin| (plugin.name(), plugin));
    let types = Kind::ALL.map(|kind| (kind.name(), kind));
    let mut broker = BrokerSpec {
        recorded: fields.flag("recorded", false),
        ready: fields.maybe("ready_ms").map(|node| node.millis()).unwrap_or_default(),
        health: fields.maybe("health").map(|node| health(&node)),
        starts: fields.maybe("starts").and_then(|node| node.one_of(&Starts::ALL)).unwrap_or_default(),
        default_queue_type: fields.maybe("default_queue_type").and_then(|node| node.one_of(&types)).unwrap_or_default(),
        profile: fields.maybe("profile").and_then(|node| node.one_of(&profiles)).unwrap_or_default(),
        plugins: fields.items_up_to("plugins", Plugin::ALL.len(), "plugins").iter().filter_map(|node| node.one_of(&plugins)).collect(),
        exchanges: fields.items_up_to("exchanges", limits::NODES, "exchanges").iter().map(exchange).collect(),
        queues: fields.items_up_to("queues", limits::NODES, "queues").iter().map(queue).collect(),
        bindings: fields.items_up_to("bindings", limits::BINDINGS, "bindings").iter().map(binding).collect(),
        policies: fields.items_up_to("policies", limits::POLICIES, "policies").iter().map(policy).collect(),
    };
    fields.done();
    broker.name_queue_types(broker.default_queue_type);
    broker
}

pub(super) fn exchange(node: &Node) -> ExchangeSpec {
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

pub(super) fn queue(node: &Node) -> QueueSpec {
    let fields = node.fields();
    let queue = QueueSpec {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        durable: fields.flag("durable", true),
        auto_delete: fields.flag("auto_delete", false),
        arguments: fields.maybe("arguments").map(|node| node.table()).unwrap_or_default(),
        messages: fields.maybe("messages").and_then(|node| node.whole(limits::BACKLOG.into()).try_into().ok()).unwrap_or_default(),
    };
    fields.done();
    queue
}

pub(super) fn binding(node: &Node) -> BindingSpec {
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

pub(super) fn policy(node: &Node) -> Policy {
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

pub(super) fn client(node: &Node) -> Client {
    let fields = node.fields();
    let client = Client {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        calls: calls(&fields.need("calls")),
        traffic: traffic(&fields.need("arrivals")),
        body: fields.maybe("body").map(|node| node.json()).unwrap_or_default(),
        poison: fields.maybe("poison").map(|node| poison(&node)),
        attempts: attempts(&fields),
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

fn attempts(fields: &Fields) -> Attempts {
    let mut attempts = Attempts { timeout: fields.maybe("timeout_ms").map(|node| node.millis()), ..Attempts::default() };
    if let Some(node) = fields.maybe("retries") {
        let fields = node.fields();
        let default = Backoff::default();
        attempts.retries = fields.need("max").number_up_to();
        attempts.backoff = Backoff {
            first: fields.maybe("backoff_ms").map_or(default.first, |node| node.millis()),
            factor: fields.maybe("factor").map_or(default.factor, |node| node.number()),
            max: fields.maybe("backoff_max_ms").map_or(default.max, |node| node.millis()),
            jitter: fields.maybe("jitter").map_or(default.jitter, |node| node.number()),
        };
        fields.done();
    }
    attempts.breaker = fields.maybe("breaker").map(|node| {
        let fields = node.fields();
        let breaker = Breaker { failures: fields.need("failures").number_up_to(), open: fields.need("open_ms").millis() };
        fields.done();
        breaker
    });
    attempts
}

fn traffic(node: &Node) -> Traffic {
    let fields = node.fields();
    // Each is asked for, so that a mistake names them all.
    let (by_hand, period, mean) = (fields.flag("by_hand", false), fields.maybe("every_ms"), fields.maybe("poisson_ms"));
    let (burst, ramp, at_once, list) = (fields.maybe("burst"), fields.maybe("ramp_per_s"), fields.maybe("at_once"), fields.maybe("at_ms"));
    let over = fields.maybe("over_ms").map(|node| node.millis()).unwrap_or_default();
    let pattern = match (by_hand, period, mean, burst, ramp, at_once, list) {
        (true, None, None, None, None, None, None) => Pattern::ByHand,
        (false, Some(period), None, None, None, None, None) => Pattern::Every(period.millis()),
        (false, None, Some(mean), None, None, None, None) => Pattern::Poisson(mean.millis()),
        (false, Some(every), None, Some(size), None, None, None) => Pattern::Burst { size: size.number_up_to(), every: every.millis() },
        (false, None, None, None, Some(ramp), None, None) => {
            let rates: Vec<f64> = ramp.items().iter().map(Node::number).collect();
            if rates.len() != 2 {
                ramp.mistake("a ramp goes from one rate to another: [1, 50]");
            }
            Pattern::Ramp { from_per_s: rates.first().copied().unwrap_or(1.0), to_per_s: rates.get(1).copied().unwrap_or(1.0), over }
        }
        (false, None, None, None, None, Some(count), None) => Pattern::AtOnce(count.number_up_to()),
        (false, None, None, None, None, None, Some(list)) => {
            Pattern::Recorded(list.items_up_to(limits::AT_ONCE, "moments of a recorded list").iter().map(Node::millis).collect())
        }
        _ => {
            fields.mistake(
                "when do requests come? Give one of \"every_ms\", \"poisson_ms\", \"burst\", \"ramp_per_s\", \"at_once\", \"at_ms\" or \"by_hand\": true. \"burst\" needs \"every_ms\", \"ramp_per_s\" needs \"over_ms\". \"poisson_ms\" is the mean time between two, \"at_ms\" a list",
            );
            Pattern::ByHand
        }
    };
    let traffic = Traffic {
        pattern,
        from: fields.maybe("from_ms").map(|node| node.millis()).unwrap_or_default(),
        until: fields.maybe("until_ms").map(|node| node.millis()),
        count: fields.maybe("count").map(|node| node.whole(u64::MAX)),
    };
    fields.done();
    traffic
}

fn poison(node: &Node) -> Poison {
    let fields = node.fields();
    let poison = Poison { one_in: fields.need("one_in").number_up_to(), set: fields.need("set").object() };
    fields.done();
    poison
}

pub(super) fn service(node: &Node) -> Service {
    let fields = node.fields();
    let instances = fields.maybe("instances").map_or(1, |node| node.whole(limits::INSTANCES.into()));
    let service = Service {
        name: fields.need("name").name(),
        at: fields.need("at").point(),
        instances: u32::try_from(instances).unwrap_or(u32::MAX),
        concurrency: fields.maybe("concurrency").map(|node| node.number_up_to()),
        starts_after: fields.items("starts_after").iter().map(starts_after).collect(),
        health: fields.maybe("health").map(|node| health(&node)),
        reconnect: fields.maybe("reconnect_ms").map_or(RECONNECT, |node| node.millis()),
        backoff: fields.maybe("backoff").map(|node| backoff(&node)),
        again: fields.maybe("again").and_then(|node| node.one_of(&Again::ALL)).unwrap_or_default(),
        reconnects: fields.maybe("reconnects").and_then(|node| node.one_of(&Reconnects::ALL)).unwrap_or_default(),
        on_channel_error: fields.maybe("on_channel_error").and_then(|node| node.one_of(&ChannelError::ALL)).unwrap_or_default(),
        on_connection_error: fields.maybe("on_connection_error").and_then(|node| node.one_of(&ConnectionError::ALL)).unwrap_or_default(),
        when_blocked: fields.maybe("when_blocked").map(|node| when_blocked(&node)).unwrap_or_default(),
        consumes_on: fields.maybe("consumes_on").and_then(|node| node.one_of(&ConsumesOn::ALL)).unwrap_or_default(),
        publishes_on: fields.maybe("publishes_on").and_then(|node| node.one_of(&PublishesOn::ALL)).unwrap_or_default(),
        declares: declares(&fields),
        in_memory: fields.flag("in_memory", false),
        restart: fields.maybe("restart_ms").map(|node| node.millis()),
        relay: fields.maybe("relay").map(|node| relay(&node)),
        handlers: handlers(&fields),
        versions: fields.items_up_to("versions", limits::PROGRAMS, "versions of a service").iter().map(version).collect(),
    };
    fields.done();
    service
}

/// A word, or how many messages its memory holds.
fn when_blocked(node: &Node) -> WhenBlocked {
    if node.is_text() {
        return node.one_of(&[("waits", WhenBlocked::Waits)]).unwrap_or_default();
    }
    let fields = node.fields();
    let when = WhenBlocked::Buffers(fields.need("buffers").number_up_to());
    fields.done();
    when
}

/// The first pause is the service's own.
fn backoff(node: &Node) -> Backoff {
    let fields = node.fields();
    let default = Backoff::default();
    let backoff = Backoff {
        factor: fields.maybe("factor").map_or(default.factor, |node| node.number()),
        max: fields.maybe("max_ms").map_or(default.max, |node| node.millis()),
        jitter: fields.maybe("jitter").map_or(0.0, |node| node.number()),
        ..default
    };
    fields.done();
    backoff
}

fn starts_after(node: &Node) -> StartsAfter {
    let fields = node.fields();
    let after = StartsAfter {
        name: fields.need("name").name(),
        when: fields.maybe("condition").and_then(|node| node.one_of(&When::ALL)).unwrap_or_default(),
    };
    fields.done();
    after
}

fn health(node: &Node) -> Health {
    let fields = node.fields();
    let default = Health::default();
    let health = Health {
        interval: fields.maybe("interval_ms").map_or(default.interval, |node| node.millis()),
        timeout: fields.maybe("timeout_ms").map_or(default.timeout, |node| node.millis()),
        asks_channel: fields.flag("asks_channel", false),
        retries: fields.maybe("retries").map_or(default.retries, |node| node.number_up_to()),
    };
    fields.done();
    health
}

fn version(node: &Node) -> Version {
    let fields = node.fields();
    let version = Version {
        name: fields.need("name").name(),
        declares: fields.maybe("declares").map(|_| declares(&fields)),
        handlers: fields.maybe("handlers").map(|_| handlers(&fields)),
    };
    fields.done();
    version
}

fn declares(fields: &Fields) -> Vec<Declaration> {
    fields.items_up_to("declares", limits::DECLARES, "declarations of a service").iter().filter_map(declaration).collect()
}

fn handlers(fields: &Fields) -> Vec<Handler> {
    fields.items_up_to("handlers", limits::HANDLERS, "handlers of a service").iter().map(handler).collect()
}

fn declaration(node: &Node) -> Option<Declaration> {
    let fields = node.fields();
    // Each is asked for, so that a mistake names them all.
    let (exchange, queue, binding_node) = (fields.maybe("exchange"), fields.maybe("queue"), fields.maybe("binding"));
    let (check_exchange, check_queue, bindings_of) =
        (fields.maybe("check_exchange"), fields.maybe("check_queue"), fields.maybe("bindings_of"));
    let declaration = match (exchange, queue, binding_node, check_exchange, check_queue, bindings_of) {
        (Some(exchange), None, None, None, None, None) => {
            let kinds = ExchangeType::ALL.map(|kind| (kind.name(), kind));
            let kind = fields.maybe("type").and_then(|node| node.one_of(&kinds));
            Some(Declaration::Exchange { name: exchange.name(), kind, own: own(&fields) })
        }
        (None, Some(queue), None, None, None, None) => {
            Some(Declaration::Queue { name: queue.name(), exclusive: fields.flag("exclusive", false), own: own(&fields) })
        }
        (None, None, None, None, None, Some(queue)) => Some(Declaration::BindingsOf(queue.name())),
        (None, None, Some(node), None, None, None) => Some(Declaration::Binding(binding(&node))),
        (None, None, None, Some(exchange), None, None) => Some(Declaration::Check(BindingTarget::Exchange(exchange.name()))),
        (None, None, None, None, Some(queue), None) => Some(Declaration::Check(BindingTarget::Queue(queue.name()))),
        _ => {
            fields
                .mistake("a declaration names one thing: give \"exchange\", \"queue\", \"binding\", \"bindings_of\", \"check_exchange\" or \"check_queue\"");
            None
        }
    };
    fields.done();
    declaration
}

/// What the program says otherwise than the drawing.
fn own(fields: &Fields) -> Own {
    Own {
        durable: fields.maybe("durable").map(|node| node.flag()),
        auto_delete: fields.maybe("auto_delete").map(|node| node.flag()),
        arguments: fields.maybe("arguments").map(|node| node.table()),
    }
}

fn relay(node: &Node) -> Relay {
    let fields = node.fields();
    let relay = Relay { every: fields.need("every_ms").millis(), batch: fields.maybe("batch").map_or(100, |node| node.number_up_to()) };
    fields.done();
    relay
}

fn handler(node: &Node) -> Handler {
    let fields = node.fields();
    let handler = Handler {
        trigger: trigger(&fields.need("on")),
        once: fields.maybe("once").map(|node| once(&node)),
        steps: fields.items_up_to("steps", limits::STEPS, "steps of a handler").iter().map(step).collect(),
        on_failure: fields.maybe("on_failure").map(|node| failure_policy(&node)).unwrap_or_default(),
    };
    fields.done();
    handler
}

fn once(node: &Node) -> Once {
    let fields = node.fields();
    let once = Once {
        by: fields.maybe("by").map_or_else(|| "eventId".into(), |node| node.name()),
        remember: fields.maybe("remember").map_or(10_000, |node| node.number_up_to()),
        memory: fields.maybe("memory").map_or(Some(Memory::Store), |node| node.one_of(&Memory::ALL)).unwrap_or(Memory::Store),
    };
    fields.done();
    once
}

/// Those that are only a word.
pub(super) const POLICY_WORDS: [(&str, FailurePolicy); 7] = [
    ("dead_letter", FailurePolicy::DeadLetter),
    ("requeue", FailurePolicy::Requeue),
    ("reject_requeue", FailurePolicy::RejectRequeue),
    ("chapter", FailurePolicy::Chapter),
    ("crash", FailurePolicy::Crash),
    ("acknowledge", FailurePolicy::Acknowledge),
    ("forget", FailurePolicy::Forget),
];

fn failure_policy(node: &Node) -> FailurePolicy {
    if let Some(word) = node.maybe_text() {
        let known = POLICY_WORDS.iter().find(|(known, _)| *known == word);
        return known.map_or_else(
            || {
                let words: Vec<&str> = POLICY_WORDS.iter().map(|(word, _)| *word).collect();
                node.mistake(format!(
                    "expected one of {}, or an object with \"republish\" or \"dead_letter_retry\", found {word:?}",
                    words.join(", ")
                ));
                FailurePolicy::default()
            },
            |(_, policy)| policy.clone(),
        );
    }
    let fields = node.fields();
    let policy = match (fields.maybe("republish"), fields.maybe("dead_letter_retry")) {
        (Some(retries), None) => FailurePolicy::Republish {
            retries: retries.number_up_to(),
            via: fields.items_up_to("via", limits::LEVELS, "queues of a republishing policy").iter().map(Node::name).collect(),
            expirations: fields
                .items_up_to("expirations_ms", limits::LEVELS, "expirations of a republishing policy")
                .iter()
                .map(Node::millis)
                .collect(),
        },
        (None, Some(retries)) => FailurePolicy::DeadLetterRetry {
            retries: retries.number_up_to(),
            exchange: fields.need("exchange").name(),
            routing_key: fields.maybe("routing_key").map_or_else(|| "".into(), |node| node.name()),
        },
        _ => {
            fields.mistake("give either \"republish\" or \"dead_letter_retry\", the number of retries");
            FailurePolicy::default()
        }
    };
    fields.done();
    policy
}

fn trigger(node: &Node) -> Trigger {
    let fields = node.fields();
    let trigger = if let Some(path) = fields.maybe("http") {
        Trigger::Http { path: path.name() }
    } else if let Some(queue) = fields.maybe("queue") {
        Trigger::Queue(Subscription {
            queue: queue.name(),
            prefetch: fields.maybe("prefetch").map_or(0, |node| node.number_up_to()),
            auto_ack: fields.flag("auto_ack", false),
            exclusive: fields.flag("exclusive", false),
            priority: fields.maybe("priority").map_or(0, |node| node.integer()),
            offset: fields.maybe("offset").map(|node| offset(&node)),
        })
    } else if let Some(period) = fields.maybe("every_ms") {
        Trigger::Schedule { every: period.millis(), records: fields.maybe("records").map(|node| records(&node)) }
    } else if fields.flag("start_up", false) {
        Trigger::StartUp
    } else {
        fields.mistake("what starts it? Give \"http\", \"queue\", \"every_ms\" or \"start_up\": true");
        return Trigger::Http { path: "".into() };
    };
    fields.done();
    trigger
}

fn offset(node: &Node) -> Offset {
    if node.is_number() {
        return Offset::Number(node.whole(u64::MAX));
    }
    if node.maybe_text().is_some() {
        let words = [("first", &Offset::First), ("last", &Offset::Last), ("next", &Offset::Next), ("stored", &Offset::Stored)];
        return node.one_of(&words).cloned().unwrap_or(Offset::Next);
    }
    let fields = node.fields();
    let offset = match (fields.maybe("timestamp"), fields.maybe("age")) {
        (Some(seconds), None) => Offset::Timestamp(seconds.whole(u64::MAX)),
        (None, Some(age)) => Offset::Age(age.name()),
        _ => {
            fields.mistake("from where does it read? Give \"timestamp\", whole seconds, or \"age\", as \"1h\"");
            Offset::Next
        }
    };
    fields.done();
    offset
}

fn records(node: &Node) -> RecordQuery {
    let fields = node.fields();
    let records = RecordQuery { state: fields.need("state").name(), older_than: fields.need("older_than_ms").millis() };
    fields.done();
    records
}

fn step(node: &Node) -> Step {
    let fields = node.fields();
    let Some(kind) = fields.need("do").one_of(&StepKind::ALL) else {
        return Step { action: Action::Ack { every: None, elsewhere: false }, fails: FailureRule::Never, on_failure: None };
    };
    let action = match kind {
        StepKind::Work => Action::Work { time: span(&fields.need("ms")), blocks: fields.flag("blocks", false) },
        StepKind::Persist => Action::Persist {
            id: fields.need("id").name(),
            state: fields.need("state").name(),
            outbox: fields.maybe("outbox").map(|node| {
                let fields = node.fields();
                let publish = publish(&fields);
                fields.done();
                Box::new(publish)
            }),
        },
        StepKind::Publish => Action::Publish(Box::new(publish(&fields))),
        StepKind::Call => {
            let (endpoint, attempts) = (endpoint(&fields), attempts(&fields));
            Action::Call { endpoint, attempts, required: fields.flag("required", true) }
        }
        StepKind::Effect => Action::Effect {
            what: fields.need("what").name(),
            of: fields.need("of").name(),
            key: fields.maybe("key").map(|node| node.name()),
        },
        StepKind::Reply => Action::Reply { status: fields.need("status").whole(999).try_into().unwrap_or(0) },
        StepKind::Ack => {
            Action::Ack { every: fields.maybe("every").map(|node| node.number_up_to()), elsewhere: fields.flag("elsewhere", false) }
        }
        StepKind::Declare => Action::Ask(Ask::Declare { declares: declares(&fields), required: fields.flag("required", true) }),
        StepKind::CheckQueue => Action::Ask(Ask::CheckQueue {
            queue: fields.need("queue").name(),
            at_least: fields.maybe("at_least").map_or(0, |node| node.whole(u64::MAX)),
        }),
        StepKind::Get => Action::Ask(Ask::Get { queue: fields.need("queue").name() }),
    };
    let fails = fields.maybe("fails").map(|node| failure_rule(&node)).unwrap_or_default();
    let on_failure = fields.maybe("on_failure").map(|node| failure_policy(&node));
    fields.done();
    Step { action, fails, on_failure }
}

fn publish(fields: &Fields) -> Publish {
    Publish {
        exchange: fields.maybe("exchange").map_or_else(|| "".into(), |node| node.name()),
        routing_key: fields.maybe("routing_key").map_or_else(|| "".into(), |node| node.name()),
        payload: fields.maybe("payload").map_or_else(|| Data::Object(serde_json::Map::new()), |node| node.json()),
        as_text: fields.flag("as_text", false),
        persistent: fields.flag("persistent", true),
        mandatory: fields.flag("mandatory", false),
        confirm: fields.flag("confirm", false),
        confirm_timeout: fields.maybe("confirm_timeout_ms").map(|node| node.millis()),
        required: fields.flag("required", false),
        priority: fields.maybe("priority").map(|node| node.number_up_to()),
        expiration: fields.maybe("expiration_ms").map(|node| node.millis()),
        headers: fields.maybe("headers").map(|node| node.table()).unwrap_or_default(),
        reply: fields.maybe("reply").map(|node| await_reply(&node)),
        retries: fields.maybe("retries").map(|node| publish_retries(&node)),
    }
}

fn publish_retries(node: &Node) -> PublishRetries {
    let fields = node.fields();
    let retries = PublishRetries {
        max: fields.need("max").number_up_to(),
        pause: fields.need("pause_ms").millis(),
        new_id: fields.flag("new_id", false),
    };
    fields.done();
    retries
}

fn await_reply(node: &Node) -> AwaitReply {
    let fields = node.fields();
    let reply = AwaitReply {
        timeout: fields.need("timeout_ms").millis(),
        queue: fields.maybe("queue").and_then(|node| node.one_of(&ReplyQueue::ALL)).unwrap_or_default(),
    };
    fields.done();
    reply
}

/// A number of milliseconds, how it is drawn, or where the message has it.
fn span(node: &Node) -> Span {
    if node.is_number() {
        return Span::Constant(node.millis());
    }
    let fields = node.fields();
    let drawn = (fields.maybe("uniform"), fields.maybe("exponential"), fields.maybe("log_normal"), fields.maybe("field"));
    let span = match drawn {
        (None, None, None, Some(field)) => Span::Field(field.name()),
        (Some(range), None, None, None) => {
            let ends: Vec<SimTime> = range.items().iter().map(Node::millis).collect();
            if ends.len() != 2 {
                range.mistake("from how much to how much? Give two numbers, as in [10, 100]");
            }
            Span::Uniform { from: ends.first().copied().unwrap_or_default(), to: ends.get(1).copied().unwrap_or_default() }
        }
        (None, Some(mean), None, None) => Span::Exponential { mean: mean.millis() },
        (None, None, Some(shape), None) => {
            let fields = shape.fields();
            let span = Span::LogNormal { median: fields.need("median").millis(), sigma: fields.need("sigma").number() };
            fields.done();
            span
        }
        _ => {
            fields.mistake("how long? Give a number, or one of \"uniform\": [from, to], \"exponential\": mean, \"log_normal\": {\"median\": …, \"sigma\": …}, \"field\": \"ms\"");
            Span::Constant(SimTime::ZERO)
        }
    };
    fields.done();
    span
}

fn failure_rule(node: &Node) -> FailureRule {
    let fields = node.fields();
    let missing: Option<Name> = fields.maybe("field_missing").map(|node| node.name());
    let (field, equals, not_in) = (fields.maybe("field"), fields.maybe("equals"), fields.maybe("not_in"));
    let field: Option<Name> = field.map(|node| node.name());
    let (always, first, attempts) = (fields.flag("always", false), fields.maybe("first"), fields.maybe("first_attempts"));
    let (every, probability, down) = (fields.maybe("every"), fields.maybe("probability"), fields.maybe("down"));
    let rules: Vec<FailureRule> = [
        always.then_some(FailureRule::Always),
        missing.map(FailureRule::FieldMissing),
        first.map(|node| FailureRule::First(node.whole(u64::MAX))),
        attempts.map(|node| FailureRule::FirstAttempts(node.number_up_to())),
        every.map(|node| FailureRule::EveryNth(node.whole(u64::MAX))),
        probability.map(|node| FailureRule::Probability(node.number())),
        down.map(|node| FailureRule::DependencyDown(node.name())),
        fields.flag("no_json", false).then_some(FailureRule::NoJson),
        fields.flag("no_channel", false).then_some(FailureRule::NoChannel),
        field.clone().zip(equals).map(|(field, value)| FailureRule::FieldEquals { field, value: value.json() }),
        field.zip(not_in).map(|(field, values)| FailureRule::FieldNotIn { field, values: values.items().iter().map(Node::json).collect() }),
    ]
    .into_iter()
    .flatten()
    .collect();
    fields.done();
    if let Ok([rule]) = <[FailureRule; 1]>::try_from(rules) {
        rule
    } else {
        fields.mistake(
            "when does it fail? Give \"always\": true, \"no_json\": true, \"no_channel\": true, \"first\", \"first_attempts\", \"every\", \"probability\" or \"down\". Or give \"field_missing\", or \"field\" with \"equals\" or \"not_in\". \"first_attempts\" counts for each event, \"every\" is each n-th time, \"down\" names a service",
        );
        FailureRule::Never
    }
}
