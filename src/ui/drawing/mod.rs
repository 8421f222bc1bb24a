//! The canvas: nodes and lines as SVG, each node a button.

mod edges;
mod moving;
mod nodes;
mod overlays;

use std::cell::RefCell;

use yew::{Callback, FocusEvent, Html, KeyboardEvent, MouseEvent, PointerEvent, classes, html};

use super::Dispatch;
use super::widgets::{hue_class, number};
use crate::app::camera::{Camera, Pixel};
use crate::app::geometry::{self, EdgeKind, Rect};
use crate::app::guides::Guide;
use crate::app::highlight::Highlight;
use crate::app::labels::{self, Look, Room};
use crate::app::landing::Landing;
use crate::app::lettering::{Badges, Type};
use crate::app::overview::{Drawn, Overview, WHOLE_MAX};
use crate::app::whatif::{self, Preview};
use crate::app::{App, Asked, CanvasAction, Line, Session, Stop, Touch};
use crate::base::number::Fixed;
use crate::base::ordered::OrderedMap;
use crate::scenario::Point;
use crate::sim::Place;
use crate::ui::texts::drawing as texts;
use edges::{binding_key, edge, step, wait, words_of_key};
pub use moving::{move_layer, put_back};
pub use nodes::glyph;
use nodes::node;
pub use overlays::{in_place, minimap, put_in_place};

/// What a pointer or a key does on the canvas, in pixels of the page.
#[derive(Clone, Debug)]
pub enum Gesture {
    /// A node is taken hold of.
    Node(Place, f64, f64),
    /// A line is begun at a node's port.
    Port(Place, f64, f64),
    /// The key of a line.
    PressedKey(Line),
    /// The view is taken hold of; with Shift, a box is drawn.
    Empty(f64, f64, bool),
    /// With Alt, freely.
    Moves {
        x: f64,
        y: f64,
        freely: bool,
    },
    Ends(f64, f64),
    Clicked {
        place: Place,
        also: bool,
        x: f64,
        y: f64,
    },
    /// On a part that is not drawn in full.
    ClickedOutline {
        also: bool,
        x: f64,
        y: f64,
    },
    /// On a line's own element.
    ClickedLine(Line, f64, f64),
    Key(Stop, KeyboardEvent),
    Focused(Stop),
    /// A menu is asked for, at a place of the page.
    Menu(i32, i32),
    /// The press that was reported last is the first one of a click.
    FirstPress,
    DoubleClicked(i32, i32),
    /// What was typed in place; none gives up.
    Edited(Option<String>),
    /// The wheel turned by so many pixels, over this place of the page.
    Wheel {
        dx: f64,
        dy: f64,
        zooms: bool,
        sideways: bool,
        x: f64,
        y: f64,
    },
    Touch(Touch, i32, f64, f64),
    /// A finger stays where it is.
    LongPress(f64, f64),
    /// A hand that moved the view rests.
    Rests,
}

impl Scene<'_> {
    /// The part or the line that the Tab key leads to.
    fn stop<'b>(&self, mut places: impl Iterator<Item = &'b Place> + Clone, edges: &[geometry::Edge]) -> Option<Stop> {
        let is_there = |stop: &&Stop| match stop {
            Stop::Node(node) => places.clone().any(|place| place == node),
            Stop::Line(line) => edges.iter().any(|edge| self.session.line_of(edge).as_ref() == Some(line)),
        };
        let focused = self.focused.filter(is_there).cloned();
        focused.or_else(|| self.session.selection.stop()).or_else(|| places.next().cloned().map(Stop::Node))
    }
}

