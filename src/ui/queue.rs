//! The inspector of a queue: its numbers, and five tabs as RabbitMQ's management interface has them.
use web_sys::HtmlInputElement;
use yew::{Html, InputEvent, TargetCast, html};

use super::texts::{inspector, queue as texts, stream as stream_texts};
use super::widgets::{Look, chosen, explained, hinted, message_icon, named, on, option, row, tabs};
use super::{Dispatch, form, stream, time, whatif};
use crate::app::consuming::{self, Held};
use crate::app::form::{self as fields, About};
use crate::app::landing::{Landing, Waiting};
use crate::app::tokens::published_key;
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, OperateAction, QueueTab, SelectAction, Session, WorkspaceAction};
use crate::base::limits::grouped;
use crate::base::number::Fixed;
use crate::broker::queue::Kind;
use crate::broker::view::QueueView;
use crate::broker::{Message, Name, Value};
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::Part;
use crate::sim::metrics::Counts;
use crate::sim::{BY_HAND_MAX, InstanceId, Place};

/// So many messages of a queue are listed.
const MESSAGES_SHOWN_MAX: usize = 12;

/// Id and word of a tab.
const fn tab(tab: QueueTab) -> (&'static str, &'static str) {
    match tab {
        QueueTab::Overview => ("tab-overview", texts::OVERVIEW),
        QueueTab::Messages => ("tab-messages", texts::MESSAGES),
        QueueTab::Bindings => ("tab-bindings", texts::BINDINGS),
        QueueTab::Consumers => ("tab-consumers", texts::CONSUMERS),
        QueueTab::Arguments => ("tab-arguments", texts::ARGUMENTS),
    }
}

pub fn view(session: &Session, app: &App, name: &Name, dispatch: &Dispatch) -> Html {
    let queue = session.world().broker().queue(name);
    let shown = app.workspace.queue_tab;
    let all = QueueTab::ALL.map(|of| {
        let (id, word) = tab(of);
        (id, word, Action::from(WorkspaceAction::ShowQueueTab(of)))
    });
    let place = QueueTab::ALL.iter().position(|one| *one == shown).unwrap_or(0);
    let about = |about: About| form::about(session, app, &about, dispatch);
    let panel = match (shown, queue) {
        (QueueTab::Overview, Some(queue)) => overview(session, app, queue, dispatch),
        (QueueTab::Messages, Some(_)) => html! { <>{ by_hand(session, app, name, dispatch) }{ messages(session, app, name, dispatch) }</> },
        (QueueTab::Consumers, Some(queue)) => consumers(session, app, queue, None, dispatch),
        (QueueTab::Overview | QueueTab::Messages | QueueTab::Consumers, None) => html! {},
        (QueueTab::Bindings, _) => html! { <>{ about(About::BindingsTo(name.clone())) }<p class="soft">{ texts::BY_NAME }</p></> },
        (QueueTab::Arguments, _) => arguments(session, app, name, dispatch),
    };
    // A panel is a stop where nothing in it is one.
    let has_fields = matches!(shown, QueueTab::Arguments | QueueTab::Messages) || shown == QueueTab::Bindings && !app.options.read_only;
    let tabindex = (!has_fields).then_some("0");
    html! {
        <>
            { queue.map_or_else(|| html! { <p class="objection">{ texts::THE_BROKER_DOES_NOT_HAVE }</p> }, |queue| numbers(session, app, queue)) }
            { whatif::stopped(session, app, name) }
            { tabs(texts::OF_THE_QUEUE, all, place, dispatch) }
            <div role="tabpanel" id="tab-panel" key={tab(shown).0} aria-labelledby={tab(shown).0} {tabindex}>{ panel }</div>
        </>
    }
}

/// What the queue is declared with. There are many: a word above them leaves those that are meant.
fn arguments(session: &Session, app: &App, name: &Name, dispatch: &Dispatch) -> Html {
    let typed = &app.workspace.arguments;
    let rows = fields::matching(fields::rows(session.scenario(), &About::Part(Part::Queue(name.clone()))), typed);
    let oninput = dispatch
        .reform(|event: InputEvent| WorkspaceAction::FilterArguments(event.target_unchecked_into::<HtmlInputElement>().value()).into());
    html! {
        <>
            { policy(session, name) }
            <input
                id="find-argument"
                type="search"
                aria-label={texts::FIND_AN_ARGUMENT}
                placeholder={texts::FIND_AN_ARGUMENT}
                value={typed.clone()}
                {oninput}
                autocomplete="off"
                spellcheck="false"
            />
            if rows.is_empty() { <p class="soft" role="status">{ texts::NO_SUCH_ARGUMENT }</p> }
            { form::within(session, app, &rows, dispatch) }
        </>
    }
}

