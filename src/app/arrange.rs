//! Where nodes stand and what is copied: aligning, arranging by the way messages take, and parts as text for the clipboard.

use super::form;
use super::geometry::{self, Plan, Rect};
use super::{Node, form::get};
use crate::formats::patch;
use crate::scenario::edit::{Part, fresh, is_taken};
use crate::scenario::{Json, Point, Scenario, json_object};
use crate::sim::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// One above the other, by their centres.
    Column,
    /// Side by side.
    Row,
    /// With equal spaces, downwards.
    SpreadDown,
    SpreadAcross,
}

/// The new places of nodes that are aligned.
#[must_use]
pub fn aligned(nodes: &[(Node, Rect)], align: Align) -> Vec<(Node, Point)> {
    #[expect(clippy::cast_precision_loss, reason = "there are at most 200 nodes")]
    let count = nodes.len().max(1) as f64;
    let mean = |pick: fn(Point) -> f64| (nodes.iter().map(|(_, rect)| pick(rect.centre())).sum::<f64>() / count / 5.0).round() * 5.0;
    let (x, y) = (mean(|at| at.x), mean(|at| at.y));
    let along = |pick: fn(Point) -> f64, set: fn(Point, f64) -> Point| {
        let mut sorted: Vec<(Node, Point)> = Vec::new();
        for (node, rect) in nodes {
            let place = sorted.partition_point(|(_, before)| pick(*before) <= pick(rect.centre()));
            sorted.insert(place, (node.clone(), rect.centre()));
        }
        let (first, last) = (sorted.first().map_or(0.0, |one| pick(one.1)), sorted.last().map_or(0.0, |one| pick(one.1)));
        let mut place = 0.0;
        for (_, at) in &mut sorted {
            *at = set(*at, (first + (last - first) * place / (count - 1.0).max(1.0)).round());
            place += 1.0;
        }
        sorted
    };
    let each = |set: &dyn Fn(Point) -> Point| nodes.iter().map(|(node, rect)| (node.clone(), set(rect.centre()))).collect();
    match align {
        Align::Column => each(&|at| Point { x, ..at }),
        Align::Row => each(&|at| Point { y, ..at }),
        Align::SpreadDown => along(|at| at.y, |at, y| Point { y, ..at }),
        Align::SpreadAcross => along(|at| at.x, |at, x| Point { x, ..at }),
    }
}

/// From one column to the next, and the least from one node to the next below.
const COLUMN: f64 = 240.0;
const ROW: f64 = 135.0;
const LAPS: usize = 8;

