//! Time: the transport, the scrubber with its marks, charts, the ledger and the log.

use std::fmt::Write as _;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Event, Html, InputEvent, TargetCast, classes, html};

use super::drawing::mark;
use super::panels::on;
use super::{Dispatch, icons};
use crate::app::marks::Sign;
use crate::app::{Action, App, Session, Speed, words};
use crate::broker::SimTime;
use crate::scenario::property::Quantity;
use crate::sim::{Happening, Place};

/// A run that has just begun still has a scale.
const SCALE_MIN: SimTime = SimTime::from_secs(10);
/// Marks closer than this part of the scrubber are one.
const MARK_PLACES: u64 = 240;

pub fn time(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let (play, word, icon) =
        if app.playing { (Action::PausePressed, "Pause", icons::pause()) } else { (Action::PlayPressed, "Play", icons::play()) };
    let onspeed = dispatch.reform(|event: Event| {
        let speed = event.target_unchecked_into::<HtmlSelectElement>().value().parse().unwrap_or(Speed::NORMAL.0);
        Action::SpeedChosen(Speed(speed))
    });
    let button = |id: &'static str, label: &'static str, key: &'static str, icon: Html, action: Action| {
        html! { <button type="button" class="icon-button" {id} aria-label={label} title={format!("{label}{key}")} onclick={on(dispatch, action)}>{ icon }</button> }
    };
    html! {
        <section class="time" aria-label="Time">
            <div class="transport">
                { button("restart", "Restart from time zero", "", icons::restart(), Action::RestartPressed) }
                { button("back", "One event back", " (,)", icons::back(), Action::BackPressed) }
                <button type="button" class="primary play" id="play" aria-label={word} title={format!("{word} (Space)")} onclick={on(dispatch, play)}>{ icon }</button>
                { button("step", "One event forward", " (.)", icons::step(), Action::StepPressed) }
                { button("next", "To the next crash, dead letter or failure", " (n)", icons::next(), Action::NextPressed) }
                <span class="clock" role="timer" aria-label="Virtual time" id="clock">{ session.world().now().to_string() }</span>
                { scrubber(session, dispatch) }
                <label class="speed"><span class="visually-hidden">{ "Speed" }</span>
                    <select id="speed" onchange={onspeed}>
                        { for Speed::ALL.into_iter().map(|speed| html! {
                            <option value={speed.0.to_string()} selected={speed == app.speed()}>{ speed_words(speed) }</option>
                        }) }
                    </select>
                </label>
                <span class="soft seed">{ format!("seed {}", session.world().recording().seed) }</span>
            </div>
            { branches(session, dispatch) }
            <div class="panels">
                { chart(session) }
                { ledger(session) }
                { log(session, dispatch) }
            </div>
        </section>
    }
}

/// What a change would do here, and the branch that was left.
fn branches(session: &Session, dispatch: &Dispatch) -> Html {
    let past = session.timeline().is_in_the_past();
    if !past && session.other.is_none() {
        return html! {};
    }
    html! {
        <p class="branches" id="branches" role="status">
            if past {
                <span>{ format!("You are in the past: it has been played to {}. A change here begins another branch, and this one is kept.", session.timeline().furthest()) }</span>
            } else {
                <span>{ "You changed the past: this is another branch." }</span>
            }
            if session.other.is_some() {
                <button type="button" class="line small" id="swap" onclick={on(dispatch, Action::BranchSwapped)}>{ "Switch to the other branch" }</button>
                <button type="button" class="line small" id="compare" onclick={on(dispatch, Action::ComparePressed)}>
                    { if session.comparison.is_some() { "Put the comparison away" } else { "Compare the two" } }</button>
            }
        </p>
    }
}

