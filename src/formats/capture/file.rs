//! Requeue's own captures, format 1: a JSON object a line, so that a capture that breaks off can be read.
//!
//! The first line is the head. Each other line has its time and one thing: a program, a publish, a delivery, depths, consumers, or a note.
//! The line of a number that comes for the first time has all that is known of the message.

use serde_json::Value as Json;

use super::tracing::properties;
use super::{By, Capture, Consumer, Death, Record, Seen, Source, What, too_many};
use crate::base::SimTime;
use crate::base::limits::{self, beyond};
use crate::broker::{Name, Properties};
use crate::formats::amqp_json::{table_from_json, table_to_json};
use crate::formats::document::{Fields, Format, Mistakes, Node, parse, too_large};
use crate::formats::pretty::Doc;
use crate::formats::scenario_file::millis;
use crate::scenario::Problem;

pub const VERSION: u64 = 1;

const FORMAT: Format = Format { key: "requeue_capture", name: "capture", version: VERSION };

const SOURCES: [(&str, Source); 3] =
    [("firehose", Source::Firehose), ("rabbitmq_tracing text", Source::TracingText), ("rabbitmq_tracing json", Source::TracingJson)];

/// Whether a text says that it is one, in its first line.
#[must_use]
pub fn is_one(text: &str) -> bool {
    let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
    first.trim_start_matches('{').trim_start().starts_with("\"requeue_capture\"")
}

/// Reads a capture.
///
/// # Errors
/// Everything that is wrong, each with its line; never empty.
pub fn read(text: &str) -> Result<Capture, Vec<Problem>> {
    if let Some(problem) = too_large(text) {
        return Err(vec![problem]);
    }
    let mut capture = Capture::default();
    let mut problems: Vec<Problem> = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    let mut is_head = true;
    while let Some((number, line)) = lines.next() {
        let place = |problem: Problem| {
            let path = if problem.path.is_empty() { String::new() } else { format!(", {}", problem.path) };
            Problem { path: format!("line {}{path}", number + 1), message: problem.message }
        };
        let document = match parse(line) {
            Ok(document) => document,
            // The broker or the machine may have gone while it was written.
            Err(_) if lines.peek().is_none() && !is_head => {
                capture.notes.push("The last line of the file is cut off.".to_owned());
                break;
            }
            Err(problem) => {
                problems.push(place(problem));
                break;
            }
        };
        if std::mem::take(&mut is_head) {
            FORMAT.check(&document)?;
        }
        let mistakes = Mistakes::default();
        read_line(&Node::root(&document, &mistakes), &mut capture);
        problems.extend(mistakes.into_problems().into_iter().map(place));
        problems.extend(too_many(capture.records.len()).map(place));
        if problems.len() >= limits::PROBLEMS || capture.records.len() > limits::CAPTURED {
            break;
        }
    }
    if is_head {
        problems.push(Problem { path: String::new(), message: "the file is empty".to_owned() });
    }
    if problems.is_empty() { Ok(capture) } else { Err(problems) }
}

