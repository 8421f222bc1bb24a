//! Calls: where an HTTP request goes, how long things take, and how often a request is tried.

use super::{Name, SimTime};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub service: Name,
    /// As in `POST /orders`.
    pub path: Name,
}

/// How long something takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    Constant(SimTime),
    Uniform {
        from: SimTime,
        to: SimTime,
    },
    Exponential {
        mean: SimTime,
    },
    /// Most are near the median, a few take much longer: as real services do.
    LogNormal {
        median: SimTime,
        sigma: f64,
    },
    /// So many milliseconds as this field of the handler's data says. What is no number takes no time.
    Field(Name),
}

/// No field can say more.
pub const FIELD_SPAN_MAX: SimTime = SimTime::from_secs(24 * 3_600);

/// How an HTTP request is tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempts {
    /// How long one attempt may take; none waits without end.
    pub timeout: Option<SimTime>,
    /// After the first attempt.
    pub retries: u32,
    pub backoff: Backoff,
    pub breaker: Option<Breaker>,
}

/// The pause before the n-th retry: `first × factor^(n-1)`, at most `max`.
#[derive(Clone, Debug, PartialEq)]
pub struct Backoff {
    pub first: SimTime,
    pub factor: f64,
    pub max: SimTime,
    /// The part of the pause that is drawn at random, from 0 (none) to 1 (all of it).
    pub jitter: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: SimTime::from_millis(100), factor: 2.0, max: SimTime::from_secs(30), jitter: 0.0 }
    }
}

/// After so many failures in a row nothing is sent for a while; then one attempt decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    pub failures: u32,
    pub open: SimTime,
}
