//! Queue arguments and policies (rules 14, 28, 29, 110, 130, 146, 147). Meaning, values that RabbitMQ takes, and which of the two wins.

use std::ops::RangeInclusive;

use super::Kind;
use crate::base::SimTime;
use crate::broker::error::AmqpError;
use crate::broker::profile::{Profile, Rules, TimeoutOwner};
use crate::broker::value::{Name, Table, Value};

/// The longest time to live or expiry RabbitMQ accepts: ten years, in milliseconds (rule 29).
pub const EXPIRY_MILLIS_MAX: i64 = 315_360_000_000;

/// How long a delivery may stay unacknowledged where nothing else is said (rule 93).
pub(in crate::broker) const CONSUMER_TIMEOUT: SimTime = SimTime::from_secs(1_800);

/// What happens to a message that finds the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest goes (rule 103).
    #[default]
    DropHead,
    /// The newest is refused, and a publisher with confirms gets a nack (rule 105).
    RejectPublish,
    /// Refused and dead-lettered (rule 106).
    RejectPublishDlx,
}

/// Rule 136.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelayedRetry {
    pub failed: bool,
    pub returned: bool,
    pub min: SimTime,
    pub max: SimTime,
}

/// A stream's segments are as large as this where nothing else is said (rule 163).
pub const SEGMENT_BYTES: u64 = 500_000_000;
/// The largest that a declaration may ask for.
const SEGMENT_BYTES_MAX: i64 = 3_000_000_000;

/// What a stream keeps (rules 160, 163).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    pub max_bytes: Option<u64>,
    pub max_age: Option<SimTime>,
    pub segment_bytes: u64,
    /// How many replicas it begins with. There is one broker here: it is a property and no more.
    pub initial_cluster_size: Option<u64>,
    /// The bytes of a chunk's filter. It is a property and no more.
    pub filter_bytes: Option<u64>,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { max_bytes: None, max_age: None, segment_bytes: SEGMENT_BYTES, initial_cluster_size: None, filter_bytes: None }
    }
}

/// What a queue goes by: its arguments, with the policies that apply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub message_ttl: Option<SimTime>,
    pub expires: Option<SimTime>,
    pub max_length: Option<u64>,
    pub max_length_bytes: Option<u64>,
    pub overflow: Overflow,
    pub dead_letter_exchange: Option<Name>,
    pub dead_letter_routing_key: Option<Name>,
    pub max_priority: u8,
    pub single_active_consumer: bool,
    pub delivery_limit: Option<u32>,
    /// Dead letters are kept until they have arrived (rule 129).
    pub at_least_once: bool,
    pub consumer_timeout: Option<SimTime>,
    pub delayed_retry: Option<DelayedRetry>,
    pub stream: StreamSettings,
    /// On which node of a cluster its leader starts. There is one broker here: it is a property and no more.
    pub leader_locator: Option<Name>,
    /// Of a quorum queue: on how many nodes it starts. A property only.
    pub initial_group_size: Option<u64>,
}

/// A queue argument: what the broker, policies, validation and forms need to know of it.
#[derive(Debug)]
pub struct QueueArgument {
    /// As a declaration names it: `x-message-ttl`.
    pub name: &'static str,
    pub takes: Takes,
    /// The kinds of queue for which it means something.
    pub kinds: &'static [Kind],
    pub policy: PolicyUse,
    known: Known,
    refused: Refused,
}

/// The values of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    Integer(RangeInclusive<i64>),
    Text,
    /// The name of an exchange.
    Exchange,
    /// The first word is what holds without the argument.
    OneOf(&'static [&'static str]),
    /// False without the argument.
    Flag,
    /// A number and a unit, as in `7D`.
    Age,
}

/// Which policies may set it, under its name without `x-` (rules 146, 147).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyUse {
    Never,
    /// Policies of users, not those of operators.
    Users,
    UsersAndOperators,
}

/// Where RabbitMQ knows the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Everywhere,
    /// Where there is delayed retry; elsewhere it is ignored, as anything unknown (rule 136).
    WithDelayedRetry,
    /// Of classic queues only from 4.0 on (rule 160).
    AsLocator,
    /// Older brokers check its value, and nothing else (rule 160).
    AsFilterSize,
    /// Channels heed it without a check. Where the queue watches over deliveries, it belongs to quorum queues (rules 93, 94).
    AsTimeout,
}

