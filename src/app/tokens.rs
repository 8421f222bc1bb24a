//! What moves on the canvas: a function of the world and its time, and nothing else.

use super::geometry::{self, Curve, PREFETCH_SHOWN_MAX, Plan, READY_SHOWN_MAX};
use crate::broker::ordered::OrderedMap;
use crate::broker::{DeathReason, Message, MessageId, Name, Outcome, SimTime};
use crate::scenario::{Action, Point, Scenario};
use crate::sim::{Cargo, HopKind, Place, Verdict, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A first delivery: a disc.
    First,
    /// A redelivery: a disc with a ring.
    Redelivered,
    /// A dead letter: a diamond.
    Dead,
    /// An HTTP request: a small square.
    Request,
    /// A good answer, an acknowledgement: a small check mark.
    Ok,
    /// A bad answer: a small cross.
    Failed,
    /// It found no queue: a circle that fades.
    Unroutable,
    /// Held by a program that is gone, until the broker notices: a hollow disc.
    Held,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub at: Point,
    pub shape: Shape,
    /// Index into the hues of routing keys.
    pub hue: usize,
    /// In the queue or at the consumer, where it stands still, tokens are a little smaller.
    pub radius: f64,
    /// A word beside it.
    pub label: Option<&'static str>,
}

/// A number where tokens would not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub at: Point,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub tokens: Vec<Token>,
    pub counts: Vec<Count>,
}

/// How many hues there are.
pub const HUES: usize = 6;

/// The hue of a routing key: by its place among the keys the scenario's services publish, so that it never changes.
#[must_use]
pub fn hue(scenario: &Scenario, routing_key: &str) -> usize {
    let keys = published_keys(scenario);
    keys.iter().position(|key| &***key == routing_key).unwrap_or_else(|| {
        // Any other key: its letters decide, among the hues that are left.
        let left = HUES.saturating_sub(keys.len()).max(1);
        let letters = routing_key.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        keys.len() + letters % left
    }) % HUES
}

/// The routing keys the scenario's services publish, in the order of their hues.
#[must_use]
pub fn published_keys(scenario: &Scenario) -> Vec<&Name> {
    let mut keys: Vec<&Name> = Vec::new();
    for step in scenario.services.iter().flat_map(|service| &service.handlers).flat_map(|handler| &handler.steps) {
        if let Action::Publish(publish) = &step.action
            && !keys.contains(&&publish.routing_key)
        {
            keys.push(&publish.routing_key);
        }
    }
    keys
}

/// Everything that moves or waits, at the world's time. With `still`, what is on its way stands where it will arrive.
#[must_use]
pub fn picture(plan: Plan<'_>, still: bool) -> Picture {
    let mut picture = Picture::default();
    let landing = flying(plan, still, &mut picture);
    waiting(plan, &landing, &mut picture);
    working(plan, &mut picture);
    picture
}

fn share(world: &World, departs: SimTime, arrives: SimTime, still: bool) -> f64 {
    let whole = arrives.saturating_sub(departs).as_secs_f64();
    if still || whole <= 0.0 {
        return 1.0;
    }
    (world.now().saturating_sub(departs).as_secs_f64() / whole).clamp(0.0, 1.0)
}

/// The n-th of a file is a little behind the first, and catches up at the end.
fn behind(share: f64, place: f64, still: bool) -> f64 {
    if still { share } else { share * (1.0 - (1.0 - share) * f64::min(place, 9.0) * 0.1) }
}

/// Along a path of several legs, each taking its share.
fn along(plan: Plan<'_>, path: &[Place], share: f64, kind: Leg) -> Option<Point> {
    let curves: Vec<Curve> = path.windows(2).filter_map(|pair| kind.curve(plan, &pair[0], &pair[1])).collect();
    #[expect(clippy::cast_precision_loss, reason = "a path has a handful of legs")]
    let count = curves.len() as f64;
    let position = share.clamp(0.0, 1.0) * count;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a handful")]
    let index = (position as usize).min(curves.len().checked_sub(1)?);
    #[expect(clippy::cast_precision_loss, reason = "a path has a handful of legs")]
    let within = ease(position - index as f64);
    Some(curves[index].at(within))
}

