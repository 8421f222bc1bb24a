//! A lesson that is open: its current step, what was done at each step, what was found.

mod actions;
mod keeping;
mod tracing;

use std::sync::Arc;

use super::App;
use super::budget::Working;
use super::difference::{Difference, difference};
use super::effect::{Effect, Opened, Reading};
use super::prose::{Prose, Texts};
use super::session::Session;
use super::texts::lesson as texts;
use crate::base::SimTime;
use crate::broker::Name;
use crate::formats::result_file;
use crate::lesson::grade::{Grade, Grading, Submission, Work};
use crate::lesson::judge::{self, Failing, Finding, Judging, Renames, Seen};
use crate::lesson::predict::{Answer, Answering};
use crate::lesson::{Demand, Lesson, Lock, Step, Task, look};
use crate::scenario::Scenario;
use crate::sim::judge::{Standing, standing};
use crate::sim::{Recording, World};
pub(super) use keeping::keep_drawing;
use keeping::{keep, restore};
use tracing::Tracing;

/// A lesson, and the learner's way through it.
#[derive(Debug)]
pub struct Classroom {
    pub lesson: Lesson,
    texts: Texts,
    /// Its name in the site; none when it came as a file.
    pub file: Option<String>,
    pub at: usize,
    pub works: Vec<StepWork>,
    /// A goal that is being judged.
    pub judging: Option<Judging>,
    /// The systems of the solution that is shown, change by change.
    solution: Vec<Arc<Scenario>>,
    /// As far as this one, counted from 1.
    shown_edit: usize,
    /// What was open before the learner went to play freely.
    parked: Option<Box<Session>>,
    /// The clause whose failing run is on the canvas in its place.
    showing: Option<usize>,
    /// The failing run that is to be shown, while its moment is looked for.
    tracing: Option<Tracing>,
    /// Where nothing moves any more at the moment of the verdict: since when, or that nothing ever did.
    rests: Option<String>,
    pub student: String,
    /// What the link that opened it keeps as it is, besides what the lesson does.
    locks: Vec<Lock>,
    /// The grade this work would get, once the learner asked for it.
    pub graded: Option<Grade>,
    /// The same, while its runs are played.
    grading: Option<Box<Grading>>,
    /// What a question is answered with, while its run is played.
    answering: Option<Box<Answering>>,
    /// What is judged had its verdict before a reload: nothing is scrolled to it.
    recalls: bool,
}

/// What was done at a step.
#[derive(Debug, Default)]
pub struct StepWork {
    session: Option<Box<Session>>,
    pub answer: Vec<String>,
    /// What was answered before anything was told: that counts.
    first: Option<Vec<String>>,
    /// The choices, and what is right: computed when it is wanted.
    pub choices: Option<Answer>,
    /// Whether the answer was right, once it was given.
    pub verdict: Option<bool>,
    pub findings: Vec<Finding>,
    pub text: String,
    pub ticked: Vec<bool>,
    /// The model answer is shown.
    pub compared: bool,
    pub hints: usize,
    /// What the learner had drawn before a solution was shown.
    own: Option<Box<Session>>,
    pub done: bool,
    /// What was judged last: it is what is handed in.
    judged: Option<Run>,
    /// Its verdict was shown before a reload.
    had_verdict: bool,
}

/// How a step stands. Only what was seen, proved or answered right has a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Open,
    Done,
    /// Answered, and the page has not worked out again whether the answer is right.
    Answered,
    /// The first answer was not right.
    Missed,
}

/// A run, as far as it went.
type Run = (Recording, SimTime);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonAction {
    ChooseStep(usize),
    /// One more answer, or one less; in the place of the others where only one is wanted.
    Answer(String),
    CheckAnswer,
    /// Plays what the question asks about.
    Watch,
    ShowHint,
    ShowSolution,
    /// The solution as far as this change, counted from 1.
    ShowEdit(usize),
    /// Back from the solution to what the learner had drawn.
    LeaveSolution,
    Reset,
    Prove,
    /// The run in which a clause failed is opened where it went wrong.
    OpenFailure(usize),
    TypeText(String),
    /// Shows the model answer.
    CompareText,
    Tick(usize),
    /// Away from the lesson to play freely, and back.
    ToggleSandbox,
    TypeStudent(String),
    Grade,
    SaveResult,
    Close,
}

impl Classroom {
    pub(super) fn new(lesson: Lesson, file: Option<String>, locks: Vec<Lock>) -> Self {
        let works = lesson.steps.iter().map(|_| StepWork::default()).collect();
        Self {
            texts: Texts::default(),
            lesson,
            file,
            at: 0,
            works,
            judging: None,
            solution: Vec::new(),
            shown_edit: 0,
            parked: None,
            showing: None,
            tracing: None,
            rests: None,
            student: String::new(),
            locks,
            graded: None,
            grading: None,
            answering: None,
            recalls: false,
        }
    }

