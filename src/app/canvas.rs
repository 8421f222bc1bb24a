//! The canvas as it is seen and touched: which part of it is seen, and what the pointer does there.

use super::camera::{Camera, Pixel};
use super::editing::EditAction;
use super::effect::{Asked, Effect};
use super::floats::{self, Corner};
use super::form::Spot;
use super::geometry;
use super::gesture::{Gesture, Hold, Outcome, Under};
use super::guides::{self, Guide};
use super::page::{Dialog, Menu};
use super::placing::Free;
use super::select::SelectAction;
use super::sizes::{Room, Side};
use super::time::TimeAction;
use super::{App, Card, Line, Node, QueueTab, Session, Stop};
use crate::broker::Name;
use crate::scenario::Point;
use crate::scenario::edit::PartKind;

#[derive(Clone, Debug, PartialEq)]
pub enum CanvasAction {
    /// The stage has this size.
    Resize(Pixel),
    /// So high is the canvas of a phone above half a sheet; none: no sheet opens over it.
    AboveSheet(Option<f64>),
    /// A drawer may be open beside the stage. The stage begins this far from the left of the free canvas, which is this large.
    Beside(f64, Pixel),
    /// The pointer is pressed on a node.
    PressNode(Node, Pixel),
    /// It is pressed where lines begin at a node.
    PressPort(Node, Pixel),
    /// It is pressed on empty space; with Shift, a box is drawn.
    PressEmpty {
        at: Pixel,
        boxed: bool,
    },
    /// A part is taken from the palette.
    TakePart(PartKind),
    Move(Pixel),
    /// The same with Alt held: what is dragged keeps to no grid and to no other part.
    MoveFreely(Pixel),
    /// With the event whose token is seen there.
    Release {
        at: Pixel,
        page: (i32, i32),
        event: Option<Name>,
    },
    /// What may be created at the end of the line that is being drawn, beside its beginning.
    OfferEnds((i32, i32)),
    /// A click on a node; with Ctrl or Shift, one more node.
    Click {
        node: Node,
        also: bool,
        event: Option<Name>,
    },
    /// A click on the element of a line, by a program that reads the page aloud.
    ClickLine(Line, Option<Name>),
    /// The browser took the pointer away.
    Cancel,
    /// Gives up the gesture, or else the line, or else the selection.
    Escape,
    /// The wheel turned, or two fingers moved on a touchpad: by so many pixels of the page.
    Wheel {
        at: Pixel,
        dx: f64,
        dy: f64,
        /// Ctrl is held; browsers report a pinch on a touchpad in this way, too.
        zooms: bool,
        /// Shift is held.
        sideways: bool,
    },
    /// What a finger does on the stage; two of them pinch.
    Touch(Touch, i32, Pixel),
    /// A finger stayed where it was for a while.
    LongPress {
        at: Pixel,
        page: (i32, i32),
    },
    /// A menu is asked for: of a part, of a line, or of the place of the canvas.
    OpenMenu {
        on: Option<Stop>,
        at: Pixel,
        page: (i32, i32),
    },
    /// By a key, with the keyboard on nothing: of what is selected, or of the canvas.
    AskMenu,
    /// Adds on the empty canvas, renames a part, edits the key of a line.
    DoubleClick {
        at: Pixel,
        page: (i32, i32),
    },
    /// The first click opened a drawer, and the second one met that: it means what the first one met.
    DoubleClickCovered {
        at: Pixel,
        page: (i32, i32),
    },
    /// As long as Space is held, the pointer moves the view.
    HoldSpace {
        again: bool,
    },
    /// It plays or pauses, where Space was only tapped.
    LetGoSpace,
    /// The page no longer has the keyboard: it will not hear that Space is let go.
    ForgetSpace,
    /// About this pixel; none: the middle of the stage.
    Zoom(f64, Option<Pixel>),
    /// As large as it is drawn.
    NaturalSize,
    ShowEverything,
    /// This place is in the middle.
    Centre(Point),
    /// Selects a part, and shows it.
    GoTo(Node),
    /// The keyboard comes to this: it must be seen.
    Reach(Stop),
    /// Selects a part, and shows one of its fields, which gets the keyboard.
    GoToField(Node, Spot),
}

