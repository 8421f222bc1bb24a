//! The canvas as it is seen: which part of it the page shows. A drawer, an edit or the keyboard moves the view.

use super::camera::{Camera, Pixel};
use super::compared::Run;
use super::floats::{self, Corner};
use super::geometry;
use super::gesture::Gesture;
use super::guides::Guide;
use super::hand::Hand;
use super::overview::WHOLE_MAX;
use super::placing::Free;
use super::sizes::{Room, Side};
use super::{App, Card, Drawer, Line, Node, Session, Stop};
use crate::scenario::Point;

/// A line is hit from so many pixels away: with a pointer, and with a finger.
const REACH: f64 = 12.0;
const REACH_FINGER: f64 = 22.0;
/// A drawing stands still when a sheet opens, unless it would be so much smaller for that.
const STEADY: f64 = 0.75;
/// The port of a part stands out so far beyond its card, with the ring around it.
const PORT: f64 = 16.0;
/// No drawer makes a drawing smaller than this.
const LEGIBLE: f64 = 0.5;
/// What is brought into view has so much beside it, in pixels: its port is seen, too.
const BESIDE_REVEALED: f64 = 16.0;
/// Of the page's width, in pixels: the rail, and all of the bar but its timeline.
const RAIL: f64 = 48.0;
const CONTROLS: f64 = 808.0;
const CONTROLS_UPRIGHT: f64 = 694.0;
const CONTROLS_NARROW: f64 = 298.0;

#[derive(Debug, Default)]
pub struct Canvas {
    pub size: Pixel,
    /// What the visitor chose to see; none: everything.
    pub chosen: Option<Camera>,
    /// Where the minimap is; none: everything is seen, or it would cover a part wherever it is.
    pub map: Option<Corner>,
    /// What was seen when the page was drawn last, and on which stage.
    seen_from: Option<(Camera, Pixel)>,
    /// What was seen when something was edited: as long as all of it fits, the view stays there.
    pub(super) kept: Option<Camera>,
    /// What a drawer moved aside. Where it was, if not where the page has it by itself, and where it is. It comes back when the drawer closes.
    pub(super) aside: Option<(Option<Camera>, Camera)>,
    /// How high the canvas of a phone is above half a sheet; none: this canvas has no sheet.
    pub above_sheet: Option<f64>,
    /// Where the stage begins on the canvas without any drawer, and how large that is. On a phone, sheets lie above one another.
    pub(super) beside: Option<(f64, Pixel)>,
    /// How wide the drawers beside the stage are: at the left and at the right.
    drawers: Option<(f64, f64)>,
    /// How much of the stage drawers lay over when this was last looked at, and what was selected.
    under: ((f64, f64), Option<Stop>),
    pub gesture: Gesture,
    /// What the part that is dragged is level with.
    pub guides: Vec<Guide>,
    /// Where the pointer is while a line is drawn, in canvas units.
    pub pointer: Option<Point>,
    /// Where a menu was opened, in canvas units.
    pub menu_at: Point,
    pub(super) hand: Hand,
    /// The pointer has moved something since this was last asked.
    pub(super) is_stale: bool,
}

impl Canvas {
    /// Whether the canvas is to be drawn with the next frame. A pointer moves more often than the page is painted.
    pub const fn take_stale(&mut self) -> bool {
        std::mem::replace(&mut self.is_stale, false)
    }

    /// Space is held: the pointer moves the view, wherever it is pressed.
    #[must_use]
    pub const fn is_space_held(&self) -> bool {
        self.hand.is_space_held()
    }

    /// The stage that all is to fit on. On a phone it is the one above half a sheet, in every state of the sheet.
    fn usual(&self) -> Pixel {
        Pixel { y: self.above_sheet.map_or(self.size.y, |height| height.min(self.size.y)), ..self.size }
    }

    pub(super) const fn middle(&self) -> Pixel {
        Pixel { x: self.size.x / 2.0, y: self.size.y / 2.0 }
    }
}

impl App {
    /// The whole system is seen, unless the visitor chose what to see.
    #[must_use]
    pub fn camera(&self) -> Camera {
        self.canvas.chosen.or_else(|| self.canvas.gesture.frozen()).unwrap_or_else(|| self.unmoved())
    }