/// Which values a declaration is refused for. RabbitMQ takes the others, and ignores what it cannot use (rule 29).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// Messages that do not fit.
    Unfit,
    /// None.
    Nothing,
    /// As [`Unfit`](Self::Unfit) where the broker still looks at the queue mode (rule 30).
    UnfitMode,
}

const fn argument(name: &'static str, kinds: &'static [Kind], policy: PolicyUse, takes: Takes) -> QueueArgument {
    QueueArgument { name, takes, kinds, policy, known: Known::Everywhere, refused: Refused::Unfit }
}

const CLASSIC: &[Kind] = &[Kind::Classic];
const QUORUM: &[Kind] = &[Kind::Quorum];
const STREAM: &[Kind] = &[Kind::Stream];
const BOTH: &[Kind] = &[Kind::Classic, Kind::Quorum];
const ALL: &[Kind] = &[Kind::Classic, Kind::Quorum, Kind::Stream];
const MILLIS: RangeInclusive<i64> = 0..=EXPIRY_MILLIS_MAX;
const COUNT: RangeInclusive<i64> = 0..=i64::MAX;
const FILTER_BYTES: RangeInclusive<i64> = 16..=255;
const LOCATORS: &[&str] = &["client-local", "balanced", "random", "least-leaders"];

/// Every queue argument, in the order in which RabbitMQ checks them.
pub const QUEUE_ARGUMENTS: [QueueArgument; 23] = {
    use PolicyUse::{Never, Users, UsersAndOperators};
    const fn unchecked(argument: QueueArgument, known: Known) -> QueueArgument {
        let QueueArgument { name, takes, kinds, policy, .. } = argument;
        QueueArgument { name, takes, kinds, policy, known, refused: Refused::Nothing }
    }
    [
        argument("x-expires", BOTH, UsersAndOperators, Takes::Integer(1..=EXPIRY_MILLIS_MAX)),
        argument("x-message-ttl", BOTH, UsersAndOperators, Takes::Integer(MILLIS)),
        argument("x-dead-letter-exchange", BOTH, Users, Takes::Exchange),
        argument("x-dead-letter-routing-key", BOTH, Users, Takes::Text),
        argument("x-dead-letter-strategy", QUORUM, Users, Takes::OneOf(&["at-most-once", "at-least-once"])),
        argument("x-max-length", BOTH, UsersAndOperators, Takes::Integer(COUNT)),
        argument("x-max-length-bytes", ALL, UsersAndOperators, Takes::Integer(COUNT)),
        argument("x-max-priority", CLASSIC, Never, Takes::Integer(0..=255)),
        argument("x-overflow", BOTH, UsersAndOperators, Takes::OneOf(&["drop-head", "reject-publish", "reject-publish-dlx"])),
        QueueArgument { refused: Refused::UnfitMode, ..argument("x-queue-mode", CLASSIC, Users, Takes::OneOf(&["default", "lazy"])) },
        argument("x-single-active-consumer", BOTH, Never, Takes::Flag),
        QueueArgument { known: Known::AsTimeout, ..argument("x-consumer-timeout", BOTH, Users, Takes::Integer(COUNT)) },
        argument("x-queue-type", ALL, Never, Takes::OneOf(&["classic", "quorum", "stream"])),
        argument("x-max-age", STREAM, Users, Takes::Age),
        argument(SEGMENT_SIZE, STREAM, Users, Takes::Integer(0..=SEGMENT_BYTES_MAX)),
        QueueArgument { known: Known::AsFilterSize, ..argument(FILTER_SIZE, STREAM, Users, Takes::Integer(FILTER_BYTES)) },
        argument("x-initial-cluster-size", STREAM, Users, Takes::Integer(1..=i64::MAX)),
        argument("x-quorum-initial-group-size", QUORUM, Never, Takes::Integer(1..=i64::MAX)),
        QueueArgument { known: Known::AsLocator, ..argument("x-queue-leader-locator", ALL, Users, Takes::OneOf(LOCATORS)) },
        unchecked(argument("x-delivery-limit", QUORUM, UsersAndOperators, Takes::Integer(i64::MIN..=i64::MAX)), Known::Everywhere),
        unchecked(
            argument("x-delayed-retry-type", QUORUM, UsersAndOperators, Takes::OneOf(&["disabled", "all", "failed", "returned"])),
            Known::WithDelayedRetry,
        ),
        unchecked(argument("x-delayed-retry-min", QUORUM, UsersAndOperators, Takes::Integer(MILLIS)), Known::WithDelayedRetry),
        unchecked(argument("x-delayed-retry-max", QUORUM, UsersAndOperators, Takes::Integer(MILLIS)), Known::WithDelayedRetry),
    ]
};

