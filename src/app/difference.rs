//! The way from one system to another, change by change, each told in one sentence: how a solution is shown.

use std::sync::Arc;

use super::form::{self, About, Field, Row};
use super::recipe;
use super::texts::difference as texts;
use crate::broker::Name;
use crate::scenario::edit::{self, Edit, Part, Slot};
use crate::scenario::{Action, BindingSpec, Scenario, Service, Step};

/// What changed, and the parts that show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub says: String,
    pub parts: Vec<Name>,
}

/// What one system has and another has not. The first of several changes is named, and the number of others.
#[must_use]
pub fn difference(before: &Scenario, after: &Scenario) -> Difference {
    let mut all = Vec::new();
    let (old, new): (Vec<Part>, Vec<Part>) = (Part::all(before).collect(), Part::all(after).collect());
    for part in new.iter().filter(|part| !old.contains(part)) {
        all.push((texts::added(part), vec![part.name().clone()]));
    }
    all.extend(old.iter().filter(|part| !new.contains(part)).map(|part| (texts::removed(part), Vec::new())));
    bindings(&before.broker.bindings, &after.broker.bindings, &mut all);
    for part in new.iter().filter(|part| old.contains(part)) {
        if let Some(says) = within(before, after, part) {
            all.push((says, vec![part.name().clone()]));
        }
    }
    if let Some(says) = fields(before, after, &About::Scenario, None) {
        all.push((says, Vec::new()));
    }
    let more = all.len().saturating_sub(1);
    let mut difference = Difference::default();
    for (place, (says, parts)) in all.into_iter().enumerate() {
        if place == 0 {
            difference.says = if more > 0 { texts::and_more(&says, more) } else { says };
        }
        // What is gone cannot be pointed at.
        difference.parts.extend(parts.into_iter().filter(|name| new.iter().any(|part| part.name() == name)));
    }
    difference
}

/// What one step of the history changed. A part that has another name is not added.
#[must_use]
pub fn change(before: &Scenario, after: &Scenario) -> String {
    let only = |one: &Scenario, other: &Scenario| {
        let mut parts = Part::all(one).filter(|part| !Part::all(other).any(|known| known == *part));
        parts.next().filter(|_| parts.next().is_none())
    };
    match (only(before, after), only(after, before)) {
        (Some(old), Some(new)) if old.named(new.name().clone()) == new => texts::renamed(&old, new.name()),
        _ => difference(before, after).says,
    }
}

/// The systems on the way from one to another: each has one change more, and can run. What goes, goes first: it makes room.
#[must_use]
pub fn between(before: &Scenario, after: &Arc<Scenario>) -> Vec<Arc<Scenario>> {
    let (mut way, mut now) = (Vec::new(), before.clone());
    let mut go = |now: &mut Scenario, edit: Edit| {
        // What cannot be by itself comes with a later change.
        if let Ok(edited) = edit::apply(now, &edit)
            && edited.scenario != *now
        {
            *now = edited.scenario;
            way.push(Arc::new(now.clone()));
        }
    };
    for list in LISTS {
        let is_gone = |index: &usize| find(after, list, &now, list(*index)).is_none();
        let gone: Vec<usize> = count(&now, list).filter(is_gone).collect();
        for index in gone.into_iter().rev() {
            go(&mut now, Edit::Take(list(index)));
        }
    }
    for list in LISTS {
        for index in count(after, list) {
            let Some(element) = list(index).element(after) else { continue };
            let index = find(&now, list, after, list(index)).unwrap_or_else(|| count(&now, list).count());
            go(&mut now, Edit::Put { index, element: Box::new(element) });
        }
    }
    // The order of lists, and what no part shows, comes with the last change.
    if now != **after {
        if difference(&now, after).parts.is_empty() {
            way.pop();
        }
        way.push(after.clone());
    }
    way
}

/// Bindings need their ends, and services their queues.
const LISTS: [fn(usize) -> Slot; 5] = [Slot::Exchange, Slot::Queue, Slot::Binding, Slot::Service, Slot::Client];

fn count(scenario: &Scenario, list: fn(usize) -> Slot) -> impl Iterator<Item = usize> {
    (0..).take_while(move |index| list(*index).element(scenario).is_some())
}

/// The place of another scenario's element in a scenario. A part is found by its name, a binding by its ends.
fn find(scenario: &Scenario, list: fn(usize) -> Slot, other: &Scenario, slot: Slot) -> Option<usize> {
    if let Slot::Binding(index) = slot {
        let binding = other.broker.bindings.get(index)?;
        let is_it = |one: &BindingSpec| one.source == binding.source && one.destination == binding.destination;
        // Of several between the same ends each has its own.
        let before = other.broker.bindings[..index].iter().filter(|one| is_it(one)).count();
        return scenario.broker.bindings.iter().enumerate().filter(|(_, one)| is_it(one)).nth(before).map(|(index, _)| index);
    }
    let part = slot.part(other);
    count(scenario, list).find(|index| list(*index).part(scenario) == part)
}

