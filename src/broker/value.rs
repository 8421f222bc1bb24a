//! AMQP field tables: the values of headers and arguments.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::base::ordered::OrderedMap;

/// A name or routing key. Shared, because the same few travel with every message.
pub type Name = Arc<str>;

/// Headers of a message, or arguments of a method.
pub type Table = OrderedMap<Name, Value>;

/// AMQP names and routing keys are short strings (rule 6).
pub const SHORTSTR_BYTES_MAX: usize = 255;

/// A field-table value. AMQP's integer widths are one type here: RabbitMQ treats them as equivalent (rule 14).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// AMQP void: present, without a value.
    Void,
    Bool(bool),
    Int(i64),
    Double(f64),
    String(Name),
    /// Whole seconds.
    Timestamp(u64),
    Array(Vec<Value>),
    Table(Table),
}

impl Value {
    #[must_use]
    pub fn string(text: &str) -> Self {
        Self::String(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> Option<&Name> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Whether RabbitMQ's Erlang takes two values for the same. Since Erlang 27 it tells 0.0 from -0.0 (rule 41).
    pub(super) fn is_same(&self, other: &Self, zeros_differ: bool) -> bool {
        match (self, other) {
            (Self::Double(one), Self::Double(other)) => {
                let order = if zeros_differ { Some(one.total_cmp(other)) } else { one.partial_cmp(other) };
                order == Some(Ordering::Equal)
            }
            (Self::Array(ones), Self::Array(others)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| one.is_same(other, zeros_differ))
            }
            (Self::Table(ones), Self::Table(others)) => {
                let same = |((key, one), (name, other)): ((&Name, &Self), (&Name, &Self))| key == name && one.is_same(other, zeros_differ);
                ones.len() == others.len() && ones.iter().zip(others.iter()).all(same)
            }
            (one, other) => one == other,
        }
    }

    /// The word RabbitMQ uses for this type in its messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::Bool(_) => "bool",
            Self::Int(_) => "long",
            Self::Double(_) => "double",
            Self::String(_) => "longstr",
            Self::Timestamp(_) => "timestamp",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
        }
    }
}

/// A table as AMQP encodes it: its length, and for each value a short name and the type.
pub(super) fn encoded_table_bytes(table: &Table) -> u64 {
    4 + table.iter().map(|(name, value)| 1 + name.len() as u64 + encoded_bytes(value)).sum::<u64>()
}

/// The type, and the value. Integers are sent as `long`, the one type that error texts name as well.
fn encoded_bytes(value: &Value) -> u64 {
    1 + match value {
        Value::Void => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Double(_) | Value::Timestamp(_) => 8,
        Value::String(text) => 4 + text.len() as u64,
        Value::Array(items) => 4 + items.iter().map(encoded_bytes).sum::<u64>(),
        Value::Table(table) => encoded_table_bytes(table),
    }
}

/// As RabbitMQ prints a value inside quotes in an error text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Void => f.write_str("undefined"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Double(number) => write!(f, "{}", crate::base::number::Shortest(*number)),
            Self::String(text) => f.write_str(text),
            Self::Timestamp(seconds) => write!(f, "{seconds}"),
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Table(table) => {
                f.write_str("{")?;
                for (index, (key, value)) in table.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}
