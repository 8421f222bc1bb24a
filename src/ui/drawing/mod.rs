//! The canvas: nodes and lines as SVG, each node a button.

mod edges;
mod nodes;
mod overlays;

use yew::{Callback, Html, KeyboardEvent, PointerEvent, classes, html};

use super::Dispatch;
use super::widgets::number;
use crate::app::camera::{Camera, Pixel};
use crate::app::geometry;
use crate::app::highlight::Highlight;
use crate::app::{App, CanvasAction, Session};
use crate::base::number::Fixed;
use crate::scenario::Point;
use crate::sim::Place;
use crate::ui::texts::drawing as texts;
use edges::{binding_key, edge};
use nodes::node;
pub use overlays::{in_place, minimap, put_in_place};

/// What a pointer or a key does on the canvas, in pixels of the page.
#[derive(Clone, Debug)]
pub enum Gesture {
    /// A node is taken hold of.
    Node(Place, f64, f64),
    /// A line is begun at a node's port.
    Port(Place),
    /// The view is taken hold of; with Shift, a box is drawn.
    Empty(f64, f64, bool),
    Moves(f64, f64),
    Ends(f64, f64),
    Clicked {
        place: Place,
        also: bool,
        x: f64,
        y: f64,
    },
    Key(Place, KeyboardEvent),
    Focused(Place),
    Menu(Place, i32, i32),
    Edit(Editing),
    /// What was typed in place; none gives up.
    Edited(Option<String>),
    /// Zooms about a place of the page.
    Wheel(f64, f64, f64),
}

/// What is edited in place.
#[derive(Clone, Debug, PartialEq)]
pub enum Editing {
    Name(Place),
    /// The key of a binding, or its header arguments.
    Binding(usize),
}

/// What the canvas is drawn from.
pub struct Scene<'a> {
    pub app: &'a App,
    pub session: &'a Session,
    pub camera: Camera,
    pub size: Pixel,
    pub dispatch: &'a Dispatch,
    pub gesture: &'a Callback<Gesture>,
    pub editing: Option<&'a Editing>,
    /// The node that has the canvas's one tab stop.
    pub focused: Option<&'a Place>,
    /// Where the pointer is while a line is drawn, in canvas units.
    pub pointer: Option<Point>,
    /// The box that is drawn, in canvas units.
    pub boxed: Option<(Point, Point)>,
}

/// More nodes than this stand without their shadows, which are slow to paint where there is no graphics card.
const SHADOWS_MAX: usize = 30;

pub fn view(scene: &Scene<'_>) -> Html {
    let Scene { app, session, camera, size, gesture, dispatch, .. } = scene;
    let plan = session.plan();
    let transform = format!("translate({:.2} {:.2}) scale({:.4})", Fixed(camera.left), Fixed(camera.top), Fixed(camera.scale));
    let edges = geometry::edges(plan);
    let places = geometry::places(plan);
    let lit = Highlight::of(session);
    let stop = scene.focused.filter(|place| places.contains(place)).or(session.selection.primary.as_ref()).or(places.first());
    let onpointerdown =
        gesture.reform(|event: PointerEvent| Gesture::Empty(event.client_x().into(), event.client_y().into(), event.shift_key()));
    let many = (places.len() > SHADOWS_MAX).then_some("many");
    let class = classes!("drawing", many, session.selection.connecting.is_some().then_some("connecting"));
    html! {
        <svg
            {class}
            width={number(size.x)}
            height={number(size.y)}
            role="group"
            aria-label={texts::THE_SYSTEM_ARROW_KEYS_GO}
            {onpointerdown}
            onpointermove={gesture.reform(|event: PointerEvent| Gesture::Moves(event.client_x().into(), event.client_y().into()))}
            onpointerup={gesture.reform(|event: PointerEvent| Gesture::Ends(event.client_x().into(), event.client_y().into()))}
            onpointercancel={dispatch.reform(|_: PointerEvent| CanvasAction::Cancel.into())}
        >
            <defs>
                <pattern id="grid" width="15" height="15" patternUnits="userSpaceOnUse" patternTransform={transform.clone()}>
                    <circle cx="1" cy="1" r=".9" class="dot" />
                </pattern>
                <marker
                    id="arrow"
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerUnits="userSpaceOnUse"
                    markerWidth="12"
                    markerHeight="12"
                    orient="auto"
                >
                    <path d="M0 .8 7 4 0 7.2z" class="arrow" />
                </marker>
                <marker
                    id="arrow-dead"
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerUnits="userSpaceOnUse"
                    markerWidth="12"
                    markerHeight="12"
                    orient="auto"
                >
                    <path d="M0 .8 7 4 0 7.2z" class="arrow-dead" />
                </marker>
            </defs>
            <rect width="100%" height="100%" fill="url(#grid)" />
            <g {transform}>
                for one in edges.iter() { { edge(session.scenario(), one, lit.leads(one)) } }
                for one in edges.iter() { { binding_key(scene, one, lit.leads(one)) } }
                for (index, place) in places.iter().enumerate() { { node(scene, index, place, stop == Some(place), &lit) } }
                { overlays::pending(scene) }
                if let Some((from, to)) = scene.boxed {
                    <rect
                        class="box-select"
                        x={number(from.x.min(to.x))}
                        y={number(from.y.min(to.y))}
                        width={number((from.x - to.x).abs())}
                        height={number((from.y - to.y).abs())}
                    />
                }
            </g>
            if places.is_empty() && !app.options.read_only {
                <text class="caption middle" x={number(size.x / 2.0)} y={number(size.y / 2.0)}>{ texts::NOTHING_YET_DRAG_A_PART }</text>
            }
        </svg>
    }
}
