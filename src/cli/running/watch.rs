//! `requeue watch`: what RabbitMQ's firehose tells for a while becomes a capture.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use amq_protocol::frame::AMQPFrame;
use amq_protocol::protocol::{AMQPClass, basic, channel as amqp_channel, queue};
use clap::Args;
use serde_json::{Value as Json, json};

use super::Management;
use super::management::Refused;
use crate::base::{SimTime, limits};
use crate::broker::{Capabilities, Name, Properties, Table, Value};
use crate::cli::BadInput;
use crate::cli::amqp::{Address, Wire, channel_frame, encoded, properties_from_amqp, short, table_to_amqp};
use crate::formats::capture::file::{write_head, write_note, write_program, write_record};
use crate::formats::capture::matching::{Matcher, print};
use crate::formats::capture::tracing::{deaths, given_name, left_out, properties};
use crate::formats::capture::{By, Capture, Consumer, Record, Seen, Source, What};
use crate::formats::snapshot::Answers;

/// RabbitMQ copies what is traced to it.
const TRACE_EXCHANGE: &str = "amq.rabbitmq.trace";
/// So many copies wait at most. Where the watch cannot follow, RabbitMQ drops the oldest, and its memory stays free.
const COPIES_MAX: i64 = 100_000;
/// How often the queues are looked at.
const LOOK: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_millis(100);
const CHANNEL: u16 = 1;

#[derive(Args)]
pub struct Options {
    /// The broker and its virtual host, as in <amqp://user:password@127.0.0.1:5672/%2F>. No TLS: give a tunnel's address. Without a user: `REQUEUE_USER` and `REQUEUE_PASSWORD`
    #[arg(long)]
    amqp: String,
    /// Its management interface, as in <http://127.0.0.1:15672>. No TLS
    #[arg(long)]
    management: String,
    /// How long, as in 60s or 5m
    #[arg(long = "for", default_value = "60s", value_name = "TIME", value_parser = span)]
    time: Duration,
    /// Its rabbitmqctl. Without one, the management interface turns tracing on; that takes the tag administrator
    #[arg(long)]
    ctl: Option<String>,
    /// Write payloads and the values of headers, too
    #[arg(long)]
    payloads: bool,
    /// Write the capture to this file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

fn span(text: &str) -> Result<Duration, String> {
    let (number, factor) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.parse().ok().map(|number: f64| number * factor).filter(|seconds| (0.1..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "a time from 0.1s to 1440m".to_owned())
}

/// Exit code 2: nothing can be watched. 3: the broker went away.
pub fn watch(options: &Options) -> Result<ExitCode, BadInput> {
    let mut address = Address::parse(&options.amqp).map_err(BadInput)?;
    super::from_environment(&options.amqp, &mut address);
    let management = Arc::new(Management::parse(&options.management).map_err(BadInput)?);
    let answers = management.answers(&address.vhost).map_err(BadInput)?;
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = stopped.clone();
    // In a test, another watch may have set it before.
    let _ = ctrlc::set_handler(move || stop.store(true, Ordering::SeqCst));

    let mut tap = Tap::open(&address).map_err(BadInput)?;
    let began = now();
    let mut recorder = Recorder::create(options, &answers, &address.vhost, &tap.queue)?;
    recorder.sample(&answers, SimTime::ZERO);
    let tracing = Tracing::turn_on(options, &management, &answers, &address.vhost)?;
    let (asks_to_end, ended) = channel::<()>();
    let (sends, samples) = channel();
    let sampler = {
        let (management, vhost) = (management.clone(), address.vhost.clone());
        std::thread::spawn(move || look(&management, &vhost, &ended, &sends))
    };
    eprintln!("Watching {address:?} for {} s. Ctrl+C ends it.", options.time.as_secs_f64());
    let ends = loop {
        let at = SimTime::from_micros(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
        if stopped.load(Ordering::SeqCst) {
            break Ends::Stopped;
        }
        if began.elapsed() >= options.time {
            break Ends::Over;
        }
        while let Ok(answers) = samples.try_recv() {
            recorder.sample(&answers, at);
        }
        match tap.next() {
            Next::Copy(copy) => recorder.copied(&copy, at),
            Next::Nothing => {}
            Next::Gone(why) => break Ends::Gone(why),
        }
        if let Some(why) = recorder.full() {
            break Ends::Full(why);
        }
    };
    drop(asks_to_end);
    let turned_off = tracing.turn_off();
    let _ = sampler.join();
    let end = SimTime::from_micros(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    recorder.finish(&ends, end, &turned_off, &options.output)
}

/// Why a watch ends.
enum Ends {
    Over,
    Stopped,
    Full(String),
    Gone(String),
}

#[expect(clippy::disallowed_methods, reason = "a real broker takes real time")]
fn now() -> Instant {
    Instant::now()
}

/// The time of the machine, for a person who reads the file.
#[expect(clippy::disallowed_methods, reason = "a real broker takes real time")]
fn clock() -> Name {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut month) = (1970, 1);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let days = |month: u64, year: u64| match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    while day >= days(month, year) {
        day -= days(month, year);
        month += 1;
    }
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1).into()
}

/// Looks at the queues until it shall end.
fn look(management: &Management, vhost: &str, ended: &Receiver<()>, sends: &Sender<Answers>) {
    while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let vhost = encoded(vhost);
        let list = |path: &str| management.get(path);
        // What cannot be read now is looked for in a second.
        if let (Ok(queues), Ok(consumers)) = (list(&format!("queues/{vhost}")), list(&format!("consumers/{vhost}"))) {
            let connections = list("connections").unwrap_or_default();
            if sends.send(Answers { queues, consumers, connections, ..Answers::default() }).is_err() {
                return;
            }
        }
    }
}

/// Tracing of a virtual host. What was turned on here is turned off here, also after an error.
struct Tracing<'a> {
    management: &'a Management,
    vhost: &'a str,
    way: Way<'a>,
}

