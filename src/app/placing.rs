//! Where a new part stands. It is in its kind's column, along the way of messages, where there is room and no line passes.

use super::arrange::{COLUMN, ROW};
use super::geometry::{self, Edge, Plan, Rect, Size};
use super::labels::Room;
use super::session::Session;
use crate::scenario::edit::{Part, PartKind};
use crate::scenario::{Point, Scenario, Service, Trigger};
use crate::sim::Place;

/// The column of a kind on an empty canvas.
const CLIENTS: f64 = 120.0;
const FIRST_ROW: f64 = 105.0;
/// So many rows of a column are tried, and then the columns beside it.
const ROWS_TRIED: u32 = 24;
const COLUMNS_TRIED: [f64; 4] = [0.0, 1.0, -1.0, 2.0];
/// Around a new part there is so much room.
const GAP: f64 = 22.0;

/// Parts snap to this.
const GRID: f64 = 15.0;

/// To the grid.
pub(super) fn snapped(at: Point) -> Point {
    let snap = |value: f64| (value / GRID).round() * GRID;
    Point { x: snap(at.x), y: snap(at.y) }
}

fn consumes(service: &Service) -> bool {
    service.handlers.iter().any(|handler| matches!(handler.trigger, Trigger::Queue(_)))
}

/// The first queue that waits for a service. One whose messages expire and go on waits for none.
fn unconsumed(scenario: &Scenario) -> Option<Place> {
    let is_consumed = |name: &str| {
        let handlers = scenario.services.iter().flat_map(|service| &service.handlers);
        handlers.into_iter().any(|handler| matches!(&handler.trigger, Trigger::Queue(subscription) if *subscription.queue == *name))
    };
    let goes_on = |queue: &&crate::scenario::QueueSpec| {
        queue.arguments.contains_key("x-message-ttl") && queue.arguments.contains_key("x-dead-letter-exchange")
    };
    let mut waiting = scenario.broker.queues.iter().filter(|queue| !is_consumed(&queue.name) && !goes_on(queue));
    waiting.next().map(|queue| Place::Queue(queue.name.clone()))
}

/// What stands on the canvas as the document has it.
struct Ground<'a> {
    plan: Plan<'a>,
    room: Room,
    edges: Vec<Edge>,
    /// The first client brings a service, which stands at its right.
    is_first: bool,
}

impl Ground<'_> {
    fn at(&self, place: &Place) -> Option<Point> {
        geometry::stands(self.plan, place)
    }

    /// Where the last of these stands, the lowest of its column.
    fn last<'a>(&self, places: impl Iterator<Item = Place> + 'a) -> Option<Point> {
        let places: Vec<Point> = places.filter_map(|place| self.at(&place)).collect();
        let last = *places.last()?;
        let column = places.into_iter().filter(|at| (at.x - last.x).abs() < COLUMN / 2.0);
        Some(column.fold(last, |lowest, at| if at.y > lowest.y { at } else { lowest }))
    }

    /// Room for a card, and for what comes with it.
    fn has_room(&self, at: Point, kind: PartKind) -> bool {
        let service = Point { x: at.x + COLUMN, ..at };
        self.room.is_free(&around(at, kind))
            && (kind != PartKind::Client || !self.is_first || self.room.is_free(&around(service, PartKind::Service)))
    }

    /// There is room, and no line behind it.
    fn is_free(&self, at: Point, kind: PartKind) -> bool {
        let around = around(at, kind);
        self.has_room(at, kind) && !self.edges.iter().any(|edge| geometry::passes(&edge.curve, &around))
    }

    /// A line from there to here passes behind no other part.
    fn is_seen(&self, from: &Place, at: Point, kind: PartKind) -> bool {
        let Some(start) = geometry::card(self.plan, from) else { return true };
        let Size { width, height } = size(kind);
        let end = Rect { left: at.x - width / 2.0, top: at.y - height / 2.0, width, height };
        geometry::is_clear(self.plan, &start, &end)
    }

    /// The first free place from this one on: downwards, then in the columns beside it.
    fn nearest(&self, first: Point, kind: PartKind, from: Option<&Place>) -> Point {
        let first = snapped(first);
        let spots = || {
            COLUMNS_TRIED.into_iter().flat_map(move |column| {
                let x = first.x + column * COLUMN;
                (0..ROWS_TRIED).map(move |row| Point { x, y: first.y + 45.0 * f64::from(row) })
            })
        };
        let is_free = |at: &Point| self.is_free(*at, kind);
        let is_best = |at: &Point| is_free(at) && from.is_none_or(|from| self.is_seen(from, *at, kind));
        let has_room = |at: &Point| self.has_room(*at, kind);
        // What is full has room at last far below.
        let below = || (0..).map(|row| Point { y: first.y + 45.0 * f64::from(row), ..first });
        spots()
            .find(is_best)
            .or_else(|| spots().find(is_free))
            .or_else(|| spots().find(has_room))
            .or_else(|| below().find(has_room))
            .unwrap_or(first)
    }
}

