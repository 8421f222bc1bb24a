//! Where the world stands in time. What was played, the branch that was left, the log, the markers and the story.

use std::collections::VecDeque;

use super::budget::Working;
use super::log::Log;
use super::markers::{self, Markers};
use super::moves::{self, Moves};
use super::slowing::{Shown, Slowing};
use super::texts::session as texts;
use crate::base::SimTime;
use crate::base::ordered::in_order;
use crate::broker::{Event, Name};
use crate::formats::draft_file::{Other, Played};
use crate::scenario::Scenario;
use crate::sim::biography::{Biographer, Biography};
use crate::sim::judge::{self, Compared};
use crate::sim::metrics::Depth;
use crate::sim::timeline::Search;
use crate::sim::trace::event_name;
use crate::sim::{Input, Recording, TimedEvent, TimedInput, Timeline, Until, World, WorldEvent};

/// How far the search for something of interest looks. Time passes while it looks: farther than this it asks.
const LOOK_AHEAD: SimTime = SimTime::from_secs(60);
/// How far it looks when it is asked again where it found nothing.
const LOOK_FURTHER: SimTime = SimTime::from_secs(24 * 3_600);

/// So many steps at most are taken to the next line of the log.
const STEPS_TO_A_LINE_MAX: u64 = 10_000;

/// A story that is open while time passes is found again this often at most. It is found by playing from the beginning.
const STORY_PERIOD: SimTime = SimTime::from_millis(500);

/// While time passes, two runs are compared again this often.
const COMPARISON_PERIOD: SimTime = SimTime::from_secs(1);

#[derive(Debug)]
pub struct Playhead {
    timeline: Timeline,
    /// The runs of a system are counted: of two, the one with the higher number began later.
    number: u64,
    /// What was played before the past was changed: still there to go back to.
    alternate_branch: Option<Box<Branch>>,
    /// The two branches side by side, when and in what they differ.
    pub comparison: Option<Comparison>,
    pub log: Log,
    pub markers: Markers,
    /// Whether time slows by itself, and for what.
    pub slowing: Slowing,
    /// The moment that a lesson shows.
    pub shown: Option<Shown>,
    /// What moves inside the broker, for the eye.
    pub(super) moves: Moves,
    /// The event whose story is shown.
    pub story: Option<EventStory>,
    /// What takes longer than a frame; time stands still meanwhile.
    moving: Option<Moving>,
    /// The story that is being found.
    biographer: Option<Box<Biographer>>,
    /// Where a search ended that found nothing.
    searched: Option<SimTime>,
}

/// A run that is not shown, and what is known of it.
#[derive(Debug)]
struct Branch {
    timeline: Timeline,
    number: u64,
    log: Log,
    markers: Markers,
    left: Left,
    /// The notice of it was closed.
    is_closed: bool,
}

/// Why a run was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The past was changed.
    Changed,
    /// Time began again.
    Restarted,
}

#[derive(Debug)]
enum Moving {
    Seek,
    /// Looks for the next crash, dead letter, loss or failure, with log and markers as they will be there.
    Find(Box<Notes>),
    /// The other branch is played to the moment of this one.
    Compare(Compares),
    /// What was done to the other run is done to this one, in a copy of it.
    Repeat(Box<Repeat>, Repeats),
}

/// The first picture does not need these: they come with the second file, and what is under way names them.
type Compares = fn(&mut Playhead, u64) -> Moved;
type Repeats = fn(&mut Playhead, Box<Repeat>, u64) -> Moved;

#[derive(Debug)]
struct Repeat {
    timeline: Timeline,
    /// What is still to be done, by its time.
    inputs: VecDeque<TimedInput>,
    /// Where the run stands that is shown, and how far it was played.
    now: SimTime,
    furthest: SimTime,
    /// How many inputs there were.
    count: usize,
}

#[derive(Debug)]
struct Notes {
    log: Log,
    markers: Markers,
    moves: Moves,
    /// The number of the next occurrence.
    next: u64,
}

/// What became of one frame's part of something that takes longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    GoesOn,
    Arrived,
    /// The search came to its end.
    FoundNothing,
}

