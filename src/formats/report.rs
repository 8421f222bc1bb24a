//! The report of a run: where every message went, what was done, how fast, and what was expected of it. As text and as JSON.

use std::fmt::Write as _;

use super::pretty::Doc;
use crate::base::SimTime;
use crate::base::number::Fixed;
use crate::base::ordered::OrderedMap;
use crate::base::time::Span;
use crate::broker::KeptBack;
use crate::broker::view::{QueueView, ReaderView};
use crate::scenario::property::Percentile;
use crate::scenario::{Service, Trigger, json_object};
use crate::sim::World;
use crate::sim::histogram::Histogram;
use crate::sim::judge::Judgement;
use crate::sim::ledger::{Copies, Ledger};

/// A property and how it was found, with what its author says of it.
#[derive(Clone, Debug)]
pub struct Checked {
    pub says: String,
    pub judgement: Judgement,
}

const PERCENTILES: [Percentile; 4] = [Percentile::P50, Percentile::P95, Percentile::P99, Percentile::Max];

#[must_use]
pub fn text(world: &World, checked: &[Checked]) -> String {
    let mut out = String::new();
    let _ = write_text(&mut out, world, checked);
    out
}

fn write_text(out: &mut String, world: &World, checked: &[Checked]) -> std::fmt::Result {
    let ledger = world.ledger();
    let messages = &ledger.messages;
    writeln!(
        out,
        "{}, RabbitMQ {}, seed {}, until {}\n",
        world.scenario().title,
        world.profile(),
        world.recording().seed,
        Span(world.now())
    )?;
    writeln!(
        out,
        "Messages   published {} = routed {} + unroutable {} + returned {}",
        messages.published, messages.routed, messages.unroutable, messages.returned
    )?;
    if messages.delayed + messages.dead_letters_delayed > 0 {
        writeln!(out, "           + kept by an exchange for later {}", messages.delayed + messages.dead_letters_delayed)?;
    }
    if messages.confirmed + messages.nacked > 0 {
        writeln!(out, "           confirmed {}, refused {}", messages.confirmed, messages.nacked)?;
    }
    if messages.on_the_way > 0 || messages.lost_total() > 0 || messages.resent > 0 {
        let (sent, by_hand) = (messages.sent, messages.by_hand);
        let (lost, on_the_way) = (messages.lost_total(), messages.on_the_way);
        writeln!(
            out,
            "           sent {sent} + by hand {by_hand} = published {} + lost {lost} + resent {} + on the way {on_the_way}",
            messages.published, messages.resent
        )?;
    }
    if messages.unsent > 0 {
        writeln!(out, "           and {} never sent: no channel to the broker", messages.unsent)?;
    }
    for (reason, count) in messages.lost.iter() {
        writeln!(out, "Lost       {count}: {reason}")?;
    }
    for (reason, count) in messages.abandoned.iter() {
        writeln!(out, "Abandoned  {count}: {reason}")?;
    }
    let refusals = &ledger.refusals;
    for (code, count) in refusals.channels_closed.iter() {
        writeln!(out, "Refused    {count} channels closed by the broker: {code}")?;
    }
    for (code, count) in refusals.connections_closed.iter() {
        writeln!(out, "Refused    {count} connections closed by the broker: {code}")?;
    }
    if refusals.connections_blocked > 0 {
        writeln!(out, "Blocked    {} times a connection that published, by an alarm", refusals.connections_blocked)?;
    }
    writeln!(out)?;
    let width = ledger.queues.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(8) + 2;
    writeln!(
        out,
        "{:<width$}{:>9}{:>8}{:>9}{:>14}{:>9}{:>9}{:>9}",
        "Queue", "arrived", "ready", "unacked", "acknowledged", "dead", "dropped", "refused"
    )?;
    let rows = ledger.queues.iter().map(|(name, copies)| (&**name, copies.clone()));
    for (name, copies) in rows.chain(std::iter::once(("in all", ledger.total()))) {
        writeln!(
            out,
            "{name:<width$}{:>9}{:>8}{:>9}{:>14}{:>9}{:>9}{:>9}  {}",
            copies.arrived,
            copies.ready,
            copies.unacked,
            copies.acknowledged + copies.auto_acknowledged,
            copies.dead_lettered_total(),
            copies.dropped_total(),
            copies.refused,
            if copies.is_balanced() { "balanced" } else { "NOT BALANCED" },
        )?;
    }
    write_totals(out, world, &ledger)?;
    write_times(out, world)?;
    if let Some(why) = world.halted() {
        writeln!(out, "Halted     {why}")?;
    }
    for Checked { says, judgement } in checked {
        let verdict = if judgement.holds { "holds" } else { "BROKEN" };
        let says = if says.is_empty() { String::new() } else { format!("{says}: ") };
        writeln!(out, "{verdict:<10} {says}{judgement}")?;
    }
    if !checked.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "Steps      {}", world.steps())?;
    writeln!(out, "Trace      {:016x}", world.trace_hash())
}

