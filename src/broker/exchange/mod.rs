//! Exchanges: they choose destinations and store nothing (section C of the rules).

pub mod headers;
pub mod topic;

mod direct;
mod fanout;

use super::ids::ExchangeId;
use super::message::Properties;
use super::profile::Profile;
use super::value::{Name, Table};
use crate::base::ordered::OrderedMap;
use crate::broker::ids::QueueId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Destination {
    Queue(QueueId),
    Exchange(ExchangeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExchangeType {
    Direct,
    Fanout,
    Topic,
    Headers,
}

impl ExchangeType {
    pub const ALL: [Self; 4] = [Self::Direct, Self::Fanout, Self::Topic, Self::Headers];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Fanout => "fanout",
            Self::Topic => "topic",
            Self::Headers => "headers",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub name: Name,
    pub kind: ExchangeType,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub arguments: Table,
    /// By argument or policy (rule 147).
    pub alternate: Option<Name>,
    /// A binding is its destination, key and arguments (rule 31).
    bindings: OrderedMap<(Destination, Name), Vec<Table>>,
    router: Router,
}

/// The same bindings, arranged for matching.
#[derive(Clone, Debug)]
enum Router {
    Direct(direct::Router),
    Fanout(fanout::Router),
    Topic(topic::Router),
    Headers(headers::Router),
}

impl Exchange {
    pub fn new(name: Name, kind: ExchangeType, durable: bool, auto_delete: bool, internal: bool, arguments: Table) -> Self {
        let router = match kind {
            ExchangeType::Direct => Router::Direct(direct::Router::default()),
            ExchangeType::Fanout => Router::Fanout(fanout::Router::default()),
            ExchangeType::Topic => Router::Topic(topic::Router::default()),
            ExchangeType::Headers => Router::Headers(headers::Router::default()),
        };
        Self { name, kind, durable, auto_delete, internal, arguments, alternate: None, bindings: OrderedMap::new(), router }
    }

    pub fn has_bindings(&self) -> bool {
        !self.bindings.is_empty()
    }

    /// Adding a binding that exists changes nothing.
    pub fn bind(&mut self, destination: Destination, key: &Name, arguments: Table) {
        let same_key = self.bindings.get_or_default((destination, key.clone()));
        if same_key.contains(&arguments) {
            return;
        }
        match &mut self.router {
            Router::Direct(router) => router.add(key, destination),
            Router::Fanout(router) => router.add(destination),
            Router::Topic(router) => router.add(key, destination),
            Router::Headers(router) => router.add(&arguments, destination),
        }
        same_key.push(arguments);
    }

    pub fn has_binding(&self, destination: Destination, key: &Name, arguments: &Table) -> bool {
        self.bindings.get(&(destination, key.clone())).is_some_and(|same_key| same_key.contains(arguments))
    }

    /// Whether there was such a binding.
    pub fn unbind(&mut self, destination: Destination, key: &Name, arguments: &Table) -> bool {
        let Some(same_key) = self.bindings.get_mut(&(destination, key.clone())) else { return false };
        let Some(index) = same_key.iter().position(|known| known == arguments) else { return false };
        same_key.remove(index);
        if same_key.is_empty() {
            self.bindings.remove(&(destination, key.clone()));
        }
        match &mut self.router {
            Router::Direct(router) => router.remove(key, destination),
            Router::Fanout(router) => router.remove(destination),
            Router::Topic(router) => router.remove(key, destination),
            Router::Headers(router) => router.remove(arguments, destination),
        }
        true
    }

    /// Removes all bindings to a destination that is being deleted. Whether there were any.
    pub fn unbind_all(&mut self, destination: Destination) -> bool {
        let from = (destination, Name::from(""));
        let gone: Vec<(Name, Vec<Table>)> = self
            .bindings
            .from(&from)
            .take_while(|((other, _), _)| *other == destination)
            .map(|((_, key), tables)| (key.clone(), tables.clone()))
            .collect();
        for (key, tables) in &gone {
            for arguments in tables {
                self.unbind(destination, key, arguments);
            }
        }
        !gone.is_empty()
    }

    /// Every binding, ordered by destination and key.
    pub fn bindings(&self) -> impl Iterator<Item = (Destination, &Name, &Table)> {
        self.bindings.iter().flat_map(|((destination, key), tables)| tables.iter().map(move |table| (*destination, key, table)))
    }

    /// Adds the destinations of a message to `found`, some perhaps more than once.
    pub fn route(&self, key: &str, properties: &Properties, profile: Profile, found: &mut Vec<Destination>, walk: &mut topic::Walk) {
        match &self.router {
            Router::Direct(router) => router.route(key, found),
            Router::Fanout(router) => router.route(found),
            Router::Topic(router) => router.route(key, found, walk),
            Router::Headers(router) => router.route(properties.headers.as_ref(), profile, found),
        }
    }
}

fn remove_one(destinations: &mut Vec<Destination>, destination: Destination) {
    if let Some(index) = destinations.iter().position(|known| *known == destination) {
        destinations.remove(index);
    }
}
