//! What a browser keeps of lessons between two visits.

use super::App;
use super::effect::Effect;
use super::tour::Tour;
use crate::formats::progress_file::{self, Works};
use crate::scenario::Problem;

/// What a browser keeps of lessons, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub progress: String,
    pub works: String,
    /// What was kept and could not be read: it stays here, so that nothing is lost.
    pub unread: String,
    /// The chosen path, and below it the lesson that is open: a reload comes back to both.
    pub place: String,
    /// The steps of the tour that are done; empty before the first card was read.
    pub tour: String,
}

impl Kept {
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            progress: progress_file::write_kept(&app.progress),
            works: app.works.write_kept(),
            unread: app.unread.clone(),
            place: place(app),
            tour: app.tour.write_kept(),
        }
    }
}

pub(super) fn found(app: &mut App, kept: Kept) -> Vec<Effect> {
    app.unread = kept.unread;
    come_back(app, &kept.place);
    app.tour = Tour::read_kept(&kept.tour);
    let (progress, problems) = progress_file::read_kept(&kept.progress);
    app.progress = progress;
    let mut effects = set_aside(app, &kept.progress, problems);
    let (works, problems) = Works::read_kept(&kept.works);
    app.works = works;
    effects.extend(set_aside(app, &kept.works, problems));
    effects
}

/// The chosen path and the open lesson, a line each, as a browser keeps them.
fn place(app: &App) -> String {
    let file = app.classroom.as_ref().and_then(|classroom| classroom.file.as_deref()).unwrap_or_default();
    format!("{}\n{file}", app.path)
}

fn come_back(app: &mut App, place: &str) {
    let (path, file) = place.split_once('\n').unwrap_or_default();
    path.clone_into(&mut app.path);
    app.back_to = Some(file.to_owned()).filter(|file| !file.is_empty());
}

/// Keeps a text that cannot be read, or not wholly, and says so.
pub(super) fn set_aside(app: &mut App, text: &str, problems: Vec<Problem>) -> Vec<Effect> {
    if problems.is_empty() {
        return Vec::new();
    }
    app.unread.push_str(text);
    app.unread.push('\n');
    app.unread_problems.extend(problems);
    vec![Effect::SaveProgress]
}
