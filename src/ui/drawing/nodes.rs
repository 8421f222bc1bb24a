//! Nodes: each is a button, with its switch and its port.

use wasm_bindgen::JsCast as _;
use yew::{Callback, Html, KeyboardEvent, MouseEvent, PointerEvent, classes, html};

use super::{Gesture, Scene, keyboard};
use crate::app::form::marks;
use crate::app::geometry::{self, EXCHANGE_NAME, LANE_NAME, Rect};
use crate::app::highlight::Highlight;
use crate::app::lettering::{BADGE_GAP, BOLD, Lines, badge_width, dot, em, ended, fitting, lines, room_of_badges, told_apart};
use crate::app::missing::Missing;
use crate::app::words::{health, instance_name, waits};
use crate::app::{Action, OperateAction, Stop};
use crate::base::limits::grouped;
use crate::base::number::Fixed;
use crate::broker::{ExchangeType, Name};
use crate::scenario::Trigger;
use crate::scenario::edit::Part;
use crate::sim::{InstanceId, Place};
use crate::ui::texts::{drawing as texts, findings as finding_texts};
use crate::ui::widgets::{number, placed};
use crate::ui::{Dispatch, browser, findings};

pub fn node(scene: &Scene<'_>, index: usize, place: &Place, stop: bool, lit: &Highlight, cards: &[(Place, Rect)]) -> Html {
    let Scene { session, gesture, .. } = scene;
    let Some(rect) = geometry::rect(session.plan(), place) else { return html! {} };
    let selected = session.selection.has(place);
    let begins = session.selection.connecting.as_ref() == Some(place);
    let target = session.selection.connecting.is_some() && session.may_connect(place);
    let (class, label, drawing) = match place {
        Place::Client(index) => client(scene, *index, &rect),
        Place::Instance(id) => instance(scene, *id, &rect),
        Place::Exchange(name) => exchange(scene, name, &rect),
        Place::Queue(name) => queue(scene, name, &rect),
    };
    let part = session.part(place).filter(|_| !scene.is_beside);
    let finding = findings::told(scene.app, part.as_ref());
    let number = findings::number(scene.app, part.as_ref());
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
    let (onkeydown, onfocus) = keyboard(scene, &Stop::Node(place.clone()));
    // It is drawn, and no program has declared it; or it was deleted.
    let broker = session.world().broker();
    let is_absent = match place {
        Place::Exchange(name) => broker.exchange_type(name).is_none(),
        Place::Queue(name) => broker.queue(name).is_none(),
        Place::Client(_) | Place::Instance(_) => false,
    };
    let label = if is_absent { texts::both(&label, texts::DOES_NOT_EXIST) } else { label };
    let control = if let Place::Instance(id) = place {
        power(scene, *id, &rect)
    } else {
        html! {}
    };
    let lit = lit.class(place);
    let class = if matches!(place, Place::Instance(id) if health(session.world(), *id) == "waiting") {
        classes!(class, "waiting")
    } else {
        classes!(class)
    };
    let class =
        classes!("node", class, is_absent.then_some("absent"), (selected || begins).then_some("selected"), target.then_some("target"), lit);
    let port = if scene.app.options.read_only {
        html! {}
    } else {
        port(scene, place, cards, &onclick)
    };
    html! {
        <g class={classes!("with-port", selected.then_some("selected"), lit)} data-queue-card={queue_name}>
            <g
                {class}
                role="button"
                id={scene.id(|| format!("node-{index}"))}
                tabindex={if stop { "0" } else { "-1" }}
                aria-label={label}
                aria-pressed={selected.to_string()}
                {onclick}
                {onkeydown}
                {onfocus}
                {onpointerdown}
            >
                { drawing }
                if let Some(says) = &finding { { findings::badge(&rect, (scene.growth(NAME), scene.is_turned()), says, number) } }
            </g>
            { control }
            { port }
        </g>
    }
}

/// The targets of ports and switches, in pixels: for a pointer, and for a finger.
const TARGET_PX: f64 = 24.0;
const FINGER_PX: f64 = 44.0;

