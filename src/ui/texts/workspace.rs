use crate::base::SimTime;

pub const BALANCED: &str = "The ledger is balanced.";
pub const NOT_BALANCED: &str = "The ledger is not balanced.";
pub const BELOW: &str = "What happened";
pub const BUILD: &str = "Build";
pub const BUILD_EXPLAINED: &str = "Parts for the canvas (B)";
pub const CHARTS: &str = "Charts";
pub const CLOSE: &str = "Close";
pub const CLOSE_THE_DRAWER: &str = "Close the drawer";
pub const BACK_TO_NOW: &str = "Back to now";
pub const COMPARE: &str = "Compare";
pub const DETAILS: &str = "Details";
pub const DRAWERS: &str = "Drawers";
pub const EVENTS: &str = "Events";
pub const HELP: &str = "Help";
pub const HELP_EXPLAINED: &str = "Keys and glossary (?)";
pub const IMPORT: &str = "Import";
pub const IMPORT_EXPLAINED: &str = "Definitions of a RabbitMQ";
pub const JUST_PLAY: &str = "Just play";
pub const LEDGER: &str = "Ledger";
pub const LESSON: &str = "Lesson";
pub const LESSON_EXPLAINED: &str = "The lesson, or the course (L)";
pub const PUBLISH: &str = "Publish";
pub const PUBLISH_EXPLAINED: &str = "Publish a message by hand (P)";
pub const SHOW: &str = "Show";
pub const KEY_L: &str = "L";
pub const START_THE_COURSE: &str = "Start the course";
pub const SWITCH: &str = "Switch to the other";
pub const SYSTEM: &str = "System";
pub const SYSTEM_EXPLAINED: &str = "Queues, services, faults and the broker";
pub const TABLE: &str = "Table";
pub const TABLE_EXPLAINED: &str = "Everything on the canvas as tables (T)";
pub const THERE_ARE_TWO_BRANCHES: &str = "You changed the past. The run before your change is kept.";
pub const THIS_IS_THE_RUN_BEFORE: &str = "This is the run before. The run after it is kept.";
pub const THE_RUN_BEFORE_THE_RESTART_IS_KEPT: &str = "The run began again. The run before is kept.";
pub const TRY_THIS: &str = "Try this";
pub const WHAT_THIS_IS: &str = "Watch messages travel through RabbitMQ, and break things safely.";
pub const WHAT_TO_DO_ELSEWHERE: &str = "Draw a system and send messages. Kill a service. Go back in time.";
pub const WHAT_TO_DO: &str = "Customers place orders, and three services react. Follow a dot. Kill a service. Go back in time.";

pub fn dead_letters_in(count: u64, queue: &str, queues: usize) -> String {
    let letters = if count == 1 { "dead letter" } else { "dead letters" };
    if queues == 1 { format!("{count} {letters} in {queue}") } else { format!("{count} {letters} in {queues} queues") }
}

pub fn lost(count: u64) -> String {
    format!("{} lost", in_short(count))
}

/// At most five letters: the chips have room for no more.
pub fn in_short(count: u64) -> String {
    match count {
        0..100_000 => count.to_string(),
        100_000..1_000_000 => format!("{}k", count / 1_000),
        1_000_000.. => format!("{}M", count / 1_000_000),
    }
}

pub fn in_the_past(furthest: SimTime) -> String {
    format!("You are in the past. The run goes on to {furthest}. A change here starts a second run; this one is kept.")
}

/// With the letters of two runs: the shown run, and the run that a change would replace.
pub fn in_the_past_of(shown: &str, other: &str) -> String {
    format!("You are in the past of run {shown}. A change here starts a new run and gives up run {other}.")
}

pub fn of_all(done: usize, of: usize) -> String {
    format!("{done} of {of}")
}
