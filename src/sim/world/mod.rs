//! The world: its state, one step of it, and what enters from outside. What happens in a step is in the files below.

mod arrival;
mod asking;
mod bounds;
mod consulting;
mod consumers;
mod declaring;
mod deploying;
mod edit;
mod faults;
mod follow;
mod handling;
mod held_up;
mod http;
mod life;
mod network;
mod operator;
mod publisher;
mod publishing;
mod recorded;
mod resent;
mod starting;
mod undone;
mod unread;

use std::sync::Arc;

pub use edit::same_program;
pub use operator::BY_HAND_MAX;
pub use starting::Awaited;

use super::agenda::{Agenda, Item};
use super::flight::{Cargo, Flight, Question};
use super::ids::{End, InstanceId};
use super::input::{Input, Inputs, Recording, TimedInput, Until};
use super::ledger::Ledger;
use super::metrics::Metrics;
use super::random::{Random, Stream};
use super::service::{ClientState, ClosedWith, Instance, Memory, ServiceState};
use super::slots::Slots;
use super::trace::{TimedEvent, TraceHash, WorldEvent};
use crate::base::SimTime;
use crate::base::limits::named;
use crate::base::ordered::OrderedMap;
use crate::broker::{Broker, ChannelId, ConnectionId, Event, Flow, Method, Name, Profile, Reply};
use crate::scenario::{Directory, ExchangeSpec, PublishesOn, QueueSpec, Scenario, Service, Trigger};
use faults::{Armed, KnownFault};
use network::{Links, Opened};
use operator::Operator;
use resent::OnTheWay;
use starting::Starting;
use undone::Undone;

/// More than most steps have.
const HAPPENINGS_A_STEP: u64 = 16;

#[derive(Clone, Debug)]
pub struct World {
    recording: Recording,
    /// As it was edited since.
    scenario: Arc<Scenario>,
    /// Of that scenario.
    directory: Arc<Directory>,
    now: SimTime,
    steps: u64,
    agenda: Agenda,
    broker: Broker,
    broker_down: bool,
    /// Of the person who publishes by hand.
    operator: Operator,
    /// Of the person who changes the topology: on a connection that never publishes, which no alarm blocks.
    administrator: Operator,
    services: Vec<ServiceState>,
    clients: Vec<ClientState>,
    /// No client sends anything by itself any more.
    silenced: bool,
    links: Links,
    faults: OrderedMap<u32, Box<KnownFault>>,
    fault_last: u32,
    armed: Vec<Armed>,
    undone: Undone,
    starting: Starting,
    /// The program on a channel.
    channels: OrderedMap<ChannelId, InstanceId>,
    /// The program on a connection, as long as its channels are known.
    connections: OrderedMap<ConnectionId, InstanceId>,
    /// Connections whose end has not reached the broker.
    leaving: Vec<Opened>,
    flights: Slots<Flight>,
    /// An acknowledgement of a handler that goes on, which has just arrived.
    early_ack: Option<(ChannelId, u64)>,
    /// Events that were lost on their way to the broker, and those that their program still has.
    on_the_way: Memory<OnTheWay>,
    /// On connections that the broker does not read.
    unread_questions: Vec<Question>,
    run_last: u64,
    event_last: u64,
    ledger: Ledger,
    metrics: Metrics,
    hash: TraceHash,
    /// How many things have happened since everything was last counted.
    uncounted: u64,
    happenings: u64,
    /// What large bodies and names have taken so far.
    large_bytes: usize,
    /// How many times lower than in the table its limits are.
    lowered: u64,
    /// Why nothing happens any more.
    halted: Option<Name>,
    /// Whether occurrences are kept for a reader: makes no difference to what happens.
    watched: bool,
    occurrences: Vec<TimedEvent>,
    spare: Vec<Event>,
}

