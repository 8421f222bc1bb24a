//! What an import or a lint says. An entry is one sentence, with its place, what to do, and the lesson that explains it.

use std::fmt::Write as _;

use super::json::At;
use crate::broker::{Name, Profile};
use crate::formats::pretty::Doc;
use crate::scenario::Json;
use crate::scenario::edit::Part;

/// So many entries of a list stand in a text; the others are counted. JSON has all.
const TOLD: usize = 100;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    // Left out.
    Users,
    Permissions,
    TopicPermissions,
    GlobalParameters,
    Parameter,
    OtherVhost,
    BuiltIn,
    NoObject,
    NoName,
    Twice,
    Dangling,
    Refused,
    Unsupported,
    NullArgument,
    UnknownSection,
    // Came in otherwise than it stands there.
    NotJson,
    Template,
    Version,
    NoVhost,
    OneVhost,
    VhostUnlisted,
    DefaultQueueType,
    TypeField,
    OperatorSection,
    PolicyRenamed,
    PatternRewritten,
    NotExported,
    FieldUnfit,
    // What looks wrong.
    Finding(&'static str),
}

impl Kind {
    /// All but the findings, which have kinds of their scenario.
    pub const ALL: [Self; 28] = [
        Self::Users,
        Self::Permissions,
        Self::TopicPermissions,
        Self::GlobalParameters,
        Self::Parameter,
        Self::OtherVhost,
        Self::BuiltIn,
        Self::NoObject,
        Self::NoName,
        Self::Twice,
        Self::Dangling,
        Self::Refused,
        Self::Unsupported,
        Self::NullArgument,
        Self::UnknownSection,
        Self::NotJson,
        Self::Template,
        Self::Version,
        Self::NoVhost,
        Self::OneVhost,
        Self::VhostUnlisted,
        Self::DefaultQueueType,
        Self::TypeField,
        Self::OperatorSection,
        Self::PolicyRenamed,
        Self::PatternRewritten,
        Self::NotExported,
        Self::FieldUnfit,
    ];

    /// As programs read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Permissions => "permissions",
            Self::TopicPermissions => "topic-permissions",
            Self::GlobalParameters => "global-parameters",
            Self::Parameter => "parameter",
            Self::OtherVhost => "other-vhost",
            Self::BuiltIn => "built-in",
            Self::NoObject => "no-object",
            Self::NoName => "no-name",
            Self::Twice => "twice",
            Self::Dangling => "dangling",
            Self::Refused => "refused",
            Self::Unsupported => "unsupported",
            Self::NullArgument => "null-argument",
            Self::UnknownSection => "unknown-section",
            Self::NotJson => "not-json",
            Self::Template => "template",
            Self::Version => "version",
            Self::NoVhost => "no-vhost",
            Self::OneVhost => "one-vhost",
            Self::VhostUnlisted => "vhost-unlisted",
            Self::DefaultQueueType => "default-queue-type",
            Self::TypeField => "type-field",
            Self::OperatorSection => "operator-section",
            Self::PolicyRenamed => "policy-renamed",
            Self::PatternRewritten => "pattern-rewritten",
            Self::NotExported => "not-exported",
            Self::FieldUnfit => "field-unfit",
            Self::Finding(name) => name,
        }
    }

    /// Whether a pipeline is to stop at it. What no scenario has is no mistake of the file.
    #[must_use]
    pub const fn is_wrong(self) -> bool {
        match self {
            Self::Users
            | Self::Permissions
            | Self::TopicPermissions
            | Self::GlobalParameters
            | Self::Parameter
            | Self::OtherVhost
            | Self::BuiltIn
            | Self::Version
            | Self::OneVhost
            | Self::PolicyRenamed
            | Self::PatternRewritten
            | Self::NotExported => false,
            Self::NoObject
            | Self::NoName
            | Self::Twice
            | Self::Dangling
            | Self::Refused
            | Self::Unsupported
            | Self::NullArgument
            | Self::UnknownSection
            | Self::NotJson
            | Self::Template
            | Self::NoVhost
            | Self::VhostUnlisted
            | Self::DefaultQueueType
            | Self::TypeField
            | Self::OperatorSection
            | Self::FieldUnfit
            | Self::Finding(_) => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub kind: Kind,
    /// As in `queues[3]`; empty for the file as a whole.
    pub path: String,
    pub at: Option<At>,
    /// The name of what it is about.
    pub part: Option<String>,
    /// The part of the scenario that shows it.
    pub shown_by: Option<Part>,
    pub says: String,
    /// What would mend it, in a few words.
    pub todo: Option<String>,
    /// The file of the lesson that explains it.
    pub lesson: Option<&'static str>,
}

/// A binding that was left out because one of its ends does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Dangling {
    pub source: Name,
    pub to: Part,
    /// As the entry says it.
    pub says: String,
}

