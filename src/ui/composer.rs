//! Publishing by hand: what goes out, and which queues would get it and why, before it does.

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Event, Html, InputEvent, SubmitEvent, TargetCast, classes, html};

use super::texts::composer as texts;
use super::widgets::{help, on, option};
use super::{Dispatch, icons, whatif};
use crate::app::composer::{TEMPLATES, Typed};
use crate::app::glossary::meaning;
use crate::app::{Action, PublishAction, SelectAction, Session};
use crate::base::time::Span;
use crate::broker::ExchangeType;

pub fn view(session: &Session, dispatch: &Dispatch) -> Html {
    let (scenario, composer) = (session.scenario(), &session.composer);
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Publish(PublishAction::Publish)
    });
    let check = |what: Typed| dispatch.reform(move |_: Event| PublishAction::Check(what).into());
    let wrong = |what: Typed| composer.error.as_ref().is_some_and(|(field, _)| *field == what).then_some("true");
    let is_in_foot = |what: Typed| matches!(what, Typed::Count | Typed::Rate);
    // It stands at its field.
    let why = |what: Typed, id: &'static str| {
        let told = composer.why(what).filter(|_| !is_in_foot(what)).map(ToOwned::to_owned);
        html! { if let Some(told) = told { <span class="why" role="alert" id={format!("{id}-why")}>{ told }</span> } }
    };
    let input = |label: &'static str, id: &'static str, what: Typed, value: &str, hint: &'static str| {
        let oninput = dispatch.reform(move |event: InputEvent| {
            Action::Publish(PublishAction::Set(what, event.target_unchecked_into::<HtmlInputElement>().value()))
        });
        html! {
            <label>
                { label }
                <input
                    {id}
                    class="mono"
                    value={value.to_owned()}
                    {oninput}
                    onchange={check(what)}
                    placeholder={hint}
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid={wrong(what)}
                    aria-describedby={if is_in_foot(what) { "composer-result".to_owned() } else { format!("{id}-why") }}
                />
                { why(what, id) }
            </label>
        }
    };
    let area = |label: Html, id: &'static str, what: Typed, value: &str, rows: &'static str, hint: &'static str| {
        let oninput = dispatch.reform(move |event: InputEvent| {
            Action::Publish(PublishAction::Set(what, event.target_unchecked_into::<HtmlTextAreaElement>().value()))
        });
        html! {
            <label>
                { label }
                <textarea
                    {id}
                    class="mono"
                    {rows}
                    {oninput}
                    onchange={check(what)}
                    placeholder={hint}
                    spellcheck="false"
                    aria-invalid={wrong(what)}
                    aria-describedby={format!("{id}-why")}
                    value={value.to_owned()}
                />
                { why(what, id) }
            </label>
        }
    };
    let flag = |label: &'static str, id: &'static str, what: Typed, checked: bool, term: &'static str| {
        let onchange = dispatch.reform(move |event: Event| {
            Action::Publish(PublishAction::Set(what, event.target_unchecked_into::<HtmlInputElement>().checked().to_string()))
        });
        html! {
            <div class="check">
                <input type="checkbox" {id} {checked} {onchange} />
                <label for={id}>{ label }</label>
                { help(label, meaning(term).unwrap_or_default()) }
            </div>
        }
    };
    let chosen = |what: Typed| {
        dispatch.reform(move |event: Event| {
            Action::Publish(PublishAction::Set(what, event.target_unchecked_into::<HtmlSelectElement>().value()))
        })
    };
    let repeats = composer.repeats.is_some();
    let payload = composer.payload_is_json();
    let payload_label = html! {
        <span class="label-row">
            { texts::PAYLOAD }
            if payload.is_ok() { <span class="ok" aria-hidden="true">{ texts::VALID_JSON }</span> }
        </span>
    };
    let copies = composer
        .properties()
        .map(|properties| session.world().broker().destinations(&composer.exchange, &composer.routing_key, properties).len());
    let template = composer.template();
    html! {
        <form
                class="drawer-form"
                {onsubmit}
            >
                <div class="drawer-body composer">
                <label>
                    { texts::TEMPLATE }
                    <select id="composer-template" onchange={chosen(Typed::Template)}>
                        { option("", texts::ONE_OF_THE_CHAPTERS_EVENTS, template.is_none()) }
                        for (name, ..) in TEMPLATES.iter() { { option(name, name, template == Some(*name)) } }
                    </select>
                </label>
                <div class="pair">
                <label>
                    { texts::EXCHANGE }
                    <select id="composer-exchange" onchange={chosen(Typed::Exchange)}>
                        for exchange in scenario.broker.exchanges.iter() {
                            { option(&exchange.name, &exchange.name, exchange.name == composer.exchange) }
                        }
                        { option("", texts::DEFAULT_EXCHANGE, composer.exchange.is_empty()) }
                    </select>
                </label>
                { input(texts::ROUTING_KEY, "composer-key", Typed::Key, &composer.routing_key, "order.placed") }
                </div>
                <div class="field">
                    { area(payload_label, "composer-payload", Typed::Payload, &composer.payload, "4", "{}") }
                    if let (Err(why), None) = (&payload, composer.why(Typed::Payload)) { <p class="why" id="payload-why">{ why }</p> }
                </div>
                <details class="more" id="composer-more" open={composer.shows_more}>
                    <summary>{ texts::HEADERS_AND_PROPERTIES }</summary>
                    <div class="composer">
                        { area(html! { { texts::HEADERS_AS_JSON } }, "composer-headers", Typed::Headers, &composer.headers, "2", "{\"region\": \"eu\"}") }
                        <div class="pair">
                            { input(texts::EXPIRATION_MS, "composer-expiration", Typed::Expiration, &composer.expiration, "never") }
                            { input(texts::PRIORITY, "composer-priority", Typed::Priority, &composer.priority, "0") }
                        </div>
                        { flag(texts::PERSISTENT, "composer-persistent", Typed::Persistent, composer.persistent, texts::PERSISTENT) }
                        { flag(texts::MANDATORY, "composer-mandatory", Typed::Mandatory, composer.mandatory, texts::MANDATORY) }
                        { flag(texts::CONFIRM, "composer-confirm", Typed::Confirm, composer.confirm, texts::CONFIRM) }
                    </div>
                </details>
                // It is longer or shorter with the key: no field stands beneath it.
                { preview(session) }
                </div>
                <div class="drawer-foot">
                <div class="publish">
                    <button type="submit" id="publish" class="primary">{ icons::send() }{ texts::PUBLISH }</button>
                    { input(texts::TIMES, "composer-count", Typed::Count, &composer.count, "1") }
                </div>
                <button type="button" class="icon-button more-of" aria-label={texts::REPEAT} title={texts::REPEAT} popovertarget="publish-more">
                    { icons::dots() }
                </button>
                <div class="publish" id="publish-more" popover="auto">
                    <button
                        type="button"
                        id="repeat"
                        class={classes!("line", repeats.then_some("danger"))}
                        aria-pressed={repeats.to_string()}
                        onclick={on(dispatch, PublishAction::Repeat)}
                    >
                        { if repeats { texts::STOP } else { texts::REPEAT } }
                    </button>
                    { input(texts::A_SECOND, "composer-rate", Typed::Rate, &composer.rate, "1") }
                </div>
                // Where it went is said in its place. It keeps its line: "Publish" stays under the pointer.
                <p class="soft" id="copies">{ copies.filter(|_| composer.outcome.is_none()).map(texts::get_a_copy) }</p>
                <p id="composer-result" role="status" class={classes!("result", composer.why_in_foot().is_some().then_some("error"))}>
                    { composer.why_in_foot().or(composer.outcome.as_deref()).unwrap_or_default().to_owned() }
                </p>
                if composer.error.is_none() { { story_of_sent(session, dispatch) } }
                </div>
        </form>
    }
}

