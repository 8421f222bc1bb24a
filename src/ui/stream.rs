//! Streams: a strip of the log in the inspector, and its readers. The ledger and the tables have the same of all streams.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlInputElement};
use yew::{Callback, Html, MouseEvent, TargetCast, html};

use super::Dispatch;
use super::texts::stream as texts;
use super::widgets::{number, row};
use crate::app::landing::Landing;
use crate::app::replay::{self, Reader};
use crate::app::{App, Session};
use crate::base::limits::grouped;
use crate::broker::view::{LogView, QueueView};
use crate::sim::ledger::Copies;

/// Of the strip's drawing, in its own units.
const WIDTH: f64 = 300.0;
const EDGE: f64 = 6.0;

/// Where an offset stands on the strip.
#[expect(clippy::cast_precision_loss, reason = "a drawing has fewer points than any log has messages")]
fn place(log: &LogView, offset: u64) -> f64 {
    let length = log.next.saturating_sub(log.first).max(1) as f64;
    EDGE + (WIDTH - 2.0 * EDGE) * (offset.clamp(log.first, log.next) - log.first) as f64 / length
}

/// The log from its oldest message to the next, a box a segment and a mark a reader. Each reader may read again.
pub fn view(session: &Session, app: &App, queue: QueueView<'_>, log: &LogView, dispatch: &Dispatch) -> Html {
    let all = replay::readers_of(session.world(), queue);
    let told: Vec<String> = all.iter().map(|reader| texts::mark(&reader.name, reader.next, reader.lag)).collect();
    let segments: Vec<(f64, f64)> = log
        .segments
        .iter()
        .zip(log.segments.iter().skip(1).copied().chain([log.next]))
        .map(|(first, next)| (place(log, *first), place(log, next)))
        .collect();
    let replay = |reader: &Reader<'_>| {
        // Another service may have gone from the drawing, and reads on.
        let onclick = replays(session, reader, log.first, dispatch)?;
        Some(html! {
            <td>
                <button type="button" class="small" title={texts::READS_AGAIN} data-replay={reader.name.clone()} {onclick}>
                    { texts::REPLAY }
                </button>
            </td>
        })
    };
    html! {
        <div class="strip" data-log={queue.name().to_string()}>
            <svg viewBox="0 0 300 30" role="img" aria-label={texts::strip(&told.join("; "))}>
                for (left, right) in segments.into_iter() {
                    <rect x={number(left)} y="14" width={number((right - left).max(1.0))} height="12" rx="2" />
                }
                for (reader, told) in all.iter().zip(told) {
                    <path d={format!("M{} 13l-4.5 -8h9z", number(place(log, reader.next)))}><title>{ told }</title></path>
                }
            </svg>
            if all.is_empty() {
                <p class="soft">{ texts::NO_READER }</p>
            } else {
                { table("readers", &Landing::of(app, session), &all, false, replay) }
                <label class="replay">
                    { texts::REPLAY_FROM }
                    <input type="number" id="replay-from" min="0" placeholder={log.first.to_string()} autocomplete="off" />
                </label>
            }
        </div>
    }
}

/// Reads again from the offset that is typed.
fn replays(session: &Session, reader: &Reader<'_>, oldest: u64, dispatch: &Dispatch) -> Option<Callback<MouseEvent>> {
    let (scenario, dispatch) = (session.scenario().clone(), dispatch.clone());
    let (service, stream) = (reader.service?.clone(), reader.stream.clone());
    replay::from(&scenario, &service, &stream, oldest)?;
    Some(Callback::from(move |event: MouseEvent| {
        let strip = event.target_dyn_into::<Element>().and_then(|button| button.closest(".strip").ok().flatten());
        let field = strip.and_then(|strip| strip.query_selector("input").ok().flatten());
        let text = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()).map(|field| field.value()).unwrap_or_default();
        if let Some(action) = replay::from(&scenario, &service, &stream, replay::typed(&text, oldest)) {
            dispatch.emit(action.into());
        }
    }))
}

/// Where readers are. `of_all`: of several streams, each named.
fn table(id: &'static str, landing: &Landing, readers: &[Reader<'_>], of_all: bool, more: impl Fn(&Reader<'_>) -> Option<Html>) -> Html {
    html! {
        <table class="table" {id}>
            <thead>
                <tr>
                    <th scope="col">{ texts::READER }</th>
                    if of_all { <th scope="col">{ texts::STREAM }</th> }
                    for word in [texts::OFFSET, texts::LAG, texts::OUT] { <th scope="col" class="number">{ word }</th> }
                    if !of_all { <td /> }
                </tr>
            </thead>
            <tbody>
                for reader in readers.iter() {
                    <tr>
                        <th scope="row">{ &reader.name }</th>
                        if of_all { <td>{ &**reader.stream }</td> }
                        <td class="number">{ grouped(reader.next) }</td>
                        <td class="number" data-count="lag">{ grouped(reader.lag) }</td>
                        <td class="number">{ grouped(landing.unacked_of(reader.stream, reader.channel, reader.unacked)) }</td>
                        { more(reader) }
                    </tr>
                }
            </tbody>
        </table>
    }
}

/// The readers of all streams, where there are any.
pub fn of_all(id: &'static str, session: &Session, app: &App) -> Option<Html> {
    let all = replay::readers(session.world());
    (!all.is_empty()).then(|| table(id, &Landing::of(app, session), &all, true, |_| None))
}

/// What the log holds, and what became of it.
pub fn rows(log: &LogView, copies: &Copies) -> Html {
    html! {
        <>
            if log.next > log.first { { row(texts::KEPT, texts::kept(log.first, log.next - 1)) } }
            { row(texts::SEGMENTS, log.segments.len().to_string()) }
            { row(texts::READ, grouped(copies.reads.map_or(0, |reads| reads.settled))) }
            { row(texts::RETIRED, grouped(copies.retired)) }
        </>
    }
}
