//! Changes of a scenario by the path where something stands in its file: what forms and lessons do. The file's own reader says what cannot be.

use serde_json::Value as Json;

use super::scenario_file;
use crate::scenario::Scenario;

/// A document as its file has it.
#[must_use]
pub fn document(scenario: &Scenario) -> Json {
    serde_json::from_str(&scenario_file::write(scenario)).unwrap_or_default()
}

/// A path's keys and indices: `a.b[2].x-c`.
fn steps(path: &str) -> Vec<Result<usize, &str>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, indices) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
        steps.push(Err(key));
        steps.extend(indices.split('[').filter_map(|index| index.trim_end_matches(']').parse().ok()).map(Ok));
    }
    steps
}

#[must_use]
pub fn get<'a>(document: &'a Json, path: &str) -> Option<&'a Json> {
    steps(path).into_iter().try_fold(document, |value, step| match step {
        Ok(index) => value.get(index),
        Err(key) => value.get(key),
    })
}

/// The place at a path, made where it is missing.
pub fn get_mut<'a>(document: &'a mut Json, path: &str) -> Option<&'a mut Json> {
    steps(path).into_iter().try_fold(document, |value, step| match step {
        Ok(index) => value.get_mut(index),
        Err(key) => {
            if value.is_null() {
                *value = Json::Object(serde_json::Map::new());
            }
            Some(value.as_object_mut()?.entry(key).or_insert(Json::Null))
        }
    })
}

/// Takes nothing for something: what is null, or an object that was emptied, is not written.
fn prune(value: &mut Json, top: bool) -> bool {
    if let Json::Object(fields) = value {
        fields.retain(|key, value| {
            matches!(key.as_str(), "payload" | "body" | "equals" | "set" | "definition") || !prune(value, false) || top && key == "broker"
        });
        return fields.is_empty() && !top;
    }
    if let Json::Array(items) = value {
        for item in items {
            prune(item, true);
        }
        return false;
    }
    value.is_null()
}

/// What is done to a document at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Set(Option<Json>),
    /// Into a list, at its end.
    Add(Json),
    /// Out of a list.
    Remove,
    /// An entry of a list to another place in it.
    Move(usize),
}

/// The document after a change, read as a file is.
///
/// # Errors
/// What the reader says.
pub fn changed(scenario: &Scenario, path: &str, change: &Change) -> Result<Scenario, String> {
    let mut document = document(scenario);
    let (list, index) = path.rsplit_once('[').map_or((path, 0), |(list, index)| (list, index.trim_end_matches(']').parse().unwrap_or(0)));
    let done = match change {
        Change::Set(value) => get_mut(&mut document, path).map(|place| *place = value.clone().unwrap_or_default()),
        Change::Add(item) => get_mut(&mut document, path).and_then(|place| {
            if place.is_null() {
                *place = Json::Array(Vec::new());
            }
            place.as_array_mut().map(|list| list.push(item.clone()))
        }),
        Change::Remove => get_mut(&mut document, list)
            .and_then(Json::as_array_mut)
            .filter(|items| index < items.len())
            .map(|items| drop(items.remove(index))),
        Change::Move(to) => get_mut(&mut document, list)
            .and_then(Json::as_array_mut)
            .filter(|items| index < items.len() && *to < items.len())
            .map(|items| {
                let item = items.remove(index);
                items.insert(*to, item);
            }),
    };
    if done.is_none() {
        return Err(format!("There is no {path} any more."));
    }
    prune(&mut document, true);
    read(&document)
}

/// A document that was changed as JSON.
///
/// # Errors
/// What the reader says, the first problem of all.
pub fn read(document: &Json) -> Result<Scenario, String> {
    scenario_file::read(&document.to_string())
        .map_err(|problems| problems.first().map(|problem| problem.message.clone()).unwrap_or_default())
}
