//! The lessons of the site, and the progress in them.

use super::effect::Effect;
use super::files::Unreadable;
use super::kept::{Kept, found};
use super::texts::files as texts;
use super::{App, Course, CourseEntry};
use crate::formats::progress_file;
use crate::lesson::progress::LessonProgress;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseAction {
    /// The list was fetched.
    Fetched(String),
    /// One of the lessons, by its file's name.
    Open(String),
    /// What the browser had kept of lessons.
    ProgressFound(Kept),
    /// The path through the course, by its name; empty: the whole course.
    ChoosePath(String),
    /// As a file that another browser can open.
    SaveProgress,
    /// The reason why kept progress could not be read was read.
    DismissUnread,
}

pub(super) fn update(app: &mut App, action: CourseAction) -> Vec<Effect> {
    match action {
        CourseAction::Fetched(text) => {
            let Some(read) = app.arrived.reader().course(&text) else { return app.wait(CourseAction::Fetched(text)) };
            let list = read.unwrap_or_else(|problems| {
                app.unreadable = Some(Unreadable { name: texts::LIST_OF_LESSONS.into(), problems });
                Course::default()
            });
            app.course = Some(list);
        }
        CourseAction::Open(file) => {
            app.dialog = None;
            return vec![Effect::FetchLesson(file)];
        }
        CourseAction::ChoosePath(path) => {
            app.path = path;
            return vec![Effect::SaveProgress];
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

impl CourseEntry {
    /// What is left of its minutes, by its steps: at least one, as long as a step is.
    #[must_use]
    pub fn minutes_left(&self, progress: &LessonProgress) -> u64 {
        let left = progress.steps.saturating_sub(progress.done.len()) as u64;
        (self.minutes * left).div_ceil(progress.steps.max(1) as u64)
    }
}

impl App {
    /// The lessons of the chosen path, in their order.
    #[must_use]
    pub fn on_path(&self) -> Vec<&CourseEntry> {
        let Some(course) = &self.course else { return Vec::new() };
        match course.paths.iter().find(|path| path.name == self.path) {
            Some(path) => path.lessons.iter().filter_map(|id| course.lesson(id)).collect(),
            None => course.lessons.iter().collect(),
        }
    }

    fn is_left(&self, entry: &CourseEntry) -> bool {
        !self.progress.of(entry.id()).is_some_and(LessonProgress::is_complete)
    }

    /// What "Continue" opens. A lesson that is begun and not finished, the open one first, or the next of the path.
    #[must_use]
    pub fn proposed(&self) -> Option<&CourseEntry> {
        let left: Vec<&CourseEntry> = self.on_path().into_iter().filter(|entry| self.is_left(entry)).collect();
        let open = self.classroom.as_ref().map(|classroom| &classroom.lesson.id);
        let open = left.iter().find(|entry| open.is_some_and(|id| **id == *entry.id()));
        let begun = || left.iter().find(|entry| self.progress.of(entry.id()).is_some());
        open.or_else(begun).or(left.first()).copied()
    }

    /// Where a lesson stands in its module, counted from 1, and of how many. The lessons before and after it in the course.
    #[must_use]
    pub fn place_of(&self, id: &str) -> Option<(usize, usize, [Option<&CourseEntry>; 2])> {
        let lessons = &self.course.as_ref()?.lessons;
        let at = lessons.iter().position(|entry| entry.id() == id)?;
        let is_beside = |entry: &&CourseEntry| entry.module == lessons[at].module;
        let number = lessons[..=at].iter().filter(is_beside).count();
        let beside = [at.checked_sub(1).map(|before| &lessons[before]), lessons.get(at + 1)];
        Some((number, lessons.iter().filter(is_beside).count(), beside))
    }

    /// The lesson after this one: the next of the path that is not finished, or else the first such one.
    #[must_use]
    pub fn next_lesson(&self, id: &str) -> Option<&CourseEntry> {
        let path = self.on_path();
        let place = path.iter().position(|entry| entry.id() == id).map_or(0, |place| place + 1);
        let (before, after) = path.split_at(place);
        after.iter().chain(before).find(|entry| entry.id() != id && self.is_left(entry)).copied()
    }
}
