//! What surrounds the canvas: what this is, publishing, the inspector, time, charts, ledger and log.

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Callback, Event, Html, InputEvent, MouseEvent, SubmitEvent, TargetCast, classes, html};

use super::drawing::{badges, close_button, message_mark};
use super::{Dispatch, browser, icons};
use crate::app::tokens::{hue, published_keys};
use crate::app::words::{self, instance_name};
use crate::app::{Action, App, Motion, Session, Theme, Unreadable};
use crate::broker::time::Span;
use crate::broker::{Flow, Name, Resource, Value};
use crate::scenario::{Action as StepAction, BROKER, FaultKind, Scenario, Span as WorkTime, Target, Trigger};
use crate::sim::judge::holds;
use crate::sim::service::Instance;
use crate::sim::{End, Input, Place};

pub fn on(dispatch: &Dispatch, action: Action) -> Callback<MouseEvent> {
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
                <span class="badge">{ format!("RabbitMQ {}", session.world().profile()) }</span>
            }
            <span class="grow" />
            if let Some(session) = &app.session { { super::editor::history(session, dispatch) } }
            <button type="button" class="line" id="scenarios" onclick={on(dispatch, Action::GalleryPressed)}>{ "Scenarios" }</button>
            <button type="button" class="line" id="save" title="Save this scenario as a file" onclick={on(dispatch, Action::SavePressed)}>{ "Save" }</button>
            <label class="button line" title="Open a scenario or a recording">
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
            { super::editor::palette(dispatch) }
            <section class="sec">
                <h2>{ "This system" }</h2>
                <p class="about">{ &session.scenario().about }</p>
            </section>
            if is_the_chapters(session.scenario()) { { hints(session) } }
            { expectations(session) }
            { composer(session, dispatch) }
            { legend(session.scenario()) }
        </aside>
    }
}

/// The hints speak of its parts.
fn is_the_chapters(scenario: &Scenario) -> bool {
    let parts = ["api-gateway", "order-service", "notification-service", "analytics-service"];
    parts.iter().all(|part| scenario.service(part).is_some())
}

/// What the author says comes of it, each as it is now.
fn expectations(session: &Session) -> Html {
    let scenario = session.scenario();
    let Some(until) = scenario.until.filter(|_| !scenario.expects.is_empty()) else { return html! {} };
    let over = session.world().now() >= until;
    let begun = session.world().steps() > 0;
    html! {
        <section class="sec" id="expectations">
            <h2>{ "What comes of it by " }<span class="plain">{ Span(until).to_string() }</span></h2>
            <ul class="hints">
                { for scenario.expects.iter().map(|expected| {
                    let good = holds(session.world(), &expected.property);
                    let good = good && begun;
                    let (icon, word) = match (good, over || expected.property.breaks_for_good()) {
                        (true, _) => (icons::done(), if over { "it is so" } else { "so far" }),
                        (false, true) if begun => (icons::failed(), "not so"),
                        (false, _) => (icons::pending(), "not yet"),
                    };
                    html! {
                        <li class={classes!(good.then_some("done"))} title={expected.property.to_string()}>
                            { icon }<span>{ &expected.says }<span class="visually-hidden">{ format!(" ({word})") }</span></span></li>
                    }
                }) }
            </ul>
        </section>
    }
}

fn hints(session: &Session) -> Html {
    let inputs = &session.world().recording().inputs;
    let did = |wanted: &dyn Fn(&Input) -> bool| inputs.iter().any(|timed| wanted(&timed.input));
    let ledger = session.world().ledger();
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

fn composer(session: &Session, dispatch: &Dispatch) -> Html {
    let (scenario, composer) = (session.scenario(), &session.composer);
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
                { preview(session) }
                <button type="submit" id="publish" class="primary">{ icons::send() }{ "Publish" }</button>
                <p id="composer-result" role="status" class={classes!("result", invalid.then_some("error"))}>
                    { composer.error.as_ref().or(composer.outcome.as_ref()).cloned().unwrap_or_default() }
                </p>
            </form>
        </section>
    }
}

