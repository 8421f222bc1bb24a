//! The right side: what is selected, with every field of it; a message's story; queues, services, and the broker.

use web_sys::HtmlInputElement;
use yew::{Event, Html, TargetCast, classes, html};

use super::texts::inspector as texts;
use super::widgets::{Look, button, chosen, close_button, explained, log_icon, message_icon, on};
use super::{Dispatch, findings, form};
use crate::app::commands::Command;
use crate::app::form::{About, rows};
use crate::app::tokens::{hue, published_key};
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, Dialog, EditAction, Node, OperateAction, PageAction, SelectAction, Session, TimeAction, commands};
use crate::base::number::Fixed;
use crate::broker::queue::ready;
use crate::broker::{ChannelId, Flow, Message, Name, Value};
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::{Edit, Part};
use crate::sim::TimedEvent;
use crate::sim::service::Instance;
use crate::sim::{End, InstanceId, Place, WorldEvent};

/// So many messages of a queue are listed.
const MESSAGES_SHOWN_MAX: usize = 12;

fn row(term: &str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ explained(term) }</dt><dd>{ value.into() }</dd></> }
}

/// The part that is selected.
pub fn part(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let read_only = app.options.read_only;
    let fields = |about: &About| {
        let fields = form::rows(session, &rows(session.scenario(), about), dispatch);
        html! { <fieldset class="plain" disabled={read_only} aria-label={texts::FIELDS}>{ fields }</fieldset> }
    };
    let Some(node) = &session.selection.primary else { return html! {} };
    let (kind, body) = match node {
        Place::Client(index) => (texts::HTTP_CLIENT, client_details(session, *index, dispatch)),
        Place::Instance(id) => ("Service", service_details(session, *id, dispatch)),
        Place::Exchange(_) => ("Exchange", html! { <p class="soft">{ texts::IT_ROUTES_AND_STORES_NOTHING }</p> }),
        Place::Queue(name) => ("Queue", queue_details(session, name, dispatch)),
    };
    let part = session.part(node);
    let also = session.selection.also.len();
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head">
                <h2>{ kind }{ if also > 0 { texts::with_others(&also) } else { String::new() } }</h2>
                { close_button(texts::CLOSE_THE_INSPECTOR, on(dispatch, SelectAction::Node(None))) }
            </div>
            if let Some(part) = &part {
                { head(part, node, read_only, dispatch) }
                { findings::of_part(session, app, part, dispatch) }
            }
            { body }
            if let Some(part) = part { { fields(&About::Part(part)) } }
            if let Place::Queue(name) = node { { messages(session, name, dispatch) } }
        </section>
    }
}

/// The node's name, and what can be done with it as a whole.
fn head(part: &Part, node: &Node, read_only: bool, dispatch: &Dispatch) -> Html {
    if read_only {
        return html! { <h3>{ &**part.name() }</h3> };
    }
    let onchange = dispatch.reform({
        let part = part.clone();
        move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let typed = input.value();
            // The field shows the document's name again: if that changes, there will be another field.
            input.set_value(part.name());
            Action::Edit(EditAction::Apply(Edit::Rename { part: part.clone(), name: typed.trim().into() }))
        }
    });
    let value = wasm_bindgen::JsValue::from_str(part.name());
    html! {
        <div key={format!("{node:?}{}", part.name())}>
            <label class="field">
                <span>{ texts::NAME }</span>
                <input id="name" class="name-field" ~defaultValue={value} {onchange} autocomplete="off" spellcheck="false" />
            </label>
            <div class="buttons tools">
                <button
                    type="button"
                    class="line small"
                    id="connect"
                    title={texts::DRAW_A_LINE_FROM_HERE}
                    onclick={on(dispatch, EditAction::ToggleLine)}
                >
                    { texts::CONNECT_TO }
                </button>
                <button
                    type="button"
                    class="line small"
                    id="more"
                    title={texts::ALL_COMMANDS}
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Commands))}
                >
                    { texts::MORE }
                </button>
                <button type="button" class="line small danger" id="delete" title={texts::DELETE_IT_AND_WHAT_REFERS}
                    onclick={on(dispatch, EditAction::Delete)}>{ texts::DELETE }</button>
            </div>
        </div>
    }
}

