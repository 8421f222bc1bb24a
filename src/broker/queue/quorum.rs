//! What a quorum queue holds, and how it differs from a classic one. Returned messages have a separate line, deliveries are counted, dead
//! letters may be kept (rules 107, 129 to 139).

use std::collections::VecDeque;

use super::enqueuers::Enqueuers;
use super::ready::{Entry, Levels, Weigh};
use super::settings::DelayedRetry;
use crate::base::SimTime;
use crate::broker::cause::{DeathReason, KeptBack, RequeueCause};
use crate::broker::profile::{Counting, QuorumPriority, Rules};

/// How long a dead letter that found no place waits for the next try (rule 129).
pub(in crate::broker) const DEAD_LETTER_RETRY: SimTime = SimTime::from_secs(180);

/// Priorities above this are high on the line with two (rule 114).
const NORMAL_PRIORITY_MAX: u8 = 4;
/// Of the 32 levels (rule 114).
const STRICT_PRIORITY_MAX: u8 = 31;
const STRICT_PRIORITY_DEFAULT: u8 = 4;
/// Every third turn is a normal one's, if it waits and is older (rule 114).
const NORMAL_TURN: u8 = 2;

/// A dead letter that has no place yet.
#[derive(Clone, Debug)]
pub(in crate::broker) struct PendingLetter {
    pub entry: Entry,
    pub reason: DeathReason,
    /// What came of the last try.
    pub kept_back: KeptBack,
}

#[derive(Clone, Debug)]
pub(in crate::broker) struct QuorumMessages {
    /// Come back, and served before all others, in the order of their return (rule 133).
    returned: VecDeque<Entry>,
    returned_bytes: u64,
    pub new: Levels,
    priority: QuorumPriority,
    /// How many have been handed out since the last turn of a normal one (rule 114).
    turn: u8,
    /// Come back, and hidden until then (rule 136).
    delayed: Vec<(SimTime, Entry)>,
    /// Dead, and kept until their target has them (rule 129).
    pub pending: VecDeque<PendingLetter>,
    pub pending_retry_at: Option<SimTime>,
    /// Who publishes to it (rule 107).
    pub enqueuers: Enqueuers,
}

impl QuorumMessages {
    pub fn new(rules: &Rules) -> Self {
        let levels = match rules.quorum_priority {
            QuorumPriority::Ignored => 1,
            QuorumPriority::TwoToOne => 2,
            QuorumPriority::Strict => usize::from(STRICT_PRIORITY_MAX) + 1,
        };
        Self {
            returned: VecDeque::new(),
            returned_bytes: 0,
            new: Levels::new(levels, if rules.quorum_counts_properties { Weigh::PayloadAndProperties } else { Weigh::Payload }),
            priority: rules.quorum_priority,
            turn: 0,
            delayed: Vec::new(),
            pending: VecDeque::new(),
            pending_retry_at: None,
            enqueuers: Enqueuers::new(),
        }
    }

    /// The level of a message with this priority.
    pub fn level(&self, priority: Option<u8>) -> u8 {
        match self.priority {
            QuorumPriority::Ignored => 0,
            QuorumPriority::TwoToOne => u8::from(priority.is_some_and(|priority| priority > NORMAL_PRIORITY_MAX)),
            QuorumPriority::Strict => priority.unwrap_or(STRICT_PRIORITY_DEFAULT).min(STRICT_PRIORITY_MAX),
        }
    }

    pub fn len(&self) -> usize {
        self.returned.len() + self.new.len()
    }

    pub fn bytes(&self) -> u64 {
        self.returned_bytes + self.new.bytes()
    }

    /// Of what is kept beside the line: how many, and their bytes.
    pub fn kept(&self) -> (usize, u64) {
        let pending = self.pending.iter().map(|letter| &letter.entry);
        let delayed = self.delayed.iter().map(|(_, entry)| entry);
        let bytes = pending.chain(delayed).map(|entry| self.new.weigh().bytes(entry)).sum();
        (self.pending.len() + self.delayed.len(), bytes)
    }

    pub fn kept_back(&self) -> impl Iterator<Item = (&Entry, KeptBack)> {
        let pending = self.pending.iter().map(|letter| (&letter.entry, letter.kept_back));
        pending.chain(self.delayed.iter().map(|(_, entry)| (entry, KeptBack::DelayedRetry)))
    }

    pub fn delayed_len(&self) -> usize {
        self.delayed.len()
    }

