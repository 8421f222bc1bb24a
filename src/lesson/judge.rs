//! Judging goals: one run a call, so that a page stays alive; the same in a page and on the command line.

use std::sync::Arc;

use super::{Attempt, Clause, Counted, Demand, Goal, Lesson, Lock, Moment, Step, Task};
use crate::base::SimTime;
use crate::base::ordered::{OrderedMap, in_order};
use crate::broker::{Event, Name};
use crate::scenario::{Fault, Scenario, Trigger};
use crate::sim::judge::{holds, judge};
use crate::sim::{Happening, Input, InstanceId, Recording, TimedInput, World};

/// How one clause was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub says: String,
    pub good: bool,
    /// What happened instead, in plain words.
    pub why: Option<String>,
    /// The run in which it went wrong soonest, and when.
    pub failing: Option<Failing>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    pub recording: Recording,
    pub at: SimTime,
}

/// A goal being judged.
#[derive(Clone, Debug)]
pub struct Judging {
    goal: Goal,
    start: Arc<Scenario>,
    subject: Subject,
    run: u32,
    findings: Vec<Finding>,
}

#[derive(Clone, Debug)]
enum Subject {
    /// A system, on many seeds.
    System(Arc<Scenario>),
    /// One run, as far as it went.
    Run(Recording, SimTime),
}

/// How many steps a run may take: what never ends is a failure with a reason, not a page that hangs.
pub(super) const STEPS_MAX: u64 = 3_000_000;

impl Judging {
    /// Of what a learner did: a recording up to a moment. None where the step has nothing to judge.
    #[must_use]
    pub fn of(lesson: &Lesson, step: &Step, recording: &Recording, until: SimTime, hidden: &[Fault]) -> Option<Self> {
        let mut goal = step.task.goal()?.clone();
        let renames = Renames::of(&lesson.scenario, recording);
        for clause in &mut goal.clauses {
            clause.demand = clause.demand.renamed(&|name| renames.now(name));
        }
        let subject = match &step.task {
            Task::Fix(_) => Subject::System(Arc::new(examined(lesson, last(recording), &goal, hidden))),
            // Whatever a file claims, it began with the lesson's system.
            _ => Subject::Run(
                Recording { scenario: lesson.scenario.clone(), seed: lesson.scenario.seed, inputs: recording.inputs.clone() },
                until,
            ),
        };
        let findings =
            goal.clauses.iter().map(|clause| Finding { says: clause.says.clone(), good: true, why: None, failing: None }).collect();
        let mut judging = Self { goal, start: lesson.scenario.clone(), subject, run: 0, findings };
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
            Subject::Run(..) => 1,
        }
    }

    /// How many runs are done, and of how many.
    #[must_use]
    pub const fn progress(&self) -> (u32, u32) {
        (self.run, self.runs())
    }

    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.run >= self.runs()
    }

    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Judges in one more run.
    pub fn next_run(&mut self) {
        if self.is_over() {
            return;
        }
        let (recording, until) = match &self.subject {
            Subject::System(scenario) => {
                let recording = Recording {
                    scenario: scenario.clone(),
                    seed: scenario.seed.wrapping_add(self.run.into()),
                    inputs: self.goal.inputs.iter().cloned().collect(),
                };
                (recording, self.goal.until)
            }
            Subject::Run(recording, until) => (recording.clone(), *until),
        };
        self.run += 1;
        let run = Run::of(&recording, until, &self.goal.clauses);
        if !run.ended {
            // It fails everything, and would on every other seed take as long.
            self.run = self.runs();
        }
        for (clause, finding) in self.goal.clauses.iter().zip(&mut self.findings) {
            let Some((why, broken)) = run.against(clause, &self.start) else { continue };
            let at = broken.unwrap_or(until);
            let sooner = finding.failing.as_ref().is_none_or(|failing| at < failing.at);
            finding.good = false;
            if sooner {
                finding.why = Some(why);
                finding.failing = Some(Failing { recording: recording.clone(), at });
            }
        }
    }

    /// All of it at once.
    #[must_use]
    pub fn to_end(mut self) -> Vec<Finding> {
        while !self.is_over() {
            self.next_run();
        }
        self.findings
    }
}

