//! What would become of a message. Which binding stops it on its way to a queue, and which keys a binding key takes.

use super::probe::Asked;
use super::words::place_of;
use super::{App, Drawer, Session, Side, line};
use crate::broker::exchange::topic;
use crate::broker::explain::{Explained, Why, words_met};
use crate::broker::{BindingKey, Event, ExchangeType, Name};
use crate::lesson::Demand;
use crate::scenario::Scenario;
use crate::scenario::edit::Slot;
use crate::sim::{Place, WorldEvent};

use super::composer::like;
use super::form::Spot;

/// So many keys of each sort are shown.
const EXAMPLES_MAX: usize = 2;

/// What would become of the message that is composed, or that a goal asks for.
#[derive(Debug)]
pub struct Preview<'a> {
    pub exchange: &'a str,
    pub routing_key: &'a str,
    pub hue: usize,
    /// Every binding of the exchange, by its number in the scenario, and what it makes of the message.
    pub bindings: Vec<(usize, Explained<'a>)>,
    /// A copy would go to each.
    pub queues: Vec<Name>,
}

/// The keys of the legend. First is the one whose way is lit, then those that the goal of a lesson's step asks for. No message may have
/// one of them now. Then come those of this run.
#[must_use]
pub fn keys_of_legend<'a>(app: &'a App, session: &'a Session) -> Vec<&'a str> {
    let lit = preview(app, session).map(|preview| preview.routing_key);
    let goal = app.classroom.as_ref().and_then(|room| room.step().task.goal());
    let asked = goal.into_iter().flat_map(|goal| &goal.clauses).filter_map(|clause| match &clause.demand {
        Demand::Reaches { routing_key, .. } => Some(&**routing_key),
        Demand::Property(_) | Demand::Added { .. } | Demand::Order { .. } | Demand::Attempts { .. } => None,
    });
    let mut keys: Vec<&str> = Vec::new();
    for key in lit.into_iter().chain(asked).chain(session.keys().into_iter().map(|key| &**key)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// As long as the composer is seen, and can be read. None: nothing is composed, or it was sent, or the way of another message is lit.
#[must_use]
pub fn preview<'a>(app: &App, session: &'a Session) -> Option<Preview<'a>> {
    app.arrived.foresees().and_then(|foresee| foresee(app, session))
}

pub(super) type Foresee = for<'a> fn(&App, &'a Session) -> Option<Preview<'a>>;

pub(super) fn foresee<'a>(app: &App, session: &'a Session) -> Option<Preview<'a>> {
    let asked = session.playhead.shown.as_ref().and_then(|shown| shown.asks.as_ref());
    let is_composed = app.workspace.left == Some(Drawer::Publish) && app.seen().contains(&Side::Left);
    let (exchange, routing_key, properties) = match asked {
        _ if session.playhead.story.is_some() => return None,
        // What travels now is the message itself: nothing fades beside it.
        _ if is_composed && session.composer.is_sent => return None,
        _ if is_composed => (&session.composer.exchange, &*session.composer.routing_key, session.composer.properties()?),
        Some(asked) => (&asked.exchange, &*asked.routing_key, asked.properties.clone()),
        None => return None,
    };
    let (broker, scenario) = (session.world().broker(), session.scenario());
    let mut explained = broker.explain(exchange, routing_key, &properties);
    let own = scenario.broker.bindings.iter().enumerate().filter(|(_, binding)| binding.source == *exchange);
    let bindings = own.filter_map(|(number, binding)| {
        let place = explained.iter().position(|one| line::is_of(one, binding))?;
        Some((number, explained.swap_remove(place)))
    });
    Some(Preview {
        exchange,
        routing_key,
        hue: session.hue(routing_key),
        bindings: bindings.collect(),
        queues: broker.destinations(exchange, routing_key, properties),
    })
}

/// The words of a binding's key, each with the class of what became of it: met, unmet, or not compared.
#[must_use]
pub fn words(explained: &Explained<'_>, routing_key: &str) -> Vec<(String, &'static str)> {
    let key = &**explained.binding.routing_key;
    let is_topic = matches!(explained.why, Why::Words(_) | Why::OtherWord { .. } | Why::WordMissing(_) | Why::WordTooMany(_));
    let is_compared = is_topic || matches!(explained.why, Why::SameKey | Why::OtherKey);
    let met = match explained.matches {
        true => usize::MAX,
        false if is_topic => words_met(key, routing_key),
        false => 0,
    };
    let class = |index: usize| match index {
        _ if !is_compared => "",
        index if index < met => "met",
        index if index == met => "unmet",
        _ => "",
    };
    let words: Vec<&str> = if is_topic && !key.is_empty() { key.split('.').collect() } else { vec![key] };
    words.into_iter().enumerate().map(|(index, word)| (word.to_owned(), class(index))).collect()
}

