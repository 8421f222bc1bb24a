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

pub mod flight;
pub mod input;
pub mod ledger;
pub mod metrics;
pub mod random;
pub mod service;
pub mod trace;

mod agenda;
mod programs;

use std::collections::VecDeque;
use std::sync::Arc;

pub use flight::{Cargo, Flight, Hop, HopKind, Place, Verdict};
pub use input::{Input, Recording, TimedInput};
pub use ledger::Ledger;
pub use service::InstanceId;
pub use trace::{Happening, Occurrence};

use crate::broker::ordered::OrderedMap;
use crate::broker::{
    AmqpError, BasicPublish, Body, Broker, Capabilities, ChannelId, Event, ExchangeDeclare, Message, Method, Name, Profile, Properties,
    QueueBinding, QueueDeclare, Reply, RequeueCause, SimTime, Table,
};
use crate::scenario::{BindingTarget, Scenario};
use agenda::{Agenda, Item};
use flight::{Delivery, HOPS_MAX};
use metrics::Metrics;
use random::Random;
use service::{Instance, RunId, ServiceState, Store};
use trace::TraceHash;

/// The shortest time the eye is given to follow a move inside the broker.
const HOP_MIN: SimTime = SimTime::from_millis(200);

#[derive(Clone, Debug)]
pub struct World {
    recording: Recording,
    now: SimTime,
    steps: u64,
    agenda: Agenda,
    broker: Broker,
    /// Of whoever publishes by hand.
    operator: ChannelId,
    services: Vec<ServiceState>,
    clients: Vec<ClientState>,
    /// Who uses a channel.
    channels: OrderedMap<ChannelId, InstanceId>,
    flights: OrderedMap<u64, Box<Flight>>,
    flight_last: u64,
    hops: VecDeque<Hop>,
    run_last: u64,
    event_id_last: u64,
    ledger: Ledger,
    metrics: Metrics,
    hash: TraceHash,
    occurrences: Vec<Occurrence>,
}

#[derive(Clone, Debug)]
struct ClientState {
    random: Random,
    sent: u64,
}

