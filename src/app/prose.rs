//! A lesson's texts as they are shown. They are read once when they are first shown, so that no later render reads Markdown.

use std::cell::OnceCell;

use super::texts::lesson as texts;
use crate::formats::markdown::{self, Block, Inline, Piece};
use crate::lesson::Lesson;

#[derive(Clone, Debug, PartialEq)]
pub struct Prose {
    pub intro: Vec<Piece>,
    /// Of each step.
    pub steps: Vec<Vec<Piece>>,
    /// What steps say of the real RabbitMQ, once more for the end.
    pub in_rabbitmq: Vec<Piece>,
}

/// Only what shows them reads them: a page that has no lesson open needs no Markdown.
#[derive(Debug, Default)]
pub struct Texts(OnceCell<Prose>);

impl Texts {
    /// Those of the lesson that they belong to.
    pub fn of(&self, lesson: &Lesson) -> &Prose {
        self.0.get_or_init(|| Prose::of(lesson))
    }
}

impl Prose {
    fn of(lesson: &Lesson) -> Self {
        let steps: Vec<Vec<Piece>> = lesson.steps.iter().map(|step| markdown::read(&step.text)).collect();
        // The last step stands below the end: what it says stands there.
        let before = &steps[..steps.len().saturating_sub(1)];
        let in_rabbitmq = before.iter().flatten().filter(|piece| is_of_rabbitmq(piece)).cloned().collect();
        Self { intro: markdown::read(&lesson.intro), steps, in_rabbitmq }
    }
}

/// A quote that begins with "In RabbitMQ", as authors write it.
fn is_of_rabbitmq(piece: &Piece) -> bool {
    let Block::Quote(inner) = &piece.block else { return false };
    let Some(Block::Paragraph(words)) = inner.first().map(|piece| &piece.block) else { return false };
    matches!(words.first(), Some(Inline::Strong(strong)) if matches!(&strong[..], [Inline::Text(text)] if text == texts::IN_RABBITMQ))
}
