//! What lies above the drawing: the line that is being drawn, the field that edits in place, and the minimap.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::{Callback, FocusEvent, Html, InputEvent, KeyboardEvent, PointerEvent, TargetCast, classes, html};

use super::{Gesture, Scene};
use crate::app::asked::Field;
use crate::app::camera::Pixel;
use crate::app::effect::Asked;
use crate::app::floats::Corner;
use crate::app::form::{Kind, Spot};
use crate::app::geometry;
use crate::app::overview::outline;
use crate::app::whatif::Preview;
use crate::app::{Action, CanvasAction, EditAction};
use crate::base::number::Fixed;
use crate::broker::Name;
use crate::scenario::Point;
use crate::scenario::edit::Slot;
use crate::sim::Place;
use crate::ui::texts::drawing as texts;
use crate::ui::whatif;
use crate::ui::widgets::number;

/// The line that is being drawn.
pub fn pending(scene: &Scene<'_>) -> Html {
    let begins = scene.session.selection.connecting.as_ref().and_then(|place| geometry::rect(scene.session.plan(), place));
    let follows = |(at, to): (Point, Point)| format!("M{:.1} {:.1}L{:.1} {:.1}", Fixed(at.x), Fixed(at.y), Fixed(to.x), Fixed(to.y));
    let drawn = begins.map(|rect| rect.centre()).zip(scene.pointer).map(follows);
    // While its key is typed, the line is where it will be.
    let Some(d) = drawn.or_else(|| Some(scene.editing?.line(scene.session)?.svg())) else { return html! {} };
    html! {
        <path
            class="edge pending"
            {d}
            marker-end="url(#arrow)"
        />
    }
}

/// Where copies of the message that is composed would go, and the message itself, which is not sent yet.
pub fn ghosts(scene: &Scene<'_>, preview: &Preview<'_>) -> Html {
    let (plan, broker) = (scene.session.plan(), scene.session.world().broker());
    let copy = |name: &Name| {
        let rect = geometry::rect(plan, &Place::Queue(name.clone()))?;
        let ready = broker.queue(name).map_or(0, |queue| scene.landing.ready(queue));
        let last = geometry::ready_max(&rect) - 1;
        let at = geometry::ready_slot(&rect, usize::try_from(ready).unwrap_or(last).min(last));
        Some(html! { <circle class="ghost" data-ghost={name.to_string()} cx={number(at.x)} cy={number(at.y)} r="6" /> })
    };
    let exchange = geometry::rect(plan, &Place::Exchange(preview.exchange.into()));
    html! {
        <g aria-hidden="true">
            { for preview.queues.iter().filter_map(copy) }
            if let Some(rect) = exchange {
                <circle class="ghost" cx={number(rect.centre().x)} cy={number(rect.top - 34.0)} r="6" />
                <text class="caption middle word" x={number(rect.centre().x)} y={number(rect.top - 12.0)}>{ texts::NOT_SENT_YET }</text>
            }
        </g>
    }
}

/// A field on the canvas. It is HTML above the drawing, and is moved to its place when it is there.
pub fn in_place(scene: &Scene<'_>) -> Html {
    let Some(Field { text, label, note, .. }) = scene.editing.and_then(|asked| asked.field(scene.session)) else { return html! {} };
    let text = JsValue::from_str(&text);
    let done = scene.gesture.clone();
    let onkeydown = {
        let done = done.clone();
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            let text = match event.key().as_str() {
                "Enter" => Some(event.target_unchecked_into::<HtmlInputElement>().value()),
                "Escape" => None,
                _ => return,
            };
            done.emit(Gesture::Edited(text));
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| {
        done.emit(Gesture::Edited(Some(event.target_unchecked_into::<HtmlInputElement>().value())));
    });
    let stop = Callback::from(|event: PointerEvent| event.stop_propagation());
    let takes = scene.editing.and_then(|asked| asked.takes(scene.session, scene.camera, scene.size)).map_or_else(Point::default, |rect| {
        // The style sheet moves it by half its width, and by half its field.
        Point { x: rect.centre().x, y: rect.top }
    });
    let at = scene.camera.to_stage(takes);
    let (x, y) = (format!("{:.0}", Fixed(at.x)), format!("{:.0}", Fixed(at.y)));
    let broker = &scene.session.scenario().broker;
    let key = match scene.editing {
        Some(Asked::Binding(number)) => {
            let keyed = broker.bindings.get(*number).filter(|binding| !broker.is_headers_exchange(&binding.source));
            keyed.map(|_| Spot::of(Slot::Binding(*number)).field("routing_key"))
        }
        Some(Asked::Name(_) | Asked::Publish { .. } | Asked::DeadLetters { .. }) | None => None,
    };
    let oninput = key.clone().map(|at| {
        scene.dispatch.reform(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            Action::Edit(EditAction::TypeField(at.clone(), Kind::Text, typed))
        })
    });
    html! {
        <div id="place" class={(!note.is_empty()).then_some("noted")} onpointerdown={stop} data-x={x} data-y={y}>
            // It may stand beside its line: then a look tells what it is.
            if key.is_some() { <b class="place-name" aria-hidden="true">{ label }</b> }
            <input
                id="in-place"
                class="mono"
                aria-label={label}
                aria-describedby="place-note"
                ~defaultValue={text}
                {onkeydown}
                {onblur}
                {oninput}
                autocomplete="off"
                spellcheck="false"
            />
            <span id="place-note">{ note }</span>
            { key.map(|at| whatif::of_key(scene.session, &at)).unwrap_or_default() }
        </div>
    }
}

/// No style is written into the page's text, so this is how the field gets to its place.
pub fn put_in_place() {
    let field = web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("place"));
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) else { return };
    for (side, name) in [("left", "data-x"), ("top", "data-y")] {
        let _ = field.style().set_property(side, &format!("{}px", field.get_attribute(name).unwrap_or_default()));
    }
}

/// The whole system, small; a click goes there.
pub fn minimap(scene: &Scene<'_>, spot: Corner) -> Html {
    let plan = scene.session.plan();
    let bounds = geometry::bounds(plan);
    let view = format!("{:.0} {:.0} {:.0} {:.0}", Fixed(bounds.left), Fixed(bounds.top), Fixed(bounds.width), Fixed(bounds.height));
    let camera = scene.camera;
    let Point { x: left, y: top } = camera.to_canvas(Pixel::default());
    let Pixel { x: width, y: height } = spot.map(&bounds);
    let is_below = spot.is_below_notices(scene.size, &bounds, scene.app.workspace.room);
    let class =
        classes!("minimap", (!spot.is_right).then_some("at-left"), spot.is_top.then_some("at-top"), is_below.then_some("below-notices"));
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
        <svg {class} viewBox={view} width={number(width)} height={format!("{:.0}", Fixed(height))} aria-hidden="true" {onpointerdown}>
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
