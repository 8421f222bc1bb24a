//! What breaks, when, and for how long.
//!
//! A fault has a sentence, the same in files and on the command line: `kill notification-service at 10s for 2h`,
//! `partition order-service from broker at 1m for 30s`, `hang email-service#2 at step 2 of message 5`.

use std::fmt;

use super::{BROKER, Name, SimTime};
use crate::base::number;
use crate::base::time::Span;
use crate::broker::Resource;

#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: FaultKind,
    pub when: Moment,
    /// None: until a user mends it.
    pub lasts: Option<SimTime>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// The process ends at once.
    Kill(Target),
    /// It takes nothing new, finishes what it has begun, and ends.
    Stop(Target),
    /// The same, and what it has not begun goes back to its queue first.
    StopGivingBack(Target),
    /// It does nothing more, and its connection stays: what it holds stays unacknowledged.
    Hang(Target),
    /// Its work takes so many times as long.
    Slow(Target, f64),
    /// Nothing passes between the two: programs, one instance, or the broker.
    Partition([Target; 2]),
    /// Down for as long as the fault lasts, or for a moment.
    RestartBroker,
    Alarm(Resource),
    /// Its store takes no more records.
    FillStore(Name),
    /// Its machine is gone: nothing is said to anyone, and the broker notices when no heartbeat comes.
    PowerOff(Target),
    /// What an operator does to the broker, once.
    Operate(Box<Operation>),
    /// Its instances end, and start with this version of their program.
    Deploy(Box<Deploy>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Delete(Name),
    /// What is ready; what is unacked stays.
    Purge(Name),
    /// The bindings between the two that are drawn: those with this key, or all.
    Unbind {
        queue: Name,
        exchange: Name,
        key: Option<Name>,
    },
    /// What is ready, to the other queue.
    Move {
        from: Name,
        to: Name,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    pub service: Name,
    /// None is the service's own program.
    pub version: Option<Name>,
    /// One instance after the other, each when the one before is set up; otherwise all at once.
    pub rolling: bool,
    pub ending: Ending,
}

/// How a deploy ends what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The process ends at once.
    Kill,
    /// It finishes what it has begun; after that time it is killed.
    Stop { within: Option<SimTime> },
}

/// As its sentence: a trace is the same when its faults read the same.
impl std::hash::Hash for FaultKind {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

/// An instance of a service, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub service: Name,
    /// From 0.
    pub instance: Option<usize>,
}

impl<T: Into<Name>> From<T> for Target {
    fn from(service: T) -> Self {
        Self { service: service.into(), instance: None }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    At(SimTime),
    /// Just before the k-th step, from 1, of the handler that handles this message. One more than the last step is before the
    /// acknowledgement. Only for faults of a service.
    AtStep {
        step: usize,
        message: MessageRef,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageRef {
    /// The n-th that the service begins to handle, from 1.
    Nth(u64),
    /// By event id, as in `e-12`.
    Event(Name),
}

impl FaultKind {
    #[must_use]
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Kill(target)
            | Self::Stop(target)
            | Self::StopGivingBack(target)
            | Self::Hang(target)
            | Self::Slow(target, _)
            | Self::PowerOff(target) => Some(target),
            Self::Partition(_) | Self::RestartBroker | Self::Alarm(_) | Self::FillStore(_) | Self::Operate(_) | Self::Deploy(_) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.service)?;
        self.instance.map_or(Ok(()), |instance| write!(f, "#{}", instance + 1))
    }
}

impl fmt::Display for Deploy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deploy {}", self.service)?;
        if let Some(version) = &self.version {
            write!(f, " as {version}")?;
        }
        f.write_str(if self.rolling { " rolling" } else { "" })?;
        match self.ending {
            Ending::Kill => f.write_str(" by kill"),
            Ending::Stop { within: Some(within) } => write!(f, " within {}", Span(within)),
            Ending::Stop { within: None } => Ok(()),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delete(queue) => write!(f, "delete queue {queue}"),
            Self::Purge(queue) => write!(f, "purge {queue}"),
            Self::Unbind { queue, exchange, key: None } => write!(f, "unbind {queue} from {exchange}"),
            Self::Unbind { queue, exchange, key: Some(key) } => write!(f, "unbind {queue} from {exchange} key {key}"),
            Self::Move { from, to } => write!(f, "move {from} to {to}"),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(target) => write!(f, "kill {target}"),
            Self::Stop(target) => write!(f, "stop {target}"),
            Self::StopGivingBack(target) => write!(f, "stop {target} giving back"),
            Self::Hang(target) => write!(f, "hang {target}"),
            Self::Slow(target, times) => write!(f, "slow {target} {}x", number::Shortest(*times)),
            Self::Partition([one, other]) => write!(f, "partition {one} from {other}"),
            Self::RestartBroker => f.write_str("restart broker"),
            Self::Alarm(resource) => write!(f, "alarm {}", resource.name()),
            Self::FillStore(service) => write!(f, "fill {service}"),
            Self::PowerOff(target) => write!(f, "power off {target}"),
            Self::Operate(operation) => operation.fmt(f),
            Self::Deploy(deploy) => deploy.fmt(f),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        match &self.when {
            Moment::At(at) => write!(f, " at {}", Span(*at))?,
            Moment::AtStep { step, message: MessageRef::Nth(number) } => write!(f, " at step {step} of message {number}")?,
            Moment::AtStep { step, message: MessageRef::Event(id) } => write!(f, " at step {step} of message {id}")?,
        }
        self.lasts.map_or(Ok(()), |lasts| write!(f, " for {}", Span(lasts)))
    }
}

