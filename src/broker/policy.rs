//! Policies: settings for all queues or exchanges whose name matches a pattern (rules 137, 146, 147).

use super::cause::DropCause;
use super::exchange::Plugin;
use super::ids::QueueId;
use super::queue::Kind;
use super::queue::enqueuers::Enqueuer;
use super::queue::settings::{PolicyUse, QUEUE_ARGUMENTS, QueueArgument, Settings, fits_argument};
use super::value::{Name, Table, Value};
use super::{Broker, Profile};
use crate::base::SimTime;
use regex_lite::{Regex, RegexBuilder};

/// A compiled pattern is compared with every name, and takes time by its size. Nested repetitions of a few letters would be megabytes.
const PATTERN_BYTES: usize = 1 << 15;

/// What a policy applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyTo {
    All,
    Exchanges,
    Queues,
    ClassicQueues,
    QuorumQueues,
    Streams,
}

impl ApplyTo {
    pub const ALL: [(&'static str, Self); 6] = [
        ("all", Self::All),
        ("exchanges", Self::Exchanges),
        ("queues", Self::Queues),
        ("classic_queues", Self::ClassicQueues),
        ("quorum_queues", Self::QuorumQueues),
        ("streams", Self::Streams),
    ];

    const fn takes_queue(self, kind: Kind) -> bool {
        match self {
            Self::All | Self::Queues => true,
            Self::ClassicQueues => matches!(kind, Kind::Classic),
            Self::QuorumQueues => matches!(kind, Kind::Quorum),
            Self::Streams => matches!(kind, Kind::Stream),
            Self::Exchanges => false,
        }
    }
}

/// The keys that keep a policy from queues of this type. Other keys that the type does not know have no effect.
const fn foreign_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Classic => &["delivery-limit", "dead-letter-strategy", "max-age", "stream-max-segment-size-bytes", "initial-cluster-size"],
        Kind::Quorum => &["queue-mode", "max-age", "stream-max-segment-size-bytes", "initial-cluster-size"],
        Kind::Stream => &[
            "expires",
            "message-ttl",
            "dead-letter-exchange",
            "dead-letter-routing-key",
            "dead-letter-strategy",
            "max-length",
            "overflow",
            "queue-mode",
            "delivery-limit",
        ],
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub name: Name,
    /// A regular expression, found anywhere in a name.
    pub pattern: String,
    pub apply_to: ApplyTo,
    /// With keys such as `message-ttl`: the arguments' names without `x-`.
    pub definition: Table,
    pub priority: i64,
    /// An operator's policy limits what users' policies allow.
    pub operator: bool,
}