/// From here a line is drawn: by dragging, or by a click here and one on its end. A finger meets the card, unless its part is selected:
/// then there is a target beside the card.
fn port(scene: &Scene<'_>, place: &Place, cards: &[(Place, Rect)], onclick: &Callback<MouseEvent>) -> Html {
    let plan = scene.session.plan();
    let Some((_, card)) = cards.iter().find(|(one, _)| one == place) else { return html! {} };
    let selected = scene.session.selection.has(place);
    let (gesture, from) = (scene.gesture.clone(), place.clone());
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        let (x, y) = (event.client_x().into(), event.client_y().into());
        let is_card = event.pointer_type() == "touch" && !selected;
        gesture.emit(if is_card { Gesture::Node(from.clone(), x, y) } else { Gesture::Port(from.clone(), x, y) });
    });
    let onclick = {
        let onclick = onclick.clone();
        Callback::from(move |event: MouseEvent| {
            let by_finger = event.dyn_ref::<PointerEvent>().is_some_and(|event| event.pointer_type() == "touch");
            if by_finger && !selected {
                onclick.emit(event);
            }
        })
    };
    let at = geometry::port(plan, place, card);
    let half = (TARGET_PX / 2.0 / scene.camera.scale).max(TARGET_PX / 2.0);
    let width = (FINGER_PX / scene.camera.scale).max(FINGER_PX);
    let finger = geometry::target_of_port(plan, place, cards, width).filter(|_| selected);
    html! {
        <g class="port" {onpointerdown} {onclick}>
            <title>{ texts::DRAW_A_LINE_FROM_HERE }</title>
            <circle cx={number(at.x)} cy={number(at.y)} r={number(half)} class="target" />
            if let Some(Rect { left, top, width, height }) = finger {
                <rect class="target finger" x={number(left)} y={number(top)} width={number(width)} height={number(height)} />
            }
            <circle cx={number(at.x)} cy={number(at.y)} r="5" class="dot-port" />
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
            // A key that is held does not kill and start in turn.
            if !event.repeat() {
                dispatch.emit(action.clone());
            }
        }
    });
    (click, key)
}

type Drawn = (&'static str, String, Html);

fn boxed(rect: &Rect, radius: &'static str) -> Html {
    rounded("box", rect, radius)
}

fn rounded(class: &'static str, rect: &Rect, radius: &'static str) -> Html {
    html! {
        <rect {class} x={number(rect.left)} y={number(rect.top)} width={number(rect.width)} height={number(rect.height)} rx={radius} />
    }
}

fn text(class: &'static str, x: f64, y: f64, content: String) -> Html {
    html! { <text {class} x={format!("{:.1}", Fixed(x))} y={format!("{:.1}", Fixed(y))}>{ content }</text> }
}

/// The letters of a card's name, of its captions and of its badges, in canvas units.
const NAME: f64 = 13.5;
const CAPTION: f64 = 11.5;
const BADGE: f64 = 10.0;
/// Numbers are drawn so much narrower before the last is left out. Their row begins and ends so far from the border.
const SQUEEZE_NUMBERS: f64 = 0.76;
const NUMBERS_INSET: f64 = 8.0;

/// A name differs from the others of its kind.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Client,
    Service,
    Exchange,
    Queue,
}

/// A name within its card. One that is a little too long is drawn narrower. A longer one loses what others have, too, or its middle.
/// Where letters are larger than the scale, fewer have room.
fn name_within(scene: &Scene<'_>, class: &'static str, (x, y): (f64, f64), name: &str, of: Kind, room: f64) -> Html {
    let has_room = room / (scene.growth(NAME) * NAME * scene.letters_of.bold);
    let (scenario, world) = (scene.session.scenario(), scene.session.world());
    let shown = match of {
        Kind::Client => told_apart(name, &mut scenario.clients.iter().map(|one| one.name.clone()), has_room),
        Kind::Queue => told_apart(name, &mut scenario.broker.queues.iter().map(|one| one.name.clone()), has_room),
        Kind::Exchange => told_apart(name, &mut scenario.broker.exchanges.iter().map(|one| one.name.clone()), has_room),
        Kind::Service => told_apart(name, &mut world.instances().map(|(id, _)| instance_name(world, id).into()), has_room),
    };
    // Up to its card's border there is a little more room, and in most fonts letters take less.
    let squeezed = em(&shown) * BOLD > has_room * 1.03;
    html! {
        <text
            {class}
            x={format!("{:.1}", Fixed(x))}
            y={format!("{:.1}", Fixed(y))}
            textLength={squeezed.then(|| number(room))}
            lengthAdjust={squeezed.then_some("spacingAndGlyphs")}
        >
            { shown }
        </text>
    }
}