/// What a declaration of some kind of queue does with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is unknown, or at least not looked at.
    Overlooked,
    /// Its value is checked, and compared with that of the queue that is there (rule 14).
    Checked,
    /// It belongs to another kind of queue (rule 28).
    Refused,
}

impl QueueArgument {
    /// The key under which a policy sets it.
    #[must_use]
    pub fn policy_key(&self) -> Option<&'static str> {
        match self.policy {
            PolicyUse::Never => None,
            PolicyUse::Users | PolicyUse::UsersAndOperators => self.name.strip_prefix("x-"),
        }
    }

    /// Whether a queue of this kind heeds the argument on RabbitMQ of this profile.
    #[must_use]
    pub fn is_heeded_by(&self, kind: Kind, profile: Profile) -> bool {
        match self.known {
            // Channels heed it, for every kind of queue.
            Known::AsTimeout if profile.rules().timeout_owner == TimeoutOwner::Channel => self.kinds.contains(&kind),
            // Brokers that know it as no argument heed it all the same.
            Known::AsFilterSize => self.kinds.contains(&kind),
            Known::Everywhere | Known::WithDelayedRetry | Known::AsLocator | Known::AsTimeout => {
                self.use_for(kind, profile.rules()) == Use::Checked
            }
        }
    }

    /// Whether RabbitMQ of this profile refuses the argument for this kind of queue, because it belongs to the other.
    #[must_use]
    pub fn is_refused_for(&self, kind: Kind, profile: Profile) -> bool {
        self.use_for(kind, profile.rules()) == Use::Refused
    }

    fn use_for(&self, kind: Kind, rules: &Rules) -> Use {
        let of_queues = rules.timeout_owner == TimeoutOwner::Queue;
        let (known, fits) = match self.known {
            Known::Everywhere => (true, self.kinds.contains(&kind)),
            Known::WithDelayedRetry => (rules.delayed_retry, self.kinds.contains(&kind)),
            Known::AsTimeout => (of_queues, kind == Kind::Quorum),
            Known::AsLocator => (true, kind != Kind::Classic || rules.classic_leader_locator),
            Known::AsFilterSize => (rules.filter_size_is_argument, kind == Kind::Stream),
        };
        match (known, fits) {
            (false, _) => Use::Overlooked,
            (true, true) => Use::Checked,
            (true, false) => Use::Refused,
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        match &self.takes {
            Takes::Integer(allowed) => value.as_int().is_some_and(|number| allowed.contains(&number)),
            Takes::Text | Takes::Exchange => value.as_str().is_some(),
            Takes::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&&**text)),
            Takes::Flag => matches!(value, Value::Bool(_)),
            Takes::Age => value.as_str().is_some_and(|text| matches!(age(text), Age::Of(_))),
        }
    }

    /// Why the broker refuses a value, in its own words.
    fn refusal(&self, place: &str, value: &Value, rules: &Rules) -> AmqpError {
        let Self { name, takes, .. } = self;
        let kind = value.type_name();
        let why = match (takes, value) {
            (Takes::Integer(allowed), Value::Int(number)) if *name == SEGMENT_SIZE && number > allowed.end() => {
                return AmqpError::precondition(format_args!("Exceeded max value for {name}"));
            }
            (Takes::Integer(_), Value::Int(0..)) if *name == FILTER_SIZE => {
                return AmqpError::precondition(format_args!("Invalid value for {name}"));
            }
            (Takes::Integer(_), Value::Int(number @ ..0)) => format!("{{value_negative,{number}}}"),
            (Takes::Integer(_), Value::Int(0)) => "{value_zero,0}".to_owned(),
            (Takes::Integer(allowed), Value::Int(number)) if number < allowed.start() => format!("{{value_negative,{number}}}"),
            (Takes::Integer(_), Value::Int(number)) if *name == "x-max-priority" => format!("{{max_value_exceeded,{number}}}"),
            (Takes::Integer(_), Value::Int(number)) => format!("{{value_too_large,{number}}}"),
            (Takes::Integer(_), _) => format!("\"expected integer, got {kind}\""),
            (Takes::Exchange, _) => {
                return AmqpError::precondition(format_args!("invalid type '{kind}' for arg '{name}' in {place}"));
            }
            (Takes::OneOf(_), Value::String(word)) => match *name {
                "x-dead-letter-strategy" => "invalid_dlx_strategy".to_owned(),
                "x-queue-mode" => format!("\"unsupported queue mode '{word}'\""),
                "x-queue-leader-locator" => "invalid_queue_locator_arg".to_owned(),
                _ => format!("invalid_{}", name.trim_start_matches("x-").replace('-', "_")),
            },
            (Takes::Age, Value::String(text)) if rules.missing_number_crashes && age(text) == Age::NoNumber => {
                return AmqpError::internal();
            }
            (Takes::Age, Value::String(_)) => "invalid_max_age".to_owned(),
            (Takes::OneOf(_) | Takes::Text | Takes::Flag | Takes::Age, _) => format!("{{unacceptable_type,{kind}}}"),
        };
        invalid(name, place, &why)
    }
}

