//! The lesson that is open.

use crate::base::SimTime;
use crate::base::limits::grouped;
use crate::base::number::{Fixed, Shortest};
use crate::broker::Name;
use crate::lesson::judge::Reached;
use crate::scenario::property::{BusinessCount, EffectCount, LatencyOf, MessageCount, Quantity, QueueCount, ServiceCount};
use crate::scenario::{FaultKind, Operation};
use crate::sim::Input;
use crate::sim::judge::Judgement;

pub const GRADING: &str = "Grading";
/// What a quote of a lesson begins with that tells of the real broker.
pub const IN_RABBITMQ: &str = "In RabbitMQ";
pub const LOOKING_FOR_THE_MOMENT: &str = "Looking for the moment";
pub const NO_SUCH_MESSAGE: &str = "No message of this run is like it. The canvas shows the way it would take.";
pub const NO_MESSAGE_MOVED: &str = "No message moved in this run.";
pub const PRESS_PLAY_FIRST: &str = "Your run has not begun: press Play first.";
pub const HERE_THE_GOAL_FAILED: &str = "Here the goal was not met.";
pub const THIS_RUN_HAS_THE_ANSWER: &str = "Now this run has the answer.";
pub const WORKING_OUT_THE_ANSWER: &str = "Working out the answer";

pub fn too_many_inputs(inputs: usize, max: usize) -> String {
    let (inputs, max) = (grouped(inputs as u64), grouped(max as u64));
    format!("This run has {inputs} inputs. A run that you hand in has at most {max}. Reset the step and use fewer inputs.")
}

/// Before its moment or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Planned,
    Past,
}

impl When {
    const fn of(self, planned: &'static str, past: &'static str) -> &'static str {
        match self {
            Self::Planned => planned,
            Self::Past => past,
        }
    }
}

/// What is done to a run, at its moment.
#[must_use]
pub fn done(input: &Input, when: When) -> String {
    match input {
        Input::Fault(fault) => breaks(&fault.kind, when),
        Input::Mend(kind) => format!("This {}: {kind}.", when.of("ends", "ended")),
        Input::Publish(message) => {
            let exchange: &str = if message.exchange.is_empty() { "the default exchange" } else { &message.exchange };
            let gets = when.of("gets", "got");
            match &*message.routing_key {
                "" => format!("{exchange} {gets} a message without a key."),
                key => format!("{exchange} {gets} a message with the key {key}."),
            }
        }
        Input::Request { client, count: 1 } => format!("{client} {} a request.", when.of("sends", "sent")),
        Input::Request { client, count } => format!("{client} {} {} requests.", when.of("sends", "sent"), grouped((*count).into())),
        Input::Silence => format!("All clients {} sending requests.", when.of("stop", "stopped")),
        Input::Edit(_) => format!("The system {} changed.", when.of("is", "was")),
        Input::Get { queue, .. } => format!("You {} messages from {queue}.", when.of("get", "got")),
        Input::Purge { queue } => format!("You {} {queue}.", when.of("purge", "purged")),
        Input::Observed(_) => format!("The recording {} on.", when.of("goes", "went")),
        Input::Move { queue, .. } => format!("You {} messages out of {queue}.", when.of("move", "moved")),
    }
}

/// What a fault does when it begins.
#[must_use]
pub fn breaks(kind: &FaultKind, when: When) -> String {
    match kind {
        FaultKind::Kill(target) => format!("{target} {} killed.", when.of("is", "was")),
        FaultKind::StopGivingBack(target) => format!("{target} {} stopped, and gives back what it has not begun.", when.of("is", "was")),
        FaultKind::Stop(target) => format!("{target} {} stopped.", when.of("is", "was")),
        FaultKind::Hang(target) => format!("{target} {}.", when.of("hangs", "hung")),
        FaultKind::Slow(target, times) => format!("{target} {} {} times slower.", when.of("becomes", "became"), Shortest(*times)),
        FaultKind::Partition([one, other]) => format!("The network between {one} and {other} {}.", when.of("breaks", "broke")),
        FaultKind::RestartBroker => format!("RabbitMQ {}.", when.of("restarts", "restarted")),
        FaultKind::Alarm(resource) => format!("RabbitMQ {} its {} alarm.", when.of("raises", "raised"), resource.name()),
        FaultKind::FillStore(service) => format!("The store of {service} {} full.", when.of("is", "was")),
        FaultKind::PowerOff(target) => format!("The machine of {target} {} off.", when.of("is", "was")),
        FaultKind::Operate(operation) => match &**operation {
            Operation::Delete(queue) => format!("Queue {queue} {} deleted.", when.of("is", "was")),
            Operation::Purge(queue) => format!("Queue {queue} {} purged.", when.of("is", "was")),
            Operation::Unbind { queue, exchange, .. } => format!("{queue} {} unbound from {exchange}.", when.of("is", "was")),
            Operation::Move { from, to } => format!("Messages of {from} {} to {to}.", when.of("move", "moved")),
        },
        FaultKind::Deploy(deploy) => format!("{} {} deployed.", deploy.service, when.of("is", "was")),
    }
}