impl Ground<'_> {
    /// Where it is wanted, if that is seen. Or else the nearest free place in view, rather without a line behind it.
    fn in_view(&self, at: Point, kind: PartKind, (first, last): (Point, Point)) -> Option<Point> {
        let around = around(Point::default(), kind);
        let half = Point { x: around.width / 2.0, y: around.height / 2.0 };
        let is_seen =
            |at: &Point| (first.x + half.x..=last.x - half.x).contains(&at.x) && (first.y + half.y..=last.y - half.y).contains(&at.y);
        let begins = snapped(Point { x: first.x + half.x + GRID, y: first.y + half.y + GRID });
        let spots = || {
            let rows = (0..ROWS_TRIED).map(|row| begins.y + 45.0 * f64::from(row));
            rows.flat_map(|y| (0..ROWS_TRIED).map(move |column| Point { x: begins.x + 60.0 * f64::from(column), y }))
        };
        let away = |spot: &Point| libm::hypot(spot.x - at.x, spot.y - at.y);
        let nearest = |is_free: &dyn Fn(&Point) -> bool| {
            let free = std::iter::once(at).chain(spots()).filter(|spot| is_seen(spot) && is_free(spot));
            free.min_by(|one, other| away(one).total_cmp(&away(other)))
        };
        nearest(&|spot| self.is_free(*spot, kind)).or_else(|| nearest(&|spot| self.has_room(*spot, kind)))
    }
}

const fn size(kind: PartKind) -> Size {
    match kind {
        PartKind::Client => geometry::CLIENT,
        PartKind::Service => geometry::SERVICE,
        // With its name.
        PartKind::Exchange(_) => Size { width: 2.0 * geometry::EXCHANGE_RADIUS, height: 2.0 * geometry::EXCHANGE_RADIUS },
        PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream => geometry::QUEUE,
    }
}

/// A part with the room around it: below an exchange hangs its name.
fn around(at: Point, kind: PartKind) -> Rect {
    let Size { width, height } = size(kind);
    let name = if matches!(kind, PartKind::Exchange(_)) { 40.0 } else { 0.0 };
    Rect { left: at.x - width / 2.0 - GAP, top: at.y - height / 2.0 - GAP, width: width + 2.0 * GAP, height: height + name + 2.0 * GAP }
}

/// Where something new is seen, in canvas units: what is in view, and what covers some of it.
#[derive(Clone, Debug)]
pub(super) struct Free {
    /// Before anything new is selected.
    pub now: Rect,
    /// Beside the drawer of what is new.
    pub view: Rect,
    pub covered: Vec<Rect>,
}

/// Where a new part of a kind stands: at the end of a line from another, or in view.
pub(super) fn of(session: &Session, kind: PartKind, from: Option<&Part>, free: Option<&Free>) -> Point {
    match from {
        Some(part) => session.beside(part, kind),
        None => session.place_for(kind, free),
    }
}

/// Where it was let go. The hand decides, unless it lies upon another part: then near to it.
pub(super) fn at(session: &Session, kind: PartKind, at: Point, free: Option<&Free>) -> Point {
    let (ground, Size { width, height }) = (session.ground(), size(kind));
    let at = free.filter(|_| session.plan().turned.is_none()).map_or_else(|| snapped(at), |free| whole(snapped(at), kind, &free.now));
    let core = Rect { left: at.x - width / 4.0, top: at.y - height / 4.0, width: width / 2.0, height: height / 2.0 };
    if ground.room.is_free(&core) && (kind != PartKind::Client || ground.has_room(at, kind)) {
        return at;
    }
    session.seen(ground, at, kind, free).unwrap_or_else(|| session.ground().nearest(at, kind, None))
}

/// A line from a part was let go there, and is as long as it was drawn.
pub(super) fn at_tip(session: &Session, from: &Part, kind: PartKind, tip: Point, free: Option<&Free>) -> Point {
    let (plan, is_dead) = (session.plan(), matches!((from, kind), (Part::Queue(_), PartKind::Exchange(_))));
    let size = match kind {
        _ if plan.turned.is_none() => size(kind),
        PartKind::Exchange(_) => geometry::SMALL_EXCHANGE,
        PartKind::Client | PartKind::Service | PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream => geometry::SMALL_CARD,
    };
    let start = session.node(from).and_then(|node| geometry::card(plan, &node));
    let middle = start.map_or(tip, |start| geometry::met_at(plan, &start, size, tip, is_dead));
    at(session, kind, plan.in_document(None, middle), free)
}

