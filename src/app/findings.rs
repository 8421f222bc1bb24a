//! What is probably a mistake in the system that is open, and what its dead letters do. It is searched for when the system changes, and
//! not in each frame.

use std::sync::Arc;

use super::geometry::{Edge, EdgeKind};
use super::landing::Landing;
use super::{Action, EditAction, Session};
use crate::broker::Name;
use crate::scenario::Scenario;
use crate::scenario::edit::Part;
use crate::scenario::findings::Finding;
use crate::scenario::routes::{DeadLetterWays, Routes};

/// What was done, as far as lists of findings mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Mended,
    /// Another list is looked at.
    Left,
    Other,
}

impl Done {
    pub(super) const fn by(action: &Action) -> Self {
        match action {
            Action::Edit(EditAction::Mend(_)) => Self::Mended,
            Action::Workspace(_) | Action::Select(_) => Self::Left,
            _ => Self::Other,
        }
    }
}

pub(super) type Search = fn(&Scenario, Routes<'_>) -> Vec<Finding>;

#[derive(Debug, Default)]
pub struct Findings {
    of: Option<Arc<Scenario>>,
    /// A lesson asks the learner what is wrong: then nothing is shown.
    in_lesson: bool,
    /// What searches had come.
    searched: bool,
    /// By part.
    found: Vec<Finding>,
    /// The list as it was when the last of them was mended: what is pressed stands still.
    held: Vec<Finding>,
    pub dead_letters: DeadLetterWays,
}

impl Findings {
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.found
    }

    /// Those that a list shows, of one part or of all. Each comes with whether it was mended while the list was looked at.
    #[must_use]
    pub fn shown(&self, part: Option<&Part>) -> Vec<(&Finding, bool)> {
        let is_one = |one: &Finding, other: &Finding| (one.kind, &one.part, &one.says) == (other.kind, &other.part, &other.says);
        let held = self.held.iter().map(|held| self.found.iter().find(|one| is_one(one, held)).map_or((held, true), |one| (one, false)));
        let new = self.found.iter().filter(|one| !self.held.iter().any(|held| is_one(one, held))).map(|one| (one, false));
        held.chain(new).filter(|(one, _)| part.is_none_or(|part| one.part == *part)).collect()
    }

    /// Those that a part shows.
    #[must_use]
    pub fn of(&self, part: &Part) -> &[Finding] {
        let begins = self.found.partition_point(|finding| finding.part < *part);
        let of_part = &self.found[begins..];
        &of_part[..of_part.partition_point(|finding| finding.part == *part)]
    }

    /// The line is drawn as one of dead letters: nothing else goes along it.
    #[must_use]
    pub fn leads_dead_letters(&self, edge: &Edge) -> bool {
        match edge.kind {
            EdgeKind::DeadLetters => true,
            EdgeKind::Binding(place, _) => self.dead_letters.has_binding(place),
            EdgeKind::Http | EdgeKind::Publishes | EdgeKind::Consumes | EdgeKind::Asks | EdgeKind::Alternate => false,
        }
    }

    /// The dead letters that wait where dead letters end, by queue. A message that a client published there is none.
    #[must_use]
    pub fn waiting_dead_letters(&self, session: &Session, landing: &Landing) -> Vec<(Name, u64)> {
        let broker = session.world().broker();
        let ends = session.scenario().broker.queues.iter().filter(|queue| self.dead_letters.end_in(&queue.name));
        let dead = ends.filter_map(|queue| {
            let has_died = landing.messages(broker.queue(&queue.name)?).filter(|entry| !entry.message.deaths().is_empty());
            Some((queue.name.clone(), has_died.count() as u64))
        });
        dead.filter(|(_, count)| *count > 0).collect()
    }

    /// Of this system from now on. What searches comes with the rest of the page.
    pub(super) fn follow(&mut self, session: Option<&Session>, in_lesson: bool, done: Done, search: Option<Search>) {
        let held = if done == Done::Mended { self.shown(None).into_iter().map(|(one, _)| one.clone()).collect() } else { Vec::new() };
        if done == Done::Left {
            self.held.clear();
        }
        let now = session.map(Session::scenario);
        let is_same = match (&self.of, now) {
            (Some(known), Some(now)) => Arc::ptr_eq(known, now) && self.in_lesson == in_lesson && self.searched == search.is_some(),
            (known, now) => known.is_none() && now.is_none(),
        };
        if is_same {
            return;
        }
        (self.of, self.in_lesson, self.searched) = (now.cloned(), in_lesson, search.is_some());
        (self.found, self.dead_letters, self.held) = (Vec::new(), DeadLetterWays::default(), held);
        if let Some(scenario) = now {
            let mut routes = Routes::of(scenario);
            self.dead_letters = routes.dead_letter_ways();
            if let Some(search) = search.filter(|_| !in_lesson) {
                self.found = search(scenario, routes);
            }
        }
    }
}
