//! The canvas: nodes and lines as SVG, each node a button.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::{Callback, FocusEvent, Html, KeyboardEvent, MouseEvent, PointerEvent, TargetCast, classes, html};

use super::painter::Camera;
use super::widgets::{badges, number};
use super::{Dispatch, browser};
use crate::app::geometry::{self, EdgeKind, PREFETCH_SHOWN_MAX, Rect};
use crate::app::words::instance_name;
use crate::app::{Action, App, OperateAction, Session};
use crate::base::number::Fixed;
use crate::broker::{ExchangeType, Flow, Table, Value};
use crate::scenario::{Point, Scenario, Trigger};
use crate::sim::{End, InstanceId, Place};

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
    Zoom(f64),
    /// As large as it is drawn.
    Natural,
    Fit,
    /// The middle of the view, in canvas units.
    Centre(Point),
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
    pub size: (f64, f64),
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
    let Scene { app, session, camera, size, gesture, .. } = scene;
    let plan = session.plan();
    let transform = format!("translate({:.2} {:.2}) scale({:.4})", Fixed(camera.left), Fixed(camera.top), Fixed(camera.scale));
    let edges = geometry::edges(plan);
    let places = geometry::places(plan);
    let lit = lit(session);
    let stop = scene.focused.filter(|place| places.contains(place)).or(session.selection.as_ref()).or(places.first());
    let onpointerdown =
        gesture.reform(|event: PointerEvent| Gesture::Empty(event.client_x().into(), event.client_y().into(), event.shift_key()));
    let many = (places.len() > SHADOWS_MAX).then_some("many");
    let class = classes!("drawing", many, session.connecting.is_some().then_some("connecting"));
    html! {
        <svg
            {class}
            width={number(size.0)}
            height={number(size.1)}
            role="group"
            aria-label="The system: arrow keys go from node to node"
            {onpointerdown}
            onpointermove={gesture.reform(|event: PointerEvent| Gesture::Moves(event.client_x().into(), event.client_y().into()))}
            onpointerup={gesture.reform(|event: PointerEvent| Gesture::Ends(event.client_x().into(), event.client_y().into()))}
            onpointercancel={gesture.reform(|event: PointerEvent| Gesture::Ends(event.client_x().into(), event.client_y().into()))}
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
                { pending(scene) }
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
                <text class="caption middle" x={number(size.0 / 2.0)} y={number(size.1 / 2.0)}>
                    { "Nothing yet. Drag a part from the left, or click it." }
                </text>
            }
        </svg>
    }
}

/// What lights up: the way of a message that is about to be published, or of one whose story is told.
struct Lit {
    bindings: Vec<usize>,
    places: Vec<Place>,
    story: bool,
}

fn lit(session: &Session) -> Lit {
    let composer = &session.composer;
    if composer.focused {
        let headers = composer.table();
        let world = session.world();
        let explained = world.broker().explain(&composer.exchange, &composer.routing_key, headers.as_ref());
        let matching = |binding: &crate::scenario::BindingSpec| {
            explained.iter().any(|one| {
                one.matches
                    && *one.binding.routing_key == binding.routing_key
                    && **one.binding.destination == **binding.destination.name()
                    && one.binding.arguments == &binding.arguments
            })
        };
        let bindings = session
            .scenario()
            .broker
            .bindings
            .iter()
            .enumerate()
            .filter(|(_, binding)| binding.source == composer.exchange && matching(binding))
            .map(|(index, _)| index);
        let queues = world.broker().destinations(&composer.exchange, &composer.routing_key, headers);
        return Lit { bindings: bindings.collect(), places: queues.into_iter().map(Place::Queue).collect(), story: false };
    }
    let life = session.biography.as_ref().and_then(|told| told.life.as_ref());
    if life.is_none() && !session.points.is_empty() {
        let places = geometry::places(session.plan()).into_iter();
        let pointed = places.filter(|place| session.part(place).is_some_and(|part| session.points.contains(part.name())));
        return Lit { bindings: Vec::new(), places: pointed.collect(), story: false };
    }
    Lit { bindings: Vec::new(), places: life.map(crate::app::words::places_of).unwrap_or_default(), story: true }
}

impl Lit {
    fn leads(&self, edge: &geometry::Edge) -> bool {
        if self.story {
            return self.places.contains(&edge.from) && self.places.contains(&edge.to);
        }
        matches!(&edge.kind, EdgeKind::Binding(number, _) if self.bindings.contains(number))
    }
}

