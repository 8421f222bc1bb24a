//! Nodes: each is a button, with its switch and its port.

use yew::{Callback, FocusEvent, Html, KeyboardEvent, MouseEvent, PointerEvent, classes, html};

use super::{Gesture, Scene};
use crate::app::form::badges;
use crate::app::geometry::{self, PREFETCH_SHOWN_MAX, Rect, TUBE_HEIGHT, TUBE_TOP};
use crate::app::highlight::Highlight;
use crate::app::words::{LETTER, instance_name, shortened};
use crate::app::{Action, OperateAction, Session};
use crate::base::number::Fixed;
use crate::broker::{ExchangeType, Flow, Name};
use crate::scenario::Trigger;
use crate::sim::{End, InstanceId, Place};
use crate::ui::texts::{drawing as texts, findings as finding_texts};
use crate::ui::widgets::number;
use crate::ui::{Dispatch, browser, findings};

pub fn node(scene: &Scene<'_>, index: usize, place: &Place, stop: bool, lit: &Highlight) -> Html {
    let Scene { session, dispatch, gesture, .. } = scene;
    let Some(rect) = geometry::rect(session.plan(), place) else { return html! {} };
    let selected = session.selection.has(place);
    let begins = session.selection.connecting.as_ref() == Some(place);
    let target = session.selection.connecting.is_some() && session.may_connect(place);
    let (class, label, drawing) = match place {
        Place::Client(index) => client(session, *index, &rect),
        Place::Instance(id) => instance(session, *id, &rect),
        Place::Exchange(name) => exchange(session, name, &rect),
        Place::Queue(name) => queue(scene, name, &rect),
    };
    let finding = findings::told(scene.app, session.part(place).as_ref());
    let label = finding.as_ref().map_or_else(|| label.clone(), |says| finding_texts::with_finding(&label, says));
    let queue_name = if let Place::Queue(name) = place { Some(name.to_string()) } else { None };
    let onpointerdown = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                event.stop_propagation();
                gesture.emit(Gesture::Node(place.clone(), event.client_x().into(), event.client_y().into()));
            }
        })
    };
    let onclick = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: MouseEvent| {
            let also = event.ctrl_key() || event.meta_key() || event.shift_key();
            gesture.emit(Gesture::Clicked { place: place.clone(), also, x: event.client_x().into(), y: event.client_y().into() });
        })
    };
    let onkeydown = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |event: KeyboardEvent| gesture.emit(Gesture::Key(place.clone(), event)))
    };
    let onfocus = {
        let (gesture, place) = ((*gesture).clone(), place.clone());
        Callback::from(move |_: FocusEvent| gesture.emit(Gesture::Focused(place.clone())))
    };
    let control = if let Place::Instance(id) = place {
        power(session, *id, &rect, dispatch)
    } else {
        html! {}
    };
    let lit = lit.has(place).then_some("lit");
    let class = classes!("node", class, (selected || begins).then_some("selected"), target.then_some("target"), lit);
    let port = if scene.app.options.read_only {
        html! {}
    } else {
        port(scene, place, &rect)
    };
    html! {
        <g class={classes!("with-port", selected.then_some("selected"))} data-queue-card={queue_name}>
            <g
                {class}
                role="button"
                id={format!("node-{index}")}
                tabindex={if stop { "0" } else { "-1" }}
                aria-label={label}
                aria-pressed={selected.to_string()}
                {onclick}
                {onkeydown}
                {onfocus}
                {onpointerdown}
            >
                { drawing }
                if let Some(says) = &finding { { findings::badge(&rect, says) } }
            </g>
            { control }
            { port }
        </g>
    }
}

/// From here a line is drawn: by dragging, or by a click here and one on its end.
fn port(scene: &Scene<'_>, place: &Place, rect: &Rect) -> Html {
    let (gesture, from) = (scene.gesture.clone(), place.clone());
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        gesture.emit(Gesture::Port(from.clone(), event.client_x().into(), event.client_y().into()));
    });
    let at = if matches!(place, Place::Exchange(_)) { rect.left + rect.width * 0.93 } else { rect.right() };
    html! {
        <g class="port" transform={format!("translate({:.1} {:.1})", Fixed(at), Fixed(rect.top + rect.height / 2.0))} {onpointerdown}>
            <title>{ texts::DRAW_A_LINE_FROM_HERE }</title>
            <circle r="12" class="target" />
            <circle r="5" class="dot-port" />
        </g>
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
        <rect class="box" x={number(rect.left)} y={number(rect.top)} width={number(rect.width)} height={number(rect.height)} rx={radius} />
    }
}

