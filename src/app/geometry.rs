//! Where things stand on the canvas, and the curves between them.

use super::moves::Moves;
use crate::base::number::Fixed;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::scenario::{Action, BindingTarget, FailurePolicy, Point, Trigger};
use crate::sim::{InstanceId, Place, World};

pub const SERVICE: Size = Size { width: 196.0, height: 80.0 };
pub const CLIENT: Size = Size { width: 130.0, height: 46.0 };
pub const QUEUE: Size = Size { width: 196.0, height: 84.0 };
/// Where the ready messages of a queue stand within its card: from its top, and how high that is.
pub const TUBE_TOP: f64 = 29.0;
pub const TUBE_HEIGHT: f64 = 26.0;
pub const EXCHANGE_RADIUS: f64 = 36.0;
const EXCHANGE: Size = Size { width: EXCHANGE_RADIUS * 2.0, height: EXCHANGE_RADIUS * 2.0 };
/// From one instance of a service to the next.
const INSTANCE_STRIDE: f64 = 96.0;
/// Room for names and badges around the outermost nodes.
const MARGIN: f64 = 36.0;
/// Places of a curve that are looked at where the nearest is wanted.
const STEPS: u32 = 64;
/// What hangs below an exchange: its name and its type.
const CAPTION: f64 = 42.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    fn around(centre: Point, size: Size) -> Self {
        Self { left: centre.x - size.width / 2.0, top: centre.y - size.height / 2.0, width: size.width, height: size.height }
    }

    #[must_use]
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    #[must_use]
    pub fn has(&self, at: Point) -> bool {
        (self.left..=self.right()).contains(&at.x) && (self.top..=self.bottom()).contains(&at.y)
    }

    #[must_use]
    pub fn centre(&self) -> Point {
        Point { x: self.left + self.width / 2.0, y: self.top + self.height / 2.0 }
    }
}

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub from: Point,
    pub control_from: Point,
    pub control_to: Point,
    pub to: Point,
}

impl Curve {
    /// The point at a share of the way, from 0 to 1.
    #[must_use]
    pub fn at(&self, share: f64) -> Point {
        let rest = 1.0 - share;
        let weights = [rest * rest * rest, 3.0 * rest * rest * share, 3.0 * rest * share * share, share * share * share];
        let points = [self.from, self.control_from, self.control_to, self.to];
        let sum = |pick: fn(&Point) -> f64| points.iter().zip(weights).map(|(point, weight)| pick(point) * weight).sum();
        Point { x: sum(|point| point.x), y: sum(|point| point.y) }
    }

    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { from: self.to, control_from: self.control_to, control_to: self.control_from, to: self.from }
    }

    /// As an SVG path.
    #[must_use]
    pub fn svg(&self) -> String {
        let Self { from, control_from, control_to, to } = self;
        format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            Fixed(from.x),
            Fixed(from.y),
            Fixed(control_from.x),
            Fixed(control_from.y),
            Fixed(control_to.x),
            Fixed(control_to.y),
            Fixed(to.x),
            Fixed(to.y)
        )
    }
}

/// What a line on the canvas stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    Http,
    Publishes,
    /// With its number in the scenario and its key.
    Binding(usize, String),
    Consumes,
    DeadLetters,
    /// To the exchange that gets what another cannot route.
    Alternate,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    pub from: Place,
    pub to: Place,
    pub kind: EdgeKind,
    pub curve: Curve,
}

/// What is on the canvas, and where a hand has put it.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    pub world: &'a World,
    /// What moves inside the broker.
    pub moves: &'a Moves,
    pub layout: &'a Layout,
}

/// Where nodes stand that have been moved. A service stands where its first instance does.
pub type Layout = OrderedMap<Place, Point>;

/// The node that is moved with a place: all instances of a service are one.
#[must_use]
pub fn moved_as(place: &Place) -> Place {
    match place {
        Place::Instance(id) => Place::Instance(InstanceId { instance: 0, ..*id }),
        other => other.clone(),
    }
}

