//! Forms for every element of a scenario. A table says which fields there are and what each means. A form is rows, made of that table and
//! of the element. A typed value becomes an [`Edit`] that puts a changed element in its place.
//!
//! A field reads and writes the element's own file form, one JSON object of a few lines: `formats::scenario_file::element` writes it and
//! reads it back, and says what cannot be. This was chosen before pairs of functions for each of the 130 fields. The file's names and its
//! reader exist already and are tested. Shapes and lists need no separate code, and it is the smallest in the page. Only the one element is
//! written and read: what the form does not show cannot change.

use crate::app::search::Wanted;
use crate::app::texts::{form as texts, line as line_texts};
use crate::broker::queue::Kind as QueueKind;
use crate::broker::queue::settings::{QUEUE_ARGUMENTS, QueueArgument, Takes};
use crate::formats::amqp_json::value_to_json;
pub use crate::formats::place::Change;
use crate::formats::place::{self, Key};
use crate::formats::scenario_file::element;
use crate::scenario::edit::{Edit, Line, Part, Slot};
use crate::scenario::{BindingSpec, BindingTarget, Json, Name, QueueSpec, Scenario, Trigger};
use fields::broker::{BINDING, EXCHANGE, POLICIES, QUEUE};
use fields::scenario::{CLIENT, EXPECTS, HINTS, LINKS, SERVICE, SETTINGS};
use table::{Beginnings, Entries};
use value::{among, fill, keeping, named, plain, says_more, shape_of, shown, title};

mod fields;
mod marks;
mod spot;
mod table;
mod value;

pub use marks::{Badge, badges, marks};
pub use spot::Spot;
pub use value::{parse, why_not_json};

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Two quotes are the empty text.
    Text,
    /// A whole number; nothing typed is the default.
    Whole,
    Number,
    /// With what it is where the file does not say.
    Flag(bool),
    /// What is chosen is JSON already: `null` takes the field away.
    Choice(Vec<(String, String)>),
    /// JSON as it stands in the file.
    Json,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub at: Spot,
    pub label: &'static str,
    /// RabbitMQ's own name of the argument.
    pub own: Option<&'static str>,
    /// What it means.
    pub help: &'static str,
    pub kind: Kind,
    /// What it is now.
    pub text: String,
    /// What holds where nothing is typed; empty: nothing that can be said.
    pub usual: &'static str,
    /// Why it has no effect here, though it is set.
    pub idle: Option<String>,
}

/// What a field that is rarely changed says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    pub label: &'static str,
    pub value: String,
    pub is_default: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Field(Field),
    /// An entry of a list, with its fields: it can be moved and taken away.
    Item {
        at: Spot,
        title: String,
        rows: Vec<Row>,
        index: usize,
        /// How many there are in the list; 1 where order means nothing.
        of: usize,
    },
    /// Fields that are rarely changed, and what they say.
    Advanced {
        rows: Vec<Row>,
        stated: Vec<Stated>,
    },
    /// Something can be added here: what it is called, and its JSON.
    Add {
        at: Spot,
        label: &'static str,
        choices: Vec<(&'static str, Json)>,
    },
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Part(Part),
    /// The bindings that lead to a queue.
    BindingsTo(Name),
    /// What the parts at its ends say of a line.
    Line(Line),
    /// The scenario as a whole.
    Scenario,
}