    #[must_use]
    pub fn step(&self) -> &Step {
        &self.lesson.steps[self.at]
    }

    /// The lesson's texts, as they are shown.
    #[must_use]
    pub fn prose(&self) -> &Prose {
        self.texts.of(&self.lesson)
    }

    #[must_use]
    pub fn work(&self) -> &StepWork {
        &self.works[self.at]
    }

    #[must_use]
    pub const fn is_away(&self) -> bool {
        self.parked.is_some()
    }

    /// Who did what how often, where a goal is not met: in words. The formula is kept beside it.
    #[must_use]
    pub fn told(&self, finding: &Finding) -> Option<String> {
        let run = finding.failing.as_ref().map(|failing| failing.run).filter(|_| matches!(self.step().task, Task::Fix(_)));
        match &finding.seen {
            Some(Seen::Measured(judgement)) => Some(texts::seen(judgement, run)),
            Some(Seen::Reached(reached)) => Some(texts::reached(reached)),
            None => finding.why.clone(),
        }
    }

    /// The run in which a clause failed, while it is shown.
    #[must_use]
    pub fn shown_failure(&self) -> Option<&Failing> {
        self.work().findings.get(self.showing?)?.failing.as_ref()
    }

    /// What there is to know about the run that is shown, where nothing moves when it is judged.
    #[must_use]
    pub fn rests(&self) -> Option<&str> {
        self.rests.as_deref().filter(|_| self.showing.is_some())
    }

    /// Whether the learner changed something after the last verdict.
    #[must_use]
    pub fn is_verdict_old(&self, session: &Session) -> bool {
        let is_shown = !self.is_away() && !self.work().findings.is_empty();
        let Some((judged, until)) = self.work().judged.as_ref().filter(|_| is_shown) else { return false };
        let now = session.world().recording();
        match &self.step().task {
            Task::Fix(_) => judge::last(judged) != judge::last(now),
            _ => session.world().now() < *until || now.inputs != judged.inputs,
        }
    }

    /// Takes note of what was seen of a step to look at. Whether the step had waited for that.
    fn look(&mut self, world: &World) -> bool {
        let waits = matches!(self.step().task, Task::Look) && !self.work().done && !self.is_away();
        let is_seen = waits && look::is_seen(world);
        self.work_mut().done |= is_seen;
        is_seen
    }

    /// How a step is marked among the others.
    #[must_use]
    pub fn mark(&self, step: usize) -> Mark {
        let (Some(step), Some(work)) = (self.lesson.steps.get(step), self.works.get(step)) else { return Mark::Open };
        match &step.task {
            _ if !work.done => Mark::Open,
            Task::Predict(question) => match (&work.first, &work.choices) {
                (Some(first), Some(answer)) if question.is_right(&answer.right, first) => Mark::Done,
                (Some(_), Some(_)) => Mark::Missed,
                _ => Mark::Answered,
            },
            _ => Mark::Done,
        }
    }

