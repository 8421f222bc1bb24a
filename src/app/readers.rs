//! Who reads streams, where, and how far behind.

use super::words::instance_name;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::sim::World;

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
}

#[must_use]
pub fn of<'a>(world: &'a World, stream: QueueView<'a>) -> Vec<Reader<'a>> {
    let readers = world.broker().readers_of(stream).map(|reader| {
        let id = world.instance_of_channel(reader.channel);
        Reader {
            stream: stream.name(),
            name: id.map_or_else(|| reader.tag.to_string(), |id| instance_name(world, id)),
            service: id.and_then(|id| world.services().get(id.service)).map(|service| &service.spec.name),
            next: reader.next,
            lag: reader.lag,
            unacked: reader.unacked,
        }
    });
    readers.collect()
}

/// Of all streams.
#[must_use]
pub fn all(world: &World) -> Vec<Reader<'_>> {
    world.broker().queues().flat_map(|queue| of(world, queue)).collect()
}
