//! What a lost connection gives back flies to its queue in a fan. Each message has its own arc, and sets out after the one before.

use super::geometry::{self, Curve, Plan, Rect};
use super::moves::ARCS;
use super::routing;
use crate::scenario::Point;
use crate::sim::Place;

/// A message that goes on to another program has one flight for both ways. These are parts of one of them.
const PASSES_AFTER: f64 = 0.095;
/// The shortest arc: there is room on it between one message and the next.
const SHORTEST: f64 = 196.0;
/// From one arc to the next, at the controls of their curves; less where that passes behind fewer parts.
const STEPS: [f64; 3] = [15.0, 11.0, 8.0];
/// Between two cards there is room for arcs, or for straight ways beside one another.
const ROOM_FOR_ARCS: f64 = 40.0;
const ROOM_FOR_WAYS: f64 = 12.0;
/// The outermost of these from the corner of a card.
const CORNER: f64 = 8.0;
/// The lowest arc leaves its card at once, and the highest along it: they lie within one another. A part of the way between.
const AWAY: f64 = 0.25;

/// How many legs the n-th has come, which goes on to another program: the first is its way back. The whole lasts from 0 to 1.
pub(super) fn legs_passed(turn: usize, share: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let (late, latest) = ((turn % ARCS) as f64 * PASSES_AFTER, (ARCS - 1) as f64 * PASSES_AFTER);
    ((2.0 * share - late) / (2.0 - latest)).clamp(0.0, 1.0) * 2.0
}

/// The ways from a program to its queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fan {
    ways: Ways,
    is_turned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ways {
    /// The lowest, and from one to the next.
    Arcs(Curve, f64),
    /// From side to side: where the first begins and ends, and the last.
    Straight(Curve, Curve),
}

impl Fan {
    /// Between the cards, where there is room; else over them, or beneath. Where it passes behind the fewest other parts.
    #[must_use]
    pub fn new(plan: Plan<'_>, obstacles: &[Rect], from: &Place, to: &Place) -> Option<Self> {
        let (start, end, rect, bounds) =
            (geometry::card(plan, from)?, geometry::card(plan, to)?, geometry::rect(plan, from)?, geometry::bounds(plan));
        let is_turned = plan.turned.is_some();
        let flat = [start, end, rect].map(|rect| if is_turned { rect.flipped() } else { rect });
        let met = |fan: &Self| {
            let hits = |arc: Curve| routing::crossed(&arc, obstacles, &start, &end, 0.0) + usize::from(!bounds.has(arc.at(0.5)));
            (0..ARCS).map(|index| hits(fan.arc(index))).sum::<usize>()
        };
        if let Some(ways) = straight(&flat) {
            return Some(Self { ways, is_turned });
        }
        let all = STEPS.into_iter().flat_map(|step| [1.0, -1.0].map(|up| Ways::Arcs(lowest(&flat, up), step * up)));
        all.map(|ways| Self { ways, is_turned }).min_by_key(met)
    }

    /// Of the n-th message: the first has the lowest. Straight ways are taken in turns, from the middle and from the side.
    #[must_use]
    pub fn arc(&self, turn: usize) -> Curve {
        let place = turn % ARCS;
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let arc = match self.ways {
            Ways::Arcs(lowest, step) => {
                let arc = raised(lowest, place as f64 * step);
                let out = place as f64 / ARCS as f64;
                let wider = |control: Point, end: Point| Point { x: control.x + (end.x - control.x) * out, ..control };
                Curve { control_from: wider(arc.control_from, arc.from), control_to: wider(arc.control_to, arc.to), ..arc }
            }
            Ways::Straight(first, last) => {
                let share = (place / 2 + place % 2 * ARCS / 2) as f64 / (ARCS - 1) as f64;
                let between = |one: Point, other: Point| Point { x: one.x, y: one.y + (other.y - one.y) * share };
                let (from, to) = (between(first.from, last.from), between(first.to, last.to));
                Curve { from, control_from: from, control_to: to, to }
            }
        };
        if self.is_turned { arc.flipped() } else { arc }
    }
}

fn raised(arc: Curve, by: f64) -> Curve {
    let raised = |at: Point| Point { y: at.y - by, ..at };
    Curve { control_from: raised(arc.control_from), control_to: raised(arc.control_to), ..arc }
}

/// The facing sides of the two cards, and how far they lie apart.
fn sides(start: &Rect, end: &Rect) -> (f64, f64, f64) {
    let (left, right) = (start.left - end.right(), end.left - start.right());
    if left >= right { (start.left, end.right(), left) } else { (start.right(), end.left, right) }
}

fn straight([start, end, rect]: &[Rect; 3]) -> Option<Ways> {
    let (from, to, apart) = sides(start, end);
    let way = |side: fn(&Rect) -> f64| {
        let (from, to) = (Point { x: from, y: side(rect) }, Point { x: to, y: side(end) });
        Curve { from, control_from: from, control_to: to, to }
    };
    let ways = Ways::Straight(way(|card| card.top + CORNER), way(|card| card.bottom() - CORNER));
    (ROOM_FOR_WAYS..ROOM_FOR_ARCS).contains(&apart).then_some(ways)
}

fn lowest([start, end, rect]: &[Rect; 3], up: f64) -> Curve {
    let (from, to, apart) = sides(start, end);
    let flat = if apart >= ROOM_FOR_ARCS {
        let away = (to - from) * AWAY;
        let (from, to) = (Point { x: from, y: rect.centre().y }, Point { x: to, y: end.centre().y });
        Curve { from, control_from: Point { x: from.x + away, ..from }, control_to: Point { x: to.x - away, ..to }, to }
    } else {
        let side = |card: &Rect| if up > 0.0 { card.top } else { card.bottom() };
        let (from, to) = (Point { x: start.left + start.width * 0.25, y: side(start) }, Point { x: end.right() - 16.0, y: side(end) });
        Curve { from, control_from: from, control_to: to, to }
    };
    let mut higher = (4..40).map(|tens| raised(flat, f64::from(tens) * 10.0 * up));
    higher.find(|arc| arc.length() >= SHORTEST).unwrap_or(flat)
}
