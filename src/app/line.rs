//! Lines on the canvas: what each stands for in the document, and where it is drawn. Parts and lines together are the stops of the
//! keyboard.

use super::consuming;
use super::effect::Asked;
use super::geometry::{self, Edge, EdgeKind};
use super::landing::Landing;
use super::texts::line as texts;
use super::{Node, Session, Stop};
use crate::base::ordered::OrderedMap;
use crate::broker::Event;
use crate::broker::explain::Explained;
use crate::scenario::edit::{Line, Part};
use crate::scenario::{BindingSpec, BindingTarget, Point};
use crate::sim::service::ClosedWith;
use crate::sim::{Place, WorldEvent};

/// Two bindings between the same two parts are drawn along the same line. Their keys stand so far below one another.
const KEY_STRIDE: f64 = 25.0;

impl Session {
    /// What a line on the canvas stands for.
    #[must_use]
    pub fn line_of(&self, edge: &Edge) -> Option<Line> {
        Some(match (&edge.kind, self.part(&edge.from)?, self.part(&edge.to)?) {
            (EdgeKind::Binding(number, _), ..) => Line::Binding(*number),
            (EdgeKind::DeadLetters, from, _) => Line::DeadLetters(from.name().clone()),
            (EdgeKind::Alternate, from, _) => Line::Alternate(from.name().clone()),
            (EdgeKind::Consumes, from, to) => Line::Consumes { queue: from.name().clone(), service: to.name().clone() },
            (EdgeKind::Asks, from, to) => Line::Asks { queue: from.name().clone(), service: to.name().clone() },
            (EdgeKind::Http, from, to) => Line::Calls { from, service: to.name().clone() },
            (EdgeKind::Publishes, from, to) => Line::Publishes { service: from.name().clone(), to },
        })
    }

    /// Where a line is drawn: the first of those to several instances.
    #[must_use]
    pub fn edge_of(&self, line: &Line) -> Option<Edge> {
        geometry::edges(self.plan()).into_iter().find(|edge| self.line_of(edge).as_ref() == Some(line))
    }

    /// Every line once, with where it is drawn.
    #[must_use]
    pub fn lines(&self) -> Vec<(Line, Edge)> {
        let mut known = OrderedMap::new();
        let mut is_new = |edge: &Edge| {
            let ends = (geometry::moved_as(&edge.from), geometry::moved_as(&edge.to));
            matches!(edge.kind, EdgeKind::Binding(..)) || known.insert(ends, ()).is_none()
        };
        let edges = geometry::edges(self.plan()).into_iter().filter(|edge| is_new(edge));
        edges.filter_map(|edge| Some((self.line_of(&edge)?, edge))).collect()
    }

    /// The key of a line, as it can be asked for on the canvas; none: it has none, or several.
    #[must_use]
    pub fn key_of(&self, line: &Line) -> Option<Asked> {
        match line {
            Line::Binding(number) => Some(Asked::Binding(*number)),
            Line::DeadLetters(queue) => match self.edge_of(line)?.to {
                Node::Exchange(exchange) => Some(Asked::DeadLetters { queue: queue.clone(), exchange }),
                Node::Queue(_) | Node::Client(_) | Node::Instance(_) => None,
            },
            Line::Publishes { service, .. } => match *line.steps(self.scenario()) {
                [at] => Some(Asked::Publish { service: self.scenario().service(service)?.0, at }),
                _ => None,
            },
            Line::Alternate(_) | Line::Consumes { .. } | Line::Asks { .. } | Line::Calls { .. } => None,
        }
    }

