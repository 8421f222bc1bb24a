//! What the simulated programs and their clients do: start, die, receive, work, publish, call, answer.

use std::sync::Arc;

use super::World;
use super::agenda::Item;
use super::flight::{Caller, Cargo, Delivery, Place, Publish, Request, Verdict};
use super::service::{Cause, InstanceId, Run, RunId};
use super::trace::Happening;
use crate::broker::{BasicConsume, Capabilities, Message, Method, Name, SimTime, Table, Value};
use crate::scenario::template::{field, fill, fill_text};
use crate::scenario::{Action, Arrivals, Endpoint, FailurePolicy, FailureRule, Json, Publish as PublishSpec, Scenario, Trigger};

/// HTTP's answer when a program behind the one asked has failed.
const BAD_GATEWAY: u16 = 502;
const INTERNAL_SERVER_ERROR: u16 = 500;
/// Nobody listened: the connection was refused or reset, so there is no HTTP status.
const NO_ANSWER: u16 = 0;

/// Consumer tags name the handler, so that a delivery finds it: `notification-service.1.0` is its first handler, instance 1.
fn consumer_tag(service: &str, id: InstanceId, handler: usize) -> Name {
    format!("{service}.{}.{handler}", id.instance + 1).into()
}

pub(super) fn handler_of_tag(tag: &str) -> Option<usize> {
    tag.rsplit_once('.')?.1.parse().ok()
}

impl World {
    pub(super) fn start_everything(&mut self) {
        let scenario = self.scenario().clone();
        for (service, spec) in scenario.services.iter().enumerate() {
            for instance in 0..spec.instances as usize {
                self.start(InstanceId { service, instance });
            }
            for (handler, spec) in spec.handlers.iter().enumerate() {
                if let Trigger::Schedule { every, .. } = &spec.trigger {
                    self.agenda.push(*every, Item::ScheduleFires { service, handler });
                }
            }
        }
        for client in 0..scenario.clients.len() {
            let first = self.pause_before_next_request(&scenario, client);
            self.agenda.push(first, Item::ClientSends(client));
        }
    }

    pub(super) fn start(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        if instance.up {
            return;
        }
        instance.up = true;
        instance.epoch += 1;
        let epoch = instance.epoch;
        self.happened(Happening::Started(id));
        if uses_broker(self.scenario(), id.service) {
            self.send(Vec::new(), Cargo::Connect { instance: id, epoch });
        }
    }

    /// The process ends: its memory is gone, its callers see a reset, and the broker will notice the connection's end.
    pub(super) fn kill(&mut self, id: InstanceId) {
        let Some(instance) = self.services.get_mut(id.service).and_then(|service| service.instances.get_mut(id.instance)) else { return };
        if !instance.up {
            return;
        }
        instance.up = false;
        instance.epoch += 1;
        instance.channel = None;
        let connection = instance.connection.take();
        let runs = std::mem::take(&mut instance.runs);
        self.happened(Happening::Killed { instance: id, runs: runs.len() as u64 });
        for run in runs.into_values() {
            if let Cause::Request(caller) = run.cause
                && !run.replied
            {
                self.send(vec![Place::Instance(id), caller.place()], Cargo::Response { to: caller, status: NO_ANSWER });
            }
        }
        if let Some(connection) = connection {
            self.send(Vec::new(), Cargo::Disconnect { connection });
        }
    }

    /// The broker closed its channel or connection: a program tries again after a while, as the chapter's does.
    pub(super) fn lost_channel(&mut self, id: InstanceId) {
        let reconnect = self.scenario().services[id.service].reconnect;
        let instance = &mut self.services[id.service].instances[id.instance];
        instance.channel = None;
        let (connection, epoch) = (instance.connection.take(), instance.epoch);
        if let Some(connection) = connection {
            self.broker.close_connection(self.now, connection);
        }
        self.agenda.push(self.now + reconnect, Item::Reconnect { instance: id, epoch });
    }

    pub(super) fn reconnect(&mut self, id: InstanceId, epoch: u32) {
        let instance = &self.services[id.service].instances[id.instance];
        if instance.epoch == epoch && instance.channel.is_none() {
            self.send(Vec::new(), Cargo::Connect { instance: id, epoch });
        }
    }