/// What a sentence may begin with.
const SENTENCES: &str = "kill SERVICE, stop SERVICE, stop SERVICE giving back, hang SERVICE, slow SERVICE 5x, partition SERVICE from broker, restart broker, alarm memory, alarm disk, fill SERVICE, power off SERVICE, \
     delete queue QUEUE, purge QUEUE, unbind QUEUE from EXCHANGE key KEY, move QUEUE to QUEUE \
     or deploy SERVICE as VERSION, with 'rolling' and with 'by kill' or 'within 10s'; \
     then: at 10s, or at step 2 of message 5; then, if it ends by itself: for 2h";

impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = Words { words: text.split_whitespace().collect(), text };
        let kind = words.kind()?;
        let when = match words.next() {
            Some("at") => words.moment(&kind)?,
            None => return Err(words.wrong("it does not say when: write for instance 'at 10s'")),
            Some(other) => return Err(words.wrong(&format!("'{other}' was not expected there"))),
        };
        let lasts = match words.next() {
            None => None,
            Some("for") => Some(words.span()?),
            Some(other) => return Err(words.wrong(&format!("'{other}' was not expected there"))),
        };
        if let Some(more) = words.next() {
            return Err(words.wrong(&format!("'{more}' is too much")));
        }
        Ok(Self { kind, when, lasts })
    }
}

impl std::str::FromStr for FaultKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = Words { words: text.split_whitespace().collect(), text };
        let kind = words.kind()?;
        words.next().map_or(Ok(kind), |more| Err(words.wrong(&format!("'{more}' is too much"))))
    }
}

