//! What surrounds the canvas: what this is, publishing, the inspector, time, charts, ledger and log.

use std::fmt::Write as _;

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Callback, Event, Html, InputEvent, MouseEvent, SubmitEvent, TargetCast, classes, html};

use super::drawing::{badges, close_button, mark, message_mark, place_name};
use super::{Dispatch, browser, icons};
use crate::app::tokens::{hue, published_keys};
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, Composer, Motion, Session, Speed, Theme, Unreadable};
use crate::broker::Value;
use crate::broker::time::Span;
use crate::scenario::{Action as StepAction, FaultKind, Scenario, Span as WorkTime, Trigger};
use crate::sim::{Input, Place};

fn on(dispatch: &Dispatch, action: Action) -> Callback<MouseEvent> {
    dispatch.reform(move |event: MouseEvent| {
        browser::leave_after_pointer(&event);
        action.clone()
    })
}

pub fn header(app: &App, dispatch: &Dispatch, onfile: Callback<Event>) -> Html {
    let (theme, theme_word, theme_icon) = match app.theme {
        Theme::System => (Theme::Light, "Theme: as the system", icons::auto()),
        Theme::Light => (Theme::Dark, "Theme: light", icons::sun()),
        Theme::Dark => (Theme::System, "Theme: dark", icons::moon()),
    };
    let (motion, motion_word, motion_icon) = match app.motion {
        Motion::System => (Motion::Reduced, "Motion: as the system", icons::motion()),
        Motion::Reduced => (Motion::Full, "Motion: reduced", icons::still()),
        Motion::Full => (Motion::System, "Motion: full", icons::motion_full()),
    };
    html! {
        <header class="top">
            <a class="skip" href="#stage">{ "Skip to the canvas" }</a>
            <span class="logo">{ icons::logo() }{ "Requeue" }</span>
            if let Some(session) = &app.session {
                <h1 class="crumb">{ &session.scenario().title }</h1>
                <span class="badge">{ format!("RabbitMQ {}", session.world.profile()) }</span>
            }
            <span class="grow" />
            <label class="button line" title="Open a scenario file">
                { icons::open() }<span>{ "Open" }</span>
                <input id="open-file" type="file" accept=".json,application/json" onchange={onfile} />
            </label>
            <button type="button" class="icon-button" aria-label={theme_word} title={theme_word}
                onclick={on(dispatch, Action::ThemeChosen(theme))}>{ theme_icon }</button>
            <button type="button" class="icon-button" aria-label={motion_word} title={motion_word}
                onclick={on(dispatch, Action::MotionChosen(motion))}>{ motion_icon }</button>
        </header>
    }
}

pub fn unreadable(unreadable: &Unreadable, dispatch: &Dispatch) -> Html {
    html! {
        <div class="notice" role="alert" id="unreadable">
            <div>
                <strong>{ format!("{} cannot be opened.", unreadable.name) }</strong>
                <ul>
                    { for unreadable.problems.iter().take(8).map(|problem| html! {
                        <li>
                            if !problem.path.is_empty() { <code>{ &problem.path }</code>{ ": " } }
                            { &problem.message }
                        </li>
                    }) }
                    if unreadable.problems.len() > 8 {
                        <li>{ format!("and {} more", unreadable.problems.len() - 8) }</li>
                    }
                </ul>
                <span class="soft">{ "What was open before is still open." }</span>
            </div>
            { close_button("Dismiss", on(dispatch, Action::UnreadableDismissed)) }
        </div>
    }
}

pub fn left(session: &Session, dispatch: &Dispatch) -> Html {
    html! {
        <aside class="left" aria-label="This system">
            <section class="sec">
                <h2>{ "This system" }</h2>
                <p class="about">{ &session.scenario().about }</p>
            </section>
            { hints(session) }
            { composer(session.scenario(), &session.composer, dispatch) }
            { legend(session.scenario()) }
        </aside>
    }
}