/// Two branches at one moment: left the one that is shown.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub at: SimTime,
    pub rows: Vec<Compared>,
    /// How full the queues were over time, here and in the other branch: those that differ, by name. The last of each is of now.
    pub depths: Vec<(Name, [Vec<Depth>; 2])>,
    /// The real time that passed since.
    age: SimTime,
    by: Compares,
}

/// The story of an event that was asked for.
#[derive(Clone, Debug)]
pub struct EventStory {
    pub event: Name,
    /// The queue of the copy that was asked for.
    pub copy: Option<Name>,
    pub at: SimTime,
    /// None: there is no such event by then.
    pub life: Option<Biography>,
    /// So many of its entries are listed, each of them; none: equal rounds are one row.
    pub whole: Option<usize>,
    /// Something happened to the event since.
    is_stale: bool,
    /// The least real time until it is found again while time passes.
    next_in: SimTime,
}

/// The samples, and what the queue holds now.
fn depths_until_now(world: &World, name: &Name) -> Vec<Depth> {
    let mut depths = world.metrics().depths(name);
    depths.extend(world.broker().queue(name).map(|queue| Depth { ready: queue.ready(), unacked: queue.unacked() }));
    depths
}

/// Something is known of a run, wherever its playhead stands.
fn read(log: &mut Log, markers: &mut Markers, scenario: &Scenario, number: u64, occurrence: &TimedEvent) {
    markers.note(scenario, occurrence);
    log.note(number, occurrence.clone());
}

impl Playhead {
    /// Whether there is a run that was left.
    #[must_use]
    pub const fn has_other_branch(&self) -> bool {
        self.alternate_branch.is_some()
    }

    /// Whether a notice still tells of it.
    #[must_use]
    pub fn tells_of_other_branch(&self) -> bool {
        self.alternate_branch.as_ref().is_some_and(|branch| !branch.is_closed)
    }

    pub(super) fn close_other_branch(&mut self) {
        if let Some(branch) = &mut self.alternate_branch {
            branch.is_closed = true;
        }
    }

    /// Why there is one.
    #[must_use]
    pub fn left(&self) -> Option<Left> {
        self.alternate_branch.as_ref().map(|branch| branch.left)
    }

    /// Captions on the canvas are about the message of the story that is open.
    pub(super) fn caption_what_is_told(&mut self) {
        self.moves.tell_of(self.story.as_ref().map(|story| &story.event));
    }

    /// The run that was left, to be kept.
    pub(super) fn other_run(&self) -> Option<Other> {
        let Branch { timeline, left, .. } = self.alternate_branch.as_deref()?;
        let run = Played { recording: timeline.recording().clone(), until: timeline.furthest() };
        Some(Other { run, restarted: *left == Left::Restarted, is_later: !self.is_the_later_run() })
    }

    /// The run that was left, as it was kept. What it tells is read when it is gone back to.
    pub(super) fn put_other_run(&mut self, kept: Option<Other>) {
        let (earlier, later) = (self.number, self.number + 1);
        self.number = if kept.as_ref().is_some_and(|other| other.is_later) { earlier } else { later };
        let number = if self.number == later { earlier } else { later };
        self.alternate_branch = kept.map(|Other { run, restarted, .. }| {
            let timeline = Timeline::open(run.recording).played_until(run.until).with_lookback(moves::SEEN_FOR);
            let left = if restarted { Left::Restarted } else { Left::Changed };
            Box::new(Branch { timeline, number, log: Log::default(), markers: Markers::default(), left, is_closed: false })
        });
    }

    /// Time begins again, with this. What a person did to the run that is left is not lost: it can be gone back to.
    pub(super) fn restart(&mut self, recording: Recording) {
        self.cancel();
        let before = std::mem::replace(self, Self::new(recording));
        self.number = before.next_number();
        let is_by_hand = |timed: &TimedInput| !matches!(timed.input, Input::Edit(_));
        self.alternate_branch = if before.timeline.recording().inputs.iter().any(is_by_hand) {
            let Self { timeline, number, log, markers, .. } = before;
            Some(Box::new(Branch { timeline, number, log, markers, left: Left::Restarted, is_closed: false }))
        } else {
            before.alternate_branch
        };
    }

