//! Settling deliveries (section G of the rules). Acknowledgements, returns and rejections, one or many at once, and those of an ended
//! channel.

use super::Broker;
use super::cause::{DeathReason, ReadEnd, RequeueCause};
use super::channel::{Gone, Settlement, Unacked};
use super::error::AmqpError;
use super::event::Event;
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::method::Reply;
use super::profile::ConsumerKeys;
use super::queue::ready::Entry;
use super::queue::{Kind, quorum};
use super::value::Name;
use crate::base::SimTime;
use crate::base::ordered::sort_by_key;

/// Deliveries of one queue to one consumer, or one message that was fetched: what RabbitMQ's channel settles together (rule 74).
struct Group {
    /// The name of the queue, and the tag.
    of: (Option<Name>, Option<Name>),
    first: u64,
    deliveries: Vec<(u64, Entry)>,
    /// Whose these are.
    known: (QueueId, Option<ConsumerId>),
    /// What the queue does not know any more by its number. The queue was deleted, or has taken them back.
    gone: Vec<(QueueId, Box<Gone>)>,
}

impl Broker {
    /// Ack, nack and reject of one delivery or of all up to a tag (rules 88, 89).
    pub(super) fn settle(
        &mut self,
        now: SimTime,
        channel: ChannelId,
        delivery_tag: u64,
        multiple: bool,
        how: Settlement,
    ) -> Result<Reply, AmqpError> {
        let state = self.channel(channel);
        let known = state.unacked.get_mut(delivery_tag).is_some_and(|delivery| !delivery.settled);
        if !(known || multiple && delivery_tag == 0) {
            return Err(AmqpError::precondition(format_args!("unknown delivery tag {delivery_tag}")));
        }
        if !multiple && state.transaction.is_none() {
            self.settle_all(now, channel, &[delivery_tag], how);
            return Ok(Reply::Ok);
        }
        let last = if delivery_tag == 0 { u64::MAX } else { delivery_tag };
        let tags: Vec<u64> = if multiple {
            let open = state.unacked.open().map(|(tag, _)| tag);
            open.take_while(|tag| *tag <= last).collect()
        } else {
            vec![delivery_tag]
        };
        let Some(transaction) = &mut state.transaction else {
            self.settle_all(now, channel, &tags, how);
            return Ok(Reply::Ok);
        };
        for tag in tags {
            transaction.settlements.push((tag, how)); // rule 55: it takes effect at the commit
            if let Some(delivery) = state.unacked.get_mut(tag) {
                delivery.settled = true;
            }
        }
        Ok(Reply::Ok)
    }

    /// `basic.recover`: everything that the channel holds and no transaction has settled (rule 92).
    pub(super) fn recover(&mut self, now: SimTime, channel: ChannelId) {
        let tags: Vec<u64> = self.channel(channel).unacked.open().map(|(tag, _)| tag).collect();
        self.settle_all(now, channel, &tags, Settlement::Requeue(RequeueCause::Recovered));
    }

    /// Split by queue and consumer. Each group is settled, and its queue goes on, before the next (rules 74, 90, 92). The channel gives every
    /// group to its queue before it settles for consumers that do not acknowledge (rule 75).
    pub(super) fn settle_all(&mut self, now: SimTime, channel: ChannelId, tags: &[u64], how: Settlement) {
        let was_full = self.channel(channel).is_full();
        self.with_unasked_later(now, |broker| match *tags {
            [tag] => broker.settle_one(now, channel, tag, how),
            _ => broker.settle_many(now, channel, tags, how),
        });
        if was_full && self.channels.get(&channel).is_some_and(|state| !state.is_full()) {
            self.resume_channel(now, channel);
        }
    }

    fn settle_one(&mut self, now: SimTime, channel: ChannelId, tag: u64, how: Settlement) {
        let Some(delivery) = self.channel(channel).unacked.remove(tag) else { return };
        self.uncount(channel, u64::from(delivery.consumer.is_some()));
        let known = (delivery.queue, delivery.consumer);
        let Some(gone) = delivery.gone else {
            self.settle_group(now, channel, known, how, &mut std::iter::once((tag, delivery.entry)), 1);
            return;
        };
        let of = (Some(gone.queue.clone()), gone.consumer_tag.clone());
        let gone = vec![(delivery.queue, gone)];
        self.settle_by_name(now, channel, Group { of, first: tag, deliveries: Vec::new(), known, gone }, how);
    }

