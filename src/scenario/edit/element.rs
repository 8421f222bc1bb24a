//! What a form edits, as one value. A part, an entry of a list, or the settings of the whole scenario.

use std::fmt;

use super::{Part, names};
use crate::broker::Plugin;
use crate::broker::queue::Kind;
use crate::scenario::{
    BindingSpec, Client, ExchangeSpec, Expectation, Fault, Health, Link, Point, Policy, Profile, QueueSpec, Scenario, Service, SimTime,
    Starts,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    Settings(Settings),
    Exchange(ExchangeSpec),
    Queue(QueueSpec),
    Binding(BindingSpec),
    Policy(Policy),
    Client(Client),
    Service(Service),
    Link(Link),
    Fault(Fault),
    Expectation(Expectation),
    Hint(Expectation),
}

/// What a scenario says that is in no list.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub title: String,
    pub about: String,
    pub seed: u64,
    pub until: Option<SimTime>,
    pub profile: Profile,
    pub plugins: Vec<Plugin>,
    pub default_queue_type: Kind,
    pub starts: Starts,
    pub ready: SimTime,
    pub health: Option<Health>,
    pub latency: SimTime,
    pub jitter: SimTime,
    pub heartbeat: SimTime,
}

impl Settings {
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            seed: scenario.seed,
            until: scenario.until,
            profile: scenario.broker.profile,
            plugins: scenario.broker.plugins.clone(),
            default_queue_type: scenario.broker.default_queue_type,
            starts: scenario.broker.starts,
            ready: scenario.broker.ready,
            health: scenario.broker.health.clone(),
            latency: scenario.network.latency,
            jitter: scenario.network.jitter,
            heartbeat: scenario.network.heartbeat,
        }
    }

    pub fn set_in(&self, scenario: &mut Scenario) {
        let Self { title, about, seed, until, profile, plugins, default_queue_type, starts, ready, health, latency, jitter, heartbeat } =
            self.clone();
        (scenario.title, scenario.about, scenario.seed, scenario.until) = (title, about, seed, until);
        (scenario.broker.profile, scenario.broker.plugins) = (profile, plugins);
        (scenario.broker.default_queue_type, scenario.broker.starts) = (default_queue_type, starts);
        (scenario.broker.ready, scenario.broker.health) = (ready, health);
        let network = &mut scenario.network;
        (network.latency, network.jitter, network.heartbeat) = (latency, jitter, heartbeat);
    }
}

/// Where an element stands: which list, and its index there. It is written as scenario files and problems have it:
/// `broker.queues[2]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    Settings,
    Exchange(usize),
    Queue(usize),
    Binding(usize),
    Policy(usize),
    Client(usize),
    Service(usize),
    Link(usize),
    Fault(usize),
    Expectation(usize),
    Hint(usize),
}

/// The slot with an index in some list.
type OfIndex = fn(usize) -> Slot;

/// Does something with the list of a slot, and the index in it.
macro_rules! in_list {
    ($scenario:expr, $slot:expr, |$list:ident, $index:ident| $do:expr, settings: $settings:expr) => {
        match $slot {
            Slot::Settings => $settings,
            Slot::Exchange($index) => in_list!(@ $list, &mut $scenario.broker.exchanges, $do),
            Slot::Queue($index) => in_list!(@ $list, &mut $scenario.broker.queues, $do),
            Slot::Binding($index) => in_list!(@ $list, &mut $scenario.broker.bindings, $do),
            Slot::Policy($index) => in_list!(@ $list, &mut $scenario.broker.policies, $do),
            Slot::Client($index) => in_list!(@ $list, &mut $scenario.clients, $do),
            Slot::Service($index) => in_list!(@ $list, &mut $scenario.services, $do),
            Slot::Link($index) => in_list!(@ $list, &mut $scenario.network.links, $do),
            Slot::Fault($index) => in_list!(@ $list, &mut $scenario.faults, $do),
            Slot::Expectation($index) => in_list!(@ $list, &mut $scenario.expects, $do),
            Slot::Hint($index) => in_list!(@ $list, &mut $scenario.hints, $do),
        }
    };
    (@ $name:ident, $list:expr, $do:expr) => {{
        let $name = $list;
        $do
    }};
}

