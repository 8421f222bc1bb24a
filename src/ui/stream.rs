//! What the inspector of a queue shows of a stream: a strip of its log, and where each reader is.

use yew::{Html, html};

use super::Dispatch;
use super::texts::stream as texts;
use super::widgets::{number, on, row};
use crate::app::words::instance_name;
use crate::app::{Session, replay};
use crate::base::limits::grouped;
use crate::broker::view::{LogView, QueueView, ReaderView};
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

/// The log from its oldest message to the next, a box a segment and a mark a reader; and the readers.
pub fn view(session: &Session, queue: QueueView<'_>, log: &LogView, dispatch: &Dispatch) -> Html {
    let world = session.world();
    let readers: Vec<ReaderView<'_>> = world.broker().readers_of(queue).collect();
    let name = |reader: &ReaderView<'_>| {
        world.instance_of_channel(reader.channel).map_or_else(|| reader.tag.to_string(), |id| instance_name(world, id))
    };
    let told: Vec<String> = readers.iter().map(|reader| texts::mark(&name(reader), reader.next, reader.lag)).collect();
    let segments: Vec<(f64, f64)> = log
        .segments
        .iter()
        .zip(log.segments.iter().skip(1).copied().chain([log.next]))
        .map(|(first, next)| (place(log, *first), place(log, next)))
        .collect();
    let replay = |reader: &ReaderView<'_>| {
        let id = world.instance_of_channel(reader.channel)?;
        let service = &world.services().get(id.service)?.spec.name;
        let action = replay::from(session.scenario(), service, queue.name(), log.first)?;
        Some(html! {
            <button type="button" class="small" title={texts::READS_AGAIN} onclick={on(dispatch, action)}>{ texts::REPLAY }</button>
        })
    };
    html! {
        <div class="strip" data-log={queue.name().to_string()}>
            <svg viewBox="0 0 300 30" role="img" aria-label={texts::strip(&told.join("; "))}>
                for (left, right) in segments.into_iter() {
                    <rect x={number(left)} y="14" width={number((right - left).max(1.0))} height="12" rx="2" />
                }
                for (reader, told) in readers.iter().zip(told) {
                    <path d={format!("M{} 13l-4.5 -8h9z", number(place(log, reader.next)))}><title>{ told }</title></path>
                }
            </svg>
            if readers.is_empty() {
                <p class="soft">{ texts::NO_READER }</p>
            } else {
                <table class="table" id="readers">
                    <thead>
                        <tr>
                            <th scope="col">{ texts::READER }</th>
                            for word in [texts::OFFSET, texts::LAG, texts::OUT, ""] { <th scope="col" class="number">{ word }</th> }
                        </tr>
                    </thead>
                    <tbody>
                        for reader in readers.iter() {
                            <tr>
                                <th scope="row">{ name(reader) }</th>
                                <td class="number">{ grouped(reader.next) }</td>
                                <td class="number" data-count="lag">{ grouped(reader.lag) }</td>
                                <td class="number">{ grouped(reader.unacked.into()) }</td>
                                <td>{ replay(reader) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
            }
        </div>
    }
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