    fn settle_many(&mut self, now: SimTime, channel: ChannelId, tags: &[u64], how: Settlement) {
        let mut counted = 0;
        let mut groups: Vec<Group> = Vec::new();
        for &tag in tags {
            let Some(Unacked { queue, consumer, gone, entry, .. }) = self.channel(channel).unacked.remove(tag) else { continue };
            counted += u64::from(consumer.is_some());
            let same = |group: &&mut Group| consumer.is_some() && gone.is_none() && group.known == (queue, consumer);
            if let Some(group) = groups.iter_mut().rev().find(same) {
                group.deliveries.push((tag, entry));
                continue;
            }
            let of = match &gone {
                Some(gone) => (Some(gone.queue.clone()), gone.consumer_tag.clone()),
                None => (
                    self.queues.get(&queue).map(|queue| queue.name.clone()),
                    consumer.and_then(|consumer| self.consumers.get(&consumer)).map(|consumer| consumer.tag.clone()),
                ),
            };
            // A channel knows a consumer by its tag.
            let at = groups.iter().position(|group| of.1.is_some() && group.of == of && (gone.is_some() || group.deliveries.is_empty()));
            let at = at.unwrap_or_else(|| {
                groups.push(Group { of, first: tag, deliveries: Vec::new(), known: (queue, consumer), gone: Vec::new() });
                groups.len() - 1
            });
            if let Some(gone) = gone {
                groups[at].gone.push((queue, gone));
            } else {
                groups[at].known = (queue, consumer);
                groups[at].deliveries.push((tag, entry));
            }
        }
        self.uncount(channel, counted);
        sort_by_key(&mut groups, |group| (group.of.clone(), group.first));
        for mut group in groups {
            let known = group.known;
            if matches!(how, Settlement::Nack | Settlement::Reject) && self.is_classic(known.0) {
                // A classic queue settles each of its priorities by itself, the highest first (rule 90).
                sort_by_key(&mut group.deliveries, |(_, entry)| std::cmp::Reverse(entry.priority()));
            }
            if group.gone.is_empty() {
                let count = u32::try_from(group.deliveries.len()).unwrap_or(u32::MAX);
                self.settle_group(now, channel, known, how, &mut group.deliveries.into_iter(), count);
            } else {
                self.settle_by_name(now, channel, group, how);
            }
        }
    }

    /// The channel's window forgets deliveries to consumers; messages that were fetched never counted (rule 76).
    fn uncount(&mut self, channel: ChannelId, count: u64) {
        let state = self.channel(channel);
        if state.prefetch_channel > 0 {
            state.volume = state.volume.saturating_sub(count);
        }
    }

    /// A channel knows a delivery by the name of its queue and a number. Its queue was deleted, or has taken it back. A queue of that name
    /// settles the message that is out on this channel with that number (rules 94, 155).
    fn settle_by_name(&mut self, now: SimTime, channel: ChannelId, group: Group, how: Settlement) {
        let Group { of: (name, tag), deliveries, known, gone, .. } = group;
        let Some(&id) = name.and_then(|name| self.queue_names.get(&name)) else { return };
        let Some(queue) = self.queues.get(&id) else { return };
        let (kind, has_priorities) = (queue.messages.kind(), queue.settings.max_priority > 0);
        let numbers: Vec<u64> = gone.iter().map(|(_, gone)| gone.number).collect();
        let late = tag.as_ref().and_then(|tag| self.settle_late(id, channel, tag, &numbers));
        if kind == Kind::Stream {
            let reader = tag.as_ref().and_then(|tag| self.channels.get(&channel)?.consumers.get(tag)).copied();
            let reader = reader.filter(|reader| self.consumers.get(reader).is_some_and(|reader| reader.queue == id));
            if let Some(reader) = reader {
                self.give_credit(id, reader, u32::try_from(gone.len()).unwrap_or(u32::MAX)); // rule 162: it does not ask for what
                self.dispatch(now, id);
            }
        }
        // What one consumer holds is settled with one command. A tag may have had two on this channel.
        let mut of_consumers = if deliveries.is_empty() { Vec::new() } else { vec![(known, deliveries)] };
        for (was, gone) in gone {
            // The numbers of a priority queue are of another kind.
            let found = match kind {
                Kind::Classic if !has_priorities => self.out_with_number(id, channel, &gone, |_| true),
                Kind::Quorum => self.out_with_number(id, channel, &gone, |found| found.is_some() && found == gone.consumer_tag.as_ref()),
                Kind::Classic | Kind::Stream => None,
            };
            let Some((delivery_tag, consumer)) = found else { continue };
            let taken = (delivery_tag, self.make_gone(channel, delivery_tag, was, &gone));
            let (delivery_tag, Some(entry)) = taken else { continue };
            if kind == Kind::Quorum {
                match of_consumers.iter_mut().find(|(of, _)| *of == (id, consumer)) {
                    Some((_, deliveries)) => deliveries.push((delivery_tag, entry)),
                    None => of_consumers.push(((id, consumer), vec![(delivery_tag, entry)])),
                }
            } else {
                self.settle_group(now, channel, (id, consumer), how, &mut std::iter::once((delivery_tag, entry)), 1);
            }
        }
        if of_consumers.is_empty()
            && let Some(consumer) = late
        {
            self.go_on_late(now, id, consumer, how);
        }
        for (known, mut deliveries) in of_consumers {
            sort_by_key(&mut deliveries, |(delivery_tag, _)| *delivery_tag);
            let count = u32::try_from(deliveries.len()).unwrap_or(u32::MAX);
            self.settle_group(now, channel, known, how, &mut deliveries.into_iter(), count);
        }
    }

