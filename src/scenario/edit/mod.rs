//! Editing a scenario. [`Edit`] is the closed set of changes, and [`apply`] is the one way to make them. The canvas, the forms, the table
//! view, the palette of faults and the clipboard all come here. An edit gives a new scenario, or says in words why it cannot be made. The
//! editor keeps the old one to undo it.
//!
//! Why typed edits, and no changes of JSON by path? A form edits one [`Element`], so that fields it does not know cannot be lost. The
//! compiler knows every place that has to follow when something new can be edited. Changes by path are for lesson files alone
//! (`formats::patch`). There a text written by hand says what a learner would do.
//!
//! | file | has |
//! |---|---|
//! | [`element`] | what a form edits: the parts, and everything in lists |
//! | [`connect`] | new parts, and what a line from one to another means |
//! | [`line`] | what a line stands for, and what goes with it |
//! | [`names`] | where names stand: renaming and removing |
//! | [`proposal`] | the event that a new line publishes, and a queue in the place of HTTP requests |
//! | [`paste`] | parts that are copied into another scenario |
//! | [`populate`] | services for a topology that has none |
//! | [`redeclare`] | what RabbitMQ offers where a queue is to become another |

pub mod connect;
pub mod element;
pub mod line;
pub mod names;
pub mod paste;
pub mod populate;
pub mod proposal;
pub mod redeclare;

pub use connect::{PartKind, connectable, ends};
pub use element::{Element, Settings, Slot};
pub use line::{Line, StepAt};
pub use names::publishes_to;
pub use paste::Fragment;
pub use populate::Population;

use std::fmt;

use super::validate::{Problem, validate};
use super::{Name, Point, Scenario};
use crate::broker::queue::Kind;
use crate::broker::{Availability, DELAYED_TYPE, ExchangeType, Value};

/// A part of a scenario, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Client(Name),
    Service(Name),
    Exchange(Name),
    Queue(Name),
}

impl Part {
    #[must_use]
    pub const fn name(&self) -> &Name {
        match self {
            Self::Client(name) | Self::Service(name) | Self::Exchange(name) | Self::Queue(name) => name,
        }
    }

    /// A part of the same kind.
    #[must_use]
    pub const fn named(&self, name: Name) -> Self {
        match self {
            Self::Client(_) => Self::Client(name),
            Self::Service(_) => Self::Service(name),
            Self::Exchange(_) => Self::Exchange(name),
            Self::Queue(_) => Self::Queue(name),
        }
    }

    /// All parts of a scenario.
    pub fn all(scenario: &Scenario) -> impl Iterator<Item = Self> {
        let exchanges = scenario.broker.exchanges.iter().map(|one| Self::Exchange(one.name.clone()));
        let queues = scenario.broker.queues.iter().map(|one| Self::Queue(one.name.clone()));
        let clients = scenario.clients.iter().map(|one| Self::Client(one.name.clone()));
        let services = scenario.services.iter().map(|one| Self::Service(one.name.clone()));
        exchanges.chain(queues).chain(clients).chain(services)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Client(_) => "client",
            Self::Service(_) => "service",
            Self::Exchange(_) => "exchange",
            Self::Queue(_) => "queue",
        };
        write!(f, "{kind} {}", self.name())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// A new part under a fresh name.
    Add { kind: PartKind, at: Point },
    /// A new part under a fresh name, at the end of a line from this one.
    Extend { from: Part, kind: PartKind, at: Point },
    /// Messages, requests or deliveries go from one part to the other.
    Connect { from: Part, to: Part },
    /// Every reference to the part follows.
    Rename { part: Part, name: Name },
    /// What cannot be without the part goes too.
    Remove(Part),
    /// A line goes, and what it joined stays.
    Cut(Line),
    /// An element in the place of the one that has this index in its list. At the list's length it is one more.
    Put { index: usize, element: Box<Element> },
    /// An element out of its list; a part as [`Edit::Remove`] does.
    Take(Slot),
    /// An element to another place in its list.
    Reorder { slot: Slot, to: usize },
    /// Parts that were copied, under new names.
    Paste(Box<Fragment>),
    /// Services that consume from queues, and that publish to exchanges.
    Populate(Box<Population>),
    /// Where parts stand on the canvas.
    Move(Vec<(Part, Point)>),
}

impl Edit {
    /// The parts that must be there.
    fn parts(&self) -> Vec<&Part> {
        match self {
            Self::Connect { from, to } => vec![from, to],
            Self::Extend { from: part, .. } | Self::Rename { part, .. } | Self::Remove(part) => vec![part],
            Self::Add { .. }
            | Self::Put { .. }
            | Self::Cut(_)
            | Self::Take(_)
            | Self::Reorder { .. }
            | Self::Paste(_)
            | Self::Populate(_)
            | Self::Move(_) => Vec::new(),
        }
    }
}

