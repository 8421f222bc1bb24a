//! HTTP. Clients send, wait, try again and give up; services call each other, with timeouts, retries and circuit breakers.

use std::sync::Arc;

use super::World;
use super::life::NO_ANSWER;
use crate::base::SimTime;
use crate::broker::Name;
use crate::scenario::template::Filler;
use crate::scenario::{Action, Attempts, Endpoint, Json, Pattern, Trigger};
use crate::sim::agenda::Item;
use crate::sim::business::story_name;
use crate::sim::flight::{Cargo, Request};
use crate::sim::ids::{Caller, End, InstanceId, Place, RunId, StoryId};
use crate::sim::service::{Awaiting, Cause, Circuit, Data, Instance, Job, Pending, ServiceState, Unconfirmed, Waiting};
use crate::sim::trace::WorldEvent;

const REQUESTS_A_STEP: u64 = 1_000;

impl World {
    /// When a client sends next.
    fn next_arrival(&mut self, client: usize) -> Option<SimTime> {
        let state = &mut self.clients[client];
        let traffic = &state.spec.traffic;
        let begins = traffic.from;
        let elapsed = self.now - begins;
        let first = state.fired == 0;
        let at = match &traffic.pattern {
            Pattern::Every(period) => self.now.max(begins) + *period,
            Pattern::Poisson(mean) => self.now.max(begins) + state.random.exponential(*mean),
            Pattern::Burst { every, .. } => {
                if first {
                    begins.max(self.now)
                } else {
                    self.now + *every
                }
            }
            Pattern::Ramp { from_per_s, to_per_s, over } => self.now.max(begins) + ramp_pause(*from_per_s, *to_per_s, *over, elapsed),
            Pattern::AtOnce(_) if first => begins.max(self.now),
            Pattern::ByHand | Pattern::AtOnce(_) => return None,
            Pattern::Recorded(moments) => {
                // What lay before it was planned has passed.
                state.fired += moments[state.fired.min(moments.len())..].iter().take_while(|at| begins + **at < self.now).count();
                begins + *moments.get(state.fired)?
            }
        };
        let over = traffic.until.is_some_and(|until| at > until);
        let enough = traffic.count.is_some_and(|count| state.sent >= count);
        (!over && !enough).then_some(at)
    }

    pub(super) fn plan_next_arrival(&mut self, client: usize) {
        if let Some(at) = self.next_arrival(client) {
            let generation = self.clients[client].generation;
            self.agenda.push(at.max(self.now), Item::ClientSends { client, generation });
        }
    }

    pub(super) fn client_sends(&mut self, client: usize, generation: u32) {
        let state = &mut self.clients[client];
        if self.silenced || state.removed || state.generation != generation {
            return;
        }
        let traffic = &state.spec.traffic;
        let left = traffic.count.map_or(u64::MAX, |count| count.saturating_sub(state.sent));
        let size = match traffic.pattern {
            Pattern::ByHand => return,
            Pattern::Burst { size, .. } | Pattern::AtOnce(size) => u64::from(size),
            _ => 1,
        };
        state.fired += 1;
        self.send_requests(client, size.min(left));
        self.plan_next_arrival(client);
    }

    /// All at this moment; but no step takes long, and so each sends some.
    pub(super) fn send_requests(&mut self, client: usize, count: u64) {
        if self.clients[client].removed {
            return;
        }
        if count > REQUESTS_A_STEP {
            self.agenda.push(self.now, Item::ClientSendsOn { client, left: count - REQUESTS_A_STEP });
        }
        for _ in 0..count.min(REQUESTS_A_STEP) {
            if self.halted.is_some() {
                return;
            }
            let state = &mut self.clients[client];
            let spec = state.spec.clone();
            state.sent += 1;
            let number = state.sent;
            let fields = serde_json::json!({ "n": number });
            let mut filler = Filler::new(&fields);
            let mut data = filler.json(&spec.body);
            let bytes = filler.bytes();
            if data.is_null() {
                data = Json::Object(serde_json::Map::new());
            }
            let poisoned = spec.poison.as_ref().filter(|poison| state.random.one_in(poison.one_in));
            if let Some(fields) = data.as_object_mut() {
                if let Some(poison) = poisoned {
                    fields.extend(poison.set.clone());
                }
                fields.entry("requestId").or_insert_with(|| format!("{}-{number}", spec.name).into());
            }
            self.made(bytes);
            self.ledger.business.requests += 1;
            let story = self.ledger.business.begin();
            let pending = Pending { attempt: 0, story, data: Arc::new(data), sent_at: self.now, heard: false };
            self.clients[client].pending.insert(number, pending);
            self.client_tries(client, number);
        }
    }

