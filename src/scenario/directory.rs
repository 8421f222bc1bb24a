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
}

impl Directory {
    #[must_use]
    pub fn of(broker: &BrokerSpec) -> Self {
        let exchanges = broker.exchanges.iter().enumerate().map(|(place, exchange)| (exchange.name.clone(), place)).collect();
        let queues = broker.queues.iter().enumerate().map(|(place, queue)| (queue.name.clone(), place)).collect();
        Self { exchanges, queues }
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
}