/// Slow at both ends: things start and arrive.
fn ease(share: f64) -> f64 {
    share * share * (3.0 - 2.0 * share)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leg {
    Plain,
    /// The line from `to` to `from`, backwards: an answer.
    Back,
    Requeue,
    Dead,
}

impl Leg {
    fn curve(self, plan: Plan<'_>, from: &Place, to: &Place) -> Option<Curve> {
        match (self, from, to) {
            (Self::Requeue, Place::Instance(_), Place::Queue(_)) => geometry::requeue_arc(plan, from, to),
            (Self::Dead, Place::Queue(_), Place::Exchange(_) | Place::Queue(_)) => geometry::leg(plan, from, to, true),
            (Self::Back, _, _) => geometry::leg(plan, to, from, false).map(|curve| curve.reversed()),
            _ => geometry::leg(plan, from, to, false),
        }
    }
}

fn message_shape(message: &Message, redelivered: bool) -> Shape {
    if !message.deaths().is_empty() {
        Shape::Dead
    } else if redelivered {
        Shape::Redelivered
    } else {
        Shape::First
    }
}

const FLYING: f64 = 6.0;
const SMALL: f64 = 4.0;

/// Flights and hops. Returns what has not landed in its queue yet, as far as the eye is concerned.
fn flying(plan: Plan<'_>, still: bool, picture: &mut Picture) -> OrderedMap<(Name, MessageId), ()> {
    let world = plan.world;
    let scenario = world.scenario();
    let mut add = |at: Option<Point>, shape, hue, radius, label| {
        if let Some(at) = at {
            picture.tokens.push(Token { at, shape, hue, radius, label });
        }
    };
    // What left the same place at the same moment goes in single file, or ten would look like one.
    let mut file = (SimTime::MAX, None, 0.0);
    for flight in world.flights() {
        let path = &flight.path;
        if (flight.departs, path.first()) == (file.0, file.1) {
            file.2 += 1.0;
        } else {
            file = (flight.departs, path.first(), 0.0);
        }
        let share = behind(share(world, flight.departs, flight.arrives, still), file.2, still);
        match &flight.cargo {
            Cargo::Publish { publish, .. } => {
                add(along(plan, path, share, Leg::Plain), Shape::First, hue(scenario, &publish.routing_key), FLYING, None);
            }
            Cargo::Delivery(delivery) => {
                let (message, shape) = (&delivery.message, message_shape(&delivery.message, delivery.redelivered));
                let leg = if delivery.redelivered { Leg::Requeue } else { Leg::Plain };
                add(along(plan, path, share, leg), shape, hue(scenario, &message.routing_key), FLYING, None);
            }
            Cargo::Settlement { verdict, message, .. } => {
                let hue = hue(scenario, &message.routing_key);
                match verdict {
                    Verdict::Ack => add(along(plan, path, share, Leg::Back), Shape::Ok, hue, SMALL, None),
                    Verdict::Requeue | Verdict::RejectRequeue => {
                        add(along(plan, path, share, Leg::Requeue), Shape::Redelivered, hue, FLYING, Some("requeue"));
                    }
                    Verdict::Reject => add(along(plan, path, share, Leg::Requeue), Shape::Dead, hue, FLYING, Some("reject")),
                }
            }
            Cargo::Request(_) => add(along(plan, path, share, Leg::Plain), Shape::Request, 0, SMALL, None),
            Cargo::Response { status, .. } => {
                let shape = if (200..300).contains(status) { Shape::Ok } else { Shape::Failed };
                add(along(plan, path, share, Leg::Back), shape, 0, SMALL, None);
            }
            Cargo::Confirm { outcome, .. } => {
                let shape = if *outcome == Outcome::Ack { Shape::Ok } else { Shape::Failed };
                add(along(plan, path, share, Leg::Back), shape, 0, SMALL, Some("confirm"));
            }
            Cargo::Return { message, .. } => {
                let hue = hue(scenario, &message.routing_key);
                add(along(plan, path, share, Leg::Back), Shape::Failed, hue, FLYING, Some("returned"));
            }
            Cargo::Connect { .. } | Cargo::Cancel { .. } | Cargo::CancelOk { .. } | Cargo::Disconnect { .. } => {}
        }
    }
    let mut landing = OrderedMap::new();
    if still {
        return landing;
    }
    let mut file = (SimTime::MAX, None, 0.0);
    for hop in world.hops() {
        let share = share(world, hop.departs, hop.arrives, false);
        if share >= 1.0 {
            continue;
        }
        // The copies of one message part at once; what comes back together comes one by one.
        if hop.kind == HopKind::Requeued && (hop.departs, hop.path.first()) == (file.0, file.1) {
            file.2 += 1.0;
        } else {
            file = (hop.departs, hop.path.first(), 0.0);
        }
        let share = behind(share, file.2, false);
        if let Some(Place::Queue(queue)) = hop.path.last() {
            landing.insert((queue.clone(), hop.message.id), ());
        }
        let hue = hue(scenario, &hop.message.routing_key);
        match hop.kind {
            HopKind::Routed => {
                add(along(plan, &hop.path, share, Leg::Plain), message_shape(&hop.message, false), hue, FLYING, None);
            }
            HopKind::Requeued => {
                add(along(plan, &hop.path, share, Leg::Requeue), Shape::Redelivered, hue, FLYING, Some("requeue"));
            }
            HopKind::DeadLettered(reason) => {
                add(along(plan, &hop.path, share, Leg::Dead), Shape::Dead, hue, FLYING, Some(short(reason)));
            }
            HopKind::Unroutable => {
                let at = hop.path.last().and_then(|place| geometry::rect(plan, place));
                let at = at.map(|rect| Point { x: rect.right() + 10.0 + 30.0 * share, y: rect.bottom() - 4.0 + 30.0 * share });
                add(at, Shape::Unroutable, hue, FLYING, Some("unroutable"));
            }
        }
    }
    landing
}

const fn short(reason: DeathReason) -> &'static str {
    match reason {
        DeathReason::Rejected => "rejected",
        DeathReason::Expired => "expired",
        DeathReason::Maxlen => "maxlen",
        DeathReason::DeliveryLimit => "delivery limit",
    }
}

