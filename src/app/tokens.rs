//! What moves on the canvas: a function of the world and its time, and nothing else.

use std::borrow::Cow;
use std::cell::RefCell;

use super::flights::{File, behind, looked_at, share};
use super::geometry::{self, Curve, Plan, Rect};
use super::landing::Landing;
use super::lettering;
use super::moves::{ARCS, MoveKind};
use super::returning::{self, Fan};
use super::texts::session as texts;
use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::base::ordered::OrderedMap;
use crate::broker::view::QueueView;
use crate::broker::{DeathReason, DropCause, Message, MessageId, Name, Outcome};
use crate::scenario::Point;
use crate::sim::{Cargo, Delivery, Flight, Place, Verdict, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A first delivery: a disc.
    First,
    /// A redelivery: a disc with a ring.
    Redelivered,
    /// A dead letter: a diamond.
    Dead,
    /// It has just expired in its queue: an hourglass. As a dead letter it goes on.
    Expired,
    /// On its way back to its publisher: a triangle.
    Returned,
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
    pub label: Option<Cow<'static, str>>,
    /// The event it is, whose story can be asked for.
    pub event: Option<Name>,
}

/// A number where tokens would not fit, or what a move is, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub at: Point,
    pub text: String,
    /// It stands on its own ground, and within the view.
    pub is_label: bool,
    /// It is a number in this tube of a queue.
    pub within: Option<Rect>,
}

/// The way of a message that comes back, which is seen while it flies.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    pub curve: Curve,
    pub hue: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub arcs: Vec<Arc>,
    pub tokens: Vec<Token>,
    pub counts: Vec<Count>,
}

/// The key a message was first published with, which its colour follows: a dead letter has another one now.
#[must_use]
pub fn published_key(message: &Message) -> &Name {
    message.first_death().and_then(|death| death.routing_keys.first()).unwrap_or(&message.routing_key)
}

/// Beneath a card, to the middle of its label.
const BENEATH: f64 = 16.0;

/// In words, while it is seen: returns from a lost connection, and what an exchange does with a message.
fn captions(sheet: &Sheet<'_>, still: bool, picture: &mut Picture) {
    let plan = sheet.plan;
    // How many came back, and whether some of them are seen.
    let mut returned: OrderedMap<(SimTime, &[Place]), (u32, bool)> = OrderedMap::new();
    for hop in plan.moves.iter().filter(|hop| hop.kind == MoveKind::Requeued) {
        let (count, is_seen) = returned.get_or_default((hop.departs, &hop.path[..]));
        *count += 1;
        *is_seen |= plan.moves.is_return_seen(hop, plan.world.now(), still);
    }
    for ((_, path), (count, _)) in returned.iter().filter(|(_, (_, is_seen))| *is_seen) {
        // It stays with the service that died.
        if let Some(card) = path.first().and_then(|dead| geometry::card(plan, dead)) {
            let at = Point { x: card.centre().x, y: card.bottom() + BENEATH };
            picture.counts.push(Count { at, text: texts::unacked_return(*count), is_label: true, within: None });
        }
    }
    if let Some(since) = plan.moves.waits_since() {
        picture.counts.extend(wait(plan, since));
    }
    // Of several messages that leave at once, the last one is named.
    let copies: OrderedMap<&Name, usize> = plan.moves.captioned(plan.world.now()).map(|fan| (&fan.exchange, fan.copies)).collect();
    for (exchange, count) in copies.iter() {
        if let Some(rect) = geometry::rect(plan, &Place::Exchange((*exchange).clone())) {
            let at = Point { x: rect.left + rect.width / 2.0, y: rect.top - 14.0 };
            picture.counts.push(Count { at, text: texts::copies(*count), is_label: true, within: None });
        }
    }
}

/// While time hurries: how much of it passes, and where messages wait meanwhile. That is first a queue from which they go by themselves.
fn wait(plan: Plan<'_>, since: SimTime) -> Option<Count> {
    let passed = plan.world.now().saturating_sub(since).as_secs();
    let broker = plan.world.broker();
    let waiting = || broker.queues().filter(|queue| queue.ready() > 0 && queue.consumers() == 0);
    let expires = |queue: &QueueView<'_>| queue.messages().next().is_some_and(|entry| entry.expires_at < SimTime::MAX);
    let queue = waiting().find(expires).or_else(|| waiting().next());
    let place = queue.and_then(|queue| geometry::card(plan, &Place::Queue(queue.name().clone())));
    let bounds = geometry::bounds(plan);
    let at = place.map_or(Point { x: bounds.centre().x, y: bounds.top }, |card| Point { x: card.centre().x, y: card.bottom() + BENEATH });
    let text = queue.map_or_else(|| texts::time_passes(passed), |queue| texts::messages_wait(passed, queue.ready(), queue.name()));
    (passed > 0).then_some(Count { at, text, is_label: true, within: None })
}

