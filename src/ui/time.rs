//! Time: the transport, the scrubber with its marks, charts, the ledger and the log.

use std::fmt::Write as _;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Event, FocusEvent, Html, InputEvent, MouseEvent, PointerEvent, TargetCast, classes, html};

use super::texts::time as texts;
use super::widgets::{explained, log_icon, on, option};
use super::{Dispatch, icons, stream};
use crate::app::landing::Landing;
use crate::app::ledger::{self as app_ledger, Loss, Row, Tone, losses, rows};
use crate::app::log::Entry;
use crate::app::markers::{self, Cluster, MarkerKind};
use crate::app::search::Wanted;
use crate::app::{
    Action, App, Chart, EditAction, Filter, PageAction, SelectAction, Session, Shelf, Speed, TimeAction, Verbosity, WorkspaceAction, words,
};
use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::base::number::{self, Fixed};
use crate::base::time::Span;
use crate::broker::Name;
use crate::scenario::Moment;
use crate::scenario::property::Percentile;
use crate::sim::Place;
use crate::sim::histogram::Histogram;
use crate::sim::metrics::{Counts, Depth};

/// The bar: it begins with Play, which the keyboard reaches first, and goes on with what stands beside it.
pub fn bar(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let (play, word, icon) = if app.playing {
        (Action::Time(TimeAction::Pause), texts::PAUSE, icons::pause())
    } else {
        (Action::Time(TimeAction::Play), texts::PLAY, icons::play())
    };
    html! {
        <section class="bar" aria-label={texts::TIME}>
            <button
                type="button"
                class="primary play"
                id="play"
                aria-label={word}
                title={texts::with_key(word, texts::SPACE)}
                onclick={on(dispatch, play)}
            >
                { icon }
            </button>
            { button(dispatch, "restart", texts::RESTART_FROM_TIME_ZERO, "", icons::restart(), TimeAction::Restart) }
            { button(dispatch, "back", texts::ONE_EVENT_BACK, ",", icons::back(), TimeAction::StepBack) }
            { button(dispatch, "step", texts::ONE_EVENT_FORWARD, ".", icons::step(), TimeAction::StepForward) }
            { button(dispatch, "next", texts::TO_THE_NEXT_CRASH_DEAD, "N", icons::next(), TimeAction::FindNext) }
            { speed(app, dispatch) }
            <span class="clock" role="timer" aria-label={texts::VIRTUAL_TIME} id="clock">{ session.world().now().to_string() }</span>
            { scrubber(session, app, dispatch) }
        </section>
    }
}

fn button(dispatch: &Dispatch, id: &'static str, label: &'static str, key: &str, icon: Html, action: TimeAction) -> Html {
    let title = texts::with_key(label, key);
    html! { <button type="button" class="icon-button" {id} aria-label={label} {title} onclick={on(dispatch, action)}>{ icon }</button> }
}

fn speed(app: &App, dispatch: &Dispatch) -> Html {
    let onspeed = dispatch.reform(|event: Event| {
        let speed = Speed::of_code(&event.target_unchecked_into::<HtmlSelectElement>().value());
        Action::Time(TimeAction::SetSpeed(speed.unwrap_or(Speed::NORMAL)))
    });
    let options = |of_hops: bool| -> Html {
        let now = app.real_speed();
        // Slowed by itself, a speed may be one that cannot be chosen.
        let slowed = Some(now).filter(|now| !Speed::ALL.contains(now));
        let speeds = Speed::ALL.into_iter().chain(slowed).filter(|speed| matches!(speed, Speed::Hop(_)) == of_hops);
        speeds.map(|speed| option(&speed.code(), &speed.to_string(), speed == now)).collect()
    };
    html! {
        <label class="speed">
            <span class="visually-hidden">{ texts::SPEED }</span>
            <select id="speed" onchange={onspeed}>
                <optgroup label={texts::EACH_HOP}>{ options(true) }</optgroup>
                <optgroup label={texts::TIMES_REAL_TIME}>{ options(false) }</optgroup>
            </select>
        </label>
    }
}

