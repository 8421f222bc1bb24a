//! A running broker, as its management interface tells of it: what is declared, what stands in queues, and who consumes.
//!
//! Of each answer the fields are taken that a scenario can say. Users, passwords, addresses and parameters are never asked for.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::amqp_json::value_from_json;
use super::definitions::{Definitions, Imported, Options, Report};
use super::pretty::Doc;
use crate::base::limits::{self, grouped};
use crate::base::ordered::{OrderedMap, sort_by};
use crate::broker::{Name, Profile, Value};
use crate::scenario::edit::populate::{handler_of, named};
use crate::scenario::edit::{fresh, is_taken};
use crate::scenario::{Handler, Offset, Point, Scenario, Service, Subscription, Trigger};

/// What the management interface answered; null where it was not asked, or refused.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub overview: Json,
    pub vhost: Json,
    pub exchanges: Json,
    pub queues: Json,
    pub bindings: Json,
    pub policies: Json,
    pub operator_policies: Json,
    pub consumers: Json,
    pub connections: Json,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Every part stands at the origin: a canvas arranges them.
    pub scenario: Scenario,
    /// Of what is declared.
    pub report: Report,
    pub running: Running,
}

/// What was read of a running broker beside its definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    pub ready: u64,
    pub unacked: u64,
    pub consumers: usize,
    pub services: usize,
    /// What is otherwise than it was, and what cannot be known.
    pub notes: Vec<String>,
}

impl Running {
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let Self { ready, unacked, consumers, services, notes } = self;
        let (ready, unacked) = (grouped(*ready), grouped(*unacked));
        let _ = writeln!(out, "\nRunning: messages ready {ready}, unacked {unacked}, consumers {consumers}, in services {services}");
        for note in notes {
            let _ = writeln!(out, "  {note}");
        }
        out
    }

    #[must_use]
    pub fn doc(&self) -> Doc {
        Doc::object()
            .with("ready", self.ready)
            .with("unacked", self.unacked)
            .with("consumers", self.consumers)
            .with("services", self.services)
            .with("notes", Doc::list(self.notes.iter().map(|note| Doc::from(note.as_str()))))
    }
}

fn items(answer: &Json) -> impl Iterator<Item = &Json> {
    answer.as_array().into_iter().flatten()
}

/// These fields of an object, where it has them.
fn picked(from: &Json, fields: &[&str]) -> Json {
    let mut kept = serde_json::Map::new();
    for field in fields {
        if let Some(value) = from.get(*field).filter(|value| !value.is_null()) {
            kept.insert((*field).to_owned(), value.clone());
        }
    }
    Json::Object(kept)
}

fn text<'a>(from: &'a Json, field: &str) -> &'a str {
    from[field].as_str().unwrap_or_default()
}

impl Answers {
    /// What is declared, as RabbitMQ's own definitions say it. Exclusive queues are left out, as in an export.
    #[must_use]
    pub fn definitions(&self) -> Json {
        let is_own = |name: &str| name.is_empty() || name.starts_with("amq.");
        let is_exclusive = |queue: &Json| queue["exclusive"].as_bool() == Some(true) || queue.get("owner_pid_details").is_some();
        let left_out: Vec<&str> = items(&self.queues).filter(|queue| is_exclusive(queue)).map(|queue| text(queue, "name")).collect();
        let exchanges = items(&self.exchanges).filter(|one| !is_own(text(one, "name")));
        let exchanges = exchanges.map(|one| picked(one, &["name", "vhost", "type", "durable", "auto_delete", "internal", "arguments"]));
        let queues = items(&self.queues).filter(|one| !is_exclusive(one) && !is_own(text(one, "name")));
        let queues = queues.map(|one| picked(one, &["name", "vhost", "durable", "auto_delete", "arguments", "type"]));
        let bindings = items(&self.bindings).filter(|one| {
            let leads_to_own = text(one, "destination_type") == "queue" && left_out.contains(&text(one, "destination"));
            !text(one, "source").is_empty() && !leads_to_own && !is_own(text(one, "destination"))
        });
        let bindings = bindings.map(|one| picked(one, &["source", "vhost", "destination", "destination_type", "routing_key", "arguments"]));
        let policy = |one: &Json| picked(one, &["vhost", "name", "pattern", "apply-to", "definition", "priority"]);
        let operators = items(&self.operator_policies).map(|one| {
            let value = picked(one, &["pattern", "apply-to", "definition", "priority"]);
            json!({ "component": "operator_policy", "vhost": one["vhost"], "name": one["name"], "value": value })
        });
        json!({
            "rabbitmq_version": self.version(),
            "vhosts": [picked(&self.vhost, &["name", "default_queue_type"])],
            "exchanges": exchanges.collect::<Vec<_>>(),
            "queues": queues.collect::<Vec<_>>(),
            "bindings": bindings.collect::<Vec<_>>(),
            "policies": items(&self.policies).map(policy).collect::<Vec<_>>(),
            "parameters": operators.collect::<Vec<_>>(),
        })
    }

