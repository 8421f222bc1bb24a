//! Work that holds up a program's event loop: nothing else runs there, nothing is read, and no heartbeat is sent. RabbitMQ looks each
//! interval whether anything has come, and closes the connection at the second look in a row without. The program sees that when it is done.

use super::World;
use crate::base::SimTime;
use crate::broker::ConnectionId;
use crate::scenario::ConnectionError;
use crate::sim::agenda::{Closed, Item};
use crate::sim::flight::Cargo;
use crate::sim::ids::{InstanceId, RunId};
use crate::sim::trace::WorldEvent;

const NO_HEARTBEAT: &str = "no heartbeat";

impl World {
    /// When both ends give up a connection on which nothing has come since then. They look each interval from its opening on, and the first
    /// look may still find something (`rabbit_heartbeat` and amqplib's `Heart`). None: heartbeats are switched off, as 0 is in RabbitMQ.
    pub(super) fn given_up_at(&self, opened: SimTime, silent_since: SimTime) -> Option<SimTime> {
        let interval = self.scenario.network.heartbeat.as_micros();
        let looks = (silent_since - opened).as_micros().checked_div(interval)?;
        Some(opened + SimTime::from_micros(interval.saturating_mul(looks + 3)))
    }

    /// A step holds up its program until then.
    pub(super) fn hold_up(&mut self, id: InstanceId, run: RunId, until: SimTime) {
        let now = self.now;
        let instance = self.instance_mut(id);
        instance.hung = true;
        instance.held_up = Some(until);
        // The event loop has not turned since then.
        let silent_since = *instance.read_at.get_or_insert(now);
        let epoch = instance.epoch;
        let Some(wait) = instance.runs.get(&run).map(|run| run.wait) else { return };
        let connections = instance.connections();
        self.agenda.push(until, Item::Unblocks { instance: id, epoch, run, wait });
        for (connection, opened) in connections {
            if let Some(at) = self.given_up_at(opened, silent_since).filter(|at| (self.now..until).contains(at)) {
                self.agenda.push(at, Item::PeerSilent { instance: id, connection, until });
            }
        }
    }

    pub(super) fn peer_silent(&mut self, id: InstanceId, connection: ConnectionId, until: SimTime) {
        let instance = self.known_instance(id);
        // The broker closes it once, however much work is waiting behind this.
        if instance.held_up == Some(until) && instance.has_connection(connection) && self.broker.flow(connection).is_some() {
            self.give_up(id, connection);
            self.closed(id, Closed::Unheard(connection));
        }
    }

    /// The broker takes the other end for dead.
    pub(super) fn give_up(&mut self, id: InstanceId, connection: ConnectionId) {
        self.happened(WorldEvent::NoHeartbeat(id));
        self.broker.close_connection(self.now, connection);
    }

    /// The work is done: the handler goes on, then those of the same read. Then the event loop turns.
    pub(super) fn unblocks(&mut self, id: InstanceId, epoch: u32, run: RunId, wait: u32) {
        let instance = self.instance_mut(id);
        if instance.epoch != epoch {
            return; // of an earlier life
        }
        instance.held_up = None;
        if std::mem::take(&mut instance.hang_wanted) {
            instance.frozen.insert(0, Item::Resume { instance: id, epoch, run, wait });
            return;
        }
        instance.hung = false;
        self.resume(id, run, wait);
        self.take_from_inbox(id);
        if !self.known_instance(id).hung {
            self.wakes(id);
        }
    }

    /// What its handlers have written leaves.
    pub(super) fn turns(&mut self, id: InstanceId) {
        self.instance_mut(id).read_at = None;
        self.send_unsent(id);
    }

    /// The broker has closed something of a program. One that is cut off notices when the network is whole again, or misses heartbeats.
    pub(super) fn closed_by_broker(&mut self, id: InstanceId, closed: Closed) {
        if !self.is_cut_off(id) {
            // Behind what it was sent before: the program still begins those deliveries.
            self.send_from_broker(id, Vec::new(), Cargo::Closed { to: id, closed });
        }
    }

    /// The network is whole. What the broker closed meanwhile ends with an error: TCP resets a connection that the other end has forgotten.
    pub(super) fn hears_of_closed(&mut self, id: InstanceId) {
        if self.is_cut_off(id) {
            return;
        }
        let instance = self.known_instance(id);
        let publisher = instance.publisher.map(|publisher| publisher.channel);
        let own = instance.own_channels.values().filter_map(|own| own.channel);
        let channels: Vec<_> = instance.channel.or(instance.setting_up).into_iter().chain(own).chain(publisher).collect();
        for (connection, _) in instance.connections() {
            if self.broker.flow(connection).is_none() {
                self.closed(id, Closed::ConnectionWithError(connection));
            }
        }
        for channel in channels {
            if self.known_instance(id).uses(channel) && !self.broker.is_open(channel) {
                self.closed(id, Closed::Channel(channel));
            }
        }
    }

    /// Something of a program is closed. One that hangs, or is held up, reads nothing of it now.
    pub(super) fn closed(&mut self, id: InstanceId, closed: Closed) {
        let instance = self.instance_mut(id);
        if instance.hung {
            let epoch = instance.epoch;
            instance.frozen.push(Item::Notices { instance: id, epoch, closed });
        } else {
            self.notices(id, closed);
        }
    }

    pub(super) fn notices(&mut self, id: InstanceId, closed: Closed) {
        let instance = self.known_instance(id);
        let (connection, reasons) = match closed {
            Closed::Channel(channel) if instance.publishes_on(channel) => {
                self.happened(WorldEvent::ConnectionLost { instance: id, reason: "the broker closed the channel it publishes on" });
                return self.publisher_closed(id);
            }
            Closed::Channel(channel) => {
                if instance.uses(channel) {
                    let handler = instance.handler_on(channel);
                    self.happened(WorldEvent::ConnectionLost { instance: id, reason: "the broker closed the channel" });
                    match handler {
                        Some(handler) => self.own_channel_closed(id, handler),
                        None => self.channel_closed(id),
                    }
                }
                return;
            }
            Closed::Connection(connection) | Closed::ConnectionWithError(connection) => {
                (connection, ["the broker closed it", "the broker closed the one it publishes on"])
            }
            Closed::Unheard(connection) => (connection, [NO_HEARTBEAT; 2]),
        };
        if !instance.has_connection(connection) {
            return;
        }
        let is_publisher = instance.connection != Some(connection);
        let reason = reasons[usize::from(is_publisher)];
        self.happened(WorldEvent::ConnectionLost { instance: id, reason });
        let choice =
            if matches!(closed, Closed::Connection(_)) { ConnectionError::Reconnect } else { self.spec_of(id).on_connection_error };
        match (choice, is_publisher) {
            (ConnectionError::Exit, _) => self.crash(id),
            (ConnectionError::Reconnect, false) => self.lost_channel(id),
            (ConnectionError::Reconnect, true) => {
                let tries_again = self.spec_of(id).reconnects.tries_again(true);
                self.lost_publisher(id, tries_again);
            }
            (ConnectionError::Ignore, false) => self.lost_for_good(id),
            (ConnectionError::Ignore, true) => self.lost_publisher(id, false),
        }
    }
}