/// Where the name of a card stands, below its top: one that has grown begins within its card.
fn name_line(scene: &Scene<'_>, usual: f64) -> f64 {
    if scene.is_turned() { 4.0 + 0.8 * scene.letters() } else { usual + ((scene.growth(NAME) - 1.0) * 6.0).min(27.0 - usual) }
}

fn client(scene: &Scene<'_>, index: usize, rect: &Rect) -> Drawn {
    let session = scene.session;
    let spec = &session.world().clients()[index].spec;
    let requests = session.world().requests(index);
    let count = requests.to_string();
    // A request that is tried again fails more than once.
    let failed = session.world().metrics().http(&spec.name).map_or(0, |http| http.failed + http.timed_out);
    let sent = if (1..=requests).contains(&failed) { texts::failed(&grouped(failed), &count) } else { texts::sent(&count) };
    let sizes = (NAME * scene.growth(NAME), CAPTION * scene.growth(CAPTION));
    let usual = (name_line(scene, 20.0), if scene.is_turned() { 6.0 } else { 10.0 });
    let lines_of = |shown: &str| lines(rect, sizes, em(shown) * sizes.1 * scene.letters_of.plain, usual);
    // On a small card the number has its word where both have a separate line.
    let has_line = |lines: &Lines| lines.number.is_some_and(|(_, line)| line > lines.name);
    let (shown, lines) = if !scene.is_compact() || has_line(&lines_of(&sent)) && em(&sent) * sizes.1 <= rect.width - 28.0 {
        (sent.clone(), lines_of(&sent))
    } else {
        let lines = lines_of(&count);
        (count, lines)
    };
    let drawing = html! {
        <>
            { boxed(rect, "23") }
            { name_within(scene, "name", (lines.left, lines.name), &spec.name, Kind::Client, lines.room) }
            { " " }
            if let Some((x, y)) = lines.number { { text("caption", x, y, shown) } }
        </>
    };
    ("client", texts::requests_http_client(&spec.name, &sent), drawing)
}

