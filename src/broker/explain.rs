//! Why a message would go where: the rules of routing, told binding by binding, before anything is published.

use super::exchange::hashing::Buckets;
use super::exchange::{Destination, headers, topic};
use super::ids::{ExchangeId, MessageId, QueueId};
use super::message::{Body, Message, Properties};
use super::profile::Profile;
use super::publish::{Alternate, Scratch};
use super::value::{Name, Table, Value};
use super::view::BindingView;
use super::{Broker, ExchangeType, delay};
use crate::base::SimTime;
use crate::base::ordered::insert_once;

/// A binding, and what it makes of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained<'a> {
    pub binding: BindingView<'a>,
    pub matches: bool,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// A fanout exchange does not look.
    Everything,
    SameKey,
    OtherKey,
    /// Each word of the binding key, and the words it stands for.
    Words(Vec<(String, String)>),
    /// The key has this word where the binding key has that one.
    OtherWord {
        wanted: String,
        found: String,
    },
    /// The key ends where the binding key goes on with this word.
    WordMissing(String),
    /// The binding key ends where the key goes on with this word.
    WordTooMany(String),
    /// The hash chose this bucket; the destination has those. None where the ring has none of it.
    Bucket {
        /// What was hashed.
        hashed: String,
        bucket: u64,
        buckets: Option<Buckets>,
    },
    /// The hash of all routing keys chose among so many.
    Place {
        count: usize,
    },
    /// Chosen at random among so many.
    Random {
        count: usize,
    },
    /// Each header that is compared. `any`: one is enough.
    Headers {
        any: bool,
        compared: Vec<ComparedHeader>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComparedHeader {
    pub name: Name,
    /// Void: any value will do.
    pub wanted: Value,
    pub found: Option<Value>,
    pub is_as_wanted: bool,
}

impl Broker {
    /// Every binding of an exchange, and what it makes of such a message.
    #[must_use]
    pub fn explain(&self, exchange: &str, routing_key: &str, properties: &Properties) -> Vec<Explained<'_>> {
        let Some(kind) = self.exchange_type(exchange) else { return Vec::new() };
        let chosen = self.chosen(exchange, routing_key, properties);
        let count = self.bindings_of(exchange).count();
        let is_chosen = |binding: &BindingView<'_>| {
            chosen.as_ref().is_some_and(|(to, to_exchange)| **to == **binding.destination && *to_exchange == binding.to_exchange)
        };
        self.bindings_of(exchange)
            .map(|binding| {
                let (matches, why) = match kind {
                    ExchangeType::Fanout => (true, Why::Everything),
                    ExchangeType::Direct | ExchangeType::DelayedMessage if &**binding.routing_key == routing_key => (true, Why::SameKey),
                    ExchangeType::Direct | ExchangeType::DelayedMessage => (false, Why::OtherKey),
                    ExchangeType::Topic => topic_why(binding.routing_key, routing_key),
                    ExchangeType::Headers => headers_why(binding.arguments, properties.headers.as_ref(), self.profile),
                    ExchangeType::ConsistentHash => {
                        self.bucket_why(exchange, &binding, routing_key, properties).unwrap_or((false, Why::Random { count }))
                    }
                    ExchangeType::ModulusHash => (is_chosen(&binding), Why::Place { count }),
                    ExchangeType::Random | ExchangeType::LocalRandom => (is_chosen(&binding), Why::Random { count }),
                };
                Explained { binding, matches, why }
            })
            .collect()
    }

    /// The queues such a message would go to, each with one copy: through other exchanges and alternates, too.
    #[must_use]
    pub fn destinations(&self, exchange: &str, routing_key: &str, properties: Properties) -> Vec<Name> {
        let message = asked(exchange, routing_key, properties);
        let (mut queues, delays) = self.foresee(exchange, &message);
        let after = delay::after(&message);
        for (exchange, _) in delays {
            self.foresee(&exchange, &after).0.into_iter().for_each(|queue| insert_once(&mut queues, queue));
        }
        queues.iter().filter_map(|queue| Some(self.queues.get(queue)?.name.clone())).collect()
    }

    /// The exchanges that would keep such a message for later, and for how long.
    #[must_use]
    pub fn delays(&self, exchange: &str, routing_key: &str, properties: Properties) -> Vec<(Name, SimTime)> {
        self.foresee(exchange, &asked(exchange, routing_key, properties)).1
    }

    /// The next throw of the dice, without throwing them.
    fn foresee(&self, exchange: &str, message: &Message) -> (Vec<QueueId>, Vec<(Name, SimTime)>) {
        let Some(id) = self.exchange_names.get(exchange) else { return Default::default() };
        let mut scratch = Scratch::default();
        let queues = self.route_with(*id, Alternate::Own, message, &mut scratch, &mut self.dice.clone()).unwrap_or_default();
        let named = |(id, millis): (ExchangeId, u64)| Some((self.exchanges.get(&id)?.name.clone(), SimTime::from_millis(millis)));
        (queues, scratch.delays.into_iter().filter_map(named).collect())
    }

    /// What an exchange that chooses one of its bindings would choose: a queue or an exchange.
    fn chosen(&self, exchange: &str, routing_key: &str, properties: &Properties) -> Option<(Name, bool)> {
        let exchange = self.exchanges.get(self.exchange_names.get(exchange)?)?;
        let message = asked(&exchange.name, routing_key, properties.clone());
        let to = self.destinations_at(exchange, &message, &mut self.dice.clone()).pop()?;
        let (is_queue, name) = self.name_of(to)?;
        Some((name.clone(), !is_queue))
    }

    fn bucket_why(&self, exchange: &str, binding: &BindingView<'_>, routing_key: &str, properties: &Properties) -> Option<(bool, Why)> {
        let (on, ring) = self.exchanges.get(self.exchange_names.get(exchange)?)?.ring()?;
        let bucket = ring.bucket(on, routing_key, properties)?;
        let to = if binding.to_exchange {
            Destination::Exchange(*self.exchange_names.get(binding.destination)?)
        } else {
            Destination::Queue(*self.queue_names.get(binding.destination)?)
        };
        Some((ring.at(bucket) == Some(to), Why::Bucket { hashed: on.hashed(routing_key, properties), bucket, buckets: ring.part(to) }))
    }
}