    /// The delivery with this number that is out on this channel, and its consumer.
    fn out_with_number(
        &self,
        id: QueueId,
        channel: ChannelId,
        gone: &Gone,
        is_of: impl Fn(Option<&Name>) -> bool,
    ) -> Option<(u64, Option<ConsumerId>)> {
        let tag_of = |consumer: Option<ConsumerId>| Some(&self.consumers.get(&consumer?)?.tag);
        let mut of_queue = self.channels.get(&channel)?.unacked.iter();
        let found =
            of_queue.find(|(_, delivery)| delivery.queue == id && delivery.number == gone.number && is_of(tag_of(delivery.consumer)));
        found.map(|(delivery_tag, delivery)| (delivery_tag, delivery.consumer))
    }

    /// The client may settle once more what is settled in its place.
    fn make_gone(&mut self, channel: ChannelId, delivery_tag: u64, was: QueueId, gone: &Gone) -> Option<Entry> {
        self.ids.consumer += 1;
        let of_none = ConsumerId(self.ids.consumer);
        let delivery = self.channels.get_mut(&channel)?.unacked.get_mut(delivery_tag)?;
        let consumer_tag = delivery.consumer.and_then(|consumer| Some(self.consumers.get(&consumer)?.tag.clone()));
        delivery.gone = Some(Box::new(Gone { queue: gone.queue.clone(), consumer_tag, number: delivery.number }));
        delivery.queue = was;
        delivery.consumer = delivery.consumer.map(|_| of_none);
        Some(delivery.entry.clone())
    }

    fn settle_group(
        &mut self,
        now: SimTime,
        channel: ChannelId,
        (id, consumer): (QueueId, Option<ConsumerId>),
        how: Settlement,
        deliveries: &mut dyn Iterator<Item = (u64, Entry)>,
        count: u32,
    ) {
        let Some(queue) = self.queues.get_mut(&id) else { return }; // its queue is gone, and with it the messages
        queue.unacked -= count as usize;
        queue.forget_held(&self.channels);
        let kind = queue.messages.kind();
        if let Settlement::Requeue(cause) = how
            && kind == Kind::Quorum
            && self.returns_one_by_one(id, cause)
        {
            // Each is a separate command to the queue, which goes on after it.
            for (delivery_tag, entry) in deliveries {
                self.give_back(now, id, channel, delivery_tag, entry, cause);
                self.credit_group(id, kind, consumer, 1);
                self.dispatch(now, id);
            }
            return;
        }
        if kind == Kind::Stream {
            let end = match how {
                Settlement::Ack => ReadEnd::Acknowledged,
                Settlement::Requeue(RequeueCause::Recovered) => ReadEnd::Recovered,
                Settlement::Nack | Settlement::Reject | Settlement::Requeue(_) => ReadEnd::Refused,
            };
            for (delivery_tag, entry) in deliveries {
                self.end_read(id, channel, delivery_tag, entry, end);
            }
            self.credit_group(id, kind, consumer, count);
            self.dispatch(now, id);
            return;
        }
        let unblocked = kind == Kind::Classic && self.credit_group(id, kind, consumer, count);
        for (delivery_tag, entry) in deliveries {
            match how {
                Settlement::Ack => {
                    let Some(queue) = self.queues.get(&id) else { return };
                    self.events.push(Event::Acknowledged { queue: queue.name.clone(), channel, delivery_tag, message: entry.message });
                }
                Settlement::Nack | Settlement::Reject => {
                    let Some(queue) = self.queues.get(&id) else { return };
                    let failed = queue.counting(self.profile.rules()).refusal_fails(how == Settlement::Reject); // rule 139
                    self.die(id, entry.returned(failed), DeathReason::Rejected);
                }
                Settlement::Requeue(cause) => self.give_back(now, id, channel, delivery_tag, entry, cause),
            }
        }
        let requeued = matches!(how, Settlement::Requeue(_));
        match kind {
            Kind::Classic => {
                if requeued {
                    self.enforce_limit(id); // rule 103: a requeued message is the first victim
                    self.drop_expired(now, id);
                }
                if requeued || unblocked {
                    self.dispatch(now, id);
                }
            }
            Kind::Quorum => {
                self.credit_group(id, kind, consumer, count);
                let rules = self.profile.rules();
                if !requeued && rules.single_active_preempts || rules.returns_activate {
                    self.activate_next(id);
                }
                self.dispatch(now, id); // rule 103: what came back may find a consumer before the limit is looked at
            }
            Kind::Stream => {}
        }
    }

