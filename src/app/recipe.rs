//! A handler as a recipe. Each step in plain words, what another order of the steps would mean, and which step is open.

use super::effect::Effect;
use super::form::{Change, Spot};
use super::session::Session;
use super::texts::recipe as texts;
use crate::base::SimTime;
use crate::base::time::Span as Time;
use crate::scenario::{Action, Ask, FailurePolicy, FailureRule, Handler, Scenario, Span, Step, Trigger};

/// What is open in the recipes of the part that is selected.
#[derive(Debug, Default)]
pub struct Recipe {
    /// The step whose fields are seen.
    pub open: Option<Spot>,
    /// The place where the next step will be added; none: at the end of its recipe.
    pub adds_at: Option<Spot>,
    /// The step that the pointer holds, and the place that it is over.
    pub carried: Option<(Spot, usize)>,
    /// What the newest order means, and the step that was moved.
    pub warning: Option<(Spot, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RecipeAction {
    /// Opens the fields of a step, or closes them.
    Toggle(Spot),
    /// Steps are added at this place, or at the end again.
    AddAt(Spot),
    /// The pointer holds a step over another place of its recipe.
    Carry(Spot, usize),
    /// The step goes back to its place.
    PutBack,
}

impl Session {
    pub(super) fn in_recipe(&mut self, action: RecipeAction) -> Vec<Effect> {
        match action {
            RecipeAction::Toggle(at) => self.recipe.open = Some(at).filter(|at| self.recipe.open.as_ref() != Some(at)),
            RecipeAction::AddAt(at) => self.recipe.adds_at = Some(at).filter(|at| self.recipe.adds_at.as_ref() != Some(at)),
            RecipeAction::Carry(at, to) => {
                self.recipe.warning = warning(self.scenario(), &at, to);
                self.recipe.carried = Some((at, to));
            }
            RecipeAction::PutBack => (self.recipe.carried, self.recipe.warning) = (None, None),
        }
        Vec::new()
    }
}

impl Recipe {
    /// A list was changed in the scenario as it was before: what was open stays with its step.
    pub(super) fn follow(&mut self, before: &Scenario, at: &Spot, change: &Change) {
        self.carried = None;
        let Some((_, _, index)) = at.step() else { return };
        let is_here = |spot: &Spot| spot.beside(0) == at.beside(0);
        let open = self.open.take().filter(is_here).and_then(|spot| spot.step()).map(|(_, _, open)| open);
        (self.adds_at, self.warning) = (None, None);
        let now = match change {
            Change::Set(_) | Change::Add(_) => open,
            // What is new is to be filled in.
            Change::Insert(_) => Some(index),
            Change::Remove => open.filter(|open| *open != index).map(|open| open - usize::from(open > index)),
            Change::Move(to) => {
                self.warning = warning(before, at, *to).map(|(_, text)| (at.beside(*to), text));
                open.map(|open| moved(open, index, *to))
            }
        };
        self.open = now.map(|now| at.beside(now));
    }
}

/// Where an entry of a list is after one of them was moved.
fn moved(entry: usize, from: usize, to: usize) -> usize {
    if entry == from {
        to
    } else if from < entry && entry <= to {
        entry - 1
    } else if to <= entry && entry < from {
        entry + 1
    } else {
        entry
    }
}

fn warning(scenario: &Scenario, at: &Spot, to: usize) -> Option<(Spot, String)> {
    let (service, handler, from) = at.step()?;
    let handler = scenario.services.get(service)?.handlers.get(handler)?;
    consequence(handler, from, to).map(|text| (at.clone(), text))
}

/// The worst known consequence of moving a step to another place. None: nothing that the steps show.
#[must_use]
pub fn consequence(handler: &Handler, from: usize, to: usize) -> Option<String> {
    let steps = &handler.steps;
    let step = steps.get(from)?;
    let passed = steps.get(from.min(to)..=from.max(to))?.iter().filter(|other| !std::ptr::eq(*other, step));
    let pairs = passed.map(|other| if to < from { (step, other) } else { (other, step) });
    let risks = pairs.filter_map(|(first, second)| Some((risk(handler, first, second)?, first, second)));
    let (risk, first, second) = risks.min_by_key(|(risk, ..)| *risk)?;
    let (before, after, record) = (name(first), name(second), record(first, second));
    let means = match risk {
        Risk::Lost => texts::LOST.to_owned(),
        Risk::Invented => texts::announces(&record),
        Risk::Promised => texts::promises(&record),
        Risk::Unannounced => texts::keeps_in_silence(&record),
        Risk::Repeated => texts::repeats(&before, &after),
        Risk::Unnoticed => texts::UNNOTICED.to_owned(),
    };
    Some(texts::consequence(&before, &after, &means))
}

/// What an order of two steps risks, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Acknowledged before the work is done.
    Lost,
    /// Published before the record is saved.
    Invented,
    /// Answered before the record is saved.
    Promised,
    /// Saved before the event is published.
    Unannounced,
    /// Done before a step that may fail, and done again with the next delivery.
    Repeated,
    /// Answered before the event is published.
    Unnoticed,
}

impl Risk {
    pub const ALL: [Self; 6] = [Self::Lost, Self::Invented, Self::Promised, Self::Unannounced, Self::Repeated, Self::Unnoticed];
}

/// What is risked when one step comes before another.
fn risk(handler: &Handler, first: &Step, second: &Step) -> Option<Risk> {
    match (&first.action, &second.action) {
        (
            Action::Ack { .. },
            Action::Work { .. } | Action::Persist { .. } | Action::Publish(_) | Action::Call { .. } | Action::Effect { .. },
        ) => Some(Risk::Lost),
        (Action::Publish(_), Action::Persist { .. }) => Some(Risk::Invented),
        (Action::Reply { .. }, Action::Persist { .. }) => Some(Risk::Promised),
        (Action::Persist { .. }, Action::Publish(_)) => Some(Risk::Unannounced),
        (Action::Publish(_) | Action::Effect { .. }, _) if may_fail(second) && is_tried_again(handler, second) => Some(Risk::Repeated),
        (Action::Reply { .. }, Action::Publish(_)) => Some(Risk::Unnoticed),
        (
            Action::Work { .. }
            | Action::Persist { .. }
            | Action::Publish(_)
            | Action::Call { .. }
            | Action::Effect { .. }
            | Action::Reply { .. }
            | Action::Ack { .. }
            | Action::Ask(_),
            _,
        ) => None,
    }
}

fn may_fail(step: &Step) -> bool {
    let is_needed = match &step.action {
        Action::Call { required, .. } => *required,
        Action::Publish(publish) => publish.required,
        Action::Ask(_) => true,
        Action::Work { .. } | Action::Persist { .. } | Action::Effect { .. } | Action::Reply { .. } | Action::Ack { .. } => false,
    };
    is_needed || step.fails != FailureRule::Never
}

/// Whether the same event is delivered again when a step fails, and the steps before it are done again.
fn is_tried_again(handler: &Handler, failed: &Step) -> bool {
    let is_delivery = matches!(&handler.trigger, Trigger::Queue(subscription) if !subscription.auto_ack);
    is_delivery
        && match failed.on_failure.as_ref().unwrap_or(&handler.on_failure) {
            FailurePolicy::Requeue
            | FailurePolicy::RejectRequeue
            | FailurePolicy::Republish { .. }
            | FailurePolicy::DeadLetterRetry { .. }
            | FailurePolicy::Chapter
            | FailurePolicy::Crash => true,
            FailurePolicy::DeadLetter | FailurePolicy::Acknowledge | FailurePolicy::Forget => false,
        }
}

/// What a step is called in a sentence.
fn name(step: &Step) -> String {
    match &step.action {
        Action::Work { .. } => texts::WORK.to_owned(),
        Action::Persist { .. } => texts::SAVE.to_owned(),
        Action::Publish(_) => texts::PUBLISH.to_owned(),
        Action::Call { endpoint, .. } => format!("{} {}", texts::CALL, endpoint.service),
        Action::Effect { what, .. } => format!("“{what}”"),
        Action::Reply { .. } => texts::REPLY.to_owned(),
        Action::Ack { .. } => texts::ACKNOWLEDGE.to_owned(),
        Action::Ask(ask) => texts::asks(ask).to_owned(),
    }
}

/// What one of the steps saves: `orderId` is the number of an order.
fn record(first: &Step, second: &Step) -> String {
    let noun = [first, second].into_iter().find_map(|step| match &step.action {
        Action::Persist { id, .. } => id.strip_suffix("Id").filter(|noun| noun.chars().all(char::is_alphabetic) && !noun.is_empty()),
        _ => None,
    });
    let noun = noun.unwrap_or(texts::RECORD);
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { texts::AN } else { texts::A };
    format!("{article} {noun}")
}

/// A line of a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What is done, in plain words.
    pub does: &'static str,
    /// To what, in the document's own words.
    pub what: String,
    /// What else there is to know.
    pub more: String,
}

