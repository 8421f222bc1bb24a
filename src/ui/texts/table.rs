use crate::base::number::Fixed;
use std::fmt::Display;

pub const PUBLISH_RATE: &str = "publish/s";
pub const DELIVER_RATE: &str = "deliver/s";
pub const ACK_RATE: &str = "ack/s";
pub const CONSUMERS: &str = "Consumers";
pub const DURABLE: &str = "Durable";
pub const FAILED: &str = "Failed";
pub const FEATURES: &str = "Features";
pub const FROM: &str = "From";
pub const HANDLED: &str = "Handled";
pub const LINE: &str = "Line";
pub const LINES: &str = "Lines";
pub const KILL: &str = "Kill";
pub const MESSAGES: &str = "Messages";
pub const NAME: &str = "Name";
pub const READY: &str = "Ready";
pub const SENT: &str = "Sent";
pub const START: &str = "Start";
pub const STATE: &str = "State";
pub const SUCCEEDED: &str = "Succeeded";
pub const TOTAL: &str = "Total";
pub const TYPE: &str = "Type";
pub const UNACKED: &str = "Unacked";
pub const AT_START_UP: &str = "at start-up";
pub const BINDINGS: &str = "Bindings";
pub const BINDING_KEY_OR_HEADER_ARGUMENTS: &str = "Binding key, or header arguments";
pub const CONNECT: &str = "Connect";
pub const DELETE: &str = "Delete";
pub const EXCHANGES: &str = "Exchanges";
pub const NOT_ON_THE_BROKER: &str = "not on the broker";
pub const HTTP_CLIENTS: &str = "HTTP clients";
pub const NO: &str = "no";
pub const QUEUES: &str = "Queues";
pub const READERS_OF_STREAMS: &str = "Readers of streams";
pub const REMOVE: &str = "Remove";
pub const RUNS_ON: &str = "Runs on";
pub const SERVICES: &str = "Services";
pub const SWALLOWED: &str = "Swallowed";
pub const UNREAD: &str = "Unread";
pub const CHANNELS_CLOSED: &str = "Channels closed";
pub const CONNECTIONS: &str = "Connections";
pub const CONNECTIONS_AND_CHANNELS: &str = "Connections and channels";
pub const NOT_BEGUN: &str = "Not begun";
pub const SERVICE: &str = "Service";
pub const SHOW: &str = "Show";
pub const TABLE_VIEW: &str = "Table view";
pub const WORKING_ON: &str = "Working on";
pub const YES: &str = "yes";

/// The columns that hold counts.
pub const COUNTED: [&str; 17] = [
    CONSUMERS,
    FAILED,
    HANDLED,
    READY,
    SENT,
    SUCCEEDED,
    TOTAL,
    UNACKED,
    WORKING_ON,
    PUBLISH_RATE,
    DELIVER_RATE,
    ACK_RATE,
    CHANNELS_CLOSED,
    CONNECTIONS,
    NOT_BEGUN,
    SWALLOWED,
    UNREAD,
];

pub fn rate(rate: f64) -> String {
    format!("{:.1}", Fixed(rate))
}

pub fn automatic_ack(queue: &dyn Display) -> String {
    format!("{queue}, automatic ack")
}

pub fn connect(part: &dyn Display) -> String {
    format!("Connect {part}")
}

pub fn more(count: &dyn Display) -> String {
    format!("{count} more are not listed. Ctrl+K finds every part by its name.")
}

pub fn delete(part: &dyn Display) -> String {
    format!("Delete {part}")
}

pub fn every(every: &dyn Display) -> String {
    format!("every {every}")
}

pub fn every_records(every: &dyn Display, state: &dyn Display) -> String {
    format!("every {every}, {state} records")
}

pub fn key_from_to(source: &dyn Display, destination: &dyn Display) -> String {
    format!("Key from {source} to {destination}")
}

pub fn prefetch(queue: &dyn Display, prefetch: &dyn Display) -> String {
    format!("{queue}, prefetch {prefetch}")
}

pub fn remove_the_binding_from_to(source: &dyn Display, destination: &dyn Display) -> String {
    format!("Remove the binding from {source} to {destination}")
}

pub fn where_is_to_lead(part: &dyn Display) -> String {
    format!("Where {part} is to lead")
}