/// What happens at a moment.
#[must_use]
pub fn at(at: SimTime, what: &str) -> String {
    format!("At {at}: {what}")
}

/// Before the end of a run that has to be seen whole.
#[must_use]
pub fn this_run_will_have_the_answer(until: SimTime) -> String {
    format!("Watch until {until}: this run has the answer.")
}

/// Before the moment that a goal failed for.
#[must_use]
pub fn it_goes_wrong_at(at: SimTime) -> String {
    format!("It goes wrong at {at}.")
}

/// Before a run is judged that no single message failed in.
#[must_use]
pub fn the_goal_is_checked_at(at: SimTime) -> String {
    format!("The goal is checked at {at}.")
}

/// Nothing moves any more when a run is judged.
pub fn the_last_that_moved(event: &dyn std::fmt::Display, at: SimTime, judged: SimTime) -> String {
    format!("{event} was the last to move, at {at}. The goal was checked at {judged}.")
}

/// The message of a goal that failed, and when.
pub fn it_went_wrong_for(event: &dyn std::fmt::Display, at: SimTime, judged: SimTime) -> String {
    format!("It went wrong for {event} at {at}. The goal was checked at {judged}.")
}

/// What services handle a message that a goal speaks of: those that are missing first.
#[must_use]
pub fn reached(reached: &Reached) -> String {
    let headers = reached.headers.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ");
    let message = match (&*reached.routing_key, &*headers) {
        ("", "") => "a message without a key".to_owned(),
        ("", headers) => format!("a message with {headers}"),
        (key, "") => key.to_owned(),
        (key, headers) => format!("{key} with {headers}"),
    };
    let told = |names: &[Name], one: &str, many: &str| match names {
        [] => None,
        [name] => Some(format!("{name} {one} {message}.")),
        [names @ .., last] => Some(format!("{} and {last} {many} {message}.", names.join(", "))),
    };
    let missing = told(&reached.missing, "does not get", "do not get");
    let unwanted = told(&reached.unwanted, "also gets", "also get");
    missing.into_iter().chain(unwanted).collect::<Vec<_>>().join(" ")
}

/// What a run of a goal had instead, in words: `%` stands for the plural, `@` for the name, `#` for the number.
#[must_use]
pub fn seen(judgement: &Judgement, run: Option<u32>) -> String {
    let (template, name) = template(&judgement.property.left);
    let number = Fixed(judgement.left);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let number = match judgement.left {
        whole if whole.fract() == 0.0 && whole >= 0.0 => grouped(whole as u64),
        _ => format!("{number:.1}"),
    };
    let told = template.replace('%', if number == "1" { "" } else { "s" });
    let told = told.replace('@', name.unwrap_or("the broker")).replace('#', &number);
    match run {
        Some(run) => format!("In run {run}, {told}."),
        None => format!("In your run, {told}."),
    }
}

