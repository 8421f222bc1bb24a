//! Exchanges: they choose destinations and store nothing (section C of the rules).

pub mod hashing;
pub mod headers;
pub mod topic;

mod direct;
mod fanout;
mod jump;
mod term;

use super::dice::Dice;
use super::error::AmqpError;
use super::ids::ExchangeId;
use super::message::Properties;
use super::profile::Profile;
use super::queue::Kind;
use super::value::{Name, Table};
use crate::base::ordered::{OrderedMap, sort_by};
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
    ConsistentHash,
    ModulusHash,
    Random,
    LocalRandom,
    /// It keeps messages for a while, and then routes as another type does.
    DelayedMessage,
}

/// What brings an exchange type to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plugin {
    ConsistentHashExchange,
    DelayedMessageExchange,
    /// Its keys of policies are taken, and change nothing here.
    Federation,
    RandomExchange,
    Sharding,
}

impl Plugin {
    pub const ALL: [Self; 5] =
        [Self::ConsistentHashExchange, Self::DelayedMessageExchange, Self::Federation, Self::RandomExchange, Self::Sharding];

    /// As `rabbitmq-plugins enable` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConsistentHashExchange => "rabbitmq_consistent_hash_exchange",
            Self::DelayedMessageExchange => "rabbitmq_delayed_message_exchange",
            Self::Federation => "rabbitmq_federation",
            Self::RandomExchange => "rabbitmq_random_exchange",
            Self::Sharding => "rabbitmq_sharding",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plugin| plugin.name() == name)
    }
}

/// What is bound to an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exchange,
    Queue(Kind),
}

/// What an exchange makes of a binding's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKey {
    /// It is compared with the routing key.
    Compared,
    /// It is a number: so many shares.
    Weight,
    Ignored,
}

/// Whether a version of RabbitMQ has an exchange type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    BuiltIn,
    By(Plugin),
    Absent,
}

impl ExchangeType {
    pub const ALL: [Self; 9] = [
        Self::Direct,
        Self::Fanout,
        Self::Topic,
        Self::Headers,
        Self::ConsistentHash,
        Self::ModulusHash,
        Self::Random,
        Self::LocalRandom,
        Self::DelayedMessage,
    ];

    /// How an exchange of these arguments routes: a delayed-message exchange as the type that it names.
    #[must_use]
    pub fn routes_as(self, arguments: &Table) -> Self {
        match self {
            Self::DelayedMessage => arguments
                .get(DELAYED_TYPE)
                .and_then(|named| Self::from_name(named.as_str()?))
                .filter(|named| *named != Self::DelayedMessage)
                .unwrap_or(Self::Direct),
            other => other,
        }
    }

    /// Rule 150: `x-local-random` came with 4.0, and `x-modulus-hash` moved into the broker with 4.3. No release of the delayed-message
    /// plugin is for 4.3, which has no Mnesia any more.
    #[must_use]
    pub const fn availability(self, profile: Profile) -> Availability {
        let rules = profile.rules();
        match self {
            Self::Direct | Self::Fanout | Self::Topic | Self::Headers => Availability::BuiltIn,
            Self::ConsistentHash => Availability::By(Plugin::ConsistentHashExchange),
            Self::Random => Availability::By(Plugin::RandomExchange),
            Self::ModulusHash if rules.modulus_hash_built_in => Availability::BuiltIn,
            Self::ModulusHash => Availability::By(Plugin::Sharding),
            Self::LocalRandom if rules.local_random => Availability::BuiltIn,
            Self::DelayedMessage if rules.delayed_messages => Availability::By(Plugin::DelayedMessageExchange),
            Self::LocalRandom | Self::DelayedMessage => Availability::Absent,
        }
    }

