//! How a system is drawn that has more parts than a page can show in full. Thousands of cards take seconds to attach.
//!
//! Every part and line is in one outline each. Those in view are drawn in full, as long as they are few. So are those at hand: selected, or
//! under the keyboard. The outline is made once for a scenario and where its parts stand.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::camera::{Camera, Pixel};
use super::geometry::{self, Edge, Layout, Plan, Rect};
use super::labels;
use crate::base::number::Fixed;
use crate::base::ordered::sort_by_key;
use crate::scenario::Scenario;
use crate::sim::Place;

/// So many parts and lines are drawn in full.
pub const WHOLE_MAX: usize = 300;
/// So many in view are drawn in full where outlines stand for the rest.
const SEEN_MAX: usize = 100;
/// How much beside the stage is drawn in full while a hand moves it, in its shares. It has few parts.
const BESIDE: [f64; 4] = [0.5, 0.25, 0.1, 0.0];
/// So many lines are one path at most, and how far apart their middles may be.
const PATH_MAX: usize = 16;
const CELL: f64 = 400.0;

#[derive(Clone, Debug)]
pub struct Overview {
    scenario: Arc<Scenario>,
    layout: Layout,
    pub nodes: Vec<(Place, Rect)>,
    pub edges: Vec<Edge>,
    /// SVG paths: of the parts, of lines, and of the lines of dead letters. Lines near one another are one path. The browser
    /// finds what it has to paint by the place of each path.
    pub parts: Rc<str>,
    pub lines: Rc<[Rc<str>]>,
    pub dead_lines: Rc<[Rc<str>]>,
    /// Where the keys of its lines stood last.
    pub keys: RefCell<Option<labels::Kept>>,
    /// What it was drawn for last.
    pub drawn: Option<Drawn>,
}

/// What a large system was drawn for: the view, and where its parts are drawn in full.
#[derive(Clone, Copy, Debug)]
pub struct Drawn {
    pub camera: Camera,
    pub size: Pixel,
    /// None: outlines alone.
    pub area: Option<Rect>,
}

impl Drawn {
    /// How what is drawn stands in another view: its left and top in pixels, and its scale.
    #[must_use]
    pub fn moved_to(&self, now: Camera) -> Camera {
        let scale = now.scale / self.camera.scale;
        Camera { left: now.left - self.camera.left * scale, top: now.top - self.camera.top * scale, scale }
    }

    /// The view has come to parts of which the outline alone is drawn.
    #[must_use]
    pub fn is_used_up(&self, now: Camera) -> bool {
        let seen = now.part(Pixel::default(), self.size);
        self.area.is_some_and(|area| {
            seen.left < area.left || seen.top < area.top || seen.right() > area.right() || seen.bottom() > area.bottom()
        })
    }
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
        let (dead, alive): (Vec<&Edge>, Vec<&Edge>) = edges.iter().partition(|edge| is_dead(edge));
        let (lines, dead_lines) = (paths(alive), paths(dead));
        let parts = outline(nodes.iter().map(|(_, rect)| *rect));
        Some(Self {
            scenario: plan.world.scenario().clone(),
            layout: plan.layout.clone(),
            nodes,
            edges,
            parts: parts.into(),
            lines,
            dead_lines,
            keys: RefCell::default(),
            drawn: None,
        })
    }

    /// It is still of this system, with its parts where they stand.
    #[must_use]
    pub fn is_of(&self, plan: Plan<'_>) -> bool {
        Arc::ptr_eq(&self.scenario, plan.world.scenario()) && self.layout == *plan.layout
    }

    /// Where parts are drawn in full: in view, and beside it while a hand moves it. None: too many are in view.
    #[must_use]
    pub fn area(&self, camera: Camera, size: Pixel, moves: bool) -> Option<Rect> {
        let seen = camera.part(Pixel::default(), size);
        let mut areas = BESIDE.into_iter().filter(|share| moves || *share == 0.0).map(|share| {
            let (beside, above) = (seen.width * share, seen.height * share);
            Rect { left: seen.left - beside, top: seen.top - above, width: seen.width + 2.0 * beside, height: seen.height + 2.0 * above }
        });
        areas.find(|area| self.nodes.iter().filter(|(_, rect)| rect.meets(area)).take(SEEN_MAX + 1).count() <= SEEN_MAX)
    }

    /// The parts that are drawn in full, with their numbers among all.
    #[must_use]
    pub fn whole(&self, area: Option<&Rect>, is_at_hand: impl Fn(&Place) -> bool) -> Vec<(usize, &Place)> {
        let is_whole = |place: &Place, rect: &Rect| area.is_some_and(|area| rect.meets(area)) || is_at_hand(place);
        let nodes = self.nodes.iter().enumerate().filter(|(_, (place, rect))| is_whole(place, rect));
        nodes.map(|(index, (place, _))| (index, place)).take(WHOLE_MAX).collect()
    }
}

/// Lines as SVG paths, some near ones in each.
fn paths(mut edges: Vec<&Edge>) -> Rc<[Rc<str>]> {
    #[expect(clippy::cast_possible_truncation, reason = "a canvas is not so large, and what is beyond is near to what is there")]
    let cell = |edge: &Edge| {
        let middle = edge.curve.at(0.5);
        ((middle.y / CELL) as i64, (middle.x / CELL) as i64)
    };
    sort_by_key(&mut edges, |edge| cell(edge));
    let path = |near: &[&Edge]| near.iter().map(|edge| edge.curve.svg()).collect::<String>().into();
    edges.chunk_by(|one, other| cell(one) == cell(other)).flat_map(|near| near.chunks(PATH_MAX)).map(path).collect()
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
