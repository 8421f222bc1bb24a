//! The state of the simulated programs: which instances run, what they hold in memory, what they have stored.

use std::collections::VecDeque;
use std::sync::Arc;

use super::agenda::Item;
use super::chunked::Chunked;
use super::flight::Publish;
use super::histogram::Histogram;
use super::ids::{Caller, RunId, StoryId, Verdict};
use super::outbox::Outbox;
use super::random::Random;
use crate::base::aged::AgedMap;
use crate::base::ordered::{OrderedMap, sort_by};
use crate::base::{SimTime, limits};
use crate::broker::{ChannelId, ConnectionId, Message, Name, ReplyCode};
use crate::scenario::property::Percentile;
use crate::scenario::{Client, Ending, Json, Service};

#[derive(Clone, Debug)]
pub struct ServiceState {
    /// What the scenario says of it now, as the version that was deployed last.
    pub spec: Arc<Service>,
    pub(super) version: Option<Name>,
    pub(super) rollout: Option<Rollout>,
    /// Taken out of the scenario. Its place is kept, because others are named by theirs.
    pub removed: bool,
    pub instances: Vec<Instance>,
    pub store: Store,
    /// Which instance answers the next request.
    pub turn: usize,
    /// How many handlers it has begun.
    pub begun: u64,
    /// How long what arrived had to wait until its handler began. What began at once is not in it.
    pub(super) waited: Histogram,
    /// Channels that the broker closed with an error.
    pub channel_errors: u64,
    /// Failures that nothing outside the program heard of.
    pub swallowed: u64,
    /// How often each step was come to, by handler and step.
    pub(super) visits: OrderedMap<(usize, usize), u64>,
    /// How often it came to a step that counts its attempts, for each event.
    pub(super) attempts: Memory<u32>,
    /// Grows when it is edited: schedules of before are void.
    pub(super) generation: u32,
}

impl ServiceState {
    /// How long what arrives at it waits until its handler begins.
    #[must_use]
    pub fn waited(&self, percentile: Percentile) -> SimTime {
        self.waited.percentile_of(percentile, self.begun)
    }
}

/// A deploy that takes one instance after the other.
#[derive(Clone, Debug)]
pub(super) struct Rollout {
    /// It waits for the one before this.
    pub next: usize,
    pub ending: Ending,
}

#[derive(Clone, Debug)]
pub struct ClientState {
    pub spec: Arc<Client>,
    pub removed: bool,
    pub(super) random: Random,
    pub sent: u64,
    /// Moments of a recorded list that have passed, or bursts.
    pub(super) fired: usize,
    /// Grows when it is edited: what was planned before is void.
    pub(super) generation: u32,
    /// Requests that wait for an answer.
    pub(super) pending: AgedMap<u64, Pending>,
}

/// A request that a client outside waits for.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub attempt: u32,
    pub story: StoryId,
    pub data: Arc<Json>,
    /// When this attempt was sent.
    pub sent_at: SimTime,
    /// This attempt has ended, one way or the other: what comes now is too late.
    pub heard: bool,
}

