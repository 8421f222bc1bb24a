//! Grading: everything a submission says is run again, and no score it claims is believed.

use super::judge::Judging;
use super::{Lesson, Step, Task};
use crate::base::SimTime;
use crate::broker::Name;
use crate::scenario::Fault;
use crate::sim::Recording;

/// What a learner hands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    pub lesson: Name,
    /// Of the lesson's file as it was then.
    pub hash: u64,
    pub student: Option<String>,
    pub works: Vec<(Name, Work)>,
}

/// What was done at a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Answer(Vec<String>),
    Run { recording: Recording, until: SimTime },
    Text { text: String, ticked: Vec<bool> },
}

/// Of a whole, in thousandths: the same everywhere.
pub const WHOLE: u32 = 1_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub student: Option<String>,
    pub lesson: Name,
    /// It was made with another version of the lesson.
    pub outdated: bool,
    pub steps: Vec<StepGrade>,
    /// In thousandths.
    pub score: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StepGrade {
    pub step: Name,
    pub task: &'static str,
    /// In thousandths.
    pub share: u32,
    /// Clause by clause; or in one line, what was wrong.
    pub findings: Vec<(String, bool, Option<String>)>,
}

impl Grade {
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.score == WHOLE
    }
}

/// Runs everything again. `hidden`: faults the learner did not know of.
#[must_use]
pub fn grade(lesson: &Lesson, submission: &Submission, hidden: &[Fault]) -> Grade {
    Grader::new(lesson, hidden).grade(submission)
}

/// Grades a whole class: what is right is computed once.
#[derive(Debug)]
pub struct Grader<'a> {
    lesson: &'a Lesson,
    hidden: &'a [Fault],
    /// Of each step that asks for a prediction.
    right: Vec<Vec<String>>,
}

impl<'a> Grader<'a> {
    #[must_use]
    pub fn new(lesson: &'a Lesson, hidden: &'a [Fault]) -> Self {
        let right = lesson.steps.iter().map(|step| match &step.task {
            Task::Predict(question) => question.answer(lesson).right,
            _ => Vec::new(),
        });
        Self { lesson, hidden, right: right.collect() }
    }

    #[must_use]
    pub const fn lesson(&self) -> &Lesson {
        self.lesson
    }

    #[must_use]
    pub fn grade(&self, submission: &Submission) -> Grade {
        let lesson = self.lesson;
        let graded = lesson.steps.iter().zip(&self.right).filter(|(step, _)| !matches!(step.task, Task::Look));
        let steps: Vec<StepGrade> = graded.map(|(step, right)| of_step(lesson, step, right, submission, self.hidden)).collect();
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
        let score =
            if steps.iter().all(|step| step.share == WHOLE) { WHOLE } else { steps.iter().map(|step| step.share).sum::<u32>() / count };
        Grade { student: submission.student.clone(), lesson: lesson.id.clone(), outdated: submission.hash != lesson.hash, steps, score }
    }
}

fn of_step(lesson: &Lesson, step: &Step, right: &[String], submission: &Submission, hidden: &[Fault]) -> StepGrade {
    let work = submission.works.iter().find(|(id, _)| *id == step.id).map(|(_, work)| work);
    let (share, findings) = match (&step.task, work) {
        (_, None) => (0, vec![("not done".to_owned(), false, None)]),
        (Task::Predict(question), Some(Work::Answer(given))) => {
            let good = question.is_right(right, given);
            let why = (!good).then(|| format!("answered {}, and it is {}", told(given), told(right)));
            (if good { WHOLE } else { 0 }, vec![("predicted".to_owned(), good, why)])
        }
        (Task::Explain { .. }, Some(Work::Text { text, ticked })) => {
            // Nobody but a person can judge it: what is written is counted, and shown.
            let good = !text.trim().is_empty();
            let points = ticked.iter().filter(|tick| **tick).count();
            (if good { WHOLE } else { 0 }, vec![(format!("written, {points} of {} points ticked", ticked.len()), good, None)])
        }
        (_, Some(Work::Run { recording, until })) => match Judging::of(lesson, step, recording, *until, hidden) {
            Some(judging) => {
                let findings = judging.to_end();
                let good = findings.iter().filter(|finding| finding.good).count();
                let share = u32::try_from(good * WHOLE as usize / findings.len().max(1)).unwrap_or(0);
                (share, findings.into_iter().map(|finding| (finding.says, finding.good, finding.why)).collect())
            }
            None => (0, vec![("a run answers nothing here".to_owned(), false, None)]),
        },
        (_, Some(_)) => (0, vec![("this answers another kind of step".to_owned(), false, None)]),
    };
    StepGrade { step: step.id.clone(), task: step.task.name(), share, findings }
}

fn told(words: &[String]) -> String {
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}
