//! Every limit on what input can make grow, in one table. SCENARIOS.md prints it; `tests/limits/main.rs` holds both together.
//!
//! Each limit names what it counts, so that a message can say what there is too much of: see [`beyond`].

/// A limit as a reader of the table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub area: &'static str,
    /// In the plural.
    pub what: &'static str,
    pub max: u64,
}

macro_rules! limits {
    ($($area:literal: $($(#[$doc:meta])* $name:ident: $kind:ty = $max:expr, $what:literal;)*)*) => {
        $($(
            $(#[$doc])*
            #[doc = concat!("The largest number of ", $what, ".")]
            pub const $name: $kind = $max;
        )*)*

        /// Each with its words, under the same names.
        pub mod named {
            use super::Limit;

            $($(pub const $name: Limit = Limit { area: $area, what: $what, max: super::$name as u64 };)*)*
        }

        /// All of them, by area.
        pub const TABLE: &[Limit] = &[$($(named::$name),*),*];
    };
}

limits! {
    "files":
        FILE_BYTES: usize = 16 << 20, "bytes of a file (scenario, recording, lesson, result, broker script)";
        /// Each takes some dozen bytes of memory, however short it is in the file.
        VALUES: usize = 1_000_000, "values of a JSON file";
        LINK_BYTES: usize = 16 << 10, "characters of a link's document";
        LINK_TEXT_BYTES: usize = 256 << 10, "bytes of a link's document when it is unpacked";
        PASTED_BYTES: usize = 256 << 10, "bytes that are pasted";
        /// The rest is counted.
        PROBLEMS: usize = 100, "mistakes that are reported at once";
        ITEMS: usize = 1_000, "items of any other list in a file";
        SHORT_BYTES: usize = 255, "bytes of a name, a path, a pattern or a routing key";
        TITLE_BYTES: usize = 1_000, "bytes of a title";
        /// Positions on the canvas, in both directions.
        COORDINATE: u32 = 1_000_000, "canvas units from the middle";
    "a scenario":
        NODES: usize = 5_000, "exchanges, queues, clients and service instances together";
        BINDINGS: usize = 10_000, "bindings";
        POLICIES: usize = 100, "policies";
        /// Of all queues together: each run begins with them.
        BACKLOG: u32 = 100_000, "messages that stand in queues at the start";
        LINKS: usize = 1_000, "links of the network";
        INSTANCES: u32 = 200, "instances of a service";
        DECLARES: usize = 100, "declarations of a service";
        HANDLERS: usize = 100, "handlers of a service";
        PROGRAMS: usize = 20, "versions of a service";
        STEPS: usize = 100, "steps of a handler";
        LEVELS: usize = 100, "queues or expirations of a republishing policy";
        FAULTS: usize = 1_000, "faults";
        EXPECTATIONS: usize = 100, "expectations";
        RETRIES: u32 = 100, "retries of a request";
        AT_ONCE: usize = 100_000, "requests at once, or moments of a recorded list";
        /// Of what an idempotent handler keeps.
        REMEMBERED: u32 = 1_000_000, "ids that a handler remembers";
    "a recording":
        INPUTS: usize = 100_000, "inputs of a run";
        INPUTS_IN_A_FILE: usize = 100_000, "inputs of a recording in a file";
        CAPTURED: usize = 50_000, "records of a capture";
        BY_HAND: u32 = 10_000, "messages that are published, fetched or moved by hand at once";
    "a lesson and a broker script":
        LESSON_STEPS: usize = 40, "steps of a lesson";
        PROSE_BYTES: usize = 1 << 16, "bytes of a step's text";
        EDITS: usize = 40, "edits of a solution or of a wrong attempt";
        WRONG: usize = 8, "wrong attempts of a goal";
        CLAIMS: usize = 20, "claims of a step";
        SEEDS: u32 = 200, "seeds of a goal";
        SCRIPT_STEPS: usize = 10_000, "steps of a broker script";
    "a running world":
        FLIGHTS: usize = 200_000, "messages and requests on their way";
        QUEUED: usize = 3_000_000, "messages in queues and in programs' inboxes";
        RUNS: usize = 200_000, "handlers at work";
        UNREAD: usize = 200_000, "methods the broker does not read while an alarm lasts";
        OUTBOX: usize = 200_000, "events in outboxes";
        RECORDS: usize = 2_000_000, "records in stores";
        PENDING: usize = 200_000, "requests that wait for an answer";
        AWAITING: usize = 200_000, "publishes that wait for a confirm";
        UNSETTLED_DEAD_LETTERS: usize = 200_000, "dead letters that wait for their target";
        AGENDA: usize = 1_000_000, "things planned for later";
        STORIES: usize = 5_000_000, "requests and events of a run";
        BODY_BYTES: usize = 1 << 20, "bytes of a message's body";
        /// A body counts where it is made, and where a program reads it. Keyframes and stories keep what the world forgets.
        LARGE_BYTES: usize = 256 << 20, "bytes of large messages and names in a run (what each has beyond 1,024)";
        NAMED_EFFECTS: usize = 1_000_000, "names that something was done for";
        /// An id this far beyond all others is kept by name.
        ID_GAP: u64 = 1_000, "ids that are skipped in a list of ids";
    "the page":
        KEYFRAMES: usize = 100, "keyframes of a timeline";
        KEYFRAME_BYTES: usize = 64 << 20, "bytes of all keyframes together";
        BIOGRAPHY: usize = 10_000, "entries of an event's story";
        VERSIONS: usize = 6_000, "steps that can be undone";
        VERSIONS_ELEMENTS: usize = 2_000_000, "parts, bindings, steps and positions in all versions that can be undone";
        SEEK_MILLIS: u64 = 3 * 3_600_000, "milliseconds into a run that a link may ask for";
}

/// Why something has too many parts: what, how many, and the limit. None when it is within.
#[must_use]
pub fn beyond(what: &str, found: usize, max: usize) -> Option<String> {
    (found > max).then(|| format!("{} {what} are more than {}", grouped(found as u64), grouped(max as u64)))
}

/// As people read large numbers: 3,000,000.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_what_is_too_much_is_named() {
        assert_eq!([0, 999, 1_000, 123_456, 16 << 20].map(grouped), ["0", "999", "1,000", "123,456", "16,777,216"].map(str::to_owned));
        assert_eq!(beyond("bindings", 10_000, 10_000), None);
        assert_eq!(beyond("bindings", 10_001, 10_000).as_deref(), Some("10,001 bindings are more than 10,000"));
    }
}
