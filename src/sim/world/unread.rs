//! While an alarm lasts, the broker reads nothing from a connection that publishes. A program may listen for that and wait, or send on. What
//! it sends stays in its memory, and is lost with it.

use super::World;
use crate::broker::{ConnectionId, Flow};
use crate::scenario::WhenBlocked;
use crate::sim::flight::Cargo;
use crate::sim::ids::{InstanceId, RunId};

impl World {
    fn publishing_connection(&self, id: InstanceId) -> Option<ConnectionId> {
        let instance = self.known_instance(id);
        instance.publisher.and_then(|publisher| publisher.connection).or(instance.connection)
    }

    /// How many publishes of a program the broker has not read.
    #[must_use]
    pub fn unread_of(&self, id: InstanceId) -> u64 {
        self.instance(id).map_or(0, |instance| instance.connections().map(|(connection, _)| self.broker.unread_of(connection)).sum())
    }

    /// The broker reads a connection again, or does not read it any more. It tells only a program that listens.
    pub(super) fn tell_flow(&mut self, connection: ConnectionId, blocked: bool) {
        let Some(to) = self.connections.get(&connection).copied() else { return };
        if self.known_instance(to).has_connection(connection) && self.spec_of(to).when_blocked == WhenBlocked::Waits {
            self.send_from_broker(to, Vec::new(), Cargo::Flow { to, connection, blocked });
        }
    }

    pub(super) fn flow_told(&mut self, id: InstanceId, connection: ConnectionId, blocked: bool) {
        if self.publishing_connection(id) != Some(connection) {
            return; // it has another one by now
        }
        if blocked {
            self.instance_mut(id).waits_unblocked.get_or_insert_default();
        } else {
            self.waits_no_longer(id);
        }
    }

    /// It publishes again, or finds that its connection is gone.
    pub(super) fn waits_no_longer(&mut self, id: InstanceId) {
        for (run, wait) in self.instance_mut(id).waits_unblocked.take().into_iter().flatten() {
            if self.waits(id, run, wait) {
                self.proceed(id, run);
            }
        }
    }

    /// Whether a publish is not sent now: the handler waits, or its process has just ended.
    pub(super) fn heeds_alarm(&mut self, id: InstanceId, run_id: RunId) -> bool {
        match self.spec_of(id).when_blocked {
            WhenBlocked::Sends => false,
            WhenBlocked::Waits => {
                let instance = self.instance_mut(id);
                let Some(waiting) = &mut instance.waits_unblocked else { return false };
                let Some(run) = instance.runs.get_mut(&run_id) else { return false };
                run.wait += 1;
                waiting.push((run_id, run.wait));
                true
            }
            WhenBlocked::Buffers(messages) => {
                let connection = self.publishing_connection(id);
                let is_full = connection.is_some_and(|connection| {
                    self.broker.flow(connection) == Some(Flow::Blocked) && self.broker.unread_of(connection) >= u64::from(messages)
                });
                if is_full {
                    self.out_of_memory(id, run_id);
                }
                is_full
            }
        }
    }
}
