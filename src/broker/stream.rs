//! Streams: who may read, from where, what is appended, what a settlement gives back (rules 148, 160 to 167).

use std::sync::Arc;

use super::Broker;
use super::cause::{DropCause, ReadEnd};
use super::error::AmqpError;
use super::event::Event;
use super::ids::{ChannelId, ConsumerId, QueueId};
use super::message::Message;
use super::profile::{Rules, StreamTexts, TimeoutOwner};
use super::queue::Kind;
use super::queue::ready::Entry;
use super::queue::settings::{Age, age};
use super::queue::stream::{Filter, Gone, StreamOffset};
use super::value::{Table, Value};
use crate::base::SimTime;
use crate::base::ordered::{insert_once, sort_by};

const OFFSET_ARGUMENT: &str = "x-stream-offset";
const FILTER_ARGUMENT: &str = "x-stream-filter";
const UNFILTERED_ARGUMENT: &str = "x-stream-match-unfiltered";

/// How long a quorum queue leaves a delivery with this consumer (rule 94).
pub(super) const TIMEOUT_ARGUMENT: &str = "x-consumer-timeout";

/// What a consumer's arguments ask of a stream.
#[derive(Clone, Debug)]
pub(super) struct Attach {
    offset: StreamOffset,
    filter: Option<Filter>,
}

/// What a consumer may not ask of this type of queue (rules 70, 94, 148, 161).
pub(super) fn check_consumer_arguments(place: &str, kind: Kind, arguments: &Table, rules: &Rules) -> Result<(), AmqpError> {
    let (priority, offset) = (arguments.get("x-priority"), arguments.get(OFFSET_ARGUMENT));
    if kind == Kind::Stream {
        if let Some(value @ Value::String(text)) = offset
            && !matches!(&**text, "first" | "last" | "next")
        {
            match age(text) {
                Age::Of(_) => {}
                Age::NoNumber if rules.missing_number_crashes => return Err(AmqpError::internal()),
                Age::NoNumber | Age::Unfit => return Err(invalid_offset(place, value)),
            }
        }
    } else if let Some(other) = priority.filter(|value| value.as_int().is_none()) {
        return Err(AmqpError::precondition(format_args!(
            "invalid arg 'x-priority' for {place}: \"expected integer, got {}\"",
            other.type_name()
        )));
    }
    let is_foreign = |name: &str| match name {
        "x-priority" => kind == Kind::Stream,
        OFFSET_ARGUMENT => kind != Kind::Stream,
        FILTER_ARGUMENT | UNFILTERED_ARGUMENT => kind != Kind::Stream && rules.filter_is_argument,
        TIMEOUT_ARGUMENT => kind != Kind::Quorum && rules.timeout_owner == TimeoutOwner::Queue,
        _ => false,
    };
    if let Some(name) = arguments.keys().find(|name| is_foreign(name)) {
        let kind = kind.module();
        return Err(AmqpError::precondition(format_args!("invalid arg '{name}' for {place} of queue type {kind}")));
    }
    let timeout = arguments.get(TIMEOUT_ARGUMENT).filter(|_| rules.timeout_owner == TimeoutOwner::Queue);
    let problem = match timeout.map(|value| (value.as_int(), value.type_name())) {
        Some((None, type_name)) => format!("\"expected integer, got {type_name}\""),
        Some((Some(number), _)) if number < 0 => format!("{{value_negative,{number}}}"),
        _ => return Ok(()),
    };
    Err(AmqpError::precondition(format_args!("invalid arg '{TIMEOUT_ARGUMENT}' for {place}: {problem}")))
}

fn invalid_offset(place: &str, value: &Value) -> AmqpError {
    let text = if value.as_str().is_some_and(|text| !text.is_empty()) { format!("\"{value}\"") } else { String::new() };
    AmqpError::precondition(format_args!(
        "invalid arg '{OFFSET_ARGUMENT}' for {place}: {{invalid_stream_offset_arg,{{longstr,<<{text}>>}}}}"
    ))
}

