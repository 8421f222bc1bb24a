//! A trace for other programs: one JSON object a line and an occurrence.

use serde_json::{Map, Value as Json, json};

use crate::broker::{Event, Message, Outcome};
use crate::sim::trace::event_name;
use crate::sim::{InstanceId, TimedEvent, World, WorldEvent};

/// One line, without its end.
#[must_use]
pub fn line(world: &World, occurrence: &TimedEvent) -> String {
    let mut fields = Map::new();
    let what = match &occurrence.what {
        WorldEvent::Broker(event) => broker(world, event, &mut fields),
        other => program(world, other, &mut fields),
    };
    let mut line = json!({ "at_us": occurrence.at.as_micros(), "what": what });
    if let Some(line) = line.as_object_mut() {
        line.append(&mut fields);
    }
    line.to_string()
}

fn put(fields: &mut Map<String, Json>, name: &str, value: impl Into<Json>) {
    fields.insert(name.to_owned(), value.into());
}

fn program_of(world: &World, id: Option<InstanceId>, fields: &mut Map<String, Json>) {
    if let Some(InstanceId { service, instance }) = id {
        put(fields, "service", world.services().get(service).map_or("", |state| &*state.spec.name));
        put(fields, "instance", instance + 1);
    }
}

fn message(fields: &mut Map<String, Json>, message: &Message) {
    put(fields, "event", &*event_name(message));
    put(fields, "message", message.id.0);
    put(fields, "exchange", &*message.exchange);
    put(fields, "routing_key", &*message.routing_key);
    if let Some(story) = &message.properties.correlation_id {
        put(fields, "story", &**story);
    }
}

fn broker(world: &World, event: &Event, fields: &mut Map<String, Json>) -> &'static str {
    match event {
        Event::Published { message: one, .. } | Event::RolledBack { message: one, .. } => message(fields, one),
        Event::Routed { message: one, queues } => {
            message(fields, one);
            put(fields, "queues", queues.iter().map(|queue| Json::from(&**queue)).collect::<Vec<_>>());
        }
        Event::Delayed { exchange, message: one, until, .. } => {
            message(fields, one);
            put(fields, "by", &**exchange);
            put(fields, "until_us", until.as_micros());
        }
        Event::DelayOver { exchange, message: one, queues, .. } => {
            message(fields, one);
            put(fields, "by", &**exchange);
            put(fields, "queues", queues.iter().map(|queue| Json::from(&**queue)).collect::<Vec<_>>());
        }
        Event::Returned { message: one, code, .. } => {
            message(fields, one);
            put(fields, "code", code.name());
        }
        Event::Confirmed { sequence, outcome, .. } => {
            put(fields, "sequence", *sequence);
            put(fields, "outcome", if *outcome == Outcome::Ack { "ack" } else { "nack" });
        }
        Event::Enqueued { queue, message: one } | Event::Acknowledged { queue, message: one, .. } => {
            message(fields, one);
            put(fields, "queue", &**queue);
        }
        Event::Delivered(delivered) => {
            message(fields, &delivered.message);
            put(fields, "queue", &*delivered.queue);
            put(fields, "consumer_tag", &*delivered.consumer_tag);
            put(fields, "redelivered", delivered.redelivered);
            if let Some(offset) = delivered.offset {
                put(fields, "offset", offset);
            }
        }
        Event::Fetched { queue, message: one, redelivered, .. } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "redelivered", *redelivered);
        }
        Event::Requeued { queue, message: one, position, cause, .. } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "position", *position);
            put(fields, "cause", cause.name());
        }
        Event::Read { queue, message: one, end, .. } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "end", end.name());
        }
        Event::DeadLettered { queue, message: one, reason, exchange, .. } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "reason", reason.name());
            put(fields, "dead_letter_exchange", &**exchange);
        }
        Event::Dropped { queue, message: one, cause } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "cause", cause.name());
        }
        Event::KeptOut { queue, message: one, reason } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "reason", reason.name());
        }
        Event::Refused { queue, message: one, dead_lettered } => {
            message(fields, one);
            put(fields, "queue", &**queue);
            put(fields, "dead_lettered", *dead_lettered);
        }
        Event::ConsumerStarted { queue, consumer_tag, .. }
        | Event::ConsumerEnded { queue, consumer_tag, .. }
        | Event::ConsumerCancelled { queue, consumer_tag, .. } => {
            put(fields, "queue", &**queue);
            put(fields, "consumer_tag", &**consumer_tag);
        }
        Event::QueueDeleted { queue } => put(fields, "queue", &**queue),
        Event::ExchangeDeleted { exchange } => put(fields, "exchange", &**exchange),
        Event::ChannelClosed { channel, code, text } => {
            program_of(world, world.instance_of_channel(*channel), fields);
            put(fields, "code", code.name());
            put(fields, "text", text.as_str());
        }
        Event::ConnectionClosed { connection, code, text } => {
            program_of(world, world.instance_of_connection(*connection), fields);
            put(fields, "code", code.name());
            put(fields, "text", text.as_str());
        }
        Event::ConnectionBlocked { connection, reason, .. } => {
            program_of(world, world.instance_of_connection(*connection), fields);
            put(fields, "reason", *reason);
        }
        Event::Discarded { message_ids } => put(fields, "publishes", message_ids.len()),
        Event::AlarmSet { resource } | Event::AlarmCleared { resource } => put(fields, "resource", resource.name()),
        Event::ConnectionUnblocked { connection, .. } => program_of(world, world.instance_of_connection(*connection), fields),
        Event::Restarted => {}
    }
    event.name()
}

fn program(world: &World, what: &WorldEvent, fields: &mut Map<String, Json>) -> &'static str {
    program_of(world, what.instance(), fields);
    if let Some(about) = what.about() {
        put(fields, "about", &**about);
    }
    if let Some(client) = what.client() {
        put(fields, "client", world.clients().get(client).map_or("", |state| &*state.spec.name));
    }
    if let WorldEvent::RequestRefused { service, .. } = what {
        put(fields, "service", world.services().get(*service).map_or("", |state| &*state.spec.name));
    }
    for (name, value) in what.details() {
        put(fields, name, value);
    }
    what.name()
}