fn client_details(session: &Session, index: usize, dispatch: &Dispatch) -> Html {
    let Some(client) = session.world().clients().get(index) else { return html! {} };
    let spec = &client.spec;
    let http = session.world().metrics().http(&spec.name);
    let send = |count: u32| on(dispatch, OperateAction::Request(spec.name.clone(), count));
    html! {
        <>
            <dl class="kv">
                { row("Sent", session.world().requests(index).to_string()) }
                { row("Succeeded", http.map_or(0, |http| http.succeeded).to_string()) }
                { row("Failed", http.map_or(0, |http| http.failed).to_string()) }
                { row(texts::TIMED_OUT, http.map_or(0, |http| http.timed_out).to_string()) }
            </dl>
            <div class="buttons">
                { button(Look::Small, "send-one", texts::SEND_A_REQUEST, send(1)) }
                { button(Look::Small, "send-many", texts::SEND_50_AT_ONCE, send(50)) }
            </div>
        </>
    }
}

fn service_details(session: &Session, id: InstanceId, dispatch: &Dispatch) -> Html {
    let Some(state) = session.world().instance(id) else { return html! {} };
    let fault = |command: Command| {
        let class = classes!("line", "small", command.is_destructive().then_some("danger"));
        html! {
            <button
                type="button"
                {class}
                title={command.explains}
                data-fault={command.word.clone()}
                onclick={on(dispatch, command.action)}
            >
                { command.word }
            </button>
        }
    };
    html! {
        <>
            <dl class="kv">
                { row("State", state_word(session, id, state)) }
                { row(texts::WORKING_ON, state.deliveries().count().to_string()) }
                { row("Handled", state.handled.to_string()) }
                { row("Failed", state.failed.to_string()) }
            </dl>
            <div class="buttons" role="group" aria-label={texts::FAULTS}>
                for command in commands::of_instance(session, id).into_iter() { { fault(command) } }
            </div>
        </>
    }
}

/// Everything that is the matter with a program.
pub fn state_word(session: &Session, id: InstanceId, state: &Instance) -> String {
    if !state.up {
        return "down".into();
    }
    let world = session.world();
    let blocked = state.connection.is_some_and(|connection| world.broker().flow(connection) == Some(Flow::Blocked));
    let cut = world.is_cut([End::Service(id.service), End::Broker]);
    let words = [
        (state.hung, "hanging"),
        (state.stopping, "stopping"),
        (state.slowness > 1.0, "slow"),
        (cut, texts::CUT_OFF),
        (blocked, "blocked"),
        (!cut && world.is_connecting(id), "connecting"),
    ];
    let told: Vec<&str> = words.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    if told.is_empty() { "up".into() } else { told.join(", ") }
}