enum Way<'a> {
    /// It was on, and stays on; or nothing here may turn it on.
    Left,
    Ctl(&'a str),
    /// With what the virtual host has besides, which would be forgotten otherwise.
    Management(Json),
}

impl<'a> Tracing<'a> {
    fn turn_on(options: &'a Options, management: &'a Management, answers: &Answers, vhost: &'a str) -> Result<Self, BadInput> {
        let by_hand = format!("rabbitmqctl trace_on -p {vhost}");
        let is_on = answers.vhost["tracing"].as_bool();
        let way = match (is_on, &options.ctl) {
            (Some(true), _) => {
                eprintln!("Tracing of {vhost} is on, and stays on.");
                Way::Left
            }
            (_, Some(ctl)) => {
                ctl_says(ctl, &["trace_on", "-p", vhost]).map_err(BadInput)?;
                eprintln!("Tracing of {vhost} was off: {by_hand} has turned it on.");
                Way::Ctl(ctl)
            }
            (Some(false), None) => {
                let known = &answers.vhost;
                let mut kept = json!({ "description": known["description"].as_str().unwrap_or_default() });
                let tags = known["tags"].as_array().map(|tags| tags.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","));
                kept["tags"] = Json::from(tags.unwrap_or_default());
                if let Some(kind) = known["default_queue_type"].as_str().filter(|kind| *kind != "undefined") {
                    kept["default_queue_type"] = Json::from(kind);
                }
                let mut body = kept.clone();
                body["tracing"] = Json::from(true);
                match management.put(&format!("vhosts/{}", encoded(vhost)), &body) {
                    Ok(()) => eprintln!("Tracing of {vhost} was off: the management interface has turned it on."),
                    Err(Refused::Failed(why)) => return Err(BadInput(format!("Tracing cannot be turned on: {why}"))),
                    Err(Refused::Forbidden | Refused::NotFound) => {
                        return Err(BadInput(format!(
                            "This user may not turn tracing on: run {by_hand}, or name a rabbitmqctl with --ctl."
                        )));
                    }
                }
                Way::Management(kept)
            }
            (None, None) => {
                eprintln!("This user may not read whether tracing of {vhost} is on. If nothing comes, run {by_hand}.");
                Way::Left
            }
        };
        Ok(Self { management, vhost, way })
    }

    /// What is to be said of it.
    fn turn_off(mut self) -> Result<Option<String>, String> {
        self.off()
    }

    fn off(&mut self) -> Result<Option<String>, String> {
        let vhost = self.vhost;
        let done = match std::mem::replace(&mut self.way, Way::Left) {
            Way::Left => return Ok(None),
            Way::Ctl(ctl) => ctl_says(ctl, &["trace_off", "-p", vhost]),
            Way::Management(mut body) => {
                body["tracing"] = Json::from(false);
                let put = self.management.put(&format!("vhosts/{}", encoded(vhost)), &body);
                put.map_err(|why| if let Refused::Failed(why) = why { why } else { "the management interface refuses".to_owned() })
            }
        };
        let told = |why: String| format!("Tracing of {vhost} is still on: {why}. Run rabbitmqctl trace_off -p {vhost}.");
        done.map_err(told).map(|()| Some(format!("Tracing of {vhost} is off again.")))
    }
}

