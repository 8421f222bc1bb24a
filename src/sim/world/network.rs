//! The links between programs and broker: how long they take, and when nothing passes.
//!
//! A link is between a client or a service and the broker, or between two programs. A connection to the broker is TCP: what is sent first
//! arrives first, with any jitter. HTTP requests have their own connections and may overtake each other. What is on its way over a cut link
//! waits, as TCP would send it again. It arrives when the link heals. Heartbeats do not pass, either: after two to three of their intervals
//! both ends have given the connection up.

use super::World;
use crate::base::SimTime;
use crate::broker::ConnectionId;
use crate::scenario::{BROKER, Name};
use crate::sim::agenda::{Closed, Item};
use crate::sim::flight::{Cargo, Flight};
use crate::sim::ids::{End, InstanceId, Place};
use crate::sim::random::Random;

/// The state of the network beyond what the scenario says of it.
#[derive(Clone, Debug)]
pub(super) struct Links {
    random: Random,
    own: Vec<([End; 2], SimTime, SimTime)>,
    /// Each with its own number.
    cut: Vec<(Cut, u32)>,
    cut_last: u32,
    /// What waits for a link to heal, in the order it was sent.
    held: Vec<u64>,
}

/// Between two ends; of a service, all its instances or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    link: [End; 2],
    instance: Option<usize>,
}

impl Cut {
    pub(super) fn of(link: [End; 2], instance: Option<usize>) -> Self {
        Self { link: sorted(link), instance }
    }

    /// Whether it cuts this instance off, or all of them.
    fn is_of(&self, link: [End; 2], instance: Option<usize>) -> bool {
        self.link == link && (self.instance.is_none() || self.instance == instance)
    }
}

/// A connection of a program; or one that its program has left, while the broker has it open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    pub connection: ConnectionId,
    pub of: InstanceId,
    pub at: SimTime,
}

/// The two ends in one order, whichever way something goes.
fn sorted(mut link: [End; 2]) -> [End; 2] {
    if link[0] > link[1] {
        link.swap(0, 1);
    }
    link
}

impl Links {
    pub(super) fn new(random: Random) -> Self {
        Self { random, own: Vec::new(), cut: Vec::new(), cut_last: 0, held: Vec::new() }
    }

    pub(super) fn is_cut(&self, link: [End; 2], instance: Option<usize>) -> bool {
        !self.cut.is_empty() && self.cut.iter().any(|(cut, _)| cut.is_of(sorted(link), instance))
    }
}

impl World {
    /// What a scenario calls by this name.
    pub(super) fn end_named(&self, name: &Name) -> Option<End> {
        if &**name == BROKER {
            return Some(End::Broker);
        }
        let service = self.services.iter().position(|service| service.spec.name == *name).map(End::Service);
        service.or_else(|| self.clients.iter().position(|client| client.spec.name == *name).map(End::Client))
    }

    /// Takes over what the scenario says of single links.
    pub(super) fn lay_links(&mut self) {
        let scenario = self.scenario().clone();
        let links = scenario.network.links.iter();
        self.links.own = links
            .filter_map(|link| {
                let ends = [self.end_named(&link.ends[0])?, self.end_named(&link.ends[1])?];
                Some((sorted(ends), link.latency, link.jitter))
            })
            .collect();
    }

    fn travel_time(&mut self, link: [End; 2]) -> SimTime {
        let network = &self.scenario.network;
        let own = if self.links.own.is_empty() { None } else { self.links.own.iter().find(|(ends, ..)| *ends == sorted(link)) };
        let (latency, jitter) = own.map_or((network.latency, network.jitter), |(_, latency, jitter)| (*latency, *jitter));
        if jitter == SimTime::ZERO { latency } else { latency + self.links.random.uniform(SimTime::ZERO, jitter) }
    }

    /// To the broker, behind everything this instance has sent it before. The number of the flight.
    pub(super) fn send_to_broker(&mut self, from: InstanceId, path: Vec<Place>, cargo: Cargo) -> u64 {
        let link = [End::Service(from.service), End::Broker];
        let arrives = self.now + self.travel_time(link);
        let lane = &mut self.instance_mut(from).lane_out;
        *lane = arrives.max(*lane);
        let arrives = *lane;
        // It leaves when the event loop turns.
        if self.known_instance(from).read_at.is_some() {
            let flight = Flight { path, departs: self.now, arrives, held: true, link, instance: Some(from.instance), cargo };
            let id = self.flights.push(flight);
            self.instance_mut(from).unsent.push(id);
            return id;
        }
        self.depart(link, Some(from.instance), path, arrives, cargo)
    }

    /// What a program had written while its event loop stood still leaves, in its order.
    pub(super) fn send_unsent(&mut self, from: InstanceId) {
        let link = [End::Service(from.service), End::Broker];
        for id in std::mem::take(&mut self.instance_mut(from).unsent) {
            let arrives = self.now + self.travel_time(link);
            let lane = &mut self.instance_mut(from).lane_out;
            *lane = arrives.max(*lane);
            let arrives = *lane;
            if let Some(flight) = self.flights.get_mut(id) {
                (flight.held, flight.departs, flight.arrives) = (false, self.now, arrives);
                self.agenda.push(arrives, Item::Arrival(id));
            }
        }
    }

