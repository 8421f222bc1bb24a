//! Direct reply-to (rule 59). A client consumes from a queue that does not exist, and is answered on its channel without one.
//!
//! The broker writes its own name into the property `reply_to` of a request. What is published to the default exchange with that name goes
//! to the channel at once. Nothing waits: without its consumer the answer is dropped. As of 4.2 such names are queues of a type that keeps
//! nothing. Before, no exchange knew them: a mandatory answer comes back although it was delivered.

use std::sync::Arc;

use super::Broker;
use super::cause::DropCause;
use super::channel::ReplyConsumer;
use super::error::{AmqpError, ReplyCode};
use super::event::{Delivered, Event};
use super::ids::ChannelId;
use super::message::{Message, Properties};
use super::method::{BasicConsume, Reply};
use super::value::Name;

/// What a client consumes from, and names in its requests.
pub const PSEUDO_QUEUE: &str = "amq.rabbitmq.reply-to";
const PREFIX: &str = "amq.rabbitmq.reply-to.";

/// Whether a name is one that the broker gives, or looks like one.
#[must_use]
pub fn is_reply_queue(name: &str) -> bool {
    name.starts_with(PREFIX)
}

impl Broker {
    /// Each mistake in the order in which RabbitMQ looks for it. What is exclusive or has arguments is not looked at.
    pub(super) fn consume_answers(&mut self, channel: ChannelId, consume: &BasicConsume) -> Result<Reply, AmqpError> {
        let state = self.channel(channel);
        if !consume.no_ack {
            return Err(AmqpError::precondition("reply consumer cannot acknowledge"));
        }
        if state.answers.is_some() {
            return Err(AmqpError::precondition("reply consumer already set"));
        }
        let mut tag = consume.consumer_tag.clone();
        if tag.is_empty() {
            tag = self.generated_name("amq.ctag");
        }
        // The name says whose channel it is, as RabbitMQ's does.
        let queue = self.generated_name(&format!("{PREFIX}{}", channel.0));
        self.channel(channel).answers = Some(ReplyConsumer { tag: tag.clone(), queue });
        self.events.push(Event::ConsumerStarted { queue: PSEUDO_QUEUE.into(), channel, consumer_tag: tag.clone() });
        Ok(Reply::Consuming { consumer_tag: tag })
    }

    /// The client cancels it, or its channel ends. Whether this tag is that consumer's: another of the same tag is cancelled after it.
    pub(super) fn cancel_answers(&mut self, channel: ChannelId, tag: Option<&Name>) -> bool {
        let Some(state) = self.channels.get_mut(&channel) else { return false };
        let Some(ReplyConsumer { tag, .. }) = state.answers.take_if(|known| tag.is_none_or(|tag| known.tag == *tag)) else { return false };
        self.events.push(Event::ConsumerEnded { queue: PSEUDO_QUEUE.into(), channel, consumer_tag: tag });
        true
    }

    /// The property as the client that is asked gets it.
    pub(super) fn with_reply_queue(&mut self, channel: ChannelId, properties: &mut Arc<Properties>) -> Result<(), AmqpError> {
        if properties.reply_to.as_deref() != Some(PSEUDO_QUEUE) {
            return Ok(());
        }
        let Some(ReplyConsumer { queue, .. }) = &self.channel(channel).answers else {
            return Err(AmqpError::precondition("fast reply consumer does not exist"));
        };
        let queue = queue.clone();
        Arc::make_mut(properties).reply_to = Some(queue);
        Ok(())
    }

    /// Every declaration is passive. It exists while its consumer does. None: it is no such name.
    pub(super) fn declare_reply_queue(&mut self, channel: ChannelId, name: &Name) -> Option<Result<Reply, AmqpError>> {
        if !name.starts_with(PSEUDO_QUEUE) {
            return None;
        }
        let volatile = self.profile.rules().volatile_queues;
        let exists = &**name == PSEUDO_QUEUE || self.waits_for_answers(name).is_some_and(|other| other != channel);
        Some(if exists {
            self.channel(channel).queue_last = Some(name.clone());
            Ok(Reply::QueueDeclared { queue: name.clone(), message_count: 0, consumer_count: 1 })
        } else if volatile && channel_of(name).is_none() || !volatile && self.waits_for_answers(name).is_some() {
            Err(AmqpError::internal()) // it cannot read the name, or asks the very channel that waits for its answer
        } else {
            Err(AmqpError::not_found("queue", name))
        })
    }

    /// As of 4.2 it is a queue, and no binding leads to it.
    pub(super) fn check_no_reply_queue(&self, queue: &str) -> Result<(), AmqpError> {
        if self.profile.rules().volatile_queues && is_reply_queue(queue) {
            let text = "cannot bind or unbind to a volatile (direct reply-to) queue";
            return Err(AmqpError::new(ReplyCode::AccessRefused, text));
        }
        Ok(())
    }

    /// Whether it is a queue to other methods, even one whose channel is gone.
    pub(super) fn is_volatile_queue(&self, name: &str) -> bool {
        self.profile.rules().volatile_queues && channel_of(name).is_some()
    }

    /// The channel to which the answers of a reply queue go now.
    #[must_use]
    pub fn waits_for_answers(&self, queue: &str) -> Option<ChannelId> {
        let channel = channel_of(queue)?;
        let consumer = self.channels.get(&channel)?.answers.as_ref()?;
        (*consumer.queue == *queue).then_some(channel)
    }

    /// The reply queues among the keys of a message that is published here, in the order of their names.
    pub(super) fn reply_queues(&self, message: &Message) -> Vec<Name> {
        let mut names = Vec::new();
        // Nothing is bound to one: only the default exchange, and only where a message begins, leads to them.
        if message.exchange.is_empty() {
            let volatile = self.profile.rules().volatile_queues;
            let known = |name: &&Name| is_reply_queue(name) && (!volatile || channel_of(name).is_some());
            names.extend(Some(&message.routing_key).filter(known).cloned());
            if message.properties.headers.is_some() || !message.bcc().is_empty() {
                names.extend(super::dead_letter::cc_keys(message).chain(message.bcc().iter().cloned()).filter(|name| known(&name)));
                names.sort_unstable();
                names.dedup();
            }
        }
        names
    }

    /// To the channel that waits for it, or to nowhere.
    pub(super) fn answer(&mut self, queues: &[Name], message: &Arc<Message>) {
        let takes_tag = self.profile.rules().volatile_queues;
        for queue in queues {
            let consumer = self.waits_for_answers(queue).and_then(|id| Some((id, self.channels.get_mut(&id)?)));
            let (queue, message) = (PSEUDO_QUEUE.into(), message.clone());
            let Some((channel, state)) = consumer else {
                self.events.push(Event::Dropped { queue, message, cause: DropCause::NotAwaited });
                continue;
            };
            let consumer_tag = state.answers.as_ref().map_or_else(|| "".into(), |consumer| consumer.tag.clone());
            // Before 4.2 the next delivery has the same tag.
            let delivery_tag = if takes_tag { state.take_delivery_tag() } else { state.delivery_tag_next };
            self.events.push(Event::Delivered(Delivered {
                queue,
                channel,
                consumer_tag,
                delivery_tag,
                message,
                redelivered: false,
                no_ack: true,
                direct: true,
                offset: None,
            }));
        }
    }
}

/// Whose channel a name tells, if the broker could have given it.
fn channel_of(name: &str) -> Option<ChannelId> {
    let (channel, number) = name.strip_prefix(PREFIX)?.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(number)).then(|| channel.parse().ok().map(ChannelId))?
}
