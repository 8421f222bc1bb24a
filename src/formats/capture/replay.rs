//! A capture as a recording: a system with the parts that were seen, and inputs that repeat it.
//!
//! The simulated broker routes, expires and dead-letters by its own rules. The recording says what it delivers, and to which program. RabbitMQ
//! traces no acknowledgements: they follow from what was seen later, and from how many messages were unacked.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{By, Capture, Consumer, Source, What, short};
use crate::base::SimTime;
use crate::base::limits::{self, grouped};
use crate::base::ordered::{OrderedMap, sort_by_key};
use crate::broker::queue::Kind;
use crate::broker::{ExchangeType, Name, Table, Value};
use crate::formats::definitions::{Definitions, Imported, Options};
use crate::formats::document::LONGEST;
use crate::scenario::edit::populate::named;
use crate::scenario::edit::{fresh, is_taken};
use crate::scenario::{
    Action, BindingSpec, BindingTarget, ExchangeSpec, FailurePolicy, FailureRule, Handler, Json, Point, Publish, QueueSpec, Scenario,
    Service, Span, Step, Subscription, Trigger, json_object,
};
use crate::sim::{HandPublish, Input, Observed, Recording, Settles, TimedInput, Until, Who};

/// Programs connect before the first record.
const LEAD: SimTime = SimTime::from_millis(100);
/// What stood in queues is there before that.
const STOOD: SimTime = SimTime::from_millis(50);
/// A publish takes a millisecond to the broker. Deliveries come after it.
const BEHIND: SimTime = SimTime::from_millis(2);
/// From a delivery, and to what comes after it, at least.
const APART: SimTime = SimTime::from_millis(3);
/// RabbitMQ counts unacked messages every five seconds, and a watch looks each second.
const LATE: SimTime = SimTime::from_millis(6_500);
const TICK: SimTime = SimTime::from_secs(1);
/// Programs work on a message until something tells that they have settled it.
const WORK: SimTime = SimTime::from_secs(10 * 365 * 24 * 3_600);
/// A service shows so many kinds of message that it publishes.
const KINDS_MAX: usize = 12;
/// A note names so many parts.
const NAMES_MAX: usize = 10;
/// What a publisher asks of an exchange that delays.
const DELAY: &str = "x-delay";
/// And the most that it takes.
const DELAY_MILLIS_MAX: u64 = 4_294_967_295;

/// What the page opens.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Every part stands at the origin: a canvas arranges them.
    pub scenario: Scenario,
    pub inputs: Vec<TimedInput>,
    pub until: Until,
    /// What cannot be known, and what is otherwise than it was.
    pub notes: Vec<String>,
}

impl Replay {
    #[must_use]
    pub fn recording(self, scenario: Scenario) -> Recording {
        Recording { inputs: self.inputs.into_iter().collect(), ..Recording::of(Arc::new(scenario)) }
    }
}

/// A program's part in the system: the service, and which of its instances it is.
#[derive(Clone, Debug, Default)]
struct Role {
    consumes: OrderedMap<Name, (u16, bool)>,
    publishes: OrderedMap<(Name, Name), ()>,
}

struct Builder<'a> {
    capture: &'a Capture,
    scenario: Scenario,
    /// By the program's number.
    who: Vec<Who>,
    events: Vec<Name>,
    /// By the message's number, when it was first delivered.
    delivered: Vec<Option<SimTime>>,
    inputs: Vec<(SimTime, Observed)>,
    notes: Vec<String>,
}

/// A capture as something to be played.
#[must_use]
pub fn replay(capture: &Capture, title: &str) -> Replay {
    let mut builder = Builder {
        capture,
        scenario: Scenario::empty(title),
        who: Vec::new(),
        events: Vec::new(),
        delivered: first_deliveries(capture),
        inputs: Vec::new(),
        notes: Vec::new(),
    };
    builder.declared(title);
    builder.seen_parts();
    builder.programs();
    builder.name_messages();
    builder.depths_at_the_start();
    builder.play();
    builder.done()
}

/// By the message's number.
fn first_deliveries(capture: &Capture) -> Vec<Option<SimTime>> {
    let mut first = vec![None; capture.messages.len()];
    for record in &capture.records {
        if let What::Delivered { message, .. } = record.what {
            first[message].get_or_insert(record.at);
        }
    }
    first
}