    /// The broker answers a new instance: a connection, a channel, and its consumers with their prefetch.
    pub(super) fn connect(&mut self, id: InstanceId, epoch: u32) {
        let scenario = self.scenario().clone();
        let instance = &mut self.services[id.service].instances[id.instance];
        if instance.epoch != epoch {
            return;
        }
        let connection = self.broker.open_connection(Capabilities::default());
        let Ok(channel) = self.broker.open_channel(self.now, connection) else { return };
        instance.connection = Some(connection);
        instance.channel = Some(channel);
        self.channels.insert(channel, id);
        self.happened(Happening::Connected(id));
        let service = &scenario.services[id.service];
        for (handler, spec) in service.handlers.iter().enumerate() {
            let Trigger::Queue(subscription) = &spec.trigger else { continue };
            let qos = Method::BasicQos { prefetch_size: 0, prefetch_count: subscription.prefetch, global: false };
            let consume = Method::BasicConsume(BasicConsume {
                queue: subscription.queue.clone(),
                consumer_tag: consumer_tag(&service.name, id, handler),
                no_ack: subscription.auto_ack,
                exclusive: subscription.exclusive,
                arguments: match subscription.priority {
                    0 => Table::new(),
                    priority => [("x-priority".into(), Value::Int(priority))].into_iter().collect(),
                },
            });
            for method in [qos, consume] {
                let _ = self.broker.apply(self.now, channel, method);
            }
        }
    }

    fn pause_before_next_request(&mut self, scenario: &Scenario, client: usize) -> SimTime {
        match scenario.clients[client].arrivals {
            Arrivals::Every(period) => period,
            Arrivals::Poisson(mean) => self.clients[client].random.exponential(mean),
        }
    }

    pub(super) fn client_sends(&mut self, client: usize) {
        let scenario = self.scenario().clone();
        let spec = &scenario.clients[client];
        let state = &mut self.clients[client];
        state.sent += 1;
        let number = state.sent;
        let mut data = fill(&spec.body, &serde_json::json!({ "n": number }));
        if let Some(poison) = &spec.poison
            && state.random.one_in(poison.one_in)
            && let Some(fields) = data.as_object_mut()
        {
            fields.extend(poison.set.clone());
        }
        self.ledger.business.requests += 1;
        self.happened(Happening::RequestSent { client, number });
        self.request(&scenario, Caller::Client(client), &spec.calls, data);
        let pause = self.pause_before_next_request(&scenario, client);
        let next = self.now + pause;
        self.agenda.push(next, Item::ClientSends(client));
    }

    /// To the next instance of the service that is up; if none is, nobody listens.
    fn request(&mut self, scenario: &Scenario, from: Caller, endpoint: &Endpoint, data: Json) {
        let Some((service, _)) = scenario.service(&endpoint.service) else { return };
        let state = &mut self.services[service];
        let count = state.instances.len();
        let up = (0..count).map(|offset| (state.turn + offset) % count).find(|instance| state.instances[*instance].up);
        let instance = up.unwrap_or(0);
        state.turn = instance + 1;
        let to = InstanceId { service, instance };
        self.send(vec![from.place(), Place::Instance(to)], Cargo::Request(Request { to, path: endpoint.path.clone(), data, from }));
    }

    pub(super) fn serve(&mut self, request: Request) {
        let Request { to, path, data, from } = request;
        let up = self.instance(to).is_some_and(|instance| instance.up);
        let handlers = &self.scenario().services[to.service].handlers;
        let handler = handlers.iter().position(|handler| matches!(&handler.trigger, Trigger::Http { path: own } if *own == path));
        if let Some(handler) = handler.filter(|_| up) {
            self.run(to, handler, data, Cause::Request(from));
        } else {
            self.happened(Happening::RequestRefused { service: to.service, path });
            self.send(vec![Place::Instance(to), from.place()], Cargo::Response { to: from, status: NO_ANSWER });
        }
    }

    pub(super) fn receive(&mut self, delivery: Delivery) {
        let Delivery { to, epoch, handler, queue, delivery_tag, message, redelivered, no_ack } = delivery;
        if self.services[to.service].instances[to.instance].epoch != epoch {
            self.happened(Happening::LostDelivery { instance: to, message: message.id });
            return;
        }
        let data = message.body.as_text().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let data = data.map_or(Json::Null, |data| with_event_id(data, &message));
        self.run(to, handler, data, Cause::Delivery { queue, delivery_tag, no_ack, redelivered, message });
    }

    /// A handler begins.
    fn run(&mut self, id: InstanceId, handler: usize, data: Json, cause: Cause) {
        let run = self.next_run();
        let instance = &mut self.services[id.service].instances[id.instance];
        instance.runs.insert(run, Run { handler, step: 0, data, cause, replied: false });
        self.proceed(id, run);
    }

