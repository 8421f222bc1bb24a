//! How handlers run: step after step, until one has to wait, fails, or the end is reached.

use std::sync::Arc;

use super::World;
use super::life::NO_ANSWER;
use crate::base::number::Shortest;
use crate::base::{SimTime, limits};
use crate::broker::queue::Kind;
use crate::broker::queue::stream::OFFSET_HEADER;
use crate::broker::{DeathReason, Message, Name, Value};
use crate::scenario::template::{field, set_field, size};
use crate::scenario::{Action, FIELD_SPAN_MAX, FailurePolicy, FailureRule, Handler, Json, Memory, Publish, Span, Trigger};
use crate::sim::agenda::Item;
use crate::sim::flight::Cargo;
use crate::sim::ids::{InstanceId, Place, RunId, Verdict};
use crate::sim::random::Random;
use crate::sim::service::{Cause, Data, Instance, Job, Record, Run, Settled};
use crate::sim::trace::{WorldEvent, event_name};

/// HTTP's answer when a program behind the one asked has failed.
const BAD_GATEWAY: u16 = 502;
const INTERNAL_SERVER_ERROR: u16 = 500;
const OK: u16 = 200;

const FAILED: &str = "its handler failed";

/// How many events a service remembers its attempts at.
const ATTEMPTS_REMEMBERED: usize = 10_000;

/// The chapter's limit, which its code never reaches.
const CHAPTER_RETRIES: i64 = 3;

impl World {
    /// Begins a handler, unless its process does nothing or has its hands full.
    pub(super) fn admit(&mut self, id: InstanceId, job: Job) {
        let service = &mut self.services[id.service];
        let instance = &mut service.instances[id.instance];
        let busy = service.spec.concurrency.is_some_and(|most| instance.runs.len() >= most as usize);
        if instance.stopping && instance.gives_back && !instance.hung {
            self.give_back_or_keep(id, job);
            if !busy {
                self.take_from_inbox(id);
            }
        } else if instance.hung || busy {
            instance.inbox.push_back(job);
        } else {
            self.begin(id, job);
        }
    }

    /// What ends on the way does not empty it a second time. The stack would not hold as many as may wait.
    pub(super) fn take_from_inbox(&mut self, id: InstanceId) {
        if std::mem::replace(&mut self.instance_mut(id).draining, true) {
            return;
        }
        while let Some(job) = self.next_job(id) {
            self.begin(id, job);
        }
        self.instance_mut(id).draining = false;
    }

    fn next_job(&mut self, id: InstanceId) -> Option<Job> {
        let service = &mut self.services[id.service];
        let instance = &mut service.instances[id.instance];
        let busy = service.spec.concurrency.is_some_and(|most| instance.runs.len() >= most as usize);
        // What came while the event loop stood still is read when it turns.
        let is_unread = instance.read_at.is_some_and(|read_at| instance.inbox.front().is_some_and(|job| job.since > read_at));
        if instance.hung || !instance.up || busy || is_unread || self.halted.is_some() { None } else { instance.inbox.pop_front() }
    }

    fn begin(&mut self, id: InstanceId, job: Job) {
        self.run_last += 1;
        let run_id = RunId(self.run_last);
        let service = &mut self.services[id.service];
        service.begun += 1;
        let Job { handler, data, cause, story, about, since } = job;
        let number = service.begun;
        if since < self.now {
            service.waited.add(self.now - since);
        }
        let read = if let Cause::Delivery { message, .. } = &cause { message.body.len() } else { 0 };
        let run = Run {
            handler,
            step: 0,
            data,
            cause,
            story,
            about: about.clone(),
            number,
            replied: false,
            settled: Settled::No,
            wait: 0,
            attempt: 0,
            sent_at: SimTime::ZERO,
            awaits: None,
            settle_with: None,
            consults: None,
            published: None,
            kept: None,
        };
        service.instances[id.instance].runs.insert(run_id, Box::new(run));
        self.made(usize::try_from(read).unwrap_or(usize::MAX));
        self.happened(WorldEvent::Began { instance: id, about: about.clone(), number });
        if self.was_done(id, run_id) {
            self.happened(WorldEvent::Skipped { instance: id, about });
            self.finish(id, run_id);
        } else {
            self.proceed(id, run_id);
        }
    }

