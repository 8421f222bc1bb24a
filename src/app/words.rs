//! What happened, in words for the log and for a screen reader.

use std::fmt::Write as _;

use crate::base::limits::grouped;
use crate::broker::explain::{ComparedHeader, Explained, Why};
use crate::broker::queue::Kind;
use crate::broker::queue::settings::Overflow;
use crate::broker::view::QueueView;
use crate::broker::{Buckets, ChannelId, DropCause, Event, Message, ReadEnd, Value};
use crate::formats::amqp_json::value_to_json;
use crate::scenario::{BROKER, Deploy, FaultKind, When};
use crate::sim::InstanceId;
use crate::sim::biography::Whereabouts;
use crate::sim::{Place, TimedEvent, Verdict, World, WorldEvent};

/// A line's icon: told apart by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogIcon {
    /// A message as usual: a disc.
    Message,
    /// It was redelivered: a disc with a ring.
    Redelivered,
    /// A diamond.
    Dead,
    /// Something broke, or was lost.
    Failure,
    /// Of the programs rather than of messages.
    Program,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub icon: LogIcon,
    /// In RabbitMQ's word.
    pub what: &'static str,
    pub detail: String,
}

/// Whether the log shows it; what is left out is drawn, or said by another line.
#[must_use]
pub fn is_worth_a_line(occurrence: &TimedEvent) -> bool {
    match &occurrence.what {
        WorldEvent::Broker(event) => match event {
            Event::Published { .. }
            | Event::Delayed { .. }
            | Event::DelayOver { .. }
            | Event::Returned { .. }
            | Event::Delivered(_)
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Requeued { .. }
            | Event::Read { .. }
            | Event::DeadLettered { .. }
            | Event::Dropped { .. }
            | Event::KeptOut { .. }
            | Event::Refused { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ChannelClosed { .. }
            | Event::ConnectionClosed { .. }
            | Event::ConnectionBlocked { .. }
            | Event::ConnectionUnblocked { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::RolledBack { .. }
            | Event::Discarded { .. }
            | Event::Restarted => true,
            // A dead letter says where it goes when it dies, unless it goes nowhere.
            Event::Routed { message, queues } => message.deaths().is_empty() || queues.is_empty(),
            Event::Confirmed { .. } | Event::Enqueued { .. } | Event::ConsumerStarted { .. } | Event::ConsumerEnded { .. } => false,
        },
        WorldEvent::Started(_)
        | WorldEvent::Connected(_)
        | WorldEvent::ConnectFailed { .. }
        | WorldEvent::ConnectionLost { .. }
        | WorldEvent::Killed { .. }
        | WorldEvent::Replaced { .. }
        | WorldEvent::Lost { .. }
        | WorldEvent::Stopping(_)
        | WorldEvent::Stopped(_)
        | WorldEvent::Edited
        | WorldEvent::PolicySet(_)
        | WorldEvent::PolicyCleared(_)
        | WorldEvent::Redeclared { .. }
        | WorldEvent::RequestRefused { .. }
        | WorldEvent::GaveUp { .. }
        | WorldEvent::Skipped { .. }
        | WorldEvent::Unsent { .. }
        | WorldEvent::PublishLost { .. }
        | WorldEvent::PublishFailed { .. }
        | WorldEvent::CallFailed { .. }
        | WorldEvent::CircuitOpened { .. }
        | WorldEvent::CircuitClosed { .. }
        | WorldEvent::Effect { .. }
        | WorldEvent::HandlerFailed { .. }
        | WorldEvent::SettlementLost { .. }
        | WorldEvent::LostDelivery { .. }
        | WorldEvent::Declared { .. }
        | WorldEvent::Checked { .. }
        | WorldEvent::GoesOnAlone(_)
        | WorldEvent::NoHeartbeat(_)
        | WorldEvent::RecordsLost { .. }
        | WorldEvent::Health { .. }
        | WorldEvent::BrokerReady
        | WorldEvent::Persisted { .. } => true,
        // What dies says so itself.
        WorldEvent::FaultBegan(fault) | WorldEvent::FaultEnded(fault) => match fault {
            FaultKind::Kill(_) | FaultKind::Stop(_) | FaultKind::StopGivingBack(_) => false,
            FaultKind::Hang(_)
            | FaultKind::Slow(..)
            | FaultKind::Partition(_)
            | FaultKind::RestartBroker
            | FaultKind::Alarm(_)
            | FaultKind::FillStore(_)
            | FaultKind::PowerOff(_)
            | FaultKind::Operate(_)
            | FaultKind::Deploy(_) => true,
        },
        WorldEvent::Answered { status, .. } => !is_success(*status),
        WorldEvent::RequestSent { attempt, .. } => *attempt > 1,
        WorldEvent::Began { .. }
        | WorldEvent::AnswerCame { .. }
        | WorldEvent::Finished { .. }
        | WorldEvent::Sent { .. }
        | WorldEvent::Settling { .. } => false,
    }
}

/// Whether HTTP calls it a success.
const fn is_success(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// Where on the canvas it happened.
#[must_use]
pub fn place_of(occurrence: &TimedEvent) -> Option<Place> {
    if let Some(id) = occurrence.what.instance() {
        return Some(Place::Instance(id));
    }
    let WorldEvent::Broker(event) = &occurrence.what else { return None };
    Some(match event {
        Event::Published { message, .. } | Event::Routed { message, .. } | Event::Returned { message, .. } => {
            Place::Exchange(message.exchange.clone())
        }
        Event::Delayed { exchange, .. } | Event::DelayOver { exchange, .. } => Place::Exchange(exchange.clone()),
        Event::Delivered(delivered) => Place::Queue(delivered.queue.clone()),
        Event::Enqueued { queue, .. }
        | Event::Fetched { queue, .. }
        | Event::Acknowledged { queue, .. }
        | Event::Requeued { queue, .. }
        | Event::Read { queue, .. }
        | Event::DeadLettered { queue, .. }
        | Event::Dropped { queue, .. }
        | Event::KeptOut { queue, .. }
        | Event::Refused { queue, .. }
        | Event::ConsumerStarted { queue, .. }
        | Event::ConsumerEnded { queue, .. }
        | Event::ConsumerCancelled { queue, .. } => Place::Queue(queue.clone()),
        _ => return None,
    })
}

/// What a second of play brought, for who listens instead of looking: "3 delivered, 1 redelivered".
#[must_use]
pub fn summary<'a>(occurrences: impl Iterator<Item = &'a TimedEvent>) -> String {
    let mut counts = [0_u32; 6];
    for occurrence in occurrences {
        let index = match &occurrence.what {
            WorldEvent::Broker(Event::Published { .. }) => 0,
            WorldEvent::Broker(Event::Delivered(delivered)) => 1 + usize::from(delivered.redelivered),
            WorldEvent::Broker(Event::Acknowledged { .. } | Event::Read { end: ReadEnd::Acknowledged, .. }) => 3,
            WorldEvent::Broker(Event::DeadLettered { .. }) => 4,
            WorldEvent::Killed { .. } => 5,
            _ => continue,
        };
        counts[index] += 1;
    }
    let words = ["published", "delivered", "redelivered", "acknowledged", "dead-lettered", "killed"];
    let told =
        words.iter().zip(counts).filter(|(_, count)| *count > 0).map(|(word, count)| format!("{} {word}", grouped(u64::from(count))));
    told.collect::<Vec<_>>().join(", ")
}

/// The event's id, as a person calls it.
#[must_use]
pub fn id(message: &Message) -> String {
    message.properties.message_id.as_ref().map_or_else(|| format!("#{}", message.id.0), std::string::ToString::to_string)
}

fn name(message: &Message) -> String {
    format!("{} {}", message.routing_key, id(message))
}

/// `notification-service`, or `notification-service#2` where there are several: as a fault names it.
#[must_use]
pub fn instance_name(world: &World, id: InstanceId) -> String {
    let Some(service) = world.services().get(id.service).map(|service| &service.spec) else { return String::new() };
    if service.instances > 1 { format!("{}#{}", service.name, id.instance + 1) } else { service.name.to_string() }
}

/// Everything that is the matter with a program.
#[must_use]
pub fn state(world: &World, id: InstanceId) -> String {
    let Some(state) = world.instance(id).filter(|state| state.up) else {
        return waits(world, id).map_or_else(|| "down".into(), |waits| waits.whole);
    };
    let blocked = world.is_blocked(id);
    let cut = world.is_cut_off(id);
    let words = [
        (state.hung && !state.is_blocking(), "hanging"),
        (state.is_blocking(), "its work blocks it"),
        (state.stopping, "stopping"),
        (state.slowness > 1.0, "slow"),
        (cut, "cut off"),
        (blocked, "blocked"),
        (!cut && world.is_connecting(id), "connecting"),
        (world.goes_on_alone(id), "no channel"),
        (world.cannot_publish(id), "cannot publish"),
    ];
    let told: Vec<&str> = words.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    let told = if told.is_empty() { "up".into() } else { told.join(", ") };
    state.version.iter().fold(told, |told, version| format!("{told}, version {version}"))
}

/// What a program waits for that has not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    pub whole: String,
    /// The same on a card, in two lines.
    pub lines: [String; 2],
    is_in_vain: bool,
}

/// None: nothing keeps it from running. A person can start it at once.
#[must_use]
pub fn waits(world: &World, id: InstanceId) -> Option<Waits> {
    let awaited = world.waits_for(id.service).filter(|_| world.instance(id).is_some_and(|state| !state.up))?;
    let name = if &*awaited.after.name == BROKER { "RabbitMQ" } else { &*awaited.after.name };
    let [whole, first, second] = match (awaited.is_in_vain, awaited.after.when) {
        (true, _) => [format!("does not start: {name} is unhealthy"), format!("{name} is unhealthy"), "does not start".into()],
        (false, When::Healthy) => [format!("waits until {name} is healthy"), format!("waits for {name}"), "until it is healthy".into()],
        (false, When::Started) => [format!("waits for {name}"), format!("waits for {name}"), "until it runs".into()],
    };
    Some(Waits { whole, lines: [first, second], is_in_vain: awaited.is_in_vain })
}

/// How the mark of an instance looks: its shape and its colour, wherever it is shown.
#[must_use]
pub fn health(world: &World, id: InstanceId) -> &'static str {
    if waits(world, id).is_some_and(|waits| !waits.is_in_vain) {
        "waiting"
    } else if world.instance(id).is_none_or(|state| !state.up) {
        "down"
    } else if world.is_connecting(id) || world.goes_on_alone(id) {
        "joining"
    } else {
        "up"
    }
}

