//! The canvas: nodes and lines as SVG, each node a button.

use yew::{Callback, Html, KeyboardEvent, MouseEvent, PointerEvent, classes, html};

use super::painter::Camera;
use super::{Dispatch, browser, icons};
use crate::app::geometry::{self, EdgeKind, PREFETCH_SHOWN_MAX, Rect};
use crate::app::words::instance_name;
use crate::app::{Action, Session};
use crate::broker::{ExchangeType, Flow, Table};
use crate::scenario::{QueueSpec, Scenario, Trigger};
use crate::sim::{End, InstanceId, Place};

/// What a pointer does to a node, in pixels of the page.
#[derive(Clone, Debug)]
pub enum Grab {
    Begins(Place, f64, f64),
    Moves(f64, f64),
    Ends,
}

pub fn view(session: &Session, camera: Camera, width: f64, height: f64, dispatch: &Dispatch, grab: &Callback<Grab>) -> Html {
    let transform = format!("translate({:.2} {:.2}) scale({:.4})", camera.left, camera.top, camera.scale);
    html! {
        <svg class={classes!("drawing", session.connecting.is_some().then_some("connecting"))} width={width.to_string()} height={height.to_string()} role="group" aria-label="The system"
            onpointermove={grab.reform(|event: PointerEvent| Grab::Moves(event.client_x().into(), event.client_y().into()))}
            onpointerup={grab.reform(|_: PointerEvent| Grab::Ends)} onpointercancel={grab.reform(|_: PointerEvent| Grab::Ends)}>
            <defs>
                <pattern id="grid" width="15" height="15" patternUnits="userSpaceOnUse"><circle cx="1" cy="1" r=".9" class="dot" /></pattern>
                <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 .8 7 4 0 7.2z" class="arrow" />
                </marker>
                <marker id="arrow-dead" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 .8 7 4 0 7.2z" class="arrow-dead" />
                </marker>
            </defs>
            <rect width="100%" height="100%" fill="url(#grid)" />
            <g {transform}>
                { for geometry::edges(session.plan()).iter().map(edge) }
                { for geometry::edges(session.plan()).iter().map(binding_key) }
                { for geometry::places(session.plan()).iter().map(|place| node(session, place, dispatch, grab)) }
            </g>
        </svg>
    }
}

fn edge(edge: &geometry::Edge) -> Html {
    let dead = edge.kind == EdgeKind::DeadLetters || is_dead_binding(edge);
    let class = classes!("edge", (edge.kind == EdgeKind::Http).then_some("http"), dead.then_some("dead"));
    let marker = if dead { "url(#arrow-dead)" } else { "url(#arrow)" };
    html! { <path {class} d={edge.curve.svg()} marker-end={marker} /> }
}

/// A binding of a dead-letter exchange is part of the dead letters' own way.
fn is_dead_binding(edge: &geometry::Edge) -> bool {
    let Place::Exchange(from) = &edge.from else { return false };
    matches!(edge.kind, EdgeKind::Binding(..)) && from.ends_with(".dlx")
}

fn binding_key(edge: &geometry::Edge) -> Html {
    let EdgeKind::Binding(_, key) = &edge.kind else { return html! {} };
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
    html! {
        <g class="key" transform={format!("translate({x:.1} {y:.1})")}>
            <rect x={(-width / 2.0).to_string()} y="-11" width={width.to_string()} height="22" rx="11" />
            <text text-anchor="middle" y="4">{ key }</text>
        </g>
    }
}

fn node(session: &Session, place: &Place, dispatch: &Dispatch, grab: &Callback<Grab>) -> Html {
    let scenario = session.scenario();
    let Some(rect) = geometry::rect(session.plan(), place) else { return html! {} };
    let selected = session.selection.as_ref() == Some(place);
    let choose = || Action::Selected(Some(place.clone()));
    let (click, key) = activate(dispatch, choose());
    let (class, label, drawing) = match place {
        Place::Client(index) => client(session, *index, &rect),
        Place::Instance(id) => instance(session, *id, &rect),
        Place::Exchange(name) => exchange(scenario, name, &rect),
        Place::Queue(name) => queue(session, name, &rect),
    };
    let onpointerdown = {
        let (grab, place) = (grab.clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                grab.emit(Grab::Begins(place.clone(), event.client_x().into(), event.client_y().into()));
            }
        })
    };
    let control = if let Place::Instance(id) = place {
        power(session, *id, &rect, dispatch)
    } else {
        html! {}
    };
    html! {
        <>
            <g class={classes!("node", class, selected.then_some("selected"))} role="button" tabindex="0" aria-label={label}
                aria-pressed={selected.to_string()} onclick={click} onkeydown={key} {onpointerdown}>{ drawing }</g>
            { control }
        </>
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
        <rect class="box" x={rect.left.to_string()} y={rect.top.to_string()} width={rect.width.to_string()}
            height={rect.height.to_string()} rx={radius} />
    }
}

fn text(class: &'static str, x: f64, y: f64, content: String) -> Html {
    html! { <text {class} x={format!("{x:.1}")} y={format!("{y:.1}")}>{ content }</text> }
}

