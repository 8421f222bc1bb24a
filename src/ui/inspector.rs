//! The right side: what is selected, with every field of it; a message's story; queues, services, and the broker.

use web_sys::HtmlInputElement;
use yew::{Event, Html, TargetCast, classes, html};

use super::widgets::{chosen, close_button, explained, mark, message_mark, on};
use super::{Dispatch, form};
use crate::app::commands::Command;
use crate::app::form::{About, badges, rows};
use crate::app::tokens::hue;
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, Dialog, EditAction, Node, OperateAction, PageAction, SelectAction, Session, TimeAction, commands};
use crate::base::number::Fixed;
use crate::broker::queue::ready;
use crate::broker::view::QueueView;
use crate::broker::{ChannelId, Flow, Message, Name, Resource, Value};
use crate::formats::amqp_json::table_to_json;
use crate::scenario::FaultKind;
use crate::scenario::edit::{Edit, Part};
use crate::sim::Occurrence;
use crate::sim::service::Instance;
use crate::sim::{End, Happening, InstanceId, Place};

/// So many messages of a queue are listed.
const MESSAGES_SHOWN_MAX: usize = 12;

pub fn right(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    html! {
        <aside class="right" aria-label="Inspector">
            { super::time::comparison(session) }
            { alert(session, dispatch) }
            { story(session, dispatch) }
            { inspector(session, app, dispatch) }
            { queues(session, dispatch) }
            { services(session, dispatch) }
            { broker(session, dispatch) }
        </aside>
    }
}

fn row(term: &str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ explained(term) }</dt><dd>{ value.into() }</dd></> }
}

/// What a monitor of dead-letter queues would wake somebody for.
fn alert(session: &Session, dispatch: &Dispatch) -> Html {
    let broker = session.world().broker();
    let dead = session.scenario().broker.queues.iter().filter(|queue| session.scenario().broker.is_dead_letter_queue(&queue.name));
    let waiting: Vec<(Name, u64)> =
        dead.filter_map(|queue| Some((queue.name.clone(), broker.queue(&queue.name)?.ready()))).filter(|(_, ready)| *ready > 0).collect();
    if waiting.is_empty() {
        return html! {};
    }
    html! {
        <section class="sec alert" id="dead-letter-alert" aria-label="Dead-letter alert">
            for (name, ready) in waiting.into_iter() {
                <p>
                    { mark(words::Mark::Dead) }
                    <span>
                        { format!("{ready} dead {} in ", if ready == 1 { "letter" } else { "letters" }) }
                        <button type="button" class="link" onclick={on(dispatch, SelectAction::Node(Some(Place::Queue(name.clone()))))}>
                            { &*name }
                        </button>
                    </span>
                </p>
            }
        </section>
    }
}

fn inspector(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let read_only = app.options.read_only;
    let fields = |about: &About| {
        let fields = form::rows(session, &rows(session.scenario(), about), dispatch);
        html! { <fieldset class="plain" disabled={read_only} aria-label="Fields">{ fields }</fieldset> }
    };
    let Some(node) = &session.selection.primary else {
        return html! {
            <details class="sec" id="scenario-form"><summary>{ "The scenario as a whole" }</summary>{ fields(&About::Scenario) }</details>
        };
    };
    let (kind, body) = match node {
        Place::Client(index) => ("HTTP client", client_details(session, *index, dispatch)),
        Place::Instance(id) => ("Service", service_details(session, *id, dispatch)),
        Place::Exchange(_) => ("Exchange", html! { <p class="soft">{ "It routes, and stores nothing." }</p> }),
        Place::Queue(name) => ("Queue", queue_details(session, name, dispatch)),
    };
    let part = session.part(node);
    let also = session.selection.also.len();
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head">
                <h2>{ kind }{ if also > 0 { format!(" and {also} more") } else { String::new() } }</h2>
                { close_button("Close the inspector", on(dispatch, SelectAction::Node(None))) }
            </div>
            if let Some(part) = &part { { head(part, node, read_only, dispatch) } }
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
                <span>{ "Name" }</span>
                <input id="name" class="name-field" ~defaultValue={value} {onchange} autocomplete="off" spellcheck="false" />
            </label>
            <div class="buttons tools">
                <button
                    type="button"
                    class="line small"
                    id="connect"
                    title="Draw a line from here (C)"
                    onclick={on(dispatch, EditAction::ToggleLine)}
                >
                    { "Connect to…" }
                </button>
                <button
                    type="button"
                    class="line small"
                    id="more"
                    title="All commands"
                    onclick={on(dispatch, PageAction::OpenDialog(Dialog::Commands))}
                >
                    { "More…" }
                </button>
                <button type="button" class="line small danger" id="delete" title="Delete it, and what refers to it (Delete)"
                    onclick={on(dispatch, EditAction::Delete)}>{ "Delete" }</button>
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
                { row("Timed out", http.map_or(0, |http| http.timed_out).to_string()) }
            </dl>
            <div class="buttons">
                <button type="button" class="line small" id="send-one" onclick={send(1)}>{ "Send a request" }</button>
                <button type="button" class="line small" id="send-many" onclick={send(50)}>{ "Send 50 at once" }</button>
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
                { row("Working on", state.deliveries().count().to_string()) }
                { row("Handled", state.handled.to_string()) }
                { row("Failed", state.failed.to_string()) }
            </dl>
            <div class="buttons" role="group" aria-label="Faults">
                for command in commands::of_instance(session, id).into_iter() { { fault(command) } }
            </div>
        </>
    }
}