/// The line that is being drawn.
fn pending(scene: &Scene<'_>) -> Html {
    let from = scene.session.connecting.as_ref().and_then(|place| geometry::rect(scene.session.plan(), place));
    let (Some(from), Some(to)) = (from, scene.pointer) else { return html! {} };
    let at = from.centre();
    html! {
        <path
            class="edge pending"
            d={format!("M{:.1} {:.1}L{:.1} {:.1}", Fixed(at.x), Fixed(at.y), Fixed(to.x), Fixed(to.y))}
            marker-end="url(#arrow)"
        />
    }
}

/// A field on the canvas: a node's name, or a binding's key. It is HTML above the drawing, and is moved to its place when it is there.
pub fn in_place(scene: &Scene<'_>) -> Html {
    let Some(editing) = scene.editing else { return html! {} };
    let plan = scene.session.plan();
    let (at, value, label) = match editing {
        Editing::Name(place) => {
            let (Some(rect), Some(part)) = (geometry::rect(plan, place), scene.session.part(place)) else { return html! {} };
            let y = if matches!(place, Place::Exchange(_)) { rect.bottom() + 20.0 } else { rect.top - 2.0 };
            (Point { x: rect.centre().x, y }, part.name().to_string(), "Name")
        }
        Editing::Binding(number) => {
            let edges = geometry::edges(plan);
            let edge = edges.iter().find(|edge| matches!(edge.kind, EdgeKind::Binding(other, _) if other == *number));
            let Some((edge, binding)) = edge.zip(scene.session.scenario().broker.bindings.get(*number)) else { return html! {} };
            let headers = is_of_headers(scene.session.scenario(), &binding.source);
            let value = if headers {
                crate::formats::amqp_json::table_to_json(&binding.arguments).to_string()
            } else {
                binding.routing_key.to_string()
            };
            (edge.curve.at(0.5), value, if headers { "Header arguments, as JSON" } else { "Binding key" })
        }
    };
    let text = JsValue::from_str(&value);
    let done = scene.gesture.clone();
    let onkeydown = {
        let done = done.clone();
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            match event.key().as_str() {
                "Enter" => done.emit(Gesture::Edited(Some(event.target_unchecked_into::<HtmlInputElement>().value()))),
                "Escape" => done.emit(Gesture::Edited(None)),
                _ => {}
            }
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| {
        done.emit(Gesture::Edited(Some(event.target_unchecked_into::<HtmlInputElement>().value())));
    });
    let stop = Callback::from(|event: PointerEvent| event.stop_propagation());
    let x = format!("{:.0}", Fixed(scene.camera.left + at.x * scene.camera.scale));
    let y = format!("{:.0}", Fixed(scene.camera.top + at.y * scene.camera.scale));
    html! {
        <input
            id="in-place"
            class="mono"
            aria-label={label}
            ~defaultValue={text}
            {onkeydown}
            {onblur}
            onpointerdown={stop}
            autocomplete="off"
            spellcheck="false"
            data-x={x}
            data-y={y}
        />
    }
}

/// No style is written into the page's text, so this is how the field gets to its place.
pub fn put_in_place() {
    let field = web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("in-place"));
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) else { return };
    for (side, name) in [("left", "data-x"), ("top", "data-y")] {
        let _ = field.style().set_property(side, &format!("{}px", field.get_attribute(name).unwrap_or_default()));
    }
}

pub fn is_of_headers(scenario: &Scenario, exchange: &str) -> bool {
    scenario.broker.exchanges.iter().any(|one| &*one.name == exchange && one.kind == ExchangeType::Headers)
}

