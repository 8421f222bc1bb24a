//! The way of a line from one part to another. It meets borders only, and goes round cards and texts where it can.

use super::shapes::{COLUMN_GAP, Curve, EXCHANGE, Rect, SMALL_EXCHANGE, STEPS, Size};
use crate::scenario::Point;

/// A line passes behind a box.
#[must_use]
pub fn passes(curve: &Curve, behind: &Rect) -> bool {
    (1..STEPS / 2).any(|step| behind.has(curve.at(f64::from(step) * 2.0 / f64::from(STEPS))))
}

/// How many others a line passes behind, or so near beside.
#[inline(never)]
pub(super) fn crossed(curve: &Curve, obstacles: &[Rect], start: &Rect, end: &Rect, beside: f64) -> usize {
    let is_end = |one: &Rect| [start, end].iter().any(|end| (one.left, one.top) == (end.left, end.top));
    obstacles.iter().filter(|one| !is_end(one) && passes(curve, &one.grown(beside))).count()
}

/// How far a line goes round what is in its way.
const ROUND: [f64; 10] = [30.0, -30.0, 60.0, -60.0, 110.0, -110.0, 170.0, -170.0, 240.0, -240.0];
/// Where a line between two parts side by side bends: a share of its way.
const BENDS: [f64; 4] = [0.72, 0.28, 0.9, 0.1];
/// How far a line stands out of the sides of two parts that stand one below the other, at most.
const SKIRTS: [f64; 4] = [-30.0, 30.0, -70.0, 70.0];
/// How far it stands out of the side of a part, with the name that hangs below.
const OUT: [f64; 5] = [30.0, 46.0, 62.0, 90.0, 120.0];
/// What a line has beside it, where it can: along a border it would be no line.
const CLEAR: f64 = 7.0;

/// A turned drawing has the same lines, turned. Others go round what is in their way, where they can.
#[inline(never)]
pub(super) fn between(is_turned: bool, obstacles: &[Rect], start: &Rect, end: &Rect, dead: bool) -> Curve {
    let curve = match is_turned {
        true if dead && start.bottom() < end.top => fall(start, end),
        // From the lane back up: a retry.
        true if dead && end.bottom() < start.top => fall(end, start).reversed(),
        true => level(&start.flipped(), &end.flipped(), dead).flipped(),
        false => level(start, end, dead),
    };
    let met = |curve: &Curve| [0.0, CLEAR].map(|beside| crossed(curve, obstacles, start, end, beside));
    let least = met(&curve);
    if least == [0, 0] {
        return curve;
    }
    let mut best = (least, curve);
    for way in ways(&curve, start, end, dead) {
        let met = met(&way);
        if met < best.0 {
            best = (met, way);
        }
    }
    best.1
}

/// Other ways between the same two parts, the best first.
#[inline(never)]
fn ways(curve: &Curve, start: &Rect, end: &Rect, dead: bool) -> Vec<Curve> {
    let mut ways = Vec::new();
    if dead && end.centre().y < start.centre().y {
        ways.push(rise(start, end));
    } else if dead {
        let aside = past_a_side(start, end);
        ways.push(aside);
        bow(&mut ways, &aside);
    } else {
        bend(&mut ways, start, end);
        round(&mut ways, start, end);
        skirt(&mut ways, start, end);
    }
    bow(&mut ways, curve);
    ways
}

