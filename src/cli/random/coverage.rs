//! Which rules random scripts exercise, by signs in what they do and in what happens then.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::broker::{Event, MessageId, RequeueCause};
use crate::formats::broker_script;

/// Words that stand together where a rule is at work: in one step, its transcript and the broker's events. A word after `!` must be absent.
struct Sign {
    rule: u32,
    words: &'static [&'static str],
}

const fn sign(rule: u32, words: &'static [&'static str]) -> Sign {
    Sign { rule, words }
}

/// A rule may have several signs.
const SIGNS: [Sign; 175] = [
    sign(1, &[r#""scope":"channel""#]),
    sign(1, &[r#""scope":"connection""#]),
    sign(2, &[r#""scope":"channel""#, "@requeued:ChannelClosed"]),
    sign(3, &["basic.ack", "unknown delivery tag"]),
    sign(4, &[r#""scope":"connection""#]),
    sign(5, &["larger than configured max size"]),
    sign(6, &["a short string has at most 255 bytes"]),
    sign(7, &[r"\r\n", r#""ok""#]),
    sign(8, &["reserved prefix"]),
    sign(9, &["operation not permitted on the default exchange"]),
    sign(10, &["amq.direct"]),
    sign(11, &["amq.gen-"]),
    sign(12, &["queue.bind", r#""queue":"""#]),
    sign(13, &["queue.declare", r#""message_count""#]),
    sign(14, &["queue.declare", "inequivalent arg"]),
    sign(15, &["RESOURCE_LOCKED"]),
    sign(16, &["exchange.declare", "inequivalent arg"]),
    sign(17, &["queue.declare", r#""passive":true"#, "NOT_FOUND"]),
    sign(18, &["queue.delete", r#""ok""#, "!@queue_deleted"]),
    sign(19, &["queue.delete", "PRECONDITION_FAILED"]),
    sign(20, &["exchange.delete", "PRECONDITION_FAILED"]),
    sign(21, &["queue.delete", "@queue_deleted"]),
    sign(22, &["queue.purge", r#""ok""#, "@dropped"]),
    sign(23, &["@queue_deleted", "@consumer_ended"]),
    sign(24, &["@exchange_deleted", "!exchange.delete"]),
    sign(25, &["connection.", "@queue_deleted"]),
    sign(26, &[r#""x-queue-type":"quorum""#, r#""exclusive":true"#]),
    sign(27, &["transient_nonexcl_queues"]),
    sign(28, &["of queue type"]),
    sign(29, &["invalid arg"]),
    sign(30, &[r#""x-queue-mode""#, r#""ok""#]),
    sign(31, &["queue.bind", "NOT_FOUND"]),
    sign(32, &["@routed:1", r#""CC""#]),
    sign(33, &[r#""exchange":"""#, "@routed:1"]),
    sign(34, &[r#""exchange":"direct""#, "@routed:1"]),
    sign(34, &[r#""exchange":"fanout""#, "@routed:"]),
    sign(35, &[r#""routing_key":"a..b""#, r#""exchange":"topic""#]),
    sign(36, &[r#""routing_key":"order.placed""#, r#""exchange":"topic""#, "@routed:"]),
    sign(37, &[r#""routing_key":"""#, r#""exchange":"topic""#, "basic.publish"]),
    sign(38, &["wildcards"]),
    sign(39, &[r#""x-match":"some""#]),
    sign(40, &[r#""x-match":"all-with-x""#]),
    sign(40, &[r#""x-first-death-reason""#, "bind"]),
    sign(41, &[r#""size":null"#, "bind"]),
    sign(42, &["bind", r#""arguments":{"x-match":"any"}"#]),
    sign(42, &["bind", r#""arguments":{"x-match":"all"}"#]),
    sign(43, &[r#""x-first-death-reason":"rejected""#, "bind"]),
    sign(44, &["exchange.bind", r#""ok""#]),
    sign(45, &[r#""alternate-exchange""#]),
    sign(46, &["internal exchange"]),
    sign(47, &["basic.publish", "NOT_FOUND"]),
    sign(48, &[r#""BCC""#]),
    sign(49, &[r#""returned""#]),
    sign(50, &[r#""confirmed""#]),
    sign(51, &[r#""returned""#, r#""confirmed""#]),
    sign(52, &[r#""confirmed""#, "@enqueued"]),
    sign(53, &[r#""outcome":"nack""#, r#""confirmed""#]),
    sign(54, &["@refused", r#"!"confirmed""#]),
    sign(55, &["tx.commit", r#""ok""#]),
    sign(56, &[r#""user_id""#]),
    sign(57, &[r#""expiration""#]),
    sign(58, &[r#""delivery_mode":2"#]),
    sign(59, &[r#""queue":"amq.rabbitmq.reply-to""#, "basic.consume", r#""ok""#]),
    sign(59, &["@delivered", "amq.rabbitmq.reply-to."]),
    sign(59, &["@dropped:NotAwaited"]),
    sign(60, &["@enqueued"]),
    sign(61, &["@delivered:direct"]),
    sign(62, &["@delivered"]),
    sign(63, &[r#""redelivered":true"#]),
    sign(64, &[r#""redelivered":true"#, "!x-delivery-count"]),
    sign(65, &["@requeued:Nacked"]),
    sign(66, &["@requeued:Nacked", "@delivered"]),
    sign(67, &["@requeued:ChannelClosed"]),
    sign(68, &["@delivered"]),
    sign(69, &[r#""x-priority""#]),
    sign(70, &[r#""x-priority""#]),
    sign(71, &["basic.qos"]),
    sign(72, &["basic.qos", r#""global":true"#]),
    sign(73, &["basic.qos", r#""global":true"#]),
    sign(74, &[r#""multiple":true"#]),
    sign(75, &["basic.consume", r#""no_ack":true"#]),
    sign(76, &["basic.get", "@fetched"]),
    sign(77, &["basic.qos", r#""prefetch_count":0"#]),
    sign(78, &["basic.qos", r#""prefetch_count":1"#]),
    sign(79, &["basic.consume", r#""consumer_tag""#]),
    sign(80, &[r#""exclusive":true"#, "basic.consume"]),
    sign(81, &["basic.cancel", "@consumer_ended"]),
    sign(82, &[r#""consumer_cancelled""#]),
    sign(83, &[r#""x-single-active-consumer":true"#, "!quorum"]),
    sign(84, &[r#""x-single-active-consumer":true"#, "quorum"]),
    sign(85, &[r#""x-single-active-consumer":true"#]),
    sign(86, &["basic.get", "single active consumer"]),
    sign(87, &[r#""delivery_tag""#]),
    sign(88, &[r#""multiple":true"#]),
    sign(89, &["unknown delivery tag"]),
    sign(90, &["basic.nack", r#""multiple":true"#, r#""requeue":false"#]),
    sign(91, &["basic.reject"]),
    sign(92, &["basic.recover"]),
    sign(94, &["@requeued:TimedOut"]),
    sign(95, &[r#""expiration""#, "@enqueued"]),
    sign(96, &["@dead_lettered:Expired"]),
    sign(96, &["@dropped:Died(Expired)"]),
    sign(97, &[r#""expiration":"600000""#, "@enqueued"]),
    sign(98, &[r#""x-max-priority""#]),
    sign(99, &["@requeued", r#""op":"advance""#]),
    sign(99, &["@requeued", "@dead_lettered:Expired"]),
    sign(99, &["@requeued", "@dropped:Died(Expired)"]),
    sign(100, &[r#""expiration":"0""#]),
    sign(101, &[r#""x-expires""#]),
    sign(102, &[r#""x-max-length""#]),
    sign(103, &["@dropped:"]),
    sign(103, &["@dead_lettered:Maxlen"]),
    sign(104, &[r#""confirmed""#, "@dropped:"]),
    sign(104, &[r#""confirmed""#, "@dead_lettered:Maxlen"]),
    sign(105, &["@refused"]),
    sign(106, &[r#""x-overflow":"reject-publish-dlx""#]),
    sign(107, &["@dead_lettered_to_full_quorum"]),
    sign(108, &[r#""x-max-length-bytes""#]),
    sign(109, &[r#""x-max-priority""#, r#""x-max-length""#]),
    sign(110, &[r#""max-length""#, "policy.set"]),
    sign(111, &[r#""x-max-priority""#]),
    sign(112, &[r#""priority""#, "@enqueued"]),
    sign(113, &["@requeued", r#""priority""#]),
    sign(114, &[r#""priority""#, "basic.publish"]),
    sign(115, &["@dead_lettered:"]),
    sign(116, &[r#""x-dead-letter-exchange":"missing""#]),
    sign(117, &[r#""x-dead-letter-exchange":"""#]),
    sign(118, &[r#""x-dead-letter-routing-key""#]),
    sign(119, &["@dead_lettered:"]),
    sign(120, &["@dead_lettered:", r#""expiration""#]),
    sign(121, &[r#""x-death""#]),
    sign(122, &[r#""x-death""#, r#""count":2"#]),
    sign(123, &[r#""x-death""#, r#""routing-keys""#]),
    sign(124, &[r#""x-first-death-reason""#, r#""x-death""#]),
    sign(125, &["basic.publish", r#""x-death":[{"#, r#""ok""#]),
    sign(126, &[r#""CC""#, r#""x-death""#]),
    sign(127, &["@dropped:Cycle"]),
    sign(128, &["@dead_lettered:Rejected"]),
    sign(129, &["@dead_lettered_at_least_once"]),
    sign(130, &[r#""x-delivery-limit""#]),
    sign(131, &["@requeued:Rejected"]),
    sign(132, &[r#""x-delivery-count""#]),
    sign(132, &[r#""x-acquired-count""#]),
    sign(133, &["@requeued", r#""x-delivery-count""#]),
    sign(134, &[r#""x-delivery-limit":-1"#]),
    sign(134, &[r#""x-queue-type":"quorum""#, "!x-delivery-limit"]),
    sign(135, &["@requeued", r#""multiple":true"#]),
    sign(136, &[r#""x-delayed-retry-type""#]),
    sign(137, &[r#""delivery-limit""#, "policy.set"]),
    sign(138, &[r#""redelivered":true"#, r#""x-delivery-count""#]),
    sign(139, &[r#""x-death""#, r#""redelivered":true"#]),
    sign(140, &["@restarted", "@dropped:Restarted"]),
    sign(140, &["@restarted", "@queue_deleted"]),
    sign(141, &["@restarted", "@requeued:Restarted"]),
    sign(142, &["@after_restart", "@dead_lettered:Expired"]),
    sign(143, &["@restarted", "@dropped:Restarted"]),
    sign(144, &[r#""connection_blocked""#]),
    sign(148, &["@delivered", r#""x-stream-offset""#]),
    sign(148, &["not supported by stream"]),
    sign(160, &[r#""x-queue-type":"stream""#, "inequivalent arg"]),
    sign(160, &[r#""x-queue-type":"stream""#, "of queue type rabbit_stream_queue"]),
    sign(161, &[r#""x-stream-offset":"last""#, "@delivered"]),
    sign(161, &["invalid_stream_offset_arg"]),
    sign(162, &["@read"]),
    sign(165, &[r#""delivery_mode":1"#, r#""x-stream-offset""#, "@delivered"]),
    sign(166, &[r#""x-stream-filter""#, "@delivered"]),
    sign(167, &[r#""max-age":"1D""#, "policy.set"]),
    sign(168, &[r#""x-queue-type":"stream""#, r#""consumer_count":0"#]),
    sign(146, &[r#""operator":true"#, "policy.set"]),
    sign(147, &[r#""dead-letter-exchange""#, "policy.set"]),
    sign(151, &[r#""exchange":"consistent""#, "@routed:1"]),
    sign(152, &[r#""exchange":"modulus""#, "@routed:1"]),
    sign(153, &[r#""exchange":"anyone""#, "basic.publish", "@routed:1"]),
    sign(154, &["@default_queue_type", r#""ok""#]),
    sign(155, &["@settled_by_name"]),
];

/// Rules that no random script can show, why, and a case of `tests/conformance` that proves each.
pub const PROVEN_ELSEWHERE: [(u32, &str, &str); 4] = [
    (93, "RabbitMQ looks once a minute for unacknowledged messages", "G-acks/delivery-timeout-late"),
    (149, "no real broker here has the plugin", "C-routing/delayed"),
    (163, "RabbitMQ looks at the size beside its writer, so one segment more or less is chance", "N-streams/retention-size"),
    (164, "how much RabbitMQ's writer takes into one chunk hangs on chance", "N-streams/chunks"),
];

/// The rules that have a sign.
#[must_use]
pub fn known() -> BTreeSet<u32> {
    SIGNS.iter().map(|sign| sign.rule).collect()
}

/// For each rule of FIDELITY.md: how many scripts show it, or why none can, and the cases that prove it.
#[must_use]
pub fn table(seen: &BTreeMap<u32, u64>) -> String {
    let rows = include_str!("../../../FIDELITY.md").lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let rule: u32 = cells.next()?.parse().ok()?;
        let shown_by = cells.nth(1)?;
        let elsewhere = PROVEN_ELSEWHERE.iter().find(|(other, ..)| *other == rule);
        // Other tables have numbers, too: AMQP's codes.
        (elsewhere.is_some() || known().contains(&rule)).then_some(())?;
        let told = match (seen.get(&rule), elsewhere) {
            (Some(times), _) => format!("seen {times} times"),
            (None, Some((_, why, case))) => format!("not in random scripts: {why}; proven by {case}"),
            (None, None) => format!("not seen; proven by {shown_by}"),
        };
        Some(format!("{rule:>4}  {told}\n"))
    });
    rows.collect()
}

/// The rules that a script exercises.
#[must_use]
pub fn exercised(script: &Json) -> BTreeSet<u32> {
    let Ok(read) = broker_script::read(&script.to_string()) else { return BTreeSet::new() };
    let (lines, happened) = broker_script::run_watched(&read);
    let mut rules = BTreeSet::new();
    let mut told = Told { default_queue_type: script["default_queue_type"].is_string(), ..Told::default() };
    for (index, (step, line)) in script["steps"].as_array().into_iter().flatten().zip(&lines).enumerate() {
        let events: Vec<&Event> = happened.iter().filter(|happened| happened.step == index).map(|happened| &happened.event).collect();
        let words: Vec<String> = events.iter().map(|event| event_word(event)).collect();
        let text = format!("{step} {} {} {}", line.to_json(), words.join(" "), told.hear(step, &events).join(" "));
        let shows = |word: &&str| word.strip_prefix('!').map_or_else(|| text.contains(*word), |absent| !text.contains(absent));
        rules.extend(SIGNS.iter().filter(|sign| sign.words.iter().all(shows)).map(|sign| sign.rule));
    }
    rules
}

/// What signs know of the steps before.
#[derive(Default)]
struct Told {
    default_queue_type: bool,
    restarted: bool,
    /// Quorum queues that keep their dead letters until the target has them.
    at_least_once: BTreeSet<String>,
    /// Quorum queues that refuse clients: how many messages they may take, and how many they took.
    refusing: BTreeMap<String, (u64, u64)>,
    /// Which message a step's name, or a consumer's tag and the number of the delivery, stands for.
    fetched: BTreeMap<String, MessageId>,
    delivered: BTreeMap<String, Vec<MessageId>>,
}

impl Told {
    /// The words for a step that no single event says.
    fn hear(&mut self, step: &Json, events: &[&Event]) -> Vec<&'static str> {
        let mut words = Vec::new();
        if self.restarted {
            words.push("@after_restart");
        }
        if self.declares_by_default(step) {
            words.push("@default_queue_type");
        }
        if self.settles_by_name(step, events) {
            words.push("@settled_by_name");
        }
        for event in events {
            match event {
                Event::Restarted => self.restarted = true,
                Event::DeadLettered { queue, .. } if self.at_least_once.contains(&**queue) => words.push("@dead_lettered_at_least_once"),
                Event::Enqueued { queue, .. } => {
                    let Some((limit, taken)) = self.refusing.get_mut(&**queue) else { continue };
                    *taken += 1;
                    // It takes one too many from clients as well.
                    if *taken > *limit + 1 && events.iter().any(|event| matches!(event, Event::DeadLettered { .. })) {
                        words.push("@dead_lettered_to_full_quorum");
                    }
                }
                Event::Fetched { message, .. } => {
                    if let Some(name) = step["as"].as_str() {
                        self.fetched.insert(name.to_owned(), message.id);
                    }
                }
                Event::Delivered(delivered) => {
                    self.delivered.entry(delivered.consumer_tag.to_string()).or_default().push(delivered.message.id);
                }
                _ => {}
            }
        }
        words
    }

    /// Notes what the queue is, and tells whether its type is that of its virtual host.
    fn declares_by_default(&mut self, step: &Json) -> bool {
        let arguments = &step["arguments"];
        let Some(queue) = step["queue"].as_str().filter(|_| step["op"] == "queue.declare" && step["passive"] != true) else {
            return false;
        };
        if arguments["x-queue-type"] == "quorum" && arguments["x-overflow"] == "reject-publish" {
            if arguments["x-dead-letter-strategy"] == "at-least-once" {
                self.at_least_once.insert(queue.to_owned());
            }
            if let Some(limit) = arguments["x-max-length"].as_u64() {
                self.refusing.insert(queue.to_owned(), (limit, 0));
            }
        }
        let stays = step["durable"] == true && step["exclusive"] != true && step["auto_delete"] != true;
        self.default_queue_type && stays && arguments["x-queue-type"].is_null()
    }

    /// A delivery of a queue that is gone settles a message of its successor.
    fn settles_by_name(&self, step: &Json, events: &[&Event]) -> bool {
        let of = &step["of"];
        let fetched = of["get"].as_str().and_then(|name| self.fetched.get(name));
        let delivered = of["delivery"][0].as_str().zip(of["delivery"][1].as_u64()).and_then(|(tag, number)| {
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            self.delivered.get(tag)?.get(index)
        });
        let Some(said) = fetched.or(delivered).filter(|_| step["multiple"] != true) else { return false };
        let settled = events.iter().filter_map(|event| match event {
            Event::Acknowledged { message, .. } | Event::Requeued { message, cause: RequeueCause::Nacked | RequeueCause::Rejected, .. } => {
                Some(message.id)
            }
            _ => None,
        });
        let settled: Vec<MessageId> = settled.collect();
        !settled.is_empty() && !settled.contains(said)
    }
}

/// An event as signs name it: `@requeued:Nacked`.
fn event_word(event: &Event) -> String {
    let more = match event {
        Event::Requeued { cause, .. } => format!("{cause:?}"),
        Event::DeadLettered { reason, .. } => format!("{reason:?}"),
        Event::Dropped { cause, .. } => format!("{cause:?}"),
        Event::Routed { queues, .. } => queues.len().to_string(),
        Event::Delivered(delivered) if delivered.direct => "direct".to_owned(),
        _ => String::new(),
    };
    format!("@{}:{more}", event.name())
}

#[cfg(test)]
mod tests {
    use super::super::random_script;
    use super::*;
    use crate::broker::Profile;

    /// So few scripts do not always meet these.
    const RARE: [u32; 9] = [18, 24, 25, 26, 38, 46, 122, 126, 166];

    #[test]
    fn each_modelled_rule_has_a_sign_or_a_reason_and_a_case() {
        let rules: Json = serde_json::from_str(include_str!("../../../tests/rules.json")).expect("the list of rules is JSON");
        let modelled = rules.as_array().expect("it is a list").iter().filter(|rule| rule["not_modelled"].is_null());
        let modelled: BTreeSet<u32> = modelled.filter_map(|rule| u32::try_from(rule["rule"].as_u64()?).ok()).collect();
        let elsewhere: BTreeSet<u32> = PROVEN_ELSEWHERE.iter().map(|(rule, ..)| *rule).collect();
        assert_eq!(known().intersection(&elsewhere).count(), 0);
        assert_eq!(known().union(&elsewhere).copied().collect::<BTreeSet<u32>>(), modelled);
        for (rule, _, case) in PROVEN_ELSEWHERE {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/conformance/{case}.json"));
            let case: Json = serde_json::from_str(&std::fs::read_to_string(path).expect("there is the case")).expect("it is JSON");
            assert!(case["rules"].as_array().is_some_and(|rules| rules.contains(&rule.into())), "{rule}");
        }
        assert_eq!(table(&BTreeMap::new()).lines().count(), modelled.len());
    }

    #[test]
    fn random_scripts_exercise_the_rules_that_have_a_sign() {
        let mut met = BTreeSet::new();
        for profile in Profile::ALL {
            for seed in 1..300 {
                met.extend(exercised(&random_script(seed, profile)));
            }
        }
        let never: Vec<u32> = known().difference(&met).copied().filter(|rule| !RARE.contains(rule)).collect();
        assert!(never.is_empty(), "{never:?}");
    }
}
