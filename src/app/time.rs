//! Time passes while the world plays, and the playhead is moved.

use std::sync::Arc;

use super::effect::{Effect, Reading};
use super::log::Log;
use super::marks::Marks;
use super::session::{Comparison, Session};
use super::{App, Speed, lesson};
use crate::base::SimTime;
use crate::base::ordered::in_order;
use crate::sim::judge::{self, Compared};
use crate::sim::{Input, Recording, Timeline};

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
    /// To the branch that was left when the past was changed, and back.
    SwapBranches,
    /// Compares the two branches at this moment, or closes the comparison.
    CompareBranches,
    Restart,
    SetSpeed(Speed),
}

/// How many steps of the world one frame may take: a hot loop must not freeze the page.
const STEPS_A_FRAME_MAX: u64 = 20_000;

/// How far the search for something of interest looks.
const LOOK_AHEAD: SimTime = SimTime::from_secs(24 * 3_600);
/// And in how many steps: a day of a busy system has millions, and the page stands still meanwhile.
const LOOK_STEPS_MAX: u64 = 150_000;

/// So many things at most happen at one moment between two lines of the log.
const STEPS_BACK_MAX: u32 = 64;

/// After a pause of the browser, a sleep for instance, time continues from where it was.
const ELAPSED_MAX: SimTime = SimTime::from_millis(100);

pub(super) fn update(app: &mut App, action: TimeAction) -> Vec<Effect> {
    match action {
        TimeAction::FramePassed(elapsed) => return pass(app, elapsed),
        TimeAction::SetSpeed(speed) => app.speed = Some(speed),
        TimeAction::Pause => paused(app, Session::tell),
        TimeAction::PlayOrPause if app.playing => paused(app, Session::tell),
        TimeAction::Play | TimeAction::PlayOrPause => app.playing = app.session.is_some(),
        // The world plays on from where the playhead was put.
        TimeAction::Seek(at) => with_session(app, |session| session.seek(at)),
        TimeAction::CompareBranches => {
            with_session(app, Session::toggle_comparison);
            let is_shown = app.session.as_ref().is_some_and(|session| session.comparison.is_some());
            return is_shown.then_some(Effect::Read(Reading::Comparison)).into_iter().collect();
        }
        TimeAction::Restart => with_session(app, Session::restart),
        TimeAction::StepForward => paused(app, Session::step),
        TimeAction::StepBack => paused(app, Session::step_back),
        TimeAction::FindNext => paused(app, Session::find_next),
        TimeAction::SwapBranches => paused(app, Session::swap_branches),
    }
    Vec::new()
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
    if app.playing
        && let Some(session) = &mut app.session
    {
        app.playing = session.pass(elapsed, speed);
    }
    lesson::pass(app, elapsed)
}

impl Session {
    /// Whether it goes on by itself.
    fn pass(&mut self, elapsed: SimTime, speed: Speed) -> bool {
        let elapsed = std::cmp::min(elapsed, ELAPSED_MAX);
        let virtual_time = SimTime::from_micros(elapsed.as_micros() * u64::from(speed.0) / 1_000);
        let target = self.world().now() + virtual_time;
        // Who hurries wants to see what came of it, not what would come an hour later.
        let end = self.scenario().until.filter(|until| speed >= Speed::HURRY && self.world().now() < *until && target >= *until);
        let target = end.unwrap_or(target);
        let arrived = if speed == Speed::MAX {
            // Not beyond what happens: time alone does not pass in a hurry.
            (0..STEPS_A_FRAME_MAX).any(|_| {
                let next = self.timeline.world().next_at();
                next.is_none_or(|next| next > target) || !self.timeline.step()
            })
        } else {
            self.repeat_until(target);
            self.timeline.advance(target, STEPS_A_FRAME_MAX)
        };
        if arrived && end.is_some() {
            self.timeline.advance(target, STEPS_A_FRAME_MAX);
        }
        self.take_notes();
        self.tell_what_is_new(elapsed);
        !(arrived && end.is_some())
    }

