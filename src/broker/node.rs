//! What happens to the broker as a whole (section M of the rules). Connections and channels come and go, resources run short, it restarts.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cause::{DropCause, RequeueCause, Resource};
use super::channel::Channel;
use super::error::{AmqpError, ReplyCode, Scope};
use super::event::Event;
use super::ids::{ChannelId, ConnectionId, QueueId};
use super::method::{BasicPublish, Method, Reply};
use super::queue::Messages;
use super::queue::enqueuers::Enqueuer;
use super::value::Name;
use super::{Broker, CHANNEL_MAX};
use crate::base::SimTime;
use crate::base::ordered::in_order;

/// What a client can learn beyond the protocol's beginnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `basic.cancel` from the server (rule 82).
    pub consumer_cancel_notify: bool,
    /// `connection.blocked` and `connection.unblocked` (rule 144).
    pub connection_blocked: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self { consumer_cancel_notify: true, connection_blocked: true }
    }
}

/// What the broker's machine takes of a connection that the broker does not read. It is Linux's receive buffer (`tcp_rmem`). What is
/// beyond that is still in the memory of the program.
const RECEIVED_BYTES_MAX: u64 = 131_072;

/// A publish has three frames, and properties.
const FRAMES_BYTES: u64 = 64;

#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub channels: Vec<ChannelId>,
    pub capabilities: Capabilities,
    pub flow: Flow,
    /// What it sent while the broker did not read.
    pub unread: VecDeque<Unread>,
}

/// What waits to be read.
#[derive(Clone, Debug)]
pub(super) enum Unread {
    Method(ChannelId, Method),
    CloseChannel(ChannelId),
    /// The end of the socket.
    End,
}

impl Unread {
    pub(super) const fn publish(&self) -> Option<&BasicPublish> {
        match self {
            Self::Method(_, Method::BasicPublish(publish)) => Some(publish),
            Self::Method(..) | Self::CloseChannel(_) | Self::End => None,
        }
    }

    /// About what it takes in frames.
    fn bytes(&self) -> u64 {
        self.publish().map_or(0, |publish| {
            let names = publish.exchange.len() + publish.routing_key.len();
            publish.body.len() + names as u64 + FRAMES_BYTES
        })
    }
}

/// Whether a connection is read (rule 144).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Running,
    /// A resource is short: its next publish will block it.
    Blocking,
    /// It has published; nothing is read until the alarms clear.
    Blocked,
}

impl Flow {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Blocking => "blocking",
            Self::Blocked => "blocked",
        }
    }
}

impl Broker {
    /// A client connects.
    pub fn open_connection(&mut self, capabilities: Capabilities) -> ConnectionId {
        self.ids.connection += 1;
        let id = ConnectionId(self.ids.connection);
        let flow = if self.alarms.is_empty() { Flow::Running } else { Flow::Blocking };
        self.connections.insert(id, Box::new(Connection { channels: Vec::new(), capabilities, flow, unread: VecDeque::new() }));
        id
    }

    /// # Errors
    /// The connection is not open, or has [`CHANNEL_MAX`] channels.
    pub fn open_channel(&mut self, now: SimTime, connection: ConnectionId) -> Result<ChannelId, AmqpError> {
        let Some(state) = self.connections.get(&connection) else { return Err(AmqpError::NotOpen(Scope::Connection)) };
        if state.channels.len() >= CHANNEL_MAX {
            let error = AmqpError::new(
                ReplyCode::NotAllowed,
                format_args!("number of channels opened ({CHANNEL_MAX}) has reached the negotiated channel_max ({CHANNEL_MAX})"),
            );
            self.fail_connection(now, connection, &error);
            return Err(error);
        }
        let taken = |number: u16| state.channels.iter().any(|channel| self.channels[channel].number == number);
        let number = (1..=u16::MAX).find(|number| !taken(*number)).unwrap_or(u16::MAX);
        self.ids.channel += 1;
        let id = ChannelId(self.ids.channel);
        self.channels.insert(id, Box::new(Channel::new(connection, number, now)));
        if let Some(state) = self.connections.get_mut(&connection) {
            state.channels.push(id);
        }
        Ok(id)
    }

    /// `channel.open` for a number that is open: a mistake that ends the connection (rule 4).
    pub fn open_channel_again(&mut self, now: SimTime, channel: ChannelId) -> AmqpError {
        let Some(state) = self.channels.get(&channel) else { return AmqpError::NotOpen(Scope::Channel) };
        let connection = state.connection;
        let error = AmqpError::new(ReplyCode::ChannelError, "second 'channel.open' seen");
        self.fail_connection(now, connection, &error);
        error
    }

