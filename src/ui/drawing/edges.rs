//! Lines between nodes, and the keys of bindings on them.

use yew::{Callback, Html, MouseEvent, PointerEvent, classes, html};

use super::{Gesture, Scene, keyboard};
use crate::app::geometry::{self, EdgeKind};
use crate::app::highlight::Highlight;
use crate::app::line::{self, KEY_STRIDE};
use crate::app::whatif::{self, Preview};
use crate::app::words::shortened;
use crate::app::{Asked, Line, Stop};
use crate::broker::{Table, Value};
use crate::scenario::Point;
use crate::ui::texts::drawing as texts;
use crate::ui::widgets::{number, placed};

/// The letters of a key, and the room that it takes at least, in canvas units.
const KEY_LETTERS: f64 = 11.5;
const ROOM_MIN: f64 = 36.0;

/// A line is a button, as parts are. A pointer that clicks near it is heard by the canvas, as far as the line's wide shadow reaches.
pub fn edge(scene: &Scene<'_>, index: usize, edge: &geometry::Edge, stop: Option<&Stop>, lit: bool) -> Html {
    let session = scene.session;
    let Some(line) = session.line_of(edge) else { return html! {} };
    let dead = scene.app.findings.leads_dead_letters(edge);
    let kind = match edge.kind {
        EdgeKind::Http => Some("http"),
        EdgeKind::Alternate => Some("alternate"),
        EdgeKind::Publishes | EdgeKind::Binding(..) | EdgeKind::Consumes | EdgeKind::DeadLetters => None,
    };
    let selected = session.selection.line.as_ref() == Some(&line);
    let class = classes!("edge", kind, dead.then_some("dead"), lit.then_some("lit"));
    let marker = if dead { "url(#arrow-dead)" } else { "url(#arrow)" };
    let tabindex = if matches!(stop, Some(Stop::Line(one)) if *one == line) { "0" } else { "-1" };
    let label = line::label(session, &line, edge);
    let (onkeydown, onfocus) = keyboard(scene, &Stop::Line(line.clone()));
    let d = edge.curve.svg();
    html! {
        <g
            class={classes!("wire", selected.then_some("selected"), lit.then_some("lit"))}
            role="button"
            id={format!("line-{index}")}
            {tabindex}
            aria-label={label}
            aria-pressed={selected.to_string()}
            onclick={clicked(scene, line)}
            {onkeydown}
            {onfocus}
        >
            <path class="hit" d={d.clone()} />
            <path {class} {d} marker-end={marker} />
        </g>
    }
}

fn clicked(scene: &Scene<'_>, line: Line) -> Callback<MouseEvent> {
    scene.gesture.reform(move |event: MouseEvent| Gesture::ClickedLine(line.clone(), event.client_x().into(), event.client_y().into()))
}

