//! A virtual host of definitions as a scenario.

use super::broker::{Kept, Telling, told};
use super::json::Oddity;
use super::lint;
use super::report::{Counts, Dangling, Kind, Report};
use super::source::{Definitions, OPERATOR_SECTION, Vhost, is_built_in};
use crate::base::limits::{self, beyond};
use crate::base::ordered::{OrderedMap, sort_by_key};
use crate::broker::queue::Kind as QueueKind;
use crate::broker::{Availability, DELAYED_TYPE, ExchangeType, Plugin, Policy, Profile, Value};
use crate::formats::amqp_json::table_to_json;
use crate::scenario::edit::{Part, Slot};
use crate::scenario::findings::{Kind as FindingKind, RemarkKind};
use crate::scenario::validate::{broker_problems, validate};
use crate::scenario::{BindingSpec, BindingTarget, BrokerSpec, ExchangeSpec, QueueSpec, Scenario};

#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// None: the only one that has exchanges or queues.
    pub vhost: Option<&'a str>,
    /// None: the nearest to the RabbitMQ that wrote the file.
    pub profile: Option<Profile>,
    /// What the system is called.
    pub title: &'a str,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Every part stands at the origin: a canvas arranges them.
    pub scenario: Scenario,
    pub report: Report,
}

/// Why nothing came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Several have parts: one is to be chosen.
    ChooseVhost(Vec<Vhost>),
    NoSuchVhost(Vec<Vhost>),
    /// It is larger than a scenario.
    TooLarge(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ChooseVhost(vhosts) => {
                f.write_str("The file has several virtual hosts: choose one of them.")?;
                list(f, vhosts)
            }
            Self::NoSuchVhost(vhosts) => {
                f.write_str("The file has no such virtual host.")?;
                list(f, vhosts)
            }
            Self::TooLarge(why) => write!(f, "{why}."),
        }
    }
}

fn list(f: &mut std::fmt::Formatter<'_>, vhosts: &[Vhost]) -> std::fmt::Result {
    for Vhost { name, exchanges, queues, bindings, .. } in vhosts.iter().take(limits::PROBLEMS) {
        write!(f, "\n  {}: exchanges {exchanges}, queues {queues}, bindings {bindings}", told(name))?;
    }
    Ok(())
}

/// The parts that came in so far.
#[derive(Clone, Default)]
struct Parts {
    exchanges: Vec<Kept<ExchangeSpec>>,
    queues: Vec<Kept<QueueSpec>>,
    bindings: Vec<Kept<BindingSpec>>,
    policies: Vec<Kept<Policy>>,
    default_queue_type: QueueKind,
}

