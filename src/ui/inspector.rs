//! The right side: the part that is selected, with every field of it.

use web_sys::{Element, HtmlInputElement};
use yew::{Event, Html, MouseEvent, TargetCast, classes, html};

use super::texts::inspector as texts;
use super::texts::queue::rate;
use super::widgets::{Look, button, close_button, on, row};
use super::{Dispatch, costs, findings, form, queue, recipe};
use crate::app::commands::Command;
use crate::app::form::{About, name_of};
use crate::app::words;
use crate::app::{Action, App, Dialog, EditAction, Menu, Node, OperateAction, PageAction, SelectAction, Session, commands};
use crate::base::limits::grouped;
use crate::base::number::Fixed;
use crate::broker::Name;
use crate::scenario::edit::{self, Edit, Part};
use crate::sim::metrics::Passed;
use crate::sim::{InstanceId, Place};

/// The part that is selected.
pub fn part(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let read_only = app.options.read_only;
    let Some(node) = &session.selection.primary else { return html! {} };
    let (kind, body) = match node {
        Place::Client(index) => (texts::HTTP_CLIENT, client_details(session, *index, dispatch)),
        Place::Instance(id) => (texts::SERVICE, service_details(session, *id, dispatch)),
        Place::Exchange(name) => (texts::EXCHANGE, exchange_details(session, name)),
        Place::Queue(name) => (texts::QUEUE, queue::view(session, app, name, dispatch)),
    };
    let part = session.part(node);
    let also = session.selection.also.len();
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head">
                <h2 id="part-title" tabindex="-1">{ kind }{ if also > 0 { texts::with_others(&also) } else { String::new() } }</h2>
                { close_button(texts::CLOSE_THE_INSPECTOR, on(dispatch, SelectAction::Node(None))) }
            </div>
            if let Some(part) = &part {
                { head(session, app, part, node, read_only, dispatch) }
                { notes(session, app, part, dispatch) }
            }
            { match part {
                Some(part @ Part::Service(_)) => recipe::view(session, app, &part, body, dispatch),
                Some(part @ (Part::Client(_) | Part::Exchange(_))) => {
                    html! { <>{ body }{ form::about(session, app, &About::Part(part), dispatch) }</> }
                }
                Some(Part::Queue(_)) | None => body,
            } }
        </section>
    }
}

/// What is said of the part, and what may be done about it. It comes and goes at the foot of the drawer: no field moves.
fn notes(session: &Session, app: &App, part: &Part, dispatch: &Dispatch) -> Html {
    html! {
        <div class="notes">
            { costs::offer(session, app, dispatch) }
            { recipe::warning(session) }
            { findings::of_part(session, app, part, dispatch) }
        </div>
    }
}

/// The node's name, and what can be done with it as a whole.
fn head(session: &Session, app: &App, part: &Part, node: &Node, read_only: bool, dispatch: &Dispatch) -> Html {
    if read_only {
        return html! { <h3>{ &**part.name() }</h3> };
    }
    let refused = name_of(session.scenario(), part).and_then(|at| session.document.typing.as_ref().filter(|typing| typing.at == at));
    let why = refused.and_then(|typing| typing.why.clone());
    let onchange = dispatch.reform({
        let (part, scenario) = (part.clone(), session.scenario().clone());
        move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let typed = input.value();
            // The field shows the document's name again: if that changes, there will be another field. A name that cannot be stays.
            if edit::apply(&scenario, &Edit::Rename { part: part.clone(), name: typed.trim().into() }).is_ok() {
                input.set_value(part.name());
            }
            Action::Edit(EditAction::Rename(part.clone(), typed))
        }
    });
    // What goes with it is said before.
    let lost = app.price_of_selected(session);
    let value = wasm_bindgen::JsValue::from_str(refused.map_or(part.name(), |typing| &typing.text));
    let menu = dispatch.reform(|event: MouseEvent| {
        let rect = event.target_unchecked_into::<Element>().get_bounding_client_rect();
        let (x, y) = super::on_page(rect.left(), rect.bottom());
        PageAction::OpenDialog(Dialog::Menu { of: Menu::Selection, x, y }).into()
    });
    html! {
        <div key={format!("{node:?}{}", part.name())}>
            <label class="field">
                <span>{ texts::NAME }</span>
                <input
                    id="name"
                    class="name-field"
                    ~defaultValue={value}
                    {onchange}
                    aria-invalid={why.is_some().then_some("true")}
                    aria-describedby={why.is_some().then_some("name-why")}
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            if let Some(why) = why { <p class="why" role="alert" id="name-why">{ why }</p> }
            // One stop: the arrows lead from one to the other.
            <div class="buttons tools" role="toolbar" aria-label={texts::TOOLS} data-row="">
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
                    tabindex="-1"
                    title={texts::EVERYTHING_FOR_THIS_PART}
                    onclick={menu}
                >
                    { texts::MORE }
                </button>
                <button type="button" class="line small danger" id="delete" tabindex="-1" title={texts::DELETE_IT_AND_WHAT_REFERS}
                    aria-describedby={lost.is_some().then_some("delete-price")}
                    onclick={on(dispatch, EditAction::Delete)}>{ texts::DELETE }</button>
            </div>
            // Always one line: what stands below must not jump while messages come and go.
            if let Some(lost) = lost { <p class="soft price" id="delete-price">{ texts::delete_with(lost) }</p> }
        </div>
    }
}

/// What clients publish to it, and what it routes: as RabbitMQ counts it.
fn exchange_details(session: &Session, name: &Name) -> Html {
    let metrics = session.world().metrics();
    let (counts, rates) = (metrics.exchange(name).values(), metrics.exchange_rates(name));
    let number = |index: usize, term: &'static str| {
        html! {
            <div>
                <dt>{ term }</dt>
                <dd><b>{ grouped(counts[index]) }</b><span class="soft">{ rate(&Passed::NAMES[index], &format!("{:.1}", Fixed(rates[index]))) }</span></dd>
            </div>
        }
    };
    html! {
        <>
            <dl class="stats" id="exchange-rates">
                { number(0, texts::PUBLISHED_IN) }
                { number(1, texts::PUBLISHED_OUT) }
            </dl>
            <p class="soft">{ texts::IT_ROUTES_AND_STORES_NOTHING }{ " " }{ texts::NO_DEAD_LETTERS_COUNT }</p>
        </>
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
                { row(texts::SENT, grouped(session.world().requests(index))) }
                { row(texts::SUCCEEDED, grouped(http.map_or(0, |http| http.succeeded))) }
                { row(texts::FAILED, grouped(http.map_or(0, |http| http.failed))) }
                { row(texts::TIMED_OUT, grouped(http.map_or(0, |http| http.timed_out))) }
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
    // Of all its instances.
    let service = session.world().services().get(id.service);
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
                { row(texts::STATE, words::state(session.world(), id)) }
                { row(texts::WORKING_ON, grouped(state.deliveries().count() as u64)) }
                { row(texts::HANDLED, grouped(state.handled)) }
                { row(texts::FAILED, grouped(state.failed)) }
                if session.world().is_blocked(id) { { row(texts::UNREAD, grouped(session.world().unread_of(id))) } }
                { row(texts::SWALLOWED, grouped(service.map_or(0, |service| service.swallowed))) }
                { row(texts::CHANNELS_CLOSED, grouped(service.map_or(0, |service| service.channel_errors))) }
            </dl>
            <div class="buttons" role="group" aria-label={texts::FAULTS}>
                for command in commands::of_instance(session, id).into_iter() { { fault(command) } }
            </div>
        </>
    }
}
