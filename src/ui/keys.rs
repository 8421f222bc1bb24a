//! Keys, the wheel and fingers, as the browser reports them. What they do is decided in [`crate::app::keys`] and
//! [`crate::app::canvas`].

use std::cell::RefCell;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use yew::Callback;

use super::Dispatch;
use super::drawing::Gesture;
use crate::app::guard::{Click, Guard};
use crate::app::keys::{Focus, Pressed, let_go, shortcut};
use crate::app::{CanvasAction, Touch};

/// What a key on a node tells.
pub(super) fn pressed<'a>(event: &KeyboardEvent, key: &'a str) -> Pressed<'a> {
    let command = event.ctrl_key() || event.meta_key();
    Pressed { key, command, shift: event.shift_key(), alt: event.alt_key(), again: event.repeat() }
}

/// A wheel that counts lines or pages, in pixels.
const LINE_PX: f64 = 16.0;
const PAGE_PX: f64 = 400.0;

/// What the wheel does on the canvas. The page itself stays where it is, which only a separate listener can say.
pub(super) fn wheel(stage: &HtmlElement, turned: Callback<Gesture>) -> EventListener {
    EventListener::new_with_options(stage, "wheel", EventListenerOptions::enable_prevent_default(), move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        if is_on_canvas(event) {
            event.prevent_default();
            let unit = match event.delta_mode() {
                WheelEvent::DOM_DELTA_LINE => LINE_PX,
                WheelEvent::DOM_DELTA_PAGE => PAGE_PX,
                _ => 1.0,
            };
            turned.emit(Gesture::Wheel {
                dx: event.delta_x() * unit,
                dy: event.delta_y() * unit,
                zooms: event.ctrl_key() || event.meta_key(),
                sideways: event.shift_key(),
                x: event.client_x().into(),
                y: event.client_y().into(),
            });
        }
    })
}

/// Fingers on the canvas, each by its number. They are heard before a part hears that it is pressed: the second takes hold of nothing.
pub(super) fn fingers(touched: &Callback<Gesture>) -> Vec<EventListener> {
    // The views follow the listener of the page's root. Only the window's listener comes before it.
    let Some(window) = web_sys::window() else { return Vec::new() };
    let listen = |name: &'static str| {
        let touched = touched.clone();
        EventListener::new_with_options(&window, name, EventListenerOptions::run_in_capture_phase(), move |event| {
            let Some(event) = event.dyn_ref::<PointerEvent>().filter(|event| event.pointer_type() == "touch") else { return };
            let touch = match name {
                "pointerdown" if !is_on_canvas(event) => return,
                "pointerdown" if event.is_primary() => Touch::First,
                "pointerdown" => Touch::Down,
                "pointermove" => Touch::Moves,
                _ => Touch::Up,
            };
            touched.emit(Gesture::Touch(touch, event.pointer_id(), event.client_x().into(), event.client_y().into()));
        })
    };
    ["pointerdown", "pointermove", "pointerup", "pointercancel"].map(listen).into()
}

fn is_on_canvas(event: &web_sys::Event) -> bool {
    let over = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    over.is_some_and(|over| over.closest(".layers").ok().flatten().is_some())
}

/// The second click of a double click presses what the first one did, or nothing.
pub(super) fn double_clicks() -> Option<EventListener> {
    let guard = RefCell::new(Guard::default());
    // The views follow the listener of the page's root. Only the window's listener comes before it.
    let window = web_sys::window()?;
    Some(EventListener::new_with_options(
        &window,
        "click",
        EventListenerOptions { passive: false, ..EventListenerOptions::run_in_capture_phase() },
        move |event| {
            let Some(click) = event.dyn_ref::<MouseEvent>() else { return };
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            // Not the drawing's parts and lines, which a double click names.
            let control = target.and_then(|target| target.closest("button,a,summary,.button,.power").ok().flatten());
            let named = |control: Element| {
                let known = Some(control.id()).filter(|id| !id.is_empty()).or_else(|| control.get_attribute("aria-label"));
                known.or_else(|| control.text_content()).unwrap_or_default()
            };
            let on = control.map(named);
            if !guard.borrow_mut().lets(Click { count: click.detail(), on: on.as_deref() }) {
                event.prevent_default();
                event.stop_immediate_propagation();
            }
        },
    ))
}

/// Keys that work everywhere.
pub(super) fn shortcuts(dispatch: &Dispatch) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let (down, up, away) = (dispatch.clone(), dispatch.clone(), dispatch.clone());
    vec![
        EventListener::new_with_options(&window, "keydown", EventListenerOptions::enable_prevent_default(), move |event| {
            // What has been used already closes nothing else: a list of commands that Escape has closed is gone by now.
            let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|event| !event.default_prevented()) else { return };
            if let Some(action) = shortcut(pressed(event, &event.key()), focus(event)) {
                event.prevent_default();
                down.emit(action);
            }
        }),
        EventListener::new(&window, "keyup", move |event| {
            if let Some(action) = event.dyn_ref::<KeyboardEvent>().and_then(|event| let_go(&event.key())) {
                up.emit(action);
            }
        }),
        EventListener::new(&window, "blur", move |_| away.emit(CanvasAction::ForgetSpace.into())),
    ]
}

fn focus(event: &KeyboardEvent) -> Focus {
    let target: Option<HtmlElement> = event.target().and_then(|target| target.dyn_into().ok());
    let within = |css: &str| target.as_ref().is_some_and(|target| target.closest(css).ok().flatten().is_some());
    // A click on a button of a dialog leaves the keyboard at the page, though nothing but the dialog can be used.
    let document = web_sys::window().and_then(|window| window.document());
    // A menu that is open has its keys, too: Escape closes it, and nothing behind it.
    let is_open = |css: &str| document.as_ref().is_some_and(|document| document.query_selector(css).ok().flatten().is_some());
    if is_open("dialog[open]") || is_open(":popover-open") {
        Focus::Dialog
    } else if within("input, textarea, select") {
        Focus::Field
    } else if within("button, summary, a") {
        Focus::Control
    } else if within("#stage") {
        Focus::Canvas
    } else if within("[tabindex='0']") {
        Focus::List
    } else if within("body *") {
        Focus::Reading
    } else {
        Focus::Canvas
    }
}
