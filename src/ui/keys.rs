//! What keys and the wheel do wherever one is, and which node comes next in a direction.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent, WheelEvent};
use yew::Callback;

use super::Message;
use super::drawing::Gesture;
use crate::app::{self, Action, Dialog, EditAction, FileAction, PageAction, SelectAction, TimeAction, geometry};

/// The next node a line may lead to, round and round.
pub(super) fn next_target(session: &app::Session, places: &[app::Node], from: &app::Node, way: (f64, f64)) -> Option<usize> {
    let here = places.iter().position(|place| place == from).unwrap_or(0);
    let count = places.len();
    let onwards = way.0 + way.1 > 0.0;
    (1..=count)
        .map(|step| if onwards { (here + step) % count } else { (here + count - step % count) % count })
        .find(|index| session.may_connect(&places[*index]))
}

/// The node one would go to in this direction: along a line if there is one.
pub(super) fn nearest(session: &app::Session, places: &[app::Node], from: &app::Node, way: (f64, f64)) -> Option<usize> {
    let here = geometry::rect(session.plan(), from)?.centre();
    let edges = geometry::edges(session.plan());
    let joined =
        |place: &app::Node| edges.iter().any(|edge| (edge.from == *from && edge.to == *place) || (edge.to == *from && edge.from == *place));
    let distances = places.iter().enumerate().filter(|(_, place)| *place != from).filter_map(|(index, place)| {
        let at = geometry::rect(session.plan(), place)?.centre();
        let (dx, dy) = (at.x - here.x, at.y - here.y);
        let (along, across) = (dx * way.0 + dy * way.1, (dx * way.1).abs() + (dy * way.0).abs());
        (along > 8.0).then(|| (index, (along + across * 2.0) * if joined(place) { 0.5 } else { 1.0 }))
    });
    distances.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
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

/// Keys that work wherever one is not typing.
pub(super) fn shortcuts(send: &Callback<Message>) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let send = send.clone();
    Some(EventListener::new_with_options(&document, "keydown", EventListenerOptions::enable_prevent_default(), move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let target: Option<HtmlElement> = event.target().and_then(|target| target.dyn_into().ok());
        let within = |css: &str| target.as_ref().is_some_and(|target| target.closest(css).ok().flatten().is_some());
        let typing = target.as_ref().is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
        let button = within("button, summary, a");
        let command = event.ctrl_key() || event.meta_key();
        let key = event.key();
        if event.alt_key() || within("dialog") && !(command && key == "k") {
            return;
        }
        let action = match key.as_str() {
            "k" | "/" if command => Action::Page(PageAction::OpenDialog(Dialog::Commands)),
            "s" if command => Action::File(FileAction::SaveScenario),
            _ if typing => return,
            "z" | "Z" if command && event.shift_key() => Action::Edit(EditAction::Redo),
            "z" if command => Action::Edit(EditAction::Undo),
            "y" if command => Action::Edit(EditAction::Redo),
            "a" if command => Action::Select(SelectAction::All),
            "c" if command => Action::Select(SelectAction::Copy),
            "x" if command => Action::Edit(EditAction::Cut),
            "d" if command => Action::Edit(EditAction::Duplicate),
            "0" if command => {
                event.prevent_default();
                return send.emit(Message::Gesture(Gesture::Natural));
            }
            _ if command => return,
            "?" => Action::Page(PageAction::OpenDialog(Dialog::Shortcuts)),
            "c" => Action::Edit(EditAction::ToggleLine),
            "t" => Action::Page(PageAction::ToggleTable),
            "Delete" | "Backspace" => Action::Edit(EditAction::Delete),
            " " if button => return,
            " " => Action::Time(TimeAction::PlayOrPause),
            "." => Action::Time(TimeAction::StepForward),
            "," => Action::Time(TimeAction::StepBack),
            "n" => Action::Time(TimeAction::FindNext),
            "!" => return send.emit(Message::Gesture(Gesture::Fit)),
            "+" | "=" => return send.emit(Message::Gesture(Gesture::Zoom(1.25))),
            "-" => return send.emit(Message::Gesture(Gesture::Zoom(1.0 / 1.25))),
            "Escape" => Action::Select(SelectAction::PutAside),
            _ => return,
        };
        event.prevent_default();
        send.emit(Message::Do(action));
    }))
}