/// What RabbitMQ says when it closes a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedWith {
    pub code: ReplyCode,
    pub text: Name,
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub up: bool,
    /// The version with which it started. None is the service's own program.
    pub version: Option<Name>,
    /// Its program, as long as that is older than the service's.
    pub(super) program: Option<Arc<Service>>,
    /// Finishes what it has begun, and ends.
    pub stopping: bool,
    /// Does nothing more.
    pub hung: bool,
    /// Its event loop is held up by work until then, and that is why.
    pub(super) held_up: Option<SimTime>,
    /// When its event loop read what it is at work on. Until that is done it reads and sends nothing.
    pub(super) read_at: Option<SimTime>,
    /// What leaves then, by the number of its flight.
    pub(super) unsent: Vec<u64>,
    /// It is to hang when that work is done.
    pub(super) hang_wanted: bool,
    /// `connection.blocked` has come, and it waits before it publishes: these handlers.
    pub(super) waits_unblocked: Option<Vec<(RunId, u32)>>,
    /// When its connection was opened: heartbeats are counted from then on.
    pub(super) connected_at: SimTime,
    /// Its work takes so many times as long.
    pub slowness: f64,
    /// Grows with every start and stop: what was meant for an earlier life is void.
    pub epoch: u32,
    pub connection: Option<ConnectionId>,
    pub channel: Option<ChannelId>,
    /// Its own channel to publish on, perhaps with its own connection.
    pub(super) publisher: Option<Publisher>,
    /// The channel on which it declares what it needs; it can do nothing else meanwhile.
    pub(super) setting_up: Option<ChannelId>,
    /// By handler, where each consumes on its own channel.
    pub(super) own_channels: OrderedMap<usize, OwnChannel>,
    /// The error that RabbitMQ closed its channel with, until it has another.
    pub(super) closed_with: Option<ClosedWith>,
    /// The same, for its own channel to publish on.
    pub(super) publisher_closed_with: Option<ClosedWith>,
    /// How often in a row it has waited to connect.
    pub(super) waits: u32,
    /// The same, for its own channel or connection to publish on.
    pub(super) publisher_waits: u32,
    /// It has been set up in this life.
    pub(super) was_connected: bool,
    /// It has no channel, and does not try to get one.
    pub(super) alone: bool,
    /// Lost when it dies.
    pub runs: AgedMap<RunId, Box<Run>>,
    /// What it has received and not begun.
    pub inbox: VecDeque<Job>,
    pub handled: u64,
    pub failed: u64,
    pub(super) random: Random,
    /// What it was about to do when it hung.
    pub(super) frozen: Vec<Item>,
    /// When the last thing it sent to the broker arrives there, and the last thing it was sent arrives here.
    pub(super) lane_out: SimTime,
    pub(super) lane_in: SimTime,
    /// Publishes since the channel is in confirm mode.
    pub(super) published: u64,
    pub(super) awaiting: AgedMap<u64, Awaiting>,
    /// By handler and step.
    pub(super) circuits: OrderedMap<(usize, usize), Circuit>,
    pub(super) done: Memory<()>,
    /// Start-up handlers have run in this life.
    pub(super) began: bool,
    /// Its inbox is being emptied.
    pub(super) draining: bool,
    /// It was told to stop while it hung.
    pub(super) stop_wanted: bool,
    /// It is to start again as soon as it has stopped.
    pub(super) start_wanted: bool,
    /// It is being stopped, and what it has not begun goes back.
    pub(super) gives_back: bool,
    /// Of cancelled consumers whose cancel-ok has not come: the channel of each.
    pub(super) cancelling: Vec<ChannelId>,
    /// The exclusive queue to which its requests are answered.
    pub(super) reply_queue: Option<Name>,
    /// By handler: how many deliveries wait for an acknowledgement of several.
    pub(super) acks_due: OrderedMap<usize, u32>,
}

/// A handler's own channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnChannel {
    pub channel: Option<ChannelId>,
    /// The error that RabbitMQ closed it with, until there is another.
    pub closed_with: Option<ClosedWith>,
    /// How often in a row it has waited to open one.
    pub waits: u32,
}

/// Where a program publishes beside what it consumes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Publisher {
    pub channel: ChannelId,
    /// None is that of its consumers.
    pub connection: Option<ConnectionId>,
    /// When that was opened.
    pub opened: SimTime,
}

impl Instance {
    /// Whether it uses this connection.
    pub(super) fn has_connection(&self, connection: ConnectionId) -> bool {
        self.connection == Some(connection) || self.publisher.is_some_and(|publisher| publisher.connection == Some(connection))
    }

    /// Whether it publishes on this channel, and that is its own.
    pub(super) fn publishes_on(&self, channel: ChannelId) -> bool {
        self.publisher.is_some_and(|publisher| publisher.channel == channel)
    }