fn text(class: &'static str, x: f64, y: f64, content: String) -> Html {
    html! { <text {class} x={format!("{:.1}", Fixed(x))} y={format!("{:.1}", Fixed(y))}>{ content }</text> }
}

/// A name within its card. One that is a little too long is drawn narrower; a longer one loses its middle.
fn name_within(x: f64, y: f64, name: &str, room: f64) -> Html {
    let shown = shortened(name, room);
    #[expect(clippy::cast_precision_loss, reason = "a name has at most 255 bytes")]
    let squeezed = shown.chars().count() as f64 * LETTER > room;
    html! {
        <text
            class="name"
            x={format!("{:.1}", Fixed(x))}
            y={format!("{:.1}", Fixed(y))}
            textLength={squeezed.then(|| number(room))}
            lengthAdjust={squeezed.then_some("spacingAndGlyphs")}
        >
            { shown }
        </text>
    }
}

fn client(session: &Session, index: usize, rect: &Rect) -> Drawn {
    let spec = &session.world().clients()[index].spec;
    let sent = texts::sent(&session.world().requests(index));
    let drawing = html! {
        <>
            { boxed(rect, "23") }
            { text("name", rect.left + 20.0, rect.top + 20.0, spec.name.to_string()) }
            { " " }
            { text("caption", rect.left + 20.0, rect.top + 36.0, sent.clone()) }
        </>
    };
    ("client", texts::requests_http_client(&spec.name, &sent), drawing)
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
        texts::BLOCKED_BY_THE_BROKER.to_owned()
    } else if session.world().is_cut([End::Service(id.service), End::Broker]) {
        texts::CUT_OFF_FROM_THE_BROKER.to_owned()
    } else if session.world().is_connecting(id) {
        "connecting…".to_owned()
    } else if let Some(subscription) = subscription {
        let acks = if subscription.auto_ack { texts::AUTO_ACK } else { texts::MANUAL_ACK };
        texts::prefetch(&subscription.prefetch, &acks)
    } else {
        endpoint.map(ToString::to_string).unwrap_or_default()
    };
    let slots = subscription.map_or(0, |subscription| usize::from(subscription.prefetch).min(PREFETCH_SHOWN_MAX));
    let foot = if slots == 0 {
        let records = session.world().records(id.service);
        if records > 0 { texts::saved_handled(&records, &state.handled) } else { texts::handled(&state.handled) }
    } else {
        String::new()
    };
    let working = state.deliveries().count();
    let slot = |index: usize| {
        let at = geometry::prefetch_slot(rect, index);
        html! { <rect class="slot" x={number(at.x - 5.5)} y={number(at.y - 5.5)} width="11" height="11" rx="3" /> }
    };
    let label = texts::service_working_on(&name, &caption, &foot, &(if state.up { texts::UP } else { texts::DOWN }), &working);
    let drawing = html! {
        <>
            { boxed(rect, "12") }
            <circle class="health" cx={number(rect.left + 17.0)} cy={number(rect.top + 20.0)} r="4.5" />
            { name_within(rect.left + 29.0, rect.top + 24.5, &name, rect.width - 37.0) }
            { " " }
            { text("caption", rect.left + 14.0, rect.top + 43.0, caption) }
            { " " }
            for index in 0..slots { { slot(index) } }
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
    let (action, word) = if state.up {
        (Action::Operate(OperateAction::Kill(id)), texts::KILL)
    } else {
        (Action::Operate(OperateAction::Start(id)), texts::START)
    };
    let (click, key) = activate(dispatch, action);
    let at = format!("translate({:.1} {:.1})", Fixed(rect.right() - 19.0), Fixed(rect.top + 39.0));
    html! {
        <g
            class={classes!("power", (!state.up).then_some("off"))}
            transform={at}
            role="button"
            tabindex="0"
            aria-label={format!("{word} {name}")}
            data-power={name}
            onclick={click}
            onkeydown={key}
        >
            <title>{ texts::this_instance(&word) }</title>
            <circle r="13" class="target" />
            if state.up { <path d="M-2.6-4.2a5 5 0 1 0 5.2 0M0-6.2V-.6" /> } else { <path d="M-2.6-4.4v8.8L4.6 0z" class="go" /> }
        </g>
    }
}

