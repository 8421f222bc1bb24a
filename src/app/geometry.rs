//! Where things stand on the canvas, and the curves between them.

use super::hues::OfSystem;
use super::moves::Moves;
use super::turned::Turned;
use crate::base::number::Fixed;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::broker::view::QueueView;
use crate::formats::draft_file::Places;
use crate::scenario::{Action, BindingTarget, Destination, FailurePolicy, Point, Publish, Trigger};
use crate::sim::{InstanceId, Place, World};

pub const SERVICE: Size = Size { width: 196.0, height: 80.0 };
pub const CLIENT: Size = Size { width: 130.0, height: 46.0 };
pub const QUEUE: Size = Size { width: 196.0, height: 84.0 };
pub const EXCHANGE_RADIUS: f64 = 36.0;
const EXCHANGE: Size = Size { width: EXCHANGE_RADIUS * 2.0, height: EXCHANGE_RADIUS * 2.0 };
/// In the turned drawing of a phone.
pub const SMALL_CARD: Size = Size { width: 118.0, height: 54.0 };
const SMALL_CLIENT: Size = Size { width: 96.0, height: 40.0 };
const CLIENT_SHARE: f64 = SMALL_CLIENT.width / SMALL_CARD.width;
pub(super) const SMALL_EXCHANGE: Size = Size { width: 44.0, height: 44.0 };
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
/// Between the cards of a row of a turned drawing: dead letters fall through it.
pub(super) const COLUMN_GAP: f64 = 16.0;
/// The name of an exchange in the lane of dead letters hangs so far below it.
const CAPTION_SMALL: f64 = 20.0;
/// Places of a curve that are looked at where the nearest is wanted.
const STEPS: u32 = 64;
/// What hangs below an exchange: its name and its type.
const CAPTION: f64 = 42.0;
/// In a turned drawing it stands at its right, and has so much room.
pub const BESIDE: f64 = 100.0;

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

    /// Across is down, and down is across.
    #[must_use]
    pub const fn flipped(&self) -> Self {
        Self { left: self.top, top: self.left, width: self.height, height: self.width }
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

    /// With so much more on every side.
    #[must_use]
    pub fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, width: self.width + 2.0 * by, height: self.height + 2.0 * by }
    }

    /// Both, and what is between them.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        Self { left, top, width: self.right().max(other.right()) - left, height: self.bottom().max(other.bottom()) - top }
    }

    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
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
    pub fn length(&self) -> f64 {
        (1..=STEPS).map(|step| self.step_to(step)).sum()
    }

    fn step_to(&self, step: u32) -> f64 {
        let [before, at] = [step - 1, step].map(|step| self.at(f64::from(step) / f64::from(STEPS)));
        libm::hypot(at.x - before.x, at.y - before.y)
    }

    /// The point where this share of its length is behind: who moves along it so is as fast everywhere.
    #[must_use]
    pub fn walked(&self, share: f64) -> Point {
        let mut left = self.length() * share.clamp(0.0, 1.0);
        for step in 1..=STEPS {
            let length = self.step_to(step);
            if left < length {
                return self.at((f64::from(step - 1) + left / length) / f64::from(STEPS));
            }
            left -= length;
        }
        self.to
    }

    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { from: self.to, control_from: self.control_to, control_to: self.control_from, to: self.from }
    }

    /// Its middle lies so far beside where it was.
    fn bowed(self, by: f64) -> Self {
        let (dx, dy) = (self.to.x - self.from.x, self.to.y - self.from.y);
        let by = by * 4.0 / 3.0 / libm::hypot(dx, dy).max(1.0);
        let aside = |at: Point| Point { x: at.x - dy * by, y: at.y + dx * by };
        Self { control_from: aside(self.control_from), control_to: aside(self.control_to), ..self }
    }

    pub(super) fn flipped(self) -> Self {
        let flip = |at: Point| Point { x: at.y, y: at.x };
        Self { from: flip(self.from), control_from: flip(self.control_from), control_to: flip(self.control_to), to: flip(self.to) }
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
    let (mut known, mut fanned) = (OrderedMap::new(), OrderedMap::<(Place, Place), u32>::new());
    let mut edges: Vec<Edge> = Vec::new();
    let mut add = |from: Place, to: Place, kind: EdgeKind| {
        let (Some(start), Some(end)) = (cards.get(&from), cards.get(&to)) else { return };
        // Each binding has its own line; of the others one is enough between two nodes.
        if matches!(kind, EdgeKind::Binding(..)) || known.insert((from.clone(), to.clone()), ()).is_none() {
            let curve = between(plan, &obstacles, start, end, kind == EdgeKind::DeadLetters);
            // Messages fly along the first; the others lie beside it, in turns.
            let before = fanned.get_or_default((from.clone(), to.clone()));
            let turn = if *before % 2 == 0 { -1.0 } else { 1.0 };
            let curve = if *before == 0 { curve } else { curve.bowed(turn * FANNED * f64::from(before.div_ceil(2))) };
            *before += 1;
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
    Some(between(plan, obstacles, &card(plan, from)?, &card(plan, to)?, dead))
}

/// More parts than this have lines that pass behind other parts.
const ROUTED_MAX: usize = 60;

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
        // Its name is about as wide as it is.
        let name = if matches!(place, Place::Exchange(_)) { CAPTION } else { 0.0 };
        obstacles.push(Rect { height: card.height + name, ..card });
    }
    obstacles
}

