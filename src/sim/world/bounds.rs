//! When a world is too large, and how large it is.

use super::World;
use crate::base::limits::{self, beyond};
use crate::broker::view::QueueView;
use crate::sim::service::ServiceState;

/// How many steps pass between two looks at the queues.
const BOUNDS_EVERY: u64 = 4_096;

impl World {
    /// Nothing happens any more, because there is too much of something.
    pub(super) fn halt_beyond(&mut self, what: &str, found: usize, max: usize) {
        if self.halted.is_none()
            && let Some(why) = beyond(what, found, max)
        {
            self.halted = Some(format!("{why}: the run ends here, because more would fill the memory").into());
        }
    }

    pub(super) fn check_bounds(&mut self) {
        self.halt_beyond("messages and requests on their way", self.flights.len(), limits::FLIGHTS);
        if self.steps.is_multiple_of(BOUNDS_EVERY) {
            let waiting: usize = self.services.iter().flat_map(|service| &service.instances).map(|instance| instance.inbox.len()).sum();
            let queued = self.broker.queues().map(QueueView::total).sum::<u64>() + waiting as u64;
            self.halt_beyond("messages in queues and inboxes", usize::try_from(queued).unwrap_or(usize::MAX), limits::QUEUED);
        }
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