impl Plan<'_> {
    fn at(&self, place: &Place, drawn: Point) -> Point {
        self.layout.get(&moved_as(place)).copied().unwrap_or(drawn)
    }
}

/// Everything of a world that has a place.
#[must_use]
pub fn places(plan: Plan<'_>) -> Vec<Place> {
    let scenario = plan.world.scenario();
    let exchanges = scenario.broker.exchanges.iter().map(|exchange| Place::Exchange(exchange.name.clone()));
    let queues = scenario.broker.queues.iter().map(|queue| Place::Queue(queue.name.clone()));
    places_of_programs(plan).chain(exchanges).chain(queues).collect()
}

fn places_of_programs(plan: Plan<'_>) -> impl Iterator<Item = Place> {
    let clients = plan.world.clients().iter().enumerate().filter(|(_, client)| !client.removed).map(|(index, _)| Place::Client(index));
    clients.chain(plan.world.instances().map(|(id, _)| Place::Instance(id)))
}

/// The box of a node; none for a place that is not on the canvas, such as the default exchange.
#[must_use]
pub fn rect(plan: Plan<'_>, place: &Place) -> Option<Rect> {
    Some(match place {
        Place::Client(index) => {
            Rect::around(plan.at(place, plan.world.clients().get(*index).filter(|client| !client.removed)?.spec.at), CLIENT)
        }
        Place::Instance(id) => {
            let at = plan.at(place, plan.world.services().get(id.service).filter(|service| !service.removed)?.spec.at);
            #[expect(clippy::cast_precision_loss, reason = "there are at most 200 instances")]
            let offset = id.instance as f64 * INSTANCE_STRIDE;
            Rect::around(Point { x: at.x, y: at.y + offset }, SERVICE)
        }
        Place::Exchange(name) => Rect::around(plan.at(place, plan.world.exchange_spec(name)?.at), EXCHANGE),
        Place::Queue(name) => Rect::around(plan.at(place, plan.world.queue_spec(name)?.at), QUEUE),
    })
}

/// The part of the canvas that is used.
#[must_use]
pub fn bounds(plan: Plan<'_>) -> Rect {
    let rects: Vec<Rect> = drawn(plan).map(|(_, rect)| rect).collect();
    if rects.is_empty() {
        return Rect { left: 0.0, top: 0.0, width: 800.0, height: 500.0 };
    }
    let smallest = |pick: fn(&Rect) -> f64| rects.iter().map(pick).fold(f64::INFINITY, f64::min);
    let largest = |pick: fn(&Rect) -> f64| rects.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let (left, top) = (smallest(|rect| rect.left) - MARGIN, smallest(|rect| rect.top) - MARGIN);
    let right = largest(Rect::right) + MARGIN;
    let hanging = |(place, rect): (Place, Rect)| rect.bottom() + if matches!(place, Place::Exchange(_)) { CAPTION } else { 0.0 };
    let bottom = drawn(plan).map(hanging).fold(f64::NEG_INFINITY, f64::max) + MARGIN;
    Rect { left, top, width: right - left, height: bottom - top }
}