const SEGMENT_SIZE: &str = "x-stream-max-segment-size-bytes";
const FILTER_SIZE: &str = "x-stream-filter-size-bytes";

/// A number and a unit, as RabbitMQ reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Of(SimTime),
    /// It begins with no digit: brokers before 4.3 fail (rules 160, 161).
    NoNumber,
    Unfit,
}

/// A year has 365 days, a month 30.
#[must_use]
pub fn age(text: &str) -> Age {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Age::NoNumber;
    }
    let seconds: u64 = match unit {
        "Y" => 365 * 86_400,
        "M" => 30 * 86_400,
        "D" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return Age::Unfit,
    };
    match number.parse::<u64>() {
        Ok(0) => Age::Unfit,
        Ok(number) => Age::Of(SimTime::from_secs(number.saturating_mul(seconds))),
        Err(_) => Age::Of(SimTime::MAX),
    }
}

/// What brokers that do not know the size of filters as an argument check all the same.
pub(in crate::broker) fn check_filter_size(kind: Kind, arguments: &Table, rules: &Rules) -> Result<(), AmqpError> {
    let Some(value) = arguments.get(FILTER_SIZE).filter(|_| kind == Kind::Stream && !rules.filter_size_is_argument) else { return Ok(()) };
    if value.as_int().is_some_and(|bytes| FILTER_BYTES.contains(&bytes)) {
        return Ok(());
    }
    Err(AmqpError::precondition(format_args!("Invalid value for  {FILTER_SIZE}")))
}

fn invalid(name: &str, place: &str, why: &str) -> AmqpError {
    AmqpError::precondition(format_args!("invalid arg '{name}' for {place}: {why}"))
}

/// The arguments two declarations of a queue must have in common (rule 14).
pub(in crate::broker) fn compared_arguments(kind: Kind, rules: &Rules) -> impl Iterator<Item = &'static str> {
    QUEUE_ARGUMENTS.iter().filter(move |argument| argument.use_for(kind, rules) == Use::Checked).map(|argument| argument.name)
}

/// The arguments with their ages in milliseconds, as 4.3 compares and tells them (rule 160).
pub(in crate::broker) fn ages_in_millis(mut arguments: Table) -> Table {
    for argument in QUEUE_ARGUMENTS.iter().filter(|argument| argument.takes == Takes::Age) {
        if let Some(value) = arguments.get_mut(argument.name)
            && let Some(Age::Of(lasts)) = value.as_str().map(|text| age(text))
        {
            *value = Value::string(&lasts.as_millis().to_string());
        }
    }
    arguments
}

/// Whether a policy's value is one that the queue argument of its key may have (rule 29).
pub(in crate::broker) fn fits_argument(key: &str, value: &Value) -> bool {
    QUEUE_ARGUMENTS.iter().find(|argument| argument.name.strip_prefix("x-") == Some(key)).is_none_or(|argument| argument.accepts(value))
}

