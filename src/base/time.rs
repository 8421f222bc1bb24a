//! Simulated time: whole microseconds since the start of a run. There is no other clock in the core.

use std::fmt;
use std::ops::{Add, Sub};

/// A moment of a run, or a span between two, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimTime {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(u64::MAX);

    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Saturates at the end of time instead of wrapping.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// For drawing and charts only: the core never computes with floating seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a picture does not need the 53rd bit")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// So much of a time, in thousandths; all of it when it is beyond.
    #[must_use]
    pub fn thousandths_of(self, whole: Self) -> u32 {
        u32::try_from(self.0.saturating_mul(1_000) / whole.0.max(1)).unwrap_or(1_000).min(1_000)
    }

    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for SimTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for SimTime {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

/// `mm:ss.mmm`, with hours in front once there are any.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis();
        let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
        if hours > 0 {
            write!(f, "{hours}:")?;
        }
        write!(f, "{minutes:02}:{seconds:02}.{:03}", millis % 1_000)
    }
}

/// A span as a person writes it, in the largest unit that needs no fraction: `2h`, `90s`, `250ms`.
#[derive(Clone, Copy, Debug)]
pub struct Span(pub SimTime);

const UNITS: [(&str, u64); 5] = [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.0;
        if micros == 0 {
            return f.write_str("0s");
        }
        let exact = UNITS.iter().find(|(_, unit)| micros.is_multiple_of(*unit));
        exact.map_or(Ok(()), |(name, unit)| write!(f, "{}{name}", micros / unit))
    }
}

impl std::str::FromStr for SimTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == &text[digits.len()..]) else {
            return Err(format!("'{text}' is not a span of time: write 500ms, 60s, 10m or 2h"));
        };
        let number: u64 = digits.parse().map_err(|_| format!("'{text}' is not a span of time: '{digits}' is not a whole number"))?;
        number.checked_mul(*unit).map(Self).ok_or_else(|| format!("'{text}' is too long"))
    }
}