fn write_totals(out: &mut String, world: &World, ledger: &Ledger) -> std::fmt::Result {
    let total = ledger.total();
    write_streams(out, world, ledger)?;
    writeln!(out, "\nDelivered  {}, of which redelivered {}; requeued {}", total.delivered, total.redelivered, total.requeued)?;
    for queue in world.broker().queues() {
        for (why, count) in kept_back(queue).iter() {
            writeln!(out, "Kept back  {count} by {}: {why}", queue.name())?;
        }
    }
    for (reason, count) in total.dead_lettered.iter() {
        writeln!(out, "Dead       {count} {reason}")?;
    }
    for (cause, count) in total.dropped.iter() {
        writeln!(out, "Dropped    {count}: {cause}")?;
    }
    for (reason, count) in total.lost.iter() {
        writeln!(out, "Lost       {count} acknowledged, and not handled: {reason}")?;
    }
    for (name, copies) in ledger.queues.iter().filter(|(_, copies)| copies.unroutable_dead_letters > 0) {
        writeln!(
            out,
            "Unroutable {} dead letters of {name}: the dead-letter exchange had no queue for them",
            copies.unroutable_dead_letters
        )?;
    }
    writeln!(out, "In total   {} lost: they no longer exist and were not handled", ledger.lost_in_total())?;
    let business = &ledger.business;
    writeln!(
        out,
        "\nRequests   {} sent, {} accepted, {} failed, {} given up",
        business.requests, business.accepted, business.failed, business.gave_up
    )?;
    let twice = business.saved_twice();
    let unannounced = business.unannounced();
    writeln!(out, "Orders     {} saved, {twice} more than once; {unannounced} without an event in a queue", business.saved)?;
    for (what, effect) in business.effects.iter() {
        write!(out, "Effects    {what}: {}; ", effect.done)?;
        if business.is_of_orders(what) {
            let (missing, invented) = (business.missing(what), business.invented(what));
            write!(out, "{missing} orders without, {} duplicated, {invented} invented", effect.duplicated)?;
        } else {
            write!(out, "not of orders, {} duplicated", effect.duplicated)?;
        }
        if effect.out_of_order > 0 {
            write!(out, ", {} out of order", effect.out_of_order)?;
        }
        writeln!(out)?;
    }
    write_programs(out, world, ledger)?;
    writeln!(out)
}

