//! The system as a whole: its purpose, its expectations, its queues and services, its faults, and the broker.

use web_sys::HtmlInputElement;
use yew::{Callback, Html, SubmitEvent, TargetCast, classes, html};

use super::table::{ROWS_MAX, more};
use super::texts::system as texts;
use super::widgets::{on, tiny_button};
use super::{Dispatch, findings, form, icons};
use crate::app::form::{About, badges, rows};
use crate::app::landing::Landing;
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, EditAction, OperateAction, SelectAction, Session};
use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::base::time::Span;
use crate::broker::Resource;
use crate::broker::view::QueueView;
use crate::scenario::{Expectation, FaultKind, Moment};
use crate::sim::judge::{Standing, holds, standing};
use crate::sim::service::Instance;
use crate::sim::{InstanceId, Place};

/// What the drawer shows.
pub fn view(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let about = &*session.scenario().about;
    let fields = form::rows(session, app, &rows(session.scenario(), &About::Scenario), dispatch);
    html! {
        <div class="drawer-body" id="system">
            <section class="sec">
                <p class="about">{ if about.is_empty() { texts::NO_DESCRIPTION_YET } else { about } }</p>
            </section>
            { findings::all("findings", session, app, dispatch) }
            { hints(session) }
            { expectations(session) }
            { queues(session, app, dispatch) }
            { services(session, dispatch) }
            { faults(session, app, dispatch) }
            { broker(session, dispatch) }
            <details class="sec last" id="scenario-form">
                <summary>{ texts::THE_SCENARIO_AS_A_WHOLE }</summary>
                <fieldset class="plain" disabled={app.options.read_only} aria-label={texts::FIELDS}>{ fields }</fieldset>
            </details>
        </div>
    }
}

fn is_done(session: &Session, hint: &Expectation) -> bool {
    session.world().steps() > 0 && holds(session.world(), &hint.property)
}

/// What the author expects, each as it is now.
fn expectations(session: &Session) -> Html {
    let scenario = session.scenario();
    let Some(until) = scenario.until.filter(|_| !scenario.expects.is_empty()) else { return html! {} };
    let over = session.world().now() >= until;
    let expectation = |expected: &Expectation| {
        let (class, icon, word) = match standing(session.world(), &expected.property, over) {
            Standing::Met => (Some("done"), icons::done(), texts::MET),
            Standing::NotMet => (None, icons::failed(), texts::NOT_MET),
            Standing::SoFar => (None, icons::pending(), texts::SO_FAR),
            Standing::NotYet => (None, icons::pending(), texts::NOT_YET),
        };
        html! {
            <li {class} title={expected.property.to_string()}>
                { icon }
                <span>{ &expected.says }<span class="visually-hidden">{ format!(" ({word})") }</span></span>
            </li>
        }
    };
    html! {
        <section class="sec" id="expectations">
            <h2>{ texts::EXPECTED_AFTER }<span class="plain">{ Span(until).to_string() }</span></h2>
            <ul class="hints">for expected in scenario.expects.iter() { { expectation(expected) } }</ul>
        </section>
    }
}

/// Something to try, and whether it was.
pub fn hint(says: &str, by_key: Option<&'static str>, is_done: bool) -> Html {
    html! {
        <li class={classes!(is_done.then_some("done"))}>
            { if is_done { icons::done() } else { icons::pending() } }
            <span>
                { says.to_owned() }
                if let Some(by_key) = by_key { <span class="by-key">{ " " }{ by_key }</span> }
                if is_done { <span class="visually-hidden">{ texts::DONE }</span> }
            </span>
        </li>
    }
}

/// What the author of the scenario proposes to try.
fn hints(session: &Session) -> Html {
    let hints = &session.scenario().hints;
    if hints.is_empty() {
        return html! {};
    }
    let one = |one: &Expectation| hint(&one.says, None, is_done(session, one));
    html! { <section class="sec"><h2>{ texts::TRY_THIS }</h2><ol class="hints">{ hints.iter().map(one).collect::<Html>() }</ol></section> }
}

fn queues(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let landing = Landing::of(app, session);
    let queue_row = |queue: QueueView<'_>| {
        let name = queue.name().clone();
        let spec = session.world().queue_spec(&name);
        let select = on(dispatch, SelectAction::Node(Some(Place::Queue(name.clone()))));
        // It keeps its line: what stands below must not move while messages come and go.
        let (says, is_full) = (words::when_full(session.world(), queue), words::full(session.world(), queue).is_some());
        html! {
            <tr key={name.to_string()} data-queue={name.to_string()}>
                <th scope="row">
                    <button type="button" class="link" onclick={select}>{ &*name }</button>
                    <span class="row-badges">
                        for badge in spec.map(|spec| badges(&session.scenario().broker, spec)).unwrap_or_default() { <span class="badge" title={badge.tip}>{ badge.mark }</span> }
                    </span>
                    if let Some(says) = says { <span class={classes!("row-full", (!is_full).then_some("waits"))}>{ icons::warning() }{ says }</span> }
                </th>
                <td class="number" data-count="ready">{ grouped(landing.ready(queue)) }</td>
                <td class="number" data-count="unacked">{ grouped(landing.unacked(queue)) }</td>
                <td class="number" data-count="total">{ grouped(landing.total(queue)) }</td>
            </tr>
        }
    };
    html! {
        <section class="sec">
            <h2>{ texts::QUEUES }</h2>
            <table class="table" id="queues">
                <thead>
                    <tr>
                        <th scope="col">{ texts::NAME }</th>
                        <th scope="col" class="number">{ texts::READY }</th>
                        <th scope="col" class="number">{ texts::UNACKED }</th>
                        <th scope="col" class="number">{ texts::TOTAL }</th>
                    </tr>
                </thead>
                <tbody>for queue in session.world().broker().queues().take(ROWS_MAX) { { queue_row(queue) } }</tbody>
            </table>
            { more(session.world().broker().queues().count()) }
        </section>
    }
}