fn read_line(node: &Node, capture: &mut Capture) {
    let fields = node.fields();
    if let Some(version) = fields.maybe(FORMAT.key) {
        if version.whole(u64::MAX) == VERSION {
            head(&fields, capture);
        }
        fields.done();
        return;
    }
    let at = fields.need("at_ms").millis();
    if at < capture.end() {
        fields.mistake("records are given in the order of their time");
    }
    let name = fields.maybe("name").map(|node| node.name());
    let message = fields.maybe("message").map(|node| number(&node, capture.messages.len() + 1));
    let program = fields.maybe("program").map(|node| number(&node, capture.programs.len() + 1));
    let of_message = message.map(|message| (message, message == capture.messages.len()));
    let is_new = of_message.is_some_and(|(_, is_new)| is_new);
    let seen = is_new.then(|| seen(&fields));
    let published = fields.maybe("published");
    let delivered = fields.maybe("delivered");
    let depths = fields.maybe("depths");
    let consumers = fields.maybe("consumers");
    let note = fields.maybe("note").map(|node| node.text());
    fields.done();
    let what = match (of_message, published, delivered, depths, consumers, program, note) {
        (Some((message, _)), Some(node), None, None, None, None, None) => {
            let fields = node.fields();
            let queues = fields.items_up_to("queues", limits::NODES, "queues of a message");
            let what = What::Published { message, by: by(&fields, capture), queues: queues.iter().map(Node::name).collect() };
            fields.done();
            what
        }
        (Some((message, _)), None, Some(node), None, None, None, None) => {
            let fields = node.fields();
            let deaths = fields.items_up_to("deaths", limits::LEVELS, "deaths of a message");
            let what = What::Delivered {
                message,
                by: by(&fields, capture),
                queue: fields.need("queue").name(),
                redelivered: fields.maybe("redelivered").map(|node| node.flag()),
                deaths: deaths.iter().map(death).collect(),
            };
            fields.done();
            what
        }
        (None, None, None, Some(node), None, None, None) => {
            let entries = node.entries();
            if let Some(why) = beyond("queues with depths", entries.len(), limits::NODES) {
                node.mistake(why);
                return;
            }
            let depth = |(queue, node): (&str, Node)| {
                let counts: Vec<u64> = node.items_up_to(2, "counts").iter().map(|count| count.whole(u64::from(u32::MAX))).collect();
                if counts.len() != 2 {
                    node.mistake("ready and unacked messages are two numbers");
                }
                (Name::from(queue), counts.first().copied().unwrap_or_default(), counts.get(1).copied().unwrap_or_default())
            };
            What::Depths(entries.into_iter().map(depth).collect())
        }
        (None, None, None, None, Some(node), None, None) => {
            let items = node.items_up_to(limits::NODES, "consumers");
            What::Consumers(items.iter().map(|node| consumer(node, capture)).collect())
        }
        (None, None, None, None, None, Some(program), None) => {
            let name = name.filter(|name| name.len() <= limits::SHORT_BYTES);
            if let Some(known) = capture.programs.get_mut(program) {
                // Its name became known later.
                *known = name.or_else(|| known.take());
            } else if let Some(why) = beyond("connections of a capture", program + 1, limits::ITEMS) {
                node.mistake(why);
            } else {
                capture.programs.push(name);
            }
            return;
        }
        (None, None, None, None, None, None, Some(note)) => {
            if capture.notes.len() < limits::PROBLEMS {
                capture.notes.push(note[..note.floor_char_boundary(limits::TITLE_BYTES)].to_owned());
            }
            return;
        }
        _ => {
            node.mistake("a line has one of \"program\", \"published\", \"delivered\", \"depths\", \"consumers\", \"note\". A publish and a delivery have a \"message\"");
            return;
        }
    };
    capture.messages.extend(seen);
    capture.records.push(Record { at, what });
}

fn number(node: &Node, end: usize) -> usize {
    let most = (end as u64).saturating_sub(1);
    node.whole(most).try_into().unwrap_or_default()
}

fn head(fields: &Fields, capture: &mut Capture) {
    capture.source = fields.maybe("source").and_then(|node| node.one_of(&SOURCES)).unwrap_or_default();
    capture.version = fields.maybe("rabbitmq_version").map(|node| node.name());
    capture.vhost = fields.maybe("vhost").map(|node| node.name());
    capture.began = fields.maybe("began").map(|node| node.name());
    capture.definitions = fields.maybe("definitions").map(|node| Json::Object(node.object()));
}

fn by(fields: &Fields, capture: &Capture) -> By {
    let pair = fields.need("by").items_up_to(2, "numbers of a program and a channel");
    let program = pair.first().map(|node| number(node, capture.programs.len().max(1))).unwrap_or_default();
    if pair.len() != 2 || capture.programs.is_empty() {
        fields.mistake("\"by\" is the number of a program and the number of its channel");
    }
    By { program, channel: pair.get(1).map(Node::number_up_to).unwrap_or_default() }
}

fn death(node: &Node) -> Death {
    let fields = node.fields();
    let death = Death { queue: fields.need("queue").name(), reason: fields.need("reason").name() };
    fields.done();
    death
}

fn consumer(node: &Node, capture: &Capture) -> Consumer {
    let fields = node.fields();
    let consumer = Consumer {
        queue: fields.need("queue").name(),
        by: by(&fields, capture),
        prefetch: fields.maybe("prefetch").map(|node| node.number_up_to()).unwrap_or_default(),
        auto_ack: fields.flag("auto_ack", false),
    };
    fields.done();
    consumer
}

fn seen(fields: &Fields) -> Seen {
    let keys = fields.items_up_to("routing_keys", limits::ITEMS, "routing keys of a message");
    let mut known = fields.maybe("properties").map(|node| properties(&table_from_json(&node.object()))).unwrap_or_default();
    known.headers = None;
    Seen {
        exchange: fields.need("exchange").name(),
        routing_keys: keys.iter().map(Node::name).collect(),
        properties: known,
        headers: fields.maybe("headers").map(|node| node.table()).unwrap_or_default(),
        bytes: fields.maybe("bytes").map(|node| node.whole(u64::from(u32::MAX))).unwrap_or_default(),
        payload: fields.maybe("payload").map(|node| node.name()),
    }
}

fn text(name: &Name) -> Doc {
    Doc::from(&**name)
}