    /// As the page shows it by itself.
    pub(super) fn unmoved(&self) -> Camera {
        let size = self.canvas.size;
        let whole = || {
            let session = self.session.as_ref()?;
            if geometry::drawn(session.plan()).next().is_none() {
                return Some(Camera::of_nothing(size));
            }
            let bounds = self.missing().iter().fold(session.extent(), |all, one| all.with(&one.room()));
            let usual = self.canvas.usual();
            let kept = self.canvas.kept.and_then(|kept| kept.keeping(usual, &bounds));
            let (above_sheet, now) = (Camera::fitting(usual, &bounds), Camera::fitting(size, &bounds));
            // In a low window what is above half a sheet would be too small to read without one.
            let steady = if above_sheet.scale >= now.scale.min(1.0) * STEADY { above_sheet } else { now };
            Some(self.with_pointed(kept.or_else(|| self.beside_drawers(&bounds)).unwrap_or(steady), size))
        };
        whole().unwrap_or_default()
    }

    /// A drawer that opens leaves the drawing where it is on the page, and as large. What it would cover moves aside as little as can be.
    /// What has no room at that scale is smaller, but can still be read. When the drawer closes, the view is as it was.
    fn beside_drawers(&self, bounds: &geometry::Rect) -> Option<Camera> {
        let (left, whole) = self.canvas.beside?;
        let size = self.canvas.size;
        let (home, now) = (Camera::fitting(whole, bounds).panned(-left, 0.0), Camera::fitting(size, bounds));
        let reveal = |camera: Camera| {
            self.selected_rect().map_or(camera, |rect| camera.revealing(size, &rect.grown(BESIDE_REVEALED / camera.scale)))
        };
        // Where one drawer takes a third of the canvas, what it is about is seen, as large as it was.
        let is_about = self.workspace.room == Room::Middle && self.seen().contains(&Side::Right) && self.selected_rect().is_some();
        if is_about && now.scale < home.scale * STEADY {
            return Some(reveal(home));
        }
        let least = home.scale.min(LEGIBLE);
        home.keeping(size, bounds).or_else(|| {
            let smaller = Camera { scale: least, ..home };
            Some(if now.scale >= least { now } else { reveal(smaller.revealing(size, bounds)) })
        })
    }

    /// What was edited moves the view as little as can be. What was added is seen, and nothing is larger or smaller than before.
    pub(super) fn stay_at(&mut self, seen: Camera, adds: bool) {
        if adds {
            self.canvas.chosen = Some(seen);
            self.canvas.aside = None;
            // On a phone it has its place when the drawing is turned.
            self.turn();
            self.reveal_selected();
        } else {
            // What a drawer moved aside comes back when it closes.
            self.canvas.kept.get_or_insert(seen);
        }
    }

    /// How wide the line of the timeline is, in pixels. The controls of the bar take the rest of the page.
    #[must_use]
    pub fn timeline_width(&self) -> f64 {
        let (page, controls) = match self.workspace.room {
            Room::Narrow => (self.canvas.size.x, CONTROLS_NARROW),
            Room::Upright => (self.canvas.size.x + RAIL, CONTROLS_UPRIGHT),
            Room::Wide | Room::Middle => (self.canvas.beside.map_or(self.canvas.size.x, |(_, whole)| whole.x) + RAIL, CONTROLS),
        };
        (page - controls).max(CONTROLS_NARROW / 4.0)
    }

    /// To look at each of its parts with each turn of a wheel would take too long.
    pub(super) fn is_large(&self) -> bool {
        let broker = self.session.as_ref().map(|session| &session.scenario().broker);
        broker.is_some_and(|broker| broker.exchanges.len() + broker.queues.len() > WHOLE_MAX)
    }

    /// Some of the system is out of view.
    #[must_use]
    pub fn hides_parts(&self) -> bool {
        self.hides_parts_on(self.canvas.size)
    }

    fn hides_parts_on(&self, size: Pixel) -> bool {
        let camera = self.camera();
        let is_hidden = |session: &Session| {
            let plan = session.plan();
            geometry::places(plan).iter().any(|place| geometry::with_name(plan, place).is_some_and(|rect| !camera.shows(size, &rect)))
        };
        self.session.as_ref().is_some_and(is_hidden)
    }

