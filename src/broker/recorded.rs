//! A broker that follows a recording of a real one. It hands out nothing by itself, and then what that one handed out.

use super::Broker;
use super::event::Event;
use super::ids::{ChannelId, QueueId};
use super::message::Message;
use super::queue::ready::Entry;
use super::value::Name;
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, insert_once};

impl Broker {
    /// Whether it hands out by itself. Where it begins to, what is ready goes to those who wait.
    pub fn set_recorded(&mut self, now: SimTime, is_recorded: bool) {
        let begins = self.is_recorded && !is_recorded;
        self.is_recorded = is_recorded;
        if !is_recorded {
            self.recorded_routes = OrderedMap::new();
        }
        if begins {
            let queues: Vec<_> = self.queues.keys().copied().collect();
            for id in queues {
                self.dispatch(now, id);
            }
        }
    }

    /// The message of this id will come, and goes to these queues. The bindings are not asked: the real broker has sent it there.
    pub fn route_recorded(&mut self, message_id: Name, queues: Vec<Name>) {
        if self.is_recorded {
            self.recorded_routes.insert(message_id, queues);
        }
    }

    /// Where it went, of the queues that are there.
    pub(super) fn recorded_route(&mut self, message: &Message) -> Option<Vec<QueueId>> {
        if !self.is_recorded {
            return None;
        }
        let names = self.recorded_routes.remove(message.properties.message_id.as_ref()?)?;
        let mut queues = Vec::new();
        names.iter().filter_map(|name| self.queue_names.get(name)).for_each(|id| insert_once(&mut queues, *id));
        Some(queues)
    }

    /// The message of this id goes from a queue to the consumer on a channel, and may pass others. Prefetch is not asked: the real
    /// broker has. False where there is no such message or consumer.
    pub fn deliver_recorded(
        &mut self,
        now: SimTime,
        channel: ChannelId,
        queue: &Name,
        message_id: &Name,
        redelivered: Option<bool>,
    ) -> bool {
        let Some(&id) = self.queue_names.get(queue) else { return false };
        let Some(state) = self.channels.get(&channel) else { return false };
        let is_of_queue = |consumer| self.consumers.get(&consumer).is_some_and(|consumer| consumer.queue == id);
        let Some(consumer) = state.consumers.values().copied().find(|consumer| is_of_queue(*consumer)) else { return false };
        let is_it = |entry: &Entry| entry.message.properties.message_id.as_ref() == Some(message_id);
        let Some(entry) = self.queues.get_mut(&id).and_then(|queue| queue.messages.take_recorded(consumer, is_it)) else { return false };
        if let Some(credit) = self.consumers.get_mut(&consumer).and_then(|consumer| consumer.credit.as_mut()) {
            *credit = credit.saturating_sub(1);
        }
        self.hand_over(now, id, consumer, entry, false);
        if let (Some(was), Some(Event::Delivered(delivered))) = (redelivered, self.events.last_mut()) {
            delivered.redelivered = was;
        }
        self.enforce_limit(id);
        self.refresh_deadline(id);
        true
    }
}
