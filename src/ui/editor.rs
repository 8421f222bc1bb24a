//! Editing: the palette, what can be undone, and the fields of the inspector. Each field says what it changes; the document says whether
//! it may.

use std::ops::RangeInclusive;
use wasm_bindgen::JsValue;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Event, Html, TargetCast, html};

use super::panels::on;
use super::{Dispatch, icons};
use crate::app::{Action, App, Node, Session};
use crate::broker::{ExchangeType, Name, SimTime, Value};
use crate::scenario::edit::{Edit, PartKind};
use crate::scenario::{Action as StepAction, FailurePolicy, Pattern, Service, Span, Trigger};

/// A day, in milliseconds.
const MILLIS_MAX: u64 = 86_400_000;

pub fn palette(dispatch: &Dispatch) -> Html {
    html! {
        <section class="sec" aria-label="Parts">
            <h2>{ "Parts" }</h2>
            <div class="parts">
                { for PartKind::ALL.into_iter().map(|(name, kind)| html! {
                    <button type="button" class="line small" data-part={name} title={format!("Add: {name}")} aria-label={format!("Add: {name}")}
                        onclick={on(dispatch, Action::PartPressed(kind))}>{ icon(kind) }{ name.trim_end_matches(" exchange").trim_end_matches(" queue") }</button>
                }) }
            </div>
        </section>
    }
}

/// The shape it will have on the canvas.
fn icon(kind: PartKind) -> Html {
    let path = match kind {
        PartKind::Client => "M5 4.5h6a3.5 3.5 0 0 1 0 7H5a3.5 3.5 0 0 1 0-7z",
        PartKind::Service => "M2.5 3h11v10h-11z",
        PartKind::Exchange(_) => "M8 1.8 13.4 5v6L8 14.2 2.6 11V5z",
        PartKind::ClassicQueue => "M1.5 4.5h13v7h-13zM6 4.5v7M10.2 4.5v7",
        PartKind::QuorumQueue => "M1.5 6.5h11v6h-11zM5 6.5v6M9 6.5v6M4 3.5h10.5v6",
    };
    html! {
        <svg class="icon part" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5"><path d={path} /></svg>
    }
}

pub fn history(session: &Session, dispatch: &Dispatch) -> Html {
    html! {
        <>
            <button type="button" class="icon-button" id="undo" aria-label="Undo" title="Undo (Ctrl+Z)" disabled={!session.can_undo()}
                onclick={on(dispatch, Action::UndoPressed)}>{ icons::undo() }</button>
            <button type="button" class="icon-button" id="redo" aria-label="Redo" title="Redo (Ctrl+Shift+Z)" disabled={!session.can_redo()}
                onclick={on(dispatch, Action::RedoPressed)}>{ icons::redo() }</button>
        </>
    }
}

/// What an edit could not do, or what is asked of the visitor.
pub fn notice(session: &Session, dispatch: &Dispatch) -> Html {
    if let Some(objection) = &session.objection {
        return html! {
            <div class="notice slim" role="alert" id="objection"><span>{ objection }</span>
                { super::drawing::close_button("Dismiss", on(dispatch, Action::ObjectionDismissed)) }</div>
        };
    }
    if session.connecting.is_some() {
        return html! {
            <div class="notice slim" role="status" id="connecting"><span>{ "Where does it lead? Choose a node, or press Esc." }</span>
                { super::drawing::close_button("Give up", on(dispatch, Action::ConnectPressed)) }</div>
        };
    }
    html! {}
}

/// What was being drawn last time can be gone on with.
pub fn draft(app: &App, dispatch: &Dispatch) -> Html {
    let Some(draft) = &app.draft else { return html! {} };
    html! {
        <div class="notice slim" role="status" id="draft">
            <span>{ format!("Last time you were changing “{}”.", draft.title()) }</span>
            <button type="button" class="line small" id="draft-open" onclick={on(dispatch, Action::DraftOpened)}>{ "Go on with it" }</button>
            { super::drawing::close_button("Discard it", on(dispatch, Action::DraftDiscarded)) }
        </div>
    }
}

