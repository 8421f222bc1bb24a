//! Markers of the time line.

use crate::base::limits::grouped;
use crate::base::number::Shortest;
use crate::scenario::{FaultKind, Operation};
use std::fmt::Display;

/// At the flag of a fault that is over.
pub const BACK: &str = "back";

/// At the flag of a fault.
pub fn began(fault: &FaultKind) -> String {
    match fault {
        FaultKind::Kill(target) => format!("{target} killed"),
        FaultKind::Stop(target) | FaultKind::StopGivingBack(target) => format!("{target} stopped"),
        FaultKind::Hang(target) => format!("{target} hangs"),
        FaultKind::Slow(target, times) => format!("{target} {}x slower", Shortest(*times)),
        FaultKind::Partition([one, other]) => format!("{one} cut off from {other}"),
        FaultKind::RestartBroker => "RabbitMQ restarts".to_owned(),
        FaultKind::Alarm(resource) => format!("{} alarm", resource.name()),
        FaultKind::FillStore(service) => format!("store of {service} full"),
        FaultKind::Deploy(deploy) => format!("{} deployed", deploy.service),
        FaultKind::PowerOff(target) => format!("{target} without power"),
        FaultKind::Operate(operation) => match &**operation {
            Operation::Delete(queue) => format!("{queue} deleted"),
            Operation::Purge(queue) => format!("{queue} purged"),
            Operation::Unbind { queue, .. } => format!("{queue} unbound"),
            Operation::Move { from, .. } => format!("{from} moved"),
        },
    }
}

pub fn and_more(count: usize) -> String {
    format!("and {} more", grouped(count as u64))
}

pub fn a_dead_letter_that_has(exchange: &dyn Display) -> String {
    format!("a dead letter that {exchange} has no queue for")
}

pub fn dead_lettered_from(queue: &dyn Display, reason: &dyn Display) -> String {
    format!("dead-lettered from {queue}: {reason}")
}

pub fn dropped_from(queue: &dyn Display, cause: &dyn Display) -> String {
    format!("dropped from {queue}: {cause}")
}

pub fn lost(event: &dyn Display, reason: &dyn Display) -> String {
    format!("{event} lost: {reason}")
}

pub fn lost_with_its_program(event: &dyn Display) -> String {
    format!("{event} lost with its program")
}

pub fn mended(fault: &dyn Display) -> String {
    format!("{fault}: mended")
}

pub fn never_read(count: usize) -> String {
    format!("messages lost: {}. Their connection closed before RabbitMQ read them", grouped(count as u64))
}

pub fn never_sent(key: &dyn Display) -> String {
    format!("{key} never sent: its program had no channel")
}

pub fn unroutable(event: &dyn Display, exchange: &dyn Display) -> String {
    format!("{event} lost: it matched no queue of {exchange}")
}

pub fn refused_by_which_was_full(queue: &dyn Display) -> String {
    format!("refused by {queue}, which was full")
}