    pub(super) fn run_mut(&mut self, id: InstanceId, run: RunId) -> Option<&mut Run> {
        self.instance_mut(id).runs.get_mut(&run).map(|run| &mut **run)
    }

    fn handler_of(&self, id: InstanceId, run: RunId) -> Option<(Arc<crate::scenario::Service>, usize)> {
        let handler = self.known_instance(id).runs.get(&run)?.handler;
        Some((self.spec_of(id).clone(), handler))
    }

    /// What an idempotent handler tells one thing from another by.
    fn once_key(&mut self, id: InstanceId, run: RunId) -> Option<(Name, u32, Memory)> {
        let (spec, handler) = self.handler_of(id, run)?;
        let once = spec.handlers[handler].once.as_ref()?;
        let run = self.run_mut(id, run)?;
        let key = text_of(field(run.data.json(), &once.by)?);
        // Handlers of one service have one memory, and each its own part of it.
        Some((format!("{handler} {key}").into(), once.remember, once.memory))
    }

    fn was_done(&mut self, id: InstanceId, run: RunId) -> bool {
        let Some((key, _, memory)) = self.once_key(id, run) else { return false };
        let service = &self.services[id.service];
        match memory {
            Memory::Process => service.instances[id.instance].done.contains(&key),
            Memory::Store | Memory::Record => service.store.done.contains(&key),
        }
    }

    fn remember_done(&mut self, id: InstanceId, run: RunId) {
        let Some((key, remember, memory)) = self.once_key(id, run) else { return };
        self.made(key.len());
        let service = &mut self.services[id.service];
        let done = match memory {
            Memory::Process => &mut service.instances[id.instance].done,
            Memory::Store | Memory::Record => &mut service.store.done,
        };
        done.value(&key, remember as usize);
    }

    /// The work of a step is done.
    pub(super) fn resume(&mut self, id: InstanceId, run: RunId, wait: u32) {
        if self.waits(id, run, wait) {
            self.next_step(id, run);
        }
    }

    /// Whether a handler still waits for just this.
    pub(super) fn waits(&self, id: InstanceId, run: RunId, wait: u32) -> bool {
        self.known_instance(id).runs.get(&run).is_some_and(|run| run.wait == wait)
    }

    pub(super) fn next_step(&mut self, id: InstanceId, run_id: RunId) {
        if let Some(run) = self.run_mut(id, run_id) {
            run.begins_step(run.step + 1);
            run.wait += 1;
        }
        self.proceed(id, run_id);
    }

    /// Takes step after step until one has to wait.
    pub(super) fn proceed(&mut self, id: InstanceId, run_id: RunId) {
        loop {
            let Some((spec, handler)) = self.handler_of(id, run_id) else { return };
            if !self.armed.is_empty() && self.strike(id, run_id) {
                return;
            }
            let instance = self.instance_mut(id);
            let (epoch, slowness) = (instance.epoch, instance.slowness);
            let Some(run) = instance.runs.get_mut(&run_id) else { return };
            let Some(step) = spec.handlers[handler].steps.get(run.step) else {
                self.finish(id, run_id);
                return;
            };
            if step.fails != FailureRule::Never
                && let Some(reason) = self.failure(id, run_id, &step.fails)
            {
                self.fail(id, run_id, step.action.name(), reason);
                return;
            }
            match &step.action {
                Action::Work { time, blocks } => {
                    let instance = self.instance_mut(id);
                    let mut time = match time {
                        Span::Field(path) => self.time_in(id, run_id, path),
                        drawn => instance.random.span(drawn),
                    };
                    if (slowness - 1.0).abs() > f64::EPSILON {
                        time = Random::times(time, slowness);
                    }
                    let until = self.now + time;
                    let Some(run) = self.run_mut(id, run_id) else { return };
                    let wait = run.wait;
                    if *blocks {
                        self.hold_up(id, run_id, until);
                    } else {
                        self.agenda.push(until, Item::Resume { instance: id, epoch, run: run_id, wait });
                    }
                    return;
                }
                Action::Call { .. } => {
                    self.call(id, run_id);
                    return;
                }
                Action::Publish(publish) => {
                    if self.publish_step(id, run_id, publish) {
                        return;
                    }
                }
                Action::Persist { id: id_field, state, outbox } => {
                    if self.services[id.service].store.full {
                        self.fail(id, run_id, "persist", "the store is full".to_owned());
                        return;
                    }
                    if let Err(why) = self.persist(id, run_id, id_field, state, outbox.as_deref()) {
                        self.fail(id, run_id, "persist", why);
                        return;
                    }
                }
                Action::Effect { what, of, key } => self.effect(id, run_id, what, of, key.as_ref()),
                Action::Reply { status } => self.reply(id, run_id, *status),
                Action::Ack { elsewhere: true, .. } => self.acknowledge_elsewhere(id, run_id),
                Action::Ack { every, .. } => self.acknowledge_early(id, run_id, *every),
                Action::Ask(_) => {
                    self.consult(id, run_id, 0);
                    return;
                }
            }
            let Some(run) = self.run_mut(id, run_id) else { return };
            run.begins_step(run.step + 1);
        }
    }