    /// The client closed the channel: what it held is ready again (rule 67). On a blocked connection that waits behind what was sent
    /// before it.
    pub fn close_channel(&mut self, now: SimTime, channel: ChannelId) {
        let Some(state) = self.channels.get(&channel) else { return };
        if let Some(connection) = self.connections.get_mut(&state.connection).filter(|connection| connection.flow == Flow::Blocked) {
            connection.unread.push_back(Unread::CloseChannel(channel));
            return;
        }
        self.end_channels(now, &[channel], RequeueCause::ChannelClosed);
        self.publish_dead_letters(now);
    }

    /// The client closed the connection, or the broker noticed that it is gone. To the queues it is the same (rule 67).
    pub fn close_connection(&mut self, now: SimTime, connection: ConnectionId) {
        let Some(state) = self.connections.get(&connection) else { return };
        let channels = state.channels.clone();
        self.end_channels(now, &channels, RequeueCause::ConnectionClosed);
        self.remove_connection(now, connection);
    }

    /// The process at the other end has ended. On a blocked connection the broker reads that later, behind what had reached its machine.
    /// The rest is lost with the process. Until then its consumers stay, with what they hold.
    pub fn lose_peer(&mut self, now: SimTime, connection: ConnectionId) {
        let Some(state) = self.connections.get_mut(&connection).filter(|state| state.flow == Flow::Blocked) else {
            return self.close_connection(now, connection);
        };
        let mut bytes = 0;
        let received = state.unread.iter().take_while(|unread| {
            bytes += unread.bytes();
            bytes <= RECEIVED_BYTES_MAX
        });
        let received = received.count();
        let lost = state.unread.split_off(received);
        state.unread.push_back(Unread::End);
        self.discard(&lost);
    }

    /// What a program sent and the broker never reads.
    fn discard(&mut self, unread: &VecDeque<Unread>) {
        let message_ids: Arc<[Option<Name>]> =
            unread.iter().filter_map(Unread::publish).map(|publish| publish.properties.message_id.clone()).collect();
        if !message_ids.is_empty() {
            self.events.push(Event::Discarded { message_ids });
        }
    }

    fn remove_connection(&mut self, now: SimTime, connection: ConnectionId) {
        if let Some(state) = self.connections.remove(&connection) {
            self.discard(&state.unread);
        }
        let exclusive: Vec<QueueId> =
            self.queues.iter().filter(|(_, queue)| queue.exclusive == Some(connection)).map(|(id, _)| *id).collect();
        for queue in exclusive {
            self.delete_queue(queue); // rule 25
        }
        self.publish_dead_letters(now);
    }

    pub(super) fn fail_channel(&mut self, now: SimTime, channel: ChannelId, error: &AmqpError) {
        let AmqpError::Refused { code, text } = error else { return };
        self.end_channels(now, &[channel], RequeueCause::ChannelClosed);
        self.events.push(Event::ChannelClosed { channel, code: *code, text: text.clone() });
    }

    pub(super) fn fail_connection(&mut self, now: SimTime, connection: ConnectionId, error: &AmqpError) {
        let AmqpError::Refused { code, text } = error else { return };
        self.close_connection(now, connection);
        self.events.push(Event::ConnectionClosed { connection, code: *code, text: text.clone() });
    }

    /// Ends channels together. First all their consumers go, so that nothing one gives back is delivered to another. Then queues go with
    /// their last consumer, and their messages with them (rule 23). Then everything else comes back.
    pub(super) fn end_channels(&mut self, now: SimTime, channels: &[ChannelId], cause: RequeueCause) {
        let mut left = Vec::new();
        for channel in channels {
            let Some(state) = self.channels.get_mut(channel) else { continue };
            let transaction = state.transaction.take().unwrap_or_default();
            let tags: Vec<Name> = state.consumers.keys().cloned().collect();
            self.forget_publishes(transaction.publishes); // rule 55: what was not committed did not happen
            for tag in tags {
                // By its tag: when one ends, another may live on as its earlier consumer.
                let consumer = self.channels.get(channel).and_then(|state| state.consumers.get(&tag)).copied();
                left.extend(consumer.and_then(|consumer| self.remove_consumer(now, consumer)));
            }
            self.cancel_answers(*channel, None);
        }
        left.retain(|queue| !self.delete_if_abandoned(*queue));
        for channel in channels {
            if !self.channels.contains_key(channel) {
                continue;
            }
            left.extend(self.return_held(now, *channel, cause));
            let Some(state) = self.channels.remove(channel) else { continue };
            if let Some(connection) = self.connections.get_mut(&state.connection) {
                connection.channels.retain(|other| other != channel);
            }
            self.forget_enqueuer(Enqueuer::Channel(*channel));
        }
        for id in in_order(left) {
            if let Some(queue) = self.queues.get_mut(&id) {
                for channel in channels {
                    queue.consumers.forget_places(*channel);
                }
            }
            self.activate_next(id);
            self.dispatch(now, id);
        }
    }

    /// It publishes no more.
    pub(super) fn forget_enqueuer(&mut self, enqueuer: Enqueuer) {
        for messages in self.queues.values_mut().filter_map(|queue| queue.messages.quorum_mut()) {
            messages.enqueuers.forget(enqueuer);
        }
    }

