//! Where things stand on the canvas, and the curves between them.

use super::hues::OfSystem;
use super::letters::{BOLD, em};
use super::moves::Moves;
pub use super::routing::passes;
use super::routing::{self, between};
pub use super::shapes::{CLIENT, Curve, EXCHANGE_RADIUS, QUEUE, Rect, SERVICE, SMALL_CARD, Size};
use super::shapes::{CLIENT_SHARE, EXCHANGE, SMALL_CLIENT, STEPS};
pub(super) use super::shapes::{COLUMN_GAP, SMALL_EXCHANGE};
use super::turned::Turned;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::formats::draft_file::Places;
use crate::scenario::{Action, BindingTarget, Destination, FailurePolicy, Point, Publish, Trigger};
use crate::sim::{InstanceId, Place, World};

/// What is less high is an instance of a stack.
const STACKED_BELOW: f64 = 36.0;
/// So many instances of a service have a row of its card each; more are chips beneath the first.
const ROWS_MAX: u32 = 4;
const ROW: f64 = 34.0;
const CHIP: Size = Size { width: 27.0, height: 26.0 };
/// An instance that is less wide has no room for its number.
pub const STACKED_NAME: f64 = 40.0;
/// Around what is stacked in a card.
pub const INSET: f64 = 4.0;
/// Room for names and badges around the outermost nodes: beside them and above them.
pub(super) const MARGIN: f64 = 36.0;
pub(super) const MARGIN_SMALL: f64 = 12.0;
/// The name of an exchange in the lane of dead letters hangs so far below it.
const CAPTION_SMALL: f64 = 20.0;
/// And beside the outermost lines and names.
const BESIDE_LINES: f64 = 10.0;
/// How far lines between the same two parts lie apart.
const FANNED: f64 = 30.0;
/// What hangs below an exchange: its name and its type.
const CAPTION: f64 = 42.0;
/// In a turned drawing it stands at its right, and has so much room.
pub const BESIDE: f64 = 100.0;

/// What a line on the canvas stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    Http,
    Publishes,
    /// With its number in the scenario and its key.
    Binding(usize, String),
    Consumes,
    /// A service fetches from a queue, or asks how many messages are ready.
    Asks,
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
    pub hues: &'a OfSystem,
    /// It is drawn turned, for a tall screen.
    pub turned: Option<&'a Turned>,
}

/// Where nodes stand that have been moved. A service stands where its first instance does.
pub type Layout = Places;

/// The node that is moved with a place: all instances of a service are one.
#[must_use]
pub fn moved_as(place: &Place) -> Place {
    match place {
        Place::Instance(id) => Place::Instance(InstanceId { instance: 0, ..*id }),
        other => other.clone(),
    }
}

impl Plan<'_> {
    /// As the document has it.
    #[must_use]
    pub const fn flat(self) -> Self {
        Self { turned: None, ..self }
    }

    /// Where a place of the drawing is in the document, for this part or for one that is new.
    #[must_use]
    pub fn in_document(&self, part: Option<&Place>, at: Point) -> Point {
        self.turned.map_or(at, |turned| turned.back(part.map(moved_as).as_ref(), at))
    }

    /// What stands in the lane of dead letters is not turned.
    #[must_use]
    pub fn is_in_lane(&self, place: &Place) -> bool {
        self.turned.is_some_and(|turned| turned.is_in_lane(&moved_as(place)))
    }

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

/// Where a part stands in the document. None for a place that is not on the canvas, such as the default exchange.
#[must_use]
#[inline(never)]
pub fn stands(plan: Plan<'_>, place: &Place) -> Option<Point> {
    let drawn = match place {
        Place::Client(index) => plan.world.clients().get(*index).filter(|client| !client.removed)?.spec.at,
        Place::Instance(id) => plan.world.services().get(id.service).filter(|service| !service.removed)?.spec.at,
        Place::Exchange(name) => plan.world.exchange_spec(name)?.at,
        Place::Queue(name) => plan.world.queue_spec(name)?.at,
    };
    Some(plan.at(place, drawn))
}

