//! Time passes while the world plays, and the playhead is moved.

use std::sync::Arc;

use super::budget::Budget;
use super::effect::{Effect, Reading};
use super::geometry::Plan;
use super::markers::BEFORE;
use super::playhead::Moved;
use super::session::Session;
use super::slowing::SLOWER;
use super::texts::session as texts;
use super::{App, Speed, lesson, tokens};
use crate::base::SimTime;
use crate::scenario::{Moment, Scenario};
use crate::sim::{Input, Recording, Until};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeAction {
    /// So much real time has passed since the last frame.
    FramePassed(SimTime),
    Play,
    Pause,
    /// Plays what stands still, and stops what plays.
    PlayOrPause,
    StepForward,
    /// One event back.
    StepBack,
    /// To the next crash, dead letter, loss or failure.
    FindNext,
    /// The playhead is moved to this moment.
    Seek(SimTime),
    /// The slider is held: time stands, and its scale stays.
    HoldSlider,
    /// To this moment, with the slider.
    Slide(SimTime),
    /// Time goes on as it did before.
    LetSliderGo,
    /// To the branch that was left when the past was changed, and back.
    SwapBranches,
    /// Compares the two branches at this moment, or closes the comparison.
    CompareBranches,
    /// Goes on with the run that is shown: the other one is given up, and the comparison with it.
    KeepRun,
    /// Does to this run what was done to the other one alone.
    RepeatWhatWasDone,
    /// The notice of the other branch is not wanted any more. The branch stays, and commands lead to it.
    CloseBranches,
    Restart,
    /// Shows what time slowed for again.
    Replay,
    /// The usual speed, although something happens.
    DeclineSlowing,
    CloseSlowing,
    /// From the moment that was shown to what came of it.
    GoOn,
    CloseShown,
    /// What takes long is given up.
    Cancel,
    SetSpeed(Speed),
}

/// The slider of time while it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slider {
    /// Where it was dragged to.
    pub at: SimTime,
    /// The end of its scale.
    pub end: SimTime,
}

/// A run that has just begun still has a scale.
const SCALE_MIN: SimTime = SimTime::from_secs(10);

/// After a pause of the browser, a sleep for instance, time continues from where it was.
const ELAPSED_MAX: SimTime = SimTime::from_millis(100);

pub(super) fn update(app: &mut App, action: TimeAction) -> Vec<Effect> {
    let steps = app.budget.steps();
    // A pause ends nothing: what is shown goes on from there.
    let goes_on = matches!(
        action,
        TimeAction::FramePassed(_) | TimeAction::SetSpeed(_) | TimeAction::Play | TimeAction::Pause | TimeAction::PlayOrPause
    );
    if !goes_on {
        app.show = None;
    }
    match action {
        TimeAction::FramePassed(elapsed) => return pass(app, elapsed),
        TimeAction::SetSpeed(speed) => {
            match &mut app.show {
                Some(show) => (show.speed, show.followed) = (speed, None),
                None => app.speed = Some(speed),
            }
            // Who chooses a speed wants this one.
            let speed = app.speed();
            with_session(app, |session| {
                session.playhead.slowing.decline();
                // Also while time stands: the picture is one of a moment and a speed.
                session.fly_at(speed);
            });
        }
        TimeAction::Replay => replay(app),
        TimeAction::GoOn => go_on(app),
        TimeAction::CloseShown => with_session(app, |session| session.playhead.shown = None),
        TimeAction::DeclineSlowing => with_session(app, |session| session.playhead.slowing.decline()),
        TimeAction::CloseSlowing => with_session(app, |session| session.playhead.slowing.close()),
        TimeAction::Pause => app.playing = false,
        TimeAction::PlayOrPause if app.playing => app.playing = false,
        TimeAction::Play | TimeAction::PlayOrPause => app.playing = app.session.is_some(),
        // The world plays on from where the playhead was put.
        TimeAction::Seek(at) => with_session(app, |session| session.seek(at, steps)),
        TimeAction::HoldSlider => {
            let held = |session: &Session| Slider { at: session.world().now(), end: session.scale_end() };
            app.slider = app.slider.or_else(|| app.session.as_ref().map(held));
        }
        TimeAction::Slide(at) => {
            if let Some(slider) = &mut app.slider {
                slider.at = at;
            }
            with_session(app, |session| session.seek(at, steps));
        }
        TimeAction::LetSliderGo => app.slider = None,
        // The second file has what carries these out.
        TimeAction::CompareBranches | TimeAction::KeepRun | TimeAction::RepeatWhatWasDone => {}
        TimeAction::CloseBranches => with_session(app, |session| session.playhead.close_other_branch()),
        TimeAction::Restart => {
            with_session(app, Session::restart);
            return vec![Effect::Tell(texts::THE_RUN_BEGINS_AGAIN.into())];
        }
        TimeAction::Cancel => app.cancel_work(),
        TimeAction::StepForward => {
            paused(app, |session| session.playhead.step());
            return app.look_in_lesson();
        }
        TimeAction::StepBack => paused(app, |session| session.step_back(steps)),
        TimeAction::FindNext => {
            paused(app, |session| session.find_next(steps));
            return app.look_in_lesson();
        }
        TimeAction::SwapBranches => paused(app, |session| session.swap_branches(steps)),
    }
    Vec::new()
}