    /// Every part and line, each where the keyboard finds it, with the parts that a line joins.
    #[must_use]
    pub fn stops(&self) -> Vec<(Stop, Point, Option<[Node; 2]>)> {
        let mut stops: Vec<(Stop, Point, Option<[Node; 2]>)> =
            geometry::drawn(self.plan()).map(|(node, rect)| (Stop::Node(node), rect.centre(), None)).collect();
        let mut known = OrderedMap::new();
        for (line, edge) in self.lines() {
            let mut at = edge.curve.at(0.5);
            // Bindings between the same two parts stand below one another.
            if known.insert((edge.from.clone(), edge.to.clone()), ()).is_some() {
                let is_same = |ends: &Option<[Node; 2]>| ends.as_ref().is_some_and(|[from, to]| (from, to) == (&edge.from, &edge.to));
                stops.iter().filter(|(_, _, ends)| is_same(ends)).for_each(|_| at.y += KEY_STRIDE);
            }
            stops.push((Stop::Line(line), at, Some([edge.from, edge.to])));
        }
        stops
    }

    /// Where a stop is, as long as it is there.
    #[must_use]
    pub fn place_of(&self, stop: &Stop) -> Option<Point> {
        match stop {
            Stop::Node(node) => self.place(node),
            Stop::Line(line) => self.edge_of(line).map(|edge| edge.curve.at(0.5)),
        }
    }

    /// The element of the drawing that stands for a stop.
    #[must_use]
    pub fn stop_id(&self, stop: &Stop) -> Option<String> {
        match stop {
            Stop::Node(node) => geometry::places(self.plan()).iter().position(|place| place == node).map(|index| format!("node-{index}")),
            Stop::Line(line) => {
                let index = geometry::edges(self.plan()).iter().position(|edge| self.line_of(edge).as_ref() == Some(line))?;
                Some(format!("line-{index}"))
            }
        }
    }
}

/// What kind of line it is, in the field's word.
#[must_use]
pub const fn kind(line: &Line) -> &'static str {
    match line {
        Line::Binding(_) => texts::BINDING,
        Line::DeadLetters(_) => texts::DEAD_LETTERS,
        Line::Alternate(_) => texts::ALTERNATE,
        Line::Consumes { .. } => texts::CONSUMER,
        Line::Asks { .. } => texts::GET_OR_CHECK,
        Line::Calls { .. } => texts::CALL,
        Line::Publishes { .. } => texts::PUBLISH,
    }
}

/// So many messages are looked at for what matched lately.
const LATELY: usize = 50;

/// What is known of a line: what it says, and what went along it.
#[must_use]
pub fn facts(session: &Session, landing: &Landing, line: &Line) -> Vec<(&'static str, String)> {
    let (world, broker) = (session.world(), &session.scenario().broker);
    match line {
        Line::Binding(number) => {
            let told = match matched_lately(session, *number) {
                (_, 0) => texts::NO_RECENT_MESSAGE.to_owned(),
                (matched, all) => texts::of_the_last(matched, all),
            };
            vec![(texts::MATCHES, told)]
        }
        Line::DeadLetters(name) => {
            let spec = broker.queues.iter().find(|queue| queue.name == *name);
            let key =
                spec.and_then(|queue| queue.dead_letter_routing_key()).map_or_else(|| texts::KEEPS_ITS_KEY.into(), ToString::to_string);
            let copies = world.ledger().queues.get(name).cloned().unwrap_or_default();
            let reasons = copies.dead_lettered.iter().map(|(reason, count)| (reason.name(), count.to_string()));
            let lost = (copies.unroutable_dead_letters > 0).then(|| (texts::TO_NO_QUEUE, copies.unroutable_dead_letters.to_string()));
            std::iter::once((texts::KEY, key)).chain(reasons).chain(lost).collect()
        }
        Line::Consumes { queue, service } => {
            let Some((index, spec)) = world.services().iter().enumerate().find(|(_, one)| one.spec.name == *service && !one.removed) else {
                return Vec::new();
            };
            let queue = world.broker().queue(queue);
            let unacked = queue.map_or(0, |queue| consuming::unacked_of_service(world, landing, queue, index));
            let counts = [(texts::INSTANCES, spec.spec.instances.to_string()), (texts::UNACKED, unacked.to_string())];
            counts.into_iter().chain(closed_by(session, line)).collect()
        }
        Line::Calls { from, service } => {
            // Of a client its own requests are counted; of a service, all that it gets.
            let http = world.metrics().http(if matches!(from, Part::Client(_)) { from.name() } else { service });
            let (succeeded, failed, timed_out) = http.map_or((0, 0, 0), |http| (http.succeeded, http.failed, http.timed_out));
            [(texts::SUCCEEDED, succeeded), (texts::FAILED, failed), (texts::TIMED_OUT, timed_out)]
                .map(|(word, count)| (word, count.to_string()))
                .into()
        }
        Line::Publishes { .. } => closed_by(session, line).into_iter().collect(),
        Line::Alternate(_) | Line::Asks { .. } => Vec::new(),
    }
}