pub fn binding_key(scene: &Scene<'_>, edge: &geometry::Edge, lit: bool, preview: Option<&Preview<'_>>) -> Html {
    let EdgeKind::Binding(index, key) = &edge.kind else { return html! {} };
    let scenario = scene.session.scenario();
    let Some(binding) = scenario.broker.bindings.get(*index) else { return html! {} };
    let headers = scenario.broker.is_headers_exchange(&binding.source);
    // While a message is composed, each binding says whether it takes it.
    let told = preview.and_then(|preview| {
        let (_, one) = preview.bindings.iter().find(|(number, _)| number == index)?;
        Some((one.matches, whatif::words(one, preview.routing_key)))
    });
    let key = match &told {
        _ if headers => in_short(&binding.arguments),
        Some(_) if key.is_empty() => texts::EVERY_MESSAGE.to_owned(),
        Some(_) | None => key.clone(),
    };
    if key.is_empty() {
        return html! {};
    }
    #[expect(clippy::cast_precision_loss, reason = "a key has at most 255 bytes")]
    let width = |key: &str| key.chars().count() as f64 * 7.0 + 18.0;
    let grown = scene.camera.growth_beside(KEY_LETTERS);
    let plan = scene.session.plan();
    let is_turned = scene.is_turned() && !plan.is_in_lane(&edge.to);
    // Keys of one queue stand side by side in a turned drawing, below one another otherwise.
    let same =
        |other: &&crate::scenario::BindingSpec| other.destination == binding.destination && (is_turned || other.source == binding.source);
    let before = scenario.broker.bindings.iter().take(*index).filter(same).count();
    let all = scenario.broker.bindings.iter().filter(same).count();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let (before, all) = (before as f64, all as f64);
    let gap = match geometry::rect(plan, &edge.to) {
        Some(rect) if is_turned => rect.width.max(geometry::SMALL_CARD.width) / all,
        Some(_) | None => (edge.curve.to.x - edge.curve.from.x).abs(),
    };
    // Downwards, lines part where they end.
    let middle = if is_turned {
        let x = if all > 1.0 { edge.curve.to.x + (before - (all - 1.0) / 2.0) * gap } else { edge.curve.at(0.78).x };
        Point { x, y: edge.curve.to.y - 9.0 - 11.0 * grown }
    } else {
        edge.curve.at(0.5)
    };
    // Far away there is room for the sign alone.
    let shown = match scene.is_compact() {
        true if told.is_some() => String::new(),
        true => shortened(&key, (gap / grown - 18.0).max(ROOM_MIN)),
        false => key.clone(),
    };
    let width = width(&shown) + if told.is_some() { 14.0 } else { 0.0 };
    // On a level line it stands above, so that messages do not run over it; one longer than its line stands below the line's end.
    let flat = (edge.curve.to.y - edge.curve.from.y).abs() < 24.0 && !is_turned;
    let (x, y) = if width * grown < gap || scene.is_compact() {
        (middle.x, middle.y - 15.0 * grown * f64::from(u8::from(flat)))
    } else {
        (edge.curve.to.x - width * grown / 2.0 - 8.0, edge.curve.to.y + 36.0)
    };
    let y = y + if is_turned { 0.0 } else { KEY_STRIDE } * grown * before;
    let ondblclick = {
        let index = *index;
        scene.gesture.reform(move |_: MouseEvent| Gesture::Edit(Asked::Binding(index)))
    };
    let stop = Callback::from(|event: PointerEvent| event.stop_propagation());
    let selected = scene.session.selection.line == Some(Line::Binding(*index));
    // The line itself says all this to who listens.
    html! {
        <g
            class={classes!("key", (lit || selected).then_some("lit"), told.as_ref().map(|(matches, _)| if *matches { "yes" } else { "no" }))}
            transform={placed(x, y, grown)}
            aria-hidden="true"
            data-binding={index.to_string()}
            onclick={clicked(scene, Line::Binding(*index))}
            {ondblclick}
            onpointerdown={stop}
        >
            <rect x={number(-width / 2.0)} y="-11" width={number(width)} height="22" rx="11" />
            <text text-anchor="middle" y="4">
                if let Some((matches, words)) = told {
                    <tspan class="sign">{ if matches { "✓ " } else { "× " } }</tspan>
                    if shown == words_of(&words) {
                        for (place, (word, class)) in words.into_iter().enumerate() {
                            { if place > 0 { "." } else { "" } }<tspan {class}>{ word }</tspan>
                        }
                    } else {
                        { shown }
                    }
                } else {
                    { shown }
                }
            </text>
        </g>
    }
}

fn words_of(words: &[(String, &'static str)]) -> String {
    words.iter().map(|(word, _)| &**word).collect::<Vec<_>>().join(".")
}

/// The number of the step of the story that went along a line.
pub fn step(scene: &Scene<'_>, edge: &geometry::Edge, lit: &Highlight) -> Html {
    let Some(number) = lit.step(edge) else { return html! {} };
    // The middle belongs to the key.
    let at = edge.curve.at(if matches!(edge.kind, EdgeKind::Binding(..)) { 0.18 } else { 0.5 });
    let grown = scene.camera.growth_beside(KEY_LETTERS);
    html! {
        <g
            class="leg"
            transform={placed(at.x, at.y, grown)}
            aria-hidden="true"
        >
            <circle r="9" />
            <text text-anchor="middle" y="4">{ number }</text>
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
