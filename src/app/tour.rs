//! The tour: six things that a learner does, in any order and in any way. What was done is kept, so it can be left and resumed.

use super::App;
use super::effect::Effect;
use super::texts::tour as texts;
use crate::base::SimTime;

/// What is to be done, in the order of the list.
pub const STEPS: [&str; 6] = texts::STEPS;

/// The step that names a service.
const KILL: usize = 3;

/// What a step asks for in the system that is open: it names no part that is not there.
#[must_use]
pub fn says(app: &App, step: usize) -> &'static str {
    if step == KILL && !app.has_the_service_of_the_tour() { texts::KILL_A_SERVICE } else { STEPS[step] }
}

impl App {
    /// Whether the open system is the one that the first card speaks of, or one like it.
    #[must_use]
    pub fn has_the_service_of_the_tour(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.scenario().service(KILLED).is_some())
    }

    /// Whether there is anything to try: an empty canvas has no part to kill or to follow.
    #[must_use]
    pub fn has_services(&self) -> bool {
        self.session.as_ref().is_some_and(|session| !session.scenario().services.is_empty())
    }
}

/// The key that does the first step.
pub const SPACE_TOO: &str = texts::SPACE_TOO;

/// The service that is to be killed.
const KILLED: &str = "notification-service";

/// Which steps are done, and whether this visitor has read what Requeue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    pub done: [bool; STEPS.len()],
    pub is_welcomed: bool,
}

impl Tour {
    #[must_use]
    pub fn count(self) -> usize {
        self.done.into_iter().filter(|done| *done).count()
    }

    #[must_use]
    pub fn is_over(self) -> bool {
        self.count() == STEPS.len()
    }

    /// A letter a step, as a browser keeps it. Nothing before the first card was read.
    #[must_use]
    pub fn write_kept(self) -> String {
        self.done.into_iter().filter(|_| self.is_welcomed).map(|done| if done { '+' } else { '-' }).collect()
    }

    /// What cannot be read is not done.
    #[must_use]
    pub fn read_kept(text: &str) -> Self {
        let mut letters = text.chars();
        Self { done: [(); STEPS.len()].map(|()| letters.next() == Some('+')), is_welcomed: !text.is_empty() }
    }
}

/// What the steps look at: they compare what was before an action with what is after it.
pub(super) struct Watched {
    /// Another system comes with its own time.
    opened: u64,
    playing: bool,
    story: bool,
    published: u64,
    /// Instances of the service that the tour names.
    down: usize,
    now: SimTime,
}

impl Watched {
    pub(super) fn of(app: &App) -> Option<Self> {
        app.workspace.card?;
        let session = app.session.as_ref()?;
        let world = session.world();
        // In a system without it any service does.
        let named = world.services().iter().position(|service| *service.spec.name == *KILLED && !service.removed);
        Some(Self {
            opened: app.opened,
            playing: app.playing,
            story: session.playhead.story.is_some(),
            published: session.composer.published,
            down: world.instances().filter(|(id, instance)| !instance.up && named.is_none_or(|named| id.service == named)).count(),
            now: world.now(),
        })
    }

    /// Ticks off what the action did.
    pub(super) fn follow(&self, app: &mut App) -> Option<Effect> {
        let after = Self::of(app).filter(|after| after.opened == self.opened)?;
        // What happens while time passes is not the learner's doing.
        let at_once = after.now == self.now;
        let is_past = after.now < self.now && app.session.as_ref().is_some_and(|session| session.timeline().is_in_the_past());
        let did = [
            self.playing && !after.playing,
            after.story && !self.story,
            after.published > self.published,
            at_once && after.down > self.down,
            at_once && after.down < self.down,
            is_past,
        ];
        let before = app.tour;
        for (done, did) in app.tour.done.iter_mut().zip(did) {
            *done |= did;
        }
        (app.tour != before).then_some(Effect::SaveProgress)
    }
}
