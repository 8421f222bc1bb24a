//! When requests come, how long work takes, and how often something is tried again.

use super::{Endpoint, Json, Name, Point, SimTime};

/// Somebody outside who sends HTTP requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    pub name: Name,
    pub at: Point,
    pub calls: Endpoint,
    pub traffic: Traffic,
    /// A template: `{n}` is the number of the request.
    pub body: Json,
    pub poison: Option<Poison>,
    pub attempts: Attempts,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    pub pattern: Pattern,
    pub from: SimTime,
    pub until: Option<SimTime>,
    /// No more than so many in all.
    pub count: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Only when somebody presses the button.
    ByHand,
    /// One each period.
    Every(SimTime),
    /// At random moments, with this mean time between two.
    Poisson(SimTime),
    /// So many at once, each period.
    Burst { size: u32, every: SimTime },
    /// From one rate, a second, to another, and on at that.
    Ramp { from_per_s: f64, to_per_s: f64, over: SimTime },
    /// So many at once, once.
    AtOnce(u32),
    /// At these moments, counted from the beginning of the traffic.
    Recorded(Vec<SimTime>),
}

/// Requests that carry something a handler cannot take.
#[derive(Clone, Debug, PartialEq)]
pub struct Poison {
    /// One in so many, at random.
    pub one_in: u32,
    /// What these requests have in the place of the body's own fields.
    pub set: serde_json::Map<String, Json>,
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
}

/// How an HTTP request is tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempts {
    /// How long one attempt may take; none waits for ever.
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
