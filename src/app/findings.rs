//! What is probably a mistake in the system that is open. It is searched for when the system changes, and not in each frame.

use std::sync::Arc;

use super::Session;
use crate::scenario::Scenario;
use crate::scenario::edit::Part;
use crate::scenario::findings::{Finding, findings};

#[derive(Debug, Default)]
pub struct Findings {
    of: Option<Arc<Scenario>>,
    /// By part.
    found: Vec<Finding>,
}

impl Findings {
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.found
    }

    /// Those that a part shows.
    #[must_use]
    pub fn of(&self, part: &Part) -> &[Finding] {
        let begins = self.found.partition_point(|finding| finding.part < *part);
        let of_part = &self.found[begins..];
        &of_part[..of_part.partition_point(|finding| finding.part == *part)]
    }

    /// Of this system from now on. A lesson asks the learner what is wrong: then there are none.
    pub(super) fn follow(&mut self, session: Option<&Session>, in_lesson: bool) {
        let now = session.filter(|_| !in_lesson).map(Session::scenario);
        let is_same = match (&self.of, now) {
            (Some(known), Some(now)) => Arc::ptr_eq(known, now),
            (known, now) => known.is_none() && now.is_none(),
        };
        if is_same {
            return;
        }
        self.of = now.cloned();
        self.found = now.map(|scenario| findings(scenario)).unwrap_or_default();
    }
}
