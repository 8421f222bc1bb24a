//! Whether a lesson keeps what it promises: its start is not its end, its solutions pass, its wrong ways fail where it says.

use super::grade::{Submission, WHOLE, Work, grade};
use super::judge::{Finding, Judging};
use super::{Attempt, Goal, Lesson, Step, Task};

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
        let Some(goal) = step.task.goal() else { continue };
        let nothing = Attempt::default();
        if findings(lesson, step, goal, &nothing, goal.seeds).iter().all(|finding| finding.good) {
            say("nothing needs to be done: the beginning passes already".into());
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
    // Whoever does all of it has all of it.
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

/// What somebody hands in who does everything as the lesson would.
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