impl Policy {
    /// # Errors
    /// When the pattern is not a regular expression: what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        self.compile().map(drop)
    }

    /// The pattern that finds this name alone.
    #[must_use]
    pub fn pattern_of(name: &str) -> String {
        format!("^{}$", regex_lite::escape(name))
    }

    /// Whether it is meant for a queue of this name and type.
    #[must_use]
    pub fn is_for_queue(&self, name: &str, kind: Kind) -> bool {
        self.aim().is_some_and(|aim| aim.takes_queue(name, kind))
    }

    /// What asks for many names: the pattern is compiled once. None for a pattern that is no regular expression.
    #[must_use]
    pub fn aim(&self) -> Option<Aim<'_>> {
        self.compile().ok().map(|pattern| Aim { policy: self, pattern })
    }

    /// The keys that RabbitMQ takes and that change nothing here.
    pub fn keys_without_effect(&self) -> impl Iterator<Item = &Name> {
        self.definition.keys().filter(|key| WITHOUT_EFFECT.contains(&&***key))
    }

    /// A key that belongs to another type of queue keeps the whole policy from a queue (rule 146).
    fn takes_queue(&self, kind: Kind) -> bool {
        self.apply_to.takes_queue(kind) && !self.definition.keys().any(|key| foreign_keys(kind).contains(&&**key))
    }

    /// What is wrong with its definition, each with its key (rule 29).
    pub fn definition_problems(&self, profile: Profile) -> impl Iterator<Item = (&Name, String)> {
        let problem = move |key, value: &Value| {
            let what = unfit_value(key, value, profile)?;
            Some(format!("{} is not a valid {what}", term(value)))
        };
        let problems = self.definition.iter().filter_map(move |(key, value)| Some((key, problem(key, value)?)));
        let delays = self.delayed_retry_problem().filter(|_| profile.rules().delayed_retry);
        // RabbitMQ looks at mirrors after all other keys.
        problems.chain(delays).chain(self.mirror_problem().filter(|_| profile.rules().mirrored_queues))
    }

    /// What is wrong with its keys of delayed retry together (rule 136).
    fn delayed_retry_problem(&self) -> Option<(&Name, String)> {
        const TYPE: &str = "delayed-retry-type";
        let int = |key: &str| self.definition.get(key).and_then(Value::as_int);
        let (min, max) = (int("delayed-retry-min"), int("delayed-retry-max"));
        let retries = self.definition.get(TYPE).and_then(Value::as_str).filter(|kind| &***kind != "disabled");
        let (key, problem) = match (retries, min, max) {
            (Some(kind), None, _) => (TYPE, format!("delayed-retry-min is required when {TYPE} is {kind}")),
            (_, Some(min), Some(max)) if max < min => {
                ("delayed-retry-max", format!("delayed-retry-max ({max}) must not be smaller than delayed-retry-min ({min})"))
            }
            _ => return None,
        };
        self.definition.keys().find(|known| &***known == key).map(|key| (key, problem))
    }

    /// What is wrong with its mirrors, of which RabbitMQ looks at all keys together (rule 146). It fails at a mode that is no text (HTTP
    /// status 500).
    fn mirror_problem(&self) -> Option<(&Name, String)> {
        let (first, _) = self.definition.iter().find(|(key, _)| key.starts_with("ha-"))?;
        let of = |key: &str| self.definition.get(key);
        let Some(mode) = of("ha-mode") else {
            return Some((first, "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown".to_owned()));
        };
        let params = of("ha-params");
        let given = params.map_or_else(|| "none".to_owned(), term);
        let is_count = |value: &Value| value.as_int().is_some_and(|number| number > 0);
        let problem = match (mode.as_str().map_or("", |mode| &**mode), params) {
            ("all", None) => None,
            ("all", Some(_)) => Some("ha-mode=\"all\" does not take parameters".to_owned()),
            ("exactly", _) => (!params.is_some_and(is_count)).then(|| format!("ha-mode=\"exactly\" takes an integer, {given} given")),
            ("nodes", Some(Value::Array(nodes))) if nodes.is_empty() => Some("ha-mode=\"nodes\" list must be non-empty".to_owned()),
            ("nodes", Some(Value::Array(nodes))) => {
                let no_text: Vec<Value> = nodes.iter().filter(|node| node.as_str().is_none()).cloned().collect();
                let told =
                    || format!("ha-mode=\"nodes\" takes a list of strings, {} was not a string", term(&Value::Array(no_text.clone())));
                (!no_text.is_empty()).then(told)
            }
            ("nodes", _) => Some(format!("ha-mode=\"nodes\" takes a list, {given} given")),
            _ => Some(format!("{} is not a valid ha-mode value", term(mode))),
        };
        let word_of = |key: &str, one: &str, other: &str| {
            let value = of(key).filter(|value| value.as_str().is_none_or(|word| **word != *one && **word != *other))?;
            Some(format!("{key} must be \"{one}\" or \"{other}\", got {}", term(value)))
        };
        let problem = problem
            .or_else(|| word_of("ha-sync-mode", "manual", "automatic"))
            .or_else(|| {
                let size = of("ha-sync-batch-size").filter(|size| !is_count(size))?;
                Some(format!("ha-sync-batch-size takes an integer greater than 0, {} given", term(size)))
            })
            .or_else(|| word_of("ha-promote-on-shutdown", "always", "when-synced"))
            .or_else(|| word_of("ha-promote-on-failure", "always", "when-synced"))?;
        Some((first, problem))
    }

    /// As RabbitMQ says it: the definition has no keys, or keys that this profile does not know with these plugins. It refuses the whole
    /// policy (rule 146).
    #[must_use]
    pub fn refusal(&self, profile: Profile, plugins: &[Plugin]) -> Option<String> {
        let rules = profile.rules();
        if self.definition.is_empty() {
            return Some("no policy provided".to_owned());
        }
        if !rules.queue_master_locator && self.definition.contains_key(MASTER_LOCATOR) {
            return Some(format!("use of deprecated {MASTER_LOCATOR} argument is not permitted"));
        }
        let unknown = self.definition.iter().filter(|(key, _)| !self.may_have(key, profile, plugins));
        let unknown = unknown.map(|(key, value)| format!("{{<<\"{key}\">>,{}}}", term(value)));
        let unknown: Vec<String> = unknown.collect();
        // A line of Erlang ends at 80.
        let one_line = unknown.join(",");
        let listed = if one_line.len() < 79 { one_line } else { unknown.join(",\n ") };
        (!unknown.is_empty()).then(|| format!("[{listed}] are not recognised policy settings"))
    }

    /// Whether RabbitMQ of this profile knows the key with these plugins.
    fn may_have(&self, key: &str, profile: Profile, plugins: &[Plugin]) -> bool {
        let rules = profile.rules();
        let by_version = match key {
            _ if key.starts_with("ha-") => rules.mirrored_queues,
            _ if key.starts_with("delayed-retry-") => rules.delayed_retry,
            _ if key.starts_with("federation-") => plugins.contains(&Plugin::Federation),
            MASTER_LOCATOR if self.operator => rules.operators_set_master_locator,
            "shards-per-node" => plugins.contains(&Plugin::Sharding),
            _ => true,
        };
        by_version && (without_effect(self.operator).contains(&key) || policy_keys(self.operator).any(|known| known == key))
    }

    fn compile(&self) -> Result<Regex, String> {
        RegexBuilder::new(&self.pattern).size_limit(PATTERN_BYTES).build().map_err(|error| {
            format!("the pattern is not a regular expression that Requeue reads, without look-around and back references: {error}")
        })
    }
}

