//! Places of a JSON document, for tests that change it at random.

use serde_json::Value as Json;

/// A place of a document, counted through all of it.
pub fn nth<'a>(value: &'a mut Json, count: &mut usize) -> Option<&'a mut Json> {
    if *count == 0 {
        return Some(value);
    }
    *count -= 1;
    match value {
        Json::Array(items) => items.iter_mut().find_map(|item| nth(item, count)),
        Json::Object(fields) => fields.values_mut().find_map(|field| nth(field, count)),
        _ => None,
    }
}