/// The whole system, small; a click goes there.
pub fn minimap(scene: &Scene<'_>) -> Html {
    let plan = scene.session.plan();
    let bounds = geometry::bounds(plan);
    let view = format!("{:.0} {:.0} {:.0} {:.0}", Fixed(bounds.left), Fixed(bounds.top), Fixed(bounds.width), Fixed(bounds.height));
    let camera = scene.camera;
    let (left, top) = (-camera.left / camera.scale, -camera.top / camera.scale);
    let height = (150.0 * bounds.height / bounds.width.max(1.0)).clamp(40.0, 150.0);
    let onpointerdown = {
        let gesture = scene.gesture.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(map) = event.target_dyn_into::<Element>().and_then(|target| target.closest(".minimap").ok().flatten()) else { return };
            let rect = map.get_bounding_client_rect();
            let scale = (rect.width() / bounds.width).min(rect.height() / bounds.height);
            let (x, y) = (
                f64::from(event.client_x()) - rect.left() - (rect.width() - bounds.width * scale) / 2.0,
                f64::from(event.client_y()) - rect.top() - (rect.height() - bounds.height * scale) / 2.0,
            );
            gesture.emit(Gesture::Centre(Point { x: bounds.left + x / scale, y: bounds.top + y / scale }));
        })
    };
    html! {
        <svg class="minimap" viewBox={view} width="150" height={format!("{:.0}", Fixed(height))} aria-hidden="true" {onpointerdown}>
            for rect in geometry::places(plan).iter().filter_map(|place| geometry::rect(plan, place)) {
                <rect x={number(rect.left)} y={number(rect.top)} width={number(rect.width)} height={number(rect.height)} rx="8" />
            }
            <rect
                class="frame"
                x={number(left)}
                y={number(top)}
                width={number(scene.size.0 / camera.scale)}
                height={number(scene.size.1 / camera.scale)}
            />
        </svg>
    }
}

fn edge(scenario: &Scenario, edge: &geometry::Edge, lit: bool) -> Html {
    let dead = edge.kind == EdgeKind::DeadLetters || is_dead_binding(scenario, edge);
    let class = classes!("edge", (edge.kind == EdgeKind::Http).then_some("http"), dead.then_some("dead"), lit.then_some("lit"));
    let marker = if dead { "url(#arrow-dead)" } else { "url(#arrow)" };
    html! { <path {class} d={edge.curve.svg()} marker-end={marker} /> }
}

/// A binding of a dead-letter exchange is part of the dead letters' own way.
fn is_dead_binding(scenario: &Scenario, edge: &geometry::Edge) -> bool {
    let Place::Exchange(from) = &edge.from else { return false };
    matches!(edge.kind, EdgeKind::Binding(..)) && scenario.broker.is_dead_letter_exchange(from)
}

fn binding_key(scene: &Scene<'_>, edge: &geometry::Edge, lit: bool) -> Html {
    let EdgeKind::Binding(index, key) = &edge.kind else { return html! {} };
    let scenario = scene.session.scenario();
    let Some(binding) = scenario.broker.bindings.get(*index) else { return html! {} };
    let headers = is_of_headers(scenario, &binding.source);
    let key = if headers { in_short(&binding.arguments) } else { key.clone() };
    if key.is_empty() {
        return html! {};
    }
    #[expect(clippy::cast_precision_loss, reason = "a key has at most 255 bytes")]
    let width = key.chars().count() as f64 * 7.0 + 18.0;
    let (middle, gap) = (edge.curve.at(0.5), (edge.curve.to.x - edge.curve.from.x).abs());
    // On a level line it stands above, so that messages do not run over it; one longer than its line stands below the line's end.
    let flat = (edge.curve.to.y - edge.curve.from.y).abs() < 24.0;
    let (x, y) = if width < gap {
        (middle.x, middle.y - 15.0 * f64::from(u8::from(flat)))
    } else {
        (edge.curve.to.x - width / 2.0 - 8.0, edge.curve.to.y + 36.0)
    };
    // Several between the same two stand below one another.
    let same = |other: &&crate::scenario::BindingSpec| other.source == binding.source && other.destination == binding.destination;
    let before = scenario.broker.bindings.iter().take(*index).filter(same).count();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let y = y + 25.0 * before as f64;
    let edit = {
        let (gesture, index, read_only) = (scene.gesture.clone(), *index, scene.app.options.read_only);
        move || {
            if !read_only {
                gesture.emit(Gesture::Edit(Editing::Binding(index)));
            }
        }
    };
    let onclick = {
        let edit = edit.clone();
        Callback::from(move |_: MouseEvent| edit())
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            edit();
        }
    });
    let stop = Callback::from(|event: PointerEvent| event.stop_propagation());
    html! {
        <g
            class={classes!("key", lit.then_some("lit"))}
            transform={format!("translate({:.1} {:.1})", Fixed(x), Fixed(y))}
            role="button"
            tabindex="-1"
            aria-label={format!("{key}, the binding key to {}", binding.destination.name())}
            data-binding={index.to_string()}
            {onclick}
            {onkeydown}
            onpointerdown={stop}
        >
            <rect x={number(-width / 2.0)} y="-11" width={number(width)} height="22" rx="11" />
            <text text-anchor="middle" y="4">{ key }</text>
        </g>
    }
}

