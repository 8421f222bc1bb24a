//! How a system is drawn that has more parts than a page can show in full. Thousands of cards take seconds to attach.
//!
//! Every part and line is in one outline each. Those in view are drawn in full, as long as they are few. So are those at hand: selected, or
//! under the keyboard. The outline is made once for a scenario and where its parts stand.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::camera::{Camera, Pixel};
use super::geometry::{self, Edge, Layout, Plan, Rect};
use crate::base::number::Fixed;
use crate::scenario::Scenario;
use crate::sim::Place;

/// So many parts and lines are drawn in full.
pub const WHOLE_MAX: usize = 300;
/// So many in view are drawn in full where outlines stand for the rest. While the canvas moves, each frame draws them.
const SEEN_MAX: usize = 100;

#[derive(Clone, Debug)]
pub struct Overview {
    scenario: Arc<Scenario>,
    layout: Layout,
    pub nodes: Vec<(Place, Rect)>,
    pub edges: Vec<Edge>,
    /// SVG paths: of the parts, of lines, and of the lines of dead letters.
    pub parts: Rc<str>,
    pub lines: Rc<str>,
    pub dead_lines: Rc<str>,
}

impl Overview {
    /// None where everything can be drawn in full.
    #[must_use]
    pub fn of(plan: Plan<'_>, is_dead: impl Fn(&Edge) -> bool) -> Option<Self> {
        let nodes: Vec<(Place, Rect)> = geometry::drawn(plan).collect();
        if nodes.len() <= WHOLE_MAX && plan.world.scenario().broker.bindings.len() <= WHOLE_MAX {
            return None;
        }
        let edges = geometry::edges(plan);
        let (mut lines, mut dead_lines) = (String::new(), String::new());
        for edge in &edges {
            let lines = if is_dead(edge) { &mut dead_lines } else { &mut lines };
            lines.push_str(&edge.curve.svg());
        }
        let parts = outline(nodes.iter().map(|(_, rect)| *rect));
        Some(Self {
            scenario: plan.world.scenario().clone(),
            layout: plan.layout.clone(),
            nodes,
            edges,
            parts: parts.into(),
            lines: lines.into(),
            dead_lines: dead_lines.into(),
        })
    }

    /// It is still of this system, with its parts where they stand.
    #[must_use]
    pub fn is_of(&self, plan: Plan<'_>) -> bool {
        Arc::ptr_eq(&self.scenario, plan.world.scenario()) && self.layout == *plan.layout
    }

    /// The parts that are drawn in full, with their numbers among all.
    #[must_use]
    pub fn whole(&self, camera: Camera, size: Pixel, is_at_hand: impl Fn(&Place) -> bool) -> Vec<(usize, &Place)> {
        let (first, last) = (camera.to_canvas(Pixel::default()), camera.to_canvas(size));
        let is_seen = |rect: &Rect| rect.right() >= first.x && rect.left <= last.x && rect.bottom() >= first.y && rect.top <= last.y;
        let few = self.nodes.iter().filter(|(_, rect)| is_seen(rect)).take(SEEN_MAX + 1).count() <= SEEN_MAX;
        let is_whole = |place: &Place, rect: &Rect| few && is_seen(rect) || is_at_hand(place);
        let nodes = self.nodes.iter().enumerate().filter(|(_, (place, rect))| is_whole(place, rect));
        nodes.map(|(index, (place, _))| (index, place)).take(WHOLE_MAX).collect()
    }
}

/// The boxes of parts as one SVG path.
#[must_use]
pub fn outline(rects: impl Iterator<Item = Rect>) -> String {
    let mut path = String::new();
    for rect in rects {
        // Writing to a text never fails.
        let _ = write!(
            path,
            "M{:.0} {:.0}h{:.0}v{:.0}h-{:.0}z",
            Fixed(rect.left),
            Fixed(rect.top),
            Fixed(rect.width),
            Fixed(rect.height),
            Fixed(rect.width)
        );
    }
    path
}
