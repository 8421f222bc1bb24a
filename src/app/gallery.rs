//! The list of scenarios that come with the site.

use super::Exhibit;
use crate::scenario::Json;

/// What cannot be read is left out: the list is ours.
pub(super) fn read(text: &str) -> Vec<Exhibit> {
    let list: Json = serde_json::from_str(text).unwrap_or_default();
    let text = |item: &Json, field: &str| item.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let items = list.as_array().into_iter().flatten();
    items.map(|item| Exhibit { file: text(item, "file"), title: text(item, "title"), about: text(item, "about") }).collect()
}

/// A file's name for a title.
pub(super) fn file_name(title: &str) -> String {
    let letters = title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let name: String = letters.collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "scenario".into() } else { parts.join("-") }
}
