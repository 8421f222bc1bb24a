//! A lesson that is being written around what is on the canvas.

use super::effect::Effect;
use super::page::Dialog;
use super::prose::Texts;
use super::texts::{author, files as texts};
use super::{App, Session, files};
use crate::formats::opened::Reader;
use crate::formats::{lesson_file, pretty::Doc, scenario_file};
use crate::lesson::Lesson;
use crate::scenario::Problem;

/// A lesson that is being written. Its text is read once each time it changes, so that no render reads it.
#[derive(Debug)]
pub struct Written {
    text: String,
    read: Result<(Lesson, Texts), Vec<Problem>>,
}

impl Default for Written {
    fn default() -> Self {
        Self { text: String::new(), read: Err(Vec::new()) }
    }
}

impl Written {
    fn of(text: String, reader: Reader) -> Self {
        let read = reader.lesson(&text).map(|lesson| (lesson, Texts::default()));
        Self { text, read }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lesson that the text gives.
    ///
    /// # Errors
    /// Everything that is wrong with the text.
    pub const fn read(&self) -> Result<&(Lesson, Texts), &Vec<Problem>> {
        self.read.as_ref()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorAction {
    /// Opens the dialog, with a lesson around the canvas if none is begun.
    Open,
    /// A lesson around the canvas, in the place of what was written already.
    StartOver,
    Type(String),
    /// Opens what is written as a lesson.
    Try,
    Save,
}

pub(super) fn update(app: &mut App, action: AuthorAction) -> Vec<Effect> {
    match action {
        AuthorAction::Open => begin(app, false),
        AuthorAction::StartOver => begin(app, true),
        AuthorAction::Type(text) => app.written = Written::of(text, app.arrived.reader()),
        AuthorAction::Try => {
            app.dialog = None;
            let text = app.written.text.clone();
            return files::open(app, texts::THE_LESSON.into(), &text);
        }
        AuthorAction::Save => return vec![Effect::Download { name: "lesson.md".into(), text: app.written.text.clone() }],
    }
    Vec::new()
}

/// What was written makes room only when the author asks for it.
fn begin(app: &mut App, over: bool) {
    let Some(session) = &app.session else { return };
    if app.written.text.is_empty() || over {
        app.written = Written::of(template(session), app.arrived.reader());
    }
    app.dialog = Some(Dialog::Author);
}

/// A lesson around what is on the canvas, to be completed in an editor.
fn template(session: &Session) -> String {
    let document = session.scenario_as_drawn();
    let scenario = scenario_file::write(&document);
    let queue = document.broker.queues.first().map_or_else(|| "queue-1".into(), |queue| queue.name.to_string());
    let exchange = document.broker.exchanges.first().map(|exchange| exchange.name.to_string()).unwrap_or_default();
    let head = Doc::object()
        .with("requeue_lesson", lesson_file::VERSION)
        .with("id", files::file_name(&document.title))
        .with("minutes", 10_u64)
        .with("aha", author::AHA)
        .with("leaves_out", author::LEAVES_OUT)
        .to_text();
    author::lesson(&document.title, head.trim(), scenario.trim(), &exchange, &queue)
}