/// Header arguments in a few letters.
fn in_short(arguments: &Table) -> String {
    let mut told: Vec<String> = arguments
        .iter()
        .filter(|(name, _)| !name.starts_with("x-match"))
        .map(|(name, value)| format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), ToString::to_string)))
        .collect();
    let any = arguments.get("x-match").and_then(Value::as_str).is_some_and(|how| how.starts_with("any"));
    told.truncate(3);
    if told.is_empty() { "all".into() } else { told.join(if any { " or " } else { ", " }) }
}

fn node(scene: &Scene<'_>, index: usize, place: &Place, stop: bool, lit: &Lit) -> Html {
    let Scene { session, dispatch, gesture, .. } = scene;
    let scenario = session.scenario();
    let Some(rect) = geometry::rect(session.plan(), place) else { return html! {} };
    let selected = session.is_selected(place);
    let target = session.connecting.is_some() && session.may_connect(place);
    let (class, label, drawing) = match place {
        Place::Client(index) => client(session, *index, &rect),
        Place::Instance(id) => instance(session, *id, &rect),
        Place::Exchange(name) => exchange(scenario, name, &rect),
        Place::Queue(name) => queue(session, name, &rect),
    };
    let onpointerdown = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            event.stop_propagation();
            if event.button() == 0 {
                gesture.emit(Gesture::Node(place.clone(), event.client_x().into(), event.client_y().into()));
            }
        })
    };
    let onclick = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: MouseEvent| {
            let also = event.ctrl_key() || event.meta_key() || event.shift_key();
            gesture.emit(Gesture::Clicked { place: place.clone(), also, x: event.client_x().into(), y: event.client_y().into() });
        })
    };
    let ondblclick = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |_: MouseEvent| gesture.emit(Gesture::Edit(Editing::Name(place.clone()))))
    };
    let oncontextmenu = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            gesture.emit(Gesture::Menu(place.clone(), event.client_x(), event.client_y()));
        })
    };
    let onkeydown = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: KeyboardEvent| gesture.emit(Gesture::Key(place.clone(), event)))
    };
    let onfocus = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |_: FocusEvent| gesture.emit(Gesture::Focused(place.clone())))
    };
    let control = if let Place::Instance(id) = place {
        power(session, *id, &rect, dispatch)
    } else {
        html! {}
    };
    let lit = lit.places.contains(place).then_some("lit");
    let class = classes!("node", class, selected.then_some("selected"), target.then_some("target"), lit);
    let port = if scene.app.options.read_only {
        html! {}
    } else {
        port(scene, place, &rect)
    };
    html! {
        <g class={classes!("with-port", selected.then_some("selected"))}>
            <g
                {class}
                role="button"
                id={format!("node-{index}")}
                tabindex={if stop { "0" } else { "-1" }}
                aria-label={label}
                aria-pressed={selected.to_string()}
                {onclick}
                {ondblclick}
                {oncontextmenu}
                {onkeydown}
                {onfocus}
                {onpointerdown}
            >
                { drawing }
            </g>
            { control }
            { port }
        </g>
    }
}

/// From here a line is drawn: by dragging, or by a click here and one on its end.
fn port(scene: &Scene<'_>, place: &Place, rect: &Rect) -> Html {
    let (gesture, from) = (scene.gesture.clone(), place.clone());
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        gesture.emit(Gesture::Port(from.clone()));
    });
    let at = if matches!(place, Place::Exchange(_)) { rect.left + rect.width * 0.93 } else { rect.right() };
    html! {
        <g class="port" transform={format!("translate({:.1} {:.1})", Fixed(at), Fixed(rect.top + rect.height / 2.0))} {onpointerdown}>
            <title>{ "Draw a line from here" }</title>
            <circle r="12" class="target" />
            <circle r="5" class="dot-port" />
        </g>
    }
}

/// Enter and Space do what a click does.
fn activate(dispatch: &Dispatch, action: Action) -> (Callback<MouseEvent>, Callback<KeyboardEvent>) {
    let click = {
        let (dispatch, action) = (dispatch.clone(), action.clone());
        Callback::from(move |event: MouseEvent| {
            browser::leave_after_pointer(&event);
            dispatch.emit(action.clone());
        })
    };
    let dispatch = dispatch.clone();
    let key = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(action.clone());
        }
    });
    (click, key)
}

