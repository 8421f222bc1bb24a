//! The parts of a broker's document, found by name.
//!
//! A scenario has lists, as its file has. To search a list for each of 4,000 queues takes the square of it. The page asks for each of them
//! in each frame; so a world keeps a directory beside its scenario.

use super::{BrokerSpec, Name};
use crate::base::ordered::OrderedMap;

#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Their places in the lists of the document.
    exchanges: OrderedMap<Name, usize>,
    queues: OrderedMap<Name, usize>,
    dead_letter_exchanges: OrderedMap<Name, ()>,
    dead_letter_queues: OrderedMap<Name, ()>,
}

impl Directory {
    #[must_use]
    pub fn of(broker: &BrokerSpec) -> Self {
        let exchanges = broker.exchanges.iter().enumerate().map(|(place, exchange)| (exchange.name.clone(), place)).collect();
        let queues = broker.queues.iter().enumerate().map(|(place, queue)| (queue.name.clone(), place)).collect();
        let dead_letter_exchanges =
            broker.queues.iter().filter_map(|queue| Some((broker.dead_letter_exchange(queue)?.clone(), ()))).collect();
        let mut directory = Self { exchanges, queues, dead_letter_exchanges, dead_letter_queues: OrderedMap::new() };
        let of_dead_letters = broker.bindings.iter().filter(|binding| directory.is_dead_letter_exchange(&binding.source));
        let rests = |name: &&Name| directory.queue(name).is_some_and(|place| broker.dead_letter_exchange(&broker.queues[place]).is_none());
        directory.dead_letter_queues =
            of_dead_letters.map(|binding| binding.destination.name()).filter(rests).map(|name| (name.clone(), ())).collect();
        directory
    }

    /// Its place in the document's list.
    #[must_use]
    pub fn exchange(&self, name: &Name) -> Option<usize> {
        self.exchanges.get(name).copied()
    }

    /// Its place in the document's list.
    #[must_use]
    pub fn queue(&self, name: &Name) -> Option<usize> {
        self.queues.get(name).copied()
    }

    /// Some queue sends its dead letters here.
    #[must_use]
    pub fn is_dead_letter_exchange(&self, name: &Name) -> bool {
        self.dead_letter_exchanges.contains_key(name)
    }

    /// Dead letters end here: the queue is bound to a dead-letter exchange, and sends them no further, as a queue for retries does.
    #[must_use]
    pub fn is_dead_letter_queue(&self, name: &Name) -> bool {
        self.dead_letter_queues.contains_key(name)
    }
}
