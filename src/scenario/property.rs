//! What can be expected of a run: a quantity, a comparison, and a number or another quantity.
//!
//! As text: `ready(notification-queue) = 0`, `done(email sent) = saved`, `p95(http customers) < 500ms`. Some have a sentence, too:
//! `no order without email sent`, `no email sent twice`, `depth of notification-queue below 100`, `nothing is lost`.

use std::fmt;
use std::str::FromStr;

use super::{Name, SimTime};
use crate::base::number::{self, Shortest};
use crate::base::time::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub left: Quantity,
    pub comparison: Comparison,
    pub right: Quantity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    More,
}

/// Something that is counted or measured in a world.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    Number(f64),
    /// Compared as milliseconds.
    Time(SimTime),
    Messages(MessageCount),
    /// Of one queue, or of all together.
    Queue(QueueCount, Option<Name>),
    /// Dead letters of one queue or of all, for one reason or for any.
    Dead(Option<Name>, Option<Name>),
    Business(BusinessCount),
    /// Of one effect, or of all.
    Effect(EffectCount, Option<Name>),
    /// Of one service, or of all together.
    Service(ServiceCount, Option<Name>),
    /// In milliseconds.
    Latency(LatencyOf, Percentile),
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl $name {
            pub const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// What clients of the broker did.
    MessageCount {
        Published = "published",
        Routed = "routed",
        Unroutable = "unroutable",
        /// Kept by an exchange, which routes them later.
        Delayed = "delayed",
        Returned = "returned",
        Unsent = "unsent",
        Confirmed = "confirmed",
        /// Refused by a queue, and their publisher knows.
        Nacked = "nacked",
        /// Never reached the broker, or were acknowledged by a program that did not handle them.
        Lost = "lost",
        /// No longer exists anywhere and was not handled: lost, abandoned, unroutable, dropped, refused, dead letters without a queue.
        LostInTotal = "lost_in_total",
        Imbalances = "imbalances",
    }
}

words! {
    /// What happened to copies in queues.
    QueueCount {
        Arrived = "arrived",
        Ready = "ready",
        Unacked = "unacked",
        Delivered = "delivered",
        Redelivered = "redelivered",
        Requeued = "requeued",
        Acknowledged = "acknowledged",
        Dropped = "dropped",
        Refused = "refused",
        /// Dead-lettered, and the dead-letter exchange had no queue for them.
        UnroutableDeadLetters = "unroutable_dead_letters",
        /// How many it has now.
        Consumers = "consumers",
        /// Checks that found as many messages as their program looks for.
        Alerted = "alerted",
        /// The largest total there ever was.
        Depth = "depth",
    }
}

words! {
    BusinessCount {
        Requests = "requests",
        Accepted = "accepted",
        Failed = "failed",
        /// Orders of which there is a record.
        Saved = "saved",
        /// Requests of which there is more than one record.
        SavedTwice = "saved_twice",
        /// Saved, but no event about them ever reached a queue.
        Unannounced = "unannounced",
    }
}

words! {
    EffectCount {
        Done = "done",
        Missing = "missing",
        Duplicated = "duplicated",
        Invented = "invented",
        /// By an event that was made before another which has done it for the same recipient.
        OutOfOrder = "out_of_order",
    }
}

words! {
    /// What programs have at the broker, and what they keep to themselves.
    ServiceCount {
        /// How many the broker has open now. It does not know yet that some are gone.
        Connections = "connections",
        /// Channels that the broker closed with an error.
        ChannelErrors = "channel_errors",
        /// Publishes that an alarm keeps the broker from reading.
        Unread = "unread",
        /// Failures that nothing outside the program heard of.
        Swallowed = "swallowed",
    }
}

words! {
    Percentile {
        P50 = "p50",
        P95 = "p95",
        P99 = "p99",
        Max = "max",
    }
}

/// What a name in a property is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Queue,
    /// A client or a service; no two of them have the same name.
    Program,
    /// What steps do to the world outside. An effect is no part: it is not renamed with one.
    Effect,
}

/// What a latency is measured of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatencyOf {
    /// From the exchange to the acknowledgement, in one queue.
    EndToEnd(Name),
    /// From the exchange to the first delivery, in one queue.
    Queueing(Name),
    /// From request to answer, of one client or service.
    Http(Name),
    /// From the arrival at an instance of one service until its handler begins.
    Inbox(Name),
}