/// What the canvas is drawn from.
#[derive(Debug)]
pub struct Scene<'a> {
    pub app: &'a App,
    pub session: &'a Session,
    /// It is drawn beside the run that is worked on, to be looked at. Its elements have no ids.
    pub is_beside: bool,
    pub camera: Camera,
    pub size: Pixel,
    pub dispatch: &'a Dispatch,
    pub gesture: &'a Callback<Gesture>,
    pub editing: Option<&'a Asked>,
    /// What has the canvas's one tab stop.
    pub focused: Option<&'a Stop>,
    pub letters_of: Type,
    /// What flies to each queue and has not landed.
    pub landing: Landing,
    /// What marks queues, with sentences: it comes with the second file.
    pub badges: Option<Badges>,
    /// Of a large system, as it was last drawn.
    pub overview: &'a RefCell<Option<Overview>>,
    /// A hand moves the view.
    pub moves: bool,
    /// Where the pointer is while a line is drawn, in canvas units.
    pub pointer: Option<Point>,
    /// The box that is drawn, in canvas units.
    pub boxed: Option<(Point, Point)>,
}

impl Scene<'_> {
    /// The name of an element. A page has each name once.
    fn id(&self, name: impl FnOnce() -> String) -> Option<String> {
        (!self.is_beside).then(name)
    }

    /// It is the turned drawing of a phone.
    fn is_turned(&self) -> bool {
        self.session.plan().turned.is_some()
    }

    /// A card is a name and a number.
    fn is_compact(&self) -> bool {
        self.is_turned() || self.camera.is_compact()
    }

    /// The smallest letters on cards, in canvas units.
    fn letters(&self) -> f64 {
        if self.is_turned() { self.camera.letters_of_small_cards() } else { self.camera.letters() }
    }

    /// How much larger than this, in canvas units, letters are drawn on cards.
    fn growth(&self, size: f64) -> f64 {
        let grown = self.letters() / size;
        if self.is_compact() { grown } else { grown.max(1.0) }
    }
}

/// More nodes than this stand without their shadows, which are slow to paint where there is no graphics card.
const SHADOWS_MAX: usize = 30;

/// What lights up, and what would become of the message that is composed.
struct Light<'a> {
    lit: Highlight,
    preview: Option<Preview<'a>>,
}

/// Beside the way of a message everything else fades.
fn faded(light: &Light<'_>, drawn: Html) -> Html {
    html! { <g class={light.lit.hue.map(|hue| classes!("fades", hue_class(hue)))}>{ drawn }</g> }
}

/// Every part and line, and how many parts there are.
fn system(scene: &Scene<'_>) -> (Html, usize) {
    let plan = scene.session.plan();
    let preview = if scene.is_beside { None } else { whatif::preview(scene.app, scene.session) };
    let lit = Highlight::of(scene.app, scene.session);
    let light = Light { lit, preview };
    let mut overview = scene.overview.borrow_mut();
    if overview.as_ref().is_none_or(|overview| !overview.is_of(plan)) {
        *overview = Overview::of(plan, |edge| scene.app.findings.leads_dead_letters(edge));
    }
    if let Some(overview) = &mut *overview {
        let drawn = Drawn { camera: scene.camera, size: scene.size, area: overview.area(scene.camera, scene.size, scene.moves) };
        overview.drawn = Some(drawn);
        return (outlined(scene, overview, drawn.area.as_ref(), &light), overview.nodes.len());
    }
    let (edges, places) = (geometry::edges(plan), geometry::places(plan));
    let stop = scene.stop(places.iter(), &edges);
    let whole = whole(scene, &edges.iter().enumerate(), places.iter().enumerate(), stop.as_ref(), &light, None);
    (faded(&light, whole), places.len())
}

/// What has a port: every part. In a turned drawing the instances of a service have one together, beneath their card.
fn with_ports<'a>(scene: &Scene<'_>, places: impl Iterator<Item = &'a Place>) -> Vec<(Place, Rect)> {
    let plan = scene.session.plan();
    let is_it = |place: &&Place| !scene.is_turned() || geometry::moved_as(place) == **place;
    let rect = |place: &Place| if scene.is_turned() { geometry::card(plan, place) } else { geometry::rect(plan, place) };
    places.filter(is_it).filter_map(|place| Some((place.clone(), rect(place)?))).collect()
}

