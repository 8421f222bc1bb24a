//! Steps that ask the broker: a declaration, a passive declare, a `get`. A handler waits for the answer, as with `await` in amqplib. When the
//! channel is closed first, the step fails.

use serde_json::json;

use super::World;
use crate::broker::{ChannelId, Flow, Method, Reply};
use crate::scenario::template::set_field;
use crate::scenario::{Action, Ask, BindingTarget, Declaration};
use crate::sim::agenda::Item;
use crate::sim::business;
use crate::sim::flight::{Cargo, Question};
use crate::sim::ids::{InstanceId, RunId};
use crate::sim::service::{Cause, Data};
use crate::sim::trace::{WorldEvent, event_name};

/// The field of a handler's data that has what a check found.
const CHECKED: &str = "checked";

const NO_CHANNEL: &str = "no channel to the broker";
const CLOSED: &str = "its channel was closed";

impl World {
    pub(super) fn consult(&mut self, id: InstanceId, run_id: RunId, place: usize) {
        let Some(channel) = self.asks_on(id, run_id) else { return self.consult_fails(id, run_id, NO_CHANNEL) };
        let Some(run) = self.run_mut(id, run_id) else { return };
        run.consults = Some(channel);
        run.wait += 1;
        let wait = run.wait;
        self.send_to_broker(id, Vec::new(), Cargo::Question(Question { from: id, channel, run: run_id, wait, place }));
    }

    /// What a handler declares belongs to what it publishes: it goes on that channel, as in the chapter's publisher.
    fn asks_on(&self, id: InstanceId, run_id: RunId) -> Option<ChannelId> {
        let run = self.known_instance(id).runs.get(&run_id)?;
        let step = self.spec_of(id).handlers[run.handler].steps.get(run.step);
        match step.map(|step| &step.action) {
            Some(Action::Ask(Ask::Declare { .. })) => self.publishing_channel(id),
            _ => self.known_instance(id).channel,
        }
    }

    fn asked(&self, question: Question) -> Option<Ask> {
        let Question { from, channel, run, wait, .. } = question;
        let instance = self.known_instance(from);
        let is_its_own = instance.channel == Some(channel) || instance.publisher.is_some_and(|publisher| publisher.channel == channel);
        if !is_its_own || !self.waits(from, run, wait) {
            return None; // its program has ended, or has given the channel up
        }
        let run = self.known_instance(from).runs.get(&run)?;
        match &self.spec_of(from).handlers[run.handler].steps.get(run.step)?.action {
            Action::Ask(ask) => Some(ask.clone()),
            _ => None,
        }
    }

    fn declaration(&self, declares: &[Declaration], place: usize) -> Option<Declaration> {
        Declaration::each(declares, &self.scenario.broker).into_iter().nth(place)
    }

    pub(super) fn question_arrives(&mut self, question: Question) {
        let Some(ask) = self.asked(question) else { return };
        let instance = self.known_instance(question.from);
        let own = instance.publisher.filter(|publisher| publisher.channel == question.channel).and_then(|publisher| publisher.connection);
        let is_read = own.or(instance.connection).and_then(|connection| self.broker.flow(connection)) != Some(Flow::Blocked);
        if !is_read {
            self.unread_questions.push(question);
            return;
        }
        let method = match ask {
            Ask::Declare { declares, .. } => {
                self.declaration(&declares, question.place).and_then(|declaration| self.declare_method(&declaration))
            }
            Ask::CheckQueue { queue, .. } => self.declare_method(&Declaration::Check(BindingTarget::Queue(queue))),
            Ask::Get { queue } => Some(Method::BasicGet { queue, no_ack: false }),
        };
        let reply = method.map_or(Ok(Reply::Ok), |method| self.broker.apply(self.now, question.channel, method));
        // What is refused has closed the channel: the broker's event says so.
        if let Ok(reply) = reply {
            self.absorb_events();
            self.send_from_broker(question.from, Vec::new(), Cargo::Told { question, reply });
        }
    }

    /// The broker reads a connection again.
    pub(super) fn questions_are_read(&mut self) {
        for question in std::mem::take(&mut self.unread_questions) {
            self.question_arrives(question);
        }
    }

