//! A system that came in from a file that has no canvas: its parts are arranged.

use std::sync::Arc;

use super::arrange;
use super::session::Session;
use crate::scenario::Scenario;
use crate::scenario::edit::{self, Edit};
use crate::sim::Recording;

/// The same system with every part at its place, along the way of messages.
#[must_use]
pub fn arranged(scenario: Scenario) -> Scenario {
    let session = Session::new(Recording::new(Arc::new(scenario), 1));
    let places = arrange::arranged(session.plan());
    let scenario = session.scenario();
    let moved = places.into_iter().filter_map(|(node, at)| Some((session.part(&node)?, at))).collect();
    edit::apply(scenario, &Edit::Move(moved)).map_or_else(|_| scenario.as_ref().clone(), |edited| edited.scenario)
}
