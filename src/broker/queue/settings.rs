//! Queue arguments and policies: what they mean, which values RabbitMQ takes, and which of the two wins
//! (rules 14, 28, 29, 110, 130, 146, 147).

use std::ops::RangeInclusive;

use super::Kind;
use crate::base::SimTime;
use crate::broker::error::AmqpError;
use crate::broker::profile::Rules;
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
    /// The newest is refused, and a publisher with confirms is told (rule 105).
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
}

/// A queue argument that a declaration must repeat to be equivalent (rule 14); others are ignored.
struct Argument {
    name: &'static str,
    classic: bool,
    quorum: bool,
    takes: Takes,
}

enum Takes {
    Integer(RangeInclusive<i64>),
    Text,
    OneOf(&'static [&'static str]),
    Flag,
}

const fn argument(name: &'static str, classic: bool, quorum: bool, takes: Takes) -> Argument {
    Argument { name, classic, quorum, takes }
}

const MILLIS: RangeInclusive<i64> = 0..=EXPIRY_MILLIS_MAX;
const COUNT: RangeInclusive<i64> = 0..=i64::MAX;

/// In the order in which RabbitMQ checks them.
const ARGUMENTS: [Argument; 17] = [
    argument("x-expires", true, true, Takes::Integer(1..=EXPIRY_MILLIS_MAX)),
    argument("x-message-ttl", true, true, Takes::Integer(MILLIS)),
    argument("x-dead-letter-exchange", true, true, Takes::Text),
    argument("x-dead-letter-routing-key", true, true, Takes::Text),
    argument("x-dead-letter-strategy", false, true, Takes::OneOf(&["at-most-once", "at-least-once"])),
    argument("x-max-length", true, true, Takes::Integer(COUNT)),
    argument("x-max-length-bytes", true, true, Takes::Integer(COUNT)),
    argument("x-max-priority", true, false, Takes::Integer(0..=255)),
    argument("x-overflow", true, true, Takes::OneOf(&["drop-head", "reject-publish", "reject-publish-dlx"])),
    argument("x-queue-mode", true, false, Takes::OneOf(&["default", "lazy"])),
    argument("x-single-active-consumer", true, true, Takes::Flag),
    argument("x-queue-type", true, true, Takes::Text),
    argument("x-delivery-limit", false, true, Takes::Integer(i64::MIN..=i64::MAX)),
    argument("x-consumer-timeout", true, true, Takes::Integer(COUNT)),
    argument("x-delayed-retry-type", false, true, Takes::OneOf(&["disabled", "all", "failed", "returned"])),
    argument("x-delayed-retry-min", false, true, Takes::Integer(MILLIS)),
    argument("x-delayed-retry-max", false, true, Takes::Integer(MILLIS)),
];

/// The arguments two declarations of a queue must have in common.
pub(in crate::broker) fn compared_arguments(kind: Kind, rules: &Rules) -> impl Iterator<Item = &'static str> {
    ARGUMENTS.iter().filter(move |argument| argument.fits(kind) && argument.is_known(rules)).map(|argument| argument.name)
}

impl Argument {
    fn fits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Classic => self.classic,
            Kind::Quorum => self.quorum,
        }
    }

    /// What is not known yet is ignored, as anything unknown.
    fn is_known(&self, rules: &Rules) -> bool {
        rules.delayed_retry || !self.name.starts_with("x-delayed-retry")
    }
}

/// What is wrong with a policy's value for a key, if it is one of a queue's (rule 29).
pub(in crate::broker) fn policy_problem(key: &str, value: &Value) -> Option<String> {
    let argument = ARGUMENTS.iter().find(|argument| argument.name.strip_prefix("x-") == Some(key))?;
    let fits = match &argument.takes {
        Takes::Integer(allowed) => value.as_int().is_some_and(|number| allowed.contains(&number)),
        Takes::Text => value.as_str().is_some(),
        Takes::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&&**text)),
        Takes::Flag => matches!(value, Value::Bool(_)),
    };
    (!fits).then(|| format!("{value} is not a valid {key}"))
}

