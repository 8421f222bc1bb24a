//! What a client says on a channel, and the answers at once.

use std::sync::Arc;

use super::message::{Body, Message, Properties};
use super::value::{Name, Table};

/// A client's method, with AMQP's names and defaults.
#[derive(Clone, Debug)]
pub enum Method {
    ExchangeDeclare(ExchangeDeclare),
    ExchangeDelete { exchange: Name, if_unused: bool },
    ExchangeBind(ExchangeBinding),
    ExchangeUnbind(ExchangeBinding),
    QueueDeclare(QueueDeclare),
    QueueBind(QueueBinding),
    QueueUnbind(QueueBinding),
    QueuePurge { queue: Name },
    QueueDelete { queue: Name, if_unused: bool, if_empty: bool },
    BasicQos { prefetch_size: u32, prefetch_count: u16, global: bool },
    BasicPublish(BasicPublish),
    BasicGet { queue: Name, no_ack: bool },
    BasicConsume(BasicConsume),
    BasicCancel { consumer_tag: Name },
    BasicAck { delivery_tag: u64, multiple: bool },
    BasicNack { delivery_tag: u64, multiple: bool, requeue: bool },
    BasicReject { delivery_tag: u64, requeue: bool },
    BasicRecover { requeue: bool },
    ConfirmSelect,
    TxSelect,
    TxCommit,
    TxRollback,
}

#[derive(Clone, Debug)]
pub struct ExchangeDeclare {
    pub exchange: Name,
    /// direct, fanout, topic or headers.
    pub kind: Name,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub passive: bool,
    pub arguments: Table,
}

#[derive(Clone, Debug)]
pub struct ExchangeBinding {
    pub source: Name,
    pub destination: Name,
    pub routing_key: Name,
    pub arguments: Table,
}

#[derive(Clone, Debug)]
pub struct QueueDeclare {
    /// "" asks the server for a name (rule 11).
    pub queue: Name,
    pub durable: bool,
    pub exclusive: bool,
    pub auto_delete: bool,
    pub passive: bool,
    pub arguments: Table,
}

impl ExchangeDeclare {
    /// Asks whether there is one of this name; nothing else is looked at.
    #[must_use]
    pub fn passive(exchange: Name) -> Self {
        let arguments = Table::new();
        Self { exchange, kind: "".into(), durable: false, auto_delete: false, internal: false, passive: true, arguments }
    }
}

impl QueueDeclare {
    /// Asks whether there is one of this name; nothing else is looked at.
    #[must_use]
    pub fn passive(queue: Name) -> Self {
        Self { queue, durable: false, exclusive: false, auto_delete: false, passive: true, arguments: Table::new() }
    }
}

#[derive(Clone, Debug)]
pub struct QueueBinding {
    pub queue: Name,
    pub exchange: Name,
    pub routing_key: Name,
    pub arguments: Table,
}

#[derive(Clone, Debug)]
pub struct BasicPublish {
    pub exchange: Name,
    pub routing_key: Name,
    pub mandatory: bool,
    pub immediate: bool,
    pub properties: Arc<Properties>,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub struct BasicConsume {
    pub queue: Name,
    /// "" asks the server for a tag.
    pub consumer_tag: Name,
    pub no_ack: bool,
    pub exclusive: bool,
    pub arguments: Table,
}

/// The broker's answer to a method that succeeded. What follows from it comes as events.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The method's `-ok`, or nothing where the protocol has no answer.
    Ok,
    /// The connection is blocked: the method is read once it no longer is (rule 144).
    Held,
    QueueDeclared {
        queue: Name,
        message_count: u64,
        consumer_count: u64,
    },
    /// Of a purge or a deletion.
    Messages {
        message_count: u64,
    },
    Consuming {
        consumer_tag: Name,
    },
    /// `basic.get-ok`, with what is left in the queue; `None` is `basic.get-empty`.
    Got(Option<Got>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub delivery_tag: u64,
    pub redelivered: bool,
    pub message: Arc<Message>,
    pub message_count: u64,
}
