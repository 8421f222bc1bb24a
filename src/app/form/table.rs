//! What the table of fields is made of.

/// A field of an element: its place in the element's file form, its name, and its meaning.
pub struct Field {
    /// Keys with dots between them; nothing is the same place.
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub kind: Kind,
}

/// What a field holds.
pub enum Kind {
    Text,
    /// A whole number.
    Whole,
    Number,
    /// With what it is when the file does not say.
    Flag(bool),
    /// Words of the file, and what they are called; the first is the default.
    Words(&'static [(&'static str, &'static str)]),
    /// An exchange; with a word for none, where there may be none.
    Exchange(&'static str),
    Queue,
    Service,
    Json,
    /// An argument of queues, under its name in the broker's table: that says which values it takes.
    Argument {
        /// What holds without it; empty where a choice or a tick says so itself.
        usual: &'static str,
        /// What marks a queue that has it, as RabbitMQ's own pages do.
        badge: Option<&'static str>,
        /// Words for its values, where they need any; the empty one is none at all.
        called: &'static [(&'static str, &'static str)],
    },
    /// Rarely changed, with what holds where the file says nothing; a flag and one of several shapes say that themselves.
    Rare(&'static str, &'static Kind),
    /// What holds where the file says nothing.
    Usual(&'static str, &'static Kind),
    /// One of several shapes.
    OneOf {
        /// What stays when another shape is chosen.
        keeps: &'static [&'static str],
        shapes: &'static [Shape],
    },
    /// Fields that several elements have in common.
    Group(&'static [Field]),
    List {
        label: &'static str,
        beginnings: Beginnings,
        fields: &'static [Field],
    },
}

impl Kind {
    /// What it holds, whether that is rarely changed or not.
    pub const fn plain(&self) -> &Self {
        match self {
            Self::Rare(_, kind) | Self::Usual(_, kind) => kind,
            _ => self,
        }
    }
}

/// What a new entry of a list may begin as.
pub enum Beginnings {
    These(&'static [Template]),
    /// As each of these shapes.
    Shapes(&'static [Shape]),
}

/// What something new begins as. In its JSON `"$exchange"`, `"$queue"`, `"$service"` and `"$endpoint"` stand for one that is there.
pub struct Template {
    pub label: &'static str,
    pub json: &'static str,
}

/// One of the shapes that a value may have.
pub struct Shape {
    pub name: &'static str,
    /// What it begins as, as in [`Template`].
    pub template: &'static str,
    pub distinguished: By,
    /// An entry of a list with this shape, in a few words: `{key}` is what stands there.
    pub title: &'static str,
    pub fields: &'static [Field],
}

impl Shape {
    /// No value, under this name.
    pub const fn absent(name: &'static str) -> Self {
        Self { name, template: "null", distinguished: By::Absence, title: "", fields: &[] }
    }
}

/// How a value shows that it has a shape.
pub enum By {
    /// There is nothing, or null.
    Absence,
    Number,
    /// It is this text.
    Text(&'static str),
    /// It has this key.
    Key(&'static str),
    /// It has this text under a key.
    Value(&'static str, &'static str),
}

/// A list of the scenario whose entries are separate elements.
pub struct Entries {
    pub label: &'static str,
    pub beginnings: &'static [Template],
    pub fields: &'static [Field],
}
