//! How far a learner is in each lesson.

use crate::base::ordered::{OrderedMap, in_order};
use crate::broker::Name;

/// The steps that are done, by lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress(OrderedMap<Name, LessonProgress>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonProgress {
    /// How many steps the lesson has.
    pub steps: usize,
    /// The ids of those that are done.
    pub done: Vec<Name>,
}

impl LessonProgress {
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.done.len() >= self.steps
    }
}

impl Progress {
    #[must_use]
    pub fn of(&self, lesson: &str) -> Option<&LessonProgress> {
        self.0.get(lesson)
    }

    pub fn set(&mut self, lesson: Name, progress: LessonProgress) {
        self.0.insert(lesson, progress);
    }

    /// A step that is done in one of the two is done in both.
    pub fn unite(&mut self, other: &Self) {
        for (lesson, theirs) in other.iter() {
            let own = self.0.get_or_default(lesson.clone());
            own.steps = theirs.steps;
            own.done = in_order(own.done.drain(..).chain(theirs.done.iter().cloned()));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &LessonProgress)> {
        self.0.iter()
    }
}