/// Moves through what has been played; marks stand where something broke or died.
fn scrubber(session: &Session, dispatch: &Dispatch) -> Html {
    let end = session.timeline().furthest().max(SCALE_MIN);
    let oninput = dispatch.reform(|event: InputEvent| {
        let millis: f64 = event.target_unchecked_into::<HtmlInputElement>().value().parse().unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the control's own range")]
        Action::Seeked(SimTime::from_millis(millis.max(0.0) as u64))
    });
    let place = |at: SimTime| at.as_micros() * MARK_PLACES / end.as_micros().max(1);
    let mut last = None;
    let marks = session.marks.iter().filter(|mark| {
        let here = Some((place(mark.at), mark.sign));
        std::mem::replace(&mut last, here) != here
    });
    html! {
        <div class="scrubber">
            <svg class="marks" aria-hidden="true">
                { for marks.map(|mark| {
                    let x = format!("{:.2}%", mark.at.as_secs_f64() / end.as_secs_f64() * 100.0);
                    html! { <svg {x} y="0" overflow="visible">{ sign(mark.sign) }<title>{ format!("{} {}", mark.at, mark.words) }</title></svg> }
                }) }
            </svg>
            <input type="range" id="scrubber" min="0" max={end.as_millis().to_string()} step="1" value={session.world().now().as_millis().to_string()}
                aria-label="Moment" aria-valuetext={session.world().now().to_string()} {oninput} />
        </div>
    }
}

fn sign(sign: Sign) -> Html {
    match sign {
        Sign::Dead => html! { <path class="mark-dead" d="M0 2l4 4-4 4-4-4z" /> },
        Sign::Lost => html! { <path class="mark-failure" d="M-3 3l6 6M3 3l-6 6" /> },
        Sign::Fault => html! { <path class="mark-fault" d="M-4.5 2h9L0 10z" /> },
        Sign::Mended => html! { <path class="mark-mended" d="M-4 10h8L0 3z" /> },
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
    let depths = session.world().metrics().depths(&name);
    let now = session.world().broker().queue(&name).map_or((0, 0), |queue| (queue.ready(), queue.unacked()));
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
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let width = session.world().metrics().period().as_secs_f64() * across as f64;
    let faults = session.marks.iter().filter(|mark| mark.sign == Sign::Fault && mark.at <= session.world().now());
    let broken = faults.map(|mark| mark.at.as_secs_f64() / width * 250.0).filter(|x| *x <= 250.0);
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
                { for broken.map(|x| html! { <path d={format!("M{x:.1} 4V92")} class="broken" /> }) }
            </svg>
            <span class="soft axis">{ format!("to {top}") }</span>
        </div>
    }
}

fn ledger(session: &Session) -> Html {
    let ledger = session.world().ledger();
    let total = ledger.total();
    let business = &ledger.business;
    let balanced = ledger.imbalances().is_empty();
    let dropped = total.dropped_total() + total.refused;
    let lost = ledger.messages.lost_total() + total.lost_total();
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
                { line("Dropped or refused", dropped, if dropped > 0 { "dead" } else { "" }) }
                if ledger.messages.unroutable > 0 { { line("Unroutable", ledger.messages.unroutable, "dead") } }
                <dt class={if balanced { "ok" } else { "dead" }}>{ if balanced { "Balanced" } else { "Not balanced" } }</dt>
                <dd class={if balanced { "ok" } else { "dead" }}>{ format!("{} = {}", total.arrived, total.accounted()) }</dd>
                if ledger.messages.unsent > 0 { { line("Never sent", ledger.messages.unsent, "dead") } }
                if lost > 0 { { line("Lost", lost, "dead") } }
                { for business.effects.keys().map(|what| line(what, business.times_done(what), "")) }
            </dl>
        </div>
    }
}

