//! The hue of a routing key. The system and the messages published in its run decide it, and nothing that the page showed before. The same
//! system from a link, or after a reload, has the same hues. A key's letters say which it wants. Of two that want the same, the one that is
//! published by the earlier step has it. A new key seldom changes another.

use std::sync::Arc;

use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::scenario::{Action, Scenario};
use crate::sim::{Input, Recording};

/// How many hues there are.
pub const HUES: usize = 6;

/// The hues of one system: those that services publish come first, and then those that were published by hand.
#[derive(Clone, Debug, Default)]
pub struct OfSystem {
    hues: OrderedMap<Name, usize>,
    /// What they were given for.
    seen: Option<Seen>,
}

/// A scenario, the number of inputs of its run, and the last input with its moment and its key.
#[derive(Clone, Debug)]
struct Seen {
    scenario: Arc<Scenario>,
    inputs: usize,
    last: Option<(SimTime, Option<Name>)>,
}

impl OfSystem {
    /// A key that has no hue yet has one of those that are left: its letters decide which.
    #[must_use]
    pub fn of(&self, key: &str) -> usize {
        if let Some(hue) = self.hues.get(key) {
            return *hue;
        }
        let wanted = by_letters(key);
        let is_free = |hue: &usize| !self.hues.values().any(|other| other == hue);
        // The next one around the circle.
        (0..HUES).map(|step| (wanted + step) % HUES).find(is_free).unwrap_or(wanted)
    }

    /// The keys that were published by hand alone.
    pub fn by_hand<'a>(&'a self, scenario: &'a Scenario) -> impl Iterator<Item = &'a Name> {
        let published = published_keys(scenario);
        self.hues.keys().filter(move |key| !published.contains(key))
    }

    /// Looks at the keys that services publish, and at those that were published by hand.
    pub(super) fn follow(&mut self, scenario: &Arc<Scenario>, recording: &Recording) {
        let inputs = recording.inputs.len();
        let last = recording.inputs.iter().next_back().map(|last| (last.at, published_by(&last.input).cloned()));
        let is_known = |seen: &Seen| Arc::ptr_eq(&seen.scenario, scenario) && (seen.inputs, &seen.last) == (inputs, &last);
        if self.seen.as_ref().is_some_and(is_known) {
            return;
        }
        self.hues = OrderedMap::new();
        let by_hand = recording.inputs.iter().filter_map(|input| published_by(&input.input));
        for key in published_keys(scenario).into_iter().chain(by_hand) {
            if !self.hues.contains_key(key) {
                self.hues.insert(key.clone(), self.of(key));
            }
        }
        self.seen = Some(Seen { scenario: scenario.clone(), inputs, last });
    }

    /// Another run of the same length may have published other keys.
    pub(super) fn forget(&mut self) {
        self.seen = None;
    }
}

/// The same on every machine. This factor gives the three keys of the course's system, which everybody sees first, the hues that differ most.
fn by_letters(key: &str) -> usize {
    let sum = key.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(2_893).wrapping_add(u32::from(byte)));
    // The last letters of keys are often the same: what is above them decides, too.
    ((sum ^ sum >> 16) as usize) % HUES
}

fn published_by(input: &Input) -> Option<&Name> {
    if let Input::Publish(message) = input { Some(&message.routing_key) } else { None }
}

/// The routing keys the scenario's services publish.
#[must_use]
pub fn published_keys(scenario: &Scenario) -> Vec<&Name> {
    let mut keys: Vec<&Name> = Vec::new();
    for step in scenario.services.iter().flat_map(|service| &service.handlers).flat_map(|handler| &handler.steps) {
        if let Action::Publish(publish) = &step.action
            && !keys.contains(&&publish.routing_key)
        {
            keys.push(&publish.routing_key);
        }
    }
    keys
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A system whose first service publishes with these keys.
    fn publishing(keys: &[u8]) -> Arc<Scenario> {
        let text = include_str!("../../static/scenarios/course-chapter.json");
        let mut scenario = crate::formats::scenario_file::read(text).expect("it can be read");
        let steps: Vec<_> = scenario
            .services
            .iter_mut()
            .flat_map(|service| &mut service.handlers)
            .flat_map(|handler| std::mem::take(&mut handler.steps))
            .collect();
        let publishes = steps.into_iter().find(|step| step.action.publish().is_some()).expect("something is published");
        scenario.services[0].handlers[0].steps = keys
            .iter()
            .map(|key| {
                let mut step = publishes.clone();
                if let Action::Publish(publish) = &mut step.action {
                    publish.routing_key = format!("key.{key}").into();
                }
                step
            })
            .collect();
        Arc::new(scenario)
    }

    proptest! {
        /// However a system came to be, after whichever other system. It has the hues of one that is opened as it is.
        #[test]
        fn hues_know_no_history(edits in proptest::collection::vec(proptest::collection::vec(0_u8..20, 0..8), 1..12)) {
            let mut system = OfSystem::default();
            for keys in edits {
                let scenario = publishing(&keys);
                let recording = Recording::of(scenario.clone());
                system.follow(&scenario, &recording);
                let mut opened = OfSystem::default();
                opened.follow(&scenario, &recording);
                let hues = |of: &OfSystem| keys.iter().map(|key| of.of(&format!("key.{key}"))).collect::<Vec<_>>();
                prop_assert_eq!(hues(&system), hues(&opened));
                prop_assert!(hues(&system).iter().all(|hue| *hue < HUES));
            }
        }

        /// A key that comes last changes no other one; so many keys as there are hues have one each.
        #[test]
        fn what_comes_last_changes_no_hue(keys in proptest::collection::vec(0_u8..40, 1..10)) {
            let of = |keys: &[u8]| {
                let (mut system, scenario) = (OfSystem::default(), publishing(keys));
                system.follow(&scenario, &Recording::of(scenario.clone()));
                system
            };
            let (before, after) = (of(&keys[..keys.len() - 1]), of(&keys));
            let mut all = keys.clone();
            all.sort_unstable();
            all.dedup();
            for key in &keys[..keys.len() - 1] {
                let key = format!("key.{key}");
                prop_assert_eq!(before.of(&key), after.of(&key));
            }
            let mut hues: Vec<usize> = all.iter().map(|key| after.of(&format!("key.{key}"))).collect();
            hues.sort_unstable();
            hues.dedup();
            prop_assert_eq!(hues.len(), all.len().min(HUES));
        }
    }

    #[test]
    fn the_keys_of_the_course_differ_most() {
        assert_eq!(["order.placed", "order.shipped", "user.created"].map(by_letters), [0, 1, 2]);
    }
}