    /// Publishes what is published again and again, each at its time.
    fn repeat_until(&mut self, target: SimTime) {
        while let Some(next) = self.composer.repeats.filter(|next| *next <= target) {
            let (Ok(message), Ok(period)) = (self.composer.message(), self.composer.period()) else {
                self.composer.repeats = None;
                return;
            };
            if !self.timeline.advance(next.max(self.world().now()), STEPS_A_FRAME_MAX) {
                return;
            }
            self.inject(Input::Publish(Arc::new(message)));
            self.composer.repeats = Some(next + period);
        }
    }

    /// To the next thing worth a line in the log.
    fn step(&mut self) {
        let before = self.log.last_number();
        for _ in 0..STEPS_A_FRAME_MAX {
            if !self.timeline.step() {
                break;
            }
            self.take_notes();
            if self.log.last_number() > before {
                break;
            }
        }
        self.tell();
    }

    /// To the next thing of interest, or as far as one search looks.
    fn find_next(&mut self) {
        self.composer.repeats = None;
        let until = self.world().now() + LOOK_AHEAD;
        let mut is_found = false;
        // What lies between goes into the log, as if it had been played.
        for _ in 0..LOOK_STEPS_MAX {
            let is_over = self.timeline.advance(until, 1);
            is_found = self.take_notes();
            if is_found || is_over {
                break;
            }
        }
        if !is_found {
            self.objection = Some(format!("No failure or dead letter before {}. Press again to search further.", self.world().now()));
        }
        self.tell();
    }

    /// Back as the log counts: behind the last thing worth a line.
    fn step_back(&mut self) {
        let now = self.world().now();
        for _ in 0..STEPS_BACK_MAX {
            self.timeline.drain_occurrences();
            if !self.timeline.back() || self.world().now() < now {
                break;
            }
        }
        self.seek(self.world().now());
    }

    fn swap_branches(&mut self) {
        let Some(other) = &mut self.other else { return };
        let now = self.timeline.world().now();
        std::mem::swap(&mut **other, &mut self.timeline);
        self.comparison = None;
        self.marks = Marks::default();
        self.seek(now.min(self.timeline.furthest()));
    }

    pub(super) fn seek(&mut self, at: SimTime) {
        self.composer.repeats = None;
        self.timeline.seek(at);
        self.log = Log::default();
        self.take_notes();
        self.composer.outcome = None;
        self.tell();
    }

    fn toggle_comparison(&mut self) {
        self.comparison = if self.comparison.is_some() { None } else { self.compare() };
    }

    /// Where the branches differ at this moment; further than it was played the other one is played on.
    fn compare(&mut self) -> Option<Comparison> {
        let other = self.other.as_mut()?;
        let at = self.timeline.world().now();
        other.seek(at);
        other.drain_occurrences();
        let rows = judge::compare(self.timeline.world(), other.world());
        let differ = |row: &Compared| (row.left - row.right).abs() > 1e-9;
        let worlds = [self.timeline.world(), other.world()];
        let queues = in_order(worlds.iter().flat_map(|world| world.broker().queues().map(|queue| queue.name().clone())));
        let depths = queues.into_iter().map(|name| (name.clone(), worlds.map(|world| world.metrics().depths(&name))));
        let depths = depths.filter(|(_, [here, there])| here != there).collect();
        Some(Comparison { at, rows: rows.into_iter().filter(differ).collect(), depths })
    }

    fn restart(&mut self) {
        // What was drawn meanwhile stays: it is time that begins again. A seed that was edited counts from now on; one that a
        // recording has of its own stays.
        let now = self.scenario().clone();
        let recording = self.world().recording();
        let seed = if now.seed == recording.scenario.seed { recording.seed } else { now.seed };
        let begins = self.origin.clone().unwrap_or_else(|| now.clone());
        self.timeline = Timeline::open(Recording::new(begins.clone(), seed));
        if begins != now {
            self.timeline.inject(Input::Edit(now));
        }
        self.other = None;
        self.comparison = None;
        self.log = Log::default();
        self.marks = Marks::default();
        self.biography = None;
        self.composer.repeats = None;
        self.composer.outcome = None;
        self.take_notes();
    }
}