/// A fault that is to come can be taken to another time.
fn flag(index: usize, fault: &crate::scenario::Fault, at: SimTime, end: SimTime, dispatch: &Dispatch) -> Html {
    let moment = move |event: &PointerEvent| {
        let flag = event.target_dyn_into::<web_sys::Element>()?.closest(".flag").ok().flatten()?;
        let line = flag.closest(".marks").ok().flatten()?.get_bounding_client_rect();
        Some((flag, ((f64::from(event.client_x()) - line.left()) / line.width()).clamp(0.0, 1.0)))
    };
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        if let Some((flag, _)) = moment(&event) {
            event.prevent_default();
            let _ = flag.set_pointer_capture(event.pointer_id());
        }
    });
    // While it is dragged it is moved as it is; the document gets it when it is let go.
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if let Some((flag, part)) = moment(&event).filter(|(flag, _)| flag.has_pointer_capture(event.pointer_id())) {
            let _ = flag.set_attribute("x", &format!("{:.2}%", Fixed(part * 100.0)));
        }
    });
    let dispatch = dispatch.clone();
    let onpointerup = Callback::from(move |event: PointerEvent| {
        if let Some((_, part)) = moment(&event) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the scrubber")]
            dispatch.emit(Action::Edit(EditAction::MoveFault(
                index,
                SimTime::from_millis((part * end.as_secs_f64() * 10.0).round() as u64 * 100),
            )));
        }
    });
    let x = format!("{:.2}%", Fixed(at.as_secs_f64() / end.as_secs_f64() * 100.0));
    html! {
        <svg class="flag" {x} y="0" overflow="visible" data-fault={index.to_string()} {onpointerdown} {onpointermove} {onpointerup}>
            <rect x="-8" y="-4" width="16" height="20" class="target" />
            <path d="M0 12V-2L9 1.5 0 5" />
            <title>{ texts::drag_it_to_another_time(&fault) }</title>
        </svg>
    }
}

/// Moves through what has been played; marks stand where something broke or died.
fn scrubber(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let planned = || {
        session.scenario().faults.iter().enumerate().filter_map(|(index, fault)| match &fault.when {
            Moment::At(at) => Some((index, fault, *at)),
            Moment::AtStep { .. } => None,
        })
    };
    let end = app.slider.map_or_else(|| session.scale_end(), |slider| slider.end);
    let now = app.slider.map_or_else(|| session.world().now(), |slider| slider.at);
    // The scale stays where it is while the slider is held; keys move it without that.
    let hold = dispatch.reform(|_: PointerEvent| TimeAction::HoldSlider.into());
    let let_go = || TimeAction::LetSliderGo.into();
    let oninput = dispatch.reform(|event: InputEvent| {
        let millis = number::parse(&event.target_unchecked_into::<HtmlInputElement>().value()).unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the control's own range")]
        Action::Time(TimeAction::Slide(SimTime::from_millis(millis.max(0.0) as u64)))
    });
    let clusters = markers::clusters(session.playhead.markers.iter(), end, app.timeline_width());
    let planned_at: Vec<SimTime> = planned().map(|(.., at)| at).collect();
    let names = markers::names(&clusters, &planned_at, end, app.timeline_width());
    let mark = |(cluster, name): (&Cluster<'_>, &Option<String>)| {
        let x = format!("{:.2}%", Fixed(cluster.at().as_secs_f64() / end.as_secs_f64() * 100.0));
        // What is known of the future.
        let class = (cluster.at() > session.world().now()).then_some("ahead");
        let (words, count) = (cluster.words(), cluster.marks.len());
        html! {
            <svg
                {x}
                y="0"
                overflow="visible"
                class={classes!("mark", class)}
                role="img"
                aria-label={words.clone()}
                onclick={on(dispatch, TimeAction::Seek(cluster.leads_to()))}
            >
                <rect x="-7" y="-2" width={if count > 1 { "34" } else { "14" }} height="14" fill="transparent" />
                if let Some(name) = name {
                    { marker_icon(cluster.marks[0].kind) }
                    <text class={classes!("mark-name", (cluster.marks[0].kind == MarkerKind::Mended).then_some("mended"))} x="12" y="9">{ name }</text>
                } else {
                    { marker_icon(cluster.kind()) }
                    if count > 1 { <text class="mark-count" x="7" y="10">{ count }</text> }
                }
                <title>{ words }</title>
            </svg>
        }
    };
    html! {
        <div class="scrubber">
            <svg class="marks" role="group" aria-label={texts::MARKS}>
                for (index, fault, at) in planned() { { flag(index, fault, at, end, dispatch) } }
                for one in clusters.iter().zip(&names) { { mark(one) } }
            </svg>
            <svg class="ticks" aria-hidden="true">
                for (at, words) in markers::ticks(end, app.timeline_width()) {
                    <svg x={format!("{:.2}%", Fixed(at.as_secs_f64() / end.as_secs_f64() * 100.0))} overflow="visible">
                        <path d="M0 0v3" />
                        <text y="13" text-anchor="middle">{ words }</text>
                    </svg>
                }
            </svg>
            <input
                type="range"
                id="scrubber"
                min="0"
                max={end.as_millis().to_string()}
                step="1"
                value={now.as_millis().to_string()}
                aria-label={texts::MOMENT}
                aria-valuetext={now.to_string()}
                {oninput}
                onpointerdown={hold}
                onpointerup={dispatch.reform(move |_: PointerEvent| let_go())}
                onpointercancel={dispatch.reform(move |_: PointerEvent| let_go())}
                onblur={dispatch.reform(move |_: FocusEvent| let_go())}
            />
        </div>
    }
}