/// Rules 28 to 30. `place` says where: `queue 'orders' in vhost '/'`.
fn check(place: &str, kind: Kind, arguments: &Table, rules: &Rules) -> Result<(), AmqpError> {
    let invalid = |name: &str, why: &str| AmqpError::precondition(format_args!("invalid arg '{name}' for {place}: {why}"));
    for argument in ARGUMENTS.iter().filter(|argument| argument.is_known(rules)) {
        let Argument { name, takes, .. } = argument;
        let Some(value) = arguments.get(*name) else { continue };
        if !argument.fits(kind) {
            let kind = kind.module();
            return Err(AmqpError::precondition(format_args!("invalid arg '{name}' for {place} of queue type {kind}")));
        }
        let unacceptable = || Err(invalid(name, &format!("{{unacceptable_type,{}}}", value.type_name())));
        match takes {
            Takes::Integer(allowed) => match value {
                Value::Int(number) if allowed.contains(number) => {}
                Value::Int(0) => return Err(invalid(name, "{value_zero,0}")),
                Value::Int(number) if number < allowed.start() => return Err(invalid(name, &format!("{{value_negative,{number}}}"))),
                Value::Int(number) if *name == "x-max-priority" => {
                    return Err(invalid(name, &format!("{{max_value_exceeded,{number}}}")));
                }
                Value::Int(number) => return Err(invalid(name, &format!("{{value_too_large,{number}}}"))),
                _ => return Err(invalid(name, &format!("\"expected integer, got {}\"", value.type_name()))),
            },
            Takes::Text => {
                if value.as_str().is_none() && *name == "x-dead-letter-exchange" {
                    let kind = value.type_name();
                    return Err(AmqpError::precondition(format_args!("invalid type '{kind}' for arg '{name}' in {place}")));
                }
                if value.as_str().is_none() {
                    return unacceptable();
                }
            }
            Takes::Flag => {
                if !matches!(value, Value::Bool(_)) {
                    return unacceptable();
                }
            }
            Takes::OneOf(words) => match value.as_str() {
                Some(text) if words.contains(&&**text) => {}
                Some(_) => {
                    let what = name.trim_start_matches("x-").replace('-', "_");
                    return Err(invalid(name, &format!("invalid_{what}")));
                }
                None => return unacceptable(),
            },
        }
    }
    if kind == Kind::Quorum && arguments.get("x-overflow").and_then(Value::as_str).is_some_and(|text| &**text == "reject-publish-dlx") {
        return Err(invalid("x-overflow", "invalid_overflow"));
    }
    if arguments.contains_key("x-dead-letter-routing-key") && !arguments.contains_key("x-dead-letter-exchange") {
        return Err(invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined"));
    }
    if arguments.contains_key("x-queue-mode") && !rules.queue_mode {
        return Err(invalid("x-queue-mode", "queue mode is no longer supported"));
    }
    Ok(())
}

/// The kind of queue these arguments ask for.
pub(in crate::broker) fn kind(place: &str, arguments: &Table) -> Result<Kind, AmqpError> {
    match arguments.get("x-queue-type").map(|value| (value, value.as_str())) {
        None => Ok(Kind::Classic),
        Some((_, Some(text))) => match &**text {
            "classic" => Ok(Kind::Classic),
            "quorum" => Ok(Kind::Quorum),
            "stream" => Err(AmqpError::not_implemented(format_args!("streams are not simulated: declare {place} as classic or quorum"))),
            other => Err(AmqpError::precondition(format_args!("invalid arg 'x-queue-type' for {place}: unsupported queue type '{other}'"))),
        },
        Some((value, None)) => Err(AmqpError::precondition(format_args!(
            "invalid arg 'x-queue-type' for {place}: {{unacceptable_type,{}}}",
            value.type_name()
        ))),
    }
}

impl Settings {
    /// What a queue with these arguments goes by while no policy applies.
    ///
    /// # Errors
    /// 406 for a value RabbitMQ refuses, naming the argument and the queue.
    pub fn of_arguments(queue: &str, arguments: &Table, profile: crate::broker::Profile) -> Result<Self, AmqpError> {
        let place = format!("queue '{queue}' in vhost '/'");
        let kind = kind(&place, arguments)?;
        check(&place, kind, arguments, profile.rules())?;
        let none = Table::new();
        Ok(Self::effective(kind, arguments, &none, &none, profile.rules()))
    }

    /// Arguments, policy and operator policy together (rules 110, 146, 147).
    pub(in crate::broker) fn effective(kind: Kind, arguments: &Table, policy: &Table, operator: &Table, rules: &Rules) -> Self {
        let from = |name: &str| [arguments.get(&*format!("x-{name}")), policy.get(name), operator.get(name)];
        let smallest = |name: &str| from(name).into_iter().flatten().filter_map(Value::as_int).min();
        let natural = |name: &str| smallest(name).and_then(|number| u64::try_from(number).ok());
        let millis = |name: &str| natural(name).map(SimTime::from_millis);
        let text = |name: &str| from(name).into_iter().flatten().find_map(Value::as_str).cloned();
        let overflow = {
            let [argument, policy, operator] = from("overflow");
            let order = match kind {
                Kind::Classic => [operator, argument, policy],
                Kind::Quorum => [operator, policy, argument],
            };
            match order.into_iter().flatten().find_map(Value::as_str).map(|text| &**text) {
                Some("reject-publish") => Overflow::RejectPublish,
                Some("reject-publish-dlx") if kind == Kind::Classic => Overflow::RejectPublishDlx, // rule 106
                _ => Overflow::DropHead,
            }
        };
        let delayed_retry = || {
            let kind = text("delayed-retry-type")?;
            Some(DelayedRetry {
                failed: matches!(&*kind, "all" | "failed"),
                returned: matches!(&*kind, "all" | "returned"),
                min: millis("delayed-retry-min").unwrap_or(SimTime::from_secs(1)),
                max: millis("delayed-retry-max").unwrap_or(SimTime::MAX),
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
        }
    }
}

/// Rule 130: the smaller one, but the larger if either is negative; and what is negative is no limit, or one that nothing meets.
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
