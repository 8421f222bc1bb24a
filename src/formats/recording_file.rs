//! Recordings, format 1: a scenario, a seed and everything that came from outside. Everyone who opens one sees the same run.

use std::sync::Arc;

use serde_json::Value as Json;

use super::amqp_json::table_to_json;
use super::document::{Fields, Format, Mistakes, Node, parse};
use super::pretty::Doc;
use super::scenario_file;
use crate::base::{SimTime, limits};
use crate::broker::Name;
use crate::scenario::{Fault, FaultKind, Problem, Property, validate};
use crate::sim::{HandPublish, Input, Observed, Recording, Settles, TimedInput, Until, Who};

pub const VERSION: u64 = 1;

const FORMAT: Format = Format { key: "requeue_recording", name: "recording", version: VERSION };

/// Whether a document says it is a recording.
#[must_use]
pub fn is_one(document: &Json) -> bool {
    FORMAT.is_of(document)
}

/// A recording, and how far it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingFile {
    pub recording: Recording,
    pub until: SimTime,
    /// More happens at this moment than was seen: it ends after so many steps.
    pub until_steps: Option<u64>,
    /// The property for whose sake it is kept: `requeue explore` found that this run breaks it.
    pub breaks: Option<Property>,
}

impl RecordingFile {
    /// How far it goes.
    #[must_use]
    pub const fn end(&self) -> Until {
        Until { at: self.until, after_steps: self.until_steps }
    }
}

/// Reads a recording and checks its scenarios.
///
/// # Errors
/// Everything that is wrong, each with its path in the document; never empty.
pub fn read(text: &str) -> Result<RecordingFile, Vec<Problem>> {
    of_document(&parse(text).map_err(|problem| vec![problem])?)
}

/// The same of a document that is parsed.
///
/// # Errors
/// Everything that is wrong; never empty.
pub fn of_document(document: &Json) -> Result<RecordingFile, Vec<Problem>> {
    FORMAT.check(document)?;
    let mistakes = Mistakes::default();
    let file = recording(&Node::root(document, &mistakes));
    let mut problems = mistakes.into_problems();
    if problems.is_empty() {
        problems = scenario_problems("scenario", &file.recording.scenario);
        for (index, timed) in file.recording.inputs.iter().enumerate() {
            if let Input::Edit(scenario) = &timed.input {
                problems.extend(scenario_problems(&format!("inputs[{index}].edit"), scenario));
            }
        }
        if let Some(property) = &file.breaks
            && let unknown = file.recording.unknown_names(property)
            && !unknown.is_empty()
        {
            problems.push(Problem { path: "breaks".into(), message: unknown.join(", ") });
        }
        if !file.recording.inputs.iter().is_sorted_by_key(|input| (input.at, input.after_steps)) {
            problems.push(Problem { path: "inputs".into(), message: "inputs are given in their order".into() });
        }
    }
    if problems.is_empty() { Ok(file) } else { Err(problems) }
}

fn scenario_problems(path: &str, scenario: &crate::scenario::Scenario) -> Vec<Problem> {
    let at = |problem: Problem| Problem { path: format!("{path}.{}", problem.path), ..problem };
    validate(scenario).into_iter().map(at).collect()
}

/// A recording within another document, its mistakes noted there.
pub(super) fn embedded(node: &Node) -> RecordingFile {
    let file = recording(node);
    for problem in file.recording.scenarios().flat_map(|scenario| validate(scenario)) {
        node.mistake(format!("{}: {}", problem.path, problem.message));
    }
    file
}

fn recording(node: &Node) -> RecordingFile {
    let fields = node.fields();
    let _ = fields.maybe("requeue_recording");
    let inputs = fields.items_up_to("inputs", limits::INPUTS_IN_A_FILE, "inputs of a recording");
    let file = RecordingFile {
        until: fields.need("until_ms").millis(),
        until_steps: fields.maybe("until_steps").map(|node| node.whole(u64::MAX)),
        breaks: fields.maybe("breaks").and_then(|node| node.parsed()),
        recording: Recording {
            seed: fields.need("seed").whole(u64::MAX),
            inputs: inputs.iter().filter_map(input).collect(),
            scenario: Arc::new(scenario_file::embedded(&fields.need("scenario"))),
        },
    };
    fields.done();
    file
}

fn input(node: &Node) -> Option<TimedInput> {
    timed_input(node, |fields| fields.need("after_steps").whole(u64::MAX))
}