/// The rows of a form.
#[must_use]
pub fn rows(scenario: &Scenario, about: &About) -> Vec<Row> {
    let form = Form { scenario };
    let mut rows = Vec::new();
    match about {
        About::Scenario => {
            form.element(&SETTINGS, Slot::Settings, &mut rows);
            form.entries(&LINKS, scenario.network.links.len(), Slot::Link, &mut rows);
            form.entries(&POLICIES, scenario.broker.policies.len(), Slot::Policy, &mut rows);
            form.entries(&EXPECTS, scenario.expects.len(), Slot::Expectation, &mut rows);
            form.entries(&HINTS, scenario.hints.len(), Slot::Hint, &mut rows);
        }
        About::BindingsTo(name) => {
            let leads_there = |binding: &BindingSpec| matches!(&binding.destination, BindingTarget::Queue(queue) if queue == name);
            form.bindings(leads_there, |binding| texts::binding_from(&binding.source, &binding.routing_key), &mut rows);
        }
        About::Line(line) => return of_line(scenario, line),
        About::Part(part) => {
            let Some(slot) = Slot::of_part(scenario, part) else { return rows };
            match part {
                Part::Client(_) => form.element(&CLIENT, slot, &mut rows),
                Part::Service(_) => form.element(&SERVICE, slot, &mut rows),
                Part::Queue(_) => form.element(&QUEUE, slot, &mut rows),
                Part::Exchange(name) => {
                    form.element(&EXCHANGE, slot, &mut rows);
                    let title = |binding: &BindingSpec| texts::binding_to(&binding.destination.name());
                    form.bindings(|binding| binding.source == *name, title, &mut rows);
                }
            }
        }
    }
    rows
}

/// The rows of the part that has a line, as far as they are about the line.
fn of_line(scenario: &Scenario, line: &Line) -> Vec<Row> {
    let of_part = |part: Part| self::rows(scenario, &About::Part(part));
    let arguments = |part: Part, named: &'static str| {
        let is_meant = move |at: &Spot| at.to_string().split(".arguments.").nth(1).is_some_and(|name| name.starts_with(named));
        about(of_part(part), "", &is_meant)
    };
    let of_steps = |service: &Name| {
        let Some(slot) = Slot::of_part(scenario, &Part::Service(service.clone())) else { return Vec::new() };
        let steps: Vec<Spot> = line.steps(scenario).into_iter().map(|at| Spot::of(slot).at_step(at)).collect();
        let on_failure = line.handlers(scenario).into_iter().map(|index| Spot::of(slot).field("handlers").item(index).field("on_failure"));
        let policies: Vec<Spot> = on_failure.collect();
        let is_meant = |at: &Spot| steps.contains(at) || policies.iter().any(|policy| at.begins_with(policy));
        about(of_part(Part::Service(service.clone())), "", &is_meant)
    };
    match line {
        Line::Binding(number) => {
            let mut rows = Vec::new();
            Form { scenario }.element(&BINDING, Slot::Binding(*number), &mut rows);
            rows
        }
        Line::DeadLetters(queue) => arguments(Part::Queue(queue.clone()), "x-dead-letter-"),
        Line::Alternate(exchange) => arguments(Part::Exchange(exchange.clone()), "alternate-exchange"),
        Line::Consumes { service, .. } => {
            let part = Part::Service(service.clone());
            let Some(slot) = Slot::of_part(scenario, &part) else { return Vec::new() };
            let handlers = line.handlers(scenario).into_iter().map(|index| Spot::of(slot).field("handlers").item(index).field("on"));
            let triggers: Vec<Spot> = handlers.collect();
            about(of_part(part), "", &|at| triggers.iter().any(|on| at.begins_with(on) && at != on))
        }
        Line::Calls { from, .. } if matches!(from, Part::Client(_)) => of_part(from.clone()),
        Line::Calls { from: service, .. } => of_steps(service.name()),
        Line::Publishes { service, .. } | Line::Asks { service, .. } => of_steps(service),
    }
}

/// The rows that are meant, out of all entries; an entry says of which other one it is.
fn about(rows: Vec<Row>, of: &str, is_meant: &dyn Fn(&Spot) -> bool) -> Vec<Row> {
    let mut found = Vec::new();
    for row in rows {
        match row {
            Row::Field(field) if is_meant(&field.at) => found.push(Row::Field(field)),
            Row::Item { at, title, rows, index, .. } if is_meant(&at) => {
                let title = if of.is_empty() { title } else { line_texts::step_of(of, &title) };
                found.push(Row::Item { at, title, rows, index, of: 1 });
            }
            Row::Item { title, rows, .. } => found.extend(about(rows, &title, is_meant)),
            Row::Advanced { rows, .. } => found.extend(about(rows, of, is_meant)),
            Row::Field(_) | Row::Add { .. } => {}
        }
    }
    found
}