/// What is done with two runs.
pub(super) fn of_runs(app: &mut App, action: TimeAction) -> Vec<Effect> {
    let steps = app.budget.steps();
    app.show = None;
    let is_repeated = action == TimeAction::RepeatWhatWasDone;
    with_session(app, |session| match action {
        TimeAction::RepeatWhatWasDone => session.playhead.repeat_what_was_done(steps),
        TimeAction::KeepRun => session.playhead.give_up_other_run(),
        _ => session.playhead.toggle_comparison(steps),
    });
    let is_shown = app.session.as_ref().is_some_and(|session| session.playhead.comparison.is_some());
    (is_shown && !is_repeated).then_some(Effect::Read(Reading::Comparison)).into_iter().collect()
}

/// Shows again what time slowed for.
fn replay(app: &mut App) {
    let steps = app.budget.steps();
    let Some(session) = &mut app.session else { return };
    if let Some(shown) = session.playhead.shown.clone() {
        return app.show_moment(shown);
    }
    let Some(moment) = session.playhead.slowing.told().cloned() else { return };
    session.seek(moment.at.saturating_sub(BEFORE), steps);
    app.show(moment.lands, None);
}

/// From the moment that was shown as far as it is about.
fn go_on(app: &mut App) {
    let shown = app.session.as_ref().and_then(|session| session.playhead.shown.as_ref());
    if let Some((at, until)) = shown.map(|shown| (shown.at, shown.until)) {
        app.show_at_length(at, until);
    }
}

fn with_session(app: &mut App, act: impl FnOnce(&mut Session)) {
    if let Some(session) = &mut app.session {
        act(session);
    }
}

fn paused(app: &mut App, act: impl FnOnce(&mut Session)) {
    app.playing = false;
    with_session(app, act);
}

fn pass(app: &mut App, elapsed: SimTime) -> Vec<Effect> {
    let speed = app.speed();
    let steps = app.budget.steps();
    let mut effects = Vec::new();
    if let Some(session) = &mut app.session {
        if session.is_working() {
            // Time stands still meanwhile.
            let was_compared = session.playhead.comparison.is_some();
            session.advance_work(steps);
            session.land_when_there();
            let is_compared = session.playhead.comparison.is_some() && !was_compared;
            effects.extend(is_compared.then_some(Effect::Read(Reading::Comparison)));
        } else if app.playing && app.slider.is_none() {
            let stop = app.show.as_ref().map(|show| show.until);
            let (from, hurry) = (session.world().now(), app.show.as_ref().map_or(1, super::Show::hurry));
            let goes_on = session.pass(elapsed, speed, stop, hurry, &mut app.budget);
            if let Some(show) = &mut app.show {
                show.pass(elapsed, session.world().now());
                show.wait(elapsed, from, !matches!(speed, Speed::Hop(_)) || tokens::shortest_hop(session.plan()).is_some());
            }
            let shown = app.show.take_if(|show| session.world().now() >= show.until);
            // Where time stands, nothing is waited for.
            session.playhead.moves.wait_since(app.show.as_ref().and_then(super::Show::waits_since));
            app.playing = goes_on && shown.is_none();
            // Time passed on from what was shown: its notice has been read.
            let now = session.world().now();
            session.playhead.shown.take_if(|shown| now > shown.ends() && !shown.pass(elapsed));
            // When everything has moved, the way of the message stays lit.
            let event = shown.and_then(|show| show.tells.or_else(|| session.playhead.published_when_shown()));
            if let Some(event) = event.filter(|_| session.playhead.story.is_none()) {
                session.playhead.ask_story(Some(event), None);
            }
        }
        if !app.playing {
            session.playhead.moves.land(elapsed);
        }
        if !session.is_working() {
            session.playhead.follow_comparison(elapsed, app.playing, steps);
        }
        if session.is_busy() {
            app.budget.spend_all();
        }
    }
    if app.classroom.as_ref().is_some_and(lesson::Classroom::is_busy) {
        app.budget.spend_all();
    }
    effects.extend(app.pass_in_lesson(steps));
    effects
}

