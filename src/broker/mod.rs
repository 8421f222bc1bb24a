//! RabbitMQ as a pure state machine.
//!
//! ```text
//!            apply(now, channel, Method) -> Result<Reply, AmqpError>        what clients say
//!  client ─────────────────────────────────────────────▶ Broker ──▶ events  what happened, in order
//!            open_connection, close_connection, open_channel, …     what happens to the broker
//!            next_deadline() and expire(now)                        what time does to it
//! ```
//!
//! There is no clock and no I/O here, and chance has a seed. The same calls give the same events, everywhere. A broker can be cloned to
//! save it; messages are shared between the copies. Rule numbers in comments are those of RabbitMQ's behaviour as listed in FIDELITY.md.
//!
//! | file | decides |
//! |---|---|
//! | [`exchange`] | where a message goes |
//! | [`queue`] | where it waits, and who is next |
//! | [`channel`] | who holds what |
//! | `declare`, `publish`, `deliver`, `settle`, `expire`, `stream`, `reply` | the methods, by what they are about |
//! | `turn` | who gets the next message |
//! | [`explain`], [`view`] | nothing: they tell what is, and what would be |
//! | [`dead_letter`] | why a message left, and what `x-death` says of it |
//! | [`profile`] | what differs between versions of RabbitMQ |

pub mod cause;
pub mod channel;
pub mod dead_letter;
pub mod error;
pub mod event;
pub mod exchange;
pub mod explain;
pub mod ids;
pub mod message;
pub mod method;
pub mod policy;
pub mod profile;
pub mod queue;
pub mod reply;
pub mod value;
pub mod view;

mod declare;
mod delay;
mod deliver;
mod dice;
mod expire;
mod invariants;
mod node;
mod publish;
mod recorded;
mod settle;
mod stream;
mod turn;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::SimTime;
pub use cause::{DeathReason, DropCause, KeptBack, Outcome, ReadEnd, RequeueCause, Resource};
pub use error::{AmqpError, ReplyCode, Scope};
pub use event::{Delivered, Event, Reach};
pub use exchange::hashing::{Buckets, HashOn};
pub use exchange::{Availability, BindingKey, DELAYED_TYPE, ExchangeType, Plugin};
pub use ids::{ChannelId, ConnectionId, ConsumerId, MessageId};
pub use message::{Body, Message, Properties};
pub use method::{BasicConsume, BasicPublish, ExchangeBinding, ExchangeDeclare, Got, Method, QueueBinding, QueueDeclare, Reply};
pub use node::{Capabilities, Flow};
pub use policy::{ApplyTo, Policy};
pub use profile::Profile;
pub use value::{Name, Table, Value};

use crate::base::ordered::OrderedMap;
use channel::{Channel, Consumer, Settlement};
use exchange::Exchange;
use ids::{ExchangeId, QueueId};
use node::Connection;
use policy::ActivePolicy;
use queue::Queue;

/// The user every simulated connection logs in as.
pub const USER: &str = "guest";

/// How many channels a connection may have open at once (rule 5).
pub const CHANNEL_MAX: usize = 2047;

#[derive(Clone, Debug)]
pub struct Broker {
    profile: Profile,
    // Boxed, so that one copy of the map's code serves all of them.
    exchanges: OrderedMap<ExchangeId, Box<Exchange>>,
    exchange_names: OrderedMap<Name, ExchangeId>,
    queues: OrderedMap<QueueId, Box<Queue>>,
    queue_names: OrderedMap<Name, QueueId>,
    connections: OrderedMap<ConnectionId, Box<Connection>>,
    channels: OrderedMap<ChannelId, Box<Channel>>,
    consumers: OrderedMap<ConsumerId, Box<Consumer>>,
    /// When something happens in a queue by itself; queues where nothing will are absent.
    deadlines: OrderedMap<QueueId, SimTime>,
    /// What has left a queue and is not yet published to its dead-letter exchange.
    dead_letters: VecDeque<PendingDeadLetter>,
    /// Quorum queues that keep dead letters which were not placed yet.
    dead_letter_queues: Vec<QueueId>,
    /// Streams whose last chunk is not written.
    written: Vec<QueueId>,
    policies: Vec<ActivePolicy>,
    /// What is short, in the order it came.
    alarms: Vec<Resource>,
    /// The time of the last call.
    clock: SimTime,
    /// How many methods and timers there were: within one no channel hears anything.
    methods: u64,
    ids: Ids,
    events: Vec<Event>,
    plugins: Vec<Plugin>,
    /// Of the virtual host (rule 154).
    default_queue_type: Option<queue::Kind>,
    delays: delay::Delays,
    dice: dice::Dice,
    scratch: publish::Scratch,
    unasked: turn::UnaskedLater,
    /// It hands out nothing by itself: see [`recorded`].
    is_recorded: bool,
    /// Where messages go that were seen, and have not come yet: by their ids.
    recorded_routes: OrderedMap<Name, Vec<Name>>,
}