fn hints(session: &Session) -> Html {
    let inputs = &session.world.recording().inputs;
    let did = |wanted: &dyn Fn(&Input) -> bool| inputs.iter().any(|timed| wanted(&timed.input));
    let ledger = session.world.ledger();
    let is_kill = |kind: &FaultKind| matches!(kind, FaultKind::Kill(target) if &*target.service == "notification-service");
    let hints = [
        (ledger.business.times_done("email sent") > 0, "Press Play and follow one order to its email."),
        (
            did(&|input| matches!(input, Input::Fault(fault) if is_kill(&fault.kind))),
            "Kill notification-service with the switch on its card. What happens to its unacked messages?",
        ),
        (
            did(&|input| matches!(input, Input::Mend(kind) if is_kill(kind))) && ledger.total().redelivered > 0,
            "Start it again: they come back, marked as redelivered.",
        ),
        (
            did(&|input| matches!(input, Input::Publish(publish) if &*publish.routing_key == "user.created")),
            "Publish user.created by hand. Who hears of it?",
        ),
    ];
    html! {
        <section class="sec">
            <h2>{ "Try this" }</h2>
            <ol class="hints">
                { for hints.iter().map(|(done, hint)| html! {
                    <li class={classes!(done.then_some("done"))}>
                        { if *done { icons::done() } else { icons::pending() } }
                        <span>{ *hint }if *done { <span class="visually-hidden">{ " (done)" }</span> }</span>
                    </li>
                }) }
            </ol>
        </section>
    }
}

fn composer(scenario: &Scenario, composer: &Composer, dispatch: &Dispatch) -> Html {
    let onexchange =
        dispatch.reform(|event: Event| Action::ComposerExchangeChosen(event.target_unchecked_into::<HtmlSelectElement>().value().into()));
    let onkey = dispatch.reform(|event: InputEvent| Action::ComposerKeyTyped(event.target_unchecked_into::<HtmlInputElement>().value()));
    let onpayload =
        dispatch.reform(|event: InputEvent| Action::ComposerPayloadTyped(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::PublishPressed
    });
    let invalid = composer.error.is_some();
    html! {
        <section class="sec">
            <h2>{ "Publish" }</h2>
            <form class="composer" {onsubmit}>
                <label>{ "Exchange" }
                    <select id="composer-exchange" onchange={onexchange}>
                        { for scenario.broker.exchanges.iter().map(|exchange| html! {
                            <option value={exchange.name.to_string()} selected={exchange.name == composer.exchange}>{ &*exchange.name }</option>
                        }) }
                        <option value="" selected={composer.exchange.is_empty()}>{ "(default exchange)" }</option>
                    </select>
                </label>
                <label>{ "Routing key" }
                    <input id="composer-key" class="mono" value={composer.routing_key.clone()} oninput={onkey} autocomplete="off"
                        spellcheck="false" />
                </label>
                <label>{ "Payload" }
                    <textarea id="composer-payload" class="mono" rows="3" oninput={onpayload} spellcheck="false" aria-invalid={invalid.to_string()}
                        aria-describedby="composer-result" value={composer.payload.clone()} />
                </label>
                <button type="submit" id="publish" class="primary">{ icons::send() }{ "Publish" }</button>
                <p id="composer-result" role="status" class={classes!("result", invalid.then_some("error"))}>
                    { composer.error.as_ref().or(composer.outcome.as_ref()).cloned().unwrap_or_default() }
                </p>
            </form>
        </section>
    }
}

fn legend(scenario: &Scenario) -> Html {
    let rows = [
        (html! { <circle cx="10" cy="10" r="6" class="mark-message" /> }, "first delivery"),
        (
            html! { <><circle cx="10" cy="10" r="4.8" class="mark-message" /><circle cx="10" cy="10" r="8" class="mark-ring" /></> },
            "redelivered",
        ),
        (html! { <path d="M10 2.8 17.2 10 10 17.2 2.8 10z" class="mark-dead" /> }, "dead letter"),
        (html! { <rect x="6" y="6" width="8" height="8" class="mark-request" /> }, "HTTP request"),
        (html! { <path d="m5.5 10.4 3 3 6-7" class="mark-ok" /> }, "ack, or answer"),
    ];
    html! {
        <section class="sec">
            <h2>{ "Legend" }</h2>
            <ul class="legend">
                { for rows.into_iter().map(|(shape, word)| html! {
                    <li><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">{ shape }</svg>{ word }</li>
                }) }
            </ul>
            <ul class="legend keys">
                { for published_keys(scenario).into_iter().map(|key| html! {
                    <li class={format!("hue-{}", hue(scenario, key) + 1)}>
                        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><circle cx="10" cy="10" r="6" class="mark-message" /></svg>
                        <span class="mono">{ &**key }</span>
                    </li>
                }) }
            </ul>
            <p class="soft">{ "Each routing key has its colour. " }<kbd>{ "Space" }</kbd>{ " plays and pauses, " }<kbd>{ "." }</kbd>{ " steps." }</p>
        </section>
    }
}