/// Where a reader starts, and what it wants. What RabbitMQ does not expect here makes it fail (rules 161, 166).
fn attach_of(now: SimTime, arguments: &Table) -> Result<Attach, AmqpError> {
    let offset = match arguments.get(OFFSET_ARGUMENT) {
        None => StreamOffset::Next,
        Some(Value::Int(number)) => StreamOffset::Number(u64::try_from(*number).unwrap_or(0)),
        Some(Value::Timestamp(seconds)) => StreamOffset::Since(SimTime::from_secs(*seconds)),
        Some(Value::String(text)) => match (&**text, age(text)) {
            ("first", _) => StreamOffset::First,
            ("last", _) => StreamOffset::Last,
            ("next", _) => StreamOffset::Next,
            (_, Age::Of(age)) => StreamOffset::Since(now.saturating_sub(age)),
            (_, Age::NoNumber | Age::Unfit) => return Err(AmqpError::internal()),
        },
        Some(Value::Void | Value::Bool(_) | Value::Double(_) | Value::Array(_) | Value::Table(_)) => return Err(AmqpError::internal()),
    };
    let values: Option<Vec<_>> = match arguments.get(FILTER_ARGUMENT) {
        Some(Value::String(value)) => Some(vec![value.clone()]),
        Some(Value::Array(values)) => Some(values.iter().filter_map(Value::as_str).cloned().collect()),
        _ => None,
    };
    if values.as_ref().is_some_and(Vec::is_empty) {
        return Err(AmqpError::internal());
    }
    let unfiltered = matches!(arguments.get(UNFILTERED_ARGUMENT), Some(Value::Bool(true)));
    Ok(Attach { offset, filter: values.map(|values| Filter { values, unfiltered }) })
}

impl Broker {
    /// Whether a channel may read a stream, and from where (rules 4, 148).
    pub(super) fn check_reader(
        &self,
        now: SimTime,
        channel: ChannelId,
        place: &str,
        no_ack: bool,
        arguments: &Table,
    ) -> Result<Attach, AmqpError> {
        let texts = self.profile.rules().stream_texts;
        let state = &self.channels[&channel];
        if state.prefetch_consumer == 0 {
            return Err(AmqpError::precondition(match texts {
                StreamTexts::Quoted => format!("consumer prefetch count is not set for '{place}'"),
                StreamTexts::Plain => format!("consumer prefetch count is not set for stream {place}"),
            }));
        }
        if no_ack {
            let kind = match texts {
                StreamTexts::Quoted => "stream queues",
                StreamTexts::Plain => "stream",
            };
            return Err(AmqpError::not_implemented(format_args!("automatic acknowledgement not supported by {kind} {place}")));
        }
        if state.prefetch_channel > 0 {
            return Err(AmqpError::not_implemented(format_args!("{place} does not support global qos")));
        }
        attach_of(now, arguments)
    }