    /// What a message says of how long its work takes.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a day in microseconds at most")]
    fn time_in(&mut self, id: InstanceId, run_id: RunId, path: &Name) -> SimTime {
        let found = self.run_mut(id, run_id).and_then(|run| field(run.data.json(), path)?.as_f64());
        let millis = found.filter(|millis| *millis > 0.0).unwrap_or_default();
        SimTime::from_micros((millis * 1_000.0) as u64).min(FIELD_SPAN_MAX)
    }

    /// Whether the step fails, and why.
    fn failure(&mut self, id: InstanceId, run_id: RunId, rule: &FailureRule) -> Option<String> {
        let service = &mut self.services[id.service];
        let instance = &mut service.instances[id.instance];
        let run = instance.runs.get_mut(&run_id)?;
        let visit = match rule {
            FailureRule::First(_) | FailureRule::EveryNth(_) => {
                let visits = service.visits.get_or_default((run.handler, run.step));
                *visits += 1;
                *visits
            }
            FailureRule::FirstAttempts(_) => {
                let key: Name = format!("{} {} {}", run.handler, run.step, run.about).into();
                let attempts = service.attempts.value(&key, ATTEMPTS_REMEMBERED);
                *attempts += 1;
                u64::from(*attempts)
            }
            _ => 0,
        };
        match rule {
            FailureRule::Never => None,
            FailureRule::Always => Some("it always fails".to_owned()),
            FailureRule::First(count) => (visit <= *count).then(|| format!("time {visit}, of which the first {count} fail")),
            FailureRule::FirstAttempts(count) => {
                (visit <= u64::from(*count)).then(|| format!("attempt {visit}, of which the first {count} fail"))
            }
            FailureRule::EveryNth(nth) => visit.is_multiple_of(*nth).then(|| format!("time {visit}, and one in {nth} fails")),
            FailureRule::Probability(probability) => {
                (instance.random.unit() < *probability).then(|| format!("it fails with probability {}", Shortest(*probability)))
            }
            FailureRule::FieldMissing(path) => field(run.data.json(), path).is_none().then(|| format!("{path} is missing")),
            FailureRule::FieldEquals { field: path, value } => {
                (field(run.data.json(), path) == Some(value)).then(|| format!("{path} is {value}"))
            }
            FailureRule::FieldNotIn { field: path, values } => {
                let value = field(run.data.json(), path).unwrap_or(&Json::Null);
                (!values.contains(value)).then(|| format!("{path} is {value}, which it does not know"))
            }
            FailureRule::NoJson => run.data.json().is_null().then(|| "the body is no JSON".to_owned()),
            FailureRule::NoChannel => instance.channel.is_none().then(|| "it has no channel to RabbitMQ".to_owned()),
            FailureRule::DependencyDown(name) => {
                let dependency = self.services.iter().find(|service| service.spec.name == *name);
                let up = dependency.is_some_and(|service| service.instances.iter().any(|instance| instance.up));
                (!up).then(|| format!("{name} is down"))
            }
        }
    }