/// Every line, in a stable order.
#[must_use]
pub fn edges(plan: Plan<'_>) -> Vec<Edge> {
    let scenario = plan.world.scenario();
    let rects: OrderedMap<Place, Rect> = drawn(plan).collect();
    let mut known = OrderedMap::new();
    let mut edges: Vec<Edge> = Vec::new();
    let mut add = |from: Place, to: Place, kind: EdgeKind| {
        let (Some(start), Some(end)) = (rects.get(&from), rects.get(&to)) else { return };
        // Each binding has a line of its own; of the others one is enough between two nodes.
        if matches!(kind, EdgeKind::Binding(..)) || known.insert((from.clone(), to.clone()), ()).is_none() {
            let curve = between(start, end, kind == EdgeKind::DeadLetters);
            edges.push(Edge { from, to, kind, curve });
        }
    };
    let instances = |service: usize, count: u32| (0..count as usize).map(move |instance| Place::Instance(InstanceId { service, instance }));
    let services =
        || plan.world.services().iter().enumerate().filter(|(_, service)| !service.removed).map(|(index, state)| (index, &state.spec));
    let by_name: OrderedMap<&Name, (usize, u32)> = services().map(|(index, spec)| (&spec.name, (index, spec.instances))).collect();
    for (index, client) in plan.world.clients().iter().enumerate().filter(|(_, client)| !client.removed) {
        if let Some((service, count)) = by_name.get(&client.spec.calls.service) {
            instances(*service, *count).for_each(|to| add(Place::Client(index), to, EdgeKind::Http));
        }
    }
    for (index, service) in services() {
        for handler in &service.handlers {
            if let Trigger::Queue(subscription) = &handler.trigger {
                for to in instances(index, service.instances) {
                    add(Place::Queue(subscription.queue.clone()), to, EdgeKind::Consumes);
                }
            }
            // Where it publishes: by its steps, and by what it does when one of them fails.
            let published = handler.steps.iter().filter_map(|step| step.action.publish());
            let published = published.map(|publish| target(&publish.exchange, &publish.routing_key));
            for to in published.chain(handler.policies().flat_map(retries)) {
                instances(index, service.instances).for_each(|from| add(from, to.clone(), EdgeKind::Publishes));
            }
            for step in &handler.steps {
                if let Action::Call { endpoint, .. } = &step.action
                    && let Some((other, count)) = by_name.get(&endpoint.service)
                {
                    for from in instances(index, service.instances) {
                        instances(*other, *count).for_each(|to| add(from.clone(), to, EdgeKind::Http));
                    }
                }
            }
        }
    }
    for (number, binding) in scenario.broker.bindings.iter().enumerate() {
        let to = match &binding.destination {
            BindingTarget::Queue(name) => Place::Queue(name.clone()),
            BindingTarget::Exchange(name) => Place::Exchange(name.clone()),
        };
        add(Place::Exchange(binding.source.clone()), to, EdgeKind::Binding(number, binding.routing_key.to_string()));
    }
    for exchange in &scenario.broker.exchanges {
        if let Some(other) = plan.world.broker().effective_alternate(&exchange.name, &exchange.arguments) {
            add(Place::Exchange(exchange.name.clone()), Place::Exchange(other), EdgeKind::Alternate);
        }
    }
    for queue in &scenario.broker.queues {
        let now = plan.world.broker().queue(&queue.name).map(QueueView::dead_letter_exchange);
        if let Some(exchange) = now.unwrap_or_else(|| queue.dead_letter_exchange()) {
            let to = target(exchange, queue.dead_letter_routing_key().unwrap_or(&queue.name));
            add(Place::Queue(queue.name.clone()), to, EdgeKind::DeadLetters);
        }
    }
    edges
}

/// The line that passes nearest to a place, and no farther than this.
#[must_use]
pub fn edge_at(plan: Plan<'_>, at: Point, reach: f64) -> Option<Edge> {
    let away = |edge: &Edge| {
        let from = |step: u32| {
            let on = edge.curve.at(f64::from(step) / f64::from(STEPS));
            libm::hypot(on.x - at.x, on.y - at.y)
        };
        (0..=STEPS).map(from).fold(f64::INFINITY, f64::min)
    };
    let near = edges(plan).into_iter().map(|edge| (away(&edge), edge)).filter(|(away, _)| *away <= reach);
    near.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, edge)| edge)
}

/// Where a failure policy publishes.
fn retries(policy: &FailurePolicy) -> Vec<Place> {
    match policy {
        FailurePolicy::Republish { via, .. } => via.iter().cloned().map(Place::Queue).collect(),
        FailurePolicy::DeadLetterRetry { exchange, routing_key, .. } => vec![target(exchange, routing_key)],
        FailurePolicy::DeadLetter
        | FailurePolicy::Requeue
        | FailurePolicy::RejectRequeue
        | FailurePolicy::Chapter
        | FailurePolicy::Crash
        | FailurePolicy::Acknowledge => Vec::new(),
    }
}

