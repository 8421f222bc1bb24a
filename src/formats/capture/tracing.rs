//! The logs of `rabbitmq_tracing`. Their payloads are not kept: they tell which delivery is of which message, and how large it is.
//!
//! A payload is not escaped, and may hold what looks like a record. Only a line of 80 `=` with the line of a record's time behind it begins one.

use super::erlang;
use super::matching::{Matcher, is_of_broker, print};
use super::{By, Capture, Death, Record, Seen, Source, What, short, too_many};
use crate::base::SimTime;
use crate::base::limits::{self, beyond};
use crate::base::ordered::OrderedMap;
use crate::broker::{Name, Properties, Table, Value};
use crate::formats::amqp_json::table_from_json;
use crate::formats::document::{LONGEST, parse, too_large};
use crate::scenario::Problem;

const RULE: usize = 80;
const PUBLISHED: &str = ": Message published";
const RECEIVED: &str = ": Message received";

/// A record of either format, as it stands there.
struct Raw<'a> {
    at: SimTime,
    time: &'a str,
    is_publish: bool,
    connection: &'a str,
    vhost: &'a str,
    channel: u16,
    exchange: &'a str,
    routing_keys: Vec<Name>,
    queue: &'a str,
    routed_queues: Vec<Name>,
    /// With its headers.
    properties: Properties,
    payload: &'a [u8],
    bytes: u64,
}

/// What is read so far.
#[derive(Default)]
struct Reading {
    capture: Capture,
    matcher: Matcher,
    programs: OrderedMap<Name, usize>,
    began: Option<SimTime>,
    /// Records of other virtual hosts.
    others: usize,
}

impl Reading {
    /// A virtual host. None: that of the first record.
    fn of(vhost: Option<&str>) -> Self {
        Self { capture: Capture { vhost: vhost.map(short), ..Capture::default() }, ..Self::default() }
    }

    /// Why there is no room for it.
    fn take(&mut self, raw: &Raw<'_>) -> Result<(), String> {
        let vhost = self.capture.vhost.get_or_insert_with(|| short(raw.vhost));
        if **vhost != *raw.vhost {
            self.others += 1;
            return Ok(());
        }
        if self.capture.records.len() >= limits::CAPTURED
            && let Some(problem) = too_many(limits::CAPTURED + 1)
        {
            return Err(problem.message);
        }
        if self.capture.began.is_none() {
            self.capture.began = Some(short(raw.time));
        }
        let program = if let Some(known) = self.programs.get(raw.connection) {
            *known
        } else {
            if let Some(why) = beyond("connections of a capture", self.programs.len() + 1, limits::ITEMS) {
                return Err(why);
            }
            self.capture.programs.push(given_name(raw.connection).map(short));
            self.programs.insert(raw.connection.into(), self.programs.len());
            self.programs.len() - 1
        };
        // The clock of a machine may step back.
        let at = raw.at - *self.began.get_or_insert(raw.at);
        let at = at.max(self.capture.end());
        if at > LONGEST {
            return Err("the record is more than ten years after the first".to_owned());
        }
        let by = By { program, channel: raw.channel };
        let headers = raw.properties.headers.clone().unwrap_or_default();
        let print = print(&raw.properties, &headers, raw.payload);
        let what = if raw.is_publish {
            let message = self.matcher.published(print, &raw.routed_queues);
            What::Published { message, by, queues: raw.routed_queues.clone() }
        } else {
            let queue = short(raw.queue);
            let (message, _) = self.matcher.delivered(print, &queue, None);
            What::Delivered { message, by, queue, redelivered: None, deaths: deaths(&headers) }
        };
        let (What::Published { message, .. } | What::Delivered { message, .. }) = what else { return Ok(()) };
        if message == self.capture.messages.len() {
            self.capture.messages.push(seen(raw, &headers));
        }
        self.capture.records.push(Record { at, what });
        Ok(())
    }

