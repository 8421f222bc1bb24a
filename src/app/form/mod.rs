//! Forms for every part of a document. One table says which fields there are, where each stands in the scenario's file, and what it
//! means; whoever shows a form shows rows, and whatever is typed goes through the file's own reader, which says what is wrong.

pub use crate::formats::patch::{Change, changed, document, get, read};
use crate::scenario::edit::Part;
use crate::scenario::{Json, Scenario};
use fields::{BINDING, CLIENT, EXCHANGE, EXPECTS, QUEUE, SCENARIO, SERVICE};

mod fields;

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
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
    /// Where it stands in the scenario's file, as problems name it: `broker.queues[2].arguments.x-message-ttl`.
    pub path: String,
    pub label: &'static str,
    /// What it means, for whoever asks.
    pub help: &'static str,
    pub kind: Kind,
    /// What it is now.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Field(Field),
    /// An entry of a list, with fields of its own: it can be moved and taken away.
    Item {
        path: String,
        title: String,
        rows: Vec<Row>,
        index: usize,
        /// How many there are in the list; 1 where order means nothing.
        of: usize,
    },
    /// Something can be added to the list at this path: what it is called, and its JSON.
    Add {
        path: String,
        label: &'static str,
        choices: Vec<(&'static str, String)>,
    },
}