fn instance(scene: &Scene<'_>, id: InstanceId, rect: &Rect) -> Drawn {
    let session = scene.session;
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
    let waits = waits(session.world(), id);
    let caption = if let Some(waits) = &waits {
        waits.lines[0].clone()
    } else if !state.up {
        texts::DOWN.to_owned()
    } else if state.hung {
        "hanging".to_owned()
    } else if state.stopping {
        "stopping…".to_owned()
    } else if session.world().is_blocked(id) {
        texts::BLOCKED_BY_THE_BROKER.to_owned()
    } else if session.world().is_cut_off(id) {
        texts::CUT_OFF_FROM_THE_BROKER.to_owned()
    } else if session.world().is_connecting(id) {
        "connecting…".to_owned()
    } else if session.world().goes_on_alone(id) {
        texts::NO_CHANNEL.to_owned()
    } else {
        String::new()
    };
    // The usual state is shown where there is room.
    let unusual = caption.clone();
    let caption = if !caption.is_empty() {
        caption
    } else if let Some(subscription) = subscription {
        let acks = if subscription.auto_ack { texts::AUTO_ACK } else { texts::MANUAL_ACK };
        texts::prefetch(&subscription.prefetch, &acks)
    } else {
        endpoint.map(ToString::to_string).unwrap_or_default()
    };
    let slots = subscription.filter(|_| waits.is_none());
    let slots = slots.map_or(0, |subscription| usize::from(subscription.prefetch).min(geometry::prefetch_max(rect)));
    let foot = if let Some(waits) = &waits {
        waits.lines[1].clone()
    } else if subscription.is_none() {
        let records = session.world().records(id.service);
        if records > 0 {
            texts::saved_handled(&grouped(records as u64), &grouped(state.handled))
        } else {
            texts::handled(&grouped(state.handled))
        }
    } else {
        String::new()
    };
    let working = state.deliveries().count();
    let slot = |index: usize| {
        let at = geometry::prefetch_slot(rect, index);
        let half = (geometry::slot_step(rect) / 2.0 - 0.6).min(5.5);
        html! { <rect class="slot" x={number(at.x - half)} y={number(at.y - 5.5)} width={number(2.0 * half)} height="11" rx="3" /> }
    };
    let label = match &waits {
        Some(waits) => texts::service_not_started(&name, &waits.whole),
        None => texts::service_working_on(&name, &caption, &foot, &(if state.up { texts::UP } else { texts::DOWN }), &working),
    };
    let (grown, caption_grown) = (scene.growth(NAME), scene.growth(CAPTION));
    let (caption, foot) = if scene.is_compact() {
        // Beside its switch the number has its word, where there is room for it.
        let has_room = em(&texts::handled(&state.handled)) * CAPTION * caption_grown <= rect.width - 14.0 - 2.0 * power_radius(scene) - 8.0;
        let handled = if has_room { texts::handled(&state.handled) } else { state.handled.to_string() };
        (unusual.clone(), if subscription.is_none() && waits.is_none() { handled } else { foot })
    } else {
        (caption, foot)
    };
    // What has no room is left out from its end: the aria-label says it whole.
    let room = (rect.width - 46.0) / (CAPTION * caption_grown * scene.letters_of.plain);
    // What it says second goes first, whole.
    let caption = caption.split_once(" · ").filter(|_| em(&caption) > room).map_or(&*caption, |(first, _)| first);
    let caption = ended(caption, room);
    let foot = ended(&foot, (rect.width - 26.0) / (CAPTION * caption_grown * scene.letters_of.plain));
    // All instances of a service stand in one card.
    let card = geometry::card(session.plan(), &Place::Instance(id)).unwrap_or(*rect);
    let is_stack = card.height > rect.height && id.instance == 0;
    // On a small card the name has the room up to its border.
    let (dot_at, radius, name_left) = dot(scene.is_turned(), grown);
    let name_right = if scene.is_turned() { 4.0 } else { 8.0 };
    let line = rect.top + name_line(scene, 24.5) + if is_stack { geometry::INSET - 1.0 } else { 0.0 };
    let mark = classes!("health", health(session.world(), id));
    let dot_of = |x: f64, y: f64| html! { <circle class={mark.clone()} cx={number(x)} cy={number(y)} r={number(radius)} /> };
    // On a small card it stands in the place of the slots.
    let is_told = scene.is_turned() && !unusual.is_empty();
    let caption_line = if is_told {
        geometry::prefetch_slot(rect, 0).y + 0.36 * scene.letters()
    } else if scene.is_compact() {
        line + 0.95 * scene.letters()
    } else {
        rect.top + 43.0
    };
    let inset = |by: f64| Rect { left: rect.left + by, top: rect.top + by, width: rect.width - 2.0 * by, height: rect.height - 2.0 * by };
    let drawing = if geometry::is_stacked(rect) {
        let middle = rect.centre();
        let is_chip = rect.width < geometry::STACKED_NAME;
        html! {
            <>
                { boxed(rect, "8") }
                { dot_of(if is_chip { middle.x } else { rect.left + 3.0 + 7.5 * grown }, middle.y) }
                if !is_chip {
                    { text("name", rect.left + 9.0 + 12.0 * grown, middle.y + 4.8 * grown, format!("#{}", id.instance + 1)) }
                    { " " }
                    if unusual.is_empty() {
                        for index in 0..slots { { slot(index) } }
                    } else {
                        { text("caption", geometry::prefetch_slot(rect, 0).x, middle.y + 4.0 * grown, unusual.clone()) }
                    }
                }
            </>
        }
    } else {
        html! {
            <>
                if is_stack { { rounded("stack", &card, "12") } }
                { if is_stack { boxed(&inset(geometry::INSET), "8") } else { boxed(rect, "12") } }
                { dot_of(rect.left + dot_at, line - 4.5 * grown) }
                { name_within(scene, "name", (rect.left + name_left, line), &name, Kind::Service, rect.width - name_right - name_left) }
                { " " }
                { text("caption", rect.left + 14.0, caption_line, caption) }
                { " " }
                <g class={is_told.then_some("away")}>
                    for index in 0..slots { { slot(index) } }
                    { text("caption", rect.left + 14.0, rect.bottom() - if scene.is_turned() { 8.0 } else { 13.0 }, foot) }
                </g>
            </>
        }
    };
    let class = if health(session.world(), id) == "down" { "service down" } else { "service" };
    (class, label, drawing)
}

