//! Programs declare what they need, one thing after the other, each when the one before is answered: as `await channel.assertQueue(…)`
//! does. RabbitMQ may refuse any of them, and closes the channel then.

use super::World;
use super::edit::binding_method;
use crate::broker::{ChannelId, ExchangeDeclare, Method, QueueDeclare};
use crate::scenario::{Again, BindingTarget, Declaration};
use crate::sim::flight::Cargo;
use crate::sim::ids::InstanceId;
use crate::sim::trace::WorldEvent;

impl World {
    /// A declaration reaches the broker.
    pub(super) fn declare(&mut self, id: InstanceId, channel: ChannelId, place: usize) {
        if self.known_instance(id).setting_up != Some(channel) {
            return; // its program has ended, or has given the channel up
        }
        let declares = self.declares_of(id);
        let Some(method) = declares.get(place).and_then(|declaration| self.declare_method(declaration)) else {
            return self.declared(id, channel, place); // an edit has taken it away meanwhile
        };
        // What is refused has closed the channel: the broker's event says so.
        if self.broker.apply(self.now, channel, method).is_ok() {
            self.absorb_events();
            self.send_from_broker(id, Vec::new(), Cargo::DeclareOk { to: id, channel, place });
        }
    }

    /// The broker's answer reaches the program.
    pub(super) fn declared(&mut self, id: InstanceId, channel: ChannelId, place: usize) {
        if self.known_instance(id).setting_up != Some(channel) {
            return;
        }
        let declares = self.declares_of(id);
        if let Some(declaration) = declares.get(place) {
            self.happened(WorldEvent::Declared { instance: id, what: declaration.to_string() });
        }
        let next = place + 1;
        if next < declares.len() {
            self.send_to_broker(id, Vec::new(), Cargo::Declare { from: id, channel, place: next });
        } else if self.known_instance(id).was_connected && self.spec_of(id).again == Again::Declares {
            self.is_set_up(id, channel);
            self.is_accepted(id);
        } else {
            self.send_to_broker(id, Vec::new(), Cargo::Consume { from: id, channel });
            self.is_set_up(id, channel);
        }
    }

    fn declares_of(&self, id: InstanceId) -> Vec<Declaration> {
        Declaration::each(&self.spec_of(id).declares, &self.scenario.broker)
    }

    pub(super) fn declare_method(&self, declaration: &Declaration) -> Option<Method> {
        let broker = &self.scenario.broker;
        Some(match declaration {
            Declaration::Exchange { .. } | Declaration::Queue { .. } => declaration.part(broker)?,
            Declaration::Binding(binding) => binding_method(binding, true),
            Declaration::BindingsOf(_) => return None, // each of them is sent
            Declaration::Check(BindingTarget::Queue(name)) => Method::QueueDeclare(QueueDeclare::passive(name.clone())),
            Declaration::Check(BindingTarget::Exchange(name)) => Method::ExchangeDeclare(ExchangeDeclare::passive(name.clone())),
        })
    }
}
