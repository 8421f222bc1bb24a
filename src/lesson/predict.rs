//! Answers to questions, computed: what the simulation says is right.

use std::sync::Arc;

use super::judge::STEPS_MAX;
use super::{Ask, Lesson, Question};
use crate::base::SimTime;
use crate::base::number::Shortest;
use crate::base::ordered::in_order;
use crate::broker::{Event, Name};
use crate::scenario::{Property, property::Comparison, property::Quantity};
use crate::sim::judge::judge;
use crate::sim::{Input, Recording, TimedEvent, TimedInput, World, WorldEvent};

/// What a question can be answered with, and what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub choices: Vec<String>,
    /// In order where order is asked for; else sorted.
    pub right: Vec<String>,
}

/// Why a message can die.
const REASONS: [&str; 5] = ["none", "rejected", "expired", "maxlen", "delivery_limit"];

impl Question {
    /// The run that shows it.
    #[must_use]
    pub fn recording(&self, lesson: &Lesson) -> Recording {
        let publish =
            self.publish.clone().map(|publish| TimedInput { at: self.at, after_steps: 0, input: Input::Publish(Arc::new(publish)) });
        let mut inputs: Vec<TimedInput> = Vec::new();
        for input in self.inputs.iter().cloned().chain(publish) {
            inputs.insert(inputs.partition_point(|before| before.at <= input.at), input);
        }
        Recording { scenario: lesson.scenario.clone(), seed: lesson.scenario.seed, inputs: inputs.into_iter().collect() }
    }

    /// Several can be right at once, or their order is asked for.
    #[must_use]
    pub const fn takes_many(&self) -> bool {
        matches!(self.ask, Ask::Queues | Ask::Order { .. })
    }

    /// Runs the lesson's scenario, and looks.
    #[must_use]
    pub fn answer(&self, lesson: &Lesson) -> Answer {
        let mut answering = Answering::of(self, lesson);
        while !answering.advance(u64::MAX) {}
        answering.answer()
    }

    /// Whether the learner answered right.
    #[must_use]
    pub fn is_right(&self, right: &[String], given: &[String]) -> bool {
        if matches!(self.ask, Ask::Queues) { in_order(given) == in_order(right) } else { given == right }
    }
}

/// A run that is played in pieces; what happens on the way is shown.
#[derive(Clone, Debug)]
struct Played {
    recording: Recording,
    until: SimTime,
    world: World,
    steps: u64,
    is_over: bool,
}

impl Played {
    fn new(recording: Recording, until: SimTime) -> Self {
        let mut world = World::new(recording.scenario.clone(), recording.seed);
        world.set_watched(true);
        Self { recording, until, world, steps: 0, is_over: false }
    }

    /// Plays at most so many steps. Whether the run is over.
    fn advance(&mut self, steps_max: u64, mut see: impl FnMut(&World, &TimedEvent)) -> bool {
        let end = self.world.effort().saturating_add(steps_max);
        while !self.is_over && self.world.effort() < end {
            let goes_on = self.world.step_along(&self.recording.inputs, self.until);
            let occurrences: Vec<_> = self.world.drain_occurrences().collect();
            for occurrence in &occurrences {
                see(&self.world, occurrence);
            }
            self.steps += 1;
            self.is_over = !goes_on || self.steps >= STEPS_MAX;
        }
        self.is_over
    }
}

/// The world that a recording leads to.
pub(super) fn at_end(recording: &Recording, until: SimTime) -> World {
    let mut played = Played::new(recording.clone(), until);
    while !played.advance(u64::MAX, |_, _| ()) {}
    played.world
}

/// The run that shows what is right, played in pieces so that a page stays alive.
#[derive(Clone, Debug)]
pub struct Answering {
    question: Question,
    queues: Vec<Name>,
    played: Played,
    seen: Seen,
}

impl Answering {
    #[must_use]
    pub fn of(question: &Question, lesson: &Lesson) -> Self {
        let queues = lesson.scenario.broker.queues.iter().map(|queue| queue.name.clone()).collect();
        let played = Played::new(question.recording(lesson), question.until);
        Self { question: question.clone(), queues, played, seen: Seen::default() }
    }

    /// Plays at most so many steps. Whether the answer is known.
    pub fn advance(&mut self, steps_max: u64) -> bool {
        let (question, seen) = (&self.question, &mut self.seen);
        self.played.advance(steps_max, |world, occurrence| seen.note(world, question, occurrence))
    }

    /// In thousandths.
    #[must_use]
    pub fn progress(&self) -> u32 {
        self.played.world.now().thousandths_of(self.question.until)
    }

    /// As far as it was played.
    #[must_use]
    pub fn answer(self) -> Answer {
        let Self { queues, seen, .. } = self;
        match &self.question.ask {
            Ask::Queues => Answer { choices: queues.iter().map(ToString::to_string).collect(), right: in_order(seen.queues) },
            Ask::Reason => Answer {
                choices: REASONS.iter().map(ToString::to_string).collect(),
                right: vec![seen.reason.unwrap_or(REASONS[0]).to_owned()],
            },
            Ask::Order { .. } => Answer { choices: in_order(seen.order.clone()), right: seen.order },
            Ask::Count { of, choices } => {
                let property = Property { left: of.clone(), comparison: Comparison::Equal, right: Quantity::Number(0.0) };
                let found = judge(&self.played.world, &property).left;
                Answer { choices: choices.iter().map(ToString::to_string).collect(), right: vec![Shortest(found).to_string()] }
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Seen {
    /// The event that was published by hand: the one the question is about.
    event: Option<Name>,
    queues: Vec<String>,
    reason: Option<&'static str>,
    order: Vec<String>,
}

impl Seen {
    fn note(&mut self, world: &World, question: &Question, occurrence: &TimedEvent) {
        let about = |event: &Option<Name>, id: Option<&Name>| event.is_some() && event.as_ref() == id;
        match &occurrence.what {
            WorldEvent::Broker(Event::Published { message, .. }) => {
                let by_hand = question
                    .publish
                    .as_ref()
                    .is_some_and(|publish| publish.exchange == message.exchange && publish.routing_key == message.routing_key);
                if by_hand && self.event.is_none() && occurrence.at >= question.at {
                    self.event.clone_from(&message.properties.message_id);
                }
            }
            WorldEvent::Broker(Event::Routed { message, queues })
                if about(&self.event, message.properties.message_id.as_ref()) && self.queues.is_empty() =>
            {
                self.queues = queues.iter().map(ToString::to_string).collect();
            }
            WorldEvent::Broker(Event::DeadLettered { message, reason, .. })
                if about(&self.event, message.properties.message_id.as_ref()) =>
            {
                self.reason.get_or_insert(reason.name());
            }
            WorldEvent::Broker(Event::Delivered(delivered)) => {
                if let Ask::Order { service } = &question.ask {
                    let to = world.instance_of_channel(delivered.channel).and_then(|id| world.services().get(id.service));
                    let key = delivered.message.routing_key.to_string();
                    if to.is_some_and(|to| to.spec.name == *service) && !self.order.contains(&key) {
                        self.order.push(key);
                    }
                }
            }
            _ => {}
        }
    }
}
