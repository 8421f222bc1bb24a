//! A world that can be rewound: a recording, a world somewhere along it, and keyframes near each moment.
//!
//! Keyframes are a cache, never truth: what is at a moment is what a run from zero finds there. Their number and their memory are bounded;
//! when there are too many, every second one goes.

use std::sync::Arc;

use super::input::{Input, Recording, Until};
use super::trace::TimedEvent;
use super::world::World;
use crate::base::{SimTime, limits};
use crate::scenario::Scenario;

pub const KEYFRAMES_MAX: usize = limits::KEYFRAMES;
/// Of all keyframes together.
pub const KEYFRAME_BYTES_MAX: usize = limits::KEYFRAME_BYTES;
/// The number of steps between the first keyframes.
const SPACING_FIRST: u64 = 512;
#[derive(Clone, Debug)]
pub struct Timeline {
    /// All of it: what is behind the playhead, and what lies ahead.
    recording: Recording,
    world: World,
    keyframes: Vec<Keyframe>,
    spacing: u64,
    furthest: SimTime,
    lookback: SimTime,
    /// The occurrences with smaller numbers were handed out on this branch.
    known: u64,
    seek: Option<Seek>,
}

/// A seek that is under way, in a separate world. The shown world stays as it is until the seek has arrived.
#[derive(Clone, Debug)]
struct Seek {
    world: Box<World>,
    from: SimTime,
    aim: Aim,
    /// It ends after so many steps at the latest.
    steps_max: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// This moment.
    To(SimTime),
    /// The moment of the last thing up to this one, and then the one before that.
    Last(SimTime),
    /// The moment of the last thing before this one.
    Before(SimTime),
    /// The first occurrence of a kind, up to this moment.
    Search(SimTime),
}

impl Aim {
    const fn at(self) -> SimTime {
        match self {
            Self::To(at) | Self::Last(at) | Self::Before(at) | Self::Search(at) => at,
        }
    }
}

/// How far a search has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    GoesOn,
    /// The playhead stands there.
    Found(Box<TimedEvent>),
    /// Nothing like it happens; the playhead stands at the end of the search.
    Nothing,
}

#[derive(Clone, Debug)]
struct Keyframe {
    world: Arc<World>,
    bytes: usize,
}

/// A place along a recording: between which steps, and after how many inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    steps: u64,
    inputs: usize,
}

impl Position {
    fn of(world: &World) -> Self {
        Self { steps: world.steps(), inputs: world.recording().inputs.len() }
    }
}

