//! The releases of RabbitMQ with which the profiles are compared, and what may differ.

use crate::broker::Profile;

/// A release that can be had, and what stands for it here.
#[derive(Clone, Copy, Debug)]
pub struct RealRelease {
    /// As `./scripts/differential --broker` names it.
    pub line: &'static str,
    /// The release that was compared.
    pub release: &'static str,
    pub profile: Profile,
}

/// Debian's packages carry them. None carries 3.13.
pub const RELEASES: [RealRelease; 3] = [
    RealRelease { line: "3.10", release: "3.10.8", profile: Profile::V3_13 },
    RealRelease { line: "4.0", release: "4.0.5", profile: Profile::V4_0 },
    RealRelease { line: "4.3", release: "4.3.6", profile: Profile::V4_3 },
];

/// The release line that a profile is compared with.
#[must_use]
pub fn release_of(profile: Profile) -> &'static RealRelease {
    let found = RELEASES.iter().find(|release| release.profile == profile.upstream());
    found.expect("each profile has a real broker")
}

/// What the simulated broker does otherwise than the real one that it is compared with, and on purpose.
#[derive(Clone, Copy, Debug)]
pub struct KnownDifference {
    /// The release lines in which it is.
    pub lines: &'static [&'static str],
    pub rules: &'static [u64],
    pub what: &'static str,
    pub why: &'static str,
    /// Where the other behaviour was read.
    pub source: &'static str,
}

/// RabbitMQ 3.10.8, which Debian ships, stands for 3.13, which is simulated: their releases differ.
const fn of_3_10(what: &'static str, rules: &'static [u64], why: &'static str, source: &'static str) -> KnownDifference {
    KnownDifference { lines: &["3.10"], rules, what, why, source }
}

