//! A lesson's texts as they are shown: read once when the lesson is opened or changed, so that no render reads Markdown.

use crate::formats::markdown::{self, Piece};
use crate::lesson::Lesson;

#[derive(Clone, Debug, PartialEq)]
pub struct Prose {
    pub intro: Vec<Piece>,
    /// Of each step.
    pub steps: Vec<Vec<Piece>>,
}

impl Prose {
    #[must_use]
    pub fn of(lesson: &Lesson) -> Self {
        Self { intro: markdown::read(&lesson.intro), steps: lesson.steps.iter().map(|step| markdown::read(&step.text)).collect() }
    }
}