/// The broker's own names are no names of a scenario.
fn plain(name: &Name) -> Name {
    name.strip_prefix("amq.").map_or_else(|| name.clone(), Into::into)
}

impl Builder<'_> {
    fn note(&mut self, note: impl Into<String>) {
        if self.notes.len() < limits::PROBLEMS {
            self.notes.push(note.into());
        }
    }

    /// What was declared when it began, where that is known.
    fn declared(&mut self, title: &str) {
        self.scenario.broker.profile = crate::broker::Profile::V4_0;
        if let Some(definitions) = &self.capture.definitions {
            let text = definitions.to_string();
            let imported = Definitions::read(&text).map_err(|mistake| mistake.to_string()).and_then(|read| {
                let vhost = self.capture.vhost.as_deref().filter(|name| read.vhosts().iter().any(|one| one.name == *name));
                read.import(&Options { vhost, profile: None, title }).map_err(|why| why.to_string())
            });
            match imported {
                Ok(Imported { scenario, report }) => {
                    self.scenario = scenario;
                    if !report.left_out.is_empty() {
                        self.note(format!("Some of what was declared is left out: {}.", report.left_out.len()));
                    }
                }
                Err(why) => self.note(format!("What was declared cannot be shown: {why}")),
            }
        } else {
            self.note("The log has no definitions: only parts that messages went through are shown. Exchanges count as direct ones.");
        }
        self.scenario.broker.recorded = true;
        self.what_is_unknown();
    }

    /// Messages follow the recording. Why an exchange chose as it did needs more than the recording has.
    fn what_is_unknown(&mut self) {
        let names = |is: fn(&ExchangeSpec) -> bool| {
            let all = self.scenario.broker.exchanges.iter().filter(|one| is(one)).map(|one| &*one.name);
            all.take(NAMES_MAX).collect::<Vec<_>>().join(", ")
        };
        let has_values = self.capture.messages.iter().any(|seen| seen.headers.values().any(|value| *value != Value::Void));
        let by_headers = names(|one| one.routes_as() == ExchangeType::Headers);
        let by_chance = names(|one| matches!(one.routes_as(), ExchangeType::Random | ExchangeType::LocalRandom));
        let by_hash = names(|one| matches!(one.routes_as(), ExchangeType::ConsistentHash | ExchangeType::ModulusHash));
        let later = names(|one| one.kind == ExchangeType::DelayedMessage);
        let streams = self.scenario.broker.queues.iter().any(|queue| queue.kind() == Kind::Stream);
        if !by_headers.is_empty() && !has_values {
            self.note(format!(
                "Messages go where RabbitMQ routed them. Why is unknown, because values of headers were left out: {by_headers}."
            ));
        }
        if !by_chance.is_empty() {
            self.note(format!("Messages go where RabbitMQ routed them. These exchanges choose at random: {by_chance}."));
        }
        if !by_hash.is_empty() {
            self.note(format!("Messages go where RabbitMQ routed them. A new message may hash to another queue: {by_hash}."));
        }
        if !later.is_empty() {
            self.note(format!("Delays are inferred from the first delivery: {later}."));
        }
        if streams {
            self.note("From which offset a stream was read is not known. Its readers get what they got.");
        }
    }

    fn room(&self) -> bool {
        self.scenario.broker.exchanges.len() + self.scenario.broker.queues.len() + self.capture.programs.len().min(limits::ITEMS)
            < limits::NODES
    }

    fn add_queue(&mut self, known: &mut OrderedMap<Name, ()>, name: &Name) {
        let name = plain(name);
        if name.is_empty() || known.contains_key(&name) || !self.room() {
            return;
        }
        known.insert(name.clone(), ());
        let queue = QueueSpec { name, at: Point::default(), durable: true, auto_delete: false, arguments: Table::new(), messages: 0 };
        self.scenario.broker.queues.push(queue);
    }

    /// Queues, exchanges and ways that no definitions have.
    fn seen_parts(&mut self) {
        let mut queues: OrderedMap<Name, ()> = self.scenario.broker.queues.iter().map(|queue| (queue.name.clone(), ())).collect();
        let mut exchanges: OrderedMap<Name, ()> = self.scenario.broker.exchanges.iter().map(|one| (one.name.clone(), ())).collect();
        let declared = self.capture.definitions.is_some();
        let has_queue: OrderedMap<Name, ()> = queues.clone();
        let mut ways: OrderedMap<(Name, Name, Name), ()> = OrderedMap::new();
        for record in &self.capture.records {
            match &record.what {
                What::Published { message, queues: routed, .. } => {
                    let seen = &self.capture.messages[*message];
                    let exchange = &seen.exchange;
                    for queue in routed {
                        self.add_queue(&mut queues, queue);
                    }
                    let is_ours = !exchange.is_empty() && !exchange.starts_with("amq.");
                    if !is_ours || !exchanges.contains_key(exchange) && !self.room() {
                        continue;
                    }
                    if exchanges.insert(exchange.clone(), ()).is_none() {
                        self.scenario.broker.exchanges.push(ExchangeSpec {
                            name: exchange.clone(),
                            at: Point::default(),
                            kind: ExchangeType::Direct,
                            durable: true,
                            auto_delete: false,
                            internal: false,
                            arguments: Table::new(),
                        });
                    }
                    let key = seen.routing_keys.first().cloned().unwrap_or_default();
                    // A way to a queue that came later, or of which no definitions tell.
                    for queue in routed.iter().map(plain).filter(|queue| !declared || !has_queue.contains_key(queue)) {
                        ways.insert((exchange.clone(), key.clone(), queue), ());
                    }
                }
                What::Delivered { queue, .. } => self.add_queue(&mut queues, queue),
                What::Depths(_) | What::Consumers(_) => {}
            }
        }
        let bindings = ways.keys().filter(|(_, key, queue)| queues.contains_key(queue) && key.len() <= limits::SHORT_BYTES);
        for (source, routing_key, queue) in bindings {
            if self.scenario.broker.bindings.len() >= limits::BINDINGS {
                break;
            }
            let destination = BindingTarget::Queue(queue.clone());
            let (source, routing_key) = (source.clone(), routing_key.clone());
            self.scenario.broker.bindings.push(BindingSpec { source, destination, routing_key, arguments: Table::new() });
        }
    }

    /// Who published and consumed. Connections of one name, or with one part in the system, are the instances of a service.
    fn programs(&mut self) {
        let mut roles: Vec<Role> = vec![Role::default(); self.capture.programs.len()];
        for record in &self.capture.records {
            match &record.what {
                What::Published { message, by, .. } => {
                    let seen = &self.capture.messages[*message];
                    let key = seen.routing_keys.first().cloned().unwrap_or_default();
                    if let Some(role) = roles.get_mut(by.program).filter(|role| role.publishes.len() < KINDS_MAX) {
                        role.publishes.insert((seen.exchange.clone(), key), ());
                    }
                }
                What::Delivered { by, queue, .. } => {
                    if let Some(role) = roles.get_mut(by.program).filter(|role| role.consumes.len() < limits::HANDLERS - 1) {
                        role.consumes.get_or_insert_with(plain(queue), || (0, false));
                    }
                }
                What::Consumers(all) => {
                    for consumer in all {
                        if let Some(role) = roles.get_mut(consumer.by.program).filter(|role| role.consumes.len() < limits::HANDLERS - 1) {
                            role.consumes.insert(plain(&consumer.queue), (consumer.prefetch, consumer.auto_ack));
                        }
                    }
                }
                What::Depths(_) => {}
            }
        }
        // Of one name, or else alike.
        let mut services: Vec<(Option<Name>, Role, usize)> = Vec::new();
        let mut members: Vec<(usize, usize)> = Vec::new();
        for (program, role) in roles.into_iter().enumerate() {
            let name = self.capture.programs[program].clone();
            let alike = |(known, of_known, count): &(Option<Name>, Role, usize)| {
                let same = || {
                    let kinds = |role: &Role| role.publishes.keys().map(|(exchange, _)| exchange.clone()).collect::<Vec<_>>();
                    of_known.consumes.keys().eq(role.consumes.keys()) && kinds(of_known) == kinds(&role)
                };
                *known == name && (name.is_some() || same()) && *count < limits::INSTANCES as usize
            };
            if let Some(service) = services.iter().position(alike) {
                let (_, known, count) = &mut services[service];
                for (queue, settings) in role.consumes.iter().take(limits::HANDLERS - 1) {
                    known.consumes.get_or_insert_with(queue.clone(), || *settings);
                }
                for kind in role.publishes.keys() {
                    if known.publishes.len() < KINDS_MAX {
                        known.publishes.insert(kind.clone(), ());
                    }
                }
                members.push((service, *count));
                *count += 1;
            } else {
                members.push((services.len(), 0));
                services.push((name, role, 1));
            }
        }
        let mut names = Vec::new();
        for (name, role, instances) in services {
            let to_exchange = role.publishes.keys().find(|(exchange, _)| !exchange.is_empty());
            let stem = match (&name, role.consumes.keys().next(), to_exchange.or_else(|| role.publishes.keys().next())) {
                (Some(name), ..) => name.to_string(),
                (None, Some(queue), _) => format!("{queue}-consumer"),
                (None, None, Some((exchange, key))) => format!("{}-publisher", if exchange.is_empty() { key } else { exchange }),
                (None, None, None) => "program".to_owned(),
            };
            let stem = named(&stem[..stem.floor_char_boundary(limits::SHORT_BYTES - 30)]);
            let name = if is_taken(&self.scenario, &stem) { fresh(&self.scenario, &stem) } else { stem.into() };
            names.push(name.clone());
            let handlers = self.handlers(&role);
            let instances = instances.try_into().unwrap_or(limits::INSTANCES);
            self.scenario.services.push(Service { instances, handlers, ..Service::new(name, Point::default()) });
        }
        self.who = members.into_iter().map(|(service, instance)| Who { service: names[service].clone(), instance }).collect();
    }

    fn handlers(&self, role: &Role) -> Vec<Handler> {
        let broker = &self.scenario.broker;
        let step = |action: Action| Step { action, fails: FailureRule::Never, on_failure: None };
        let mut handlers: Vec<Handler> = Vec::new();
        for (queue, (prefetch, auto_ack)) in role.consumes.iter() {
            let Some(spec) = broker.queues.iter().find(|one| one.name == *queue) else { continue };
            let is_stream = spec.kind() == Kind::Stream;
            let subscription = Subscription {
                queue: queue.clone(),
                prefetch: if is_stream { (*prefetch).max(1) } else { *prefetch },
                auto_ack: *auto_ack && !is_stream,
                exclusive: false,
                priority: 0,
                offset: None,
            };
            let work = step(Action::Work { time: Span::Constant(WORK), blocks: false });
            let trigger = Trigger::Queue(subscription);
            handlers.push(Handler { trigger, once: None, steps: vec![work], on_failure: FailurePolicy::default() });
        }
        let publishes = role.publishes.keys().filter_map(|(exchange, key)| {
            // Braces would be filled in.
            let is_plain = !key.contains(['{', '}']) && key.len() <= limits::SHORT_BYTES;
            let is_there = if exchange.is_empty() {
                broker.queues.iter().any(|queue| queue.name == *key)
            } else {
                broker.exchanges.iter().any(|one| one.name == *exchange && !one.internal)
            };
            let payload = json_object([("type".to_owned(), Json::from(&**key))]);
            (is_plain && is_there).then(|| step(Action::Publish(Box::new(Publish::plain(exchange.clone(), key.clone(), payload)))))
        });
        let steps: Vec<Step> = publishes.collect();
        if !steps.is_empty() {
            // The recording publishes: this says what, and draws the line.
            let trigger = Trigger::Http { path: "POST /recorded".into() };
            handlers.push(Handler { trigger, once: None, steps, on_failure: FailurePolicy::default() });
        }
        handlers
    }

    /// By their own ids, where each has another.
    fn name_messages(&mut self) {
        let mut taken: OrderedMap<Name, ()> = OrderedMap::new();
        for (number, seen) in self.capture.messages.iter().enumerate() {
            let own = seen.properties.message_id.clone().filter(|id| !id.is_empty() && id.len() <= limits::SHORT_BYTES);
            let name = own.filter(|id| !taken.contains_key(id)).unwrap_or_else(|| format!("m-{}", number + 1).into());
            let name = if taken.contains_key(&name) { format!("message {}", number + 1).into() } else { name };
            taken.insert(name.clone(), ());
            self.events.push(name);
        }
    }

    fn publish_of(&self, message: usize, exchange: Name, routing_key: Name, more: Vec<Value>) -> HandPublish {
        let seen = &self.capture.messages[message];
        let known = &seen.properties;
        let mut headers = seen.headers.clone();
        headers.remove("CC");
        headers.remove("BCC");
        if !more.is_empty() {
            headers.insert("CC".into(), Value::Array(more));
        }
        let texts = [
            ("type", &known.message_type),
            ("content_type", &known.content_type),
            ("correlation_id", &known.correlation_id),
            ("reply_to", &known.reply_to),
            ("app_id", &known.app_id),
        ];
        let mut payload: Vec<(String, Json)> = Vec::new();
        match &seen.payload {
            Some(text) => payload.push(("payload".to_owned(), Json::from(&**text))),
            None => payload.push(("payload_left_out_bytes".to_owned(), Json::from(seen.bytes))),
        }
        let own = texts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Json::from(&**value.as_ref()?))));
        payload.extend(own);
        HandPublish {
            exchange,
            routing_key,
            payload: json_object(payload),
            headers,
            persistent: known.delivery_mode == Some(2),
            mandatory: false,
            confirm: false,
            expiration: known.expiration.clone().filter(|text| text.parse::<u32>().is_ok()),
            priority: known.priority,
        }
    }

    fn stands(&mut self, message: usize, queue: &Name) {
        let publish = HandPublish { expiration: None, ..self.publish_of(message, "".into(), queue.clone(), Vec::new()) };
        let event = self.events[message].clone();
        self.inputs.push((STOOD, Observed::Stood { event, publish }));
    }

    /// What stood in queues before anything was seen: what was delivered later, and what was only counted.
    fn depths_at_the_start(&mut self) {
        let mut published: Vec<bool> = vec![false; self.capture.messages.len()];
        let mut stood: OrderedMap<Name, u64> = OrderedMap::new();
        let mut counted: OrderedMap<Name, u64> = OrderedMap::new();
        let mut first: Vec<(usize, Name)> = Vec::new();
        for record in &self.capture.records {
            match &record.what {
                What::Published { message, .. } => published[*message] = true,
                What::Delivered { message, queue, .. } => {
                    if !std::mem::replace(&mut published[*message], true) {
                        let queue = plain(queue);
                        *stood.get_or_default(queue.clone()) += 1;
                        first.push((*message, queue));
                    }
                }
                What::Depths(depths) if record.at == SimTime::ZERO => {
                    for (queue, ready, unacked) in depths {
                        counted.insert(plain(queue), ready.saturating_add(*unacked));
                    }
                }
                What::Depths(_) | What::Consumers(_) => {}
            }
        }
        let mut room = u64::from(limits::BACKLOG);
        let mut cut = false;
        for queue in &mut self.scenario.broker.queues {
            let named = stood.get(&queue.name).copied().unwrap_or_default();
            let wanted = counted.get(&queue.name).copied().unwrap_or_default().saturating_sub(named);
            cut |= wanted > room;
            let count = wanted.min(room);
            room -= count;
            queue.messages = count.try_into().unwrap_or_default();
        }
        if cut {
            self.note(format!(
                "The queues held more than {} messages when it began: the others are left out.",
                grouped(limits::BACKLOG.into())
            ));
        }
        for (message, queue) in first {
            self.stands(message, &queue);
        }
    }

    fn play(&mut self) {
        let mut held = Held::of(self.capture);
        let (mut tick, mut last) = (SimTime::ZERO, SimTime::ZERO);
        let capture = self.capture;
        for (place, record) in capture.records.iter().enumerate() {
            while tick + TICK < record.at {
                // Later than that after a record, each look finds what the one before has found.
                let is_quiet = tick > last + LATE + TICK;
                tick = if is_quiet { record.at - TICK } else { tick + TICK };
                held.look(tick, |at, message, by, queue, how| self.settles(at, message, by, queue, how));
            }
            last = record.at;
            let at = LEAD + record.at;
            match &record.what {
                What::Published { message, by, queues } => {
                    let seen = &capture.messages[*message];
                    let key = seen.routing_keys.first().cloned().unwrap_or_default();
                    let rest = |keys: &[Name]| keys.iter().skip(1).map(|key| Value::String(key.clone())).collect::<Vec<_>>();
                    let is_known = self.scenario.broker.exchanges.iter().any(|one| one.name == seen.exchange);
                    let queues: Vec<Name> = queues.iter().map(plain).collect();
                    let mut publish = if seen.exchange.is_empty() || is_known {
                        let key = if seen.exchange.is_empty() { plain(&key) } else { key };
                        self.publish_of(*message, seen.exchange.clone(), key, rest(&seen.routing_keys))
                    } else {
                        // Its exchange is none of the scenario's: to its queues.
                        let Some(first) = queues.first() else { continue };
                        self.publish_of(*message, "".into(), first.clone(), rest(&queues))
                    };
                    self.infer_delay(*message, record.at, &queues, &mut publish);
                    let (event, by) = (self.events[*message].clone(), self.who[by.program].clone());
                    self.inputs.push((at, Observed::Published { by, event, publish, queues: Some(queues) }));
                }
                What::Delivered { message, by, queue, redelivered, deaths } => {
                    let (queue, mut from) = (plain(queue), at + BEHIND);
                    let event = self.events[*message].clone();
                    // It was rejected elsewhere, or came back here.
                    let mut before = Vec::new();
                    if let Some(death) = deaths.first().filter(|death| *death.reason == *"rejected") {
                        before
                            .extend(held.give_up(*message, &plain(&death.queue)).map(|held| (held, plain(&death.queue), Settles::Reject)));
                    }
                    before.extend(held.give_up(*message, &queue).map(|held| (held, queue.clone(), Settles::Requeue)));
                    for (one, of, how) in before {
                        let settles = (at - APART).max(one.at + APART);
                        self.settles(settles, *message, one.by, &of, how);
                        from = from.max(settles + APART);
                    }
                    if let Some(oldest) = held.over_prefetch(*by, &queue) {
                        self.settles((from - BEHIND).max(oldest.at + APART), oldest.message, oldest.by, &queue, Settles::Ack);
                    }
                    self.inputs.push((
                        from,
                        Observed::Delivered { to: self.who[by.program].clone(), queue: queue.clone(), event, redelivered: *redelivered },
                    ));
                    let returns = held.returns(place);
                    let one = Out { message: *message, by: *by, at: from, seen: record.at, returns };
                    if held.is_settled_at_once(place, *by, &queue) {
                        self.settles(from + APART, *message, *by, &queue, Settles::Ack);
                    } else {
                        held.put(queue, one);
                    }
                }
                What::Depths(depths) => {
                    for (queue, ready, unacked) in depths {
                        held.counted.insert(plain(queue), (*ready, *unacked));
                    }
                }
                What::Consumers(all) => held.listed(all, record.at),
            }
        }
        while tick < capture.end() {
            tick = tick + TICK;
            held.look(tick, |at, message, by, queue, how| self.settles(at, message, by, queue, how));
        }
    }

    /// What its exchange kept for later went nowhere at first.
    fn infer_delay(&self, message: usize, at: SimTime, queues: &[Name], publish: &mut HandPublish) {
        let exchange = self.scenario.broker.exchanges.iter().find(|one| one.name == publish.exchange);
        let waits = queues.is_empty() && exchange.is_some_and(|one| one.kind == ExchangeType::DelayedMessage);
        if waits && publish.headers.get(DELAY) == Some(&Value::Void) {
            let until = self.delivered[message].unwrap_or(self.capture.end() + WORK);
            let millis = until.saturating_sub(at).as_millis().clamp(1, DELAY_MILLIS_MAX);
            publish.headers.insert(DELAY.into(), Value::Int(i64::try_from(millis).unwrap_or(i64::MAX)));
        }
    }

    fn settles(&mut self, at: SimTime, message: usize, by: By, queue: &Name, how: Settles) {
        let (by, event) = (self.who[by.program].clone(), self.events[message].clone());
        self.inputs.push((at, Observed::Settled { by, queue: queue.clone(), event, how }));
    }

    fn done(mut self) -> Replay {
        let depths = self.capture.records.iter().any(|record| matches!(record.what, What::Depths(_)));
        self.notes.insert(
            0,
            if depths {
                "RabbitMQ traces no acknowledgements. They are inferred from counts of unacked messages, up to 7 seconds late.".to_owned()
            } else {
                "RabbitMQ traces no acknowledgements: what was not delivered again counts as acknowledged at once.".to_owned()
            },
        );
        if self.capture.source != Source::Firehose {
            self.note("What stood in the queues at the beginning is not known.");
        }
        let capture = self.capture;
        capture.notes.iter().for_each(|note| self.note(note.clone()));
        let (published, delivered) = capture.counts();
        let vhost = capture.vhost.clone().unwrap_or_else(|| "/".into());
        let told = format!(
            "A running system, recorded: virtual host {vhost}, published {}, delivered {}.",
            grouped(published as u64),
            grouped(delivered as u64)
        );
        let about = std::iter::once(&told).chain(&self.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
        about[..about.floor_char_boundary(limits::TITLE_BYTES)].clone_into(&mut self.scenario.about);
        let mut inputs = self.inputs;
        sort_by_key(&mut inputs, |(at, _)| *at);
        // A recording in a file has an end, too.
        let fit = inputs.partition_point(|(at, _)| *at <= LONGEST).min(limits::INPUTS_IN_A_FILE);
        if inputs.len() > fit {
            inputs.truncate(fit);
            self.notes.push("It is too long to be shown to its end.".to_owned());
        }
        let end = inputs.last().map_or(LEAD, |(at, _)| *at).max(LEAD + capture.end()).min(LONGEST);
        let timed = |(at, observed)| TimedInput { at, after_steps: 0, input: Input::Observed(Arc::new(observed)) };
        Replay { scenario: self.scenario, inputs: inputs.into_iter().map(timed).collect(), until: Until::from(end), notes: self.notes }
    }
}