    pub(super) fn new(random: Random) -> Self {
        Self {
            up: false,
            version: None,
            program: None,
            stopping: false,
            hung: false,
            held_up: None,
            read_at: None,
            unsent: Vec::new(),
            hang_wanted: false,
            waits_unblocked: None,
            connected_at: SimTime::ZERO,
            slowness: 1.0,
            epoch: 0,
            connection: None,
            channel: None,
            publisher: None,
            setting_up: None,
            own_channels: OrderedMap::new(),
            waits: 0,
            publisher_waits: 0,
            closed_with: None,
            publisher_closed_with: None,
            was_connected: false,
            alone: false,
            runs: AgedMap::default(),
            inbox: VecDeque::new(),
            handled: 0,
            failed: 0,
            random,
            frozen: Vec::new(),
            lane_out: SimTime::ZERO,
            lane_in: SimTime::ZERO,
            published: 0,
            awaiting: AgedMap::default(),
            circuits: OrderedMap::new(),
            done: Memory::default(),
            began: false,
            draining: false,
            stop_wanted: false,
            start_wanted: false,
            gives_back: false,
            cancelling: Vec::new(),
            reply_queue: None,
            acks_due: OrderedMap::new(),
        }
    }

    /// Whether its own work holds up its event loop.
    #[must_use]
    pub const fn is_blocking(&self) -> bool {
        self.held_up.is_some()
    }

    /// Its connections to the broker, each with when it was opened.
    pub(super) fn connections(&self) -> impl Iterator<Item = (ConnectionId, SimTime)> + use<> {
        let publisher = self.publisher.and_then(|publisher| publisher.connection.map(|connection| (connection, publisher.opened)));
        let connected_at = self.connected_at;
        self.connection.into_iter().map(move |connection| (connection, connected_at)).chain(publisher)
    }

    /// Whether it works on this channel, or declares on it what it needs.
    pub(super) fn uses(&self, channel: ChannelId) -> bool {
        self.receives_on(channel) || self.setting_up == Some(channel) || self.publishes_on(channel)
    }

    /// Whether deliveries of this channel are its own, and can be settled there.
    pub(super) fn receives_on(&self, channel: ChannelId) -> bool {
        self.channel == Some(channel) || self.handler_on(channel).is_some()
    }

    /// Whether it has a channel that it can consume on.
    pub(super) fn receives(&self) -> bool {
        self.channel.is_some() || self.own_channels.values().any(|own| own.channel.is_some())
    }

    /// Whose own channel this is.
    pub(super) fn handler_on(&self, channel: ChannelId) -> Option<usize> {
        self.own_channels.iter().find(|(_, own)| own.channel == Some(channel)).map(|(handler, _)| *handler)
    }

    /// What RabbitMQ closed the channel with that this handler consumes on.
    pub(super) fn consumer_closed_with(&self, handler: usize) -> Option<&ClosedWith> {
        self.own_channels.get(&handler).map_or(self.closed_with.as_ref(), |own| own.closed_with.as_ref())
    }

    /// Whether it has a channel, be it that it still declares on it.
    pub(super) const fn has_channel(&self) -> bool {
        self.channel.is_some() || self.setting_up.is_some()
    }

    /// The deliveries it holds, at work or waiting, and whether they are redeliveries.
    pub fn deliveries(&self) -> impl Iterator<Item = (&Arc<Message>, bool)> {
        let causes = self.runs.values().map(|run| &run.cause).chain(self.inbox.iter().map(|job| &job.cause));
        causes.filter_map(|cause| match cause {
            Cause::Delivery { message, redelivered, .. } => Some((message, *redelivered)),
            Cause::Request(_) | Cause::Schedule => None,
        })
    }

    /// The stories that it is at work on, and those that wait for it.
    pub fn stories(&self) -> impl Iterator<Item = StoryId> {
        self.runs.values().map(|run| run.story).chain(self.inbox.iter().map(|job| job.story))
    }