    /// From the broker, behind everything it has sent this instance before.
    pub(super) fn send_from_broker(&mut self, to: InstanceId, path: Vec<Place>, cargo: Cargo) {
        let link = [End::Broker, End::Service(to.service)];
        let arrives = self.now + self.travel_time(link);
        let lane = &mut self.instance_mut(to).lane_in;
        *lane = arrives.max(*lane);
        let arrives = *lane;
        self.depart(link, Some(to.instance), path, arrives, cargo);
    }

    /// A request or its answer.
    pub(super) fn send_http(&mut self, link: [End; 2], path: Vec<Place>, cargo: Cargo) {
        let arrives = self.now + self.travel_time(link);
        self.depart(link, None, path, arrives, cargo);
    }

    fn depart(&mut self, link: [End; 2], instance: Option<usize>, path: Vec<Place>, arrives: SimTime, cargo: Cargo) -> u64 {
        let flight = Flight { path, departs: self.now, arrives, held: false, link, instance, cargo };
        let id = self.flights.push(flight);
        self.agenda.push(arrives, Item::Arrival(id));
        id
    }

    /// Whether it has to wait for its link to heal.
    pub(super) fn is_held_up(&mut self, id: u64) -> bool {
        let Some(flight) = self.flights.get_mut(id) else { return false };
        if !self.links.is_cut(flight.link, flight.instance) || flight.held || flight.arrives > self.now {
            return false;
        }
        flight.held = true;
        self.links.held.push(id);
        true
    }

    /// Nothing passes between these two any more.
    pub(super) fn cut(&mut self, what: Cut) {
        if self.links.cut.iter().any(|(cut, _)| *cut == what) {
            return;
        }
        self.links.cut_last += 1;
        let cut = self.links.cut_last;
        self.links.cut.push((what, cut));
        let link = what.link;
        let (End::Broker, End::Service(service)) = (link[0], link[1]) else { return };
        let connected = self.services[service].instances.iter().enumerate().flat_map(|(instance, state)| {
            let of = InstanceId { service, instance };
            state.connections().map(move |(connection, opened)| Opened { connection, at: opened, of })
        });
        let leaving = self.leaving.iter().copied().filter(|left| left.of.service == service);
        let concerned = connected.chain(leaving).filter(|left| what.is_of(link, Some(left.of.instance)));
        for Opened { connection, at: opened, of: instance } in concerned.collect::<Vec<_>>() {
            if let Some(at) = self.given_up_at(opened, self.now) {
                self.agenda.push(at, Item::HeartbeatMissed { instance, connection, cut });
            }
        }
    }

    /// What waited is sent again; on a connection everything keeps its order.
    pub(super) fn heal(&mut self, what: Cut) {
        let link = what.link;
        self.links.cut.retain(|(cut, _)| *cut != what);
        let held = std::mem::take(&mut self.links.held);
        let arrives = self.now + self.travel_time(link);
        let (now, agenda, links) = (self.now, &mut self.agenda, &self.links);
        let is_free = |flight: &Flight| sorted(flight.link) == link && !links.is_cut(link, flight.instance);
        for (id, flight) in self.flights.iter_mut(is_free) {
            let on_connection = !matches!(flight.cargo, Cargo::Request(_) | Cargo::Response { .. });
            if flight.held {
                flight.held = false;
                flight.departs = now;
            } else if !on_connection || flight.arrives <= now {
                continue;
            }
            flight.arrives = arrives.max(flight.arrives);
            agenda.push(flight.arrives, Item::Arrival(id));
        }
        self.links.held = held.into_iter().filter(|id| self.flights.get(*id).is_some_and(|flight| flight.held)).collect();
        let (End::Broker, End::Service(service)) = (link[0], link[1]) else { return };
        let instances = self.services[service].instances.iter_mut().enumerate();
        let mut healed = Vec::new();
        for (number, instance) in instances.filter(|(number, _)| what.is_of(link, Some(*number))) {
            instance.lane_in = arrives.max(instance.lane_in);
            instance.lane_out = arrives.max(instance.lane_out);
            healed.push(number);
        }
        for instance in healed {
            self.hears_of_closed(InstanceId { service, instance });
        }
    }

    /// Both ends have heard nothing for too long, unless the link has healed.
    pub(super) fn heartbeat_missed(&mut self, id: InstanceId, connection: ConnectionId, cut: u32) {
        if !self.links.cut.iter().any(|(_, other)| *other == cut) {
            return; // it has healed
        }
        self.leaving.retain(|left| left.connection != connection);
        if self.known_instance(id).has_connection(connection) {
            self.closed(id, Closed::Unheard(connection));
        }
        self.broker.close_connection(self.now, connection);
    }
}
