//! What is true of every broker after every call. Tests and fuzzers ask; a debug build asks itself.

use super::ids::QueueId;
use super::queue::Kind;
use super::queue::settings::Overflow;
use super::{Broker, Name};
use crate::base::SimTime;

impl Broker {
    /// Everything that is not as it must be; empty for a broker in order. `now` is the time of the last call.
    #[must_use]
    pub fn broken_invariants(&self, now: SimTime) -> Vec<String> {
        let mut broken = Vec::new();
        for (id, queue) in self.queues.iter() {
            let name = &queue.name;
            let held = self.channels.values().flat_map(|channel| channel.unacked.values()).filter(|delivery| delivery.queue == *id).count();
            if held != queue.unacked {
                broken.push(format!("{name} counts {} unacked, channels hold {held}", queue.unacked));
            }
            if !self.exists(name, *id) {
                broken.push(format!("{name} is not found by its name"));
            }
            if !queue.messages.is_empty() && self.somebody_could_take(*id) {
                broken.push(format!("{name} has ready messages and an idle consumer (rule 62)"));
            }
            // What is hidden for a retry counts, and cannot be dropped.
            let over = queue.settings.overflow == Overflow::DropHead && queue.is_over_limit() && !queue.messages.is_empty();
            if over {
                broken.push(format!("{name} holds more than its limit (rule 103)"));
            }
            if queue.next_deadline().is_some_and(|deadline| deadline <= now && self.deadlines.get(id) != Some(&deadline)) {
                broken.push(format!("{name} has missed a deadline"));
            }
            if queue.messages.iter().zip(queue.messages.iter().skip(1)).any(|(one, next)| {
                queue.messages.kind() == Kind::Classic && one.priority() == next.priority() && one.sequence >= next.sequence
            }) {
                broken.push(format!("{name} is out of order (rule 60)"));
            }
        }
        for (id, consumer) in self.consumers.iter() {
            let tag = &consumer.tag;
            let Some(channel) = self.channels.get(&consumer.channel) else {
                broken.push(format!("consumer {tag} outlives its channel"));
                continue;
            };
            if channel.consumers.get(tag) != Some(id) {
                broken.push(format!("channel does not know consumer {tag}"));
            }
            if !self.queues.get(&consumer.queue).is_some_and(|queue| queue.consumers.ids().any(|known| known == *id)) {
                broken.push(format!("queue does not know consumer {tag}"));
            }
            let held = channel.unacked.values().filter(|delivery| delivery.consumer == Some(*id)).count();
            // What it held of a queue that is gone is settled by nobody's count.
            if consumer.unacked != held {
                broken.push(format!("consumer {tag} counts {} unacked, its channel holds {held}", consumer.unacked));
            }
            if !consumer.no_ack && consumer.prefetch > 0 && consumer.unacked > usize::from(consumer.prefetch) {
                broken.push(format!("consumer {tag} holds {} of at most {}", consumer.unacked, consumer.prefetch));
            }
        }
        for channel in self.channels.values() {
            let window = channel.unacked.values().filter(|delivery| delivery.consumer.is_some()).count();
            if channel.window != window {
                broken.push(format!("a channel counts a window of {}, and holds {window}", channel.window));
            }
        }
        if !self.dead_letters.is_empty() || !self.dead_letter_queues.is_empty() {
            broken.push("a dead letter is neither here nor there".to_owned());
        }
        broken
    }

    fn exists(&self, name: &Name, id: QueueId) -> bool {
        self.queue_names.get(name) == Some(&id)
    }

    fn somebody_could_take(&self, id: QueueId) -> bool {
        let queue = &self.queues[&id];
        if queue.settings.single_active_consumer {
            return false; // only one may, and it may be waiting for a better one
        }
        queue.consumers.ids().any(|consumer| super::deliver::can_take(&self.consumers, &self.channels, consumer))
    }
}
