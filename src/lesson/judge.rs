//! Judging goals, this many steps a call, so that a page stays alive. It is the same on the command line.

use std::sync::Arc;

use super::{Attempt, Clause, Counted, Demand, Goal, Lesson, Lock, Moment, Step, Task};
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, in_order};
use crate::broker::{Event, Name, Properties};
use crate::scenario::edit::names::Referent;
use crate::scenario::{Fault, Property, Scenario, Trigger};
use crate::sim::judge::{Judgement, holds, judge};
use crate::sim::{Input, InstanceId, Recording, TimedInput, World, WorldEvent};

/// How one clause was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub says: String,
    pub good: bool,
    /// It holds in the same moment of a run in which the learner does nothing: it is no achievement.
    pub by_itself: bool,
    /// What happened instead, in plain words.
    pub why: Option<String>,
    /// What was found, where there are plainer words for it: then `why` is its formula.
    pub seen: Option<Seen>,
    /// The run in which it went wrong soonest, and when.
    pub failing: Option<Failing>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The clause is a property.
    Measured(Judgement),
    Reached(Reached),
}

/// Which services handle such a message, and should not; or should, and do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    pub routing_key: Name,
    pub headers: crate::broker::Table,
    pub missing: Vec<Name>,
    pub unwanted: Vec<Name>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    /// Counted from 1.
    pub run: u32,
    pub recording: Recording,
    pub at: SimTime,
    /// The event that broke the clause, where it is about a single one.
    pub event: Option<Name>,
}

/// A goal being judged.
#[derive(Clone, Debug)]
pub struct Judging {
    goal: Goal,
    start: Arc<Scenario>,
    /// The goal's clauses under the names that the lesson began with.
    clauses_at_start: Vec<Clause>,
    subject: Subject,
    /// Nothing was done: what holds, holds by itself.
    is_untouched: bool,
    run: u32,
    /// The one that is being played.
    playing: Option<Box<Run>>,
    findings: Vec<Finding>,
}

#[derive(Clone, Debug)]
enum Subject {
    /// A system, on many seeds.
    System(Arc<Scenario>),
    /// One run, as far as it went. The learner chooses its end, so a second run without the learner's work says what would hold anyway.
    Run(Recording, SimTime),
}

/// How many steps a run may take. A run that never ends is a failure with a reason, not a hanging page.
pub const STEPS_MAX: u64 = 3_000_000;

impl Judging {
    /// Of what a learner did: a recording up to a moment. None where the step has nothing to judge.
    #[must_use]
    pub fn of(lesson: &Lesson, step: &Step, recording: &Recording, until: SimTime, hidden: &[Fault]) -> Option<Self> {
        let mut goal = step.task.goal()?.clone();
        let renames = Renames::of(&lesson.scenario, recording);
        let clauses_at_start = goal.clauses.clone();
        for clause in &mut goal.clauses {
            clause.demand = clause.demand.renamed(&|referent, name| renames.now(referent, name));
        }
        let subject = match &step.task {
            Task::Fix(_) => Subject::System(Arc::new(examined(lesson, last(recording), &goal, hidden))),
            // The run began with the lesson's system, also where a file claims otherwise.
            _ => Subject::Run(
                Recording { scenario: lesson.scenario.clone(), seed: lesson.scenario.seed, inputs: recording.inputs.clone() },
                until,
            ),
        };
        let is_untouched = match &subject {
            Subject::System(_) => Lock::ALL.iter().all(|(_, lock)| lock.is_kept(&lesson.scenario, last(recording))),
            Subject::Run(recording, _) => recording.inputs.is_empty(),
        };
        let findings = goal.clauses.iter().map(|clause| Finding {
            says: clause.says.clone(),
            good: true,
            // A system that was changed is judged on seeds and faults of the lesson: no moment of it can be chosen.
            by_itself: is_untouched || matches!(subject, Subject::Run(..)),
            why: None,
            seen: None,
            failing: None,
        });
        let findings = findings.collect();
        let mut judging =
            Self { goal, start: lesson.scenario.clone(), clauses_at_start, subject, is_untouched, run: 0, playing: None, findings };
        let systems = recording.inputs.iter().filter_map(|timed| match &timed.input {
            Input::Edit(scenario) => Some(&**scenario),
            _ => None,
        });
        let lock = systems.chain([last(recording)]).find_map(|system| Lock::broken(&lesson.locked, &lesson.scenario, system));
        if let Some(lock) = lock {
            for finding in &mut judging.findings {
                finding.good = false;
                finding.why = Some(format!("the lesson keeps its {} as they are, and they were changed", lock.name()));
            }
            judging.run = judging.runs();
        }
        // Faults that are planned stand in the scenario: they are no change of the system.
        let rebuilt = |timed: &TimedInput| match &timed.input {
            Input::Edit(scenario) => Scenario { faults: lesson.scenario.faults.clone(), ..Scenario::clone(scenario) } != *lesson.scenario,
            _ => false,
        };
        if let (Task::Break(_), true) = (&step.task, recording.inputs.iter().any(rebuilt)) {
            for finding in &mut judging.findings {
                finding.good = false;
                finding.why = Some("the system was changed: here it is broken by faults alone".into());
            }
            judging.run = judging.runs();
        }
        Some(judging)
    }

