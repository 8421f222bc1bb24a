//! Where did my message go? Everything that happened to one event, across its copies, requeues, dead letters and republishing, and where it
//! is now. Found by running the recording again, so that it is known for every event of every run, of any length.

use super::flight::Cargo;
use super::ids::InstanceId;
use super::input::Recording;
use super::ledger::UNREAD;
use super::trace::{TimedEvent, WorldEvent};
use super::world::World;
use crate::base::ordered::insert_once;
use crate::base::{SimTime, limits};
use crate::broker::queue::Kind;
use crate::broker::{ChannelId, DropCause, Event, KeptBack, Message, Name};

#[derive(Clone, Debug)]
pub struct Biography {
    /// The event, as `e-12`.
    pub event: Name,
    /// What was being handled when it was published: another event, or the story of a request (`c-3`).
    pub cause: Option<Name>,
    /// What was published while it was handled.
    pub effects: Vec<Name>,
    /// In order.
    pub entries: Vec<TimedEvent>,
    /// Where its copies are, or what became of them.
    pub whereabouts: Vec<Whereabouts>,
}

/// Where a copy is, or how it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Whereabouts {
    OnTheWayToBroker,
    /// Its connection is blocked by an alarm.
    Unread,
    InOutbox {
        service: usize,
    },
    /// So many messages stand before it.
    Ready {
        queue: Name,
        position: u64,
    },
    /// Kept by an exchange, which routes it then.
    Delayed {
        exchange: Name,
        until: SimTime,
    },
    /// In the log of a stream.
    Kept {
        queue: Name,
        offset: u64,
    },
    /// Held back by a quorum queue, for a later retry or as a dead letter without a place yet.
    KeptBack {
        queue: Name,
        why: KeptBack,
    },
    Unacked {
        queue: Name,
        by: Option<InstanceId>,
    },
    Acknowledged {
        queue: Name,
        times: u64,
    },
    Dropped {
        queue: Name,
        cause: DropCause,
    },
    Refused {
        queue: Name,
    },
    /// `confirmed`: its publisher was told that the broker has taken responsibility.
    Unroutable {
        confirmed: bool,
    },
    /// It died in this queue, and its dead-letter exchange had no queue for it.
    UnroutableDeadLetter {
        queue: Name,
    },
    Returned,
    Lost {
        reason: String,
    },
}

impl Whereabouts {
    /// The queue that has the copy, or had it last.
    #[must_use]
    pub const fn queue(&self) -> Option<&Name> {
        match self {
            Self::Ready { queue, .. }
            | Self::Kept { queue, .. }
            | Self::KeptBack { queue, .. }
            | Self::Unacked { queue, .. }
            | Self::Acknowledged { queue, .. }
            | Self::Dropped { queue, .. }
            | Self::Refused { queue }
            | Self::UnroutableDeadLetter { queue } => Some(queue),
            Self::OnTheWayToBroker
            | Self::Unread
            | Self::Delayed { .. }
            | Self::InOutbox { .. }
            | Self::Unroutable { .. }
            | Self::Returned
            | Self::Lost { .. } => None,
        }
    }
}

/// More is not told: a poison message in a hot loop has as many requeues as there is time.
pub const ENTRIES_MAX: usize = limits::BIOGRAPHY;

/// The biography of an event up to a moment.
///
/// None when there is no such event by then.
#[must_use]
pub fn biography(recording: &Recording, event: &Name, until: SimTime) -> Option<Biography> {
    let mut search = Box::new(Biographer::new(recording.clone(), event.clone(), until));
    while !search.advance(u64::MAX) {}
    search.biography()
}

/// Looks for everything that happened to an event, in pieces so that a page stays alive.
#[derive(Clone, Debug)]
pub struct Biographer {
    recording: Recording,
    event: Name,
    until: SimTime,
    world: World,
    cause: Option<Name>,
    effects: Vec<Name>,
    entries: Vec<TimedEvent>,
    endings: Vec<Whereabouts>,
    publishing: Publishing,
    is_over: bool,
}

