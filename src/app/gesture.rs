//! What the pointer does on the canvas, from press to release: a small state machine that knows no browser.
//!
//! ```text
//!             press                    move                          release             Esc
//!   Idle ─▶ Panning    (empty space)   the view follows              is a click, or not   the view goes back
//!        ─▶ Marquee    (with Shift)    a box is drawn                selects              selects nothing
//!        ─▶ Dragging   (a node)        the node follows              it stays             it goes back
//!        ─▶ Connecting (a port)        a line is drawn               connects, or offers  no line
//!        ─▶ Placing    (the palette)   the browser draws the part    adds it              nothing is added
//!        ─▶ Pinching   (two fingers)   the view follows both         it stays             the view goes back
//! ```
//!
//! What Esc gives up while the pointer is down is `Cancelled` until its release, and then its release means nothing.

use super::camera::{Camera, Pixel};
use super::editing::EditAction;
use super::select::SelectAction;
use super::{Line, Node};
use crate::broker::Name;
use crate::scenario::Point;
use crate::scenario::edit::PartKind;

/// A pointer that moves less has clicked.
const CLICK_PX_MAX: f64 = 4.0;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gesture {
    #[default]
    Idle,
    Panning(Hold),
    /// A node, and where it stood.
    Dragging(Hold, Node, Point),
    /// A box, from here to there, in canvas units.
    Marquee(Hold, Point, Point),
    /// The line itself belongs to the selection, since keys can begin one, too.
    Connecting(Hold),
    Placing(PartKind),
    /// The first finger took hold here, the second there.
    Pinching(Hold, Pixel),
    Cancelled,
}

/// Where the pointer took hold, and what was seen then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hold {
    from: Pixel,
    camera: Camera,
    /// What the visitor had chosen to see; none: everything.
    chosen: Option<Camera>,
    moved: bool,
}

impl Hold {
    #[must_use]
    pub const fn new(from: Pixel, camera: Camera, chosen: Option<Camera>) -> Self {
        Self { from, camera, chosen, moved: false }
    }

    /// How far it is from where it took hold; none as long as it may be a click.
    fn way(&mut self, at: Pixel) -> Option<(f64, f64)> {
        let (dx, dy) = (at.x - self.from.x, at.y - self.from.y);
        self.moved |= dx.abs().max(dy.abs()) >= CLICK_PX_MAX;
        self.moved.then_some((dx, dy))
    }
}

/// What is under the pointer when it is released.
#[derive(Clone, Debug, PartialEq)]
pub struct Under {
    /// In canvas units.
    pub at: Point,
    pub node: Option<Node>,
    /// Where the line begins that is being drawn.
    pub line: Option<Node>,
    /// The event whose token is seen there.
    pub event: Option<Name>,
    /// The line that passes there.
    pub edge: Option<Line>,
}

/// What comes of a move, a release or a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub edit: Option<EditAction>,
    pub select: Option<SelectAction>,
    /// What is seen from now on; the inner none: everything.
    pub view: Option<Option<Camera>>,
    /// A line was let go over nothing: what may be created at its end is offered.
    pub is_offered: bool,
    /// The click that the browser reports next is none.
    pub is_no_click: bool,
}

impl Outcome {
    fn edit(action: EditAction) -> Self {
        Self { edit: Some(action), ..Self::default() }
    }

    fn select(action: SelectAction) -> Self {
        Self { select: Some(action), ..Self::default() }
    }
}

impl Gesture {
    /// What is dragged must not move the canvas: this is seen meanwhile.
    #[must_use]
    pub const fn frozen(&self) -> Option<Camera> {
        match self {
            Self::Panning(hold) | Self::Dragging(hold, ..) | Self::Marquee(hold, ..) | Self::Pinching(hold, _) if hold.moved => {
                Some(hold.camera)
            }
            Self::Panning(_)
            | Self::Dragging(..)
            | Self::Marquee(..)
            | Self::Pinching(..)
            | Self::Idle
            | Self::Connecting(_)
            | Self::Placing(_)
            | Self::Cancelled => None,
        }
    }

    /// Whether it reckons with the view as it is: nothing else may move the view meanwhile.
    #[must_use]
    pub const fn holds_the_view(&self) -> bool {
        match self {
            Self::Panning(_) | Self::Dragging(..) | Self::Marquee(..) | Self::Pinching(..) => true,
            Self::Idle | Self::Connecting(_) | Self::Placing(_) | Self::Cancelled => false,
        }
    }