struct Words<'a> {
    words: std::collections::VecDeque<&'a str>,
    text: &'a str,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.words.pop_front()
    }

    fn wrong(&self, why: &str) -> String {
        format!("'{}' is not a fault: {why}. A fault is {SENTENCES}", self.text)
    }

    fn need(&mut self, what: &str) -> Result<&'a str, String> {
        self.next().ok_or_else(|| self.wrong(&format!("{what} is missing")))
    }

    fn span(&mut self) -> Result<SimTime, String> {
        let word = self.need("a span of time")?;
        word.parse()
    }

    /// Takes the next word if it is this one.
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.front() == Some(&word);
        if is_next {
            self.words.pop_front();
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.takes(word) { Ok(()) } else { Err(self.wrong(&format!("'{word}' is missing"))) }
    }

    fn operation(&mut self, word: &str) -> Result<Operation, String> {
        if word == "delete" {
            self.expect("queue")?;
        }
        let queue: Name = self.need("the queue's name")?.into();
        Ok(match word {
            "delete" => Operation::Delete(queue),
            "purge" => Operation::Purge(queue),
            "move" => {
                self.expect("to")?;
                Operation::Move { from: queue, to: self.need("the other queue's name")?.into() }
            }
            _ => {
                self.expect("from")?;
                let exchange = self.need("the exchange's name")?.into();
                let key = if self.takes("key") { Some(self.need("the key")?.into()) } else { None };
                Operation::Unbind { queue, exchange, key }
            }
        })
    }

    fn deploy(&mut self) -> Result<Deploy, String> {
        let service = self.need("the service's name")?.into();
        let version = if self.takes("as") { Some(self.need("the version's name")?.into()) } else { None };
        let rolling = self.takes("rolling");
        let ending = if self.takes("by") {
            match self.need("'kill'")? {
                "kill" => Ending::Kill,
                other => return Err(self.wrong(&format!("a deploy ends what runs by kill, not by '{other}'"))),
            }
        } else {
            Ending::Stop { within: if self.takes("within") { Some(self.span()?) } else { None } }
        };
        Ok(Deploy { service, version, rolling, ending })
    }

    fn target(&mut self) -> Result<Target, String> {
        let word = self.need("the service's name")?;
        match word.split_once('#') {
            None => Ok(Target { service: word.into(), instance: None }),
            Some((service, number)) => match number.parse::<usize>() {
                Ok(number) if number > 0 => Ok(Target { service: service.into(), instance: Some(number - 1) }),
                _ => Err(self.wrong(&format!("'{number}' is not the number of an instance, from 1"))),
            },
        }
    }

    fn kind(&mut self) -> Result<FaultKind, String> {
        Ok(match self.need("what breaks")? {
            "kill" => FaultKind::Kill(self.target()?),
            "stop" => {
                let target = self.target()?;
                if self.takes("giving") {
                    self.expect("back")?;
                    FaultKind::StopGivingBack(target)
                } else {
                    FaultKind::Stop(target)
                }
            }
            "hang" => FaultKind::Hang(self.target()?),
            "slow" => {
                let target = self.target()?;
                let times = self.need("how much slower")?;
                match number::parse(times.strip_suffix('x').unwrap_or(times)) {
                    Some(number) if number > 0.0 => FaultKind::Slow(target, number),
                    _ => return Err(self.wrong(&format!("'{times}' is not a number of times, as in 5x"))),
                }
            }
            "partition" => {
                let one = self.target()?;
                self.takes("from");
                FaultKind::Partition([one, self.target()?])
            }
            "restart" => match self.need("'broker'")? {
                BROKER => FaultKind::RestartBroker,
                other => return Err(self.wrong(&format!("only the broker restarts so, not '{other}': kill it for a while"))),
            },
            "alarm" => match self.need("memory or disk")? {
                "memory" => FaultKind::Alarm(Resource::Memory),
                "disk" => FaultKind::Alarm(Resource::Disk),
                other => return Err(self.wrong(&format!("the broker has alarms for memory and disk, not for '{other}'"))),
            },
            "fill" => FaultKind::FillStore(self.need("the service's name")?.into()),
            "power" => {
                self.expect("off")?;
                FaultKind::PowerOff(self.target()?)
            }
            word @ ("delete" | "purge" | "unbind" | "move") => FaultKind::Operate(Box::new(self.operation(word)?)),
            "deploy" => FaultKind::Deploy(Box::new(self.deploy()?)),
            other => return Err(self.wrong(&format!("nothing is called '{other}'"))),
        })
    }

    fn moment(&mut self, kind: &FaultKind) -> Result<Moment, String> {
        let word = self.need("a time")?;
        if word != "step" {
            return Ok(Moment::At(word.parse()?));
        }
        let step = self.need("the number of the step")?;
        let step: usize = step.parse().map_err(|_| self.wrong(&format!("'{step}' is not the number of a step, from 1")))?;
        for expected in ["of", "message"] {
            if self.next() != Some(expected) {
                return Err(self.wrong("write 'at step 2 of message 5'"));
            }
        }
        let message = self.need("which message")?;
        let message = message.parse().map_or_else(|_| MessageRef::Event(message.into()), MessageRef::Nth);
        if kind.target().is_none() {
            return Err(self.wrong("only what happens to a service can happen at a step of its handler"));
        }
        Ok(Moment::AtStep { step, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_sentence_and_back() {
        for text in [
            "kill notification-service at 10s for 2h",
            "stop order-service#2 at 1m",
            "hang email at step 3 of message e-12 for 30s",
            "slow inventory-service 5x at 500ms for 10m",
            "partition order-service from broker at 1h",
            "partition order-service#2 from broker at 1h",
            "stop order-service#2 giving back at 1m for 5s",
            "restart broker at 90s for 20s",
            "alarm disk at 1s for 5s",
            "fill order-service at 2s",
            "kill a at step 1 of message 7",
            "power off a#2 at 1s for 5s",
            "power off a at step 1 of message 7",
            "delete queue q at 1s",
            "purge q at 1s",
            "unbind q from x at 1s",
            "unbind q from x key order.* at 1s",
            "move a to b at 1s",
            "deploy a at 1s",
            "deploy a as 2.0 rolling by kill at 1s",
            "deploy a as v2 rolling within 10s at 1s for 5s",
            "deploy a by kill at 1s",
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, why) in [
            ("", "what breaks is missing"),
            ("tickle a at 1s", "nothing is called 'tickle'"),
            ("kill", "the service's name is missing"),
            ("kill a", "does not say when"),
            ("kill a at noon", "'noon' is not a span of time"),
            ("kill a#0 at 1s", "not the number of an instance"),
            ("slow a fast at 1s", "'fast' is not a number of times"),
            ("stop a giving at 1s", "'back' is missing"),
            ("partition a#x from broker at 1s", "not the number of an instance"),
            ("restart a at 1s", "only the broker restarts so"),
            ("alarm fire at 1s", "not for 'fire'"),
            ("restart broker at step 2 of message 1", "only what happens to a service"),
            ("kill a at step 2 of 5", "at step 2 of message 5"),
            ("power a at 1s", "'off' is missing"),
            ("delete q at 1s", "'queue' is missing"),
            ("purge", "the queue's name is missing"),
            ("move a at 1s", "'to' is missing"),
            ("unbind a b at 1s", "'from' is missing"),
            ("purge q at step 1 of message 1", "only what happens to a service"),
            ("deploy", "the service's name is missing"),
            ("deploy a as", "the version's name is missing"),
            ("deploy a by magic at 1s", "not by 'magic'"),
            ("deploy a within at 1s", "'at' is not a span of time"),
            ("deploy a at step 2 of message 1", "only what happens to a service"),
            ("kill a at 1s for 2h please", "'please' is too much"),
        ] {
            let said = text.parse::<Fault>().expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