/// What a queue gets of it.
#[derive(Debug)]
pub enum Fate<'a> {
    Copy,
    /// None of these bindings takes it; without any, none leads there.
    Stopped(Vec<Explained<'a>>),
}

/// The message that is composed, or that a goal asks for, and what it meets before a queue. Else the message whose story is open,
/// where no copy of it came to the queue.
#[must_use]
pub fn of_queue<'a>(app: &App, session: &'a Session, queue: &Name) -> Option<(Asked, Fate<'a>)> {
    let (broker, composer) = (session.world().broker(), &session.composer);
    let is_composed = app.workspace.left == Some(Drawer::Publish);
    let asked = if is_composed {
        Asked { exchange: composer.exchange.clone(), routing_key: composer.routing_key.as_str().into(), properties: composer.properties()? }
    } else if let Some(asked) = session.playhead.shown.as_ref().and_then(|shown| shown.asks.clone()) {
        asked
    } else {
        let life = session.playhead.story.as_ref()?.life.as_ref()?;
        if life.entries.iter().any(|entry| place_of(entry).is_some_and(|place| place == Place::Queue(queue.clone()))) {
            return None;
        }
        life.entries.iter().find_map(|entry| match &entry.what {
            WorldEvent::Broker(Event::Published { message, .. }) => Some(Asked {
                exchange: message.exchange.clone(),
                routing_key: message.routing_key.clone(),
                properties: (*message.properties).clone(),
            }),
            _ => None,
        })?
    };
    let Asked { exchange, routing_key, properties } = &asked;
    let fate = if broker.destinations(exchange, routing_key, properties.clone()).contains(queue) {
        Fate::Copy
    } else {
        let bindings = broker.explain(exchange, routing_key, properties);
        Fate::Stopped(bindings.into_iter().filter(|one| !one.binding.to_exchange && one.binding.destination == queue).collect())
    };
    (is_composed || matches!(fate, Fate::Stopped(_))).then_some((asked, fate))
}

/// While the key of a binding is typed: keys that it takes, and keys that it does not. What the system publishes comes first.
#[must_use]
pub fn examples(session: &Session, at: &Spot) -> Option<[Vec<String>; 2]> {
    let Slot::Binding(index) = at.slot else { return None };
    let typing = session.document.typing.as_ref().filter(|typing| typing.at == *at && *at == Spot::of(at.slot).field("routing_key"))?;
    examples_of(session, index, &typing.text)
}

/// Keys that a binding would take with this key, and keys that it would not. None: its exchange does not look at the key.
#[must_use]
pub fn examples_of(session: &Session, binding: usize, binding_key: &str) -> Option<[Vec<String>; 2]> {
    let scenario = session.scenario();
    let source = &scenario.broker.bindings.get(binding)?.source;
    let kind = session.world().broker().exchange_type(source)?;
    let takes = |key: &str| match kind {
        ExchangeType::Topic => topic::matches(binding_key, key),
        _ => binding_key == key,
    };
    if kind.binding_key() != BindingKey::Compared {
        return None;
    }
    let published = session.keys().into_iter().chain(published_back(scenario)).filter(|key| !key.contains('{'));
    // Keys that others of its exchange are bound by: no message may have one of them yet.
    let others = scenario.broker.bindings.iter().enumerate().filter(|(number, one)| *number != binding && one.source == *source);
    let others = others.map(|(_, one)| &one.routing_key).filter(|key| !key.contains(['*', '#']));
    let known = published.chain(others).map(ToString::to_string);
    let like = like(binding_key);
    let mut keys: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for key in known.chain([format!("{like}.more"), format!("other.{like}"), like]) {
        let of = &mut keys[usize::from(!takes(&key))];
        if of.len() < EXAMPLES_MAX && !of.contains(&key) && !key.is_empty() {
            of.push(key);
        }
    }
    Some(keys)
}

/// What services answer with, or publish again, by their steps.
fn published_back(scenario: &Scenario) -> impl Iterator<Item = &Name> {
    let steps = scenario.services.iter().flat_map(|service| &service.handlers).flat_map(|handler| &handler.steps);
    steps.filter_map(|step| step.action.published()).map(|publish| &publish.routing_key)
}