/// With the width of a small card, where the drawing is turned.
const fn size(place: &Place, small: Option<f64>) -> Size {
    match (place, small) {
        (Place::Client(_), None) => CLIENT,
        (Place::Instance(_), None) => SERVICE,
        (Place::Exchange(_), None) => EXCHANGE,
        (Place::Queue(_), None) => QUEUE,
        (Place::Client(_), Some(width)) => Size { width: width * CLIENT_SHARE, ..SMALL_CLIENT },
        (Place::Instance(_) | Place::Queue(_), Some(width)) => Size { width, ..SMALL_CARD },
        (Place::Exchange(_), Some(_)) => SMALL_EXCHANGE,
    }
}

/// The box of a node; none for a place that is not on the canvas.
#[must_use]
#[inline(never)]
pub fn rect(plan: Plan<'_>, place: &Place) -> Option<Rect> {
    let at = stands(plan, place)?;
    let at = plan.turned.map_or(at, |turned| turned.to(&moved_as(place), at));
    let head = Rect::around(at, size(place, plan.turned.map(|turned| turned.card_of(&moved_as(place)))));
    Some(match place {
        Place::Instance(id) if id.instance > 0 => stacked(&head, id.instance - 1, instances(plan, id.service)),
        Place::Instance(_) | Place::Client(_) | Place::Exchange(_) | Place::Queue(_) => head,
    })
}

/// How many instances a service has.
#[must_use]
pub fn instances(plan: Plan<'_>, service: usize) -> u32 {
    plan.world.services().get(service).map_or(1, |service| service.spec.instances)
}

/// The n-th instance beneath the first, within the card of its service.
#[inline(never)]
fn stacked(head: &Rect, index: usize, instances: u32) -> Rect {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a card is a few hundred units wide")]
    let across = if instances > ROWS_MAX { ((head.width - 2.0 * INSET) / CHIP.width) as usize } else { 1 };
    let cell = if instances > ROWS_MAX { CHIP } else { Size { width: head.width - 2.0 * INSET, height: ROW } };
    #[expect(clippy::cast_precision_loss, reason = "there are at most 200 instances")]
    let (column, row) = ((index % across) as f64, (index / across) as f64);
    let (left, top) = (head.left + INSET + column * cell.width, head.bottom() + row * cell.height);
    Rect { left, top, width: cell.width, height: cell.height - INSET }
}

/// The card that a node stands in: all instances of a service have one.
#[must_use]
#[inline(never)]
pub fn card(plan: Plan<'_>, place: &Place) -> Option<Rect> {
    let first = moved_as(place);
    let head = rect(plan, &first)?;
    let last = match first {
        Place::Instance(id) => instances(plan, id.service).saturating_sub(1) as usize,
        Place::Client(_) | Place::Exchange(_) | Place::Queue(_) => 0,
    };
    if last == 0 {
        return Some(head);
    }
    let bottom = stacked(&head, last - 1, instances(plan, if let Place::Instance(id) = first { id.service } else { 0 })).bottom();
    Some(Rect { height: bottom + INSET - head.top, ..head })
}

/// The card of a part, with the name that hangs below an exchange.
#[must_use]
pub fn with_name(plan: Plan<'_>, place: &Place) -> Option<Rect> {
    let name = match place {
        Place::Exchange(_) if plan.turned.is_none() => CAPTION,
        Place::Exchange(_) if plan.is_in_lane(place) => CAPTION_SMALL,
        Place::Exchange(_) | Place::Client(_) | Place::Instance(_) | Place::Queue(_) => 0.0,
    };
    card(plan, place).map(|card| Rect { height: card.height + name, ..card })
}

/// How large the card of a part is in a turned drawing, whose cards are so wide.
#[must_use]
pub fn small(plan: Plan<'_>, place: &Place, width: f64, in_lane: bool) -> Size {
    let (flat, small) = (card(plan.flat(), place).map_or(0.0, |card| card.height), size(place, Some(width)));
    // The name of an exchange stands beside it, or below it in the lane. What is stacked is as high as in the drawing as it is.
    let small = if matches!(place, Place::Exchange(_)) && !in_lane { SMALL_CARD } else { small };
    Size { height: small.height.max(SMALL_CARD.height) + (flat - size(place, None).height).max(0.0), ..small }
}