/// The node's name, and what can be done with it as a whole.
pub fn head(session: &Session, node: &Node, dispatch: &Dispatch) -> Html {
    let Some(part) = session.part(node) else { return html! {} };
    let renamed = dispatch.reform({
        let part = part.clone();
        move |event: Event| Action::Edited(Edit::Rename { part: part.clone(), name: taken(&event, part.name()).trim().into() })
    });
    html! {
        <>
            { typed("Name", "name".into(), part.name(), "name-field", renamed) }
            <div class="buttons tools">
                <button type="button" class="line small" id="connect" title="Draw a line from here (C)" onclick={on(dispatch, Action::ConnectPressed)}>{ "Connect to…" }</button>
                <button type="button" class="line small danger" id="delete" title="Delete it, and what refers to it (Delete)"
                    onclick={on(dispatch, Action::DeletePressed)}>{ "Delete" }</button>
            </div>
        </>
    }
}

fn field(label: &str, id: String, value: &str, dispatch: &Dispatch, edit: impl Fn(&str) -> Edit + 'static) -> Html {
    let old = value.to_owned();
    let onchange = dispatch.reform(move |event: Event| Action::Edited(edit(&taken(&event, &old))));
    typed(label, id, value, "", onchange)
}

fn choice(
    label: &str,
    id: String,
    options: Vec<(String, String)>,
    chosen: &str,
    dispatch: &Dispatch,
    edit: impl Fn(&str) -> Edit + 'static,
) -> Html {
    let onchange = dispatch.reform(move |event: Event| Action::Edited(edit(&event.target_unchecked_into::<HtmlSelectElement>().value())));
    html! {
        <label class="field"><span>{ label.to_owned() }</span>
            <select {id} {onchange}>
                { for options.into_iter().map(|(value, words)| html! { <option value={value.clone()} selected={value == chosen}>{ words }</option> }) }
            </select></label>
    }
}

/// What was typed. The field shows the document's value again: when that changes, there will be another field.
fn taken(event: &Event, old: &str) -> String {
    let input: HtmlInputElement = event.target_unchecked_into();
    let typed = input.value();
    input.set_value(old);
    typed
}

/// A field for a whole number.
fn number(
    label: &'static str,
    id: String,
    value: u64,
    range: RangeInclusive<u64>,
    dispatch: &Dispatch,
    edit: impl Fn(u64) -> Edit + 'static,
) -> Html {
    let old = value.to_string();
    let text = old.clone();
    let onchange = dispatch.reform(move |event: Event| {
        let typed = taken(&event, &old);
        match typed.trim().parse::<u64>().ok().filter(|number| range.contains(number)) {
            Some(number) => Action::Edited(edit(number)),
            None => {
                Action::Refused(format!("“{label}” is a whole number from {} to {}, not “{}”.", range.start(), range.end(), typed.trim()))
            }
        }
    });
    typed(label, id, &text, "", onchange)
}

/// A field that the page leaves alone while somebody types: its text is set when the document's value is another, and then it is
/// another field.
fn typed(label: &str, id: String, value: &str, class: &'static str, onchange: Callback<Event>) -> Html {
    let text = JsValue::from_str(value);
    html! {
        <label class="field" key={format!("{id}={value}")}><span>{ label.to_owned() }</span>
            <input {id} {class} type="text" ~defaultValue={text} {onchange} autocomplete="off" spellcheck="false" /></label>
    }
}

/// A whole number, or what cannot be one: the document will say so.
fn whole(text: &str) -> Value {
    text.trim().parse::<i64>().map_or_else(|_| Value::string(text), Value::Int)
}