/// Every node with its box, in the order of [`places`].
pub fn drawn(plan: Plan<'_>) -> impl Iterator<Item = (Place, Rect)> {
    places(plan).into_iter().filter_map(move |place| rect(plan, &place).map(|rect| (place, rect)))
}

/// Where a publish leads: the default exchange is on no canvas, and its key is a queue's name.
#[must_use]
pub fn target(exchange: &Name, routing_key: &Name) -> Place {
    if exchange.is_empty() { Place::Queue(routing_key.clone()) } else { Place::Exchange(exchange.clone()) }
}

/// The way from one place to another. Dead letters leave a queue from below.
#[must_use]
pub fn leg(plan: Plan<'_>, from: &Place, to: &Place, dead: bool) -> Option<Curve> {
    Some(between(&rect(plan, from)?, &rect(plan, to)?, dead))
}

fn between(start: &Rect, end: &Rect, dead: bool) -> Curve {
    let (a, b) = (start.centre(), end.centre());
    if dead && b.y < a.y {
        // Back up again, on the outside.
        let (from, to) = (Point { x: start.right(), y: a.y }, Point { x: end.right(), y: b.y + 12.0 });
        let bulge = from.x.max(to.x) + 56.0;
        return Curve { from, control_from: Point { x: bulge, y: from.y }, control_to: Point { x: bulge, y: to.y }, to };
    }
    if dead {
        let from = Point { x: if b.x < a.x { start.left } else { start.right() }, y: a.y + 14.0 };
        let to = Point { x: b.x, y: end.top };
        let control_from = Point { x: from.x + (to.x - from.x) * 0.62, y: from.y + 22.0 };
        return Curve { from, control_from, control_to: Point { x: to.x, y: to.y - (to.y - from.y) * 0.55 }, to };
    }
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let beside = end.left > start.right() || start.left > end.right();
    if beside {
        let (from, to) = if dx > 0.0 { (start.right(), end.left) } else { (start.left, end.right()) };
        let (from, to) = (Point { x: from, y: a.y }, Point { x: to, y: b.y });
        let middle = f64::midpoint(from.x, to.x);
        return Curve { from, control_from: Point { x: middle, y: from.y }, control_to: Point { x: middle, y: to.y }, to };
    }
    let (from, to) = if dy > 0.0 { (start.bottom(), end.top) } else { (start.top, end.bottom()) };
    let (from, to) = (Point { x: a.x, y: from }, Point { x: b.x, y: to });
    let middle = f64::midpoint(from.y, to.y);
    Curve { from, control_from: Point { x: from.x, y: middle }, control_to: Point { x: to.x, y: middle }, to }
}

/// A requeue flies back in an arc over the line it came by.
#[must_use]
pub fn requeue_arc(plan: Plan<'_>, from: &Place, to: &Place) -> Option<Curve> {
    let (start, end) = (rect(plan, from)?, rect(plan, to)?);
    let from = Point { x: start.left + start.width * 0.25, y: start.top };
    let to = Point { x: end.right() - 16.0, y: end.top };
    let height = 44.0;
    Some(Curve { from, control_from: Point { x: from.x, y: from.y - height }, control_to: Point { x: to.x, y: to.y - height }, to })
}

/// Where the n-th ready message from the head is drawn in its queue: the head is next to the consumer.
#[must_use]
pub fn ready_slot(queue: &Rect, index: usize) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a handful of slots")]
    let offset = index as f64 * 18.5;
    Point { x: queue.right() - 22.0 - offset, y: queue.top + TUBE_TOP + TUBE_HEIGHT / 2.0 }
}

/// How many ready messages fit; the rest is a number.
pub const READY_SHOWN_MAX: usize = 9;

/// Where the n-th prefetch slot of an instance is drawn.
#[must_use]
pub fn prefetch_slot(instance: &Rect, index: usize) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a handful of slots")]
    let offset = index as f64 * 14.4;
    Point { x: instance.left + 21.0 + offset, y: instance.bottom() - 18.0 }
}

pub const PREFETCH_SHOWN_MAX: usize = 10;