fn services(session: &Session, dispatch: &Dispatch) -> Html {
    let instance_row = |id: InstanceId, state: &Instance| {
        let name = instance_name(session.world(), id);
        let (action, word) = if state.up {
            (Action::Operate(OperateAction::Kill(id)), texts::KILL)
        } else {
            (Action::Operate(OperateAction::Start(id)), texts::START)
        };
        html! {
            <li key={name.clone()} data-service={name.clone()} class={words::health(session.world(), id)}>
                <svg width="11" height="11" aria-hidden="true">
                    <circle class={classes!("health", words::health(session.world(), id))} cx="5.5" cy="5.5" r="4.5" />
                </svg>
                <button type="button" class="link" onclick={on(dispatch, SelectAction::Node(Some(Place::Instance(id))))}>
                    { &name }
                </button>
                <span class="soft">{ words::state(session.world(), id) }</span>
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
            <h2>{ texts::SERVICES }</h2>
            <ul class="services">for (id, state) in session.world().instances() { { instance_row(id, state) } }</ul>
        </section>
    }
}

/// What is to break, and when: as sentences, and as flags on the scrubber.
fn faults(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let planned = &session.scenario().faults;
    let onplan = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let field = event.target_unchecked_into::<web_sys::Element>().query_selector("input").ok().flatten();
            if let Some(input) = field.and_then(|field| wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(field).ok()) {
                dispatch.emit(Action::Edit(EditAction::PlanFault(input.value())));
                input.set_value("");
            }
        })
    };
    html! {
        <details class="sec faults" id="faults">
            <summary>
                { if planned.is_empty() { texts::SCHEDULE_A_FAULT.to_owned() } else { texts::scheduled_faults(&planned.len()) } }
            </summary>
            <ul>
                for (index, fault) in planned.iter().enumerate() {
                    <li>
                        <code>{ fault.to_string() }</code>
                        if let (Moment::At(at), false) = (&fault.when, app.options.read_only) {
                            for (word, icon, at) in a_second_from(*at) {
                                { tiny_button(&texts::by_a_second(&word, &fault), word, icon, on(dispatch, EditAction::MoveFault(index, at))) }
                            }
                        }
                        if !app.options.read_only {
                            { tiny_button(&texts::remove(&fault), texts::REMOVE, icons::close(), on(dispatch, EditAction::RemoveFault(index))) }
                        }
                    </li>
                }
            </ul>
            if !app.options.read_only {
                <form onsubmit={onplan}>
                    <input
                        id="fault"
                        class="mono small"
                        aria-label={texts::A_FAULT_AS_A_SENTENCE}
                        placeholder={texts::KILL_NOTIFICATION_SERVICE_AT_30S}
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <button type="submit" class="line small" id="fault-add">{ texts::ADD }</button>
                </form>
            }
        </details>
    }
}

/// A second earlier and a second later, each with its word and icon.
fn a_second_from(at: SimTime) -> [(&'static str, Html, SimTime); 2] {
    let second = SimTime::from_secs(1);
    [(texts::EARLIER, icons::minus(), at.saturating_sub(second)), (texts::LATER, icons::plus(), at + second)]
}

/// What can happen to the broker itself.
fn broker(session: &Session, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let alarm = |resource: Resource| {
        let kind = FaultKind::Alarm(resource);
        let on_now = world.broker().alarms().contains(&resource);
        let action = if on_now { Action::Operate(OperateAction::Mend(kind)) } else { Action::Operate(OperateAction::Break(kind)) };
        let word = texts::alarm(&(if on_now { texts::CLEAR } else { texts::RAISE }), &resource.name());
        html! { <button type="button" class="line small" data-alarm={resource.name()} onclick={on(dispatch, action)}>{ word }</button> }
    };
    let (is_well, state) = match world.broker().alarms() {
        _ if world.is_broker_down() => (false, texts::DOWN_NO_CLIENT_CAN_CONNECT.to_owned()),
        [] => (true, texts::RUNNING.to_owned()),
        alarms => {
            let names: Vec<&str> = alarms.iter().map(|alarm| alarm.name()).collect();
            (false, texts::low_on_publishers_are_blocked(&names.join(texts::AND)))
        }
    };
    html! {
        <section class="sec">
            <h2>{ texts::BROKER }</h2>
            <p id="broker-state" class={classes!((!is_well).then_some("objection"))}>{ state }</p>
            <div class="buttons">
                <button
                    type="button"
                    class="line small"
                    id="restart-broker"
                    onclick={on(dispatch, OperateAction::Break(FaultKind::RestartBroker))}
                >
                    { texts::RESTART }
                </button>
                { alarm(Resource::Memory) }
                { alarm(Resource::Disk) }
            </div>
        </section>
    }
}