    fn next_number(&self) -> u64 {
        self.number.max(self.alternate_branch.as_ref().map_or(0, |branch| branch.number)) + 1
    }

    /// Whether the run that is shown began after the other one.
    #[must_use]
    pub fn is_the_later_run(&self) -> bool {
        self.alternate_branch.as_ref().is_none_or(|branch| branch.number < self.number)
    }

    /// The number of the run that is shown.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The number of the run that was left.
    pub(super) fn number_of_other(&self) -> Option<u64> {
        self.alternate_branch.as_ref().map(|branch| branch.number)
    }

    /// Another playhead, on the run that was left.
    pub(super) fn of_other_run(&self) -> Option<Self> {
        let branch = self.alternate_branch.as_deref()?;
        Some(Self { number: branch.number, ..Self::on(branch.timeline.clone()) })
    }

    pub(super) fn new(recording: Recording) -> Self {
        Self::played_until(recording, SimTime::ZERO)
    }

    /// At the beginning of a recording that was played to this moment.
    pub(super) fn played_until(recording: Recording, until: SimTime) -> Self {
        let mut playhead = Self::on(Timeline::open(recording).played_until(until).with_lookback(moves::SEEN_FOR));
        playhead.take_notes();
        playhead
    }

    fn on(timeline: Timeline) -> Self {
        Self {
            timeline,
            number: 0,
            alternate_branch: None,
            comparison: None,
            log: Log::default(),
            markers: Markers::default(),
            slowing: Slowing::default(),
            shown: None,
            moves: Moves::default(),
            story: None,
            moving: None,
            biographer: None,
            searched: None,
        }
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
        let occurrences: Vec<TimedEvent> = self.timeline.drain_occurrences().collect();
        let first = self.world().happenings() - occurrences.len() as u64;
        for (number, occurrence) in (first..).zip(&occurrences) {
            self.markers.note(self.timeline.world().scenario(), occurrence);
            self.slowing.note(self.timeline.world(), number, occurrence);
            self.moves.note(self.timeline.world(), occurrence);
        }
        if let Some(story) = &mut self.story {
            story.is_stale |= occurrences.iter().any(|occurrence| occurrence.is_of(&story.event));
        }
        let is_of_interest = occurrences.iter().any(|occurrence| markers::is_of_interest(&occurrence.what));
        self.log.extend(first, occurrences.into_iter());
        is_of_interest
    }

    /// Asks for the story of an event, or of its copy in a queue; none closes it.
    pub(super) fn ask_story(&mut self, event: Option<Name>, copy: Option<Name>) {
        self.story = event.map(|event| EventStory {
            event,
            copy,
            at: SimTime::ZERO,
            life: None,
            whole: None,
            is_stale: true,
            next_in: SimTime::ZERO,
        });
    }

    /// The event that a person published at the moment that a run was shown for.
    pub(super) fn published_when_shown(&self) -> Option<Name> {
        let shown = self.shown.as_ref().filter(|shown| shown.run.is_some())?;
        let world = self.timeline.world();
        self.log.newest().find_map(|entry| match &entry.occurrence.what {
            WorldEvent::Broker(Event::Published { channel, message })
                if entry.occurrence.at == shown.at && world.instance_of_channel(*channel).is_none() =>
            {
                Some(event_name(message))
            }
            _ => None,
        })
    }

    /// The copy in this queue is the one that was asked for. What is known of its event stays.
    pub(super) fn tell_of(&mut self, event: Name, queue: Name) {
        match &mut self.story {
            Some(story) if story.event == event => story.copy = Some(queue),
            _ => self.ask_story(Some(event), Some(queue)),
        }
    }