fn marker_icon(kind: MarkerKind) -> Html {
    match kind {
        MarkerKind::Dead => html! { <path class="mark-dead" d="M0 2l4 4-4 4-4-4z" /> },
        MarkerKind::Lost => html! { <path class="mark-failure" d="M-3 3l6 6M3 3l-6 6" /> },
        MarkerKind::Fault => html! { <path class="mark-fault" d="M-.8 20V-1h10l-2.6 3.5 2.6 3.5H.8V20z" /> },
        MarkerKind::Mended => html! { <path class="mark-mended" d="M-.8 20V-1h10l-2.6 3.5 2.6 3.5H.8V20z" /> },
    }
}

/// A speed as the bar names it.
/// The queue the chart shows: the one selected, or the first that dead-letters, or the first.
fn charted(session: &Session) -> Option<Name> {
    if let Some(Place::Queue(name)) = &session.selection.primary {
        return Some(name.clone());
    }
    let queues = &session.scenario().broker.queues;
    queues.iter().find(|queue| queue.dead_letter_exchange().is_some()).or_else(|| queues.first()).map(|queue| queue.name.clone())
}

/// One line of a chart: its look, its name, what it is now in words, and its values. The first look is that of the series in question.
pub struct Series(pub &'static str, pub &'static str, pub String, pub Vec<f64>);

/// Dashes distinguish the greys.
pub const LOOKS: [&str; 7] = ["asked", "plain", "d1", "d2", "d3", "d4", "d5"];

pub fn charts(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let (title, body) = match app.chart {
        Chart::Depth => depth(session, app),
        Chart::Rates => rates(session),
        Chart::Latency => (texts::LATENCY.to_owned(), latency(session)),
        Chart::Business => (texts::BUSINESS_LEDGER.to_owned(), business(session)),
    };
    let tabs =
        [(Chart::Depth, texts::DEPTH), (Chart::Rates, texts::RATES), (Chart::Latency, texts::LATENCY), (Chart::Business, texts::BUSINESS)];
    html! {
        <div class="panel" id="charts">
            <div class="tabs" role="group" aria-label={texts::CHARTS}>
                for (chart, name) in tabs.into_iter() {
                    <button
                        type="button"
                        class="tab"
                        data-chart={name}
                        aria-pressed={(chart == app.chart).to_string()}
                        onclick={on(dispatch, PageAction::ShowChart(chart))}
                    >
                        { name }
                    </button>
                }
            </div>
            <h2 id="shelf-title" tabindex="-1">{ title }</h2>
            { body }
        </div>
    }
}