impl Drop for Tracing<'_> {
    fn drop(&mut self) {
        if let Err(why) = self.off() {
            eprintln!("{why}");
        }
    }
}

fn ctl_says(ctl: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(ctl).args(arguments).output().map_err(|error| format!("{ctl}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{ctl} {}: {}", arguments.join(" "), said.trim()))
}

/// A queue that gets what is traced.
struct Tap {
    wire: Wire,
    connection: usize,
    queue: String,
    incoming: Option<Incoming>,
}

struct Incoming {
    routing_key: String,
    properties: Properties,
    size: Option<u64>,
    body: Vec<u8>,
}

/// A traced message.
struct Copy {
    routing_key: String,
    /// What RabbitMQ says of it.
    headers: Table,
    body: Vec<u8>,
}

enum Next {
    Copy(Copy),
    Nothing,
    Gone(String),
}

impl Tap {
    fn open(address: &Address) -> Result<Self, String> {
        let mut wire = Wire::new(address.clone());
        let connection = wire.connect(Capabilities::default())?;
        let mut tap = Self { wire, connection, queue: String::new(), incoming: None };
        tap.ask(&channel_frame(CHANNEL, amqp_channel::AMQPMethod::Open(amqp_channel::Open {})))?;
        let arguments = [("x-queue-type".into(), Value::string("classic")), ("x-max-length".into(), Value::Int(COPIES_MAX))];
        let declare = queue::Declare {
            queue: short(""),
            passive: false,
            durable: false,
            exclusive: true,
            auto_delete: true,
            nowait: false,
            arguments: table_to_amqp(&arguments.into_iter().collect()),
        };
        let method = |method| AMQPFrame::Method(CHANNEL, method);
        if let AMQPClass::Queue(queue::AMQPMethod::DeclareOk(ok)) =
            tap.ask(&method(AMQPClass::Queue(queue::AMQPMethod::Declare(declare))))?
        {
            tap.queue = ok.queue.to_string();
        }
        let bind = queue::Bind {
            queue: short(&tap.queue),
            exchange: short(TRACE_EXCHANGE),
            routing_key: short("#"),
            nowait: false,
            arguments: table_to_amqp(&Table::new()),
        };
        tap.ask(&method(AMQPClass::Queue(queue::AMQPMethod::Bind(bind))))?;
        let consume = basic::Consume {
            queue: short(&tap.queue),
            consumer_tag: short("requeue-watch"),
            no_local: false,
            no_ack: true,
            exclusive: true,
            nowait: false,
            arguments: table_to_amqp(&Table::new()),
        };
        tap.ask(&method(AMQPClass::Basic(basic::AMQPMethod::Consume(consume))))?;
        Ok(tap)
    }

    /// Sends a method, and waits for its answer.
    fn ask(&mut self, frame: &AMQPFrame) -> Result<AMQPClass, String> {
        self.wire.send(self.connection, frame);
        match self.wire.receive(Wire::PATIENCE) {
            Some((_, Some(AMQPFrame::Method(_, answer)))) => match refusal(&answer) {
                Some(why) => Err(why),
                None => Ok(answer),
            },
            Some((_, None)) => Err("the broker ended the connection".to_owned()),
            _ => Err("the broker does not answer".to_owned()),
        }
    }

    fn next(&mut self) -> Next {
        loop {
            let Some((_, frame)) = self.wire.receive(PATIENCE) else { return Next::Nothing };
            match frame {
                None => return Next::Gone("the broker ended the connection".to_owned()),
                Some(AMQPFrame::Method(_, AMQPClass::Basic(basic::AMQPMethod::Deliver(deliver)))) => {
                    let routing_key = deliver.routing_key.to_string();
                    self.incoming = Some(Incoming { routing_key, properties: Properties::default(), size: None, body: Vec::new() });
                }
                Some(AMQPFrame::Method(_, AMQPClass::Basic(basic::AMQPMethod::Cancel(_)))) => {
                    return Next::Gone("the broker cancelled the consumer of the copies".to_owned());
                }
                Some(AMQPFrame::Method(_, method)) => {
                    if let Some(why) = refusal(&method) {
                        return Next::Gone(why);
                    }
                }
                Some(AMQPFrame::Header(_, header)) => {
                    if let Some(incoming) = &mut self.incoming {
                        incoming.size = Some(header.body_size);
                        incoming.properties = properties_from_amqp(&header.properties);
                    }
                }
                Some(AMQPFrame::Body(_, bytes)) => {
                    if let Some(incoming) = &mut self.incoming {
                        incoming.body.extend(bytes);
                    }
                }
                Some(_) => {}
            }
            if self.incoming.as_ref().is_some_and(|incoming| incoming.size.is_some_and(|size| incoming.body.len() as u64 >= size))
                && let Some(Incoming { routing_key, properties, body, .. }) = self.incoming.take()
            {
                return Next::Copy(Copy { routing_key, headers: properties.headers.unwrap_or_default(), body });
            }
        }
    }
}

