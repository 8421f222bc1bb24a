//! A place within a JSON value, and what can be done there. Only what is at the place changes: a null elsewhere means something.

use serde_json::{Map, Value as Json};

/// One step on the way to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    Field(&'a str),
    Index(usize),
}

/// What is done at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// To this value; none takes the field away.
    Set(Option<Json>),
    /// Into the list, at its end.
    Add(Json),
    /// Into the list, before the entry that stands here.
    Insert(Json),
    /// Out of its list.
    Remove,
    /// To another place in its list.
    Move(usize),
}

#[must_use]
pub fn get<'a>(value: &'a Json, path: &[Key]) -> Option<&'a Json> {
    path.iter().try_fold(value, |value, key| match key {
        Key::Index(index) => value.get(index),
        Key::Field(name) => value.get(name),
    })
}

/// The place at a path; objects are made where they are missing.
fn made<'a>(value: &'a mut Json, path: &[Key]) -> Option<&'a mut Json> {
    path.iter().try_fold(value, |value, key| match key {
        Key::Index(index) => value.get_mut(index),
        Key::Field(name) => {
            if value.is_null() {
                *value = Json::Object(Map::new());
            }
            Some(value.as_object_mut()?.entry(*name).or_insert(Json::Null))
        }
    })
}

/// None: there is no such place.
#[must_use]
pub fn change(value: &mut Json, path: &[Key], change: &Change) -> Option<()> {
    let (last, parent) = path.split_last()?;
    match (change, last) {
        (Change::Set(Some(new)), _) => made(value, path).map(|place| *place = new.clone()),
        (Change::Set(None), Key::Field(name)) => {
            if let Some(Json::Object(fields)) = get_mut(value, parent) {
                fields.remove(*name);
            }
            Some(())
        }
        (Change::Add(item), _) => {
            let list = made(value, path)?;
            if list.is_null() {
                *list = Json::Array(Vec::new());
            }
            list.as_array_mut().map(|list| list.push(item.clone()))
        }
        (Change::Insert(item), Key::Index(index)) => {
            let list = made(value, parent)?;
            if list.is_null() {
                *list = Json::Array(Vec::new());
            }
            let list = list.as_array_mut()?;
            (*index <= list.len()).then(|| list.insert(*index, item.clone()))
        }
        (Change::Remove, Key::Index(index)) => {
            let list = get_mut(value, parent)?.as_array_mut()?;
            (*index < list.len()).then(|| drop(list.remove(*index)))
        }
        (Change::Move(to), Key::Index(index)) => {
            let list = get_mut(value, parent)?.as_array_mut()?;
            (*index < list.len() && *to < list.len()).then(|| {
                let item = list.remove(*index);
                list.insert(*to, item);
            })
        }
        (Change::Set(None), Key::Index(_)) | (Change::Insert(_) | Change::Remove | Change::Move(_), Key::Field(_)) => None,
    }
}

fn get_mut<'a>(value: &'a mut Json, path: &[Key]) -> Option<&'a mut Json> {
    path.iter().try_fold(value, |value, key| match key {
        Key::Index(index) => value.get_mut(index),
        Key::Field(name) => value.get_mut(name),
    })
}