    /// A record and what announces it are one transaction: both, or neither.
    fn persist(&mut self, id: InstanceId, run_id: RunId, id_field: &Name, state: &Name, outbox: Option<&Publish>) -> Result<(), String> {
        let now = self.now;
        let service = &mut self.services[id.service];
        let Some(run) = service.instances[id.instance].runs.get_mut(&run_id) else { return Ok(()) };
        let known = field(run.data.json(), id_field).and_then(Json::as_u64);
        let number = known.unwrap_or_else(|| service.store.next_id());
        if known.is_none() {
            set_field(run.data.json_mut(), id_field, Json::from(number));
        }
        let (story, about) = (run.story, run.about.clone());
        let data = run.data.json().clone();
        self.made(size(&data));
        let announces = outbox.map(|publish| self.for_outbox(id, run_id, publish)).transpose()?;
        let store = &mut self.services[id.service].store;
        if let Some(entry) = announces {
            store.outbox.push(entry);
        }
        let record = Record { state: state.clone(), since: now, data, story, about: about.clone() };
        if store.put(number, record) {
            let times = store.count_story(story);
            self.ledger.business.recorded(story, times > 1);
        }
        let spec = self.spec_of(id).clone();
        let handler = self.run_mut(id, run_id).map(|run| run.handler);
        let once = handler.and_then(|handler| spec.handlers[handler].once.as_ref());
        if once.is_some_and(|once| once.memory == Memory::Record) {
            self.remember_done(id, run_id);
        }
        self.happened(WorldEvent::Persisted { instance: id, record: number, state: state.clone(), about });
        Ok(())
    }

    fn effect(&mut self, id: InstanceId, run_id: RunId, what: &Name, of: &Name, key: Option<&Name>) {
        let Some(run) = self.run_mut(id, run_id) else { return };
        let key = key.map(|key| field(run.data.json(), key).map_or_else(String::new, text_of));
        if let Some(key) = key {
            let about = run.about.clone();
            let key: Name = format!("{what} {key}").into();
            self.made(key.len());
            let known = &mut self.services[id.service].store.keys;
            if known.contains(&key) {
                self.happened(WorldEvent::Skipped { instance: id, about });
                return;
            }
            known.value(&key, limits::REMEMBERED as usize);
        }
        let Some(run) = self.run_mut(id, run_id) else { return };
        let whom = field(run.data.json(), of).map_or_else(|| "no recipient".to_owned(), text_of);
        let (story, about) = (run.story, run.about.clone());
        self.made(whom.len());
        let event = about.strip_prefix("e-").and_then(|number| number.parse().ok()).unwrap_or(0);
        self.ledger.business.done(what, &whom, story, event);
        self.happened(WorldEvent::Effect { instance: id, what: what.clone(), whom, about });
    }

    /// A handler that came to its end acknowledges.
    pub(super) fn finish(&mut self, id: InstanceId, run_id: RunId) {
        self.remember_done(id, run_id);
        self.reply(id, run_id, OK);
        let Some(run) = self.run_mut(id, run_id) else { return };
        let about = run.about.clone();
        self.happened(WorldEvent::Finished { instance: id, about });
        self.measure_handled(id, run_id);
        self.settle_run(id, run_id, Verdict::Ack);
        let instance = self.instance_mut(id);
        instance.handled += 1;
        self.end_run(id, run_id);
    }

    fn end_run(&mut self, id: InstanceId, run_id: RunId) {
        self.instance_mut(id).runs.remove(&run_id);
        self.take_from_inbox(id);
        self.stop_if_idle(id);
    }

