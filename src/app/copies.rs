//! The copies of an event: which one is told of, what belongs to its story, and what it carries.

use super::words;
use crate::broker::{Message, Name};
use crate::scenario::Trigger;
use crate::sim::biography::{Biography, Whereabouts};
use crate::sim::{Place, TimedEvent, World, WorldEvent};

/// One copy of an event, in a queue.
#[derive(Debug)]
pub struct Copy<'a> {
    pub queue: &'a Name,
    /// As it was when something last happened to it there.
    pub message: &'a Message,
    /// The queues it came through: its own, and those it died in.
    through: Vec<&'a Name>,
}

/// The copy that is told of: the one that was asked for, or else one that died, or none.
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
    /// Whether this belongs to its story: what other copies went through does not.
    #[must_use]
    pub fn has(&self, entry: &TimedEvent, world: &World) -> bool {
        let is_on_the_way = |queue: &Name| self.through.contains(&queue);
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
