//! The discrete-event world built from a scenario: a broker, the programs around it, the network between them, one clock.
//!
//! ```text
//!   agenda (what will happen, by time and order) ──▶ World::step ──▶ broker.apply / service code
//!        ▲                                               │
//!        └── flights arrive, handlers resume ◀───────────┤
//!                                                        └──▶ occurrences ─▶ trace hash, ledger, metrics, whoever watches
//! ```
//!
//! A world knows no wall clock and no screen. Everything that is not in its scenario, its seed and its inputs cannot influence it.
//! A [`Timeline`] is a world that can be rewound.
//!
//! | file | has |
//! |---|---|
//! | `life`, `handling`, `publishing`, `http` | what programs do |
//! | `network`, `faults`, `edit` | what is done to them |
//! | [`ledger`], [`business`], [`metrics`], [`biography`] | what became of every message |
//! | [`timeline`], [`explore`], [`judge`] | going back, branching, looking for what breaks, judging |

pub mod biography;
pub mod business;
pub mod chunked;
pub mod explore;
pub mod flight;
pub mod histogram;
pub mod input;
pub mod judge;
pub mod ledger;
pub mod metrics;
pub mod random;
pub mod service;
pub mod timeline;
pub mod trace;

mod agenda;
mod edit;
mod faults;
mod handling;
mod http;
mod life;
mod network;
mod operator;
mod publishing;
mod slots;

use std::collections::VecDeque;
use std::sync::Arc;

pub use business::StoryId;
pub use flight::{Cargo, Flight, Hop, HopKind, Place, Verdict};
pub use input::{HandPublish, Input, Inputs, Recording, TimedInput};
pub use ledger::Ledger;
pub use network::End;
pub use operator::BY_HAND_MAX;
pub use service::InstanceId;
pub use timeline::Timeline;
pub use trace::{Happening, Occurrence};

use operator::Operator;

use crate::base::SimTime;
use crate::base::limits::{self, beyond};
use crate::base::ordered::OrderedMap;
use crate::broker::view::QueueView;
use crate::broker::{
    AmqpError, BasicPublish, Body, Broker, ChannelId, ConnectionId, Event, Message, Method, Name, Profile, Reply, RequeueCause,
};
use crate::scenario::Scenario;
use agenda::{Agenda, Item};
use faults::{Armed, KnownFault};
use flight::{Caller, Delivery, HOPS_MAX, Publish};
use metrics::Metrics;
use network::Links;
use random::{Random, Stream};
use service::{ClientState, Instance, ServiceState};
use slots::Slots;
use trace::TraceHash;

/// How many steps pass between two looks at the queues.
const BOUNDS_EVERY: u64 = 4_096;

/// The shortest time the eye is given to follow a move inside the broker.
const HOP_MIN: SimTime = SimTime::from_millis(200);

#[derive(Clone, Debug)]
pub struct World {
    recording: Recording,
    /// As it was edited since.
    scenario: Arc<Scenario>,
    now: SimTime,
    steps: u64,
    agenda: Agenda,
    broker: Broker,
    broker_down: bool,
    /// Of whoever publishes by hand.
    operator: Operator,
    /// Of whoever changes the topology: on a connection that never publishes, which no alarm blocks.
    administrator: Operator,
    services: Vec<ServiceState>,
    clients: Vec<ClientState>,
    /// No client sends anything by itself any more.
    silenced: bool,
    links: Links,
    faults: OrderedMap<u32, Box<KnownFault>>,
    fault_last: u32,
    armed: Vec<Armed>,
    /// Who uses a channel.
    channels: OrderedMap<ChannelId, InstanceId>,
    /// Connections whose end has not reached the broker.
    leaving: Vec<(ConnectionId, InstanceId)>,
    flights: Slots<Flight>,
    hops: VecDeque<Hop>,
    run_last: u64,
    event_last: u64,
    ledger: Ledger,
    metrics: Metrics,
    hash: TraceHash,
    /// Why nothing happens any more.
    halted: Option<Name>,
    /// Whether anybody looks at pictures and occurrences: makes no difference to what happens.
    watched: bool,
    occurrences: Vec<Occurrence>,
    spare: Vec<Event>,
}

