//! What each action at a step does. None: the action cannot be done now.

use std::sync::Arc;

use super::keeping::keep;
use super::texts::When;
use super::tracing::Found;
use super::{Classroom, StepWork, Tracing, arrive, texts};
use crate::app::App;
use crate::app::difference::between;
use crate::app::effect::{Effect, HostMessage, Reading};
use crate::app::markers::BEFORE;
use crate::app::notice::Notice;
use crate::app::session::Session;
use crate::app::slowing::{Shown, Told};
use crate::base::{SimTime, limits};
use crate::formats::result_file;
use crate::lesson::Task;
use crate::lesson::grade::Grading;
use crate::lesson::judge::{Judging, Renames};
use crate::scenario::Scenario;
use crate::scenario::fault::{Fault, Moment};
use crate::sim::Recording;

pub(super) fn choose_step(app: &mut App, step: usize) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    if step >= classroom.lesson.steps.len() {
        return None;
    }
    if classroom.is_away() {
        // Playing freely ends by a button alone; a failing run makes room for a step.
        classroom.showing?;
        leave_failure(classroom, &mut app.session);
    }
    classroom.stop_shows();
    classroom.answering = None;
    let session = app.session.take();
    classroom.work_mut().session = session.map(Box::new);
    classroom.at = step;
    app.session = Some(match classroom.work_mut().session.take() {
        Some(session) => *session,
        None => classroom.beginning(app.budget.steps()),
    });
    app.playing = false;
    arrive(app);
    Some(keep(app))
}

pub(super) fn answer(classroom: &mut Classroom, word: String) -> Option<Vec<Effect>> {
    let Task::Predict(question) = &classroom.step().task else { return None };
    let many = question.takes_many();
    let work = classroom.work_mut();
    work.verdict = None;
    if !many {
        work.answer = vec![word];
    } else if let Some(place) = work.answer.iter().position(|other| *other == word) {
        work.answer.remove(place);
    } else {
        work.answer.push(word);
    }
    Some(Vec::new())
}

pub(super) fn check_answer(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    let Task::Predict(question) = &classroom.step().task else { return None };
    let right = question.is_right(&classroom.work().choices.as_ref()?.right, &classroom.work().answer);
    let work = classroom.work_mut();
    work.verdict = Some(right);
    work.first.get_or_insert_with(|| work.answer.clone());
    // A wrong prediction completes the step as well: the learner has seen the answer.
    work.done = true;
    Some(keep(app))
}

/// Plays what the question asks about.
pub(super) fn watch(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    let Task::Predict(question) = &classroom.step().task else { return None };
    let recording = question.recording(&classroom.lesson);
    // What is published by hand is what it asks about; else what is done; else what the lesson's own faults do.
    let published = question.publish.as_ref().map(|_| question.at);
    let done = || recording.inputs.iter().next().map(|input| input.at);
    let moment = published.or_else(done).or_else(|| first_fault(&classroom.lesson.scenario, question.until));
    let until = question.until;
    let promise = texts::this_run_will_have_the_answer(until);
    let words = match moment {
        Some(at) => happens_at(&recording, at),
        None => Told { before: promise.clone(), after: promise.clone() },
    };
    let words = Told { after: if moment.is_some() { format!("{} {promise}", words.after) } else { words.after }, ..words };
    // It begins before the moment that stands out, and goes on until the answer was seen. Without such a moment all of it is shown.
    let begins = moment.map_or(SimTime::ZERO, |at| at.saturating_sub(BEFORE));
    let run = Some((begins, texts::THIS_RUN_HAS_THE_ANSWER));
    app.session = Some(classroom.session_of(recording));
    app.show_moment(Shown { at: moment.unwrap_or(until), until, words, stands: Shown::STANDS, tells: None, asks: None, run });
    Some(Vec::new())
}

/// When the first fault of a scenario begins, if it is before this.
fn first_fault(scenario: &Scenario, until: SimTime) -> Option<SimTime> {
    scenario.faults.iter().filter_map(planned).min().filter(|at| *at < until)
}

const fn planned(fault: &Fault) -> Option<SimTime> {
    match fault.when {
        Moment::At(at) => Some(at),
        Moment::AtStep { .. } => None,
    }
}