/// What an edit gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    pub scenario: Scenario,
    /// What else went or came, a sentence each: expectations and faults of removed parts, the service of a first client.
    pub told: Vec<String>,
}

/// # Errors
/// Why it cannot be done, where, and what to do instead.
pub fn apply(scenario: &Scenario, edit: &Edit) -> Result<Edited, String> {
    let mut new = scenario.clone();
    let mut told = Vec::new();
    let mut about = None;
    if let Some(part) = edit.parts().into_iter().find(|part| Slot::of_part(scenario, part).is_none()) {
        return Err(format!("There is no {part} any more."));
    }
    match edit {
        Edit::Add { kind, at } => {
            let part = connect::add(&mut new, *kind, *at);
            if new.services.len() > scenario.services.len() + usize::from(*kind == PartKind::Service) {
                let service = &new.services[scenario.services.len()].name;
                told = vec![format!("A client needs a service to call: {service} was added with {}.", part.name())];
            }
        }
        Edit::Extend { from, kind, at } => {
            let to = connect::add(&mut new, *kind, *at);
            connect::connect(&mut new, from, &to)?;
        }
        Edit::Connect { from, to } => connect::connect(&mut new, from, to)?,
        Edit::Rename { part, name } => names::rename(&mut new, part, name),
        Edit::Remove(part) => {
            names::remove(&mut new, part);
            told = names::forget(&mut new);
        }
        Edit::Cut(line) => {
            line::cut(&mut new, line)?;
            told = names::forget(&mut new);
        }
        Edit::Put { index, element } => {
            about = Some(element.slot(*index));
            element::put(&mut new, *index, element)?;
        }
        Edit::Take(slot) => match slot.part(scenario) {
            Some(part) => return apply(scenario, &Edit::Remove(part)),
            None => element::take(&mut new, *slot)?,
        },
        Edit::Reorder { slot, to } => element::reorder(&mut new, *slot, *to)?,
        Edit::Paste(fragment) => paste::paste(&mut new, fragment),
        Edit::Populate(population) => populate::populate(&mut new, population),
        Edit::Move(places) => new = moved(scenario, places.iter().cloned()),
    }
    complete_exchanges(scenario, &mut new);
    new.broker.name_queue_types(Kind::Classic);
    match validate(&new).into_iter().next() {
        None => Ok(Edited { scenario: new, told }),
        Some(problem) => Err(refusal(&new, about, problem)),
    }
}

/// Who adds an exchange of a plugin's type wants the plugin, too. One that becomes a delayed exchange routes on as it did.
fn complete_exchanges(before: &Scenario, scenario: &mut Scenario) {
    let broker = &mut scenario.broker;
    for exchange in &mut broker.exchanges {
        if exchange.kind == ExchangeType::DelayedMessage && exchange.arguments.get(DELAYED_TYPE).is_none() {
            let was = before.broker.exchanges.iter().find(|one| one.name == exchange.name && one.kind != exchange.kind);
            let kind = was.map_or(ExchangeType::Topic, |was| was.kind);
            exchange.arguments.insert(DELAYED_TYPE.into(), Value::string(kind.name()));
        }
        for kind in [exchange.kind, exchange.routes_as()] {
            if let Availability::By(plugin) = kind.availability(broker.profile)
                && !broker.plugins.contains(&plugin)
            {
                broker.plugins.push(plugin);
            }
        }
    }
}

/// The scenario with parts where they stand now.
#[must_use]
pub fn moved(scenario: &Scenario, places: impl IntoIterator<Item = (Part, Point)>) -> Scenario {
    let mut new = scenario.clone();
    places.into_iter().for_each(|(part, at)| element::stand(&mut new, &part, at));
    new
}

/// A problem of another element than the edited one says where it is.
fn refusal(scenario: &Scenario, about: Option<Slot>, problem: Problem) -> String {
    match Slot::of_path(&problem.path) {
        Some(slot) if Some(slot) != about => format!("{}: {}", slot.words(scenario), problem.message),
        _ => problem.message,
    }
}

/// Whether something has this name.
#[must_use]
pub fn is_taken(scenario: &Scenario, name: &str) -> bool {
    Part::all(scenario).any(|part| &**part.name() == name)
}

/// A name nothing has yet.
#[must_use]
pub fn fresh(scenario: &Scenario, stem: &str) -> Name {
    fresh_where(stem, |name| is_taken(scenario, name))
}

fn fresh_where(stem: &str, is_taken: impl Fn(&str) -> bool) -> Name {
    let mut number = 1;
    loop {
        let name = format!("{stem}-{number}");
        if !is_taken(&name) {
            return name.into();
        }
        number += 1;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
