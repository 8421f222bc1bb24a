//! What a browser keeps of a lesson: which steps are done, and the work at them.

use super::Classroom;
use crate::app::App;
use crate::app::effect::{Effect, HostMessage};
use crate::app::kept::set_aside;
use crate::formats::progress_file;
use crate::lesson::grade::{Submission, Work};
use crate::lesson::judge;
use crate::lesson::progress::LessonProgress;
use crate::sim::Recording;

/// Brings back what was done in this lesson before, as far as its steps are still there. Work that cannot be read is set aside.
pub(super) fn restore(app: &mut App, room: &mut Classroom) -> Vec<Effect> {
    let done = app.progress.of(&room.lesson.id).map_or(&[][..], |progress| &progress.done);
    for (step, work) in room.lesson.steps.iter().zip(&mut room.works) {
        work.done = done.contains(&step.id);
    }
    match app.works.of(&room.lesson.id) {
        Ok(Some(kept)) => {
            put_back(room, kept);
            Vec::new()
        }
        Ok(None) => Vec::new(),
        Err(problems) => {
            let text = app.works.take(&room.lesson.id).unwrap_or_default();
            set_aside(app, &text, problems)
        }
    }
}

fn put_back(room: &mut Classroom, kept: Submission) {
    room.student = kept.student.unwrap_or_default();
    for (id, what) in kept.works {
        let Some(index) = room.lesson.steps.iter().position(|step| step.id == id) else { continue };
        match what {
            Work::Answer(words) => {
                let work = &mut room.works[index];
                (work.answer, work.first) = (words.clone(), Some(words));
            }
            Work::Text { text, ticked } => {
                let work = &mut room.works[index];
                (work.text, work.ticked, work.compared) = (text, ticked, true);
            }
            Work::Run { recording, until } => {
                // The drawing comes back; its time starts from zero.
                let mut session = room.session_of(Recording::of(room.lesson.scenario.clone()));
                let drawn = judge::last(&recording).clone();
                session.become_scenario(drawn);
                let work = &mut room.works[index];
                (work.session, work.judged) = (Some(Box::new(session)), Some((recording, until)));
            }
        }
    }
}

/// Keeps what was done, and tells the page that embeds this one.
pub(super) fn keep(app: &mut App) -> Vec<Effect> {
    let Some(room) = &app.classroom else { return Vec::new() };
    let progress = LessonProgress { steps: room.lesson.steps.len(), done: room.done().cloned().collect() };
    app.works.set(&room.submission());
    let mut effects = vec![Effect::SaveProgress];
    if app.options.embed {
        effects.push(Effect::TellHost(HostMessage::Progress(progress_file::write_for_host(&room.lesson.id, &progress))));
    }
    app.progress.set(room.lesson.id.clone(), progress);
    effects
}