pub fn right(session: &Session, dispatch: &Dispatch) -> Html {
    html! {
        <aside class="right" aria-label="Inspector">
            if let Some(node) = &session.selection {
                { inspector(session, node, dispatch) }
            }
            { queues(session, dispatch) }
            { services(session, dispatch) }
        </aside>
    }
}

fn row(term: &str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ term.to_owned() }</dt><dd>{ value.into() }</dd></> }
}

fn inspector(session: &Session, node: &Place, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    let (kind, body) = match node {
        Place::Client(index) => ("HTTP client", client_details(session, *index)),
        Place::Instance(id) => ("Service", service_details(session, *id, dispatch)),
        Place::Exchange(name) => ("Exchange", exchange_details(session, name)),
        Place::Queue(name) => ("Queue", queue_details(session, name)),
    };
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head"><h2>{ kind }</h2>{ close_button("Close the inspector", on(dispatch, Action::Selected(None))) }</div>
            <h3>{ place_name(scenario, node) }</h3>
            { body }
        </section>
    }
}

fn client_details(session: &Session, index: usize) -> Html {
    let spec = &session.scenario().clients[index];
    let business = session.world.ledger().business;
    html! {
        <dl class="kv">
            { row("Calls", format!("{} {}", spec.calls.service, spec.calls.path)) }
            { row("Sent", session.world.requests(index).to_string()) }
            { row("Accepted", business.accepted.to_string()) }
            { row("Failed", business.failed.to_string()) }
        </dl>
    }
}

fn service_details(session: &Session, id: crate::sim::InstanceId, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    let (Some(spec), Some(state)) = (scenario.services.get(id.service), session.world.instance(id)) else { return html! {} };
    let (action, word, class) =
        if state.up { (Action::KillPressed(id), "Kill", "danger") } else { (Action::StartPressed(id), "Start", "primary") };
    html! {
        <>
            <dl class="kv">
                { row("State", if state.up { "up" } else { "down" }) }
                { row("Working on", state.deliveries().count().to_string()) }
                { row("Handled", state.handled.to_string()) }
                { row("Failed", state.failed.to_string()) }
            </dl>
            { for spec.handlers.iter().map(|handler| html! {
                <div class="handler">
                    <code>{ trigger_words(&handler.trigger) }</code>
                    <ol>{ for handler.steps.iter().map(|step| html! { <li>{ step_words(step) }</li> }) }</ol>
                </div>
            }) }
            <button type="button" {class} onclick={on(dispatch, action)}>{ format!("{word} {}", instance_name(scenario, id)) }</button>
        </>
    }
}

fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Http { path } => path.to_string(),
        Trigger::Queue(subscription) => format!("{} · prefetch {}", subscription.queue, subscription.prefetch),
        Trigger::Schedule { every, records: None } => format!("every {}", Span(*every)),
        Trigger::Schedule { every, records: Some(records) } => format!("every {} · {} records", Span(*every), records.state),
        Trigger::StartUp => "at start-up".to_owned(),
    }
}

