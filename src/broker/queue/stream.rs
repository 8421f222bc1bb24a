//! What a stream holds. A log that is read and not emptied, in chunks and segments (rules 148, 160 to 167).
//!
//! ```text
//!  segments   │ 0 ......... 3 │ 5 ......... 8 │ 10 ...      retention removes whole ones, the oldest first
//!  chunks     │[0][1][2 3]    │[5][6][7][8]   │[10]         what was appended at once; a place in time is that of a chunk
//!  readers           ▲ next                        ▲ next   each has its own place
//! ```
//!
//! RabbitMQ's writer puts into a chunk each message that waits for it, and how much that is hangs on chance. Here each publish is a chunk,
//! and the publishes of a transaction are one.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ready::Entry;
use super::settings::StreamSettings;
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::ids::ConsumerId;
use crate::broker::message::Message;
use crate::broker::value::{Name, Table, Value};

/// The header that tells a reader its place in the log.
pub const OFFSET_HEADER: &str = "x-stream-offset";
/// The header that gives a message its filter value (rule 166).
const FILTER_VALUE_HEADER: &str = "x-stream-filter-value";

/// RabbitMQ looks at the age of segments this often, and whenever it starts a new one (rule 163).
const RETENTION_INTERVAL: SimTime = SimTime::from_secs(3_600);
/// A segment has at most so many chunks.
const SEGMENT_CHUNKS_MAX: u32 = 256_000;
/// Sizes in the files of a log: a segment's start, a chunk's head, the length before each record.
const SEGMENT_HEADER_BYTES: u64 = 8;
const CHUNK_HEADER_BYTES: u64 = 48;
const RECORD_HEADER_BYTES: u64 = 4;
/// About what AMQP 1.0, in which messages are stored, adds to payload, names and properties. Seen on real brokers, of a plain message: 90 on
/// 3.10.8, 101 on 4.0.5, 100 on 4.3.6.
const RECORD_OVERHEAD_BYTES: u64 = 98;
/// About what a new segment begins with once clients have published: the last number of each writer. Seen on all three with one writer.
const SNAPSHOT_BYTES: u64 = 12;

/// Where a reader starts (rule 161).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamOffset {
    First,
    /// The first message of the last chunk.
    Last,
    /// What is published from now on.
    Next,
    Number(u64),
    /// The first chunk that is not older.
    Since(SimTime),
}

/// What a reader wants of a log (rule 166): chunks that have one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::broker) struct Filter {
    pub values: Vec<Name>,
    /// And chunks that have a message without any.
    pub unfiltered: bool,
}

#[derive(Clone, Debug)]
pub(in crate::broker) struct Reader {
    /// The offset it reads next.
    pub next: u64,
    /// What it was given beyond its credit (rule 164).
    owed: u32,
    filter: Option<Filter>,
}

/// What a stream no longer keeps, and whether a reader had acknowledged it.
#[derive(Clone, Debug)]
pub(in crate::broker) struct Gone {
    pub entry: Entry,
    pub read: bool,
}

/// Messages that were appended together.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    first: u64,
    count: u32,
    at: SimTime,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.first + u64::from(self.count)
    }
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    first: u64,
    bytes: u64,
    chunks: u32,
    last_at: SimTime,
}

impl Segment {
    const fn new(first: u64, at: SimTime) -> Self {
        Self { first, bytes: SEGMENT_HEADER_BYTES, chunks: 0, last_at: at }
    }
}

#[derive(Clone, Debug)]
pub(in crate::broker) struct StreamMessages {
    /// In order; the sequence of an entry is its offset.
    log: VecDeque<Entry>,
    /// Of each of these, whether a reader has acknowledged it.
    read: VecDeque<bool>,
    chunks: VecDeque<Chunk>,
    /// Never empty: the last one is written to.
    segments: VecDeque<Segment>,
    next_offset: u64,
    /// The last chunk takes more, and no reader has it yet.
    open: bool,
    /// As it was when the writer started: a policy changes it with the next start.
    segment_bytes_max: u64,
    /// Clients have published: a new segment begins with a record of their numbers, which takes an offset (rule 163).
    has_writers: bool,
    age_looked_at: SimTime,
    readers: OrderedMap<ConsumerId, Reader>,
}

