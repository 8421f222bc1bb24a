//! Two runs of one system at one moment: what differs and why, and how full the queues were.

use yew::{Html, html};

use super::Dispatch;
use super::texts::compare as texts;
use super::time::{LOOKS, Series, plot, scale, swatch};
use super::widgets::{Look, button, named, on};
use crate::app::compared::{self, Run};
use crate::app::{Session, TimeAction};
use crate::base::number::{Fixed, Shortest};
use crate::broker::Name;
use crate::scenario::property::Quantity;
use crate::sim::TimedInput;
use crate::sim::judge::Compared;
use crate::sim::metrics::Depth;

/// The table stands first: it says what differs. What sets the runs apart stands above it, and the charts beside it.
pub fn comparison(session: &Session, dispatch: &Dispatch) -> Html {
    let Some(comparison) = &session.playhead.comparison else { return html! {} };
    let title = session.playhead.parted().map_or_else(|| texts::WHAT_DIFFERS.to_owned(), |at| texts::what_differs_since(&at));
    let missing = session.playhead.done_there_alone();
    let here = Run::shown(session);
    html! {
        <section class="panel compare" id="comparison" aria-label={texts::THE_RUNS_COMPARED}>
            <div class="compare-head">
                <h2 id="comparison-title" tabindex="-1">{ title }</h2>
                if !missing.is_empty() {
                    { named(Look::Small, "repeat-here", repeats(here, &missing), texts::WHAT_REPEATING_DOES, on(dispatch, TimeAction::RepeatWhatWasDone)) }
                }
                { named(Look::Line, "swap", texts::work_in(here.other().name().0), texts::WHAT_WORKING_THERE_MEANS, on(dispatch, TimeAction::SwapBranches)) }
                { named(Look::Primary, "keep-run", texts::keep(here.name().0), texts::WHAT_KEEPING_MEANS, on(dispatch, TimeAction::KeepRun)) }
                { button(Look::Line, "compare", texts::CLOSE_COMPARISON, on(dispatch, TimeAction::CompareBranches)) }
            </div>
            <div class="compare-body">
                <div class="scrolls" tabindex="0" role="group" aria-label={texts::WHAT_DIFFERS}>
                    for says in compared::apart(session) { <p>{ says }</p> }
                    { table(session, &comparison.rows) }
                </div>
                if !comparison.depths.is_empty() {
                    <div class="scrolls" tabindex="0" role="group" aria-label={texts::HOW_FULL_QUEUES_WERE}>
                        for (name, depths) in comparison.depths.iter() { { chart(session, name, depths) } }
                    </div>
                }
            </div>
        </section>
    }
}

/// Into which run, and what.
fn repeats(here: Run, missing: &[&TimedInput]) -> String {
    let deed = missing.first().filter(|_| missing.len() == 1).and_then(|timed| compared::deed(&timed.input));
    deed.map_or_else(|| texts::repeat_in(missing.len(), here.name().0), |deed| texts::repeat_this_in(here.name().0, &deed))
}

fn table(session: &Session, rows: &[Compared]) -> Html {
    if rows.is_empty() {
        return html! { <p class="soft">{ texts::UNTIL_NOW_THEY_ARE_ALIKE }</p> };
    }
    let value = |quantity: &Quantity, value: f64| match quantity {
        // Nothing was measured.
        Quantity::Latency(..) if value <= 0.0 => "–".to_owned(),
        Quantity::Latency(..) => texts::ms(&Fixed(value)),
        _ => Shortest(value).to_string(),
    };
    html! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{ texts::AT_THIS_MOMENT }</th>
                    for run in Run::BOTH { <th scope="col" class="number">{ titled(run) }</th> }
                    <th scope="col" class="because">{ texts::WHY }</th>
                </tr>
            </thead>
            <tbody>
                for (row, why) in rows.iter().zip(compared::whys(session, rows)) {
                    <tr>
                        <th scope="row">{ compared::words(&row.quantity) }</th>
                        <td class="number">{ value(&row.quantity, Run::Before.of(session, row.left, row.right)) }</td>
                        <td class="number after">{ value(&row.quantity, Run::After.of(session, row.left, row.right)) }</td>
                        <td class="because soft">{ why }</td>
                    </tr>
                }
            </tbody>
        </table>
    }
}

fn titled(run: Run) -> String {
    let (letter, name) = run.name();
    format!("{letter} {name}")
}

/// How full a queue was in both runs, and when they parted.
fn chart(session: &Session, name: &Name, depths: &[Vec<Depth>; 2]) -> Html {
    let [here, there] = depths;
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let line = |depths: &[Depth]| depths.iter().map(|depth| (depth.ready + depth.unacked) as f64).collect::<Vec<_>>();
    let series = Run::BOTH.map(|run| {
        let depths = run.of(session, here, there);
        let now = depths.last().map_or_else(String::new, |now| texts::ready_and_unacked(now.ready, now.unacked));
        Series(if run == Run::After { LOOKS[0] } else { LOOKS[2] }, run.name().1, now, line(depths))
    });
    let (top, across) = scale(series.iter());
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let width = session.world().metrics().period().as_secs_f64() * across as f64;
    let parted = session.playhead.parted().map(|at| at.as_secs_f64() / width * 250.0);
    html! {
        <figure data-compared={name.to_string()}>
            <figcaption>{ texts::messages_in(&name) }<span class="soft">{ texts::up_to(&Fixed(top)) }</span></figcaption>
            { plot(&texts::messages_in_both_runs(&name), &series, (top, across), parted.into_iter().map(|x| (x, "parted"))) }
            <div class="chart-legend">
                for (run, Series(look, _, now, _)) in Run::BOTH.into_iter().zip(&series) { <span>{ swatch(look) }{ format!("{} {now}", titled(run)) }</span> }
            </div>
        </figure>
    }
}

/// What stands above the two drawings: which run each is, and what it has that the other has not. Where there is room for one drawing, it
/// says which run that is.
pub fn titles(session: &Session, are_both_drawn: bool) -> Html {
    let shown = Run::shown(session);
    let drawn = Run::BOTH.into_iter().filter(|run| are_both_drawn || *run == shown);
    html! {
        <section class={if are_both_drawn { "runs" } else { "runs alone" }} aria-label={texts::THE_TWO_RUNS}>
            for run in drawn {
                <p class={if run == shown { "run shown" } else { "run" }}>
                    <b aria-hidden="true">{ run.name().0 }</b>
                    <strong>{ run.name().1 }</strong>
                    <span class="soft">{ compared::own(session, run) }</span>
                </p>
            }
        </section>
    }
}