/// A line passes behind a box.
#[must_use]
pub fn passes(curve: &Curve, behind: &Rect) -> bool {
    (1..STEPS / 2).any(|step| behind.has(curve.at(f64::from(step) * 2.0 / f64::from(STEPS))))
}

/// A line between two boxes passes behind no part.
#[must_use]
pub fn is_clear(plan: Plan<'_>, start: &Rect, end: &Rect) -> bool {
    let obstacles = obstacles(plan);
    crossed(&between(plan, &obstacles, start, end, false), &obstacles, start, end) == 0
}

/// How many others a line passes behind.
pub(super) fn crossed(curve: &Curve, obstacles: &[Rect], start: &Rect, end: &Rect) -> usize {
    let is_end = |one: &Rect| [start, end].iter().any(|end| (one.left, one.top) == (end.left, end.top));
    obstacles.iter().filter(|one| !is_end(one) && passes(curve, one)).count()
}

/// How far a line goes round what is in its way. And how far lines between the same two parts lie apart.
const ROUND: [f64; 8] = [60.0, -60.0, 110.0, -110.0, 170.0, -170.0, 240.0, -240.0];
const FANNED: f64 = 30.0;

/// A turned drawing has the same lines, turned. Others go round what is in their way, where they can.
#[inline(never)]
fn between(plan: Plan<'_>, obstacles: &[Rect], start: &Rect, end: &Rect, dead: bool) -> Curve {
    let curve = match plan.turned {
        Some(_) if dead && start.bottom() < end.top => fall(start, end),
        // From the lane back up: a retry.
        Some(_) if dead && end.bottom() < start.top => fall(end, start).reversed(),
        Some(_) => level(&start.flipped(), &end.flipped(), dead).flipped(),
        None => level(start, end, dead),
    };
    let met = |curve: &Curve| crossed(curve, obstacles, start, end);
    if met(&curve) == 0 {
        return curve;
    }
    let back = (dead && end.centre().y < start.centre().y).then(|| rise(start, end));
    let others = back.into_iter().chain(ROUND.map(|by| curve.bowed(by)));
    others.fold(curve, |best, other| if met(&other) < met(&best) { other } else { best })
}

/// Back up at the left, where that is nearer.
fn rise(start: &Rect, end: &Rect) -> Curve {
    let (from, to) = (Point { x: start.left, y: dead_port(start) }, Point { x: end.right() - 5.0, y: end.centre().y + BACK_UP });
    let away = ((from.x - to.x) / 2.0).max(50.0);
    Curve { from, control_from: Point { x: from.x - away, ..from }, control_to: Point { x: to.x + away, y: to.y + 24.0 }, to }
}

/// Dead letters fall between two columns, and meet the next part from above.
fn fall(start: &Rect, end: &Rect) -> Curve {
    let (a, b) = (start.centre(), end.centre());
    // At the right of an exchange stands its name.
    let is_left = b.x < a.x || start.width <= SMALL_EXCHANGE.width;
    let (side, beside) = if is_left { (start.left, -COLUMN_GAP / 2.0) } else { (start.right(), COLUMN_GAP / 2.0) };
    // A card is met where they come down; the tip of an exchange is its middle.
    let half = if end.width > SMALL_EXCHANGE.width { end.width / 2.0 - COLUMN_GAP } else { 0.0 };
    let (from, to) = (Point { x: side, y: a.y }, Point { x: (side + beside).max(b.x - half).min(b.x + half), y: end.top });
    let control_from = Point { x: side + beside, y: from.y };
    Curve { from, control_from, control_to: Point { x: to.x, y: f64::midpoint(from.y, to.y) }, to }
}

