//! What lies above the drawing: the line that is being drawn, the field that edits in place, and the minimap.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::{Callback, FocusEvent, Html, KeyboardEvent, PointerEvent, TargetCast, html};

use super::{Editing, Gesture, Scene};
use crate::app::CanvasAction;
use crate::app::camera::Pixel;
use crate::app::geometry::{self, EdgeKind};
use crate::app::overview::outline;
use crate::base::number::Fixed;
use crate::scenario::Point;
use crate::sim::Place;
use crate::ui::texts::drawing as texts;
use crate::ui::widgets::number;

/// The line that is being drawn.
pub fn pending(scene: &Scene<'_>) -> Html {
    let from = scene.session.selection.connecting.as_ref().and_then(|place| geometry::rect(scene.session.plan(), place));
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
            let headers = scene.session.scenario().broker.is_headers_exchange(&binding.source);
            let value = if headers {
                crate::formats::amqp_json::table_to_json(&binding.arguments).to_string()
            } else {
                binding.routing_key.to_string()
            };
            (edge.curve.at(0.5), value, if headers { texts::HEADER_ARGUMENTS_AS_JSON } else { texts::BINDING_KEY })
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
    let at = scene.camera.to_stage(at);
    let (x, y) = (format!("{:.0}", Fixed(at.x)), format!("{:.0}", Fixed(at.y)));
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

/// The whole system, small; a click goes there.
pub fn minimap(scene: &Scene<'_>) -> Html {
    let plan = scene.session.plan();
    let bounds = geometry::bounds(plan);
    let view = format!("{:.0} {:.0} {:.0} {:.0}", Fixed(bounds.left), Fixed(bounds.top), Fixed(bounds.width), Fixed(bounds.height));
    let camera = scene.camera;
    let Point { x: left, y: top } = camera.to_canvas(Pixel::default());
    let height = (150.0 * bounds.height / bounds.width.max(1.0)).clamp(40.0, 150.0);
    let onpointerdown = {
        let dispatch = scene.dispatch.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(map) = event.target_dyn_into::<Element>().and_then(|target| target.closest(".minimap").ok().flatten()) else { return };
            let rect = map.get_bounding_client_rect();
            let scale = (rect.width() / bounds.width).min(rect.height() / bounds.height);
            let (x, y) = (
                f64::from(event.client_x()) - rect.left() - (rect.width() - bounds.width * scale) / 2.0,
                f64::from(event.client_y()) - rect.top() - (rect.height() - bounds.height * scale) / 2.0,
            );
            dispatch.emit(CanvasAction::Centre(Point { x: bounds.left + x / scale, y: bounds.top + y / scale }).into());
        })
    };
    html! {
        <svg class="minimap" viewBox={view} width="150" height={format!("{:.0}", Fixed(height))} aria-hidden="true" {onpointerdown}>
            <path d={outline(geometry::drawn(plan).map(|(_, rect)| rect))} />
            <rect
                class="frame"
                x={number(left)}
                y={number(top)}
                width={number(scene.size.x / camera.scale)}
                height={number(scene.size.y / camera.scale)}
            />
        </svg>
    }
}
