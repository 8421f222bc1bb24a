//! Entries of definitions as parts of a broker.

use super::json::{At, Node, Spot};
use super::report::{Dangling, Entry, Kind};
use super::source::{Definitions, Item, is_built_in};
use crate::broker::{ApplyTo, ExchangeType, Name, Policy, Table, Value};
use crate::scenario::edit::Part;
use crate::scenario::{BindingSpec, BindingTarget, ExchangeSpec, Point, QueueSpec};

const OPERATOR_COMPONENT: &str = "operator_policy";

/// Beyond this, a number is no integer of AMQP.
const LONG: f64 = 9.2e18;

/// So much of a name is said.
const TOLD_BYTES: usize = 120;

/// A part, and the entry that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Kept<T> {
    pub part: T,
    pub path: String,
    pub byte: usize,
}

/// Collects what a report says, while a file is read.
pub(super) struct Telling<'a> {
    definitions: &'a Definitions<'a>,
    pub left_out: Vec<Entry>,
    pub dangling: Vec<Dangling>,
    /// Parts that stand in the file and do not come in.
    pub refused: Vec<Part>,
    pub notes: Vec<Entry>,
}

/// A name of a file, for a sentence. One that begins or ends with a blank stands in quotes.
pub(super) fn told(name: &str) -> String {
    let cut = if name.len() <= TOLD_BYTES { name.to_owned() } else { format!("{}…", &name[..name.floor_char_boundary(TOLD_BYTES)]) };
    if name.trim() == name { cut } else { format!("'{cut}'") }
}

impl<'a> Telling<'a> {
    pub const fn of(definitions: &'a Definitions<'a>) -> Self {
        Self { definitions, left_out: Vec::new(), dangling: Vec::new(), refused: Vec::new(), notes: Vec::new() }
    }

    fn entry(&self, kind: Kind, place: Option<(String, usize)>, part: Option<&str>, says: String, todo: &str) -> Entry {
        let (path, at): (String, Option<At>) =
            place.map_or_else(|| (String::new(), None), |(path, byte)| (path, Some(self.definitions.at(byte))));
        let todo = (!todo.is_empty()).then(|| todo.to_owned());
        Entry { kind, path, at, part: part.map(told), shown_by: None, says, todo, lesson: None }
    }

    pub fn leave_out(&mut self, kind: Kind, place: Option<(String, usize)>, part: Option<&str>, says: String, todo: &str) {
        let entry = self.entry(kind, place, part, says, todo);
        self.left_out.push(entry);
    }

    pub fn note(&mut self, kind: Kind, place: Option<(String, usize)>, part: Option<&str>, says: String, todo: &str) {
        let entry = self.entry(kind, place, part, says, todo);
        self.notes.push(entry);
    }

    fn without(&mut self, kind: Kind, item: &Item, part: Option<&str>, says: String) {
        self.leave_out(kind, Some((item.path(), item.spot.byte)), part, says, "");
    }

    /// Of an argument or a field within an entry.
    fn within(&mut self, kind: Kind, item: &Item, field: &str, spot: &Spot, says: String, todo: &str) {
        let part = item.text("name");
        self.note(kind, Some((format!("{}.{field}", item.path()), spot.byte)), part, says, todo);
    }

    /// The name of an entry. None: it has none, and the entry has been left out.
    fn name(&mut self, item: &Item) -> Option<Name> {
        match item.text("name") {
            Some(name) if is_built_in(name) => {
                let says = if name.is_empty() {
                    "RabbitMQ has the default exchange by itself, and skips the entry.".to_owned()
                } else {
                    format!("RabbitMQ skips '{}', because its name begins with amq.", told(name))
                };
                self.without(Kind::BuiltIn, item, Some(name), says);
                None
            }
            Some(name) => Some(name.into()),
            None => {
                self.without(Kind::NoName, item, None, format!("{} has no name that is a text: RabbitMQ refuses the file.", item.path()));
                None
            }
        }
    }

