//! The operations of a script as AMQP's methods, and its bodies as bytes.

use amq_protocol::protocol::{AMQPClass, basic, channel, confirm, exchange, queue, tx};

use crate::broker::Body;
use crate::cli::amqp::{short, table_to_amqp};
use crate::formats::broker_script::{Op, Settle};

/// The method of an operation; none for what is sent otherwise. `delivery_tag` is what a settlement is about.
pub(super) fn method_of(op: &Op, delivery_tag: u64) -> Option<AMQPClass> {
    Some(match op {
        Op::ChannelClose => {
            let close = channel::Close { reply_code: 200, reply_text: short("bye"), class_id: 0, method_id: 0 };
            AMQPClass::Channel(channel::AMQPMethod::Close(close))
        }
        Op::ExchangeDeclare(declare) => AMQPClass::Exchange(exchange::AMQPMethod::Declare(exchange::Declare {
            exchange: short(&declare.exchange),
            kind: short(&declare.kind),
            passive: declare.passive,
            durable: declare.durable,
            auto_delete: declare.auto_delete,
            internal: declare.internal,
            nowait: false,
            arguments: table_to_amqp(&declare.arguments),
        })),
        Op::ExchangeDelete { exchange: name, if_unused } => {
            let delete = exchange::Delete { exchange: short(name), if_unused: *if_unused, nowait: false };
            AMQPClass::Exchange(exchange::AMQPMethod::Delete(delete))
        }
        Op::ExchangeBind(binding) => AMQPClass::Exchange(exchange::AMQPMethod::Bind(exchange::Bind {
            destination: short(&binding.destination),
            source: short(&binding.source),
            routing_key: short(&binding.routing_key),
            nowait: false,
            arguments: table_to_amqp(&binding.arguments),
        })),
        Op::ExchangeUnbind(binding) => AMQPClass::Exchange(exchange::AMQPMethod::Unbind(exchange::Unbind {
            destination: short(&binding.destination),
            source: short(&binding.source),
            routing_key: short(&binding.routing_key),
            nowait: false,
            arguments: table_to_amqp(&binding.arguments),
        })),
        Op::QueueDeclare(declare) => AMQPClass::Queue(queue::AMQPMethod::Declare(queue::Declare {
            queue: short(&declare.queue),
            passive: declare.passive,
            durable: declare.durable,
            exclusive: declare.exclusive,
            auto_delete: declare.auto_delete,
            nowait: false,
            arguments: table_to_amqp(&declare.arguments),
        })),
        Op::QueueBind(binding) => AMQPClass::Queue(queue::AMQPMethod::Bind(queue::Bind {
            queue: short(&binding.queue),
            exchange: short(&binding.exchange),
            routing_key: short(&binding.routing_key),
            nowait: false,
            arguments: table_to_amqp(&binding.arguments),
        })),
        Op::QueueUnbind(binding) => AMQPClass::Queue(queue::AMQPMethod::Unbind(queue::Unbind {
            queue: short(&binding.queue),
            exchange: short(&binding.exchange),
            routing_key: short(&binding.routing_key),
            arguments: table_to_amqp(&binding.arguments),
        })),
        Op::QueuePurge { queue: name } => AMQPClass::Queue(queue::AMQPMethod::Purge(queue::Purge { queue: short(name), nowait: false })),
        Op::QueueDelete { queue: name, if_unused, if_empty } => {
            let delete = queue::Delete { queue: short(name), if_unused: *if_unused, if_empty: *if_empty, nowait: false };
            AMQPClass::Queue(queue::AMQPMethod::Delete(delete))
        }
        Op::Publish(publish) => AMQPClass::Basic(basic::AMQPMethod::Publish(basic::Publish {
            exchange: short(&publish.exchange),
            routing_key: short(&publish.routing_key),
            mandatory: publish.mandatory,
            immediate: publish.immediate,
        })),
        Op::Get { queue, no_ack } => AMQPClass::Basic(basic::AMQPMethod::Get(basic::Get { queue: short(queue), no_ack: *no_ack })),
        Op::Consume { consume, .. } => AMQPClass::Basic(basic::AMQPMethod::Consume(basic::Consume {
            queue: short(&consume.queue),
            consumer_tag: short(&consume.consumer_tag),
            no_local: false,
            no_ack: consume.no_ack,
            exclusive: consume.exclusive,
            nowait: false,
            arguments: table_to_amqp(&consume.arguments),
        })),
        Op::Cancel { consumer_tag } => {
            AMQPClass::Basic(basic::AMQPMethod::Cancel(basic::Cancel { consumer_tag: short(consumer_tag), nowait: false }))
        }
        Op::Settle { how, multiple, requeue, .. } => AMQPClass::Basic(settlement(*how, delivery_tag, *multiple, *requeue)),
        Op::Recover { requeue } => AMQPClass::Basic(basic::AMQPMethod::Recover(basic::Recover { requeue: *requeue })),
        Op::ConfirmSelect => AMQPClass::Confirm(confirm::AMQPMethod::Select(confirm::Select { nowait: false })),
        Op::TxSelect => AMQPClass::Tx(tx::AMQPMethod::Select(tx::Select {})),
        Op::TxCommit => AMQPClass::Tx(tx::AMQPMethod::Commit(tx::Commit {})),
        Op::TxRollback => AMQPClass::Tx(tx::AMQPMethod::Rollback(tx::Rollback {})),
        _ => return None,
    })
}

pub(super) fn settlement(how: Settle, delivery_tag: u64, multiple: bool, requeue: bool) -> basic::AMQPMethod {
    match how {
        Settle::Ack => basic::AMQPMethod::Ack(basic::Ack { delivery_tag, multiple }),
        Settle::Nack => basic::AMQPMethod::Nack(basic::Nack { delivery_tag, multiple, requeue }),
        Settle::Reject => basic::AMQPMethod::Reject(basic::Reject { delivery_tag, requeue }),
    }
}

/// `basic.qos` with its size, which the codec leaves out.
pub(super) fn qos_bytes(number: u16, prefetch_size: u32, prefetch_count: u16, global: bool) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(number.to_be_bytes());
    bytes.extend(11_u32.to_be_bytes());
    bytes.extend(60_u16.to_be_bytes());
    bytes.extend(10_u16.to_be_bytes());
    bytes.extend(prefetch_size.to_be_bytes());
    bytes.extend(prefetch_count.to_be_bytes());
    bytes.push(u8::from(global));
    bytes.push(0xCE);
    bytes
}

/// A body of a given size begins with its id, so that it is known when it comes back.
const SIZED: &str = "requeue-sized:";

pub(super) fn body_bytes(body: &Body) -> Vec<u8> {
    match body {
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::Sized { bytes, id } => {
            let mut text = format!("{SIZED}{id}:").into_bytes();
            text.resize(usize::try_from(*bytes).unwrap_or(0), b'.');
            text
        }
    }
}

pub(super) fn body_of(bytes: &[u8]) -> Body {
    let text = String::from_utf8_lossy(bytes);
    match text.strip_prefix(SIZED).and_then(|rest| rest.split_once(':')) {
        Some((id, _)) => Body::Sized { bytes: bytes.len() as u64, id: id.into() },
        None => Body::Bytes(bytes.into()),
    }
}