/// Which queues would get it, and why, before it is published.
fn preview(session: &Session) -> Html {
    let (broker, composer) = (session.world().broker(), &session.composer);
    let queues = broker.destinations(&composer.exchange, &composer.routing_key, None);
    let bindings = broker.explain(&composer.exchange, &composer.routing_key, None);
    let verdict = match &*queues {
        [] if composer.exchange.is_empty() => "No queue has this name: it would be dropped, and nobody told.".to_owned(),
        [] => "No queue would get it: it would be dropped, and nobody told.".to_owned(),
        [one] => format!("One copy would go to {one}."),
        many => format!("One copy each would go to {}.", many.join(", ")),
    };
    html! {
        <div id="preview" class="preview">
            <p>{ verdict }</p>
            <ul>
                { for bindings.iter().map(|explained| {
                    let key = if explained.binding.routing_key.is_empty() { "(empty)" } else { explained.binding.routing_key };
                    let (class, sign, word) = if explained.matches { ("yes", "✓", "matches") } else { ("no", "×", "does not match") };
                    html! {
                        <li {class}><span aria-label={word}>{ sign }</span><span><code>{ key }</code>{ format!(" {}", explained.binding.destination) }
                            <span class="soft">{ words::why(&explained.why) }</span></span></li>
                    }
                }) }
            </ul>
        </div>
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
            { super::time::comparison(session) }
            { super::time::biography(session, dispatch) }
            if let Some(node) = &session.selection {
                { inspector(session, node, dispatch) }
            }
            { queues(session, dispatch) }
            { services(session, dispatch) }
            { broker(session, dispatch) }
        </aside>
    }
}

fn row(term: &str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ term.to_owned() }</dt><dd>{ value.into() }</dd></> }
}

fn inspector(session: &Session, node: &Place, dispatch: &Dispatch) -> Html {
    let (kind, body) = match node {
        Place::Client(index) => ("HTTP client", client_details(session, *index, dispatch)),
        Place::Instance(id) => ("Service", service_details(session, *id, dispatch)),
        Place::Exchange(name) => ("Exchange", exchange_details(session, name, dispatch)),
        Place::Queue(name) => ("Queue", queue_details(session, name, dispatch)),
    };
    html! {
        <section class="sec" id="inspector">
            <div class="sec-head"><h2>{ kind }</h2>{ close_button("Close the inspector", on(dispatch, Action::Selected(None))) }</div>
            { super::editor::head(session, node, dispatch) }
            { body }
        </section>
    }
}

fn client_details(session: &Session, index: usize, dispatch: &Dispatch) -> Html {
    let spec = &session.world().clients()[index].spec;
    let business = session.world().ledger().business;
    html! {
        <>
            <dl class="kv">
                { row("Calls", format!("{} {}", spec.calls.service, spec.calls.path)) }
                { row("Sent", session.world().requests(index).to_string()) }
                { row("Accepted", business.accepted.to_string()) }
                { row("Failed", business.failed.to_string()) }
            </dl>
            { super::editor::client(spec, dispatch) }
        </>
    }
}

fn service_details(session: &Session, id: crate::sim::InstanceId, dispatch: &Dispatch) -> Html {
    let (Some(spec), Some(state)) = (session.world().services().get(id.service).map(|service| &service.spec), session.world().instance(id))
    else {
        return html! {};
    };
    let (action, word, class) =
        if state.up { (Action::KillPressed(id), "Kill", "danger") } else { (Action::StartPressed(id), "Start", "primary") };
    html! {
        <>
            <dl class="kv">
                { row("State", state_word(session, id, state)) }
                { row("Working on", state.deliveries().count().to_string()) }
                { row("Handled", state.handled.to_string()) }
                { row("Failed", state.failed.to_string()) }
            </dl>
            { super::editor::service(spec, dispatch) }
            <div class="buttons">
                <button type="button" {class} onclick={on(dispatch, action)}>{ format!("{word} {}", instance_name(session.world(), id)) }</button>
                { faults(session, id, dispatch) }
            </div>
        </>
    }
}

/// What else can be done to a program, each as the fault and its opposite.
fn faults(session: &Session, id: crate::sim::InstanceId, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let (Some(state), Some(service)) = (world.instance(id), world.services().get(id.service)) else { return html! {} };
    let target = || Target { service: service.spec.name.clone(), instance: Some(id.instance) };
    let cut = world.is_cut([End::Service(id.service), End::Broker]);
    let slow = state.slowness > 1.0;
    let partition = FaultKind::Partition([service.spec.name.clone(), BROKER.into()]);
    let choices = [
        (state.up && !state.stopping, false, "Stop", "It finishes what it has begun, and ends", FaultKind::Stop(target())),
        (
            state.up,
            state.hung,
            if state.hung { "Wake" } else { "Hang" },
            "It does nothing more and keeps what it holds",
            FaultKind::Hang(target()),
        ),
        (
            state.up,
            slow,
            if slow { "Normal speed" } else { "5× slower" },
            "Its work takes five times as long",
            FaultKind::Slow(target(), 5.0),
        ),
        (true, cut, if cut { "Reconnect" } else { "Cut off" }, "Nothing passes between the service and the broker", partition),
    ];
    html! {
        { for choices.into_iter().filter(|choice| choice.0).map(|(_, broken, word, title, kind)| {
            let action = if broken { Action::MendPressed(kind) } else { Action::FaultPressed(kind) };
            html! { <button type="button" class="line small" {title} data-fault={word} onclick={on(dispatch, action)}>{ word }</button> }
        }) }
    }
}