impl Biographer {
    #[must_use]
    pub fn new(recording: Recording, event: Name, until: SimTime) -> Self {
        let world = World::new(recording.scenario.clone(), recording.seed);
        let (cause, effects, entries, endings) = (None, Vec::new(), Vec::new(), Vec::new());
        Self { recording, event, until, world, cause, effects, entries, endings, publishing: Publishing::default(), is_over: false }
    }

    #[must_use]
    pub const fn event(&self) -> &Name {
        &self.event
    }

    #[must_use]
    pub const fn until(&self) -> SimTime {
        self.until
    }

    /// Plays at most so many steps. Whether it has come to its moment.
    pub fn advance(&mut self, steps_max: u64) -> bool {
        let end = self.world.effort().saturating_add(steps_max);
        while !self.is_over && self.world.effort() < end {
            self.is_over = !self.world.step_along(&self.recording.inputs, self.until);
            for occurrence in self.world.drain_occurrences() {
                if let WorldEvent::Sent { event, about, .. } = &occurrence.what {
                    if *event == self.event {
                        // What is published again is handled as itself: that is not its cause.
                        if *about != self.event {
                            self.cause = Some(about.clone());
                        }
                    } else if *about == self.event && self.effects.len() < ENTRIES_MAX {
                        self.effects.push(event.clone());
                    }
                }
                ended(&occurrence, &self.event, &mut self.endings);
                let is_confirm = self.publishing.is_confirmed_by(&occurrence, &self.event);
                if is_confirm && let Some(Whereabouts::Unroutable { confirmed }) = self.endings.last_mut() {
                    *confirmed = true;
                }
                if (is_confirm || occurrence.is_of(&self.event)) && self.entries.len() < ENTRIES_MAX {
                    self.entries.push(occurrence);
                }
            }
        }
        self.is_over
    }

    /// How much of the run was played, in thousandths.
    #[must_use]
    pub fn progress(&self) -> u32 {
        self.world.now().thousandths_of(self.until)
    }

    /// As far as it was played; none when there is no such event by then.
    #[must_use]
    pub fn biography(self: Box<Self>) -> Option<Biography> {
        let Self { event, world, cause, effects, entries, mut endings, .. } = *self;
        let mut whereabouts = whereabouts(&world, &event);
        whereabouts.append(&mut endings);
        (!entries.is_empty() || !whereabouts.is_empty()).then_some(Biography { event, cause, effects, entries, whereabouts })
    }
}

/// The publish that the broker is at work on. Confirms have no message, and follow their publish on its channel.
#[derive(Clone, Debug, Default)]
struct Publishing(Option<(ChannelId, bool)>);

impl Publishing {
    /// Whether this confirms a publish of the event.
    fn is_confirmed_by(&mut self, occurrence: &TimedEvent, event: &Name) -> bool {
        match &occurrence.what {
            WorldEvent::Broker(Event::Published { channel, message }) => self.0 = Some((*channel, is(message, event))),
            WorldEvent::Broker(Event::Confirmed { channel, .. }) => return self.0.take() == Some((*channel, true)),
            _ => {}
        }
        false
    }
}

fn is(message: &Message, event: &Name) -> bool {
    message.properties.message_id.as_ref() == Some(event)
}

