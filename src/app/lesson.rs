//! A lesson that is open: which step one is at, what was done at each, what was found.

use std::sync::Arc;

use super::App;
use super::budget::Working;
use super::effect::{Effect, HostMessage, Reading};
use super::session::Session;
use crate::base::ordered::in_order;
use crate::base::{SimTime, limits};
use crate::broker::Name;
use crate::formats::result_file;
use crate::lesson::grade::{Grade, Grading, Submission, Work};
use crate::lesson::judge::{Finding, Judging, Renames};
use crate::lesson::predict::{Answer, Answering};
use crate::lesson::{Demand, Lesson, Lock, Step, Task};
use crate::scenario::Json;
use crate::sim::Recording;
use crate::sim::judge::holds;

/// A lesson, and one's way through it.
#[derive(Debug)]
pub struct Classroom {
    pub lesson: Lesson,
    /// Its name in the site; none when it came as a file.
    pub file: Option<String>,
    pub at: usize,
    pub works: Vec<StepWork>,
    /// A goal that is being judged.
    pub judging: Option<Judging>,
    /// The solution, being played: the edits that are still to come, and when the next one does.
    replay: Option<(Vec<Arc<crate::scenario::Scenario>>, SimTime)>,
    /// What was open before one went to play freely.
    parked: Option<Box<Session>>,
    pub student: String,
    /// What the link that opened it keeps as it is, besides what the lesson does.
    locks: Vec<Lock>,
    /// What somebody would get for it, once that was asked.
    pub graded: Option<Grade>,
    /// The same, while its runs are played.
    grading: Option<Box<Grading>>,
    /// What a question is answered with, while its run is played.
    answering: Option<Box<Answering>>,
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
    /// What one had drawn before a solution was shown.
    own: Option<Box<Session>>,
    pub done: bool,
    /// What was judged last: it is what is handed in.
    judged: Option<(Recording, SimTime)>,
}

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

/// The pause between two edits of a solution that is shown.
const BETWEEN_EDITS: SimTime = SimTime::from_millis(900);

impl Classroom {
    pub(super) fn new(lesson: Lesson, file: Option<String>, locks: Vec<Lock>) -> Self {
        let works = lesson.steps.iter().map(|_| StepWork::default()).collect();
        Self {
            lesson,
            file,
            at: 0,
            works,
            judging: None,
            replay: None,
            parked: None,
            student: String::new(),
            locks,
            graded: None,
            grading: None,
            answering: None,
        }
    }

    #[must_use]
    pub fn step(&self) -> &Step {
        &self.lesson.steps[self.at]
    }

    #[must_use]
    pub fn work(&self) -> &StepWork {
        &self.works[self.at]
    }

    #[must_use]
    pub const fn is_away(&self) -> bool {
        self.parked.is_some()
    }

    /// Something goes on without a hand: judging, or a solution being shown.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.judging.is_some() || self.replay.is_some() || self.grading.is_some() || self.answering.is_some()
    }

    /// What the page says of it; judging has a place of its own.
    pub(super) fn working(&self) -> Option<Working> {
        let grading = self.grading.as_ref().map(|grading| Working { what: "Grading", thousandths: grading.progress() });
        grading.or_else(|| self.answering.as_ref().map(|run| Working { what: "Working out the answer", thousandths: run.progress() }))
    }

    pub(super) fn cancel_work(&mut self) {
        self.judging = None;
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
    pub fn live(&self, session: &Session, clause: usize) -> Option<bool> {
        let goal = self.step().task.goal()?;
        let renames = Renames::of(&self.lesson.scenario, session.world().recording());
        match (&self.step().task, &goal.clauses.get(clause)?.demand.renamed(&|name| renames.now(name))) {
            (Task::Do(_) | Task::Break(_), Demand::Property(property)) => Some(holds(session.world(), property)),
            _ => None,
        }
    }

    /// What is handed in.
    #[must_use]
    pub fn submission(&self) -> Submission {
        let works = self.lesson.steps.iter().zip(&self.works).filter_map(|(step, work)| {
            let what = match &step.task {
                Task::Look => return None,
                Task::Predict(_) => Work::Answer(work.first.clone()?),
                Task::Explain { checklist, .. } => {
                    let ticked = (0..checklist.len()).map(|index| work.ticked.get(index).copied().unwrap_or(false)).collect();
                    Work::Text { text: Some(work.text.clone()).filter(|text| !text.trim().is_empty())?, ticked }
                }
                Task::Do(_) | Task::Break(_) | Task::Fix(_) => {
                    let (recording, until) = work.judged.clone()?;
                    Work::Run { recording, until }
                }
            };
            Some((step.id.clone(), what))
        });
        let works = works.collect();
        let student = Some(self.student.trim().to_owned()).filter(|student| !student.is_empty());
        Submission { lesson: self.lesson.id.clone(), hash: self.lesson.hash, student, works }
    }

    /// Whether a solution is shown in the place of what one had drawn.
    #[must_use]
    pub fn is_solution(&self) -> bool {
        self.work().own.is_some()
    }

    pub(super) fn done(&self) -> impl Iterator<Item = &Name> {
        self.lesson.steps.iter().zip(&self.works).filter(|(_, work)| work.done).map(|(step, _)| &step.id)
    }

    fn work_mut(&mut self) -> &mut StepWork {
        &mut self.works[self.at]
    }
}

