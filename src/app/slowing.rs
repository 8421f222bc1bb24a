//! Time slows by itself for what a learner should not miss. A program that dies with work in its hands, a restart of RabbitMQ. It slows for
//! a message that comes back to its publisher, for the first dead letter, for the first loss. It passes at its own speed again when
//! everything has landed.

use super::markers::{self, MarkerKind};
use super::moves;
use super::probe::Asked;
use super::texts::session as texts;
use crate::base::SimTime;
use crate::broker::{Event, Name, RequeueCause};
use crate::sim::{InstanceId, TimedEvent, World, WorldEvent};

/// RabbitMQ has heard of the end of a connection by then.
const HEARD_WITHIN: SimTime = SimTime::from_secs(1);

/// Time passes at a quarter of its speed.
pub const SLOWER: u32 = 4;
/// Real time in which it slows once at most.
const REST: SimTime = SimTime::from_secs(60);
/// Real time in which the notice stands: its buttons have to be reached.
const TOLD_FOR: SimTime = SimTime::from_secs(12);

/// What time slowed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: SimTime,
    /// By then everything has landed that flies because of it.
    pub lands: SimTime,
    pub words: &'static str,
}

/// A moment of a lesson's run: it is shown from a second before. Time stands there, or goes on until the run has the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub at: SimTime,
    /// As far as the learner can go on from there.
    pub until: SimTime,
    /// What happens then, in a sentence for before and one for after.
    pub words: Told,
    /// How much longer it stands, in real time, once time passes on from it.
    pub stands: SimTime,
    /// The message that it is about.
    pub tells: Option<Name>,
    /// No message of the run is like it: the way that it would go is lit.
    pub asks: Option<Asked>,
    /// The run is shown from here to its end, and that says this.
    pub run: Option<(SimTime, &'static str)>,
}

/// The words for a moment: they claim nothing before it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub before: String,
    pub after: String,
}

impl Shown {
    /// What stays to be read when time passes on, in real time.
    pub const STANDS: SimTime = SimTime::from_secs(8);

    /// What is true at this time.
    #[must_use]
    pub fn says(&self, now: SimTime) -> &str {
        match self.run {
            Some((_, answer)) if now >= self.until => answer,
            _ if now < self.at => &self.words.before,
            _ => &self.words.after,
        }
    }

    /// Nothing more of it is to be seen after this.
    pub(super) fn ends(&self) -> SimTime {
        if self.run.is_some() { self.until } else { self.at }
    }

    /// So much real time passed while time passed on from it. Whether it still stands.
    pub(super) fn pass(&mut self, elapsed: SimTime) -> bool {
        self.stands = self.stands.saturating_sub(elapsed);
        self.stands > SimTime::ZERO
    }
}

/// What matters more is not held back by what matters less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// A message went another way.
    Message,
    /// A message is gone for good.
    Loss,
    /// A program or the broker died.
    Death,
}