/// What is done at this moment of a run, in words.
fn happens_at(recording: &Recording, at: SimTime) -> Told {
    let told = |when: When| {
        let inputs = recording.inputs.iter().filter(|input| input.at == at).map(|input| texts::done(&input.input, when));
        let faults = recording.scenario.faults.iter().filter(|fault| planned(fault) == Some(at));
        let words: Vec<_> = inputs.chain(faults.map(|fault| texts::breaks(&fault.kind, when))).collect();
        texts::at(at, &words.join(" "))
    };
    Told { before: told(When::Planned), after: told(When::Past) }
}

pub(super) fn show_hint(classroom: &mut Classroom) {
    let most = classroom.step().hints.len();
    let work = classroom.work_mut();
    work.hints = (work.hints + 1).min(most);
}

pub(super) fn show_solution(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    let goal = classroom.step().task.goal()?.clone();
    classroom.judging = None;
    let mine = app.session.take().map(Box::new);
    let work = classroom.work_mut();
    work.findings.clear();
    work.own = work.own.take().or(mine);
    if goal.solution.inputs.is_empty() {
        app.session = Some(classroom.fresh());
        classroom.solution.clear();
        for edit in &goal.solution.edits {
            let before = classroom.solution.last().unwrap_or(&classroom.lesson.scenario);
            let way = between(before, edit);
            classroom.solution.extend(way);
        }
        return Some(show_edit(app, 1).unwrap_or_default());
    }
    app.session = Some(classroom.session_of(goal.solution.recording(&classroom.lesson.scenario)));
    app.playing = true;
    Some(Vec::new())
}

/// The system changes to what it is after this edit, and its parts that changed are pointed at.
pub(super) fn show_edit(app: &mut App, number: usize) -> Option<Vec<Effect>> {
    let (classroom, session) = (app.classroom.as_mut()?, app.session.as_mut()?);
    let system = classroom.solution.get(number.checked_sub(1)?).filter(|_| classroom.is_solution())?.clone();
    session.become_scenario(Arc::unwrap_or_clone(system));
    classroom.shown_edit = number;
    session.points = classroom.shown_edit().map(|(.., difference)| difference.parts).unwrap_or_default();
    app.reveal_pointed();
    Some(Vec::new())
}

pub(super) fn leave_solution(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    classroom.stop_shows();
    let work = classroom.work_mut();
    work.findings.clear();
    if let Some(mine) = work.own.take() {
        app.session = Some(*mine);
    }
    app.playing = false;
    Some(Vec::new())
}

/// What the learner has seen stays seen: the answer, the hints, and that the step is done.
pub(super) fn reset(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    app.session = Some(classroom.fresh());
    app.playing = false;
    (classroom.parked, classroom.showing) = (None, None);
    let old = std::mem::take(classroom.work_mut());
    *classroom.work_mut() = StepWork { choices: old.choices, first: old.first, hints: old.hints, done: old.done, ..StepWork::default() };
    classroom.stop_shows();
    Some(Vec::new())
}

/// What was on the canvas before a failing run was shown.
fn leave_failure(classroom: &mut Classroom, session: &mut Option<Session>) {
    if classroom.showing.take().is_some()
        && let Some(parked) = classroom.parked.take()
    {
        *session = Some(*parked);
    }
}

/// Hands the run to the judge.
pub(super) fn prove(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    leave_failure(classroom, &mut app.session);
    let session = app.session.as_mut()?;
    let inputs = session.world().recording().inputs.len();
    if inputs > limits::INPUTS_IN_A_FILE {
        session.notice = Some(Notice::refused(texts::too_many_inputs(inputs, limits::INPUTS_IN_A_FILE)));
        return None;
    }
    let recording = session.world().recording().clone();
    let now = session.world().now();
    classroom.judging = Judging::of(&classroom.lesson, classroom.step(), &recording, now, &[]);
    classroom.recalls = false;
    let work = classroom.work_mut();
    work.judged = Some((recording, now));
    work.had_verdict = false;
    work.findings.clear();
    Some(Vec::new())
}

