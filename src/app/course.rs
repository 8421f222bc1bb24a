//! The lessons of the site, and the progress in them.

use super::effect::Effect;
use super::files::Unreadable;
use super::kept::{Kept, found};
use super::texts::files as texts;
use super::{App, Course};
use crate::formats::{progress_file, site_list};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseAction {
    /// The list was fetched.
    Fetched(String),
    /// One of the lessons, by its file's name.
    Open(String),
    /// What the browser had kept of lessons.
    ProgressFound(Kept),
    /// As a file that another browser can open.
    SaveProgress,
    /// The reason why kept progress could not be read was read.
    DismissUnread,
}

pub(super) fn update(app: &mut App, action: CourseAction) -> Vec<Effect> {
    match action {
        CourseAction::Fetched(text) => {
            let list = site_list::read_course(&text).unwrap_or_else(|problems| {
                app.unreadable = Some(Unreadable { name: texts::LIST_OF_LESSONS.into(), problems });
                Course::default()
            });
            app.course = Some(list);
        }
        CourseAction::Open(file) => {
            app.dialog = None;
            return vec![Effect::FetchLesson(file)];
        }
        CourseAction::ProgressFound(kept) => return found(app, kept),
        CourseAction::SaveProgress => {
            let mut files = vec![Effect::Download { name: "requeue-progress.json".into(), text: progress_file::write(&app.progress) }];
            if !app.unread.is_empty() {
                files.push(Effect::Download { name: "requeue-progress-unread.txt".into(), text: app.unread.clone() });
            }
            return files;
        }
        CourseAction::DismissUnread => app.unread_problems.clear(),
    }
    Vec::new()
}