/// The broker's error, if it closes something.
fn refusal(method: &AMQPClass) -> Option<String> {
    match method {
        AMQPClass::Channel(amqp_channel::AMQPMethod::Close(close)) => {
            Some(format!("the broker refused: {} {}", close.reply_code, close.reply_text))
        }
        AMQPClass::Connection(amq_protocol::protocol::connection::AMQPMethod::Close(close)) => {
            Some(format!("the broker closed the connection: {} {}", close.reply_code, close.reply_text))
        }
        _ => None,
    }
}

/// Writes what was seen, as it is seen.
struct Recorder {
    file: BufWriter<File>,
    /// Why nothing more could be written.
    failed: Option<String>,
    bytes: usize,
    payloads: bool,
    /// The queue of the copies is no part of the system.
    own_queue: String,
    matcher: Matcher,
    messages: usize,
    records: usize,
    programs: BTreeMap<String, usize>,
    named: Vec<bool>,
    depths: BTreeMap<Name, (u64, u64)>,
    consumers: Vec<Consumer>,
    published: u64,
    delivered: u64,
    last: SimTime,
}

impl Recorder {
    fn create(options: &Options, answers: &Answers, vhost: &str, own_queue: &str) -> Result<Self, BadInput> {
        let file = File::create(&options.output).map_err(|error| BadInput(format!("{}: {error}", options.output.display())))?;
        let version = Some(answers.version()).filter(|version| !version.is_empty());
        let head = Capture {
            source: Source::Firehose,
            version: version.map(Into::into),
            vhost: Some(vhost.into()),
            began: Some(clock()),
            definitions: Some(answers.definitions()),
            ..Capture::default()
        };
        let mut recorder = Self {
            file: BufWriter::new(file),
            failed: None,
            bytes: 0,
            payloads: options.payloads,
            own_queue: own_queue.to_owned(),
            matcher: Matcher::default(),
            messages: 0,
            records: 0,
            programs: BTreeMap::new(),
            named: Vec::new(),
            depths: BTreeMap::new(),
            consumers: Vec::new(),
            published: 0,
            delivered: 0,
            last: SimTime::ZERO,
        };
        recorder.put(&write_head(&head));
        Ok(recorder)
    }