    pub(super) fn schedule_fires(&mut self, service: usize, handler: usize) {
        let scenario = self.scenario().clone();
        let Trigger::Schedule { every, records } = &scenario.services[service].handlers[handler].trigger else { return };
        let next = self.now + *every;
        self.agenda.push(next, Item::ScheduleFires { service, handler });
        let state = &self.services[service];
        let Some(instance) = state.instances.iter().position(|instance| instance.up) else { return };
        if self.now < records.older_than {
            return;
        }
        for data in state.store.in_state_since(&records.state, self.now - records.older_than) {
            self.run(InstanceId { service, instance }, handler, data, Cause::Schedule);
        }
    }

    /// The work of a step is done.
    pub(super) fn resume(&mut self, id: InstanceId, epoch: u32, run: RunId) {
        if self.services[id.service].instances[id.instance].epoch == epoch {
            self.next_step(id, run);
        }
    }

    fn next_step(&mut self, id: InstanceId, run: RunId) {
        if let Some(run) = self.services[id.service].instances[id.instance].runs.get_mut(&run) {
            run.step += 1;
        }
        self.proceed(id, run);
    }

    /// Takes step after step until one has to wait.
    fn proceed(&mut self, id: InstanceId, run_id: RunId) {
        let scenario = self.scenario().clone();
        let service = &scenario.services[id.service];
        loop {
            let instance = &mut self.services[id.service].instances[id.instance];
            let epoch = instance.epoch;
            let Some(run) = instance.runs.get_mut(&run_id) else { return };
            let Some(step) = service.handlers[run.handler].steps.get(run.step) else {
                self.finish(id, run_id);
                return;
            };
            if let Some(reason) = failure(&step.fails, &run.data) {
                self.fail(id, run_id, step.action.name(), reason);
                return;
            }
            match &step.action {
                Action::Work { time } => {
                    let until = self.now + *time;
                    self.agenda.push(until, Item::Resume { instance: id, epoch, run: run_id });
                    return;
                }
                Action::Call { endpoint, timeout } => {
                    let (data, step) = (run.data.clone(), run.step);
                    self.agenda.push(self.now + *timeout, Item::CallTimesOut { instance: id, epoch, run: run_id, step });
                    self.request(&scenario, Caller::Run { instance: id, epoch, run: run_id }, endpoint, data);
                    return;
                }
                Action::Persist { id: id_field, state } => self.persist(id, run_id, id_field, state),
                Action::Publish(publish) => {
                    let routing_key: Name = fill_text(&publish.routing_key, &run.data).into();
                    let payload = fill(&publish.payload, &run.data);
                    self.publish(id, &service.name, publish, routing_key, &payload);
                }
                Action::Effect { what, of } => {
                    let whom = field(&run.data, of)
                        .map_or_else(|| "nobody".to_owned(), |whom| whom.as_str().map_or_else(|| whom.to_string(), str::to_owned));
                    *self.ledger.business.effects.get_or_default(what.clone()).get_or_default(whom.clone()) += 1;
                    self.happened(Happening::Effect { instance: id, what: what.clone(), whom });
                }
                Action::Reply { status } => self.reply(id, run_id, *status),
            }
            if let Some(run) = self.services[id.service].instances[id.instance].runs.get_mut(&run_id) {
                run.step += 1;
            }
        }
    }

    fn persist(&mut self, id: InstanceId, run_id: RunId, id_field: &Name, state: &Name) {
        let service = &mut self.services[id.service];
        let Some(run) = service.instances[id.instance].runs.get_mut(&run_id) else { return };
        let known = field(&run.data, id_field).and_then(Json::as_u64);
        let record = known.unwrap_or_else(|| service.store.next_id());
        if let Some(fields) = run.data.as_object_mut() {
            fields.insert(id_field.to_string(), Json::from(record));
        }
        self.ledger.business.saved += u64::from(known.is_none());
        service.store.put(record, state.clone(), self.now, run.data.clone());
        self.happened(Happening::Persisted { instance: id, record, state: state.clone() });
    }

    fn publish(&mut self, id: InstanceId, service: &Name, spec: &PublishSpec, routing_key: Name, payload: &Json) {
        let Some(channel) = self.services[id.service].instances[id.instance].channel else {
            // The chapter's publisher logs this and goes on: a failed publish must not fail the order.
            self.ledger.messages.unsent += 1;
            self.happened(Happening::Unsent { instance: id, routing_key });
            return;
        };
        let (mut properties, body) = self.event(service, payload);
        let own = Arc::make_mut(&mut properties);
        own.delivery_mode = Some(if spec.persistent { 2 } else { 1 });
        own.priority = spec.priority;
        own.expiration = spec.expiration.map(|span| span.as_millis().to_string().into());
        own.headers = Some(spec.headers.clone());
        let (exchange, mandatory) = (spec.exchange.clone(), spec.mandatory);
        let path = vec![Place::Instance(id), Place::Exchange(exchange.clone())];
        self.send(path, Cargo::Publish { channel, publish: Publish { exchange, routing_key, properties, body, mandatory } });
    }