impl Definitions<'_> {
    /// The virtual hosts that have parts.
    #[must_use]
    pub fn vhosts_with_parts(&self) -> Vec<Vhost> {
        self.vhosts().into_iter().filter(Vhost::has_parts).collect()
    }

    fn choose(&self, wanted: Option<&str>) -> Result<String, Refusal> {
        let vhosts = self.vhosts();
        if let Some(wanted) = wanted {
            let is_there = vhosts.iter().any(|vhost| vhost.name == wanted);
            return if is_there { Ok(wanted.to_owned()) } else { Err(Refusal::NoSuchVhost(vhosts)) };
        }
        let mut with_parts: Vec<Vhost> = vhosts.iter().filter(|vhost| vhost.has_parts()).cloned().collect();
        match with_parts.len() {
            0 => {
                let first = vhosts.iter().find(|vhost| vhost.policies > 0).or_else(|| vhosts.first());
                Ok(first.map_or_else(|| "/".to_owned(), |vhost| vhost.name.clone()))
            }
            1 => Ok(with_parts.remove(0).name),
            _ => Err(Refusal::ChooseVhost(with_parts)),
        }
    }

    /// A virtual host as a scenario, with what is to be said of it.
    ///
    /// # Errors
    /// A virtual host is to be chosen, or the file is too large.
    pub fn import(&self, options: &Options) -> Result<Imported, Refusal> {
        let vhost = self.choose(options.vhost)?;
        let mut telling = Telling::of(self);
        self.oddities_are_told(&mut telling);
        self.what_stays_out(&mut telling, &vhost);
        let parts = self.parts(&mut telling, &vhost);
        let nodes = parts.exchanges.len() + parts.queues.len();
        let too_large =
            beyond("exchanges and queues", nodes, limits::NODES).or_else(|| beyond("bindings", parts.bindings.len(), limits::BINDINGS));
        if let Some(why) = too_large {
            return Err(Refusal::TooLarge(why));
        }
        let profile = options.profile.or_else(|| self.profile()).unwrap_or_else(|| parts.fitting());
        if let (None, None) = (options.profile, self.profile()) {
            let says = format!("The file does not say which RabbitMQ it is for: {profile} is assumed.");
            telling.note(Kind::Version, None, None, says, "");
        }
        let (parts, broker) = parts.refined(profile, &mut telling);
        let counts = Counts {
            exchanges: broker.exchanges.len(),
            queues: broker.queues.len(),
            bindings: broker.bindings.len(),
            policies: broker.policies.len(),
        };
        let title = if options.title.is_empty() { "Imported system" } else { options.title };
        let mut scenario = Scenario::empty(&title[..title.floor_char_boundary(limits::TITLE_BYTES)]);
        scenario.broker = broker;
        debug_assert_eq!(validate(&scenario), [], "what was refused is left out");
        let mut findings = lint::entries(&scenario, &|slot| {
            let (path, byte) = parts.origin(slot)?;
            Some((path.clone(), self.at(*byte)))
        });
        // The report has what was left out. What follows from that is no other mistake.
        let follows = parts.follow_from(&scenario.broker, &telling);
        findings.retain(|entry| !follows.iter().any(|(kind, path)| entry.kind == Kind::Finding(kind) && entry.path == *path));
        sort_by_key(&mut findings, |entry| entry.at);
        let Telling { mut left_out, dangling, notes, .. } = telling;
        sort_by_key(&mut left_out, |entry| entry.at);
        let version = self.version().map(told);
        Ok(Imported {
            scenario,
            report: Report { version, profile, vhost: Some(told(&vhost)), counts, left_out, dangling, notes, findings },
        })
    }

    fn oddities_are_told(&self, telling: &mut Telling) {
        for (oddity, byte) in self.oddities() {
            let (kind, says, todo) = match oddity {
                Oddity::ByteOrderMark => {
                    (Kind::NotJson, "The file begins with a byte order mark: RabbitMQ 4.0 refuses it.", "save it as UTF-8 without one")
                }
                Oddity::Comment => (Kind::NotJson, "A comment stands here: RabbitMQ 4.0 and later refuse the file.", "remove the comment"),
                Oddity::TrailingComma => {
                    (Kind::NotJson, "A comma stands before a closing bracket: RabbitMQ 4.0 and later refuse the file.", "remove the comma")
                }
                Oddity::DuplicateField => (Kind::NotJson, "An object has this field twice: the last one counts.", "keep one of them"),
                Oddity::Template => {
                    (Kind::Template, "This text holds a template, and was taken as it stands.", "render the template first")
                }
            };
            telling.note(kind, Some((String::new(), *byte)), None, says.to_owned(), todo);
        }
    }

    /// What no scenario has: counted or named, and never read.
    fn what_stays_out(&self, telling: &mut Telling, vhost: &str) {
        let counted = [
            ("users", Kind::Users, "Users", " Their passwords are never read."),
            ("permissions", Kind::Permissions, "Permissions", ""),
            ("topic_permissions", Kind::TopicPermissions, "Topic permissions", ""),
            ("global_parameters", Kind::GlobalParameters, "Global parameters", ""),
        ];
        for (list, kind, what, more) in counted {
            let mut items = self.all(list);
            if let Some(first) = items.next() {
                let count = 1 + items.count();
                telling.leave_out(kind, Some((list.to_owned(), first.spot.byte)), None, format!("{what}: {count}.{more}"), "");
            }
        }
        for list in ["exchanges", "queues", "bindings", "policies", "parameters", OPERATOR_SECTION] {
            if let Some(section) = self.root().get(list).filter(|section| !section.is_list()) {
                let says = format!("The section {list} is no list: nothing of it comes in.");
                telling.leave_out(Kind::NoObject, Some((list.to_owned(), section.byte)), None, says, "write it as a list");
            }
            for item in self.all(list).filter(|item| !item.spot.is_object()).take(limits::PROBLEMS) {
                let says = format!("{} is no object: RabbitMQ 4.0 and later fail at it.", item.path());
                telling.leave_out(Kind::NoObject, Some((item.path(), item.spot.byte)), None, says, "");
            }
        }
        for (name, byte) in self.unknown_lists().take(limits::PROBLEMS) {
            let says = format!("RabbitMQ does not know the section {}, and ignores it.", told(name));
            telling.leave_out(Kind::UnknownSection, Some((told(name), byte)), None, says, "");
        }
        for other in self.vhosts().iter().filter(|other| other.name != vhost && (other.has_parts() || other.policies > 0)) {
            let Vhost { name, exchanges, queues, bindings, policies } = other;
            let says = format!(
                "The virtual host {}: exchanges {exchanges}, queues {queues}, bindings {bindings}, policies {policies}.",
                told(name)
            );
            telling.leave_out(Kind::OtherVhost, None, Some(name), says, "");
        }
        let is_of_one = self.is_of_one_vhost();
        let nameless =
            ["exchanges", "queues", "bindings"].into_iter().flat_map(|list| self.items(list)).filter(|item| item.text("vhost").is_none());
        let mut nameless = nameless.filter(|item| item.text("name").is_none_or(|name| !is_built_in(name)));
        if let Some(first) = nameless.next() {
            let (kind, says) = if is_of_one {
                (Kind::OneVhost, "No part names a virtual host: RabbitMQ takes the file for one alone.".to_owned())
            } else {
                {
                    let count = 1 + nameless.count();
                    (Kind::NoVhost, format!("Some parts name no virtual host ({count}): RabbitMQ refuses the whole file."))
                }
            };
            telling.note(kind, Some((first.path(), first.spot.byte)), None, says, "");
        }
        let is_listed = self.items("vhosts").any(|item| item.text("name") == Some(vhost));
        if !is_of_one && !is_listed && self.vhosts().iter().any(Vhost::has_parts) {
            let says = format!("The file does not list the virtual host {}: RabbitMQ needs it first.", told(vhost));
            telling.note(Kind::VhostUnlisted, None, Some(vhost), says, "add it to vhosts");
        }
    }

    fn parts(&self, telling: &mut Telling, vhost: &str) -> Parts {
        let mut parts = Parts::default();
        if let Some((word, kind, byte)) = self.default_queue_type(vhost) {
            parts.default_queue_type = kind.unwrap_or_default();
            if kind.is_none() {
                let says = format!("The default queue type is {}, which is none: classic is assumed.", told(word));
                telling.note(Kind::DefaultQueueType, Some(("default_queue_type".to_owned(), byte)), None, says, "write classic or quorum");
            }
        }
        parts.exchanges = self.items_of("exchanges", vhost).filter_map(|item| telling.exchange(&item)).collect();
        parts.queues = self.items_of("queues", vhost).filter_map(|item| telling.queue(&item)).collect();
        parts.bindings = self.items_of("bindings", vhost).filter_map(|item| telling.binding(&item)).collect();
        parts.policies = self.items_of("policies", vhost).filter_map(|item| telling.policy(&item, false)).collect();
        let mut operator: Vec<Kept<Policy>> = self.items_of("parameters", vhost).filter_map(|item| telling.parameter(&item)).collect();
        let mut section = self.items_of(OPERATOR_SECTION, vhost).peekable();
        if let Some(first) = section.peek() {
            let says = "RabbitMQ ignores this section: its operator policies stand among the parameters.".to_owned();
            let place = Some((OPERATOR_SECTION.to_owned(), first.spot.byte));
            telling.note(Kind::OperatorSection, place, None, says, "move them to parameters, with the component operator_policy");
        }
        operator.extend(section.filter_map(|item| telling.policy(&item, true)));
        // What is there already is left as it is; a policy is set again.
        once(&mut parts.exchanges, |exchange| exchange.name.to_string(), "exchange", telling);
        once(&mut parts.queues, |queue| queue.name.to_string(), "queue", telling);
        once(&mut parts.bindings, key_of_binding, "binding", telling);
        for policies in [&mut parts.policies, &mut operator] {
            policies.reverse();
            once(policies, |policy| policy.name.to_string(), "policy", telling);
            policies.reverse();
        }
        parts.join(operator, telling);
        parts
    }
}

