//! What is true of a world: quantities looked up, properties judged.

use super::histogram::Histogram;
use super::ids::InstanceId;
use super::ledger::{Copies, Ledger};
use super::world::World;
use crate::base::SimTime;
use crate::base::number::{Fixed, Shortest};
use crate::base::ordered::in_order;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::scenario::Property;
use crate::scenario::property::{BusinessCount, EffectCount, LatencyOf, MessageCount, Percentile, Quantity, QueueCount, ServiceCount};

/// How a property was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub property: Property,
    pub holds: bool,
    pub left: f64,
    pub right: f64,
}

/// Judges a property of a world as it is. Nothing is copied: the explorer asks after every step.
#[must_use]
pub fn judge(world: &World, property: &Property) -> Judgement {
    let left = quantity(world, &property.left);
    let right = quantity(world, &property.right);
    Judgement { property: property.clone(), holds: property.comparison.holds(left, right), left, right }
}

#[must_use]
pub fn holds(world: &World, property: &Property) -> bool {
    property.comparison.holds(quantity(world, &property.left), quantity(world, &property.right))
}

/// How something that is expected of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At the end of its time, or for good.
    Met,
    NotMet,
    /// It is true now, and what is to come can still change that.
    SoFar,
    NotYet,
}

/// Judges what is expected before a run is over: what can still change is neither met nor missed.
#[must_use]
pub fn standing(world: &World, expected: &Property, is_over: bool) -> Standing {
    let has_begun = world.steps() > 0;
    match holds(world, expected) {
        _ if !has_begun => Standing::NotYet,
        true if is_over || expected.holds_for_good() => Standing::Met,
        true => Standing::SoFar,
        false if is_over || expected.breaks_for_good() => Standing::NotMet,
        false => Standing::NotYet,
    }
}

impl std::fmt::Display for Judgement {
    /// As in `duplicated(email sent) = 0: it is 3`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = |quantity: &Quantity, value: f64| match quantity {
            Quantity::Latency(..) | Quantity::Time(_) => format!("{:.1} ms", Fixed(value)),
            _ => Shortest(value).to_string(),
        };
        write!(f, "{}: it is {}", self.property, value(&self.property.left, self.left))?;
        match self.property.right {
            Quantity::Number(_) | Quantity::Time(_) => Ok(()),
            _ => write!(f, ", and {} is {}", self.property.right, value(&self.property.right, self.right)),
        }
    }
}

/// What is counted or measured, in a world at its moment.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of things in memory are exact in a double")]
pub fn quantity(world: &World, quantity: &Quantity) -> f64 {
    let millis = |time: SimTime| time.as_micros() as f64 / 1_000.0;
    match quantity {
        Quantity::Number(number) => *number,
        Quantity::Time(time) => millis(*time),
        Quantity::Latency(of, percentile) => {
            let metrics = world.metrics();
            let histogram: Option<&Histogram> = match of {
                LatencyOf::EndToEnd(queue) => metrics.queue(queue).map(|queue| &queue.end_to_end),
                LatencyOf::Queueing(queue) => metrics.queue(queue).map(|queue| &queue.queueing),
                LatencyOf::Http(name) => metrics.http(name).map(|http| &http.latency),
                LatencyOf::Inbox(name) => return world.service_named(name).map_or(0.0, |service| millis(service.waited(*percentile))),
            };
            histogram.map_or(0.0, |histogram| millis(histogram.percentile(*percentile)))
        }
        counted => count(world, counted) as f64,
    }
}

