//! When a world is too large, and how large it is.

use super::World;
use crate::base::limits::{Limit, beyond, named};
use crate::broker::view::QueueView;
use crate::sim::service::{Instance, ServiceState};

/// How many things happen between two counts of everything. Each thing that grows the world happens, so that none outgrows its limit
/// by much more than this.
const BOUNDS_EVERY: u64 = 4_096;

const MULTIPLIES: &str = "something multiplies. Look for a circle in which a handler publishes more than it consumes";
const FALLS_BEHIND: &str = "requests arrive faster than they are answered. Look for a step that takes too long, or too much traffic";
const RELAY_FALLS_BEHIND: &str = "events are stored faster than the relay publishes them. Look at the relay, its batch, and its connection";

const GROWS: &str = "a template names a field twice, and a queue leads back to it. Each message is larger than the last";
const LARGE: &str = "the same can be seen with smaller messages";
const NAMES: &str = "an effect is done for a field that is different each time. Look at its \"of\"";

/// What every body and name may take without being counted: as many of them as other limits let be.
const SMALL_BYTES: usize = 1_024;

impl World {
    /// Nothing happens any more, because there is too much of something.
    pub(super) fn halt_beyond(&mut self, limit: Limit, found: usize, hint: &str) {
        let max = usize::try_from(limit.max / self.lowered).unwrap_or(usize::MAX);
        if found > max && self.halted.is_none() {
            self.halt(limit, found, max, hint);
        }
    }

    /// Each step asks twice whether there is too much: what makes the sentence stands apart.
    #[cold]
    fn halt(&mut self, limit: Limit, found: usize, max: usize, hint: &str) {
        if let Some(why) = beyond(limit.what, found, max) {
            self.halted = Some(format!("{why}: the run ends here, because more would fill the memory. Perhaps {hint}.").into());
        }
    }

    /// A body or a name has been made, of so many bytes.
    pub(super) fn made(&mut self, bytes: usize) {
        if bytes > SMALL_BYTES {
            self.large_bytes += bytes - SMALL_BYTES;
            self.check_body(bytes);
            self.halt_beyond(named::LARGE_BYTES, self.large_bytes, LARGE);
        }
    }

    pub(super) fn check_body(&mut self, bytes: usize) {
        self.halt_beyond(named::BODY_BYTES, bytes, GROWS);
    }

    pub(super) fn check_bounds(&mut self) {
        self.halt_beyond(named::FLIGHTS, self.flights.len(), MULTIPLIES);
        self.halt_beyond(named::AGENDA, self.agenda.len(), FALLS_BEHIND);
        self.uncounted += 1;
        if self.uncounted < BOUNDS_EVERY {
            return;
        }
        self.uncounted = 0;
        for (limit, found, hint) in self.counts() {
            self.halt_beyond(limit, found, hint);
        }
    }

    /// The size of everything that grows, and the likely reason when there is too much.
    fn counts(&self) -> [(Limit, usize, &'static str); 10] {
        let instances =
            |count: fn(&Instance) -> usize| -> usize { self.services.iter().flat_map(|service| &service.instances).map(count).sum() };
        let services = |count: fn(&ServiceState) -> usize| -> usize { self.services.iter().map(count).sum() };
        let size = |sum: u64| usize::try_from(sum).unwrap_or(usize::MAX);
        let queued = size(self.broker.queues().map(QueueView::total).sum());
        let pending_dead_letters = size(self.broker.queues().map(QueueView::dead_letter_pending).sum());
        [
            (named::QUEUED, queued + instances(|instance| instance.inbox.len()), MULTIPLIES),
            (named::RUNS, instances(|instance| instance.runs.len()), FALLS_BEHIND),
            (named::UNREAD, self.broker.unread(), "an alarm lasts too long. Look for the fault that sets it, and for its end"),
            (named::OUTBOX, services(|service| service.store.outbox.len()), RELAY_FALLS_BEHIND),
            (named::RECORDS, services(|service| service.store.len()), "a handler persists the same thing again and again under new ids"),
            (named::PENDING, self.clients.iter().map(|client| client.pending.len()).sum(), FALLS_BEHIND),
            (
                named::AWAITING,
                instances(|instance| instance.awaiting.len()),
                "the broker does not confirm. Look for an alarm or a link that is cut",
            ),
            (
                named::UNSETTLED_DEAD_LETTERS,
                pending_dead_letters,
                "the target of dead letters refuses them, or does not exist. Look at the dead-letter exchange and its queues",
            ),
            (named::NAMED_EFFECTS, self.ledger.business.names(), NAMES),
            (
                named::STORIES,
                self.ledger.business.stories(),
                "there is too much traffic for a run of this length. Look at the clients and schedules",
            ),
        ]
    }

    /// About how many bytes a copy of it takes that it does not share with others.
    #[must_use]
    pub fn footprint(&self) -> usize {
        let queued: u64 = self.broker.queues().map(QueueView::total).sum();
        let instances = self.services.iter().flat_map(|service| &service.instances);
        let work: usize = instances.map(|instance| 700 + 300 * (instance.runs.len() + instance.inbox.len())).sum();
        let of_service = |service: &ServiceState| {
            let done: usize = service.instances.iter().map(|instance| instance.done.len()).sum();
            16 * service.store.unshared() + 48 * (service.attempts.len() + done)
        };
        let pending: usize = self.clients.iter().map(|client| 80 * client.pending.len()).sum();
        let remembered: usize = self.services.iter().map(of_service).sum::<usize>() + pending + 16 * self.channels.len();
        usize::try_from(queued).unwrap_or(usize::MAX / 2) * 40
            + self.flights.len() * 350
            + self.agenda.len() * 64
            + work
            + remembered
            + self.recording.inputs.len()
            + self.metrics.footprint()
            + 16_384
    }
}
