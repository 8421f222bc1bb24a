//! What takes longer than a frame. It is a state that each frame advances by a budget of steps; it tells how far it is, and it can be
//! cancelled: then everything is as it was before.

use std::sync::Arc;

use super::playhead::Moved;
use super::{App, Classroom, Session};
use crate::base::SimTime;
use crate::sim::{HandPublish, Input};

/// How many messages one frame publishes by hand: each is some dozen things that happen.
const PUBLISHES_A_FRAME: u32 = 500;

/// How many steps of the world one frame may take.
///
/// Machines differ by a factor of ten. A frame that used up its budget and took long makes the budget smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    steps: u64,
    /// The last frame had no step left.
    was_spent: bool,
}

const STEPS_MAX: u64 = 20_000;
const STEPS_MIN: u64 = 1_000;
/// A frame that took longer had too many steps, one that took less may have more.
const FRAME_LONG: SimTime = SimTime::from_millis(40);
const FRAME_SHORT: SimTime = SimTime::from_millis(25);

impl Default for Budget {
    fn default() -> Self {
        Self { steps: STEPS_MAX, was_spent: false }
    }
}

impl Budget {
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.steps
    }

    /// The last frame took so long.
    pub(super) fn adapt(&mut self, elapsed: SimTime) {
        if std::mem::take(&mut self.was_spent) {
            if elapsed > FRAME_LONG {
                self.steps = (self.steps / 2).max(STEPS_MIN);
            } else if elapsed < FRAME_SHORT {
                self.steps = (self.steps * 5 / 4).min(STEPS_MAX);
            }
        }
    }

    pub(super) const fn spend_all(&mut self) {
        self.was_spent = true;
    }
}

/// Messages that are being published by hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sending {
    message: Arc<HandPublish>,
    left: u32,
    times: u32,
    /// The last line of the log before the first of them.
    before: u64,
}

/// What the page says of work that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    pub what: &'static str,
    pub thousandths: u32,
}

impl App {
    /// What takes longer than a frame, if anything does.
    #[must_use]
    pub fn working(&self) -> Option<Working> {
        let of_session = self.session.as_ref().and_then(Session::working);
        of_session.or_else(|| self.classroom.as_ref().and_then(Classroom::working))
    }

    pub(super) fn cancel_work(&mut self) {
        if let Some(session) = &mut self.session {
            session.cancel_work();
        }
        if let Some(room) = &mut self.classroom {
            room.cancel_work();
        }
    }
}

impl Session {
    fn working(&self) -> Option<Working> {
        let part = |sending: &Sending| Working { what: "Publishing", thousandths: (sending.times - sending.left) * 1_000 / sending.times };
        self.composer.sending.as_ref().map(part).or_else(|| self.playhead.working())
    }

    /// Whether frames have to come although time stands still.
    pub(super) const fn is_busy(&self) -> bool {
        self.composer.sending.is_some() || self.playhead.is_busy()
    }

    /// Whether time stands still until something is done.
    pub(super) const fn is_working(&self) -> bool {
        self.composer.sending.is_some() || self.playhead.is_moving()
    }

    fn cancel_work(&mut self) {
        self.playhead.cancel();
        self.playhead.cancel_story();
        // What was sent was sent.
        if let Some(sending) = self.composer.sending.take() {
            self.published(sending.before, sending.times - sending.left);
        }
    }

    /// Goes on with what is under way.
    pub(super) fn advance_work(&mut self, steps: u64) {
        if self.composer.sending.is_some() {
            self.send_more();
        } else if self.playhead.go_on(steps) == Moved::FoundNothing {
            self.nothing_found();
        }
    }

    pub(super) fn nothing_found(&mut self) {
        self.objection = Some(format!("No failure or dead letter before {}. Press again to search further.", self.world().now()));
    }

    pub(super) fn send(&mut self, message: HandPublish, times: u32) {
        let before = self.playhead.log.last_number();
        self.composer.sending = Some(Sending { message: Arc::new(message), left: times, times, before });
        self.send_more();
    }

    fn send_more(&mut self) {
        let Some(mut sending) = self.composer.sending.take() else { return };
        for _ in 0..sending.left.min(PUBLISHES_A_FRAME) {
            self.inject(Input::Publish(sending.message.clone()));
        }
        sending.left = sending.left.saturating_sub(PUBLISHES_A_FRAME);
        if sending.left == 0 {
            self.published(sending.before, sending.times);
        } else {
            self.composer.sending = Some(sending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_follows_the_machine() {
        let mut budget = Budget::default();
        let frame = |budget: &mut Budget, millis| {
            budget.spend_all();
            budget.adapt(SimTime::from_millis(millis));
            budget.steps()
        };
        assert_eq!(frame(&mut budget, 60), 10_000);
        assert_eq!(frame(&mut budget, 30), 10_000, "as it should be");
        assert_eq!(frame(&mut budget, 16), 12_500);
        assert_eq!((0..20).map(|_| frame(&mut budget, 16)).last(), Some(STEPS_MAX));
        assert_eq!((0..20).map(|_| frame(&mut budget, 500)).last(), Some(STEPS_MIN));
        budget.adapt(SimTime::from_millis(16));
        assert_eq!(budget.steps(), STEPS_MIN, "a frame with nothing to do says nothing");
    }
}
