//! What a browser keeps of lessons between two visits.

use super::effect::Effect;
use super::tour::Tour;
use super::{App, Dialog};
use crate::formats::progress_file::{self, Works};
use crate::scenario::Problem;

/// What a browser keeps of lessons, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub progress: String,
    pub works: String,
    /// What was kept and could not be read: it stays here, so that nothing is lost.
    pub unread: String,
    /// The chosen path, the open lesson, the open course and the steps with a verdict, a line each.
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

/// What the third line says while the page of the course is open.
const ON_COURSE: &str = "course";

/// Where the learner is, a line each, as a browser keeps it.
fn place(app: &App) -> String {
    let file = app.classroom.as_ref().and_then(|classroom| classroom.file.as_deref()).unwrap_or_default();
    let course = if app.dialog == Some(Dialog::Course) { ON_COURSE } else { "" };
    let checked = app.classroom.as_ref().map(|classroom| classroom.checked(app.session.as_ref()).join("\t")).unwrap_or_default();
    let more = if course.is_empty() && checked.is_empty() { String::new() } else { format!("\n{course}\n{checked}") };
    format!("{}\n{file}{more}", app.path)
}

fn come_back(app: &mut App, place: &str) {
    let mut lines = place.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    next().clone_into(&mut app.path);
    app.back_to = Some(next().to_owned()).filter(|file| !file.is_empty());
    app.back_on_course = next() == ON_COURSE;
    app.back_checked = next().split('\t').filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect();
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
