//! The scenarios that come with the site: their pictures, and the empty one.

use super::texts::session as texts;
use crate::base::SimTime;
use crate::formats::site_list::{GalleryEntry, Shape};
use crate::scenario::{Network, Scenario};

/// A scenario of the site's list, and the part of its canvas that is used: left, top, width, height.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    pub entry: GalleryEntry,
    pub view: [f64; 4],
}

impl Exhibit {
    pub(super) fn of(entry: GalleryEntry) -> Self {
        Self { view: view(&entry.outline.shapes), entry }
    }
}

/// The part of a canvas that is used: left, top, width, height.
#[must_use]
pub fn view(shapes: &[Shape]) -> [f64; 4] {
    let ends = |pick: fn(&Shape) -> f64| {
        let least = shapes.iter().map(pick).fold(f64::INFINITY, f64::min);
        (least, shapes.iter().map(pick).fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (top, bottom)) = (ends(|shape| shape.centre.x), ends(|shape| shape.centre.y));
    [left - 110.0, top - 60.0, right - left + 220.0, bottom - top + 120.0]
}

/// Nothing yet.
pub(super) fn blank() -> Scenario {
    // Slow enough for the eye to follow.
    let network = Network { latency: SimTime::from_millis(400), ..Network::default() };
    Scenario { network, ..Scenario::empty(texts::A_NEW_SYSTEM) }
}