/// A delivery of which nothing tells that it was settled.
#[derive(Clone, Copy, Debug)]
struct Out {
    message: usize,
    by: By,
    /// When it is delivered in the replay, and when it was.
    at: SimTime,
    seen: SimTime,
    /// Something is seen of it later: it is settled then, and not before.
    returns: bool,
}

/// What programs hold. A capture may be hostile: nothing here takes longer than its records and the deliveries that are settled.
struct Held {
    /// By queue, oldest first: those of which nothing is seen later, and the others.
    out: OrderedMap<Name, VecDeque<Out>>,
    returning: OrderedMap<Name, VecDeque<Out>>,
    /// How many of both a consumer holds.
    of: OrderedMap<(Name, By), usize>,
    /// Ready and unacked, as they were counted last.
    counted: OrderedMap<Name, (u64, u64)>,
    /// Consumers that were listed and are no more, and since when.
    gone: OrderedMap<(Name, By), SimTime>,
    consumers: OrderedMap<(Name, By), (u16, bool)>,
    /// Those of the last list.
    listed: OrderedMap<(Name, By), ()>,
    /// By their places, deliveries of which something is seen later.
    returns: Vec<bool>,
    counts: bool,
}

impl Held {
    fn of(capture: &Capture) -> Self {
        let mut returns = vec![false; capture.records.len()];
        let mut last: OrderedMap<(usize, Name), usize> = OrderedMap::new();
        for (place, record) in capture.records.iter().enumerate() {
            let What::Delivered { message, queue, deaths, .. } = &record.what else { continue };
            let mut tell = |queue: Name| {
                if let Some(before) = last.remove(&(*message, queue)) {
                    returns[before] = true;
                }
            };
            if let Some(death) = deaths.first().filter(|death| *death.reason == *"rejected") {
                tell(plain(&death.queue));
            }
            tell(plain(queue));
            last.insert((*message, plain(queue)), place);
        }
        let counts = capture.records.iter().any(|record| matches!(record.what, What::Depths(_)));
        // A consumer may deliver before it is listed for the first time.
        let mut consumers = OrderedMap::new();
        for record in capture.records.iter().rev() {
            if let What::Consumers(all) = &record.what {
                for one in all {
                    consumers.insert((plain(&one.queue), one.by), (one.prefetch, one.auto_ack));
                }
            }
        }
        Self {
            out: OrderedMap::new(),
            returning: OrderedMap::new(),
            of: OrderedMap::new(),
            counted: OrderedMap::new(),
            gone: OrderedMap::new(),
            listed: consumers.keys().map(|of| (of.clone(), ())).collect(),
            consumers,
            returns,
            counts,
        }
    }