/// Looks for the moment of the run in which a clause failed: it is opened there.
pub(super) fn open_failure(app: &mut App, clause: usize) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    let finding = classroom.work().findings.get(clause)?;
    let (failing, seen) = (finding.failing.clone()?, finding.seen.clone());
    let demand = &classroom.step().task.goal()?.clauses.get(clause)?.demand;
    // A goal speaks of the names that its lesson began with.
    let renames = Renames::of(&classroom.lesson.scenario, &failing.recording);
    let demand = demand.renamed(&|referent, name| renames.now(referent, name));
    classroom.tracing = Some(Tracing::new(clause, failing, demand, seen.as_ref()));
    if classroom.tracing.as_mut().is_some_and(|tracing| tracing.advance(app.budget.steps())) {
        show_failure(app);
    }
    Some(Vec::new())
}

/// Opens the run in which a clause failed, a second before the moment, and plays to it.
pub(super) fn show_failure(app: &mut App) -> Option<()> {
    let classroom = app.classroom.as_mut()?;
    let tracing = classroom.tracing.take()?;
    let (clause, failing) = (tracing.clause, tracing.failing.clone());
    let judged = failing.at;
    let found = tracing.found();
    let before = match &found {
        Found::Culprit(at, _) => texts::it_goes_wrong_at(*at),
        Found::Last(..) | Found::Asks(_) | Found::Nothing => texts::the_goal_is_checked_at(judged),
    };
    let (moment, event, asks, rests) = match found {
        Found::Culprit(at, event) => (at, Some(event.clone()), None, (at < judged).then(|| texts::it_went_wrong_for(&event, at, judged))),
        Found::Last(at, event) => (at, Some(event.clone()), None, (at < judged).then(|| texts::the_last_that_moved(&event, at, judged))),
        Found::Asks(asked) => (judged, None, Some(*asked), Some(texts::NO_SUCH_MESSAGE.to_owned())),
        Found::Nothing if judged == SimTime::ZERO => (judged, None, None, Some(texts::PRESS_PLAY_FIRST.to_owned())),
        Found::Nothing => (judged, None, None, Some(texts::NO_MESSAGE_MOVED.to_owned())),
    };
    let parked = app.session.take();
    classroom.parked = classroom.parked.take().or_else(|| parked.map(Box::new));
    classroom.showing = Some(clause);
    classroom.rests = rests;
    let told = classroom.work().findings.get(clause).and_then(|finding| classroom.told(finding));
    let words = Told { before, after: told.unwrap_or_else(|| texts::HERE_THE_GOAL_FAILED.to_owned()) };
    app.session = Some(classroom.session_of(failing.recording));
    app.show_moment(Shown { at: moment, until: failing.at, words, stands: Shown::STANDS, tells: event, asks, run: None });
    app.show_everything();
    Some(())
}

pub(super) fn compare_text(app: &mut App) -> Option<Vec<Effect>> {
    let work = app.classroom.as_mut()?.work_mut();
    work.compared = !work.text.trim().is_empty();
    work.done |= work.compared;
    let is_read = work.compared.then_some(Effect::Read(Reading::Model));
    let mut effects = keep(app);
    effects.extend(is_read);
    Some(effects)
}

pub(super) fn tick(classroom: &mut Classroom, index: usize) {
    let ticked = &mut classroom.work_mut().ticked;
    ticked.resize(ticked.len().max(index + 1), false);
    ticked[index] = !ticked[index];
}

pub(super) fn toggle_sandbox(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    classroom.stop_shows();
    classroom.showing = None;
    if let Some(session) = classroom.parked.take() {
        app.session = Some(*session);
    } else {
        let session = app.session.as_ref()?;
        let copy = Session::new(Recording::new(Arc::new(session.scenario_as_drawn()), session.scenario().seed));
        classroom.parked = app.session.replace(copy).map(Box::new);
    }
    app.playing = false;
    Some(Vec::new())
}

pub(super) fn grade(app: &mut App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    classroom.grading = Some(Box::new(Grading::of(classroom.lesson.clone(), classroom.submission())));
    classroom.advance(app.budget.steps());
    Some(Vec::new())
}

pub(super) fn save_result(app: &App) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_ref()?;
    let name = format!("{}-result.json", classroom.lesson.id);
    let text = result_file::write(&classroom.submission());
    let told = app.options.embed.then(|| Effect::TellHost(HostMessage::Result(text.clone())));
    Some(told.into_iter().chain([Effect::Download { name, text }]).collect())
}

/// The lesson closes; what is on the canvas stays.
pub(super) fn close(app: &mut App) {
    app.classroom = None;
    if let Some(session) = &mut app.session {
        session.document.locked.clear();
        session.points.clear();
        session.document.origin = None;
    }
}