    /// The broker's answer reaches the handler that waits for it.
    pub(super) fn told(&mut self, question: Question, reply: Reply) {
        let Some(ask) = self.asked(question) else { return };
        let Question { from: id, channel, run: run_id, place, .. } = question;
        let Some(run) = self.run_mut(id, run_id) else { return };
        run.consults = None;
        let about = run.about.clone();
        match (ask, reply) {
            (Ask::Declare { declares, .. }, _) => {
                if let Some(declaration) = self.declaration(&declares, place) {
                    self.happened(WorldEvent::Declared { instance: id, what: declaration.to_string() });
                }
                if self.declaration(&declares, place + 1).is_some() {
                    return self.consult(id, run_id, place + 1);
                }
            }
            (Ask::CheckQueue { at_least, .. }, Reply::QueueDeclared { queue, message_count, consumer_count }) => {
                let found = json!({ "queue": &*queue, "messageCount": message_count, "consumerCount": consumer_count });
                set_field(run.data.json_mut(), CHECKED, found);
                self.happened(WorldEvent::Checked { instance: id, queue: queue.clone(), ready: message_count, about });
                if message_count < at_least {
                    return self.finish(id, run_id);
                }
                if at_least > 0 {
                    self.ledger.queue(&queue).alerted += 1;
                }
            }
            (Ask::Get { queue }, Reply::Got(Some(got))) => {
                run.data = Data::Body(got.message.clone());
                run.about = event_name(&got.message);
                run.story = business::story_of(got.message.properties.correlation_id.as_ref());
                let read = got.message.body.len();
                run.cause = Cause::Delivery {
                    queue,
                    channel,
                    delivery_tag: got.delivery_tag,
                    no_ack: false,
                    redelivered: got.redelivered,
                    message: got.message,
                };
                self.made(usize::try_from(read).unwrap_or(usize::MAX));
            }
            (Ask::Get { queue }, _) => {
                self.happened(WorldEvent::Checked { instance: id, queue, ready: 0, about });
                return self.finish(id, run_id);
            }
            (Ask::CheckQueue { .. }, _) => {}
        }
        self.next_step(id, run_id);
    }

    /// A channel is gone: no answer will come to what was asked on it.
    pub(super) fn consults_in_vain(&mut self, id: InstanceId) {
        let instance = self.known_instance(id);
        let open = [instance.channel, instance.publisher.map(|publisher| publisher.channel)];
        let is_vain = |channel: Option<ChannelId>| channel.is_some() && !open.contains(&channel);
        let vain = instance.runs.iter().filter(|(_, run)| is_vain(run.consults));
        let waiting: Vec<(RunId, u32)> = vain.map(|(run_id, run)| (*run_id, run.wait)).collect();
        for (run, wait) in waiting {
            let instance = self.instance_mut(id);
            if instance.hung {
                // It finds out when it wakes.
                let epoch = instance.epoch;
                instance.frozen.push(Item::TimesOut { instance: id, epoch, run, wait });
            } else {
                self.consulted_in_vain(id, run);
            }
        }
    }

    /// Whether the handler waited for an answer. It does so no longer, and its step fails.
    pub(super) fn consulted_in_vain(&mut self, id: InstanceId, run_id: RunId) -> bool {
        let consults = self.run_mut(id, run_id).is_some_and(|run| run.consults.take().is_some());
        if consults {
            self.consult_fails(id, run_id, CLOSED);
        }
        consults
    }

    fn consult_fails(&mut self, id: InstanceId, run_id: RunId, reason: &str) {
        let spec = self.spec_of(id).clone();
        let Some(run) = self.run_mut(id, run_id) else { return };
        run.wait += 1;
        let action = spec.handlers[run.handler].steps.get(run.step).map(|step| &step.action);
        if let Some(Action::Ask(Ask::Declare { required: false, .. })) = action {
            self.swallows(id);
            self.next_step(id, run_id);
        } else {
            self.fail(id, run_id, action.map_or("", Action::name), reason.to_owned());
        }
    }
}