/// What programs met, where there is something to tell.
fn write_programs(out: &mut String, world: &World, ledger: &Ledger) -> std::fmt::Result {
    for (place, service) in world.services().iter().enumerate().filter(|(_, service)| !service.removed) {
        let name = &service.spec.name;
        if service.channel_errors > 0 {
            let connections = world.connections_of(place);
            writeln!(out, "Channels   {} of {name} closed by the broker; {connections} connections open now", service.channel_errors)?;
        }
        if service.swallowed > 0 {
            writeln!(out, "Swallowed  {} failures of {name}: nothing else heard of them", service.swallowed)?;
        }
    }
    for (queue, copies) in ledger.queues.iter().filter(|(_, copies)| copies.alerted > 0) {
        writeln!(out, "Alerts     {} of {queue}: a check found as many messages as it looks for", copies.alerted)?;
    }
    for queue in world.broker().queues().filter(|queue| queue.consumers() == 0 && consumes(world, queue.name())) {
        writeln!(out, "Consumers  none of {}, although a service consumes it", queue.name())?;
    }
    Ok(())
}

fn consumes(world: &World, queue: &str) -> bool {
    let mut handlers = world.scenario().services.iter().flat_map(Service::every_handler);
    handlers.any(|handler| matches!(&handler.trigger, Trigger::Queue(subscription) if *subscription.queue == *queue))
}

/// A stream keeps what is read: where its readers are says more than any count.
fn write_streams(out: &mut String, world: &World, ledger: &Ledger) -> std::fmt::Result {
    for queue in world.broker().queues() {
        let Some(log) = queue.log() else { continue };
        let (read, retired) = ledger.queues.get(queue.name()).map_or((0, 0), read_and_retired);
        writeln!(out, "Stream     {}: next offset {}, {read} read, {retired} retired", queue.name(), log.next)?;
        for (name, reader) in readers(world, queue) {
            writeln!(out, "           {name}: offset {}, lag {}, unacked {}", reader.next, reader.lag, reader.unacked)?;
        }
    }
    Ok(())
}

fn read_and_retired(copies: &Copies) -> (u64, u64) {
    (copies.reads.map_or(0, |reads| reads.settled), copies.retired)
}

/// With the service that reads.
fn readers<'a>(world: &'a World, queue: QueueView<'a>) -> impl Iterator<Item = (&'a str, ReaderView<'a>)> {
    world.broker().readers_of(queue).map(|reader| {
        let service = world.instance_of_channel(reader.channel).and_then(|id| world.services().get(id.service));
        (service.map_or(&**reader.tag, |service| &*service.spec.name), reader)
    })
}

fn write_times(out: &mut String, world: &World) -> std::fmt::Result {
    let metrics = world.metrics();
    let line = |out: &mut String, what: String, histogram: &Histogram, more: String| {
        if histogram.count() == 0 {
            return if more.is_empty() { Ok(()) } else { writeln!(out, "{what:<38} {:<58}{more}", "nothing measured") };
        }
        let [p50, p95, p99, max] = PERCENTILES.map(|percentile| rounded(histogram.percentile(percentile)));
        writeln!(out, "{what:<38} p50 {p50:>9}  p95 {p95:>9}  p99 {p99:>9}  max {max:>9}{more}")
    };
    for (name, queue) in metrics.queues() {
        line(out, format!("queueing   {name}"), &queue.queueing, String::new())?;
        let capacity =
            queue.capacity(world.now()).map_or(String::new(), |able| format!("  consumer capacity {:.0} %", Fixed(able * 100.0)));
        line(out, format!("end-to-end {name}"), &queue.end_to_end, capacity)?;
    }
    for service in world.services().iter().filter(|service| !service.removed && service.waited(Percentile::Max) > SimTime::ZERO) {
        let [p50, p95, p99, max] = PERCENTILES.map(|percentile| rounded(service.waited(percentile)));
        let what = format!("inbox      {}", service.spec.name);
        writeln!(out, "{what:<38} p50 {p50:>9}  p95 {p95:>9}  p99 {p99:>9}  max {max:>9}")?;
    }
    for (name, http) in metrics.https() {
        let counts = format!("  {} ok, {} failed, {} timed out", http.succeeded, http.failed, http.timed_out);
        line(out, format!("http       {name}"), &http.latency, counts)?;
    }
    writeln!(out)
}