/// The part of the canvas that is used.
#[must_use]
#[inline(never)]
pub fn bounds(plan: Plan<'_>) -> Rect {
    let rects: Vec<Rect> = drawn(plan).map(|(_, rect)| rect).collect();
    if rects.is_empty() {
        return Rect { left: 0.0, top: 0.0, width: 800.0, height: 500.0 };
    }
    let smallest = |pick: fn(&Rect) -> f64| rects.iter().map(pick).fold(f64::INFINITY, f64::min);
    let margin = if plan.turned.is_some() { MARGIN_SMALL } else { MARGIN };
    let (left, top) = (smallest(|rect| rect.left) - margin, smallest(|rect| rect.top) - margin);
    // The name of an exchange stands below it, or at its right.
    let name = |place: &Place| match (place, plan.turned.is_some()) {
        (Place::Exchange(_), false) => (0.0, CAPTION),
        (Place::Exchange(_), true) if plan.is_in_lane(place) => (0.0, CAPTION_SMALL),
        (Place::Exchange(_), true) => (BESIDE, 0.0),
        (Place::Client(_) | Place::Instance(_) | Place::Queue(_), _) => (0.0, 0.0),
    };
    let largest = |end: fn(&Rect, (f64, f64)) -> f64| {
        drawn(plan).map(|(place, rect)| end(&rect, name(&place))).fold(f64::NEG_INFINITY, f64::max) + margin
    };
    let (right, bottom) = (largest(|rect, name| rect.right() + name.0), largest(|rect, name| rect.bottom() + name.1));
    Rect { left, top, width: right - left, height: bottom - top }
}

/// Where a line begins that is drawn from a part: at its right, or below it in a turned drawing.
#[must_use]
pub fn port(plan: Plan<'_>, place: &Place, card: &Rect) -> Point {
    let is_round = matches!(place, Place::Exchange(_));
    if plan.turned.is_some() {
        Point { x: card.centre().x, y: card.bottom() }
    } else {
        Point { x: if is_round { card.left + card.width * 0.933 } else { card.right() }, y: card.centre().y }
    }
}

/// The target around a port: so wide, and beyond its card so deep. It takes nothing of its card, and nothing of another.
#[must_use]
pub fn target_of_port(plan: Plan<'_>, place: &Place, cards: &[(Place, Rect)], width: f64) -> Option<Rect> {
    let card = cards.iter().find(|(one, _)| one == place).map(|(_, card)| *card)?;
    let at = port(plan, place, &card);
    let is_turned = plan.turned.is_some();
    let beyond = |depth: f64| {
        if is_turned {
            Rect { left: at.x - width / 2.0, top: at.y, width, height: depth }
        } else {
            Rect { left: at.x, top: at.y - width / 2.0, width: depth, height: width }
        }
    };
    let whole = beyond(width);
    let met = cards.iter().filter(|(other, rect)| other != place && whole.meets(rect));
    let depth = met.map(|(_, other)| if is_turned { other.top - at.y } else { other.left - at.x }).fold(width, f64::min);
    // Upon another part there is the dot alone.
    Some(beyond(depth.max(0.0)))
}

