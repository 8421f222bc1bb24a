//! Finds the message that a goal is about, in the run in which the goal was not met: what is shown of that run begins before it moved.

use crate::app::slowing::BEFORE;
use crate::app::words::{is_worth_a_line, place_of};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;
use crate::lesson::Demand;
use crate::lesson::judge::{Failing, STEPS_MAX};
use crate::scenario::property::Property;
use crate::sim::judge::culprit;
use crate::sim::{Place, TimedEvent, World, WorldEvent};

/// A message that moved, and when.
type Movement = (SimTime, Name);

/// The failing run is played once more, so many steps at a time.
#[derive(Debug)]
pub(super) struct Tracing {
    /// The clause that is not met.
    pub clause: usize,
    pub failing: Failing,
    world: Box<World>,
    steps: u64,
    /// What the clause demands of the run, if it is about a count.
    property: Option<Property>,
    /// The last that happened to each order.
    orders: OrderedMap<Name, Movement>,
    /// What the clause speaks of: queues, exchanges, programs, effects.
    names: Vec<Name>,
    newest: Option<Movement>,
    /// The newest at one of these names.
    meant: Option<Movement>,
}

impl Tracing {
    pub(super) fn new(clause: usize, failing: Failing, demand: &Demand) -> Self {
        let mut world = Box::new(World::new(failing.recording.scenario.clone(), failing.recording.seed));
        world.set_watched(true);
        let property = match demand {
            Demand::Property(property) => Some(property.clone()),
            Demand::Reaches { .. } | Demand::Order { .. } | Demand::Attempts { .. } | Demand::Added { .. } => None,
        };
        let (names, orders) = (names(demand), OrderedMap::new());
        Self { clause, failing, world, steps: 0, property, orders, names, newest: None, meant: None }
    }

    /// Plays at most so many steps. Whether it came to the end.
    pub(super) fn advance(&mut self, steps: u64) -> bool {
        let end = self.world.effort() + steps;
        while self.world.effort() < end {
            let goes_on = self.world.step_along(&self.failing.recording.inputs, self.failing.at);
            let happened: Vec<TimedEvent> = self.world.drain_occurrences().collect();
            for occurrence in &happened {
                self.note(occurrence);
            }
            self.steps += 1;
            if !goes_on || self.steps >= STEPS_MAX || self.world.halted().is_some() {
                return true;
            }
        }
        false
    }

    pub(super) fn progress(&self) -> u32 {
        self.world.now().thousandths_of(self.failing.at)
    }

    fn note(&mut self, occurrence: &TimedEvent) {
        let Some(event) = occurrence.what.about().filter(|_| is_worth_a_line(occurrence)) else { return };
        let movement = (occurrence.at, event.clone());
        let order = occurrence.what.message().map_or(Some(event), |message| message.properties.correlation_id.as_ref());
        if let Some(order) = order {
            self.orders.insert(order.clone(), movement.clone());
        }
        if self.is_meant(occurrence) {
            self.meant = Some(movement.clone());
        }
        self.newest = Some(movement);
    }

    fn is_meant(&self, occurrence: &TimedEvent) -> bool {
        if let WorldEvent::Effect { what, .. } = &occurrence.what
            && self.names.contains(what)
        {
            return true;
        }
        match place_of(occurrence) {
            Some(Place::Queue(name) | Place::Exchange(name)) => self.names.contains(&name),
            Some(Place::Instance(id)) => {
                self.world.services().get(id.service).is_some_and(|service| self.names.contains(&service.spec.name))
            }
            Some(Place::Client(_)) | None => false,
        }
    }

    /// The moment that is to be shown, and the message whose story it is; none: no message moved in the whole run.
    pub(super) fn moment(self) -> (SimTime, Option<Name>) {
        let at = self.failing.at;
        let culprit = self.property.as_ref().and_then(|property| culprit(&self.world, property));
        if let Some((moved, event)) = culprit.and_then(|order| self.orders.get(&order)) {
            return (*moved, Some(event.clone()));
        }
        let is_recent = |movement: &Movement| movement.0 + BEFORE >= at;
        let recent = [&self.meant, &self.newest].into_iter().flatten().find(|movement| is_recent(movement));
        match recent {
            Some((_, event)) => (at, Some(event.clone())),
            // Nothing moves any more when it is judged: what led there is shown.
            None => self.meant.or(self.newest).map_or((at, None), |(moved, event)| (moved, Some(event))),
        }
    }
}

/// What a demand speaks of.
fn names(demand: &Demand) -> Vec<Name> {
    match demand {
        Demand::Property(property) => {
            let mut names = Vec::new();
            property.clone().each_name(&mut |_, name| names.push(name.clone()));
            names
        }
        Demand::Reaches { exchange, services, .. } => services.iter().chain([exchange]).cloned().collect(),
        Demand::Order { service: name, .. } | Demand::Attempts { queue: name, .. } => vec![name.clone()],
        Demand::Added { .. } => Vec::new(),
    }
}