/// An input as a person writes it: at a time, before anything else at that time.
pub(super) fn authored(node: &Node) -> Option<TimedInput> {
    let timed = timed_input(node, |_| 0)?;
    if let Input::Edit(scenario) = &timed.input {
        for problem in scenario_problems("edit", scenario) {
            node.mistake(problem.to_string());
        }
    }
    Some(timed)
}

pub(super) fn hand_publish(node: &Node) -> HandPublish {
    publish(node)
}

fn timed_input(node: &Node, after_steps: impl Fn(&Fields) -> u64) -> Option<TimedInput> {
    let fields = node.fields();
    let (at, after_steps) = (fields.need("at_ms").millis(), after_steps(&fields));
    let fault = fields.maybe("fault").map(|node| node.parsed::<Fault>().map(Input::Fault));
    let mend = fields.maybe("mend").map(|node| node.parsed::<FaultKind>().map(Input::Mend));
    let publish = fields.maybe("publish").map(|node| Some(Input::Publish(Arc::new(self::publish(&node)))));
    let request = fields.maybe("request").map(|node| {
        let fields = node.fields();
        let request = Input::Request {
            client: fields.need("client").name(),
            count: fields.need("count").whole(limits::AT_ONCE as u64).try_into().unwrap_or(1),
        };
        fields.done();
        Some(request)
    });
    let get = fields.maybe("get").map(|node| {
        let fields = node.fields();
        let (queue, count) = on_queue(&fields);
        let get = Input::Get { queue, count, requeue: fields.flag("requeue", true) };
        fields.done();
        Some(get)
    });
    let purge = fields.maybe("purge").map(|node| Some(Input::Purge { queue: node.name() }));
    let moved = fields.maybe("move").map(|node| {
        let fields = node.fields();
        let (queue, count) = on_queue(&fields);
        let moved = Input::Move { queue, count, to: fields.maybe("to").map(|node| node.name()) };
        fields.done();
        Some(moved)
    });
    let observed = fields.maybe("observed").map(|node| observed(&node).map(|observed| Input::Observed(Arc::new(observed))));
    let silence = fields.flag("silence", false).then_some(Some(Input::Silence));
    let edit = fields.maybe("edit").map(|node| Some(Input::Edit(Arc::new(scenario_file::embedded(&node)))));
    fields.done();
    let mut given = [fault, mend, publish, request, silence, edit, get, purge, moved, observed].into_iter().flatten();
    if let (Some(input), None) = (given.next(), given.next()) {
        return Some(TimedInput { at, after_steps, input: input? });
    }
    fields.mistake("what came from outside? Give one of \"fault\", \"mend\", \"publish\", \"request\", \"silence\", \"edit\", \"get\", \"purge\", \"move\", \"observed\"");
    None
}

fn on_queue(fields: &Fields) -> (Name, u32) {
    (fields.need("queue").name(), fields.need("count").whole(limits::BY_HAND.into()).try_into().unwrap_or(1))
}

/// What was seen in a running system.
fn observed(node: &Node) -> Option<Observed> {
    let fields = node.fields();
    let event = fields.need("event").name();
    let who = || Who {
        service: fields.need("service").name(),
        instance: fields
            .maybe("instance")
            .map(|node| node.whole(limits::INSTANCES.into()))
            .and_then(|at| at.try_into().ok())
            .unwrap_or_default(),
    };
    let stood = fields.maybe("stood").map(|node| self::publish(&node));
    let published = fields.maybe("published").map(|node| self::publish(&node));
    let delivered = fields.maybe("delivered").map(|node| node.name());
    let settled = fields.maybe("settled").map(|node| node.name());
    let found = match (stood, published, delivered, settled) {
        (Some(publish), None, None, None) => Some(Observed::Stood { event, publish }),
        (None, Some(publish), None, None) => {
            let names = |node: Node| node.items_up_to(limits::NODES, "queues of a message").iter().map(Node::name).collect();
            Some(Observed::Published { by: who(), event, publish, queues: fields.maybe("queues").map(names) })
        }
        (None, None, Some(queue), None) => {
            let redelivered = fields.maybe("redelivered").map(|node| node.flag());
            Some(Observed::Delivered { to: who(), queue, event, redelivered })
        }
        (None, None, None, Some(queue)) => {
            let how = fields.need("how").one_of(&Settles::ALL);
            how.map(|how| Observed::Settled { by: who(), queue, event, how })
        }
        _ => {
            fields.mistake("what was seen? Give one of \"stood\", \"published\", \"delivered\", \"settled\"");
            None
        }
    };
    fields.done();
    found
}