/// What a policy is meant for.
#[derive(Debug)]
pub struct Aim<'a> {
    policy: &'a Policy,
    pattern: Regex,
}

impl Aim<'_> {
    #[must_use]
    pub fn takes_queue(&self, name: &str, kind: Kind) -> bool {
        self.policy.takes_queue(kind) && self.pattern.is_match(name)
    }

    #[must_use]
    pub fn takes_exchange(&self, name: &str) -> bool {
        matches!(self.policy.apply_to, ApplyTo::All | ApplyTo::Exchanges) && self.pattern.is_match(name)
    }
}

/// What policies may set. Arguments of exchanges and queues without their `x-`, but for those that make a queue what it is. An operator's
/// may set less (rule 146).
pub fn policy_keys(operator: bool) -> impl Iterator<Item = &'static str> {
    let exchanges = (!operator).then_some("alternate-exchange");
    let of_queues = QUEUE_ARGUMENTS.iter().filter(move |argument| !operator || argument.policy == PolicyUse::UsersAndOperators);
    exchanges.into_iter().chain(of_queues.filter_map(QueueArgument::policy_key))
}

/// Refused since 4.3, and not as an unknown key.
const MASTER_LOCATOR: &str = "queue-master-locator";

/// What RabbitMQ's policies may set besides, and what changes nothing here: this broker is one node, and has no upstreams. Not every
/// version takes all of them ([`Policy::refusal`]). Those of federation and sharding come with their plugins.
pub const WITHOUT_EFFECT: [&str; 17] = [
    "federation-upstream",
    "federation-upstream-pattern",
    "federation-upstream-set",
    "ha-mode",
    "ha-params",
    "ha-promote-on-failure",
    "ha-promote-on-shutdown",
    "ha-sync-batch-size",
    "ha-sync-mode",
    "max-in-memory-bytes",
    "max-in-memory-length",
    MASTER_LOCATOR,
    "queue-mode",
    "queue-version",
    "shards-per-node",
    "stream-filter-size-bytes",
    "target-group-size",
];

/// Those that an operator may set.
const WITHOUT_EFFECT_FOR_OPERATORS: [&str; 8] = [
    "ha-mode",
    "ha-params",
    "ha-sync-mode",
    "max-in-memory-bytes",
    "max-in-memory-length",
    MASTER_LOCATOR,
    "queue-version",
    "target-group-size",
];

