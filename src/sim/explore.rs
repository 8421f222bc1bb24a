//! Looking for what breaks a property: other seeds, other orders of messages, crashes at every step and at random moments. What is found is
//! made as short as it can be, and is a recording that any user can replay.

use std::sync::Arc;

use super::input::{Input, Recording, TimedInput};
use super::judge::holds;
use super::random::{Random, Stream};
use super::world::World;
use crate::base::SimTime;
use crate::broker::Resource;
use crate::scenario::{BROKER, Fault, FaultKind, MessageRef, Moment, Property, Scenario, Target, Trigger};

/// A run that never comes to an end is left alone after so many steps.
const STEPS_MAX: u64 = 2_000_000;
/// How long what was killed stays away.
const AWAY: SimTime = SimTime::from_secs(2);
/// Crashes are tried at every step of the handlers of the first so many messages.
const MESSAGES_TRIED: u64 = 3;
/// After something is found, so many more runs look for something shorter.
const LOOKS_FOR_SHORTER: u64 = 50;

#[derive(Clone, Debug)]
pub struct Search {
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub property: Property,
    /// Traffic ends then, and what is under way is given as long again to come to its end.
    pub until: SimTime,
    pub runs: u64,
}

/// A run that breaks the property.
#[derive(Clone, Debug)]
pub struct Counterexample {
    pub recording: Recording,
    /// When it is broken.
    pub at: SimTime,
    pub faults: Vec<Fault>,
    /// Which run of the search found it, from 1.
    pub run: u64,
}

/// A search, one run at a time: its caller may stop after each.
#[derive(Clone, Debug)]
pub struct Explorer {
    search: Search,
    done: u64,
    /// Crash points that are still to be tried.
    points: std::vec::IntoIter<Fault>,
    found: Option<Counterexample>,
    found_after: u64,
}

/// What is tried in one run.
#[derive(Clone, Debug)]
struct Trial {
    scenario: Arc<Scenario>,
    seed: u64,
    faults: Vec<Fault>,
    until: SimTime,
}

impl Explorer {
    #[must_use]
    pub fn new(search: Search) -> Self {
        let points = crash_points(&search.scenario).into_iter();
        Self { search, done: 0, points, found: None, found_after: 0 }
    }

    #[must_use]
    pub const fn runs_done(&self) -> u64 {
        self.done
    }

    #[must_use]
    pub const fn search(&self) -> &Search {
        &self.search
    }

    /// The shortest that was found so far.
    #[must_use]
    pub const fn found(&self) -> Option<&Counterexample> {
        self.found.as_ref()
    }

    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.done >= self.search.runs || (self.found.is_some() && self.done >= self.found_after + LOOKS_FOR_SHORTER)
    }

    /// One more run.
    pub fn next_run(&mut self) {
        let trial = self.next_trial();
        self.done += 1;
        let Some(broken) = trial.run(&self.search.property) else { return };
        let best = self.shortened(trial, broken);
        let is_better = self.found.as_ref().is_none_or(|found| (best.faults.len(), best.at) < (found.faults.len(), found.at));
        if is_better {
            if self.found.is_none() {
                self.found_after = self.done;
            }
            self.found = Some(best);
        }
    }

    /// First nothing but the scenario, then a crash at each step, then what chance suggests.
    fn next_trial(&mut self) -> Trial {
        let Search { scenario, seed, until, .. } = &self.search;
        let plain = Trial { scenario: scenario.clone(), seed: *seed, faults: Vec::new(), until: *until };
        if self.done == 0 {
            return plain;
        }
        if let Some(point) = self.points.next() {
            return Trial { faults: vec![point], ..plain };
        }
        let mut random = Random::stream(*seed ^ self.done.wrapping_mul(0x9e37_79b9), 7);
        let seed = seed.wrapping_add(self.done);
        let mut trial = Trial { seed, ..plain };
        if random.one_in(2) {
            // Links that are not all alike bring messages in another order.
            let mut shaken = Scenario::clone(&trial.scenario);
            shaken.network.jitter = shaken.network.jitter.max(shaken.network.latency).max(SimTime::from_millis(20));
            trial.scenario = Arc::new(shaken);
        }
        for _ in 0..random.below(4) {
            trial.faults.extend(random_fault(&mut random, scenario, *until));
        }
        trial
    }

    /// Without the faults it does not need, and no longer than it has to be.
    fn shortened(&self, mut trial: Trial, mut broken: Broken) -> Counterexample {
        let property = &self.search.property;
        let mut index = 0;
        while index < trial.faults.len() {
            let mut without = trial.clone();
            without.faults.remove(index);
            match without.run(property) {
                Some(still) => (trial, broken) = (without, still),
                None => index += 1,
            }
        }
        // A property that is judged at the end is broken by less traffic, too, perhaps.
        let (mut good, mut bad) = (SimTime::ZERO, trial.until);
        while !property.breaks_for_good() && (bad - good).as_micros() > trial.until.as_micros() / 64 {
            let middle = SimTime::from_micros(u64::midpoint(good.as_micros(), bad.as_micros()));
            let shorter = Trial { until: middle, ..trial.clone() };
            match shorter.run(property) {
                Some(still) => {
                    bad = middle;
                    (trial, broken) = (shorter, still);
                }
                None => good = middle,
            }
        }
        Counterexample { recording: broken.recording, at: broken.at, faults: trial.faults, run: self.done }
    }
}