/// The depth of the queue that is selected, or of another: its name and its chart.
pub fn depth(session: &Session, app: &App) -> (String, Html) {
    let Some(name) = charted(session) else { return (texts::NO_QUEUE.into(), html! {}) };
    let depths = session.world().metrics().depths(&name);
    let landing = Landing::of(app, session);
    let now = session.world().broker().queue(&name).map_or((0, 0), |queue| (landing.ready(queue), landing.unacked(queue)));
    let series = of_depths(&depths, now);
    let view = chart(session, &texts::depth_of(&name), &series);
    (name.to_string(), view)
}

/// The three lines of RabbitMQ's chart, and the ready and unacked messages of this moment.
fn of_depths(depths: &[Depth], now: (u64, u64)) -> [Series; 3] {
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let line = |pick: fn(&Depth) -> u64| depths.iter().map(|depth| pick(depth) as f64).collect();
    [
        Series(LOOKS[1], texts::TOTAL, grouped(now.0 + now.1), line(|depth| depth.ready + depth.unacked)),
        Series(LOOKS[2], texts::UNACKED, grouped(now.1), line(|depth| depth.unacked)),
        Series(LOOKS[0], texts::READY, grouped(now.0), line(|depth| depth.ready)),
    ]
}

/// What is counted in a second: of the queue that is selected, or of the whole broker.
fn rates(session: &Session) -> (String, Html) {
    let queue = match &session.selection.primary {
        Some(Place::Queue(name)) => Some(name),
        _ => None,
    };
    let metrics = session.world().metrics();
    let counts = metrics.counts(queue.map(|name| &**name));
    let period = metrics.period().as_secs_f64();
    let series: Vec<Series> = Counts::NAMES
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let values: Vec<f64> =
                counts.windows(2).map(|pair| f64::from(pair[1].values()[index].wrapping_sub(pair[0].values()[index])) / period).collect();
            let now = format!("{:.1}/s", Fixed(values.last().copied().unwrap_or(0.0)));
            Series(LOOKS[index], name, now, values)
        })
        .collect();
    let whose = queue.map_or_else(|| texts::THE_BROKER.to_owned(), ToString::to_string);
    let view = chart(session, &texts::rates_of_a_second(&whose), &series);
    (texts::a_second(&whose), view)
}

/// What a line of a chart looks like.
pub fn swatch(look: &'static str) -> Html {
    html! { <svg class="chart swatch" width="18" height="8" aria-hidden="true"><path d="M0 4H18" class={classes!("line", look)} /></svg> }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole seconds of a run")]
fn chart(session: &Session, label: &str, series: &[Series]) -> Html {
    let (top, across) = scale(series.iter());
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let width = session.world().metrics().period().as_secs_f64() * across as f64;
    let faults = session.playhead.markers.iter().filter(|mark| mark.kind == MarkerKind::Fault && mark.at <= session.world().now());
    let broken = faults.map(|mark| mark.at.as_secs_f64() / width * 250.0).filter(|x| *x <= 250.0);
    html! {
        <>
            <div class="chart-legend">
                for Series(class, name, now, _) in series.iter() {
                    <span>{ swatch(class) }{ format!("{name} {now}") }</span>
                }
            </div>
            { plot(label, series, (top, across), broken.map(|x| (x, "broken"))) }
            <span class="soft axis">{ texts::to(&Fixed(top)) }</span>
            <span class="soft times">
                for part in 0..=2 { <span>{ format!("{}", Span(SimTime::from_secs((width * f64::from(part) / 2.0) as u64))) }</span> }
            </span>
        </>
    }
}

/// How high and how wide a chart of these is.
pub fn scale<'a>(series: impl Iterator<Item = &'a Series> + Clone) -> (f64, usize) {
    let top = series.clone().flat_map(|one| one.3.iter()).copied().fold(10.0, f64::max);
    (top, series.map(|one| one.3.len()).max().unwrap_or(0).max(121) - 1)
}