    /// Whether RabbitMQ takes such a binding (rules 38, 39, 151 and 153).
    ///
    /// # Errors
    /// What RabbitMQ answers.
    pub fn check_binding(self, profile: Profile, bound: Bound, key: &str, arguments: &Table) -> Result<(), AmqpError> {
        match self {
            Self::Headers => headers::Match::of(arguments).map(drop),
            Self::Topic => {
                let max = profile.rules().topic_hashes_max;
                let hashes = topic::words(key).filter(|word| *word == "#").count();
                if hashes <= max {
                    return Ok(());
                }
                Err(AmqpError::precondition(format_args!(
                    "Topic binding key '{key}' uses {hashes} '#' wildcards, at most {max} are allowed"
                )))
            }
            Self::ConsistentHash => hashing::weight(key, profile.rules().hash_weight_max).map(drop),
            Self::LocalRandom if !key.is_empty() => {
                Err(AmqpError::precondition(format_args!("Non empty binding '{key}' key not permitted")))
            }
            Self::LocalRandom => match bound {
                Bound::Exchange => Err(AmqpError::precondition("Destination not found")),
                Bound::Queue(Kind::Classic) => Ok(()),
                Bound::Queue(kind) => {
                    Err(AmqpError::precondition(format_args!("Queue type {} not valid for this exchange type", kind.module())))
                }
            },
            // Of a delayed exchange the type as which it routes is asked.
            Self::Direct | Self::Fanout | Self::ModulusHash | Self::Random | Self::DelayedMessage => Ok(()),
        }
    }

    /// What it makes of a binding's key.
    #[must_use]
    pub const fn binding_key(self) -> BindingKey {
        match self {
            Self::Direct | Self::Topic | Self::DelayedMessage => BindingKey::Compared,
            Self::ConsistentHash => BindingKey::Weight,
            Self::Fanout | Self::Headers | Self::ModulusHash | Self::Random | Self::LocalRandom => BindingKey::Ignored,
        }
    }

    /// A binding's key with which such an exchange gives this queue its share.
    #[must_use]
    pub fn usual_key(self, queue: &Name) -> Name {
        match self {
            Self::Topic => "#".into(),
            Self::Direct | Self::DelayedMessage => queue.clone(),
            Self::ConsistentHash => "1".into(),
            Self::Fanout | Self::Headers | Self::ModulusHash | Self::Random | Self::LocalRandom => "".into(),
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Fanout => "fanout",
            Self::Topic => "topic",
            Self::Headers => "headers",
            Self::ConsistentHash => "x-consistent-hash",
            Self::ModulusHash => "x-modulus-hash",
            Self::Random => "x-random",
            Self::LocalRandom => "x-local-random",
            Self::DelayedMessage => "x-delayed-message",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The argument that says how a delayed-message exchange routes.
pub const DELAYED_TYPE: &str = "x-delayed-type";

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
    ConsistentHash(hashing::HashOn, hashing::Ring),
    /// Chosen among all bindings, which the exchange has anyway.
    One(Choice),
}

/// How one of all bindings is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    ByHash,
    Random,
}

/// Who a message may go to, and what leaves it to chance.
pub(super) struct Chooser<'a> {
    pub profile: Profile,
    pub dice: &'a mut Dice,
    /// In the order in which RabbitMQ numbers bindings: by name.
    pub name_of: &'a dyn Fn(Destination) -> Option<(bool, &'a Name)>,
}

impl Exchange {
    pub fn new(name: Name, kind: ExchangeType, durable: bool, auto_delete: bool, internal: bool, arguments: Table) -> Self {
        let router = match kind.routes_as(&arguments) {
            ExchangeType::Direct | ExchangeType::DelayedMessage => Router::Direct(direct::Router::default()),
            ExchangeType::Fanout => Router::Fanout(fanout::Router::default()),
            ExchangeType::Topic => Router::Topic(topic::Router::default()),
            ExchangeType::Headers => Router::Headers(headers::Router::default()),
            // What is declared has been checked; what is not hashed by the key is then hashed by what the arguments say.
            ExchangeType::ConsistentHash => {
                Router::ConsistentHash(hashing::HashOn::of(&arguments).unwrap_or(hashing::HashOn::RoutingKey), hashing::Ring::default())
            }
            ExchangeType::ModulusHash => Router::One(Choice::ByHash),
            ExchangeType::Random | ExchangeType::LocalRandom => Router::One(Choice::Random),
        };
        Self { name, kind, durable, auto_delete, internal, arguments, alternate: None, bindings: OrderedMap::new(), router }
    }