    /// How large the stage is when something new is selected, and its drawer is open.
    fn beside_new(&self) -> Pixel {
        let (seen, sizes, mut size) = (self.seen(), self.workspace.sizes, self.canvas.size);
        let width = |side: Side| f64::from(sizes.of(side, self.workspace.room));
        let is_open = seen.contains(&Side::Right);
        match self.workspace.room {
            // Two runs keep their places: it lies over the later one.
            _ if self.beside.is_some() => {
                let is_over = self.session.as_ref().is_some_and(|session| Run::shown(session) == Run::After);
                size.x -= if is_over { width(Side::Right) } else { 0.0 };
            }
            // It takes the place of the other.
            Room::Middle if !is_open && seen.contains(&Side::Left) => size.x -= width(Side::Right) - width(Side::Left),
            Room::Wide | Room::Middle if !is_open => size.x -= width(Side::Right),
            Room::Upright | Room::Narrow => size = self.canvas.usual(),
            Room::Wide | Room::Middle => {}
        }
        Pixel { x: size.x.max(0.0), ..size }
    }

    /// What is seen of the canvas then, and what covers some of it.
    pub(super) fn free(&self) -> Free {
        let (camera, size) = (self.camera(), self.beside_new());
        let mut covered = Vec::new();
        // What greets makes room for any drawer, and what is new opens one.
        if self.workspace.card == Some(Card::Tour) && self.workspace.room != Room::Narrow {
            covered.push(camera.part(floats::least_card(size), Pixel { y: size.y, ..floats::least_card(size) }));
        }
        if self.hides_parts_on(size) {
            covered.push(camera.part(floats::largest_map(size), size));
        }
        Free { now: camera.view(self.canvas.size), view: camera.view(size), covered }
    }

    /// All of the part that is selected, with its name.
    pub(super) fn selected_rect(&self) -> Option<geometry::Rect> {
        let session = self.session.as_ref()?;
        geometry::with_name(session.plan(), session.selection.primary.as_ref()?)
    }

    /// A fix puts parts beside what it mends: they come into view.
    pub(super) fn reveal_new(&mut self, known: &[Node]) {
        let Some(session) = &self.session else { return };
        let plan = session.plan();
        let new: Vec<_> = geometry::places(plan).into_iter().filter(|place| !known.contains(place)).collect();
        for rect in new.iter().filter_map(|place| geometry::with_name(plan, place)).collect::<Vec<_>>() {
            let (now, size) = (self.camera(), self.canvas.size);
            let to = now.revealing(size, &rect.grown(BESIDE_REVEALED / now.scale));
            if to != now {
                self.canvas.chosen = Some(to);
            }
        }
    }

    /// What a lesson points at, all of it.
    fn pointed_rect(&self) -> Option<geometry::Rect> {
        let session = self.session.as_ref()?;
        let plan = session.plan();
        let is_pointed_at = |place: &Node| session.part(place).is_some_and(|part| session.points.contains(part.name()));
        let parts = if session.points.is_empty() { Vec::new() } else { geometry::places(plan) };
        parts
            .iter()
            .filter(|place| is_pointed_at(place))
            .filter_map(|place| geometry::with_name(plan, place))
            .reduce(|all, one| all.with(&one))
    }

    /// What a lesson points at is in view, with what is selected. Where both have no room, the drawing is smaller, but can still be read.
    fn with_pointed(&self, camera: Camera, size: Pixel) -> Camera {
        let Some(pointed) = self.pointed_rect().filter(|pointed| !camera.shows(size, pointed)) else { return camera };
        let all = self.selected_rect().map_or(pointed, |selected| selected.with(&pointed));
        let around = |rect: &geometry::Rect, camera: Camera| rect.grown(BESIDE_REVEALED / camera.scale);
        let (view, wanted) = (camera.view(size), around(&all, camera));
        if wanted.width <= view.width && wanted.height <= view.height {
            return camera.revealing(size, &wanted);
        }
        let smaller = Camera::fitting(size, &wanted);
        if smaller.scale >= camera.scale.min(LEGIBLE) {
            return smaller;
        }
        // What is worked on comes first.
        let least = Camera { scale: camera.scale.min(LEGIBLE), ..camera };
        let first = self.selected_rect().unwrap_or(pointed);
        least.revealing(size, &around(&pointed, least)).revealing(size, &around(&first, least))
    }

    /// A lesson points at other parts, in a view that the visitor chose.
    pub(super) fn reveal_pointed(&mut self) {
        if self.canvas.gesture == Gesture::Idle {
            self.canvas.chosen = self.canvas.chosen.map(|chosen| self.with_pointed(chosen, self.canvas.size));
        }
    }