fn client(session: &Session, index: usize, rect: &Rect) -> Drawn {
    let spec = &session.world().clients()[index].spec;
    let sent = format!("sent {}", session.world().requests(index));
    let drawing = html! {
        <>
            { boxed(rect, "23") }
            { text("name", rect.left + 20.0, rect.top + 20.0, spec.name.to_string()) }
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
    let label = format!("{name} {caption} {foot}, service, {}, working on {working}", if state.up { "up" } else { "down" });
    let drawing = html! {
        <>
            { boxed(rect, "12") }
            <circle class="health" cx={(rect.left + 17.0).to_string()} cy={(rect.top + 20.0).to_string()} r="4.5" />
            { text("name", rect.left + 29.0, rect.top + 24.5, name) }
            { text("caption", rect.left + 14.0, rect.top + 43.0, caption) }
            { for (0..slots).map(|index| {
                let at = geometry::prefetch_slot(rect, index);
                html! { <rect class="slot" x={(at.x - 5.5).to_string()} y={(at.y - 5.5).to_string()} width="11" height="11" rx="3" /> }
            }) }
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
    let (action, word) = if state.up { (Action::KillPressed(id), "Kill") } else { (Action::StartPressed(id), "Start") };
    let (click, key) = activate(dispatch, action);
    let at = format!("translate({:.1} {:.1})", rect.right() - 19.0, rect.top + 39.0);
    html! {
        <g class={classes!("power", (!state.up).then_some("off"))} transform={at} role="button" tabindex="0"
            aria-label={format!("{word} {name}")} data-power={name} onclick={click} onkeydown={key}>
            <title>{ format!("{word} this instance") }</title>
            <circle r="13" class="target" />
            if state.up {
                <path d="M-2.6-4.2a5 5 0 1 0 5.2 0M0-6.2V-.6" />
            } else {
                <path d="M-2.6-4.4v8.8L4.6 0z" class="go" />
            }
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
        "M{x:.1} {:.1}L{:.1} {:.1}V{:.1}L{x:.1} {:.1}L{:.1} {:.1}V{:.1}Z",
        y - r,
        x + near,
        y - half,
        y + half,
        y + r,
        x - near,
        y + half,
        y - half
    );
    let kind = spec.kind.name();
    let drawing = html! {
        <>
            <path class="box" d={hexagon} />
            { text("glyph middle", x, y + 6.0, glyph.to_owned()) }
            { text("name middle", x, rect.bottom() + 18.0, name.to_owned()) }
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
    let badges: Vec<Html> = spec
        .map(badges)
        .unwrap_or_default()
        .into_iter()
        .map(|badge| {
            #[expect(clippy::cast_precision_loss, reason = "a badge has a few letters")]
            let width = badge.len() as f64 * 6.6 + 10.0;
            let at = x;
            x += width + 4.0;
            html! {
                <g class="badge" transform={format!("translate({at:.1} {:.1})", rect.bottom() + 24.0)}>
                    <rect width={width.to_string()} height="16" rx="4" />
                    <text x={(width / 2.0).to_string()} y="11.5" text-anchor="middle">{ badge }</text>
                </g>
            }
        })
        .collect();
    let drawing = html! {
        <>
            { text("name", rect.left, rect.top - 9.0, name.to_owned()) }
            { boxed(rect, "10") }
            { text("caption", rect.left, rect.bottom() + 17.0, caption.clone()) }
            { badges }
        </>
    };
    (if is_dead_letter_queue(scenario, name) { "queue dead" } else { "queue" }, format!("{name} {caption}, queue"), drawing)
}

/// Bound to an exchange that some queue sends its dead letters to.
fn is_dead_letter_queue(scenario: &Scenario, name: &str) -> bool {
    let is_dead_letter_exchange =
        |exchange: &str| scenario.broker.queues.iter().any(|queue| queue.dead_letter_exchange().is_some_and(|dlx| &**dlx == exchange));
    scenario.broker.bindings.iter().any(|binding| &**binding.destination.name() == name && is_dead_letter_exchange(&binding.source))
}

/// RabbitMQ's feature badges.
pub fn badges(queue: &QueueSpec) -> Vec<&'static str> {
    let has = |arguments: &Table, name: &str| arguments.contains_key(name);
    let known = [
        ("x-message-ttl", "TTL"),
        ("x-expires", "Exp"),
        ("x-max-length", "Lim"),
        ("x-max-length-bytes", "Lim B"),
        ("x-dead-letter-exchange", "DLX"),
        ("x-dead-letter-routing-key", "DLK"),
        ("x-max-priority", "Pri"),
        ("x-single-active-consumer", "SAC"),
    ];
    let durable = queue.durable.then_some("D");
    let quorum = queue.is_quorum().then_some("quorum");
    durable.into_iter().chain(quorum).chain(known.iter().filter(|(name, _)| has(&queue.arguments, name)).map(|(_, badge)| *badge)).collect()
}

/// A message's sign in the colour of its routing key.
pub fn message_mark(sign: crate::app::words::Mark, hue: usize) -> Html {
    html! { <span class={format!("hue-{}", hue + 1)}>{ mark(sign) }</span> }
}

pub fn mark(mark: crate::app::words::Mark) -> Html {
    use crate::app::words::Mark;
    let shape = match mark {
        Mark::Message => html! { <circle cx="7" cy="7" r="4" class="mark-message" /> },
        Mark::Redelivered => html! {
            <><circle cx="7" cy="7" r="2.8" class="mark-message" /><circle cx="7" cy="7" r="5.4" class="mark-ring" /></>
        },
        Mark::Dead => html! { <path d="M7 1.6 12.4 7 7 12.4 1.6 7z" class="mark-dead" /> },
        Mark::Failure => html! { <path d="m3.4 3.4 7.2 7.2m0-7.2-7.2 7.2" class="mark-failure" /> },
        Mark::Program => html! { <rect x="3.4" y="3.4" width="7.2" height="7.2" rx="1.6" class="mark-program" /> },
    };
    html! { <svg class="mark" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{ shape }</svg> }
}

pub fn close_button(label: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" class="icon-button" aria-label={label} title={label} {onclick}>{ icons::close() }</button> }
}
