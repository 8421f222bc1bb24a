//! Of definitions that come in.

pub const UNDO_BRINGS_YOUR_SYSTEM_BACK: &str = "This is your system now. Undo brings back the one before.";

pub const fn exchanges(count: usize) -> &'static str {
    if count == 1 { "exchange" } else { "exchanges" }
}

pub const fn queues(count: usize) -> &'static str {
    if count == 1 { "queue" } else { "queues" }
}

pub const fn bindings(count: usize) -> &'static str {
    if count == 1 { "binding" } else { "bindings" }
}

pub const fn policies(count: usize) -> &'static str {
    if count == 1 { "policy" } else { "policies" }
}