    #[must_use]
    pub fn version(&self) -> &str {
        text(&self.overview, "rabbitmq_version")
    }

    /// How many messages are ready and unacked in each queue.
    pub fn depths(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        let count = |queue: &Json, field: &str| queue[field].as_u64().unwrap_or_default();
        items(&self.queues).map(move |queue| (text(queue, "name"), count(queue, "messages_ready"), count(queue, "messages_unacknowledged")))
    }
}

/// A consumer, as the management interface lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer<'a> {
    pub queue: &'a str,
    /// Of its connection and channel.
    pub connection: &'a str,
    pub channel: u64,
    pub prefetch: u16,
    pub auto_ack: bool,
    exclusive: bool,
    priority: i64,
    offset: Option<Offset>,
}

impl Answers {
    pub fn consumers(&self) -> impl Iterator<Item = Consumer<'_>> {
        items(&self.consumers).filter_map(|one| {
            let (channel, arguments) = (&one["channel_details"], &one["arguments"]);
            Some(Consumer {
                queue: one["queue"]["name"].as_str()?,
                connection: text(channel, "connection_name"),
                channel: channel["number"].as_u64().unwrap_or_default(),
                prefetch: one["prefetch_count"].as_u64().and_then(|count| count.try_into().ok()).unwrap_or(u16::MAX),
                auto_ack: one["ack_required"].as_bool() == Some(false),
                exclusive: one["exclusive"].as_bool() == Some(true),
                priority: arguments["x-priority"].as_i64().unwrap_or_default(),
                offset: match value_from_json(&arguments["x-stream-offset"]) {
                    Value::String(word) => match &*word {
                        "first" => Some(Offset::First),
                        "last" => Some(Offset::Last),
                        "next" => Some(Offset::Next),
                        _ => None,
                    },
                    Value::Int(number) => number.try_into().ok().map(Offset::Number),
                    _ => None,
                },
            })
        })
    }

    /// The name that a connection's program gave it.
    #[must_use]
    pub fn given_name(&self, connection: &str) -> Option<&str> {
        let found = items(&self.connections).find(|one| text(one, "name") == connection)?;
        let given = found["user_provided_name"].as_str().or_else(|| found["client_properties"]["connection_name"].as_str());
        given.filter(|name| !name.is_empty())
    }
}

/// A virtual host of a running broker as a scenario.
///
/// # Errors
/// It is larger than a scenario: why.
pub fn snapshot(answers: &Answers, vhost: &str, profile: Option<Profile>) -> Result<Snapshot, String> {
    let definitions = answers.definitions().to_string();
    let title = format!("Snapshot of {vhost}");
    let read = Definitions::read(&definitions).map_err(|mistake| mistake.to_string())?;
    let options = Options { vhost: Some(vhost).filter(|name| read.vhosts().iter().any(|one| one.name == *name)), profile, title: &title };
    let Imported { mut scenario, mut report } = read.import(&options).map_err(|refusal| refusal.to_string())?;
    // No file of these definitions is kept, in which a place could be looked up.
    for entry in report.findings.iter_mut().chain(&mut report.notes).chain(&mut report.left_out) {
        entry.at = None;
    }
    let mut running = Running::default();
    fill(&mut scenario, answers, &mut running);
    consume(&mut scenario, answers, &mut running);
    running.notes.push("Who publishes is not known: add publishers, or use requeue watch.".to_owned());
    Ok(Snapshot { scenario, report, running })
}

impl Running {
    fn tell(&mut self, note: String) {
        if self.notes.len() < limits::PROBLEMS {
            self.notes.push(note);
        }
    }
}

/// What stands in the queues. What programs hold comes back to them when the run begins.
fn fill(scenario: &mut Scenario, answers: &Answers, running: &mut Running) {
    let mut held: OrderedMap<&str, u64> = OrderedMap::new();
    for (name, ready, unacked) in answers.depths() {
        running.ready += ready;
        running.unacked += unacked;
        held.insert(name, ready.saturating_add(unacked));
    }
    let count = |name: &Name| held.get(&**name).copied().unwrap_or_default();
    let all = scenario.broker.queues.iter().fold(0_u64, |sum, queue| sum.saturating_add(count(&queue.name)));
    let most = u64::from(limits::BACKLOG);
    for queue in &mut scenario.broker.queues {
        let count = count(&queue.name);
        let share = if all <= most { count } else { u64::try_from(u128::from(count) * u128::from(most) / u128::from(all)).unwrap_or(most) };
        queue.messages = share.try_into().unwrap_or(limits::BACKLOG);
    }
    if all > most {
        let (all, most) = (grouped(all), grouped(most));
        running.tell(format!("The queues hold {all} messages: the scenario begins with {most}, in proportion."));
    }
    if running.unacked > 0 {
        running.tell("What was unacked is ready when the run begins, and is delivered again.".to_owned());
    }
}

