//! The work on a system, which a browser keeps until the page is opened again: drawing, run, and undo steps. A reload opens it again. A new
//! visit offers it, and new work does not overwrite it.

use super::effect::Effect;
use super::notice::Notice;
use super::texts::files as texts;
use super::{App, Session};
use crate::formats::draft_file::{DraftFile, Played};
use crate::scenario::Problem;

/// Work that was kept.
#[derive(Debug)]
pub struct Draft {
    /// As it was kept.
    pub text: String,
    /// None: its reader has not come yet.
    pub found: Option<Result<Box<DraftFile>, Vec<Problem>>>,
}

impl Draft {
    /// What the system is called; none: it cannot be read.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.readable().map(|draft| &*draft.scenario().title)
    }

    #[must_use]
    pub fn readable(&self) -> Option<&DraftFile> {
        self.found.as_ref()?.as_deref().ok()
    }

    /// Why it cannot be read.
    #[must_use]
    pub fn problems(&self) -> Option<&[Problem]> {
        self.found.as_ref()?.as_ref().err().map(|problems| &**problems)
    }
}

/// How much of the work is kept: as much as there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeps {
    Nothing,
    /// The drawing alone.
    Drawing,
    /// The drawing and the run.
    Run,
    Everything,
}

impl Keeps {
    /// What is tried, one after the other.
    pub const TRIED: [Self; 3] = [Self::Everything, Self::Run, Self::Drawing];
}

/// A browser keeps some megabytes, and the work in lessons has most of them.
const BYTES_MAX: usize = 1 << 20;

/// What an action may have changed that is to be kept.
#[derive(Debug, PartialEq)]
pub(super) struct Mark {
    opened: u64,
    playing: bool,
    inputs: usize,
    document: Option<super::document::VersionNumber>,
    is_saved: bool,
}

impl Mark {
    pub(super) fn of(app: &App) -> Self {
        let session = app.session.as_ref();
        Self {
            opened: app.opened,
            playing: app.playing,
            inputs: session.map_or(0, |session| session.timeline().recording().inputs.len()),
            document: session.map(|session| session.document.version()),
            is_saved: session.is_some_and(|session| session.document.is_saved()),
        }
    }

    /// Keeps what was changed, or what was reached when time was stopped. While time passes, the end of the visit keeps it.
    pub(super) fn follow(self, app: &mut App) -> Vec<Effect> {
        let now = Self::of(app);
        let changed = Self { playing: now.playing, ..now } != Self { playing: now.playing, ..self };
        let is_due = !now.playing && self.playing || changed && now.opened == self.opened;
        let another = (now.opened != self.opened).then(|| Effect::NoteWork(app.is_kept()));
        let saved = if is_due && app.is_kept() { app.set_aside_and_save() } else { Vec::new() };
        another.into_iter().chain(saved).collect()
    }
}