    const fn runs(&self) -> u32 {
        match self.subject {
            Subject::System(_) => self.goal.seeds,
            Subject::Run(..) if self.is_untouched => 1,
            Subject::Run(..) => 2,
        }
    }

    /// How many runs are done, and of how many.
    #[must_use]
    pub const fn progress(&self) -> (u32, u32) {
        (self.run, self.runs())
    }

    /// The same in thousandths, with the part of the run that is being played.
    #[must_use]
    pub fn parts_done(&self) -> u32 {
        let of_run = self.playing.as_ref().map_or(0, |run| run.world.now().thousandths_of(run.until));
        (self.run * 1_000 + of_run) / self.runs().max(1)
    }

    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.run >= self.runs()
    }

    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Plays at most so many steps of the runs that are left. Whether it is over.
    pub fn advance(&mut self, steps_max: u64) -> bool {
        let mut left = steps_max;
        while !self.is_over() && left > 0 {
            let mut run = self.playing.take().unwrap_or_else(|| Box::new(self.next_run()));
            if run.advance(&mut left) {
                self.conclude(&run);
            } else {
                self.playing = Some(run);
            }
        }
        if self.is_over() {
            self.refuse_nothing();
        }
        self.is_over()
    }

    fn next_run(&self) -> Run {
        match &self.subject {
            Subject::System(scenario) => {
                let seed = scenario.seed.wrapping_add(self.run.into());
                let inputs = self.goal.inputs.iter().cloned().collect();
                Run::new(Recording { scenario: scenario.clone(), seed, inputs }, self.goal.until, &self.goal.clauses)
            }
            Subject::Run(recording, until) if self.run == 0 => Run::new(recording.clone(), *until, &self.goal.clauses),
            Subject::Run(recording, until) => {
                let nothing_done = Recording::new(recording.scenario.clone(), recording.seed);
                Run::new(nothing_done, *until, &self.clauses_at_start)
            }
        }
    }

    /// Takes note of what a run shows.
    fn conclude(&mut self, run: &Run) {
        self.run += 1;
        if self.run == 2 && matches!(self.subject, Subject::Run(..)) {
            self.compare_with_nothing_done(run);
            return;
        }
        if !run.ended {
            // It fails everything, and would take as long on every other seed.
            self.run = self.runs();
        }
        for (clause, finding) in self.goal.clauses.iter().zip(&mut self.findings) {
            let Some(Against { why, at, seen, event }) = run.against(clause, &self.start) else { continue };
            let at = at.unwrap_or(run.until);
            let sooner = finding.failing.as_ref().is_none_or(|failing| at < failing.at);
            (finding.good, finding.by_itself) = (false, false);
            if sooner {
                (finding.why, finding.seen) = (Some(why), seen);
                let failing = Failing { run: self.run, recording: run.recording.clone(), at, event };
                // A count of parts is broken by no message at no moment of a run.
                finding.failing = Some(failing).filter(|_| !matches!(clause.demand, Demand::Added { .. }) || !run.ended);
            }
        }
    }

    fn compare_with_nothing_done(&mut self, run: &Run) {
        for (clause, finding) in self.clauses_at_start.iter().zip(&mut self.findings) {
            finding.by_itself &= run.against(clause, &self.start).is_none();
        }
    }

    /// A goal that holds without any work is not reached.
    fn refuse_nothing(&mut self) {
        if self.findings.iter().all(|finding| finding.good && finding.by_itself) {
            let why = match &self.subject {
                Subject::System(_) => "it holds already: the system was not changed".to_owned(),
                Subject::Run(_, until) => format!("at {until} it holds when nothing is done, too"),
            };
            for finding in &mut self.findings {
                finding.good = false;
                (finding.why, finding.seen) = (Some(why.clone()), None);
            }
        }
    }

    /// All of it at once.
    #[must_use]
    pub fn to_end(mut self) -> Vec<Finding> {
        while !self.advance(u64::MAX) {}
        self.findings
    }
}