/// The program behind a channel: what its connection is called, and what the channel consumes.
type Program<'a> = (Option<&'a str>, Vec<Consumer<'a>>);

/// Channels that consume alike, of connections with the same name, are the instances of one service.
fn consume(scenario: &mut Scenario, answers: &Answers, running: &mut Running) {
    let mut channels: OrderedMap<(&str, u64, u64), Vec<Consumer<'_>>> = OrderedMap::new();
    let mut unknown = 0;
    for consumer in answers.consumers() {
        running.consumers += 1;
        if !scenario.broker.queues.iter().any(|queue| *queue.name == *consumer.queue) {
            unknown += 1;
            continue;
        }
        // A channel that consumes twice from a queue is as two.
        let (connection, channel) = (consumer.connection, consumer.channel);
        let has = |more: u64| {
            let of_channel = channels.get(&(connection, channel, more));
            of_channel.is_some_and(|all| all.len() >= limits::HANDLERS || all.iter().any(|other| other.queue == consumer.queue))
        };
        let free = (0..limits::ITEMS as u64).find(|more| !has(*more)).unwrap_or_default();
        channels.get_or_default((connection, channel, free)).push(consumer);
    }
    if unknown > 0 {
        running.tell(format!("Consumers of queues that did not come in: {unknown}."));
    }
    let mut services: Vec<(Program<'_>, u32)> = Vec::new();
    for ((connection, ..), of_channel) in channels.iter() {
        let mut consumers = of_channel.clone();
        sort_by(&mut consumers, |one, other| one.queue.cmp(other.queue));
        let name = answers.given_name(connection);
        let is_alike = |other: &Consumer<'_>, one: &Consumer<'_>| {
            Consumer { connection: one.connection, channel: one.channel, ..other.clone() } == *one
        };
        let alike = services.iter_mut().find(|((known, of_known), count)| {
            let same = of_known.len() == consumers.len() && of_known.iter().zip(&consumers).all(|(other, one)| is_alike(other, one));
            *known == name && same && *count < limits::INSTANCES
        });
        match alike {
            Some((_, count)) => *count += 1,
            None => services.push(((name, consumers), 1)),
        }
    }
    let mut nodes = scenario.broker.queues.len() + scenario.broker.exchanges.len();
    for ((name, consumers), instances) in services {
        nodes += instances as usize;
        if nodes > limits::NODES {
            running.tell("There are more consumers than a scenario can have: the others are left out.".to_owned());
            break;
        }
        let stem = name.map_or_else(|| format!("{}-consumer", consumers.first().map_or("queue", |one| one.queue)), ToOwned::to_owned);
        let stem = named(&stem[..stem.floor_char_boundary(limits::SHORT_BYTES - 30)]);
        let name = if is_taken(scenario, &stem) { fresh(scenario, &stem) } else { stem.into() };
        let handlers = consumers.iter().filter_map(|consumer| handler(scenario, consumer)).collect();
        let service = Service { instances, handlers, ..Service::new(name, Point::default()) };
        scenario.services.push(service);
        running.services += 1;
    }
    if running.services > 0 {
        running.tell("How long a program works on a message is not known: 100 ms are assumed.".to_owned());
    }
}

fn handler(scenario: &Scenario, consumer: &Consumer<'_>) -> Option<Handler> {
    let queue = scenario.broker.queues.iter().find(|queue| *queue.name == *consumer.queue)?;
    let mut handler = handler_of(queue);
    if let Trigger::Queue(subscription) = &mut handler.trigger {
        let Consumer { prefetch, auto_ack, exclusive, priority, offset, .. } = consumer;
        let offset = subscription.offset.take().map(|usual| offset.clone().unwrap_or(usual));
        let is_stream = offset.is_some();
        let prefetch = if is_stream { (*prefetch).max(1) } else { *prefetch };
        *subscription = Subscription {
            queue: subscription.queue.clone(),
            prefetch,
            auto_ack: *auto_ack && !is_stream,
            exclusive: *exclusive && !is_stream,
            priority: *priority,
            offset,
        };
    }
    Some(handler)
}