impl World {
    /// A world at time zero, its topology declared and its programs about to start.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        let mut broker = Broker::new(scenario.broker.profile).with(&scenario.broker.plugins, seed);
        let operator = Operator::connect(&mut broker, SimTime::ZERO);
        let administrator = Operator::connect(&mut broker, SimTime::ZERO);
        let mut world = Self {
            recording: Recording::new(scenario.clone(), seed),
            directory: Arc::new(Directory::of(&scenario.broker)),
            scenario,
            now: SimTime::ZERO,
            steps: 0,
            agenda: Agenda::default(),
            broker,
            broker_down: false,
            operator,
            administrator,
            services: Vec::new(),
            clients: Vec::new(),
            silenced: false,
            links: Links::new(Random::of(seed, Stream::Network)),
            faults: OrderedMap::new(),
            fault_last: 0,
            armed: Vec::new(),
            undone: Undone::default(),
            starting: Starting::default(),
            channels: OrderedMap::new(),
            connections: OrderedMap::new(),
            leaving: Vec::new(),
            flights: Slots::default(),
            early_ack: None,
            on_the_way: Memory::default(),
            unread_questions: Vec::new(),
            run_last: 0,
            event_last: 0,
            ledger: Ledger::default(),
            metrics: Metrics::default(),
            hash: TraceHash::default(),
            uncounted: 0,
            happenings: 0,
            large_bytes: 0,
            lowered: 1,
            halted: None,
            watched: true,
            occurrences: Vec::new(),
            spare: Vec::new(),
        };
        let scenario = world.scenario.clone();
        world.broker.set_recorded(SimTime::ZERO, scenario.broker.recorded);
        world.declare_topology(None, &[]);
        world.fill_queues();
        scenario.services.iter().for_each(|service| world.add_service(service));
        scenario.clients.iter().for_each(|client| world.add_client(client));
        world.lay_links();
        if scenario.broker.ready > SimTime::ZERO {
            world.broker_down = true;
            world.agenda.push(scenario.broker.ready, Item::BrokerReady);
        }
        (0..scenario.services.len()).for_each(|service| world.launch(service));
        (0..scenario.clients.len()).for_each(|client| world.plan_next_arrival(client));
        scenario.faults.iter().for_each(|fault| world.expect_fault(fault.clone()));
        world.absorb_events();
        world
    }

    /// Whether occurrences are kept until they are drained.
    pub fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
        if !watched {
            self.occurrences.clear();
        }
    }

    /// Every limit at which it halts is so many times lower: what takes long to reach is reached soon.
    #[must_use]
    pub fn with_limits_lowered(self, times: u64) -> Self {
        Self { lowered: times, ..self }
    }

    /// Tells the broker to change its topology. None while it is down, or when it refuses.
    fn administer(&mut self, method: Method) -> Option<Reply> {
        if self.broker_down {
            return None;
        }
        self.administrator.reopen(&mut self.broker, self.now);
        self.broker.apply(self.now, self.administrator.channel, method).ok()
    }

    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// How many steps it has taken.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// How much work it has been: a step or an input, and more where much happens in one. What has a budget a frame counts this. A step
    /// that starts a hundred consumers takes as long as a hundred others.
    #[must_use]
    pub fn effort(&self) -> u64 {
        self.steps + self.recording.inputs.len() as u64 + self.happenings / HAPPENINGS_A_STEP
    }

    /// How much has happened. The occurrences of a run have their numbers from 0 on.
    #[must_use]
    pub const fn happenings(&self) -> u64 {
        self.happenings
    }

    /// As it is now: inputs may have edited it.
    #[must_use]
    pub const fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The broker's parts of that scenario, by name.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    #[must_use]
    pub fn exchange_spec(&self, name: &Name) -> Option<&ExchangeSpec> {
        self.scenario.broker.exchanges.get(self.directory.exchange(name)?)
    }

    #[must_use]
    pub fn queue_spec(&self, name: &Name) -> Option<&QueueSpec> {
        self.scenario.broker.queues.get(self.directory.queue(name)?)
    }

    /// What has led here.
    #[must_use]
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    #[must_use]
    pub const fn broker(&self) -> &Broker {
        &self.broker
    }

    #[must_use]
    pub const fn is_broker_down(&self) -> bool {
        self.broker_down
    }

    #[must_use]
    pub fn profile(&self) -> Profile {
        self.broker.profile()
    }

    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let mut ledger = self.ledger.with_holdings(&self.broker);
        let flying = self.flights.values().filter(|flight| matches!(flight.cargo, Cargo::Publish { .. })).count() as u64;
        ledger.messages.on_the_way = flying + self.broker.unread_publishes().count() as u64;
        ledger
    }

    /// Of everything that has happened so far.
    #[must_use]
    pub const fn trace_hash(&self) -> u64 {
        self.hash.value()
    }

    /// None before it was added to the scenario.
    #[must_use]
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.services.get(id.service)?.instances.get(id.instance)
    }

    /// An instance that is known to exist: instances are added, and never taken away.
    fn known_instance(&self, id: InstanceId) -> &Instance {
        &self.services[id.service].instances[id.instance]
    }

    /// The program that it runs.
    fn spec_of(&self, id: InstanceId) -> &Arc<Service> {
        let service = &self.services[id.service];
        service.instances[id.instance].program.as_ref().unwrap_or(&service.spec)
    }

    fn instance_mut(&mut self, id: InstanceId) -> &mut Instance {
        &mut self.services[id.service].instances[id.instance]
    }

    /// By their places in [`InstanceId`]s; those that were removed from the scenario are still there.
    #[must_use]
    pub fn services(&self) -> &[ServiceState] {
        &self.services
    }

    #[must_use]
    pub fn service_named(&self, name: &Name) -> Option<&ServiceState> {
        self.services.iter().find(|service| service.spec.name == *name && !service.removed)
    }

    /// How many connections of a service the broker has open. It may not have noticed yet that some have no program any more.
    #[must_use]
    pub fn connections_of(&self, service: usize) -> u64 {
        let in_use = self.services[service].instances.iter().flat_map(Instance::connections).map(|(connection, _)| connection);
        let leaving = self.leaving.iter().filter(|left| left.of.service == service).map(|left| left.connection);
        in_use.chain(leaving).filter(|connection| self.broker.flow(*connection).is_some()).count() as u64
    }

    #[must_use]
    pub fn clients(&self) -> &[ClientState] {
        &self.clients
    }

    /// Every instance of every service of the scenario.
    pub fn instances(&self) -> impl Iterator<Item = (InstanceId, &Instance)> {
        let services = self.services.iter().enumerate().filter(|(_, state)| !state.removed);
        services.flat_map(|(service, state)| {
            let instances = state.instances.iter().take(state.spec.instances as usize).enumerate();
            instances.map(move |(instance, one)| (InstanceId { service, instance }, one))
        })
    }

    #[must_use]
    pub fn records(&self, service: usize) -> usize {
        self.services.get(service).map_or(0, |state| state.store.len())
    }

    /// How many requests a client has sent.
    #[must_use]
    pub fn requests(&self, client: usize) -> u64 {
        self.clients.get(client).map_or(0, |state| state.sent)
    }

    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        self.flights.values()
    }

    /// One of so many flights; each flight is always among them or never.
    pub fn some_flights(&self, one_of: u64) -> impl Iterator<Item = &Flight> {
        self.flights.iter().filter(move |(number, _)| number % one_of.max(1) == 0).map(|(_, flight)| flight)
    }

    #[must_use]
    pub fn flights_count(&self) -> usize {
        self.flights.len()
    }

    /// Whether nothing passes between these two.
    #[must_use]
    pub fn is_cut(&self, link: [End; 2]) -> bool {
        self.links.is_cut(link, None)
    }

    /// Whether a program consumes, and has lost the channel that it publishes on.
    #[must_use]
    pub fn cannot_publish(&self, id: InstanceId) -> bool {
        self.instance(id).is_some_and(|instance| instance.up && instance.receives()) && self.publishing_channel(id).is_none()
    }

    /// Whether the broker reads nothing from a connection of this program.
    #[must_use]
    pub fn is_blocked(&self, id: InstanceId) -> bool {
        let Some(instance) = self.instance(id) else { return false };
        let publisher = instance.publisher.and_then(|publisher| publisher.connection);
        instance.connection.into_iter().chain(publisher).any(|connection| self.broker.flow(connection) == Some(Flow::Blocked))
    }

    /// Whether nothing passes between this program and the broker.
    #[must_use]
    pub fn is_cut_off(&self, id: InstanceId) -> bool {
        self.links.is_cut([End::Service(id.service), End::Broker], Some(id.instance))
    }

    /// Channels the broker still takes for open, of programs that are gone.
    pub fn channels_of_the_dead(&self) -> impl Iterator<Item = (InstanceId, ChannelId)> {
        self.channels.iter().filter_map(|(channel, id)| {
            let gone = !self.known_instance(*id).up;
            (gone && self.broker.is_open(*channel)).then_some((*id, *channel))
        })
    }

    /// Whether a program is up and has not reached the broker yet.
    #[must_use]
    pub fn is_connecting(&self, id: InstanceId) -> bool {
        self.instance(id).is_some_and(|instance| instance.up && instance.channel.is_none() && !instance.alone)
            && life::uses_broker(self.spec_of(id))
    }

    /// Whether a program is up and will not reach the broker. Its connection or channel is gone, and it does not try again.
    #[must_use]
    pub fn goes_on_alone(&self, id: InstanceId) -> bool {
        self.instance(id).is_some_and(|instance| instance.up && instance.alone && !instance.receives())
    }

    /// What RabbitMQ closed the channel with that a program consumes from a queue on, until there is another.
    #[must_use]
    pub fn closed_with(&self, id: InstanceId, queue: &Name) -> Option<&ClosedWith> {
        let instance = self.instance(id)?;
        let mut handlers = self
            .spec_of(id)
            .handlers
            .iter()
            .enumerate()
            .filter(|(_, handler)| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue));
        handlers.find_map(|(handler, _)| instance.consumer_closed_with(handler))
    }

    /// The same, of the channel on which it publishes.
    #[must_use]
    pub fn publisher_closed_with(&self, id: InstanceId) -> Option<&ClosedWith> {
        let shares = self.services.get(id.service)?.spec.publishes_on == PublishesOn::Shared;
        let instance = self.instance(id)?;
        if shares { instance.closed_with.as_ref() } else { instance.publisher_closed_with.as_ref() }
    }

    /// The program on a connection.
    #[must_use]
    pub fn instance_of_connection(&self, connection: ConnectionId) -> Option<InstanceId> {
        self.connections.get(&connection).copied()
    }

    /// The ledger as counted so far, without a copy. It leaves out the broker's messages and those on their way.
    #[must_use]
    pub const fn counted(&self) -> &Ledger {
        &self.ledger
    }

    /// The program that consumes from a channel.
    #[must_use]
    pub fn instance_of_channel(&self, channel: ChannelId) -> Option<InstanceId> {
        self.channels.get(&channel).copied()
    }

    /// A copy that starts without what happened before it, which another reader has.
    pub(super) fn keyframe(&self) -> Self {
        Self { occurrences: Vec::new(), spare: Vec::new(), ..self.clone() }
    }

    /// What happened since it was last drained, in order.
    pub(super) fn occurrences(&self) -> &[TimedEvent] {
        &self.occurrences
    }

    /// What happened since this was last asked, in order.
    pub fn drain_occurrences(&mut self) -> std::vec::Drain<'_, TimedEvent> {
        self.occurrences.drain(..)
    }

    /// Why nothing happens any more, if that is so: what multiplies without end would take all memory.
    #[must_use]
    pub fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    /// When the next step happens; none when nothing is left to do.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        if self.halted.is_some() {
            return None;
        }
        match (self.agenda.next_at(), self.broker_deadline()) {
            (Some(item), Some(deadline)) => Some(std::cmp::min(item, deadline)),
            (one, other) => one.or(other),
        }
    }

    /// A broker that is down does nothing: what was due meanwhile happens when it is back.
    fn broker_deadline(&self) -> Option<SimTime> {
        self.broker.next_deadline().filter(|_| !self.broker_down).map(|deadline| deadline.max(self.now))
    }

    /// One thing happens. False when nothing is left to do.
    pub fn step(&mut self) -> bool {
        self.step_until(SimTime::MAX)
    }

    /// One thing happens, unless the next is later. Whether it did. What is next is looked for once.
    fn step_until(&mut self, until: SimTime) -> bool {
        if self.halted.is_some() {
            return false;
        }
        let deadline = self.broker_deadline();
        let at = match (self.agenda.next_at(), deadline) {
            (Some(item), Some(deadline)) => std::cmp::min(item, deadline),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) => return false,
        };
        if at > until {
            return false;
        }
        self.advance_clock(at);
        self.steps += 1;
        if deadline.is_some_and(|deadline| deadline <= at) {
            self.broker.expire(at);
        } else if let Some(item) = self.agenda.pop() {
            self.perform(&item);
        }
        self.absorb_events();
        self.check_bounds();
        true
    }

    /// Everything up to and including this moment happens, but at most so many steps: a page must not freeze.
    /// Whether it got there.
    pub fn run_until(&mut self, until: SimTime, steps_max: u64) -> bool {
        for _ in 0..steps_max {
            if !self.step_until(until) {
                self.advance_clock(until);
                return true;
            }
        }
        false
    }

    fn advance_clock(&mut self, at: SimTime) {
        if at > self.now {
            let before = SimTime::from_micros(at.as_micros() - 1);
            if self.metrics.is_due(before) {
                let services = &self.services;
                self.metrics.sample_until(before, &self.broker, &self.ledger, |callee| http::open_circuits(services, callee));
            }
            self.now = at;
        }
    }

    /// Something comes from outside, now.
    pub fn inject(&mut self, input: Input) {
        self.recording.inputs.push(TimedInput { at: self.now, after_steps: self.steps, input: input.clone() });
        self.halt_beyond(named::INPUTS, self.recording.inputs.len(), "a smaller count publishes as much by hand with fewer inputs");
        match input {
            Input::Fault(fault) => self.expect_fault(fault),
            Input::Mend(kind) => self.mend_by_hand(&kind),
            Input::Publish(publish) => self.publish_by_hand(&publish),
            Input::Request { client, count } => {
                if let Some(client) = self.clients.iter().position(|state| state.spec.name == client && !state.removed) {
                    self.send_requests(client, count.into());
                }
            }
            Input::Silence => self.silenced = true,
            Input::Edit(scenario) => self.edit(&scenario),
            Input::Get { queue, count, requeue } => self.get_by_hand(&queue, count, requeue),
            Input::Purge { queue } => self.purge_by_hand(queue),
            Input::Move { queue, count, to } => self.move_by_hand(&queue, count, to.as_ref()),
            Input::Observed(observed) => self.observe(&observed),
        }
        self.absorb_events();
        // A file may hold thousands of inputs for one moment, each of thousands.
        self.check_bounds();
    }

    /// Whether the next input of a recording comes before the next thing that happens by itself. The number of steps decides where both are
    /// at one moment. A recording of another engine, or with other faults, still has its inputs in time.
    pub(super) fn is_due(&self, input: &TimedInput) -> bool {
        match self.next_at() {
            Some(next) if next < input.at => false,
            Some(next) if next == input.at => self.steps >= input.after_steps,
            _ => true,
        }
    }

    /// A recording's next input, if it is due by this moment.
    fn next_input<'a>(&self, inputs: &'a Inputs, until: SimTime) -> Option<&'a TimedInput> {
        let next = inputs.get(self.recording.inputs.len()).filter(|_| self.halted.is_none());
        next.filter(|timed| timed.at <= until && self.is_due(timed))
    }

    pub(super) fn take_input(&mut self, timed: &TimedInput) {
        self.advance_clock(timed.at);
        self.inject(timed.input.clone());
    }

    /// One thing happens, by itself or from outside, as in a recording of which this is a part. False when nothing is left to do by this
    /// moment.
    pub fn step_along(&mut self, inputs: &Inputs, until: SimTime) -> bool {
        self.step_along_within(inputs, until, u64::MAX)
    }

    /// The same, as long as this world has taken fewer steps. What comes from outside is no step.
    pub(in crate::sim) fn step_along_within(&mut self, inputs: &Inputs, until: SimTime, steps_max: u64) -> bool {
        if let Some(timed) = self.next_input(inputs, until) {
            self.take_input(timed);
            return true;
        }
        let is_over = self.steps >= steps_max;
        let goes_on = !is_over && self.next_at().is_some_and(|at| at <= until) && self.step();
        if !goes_on {
            // The clock does not pass what is still to happen.
            let until = self.next_at().filter(|_| is_over).map_or(until, |next| until.min(next));
            self.advance_clock(until.max(self.now));
        }
        goes_on
    }

    /// How far it has come.
    #[must_use]
    pub fn reached(&self) -> Until {
        let goes_on_at_once = self.next_at() == Some(self.now);
        Until { at: self.now, after_steps: goes_on_at_once.then_some(self.steps) }
    }

    /// Runs a recording from its beginning to this moment.
    #[must_use]
    pub fn replay(recording: &Recording, until: SimTime) -> Self {
        let mut world = Self::new(recording.scenario.clone(), recording.seed);
        world.set_watched(false);
        while world.step_along(&recording.inputs, until) {}
        world
    }

    fn perform(&mut self, item: &Item) {
        if let Some((id, epoch)) = item.doer() {
            let instance = self.instance_mut(id);
            if instance.epoch != epoch {
                return; // of an earlier life
            }
            if instance.hung {
                instance.frozen.push(item.clone());
                return;
            }
        }
        match *item {
            Item::Arrival(flight) => self.arrival(flight),
            Item::ClientSends { client, generation } => self.client_sends(client, generation),
            Item::ClientSendsOn { client, left } => self.send_requests(client, left),
            Item::ClientTimesOut { client, number, attempt } => self.client_hears(client, number, attempt, None),
            Item::ClientTriesAgain { client, number, attempt } => self.client_tries_again(client, number, attempt),
            Item::Resume { instance, run, wait, .. } => self.resume(instance, run, wait),
            Item::TimesOut { instance, run, wait, .. } => self.wait_times_out(instance, run, wait),
            Item::CallsAgain { instance, run, wait, .. } => self.calls_again(instance, run, wait),
            Item::Continues { instance, run, wait, .. } => {
                if self.waits(instance, run, wait) {
                    self.proceed(instance, run);
                }
            }
            Item::ScheduleFires { service, handler, generation } => self.schedule_fires(service, handler, generation),
            Item::RelayRuns { service, generation } => self.relay_runs(service, generation),
            Item::Reconnect { instance, epoch } => self.reconnect(instance, epoch),
            Item::ReopenPublisher { instance, epoch } => self.reopen_publisher(instance, epoch),
            Item::ReopenConsumer { instance, epoch, handler } => self.reopen_consumer(instance, epoch, handler),
            Item::Restart { instance, epoch } => self.restart_process(instance, epoch),
            Item::HeartbeatMissed { instance, connection, cut } => self.heartbeat_missed(instance, connection, cut),
            Item::GraceEnds { instance, epoch } => self.grace_ends(instance, epoch),
            Item::PeerGone(connection, instance) => self.peer_gone(connection, instance),
            Item::Unblocks { instance, epoch, run, wait } => self.unblocks(instance, epoch, run, wait),
            Item::PeerSilent { instance, connection, until } => self.peer_silent(instance, connection, until),
            Item::Notices { instance, closed, .. } => self.notices(instance, closed),
            Item::HealthCheck(ref name) => self.check_health(name),
            Item::BrokerReady => self.broker_is_ready(),
            Item::FaultBegins(number) => self.fault_begins(number),
            Item::FaultEnds(number) => self.fault_ends(number),
        }
    }

    fn happened(&mut self, what: WorldEvent) {
        let occurrence = TimedEvent { at: self.now, what };
        self.hash.add(&occurrence);
        self.uncounted += 1;
        self.happenings += 1;
        if self.watched {
            self.occurrences.push(occurrence);
        }
    }
}