    /// In a view that the visitor chose; any other shows everything.
    fn reveal_selected(&mut self) {
        if let Some((chosen, rect)) = self.canvas.chosen.zip(self.selected_rect()) {
            let size = self.canvas.size;
            self.canvas.chosen = Some(chosen.revealing(size, &rect));
            let map = floats::largest_map(size);
            if self.hides_parts() && self.camera().part(map, size).meets(&rect) {
                self.canvas.chosen = Some(chosen.revealing(Pixel { y: map.y, ..size }, &rect));
            }
        }
    }

    /// Keys, and drawers that open, move the view: what has the keyboard goes on being seen. A hand moves the view where it wants.
    /// Whether the view is another now.
    pub fn keep_in_view(&mut self, stop: Option<&Stop>, by_hand: bool, has_keyboard: impl FnOnce(&Session, &Stop) -> bool) -> bool {
        let (camera, size) = (self.camera(), self.canvas.size);
        let moved = self.canvas.seen_from.replace((camera, size)).is_some_and(|before| before != (camera, size));
        let Some((stop, session)) = stop.zip(self.session.as_ref()) else { return false };
        if !moved || by_hand || !has_keyboard(session, stop) {
            return false;
        }
        self.reach(stop);
        self.camera() != camera
    }

    /// What the keyboard is on comes into view, with its port. While a pointer is down, nothing moves.
    pub(super) fn reach(&mut self, stop: &Stop) {
        let Some(session) = self.session.as_ref().filter(|_| self.canvas.gesture == Gesture::Idle) else { return };
        let now = self.camera();
        let rect = match stop {
            Stop::Node(node) => geometry::with_name(session.plan(), node),
            Stop::Line(line) => session.edge_of(line).map(|edge| {
                let at = edge.curve.at(0.5);
                geometry::Rect { left: at.x, top: at.y, width: 0.0, height: 0.0 }
            }),
        };
        // The page's own view has a little less beside what is outermost.
        let beside = if self.canvas.chosen.is_some() { PORT } else { 0.0 };
        let Some(to) = rect.map(|rect| now.revealing_within(&self.uncovered(now), &rect.grown(beside))).filter(|to| *to != now) else {
            return;
        };
        // Where the page showed what it could beside its drawers, it will show all again without them.
        if self.canvas.chosen.is_none_or(|chosen| self.canvas.aside == Some((None, chosen))) {
            self.canvas.aside = Some((None, to));
        }
        self.canvas.chosen = Some(to);
    }

    /// The stage has another size. A drawer that opens must not hide what it is about; what it moved aside comes back when it closes.
    pub(super) fn resize(&mut self, size: Pixel) {
        let (seen, before) = (self.camera(), self.canvas.drawers);
        let is_seen = self.selected_rect().is_some_and(|rect| seen.shows(self.canvas.size, &rect));
        let is_pointed_seen = self.pointed_rect().is_some_and(|rect| seen.shows(self.canvas.size, &rect));
        self.canvas.size = size;
        self.canvas.drawers = self.canvas.beside.map(|(left, whole)| (left, whole.x - left - size.x));
        // While a pointer is down, nothing moves.
        if self.canvas.gesture != Gesture::Idle {
            return;
        }
        let Some(now) = self.canvas.chosen else { return self.look_on(seen, before) };
        let home = self.canvas.aside.filter(|(_, aside)| *aside == now).map_or(Some(now), |(home, _)| home);
        (self.canvas.chosen, self.canvas.aside) = (home, None);
        // What the page shows by itself has what is selected.
        let Some(home) = home else { return };
        if is_seen {
            self.reveal_selected();
        }
        if is_pointed_seen {
            self.reveal_pointed();
        }
        self.canvas.aside = self.canvas.chosen.filter(|aside| *aside != home).map(|aside| (Some(home), aside));
    }

    /// A selection opens the drawer at the right, of a view that the page has by itself. It is looked at: it keeps its size, and moves only
    /// if the drawer would cover what is selected.
    fn look_on(&mut self, seen: Camera, before: Option<(f64, f64)>) {
        let (Some(rect), Some(before), Some(now)) = (self.selected_rect(), before, self.canvas.drawers) else { return };
        let (was_shut, is_open) = (before.1 < 1.0, now.1 >= 1.0);
        if !was_shut || !is_open || !self.seen().contains(&Side::Right) {
            return;
        }
        // What is seen stays where it is on the page, also where a drawer at the left shuts for it.
        let stands = seen.panned(before.0 - now.0, 0.0);
        let to = stands.revealing(self.canvas.size, &rect.grown(BESIDE_REVEALED / stands.scale));
        let to = self.with_pointed(to, self.canvas.size);
        if self.hides_parts() || self.camera().scale.to_bits() != seen.scale.to_bits() {
            self.canvas.chosen = Some(to);
            self.canvas.aside = Some((None, to));
        }
    }

