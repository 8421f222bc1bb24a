//! Of definitions that come in.

use std::fmt::Display;

use crate::base::limits::grouped;

pub const A_SERVICE_FOR: &str = "One service for";
pub const CHOOSE_A_VIRTUAL_HOST: &str = "Choose a virtual host";
pub const CHOOSE_WHICH: &str = "Choose which";
pub const COMMAND: &str = "rabbitmqctl export_definitions definitions.json";
pub const DISCARD: &str = "Discard";
pub const EACH: &str = "each";
pub const EACH_PART: &str = "each queue and exchange";
pub const EACH_PREFIX: &str = "each first word of the names";
pub const EXAMPLE: &str = "{ \"queues\": [ … ] }";
pub const HOW_TO_GET_ONE: &str = "Users and passwords are never read. This command writes such a file: ";
pub const IMPORT_THE_TEXT: &str = "Import the text";
pub const IT_IS_NO_MORE: &str = "Fixed";
pub const NAMES_BEGIN_WITH: &str = "Names that begin with";
pub const NO_OTHER_IS_CHOSEN: &str = "No other service is chosen. Choose which below.";
pub const NO_SERVICE_IS_MISSING: &str = "Every queue has a consumer, and every exchange has a publisher.";
pub const OPEN_A_FILE: &str = "Open a file";
pub const OR_PASTE: &str = "Or paste its text";
pub const PREFIX: &str = "prefix";
pub const PREVIEW: &str = "Preview. Your own system stays as it is until you press Use this system.";
pub const READ_THE_LESSON: &str = "Read the lesson";
pub const REPLACE: &str = "Replace";
pub const SAVE_THE_REPORT: &str = "Save the report as a file";
pub const SERVICES: &str = "Services";
pub const SHOW: &str = "Show";
pub const SIMULATED_AS: &str = "Simulated as";
pub const USE: &str = "Use this system";
pub const VIRTUAL_HOST: &str = "Virtual host";
pub const WHAT_COMES_IN: &str =
    "See the exchanges, queues and bindings of a RabbitMQ on the canvas. Open its definitions, or drop the file here.";
pub const WHAT_WAS_PASTED: &str = "What was pasted";
pub const WHY_ONE: &str = "The canvas shows one of them. You can look at the others afterwards.";
pub const WHY_SERVICES: &str = "Definitions hold no programs. Add some, and messages flow.";

pub fn size_and_version(bytes: usize, version: Option<&str>) -> String {
    let size = if bytes < 10_240 { format!("{} bytes", grouped(bytes as u64)) } else { format!("{} KB", grouped(bytes as u64 / 1_024)) };
    match version {
        Some(version) => format!("{size} · from RabbitMQ {version}"),
        None => size,
    }
}

pub fn of_vhost(exchanges: usize, queues: usize, bindings: usize) -> String {
    format!("exchanges {exchanges}, queues {queues}, bindings {bindings}")
}

pub fn virtual_host(name: &str) -> String {
    format!("{VIRTUAL_HOST} {name}")
}

pub fn rabbitmq(version: &str) -> String {
    format!("RabbitMQ {version}")
}

pub fn fix_all(count: usize) -> String {
    if count == 2 { "Fix both".to_owned() } else { format!("Fix all {count}") }
}

pub fn findings(count: usize) -> String {
    match count {
        0 => "Nothing looks wrong".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

pub fn left_out(count: usize) -> String {
    format!("Left out, {}", entries(count))
}

pub fn notes(count: usize) -> String {
    format!("Notes, {}", entries(count))
}

pub fn and_more(count: usize) -> String {
    format!("and {} more", grouped(count as u64))
}

pub fn would_refuse(version: &str, count: usize) -> String {
    match count {
        0 => format!("RabbitMQ {version} takes all of it, too"),
        count => format!("RabbitMQ {version} would refuse {}", entries(count)),
    }
}

pub fn simulate(version: &str) -> String {
    format!("Simulate RabbitMQ {version}")
}

/// A place in the file.
pub fn at(place: &dyn Display, path: &str) -> String {
    if path.is_empty() { format!(" {place}") } else { format!(" {place} · {path}") }
}

pub fn fix(what: &dyn Display) -> String {
    format!("Fix: {what}")
}

pub fn to_do(what: &dyn Display) -> String {
    format!("To do: {what}")
}

pub fn offer(name: &str, consumes: bool) -> String {
    if consumes { format!("consumer for {name}") } else { format!("publisher to {name}") }
}

/// What a press adds.
pub fn add(consumers: usize, publishers: usize) -> String {
    let of = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    match (consumers, publishers) {
        (0, 0) => "Add services".to_owned(),
        (consumers, 0) => format!("Add {}", of(consumers, "consumer")),
        (0, publishers) => format!("Add {}", of(publishers, "publisher")),
        (consumers, publishers) => format!("Add {} and {}", of(consumers, "consumer"), of(publishers, "publisher")),
    }
}
