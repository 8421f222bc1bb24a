//! A lesson that is being written around what is on the canvas.

use super::effect::Effect;
use super::page::Dialog;
use super::{App, Session, files};
use crate::formats::{lesson_file, pretty::Doc, scenario_file};

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
        AuthorAction::Type(text) => app.written = text,
        AuthorAction::Try => {
            app.dialog = None;
            let text = app.written.clone();
            return files::open(app, "The lesson".into(), &text);
        }
        AuthorAction::Save => return vec![Effect::Download { name: "lesson.md".into(), text: app.written.clone() }],
    }
    Vec::new()
}

/// What was written is thrown away only when that is asked for.
fn begin(app: &mut App, over: bool) {
    let Some(session) = &app.session else { return };
    if app.written.is_empty() || over {
        app.written = template(session);
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
        .with("aha", "What one should have understood at the end.")
        .with("leaves_out", "What it does not speak of.")
        .to_text();
    format!(
        "# {}\n\n```lesson\n{}\n```\n\nSay what this is about.\n\n```scenario\n{}\n```\n\n## Look around\n\nPoint at what matters.\n\n```step\n{{\"id\": \"look\", \"task\": \"look\"}}\n```\n\n## Predict\n\nAsk something whose answer the run will show.\n\n```step\n{{\"id\": \"predict\", \"task\": \"predict\", \"ask\": \"queues\",\n  \"publish\": {{\"exchange\": \"{exchange}\", \"routing_key\": \"order.placed\", \"payload\": {{}}}},\n  \"because\": \"Say why.\"}}\n```\n\n## Reach something\n\nSay what is to be reached.\n\n```step\n{{\"id\": \"do\", \"task\": \"do\", \"goal\": [{{\"says\": \"five messages wait\", \"property\": \"ready({queue}) >= 5\"}}],\n  \"hints\": [\"Who takes them out?\"], \"solution\": {{\"inputs\": []}}}}\n```\n",
        document.title,
        head.trim(),
        scenario.trim()
    )
}