fn exchange(session: &Session, name: &Name, rect: &Rect) -> Drawn {
    let Some(spec) = session.world().exchange_spec(name) else {
        return ("exchange", name.to_string(), html! {});
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
        "M{:.1} {:.1}L{:.1} {:.1}V{:.1}L{:.1} {:.1}L{:.1} {:.1}V{:.1}Z",
        Fixed(x),
        Fixed(y - r),
        Fixed(x + near),
        Fixed(y - half),
        Fixed(y + half),
        Fixed(x),
        Fixed(y + r),
        Fixed(x - near),
        Fixed(y + half),
        Fixed(y - half)
    );
    let kind = spec.kind.name();
    let drawing = html! {
        <>
            <path class="box" d={hexagon} />
            { text("glyph middle", x, y + 6.0, glyph.to_owned()) }
            { " " }
            { text("name middle", x, rect.bottom() + 18.0, name.to_string()) }
            { " " }
            { text("caption middle", x, rect.bottom() + 34.0, kind.to_owned()) }
        </>
    };
    ("exchange", texts::exchange(&glyph, &name, &kind), drawing)
}

fn queue(scene: &Scene<'_>, name: &Name, rect: &Rect) -> Drawn {
    let session = scene.session;
    // What flies to the queue counts when it lands.
    let flying = scene.landing.get(name).copied().unwrap_or_default();
    let counts = session
        .world()
        .broker()
        .queue(name)
        .map_or((0, 0, 0), |queue| (queue.ready().saturating_sub(flying), queue.unacked(), queue.total().saturating_sub(flying)));
    let numbers = [(texts::READY, "ready", counts.0), (texts::UNACKED, "unacked", counts.1), (texts::TOTAL, "total", counts.2)];
    let spec = session.world().queue_spec(name);
    let features = spec.map(badges).unwrap_or_default();
    let counted = texts::ready_unacked_total(&counts.0, &counts.1, &counts.2);
    let empty = if counts.0 == 0 { texts::EMPTY } else { "" };
    let label = texts::queue(&name, &texts::both(empty, &counted), &features.join(" "));
    // On the top border, the last at the right.
    #[expect(clippy::cast_precision_loss, reason = "a badge has a few letters")]
    let width_of = |badge: &str| badge.len() as f64 * 6.6 + 10.0;
    let mut x = rect.right() - 4.0 - features.iter().map(|badge| width_of(badge) + 4.0).sum::<f64>();
    let badges: Vec<Html> = features
        .into_iter()
        .map(|badge| {
            let (width, at) = (width_of(badge), x);
            x += width + 4.0;
            html! {
                <g class="badge" transform={format!("translate({:.1} {:.1})", Fixed(at), Fixed(rect.top - 8.0))}>
                    <rect width={number(width)} height="16" rx="4" />
                    <text x={number(width / 2.0)} y="11.5" text-anchor="middle">{ badge }</text>
                    { " " }
                </g>
            }
        })
        .collect();
    let drawing = html! {
        <>
            { boxed(rect, "10") }
            { name_within(rect.left + 13.0, rect.top + 21.0, name, rect.width - 21.0) }
            { " " }
            <rect
                class="tube"
                x={number(rect.left + 9.0)}
                y={number(rect.top + TUBE_TOP)}
                width={number(rect.width - 18.0)}
                height={number(TUBE_HEIGHT)}
                rx="7"
            />
            if counts.0 == 0 { { text("caption", rect.left + 19.0, rect.top + TUBE_TOP + 17.0, texts::EMPTY.to_owned()) } }
            { " " }
            <text class="caption" x={number(rect.left + 13.0)} y={number(rect.bottom() - 11.0)}>
                for (word, which, count) in numbers {
                    { word }
                    { " " }
                    <tspan class="count" data-count={which}>{ count }</tspan>
                    { "\u{2002}" }
                }
            </text>
            { " " }
            for badge in badges { { badge } }
        </>
    };
    (if session.world().directory().is_dead_letter_queue(name) { "queue dead" } else { "queue" }, label, drawing)
}
