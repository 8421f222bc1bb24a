//! What the first picture does not need. Where the page is split in two files (`scripts/build`), it comes with the second one. An
//! action that needs it waits for it.

use super::findings::{Done, Search};
use super::texts::files as texts;
use super::whatif::{self, Foresee};
use super::words::{self, Line};
use super::{
    Action, App, AuthorAction, EditAction, Effect, FileAction, ImportAction, LessonAction, PublishAction, SelectAction, Session,
    TimeAction, author, composer, editing, importing, lesson, time, update,
};
use crate::formats::opened::{Reader, Readers};
use crate::lesson::Lesson;
use crate::scenario::findings::findings_of;
use crate::sim::{TimedEvent, World};

type Carry<A> = fn(&mut App, A) -> Vec<Effect>;

/// Nothing else names these functions, so that the build can tell what belongs to them alone.
#[derive(Clone, Copy, Debug)]
pub struct Rest {
    readers: Readers,
    pub(super) edit: Carry<EditAction>,
    pub(super) publish: Carry<PublishAction>,
    pub(super) lesson: Carry<LessonAction>,
    pub(super) author: Carry<AuthorAction>,
    pub(super) runs: Carry<TimeAction>,
    pub(super) import: Carry<ImportAction>,
    follow_import: fn(&mut App),
    beside: fn(&mut App),
    search: Search,
    copied: fn(&Session) -> Option<String>,
    foresee: Foresee,
    line: fn(&TimedEvent, &World) -> Line,
    enter: fn(&mut App, Lesson, Option<String>) -> Vec<Effect>,
    /// A lesson's computing while time passes, in at most so many steps.
    pass: Carry<u64>,
    /// What a lesson asks to look at may have been seen.
    look: fn(&mut App) -> Vec<Effect>,
}

impl Rest {
    pub const ALL: Self = Self {
        readers: Readers::ALL,
        edit: editing::update,
        publish: composer::update,
        lesson: lesson::update,
        author: author::update,
        runs: time::of_runs,
        import: importing::update,
        follow_import: importing::follow,
        beside: App::stand_beside,
        search: findings_of,
        copied: Session::copied,
        foresee: whatif::foresee,
        line: words::line,
        enter: lesson::enter,
        pass: lesson::pass,
        look: lesson::look,
    };
}

/// Which of the two is here.
#[derive(Debug)]
pub enum Arrived {
    /// These actions wait for the rest.
    FirstAlone(Vec<Action>),
    Whole(Rest),
}

impl Default for Arrived {
    fn default() -> Self {
        if cfg!(feature = "split") { Self::FirstAlone(Vec::new()) } else { Self::Whole(Rest::ALL) }
    }
}

impl Arrived {
    /// What tells the way of a message that is composed.
    pub(super) const fn foresees(&self) -> Option<Foresee> {
        match self {
            Self::FirstAlone(_) => None,
            Self::Whole(rest) => Some(rest.foresee),
        }
    }

    pub(super) const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    pub(super) const fn reader(&self) -> Reader {
        match self {
            Self::FirstAlone(_) => Reader::Scenarios,
            Self::Whole(rest) => Reader::All(rest.readers),
        }
    }
}

/// Now, or when the rest has come.
pub(super) fn carry_out<A: Into<Action>>(app: &mut App, action: A, by: impl FnOnce(Rest) -> Carry<A>) -> Vec<Effect> {
    match &mut app.arrived {
        Arrived::Whole(rest) => by(*rest)(app, action),
        Arrived::FirstAlone(_) => app.wait(action),
    }
}

impl App {
    /// This is done when the rest has come.
    pub(super) fn wait(&mut self, action: impl Into<Action>) -> Vec<Effect> {
        if let Arrived::FirstAlone(waiting) = &mut self.arrived {
            waiting.push(action.into());
        }
        vec![Effect::AwaitRest]
    }

    /// A lesson is opened. What reads lessons has come then.
    pub(super) fn enter(&mut self, lesson: Lesson, file: Option<String>) -> Vec<Effect> {
        match self.arrived {
            Arrived::Whole(rest) => (rest.enter)(self, lesson, file),
            Arrived::FirstAlone(_) => Vec::new(),
        }
    }

    /// What is selected goes to the clipboard.
    pub(super) fn copy_selected(&mut self) -> Vec<Effect> {
        match self.arrived {
            Arrived::Whole(rest) => self.session.as_ref().and_then(rest.copied).map(Effect::Copy).into_iter().collect(),
            Arrived::FirstAlone(_) => self.wait(SelectAction::Copy),
        }
    }

    /// The line of an occurrence. None: what writes it has to come first.
    #[must_use]
    pub fn line_of(&self, occurrence: &TimedEvent, world: &World) -> Option<Line> {
        match self.arrived {
            Arrived::Whole(rest) => Some((rest.line)(occurrence, world)),
            Arrived::FirstAlone(_) => None,
        }
    }

    /// Where the system has changed, or what searches has come.
    pub(super) fn search_for_findings(&mut self, done: Done) {
        let search = match &self.arrived {
            Arrived::Whole(rest) => Some(rest.search),
            Arrived::FirstAlone(_) => None,
        };
        self.findings.follow(self.session.as_ref(), self.classroom.is_some(), done, search);
    }

    /// Nothing is imported before the rest has come.
    pub(super) fn follow_import(&mut self) {
        if let (Arrived::Whole(rest), true) = (&self.arrived, self.importing.is_some()) {
            (rest.follow_import)(self);
        }
    }

    /// Two runs are compared by what has come with the rest.
    pub(super) fn keep_beside(&mut self) {
        if let Arrived::Whole(rest) = self.arrived {
            (rest.beside)(self);
        }
    }

    /// No lesson is open before the rest has come.
    pub(super) fn pass_in_lesson(&mut self, steps: u64) -> Vec<Effect> {
        match self.arrived {
            Arrived::Whole(rest) => (rest.pass)(self, steps),
            Arrived::FirstAlone(_) => Vec::new(),
        }
    }

    pub(super) fn look_in_lesson(&mut self) -> Vec<Effect> {
        match self.arrived {
            Arrived::Whole(rest) => (rest.look)(self),
            Arrived::FirstAlone(_) => Vec::new(),
        }
    }
}

/// The rest has come: what waited for it is done, in its order.
pub fn come(app: &mut App, rest: Rest) -> Vec<Effect> {
    let before = std::mem::replace(&mut app.arrived, Arrived::Whole(rest));
    app.read_drafts();
    app.search_for_findings(Done::Other);
    let Arrived::FirstAlone(waiting) = before else { return Vec::new() };
    // What was done before nothing could be written.
    let kept = if app.is_kept() { app.set_aside_and_save() } else { Vec::new() };
    kept.into_iter().chain(waiting.into_iter().flat_map(|action| update(app, action))).collect()
}

/// The rest did not come, for this reason. What waited for it is given up, and the visitor is informed. Where nothing is open, the page
/// offers to load it again, and what waits goes on waiting.
pub fn fail(app: &mut App, reason: String) -> Vec<Effect> {
    if app.session.is_none() {
        return Vec::new();
    }
    let Arrived::FirstAlone(waiting) = &mut app.arrived else { return Vec::new() };
    let Some(first) = std::mem::take(waiting).into_iter().next() else { return Vec::new() };
    let name = match first {
        Action::File(FileAction::Opened { name, .. }) => name,
        _ => texts::THE_REST_OF_THE_PAGE.into(),
    };
    update(app, FileAction::OpenFailed { name, reason })
}