    /// Something goes on without a hand: a run is judged.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.judging.is_some() || self.tracing.is_some() || self.grading.is_some() || self.answering.is_some()
    }

    /// What the page says of it; judging has a separate place.
    pub(super) fn working(&self) -> Option<Working> {
        let grading = self.grading.as_ref().map(|grading| Working { what: texts::GRADING, thousandths: grading.progress() });
        let tracing = self.tracing.as_ref().map(|run| Working { what: texts::LOOKING_FOR_THE_MOMENT, thousandths: run.progress() });
        grading
            .or(tracing)
            .or_else(|| self.answering.as_ref().map(|run| Working { what: texts::WORKING_OUT_THE_ANSWER, thousandths: run.progress() }))
    }

    pub(super) fn cancel_work(&mut self) {
        self.judging = None;
        self.tracing = None;
        self.grading = None;
        self.answering = None;
    }

    /// Goes on with what is graded and answered.
    fn advance(&mut self, steps: u64) {
        if let Some(mut grading) = self.grading.take() {
            if grading.advance(steps) {
                self.graded = Some(grading.grade());
            } else {
                self.grading = Some(grading);
            }
        }
        if let Some(mut answering) = self.answering.take() {
            if answering.advance(steps) {
                self.answer_is(answering.answer());
            } else {
                self.answering = Some(answering);
            }
        }
    }

    fn answer_is(&mut self, answer: Answer) {
        let Task::Predict(question) = &self.step().task else { return };
        let told = self.work().first.as_ref().map(|given| question.is_right(&answer.right, given));
        let work = self.work_mut();
        work.verdict = told;
        work.choices = Some(answer);
    }

    /// What a step begins with: the lesson's system; or, where something is explained, the system that the learner repaired before.
    fn beginning(&self, steps: u64) -> Session {
        let before = self.lesson.steps.iter().zip(&self.works).take(self.at).rev();
        let mut solved =
            before.filter(|(step, work)| step.task.goal().is_some() && work.done).filter_map(|(_, work)| work.session.as_ref());
        match solved.next().filter(|_| matches!(self.step().task, Task::Explain { .. })) {
            Some(solved) => {
                let mut copy = self.session_of(solved.world().recording().clone());
                copy.document.go_on_with(&solved.document);
                copy.seek(solved.world().now(), steps);
                copy
            }
            None => self.fresh(),
        }
    }

    fn fresh(&self) -> Session {
        self.session_of(Recording::of(self.lesson.scenario.clone()))
    }

    fn session_of(&self, recording: Recording) -> Session {
        let mut session = Session::new(recording);
        session.document.locked = self.lesson.locked.iter().chain(&self.locks).copied().collect();
        session.points.clone_from(&self.step().points);
        session.document.origin = Some(self.lesson.scenario.clone());
        session
    }

    /// How a clause stands in the world as it is now; none where it takes more than a look.
    #[must_use]
    pub fn live(&self, session: &Session, clause: usize) -> Option<Standing> {
        let goal = self.step().task.goal()?;
        let renames = Renames::of(&self.lesson.scenario, session.world().recording());
        match (&self.step().task, &goal.clauses.get(clause)?.demand.renamed(&|referent, name| renames.now(referent, name))) {
            (Task::Do(_) | Task::Break(_), Demand::Property(property)) => Some(standing(session.world(), property, false)),
            _ => None,
        }
    }

    /// The grade as a text, once the learner asked for it.
    #[must_use]
    pub fn grade_text(&self) -> Option<String> {
        self.graded.as_ref().map(result_file::grade_text)
    }

    /// What is handed in.
    #[must_use]
    pub fn submission(&self) -> Submission {
        self.works_as(&|_, _| None)
    }

    /// The same for the browser, with what is drawn and not solved yet.
    fn kept(&self, session: Option<&Session>) -> Submission {
        self.works_as(&|index, work| {
            let here = session.filter(|_| index == self.at && !self.is_away());
            let drawn = here.or(work.session.as_deref()).filter(|_| !work.done && work.own.is_none())?.world();
            let recording = drawn.recording();
            (!recording.inputs.is_empty()).then(|| (recording.clone(), drawn.now()))
        })
    }

    fn works_as(&self, drawn: &dyn Fn(usize, &StepWork) -> Option<Run>) -> Submission {
        let works = self.lesson.steps.iter().zip(&self.works).enumerate().filter_map(|(index, (step, work))| {
            let what = match &step.task {
                Task::Look => return None,
                Task::Predict(_) => Work::Answer(work.first.clone()?),
                Task::Explain { checklist, .. } => {
                    let ticked = (0..checklist.len()).map(|index| work.ticked.get(index).copied().unwrap_or(false)).collect();
                    Work::Text { text: Some(work.text.clone()).filter(|text| !text.trim().is_empty())?, ticked }
                }
                Task::Do(_) | Task::Break(_) | Task::Fix(_) => {
                    let (recording, until) = drawn(index, work).or_else(|| work.judged.clone())?;
                    Work::Run { recording, until }
                }
            };
            Some((step.id.clone(), what))
        });
        let works = works.collect();
        let student = Some(self.student.trim().to_owned()).filter(|student| !student.is_empty());
        Submission { lesson: self.lesson.id.clone(), hash: self.lesson.hash, student, works }
    }

    /// Whether a solution is shown in the place of what the learner had drawn.
    #[must_use]
    pub fn is_solution(&self) -> bool {
        self.work().own.is_some()
    }

    /// Of a solution that is shown change by change: which change, of how many, and what it does.
    #[must_use]
    pub fn shown_edit(&self) -> Option<(usize, usize, Difference)> {
        let at = self.shown_edit.checked_sub(1).filter(|_| self.is_solution())?;
        let before = at.checked_sub(1).map_or(&self.lesson.scenario, |before| &self.solution[before]);
        Some((self.shown_edit, self.solution.len(), difference(before, self.solution.get(at)?)))
    }

    pub(super) fn done(&self) -> impl Iterator<Item = &Name> {
        self.lesson.steps.iter().zip(&self.works).filter(|(_, work)| work.done).map(|(step, _)| &step.id)
    }

    /// The steps whose newest verdict is of what is drawn there.
    pub(super) fn checked(&self, session: Option<&Session>) -> Vec<&str> {
        let works = self.lesson.steps.iter().zip(&self.works).enumerate();
        let is_checked = |index: usize, work: &StepWork| {
            let here = session.filter(|_| index == self.at && !self.is_away());
            let drawn = here.or(work.session.as_deref()).map(|session| judge::last(session.world().recording()));
            let judged = work.judged.as_ref().filter(|_| work.had_verdict || !work.findings.is_empty());
            judged.is_some_and(|(judged, _)| work.done || drawn == Some(judge::last(judged)))
        };
        works.filter(|(index, (_, work))| is_checked(*index, work)).map(|(_, (step, _))| &*step.id).collect()
    }

    /// Judges again what had its verdict before a reload.
    fn recall(&mut self) {
        let Some((recording, until)) =
            self.work().judged.clone().filter(|_| self.work().had_verdict && self.work().findings.is_empty() && !self.is_solution())
        else {
            return;
        };
        self.judging = Judging::of(&self.lesson, self.step(), &recording, until, &[]);
        self.recalls = true;
    }

    /// No run is judged any more, and no edit of a solution pointed at.
    fn stop_shows(&mut self) {
        (self.judging, self.tracing) = (None, None);
        self.shown_edit = 0;
    }

    fn work_mut(&mut self) -> &mut StepWork {
        &mut self.works[self.at]
    }
}