    fn done(mut self, source: Source) -> Capture {
        self.capture.source = source;
        if self.others > 0 {
            let (others, vhost) = (self.others, self.capture.vhost.clone().unwrap_or_default());
            self.capture.notes.push(format!("Records of other virtual hosts than {vhost} were left out: {others}."));
        }
        self.capture
    }
}

fn seen(raw: &Raw<'_>, headers: &Table) -> Seen {
    Seen {
        exchange: short(raw.exchange),
        routing_keys: raw.routing_keys.clone(),
        properties: Properties { headers: None, user_id: None, ..raw.properties.clone() },
        headers: left_out(headers),
        bytes: raw.bytes,
        payload: None,
    }
}

/// RabbitMQ calls a connection by its addresses, where its program gave no name.
#[must_use]
pub fn given_name(connection: &str) -> Option<&str> {
    let is_address = connection.contains(" -> ") || connection.starts_with('<') || connection.is_empty() || connection == "none";
    (!is_address).then_some(connection)
}

/// The names of headers, without what the programs wrote there.
#[must_use]
pub fn left_out(headers: &Table) -> Table {
    let named = headers.iter().filter(|(name, _)| !is_of_broker(name));
    named.take(limits::ITEMS).map(|(name, _)| (short(name), Value::Void)).collect()
}

/// What the broker wrote of a message's deaths, the last first.
#[must_use]
pub fn deaths(headers: &Table) -> Vec<Death> {
    let entries = headers.get("x-death").and_then(Value::as_array).unwrap_or_default();
    let death = |entry: &Value| {
        let Value::Table(entry) = entry else { return None };
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(|text| short(text));
        Some(Death { queue: text("queue")?, reason: text("reason")? })
    };
    entries.iter().take(limits::LEVELS).filter_map(death).collect()
}

/// The properties that a table names, with the headers.
#[must_use]
pub fn properties(table: &Table) -> Properties {
    let text = |name: &str| table.get(name).and_then(Value::as_str).map(|text| short(text));
    let whole = |name: &str| match table.get(name) {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        Some(Value::Timestamp(seconds)) => Some(*seconds),
        _ => None,
    };
    Properties {
        content_type: text("content_type"),
        content_encoding: text("content_encoding"),
        delivery_mode: whole("delivery_mode").and_then(|mode| mode.try_into().ok()),
        priority: whole("priority").and_then(|priority| priority.try_into().ok()),
        correlation_id: text("correlation_id"),
        reply_to: text("reply_to"),
        expiration: text("expiration"),
        message_id: text("message_id"),
        timestamp: whole("timestamp"),
        message_type: text("type"),
        user_id: text("user_id"),
        app_id: text("app_id"),
        headers: match table.get("headers") {
            Some(Value::Table(headers)) => Some(headers.clone()),
            _ => None,
        },
        history: None,
    }
}

/// `2025-03-26T10:50:41.862+00:00`, or before RabbitMQ 3.11 `2025-03-26 9:50:41:862`. Since the year 0, in UTC.
#[must_use]
pub fn time(text: &str) -> Option<SimTime> {
    let (date, clock) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (clock, offset) = match clock.find(['+', '-', 'Z']) {
        Some(place) => clock.split_at(place),
        None => (clock, "Z"),
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?, parts.next()?);
    let (second, fraction) = second.split_once(['.', ':', ',']).unwrap_or((second, "0"));
    let second = second.parse::<u64>().ok()?;
    if hour > 23 || minute > 59 || second > 60 || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.get(..6).unwrap_or(fraction);
    let micros = digits.parse::<u64>().ok()? * 10_u64.pow(6 - u32::try_from(digits.len()).ok()?);
    // Days since 0000-03-01, as calendars are counted where leap days come last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    let ahead = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<u64>().ok().filter(|hours| *hours < 24)? * 3_600 + minutes.parse::<u64>().ok().filter(|one| *one < 60)? * 60)
    };
    let seconds = match offset.as_bytes().first() {
        Some(b'+') => seconds.checked_sub(ahead(&offset[1..])?)?,
        Some(b'-') => seconds + ahead(&offset[1..])?,
        _ if offset == "Z" => seconds,
        _ => return None,
    };
    Some(SimTime::from_micros(seconds * 1_000_000 + micros))
}