/// What can happen to the broker itself.
fn broker(session: &Session, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let alarm = |resource: Resource| {
        let kind = FaultKind::Alarm(resource);
        let on_now = world.broker().alarms().contains(&resource);
        let action = if on_now { Action::Operate(OperateAction::Mend(kind)) } else { Action::Operate(OperateAction::Break(kind)) };
        let word = format!("{} {} alarm", if on_now { "Clear" } else { "Raise" }, resource.name());
        html! { <button type="button" class="line small" data-alarm={resource.name()} onclick={on(dispatch, action)}>{ word }</button> }
    };
    let (is_well, state) = match world.broker().alarms() {
        _ if world.is_broker_down() => (false, "Down: no client can connect.".to_owned()),
        [] => (true, "Running.".to_owned()),
        alarms => {
            let names: Vec<&str> = alarms.iter().map(|alarm| alarm.name()).collect();
            (false, format!("Low on {}: publishers are blocked.", names.join(" and ")))
        }
    };
    html! {
        <section class="sec last">
            <h2>{ "Broker" }</h2>
            <p id="broker-state" class={classes!((!is_well).then_some("objection"))}>{ state }</p>
            <div class="buttons">
                <button
                    type="button"
                    class="line small"
                    id="restart-broker"
                    onclick={on(dispatch, OperateAction::Break(FaultKind::RestartBroker))}
                >
                    { "Restart" }
                </button>
                { alarm(Resource::Memory) }
                { alarm(Resource::Disk) }
            </div>
        </section>
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
        (cut, "cut off"),
        (blocked, "blocked"),
        (!cut && world.is_connecting(id), "connecting"),
    ];
    let told: Vec<&str> = words.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    if told.is_empty() { "up".into() } else { told.join(", ") }
}

