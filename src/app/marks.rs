//! What the scrubber shows: where something broke, and where messages died.

use crate::base::SimTime;
use crate::broker::Event;
use crate::sim::{Happening, Occurrence};

/// More could not be told apart.
pub const MARKS_MAX: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A diamond.
    Dead,
    /// A message is gone for good.
    Lost,
    /// A fault began.
    Fault,
    Mended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeMark {
    pub at: SimTime,
    pub sign: Sign,
    pub words: String,
}

/// In order, each once however often it is played.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    marks: Vec<TimeMark>,
    seen_until: SimTime,
}

/// Whether somebody would want to stop there.
#[must_use]
pub fn is_of_interest(what: &Happening) -> bool {
    sign_of(what).is_some() || matches!(what, Happening::HandlerFailed { .. } | Happening::ConnectionLost { .. } | Happening::GaveUp { .. })
}

fn sign_of(what: &Happening) -> Option<(Sign, String)> {
    Some(match what {
        Happening::FaultBegan(fault) => (Sign::Fault, fault.clone()),
        Happening::FaultEnded(fault) => (Sign::Mended, format!("{fault}: mended")),
        Happening::Broker(Event::DeadLettered { queue, reason, .. }) => (Sign::Dead, format!("dead-lettered from {queue}: {reason}")),
        Happening::Broker(Event::Dropped { queue, cause, .. }) => (Sign::Lost, format!("dropped from {queue}: {}", cause.name())),
        Happening::PublishLost { event, reason } => (Sign::Lost, format!("{event} lost: {reason}")),
        Happening::LostDelivery { event, no_ack: true, .. } => (Sign::Lost, format!("{event} lost with its program")),
        _ => return None,
    })
}

impl Marks {
    pub(super) fn note(&mut self, occurrence: &Occurrence) {
        if occurrence.at < self.seen_until {
            return;
        }
        self.seen_until = occurrence.at;
        let Some((sign, words)) = sign_of(&occurrence.what) else { return };
        let mark = TimeMark { at: occurrence.at, sign, words };
        if self.marks.contains(&mark) {
            return;
        }
        self.marks.push(mark);
        if self.marks.len() > MARKS_MAX {
            // Faults stay; of what they did every second goes.
            let mut index = 0;
            self.marks.retain(|mark| {
                index += 1;
                matches!(mark.sign, Sign::Fault | Sign::Mended) || index % 2 == 0
            });
        }
    }

    pub(super) fn forget_after(&mut self, at: SimTime) {
        self.marks.retain(|mark| mark.at <= at);
        self.seen_until = self.seen_until.min(at);
    }

    pub fn iter(&self) -> impl Iterator<Item = &TimeMark> {
        self.marks.iter()
    }
}