    pub(super) fn fail(&mut self, id: InstanceId, run_id: RunId, step: &'static str, reason: String) {
        let Some((spec, handler)) = self.handler_of(id, run_id) else { return };
        let Some(run) = self.run_mut(id, run_id) else { return };
        let (about, place, was_answered) = (run.about.clone(), run.step, run.replied);
        self.happened(WorldEvent::HandlerFailed { instance: id, step, reason, about });
        self.instance_mut(id).failed += 1;
        let handler: &Handler = &spec.handlers[handler];
        let policy = handler.steps.get(place).and_then(|step| step.on_failure.as_ref()).unwrap_or(&handler.on_failure);
        if *policy == FailurePolicy::Crash {
            self.crash(id);
            return;
        }
        if was_answered && matches!(self.run_mut(id, run_id).map(|run| &run.cause), Some(Cause::Request(_))) {
            self.swallows(id); // its caller was told that all is well
        }
        self.reply(id, run_id, if step == "call" { BAD_GATEWAY } else { INTERNAL_SERVER_ERROR });
        let Some(run) = self.run_mut(id, run_id) else { return };
        let Cause::Delivery { queue, no_ack, message, .. } = run.cause.clone() else {
            self.end_run(id, run_id);
            return;
        };
        let settled = run.settled;
        if let Settled::Taken(_) = settled {
            self.lose_if_acknowledged(queue.clone(), &message, false, settled, FAILED);
        } else if no_ack || !matches!(settled, Settled::No | Settled::Later) {
            // What nothing was said of comes back.
            if settled != Settled::Unsaid {
                self.swallows(id);
            }
            self.lose_if_acknowledged(queue, &message, no_ack, settled, FAILED);
            self.end_run(id, run_id);
            return;
        }
        let verdict = match policy {
            FailurePolicy::Requeue => Verdict::Requeue,
            FailurePolicy::RejectRequeue => Verdict::RejectRequeue,
            FailurePolicy::Acknowledge => {
                if let Some(ack) = self.settle_run(id, run_id, Verdict::Ack) {
                    self.swallows(id);
                    self.lose_if_acknowledged(queue, &message, false, Settled::Sent(ack), FAILED);
                }
                self.end_run(id, run_id);
                return;
            }
            FailurePolicy::Chapter if retry_count(&message) < CHAPTER_RETRIES => Verdict::Requeue,
            FailurePolicy::DeadLetter | FailurePolicy::Chapter => Verdict::Reject,
            FailurePolicy::Republish { retries, via, expirations, headers } => {
                let count = retry_count(&message);
                if count < i64::from(*retries) {
                    let level = usize::try_from(count).unwrap_or(0);
                    let to = via.get(level.min(via.len().saturating_sub(1))).unwrap_or(&queue).clone();
                    let expiration = expirations.get(level.min(expirations.len().saturating_sub(1))).copied();
                    self.republish(id, run_id, &message, to, (count + 1, *headers), expiration);
                    return;
                }
                Verdict::Reject
            }
            FailurePolicy::DeadLetterRetry { retries, exchange, routing_key } => {
                let laps = message.deaths().iter().find(|death| death.queue == queue && death.reason == DeathReason::Rejected);
                if laps.map_or(0, |laps| laps.count) >= u64::from(*retries) {
                    self.park(id, run_id, &message, exchange.clone(), routing_key.clone());
                    return;
                }
                Verdict::Reject
            }
            FailurePolicy::Forget => {
                self.swallows(id);
                return self.end_run(id, run_id);
            }
            FailurePolicy::Crash => return,
        };
        self.settle_run(id, run_id, verdict);
        self.end_run(id, run_id);
    }

    /// What it published in the place of the delivery is confirmed, or is not.
    pub(super) fn finish_failed(&mut self, id: InstanceId, run_id: RunId, verdict: Verdict) {
        self.settle_run(id, run_id, verdict);
        self.end_run(id, run_id);
    }

    /// Says once what became of a delivery. The flight that says it, if one does.
    fn settle_run(&mut self, id: InstanceId, run_id: RunId, verdict: Verdict) -> Option<u64> {
        let run = self.run_mut(id, run_id)?;
        let is_settled = match run.settled {
            Settled::No | Settled::Taken(_) => false,
            Settled::Later => verdict == Verdict::Ack,
            Settled::Sent(_) | Settled::Unsaid => true,
        };
        if is_settled { None } else { self.send_settlement(id, run_id, verdict, false) }
    }

