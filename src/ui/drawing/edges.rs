//! Lines between nodes, and the keys of bindings on them.

use yew::{Callback, Html, KeyboardEvent, MouseEvent, PointerEvent, classes, html};

use super::{Gesture, Scene};
use crate::app::Asked;
use crate::app::geometry::{self, EdgeKind};
use crate::app::words::shortened;
use crate::base::number::Fixed;
use crate::broker::{Table, Value};
use crate::scenario::Directory;
use crate::sim::Place;
use crate::ui::texts::drawing as texts;
use crate::ui::widgets::number;

/// The letters of a key, and the room that it takes at least, in canvas units.
const KEY_LETTERS: f64 = 11.5;
const ROOM_MIN: f64 = 36.0;

pub fn edge(directory: &Directory, edge: &geometry::Edge, lit: bool) -> Html {
    let dead = leads_dead_letters(directory, edge);
    let class = classes!("edge", (edge.kind == EdgeKind::Http).then_some("http"), dead.then_some("dead"), lit.then_some("lit"));
    let marker = if dead { "url(#arrow-dead)" } else { "url(#arrow)" };
    html! { <path {class} d={edge.curve.svg()} marker-end={marker} /> }
}

/// A binding of a dead-letter exchange is part of the dead letters' own way.
pub fn leads_dead_letters(directory: &Directory, edge: &geometry::Edge) -> bool {
    let is_dead_binding = || match &edge.from {
        Place::Exchange(from) => matches!(edge.kind, EdgeKind::Binding(..)) && directory.is_dead_letter_exchange(from),
        Place::Client(_) | Place::Instance(_) | Place::Queue(_) => false,
    };
    edge.kind == EdgeKind::DeadLetters || is_dead_binding()
}

pub fn binding_key(scene: &Scene<'_>, edge: &geometry::Edge, lit: bool) -> Html {
    let EdgeKind::Binding(index, key) = &edge.kind else { return html! {} };
    let scenario = scene.session.scenario();
    let Some(binding) = scenario.broker.bindings.get(*index) else { return html! {} };
    let headers = scenario.broker.is_headers_exchange(&binding.source);
    let key = if headers { in_short(&binding.arguments) } else { key.clone() };
    if key.is_empty() {
        return html! {};
    }
    #[expect(clippy::cast_precision_loss, reason = "a key has at most 255 bytes")]
    let width = |key: &str| key.chars().count() as f64 * 7.0 + 18.0;
    let grown = scene.camera.growth_beside(KEY_LETTERS);
    let (middle, gap) = (edge.curve.at(0.5), (edge.curve.to.x - edge.curve.from.x).abs());
    let shown = if scene.camera.is_compact() { shortened(&key, (gap / grown - 18.0).max(ROOM_MIN)) } else { key.clone() };
    let width = width(&shown);
    // On a level line it stands above, so that messages do not run over it; one longer than its line stands below the line's end.
    let flat = (edge.curve.to.y - edge.curve.from.y).abs() < 24.0;
    let (x, y) = if width * grown < gap || scene.camera.is_compact() {
        (middle.x, middle.y - 15.0 * grown * f64::from(u8::from(flat)))
    } else {
        (edge.curve.to.x - width * grown / 2.0 - 8.0, edge.curve.to.y + 36.0)
    };
    // Several between the same two stand below one another.
    let same = |other: &&crate::scenario::BindingSpec| other.source == binding.source && other.destination == binding.destination;
    let before = scenario.broker.bindings.iter().take(*index).filter(same).count();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let y = y + 25.0 * grown * before as f64;
    let edit = {
        let (gesture, index, read_only) = (scene.gesture.clone(), *index, scene.app.options.read_only);
        move || {
            if !read_only {
                gesture.emit(Gesture::Edit(Asked::Binding(index)));
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
            transform={format!("translate({:.1} {:.1}) scale({grown:.3})", Fixed(x), Fixed(y), grown = Fixed(grown))}
            role="button"
            tabindex="-1"
            aria-label={texts::the_binding_key_to(&key, &binding.destination.name())}
            data-binding={index.to_string()}
            {onclick}
            {onkeydown}
            onpointerdown={stop}
        >
            <rect x={number(-width / 2.0)} y="-11" width={number(width)} height="22" rx="11" />
            <text text-anchor="middle" y="4">{ shown }</text>
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
    if told.is_empty() { "all".into() } else { told.join(if any { texts::OR } else { ", " }) }
}
