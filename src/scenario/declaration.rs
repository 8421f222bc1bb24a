//! What a program declares when it has connected: `assertExchange`, `assertQueue`, `bindQueue` and `checkQueue` of amqplib.
//!
//! The drawing says what a part is; a declaration names the part. A program's code may say something else than the drawing. Then the
//! declaration says it, and RabbitMQ refuses it once the part exists (rules 14 and 15).

use super::{BindingSpec, BindingTarget, BrokerSpec, ExchangeSpec, ExchangeType, Name, QueueSpec, Table};

#[derive(Clone, Debug, PartialEq)]
pub enum Declaration {
    Exchange {
        name: Name,
        kind: Option<ExchangeType>,
        own: Own,
    },
    Queue {
        name: Name,
        /// For this connection alone, and deleted with it.
        exclusive: bool,
        own: Own,
    },
    Binding(BindingSpec),
    /// Each binding that is drawn to the queue, in the drawing's order.
    BindingsOf(Name),
    /// A passive declare: RabbitMQ answers 404 when there is no such part.
    Check(BindingTarget),
}

/// What the program's code says otherwise than the drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    pub durable: Option<bool>,
    pub auto_delete: Option<bool>,
    pub arguments: Option<Table>,
}

impl Declaration {
    /// The exchange that it declares, as the program has it.
    #[must_use]
    pub fn exchange(&self, broker: &BrokerSpec) -> Option<ExchangeSpec> {
        let Self::Exchange { name, kind, own } = self else { return None };
        let mut exchange = broker.exchanges.iter().find(|exchange| exchange.name == *name)?.clone();
        exchange.kind = kind.unwrap_or(exchange.kind);
        own.set(&mut exchange.durable, &mut exchange.auto_delete, &mut exchange.arguments);
        Some(exchange)
    }

    /// The queue that it declares, as the program has it.
    #[must_use]
    pub fn queue(&self, broker: &BrokerSpec) -> Option<QueueSpec> {
        let Self::Queue { name, own, .. } = self else { return None };
        let mut queue = broker.queues.iter().find(|queue| queue.name == *name)?.clone();
        own.set(&mut queue.durable, &mut queue.auto_delete, &mut queue.arguments);
        Some(queue)
    }

    /// What is sent to the broker, one after the other.
    #[must_use]
    pub fn each(declares: &[Self], broker: &BrokerSpec) -> Vec<Self> {
        let mut sent = Vec::with_capacity(declares.len());
        for declaration in declares {
            if let Self::BindingsOf(queue) = declaration {
                let leads_there = |binding: &&BindingSpec| matches!(&binding.destination, BindingTarget::Queue(name) if name == queue);
                sent.extend(broker.bindings.iter().filter(leads_there).cloned().map(Self::Binding));
            } else {
                sent.push(declaration.clone());
            }
        }
        sent
    }

    /// The parts that it names.
    pub fn names_mut(&mut self) -> impl Iterator<Item = (IsExchange, &mut Name)> {
        let (one, other) = match self {
            Self::Exchange { name, .. } | Self::Check(BindingTarget::Exchange(name)) => ((true, name), None),
            Self::Queue { name, .. } | Self::BindingsOf(name) | Self::Check(BindingTarget::Queue(name)) => ((false, name), None),
            Self::Binding(binding) => match &mut binding.destination {
                BindingTarget::Queue(name) => ((true, &mut binding.source), Some((false, name))),
                BindingTarget::Exchange(name) => ((true, &mut binding.source), Some((true, name))),
            },
        };
        std::iter::once(one).chain(other)
    }
}

impl std::fmt::Display for Declaration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exchange { name, .. } => write!(f, "exchange {name}"),
            Self::Queue { name, .. } => write!(f, "queue {name}"),
            Self::Binding(binding) if binding.routing_key.is_empty() => {
                write!(f, "binding from {} to {}", binding.source, binding.destination.name())
            }
            Self::Binding(binding) => {
                write!(f, "binding {} from {} to {}", binding.routing_key, binding.source, binding.destination.name())
            }
            Self::BindingsOf(name) => write!(f, "bindings of queue {name}"),
            Self::Check(BindingTarget::Exchange(name)) => write!(f, "check of exchange {name}"),
            Self::Check(BindingTarget::Queue(name)) => write!(f, "check of queue {name}"),
        }
    }
}

/// An exchange's name, and otherwise a queue's.
pub type IsExchange = bool;

impl Own {
    fn set(&self, durable: &mut bool, auto_delete: &mut bool, arguments: &mut Table) {
        *durable = self.durable.unwrap_or(*durable);
        *auto_delete = self.auto_delete.unwrap_or(*auto_delete);
        if let Some(own) = &self.arguments {
            arguments.clone_from(own);
        }
    }
}