impl Timeline {
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        Self::open(Recording::new(scenario, seed))
    }

    /// At the beginning of a recording.
    #[must_use]
    pub fn open(recording: Recording) -> Self {
        let world = World::new(recording.scenario.clone(), recording.seed);
        let mut timeline = Self {
            recording,
            world,
            keyframes: Vec::new(),
            spacing: SPACING_FIRST,
            furthest: SimTime::ZERO,
            lookback: SimTime::ZERO,
            known: 0,
            seek: None,
        };
        timeline.known = timeline.world.happenings();
        timeline.keep(timeline.world.keyframe());
        // What came from outside is a part of the run, also behind the end that the file names.
        timeline.furthest = timeline.recording.inputs.last().map_or(SimTime::ZERO, |last| last.at);
        timeline
    }

    /// The recording was played to this moment.
    #[must_use]
    pub fn played_until(mut self, until: SimTime) -> Self {
        self.furthest = self.furthest.max(until);
        self
    }

    /// After a journey through time, what happened within this time before the moment is handed out as occurrences.
    #[must_use]
    pub const fn with_lookback(mut self, lookback: SimTime) -> Self {
        self.lookback = lookback;
        self
    }

    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// With what lies ahead of the playhead.
    #[must_use]
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// As far as it has ever been played on this branch.
    #[must_use]
    pub fn furthest(&self) -> SimTime {
        self.furthest.max(self.world.now())
    }

    #[must_use]
    pub fn keyframes(&self) -> usize {
        self.keyframes.len()
    }

    /// What the keyframes take, about.
    #[must_use]
    pub fn keyframe_bytes(&self) -> usize {
        self.keyframes.iter().map(|keyframe| keyframe.bytes).sum()
    }

    pub fn drain_occurrences(&mut self) -> std::vec::Drain<'_, TimedEvent> {
        self.world.drain_occurrences()
    }

    /// Whether an input now would cut off a future that was already seen.
    #[must_use]
    pub fn is_in_the_past(&self) -> bool {
        self.world.recording().inputs.len() < self.recording.inputs.len() || self.world.now() < self.furthest
    }

    /// Something comes from outside, now. What lay ahead is another branch, and is gone from this one.
    pub fn inject(&mut self, input: Input) {
        self.cancel_seek();
        let here = Position::of(&self.world);
        while self.keyframes.last().is_some_and(|keyframe| Position::of(&keyframe.world) > here) {
            self.keyframes.pop();
        }
        self.furthest = self.world.now();
        self.recording.inputs.truncate(here.inputs);
        self.world.inject(input);
        self.known = self.world.happenings();
        if let Some(injected) = self.world.recording().inputs.last() {
            self.recording.inputs.push(injected.clone());
        }
    }

    /// A keyframe.
    fn keep(&mut self, world: World) {
        let bytes = world.footprint();
        self.keyframes.push(Keyframe { world: Arc::new(world), bytes });
        while self.keyframes.len() > KEYFRAMES_MAX || (self.keyframes.len() > 1 && self.keyframe_bytes() > KEYFRAME_BYTES_MAX) {
            let mut index = 0;
            self.keyframes.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.spacing *= 2;
        }
    }

    fn is_due(&self, world: &World) -> bool {
        world.steps() >= self.keyframes.last().map_or(0, |keyframe| keyframe.world.steps()) + self.spacing
    }

    /// One thing happens, at or before this moment. False when there is nothing more by then.
    fn step_until(&mut self, until: SimTime) -> bool {
        let goes_on = self.world.step_along(&self.recording.inputs, until);
        self.furthest = self.furthest.max(self.world.now());
        self.known = self.known.max(self.world.happenings());
        if goes_on && self.is_due(&self.world) {
            self.keep(self.world.keyframe());
        }
        goes_on
    }

    /// One thing happens. False when nothing is left to do.
    pub fn step(&mut self) -> bool {
        self.cancel_seek();
        // The clock does not run ahead of the last thing that happens.
        let Some(next) = self.next_of(&self.world) else { return false };
        self.step_until(next);
        true
    }

    /// Plays on to this moment, but at most so many steps. Whether it got there.
    pub fn advance(&mut self, until: SimTime, steps_max: u64) -> bool {
        self.cancel_seek();
        let end = self.world.effort().saturating_add(steps_max);
        while self.world.effort() < end {
            if !self.step_until(until) {
                return true;
            }
        }
        false
    }

    /// Plays on until something like this has happened, but not beyond this moment.
    pub fn run_to(&mut self, until: SimTime, mut is_it: impl FnMut(&TimedEvent) -> bool) -> Option<TimedEvent> {
        self.begin_search(until);
        loop {
            match self.advance_search(u64::MAX, |_, occurrence| is_it(occurrence)) {
                Search::GoesOn => {}
                Search::Found(occurrence) => return Some(*occurrence),
                Search::Nothing => return None,
            }
        }
    }

    /// The same, but in pieces: see [`Self::advance_search`].
    pub fn begin_search(&mut self, until: SimTime) {
        let mut world = self.world.clone();
        world.set_watched(true);
        world.drain_occurrences();
        self.seek = Some(Seek { from: world.now(), world: Box::new(world), aim: Aim::Search(until), steps_max: u64::MAX });
    }

    /// Plays at most so many steps on from [`Self::begin_search`]. Every occurrence is shown once, until the end of the step of the
    /// one that was looked for.
    pub fn advance_search(&mut self, steps_max: u64, mut is_it: impl FnMut(&World, &TimedEvent) -> bool) -> Search {
        let Some(mut seek) = self.seek.take_if(|seek| matches!(seek.aim, Aim::Search(_))) else { return Search::Nothing };
        let end = seek.world.effort().saturating_add(steps_max);
        while seek.world.effort() < end {
            seek.world.drain_occurrences();
            let goes_on = seek.world.step_along(&self.recording.inputs, seek.aim.at());
            let mut found = None;
            for occurrence in seek.world.occurrences() {
                if is_it(&seek.world, occurrence) && found.is_none() {
                    found = Some(Box::new(occurrence.clone()));
                }
            }
            if let Some(found) = found {
                self.arrive(*seek.world);
                return Search::Found(found);
            }
            if !goes_on {
                self.arrive(*seek.world);
                return Search::Nothing;
            }
            if self.is_due(&seek.world) {
                self.keep(seek.world.keyframe());
            }
        }
        self.seek = Some(seek);
        Search::GoesOn
    }

    fn arrive(&mut self, world: World) {
        self.world = world;
        self.furthest = self.furthest.max(self.world.now());
        self.known = self.known.max(self.world.happenings());
    }

    /// Plays on until this is true, but not beyond this moment. Whether it became true.
    pub fn run_while(&mut self, until: SimTime, mut goes_on: impl FnMut(&World) -> bool) -> bool {
        self.cancel_seek();
        while goes_on(&self.world) {
            if !self.step_until(until) {
                return !goes_on(&self.world);
            }
            self.world.drain_occurrences();
        }
        true
    }

    /// To this moment: everything up to and including it has happened, and nothing after.
    pub fn seek(&mut self, until: impl Into<Until>) {
        self.begin_seek(until);
        while !self.advance_seek(u64::MAX) {}
    }

    /// The same, but in pieces: see [`Self::advance_seek`].
    pub fn begin_seek(&mut self, until: impl Into<Until>) {
        let Until { at, after_steps } = until.into();
        let steps_max = after_steps.unwrap_or(u64::MAX);
        // Keyframes hold no occurrences: what is to be handed out is played again.
        let is_before = |world: &World| world.now() <= at - self.lookback && world.steps() <= steps_max;
        let place = self.keyframes.partition_point(|keyframe| is_before(&keyframe.world));
        let keyframe = &self.keyframes[place.saturating_sub(1)];
        // The keyframe is nearer than the playhead if it lies between the playhead and the moment. A seek to the moment of the
        // playhead starts at the keyframe, too: the occurrences that led to this moment fill the log again.
        let begins = if self.world.now() >= at || Position::of(&self.world) < Position::of(&keyframe.world) {
            World::clone(&keyframe.world)
        } else {
            self.world.clone()
        };
        self.seek = Some(Seek { from: begins.now(), world: Box::new(begins), aim: Aim::To(at), steps_max });
    }

    /// To the moment before everything that happened last, in pieces as [`Self::begin_seek`] does.
    pub fn begin_seek_back(&mut self) {
        if self.world.steps() == 0 && self.world.recording().inputs.is_empty() {
            // Nothing has happened yet, so the playhead stays at the end of its moment.
            return self.begin_seek(self.world.now());
        }
        self.aim_before(Aim::Last(self.world.now()));
    }

    /// From the last keyframe before it.
    fn aim_before(&mut self, aim: Aim) {
        let place = self.keyframes.partition_point(|keyframe| keyframe.world.now() < aim.at());
        let begins = World::clone(&self.keyframes[place.saturating_sub(1)].world);
        self.seek = Some(Seek { from: begins.now(), world: Box::new(begins), aim, steps_max: u64::MAX });
    }

    /// Plays at most so many steps towards the moment that is sought. Whether the playhead has arrived; then the seek is over.
    pub fn advance_seek(&mut self, steps_max: u64) -> bool {
        self.advance_seek_reading(steps_max, |_, _| {})
    }

    /// The same. What it passes that was never handed out is shown, with its number: so all of the run becomes known. What happens within
    /// the lookback is handed out as usual.
    pub fn advance_seek_reading(&mut self, steps_max: u64, mut read: impl FnMut(u64, &TimedEvent)) -> bool {
        let Some(mut seek) = self.seek.take_if(|seek| !matches!(seek.aim, Aim::Search(_))) else { return true };
        let end = seek.world.effort().saturating_add(steps_max);
        while seek.world.effort() < end {
            let mut passes = false;
            let (until, is_last) = match seek.aim {
                Aim::Last(now) | Aim::Before(now) => {
                    let is_last = matches!(seek.aim, Aim::Last(_));
                    let next = self.next_of(&seek.world).filter(|next| *next < now || is_last && *next == now);
                    let Some(next) = next else {
                        // The clock of this world shows the moment of the last thing.
                        if is_last {
                            self.aim_before(Aim::Before(seek.world.now()));
                        } else {
                            self.begin_seek(seek.world.now());
                        }
                        return self.advance_seek_reading(steps_max, read);
                    };
                    seek.world.set_watched(false);
                    (next, false)
                }
                Aim::To(to) | Aim::Search(to) => {
                    let unwatched = to - self.lookback;
                    let is_unwatched = seek.world.now() < unwatched;
                    passes = is_unwatched && self.lookback > SimTime::ZERO && seek.world.happenings() >= self.known;
                    seek.world.set_watched(!is_unwatched || passes);
                    (if is_unwatched { unwatched } else { to }, !is_unwatched)
                }
            };
            let goes_on = seek.world.step_along_within(&self.recording.inputs, until, seek.steps_max);
            if passes {
                for (number, occurrence) in (self.known..).zip(seek.world.drain_occurrences()) {
                    read(number, &occurrence);
                }
                self.known = seek.world.happenings();
            }
            if goes_on && self.is_due(&seek.world) {
                self.keep(seek.world.keyframe());
            }
            if !goes_on && is_last {
                self.arrive(*seek.world);
                return true;
            }
        }
        self.seek = Some(seek);
        false
    }

    /// When the next thing happens in a world along this recording, by itself or from outside.
    fn next_of(&self, world: &World) -> Option<SimTime> {
        let next_input = self.recording.inputs.get(world.recording().inputs.len()).map(|input| input.at);
        world.next_at().into_iter().chain(next_input).min()
    }

    /// How much of a seek is done, in thousandths; none when nothing is sought.
    #[must_use]
    pub fn seek_progress(&self) -> Option<u32> {
        let seek = self.seek.as_ref()?;
        Some((seek.world.now() - seek.from).thousandths_of(seek.aim.at() - seek.from))
    }

    /// The playhead stays where it is.
    pub fn cancel_seek(&mut self) {
        self.seek = None;
    }

    /// Back before the last thing that happened; what led there is played again. False at the beginning.
    pub fn back(&mut self) -> bool {
        self.cancel_seek();
        let here = Position::of(&self.world);
        let last_input = self.world.recording().inputs.last();
        let target = match last_input {
            Some(input) if input.after_steps == here.steps => Position { inputs: here.inputs - 1, ..here },
            _ if here.steps == 0 => return false,
            _ => Position { steps: here.steps - 1, ..here },
        };
        let reader_from = self.world.now() - self.lookback;
        let place =
            self.keyframes.partition_point(|keyframe| Position::of(&keyframe.world) <= target && keyframe.world.now() <= reader_from);
        self.world = World::clone(&self.keyframes[place.saturating_sub(1)].world);
        self.world.set_watched(true);
        while Position::of(&self.world) < target {
            let place = self.world.recording().inputs.len();
            let next = self.recording.inputs.get(place).filter(|input| place < target.inputs && self.world.is_due(input));
            if let Some(input) = next {
                self.world.take_input(input);
            } else if !self.world.step() {
                break;
            }
        }
        true
    }

    /// Another future from here on. What was played so far is shared.
    #[must_use]
    pub fn fork(&self) -> Self {
        let mut fork = self.clone();
        fork.cancel_seek();
        let here = Position::of(&fork.world);
        fork.recording.inputs.clone_from(&fork.world.recording().inputs);
        fork.keyframes.retain(|keyframe| Position::of(&keyframe.world) <= here);
        fork.furthest = fork.world.now();
        fork
    }
}