impl Comparison {
    /// Longer ones first: `<=` begins with `<`.
    const ALL: [(&'static str, Self); 6] =
        [("<=", Self::AtMost), (">=", Self::AtLeast), ("!=", Self::NotEqual), ("<", Self::Less), (">", Self::More), ("=", Self::Equal)];

    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        let equal = (left - right).abs() < 1e-9;
        match self {
            Self::Less => left < right && !equal,
            Self::AtMost => left < right || equal,
            Self::Equal => equal,
            Self::NotEqual => !equal,
            Self::AtLeast => left > right || equal,
            Self::More => left > right && !equal,
        }
    }
}

impl Property {
    /// Once broken, it stays broken: an upper limit of something that only grows.
    #[must_use]
    pub fn breaks_for_good(&self) -> bool {
        let limit = matches!(self.right, Quantity::Number(_) | Quantity::Time(_));
        let upper = matches!(self.comparison, Comparison::Less | Comparison::AtMost)
            || (self.comparison == Comparison::Equal && self.right == Quantity::Number(0.0));
        limit && upper && self.left.only_grows()
    }

    /// Once true, it stays true: a lower limit of something that only grows.
    #[must_use]
    pub fn holds_for_good(&self) -> bool {
        let limit = matches!(self.right, Quantity::Number(_) | Quantity::Time(_));
        limit && matches!(self.comparison, Comparison::More | Comparison::AtLeast) && self.left.only_grows()
    }

    /// The same property about parts under other names. A name alone does not say what it belongs to: a queue may be called `orders`,
    /// and a client too.
    #[must_use]
    pub fn renamed(&self, name: &dyn Fn(Named, &Name) -> Name) -> Self {
        let mut property = self.clone();
        property.each_name(&mut |named, old| *old = name(named, old));
        property
    }

    /// Every name in it, with what it is the name of.
    pub fn each_name(&mut self, visit: &mut dyn FnMut(Named, &mut Name)) {
        self.left.each_name(visit);
        self.right.each_name(visit);
    }

    /// What it compares. Validation looks up the names of queues, clients, services and effects in them.
    pub fn quantities(&self) -> [&Quantity; 2] {
        [&self.left, &self.right]
    }
}

impl Quantity {
    fn each_name(&mut self, visit: &mut dyn FnMut(Named, &mut Name)) {
        match self {
            Self::Queue(_, Some(queue))
            | Self::Dead(Some(queue), _)
            | Self::Latency(LatencyOf::EndToEnd(queue) | LatencyOf::Queueing(queue), _) => visit(Named::Queue, queue),
            Self::Latency(LatencyOf::Http(program) | LatencyOf::Inbox(program), _) | Self::Service(_, Some(program)) => {
                visit(Named::Program, program);
            }
            Self::Effect(_, Some(effect)) => visit(Named::Effect, effect),
            Self::Queue(_, None)
            | Self::Dead(None, _)
            | Self::Effect(_, None)
            | Self::Service(_, None)
            | Self::Number(_)
            | Self::Time(_)
            | Self::Messages(_)
            | Self::Business(_) => {}
        }
    }

    fn only_grows(&self) -> bool {
        match self {
            Self::Number(_) | Self::Time(_) | Self::Dead(..) => true,
            Self::Messages(count) => !matches!(count, MessageCount::Imbalances),
            Self::Queue(count, _) => !matches!(count, QueueCount::Ready | QueueCount::Unacked | QueueCount::Consumers),
            Self::Business(count) => !matches!(count, BusinessCount::Unannounced),
            Self::Effect(count, _) => matches!(count, EffectCount::Done | EffectCount::Duplicated | EffectCount::OutOfOrder),
            Self::Service(count, _) => !matches!(count, ServiceCount::Connections | ServiceCount::Unread),
            Self::Latency(_, percentile) => *percentile == Percentile::Max,
        }
    }
}

fn one_of<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(property) = sentence(text) {
            return Ok(property);
        }
        let found = Comparison::ALL.iter().filter_map(|(sign, comparison)| Some((text.find(sign)?, *sign, *comparison)));
        let Some((at, sign, comparison)) = found.min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len()))) else {
            return Err(format!(
                "'{text}' is not a property. Write for instance 'ready(notification-queue) = 0' or 'no order without email sent'. Or 'no email sent twice' or 'depth of notification-queue below 100'"
            ));
        };
        let (left, right) = (text[..at].parse()?, text[at + sign.len()..].parse()?);
        Ok(Self { left, comparison, right })
    }
}