/// What was renamed on the way. A goal speaks of the names its lesson began with.
#[derive(Debug, Default)]
pub struct Renames(Vec<(Name, Name)>);

impl Renames {
    #[must_use]
    pub fn of(start: &Scenario, recording: &Recording) -> Self {
        let mut renames = Self::default();
        let mut before = names(start);
        for timed in recording.inputs.iter() {
            let Input::Edit(scenario) = &timed.input else { continue };
            let after = names(scenario);
            for (old, new) in before.iter().zip(&after).filter(|(old, new)| old.len() == new.len()) {
                // To rename changes no part's place among its like.
                for (was, is) in old.iter().zip(new).filter(|(was, is)| was != is && !new.contains(was) && !old.contains(is)) {
                    renames.note(was, is);
                }
            }
            before = after;
        }
        renames
    }

    fn note(&mut self, was: &Name, is: &Name) {
        match self.0.iter_mut().find(|(_, last)| last == was) {
            Some((_, last)) => last.clone_from(is),
            None => self.0.push((was.clone(), is.clone())),
        }
    }

    #[must_use]
    pub fn now(&self, name: &Name) -> Name {
        self.0.iter().find(|(first, _)| first == name).map_or(name, |(_, last)| last).clone()
    }
}

/// Of each kind of part, in their order.
fn names(scenario: &Scenario) -> [Vec<Name>; 4] {
    [
        scenario.broker.queues.iter().map(|queue| queue.name.clone()).collect(),
        scenario.broker.exchanges.iter().map(|exchange| exchange.name.clone()).collect(),
        scenario.services.iter().map(|service| service.name.clone()).collect(),
        scenario.clients.iter().map(|client| client.name.clone()).collect(),
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

/// What is the lesson's stays the lesson's: its traffic, its network, its seed; and the faults are those it is judged by.
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
struct Run {
    world: World,
    ended: bool,
    /// When each property that cannot be mended was broken.
    broken: Vec<Option<SimTime>>,
    /// What each service began to handle, and what it finished, in order.
    handled: OrderedMap<(Name, Moment), Vec<(Name, SimTime)>>,
    /// When each event was published first, counted.
    published: OrderedMap<Name, usize>,
    /// How often each event was delivered from each queue.
    delivered: OrderedMap<(Name, Name), (usize, SimTime)>,
    clauses: Vec<Clause>,
}

impl Run {
    fn of(recording: &Recording, until: SimTime, clauses: &[Clause]) -> Self {
        let mut world = World::new(recording.scenario.clone(), recording.seed);
        let watched = clauses.iter().any(|clause| matches!(clause.demand, Demand::Order { .. } | Demand::Attempts { .. }));
        world.set_watched(watched);
        let lasting: Vec<(usize, crate::scenario::Property)> = clauses
            .iter()
            .enumerate()
            .filter_map(|(index, clause)| match &clause.demand {
                Demand::Property(property) if property.breaks_for_good() => Some((index, property.clone())),
                _ => None,
            })
            .collect();
        let mut run = Self {
            world,
            ended: true,
            broken: vec![None; clauses.len()],
            handled: OrderedMap::new(),
            published: OrderedMap::new(),
            delivered: OrderedMap::new(),
            clauses: clauses.to_vec(),
        };
        let mut steps = 0_u64;
        while run.world.step_along(&recording.inputs, until) {
            steps += 1;
            if steps >= STEPS_MAX || run.world.halted().is_some() {
                run.ended = false;
                break;
            }
            if watched {
                run.note();
            }
            // Often enough to find the moment; after each step it would cost more than the run itself.
            if steps.is_multiple_of(64) {
                run.look(&lasting);
            }
        }
        run.note();
        run.look(&lasting);
        run
    }

    fn look(&mut self, lasting: &[(usize, crate::scenario::Property)]) {
        for (index, property) in lasting {
            if self.broken[*index].is_none() && !holds(&self.world, property) {
                self.broken[*index] = Some(self.world.now());
            }
        }
    }

    fn note(&mut self) {
        let occurrences: Vec<_> = self.world.drain_occurrences().collect();
        for occurrence in occurrences {
            match &occurrence.what {
                Happening::Began { instance, about, .. } => self.note_handled(*instance, Moment::Begins, about, occurrence.at),
                Happening::Finished { instance, about } => self.note_handled(*instance, Moment::Finishes, about, occurrence.at),
                Happening::Broker(Event::Published { message, .. }) => {
                    let number = self.published.len();
                    if let Some(event) = &message.properties.message_id {
                        self.published.get_or_insert_with(event.clone(), || number);
                    }
                }
                Happening::Broker(Event::Delivered(delivered)) => {
                    if let Some(event) = &delivered.message.properties.message_id {
                        let (count, at) = self.delivered.get_or_default((delivered.queue.clone(), event.clone()));
                        (*count, *at) = (*count + 1, occurrence.at);
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
    fn against(&self, clause: &Clause, start: &Scenario) -> Option<(String, Option<SimTime>)> {
        if !self.ended {
            let why = self.world.halted().unwrap_or("it goes round and round without an end").to_owned();
            return Some((format!("by {} {why}", self.world.now()), Some(self.world.now())));
        }
        match &clause.demand {
            Demand::Property(property) => {
                let judgement = judge(&self.world, property);
                let broken = self.clauses.iter().position(|other| other == clause).and_then(|index| self.broken[index]);
                (!judgement.holds).then(|| (judgement.to_string(), broken))
            }
            Demand::Reaches { exchange, routing_key, headers, services } => {
                let reached = handlers(&self.world, exchange, routing_key, headers);
                let wanted = in_order(services.iter().cloned());
                (reached != wanted).then(|| {
                    let told = if reached.is_empty() { "nobody".to_owned() } else { reached.join(", ") };
                    (format!("{routing_key} is handled by {told}"), None)
                })
            }
            Demand::Order { service, moment } => {
                let handled = self.handled.get(&(service.clone(), *moment)).map_or(&[][..], Vec::as_slice);
                let mut latest: Option<(usize, &Name)> = None;
                for (event, at) in handled {
                    let Some(number) = self.published.get(event) else { continue };
                    if let Some((_, later)) = latest.filter(|(latest, _)| number < latest) {
                        let why = format!("{service} {} {event} after {later}, which was published later", moment.name());
                        return Some((why, Some(*at)));
                    }
                    latest = Some((*number, event));
                }
                handled.is_empty().then(|| (format!("{service} {} nothing", moment.name()), None))
            }
            Demand::Attempts { queue, at_most } => {
                let from_here = self.delivered.iter().filter(|((from, _), _)| from == queue);
                let ((_, event), (count, at)) = from_here.max_by_key(|(_, (count, _))| *count)?;
                (count > at_most).then(|| (format!("{event} was delivered {count} times"), Some(*at)))
            }
            Demand::Added { part, at_most } => {
                let (before, after) = (part.of(start), part.of(self.world.scenario()));
                let added = after.saturating_sub(before);
                let (word, _) = Counted::ALL.iter().find(|(_, counted)| counted == part).copied().unwrap_or(("parts", *part));
                (added > *at_most).then(|| (format!("{added} {word} were added"), None))
            }
        }
    }
}

/// The services whose programs consume from where such a message goes, by name.
fn handlers(world: &World, exchange: &str, routing_key: &str, headers: &crate::broker::Table) -> Vec<Name> {
    let queues = world.broker().destinations(exchange, routing_key, Some(headers.clone()));
    let consumes = |service: &crate::scenario::Service| {
        service
            .handlers
            .iter()
            .any(|handler| matches!(&handler.trigger, Trigger::Queue(subscription) if queues.contains(&subscription.queue)))
    };
    in_order(world.scenario().services.iter().filter(|service| consumes(service)).map(|service| service.name.clone()))
}

impl Attempt {
    /// What somebody who does this has done: a recording, as a page would have made it.
    #[must_use]
    pub fn recording(&self, scenario: &Arc<Scenario>) -> Recording {
        let edits =
            self.edits.iter().map(|scenario| TimedInput { at: SimTime::ZERO, after_steps: 0, input: Input::Edit(scenario.clone()) });
        Recording { scenario: scenario.clone(), seed: scenario.seed, inputs: edits.chain(self.inputs.iter().cloned()).collect() }
    }
}