pub fn queue(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    let Some(spec) = scenario.broker.queues.iter().find(|queue| queue.name == *name) else { return html! {} };
    let argument = |label: &str, argument: &'static str| {
        let value = spec
            .arguments
            .get(argument)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), ToString::to_string))
            .unwrap_or_default();
        let queue = name.clone();
        field(label, argument.to_owned(), &value, dispatch, move |text| {
            let text = text.trim();
            let value = if argument == "x-dead-letter-routing-key" { Value::string(text) } else { whole(text) };
            Edit::SetQueueArgument { queue: queue.clone(), argument: argument.into(), value: (!text.is_empty()).then_some(value) }
        })
    };
    let mut exchanges = vec![(String::new(), "none: dead letters are dropped".to_owned())];
    exchanges.extend(scenario.broker.exchanges.iter().map(|exchange| (exchange.name.to_string(), exchange.name.to_string())));
    let chosen = spec.dead_letter_exchange().map(ToString::to_string).unwrap_or_default();
    let queue = name.clone();
    html! {
        <div class="fields">
            { argument("Messages expire after, ms", "x-message-ttl") }
            { argument("At most so many wait", "x-max-length") }
            if spec.is_quorum() { { argument("Delivery limit", "x-delivery-limit") } }
            { choice("Dead letters go to", "x-dead-letter-exchange".into(), exchanges, &chosen, dispatch, move |text| {
                let value = (!text.is_empty()).then(|| Value::string(text));
                Edit::SetQueueArgument { queue: queue.clone(), argument: "x-dead-letter-exchange".into(), value }
            }) }
            if spec.dead_letter_exchange().is_some() { { argument("with the key", "x-dead-letter-routing-key") } }
        </div>
    }
}

pub fn exchange(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    let Some(spec) = scenario.broker.exchanges.iter().find(|exchange| exchange.name == *name) else { return html! {} };
    let kinds = ExchangeType::ALL.iter().map(|kind| (kind.name().to_owned(), kind.name().to_owned())).collect();
    let exchange = name.clone();
    let bindings = scenario.broker.bindings.iter().enumerate().filter(|(_, binding)| binding.source == *name);
    html! {
        <div class="fields">
            { choice("Type", "exchange-type".into(), kinds, spec.kind.name(), dispatch, move |text| {
                let kind = ExchangeType::ALL.into_iter().find(|kind| kind.name() == text).unwrap_or(ExchangeType::Topic);
                Edit::SetExchangeType { exchange: exchange.clone(), kind }
            }) }
            { for bindings.map(|(number, binding)| html! {
                <div class="binding">
                    { field(&format!("Key to {}", binding.destination.name()), format!("binding-{number}"), &binding.routing_key, dispatch,
                        move |text| Edit::SetBindingKey { binding: number, key: text.into() }) }
                    <button type="button" class="icon-button" aria-label={format!("Remove the binding to {}", binding.destination.name())} title="Remove this binding"
                        onclick={on(dispatch, Action::Edited(Edit::RemoveBinding(number)))}>{ icons::close() }</button>
                </div>
            }) }
        </div>
    }
}

static POLICIES: [(&str, &str, FailurePolicy); 7] = [
    ("dead_letter", "reject: dead-letter", FailurePolicy::DeadLetter),
    ("requeue", "nack: requeue", FailurePolicy::Requeue),
    ("reject_requeue", "reject: requeue", FailurePolicy::RejectRequeue),
    ("chapter", "the chapter's code", FailurePolicy::Chapter),
    ("republish", "publish again, 3 times", FailurePolicy::Republish { retries: 3, via: Vec::new(), expirations: Vec::new() }),
    ("acknowledge", "log it and acknowledge", FailurePolicy::Acknowledge),
    ("crash", "crash", FailurePolicy::Crash),
];

pub fn service(service: &Service, dispatch: &Dispatch) -> Html {
    let name = service.name.clone();
    html! {
        <div class="fields">
            { number("Instances", "instances".into(), service.instances.into(), 0..=200, dispatch,
                move |number| Edit::SetInstances { service: name.clone(), instances: u32::try_from(number).unwrap_or(1) }) }
            { for service.handlers.iter().enumerate().map(|(index, _)| handler(service, index, dispatch)) }
        </div>
    }
}