/// Parts and lines in full.
fn whole<'a>(
    scene: &Scene<'_>,
    edges: &(impl Iterator<Item = (usize, &'a geometry::Edge)> + Clone),
    places: impl Iterator<Item = (usize, &'a Place)> + Clone,
    stop: Option<&Stop>,
    light: &Light<'_>,
    kept: Option<&RefCell<Option<labels::Kept>>>,
) -> Html {
    let Light { lit, preview } = light;
    let cards = with_ports(scene, places.clone().map(|(_, place)| place));
    let is_stop = |place: &Place| matches!(stop, Some(Stop::Node(node)) if node == place);
    let mut room = Room::beside(scene.session.plan(), places.clone().map(|(_, place)| place));
    let look = Look { camera: scene.camera, is_compact: scene.is_compact(), has_signs: preview.is_some() };
    let words = |number: usize, key: &str| words_of_key(scene, number, key, preview.as_ref());
    let is_weighed = |number: usize| preview.as_ref().is_some_and(|preview| preview.bindings.iter().any(|(one, _)| *one == number));
    let (plan, with_keys) = (scene.session.plan(), edges.clone().map(|(_, edge)| edge));
    let keys = match kept {
        Some(kept) => labels::kept(&mut kept.borrow_mut(), plan, look, &mut room, with_keys, words, is_weighed),
        None => labels::keys(plan, look, &mut room, with_keys, words, is_weighed),
    };
    let waits = labels::waits(scene.session.plan(), look, &mut room, &edges.clone().map(|(_, edge)| edge).collect::<Vec<_>>());
    // A story changes no key: the numbers of its steps stand beside them.
    let key_of = |edge: &geometry::Edge| {
        let EdgeKind::Binding(number, _) = edge.kind else { return None };
        keys.iter().find(|key| key.binding == number).map(|key| &key.rect)
    };
    let numbered = edges.clone().filter_map(|(_, edge)| Some((lit.step(edge)?, labels::step(&mut room, edge, scene.camera, key_of(edge)))));
    let steps: Vec<_> = numbered.collect();
    let is_lit = |number: usize| {
        let is_it = |edge: &geometry::Edge| matches!(edge.kind, EdgeKind::Binding(one, _) if one == number);
        edges.clone().any(|(_, edge)| is_it(edge) && lit.leads(edge))
    };
    html! {
        <>
            for (index, one) in edges.clone() { { edge(scene, index, one, stop, lit.leads(one)) } }
            for key in &keys { { binding_key(scene, key, is_lit(key.binding), preview.as_ref()) } }
            for label in &waits { { wait(scene, label) } }
            if !scene.is_beside { { for scene.app.missing().iter().map(|one| nodes::missing(scene, one)) } }
            for (index, place) in places { { node(scene, index, place, is_stop(place), lit, &cards) } }
            for (number, at) in &steps { { step(scene, *number, *at) } }
            if let Some(preview) = preview.as_ref() { { overlays::ghosts(scene, preview) } }
        </>
    }
}

/// Outlines, with what is in view or at hand in full on top.
fn outlined(scene: &Scene<'_>, overview: &Overview, area: Option<&Rect>, light: &Light<'_>) -> Html {
    let stop = scene.stop(overview.nodes.iter().map(|(place, _)| place), &overview.edges);
    // A line is drawn with its ends.
    let lines = || stop.iter().cloned().chain(scene.session.selection.stop());
    let ends: Vec<Place> = lines()
        .filter_map(|stop| if let Stop::Line(line) = stop { scene.session.edge_of(&line) } else { None })
        .flat_map(|edge| [edge.from, edge.to])
        .collect();
    let is_at_hand = |place: &Place| {
        matches!(&stop, Some(Stop::Node(node)) if node == place)
            || ends.contains(place)
            || scene.session.selection.has(place)
            || light.lit.has(place)
    };
    let places = overview.whole(area, is_at_hand);
    let ends: OrderedMap<&Place, ()> = places.iter().map(|(_, place)| (*place, ())).collect();
    let is_whole = |(_, edge): &(usize, &geometry::Edge)| ends.contains_key(&edge.from) && ends.contains_key(&edge.to);
    let edges: Vec<(usize, &geometry::Edge)> = overview.edges.iter().enumerate().filter(is_whole).take(WHOLE_MAX).collect();
    let onclick = scene.gesture.reform(|event: MouseEvent| Gesture::ClickedOutline {
        also: event.ctrl_key() || event.meta_key() || event.shift_key(),
        x: event.client_x().into(),
        y: event.client_y().into(),
    });
    html! {
        <>
            for d in overview.lines.iter() { <path class="outline-line" d={d.clone()} /> }
            for d in overview.dead_lines.iter() { <path class="outline-line dead" d={d.clone()} /> }
            <path class="outline-part" d={overview.parts.clone()} {onclick} />
            { faded(light, whole(scene, &edges.into_iter(), places.into_iter(), stop.as_ref(), light, Some(&overview.keys))) }
        </>
    }
}

/// What the keyboard does on a part or a line.
fn keyboard(scene: &Scene<'_>, stop: &Stop) -> (Callback<KeyboardEvent>, Callback<FocusEvent>) {
    let (one, other) = (stop.clone(), stop.clone());
    (
        scene.gesture.reform(move |event: KeyboardEvent| Gesture::Key(one.clone(), event)),
        scene.gesture.reform(move |_: FocusEvent| Gesture::Focused(other.clone())),
    )
}

pub fn view(scene: &Scene<'_>) -> Html {
    let Scene { app, session, camera, size, gesture, dispatch, .. } = scene;
    let transform = format!("translate({:.2} {:.2}) scale({:.4})", Fixed(camera.left), Fixed(camera.top), Fixed(camera.scale));
    let onpointerdown = {
        let gesture = (*gesture).clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                gesture.emit(Gesture::Empty(event.client_x().into(), event.client_y().into(), event.shift_key()));
            }
        })
    };
    let oncontextmenu = gesture.reform(|event: MouseEvent| {
        event.prevent_default();
        Gesture::Menu(event.client_x(), event.client_y())
    });
    let (system, count) = system(scene);
    let many = (count > SHADOWS_MAX).then_some("many");
    // What is drawn beyond the stage is moved into it.
    let is_large = !scene.is_beside && scene.overview.borrow().is_some();
    let ground = if is_large { ["-100%", "300%"] } else { ["0", "100%"] };
    let panning = app.canvas.is_space_held().then_some("panning");
    let class =
        classes!("drawing", many, is_large.then_some("large"), panning, session.selection.connecting.is_some().then_some("connecting"));
    html! {
        <svg
            {class}
            width={number(size.x)}
            height={number(size.y)}
            role="group"
            aria-label={texts::THE_SYSTEM_ARROW_KEYS_GO}
            {onpointerdown}
            {oncontextmenu}
            onpointermove={gesture.reform(|event: PointerEvent| Gesture::Moves {
                x: event.client_x().into(),
                y: event.client_y().into(),
                freely: event.alt_key(),
            })}
            onpointerup={gesture.reform(|event: PointerEvent| Gesture::Ends(event.client_x().into(), event.client_y().into()))}
            onpointercancel={dispatch.reform(|_: PointerEvent| CanvasAction::Cancel.into())}
        >
            // The markers of the other drawing serve both.
            if !scene.is_beside { <defs>
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
            </defs> }
            <rect x={ground[0]} y={ground[0]} width={ground[1]} height={ground[1]} fill="url(#grid)" />
            <g {transform} class={classes!(scene.is_compact().then_some("compact"), scene.is_turned().then_some("turned"))} font-size={number(scene.letters())}>
                { system }
                { overlays::pending(scene) }
                for Guide { from, to } in &app.canvas.guides {
                    <path class="guide" d={format!("M{:.1} {:.1}L{:.1} {:.1}", Fixed(from.x), Fixed(from.y), Fixed(to.x), Fixed(to.y))} />
                }
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
            if count == 0 && !app.options.read_only {
                <text class="caption middle" x={number(size.x / 2.0)} y={number(size.y / 2.0)}>{ texts::NOTHING_YET_DRAG_A_PART }</text>
            }
        </svg>
    }
}
