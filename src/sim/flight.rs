//! What is on its way. A [`Flight`] is truth: something sent that has not arrived. A [`Hop`] is a picture: the broker moved a
//! message at one instant, and the eye needs a moment to follow. Both are drawn from where they began, when, and where they end.

use std::sync::Arc;

use super::business::StoryId;
use super::network::End;
use super::service::{InstanceId, RunId};
use crate::base::SimTime;
use crate::broker::{ChannelId, ConnectionId, DeathReason, Message, MessageId, Name, Outcome, Properties};
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
    /// The link is cut: it waits on the way until that heals.
    pub held: bool,
    pub(super) link: [End; 2],
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
    /// The broker's answer to a publish somebody waits for.
    Confirm {
        to: InstanceId,
        channel: ChannelId,
        sequence: u64,
        outcome: Outcome,
    },
    /// `basic.return`: the message was mandatory, and there was no queue for it.
    Return {
        to: InstanceId,
        channel: ChannelId,
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
    /// `basic.cancel`, on its way to the broker.
    Cancel {
        from: InstanceId,
        channel: ChannelId,
        consumer_tag: Name,
    },
    /// `basic.cancel-ok`, behind the last delivery.
    CancelOk {
        to: InstanceId,
        channel: ChannelId,
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
    pub channel: ChannelId,
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
    /// `nack` with requeue.
    Requeue,
    /// `reject` with requeue.
    RejectRequeue,
    /// `reject` without requeue.
    Reject,
}

impl Verdict {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Requeue => "nack with requeue",
            Self::RejectRequeue => "reject with requeue",
            Self::Reject => "reject",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Request {
    pub to: InstanceId,
    pub path: Name,
    pub data: Arc<Json>,
    pub story: StoryId,
    pub from: Caller,
}

/// Who waits for an answer: to which attempt, in which wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Client { client: usize, number: u64, attempt: u32 },
    Run { instance: InstanceId, epoch: u32, run: RunId, wait: u32 },
}

impl Caller {
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Client { client, .. } => Place::Client(*client),
            Self::Run { instance, .. } => Place::Instance(*instance),
        }
    }

    pub(super) const fn end(&self) -> End {
        match self {
            Self::Client { client, .. } => End::Client(*client),
            Self::Run { instance, .. } => End::Service(instance.service),
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
pub const HOPS_MAX: usize = 300;