/// All of it is in view, where its middle is.
fn whole(at: Point, kind: PartKind, view: &Rect) -> Point {
    let around = around(at, kind);
    let (width, height) = (around.width - 2.0 * GAP, around.height - 2.0 * GAP);
    if !view.has(at) || width > view.width || height > view.height {
        return at;
    }
    let (left, top) = (around.left + GAP, around.top + GAP);
    let by = |first: f64, from: f64, to: f64| first.min(to).max(from) - first;
    Point { x: at.x + by(left, view.left, view.right() - width), y: at.y + by(top, view.top, view.bottom() - height) }
}

impl Session {
    fn ground(&self) -> Ground<'_> {
        let plan = self.plan().flat();
        Ground { plan, room: Room::beside_cards(plan), edges: geometry::edges(plan), is_first: self.scenario().services.is_empty() }
    }

    /// Where a new part of a kind stands: clients at the left, then services, exchanges, queues, and those who consume.
    fn place_for(&self, kind: PartKind, free: Option<&Free>) -> Point {
        let (ground, scenario) = (self.ground(), self.scenario());
        let services = |all: bool| {
            let wanted = scenario.services.iter().filter(move |service| consumes(service) == all);
            ground.last(wanted.filter_map(|service| self.node(&Part::Service(service.name.clone()))))
        };
        let clients = ground.last(scenario.clients.iter().filter_map(|client| self.node(&Part::Client(client.name.clone()))));
        let publishers = services(false);
        let exchanges = ground.last(scenario.broker.exchanges.iter().map(|exchange| Place::Exchange(exchange.name.clone())));
        let queues = ground.last(scenario.broker.queues.iter().map(|queue| Place::Queue(queue.name.clone())));
        let below = |at: Option<Point>| at.map(|at| Point { y: at.y + ROW, ..at });
        let beside = |at: Option<Point>, columns: f64| at.map(|at| Point { x: at.x + columns * COLUMN, ..at });
        let usual = |column: f64| Point { x: CLIENTS + column * COLUMN, y: FIRST_ROW };
        let first = match kind {
            PartKind::Client => below(clients).or_else(|| beside(publishers, -1.0)).unwrap_or(usual(0.0)),
            PartKind::Service => {
                let waiting = unconsumed(scenario).and_then(|queue| ground.at(&queue));
                let known = beside(waiting, 1.0).or_else(|| below(publishers)).or_else(|| beside(clients, 1.0));
                known.or_else(|| beside(exchanges, -1.0)).or_else(|| beside(queues, 1.0)).unwrap_or(usual(1.0))
            }
            PartKind::Exchange(_) => {
                let known = below(exchanges).or_else(|| beside(publishers, 1.0)).or_else(|| beside(queues, -1.0));
                known.or_else(|| beside(clients, 2.0)).unwrap_or(usual(2.0))
            }
            PartKind::ClassicQueue | PartKind::QuorumQueue | PartKind::Stream => {
                let known = below(queues).or_else(|| beside(exchanges, 1.0)).or_else(|| beside(publishers, 2.0));
                known.or_else(|| beside(services(true), -1.0)).unwrap_or(usual(3.0))
            }
        };
        let at = ground.nearest(first, kind, None);
        self.seen(ground, at, kind, free).unwrap_or(at)
    }

    /// A place that is seen, near to this one.
    fn seen(&self, mut ground: Ground<'_>, at: Point, kind: PartKind, free: Option<&Free>) -> Option<Point> {
        let Free { view, covered, .. } = free?;
        for covered in covered {
            let (first, last) = self.in_document(covered);
            ground.room.cover(Rect { left: first.x, top: first.y, width: last.x - first.x, height: last.y - first.y });
        }
        ground.in_view(at, kind, self.in_document(view))
    }

    /// The corners of a view in the document.
    fn in_document(&self, view: &Rect) -> (Point, Point) {
        let plan = self.plan();
        let corner = |x, y| plan.in_document(None, Point { x, y });
        (corner(view.left, view.top), corner(view.right(), view.bottom()))
    }

    /// Where the end of a new line from a part stands: in the next column. An exchange for dead letters stands beneath its queue.
    fn beside(&self, part: &Part, kind: PartKind) -> Point {
        let ground = self.ground();
        let from = self.node(part);
        let at = from.as_ref().and_then(|node| ground.at(node)).unwrap_or_default();
        let first = match (part, kind) {
            (Part::Queue(_), PartKind::Exchange(_)) => Point { y: at.y + ROW, ..at },
            _ => Point { x: at.x + COLUMN, ..at },
        };
        ground.nearest(first, kind, from.as_ref())
    }
}