/// Goes into a lesson. Steps that were done before and are still there stay done.
pub(super) fn enter(app: &mut App, lesson: Lesson, file: Option<String>) -> Vec<Effect> {
    let mut classroom = Classroom::new(lesson, file, app.options.locks.clone());
    let mut effects = restore(app, &mut classroom);
    let session = match classroom.work_mut().session.take() {
        Some(session) => *session,
        None => classroom.beginning(app.budget.steps()),
    };
    app.classroom = Some(classroom);
    app.put_on_canvas(session);
    arrive(app);
    keeping::note(app);
    effects.push(Effect::SaveProgress);
    if app.course.is_none() {
        effects.push(Effect::FetchCourse);
    }
    effects.push(Effect::Read(Reading::Lesson));
    effects
}

/// Prepares what the current step needs.
fn arrive(app: &mut App) {
    let Some(classroom) = &mut app.classroom else { return };
    if let Task::Predict(question) = &classroom.step().task
        && classroom.work().choices.is_none()
    {
        classroom.answering = Some(Box::new(Answering::of(question, &classroom.lesson)));
        classroom.advance(app.budget.steps());
    }
    classroom.recall();
    if let Some(session) = &mut app.session {
        session.points.clone_from(&classroom.step().points);
    }
    app.reveal_pointed();
}

/// Takes note of what is seen at the moment that time has come to.
pub(super) fn look(app: &mut App) -> Vec<Effect> {
    let (Some(classroom), Some(session)) = (&mut app.classroom, &app.session) else { return Vec::new() };
    if classroom.look(session.world()) { keep(app) } else { Vec::new() }
}

/// Time passes: one more run is judged.
pub(super) fn pass(app: &mut App, steps: u64) -> Vec<Effect> {
    if let Some(session) = app.session.as_ref().filter(|_| app.classroom.is_some()) {
        // Who hurries comes to the end within a frame, and there time stands.
        let has_ended = session.scenario().until.is_some_and(|until| session.world().now() >= until);
        let is_seen = app.playing || has_ended;
        let effects = if is_seen { look(app) } else { Vec::new() };
        if !effects.is_empty() {
            return effects;
        }
    }
    let Some(classroom) = &mut app.classroom else { return Vec::new() };
    classroom.advance(steps);
    if classroom.tracing.as_mut().is_some_and(|tracing| tracing.advance(steps)) {
        actions::show_failure(app);
        return Vec::new();
    }
    let Some(judging) = &mut classroom.judging else { return Vec::new() };
    if !judging.advance(steps) {
        app.budget.spend_all();
        return Vec::new();
    }
    let findings = judging.findings().to_vec();
    classroom.judging = None;
    let done = findings.iter().all(|finding| finding.good);
    let work = classroom.work_mut();
    work.findings = findings;
    work.done |= done;
    // A verdict that was there before a reload is not what the learner does now.
    let opens = !std::mem::take(&mut classroom.recalls);
    let mut effects = if done { keep(app) } else { vec![Effect::SaveProgress] };
    effects.extend(opens.then_some(Effect::Reveal(Opened::Verdict)));
    effects
}