fn queue_details(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let Some(queue) = session.world().broker().queue(name) else {
        return html! { <p class="objection">{ texts::THE_BROKER_DOES_NOT_HAVE }</p> };
    };
    let ledger = session.world().ledger();
    let copies = ledger.queues.get(name).cloned().unwrap_or_default();
    let capacity = session.world().metrics().queue(name).and_then(|metrics| metrics.capacity(session.world().now()));
    let get = |count: u32, requeue: bool| on(dispatch, OperateAction::Get { queue: name.clone(), count, requeue });
    let others = session.scenario().broker.queues.iter().filter(|other| other.name != *name);
    let from = name.clone();
    let onmove = chosen(dispatch, move |value| {
        Action::Operate(OperateAction::Move { queue: from.clone(), to: (value != "*").then(|| value.into()) })
    });
    html! {
        <>
            <dl class="kv">
                { row("Ready", queue.ready().to_string()) }
                { row("Unacked", queue.unacked().to_string()) }
                { row("Consumers", queue.consumers().to_string()) }
                if let Some(capacity) = capacity { { row(texts::CONSUMER_CAPACITY, format!("{:.0} %", Fixed(capacity * 100.0))) } }
                { row("Arrived", copies.arrived.to_string()) }
                { row("Acknowledged", (copies.acknowledged + copies.auto_acknowledged).to_string()) }
                { row("Redelivered", copies.redelivered.to_string()) }
                { row("Dead-lettered", copies.dead_lettered_total().to_string()) }
            </dl>
            <div class="buttons" role="group" aria-label={texts::MESSAGES_BY_HAND}>
                <button type="button" class="line small" id="get" title={texts::GETS_A_MESSAGE_AND_PUTS} onclick={get(1, true)}>
                    { texts::GET_REQUEUE }
                </button>
                <button
                    type="button"
                    class="line small"
                    id="get-ack"
                    title={texts::GETS_A_MESSAGE_AND_ACKNOWLEDGES}
                    onclick={get(1, false)}
                >
                    { texts::GET_ACK }
                </button>
                <button
                    type="button"
                    class="line small danger"
                    id="purge"
                    title={texts::DROPS_EVERY_READY_MESSAGE_UNACKED}
                    onclick={on(dispatch, OperateAction::Purge(name.clone()))}
                >
                    { texts::PURGE }
                </button>
            </div>
            <div class="buttons choice" key={name.to_string()}>
                <select id="move-to" class="small" aria-label={texts::WHERE_ALL_ITS_MESSAGES_ARE}>
                    <option value="*">{ texts::TO_WHERE_THEY_WERE_PUBLISHED }</option>
                    for other in others { <option value={other.name.to_string()}>{ texts::to(&other.name) }</option> }
                </select>
                <button type="button" class="line small" id="move" title={texts::PUBLISHES_EVERY_READY_MESSAGE_THERE} onclick={onmove}>
                    { texts::MOVE_ALL }
                </button>
            </div>
        </>
    }
}

/// What a queue holds: what is ready, and what its consumers have not acknowledged.
pub fn messages(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let Some(queue) = world.broker().queue(name) else { return html! {} };
    let unacked: Vec<_> = world.broker().all_unacked().filter(|(queue, ..)| *queue == name).collect();
    let line = |message: &Message, redelivered: bool, note: String| {
        let icon = if !message.deaths().is_empty() {
            words::LogIcon::Dead
        } else if redelivered {
            words::LogIcon::Redelivered
        } else {
            words::LogIcon::Message
        };
        let key = published_key(message).to_string();
        html! {
            <li>
                { message_icon(icon, hue(session.scenario(), &key)) }
                <button
                    type="button"
                    class="link mono"
                    title={texts::WHAT_HAPPENED_TO_THIS_MESSAGE}
                    onclick={on(dispatch, SelectAction::Story(message.properties.message_id.clone()))}
                >
                    { words::id(message) }
                </button>
                <span>{ key }</span>
                <span class="soft">{ note }</span>
            </li>
        }
    };
    let ready = |entry: &ready::Entry| {
        let reason = entry.message.properties.header("x-first-death-reason").and_then(Value::as_str);
        let note = reason
            .map_or_else(|| if entry.redelivered() { texts::WILL_BE_REDELIVERED.to_owned() } else { String::new() }, ToString::to_string);
        line(&entry.message, entry.redelivered(), note)
    };
    let held = |channel: ChannelId, message: &Message| {
        let by = world.instance_of_channel(channel).map_or_else(|| "you".to_owned(), |id| instance_name(world, id));
        line(message, false, by)
    };
    html! {
        <div class="held" data-messages={name.to_string()}>
            <h3 class="small-head">{ texts::READY_THE_NEXT_FIRST }</h3>
            if queue.ready() == 0 {
                <p class="soft">{ if queue.consumers() > 0 { texts::NONE_WHAT_ARRIVES_GOES_STRAIGHT } else { texts::NONE } }</p>
            }
            <ol
                class="messages"
            >
                for entry in queue.messages().take(MESSAGES_SHOWN_MAX) { { ready(entry) } }
            </ol>
            if queue.ready() > MESSAGES_SHOWN_MAX as u64 {
                <p class="soft">{ texts::and_more(&(queue.ready() - MESSAGES_SHOWN_MAX as u64)) }</p>
            }
            if !unacked.is_empty() {
                <h3 class="small-head">{ texts::UNACKED_WITH_WHO_HOLDS_THEM }</h3>
                <ol class="messages">
                    for (_, channel, message) in unacked.iter().take(MESSAGES_SHOWN_MAX) { { held(*channel, message) } }
                </ol>
                if unacked.len() > MESSAGES_SHOWN_MAX {
                    <p class="soft">{ texts::and_more(&(unacked.len() - MESSAGES_SHOWN_MAX)) }</p>
                }
            }
        </div>
    }
}

