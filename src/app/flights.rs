//! Flights as the eye follows them: which are looked at, and how far along its way each is.

use super::geometry::Plan;
use crate::base::SimTime;
use crate::sim::{Flight, Place, World};

/// So many flights are looked at for a picture: of more than that every second, third… stands for those beside it.
const LOOKED_AT_MAX: u64 = 5_000;

/// One of how many flights is looked at.
pub(super) fn looked_at(world: &World) -> u64 {
    (world.flights_count() as u64).div_ceil(LOOKED_AT_MAX).max(1)
}

pub(super) fn share(world: &World, departs: SimTime, arrives: SimTime, still: bool) -> f64 {
    let whole = arrives.saturating_sub(departs).as_secs_f64();
    if still || whole <= 0.0 {
        return 1.0;
    }
    (world.now().saturating_sub(departs).as_secs_f64() / whole).clamp(0.0, 1.0)
}

/// The n-th of a file is a little behind the first, and catches up at the end.
pub(super) fn behind(share: f64, place: f64, still: bool) -> f64 {
    if still { share } else { share * (1.0 - (1.0 - share) * f64::min(place, 9.0) * 0.1) }
}

/// Every flight that is looked at, and how far along its whole way it is seen.
pub(super) fn for_each_flight(plan: Plan<'_>, still: bool, mut each: impl FnMut(&Flight, f64)) {
    let mut file = File::default();
    for flight in plan.world.some_flights(looked_at(plan.world)) {
        let place = file.place(flight);
        each(flight, behind(share(plan.world, flight.departs, flight.arrives, still), place, still));
    }
}

/// What left the same place at the same moment goes in single file, or ten would look like one.
#[derive(Default)]
pub(super) struct File<'a> {
    first: Option<(SimTime, Option<&'a Place>)>,
    place: f64,
}

impl<'a> File<'a> {
    pub(super) fn place(&mut self, flight: &'a Flight) -> f64 {
        let from = Some((flight.departs, flight.path.first()));
        self.place = if self.first == from { self.place + 1.0 } else { 0.0 };
        self.first = from;
        self.place
    }
}