/// Leads from a message that was sent to its story.
pub fn story_of_sent(session: &Session, dispatch: &Dispatch) -> Html {
    let Some(event) = session.composer.sent.clone().filter(|_| session.composer.outcome.is_some()) else { return html! {} };
    html! {
        <button type="button" class="line small sent-story" onclick={on(dispatch, SelectAction::Story(Some(event)))}>
            { texts::SHOW_ITS_STORY }
        </button>
    }
}

/// Which queues would get it, and why, before it is published.
fn preview(session: &Session) -> Html {
    let (broker, composer) = (session.world().broker(), &session.composer);
    let Some(properties) = composer.properties() else { return html! {} };
    let queues = broker.destinations(&composer.exchange, &composer.routing_key, properties.clone());
    let delays = broker.delays(&composer.exchange, &composer.routing_key, properties.clone());
    let bindings = broker.explain(&composer.exchange, &composer.routing_key, &properties);
    let matching = bindings.iter().filter(|one| one.matches).count();
    let spec = session.scenario().broker.exchanges.iter().find(|exchange| exchange.name == composer.exchange);
    let alternate = spec
        .and_then(|spec| spec.arguments.get("alternate-exchange"))
        .map(|value| value.as_str().map_or_else(|| value.to_string(), ToString::to_string));
    let fate = if composer.mandatory { texts::THE_MESSAGE_WOULD_BE_RETURNED } else { texts::THE_MESSAGE_WOULD_BE_DROPPED };
    let verdict = match &*queues {
        [] if composer.exchange.is_empty() => texts::no_queue_has_this_name(&fate),
        [] => texts::no_queue_would_get_it(&fate),
        [one] => texts::one_copy_would_go_to(&one),
        many => texts::one_copy_each_would_go(&many.join(", ")),
    };
    let doubled = queues.iter().filter(|queue| {
        bindings.iter().filter(|one| one.matches && !one.binding.to_exchange && one.binding.destination == *queue).count() > 1
    });
    let doubled: Vec<String> = doubled.map(ToString::to_string).collect();
    html! {
        <div id="preview" class="preview">
            for (exchange, delay) in &delays {
                <p>{ texts::would_be_kept(exchange, &Span(*delay), &broker.exchange_type(exchange).map_or("", ExchangeType::name)) }</p>
            }
            <p>{ verdict }</p>
            if let (0, Some(alternate)) = (matching, alternate) {
                <p>{ texts::no_binding_matches_so_it(&alternate) }</p>
            }
            if !doubled.is_empty() {
                <p>{ texts::several_bindings_lead_to_still(&doubled.join(texts::AND)) }</p>
            }
            <ul>for explained in bindings.iter() { { whatif::binding(explained, &composer.routing_key) } }</ul>
        </div>
    }
}
