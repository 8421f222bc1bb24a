//! Turns a drawing for a tall screen: where its parts stand then.

use super::geometry::{self, Plan, Size};
use super::turned::{Ruler, Standing, Turned};
use crate::sim::Place;

/// A canvas of so many pixels has room for the drawing as it is.
const NARROW: f64 = 620.0;
/// More parts are not legible on a phone in any way.
const PARTS_MAX: usize = 48;
/// What stands so near in the document's x stands side by side in the drawing.
const SAME_ROW: f64 = 100.0;
/// From one row to the next, and between cards of one row.
const PITCH: f64 = 110.0;
const GAP: f64 = 8.0;
/// Beyond the outermost parts.
const ACROSS: f64 = 0.85;
const DOWN: f64 = 0.4;
/// How much higher than wide the canvas of a phone is, about.
const TALL: f64 = 1.1;

/// None: a canvas of this width shows the drawing better as it is.
pub(super) fn turned(plan: Plan<'_>, width: f64) -> Option<Turned> {
    let plan = plan.flat();
    let places = geometry::places(plan);
    if width >= NARROW || places.len() > PARTS_MAX || places.is_empty() {
        return None;
    }
    let parts: Vec<Standing> = places.iter().filter_map(|place| standing(plan, place)).collect();
    let down = Ruler::of(
        &parts,
        DOWN,
        |at| at.x,
        |one, other| {
            let is_below = other.at.x - one.at.x >= SAME_ROW;
            is_below.then_some(PITCH + one.height - geometry::SMALL_CARD.height)
        },
    );
    let across = Ruler::of(
        &parts,
        ACROSS,
        |at| at.y,
        |one, other| {
            // The instances of a service stand at one place.
            let is_beside = (one.at.x - other.at.x).abs() < SAME_ROW && one.at.y < other.at.y;
            is_beside.then_some(f64::midpoint(one.width, other.width) + GAP)
        },
    );
    let turned = Turned { places, across, down };
    let card = |plan: Plan<'_>, card: f64| {
        let bounds = geometry::bounds(plan);
        card * (width / bounds.width).min(width * TALL / bounds.height)
    };
    let as_it_is = card(plan, geometry::SERVICE.width);
    let is_better = card(Plan { turned: Some(&turned), ..plan }, geometry::SMALL_CARD.width) > as_it_is;
    is_better.then_some(turned)
}

fn standing(plan: Plan<'_>, place: &Place) -> Option<Standing> {
    let Size { width, height } = geometry::small(plan, place);
    geometry::stands(plan, place).map(|at| Standing { at, width, height })
}