/// Each occurrence counts once, however often it is played.
#[derive(Clone, Debug, Default)]
struct Returned {
    since: SimTime,
    /// The number of the death in the run, and of each message.
    death: u64,
    messages: Vec<u64>,
    counted: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Slowing {
    /// What happened last, not looked at yet.
    pending: Option<(SimTime, &'static str, Weight)>,
    /// The page tells of it.
    told: Option<Moment>,
    /// What lost connections gave back since the last death.
    returned: Returned,
    told_for: SimTime,
    rest: SimTime,
    /// What time slowed for when this rest began.
    rests_from: Option<Weight>,
    /// A program ended, and held nothing any more when this was looked at. RabbitMQ may have taken back what it held at once.
    ended_idle: Option<(SimTime, &'static str)>,
    has_seen_dead_letter: bool,
    has_seen_loss: bool,
    /// The learner wants the usual speed.
    is_declined: bool,
}

/// A lost connection gives it back.
const fn comes_back(event: &Event) -> bool {
    matches!(event, Event::Requeued { cause: RequeueCause::ConnectionClosed | RequeueCause::ChannelClosed, .. })
}

/// RabbitMQ waits for its acknowledgement of something.
fn holds(world: &World, id: InstanceId) -> bool {
    world.broker().all_unacked().any(|(_, channel, _)| world.instance_of_channel(channel) == Some(id))
}

impl Slowing {
    /// Looks at what happened, and at its number in the run.
    pub(super) fn note(&mut self, world: &World, number: u64, happened: &TimedEvent) {
        self.count(number, happened);
        let ended = match &happened.what {
            WorldEvent::Killed { instance, runs } => Some((instance, runs, texts::A_SERVICE_DIED)),
            WorldEvent::Replaced { instance, runs } => Some((instance, runs, texts::A_SERVICE_WAS_DEPLOYED)),
            _ => None,
        };
        let (words, weight) = match &happened.what {
            _ if let Some((instance, runs, words)) = ended => {
                if *runs == 0 && !holds(world, *instance) {
                    self.ended_idle = Some((happened.at, words));
                    return;
                }
                (words, Weight::Death)
            }
            WorldEvent::Broker(event) if comes_back(event) => {
                let Some((_, words)) = self.ended_idle.take().filter(|(ended, _)| happened.at <= *ended + HEARD_WITHIN) else { return };
                (words, Weight::Death)
            }
            WorldEvent::Broker(Event::Restarted) => (texts::RABBITMQ_RESTARTED, Weight::Death),
            WorldEvent::Broker(Event::Returned { .. }) => (texts::RABBITMQ_RETURNED_A_MESSAGE, Weight::Message),
            WorldEvent::Broker(Event::DeadLettered { .. }) if !self.has_seen_dead_letter => {
                self.has_seen_dead_letter = true;
                (texts::THE_FIRST_DEAD_LETTER, Weight::Message)
            }
            what if !self.has_seen_loss && matches!(markers::kind_of(what), Some((MarkerKind::Lost, _))) => {
                self.has_seen_loss = true;
                let is_unroutable = matches!(what, WorldEvent::Broker(Event::Routed { message, .. }) if message.deaths().is_empty());
                (if is_unroutable { texts::THE_FIRST_UNROUTABLE } else { texts::THE_FIRST_LOSS }, Weight::Loss)
            }
            _ => return,
        };
        if self.pending.is_none_or(|(at, _, before)| at < happened.at && before <= weight) {
            self.pending = Some((happened.at, words, weight));
        }
    }

    fn count(&mut self, number: u64, happened: &TimedEvent) {
        let returned = &mut self.returned;
        if number < returned.counted {
            return;
        }
        returned.counted = number + 1;
        if matches!(happened.what, WorldEvent::Killed { .. } | WorldEvent::Replaced { .. }) && returned.since != happened.at {
            (returned.since, returned.death) = (happened.at, number);
            returned.messages.clear();
        } else if matches!(&happened.what, WorldEvent::Broker(event) if comes_back(event)) {
            returned.messages.push(number);
        }
    }

    /// The past was changed. What is numbered from here on has not happened, and neither has what the page told of it.
    pub(super) fn count_from(&mut self, number: u64, now: SimTime) {
        self.told.take_if(|moment| moment.at >= now);
        self.returned.counted = number;
        self.returned.messages.retain(|counted| *counted < number);
        if self.returned.death >= number {
            self.returned.since = SimTime::MAX;
        }
    }

    /// What the page says of it.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let moment = self.told.as_ref()?;
        let (since, count) = (self.returned.since, self.returned.messages.len() as u64);
        let are_back = (since..=since + HEARD_WITHIN).contains(&moment.at) && count > 0;
        Some(match moment.words {
            texts::A_SERVICE_DIED if are_back => texts::unacked_are_back(count),
            texts::A_SERVICE_WAS_DEPLOYED if are_back => texts::unacked_are_back_after_deploy(count),
            words => words.to_owned(),
        })
    }

    /// Real time passed, and the world came to another moment. A leg of a flight is shown this long. What happened before was jumped over
    /// and slows nothing.
    pub(super) fn pass(&mut self, elapsed: SimTime, from: SimTime, leg: SimTime) {
        let back = u32::try_from(self.returned.messages.len()).unwrap_or(u32::MAX);
        if let Some(moment) = self.told.as_mut().filter(|moment| moment.words == texts::A_SERVICE_DIED) {
            // RabbitMQ notices, and the last of what comes back sets out.
            let last = 200 + moves::sets_out(back.saturating_sub(1));
            moment.lands = moment.lands.max(moment.at + SimTime::from_micros(leg.as_micros() * last / 100));
        }
        self.rest = self.rest.saturating_sub(elapsed);
        self.told_for = self.told_for.saturating_sub(elapsed);
        if self.told_for == SimTime::ZERO {
            self.told = None;
        }
        if self.rest == SimTime::ZERO {
            self.rests_from = None;
        }
        let is_wanted = |weight: Weight| self.rests_from.is_none_or(|before| before < weight);
        let Some((at, words, weight)) = self.pending.take().filter(|(at, ..)| *at >= from) else { return };
        let slows = is_wanted(weight);
        // What comes back is explained each time, and slows time once in a while.
        if !slows && weight < Weight::Death {
            return;
        }
        // The broker receives it and answers, and an exchange may send its message on.
        let lands = at + SimTime::from_micros(leg.as_micros() * 3);
        self.told = Some(Moment { at, lands, words });
        (self.told_for, self.is_declined) = (TOLD_FOR, !slows);
        if slows {
            (self.rest, self.rests_from) = (REST, Some(weight));
        }
    }

    /// Whether time passes more slowly at this moment.
    #[must_use]
    pub fn is_slow(&self, now: SimTime) -> bool {
        !self.is_declined && self.told.as_ref().is_some_and(|moment| (moment.at..moment.lands).contains(&now))
    }

    /// What time slowed for lately.
    #[must_use]
    pub const fn told(&self) -> Option<&Moment> {
        self.told.as_ref()
    }

    /// The learner wants the usual speed.
    pub(super) const fn decline(&mut self) {
        self.is_declined = true;
    }

    pub(super) fn close(&mut self) {
        self.told = None;
    }
}