/// Ready messages in their queues.
fn waiting(plan: Plan<'_>, landing: &OrderedMap<(Name, MessageId), ()>, picture: &mut Picture) {
    let world = plan.world;
    let scenario = world.scenario();
    for queue in world.broker().queues() {
        let Some(rect) = geometry::rect(plan, &Place::Queue(queue.name().clone())) else { continue };
        let landed = queue.messages().filter(|entry| !landing.contains_key(&(queue.name().clone(), entry.message.id)));
        let many = queue.ready() > READY_SHOWN_MAX as u64;
        let shown = if many { READY_SHOWN_MAX - 1 } else { READY_SHOWN_MAX };
        for (index, entry) in landed.take(shown).enumerate() {
            picture.tokens.push(Token {
                at: geometry::ready_slot(&rect, index),
                shape: message_shape(&entry.message, entry.redelivered()),
                hue: hue(scenario, &entry.message.routing_key),
                radius: 6.0,
                label: None,
            });
        }
        if many {
            let text = format!("+{}", queue.ready() - shown as u64);
            picture.counts.push(Count { at: Point { x: rect.left + 22.0, y: rect.top + rect.height / 2.0 }, text });
        }
    }
}

/// What the instances are working on, in their prefetch slots.
fn working(plan: Plan<'_>, picture: &mut Picture) {
    let world = plan.world;
    let scenario = world.scenario();
    for (id, instance) in world.instances().filter(|(_, instance)| instance.up) {
        let Some(rect) = geometry::rect(plan, &Place::Instance(id)) else { continue };
        for (index, (message, redelivered)) in instance.deliveries().take(PREFETCH_SHOWN_MAX).enumerate() {
            picture.tokens.push(Token {
                at: geometry::prefetch_slot(&rect, index),
                shape: message_shape(message, redelivered),
                hue: hue(scenario, &message.routing_key),
                radius: 3.6,
                label: None,
            });
        }
    }
    for (id, channel) in world.channels_of_the_dead() {
        let Some(rect) = geometry::rect(plan, &Place::Instance(id)) else { continue };
        for (index, message) in world.broker().unacked_messages(channel).take(PREFETCH_SHOWN_MAX).enumerate() {
            picture.tokens.push(Token {
                at: geometry::prefetch_slot(&rect, index),
                shape: Shape::Held,
                hue: hue(scenario, &message.routing_key),
                radius: 3.6,
                label: None,
            });
        }
    }
}
