//! Keys and the wheel, as the browser reports them. What they do is decided in [`crate::app::keys`].

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent, WheelEvent};
use yew::Callback;

use super::Dispatch;
use crate::app::keys::{Focus, Pressed, shortcut};

/// What a key on a node tells.
pub(super) fn pressed<'a>(event: &KeyboardEvent, key: &'a str) -> Pressed<'a> {
    Pressed { key, command: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() }
}

/// Zooms about the pointer. The page itself stays where it is, which only a listener of one's own can say.
pub(super) fn wheel(stage: &HtmlElement, zoomed: Callback<(f64, f64, f64)>) -> EventListener {
    EventListener::new_with_options(stage, "wheel", EventListenerOptions::enable_prevent_default(), move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        let over = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if over.is_some_and(|over| over.closest(".layers").ok().flatten().is_some()) {
            event.prevent_default();
            zoomed.emit((libm::exp(-event.delta_y() * 0.0015), f64::from(event.client_x()), f64::from(event.client_y())));
        }
    })
}

/// Keys that work everywhere.
pub(super) fn shortcuts(dispatch: &Dispatch) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let dispatch = dispatch.clone();
    Some(EventListener::new_with_options(&document, "keydown", EventListenerOptions::enable_prevent_default(), move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if let Some(action) = shortcut(pressed(event, &event.key()), focus(event)) {
            event.prevent_default();
            dispatch.emit(action);
        }
    }))
}

fn focus(event: &KeyboardEvent) -> Focus {
    let target: Option<HtmlElement> = event.target().and_then(|target| target.dyn_into().ok());
    let within = |css: &str| target.as_ref().is_some_and(|target| target.closest(css).ok().flatten().is_some());
    // A click on a button of a dialog leaves the keyboard at the page, though nothing but the dialog can be used.
    let document = web_sys::window().and_then(|window| window.document());
    if document.is_some_and(|document| document.query_selector("dialog[open]").ok().flatten().is_some()) {
        Focus::Dialog
    } else if within("input, textarea, select") {
        Focus::Field
    } else if within("button, summary, a") {
        Focus::Button
    } else {
        Focus::Page
    }
}