    /// A step that acknowledges does so each time the handler comes to it. The second time the broker knows of no such delivery, and closes
    /// the channel.
    fn acknowledge_early(&mut self, id: InstanceId, run_id: RunId, every: Option<u32>) {
        match every {
            None => self.send_settlement(id, run_id, Verdict::Ack, true),
            Some(every) => self.acknowledge_together(id, run_id, every),
        };
    }

    /// On a channel that has not delivered it. The program takes the delivery for acknowledged.
    fn acknowledge_elsewhere(&mut self, id: InstanceId, run_id: RunId) {
        let channel = self.publishing_channel(id);
        let Some(run) = self.run_mut(id, run_id) else { return };
        run.settled = Settled::Unsaid;
        let Cause::Delivery { queue, delivery_tag, no_ack: false, message, .. } = run.cause.clone() else { return };
        let (event, verdict) = (event_name(&message), Verdict::Ack);
        let Some(channel) = channel else { return self.happened(WorldEvent::SettlementLost { instance: id, event }) };
        self.happened(WorldEvent::Settling { instance: id, message: message.id, event, verdict });
        let path = vec![Place::Instance(id), Place::Queue(queue)];
        self.send_to_broker(id, path, Cargo::Settlement { channel, delivery_tag, verdict, message, early: false, loses: None });
    }

    /// One acknowledgement of several deliveries.
    fn acknowledge_together(&mut self, id: InstanceId, run_id: RunId, every: u32) -> Option<u64> {
        let Cause::Delivery { channel, delivery_tag, no_ack: false, .. } = self.run_mut(id, run_id)?.cause else { return None };
        if !self.known_instance(id).receives_on(channel) {
            return self.send_settlement(id, run_id, Verdict::AckUpTo, true);
        }
        let instance = self.instance_mut(id);
        let run = instance.runs.get_mut(&run_id)?;
        let so_many = instance.acks_due.get_or_default(run.handler);
        *so_many += 1;
        if *so_many < every {
            run.settled = Settled::Later;
            return None;
        }
        *so_many = 0;
        let flight = self.send_settlement(id, run_id, Verdict::AckUpTo, true)?;
        // Handlers that are still at work do not know of it.
        for run in self.instance_mut(id).runs.values_mut() {
            let is_taken =
                matches!(run.cause, Cause::Delivery { channel: on, delivery_tag: tag, .. } if on == channel && tag <= delivery_tag);
            match run.settled {
                Settled::No if is_taken => run.settled = Settled::Taken(flight),
                Settled::Later if is_taken => run.settled = Settled::Sent(flight),
                _ => {}
            }
        }
        Some(flight)
    }

    fn send_settlement(&mut self, id: InstanceId, run_id: RunId, verdict: Verdict, early: bool) -> Option<u64> {
        let run = self.run_mut(id, run_id)?;
        let Cause::Delivery { queue, channel, delivery_tag, no_ack: false, message, .. } = run.cause.clone() else { return None };
        let event = event_name(&message);
        let offset = message.properties.header(OFFSET_HEADER).and_then(Value::as_int).and_then(|offset| u64::try_from(offset).ok());
        if let Some(offset) = offset.filter(|_| matches!(verdict, Verdict::Ack | Verdict::AckUpTo) && self.is_stream(&queue)) {
            // Its own store: the broker knows nothing of it.
            let handler = self.run_mut(id, run_id)?.handler;
            self.services[id.service].store.read(&queue, id.instance, handler, offset);
        }
        if !self.known_instance(id).receives_on(channel) {
            self.happened(WorldEvent::SettlementLost { instance: id, event });
            self.run_mut(id, run_id)?.settled = Settled::Unsaid;
            return None;
        }
        self.happened(WorldEvent::Settling { instance: id, message: message.id, event, verdict });
        let path = vec![Place::Instance(id), Place::Queue(queue)];
        let cargo = Cargo::Settlement { channel, delivery_tag, verdict, message, early, loses: None };
        let flight = self.send_to_broker(id, path, cargo);
        let run = self.run_mut(id, run_id)?;
        if matches!(run.settled, Settled::No | Settled::Later) {
            run.settled = Settled::Sent(flight);
        }
        Some(flight)
    }

