//! The readers of streams: where each is, and how far behind. One reads again when its program is given another offset, and connects with it.

use super::EditAction;
use super::words::instance_name;
use crate::broker::ChannelId;
use crate::broker::view::QueueView;
use crate::scenario::edit::{Edit, Element};
use crate::scenario::{Name, Offset, Scenario, Trigger};
use crate::sim::World;

/// The edit after which a service reads the stream from this offset on; none: it reads no such stream.
#[must_use]
pub fn from(scenario: &Scenario, service: &Name, stream: &Name, offset: u64) -> Option<EditAction> {
    let (index, known) = scenario.service(service)?;
    let mut service = known.clone();
    let mut triggers = service.handlers.iter_mut().map(|handler| &mut handler.trigger);
    let subscription = triggers.find_map(|trigger| match trigger {
        Trigger::Queue(subscription) if subscription.queue == *stream => Some(subscription),
        _ => None,
    })?;
    subscription.offset = Some(if offset == 0 { Offset::First } else { Offset::Number(offset) });
    Some(EditAction::Apply(Edit::Put { index, element: Box::new(Element::Service(service)) }))
}

/// The offset that is typed; without a number the oldest message's.
#[must_use]
pub fn typed(text: &str, oldest: u64) -> u64 {
    text.trim().parse().unwrap_or(oldest)
}

/// A reader of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader<'a> {
    pub stream: &'a Name,
    /// The instance that reads; else the consumer's tag.
    pub name: String,
    pub service: Option<&'a Name>,
    /// The offset that it is given next.
    pub next: u64,
    /// How many messages it has not been given.
    pub lag: u64,
    pub unacked: u32,
    pub channel: ChannelId,
}

#[must_use]
pub fn readers_of<'a>(world: &'a World, stream: QueueView<'a>) -> Vec<Reader<'a>> {
    let readers = world.broker().readers_of(stream).map(|reader| {
        let id = world.instance_of_channel(reader.channel);
        Reader {
            stream: stream.name(),
            name: id.map_or_else(|| reader.tag.to_string(), |id| instance_name(world, id)),
            service: id.and_then(|id| world.services().get(id.service)).map(|service| &service.spec.name),
            next: reader.next,
            lag: reader.lag,
            unacked: reader.unacked,
            channel: reader.channel,
        }
    });
    readers.collect()
}

/// Those of all streams.
#[must_use]
pub fn readers(world: &World) -> Vec<Reader<'_>> {
    world.broker().queues().flat_map(|queue| readers_of(world, queue)).collect()
}