/// Whether a line is what separates records.
#[must_use]
pub fn is_rule(line: &str) -> bool {
    let line = line.strip_suffix('\r').unwrap_or(line);
    line.len() == RULE && line.bytes().all(|byte| byte == b'=')
}

/// The time of a record's first line, and whether it tells of a publish.
fn heading(line: &str) -> Option<(&str, bool)> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let of = |end: &str| line.strip_suffix(end).filter(|time| self::time(time).is_some());
    of(PUBLISHED).map(|time| (time, true)).or_else(|| of(RECEIVED).map(|time| (time, false)))
}

/// Where each record begins: the place of its rule, and of the line behind its heading.
fn beginnings(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut at, mut rule) = (0, None);
    for line in text.split_inclusive('\n') {
        let plain = line.strip_suffix('\n').unwrap_or(line);
        if let Some(rule) = rule.take().filter(|_| heading(plain).is_some()) {
            found.push((rule, at));
        } else if is_rule(plain) {
            rule = Some(at);
        }
        at += line.len();
    }
    found
}

/// Reads a log of texts.
///
/// # Errors
/// What is wrong, with its line.
pub fn read_text(text: &str, vhost: Option<&str>) -> Result<Capture, Problem> {
    if let Some(problem) = too_large(text) {
        return Err(problem);
    }
    let beginnings = beginnings(text);
    if beginnings.is_empty() {
        return Err(Problem { path: "line 1".to_owned(), message: "no record of a trace begins here".to_owned() });
    }
    let mut reading = Reading::of(vhost);
    // The lines before a record are counted as the records come.
    let (mut counted, mut line) = (0, 1);
    for (index, (rule, start)) in beginnings.iter().copied().enumerate() {
        let end = beginnings.get(index + 1).map_or(text.len(), |(rule, _)| *rule);
        line += text[counted..rule].matches('\n').count();
        counted = rule;
        let problem = |(at, message): (usize, String)| {
            let line = line + text[rule..at.clamp(rule, text.len())].matches('\n').count();
            Problem { path: format!("line {line}"), message }
        };
        let raw = record(text, start, end).map_err(problem)?;
        reading.take(&raw).map_err(|why| problem((start, why)))?;
    }
    Ok(reading.done(Source::TracingText))
}

/// The labels of a record, in their order.
const LABELS: [&str; 10] = [
    "Node:         ",
    "Connection:   ",
    "Virtual host: ",
    "User:         ",
    "Channel:      ",
    "Exchange:     ",
    "Routing keys: ",
    "Queue:        ",
    "Routed queues: ",
    "Properties:   ",
];