/// What a finger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The first finger: others are forgotten.
    First,
    Down,
    Moves,
    Up,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Space {
    #[default]
    Up,
    /// Let go now, it plays.
    Tapped,
    /// It has moved the view, or was held for long.
    Held,
}

/// What is dragged is drawn to where it is level with another part, from so many pixels away.
const GUIDED: f64 = 6.0;
/// A line is hit from so many pixels away: with a pointer, and with a finger.
const REACH: f64 = 12.0;
const REACH_FINGER: f64 = 22.0;
/// How much a pixel of the wheel zooms, and how much one turn may, which is about a key's step.
const WHEEL_ZOOM: f64 = 0.01;
const WHEEL_MAX: f64 = 24.0;
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
    kept: Option<Camera>,
    /// What a drawer moved aside. Where it was, if not where the page has it by itself, and where it is. It comes back when the drawer closes.
    aside: Option<(Option<Camera>, Camera)>,
    /// How high the canvas of a phone is above half a sheet; none: this canvas has no sheet.
    pub above_sheet: Option<f64>,
    /// Where the stage begins on the canvas without any drawer, and how large that is. On a phone, sheets lie above one another.
    beside: Option<(f64, Pixel)>,
    /// How wide the drawers beside the stage are: at the left and at the right.
    drawers: Option<(f64, f64)>,
    pub gesture: Gesture,
    /// What the part that is dragged is level with.
    pub guides: Vec<Guide>,
    /// Where the pointer is while a line is drawn, in canvas units.
    pub pointer: Option<Point>,
    /// Where a menu was opened, in canvas units.
    pub menu_at: Point,
    /// The fingers on the stage, and where they are.
    fingers: Vec<(i32, Pixel)>,
    /// What is pressed is pressed by a finger, which is coarser than a pointer.
    by_finger: bool,
    space: Space,
    /// What the last two presses hit, the latest one last.
    pressed: [Option<Hit>; 2],
    /// The pointer has moved something since this was last asked.
    is_stale: bool,
}

/// What a press meets.
#[derive(Clone, Debug)]
enum Hit {
    Empty,
    On(Stop),
    /// A line begins there: two presses mean that twice.
    Port,
}

impl From<Option<Stop>> for Hit {
    fn from(stop: Option<Stop>) -> Self {
        stop.map_or(Self::Empty, Self::On)
    }
}

impl Canvas {
    /// Whether the canvas is to be drawn with the next frame. A pointer moves more often than the page is painted.
    pub const fn take_stale(&mut self) -> bool {
        std::mem::replace(&mut self.is_stale, false)
    }

    /// Space is held: the pointer moves the view, wherever it is pressed.
    #[must_use]
    pub fn is_space_held(&self) -> bool {
        self.space != Space::Up
    }

    fn press(&mut self, hit: Hit) {
        self.pressed.rotate_left(1);
        self.pressed[1] = Some(hit);
    }

    /// The stage that all is to fit on. On a phone it is the one above half a sheet, in every state of the sheet.
    fn usual(&self) -> Pixel {
        Pixel { y: self.above_sheet.map_or(self.size.y, |height| height.min(self.size.y)), ..self.size }
    }