/// Everything that moves or waits, at the world's time. With `still`, what is on its way stands where it will arrive.
#[must_use]
pub fn picture(plan: Plan<'_>, still: bool) -> Picture {
    let mut picture = Picture::default();
    let sheet = Sheet { plan, obstacles: geometry::obstacles(plan), curves: RefCell::default(), fans: RefCell::default() };
    arcs(&sheet, still, &mut picture);
    flying(&sheet, still, &mut picture);
    thin_out(&mut picture, looked_at(plan.world));
    captions(&sheet, still, &mut picture);
    waiting(&sheet, &Landing::of_plan(plan, still), &mut picture);
    working(&sheet, still, &mut picture);
    picture
}

/// How far from its middle a token can still be clicked.
const REACH: f64 = 9.0;

impl Picture {
    /// The event whose token is at this place, or the nearest within reach.
    #[must_use]
    pub fn event_at(&self, at: Point, reach: f64) -> Option<&Name> {
        let distance = |token: &Token| (token.at.x - at.x).abs().max((token.at.y - at.y).abs());
        let near = self.tokens.iter().filter(|token| token.event.is_some() && distance(token) <= reach.max(REACH));
        near.min_by(|one, other| distance(one).total_cmp(&distance(other)))?.event.as_ref()
    }
}

/// What thousands of tokens of one picture have in common: the lines they move along.
struct Sheet<'a> {
    plan: Plan<'a>,
    /// What lines go round, and the lines.
    obstacles: Vec<Rect>,
    curves: RefCell<OrderedMap<(Leg, Place, Place), Option<Curve>>>,
    fans: RefCell<OrderedMap<(Place, Place), Option<Fan>>>,
}

impl Sheet<'_> {
    fn hue(&self, routing_key: &str) -> usize {
        self.plan.hues.of(routing_key)
    }

    fn curve(&self, kind: Leg, from: &Place, to: &Place) -> Option<Curve> {
        *self.curves.borrow_mut().get_or_insert_with((kind, from.clone(), to.clone()), || kind.curve(self, from, to))
    }

    /// From a program that died: each message has its own arc.
    fn arc(&self, from: &Place, to: &Place, turn: usize) -> Option<Curve> {
        let (Place::Instance(_), Place::Queue(_)) = (from, to) else { return None };
        let mut fans = self.fans.borrow_mut();
        let fan = fans.get_or_insert_with((from.clone(), to.clone()), || Fan::new(self.plan, &self.obstacles, from, to));
        fan.map(|fan| fan.arc(turn))
    }

    /// Along a path of several legs, each taking its share.
    fn along(&self, path: &[Place], share: f64, kind: Leg) -> Option<Point> {
        let legs = path.len().checked_sub(2)?;
        #[expect(clippy::cast_precision_loss, reason = "a path has a handful of legs")]
        let position = share.clamp(0.0, 1.0) * (legs + 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a handful")]
        let index = (position as usize).min(legs);
        #[expect(clippy::cast_precision_loss, reason = "a path has a handful of legs")]
        let within = ease(position - index as f64);
        Some(self.curve(kind, &path[index], &path[index + 1])?.at(within))
    }
}

/// More than this on the way are not drawn one by one.
pub const FLYING_MAX: usize = 400;
/// Tokens nearer to one another than this are of one stream.
const STREAM: f64 = 48.0;
/// So many of a stream are drawn.
const OF_A_STREAM: usize = 4;

