//! What is on its way. A [`Flight`] is truth: something sent that has not arrived. A [`Hop`] is a picture: the broker moved a
//! message at one instant, and the eye needs a moment to follow. Both are drawn from where they began, when, and where they end.

use std::sync::Arc;

use super::service::{InstanceId, RunId};
use crate::broker::{ChannelId, ConnectionId, DeathReason, Message, MessageId, Name, Properties, SimTime};
use crate::scenario::Json;

/// A place on the canvas.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Client(usize),
    Instance(InstanceId),
    Exchange(Name),
    Queue(Name),
}

#[derive(Clone, Debug)]
pub struct Flight {
    /// From the first to the last; a delivery of a message that has just been routed passes its queue.
    pub path: Vec<Place>,
    pub departs: SimTime,
    pub arrives: SimTime,
    pub cargo: Cargo,
}

#[derive(Clone, Debug)]
pub enum Cargo {
    /// `basic.publish`, on its way to the broker.
    Publish {
        channel: ChannelId,
        publish: Publish,
    },
    /// `basic.deliver`, on its way to an instance.
    Delivery(Delivery),
    /// `basic.ack`, `basic.nack` or `basic.reject`, on its way to the broker.
    Settlement {
        channel: ChannelId,
        delivery_tag: u64,
        verdict: Verdict,
        message: Arc<Message>,
    },
    Request(Request),
    Response {
        to: Caller,
        status: u16,
    },
    /// The first thing a new instance sends.
    Connect {
        instance: InstanceId,
        epoch: u32,
    },
    /// The end of a TCP connection, on its way to the broker.
    Disconnect {
        connection: ConnectionId,
    },
}

#[derive(Clone, Debug)]
pub struct Publish {
    pub exchange: Name,
    pub routing_key: Name,
    pub properties: Arc<Properties>,
    pub body: Box<[u8]>,
    pub mandatory: bool,
}

#[derive(Clone, Debug)]
pub struct Delivery {
    pub to: InstanceId,
    pub epoch: u32,
    pub handler: usize,
    pub queue: Name,
    pub delivery_tag: u64,
    pub message: Arc<Message>,
    pub redelivered: bool,
    pub no_ack: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Ack,
    Requeue,
    Reject,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub to: InstanceId,
    pub path: Name,
    pub data: Json,
    pub from: Caller,
}

/// Who waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Client(usize),
    Run { instance: InstanceId, epoch: u32, run: RunId },
}

impl Caller {
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Client(index) => Place::Client(*index),
            Self::Run { instance, .. } => Place::Instance(*instance),
        }
    }
}

/// A move inside the broker, drawn after the fact.
#[derive(Clone, Debug)]
pub struct Hop {
    pub message: Arc<Message>,
    pub path: Vec<Place>,
    pub departs: SimTime,
    pub arrives: SimTime,
    pub kind: HopKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopKind {
    Routed,
    Requeued,
    DeadLettered(DeathReason),
    /// Found no queue.
    Unroutable,
}

impl Hop {
    /// Whether it brings this message to this queue.
    #[must_use]
    pub fn leads_to(&self, queue: &Name, message: MessageId) -> bool {
        self.message.id == message && matches!(self.path.last(), Some(Place::Queue(name)) if name == queue)
    }
}

/// How many hops are remembered: more than can be told apart on a screen.
pub const HOPS_MAX: usize = 1_000;