/// Goes into a lesson. Steps that were done before and are still there stay done.
pub(super) fn enter(app: &mut App, lesson: Lesson, file: Option<String>) -> Vec<Effect> {
    let mut room = Classroom::new(lesson, file, app.options.locks.clone());
    let done = progress_of(&app.progress, &room.lesson.id);
    for (step, work) in room.lesson.steps.iter().zip(&mut room.works) {
        work.done = done.iter().any(|id| *id == *step.id);
    }
    restore(&mut room, &app.works);
    let session = match room.works[0].session.take() {
        Some(session) => *session,
        None => room.fresh(),
    };
    app.classroom = Some(room);
    app.put_on_canvas(session);
    arrive(app);
    vec![Effect::Read(Reading::Lesson)]
}

/// What was done in this lesson before, as far as its steps are still there.
fn restore(room: &mut Classroom, works: &str) {
    let all: Json = serde_json::from_str(works).unwrap_or_default();
    let Some(kept) = all.get(&*room.lesson.id).and_then(Json::as_str).and_then(|text| result_file::read(text).ok()) else { return };
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
                // What was drawn is there again; time begins anew.
                let mut session = room.session_of(Recording::of(room.lesson.scenario.clone()));
                let drawn = crate::lesson::judge::last(&recording).clone();
                session.become_scenario(drawn);
                let work = &mut room.works[index];
                (work.session, work.judged) = (Some(Box::new(session)), Some((recording, until)));
            }
        }
    }
}

/// What a step needs is there when one comes to it.
fn arrive(app: &mut App) {
    let Some(room) = &mut app.classroom else { return };
    if matches!(room.step().task, Task::Look) {
        room.work_mut().done = true;
    }
    if let Task::Predict(question) = &room.step().task
        && room.work().choices.is_none()
    {
        room.answering = Some(Box::new(Answering::of(question, &room.lesson)));
        room.advance(app.budget.steps());
    }
    if let Some(session) = &mut app.session {
        session.points.clone_from(&room.step().points);
    }
}

/// Time passes: one more run is judged, one more edit of the solution is shown.
pub(super) fn pass(app: &mut App, elapsed: SimTime, steps: u64) -> Vec<Effect> {
    let Some(room) = &mut app.classroom else { return Vec::new() };
    room.advance(steps);
    if let Some((edits, rest)) = &mut room.replay {
        *rest = rest.saturating_sub(elapsed);
        if *rest == SimTime::ZERO {
            let next = edits.remove(0);
            if edits.is_empty() {
                room.replay = None;
            } else {
                *rest = BETWEEN_EDITS;
            }
            if let Some(session) = &mut app.session {
                session.become_scenario(Arc::unwrap_or_clone(next));
            }
        }
    }
    let Some(judging) = &mut room.judging else { return Vec::new() };
    if !judging.advance(steps) {
        app.budget.spend_all();
        return Vec::new();
    }
    let findings = judging.findings().to_vec();
    room.judging = None;
    let done = findings.iter().all(|finding| finding.good);
    let work = room.work_mut();
    work.findings = findings;
    work.done |= done;
    if done { keep(app) } else { Vec::new() }
}

/// Keeps what was done.
fn keep(app: &mut App) -> Vec<Effect> {
    let Some(room) = &app.classroom else { return Vec::new() };
    let done: Vec<Json> = room.done().map(|id| Json::from(&**id)).collect();
    let mut entry = serde_json::Map::new();
    entry.insert("steps".into(), Json::from(room.lesson.steps.len()));
    entry.insert("done".into(), Json::Array(done.clone()));
    let mut all = object_in(&app.progress);
    all.insert(room.lesson.id.to_string(), Json::Object(entry));
    app.progress = Json::Object(all).to_string();
    let mut works = if app.works.len() > WORKS_BYTES_MAX { serde_json::Map::new() } else { object_in(&app.works) };
    works.insert(room.lesson.id.to_string(), Json::from(result_file::write(&room.submission())));
    app.works = Json::Object(works).to_string();
    let mut effects = vec![Effect::SaveProgress];
    if app.options.embed {
        // Of this lesson, and of no other.
        let (lesson, steps) = (Json::from(&*room.lesson.id), room.lesson.steps.len());
        let told = format!("{{\"lesson\": {lesson}, \"done\": {}, \"steps\": {steps}}}", Json::from(done));
        effects.push(Effect::TellHost(HostMessage::Progress(told)));
    }
    effects
}