    fn flag(&mut self, item: &Item, field: &'static str, default: bool) -> bool {
        match item.spot.get(field) {
            None => default,
            Some(spot) => spot.flag().unwrap_or_else(|| {
                let says = format!("{field} of {} is neither true nor false: {default} is assumed.", item.path());
                self.within(Kind::FieldUnfit, item, field, spot, says, &format!("write true or false as {field}"));
                default
            }),
        }
    }

    fn arguments(&mut self, item: &Item, field: &'static str) -> Table {
        let Some(spot) = item.spot.get(field) else { return Table::new() };
        // Some releases wrote an empty table as a list, or as null.
        if spot.items().is_empty() && matches!(spot.node, Node::List(_) | Node::Null) {
            return Table::new();
        }
        if !spot.is_object() {
            self.within(Kind::FieldUnfit, item, field, spot, format!("{field} of {} are no object: none are taken.", item.path()), "");
        }
        let mut table = Table::new();
        for field_of in spot.fields() {
            if let Some(value) = value(&field_of.value) {
                table.insert(field_of.name.as_str().into(), value);
                continue;
            }
            let name = told(&field_of.name);
            let says = format!("The argument {name} of {} is null, or a number that AMQP has not.", item.path());
            let place = Some((format!("{}.{field}.{name}", item.path()), field_of.value.byte));
            let todo = format!("remove {name}: RabbitMQ refuses the file");
            self.leave_out(Kind::NullArgument, place, item.text("name"), says, &todo);
        }
        table
    }

    pub fn exchange(&mut self, item: &Item) -> Option<Kept<ExchangeSpec>> {
        let name = self.name(item)?;
        let word = item.text("type").unwrap_or_default();
        let Some(kind) = ExchangeType::from_name(word) else {
            let says = if word.is_empty() {
                format!("The exchange {} has no type: RabbitMQ refuses the file.", told(&name))
            } else {
                format!("The exchange {} has the type {}, which is not simulated.", told(&name), told(word))
            };
            self.without(Kind::Unsupported, item, Some(&name), says);
            return None;
        };
        let internal = self.flag(item, "internal", false);
        if internal {
            let says = format!("RabbitMQ's exports leave out the internal exchange {}.", told(&name));
            self.note(Kind::NotExported, Some((item.path(), item.spot.byte)), Some(&name), says, "");
        }
        let part = ExchangeSpec {
            durable: self.flag(item, "durable", true),
            auto_delete: self.flag(item, "auto_delete", false),
            arguments: self.arguments(item, "arguments"),
            at: Point::default(),
            name,
            kind,
            internal,
        };
        Some(Kept { part, path: item.path(), byte: item.spot.byte })
    }

    pub fn queue(&mut self, item: &Item) -> Option<Kept<QueueSpec>> {
        let name = self.name(item)?;
        let arguments = self.arguments(item, "arguments");
        // RabbitMQ looks at the argument alone.
        if let Some(word) = item.text("type")
            && word != "classic"
            && !arguments.contains_key("x-queue-type")
            && let Some(spot) = item.spot.get("type")
        {
            let says = format!("RabbitMQ ignores the field type of {}: only x-queue-type counts.", told(&name));
            self.within(Kind::TypeField, item, "type", spot, says, &format!("add x-queue-type {} to its arguments", told(word)));
        }
        let (durable, auto_delete) = (self.flag(item, "durable", true), self.flag(item, "auto_delete", false));
        Some(Kept {
            part: QueueSpec { name, at: Point::default(), durable, auto_delete, arguments, messages: 0 },
            path: item.path(),
            byte: item.spot.byte,
        })
    }

