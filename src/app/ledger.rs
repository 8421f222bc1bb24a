//! The ledger as the page shows it: row by row, with every way in which a message vanishes. The numbers are [`crate::sim::ledger`]'s.

use super::texts::ledger as texts;
use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::broker::queue::ready::Entry;
use crate::broker::view::QueueView;
use crate::broker::{Message, Name};
use crate::scenario::Trigger;
use crate::sim::business::{Business, story_of};
use crate::sim::ledger::Ledger;
use crate::sim::{Cargo, StoryId, World};

/// How a row looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    /// Something vanished, died, or does not add up.
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The glossary says what it means. An effect of the scenario has its own name.
    pub term: &'a str,
    pub value: String,
    pub tone: Tone,
}

/// The ledger in one word: whether the books balance, and how much is lost. The one says nothing of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub balanced: bool,
    pub lost: u64,
}

#[must_use]
pub fn verdict(ledger: &Ledger) -> Verdict {
    Verdict { balanced: ledger.imbalances().is_empty(), lost: ledger.lost_in_total() }
}

/// So many messages were lost in one place for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub count: u64,
    /// Where, and why.
    pub words: String,
    /// What finds its lines among the events.
    pub finds: String,
}

/// Every loss by queue and reason: together they are what is lost in total.
#[must_use]
pub fn losses(ledger: &Ledger) -> Vec<Loss> {
    let mut losses = Vec::new();
    let mut add = |count: u64, words: String, finds: String| {
        if count > 0 {
            losses.push(Loss { count, words, finds });
        }
    };
    for (queue, copies) in ledger.queues.iter() {
        for (cause, count) in copies.dropped.iter() {
            add(*count, texts::lost_in(queue, cause), texts::finds_dropped(queue, cause));
        }
        add(copies.refused, texts::lost_in(queue, &texts::FULL), texts::finds_refused(queue));
        add(copies.unroutable_dead_letters, texts::dead_letters_of(queue), texts::FINDS_DEAD_LETTERS.into());
        for (reason, count) in copies.lost.iter() {
            add(*count, texts::lost_in(queue, reason), (*reason).to_owned());
        }
    }
    add(ledger.messages.unroutable, texts::NO_QUEUE.into(), texts::UNROUTABLE.into());
    for (reason, count) in ledger.messages.abandoned.iter().chain(ledger.messages.lost.iter()) {
        add(*count, texts::on_the_way(reason), (*reason).to_owned());
    }
    losses
}

/// Among more messages than these no order is looked for.
const LOOKED_AT_MAX: u64 = 2_000;

/// Orders that still wait for an effect: how many can have it no more, and how many may. The second none: that is not known.
#[must_use]
pub fn missing(world: &World, business: &Business, what: &str) -> (u64, Option<u64>) {
    let all = business.missing(what);
    let Some(at_work) = (all > 0).then(|| at_work(world)).flatten() else { return (all, (all == 0).then_some(0)) };
    let announces = world.services().iter().any(|service| service.store.outbox_len() > 0);
    let gone = business.missing_beside(what, &at_work, announces);
    (gone, Some(all - gone))
}

/// The stories of which a message, a request or a run is on its way. A message that waits where no program takes it, and where it does not
/// expire, goes nowhere. None: there are too many messages.
fn at_work(world: &World) -> Option<Vec<StoryId>> {
    let broker = world.broker();
    if broker.queues().map(QueueView::total).sum::<u64>() + world.flights_count() as u64 > LOOKED_AT_MAX {
        return None;
    }
    let of = |message: &Message| story_of(message.properties.correlation_id.as_ref());
    let taken = |queue: &Name| {
        let mut handlers = world.scenario().services.iter().flat_map(|service| &service.handlers);
        handlers.any(|handler| matches!(&handler.trigger, Trigger::Queue(subscription) if subscription.queue == *queue))
    };
    let waiting = broker.queues().flat_map(|queue| {
        let is_taken = taken(queue.name());
        let goes_on = move |entry: &&Entry| is_taken || entry.expires_at < SimTime::MAX;
        queue.messages().filter(goes_on).chain(queue.kept_back().map(|(entry, _)| entry))
    });
    let flying = world.flights().filter_map(|flight| match &flight.cargo {
        Cargo::Publish { publish, .. } => Some(story_of(publish.properties.correlation_id.as_ref())),
        Cargo::Delivery(delivery) => Some(of(&delivery.message)),
        Cargo::Request(request) => Some(request.story),
        _ => None,
    });
    let mut stories: Vec<StoryId> = waiting.map(|entry| of(&entry.message)).collect();
    stories.extend(broker.all_unacked().map(|(.., message)| of(message)));
    stories.extend(broker.all_delayed().map(|(.., message)| of(message)));
    stories.extend(world.instances().filter(|(_, instance)| instance.up).flat_map(|(_, instance)| instance.stories()));
    stories.extend(world.services().iter().filter(|service| !service.removed).flat_map(|service| service.store.waiting_stories()));
    stories.extend(flying);
    stories.sort_unstable();
    stories.dedup();
    Some(stories)
}

/// In the order of a message's way. The losses stand together, and `Lost in total` is their sum: it is shown always, each of them
/// only if it happened.
#[must_use]
pub fn rows(ledger: &Ledger) -> Vec<Row<'_>> {
    let (messages, total) = (&ledger.messages, ledger.total());
    let mut rows = Vec::new();
    for (term, number, tone, is_always) in [
        (texts::PUBLISHED, messages.published, Tone::Plain, true),
        (texts::COPIES_TO_QUEUES, total.arrived, Tone::Plain, true),
        (texts::ACKNOWLEDGED, total.acknowledged + total.auto_acknowledged, Tone::Plain, true),
        (texts::READY_UNACKED, total.ready + total.unacked + total.kept_back, Tone::Plain, true),
        (texts::DELAYED, messages.delayed + messages.dead_letters_delayed, Tone::Plain, false),
        (texts::READ, total.reads.map_or(0, |reads| reads.settled), Tone::Plain, false),
        (texts::RETIRED, total.retired, Tone::Plain, false),
        ("Dead-lettered", total.dead_lettered_total(), Tone::Bad, true),
        (texts::NEVER_SENT, messages.unsent, Tone::Bad, false),
        (texts::DROPPED_OR_REFUSED, total.dropped_total() + total.refused, Tone::Bad, false),
        (texts::UNROUTABLE, messages.unroutable, Tone::Bad, false),
        (texts::UNROUTABLE_DEAD_LETTERS, total.unroutable_dead_letters, Tone::Bad, false),
        (texts::ABANDONED, messages.abandoned_total(), Tone::Bad, false),
        (texts::LOST, messages.lost_total() + total.lost_total(), Tone::Bad, false),
        (texts::LOST_IN_TOTAL, ledger.lost_in_total(), Tone::Bad, true),
    ] {
        if number > 0 || is_always {
            rows.push(Row { term, value: grouped(number), tone: if number > 0 { tone } else { Tone::Plain } });
        }
    }
    let (term, tone) = if ledger.imbalances().is_empty() { (texts::BALANCED, Tone::Good) } else { (texts::NOT_BALANCED, Tone::Bad) };
    rows.push(Row { term, value: format!("{} = {}", grouped(total.arrived), grouped(total.accounted())), tone });
    for what in ledger.business.effects.keys() {
        rows.push(Row { term: what, value: grouped(ledger.business.times_done(what)), tone: Tone::Plain });
    }
    rows
}