/// Parts whose names must differ from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Namespace {
    Queues,
    Exchanges,
    /// Services and clients.
    Programs,
}

impl Namespace {
    const fn of(referent: Referent) -> Self {
        match referent {
            Referent::Queue => Self::Queues,
            Referent::Exchange => Self::Exchanges,
            Referent::Service | Referent::Program => Self::Programs,
        }
    }
}

/// What was renamed on the way. A goal speaks of the names its lesson began with.
#[derive(Debug, Default)]
pub struct Renames(Vec<(Namespace, Name, Name)>);

impl Renames {
    #[must_use]
    pub fn of(start: &Scenario, recording: &Recording) -> Self {
        let mut renames = Self::default();
        let mut before = names(start);
        for timed in recording.inputs.iter() {
            let Input::Edit(scenario) = &timed.input else { continue };
            let after = names(scenario);
            for ((namespace, old), (_, new)) in before.iter().zip(&after).filter(|((_, old), (_, new))| old.len() == new.len()) {
                // To rename changes no part's place among its like.
                for (was, is) in old.iter().zip(new).filter(|(was, is)| was != is && !new.contains(was) && !old.contains(is)) {
                    renames.note(*namespace, was, is);
                }
            }
            before = after;
        }
        renames
    }

    fn note(&mut self, namespace: Namespace, was: &Name, is: &Name) {
        match self.0.iter_mut().find(|(of, _, last)| *of == namespace && last == was) {
            Some((_, _, last)) => last.clone_from(is),
            None => self.0.push((namespace, was.clone(), is.clone())),
        }
    }

    #[must_use]
    pub fn now(&self, referent: Referent, name: &Name) -> Name {
        let namespace = Namespace::of(referent);
        self.0.iter().find(|(of, first, _)| *of == namespace && first == name).map_or(name, |(_, _, last)| last).clone()
    }
}

/// Of each kind of part, in their order.
fn names(scenario: &Scenario) -> [(Namespace, Vec<Name>); 4] {
    [
        (Namespace::Queues, scenario.broker.queues.iter().map(|queue| queue.name.clone()).collect()),
        (Namespace::Exchanges, scenario.broker.exchanges.iter().map(|exchange| exchange.name.clone()).collect()),
        (Namespace::Programs, scenario.services.iter().map(|service| service.name.clone()).collect()),
        (Namespace::Programs, scenario.clients.iter().map(|client| client.name.clone()).collect()),
    ]
}

/// The system as a recording leaves it.
#[must_use]
pub fn last(recording: &Recording) -> &Scenario {
    let edited = recording.inputs.iter().rev().find_map(|timed| match &timed.input {
        Input::Edit(scenario) => Some(&**scenario),
        _ => None,
    });
    edited.unwrap_or(&recording.scenario)
}

/// The lesson keeps its traffic, its network and its seed. The faults are those it is judged by.
fn examined(lesson: &Lesson, system: &Scenario, goal: &Goal, hidden: &[Fault]) -> Scenario {
    let mut scenario = system.clone();
    if !lesson.scenario.clients.is_empty() {
        scenario.clients.clone_from(&lesson.scenario.clients);
    }
    scenario.network = lesson.scenario.network.clone();
    scenario.seed = lesson.scenario.seed;
    scenario.faults.clone_from(if goal.faults.is_empty() { &lesson.scenario.faults } else { &goal.faults });
    scenario.faults.extend(hidden.iter().cloned());
    scenario
}