/// Every line, in a stable order.
#[must_use]
#[inline(never)]
pub fn edges(plan: Plan<'_>) -> Vec<Edge> {
    let scenario = plan.world.scenario();
    // All instances of a service have the lines of one card.
    let cards: OrderedMap<Place, Rect> =
        drawn(plan).filter_map(|(place, _)| card(plan, &place).map(|card| (moved_as(&place), card))).collect();
    let obstacles = obstacles(plan);
    let (mut known, mut fanned) = (OrderedMap::new(), OrderedMap::<(Place, Place), [u32; 2]>::new());
    let mut edges: Vec<Edge> = Vec::new();
    let mut add = |from: Place, to: Place, kind: EdgeKind| {
        let (Some(start), Some(end)) = (cards.get(&from), cards.get(&to)) else { return };
        // Each binding has its own line; of the others one is enough between two nodes.
        if matches!(kind, EdgeKind::Binding(..)) || known.insert((from.clone(), to.clone()), ()).is_none() {
            let curve = between(plan.turned.is_some(), &obstacles, start, end, kind == EdgeKind::DeadLetters);
            // Messages fly along the first; the others lie beside it, in turns, and rather where they cross nothing.
            let curve = match fanned.get_mut(&(from.clone(), to.clone())) {
                None => {
                    fanned.insert((from.clone(), to.clone()), [0_u32; 2]);
                    curve
                }
                Some([one_side, other_side]) => {
                    let [one, other] = [(1.0, *one_side), (-1.0, *other_side)].map(|(turn, before)| {
                        let bowed = curve.bowed(turn * FANNED * f64::from(before + 1));
                        ((routing::crossed(&bowed, &obstacles, start, end, 0.0), before), bowed)
                    });
                    let is_one = one.0 <= other.0;
                    *if is_one { one_side } else { other_side } += 1;
                    if is_one { one.1 } else { other.1 }
                }
            };
            edges.push(Edge { from, to, kind, curve });
        }
    };
    let card_of = |service: usize| Place::Instance(InstanceId { service, instance: 0 });
    let services =
        || plan.world.services().iter().enumerate().filter(|(_, service)| !service.removed).map(|(index, state)| (index, &state.spec));
    let by_name: OrderedMap<&Name, usize> = services().map(|(index, spec)| (&spec.name, index)).collect();
    for (index, client) in plan.world.clients().iter().enumerate().filter(|(_, client)| !client.removed) {
        if let Some(service) = by_name.get(&client.spec.calls.service) {
            add(Place::Client(index), card_of(*service), EdgeKind::Http);
        }
    }
    for (index, service) in services() {
        for handler in &service.handlers {
            if let Trigger::Queue(subscription) = &handler.trigger {
                add(Place::Queue(subscription.queue.clone()), card_of(index), EdgeKind::Consumes);
            }
            // Where it publishes: by its steps, and by what it does when one of them fails.
            let published = handler.steps.iter().filter_map(|step| step.action.publish()).map(Publish::destination);
            for to in published.chain(handler.policies().flat_map(FailurePolicy::destinations)) {
                add(card_of(index), place_of(to), EdgeKind::Publishes);
            }
            for step in &handler.steps {
                if let Action::Call { endpoint, .. } = &step.action
                    && let Some(other) = by_name.get(&endpoint.service)
                {
                    add(card_of(index), card_of(*other), EdgeKind::Http);
                }
            }
        }
    }
    // After all others: what is consumed has its line.
    for (index, service) in services() {
        for queue in service.handlers.iter().flat_map(|handler| &handler.steps).filter_map(|step| step.action.asked_queue()) {
            add(Place::Queue(queue.clone()), card_of(index), EdgeKind::Asks);
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
            let to = place_of(Destination::of(exchange, queue.dead_letter_routing_key().unwrap_or(&queue.name)));
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

/// Every node with its box, in the order of [`places`].
pub fn drawn(plan: Plan<'_>) -> impl Iterator<Item = (Place, Rect)> {
    places(plan).into_iter().filter_map(move |place| rect(plan, &place).map(|rect| (place, rect)))
}

/// Where a publish leads on the canvas.
#[must_use]
pub fn place_of(destination: Destination<'_>) -> Place {
    match destination {
        Destination::Queue(name) => Place::Queue(name.clone()),
        Destination::Exchange { name, .. } => Place::Exchange(name.clone()),
    }
}

/// The way from one place to another. Dead letters leave a queue from below.
#[must_use]
pub fn leg(plan: Plan<'_>, obstacles: &[Rect], from: &Place, to: &Place, dead: bool) -> Option<Curve> {
    Some(between(plan.turned.is_some(), obstacles, &card(plan, from)?, &card(plan, to)?, dead))
}

/// More parts than this have lines that pass behind other parts.
const ROUTED_MAX: usize = 60;

/// How wide the name of an exchange is at most: beyond that it would lie on its neighbours.
pub const EXCHANGE_NAME: f64 = 190.0;
pub const LANE_NAME: f64 = 160.0;
/// The letters of a name, and how much larger they are in a drawing that is small.
const NAME: f64 = 13.5;
const NAME_GROWN: f64 = 1.6;
/// A type has so much, where the name has less.
const TYPE: f64 = 60.0;

/// Where the name of an exchange stands, and its type: below it, or at its right.
#[must_use]
pub fn name_of_exchange(plan: Plan<'_>, name: &Name, card: &Rect) -> Rect {
    let wide = em(name) * BOLD * NAME;
    let below = |most: f64, height: f64| {
        let width = wide.max(TYPE).min(most);
        Rect { left: card.centre().x - width / 2.0, top: card.bottom(), width, height }
    };
    if plan.turned.is_none() {
        below(EXCHANGE_NAME, CAPTION - 2.0)
    } else if plan.is_in_lane(&Place::Exchange(name.clone())) {
        below(LANE_NAME, CAPTION_SMALL)
    } else {
        Rect { left: card.right(), top: card.centre().y - 8.0, width: wide.min(BESIDE), height: 16.0 }
    }
}

/// The part of the canvas that is used, with lines and names. What is outermost of them has a little room beside it.
#[must_use]
pub fn extent(plan: Plan<'_>) -> Rect {
    let bounds = bounds(plan);
    if drawn(plan).next().is_none() {
        return bounds;
    }
    let around = |at: Point| Rect { left: at.x, top: at.y, width: 0.0, height: 0.0 }.grown(BESIDE_LINES);
    let edges = edges(plan);
    let on_lines = edges.iter().flat_map(|edge| (0..=STEPS / 4).map(|step| edge.curve.at(f64::from(step) * 4.0 / f64::from(STEPS))));
    let names = places(plan).into_iter().filter_map(|place| {
        let (Place::Exchange(name), None) = (&place, plan.turned) else { return None };
        let rect = name_of_exchange(plan, name, &card(plan, &place)?);
        let wide = (rect.width * NAME_GROWN).min(EXCHANGE_NAME.max(rect.width));
        Some(Rect { left: rect.centre().x - wide / 2.0, width: wide, ..rect }.grown(BESIDE_LINES))
    });
    on_lines.map(around).chain(names).fold(bounds, |all, one| all.with(&one))
}

/// What lines go round: cards, and the names of exchanges. In a turned drawing there are columns for them.
#[must_use]
pub fn obstacles(plan: Plan<'_>) -> Vec<Rect> {
    let places = places(plan);
    if plan.turned.is_some() || places.len() > ROUTED_MAX {
        return Vec::new();
    }
    let mut obstacles = Vec::new();
    for place in places.iter().filter(|place| moved_as(place) == **place) {
        let Some(card) = card(plan, place) else { continue };
        obstacles.push(card);
        if let Place::Exchange(name) = place {
            obstacles.push(name_of_exchange(plan, name, &card));
        }
    }
    obstacles
}

/// A line between two boxes passes behind no part.
#[must_use]
pub fn is_clear(plan: Plan<'_>, start: &Rect, end: &Rect) -> bool {
    let obstacles = obstacles(plan);
    let curve = between(plan.turned.is_some(), &obstacles, start, end, false);
    routing::crossed(&curve, &obstacles, start, end, 0.0) == 0
}

/// The middle of a part of this size, which a line from another part meets at its tip.
#[must_use]
pub fn met_at(plan: Plan<'_>, start: &Rect, size: Size, tip: Point, dead: bool) -> Point {
    routing::met_at(plan.turned.is_some(), start, size, tip, dead)
}

/// A requeue flies back in an arc over the line it came by. In a turned drawing that is beside it, where no dead letters fall.
#[must_use]
pub fn requeue_arc(plan: Plan<'_>, from: &Place, to: &Place) -> Option<Curve> {
    let (start, end) = (card(plan, from)?, card(plan, to)?);
    if plan.turned.is_some() && falls_at_the_left(plan, to, &end) {
        let (from, to) = (Point { x: start.right(), y: start.top + start.height * 0.25 }, Point { x: end.right(), y: end.bottom() - 16.0 });
        let beside = from.x.max(to.x) + 44.0 * ASIDE_TURNED;
        return Some(Curve { from, control_from: Point { x: beside, ..from }, control_to: Point { x: beside, ..to }, to });
    }
    let (start, end) = if plan.turned.is_some() { (start.flipped(), end.flipped()) } else { (start, end) };
    let (from, to) = (Point { x: start.left + start.width * 0.25, y: start.top }, Point { x: end.right() - 16.0, y: end.top });
    let height = if plan.turned.is_some() { 44.0 * ASIDE_TURNED } else { 44.0 };
    let arc = Curve { from, control_from: Point { x: from.x, y: from.y - height }, control_to: Point { x: to.x, y: to.y - height }, to };
    Some(if plan.turned.is_some() { arc.flipped() } else { arc })
}

/// The dead letters of this queue leave it at the left.
fn falls_at_the_left(plan: Plan<'_>, queue: &Place, card: &Rect) -> bool {
    let falls = |edge: &Edge| edge.kind == EdgeKind::DeadLetters && edge.from == *queue && edge.curve.from.x < card.centre().x;
    edges(plan).iter().any(falls)
}

/// A turned drawing has little room at its side.
const ASIDE_TURNED: f64 = 0.4;

/// Where the ready messages of a queue stand within its card.
#[must_use]
pub fn tube(queue: &Rect) -> Rect {
    let (top, height) = if queue.height < QUEUE.height { (22.0, 24.0) } else { (29.0, 26.0) };
    Rect { left: queue.left + 9.0, top: queue.top + top, width: queue.width - 18.0, height }
}

/// Where the n-th ready message from the head is drawn in its queue: the head is next to the consumer.
#[must_use]
pub fn ready_slot(queue: &Rect, index: usize) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a handful of slots")]
    let offset = index as f64 * 18.5;
    Point { x: queue.right() - 22.0 - offset, y: tube(queue).centre().y }
}

/// How many ready messages fit; the rest is a number.
#[must_use]
pub const fn ready_max(queue: &Rect) -> usize {
    if queue.width < QUEUE.width { 4 } else { 9 }
}

/// What stands before the prefetch slots of an instance, and its switch after them.
const fn before_slots(instance: &Rect) -> f64 {
    if instance.height < STACKED_BELOW { 46.0 } else { 14.0 }
}

/// So many prefetch slots are drawn at most.
const SLOTS_MAX: f64 = 10.0;
/// From one slot to the next, where there is room and where there is little.
const SLOT: f64 = 14.4;
const SLOT_LEAST: f64 = 10.6;
/// Behind the slots is the switch.
const AFTER_SLOTS: f64 = 33.0;

/// From one prefetch slot to the next. Where several instances share a card, and on a small one, they lie closer together. So all ten have
/// room there, too.
#[must_use]
pub fn slot_step(instance: &Rect) -> f64 {
    ((instance.width - before_slots(instance) - AFTER_SLOTS) / SLOTS_MAX).clamp(SLOT_LEAST, SLOT)
}

/// Where the n-th prefetch slot of an instance is drawn.
#[must_use]
pub fn prefetch_slot(instance: &Rect, index: usize) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a handful of slots")]
    let offset = index as f64 * slot_step(instance);
    let y = if instance.height < STACKED_BELOW { instance.centre().y } else { instance.bottom() - 18.0 };
    Point { x: instance.left + before_slots(instance) + (slot_step(instance) / 2.0).min(7.0) + offset, y }
}

/// How many prefetch slots fit; the others are not drawn.
#[must_use]
pub fn prefetch_max(instance: &Rect) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of slots")]
    let fit = ((instance.width - before_slots(instance) - AFTER_SLOTS) / slot_step(instance) + 1e-6).clamp(0.0, SLOTS_MAX) as usize;
    fit
}

/// It is one of several in a card, beneath the first.
#[must_use]
pub fn is_stacked(instance: &Rect) -> bool {
    instance.height < STACKED_BELOW
}