    fn put(&mut self, line: &str) {
        self.bytes += line.len();
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.failed.get_or_insert(error.to_string());
        }
    }

    /// Why nothing more can be kept.
    fn full(&self) -> Option<String> {
        if let Some(error) = &self.failed {
            return Some(format!("The file cannot be written: {error}."));
        }
        // Room for the last lines.
        let is_large = self.bytes + (limits::FILE_BYTES >> 4) > limits::FILE_BYTES;
        let most = if self.records >= limits::CAPTURED {
            format!("{} records", limits::grouped(limits::CAPTURED as u64))
        } else if is_large {
            format!("{} bytes", limits::grouped(self.bytes as u64))
        } else if self.programs.len() >= limits::ITEMS {
            format!("{} connections", limits::grouped(limits::ITEMS as u64))
        } else {
            return None;
        };
        Some(format!("It ended early: a capture holds no more than {most}."))
    }

    fn write(&mut self, record: &Record, new: Option<&Seen>) {
        self.records += 1;
        self.last = record.at;
        self.put(&write_record(record, new));
    }

    fn program(&mut self, connection: &str, at: SimTime) -> usize {
        if let Some(known) = self.programs.get(connection) {
            return *known;
        }
        let number = self.programs.len();
        let name = given_name(connection);
        self.programs.insert(connection.to_owned(), number);
        self.named.push(name.is_some());
        let name: Option<Name> = name.map(Into::into);
        self.put(&write_program(at, number, name.as_ref()));
        number
    }

    fn copied(&mut self, copy: &Copy, at: SimTime) {
        let text = |name: &str| copy.headers.get(name).and_then(Value::as_str).cloned().unwrap_or_default();
        let names = |name: &str| -> Vec<Name> {
            let items = copy.headers.get(name).and_then(Value::as_array).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().cloned()).collect()
        };
        let by = By {
            program: self.program(&text("connection"), at),
            channel: copy.headers.get("channel").and_then(Value::as_int).and_then(|number| number.try_into().ok()).unwrap_or_default(),
        };
        let mut own = match copy.headers.get("properties") {
            Some(Value::Table(table)) => properties(table),
            _ => Properties::default(),
        };
        let headers = own.headers.take().unwrap_or_default();
        let print = print(&own, &headers, &copy.body);
        own.user_id = None;
        let what = if copy.routing_key.starts_with("publish.") {
            self.published += 1;
            let queues = names("routed_queues");
            let message = self.matcher.published(print, &queues);
            What::Published { message, by, queues }
        } else if let Some(queue) = copy.routing_key.strip_prefix("deliver.") {
            self.delivered += 1;
            let queue: Name = queue.into();
            let redelivered = copy.headers.get("redelivered").and_then(Value::as_int).map(|flag| flag != 0);
            let (message, _) = self.matcher.delivered(print, &queue, redelivered);
            What::Delivered { message, by, queue, redelivered, deaths: deaths(&headers) }
        } else {
            return;
        };
        let (What::Published { message, .. } | What::Delivered { message, .. }) = what else { return };
        let seen = (message == self.messages).then(|| Seen {
            exchange: text("exchange_name"),
            routing_keys: names("routing_keys"),
            properties: own,
            headers: if self.payloads { headers } else { left_out(&headers) },
            bytes: copy.body.len() as u64,
            payload: if self.payloads { std::str::from_utf8(&copy.body).ok().map(Into::into) } else { None },
        });
        self.messages += usize::from(seen.is_some());
        self.write(&Record { at, what }, seen.as_ref());
    }

    /// How full the queues are, and who consumes, where that has changed.
    fn sample(&mut self, answers: &Answers, at: SimTime) {
        let mut changed = Vec::new();
        for (queue, ready, unacked) in answers.depths() {
            let queue: Name = queue.into();
            if *queue != *self.own_queue && self.depths.insert(queue.clone(), (ready, unacked)) != Some((ready, unacked)) {
                changed.push((queue, ready, unacked));
            }
        }
        if !changed.is_empty() {
            self.write(&Record { at, what: What::Depths(changed) }, None);
        }
        let mut consumers = Vec::new();
        for one in answers.consumers() {
            if one.queue == self.own_queue {
                continue;
            }
            let by = By { program: self.program(one.connection, at), channel: one.channel.try_into().unwrap_or_default() };
            consumers.push(Consumer { queue: one.queue.into(), by, prefetch: one.prefetch, auto_ack: one.auto_ack });
        }
        consumers.sort();
        if consumers != self.consumers {
            self.consumers.clone_from(&consumers);
            self.write(&Record { at, what: What::Consumers(consumers) }, None);
        }
        let unnamed: Vec<(String, usize)> =
            self.programs.iter().filter(|(_, number)| !self.named[**number]).map(|(name, number)| (name.clone(), *number)).collect();
        for (connection, number) in unnamed {
            if let Some(name) = answers.given_name(&connection) {
                self.named[number] = true;
                let name: Name = name.into();
                self.put(&write_program(at, number, Some(&name)));
            }
        }
    }

    fn finish(
        mut self,
        ends: &Ends,
        at: SimTime,
        tracing: &Result<Option<String>, String>,
        output: &std::path::Path,
    ) -> Result<ExitCode, BadInput> {
        let why = match ends {
            Ends::Over => None,
            Ends::Stopped => Some("It was ended by hand.".to_owned()),
            Ends::Full(why) => Some(why.clone()),
            Ends::Gone(why) => Some(format!("It ended early: {why}.")),
        };
        // Until then no count has changed.
        self.write(&Record { at: at.max(self.last), what: What::Depths(Vec::new()) }, None);
        if let Some(why) = &why {
            self.put(&write_note(at.max(self.last), why));
            eprintln!("{why}");
        }
        match tracing {
            Ok(said) => said.iter().for_each(|said| eprintln!("{said}")),
            Err(why) => eprintln!("{why}"),
        }
        if let Err(error) = self.file.flush() {
            self.failed.get_or_insert(error.to_string());
        }
        if let Some(error) = self.failed {
            return Err(BadInput(format!("{}: {error}", output.display())));
        }
        let (published, delivered) = (limits::grouped(self.published), limits::grouped(self.delivered));
        println!("{}: published {published}, delivered {delivered}, in queues {}", output.display(), self.depths.len());
        let is_gone = matches!(ends, Ends::Gone(_));
        Ok(if is_gone || tracing.is_err() { ExitCode::from(3) } else { ExitCode::SUCCESS })
    }
}
