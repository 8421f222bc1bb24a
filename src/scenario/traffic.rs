//! Clients, and when their requests come.

use super::{Attempts, Endpoint, Json, Name, Point, SimTime};

/// A user outside who sends HTTP requests.
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
    /// Only when a user presses the button.
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
