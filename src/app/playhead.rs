//! Where the world stands in time: what was played, the branch that was left, and what the log, the markers and the story tell of it.

use super::log::Log;
use super::markers::{self, Markers};
use super::moves::{self, Moves};
use crate::base::SimTime;
use crate::base::ordered::in_order;
use crate::broker::Name;
use crate::sim::biography::{Biography, biography};
use crate::sim::judge::{self, Compared};
use crate::sim::metrics::Depth;
use crate::sim::{Input, Occurrence, Recording, Timeline, World};

/// How many steps of the world one frame may take: a hot loop must not freeze the page.
pub(super) const STEPS_A_FRAME_MAX: u64 = 20_000;

/// How far the search for something of interest looks.
const LOOK_AHEAD: SimTime = SimTime::from_secs(24 * 3_600);
/// And in how many steps: a day of a busy system has millions, and the page stands still meanwhile.
const LOOK_STEPS_MAX: u64 = 150_000;

/// So many things at most happen at one moment between two lines of the log.
const STEPS_BACK_MAX: u32 = 64;

/// A story that is open while time passes is told again this often at most: it is found by playing from the beginning.
const STORY_PERIOD: SimTime = SimTime::from_millis(500);

#[derive(Debug)]
pub struct Playhead {
    timeline: Timeline,
    /// What was played before the past was changed: still there to go back to.
    pub alternate_branch: Option<Box<Timeline>>,
    /// The two branches side by side, when and in what they differ.
    pub comparison: Option<Comparison>,
    pub log: Log,
    pub markers: Markers,
    /// What moves inside the broker, for the eye.
    pub(super) moves: Moves,
    /// The event whose story is told.
    pub story: Option<EventStory>,
}

/// Two branches at one moment: left the one that is shown.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub at: SimTime,
    pub rows: Vec<Compared>,
    /// How full the queues were over time, here and in the other branch: those that differ, by name.
    pub depths: Vec<(Name, [Vec<Depth>; 2])>,
}

/// The story of an event that was asked for.
#[derive(Clone, Debug)]
pub struct EventStory {
    pub event: Name,
    pub at: SimTime,
    /// None: there is no such event by then.
    pub life: Option<Biography>,
    /// Something happened to the event since.
    is_stale: bool,
    /// The least real time until it is told again while time passes.
    next_in: SimTime,
}

impl Playhead {
    pub(super) fn new(recording: Recording) -> Self {
        let mut playhead = Self {
            timeline: Timeline::open(recording).with_lookback(moves::SEEN_FOR),
            alternate_branch: None,
            comparison: None,
            log: Log::default(),
            markers: Markers::default(),
            moves: Moves::default(),
            story: None,
        };
        playhead.take_notes();
        playhead
    }

    #[must_use]
    pub const fn world(&self) -> &World {
        self.timeline.world()
    }

    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Notes what happened in the log and on the scrubber. Whether something of it is of interest: a crash, a dead letter, a failure.
    fn take_notes(&mut self) -> bool {
        let occurrences: Vec<Occurrence> = self.timeline.drain_occurrences().collect();
        for occurrence in &occurrences {
            self.markers.note(occurrence);
            self.moves.note(self.timeline.world(), occurrence);
        }
        if let Some(story) = &mut self.story {
            story.is_stale |= occurrences.iter().any(|occurrence| occurrence.is_of(&story.event));
        }
        let is_of_interest = occurrences.iter().any(|occurrence| markers::is_of_interest(&occurrence.what));
        self.log.extend(occurrences.into_iter());
        is_of_interest
    }

    /// Asks for the story of an event; none closes it.
    pub(super) fn ask_story(&mut self, event: Option<Name>) {
        self.story = event.map(|event| EventStory { event, at: SimTime::ZERO, life: None, is_stale: true, next_in: SimTime::ZERO });
    }