/// RabbitMQ knows a binding by all that it has.
fn key_of_binding(binding: &BindingSpec) -> String {
    let to = match &binding.destination {
        BindingTarget::Queue(_) => "queue",
        BindingTarget::Exchange(_) => "exchange",
    };
    let names = [&*binding.source, to, binding.destination.name(), &binding.routing_key].map(|name| format!("{}:{name}", name.len()));
    format!("{} {}", names.join(" "), table_to_json(&binding.arguments))
}

/// Of several that are the same the first stays.
fn once<T>(list: &mut Vec<Kept<T>>, key: impl Fn(&T) -> String, what: &str, telling: &mut Telling) {
    let mut places: Vec<usize> = (0..list.len()).collect();
    let keys: Vec<String> = list.iter().map(|kept| key(&kept.part)).collect();
    sort_by_key(&mut places, |place| (keys[*place].as_str(), *place));
    let mut is_again = vec![false; list.len()];
    for pair in places.windows(2) {
        is_again[pair[1]] = keys[pair[0]] == keys[pair[1]];
    }
    let mut place = 0;
    list.retain(|kept| {
        let again = is_again[place];
        if again {
            let says = format!("The {what} of {} is there already: RabbitMQ keeps one.", kept.path);
            telling.leave_out(Kind::Twice, Some((kept.path.clone(), kept.byte)), None, says, "");
        }
        place += 1;
        !again
    });
}

