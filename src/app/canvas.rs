//! The canvas as it is seen and touched: which part of it is seen, and what the pointer does there.

use super::camera::{Camera, Pixel};
use super::editing::EditAction;
use super::effect::Effect;
use super::geometry;
use super::gesture::{Gesture, Hold, Outcome, Under};
use super::select::SelectAction;
use super::{App, Node};
use crate::broker::Name;
use crate::scenario::Point;
use crate::scenario::edit::PartKind;

#[derive(Clone, Debug, PartialEq)]
pub enum CanvasAction {
    /// The stage has this size.
    Resize(Pixel),
    /// The pointer is pressed on a node.
    PressNode(Node, Pixel),
    /// It is pressed where lines begin at a node.
    PressPort(Node),
    /// It is pressed on empty space; with Shift, a box is drawn.
    PressEmpty {
        at: Pixel,
        boxed: bool,
    },
    /// A part is taken from the palette.
    TakePart(PartKind),
    Move(Pixel),
    /// With the event whose token is seen there.
    Release {
        at: Pixel,
        event: Option<Name>,
    },
    /// A click on a node; with Ctrl or Shift, one more node.
    Click {
        node: Node,
        also: bool,
        event: Option<Name>,
    },
    /// The browser took the pointer away.
    Cancel,
    /// Gives up the gesture, or else the line, or else the selection.
    Escape,
    /// About this pixel; none: the middle of the stage.
    Zoom(f64, Option<Pixel>),
    /// As large as it is drawn.
    NaturalSize,
    ShowEverything,
    /// This place is in the middle.
    Centre(Point),
    /// Selects a part, and shows it.
    GoTo(Node),
}

#[derive(Debug, Default)]
pub struct Canvas {
    pub size: Pixel,
    /// What the visitor chose to see; none: everything.
    pub chosen: Option<Camera>,
    pub gesture: Gesture,
    /// Where the pointer is while a line is drawn, in canvas units.
    pub pointer: Option<Point>,
    /// The pointer has moved something since this was last asked.
    is_stale: bool,
}

impl Canvas {
    /// Whether the canvas is to be drawn with the next frame: a pointer moves more often than the page is painted.
    pub const fn take_stale(&mut self) -> bool {
        std::mem::replace(&mut self.is_stale, false)
    }

    const fn middle(&self) -> Pixel {
        Pixel { x: self.size.x / 2.0, y: self.size.y / 2.0 }
    }
}

impl App {
    /// The whole system is seen, unless the visitor chose what to see.
    #[must_use]
    pub fn camera(&self) -> Camera {
        let fitting = || self.session.as_ref().map(|session| Camera::fitting(self.canvas.size, &geometry::bounds(session.plan())));
        self.canvas.chosen.or_else(|| self.canvas.gesture.frozen()).or_else(fitting).unwrap_or_default()
    }

    /// The part that is drawn at a pixel of the stage.
    #[must_use]
    pub fn node_at(&self, at: Pixel) -> Option<Node> {
        let at = self.camera().to_canvas(at);
        geometry::drawn(self.session.as_ref()?.plan()).find(|(_, rect)| rect.has(at)).map(|(place, _)| place)
    }

    pub(super) const fn show_everything(&mut self) {
        self.canvas.chosen = None;
    }
}

pub(super) fn update(app: &mut App, action: CanvasAction) -> Vec<Effect> {
    match action {
        CanvasAction::Resize(size) => app.canvas.size = size,
        CanvasAction::PressNode(node, at) => {
            if let Some(from) = app.session.as_ref().and_then(|session| session.place(&node)) {
                app.canvas.gesture = Gesture::Dragging(hold(app, at), node, from);
            }
        }
        CanvasAction::PressEmpty { at, boxed } => {
            // Parts that are in the outline alone have no element of their own to be pressed.
            if let Some(node) = app.node_at(at).filter(|_| !boxed) {
                return update(app, CanvasAction::PressNode(node, at));
            }
            let (hold, here) = (hold(app, at), app.camera().to_canvas(at));
            app.canvas.gesture = if boxed { Gesture::Marquee(hold, here, here) } else { Gesture::Panning(hold) };
        }
        CanvasAction::PressPort(node) => {
            app.canvas.gesture = Gesture::Connecting(node.clone());
            let mut effects = super::update(app, SelectAction::Node(Some(node)));
            effects.extend(super::update(app, EditAction::ToggleLine));
            return effects;
        }
        CanvasAction::TakePart(kind) => app.canvas.gesture = Gesture::Placing(kind),
        CanvasAction::Move(at) => return moved(app, at),
        CanvasAction::Release { at, event } => {
            let under = under(app, at, event);
            let outcome = app.canvas.gesture.release(under);
            return follow(app, outcome);
        }
        CanvasAction::Click { node, also, event } => {
            let is_connecting = app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some());
            let action = match event.filter(|_| !also && !is_connecting) {
                Some(event) => SelectAction::Story(Some(event)),
                None if also => SelectAction::Toggle(node),
                None => SelectAction::Node(Some(node)),
            };
            return super::update(app, action);
        }
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
        CanvasAction::Zoom(by, about) => {
            let about = about.unwrap_or_else(|| app.canvas.middle());
            app.canvas.chosen = Some(app.camera().zoomed(by, about));
        }
        CanvasAction::NaturalSize => app.canvas.chosen = Some(app.camera().natural(app.canvas.middle())),
        CanvasAction::ShowEverything => app.show_everything(),
        CanvasAction::GoTo(node) => {
            let rect = app.session.as_ref().and_then(|session| geometry::rect(session.plan(), &node));
            if let Some(rect) = rect.filter(|rect| !app.camera().shows(app.canvas.size, rect)) {
                app.canvas.chosen = Some(app.camera().natural(app.canvas.middle()).centred(app.canvas.size, rect.centre()));
            }
            return super::update(app, SelectAction::Node(Some(node)));
        }
        CanvasAction::Centre(at) => app.canvas.chosen = Some(app.camera().centred(app.canvas.size, at)),
    }
    Vec::new()
}

fn hold(app: &App, at: Pixel) -> Hold {
    Hold::new(at, app.camera(), app.canvas.chosen)
}

fn moved(app: &mut App, at: Pixel) -> Vec<Effect> {
    let here = app.camera().to_canvas(at);
    let is_connecting = app.session.as_ref().is_some_and(|session| session.selection.connecting.is_some());
    app.canvas.pointer = is_connecting.then_some(here);
    if is_connecting {
        app.canvas.is_stale = true;
        return Vec::new();
    }
    let outcome = app.canvas.gesture.moved(at);
    app.canvas.is_stale |= app.canvas.gesture.frozen().is_some();
    follow(app, outcome)
}

fn under(app: &App, at: Pixel, event: Option<Name>) -> Under {
    Under { at: app.camera().to_canvas(at), node: app.node_at(at), event }
}

/// A gesture does nothing that a menu could not do: a read-only page refuses the same.
fn follow(app: &mut App, outcome: Outcome) -> Vec<Effect> {
    let Outcome { edit, select, view, is_no_click } = outcome;
    if let Some(view) = view {
        app.canvas.chosen = view;
    }
    let mut effects: Vec<Effect> = is_no_click.then_some(Effect::SwallowClick).into_iter().collect();
    effects.extend(edit.into_iter().flat_map(|action| super::update(app, action)));
    effects.extend(select.into_iter().flat_map(|action| super::update(app, action)));
    effects
}