/// The radius of the switch, in canvas units, and on the screen at least, in pixels.
const POWER: f64 = 13.0;
const POWER_PX: f64 = 12.0;

fn power_radius(scene: &Scene<'_>) -> f64 {
    (POWER_PX / scene.camera.scale).max(POWER)
}

/// The switch on a service's card: one click kills it, another starts it again.
fn power(scene: &Scene<'_>, id: InstanceId, rect: &Rect) -> Html {
    let Scene { session, dispatch, camera, .. } = scene;
    let Some(state) = session.world().instance(id).filter(|_| rect.width > geometry::STACKED_NAME) else { return html! {} };
    let name = instance_name(session.world(), id);
    let (action, word) = if state.up {
        (Action::Operate(OperateAction::Kill(id)), texts::KILL)
    } else {
        (Action::Operate(OperateAction::Start(id)), texts::START)
    };
    let (click, key) = activate(dispatch, action);
    // As large as a finger needs it, in the corner of a small card.
    let grown = power_radius(scene) / POWER;
    let y = if geometry::is_stacked(rect) {
        rect.centre().y
    } else if scene.is_compact() {
        rect.bottom() - 1.0 - POWER * grown
    } else {
        rect.top + 39.0
    };
    let at = placed(rect.right() - 6.0 - POWER * grown, y, grown);
    // A finger's target is as high as the row that it stands in, where others stand above and below.
    let half = (FINGER_PX / 2.0 / camera.scale / grown).max(POWER);
    let high = if geometry::is_stacked(rect) { (rect.height + geometry::INSET) / grown } else { 2.0 * half };
    html! {
        <g
            class={classes!("power", (!state.up).then_some("off"))}
            transform={at}
            role="button"
            tabindex="-1"
            aria-label={format!("{word} {name}")}
            data-power={name}
            onclick={click}
            onkeydown={key}
        >
            <title>{ texts::this_instance(&word) }</title>
            <circle r={number(POWER)} class="target" />
            <rect
                class="target finger"
                x={number(-half)}
                y={number(-half.min(high / 2.0))}
                width={number(2.0 * half)}
                height={number((2.0 * half).min(high))}
            />
            if state.up { <path d="M-2.6-4.2a5 5 0 1 0 5.2 0M0-6.2V-.6" /> } else { <path d="M-2.6-4.4v8.8L4.6 0z" class="go" /> }
        </g>
    }
}

/// What the name of an exchange has at its right, up to the next part.
fn room_beside(scene: &Scene<'_>, rect: &Rect) -> f64 {
    let level = geometry::drawn(scene.session.plan()).map(|(_, other)| other);
    let right = level.filter(|other| other.left > rect.right() && other.top < rect.bottom() && other.bottom() > rect.top);
    let end = geometry::bounds(scene.session.plan()).right() - rect.right() - 4.0;
    right.map(|other| other.left - rect.right() - 8.0).fold(end, f64::min)
}

/// How an exchange of this type routes, in its hexagon.
pub const fn glyph(kind: ExchangeType) -> &'static str {
    match kind {
        ExchangeType::Direct => "=",
        ExchangeType::Fanout => "∀",
        ExchangeType::Topic => "* #",
        ExchangeType::Headers => "{ }",
        ExchangeType::ConsistentHash => "#→1",
        ExchangeType::ModulusHash => "#%n",
        ExchangeType::Random | ExchangeType::LocalRandom => "?",
        ExchangeType::DelayedMessage => "+t",
    }
}

fn hexagon(rect: &Rect) -> String {
    let (x, y, r) = (rect.left + rect.width / 2.0, rect.top + rect.height / 2.0, rect.width / 2.0);
    let (near, half) = (r * 0.866, r / 2.0);
    format!(
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
    )
}