fn step_words(step: &crate::scenario::Step) -> String {
    use crate::scenario::FailureRule;
    let action = match &step.action {
        StepAction::Work { time } => match time {
            WorkTime::Constant(time) => format!("work {}", Span(*time)),
            WorkTime::Uniform { from, to } => format!("work {} to {}", Span(*from), Span(*to)),
            WorkTime::Exponential { mean } => format!("work about {}, at random", Span(*mean)),
            WorkTime::LogNormal { median, .. } => format!("work about {}, sometimes much longer", Span(*median)),
        },
        StepAction::Persist { state, .. } => format!("save as {state}"),
        StepAction::Publish(publish) => format!("publish {} to {}", publish.routing_key, publish.exchange),
        StepAction::Call { endpoint, .. } => format!("call {} {}", endpoint.service, endpoint.path),
        StepAction::Effect { what, .. } => what.to_string(),
        StepAction::Reply { status } => format!("answer {status}"),
        StepAction::Ack => "acknowledge".to_owned(),
    };
    match &step.fails {
        FailureRule::Never => action,
        FailureRule::Always => format!("{action} (always fails)"),
        FailureRule::FieldMissing(field) => format!("{action} (fails without {field})"),
        FailureRule::FieldEquals { field, value } => format!("{action} (fails when {field} is {value})"),
        FailureRule::First(count) => format!("{action} (fails the first {count} times)"),
        FailureRule::FirstAttempts(count) => format!("{action} (fails {count} times for each event)"),
        FailureRule::EveryNth(nth) => format!("{action} (fails one time in {nth})"),
        FailureRule::Probability(probability) => format!("{action} (fails with probability {probability})"),
        FailureRule::DependencyDown(service) => format!("{action} (fails while {service} is down)"),
    }
}

fn exchange_details(session: &Session, name: &str) -> Html {
    let broker = session.world.broker();
    let kind = broker.exchange_type(name).map_or("gone", crate::broker::ExchangeType::name);
    html! {
        <>
            <p class="soft">{ format!("{kind}: routes, and stores nothing.") }</p>
            <table class="table">
                <thead><tr><th scope="col">{ "Binding key" }</th><th scope="col">{ "To" }</th></tr></thead>
                <tbody>
                    { for broker.bindings_of(name).map(|binding| html! {
                        <tr><td class="mono">{ if binding.routing_key.is_empty() { "(empty)" } else { binding.routing_key } }</td><td>{ &**binding.destination }</td></tr>
                    }) }
                </tbody>
            </table>
        </>
    }
}

fn queue_details(session: &Session, name: &str) -> Html {
    let Some(queue) = session.world.broker().queue(name) else { return html! { <p class="soft">{ "Deleted." }</p> } };
    let ledger = session.world.ledger();
    let copies = ledger.queues.get(name).cloned().unwrap_or_default();
    html! {
        <>
            <dl class="kv">
                { row("Ready", queue.ready().to_string()) }
                { row("Unacked", queue.unacked().to_string()) }
                { row("Arrived", copies.arrived.to_string()) }
                { row("Acknowledged", (copies.acknowledged + copies.auto_acknowledged).to_string()) }
                { row("Redelivered", copies.redelivered.to_string()) }
                { row("Dead-lettered", copies.dead_lettered_total().to_string()) }
                { for queue.arguments().iter().map(|(argument, value)| row(argument, value.to_string())) }
            </dl>
            <h4>{ "Ready messages, the next first" }</h4>
            if queue.ready() == 0 {
                <p class="soft">{ if queue.consumers() > 0 { "None: what arrives goes straight to a consumer that has room." } else { "None." } }</p>
            }
            <ol class="messages">
                { for queue.messages().take(12).map(|entry| {
                    let dead = !entry.message.deaths().is_empty();
                    let sign = if dead { words::Mark::Dead } else if entry.redelivered() { words::Mark::Redelivered } else { words::Mark::Message };
                    let reason = entry.message.properties.header("x-first-death-reason").and_then(Value::as_str);
                    let note = reason.map_or_else(|| if entry.redelivered() { "will be redelivered".to_owned() } else { String::new() }, ToString::to_string);
                    html! {
                        <li>{ message_mark(sign, hue(session.scenario(), &original_key(&entry.message))) }<span class="mono">{ words::id(&entry.message) }</span>
                            <span>{ original_key(&entry.message) }</span><span class="soft">{ note }</span></li>
                    }
                }) }
            </ol>
            if queue.ready() > 12 { <p class="soft">{ format!("and {} more", queue.ready() - 12) }</p> }
        </>
    }
}

/// The key a message was first published with: a dead letter has another one now.
fn original_key(message: &crate::broker::Message) -> String {
    message.deaths().last().and_then(|death| death.routing_keys.first()).unwrap_or(&message.routing_key).to_string()
}