/// What is in the broker before the first program connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Starts {
    /// All that is drawn: RabbitMQ has imported its definitions.
    #[default]
    Defined,
    /// Nothing: a new installation. What is drawn is there when a program has declared it.
    Empty,
}

impl Starts {
    pub const ALL: [(&'static str, Self); 2] = [("defined", Self::Defined), ("empty", Self::Empty)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Defined => "defined",
            Self::Empty => "empty",
        }
    }
}

/// What a program does when RabbitMQ has closed its channel with an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelError {
    /// Closes the connection, and connects again.
    #[default]
    Reconnect,
    /// Opens another channel on the same connection, and begins again there.
    Reopen,
    /// Logs it and goes on: alive, and consuming nothing.
    Ignore,
    /// The process ends, as Node.js does on an error that nothing listens for.
    Exit,
}

impl ChannelError {
    pub const ALL: [(&'static str, Self); 4] =
        [("reconnect", Self::Reconnect), ("reopen", Self::Reopen), ("ignore", Self::Ignore), ("exit", Self::Exit)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reconnect => "reconnect",
            Self::Reopen => "reopen",
            Self::Ignore => "ignore",
            Self::Exit => "exit",
        }
    }
}

/// What a program does when its connection ends with an error: RabbitMQ closed it with one, or no heartbeat came. A broker that stops in
/// order is no error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionError {
    /// Connects again, as `reconnects` says.
    #[default]
    Reconnect,
    /// Logs it and goes on: alive, and without RabbitMQ.
    Ignore,
    /// The process ends, as Node.js does on an error that nothing listens for.
    Exit,
}

impl ConnectionError {
    pub const ALL: [(&'static str, Self); 3] = [("reconnect", Self::Reconnect), ("ignore", Self::Ignore), ("exit", Self::Exit)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reconnect => "reconnect",
            Self::Ignore => "ignore",
            Self::Exit => "exit",
        }
    }
}

/// What a program does while an alarm blocks the connection that it publishes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenBlocked {
    /// It does not listen for `connection.blocked`, and sends on: RabbitMQ does not read it.
    #[default]
    Sends,
    /// It listens, and publishes when the connection is unblocked.
    Waits,
    /// It sends on as well, and its memory holds so many messages: with more the process ends.
    Buffers(u32),
}

/// Where a program consumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsumesOn {
    /// All its consumers are on one channel: an error closes it for all.
    #[default]
    Shared,
    /// Each consumer has a channel. What else the program does has another.
    Each,
}

impl ConsumesOn {
    pub const ALL: [(&'static str, Self); 2] = [("shared", Self::Shared), ("each", Self::Each)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Each => "each",
        }
    }
}

/// Where a program publishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublishesOn {
    /// On the channel that it consumes on.
    #[default]
    Shared,
    /// On another channel of the same connection.
    Channel,
    /// On its own connection, with its own channel.
    Connection,
}

impl PublishesOn {
    pub const ALL: [(&'static str, Self); 3] = [("shared", Self::Shared), ("channel", Self::Channel), ("connection", Self::Connection)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Channel => "channel",
            Self::Connection => "connection",
        }
    }
}

/// What a program does of its beginning when it has a channel again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// It declares and consumes, as the first time.
    #[default]
    All,
    /// It consumes, and takes for granted that everything is there.
    Consumes,
    /// It has a channel, and consumes nothing: its set-up belongs to its start.
    Nothing,
}

impl Again {
    pub const ALL: [(&'static str, Self); 3] = [("all", Self::All), ("consumes", Self::Consumes), ("nothing", Self::Nothing)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Consumes => "consumes",
            Self::Nothing => "nothing",
        }
    }
}

/// Which lost or failed connection a program tries again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reconnects {
    #[default]
    Always,
    /// Until it is connected the first time; a connection that is lost later stays lost, as in the chapter's consumer.
    UntilConnected,
    /// Only a connection that it had: where the first one fails, it goes on without.
    OnceConnected,
    Never,
}

impl Reconnects {
    pub const ALL: [(&'static str, Self); 4] = [
        ("always", Self::Always),
        ("until_connected", Self::UntilConnected),
        ("once_connected", Self::OnceConnected),
        ("never", Self::Never),
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::UntilConnected => "until_connected",
            Self::OnceConnected => "once_connected",
            Self::Never => "never",
        }
    }

    #[must_use]
    pub const fn tries_again(self, has_been_connected: bool) -> bool {
        match self {
            Self::Always => true,
            Self::UntilConnected => !has_been_connected,
            Self::OnceConnected => has_been_connected,
            Self::Never => false,
        }
    }
}