    /// In the order they would be delivered.
    pub fn iter(&self) -> Box<dyn Iterator<Item = &Entry> + '_> {
        match self.priority {
            QuorumPriority::Ignored | QuorumPriority::Strict => Box::new(self.returned.iter().chain(self.new.iter())),
            QuorumPriority::TwoToOne => {
                let (mut high, mut normal, mut turn) = (self.new.level(1).peekable(), self.new.level(0).peekable(), self.turn);
                let lines = std::iter::from_fn(move || {
                    let is_normal =
                        high.peek().is_none_or(|high| normal.peek().is_some_and(|normal| is_turn_of_normal(turn, high, normal)));
                    turn = next_turn(turn);
                    if is_normal { normal.next() } else { high.next() }
                });
                Box::new(self.returned.iter().chain(lines))
            }
        }
    }

    fn next_level(&self) -> Option<usize> {
        let (high, normal) = (self.new.level_front(1), self.new.level_front(0));
        match (self.priority, high, normal) {
            (QuorumPriority::TwoToOne, Some(high), Some(normal)) => Some(usize::from(!is_turn_of_normal(self.turn, high, normal))),
            _ => self.new.heads().next().map(|(level, _)| level),
        }
    }

    pub fn front(&self) -> Option<&Entry> {
        self.returned.front().or_else(|| self.new.level_front(self.next_level()?))
    }

    pub fn pop_front(&mut self) -> Option<Entry> {
        if let Some(entry) = self.returned.pop_front() {
            self.returned_bytes -= self.new.weigh().bytes(&entry);
            return Some(entry);
        }
        let level = self.next_level()?;
        self.take_turn();
        self.new.pop_level(level)
    }

    /// The first that is like this, wherever it stands.
    pub fn take_first(&mut self, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
        if let Some(place) = self.returned.iter().position(&is_it) {
            let entry = self.returned.remove(place)?;
            self.returned_bytes -= self.new.weigh().bytes(&entry);
            return Some(entry);
        }
        self.new.take_first(is_it)
    }

    /// A new message was handed out, from the line or past it.
    pub fn take_turn(&mut self) {
        self.turn = next_turn(self.turn);
    }

    pub fn return_to_front(&mut self, entry: Entry) -> usize {
        self.returned_bytes += self.new.weigh().bytes(&entry);
        self.returned.push_back(entry);
        self.returned.len() - 1
    }

    /// Without a limit a returned message starts again at the end, with normal priority (rules 114, 134).
    pub fn return_to_back(&mut self, entry: Entry, sequence: u64) -> usize {
        let position = self.len();
        self.new.push_back(entry.placed(sequence, 0));
        position
    }

    pub fn delay(&mut self, until: SimTime, entry: Entry) {
        let place = self.delayed.partition_point(|(other, _)| *other <= until);
        self.delayed.insert(place, (until, entry));
    }

    /// Those whose delay is over, back in line.
    pub fn end_delays(&mut self, now: SimTime) {
        while self.delayed.first().is_some_and(|(until, _)| *until <= now) {
            let (_, entry) = self.delayed.remove(0);
            self.return_to_front(entry);
        }
    }

    pub fn next_delay_end(&self) -> Option<SimTime> {
        self.delayed.first().map(|(until, _)| *until)
    }

    /// The heads that may expire: the very first, or with strict priorities those of all levels (rule 98).
    pub fn next_expiry(&self) -> Option<SimTime> {
        let heads = self.new.heads().map(|(_, entry)| entry.expires_at);
        let every = matches!(self.priority, QuorumPriority::Strict);
        let candidates = if every { heads.chain(self.returned.front().map(|entry| entry.expires_at)).min() } else { None };
        candidates.or_else(|| self.front().map(|entry| entry.expires_at))
    }

    pub fn pop_expired(&mut self, now: SimTime) -> Option<Entry> {
        if self.front().is_some_and(|entry| entry.expires_at <= now) {
            return self.pop_front();
        }
        if matches!(self.priority, QuorumPriority::Strict) {
            let level = self.new.heads().find(|(_, entry)| entry.expires_at <= now).map(|(level, _)| level)?;
            return self.new.pop_level(level);
        }
        None
    }

    /// Everything that is ready; the two lines begin their turns again (rule 114).
    pub fn take(&mut self) -> Vec<Entry> {
        self.returned_bytes = 0;
        self.turn = 0;
        let mut entries: Vec<Entry> = std::mem::take(&mut self.returned).into();
        entries.extend(self.new.take());
        entries
    }

    pub fn take_delayed(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.delayed).into_iter().map(|(_, entry)| entry).collect()
    }
}

/// Whether a message that comes back so starts again at the end of a queue without a limit (rule 134).
pub(in crate::broker) const fn starts_again(cause: RequeueCause, rules: &Rules) -> bool {
    rules.unlimited_starts_again && matches!(cause, RequeueCause::Nacked | RequeueCause::Rejected | RequeueCause::Recovered)
}

/// Whether it was there too often (rule 130).
pub(in crate::broker) fn exceeds(entry: &Entry, limit: Option<u32>, rules: &Rules) -> bool {
    let count = match rules.counting {
        Counting::Returns | Counting::ReturnsAndFailures => entry.returns(),
        Counting::Failures => entry.failures(),
    };
    limit.is_some_and(|limit| count > limit)
}

/// `x-delivery-count` and `x-acquired-count` of a delivery (rules 132, 139). What failed elsewhere counts as returns until the first one here.
pub(in crate::broker) fn told_counts(entry: &Entry, rules: &Rules) -> [(&'static str, u32); 2] {
    let returns = if entry.returns() == 0 { entry.failures() } else { entry.returns() };
    let (delivered, acquired) = match rules.counting {
        Counting::Returns | Counting::ReturnsAndFailures => (returns, 0),
        Counting::Failures => (entry.failures(), returns),
    };
    [("x-delivery-count", delivered), ("x-acquired-count", acquired)]
}

/// The normal line is next, though the high one has messages too.
const fn is_turn_of_normal(turn: u8, high: &Entry, normal: &Entry) -> bool {
    turn == NORMAL_TURN && normal.sequence < high.sequence
}

const fn next_turn(turn: u8) -> u8 {
    if turn == NORMAL_TURN { 0 } else { turn + 1 }
}

/// How long a returned message is hidden (rule 136).
pub(in crate::broker) fn retry_delay(retry: &DelayedRetry, failures: u32, failed: bool) -> Option<SimTime> {
    let applies = if failed { retry.failed } else { retry.returned };
    let delay = retry.min.as_micros().saturating_mul(u64::from(failures.max(1)));
    applies.then(|| SimTime::from_micros(delay.min(retry.max.as_micros())))
}