fn object_in(text: &str) -> serde_json::Map<String, Json> {
    match serde_json::from_str(text) {
        Ok(Json::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}

/// A browser keeps some megabytes; beyond this what was done in other lessons is forgotten, their progress is not.
const WORKS_BYTES_MAX: usize = 3 << 20;

/// The progress that a file holds, if it is one of progress.
pub(super) fn progress_in(document: &Json) -> Option<&serde_json::Map<String, Json>> {
    document.get("requeue_progress")?.as_object()
}

/// A file that holds the progress.
pub(super) fn progress_file(progress: &str) -> String {
    format!("{{\"requeue_progress\": {}}}\n", if progress.is_empty() { "{}" } else { progress })
}

/// What was done in another browser is done here, too.
pub(super) fn unite(app: &mut App, other: &serde_json::Map<String, Json>) -> Vec<Effect> {
    let mut all = object_in(&app.progress);
    for (lesson, entry) in other {
        let mine = progress_of(&app.progress, lesson);
        let theirs = entry.get("done").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let done = in_order(mine.into_iter().chain(theirs.map(ToOwned::to_owned)));
        let mut united = serde_json::Map::new();
        united.insert("steps".into(), entry.get("steps").cloned().unwrap_or_default());
        united.insert("done".into(), Json::from(done));
        all.insert(lesson.clone(), Json::Object(united));
    }
    app.progress = Json::Object(all).to_string();
    vec![Effect::SaveProgress]
}

/// The steps of a lesson that are done, by their ids.
#[must_use]
pub fn progress_of(progress: &str, lesson: &str) -> Vec<String> {
    let all: Json = serde_json::from_str(progress).unwrap_or_default();
    let done = all.get(lesson).and_then(|entry| entry.get("done")).and_then(Json::as_array);
    done.into_iter().flatten().filter_map(|id| id.as_str().map(ToOwned::to_owned)).collect()
}

/// How many steps of a lesson are done, and of how many, as far as that is known.
#[must_use]
pub fn progress_count(progress: &str, lesson: &str) -> Option<(usize, u64)> {
    let all: Json = serde_json::from_str(progress).unwrap_or_default();
    let steps = all.get(lesson)?.get("steps")?.as_u64()?;
    Some((progress_of(progress, lesson).len(), steps))
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
        | LessonAction::TypeText(_)
        | LessonAction::CompareText
        | LessonAction::Tick(_)
        | LessonAction::TypeStudent(_)
        | LessonAction::Grade
        | LessonAction::SaveResult => (false, false),
    };
    let Some(mut effects) = act(app, action) else { return Vec::new() };
    if is_shown {
        app.show_everything();
    }
    if is_read {
        effects.push(Effect::Read(Reading::Step));
    }
    effects
}

/// None: it cannot be done now.
fn act(app: &mut App, action: LessonAction) -> Option<Vec<Effect>> {
    let room = app.classroom.as_mut()?;
    if !matches!(action, LessonAction::Grade | LessonAction::SaveResult | LessonAction::ChooseStep(_) | LessonAction::ShowHint) {
        room.graded = None;
        room.grading = None;
    }
    match action {
        LessonAction::ChooseStep(step) => {
            if step >= room.lesson.steps.len() || room.is_away() {
                return None;
            }
            room.judging = None;
            room.replay = None;
            room.answering = None;
            let session = app.session.take();
            room.work_mut().session = session.map(Box::new);
            room.at = step;
            app.session = Some(match room.work_mut().session.take() {
                Some(session) => *session,
                None => room.fresh(),
            });
            app.playing = false;
            arrive(app);
            return Some(keep(app));
        }
        LessonAction::Answer(word) => {
            let Task::Predict(question) = &room.step().task else { return None };
            let many = question.takes_many();
            let work = room.work_mut();
            work.verdict = None;
            if !many {
                work.answer = vec![word];
            } else if let Some(place) = work.answer.iter().position(|other| *other == word) {
                work.answer.remove(place);
            } else {
                work.answer.push(word);
            }
        }
        LessonAction::CheckAnswer => {
            let Task::Predict(question) = &room.step().task else { return None };
            let right = question.is_right(&room.work().choices.as_ref()?.right, &room.work().answer);
            let work = room.work_mut();
            work.verdict = Some(right);
            work.first.get_or_insert_with(|| work.answer.clone());
            // It was predicted, and seen: that is what counts for going on.
            work.done = true;
            return Some(keep(app));
        }
        LessonAction::Watch => {
            let Task::Predict(question) = &room.step().task else { return None };
            let session = room.session_of(question.recording(&room.lesson));
            app.session = Some(session);
            app.playing = true;
        }
        LessonAction::ShowHint => {
            let most = room.step().hints.len();
            let work = room.work_mut();
            work.hints = (work.hints + 1).min(most);
        }
        LessonAction::ShowSolution => {
            let goal = room.step().task.goal()?.clone();
            room.judging = None;
            let mine = app.session.take().map(Box::new);
            let work = room.work_mut();
            work.findings.clear();
            work.own = work.own.take().or(mine);
            if goal.solution.inputs.is_empty() {
                app.session = Some(room.fresh());
                room.replay = (!goal.solution.edits.is_empty()).then(|| (goal.solution.edits.clone(), SimTime::from_millis(300)));
            } else {
                app.session = Some(room.session_of(goal.solution.recording(&room.lesson.scenario)));
                app.playing = true;
            }
        }
        LessonAction::LeaveSolution => {
            room.replay = None;
            room.judging = None;
            let work = room.work_mut();
            work.findings.clear();
            if let Some(mine) = work.own.take() {
                app.session = Some(*mine);
            }
            app.playing = false;
        }
        LessonAction::Reset => {
            app.session = Some(room.fresh());
            app.playing = false;
            let hints = room.work().hints;
            let old = std::mem::take(room.work_mut());
            *room.work_mut() = StepWork { choices: old.choices, first: old.first, hints, done: old.done, ..StepWork::default() };
            room.judging = None;
            room.replay = None;
        }
        LessonAction::Prove => {
            let session = app.session.as_mut().filter(|_| room.replay.is_none())?;
            if session.world().recording().inputs.len() > limits::INPUTS_IN_A_FILE {
                session.objection = Some(format!(
                    "This run has {} inputs, and a run that you hand in has at most {}. Reset the step and use fewer inputs.",
                    limits::grouped(session.world().recording().inputs.len() as u64),
                    limits::grouped(limits::INPUTS_IN_A_FILE as u64)
                ));
                return None;
            }
            let recording = session.world().recording().clone();
            let now = session.world().now();
            room.judging = Judging::of(&room.lesson, room.step(), &recording, now, &[]);
            let work = room.work_mut();
            work.judged = Some((recording, now));
            work.findings.clear();
        }
        LessonAction::OpenFailure(index) => {
            let failing = room.work().findings.get(index)?.failing.clone()?;
            room.replay = None;
            let parked = app.session.take();
            room.parked = room.parked.take().or_else(|| parked.map(Box::new));
            let mut session = room.session_of(failing.recording);
            session.seek(failing.at, app.budget.steps());
            app.session = Some(session);
            app.playing = false;
        }
        LessonAction::TypeText(text) => room.work_mut().text = cut(text, result_file::TEXT_BYTES_MAX),
        LessonAction::CompareText => {
            let work = room.work_mut();
            work.compared = !work.text.trim().is_empty();
            work.done |= work.compared;
            return Some(keep(app));
        }
        LessonAction::Tick(index) => {
            let ticked = &mut room.work_mut().ticked;
            ticked.resize(ticked.len().max(index + 1), false);
            ticked[index] = !ticked[index];
        }
        LessonAction::ToggleSandbox => {
            room.replay = None;
            room.judging = None;
            if let Some(session) = room.parked.take() {
                app.session = Some(*session);
            } else {
                let copy = app
                    .session
                    .as_ref()
                    .map(|session| Session::new(Recording::new(Arc::new(session.scenario_as_drawn()), session.scenario().seed)))?;
                room.parked = app.session.replace(copy).map(Box::new);
            }
            app.playing = false;
        }
        LessonAction::TypeStudent(text) => room.student = cut(text.replace(char::is_control, " "), result_file::STUDENT_BYTES_MAX),
        LessonAction::Grade => {
            room.grading = Some(Box::new(Grading::of(room.lesson.clone(), room.submission())));
            room.advance(app.budget.steps());
        }
        LessonAction::SaveResult => {
            let name = format!("{}-result.json", room.lesson.id);
            let text = result_file::write(&room.submission());
            let told = app.options.embed.then(|| Effect::TellHost(HostMessage::Result(text.clone())));
            return Some(told.into_iter().chain([Effect::Download { name, text }]).collect());
        }
        LessonAction::Close => {
            app.classroom = None;
            if let Some(session) = &mut app.session {
                session.document.locked.clear();
                session.points.clear();
                session.document.origin = None;
            }
        }
    }
    Some(Vec::new())
}

/// No longer than this, and no letter in halves.
fn cut(mut text: String, bytes: usize) -> String {
    while text.len() > bytes {
        text.pop();
    }
    text
}
