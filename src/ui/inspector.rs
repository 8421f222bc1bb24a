//! The right side: what is selected, with every field of it; a message's story; queues, services, and the broker.

use web_sys::HtmlInputElement;
use yew::{Event, Html, TargetCast, classes, html};

use super::texts::inspector as texts;
use super::widgets::{Look, button, close_button, log_icon, on, row};
use super::{Dispatch, costs, findings, form, queue};
use crate::app::commands::Command;
use crate::app::form::About;
use crate::app::words;
use crate::app::{Action, App, Dialog, EditAction, Node, OperateAction, PageAction, SelectAction, Session, TimeAction, commands};
use crate::broker::{Message, Name};
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::{Edit, Part};
use crate::sim::TimedEvent;
use crate::sim::{InstanceId, Place, WorldEvent};

/// The part that is selected.
pub fn part(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let read_only = app.options.read_only;
    let Some(node) = &session.selection.primary else { return html! {} };
    let (kind, body) = match node {
        Place::Client(index) => (texts::HTTP_CLIENT, client_details(session, *index, dispatch)),
        Place::Instance(id) => ("Service", service_details(session, *id, dispatch)),
        Place::Exchange(_) => ("Exchange", html! { <p class="soft">{ texts::IT_ROUTES_AND_STORES_NOTHING }</p> }),
        Place::Queue(name) => ("Queue", queue::view(session, app, name, dispatch)),
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
                { costs::offer(session, None, dispatch) }
            }
            { body }
            if let Some(part) = part.filter(|part| !matches!(part, Part::Queue(_))) {
                { form::about(session, app, &About::Part(part), dispatch) }
            }
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
                { row("State", words::state(session.world(), id)) }
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