fn handler(service: &Service, index: usize, dispatch: &Dispatch) -> Html {
    let spec = &service.handlers[index];
    let name = || service.name.clone();
    let work = spec.steps.iter().find_map(|step| match &step.action {
        StepAction::Work { time: Span::Constant(time) } => Some(*time),
        _ => None,
    });
    let on_queue = match &spec.trigger {
        Trigger::Queue(subscription) => {
            let (first, second) = (name(), name());
            let onchange = dispatch.reform(move |event: Event| {
                let auto_ack = event.target_unchecked_into::<HtmlInputElement>().checked();
                Action::Edited(Edit::SetAutoAck { service: first.clone(), handler: index, auto_ack })
            });
            let policies = POLICIES.iter().map(|(word, words, _)| ((*word).to_owned(), (*words).to_owned()));
            let chosen = POLICIES.iter().find(|(.., policy)| *policy == spec.on_failure).map_or("", |(word, ..)| word);
            let other = chosen.is_empty().then(|| (String::new(), "as in its file".to_owned()));
            let policy_of = name();
            let current = spec.on_failure.clone();
            html! {
                <>
                    { number("Prefetch (0 is unlimited)", format!("prefetch-{index}"), subscription.prefetch.into(), 0..=65_535, dispatch,
                        move |number| Edit::SetPrefetch { service: second.clone(), handler: index, prefetch: u16::try_from(number).unwrap_or(0) }) }
                    <label class="check"><input type="checkbox" checked={subscription.auto_ack} {onchange} /><span>{ "Automatic acknowledgement" }</span></label>
                    { choice("When it fails", format!("on-failure-{index}"), other.into_iter().chain(policies).collect(), chosen, dispatch, move |text| {
                        let policy = POLICIES.iter().find(|(word, ..)| *word == text).map_or_else(|| current.clone(), |(.., policy)| policy.clone());
                        Edit::SetOnFailure { service: policy_of.clone(), handler: index, policy }
                    }) }
                </>
            }
        }
        _ => html! {},
    };
    let work_of = name();
    html! {
        <fieldset>
            <legend>{ super::panels::trigger_words(&spec.trigger) }</legend>
            { on_queue }
            if let Some(time) = work {
                { number("It works for, ms", format!("work-{index}"), time.as_millis(), 0..=MILLIS_MAX, dispatch,
                    move |number| Edit::SetWork { service: work_of.clone(), handler: index, time: SimTime::from_millis(number) }) }
            }
            <ol class="steps">
                { for spec.steps.iter().enumerate().map(|(step, of_handler)| html! {
                    <li><span>{ super::panels::step_words(of_handler) }</span>
                        if step > 0 {
                            <button type="button" class="icon-button tiny" aria-label={format!("Step {} earlier", step + 1)} title="One place earlier: the order decides what a crash does"
                                onclick={on(dispatch, Action::Edited(Edit::RaiseStep { service: name(), handler: index, step }))}>{ icons::up() }</button>
                        }
                    </li>
                }) }
            </ol>
        </fieldset>
    }
}

pub fn client(client: &crate::scenario::Client, dispatch: &Dispatch) -> Html {
    let name = client.name.clone();
    let period = match &client.traffic.pattern {
        Pattern::Every(period) => Some(("A request every, ms", *period)),
        Pattern::Poisson(mean) => Some(("A request about every, ms", *mean)),
        _ => None,
    };
    let send = |count: u32| on(dispatch, Action::RequestPressed(client.name.clone(), count));
    html! {
        <>
            <div class="fields">
                if let Some((words, period)) = period {
                    { number(words, "period".into(), period.as_millis(), 1..=MILLIS_MAX, dispatch,
                        move |number| Edit::SetPeriod { client: name.clone(), period: SimTime::from_millis(number) }) }
                }
            </div>
            <div class="buttons">
                <button type="button" class="line small" id="send-one" onclick={send(1)}>{ "Send a request" }</button>
                <button type="button" class="line small" id="send-many" onclick={send(50)}>{ "Send 50 at once" }</button>
            </div>
        </>
    }
}