    /// The first attempt, or one more.
    fn client_tries(&mut self, client: usize, number: u64) {
        let state = &mut self.clients[client];
        let spec = state.spec.clone();
        let Some(pending) = state.pending.get_mut(&number) else { return };
        pending.attempt += 1;
        pending.heard = false;
        pending.sent_at = self.now;
        let (attempt, data, story) = (pending.attempt, pending.data.clone(), pending.story);
        self.happened(WorldEvent::RequestSent { client, number, attempt });
        if let Some(timeout) = spec.attempts.timeout {
            self.agenda.push(self.now + timeout, Item::ClientTimesOut { client, number, attempt });
        }
        self.request(Caller::Client { client, number, attempt }, &spec.calls, data, story);
    }

    pub(super) fn client_tries_again(&mut self, client: usize, number: u64, attempt: u32) {
        if self.clients[client].pending.get(&number).is_some_and(|pending| pending.attempt == attempt) {
            self.client_tries(client, number);
        }
    }

    /// None: no answer in time.
    pub(super) fn client_hears(&mut self, client: usize, number: u64, attempt: u32, status: Option<u16>) {
        let state = &mut self.clients[client];
        let Some(pending) = state.pending.get_mut(&number).filter(|pending| pending.attempt == attempt && !pending.heard) else { return };
        pending.heard = true;
        let (story, sent_at) = (pending.story, pending.sent_at);
        let spec = state.spec.clone();
        self.measure_http(&spec.name, sent_at, status);
        let ok = status.is_some_and(is_success);
        if let Some(status) = status {
            self.happened(WorldEvent::Answered { client, number, status });
        }
        if !ok && may_retry(status) && attempt <= spec.attempts.retries {
            let pause = self.clients[client].random.backoff(&spec.attempts.backoff, attempt);
            self.agenda.push(self.now + pause, Item::ClientTriesAgain { client, number, attempt });
            return;
        }
        self.clients[client].pending.remove(&number);
        match status {
            Some(_) if ok => self.ledger.business.accepted(story),
            Some(_) => self.ledger.business.failed += 1,
            None => {
                self.ledger.business.gave_up += 1;
                self.happened(WorldEvent::GaveUp { client, number });
            }
        }
    }

    fn measure_http(&mut self, name: &Name, sent_at: SimTime, status: Option<u16>) {
        let latency = self.now - sent_at;
        let http = self.metrics.http_mut(name);
        match status {
            None => http.timed_out += 1,
            Some(status) => http.answered(latency, is_success(status)),
        }
    }

    /// To the next instance of the service that is up; if none is, the connection is refused.
    fn request(&mut self, from: Caller, endpoint: &Endpoint, data: Arc<Json>, story: StoryId) {
        let Some(service) = self.services.iter().position(|service| service.spec.name == endpoint.service && !service.removed) else {
            return;
        };
        let state = &mut self.services[service];
        let count = state.instances.len();
        let takes = |instance: &Instance| instance.up && !instance.stopping;
        let up = (0..count).map(|offset| (state.turn + offset) % count).find(|instance| takes(&state.instances[*instance]));
        let instance = up.unwrap_or(0);
        state.turn = instance + 1;
        let to = InstanceId { service, instance };
        let (link, path) = ([from.end(), End::Service(service)], vec![from.place(), Place::Instance(to)]);
        self.send_http(link, path, Cargo::Request(Request { to, path: endpoint.path.clone(), data, story, from }));
    }

    pub(super) fn serve(&mut self, request: Request) {
        let Request { to, path, data, story, from } = request;
        let takes = {
            let instance = self.known_instance(to);
            instance.up && !instance.stopping
        };
        let handlers = &self.spec_of(to).handlers;
        let handler = handlers.iter().position(|handler| matches!(&handler.trigger, Trigger::Http { path: own } if *own == path));
        if let Some(handler) = handler.filter(|_| takes) {
            let cause = Cause::Request(from);
            self.admit(to, Job { handler, data: Data::Json(data), cause, story, about: story_name(story), since: self.now });
        } else {
            self.happened(WorldEvent::RequestRefused { service: to.service, path });
            let (link, back) = ([End::Service(to.service), from.end()], vec![Place::Instance(to), from.place()]);
            self.send_http(link, back, Cargo::Response { to: from, status: NO_ANSWER });
        }
    }

    /// Answers once, if a caller asked.
    pub(super) fn reply(&mut self, id: InstanceId, run_id: RunId, status: u16) {
        let Some(run) = self.run_mut(id, run_id) else { return };
        let Cause::Request(caller) = run.cause.clone() else { return };
        if !std::mem::replace(&mut run.replied, true) {
            let (link, path) = ([End::Service(id.service), caller.end()], vec![Place::Instance(id), caller.place()]);
            self.send_http(link, path, Cargo::Response { to: caller, status });
        }
    }