fn asked(exchange: &str, routing_key: &str, properties: Properties) -> Message {
    Message {
        id: MessageId(0),
        exchange: exchange.into(),
        routing_key: routing_key.into(),
        properties: properties.into(),
        body: Body::text(""),
    }
}

/// How many words of a topic's binding key, from the left, some beginning of the routing key meets.
#[must_use]
pub fn words_met(binding_key: &str, routing_key: &str) -> usize {
    let words: Vec<&str> = topic::words(binding_key).collect();
    let meets = |count: &usize| {
        let beginning: Vec<&str> = words[..*count].iter().copied().chain(["#"]).collect();
        topic::matches(&beginning.join("."), routing_key)
    };
    (0..=words.len()).rev().find(meets).unwrap_or(0)
}

fn topic_why(binding_key: &str, routing_key: &str) -> (bool, Why) {
    let pattern: Vec<&str> = topic::words(binding_key).collect();
    let subject: Vec<&str> = topic::words(routing_key).collect();
    // rest[i][j]: the pattern from i on matches the subject from j on.
    let mut rest = vec![vec![false; subject.len() + 1]; pattern.len() + 1];
    rest[pattern.len()][subject.len()] = true;
    for i in (0..pattern.len()).rev() {
        for j in (0..=subject.len()).rev() {
            rest[i][j] = match pattern[i] {
                "#" => rest[i + 1][j] || (j < subject.len() && rest[i][j + 1]),
                word => j < subject.len() && (word == "*" || word == subject[j]) && rest[i + 1][j + 1],
            };
        }
    }
    if rest[0][0] {
        let mut at = 0;
        let stands_for = pattern.iter().enumerate().map(|(i, word)| {
            let start = at;
            at = if *word == "#" { (start..=subject.len()).find(|end| rest[i + 1][*end]).unwrap_or(start) } else { start + 1 };
            ((*word).to_owned(), subject[start..at].join("."))
        });
        return (true, Why::Words(stands_for.collect()));
    }
    (false, first_mismatch(&pattern, &subject))
}