    /// It moves the view, and nothing else. So may a wheel, while nothing is held.
    #[must_use]
    pub const fn moves_the_view(&self) -> bool {
        match self {
            Self::Idle | Self::Panning(_) | Self::Pinching(..) => true,
            Self::Dragging(..) | Self::Marquee(..) | Self::Connecting(_) | Self::Placing(_) | Self::Cancelled => false,
        }
    }

    /// The pointer is down on a part or on empty space, and has not moved.
    #[must_use]
    pub const fn rests(&self) -> bool {
        match self {
            Self::Panning(hold) | Self::Dragging(hold, ..) | Self::Marquee(hold, ..) => !hold.moved,
            Self::Pinching(..) | Self::Idle | Self::Connecting(_) | Self::Placing(_) | Self::Cancelled => false,
        }
    }

    /// The box that is drawn, in canvas units.
    #[must_use]
    pub const fn marquee(&self) -> Option<(Point, Point)> {
        match self {
            Self::Marquee(hold, from, to) if hold.moved => Some((*from, *to)),
            Self::Marquee(..)
            | Self::Idle
            | Self::Panning(_)
            | Self::Dragging(..)
            | Self::Connecting(_)
            | Self::Placing(_)
            | Self::Pinching(..)
            | Self::Cancelled => None,
        }
    }

    /// Where both fingers are now.
    pub(super) fn pinched(&mut self, to: [Pixel; 2]) -> Outcome {
        match self {
            Self::Pinching(hold, other) => {
                hold.moved = true;
                Outcome { view: Some(Some(hold.camera.pinched([hold.from, *other], to))), ..Outcome::default() }
            }
            Self::Idle
            | Self::Panning(_)
            | Self::Dragging(..)
            | Self::Marquee(..)
            | Self::Connecting(_)
            | Self::Placing(_)
            | Self::Cancelled => Outcome::default(),
        }
    }

    pub(super) fn moved(&mut self, at: Pixel) -> Outcome {
        match self {
            Self::Panning(hold) => match hold.way(at) {
                Some((dx, dy)) => Outcome { view: Some(Some(hold.camera.panned(dx, dy))), ..Outcome::default() },
                None => Outcome::default(),
            },
            Self::Dragging(hold, node, from) => match hold.way(at) {
                Some((dx, dy)) => {
                    let to = Point { x: from.x + dx / hold.camera.scale, y: from.y + dy / hold.camera.scale };
                    Outcome::edit(EditAction::Drag(node.clone(), to))
                }
                None => Outcome::default(),
            },
            Self::Marquee(hold, _, to) => {
                if hold.way(at).is_some() {
                    *to = hold.camera.to_canvas(at);
                }
                Outcome::default()
            }
            Self::Connecting(hold) => {
                hold.way(at);
                Outcome::default()
            }
            Self::Idle | Self::Placing(_) | Self::Pinching(..) | Self::Cancelled => Outcome::default(),
        }
    }

    pub(super) fn release(&mut self, under: Under) -> Outcome {
        match std::mem::take(self) {
            Self::Panning(hold) if hold.moved => Outcome::default(),
            Self::Panning(_) if under.line.is_some() => Self::end_line(under),
            Self::Panning(_) => match (under.event, under.edge) {
                (Some(event), _) => Outcome::select(SelectAction::Story(Some(event))),
                // The click on the line's own element, which the browser reports next, would do the same once more.
                (None, Some(line)) => Outcome { is_no_click: true, ..Outcome::select(SelectAction::Line(line)) },
                (None, None) => Outcome::select(SelectAction::Node(None)),
            },
            Self::Dragging(hold, ..) if hold.moved => Outcome { is_no_click: true, ..Outcome::edit(EditAction::Drop) },
            Self::Marquee(hold, from, _) if hold.moved => Outcome::select(SelectAction::Box { from, to: under.at }),
            Self::Connecting(hold) if hold.moved => Self::end_line(under),
            // What did not move was a click, which the browser reports by itself; after one on a port, the next one ends the line.
            Self::Dragging(..) | Self::Marquee(..) | Self::Pinching(..) | Self::Idle | Self::Connecting(_) => Outcome::default(),
            Self::Placing(kind) => Outcome::edit(EditAction::AddPartAt(kind, under.at)),
            Self::Cancelled => Outcome { is_no_click: true, ..Outcome::default() },
        }
    }