impl World {
    /// A world at time zero, its topology declared and its programs about to start.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        let mut broker = Broker::new(scenario.broker.profile);
        let operator = Operator::connect(&mut broker, SimTime::ZERO);
        let administrator = Operator::connect(&mut broker, SimTime::ZERO);
        let mut world = Self {
            recording: Recording::new(scenario.clone(), seed),
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
            channels: OrderedMap::new(),
            leaving: Vec::new(),
            flights: Slots::default(),
            hops: VecDeque::new(),
            run_last: 0,
            event_last: 0,
            ledger: Ledger::default(),
            metrics: Metrics::default(),
            hash: TraceHash::default(),
            halted: None,
            watched: true,
            occurrences: Vec::new(),
            spare: Vec::new(),
        };
        let scenario = world.scenario.clone();
        world.declare_topology(None);
        scenario.services.iter().for_each(|service| world.add_service(service));
        scenario.clients.iter().for_each(|client| world.add_client(client));
        world.lay_links();
        (0..scenario.services.len()).for_each(|service| world.launch(service));
        (0..scenario.clients.len()).for_each(|client| world.plan_next_arrival(client));
        scenario.faults.iter().for_each(|fault| world.expect_fault(fault.clone()));
        world.absorb_events();
        world
    }

    /// Whether occurrences and moves inside the broker are kept for somebody to look at.
    pub fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
        if !watched {
            self.occurrences.clear();
            self.hops.clear();
        }
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

    /// As it is now: inputs may have edited it.
    #[must_use]
    pub const fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
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

    #[must_use]
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.services.get(id.service)?.instances.get(id.instance)
    }

    /// By their places in [`InstanceId`]s; those that were removed from the scenario are still there.
    #[must_use]
    pub fn services(&self) -> &[ServiceState] {
        &self.services
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

    /// Moves inside the broker that the eye is still following.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.hops.iter()
    }

    /// Whether nothing passes between these two.
    #[must_use]
    pub fn is_cut(&self, link: [End; 2]) -> bool {
        self.links.is_cut(link)
    }

    /// Channels the broker still takes for open, of programs that are gone.
    pub fn channels_of_the_dead(&self) -> impl Iterator<Item = (InstanceId, ChannelId)> {
        self.channels.iter().filter_map(|(channel, id)| {
            let gone = self.instance(*id).is_some_and(|instance| !instance.up);
            (gone && self.broker.is_open(*channel)).then_some((*id, *channel))
        })
    }

    /// Whether a program is up and has not reached the broker yet.
    #[must_use]
    pub fn is_connecting(&self, id: InstanceId) -> bool {
        self.instance(id).is_some_and(|instance| instance.up && instance.channel.is_none())
            && life::uses_broker(&self.services[id.service].spec)
    }

    /// Who consumes from a channel.
    #[must_use]
    pub fn instance_of_channel(&self, channel: ChannelId) -> Option<InstanceId> {
        self.channels.get(&channel).copied()
    }

    /// What happened since this was last asked, in order.
    pub fn drain_occurrences(&mut self) -> std::vec::Drain<'_, Occurrence> {
        self.occurrences.drain(..)
    }

    /// Why nothing happens any more, if that is so: what multiplies without end would take all memory.
    #[must_use]
    pub fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    /// Nothing happens any more, because there is too much of something.
    fn halt_beyond(&mut self, what: &str, found: usize, max: usize) {
        if self.halted.is_none()
            && let Some(why) = beyond(what, found, max)
        {
            self.halted = Some(format!("{why}: the run ends here, because more would fill the memory").into());
        }
    }

    fn check_bounds(&mut self) {
        self.halt_beyond("messages and requests on their way", self.flights.len(), limits::FLIGHTS);
        if self.steps.is_multiple_of(BOUNDS_EVERY) {
            let waiting: usize = self.services.iter().flat_map(|service| &service.instances).map(|instance| instance.inbox.len()).sum();
            let queued = self.broker.queues().map(QueueView::total).sum::<u64>() + waiting as u64;
            self.halt_beyond("messages in queues and inboxes", usize::try_from(queued).unwrap_or(usize::MAX), limits::QUEUED);
        }
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
        if self.halted.is_some() {
            return false;
        }
        let deadline = self.broker_deadline();
        let at = match (self.agenda.next_at(), deadline) {
            (Some(item), Some(deadline)) => std::cmp::min(item, deadline),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) => return false,
        };
        self.advance_clock(at);
        self.steps += 1;
        if deadline.is_some_and(|deadline| deadline <= at) {
            self.broker.expire(at);
        } else if let Some(item) = self.agenda.pop() {
            self.happen(&item);
        }
        self.absorb_events();
        self.check_bounds();
        true
    }

    /// Everything up to and including this moment happens, but at most so many steps: a page must not freeze.
    /// Whether it got there.
    pub fn run_until(&mut self, until: SimTime, steps_max: u64) -> bool {
        for _ in 0..steps_max {
            match self.next_at() {
                Some(at) if at <= until => self.step(),
                _ => {
                    self.advance_clock(until);
                    return true;
                }
            };
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
        while self.hops.front().is_some_and(|hop| hop.arrives < self.now) {
            self.hops.pop_front();
        }
    }

    /// Something comes from outside, now.
    pub fn inject(&mut self, input: Input) {
        self.recording.inputs.push(TimedInput { at: self.now, after_steps: self.steps, input: input.clone() });
        self.halt_beyond("inputs of a run", self.recording.inputs.len(), limits::INPUTS);
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
        }
        self.absorb_events();
    }

    /// Whether the next input of a recording comes before the next thing that happens by itself. The number of steps decides
    /// where both are at one moment; a recording of another engine, or one with other faults, still has its inputs in time.
    fn is_due(&self, input: &TimedInput) -> bool {
        match self.next_at() {
            Some(next) if next < input.at => false,
            Some(next) if next == input.at => self.steps >= input.after_steps,
            _ => true,
        }
    }

    /// Takes a recording's inputs that are due, up to this moment.
    fn take_inputs(&mut self, inputs: &Inputs, until: SimTime) {
        while let Some(timed) =
            inputs.get(self.recording.inputs.len()).filter(|timed| self.halted.is_none() && timed.at <= until && self.is_due(timed))
        {
            self.take_input(timed);
        }
    }

    fn take_input(&mut self, timed: &TimedInput) {
        self.advance_clock(timed.at);
        self.inject(timed.input.clone());
        // A file may hold thousands of inputs for one moment, each of thousands.
        self.check_bounds();
    }

    /// One thing happens, as in a recording of which this is a part. False when nothing is left to do by this moment.
    pub fn step_along(&mut self, inputs: &Inputs, until: SimTime) -> bool {
        self.take_inputs(inputs, until);
        let goes_on = self.next_at().is_some_and(|at| at <= until) && self.step();
        if !goes_on {
            self.advance_clock(until.max(self.now));
        }
        goes_on
    }

    /// Runs a recording from its beginning to this moment.
    #[must_use]
    pub fn replay(recording: &Recording, until: SimTime) -> Self {
        let mut world = Self::new(recording.scenario.clone(), recording.seed);
        world.set_watched(false);
        while world.step_along(&recording.inputs, until) {}
        world
    }

    fn happen(&mut self, item: &Item) {
        if let Some((id, epoch)) = item.doer() {
            let instance = &mut self.services[id.service].instances[id.instance];
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
            Item::Restart { instance, epoch } => self.restart_process(instance, epoch),
            Item::HeartbeatMissed { instance, connection, cut } => self.heartbeat_missed(instance, connection, cut),
            Item::FaultBegins(number) => self.fault_begins(number),
            Item::FaultEnds(number) => self.fault_ends(number),
        }
    }

    fn arrival(&mut self, id: u64) {
        if self.is_held_up(id) {
            return;
        }
        let Some(flight) = self.flights.get(id).filter(|flight| flight.arrives <= self.now) else { return };
        // A program that hangs reads nothing but what its library takes for it.
        let reader = match &flight.cargo {
            Cargo::Response { to: Caller::Run { instance, .. }, .. } => Some(*instance),
            Cargo::Confirm { to, .. } | Cargo::Return { to, .. } => Some(*to),
            _ => None,
        };
        if let Some(id_of_reader) = reader {
            let instance = &mut self.services[id_of_reader.service].instances[id_of_reader.instance];
            if instance.hung {
                instance.frozen.push(Item::Arrival(id));
                return;
            }
        }
        if let Some(flight) = self.flights.remove(id) {
            self.arrive(flight);
        }
    }

    fn arrive(&mut self, flight: Flight) {
        match flight.cargo {
            Cargo::Publish { channel, publish } => self.publish_arrives(channel, publish),
            Cargo::Settlement { channel, delivery_tag, verdict, .. } => {
                let method = match verdict {
                    Verdict::Ack => Method::BasicAck { delivery_tag, multiple: false },
                    Verdict::Requeue => Method::BasicNack { delivery_tag, multiple: false, requeue: true },
                    Verdict::RejectRequeue => Method::BasicReject { delivery_tag, requeue: true },
                    Verdict::Reject => Method::BasicReject { delivery_tag, requeue: false },
                };
                let _ = self.broker.apply(self.now, channel, method);
            }
            Cargo::Delivery(delivery) => self.receive(delivery),
            Cargo::Confirm { to, channel, sequence, outcome } => self.confirm_arrives(to, channel, sequence, outcome),
            Cargo::Return { to, channel, message } => self.return_arrives(to, channel, &message),
            Cargo::Request(request) => self.serve(request),
            Cargo::Response { to, status } => self.answered(&to, status),
            Cargo::Connect { instance, epoch } => self.connect(instance, epoch),
            Cargo::Cancel { from, channel, consumer_tag } => {
                if self.broker.apply(self.now, channel, Method::BasicCancel { consumer_tag }).is_ok() {
                    self.absorb_events();
                    self.send_from_broker(from, Vec::new(), Cargo::CancelOk { to: from, channel });
                }
            }
            Cargo::CancelOk { to, channel } => self.cancelled(to, channel),
            Cargo::Disconnect { connection } => {
                self.leaving.retain(|(leaving, _)| *leaving != connection);
                self.broker.close_connection(self.now, connection);
            }
        }
    }

    fn publish_arrives(&mut self, channel: ChannelId, publish: Publish) {
        let event = publish.properties.message_id.clone();
        let method = Method::BasicPublish(BasicPublish {
            exchange: publish.exchange,
            routing_key: publish.routing_key,
            mandatory: publish.mandatory,
            immediate: false,
            properties: publish.properties,
            body: Body::Bytes(publish.body),
        });
        let (lost, reason) = match self.broker.apply(self.now, channel, method) {
            Ok(_) => return,
            // The bytes reach a socket nobody reads.
            Err(AmqpError::NotOpen(_)) => ("the channel was closed before it arrived", "the channel was closed before it arrived".into()),
            Err(AmqpError::Refused { text, .. }) => ("the broker refused it", text),
        };
        *self.ledger.messages.lost.get_or_default(lost) += 1;
        self.happened(Happening::PublishLost { event: event.unwrap_or_else(|| "".into()), reason });
    }

    fn happened(&mut self, what: Happening) {
        let occurrence = Occurrence { at: self.now, what };
        self.hash.add(&occurrence);
        if self.watched {
            self.occurrences.push(occurrence);
        }
    }

    /// The broker's events become flights, pictures, ledger entries and occurrences.
    fn absorb_events(&mut self) {
        let mut events = std::mem::take(&mut self.spare);
        loop {
            events.extend(self.broker.drain_events());
            if events.is_empty() {
                break;
            }
            for event in events.drain(..) {
                if let Event::Published { message, .. } = &event {
                    self.hash.add_content(message);
                }
                self.ledger.record(&event);
                self.metrics.record(self.now, &event, &self.broker);
                self.follow(&event);
                self.happened(Happening::Broker(event));
            }
        }
        self.spare = events;
    }

    fn follow(&mut self, event: &Event) {
        match event {
            Event::Routed { message, queues } => {
                if message.deaths().is_empty() {
                    self.ledger.business.announced(business::story_of(message.properties.correlation_id.as_ref()));
                }
                self.follow_routing(message, queues);
            }
            Event::Confirmed { channel, sequence, outcome } => {
                if let Some(&to) = self.channels.get(channel) {
                    self.send_confirm(to, *channel, *sequence, *outcome);
                }
            }
            Event::Returned { channel, message, .. } => {
                if let Some(&to) = self.channels.get(channel) {
                    let path = vec![Place::Exchange(message.exchange.clone()), Place::Instance(to)];
                    self.send_from_broker(to, path, Cargo::Return { to, channel: *channel, message: message.clone() });
                }
            }
            Event::Delivered(delivered) => {
                let Some(&to) = self.channels.get(&delivered.channel) else { return };
                let Some(handler) = life::handler_of_tag(&delivered.consumer_tag) else { return };
                // A message that has just come passes through: its way here and its way on are one.
                let arriving = self.hops.iter().rposition(|hop| hop.leads_to(&delivered.queue, delivered.message.id));
                let hop = arriving.and_then(|index| self.hops.remove(index));
                let mut path = hop.map_or_else(|| vec![Place::Queue(delivered.queue.clone())], |hop| hop.path);
                path.push(Place::Instance(to));
                let delivery = Delivery {
                    to,
                    channel: delivered.channel,
                    handler,
                    queue: delivered.queue.clone(),
                    delivery_tag: delivered.delivery_tag,
                    message: delivered.message.clone(),
                    redelivered: delivered.redelivered,
                    no_ack: delivered.no_ack,
                };
                self.send_from_broker(to, path, Cargo::Delivery(delivery));
            }
            Event::Requeued { queue, channel, message, cause, .. } => {
                // A nack is seen flying back itself; what a lost connection held is not.
                let by_itself = matches!(cause, RequeueCause::ConnectionClosed | RequeueCause::ChannelClosed);
                if let Some(&from) = self.channels.get(channel).filter(|_| by_itself) {
                    let path = vec![Place::Instance(from), Place::Queue(queue.clone())];
                    self.hop(message, path, HopKind::Requeued);
                }
            }
            Event::DeadLettered { queue, message, reason, exchange, successor } if self.watched => {
                let mut dead = Message::clone(message);
                dead.id = *successor;
                let mut path = vec![Place::Queue(queue.clone())];
                path.extend((!exchange.is_empty()).then(|| Place::Exchange(exchange.clone())));
                self.hop(&Arc::new(dead), path, HopKind::DeadLettered(*reason));
            }
            Event::ChannelClosed { channel, .. } => {
                let user = self.channels.get(channel).copied();
                if let Some(instance) = user.filter(|id| self.instance(*id).is_some_and(|instance| instance.channel == Some(*channel))) {
                    self.happened(Happening::ConnectionLost { instance, reason: "the broker closed the channel" });
                    self.lost_channel(instance);
                }
            }
            Event::ConnectionClosed { connection, .. } => {
                let instance = self.instances().find(|(_, instance)| instance.connection == Some(*connection)).map(|(id, _)| id);
                if let Some(instance) = instance {
                    self.happened(Happening::ConnectionLost { instance, reason: "the broker closed it" });
                    self.lost_channel(instance);
                }
            }
            _ => {}
        }
    }

    fn follow_routing(&mut self, message: &Arc<Message>, queues: &[Name]) {
        if !self.watched {
            return;
        }
        // A dead letter goes on from where its queue sent it.
        let before = self.hops.back().filter(|hop| hop.message.id == message.id).map(|hop| (hop.path.clone(), hop.kind));
        if before.is_some() {
            self.hops.pop_back();
        }
        let (path, kind) = before.unwrap_or_else(|| (vec![Place::Exchange(message.exchange.clone())], HopKind::Routed));
        for queue in queues {
            let mut path = path.clone();
            path.push(Place::Queue(queue.clone()));
            self.hop(message, path, kind);
        }
        if queues.is_empty() {
            self.hop(message, path, HopKind::Unroutable);
        }
    }

    fn hop(&mut self, message: &Arc<Message>, path: Vec<Place>, kind: HopKind) {
        if !self.watched {
            return;
        }
        if self.hops.len() == HOPS_MAX {
            self.hops.pop_front();
        }
        let legs = path.len().saturating_sub(1).max(1) as u64;
        let leg = self.scenario.network.latency.max(HOP_MIN);
        let arrives = self.now + SimTime::from_micros(leg.as_micros() * legs);
        self.hops.push_back(Hop { message: message.clone(), path, departs: self.now, arrives, kind });
    }

    /// About how many bytes a copy of it takes that it does not share with others.
    #[must_use]
    pub fn footprint(&self) -> usize {
        let queued: u64 = self.broker.queues().map(QueueView::total).sum();
        let instances = self.services.iter().flat_map(|service| &service.instances);
        let work: usize = instances.map(|instance| 700 + 300 * (instance.runs.len() + instance.inbox.len())).sum();
        let of_service = |service: &ServiceState| {
            let done: usize = service.instances.iter().map(|instance| instance.done.len()).sum();
            16 * service.store.unshared() + 48 * (service.attempts.len() + done)
        };
        let pending: usize = self.clients.iter().map(|client| 80 * client.pending.len()).sum();
        let remembered: usize = self.services.iter().map(of_service).sum::<usize>() + pending + 16 * self.channels.len();
        usize::try_from(queued).unwrap_or(usize::MAX / 2) * 40
            + self.flights.len() * 350
            + self.hops.len() * 150
            + self.agenda.len() * 64
            + work
            + remembered
            + self.recording.inputs.len()
            + self.metrics.footprint()
            + 16_384
    }
}
