//! Which rules random scripts exercise, by signs in what they do and in what happens then.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::broker::Event;
use crate::formats::broker_script;

/// Words that stand together where a rule is at work: in one step, its transcript and the broker's events. A word after `!` must be absent.
struct Sign {
    rule: u32,
    words: &'static [&'static str],
}

const fn sign(rule: u32, words: &'static [&'static str]) -> Sign {
    Sign { rule, words }
}

/// A rule may have several signs; the rules of FIDELITY.md that have none here cannot be met by a random script.
const SIGNS: [Sign; 161] = [
    sign(1, &[r#""scope":"channel""#]),
    sign(1, &[r#""scope":"connection""#]),
    sign(2, &[r#""scope":"channel""#, "@requeued:ChannelClosed"]),
    sign(3, &["basic.ack", "unknown delivery tag"]),
    sign(4, &[r#""scope":"connection""#]),
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
    sign(28, &["of queue type"]),
    sign(29, &["invalid arg"]),
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
    sign(126, &[r#""CC""#, r#""x-death""#]),
    sign(127, &["@dropped:Cycle"]),
    sign(128, &["@dead_lettered:Rejected"]),
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
];

/// The rules that have a sign.
#[must_use]
pub fn known() -> BTreeSet<u32> {
    SIGNS.iter().map(|sign| sign.rule).collect()
}

/// The rules that a script exercises.
#[must_use]
pub fn exercised(script: &Json) -> BTreeSet<u32> {
    let Ok(read) = broker_script::read(&script.to_string()) else { return BTreeSet::new() };
    let (lines, happened) = broker_script::run_watched(&read);
    let mut rules = BTreeSet::new();
    for (index, (step, line)) in script["steps"].as_array().into_iter().flatten().zip(&lines).enumerate() {
        let events = happened.iter().filter(|happened| happened.step == index).map(|happened| event_word(&happened.event));
        let text = format!("{step} {} {}", line.to_json(), events.collect::<Vec<_>>().join(" "));
        let shows = |word: &&str| word.strip_prefix('!').map_or_else(|| text.contains(*word), |absent| !text.contains(absent));
        rules.extend(SIGNS.iter().filter(|sign| sign.words.iter().all(shows)).map(|sign| sign.rule));
    }
    rules
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