    pub fn binding(&mut self, item: &Item) -> Option<Kept<BindingSpec>> {
        let (source, to) = (item.text("source"), item.text("destination"));
        let (Some(source), Some(to)) = (source, to) else {
            self.without(
                Kind::NoName,
                item,
                None,
                format!("{} names no source or no destination: RabbitMQ refuses the file.", item.path()),
            );
            return None;
        };
        if source.is_empty() {
            let says = format!("The default exchange leads to every queue by itself: {} adds nothing.", item.path());
            self.without(Kind::BuiltIn, item, Some(to), says);
            return None;
        }
        let destination = match item.text("destination_type") {
            Some("queue") => BindingTarget::Queue(to.into()),
            Some("exchange") => BindingTarget::Exchange(to.into()),
            _ => {
                let says = format!("The destination type of {} is neither queue nor exchange: RabbitMQ refuses the file.", item.path());
                self.without(Kind::Refused, item, Some(to), says);
                return None;
            }
        };
        let routing_key = item.text("routing_key").unwrap_or_else(|| {
            let spot = item.spot.get("routing_key").unwrap_or(item.spot);
            let says = format!("{} has no routing key that is a text: an empty one is assumed.", item.path());
            self.within(Kind::FieldUnfit, item, "routing_key", spot, says, "write a routing key");
            ""
        });
        let part = BindingSpec {
            source: source.into(),
            destination,
            routing_key: routing_key.into(),
            arguments: self.arguments(item, "arguments"),
        };
        Some(Kept { part, path: item.path(), byte: item.spot.byte })
    }

    /// Of the list of policies, or of operator policies in a section.
    pub fn policy(&mut self, item: &Item, operator: bool) -> Option<Kept<Policy>> {
        let Some(name) = item.text("name") else {
            self.without(Kind::NoName, item, None, format!("The policy {} has no name: RabbitMQ refuses the file.", item.path()));
            return None;
        };
        self.policy_of(item, name, item.spot, operator)
    }

    /// An operator policy among the parameters. None for another parameter, which is left out.
    pub fn parameter(&mut self, item: &Item) -> Option<Kept<Policy>> {
        let (component, name) = (item.text("component").unwrap_or_default(), item.text("name").unwrap_or_default());
        if component != OPERATOR_COMPONENT {
            let says = format!("The parameter {} of {} is not simulated.", told(name), told(component));
            self.without(Kind::Parameter, item, Some(name), says);
            return None;
        }
        let value = item.spot.get("value")?;
        self.policy_of(item, name, value, true)
    }

    fn policy_of(&mut self, item: &Item, name: &str, spot: &Spot, operator: bool) -> Option<Kept<Policy>> {
        let word = spot.get("apply-to").or_else(|| spot.get("apply_to")).map_or(Some("all"), Spot::text);
        let apply_to = ApplyTo::ALL.iter().find(|(known, _)| Some(*known) == word).map(|(_, apply_to)| *apply_to);
        let pattern = spot.get("pattern").and_then(Spot::text);
        let (Some(apply_to), Some(pattern)) = (apply_to, pattern) else {
            let says = format!("The policy {} has no pattern, or an unknown apply-to: RabbitMQ refuses the file.", told(name));
            self.without(Kind::Refused, item, Some(name), says);
            return None;
        };
        let of_value = Item { list: item.list, index: item.index, spot };
        let definition = self.arguments(&of_value, "definition");
        let priority = match spot.get("priority").map(|priority| &priority.node) {
            Some(Node::Number(number)) => number.as_i64().unwrap_or_default(),
            _ => 0,
        };
        let part = Policy { name: name.into(), pattern: pattern.to_owned(), apply_to, definition, priority, operator };
        Some(Kept { part, path: item.path(), byte: item.spot.byte })
    }
}

/// As RabbitMQ reads it. None for null, which it refuses, and for a number that no AMQP integer holds.
fn value(spot: &Spot) -> Option<Value> {
    Some(match &spot.node {
        Node::Null => return None,
        Node::Bool(flag) => Value::Bool(*flag),
        // An integer that is too large was read as a fraction.
        Node::Number(number) if number.is_f64() => Value::Double(number.as_f64().filter(|number| number.abs() < LONG)?),
        Node::Number(number) => Value::Int(number.as_i64()?),
        Node::Text(text) => Value::string(text),
        Node::List(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        Node::Object(fields) => {
            let mut table = Table::new();
            for field in fields {
                table.insert(field.name.as_str().into(), value(&field.value)?);
            }
            Value::Table(table)
        }
    })
}