    /// A resource runs short (rule 144).
    pub fn set_alarm(&mut self, resource: Resource) {
        if self.alarms.contains(&resource) {
            return;
        }
        self.alarms.push(resource);
        self.events.push(Event::AlarmSet { resource });
        for connection in self.connections.values_mut() {
            if connection.flow == Flow::Running {
                connection.flow = Flow::Blocking;
            }
        }
    }

    /// When the last alarm clears, what blocked connections have sent meanwhile is read.
    pub fn clear_alarm(&mut self, now: SimTime, resource: Resource) {
        let before = self.alarms.len();
        self.alarms.retain(|alarm| *alarm != resource);
        if self.alarms.len() == before {
            return;
        }
        self.events.push(Event::AlarmCleared { resource });
        if !self.alarms.is_empty() {
            return;
        }
        let connections: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in connections {
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            let was = std::mem::replace(&mut connection.flow, Flow::Running);
            if was == Flow::Blocked {
                let told = connection.capabilities.connection_blocked;
                self.events.push(Event::ConnectionUnblocked { connection: id, told });
            }
            while let Some(unread) = self.connections.get_mut(&id).and_then(|connection| connection.unread.pop_front()) {
                match unread {
                    Unread::Method(channel, method) => {
                        let message_id = match &method {
                            Method::BasicPublish(publish) => Some(publish.properties.message_id.clone()),
                            _ => None,
                        };
                        // Errors have their events; no client waits for these replies any more.
                        if self.apply(now, channel, method).is_err()
                            && let Some(message_id) = message_id
                        {
                            self.events.push(Event::Discarded { message_ids: [message_id].into() });
                        }
                    }
                    Unread::CloseChannel(channel) => self.close_channel(now, channel),
                    Unread::End => self.close_connection(now, id),
                }
            }
        }
    }

    /// A method of a connection that is not read waits. A publish of one that is about to block blocks it.
    pub(super) fn hold(&mut self, id: ConnectionId, channel: ChannelId, method: Method) -> Result<Method, Reply> {
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(method) };
        let publishes = matches!(method, Method::BasicPublish(_));
        match connection.flow {
            Flow::Running => return Ok(method),
            Flow::Blocking if !publishes => return Ok(method),
            Flow::Blocking => {
                connection.flow = Flow::Blocked;
                let told = connection.capabilities.connection_blocked;
                let reason = match *self.alarms {
                    [] => "",
                    [alarm] => alarm.reason(),
                    _ => "low on disk & memory",
                };
                self.events.push(Event::ConnectionBlocked { connection: id, reason, told });
            }
            Flow::Blocked => {}
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.unread.push_back(Unread::Method(channel, method));
        }
        Err(Reply::Held)
    }

    /// It stops and starts again. What is durable is still there, and what was out comes back (rules 140 to 142).
    pub fn restart(&mut self, now: SimTime) {
        let connections: Vec<ConnectionId> = self.connections.keys().copied().collect();
        let error = AmqpError::new(ReplyCode::ConnectionForced, "broker forced connection closure with reason 'shutdown'");
        let channels: Vec<ChannelId> = self.channels.keys().copied().collect();
        self.end_channels(now, &channels, RequeueCause::Restarted);
        for connection in connections {
            self.remove_connection(now, connection);
            let AmqpError::Refused { code, text } = error.clone() else { continue };
            self.events.push(Event::ConnectionClosed { connection, code, text });
        }
        let transient: Vec<QueueId> = self.queues.iter().filter(|(_, queue)| !queue.durable).map(|(id, _)| *id).collect();
        for queue in transient {
            self.delete_queue(queue);
        }
        let kept = self.profile.rules().restart_keeps_exchanges;
        let transient: Vec<_> = self.exchanges.iter().filter(|(_, exchange)| !(exchange.durable || kept)).map(|(id, _)| *id).collect();
        for exchange in transient {
            self.delete_exchange(exchange);
        }
        for queue in self.queues.values_mut() {
            queue.used_at = now;
            match &mut queue.messages {
                Messages::Classic(_) => {}
                Messages::Quorum(_) => continue, // it keeps everything (rule 58)
                Messages::Stream(messages) => {
                    messages.restart(&queue.settings.stream);
                    continue; // rule 168
                }
            }
            for entry in queue.messages.take() {
                if entry.message.properties.is_persistent() {
                    queue.messages.push_back(entry);
                } else {
                    let message = entry.message;
                    self.events.push(Event::Dropped { queue: queue.name.clone(), message, cause: DropCause::Restarted });
                }
            }
        }
        self.alarms.clear();
        self.events.push(Event::Restarted);
        let queues: Vec<QueueId> = self.queues.keys().copied().collect();
        for queue in queues {
            self.drop_expired(now, queue); // deadlines kept running (rule 142)
            self.dispatch(now, queue);
        }
        self.publish_dead_letters(now);
    }
}