fn count(world: &World, quantity: &Quantity) -> u64 {
    let ledger = world.counted();
    let (messages, business) = (&ledger.messages, &ledger.business);
    match quantity {
        Quantity::Number(_) | Quantity::Time(_) | Quantity::Latency(..) => 0,
        Quantity::Messages(count) => match count {
            MessageCount::Published => messages.published,
            MessageCount::Routed => messages.routed,
            MessageCount::Unroutable => messages.unroutable,
            MessageCount::Delayed => messages.delayed + messages.dead_letters_delayed,
            MessageCount::Returned => messages.returned,
            MessageCount::Unsent => messages.unsent,
            MessageCount::Confirmed => messages.confirmed,
            MessageCount::Nacked => messages.nacked,
            MessageCount::Lost => messages.lost_total() + ledger.queues.values().map(Copies::lost_total).sum::<u64>(),
            MessageCount::LostInTotal => ledger.lost_in_total(),
            MessageCount::Imbalances => world.ledger().imbalances().len() as u64,
        },
        Quantity::Queue(QueueCount::Depth, name) => {
            let depths = world.metrics().queues().filter(|(queue, _)| name.as_ref().is_none_or(|name| name == *queue));
            depths.map(|(_, queue)| queue.depth_max).max().unwrap_or_default()
        }
        Quantity::Queue(QueueCount::Ready, name) => held(world, name.as_deref(), |queue| queue.ready()),
        Quantity::Queue(QueueCount::Unacked, name) => held(world, name.as_deref(), |queue| queue.unacked()),
        Quantity::Queue(QueueCount::Consumers, name) => held(world, name.as_deref(), |queue| queue.consumers()),
        Quantity::Queue(count, name) => of_copies(ledger, name.as_deref(), |copies| match count {
            QueueCount::Arrived => copies.arrived,
            QueueCount::Delivered => copies.delivered,
            QueueCount::Redelivered => copies.redelivered,
            QueueCount::Requeued => copies.requeued,
            QueueCount::Acknowledged => copies.acknowledged + copies.auto_acknowledged + copies.reads.map_or(0, |reads| reads.settled),
            QueueCount::Dropped => copies.dropped_total(),
            QueueCount::Refused => copies.refused,
            QueueCount::UnroutableDeadLetters => copies.unroutable_dead_letters,
            QueueCount::Alerted => copies.alerted,
            QueueCount::Ready | QueueCount::Unacked | QueueCount::Depth | QueueCount::Consumers => 0,
        }),
        Quantity::Dead(name, reason) => of_copies(ledger, name.as_deref(), |copies| {
            let deaths = copies.dead_lettered.iter().filter(|(of, _)| reason.as_ref().is_none_or(|reason| of.name() == &**reason));
            deaths.map(|(_, count)| *count).sum()
        }),
        Quantity::Business(count) => match count {
            BusinessCount::Requests => business.requests,
            BusinessCount::Accepted => business.accepted,
            BusinessCount::Failed => business.failed + business.gave_up,
            BusinessCount::Saved => business.saved,
            BusinessCount::SavedTwice => business.saved_twice(),
            BusinessCount::Unannounced => business.unannounced(),
        },
        Quantity::Service(count, name) => of_services(world, *count, name.as_ref()),
        Quantity::Effect(count, Some(what)) => effect(ledger, *count, what),
        Quantity::Effect(count, None) => business.effects.keys().map(|what| effect(ledger, *count, what)).sum(),
    }
}

fn of_copies(ledger: &Ledger, queue: Option<&str>, count: impl Fn(&Copies) -> u64) -> u64 {
    match queue {
        Some(name) => ledger.queues.get(name).map_or(0, count),
        None => ledger.queues.values().map(count).sum(),
    }
}