impl StreamMessages {
    pub fn new(settings: &StreamSettings) -> Self {
        Self {
            log: VecDeque::new(),
            read: VecDeque::new(),
            chunks: VecDeque::new(),
            segments: [Segment::new(0, SimTime::ZERO)].into(),
            next_offset: 0,
            open: false,
            segment_bytes_max: settings.segment_bytes,
            has_writers: false,
            age_looked_at: SimTime::ZERO,
            readers: OrderedMap::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.log.len()
    }

    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.log.iter()
    }

    /// The offset of the oldest message, or of the next one.
    pub fn first_offset(&self) -> u64 {
        self.log.front().map_or(self.next_offset, |entry| entry.sequence)
    }

    pub const fn next_offset(&self) -> u64 {
        self.next_offset
    }

    /// The first offset of each segment that has messages.
    pub fn segment_starts(&self) -> impl Iterator<Item = u64> {
        self.segments.iter().map(|segment| segment.first).filter(|first| *first < self.next_offset)
    }

    /// At the end of the log; what goes because a segment begins.
    pub fn append(&mut self, now: SimTime, message: &Arc<Message>, by_client: bool, settings: &StreamSettings) -> Vec<Gone> {
        let dropped = if self.open { Vec::new() } else { self.begin_chunk(now, settings) };
        self.has_writers |= by_client;
        let offset = self.next_offset;
        self.next_offset += 1;
        let bytes = RECORD_HEADER_BYTES + record_bytes(message);
        if let (Some(chunk), Some(segment)) = (self.chunks.back_mut(), self.segments.back_mut()) {
            chunk.count += 1;
            segment.bytes += bytes;
            segment.last_at = now;
        }
        self.log.push_back(Entry::new(stored(message, offset).into(), offset, SimTime::MAX, 0, 0));
        self.read.push_back(false);
        dropped
    }

    fn begin_chunk(&mut self, now: SimTime, settings: &StreamSettings) -> Vec<Gone> {
        let dropped = self.begin_segment_when_full(now, settings);
        if let Some(segment) = self.segments.back_mut() {
            segment.bytes += CHUNK_HEADER_BYTES;
            segment.chunks += 1;
        }
        self.chunks.push_back(Chunk { first: self.next_offset, count: 0, at: now });
        self.open = true;
        dropped
    }

    /// The next segment, once the last is full; what goes because it begins.
    fn begin_segment_when_full(&mut self, now: SimTime, settings: &StreamSettings) -> Vec<Gone> {
        if self.segments.back().is_some_and(|last| last.bytes < self.segment_bytes_max && last.chunks < SEGMENT_CHUNKS_MAX) {
            return Vec::new();
        }
        let mut segment = Segment::new(self.next_offset, now);
        if self.has_writers {
            self.next_offset += 1;
            segment.bytes += CHUNK_HEADER_BYTES + SNAPSHOT_BYTES;
            segment.chunks = 1;
        }
        self.segments.push_back(segment);
        self.retain(now, settings)
    }

    /// Once clients have published, a new segment does not wait for the next message. RabbitMQ's writer keeps their numbers whenever it is
    /// asked anything. What goes because it begins.
    pub fn end_segment(&mut self, now: SimTime, settings: &StreamSettings) -> Vec<Gone> {
        if self.has_writers { self.begin_segment_when_full(now, settings) } else { Vec::new() }
    }

    /// The chunk is written: readers may have it. Whether there was one.
    pub const fn close_chunk(&mut self) -> bool {
        std::mem::replace(&mut self.open, false)
    }