    fn is_stream(&self, queue: &Name) -> bool {
        self.broker.queue(queue).is_some_and(|queue| queue.kind() == Kind::Stream)
    }

    /// A delivery will not be handled. If the broker takes it for done, it is lost: now, or when the acknowledgement arrives.
    pub(super) fn lose_if_acknowledged(&mut self, queue: Name, message: &Message, no_ack: bool, settled: Settled, reason: &'static str) {
        if self.is_stream(&queue) {
            return; // it keeps what was acknowledged
        }
        match settled {
            Settled::Sent(ack) | Settled::Taken(ack) if !no_ack => {
                if let Some(Cargo::Settlement { loses: loses @ None, .. }) = self.flights.get_mut(ack).map(|flight| &mut flight.cargo) {
                    *loses = Some((queue, reason));
                    return;
                }
            }
            Settled::No | Settled::Later | Settled::Unsaid if !no_ack => return,
            _ => {}
        }
        self.lose(&queue, event_name(message), reason);
    }

    /// A copy was acknowledged, and nothing handled it.
    pub(super) fn lose(&mut self, queue: &Name, event: Name, reason: &'static str) {
        *self.ledger.queue(queue).lost.get_or_default(reason) += 1;
        self.happened(WorldEvent::Lost { event, reason });
    }

    /// The work ends after the acknowledgement: what was measured then would be too short.
    fn measure_handled(&mut self, id: InstanceId, run_id: RunId) {
        let now = self.now;
        let Some(run) = self.run_mut(id, run_id) else { return };
        let Cause::Delivery { queue, no_ack, message, .. } = &run.cause else { return };
        if *no_ack || matches!(run.settled, Settled::Sent(_) | Settled::Unsaid) {
            let (queue, message) = (queue.clone(), message.clone());
            self.metrics.handled(now, &queue, &message);
        }
    }

    pub(super) fn schedule_fires(&mut self, service: usize, handler: usize, generation: u32) {
        let state = &self.services[service];
        if state.removed || state.generation != generation {
            return;
        }
        let spec = state.spec.clone();
        let Some(Trigger::Schedule { every, records }) = spec.handlers.get(handler).map(|handler| &handler.trigger) else { return };
        self.agenda.push(self.now + *every, Item::ScheduleFires { service, handler, generation });
        // One instance does it: the first that can.
        let able = |instance: &Instance| instance.up && !instance.stopping && !instance.hung && instance.program.is_none();
        let Some(instance) = state.instances.iter().position(able) else { return };
        let id = InstanceId { service, instance };
        let Some(query) = records else {
            self.begin_story(id, handler);
            return;
        };
        let due = state.store.in_state_since(&query.state, self.now - query.older_than);
        self.uncounted += due.len() as u64;
        for record in due {
            if !self.services[service].instances[instance].up {
                return; // the one before was its end
            }
            let Record { data, story, about, .. } = &*record;
            let data = Data::Json(data.clone());
            self.admit(id, Job { handler, data, cause: Cause::Schedule, story: *story, about: about.clone(), since: self.now });
        }
    }

    /// Its process ends by itself, with all that is in its memory.
    pub(super) fn out_of_memory(&mut self, id: InstanceId, run_id: RunId) {
        let Some(about) = self.run_mut(id, run_id).map(|run| run.about.clone()) else { return };
        let reason = "its memory is full of messages that RabbitMQ does not read".to_owned();
        self.happened(WorldEvent::HandlerFailed { instance: id, step: "publish", reason, about });
        self.crash(id);
    }

    /// A failure of which nothing outside the program will hear.
    pub(super) fn swallows(&mut self, id: InstanceId) {
        self.services[id.service].swallowed += 1;
    }

    /// Why a call failed, from the status of its answer.
    pub(super) fn status_reason(status: u16) -> String {
        if status == NO_ANSWER { "connection refused".to_owned() } else { format!("answered {status}") }
    }
}

/// The header that only a republishing consumer writes.
fn retry_count(message: &Message) -> i64 {
    match message.properties.header("x-retry-count") {
        Some(Value::Int(count)) => *count,
        _ => 0,
    }
}

pub(super) fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
