//! Whether a lesson keeps its promises. Its start is not its end, its solutions pass, its wrong ways fail where it says.

use super::grade::{Submission, WHOLE, Work, grade};
use super::judge::{Finding, Judging};
use super::{Attempt, Claim, Goal, Lesson, Question, Step, Task, predict};
use crate::base::SimTime;
use crate::sim::judge::judge;

/// A run up to now is judged at any moment: a learner who does nothing is tried at this many.
const MOMENTS: u64 = 20;

/// Everything that does not hold, in a sentence each. `seeds`: how many runs a solution must survive.
#[must_use]
pub fn check(lesson: &Lesson, seeds: u32) -> Vec<String> {
    let mut found = Vec::new();
    for step in &lesson.steps {
        let mut say = |what: String| found.push(format!("step {}: {what}", step.id));
        if let Task::Predict(question) = &step.task {
            let answer = question.answer(lesson);
            if let Some(word) = answer.right.iter().find(|word| !answer.choices.contains(word)) {
                say(format!("the answer is {word}, and that is none of the choices {}", answer.choices.join(", ")));
            }
            if answer.choices.len() < 2 {
                say("there is nothing to choose".into());
            }
        }
        for claim in &step.claims {
            if let Some(why) = refuted(lesson, step, claim) {
                say(format!("its text claims “{}”: {why}", claim.property));
            }
        }
        let Some(goal) = step.task.goal() else { continue };
        if let Some(at) = passes_by_itself(lesson, step, goal) {
            say(format!("nothing needs to be done: at {at} the beginning passes already"));
        }
        for finding in findings(lesson, step, goal, &goal.solution, seeds.max(1)).iter().filter(|finding| !finding.good) {
            say(format!("the solution fails at “{}”: {}", finding.says, finding.why.as_deref().unwrap_or_default()));
        }
        for (number, (attempt, clause)) in goal.wrong.iter().enumerate() {
            if findings(lesson, step, goal, attempt, goal.seeds).get(*clause).is_some_and(|finding| finding.good) {
                say(format!("wrong way {} does not fail at “{}”", number + 1, goal.clauses[*clause].says));
            }
        }
    }
    // A learner who does all of it gets all of it.
    if found.is_empty() {
        let graded = grade(lesson, &solved(lesson), &[]);
        found.extend(
            graded
                .steps
                .iter()
                .filter(|step| step.share < WHOLE)
                .map(|step| format!("step {}: solved, it is not graded as solved", step.step)),
        );
    }
    found
}

/// What is true instead of a claim.
fn refuted(lesson: &Lesson, step: &Step, claim: &Claim) -> Option<String> {
    let (mut recording, end) = match &step.task {
        Task::Predict(question) => {
            let inputs = question.inputs.iter().chain(&claim.change.inputs).cloned().collect();
            (Question { inputs, ..question.clone() }.recording(lesson), Some(question.until))
        }
        task => {
            let outside = Attempt { edits: Vec::new(), inputs: claim.change.inputs.clone() };
            (outside.recording(&lesson.scenario), task.goal().map(|goal| goal.until))
        }
    };
    if let Some(changed) = claim.change.edits.last() {
        recording.scenario = changed.clone();
    }
    let until = claim.at.or(end).or(lesson.scenario.until).unwrap_or(SimTime::from_secs(60));
    let judgement = judge(&predict::at_end(&recording, until), &claim.property);
    (!judgement.holds).then(|| judgement.to_string())
}

/// The first moment at which a goal holds though nothing was done. A submission says itself when its run ends: it may end at once.
fn passes_by_itself(lesson: &Lesson, step: &Step, goal: &Goal) -> Option<SimTime> {
    let recording = Attempt::default().recording(&lesson.scenario);
    let holds = |at: &SimTime| {
        let judging = Judging::of(lesson, step, &recording, *at, &[]);
        judging.is_some_and(|judging| judging.to_end().iter().all(|finding| finding.by_itself))
    };
    match step.task {
        Task::Fix(_) => Some(goal.until).filter(holds),
        _ => (0..=MOMENTS).map(|part| SimTime::from_micros(goal.until.as_micros() / MOMENTS * part)).find(holds),
    }
}

/// What a learner hands in who does everything as the lesson would.
#[must_use]
pub fn solved(lesson: &Lesson) -> Submission {
    let works = lesson.steps.iter().filter_map(|step| {
        let work = match &step.task {
            Task::Look => return None,
            Task::Predict(question) => Work::Answer(question.answer(lesson).right),
            Task::Explain { model, checklist, .. } => Work::Text { text: model.clone(), ticked: vec![true; checklist.len()] },
            Task::Do(goal) | Task::Break(goal) | Task::Fix(goal) => {
                Work::Run { recording: goal.solution.recording(&lesson.scenario), until: goal.until }
            }
        };
        Some((step.id.clone(), work))
    });
    Submission { lesson: lesson.id.clone(), hash: lesson.hash, student: None, works: works.collect() }
}

fn findings(lesson: &Lesson, step: &Step, goal: &Goal, attempt: &Attempt, seeds: u32) -> Vec<Finding> {
    let recording = attempt.recording(&lesson.scenario);
    let step = Step { task: with_seeds(&step.task, seeds), ..step.clone() };
    Judging::of(lesson, &step, &recording, goal.until, &[]).map(Judging::to_end).unwrap_or_default()
}

fn with_seeds(task: &Task, seeds: u32) -> Task {
    let mut task = task.clone();
    if let Task::Fix(goal) = &mut task {
        goal.seeds = seeds;
    }
    task
}
