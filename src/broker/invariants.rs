//! What is true of every broker after every call. Tests and fuzzers ask; a debug build asks itself.

use super::channel::{Consumer, ConsumerState};
use super::ids::{ConsumerId, QueueId};
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
            if queue.messages.kind() == Kind::Stream {
                if self.a_reader_waits(*id) {
                    broken.push(format!("{name} has a reader with credit that was not given what there is (rule 164)"));
                }
            } else if !queue.messages.is_empty() && self.somebody_could_take(*id) {
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
                queue.messages.kind() != Kind::Quorum && one.priority() == next.priority() && one.sequence >= next.sequence
            }) {
                broken.push(format!("{name} is out of order (rule 60)"));
            }
        }
        for (id, consumer) in self.consumers.iter() {
            broken.extend(self.broken_consumer(*id, consumer));
        }
        if !self.written.is_empty() {
            broken.push("a chunk was not written".to_owned());
        }
        if !self.dead_letters.is_empty() || !self.dead_letter_queues.is_empty() {
            broken.push("a dead letter is neither here nor there".to_owned());
        }
        broken
    }

    fn broken_consumer(&self, id: ConsumerId, consumer: &Consumer) -> Vec<String> {
        let mut broken = Vec::new();
        let tag = &consumer.tag;
        let Some(channel) = self.channels.get(&consumer.channel) else { return vec![format!("consumer {tag} outlives its channel")] };
        let Some(queue) = self.queues.get(&consumer.queue) else { return vec![format!("consumer {tag} outlives its queue")] };
        let held = channel.unacked.values().filter(|delivery| delivery.consumer == Some(id)).count();
        if consumer.unacked as usize != held {
            broken.push(format!("consumer {tag} counts {} unacked, its channel holds {held}", consumer.unacked));
        }
        let listed = queue.consumers.ids().any(|known| known == id);
        if consumer.state == ConsumerState::Cancelled {
            if held == 0 || listed || !channel.cancelled.contains(&id) {
                broken.push(format!("cancelled consumer {tag} holds {held}, and is listed: {listed}"));
            }
            return broken;
        }
        if channel.consumers.get(tag) != Some(&id) {
            broken.push(format!("channel does not know consumer {tag}"));
        }
        if !listed {
            broken.push(format!("queue does not know consumer {tag}"));
        }
        match queue.messages.kind() {
            // Every consumer is in the turn or blocked, once.
            Kind::Classic if queue.consumers.places(id) != 1 => {
                broken.push(format!("consumer {tag} has {} places (rule 68)", queue.consumers.places(id)));
            }
            // What it holds and what it may still take is its prefetch, more after a tag was used again with a smaller one (rule 81).
            Kind::Quorum if consumer.credit.is_some_and(|credit| credit + consumer.unacked < u32::from(consumer.prefetch)) => {
                broken.push(format!("consumer {tag} has lost credit (rule 74)"));
            }
            Kind::Quorum if consumer.queued != (queue.consumers.places(id) == 1) => {
                broken.push(format!("consumer {tag} does not know whether it is in the turn (rule 68)"));
            }
            Kind::Quorum if consumer.is_up() && !consumer.late.overlooked && consumer.has_credit() && !consumer.queued => {
                broken.push(format!("consumer {tag} has credit and no turn (rule 68)"));
            }
            Kind::Stream if queue.messages.stream().is_some_and(|messages| messages.reader(id).is_none()) => {
                broken.push(format!("the stream does not know reader {tag} (rule 161)"));
            }
            Kind::Classic | Kind::Quorum | Kind::Stream => {}
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
        queue.consumers.ids().any(|consumer| super::turn::can_take(&self.consumers, &self.channels, consumer))
    }
}