/// So much of a reason is said.
const WHY_BYTES: usize = 500;

/// Names that begin with amq. are no names of imported parts: the look-ahead that tutorials write is not needed.
const NOT_AMQ: [&str; 2] = ["^(?!amq\\.)", "^(?!amq.)"];

impl Parts {
    /// Operator policies have their own names in RabbitMQ, and share one list here.
    fn join(&mut self, operator: Vec<Kept<Policy>>, telling: &mut Telling) {
        let mut known: OrderedMap<String, ()> = OrderedMap::new();
        for policy in &self.policies {
            known.insert(policy.part.name.to_string(), ());
        }
        for mut policy in operator {
            if known.contains_key(&*policy.part.name) {
                let mut name = policy.part.name.to_string();
                while known.contains_key(&name) {
                    name.push_str("-operator");
                }
                let says = format!(
                    "The operator policy {} has the name of a policy, and is called {} here.",
                    told(&policy.part.name),
                    told(&name)
                );
                telling.note(Kind::PolicyRenamed, Some((policy.path.clone(), policy.byte)), Some(&name), says, "");
                policy.part.name = name.as_str().into();
            }
            known.insert(policy.part.name.to_string(), ());
            self.policies.push(policy);
        }
        for policy in &mut self.policies {
            let Some(rest) = NOT_AMQ.iter().find_map(|begins| policy.part.pattern.strip_prefix(begins)) else { continue };
            let pattern = format!("^{rest}");
            let says = format!(
                "The pattern of the policy {} is {} here: no imported name begins with amq.",
                told(&policy.part.name),
                told(&pattern)
            );
            telling.note(Kind::PatternRewritten, Some((policy.path.clone(), policy.byte)), Some(&policy.part.name), says, "");
            policy.part.pattern = pattern;
        }
        for policy in self.policies.drain(limits::POLICIES.min(self.policies.len())..) {
            let says = format!("The policy {} is one too many: a scenario has {}.", told(&policy.part.name), limits::POLICIES);
            telling.leave_out(Kind::Unsupported, Some((policy.path, policy.byte)), Some(&policy.part.name), says, "");
        }
    }