fn queues(session: &Session, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    html! {
        <section class="sec">
            <h2>{ "Queues" }</h2>
            <table class="table" id="queues">
                <thead><tr><th scope="col">{ "Name" }</th><th scope="col" class="number">{ "Ready" }</th>
                    <th scope="col" class="number">{ "Unacked" }</th><th scope="col" class="number">{ "Total" }</th></tr></thead>
                <tbody>
                    { for session.world.broker().queues().map(|queue| {
                        let name = queue.name().clone();
                        let spec = scenario.broker.queues.iter().find(|spec| spec.name == name);
                        let select = on(dispatch, Action::Selected(Some(Place::Queue(name.clone()))));
                        html! {
                            <tr key={name.to_string()} data-queue={name.to_string()}>
                                <th scope="row"><button type="button" class="link" onclick={select}>{ &*name }</button>
                                    <span class="row-badges">{ for spec.map(badges).unwrap_or_default().into_iter().map(|badge| html! { <span class="badge">{ badge }</span> }) }</span>
                                </th>
                                <td class="number" data-count="ready">{ queue.ready() }</td>
                                <td class="number" data-count="unacked">{ queue.unacked() }</td>
                                <td class="number" data-count="total">{ queue.total() }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </section>
    }
}

fn services(session: &Session, dispatch: &Dispatch) -> Html {
    let scenario = session.scenario();
    html! {
        <section class="sec last">
            <h2>{ "Services" }</h2>
            <ul class="services">
                { for session.world.instances().map(|(id, state)| {
                    let name = instance_name(scenario, id);
                    let (action, word) = if state.up { (Action::KillPressed(id), "Kill") } else { (Action::StartPressed(id), "Start") };
                    html! {
                        <li key={name.clone()} data-service={name.clone()} class={classes!((!state.up).then_some("down"))}>
                            <span class="health" aria-hidden="true" />
                            <button type="button" class="link" onclick={on(dispatch, Action::Selected(Some(Place::Instance(id))))}>{ &name }</button>
                            <span class="soft">{ if session.world.is_connecting(id) { "connecting" } else if state.up { "up" } else { "down" } }</span>
                            <button type="button" class="line small" data-toggle={name.clone()} aria-label={format!("{word} {name}")}
                                onclick={on(dispatch, action)}>{ word }</button>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

pub fn time(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let (play, word, icon) =
        if app.playing { (Action::PausePressed, "Pause", icons::pause()) } else { (Action::PlayPressed, "Play", icons::play()) };
    let onspeed = dispatch.reform(|event: Event| {
        let speed = event.target_unchecked_into::<HtmlSelectElement>().value().parse().unwrap_or(Speed::NORMAL.0);
        Action::SpeedChosen(Speed(speed))
    });
    html! {
        <section class="time" aria-label="Time">
            <div class="transport">
                <button type="button" class="icon-button" id="restart" aria-label="Restart from time zero" title="Restart from time zero"
                    onclick={on(dispatch, Action::RestartPressed)}>{ icons::restart() }</button>
                <button type="button" class="primary play" id="play" aria-label={word} title={format!("{word} (Space)")} onclick={on(dispatch, play)}>{ icon }</button>
                <button type="button" class="icon-button" id="step" aria-label="One event forward" title="One event forward (.)"
                    onclick={on(dispatch, Action::StepPressed)}>{ icons::step() }</button>
                <span class="clock" role="timer" aria-label="Virtual time" id="clock">{ session.world.now().to_string() }</span>
                <label class="speed">{ "Speed" }
                    <select id="speed" onchange={onspeed}>
                        { for Speed::ALL.into_iter().map(|speed| html! {
                            <option value={speed.0.to_string()} selected={speed == app.speed()}>{ speed_words(speed) }</option>
                        }) }
                    </select>
                </label>
                <span class="grow" />
                <span class="soft seed">{ format!("seed {}", session.world.recording().seed) }</span>
            </div>
            <div class="panels">
                { chart(session) }
                { ledger(session) }
                { log(session) }
            </div>
        </section>
    }
}

fn speed_words(speed: Speed) -> String {
    format!("{}×", f64::from(speed.0) / 1_000.0)
}

/// The queue the chart shows: the one selected, or the first that dead-letters, or the first.
fn charted(session: &Session) -> Option<String> {
    if let Some(Place::Queue(name)) = &session.selection {
        return Some(name.to_string());
    }
    let queues = &session.scenario().broker.queues;
    queues.iter().find(|queue| queue.dead_letter_exchange().is_some()).or_else(|| queues.first()).map(|queue| queue.name.to_string())
}

fn chart(session: &Session) -> Html {
    let Some(name) = charted(session) else { return html! {} };
    let depths = session.world.metrics().depths(&name);
    let now = session.world.broker().queue(&name).map_or((0, 0), |queue| (queue.ready(), queue.unacked()));
    let top = depths.iter().map(|depth| depth.ready + depth.unacked).max().unwrap_or(0).max(10);
    let across = depths.len().max(121) - 1;
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let line = |pick: fn(&crate::sim::metrics::Depth) -> u64| {
        let mut path = String::new();
        for (index, depth) in depths.iter().enumerate() {
            let (x, y) = (index as f64 / across as f64 * 250.0, 92.0 - pick(depth) as f64 / top as f64 * 84.0);
            path.push_str(if index == 0 { "M" } else { "L" });
            let _ = write!(path, "{x:.1} {y:.1}");
        }
        path
    };
    html! {
        <div class="panel">
            <h2>{ &name }</h2>
            <div class="chart-legend">
                <span><i class="swatch ready" />{ format!("Ready {}", now.0) }</span>
                <span><i class="swatch unacked" />{ format!("Unacked {}", now.1) }</span>
                <span><i class="swatch total" />{ format!("Total {}", now.0 + now.1) }</span>
            </div>
            <svg class="chart" viewBox="0 0 250 96" preserveAspectRatio="none" role="img" aria-label={format!("Depth of {name} over time, at most {top}")}>
                <path d="M0 8H250M0 50H250M0 92H250" class="rule" />
                <path d={line(|depth| depth.ready + depth.unacked)} class="total" />
                <path d={line(|depth| depth.unacked)} class="unacked" />
                <path d={line(|depth| depth.ready)} class="ready" />
            </svg>
            <span class="soft axis">{ format!("to {top}") }</span>
        </div>
    }
}

fn ledger(session: &Session) -> Html {
    let ledger = session.world.ledger();
    let total = ledger.total();
    let business = &ledger.business;
    let balanced = ledger.imbalances().is_empty();
    let lost = total.dropped_total() + total.refused + ledger.messages.unsent;
    let line =
        |term: &str, number: u64, class: &'static str| html! { <><dt {class}>{ term.to_owned() }</dt><dd {class}>{ number }</dd></> };
    html! {
        <div class="panel" id="ledger">
            <h2>{ "Ledger" }</h2>
            <dl class="ledger">
                { line("Published", ledger.messages.published, "") }
                { line("Copies to queues", total.arrived, "") }
                { line("Acknowledged", total.acknowledged + total.auto_acknowledged, "") }
                { line("Ready + unacked", total.ready + total.unacked + total.kept_back, "") }
                { line("Dead-lettered", total.dead_lettered_total(), "dead") }
                { line("Dropped or refused", lost, if lost > 0 { "dead" } else { "" }) }
                if ledger.messages.unroutable > 0 { { line("Unroutable", ledger.messages.unroutable, "dead") } }
                <dt class={if balanced { "ok" } else { "dead" }}>{ if balanced { "Balanced" } else { "Not balanced" } }</dt>
                <dd class={if balanced { "ok" } else { "dead" }}>{ format!("{} = {}", total.arrived, total.accounted()) }</dd>
                { for business.effects.keys().map(|what| line(what, business.times_done(what), "")) }
            </dl>
        </div>
    }
}

fn log(session: &Session) -> Html {
    let scenario = session.scenario();
    html! {
        <div class="panel">
            <h2>{ "Events" }</h2>
            <div class="log" id="log" role="log" aria-live="off" tabindex="0" aria-label="Events, the newest first"><ol>
                { for session.log.newest().take(60).map(|entry| {
                    let words::Line { mark: sign, what, detail } = words::line(&entry.occurrence, scenario);
                    let dead = matches!(sign, words::Mark::Dead | words::Mark::Failure);
                    html! {
                        <li key={entry.number} class={classes!(dead.then_some("dead"))}>
                            <time>{ entry.occurrence.at.to_string() }</time>{ mark(sign) }
                            <span><b>{ what }</b>{ " " }{ detail }</span>
                        </li>
                    }
                }) }
            </ol></div>
        </div>
    }
}