    /// Whole segments go, the oldest first; the one that is written to stays (rule 163).
    pub fn retain(&mut self, now: SimTime, settings: &StreamSettings) -> Vec<Gone> {
        self.age_looked_at = now;
        let mut kept = self.segments.len();
        if let Some(max) = settings.max_bytes {
            let sizes = self.segments.iter().rev().map(|segment| segment.bytes);
            let totals = sizes.scan(0_u64, |total, bytes| {
                *total += bytes;
                Some(*total)
            });
            kept = totals.take_while(|total| *total <= max).count().max(1);
        }
        let mut gone = self.segments.len() - kept;
        if let Some(age) = settings.max_age {
            let is_old = |segment: &&Segment| segment.last_at + age < now;
            let old = self.segments.iter().skip(gone).take(kept - 1).take_while(is_old).count();
            gone += old;
        }
        self.segments.drain(..gone);
        let first = self.segments.front().map_or(self.next_offset, |segment| segment.first);
        while self.chunks.front().is_some_and(|chunk| chunk.first < first) {
            self.chunks.pop_front();
        }
        let count = self.log.partition_point(|entry| entry.sequence < first);
        self.log.drain(..count).zip(self.read.drain(..count)).map(|(entry, read)| Gone { entry, read }).collect()
    }

    /// A reader has acknowledged what is at this offset, if the log still has it.
    pub fn acknowledged(&mut self, offset: u64) {
        let place = self.log.partition_point(|entry| entry.sequence < offset);
        if self.log.get(place).is_some_and(|entry| entry.sequence == offset)
            && let Some(read) = self.read.get_mut(place)
        {
            *read = true;
        }
    }

    /// When segments may be too old. A stream with one segment keeps it.
    pub fn next_look(&self, settings: &StreamSettings) -> Option<SimTime> {
        (settings.max_age.is_some() && self.segments.len() > 1).then(|| self.age_looked_at + RETENTION_INTERVAL)
    }

    /// The writer starts again: a new size of segments counts from now on.
    pub const fn restart(&mut self, settings: &StreamSettings) {
        self.segment_bytes_max = settings.segment_bytes;
    }

    /// Everything; the offsets go on.
    pub fn take(&mut self) -> Vec<Gone> {
        self.chunks.clear();
        std::mem::take(&mut self.log).into_iter().zip(std::mem::take(&mut self.read)).map(|(entry, read)| Gone { entry, read }).collect()
    }

    /// Where a reader that starts there reads first (rule 161).
    pub fn place_of(&self, offset: StreamOffset) -> u64 {
        match offset {
            StreamOffset::First => self.first_offset(),
            StreamOffset::Last => self.chunks.back().map_or(self.next_offset, |chunk| chunk.first),
            StreamOffset::Next => self.next_offset,
            StreamOffset::Number(number) => number.max(self.first_offset()),
            StreamOffset::Since(at) => {
                let place = self.chunks.partition_point(|chunk| chunk.at < at);
                self.chunks.get(place).map_or(self.next_offset, |chunk| chunk.first)
            }
        }
    }

    pub fn attach(&mut self, consumer: ConsumerId, offset: StreamOffset, filter: Option<Filter>) {
        let next = self.place_of(offset);
        self.readers.insert(consumer, Reader { next, owed: 0, filter });
    }

    pub fn detach(&mut self, consumer: ConsumerId) {
        self.readers.remove(&consumer);
    }

    pub fn reader(&self, consumer: ConsumerId) -> Option<&Reader> {
        self.readers.get(&consumer)
    }

    /// How many messages a reader has not been given.
    pub fn lag(&self, reader: &Reader) -> u64 {
        (self.log.len() - self.log.partition_point(|entry| entry.sequence < reader.next)) as u64
    }