/// The properties that have a sentence.
fn sentence(text: &str) -> Option<Property> {
    let zero = |left| Some(Property { left, comparison: Comparison::Equal, right: Quantity::Number(0.0) });
    if text == "nothing is lost" || text == "nothing lost" {
        return zero(Quantity::Messages(MessageCount::LostInTotal));
    }
    if text == "the ledger balances" {
        return zero(Quantity::Messages(MessageCount::Imbalances));
    }
    if let Some(what) = text.strip_prefix("no order without ") {
        let what = what.strip_prefix("an ").or_else(|| what.strip_prefix("a ")).unwrap_or(what);
        return zero(Quantity::Effect(EffectCount::Missing, Some(what.into())));
    }
    if let Some(what) = text.strip_prefix("no ").and_then(|rest| rest.strip_suffix(" twice")) {
        return zero(Quantity::Effect(EffectCount::Duplicated, Some(what.into())));
    }
    if let Some(what) = text.strip_prefix("no ").and_then(|rest| rest.strip_suffix(" out of order")) {
        return zero(Quantity::Effect(EffectCount::OutOfOrder, Some(what.into())));
    }
    if text == "no failure is swallowed" {
        return zero(Quantity::Service(ServiceCount::Swallowed, None));
    }
    if let Some(queue) = text.strip_suffix(" has a consumer") {
        let left = Quantity::Queue(QueueCount::Consumers, Some(queue.into()));
        return Some(Property { left, comparison: Comparison::AtLeast, right: Quantity::Number(1.0) });
    }
    if let Some((queue, limit)) = text.strip_prefix("depth of ").and_then(|rest| rest.split_once(" below ")) {
        let limit = number::parse(limit)?;
        let left = Quantity::Queue(QueueCount::Depth, Some(queue.trim().into()));
        return Some(Property { left, comparison: Comparison::Less, right: Quantity::Number(limit) });
    }
    None
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(number) = number::parse(text) {
            return Ok(Self::Number(number));
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            return text.parse().map(Self::Time);
        }
        let (word, of) = match text.split_once('(') {
            None => (text, None),
            Some((word, rest)) => match rest.strip_suffix(')') {
                Some(of) => (word.trim(), Some(of.trim()).filter(|of| !of.is_empty())),
                None => return Err(format!("'{text}' has no closing bracket")),
            },
        };
        let name = of.map(Name::from);
        if word == "dead" {
            let (queue, reason) = match of.and_then(|of| of.rsplit_once(':')) {
                Some((queue, reason)) => (Some(queue.trim().into()).filter(|queue: &Name| !queue.is_empty()), Some(reason.trim().into())),
                None => (name, None),
            };
            return Ok(Self::Dead(queue, reason));
        }
        if let Some(count) = one_of(MessageCount::ALL, word).filter(|_| name.is_none()) {
            return Ok(Self::Messages(count));
        }
        if let Some(count) = one_of(BusinessCount::ALL, word).filter(|_| name.is_none()) {
            return Ok(Self::Business(count));
        }
        if let Some(count) = one_of(QueueCount::ALL, word) {
            return Ok(Self::Queue(count, name));
        }
        if let Some(count) = one_of(EffectCount::ALL, word) {
            return Ok(Self::Effect(count, name));
        }
        if let Some(count) = one_of(ServiceCount::ALL, word) {
            return Ok(Self::Service(count, name));
        }
        if let Some(percentile) = one_of(Percentile::ALL, word) {
            let (kind, name) = of.and_then(|of| of.split_once(' ')).unwrap_or_default();
            let name: Name = name.trim().into();
            let of = match kind {
                "end-to-end" => LatencyOf::EndToEnd(name),
                "queueing" => LatencyOf::Queueing(name),
                "http" => LatencyOf::Http(name),
                "inbox" => LatencyOf::Inbox(name),
                _ => {
                    return Err(format!(
                        "'{text}': write {word}(end-to-end QUEUE), {word}(queueing QUEUE), {word}(http CLIENT) or {word}(inbox SERVICE)"
                    ));
                }
            };
            return Ok(Self::Latency(of, percentile));
        }
        let known = MessageCount::ALL.iter().map(|(word, _)| *word);
        let known = known.chain(BusinessCount::ALL.iter().map(|(word, _)| *word));
        let known = known.chain(QueueCount::ALL.iter().map(|(word, _)| *word));
        let known = known.chain(ServiceCount::ALL.iter().map(|(word, _)| *word));
        let known = known.chain(EffectCount::ALL.iter().map(|(word, _)| *word)).chain(Percentile::ALL.iter().map(|(word, _)| *word));
        let known: Vec<&str> = known.chain(["dead"]).collect();
        Err(format!("'{text}' is nothing that is counted; known: {}", known.join(", ")))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |f: &mut fmt::Formatter<'_>, word: &str, name: &Option<Name>| match name {
            None => f.write_str(word),
            Some(name) => write!(f, "{word}({name})"),
        };
        match self {
            Self::Number(number) => write!(f, "{}", Shortest(*number)),
            Self::Time(time) => write!(f, "{}", Span(*time)),
            Self::Messages(count) => f.write_str(count.name()),
            Self::Business(count) => f.write_str(count.name()),
            Self::Queue(count, name) => of(f, count.name(), name),
            Self::Effect(count, name) => of(f, count.name(), name),
            Self::Service(count, name) => of(f, count.name(), name),
            Self::Dead(queue, None) => of(f, "dead", queue),
            Self::Dead(queue, Some(reason)) => write!(f, "dead({}: {reason})", queue.as_deref().unwrap_or_default()),
            Self::Latency(latency, percentile) => {
                let (kind, name) = match latency {
                    LatencyOf::EndToEnd(name) => ("end-to-end", name),
                    LatencyOf::Queueing(name) => ("queueing", name),
                    LatencyOf::Http(name) => ("http", name),
                    LatencyOf::Inbox(name) => ("inbox", name),
                };
                write!(f, "{}({kind} {name})", percentile.name())
            }
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = Comparison::ALL.iter().find(|(_, comparison)| *comparison == self.comparison).map_or("", |(sign, _)| sign);
        write!(f, "{} {sign} {}", self.left, self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_text_and_back() {
        for text in [
            "ready(notification-queue) = 0",
            "depth(a queue) < 100",
            "done(email sent) = saved",
            "p95(http customers) < 500ms",
            "max(queueing q) >= 2h",
            "dead(q: rejected) = 3",
            "dead(q) > 0",
            "dead(: expired) = 1",
            "dead = 0",
            "accepted >= 10000",
            "imbalances = 0",
            "duplicated != 1.5",
            "consumers(jobs) >= 1",
            "alerted(jobs.dead) > 0",
            "confirmed = published",
            "nacked = 0",
            "out_of_order(invoice sent) = 0",
            "connections(worker) <= 2",
            "channel_errors = 0",
            "swallowed(worker) = 0",
            "p95(inbox worker) < 1s",
        ] {
            assert_eq!(text.parse::<Property>().map(|property| property.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn sentences_are_properties_too() {
        for (text, means) in [
            ("no order without an email sent", "missing(email sent) = 0"),
            ("no order without card charged", "missing(card charged) = 0"),
            ("no email sent twice", "duplicated(email sent) = 0"),
            ("depth of notification-queue below 100", "depth(notification-queue) < 100"),
            ("nothing is lost", "lost_in_total = 0"),
            ("nothing lost", "lost_in_total = 0"),
            ("the ledger balances", "imbalances = 0"),
            ("no email sent out of order", "out_of_order(email sent) = 0"),
            ("no failure is swallowed", "swallowed = 0"),
            ("notification-queue has a consumer", "consumers(notification-queue) >= 1"),
        ] {
            assert_eq!(text.parse::<Property>().map(|property| property.to_string()), Ok(means.to_owned()));
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, why) in [
            ("all is well", "is not a property"),
            ("wishes = 3", "'wishes' is nothing that is counted"),
            ("ready(q = 3", "no closing bracket"),
            ("p95(q) < 3", "p95(http CLIENT)"),
            ("ready(q) = 5x", "'5x' is not a span of time"),
        ] {
            let said = text.parse::<Property>().expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn only_upper_limits_of_what_grows_are_broken_for_good() {
        for (text, for_good) in [
            ("duplicated(email sent) = 0", true),
            ("depth(q) < 100", true),
            ("dead(q) <= 3", true),
            ("missing(email sent) = 0", false),
            ("ready(q) = 0", false),
            ("done(email sent) = saved", false),
            ("acknowledged(q) >= 10", false),
            ("channel_errors(s) = 0", true),
            ("out_of_order(email sent) = 0", true),
            ("connections(s) < 2", false),
            ("consumers(q) = 0", false),
        ] {
            assert_eq!(text.parse::<Property>().expect(text).breaks_for_good(), for_good, "{text}");
        }
        for (text, for_good) in [
            ("done(email sent) > 0", true),
            ("acknowledged(q) >= 10", true),
            ("ready(q) > 0", false),
            ("missing(email sent) = 0", false),
            ("saved >= done(email sent)", false),
            ("lost = 0", false),
        ] {
            assert_eq!(text.parse::<Property>().expect(text).holds_for_good(), for_good, "{text}");
        }
    }
}