    /// How much of the stage drawers lie over, at its left and at its right. Two runs that are compared keep their places and their size:
    /// what opens lies over them. A lesson stands beside them.
    #[must_use]
    pub fn covered(&self) -> (f64, f64) {
        let Some(session) = self.session.as_ref().filter(|_| self.beside.is_some()) else { return (0.0, 0.0) };
        let seen = self.seen();
        let width = |side: Side| if seen.contains(&side) { f64::from(self.workspace.sizes.of(side, self.workspace.room)) } else { 0.0 };
        let left = if self.has_lesson_beside() { 0.0 } else { width(Side::Left) };
        let most = self.canvas.size.x;
        match Run::shown(session) {
            Run::Before => (left.min(most), 0.0),
            Run::After => (0.0, width(Side::Right).min(most)),
        }
    }

    /// The drawer at the left has a lesson, alone or with what is built for it.
    #[must_use]
    pub fn has_lesson_beside(&self) -> bool {
        self.workspace.left == Some(Drawer::Lesson) || self.keeps_lesson()
    }

    /// What neither a float nor a drawer covers, in canvas units.
    fn uncovered(&self, camera: Camera) -> geometry::Rect {
        let (view, (left, right)) = (camera.view(self.canvas.size), self.covered());
        let width = (view.width - (left + right) / camera.scale).max(0.0);
        geometry::Rect { left: view.left + left / camera.scale, width, ..view }
    }

    /// A drawer opened over one of two runs that are compared, or closed. What is selected moves out from under it, and comes back.
    pub(super) fn look_under(&mut self) {
        let now = (self.covered(), self.session.as_ref().and_then(|session| session.selection.stop()));
        if self.canvas.under == now || self.canvas.gesture != Gesture::Idle {
            return;
        }
        let lay_over = std::mem::replace(&mut self.canvas.under, now).0 != (0.0, 0.0);
        if let Some((home, _)) = self.canvas.aside.filter(|(_, aside)| lay_over && self.canvas.chosen == Some(*aside)) {
            (self.canvas.chosen, self.canvas.aside) = (home, None);
        }
        let camera = self.camera();
        let Some(rect) = self.selected_rect().filter(|_| self.covered() != (0.0, 0.0)) else { return };
        let to = camera.revealing_within(&self.uncovered(camera), &rect.grown(BESIDE_REVEALED / camera.scale));
        if to != camera {
            self.canvas.aside = Some((self.canvas.chosen, to));
            self.canvas.chosen = Some(to);
        }
    }

    /// The part that is drawn at a pixel of the stage.
    #[must_use]
    pub fn node_at(&self, at: Pixel) -> Option<Node> {
        let at = self.camera().to_canvas(at);
        geometry::drawn(self.session.as_ref()?.plan()).filter(|(_, rect)| rect.has(at)).last().map(|(place, _)| place)
    }

    /// The line that passes a pixel of the stage.
    fn line_at(&self, at: Pixel) -> Option<Line> {
        let (camera, session) = (self.camera(), self.session.as_ref()?);
        let reach = if self.canvas.hand.is_finger() { REACH_FINGER } else { REACH };
        session.line_of(&geometry::edge_at(session.plan(), camera.to_canvas(at), reach / camera.scale)?)
    }

    /// The part at a pixel of the stage, or else the line that passes there.
    #[must_use]
    pub fn stop_at(&self, at: Pixel) -> Option<Stop> {
        self.node_at(at).map(Stop::Node).or_else(|| self.line_at(at).map(Stop::Line))
    }

    /// All of it, however small that is.
    pub(super) fn show_whole(&mut self) {
        let bounds = self.session.as_ref().map(Session::extent);
        self.canvas.chosen = bounds.map(|bounds| Camera::fitting(self.canvas.size, &bounds));
    }

    pub(super) const fn show_everything(&mut self) {
        self.canvas.chosen = None;
        self.canvas.kept = None;
    }
}