    fn put(&mut self, queue: Name, one: Out) {
        *self.of.get_or_default((queue.clone(), one.by)) += 1;
        let place = if one.returns { &mut self.returning } else { &mut self.out };
        place.get_or_default(queue).push_back(one);
    }

    fn returns(&self, place: usize) -> bool {
        self.returns.get(place).copied().unwrap_or_default()
    }

    /// Something tells what became of it.
    fn give_up(&mut self, message: usize, queue: &Name) -> Option<Out> {
        let returning = self.returning.get_mut(queue)?;
        let place = returning.iter().position(|one| one.message == message)?;
        let one = returning.remove(place)?;
        self.holds_less(queue, one.by);
        Some(one)
    }

    fn holds_less(&mut self, queue: &Name, by: By) {
        if let Some(count) = self.of.get_mut(&(queue.clone(), by)) {
            *count = count.saturating_sub(1);
        }
    }

    /// Its consumer acknowledges by itself; or nothing was counted, and nothing more is seen of it.
    fn is_settled_at_once(&self, place: usize, by: By, queue: &Name) -> bool {
        let auto_ack = self.consumers.get(&(queue.clone(), by)).is_some_and(|(_, auto_ack)| *auto_ack);
        auto_ack || !self.counts && !self.returns(place)
    }