    /// Tells the open event's story up to the current time, if time or the event has changed.
    pub(super) fn refresh_story(&mut self) {
        let world = self.timeline.world();
        if let Some(story) = self.story.as_mut().filter(|story| story.is_stale || story.at != world.now()) {
            story.at = world.now();
            story.life = biography(world.recording(), &story.event, world.now());
            (story.is_stale, story.next_in) = (false, STORY_PERIOD);
        }
    }

    /// The same while time passes: only when something new happened to the event, and not in every frame.
    pub(super) fn retell_story(&mut self, elapsed: SimTime) {
        if let Some(story) = &mut self.story {
            story.next_in = story.next_in.saturating_sub(elapsed);
            if story.is_stale && story.next_in == SimTime::ZERO {
                self.refresh_story();
            }
        }
    }

    /// The playhead has jumped: the story is another, and is told as soon as possible.
    fn forget_story(&mut self) {
        if let Some(story) = &mut self.story {
            (story.is_stale, story.next_in) = (true, SimTime::ZERO);
        }
    }

    /// Something comes from outside. In the past it begins another branch, and the one that was there is kept.
    pub(super) fn inject(&mut self, input: Input) {
        if self.timeline.is_in_the_past() {
            self.alternate_branch = Some(Box::new(self.timeline.clone()));
            self.markers.forget_after(self.timeline.world().now());
        }
        self.timeline.inject(input);
        self.take_notes();
    }

    /// Plays until this moment, if that takes no more steps than a frame may. Whether it arrived.
    pub(super) fn advance(&mut self, target: SimTime) -> bool {
        let arrived = self.timeline.advance(target, STEPS_A_FRAME_MAX);
        self.take_notes();
        arrived
    }

    /// Plays what happens until this moment, as much as a frame may. Time alone does not pass. Whether it arrived.
    pub(super) fn hurry(&mut self, target: SimTime) -> bool {
        let arrived = (0..STEPS_A_FRAME_MAX).any(|_| {
            let next = self.timeline.world().next_at();
            next.is_none_or(|next| next > target) || !self.timeline.step()
        });
        self.take_notes();
        arrived
    }

    /// To the next thing worth a line in the log.
    pub(super) fn step(&mut self) {
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
    }

    /// To the next thing of interest, or as far as one search looks. Whether it found one.
    pub(super) fn find_next(&mut self) -> bool {
        let until = self.world().now() + LOOK_AHEAD;
        // What lies between goes into the log, as if it had been played.
        for _ in 0..LOOK_STEPS_MAX {
            let is_over = self.timeline.advance(until, 1);
            if self.take_notes() {
                return true;
            }
            if is_over {
                break;
            }
        }
        false
    }

    /// Back as the log counts: behind the last thing worth a line.
    pub(super) fn step_back(&mut self) {
        let now = self.world().now();
        for _ in 0..STEPS_BACK_MAX {
            self.timeline.drain_occurrences();
            if !self.timeline.back() || self.world().now() < now {
                break;
            }
        }
        self.seek(self.world().now());
    }

    pub(super) fn swap_branches(&mut self) {
        let Some(other) = &mut self.alternate_branch else { return };
        let now = self.timeline.world().now();
        std::mem::swap(&mut **other, &mut self.timeline);
        self.comparison = None;
        self.markers = Markers::default();
        self.seek(now.min(self.timeline.furthest()));
    }

    pub(super) fn seek(&mut self, at: SimTime) {
        self.timeline.seek(at);
        self.log = Log::default();
        self.moves = Moves::default();
        self.take_notes();
        self.forget_story();
    }

    pub(super) fn toggle_comparison(&mut self) {
        self.comparison = if self.comparison.is_some() { None } else { self.compare() };
    }

    /// Where the branches differ at this moment; further than it was played the other one is played on.
    fn compare(&mut self) -> Option<Comparison> {
        let other = self.alternate_branch.as_mut()?;
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
}