/// Three digits are enough for a reader.
fn rounded(time: SimTime) -> String {
    let micros = time.as_micros();
    match micros {
        0..1_000 => format!("{micros} us"),
        1_000..1_000_000 => format!("{:.1} ms", Fixed(time.as_secs_f64() * 1e3)),
        1_000_000..600_000_000 => format!("{:.2} s", Fixed(time.as_secs_f64())),
        _ => format!("{:.1} min", Fixed(time.as_secs_f64() / 60.0)),
    }
}

/// The same for programs.
#[must_use]
pub fn json(world: &World, checked: &[Checked]) -> String {
    let ledger = world.ledger();
    let metrics = world.metrics();
    let queues = ledger.queues.iter().map(|(name, copies)| {
        let why = world.broker().queue(name).map(kept_back).unwrap_or_default();
        let why = counts(why.iter());
        let document = Doc::object().with("name", &**name).and(self::copies(copies)).with("kept_back_because", why);
        let document = document.and(world.broker().queue(name).map_or_else(Doc::object, |queue| stream(world, queue, copies)));
        let document = document.with_some("consumers", world.broker().queue(name).map(QueueView::consumers));
        let Some(queue) = metrics.queue(name) else { return document };
        document
            .with("depth_max", queue.depth_max)
            .with("queueing", latency(&queue.queueing))
            .with("end_to_end", latency(&queue.end_to_end))
            .with_some("consumer_capacity", queue.capacity(world.now()))
    });
    let http = metrics.https().map(|(name, http)| {
        Doc::object()
            .with("name", &**name)
            .with("succeeded", http.succeeded)
            .with("failed", http.failed)
            .with("timed_out", http.timed_out)
            .with("latency", latency(&http.latency))
    });
    let in_scenario = world.services().iter().enumerate().filter(|(_, service)| !service.removed);
    let services = in_scenario.map(|(place, service)| {
        let [p50, p95, p99, max] = PERCENTILES.map(|percentile| super::scenario_file::millis(service.waited(percentile)));
        let inbox = Doc::object().with("p50_ms", p50).with("p95_ms", p95).with("p99_ms", p99).with("max_ms", max);
        Doc::object()
            .with("name", &*service.spec.name)
            .with("connections", world.connections_of(place))
            .with("channel_errors", service.channel_errors)
            .with("swallowed", service.swallowed)
            .with("inbox", inbox)
    });
    let checks = checked.iter().map(|Checked { says, judgement }| {
        Doc::object()
            .with("property", judgement.property.to_string())
            .with_unless("says", says.as_str(), &"")
            .with("holds", judgement.holds)
            .with("left", judgement.left)
            .with("right", judgement.right)
    });
    Doc::object()
        .with("title", world.scenario().title.as_str())
        .with("profile", world.profile().name())
        .with("seed", world.recording().seed)
        .with("until_ms", super::scenario_file::millis(world.now()))
        .with("steps", world.steps())
        .with_some("halted", world.halted())
        .with("trace", format!("{:016x}", world.trace_hash()))
        .with("balanced", ledger.imbalances().is_empty())
        .with("messages", self::messages(&ledger))
        .with("queues", Doc::list(queues))
        .with("business", business(&ledger))
        .with("services", Doc::list(services))
        .with("http", Doc::list(http))
        .with("checks", Doc::list(checks))
        .to_text()
}

/// What only a stream has.
fn stream(world: &World, queue: QueueView<'_>, copies: &Copies) -> Doc {
    let Some(log) = queue.log() else { return Doc::object() };
    let reader = |(name, reader): (&str, ReaderView<'_>)| {
        Doc::object().with("name", name).with("offset", reader.next).with("lag", reader.lag).with("unacked", reader.unacked)
    };
    let (read, retired) = read_and_retired(copies);
    Doc::object()
        .with("next_offset", log.next)
        .with("read", read)
        .with("retired", retired)
        .with("readers", Doc::list(readers(world, queue).map(reader)))
}