    /// The oldest that a consumer holds, where it would hold more than its prefetch.
    fn over_prefetch(&mut self, by: By, queue: &Name) -> Option<Out> {
        let of = (queue.clone(), by);
        let prefetch = self.consumers.get(&of).map(|(prefetch, _)| usize::from(*prefetch)).filter(|count| *count > 0)?;
        if self.of.get(&of).is_none_or(|count| *count < prefetch) {
            return None;
        }
        let out = self.out.get_mut(queue)?;
        let place = out.iter().position(|one| one.by == by)?;
        let one = out.remove(place)?;
        self.holds_less(queue, by);
        Some(one)
    }

    /// These consumers are there now, and no others.
    fn listed(&mut self, all: &[Consumer], at: SimTime) {
        let now: OrderedMap<(Name, By), ()> = all.iter().map(|one| ((plain(&one.queue), one.by), ())).collect();
        for of in now.keys() {
            self.gone.remove(of);
        }
        let before = std::mem::replace(&mut self.listed, now);
        for of in before.keys().filter(|of| !self.listed.contains_key(of)) {
            self.gone.get_or_insert_with(of.clone(), || at);
        }
    }

    /// What the counts tell since long. Of a consumer that is gone, as many messages came back as are ready. Of the others, the oldest
    /// were acknowledged where fewer are unacked than are out.
    fn look(&mut self, now: SimTime, mut settles: impl FnMut(SimTime, usize, By, &Name, Settles)) {
        let old = |out: &VecDeque<Out>| out.partition_point(|one| one.seen + LATE <= now);
        for (queue, out) in self.out.iter_mut() {
            let Some((mut back, unacked)) = self.counted.get(queue).copied() else { continue };
            let settleable = old(out);
            let all = (settleable + self.returning.get(queue).map_or(0, old)) as u64;
            let acked = usize::try_from(all.saturating_sub(unacked)).unwrap_or(usize::MAX);
            for one in out.drain(..acked.min(settleable)) {
                let is_gone = self.gone.get(&(queue.clone(), one.by)).is_some_and(|since| *since + LATE <= now);
                let how = if is_gone && back > 0 { Settles::Requeue } else { Settles::Ack };
                back -= u64::from(how == Settles::Requeue);
                if let Some(count) = self.of.get_mut(&(queue.clone(), one.by)) {
                    *count = count.saturating_sub(1);
                }
                settles((LEAD + now).max(one.at + APART), one.message, one.by, queue, how);
            }
        }
    }
}

/// What a capture is called.
#[must_use]
pub fn title(name: &str) -> Name {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    short(if stem.is_empty() { "Recorded system" } else { stem })
}
