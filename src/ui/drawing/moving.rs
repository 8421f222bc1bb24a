//! A large drawing while a hand moves the view: what is drawn already is moved as one layer. The page draws it again when the hand rests.

use wasm_bindgen::JsCast as _;
use web_sys::{Document, Element, HtmlElement, SvgElement};

use crate::app::camera::{Camera, Pixel};
use crate::app::overview::Drawn;
use crate::base::number::Fixed;
use crate::ui::widgets::number;

fn found<T: wasm_bindgen::JsCast>(document: &Document, css: &str) -> Option<T> {
    document.query_selector(css).ok().flatten()?.dyn_into().ok()
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Moves what is drawn to where this view has it. What says beside it how it is seen follows: `percent` at the zoom, and the minimap.
pub fn move_layer(drawn: &Drawn, now: Camera, percent: &str) {
    let Some(document) = document() else { return };
    let Camera { left, top, scale } = drawn.moved_to(now);
    if let Some(layer) = found::<SvgElement>(&document, ".stage>.layers>.drawing") {
        let transform = format!("translate({:.2}px,{:.2}px) scale({:.5})", Fixed(left), Fixed(top), Fixed(scale));
        let _ = layer.style().set_property("transform", &transform);
    }
    // The page's own text node: it goes on being the page's.
    if let Some(text) = found::<HtmlElement>(&document, "#zoom").and_then(|zoom| zoom.first_child()) {
        text.set_node_value(Some(percent));
    }
    if let Some(frame) = found::<Element>(&document, ".minimap>.frame") {
        let seen = now.part(Pixel::default(), drawn.size);
        for (name, value) in [("x", seen.left), ("y", seen.top), ("width", seen.width), ("height", seen.height)] {
            let _ = frame.set_attribute(name, &number(value));
        }
    }
}

/// It was drawn where it is seen.
pub fn put_back() {
    if let Some(layer) = document().and_then(|document| found::<SvgElement>(&document, ".stage>.layers>.drawing")) {
        let _ = layer.style().remove_property("transform");
    }
}
