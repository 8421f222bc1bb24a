//! How programs publish: from a step, again after a failure, or from the outbox. How they handle confirms and returns.

use std::sync::Arc;

use super::World;
use super::life::uses_confirm_mode;
use crate::base::SimTime;
use crate::broker::value::SHORTSTR_BYTES_MAX;
use crate::broker::{ChannelId, Message, Name, Outcome, Properties, Table, Value};
use crate::scenario::template::Filler;
use crate::scenario::{CopiedHeaders, Json, Publish as PublishSpec};
use crate::sim::agenda::Item;
use crate::sim::business::story_name;
use crate::sim::flight::{Cargo, Publish};
use crate::sim::ids::{InstanceId, Place, RunId, StoryId, Verdict};
use crate::sim::outbox::OutboxEntry;
use crate::sim::service::{Awaiting, Instance, Unconfirmed, Waiting};
use crate::sim::trace::{WorldEvent, event_name};

const ABANDONED_RETURN: &str = "returned, and its program went on without it";

/// What a copy does not take along: the broker's own notes of an earlier life.
const OWN_TO_A_LIFE: [&str; 9] = [
    "x-death",
    "x-first-death-exchange",
    "x-first-death-queue",
    "x-first-death-reason",
    "x-last-death-exchange",
    "x-last-death-queue",
    "x-last-death-reason",
    "x-delivery-count",
    "x-acquired-count",
];

impl World {
    /// An event as the chapter's `publishEvent` makes it: JSON with metadata, persistent, its id also the message id. Its story's
    /// number is the correlation id.
    pub(super) fn event(&mut self, source: &str, mut body: Json, story: StoryId) -> (Properties, Box<[u8]>) {
        self.event_last += 1;
        let event_id: Name = format!("e-{}", self.event_last).into();
        if let Some(fields) = body.as_object_mut() {
            fields.insert(
                "metadata".into(),
                serde_json::json!({
                    "eventId": &*event_id,
                    "timestamp": self.now.as_millis(),
                    "source": source,
                    "version": "1.0",
                }),
            );
        }
        let properties = Properties {
            content_type: Some("application/json".into()),
            delivery_mode: Some(2),
            message_id: Some(event_id),
            correlation_id: Some(story_name(story)),
            app_id: Some(source.into()),
            headers: Some(Table::new()),
            ..Properties::default()
        };
        let body = body.to_string();
        self.check_body(body.len());
        (properties, body.into_bytes().into())
    }

    /// What a step publishes, or why it cannot. A world that has halted on the way takes none of it.
    fn filled(&mut self, id: InstanceId, run_id: RunId, spec: &PublishSpec) -> Result<Publish, String> {
        let source = self.spec_of(id).name.clone();
        let Some(run) = self.run_mut(id, run_id) else { return Err(String::new()) };
        let story = run.story;
        let mut filler = Filler::new(run.data.json());
        let routing_key: Name = filler.text(&spec.routing_key).into();
        let headers: Table = spec.headers.iter().map(|(name, value)| (name.clone(), filler.value(value))).collect();
        let payload = filler.json(&spec.payload);
        let bytes = filler.bytes();
        self.made(bytes);
        if routing_key.len() > SHORTSTR_BYTES_MAX {
            // Client libraries refuse it before anything is sent.
            return Err(format!("a routing key has at most {SHORTSTR_BYTES_MAX} bytes, this one has {}", routing_key.len()));
        }
        let text: Option<Box<[u8]>> = payload.as_str().filter(|_| spec.as_text).map(|text| text.as_bytes().into());
        let (mut properties, body) = self.event(&source, payload, story);
        let body = text.unwrap_or(body);
        self.ask_or_answer(id, run_id, spec, &routing_key, &mut properties);
        properties.delivery_mode = Some(if spec.persistent { 2 } else { 1 });
        properties.priority = spec.priority;
        properties.expiration = spec.expiration.map(|span| span.as_millis().to_string().into());
        properties.headers = Some(headers);
        Ok(Publish { exchange: spec.exchange.clone(), routing_key, properties: properties.into(), body, mandatory: spec.mandatory })
    }