/// A part that others name and that does not exist: with a broken line, and what follows from it. A click leads to who names it.
pub fn missing(scene: &Scene<'_>, one: &Missing) -> Html {
    let Missing { part, rect, ways } = one;
    let Some((way, place)) = ways.first().and_then(|way| Some((way, scene.session.node(&way.by)?))) else { return html! {} };
    let says: Vec<&str> = ways.iter().map(|way| &*way.says).collect();
    let onclick = scene.gesture.reform(move |event: MouseEvent| Gesture::Clicked {
        place: place.clone(),
        also: event.ctrl_key() || event.meta_key() || event.shift_key(),
        x: event.client_x().into(),
        y: event.client_y().into(),
    });
    let (x, bottom) = (rect.centre().x, rect.bottom());
    let number_of = findings::number(scene.app, Some(&way.by));
    html! {
        <g class="node absent missing" aria-hidden="true" {onclick}>
            <title>{ says.join("\n") }</title>
            for way in ways {
                <path
                    class={if way.is_alternate { "edge alternate" } else { "edge dead" }}
                    d={way.curve.svg()}
                    marker-end={if way.is_alternate { "url(#arrow)" } else { "url(#arrow-dead)" }}
                />
            }
            if let Part::Queue(_) = part {
                <rect class="box" x={number(rect.left)} y={number(rect.top)} width={number(rect.width)} height={number(rect.height)} rx="9" />
            } else {
                <path class="box" d={hexagon(rect)} />
            }
            { text("glyph middle", x, rect.centre().y + 6.0, "?".to_owned()) }
            { name_within(scene, "name middle", (x, bottom + 4.0 + 14.0 * scene.growth(NAME)), part.name(), Kind::Exchange, EXCHANGE_NAME) }
            if !scene.is_compact() { { text("caption middle", x, bottom + 34.0, texts::DOES_NOT_EXIST.to_owned()) } }
            if number_of.is_some() { { findings::badge(rect, (scene.growth(NAME), scene.is_turned()), &way.says, number_of) } }
        </g>
    }
}

fn exchange(scene: &Scene<'_>, name: &Name, rect: &Rect) -> Drawn {
    let session = scene.session;
    let Some(spec) = session.world().exchange_spec(name) else {
        return ("exchange", name.to_string(), html! {});
    };
    let glyph = glyph(spec.kind);
    let delayed = session.world().broker().delayed(name).count();
    let (x, y) = (rect.centre().x, rect.centre().y);
    let kind = match spec.kind {
        ExchangeType::DelayedMessage => texts::delayed(&spec.routes_as().name(), &delayed),
        kind => kind.name().to_owned(),
    };
    let drawing = html! {
        <>
            <path class="box" d={hexagon(rect)} />
            { text("glyph middle", x, y + 6.0, glyph.to_owned()) }
            { " " }
            if session.plan().is_in_lane(&Place::Exchange(name.clone())) {
                { name_within(scene, "name middle", (x, rect.bottom() + 2.0 + scene.letters()), name, Kind::Exchange, LANE_NAME) }
            } else if scene.is_turned() {
                { name_within(scene, "name", (rect.right() + 4.0, y + 0.36 * scene.letters()), name, Kind::Exchange, room_beside(scene, rect)) }
            } else {
                { name_within(scene, "name middle", (x, rect.bottom() + 4.0 + 14.0 * scene.growth(NAME)), name, Kind::Exchange, EXCHANGE_NAME) }
            }
            { " " }
            if !scene.is_compact() { { text("caption middle", x, rect.bottom() + 34.0, kind.clone()) } }
        </>
    };
    ("exchange", texts::exchange(&glyph, &name, &kind), drawing)
}

