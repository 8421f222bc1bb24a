use std::fmt::Display;

pub const EARLIER: &str = "Earlier";
pub const KILL: &str = "Kill";
pub const LATER: &str = "Later";
pub const RUNNING: &str = "Running.";
pub const START: &str = "Start";
pub const NOT_MET: &str = "not met";
pub const NOT_YET: &str = "not yet";
pub const SCHEDULE_A_FAULT: &str = "Schedule a fault";
pub const DOWN_NO_CLIENT_CAN_CONNECT: &str = "Down: no client can connect.";
pub const AND: &str = " and ";
pub const ADD: &str = "Add";
pub const A_FAULT_AS_A_SENTENCE: &str = "A fault, as a sentence";
pub const BROKER: &str = "Broker";
pub const CLEAR: &str = "Clear";
pub const DONE: &str = " (done)";
pub const EXPECTED_AFTER: &str = "Expected after ";
pub const FIELDS: &str = "Fields";
pub const KILL_NOTIFICATION_SERVICE_AT_30S: &str = "kill notification-service at 30s for 10s";
pub const MET: &str = "met";
pub const NAME: &str = "Name";
pub const NO_DESCRIPTION_YET: &str = "No description yet.";
pub const QUEUES: &str = "Queues";
pub const RAISE: &str = "Raise";
pub const READY: &str = "Ready";
pub const REMOVE: &str = "Remove";
pub const RESTART: &str = "Restart";
pub const SERVICES: &str = "Services";
pub const SO_FAR: &str = "so far";
pub const THE_SCENARIO_AS_A_WHOLE: &str = "The scenario as a whole";
pub const TOTAL: &str = "Total";
pub const TRY_THIS: &str = "Try this";
pub const UNACKED: &str = "Unacked";

pub fn scheduled_faults(planned: &dyn Display) -> String {
    format!("Scheduled faults: {planned}")
}

pub fn by_a_second(word: &dyn Display, fault: &dyn Display) -> String {
    format!("{word} by a second: {fault}")
}

pub fn remove(fault: &dyn Display) -> String {
    format!("Remove: {fault}")
}

pub fn alarm(action: &dyn Display, resource: &dyn Display) -> String {
    format!("{action} {resource} alarm")
}

pub fn low_on_publishers_are_blocked(names: &dyn Display) -> String {
    format!("Low on {names}: publishers are blocked.")
}