    pub(super) fn attach_reader(&mut self, id: QueueId, consumer: ConsumerId, attach: Attach) {
        if let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.stream_mut()) {
            messages.attach(consumer, attach.offset, attach.filter);
        }
    }

    /// At the end of the log. Readers have it when the chunk is written.
    pub(super) fn append(&mut self, now: SimTime, id: QueueId, message: &Arc<Message>, by_client: bool) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let settings = &queue.settings.stream;
        let Some(messages) = queue.messages.stream_mut() else { return };
        let dropped = messages.append(now, message, by_client, settings);
        self.events.push(Event::Enqueued { queue: queue.name.clone(), message: message.clone() });
        insert_once(&mut self.written, id);
        self.drop_retired(id, dropped);
    }

    /// What was appended becomes chunks, and readers have it.
    pub(super) fn close_chunks(&mut self, now: SimTime) {
        if self.written.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.written) {
            let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.stream_mut()) else { continue };
            if messages.close_chunk() {
                self.dispatch(now, id);
                self.end_segment(now, id);
            }
        }
    }

    /// A full segment ends (rule 163).
    fn end_segment(&mut self, now: SimTime, id: QueueId) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let settings = &queue.settings.stream;
        let Some(messages) = queue.messages.stream_mut() else { return };
        let dropped = messages.end_segment(now, settings);
        self.drop_retired(id, dropped);
    }

    /// Whole segments go (rule 163).
    pub(super) fn retain(&mut self, now: SimTime, id: QueueId) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        let settings = &queue.settings.stream;
        let Some(messages) = queue.messages.stream_mut() else { return };
        let dropped = messages.retain(now, settings);
        self.drop_retired(id, dropped);
    }

    fn drop_retired(&mut self, id: QueueId, dropped: Vec<Gone>) {
        self.drop_from_stream(id, dropped, DropCause::Retired, DropCause::RetiredUnread);
    }

    /// With a stream that is deleted.
    pub(super) fn drop_log(&mut self, id: QueueId) {
        let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.stream_mut()) else { return };
        let dropped = messages.take();
        self.drop_from_stream(id, dropped, DropCause::StreamDeleted, DropCause::QueueDeleted);
    }

    fn drop_from_stream(&mut self, id: QueueId, dropped: Vec<Gone>, read: DropCause, unread: DropCause) {
        let Some(queue) = self.queues.get(&id) else { return };
        self.events.extend(dropped.into_iter().map(|gone| Event::Dropped {
            queue: queue.name.clone(),
            message: gone.entry.message,
            cause: if gone.read { read } else { unread },
        }));
    }

    /// Each reader gets what its credit allows. A channel goes through its readers against the order of their tags.
    pub(super) fn dispatch_stream(&mut self, now: SimTime, id: QueueId) {
        if self.is_recorded {
            return;
        }
        let Some(queue) = self.queues.get(&id) else { return };
        let mut readers: Vec<ConsumerId> = queue.consumers.ids().collect();
        if readers.len() > 1 {
            let key = |consumer: &ConsumerId| self.consumers.get(consumer).map(|state| (state.channel, &state.tag));
            sort_by(&mut readers, |one, other| key(other).cmp(&key(one)));
        }
        let whole_chunks = self.profile.rules().whole_chunks;
        for reader in readers {
            while let Some(credit) = self.consumers.get(&reader).and_then(|state| state.credit).filter(|credit| *credit > 0) {
                let Some(messages) = self.queues.get_mut(&id).and_then(|queue| queue.messages.stream_mut()) else { return };
                let given = messages.read(reader, credit, whole_chunks);
                if given.is_empty() {
                    break;
                }
                if let Some(state) = self.consumers.get_mut(&reader) {
                    state.credit = Some(credit.saturating_sub(u32::try_from(given.len()).unwrap_or(u32::MAX)));
                }
                for entry in given {
                    self.hand_over(now, id, reader, entry, false);
                }
            }
        }
    }

    /// A reader is done with a delivery, or is gone: the stream keeps it (rule 162).
    pub(super) fn end_read(&mut self, id: QueueId, channel: ChannelId, delivery_tag: u64, entry: Entry, end: ReadEnd) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if end == ReadEnd::Acknowledged
            && let Some(messages) = queue.messages.stream_mut()
        {
            messages.acknowledged(entry.sequence);
        }
        let queue = queue.name.clone();
        self.events.push(Event::Read { queue, channel, delivery_tag, message: entry.message, end });
    }

    /// Whether a reader has credit and something to read: it would have been given it.
    pub(super) fn a_reader_waits(&self, id: QueueId) -> bool {
        let Some(queue) = self.queues.get(&id).filter(|_| !self.is_recorded) else { return false };
        let Some(messages) = queue.messages.stream() else { return false };
        queue.consumers.ids().any(|consumer| {
            let can_take = super::turn::can_take(&self.consumers, &self.channels, consumer);
            can_take && messages.reader(consumer).is_none_or(|reader| messages.lag(reader) > 0)
        })
    }
}
