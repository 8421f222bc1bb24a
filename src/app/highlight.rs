//! What lights up on the canvas. The way of a shown message, or of one before it is published, or a lesson's parts.

use super::copies::{self, Copy};
use super::geometry::{self, Edge, EdgeKind, Rect};
use super::tokens::{Picture, Token, published_key};
use super::whatif::{self, Preview};
use super::words::place_of;
use super::{App, Session};
use crate::broker::{Event, Name};
use crate::scenario::{BindingTarget, Destination, Scenario};
use crate::sim::{Place, World, WorldEvent};

/// The tokens of the shown copy. A token in a part that its story does not come to is another copy.
#[must_use]
pub fn asked(session: &Session, picture: &Picture) -> Vec<Token> {
    let Some(told) = &session.playhead.story else { return Vec::new() };
    let story = Highlight::of_story(session).unwrap_or_default();
    let beside: Vec<Rect> = geometry::drawn(session.plan()).filter(|(place, _)| !story.has(place)).map(|(_, rect)| rect).collect();
    let is_it = |token: &&Token| token.event.as_ref() == Some(&told.event) && !beside.iter().any(|rect| rect.has(token.at));
    picture.tokens.iter().filter(is_it).cloned().collect()
}

#[derive(Debug, Default, PartialEq)]
pub struct Highlight {
    nodes: Vec<Place>,
    legs: Vec<Leg>,
    /// Bindings by their index in the scenario.
    bindings: Vec<usize>,
    /// The lesson points at these nodes: no message touched them.
    is_pointing: bool,
    /// That of the message: what does not light up fades beside its way. None: parts alone are pointed at.
    pub hue: Option<usize>,
}

/// From one node to another that a message went along, and the entry of its story that tells of it.
#[derive(Debug, PartialEq)]
struct Leg {
    from: Place,
    to: Place,
    entry: usize,
}

impl Highlight {
    /// A story that is open stays lit while its reader composes the next message.
    #[must_use]
    pub fn of(app: &App, session: &Session) -> Self {
        if let Some(story) = Self::of_story(session) {
            return story;
        }
        if let Some(preview) = whatif::preview(app, session) {
            return Self::of_preview(&preview);
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
        self.legs_of(edge).next().is_some() || matches!(&edge.kind, EdgeKind::Binding(index, _) if self.bindings.contains(index))
    }

    fn legs_of(&self, edge: &Edge) -> impl Iterator<Item = &Leg> {
        let is = |place: &Place, end: &Place| geometry::moved_as(place) == *end;
        self.legs.iter().filter(move |leg| is(&leg.from, &edge.from) && is(&leg.to, &edge.to))
    }

    /// The number of the step that went along a line: the same stands in the story.
    #[must_use]
    pub fn step(&self, edge: &Edge) -> Option<usize> {
        self.legs_of(edge).map(|leg| leg.entry).min().and_then(|entry| self.step_of(entry))
    }

    /// The number of an entry of the story, from 1 on. None: it went along no line, or along one with a number.
    #[must_use]
    pub fn step_of(&self, entry: usize) -> Option<usize> {
        let mut entries: Vec<usize> = self.legs.iter().map(|leg| leg.entry).collect();
        entries.sort_unstable();
        entries.dedup();
        entries.binary_search(&entry).ok().map(|place| place + 1)
    }

    /// The legs of the shown copy alone. Two nodes that it touched need not be joined by one. None: no story is open.
    #[must_use]
    pub fn of_story(session: &Session) -> Option<Self> {
        let (told, world) = (session.playhead.story.as_ref()?, session.world());
        let life = told.life.as_ref()?;
        let copy = copies::told(life, told.copy.as_ref());
        let mut story = Self::default();
        let (mut publisher, mut delivered_from): (Option<Place>, Vec<(Name, usize)>) = (None, Vec::new());
        for (index, occurrence) in life.entries.iter().enumerate() {
            if copy.as_ref().is_some_and(|copy| !copy.has(occurrence, world)) {
                continue;
            }
            let here = place_of(occurrence).filter(|place| *place != Place::Exchange("".into()));
            if let Some(Place::Instance(id)) = here {
                publisher.clone_from(&here);
                if matches!(occurrence.what, WorldEvent::Began { .. }) {
                    for (queue, entry) in &delivered_from {
                        story.leg(Place::Queue(queue.clone()), Place::Instance(id), *entry);
                    }
                }
            }
            story.hue = story.hue.or_else(|| Some(session.hue(published_key(occurrence.what.message()?))));
            if let WorldEvent::Broker(event) = &occurrence.what {
                story.of_event((event, index), world, copy.as_ref(), publisher.as_ref(), &mut delivered_from);
            }
            if let Some(here) = here {
                story.node(here);
            }
        }
        story.hue = story.hue.or(Some(0));
        Some(story)
    }

    /// What one event of the broker adds to a story's way.
    fn of_event(
        &mut self,
        (event, entry): (&Event, usize),
        world: &World,
        copy: Option<&Copy<'_>>,
        publisher: Option<&Place>,
        delivered_from: &mut Vec<(Name, usize)>,
    ) {
        match event {
            Event::Published { message, .. } => {
                if let Some(publisher) = publisher {
                    self.leg(publisher.clone(), geometry::place_of(Destination::of(&message.exchange, &message.routing_key)), entry);
                }
            }
            Event::Routed { message, queues } => self.reach((world, entry), copy, &message.exchange, queues),
            Event::DelayOver { exchange, queues, .. } => self.reach((world, entry), copy, exchange, queues),
            Event::Delivered(delivered) => {
                if !delivered_from.iter().any(|(queue, _)| *queue == delivered.queue) {
                    delivered_from.push((delivered.queue.clone(), entry));
                }
            }
            Event::DeadLettered { queue, exchange, .. } => {
                let spec = world.queue_spec(queue);
                let key = spec.and_then(|spec| spec.dead_letter_routing_key()).unwrap_or(queue);
                self.leg(Place::Queue(queue.clone()), geometry::place_of(Destination::of(exchange, key)), entry);
            }
            Event::Delayed { .. }
            | Event::Returned { .. }
            | Event::Confirmed { .. }
            | Event::RolledBack { .. }
            | Event::Enqueued { .. }
            | Event::Fetched { .. }
            | Event::Acknowledged { .. }
            | Event::Requeued { .. }
            | Event::Read { .. }
            | Event::Dropped { .. }
            | Event::KeptOut { .. }
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

    fn reach(&mut self, (world, entry): (&World, usize), copy: Option<&Copy<'_>>, exchange: &Name, queues: &[Name]) {
        for queue in queues.iter().filter(|queue| copy.is_none_or(|copy| copy.comes_through(queue))) {
            self.node(Place::Queue(queue.clone()));
            for leg in route(world.scenario(), exchange, queue) {
                self.leg(leg.0, leg.1, entry);
            }
        }
    }

    /// What matches, and where a copy would go.
    fn of_preview(preview: &Preview<'_>) -> Self {
        let exchange = Place::Exchange(preview.exchange.into());
        let queues = preview.queues.iter().cloned().map(Place::Queue);
        Self {
            nodes: queues.chain([exchange]).collect(),
            bindings: preview.bindings.iter().filter(|(_, one)| one.matches).map(|(index, _)| *index).collect(),
            hue: Some(preview.hue),
            ..Self::default()
        }
    }

    fn node(&mut self, node: Place) {
        if !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }

    fn leg(&mut self, from: Place, to: Place, entry: usize) {
        if !self.legs.iter().any(|leg| leg.from == from && leg.to == to) {
            self.legs.push(Leg { from, to, entry });
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