/// The story of one message; any event's id can be asked for.
pub fn story(session: &Session, dispatch: &Dispatch) -> Html {
    let ask = |event: &Name| {
        let action = Action::Select(SelectAction::Story(Some(event.clone())));
        html! { <button type="button" class="link mono" onclick={on(dispatch, action)}>{ &**event }</button> }
    };
    let entry_row = |entry: &TimedEvent| {
        let words::Line { icon, what, detail } = words::line(entry, session.world());
        let seek = Action::Time(TimeAction::Seek(entry.at));
        html! {
            <li>
                { log_icon(icon) }
                <span><b>{ what }</b><span class="soft">{ detail }</span></span>
                <button type="button" class="link mono soft" title={texts::GO_TO_THIS_MOMENT} onclick={on(dispatch, seek)}>
                    { entry.at.to_string() }
                </button>
            </li>
        }
    };
    html! {
        <section class="sec" id="story" aria-label={texts::THE_STORY_OF_A_MESSAGE}>
            if let Some(story) = &session.playhead.story {
                <div id="biography">
                    <div class="sec-head">
                        <h3>{ &*story.event }</h3>
                        { close_button(texts::CLOSE_THE_STORY, on(dispatch, SelectAction::Story(None))) }
                    </div>
                    if let Some(life) = &story.life {
                        <dl class="kv">
                            if let Some(cause) = life.cause.as_ref().filter(|cause| cause.starts_with("e-")) {
                                <dt>{ texts::BECAUSE_OF }</dt>
                                <dd>{ ask(cause) }</dd>
                            }
                            for place in life.whereabouts.iter() {
                                <dt>{ texts::WHERE }</dt>
                                <dd>{ words::whereabouts(place, session.world()) }</dd>
                            }
                            if !life.effects.is_empty() {
                                <dt>{ texts::LED_TO }</dt>
                                <dd>for event in life.effects.iter().take(8) { { ask(event) }{ " " } }</dd>
                            }
                        </dl>
                        if let Some(message) = life.entries.iter().rev().find_map(|entry| entry.what.message()) { { letter(message) } }
                        <p class="small-head">{ texts::until(&story.at) }</p>
                        <ol class="story">
                            for entry in life.entries.iter().filter(|entry| !matches!(entry.what, WorldEvent::Settling { .. })).take(80) {
                                { entry_row(entry) }
                            }
                        </ol>
                        if life.entries.len() > 80 { <p class="soft">{ texts::and_more(&(life.entries.len() - 80)) }</p> }
                    } else {
                        <p class="soft">{ texts::there_is_no_such_message(&session.world().now()) }</p>
                    }
                </div>
            }
        </section>
    }
}

/// What a message carries, and what its headers say in words.
fn letter(message: &Message) -> Html {
    let properties = &message.properties;
    let headers = properties.headers.as_ref().map(|headers| table_to_json(headers).to_string()).filter(|text| text != "{}");
    let deaths = words::deaths(message);
    html! {
        <details class="letter">
            <summary>{ texts::HEADERS_PROPERTIES_PAYLOAD }</summary>
            for death in deaths.iter() { <p>{ death }</p> }
            <dl class="kv">
                { row(texts::ROUTING_KEY, message.routing_key.to_string()) }
                { row(texts::DELIVERY_MODE, if properties.delivery_mode == Some(2) { texts::N2_PERSISTENT } else { texts::N1_TRANSIENT }) }
                if let Some(expiration) = &properties.expiration { { row("Expiration", texts::ms(&expiration)) } }
                if let Some(priority) = properties.priority { { row("Priority", priority.to_string()) } }
            </dl>
            if let Some(headers) = headers { <pre class="mono">{ headers }</pre> }
            <pre class="mono">{ message.body.as_text().unwrap_or(texts::ONLY_ITS_SIZE_IS_KNOWN).to_owned() }</pre>
        </details>
    }
}