/// Why a declaration is refused. First come the values of this kind's arguments, then arguments of other kinds (rules 28 to 30). `place`
/// says where: `queue 'orders' in vhost '/'`.
pub(in crate::broker) fn check(place: &str, kind: Kind, arguments: &Table, rules: &Rules) -> Result<(), AmqpError> {
    // The channel looks at this one before anything else.
    const EXCHANGE: &str = "x-dead-letter-exchange";
    let given = || QUEUE_ARGUMENTS.iter().filter_map(|argument| Some((argument, arguments.get(argument.name)?)));
    let checked = given().filter(|(argument, _)| argument.use_for(kind, rules) == Use::Checked);
    let early = given().filter(|(argument, _)| argument.name == EXCHANGE);
    for (argument, value) in early.chain(checked) {
        let unfit = match argument.refused {
            Refused::Nothing => false,
            Refused::Unfit => !argument.accepts(value),
            Refused::UnfitMode => !rules.queue_mode_is_free && !argument.accepts(value),
        };
        if unfit {
            return Err(argument.refusal(place, value, rules));
        }
        if argument.name == "x-dead-letter-routing-key" && !arguments.contains_key(EXCHANGE) {
            return Err(invalid(argument.name, place, "routing_key_but_no_dlx_defined"));
        }
    }
    // The client's order decides which of several is named.
    let foreign = arguments
        .keys()
        .find(|name| QUEUE_ARGUMENTS.iter().any(|argument| argument.name == &***name && argument.use_for(kind, rules) == Use::Refused));
    foreign.map_or(Ok(()), |name| {
        let kind = kind.module();
        Err(AmqpError::precondition(format_args!("invalid arg '{name}' for {place} of queue type {kind}")))
    })
}

/// What RabbitMQ would take and then ignore: a mistake all the same.
fn ignored(kind: Kind, arguments: &Table, rules: &Rules) -> Option<String> {
    for argument in &QUEUE_ARGUMENTS {
        let Some(value) = arguments.get(argument.name).filter(|_| argument.use_for(kind, rules) != Use::Refused) else { continue };
        if !argument.accepts(value) {
            return Some(format!("{} cannot be {value}: RabbitMQ would ignore it", argument.name));
        }
        if argument.name == "x-overflow" && kind == Kind::Quorum && value.as_str().is_some_and(|text| &**text == "reject-publish-dlx") {
            return Some("a quorum queue cannot have the overflow reject-publish-dlx: RabbitMQ would drop the head instead".to_owned());
        }
    }
    None
}

/// The kind of queue these arguments ask for.
pub(in crate::broker) fn kind(place: &str, arguments: &Table) -> Result<Kind, AmqpError> {
    match arguments.get("x-queue-type").map(|value| (value, value.as_str())) {
        None => Ok(Kind::Classic),
        Some((_, Some(text))) => match &**text {
            "classic" => Ok(Kind::Classic),
            "quorum" => Ok(Kind::Quorum),
            "stream" => Ok(Kind::Stream),
            other => Err(invalid("x-queue-type", place, &format!("\"unsupported queue type '{other}'\""))),
        },
        Some((value, None)) => Err(invalid("x-queue-type", place, &format!("{{unacceptable_type,{}}}", value.type_name()))),
    }
}

impl Settings {
    /// What a queue with these arguments goes by while no policy applies.
    ///
    /// # Errors
    /// RabbitMQ's answer to a value that it refuses, with the argument and the queue. Or what it would take and ignore.
    pub fn of_arguments(queue: &str, arguments: &Table, profile: Profile) -> Result<Self, String> {
        let place = format!("queue '{queue}' in vhost '/'");
        let rules = profile.rules();
        let answer = kind(&place, arguments).and_then(|kind| check(&place, kind, arguments, rules).map(|()| kind));
        let kind = match answer {
            Ok(kind) => kind,
            Err(AmqpError::Refused { text, .. }) => return Err(text),
            Err(other) => return Err(other.to_string()),
        };
        if let Some(problem) = ignored(kind, arguments, rules) {
            return Err(problem);
        }
        let none = Table::new();
        Ok(Self::effective(kind, arguments, &none, &none, rules))
    }