#[derive(Clone, Debug)]
struct PendingDeadLetter {
    queue: Name,
    message: Arc<Message>,
    reason: DeathReason,
    exchange: Name,
    routing_key: Option<Name>,
    /// How often its delivery failed (rule 139).
    failures: u32,
}

/// The next of each kind; ids are never used twice.
#[derive(Clone, Debug, Default)]
struct Ids {
    exchange: u32,
    queue: u32,
    connection: u32,
    channel: u32,
    consumer: u32,
    message: u64,
    generated_name: u64,
}

impl Ids {
    const fn message(&mut self) -> MessageId {
        self.message += 1;
        MessageId(self.message)
    }
}

/// The exchanges every vhost has (rule 10).
const PREDECLARED: [(&str, ExchangeType, bool); 7] = [
    ("", ExchangeType::Direct, false),
    ("amq.direct", ExchangeType::Direct, false),
    ("amq.fanout", ExchangeType::Fanout, false),
    ("amq.topic", ExchangeType::Topic, false),
    ("amq.headers", ExchangeType::Headers, false),
    ("amq.match", ExchangeType::Headers, false),
    ("amq.rabbitmq.trace", ExchangeType::Topic, true),
];

impl Broker {
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        let mut broker = Self {
            profile,
            exchanges: OrderedMap::new(),
            exchange_names: OrderedMap::new(),
            queues: OrderedMap::new(),
            queue_names: OrderedMap::new(),
            connections: OrderedMap::new(),
            channels: OrderedMap::new(),
            consumers: OrderedMap::new(),
            deadlines: OrderedMap::new(),
            dead_letters: VecDeque::new(),
            dead_letter_queues: Vec::new(),
            written: Vec::new(),
            policies: Vec::new(),
            alarms: Vec::new(),
            clock: SimTime::ZERO,
            methods: 0,
            ids: Ids::default(),
            events: Vec::new(),
            plugins: Vec::new(),
            default_queue_type: None,
            delays: delay::Delays::default(),
            dice: dice::Dice::default(),
            scratch: publish::Scratch::default(),
            unasked: turn::UnaskedLater::default(),
            is_recorded: false,
            recorded_routes: OrderedMap::new(),
        };
        for (name, kind, internal) in PREDECLARED {
            broker.insert_exchange(Exchange::new(name.into(), kind, true, false, internal, Table::new()));
        }
        broker
    }

    /// With these plugins, and this seed for what the broker leaves to chance.
    #[must_use]
    pub fn with(mut self, plugins: &[Plugin], seed: u64) -> Self {
        self.plugins = plugins.to_vec();
        self.dice = dice::Dice::seeded(seed);
        self
    }

    /// In a virtual host whose queues are of this type, where they name none.
    #[must_use]
    pub const fn with_default_queue_type(mut self, kind: Option<queue::Kind>) -> Self {
        self.default_queue_type = kind;
        self
    }

    /// As `rabbitmq-plugins enable` does on a running node.
    pub fn enable(&mut self, plugins: &[Plugin]) {
        self.plugins.extend_from_slice(plugins);
        self.plugins.dedup();
    }

    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// What happened since this was last asked, in order.
    pub fn drain_events(&mut self) -> std::vec::Drain<'_, Event> {
        self.events.drain(..)
    }

    /// The same, into an empty list, whose room is used from now on: no event is moved.
    pub(crate) fn take_events(&mut self, into: &mut Vec<Event>) {
        debug_assert!(into.is_empty(), "what is in it would come again");
        std::mem::swap(&mut self.events, into);
    }

    /// Does what a client says on a channel. An error has closed the channel, or the connection, by the time it is returned.
    ///
    /// # Errors
    /// AMQP's reply code and RabbitMQ's text, or [`AmqpError::NotOpen`] for a channel that is not open.
    pub fn apply(&mut self, now: SimTime, channel: ChannelId, method: Method) -> Result<Reply, AmqpError> {
        let Some(state) = self.channels.get(&channel) else { return Err(AmqpError::NotOpen(Scope::Channel)) };
        let connection = state.connection;
        self.clock = now;
        let method = if self.alarms.is_empty() {
            method
        } else {
            match self.hold(connection, channel, method) {
                Ok(method) => method,
                Err(held) => return Ok(held),
            }
        };
        self.methods += 1;
        let result = self.dispatch_method(now, channel, method);
        if let Err(error @ AmqpError::Refused { code, .. }) = &result {
            match code.scope() {
                Scope::Channel => self.fail_channel(now, channel, error),
                Scope::Connection => self.fail_connection(now, connection, error),
            }
        }
        if !self.dead_letters.is_empty() || !self.dead_letter_queues.is_empty() {
            self.publish_dead_letters(now);
        }
        result
    }

    fn dispatch_method(&mut self, now: SimTime, channel: ChannelId, method: Method) -> Result<Reply, AmqpError> {
        match method {
            Method::ExchangeDeclare(declare) => self.exchange_declare(declare),
            Method::ExchangeDelete { exchange, if_unused } => self.exchange_delete(&exchange, if_unused),
            Method::ExchangeBind(binding) => self.exchange_bind(binding),
            Method::ExchangeUnbind(binding) => self.exchange_unbind(&binding),
            Method::QueueDeclare(declare) => self.queue_declare(now, channel, declare),
            Method::QueueBind(binding) => self.queue_bind(channel, binding),
            Method::QueueUnbind(binding) => self.queue_unbind(channel, &binding),
            Method::QueuePurge { queue } => self.queue_purge(now, channel, &queue),
            Method::QueueDelete { queue, if_unused, if_empty } => self.queue_delete(channel, &queue, if_unused, if_empty),
            Method::BasicQos { prefetch_size, prefetch_count, global } => {
                self.basic_qos(now, channel, prefetch_size, prefetch_count, global)
            }
            Method::BasicPublish(publish) => self.basic_publish(now, channel, publish),
            Method::BasicGet { queue, no_ack } => self.basic_get(now, channel, &queue, no_ack),
            Method::BasicConsume(consume) => self.basic_consume(now, channel, consume),
            Method::BasicCancel { consumer_tag } => Ok(self.basic_cancel(now, channel, &consumer_tag)),
            Method::BasicAck { delivery_tag, multiple } => self.settle(now, channel, delivery_tag, multiple, Settlement::Ack),
            Method::BasicNack { delivery_tag, multiple, requeue } => {
                let how = if requeue { Settlement::Requeue(RequeueCause::Nacked) } else { Settlement::Nack };
                self.settle(now, channel, delivery_tag, multiple, how)
            }
            Method::BasicReject { delivery_tag, requeue } => {
                let how = if requeue { Settlement::Requeue(RequeueCause::Rejected) } else { Settlement::Reject };
                self.settle(now, channel, delivery_tag, false, how)
            }
            Method::BasicRecover { requeue: true } => {
                self.recover(now, channel);
                Ok(Reply::Ok)
            }
            Method::BasicRecover { requeue: false } => Err(AmqpError::not_implemented("requeue=false")),
            Method::ConfirmSelect => self.confirm_select(channel),
            Method::TxSelect => self.tx_select(channel),
            Method::TxCommit => self.tx_commit(now, channel),
            Method::TxRollback => self.tx_rollback(channel),
        }
    }

    fn channel(&mut self, channel: ChannelId) -> &mut Channel {
        self.channels.get_mut(&channel).expect("apply checks that the channel is open")
    }

    fn insert_exchange(&mut self, exchange: Exchange) -> ExchangeId {
        self.ids.exchange += 1;
        let id = ExchangeId(self.ids.exchange);
        self.exchange_names.insert(exchange.name.clone(), id);
        self.exchanges.insert(id, Box::new(exchange));
        id
    }

    fn generated_name(&mut self, prefix: &str) -> Name {
        self.ids.generated_name += 1;
        format!("{prefix}-{:022}", self.ids.generated_name).into()
    }
}