fn bow(ways: &mut Vec<Curve>, curve: &Curve) {
    for by in ROUND {
        ways.push(curve.bowed(by));
    }
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
/// And it meets a part that is no farther aside.
const FALLS_BESIDE: f64 = 60.0;
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
        return falling(start, end).unwrap_or_else(|| past_a_side(start, end));
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

/// Where dead letters meet the next part from above.
fn from_above(end: &Rect) -> Point {
    // Beside the badges of a queue.
    Point { x: if end.width > EXCHANGE.width { end.left + BESIDE_BADGES } else { end.centre().x }, y: end.top }
}

/// Down from the lower border, where the next part stands beneath, or nearly so.
fn falling(start: &Rect, end: &Rect) -> Option<Curve> {
    let to = from_above(end);
    let x = to.x.max(start.left + FALLS_WITHIN).min(start.right() - FALLS_WITHIN);
    if start.bottom() >= end.top || (to.x - x).abs() > FALLS_BESIDE {
        return None;
    }
    let from = Point { x, y: start.bottom() };
    let third = (to.y - from.y) / 3.0;
    Some(Curve { from, control_from: Point { y: from.y + third, ..from }, control_to: Point { y: to.y - third, ..to }, to })
}

/// Out of the side that is nearer to the next part, and down to it.
fn past_a_side(start: &Rect, end: &Rect) -> Curve {
    let to = from_above(end);
    let from = Point { x: if end.centre().x < start.centre().x { start.left } else { start.right() }, y: dead_port(start) };
    let control_from = Point { x: from.x + (to.x - from.x) * 0.62, y: from.y + 22.0 };
    Curve { from, control_from, control_to: Point { x: to.x, y: to.y - (to.y - from.y) * 0.55 }, to }
}

/// Between two parts side by side, a line that bends late or early. It passes what hangs below one of them.
fn bend(ways: &mut Vec<Curve>, start: &Rect, end: &Rect) {
    let curve = level(start, end, false);
    if end.left > start.right() || start.left > end.right() {
        for share in BENDS {
            let x = curve.from.x + (curve.to.x - curve.from.x) * share;
            ways.push(Curve { control_from: Point { x, ..curve.control_from }, control_to: Point { x, ..curve.control_to }, ..curve });
        }
    }
}

/// At the left a line that leaves is against the flow; at the right it is one that comes.
fn side(card: &Rect, is_left: bool, leaves: bool) -> Point {
    let aside = if is_left == leaves { against(card.height) } else { 0.0 };
    Point { x: if is_left { card.left } else { card.right() }, y: card.centre().y + aside }
}

/// Out of a side, and round the name that hangs below. It ends where it would have ended by itself, or straight below.
fn round(ways: &mut Vec<Curve>, start: &Rect, end: &Rect) {
    if end.top <= start.bottom() {
        return;
    }
    let (by_itself, is_left) = (level(start, end, false).to, end.centre().x <= start.centre().x);
    for (comes_by_itself, is_left) in [(true, is_left), (true, !is_left), (false, is_left), (false, !is_left)] {
        let from = side(start, is_left, true);
        for out in OUT {
            let x = from.x + if is_left { -out } else { out };
            let top = Point { x: x.max(end.left + FALLS_WITHIN).min(end.right() - FALLS_WITHIN), y: end.top };
            let to = if comes_by_itself { by_itself } else { top };
            let control_to = Point { x: f64::midpoint(top.x, to.x), y: f64::midpoint(from.y, to.y) };
            ways.push(Curve { from, control_from: Point { x, ..from }, control_to, to });
        }
    }
}

/// From side to side of two parts that stand one below the other, round what hangs between them.
fn skirt(ways: &mut Vec<Curve>, start: &Rect, end: &Rect) {
    if end.top <= start.bottom() && start.top <= end.bottom() {
        return;
    }
    for by in SKIRTS {
        let is_left = by < 0.0;
        let (from, to) = (side(start, is_left, true), side(end, is_left, false));
        let out = if is_left { from.x.min(to.x) } else { from.x.max(to.x) } + by;
        ways.push(Curve { from, control_from: Point { x: out, ..from }, control_to: Point { x: out, ..to }, to });
    }
}

/// The middle of a part of this size, which a line from another part meets at its tip.
pub(super) fn met_at(is_turned: bool, start: &Rect, size: Size, tip: Point, dead: bool) -> Point {
    let end = |size: Size, start: &Rect, tip: Point, dead: bool| {
        let Size { width, height } = size;
        // An exchange above is met at its side: its name hangs below.
        if !dead && !is_turned && width <= EXCHANGE.width && tip.y < start.top && tip.x > start.left && tip.x < start.right() {
            return Point { x: tip.x + width / 2.0, ..tip };
        }
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
    if !is_turned || dead {
        return end(size, start, tip, dead);
    }
    let flip = |at: Point| Point { x: at.y, y: at.x };
    flip(end(Size { width: size.height, height: size.width }, &start.flipped(), flip(tip), dead))
}