    /// Arguments, policy and operator policy together (rules 110, 146, 147).
    pub(in crate::broker) fn effective(kind: Kind, arguments: &Table, policy: &Table, operator: &Table, rules: &Rules) -> Self {
        let from = |name: &str| [arguments.get(&*format!("x-{name}")), policy.get(name), operator.get(name)];
        let smallest = |name: &str| from(name).into_iter().flatten().filter_map(Value::as_int).min();
        let natural = |name: &str| smallest(name).and_then(|number| u64::try_from(number).ok());
        let millis = |name: &str| natural(name).map(SimTime::from_millis);
        let text = |name: &str| from(name).into_iter().flatten().find_map(Value::as_str).cloned();
        if kind == Kind::Stream {
            return Self::of_stream(from);
        }
        let overflow = {
            let [argument, policy, operator] = from("overflow");
            let order = match kind {
                Kind::Classic => [operator, argument, policy],
                Kind::Quorum | Kind::Stream => [operator, policy, argument],
            };
            match order.into_iter().flatten().find_map(Value::as_str).map(|text| &**text) {
                Some("reject-publish") => Overflow::RejectPublish,
                Some("reject-publish-dlx") if kind == Kind::Classic => Overflow::RejectPublishDlx, // rule 106
                _ => Overflow::DropHead,
            }
        };
        // Without a least delay there is none, and without a longest one it does not grow.
        let delayed_retry = || {
            let [argument, policy, operator] = from("delayed-retry-type");
            let kind = operator.or(policy).or(argument)?.as_str()?;
            let positive = |name: &str| millis(name).filter(|delay| *delay > SimTime::ZERO);
            let min = positive("delayed-retry-min")?;
            Some(DelayedRetry {
                failed: matches!(&**kind, "all" | "failed"),
                returned: matches!(&**kind, "all" | "returned"),
                min,
                max: positive("delayed-retry-max").unwrap_or(min),
            })
            .filter(|retry| retry.failed || retry.returned)
        };
        let flag = |name: &str| matches!(arguments.get(name), Some(Value::Bool(true)));
        let quorum = kind == Kind::Quorum;
        Self {
            message_ttl: millis("message-ttl"),
            expires: millis("expires"),
            max_length: natural("max-length"),
            max_length_bytes: natural("max-length-bytes"),
            overflow,
            dead_letter_exchange: text("dead-letter-exchange"),
            dead_letter_routing_key: text("dead-letter-routing-key"),
            max_priority: arguments.get("x-max-priority").and_then(Value::as_int).and_then(|level| u8::try_from(level).ok()).unwrap_or(0),
            single_active_consumer: flag("x-single-active-consumer"),
            delivery_limit: if quorum { delivery_limit(from("delivery-limit"), rules) } else { None },
            // With drop-head it falls back to at most once (rule 129).
            at_least_once: quorum
                && overflow == Overflow::RejectPublish
                && text("dead-letter-strategy").is_some_and(|text| &*text == "at-least-once"),
            consumer_timeout: millis("consumer-timeout"),
            delayed_retry: if quorum && rules.delayed_retry { delayed_retry() } else { None },
            stream: StreamSettings::default(),
            leader_locator: text("queue-leader-locator"),
            initial_group_size: if quorum { natural("quorum-initial-group-size") } else { None },
        }
    }

    /// A policy goes before the argument (rule 167).
    fn of_stream<'a>(from: impl Fn(&str) -> [Option<&'a Value>; 3]) -> Self {
        let given = |name: &str| {
            let [argument, policy, operator] = from(name);
            let policies = [policy, operator].into_iter().flatten();
            policies.min_by_key(|value| value.as_int()).or(argument)
        };
        let natural = |name: &str| given(name).and_then(Value::as_int).and_then(|number| u64::try_from(number).ok());
        let text = |name: &str| given(name).and_then(Value::as_str).cloned();
        let max_age = text("max-age").and_then(|text| match age(&text) {
            Age::Of(age) => Some(age),
            Age::NoNumber | Age::Unfit => None,
        });
        Self {
            stream: StreamSettings {
                max_bytes: natural("max-length-bytes"),
                max_age,
                segment_bytes: natural("stream-max-segment-size-bytes").unwrap_or(SEGMENT_BYTES),
                initial_cluster_size: natural("initial-cluster-size"),
                filter_bytes: natural("stream-filter-size-bytes"),
            },
            leader_locator: text("queue-leader-locator"),
            ..Self::default()
        }
    }
}