    /// Tells the open event's story up to the current time, if time or the event has changed. It is found by playing from the beginning, at
    /// most this many steps at once. A search for a story ends before the next begins.
    pub(super) fn refresh_story(&mut self, steps: u64) {
        let Some(story) = &mut self.story else {
            self.biographer = None;
            return;
        };
        let world = self.timeline.world();
        self.biographer.take_if(|search| *search.event() != story.event);
        if self.biographer.is_none() && (story.is_stale || story.at != world.now()) {
            self.biographer = Some(Box::new(Biographer::new(world.recording().clone(), story.event.clone(), world.now())));
            (story.is_stale, story.next_in) = (false, STORY_PERIOD);
        }
        if let Some(mut search) = self.biographer.take() {
            if search.advance(steps) {
                story.at = search.until();
                story.life = search.biography();
            } else {
                self.biographer = Some(search);
            }
        }
    }

    /// The same while time passes: only when something new happened to the event, and not in every frame. Where nothing happened to it, the
    /// story holds until now.
    pub(super) fn retell_story(&mut self, elapsed: SimTime, steps: u64) {
        let Some(story) = &mut self.story else { return };
        story.next_in = story.next_in.saturating_sub(elapsed);
        if self.biographer.is_none() && !story.is_stale && story.life.is_some() && story.next_in == SimTime::ZERO {
            (story.at, story.next_in) = (self.timeline.world().now(), STORY_PERIOD);
        }
        if self.biographer.is_some() || story.is_stale && story.next_in == SimTime::ZERO {
            self.refresh_story(steps);
        }
    }

    /// The playhead has jumped: the story is another, and is shown as soon as possible.
    fn forget_story(&mut self) {
        if let Some(story) = &mut self.story {
            (story.is_stale, story.next_in) = (true, SimTime::ZERO);
        }
    }

    /// Something comes from outside. In the past it begins another branch, and the one that was there is kept.
    pub(super) fn inject(&mut self, input: Input) {
        self.cancel();
        if self.timeline.is_in_the_past() {
            let (timeline, log, markers) = (self.timeline.clone(), self.log.clone(), self.markers.clone());
            let branch = Branch { timeline, number: self.number, log, markers, left: Left::Changed, is_closed: false };
            self.number = self.next_number();
            self.alternate_branch = Some(Box::new(branch));
            self.markers.forget_after(self.timeline.world().now());
            self.log.forget_what_is_to_come();
            self.slowing.count_from(self.timeline.world().happenings(), self.timeline.world().now());
            self.shown = None;
        }
        self.timeline.inject(input);
        self.take_notes();
    }

    /// Plays until this moment, in at most so many steps. Whether it arrived.
    pub(super) fn advance(&mut self, target: SimTime, steps: u64) -> bool {
        let arrived = self.timeline.advance(target, steps);
        self.take_notes();
        arrived
    }

    /// Plays what happens until this moment, in at most so many steps. Time alone does not pass. Whether it arrived.
    pub(super) fn hurry(&mut self, target: SimTime, steps: u64) -> bool {
        let end = self.timeline.world().effort() + steps;
        let mut arrived = false;
        while !arrived && self.timeline.world().effort() < end {
            let next = self.timeline.world().next_at();
            arrived = next.is_none_or(|next| next > target) || !self.timeline.step();
        }
        self.take_notes();
        arrived
    }

    /// To the next thing worth a line in the log.
    pub(super) fn step(&mut self) {
        self.cancel();
        let before = self.log.last_number();
        for _ in 0..STEPS_TO_A_LINE_MAX {
            if !self.timeline.step() {
                break;
            }
            self.take_notes();
            if self.log.last_number() > before {
                break;
            }
        }
    }

    /// Whether the playhead is on its way to another moment.
    #[must_use]
    pub const fn is_moving(&self) -> bool {
        self.moving.is_some()
    }

    /// Whether frames have to come although time stands still.
    pub(super) const fn is_busy(&self) -> bool {
        self.moving.is_some() || self.biographer.is_some()
    }