/// Nothing else may differ.
pub const KNOWN_DIFFERENCES: [KnownDifference; 30] = [
    of_3_10(
        "x-last-death",
        &[124],
        "3.13 tells of the last death as well as of the first; 3.10 has no x-last-death-* headers",
        "v3.13.0 mc.erl record_death; v3.12.14 rabbit_dead_letter.erl",
    ),
    of_3_10(
        "CC after death",
        &[126],
        "3.13 keeps the CC header of a dead letter, 3.10 removes it",
        "v3.13.0 dead_lettering_SUITE; v3.12.14 rabbit_dead_letter.erl",
    ),
    of_3_10(
        "x-delivery-count 0",
        &[132],
        "3.10 has a count of 0 when a message of a quorum queue is fetched for the first time. It replaces a header that the client \
         set. Here the count is absent then, and the client's header stays",
        "v3.13.0 rabbit_fifo_client.erl add_delivery_count_header",
    ),
    of_3_10(
        "a key of BCC that is there twice",
        &[123],
        "a death tells the keys without those of BCC. 3.13 takes the first of each name away, 3.10 the keys of BCC. Random scripts \
         have no such key there",
        BCC,
    ),
    of_3_10(
        "x-death order",
        &[122],
        "before 3.13 each death reversed the order of the other entries, so three or more are compared without order",
        "v3.13.0 mc.erl record_death; v3.12.14 rabbit_dead_letter.erl",
    ),
    of_3_10(
        "unknown exchange type",
        &[16],
        "3.13 answers 406 and closes the channel, 3.10 answers 503 and closes the connection",
        UNKNOWN_TYPE,
    ),
    of_3_10(
        "credit over the delivery limit",
        &[74],
        "3.10 gives a consumer two credits back for a message that is over the delivery limit, 3.13 one. Random scripts set no low limit there",
        "v3.13.0 rabbit_fifo.erl return_one",
    ),
    of_3_10(
        "a cancelled single active consumer",
        &[85],
        "a classic queue of 3.10 and 3.13 hands out nothing when its active consumer is cancelled. It fails at the next publish if messages \
         were ready. The next consumer gets them here, as in 4.x. Random scripts do not cancel there",
        "v3.13.7 rabbit_amqqueue_process.erl handle_call basic_cancel",
    ),
    of_3_10(
        "a tag again on a quorum queue",
        &[81],
        "3.10 closes the connection (541) at the next delivery when a consumer tag of a quorum queue is used again. Its earlier consumer \
         still holds messages then. Random scripts do not use it there",
        TAG_AGAIN,
    ),
    of_3_10(
        "delivery modes that do not exist",
        &[58],
        "3.10 closes the channel (406) at a delivery mode that is neither 1 nor 2. 3.13 takes it, and only 2 is persistent. Random scripts have these two",
        "v3.10.8 rabbit_basic.erl is_message_persistent, and seen there; v3.13.7 mc_amqpl.erl essential_properties",
    ),
    of_3_10(
        "numeric headers",
        &[41],
        "3.13 compares header values strictly, 3.10 takes 1 for 1.0; random scripts use one number type",
        NUMBERS,
    ),
    of_3_10(
        "mirrors of operators",
        &[146],
        "since 3.11 an operator may set ha-mode, ha-params and ha-sync-mode; 3.10 refuses the policy; random scripts set no mirrors",
        MIRRORS,
    ),
    of_3_10("consumer timeout", &[93], "x-consumer-timeout is known since 3.12; random scripts do not use it", CONSUMER_TIMEOUT),
    of_3_10(
        "deliveries of a stream that are refused",
        &[162],
        "3.10 answers nack and reject with 540, recover with 541, and closes the connection. 3.13 gives credit for them. Random scripts do \
         not refuse deliveries of streams there",
        REFUSED_READS,
    ),
    of_3_10(
        "messages as a stream stores them",
        &[165],
        "3.10 has a delivery mode for persistent messages alone. It stores no lists and tables, not in x- headers and not in CC. Random \
         scripts put no lists into headers there",
        STORED,
    ),
    of_3_10("dead letters that go to a stream", &[165], "3.10.8 loses them; random scripts send none there", DEAD_TO_STREAM),
    of_3_10("dead letters that go to a reply queue", &[59], "3.10 delivers them; 3.13 and 4.0 do not", REPLY_TARGETS),
    of_3_10(
        "a queue that is deleted before a commit",
        &[55],
        "at a commit 3.10 looks for each message's queues by name, and returns a mandatory one that has none. 3.13 knows them as they \
         were at the publish. Random scripts delete no such queue there",
        LATE_LOOK,
    ),
    of_3_10("filters of streams", &[160, 166], "they came with 3.13; random scripts do not use them there", FILTERS),
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[16],
        what: "words of Erlang as exchange types",
        why: "a type that is not there is invalid where Erlang knows the word for another reason, and unknown otherwise. Which words these \
              are hangs on all that a node has loaded. Here six are invalid. Random scripts use those and words that are new to it",
        source: "v4.3.5 rabbit_exchange.erl check_type; rabbit_registry.erl binary_to_type",
    },
    KnownDifference {
        lines: &["4.0", "4.3"],
        rules: &[14],
        what: "queue types without a name",
        why: "RabbitMQ takes x-queue-type 'undefined' for classic, 4.3 also an empty text, and compares them as texts afterwards. Here \
              they are refused as other unknown types are. Random scripts do not use them",
        source: "seen on 4.0.5 and 4.3.6; v4.3.5 rabbit_queue_type.erl discover",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[146],
        what: "two policies of one priority",
        why: "which of them applies hangs on the order in which RabbitMQ's tables list them. Here it is the one that was set last. Random \
              scripts give no two policies the same priority",
        source: "seen on 3.10.8, 4.0.5 and 4.3.6; v4.3.5 rabbit_policy.erl match_all",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[146],
        what: "patterns of policies",
        why: "RabbitMQ reads them as Perl's regular expressions. Here look-around and back references are refused, and a broken pattern is \
              refused in other words. Random scripts have plain patterns",
        source: "v4.3.5 rabbit_policy.erl validation, regex_validation",
    },
    KnownDifference {
        lines: &["3.10", "4.0"],
        rules: &[103, 130],
        what: "deaths of two kinds at once",
        why: "a consumer of a quorum queue ends. Of what it held some exceed the delivery limit, and some the length. RabbitMQ \
              dead-letters all of them in reverse. Here those over the delivery limit go first, in their order. Scripts of crowds have no \
              length limit beside a low delivery limit there",
        source: "v4.0.5 rabbit_fifo.erl return_all, return_one, evaluate_limit; seen on 4.0.5",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[163],
        what: "bytes of a stream",
        why: "RabbitMQ stores messages in AMQP 1.0, with a head that is some bytes longer in one release than in another. Here all count about 100 bytes. Random scripts end no segment within a few bytes of a message",
        source: "seen on 3.10.8, 4.0.5 and 4.3.6",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[164],
        what: "chunks",
        why: "how much RabbitMQ's writer takes into one chunk hangs on chance. Here each publish is a chunk, and the publishes of a \
              transaction are one. Random scripts publish to streams one message after the other",
        source: "osiris v1.8.5 osiris_writer.erl handle_batch",
    },
    KnownDifference {
        lines: &["4.0", "4.3"],
        rules: &[84],
        what: "a channel that ends during a hand-over",
        why: "a single active consumer of a quorum queue holds messages, and one of higher priority waits for it. When the channel of the \
              active one ends, 4.3 puts that consumer back among those that wait. 4.0 does so when the last message that it held is \
              over the delivery limit. In its turn the ended consumer is active again, and its deliveries stay unacked. Here it \
              ends with its channel. Random scripts end no such channel",
        source: "seen on 4.0.5 and 4.3.6; v4.3.5 rabbit_fifo.erl activate_next_consumer",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[84],
        what: "an active tag again",
        why: "a tag is used again beside a single active consumer, and its earlier consumer holds messages. With a higher priority it \
              replaces that consumer in RabbitMQ, and its messages stay unacked for good. Here they stay with their channel. When it is \
              cancelled before its turn, RabbitMQ cancels the earlier one again. In its turn each message goes to its channel and comes back. \
              Here it is cancelled. Random scripts give such a consumer the lowest priority, and do not cancel it",
        source: "seen on 4.0.5 and 4.3.6; v3.10.8 and v4.3.5 rabbit_fifo.erl activate_next_consumer, cancel_consumer",
    },
    KnownDifference {
        lines: &["4.3"],
        rules: &[136],
        what: "a delayed retry with a length limit",
        why: "more messages may wait for their retry than the limit allows. Then a queue that drops its head looks for one without end, and \
              answers nothing more. Here it drops ready messages, and goes on. Random scripts have such a limit with reject-publish",
        source: "v4.3.5 rabbit_fifo.erl evaluate_limit0, drop_head",
    },
    KnownDifference {
        lines: &["3.10", "4.0", "4.3"],
        rules: &[155],
        what: "deliveries of a deleted queue, settled on its successor",
        why: "by name and number a channel can settle a delivery of another channel. A classic queue fails, and loses its messages, \
              when it must dead-letter a number that is not out. It also fails when priorities make its numbers of another kind. Here nothing \
              happens then. In random scripts such a delivery is acknowledged or requeued by itself, with one channel and no priorities",
        source: "v3.10.8 and v4.3.5 rabbit_classic_queue.erl settle, rabbit_variable_queue.erl ackfold, rabbit_priority_queue.erl ack",
    },
];

