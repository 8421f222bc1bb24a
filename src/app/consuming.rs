//! Who consumes from a queue, and what each holds. All numbers come from what has landed for the eye, as those of the queue do.

use super::landing::Landing;
use crate::broker::view::QueueView;
use crate::broker::{ChannelId, Message, Name};
use crate::scenario::Trigger;
use crate::sim::{InstanceId, World};

/// A row of the table of consumers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer<'a> {
    /// None: no program of the scenario.
    pub id: Option<InstanceId>,
    /// None: it would consume if it ran.
    pub is: Option<Consuming<'a>>,
    /// What it was given and RabbitMQ has not taken back, for the eye.
    pub unacked: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consuming<'a> {
    pub tag: &'a Name,
    pub no_ack: bool,
    pub prefetch: u16,
}

/// An unacked message, and who holds it.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub message: &'a Message,
    /// None: it was got by hand.
    pub by: Option<InstanceId>,
}

/// Who consumes, and who would; of one service alone, where it is asked for.
#[must_use]
pub fn consumers<'a>(world: &'a World, landing: &Landing, queue: QueueView<'a>, only: Option<usize>) -> Vec<Consumer<'a>> {
    let is_meant = |service: usize| only.is_none_or(|only| only == service);
    let consuming = world.broker().consumers_of(queue).map(|consumer| Consumer {
        id: world.instance_of_channel(consumer.channel),
        is: Some(Consuming { tag: consumer.tag, no_ack: consumer.no_ack, prefetch: consumer.prefetch }),
        unacked: landing.unacked_of(queue.name(), consumer.channel, consumer.unacked),
    });
    let mut all: Vec<Consumer<'_>> = consuming.filter(|one| one.id.map_or(only.is_none(), |id| is_meant(id.service))).collect();
    // What a lost connection gives back stays with its program until it lands.
    for one in &mut all {
        one.unacked += one.id.map_or(0, |id| landing.given_back_by(queue, id));
    }
    let services = world.services().iter().enumerate().filter(|(index, service)| {
        let mut triggers = service.spec.handlers.iter().map(|handler| &handler.trigger);
        is_meant(*index)
            && !service.removed
            && triggers.any(|trigger| matches!(trigger, Trigger::Queue(subscription) if subscription.queue == *queue.name()))
    });
    let instances =
        services.flat_map(|(service, state)| (0..state.spec.instances as usize).map(move |instance| InstanceId { service, instance }));
    for id in instances {
        if !all.iter().any(|one| one.id == Some(id)) {
            all.push(Consumer { id: Some(id), is: None, unacked: landing.given_back_by(queue, id) });
        }
    }
    all
}

/// What a queue's consumers hold: what they have come by, and what is on its way back.
#[must_use]
pub fn held<'a>(world: &'a World, landing: &'a Landing, queue: QueueView<'a>) -> Vec<Held<'a>> {
    let name = queue.name();
    let out = world.broker().all_unacked().filter(|(of, channel, message)| *of == name && !landing.is_passing(name, message.id, *channel));
    let out = out.map(|(_, channel, message)| Held { message, by: world.instance_of_channel(channel) });
    out.chain(landing.given_back(queue).map(|(by, message)| Held { message, by: Some(by) })).collect()
}

/// What all instances of a service hold of a queue.
#[must_use]
pub fn unacked_of_service(world: &World, landing: &Landing, queue: QueueView<'_>, service: usize) -> u64 {
    consumers(world, landing, queue, Some(service)).iter().map(|one| one.unacked).sum()
}

impl Landing {
    /// So many of what the broker counts for this consumer have come as far as the queue.
    #[must_use]
    pub fn unacked_of(&self, queue: &Name, channel: ChannelId, unacked: u32) -> u64 {
        u64::from(unacked).saturating_sub(self.passing_to(queue, channel))
    }
}