impl Slot {
    /// The lists, as a file names them.
    const LISTS: [(&'static str, OfIndex); 10] = [
        ("broker.exchanges", Self::Exchange),
        ("broker.queues", Self::Queue),
        ("broker.bindings", Self::Binding),
        ("broker.policies", Self::Policy),
        ("clients", Self::Client),
        ("services", Self::Service),
        ("network.links", Self::Link),
        ("faults", Self::Fault),
        ("expects", Self::Expectation),
        ("hints", Self::Hint),
    ];

    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Settings => 0,
            Self::Exchange(index)
            | Self::Queue(index)
            | Self::Binding(index)
            | Self::Policy(index)
            | Self::Client(index)
            | Self::Service(index)
            | Self::Link(index)
            | Self::Fault(index)
            | Self::Expectation(index)
            | Self::Hint(index) => index,
        }
    }

    /// The slot with this index in the same list.
    #[must_use]
    pub fn beside(self, index: usize) -> Self {
        Self::LISTS.iter().map(|(_, slot)| *slot).find(|slot| slot(self.index()) == self).map_or(self, |slot| slot(index))
    }

    /// Of a problem's path; none for what is in no list.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        Self::LISTS.iter().find_map(|(list, slot)| {
            let (index, _) = path.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
            index.parse().ok().map(slot)
        })
    }

    /// Where a part stands.
    #[must_use]
    pub fn of_part(scenario: &Scenario, part: &Part) -> Option<Self> {
        match part {
            Part::Client(name) => scenario.client(name).map(|(index, _)| Self::Client(index)),
            Part::Service(name) => scenario.service(name).map(|(index, _)| Self::Service(index)),
            Part::Exchange(name) => scenario.broker.exchanges.iter().position(|one| one.name == *name).map(Self::Exchange),
            Part::Queue(name) => scenario.broker.queues.iter().position(|one| one.name == *name).map(Self::Queue),
        }
    }

    /// The part that stands here, if what stands here is one.
    #[must_use]
    pub fn part(self, scenario: &Scenario) -> Option<Part> {
        match self {
            Self::Exchange(index) => scenario.broker.exchanges.get(index).map(|one| Part::Exchange(one.name.clone())),
            Self::Queue(index) => scenario.broker.queues.get(index).map(|one| Part::Queue(one.name.clone())),
            Self::Client(index) => scenario.clients.get(index).map(|one| Part::Client(one.name.clone())),
            Self::Service(index) => scenario.services.get(index).map(|one| Part::Service(one.name.clone())),
            Self::Settings | Self::Binding(_) | Self::Policy(_) | Self::Link(_) | Self::Fault(_) | Self::Expectation(_) | Self::Hint(_) => {
                None
            }
        }
    }

    /// What stands here now.
    #[must_use]
    pub fn element(self, scenario: &Scenario) -> Option<Element> {
        Some(match self {
            Self::Settings => Element::Settings(Settings::of(scenario)),
            Self::Exchange(index) => Element::Exchange(scenario.broker.exchanges.get(index)?.clone()),
            Self::Queue(index) => Element::Queue(scenario.broker.queues.get(index)?.clone()),
            Self::Binding(index) => Element::Binding(scenario.broker.bindings.get(index)?.clone()),
            Self::Policy(index) => Element::Policy(scenario.broker.policies.get(index)?.clone()),
            Self::Client(index) => Element::Client(scenario.clients.get(index)?.clone()),
            Self::Service(index) => Element::Service(scenario.services.get(index)?.clone()),
            Self::Link(index) => Element::Link(scenario.network.links.get(index)?.clone()),
            Self::Fault(index) => Element::Fault(scenario.faults.get(index)?.clone()),
            Self::Expectation(index) => Element::Expectation(scenario.expects.get(index)?.clone()),
            Self::Hint(index) => Element::Hint(scenario.hints.get(index)?.clone()),
        })
    }

    /// What stands here, in a few words for people.
    #[must_use]
    pub fn words(self, scenario: &Scenario) -> String {
        match self.element(scenario) {
            None | Some(Element::Settings(_)) => "the scenario".to_owned(),
            Some(Element::Exchange(exchange)) => Part::Exchange(exchange.name).to_string(),
            Some(Element::Queue(queue)) => Part::Queue(queue.name).to_string(),
            Some(Element::Client(client)) => Part::Client(client.name).to_string(),
            Some(Element::Service(service)) => Part::Service(service.name).to_string(),
            Some(Element::Binding(binding)) => format!("the binding from {} to {}", binding.source, binding.destination.name()),
            Some(Element::Policy(policy)) => format!("policy {}", policy.name),
            Some(Element::Link(link)) => format!("the link between {} and {}", link.ends[0], link.ends[1]),
            Some(Element::Fault(fault)) => format!("the fault “{fault}”"),
            Some(Element::Expectation(expected)) => format!("the expectation “{}”", expected.property),
            Some(Element::Hint(hint)) => format!("the hint “{}”", hint.says),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::LISTS.iter().find(|(_, slot)| slot(self.index()) == *self) {
            None => Ok(()),
            Some((list, _)) => write!(f, "{list}[{}]", self.index()),
        }
    }
}

