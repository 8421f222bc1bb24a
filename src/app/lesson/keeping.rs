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
pub(super) fn restore(app: &mut App, classroom: &mut Classroom) -> Vec<Effect> {
    let done = app.progress.of(&classroom.lesson.id).map_or(&[][..], |progress| &progress.done);
    for (step, work) in classroom.lesson.steps.iter().zip(&mut classroom.works) {
        work.done = done.contains(&step.id);
    }
    match app.works.of(&classroom.lesson.id) {
        Ok(Some(kept)) => {
            put_back(classroom, kept);
            Vec::new()
        }
        Ok(None) => Vec::new(),
        Err(problems) => {
            let text = app.works.take(&classroom.lesson.id).unwrap_or_default();
            set_aside(app, &text, problems)
        }
    }
}

fn put_back(classroom: &mut Classroom, kept: Submission) {
    classroom.student = kept.student.unwrap_or_default();
    for (id, what) in kept.works {
        let Some(index) = classroom.lesson.steps.iter().position(|step| step.id == id) else { continue };
        match what {
            Work::Answer(words) => {
                let work = &mut classroom.works[index];
                (work.answer, work.first) = (words.clone(), Some(words));
            }
            Work::Text { text, ticked } => {
                let work = &mut classroom.works[index];
                (work.text, work.ticked, work.compared) = (text, ticked, true);
            }
            Work::Run { recording, until } => {
                // The drawing comes back; its time starts from zero.
                let mut session = classroom.session_of(Recording::of(classroom.lesson.scenario.clone()));
                let drawn = judge::last(&recording).clone();
                session.become_scenario(drawn);
                let work = &mut classroom.works[index];
                (work.session, work.judged) = (Some(Box::new(session)), Some((recording, until)));
            }
        }
    }
}

/// Keeps what was done, and tells the page that embeds this one.
pub(super) fn keep(app: &mut App) -> Vec<Effect> {
    let Some(classroom) = &app.classroom else { return Vec::new() };
    let progress = LessonProgress { steps: classroom.lesson.steps.len(), done: classroom.done().cloned().collect() };
    app.works.set(&classroom.submission());
    let mut effects = vec![Effect::SaveProgress];
    if app.options.embed {
        effects.push(Effect::TellHost(HostMessage::Progress(progress_file::write_for_host(&classroom.lesson.id, &progress))));
    }
    let lesson = classroom.lesson.id.clone();
    app.progress.set(&lesson, progress);
    effects
}