/// RabbitMQ's own words, where it closed the channel.
fn closed_by(session: &Session, line: &Line) -> Option<(&'static str, String)> {
    let edge = session.edge_of(line)?;
    closed(session, &edge).map(|closed| (texts::CHANNEL_CLOSED, closed.text.to_string()))
}

/// How many of the last messages that came to its exchange a binding took, and how many these were.
fn matched_lately(session: &Session, number: usize) -> (usize, usize) {
    let Some(binding) = session.scenario().broker.bindings.get(number) else { return (0, 0) };
    // Where messages follow a recording, its bindings do not tell.
    let is_recorded = session.scenario().broker.recorded;
    let followed = |queues: &[crate::broker::Name]| match &binding.destination {
        BindingTarget::Queue(queue) => Some(queues.contains(queue)),
        BindingTarget::Exchange(_) => None,
    };
    let came = session.playhead.log.newest().filter_map(|entry| match &entry.occurrence.what {
        WorldEvent::Broker(Event::Routed { message, queues }) if message.exchange == binding.source => {
            let followed = if is_recorded { followed(queues) } else { None };
            Some((&message.routing_key, &message.properties, followed))
        }
        WorldEvent::Broker(Event::DeadLettered { queue, message, exchange, .. }) if *exchange == binding.source => {
            let key = session.world().queue_spec(queue).and_then(|queue| queue.dead_letter_routing_key());
            Some((key.unwrap_or(&message.routing_key), &message.properties, None))
        }
        _ => None,
    });
    let taken = came.take(LATELY).map(|(key, properties, followed)| {
        if let Some(followed) = followed {
            return followed;
        }
        let bindings = session.world().broker().explain(&binding.source, key, properties);
        bindings.iter().any(|one| one.matches && is_of(one, binding))
    });
    taken.fold((0, 0), |(matched, all), takes| (matched + usize::from(takes), all + 1))
}

/// Whether the broker's binding is this one of the document.
#[must_use]
pub fn is_of(one: &Explained<'_>, binding: &BindingSpec) -> bool {
    // A queue and an exchange may have one name.
    one.binding.to_exchange == matches!(binding.destination, BindingTarget::Exchange(_))
        && **one.binding.routing_key == *binding.routing_key
        && **one.binding.destination == **binding.destination.name()
        && one.binding.arguments == &binding.arguments
}

/// What is read of a line where it cannot be seen.
#[must_use]
pub fn label(session: &Session, line: &Line, edge: &Edge) -> String {
    let name = |node: &Node| session.part(node).map(|part| part.name().to_string()).unwrap_or_default();
    let key = if let EdgeKind::Binding(_, key) = &edge.kind { key } else { "" };
    let named = texts::named(kind(line), &name(&edge.from), &name(&edge.to), key);
    closed(session, edge).map_or(named.clone(), |closed| texts::and_closed(&named, &closed.text))
}

/// What RabbitMQ closed the channel with that this line stands for.
#[must_use]
pub fn closed<'a>(session: &'a Session, edge: &Edge) -> Option<&'a ClosedWith> {
    let world = session.world();
    let instances = |of| world.instances().map(|(id, _)| id).filter(move |id| id.service == of);
    match (&edge.kind, &edge.from, &edge.to) {
        (EdgeKind::Consumes, Place::Queue(queue), Place::Instance(id)) => instances(id.service).find_map(|id| world.closed_with(id, queue)),
        (EdgeKind::Publishes, Place::Instance(id), _) => instances(id.service).find_map(|id| world.publisher_closed_with(id)),
        _ => None,
    }
}
