//! How much work one frame may do, and what the page says of work that takes longer.

use crate::base::SimTime;

/// How many steps of the world one frame may take.
///
/// Machines differ by a factor of ten, and steps differ, too. What a frame that used up its budget took is measured, and the next budget
/// follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    steps: u64,
    /// The last frame had no step left.
    was_spent: bool,
}

const STEPS_MAX: u64 = 20_000;
/// A frame always gets on: what is judged has to come to its end.
const STEPS_MIN: u64 = 1_000;
/// What a slow machine does in a frame. The first frame knows nothing of the machine yet, and has the page to draw as well.
const STEPS_FIRST: u64 = 2_500;
/// Work that took longer had too many steps, work that took less may have more. Drawing needs its part of a frame, too.
const WORK_LONG: SimTime = SimTime::from_millis(25);
const WORK_SHORT: SimTime = SimTime::from_millis(12);

impl Default for Budget {
    fn default() -> Self {
        Self { steps: STEPS_FIRST, was_spent: false }
    }
}

impl Budget {
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.steps
    }

    /// The work of the last frame took this long. What the machine did between two frames does not count.
    pub(super) fn adapt(&mut self, worked: SimTime) {
        if std::mem::take(&mut self.was_spent) {
            if worked > WORK_LONG {
                self.steps = (self.steps / 2).max(STEPS_MIN);
            } else if worked < WORK_SHORT {
                self.steps = (self.steps * 2).min(STEPS_MAX);
            }
        }
    }

    pub(super) const fn spend_all(&mut self) {
        self.was_spent = true;
    }
}

/// What the page says of work that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    pub what: &'static str,
    pub thousandths: u32,
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
        assert_eq!(frame(&mut budget, 60), STEPS_FIRST / 2);
        assert_eq!(frame(&mut budget, 20), STEPS_FIRST / 2, "as it should be");
        assert_eq!(frame(&mut budget, 10), STEPS_FIRST);
        assert_eq!((0..20).map(|_| frame(&mut budget, 8)).last(), Some(STEPS_MAX));
        assert_eq!((0..20).map(|_| frame(&mut budget, 500)).last(), Some(STEPS_MIN));
        budget.adapt(SimTime::from_millis(8));
        assert_eq!(budget.steps(), STEPS_MIN, "a frame with nothing to do says nothing");
    }
}