    pub(super) fn answered(&mut self, to: &Caller, status: u16) {
        match *to {
            Caller::Client { client, number, attempt } => self.client_hears(client, number, attempt, Some(status)),
            Caller::Run { instance, epoch, run, wait } => {
                if self.known_instance(instance).epoch == epoch && self.waits(instance, run, wait) {
                    self.call_ends(instance, run, Some(status));
                }
            }
        }
    }

    /// A step that calls another service: its first attempt, or one more.
    pub(super) fn call(&mut self, id: InstanceId, run_id: RunId) {
        let Some((endpoint, attempts)) = self.call_of(id, run_id) else { return };
        let now = self.now;
        let instance = self.instance_mut(id);
        let epoch = instance.epoch;
        let Some(run) = instance.runs.get_mut(&run_id) else { return };
        let circuit = instance.circuits.get_mut(&(run.handler, run.step));
        let probe = Circuit::HalfOpen { run: run_id };
        match circuit {
            Some(Circuit::Open { until }) if *until > now => return self.call_fails(id, run_id, "the circuit is open".to_owned()),
            Some(Circuit::HalfOpen { .. }) => {
                return self.call_fails(id, run_id, "the circuit is half open, and another attempt is out".to_owned());
            }
            Some(circuit @ Circuit::Open { .. }) => *circuit = probe,
            Some(Circuit::Closed { .. }) | None => {}
        }
        run.attempt += 1;
        run.wait += 1;
        run.sent_at = now;
        let (data, story, wait) = (run.data.json().clone(), run.story, run.wait);
        if let Some(timeout) = attempts.timeout {
            self.agenda.push(now + timeout, Item::TimesOut { instance: id, epoch, run: run_id, wait });
        }
        self.request(Caller::Run { instance: id, epoch, run: run_id, wait }, &endpoint, data, story);
    }

    fn call_of(&self, id: InstanceId, run_id: RunId) -> Option<(Endpoint, Attempts)> {
        let run = self.known_instance(id).runs.get(&run_id)?;
        match &self.spec_of(id).handlers[run.handler].steps.get(run.step)?.action {
            Action::Call { endpoint, attempts, .. } => Some((endpoint.clone(), attempts.clone())),
            _ => None,
        }
    }

    /// What it waited for has not come in time.
    pub(super) fn wait_times_out(&mut self, id: InstanceId, run_id: RunId, wait: u32) {
        if !self.waits(id, run_id, wait) {
            return;
        }
        if self.call_of(id, run_id).is_some() {
            self.call_ends(id, run_id, None);
            return;
        }
        if self.gives_up_waiting(id, run_id, wait) || self.consulted_in_vain(id, run_id) {
            return;
        }
        let awaiting = &mut self.instance_mut(id).awaiting;
        let mine = |waiting: &Awaiting| matches!(waiting.who, Waiting::Run { run, .. } if run == run_id);
        let sequence = awaiting.iter().find(|(_, waiting)| mine(waiting)).map(|(sequence, _)| *sequence);
        if let Some(waiting) = sequence.and_then(|sequence| awaiting.remove(&sequence)) {
            self.happened(WorldEvent::PublishFailed { instance: id, event: waiting.event, reason: Unconfirmed::TooLate.reason() });
        }
        self.publish_settled(id, run_id, wait, Err(Unconfirmed::TooLate));
    }

    /// None: no answer in time.
    fn call_ends(&mut self, id: InstanceId, run_id: RunId, status: Option<u16>) {
        let Some((endpoint, attempts)) = self.call_of(id, run_id) else { return };
        let now = self.now;
        let Some(run) = self.run_mut(id, run_id) else { return };
        let (attempt, sent_at, about, place) = (run.attempt, run.sent_at, run.about.clone(), (run.handler, run.step));
        self.measure_http(&endpoint.service, sent_at, status);
        let ok = status.is_some_and(is_success);
        self.circuit_sees(id, run_id, place, &attempts, &endpoint.service, ok);
        if ok {
            self.next_step(id, run_id);
            return;
        }
        let reason = status.map_or_else(|| "timed out".to_owned(), Self::status_reason);
        self.happened(WorldEvent::CallFailed { instance: id, service: endpoint.service.clone(), attempt, reason: reason.clone(), about });
        if may_retry(status) && attempt <= attempts.retries {
            let instance = self.instance_mut(id);
            let (pause, epoch) = (instance.random.backoff(&attempts.backoff, attempt), instance.epoch);
            let Some(run) = instance.runs.get_mut(&run_id) else { return };
            run.wait += 1; // an answer that is late now is too late
            let wait = run.wait;
            self.agenda.push(now + pause, Item::CallsAgain { instance: id, epoch, run: run_id, wait });
        } else {
            self.call_fails(id, run_id, reason);
        }
    }

