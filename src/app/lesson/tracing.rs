//! Finds the message that a goal is about, in the run in which the goal was not met. The run is shown from before it moved.

use crate::app::markers::BEFORE;
use crate::app::markers::{self, MarkerKind};
use crate::app::probe::Asked;
use crate::app::words::{is_worth_a_line, place_of};
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, in_order};
use crate::broker::{Event, Name, Properties};
use crate::lesson::Demand;
use crate::lesson::judge::{Failing, STEPS_MAX, Seen, handlers};
use crate::scenario::property::{BusinessCount, EffectCount, Property, Quantity};
use crate::sim::judge::culprit;
use crate::sim::{Place, TimedEvent, World, WorldEvent};

/// A message that moved, and when.
type Movement = (SimTime, Name);

/// What happened to an order, as far as it may be what a goal failed for.
#[derive(Debug)]
struct Order {
    last: Movement,
    /// What the goal counts happened to it: at first, and once more.
    counted: Option<Movement>,
    again: Option<Movement>,
    /// A message of it was lost, or became a dead letter, or one of its requests failed. The first of each.
    lost: Option<Movement>,
    dead: Option<Movement>,
    failed: Option<Movement>,
}

/// The failing run is played once more, so many steps at a time.
#[derive(Debug)]
pub(super) struct Tracing {
    /// The clause that is not met.
    pub clause: usize,
    pub failing: Failing,
    world: Box<World>,
    steps: u64,
    demand: Demand,
    /// The goal is about who handles such a message.
    is_about_a_message: bool,
    /// The first such message that other services got than those that should.
    misled: Option<Movement>,
    orders: OrderedMap<Name, Order>,
    /// What the clause speaks of: queues, exchanges, programs, effects.
    names: Vec<Name>,
    newest: Option<Movement>,
    /// The newest at one of these names.
    meant: Option<Movement>,
}

/// What is to be shown of the failing run.
#[derive(Debug)]
pub(super) enum Found {
    /// The message that the goal failed for, and when it went wrong.
    Culprit(SimTime, Name),
    /// The goal failed for no message alone: the one that moved there last.
    Last(SimTime, Name),
    /// No message of the run is like the one that the goal speaks of: its way is lit.
    Asks(Box<Asked>),
    /// No message moved in the whole run.
    Nothing,
}