/// Where its copies are now.
fn whereabouts(world: &World, event: &Name) -> Vec<Whereabouts> {
    let mut found = Vec::new();
    for (service, state) in world.services().iter().enumerate() {
        if state.store.outbox.entries().any(|entry| entry.event == *event) {
            found.push(Whereabouts::InOutbox { service });
        }
    }
    let flying = |cargo: &Cargo| matches!(cargo, Cargo::Publish { publish, .. } if publish.properties.message_id.as_ref() == Some(event));
    if world.flights().any(|flight| flying(&flight.cargo)) {
        found.push(Whereabouts::OnTheWayToBroker);
    }
    if world.broker().unread_publishes().any(|publish| publish.properties.message_id.as_ref() == Some(event)) {
        found.push(Whereabouts::Unread);
    }
    for (until, exchange, _) in world.broker().all_delayed().filter(|(_, _, message)| is(message, event)) {
        found.push(Whereabouts::Delayed { exchange: exchange.clone(), until });
    }
    for queue in world.broker().queues() {
        for (position, entry) in queue.messages().enumerate().filter(|(_, entry)| is(&entry.message, event)) {
            let name = queue.name().clone();
            found.push(match queue.kind() {
                Kind::Classic | Kind::Quorum => Whereabouts::Ready { queue: name, position: position as u64 },
                Kind::Stream => Whereabouts::Kept { queue: name, offset: entry.sequence },
            });
        }
    }
    for queue in world.broker().queues() {
        // Of an event that was published again and again, a queue may hold back many copies.
        let mut reasons = Vec::new();
        queue.kept_back().filter(|(entry, _)| is(&entry.message, event)).for_each(|(_, why)| insert_once(&mut reasons, why));
        found.extend(reasons.into_iter().map(|why| Whereabouts::KeptBack { queue: queue.name().clone(), why }));
    }
    for (queue, channel, message) in world.broker().all_unacked() {
        if is(message, event) {
            found.push(Whereabouts::Unacked { queue: queue.clone(), by: world.instance_of_channel(channel) });
        }
    }
    found
}

/// Takes note of how a copy ended.
fn ended(occurrence: &TimedEvent, event: &Name, found: &mut Vec<Whereabouts>) {
    if let WorldEvent::Broker(Event::Discarded { message_ids }) = &occurrence.what {
        if message_ids.iter().flatten().any(|id| id == event) {
            found.push(Whereabouts::Lost { reason: UNREAD.into() });
        }
        return;
    }
    if occurrence.what.about() != Some(event) {
        return;
    }
    let ending = match &occurrence.what {
        WorldEvent::Broker(Event::Acknowledged { queue, .. }) => {
            let before = found.iter_mut().find_map(|found| match found {
                Whereabouts::Acknowledged { queue: other, times } if other == queue => Some(times),
                _ => None,
            });
            if let Some(times) = before {
                *times += 1;
                return;
            }
            Whereabouts::Acknowledged { queue: queue.clone(), times: 1 }
        }
        WorldEvent::Broker(Event::Delivered(delivered)) if delivered.no_ack => {
            Whereabouts::Acknowledged { queue: delivered.queue.clone(), times: 1 }
        }
        WorldEvent::Broker(Event::Dropped { queue, cause, .. }) => Whereabouts::Dropped { queue: queue.clone(), cause: *cause },
        WorldEvent::Broker(Event::KeptOut { queue, reason, .. }) => {
            Whereabouts::Dropped { queue: queue.clone(), cause: DropCause::Cycle(*reason) }
        }
        WorldEvent::Broker(Event::Refused { queue, dead_lettered: false, .. }) => Whereabouts::Refused { queue: queue.clone() },
        WorldEvent::Broker(Event::Routed { queues, message } | Event::DelayOver { queues, message, alone: true, .. })
            if queues.is_empty() =>
        {
            match message.deaths().first() {
                Some(death) => Whereabouts::UnroutableDeadLetter { queue: death.queue.clone() },
                None => Whereabouts::Unroutable { confirmed: false },
            }
        }
        WorldEvent::Broker(Event::Returned { .. }) => {
            found.retain(|found| !matches!(found, Whereabouts::Unroutable { .. }));
            Whereabouts::Returned
        }
        WorldEvent::Lost { reason, .. } => Whereabouts::Lost { reason: (*reason).into() },
        WorldEvent::PublishLost { reason, .. } => Whereabouts::Lost { reason: reason.clone() },
        WorldEvent::LostDelivery { no_ack: true, .. } => Whereabouts::Lost { reason: "the program had ended when it arrived".into() },
        _ => return,
    };
    found.push(ending);
}