    fn end_line(under: Under) -> Outcome {
        match under.node {
            Some(to) if under.line.as_ref().is_some_and(|from| *from != to) => {
                Outcome { is_no_click: true, ..Outcome::edit(EditAction::EndLine(to)) }
            }
            Some(_) => Outcome::default(),
            None => Outcome { is_offered: under.line.is_some(), is_no_click: true, ..Outcome::default() },
        }
    }

    /// Gives up and restores what was. None: there was nothing to give up.
    pub(super) fn cancel(&mut self) -> Option<Outcome> {
        match std::mem::replace(self, Self::Cancelled) {
            Self::Panning(hold) | Self::Pinching(hold, _) => Some(Outcome { view: Some(hold.chosen), ..Outcome::default() }),
            Self::Dragging(..) => Some(Outcome::edit(EditAction::CancelDrag)),
            Self::Connecting(_) => Some(Outcome::select(SelectAction::PutAside)),
            Self::Marquee(..) => Some(Outcome::default()),
            // The browser has let the part go already.
            Self::Placing(_) => {
                *self = Self::Idle;
                Some(Outcome::default())
            }
            Self::Cancelled => None,
            Self::Idle => {
                *self = Self::Idle;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: Camera = Camera { left: 10.0, top: 20.0, scale: 2.0 };
    const CHOSEN: Option<Camera> = Some(Camera { left: 1.0, top: 1.0, scale: 1.0 });
    const FROM: Pixel = Pixel { x: 100.0, y: 100.0 };
    const NEAR: Pixel = Pixel { x: 103.0, y: 97.0 };
    const FAR: Pixel = Pixel { x: 120.0, y: 90.0 };
    const STOOD: Point = Point { x: 5.0, y: 6.0 };

    fn queue(name: &str) -> Node {
        Node::Queue(name.into())
    }

    fn hold() -> Hold {
        Hold::new(FROM, CAMERA, CHOSEN)
    }

    fn over(node: Option<&str>, event: Option<&str>) -> Under {
        Under { at: CAMERA.to_canvas(FAR), node: node.map(queue), line: None, event: event.map(Into::into), edge: None }
    }

    fn states() -> [Gesture; 8] {
        [
            Gesture::Idle,
            Gesture::Panning(hold()),
            Gesture::Dragging(hold(), queue("a"), STOOD),
            Gesture::Marquee(hold(), STOOD, STOOD),
            Gesture::Connecting(hold()),
            Gesture::Placing(PartKind::ClassicQueue),
            Gesture::Pinching(hold(), FAR),
            Gesture::Cancelled,
        ]
    }

    #[test]
    fn a_pointer_that_hardly_moves_has_clicked() {
        for mut gesture in states() {
            assert_eq!(gesture.moved(NEAR), Outcome::default(), "{gesture:?}");
            assert_eq!((gesture.frozen(), gesture.marquee()), (None, None), "{gesture:?}");
        }
        // state, what is under the pointer, what is done
        let cases: [(Gesture, Under, Option<SelectAction>); 5] = [
            (Gesture::Panning(hold()), over(None, None), Some(SelectAction::Node(None))),
            (Gesture::Panning(hold()), over(None, Some("e-1")), Some(SelectAction::Story(Some("e-1".into())))),
            (Gesture::Dragging(hold(), queue("a"), STOOD), over(Some("a"), None), None),
            (Gesture::Marquee(hold(), STOOD, STOOD), over(None, None), None),
            (Gesture::Connecting(hold()), over(Some("a"), None), None),
        ];
        for (mut gesture, under, select) in cases {
            gesture.moved(NEAR);
            assert_eq!(gesture.release(under), Outcome { select, ..Outcome::default() });
            assert_eq!(gesture, Gesture::Idle);
        }
    }

    #[test]
    fn the_view_follows_the_pointer_and_goes_back_with_esc() {
        let mut gesture = Gesture::Panning(hold());
        assert_eq!(gesture.moved(FAR).view, Some(Some(Camera { left: 30.0, top: 10.0, scale: 2.0 })));
        assert_eq!(gesture.moved(NEAR).view, Some(Some(Camera { left: 13.0, top: 17.0, scale: 2.0 })), "once it moves it is no click");
        assert_eq!(gesture.clone().release(over(None, Some("e-1"))), Outcome::default());
        assert_eq!(gesture.cancel(), Some(Outcome { view: Some(CHOSEN), ..Outcome::default() }));
    }

    #[test]
    fn two_fingers_move_the_view_and_it_goes_back_with_esc() {
        let mut gesture = Gesture::Pinching(hold(), Pixel { x: 200.0, y: 100.0 });
        let outcome = gesture.pinched([Pixel { x: 100.0, y: 150.0 }, Pixel { x: 150.0, y: 150.0 }]);
        assert_eq!(outcome.view.flatten().map(|camera| camera.scale), Some(1.0), "half as far apart, half as large");
        assert_eq!(gesture.clone().release(over(Some("b"), None)), Outcome::default());
        assert_eq!(gesture.cancel(), Some(Outcome { view: Some(CHOSEN), ..Outcome::default() }));
        for mut gesture in states().into_iter().filter(|gesture| !matches!(gesture, Gesture::Pinching(..))) {
            assert_eq!(gesture.pinched([FROM, FAR]), Outcome::default(), "{gesture:?}");
        }
    }

    #[test]
    fn a_node_follows_the_pointer_in_canvas_units() {
        let mut gesture = Gesture::Dragging(hold(), queue("a"), STOOD);
        let to = Point { x: 15.0, y: 1.0 };
        assert_eq!(gesture.moved(FAR), Outcome::edit(EditAction::Drag(queue("a"), to)));
        assert_eq!(gesture.frozen(), Some(CAMERA), "and the canvas stands still");
        assert_eq!(gesture.clone().release(over(None, None)), Outcome { is_no_click: true, ..Outcome::edit(EditAction::Drop) });
        assert_eq!(gesture.cancel(), Some(Outcome::edit(EditAction::CancelDrag)));
    }

    #[test]
    fn a_box_selects_what_lies_in_it() {
        let mut gesture = Gesture::Marquee(hold(), STOOD, STOOD);
        gesture.moved(FAR);
        assert_eq!(gesture.marquee(), Some((STOOD, CAMERA.to_canvas(FAR))));
        let to = CAMERA.to_canvas(FAR);
        assert_eq!(gesture.clone().release(over(None, None)), Outcome::select(SelectAction::Box { from: STOOD, to }));
        assert_eq!(gesture.cancel(), Some(Outcome::default()));
        assert_eq!(gesture.marquee(), None);
    }

    #[test]
    fn a_line_ends_at_another_node_and_a_part_where_it_is_let_go() {
        let drawn = |node: Option<&str>| Under { line: Some(queue("a")), ..over(node, Some("e-1")) };
        let ends = Outcome { is_no_click: true, ..Outcome::edit(EditAction::EndLine(queue("b"))) };
        let offers = Outcome { is_no_click: true, is_offered: true, ..Outcome::default() };
        // The line itself is dragged, or it was begun with a click or a key, and another click ends it.
        for begun in [Gesture::Connecting(hold()), Gesture::Panning(hold())] {
            let is_dragged = matches!(begun, Gesture::Connecting(_));
            for (node, outcome) in [(Some("b"), &ends), (Some("a"), &Outcome::default()), (None, &offers)] {
                let mut gesture = begun.clone();
                gesture.moved(if is_dragged { FAR } else { NEAR });
                assert_eq!(gesture.release(drawn(node)), *outcome, "{begun:?} {node:?}");
            }
        }
        let mut gesture = Gesture::Connecting(hold());
        gesture.moved(FAR);
        assert_eq!(gesture.release(over(Some("b"), None)), Outcome::default(), "a line that was given up ends nowhere");
        let mut gesture = Gesture::Placing(PartKind::ClassicQueue);
        let at = CAMERA.to_canvas(FAR);
        assert_eq!(gesture.release(over(None, None)), Outcome::edit(EditAction::AddPartAt(PartKind::ClassicQueue, at)));
    }

    #[test]
    fn esc_gives_up_every_gesture_and_what_follows_means_nothing() {
        for mut gesture in states() {
            let before = gesture.clone();
            gesture.moved(FAR);
            let given_up = gesture.cancel();
            assert_eq!(given_up.is_none(), matches!(before, Gesture::Idle | Gesture::Cancelled), "{before:?}");
            assert_eq!(gesture.moved(FAR), Outcome::default(), "{before:?}");
            assert_eq!((gesture.frozen(), gesture.marquee()), (None, None), "{before:?}");
            let released = gesture.release(over(Some("b"), Some("e-1")));
            assert_eq!((released.edit, released.select), (None, None), "{before:?}");
            assert_eq!(gesture, Gesture::Idle, "{before:?}");
        }
    }
}