/// What 3.13 does otherwise than 3.10, by the reason that leaves cases out on 3.10.8, with its source.
pub const NEWER_THAN_3_10: [(&str, &str); 16] = [
    ("it answers 503 and closes the connection", UNKNOWN_TYPE),
    ("it hashes the value together with its type", "v3.10.8 and v3.13.7 rabbit_exchange_type_consistent_hash.erl value_to_hash"),
    ("it takes numbers of different types for equal", NUMBERS),
    ("3.10 delivers it, as it delivers what a client publishes", REPLY_TARGETS),
    ("it does not know the argument", CONSUMER_TIMEOUT),
    ("3.10 does not tell the types of queues apart", APPLY_TO),
    ("3.10 has policies for queues, exchanges and all alone", APPLY_TO),
    ("it takes no mirrors from an operator: they came with 3.11", MIRRORS),
    ("it does not know these keys", "v3.10.8 and v3.13.7 rabbit_policies.erl register"),
    ("3.10.8 loses dead letters that go to a stream", DEAD_TO_STREAM),
    ("3.10 does not know filters: they came with 3.13", FILTERS),
    ("it looks for the queues by name at the commit", LATE_LOOK),
    ("3.10 refuses nack, reject and recover with 540 and 541", REFUSED_READS),
    ("3.10 stores no lists and tables at all", STORED),
    ("3.10 closes the connection when the tag is used again", TAG_AGAIN),
    ("3.10 leaves the keys of BCC out, and no others", BCC),
];