    /// Whether the handler has to wait, or has ended.
    pub(super) fn publish_step(&mut self, id: InstanceId, run_id: RunId, spec: &PublishSpec) -> bool {
        let Some(channel) = self.publishing_channel(id) else {
            return self.publishes_again(id, run_id, spec) || self.unsent(id, run_id, spec);
        };
        if self.heeds_alarm(id, run_id) {
            return true;
        }
        let kept = self.run_mut(id, run_id).and_then(|run| run.kept.as_deref().cloned());
        let publish = match kept.map_or_else(|| self.filled(id, run_id, spec), Ok) {
            Ok(publish) => publish,
            Err(why) => {
                self.fail(id, run_id, "publish", why);
                return true;
            }
        };
        let Some(run) = self.run_mut(id, run_id) else { return true };
        if let Some(before) = std::mem::replace(&mut run.published, publish.properties.message_id.clone()) {
            self.is_sent_again(&before);
        }
        let Some(run) = self.run_mut(id, run_id) else { return true };
        if spec.retries.is_some_and(|retries| !retries.new_id) {
            run.kept = Some(Box::new(publish.clone()));
        }
        let (wait, about) = (run.wait, run.about.clone());
        run.awaits = spec.reply.and(publish.properties.correlation_id.clone());
        // An answer says more than a confirm.
        let waiting = (spec.confirm && spec.reply.is_none()).then_some(Waiting::Run { run: run_id, wait });
        self.hand_over(id, channel, publish, about, waiting);
        if let Some(span) = spec.reply.map(|reply| reply.timeout).or(spec.confirm_timeout) {
            let epoch = self.known_instance(id).epoch;
            self.agenda.push(self.now + span, Item::TimesOut { instance: id, epoch, run: run_id, wait });
        }
        spec.confirm || spec.reply.is_some()
    }

    /// Whether the step is tried once more, later.
    fn publishes_again(&mut self, id: InstanceId, run_id: RunId, spec: &PublishSpec) -> bool {
        let Some(retries) = spec.retries else { return false };
        let instance = self.instance_mut(id);
        let epoch = instance.epoch;
        let Some(run) = instance.runs.get_mut(&run_id).filter(|run| run.attempt < retries.max) else { return false };
        run.attempt += 1;
        run.wait += 1;
        let wait = run.wait;
        self.agenda.push(self.now + retries.pause, Item::Continues { instance: id, epoch, run: run_id, wait });
        true
    }

    /// The chapter's publisher logs this and goes on: a failed publish must not fail the order.
    fn unsent(&mut self, id: InstanceId, run_id: RunId, spec: &PublishSpec) -> bool {
        let Some(run) = self.run_mut(id, run_id) else { return true };
        let mut filler = Filler::new(run.data.json());
        let routing_key = filler.text(&spec.routing_key).into();
        let (bytes, about) = (filler.bytes(), run.about.clone());
        self.made(bytes);
        self.ledger.messages.unsent += 1;
        if !spec.required {
            if let Some(before) = self.run_mut(id, run_id).and_then(|run| run.published.take()) {
                self.is_sent_again(&before); // counted once, as abandoned
            }
            self.swallows(id);
            self.abandon("never sent: its program had no channel");
        }
        self.happened(WorldEvent::Unsent { instance: id, routing_key, about });
        if spec.required {
            self.fail(id, run_id, "publish", "no channel to the broker".to_owned());
        }
        spec.required
    }

    pub(super) fn hand_over(&mut self, id: InstanceId, channel: ChannelId, publish: Publish, about: Name, waiting: Option<Waiting>) {
        let event = publish.properties.message_id.clone().unwrap_or_else(|| "".into());
        let instance = self.instance_mut(id);
        instance.published += 1;
        if let Some(who) = waiting {
            instance
                .awaiting
                .insert(instance.published, Awaiting { event: event.clone(), exchange: publish.exchange.clone(), returned: false, who });
        }
        self.ledger.messages.sent += 1;
        self.happened(WorldEvent::Sent { instance: id, event, routing_key: publish.routing_key.clone(), about });
        // The default exchange has no place on the canvas.
        let to = if publish.exchange.is_empty() {
            self.place_of_caller(&publish.routing_key).unwrap_or_else(|| Place::Queue(publish.routing_key.clone()))
        } else {
            Place::Exchange(publish.exchange.clone())
        };
        let path = vec![Place::Instance(id), to];
        self.send_to_broker(id, path, Cargo::Publish { channel, publish });
    }