struct Broken {
    recording: Recording,
    at: SimTime,
}

impl Trial {
    /// None when the property holds.
    fn run(&self, property: &Property) -> Option<Broken> {
        let mut world = World::new(self.scenario.clone(), self.seed);
        world.set_watched(false);
        self.faults.iter().for_each(|fault| world.inject(Input::Fault(fault.clone())));
        let for_good = property.breaks_for_good();
        let run = |world: &mut World, until: SimTime| {
            while world.next_at().is_some_and(|at| at <= until) && world.steps() < STEPS_MAX && world.step() {
                if for_good && !holds(world, property) {
                    return true;
                }
            }
            world.run_until(until, 1);
            false
        };
        let mut broken = run(&mut world, self.until);
        if !broken {
            world.inject(Input::Silence);
            // A run that was cut off has not come to its end: nothing is said of it.
            broken = run(&mut world, self.until + self.until) || (world.steps() < STEPS_MAX && !holds(&world, property));
        }
        broken.then(|| Broken { recording: world.recording().clone(), at: world.now() })
    }
}

/// A crash before each step of each handler, and before the acknowledgement.
fn crash_points(scenario: &Scenario) -> Vec<Fault> {
    let mut points = Vec::new();
    for number in 1..=MESSAGES_TRIED {
        for service in &scenario.services {
            let handlers = service.handlers.iter().filter(|handler| !matches!(handler.trigger, Trigger::StartUp));
            let longest = handlers.map(|handler| handler.steps.len() + 1).max().unwrap_or_default();
            points.extend((1..=longest).map(|step| Fault {
                kind: FaultKind::Kill(Target { service: service.name.clone(), instance: None }),
                when: Moment::AtStep { step, message: MessageRef::Nth(number) },
                lasts: Some(AWAY),
            }));
        }
    }
    points
}

/// Any fault at all, somewhere in the run. None where there is nothing to break.
pub fn random_fault(random: &mut Random, scenario: &Scenario, until: SimTime) -> Option<Fault> {
    let services = scenario.services.len() as u64;
    let service = (services > 0).then(|| &scenario.services[usize::try_from(random.below(services)).unwrap_or(0)]);
    let instance = service.map(|service| {
        let all = random.one_in(3);
        (!all).then(|| usize::try_from(random.below(service.instances.max(1).into())).unwrap_or(0))
    });
    let target = service.zip(instance).map(|(service, instance)| Target { service: service.name.clone(), instance });
    let kind = match random.below(9) {
        0 | 1 => FaultKind::Kill(target?),
        2 => FaultKind::Stop(target?),
        3 => FaultKind::Hang(target?),
        4 => FaultKind::Slow(target?, [2.0, 5.0, 20.0][usize::try_from(random.below(3)).unwrap_or(0)]),
        5 => FaultKind::Partition([service?.name.clone().into(), BROKER.into()]),
        6 => FaultKind::RestartBroker,
        7 => FaultKind::Alarm(if random.one_in(2) { Resource::Memory } else { Resource::Disk }),
        _ => FaultKind::FillStore(service?.name.clone()),
    };
    let at = random.uniform(SimTime::ZERO, until);
    let lasts = random.uniform(SimTime::from_millis(1), SimTime::from_micros(until.as_micros() / 4).max(SimTime::from_millis(2)));
    let whole = |time: SimTime| SimTime::from_millis(time.as_millis().max(1));
    Some(Fault { kind, when: Moment::At(whole(at)), lasts: Some(whole(lasts)) })
}

/// A generator of many faults, the same for the same seed.
#[must_use]
pub fn chaos(scenario: &Scenario, seed: u64, count: usize, until: SimTime) -> Vec<TimedInput> {
    let mut random = Random::of(seed, Stream::Explorer);
    let faults = (0..count).filter_map(|_| random_fault(&mut random, scenario, until));
    faults.map(|fault| TimedInput { at: SimTime::ZERO, after_steps: 0, input: Input::Fault(fault) }).collect()
}
