//! Which RabbitMQ is simulated. The differences between versions are this table and nothing else (rule 150).

use std::fmt;

use super::cause::RequeueCause;

/// A line of RabbitMQ releases that behave alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// 3.13, what `rabbitmq:3-management` runs.
    #[default]
    V3_13,
    /// 4.0 to 4.2, but for two changes of 4.2 that are part of 4.3 here. These are direct reply-to, and commits to deleted queues (rules 55, 59).
    V4_0,
    V4_3,
    /// 4.3 as Debian builds it: a patch permits transient queues (rule 27).
    V4_3Debian,
}

impl Profile {
    pub const ALL: [Self; 4] = [Self::V3_13, Self::V4_0, Self::V4_3, Self::V4_3Debian];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3_13 => "3.13",
            Self::V4_0 => "4.0",
            Self::V4_3 => "4.3",
            Self::V4_3Debian => "4.3-debian",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The release line, as RabbitMQ itself builds it.
    #[must_use]
    pub const fn upstream(self) -> Self {
        match self {
            Self::V4_3Debian => Self::V4_3,
            Self::V3_13 | Self::V4_0 | Self::V4_3 => self,
        }
    }

    /// Whether a queue may be neither durable nor exclusive (rule 27).
    #[must_use]
    pub const fn allows_transient_queues(self) -> bool {
        self.rules().transient_queues
    }

    /// Whether a nack with requeue counts towards the delivery limit of a quorum queue (rule 131).
    #[must_use]
    pub const fn counts_nacks(self) -> bool {
        !matches!(self.rules().counting, Counting::Failures)
    }

