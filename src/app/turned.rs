//! The drawing of a tall screen. It is turned, so that messages travel downwards, with small cards that lie close together.
//!
//! It is for display alone: the document's places stay as they are. Each axis has a ruler that leads from the document to the drawing and
//! back. So what a pointer does has a place in the document. A ruler is made once for the parts that there are. What is moved then stays
//! where it was let go.

use crate::scenario::Point;
use crate::sim::Place;

/// How much of a distance is kept where nothing is in the way.
const KEPT: f64 = 0.05;

/// Where a part stands in the document, and how large it is in the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub at: Point,
    pub width: f64,
    pub height: f64,
    /// What it needs at its right, besides a gap.
    pub beside: f64,
    /// The gap above it.
    pub above: f64,
}

/// A coordinate of the document, and of the drawing.
type Mark = (f64, f64);

/// Leads from coordinates of the document to those of the drawing, and back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ruler {
    /// Of the document, and of the drawing: both rise.
    marks: Vec<Mark>,
    /// Beyond the outermost marks.
    slope: f64,
}

impl Ruler {
    /// The least that has what is needed between any two parts.
    pub(super) fn of(parts: &[Standing], slope: f64, pick: fn(&Point) -> f64, needed: fn(&Standing, &Standing) -> Option<f64>) -> Self {
        let mut order: Vec<&Standing> = Vec::new();
        for part in parts {
            order.insert(order.partition_point(|before| pick(&before.at) <= pick(&part.at)), part);
        }
        let mut marks: Vec<Mark> = Vec::new();
        let mut placed: Vec<f64> = Vec::new();
        for (index, part) in order.iter().enumerate() {
            let value = pick(&part.at);
            let mut at = marks.last().map_or(0.0, |(before, at)| at + (value - before) * KEPT);
            for (before, place) in order.iter().zip(&placed) {
                at = needed(before, part).map_or(at, |needed| at.max(place + needed));
            }
            // What has the same coordinate has the same place.
            for same in (0..index).rev().take_while(|same| pick(&order[*same].at) >= value) {
                placed[same] = at;
            }
            marks.pop_if(|mark| mark.0 >= value);
            marks.push((value, at));
            placed.push(at);
        }
        Self { marks, slope }
    }

    /// The same, farther to the right or below.
    pub(super) fn shifted(mut self, by: f64) -> Self {
        self.marks.iter_mut().for_each(|mark| mark.1 += by);
        self
    }

    /// Between two marks, or beyond the outermost.
    fn read(&self, at: f64, slope: f64, pick: fn(&Mark) -> Mark) -> f64 {
        let after = self.marks.iter().position(|mark| pick(mark).0 > at).unwrap_or(self.marks.len());
        let before = after.checked_sub(1).and_then(|before| self.marks.get(before)).map(pick);
        match (before, self.marks.get(after).map(pick)) {
            (Some(one), Some(other)) => one.1 + (at - one.0) * (other.1 - one.1) / (other.0 - one.0),
            (Some(near), None) | (None, Some(near)) => near.1 + (at - near.0) * slope,
            (None, None) => at * slope,
        }
    }

    pub(super) fn to(&self, at: f64) -> f64 {
        self.read(at, self.slope, |mark| *mark)
    }

    fn back(&self, at: f64) -> f64 {
        self.read(at, 1.0 / self.slope, |(document, drawing)| (*drawing, *document))
    }
}

/// What only dead letters reach lies beneath all else, and is not turned. Messages travel sideways in it, as in the document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lane {
    pub places: Vec<Place>,
    pub across: Ruler,
    pub down: Ruler,
    /// How wide a card is in it.
    pub card: f64,
}

/// Where the parts of a system stand in its turned drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    /// Of the parts that there are.
    pub(super) places: Vec<Place>,
    pub(super) across: Ruler,
    pub(super) down: Ruler,
    /// How wide a card is.
    pub(super) card: f64,
    pub(super) lane: Option<Lane>,
}

impl Turned {
    /// Of a service its first instance is asked for.
    fn lane_of(&self, place: &Place) -> Option<&Lane> {
        self.lane.as_ref().filter(|lane| lane.places.contains(place))
    }

    /// It lies in the lane of dead letters.
    #[must_use]
    pub fn is_in_lane(&self, place: &Place) -> bool {
        self.lane_of(place).is_some()
    }

    /// How wide a card of this part is.
    #[must_use]
    pub fn card_of(&self, place: &Place) -> f64 {
        self.lane_of(place).map_or(self.card, |lane| lane.card)
    }

    #[must_use]
    pub fn to(&self, place: &Place, at: Point) -> Point {
        match self.lane_of(place) {
            Some(lane) => Point { x: lane.across.to(at.x), y: lane.down.to(at.y) },
            None => Point { x: self.across.to(at.y), y: self.down.to(at.x) },
        }
    }

    /// Of a part, or of one that is not there yet.
    #[must_use]
    pub fn back(&self, place: Option<&Place>, at: Point) -> Point {
        match place.and_then(|place| self.lane_of(place)) {
            Some(lane) => Point { x: lane.across.back(at.x), y: lane.down.back(at.y) },
            None => Point { x: self.down.back(at.y), y: self.across.back(at.x) },
        }
    }
}