const BCC: &str = "v3.10.8 rabbit_dead_letter.erl; v3.13.7 mc.erl record_death";
const APPLY_TO: &str = "v3.10.8 and v3.13.7 rabbit_policy.erl apply_to_validation";
const CONSUMER_TIMEOUT: &str = "release notes 3.12.0";
const DEAD_TO_STREAM: &str = "seen on 3.10.8; v3.13.7 rabbit_dead_letter.erl publish";
const FILTERS: &str = "release notes 3.13.0";
const LATE_LOOK: &str = "v3.10.8 and v3.13.7 rabbit_channel.erl deliver_to_queues";
const MIRRORS: &str = "v3.10.8 and v3.13.7 rabbit_mirror_queue_misc.erl operator_policy_validator";
const NUMBERS: &str = "v3.13.0 rabbit_exchange_type_headers.erl; v3.12.14 the same file";
const REFUSED_READS: &str = "v3.10.8 and v3.13.7 rabbit_stream_queue.erl settle";
const REPLY_TARGETS: &str = "v3.10.8 rabbit_exchange.erl route; v3.13.7 rabbit_dead_letter.erl publish";
const STORED: &str = "v3.10.8 rabbit_msg_record.erl; v3.13.7 mc_amqp.erl, mc_amqpl.erl";
const TAG_AGAIN: &str = "v3.13.0 rabbit_fifo_client.erl handle_delivery";
const UNKNOWN_TYPE: &str = "v3.13.0 rabbit_exchange.erl check_type";

/// What 3.13 does otherwise than 4.0, by the switch of `src/broker/profile.rs` that is set for it. No 3.13 runs in the tests.
#[derive(Clone, Copy, Debug)]
pub struct Older {
    pub switch: &'static str,
    pub rules: &'static [u64],
    pub what: &'static str,
    pub source: &'static str,
}

const fn older(switch: &'static str, rules: &'static [u64], what: &'static str, source: &'static str) -> Older {
    Older { switch, rules, what, source }
}

pub const OLDER_THAN_4_0: [Older; 17] = [
    older("mirrored_queues", &[146], "policies may ask for mirrored queues", "release notes 4.0.1"),
    older(
        "operators_set_master_locator",
        &[146],
        "an operator may not set queue-master-locator",
        "v3.13.7 rabbit_queue_location_validator.erl; v4.0.5 rabbit_classic_queue.erl",
    ),
    older("message_bytes_max", &[5], "messages of up to 128 MiB", "release notes 4.0.1; v3.13 deps/rabbit/Makefile max_message_size"),
    older(
        "single_active_preempts",
        &[84],
        "a single active consumer keeps its place",
        "v3.13 and v4.0 rabbit_fifo.erl activate_next_consumer",
    ),
    older(
        "consumer_keys",
        &[67, 68],
        "a quorum queue knows its consumers by tag and channel",
        "v3.13 rabbit_fifo.hrl consumer_id; v4.0 the same file, consumer_key",
    ),
    older(
        "lifted_limit_lets_go_on",
        &[107],
        "a limit that goes leaves stopped publishers of a quorum queue stopped",
        "v3.13 and v4.0 rabbit_fifo.erl evaluate_limit",
    ),
    older("quorum_priority", &[114], "quorum queues ignore priorities", "v3.13 rabbit_fifo.erl; v4.0 rabbit_fifo_q.erl"),
    older("interpret_client_x_death", &[125], "a client's x-death is read", "release notes 4.0.1"),
    older("delivery_limit", &[130], "a quorum queue has no default delivery limit", "release notes 4.0.1"),
    older("negative_limit_is_none", &[130], "a delivery limit of -1 is passed at once", "v3.13 and v4.0 rabbit_quorum_queue.erl"),
    older(
        "counting",
        &[63, 130, 131, 132, 139],
        "a quorum queue counts every return, and nothing travels",
        "v3.13 and v4.0 rabbit_fifo.erl return_one, annotate_msg; v4.0 rabbit_fifo_client.erl",
    ),
    older("local_random", &[153], "there is no x-local-random", "release notes 4.0.1; v4.0 rabbit_exchange_type_local_random.erl"),
    older(
        "whole_chunks",
        &[164],
        "a reader of a stream is given whole chunks",
        "v3.13.7 and v4.0.5 rabbit_stream_queue.erl stream_entries",
    ),
    older("filter_is_argument", &[166], "other queues overlook x-stream-filter", "v3.13.7 and v4.0.5 rabbit_stream_queue.erl capabilities"),
    older(
        "classic_leader_locator",
        &[160],
        "a classic queue refuses x-queue-leader-locator",
        "v3.13.7 and v4.0.5 rabbit_classic_queue.erl capabilities",
    ),
    older(
        "stream_texts",
        &[148],
        "the texts that refuse a reader name its stream otherwise",
        "v3.13.7 and v4.0.5 rabbit_stream_queue.erl consume",
    ),
    older("zeros_differ", &[41], "0.0 and -0.0 are one value", "OTP 27 release notes: =:= tells the zeros apart; 3.13 runs on 26"),
];
