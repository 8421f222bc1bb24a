//! Two runs compared.

use std::fmt::Display;

pub const AT_THIS_MOMENT: &str = "At this moment";
pub const CLOSE_COMPARISON: &str = "Close comparison";
pub const HOW_FULL_QUEUES_WERE: &str = "How full the queues were";
pub const THE_RUNS_COMPARED: &str = "The two runs compared";
pub const THE_TWO_RUNS: &str = "The two runs";
pub const UNTIL_NOW_THEY_ARE_ALIKE: &str = "Until now they are alike.";
pub const WHAT_REPEATING_DOES: &str = "Does again what was done by hand in the other run, each at its time";
pub const WHAT_KEEPING_MEANS: &str = "Goes on with this run and gives up the other";
pub const WHAT_WORKING_THERE_MEANS: &str = "Shows that run at the pointer: actions and edits go there";
pub const WHAT_DIFFERS: &str = "What differs";
pub const WHY: &str = "Why";

pub fn keep(run: &str) -> String {
    format!("Keep {run}")
}

pub fn messages_in(queue: &dyn Display) -> String {
    format!("Messages in {queue}")
}

pub fn messages_in_both_runs(queue: &dyn Display) -> String {
    format!("Messages in {queue}: run A with dashes, run B without")
}

pub fn ms(value: &dyn Display) -> String {
    format!("{value:.1} ms")
}

pub fn ready_and_unacked(ready: u64, unacked: u64) -> String {
    format!("{ready} ready, {unacked} unacked")
}

pub fn repeat_in(actions: usize, run: &str) -> String {
    if actions == 1 { format!("Repeat this action in {run}") } else { format!("Repeat {actions} actions in {run}") }
}

pub fn repeat_this_in(run: &str, deed: &str) -> String {
    format!("Repeat in {run}: {deed}")
}

pub fn up_to(top: &dyn Display) -> String {
    format!("0 to {top:.0}")
}

pub fn what_differs_since(at: &dyn Display) -> String {
    format!("What differs since {at}")
}

pub fn work_in(run: &str) -> String {
    format!("Switch to run {run}")
}