impl Tracing {
    pub(super) fn new(clause: usize, failing: Failing, demand: Demand, seen: Option<&Seen>) -> Self {
        let mut world = Box::new(World::new(failing.recording.scenario.clone(), failing.recording.seed));
        world.set_watched(true);
        Self {
            clause,
            failing,
            world,
            steps: 0,
            is_about_a_message: matches!(seen, Some(Seen::Reached(_))),
            misled: None,
            orders: OrderedMap::new(),
            names: names(&demand),
            demand,
            newest: None,
            meant: None,
        }
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
            self.note_order(order, &movement, &occurrence.what);
        }
        if self.misled.is_none() && self.is_misled(&occurrence.what) {
            self.misled = Some(movement.clone());
        }
        if self.is_meant(occurrence) {
            self.meant = Some(movement.clone());
        }
        self.newest = Some(movement);
    }

    fn note_order(&mut self, order: &Name, movement: &Movement, what: &WorldEvent) {
        let counts = self.counts(what);
        let new = || Order { last: movement.clone(), counted: None, again: None, lost: None, dead: None, failed: None };
        let order = self.orders.get_or_insert_with(order.clone(), new);
        let is_first = |slot: &mut Option<Movement>| *slot = slot.take().or_else(|| Some(movement.clone()));
        match markers::kind_of(what).map(|(kind, _)| kind) {
            Some(MarkerKind::Lost) => is_first(&mut order.lost),
            Some(MarkerKind::Dead) => is_first(&mut order.dead),
            Some(MarkerKind::Fault | MarkerKind::Mended) | None => {
                if matches!(what, WorldEvent::CallFailed { .. } | WorldEvent::HandlerFailed { .. }) {
                    is_first(&mut order.failed);
                }
            }
        }
        if counts && order.counted.is_some() {
            is_first(&mut order.again);
        } else if counts {
            is_first(&mut order.counted);
        }
        order.last = movement.clone();
    }

    /// Whether the goal counts it, where it counts what happens to orders.
    fn counts(&self, what: &WorldEvent) -> bool {
        let Demand::Property(property) = &self.demand else { return false };
        [&property.left, &property.right].into_iter().any(|quantity| match (quantity, what) {
            (Quantity::Effect(_, Some(counted)), WorldEvent::Effect { what, .. }) => counted == what,
            (Quantity::Business(BusinessCount::SavedTwice), WorldEvent::Persisted { .. }) => true,
            _ => false,
        })
    }

    /// The goal speaks of such a message, and other services would get it at this moment.
    fn is_misled(&self, what: &WorldEvent) -> bool {
        let Demand::Reaches { exchange, routing_key, headers, services } = &self.demand else { return false };
        let WorldEvent::Broker(Event::Published { message, .. }) = what else { return false };
        let has_headers = || headers.iter().all(|(name, value)| message.properties.header(name) == Some(value));
        message.exchange == *exchange
            && message.routing_key == *routing_key
            && has_headers()
            && handlers(&self.world, exchange, routing_key, headers) != in_order(services.iter().cloned())
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

    /// The first moment at which it went wrong, and the message whose story it is.
    pub(super) fn found(self) -> Found {
        let at = self.failing.at;
        if let Some(event) = self.failing.event {
            return Found::Culprit(at, event);
        }
        match self.demand {
            Demand::Reaches { exchange, routing_key, headers, .. } if self.is_about_a_message => {
                let asked = || Box::new(Asked { exchange, routing_key, properties: Properties::with_headers(Some(headers)) });
                return self.misled.map_or_else(|| Found::Asks(asked()), |(moved, event)| Found::Culprit(moved, event));
            }
            Demand::Property(property) => {
                if let Some(order) = culprit(&self.world, &property).and_then(|order| self.orders.get(&order)) {
                    let (moved, event) = order.went_wrong(&property).clone();
                    return Found::Culprit(moved, event);
                }
            }
            Demand::Reaches { .. } | Demand::Order { .. } | Demand::Attempts { .. } | Demand::Added { .. } => {}
        }
        let is_recent = |movement: &Movement| movement.0 + BEFORE >= at;
        let recent = [&self.meant, &self.newest].into_iter().flatten().find(|movement| is_recent(movement));
        match recent {
            Some((_, event)) => Found::Last(at, event.clone()),
            // Nothing moves any more when it is judged: what led there is shown.
            None => self.meant.or(self.newest).map_or(Found::Nothing, |(moved, event)| Found::Last(moved, event)),
        }
    }
}

impl Order {
    /// When it went wrong for this order. It had once too often what is counted, or it lost what it needed.
    fn went_wrong(&self, property: &Property) -> &Movement {
        let first = [&property.left, &property.right].into_iter().find_map(|quantity| match quantity {
            Quantity::Effect(EffectCount::Duplicated, _) | Quantity::Business(BusinessCount::SavedTwice) => self.again.as_ref(),
            Quantity::Effect(EffectCount::Invented, _) => self.counted.as_ref(),
            Quantity::Business(BusinessCount::Accepted | BusinessCount::Failed) => self.failed.as_ref().or(self.lost.as_ref()),
            Quantity::Effect(EffectCount::Done | EffectCount::Missing, _) | Quantity::Business(BusinessCount::Unannounced) => {
                self.lost.as_ref().or(self.dead.as_ref()).or(self.failed.as_ref())
            }
            _ => None,
        });
        first.unwrap_or(&self.last)
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
