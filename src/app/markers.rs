//! What the scrubber shows: where something broke, and where messages died.

use super::lettering::{em, shortened};
use super::texts::markers as texts;
use super::words;
use crate::base::SimTime;
use crate::broker::{DropCause, Event, Message};
use crate::scenario::fault::Target;
use crate::scenario::{FaultKind, Scenario};
use crate::sim::{TimedEvent, WorldEvent};

/// What is shown begins this long before it happens: the eye needs a moment.
pub(super) const BEFORE: SimTime = SimTime::from_secs(1);

/// More could not be distinguished.
pub const MARKERS_MAX: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// A diamond.
    Dead,
    /// A message is gone for good.
    Lost,
    /// A fault began.
    Fault,
    Mended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineMarker {
    pub at: SimTime,
    pub kind: MarkerKind,
    pub words: String,
}

/// In order, each once however often it is played.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    markers: Vec<TimelineMarker>,
    seen_until: SimTime,
}

/// Marks of the time line that would lie upon one another. They are drawn as one, with their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster<'a> {
    pub marks: Vec<&'a TimelineMarker>,
}

/// So wide is a mark, and one with a number, in pixels.
const MARK: f64 = 16.0;
const MARK_WITH_NUMBER: f64 = 36.0;
/// So many of a cluster are named.
const NAMED_MAX: usize = 8;

/// Between two moments that are named there are so many pixels at least.
const TICK: f64 = 76.0;
/// In seconds.
const TICKS: [u64; 19] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800, 2_592_000];

/// The moments that a time line names, with their words: "0:30", "1:05:00".
#[must_use]
pub fn ticks(end: SimTime, width: f64) -> Vec<(SimTime, String)> {
    let end_secs = end.as_secs_f64().max(f64::MIN_POSITIVE);
    #[expect(clippy::cast_precision_loss, reason = "some seconds")]
    let has_room = |step: &u64| *step as f64 / end_secs * width >= TICK;
    let Some(step) = TICKS.into_iter().find(has_room) else { return vec![(SimTime::ZERO, in_short(0))] };
    (0..=end.as_secs() / step).map(|tick| (SimTime::from_secs(tick * step), in_short(tick * step))).collect()
}

fn in_short(seconds: u64) -> String {
    let (minutes, rest) = (seconds / 60, seconds % 60);
    if minutes < 60 { format!("{minutes}:{rest:02}") } else { format!("{}:{:02}:{rest:02}", minutes / 60, minutes % 60) }
}

/// What a flag and its name take, and the letters of the name.
const FLAG: f64 = 12.0;
const NAME_LETTERS: f64 = 11.0;
/// A name is shortened to so many pixels at least.
const NAME_LEAST: f64 = 72.0;

/// The names at the flags of these clusters, as far as they have room before what comes next.
#[must_use]
pub fn names(clusters: &[Cluster<'_>], planned: &[SimTime], end: SimTime, width: f64) -> Vec<Option<String>> {
    let place = |at: SimTime| at.as_secs_f64() / end.as_secs_f64().max(f64::MIN_POSITIVE) * width;
    let name = |(index, cluster): (usize, &Cluster<'_>)| {
        let first = cluster.marks[0];
        let name = match first.kind {
            MarkerKind::Fault => &*first.words,
            MarkerKind::Mended => texts::BACK,
            MarkerKind::Dead | MarkerKind::Lost => return None,
        };
        let next = clusters.get(index + 1).map(Cluster::at).into_iter().chain(planned.iter().copied().filter(|at| *at > cluster.at()));
        let next = next.map(place).fold(width, f64::min);
        let room = next - MARK / 2.0 - place(cluster.at()) - FLAG;
        let whole = em(name) * NAME_LETTERS <= room;
        (whole || room >= NAME_LEAST).then(|| if whole { name.to_owned() } else { shortened(name, room / NAME_LETTERS) })
    };
    clusters.iter().enumerate().map(name).collect()
}

/// Marks of a time line that is so many pixels wide and ends there. Those that would touch are one.
#[must_use]
pub fn clusters<'a>(marks: impl Iterator<Item = &'a TimelineMarker>, end: SimTime, width: f64) -> Vec<Cluster<'a>> {
    let place = |at: SimTime| at.as_secs_f64() / end.as_secs_f64().max(f64::MIN_POSITIVE) * width;
    let mut clusters: Vec<Cluster<'a>> = Vec::new();
    for mark in marks {
        match clusters.last_mut().filter(|last| place(mark.at) - place(last.at()) < last.width()) {
            Some(last) => last.marks.push(mark),
            None => clusters.push(Cluster { marks: vec![mark] }),
        }
    }
    clusters
}

impl Cluster<'_> {
    fn width(&self) -> f64 {
        if self.marks.len() > 1 { MARK_WITH_NUMBER } else { MARK }
    }

    /// Where it stands: at its first mark.
    #[must_use]
    pub fn at(&self) -> SimTime {
        self.marks[0].at
    }

    /// The weightiest of what it stands for.
    #[must_use]
    pub fn kind(&self) -> MarkerKind {
        let of = |kind| self.marks.iter().any(|mark| mark.kind == kind);
        let all = [MarkerKind::Fault, MarkerKind::Lost, MarkerKind::Dead];
        all.into_iter().find(|kind| of(*kind)).unwrap_or(MarkerKind::Mended)
    }

    /// A click on it leads a little before: what it stands for is seen to happen.
    #[must_use]
    pub fn leads_to(&self) -> SimTime {
        self.at().saturating_sub(BEFORE)
    }

    /// Each mark with its moment, a line each; of many, how many more there are.
    #[must_use]
    pub fn words(&self) -> String {
        let one = |mark: &&TimelineMarker| format!("{} {}", mark.at, mark.words);
        let mut lines: Vec<String> = self.marks.iter().take(NAMED_MAX).map(one).collect();
        lines.extend(self.marks.len().checked_sub(NAMED_MAX).filter(|more| *more > 0).map(texts::and_more));
        lines.join("\n")
    }
}