/// Lines, and marks across them.
pub fn plot(label: &str, series: &[Series], (top, across): (f64, usize), marks: impl Iterator<Item = (f64, &'static str)>) -> Html {
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let line = |values: &[f64]| {
        let mut path = String::new();
        for (index, value) in values.iter().enumerate() {
            path.push_str(if index == 0 { "M" } else { "L" });
            let _ = write!(path, "{:.1} {:.1}", Fixed(index as f64 / across as f64 * 250.0), Fixed(92.0 - value / top * 84.0));
        }
        path
    };
    html! {
        <svg
            class="chart"
            viewBox="0 0 250 96"
            preserveAspectRatio="none"
            role="img"
            aria-label={texts::over_time_at_most(&label, &Fixed(top))}
        >
            <path d="M0 8H250M0 50H250M0 92H250" class="rule" />
            for Series(class, _, _, values) in series.iter() { <path d={line(values)} class={classes!("line", *class)} /> }
            for (x, class) in marks { <path d={format!("M{:.1} 4V92", Fixed(x))} {class} /> }
        </svg>
    }
}

/// How long it took: percentiles of each queue, and of who waits for an answer.
fn latency(session: &Session) -> Html {
    let metrics = session.world().metrics();
    let (p50, p95, p99) = (Percentile::P50, Percentile::P95, Percentile::P99);
    let line = |name: String, times: &Histogram| {
        html! {
            <tr>
                <th scope="row">{ name }</th>
                for percentile in [p50, p95, p99].into_iter() {
                    <td class="number">
                        { if times.count() == 0 { "–".to_owned() } else { Span(times.percentile(percentile)).to_string() } }
                    </td>
                }
                <td class="number">{ grouped(times.count()) }</td>
            </tr>
        }
    };
    html! {
        <div class="scrolls" tabindex="0" role="group" aria-label={texts::LATENCY}>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{ texts::FROM_TO }</th>
                        <th scope="col" class="number">{ "p50" }</th>
                        <th scope="col" class="number">{ "p95" }</th>
                        <th scope="col" class="number">{ "p99" }</th>
                        <th scope="col" class="number">{ texts::OF }</th>
                    </tr>
                </thead>
                <tbody>
                    for (name, http) in metrics.https() { { line(texts::http(&name), &http.latency) } }
                    for (name, queue) in metrics.queues() {
                        { line(texts::to_delivery(&name), &queue.queueing) }
                        { line(texts::to_ack(&name), &queue.end_to_end) }
                    }
                </tbody>
            </table>
        </div>
    }
}

/// What the business would say of it.
fn business(session: &Session) -> Html {
    let business = session.world().ledger().business;
    let line = |term: &str, number: u64, bad: bool| {
        let class = if bad && number > 0 { "dead" } else { "" };
        html! { <><dt {class}>{ explained(term) }</dt><dd {class}>{ grouped(number) }</dd></> }
    };
    // What is still in work is not missing.
    let missing = |what: &Name| match app_ledger::missing(session.world(), &business, what) {
        (all, None) => line(&texts::missing_or_in_work(what), all, true),
        (gone, Some(in_work)) => html! {
            <>
                { line(&texts::missing(what), gone, true) }
                if in_work > 0 { { line(&texts::in_work(what), in_work, false) } }
            </>
        },
    };
    html! {
        <dl class="ledger" id="business">
            { line(texts::REQUESTS, business.requests, false) }
            { line(texts::ACCEPTED, business.accepted, false) }
            { line(texts::FAILED, business.failed, true) }
            { line(texts::GAVE_UP, business.gave_up, true) }
            { line(texts::SAVED, business.saved, false) }
            { line(texts::SAVED_TWICE, business.saved_twice(), true) }
            for what in business.effects.keys() {
                { line(what, business.times_done(what), false) }
                if business.is_of_orders(what) { { missing(what) } }
                { line(&texts::twice(&what), business.duplicated(what), true) }
                if business.is_of_orders(what) { { line(&texts::invented(&what), business.invented(what), true) } }
            }
        </dl>
    }
}

/// Alone in its drawer, its heading is the drawer's.
pub fn ledger(session: &Session, app: &App, shelf: Shelf, dispatch: &Dispatch) -> Html {
    let is_alone = shelf == Shelf::Ledger;
    let ledger = session.world().ledger();
    let line = |row: Row| {
        let class = match row.tone {
            Tone::Plain => "",
            Tone::Good => "ok",
            Tone::Bad => "dead",
        };
        html! { <><dt {class}>{ explained(row.term) }</dt><dd {class}>{ row.value }</dd></> }
    };
    html! {
        <div class="panel" id="ledger">
            <h2 id={is_alone.then_some("shelf-title")} tabindex={is_alone.then_some("-1")}>{ texts::LEDGER }</h2>
            <div class="scrolls" tabindex="0" role="group" aria-label={texts::LEDGER}>
                <dl class="ledger">for row in rows(&ledger) { { line(row) } }</dl>
                { lost(&losses(&ledger), shelf, dispatch) }
                { stream::of_all("ledger-readers", session, app) }
                if is_alone { { business(session) } }
            </div>
        </div>
    }
}

/// Each loss with its reason: a click finds its events.
fn lost(losses: &[Loss], shelf: Shelf, dispatch: &Dispatch) -> Html {
    let one = |loss: &Loss| {
        let (dispatch, finds) = (dispatch.clone(), loss.finds.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            dispatch.emit(PageAction::FilterLog(Filter::All).into());
            dispatch.emit(PageAction::FindInLog(finds.clone()).into());
            if shelf != Shelf::Events {
                dispatch.emit(WorkspaceAction::ToggleShelf(Shelf::Events).into());
            }
        });
        html! {
            <li>
                <button type="button" class="link" title={texts::SHOW_ITS_EVENTS} {onclick}><b>{ grouped(loss.count) }</b>{ " " }{ &loss.words }</button>
            </li>
        }
    };
    html! { <ul class="losses" id="losses">{ losses.iter().map(one).collect::<Html>() }</ul> }
}

