//! Changes of a scenario by path in its file. A lesson file says with them what a learner would do. Nothing else edits so: see
//! [`crate::scenario::edit`].

pub use super::place::Change;
use super::place::{self, Key};
use super::scenario_file;
use crate::scenario::Scenario;

/// A path's keys and indices: `a.b[2].x-c`.
fn keys(path: &str) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, indices) = part.split_once('[').map_or((part, ""), |(name, rest)| (name, rest));
        keys.push(Key::Field(name));
        keys.extend(indices.split('[').filter_map(|index| index.trim_end_matches(']').parse().ok()).map(Key::Index));
    }
    keys
}

/// The scenario after a change of its document, read as a file is.
///
/// # Errors
/// What the reader says, the first problem of all.
pub fn changed(scenario: &Scenario, path: &str, change: &Change) -> Result<Scenario, String> {
    let mut document = scenario_file::document(scenario).into_json();
    if place::change(&mut document, &keys(path), change).is_none() {
        return Err(format!("There is no {path} any more."));
    }
    scenario_file::of_document(&document).map_err(|problems| problems.first().map(|problem| problem.message.clone()).unwrap_or_default())
}