fn bindings(before: &[BindingSpec], after: &[BindingSpec], all: &mut Vec<(String, Vec<Name>)>) {
    let ends = |binding: &BindingSpec| vec![binding.source.clone(), binding.destination.name().clone()];
    if before.len() == after.len() {
        for (old, new) in before.iter().zip(after).filter(|(old, new)| old != new) {
            let has_other_key = old.routing_key != new.routing_key;
            let says = if has_other_key { texts::rebound } else { texts::bound_otherwise };
            all.push((says(&new.source, new.destination.name(), &new.routing_key), ends(new)));
        }
        return;
    }
    for binding in after.iter().filter(|binding| !before.contains(binding)) {
        all.push((texts::bound(&binding.source, binding.destination.name(), &binding.routing_key), ends(binding)));
    }
    for binding in before.iter().filter(|binding| !after.contains(binding)) {
        all.push((texts::unbound(&binding.source, binding.destination.name(), &binding.routing_key), ends(binding)));
    }
}

/// What changed in a part that stays.
fn within(before: &Scenario, after: &Scenario, part: &Part) -> Option<String> {
    let service = |scenario: &Scenario| scenario.services.iter().find(|service| service.name == *part.name()).cloned();
    let handlers = match (part, service(before), service(after)) {
        (Part::Service(_), Some(old), Some(new)) => recipes(&old, &new),
        _ => None,
    };
    handlers.or_else(|| fields(before, after, &About::Part(part.clone()), Some(part.name())))
}

/// What a service does now, and did not do before: told by its steps.
fn recipes(old: &Service, new: &Service) -> Option<String> {
    let line = |step: &Step| {
        let line = recipe::line(step);
        let says = format!("{} {}", line.does, line.what).trim_end().to_owned();
        // Without it two steps that save look the same.
        if matches!(step.action, Action::Persist { outbox: Some(_), .. }) { format!("{says} ({})", line.more) } else { says }
    };
    let name = &new.name;
    for (old, new) in old.handlers.iter().zip(&new.handlers) {
        if recipe::beginning(&old.trigger) != recipe::beginning(&new.trigger) {
            let (when, what, then) = recipe::beginning(&new.trigger);
            return Some(texts::begins(name, &format!("{when} {what} {then}")));
        }
        let lines: Vec<String> = new.steps.iter().map(line).collect();
        let (was, is): (Vec<_>, Vec<_>) = (old.steps.iter().map(recipe::line).collect(), new.steps.iter().map(recipe::line).collect());
        if was == is {
            continue;
        }
        let mut others = was.iter().zip(&is).enumerate().filter(|(_, (was, is))| was != is);
        return Some(match (others.next(), others.next()) {
            (Some((place, _)), None) if was.len() == is.len() => texts::step(name, place + 1, &lines[place]),
            _ => texts::steps(name, &lines.join(", ")),
        });
    }
    (old.handlers.len() < new.handlers.len()).then(|| texts::handles_more(name))
}

/// The first field that says something else.
fn fields(before: &Scenario, after: &Scenario, about: &About, of: Option<&Name>) -> Option<String> {
    let (old, new) = (flat(form::rows(before, about)), flat(form::rows(after, about)));
    // A choice among shapes says its name; a difference within it has separate fields.
    let is_same = |one: &Field, other: &Field| one.at == other.at && form::stated(one).value == form::stated(other).value;
    let changed = new.iter().find(|field| !old.iter().any(|other| is_same(field, other)) && old.iter().any(|other| other.at == field.at));
    let changed = changed.or_else(|| new.iter().find(|field| !old.iter().any(|other| is_same(field, other))))?;
    let stated = form::stated(changed);
    let name = of.map_or(texts::THE_SYSTEM, |name| &**name);
    Some(if stated.value.is_empty() { texts::taken(name, stated.label) } else { texts::set(name, stated.label, &stated.value) })
}

fn flat(rows: Vec<Row>) -> Vec<Field> {
    let within = |row: Row| match row {
        // Bindings stand with their exchange, and are distinguished.
        Row::Field(field) if matches!(field.at.slot, Slot::Binding(_)) => Vec::new(),
        Row::Field(field) => vec![field],
        Row::Item { rows, .. } | Row::Advanced { rows, .. } => flat(rows),
        Row::Add { .. } => Vec::new(),
    };
    rows.into_iter().flat_map(within).collect()
}