    /// The circuits to other services that are not closed, by handler and step.
    pub fn circuits(&self) -> impl Iterator<Item = (&(usize, usize), &Circuit)> {
        self.circuits.iter()
    }
}

/// Something to be handled.
#[derive(Clone, Debug)]
pub struct Job {
    pub handler: usize,
    pub data: Data,
    pub cause: Cause,
    pub story: StoryId,
    /// The event or the story.
    pub about: Name,
    /// When it arrived.
    pub since: SimTime,
}

/// A handler at work.
#[derive(Clone, Debug)]
pub struct Run {
    pub handler: usize,
    pub step: usize,
    pub data: Data,
    pub cause: Cause,
    pub story: StoryId,
    pub about: Name,
    /// It was the n-th its service began.
    pub number: u64,
    pub replied: bool,
    /// What it has said of its delivery.
    pub settled: Settled,
    /// Grows with everything it waits for: what comes too late finds another number.
    pub wait: u32,
    /// Of the call it is in.
    pub attempt: u32,
    pub sent_at: SimTime,
    /// The request whose answer it waits for, by its correlation id.
    pub awaits: Option<Name>,
    /// The handler has failed. By its policy, the delivery is settled so when the published copy is confirmed.
    pub settle_with: Option<Verdict>,
    /// It waits for the broker's answer to a question of a step.
    pub(super) consults: Option<ChannelId>,
    /// The event that its step has published, until it publishes the next.
    pub(super) published: Option<Name>,
    /// What it publishes, to publish the same again.
    pub(super) kept: Option<Box<Publish>>,
}

impl Run {
    pub(super) fn begins_step(&mut self, step: usize) {
        self.step = step;
        self.attempt = 0;
        self.published = None;
        self.kept = None;
    }
}

/// What a handler has said of its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    No,
    /// The flight that says it.
    Sent(u64),
    /// Nothing yet: a later acknowledgement will include it.
    Later,
    /// Nothing, and an acknowledgement with this flight has included it all the same.
    Taken(u64),
    /// The channel was gone: the broker puts the message back.
    Unsaid,
}

/// Why a publish that a handler waited for was not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unconfirmed {
    Returned,
    Refused,
    TooLate,
    ConnectionGone,
    Unanswered,
}

impl Unconfirmed {
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Returned => "it was returned: no queue for it",
            Self::Refused => "the broker refused it",
            Self::TooLate => "no confirm in time",
            Self::ConnectionGone => "the connection is closed",
            Self::Unanswered => "no answer in time",
        }
    }
}

/// The data of a handler: an event's body is only read when it is needed.
#[derive(Clone, Debug)]
pub enum Data {
    Body(Arc<Message>),
    Json(Arc<Json>),
}

impl Data {
    pub fn json(&mut self) -> &Arc<Json> {
        if let Self::Body(message) = self {
            let json = message.body.as_text().and_then(|text| serde_json::from_str::<Json>(text).ok());
            *self = Self::Json(Arc::new(json.map_or(Json::Null, |data| with_event_id(data, message))));
        }
        match self {
            Self::Json(json) => json,
            Self::Body(_) => unreachable!("it was read just now"),
        }
    }

    pub fn json_mut(&mut self) -> &mut Json {
        self.json();
        match self {
            Self::Json(json) => Arc::make_mut(json),
            Self::Body(_) => unreachable!("it was read just now"),
        }
    }
}

/// A handler sees the event's id as a field of the event, and where a request is answered.
fn with_event_id(mut data: Json, message: &Message) -> Json {
    let Some(fields) = data.as_object_mut() else { return data };
    for (name, value) in [("eventId", &message.properties.message_id), ("replyTo", &message.properties.reply_to)] {
        if let Some(value) = value {
            fields.entry(name).or_insert_with(|| Json::from(&**value));
        }
    }
    data
}