/// The field of a part's name; none: there is no such part.
#[must_use]
pub fn name_of(scenario: &Scenario, part: &Part) -> Option<Spot> {
    Slot::of_part(scenario, part).map(|slot| Spot::of(slot).field("name"))
}

/// The edit that makes a change at a spot.
///
/// # Errors
/// Why what was typed cannot be there.
pub fn edit(scenario: &Scenario, at: &Spot, change: &Change) -> Result<Edit, String> {
    let gone = || texts::there_is_no_any_more(&at);
    let put = |json: &Json| {
        let element = Box::new(element::from_json(at.slot, json)?);
        Ok(Edit::Put { index: at.slot.index(), element })
    };
    if at.path.is_empty() {
        return match change {
            Change::Add(json) => put(json),
            Change::Remove => Ok(Edit::Take(at.slot)),
            Change::Move(to) => Ok(Edit::Reorder { slot: at.slot, to: *to }),
            Change::Insert(_) | Change::Set(_) => Err(gone()),
        };
    }
    let mut json = element::to_json(&at.slot.element(scenario).ok_or_else(gone)?);
    place::change(&mut json, &at.path, change).ok_or_else(gone)?;
    put(&json)
}

struct Form<'a> {
    scenario: &'a Scenario,
}

/// The rows of an element or an entry, as they are made.
#[derive(Default)]
struct Made {
    rows: Vec<Row>,
    rare: Vec<Row>,
    stated: Vec<Stated>,
    /// Whether what is made next is rare.
    is_rare: bool,
}

impl Made {
    fn push(&mut self, row: Row) {
        if self.is_rare { &mut self.rare } else { &mut self.rows }.push(row);
    }

    /// What is rarely changed comes last.
    fn whole(mut self) -> Vec<Row> {
        if !self.rare.is_empty() {
            self.rows.push(Row::Advanced { rows: self.rare, stated: self.stated });
        }
        self.rows
    }
}

/// What a field says, and whether it says the default.
#[must_use]
pub fn stated(field: &Field) -> Stated {
    let (value, is_default) = match &field.kind {
        Kind::Flag(default) => (texts::on_or_off(field.text == "true").to_owned(), field.text == default.to_string()),
        Kind::Choice(options) => {
            let chosen = options.iter().position(|(value, _)| *value == field.text).unwrap_or(0);
            (options.get(chosen).map(|(_, words)| words.clone()).unwrap_or_default(), chosen == 0)
        }
        Kind::Text | Kind::Whole | Kind::Number | Kind::Json if field.text.is_empty() => (field.usual.to_owned(), true),
        Kind::Text | Kind::Whole | Kind::Number | Kind::Json => (field.text.clone(), false),
    };
    Stated { label: field.label, value, is_default }
}

/// What stands at a spot of an element.
#[derive(Clone, Copy)]
struct Here<'a> {
    at: &'a Spot,
    value: Option<&'a Json>,
}

