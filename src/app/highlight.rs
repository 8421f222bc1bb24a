//! What lights up on the canvas: the way of a told message, or of one that is about to be published, or a lesson's parts.

use super::geometry::{self, Edge, EdgeKind};
use super::words::place_of;
use super::{Session, line};
use crate::broker::{Event, Name};
use crate::scenario::{BindingSpec, BindingTarget, Scenario};
use crate::sim::biography::Biography;
use crate::sim::{Place, World, WorldEvent};

#[derive(Debug, Default, PartialEq)]
pub struct Highlight {
    nodes: Vec<Place>,
    /// From one node to another that a message went along.
    legs: Vec<(Place, Place)>,
    /// Bindings by their index in the scenario.
    bindings: Vec<usize>,
    /// The lesson points at these nodes: no message touched them.
    is_pointing: bool,
}

impl Highlight {
    /// A story that is open stays lit while its reader composes the next message.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        if let Some(life) = session.playhead.story.as_ref().and_then(|story| story.life.as_ref()) {
            return Self::of_story(life, session.world());
        }
        if session.composer.focused {
            return Self::of_composer(session);
        }
        let pointed_at = |node: &Place| session.part(node).is_some_and(|part| session.points.contains(part.name()));
        Self { nodes: geometry::places(session.plan()).into_iter().filter(pointed_at).collect(), is_pointing: true, ..Self::default() }
    }

    #[must_use]
    pub fn has(&self, node: &Place) -> bool {
        self.nodes.contains(node)
    }

    /// The class of a node that is lit.
    #[must_use]
    pub fn class(&self, node: &Place) -> Option<&'static str> {
        self.has(node).then_some(if self.is_pointing { "spot" } else { "lit" })
    }

    #[must_use]
    pub fn leads(&self, edge: &Edge) -> bool {
        let is = |place: &Place, end: &Place| geometry::moved_as(place) == *end;
        let is_leg = self.legs.iter().any(|(from, to)| is(from, &edge.from) && is(to, &edge.to));
        is_leg || matches!(&edge.kind, EdgeKind::Binding(index, _) if self.bindings.contains(index))
    }

    /// The legs of the message alone: two nodes that it touched need not be joined by one.
    fn of_story(life: &Biography, world: &World) -> Self {
        let mut story = Self::default();
        let (mut publisher, mut delivered_from): (Option<Place>, Vec<Name>) = (None, Vec::new());
        for occurrence in &life.entries {
            let here = place_of(occurrence).filter(|place| *place != Place::Exchange("".into()));
            if let Some(Place::Instance(id)) = here {
                publisher.clone_from(&here);
                if matches!(occurrence.what, WorldEvent::Began { .. }) {
                    for queue in &delivered_from {
                        story.leg(Place::Queue(queue.clone()), Place::Instance(id));
                    }
                }
            }
            if let WorldEvent::Broker(event) = &occurrence.what {
                story.of_event(event, world, publisher.as_ref(), &mut delivered_from);
            }
            if let Some(here) = here {
                story.node(here);
            }
        }
        story
    }

    /// What one event of the broker adds to a story's way.
    fn of_event(&mut self, event: &Event, world: &World, publisher: Option<&Place>, delivered_from: &mut Vec<Name>) {
        match event {
            Event::Published { message, .. } => {
                if let Some(publisher) = publisher {
                    self.leg(publisher.clone(), geometry::target(&message.exchange, &message.routing_key));
                }
            }
            Event::Routed { message, queues } => {
                for queue in queues.iter() {
                    self.node(Place::Queue(queue.clone()));
                    for leg in route(world.scenario(), &message.exchange, queue) {
                        self.leg(leg.0, leg.1);
                    }
                }
            }
            Event::Delivered(delivered) => {
                if !delivered_from.contains(&delivered.queue) {
                    delivered_from.push(delivered.queue.clone());
                }
            }
            Event::DeadLettered { queue, exchange, .. } => {
                let spec = world.queue_spec(queue);
                let key = spec.and_then(|spec| spec.dead_letter_routing_key()).unwrap_or(queue);
                self.leg(Place::Queue(queue.clone()), geometry::target(exchange, key));
            }
            Event::Returned { .. }
            | Event::Confirmed { .. }
            | Event::RolledBack { .. }
            | Event::Enqueued { .. }
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Requeued { .. }
            | Event::Dropped { .. }
            | Event::Refused { .. }
            | Event::ConsumerStarted { .. }
            | Event::ConsumerEnded { .. }
            | Event::ConsumerCancelled { .. }
            | Event::QueueDeleted { .. }
            | Event::ExchangeDeleted { .. }
            | Event::ChannelClosed { .. }
            | Event::ConnectionClosed { .. }
            | Event::ConnectionBlocked { .. }
            | Event::ConnectionUnblocked { .. }
            | Event::Discarded { .. }
            | Event::AlarmSet { .. }
            | Event::AlarmCleared { .. }
            | Event::Restarted => {}
        }
    }

    /// What matches, and where a copy would go.
    fn of_composer(session: &Session) -> Self {
        let (composer, broker) = (&session.composer, session.world().broker());
        let headers = composer.table();
        let explained = broker.explain(&composer.exchange, &composer.routing_key, headers.as_ref());
        let matches = |binding: &BindingSpec| explained.iter().any(|one| one.matches && line::is_of(one, binding));
        let bindings = session.scenario().broker.bindings.iter().enumerate();
        let bindings = bindings.filter(|(_, binding)| binding.source == composer.exchange && matches(binding)).map(|(index, _)| index);
        let queues = broker.destinations(&composer.exchange, &composer.routing_key, headers);
        Self { nodes: queues.into_iter().map(Place::Queue).collect(), bindings: bindings.collect(), ..Self::default() }
    }

    fn node(&mut self, node: Place) {
        if !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }

    fn leg(&mut self, from: Place, to: Place) {
        let leg = (from, to);
        if !self.legs.contains(&leg) {
            self.legs.push(leg);
        }
    }
}

/// The shortest way from an exchange to a queue along bindings, as legs.
fn route(scenario: &Scenario, exchange: &Name, queue: &Name) -> Vec<(Place, Place)> {
    // How each exchange was reached, in the order in which they were.
    let mut reached: Vec<(&Name, Option<usize>)> = vec![(exchange, None)];
    let mut next = 0;
    while let Some((here, _)) = reached.get(next).copied() {
        for binding in scenario.broker.bindings.iter().filter(|binding| binding.source == *here) {
            match &binding.destination {
                BindingTarget::Queue(name) if name == queue => {
                    let mut legs = vec![(Place::Exchange(here.clone()), Place::Queue(queue.clone()))];
                    let mut at = next;
                    while let Some(before) = reached[at].1 {
                        legs.push((Place::Exchange(reached[before].0.clone()), Place::Exchange(reached[at].0.clone())));
                        at = before;
                    }
                    return legs;
                }
                BindingTarget::Exchange(name) if !reached.iter().any(|(known, _)| *known == name) => reached.push((name, Some(next))),
                BindingTarget::Queue(_) | BindingTarget::Exchange(_) => {}
            }
        }
        next += 1;
    }
    Vec::new()
}