/// The keys that change nothing here.
#[must_use]
pub const fn without_effect(operator: bool) -> &'static [&'static str] {
    if operator { &WITHOUT_EFFECT_FOR_OPERATORS } else { &WITHOUT_EFFECT }
}

/// As RabbitMQ writes it.
fn term(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "<<>>".to_owned(),
        Value::String(text) => format!("<<\"{text}\">>"),
        Value::Array(items) => format!("[{}]", items.iter().map(term).collect::<Vec<_>>().join(",")),
        Value::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("<<\"{key}\">> => {}", term(value)));
            format!("#{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Void => "null".to_owned(),
        _ => value.to_string(),
    }
}

/// What RabbitMQ calls the value of a key where it is unfit (rules 29, 146). Policies take some values that a declaration refuses.
pub(super) fn unfit_value(key: &str, value: &Value, profile: Profile) -> Option<&'static str> {
    const DELAY_MIN: &str = "delayed retry minimum delay. Must be a positive integer";
    const DELAY_MAX: &str = "delayed retry maximum delay. Must be a positive integer";
    let rules = profile.rules();
    let at_least = |least: i64| value.as_int().is_some_and(|number| number >= least);
    let is_text = value.as_str().is_some();
    let (fits, what) = match key {
        "alternate-exchange" => (is_text, "alternate exchange name"),
        "consumer-timeout" => (at_least(0), "consumer timeout"),
        "dead-letter-exchange" => (is_text, "dead letter exchange name"),
        "dead-letter-routing-key" => (is_text, "dead letter routing key"),
        "dead-letter-strategy" => (fits_argument(key, value), "dead letter strategy"),
        "delayed-retry-max" => (at_least(1), DELAY_MAX),
        "delayed-retry-min" => (at_least(1), DELAY_MIN),
        "delayed-retry-type" => (fits_argument(key, value), "delayed retry type. Must be one of: all, failed, returned, disabled"),
        "delivery-limit" => (at_least(if rules.negative_limit_is_none { i64::MIN } else { 0 }), "delivery limit"),
        "expires" => (at_least(1), "queue expiry"),
        "initial-cluster-size" => (at_least(0), "cluster size"),
        // RabbitMQ fails at what is no text, and before 4.3 at what has no number (HTTP status 500).
        "max-age" => (fits_argument(key, value), "max age"),
        "max-in-memory-bytes" | "max-in-memory-length" => (at_least(0), "maximum memory in bytes"),
        "max-length" => (at_least(0), "maximum length"),
        "max-length-bytes" => (at_least(0), "maximum length in bytes"),
        "message-ttl" => (at_least(0), "message TTL"),
        "overflow" => (fits_argument(key, value), "overflow value"),
        "queue-leader-locator" => (fits_argument(key, value), "queue leader locator value"),
        "queue-mode" => (fits_argument(key, value), "queue-mode value"),
        "queue-version" => (matches!(value.as_int(), Some(1 | 2)), "queue-version value"),
        "stream-filter-size-bytes" => (fits_argument(key, value), "filter size. Valid range is 16-255"),
        "stream-max-segment-size-bytes" => (fits_argument(key, value), "segment size"),
        "target-group-size" => (at_least(1), "qq target count value"),
        _ => return None,
    };
    (!fits).then_some(what)
}

#[derive(Clone, Debug)]
pub(super) struct ActivePolicy {
    policy: Policy,
    pattern: Regex,
}

impl Broker {
    /// Sets or replaces a policy; it is in force at once.
    ///
    /// # Errors
    /// When the pattern is not a regular expression, a key is not known or a value unfit: the fault.
    pub fn set_policy(&mut self, now: SimTime, policy: Policy) -> Result<(), String> {
        self.put_policy(policy)?;
        self.apply_policies(now);
        Ok(())
    }

    /// Several at once: every part is looked at once, and not once for each of them. Those that are refused are left out.
    pub fn set_policies(&mut self, now: SimTime, policies: &[Policy]) {
        for policy in policies {
            let _ = self.put_policy(policy.clone());
        }
        if !policies.is_empty() {
            self.apply_policies(now);
        }
    }