    /// What a reader with so much credit is given next: of one chunk, or that whole chunk (rule 164).
    pub fn read(&mut self, consumer: ConsumerId, credit: u32, whole_chunks: bool) -> Vec<Entry> {
        let Some(reader) = self.readers.get_mut(&consumer) else { return Vec::new() };
        let written = if self.open { self.chunks.len() - 1 } else { self.chunks.len() };
        let from = self.chunks.partition_point(|chunk| chunk.end() <= reader.next);
        for chunk in self.chunks.range(from..written.max(from)) {
            let start = self.log.partition_point(|entry| entry.sequence < reader.next.max(chunk.first));
            let end = self.log.partition_point(|entry| entry.sequence < chunk.end());
            let all = self.log.partition_point(|entry| entry.sequence < chunk.first);
            if reader.filter.as_ref().is_some_and(|filter| !self.log.range(all..end).any(|entry| filter.takes(&entry.message))) {
                reader.next = chunk.end();
                continue;
            }
            let count = if whole_chunks { end - start } else { (end - start).min(credit as usize) };
            let given: Vec<Entry> = self.log.range(start..start + count).cloned().collect();
            reader.next = given.last().map_or(chunk.end(), |entry| entry.sequence + 1);
            reader.owed += u32::try_from(count).unwrap_or(u32::MAX).saturating_sub(credit);
            return given;
        }
        Vec::new()
    }

    /// The last that is like this, which a reader was given. It may have begun anywhere.
    pub fn read_recorded(&mut self, consumer: ConsumerId, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let entry = self.log.iter().rev().find(|entry| is_it(entry)).cloned()?;
        if let Some(reader) = self.readers.get_mut(&consumer) {
            reader.next = reader.next.max(entry.sequence + 1);
        }
        Some(entry)
    }

    /// Of so many settled deliveries: how much credit they are, after what the reader owes (rule 164).
    pub fn repay(&mut self, consumer: ConsumerId, count: u32) -> u32 {
        let Some(reader) = self.readers.get_mut(&consumer) else { return 0 };
        let paid = count.min(reader.owed);
        reader.owed -= paid;
        count - paid
    }
}

impl Filter {
    fn takes(&self, message: &Message) -> bool {
        match message.properties.header(FILTER_VALUE_HEADER).and_then(Value::as_str) {
            Some(value) => self.values.contains(value),
            None => self.unfiltered,
        }
    }
}

fn record_bytes(message: &Message) -> u64 {
    let names = message.exchange.len() + message.routing_key.len();
    RECORD_OVERHEAD_BYTES + names as u64 + message.properties_bytes() + message.body.len()
}

/// A message as a stream stores it, with its offset. It is stored in AMQP 1.0, where only annotations (`x-`) may be lists and tables (rule
/// 165).
fn stored(message: &Message, offset: u64) -> Message {
    let mut message = message.clone();
    let has_died = !message.deaths().is_empty();
    // What died keeps the expiration that it was published with.
    let expiration = message.deaths().iter().rev().find_map(|death| death.original_expiration.clone());
    let properties = Arc::make_mut(&mut message.properties);
    properties.expiration = properties.expiration.take().or(expiration);
    properties.delivery_mode = Some(if properties.is_persistent() { 2 } else { 1 });
    let headers: &mut Table = properties.headers.get_or_insert_default();
    let lost: Vec<Name> = headers.iter().filter(|(name, value)| is_lost(name, value, has_died)).map(|(name, _)| name.clone()).collect();
    for name in lost {
        headers.remove(&name);
    }
    headers.insert(OFFSET_HEADER.into(), Value::Int(i64::try_from(offset).unwrap_or(i64::MAX)));
    message
}

fn is_lost(name: &str, value: &Value, has_died: bool) -> bool {
    match name {
        "x-death" => !has_died,
        "CC" => false,
        _ if name.starts_with("x-") => name == "x-opt-deaths",
        _ => matches!(value, Value::Array(_) | Value::Table(_)),
    }
}