/// One run, and what was noted on the way.
#[derive(Clone, Debug)]
struct Run {
    recording: Recording,
    until: SimTime,
    world: World,
    steps: u64,
    is_watched: bool,
    /// Properties that cannot be mended once they are broken, by the place of their clause.
    lasting: Vec<(usize, Property)>,
    /// It came to its end, within the steps that it may take.
    ended: bool,
    /// When each property that cannot be mended was broken.
    broken: Vec<Option<SimTime>>,
    /// What each service began to handle, and what it finished, in order.
    handled: OrderedMap<(Name, Moment), Vec<(Name, SimTime)>>,
    /// When each event was published first, counted.
    published: OrderedMap<Name, usize>,
    /// When each event was delivered from each queue.
    delivered: OrderedMap<(Name, Name), Vec<SimTime>>,
    clauses: Vec<Clause>,
}

impl Run {
    fn new(recording: Recording, until: SimTime, clauses: &[Clause]) -> Self {
        let mut world = World::new(recording.scenario.clone(), recording.seed);
        let is_watched = clauses.iter().any(|clause| matches!(clause.demand, Demand::Order { .. } | Demand::Attempts { .. }));
        world.set_watched(is_watched);
        let lasting = clauses.iter().enumerate().filter_map(|(index, clause)| match &clause.demand {
            Demand::Property(property) if property.breaks_for_good() => Some((index, property.clone())),
            _ => None,
        });
        Self {
            recording,
            until,
            world,
            steps: 0,
            is_watched,
            lasting: lasting.collect(),
            ended: true,
            broken: vec![None; clauses.len()],
            handled: OrderedMap::new(),
            published: OrderedMap::new(),
            delivered: OrderedMap::new(),
            clauses: clauses.to_vec(),
        }
    }

    /// Plays at most so many steps, and takes them from those that are left. Whether it is over.
    fn advance(&mut self, left: &mut u64) -> bool {
        while *left > 0 {
            let before = self.world.effort();
            let goes_on = self.world.step_along(&self.recording.inputs, self.until);
            *left = left.saturating_sub((self.world.effort() - before).max(1));
            self.steps += u64::from(goes_on);
            self.ended = self.steps < STEPS_MAX && self.world.halted().is_none();
            if !goes_on || !self.ended {
                self.note();
                self.look();
                return true;
            }
            if self.is_watched {
                self.note();
            }
            // Often enough to find the moment; after each step it would cost more than the run itself.
            if self.steps.is_multiple_of(64) {
                self.look();
            }
        }
        false
    }

    fn look(&mut self) {
        for (index, property) in &self.lasting {
            if self.broken[*index].is_none() && !holds(&self.world, property) {
                self.broken[*index] = Some(self.world.now());
            }
        }
    }

    fn note(&mut self) {
        let occurrences: Vec<_> = self.world.drain_occurrences().collect();
        for occurrence in occurrences {
            match &occurrence.what {
                WorldEvent::Began { instance, about, .. } => self.note_handled(*instance, Moment::Begins, about, occurrence.at),
                WorldEvent::Finished { instance, about } => self.note_handled(*instance, Moment::Finishes, about, occurrence.at),
                WorldEvent::Broker(Event::Published { message, .. }) => {
                    let number = self.published.len();
                    if let Some(event) = &message.properties.message_id {
                        self.published.get_or_insert_with(event.clone(), || number);
                    }
                }
                WorldEvent::Broker(Event::Delivered(delivered)) => {
                    if let Some(event) = &delivered.message.properties.message_id {
                        self.delivered.get_or_default((delivered.queue.clone(), event.clone())).push(occurrence.at);
                    }
                }
                _ => {}
            }
        }
    }

    fn note_handled(&mut self, instance: InstanceId, moment: Moment, about: &Name, at: SimTime) {
        let service = self.world.services().get(instance.service).map(|service| service.spec.name.clone());
        if let Some(service) = service {
            self.handled.get_or_default((service, moment)).push((about.clone(), at));
        }
    }