    #[must_use]
    pub(super) const fn rules(self) -> &'static Rules {
        match self {
            Self::V3_13 => &V3_13,
            Self::V4_0 => &V4_0,
            Self::V4_3 => &V4_3,
            Self::V4_3Debian => &V4_3_DEBIAN,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The switches, one a difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The largest message a client may publish (rule 5).
    pub message_bytes_max: u64,
    /// A queue that is neither durable nor exclusive may be declared (rule 27).
    pub transient_queues: bool,
    /// Any value of `x-queue-mode` is accepted; it has no effect anywhere (rule 30).
    pub queue_mode_is_free: bool,
    /// How many `#` a binding key may have (rule 38).
    pub topic_hashes_max: usize,
    /// `basic.qos` with `global` is heeded (rule 73).
    pub global_qos: bool,
    /// An idle single active consumer of a quorum queue yields to one of higher priority (rule 84).
    pub single_active_preempts: bool,
    /// What a quorum queue knows its consumers by (rules 67, 68).
    pub consumer_keys: ConsumerKeys,
    /// A return from a single active consumer of a quorum queue also lets a better one take over (rule 84).
    pub returns_activate: bool,
    /// The text that refuses `basic.get` writes the type of the queue as Erlang does (rule 86).
    pub quotes_queue_type: bool,
    /// When the limits of a quorum queue go, the publishers that it has told to stop go on (rule 107).
    pub lifted_limit_lets_go_on: bool,
    /// Messages that a quorum queue drops together from its head are dead-lettered in reverse (rule 103).
    pub drops_last_first: bool,
    /// Who watches for deliveries that are not acknowledged in time (rules 93, 94).
    pub timeout_owner: TimeoutOwner,
    /// How a quorum queue treats priorities (rule 114).
    pub quorum_priority: QuorumPriority,
    /// A client's own `x-death` is read and continued at the next death, or replaced by it (rule 125).
    pub interpret_client_x_death: bool,
    /// The delivery limit of a quorum queue that names none (rule 130).
    pub delivery_limit: Option<u32>,
    /// A delivery limit of -1 is none; before, it was one that everything exceeds (rule 130).
    pub negative_limit_is_none: bool,
    /// What queues count of a message's deliveries, and what a dead letter takes with it (rules 130 to 132, 139).
    pub counting: Counting,
    /// Without a limit a message that a client returns starts again at the end of a quorum queue (rule 134).
    pub unlimited_starts_again: bool,
    /// The bytes of a quorum queue are those of payload and properties (rule 108).
    pub quorum_counts_properties: bool,
    /// To a headers exchange 0.0 and -0.0 are two values (rule 41).
    pub zeros_differ: bool,
    /// `x-delayed-retry-*` is known (rule 136).
    pub delayed_retry: bool,
    /// A restart keeps transient exchanges and their bindings, as the store of 4.3 keeps everything (rule 140).
    pub restart_keeps_exchanges: bool,
    /// `x-modulus-hash` needs no plugin, and numbers its bindings by destination alone (rule 152).
    pub modulus_hash_built_in: bool,
    /// `x-local-random` is known (rule 153).
    pub local_random: bool,
    /// There is a release of the delayed-message plugin (rule 149).
    pub delayed_messages: bool,
    /// The largest weight of a binding to a consistent-hash exchange (rule 151).
    pub hash_weight_max: Option<u64>,
    /// A consistent-hash exchange keeps a destination until the last of its bindings with that key goes. Before, any of them took it away
    /// (rule 151). In v4.3.5 `delete_in_khepri_tx_v2` of `rabbit_db_binding.erl` tells the exchange of the last one alone.
    pub bindings_of_a_key_are_one: bool,
    /// A reader of a stream is given whole chunks, more than its credit if need be (rule 164).
    pub whole_chunks: bool,
    /// An age without a number makes the broker fail (rules 160, 161).
    pub missing_number_crashes: bool,
    /// Two ages are the same when they last equally long; errors tell them in milliseconds (rule 160).
    pub ages_are_durations: bool,
    /// `x-stream-filter-size-bytes` is an argument like others (rule 160).
    pub filter_size_is_argument: bool,
    /// `x-stream-filter` of a consumer belongs to streams; before, other queues overlooked it (rule 166).
    pub filter_is_argument: bool,
    /// Classic queues take `x-queue-leader-locator` (rule 160).
    pub classic_leader_locator: bool,
    /// At its commit a transaction looks for each queue to which it has published, as of 4.2 (rule 55). In v4.1.8
    /// `get_ctx_with` of `rabbit_queue_type.erl` takes the queue as it was at the publish. In v4.2.0 it looks the queue up.
    pub commit_looks_for_queues: bool,
    /// A transaction settles together what it nacks and rejects in a row, with requeue or without (rule 55).
    pub commit_merges_refusals: bool,
    /// How the texts that refuse a reader name its stream (rule 148).
    pub stream_texts: StreamTexts,
    /// There are mirrored queues: policies may set `ha-mode` and what belongs to it (rule 146).
    pub mirrored_queues: bool,
    /// Policies may set `queue-master-locator` (rule 146).
    pub queue_master_locator: bool,
    /// An operator may set `queue-master-locator` (rule 146).
    pub operators_set_master_locator: bool,
    /// The queues of direct reply-to are a type of queues, as of 4.2. Before, exchanges did not know them (rule 59).
    pub volatile_queues: bool,
    /// A purge of a quorum queue also drops and counts kept dead letters and messages waiting for retry (rule 22).
    pub purge_drops_kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeoutOwner {
    /// The channel, for all queues: it is closed.
    Channel,
    /// The quorum queue: the message returns, the consumer is cancelled.
    Queue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// A quorum queue counts every return. Nothing travels.
    Returns,
    /// A quorum queue counts every return. What travels are failures: ends of channels, and messages that a client refuses for good.
    ReturnsAndFailures,
    /// Every queue counts failures, and they travel: ends of channels, and `basic.reject`. `basic.nack` is none.
    Failures,
}

impl Counting {
    /// What a classic queue counts.
    pub const fn of_classic(self) -> Self {
        match self {
            Self::Returns | Self::ReturnsAndFailures => Self::Returns,
            Self::Failures => Self::Failures,
        }
    }

    /// Whether a delivery that comes back so has failed (rule 131).
    pub const fn return_fails(self, cause: RequeueCause) -> bool {
        match cause {
            RequeueCause::ChannelClosed | RequeueCause::ConnectionClosed | RequeueCause::Restarted => !matches!(self, Self::Returns),
            RequeueCause::Rejected => matches!(self, Self::Failures),
            RequeueCause::Nacked | RequeueCause::Recovered | RequeueCause::TimedOut => false,
        }
    }

    /// Whether a delivery that a client refuses for good has failed, by `basic.reject` or else by `basic.nack`.
    pub const fn refusal_fails(self, rejected: bool) -> bool {
        match self {
            Self::Returns => false,
            Self::ReturnsAndFailures => true,
            Self::Failures => rejected,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConsumerKeys {
    /// Tag, then channel: a consumer of the same tag is the same consumer, and has its place in the turn.
    Tag,
    /// A number that grows.
    Arrival,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamTexts {
    /// `for 'queue 's' in vhost '/''`
    Quoted,
    /// `for stream queue 's' in vhost '/'`
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuorumPriority {
    Ignored,
    /// Above 4 is high, and two high ones go before a normal one.
    TwoToOne,
    /// 32 levels, the highest first.
    Strict,
}

const V3_13: Rules = Rules {
    message_bytes_max: 128 << 20,
    transient_queues: true,
    queue_mode_is_free: false,
    topic_hashes_max: usize::MAX,
    global_qos: true,
    single_active_preempts: false,
    consumer_keys: ConsumerKeys::Tag,
    returns_activate: false,
    lifted_limit_lets_go_on: false,
    drops_last_first: true,
    quotes_queue_type: false,
    timeout_owner: TimeoutOwner::Channel,
    quorum_priority: QuorumPriority::Ignored,
    interpret_client_x_death: true,
    delivery_limit: None,
    negative_limit_is_none: false,
    counting: Counting::Returns,
    unlimited_starts_again: true,
    quorum_counts_properties: false,
    zeros_differ: false,
    delayed_retry: false,
    restart_keeps_exchanges: false,
    purge_drops_kept: false,
    volatile_queues: false,
    mirrored_queues: true,
    queue_master_locator: true,
    operators_set_master_locator: false,
    modulus_hash_built_in: false,
    local_random: false,
    delayed_messages: true,
    hash_weight_max: None,
    bindings_of_a_key_are_one: false,
    whole_chunks: true,
    missing_number_crashes: true,
    ages_are_durations: false,
    filter_size_is_argument: false,
    filter_is_argument: false,
    classic_leader_locator: false,
    commit_looks_for_queues: false,
    commit_merges_refusals: true,
    stream_texts: StreamTexts::Quoted,
};

const V4_0: Rules = Rules {
    message_bytes_max: 16 << 20,
    single_active_preempts: true,
    consumer_keys: ConsumerKeys::Arrival,
    lifted_limit_lets_go_on: true,
    quorum_priority: QuorumPriority::TwoToOne,
    interpret_client_x_death: false,
    delivery_limit: Some(20),
    negative_limit_is_none: true,
    counting: Counting::ReturnsAndFailures,
    zeros_differ: true,
    mirrored_queues: false,
    operators_set_master_locator: true,
    local_random: true,
    whole_chunks: false,
    filter_is_argument: true,
    classic_leader_locator: true,
    stream_texts: StreamTexts::Plain,
    ..V3_13
};

const V4_3: Rules = Rules {
    transient_queues: false,
    queue_mode_is_free: true,
    topic_hashes_max: 2,
    global_qos: false,
    returns_activate: true,
    drops_last_first: false,
    quotes_queue_type: true,
    timeout_owner: TimeoutOwner::Queue,
    quorum_priority: QuorumPriority::Strict,
    counting: Counting::Failures,
    unlimited_starts_again: false,
    quorum_counts_properties: true,
    delayed_retry: true,
    restart_keeps_exchanges: true,
    purge_drops_kept: true,
    volatile_queues: true,
    queue_master_locator: false,
    modulus_hash_built_in: true,
    delayed_messages: false,
    hash_weight_max: Some(10_000),
    bindings_of_a_key_are_one: true,
    missing_number_crashes: false,
    ages_are_durations: true,
    filter_size_is_argument: true,
    commit_looks_for_queues: true,
    commit_merges_refusals: false,
    ..V4_0
};

const V4_3_DEBIAN: Rules = Rules { transient_queues: true, ..V4_3 };