enum K {
    Text,
    Whole,
    Number,
    /// With what it is when the file does not say.
    Flag(bool),
    /// Words, the first being the default.
    Words(&'static [(&'static str, &'static str)]),
    /// With a word for none, where there may be none.
    Exchange(&'static str),
    Queue,
    Service,
    Json,
    /// One of several shapes; what is kept from one to the other.
    OneOf(&'static [&'static str], &'static [Variant]),
    Object(&'static [F]),
    List(&'static str, &'static [(&'static str, &'static str)], &'static [F]),
}

/// A field's key, label, help and kind; the key "" is the same place.
struct F(&'static str, &'static str, &'static str, K);

/// A shape: its name, what it begins as, how it is told from others, its fields. Told by: nothing there (""), a text ("=text"), a
/// number ("#"), the value of a key ("do=work"), or a key that is there.
struct Variant(&'static str, &'static str, &'static str, &'static [F]);

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Part(Part),
    /// The scenario as a whole.
    Scenario,
}

/// Where a part stands in the file.
#[must_use]
pub fn path_of(scenario: &Scenario, part: &Part) -> Option<String> {
    let at = |list: &str, index: Option<usize>| index.map(|index| format!("{list}[{index}]"));
    match part {
        Part::Client(name) => at("clients", scenario.client(name).map(|(index, _)| index)),
        Part::Service(name) => at("services", scenario.service(name).map(|(index, _)| index)),
        Part::Exchange(name) => at("broker.exchanges", scenario.broker.exchanges.iter().position(|one| one.name == *name)),
        Part::Queue(name) => at("broker.queues", scenario.broker.queues.iter().position(|one| one.name == *name)),
    }
}

/// The rows of a form.
#[must_use]
pub fn rows(scenario: &Scenario, about: &About) -> Vec<Row> {
    let form = Form { scenario, document: document(scenario) };
    let mut rows = Vec::new();
    match about {
        About::Scenario => {
            form.fields(&SCENARIO, "", &mut rows);
            form.fields(&EXPECTS, "", &mut rows);
        }
        About::Part(part) => {
            let Some(path) = path_of(scenario, part) else { return rows };
            match part {
                Part::Client(_) => form.fields(&CLIENT, &path, &mut rows),
                Part::Service(_) => form.fields(&SERVICE, &path, &mut rows),
                Part::Queue(_) => form.fields(&QUEUE, &path, &mut rows),
                Part::Exchange(name) => {
                    form.fields(&EXCHANGE, &path, &mut rows);
                    for (index, binding) in scenario.broker.bindings.iter().enumerate().filter(|(_, binding)| binding.source == *name) {
                        let path = format!("broker.bindings[{index}]");
                        let mut fields = Vec::new();
                        form.fields(&BINDING, &path, &mut fields);
                        rows.push(Row::Item {
                            path,
                            title: format!("Binding to {}", binding.destination.name()),
                            rows: fields,
                            index,
                            of: 1,
                        });
                    }
                }
            }
        }
    }
    rows
}

struct Form<'a> {
    scenario: &'a Scenario,
    document: Json,
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() || key.is_empty() { format!("{path}{key}") } else { format!("{path}.{key}") }
}

impl Form<'_> {
    fn names(&self, kind: &K) -> Vec<(String, String)> {
        let quoted = |name: &str| (Json::from(name).to_string(), name.to_owned());
        match kind {
            K::Exchange(nothing) => {
                // Without a word for none, one is needed: the default exchange has no name, and is one.
                let none = (!nothing.is_empty()).then(|| ("null".to_owned(), (*nothing).to_owned()));
                let default = (Json::from("").to_string(), "(default exchange)".to_owned());
                none.into_iter()
                    .chain(std::iter::once(default))
                    .chain(self.scenario.broker.exchanges.iter().map(|one| quoted(&one.name)))
                    .collect()
            }
            K::Queue => self.scenario.broker.queues.iter().map(|one| quoted(&one.name)).collect(),
            _ => self.scenario.services.iter().map(|one| quoted(&one.name)).collect(),
        }
    }

    /// A beginning that speaks of what is there.
    fn filled(&self, template: &str) -> String {
        let name = |name: Option<&str>| Json::from(name.unwrap_or_default()).to_string().trim_matches('"').to_owned();
        let scenario = self.scenario;
        let served = scenario.services.iter().find_map(|service| {
            service.handlers.iter().find_map(|handler| match &handler.trigger {
                crate::scenario::Trigger::Http { path } => Some((&*service.name, &**path)),
                _ => None,
            })
        });
        let service = served.map(|(service, _)| service).or_else(|| scenario.services.first().map(|service| &*service.name));
        template
            .replace("$exchange", &name(scenario.broker.exchanges.first().map(|one| &*one.name)))
            .replace("$queue", &name(scenario.broker.queues.first().map(|one| &*one.name)))
            .replace("$service", &name(service))
            .replace("$endpoint", &name(Some(served.map_or("POST /orders", |(_, path)| path))))
    }

    fn fields(&self, fields: &[F], path: &str, rows: &mut Vec<Row>) {
        for F(key, label, help, kind) in fields {
            self.field(&join(path, key), label, help, kind, rows);
        }
    }

    fn field(&self, path: &str, label: &'static str, help: &'static str, kind: &K, rows: &mut Vec<Row>) {
        let value = get(&self.document, path);
        let mut add = |kind: Kind, text: String| rows.push(Row::Field(Field { path: path.to_owned(), label, help, kind, text }));
        let plain = |value: Option<&Json>| match value {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match kind {
            K::Text => add(Kind::Text, plain(value)),
            K::Whole => add(Kind::Whole, plain(value)),
            K::Number => add(Kind::Number, plain(value)),
            K::Json => add(Kind::Json, value.map(ToString::to_string).unwrap_or_default()),
            K::Flag(default) => add(Kind::Flag(*default), value.and_then(Json::as_bool).unwrap_or(*default).to_string()),
            K::Words(words) => {
                // The first is what holds when nothing is said.
                let options = words.iter().map(|(word, shown)| {
                    let json = if word.is_empty() { "null".to_owned() } else { Json::from(*word).to_string() };
                    (json, (*shown).to_owned())
                });
                let options: Vec<_> = options.collect();
                let now = value.map(ToString::to_string).filter(|now| options.iter().any(|(option, _)| option == now));
                let now = now.unwrap_or_else(|| options[0].0.clone());
                add(Kind::Choice(options), now);
            }
            K::Exchange(_) | K::Queue | K::Service => {
                let now = value.map_or_else(|| "null".to_owned(), ToString::to_string);
                let mut options = self.names(kind);
                if !options.iter().any(|(option, _)| *option == now) {
                    options.insert(0, (now.clone(), plain(value)));
                }
                add(Kind::Choice(options), now);
            }
            K::OneOf(keep, variants) => {
                let told = variants.iter().position(|variant| is_told(variant.2, value)).unwrap_or(0);
                let options = variants.iter().enumerate().map(|(index, Variant(label, template, ..))| {
                    let text = if index == told {
                        value.map_or_else(|| "null".to_owned(), ToString::to_string)
                    } else {
                        keeping(&self.filled(template), keep, value)
                    };
                    (text, (*label).to_owned())
                });
                let options: Vec<_> = options.collect();
                let now = options[told].0.clone();
                add(Kind::Choice(options), now);
                self.fields(variants[told].3, path, rows);
            }
            K::Object(fields) => self.fields(fields, path, rows),
            K::List(label, templates, fields) => {
                let items = value.and_then(Json::as_array).map_or(0, Vec::len);
                for index in 0..items {
                    let path = format!("{path}[{index}]");
                    let mut inner = Vec::new();
                    self.fields(fields, &path, &mut inner);
                    rows.push(Row::Item { title: self.title(&path), path, rows: inner, index, of: items });
                }
                let choices = templates.iter().map(|(label, template)| (*label, self.filled(template))).collect();
                rows.push(Row::Add { path: path.to_owned(), label, choices });
            }
        }
    }

    /// An entry of a list, in a few words.
    fn title(&self, path: &str) -> String {
        let item = get(&self.document, path);
        let text = |key: &str| {
            item.and_then(|item| get(item, key)).map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
        };
        let both = |one: &str, first: &str, second: &str| {
            [Some(one.to_owned()), text(first), text(second)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        let fails = if item.is_some_and(|item| item.get("fails").is_some()) { ", may fail" } else { "" };
        let title = match text("do").as_deref() {
            Some("work") => both("Work", "ms", "-") + if item.is_some_and(|item| item["ms"].is_number()) { " ms" } else { "" },
            Some("persist") => both("Save as", "state", "-"),
            Some("publish") => both("Publish", "routing_key", "-"),
            Some("call") => both("Call", "service", "endpoint"),
            Some("effect") => both("", "what", "-").trim().to_owned(),
            Some("reply") => both("Answer", "status", "-"),
            Some(_) => "Acknowledge".to_owned(),
            None => {
                let named = ["on.http", "on.queue", "name", "says", "between", "property"].iter().find_map(|key| text(key));
                let every = text("on.every_ms").map(|period| format!("every {period} ms"));
                named.or(every).unwrap_or_else(|| "at start-up".to_owned())
            }
        };
        title + fails
    }
}

fn is_told(sign: &str, value: Option<&Json>) -> bool {
    match (sign, value) {
        ("", value) => value.is_none_or(Json::is_null),
        ("#", value) => value.is_some_and(Json::is_number),
        (sign, Some(value)) => match sign.split_once('=') {
            Some(("", text)) => value.as_str() == Some(text),
            Some((key, text)) => value.get(key).and_then(Json::as_str) == Some(text),
            None => value.get(sign).is_some(),
        },
        (_, None) => false,
    }
}

/// Another shape, with what both have.
fn keeping(template: &str, keep: &[&str], old: Option<&Json>) -> String {
    let mut new: Json = serde_json::from_str(template).unwrap_or_default();
    if let (Some(new), Some(old)) = (new.as_object_mut(), old.and_then(Json::as_object)) {
        for key in keep {
            if let Some(value) = old.get(*key) {
                new.insert((*key).to_owned(), value.clone());
            }
        }
    }
    new.to_string()
}

/// What was typed, as the file would have it; none takes the field away.
///
/// # Errors
/// What the field takes instead.
pub fn parse(kind: &Kind, text: &str) -> Result<Option<Json>, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let json = |text: &str| serde_json::from_str::<Json>(text);
    match kind {
        Kind::Text => Ok(Some(Json::from(text))),
        Kind::Flag(default) => Ok(Some(trimmed == "true").filter(|now| now != default).map(Json::from)),
        Kind::Whole => trimmed
            .parse::<i64>()
            .map(|number| Some(Json::from(number)))
            .map_err(|_| format!("A whole number is wanted here, not “{trimmed}”.")),
        Kind::Number => match json(trimmed) {
            Ok(number @ Json::Number(_)) => Ok(Some(number)),
            _ => Err(format!("A number is wanted here, not “{trimmed}”.")),
        },
        Kind::Choice(_) | Kind::Json => {
            json(trimmed).map(|value| Some(value).filter(|value| !value.is_null())).map_err(|error| not_json(trimmed, &error))
        }
    }
}

/// A placeholder without its quotes is the usual mistake in a template: `{"orderId": {orderId}}`.
fn not_json(text: &str, error: &serde_json::Error) -> String {
    let fields = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(field, _)| field);
    let is_name =
        |field: &&str| !field.is_empty() && field.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-'));
    match fields.into_iter().find(is_name) {
        Some(field) if !text.contains(&format!("\"{{{field}}}\"")) => {
            format!("This is not JSON. A field of the handled message stands in quotes: \"{field}\": \"{{{field}}}\".")
        }
        _ => format!("This is not JSON: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_without_quotes_is_explained() {
        // what is typed, what the message says
        let cases = [
            (r#"{"orderId": {orderId}}"#, r#"A field of the handled message stands in quotes: "orderId": "{orderId}"."#),
            (r#"{"zip": {address.zip}, "total": 1}"#, r#""{address.zip}""#),
            (r#"{"orderId": "{orderId}""#, "This is not JSON: EOF"),
            (r#"{"orderId": }"#, "This is not JSON: expected value"),
        ];
        for (typed, said) in cases {
            let why = parse(&Kind::Json, typed).expect_err(typed);
            assert!(why.contains(said), "{typed}: {why}");
        }
        assert!(parse(&Kind::Json, r#"{"orderId": "{orderId}"}"#).is_ok());
    }
    use crate::formats::scenario_file;

    fn gallery() -> Vec<Scenario> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
        let files = std::fs::read_dir(folder).expect("there are scenarios");
        files
            .map(|file| {
                scenario_file::read(&std::fs::read_to_string(file.expect("a file").path()).expect("it can be read")).expect("it is good")
            })
            .collect()
    }

    fn abouts(scenario: &Scenario) -> Vec<About> {
        let broker = &scenario.broker;
        let mut all = vec![About::Scenario];
        all.extend(scenario.clients.iter().map(|one| About::Part(Part::Client(one.name.clone()))));
        all.extend(scenario.services.iter().map(|one| About::Part(Part::Service(one.name.clone()))));
        all.extend(broker.exchanges.iter().map(|one| About::Part(Part::Exchange(one.name.clone()))));
        all.extend(broker.queues.iter().map(|one| About::Part(Part::Queue(one.name.clone()))));
        all
    }

    fn fields(rows: &[Row]) -> Vec<Field> {
        rows.iter()
            .flat_map(|row| match row {
                Row::Field(field) => vec![field.clone()],
                Row::Item { rows, .. } => fields(rows),
                Row::Add { .. } => Vec::new(),
            })
            .collect()
    }

    fn leaves(value: &Json, path: &str, found: &mut Vec<String>) {
        match value {
            Json::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(key, value)| leaves(value, &join(path, key), found)),
            Json::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{path}[{index}]"), found));
            }
            _ => found.push(path.to_owned()),
        }
    }

    /// Every field that any scenario of the gallery has can be edited: but for names, places, and faults, which have ways of their own.
    #[test]
    fn every_field_of_every_scenario_has_its_row() {
        for scenario in gallery() {
            let known: Vec<Field> = abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))).collect();
            let mut found = Vec::new();
            leaves(&document(&scenario), "", &mut found);
            for path in found {
                let own_way = path == "requeue"
                    || path == "broker"
                    || path.contains(".at[")
                    || path.rsplit_once('.').is_some_and(|(_, key)| key == "name")
                    || path.starts_with("faults")
                    || path.starts_with("broker.bindings");
                let has_row = known.iter().any(|field| {
                    let within = path.strip_prefix(&field.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                    within && (path == field.path || matches!(field.kind, Kind::Json | Kind::Choice(_)))
                });
                assert!(own_way || has_row, "{}: no field for {path}", scenario.title);
            }
        }
    }

    /// Typing again what stands there changes nothing, in every field of the gallery.
    #[test]
    fn what_stands_there_can_be_typed_again() {
        for scenario in gallery() {
            for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
                let value = parse(&field.kind, &field.text).unwrap_or_else(|why| panic!("{}: {why}", field.path));
                let again = changed(&scenario, &field.path, &Change::Set(value))
                    .unwrap_or_else(|why| panic!("{}, {}: {why}", scenario.title, field.path));
                assert!(again == scenario, "{}: {} changed {}", scenario.title, field.text, field.path);
            }
        }
    }

    /// Each choice there is gives a scenario, or says why not; none is lost in reading.
    #[test]
    fn every_choice_is_one() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
            let Kind::Choice(options) = &field.kind else { continue };
            for (value, words) in options {
                let value = parse(&field.kind, value).expect("options are JSON");
                match changed(&scenario, &field.path, &Change::Set(value.clone())) {
                    Ok(new) => {
                        let kept = document(&new);
                        let now = get(&kept, &field.path);
                        assert!(
                            value.is_none()
                                || now.is_some()
                                || words.contains("default")
                                || field.path.contains("on_failure")
                                || field.path.contains("apply")
                                || field.path.contains("profile"),
                            "{}: {words} is lost",
                            field.path
                        );
                    }
                    Err(why) => assert!(!why.is_empty() && !why.contains("unknown"), "{}: {words}: {why}", field.path),
                }
            }
        }
    }

    #[test]
    fn lists_grow_shrink_and_are_put_in_order() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        let index = scenario.service("order-service").expect("it is there").0;
        let steps = format!("services[{index}].handlers[0].steps");
        let moved = changed(&scenario, &format!("{steps}[2]"), &Change::Move(1)).expect("they can be exchanged");
        assert_eq!(moved.services[index].handlers[0].steps[1].action.name(), "publish");
        let fewer = changed(&moved, &format!("{steps}[1]"), &Change::Remove).expect("it can go");
        assert_eq!(fewer.services[index].handlers[0].steps.len() + 1, moved.services[index].handlers[0].steps.len());
        let all = rows(&scenario, &About::Part(Part::Service("order-service".into())));
        let Some(Row::Item { rows, .. }) = all.iter().find(|row| matches!(row, Row::Item { .. })) else { panic!("it has handlers") };
        let Some(Row::Add { path, choices, .. }) = rows.iter().find(|row| matches!(row, Row::Add { .. })) else {
            panic!("steps can be added")
        };
        for (label, item) in choices {
            let item = serde_json::from_str(item).expect("it is JSON");
            if let Err(why) = changed(&scenario, path, &Change::Add(item)) {
                assert!(why.contains("nothing to acknowledge"), "{label}: {why}");
            }
        }
    }

    #[test]
    fn what_cannot_be_says_so() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        assert!(parse(&Kind::Whole, "many").expect_err("no number").contains("whole number"));
        assert!(parse(&Kind::Json, "{").expect_err("no JSON").contains("not JSON"));
        let path = "broker.queues[0].arguments.x-message-ttl";
        let why = changed(&scenario, path, &Change::Set(Some(Json::from(-5)))).expect_err("no such TTL");
        assert!(why.contains("x-message-ttl"), "{why}");
        let why = changed(&scenario, "services[0].handlers[7].on", &Change::Set(None)).expect_err("no such handler");
        assert!(why.contains("any more"), "{why}");
    }
}
