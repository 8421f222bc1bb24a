//! Two runs side by side, in words: each quantity, each change, and the kills that only one of them has.

use super::Session;
use super::difference::difference;
use super::texts::compared as texts;
use crate::broker::Name;
use crate::scenario::FaultKind;
use crate::scenario::property::{LatencyOf, Quantity};
use crate::sim::{Input, Recording, TimedInput};

/// What is counted or measured, as a row of a table tells it.
#[must_use]
pub fn words(quantity: &Quantity) -> String {
    let plain = |word: &str| word.replace('_', " ");
    let of = |name: &Option<Name>, word: &str| match name {
        Some(name) => format!("{name}: {}", plain(word)),
        None => plain(word),
    };
    match quantity {
        Quantity::Number(_) | Quantity::Time(_) => quantity.to_string(),
        Quantity::Messages(count) => texts::messages(&plain(count.name())),
        Quantity::Business(count) => texts::orders(&plain(count.name())),
        Quantity::Queue(count, name) => of(name, count.name()),
        Quantity::Effect(count, name) => of(name, count.name()),
        Quantity::Dead(name, _) => of(name, texts::DEAD_LETTERED),
        Quantity::Latency(LatencyOf::EndToEnd(name), percentile) => texts::until_done(name, percentile.name()),
        Quantity::Latency(LatencyOf::Queueing(name), percentile) => texts::until_delivered(name, percentile.name()),
        Quantity::Latency(LatencyOf::Http(name), percentile) => texts::until_answered(name, percentile.name()),
    }
}

/// What sets the two runs apart, one sentence each.
#[must_use]
pub fn apart(session: &Session) -> Vec<String> {
    let Some(other) = session.playhead.other_world() else { return Vec::new() };
    let (here, there) = (session.world().recording(), other.recording());
    let mut says = Vec::new();
    if **session.scenario() != **other.scenario() {
        says.push(texts::this_run_differs(&difference(other.scenario(), session.scenario()).says));
    }
    for (one, another, tell) in [(there, here, texts::killed_there as fn(&str) -> String), (here, there, texts::killed_here)] {
        let killed: Vec<String> = kills(one, another).map(|(name, timed)| texts::killed_at(name, &timed.at)).collect();
        if !killed.is_empty() {
            says.push(tell(&killed.join(", ")));
        }
    }
    says
}

/// The kills by hand that one run has and the other has not.
fn kills<'a>(one: &'a Recording, other: &'a Recording) -> impl Iterator<Item = (&'a Name, &'a TimedInput)> {
    one.inputs.iter().filter(|timed| !other.inputs.iter().any(|known| known == *timed)).filter_map(|timed| match &timed.input {
        Input::Fault(fault) => match &fault.kind {
            FaultKind::Kill(target) => Some((&target.service, timed)),
            _ => None,
        },
        _ => None,
    })
}