fn queue_details(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let Some(queue) = session.world().broker().queue(name) else {
        return html! {
            <p class="objection">{ "The broker does not have it now: it was deleted, expired, or did not survive a restart." }</p>
        };
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
                if let Some(capacity) = capacity { { row("Consumer capacity", format!("{:.0} %", Fixed(capacity * 100.0))) } }
                { row("Arrived", copies.arrived.to_string()) }
                { row("Acknowledged", (copies.acknowledged + copies.auto_acknowledged).to_string()) }
                { row("Redelivered", copies.redelivered.to_string()) }
                { row("Dead-lettered", copies.dead_lettered_total().to_string()) }
            </dl>
            <div class="buttons" role="group" aria-label="Messages by hand">
                <button
                    type="button"
                    class="line small"
                    id="get"
                    title="Gets a message and puts it back (nack, requeue): it will count as redelivered"
                    onclick={get(1, true)}
                >
                    { "Get, requeue" }
                </button>
                <button
                    type="button"
                    class="line small"
                    id="get-ack"
                    title="Gets a message and acknowledges it: it is gone"
                    onclick={get(1, false)}
                >
                    { "Get, ack" }
                </button>
                <button
                    type="button"
                    class="line small danger"
                    id="purge"
                    title="Drops every ready message; unacked ones stay"
                    onclick={on(dispatch, OperateAction::Purge(name.clone()))}
                >
                    { "Purge" }
                </button>
            </div>
            <div class="buttons choice" key={name.to_string()}>
                <select id="move-to" class="small" aria-label="Where all its messages are to go">
                    <option value="*">{ "to where they were published" }</option>
                    for other in others { <option value={other.name.to_string()}>{ format!("to {}", other.name) }</option> }
                </select>
                <button
                    type="button"
                    class="line small"
                    id="move"
                    title="Publishes every ready message there, and takes it out of here"
                    onclick={onmove}
                >
                    { "Move all" }
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
        let sign = if !message.deaths().is_empty() {
            words::Mark::Dead
        } else if redelivered {
            words::Mark::Redelivered
        } else {
            words::Mark::Message
        };
        let key = original_key(message);
        html! {
            <li>
                { message_mark(sign, hue(session.scenario(), &key)) }
                <button
                    type="button"
                    class="link mono"
                    title="What happened to this message?"
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
        let note =
            reason.map_or_else(|| if entry.redelivered() { "will be redelivered".to_owned() } else { String::new() }, ToString::to_string);
        line(&entry.message, entry.redelivered(), note)
    };
    let held = |channel: ChannelId, message: &Message| {
        let by = world.instance_of_channel(channel).map_or_else(|| "you".to_owned(), |id| instance_name(world, id));
        line(message, false, by)
    };
    html! {
        <div class="held" data-messages={name.to_string()}>
            <h3 class="small-head">{ "Ready, the next first" }</h3>
            if queue.ready() == 0 {
                <p class="soft">
                    { if queue.consumers() > 0 { "None: what arrives goes straight to a consumer that has room." } else { "None." } }
                </p>
            }
            <ol
                class="messages"
            >
                for entry in queue.messages().take(MESSAGES_SHOWN_MAX) { { ready(entry) } }
            </ol>
            if queue.ready() > MESSAGES_SHOWN_MAX as u64 {
                <p class="soft">{ format!("and {} more", queue.ready() - MESSAGES_SHOWN_MAX as u64) }</p>
            }
            if !unacked.is_empty() {
                <h3 class="small-head">{ "Unacked, with who holds them" }</h3>
                <ol class="messages">
                    for (_, channel, message) in unacked.iter().take(MESSAGES_SHOWN_MAX) { { held(*channel, message) } }
                </ol>
                if unacked.len() > MESSAGES_SHOWN_MAX {
                    <p class="soft">{ format!("and {} more", unacked.len() - MESSAGES_SHOWN_MAX) }</p>
                }
            }
        </div>
    }
}

/// The key a message was first published with: a dead letter has another one now.
fn original_key(message: &Message) -> String {
    message.deaths().last().and_then(|death| death.routing_keys.first()).unwrap_or(&message.routing_key).to_string()
}

fn queues(session: &Session, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    let queue_row = |queue: QueueView<'_>| {
        let name = queue.name().clone();
        let spec = scenario.broker.queues.iter().find(|spec| spec.name == name);
        let select = on(dispatch, SelectAction::Node(Some(Place::Queue(name.clone()))));
        html! {
            <tr key={name.to_string()} data-queue={name.to_string()}>
                <th scope="row">
                    <button type="button" class="link" onclick={select}>{ &*name }</button>
                    <span class="row-badges">
                        for badge in spec.map(badges).unwrap_or_default().into_iter() { <span class="badge">{ badge }</span> }
                    </span>
                </th>
                <td class="number" data-count="ready">{ queue.ready() }</td>
                <td class="number" data-count="unacked">{ queue.unacked() }</td>
                <td class="number" data-count="total">{ queue.total() }</td>
            </tr>
        }
    };
    html! {
        <section class="sec">
            <h2>{ "Queues" }</h2>
            <table class="table" id="queues">
                <thead>
                    <tr>
                        <th scope="col">{ "Name" }</th>
                        <th scope="col" class="number">{ "Ready" }</th>
                        <th scope="col" class="number">{ "Unacked" }</th>
                        <th scope="col" class="number">{ "Total" }</th>
                    </tr>
                </thead>
                <tbody>for queue in session.world().broker().queues() { { queue_row(queue) } }</tbody>
            </table>
        </section>
    }
}

