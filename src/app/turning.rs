//! Turns a drawing for a tall screen: where its parts stand then.

use super::arrange;
use super::geometry::{self, COLUMN_GAP, EdgeKind, MARGIN_SMALL, Plan, Rect, Size};
use super::turned::{Lane, Ruler, Standing, Turned};
use crate::sim::Place;

/// A canvas of so many pixels has room for the drawing as it is.
const NARROW: f64 = 620.0;
/// More parts are not legible on a phone in any way.
const PARTS_MAX: usize = 48;
/// What stands so near in the document's x stands side by side in the drawing.
const SAME_ROW: f64 = 100.0;
/// Between the rows: above a queue there is room for the keys of its bindings.
const ROW_GAP: f64 = 28.0;
const KEYS_GAP: f64 = 44.0;
/// Above the lane, and beside an exchange in it: the name of an exchange in the lane hangs below it.
const LANE_GAP: f64 = 34.0;
const LANE_BESIDE: f64 = 88.0;
/// Beyond the outermost parts.
const ACROSS: f64 = 0.85;
const DOWN: f64 = 0.4;
/// How high the canvas of a phone is above half a sheet, beside its width.
const TALL: f64 = 0.8;
/// A card is so much wider at most than it must be.
const WIDER_MAX: f64 = 66.0;
/// So much wider a card of the lane may be.
const LANE_WIDER: [f64; 4] = [60.0, 45.0, 30.0, 15.0];

/// None: a canvas of this width shows the drawing better as it is.
pub(super) fn turned(plan: Plan<'_>, width: f64) -> Option<Turned> {
    let plan = plan.flat();
    let places = geometry::places(plan);
    if width >= NARROW || places.len() > PARTS_MAX || places.is_empty() {
        return None;
    }
    let scale = |bounds: Rect| (width / bounds.width).min(width * TALL / bounds.height);
    let bounds = |turned: &Turned| geometry::bounds(Plan { turned: Some(turned), ..plan });
    let dead = arrange::only_dead_letters_reach(plan);
    let least = ruled(plan, &places, &dead, geometry::SMALL_CARD.width);
    // Where rows are few, names have the room at the side.
    let now = bounds(&least);
    let columns = ((now.width - 2.0 * MARGIN_SMALL + COLUMN_GAP) / (least.card + COLUMN_GAP)).round().max(1.0);
    let wider = (width / scale(now).min(1.0) - now.width) / columns;
    let mut turned = ruled(plan, &places, &dead, least.card + wider.clamp(0.0, WIDER_MAX));
    // What is free at the sides of them all is the lane's.
    let drawn = bounds(&turned);
    let free = width / scale(drawn).min(1.0) - drawn.width;
    turned.lane = lane(plan, &turned, &dead, free.max(0.0));
    let is_better = turned.card * scale(bounds(&turned)) > geometry::SERVICE.width * scale(geometry::bounds(plan));
    is_better.then_some(turned)
}

/// With cards of this width.
fn ruled(plan: Plan<'_>, places: &[Place], dead: &[Place], card: f64) -> Turned {
    let is_dead = |place: &&Place| dead.contains(&geometry::moved_as(place));
    let standing = |place: &Place| standing(plan, place, card, dead.contains(place));
    let parts: Vec<Standing> = places.iter().filter(|place| !is_dead(place)).filter_map(standing).collect();
    let down = Ruler::of(
        &parts,
        DOWN,
        |at| at.x,
        |one, other| {
            let is_below = other.at.x - one.at.x >= SAME_ROW;
            is_below.then_some(one.height + other.above)
        },
    );
    let across = Ruler::of(
        &parts,
        ACROSS,
        |at| at.y,
        |one, other| {
            // The instances of a service stand at one place.
            let is_beside = (one.at.x - other.at.x).abs() < SAME_ROW && one.at.y < other.at.y;
            is_beside.then_some(f64::midpoint(one.width, other.width) + COLUMN_GAP)
        },
    );
    let mut turned = Turned { places: places.to_vec(), across, down, card, lane: None };
    turned.lane = lane(plan, &turned, dead, 0.0);
    turned
}

