//! The lessons of the site, and the progress in them.

use super::App;
use super::effect::Effect;
use super::{gallery, lesson};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseAction {
    /// The list was fetched.
    Fetched(String),
    /// One of the lessons, by its file's name.
    Open(String),
    /// What the browser had kept of lessons, or what was brought from another one.
    ProgressFound { progress: String, works: String },
    /// As a file that another browser can open.
    SaveProgress,
}

pub(super) fn update(app: &mut App, action: CourseAction) -> Vec<Effect> {
    match action {
        CourseAction::Fetched(text) => app.course = Some(gallery::listed(&text)),
        CourseAction::Open(file) => {
            app.dialog = None;
            return vec![Effect::FetchLesson(file)];
        }
        CourseAction::ProgressFound { progress, works } => (app.progress, app.works) = (progress, works),
        CourseAction::SaveProgress => {
            return vec![Effect::Download { name: "requeue-progress.json".into(), text: lesson::progress_file(&app.progress) }];
        }
    }
    Vec::new()
}