/// Whether a learner would want to stop there.
#[must_use]
pub fn is_of_interest(what: &WorldEvent) -> bool {
    kind_of(what).is_some()
        || matches!(what, WorldEvent::HandlerFailed { .. } | WorldEvent::ConnectionLost { .. } | WorldEvent::GaveUp { .. })
}

/// Its mark. Each occurrence after which the ledger counts more losses has one.
#[must_use]
pub fn kind_of(what: &WorldEvent) -> Option<(MarkerKind, String)> {
    Some(match what {
        WorldEvent::FaultBegan(fault) => (MarkerKind::Fault, texts::began(fault)),
        WorldEvent::FaultEnded(fault) => (MarkerKind::Mended, texts::mended(&texts::began(fault))),
        WorldEvent::Broker(Event::DeadLettered { queue, reason, .. }) => (MarkerKind::Dead, texts::dead_lettered_from(&queue, &reason)),
        WorldEvent::Broker(Event::Dropped { queue, cause, .. }) => (MarkerKind::Lost, texts::dropped_from(&queue, &cause.name())),
        WorldEvent::Broker(Event::KeptOut { queue, reason, .. }) => {
            (MarkerKind::Lost, texts::dropped_from(&queue, &DropCause::Cycle(*reason).name()))
        }
        WorldEvent::Broker(Event::Routed { message, queues }) if queues.is_empty() => (MarkerKind::Lost, unroutable(message)),
        WorldEvent::Broker(Event::Refused { queue, dead_lettered: false, .. }) => {
            (MarkerKind::Lost, texts::refused_by_which_was_full(&queue))
        }
        WorldEvent::PublishLost { event, reason } => (MarkerKind::Lost, texts::lost(&event, &reason)),
        WorldEvent::Lost { event, reason } => (MarkerKind::Lost, texts::lost(&event, &reason)),
        WorldEvent::Unsent { routing_key, .. } => (MarkerKind::Lost, texts::never_sent(&routing_key)),
        WorldEvent::Broker(Event::Discarded { message_ids }) => (MarkerKind::Lost, texts::never_read(message_ids.len())),
        WorldEvent::LostDelivery { event, no_ack: true, .. } => (MarkerKind::Lost, texts::lost_with_its_program(&event)),
        _ => return None,
    })
}

/// The fault of a program, by its service: an only instance has no number.
fn of_its_service(scenario: &Scenario, fault: &FaultKind) -> Option<FaultKind> {
    let named = |target: &Target| {
        let is_alone = scenario.services.iter().any(|service| service.name == target.service && service.instances == 1);
        Target { instance: target.instance.filter(|_| !is_alone), ..target.clone() }
    };
    Some(match fault {
        FaultKind::Kill(target) => FaultKind::Kill(named(target)),
        FaultKind::Stop(target) => FaultKind::Stop(named(target)),
        FaultKind::Hang(target) => FaultKind::Hang(named(target)),
        FaultKind::Slow(target, times) => FaultKind::Slow(named(target), *times),
        FaultKind::PowerOff(target) => FaultKind::PowerOff(named(target)),
        _ => return None,
    })
}

fn unroutable(message: &Message) -> String {
    let (id, exchange) = (words::id(message), &message.exchange);
    if message.deaths().is_empty() { texts::unroutable(&id, exchange) } else { texts::a_dead_letter_that_has(exchange) }
}

impl Markers {
    /// In a run of this system.
    pub(super) fn note(&mut self, scenario: &Scenario, occurrence: &TimedEvent) {
        if occurrence.at < self.seen_until {
            return;
        }
        self.seen_until = occurrence.at;
        // Its publisher has it again, or took it back: it is not lost.
        if let WorldEvent::Broker(Event::Returned { message, .. } | Event::RolledBack { message, .. }) = &occurrence.what {
            let words = unroutable(message);
            let known = self.markers.iter().rposition(|marker| marker.kind == MarkerKind::Lost && marker.words == words);
            known.map(|known| self.markers.remove(known));
        }
        let of_service = match &occurrence.what {
            WorldEvent::FaultBegan(fault) => of_its_service(scenario, fault).map(WorldEvent::FaultBegan),
            WorldEvent::FaultEnded(fault) => of_its_service(scenario, fault).map(WorldEvent::FaultEnded),
            _ => None,
        };
        let Some((kind, words)) = kind_of(of_service.as_ref().unwrap_or(&occurrence.what)) else { return };
        let marker = TimelineMarker { at: occurrence.at, kind, words };
        if self.markers.contains(&marker) {
            return;
        }
        self.markers.push(marker);
        if self.markers.len() > MARKERS_MAX {
            // Faults stay; of what they did every second goes.
            let mut index = 0;
            self.markers.retain(|marker| {
                index += 1;
                matches!(marker.kind, MarkerKind::Fault | MarkerKind::Mended) || index % 2 == 0
            });
        }
    }

    pub(super) fn forget_after(&mut self, at: SimTime) {
        self.markers.retain(|marker| marker.at <= at);
        self.seen_until = self.seen_until.min(at);
    }

    pub fn iter(&self) -> impl Iterator<Item = &TimelineMarker> {
        self.markers.iter()
    }
}
