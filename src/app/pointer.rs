//! What a hand does on the canvas: pointer, wheel, fingers and Space. The way of each gesture stands in [`super::gesture`].

use super::camera::Pixel;
use super::editing::EditAction;
use super::effect::{Asked, Effect};
use super::form::Spot;
use super::geometry;
use super::gesture::{Gesture, Hold, Outcome, Under};
use super::guides;
use super::hand::{Hit, Touch};
use super::page::{Dialog, Menu};
use super::select::SelectAction;
use super::time::TimeAction;
use super::{App, Line, Node, QueueTab, Stop};
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
    /// It is pressed on the key of a line.
    PressKey(Line),
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
    /// The last press is the first one of a click. A second one that follows quickly means what this one met.
    FirstPress,
    /// Adds on the empty canvas, renames a part, edits the key of a line: what its first press met.
    DoubleClick {
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

/// What is dragged is drawn to where it is level with another part, from so many pixels away.
const GUIDED: f64 = 6.0;
/// How much a pixel of the wheel zooms, and how much one turn may, which is about a key's step.
const WHEEL_ZOOM: f64 = 0.01;
const WHEEL_MAX: f64 = 24.0;

pub(super) fn update(app: &mut App, action: CanvasAction) -> Vec<Effect> {
    match action {
        CanvasAction::Resize(size) => app.resize(size),
        CanvasAction::Beside(left, whole) => app.canvas.beside = Some((left, whole)).filter(|_| !app.workspace.room.has_sheet()),
        CanvasAction::AboveSheet(height) => app.canvas.above_sheet = height,
        // The finger that came second takes hold of nothing.
        CanvasAction::PressNode(..) | CanvasAction::PressEmpty { .. } | CanvasAction::PressPort(..)
            if matches!(app.canvas.gesture, Gesture::Pinching(..)) => {}
        CanvasAction::PressNode(_, at) | CanvasAction::PressEmpty { at, .. } if app.canvas.is_space_held() => {
            app.canvas.hand.hold_space(true);
            app.canvas.gesture = Gesture::Panning(hold(app, at));
        }
        CanvasAction::PressNode(node, at) => {
            app.canvas.hand.press(Hit::On(Stop::Node(node.clone())));
            if let Some(from) = app.session.as_ref().and_then(|session| session.place(&node)) {
                app.canvas.gesture = Gesture::Dragging(hold(app, at), node, from);
            }
        }
        CanvasAction::PressEmpty { at, boxed } => {
            // Parts that are in the outline alone have no element to be pressed.
            if let Some(node) = app.node_at(at).filter(|_| !boxed) {
                return update(app, CanvasAction::PressNode(node, at));
            }
            app.canvas.hand.feel();
            let hit = app.stop_at(at).into();
            app.canvas.hand.press(hit);
            let (hold, here) = (hold(app, at), app.camera().to_canvas(at));
            app.canvas.gesture = if boxed { Gesture::Marquee(hold, here, here) } else { Gesture::Panning(hold) };
        }
        CanvasAction::PressKey(line) => app.canvas.hand.press(Hit::On(Stop::Line(line))),
        CanvasAction::PressPort(node, at) => {
            app.canvas.hand.press(Hit::Port);
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
            if app.canvas.hand.has_one_finger() && app.canvas.gesture.rests() {
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
        CanvasAction::FirstPress => app.canvas.hand.begin(),
        CanvasAction::DoubleClick { at, page } => return double_clicked(app, at, page),
        CanvasAction::HoldSpace { again } => app.canvas.hand.hold_space(again),
        CanvasAction::LetGoSpace => {
            if app.canvas.hand.let_go_space() {
                return super::update(app, TimeAction::PlayOrPause);
            }
        }
        CanvasAction::ForgetSpace => {
            app.canvas.hand.let_go_space();
        }
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
    let line = match app.canvas.hand.meant() {
        // A program that reads the page aloud, or a menu above the canvas, had the first press.
        None | Some(Hit::Port) => return Vec::new(),
        Some(Hit::On(Stop::Node(node))) => {
            // The second press may have met a port that the view moved there. It begins no line.
            if let Some(session) = &mut app.session {
                session.selection.connecting = None;
            }
            let mut effects = super::update(app, SelectAction::Node(Some(node.clone())));
            effects.push(Effect::Ask(Asked::Name(node)));
            return effects;
        }
        Some(Hit::On(Stop::Line(line))) => line,
        Some(Hit::Empty) => {
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
    let pair = app.canvas.hand.touch(touch, finger, at);
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