/// Thousands become streams: a few of those that are near one another, and how many they are.
fn thin_out(picture: &mut Picture, one_of: u64) {
    if picture.tokens.len() <= FLYING_MAX {
        return;
    }
    let all = picture.tokens.len();
    let mut streams: OrderedMap<(i32, i32), (usize, Point)> = OrderedMap::new();
    picture.tokens.retain(|token| {
        #[expect(clippy::cast_possible_truncation, reason = "a canvas is small")]
        let stream = ((token.at.x / STREAM).floor() as i32, (token.at.y / STREAM).floor() as i32);
        let (count, centre) = streams.get_or_default(stream);
        *count += 1;
        *centre = Point { x: centre.x + token.at.x, y: centre.y + token.at.y };
        *count <= OF_A_STREAM
    });
    for (count, sum) in streams.values().filter(|(count, _)| *count > all / 40 + OF_A_STREAM) {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let many = *count as f64;
        let text = if one_of == 1 { format!("×{}", grouped(*count as u64)) } else { format!("≈{}", grouped(*count as u64 * one_of)) };
        picture.counts.push(Count { at: Point { x: sum.x / many, y: sum.y / many - 16.0 }, text, is_label: false, within: None });
    }
}

/// Slow at both ends: things start and arrive.
fn ease(share: f64) -> f64 {
    share * share * (3.0 - 2.0 * share)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leg {
    Plain,
    /// The line from `to` to `from`, backwards: an answer.
    Back,
    Requeue,
    Dead,
}

impl Leg {
    fn curve(self, sheet: &Sheet<'_>, from: &Place, to: &Place) -> Option<Curve> {
        let (plan, obstacles) = (sheet.plan, &*sheet.obstacles);
        match (self, from, to) {
            (Self::Requeue, Place::Instance(_), Place::Queue(_)) => geometry::requeue_arc(plan, from, to),
            (Self::Dead, Place::Queue(_), Place::Exchange(_) | Place::Queue(_)) => geometry::leg(plan, obstacles, from, to, true),
            (Self::Back, _, _) => geometry::leg(plan, obstacles, to, from, false).map(|curve| curve.reversed()),
            _ => geometry::leg(plan, obstacles, from, to, false),
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

/// What expires is an hourglass on so much of its way.
const EXPIRING: f64 = 0.3;
const FLYING: f64 = 6.0;
const SMALL: f64 = 4.0;
/// In a queue, with what surrounds it.
const RADIUS: f64 = 6.0;

/// The simulated time of the shortest hop of what flies now: one leg of its way. None: nothing is seen to fly.
#[must_use]
pub fn shortest_hop(plan: Plan<'_>) -> Option<SimTime> {
    let world = plan.world;
    let flies = |departs: SimTime, arrives: SimTime| departs <= world.now() && world.now() < arrives;
    let flights = world
        .some_flights(looked_at(world))
        .filter(|flight| !flight.held && is_drawn(world, &flight.cargo) && flies(flight.departs, flight.arrives));
    let of_flight = |flight: &Flight| {
        let way = match &flight.cargo {
            Cargo::Delivery(delivery) => plan.moves.way_through(&delivery.queue, delivery.message.id, flight.departs),
            _ => None,
        };
        let legs = way.unwrap_or(&flight.path).len().saturating_sub(1).max(1) as u64;
        SimTime::from_micros(flight.arrives.saturating_sub(flight.departs).as_micros() / legs)
    };
    let moving = plan.moves.iter().any(|hop| flies(hop.departs, plan.moves.is_over(hop)));
    flights.map(of_flight).chain(moving.then_some(plan.moves.leg())).min().map(|hop| hop.max(SimTime::from_micros(1)))
}

/// Connections are made and ended unseen. An answer is on its way to its caller from where it is published. What goes to and fro about a
/// message of a queue that was deleted concerns nothing that is there. Another may have its name since.
fn is_drawn(world: &World, cargo: &Cargo) -> bool {
    match cargo {
        Cargo::Delivery(Delivery { no_ack: false, channel, delivery_tag, .. }) | Cargo::Settlement { channel, delivery_tag, .. } => {
            world.broker().awaits(*channel, *delivery_tag)
        }
        Cargo::Publish { .. }
        | Cargo::Delivery(_)
        | Cargo::Request(_)
        | Cargo::Response { .. }
        | Cargo::Confirm { .. }
        | Cargo::Return { .. } => true,
        Cargo::Connect { .. }
        | Cargo::Answer { .. }
        | Cargo::Flow { .. }
        | Cargo::Closed { .. }
        | Cargo::Declare { .. }
        | Cargo::DeclareOk { .. }
        | Cargo::Consume { .. }
        | Cargo::Cancel { .. }
        | Cargo::CancelOk { .. }
        | Cargo::Question(_)
        | Cargo::Told { .. }
        | Cargo::Disconnect { .. } => false,
    }
}

/// The ways of what a lost connection gives back: as many as there are arcs.
fn arcs(sheet: &Sheet<'_>, still: bool, picture: &mut Picture) {
    let (world, moves) = (sheet.plan.world, sheet.plan.moves);
    let turns = moves.iter().filter(|hop| (hop.turn as usize) < ARCS);
    for hop in turns.filter(|hop| moves.is_return_seen(hop, world.now(), still)) {
        if let [from, to] = &*hop.path
            && let Some(curve) = sheet.arc(from, to, hop.turn as usize)
        {
            picture.arcs.push(Arc { curve, hue: sheet.hue(published_key(&hop.message)) });
        }
    }
}

/// Flights, and moves inside the broker.
fn flying(sheet: &Sheet<'_>, still: bool, picture: &mut Picture) {
    let world = sheet.plan.world;
    let mut add = |at: Option<Point>, shape, hue, radius, label: Option<Cow<'static, str>>, event: Option<&Name>| {
        if let Some(at) = at {
            picture.tokens.push(Token { at, shape, hue, radius, label, event: event.cloned() });
        }
    };
    let mut file = File::default();
    for flight in world.some_flights(looked_at(world)) {
        let path = &flight.path;
        let place = file.place(flight);
        if !is_drawn(world, &flight.cargo) {
            continue;
        }
        let share = behind(share(world, flight.departs, flight.arrives, still), place, still);
        match &flight.cargo {
            Cargo::Publish { publish, .. } => {
                add(
                    sheet.along(path, share, Leg::Plain),
                    Shape::First,
                    sheet.hue(&publish.routing_key),
                    FLYING,
                    None,
                    publish.properties.message_id.as_ref(),
                );
            }
            Cargo::Delivery(delivery) => {
                let (message, shape) = (&delivery.message, message_shape(&delivery.message, delivery.redelivered));
                let leg = if delivery.redelivered { Leg::Requeue } else { Leg::Plain };
                let path = sheet.plan.moves.way_through(&delivery.queue, message.id, flight.departs).unwrap_or(path);
                let standing = sheet.plan.moves.share_of_way(flight.departs, path).filter(|_| !still);
                let at = match path {
                    // What a crash gave back passes through its queue, and goes on to another program.
                    [from @ Place::Instance(_), to @ Place::Queue(_), _] => {
                        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful")]
                        let turn = place as usize;
                        let share = self::share(world, flight.departs, flight.arrives, still);
                        let legs = standing.map_or_else(|| returning::legs_passed(turn, share), |share| 2.0 * share);
                        match path {
                            _ if legs < 1.0 => sheet.arc(from, to, turn).map(|arc| arc.walked(legs)),
                            [_, queue, on] => sheet.curve(leg, queue, on).map(|line| line.walked(legs - 1.0)),
                            _ => None,
                        }
                    }
                    _ => sheet.along(path, standing.unwrap_or(share), leg),
                };
                add(at, shape, sheet.hue(published_key(message)), FLYING, None, message.properties.message_id.as_ref());
            }
            Cargo::Settlement { verdict, message, .. } => {
                let (hue, event) = (sheet.hue(published_key(message)), message.properties.message_id.as_ref());
                match verdict {
                    Verdict::Ack | Verdict::AckUpTo => add(sheet.along(path, share, Leg::Back), Shape::Ok, hue, SMALL, None, event),
                    Verdict::Requeue | Verdict::RejectRequeue => {
                        add(sheet.along(path, share, Leg::Requeue), Shape::Redelivered, hue, FLYING, Some("requeue".into()), event);
                    }
                    Verdict::Reject => add(sheet.along(path, share, Leg::Requeue), Shape::Dead, hue, FLYING, Some("reject".into()), event),
                }
            }
            Cargo::Request(_) => add(sheet.along(path, share, Leg::Plain), Shape::Request, 0, SMALL, None, None),
            Cargo::Response { status, .. } => {
                let shape = if (200..300).contains(status) { Shape::Ok } else { Shape::Failed };
                add(sheet.along(path, share, Leg::Back), shape, 0, SMALL, None, None);
            }
            Cargo::Confirm { outcome, .. } => {
                let shape = if *outcome == Outcome::Ack { Shape::Ok } else { Shape::Failed };
                add(sheet.along(path, share, Leg::Back), shape, 0, SMALL, Some("confirm".into()), None);
            }
            Cargo::Return { message, .. } => {
                let hue = sheet.hue(published_key(message));
                add(
                    sheet.along(path, share, Leg::Back),
                    Shape::Returned,
                    hue,
                    FLYING,
                    Some("returned".into()),
                    message.properties.message_id.as_ref(),
                );
            }
            Cargo::Connect { .. }
            | Cargo::Answer { .. }
            | Cargo::Flow { .. }
            | Cargo::Closed { .. }
            | Cargo::Declare { .. }
            | Cargo::DeclareOk { .. }
            | Cargo::Consume { .. }
            | Cargo::Cancel { .. }
            | Cargo::CancelOk { .. }
            | Cargo::Question(_)
            | Cargo::Told { .. }
            | Cargo::Disconnect { .. } => {}
        }
    }
    if still {
        return;
    }
    // Of those that fall from one queue, the newest says why.
    let falls = sheet.plan.moves.iter().filter(|hop| matches!(hop.kind, MoveKind::Dropped(_)) && !sheet.plan.moves.waits(hop, world.now()));
    let said: OrderedMap<&[Place], MessageId> = falls.map(|hop| (&*hop.path, hop.message.id)).collect();
    for hop in sheet.plan.moves.iter() {
        let share = sheet.plan.moves.share(hop, world.now());
        if share >= 1.0 {
            continue;
        }
        if sheet.plan.moves.waits_to_return(hop, world.now()) || sheet.plan.moves.waits(hop, world.now()) {
            continue;
        }
        let (hue, event) = (sheet.hue(published_key(&hop.message)), hop.message.properties.message_id.as_ref());
        match hop.kind {
            MoveKind::Routed => {
                add(sheet.along(&hop.path, share, Leg::Plain), message_shape(&hop.message, false), hue, FLYING, None, event);
            }
            MoveKind::Requeued => {
                let arc = if let [from, to] = &*hop.path { sheet.arc(from, to, hop.turn as usize) } else { None };
                add(arc.map(|arc| arc.walked(share)), Shape::Redelivered, hue, FLYING, None, event);
            }
            MoveKind::DeadLettered(reason) => {
                let is_expiring = reason == DeathReason::Expired && share < EXPIRING;
                let shape = if is_expiring { Shape::Expired } else { Shape::Dead };
                add(sheet.along(&hop.path, share, Leg::Dead), shape, hue, FLYING, Some(short(world, hop.path.first(), reason)), event);
            }
            MoveKind::Dropped(cause) => {
                let at = hop.path.last().and_then(|place| geometry::rect(sheet.plan, place));
                let at = at.map(|rect| Point { x: rect.left + 24.0, y: rect.bottom() + 4.0 + 26.0 * share });
                let has_expired = cause == DropCause::Died(DeathReason::Expired);
                let shape = if has_expired { Shape::Expired } else { Shape::Unroutable };
                let is_said = said.get(&&*hop.path) == Some(&hop.message.id);
                add(at, shape, hue, FLYING, is_said.then(|| dropped(world, hop.path.last(), cause)), event);
            }
            MoveKind::Unroutable => {
                let at = hop.path.last().and_then(|place| geometry::rect(sheet.plan, place));
                let at = at.map(|rect| Point { x: rect.right() + 10.0 + 30.0 * share, y: rect.bottom() - 4.0 + 30.0 * share });
                add(at, Shape::Unroutable, hue, FLYING, Some("unroutable".into()), event);
            }
        }
    }
}

/// Why a message is lost, beside it.
fn dropped(world: &World, from: Option<&Place>, cause: DropCause) -> Cow<'static, str> {
    Cow::Borrowed(match cause {
        DropCause::Died(DeathReason::Rejected) => texts::DROPPED_REJECTED,
        DropCause::Died(DeathReason::Expired) => texts::DROPPED_EXPIRED,
        DropCause::Died(DeathReason::Maxlen) => return Cow::Owned(texts::dropped_full(&full(world, from))),
        DropCause::Died(DeathReason::DeliveryLimit) => texts::DROPPED_DELIVERY_LIMIT,
        DropCause::Cycle(_) => texts::DROPPED_CYCLE,
        _ => texts::DROPPED,
    })
}

fn short(world: &World, from: Option<&Place>, reason: DeathReason) -> Cow<'static, str> {
    Cow::Borrowed(match reason {
        DeathReason::Rejected => "rejected",
        DeathReason::Expired => "expired",
        DeathReason::Maxlen => return Cow::Owned(full(world, from)),
        DeathReason::DeliveryLimit => texts::DELIVERY_LIMIT,
    })
}

/// "full: at most 5".
fn full(world: &World, queue: Option<&Place>) -> String {
    let Some(Place::Queue(queue)) = queue else { return texts::full(None) };
    texts::full(world.broker().queue(queue).and_then(QueueView::length_limit))
}

/// Ready messages in their queues.
fn waiting(sheet: &Sheet<'_>, landing: &Landing, picture: &mut Picture) {
    let world = sheet.plan.world;
    for queue in world.broker().queues() {
        let Some(rect) = geometry::rect(sheet.plan, &Place::Queue(queue.name().clone())) else { continue };
        let (most, ready, tube) = (geometry::ready_max(&rect), landing.ready(queue), geometry::tube(&rect));
        let many = ready > most as u64;
        let shown = match many {
            // A small card has its number there.
            true if sheet.plan.turned.is_some() => most - 1,
            true => beside_a_number(&rect, ready),
            false => most,
        };
        for (index, entry) in landing.messages(queue).take(shown).enumerate() {
            picture.tokens.push(Token {
                at: geometry::ready_slot(&rect, index),
                shape: message_shape(entry.message, entry.redelivered()),
                hue: sheet.hue(published_key(entry.message)),
                radius: RADIUS,
                label: None,
                event: entry.message.properties.message_id.clone(),
            });
        }
        if many && sheet.plan.turned.is_none() {
            let text = format!("+{}", grouped(ready - shown as u64));
            picture.counts.push(Count { at: Point { x: tube.left + 13.0, ..tube.centre() }, text, is_label: false, within: Some(tube) });
        }
    }
}

/// How many tokens have room in a queue's tube beside the number of the others, however large its letters are.
fn beside_a_number(queue: &Rect, ready: u64) -> usize {
    let tube = geometry::tube(queue);
    let number = |shown: usize| lettering::in_tube(&tube, &format!("+{}", grouped(ready - shown as u64)), lettering::GROWN_MAX).right();
    let fits = |shown: &usize| geometry::ready_slot(queue, *shown - 1).x - RADIUS > number(*shown);
    (1..geometry::ready_max(queue)).rev().find(fits).unwrap_or(0)
}

/// What the instances are working on, in their prefetch slots.
fn working(sheet: &Sheet<'_>, still: bool, picture: &mut Picture) {
    let world = sheet.plan.world;
    for (id, instance) in world.instances().filter(|(_, instance)| instance.up) {
        let Some(rect) = geometry::rect(sheet.plan, &Place::Instance(id)) else { continue };
        for (index, (message, redelivered)) in instance.deliveries().take(geometry::prefetch_max(&rect)).enumerate() {
            picture.tokens.push(Token {
                at: geometry::prefetch_slot(&rect, index),
                shape: message_shape(message, redelivered),
                hue: sheet.hue(published_key(message)),
                radius: 3.6,
                label: None,
                event: message.properties.message_id.clone(),
            });
        }
    }
    // What comes back sets out one after the other: until then it is where it was.
    let moves = sheet.plan.moves;
    for hop in moves.iter().filter(|hop| !still && moves.waits_to_return(hop, world.now())) {
        let Some(Place::Instance(id)) = hop.path.first() else { continue };
        let is_up = world.instance(*id).is_some_and(|instance| instance.up);
        let Some(rect) = geometry::rect(sheet.plan, &Place::Instance(*id)).filter(|_| !is_up) else { continue };
        if (hop.turn as usize) < geometry::prefetch_max(&rect) {
            picture.tokens.push(Token {
                at: geometry::prefetch_slot(&rect, hop.turn as usize),
                shape: Shape::Held,
                hue: sheet.hue(published_key(&hop.message)),
                radius: 3.6,
                label: None,
                event: hop.message.properties.message_id.clone(),
            });
        }
    }
    for (id, channel) in world.channels_of_the_dead() {
        let Some(rect) = geometry::rect(sheet.plan, &Place::Instance(id)) else { continue };
        for (index, message) in world.broker().unacked_messages(channel).take(geometry::prefetch_max(&rect)).enumerate() {
            picture.tokens.push(Token {
                at: geometry::prefetch_slot(&rect, index),
                shape: Shape::Held,
                hue: sheet.hue(published_key(message)),
                radius: 3.6,
                label: None,
                event: message.properties.message_id.clone(),
            });
        }
    }
}
