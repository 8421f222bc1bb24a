//! The copies of an event: which one is shown, what belongs to its story, and what it carries.

use super::words;
use crate::broker::{Message, Name};
use crate::formats::amqp_json::message_to_json;
use crate::scenario::Trigger;
use crate::sim::biography::{Biography, Whereabouts};
use crate::sim::{BY_HAND_MAX, Place, TimedEvent, World, WorldEvent};

/// One copy of an event, in a queue.
#[derive(Debug)]
pub struct Copy<'a> {
    pub queue: &'a Name,
    /// As it was when something last happened to it there.
    pub message: &'a Message,
    /// The queues it came through: its own, and those it died in.
    through: Vec<&'a Name>,
}

/// The shown copy: the one that was asked for, or else one that died, or none.
#[must_use]
pub fn told<'a>(life: &'a Biography, asked: Option<&'a Name>) -> Option<Copy<'a>> {
    let newest = || life.entries.iter().rev();
    let at = |entry: &'a TimedEvent| match words::place_of(entry) {
        Some(Place::Queue(queue)) => Some((queue, entry.what.message()?)),
        _ => None,
    };
    let (place, message) = match asked {
        Some(asked) => newest().find_map(|entry| at(entry).filter(|(queue, _)| queue == asked)),
        None => newest().find_map(|entry| at(entry).filter(|(_, message)| !message.deaths().is_empty())),
    }?;
    let queues = || life.whereabouts.iter().filter_map(Whereabouts::queue).chain(message.deaths().iter().map(|death| &death.queue));
    let queue = asked.or_else(|| queues().find(|queue| **queue == place))?;
    let through = std::iter::once(queue).chain(message.deaths().iter().map(|death| &death.queue)).collect();
    Some(Copy { queue, message, through })
}

impl Copy<'_> {
    /// Whether it is in this queue, or died there.
    #[must_use]
    pub fn comes_through(&self, queue: &Name) -> bool {
        self.through.contains(&queue)
    }

    /// Whether this belongs to its story: what other copies went through does not.
    #[must_use]
    pub fn has(&self, entry: &TimedEvent, world: &World) -> bool {
        let is_on_the_way = |queue: &Name| self.comes_through(queue);
        match words::place_of(entry) {
            Some(Place::Queue(queue)) => is_on_the_way(&queue),
            Some(Place::Exchange(_)) => {
                entry.what.message().and_then(|message| message.deaths().first()).is_none_or(|died| is_on_the_way(&died.queue))
            }
            Some(Place::Instance(id)) if !matches!(entry.what, WorldEvent::Sent { .. }) => {
                let handlers = world.services().get(id.service).map(|service| &service.spec.handlers);
                let mut consumed = handlers.into_iter().flatten().filter_map(|handler| match &handler.trigger {
                    Trigger::Queue(subscription) => Some(&subscription.queue),
                    _ => None,
                });
                consumed.clone().next().is_none() || consumed.any(is_on_the_way)
            }
            _ => true,
        }
    }
}

/// How a dead letter goes back to the queue that it came from. RabbitMQ gives messages from the head of a queue alone: what stands
/// before it goes, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    pub from: Name,
    pub to: Name,
    /// It, and what stands before it.
    pub count: u32,
}

/// None: it did not die, or it does not wait in a queue.
#[must_use]
pub fn way_back(life: &Biography, asked: Option<&Name>) -> Option<WayBack> {
    let copy = told(life, asked)?;
    let position = life.whereabouts.iter().find_map(|place| match place {
        Whereabouts::Ready { queue, position } if queue == copy.queue => Some(*position),
        _ => None,
    })?;
    let to = copy.message.deaths().first().map(|death| death.queue.clone()).filter(|to| to != copy.queue)?;
    let count = u32::try_from(position + 1).ok().filter(|count| *count <= BY_HAND_MAX)?;
    Some(WayBack { from: copy.queue.clone(), to, count })
}

/// The shown copy, or else the message as it was last seen. RabbitMQ's management interface writes one so, too.
#[must_use]
pub fn as_json(life: &Biography, asked: Option<&Name>) -> Option<String> {
    let message =
        told(life, asked).map(|copy| copy.message).or_else(|| life.entries.iter().rev().find_map(|entry| entry.what.message()))?;
    Some(message_to_json(message))
}