    fn broker(&self, profile: Profile) -> BrokerSpec {
        let mut broker = BrokerSpec {
            profile,
            default_queue_type: self.default_queue_type,
            exchanges: self.exchanges.iter().map(|kept| kept.part.clone()).collect(),
            queues: self.queues.iter().map(|kept| kept.part.clone()).collect(),
            bindings: self.bindings.iter().map(|kept| kept.part.clone()).collect(),
            policies: self.policies.iter().map(|kept| kept.part.clone()).collect(),
            ..BrokerSpec::default()
        };
        broker.plugins = plugins(&broker);
        broker.name_queue_types(broker.default_queue_type);
        broker
    }

    /// The version that refuses the least, of those the nearest to most files.
    fn fitting(&self) -> Profile {
        let refused = |profile: Profile| broker_problems(&self.broker(profile)).len();
        let mut best = (Profile::V3_13, refused(Profile::V3_13));
        for profile in [Profile::V4_3, Profile::V4_0] {
            let count = refused(profile);
            if count < best.1 {
                best = (profile, count);
            }
        }
        best.0
    }

    fn origin(&self, slot: Slot) -> Option<(&String, &usize)> {
        match slot {
            Slot::Exchange(index) => self.exchanges.get(index).map(|kept| (&kept.path, &kept.byte)),
            Slot::Queue(index) => self.queues.get(index).map(|kept| (&kept.path, &kept.byte)),
            Slot::Binding(index) => self.bindings.get(index).map(|kept| (&kept.path, &kept.byte)),
            Slot::Policy(index) => self.policies.get(index).map(|kept| (&kept.path, &kept.byte)),
            _ => None,
        }
    }

    /// Without what this version of RabbitMQ refuses, or Requeue cannot say, and without bindings that lead nowhere then.
    fn refined(mut self, profile: Profile, telling: &mut Telling) -> (Self, BrokerSpec) {
        loop {
            self.drop_dangling(telling);
            let broker = self.broker(profile);
            let mut refused: OrderedMap<(u8, usize), (Slot, String)> = OrderedMap::new();
            for problem in broker_problems(&broker) {
                let Some(slot) = Slot::of_path(&problem.path) else { continue };
                let list = match slot {
                    Slot::Exchange(_) => 0,
                    Slot::Queue(_) => 1,
                    Slot::Binding(_) => 2,
                    _ => 3,
                };
                refused.get_or_insert_with((list, slot.index()), || (slot, problem.message));
            }
            if refused.is_empty() {
                return (self, broker);
            }
            // From the last to the first, so that the others keep their places.
            for (slot, message) in refused.into_values().collect::<Vec<_>>().into_iter().rev() {
                self.leave_out(slot, &message, &broker, telling);
            }
        }
    }

    fn leave_out(&mut self, slot: Slot, message: &str, broker: &BrokerSpec, telling: &mut Telling) {
        let profile = broker.profile;
        let (what, name, origin, why) = match slot {
            Slot::Exchange(index) => {
                let kept = self.exchanges.remove(index);
                telling.refused.push(Part::Exchange(kept.part.name.clone()));
                ("exchange", kept.part.name, (kept.path, kept.byte), None)
            }
            Slot::Queue(index) => {
                let kept = self.queues.remove(index);
                telling.refused.push(Part::Queue(kept.part.name.clone()));
                ("queue", kept.part.name, (kept.path, kept.byte), None)
            }
            Slot::Binding(index) => {
                let kept = self.bindings.remove(index);
                ("binding to", kept.part.destination.name().clone(), (kept.path, kept.byte), None)
            }
            Slot::Policy(index) if index < self.policies.len() => {
                let kept = self.policies.remove(index);
                let unread = kept.part.check().err();
                let why = unread.or_else(|| kept.part.refusal(profile, &broker.plugins));
                ("policy", kept.part.name, (kept.path, kept.byte), why)
            }
            _ => return,
        };
        let is_ours = matches!(slot, Slot::Policy(_)) && why.as_ref().is_some_and(|why| why.starts_with("the pattern"));
        let kind = if is_ours { Kind::Unsupported } else { Kind::Refused };
        let why = why.as_deref().unwrap_or(message).trim_end_matches('.');
        let (name_told, why) = (told(&name), &why[..why.floor_char_boundary(WHY_BYTES)]);
        let says = if is_ours {
            format!("The {what} {name_told} cannot come in: {why}.")
        } else {
            format!("RabbitMQ {profile} refuses the {what} {name_told}: {why}.")
        };
        telling.leave_out(kind, Some(origin), Some(&name), says, "");
    }