/// What the broker holds now in one queue, or in all.
fn held(world: &World, queue: Option<&str>, count: impl Fn(&QueueView<'_>) -> u64) -> u64 {
    match queue {
        Some(name) => world.broker().queue(name).map_or(0, |queue| count(&queue)),
        None => world.broker().queues().map(|queue| count(&queue)).sum(),
    }
}

fn effect(ledger: &Ledger, count: EffectCount, what: &str) -> u64 {
    match count {
        EffectCount::Done => ledger.business.times_done(what),
        EffectCount::Missing => ledger.business.missing(what),
        EffectCount::Duplicated => ledger.business.duplicated(what),
        EffectCount::Invented => ledger.business.invented(what),
        EffectCount::OutOfOrder => ledger.business.out_of_order(what),
    }
}

fn of_services(world: &World, count: ServiceCount, name: Option<&Name>) -> u64 {
    let services = world.services().iter().enumerate().filter(|(_, service)| !service.removed);
    let meant = services.filter(|(_, service)| name.is_none_or(|name| *name == service.spec.name));
    meant
        .map(|(place, service)| match count {
            ServiceCount::Connections => world.connections_of(place),
            ServiceCount::ChannelErrors => service.channel_errors,
            ServiceCount::Unread => {
                let instances = 0..service.instances.len();
                instances.map(|instance| world.unread_of(InstanceId { service: place, instance })).sum()
            }
            ServiceCount::Swallowed => service.swallowed,
        })
        .sum()
}

/// The first order that a property about orders does not hold for. None: it is about something else.
#[must_use]
pub fn culprit(world: &World, property: &Property) -> Option<Name> {
    let business = &world.ledger().business;
    [&property.left, &property.right].into_iter().find_map(|quantity| match quantity {
        Quantity::Effect(EffectCount::Done | EffectCount::Missing, Some(what)) => business.first_missing(what),
        Quantity::Effect(EffectCount::Duplicated, Some(what)) => business.first_duplicated(what),
        Quantity::Effect(EffectCount::Invented, Some(what)) => business.first_invented(what),
        Quantity::Business(BusinessCount::Accepted | BusinessCount::Failed) => business.first_unanswered(),
        Quantity::Business(BusinessCount::SavedTwice) => business.first_saved_twice(),
        Quantity::Business(BusinessCount::Unannounced) => business.first_unannounced(),
        Quantity::Business(BusinessCount::Requests | BusinessCount::Saved)
        | Quantity::Effect(_, None)
        | Quantity::Effect(EffectCount::OutOfOrder, _)
        | Quantity::Service(..)
        | Quantity::Number(_)
        | Quantity::Time(_)
        | Quantity::Messages(_)
        | Quantity::Queue(..)
        | Quantity::Dead(..)
        | Quantity::Latency(..) => None,
    })
}

/// A quantity in two worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub quantity: Quantity,
    pub left: f64,
    pub right: f64,
}

/// Two futures side by side: every quantity that either of them has, whether it differs or not.
#[must_use]
pub fn compare(left: &World, right: &World) -> Vec<Compared> {
    let ledgers = [left.ledger(), right.ledger()];
    let mut quantities: Vec<Quantity> = MessageCount::ALL.iter().map(|(_, count)| Quantity::Messages(*count)).collect();
    quantities.extend(BusinessCount::ALL.iter().map(|(_, count)| Quantity::Business(*count)));
    for what in in_order(ledgers.iter().flat_map(|ledger| ledger.business.effects.keys())) {
        quantities.extend(EffectCount::ALL.iter().map(|(_, count)| Quantity::Effect(*count, Some(what.clone()))));
    }
    for queue in in_order(ledgers.iter().flat_map(|ledger| ledger.queues.keys())) {
        quantities.extend(QueueCount::ALL.iter().map(|(_, count)| Quantity::Queue(*count, Some(queue.clone()))));
        quantities.push(Quantity::Dead(Some(queue.clone()), None));
        for percentile in [Percentile::P50, Percentile::P95, Percentile::Max] {
            quantities.push(Quantity::Latency(LatencyOf::Queueing(queue.clone()), percentile));
            quantities.push(Quantity::Latency(LatencyOf::EndToEnd(queue.clone()), percentile));
        }
    }
    for callee in in_order(left.metrics().https().chain(right.metrics().https()).map(|(name, _)| name)) {
        for percentile in [Percentile::P50, Percentile::P95, Percentile::Max] {
            quantities.push(Quantity::Latency(LatencyOf::Http(callee.clone()), percentile));
        }
    }
    let services = |world: &World| -> Vec<Name> {
        world.services().iter().filter(|service| !service.removed).map(|service| service.spec.name.clone()).collect()
    };
    let services = [services(left), services(right)];
    for service in in_order(services.iter().flatten()) {
        quantities.extend(ServiceCount::ALL.iter().map(|(_, count)| Quantity::Service(*count, Some(service.clone()))));
        quantities.push(Quantity::Latency(LatencyOf::Inbox(service.clone()), Percentile::P95));
    }
    let found = |of: Quantity| Compared { left: quantity(left, &of), right: quantity(right, &of), quantity: of };
    quantities.into_iter().map(found).collect()
}