impl Form<'_> {
    fn element(&self, fields: &[table::Field], slot: Slot, rows: &mut Vec<Row>) {
        let json = slot.element(self.scenario).map(|element| element::to_json(&element));
        let mut made = Made::default();
        self.fields(fields, Here { at: &Spot::of(slot), value: json.as_ref() }, &mut made);
        rows.extend(made.whole());
    }

    /// The bindings that are meant, an entry each.
    fn bindings(&self, is_meant: impl Fn(&BindingSpec) -> bool, title: impl Fn(&BindingSpec) -> String, rows: &mut Vec<Row>) {
        for (index, binding) in self.scenario.broker.bindings.iter().enumerate().filter(|(_, binding)| is_meant(binding)) {
            let slot = Slot::Binding(index);
            let mut fields = Vec::new();
            self.element(&BINDING, slot, &mut fields);
            rows.push(Row::Item { at: Spot::of(slot), title: title(binding), rows: fields, index, of: 1 });
        }
    }

    /// A list of the scenario, and what can be added to it.
    fn entries(&self, entries: &Entries, count: usize, slot: fn(usize) -> Slot, rows: &mut Vec<Row>) {
        for index in 0..count {
            let json = slot(index).element(self.scenario).map(|element| element::to_json(&element));
            let at = Spot::of(slot(index));
            let here = Here { at: &at, value: json.as_ref() };
            rows.push(self.item(entries.fields, here, index, count));
        }
        let choices = entries.beginnings.iter().map(|template| (template.label, self.filled(template.json))).collect();
        rows.push(Row::Add { at: Spot::of(slot(count)), label: entries.label, choices });
    }

    fn item(&self, fields: &[table::Field], here: Here, index: usize, of: usize) -> Row {
        let mut made = Made::default();
        self.fields(fields, here, &mut made);
        Row::Item { at: here.at.clone(), title: title(fields, here.value), rows: made.whole(), index, of }
    }

    /// Every exchange, the default one too; and a word for none, where there may be none.
    fn exchanges(&self, none: &str) -> Vec<(String, String)> {
        let none = (!none.is_empty()).then(|| ("null".to_owned(), none.to_owned()));
        let default = (Json::from("").to_string(), texts::DEFAULT_EXCHANGE.to_owned());
        none.into_iter().chain([default]).chain(self.scenario.broker.exchanges.iter().map(|one| named(&one.name))).collect()
    }

    /// A beginning that speaks of what is there.
    fn filled(&self, template: &str) -> Json {
        let scenario = self.scenario;
        let served = scenario.services.iter().find_map(|service| {
            service.handlers.iter().find_map(|handler| match &handler.trigger {
                crate::scenario::Trigger::Http { path } => Some((&*service.name, &**path)),
                _ => None,
            })
        });
        let service = served.map(|(service, _)| service).or_else(|| scenario.services.first().map(|service| &*service.name));
        let names = [
            ("$exchange", scenario.broker.exchanges.first().map_or("", |one| &*one.name)),
            ("$queue", scenario.broker.queues.first().map_or("", |one| &*one.name)),
            ("$service", service.unwrap_or_default()),
            ("$endpoint", served.map_or("POST /orders", |(_, path)| path)),
        ];
        let mut json = serde_json::from_str(template).unwrap_or_default();
        fill(&mut json, &names);
        json
    }

    fn fields(&self, fields: &[table::Field], here: Here, made: &mut Made) {
        for field in fields {
            let at = here.at.field(field.key);
            let value = here.value.and_then(|value| place::get(value, &at.path[here.at.path.len()..]));
            if field.key == "offset" && value.is_none() && !self.is_stream(here.value) {
                continue; // other queues have none
            }
            if self.is_foreign(field, at.slot) && !says_more(field, value) {
                continue;
            }
            let (is_rare, here) = (made.is_rare, Here { at: &at, value });
            if let table::Kind::Rare(usual, kind) = &field.kind {
                made.is_rare = true;
                let first = made.rare.len();
                self.field(field, kind, usual, here, made);
                if let Some(Row::Field(field)) = made.rare.get(first).filter(|_| !is_rare) {
                    made.stated.push(stated(field));
                }
            } else {
                self.field(field, &field.kind, "", here, made);
            }
            made.is_rare = is_rare;
        }
    }

    /// What begins the handler that this place is of.
    fn trigger(&self, at: &Spot) -> Option<&Trigger> {
        match (at.slot, &*at.path) {
            (Slot::Service(service), [Key::Field("handlers"), Key::Index(handler), ..]) => {
                Some(&self.scenario.services.get(service)?.handlers.get(*handler)?.trigger)
            }
            _ => None,
        }
    }

    /// The queue that an element is.
    fn queue(&self, slot: Slot) -> Option<&QueueSpec> {
        if let Slot::Queue(index) = slot { self.scenario.broker.queues.get(index) } else { None }
    }

    /// Whether a queue of this type, or RabbitMQ of this version, lacks what the field says.
    fn is_foreign(&self, field: &table::Field, slot: Slot) -> bool {
        let Some(queue) = self.queue(slot) else { return false };
        match field.kind {
            // Quorum queues and streams are always durable, and never go by themselves.
            table::Kind::Flag(_) => queue.kind() != QueueKind::Classic,
            _ => argument(field.key).is_some_and(|argument| !argument.is_heeded_by(queue.kind(), self.scenario.broker.profile)),
        }
    }

    /// The policy that sets what a field would, where the queue itself does not; and the value.
    fn by_policy(&self, field: &table::Field, slot: Slot) -> Option<(&str, Json)> {
        let queue = self.queue(slot)?;
        let argument = argument(field.key).filter(|argument| !queue.arguments.contains_key(argument.name))?;
        let (_, policy) = self.scenario.broker.policy_for(queue)?;
        Some((&policy.name, value_to_json(policy.definition.get(argument.policy_key()?)?)))
    }

    /// What is said beside a field that has no effect here, or that a policy sets.
    fn idle(&self, field: &table::Field, slot: Slot) -> Option<String> {
        if let Some((policy, value)) = self.by_policy(field, slot) {
            return Some(texts::set_by_a_policy(policy, &value));
        }
        let queue = self.queue(slot).filter(|_| self.is_foreign(field, slot))?;
        let profile = self.scenario.broker.profile;
        let is_refused = argument(field.key).is_none_or(|argument| argument.is_refused_for(queue.kind(), profile));
        Some(if is_refused { texts::refused(queue.kind(), profile) } else { texts::ignored(profile) })
    }

    /// Whether a trigger's queue is a stream.
    fn is_stream(&self, trigger: Option<&Json>) -> bool {
        let name = trigger.and_then(|trigger| trigger.get("queue")).and_then(Json::as_str);
        let queue = self.scenario.broker.queues.iter().find(|queue| name == Some(&queue.name));
        queue.is_some_and(|queue| queue.kind() == QueueKind::Stream)
    }

    fn field(&self, field: &table::Field, kind: &table::Kind, usual: &'static str, here: Here, made: &mut Made) {
        let (label, help, own) = (field.label, field.help, field.key.strip_prefix("arguments."));
        let Here { at, value } = here;
        let usual = if let table::Kind::Argument { usual, .. } = kind { *usual } else { usual };
        let mut add = |kind: Kind, text: String| {
            let idle = self.idle(field, at.slot);
            made.push(Row::Field(Field { at: at.clone(), label, own, help, kind, text, usual, idle }));
        };
        let json = || value.map_or_else(|| "null".to_owned(), ToString::to_string);
        match kind {
            table::Kind::Rare(usual, kind) | table::Kind::Usual(usual, kind) => self.field(field, kind, usual, here, made),
            table::Kind::Text => add(Kind::Text, value.and_then(Json::as_str).map_or_else(|| plain(value), shown)),
            table::Kind::Whole => add(Kind::Whole, plain(value)),
            table::Kind::Number => add(Kind::Number, plain(value)),
            table::Kind::Json => add(Kind::Json, value.map(ToString::to_string).unwrap_or_default()),
            table::Kind::Flag(default) => add(Kind::Flag(*default), value.and_then(Json::as_bool).unwrap_or(*default).to_string()),
            table::Kind::Words(words) => {
                let options: Vec<_> = words.iter().map(|(word, shown)| (Json::from(*word).to_string(), (*shown).to_owned())).collect();
                let now = json();
                let now = if options.iter().any(|(option, _)| *option == now) { now } else { options[0].0.clone() };
                add(Kind::Choice(options), now);
            }
            table::Kind::Argument { called, .. } => match argument(field.key).map(|argument| &argument.takes) {
                Some(Takes::Integer(_)) => add(Kind::Whole, plain(value)),
                Some(Takes::Flag) => add(Kind::Flag(false), value.and_then(Json::as_bool).unwrap_or_default().to_string()),
                Some(Takes::Exchange) => {
                    let none = called.first().map_or("", |(_, none)| *none);
                    let none = if self.by_policy(field, at.slot).is_some() { texts::AS_THE_POLICY_SAYS } else { none };
                    let (options, now) = among(self.exchanges(none), value);
                    add(Kind::Choice(options), now);
                }
                Some(Takes::OneOf(words)) => {
                    let word = |word: &str| called.iter().find(|(known, _)| *known == word).map_or(word, |(_, shown)| *shown).to_owned();
                    // Without the argument the first word holds; a file may say it all the same.
                    let says_first = value.and_then(Json::as_str) == words.first().copied();
                    let options = words.iter().enumerate().map(|(index, one)| {
                        let json = if index == 0 && !says_first { Json::Null } else { Json::from(*one) };
                        (json.to_string(), word(one))
                    });
                    let (options, now) = among(options.collect(), value);
                    add(Kind::Choice(options), now);
                }
                Some(Takes::Text | Takes::Age) | None => add(Kind::Text, value.and_then(Json::as_str).map_or_else(|| plain(value), shown)),
            },
            table::Kind::Exchange(none) => {
                let (options, now) = among(self.exchanges(none), value);
                add(Kind::Choice(options), now);
            }
            table::Kind::Queue => {
                let (options, now) = among(self.scenario.broker.queues.iter().map(|one| named(&one.name)).collect(), value);
                add(Kind::Choice(options), now);
            }
            table::Kind::Service => {
                let (options, now) = among(self.scenario.services.iter().map(|one| named(&one.name)).collect(), value);
                add(Kind::Choice(options), now);
            }
            table::Kind::OneOf { keeps, shapes } => {
                let chosen = shape_of(shapes, value);
                let trigger = self.trigger(at);
                let possible = shapes.iter().enumerate().filter(|(index, shape)| *index == chosen || shape.is_possible(trigger));
                let options = possible.map(|(index, shape)| {
                    let text = if index == chosen { json() } else { keeping(self.filled(shape.template), keeps, value).to_string() };
                    (text, shape.name_for(trigger).to_owned())
                });
                let options: Vec<_> = options.collect();
                let now = json();
                add(Kind::Choice(options), now);
                self.fields(shapes[chosen].fields, here, made);
            }
            table::Kind::Group(fields) => self.fields(fields, here, made),
            table::Kind::List { label, beginnings, fields } => {
                let items = value.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
                for (index, item) in items.iter().enumerate() {
                    let at = at.item(index);
                    made.push(self.item(fields, Here { at: &at, value: Some(item) }, index, items.len()));
                }
                let choices = match beginnings {
                    Beginnings::These(templates) => templates.iter().map(|template| (template.label, self.filled(template.json))).collect(),
                    Beginnings::Shapes(shapes) => {
                        let possible = shapes.iter().filter(|shape| shape.is_possible(self.trigger(at)));
                        possible.map(|shape| (shape.name, self.filled(shape.template))).collect()
                    }
                };
                made.push(Row::Add { at: at.clone(), label, choices });
            }
        }
    }
}

/// An argument of queues, by the key of its field.
fn argument(key: &str) -> Option<&'static QueueArgument> {
    let name = key.strip_prefix("arguments.")?;
    QUEUE_ARGUMENTS.iter().find(|argument| argument.name == name)
}

/// The fields among these whose label or name has all words that are typed.
#[must_use]
pub fn matching(rows: Vec<Row>, typed: &str) -> Vec<Row> {
    let wanted = Wanted::words(typed);
    let is_wanted = |row: &Row| match row {
        Row::Field(field) => wanted.is_in(&format!("{} {}", field.label, field.own.unwrap_or_default())),
        Row::Item { .. } | Row::Advanced { .. } | Row::Add { .. } => true,
    };
    rows.into_iter().filter(is_wanted).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