fn template(quantity: &Quantity) -> (&'static str, Option<&str>) {
    match quantity {
        Quantity::Number(_) | Quantity::Time(_) => ("the value is #", None),
        Quantity::Messages(count) => (
            match count {
                MessageCount::Published => "# message% reached the broker",
                MessageCount::Routed => "RabbitMQ routed # message%",
                MessageCount::Delayed => "an exchange keeps # message% for later",
                MessageCount::Unroutable => "# message% matched no binding",
                MessageCount::Returned => "RabbitMQ returned # message%",
                MessageCount::Unsent => "# message% could not be sent",
                MessageCount::Confirmed => "RabbitMQ confirmed # message%",
                MessageCount::Nacked => "RabbitMQ refused # message%",
                MessageCount::Lost => "# message% got lost",
                MessageCount::LostInTotal => "# message% vanished",
                MessageCount::Imbalances => "# sum% of the ledger did not add up",
            },
            None,
        ),
        Quantity::Queue(count, name) => (
            match count {
                QueueCount::Arrived => "@ received # message%",
                QueueCount::Ready => "# message% waited in @ at the end",
                QueueCount::Unacked => "# message% of @ had no ack at the end",
                QueueCount::Delivered => "@ delivered # message%",
                QueueCount::Redelivered => "@ delivered # message% again",
                QueueCount::Requeued => "# message% came back to @",
                QueueCount::Acknowledged => "consumers acknowledged # message% of @",
                QueueCount::Dropped => "@ dropped # message%",
                QueueCount::Refused => "@ refused # message%",
                QueueCount::UnroutableDeadLetters => "# dead letter% of @ found no queue",
                QueueCount::Consumers => "@ had # consumer% at the end",
                QueueCount::Alerted => "a monitor of @ raised # alert%",
                QueueCount::Depth => "@ held up to # message%",
            },
            name.as_deref(),
        ),
        Quantity::Dead(queue, _) => ("# message% of @ became dead letters", queue.as_deref()),
        Quantity::Business(count) => (
            match count {
                BusinessCount::Requests => "customers sent # request%",
                BusinessCount::Accepted => "# request% succeeded",
                BusinessCount::Failed => "# request% failed",
                BusinessCount::Saved => "services saved # order%",
                BusinessCount::SavedTwice => "services saved # order% twice",
                BusinessCount::Unannounced => "# saved order% had no event",
            },
            None,
        ),
        Quantity::Effect(count, name) => (
            match count {
                EffectCount::Done => "“@” happened # time%",
                EffectCount::Missing => "“@” is missing for # order%",
                EffectCount::Duplicated => "“@” happened # time% too often",
                EffectCount::Invented => "“@” happened # time% without an order",
                EffectCount::OutOfOrder => "“@” happened # time% out of order",
            },
            name.as_deref().or(Some("each effect")),
        ),
        Quantity::Service(count, name) => (
            match count {
                ServiceCount::Connections => "@ had # connection% at the end",
                ServiceCount::ChannelErrors => "RabbitMQ closed # channel% of @",
                ServiceCount::Unread => "# message% of @ waited to be read at the end",
                ServiceCount::Swallowed => "@ swallowed # failure%",
            },
            name.as_deref().or(Some("all services")),
        ),
        Quantity::Latency(of, _) => match of {
            LatencyOf::EndToEnd(name) => ("“@” took # ms from the request on", Some(name)),
            LatencyOf::Queueing(name) => ("messages waited # ms in @", Some(name)),
            LatencyOf::Http(name) => ("requests to @ took # ms", Some(name)),
            LatencyOf::Inbox(name) => ("messages waited # ms inside @", Some(name)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_misses_a_message_is_told() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<Name>>();
        let headers =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).into(), crate::broker::Value::string(value))).collect();
        let cases = [
            ("order.placed", &[][..], &["a"][..], &[][..], "a does not get order.placed."),
            ("order.placed", &[], &["a", "b", "c"], &["d"], "a, b and c do not get order.placed. d also gets order.placed."),
            ("", &[("format", "zip")], &[], &["a", "b"], "a and b also get a message with format=zip."),
            ("", &[], &["a"], &[], "a does not get a message without a key."),
        ];
        for (key, with, missing, unwanted, told) in cases {
            let found = Reached { routing_key: key.into(), headers: headers(with), missing: names(missing), unwanted: names(unwanted) };
            assert_eq!(reached(&found), told);
        }
    }

    #[test]
    fn what_was_measured_is_told_in_words() {
        let cases = [
            ("missing(email sent) = 0", 3.0, Some(4), "In run 4, “email sent” is missing for 3 orders."),
            ("dead(notification-queue: rejected) >= 6", 1.0, Some(1), "In run 1, 1 message of notification-queue became dead letters."),
            ("depth(billing) <= 100", 120.0, None, "In your run, billing held up to 120 messages."),
            ("lost_in_total = 0", 2.0, Some(2), "In run 2, 2 messages vanished."),
            ("p95(http order-service) <= 200ms", 250.25, Some(2), "In run 2, requests to order-service took 250.3 ms."),
        ];
        for (property, left, run, told) in cases {
            let property = property.parse().unwrap_or_else(|why| panic!("{property}: {why}"));
            assert_eq!(seen(&Judgement { property, holds: false, left, right: 0.0 }, run), told);
        }
    }
}