/// A step in plain words.
#[must_use]
pub fn line(step: &Step) -> Line {
    let mut line = match &step.action {
        Action::Work { time, blocks } => {
            Line { does: texts::WORK_FOR, what: span(time), more: if *blocks { texts::BLOCKING.to_owned() } else { String::new() } }
        }
        Action::Persist { id, state, outbox } => {
            let event = outbox.as_ref().map(|event| texts::with_event(&event.routing_key));
            Line { does: texts::SAVE_AS, what: state.to_string(), more: texts::number_in(id) + &event.unwrap_or_default() }
        }
        Action::Publish(publish) => Line {
            does: texts::PUBLISH,
            what: publish.routing_key.to_string(),
            more: texts::to_exchange(&publish.exchange, publish.payload.as_object().into_iter().flatten().count(), publish.confirm),
        },
        Action::Call { endpoint, required, .. } => {
            Line { does: texts::CALL, what: format!("{} {}", endpoint.service, endpoint.path), more: texts::answer(*required).to_owned() }
        }
        Action::Effect { what, of, .. } => Line { does: texts::DO, what: what.to_string(), more: texts::for_whom(of) },
        Action::Reply { status } => Line { does: texts::REPLY, what: status.to_string(), more: String::new() },
        Action::Ack { every, elsewhere } => {
            let how = if *elsewhere { Some(texts::ELSEWHERE.to_owned()) } else { every.map(texts::together) };
            Line { does: texts::ACKNOWLEDGE, what: String::new(), more: how.unwrap_or_default() }
        }
        Action::Ask(ask) => {
            let what = match ask {
                Ask::Declare { declares, .. } => declares.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                Ask::CheckQueue { queue, .. } | Ask::Get { queue } => queue.to_string(),
            };
            Line { does: texts::asks(ask), what, more: texts::ends_without(ask) }
        }
    };
    if step.fails != FailureRule::Never {
        let comma = if line.more.is_empty() { "" } else { ", " };
        line.more = format!("{}{comma}{}", line.more, texts::MAY_FAIL);
    }
    line
}

