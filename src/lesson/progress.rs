//! How far a learner is in each lesson.

use crate::base::ordered::in_order;
use crate::broker::Name;

/// The steps that are done, by lesson, in the order of the lessons' ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress(Vec<(Name, LessonProgress)>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonProgress {
    /// How many steps the lesson has.
    pub steps: usize,
    /// The ids of those that are done.
    pub done: Vec<Name>,
    /// The step that was open last.
    pub at: Option<Name>,
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
        self.iter().find(|(of, _)| ***of == *lesson).map(|(_, progress)| progress)
    }

    pub fn set(&mut self, lesson: &Name, progress: LessonProgress) {
        if let Some((_, old)) = self.0.iter_mut().find(|(of, _)| of == lesson) {
            *old = progress;
        } else {
            let place = self.0.partition_point(|(before, _)| before < lesson);
            self.0.insert(place, (lesson.clone(), progress));
        }
    }

    /// A step that is done in one of the two is done in both.
    pub fn unite(&mut self, other: &Self) {
        for (lesson, theirs) in other.iter() {
            let own = self.of(lesson);
            let done = in_order(own.map_or(&[][..], |progress| &progress.done).iter().chain(&theirs.done).cloned());
            let at = own.and_then(|progress| progress.at.clone()).or_else(|| theirs.at.clone());
            self.set(lesson, LessonProgress { steps: theirs.steps, done, at });
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &LessonProgress)> {
        self.0.iter().map(|(lesson, progress)| (lesson, progress))
    }
}