    pub(super) fn is_classic(&self, id: QueueId) -> bool {
        self.queues.get(&id).is_some_and(|queue| queue.messages.kind() == Kind::Classic)
    }

    /// A quorum queue without a limit takes back one message after the other (rule 134).
    fn returns_one_by_one(&self, id: QueueId, cause: RequeueCause) -> bool {
        let no_limit = self.queues.get(&id).is_some_and(|queue| queue.settings.delivery_limit.is_none());
        no_limit && quorum::starts_again(cause, self.profile.rules())
    }

    fn credit_group(&mut self, id: QueueId, kind: Kind, consumer: Option<ConsumerId>, count: u32) -> bool {
        consumer.is_some_and(|consumer| self.return_credit(id, kind, consumer, count))
    }

    /// The messages of an ended channel come back. The order is that of delivery in a classic queue, and by consumer in a quorum queue
    /// (rules 67, 135). The queues, which the caller lets go on.
    pub(super) fn return_held(&mut self, now: SimTime, channel: ChannelId, cause: RequeueCause) -> Vec<QueueId> {
        let mut held: Vec<(QueueId, Vec<(u64, Unacked)>)> = Vec::new();
        for (tag, delivery) in self.channel(channel).unacked.take() {
            match held.iter_mut().rev().find(|(queue, _)| *queue == delivery.queue) {
                Some((_, deliveries)) => deliveries.push((tag, delivery)),
                None => held.push((delivery.queue, vec![(tag, delivery)])),
            }
        }
        held.retain(|(queue, _)| self.queues.contains_key(queue));
        sort_by_key(&mut held, |(queue, _)| self.queues[queue].name.clone());
        let queues = held.iter().map(|(queue, _)| *queue).collect();
        for (id, mut deliveries) in held {
            let Some(queue) = self.queues.get_mut(&id) else { continue };
            queue.unacked -= deliveries.len();
            queue.forget_held(&self.channels);
            let kind = queue.messages.kind();
            if kind == Kind::Quorum {
                self.sort_by_consumer(&mut deliveries);
            }
            for (delivery_tag, Unacked { consumer, entry, .. }) in deliveries {
                if kind == Kind::Stream {
                    self.end_read(id, channel, delivery_tag, entry, ReadEnd::Gone);
                    self.credit_group(id, kind, consumer, 1);
                    continue;
                }
                self.give_back(now, id, channel, delivery_tag, entry, cause);
                self.credit_group(id, kind, consumer, 1);
            }
            if kind == Kind::Classic {
                self.enforce_limit(id);
                self.drop_expired(now, id);
            }
        }
        queues
    }

    /// A message that was fetched has a separate consumer, whose tag is the number of the delivery.
    fn sort_by_consumer(&self, deliveries: &mut Vec<(u64, Unacked)>) {
        match self.profile.rules().consumer_keys {
            ConsumerKeys::Arrival => sort_by_key(deliveries, |(tag, delivery)| {
                let fetched = delivery.consumer.is_none();
                let key = delivery.consumer.and_then(|consumer| self.consumers.get(&consumer)).map(|consumer| consumer.key);
                (fetched, key, if fetched { tag.to_string() } else { String::new() })
            }),
            ConsumerKeys::Tag => sort_by_key(deliveries, |(tag, delivery)| {
                let consumer = delivery.consumer.and_then(|consumer| self.consumers.get(&consumer));
                consumer.map_or_else(|| tag.to_string(), |consumer| consumer.tag.to_string())
            }),
        }
    }
}