#[derive(Clone, Debug)]
pub enum Cause {
    Delivery {
        queue: Name,
        channel: ChannelId,
        delivery_tag: u64,
        no_ack: bool,
        redelivered: bool,
        message: Arc<Message>,
    },
    Request(Caller),
    /// A clock, or its own start.
    Schedule,
}

/// A publish whose confirm has not come.
#[derive(Clone, Debug)]
pub(super) struct Awaiting {
    pub event: Name,
    pub exchange: Name,
    /// It came back first: there was no queue for it.
    pub returned: bool,
    pub who: Waiting,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Waiting {
    Run {
        run: RunId,
        wait: u32,
    },
    /// The relay, for this entry of the outbox.
    Relay(u64),
}

/// A circuit breaker that has seen failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// So many failures in a row.
    Closed {
        failures: u32,
    },
    Open {
        until: SimTime,
    },
    /// One attempt is out; it decides.
    HalfOpen {
        run: RunId,
    },
}

/// Shorter names first, so that `e-9` comes before `e-10`: what is numbered grows at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbered(Name);

impl Ord for Numbered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Numbered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The last so many keys, each with a value. The oldest is forgotten first.
#[derive(Clone, Debug)]
pub struct Memory<T> {
    values: AgedMap<Numbered, T>,
    order: VecDeque<Name>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { values: AgedMap::default(), order: VecDeque::new() }
    }
}

impl<T: Default> Memory<T> {
    #[must_use]
    pub fn contains(&self, key: &Name) -> bool {
        self.values.contains_key(&Numbered(key.clone()))
    }

