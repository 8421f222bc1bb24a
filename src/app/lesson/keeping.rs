//! What a browser keeps of a lesson: which steps are done, and the work at them.

use super::Classroom;
use crate::app::App;
use crate::app::effect::{Effect, HostMessage};
use crate::app::kept::set_aside;
use crate::app::session::Session;
use crate::formats::progress_file::{self, Works};
use crate::lesson::grade::{Submission, Work};
use crate::lesson::judge;
use crate::lesson::progress::LessonProgress;
use crate::sim::Recording;

/// Brings back what was done in this lesson before, as far as its steps are still there. Work that cannot be read is set aside.
pub(super) fn restore(app: &mut App, classroom: &mut Classroom) -> Vec<Effect> {
    if let Some(LessonProgress { done, at, .. }) = app.progress.of(&classroom.lesson.id) {
        for (step, work) in classroom.lesson.steps.iter().zip(&mut classroom.works) {
            work.done = done.contains(&step.id);
        }
        classroom.at = classroom.lesson.steps.iter().position(|step| Some(&step.id) == at.as_ref()).unwrap_or(0);
    }
    let checked = std::mem::take(&mut app.back_checked);
    match app.works.of(&classroom.lesson.id) {
        Ok(Some(kept)) => {
            put_back(classroom, kept);
            for (step, work) in classroom.lesson.steps.iter().zip(&mut classroom.works) {
                work.had_verdict = work.judged.is_some() && (work.done || checked.iter().any(|id| **id == *step.id));
            }
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

/// Notes which steps are done, and which one is open.
pub(super) fn note(app: &mut App) -> Option<LessonProgress> {
    let classroom = app.classroom.as_ref()?;
    let at = Some(classroom.step().id.clone());
    let progress = LessonProgress { steps: classroom.lesson.steps.len(), done: classroom.done().cloned().collect(), at };
    app.progress.set(&classroom.lesson.id, progress.clone());
    Some(progress)
}

/// Keeps what was done, and tells the page that embeds this one.
pub(super) fn keep(app: &mut App) -> Vec<Effect> {
    let Some(progress) = note(app) else { return Vec::new() };
    let Some(classroom) = &app.classroom else { return Vec::new() };
    let mut effects = keep_drawing(classroom, app.session.as_ref(), &mut app.works);
    if app.options.embed {
        effects.push(Effect::TellHost(HostMessage::Progress(progress_file::write_for_host(&classroom.lesson.id, &progress))));
    }
    effects
}

/// Keeps what was drawn, so that a reload has it. What is solved stays as it was judged.
pub(in crate::app) fn keep_drawing(classroom: &Classroom, session: Option<&Session>, works: &mut Works) -> Vec<Effect> {
    works.set(&classroom.kept(session));
    vec![Effect::SaveProgress]
}