    /// Findings that are there only because a part was left out, by their kinds and places.
    fn follow_from(&self, broker: &BrokerSpec, telling: &Telling) -> Vec<(&'static str, &str)> {
        let mut found = Vec::new();
        for (index, policy) in broker.policies.iter().enumerate() {
            let Some((aim, (path, _))) = policy.aim().zip(self.origin(Slot::Policy(index))) else { continue };
            let would_take = |part: &Part| match part {
                Part::Queue(name) => QueueKind::ALL.into_iter().any(|kind| aim.takes_queue(name, kind)),
                part => aim.takes_exchange(part.name()),
            };
            if telling.refused.iter().any(would_take) {
                found.push((RemarkKind::PolicyUnmatched.name(), &**path));
            }
        }
        for Dangling { source, .. } in telling.dangling.iter().filter(|one| telling.refused.contains(&one.to)) {
            if let Some(exchange) = self.exchanges.iter().find(|kept| kept.part.name == *source) {
                found.push((FindingKind::ExchangeUnbound.name(), &*exchange.path));
            }
        }
        found
    }

    fn drop_dangling(&mut self, telling: &mut Telling) {
        let mut exchanges: OrderedMap<&str, ()> = OrderedMap::new();
        let mut queues: OrderedMap<&str, ()> = OrderedMap::new();
        self.exchanges.iter().for_each(|kept| _ = exchanges.insert(&*kept.part.name, ()));
        self.queues.iter().for_each(|kept| _ = queues.insert(&*kept.part.name, ()));
        let has_exchange = |name: &str| name.starts_with("amq.") || exchanges.contains_key(name);
        self.bindings.retain(|Kept { part, path, byte }| {
            let missing = match &part.destination {
                _ if !has_exchange(&part.source) => Some(("exchange", &part.source)),
                BindingTarget::Queue(name) => (!queues.contains_key(&**name)).then_some(("queue", name)),
                BindingTarget::Exchange(name) => (!has_exchange(name)).then_some(("exchange", name)),
            };
            if let Some((what, name)) = missing {
                let end = if what == "queue" { Part::Queue((*name).clone()) } else { Part::Exchange((*name).clone()) };
                let says = if telling.refused.contains(&end) {
                    format!("{path} is a binding of the {what} {}, which is left out.", told(name))
                } else {
                    format!("{path} is a binding without its {what} {}: RabbitMQ drops it or refuses the file.", told(name))
                };
                let to = match &part.destination {
                    BindingTarget::Queue(name) => Part::Queue(name.clone()),
                    BindingTarget::Exchange(name) => Part::Exchange(name.clone()),
                };
                telling.dangling.push(Dangling { source: part.source.clone(), to, says: says.clone() });
                telling.leave_out(Kind::Dangling, Some((path.clone(), *byte)), Some(name), says, "");
            }
            missing.is_none()
        });
    }
}

/// What has to be enabled for these parts.
fn plugins(broker: &BrokerSpec) -> Vec<Plugin> {
    let mut needed = Vec::new();
    let mut need = |plugin: Plugin| {
        if !needed.contains(&plugin) {
            needed.push(plugin);
        }
    };
    for exchange in &broker.exchanges {
        let delayed = exchange.arguments.get(DELAYED_TYPE).and_then(Value::as_str).and_then(|named| ExchangeType::from_name(named));
        for kind in [Some(exchange.kind), delayed].into_iter().flatten() {
            if let Availability::By(plugin) = kind.availability(broker.profile) {
                need(plugin);
            }
        }
    }
    for key in broker.policies.iter().flat_map(|policy| policy.definition.keys()) {
        if key.starts_with("federation-") {
            need(Plugin::Federation);
        } else if &**key == "shards-per-node" {
            need(Plugin::Sharding);
        }
    }
    needed
}
