pub const REPLAY: &str = "Replay";
pub const GO_ON: &str = "Go on";
pub const SLOW_MOTION: &str = "Slow motion.";
pub const FULL_SPEED: &str = "Do not slow down";
use crate::base::SimTime;
use crate::broker::{ExchangeType, Profile};
use crate::scenario::edit::PartKind;
use std::fmt::Display;

pub const ACK: &str = "ack, or answer";
pub const SEND_A_MESSAGE: &str = "Send a message";
pub const SEND_ONCE_MORE: &str = "Publish this message again (Shift+P)";
pub const TOUR: &str = "Tour: six things to try";
pub const ALL_COMMANDS_CTRL_K: &str = "All commands (Ctrl+K)";
pub const A_LINK_THAT_HOLDS_THIS: &str = "A link that holds this scenario, or this run";
pub const CANCEL: &str = "Cancel";
pub fn choose_where_it_leads(from: &str) -> String {
    format!("A line from {from}: choose a highlighted part")
}

pub const BY_ARROWS_AND_ENTER: &str = " (arrow keys, then Enter)";
pub const OR_CREATE_ONE: &str = ", or create one.";
pub const CONTINUE_EDITING: &str = "Continue";
pub const COURSE: &str = "Course";
pub const CTRL_K: &str = "Ctrl K";
pub const DEAD_LETTER: &str = "dead letter";
pub const DISCARD_IT: &str = "Discard";
pub const KEEP_FOR_LATER: &str = "Close: it stays kept";
pub const DISMISS: &str = "Dismiss";
pub const EMPTY_KEY: &str = "(empty key)";
pub const FIND_A_PART_OR_COMMAND: &str = "Find a part or a command";
pub const EXPIRED: &str = "expired";
pub const FIRST_DELIVERY: &str = "first delivery";
pub const GLOSSARY_WHAT_THE_WORDS_MEAN: &str = "Glossary: what the words mean";
pub const EXCHANGES_ROUTE: &str = "Exchanges route messages, and store none";
pub const QUEUES_STORE: &str = "Queues store messages in order";
pub const PROGRAMS_SEND: &str = "Programs send and receive";
pub const MORE_EXCHANGES: &str = "More exchange types";
pub const HOW_TO_ADD_A_PART: &str = "Select a part, or drag it to its place. Draw lines from the dot at its edge.";
pub const HTTP_REQUEST: &str = "HTTP request";
pub const LEGEND: &str = "Legend";
pub const MENU: &str = "Menu";
pub const MOTION_FOLLOW_SYSTEM: &str = "Motion: follow system";
pub const MOTION_FULL: &str = "Motion: full";
pub const MOTION_REDUCED: &str = "Motion: reduced";
pub const NOTHING_WAS_CHANGED: &str = "Nothing was changed here";
pub const OPEN: &str = "Open";
pub const OPEN_A_SCENARIO_A_RECORDING: &str = "Open a scenario, a recording, a lesson, or your progress";
pub const READ_ONLY: &str = "read-only";
pub const REDELIVERED: &str = "redelivered";
pub const RETURNED: &str = "returned";
pub const REDO: &str = "Redo";
pub const REDO_CTRL_SHIFT_Z: &str = "Redo (Ctrl+Shift+Z)";
pub const REQUEUE: &str = "Requeue";
pub const SAVE_THIS_SCENARIO_AS_A: &str = "Save this scenario as a file (Ctrl+S)";
pub const SAVE_IT_AS_A_FILE: &str = "Save it as a file";
pub const SCENARIOS: &str = "Scenarios";
pub const SHARE: &str = "Share";
pub const THEME_DARK: &str = "Theme: dark";
pub const THEME_FOLLOW_SYSTEM: &str = "Theme: follow system";
pub const THEME_LIGHT: &str = "Theme: light";
pub const UNDO: &str = "Undo";
pub const UNDO_CTRL_Z: &str = "Undo (Ctrl+Z)";
pub const UNREAD_PROGRESS_IS_KEPT: &str = "It stays in this browser. In Lessons, “Save my progress as a file” saves it separately.";
pub const WHAT_WAS_OPEN_BEFORE_IS: &str = "What was open before is still open.";
pub const YOUR_WORK_CANNOT_BE_READ: &str = "This browser kept your work, but Requeue cannot read it.";
pub const YOUR_PROGRESS_CANNOT_BE_READ: &str = "Part of your progress in lessons cannot be read.";

pub fn send(key: &dyn Display) -> String {
    format!("Send {key}")
}

pub fn add_by_click_or_drag(part: &str) -> String {
    format!("Add: {part}. Select it, or drag it to its place.")
}

pub fn and_more(count: usize) -> String {
    format!("and {count} more")
}

pub fn cannot_be_opened(name: &str) -> String {
    format!("{name} cannot be opened.")
}

pub fn rabbitmq(profile: Profile) -> String {
    format!("RabbitMQ {profile}")
}

/// A part's name without its kind, which its icon shows.
pub fn you_have_unsaved_changes_to(title: &str, at: SimTime) -> String {
    format!("This browser kept your unsaved work on “{title}”, at {at}.")
}

pub fn you_can_go_on_with(title: &str, at: SimTime) -> String {
    format!("This browser kept your run of “{title}”, at {at}.")
}

/// How many there are, where it is not the only one.
pub fn first_of(count: usize) -> String {
    format!("It is the newest of {count}.")
}

pub fn bring_back(title: &str) -> String {
    format!("Bring back “{title}”")
}

pub const BRING_BACK_WHAT: &str = "Bring back what was discarded";
pub const DISCARDED: &str = "The kept work is discarded.";

/// A part in a word under the head of its group, and what it does.
pub const fn part(kind: PartKind) -> (&'static str, &'static str) {
    match kind {
        PartKind::Client => ("HTTP client", "calls a service: the first brings one"),
        PartKind::Service => ("Service", "handlers, steps, failures"),
        PartKind::ClassicQueue => ("Classic queue", "on one node"),
        PartKind::QuorumQueue => ("Quorum queue", "replicated, counts deliveries"),
        PartKind::Stream => ("Stream", "a log: readers take nothing out"),
        PartKind::Exchange(ExchangeType::Topic) => ("Topic", "by patterns: order.*, #"),
        PartKind::Exchange(ExchangeType::Direct) => ("Direct", "by the exact routing key"),
        PartKind::Exchange(ExchangeType::Fanout) => ("Fanout", "a copy for every bound queue"),
        PartKind::Exchange(ExchangeType::Headers) => ("Headers", "by the headers of a message"),
        PartKind::Exchange(ExchangeType::ConsistentHash) => ("Consistent hash", "one binding: a key keeps its queue"),
        PartKind::Exchange(ExchangeType::ModulusHash) => ("Modulus hash", "one binding, by the hash of the key"),
        PartKind::Exchange(ExchangeType::Random) => ("Random", "one binding, at random"),
        PartKind::Exchange(ExchangeType::LocalRandom) => ("Local random", "one queue of this node, at random"),
        PartKind::Exchange(ExchangeType::DelayedMessage) => ("Delayed message", "keeps a message, then routes it"),
    }
}
