//! What is on its way: sent, and not arrived.

use std::sync::Arc;

use super::agenda::Closed;
use super::ids::{Caller, End, InstanceId, Place, RunId, StoryId, Verdict};
use crate::base::SimTime;
use crate::broker::{ChannelId, ConnectionId, Message, Name, Outcome, Properties, Reply};
use crate::scenario::Json;

#[derive(Clone, Debug)]
pub struct Flight {
    /// From the first to the last; a delivery of a message that has just been routed passes its queue.
    pub path: Vec<Place>,
    pub departs: SimTime,
    pub arrives: SimTime,
    /// The link is cut: it waits on the way until that heals.
    pub held: bool,
    pub(super) link: [End; 2],
    /// Of the program, on its connection to the broker.
    pub(super) instance: Option<usize>,
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
        /// The handler goes on after it.
        early: bool,
        /// The queue that loses the message when this is accepted, and why: it is acknowledged, and was not handled.
        loses: Option<(Name, &'static str)>,
    },
    /// The broker's answer to a publish that a program waits for.
    Confirm {
        to: InstanceId,
        channel: ChannelId,
        sequence: u64,
        outcome: Outcome,
    },
    /// `basic.deliver` to the consumer of an instance's answers.
    Answer {
        to: InstanceId,
        channel: ChannelId,
        queue: Name,
        message: Arc<Message>,
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
    /// What a program declares at this place of its list, on its way to the broker.
    Declare {
        from: InstanceId,
        channel: ChannelId,
        place: usize,
    },
    /// The broker's answer to it.
    DeclareOk {
        to: InstanceId,
        channel: ChannelId,
        place: usize,
    },
    /// `basic.qos` and `basic.consume` of everything that a program consumes, on their way to the broker.
    Consume {
        from: InstanceId,
        channel: ChannelId,
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
    /// A question of a handler's step, on its way to the broker.
    Question(Question),
    /// The broker's answer to it.
    Told {
        question: Question,
        reply: Reply,
    },
    /// `connection.blocked` or `connection.unblocked`, on its way to a program that listens for it.
    Flow {
        to: InstanceId,
        connection: ConnectionId,
        blocked: bool,
    },
    /// `channel.close` or `connection.close`, behind what was sent before.
    Closed {
        to: InstanceId,
        closed: Closed,
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

#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub from: InstanceId,
    pub channel: ChannelId,
    pub run: RunId,
    pub wait: u32,
    /// Which of several declarations.
    pub place: usize,
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

#[derive(Clone, Debug)]
pub struct Request {
    pub to: InstanceId,
    pub path: Name,
    pub data: Arc<Json>,
    pub story: StoryId,
    pub from: Caller,
}