/// Where a reader from left to right stumbles.
fn first_mismatch(pattern: &[&str], subject: &[&str]) -> Why {
    let mut reached = vec![0];
    for word in pattern {
        let next: Vec<usize> = match *word {
            "#" => (reached.iter().min().copied().unwrap_or(0)..=subject.len()).collect(),
            word => {
                reached.iter().filter(|at| subject.get(**at).is_some_and(|found| word == "*" || *found == word)).map(|at| at + 1).collect()
            }
        };
        if next.is_empty() {
            let at = reached.iter().max().copied().unwrap_or(0);
            let stumbled = reached.iter().copied().find(|at| *at < subject.len()).unwrap_or(at);
            return match subject.get(stumbled) {
                Some(found) => Why::OtherWord { wanted: (*word).to_owned(), found: (*found).to_owned() },
                None => Why::WordMissing((*word).to_owned()),
            };
        }
        reached = next;
    }
    let at = reached.iter().max().copied().unwrap_or(0);
    Why::WordTooMany(subject.get(at).map_or_else(String::new, |word| (*word).to_owned()))
}

fn headers_why(arguments: &Table, headers: Option<&Table>, profile: Profile) -> (bool, Why) {
    let how = headers::Match::of(arguments).unwrap_or(headers::Match { any: false, with_x: false });
    let is_compared = |name: &str| if how.with_x { name != "x-match" } else { !name.starts_with("x-") };
    let compared = arguments.iter().filter(|(name, _)| is_compared(name)).map(|(name, wanted)| {
        let actual = headers.and_then(|headers| headers.get(name));
        let is_same = |actual: &Value| *wanted == Value::Void || actual.is_same(wanted, profile.rules().zeros_differ);
        ComparedHeader { name: name.clone(), wanted: wanted.clone(), found: actual.cloned(), is_as_wanted: actual.is_some_and(is_same) }
    });
    (headers::matches(arguments, headers, profile), Why::Headers { any: how.any, compared: compared.collect() })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is explained is what happens.
        #[test]
        fn an_explanation_agrees_with_the_rule(pattern in "([a-c*#](\\.[a-c*#]){0,4})?", subject in "([a-c](\\.[a-c]){0,4})?") {
            let (matches, why) = topic_why(&pattern, &subject);
            prop_assert_eq!(matches, topic::matches(&pattern, &subject));
            if let Why::Words(words) = why {
                let told: Vec<&str> = words.iter().map(|(_, found)| found.as_str()).filter(|found| !found.is_empty()).collect();
                prop_assert_eq!(told.join("."), subject);
                let key: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
                prop_assert_eq!(key.join("."), pattern);
            }
        }
    }

    #[test]
    fn words_are_met_from_the_left() {
        for (pattern, subject, met) in [
            ("order.*", "order.placed", 2),
            ("order.placed", "order.shipped", 1),
            ("user.*", "order.placed", 0),
            ("order.*", "order", 1),
            ("order.*", "order.placed.express", 2),
            ("#.placed", "order.shipped", 1),
            ("#", "", 1),
        ] {
            assert_eq!(words_met(pattern, subject), met, "{pattern} {subject}");
        }
    }

    #[test]
    fn where_a_reader_stumbles() {
        let other = |wanted: &str, found: &str| Why::OtherWord { wanted: wanted.into(), found: found.into() };
        for (pattern, subject, why) in [
            ("user.*", "order.placed", other("user", "order")),
            ("order.shipped", "order.placed", other("shipped", "placed")),
            ("order.*", "order", Why::WordMissing("*".into())),
            ("order.*", "order.placed.express", Why::WordTooMany("express".into())),
            ("*", "", Why::WordMissing("*".into())),
            ("", "order", Why::WordTooMany("order".into())),
        ] {
            assert_eq!(topic_why(pattern, subject), (false, why), "{pattern} {subject}");
        }
    }
}