impl World {
    /// A world at time zero, its topology declared and its programs about to start.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        let mut broker = Broker::new(scenario.broker.profile);
        let connection = broker.open_connection(Capabilities::default());
        let operator = broker.open_channel(SimTime::ZERO, connection).expect("a new connection takes a channel");
        let clients =
            (0..scenario.clients.len()).map(|index| ClientState { random: Random::stream(seed, index as u64), sent: 0 }).collect();
        let services = scenario
            .services
            .iter()
            .map(|service| ServiceState {
                instances: vec![Instance::default(); service.instances as usize],
                store: Store::default(),
                turn: 0,
            })
            .collect();
        let mut world = Self {
            recording: Recording { scenario, seed, inputs: Vec::new() },
            now: SimTime::ZERO,
            steps: 0,
            agenda: Agenda::default(),
            broker,
            operator,
            services,
            clients,
            channels: OrderedMap::new(),
            flights: OrderedMap::new(),
            flight_last: 0,
            hops: VecDeque::new(),
            run_last: 0,
            event_id_last: 0,
            ledger: Ledger::default(),
            metrics: Metrics::default(),
            hash: TraceHash::default(),
            occurrences: Vec::new(),
        };
        world.declare_topology();
        world.start_everything();
        world.absorb_events();
        world
    }

    fn declare_topology(&mut self) {
        let scenario = self.recording.scenario.clone();
        for exchange in &scenario.broker.exchanges {
            self.operate(Method::ExchangeDeclare(ExchangeDeclare {
                exchange: exchange.name.clone(),
                kind: exchange.kind.name().into(),
                durable: exchange.durable,
                auto_delete: exchange.auto_delete,
                internal: exchange.internal,
                passive: false,
                arguments: exchange.arguments.clone(),
            }));
        }
        for queue in &scenario.broker.queues {
            self.operate(Method::QueueDeclare(QueueDeclare {
                queue: queue.name.clone(),
                durable: queue.durable,
                exclusive: false,
                auto_delete: queue.auto_delete,
                passive: false,
                arguments: queue.arguments.clone(),
            }));
        }
        for policy in &scenario.broker.policies {
            // A pattern that is none was refused with the scenario.
            let _ = self.broker.set_policy(self.now, policy.clone());
        }
        for binding in &scenario.broker.bindings {
            let (source, routing_key, arguments) = (binding.source.clone(), binding.routing_key.clone(), binding.arguments.clone());
            self.operate(match &binding.destination {
                BindingTarget::Queue(queue) => {
                    Method::QueueBind(QueueBinding { queue: queue.clone(), exchange: source, routing_key, arguments })
                }
                BindingTarget::Exchange(destination) => Method::ExchangeBind(crate::broker::ExchangeBinding {
                    source,
                    destination: destination.clone(),
                    routing_key,
                    arguments,
                }),
            });
        }
    }

    /// Says something on the operator's own channel, and opens it again if that was a mistake.
    fn operate(&mut self, method: Method) -> Option<Reply> {
        let result = self.broker.apply(self.now, self.operator, method);
        if let Err(AmqpError::Refused { .. }) = &result {
            let connection = self.broker.open_connection(Capabilities::default());
            self.operator = self.broker.open_channel(self.now, connection).expect("a new connection takes a channel");
        }
        result.ok()
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

    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.recording.scenario
    }

    #[must_use]
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    #[must_use]
    pub const fn broker(&self) -> &Broker {
        &self.broker
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
        self.ledger.with_holdings(&self.broker)
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

    /// Every instance of every service, in the order of the scenario.
    pub fn instances(&self) -> impl Iterator<Item = (InstanceId, &Instance)> {
        self.services.iter().enumerate().flat_map(|(service, state)| {
            state.instances.iter().enumerate().map(move |(instance, one)| (InstanceId { service, instance }, one))
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
        self.flights.values().map(|flight| &**flight)
    }

    /// Moves inside the broker that the eye is still following.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.hops.iter()
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
            && programs::uses_broker(self.scenario(), id.service)
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

    /// When the next step happens; none when nothing is left to do.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        match (self.agenda.next_at(), self.broker.next_deadline()) {
            (Some(item), Some(deadline)) => Some(std::cmp::min(item, deadline)),
            (one, other) => one.or(other),
        }
    }

    /// One thing happens. False when nothing is left to do.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.next_at() else { return false };
        self.advance_clock(at);
        self.steps += 1;
        if self.broker.next_deadline().is_some_and(|deadline| deadline <= at) {
            self.broker.expire(at);
        } else if let Some(item) = self.agenda.pop() {
            self.happen(&item);
        }
        self.absorb_events();
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
            self.metrics.sample_until(SimTime::from_micros(at.as_micros() - 1), &self.broker);
            self.now = at;
        }
        while self.hops.front().is_some_and(|hop| hop.arrives < self.now) {
            self.hops.pop_front();
        }
    }

    /// Something comes from outside, now.
    pub fn inject(&mut self, input: Input) {
        self.recording.inputs.push(TimedInput { at: self.now, after_steps: self.steps, input: input.clone() });
        match input {
            Input::Kill(instance) => self.kill(instance),
            Input::Start(instance) => self.start(instance),
            Input::Publish { exchange, routing_key, payload, mandatory } => {
                let (properties, body) = self.event("you", &payload);
                self.operate(Method::BasicPublish(BasicPublish {
                    exchange,
                    routing_key,
                    mandatory,
                    immediate: false,
                    properties,
                    body: Body::Bytes(body),
                }));
            }
        }
        self.absorb_events();
    }

    /// Runs a recording from its beginning to this moment.
    #[must_use]
    pub fn replay(recording: &Recording, until: SimTime) -> Self {
        let mut world = Self::new(recording.scenario.clone(), recording.seed);
        for TimedInput { at, after_steps, input } in &recording.inputs {
            if *at > until {
                break;
            }
            while world.steps < *after_steps && world.step() {
                world.occurrences.clear();
            }
            world.advance_clock(*at);
            world.inject(input.clone());
        }
        while world.next_at().is_some_and(|at| at <= until) && world.step() {
            world.occurrences.clear();
        }
        world.advance_clock(until);
        world
    }

    fn happen(&mut self, item: &Item) {
        match *item {
            Item::Arrival(flight) => {
                if let Some(flight) = self.flights.remove(&flight) {
                    self.arrive(*flight);
                }
            }
            Item::ClientSends(client) => self.client_sends(client),
            Item::Resume { instance, epoch, run } => self.resume(instance, epoch, run),
            Item::CallTimesOut { instance, epoch, run, step } => self.call_times_out(instance, epoch, run, step),
            Item::ScheduleFires { service, handler } => self.schedule_fires(service, handler),
            Item::Reconnect { instance, epoch } => self.reconnect(instance, epoch),
        }
    }

    /// Puts something on its way; it arrives after the network's latency, behind everything sent before it.
    fn send(&mut self, path: Vec<Place>, cargo: Cargo) {
        let arrives = self.now + self.recording.scenario.network.latency;
        self.flight_last += 1;
        self.agenda.push(arrives, Item::Arrival(self.flight_last));
        let flight = Flight { path, departs: self.now, arrives, cargo };
        self.flights.insert(self.flight_last, Box::new(flight));
    }

    fn arrive(&mut self, flight: Flight) {
        match flight.cargo {
            Cargo::Publish { channel, publish } => {
                // A channel that is gone takes nothing: the bytes reach a socket nobody reads.
                let _ = self.broker.apply(
                    self.now,
                    channel,
                    Method::BasicPublish(BasicPublish {
                        exchange: publish.exchange,
                        routing_key: publish.routing_key,
                        mandatory: publish.mandatory,
                        immediate: false,
                        properties: publish.properties,
                        body: Body::Bytes(publish.body),
                    }),
                );
            }
            Cargo::Settlement { channel, delivery_tag, verdict, .. } => {
                let method = match verdict {
                    Verdict::Ack => Method::BasicAck { delivery_tag, multiple: false },
                    Verdict::Requeue => Method::BasicNack { delivery_tag, multiple: false, requeue: true },
                    Verdict::Reject => Method::BasicReject { delivery_tag, requeue: false },
                };
                let _ = self.broker.apply(self.now, channel, method);
            }
            Cargo::Delivery(delivery) => self.receive(delivery),
            Cargo::Request(request) => self.serve(request),
            Cargo::Response { to, status } => self.answered(&to, status),
            Cargo::Connect { instance, epoch } => self.connect(instance, epoch),
            Cargo::Disconnect { connection } => self.broker.close_connection(self.now, connection),
        }
    }

    fn happened(&mut self, what: Happening) {
        let occurrence = Occurrence { at: self.now, what };
        self.hash.add(&occurrence);
        self.occurrences.push(occurrence);
    }

    /// The broker's events become flights, pictures, ledger entries and occurrences.
    fn absorb_events(&mut self) {
        loop {
            let events: Vec<Event> = self.broker.drain_events().collect();
            if events.is_empty() {
                return;
            }
            for event in events {
                self.ledger.record(&event);
                self.follow(&event);
                self.happened(Happening::Broker(event));
            }
        }
    }

    fn follow(&mut self, event: &Event) {
        match event {
            Event::Routed { message, queues } => self.follow_routing(message, queues),
            Event::Delivered(delivered) => {
                let Some(&to) = self.channels.get(&delivered.channel) else { return };
                let Some(handler) = programs::handler_of_tag(&delivered.consumer_tag) else { return };
                let epoch = self.services[to.service].instances[to.instance].epoch;
                // A message that has just come passes through: its way here and its way on are one.
                let arriving = self.hops.iter().rposition(|hop| hop.leads_to(&delivered.queue, delivered.message.id));
                let hop = arriving.and_then(|index| self.hops.remove(index));
                let mut path = hop.map_or_else(|| vec![Place::Queue(delivered.queue.clone())], |hop| hop.path);
                path.push(Place::Instance(to));
                self.send(
                    path,
                    Cargo::Delivery(Delivery {
                        to,
                        epoch,
                        handler,
                        queue: delivered.queue.clone(),
                        delivery_tag: delivered.delivery_tag,
                        message: delivered.message.clone(),
                        redelivered: delivered.redelivered,
                        no_ack: delivered.no_ack,
                    }),
                );
            }
            Event::Requeued { queue, channel, message, cause, .. } => {
                // A nack is seen flying back itself; what a lost connection held is not.
                let by_itself = matches!(cause, RequeueCause::ConnectionClosed | RequeueCause::ChannelClosed);
                if let Some(&from) = self.channels.get(channel).filter(|_| by_itself) {
                    let path = vec![Place::Instance(from), Place::Queue(queue.clone())];
                    self.hop(message, path, HopKind::Requeued);
                }
            }
            Event::DeadLettered { queue, message, reason, exchange, successor } => {
                let mut dead = Message::clone(message);
                dead.id = *successor;
                let path = vec![Place::Queue(queue.clone()), Place::Exchange(exchange.clone())];
                self.hop(&Arc::new(dead), path, HopKind::DeadLettered(*reason));
            }
            Event::ChannelClosed { channel, .. } => {
                if let Some(&instance) = self.channels.get(channel) {
                    self.lost_channel(instance);
                }
            }
            Event::ConnectionClosed { connection, .. } => {
                let instance = self.instances().find(|(_, instance)| instance.connection == Some(*connection)).map(|(id, _)| id);
                if let Some(instance) = instance {
                    self.lost_channel(instance);
                }
            }
            _ => {}
        }
    }

    fn follow_routing(&mut self, message: &Arc<Message>, queues: &[Name]) {
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
        if self.hops.len() == HOPS_MAX {
            self.hops.pop_front();
        }
        let legs = path.len().saturating_sub(1).max(1) as u64;
        let leg = self.recording.scenario.network.latency.max(HOP_MIN);
        let arrives = self.now + SimTime::from_micros(leg.as_micros() * legs);
        self.hops.push_back(Hop { message: message.clone(), path, departs: self.now, arrives, kind });
    }

    fn next_run(&mut self) -> RunId {
        self.run_last += 1;
        RunId(self.run_last)
    }

    /// An event as the chapter's `publishEvent` makes it: JSON with metadata, persistent, its id also the message id.
    fn event(&mut self, source: &str, payload: &crate::scenario::Json) -> (Arc<Properties>, Box<[u8]>) {
        self.event_id_last += 1;
        let event_id: Name = format!("e-{}", self.event_id_last).into();
        let mut body = payload.clone();
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
            app_id: Some(source.into()),
            headers: Some(Table::new()),
            ..Properties::default()
        };
        (properties.into(), body.to_string().into_bytes().into())
    }
}
