use std::fmt::Display;

pub const ACCEPTED: &str = "Accepted";
pub const BUSINESS: &str = "Business";
pub const DEPTH: &str = "Depth";
pub const FAILED: &str = "Failed";
pub const RATES: &str = "Rates";
pub const READY: &str = "Ready";
pub const REQUESTS: &str = "Requests";
pub const SAVED: &str = "Saved";
pub const TOTAL: &str = "Total";
pub const UNACKED: &str = "Unacked";
pub const A_SUMMARY: &str = "a summary";
pub const BUSINESS_LEDGER: &str = "Business ledger";
pub const CHARTS: &str = "Charts";
pub const EVENTS: &str = "Events";
pub const EVENTS_THE_NEWEST_FIRST: &str = "Events, the newest first";
pub const EVENT_ID_E_G_E: &str = "ID: e-7";
pub const FIND: &str = "find";
pub const FIND_IN_THE_EVENTS: &str = "Find in the events";
pub const FROM_TO: &str = "From … to";
pub const GAVE_UP: &str = "Gave up";
pub const GO_TO_THIS_MOMENT: &str = "Go to this moment";
pub const LATENCY: &str = "Latency";
pub const LEDGER: &str = "Ledger";
pub const MARKS: &str = "Marks of this run";
pub const MOMENT: &str = "Moment";
pub const NOTHING_HAS_HAPPENED_YET: &str = "Nothing has happened yet. Play, or send a message.";
pub const NO_EVENT_MATCHES: &str = "No event matches the filter.";
pub const NO_QUEUE: &str = "No queue";
pub const OF: &str = "of";
pub const ONE_EVENT_BACK: &str = "One event back";
pub const ONE_EVENT_FORWARD: &str = "One event forward";
pub const PAUSE: &str = "Pause";
pub const PLAY: &str = "Play";
pub const RESTART_FROM_TIME_ZERO: &str = "Restart from time zero";
pub const SAVED_TWICE: &str = "Saved twice";
pub const SHOW_ITS_EVENTS: &str = "Show its events";
pub const SPACE: &str = "Space";
pub const SPEED: &str = "Speed";
pub const EACH_HOP: &str = "Follow each hop";
pub const TIMES_REAL_TIME: &str = "Times real time";
pub const THE_BROKER: &str = "the broker";
pub const TIME: &str = "Time";
pub const TO_THE_NEXT_CRASH_DEAD: &str = "To the next crash, dead letter or failure";
pub const VIRTUAL_TIME: &str = "Virtual time";
pub const WHAT_A_SCREEN_READER_HEARS: &str = "What a screen reader hears";
pub const WHAT_HAPPENED_TO_THIS_MESSAGE: &str = "What happened to this message?";
pub const WHERE_DID_MY_MESSAGE_GO: &str = "Where did my message go?";
pub const WHICH_EVENTS: &str = "Which events";

pub fn a_second(whose: &dyn Display) -> String {
    format!("{whose}, a second")
}

pub fn depth_of(name: &dyn Display) -> String {
    format!("Depth of {name}")
}

pub fn drag_it_to_another_time(fault: &dyn Display) -> String {
    format!("{fault}: drag it to another time")
}

pub fn http(name: &dyn Display) -> String {
    format!("{name}: HTTP")
}

pub fn invented(what: &dyn Display) -> String {
    format!("{what}, but nothing saved")
}

pub fn in_work(what: &dyn Display) -> String {
    format!("{what}: in work")
}

pub fn missing_or_in_work(what: &dyn Display) -> String {
    format!("{what}: missing, or in work")
}

pub fn missing(what: &dyn Display) -> String {
    format!("{what}: missing")
}

pub fn over_time_at_most(label: &dyn Display, top: &dyn Display) -> String {
    format!("{label} over time, at most {top:.0}")
}

pub fn rates_of_a_second(whose: &dyn Display) -> String {
    format!("Rates of {whose}, a second")
}

pub fn say(name: &dyn Display) -> String {
    format!("read out {name}")
}

pub fn to(top: &dyn Display) -> String {
    format!("to {top:.0}")
}

pub fn to_ack(name: &dyn Display) -> String {
    format!("{name}: to ack")
}

pub fn to_delivery(name: &dyn Display) -> String {
    format!("{name}: to delivery")
}

pub fn twice(what: &dyn Display) -> String {
    format!("{what}: twice")
}

pub fn with_key(what: &str, key: &str) -> String {
    if key.is_empty() { what.to_owned() } else { format!("{what} ({key})") }
}