/// This many things may begin to fly within a frame, one after the other. Beyond that, the rest of the frame is left out.
const SLICES_MAX: usize = 20;

/// The fastest speed that slows by itself.
const SLOWED_MOST: Speed = Speed::Factor(5_000);

impl Session {
    /// Whether time has slowed by itself, with this speed.
    pub(super) fn is_slowed(&self, speed: Speed) -> bool {
        (Speed::NORMAL..=SLOWED_MOST).contains(&speed) && self.playhead.slowing.is_slow(self.world().now())
    }

    /// Messages fly as they do at this speed.
    pub(super) fn fly_at(&mut self, speed: Speed) {
        let leg = speed.leg(self.scenario().network.latency);
        self.playhead.moves.show_for(leg, speed.stands(leg), matches!(speed, Speed::Hop(_)));
    }

    /// Whether it goes on by itself. At the stop time stands, if there is one. Where hops are followed and nothing moves, time passes so
    /// many times faster.
    fn pass(&mut self, elapsed: SimTime, speed: Speed, stop: Option<SimTime>, hurry: u64, budget: &mut Budget) -> bool {
        let steps = budget.steps();
        let elapsed = std::cmp::min(elapsed, ELAPSED_MAX);
        self.playhead.moves.settle();
        self.fly_at(speed);
        if let Speed::Hop(millis) = speed {
            let arrived = self.play_hops(elapsed, (SimTime::from_millis(millis.into()), hurry), stop.unwrap_or(SimTime::MAX), steps);
            if !arrived {
                budget.spend_all();
            }
            self.playhead.retell_story(elapsed, steps);
            return true;
        }
        let from = self.world().now();
        let is_followed = (Speed::NORMAL..=SLOWED_MOST).contains(&speed);
        let slower = if self.is_slowed(speed) { SLOWER } else { 1 };
        let virtual_time = SimTime::from_micros(elapsed.as_micros() * u64::from(speed.factor() / slower) / 1_000);
        let target = self.world().now() + virtual_time;
        // Who hurries wants to see what came of it, not what would come an hour later.
        let end = self.scenario().until.filter(|until| speed >= Speed::HURRY && self.world().now() < *until && target >= *until);
        let target = end.unwrap_or(target).min(stop.unwrap_or(SimTime::MAX)).max(from);
        let arrived = if speed == Speed::Max {
            self.playhead.hurry(target, steps)
        } else {
            self.repeat_until(target, steps);
            self.playhead.advance(target, steps)
        };
        if arrived && end.is_some() {
            self.playhead.advance(target, steps);
        }
        // Faster than that the eye does not follow, and slower it follows by itself.
        self.playhead.slowing.pass(elapsed, if is_followed { from } else { SimTime::MAX }, self.playhead.moves.leg());
        if !arrived {
            budget.spend_all();
        }
        self.playhead.retell_story(elapsed, steps);
        !(arrived && end.is_some())
    }