fn services(session: &Session, dispatch: &Dispatch) -> Html {
    let instance_row = |id: InstanceId, state: &Instance| {
        let name = instance_name(session.world(), id);
        let (action, word) = if state.up {
            (Action::Operate(OperateAction::Kill(id)), "Kill")
        } else {
            (Action::Operate(OperateAction::Start(id)), "Start")
        };
        html! {
            <li key={name.clone()} data-service={name.clone()} class={classes!((!state.up).then_some("down"))}>
                <span class="health" aria-hidden="true" />
                <button type="button" class="link" onclick={on(dispatch, SelectAction::Node(Some(Place::Instance(id))))}>
                    { &name }
                </button>
                <span class="soft">{ state_word(session, id, state) }</span>
                <button
                    type="button"
                    class="line small"
                    data-toggle={name.clone()}
                    aria-label={format!("{word} {name}")}
                    onclick={on(dispatch, action)}
                >
                    { word }
                </button>
            </li>
        }
    };
    html! {
        <section class="sec">
            <h2>{ "Services" }</h2>
            <ul class="services">for (id, state) in session.world().instances() { { instance_row(id, state) } }</ul>
        </section>
    }
}

/// The story of one message; any event's id can be asked for.
fn story(session: &Session, dispatch: &Dispatch) -> Html {
    let onask = dispatch.reform(|event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        Action::Select(SelectAction::Story(Some(typed.trim()).filter(|id| !id.is_empty()).map(Into::into)))
    });
    let asked = session.playhead.story.as_ref().map(|told| told.event.to_string()).unwrap_or_default();
    let ask = |event: &Name| {
        let action = Action::Select(SelectAction::Story(Some(event.clone())));
        html! { <button type="button" class="link mono" onclick={on(dispatch, action)}>{ &**event }</button> }
    };
    let entry_row = |entry: &Occurrence| {
        let words::Line { mark: sign, what, detail } = words::line(entry, session.world());
        let seek = Action::Time(TimeAction::Seek(entry.at));
        html! {
            <li>
                { mark(sign) }
                <span><b>{ what }</b><span class="soft">{ detail }</span></span>
                <button type="button" class="link mono soft" title="Go to this moment" onclick={on(dispatch, seek)}>
                    { entry.at.to_string() }
                </button>
            </li>
        }
    };
    html! {
        <section class="sec" id="story" aria-label="The story of a message">
            <label class="field">
                <span>{ "Where did my message go?" }</span>
                <input
                    id="ask"
                    class="mono"
                    placeholder="event ID, e.g. e-7"
                    value={asked}
                    onchange={onask}
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            if let Some(told) = &session.playhead.story {
                <div id="biography">
                    <div class="sec-head">
                        <h3>{ &*told.event }</h3>
                        { close_button("Close the story", on(dispatch, SelectAction::Story(None))) }
                    </div>
                    if let Some(life) = &told.life {
                        <dl class="kv">
                            if let Some(cause) = life.cause.as_ref().filter(|cause| cause.starts_with("e-")) {
                                <dt>{ "Because of" }</dt>
                                <dd>{ ask(cause) }</dd>
                            }
                            for place in life.whereabouts.iter() {
                                <dt>{ "Where" }</dt>
                                <dd>{ words::whereabouts(place, session.world()) }</dd>
                            }
                            if !life.effects.is_empty() {
                                <dt>{ "Led to" }</dt>
                                <dd>for event in life.effects.iter().take(8) { { ask(event) }{ " " } }</dd>
                            }
                        </dl>
                        if let Some(message) = life.entries.iter().rev().find_map(|entry| entry.what.message()) { { letter(message) } }
                        <p class="small-head">{ format!("Until {}", told.at) }</p>
                        <ol class="story">
                            for entry in life.entries.iter().filter(|entry| !matches!(entry.what, Happening::Settling { .. })).take(80) {
                                { entry_row(entry) }
                            }
                        </ol>
                        if life.entries.len() > 80 { <p class="soft">{ format!("and {} more", life.entries.len() - 80) }</p> }
                    } else {
                        <p class="soft">{ format!("There is no such message yet at {}.", session.world().now()) }</p>
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
            <summary>{ "Headers, properties, payload" }</summary>
            for death in deaths.iter() { <p>{ death }</p> }
            <dl class="kv">
                { row("Routing key", message.routing_key.to_string()) }
                { row("Delivery mode", if properties.delivery_mode == Some(2) { "2, persistent" } else { "1, transient" }) }
                if let Some(expiration) = &properties.expiration { { row("Expiration", format!("{expiration} ms")) } }
                if let Some(priority) = properties.priority { { row("Priority", priority.to_string()) } }
            </dl>
            if let Some(headers) = headers { <pre class="mono">{ headers }</pre> }
            <pre class="mono">{ message.body.as_text().unwrap_or("(only its size is known)").to_owned() }</pre>
        </details>
    }
}