/// How much came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub exchanges: usize,
    pub queues: usize,
    pub bindings: usize,
    pub policies: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The RabbitMQ that wrote the file, if it says so.
    pub version: Option<String>,
    pub profile: Profile,
    /// Of definitions.
    pub vhost: Option<String>,
    pub counts: Counts,
    pub left_out: Vec<Entry>,
    /// Of these, the bindings that a canvas can show.
    pub dangling: Vec<Dangling>,
    pub notes: Vec<Entry>,
    pub findings: Vec<Entry>,
}

impl Report {
    /// What a pipeline is to stop at.
    pub fn wrong(&self) -> impl Iterator<Item = &Entry> {
        self.findings.iter().chain(&self.notes).chain(&self.left_out).filter(|entry| entry.kind.is_wrong())
    }

    /// The report as people read it.
    #[must_use]
    pub fn text(&self, file: &str) -> String {
        let mut out = String::new();
        let Counts { exchanges, queues, bindings, policies } = self.counts;
        let from = self.version.as_ref().map(|version| format!(", from RabbitMQ {version}")).unwrap_or_default();
        let vhost = self.vhost.as_ref().map(|vhost| format!(", virtual host {vhost}")).unwrap_or_default();
        let _ = writeln!(out, "{file}{vhost}{from}, simulated as {}", self.profile);
        let _ = writeln!(out, "exchanges {exchanges}, queues {queues}, bindings {bindings}, policies {policies}");
        for (title, entries) in [("Findings", &self.findings), ("Notes", &self.notes), ("Left out", &self.left_out)] {
            if entries.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{title}: {}", entries.len());
            for entry in entries.iter().take(TOLD) {
                let place = entry.at.map(|At { line, column }| format!("{file}:{line}:{column}: ")).unwrap_or_default();
                let _ = write!(out, "  {place}{}", shown(&entry.says));
                if let Some(todo) = &entry.todo {
                    let _ = write!(out, " Fix: {}.", shown(todo));
                }
                if let Some(lesson) = entry.lesson {
                    let _ = write!(out, " Lesson: {}.", lesson.trim_end_matches(".md"));
                }
                out.push('\n');
            }
            if entries.len() > TOLD {
                let _ = writeln!(out, "  and {} more", entries.len() - TOLD);
            }
        }
        out
    }

    /// The report as programs read it.
    #[must_use]
    pub fn doc(&self) -> Doc {
        let list = |entries: &[Entry]| Doc::list(entries.iter().map(entry));
        let Counts { exchanges, queues, bindings, policies } = self.counts;
        let counts = [("exchanges", exchanges), ("queues", queues), ("bindings", bindings), ("policies", policies)];
        let counts = counts.into_iter().fold(Doc::object(), |counts, (name, count)| counts.with(name, count));
        Doc::object()
            .with_some("vhost", self.vhost.as_deref())
            .with_some("rabbitmq_version", self.version.as_deref())
            .with("profile", self.profile.name())
            .with("counts", counts)
            .with("findings", list(&self.findings))
            .with("notes", list(&self.notes))
            .with("left_out", list(&self.left_out))
    }
}

fn entry(entry: &Entry) -> Doc {
    Doc::object()
        .with("kind", entry.kind.name())
        .with_unless("path", entry.path.as_str(), &"")
        .with_some("line", entry.at.map(|at| Json::from(at.line)))
        .with_some("column", entry.at.map(|at| Json::from(at.column)))
        .with_some("part", entry.part.as_deref())
        .with("says", entry.says.as_str())
        .with_some("fix", entry.todo.as_deref())
        .with_some("lesson", entry.lesson)
}

/// A name may hold signs that move a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars()
        .map(
            |letter| {
                if letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') { '\u{fffd}' } else { letter }
            },
        )
        .collect()
}