    /// The value of a key, remembered from now on as one of so many.
    pub fn value(&mut self, key: &Name, remember: usize) -> &mut T {
        if !self.contains(key) {
            self.order.push_back(key.clone());
            while self.order.len() > remember {
                if let Some(oldest) = self.order.pop_front() {
                    self.values.remove(&Numbered(oldest));
                }
            }
        }
        self.values.get_or_insert(Numbered(key.clone()), T::default())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// Survives every crash of its service.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// By number, from 1.
    records: Chunked<Option<Arc<Record>>>,
    /// Those whose numbers lie far beyond, as a timestamp does.
    far_records: OrderedMap<u64, Arc<Record>>,
    count: usize,
    /// Of the states that some schedule asks for: when each record entered it.
    by_state: OrderedMap<Name, VecDeque<(SimTime, u64)>>,
    last_id: u64,
    /// Takes nothing more.
    pub full: bool,
    pub(super) outbox: Outbox,
    pub(super) done: Memory<()>,
    /// What the other side of its effects knows, by their keys.
    pub(super) keys: Memory<()>,
    /// Of streams: behind what an instance's handler acknowledged last.
    offsets: OrderedMap<(Name, usize, usize), u64>,
    /// How many records each story has here.
    by_story: Chunked<u8>,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub state: Name,
    pub since: SimTime,
    pub data: Arc<Json>,
    pub story: StoryId,
    pub about: Name,
}

/// The list of records is at most this much longer than its contents. Ids with gaps, as timestamps have, lie beyond it.
const ID_GAP_MAX: u64 = limits::ID_GAP;
const PLACES_MAX: u64 = 16;

impl Store {
    /// One more than the largest in the list that nothing has yet. Ids far beyond the list do not count: the next of the largest there
    /// is would be none.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        while self.far_records.contains_key(&self.last_id) {
            self.last_id += 1;
        }
        self.last_id
    }

    /// Whether it is a new one.
    pub fn put(&mut self, id: u64, record: Record) -> bool {
        let old = self.get(id);
        if let Some(old) = &old
            && let Some(ids) = self.by_state.get_mut(&old.state)
            && let Some(place) = ids.iter().position(|other| *other == (old.since, id))
        {
            ids.remove(place);
        }
        if let Some(ids) = self.by_state.get_mut(&record.state) {
            let place = ids.iter().rposition(|other| *other < (record.since, id)).map_or(0, |before| before + 1);
            ids.insert(place, (record.since, id));
        }
        let record = Arc::new(record);
        let end = (self.records.len() as u64).max(PLACES_MAX * self.count as u64 + ID_GAP_MAX);
        match usize::try_from(id).ok().filter(|_| id < end && !self.far_records.contains_key(&id)) {
            Some(index) => {
                self.last_id = self.last_id.max(id);
                *self.records.reach(index) = Some(record);
            }
            None => {
                self.far_records.insert(id, record);
            }
        }
        self.count += usize::from(old.is_none());
        old.is_none()
    }

    /// The process in whose memory it was has ended. Ids go on, as those of a clock do, and the other side's memory stays. How many records
    /// were lost.
    pub(super) fn forget(&mut self) -> usize {
        let by_state = self.by_state.keys().map(|state| (state.clone(), VecDeque::new())).collect();
        let (keys, full, last_id) = (std::mem::take(&mut self.keys), self.full, self.last_id);
        std::mem::replace(self, Self { by_state, last_id, full, keys, ..Self::default() }).count
    }

    fn get(&self, id: u64) -> Option<Arc<Record>> {
        let near = usize::try_from(id).ok().and_then(|index| self.records.get(index)?.clone());
        near.or_else(|| self.far_records.get(&id).cloned())
    }

    /// The stories of the records that a schedule will take.
    pub fn waiting_stories(&self) -> impl Iterator<Item = StoryId> {
        self.by_state.values().flatten().filter_map(|(_, id)| Some(self.get(*id)?.story))
    }

    /// An instance's handler has acknowledged the message of a stream at this offset.
    pub(super) fn read(&mut self, stream: &Name, instance: usize, handler: usize, offset: u64) {
        let next = self.offsets.get_or_default((stream.clone(), instance, handler));
        *next = (*next).max(offset + 1);
    }

    /// Where it goes on, if it has read any.
    #[must_use]
    pub fn stored_offset(&self, stream: &Name, instance: usize, handler: usize) -> Option<u64> {
        self.offsets.get(&(stream.clone(), instance, handler)).copied()
    }

    /// One more record of a story. How many it has now.
    pub(super) fn count_story(&mut self, story: StoryId) -> u8 {
        let Some(index) = usize::try_from(story).ok().filter(|story| *story > 0) else { return 1 };
        let count = self.by_story.reach(index);
        *count = count.saturating_add(1);
        *count
    }

    /// These states will be asked for.
    pub(super) fn index(&mut self, states: impl Iterator<Item = Name>) {
        self.by_state = states.map(|state| (state, VecDeque::new())).collect();
        let near = self.records.iter().enumerate().filter_map(|(id, record)| Some((id as u64, record.as_ref()?)));
        for (id, record) in near.chain(self.far_records.iter().map(|(id, record)| (*id, record))) {
            if let Some(ids) = self.by_state.get_mut(&record.state) {
                ids.push_back((record.since, id));
            }
        }
        for ids in self.by_state.values_mut() {
            let mut sorted: Vec<(SimTime, u64)> = std::mem::take(ids).into();
            sort_by(&mut sorted, Ord::cmp);
            *ids = sorted.into();
        }
    }

    /// How many entries a copy of it does not share.
    pub(super) fn unshared(&self) -> usize {
        self.by_state.values().map(VecDeque::len).sum::<usize>()
            + 20 * self.outbox.len()
            + 2 * self.far_records.len()
            + 3 * self.done.len()
            + 2 * self.offsets.len()
    }

    /// The records that entered a state by then, oldest first.
    pub fn in_state_since(&self, state: &Name, by: SimTime) -> Vec<Arc<Record>> {
        let Some(ids) = self.by_state.get(state) else { return Vec::new() };
        let due = ids.iter().take_while(|(since, _)| *since <= by);
        due.filter_map(|(_, id)| self.get(*id)).collect()
    }

    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Events that wait to be published.
    #[must_use]
    pub fn outbox_len(&self) -> usize {
        self.outbox.len()
    }
}