fn messages(ledger: &Ledger) -> Doc {
    let messages = &ledger.messages;
    Doc::object()
        .with("sent", messages.sent)
        .with("by_hand", messages.by_hand)
        .with("on_the_way", messages.on_the_way)
        .with("published", messages.published)
        .with("routed", messages.routed)
        .with("unroutable", messages.unroutable)
        .with("delayed", messages.delayed)
        .with("returned", messages.returned)
        .with("confirmed", messages.confirmed)
        .with("nacked", messages.nacked)
        .with("unsent", messages.unsent)
        .with("resent", messages.resent)
        .with("lost", counts(messages.lost.iter()))
        .with("abandoned", counts(messages.abandoned.iter()))
        .with("dead_letters_routed", messages.dead_letters_routed)
        .with("dead_letters_delayed", messages.dead_letters_delayed)
        .with("lost_in_total", ledger.lost_in_total())
        .with("channels_closed", counts(ledger.refusals.channels_closed.iter()))
        .with("connections_closed", counts(ledger.refusals.connections_closed.iter()))
        .with("connections_blocked", ledger.refusals.connections_blocked)
}

fn copies(copies: &Copies) -> Doc {
    Doc::object()
        .with("arrived", copies.arrived)
        .with("ready", copies.ready)
        .with("unacked", copies.unacked)
        .with("kept_back", copies.kept_back)
        .with("delivered", copies.delivered)
        .with("redelivered", copies.redelivered)
        .with("requeued", copies.requeued)
        .with("acknowledged", copies.acknowledged)
        .with("auto_acknowledged", copies.auto_acknowledged)
        .with("dead_lettered", counts(copies.dead_lettered.iter()))
        .with("unroutable_dead_letters", copies.unroutable_dead_letters)
        .with("alerted", copies.alerted)
        .with("dropped", counts(copies.dropped.iter()))
        .with("refused", copies.refused)
        .with("lost", counts(copies.lost.iter()))
        .with("balanced", copies.is_balanced())
}

/// How many copies a queue holds back, by reason.
fn kept_back(queue: QueueView) -> OrderedMap<KeptBack, u64> {
    let mut counts = OrderedMap::default();
    for (_, why) in queue.kept_back() {
        *counts.get_or_default(why) += 1;
    }
    counts
}

fn counts<'a>(counts: impl Iterator<Item = (&'a (impl ToString + 'a), &'a u64)>) -> Doc {
    let fields = counts.map(|(name, count)| (name.to_string(), serde_json::Value::from(*count)));
    json_object(fields).into()
}

fn business(ledger: &Ledger) -> Doc {
    let business = &ledger.business;
    let effects = business.effects.iter().map(|(what, effect)| {
        Doc::object()
            .with("what", &**what)
            .with("done", effect.done)
            .with("missing", business.missing(what))
            .with("duplicated", effect.duplicated)
            .with("out_of_order", effect.out_of_order)
            .with("invented", business.invented(what))
    });
    Doc::object()
        .with("requests", business.requests)
        .with("accepted", business.accepted)
        .with("failed", business.failed)
        .with("gave_up", business.gave_up)
        .with("records", business.records)
        .with("saved", business.saved)
        .with("saved_twice", business.saved_twice())
        .with("unannounced", business.unannounced())
        .with("effects", Doc::list(effects))
}

fn latency(histogram: &Histogram) -> Doc {
    // Nothing was measured: a zero would be a claim.
    if histogram.count() == 0 {
        return Doc::object().with("count", 0_u64);
    }
    let [p50, p95, p99, max] = PERCENTILES.map(|percentile| super::scenario_file::millis(histogram.percentile(percentile)));
    Doc::object().with("count", histogram.count()).with("p50_ms", p50).with("p95_ms", p95).with("p99_ms", p99).with("max_ms", max)
}
