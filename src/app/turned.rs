//! The drawing of a tall screen: turned, so that messages travel downwards, with small cards that lie close to one another.
//!
//! It is for display alone: the document's places stay as they are. Each axis has a ruler that leads from the document to the drawing and
//! back, so that what a pointer does has a place in the document. A ruler is made once for the parts that there are: what is moved then
//! stays where it was let go.

use super::geometry::{self, Plan, Size};
use crate::scenario::Point;
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
/// How much of a distance is kept where nothing is in the way.
const KEPT: f64 = 0.05;
/// Beyond the outermost parts.
const ACROSS: f64 = 0.85;
const DOWN: f64 = 0.4;
/// How much higher than wide the canvas of a phone is, about.
const TALL: f64 = 1.1;

/// Leads from coordinates of the document to those of the drawing, and back.
#[derive(Clone, Debug, PartialEq)]
struct Ruler {
    /// Of the document, and of the drawing: both rise.
    marks: Vec<(f64, f64)>,
    /// Beyond the outermost marks.
    slope: f64,
}

impl Ruler {
    /// The least that has what is needed between any two parts.
    fn of(parts: &[(Point, Size)], slope: f64, pick: fn(&Point) -> f64, needed: fn(&(Point, Size), &(Point, Size)) -> Option<f64>) -> Self {
        let mut order: Vec<&(Point, Size)> = Vec::new();
        for part in parts {
            order.insert(order.partition_point(|before| pick(&before.0) <= pick(&part.0)), part);
        }
        let mut marks: Vec<(f64, f64)> = Vec::new();
        let mut placed: Vec<f64> = Vec::new();
        for (index, part) in order.iter().enumerate() {
            let value = pick(&part.0);
            let mut at = marks.last().map_or(0.0, |(before, at)| at + (value - before) * KEPT);
            for (before, place) in order.iter().zip(&placed) {
                at = needed(before, part).map_or(at, |needed| at.max(place + needed));
            }
            // What has the same coordinate has the same place.
            for same in (0..index).rev().take_while(|same| pick(&order[*same].0) == value) {
                placed[same] = at;
            }
            marks.pop_if(|mark| mark.0 == value);
            marks.push((value, at));
            placed.push(at);
        }
        Self { marks, slope }
    }

    /// Between two marks, or beyond the outermost.
    fn read(&self, at: f64, slope: f64, pick: fn(&(f64, f64)) -> (f64, f64)) -> f64 {
        let after = self.marks.iter().position(|mark| pick(mark).0 > at).unwrap_or(self.marks.len());
        let before = after.checked_sub(1).and_then(|before| self.marks.get(before)).map(pick);
        match (before, self.marks.get(after).map(pick)) {
            (Some(one), Some(other)) => one.1 + (at - one.0) * (other.1 - one.1) / (other.0 - one.0),
            (Some(near), None) | (None, Some(near)) => near.1 + (at - near.0) * slope,
            (None, None) => at * slope,
        }
    }

    fn to(&self, at: f64) -> f64 {
        self.read(at, self.slope, |mark| *mark)
    }

    fn back(&self, at: f64) -> f64 {
        self.read(at, 1.0 / self.slope, |(document, drawing)| (*drawing, *document))
    }
}

/// Where the parts of a system stand in its turned drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    places: Vec<Place>,
    across: Ruler,
    down: Ruler,
}

impl Turned {
    /// None: this canvas shows the drawing better as it is.
    #[must_use]
    pub fn of(plan: Plan<'_>, width: f64) -> Option<Self> {
        let plan = plan.flat();
        let places = geometry::places(plan);
        if width >= NARROW || places.len() > PARTS_MAX || places.is_empty() {
            return None;
        }
        let parts: Vec<(Point, Size)> =
            places.iter().filter_map(|place| geometry::stands(plan, place).map(|at| (at, geometry::small(plan, place)))).collect();
        let down = Ruler::of(
            &parts,
            DOWN,
            |at| at.x,
            |(one, size), (other, _)| {
                let is_below = other.x - one.x >= SAME_ROW;
                is_below.then(|| PITCH + size.height - geometry::SMALL_CARD.height)
            },
        );
        let across = Ruler::of(
            &parts,
            ACROSS,
            |at| at.y,
            |(one, size), (other, wide)| {
                // The instances of a service stand at one place.
                let is_beside = (one.x - other.x).abs() < SAME_ROW && one.y < other.y;
                is_beside.then(|| f64::midpoint(size.width, wide.width) + GAP)
            },
        );
        let turned = Self { places, across, down };
        let card = |plan: Plan<'_>, card: f64| {
            let bounds = geometry::bounds(plan);
            card * (width / bounds.width).min(width * TALL / bounds.height)
        };
        let as_it_is = card(plan, geometry::SERVICE.width);
        let is_better = card(Plan { turned: Some(&turned), ..plan }, geometry::SMALL_CARD.width) > as_it_is;
        is_better.then_some(turned)
    }

    /// It was made for the parts that there are.
    #[must_use]
    pub fn is_of(&self, plan: Plan<'_>) -> bool {
        self.places == geometry::places(plan)
    }

    #[must_use]
    pub fn to(&self, at: Point) -> Point {
        Point { x: self.across.to(at.y), y: self.down.to(at.x) }
    }

    #[must_use]
    pub fn back(&self, at: Point) -> Point {
        Point { x: self.down.back(at.y), y: self.across.back(at.x) }
    }
}