fn publish(node: &Node) -> HandPublish {
    let fields = node.fields();
    let publish = HandPublish {
        exchange: fields.need("exchange").name(),
        routing_key: fields.need("routing_key").name(),
        payload: fields.need("payload").json(),
        headers: fields.maybe("headers").map(|node| node.table()).unwrap_or_default(),
        persistent: fields.flag("persistent", true),
        mandatory: fields.flag("mandatory", false),
        confirm: fields.flag("confirm", false),
        expiration: fields.maybe("expiration").map(|node| node.name()),
        priority: fields.maybe("priority").map(|node| node.number_up_to()),
    };
    fields.done();
    publish
}

#[must_use]
pub fn write(recording: &Recording, until: impl Into<Until>) -> String {
    doc(recording, until.into()).to_text()
}

/// A recording that is kept because it breaks a property.
#[must_use]
pub fn write_breaking(recording: &Recording, until: SimTime, property: &Property) -> String {
    doc(recording, until.into()).with("breaks", property.to_string()).to_text()
}

/// A recording within another document.
pub(super) fn doc(recording: &Recording, until: Until) -> Doc {
    Doc::object()
        .with("requeue_recording", VERSION)
        .with("seed", recording.seed)
        .with("until_ms", scenario_file::millis(until.at))
        .with_some("until_steps", until.after_steps)
        .with_list("inputs", recording.inputs.iter().map(input_document))
        .with("scenario", scenario_file::document(&recording.scenario))
}

fn input_document(timed: &TimedInput) -> Doc {
    let document = Doc::object().with("at_ms", scenario_file::millis(timed.at)).with("after_steps", timed.after_steps);
    match &timed.input {
        Input::Fault(fault) => document.with("fault", fault.to_string()),
        Input::Mend(kind) => document.with("mend", kind.to_string()),
        Input::Request { client, count } => {
            document.with("request", Doc::object().with("client", client.to_string()).with("count", *count))
        }
        Input::Silence => document.with("silence", true),
        Input::Edit(scenario) => document.with("edit", scenario_file::document(scenario)),
        Input::Get { queue, count, requeue } => document
            .with("get", Doc::object().with("queue", queue.to_string()).with("count", *count).with_unless("requeue", *requeue, &true)),
        Input::Purge { queue } => document.with("purge", queue.to_string()),
        Input::Move { queue, count, to } => {
            let to = to.as_ref().map(ToString::to_string);
            document.with("move", Doc::object().with("queue", queue.to_string()).with("count", *count).with_some("to", to))
        }
        Input::Publish(publish) => document.with("publish", publish_document(publish)),
        Input::Observed(observed) => document.with("observed", observed_document(observed)),
    }
}

fn publish_document(publish: &HandPublish) -> Doc {
    let headers = (!publish.headers.is_empty()).then(|| table_to_json(&publish.headers));
    Doc::object()
        .with("exchange", publish.exchange.to_string())
        .with("routing_key", publish.routing_key.to_string())
        .with("payload", publish.payload.clone())
        .with_some("headers", headers)
        .with_unless("persistent", publish.persistent, &true)
        .with_unless("mandatory", publish.mandatory, &false)
        .with_unless("confirm", publish.confirm, &false)
        .with_some("expiration", publish.expiration.as_ref().map(ToString::to_string))
        .with_some("priority", publish.priority)
}

fn observed_document(observed: &Observed) -> Doc {
    let of = |event: &Name| Doc::object().with("event", event.to_string());
    let by = |doc: Doc, who: &Who| doc.with("service", who.service.to_string()).with_unless("instance", who.instance, &0);
    match observed {
        Observed::Stood { event, publish } => of(event).with("stood", publish_document(publish)),
        Observed::Published { by: who, event, publish, queues } => {
            let names = |queues: &Vec<Name>| Doc::list(queues.iter().map(|queue| Doc::from(&**queue)));
            by(of(event), who).with("published", publish_document(publish)).with_some("queues", queues.as_ref().map(names))
        }
        Observed::Delivered { to, queue, event, redelivered } => {
            by(of(event), to).with("delivered", queue.to_string()).with_some("redelivered", *redelivered)
        }
        Observed::Settled { by: who, queue, event, how } => by(of(event), who).with("settled", queue.to_string()).with("how", how.name()),
    }
}