impl Element {
    /// The slot with this index in the list of its kind.
    #[must_use]
    pub const fn slot(&self, index: usize) -> Slot {
        match self {
            Self::Settings(_) => Slot::Settings,
            Self::Exchange(_) => Slot::Exchange(index),
            Self::Queue(_) => Slot::Queue(index),
            Self::Binding(_) => Slot::Binding(index),
            Self::Policy(_) => Slot::Policy(index),
            Self::Client(_) => Slot::Client(index),
            Self::Service(_) => Slot::Service(index),
            Self::Link(_) => Slot::Link(index),
            Self::Fault(_) => Slot::Fault(index),
            Self::Expectation(_) => Slot::Expectation(index),
            Self::Hint(_) => Slot::Hint(index),
        }
    }

    fn part(&self) -> Option<Part> {
        match self {
            Self::Exchange(one) => Some(Part::Exchange(one.name.clone())),
            Self::Queue(one) => Some(Part::Queue(one.name.clone())),
            Self::Client(one) => Some(Part::Client(one.name.clone())),
            Self::Service(one) => Some(Part::Service(one.name.clone())),
            Self::Settings(_)
            | Self::Binding(_)
            | Self::Policy(_)
            | Self::Link(_)
            | Self::Fault(_)
            | Self::Expectation(_)
            | Self::Hint(_) => None,
        }
    }
}

fn gone(slot: Slot) -> String {
    format!("There is no {slot} any more: it was changed or removed meanwhile.")
}

/// A part that has another name than the one in its place is renamed: what refers to it follows.
pub(super) fn put(scenario: &mut Scenario, index: usize, element: &Element) -> Result<(), String> {
    let slot = element.slot(index);
    if let (Some(old), Some(new)) = (slot.part(scenario), element.part())
        && old != new
    {
        names::rename(scenario, &old, new.name());
    }
    let done = match element.clone() {
        Element::Settings(settings) => {
            settings.set_in(scenario);
            true
        }
        Element::Exchange(one) => set(&mut scenario.broker.exchanges, index, one),
        Element::Queue(one) => set(&mut scenario.broker.queues, index, one),
        Element::Binding(one) => set(&mut scenario.broker.bindings, index, one),
        Element::Policy(one) => set(&mut scenario.broker.policies, index, one),
        Element::Client(one) => set(&mut scenario.clients, index, one),
        Element::Service(one) => set(&mut scenario.services, index, one),
        Element::Link(one) => set(&mut scenario.network.links, index, one),
        Element::Fault(one) => set(&mut scenario.faults, index, one),
        Element::Expectation(one) => set(&mut scenario.expects, index, one),
        Element::Hint(one) => set(&mut scenario.hints, index, one),
    };
    if done { Ok(()) } else { Err(gone(slot)) }
}

fn set<T>(list: &mut Vec<T>, index: usize, item: T) -> bool {
    if index == list.len() {
        list.push(item);
        return true;
    }
    list.get_mut(index).map(|place| *place = item).is_some()
}

pub(super) fn take(scenario: &mut Scenario, slot: Slot) -> Result<(), String> {
    let done = in_list!(scenario, slot, |list, index| (index < list.len()).then(|| drop(list.remove(index))), settings: None);
    done.ok_or_else(|| gone(slot))
}

pub(super) fn reorder(scenario: &mut Scenario, slot: Slot, to: usize) -> Result<(), String> {
    let done = in_list!(
        scenario,
        slot,
        |list, index| (index < list.len() && to < list.len()).then(|| {
            let item = list.remove(index);
            list.insert(to, item);
        }),
        settings: None
    );
    done.ok_or_else(|| gone(slot))
}

/// The part stands there from now on, within the canvas.
pub(super) fn stand(scenario: &mut Scenario, part: &Part, at: Point) {
    let place = match part {
        Part::Client(name) => scenario.clients.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
        Part::Service(name) => scenario.services.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
        Part::Exchange(name) => scenario.broker.exchanges.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
        Part::Queue(name) => scenario.broker.queues.iter_mut().find(|one| one.name == *name).map(|one| &mut one.at),
    };
    if let Some((place, at)) = place.zip(at.on_canvas()) {
        *place = at;
    }
}