    /// What went wrong, and when if that is known; none where the clause holds.
    fn against(&self, clause: &Clause, start: &Scenario) -> Option<Against> {
        if !self.ended {
            let why = self.world.halted().unwrap_or("it goes round and round without an end").to_owned();
            return Some(Against::of(format!("by {} {why}", self.world.now()), Some(self.world.now())));
        }
        match &clause.demand {
            Demand::Property(property) => {
                let judgement = judge(&self.world, property);
                let broken = self.clauses.iter().position(|other| other == clause).and_then(|index| self.broken[index]);
                let why = judgement.to_string();
                (!judgement.holds).then(|| Against { seen: Some(Seen::Measured(judgement)), ..Against::of(why, broken) })
            }
            Demand::Reaches { exchange, routing_key, headers, services } => {
                let reached = handlers(&self.world, exchange, routing_key, headers);
                let wanted = in_order(services.iter().cloned());
                (reached != wanted).then(|| {
                    let told = if reached.is_empty() { "no service".to_owned() } else { reached.join(", ") };
                    let only_in = |these: &[Name], those: &[Name]| these.iter().filter(|name| !those.contains(name)).cloned().collect();
                    let (missing, unwanted): (Vec<Name>, _) = (only_in(&wanted, &reached), only_in(&reached, &wanted));
                    let told_missing = if missing.is_empty() { String::new() } else { format!(", and not by {}", missing.join(", ")) };
                    let seen = Reached { routing_key: routing_key.clone(), headers: headers.clone(), missing, unwanted };
                    let why = format!("{routing_key} is handled by {told}{told_missing}");
                    Against { seen: Some(Seen::Reached(seen)), ..Against::of(why, None) }
                })
            }
            Demand::Order { service, moment } => {
                let handled = self.handled.get(&(service.clone(), *moment)).map_or(&[][..], Vec::as_slice);
                let mut latest: Option<(usize, &Name)> = None;
                for (event, at) in handled {
                    let Some(number) = self.published.get(event) else { continue };
                    if let Some((_, later)) = latest.filter(|(latest, _)| number < latest) {
                        let why = format!("{service} {} {event} after {later}, which was published later", moment.name());
                        return Some(Against { event: Some(event.clone()), ..Against::of(why, Some(*at)) });
                    }
                    latest = Some((*number, event));
                }
                handled.is_empty().then(|| Against::of(format!("{service} {} nothing", moment.name()), None))
            }
            Demand::Attempts { queue, at_most } => {
                let from_here = self.delivered.iter().filter(|((from, _), _)| from == queue);
                // The delivery that was one too many, and came first.
                let too_many = from_here.filter_map(|((_, event), times)| Some((times.get(*at_most)?, event, times.len())));
                let (at, event, count) = too_many.min_by_key(|(at, ..)| **at)?;
                Some(Against { event: Some(event.clone()), ..Against::of(format!("{event} was delivered {count} times"), Some(*at)) })
            }
            Demand::Added { part, at_most } => {
                let (before, after) = (part.of(start), part.of(self.world.scenario()));
                let added = after.saturating_sub(before);
                let (word, _) = Counted::ALL.iter().find(|(_, counted)| counted == part).copied().unwrap_or(("parts", *part));
                (added > *at_most).then(|| Against::of(format!("{added} {word} were added"), None))
            }
        }
    }
}

/// How a run speaks against a clause.
struct Against {
    why: String,
    /// When it went wrong, if that is known.
    at: Option<SimTime>,
    seen: Option<Seen>,
    /// The event with which it went wrong, if it is a single one.
    event: Option<Name>,
}

impl Against {
    const fn of(why: String, at: Option<SimTime>) -> Self {
        Self { why, at, seen: None, event: None }
    }
}

/// The services whose programs consume from where such a message goes, by name.
#[must_use]
pub fn handlers(world: &World, exchange: &str, routing_key: &str, headers: &crate::broker::Table) -> Vec<Name> {
    let queues = world.broker().destinations(exchange, routing_key, Properties::with_headers(Some(headers.clone())));
    let consumes = |service: &crate::scenario::Service| {
        service
            .handlers
            .iter()
            .any(|handler| matches!(&handler.trigger, Trigger::Queue(subscription) if queues.contains(&subscription.queue)))
    };
    in_order(world.scenario().services.iter().filter(|service| consumes(service)).map(|service| service.name.clone()))
}

impl Attempt {
    /// The recording that a page makes of a learner who does this.
    #[must_use]
    pub fn recording(&self, scenario: &Arc<Scenario>) -> Recording {
        let edits =
            self.edits.iter().map(|scenario| TimedInput { at: SimTime::ZERO, after_steps: 0, input: Input::Edit(scenario.clone()) });
        Recording { scenario: scenario.clone(), seed: scenario.seed, inputs: edits.chain(self.inputs.iter().cloned()).collect() }
    }
}