    fn put_policy(&mut self, policy: Policy) -> Result<(), String> {
        let pattern = policy.compile()?;
        // RabbitMQ looks at the values of the keys that it knows before it tells of the others.
        let problem = policy.definition_problems(self.profile).find(|(key, _)| policy.may_have(key, self.profile, &self.plugins));
        if let Some(problem) = problem.map(|(_, problem)| problem).or_else(|| policy.refusal(self.profile, &self.plugins)) {
            return Err(problem);
        }
        self.policies.retain(|known| (&known.policy.name, known.policy.operator) != (&policy.name, policy.operator));
        self.policies.push(ActivePolicy { policy, pattern });
        Ok(())
    }

    /// Clearing a policy that is not there changes nothing.
    pub fn clear_policy(&mut self, now: SimTime, name: &str, operator: bool) {
        self.policies.retain(|known| &*known.policy.name != name || known.policy.operator != operator);
        self.apply_policies(now);
    }

    /// At most one user's and one operator's policy apply, those of the highest priority (rule 146).
    fn policy_for(&self, name: &str, operator: bool, applies: impl Fn(&Policy) -> bool) -> Table {
        let matching = self
            .policies
            .iter()
            .filter(|known| known.policy.operator == operator && applies(&known.policy) && known.pattern.is_match(name));
        matching.max_by_key(|known| known.policy.priority).map(|known| known.policy.definition.clone()).unwrap_or_default()
    }

    /// What a queue with these arguments goes by under the policies that are set. None for a type that RabbitMQ refuses.
    #[must_use]
    pub fn settings_for(&self, name: &str, arguments: &Table) -> Option<Settings> {
        super::queue::settings::kind("", arguments).ok().map(|kind| self.effective_settings(name, kind, arguments))
    }

    pub(super) fn effective_settings(&self, name: &str, kind: Kind, arguments: &Table) -> Settings {
        let rules = self.profile.rules();
        if self.policies.is_empty() {
            let none = Table::new();
            return Settings::effective(kind, arguments, &none, &none, rules);
        }
        let policy = self.policy_for(name, false, |policy| policy.takes_queue(kind));
        let operator = self.policy_for(name, true, |policy| policy.takes_queue(kind));
        Settings::effective(kind, arguments, &policy, &operator, rules)
    }

    /// The alternate exchange: the argument, or else the policy's (rule 147).
    #[must_use]
    pub fn effective_alternate(&self, name: &str, arguments: &Table) -> Option<Name> {
        let argument = arguments.get("alternate-exchange").and_then(Value::as_str).cloned();
        argument.or_else(|| {
            let policy = self.policy_for(name, false, |policy| matches!(policy.apply_to, ApplyTo::All | ApplyTo::Exchanges));
            policy.get("alternate-exchange").and_then(Value::as_str).cloned()
        })
    }

    fn apply_policies(&mut self, now: SimTime) {
        let ids: Vec<QueueId> = self.queues.keys().copied().collect();
        for id in ids {
            let queue = &self.queues[&id];
            let settings = self.effective_settings(&queue.name, queue.messages.kind(), &queue.arguments);
            let Some(queue) = self.queues.get_mut(&id) else { continue };
            if queue.settings == settings {
                continue;
            }
            if queue.settings.expires != settings.expires {
                queue.used_at = now;
            }
            let no_longer_kept = queue.settings.at_least_once && !settings.at_least_once;
            let other_ttl = queue.settings.message_ttl != settings.message_ttl;
            queue.settings = settings;
            if no_longer_kept {
                self.forget_enqueuer(Enqueuer::DeadLetters(id));
                self.drop_pending(id, DropCause::NotKept); // rule 129
            }
            self.retain(now, id); // rule 167
            self.enforce_limit(id);
            if other_ttl {
                self.drop_expired(now, id);
            }
            self.dispatch(now, id);
        }
        let exchanges: Vec<_> = self.exchanges.keys().copied().collect();
        for id in exchanges {
            let exchange = &self.exchanges[&id];
            let alternate = self.effective_alternate(&exchange.name, &exchange.arguments);
            if let Some(exchange) = self.exchanges.get_mut(&id) {
                exchange.alternate = alternate;
            }
        }
        self.publish_dead_letters(now);
    }
}