/// The first line, with its end.
#[must_use]
pub fn write_head(capture: &Capture) -> String {
    let source = SOURCES.iter().find(|(_, source)| *source == capture.source).map_or("firehose", |(word, _)| word);
    let head = Doc::object()
        .with(FORMAT.key, VERSION)
        .with("source", source)
        .with_some("rabbitmq_version", capture.version.as_ref().map(text))
        .with_some("vhost", capture.vhost.as_ref().map(text))
        .with_some("began", capture.began.as_ref().map(text))
        .with_some("definitions", capture.definitions.clone());
    line(&head)
}

fn line(doc: &Doc) -> String {
    format!("{}\n", doc.to_line())
}

/// A program that was not known before.
#[must_use]
pub fn write_program(at: SimTime, number: usize, name: Option<&Name>) -> String {
    line(&Doc::object().with("at_ms", millis(at)).with("program", number).with_some("name", name.map(text)))
}

#[must_use]
pub fn write_note(at: SimTime, note: &str) -> String {
    line(&Doc::object().with("at_ms", millis(at)).with("note", note))
}

/// A record, with what is known of a message that comes for the first time.
#[must_use]
pub fn write_record(record: &Record, new: Option<&Seen>) -> String {
    let doc = Doc::object().with("at_ms", millis(record.at));
    let by = |by: By| Doc::list([Doc::from(by.program), Doc::from(by.channel)]);
    line(&match &record.what {
        What::Published { message, by: who, queues } => {
            let doc = known(doc.with("message", *message), new);
            doc.with("published", Doc::object().with("by", by(*who)).with_list("queues", queues.iter().map(text)))
        }
        What::Delivered { message, by: who, queue, redelivered, deaths } => {
            let death = |death: &Death| Doc::object().with("queue", text(&death.queue)).with("reason", text(&death.reason));
            let delivered = Doc::object().with("by", by(*who)).with("queue", text(queue));
            let delivered = delivered.with_some("redelivered", *redelivered).with_list("deaths", deaths.iter().map(death));
            known(doc.with("message", *message), new).with("delivered", delivered)
        }
        What::Depths(depths) => {
            let counts = |(queue, ready, unacked): &(Name, u64, u64)| (queue.to_string(), Json::from(vec![*ready, *unacked]));
            doc.with("depths", Json::Object(depths.iter().map(counts).collect()))
        }
        What::Consumers(consumers) => {
            let consumer = |one: &Consumer| {
                let doc = Doc::object().with("queue", text(&one.queue)).with("by", by(one.by)).with("prefetch", one.prefetch);
                doc.with_unless("auto_ack", one.auto_ack, &false)
            };
            doc.with("consumers", Doc::list(consumers.iter().map(consumer)))
        }
    })
}

fn known(doc: Doc, seen: Option<&Seen>) -> Doc {
    let Some(Seen { exchange, routing_keys, properties, headers, bytes, payload }) = seen else { return doc };
    doc.with("exchange", text(exchange))
        .with_list("routing_keys", routing_keys.iter().map(text))
        .and(own(properties))
        .with_some("headers", (!headers.is_empty()).then(|| table_to_json(headers)))
        .with("bytes", *bytes)
        .with_some("payload", payload.as_ref().map(text))
}

fn own(properties: &Properties) -> Doc {
    let text = |name: &Option<Name>| name.as_ref().map(|text| Doc::from(&**text));
    let Properties { content_type, content_encoding, delivery_mode, priority, correlation_id, reply_to, .. } = properties;
    let Properties { expiration, message_id, timestamp, message_type, app_id, .. } = properties;
    let doc = Doc::object()
        .with_some("content_type", text(content_type))
        .with_some("content_encoding", text(content_encoding))
        .with_some("delivery_mode", *delivery_mode)
        .with_some("priority", *priority)
        .with_some("correlation_id", text(correlation_id))
        .with_some("reply_to", text(reply_to))
        .with_some("expiration", text(expiration))
        .with_some("message_id", text(message_id))
        .with_some("timestamp", *timestamp)
        .with_some("type", text(message_type))
        .with_some("app_id", text(app_id));
    match &doc {
        Doc::Object(fields) if fields.is_empty() => Doc::object(),
        _ => Doc::object().with("properties", doc),
    }
}

/// A whole capture, as `requeue watch` would have written it.
#[must_use]
pub fn write(capture: &Capture) -> String {
    let mut out = write_head(capture);
    for (number, name) in capture.programs.iter().enumerate() {
        out += &write_program(SimTime::ZERO, number, name.as_ref());
    }
    let mut known = 0;
    for record in &capture.records {
        let new = match record.what {
            What::Published { message, .. } | What::Delivered { message, .. } if message == known => capture.messages.get(message),
            _ => None,
        };
        known += usize::from(new.is_some());
        out += &write_record(record, new);
    }
    for note in &capture.notes {
        out += &write_note(capture.end(), note);
    }
    out
}