    /// Plays so slowly that each hop can be followed; what happens next may begin another. Whether the steps were enough.
    fn play_hops(&mut self, elapsed: SimTime, hop: (SimTime, u64), stop: SimTime, steps: u64) -> bool {
        let mut left = elapsed;
        for _ in 0..SLICES_MAX {
            let now = self.world().now();
            let target = (now + simulated(self.plan(), hop, left)).min(stop).max(now);
            let next = self.world().next_at().filter(|next| *next < target);
            let until = next.unwrap_or(target);
            left = left.saturating_sub(real(self.plan(), hop, until.saturating_sub(now)));
            self.repeat_until(until, steps);
            if !self.playhead.advance(until, steps) {
                return false;
            }
            if next.is_none() {
                break;
            }
        }
        true
    }

    /// Publishes what is published again and again, each at its time.
    fn repeat_until(&mut self, target: SimTime, steps: u64) {
        while let Some(next) = self.composer.repeats.filter(|next| *next <= target) {
            let (Ok(message), Ok(period)) = (self.composer.message(), self.composer.period()) else {
                self.composer.repeats = None;
                return;
            };
            if !self.playhead.advance(next.max(self.world().now()), steps) {
                return;
            }
            self.inject(Input::Publish(Arc::new(message)));
            self.composer.repeats = Some(next + period);
        }
    }

    pub(super) fn seek(&mut self, until: impl Into<Until>, steps: u64) {
        self.composer.stop();
        self.composer.outcome = None;
        self.playhead.seek(until, steps);
    }

    /// The end of the slider's scale. The end of the played run, or the last planned fault if that is later.
    #[must_use]
    pub fn scale_end(&self) -> SimTime {
        let planned = |scenario: &Arc<Scenario>| {
            let faults = scenario.faults.iter().filter_map(|fault| match &fault.when {
                Moment::At(at) => Some(*at),
                Moment::AtStep { .. } => None,
            });
            faults.max()
        };
        let last_fault = self.timeline().recording().scenarios().filter_map(planned).max().unwrap_or_default();
        self.timeline().furthest().max(SCALE_MIN).max(last_fault)
    }

    fn step_back(&mut self, steps: u64) {
        self.composer.stop();
        self.composer.outcome = None;
        self.playhead.step_back(steps);
    }

    fn find_next(&mut self, steps: u64) {
        self.composer.stop();
        if self.playhead.find_next(steps) == Moved::FoundNothing {
            self.nothing_found();
        }
    }

    fn swap_branches(&mut self, steps: u64) {
        self.composer.stop();
        self.composer.outcome = None;
        self.hues.forget();
        self.playhead.swap_branches(steps);
    }

    fn restart(&mut self) {
        // What was drawn meanwhile stays: it is time that begins again. A seed that was edited counts from now on; a recording's own seed
        // stays.
        let now = self.scenario().clone();
        let recording = self.world().recording();
        let seed = if now.seed == recording.scenario.seed { recording.seed } else { now.seed };
        let begins = self.document.origin.clone().unwrap_or_else(|| now.clone());
        self.playhead.restart(Recording::new(begins.clone(), seed));
        if begins != now {
            self.playhead.inject(Input::Edit(now));
        }
        self.composer.stop();
        self.composer.outcome = None;
    }
}

/// How much simulated time passes in so much real time. While something flies, its hop takes at least `hop`; else time hurries.
fn simulated(plan: Plan<'_>, (hop, hurry): (SimTime, u64), real: SimTime) -> SimTime {
    let shortest = shortest(plan, hop, hurry);
    SimTime::from_micros((real.as_micros() * shortest.as_micros() / hop.as_micros().max(1)).max(1))
}

fn shortest(plan: Plan<'_>, hop: SimTime, hurry: u64) -> SimTime {
    let waits = || SimTime::from_micros(hop.as_micros() * hurry);
    tokens::shortest_hop(plan).map_or_else(waits, |shortest| shortest.min(hop))
}

/// How much real time so much simulated time takes.
fn real(plan: Plan<'_>, (hop, hurry): (SimTime, u64), simulated: SimTime) -> SimTime {
    let shortest = shortest(plan, hop, hurry);
    SimTime::from_micros(simulated.as_micros() * hop.as_micros() / shortest.as_micros().max(1))
}
