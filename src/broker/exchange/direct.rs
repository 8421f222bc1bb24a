//! Direct exchanges: the binding key is the routing key (rule 34).

use super::Destination;
use crate::base::ordered::OrderedMap;
use crate::broker::value::Name;

#[derive(Clone, Debug, Default)]
pub(super) struct Router {
    by_key: OrderedMap<Name, Vec<Destination>>,
}

impl Router {
    pub fn add(&mut self, key: &Name, destination: Destination) {
        self.by_key.get_or_default(key.clone()).push(destination);
    }

    pub fn remove(&mut self, key: &Name, destination: Destination) {
        let Some(destinations) = self.by_key.get_mut(key) else { return };
        super::remove_one(destinations, destination);
        if destinations.is_empty() {
            self.by_key.remove(key);
        }
    }

    pub fn route(&self, key: &str, found: &mut Vec<Destination>) {
        if let Some(destinations) = self.by_key.get(key) {
            found.extend_from_slice(destinations);
        }
    }
}