    pub(super) fn working(&self) -> Option<Working> {
        let (what, thousandths) = match &self.moving {
            Some(Moving::Seek) => (texts::MOVING_THROUGH_TIME, self.timeline.seek_progress()),
            Some(Moving::Find(_)) => (texts::LOOKING_FOR_THE_NEXT_FAILURE, self.timeline.seek_progress()),
            Some(Moving::Compare(_)) => {
                (texts::PLAYING_THE_OTHER_BRANCH, self.alternate_branch.as_ref().and_then(|branch| branch.timeline.seek_progress()))
            }
            Some(Moving::Repeat(repeat, _)) => {
                let done = repeat.count - repeat.inputs.len();
                (texts::REPEATING_WHAT_WAS_DONE, Some(u32::try_from(done * 1_000 / repeat.count.max(1)).unwrap_or(0)))
            }
            None => (texts::READING_THE_STORY, Some(self.biographer.as_ref()?.progress())),
        };
        Some(Working { what, thousandths: thousandths.unwrap_or(0) })
    }

    /// The playhead stays where it is.
    pub(super) fn cancel(&mut self) {
        match self.moving.take() {
            Some(Moving::Seek | Moving::Find(_)) => self.timeline.cancel_seek(),
            Some(Moving::Compare(_)) => self.alternate_branch.iter_mut().for_each(|branch| branch.timeline.cancel_seek()),
            Some(Moving::Repeat(..)) | None => {}
        }
    }

    /// The story stays as it was told last.
    pub(super) fn cancel_story(&mut self) {
        if self.biographer.take().is_some()
            && let Some(story) = &mut self.story
        {
            story.at = self.timeline.world().now();
        }
    }

    /// Goes on with what takes longer than a frame, by so many steps.
    pub(super) fn go_on(&mut self, steps: u64) -> Moved {
        match self.moving.take() {
            None => Moved::Arrived,
            Some(Moving::Seek) => {
                let (log, markers, scenario) = (&mut self.log, &mut self.markers, self.timeline.world().scenario().clone());
                if self.timeline.advance_seek_reading(steps, |number, occurrence| read(log, markers, &scenario, number, occurrence)) {
                    let ready = self.timeline.world().happenings();
                    self.log.stand_at(ready);
                    self.moves = self.moves.emptied();
                    self.take_notes();
                    self.forget_story();
                    Moved::Arrived
                } else {
                    self.moving = Some(Moving::Seek);
                    Moved::GoesOn
                }
            }
            Some(Moving::Find(mut notes)) => {
                // What lies between goes into the log, as if it had been played.
                let Notes { log, markers, moves, next } = &mut *notes;
                let found = self.timeline.advance_search(steps, |world, occurrence| {
                    markers.note(world.scenario(), occurrence);
                    moves.note(world, occurrence);
                    log.extend(*next, std::iter::once(occurrence.clone()));
                    *next += 1;
                    markers::is_of_interest(&occurrence.what)
                });
                if found == Search::GoesOn {
                    self.moving = Some(Moving::Find(notes));
                    return Moved::GoesOn;
                }
                (self.log, self.markers, self.moves) = (notes.log, notes.markers, notes.moves);
                self.timeline.drain_occurrences();
                self.forget_story();
                let is_nothing = found == Search::Nothing;
                self.searched = is_nothing.then(|| self.world().now());
                if is_nothing { Moved::FoundNothing } else { Moved::Arrived }
            }
            Some(Moving::Compare(by)) => by(self, steps),
            Some(Moving::Repeat(repeat, by)) => by(self, repeat, steps),
        }
    }

    /// What a person did to the other run after the two parted, and did not do to this one. An edit is what they differ in.
    #[must_use]
    pub fn done_there_alone(&self) -> Vec<&TimedInput> {
        let (Some(parted), Some(there)) = (self.parted(), self.alternate_branch.as_ref()) else { return Vec::new() };
        let here = self.timeline.recording();
        let is_new = |timed: &&TimedInput| {
            timed.at >= parted && !matches!(timed.input, Input::Edit(_)) && !here.inputs.iter().any(|known| known.is_like(timed))
        };
        there.timeline.recording().inputs.iter().filter(is_new).collect()
    }

