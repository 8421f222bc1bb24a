//! Programs that publish on another channel than they consume on. The one may be closed while the other goes on.

use super::World;
use super::life::uses_confirm_mode;
use crate::broker::{Capabilities, ChannelId, Method};
use crate::scenario::{ChannelError, PublishesOn};
use crate::sim::agenda::Item;
use crate::sim::ids::InstanceId;
use crate::sim::service::Publisher;
use crate::sim::trace::WorldEvent;

impl World {
    /// The channel on which a program publishes just now.
    pub(super) fn publishing_channel(&self, id: InstanceId) -> Option<ChannelId> {
        let instance = self.known_instance(id);
        match self.spec_of(id).publishes_on {
            PublishesOn::Shared => instance.channel,
            PublishesOn::Channel | PublishesOn::Connection => instance.publisher.map(|publisher| publisher.channel),
        }
    }

    /// Unless it has one.
    pub(super) fn open_publisher(&mut self, id: InstanceId) {
        let spec = self.spec_of(id).clone();
        if self.known_instance(id).publisher.is_some() {
            return;
        }
        let own = spec.publishes_on == PublishesOn::Connection;
        let shared = self.known_instance(id).connection;
        let Some(connection) = (if own { Some(self.broker.open_connection(Capabilities::default())) } else { shared }) else { return };
        let Ok(channel) = self.broker.open_channel(self.now, connection) else { return };
        let opened = self.now;
        let instance = self.instance_mut(id);
        (instance.publisher_waits, instance.publisher_closed_with) = (0, None);
        instance.publisher = Some(Publisher { channel, connection: own.then_some(connection), opened });
        self.keep_place(id, connection, channel);
        if uses_confirm_mode(&spec) {
            let _ = self.broker.apply(self.now, channel, Method::ConfirmSelect);
        }
        // The answers to a request come on the channel that it was published on.
        self.consume_answers(id, channel);
    }

    /// The broker has closed the channel with an error.
    pub(super) fn publisher_closed(&mut self, id: InstanceId) {
        let spec = self.spec_of(id).clone();
        match spec.on_channel_error {
            ChannelError::Exit => self.crash(id),
            ChannelError::Ignore => self.lost_publisher(id, false),
            // Its consumers share the connection that it closes.
            ChannelError::Reconnect if spec.publishes_on == PublishesOn::Channel => self.lost_channel(id),
            ChannelError::Reopen => self.lost_publisher(id, true),
            ChannelError::Reconnect => self.lost_publisher(id, spec.reconnects.tries_again(true)),
        }
    }

    pub(super) fn lost_publisher(&mut self, id: InstanceId, tries_again: bool) {
        let Some(publisher) = self.instance_mut(id).publisher.take() else { return };
        if let Some(connection) = publisher.connection {
            self.broker.close_connection(self.now, connection);
        }
        if tries_again {
            self.reopen_later(id);
        }
        self.consults_in_vain(id);
        self.confirms_in_vain(id);
        self.waits_no_longer(id);
        self.stop_if_idle(id);
    }

    /// A channel that ends with the connection of the consumers.
    pub(super) fn publisher_went_along(&mut self, id: InstanceId) {
        self.instance_mut(id).publisher.take_if(|publisher| publisher.connection.is_none());
    }

    pub(super) fn reopen_publisher(&mut self, id: InstanceId, epoch: u32) {
        let instance = self.known_instance(id);
        if instance.epoch != epoch || !instance.up || instance.stopping || instance.publisher.is_some() {
            return;
        }
        if self.broker_down || self.is_cut_off(id) {
            let reason = if self.broker_down { "the broker is down" } else { "no route to the broker" };
            self.happened(WorldEvent::ConnectFailed { instance: id, reason });
            self.reopen_later(id);
        } else if self.spec_of(id).publishes_on == PublishesOn::Connection || self.known_instance(id).connection.is_some() {
            // Otherwise it comes with the connection.
            self.open_publisher(id);
            self.happened(WorldEvent::Connected(id));
        }
    }

    fn reopen_later(&mut self, id: InstanceId) {
        let instance = self.instance_mut(id);
        instance.publisher_waits += 1;
        let (epoch, waits) = (instance.epoch, instance.publisher_waits);
        let pause = self.pause(id, waits);
        self.agenda.push(self.now + pause, Item::ReopenPublisher { instance: id, epoch });
    }
}
