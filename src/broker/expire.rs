//! What time does to a broker: messages and queues expire (section H of the rules).

use super::Broker;
use super::dead_letter::DeathReason;
use super::queue::QueueId;
use super::time::SimTime;

impl Broker {
    /// The next moment something happens by itself. [`expire`](Self::expire) must be called then, before anything else.
    #[must_use]
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.deadlines.values().min().copied()
    }

    /// Lets everything happen that is due by now, in the order of its deadlines.
    pub fn expire(&mut self, now: SimTime) {
        while let Some((id, due)) = self.deadlines.iter().map(|(id, due)| (*id, *due)).min_by_key(|(id, due)| (*due, *id)) {
            if due > now {
                break;
            }
            let unused = self.queues.get(&id).is_some_and(|queue| {
                queue.consumers.is_empty() && queue.settings.expires.is_some_and(|period| queue.used_at + period <= now)
            });
            if unused {
                self.delete_queue(id); // rule 101
            } else {
                self.dispatch(now, id);
            }
            self.publish_dead_letters(now);
        }
    }

    /// Rule 96: only from the head, and only what is ready.
    pub(super) fn drop_expired(&mut self, now: SimTime, id: QueueId) {
        while let Some(queue) = self.queues.get_mut(&id) {
            if queue.ready.front().is_none_or(|head| head.expires_at > now) {
                return;
            }
            let Some(entry) = queue.ready.pop_front() else { return };
            self.die(id, entry, DeathReason::Expired);
        }
    }

    /// Called after every change to a queue.
    pub(super) fn refresh_deadline(&mut self, id: QueueId) {
        match self.queues.get(&id).and_then(|queue| queue.next_deadline()) {
            Some(at) => {
                self.deadlines.insert(id, at);
            }
            None if self.deadlines.is_empty() => {}
            None => {
                self.deadlines.remove(&id);
            }
        }
    }
}