    /// When the two runs parted: at the first input that one of them has and the other has not.
    #[must_use]
    pub fn parted(&self) -> Option<SimTime> {
        let there = self.alternate_branch.as_ref()?.timeline.recording();
        let here = self.timeline.recording();
        if here.scenario != there.scenario || here.seed != there.seed {
            return Some(SimTime::ZERO);
        }
        let (mut here, mut there) = (here.inputs.iter(), there.inputs.iter());
        loop {
            match (here.next(), there.next()) {
                (Some(one), Some(other)) if one == other => {}
                (one, other) => return one.into_iter().chain(other).map(|timed| timed.at).min(),
            }
        }
    }

    /// Does to this run what was done to the other one alone, each at its time. It stands at the same moment afterwards.
    pub(super) fn repeat_what_was_done(&mut self, steps: u64) {
        self.cancel();
        let missing: Vec<TimedInput> = self.done_there_alone().into_iter().cloned().collect();
        let Some(first) = missing.first().map(|timed| timed.at) else { return };
        let own = self.timeline.recording().inputs.iter().filter(|timed| timed.at > first).cloned();
        let mut inputs: Vec<TimedInput> = own.chain(missing).collect();
        inputs.sort_by_key(|timed| timed.at);
        let mut timeline = self.timeline.clone();
        timeline.begin_seek(first);
        let (now, furthest) = (self.world().now(), self.timeline.furthest());
        let repeat = Repeat { timeline, count: inputs.len(), inputs: inputs.into(), now, furthest };
        self.begin(Moving::Repeat(Box::new(repeat), Self::advance_repeat), steps);
    }

    fn advance_repeat(&mut self, mut repeat: Box<Repeat>, steps: u64) -> Moved {
        let end = repeat.timeline.world().effort() + steps;
        let mut has_arrived = repeat.timeline.advance_seek(steps);
        while has_arrived && repeat.timeline.world().effort() < end {
            let Some(TimedInput { at, input, .. }) = repeat.inputs.front().cloned() else {
                // The log begins again: what happens in this run is not what happened before.
                let recording = repeat.timeline.recording().clone();
                self.timeline = Timeline::open(recording).played_until(repeat.furthest).with_lookback(moves::SEEN_FOR);
                (self.log, self.markers, self.moves) = (Log::default(), Markers::default(), self.moves.emptied());
                if let Some(comparison) = &mut self.comparison {
                    comparison.at = SimTime::MAX;
                }
                self.seek(repeat.now, steps);
                return Moved::GoesOn;
            };
            has_arrived = repeat.timeline.advance(at, steps);
            if has_arrived {
                repeat.timeline.inject(input);
                repeat.timeline.drain_occurrences();
                repeat.inputs.pop_front();
            }
        }
        self.moving = Some(Moving::Repeat(repeat, Self::advance_repeat));
        Moved::GoesOn
    }

    fn begin(&mut self, moving: Moving, steps: u64) -> Moved {
        self.moving = Some(moving);
        self.go_on(steps)
    }

    /// To the next thing of interest, or as far as one search looks.
    pub(super) fn find_next(&mut self, steps: u64) -> Moved {
        self.cancel();
        let now = self.world().now();
        self.timeline.begin_search(now + if self.searched == Some(now) { LOOK_FURTHER } else { LOOK_AHEAD });
        let next = self.world().happenings();
        let notes = Notes { log: self.log.clone(), markers: self.markers.clone(), moves: self.moves.clone(), next };
        self.begin(Moving::Find(Box::new(notes)), steps)
    }

    /// Back as the log counts: behind the last thing worth a line.
    pub(super) fn step_back(&mut self, steps: u64) {
        self.cancel();
        self.timeline.begin_seek_back();
        self.begin(Moving::Seek, steps);
    }

    pub(super) fn swap_branches(&mut self, steps: u64) {
        self.cancel();
        let Some(other) = &mut self.alternate_branch else { return };
        let now = self.timeline.world().now();
        std::mem::swap(&mut other.timeline, &mut self.timeline);
        std::mem::swap(&mut other.number, &mut self.number);
        std::mem::swap(&mut other.log, &mut self.log);
        std::mem::swap(&mut other.markers, &mut self.markers);
        // What is compared stays open: the same two runs, the other way round. It is counted again when the run has come to its moment.
        if let Some(Comparison { at, rows, depths, .. }) = &mut self.comparison {
            *at = SimTime::MAX;
            for row in rows {
                std::mem::swap(&mut row.left, &mut row.right);
            }
            for (_, both) in depths {
                both.reverse();
            }
        }
        self.seek(now.min(self.timeline.furthest()), steps);
    }