    pub(super) fn calls_again(&mut self, id: InstanceId, run_id: RunId, wait: u32) {
        if self.waits(id, run_id, wait) {
            self.call(id, run_id);
        }
    }

    /// It is over: without the answer, if that was not required.
    fn call_fails(&mut self, id: InstanceId, run_id: RunId, reason: String) {
        let spec = self.spec_of(id).clone();
        let Some(run) = self.known_instance(id).runs.get(&run_id) else { return };
        match spec.handlers[run.handler].steps.get(run.step).map(|step| &step.action) {
            Some(Action::Call { required: false, .. }) => {
                self.swallows(id);
                self.next_step(id, run_id);
            }
            _ => self.fail(id, run_id, "call", reason),
        }
    }

    /// Counts failures in a row while it is closed. When it is half open, the one attempt that is out decides. What was out when it opened
    /// changes nothing.
    fn circuit_sees(&mut self, id: InstanceId, run: RunId, place: (usize, usize), attempts: &Attempts, service: &Name, ok: bool) {
        let Some(breaker) = &attempts.breaker else { return };
        let opens = Circuit::Open { until: self.now + breaker.open };
        let circuits = &mut self.instance_mut(id).circuits;
        let before = circuits.get(&place).copied().unwrap_or(Circuit::Closed { failures: 0 });
        let after = match before {
            Circuit::Open { .. } => return,
            Circuit::HalfOpen { run: probe } if probe != run => return,
            _ if ok => Circuit::Closed { failures: 0 },
            Circuit::Closed { failures } if failures + 1 < breaker.failures => Circuit::Closed { failures: failures + 1 },
            Circuit::Closed { .. } | Circuit::HalfOpen { .. } => opens,
        };
        circuits.insert(place, after);
        match (before, after) {
            (_, Circuit::Open { .. }) => self.happened(WorldEvent::CircuitOpened { instance: id, service: service.clone() }),
            (Circuit::HalfOpen { .. }, _) => self.happened(WorldEvent::CircuitClosed { instance: id, service: service.clone() }),
            _ => {}
        }
    }
}

/// How many circuit breakers to a service are not closed.
pub(super) fn open_circuits(services: &[ServiceState], callee: &Name) -> u32 {
    let calls = |service: &ServiceState, (handler, step): (usize, usize)| {
        let step = service.spec.handlers.get(handler).and_then(|handler| handler.steps.get(step));
        matches!(step.map(|step| &step.action), Some(Action::Call { endpoint, .. }) if endpoint.service == *callee)
    };
    let of_service = |service: &ServiceState| {
        let circuits = service.instances.iter().flat_map(|instance| instance.circuits.iter());
        circuits.filter(|(place, circuit)| !matches!(circuit, Circuit::Closed { .. }) && calls(service, **place)).count()
    };
    services.iter().map(|service| u32::try_from(of_service(service)).unwrap_or(u32::MAX)).sum()
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// What the caller did wrong will be wrong again: 4xx is not tried again.
fn may_retry(status: Option<u16>) -> bool {
    status.is_none_or(|status| status == NO_ANSWER || status >= 500)
}

/// The time until the next request of a rate that changes. One more has come when the area under the rate grew by one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a pause of at most an hour, in microseconds")]
fn ramp_pause(from_per_s: f64, to_per_s: f64, over: SimTime, elapsed: SimTime) -> SimTime {
    let (over, elapsed) = (over.as_secs_f64(), elapsed.as_secs_f64());
    let pause = if elapsed >= over {
        1.0 / to_per_s
    } else {
        let slope = (to_per_s - from_per_s) / over;
        let rate = from_per_s + slope * elapsed;
        if slope.abs() < 1e-12 { 1.0 / rate } else { (libm::sqrt((rate * rate + 2.0 * slope).max(0.0)) - rate) / slope }
    };
    // Beyond the ramp's end, and where its rate falls to nothing, this is near enough.
    SimTime::from_micros((pause.clamp(1e-6, 3_600.0) * 1e6) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_sends_as_many_as_the_area_under_its_rate() {
        for (from, to, expected) in [(0.0, 10.0, 300.0), (10.0, 10.0, 600.0), (10.0, 2.0, 360.0)] {
            let over = SimTime::from_secs(60);
            let (mut now, mut count) = (SimTime::ZERO, 0);
            loop {
                now = now + ramp_pause(from, to, over, now);
                if now > over {
                    break;
                }
                count += 1;
            }
            assert!((f64::from(count) - expected).abs() <= 5.0, "{from} to {to}: {count}");
        }
    }
}
