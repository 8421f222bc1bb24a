//! How fast time passes while the world plays.
//!
//! A flight lasts some simulated milliseconds, and the eye wants most of a second. So three speeds slow time down by themselves. While
//! something flies, time passes so slowly that each hop takes its time. Between flights it passes as usual. Only the clock is slowed. The
//! picture stays a function of the world and its time, and pausing or seeking shows the same.

use std::fmt::{self, Display, Formatter};

use super::texts::session as texts;
use crate::base::SimTime;
use crate::base::number::Shortest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// Each hop takes at least this long, in real milliseconds.
    Hop(u32),
    /// Thousandths of real time.
    Factor(u32),
    /// As fast as the machine can.
    Max,
}

/// "Normal", "5×".
impl Display for Speed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SLOW => f.write_str(texts::SLOW),
            Self::TEACHING => f.write_str(texts::FOLLOW),
            Self::Hop(_) => f.write_str(texts::BRISK),
            Self::Factor(thousandths) => write!(f, "{}×", Shortest(f64::from(thousandths) / 1_000.0)),
            Self::Max => f.write_str(texts::AS_FAST_AS_POSSIBLE),
        }
    }
}

impl Speed {
    /// For showing what happens: each hop can be followed and named.
    pub const SLOW: Self = Self::Hop(1_800);
    pub const TEACHING: Self = Self::Hop(900);
    pub const BRISK: Self = Self::Hop(400);
    pub const NORMAL: Self = Self::Factor(1_000);
    /// From here on the eye does not follow, and playing stops where the scenario's story ends.
    pub const HURRY: Self = Self::Factor(100_000);
    pub const ALL: [Self; 13] = [
        Self::SLOW,
        Self::TEACHING,
        Self::BRISK,
        Self::Factor(100),
        Self::Factor(250),
        Self::Factor(500),
        Self::NORMAL,
        Self::Factor(2_000),
        Self::Factor(5_000),
        Self::Factor(20_000),
        Self::Factor(100_000),
        Self::Factor(1_000_000),
        Self::Max,
    ];

    /// As links and the page's fields name it.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Hop(millis) => format!("hop{millis}"),
            Self::Factor(thousandths) => thousandths.to_string(),
            Self::Max => "max".to_owned(),
        }
    }

    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|speed| speed.code() == code);
        known.or_else(|| code.parse().ok().filter(|thousandths| (1..u32::MAX).contains(thousandths)).map(Self::Factor))
    }

    /// Thousandths of real time where nothing flies.
    #[must_use]
    pub const fn factor(self) -> u32 {
        match self {
            Self::Hop(_) => 1_000,
            Self::Factor(thousandths) => thousandths,
            Self::Max => u32::MAX,
        }
    }

    /// How much simulated time passes while something stands to be read. A leg of the network lasts this long.
    #[must_use]
    pub fn stands(self, leg: SimTime) -> SimTime {
        match self {
            Self::Hop(millis) => SimTime::from_micros(leg.as_micros() * STANDS.as_micros() / (u64::from(millis.max(1)) * 1_000)),
            Self::Factor(_) | Self::Max => SimTime::from_micros(STANDS.as_micros() * u64::from(self.factor().min(5_000)) / 1_000),
        }
    }

    /// How long one leg inside the broker is shown, in simulated time: the broker itself takes none. Where hops have their own time it is
    /// as long as a flight. Otherwise it is long enough for the eye up to five times real time.
    #[must_use]
    pub fn leg(self, latency: SimTime) -> SimTime {
        match self {
            Self::Hop(_) => latency.max(LEG_SHORTEST),
            Self::Factor(_) | Self::Max => {
                latency.max(SimTime::from_micros(LEG.as_micros() * u64::from(self.factor().clamp(1_000, 5_000)) / 1_000))
            }
        }
    }
}

/// What is seen at once, and does not move, stands this long, in real time.
pub const STANDS: SimTime = SimTime::from_millis(1_500);
/// For the eye, at real time.
pub const LEG: SimTime = SimTime::from_millis(200);
/// Where the network takes no time, a hop still has some in which it can be seen.
const LEG_SHORTEST: SimTime = SimTime::from_millis(5);