/// What an action opens in the drawer of the lesson.
const fn opens(action: &LessonAction) -> Option<Opened> {
    match action {
        LessonAction::ShowHint => Some(Opened::Hint),
        LessonAction::CheckAnswer => Some(Opened::Verdict),
        LessonAction::ShowSolution | LessonAction::ShowEdit(_) => Some(Opened::Change),
        LessonAction::CompareText => Some(Opened::Model),
        LessonAction::Grade => Some(Opened::Grade),
        // A step is read from its beginning. A run takes its time: what is found is revealed then. By the others nothing opens.
        LessonAction::ChooseStep(_)
        | LessonAction::ToggleSandbox
        | LessonAction::OpenFailure(_)
        | LessonAction::LeaveSolution
        | LessonAction::Prove
        | LessonAction::Answer(_)
        | LessonAction::Watch
        | LessonAction::Reset
        | LessonAction::TypeText(_)
        | LessonAction::Tick(_)
        | LessonAction::TypeStudent(_)
        | LessonAction::SaveResult
        | LessonAction::Close => None,
    }
}

pub(super) fn update(app: &mut App, action: LessonAction) -> Vec<Effect> {
    let (is_read, is_shown) = match action {
        LessonAction::ChooseStep(_)
        | LessonAction::ToggleSandbox
        | LessonAction::OpenFailure(_)
        | LessonAction::ShowSolution
        | LessonAction::LeaveSolution => (true, true),
        LessonAction::Watch | LessonAction::Reset | LessonAction::Close => (false, true),
        LessonAction::Answer(_)
        | LessonAction::CheckAnswer
        | LessonAction::ShowHint
        | LessonAction::Prove
        | LessonAction::ShowEdit(_)
        | LessonAction::TypeText(_)
        | LessonAction::CompareText
        | LessonAction::Tick(_)
        | LessonAction::TypeStudent(_)
        | LessonAction::Grade
        | LessonAction::SaveResult => (false, false),
    };
    let opened = opens(&action);
    // What was shown is of the run that leaves the canvas: the next one has the learner's own speed.
    if is_shown || matches!(action, LessonAction::Prove) {
        app.show = None;
    }
    let Some(mut effects) = act(app, action) else { return Vec::new() };
    if is_shown {
        app.show_everything();
    }
    if is_read {
        effects.push(Effect::Read(Reading::Step));
    }
    effects.extend(opened.map(Effect::Reveal));
    effects
}

/// None: it cannot be done now.
fn act(app: &mut App, action: LessonAction) -> Option<Vec<Effect>> {
    let classroom = app.classroom.as_mut()?;
    if !matches!(action, LessonAction::Grade | LessonAction::SaveResult | LessonAction::ChooseStep(_) | LessonAction::ShowHint) {
        classroom.graded = None;
        classroom.grading = None;
    }
    match action {
        LessonAction::ChooseStep(step) => return actions::choose_step(app, step),
        LessonAction::Answer(word) => return actions::answer(classroom, word),
        LessonAction::CheckAnswer => return actions::check_answer(app),
        LessonAction::Watch => return actions::watch(app),
        LessonAction::ShowSolution => return actions::show_solution(app),
        LessonAction::ShowEdit(number) => return actions::show_edit(app, number),
        LessonAction::LeaveSolution => return actions::leave_solution(app),
        LessonAction::Reset => return actions::reset(app),
        LessonAction::Prove => return actions::prove(app),
        LessonAction::OpenFailure(clause) => return actions::open_failure(app, clause),
        LessonAction::CompareText => return actions::compare_text(app),
        LessonAction::ToggleSandbox => return actions::toggle_sandbox(app),
        LessonAction::Grade => return actions::grade(app),
        LessonAction::SaveResult => return actions::save_result(app),
        LessonAction::ShowHint => actions::show_hint(classroom),
        LessonAction::TypeText(text) => classroom.work_mut().text = cut(text, result_file::TEXT_BYTES_MAX),
        LessonAction::Tick(index) => actions::tick(classroom, index),
        LessonAction::TypeStudent(text) => classroom.student = cut(text.replace(char::is_control, " "), result_file::STUDENT_BYTES_MAX),
        LessonAction::Close => {
            actions::close(app);
            return Some(vec![Effect::SaveProgress]);
        }
    }
    Some(Vec::new())
}

/// Cuts a text to so many bytes, between two letters.
fn cut(mut text: String, bytes: usize) -> String {
    while text.len() > bytes {
        text.pop();
    }
    text
}