impl App {
    /// Whether a person did something to the open system that a browser keeps, and what writes it is there. A lesson keeps its own work.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.arrived.is_whole() && self.is_own() && self.own().0.is_some_and(|session| session.is_touched() && !session.is_working())
    }

    /// A reload comes back to it. So it does where the page is left while something is under way, which is not kept.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        self.is_own() && self.own().0.is_some_and(Session::is_touched)
    }

    fn is_own(&self) -> bool {
        !self.options.read_only && !self.options.embed && self.own().1.is_none()
    }

    /// What was kept before makes room for what is kept now.
    pub(super) fn set_aside_and_save(&mut self) -> Vec<Effect> {
        let aside = (!self.drafts.is_empty() && !self.drafts_are_aside).then(|| self.keep_older());
        aside.into_iter().chain([Effect::SaveDraft]).collect()
    }

    /// The drafts that are offered have a separate place.
    fn keep_older(&mut self) -> Effect {
        self.drafts_are_aside = true;
        Effect::KeepOlderDrafts(self.drafts.iter().map(|draft| draft.text.clone()).collect())
    }

    /// The work on the open system, as a browser keeps it. None: it is too large so.
    #[must_use]
    pub fn draft_text(&self, keeps: Keeps) -> Option<String> {
        let session = self.own().0?;
        let reader = self.arrived.reader();
        let text = match keeps {
            Keeps::Nothing => None,
            Keeps::Drawing => reader.write_scenario(&session.scenario_as_drawn()),
            Keeps::Run | Keeps::Everything => reader.write_draft(&session.draft(keeps == Keeps::Everything)),
        };
        text.filter(|text| text.len() <= BYTES_MAX)
    }

    /// So much could be kept. Less than before is said.
    pub(super) fn kept(&mut self, keeps: Keeps) {
        let before = self.keeps.replace(keeps).unwrap_or(Keeps::Everything);
        let says = match keeps {
            Keeps::Everything => return,
            Keeps::Run => texts::UNDO_IS_NOT_KEPT,
            Keeps::Drawing => texts::THE_RUN_IS_NOT_KEPT,
            Keeps::Nothing => texts::NOTHING_IS_KEPT,
        };
        if let Some(session) = self.session.as_mut().filter(|_| keeps < before) {
            session.notice = Some(Notice::warning(says));
        }
    }

    /// Whether what was kept is offered now. In a lesson it would lead out of it: there it waits until the lesson is left.
    #[must_use]
    pub const fn offers_drafts(&self) -> bool {
        !self.drafts_are_hidden && self.classroom.is_none()
    }

    /// A browser kept these, the newest first.
    pub(super) fn drafts_found(&mut self, texts: Vec<String>) {
        self.drafts.extend(texts.into_iter().map(|text| Draft { text, found: None }));
        self.read_drafts();
    }

    /// As soon as their reader is there.
    pub(super) fn read_drafts(&mut self) {
        for draft in &mut self.drafts {
            let read = self.arrived.reader().draft(&draft.text);
            draft.found = draft.found.take().or_else(|| read.map(|read| read.map(Box::new)));
        }
    }

    /// A draft is gone on with; the effects keep it and the others.
    pub(super) fn take_draft(&mut self, place: usize) -> Option<(Session, Vec<Effect>)> {
        self.drafts.get(place)?.readable()?;
        let Draft { text, found } = self.drafts.remove(place);
        let effects = vec![Effect::PutDraft(text), self.keep_older()];
        Some((Session::restored(*found?.ok()?), effects))
    }

    /// The first draft is not wanted.
    pub(super) fn discard_draft(&mut self) -> Vec<Effect> {
        let is_in_first_place = !self.drafts_are_aside;
        if !self.drafts.is_empty() {
            self.discarded = Some(self.drafts.remove(0));
        }
        let older = self.keep_older();
        is_in_first_place.then_some(Effect::ForgetDraft).into_iter().chain([older]).collect()
    }

    /// What was discarded last is kept again, before the others.
    pub(super) fn restore_draft(&mut self) -> Vec<Effect> {
        let Some(draft) = self.discarded.take() else { return Vec::new() };
        self.drafts.insert(0, draft);
        vec![self.keep_older()]
    }
}

impl Session {
    /// Whether a person did something to it.
    fn is_touched(&self) -> bool {
        self.is_touched || self.document.is_edited()
    }

    fn draft(&self, with_history: bool) -> DraftFile {
        let [past, future] = if with_history { self.document.history() } else { Default::default() };
        let timeline = self.timeline();
        DraftFile {
            run: Played { recording: timeline.recording().clone(), until: timeline.furthest() },
            stands: self.world().reached(),
            other: self.playhead.other_run(),
            layout: self.document.layout.clone(),
            is_saved: !self.is_unsaved(),
            past,
            future,
        }
    }

    /// As it was left: time stands, and the playhead goes to where it stood.
    fn restored(draft: DraftFile) -> Self {
        let DraftFile { run, stands, other, layout, is_saved, past, future } = draft;
        let mut session = Self::opened(run.recording, run.until.into());
        session.playhead.put_other_run(other);
        // Also at time zero: the drawing may have been changed there.
        session.goes_to = Some(stands);
        session.is_touched = true;
        session.document.come_back(layout, [past, future], is_saved);
        session
    }
}