    fn reply(&mut self, id: InstanceId, run_id: RunId, status: u16) {
        let Some(run) = self.services[id.service].instances[id.instance].runs.get_mut(&run_id) else { return };
        let Cause::Request(caller) = run.cause.clone() else { return };
        if !run.replied {
            run.replied = true;
            self.send(vec![Place::Instance(id), caller.place()], Cargo::Response { to: caller, status });
        }
    }

    /// A handler that came to its end acknowledges.
    fn finish(&mut self, id: InstanceId, run_id: RunId) {
        self.reply(id, run_id, 200);
        let instance = &mut self.services[id.service].instances[id.instance];
        let Some(run) = instance.runs.remove(&run_id) else { return };
        instance.handled += 1;
        self.settle_run(id, run.cause, Verdict::Ack);
    }

    fn fail(&mut self, id: InstanceId, run_id: RunId, step: &'static str, reason: String) {
        let scenario = self.scenario().clone();
        self.happened(Happening::HandlerFailed { instance: id, step, reason });
        self.reply(id, run_id, if step == "call" { BAD_GATEWAY } else { INTERNAL_SERVER_ERROR });
        let instance = &mut self.services[id.service].instances[id.instance];
        let Some(run) = instance.runs.remove(&run_id) else { return };
        instance.failed += 1;
        let verdict = match scenario.services[id.service].handlers[run.handler].on_failure {
            FailurePolicy::DeadLetter => Verdict::Reject,
            FailurePolicy::Requeue => Verdict::Requeue,
        };
        self.settle_run(id, run.cause, verdict);
    }

    fn settle_run(&mut self, id: InstanceId, cause: Cause, verdict: Verdict) {
        let Cause::Delivery { queue, delivery_tag, no_ack: false, message, .. } = cause else { return };
        let Some(channel) = self.services[id.service].instances[id.instance].channel else { return };
        self.happened(Happening::Settling { instance: id, message: message.id, verdict });
        let path = vec![Place::Instance(id), Place::Queue(queue)];
        self.send(path, Cargo::Settlement { channel, delivery_tag, verdict, message });
    }

    pub(super) fn answered(&mut self, to: &Caller, status: u16) {
        let ok = (200..300).contains(&status);
        match *to {
            Caller::Client(client) => {
                if ok {
                    self.ledger.business.accepted += 1;
                } else {
                    self.ledger.business.failed += 1;
                }
                self.happened(Happening::Answered { client, status });
            }
            Caller::Run { instance, epoch, run } => {
                if self.services[instance.service].instances[instance.instance].epoch != epoch {
                    return;
                }
                if ok {
                    self.next_step(instance, run);
                } else {
                    let reason = if status == NO_ANSWER { "connection refused".to_owned() } else { format!("answered {status}") };
                    self.fail(instance, run, "call", reason);
                }
            }
        }
    }

    pub(super) fn call_times_out(&mut self, id: InstanceId, epoch: u32, run: RunId, step: usize) {
        let instance = &self.services[id.service].instances[id.instance];
        let waiting = instance.epoch == epoch && instance.runs.get(&run).is_some_and(|run| run.step == step);
        if waiting {
            self.fail(id, run, "call", "timed out".to_owned());
        }
    }
}

/// A handler sees the event's id as a field of the event.
fn with_event_id(mut data: Json, message: &Message) -> Json {
    if let (Some(fields), Some(id)) = (data.as_object_mut(), &message.properties.message_id) {
        fields.entry("eventId").or_insert_with(|| Json::from(&**id));
    }
    data
}

fn failure(rule: &FailureRule, data: &Json) -> Option<String> {
    match rule {
        FailureRule::Never => None,
        FailureRule::Always => Some("it always fails".to_owned()),
        FailureRule::FieldMissing(path) => field(data, path).is_none().then(|| format!("{path} is missing")),
    }
}

pub(super) fn uses_broker(scenario: &Scenario, service: usize) -> bool {
    scenario.services[service].handlers.iter().any(|handler| {
        matches!(handler.trigger, Trigger::Queue(_)) || handler.steps.iter().any(|step| matches!(step.action, Action::Publish(_)))
    })
}