/// Dead letters that come back up meet a card so far from its middle. From the right they meet it above, from the left below.
const BACK_UP: f64 = 12.0;
/// Lines along the flow of messages begin and end at the middle of a side. One against it is so far beside: of the card's height or
/// width, and at most.
const AGAINST: f64 = 0.2;
const AGAINST_MOST: f64 = 14.0;
/// Dead letters leave a queue below all of these.
const DEAD: f64 = 0.3;
/// One that falls straight down begins so far from the queue's corners at least.
const FALLS_WITHIN: f64 = 16.0;
/// And come to a queue at the left of its top: its badges stand at the right.
const BESIDE_BADGES: f64 = 34.0;

fn against(side: f64) -> f64 {
    (side * AGAINST).min(AGAINST_MOST)
}

fn dead_port(start: &Rect) -> f64 {
    start.centre().y + start.height * DEAD
}

fn level(start: &Rect, end: &Rect, dead: bool) -> Curve {
    let (a, b) = (start.centre(), end.centre());
    if dead && b.y < a.y {
        // Back up again, on the outside.
        let (from, to) = (Point { x: start.right(), y: dead_port(start) }, Point { x: end.right(), y: b.y - BACK_UP });
        let bulge = from.x.max(to.x) + 56.0;
        return Curve { from, control_from: Point { x: bulge, y: from.y }, control_to: Point { x: bulge, y: to.y }, to };
    }
    if dead {
        // Straight down, where the next part stands beneath.
        let x = if end.width > EXCHANGE.width { end.left + BESIDE_BADGES } else { b.x };
        if start.bottom() < end.top && (x - a.x).abs() < start.width / 2.0 - FALLS_WITHIN {
            let (from, to) = (Point { x, y: start.bottom() }, Point { x, y: end.top });
            let third = (to.y - from.y) / 3.0;
            return Curve { from, control_from: Point { x, y: from.y + third }, control_to: Point { x, y: to.y - third }, to };
        }
        let from = Point { x: if b.x < a.x { start.left } else { start.right() }, y: dead_port(start) };
        let to = Point { x, y: end.top };
        let control_from = Point { x: from.x + (to.x - from.x) * 0.62, y: from.y + 22.0 };
        return Curve { from, control_from, control_to: Point { x: to.x, y: to.y - (to.y - from.y) * 0.55 }, to };
    }
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let beside = end.left > start.right() || start.left > end.right();
    if beside {
        let (from, to) = if dx > 0.0 { (start.right(), end.left) } else { (start.left, end.right()) };
        let aside = |card: &Rect| if dx > 0.0 { 0.0 } else { against(card.height) };
        let (from, to) = (Point { x: from, y: a.y + aside(start) }, Point { x: to, y: b.y + aside(end) });
        let middle = f64::midpoint(from.x, to.x);
        return Curve { from, control_from: Point { x: middle, y: from.y }, control_to: Point { x: middle, y: to.y }, to };
    }
    let (from, to) = if dy > 0.0 { (start.bottom(), end.top) } else { (start.top, end.bottom()) };
    let aside = |card: &Rect| if dy > 0.0 { 0.0 } else { against(card.width) };
    let (from, to) = (Point { x: a.x + aside(start), y: from }, Point { x: b.x + aside(end), y: to });
    let middle = f64::midpoint(from.y, to.y);
    Curve { from, control_from: Point { x: from.x, y: middle }, control_to: Point { x: to.x, y: middle }, to }
}

/// The middle of a part of this size, which a line from another part meets at its tip.
#[must_use]
pub fn met_at(plan: Plan<'_>, start: &Rect, size: Size, tip: Point, dead: bool) -> Point {
    let end = |size: Size, start: &Rect, tip: Point, dead: bool| {
        let Size { width, height } = size;
        if dead && tip.y < start.centre().y {
            return Point { x: tip.x - width / 2.0, y: tip.y + BACK_UP };
        }
        let beside = if tip.x >= start.right() {
            0.5
        } else if tip.x <= start.left {
            -0.5
        } else {
            0.0
        };
        // Where there is no room beside it for its own line, it leads up or down.
        match beside {
            _ if dead => Point { y: tip.y + height / 2.0, ..tip },
            0.0 if tip.y < start.centre().y => Point { x: tip.x - against(width), y: tip.y - height / 2.0 },
            0.0 => Point { y: tip.y + height / 2.0, ..tip },
            side if side < 0.0 => Point { x: tip.x + width * side, y: tip.y - against(height) },
            side => Point { x: tip.x + width * side, ..tip },
        }
    };
    if plan.turned.is_none() || dead {
        return end(size, start, tip, dead);
    }
    let flip = |at: Point| Point { x: at.y, y: at.x };
    flip(end(Size { width: size.height, height: size.width }, &start.flipped(), flip(tip), dead))
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