fn log(session: &Session, dispatch: &Dispatch) -> Html {
    html! {
        <div class="panel">
            <h2>{ "Events" }</h2>
            <div class="log" id="log" role="log" aria-live="off" tabindex="0" aria-label="Events, the newest first"><ol>
                { for session.log.newest().take(60).map(|entry| {
                    let words::Line { mark: sign, what, detail } = words::line(&entry.occurrence, session.world());
                    let dead = matches!(sign, words::Mark::Dead | words::Mark::Failure);
                    let event = entry.occurrence.what.about().filter(|about| about.starts_with("e-")).cloned();
                    let told = html! { <><b>{ what }</b>{ " " }{ detail }</> };
                    html! {
                        <li key={entry.number} class={classes!(dead.then_some("dead"))}>
                            <time>{ entry.occurrence.at.to_string() }</time>{ mark(sign) }
                            if let Some(event) = event {
                                <button type="button" class="link" title="What happened to this message?"
                                    onclick={on(dispatch, Action::EventAsked(Some(event)))}>{ told }</button>
                            } else {
                                <span>{ told }</span>
                            }
                        </li>
                    }
                }) }
            </ol></div>
        </div>
    }
}

/// Two futures side by side.
pub fn comparison(session: &Session) -> Html {
    let Some(comparison) = &session.comparison else { return html! {} };
    let value = |quantity: &Quantity, value: f64| match quantity {
        Quantity::Latency(..) => format!("{value:.0} ms"),
        _ => format!("{value}"),
    };
    html! {
        <section class="sec" id="comparison" aria-label="The branches compared">
            <h2>{ format!("At {}", comparison.at) }</h2>
            if comparison.rows.is_empty() { <p class="soft">{ "Until now they are alike." }</p> } else {
                <table class="table">
                    <thead><tr><th scope="col">{ "Differs" }</th><th scope="col" class="number">{ "Here" }</th><th scope="col" class="number">{ "Other branch" }</th></tr></thead>
                    <tbody>{ for comparison.rows.iter().map(|row| html! {
                        <tr><th scope="row">{ row.quantity.to_string() }</th><td class="number">{ value(&row.quantity, row.left) }</td>
                            <td class="number">{ value(&row.quantity, row.right) }</td></tr>
                    }) }</tbody>
                </table>
            }
        </section>
    }
}

/// The story of one message.
pub fn biography(session: &Session, dispatch: &Dispatch) -> Html {
    let Some(told) = &session.biography else { return html! {} };
    let ask = |event: &crate::broker::Name| {
        let action = Action::EventAsked(Some(event.clone()));
        html! { <button type="button" class="link mono" onclick={on(dispatch, action)}>{ &**event }</button> }
    };
    html! {
        <section class="sec" id="biography" aria-label="The story of a message">
            <div class="sec-head"><h2>{ "Message" }</h2>{ super::drawing::close_button("Close the story", on(dispatch, Action::EventAsked(None))) }</div>
            <h3>{ &*told.event }</h3>
            if let Some(life) = &told.life {
                <dl class="kv">
                    if let Some(cause) = life.cause.as_ref().filter(|cause| cause.starts_with("e-")) { <dt>{ "Because of" }</dt><dd>{ ask(cause) }</dd> }
                    { for life.whereabouts.iter().map(|place| html! { <><dt>{ "Where" }</dt><dd>{ words::whereabouts(place, session.world()) }</dd></> }) }
                    if !life.effects.is_empty() { <dt>{ "Led to" }</dt><dd>{ for life.effects.iter().take(8).map(|event| html! { <>{ ask(event) }{ " " }</> }) }</dd> }
                </dl>
                <p class="small-head">{ format!("Until {}", told.at) }</p>
                <ol class="story">
                    { for life.entries.iter().filter(|entry| !matches!(entry.what, Happening::Settling { .. })).take(80).map(|entry| {
                        let words::Line { mark: sign, what, detail } = words::line(entry, session.world());
                        let seek = Action::Seeked(entry.at);
                        html! {
                            <li>{ mark(sign) }<span><b>{ what }</b><span class="soft">{ detail }</span></span>
                                <button type="button" class="link mono soft" title="Go to this moment" onclick={on(dispatch, seek)}>{ entry.at.to_string() }</button></li>
                        }
                    }) }
                </ol>
                if life.entries.len() > 80 { <p class="soft">{ format!("and {} more", life.entries.len() - 80) }</p> }
            } else {
                <p class="soft">{ format!("By {} there is no such message yet.", told.at) }</p>
            }
        </section>
    }
}