/// Rule 130: the smaller one, but the larger if either is negative. And what is negative is no limit, or one that nothing meets.
fn delivery_limit(given: [Option<&Value>; 3], rules: &Rules) -> Option<u32> {
    let given = || given.into_iter().flatten().filter_map(Value::as_int);
    let limit = if given().any(|limit| limit < 0) { given().max() } else { given().min() };
    match limit {
        None => rules.delivery_limit,
        Some(limit) if limit < 0 => {
            if rules.negative_limit_is_none {
                None
            } else {
                Some(0)
            }
        }
        Some(limit) => Some(u32::try_from(limit).unwrap_or(u32::MAX)),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::broker::policy::unfit_value;

    /// A value that is not what holds without the argument.
    fn telling_value(argument: &QueueArgument) -> Value {
        match &argument.takes {
            Takes::Integer(allowed) => Value::Int((*allowed.end()).min(7).max(*allowed.start())),
            Takes::Text | Takes::Exchange => Value::string("elsewhere"),
            Takes::OneOf(words) => Value::string(words[1]),
            Takes::Flag => Value::Bool(true),
            Takes::Age => Value::string("7D"),
        }
    }

    /// What another argument needs to have an effect.
    fn company(argument: &QueueArgument) -> Vec<(&'static str, Value)> {
        match argument.name {
            "x-dead-letter-strategy" => vec![("x-overflow", Value::string("reject-publish"))],
            "x-dead-letter-routing-key" => vec![("x-dead-letter-exchange", Value::string("dlx"))],
            "x-delayed-retry-type" => vec![("x-delayed-retry-min", Value::Int(5))],
            "x-delayed-retry-min" => vec![("x-delayed-retry-type", Value::string("all"))],
            "x-delayed-retry-max" => vec![("x-delayed-retry-type", Value::string("all")), ("x-delayed-retry-min", Value::Int(5))],
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_argument_of_the_table_is_heeded_as_argument_and_as_policy() {
        let rules = Profile::V4_3.rules();
        for argument in &QUEUE_ARGUMENTS {
            let Some(&kind) = argument.kinds.last() else { panic!("{} is for no kind of queue", argument.name) };
            let without: Table = company(argument).into_iter().map(|(name, value)| (name.into(), value)).collect();
            let mut with = without.clone();
            with.insert(argument.name.into(), telling_value(argument));
            let none = Table::new();
            let plain = Settings::effective(kind, &without, &none, &none, rules);
            // The type makes the queue what it is, and the mode has no effect (rule 30).
            let has_effect = !matches!(argument.name, "x-queue-type" | "x-queue-mode");
            assert_eq!(Settings::effective(kind, &with, &none, &none, rules) != plain, has_effect, "{} as argument", argument.name);
            let Some(key) = argument.policy_key() else { continue };
            let policy: Table = [(key.into(), telling_value(argument))].into_iter().collect();
            assert_eq!(Settings::effective(kind, &without, &policy, &none, rules) != plain, has_effect, "{key} in a policy");
            assert_eq!(unfit_value(key, &telling_value(argument), Profile::V4_3), None, "{key}");
            assert!(unfit_value(key, &Value::Void, Profile::V4_3).is_some(), "{key} has a type");
        }
    }

    #[test]
    fn each_kind_refuses_what_belongs_to_the_other() {
        for profile in Profile::ALL {
            for argument in &QUEUE_ARGUMENTS {
                for kind in Kind::ALL {
                    let arguments: Table = company(argument)
                        .into_iter()
                        .chain([(argument.name, telling_value(argument))])
                        .filter(|(name, _)| {
                            *name == argument.name || QUEUE_ARGUMENTS.iter().any(|other| other.name == *name && other.kinds.contains(&kind))
                        })
                        .map(|(name, value)| (name.into(), value))
                        .collect();
                    let refused = check("queue 'q' in vhost '/'", kind, &arguments, profile.rules()).is_err();
                    assert_eq!(refused, argument.is_refused_for(kind, profile), "{} of {profile} for {kind:?}", argument.name);
                }
            }
        }
    }
}
