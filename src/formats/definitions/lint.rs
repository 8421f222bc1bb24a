//! What looks wrong in a scenario, with the places of the file that it comes from.

use super::json::{self, At};
use super::report::{Counts, Entry, Kind, Report};
use crate::formats::scenario_file;
use crate::scenario::edit::{Part, Slot};
use crate::scenario::findings::{findings, remarks};
use crate::scenario::{Problem, Scenario};

/// Where in the file the part of a slot stands.
type Places<'a> = &'a dyn Fn(Slot) -> Option<(String, At)>;

pub(super) fn entries(scenario: &Scenario, places: Places) -> Vec<Entry> {
    let entry = |kind, slot: Slot, says: String, todo: Option<String>, lesson| {
        let (path, at) = places(slot).map_or_else(|| (slot.to_string(), None), |(path, at)| (path, Some(at)));
        Entry { kind: Kind::Finding(kind), path, at, part: None, shown_by: None, says, todo, lesson: Some(lesson) }
    };
    let found = findings(scenario).into_iter().map(|one| {
        let fix = one.fix.map(|fix| fix.says());
        let found = entry(one.kind.name(), one.slot, one.says, fix, one.kind.lesson());
        Entry { part: Some(one.part.name().to_string()), shown_by: Some(one.part), ..found }
    });
    let remarked = remarks(&scenario.broker).into_iter().map(|one| {
        let part = one.slot.part(scenario);
        let remark = entry(one.kind.name(), one.slot, one.says, Some(one.todo).filter(|todo| !todo.is_empty()), one.kind.lesson());
        let source = match one.slot {
            Slot::Binding(index) => scenario.broker.bindings.get(index).map(|binding| Part::Exchange(binding.source.clone())),
            _ => None,
        };
        Entry { part: part.as_ref().map(|part| part.name().to_string()), shown_by: part.or(source), ..remark }
    });
    found.chain(remarked).collect()
}

/// What looks wrong in a scenario file.
///
/// # Errors
/// It is no scenario that can run.
pub fn scenario(text: &str) -> Result<Report, Vec<Problem>> {
    let scenario = scenario_file::read(text)?;
    let parsed = json::parse(text).ok();
    let found = entries(&scenario, &|slot| {
        let (path, parsed) = (slot.to_string(), parsed.as_ref()?);
        let at = parsed.lines.at(parsed.root.at(&path).byte);
        Some((path, at))
    });
    let broker = &scenario.broker;
    let counts = Counts {
        exchanges: broker.exchanges.len(),
        queues: broker.queues.len(),
        bindings: broker.bindings.len(),
        policies: broker.policies.len(),
    };
    Ok(Report { profile: broker.profile, counts, findings: found, ..Report::default() })
}