    /// The broker answers a publish, if its program waits for that.
    pub(super) fn send_confirm(&mut self, id: InstanceId, channel: ChannelId, sequence: u64, outcome: Outcome) {
        let awaiting = self.known_instance(id).awaiting.get(&sequence);
        if let Some(exchange) = awaiting.map(|awaiting| awaiting.exchange.clone()) {
            let path = vec![Place::Exchange(exchange), Place::Instance(id)];
            self.send_from_broker(id, path, Cargo::Confirm { to: id, channel, sequence, outcome });
        }
    }

    pub(super) fn confirm_arrives(&mut self, id: InstanceId, channel: ChannelId, sequence: u64, outcome: Outcome) {
        let instance = self.instance_mut(id);
        if !instance.uses(channel) {
            return;
        }
        let Some(Awaiting { event, returned, who, .. }) = instance.awaiting.remove(&sequence) else { return };
        let result = match outcome {
            _ if returned => Err(Unconfirmed::Returned),
            Outcome::Ack => Ok(()),
            Outcome::Nack => Err(Unconfirmed::Refused),
        };
        match who {
            Waiting::Run { run, wait } => {
                if let Err(why) = result {
                    self.happened(WorldEvent::PublishFailed { instance: id, event: event.clone(), reason: why.reason() });
                }
                // What the broker refused, its full queue has counted; what came too late may well be there.
                if self.publish_settled(id, run, wait, result) && returned {
                    self.abandon(ABANDONED_RETURN);
                    self.happened(WorldEvent::Lost { event, reason: ABANDONED_RETURN });
                }
            }
            Waiting::Relay(entry) => {
                let outbox = &mut self.services[id.service].store.outbox;
                match result {
                    Ok(()) => outbox.is_published(entry),
                    Err(why) => {
                        outbox.is_not_published(entry);
                        self.happened(WorldEvent::PublishFailed { instance: id, event, reason: why.reason() });
                    }
                }
            }
        }
    }

    pub(super) fn return_arrives(&mut self, id: InstanceId, channel: ChannelId, message: &Message) {
        let instance = self.instance_mut(id);
        if !instance.uses(channel) {
            return;
        }
        let event = event_name(message);
        if let Some((run, wait)) = self.asker(id, message) {
            self.happened(WorldEvent::PublishFailed { instance: id, event, reason: Unconfirmed::Returned.reason() });
            self.publish_settled(id, run, wait, Err(Unconfirmed::Returned));
            return;
        }
        let instance = self.instance_mut(id);
        if let Some(awaiting) = instance.awaiting.values_mut().find(|awaiting| awaiting.event == event) {
            awaiting.returned = true; // its confirm follows
        } else {
            self.happened(WorldEvent::PublishFailed { instance: id, event: event.clone(), reason: Unconfirmed::Returned.reason() });
            self.swallows(id);
            self.abandon(ABANDONED_RETURN);
            self.happened(WorldEvent::Lost { event, reason: ABANDONED_RETURN });
        }
    }

    /// A handler that waited for the broker's answer has it, or will never have it. Whether it goes on although it has no good answer.
    pub(super) fn publish_settled(&mut self, id: InstanceId, run_id: RunId, wait: u32, result: Result<(), Unconfirmed>) -> bool {
        if !self.waits(id, run_id, wait) {
            return false;
        }
        let spec = self.spec_of(id).clone();
        let Some(run) = self.run_mut(id, run_id) else { return false };
        run.wait += 1;
        run.awaits = None;
        if let Some(verdict) = run.settle_with {
            // The delivery is only given away once its successor is safe.
            let kept = run.published.take().filter(|_| result == Err(Unconfirmed::ConnectionGone));
            if let Some(event) = kept {
                self.is_kept(&event);
            }
            self.finish_failed(id, run_id, if result.is_ok() { verdict } else { Verdict::Requeue });
            return false;
        }
        let step = spec.handlers[run.handler].steps.get(run.step);
        let publish = step.and_then(|step| step.action.published());
        if result.is_err() && publish.is_some_and(|publish| self.publishes_again(id, run_id, publish)) {
            return false;
        }
        let required = publish.is_some_and(|publish| publish.required);
        match result {
            Err(why) if required => {
                self.fail(id, run_id, "publish", why.reason().to_owned());
                false
            }
            Ok(()) | Err(_) => {
                if result.is_err() {
                    self.swallows(id);
                }
                self.next_step(id, run_id);
                result.is_err()
            }
        }
    }

    /// A program knows that an event is not on its way, and goes on without it.
    fn abandon(&mut self, reason: &'static str) {
        *self.ledger.messages.abandoned.get_or_default(reason) += 1;
    }

