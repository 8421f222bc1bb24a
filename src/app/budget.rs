//! How much work one frame may do, and what the page says of work that takes longer.

use crate::base::SimTime;

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
/// Some tens of milliseconds: a frame that others made long needs no smaller part, and what is judged has to come to its end.
const STEPS_MIN: u64 = 10_000;
/// What a slow machine does in a frame: the first frame knows nothing of the machine yet.
const STEPS_FIRST: u64 = STEPS_MIN;
/// A frame that took longer had too many steps, one that took less may have more.
const FRAME_LONG: SimTime = SimTime::from_millis(40);
const FRAME_SHORT: SimTime = SimTime::from_millis(25);

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
        assert_eq!(frame(&mut budget, 60), STEPS_MIN);
        assert_eq!(frame(&mut budget, 30), STEPS_MIN, "as it should be");
        assert_eq!(frame(&mut budget, 16), 12_500);
        assert_eq!((0..20).map(|_| frame(&mut budget, 16)).last(), Some(STEPS_MAX));
        assert_eq!((0..20).map(|_| frame(&mut budget, 500)).last(), Some(STEPS_MIN));
        budget.adapt(SimTime::from_millis(16));
        assert_eq!(budget.steps(), STEPS_MIN, "a frame with nothing to do says nothing");
    }
}