pub fn log(session: &Session, app: &App, dispatch: &Dispatch) -> Html {
    let onfilter = dispatch.reform(|event: Event| {
        Action::Page(PageAction::FilterLog(match event.target_unchecked_into::<HtmlSelectElement>().selected_index() {
            1 => Filter::Messages,
            2 => Filter::Trouble,
            3 => Filter::Programs,
            _ => Filter::All,
        }))
    });
    let onfind =
        dispatch.reform(|event: InputEvent| Action::Page(PageAction::FindInLog(event.target_unchecked_into::<HtmlInputElement>().value())));
    let onverbosity = dispatch.reform(|event: Event| {
        Action::Page(PageAction::SetVerbosity(match event.target_unchecked_into::<HtmlSelectElement>().selected_index() {
            0 => Verbosity::Off,
            2 => Verbosity::All,
            _ => Verbosity::Summary,
        }))
    });
    let filters =
        [(Filter::All, "everything"), (Filter::Messages, "messages"), (Filter::Trouble, "trouble"), (Filter::Programs, "programs")];
    let voices = [(Verbosity::Off, "nothing"), (Verbosity::Summary, texts::A_SUMMARY), (Verbosity::All, "everything")];
    let onask = dispatch.reform(|event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        Action::Select(SelectAction::Story(Some(typed.trim()).filter(|id| !id.is_empty()).map(Into::into)))
    });
    let asked = session.playhead.story.as_ref().map(|told| told.event.to_string()).unwrap_or_default();
    let wanted = Wanted::phrase(&app.find);
    let mut lines = session.playhead.log.newest().filter_map(|entry| {
        let line = words::line(&entry.occurrence, session.world());
        let of_kind = app.filter.shows(&entry.occurrence, line.icon);
        let remark = session.playhead.log.remark(entry.number);
        let found = wanted.is_in(&line.detail) || wanted.is_in(line.what) || remark.is_some_and(|remark| wanted.is_in(remark));
        (of_kind && found).then_some((entry, line))
    });
    let mut lines = lines.by_ref().peekable();
    let is_empty = lines.peek().is_none();
    let entry_row = |entry: &Entry, words::Line { icon, what, detail }: words::Line| {
        let dead = matches!(icon, words::LogIcon::Dead | words::LogIcon::Failure);
        let event = entry.occurrence.what.about().filter(|about| about.starts_with("e-")).cloned();
        let remark = session.playhead.log.remark(entry.number);
        let told = html! { <><b>{ what }</b>{ " " }{ detail }if let Some(remark) = remark { { ". " }{ remark } }</> };
        let place = words::place_of(&entry.occurrence);
        let (at, then) = (entry.occurrence.at, dispatch.clone());
        // To the moment, and to the place.
        let go = Callback::from(move |_: MouseEvent| {
            then.emit(Action::Time(TimeAction::Seek(at)));
            if let Some(place) = &place {
                then.emit(Action::Select(SelectAction::Node(Some(place.clone()))));
            }
        });
        html! {
            <li key={entry.number} class={classes!(dead.then_some("dead"))}>
                <button type="button" class="link mono when" title={texts::GO_TO_THIS_MOMENT} onclick={go}>{ at.to_string() }</button>
                { log_icon(icon) }
                if let Some(event) = event {
                    <button
                        type="button"
                        class="link"
                        title={texts::WHAT_HAPPENED_TO_THIS_MESSAGE}
                        onclick={on(dispatch, SelectAction::Story(Some(event)))}
                    >
                        { told }
                    </button>
                } else {
                    <span>{ told }</span>
                }
            </li>
        }
    };
    html! {
        <div class="panel">
            <div class="panel-head">
                <h2 id="shelf-title" tabindex="-1">{ texts::EVENTS }</h2>
            <label class="ask">
                <span>{ texts::WHERE_DID_MY_MESSAGE_GO }</span>
                <input
                    id="ask"
                    class="mono small"
                    placeholder={texts::EVENT_ID_E_G_E}
                    aria-label={texts::WHERE_DID_MY_MESSAGE_GO}
                    title={texts::WHERE_DID_MY_MESSAGE_GO}
                    value={asked}
                    onchange={onask}
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
                <select id="log-filter" class="small" aria-label={texts::WHICH_EVENTS} onchange={onfilter}>
                    for (filter, name) in filters.into_iter() { { option(name, name, filter == app.filter) } }
                </select>
                <input
                    id="log-find"
                    class="small"
                    type="search"
                    placeholder={texts::FIND}
                    aria-label={texts::FIND_IN_THE_EVENTS}
                    value={app.find.clone()}
                    oninput={onfind}
                />
                <select
                    id="verbosity"
                    class="small"
                    aria-label={texts::WHAT_A_SCREEN_READER_HEARS}
                    title={texts::WHAT_A_SCREEN_READER_HEARS}
                    onchange={onverbosity}
                >
                    for (voice, name) in voices.into_iter() { { option(name, &texts::say(&name), voice == app.verbosity) } }
                </select>
            </div>
            <div class="log" id="log" role="log" aria-live="off" tabindex="0" aria-label={texts::EVENTS_THE_NEWEST_FIRST}>
                if session.playhead.log.last_number() == 0 {
                    <p class="soft">{ texts::NOTHING_HAS_HAPPENED_YET }</p>
                } else if is_empty {
                    <p class="soft">{ texts::NO_EVENT_MATCHES }</p>
                }
                <ol>for (entry, line) in lines.take(60) { { entry_row(entry, line) } }</ol>
            </div>
        </div>
    }
}
