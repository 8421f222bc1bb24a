//! The hue of a routing key. As long as the page is open, a key keeps the hue that it had first: what other keys come or go changes nothing.

use std::sync::Arc;

use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::scenario::{Action, Scenario};
use crate::sim::{Input, Recording};

/// How many hues there are.
pub const HUES: usize = 6;

#[derive(Clone, Debug, Default)]
pub struct Hues {
    known: OrderedMap<Name, usize>,
}

/// The hues of one system, and how far it was looked at.
#[derive(Clone, Debug, Default)]
pub struct OfSystem {
    hues: OrderedMap<Name, usize>,
    /// The scenario and the inputs whose keys are known.
    seen: Option<(Arc<Scenario>, usize)>,
}

impl OfSystem {
    /// A key that is in no hue yet has one of those that are left: its letters decide which.
    #[must_use]
    pub fn of(&self, key: &str) -> usize {
        if let Some(hue) = self.hues.get(key) {
            return *hue;
        }
        let left = self.left();
        let letters = key.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        if left.is_empty() { letters % HUES } else { left[letters % left.len()] }
    }

    fn left(&self) -> Vec<usize> {
        (0..HUES).filter(|hue| !self.hues.values().any(|other| other == hue)).collect()
    }

    /// Looks at the keys that services publish, and at those that were published by hand.
    pub(super) fn follow(&mut self, scenario: &Arc<Scenario>, recording: &Recording, page: &mut Hues) {
        let inputs = recording.inputs.len();
        let (is_known, before) = match &self.seen {
            Some((seen, before)) => (Arc::ptr_eq(seen, scenario), *before),
            None => (false, 0),
        };
        if is_known && before == inputs {
            return;
        }
        if !is_known {
            for key in published_keys(scenario) {
                self.learn(key, false, page);
            }
        }
        for input in recording.inputs.iter().skip(if before > inputs { 0 } else { before }) {
            if let Input::Publish(message) = &input.input {
                self.learn(&message.routing_key, true, page);
            }
        }
        self.seen = Some((scenario.clone(), inputs));
    }

    fn learn(&mut self, key: &Name, by_hand: bool, page: &mut Hues) {
        if self.hues.contains_key(key) {
            return;
        }
        let first_left = self.left().first().copied().filter(|_| !by_hand);
        let hue = page.known.get(key).copied().unwrap_or_else(|| first_left.unwrap_or_else(|| self.of(key)));
        page.known.insert(key.clone(), hue);
        self.hues.insert(key.clone(), hue);
    }
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
        /// However the steps of services change, and whatever system is opened meanwhile.
        #[test]
        fn a_key_keeps_its_hue(edits in proptest::collection::vec((proptest::collection::vec(0_u8..20, 0..8), any::<bool>()), 1..12)) {
            let (mut page, mut system) = (Hues::default(), OfSystem::default());
            let mut first: OrderedMap<String, usize> = OrderedMap::new();
            for (keys, is_other) in edits {
                if is_other {
                    system = OfSystem::default();
                }
                let scenario = publishing(&keys);
                system.follow(&scenario, &Recording::of(scenario.clone()), &mut page);
                for key in &keys {
                    let key = format!("key.{key}");
                    let hue = system.of(&key);
                    prop_assert!(hue < HUES);
                    prop_assert_eq!(*first.get_or_insert_with(key, || hue), hue);
                }
            }
        }
    }

    #[test]
    fn the_keys_of_a_system_have_hues_of_their_own_as_long_as_there_are_enough() {
        let (mut page, mut system) = (Hues::default(), OfSystem::default());
        let scenario = publishing(&[1, 2, 3]);
        system.follow(&scenario, &Recording::of(scenario.clone()), &mut page);
        assert_eq!(["key.1", "key.2", "key.3"].map(|key| system.of(key)), [0, 1, 2]);
        assert!(system.of("by.hand") > 2);
    }
}