/// With a space before the unit, as prose has it.
fn long(time: SimTime) -> String {
    let text = Time(time).to_string();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    format!("{digits} {}", &text[digits.len()..])
}

fn span(time: &Span) -> String {
    match time {
        Span::Constant(time) => long(*time),
        Span::Field(field) => texts::as_long_as(field),
        Span::Uniform { from, to } => texts::between(&long(*from), &long(*to)),
        Span::Exponential { mean: time } | Span::LogNormal { median: time, .. } => texts::about(&long(*time)),
    }
}

/// What begins a recipe: the words before, what it is, and the words after.
#[must_use]
pub fn beginning(trigger: &Trigger) -> (&'static str, String, String) {
    match trigger {
        Trigger::Http { path } => (texts::WHEN, path.to_string(), texts::ARRIVES.to_owned()),
        Trigger::Queue(subscription) => (texts::WHEN_A_MESSAGE_OF, subscription.queue.to_string(), texts::ARRIVES.to_owned()),
        Trigger::Schedule { every, records } => {
            (texts::EVERY, long(*every), records.as_ref().map(|records| texts::per_record(&records.state)).unwrap_or_default())
        }
        Trigger::StartUp => (texts::WHEN_AN_INSTANCE_STARTS, String::new(), String::new()),
    }
}
