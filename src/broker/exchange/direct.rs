//! Direct exchanges: the binding key is the routing key (rule 34).

use std::collections::BTreeMap;

use super::Destination;
use crate::broker::value::Name;

#[derive(Clone, Debug, Default)]
pub(super) struct Router {
    by_key: BTreeMap<Name, Vec<Destination>>,
}

impl Router {
    pub fn add(&mut self, key: &Name, destination: Destination) {
        self.by_key.entry(key.clone()).or_default().push(destination);
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