type Drawn = (&'static str, String, Html);

fn boxed(rect: &Rect, radius: &'static str) -> Html {
    html! {
        <rect class="box" x={number(rect.left)} y={number(rect.top)} width={number(rect.width)} height={number(rect.height)} rx={radius} />
    }
}

fn text(class: &'static str, x: f64, y: f64, content: String) -> Html {
    html! { <text {class} x={format!("{:.1}", Fixed(x))} y={format!("{:.1}", Fixed(y))}>{ content }</text> }
}

fn client(session: &Session, index: usize, rect: &Rect) -> Drawn {
    let spec = &session.world().clients()[index].spec;
    let sent = format!("sent {}", session.world().requests(index));
    let drawing = html! {
        <>
            { boxed(rect, "23") }
            { text("name", rect.left + 20.0, rect.top + 20.0, spec.name.to_string()) }
            { " " }
            { text("caption", rect.left + 20.0, rect.top + 36.0, sent.clone()) }
        </>
    };
    ("client", format!("{} {sent} requests, HTTP client", spec.name), drawing)
}

fn instance(session: &Session, id: InstanceId, rect: &Rect) -> Drawn {
    let service = &session.world().services()[id.service].spec;
    let name = instance_name(session.world(), id);
    let Some(state) = session.world().instance(id) else { return ("service", name, html! {}) };
    let subscription = service.handlers.iter().find_map(|handler| match &handler.trigger {
        Trigger::Queue(subscription) => Some(subscription),
        Trigger::Http { .. } | Trigger::Schedule { .. } | Trigger::StartUp => None,
    });
    let endpoint = service.handlers.iter().find_map(|handler| match &handler.trigger {
        Trigger::Http { path } => Some(path),
        Trigger::Queue(_) | Trigger::Schedule { .. } | Trigger::StartUp => None,
    });
    let caption = if !state.up {
        "down".to_owned()
    } else if state.hung {
        "hanging".to_owned()
    } else if state.stopping {
        "stopping…".to_owned()
    } else if state.connection.is_some_and(|connection| session.world().broker().flow(connection) == Some(Flow::Blocked)) {
        "blocked by the broker".to_owned()
    } else if session.world().is_cut([End::Service(id.service), End::Broker]) {
        "cut off from the broker".to_owned()
    } else if session.world().is_connecting(id) {
        "connecting…".to_owned()
    } else if let Some(subscription) = subscription {
        let acks = if subscription.auto_ack { "auto ack" } else { "manual ack" };
        format!("prefetch {} · {acks}", subscription.prefetch)
    } else {
        endpoint.map(ToString::to_string).unwrap_or_default()
    };
    let slots = subscription.map_or(0, |subscription| usize::from(subscription.prefetch).min(PREFETCH_SHOWN_MAX));
    let foot = if slots == 0 {
        let records = session.world().records(id.service);
        if records > 0 { format!("saved {records} · handled {}", state.handled) } else { format!("handled {}", state.handled) }
    } else {
        String::new()
    };
    let working = state.deliveries().count();
    let slot = |index: usize| {
        let at = geometry::prefetch_slot(rect, index);
        html! { <rect class="slot" x={number(at.x - 5.5)} y={number(at.y - 5.5)} width="11" height="11" rx="3" /> }
    };
    let label = format!("{name} {caption} {foot}, service, {}, working on {working}", if state.up { "up" } else { "down" });
    let drawing = html! {
        <>
            { boxed(rect, "12") }
            <circle class="health" cx={number(rect.left + 17.0)} cy={number(rect.top + 20.0)} r="4.5" />
            { text("name", rect.left + 29.0, rect.top + 24.5, name) }
            { " " }
            { text("caption", rect.left + 14.0, rect.top + 43.0, caption) }
            { " " }
            for index in 0..slots { { slot(index) } }
            { text("caption", rect.left + 14.0, rect.bottom() - 13.0, foot) }
        </>
    };
    let class = match (state.up, session.world().is_connecting(id)) {
        (false, _) => "service down",
        (true, true) => "service connecting",
        (true, false) => "service",
    };
    (class, label, drawing)
}

/// The switch on a service's card: one click kills it, another starts it again.
fn power(session: &Session, id: InstanceId, rect: &Rect, dispatch: &Dispatch) -> Html {
    let Some(state) = session.world().instance(id) else { return html! {} };
    let name = instance_name(session.world(), id);
    let (action, word) =
        if state.up { (Action::Operate(OperateAction::Kill(id)), "Kill") } else { (Action::Operate(OperateAction::Start(id)), "Start") };
    let (click, key) = activate(dispatch, action);
    let at = format!("translate({:.1} {:.1})", Fixed(rect.right() - 19.0), Fixed(rect.top + 39.0));
    html! {
        <g
            class={classes!("power", (!state.up).then_some("off"))}
            transform={at}
            role="button"
            tabindex="0"
            aria-label={format!("{word} {name}")}
            data-power={name}
            onclick={click}
            onkeydown={key}
        >
            <title>{ format!("{word} this instance") }</title>
            <circle r="13" class="target" />
            if state.up { <path d="M-2.6-4.2a5 5 0 1 0 5.2 0M0-6.2V-.6" /> } else { <path d="M-2.6-4.4v8.8L4.6 0z" class="go" /> }
        </g>
    }
}

fn exchange(scenario: &Scenario, name: &str, rect: &Rect) -> Drawn {
    let Some(spec) = scenario.broker.exchanges.iter().find(|exchange| &*exchange.name == name) else {
        return ("exchange", name.to_owned(), html! {});
    };
    let glyph = match spec.kind {
        ExchangeType::Direct => "=",
        ExchangeType::Fanout => "∀",
        ExchangeType::Topic => "* #",
        ExchangeType::Headers => "{ }",
    };
    let (x, y, r) = (rect.left + rect.width / 2.0, rect.top + rect.height / 2.0, rect.width / 2.0);
    let (near, half) = (r * 0.866, r / 2.0);
    let hexagon = format!(
        "M{:.1} {:.1}L{:.1} {:.1}V{:.1}L{:.1} {:.1}L{:.1} {:.1}V{:.1}Z",
        Fixed(x),
        Fixed(y - r),
        Fixed(x + near),
        Fixed(y - half),
        Fixed(y + half),
        Fixed(x),
        Fixed(y + r),
        Fixed(x - near),
        Fixed(y + half),
        Fixed(y - half)
    );
    let kind = spec.kind.name();
    let drawing = html! {
        <>
            <path class="box" d={hexagon} />
            { text("glyph middle", x, y + 6.0, glyph.to_owned()) }
            { " " }
            { text("name middle", x, rect.bottom() + 18.0, name.to_owned()) }
            { " " }
            { text("caption middle", x, rect.bottom() + 34.0, kind.to_owned()) }
        </>
    };
    ("exchange", format!("{glyph} {name} {kind}, exchange"), drawing)
}

fn queue(session: &Session, name: &str, rect: &Rect) -> Drawn {
    let scenario = session.scenario();
    let counts = session.world().broker().queue(name).map_or((0, 0, 0), |queue| (queue.ready(), queue.unacked(), queue.total()));
    let caption = format!("Ready {} · Unacked {} · Total {}", counts.0, counts.1, counts.2);
    let spec = scenario.broker.queues.iter().find(|queue| &*queue.name == name);
    let mut x = rect.left;
    let features = spec.map(badges).unwrap_or_default();
    let label = format!("{name} {caption} {}, queue", features.join(" "));
    let badges: Vec<Html> = features
        .into_iter()
        .map(|badge| {
            #[expect(clippy::cast_precision_loss, reason = "a badge has a few letters")]
            let width = badge.len() as f64 * 6.6 + 10.0;
            let at = x;
            x += width + 4.0;
            html! {
                <g class="badge" transform={format!("translate({:.1} {:.1})", Fixed(at), Fixed(rect.bottom() + 24.0))}>
                    <rect width={number(width)} height="16" rx="4" />
                    <text x={number(width / 2.0)} y="11.5" text-anchor="middle">{ badge }</text>
                    { " " }
                </g>
            }
        })
        .collect();
    let drawing = html! {
        <>
            { text("name", rect.left, rect.top - 9.0, name.to_owned()) }
            { " " }
            { boxed(rect, "10") }
            { text("caption", rect.left, rect.bottom() + 17.0, caption.clone()) }
            { " " }
            for badge in badges { { badge } }
        </>
    };
    (if scenario.broker.is_dead_letter_queue(name) { "queue dead" } else { "queue" }, label, drawing)
}
