//! What a step to look at wants to be seen. A file says nothing of it: the system itself does.
//!
//! Where faults are planned, the last of them is the point: time has to be played past it. Elsewhere a message has to go its way to the
//! end, or a request where the system has no queue. Where nothing moves by itself, it is enough that time was played.

use crate::base::SimTime;
use crate::scenario::{Moment, Scenario};
use crate::sim::World;

/// When the last of the planned faults begins.
#[must_use]
pub fn last_fault(scenario: &Scenario) -> Option<SimTime> {
    let planned = scenario.faults.iter().filter_map(|fault| match fault.when {
        Moment::At(at) => Some(at),
        Moment::AtStep { .. } => None,
    });
    planned.max()
}

/// Whether what there is to see was seen, in a world that is played.
#[must_use]
pub fn is_seen(world: &World) -> bool {
    match last_fault(world.scenario()) {
        // All of that moment was played.
        Some(at) => world.now() >= at && world.next_at().is_none_or(|next| next > at),
        None => world.now() > SimTime::ZERO && (rests(world) || has_an_end(world)),
    }
}

/// Nothing moves by itself for this long.
const RESTS: SimTime = SimTime::from_secs(10);

fn rests(world: &World) -> bool {
    world.next_at().is_none_or(|next| next > world.now() + RESTS)
}

/// A message came to its end. It was handled, went back to its queue, died, or waits where no consumer is.
fn has_an_end(world: &World) -> bool {
    if world.scenario().broker.queues.is_empty() {
        return world.metrics().https().any(|(_, http)| http.succeeded + http.failed + http.timed_out > 0);
    }
    let ledger = world.ledger();
    let copies = ledger.total();
    let settled = copies.acknowledged + copies.auto_acknowledged + copies.reads.map_or(0, |reads| reads.settled);
    let turned = copies.requeued + copies.dead_lettered_total() + copies.dropped_total() + copies.refused;
    let rests = world.broker().queues().any(|queue| queue.consumers() == 0 && queue.ready() > 0);
    settled + turned + ledger.messages.unroutable + ledger.messages.returned > 0 || rests
}
