//! Where the rules for words and sentences do not hold, each with its reason.

/// Why FIDELITY.md is as it is.
const RULES: &str = "generated from rules, cases and known differences: a cell lists verdicts with their sources";

/// A word that stands for a reason: the place, the word, and why.
pub const WORDS: [(&str, &str, &str); 3] = [
    ("sim::trace", "whom", "a key of the trace's format"),
    ("FIDELITY.md", "nobody", "the name of a case"),
    ("static/lessons/index.json", "nobody", "the title of a lesson, which is rewritten with the lesson"),
];

/// Sentences that are longer for a reason: the place, how they begin, how many words they have at most, and why.
pub const LONG: [(&str, &str, usize, &str); 3] = [
    ("FIDELITY.md", "", 70, RULES),
    ("BENCHMARKS.md", "", 65, "a measurement stands with all its conditions and numbers in one sentence"),
    ("scenario::fault", "kill SERVICE, stop SERVICE", 80, "the grammar of a fault's sentence, which is a list"),
];

/// Modules whose texts explain: those of the others are controls, notices, verdicts and errors.
pub const EXPLAINS: [(&str, &str); 5] = [
    ("app::glossary", "it explains terms"),
    ("app::form::fields", "the explanation of a field"),
    ("app::texts::author", "the explanation of a field"),
    ("base::limits", "rows of the table of limits, which SCENARIOS.md prints"),
    ("cli", "it is read in a terminal, with time"),
];

/// Modules whose strings are RabbitMQ's own, word by word; their comments are ours.
pub const QUOTED: [(&str, &str); 2] = [
    ("broker::error", "reply texts of RabbitMQ"),
    ("broker::declare", "RabbitMQ's errors of declarations and its warning of deprecated queues"),
];

/// Pages that no rule here holds: how their path ends, and why.
pub const NOT_READ: [(&str, &str); 1] = [("static/lessons/*.md", "the texts of lessons are rewritten with the lessons")];

/// Why a key's name is no text.
const KEYS: &str = "keys, as browsers name them";

/// What looks like prose and is none: where, and why.
pub const LOOKS_LIKE_TEXT: [(&str, &[&str], &str); 11] = [
    ("app::commands", &["Del", "Enter", "Esc", "Space"], "keys, as they are printed on keyboards"),
    ("app::keys", &["Backspace", "Delete", "Enter", "Escape"], KEYS),
    ("ui::dialogs", &["Enter", "Escape", ".commands button"], "a key, and where elements stand"),
    ("ui::drawing::overlays", &["Enter", "Escape"], KEYS),
    ("ui::grip", &["End", "Home"], KEYS),
    ("ui::recipe", &["Alt+ArrowUp Alt+ArrowDown Delete"], KEYS),
    ("ui::widgets", &["End", "Home"], KEYS),
    ("app::form", &["POST /orders"], "a value of the scenario's format"),
    ("ui::browser", &["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"], "media queries"),
    ("ui::drawing::nodes", &["service down", "queue dead", "glyph middle", "name middle", "caption middle", "Enter"], "classes, and a key"),
    ("ui::keys", &["input, textarea, select", "button, summary, a", "body *"], "selectors"),
];