/// The policy that applies, and what it sets.
fn policy(session: &Session, name: &Name) -> Html {
    let broker = &session.scenario().broker;
    let queue = broker.queues.iter().find(|queue| queue.name == *name);
    let Some((_, policy)) = queue.and_then(|queue| broker.policy_for(queue)) else { return html! {} };
    html! { <p class="soft" id="policy">{ texts::policy(&policy.name, &table_to_json(&policy.definition)) }</p> }
}

/// Ready, unacked and total, each with the rate that changes it.
fn numbers(session: &Session, app: &App, queue: QueueView<'_>) -> Html {
    let landing = Landing::of(app, session);
    let rates = session.world().metrics().rates(queue.name());
    let number = |term: &'static str, count: u64, rate: usize| {
        html! {
            <div>
                <dt>{ explained(term) }</dt>
                <dd><b>{ grouped(count) }</b><span class="soft">{ texts::rate(&Counts::NAMES[rate], &format!("{:.1}", Fixed(rates[rate]))) }</span></dd>
            </div>
        }
    };
    html! {
        <dl class="stats">
            { number(texts::READY, landing.ready(queue), Counts::PUBLISH) }
            { number(texts::UNACKED, landing.unacked(queue), Counts::DELIVER) }
            { number(texts::TOTAL, landing.total(queue), Counts::ACK) }
        </dl>
    }
}

fn overview(session: &Session, app: &App, queue: QueueView<'_>, dispatch: &Dispatch) -> Html {
    let name = queue.name();
    let copies = session.world().ledger().queues.get(name).cloned().unwrap_or_default();
    // As RabbitMQ says it of a queue without consumers.
    let capacity = session.world().metrics().queue(name).and_then(|metrics| metrics.capacity(session.world().now())).unwrap_or(0.0);
    let log = queue.log();
    html! {
        <>
            if let Some(log) = &log { { stream::view(session, app, queue, log, dispatch) } }
            <div class="charted">{ time::depth(session, app).1 }</div>
            <dl class="kv">
                { row(texts::CONSUMERS, queue.consumers().to_string()) }
                if log.is_none() { { row(texts::CONSUMER_CAPACITY, format!("{:.0} %", Fixed(capacity * 100.0))) } }
                { row(texts::ARRIVED, grouped(copies.arrived)) }
                if let Some(log) = &log {
                    { stream::rows(log, &copies) }
                } else {
                    { row(texts::ACKNOWLEDGED, grouped(copies.acknowledged + copies.auto_acknowledged)) }
                    { row(texts::REDELIVERED, grouped(copies.redelivered)) }
                    { row("Dead-lettered", grouped(copies.dead_lettered_total())) }
                }
            </dl>
        </>
    }
}

/// Who consumes, and who would if it ran; of one service alone, where it is asked for.
pub fn consumers(session: &Session, app: &App, queue: QueueView<'_>, only: Option<usize>, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let program = |id: InstanceId| {
        let select = on(dispatch, SelectAction::Node(Some(Place::Instance(id))));
        html! { <th scope="row"><button type="button" class="link" onclick={select}>{ instance_name(world, id) }</button></th> }
    };
    let all = consuming::consumers(world, &Landing::of(app, session), queue, only);
    if all.is_empty() {
        return html! { <p class="soft">{ texts::NO_CONSUMER }</p> };
    }
    html! {
        <table class="table">
            <thead><tr>for word in [texts::CONSUMER, texts::ACK, texts::PREFETCH, texts::UNACKED] { <th scope="col">{ word }</th> }</tr></thead>
            <tbody>
                for one in all.iter() {
                    <tr>
                        { one.id.map_or_else(|| html! { <th scope="row">{ one.is.map(|is| is.tag.to_string()) }</th> }, program) }
                        if let Some(is) = one.is {
                            <td>{ if is.no_ack { texts::ACK_AUTOMATIC } else { texts::ACK_MANUAL } }</td>
                            <td>{ if is.prefetch == 0 { texts::UNLIMITED.to_owned() } else { is.prefetch.to_string() } }</td>
                        } else {
                            <td colspan="2">{ one.id.map(|id| words::state(world, id)) }</td>
                        }
                        <td data-count="unacked">{ grouped(one.unacked) }</td>
                    </tr>
                }
            </tbody>
        </table>
    }
}