/// Columns by the way messages take, from those who ask to those who consume; within a column, near what it is connected with.
#[must_use]
pub fn arranged(plan: Plan<'_>) -> Vec<(Node, Point)> {
    let mut places: Vec<Place> = geometry::places(plan).into_iter().map(|place| geometry::moved_as(&place)).collect();
    places.dedup();
    let index = |place: &Place| places.iter().position(|other| *other == geometry::moved_as(place));
    let edges: Vec<(usize, usize)> = geometry::edges(plan)
        .iter()
        .filter_map(|edge| Some((index(&edge.from)?, index(&edge.to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    // What leads back, as dead letters do, makes no new column: each edge counts only while it leads on from what was there before.
    let mut column = vec![0_usize; places.len()];
    let mut on_the_way = vec![false; places.len()];
    for start in 0..places.len() {
        deepen(start, &edges, &mut column, &mut on_the_way);
    }
    let columns = column.iter().max().map_or(0, |last| last + 1);
    let mut rows: Vec<f64> =
        (0..places.len()).map(|place| geometry::rect(plan, &places[place]).map_or(0.0, |rect| rect.centre().y)).collect();
    for _ in 0..LAPS {
        for at in 0..columns {
            let mut members: Vec<usize> = (0..places.len()).filter(|place| column[*place] == at).collect();
            let wanted = |place: usize| {
                let near: Vec<f64> = edges
                    .iter()
                    .filter_map(|(from, to)| {
                        if *to == place {
                            Some(rows[*from])
                        } else if *from == place {
                            Some(rows[*to])
                        } else {
                            None
                        }
                    })
                    .collect();
                #[expect(clippy::cast_precision_loss, reason = "there are at most 200 nodes")]
                let count = near.len() as f64;
                if near.is_empty() { rows[place] } else { near.iter().sum::<f64>() / count }
            };
            let mut in_order: Vec<(f64, usize)> = Vec::new();
            for place in members.drain(..) {
                let row = wanted(place);
                in_order.insert(in_order.partition_point(|(before, _)| *before <= row), (row, place));
            }
            let wanted = in_order;
            let mut last = f64::NEG_INFINITY;
            let mut moved = 0.0;
            for (row, place) in &wanted {
                let row = row.max(last);
                moved += row - wanted.iter().find(|(_, other)| other == place).map_or(row, |(wanted, _)| *wanted);
                rows[*place] = row;
                last = row + height(plan, &places[*place]);
            }
            // What was pushed down is taken up again together.
            #[expect(clippy::cast_precision_loss, reason = "there are at most 200 nodes")]
            let up = moved / wanted.len().max(1) as f64;
            for (_, place) in &wanted {
                rows[*place] -= up;
            }
        }
    }
    let top = rows.iter().copied().fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_precision_loss, reason = "there are at most 200 nodes")]
    let at = |place: usize| Point { x: 120.0 + column[place] as f64 * COLUMN, y: ((rows[place] - top + 75.0) / 15.0).round() * 15.0 };
    places.iter().enumerate().map(|(place, node)| (node.clone(), at(place))).collect()
}

fn deepen(place: usize, edges: &[(usize, usize)], column: &mut [usize], on_the_way: &mut [bool]) {
    on_the_way[place] = true;
    for (_, to) in edges.iter().filter(|(from, _)| *from == place) {
        if !on_the_way[*to] && column[*to] <= column[place] {
            column[*to] = column[place] + 1;
            deepen(*to, edges, column, on_the_way);
        }
    }
    on_the_way[place] = false;
}

/// How much a node takes of its column: a service has all its instances below one another.
fn height(plan: Plan<'_>, place: &Place) -> f64 {
    match place {
        Place::Instance(id) => {
            plan.world.services().get(id.service).map_or(ROW, |service| ROW + 96.0 * f64::from(service.spec.instances.saturating_sub(1)))
        }
        _ => ROW,
    }
}

/// Tells parts on the clipboard from other text.
const MARK: &str = "requeue_parts";
/// How much may be pasted.
const PASTED_BYTES_MAX: usize = 256 << 10;

/// Parts, and what binds them to one another, as text.
#[must_use]
pub fn copied(scenario: &Scenario, parts: &[Part]) -> String {
    let document = form::document(scenario);
    let chosen = |kind: fn(&Name) -> Part| move |name: &str| parts.contains(&kind(&name.into()));
    let pick = |path: &str, keep: &dyn Fn(&Json) -> bool| {
        Json::Array(get(&document, path).and_then(Json::as_array).into_iter().flatten().filter(|item| keep(item)).cloned().collect())
    };
    let named = |item: &Json, key: &str, has: &dyn Fn(&str) -> bool| item.get(key).and_then(Json::as_str).is_some_and(has);
    let (exchange, queue) = (chosen(|name| Part::Exchange(name.clone())), chosen(|name| Part::Queue(name.clone())));
    let (client, service) = (chosen(|name| Part::Client(name.clone())), chosen(|name| Part::Service(name.clone())));
    let fields = [
        (MARK, Json::from(1)),
        ("exchanges", pick("broker.exchanges", &|item| named(item, "name", &exchange))),
        ("queues", pick("broker.queues", &|item| named(item, "name", &queue))),
        (
            "bindings",
            pick("broker.bindings", &|item| {
                named(item, "source", &exchange) && (named(item, "queue", &queue) || named(item, "exchange", &exchange))
            }),
        ),
        ("clients", pick("clients", &|item| named(item, "name", &client))),
        ("services", pick("services", &|item| named(item, "name", &service))),
    ];
    json_object(fields.into_iter().map(|(key, value)| (key.to_owned(), value))).to_string()
}

type Name = crate::broker::Name;

/// The scenario with what was copied, under names of its own; and which parts are new. What spoke of parts that are not here is left
/// out.
///
/// # Errors
/// When the text is no copy of parts.
pub fn pasted(scenario: &Scenario, text: &str) -> Result<(Scenario, Vec<Part>), String> {
    let what = "This is nothing that was copied in Requeue: select parts, and copy them first.";
    if text.len() > PASTED_BYTES_MAX {
        return Err("That is too much to be pasted.".into());
    }
    let mut copy: Json = serde_json::from_str(text).map_err(|_| what.to_owned())?;
    if copy.get(MARK).is_none() {
        return Err(what.into());
    }
    let mut document = form::document(scenario);
    let mut parts = Vec::new();
    let lists = [
        ("exchanges", "broker.exchanges"),
        ("queues", "broker.queues"),
        ("bindings", "broker.bindings"),
        ("clients", "clients"),
        ("services", "services"),
    ];
    // New names first, everywhere; each is known to the next.
    let mut known = scenario.clone();
    for (list, _) in lists.into_iter().filter(|(list, _)| *list != "bindings") {
        let names: Vec<String> = items(&copy, list).iter().filter_map(|item| Some(item.get("name")?.as_str()?.to_owned())).collect();
        for old in names {
            let stem = old.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-');
            let name =
                if is_taken(&known, &old) { fresh(&known, if stem.is_empty() { "copy" } else { stem }) } else { old.as_str().into() };
            let part = match list {
                "exchanges" => Part::Exchange(name.clone()),
                "queues" => Part::Queue(name.clone()),
                "clients" => Part::Client(name.clone()),
                _ => Part::Service(name.clone()),
            };
            // Only its name matters here.
            let at = Point::default();
            let spec = crate::scenario::QueueSpec {
                name: name.clone(),
                at,
                durable: true,
                auto_delete: false,
                arguments: crate::scenario::Table::new(),
            };
            known.broker.queues.push(spec);
            replace(&mut copy, &old, &name);
            parts.push(part);
        }
    }
    for (list, path) in lists {
        for mut item in items(&copy, list) {
            if let Some(at) = item.get_mut("at").and_then(Json::as_array_mut) {
                for value in at {
                    *value = Json::from(value.as_f64().unwrap_or_default() + 45.0);
                }
            }
            add(&mut document, path, item);
        }
    }
    // What leads nowhere goes, one after the other.
    for _ in 0..200 {
        match crate::formats::scenario_file::read(&document.to_string()) {
            Ok(new) => {
                parts.retain(|part| form::path_of(&new, part).is_some());
                return Ok((new, parts));
            }
            Err(problems) => {
                let problem = problems.first().cloned().ok_or(what)?;
                if !leave_out(&mut document, &problem.path) {
                    return Err(problem.message);
                }
            }
        }
    }
    Err(what.into())
}

fn items(copy: &Json, list: &str) -> Vec<Json> {
    copy.get(list).and_then(Json::as_array).cloned().unwrap_or_default()
}

fn add(document: &mut Json, path: &str, item: Json) {
    let (mut place, mut rest) = (document, path);
    while let Some((key, more)) = rest.split_once('.') {
        place = &mut place[key];
        rest = more;
    }
    let list = &mut place[rest];
    if list.is_null() {
        *list = Json::Array(Vec::new());
    }
    if let Some(list) = list.as_array_mut() {
        list.push(item);
    }
}

/// A name wherever it stands for itself; what messages carry is left alone.
fn replace(value: &mut Json, old: &str, new: &str) {
    match value {
        Json::String(text) if text == old => new.clone_into(text),
        Json::Array(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        Json::Object(fields) => {
            for (_, value) in fields.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "payload" | "body")) {
                replace(value, old, new);
            }
        }
        _ => {}
    }
}

/// Takes away what a problem is about: an argument, or the nearest entry of a list.
fn leave_out(document: &mut Json, path: &str) -> bool {
    if let Some((arguments, key)) = path.split_once(".arguments.") {
        let fields = patch::get_mut(document, &format!("{arguments}.arguments")).and_then(Json::as_object_mut);
        return fields.is_some_and(|fields| {
            fields.remove("x-dead-letter-routing-key");
            fields.remove(key).is_some()
        });
    }
    let Some(end) = path.rfind(']') else { return false };
    let Some((list, index)) = path[..end].rsplit_once('[') else { return false };
    let (Some(items), Ok(index)) = (patch::get_mut(document, list).and_then(Json::as_array_mut), index.parse::<usize>()) else {
        return false;
    };
    index < items.len() && {
        items.remove(index);
        true
    }
}