    /// A retry: the same event again, at the end of a queue, with its count one higher.
    pub(super) fn republish(
        &mut self,
        id: InstanceId,
        run_id: RunId,
        message: &Arc<Message>,
        to: Name,
        (count, headers): (i64, CopiedHeaders),
        expiration: Option<SimTime>,
    ) {
        let mut properties = copied(message);
        if headers != CopiedHeaders::All {
            properties.headers = None;
        }
        if headers != CopiedHeaders::None {
            properties.headers.get_or_insert_default().insert("x-retry-count".into(), Value::Int(count));
        }
        properties.expiration = expiration.map(|span| span.as_millis().to_string().into());
        self.publish_instead(id, run_id, message, "".into(), to, properties);
    }

    /// It has been tried often enough: out of the way, for people to look at.
    pub(super) fn park(&mut self, id: InstanceId, run_id: RunId, message: &Arc<Message>, exchange: Name, routing_key: Name) {
        let properties = copied(message);
        self.publish_instead(id, run_id, message, exchange, routing_key, properties);
    }

    /// Publishes something in the place of the delivery, which is acknowledged when that is confirmed.
    fn publish_instead(
        &mut self,
        id: InstanceId,
        run_id: RunId,
        message: &Arc<Message>,
        exchange: Name,
        key: Name,
        properties: Properties,
    ) {
        debug_assert!(uses_confirm_mode(self.spec_of(id)), "or the delivery would wait for ever");
        let channel = self.publishing_channel(id);
        let Some(run) = self.run_mut(id, run_id) else { return };
        let Some(channel) = channel else {
            self.finish_failed(id, run_id, Verdict::Requeue);
            return;
        };
        run.settle_with = Some(Verdict::Ack);
        run.wait += 1;
        run.published.clone_from(&properties.message_id);
        let (wait, about) = (run.wait, run.about.clone());
        if let Some(event) = &properties.message_id {
            self.is_sent_again(event);
        }
        let body = message.body.as_text().unwrap_or_default().as_bytes().into();
        let publish = Publish { exchange, routing_key: key, properties: properties.into(), body, mandatory: true };
        self.hand_over(id, channel, publish, about, Some(Waiting::Run { run: run_id, wait }));
    }

    /// What a record's transaction puts in the outbox beside it.
    pub(super) fn for_outbox(&mut self, id: InstanceId, run_id: RunId, spec: &PublishSpec) -> Result<OutboxEntry, String> {
        let publish = self.filled(id, run_id, spec)?;
        let about = self.run_mut(id, run_id).map_or_else(|| "".into(), |run| run.about.clone());
        let event = publish.properties.message_id.clone().unwrap_or_else(|| "".into());
        Ok(OutboxEntry { event, about, publish })
    }

    pub(super) fn relay_runs(&mut self, service: usize, generation: u32) {
        let state = &self.services[service];
        if state.removed || state.generation != generation {
            return;
        }
        let Some(relay) = state.spec.relay.clone() else { return };
        self.agenda.push(self.now + relay.every, Item::RelayRuns { service, generation });
        // One instance does it: the first that can.
        let able = |instance: &Instance| instance.up && !instance.hung && !instance.stopping && instance.waits_unblocked.is_none();
        let ids = (0..state.instances.len()).map(|instance| InstanceId { service, instance });
        let mut able = ids.filter(|id| able(&state.instances[id.instance]));
        let Some((id, channel)) = able.find_map(|id| Some((id, self.publishing_channel(id)?))) else { return };
        debug_assert!(uses_confirm_mode(&state.spec));
        let batch = relay.batch as usize;
        for (entry, OutboxEntry { about, publish, .. }) in self.services[service].store.outbox.send(id, batch) {
            if let Some(event) = &publish.properties.message_id {
                self.is_sent_again(event);
            }
            self.hand_over(id, channel, publish, about, Some(Waiting::Relay(entry)));
        }
    }
}

/// The same event for another life: without what belonged to the one before, and without its expiration.
fn copied(message: &Message) -> Properties {
    let mut properties = Properties::clone(&message.properties);
    properties.expiration = None;
    properties.history = None;
    properties.delivery_mode = Some(2);
    let mut headers: Table = properties.headers.take().unwrap_or_default();
    for name in OWN_TO_A_LIFE {
        headers.remove(name);
    }
    properties.headers = Some(headers);
    properties
}
