//! Request and reply over the broker. Where answers come to an instance, whose they are, and what becomes of late ones.

use std::sync::Arc;

use super::World;
use crate::broker::reply::PSEUDO_QUEUE;
use crate::broker::{BasicConsume, ChannelId, Message, Method, Name, Properties, QueueDeclare, Reply, Table};
use crate::scenario::template::set_field;
use crate::scenario::{AwaitReply, Json, Publish, ReplyQueue, Service};
use crate::sim::business::request_name;
use crate::sim::ids::{InstanceId, Place, RunId};
use crate::sim::service::{Cause, Unconfirmed};
use crate::sim::trace::{WorldEvent, event_name};

/// The field of a handler's data that has the answer.
const ANSWER: &str = "answer";

/// Why an answer is lost.
const TOO_LATE: &str = "an answer to a request that its program no longer waits for";

/// How the requests of a service are answered.
fn replies(service: &Service) -> impl Iterator<Item = AwaitReply> {
    let steps = service.handlers.iter().flat_map(|handler| &handler.steps);
    steps.filter_map(|step| step.action.published()?.reply)
}

impl World {
    /// A program that asks has one consumer of answers for each kind of reply queue that its steps name.
    pub(super) fn consume_answers(&mut self, id: InstanceId, channel: ChannelId) {
        let spec = self.spec_of(id).clone();
        let asks = |queue: ReplyQueue| replies(&spec).any(|reply| reply.queue == queue);
        let tag = |queue: ReplyQueue| format!("{}.{}.{} answers", spec.name, id.instance + 1, queue.name()).into();
        if asks(ReplyQueue::Direct) {
            self.consume_answers_from(channel, PSEUDO_QUEUE.into(), tag(ReplyQueue::Direct));
        }
        if asks(ReplyQueue::Exclusive) {
            let declare = QueueDeclare {
                queue: "".into(),
                durable: false,
                exclusive: true,
                auto_delete: false,
                passive: false,
                arguments: Table::new(),
            };
            let declared = self.broker.apply(self.now, channel, Method::QueueDeclare(declare));
            let Ok(Reply::QueueDeclared { queue, .. }) = declared else { return };
            self.consume_answers_from(channel, queue.clone(), tag(ReplyQueue::Exclusive));
            self.instance_mut(id).reply_queue = Some(queue);
        }
    }

    fn consume_answers_from(&mut self, channel: ChannelId, queue: Name, consumer_tag: Name) {
        let consume = BasicConsume { queue, consumer_tag, no_ack: true, exclusive: false, arguments: Table::new() };
        let _ = self.broker.apply(self.now, channel, Method::BasicConsume(consume));
    }

    /// What a request says of its answer, and an answer of its request.
    pub(super) fn ask_or_answer(&mut self, id: InstanceId, run_id: RunId, spec: &Publish, key: &Name, properties: &mut Properties) {
        let number = self.event_last;
        let instance = self.instance_mut(id);
        let own_queue = instance.reply_queue.clone();
        let Some(run) = instance.runs.get(&run_id) else { return };
        if let Some(reply) = spec.reply {
            properties.reply_to = match reply.queue {
                ReplyQueue::Direct => Some(PSEUDO_QUEUE.into()),
                ReplyQueue::Exclusive => own_queue,
            };
            properties.correlation_id = Some(request_name(run.story, number));
        } else if let Cause::Delivery { message, .. } = &run.cause
            && spec.exchange.is_empty()
            && message.properties.reply_to.as_ref() == Some(key)
        {
            properties.correlation_id.clone_from(&message.properties.correlation_id);
        }
    }

    /// A reply queue has no place. A message on its way there is on its way to the instance that reads it.
    pub(super) fn place_of_caller(&self, reply_queue: &str) -> Option<Place> {
        let direct = self.broker.waits_for_answers(reply_queue);
        let channel = direct.or_else(|| {
            let queue = self.broker.queue(reply_queue).filter(|queue| queue.exclusive())?;
            self.broker.consumers_of(queue).next().map(|consumer| consumer.channel)
        })?;
        self.channels.get(&channel).map(|id| Place::Instance(*id))
    }

    /// The handler that waits for the answer to this request, or with this answer.
    pub(super) fn asker(&self, id: InstanceId, message: &Message) -> Option<(RunId, u32)> {
        let request = message.properties.correlation_id.as_ref()?;
        let mut runs = self.known_instance(id).runs.iter();
        runs.find(|(_, run)| run.awaits.as_ref() == Some(request)).map(|(run_id, run)| (*run_id, run.wait))
    }

    pub(super) fn answer_arrives(&mut self, id: InstanceId, channel: ChannelId, queue: &Name, message: &Arc<Message>) {
        let event = event_name(message);
        let asker = self.asker(id, message).filter(|_| self.known_instance(id).uses(channel));
        let Some((run_id, _)) = asker else {
            self.lose(queue, event, TOO_LATE);
            return;
        };
        let answer = message.body.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Json::Null);
        let bytes = usize::try_from(message.body.len()).unwrap_or(usize::MAX);
        let Some(run) = self.run_mut(id, run_id) else { return };
        run.awaits = None;
        set_field(run.data.json_mut(), ANSWER, answer);
        let about = run.about.clone();
        self.made(bytes);
        self.happened(WorldEvent::AnswerCame { instance: id, event, about });
        self.next_step(id, run_id);
    }

    /// Whether the handler waited for an answer. It does so no longer.
    pub(super) fn gives_up_waiting(&mut self, id: InstanceId, run_id: RunId, wait: u32) -> bool {
        let Some(request) = self.run_mut(id, run_id).and_then(|run| run.awaits.take()) else { return false };
        self.happened(WorldEvent::PublishFailed { instance: id, event: request, reason: Unconfirmed::Unanswered.reason() });
        self.publish_settled(id, run_id, wait, Err(Unconfirmed::Unanswered));
        true
    }
}
