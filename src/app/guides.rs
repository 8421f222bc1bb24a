//! Alignment guides. A part that is dragged stops where its middle or a border is level with another part's. A line shows it.

use super::geometry::{self, Rect};
use super::placing::snapped;
use super::{Node, Session};
use crate::scenario::Point;

/// A line through what is level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guide {
    pub from: Point,
    pub to: Point,
}

/// How far a part is from being level with another, across; and from where to where both reach, down.
struct Level {
    by: f64,
    /// How much that counts.
    away: f64,
    at: f64,
    from: f64,
    to: f64,
}

fn level(moved: &Rect, others: &[Rect], reach: f64, turn: fn(&Rect) -> Rect) -> Option<Level> {
    let moved = turn(moved);
    let ends = |rect: &Rect| [rect.left, rect.centre().x, rect.right()];
    let mut best: Option<Level> = None;
    for other in others.iter().map(turn) {
        for (index, (here, at)) in ends(&moved).into_iter().zip(ends(&other)).enumerate() {
            let by = at - here;
            // Lines lead to the middle of a card: it counts for more than a border.
            let away = if index == 1 { by.abs() } else { reach + by.abs() };
            if by.abs() < reach && away < best.as_ref().map_or(f64::INFINITY, |best| best.away) {
                best = Some(Level { by, away, at, from: moved.top.min(other.top), to: moved.bottom().max(other.bottom()) });
            }
        }
    }
    best
}

/// A part is dragged to a place of the drawing. The result is its place in the document, and the lines that say why. What is level in one
/// direction stands on the grid in the other. None: nothing is level.
pub(super) fn guided(session: &Session, node: &Node, to: Point, reach: f64) -> Option<(Point, Vec<Guide>)> {
    let plan = session.plan();
    let node = geometry::moved_as(node);
    let (card, stood) = (geometry::card(plan, &node)?, session.place(&node)?);
    let moved = Rect { left: card.left + to.x - stood.x, top: card.top + to.y - stood.y, ..card };
    let along = |other: &Node| *other == node || session.selection.has(&node) && session.selection.has(other);
    let parts = geometry::places(plan).into_iter().filter(|other| geometry::moved_as(other) == *other && !along(other));
    let others: Vec<Rect> = parts.filter_map(|other| geometry::card(plan, &other)).collect();
    let (across, down) = (level(&moved, &others, reach, Rect::clone), level(&moved, &others, reach, Rect::flipped));
    if across.is_none() && down.is_none() {
        return None;
    }
    let at = Point { x: to.x + across.as_ref().map_or(0.0, |level| level.by), y: to.y + down.as_ref().map_or(0.0, |level| level.by) };
    let (exact, grid) = (whole(plan.in_document(Some(&node), at)), snapped(plan.in_document(Some(&node), at)));
    let (keeps_x, keeps_y) = if plan.turned.is_some() && !plan.is_in_lane(&node) {
        (down.is_some(), across.is_some())
    } else {
        (across.is_some(), down.is_some())
    };
    let at = Point { x: if keeps_x { exact.x } else { grid.x }, y: if keeps_y { exact.y } else { grid.y } };
    let across = across.map(|Level { at, from, to, .. }| Guide { from: Point { x: at, y: from }, to: Point { x: at, y: to } });
    let down = down.map(|Level { at, from, to, .. }| Guide { from: Point { x: from, y: at }, to: Point { x: to, y: at } });
    Some((at, across.into_iter().chain(down).collect()))
}

/// In tenths of a unit: a camera is not as exact as a document.
fn whole(at: Point) -> Point {
    Point { x: (at.x * 10.0).round() / 10.0, y: (at.y * 10.0).round() / 10.0 }
}
