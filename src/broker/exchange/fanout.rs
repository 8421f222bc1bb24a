//! Fanout exchanges: every binding matches, with any key (rule 34).

use super::Destination;

#[derive(Clone, Debug, Default)]
pub(super) struct Router {
    destinations: Vec<Destination>,
}

impl Router {
    pub fn add(&mut self, destination: Destination) {
        self.destinations.push(destination);
    }

    pub fn remove(&mut self, destination: Destination) {
        super::remove_one(&mut self.destinations, destination);
    }

    pub fn route(&self, found: &mut Vec<Destination>) {
        found.extend_from_slice(&self.destinations);
    }
}