    pub(super) fn seek(&mut self, until: impl Into<Until>, steps: u64) {
        self.cancel();
        self.timeline.begin_seek(until);
        self.begin(Moving::Seek, steps);
    }

    pub(super) fn toggle_comparison(&mut self, steps: u64) {
        let was_shown = self.comparison.take().is_some() || matches!(self.moving, Some(Moving::Compare(_)));
        self.cancel();
        if let Some(branch) = self.alternate_branch.as_mut().filter(|_| !was_shown) {
            branch.timeline.begin_seek(self.timeline.world().now());
            self.begin(Moving::Compare(Self::advance_comparison), steps);
        }
    }

    /// The run that is shown is the only one from now on.
    pub(super) fn give_up_other_run(&mut self) {
        self.cancel();
        (self.comparison, self.alternate_branch) = (None, None);
    }

    /// Whether the comparison tells of another moment.
    #[must_use]
    pub fn is_comparison_stale(&self) -> bool {
        self.moving.is_none() && self.comparison.as_ref().is_some_and(|comparison| comparison.at != self.timeline.world().now())
    }

    /// The comparison follows the time: at a calm rate while time passes, and at once where it stands.
    pub(super) fn follow_comparison(&mut self, elapsed: SimTime, passes: bool, steps: u64) {
        if let Some(comparison) = &mut self.comparison {
            comparison.age = comparison.age + elapsed;
            let is_due = !passes || comparison.age >= COMPARISON_PERIOD;
            if let Some(branch) = self.alternate_branch.as_mut().filter(|_| is_due)
                && self.moving.is_none()
                && comparison.at != self.timeline.world().now()
            {
                branch.timeline.begin_seek(self.timeline.world().now());
                let by = comparison.by;
                self.begin(Moving::Compare(by), steps);
            }
        }
    }

    /// The world of the run that is not shown, as it was last compared.
    #[must_use]
    pub fn other_world(&self) -> Option<&World> {
        self.alternate_branch.as_ref().map(|branch| branch.timeline.world())
    }

    /// Where the branches differ at this moment; further than it was played the other one is played on.
    fn advance_comparison(&mut self, steps: u64) -> Moved {
        let Some(Branch { timeline: other, log, markers, .. }) = self.alternate_branch.as_deref_mut() else { return Moved::Arrived };
        let scenario = other.world().scenario().clone();
        if !other.advance_seek_reading(steps, |number, occurrence| read(log, markers, &scenario, number, occurrence)) {
            self.moving = Some(Moving::Compare(Self::advance_comparison));
            return Moved::GoesOn;
        }
        let occurrences: Vec<TimedEvent> = other.drain_occurrences().collect();
        let first = other.world().happenings() - occurrences.len() as u64;
        for (number, occurrence) in (first..).zip(&occurrences) {
            read(log, markers, &scenario, number, occurrence);
        }
        let at = self.timeline.world().now();
        let rows = judge::compare(self.timeline.world(), other.world());
        let differ = |row: &Compared| (row.left - row.right).abs() > 1e-9;
        let worlds = [self.timeline.world(), other.world()];
        let queues = in_order(worlds.iter().flat_map(|world| world.broker().queues().map(|queue| queue.name().clone())));
        let depths = queues.into_iter().map(|name| (name.clone(), worlds.map(|world| depths_until_now(world, &name))));
        let depths = depths.filter(|(_, [here, there])| here != there).collect();
        self.comparison = Some(Comparison {
            at,
            rows: rows.into_iter().filter(differ).collect(),
            depths,
            age: SimTime::ZERO,
            by: Self::advance_comparison,
        });
        Moved::Arrived
    }
}