/// The record whose first line stands at a place. An error has its place in the text.
fn record(text: &str, start: usize, end: usize) -> Result<Raw<'_>, (usize, String)> {
    let first_end = text[start..end].find('\n').map_or(end, |place| start + place);
    let Some((time, is_publish)) = heading(&text[start..first_end]) else { return Err((start, "a record begins otherwise".to_owned())) };
    let at = self::time(time).unwrap_or_default();
    let Some(payload_at) = text[first_end..end].find("\nPayload: ").map(|place| first_end + place) else {
        return Err((start, "the record has no payload".to_owned()));
    };
    let head = &text[first_end..payload_at];
    let mut found: [Option<(usize, &str)>; LABELS.len()] = [None; LABELS.len()];
    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for (index, label) in LABELS.iter().enumerate() {
        // The last blank of a label that nothing follows may be gone.
        let label = format!("\n{}", label.trim_end());
        if let Some(place) = head[from..].find(&label).map(|place| from + place) {
            places.push((index, place + 1));
            from = place + label.len();
        }
    }
    for (number, (index, place)) in places.iter().copied().enumerate() {
        let end = places.get(number + 1).map_or(head.len(), |(_, next)| next - 1);
        let begins = (place + LABELS[index].trim_end().len()).min(end);
        let value = &head[begins..end];
        let blanks = value.len() - value.trim_start().len();
        found[index] = Some((first_end + begins + blanks, value.trim()));
    }
    let need = |index: usize| found[index].ok_or_else(|| (start, format!("the record has no \"{}\"", LABELS[index].trim_end())));
    let term = |index: usize| {
        let (at, value) = need(index)?;
        erlang::parse(value).map_err(|no| (at + no.at, format!("{} {}", LABELS[index].trim_end(), no.why)))
    };
    let names = |index: usize| -> Result<Vec<Name>, (usize, String)> {
        let term = term(index)?;
        let items = term.items().unwrap_or_default().iter().take(limits::ITEMS);
        Ok(items.filter_map(|item| Some(short(&item.text()?))).collect())
    };
    let (channel_at, channel) = need(4)?;
    let channel = channel.parse().map_err(|_| (channel_at, "the number of a channel is none".to_owned()))?;
    let table = term(9)?.table();
    let line_end = text[payload_at + 1..end].find('\n').map_or(end, |place| payload_at + 1 + place + 1);
    let payload = text.get(line_end..end).unwrap_or_default();
    // A line end of the record, and the empty line before the next one.
    let payload = payload.strip_suffix('\n').unwrap_or(payload);
    let payload = if end == text.len() { payload } else { payload.strip_suffix('\n').unwrap_or(payload) };
    Ok(Raw {
        at,
        time,
        is_publish,
        connection: need(1)?.1,
        vhost: need(2)?.1,
        channel,
        exchange: need(5)?.1,
        routing_keys: names(6)?,
        queue: if is_publish { "" } else { need(7)?.1 },
        routed_queues: if is_publish && found[8].is_some() { names(8)? } else { Vec::new() },
        properties: properties(&table),
        payload: payload.as_bytes(),
        bytes: payload.len() as u64,
    })
}

/// Reads a log of JSON lines.
///
/// # Errors
/// What is wrong, with its line.
pub fn read_json(text: &str, vhost: Option<&str>) -> Result<Capture, Problem> {
    if let Some(problem) = too_large(text) {
        return Err(problem);
    }
    let mut reading = Reading::of(vhost);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let problem = |message: String| Problem { path: format!("line {}", number + 1), message };
        let json = parse(line).map_err(|found| problem(found.message))?;
        let text = |field: &str| json[field].as_str().unwrap_or_default();
        let time = text("timestamp");
        let at = self::time(time).ok_or_else(|| problem("\"timestamp\" is no time of a trace".to_owned()))?;
        let is_publish = match text("type") {
            "published" => true,
            "received" => false,
            _ => return Err(problem("\"type\" is neither published nor received".to_owned())),
        };
        let names = |field: &str| -> Vec<Name> {
            let items = json[field].as_array().into_iter().flatten().take(limits::ITEMS);
            items.filter_map(|item| item.as_str().map(short)).collect()
        };
        if !is_publish && text("queue").is_empty() {
            return Err(problem("a delivery has no \"queue\"".to_owned()));
        }
        let table = json["properties"].as_object().map(table_from_json).unwrap_or_default();
        let payload = text("payload");
        let padding = payload.bytes().rev().take_while(|byte| *byte == b'=').count().min(2);
        let raw = Raw {
            at,
            time,
            is_publish,
            connection: text("connection"),
            vhost: text("vhost"),
            channel: json["channel"].as_u64().and_then(|number| number.try_into().ok()).unwrap_or_default(),
            exchange: text("exchange"),
            routing_keys: names("routing_keys"),
            queue: text("queue"),
            routed_queues: names("routed_queues"),
            properties: properties(&table),
            payload: payload.as_bytes(),
            bytes: ((payload.len() / 4) * 3).saturating_sub(padding) as u64,
        };
        reading.take(&raw).map_err(problem)?;
    }
    Ok(reading.done(Source::TracingJson))
}