/// What a full queue does: it has as many messages, or bytes, as it may. None: there is room, or no limit.
#[must_use]
pub fn full(world: &World, queue: QueueView<'_>) -> Option<&'static str> {
    let settings = world.broker().settings_for(queue.name(), queue.arguments()).filter(|_| queue.kind() != Kind::Stream)?;
    let says = when_full(world, queue)?;
    let is_long = settings.max_length.is_some_and(|max| queue.ready() >= max);
    // One more like the newest has no room.
    let is_heavy = || {
        let sizes = || queue.messages().map(|entry| entry.message.body.len());
        settings.max_length_bytes.is_some_and(|max| sizes().sum::<u64>() + sizes().last().unwrap_or(0) > max)
    };
    (is_long || is_heavy()).then_some(says)
}

/// What is said of a queue while it is full; none: it has no limit.
#[must_use]
pub fn when_full(world: &World, queue: QueueView<'_>) -> Option<&'static str> {
    let settings = world.broker().settings_for(queue.name(), queue.arguments()).filter(|_| queue.kind() != Kind::Stream)?;
    let has_limit = settings.max_length.is_some() || settings.max_length_bytes.is_some();
    has_limit.then_some(match settings.overflow {
        Overflow::DropHead => "full: each new message drops the oldest",
        Overflow::RejectPublish => "full: RabbitMQ refuses new messages",
        Overflow::RejectPublishDlx => "full: RabbitMQ dead-letters new messages",
    })
}

/// The name of what is drawn at a place.
#[must_use]
pub fn place_name(world: &World, place: &Place) -> String {
    match place {
        Place::Client(index) => client_name(world, *index),
        Place::Instance(id) => instance_name(world, *id),
        Place::Exchange(name) | Place::Queue(name) => name.to_string(),
    }
}

fn client_name(world: &World, client: usize) -> String {
    world.clients().get(client).map(|client| client.spec.name.to_string()).unwrap_or_default()
}

/// Why a binding takes a message, or does not.
#[must_use]
pub fn why(explained: &Explained<'_>) -> String {
    let Explained { matches, why, .. } = explained;
    let matches = *matches;
    match why {
        Why::Everything => "a fanout exchange takes everything".into(),
        Why::SameKey => "the same key".into(),
        Why::OtherKey => "another key".into(),
        Why::Words(words) if words.is_empty() => "both are empty".into(),
        Why::Words(words) => {
            let told = words.iter().map(|(word, found)| match (word.as_str(), found.as_str()) {
                ("#", "") => "# matches no word".to_owned(),
                ("*" | "#", found) => format!("{word} matches {found}"),
                (word, _) => word.to_owned(),
            });
            told.collect::<Vec<_>>().join(", ")
        }
        Why::OtherWord { wanted, found } => format!("{found} is not {wanted}"),
        Why::WordMissing(word) => format!("nothing is left for {word}"),
        Why::WordTooMany(word) => format!("{word} is one word too many"),
        Why::Bucket { hashed, bucket, buckets } => {
            let has = match buckets {
                Some(Buckets { first, count: 1, .. }) => first.to_string(),
                Some(Buckets { first, count, .. }) => format!("{first} to {}", first + count - 1),
                None => "no position".to_owned(),
            };
            let destination = explained.binding.destination;
            let chosen = if matches { format!(" → {destination}, with") } else { format!("; {destination} has") };
            format!("hash of {hashed} → ring position {bucket}{chosen} {has}")
        }
        Why::Place { count } if matches => format!("hash of the keys → this one of {}", many(*count as u64, "binding")),
        Why::Place { count } => format!("hash of the keys → another of {}", many(*count as u64, "binding")),
        Why::Random { count } => format!("chosen at random among {}", many(*count as u64, "binding")),
        Why::Headers { compared, any } if compared.is_empty() => {
            if *any {
                "nothing to compare, and any needs one".into()
            } else {
                "nothing to compare: all match".into()
            }
        }
        Why::Headers { any, compared } => {
            let told = compared.iter().map(header).collect::<Vec<_>>().join(", ");
            format!("{}: {told}", if *any { "any" } else { "all" })
        }
    }
}

/// A header beside the value that a binding wants.
fn header(compared: &ComparedHeader) -> String {
    let ComparedHeader { name, wanted, found, is_as_wanted } = compared;
    let wanted = (*wanted != Value::Void).then(|| value_to_json(wanted));
    match (found, wanted) {
        (None, None) => format!("{name} is missing"),
        (None, Some(wanted)) => format!("{name} is missing, not {wanted}"),
        (Some(_), None) => format!("{name} is there"),
        (Some(found), Some(_)) if *is_as_wanted => format!("{name} is {}", value_to_json(found)),
        (Some(found), Some(wanted)) => format!("{name} is {}, not {wanted}", value_to_json(found)),
    }
}

/// So many of something: "1 handler", "1,200 handlers".
fn many(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Where a copy of a message is, or how it ended.
#[must_use]
pub fn whereabouts(place: &Whereabouts, world: &World) -> String {
    match place {
        Whereabouts::Unread => "waiting to be read: the broker reads nothing from this connection while its alarm lasts".into(),
        Whereabouts::Delayed { exchange, until } => format!("kept by {exchange}, which routes it at {until}"),
        Whereabouts::KeptBack { queue, why } => format!("held back by {queue}: {why}"),
        Whereabouts::OnTheWayToBroker => "on the way to the broker".into(),
        Whereabouts::InOutbox { service } => {
            let service = world.services().get(*service).map(|service| service.spec.name.to_string()).unwrap_or_default();
            format!("in the outbox of {service}, not published yet")
        }
        Whereabouts::Ready { queue, position: 0 } if world.broker().queue(queue).is_some_and(|queue| queue.consumers() == 0) => {
            format!("ready in {queue}, which has no consumer")
        }
        Whereabouts::Ready { queue, position: 0 } => format!("ready in {queue}, next to be delivered"),
        Whereabouts::Ready { queue, position } => format!("ready in {queue}, behind {}", many(*position, "other")),
        Whereabouts::Kept { queue, offset } => format!("in the stream {queue} at offset {offset}"),
        Whereabouts::Unacked { queue, by: Some(id) } => format!("unacked in {queue}, held by {}", instance_name(world, *id)),
        Whereabouts::Unacked { queue, by: None } => format!("unacked in {queue}"),
        Whereabouts::Acknowledged { queue, times: 1 } => format!("acknowledged in {queue}"),
        Whereabouts::Acknowledged { queue, times } => format!("acknowledged in {queue}, {}", many(*times, "time")),
        Whereabouts::Dropped { queue, cause } => format!("dropped from {queue}: {}", cause.name()),
        Whereabouts::Refused { queue } => format!("refused by {queue}, which was full"),
        Whereabouts::Unroutable { confirmed: false } => "dropped by the exchange: no queue was bound for it".into(),
        Whereabouts::Unroutable { confirmed: true } => {
            "dropped by the exchange, although it was confirmed: no queue was bound for it".into()
        }
        Whereabouts::UnroutableDeadLetter { queue } => {
            format!("dead-lettered from {queue}, unroutable: the dead-letter exchange had no queue for it")
        }
        Whereabouts::Returned => "returned to its publisher: no queue was bound for it".into(),
        Whereabouts::Lost { reason } => format!("lost: {reason}"),
    }
}

/// Where a message published just now went.
pub(super) fn where_it_went(occurrence: &TimedEvent) -> Option<String> {
    let queues = match &occurrence.what {
        WorldEvent::Broker(Event::Routed { queues, .. }) => queues,
        WorldEvent::Broker(Event::Delayed { exchange, until, alone: true, .. }) => {
            return Some(format!("{exchange} keeps it, and routes it at {until}."));
        }
        _ => return None,
    };
    Some(match &**queues {
        [] => "It found no queue, so the broker dropped it. Without the mandatory flag the publisher is not informed.".into(),
        [queue] => format!("To {queue}."),
        [first @ .., last] => format!("One copy each to {} and {last}.", first.join(", ")),
    })
}

fn deployed(deploy: &Deploy) -> String {
    deploy.version.as_ref().map_or_else(|| deploy.service.to_string(), |version| format!("{} as {version}", deploy.service))
}

/// The line of an occurrence.
#[must_use]
pub fn line(occurrence: &TimedEvent, world: &World) -> Line {
    let instance = |id: &InstanceId| instance_name(world, *id);
    let (icon, what, detail) = match &occurrence.what {
        WorldEvent::Broker(event) => return broker_line(event, world),
        WorldEvent::Started(id) => (LogIcon::Program, "Started", instance(id)),
        WorldEvent::Connected(id) => (LogIcon::Program, "Connected", format!("{} to the broker", instance(id))),
        WorldEvent::Killed { instance: id, runs: 0 } => (LogIcon::Failure, "Killed", instance(id)),
        WorldEvent::Killed { instance: id, runs } => {
            (LogIcon::Failure, "Killed", format!("{}, {} at work", instance(id), many(*runs, "handler")))
        }
        WorldEvent::Replaced { instance: id, runs: 0 } => (LogIcon::Program, "Ended", format!("{} by the edit", instance(id))),
        WorldEvent::Replaced { instance: id, runs } => {
            (LogIcon::Program, "Ended", format!("{} by the edit, {} at work", instance(id), many(*runs, "handler")))
        }
        WorldEvent::Lost { event, reason } => (LogIcon::Failure, "Lost", format!("{event}: {reason}")),
        WorldEvent::ConnectFailed { instance: id, reason } => (LogIcon::Failure, "Cannot connect", format!("{}: {reason}", instance(id))),
        WorldEvent::ConnectionLost { instance: id, reason } => (LogIcon::Failure, "Disconnected", format!("{}: {reason}", instance(id))),
        WorldEvent::Declared { instance: id, what } => (LogIcon::Program, "Declared", format!("{what}, by {}", instance(id))),
        WorldEvent::Checked { instance: id, queue, ready, .. } => {
            (LogIcon::Program, "Checked", format!("{queue}: {} ready, {}", grouped(*ready), instance(id)))
        }
        WorldEvent::Health { of, failures: 0, .. } => (LogIcon::Program, "Healthy", of.to_string()),
        WorldEvent::Health { of, failures, is_over: false } => {
            (LogIcon::Failure, "Health check failed", format!("{of}, {}", many((*failures).into(), "time")))
        }
        WorldEvent::Health { of, .. } => (LogIcon::Failure, "Unhealthy", format!("{of}: what waits for it does not start")),
        WorldEvent::BrokerReady => (LogIcon::Program, "Started", "the broker takes connections".to_owned()),
        WorldEvent::RecordsLost { instance: id, records } => {
            (LogIcon::Failure, "Forgotten", format!("{} of {}", many(*records, "record"), instance(id)))
        }
        WorldEvent::NoHeartbeat(id) => (LogIcon::Failure, "No heartbeat", format!("the broker closes the connection of {}", instance(id))),
        WorldEvent::GoesOnAlone(id) => {
            (LogIcon::Failure, "Consumes nothing", format!("{} has no channel, and does not connect again", instance(id)))
        }
        WorldEvent::Stopping(id) => (LogIcon::Program, "Stopping", format!("{} takes nothing new", instance(id))),
        WorldEvent::Stopped(id) => (LogIcon::Program, "Stopped", instance(id)),
        WorldEvent::FaultBegan(FaultKind::Operate(operation)) => (LogIcon::Program, "Operator", operation.to_string()),
        WorldEvent::FaultBegan(FaultKind::Deploy(deploy)) => (LogIcon::Program, "Deploying", deployed(deploy)),
        WorldEvent::FaultEnded(FaultKind::Deploy(deploy)) => (LogIcon::Program, "Rolled back", deploy.service.to_string()),
        WorldEvent::FaultBegan(fault) => (LogIcon::Failure, "Fault", fault.to_string()),
        WorldEvent::FaultEnded(FaultKind::RestartBroker) => (LogIcon::Program, "Back", "the broker".to_owned()),
        WorldEvent::FaultEnded(fault) => (LogIcon::Program, "Mended", fault.to_string()),
        WorldEvent::Edited => (LogIcon::Program, "Edited", "the scenario".to_owned()),
        WorldEvent::PolicySet(policy) => (LogIcon::Program, "Policy set", policy.to_string()),
        WorldEvent::PolicyCleared(policy) => (LogIcon::Program, "Policy cleared", policy.to_string()),
        WorldEvent::Redeclared { queue, lost: 0 } => (LogIcon::Program, "Declared", format!("queue {queue} again, no message lost")),
        WorldEvent::Redeclared { queue, lost } => {
            (LogIcon::Failure, "Declared", format!("queue {queue} again, {} lost", many(*lost, "message")))
        }
        WorldEvent::RequestSent { client, number, attempt } => {
            (LogIcon::Program, "Requested", format!("{} {number}, attempt {attempt}", client_name(world, *client)))
        }
        WorldEvent::GaveUp { client, number } => {
            (LogIcon::Failure, "Gave up", format!("{} {number}: no answer in time", client_name(world, *client)))
        }
        WorldEvent::Began { instance: id, about, .. } => (LogIcon::Program, "Handling", format!("{about}, {}", instance(id))),
        WorldEvent::Finished { instance: id, about } => (LogIcon::Program, "Handled", format!("{about}, {}", instance(id))),
        WorldEvent::Skipped { instance: id, about } => (LogIcon::Program, "Skipped", format!("{about} was done before, {}", instance(id))),
        WorldEvent::Sent { instance: id, event, routing_key, .. } => {
            (LogIcon::Message, "Sent", format!("{routing_key} {event}, {}", instance(id)))
        }
        WorldEvent::PublishLost { event, reason } => (LogIcon::Failure, "Lost", format!("{event}: {reason}")),
        WorldEvent::AnswerCame { instance: id, event, .. } => (LogIcon::Message, "Answer", format!("{event}, {}", instance(id))),
        WorldEvent::PublishFailed { instance: id, event, reason } => {
            (LogIcon::Failure, "Not confirmed", format!("{event}: {reason}, {}", instance(id)))
        }
        WorldEvent::CallFailed { instance: id, service, attempt, reason, .. } => {
            (LogIcon::Failure, "Call failed", format!("{} to {service}, attempt {attempt}: {reason}", instance(id)))
        }
        WorldEvent::CircuitOpened { instance: id, service } => (LogIcon::Failure, "Circuit open", format!("{} to {service}", instance(id))),
        WorldEvent::CircuitClosed { instance: id, service } => {
            (LogIcon::Program, "Circuit closed", format!("{} to {service}", instance(id)))
        }
        WorldEvent::SettlementLost { instance: id, event } => {
            (LogIcon::Failure, "Not settled", format!("{event}: its channel is closed, {}", instance(id)))
        }
        WorldEvent::RequestRefused { service, path } => {
            let service = world.services().get(*service).map(|service| service.spec.name.to_string()).unwrap_or_default();
            (LogIcon::Failure, "Refused", format!("{path}: {service} is down"))
        }
        WorldEvent::Answered { client, status, .. } => {
            let client = client_name(world, *client);
            let icon = if is_success(*status) { LogIcon::Program } else { LogIcon::Failure };
            let status = if *status == 0 { "no answer".to_owned() } else { status.to_string() };
            (icon, "Answered", format!("{client}: {status}"))
        }
        WorldEvent::Persisted { instance: id, record, state, .. } => {
            (LogIcon::Program, "Saved", format!("record {record} as {state}, {}", instance(id)))
        }
        WorldEvent::Unsent { instance: id, routing_key, .. } => {
            (LogIcon::Failure, "Not published", format!("{routing_key}: {} has no channel", instance(id)))
        }
        WorldEvent::Effect { instance: id, what, whom, .. } => (LogIcon::Program, "Done", format!("{what}, {whom}, by {}", instance(id))),
        WorldEvent::Settling { verdict, event, .. } => {
            let what = match verdict {
                Verdict::Ack => "Acking",
                Verdict::AckUpTo => "Acking all up to",
                Verdict::Requeue => "Nacking",
                Verdict::Reject | Verdict::RejectRequeue => "Rejecting",
            };
            (LogIcon::Message, what, event.to_string())
        }
        WorldEvent::HandlerFailed { instance: id, step, reason, .. } => {
            (LogIcon::Failure, "Handler failed", format!("{reason} ({step}), {}", instance(id)))
        }
        WorldEvent::LostDelivery { instance: id, event, no_ack, is_up, is_unacked, .. } => {
            let program = format!("{event}: {} {}", instance(id), if *is_up { "has another channel" } else { "has ended" });
            match (no_ack, is_unacked) {
                (true, _) => (LogIcon::Failure, "Lost", format!("{program}, and the broker counted it as done")),
                (false, true) => (LogIcon::Failure, "Not received", format!("{program}; still unacked at the broker")),
                (false, false) => (LogIcon::Failure, "Not received", format!("{program}; the broker has put it back")),
            }
        }
    };
    Line { icon, what, detail }
}

/// What a message says of itself beyond its key.
fn particulars(message: &Message) -> String {
    let priority = message.properties.priority.map(|priority| format!(", priority {priority}"));
    priority.unwrap_or_default()
}

/// Whether it was there before, and how often a quorum queue says so (rules 132, 139). A classic queue counts nothing: such a header
/// of its message is a client's own.
fn redelivery(redelivered: bool, queue: &str, message: &Message, world: &World) -> (LogIcon, String) {
    if !redelivered {
        return (LogIcon::Message, String::new());
    }
    let mut told = ", redelivered".to_owned();
    if world.broker().queue(queue).is_none_or(|queue| queue.kind() == Kind::Quorum) {
        for header in ["x-delivery-count", "x-acquired-count"] {
            if let Some(Value::Int(count)) = message.properties.header(header) {
                let _ = write!(told, ", {header} {count}");
            }
        }
    }
    (LogIcon::Redelivered, told)
}

fn broker_line(event: &Event, world: &World) -> Line {
    let by_channel = |channel: &ChannelId| world.instance_of_channel(*channel).map(|id| instance_name(world, id));
    let publisher = |id: Option<InstanceId>| id.map_or_else(|| "a publisher".to_owned(), |id| instance_name(world, id));
    let (icon, what, detail) = match event {
        Event::Published { message, .. } => {
            (LogIcon::Message, "Published", format!("{} to {}{}", name(message), exchange(&message.exchange), particulars(message)))
        }
        Event::Routed { message, queues } if queues.is_empty() => {
            let dead = if message.deaths().is_empty() { "" } else { "the dead letter " };
            (LogIcon::Failure, "Unroutable", format!("{dead}{}: {} has no queue for it", name(message), exchange(&message.exchange)))
        }
        Event::Routed { message, queues } => (LogIcon::Message, "Routed", format!("{} to {}", name(message), queues.join(", "))),
        Event::Delayed { exchange, message, until, .. } => {
            (LogIcon::Message, "Delayed", format!("{} by {exchange}, until {until}", name(message)))
        }
        Event::DelayOver { exchange, message, queues, .. } if queues.is_empty() => {
            (LogIcon::Failure, "Unroutable", format!("{} after its delay: {exchange} has no queue for it", name(message)))
        }
        Event::DelayOver { message, queues, .. } => {
            (LogIcon::Message, "Routed", format!("{} to {}, after its delay", name(message), queues.join(", ")))
        }
        Event::Returned { message, code, .. } => (LogIcon::Failure, "Returned", format!("{}: {}", name(message), code.name())),
        Event::Confirmed { sequence, .. } => (LogIcon::Message, "Confirmed", format!("publish {sequence}")),
        Event::Enqueued { queue, message } => (LogIcon::Message, "Enqueued", format!("{} in {queue}", name(message))),
        Event::Delivered(delivered) => {
            let to = by_channel(&delivered.channel).unwrap_or_else(|| delivered.consumer_tag.to_string());
            let (icon, told) = redelivery(delivered.redelivered, &delivered.queue, &delivered.message, world);
            let offset = delivered.offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
            (icon, "Delivered", format!("{} from {}{offset} to {to}{told}", name(&delivered.message), delivered.queue))
        }
        Event::Fetched { queue, message, redelivered, .. } => {
            let (icon, told) = redelivery(*redelivered, queue, message, world);
            (icon, "Fetched", format!("{} from {queue}{told}", name(message)))
        }
        Event::Acknowledged { queue, message, .. } => (LogIcon::Message, "Acknowledged", format!("{} in {queue}", name(message))),
        Event::Requeued { queue, message, position, cause, .. } => (
            LogIcon::Redelivered,
            "Requeued",
            format!("{} to position {} of {queue}: {}", name(message), grouped(*position + 1), cause.name()),
        ),
        Event::Read { queue, message, end: ReadEnd::Gone, .. } => {
            (LogIcon::Failure, "Reader closed", format!("{} was out; {queue} keeps it", name(message)))
        }
        Event::Read { queue, message, end, .. } => {
            (LogIcon::Message, "Read", format!("{} of {queue}, {}; the stream keeps it", name(message), end.name()))
        }
        Event::DeadLettered { queue, message, reason, .. } => {
            (LogIcon::Dead, "Dead-lettered", format!("{} from {queue}: {reason}", name(message)))
        }
        Event::Dropped { queue, message, cause } => {
            (LogIcon::Failure, "Dropped", format!("{} from {queue}: {}", name(message), cause.name()))
        }
        Event::KeptOut { queue, message, reason } => {
            (LogIcon::Failure, "Dropped", format!("{} before {queue}: {}", name(message), DropCause::Cycle(*reason).name()))
        }
        Event::Refused { queue, message, .. } => (LogIcon::Failure, "Refused", format!("{}: {queue} is full", name(message))),
        Event::ConsumerStarted { queue, consumer_tag, .. } => (LogIcon::Program, "Consuming", format!("{consumer_tag} from {queue}")),
        Event::ConsumerEnded { queue, consumer_tag, .. } => (LogIcon::Program, "Cancelled", format!("{consumer_tag} on {queue}")),
        Event::ConsumerCancelled { queue, consumer_tag, late, .. } => {
            let why = if *late { "it acknowledges too late" } else { "the queue was deleted" };
            (LogIcon::Failure, "Cancelled", format!("{consumer_tag} on {queue}: {why}"))
        }
        Event::QueueDeleted { queue } => (LogIcon::Program, "Deleted", format!("queue {queue}")),
        Event::ExchangeDeleted { exchange } => (LogIcon::Program, "Deleted", format!("exchange {exchange}")),
        Event::ChannelClosed { channel, text, .. } => {
            let of = by_channel(channel).map(|name| format!("{name}: ")).unwrap_or_default();
            (LogIcon::Failure, "Channel closed", format!("{of}{text}"))
        }
        Event::ConnectionClosed { connection, text, .. } => {
            let of = world.instance_of_connection(*connection).map(|id| format!("{}: ", instance_name(world, id))).unwrap_or_default();
            (LogIcon::Failure, "Connection closed", format!("{of}{text}"))
        }
        Event::ConnectionBlocked { connection, reason, .. } => {
            (LogIcon::Failure, "Blocked", format!("the connection of {}: {reason}", publisher(world.instance_of_connection(*connection))))
        }
        Event::ConnectionUnblocked { connection, .. } => {
            (LogIcon::Program, "Unblocked", format!("the connection of {}", publisher(world.instance_of_connection(*connection))))
        }
        Event::AlarmSet { resource } => (LogIcon::Failure, "Alarm", format!("low on {}", resource.name())),
        Event::AlarmCleared { resource } => (LogIcon::Program, "Alarm cleared", resource.name().to_owned()),
        Event::Discarded { message_ids } => (
            LogIcon::Failure,
            "Lost",
            format!("{} published, but the connection closed before the broker read it", grouped(message_ids.len() as u64)),
        ),
        Event::RolledBack { message, .. } => (LogIcon::Failure, "Rolled back", name(message)),
        Event::Restarted => (LogIcon::Failure, "Restarted", "the broker".to_owned()),
    };
    Line { icon, what, detail }
}

fn exchange(name: &str) -> &str {
    if name.is_empty() { "the default exchange" } else { name }
}
