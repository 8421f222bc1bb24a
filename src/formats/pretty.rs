//! Writing JSON for people: fields in the order of the format, what is short on one line.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::scenario::json_object;

const COLUMNS_MAX: usize = 120;

/// A document to be written.
#[derive(Clone, Debug)]
pub enum Doc {
    Value(Json),
    List(Vec<Doc>),
    Object(Vec<(&'static str, Doc)>),
}

impl<T: Into<Json>> From<T> for Doc {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

impl Doc {
    #[must_use]
    pub fn object() -> Self {
        Self::Object(Vec::new())
    }

    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Self>) -> Self {
        if let Self::Object(fields) = &mut self {
            fields.push((name, value.into()));
        }
        self
    }

    /// What a reader would assume anyway is left out.
    #[must_use]
    pub fn with_unless<T: PartialEq + Into<Self>>(self, name: &'static str, value: T, default: &T) -> Self {
        if value == *default { self } else { self.with(name, value) }
    }

    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Self>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// An empty list is left out.
    #[must_use]
    pub fn with_list(self, name: &'static str, items: impl IntoIterator<Item = Self>) -> Self {
        let items: Vec<Self> = items.into_iter().collect();
        if items.is_empty() { self } else { self.with(name, Self::List(items)) }
    }

    /// The fields of another object, behind one's own.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if let (Self::Object(own), Self::Object(others)) = (&mut self, other) {
            own.extend(others);
        }
        self
    }

    #[must_use]
    pub fn into_json(self) -> Json {
        match self {
            Self::Value(value) => value,
            Self::List(items) => items.into_iter().map(Self::into_json).collect(),
            Self::Object(fields) => json_object(fields.into_iter().map(|(name, value)| (name.to_owned(), value.into_json()))),
        }
    }

    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0, 0);
        out.push('\n');
        out
    }

    /// Begins at this column, in a block with this indentation.
    fn write(&self, out: &mut String, indent: usize, column: usize) {
        let line = self.on_one_line();
        let items = match self {
            Self::Value(_) => return out.push_str(&line),
            _ if column + line.chars().count() <= COLUMNS_MAX && indent > 0 => return out.push_str(&line),
            Self::List(items) => items.iter().map(|item| (None, item)).collect::<Vec<_>>(),
            Self::Object(fields) => fields.iter().map(|(name, value)| (Some(*name), value)).collect(),
        };
        let is_list = matches!(self, Self::List(_));
        out.push(if is_list { '[' } else { '{' });
        for (index, (name, value)) in items.iter().enumerate() {
            out.push_str(if index == 0 { "\n" } else { ",\n" });
            out.extend(std::iter::repeat_n(' ', indent + 2));
            let mut column = indent + 3;
            if let Some(name) = name {
                let _ = write!(out, "\"{name}\": ");
                column += name.len() + 4;
            }
            value.write(out, indent + 2, column);
        }
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        out.push(if is_list { ']' } else { '}' });
    }

    /// All of it on one line.
    #[must_use]
    pub fn to_line(&self) -> String {
        self.on_one_line()
    }

    fn on_one_line(&self) -> String {
        match self {
            Self::Value(value) => one_line(value),
            Self::List(items) => format!("[{}]", items.iter().map(Self::on_one_line).collect::<Vec<_>>().join(", ")),
            Self::Object(fields) if fields.is_empty() => "{}".into(),
            Self::Object(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": {}", value.on_one_line())).collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }
}

fn one_line(value: &Json) -> String {
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", Json::from(name.as_str()), one_line(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