    const fn middle(&self) -> Pixel {
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
            let plan = self.session.as_ref()?.plan();
            if geometry::drawn(plan).next().is_none() {
                return Some(Camera::of_nothing(size));
            }
            let bounds = geometry::bounds(plan);
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
    fn selected_rect(&self) -> Option<geometry::Rect> {
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
    fn reach(&mut self, stop: &Stop) {
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
        let Some(to) = rect.map(|rect| now.revealing(self.canvas.size, &rect.grown(beside))).filter(|to| *to != now) else { return };
        // Where the page showed what it could beside its drawers, it will show all again without them.
        if self.canvas.chosen.is_none_or(|chosen| self.canvas.aside == Some((None, chosen))) {
            self.canvas.aside = Some((None, to));
        }
        self.canvas.chosen = Some(to);
    }

    /// The stage has another size. A drawer that opens must not hide what it is about; what it moved aside comes back when it closes.
    fn resize(&mut self, size: Pixel) {
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

    /// The part that is drawn at a pixel of the stage.
    #[must_use]
    pub fn node_at(&self, at: Pixel) -> Option<Node> {
        let at = self.camera().to_canvas(at);
        geometry::drawn(self.session.as_ref()?.plan()).filter(|(_, rect)| rect.has(at)).last().map(|(place, _)| place)
    }

    /// The line that passes a pixel of the stage.
    fn line_at(&self, at: Pixel) -> Option<Line> {
        let (camera, session) = (self.camera(), self.session.as_ref()?);
        let reach = if self.canvas.by_finger { REACH_FINGER } else { REACH };
        session.line_of(&geometry::edge_at(session.plan(), camera.to_canvas(at), reach / camera.scale)?)
    }

    /// The part at a pixel of the stage, or else the line that passes there.
    #[must_use]
    pub fn stop_at(&self, at: Pixel) -> Option<Stop> {
        self.node_at(at).map(Stop::Node).or_else(|| self.line_at(at).map(Stop::Line))
    }

    pub(super) const fn show_everything(&mut self) {
        self.canvas.chosen = None;
        self.canvas.kept = None;
    }
}

pub(super) fn update(app: &mut App, action: CanvasAction) -> Vec<Effect> {
    match action {
        CanvasAction::Resize(size) => app.resize(size),
        CanvasAction::Beside(left, whole) => app.canvas.beside = Some((left, whole)).filter(|_| !app.workspace.room.has_sheet()),
        CanvasAction::AboveSheet(height) => app.canvas.above_sheet = height,
        // The finger that came second takes hold of nothing.
        CanvasAction::PressNode(..) | CanvasAction::PressEmpty { .. } | CanvasAction::PressPort(..)
            if matches!(app.canvas.gesture, Gesture::Pinching(..)) => {}
        CanvasAction::PressNode(_, at) | CanvasAction::PressEmpty { at, .. } if app.canvas.is_space_held() => {
            app.canvas.space = Space::Held;
            app.canvas.gesture = Gesture::Panning(hold(app, at));
        }
        CanvasAction::PressNode(node, at) => {
            app.canvas.press(Hit::On(Stop::Node(node.clone())));
            if let Some(from) = app.session.as_ref().and_then(|session| session.place(&node)) {
                app.canvas.gesture = Gesture::Dragging(hold(app, at), node, from);
            }
        }
        CanvasAction::PressEmpty { at, boxed } => {
            // Parts that are in the outline alone have no element to be pressed.
            if let Some(node) = app.node_at(at).filter(|_| !boxed) {
                return update(app, CanvasAction::PressNode(node, at));
            }
            app.canvas.by_finger = !app.canvas.fingers.is_empty();
            let hit = app.stop_at(at).into();
            app.canvas.press(hit);
            let (hold, here) = (hold(app, at), app.camera().to_canvas(at));
            app.canvas.gesture = if boxed { Gesture::Marquee(hold, here, here) } else { Gesture::Panning(hold) };
        }
        CanvasAction::PressPort(node, at) => {
            app.canvas.press(Hit::Port);
            app.canvas.gesture = Gesture::Connecting(hold(app, at));
            return super::update(app, EditAction::BeginLine(node));
        }
        CanvasAction::TakePart(kind) => app.canvas.gesture = Gesture::Placing(kind),
        CanvasAction::Move(at) => return moved(app, at, Some(GUIDED)),
        CanvasAction::MoveFreely(at) => return moved(app, at, None),
        CanvasAction::Release { at, page, event } => {
            // What was dragged beyond the view must not move it more than it has to.
            app.canvas.kept = app.canvas.gesture.frozen().or(app.canvas.kept);
            let under = under(app, at, event);
            let outcome = app.canvas.gesture.release(under);
            if outcome.is_offered && !app.options.read_only {
                open_menu(app, Menu::Ends { beside: false }, at, page);
            }
            return follow(app, outcome);
        }
        CanvasAction::OfferEnds((x, y)) => app.dialog = Some(Dialog::Menu { of: Menu::Ends { beside: true }, x, y }),
        CanvasAction::Click { node, also, event } => {
            let is_connecting = app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some());
            let action = match event.filter(|_| !also && !is_connecting) {
                Some(event) => SelectAction::Story(Some(event)),
                None if also => SelectAction::Toggle(node),
                None => SelectAction::Node(Some(node)),
            };
            return super::update(app, action);
        }
        CanvasAction::ClickLine(_, Some(event)) => return super::update(app, SelectAction::Story(Some(event))),
        CanvasAction::ClickLine(line, None) => return super::update(app, SelectAction::Line(line)),
        CanvasAction::Cancel => {
            let outcome = app.canvas.gesture.cancel().unwrap_or_default();
            app.canvas.gesture = Gesture::Idle;
            return follow(app, outcome);
        }
        CanvasAction::Escape => {
            return match app.canvas.gesture.cancel() {
                Some(outcome) => follow(app, outcome),
                None => super::update(app, SelectAction::PutAside),
            };
        }
        CanvasAction::Wheel { .. } | CanvasAction::Zoom(..) | CanvasAction::NaturalSize if app.canvas.gesture.holds_the_view() => {}
        CanvasAction::Wheel { at, dx, dy, zooms, sideways } => {
            let camera = app.camera();
            app.canvas.chosen = Some(if zooms {
                camera.zoomed(libm::exp(-dy.clamp(-WHEEL_MAX, WHEEL_MAX) * WHEEL_ZOOM), at)
            } else if sideways && dx == 0.0 {
                // Some browsers turn the wheel by themselves.
                camera.panned(-dy, 0.0)
            } else {
                camera.panned(-dx, -dy)
            });
            app.canvas.is_stale = true;
        }
        CanvasAction::Touch(touch, finger, at) => return touched(app, touch, finger, at),
        CanvasAction::LongPress { at, page } => {
            if app.canvas.fingers.len() < 2 && app.canvas.gesture.rests() {
                let outcome = app.canvas.gesture.cancel().unwrap_or_default();
                follow(app, outcome);
                let on = app.stop_at(at);
                return update(app, CanvasAction::OpenMenu { on, at, page });
            }
        }
        CanvasAction::AskMenu => {
            let on = app.session.as_ref().and_then(|session| session.selection.stop());
            let rect = on.is_some().then(|| app.selected_rect()).flatten();
            let at = rect.map_or_else(|| app.canvas.middle(), |rect| app.camera().to_stage(rect.centre()));
            return vec![Effect::AskMenu(on, at)];
        }
        CanvasAction::OpenMenu { on: None, at, page } => open_menu(app, Menu::Canvas, at, page),
        CanvasAction::OpenMenu { on: Some(stop), at, page } => {
            open_menu(app, Menu::Selection, at, page);
            return match (app.session.as_ref().map(|session| &session.selection), stop) {
                (Some(selection), Stop::Node(node)) if !selection.has(&node) => super::update(app, SelectAction::Node(Some(node))),
                // The menu has the keyboard: nothing else is read meanwhile.
                (Some(_), Stop::Line(line)) => {
                    super::update(app, SelectAction::Line(line));
                    Vec::new()
                }
                (Some(_), Stop::Node(_)) | (None, _) => Vec::new(),
            };
        }
        CanvasAction::DoubleClick { at, page } => return double_clicked(app, at, page),
        CanvasAction::DoubleClickCovered { at, page } => {
            app.canvas.pressed.rotate_left(1);
            return double_clicked(app, at, page);
        }
        CanvasAction::HoldSpace { again: false } => app.canvas.space = Space::Tapped,
        CanvasAction::HoldSpace { again: true } => app.canvas.space = Space::Held,
        CanvasAction::LetGoSpace => {
            if std::mem::take(&mut app.canvas.space) == Space::Tapped {
                return super::update(app, TimeAction::PlayOrPause);
            }
        }
        CanvasAction::ForgetSpace => app.canvas.space = Space::Up,
        CanvasAction::Zoom(by, about) => {
            let about = about.unwrap_or_else(|| app.canvas.middle());
            app.canvas.chosen = Some(app.camera().zoomed(by, about));
        }
        CanvasAction::NaturalSize => app.canvas.chosen = Some(app.camera().natural(app.canvas.middle())),
        CanvasAction::ShowEverything => app.show_everything(),
        CanvasAction::Reach(stop) => app.reach(&stop),
        CanvasAction::GoTo(node) => {
            let rect = app.session.as_ref().and_then(|session| geometry::rect(session.plan(), &node));
            if let Some(rect) = rect.filter(|rect| !app.camera().shows(app.canvas.size, rect)) {
                app.canvas.chosen = Some(app.camera().natural(app.canvas.middle()).centred(app.canvas.size, rect.centre()));
            }
            return super::update(app, SelectAction::Node(Some(node)));
        }
        CanvasAction::GoToField(node, at) => {
            app.workspace.queue_tab = QueueTab::Arguments;
            app.workspace.arguments.clear();
            let mut effects = update(app, CanvasAction::GoTo(node));
            effects.push(Effect::ReadField(at));
            return effects;
        }
        CanvasAction::Centre(at) => app.canvas.chosen = Some(app.camera().centred(app.canvas.size, at)),
    }
    Vec::new()
}

fn open_menu(app: &mut App, of: Menu, at: Pixel, (x, y): (i32, i32)) {
    app.canvas.menu_at = app.camera().to_canvas(at);
    app.dialog = Some(Dialog::Menu { of, x, y });
}

/// The same edits that a menu has, at hand.
fn double_clicked(app: &mut App, at: Pixel, page: (i32, i32)) -> Vec<Effect> {
    if app.options.read_only {
        return Vec::new();
    }
    // What the first click opened may have moved the view: the second one means the same.
    let hit = app.canvas.pressed[0].take().unwrap_or_else(|| app.stop_at(at).into());
    let line = match hit {
        Hit::Port => return Vec::new(),
        Hit::On(Stop::Node(node)) => {
            // The second press may have met a port that the view moved there. It begins no line.
            if let Some(session) = &mut app.session {
                session.selection.connecting = None;
            }
            let mut effects = super::update(app, SelectAction::Node(Some(node.clone())));
            effects.push(Effect::Ask(Asked::Name(node)));
            return effects;
        }
        Hit::On(Stop::Line(line)) => line,
        Hit::Empty => {
            open_menu(app, Menu::Parts, at, page);
            return Vec::new();
        }
    };
    match app.session.as_ref().and_then(|session| session.key_of(&line)) {
        Some(asked) => vec![Effect::Ask(asked)],
        // What the line says stands in the inspector.
        None => super::update(app, SelectAction::Line(line)),
    }
}

/// One finger is a pointer like any other. When a second comes, the gesture of the first is given up, and both move the view.
fn touched(app: &mut App, touch: Touch, finger: i32, at: Pixel) -> Vec<Effect> {
    let fingers = &mut app.canvas.fingers;
    match touch {
        Touch::First => *fingers = vec![(finger, at)],
        Touch::Down => fingers.push((finger, at)),
        Touch::Moves => fingers.iter_mut().filter(|(other, _)| *other == finger).for_each(|(_, place)| *place = at),
        Touch::Up => fingers.retain(|(other, _)| *other != finger),
    }
    let pair = if let [(_, one), (_, other), ..] = **fingers { Some([one, other]) } else { None };
    let is_pinching = matches!(app.canvas.gesture, Gesture::Pinching(..));
    match pair {
        None if is_pinching => app.canvas.gesture = Gesture::Idle,
        Some(to) if is_pinching => {
            app.canvas.is_stale = true;
            let outcome = app.canvas.gesture.pinched(to);
            return follow(app, outcome);
        }
        Some([one, other]) if touch == Touch::Down => {
            // A view that one finger has moved stays where it is.
            let is_panning = matches!(app.canvas.gesture, Gesture::Panning(_));
            let begun = app.canvas.gesture.cancel().filter(|_| !is_panning).unwrap_or_default();
            let effects = follow(app, begun);
            app.canvas.gesture = Gesture::Pinching(hold(app, one), other);
            return effects;
        }
        None | Some(_) => {}
    }
    Vec::new()
}

fn hold(app: &App, at: Pixel) -> Hold {
    Hold::new(at, app.camera(), app.canvas.chosen)
}

fn moved(app: &mut App, at: Pixel, guided: Option<f64>) -> Vec<Effect> {
    let here = app.camera().to_canvas(at);
    let is_connecting = app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some());
    app.canvas.pointer = is_connecting.then_some(here);
    if is_connecting {
        app.canvas.is_stale = true;
        // Anything but the line itself stands still meanwhile.
        if let Gesture::Connecting(_) = app.canvas.gesture {
            app.canvas.gesture.moved(at);
        }
        return Vec::new();
    }
    let mut outcome = app.canvas.gesture.moved(at);
    app.canvas.is_stale |= app.canvas.gesture.frozen().is_some();
    if let (Some(EditAction::Drag(node, to)), Some(session)) = (&outcome.edit, &app.session) {
        let level = guided.map(|reach| guides::guided(session, node, *to, reach / app.camera().scale));
        let (node, to) = (node.clone(), *to);
        (outcome.edit, app.canvas.guides) = match level {
            // Nothing is level: the grid has it.
            Some(None) => (outcome.edit, Vec::new()),
            Some(Some((at, guides))) => (Some(EditAction::DragTo(node, at)), guides),
            None => {
                let at = session.plan().in_document(Some(&node), to);
                (Some(EditAction::DragTo(node, at)), Vec::new())
            }
        };
    }
    follow(app, outcome)
}

fn under(app: &App, at: Pixel, event: Option<Name>) -> Under {
    let line = app.session.as_ref().and_then(|session| session.selection.connecting.clone());
    let (node, edge) = match app.stop_at(at) {
        Some(Stop::Node(node)) => (Some(node), None),
        Some(Stop::Line(line)) => (None, Some(line)),
        None => (None, None),
    };
    Under { at: app.camera().to_canvas(at), node, line, event, edge }
}

/// A gesture does nothing that a menu could not do: a read-only page refuses the same.
fn follow(app: &mut App, outcome: Outcome) -> Vec<Effect> {
    let Outcome { edit, select, view, is_no_click, is_offered: _ } = outcome;
    if app.canvas.gesture.frozen().is_none() {
        app.canvas.guides.clear();
    }
    if let Some(view) = view {
        app.canvas.chosen = view;
    }
    let mut effects: Vec<Effect> = is_no_click.then_some(Effect::SwallowClick).into_iter().collect();
    effects.extend(edit.into_iter().flat_map(|action| super::update(app, action)));
    effects.extend(select.into_iter().flat_map(|action| super::update(app, action)));
    effects
}
