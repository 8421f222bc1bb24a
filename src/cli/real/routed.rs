//! Where a real broker sends each message of a script. A script that runs step by step waits after each publish, for its effects. Here all
//! messages are published at once, confirmed, and then read: ten thousand take seconds.

use std::collections::BTreeSet;

use amq_protocol::frame::AMQPFrame;
use amq_protocol::protocol::{AMQPClass, basic};

use super::methods::method_of;
use super::{Client, RealBroker};
use crate::broker::{BasicConsume, Name, QueueDeclare, Table};
use crate::cli::amqp::{Wire, content_frames, properties_to_amqp};
use crate::formats::broker_script::{Op, Outcome, Script, Step};

/// The queues that get each published message of a script. Every other step runs first.
///
/// # Errors
/// The broker cannot be reached, refuses a step or a message, or falls silent.
pub fn routed(script: &Script, broker: &RealBroker) -> Result<Vec<BTreeSet<Name>>, String> {
    let mut client = Client::new(broker.clone());
    let is_publish = |step: &&Step| matches!(step.op, Op::Publish(_));
    let mut queues = Vec::new();
    for (index, step) in script.steps.iter().filter(|step| !is_publish(step)).enumerate() {
        if let Op::QueueDeclare(declare) = &step.op {
            queues.push(declare.queue.clone());
        }
        client.step(index, step)?;
    }
    client.must(Op::ConfirmSelect)?;
    let count = client.publish_all(script.steps.iter().filter(is_publish))?;
    client.read_all(&queues, count)
}

/// The channel of what belongs to no step.
const OWN: &str = "routed";

impl Client {
    fn must(&mut self, op: Op) -> Result<serde_json::Value, String> {
        let step = Step { name: None, channel: OWN.into(), connection: OWN.into(), op_name: String::new(), name_of: None, op };
        match self.perform(&step)? {
            Outcome::Ok(fields) => Ok(fields),
            Outcome::Error(failure) => Err(failure.text),
        }
    }

    /// Each body is the message's number, so that it is known again. Answers how many there are, once the broker has confirmed all.
    fn publish_all<'a>(&mut self, steps: impl Iterator<Item = &'a Step>) -> Result<usize, String> {
        let (connection, number) = self.route(OWN);
        let mut unconfirmed = BTreeSet::new();
        for (step, tag) in steps.zip(1_u64..) {
            let Op::Publish(publish) = &step.op else { continue };
            let method = method_of(&step.op, 0).into_iter().map(|class| AMQPFrame::Method(number, class));
            let content = content_frames(number, properties_to_amqp(&publish.properties), (tag - 1).to_string().as_bytes());
            for frame in method.chain(content) {
                self.wire.send(connection, &frame);
            }
            unconfirmed.insert(tag);
        }
        let count = unconfirmed.len();
        while !unconfirmed.is_empty() {
            match self.next_frame()? {
                AMQPFrame::Method(_, AMQPClass::Basic(basic::AMQPMethod::Ack(ack))) if ack.multiple => {
                    unconfirmed = unconfirmed.split_off(&(ack.delivery_tag + 1));
                }
                AMQPFrame::Method(_, AMQPClass::Basic(basic::AMQPMethod::Ack(ack))) => {
                    unconfirmed.remove(&ack.delivery_tag);
                }
                other => return Err(format!("not a confirm: {other}")),
            }
        }
        Ok(count)
    }

    fn read_all(&mut self, queues: &[Name], count: usize) -> Result<Vec<BTreeSet<Name>>, String> {
        let (_, number) = self.route(OWN);
        let mut routed = vec![BTreeSet::new(); count];
        for queue in queues {
            let declare = QueueDeclare {
                queue: queue.clone(),
                durable: false,
                exclusive: false,
                auto_delete: false,
                passive: true,
                arguments: Table::new(),
            };
            let mut waiting = self.must(Op::QueueDeclare(declare))?["message_count"].as_u64().unwrap_or(0);
            let consume =
                BasicConsume { queue: queue.clone(), consumer_tag: queue.clone(), no_ack: true, exclusive: false, arguments: Table::new() };
            let (connection, _) = self.route(OWN);
            // Not as a step: a step would take the deliveries for itself.
            let method = method_of(&Op::Consume { consume, on_delivery: None }, 0).into_iter();
            for class in method {
                self.wire.send(connection, &AMQPFrame::Method(number, class));
            }
            while waiting > 0 {
                if let AMQPFrame::Body(_, body) = self.next_frame()? {
                    let place: Option<usize> = std::str::from_utf8(&body).ok().and_then(|text| text.parse().ok());
                    let known = place.and_then(|place| routed.get_mut(place)).ok_or("a message that this script did not publish")?;
                    known.insert(queue.clone());
                    waiting -= 1;
                }
            }
        }
        Ok(routed)
    }

    fn next_frame(&self) -> Result<AMQPFrame, String> {
        match self.wire.receive(Wire::PATIENCE) {
            Some((_, Some(frame))) => Ok(frame),
            Some((_, None)) => Err("the broker ended the connection".into()),
            None => Err("the broker fell silent".into()),
        }
    }
}
