//! The list of scenarios that come with the site.

use super::{CourseEntry, GalleryEntry};
use crate::base::SimTime;
use crate::base::number::{self, Fixed};
use crate::scenario::{Json, Network, Point, Scenario};

/// What cannot be read is left out: the list is ours.
pub(super) fn read(text: &str) -> Vec<GalleryEntry> {
    let list: Json = serde_json::from_str(text).unwrap_or_default();
    let text = |item: &Json, field: &str| item.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let items = list.as_array().into_iter().flatten();
    items
        .map(|item| {
            let shapes = shapes(&text(item, "shapes"));
            GalleryEntry { file: text(item, "file"), title: text(item, "title"), about: text(item, "about"), view: view(&shapes), shapes }
        })
        .collect()
}

/// The lessons of the site.
pub(super) fn listed(text: &str) -> Vec<CourseEntry> {
    let list: Json = serde_json::from_str(text).unwrap_or_default();
    let text = |item: &Json, field: &str| item.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let one = |item: &Json| CourseEntry {
        file: text(item, "file"),
        title: text(item, "title"),
        aha: text(item, "aha"),
        minutes: item.get("minutes").and_then(Json::as_u64).unwrap_or_default(),
        chapter: text(item, "chapter"),
        lab: item.get("lab").and_then(Json::as_bool).unwrap_or(false),
    };
    list.as_array().into_iter().flatten().map(one).collect()
}

/// What stands where, as [`outline`] writes it.
fn shapes(text: &str) -> Vec<(char, f64, f64)> {
    let shape = |word: &str| {
        let mut letters = word.chars();
        let kind = letters.next()?;
        let (x, y) = letters.as_str().split_once(',')?;
        Some((kind, number::parse(x)?, number::parse(y)?))
    };
    text.split(' ').filter_map(shape).collect()
}

/// The part of the canvas that is used.
fn view(shapes: &[(char, f64, f64)]) -> [f64; 4] {
    let ends = |pick: fn(&(char, f64, f64)) -> f64| {
        let least = shapes.iter().map(pick).fold(f64::INFINITY, f64::min);
        (least, shapes.iter().map(pick).fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (top, bottom)) = (ends(|shape| shape.1), ends(|shape| shape.2));
    [left - 110.0, top - 60.0, right - left + 220.0, bottom - top + 120.0]
}

/// What stands where in a scenario, in a few letters, for its picture in the gallery: kind and centre of each.
#[must_use]
pub fn outline(scenario: &Scenario) -> String {
    let broker = &scenario.broker;
    let at = |kind: char, at: Point| format!("{kind}{:.0},{:.0}", Fixed(at.x), Fixed(at.y));
    let clients = scenario.clients.iter().map(|one| at('c', one.at));
    let services = scenario.services.iter().map(|one| at('s', one.at));
    let exchanges = broker.exchanges.iter().map(|one| at('e', one.at));
    let queues = broker.queues.iter().map(|one| at('q', one.at));
    clients.chain(services).chain(exchanges).chain(queues).collect::<Vec<_>>().join(" ")
}

/// Nothing yet.
pub(super) fn blank() -> Scenario {
    // Slow enough to be followed by the eye.
    let network = Network { latency: SimTime::from_millis(400), ..Network::default() };
    Scenario { network, ..Scenario::empty("A new system") }
}