    pub fn routes_as(&self) -> ExchangeType {
        self.kind.routes_as(&self.arguments)
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
            Router::ConsistentHash(_, ring) => ring.add(destination, hashing::weight(key, None).unwrap_or(1)),
            Router::One(_) => {}
        }
        same_key.push(arguments);
    }

    pub fn has_binding(&self, destination: Destination, key: &Name, arguments: &Table) -> bool {
        self.bindings.get(&(destination, key.clone())).is_some_and(|same_key| same_key.contains(arguments))
    }

    /// Whether there was such a binding.
    pub fn unbind(&mut self, destination: Destination, key: &Name, arguments: &Table, profile: Profile) -> bool {
        let Some(same_key) = self.bindings.get_mut(&(destination, key.clone())) else { return false };
        let Some(index) = same_key.iter().position(|known| known == arguments) else { return false };
        same_key.remove(index);
        let was_last = same_key.is_empty();
        if was_last {
            self.bindings.remove(&(destination, key.clone()));
        }
        match &mut self.router {
            Router::Direct(router) => router.remove(key, destination),
            Router::Fanout(router) => router.remove(destination),
            Router::Topic(router) => router.remove(key, destination),
            Router::Headers(router) => router.remove(arguments, destination),
            Router::ConsistentHash(_, ring) if was_last || !profile.rules().bindings_of_a_key_are_one => ring.remove(destination),
            Router::ConsistentHash(..) | Router::One(_) => {}
        }
        true
    }

    /// Removes all bindings to a destination that is being deleted. Whether there were any.
    pub fn unbind_all(&mut self, destination: Destination, profile: Profile) -> bool {
        let from = (destination, Name::from(""));
        let gone: Vec<(Name, Vec<Table>)> = self
            .bindings
            .from(&from)
            .take_while(|((other, _), _)| *other == destination)
            .map(|((_, key), tables)| (key.clone(), tables.clone()))
            .collect();
        for (key, tables) in &gone {
            for arguments in tables {
                self.unbind(destination, key, arguments, profile);
            }
        }
        !gone.is_empty()
    }

    /// Every binding, ordered by destination and key.
    pub fn bindings(&self) -> impl Iterator<Item = (Destination, &Name, &Table)> {
        self.bindings.iter().flat_map(|((destination, key), tables)| tables.iter().map(move |table| (*destination, key, table)))
    }

    /// Adds the destinations of a message to `found`, some perhaps more than once. Its first key is the routing key.
    pub fn route<'k>(
        &self,
        keys: impl Iterator<Item = &'k Name> + Clone,
        properties: &Properties,
        chooser: &mut Chooser<'_>,
        found: &mut Vec<Destination>,
        walk: &mut topic::Walk,
    ) {
        match &self.router {
            Router::Direct(router) => keys.for_each(|key| router.route(key, found)),
            Router::Fanout(router) => router.route(found),
            Router::Topic(router) => keys.for_each(|key| router.route(key, found, walk)),
            Router::Headers(router) => router.route(properties.headers.as_ref(), chooser.profile, found),
            Router::ConsistentHash(on, ring) => {
                let bucket = keys.clone().next().and_then(|key| ring.bucket(on, key, properties));
                found.extend(bucket.and_then(|bucket| ring.at(bucket)));
            }
            Router::One(Choice::ByHash) => {
                let numbered = self.numbered(chooser);
                found.extend(numbered.get(hashing::place(keys.map(|key| &**key), numbered.len())));
            }
            Router::One(Choice::Random) => {
                let all: Vec<_> = self.bindings().map(|(destination, _, _)| destination).collect();
                match all.as_slice() {
                    [] | [_] => found.extend(all),
                    _ => found.push(all[chooser.dice.below(all.len())]),
                }
            }
        }
    }

    /// The destinations of all bindings in RabbitMQ's order: since 4.3 by name, before that by binding key first.
    fn numbered(&self, chooser: &Chooser<'_>) -> Vec<Destination> {
        let by_key = !chooser.profile.rules().modulus_hash_built_in;
        let mut all: Vec<_> = self
            .bindings()
            .filter_map(|(destination, key, _)| Some((by_key.then_some(key), (chooser.name_of)(destination)?, destination)))
            .collect();
        sort_by(&mut all, |(key, name, _), (other_key, other_name, _)| (key, name).cmp(&(other_key, other_name)));
        all.into_iter().map(|(_, _, destination)| destination).collect()
    }

    /// Where a destination lies on the ring of a consistent-hash exchange.
    pub fn ring(&self) -> Option<(&hashing::HashOn, &hashing::Ring)> {
        match &self.router {
            Router::ConsistentHash(on, ring) => Some((on, ring)),
            Router::Direct(_) | Router::Fanout(_) | Router::Topic(_) | Router::Headers(_) | Router::One(_) => None,
        }
    }
}

fn remove_one(destinations: &mut Vec<Destination>, destination: Destination) {
    if let Some(index) = destinations.iter().position(|known| *known == destination) {
        destinations.remove(index);
    }
}
