//! Lines between nodes, and the keys of bindings on them.

use yew::{Callback, Html, MouseEvent, PointerEvent, classes, html};

use super::{Gesture, Scene, keyboard};
use crate::app::geometry::{self, EdgeKind};
use crate::app::labels::{KEY_LETTERS, Key, Label};
use crate::app::line;
use crate::app::whatif::{self, Preview};
use crate::app::{Line, Stop};
use crate::broker::{Table, Value};
use crate::scenario::Point;
use crate::sim::service::ClosedWith;
use crate::ui::texts::drawing as texts;
use crate::ui::widgets::{number, placed};

/// A line is a button, as parts are. A pointer that clicks near it is heard by the canvas, as far as the line's wide shadow reaches.
pub fn edge(scene: &Scene<'_>, index: usize, edge: &geometry::Edge, stop: Option<&Stop>, lit: bool) -> Html {
    let session = scene.session;
    let Some(line) = session.line_of(edge) else { return html! {} };
    let dead = scene.app.findings.leads_dead_letters(edge);
    let kind = match edge.kind {
        EdgeKind::Http => Some("http"),
        EdgeKind::Alternate => Some("alternate"),
        EdgeKind::Asks => Some("asks"),
        EdgeKind::Publishes | EdgeKind::Binding(..) | EdgeKind::Consumes | EdgeKind::DeadLetters => None,
    };
    let selected = session.selection.line.as_ref() == Some(&line);
    let closed = line::closed(session, edge);
    let absent = matches!(edge.kind, EdgeKind::Binding(number, _) if line::is_absent(session, number));
    let class = classes!(
        "edge",
        kind,
        dead.then_some("dead"),
        lit.then_some("lit"),
        closed.is_some().then_some("closed"),
        absent.then_some("absent")
    );
    let marker = if absent { None } else { Some(if dead { "url(#arrow-dead)" } else { "url(#arrow)" }) };
    let tabindex = if matches!(stop, Some(Stop::Line(one)) if *one == line) { "0" } else { "-1" };
    let label = line::label(session, &line, edge);
    let (onkeydown, onfocus) = keyboard(scene, &Stop::Line(line.clone()));
    let d = edge.curve.svg();
    html! {
        <g
            class={classes!("wire", selected.then_some("selected"), lit.then_some("lit"))}
            role="button"
            id={scene.id(|| format!("line-{index}"))}
            {tabindex}
            aria-label={label}
            aria-pressed={selected.to_string()}
            onclick={clicked(scene, line)}
            {onkeydown}
            {onfocus}
        >
            <path class="hit" d={d.clone()} />
            <path {class} {d} marker-end={marker} />
            if let Some(closed) = closed { { closing(scene, edge, closed) } }
        </g>
    }
}

/// The code that RabbitMQ closed a channel with stands on its line. The inspector and Events have the text.
fn closing(scene: &Scene<'_>, edge: &geometry::Edge, closed: &ClosedWith) -> Html {
    let (at, grown) = (edge.curve.walked(0.5), scene.camera.growth_beside(KEY_LETTERS));
    html! {
        <g class="closing" transform={placed(at.x, at.y, grown)} aria-hidden="true">
            <title>{ &*closed.text }</title>
            <rect x="-19" y="-10" width="38" height="20" rx="10" />
            <text text-anchor="middle" y="4">{ (closed.code as u16).to_string() }</text>
        </g>
    }
}

fn clicked(scene: &Scene<'_>, line: Line) -> Callback<MouseEvent> {
    scene.gesture.reform(move |event: MouseEvent| Gesture::ClickedLine(line.clone(), event.client_x().into(), event.client_y().into()))
}

/// What the key of a binding says: its arguments, where it has headers. While a message is composed, whether the binding takes it.
pub fn words_of_key(scene: &Scene<'_>, number: usize, key: &str, preview: Option<&Preview<'_>>) -> String {
    let broker = &scene.session.scenario().broker;
    match broker.bindings.get(number) {
        Some(binding) if broker.is_headers_exchange(&binding.source) => in_short(&binding.arguments),
        Some(_) if key.is_empty() && preview.is_some_and(|preview| preview.bindings.iter().any(|(one, _)| *one == number)) => {
            texts::EVERY_MESSAGE.to_owned()
        }
        Some(_) | None => key.to_owned(),
    }
}

pub fn binding_key(scene: &Scene<'_>, key: &Key, lit: bool, preview: Option<&Preview<'_>>) -> Html {
    let Key { binding: index, rect, shown } = key;
    // While a message is composed, each binding says whether it takes it.
    let told = preview.and_then(|preview| {
        let (_, one) = preview.bindings.iter().find(|(number, _)| number == index)?;
        Some((one.matches, whatif::words(one, preview.routing_key)))
    });
    let grown = scene.camera.growth_beside(KEY_LETTERS);
    let (at, width, height) = (rect.centre(), rect.width / grown, rect.height / grown);
    let (first, second) = shown.split_once('\n').map_or((&**shown, None), |(first, second)| (first, Some(second)));
    let onpointerdown = {
        let index = *index;
        scene.gesture.reform(move |event: PointerEvent| {
            event.stop_propagation();
            Gesture::PressedKey(Line::Binding(index))
        })
    };
    let selected = scene.session.selection.line == Some(Line::Binding(*index));
    let known = scene.session.scenario().broker.bindings.get(*index);
    let whole = known.map(|binding| words_of_key(scene, *index, &binding.routing_key, preview));
    // The line itself says all this to who listens.
    html! {
        <g
            class={classes!("key", line::is_absent(scene.session, *index).then_some("absent"), (lit || selected).then_some("lit"), told.as_ref().map(|(matches, _)| if *matches { "yes" } else { "no" }))}
            transform={placed(at.x, at.y, grown)}
            aria-hidden="true"
            data-binding={index.to_string()}
            onclick={clicked(scene, Line::Binding(*index))}
            {onpointerdown}
        >
            if let Some(whole) = whole.filter(|whole| *whole != shown.replace('\n', "")) { <title>{ whole }</title> }
            <rect x={number(-width / 2.0)} y={number(-height / 2.0)} width={number(width)} height={number(height)} rx="11" />
            <text text-anchor="middle" y={if second.is_some() { "-3" } else { "4" }}>
                if let Some((matches, words)) = told {
                    <tspan class="sign">{ if matches { "✓ " } else { "× " } }</tspan>
                    if *shown == words_of(&words) {
                        for (place, (word, class)) in words.into_iter().enumerate() {
                            { if place > 0 { "." } else { "" } }<tspan {class}>{ word }</tspan>
                        }
                    } else {
                        { first }
                    }
                } else {
                    { first }
                }
                if let Some(second) = second { <tspan x="0" dy="14">{ second }</tspan> }
            </text>
        </g>
    }
}

fn words_of(words: &[(String, &'static str)]) -> String {
    words.iter().map(|(word, _)| &**word).collect::<Vec<_>>().join(".")
}

/// How long messages wait before they go along a line of dead letters. The queue says to who listens that it has a TTL.
pub fn wait(scene: &Scene<'_>, label: &Label) -> Html {
    let (at, grown) = (label.rect.centre(), scene.camera.growth_beside(KEY_LETTERS));
    html! {
        <g class="wait" transform={placed(at.x, at.y, grown)} aria-hidden="true"><text text-anchor="middle" y="4">{ &*label.text }</text></g>
    }
}

/// The number of the step of the story that went along a line.
pub fn step(scene: &Scene<'_>, number: usize, at: Point) -> Html {
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
