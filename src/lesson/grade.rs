//! Grading: everything a submission says is run again, and no score it claims is believed.

use super::judge::{Finding, Judging};
use super::predict::Answering;
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
        let graded = self.lesson.steps.iter().zip(&self.right).filter(|(step, _)| is_graded(step));
        let steps = graded.map(|(step, right)| {
            let work = work_of(step, submission);
            let judging = judging_of(self.lesson, step, work, self.hidden);
            of_step(step, work, right, judging.map(Judging::to_end))
        });
        whole(self.lesson, submission, steps.collect())
    }
}

/// Grading in pieces, so that a page stays alive.
#[derive(Clone, Debug)]
pub struct Grading {
    lesson: Lesson,
    submission: Submission,
    /// Which step is graded.
    at: usize,
    doing: Option<Doing>,
    steps: Vec<StepGrade>,
}

#[derive(Clone, Debug)]
enum Doing {
    Answering(Box<Answering>),
    Judging(Box<Judging>),
}

impl Grading {
    #[must_use]
    pub const fn of(lesson: Lesson, submission: Submission) -> Self {
        Self { lesson, submission, at: 0, doing: None, steps: Vec::new() }
    }

    /// Plays at most so many steps of runs in one of the lesson's steps. Whether everything is graded.
    pub fn advance(&mut self, steps_max: u64) -> bool {
        let Some(step) = self.lesson.steps.get(self.at) else { return true };
        let work = work_of(step, &self.submission);
        let doing = self.doing.take().or_else(|| match &step.task {
            Task::Predict(question) => Some(Doing::Answering(Box::new(Answering::of(question, &self.lesson)))),
            _ => judging_of(&self.lesson, step, work, &[]).map(|judging| Doing::Judging(Box::new(judging))),
        });
        let grade = match doing {
            Some(Doing::Answering(mut answering)) => {
                if !answering.advance(steps_max) {
                    self.doing = Some(Doing::Answering(answering));
                    return false;
                }
                of_step(step, work, &answering.answer().right, None)
            }
            Some(Doing::Judging(mut judging)) => {
                if !judging.advance(steps_max) {
                    self.doing = Some(Doing::Judging(judging));
                    return false;
                }
                of_step(step, work, &[], Some(judging.to_end()))
            }
            None => of_step(step, work, &[], None),
        };
        if is_graded(step) {
            self.steps.push(grade);
        }
        self.at += 1;
        self.at == self.lesson.steps.len()
    }

    /// In thousandths.
    #[must_use]
    pub fn progress(&self) -> u32 {
        let of_step = match &self.doing {
            Some(Doing::Answering(answering)) => answering.progress(),
            Some(Doing::Judging(judging)) => judging.parts_done(),
            None => 0,
        };
        (u32::try_from(self.at).unwrap_or(0) * 1_000 + of_step) / u32::try_from(self.lesson.steps.len()).unwrap_or(1).max(1)
    }

    /// What was found so far.
    #[must_use]
    pub fn grade(self) -> Grade {
        whole(&self.lesson, &self.submission, self.steps)
    }
}

const fn is_graded(step: &Step) -> bool {
    !matches!(step.task, Task::Look)
}

fn whole(lesson: &Lesson, submission: &Submission, steps: Vec<StepGrade>) -> Grade {
    let count = u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
    let score = if steps.iter().all(|step| step.share == WHOLE) { WHOLE } else { steps.iter().map(|step| step.share).sum::<u32>() / count };
    Grade { student: submission.student.clone(), lesson: lesson.id.clone(), outdated: submission.hash != lesson.hash, steps, score }
}

fn work_of<'a>(step: &Step, submission: &'a Submission) -> Option<&'a Work> {
    submission.works.iter().find(|(id, _)| *id == step.id).map(|(_, work)| work)
}

/// None where no run is handed in, or where none is asked for.
fn judging_of(lesson: &Lesson, step: &Step, work: Option<&Work>, hidden: &[Fault]) -> Option<Judging> {
    let Some(Work::Run { recording, until }) = work else { return None };
    Judging::of(lesson, step, recording, *until, hidden)
}

fn of_step(step: &Step, work: Option<&Work>, right: &[String], judged: Option<Vec<Finding>>) -> StepGrade {
    let (share, findings) = match (&step.task, work) {
        (_, None) => (0, vec![("not done".to_owned(), false, None)]),
        (Task::Predict(question), Some(Work::Answer(given))) => {
            let good = question.is_right(right, given);
            let why = (!good).then(|| format!("answered {}, and it is {}", told(given), told(right)));
            (if good { WHOLE } else { 0 }, vec![("predicted".to_owned(), good, why)])
        }
        (Task::Explain { .. }, Some(Work::Text { text, ticked })) => {
            // Only a person can judge it: what is written is counted, and shown.
            let good = !text.trim().is_empty();
            let points = ticked.iter().filter(|tick| **tick).count();
            (if good { WHOLE } else { 0 }, vec![(format!("written, {points} of {} points ticked", ticked.len()), good, None)])
        }
        (_, Some(Work::Run { .. })) => match judged {
            Some(findings) => {
                // What holds without any work earns nothing, unless the goal as a whole is reached.
                let is_reached = findings.iter().all(|finding| finding.good);
                let earned = findings.iter().filter(|finding| finding.good && (is_reached || !finding.by_itself)).count();
                let share = u32::try_from(earned * WHOLE as usize / findings.len().max(1)).unwrap_or(0);
                let told = |finding: Finding| {
                    let unearned = finding.good && finding.by_itself && !is_reached;
                    (finding.says, finding.good, if unearned { Some(BY_ITSELF.to_owned()) } else { finding.why })
                };
                (share, findings.into_iter().map(told).collect())
            }
            None => (0, vec![("a run answers nothing here".to_owned(), false, None)]),
        },
        (_, Some(_)) => (0, vec![("this answers another kind of step".to_owned(), false, None)]),
    };
    StepGrade { step: step.id.clone(), task: step.task.name(), share, findings }
}

/// Why a clause that holds earns nothing.
const BY_ITSELF: &str = "it holds when nothing is done, too: it counts with the rest";

fn told(words: &[String]) -> String {
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}