/// What can happen to the broker itself.
fn broker(session: &Session, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let alarm = |resource: Resource| {
        let kind = FaultKind::Alarm(resource);
        let on_now = world.broker().alarms().contains(&resource);
        let action = if on_now { Action::MendPressed(kind) } else { Action::FaultPressed(kind) };
        let word = format!("{} {} alarm", if on_now { "Clear" } else { "Raise" }, resource.name());
        html! { <button type="button" class="line small" data-alarm={resource.name()} onclick={on(dispatch, action)}>{ word }</button> }
    };
    let state = match world.broker().alarms() {
        _ if world.is_broker_down() => "It is down: nobody can connect.".to_owned(),
        [] => "It is running.".to_owned(),
        alarms => {
            let names: Vec<&str> = alarms.iter().map(|alarm| alarm.name()).collect();
            format!("It is low on {}: whoever publishes is blocked.", names.join(" and "))
        }
    };
    html! {
        <section class="sec last">
            <h2>{ "Broker" }</h2>
            <p id="broker-state" class={classes!((state != "It is running.").then_some("objection"))}>{ state }</p>
            <div class="buttons">
                <button type="button" class="line small" id="restart-broker" onclick={on(dispatch, Action::FaultPressed(FaultKind::RestartBroker))}>{ "Restart it" }</button>
                { alarm(Resource::Memory) }
                { alarm(Resource::Disk) }
            </div>
        </section>
    }
}

/// Everything that is the matter with a program.
fn state_word(session: &Session, id: crate::sim::InstanceId, state: &Instance) -> String {
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

pub fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Http { path } => path.to_string(),
        Trigger::Queue(subscription) => format!("{} · prefetch {}", subscription.queue, subscription.prefetch),
        Trigger::Schedule { every, records: None } => format!("every {}", Span(*every)),
        Trigger::Schedule { every, records: Some(records) } => format!("every {} · {} records", Span(*every), records.state),
        Trigger::StartUp => "at start-up".to_owned(),
    }
}

pub fn step_words(step: &crate::scenario::Step) -> String {
    use crate::scenario::FailureRule;
    let action = match &step.action {
        StepAction::Work { time } => match time {
            WorkTime::Constant(time) => format!("work {}", Span(*time)),
            WorkTime::Uniform { from, to } => format!("work {} to {}", Span(*from), Span(*to)),
            WorkTime::Exponential { mean } => format!("work about {}, at random", Span(*mean)),
            WorkTime::LogNormal { median, .. } => format!("work about {}, sometimes much longer", Span(*median)),
        },
        StepAction::Persist { state, .. } => format!("save as {state}"),
        StepAction::Publish(publish) if publish.exchange.is_empty() => format!("publish to the queue {}", publish.routing_key),
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

fn exchange_details(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    html! {
        <>
            <p class="soft">{ "It routes, and stores nothing." }</p>
            { super::editor::exchange(session, name, dispatch) }
        </>
    }
}

fn queue_details(session: &Session, name: &Name, dispatch: &Dispatch) -> Html {
    let Some(queue) = session.world().broker().queue(name) else { return html! { <p class="soft">{ "Deleted." }</p> } };
    let ledger = session.world().ledger();
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
            </dl>
            { super::editor::queue(session, name, dispatch) }
            <h3 class="small-head">{ "Ready messages, the next first" }</h3>
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
                        <li>{ message_mark(sign, hue(session.scenario(), &original_key(&entry.message))) }<button type="button" class="link mono" title="What happened to this message?"
                            onclick={on(dispatch, Action::EventAsked(entry.message.properties.message_id.clone()))}>{ words::id(&entry.message) }</button>
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
                    { for session.world().broker().queues().map(|queue| {
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
    html! {
        <section class="sec">
            <h2>{ "Services" }</h2>
            <ul class="services">
                { for session.world().instances().map(|(id, state)| {
                    let name = instance_name(session.world(), id);
                    let (action, word) = if state.up { (Action::KillPressed(id), "Kill") } else { (Action::StartPressed(id), "Start") };
                    html! {
                        <li key={name.clone()} data-service={name.clone()} class={classes!((!state.up).then_some("down"))}>
                            <span class="health" aria-hidden="true" />
                            <button type="button" class="link" onclick={on(dispatch, Action::Selected(Some(Place::Instance(id))))}>{ &name }</button>
                            <span class="soft">{ state_word(session, id, state) }</span>
                            <button type="button" class="line small" data-toggle={name.clone()} aria-label={format!("{word} {name}")}
                                onclick={on(dispatch, action)}>{ word }</button>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}
