//! Two runs side by side, in words: each quantity, each change, and the kills that only one of them has.

mod why;

use super::Session;
use super::difference::difference;
use super::texts::compared as texts;
use crate::broker::Name;
use crate::scenario::property::{LatencyOf, Quantity, QueueCount};
use crate::scenario::{FaultKind, Handler, Service, Trigger};
use crate::sim::judge::Compared;
use crate::sim::world::same_program;
use crate::sim::{Input, Recording, TimedInput, World};

pub use why::whys;

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
        Quantity::Service(count, name) => of(name, count.name()),
        Quantity::Dead(name, _) => of(name, texts::DEAD_LETTERED),
        Quantity::Latency(LatencyOf::EndToEnd(name), percentile) => texts::until_done(name, percentile.name()),
        Quantity::Latency(LatencyOf::Queueing(name), percentile) => texts::until_delivered(name, percentile.name()),
        Quantity::Latency(LatencyOf::Http(name), percentile) => texts::until_answered(name, percentile.name()),
        Quantity::Latency(LatencyOf::Inbox(name), percentile) => texts::until_begun(name, percentile.name()),
    }
}

/// The two runs in the order in which they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    Before,
    After,
}

impl Run {
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];

    /// The letter on its drawing, and its name.
    #[must_use]
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Before => ("A", texts::BEFORE),
            Self::After => ("B", texts::AFTER),
        }
    }

    /// Which of the two is shown.
    #[must_use]
    pub fn shown(session: &Session) -> Self {
        if session.playhead.is_the_later_run() { Self::After } else { Self::Before }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }

    /// Of what is here and there: what is this run's.
    #[must_use]
    pub fn of<T>(self, session: &Session, here: T, there: T) -> T {
        if Self::shown(session) == self { here } else { there }
    }
}

/// What this run alone has, in a few words: its change, or the kills by hand.
#[must_use]
pub fn own(session: &Session, run: Run) -> String {
    let Some(other) = session.playhead.other_world() else { return String::new() };
    let (here, there) = (session.world(), other);
    let (one, another) = (run.of(session, here, there), run.of(session, there, here));
    if run == Run::After && one.scenario() != another.scenario() {
        return difference(another.scenario(), one.scenario()).says;
    }
    let kills = kills(one.recording(), another.recording());
    if kills.is_empty() { String::new() } else { texts::killed(&kills.join(", ")) }
}

/// What sets the two runs apart, one sentence each.
#[must_use]
pub fn apart(session: &Session) -> Vec<String> {
    let Some(other) = session.playhead.other_world() else { return Vec::new() };
    let (before, after) = (Run::Before.of(session, session.world(), other), Run::After.of(session, session.world(), other));
    let mut says = Vec::new();
    if before.scenario() != after.scenario() {
        says.push(texts::changed_after(&difference(before.scenario(), after.scenario()).says));
    }
    says.extend(reconnected(session, before, after));
    for (one, another, tell) in [(before, after, texts::killed_before as fn(&str) -> String), (after, before, texts::killed_after)] {
        let killed = kills(one.recording(), another.recording());
        if !killed.is_empty() {
            says.push(tell(&killed.join(", ")));
        }
    }
    says
}

/// A program that an edit replaces while it runs connects again. What it held is requeued, and counts.
fn reconnected(session: &Session, before: &World, after: &World) -> Option<String> {
    let rows = session.playhead.comparison.iter().flat_map(|comparison| &comparison.rows);
    let requeued = |row: &Compared| match &row.quantity {
        Quantity::Queue(QueueCount::Requeued, Some(queue)) if Run::After.of(session, row.left, row.right) > 0.0 => Some(queue.clone()),
        _ => None,
    };
    let queues: Vec<Name> = rows.filter_map(requeued).collect();
    let consumes = |service: &Service| {
        let of = |handler: &Handler| matches!(&handler.trigger, Trigger::Queue(subscription) if queues.contains(&subscription.queue));
        service.handlers.iter().any(of)
    };
    let is_other = |service: &&Service| {
        let was = before.scenario().services.iter().find(|known| known.name == service.name);
        was.is_some_and(|was| consumes(was) && !same_program(was, service))
    };
    let services: Vec<&str> = after.scenario().services.iter().filter(is_other).map(|service| &*service.name).collect();
    (!services.is_empty()).then(|| texts::reconnected(&services.join(", ")))
}

/// What repeating does, as a command. None: it has no short name.
#[must_use]
pub fn deed(input: &Input) -> Option<String> {
    Some(match input {
        Input::Fault(fault) => fault.kind.to_string(),
        Input::Mend(kind) => texts::end_of(kind),
        Input::Publish(message) => texts::publish(&message.routing_key),
        Input::Request { client, count } => texts::requests(*count, client),
        Input::Purge { queue } => texts::purge(queue),
        Input::Get { .. } | Input::Move { .. } | Input::Silence | Input::Edit(_) | Input::Observed(_) => return None,
    })
}

/// The kills by hand that one run has and the other has not, each with its moment.
fn kills(one: &Recording, other: &Recording) -> Vec<String> {
    let is_own = |timed: &&TimedInput| !other.inputs.iter().any(|known| known.is_like(timed));
    let kill = |timed: &TimedInput| match &timed.input {
        Input::Fault(fault) => match &fault.kind {
            FaultKind::Kill(target) => Some(texts::killed_at(&target.service, &timed.at)),
            _ => None,
        },
        _ => None,
    };
    one.inputs.iter().filter(is_own).filter_map(kill).collect()
}