/// Beneath what is turned. Dead letters fall into it between two columns, at the side of the queue that they come from. Its cards are
/// wider where it has room: at the sides so much is free.
fn lane(plan: Plan<'_>, above: &Turned, dead: &[Place], free: f64) -> Option<Lane> {
    let (least, out) = lane_with(plan, above, dead, above.card)?;
    let wider = LANE_WIDER.map(|by| lane_with(plan, above, dead, above.card + by));
    Some(wider.into_iter().flatten().find(|(_, wide)| *wide <= out + free).map_or(least, |(lane, _)| lane))
}

/// With cards of this width, and how far it stands out at the sides.
fn lane_with(plan: Plan<'_>, above: &Turned, dead: &[Place], card: f64) -> Option<(Lane, f64)> {
    let parts: Vec<Standing> = dead.iter().filter_map(|place| standing(plan, place, card, true)).collect();
    if parts.is_empty() || parts.len() == above.places.len() {
        return None;
    }
    let across = Ruler::of(
        &parts,
        ACROSS,
        |at| at.x,
        |one, other| {
            let is_beside = (one.at.y - other.at.y).abs() < SAME_ROW && one.at.x < other.at.x;
            is_beside.then_some(f64::midpoint(one.width, other.width) + one.beside + COLUMN_GAP)
        },
    );
    let down = Ruler::of(
        &parts,
        DOWN,
        |at| at.y,
        |one, other| {
            let is_below = other.at.y - one.at.y >= SAME_ROW;
            is_below.then_some(one.height + other.above)
        },
    );
    let drawn = Plan { turned: Some(above), ..plan };
    let rests = |place: &&Place| !dead.contains(&geometry::moved_as(place));
    let cards: Vec<Rect> = above.places.iter().filter(rests).filter_map(|place| geometry::card(drawn, place)).collect();
    let first = cards.iter().map(|card| card.left).fold(f64::INFINITY, f64::min);
    let last = cards.iter().map(Rect::right).fold(f64::NEG_INFINITY, f64::max);
    let bottom = cards.iter().map(Rect::bottom).fold(f64::NEG_INFINITY, f64::max);
    let begins = parts.iter().map(|part| across.to(part.at.x) - part.width / 2.0).fold(f64::INFINITY, f64::min);
    let ends = parts.iter().map(|part| across.to(part.at.x) + part.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
    let falls = geometry::edges(plan).into_iter().find(|edge| edge.kind == EdgeKind::DeadLetters && dead.contains(&edge.to));
    let falls = falls.and_then(|edge| Some((geometry::rect(drawn, &edge.from)?, across.to(geometry::stands(plan, &edge.to)?.x))));
    // Left or right of that queue: where less of the lane stands out at the side.
    let out = |by: f64| (first - begins - by).max(0.0) + (ends + by - last).max(0.0);
    let by = falls.map_or(first - begins, |(from, to)| {
        let [left, right] = [from.left - COLUMN_GAP / 2.0 - to, from.right() + COLUMN_GAP / 2.0 - to];
        if out(right) < out(left) { right } else { left }
    });
    let top = parts.iter().map(|part| down.to(part.at.y)).fold(f64::INFINITY, f64::min);
    let across = across.shifted(by);
    let down = down.shifted(bottom + LANE_GAP + geometry::SMALL_CARD.height / 2.0 - top);
    Some((Lane { places: dead.to_vec(), across, down, card }, out(by)))
}

fn standing(plan: Plan<'_>, place: &Place, card: f64, in_lane: bool) -> Option<Standing> {
    let Size { width, height } = geometry::small(plan, place, card, in_lane);
    let beside = if in_lane && matches!(place, Place::Exchange(_)) { LANE_BESIDE } else { 0.0 };
    let above = if matches!(place, Place::Queue(_)) && !in_lane { KEYS_GAP } else { ROW_GAP };
    geometry::stands(plan, place).map(|at| Standing { at, width, height, beside, above })
}