fn queue(scene: &Scene<'_>, name: &Name, rect: &Rect) -> Drawn {
    let session = scene.session;
    // What flies to the queue counts when it lands.
    let landing = &scene.landing;
    let queue = session.world().broker().queue(name);
    let counts = queue.map_or((0, 0, 0), |queue| (landing.ready(queue), landing.unacked(queue), landing.total(queue)));
    let mut numbers = [(texts::READY, "ready", counts.0), (texts::UNACKED, "unacked", counts.1), (texts::TOTAL, "total", counts.2)];
    let spec = session.world().queue_spec(name);
    let counted = texts::ready_unacked_total(&grouped(counts.0), &grouped(counts.1), &grouped(counts.2));
    let empty = if counts.0 == 0 { texts::EMPTY } else { "" };
    // On the top border, the last at the right. At the left is what was found.
    let grown = scene.growth(BADGE);
    // They come with their sentences.
    let features =
        scene.badges.zip(spec).map(|(badges, spec)| badges(&session.scenario().broker, spec, room_of_badges(rect.width) / grown));
    // Read out, each says what it is.
    let told = features.as_ref().map(|features| {
        let (marks, names): (Vec<&str>, Vec<&str>) = features.iter().map(|badge| (&*badge.mark, &*badge.name)).unzip();
        if names.is_empty() { String::new() } else { texts::features(&marks.join(" "), &names.join(", ")) }
    });
    let told = told.unwrap_or_else(|| spec.map(|spec| marks(&session.scenario().broker, spec).join(" ")).unwrap_or_default());
    let label = texts::queue(&name, &texts::both(empty, &counted), &told);
    let features = features.unwrap_or_default();
    let mut x = rect.right() - 4.0 - features.iter().map(|badge| badge_width(&badge.mark)).sum::<f64>() * grown;
    let badges: Vec<Html> = features
        .into_iter()
        .map(|badge| {
            let (width, at) = (badge_width(&badge.mark) - BADGE_GAP, x);
            x += (width + BADGE_GAP) * grown;
            html! {
                <g class="badge" transform={placed(at, rect.top + 8.0 - 16.0 * grown, grown)}>
                    <title>{ badge.tip }</title>
                    <rect width={number(width)} height="16" rx="4" />
                    <text x={number(width / 2.0)} y="11.5" text-anchor="middle">{ badge.mark }</text>
                    { " " }
                </g>
            }
        })
        .collect();
    // Numbers are whole or left out, the last first; the aria-label has them all.
    let (row, size) = (rect.width - 2.0 * NUMBERS_INSET, CAPTION * scene.growth(CAPTION));
    let wide = |numbers: [(&str, &str, u64); 3]| {
        numbers.map(|(word, _, count)| (em(word) + em(&grouped(count)) * BOLD + 0.82) * size * scene.letters_of.plain)
    };
    let fit_of = |widths: &[f64; 3]| fitting(widths.iter().map(|width| width * SQUEEZE_NUMBERS), row);
    if fit_of(&wide(numbers)) < numbers.len() {
        numbers[2].0 = texts::IN_ALL;
    }
    let widths = wide(numbers);
    let fit = if scene.is_compact() { 1 } else { fit_of(&widths) };
    let squeezed = !scene.is_compact() && widths[..fit].iter().sum::<f64>() > row;
    let tube = geometry::tube(rect);
    // On a small card only a number that stands alone has room for its word.
    let says_ready = scene.is_compact() && counts.0 == 0;
    // On a small card the number stands before the messages.
    let (x, y) = if scene.is_turned() {
        (tube.left + 5.0, tube.centre().y + 0.36 * scene.letters())
    } else {
        (rect.left + NUMBERS_INSET, rect.bottom() - 11.0)
    };
    let (left, right) = if scene.is_turned() { (0.0, 0.0) } else { (4.0, 3.0) };
    let drawing = html! {
        <>
            { boxed(rect, "10") }
            { name_within(scene, "name", (tube.left + left, rect.top + name_line(scene, 21.0)), name, Kind::Queue, tube.width - right) }
            { " " }
            { rounded("tube", &tube, "7") }
            if counts.0 == 0 && !scene.is_compact() { { text("caption", rect.left + 19.0, tube.top + 17.0, if queue.is_some() { texts::EMPTY } else { texts::DOES_NOT_EXIST }.to_owned()) } }
            { " " }
            <text
                class="caption"
                x={number(x)}
                y={number(y)}
                textLength={squeezed.then(|| number(row))}
                lengthAdjust={squeezed.then_some("spacingAndGlyphs")}
            >
                for (index, (word, which, count)) in numbers.into_iter().enumerate() {
                    <tspan class={(index >= fit).then_some("away")}>
                        <tspan class="word">{ word }{ " " }</tspan>
                        <tspan class="count" data-count={which}>{ grouped(count) }</tspan>
                        if says_ready && index == 0 { <tspan>{ " " }{ word.to_ascii_lowercase() }</tspan> }
                        <tspan class="word">{ "\u{2002}" }</tspan>
                    </tspan>
                }
            </text>
            { " " }
            for badge in badges { { badge } }
        </>
    };
    (if scene.app.findings.dead_letters.own(name) { "queue dead" } else { "queue" }, label, drawing)
}