/// What can be done to its messages by hand.
fn by_hand(session: &Session, app: &App, name: &Name, dispatch: &Dispatch) -> Html {
    if session.world().broker().queue(name).is_some_and(|queue| queue.kind() == Kind::Stream) {
        return html! { <p class="soft">{ stream_texts::NOT_BY_HAND }</p> };
    }
    let get = |count: u32, requeue: bool| on(dispatch, OperateAction::Get { queue: name.clone(), count, requeue });
    let others = session.scenario().broker.queues.iter().filter(|other| other.name != *name);
    let from = name.clone();
    let onmove = chosen(dispatch, move |value| {
        Action::Operate(OperateAction::Move { queue: from.clone(), count: BY_HAND_MAX, to: (value != "*").then(|| value.into()) })
    });
    let purge = on(dispatch, OperateAction::Purge(name.clone()));
    let ready = app.price_of_ready(session, name);
    html! {
        <>
            <div class="buttons" role="group" aria-label={texts::MESSAGES_BY_HAND}>
                { hinted(Look::Small, "get", texts::GET_REQUEUE, texts::GETS_A_MESSAGE_AND_PUTS, get(1, true)) }
                { hinted(Look::Small, "get-ack", texts::GET_ACK, texts::GETS_A_MESSAGE_AND_ACKNOWLEDGES, get(1, false)) }
                { named(Look::SmallDanger, "purge", texts::purge(ready), texts::DROPS_EVERY_READY_MESSAGE_UNACKED, purge) }
            </div>
            <div class="buttons choice" key={name.to_string()}>
                <select id="move-to" class="small" aria-label={texts::WHERE_ALL_ITS_MESSAGES_ARE}>
                    { option("*", texts::TO_WHERE_THEY_WERE_PUBLISHED, true) }
                    for other in others { { option(&other.name, &texts::to(&other.name), false) } }
                </select>
                { named(Look::Small, "move", texts::move_all(ready), texts::PUBLISHES_EVERY_READY_MESSAGE_THERE, onmove) }
            </div>
        </>
    }
}

/// What a queue holds: what is ready, and what its consumers have not acknowledged.
pub fn messages(session: &Session, app: &App, name: &Name, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let Some(queue) = world.broker().queue(name) else { return html! {} };
    let is_stream = queue.kind() == Kind::Stream;
    let landing = Landing::of(app, session);
    let unacked = consuming::held(world, &landing, queue);
    let told = |message: &Message| match &message.properties.message_id {
        Some(event) => SelectAction::CopyIn(event.clone(), name.clone()),
        None => SelectAction::Story(None),
    };
    let line = |message: &Message, redelivered: bool, note: String| {
        let icon = if !message.deaths().is_empty() {
            words::LogIcon::Dead
        } else if redelivered {
            words::LogIcon::Redelivered
        } else {
            words::LogIcon::Message
        };
        let key = published_key(message).to_string();
        let asked = session.playhead.story.as_ref().filter(|story| story.copy.as_ref().is_none_or(|copy| copy == name));
        let is_asked = asked.is_some_and(|story| message.properties.message_id.as_ref() == Some(&story.event));
        html! {
            <li aria-current={is_asked.then_some("true")}>
                { message_icon(icon, session.hue(&key)) }
                <button
                    type="button"
                    class="link mono"
                    title={inspector::WHAT_HAPPENED_TO_THIS_MESSAGE}
                    onclick={on(dispatch, told(message))}
                >
                    { words::id(message) }
                </button>
                <span>{ key }</span>
                <span class="soft">{ note }</span>
            </li>
        }
    };
    let ready = |entry: Waiting<'_>| {
        let reason = entry.message.properties.header("x-first-death-reason").and_then(Value::as_str);
        let offset = entry.entry.filter(|_| is_stream).map(|entry| stream_texts::at(entry.sequence));
        let again = entry.redelivered().then(|| texts::WILL_BE_REDELIVERED.to_owned());
        let note = offset.or_else(|| reason.map(ToString::to_string)).or(again).unwrap_or_default();
        line(entry.message, entry.redelivered(), note)
    };
    let held = |held: &Held<'_>| line(held.message, false, held.by.map_or_else(|| "you".to_owned(), |id| instance_name(world, id)));
    let count = landing.ready(queue);
    html! {
        <div class="held" data-messages={name.to_string()}>
            <h3 class="small-head">{ if is_stream { stream_texts::IN_THE_LOG } else { texts::READY_THE_NEXT_FIRST } }</h3>
            if count == 0 {
                <p class="soft">{ if queue.consumers() > 0 { texts::NONE_WHAT_ARRIVES_GOES_STRAIGHT } else { texts::NONE } }</p>
            }
            <ol
                class="messages"
            >
                for entry in landing.messages(queue).take(MESSAGES_SHOWN_MAX) { { ready(entry) } }
            </ol>
            if count > MESSAGES_SHOWN_MAX as u64 {
                <p class="soft">{ inspector::and_more(&grouped(count - MESSAGES_SHOWN_MAX as u64)) }</p>
            }
            if !unacked.is_empty() {
                <h3 class="small-head">
                    { if is_stream { stream_texts::OUT_WITH_READERS } else { texts::UNACKED_WITH_WHO_HOLDS_THEM } }
                </h3>
                <ol class="messages">
                    for one in unacked.iter().take(MESSAGES_SHOWN_MAX) { { held(one) } }
                </ol>
                if unacked.len() > MESSAGES_SHOWN_MAX {
                    <p class="soft">{ inspector::and_more(&grouped((unacked.len() - MESSAGES_SHOWN_MAX) as u64)) }</p>
                }
            }
        </div>
    }
}
