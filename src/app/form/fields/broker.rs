//! Fields of exchanges, queues, bindings and policies.

use crate::app::form::table::{Entries, Field, Kind, Template};

pub(in crate::app::form) static EXCHANGE: [Field; 8] = [
    Field {
        key: "type",
        label: "Type",
        help: "How it routes. Direct compares the key with each binding's. Fanout takes every binding. Topic compares word by word (* is one word, # any number). Headers compares headers. The others give each message to one binding: by a hash that keeps like with like, or at random. A delayed exchange keeps messages for a while first.",
        kind: Kind::Words(&[
            ("topic", "topic"),
            ("direct", "direct"),
            ("fanout", "fanout"),
            ("headers", "headers"),
            ("x-consistent-hash", "consistent hash"),
            ("x-modulus-hash", "modulus hash"),
            ("x-random", "random"),
            ("x-local-random", "local random"),
            ("x-delayed-message", "delayed"),
        ]),
    },
    Field { key: "durable", label: "Durable", help: "It is there again after the broker restarts.", kind: Kind::Flag(true) },
    Field {
        key: "auto_delete",
        label: "Auto-delete",
        help: "It goes when the last thing bound to it is unbound.",
        kind: Kind::Flag(false),
    },
    Field {
        key: "internal",
        label: "Internal",
        help: "Clients cannot publish to it. It receives from other exchanges: by bindings, as a dead-letter exchange or as an alternate exchange.",
        kind: Kind::Flag(false),
    },
    Field {
        key: "arguments.alternate-exchange",
        label: "Alternate exchange",
        help: "Where messages go that match no binding here, instead of being dropped or returned.",
        kind: Kind::Exchange("none: unroutable messages are dropped or returned"),
    },
    Field {
        key: "arguments.x-delayed-type",
        label: "Delayed type",
        help: "How a delayed exchange routes a message when the delay is over: the name of another type.",
        kind: Kind::Rare("none", &Kind::Text),
    },
    Field {
        key: "arguments.hash-header",
        label: "Hash header",
        help: "The header that a consistent-hash exchange hashes.",
        kind: Kind::Rare("the routing key", &Kind::Text),
    },
    Field {
        key: "arguments.hash-property",
        label: "Hash property",
        help: "The property that a consistent-hash exchange hashes: correlation_id, message_id or timestamp.",
        kind: Kind::Rare("the routing key", &Kind::Text),
    },
];

pub(in crate::app::form) static BINDING: [Field; 2] = [
    Field {
        key: "routing_key",
        label: "Binding key",
        help: "What a message's routing key is compared with. Topic: words between dots, * for one word, # for any number. Fanout and headers do not look at it.",
        kind: Kind::Usual("the empty key", &Kind::Text),
    },
    Field {
        key: "arguments",
        label: "Header arguments",
        help: "For a headers exchange: the headers a message must have, as JSON, with \"x-match\": \"all\" or \"any\".",
        kind: Kind::Json,
    },
];

pub(in crate::app::form) static QUEUE: [Field; 25] = [
    Field {
        key: "arguments.x-queue-type",
        label: "Queue type",
        help: "Classic queues live on one node. Quorum queues are replicated, always durable, and count deliveries. A stream is a log: readers take nothing out of it. In RabbitMQ the type of an existing queue cannot change.",
        kind: Kind::Argument { usual: "", badge: None, called: &[] },
    },
    Field {
        key: "durable",
        label: "Durable",
        help: "The queue is there again after the broker restarts. Its messages are too, if they were published as persistent.",
        kind: Kind::Flag(true),
    },
    Field { key: "auto_delete", label: "Auto-delete", help: "It goes when its last consumer goes.", kind: Kind::Flag(false) },
    Field {
        key: "messages",
        label: "Messages at the start",
        help: "How many stand in it when the run begins, as in a system that has run before.",
        kind: Kind::Rare("none", &Kind::Whole),
    },
    Field {
        key: "arguments.x-message-ttl",
        label: "Message TTL, ms",
        help: "How long a message may wait. The broker removes an expired message only at the head of the queue; then it is dead-lettered, or dropped.",
        kind: Kind::Argument { usual: "none", badge: Some("TTL"), called: &[] },
    },
    Field {
        key: "arguments.x-expires",
        label: "Queue expires, ms",
        help: "How long the queue may be unused. Then the broker deletes the queue itself.",
        kind: Kind::Argument { usual: "never", badge: Some("Exp"), called: &[] },
    },
    Field {
        key: "arguments.x-max-length",
        label: "Max length",
        help: "How many ready messages the queue holds at most. The setting Overflow decides what happens to the next message.",
        kind: Kind::Argument { usual: "no limit", badge: Some("Lim"), called: &[] },
    },
    Field {
        key: "arguments.x-max-length-bytes",
        label: "Max length, bytes",
        help: "How many bytes the bodies of all ready messages may have together.",
        kind: Kind::Argument { usual: "no limit", badge: Some("Lim B"), called: &[] },
    },
    Field {
        key: "arguments.x-overflow",
        label: "Overflow",
        help: "When the queue is full: drop the oldest (dead-lettered with reason maxlen), or refuse the newest.",
        kind: Kind::Argument {
            usual: "",
            badge: Some("Ovfl"),
            called: &[
                ("drop-head", "drop-head: RabbitMQ drops the oldest"),
                ("reject-publish", "reject-publish: the newest is refused"),
                ("reject-publish-dlx", "reject-publish-dlx: refused and dead-lettered"),
            ],
        },
    },
    Field {
        key: "arguments.x-dead-letter-exchange",
        label: "Dead letters go to",
        help: "The exchange for messages that are rejected without requeue, expire, overflow, or were delivered too often.",
        kind: Kind::Argument { usual: "", badge: Some("DLX"), called: &[("", "none: dead letters are dropped")] },
    },
    Field {
        key: "arguments.x-dead-letter-routing-key",
        label: "Dead-letter key",
        help: "The routing key dead letters travel with. Without it they keep the one they came with. Two quotes (\"\") are the empty key.",
        kind: Kind::Argument { usual: "the key it came with", badge: Some("DLK"), called: &[] },
    },
    Field {
        key: "arguments.x-dead-letter-strategy",
        label: "Dead-letter strategy",
        help: "At-least-once (quorum queues with reject-publish only) keeps a dead letter until its target has confirmed it.",
        kind: Kind::Argument { usual: "", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-delivery-limit",
        label: "Delivery limit",
        help: "How many failed deliveries a quorum queue forgives; the next failure dead-letters the message. Limit 3: at most four deliveries. A reject with requeue and a lost connection count; a nack with requeue counts up to RabbitMQ 4.2 only. Default: no limit in 3.13, 20 from 4.0 on.",
        kind: Kind::Argument { usual: "none in 3.13, 20 since 4.0", badge: Some("DlL"), called: &[] },
    },
    Field {
        key: "arguments.x-max-priority",
        label: "Max priority",
        help: "Messages of a higher priority (up to this) overtake others. Classic queues.",
        kind: Kind::Argument { usual: "none", badge: Some("Pri"), called: &[] },
    },
    Field {
        key: "arguments.x-single-active-consumer",
        label: "Single active consumer",
        help: "One consumer gets everything; another takes over when it goes.",
        kind: Kind::Argument { usual: "", badge: Some("SAC"), called: &[] },
    },
    Field {
        key: "arguments.x-consumer-timeout",
        label: "Delivery acknowledgement timeout, ms",
        help: "How long a delivery may stay unacknowledged. After that, RabbitMQ up to 4.2 closes the channel. From 4.3 on only quorum queues have this timeout: the queue takes the message back and cancels the consumer. Default: 30 minutes.",
        kind: Kind::Argument { usual: "1,800,000", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-max-age",
        label: "Stream: max age",
        help: "How long a stream keeps messages: 30s, 5m, 1h, 7D. It removes whole segments, and never the one it writes to.",
        kind: Kind::Argument { usual: "no limit", badge: Some("Age"), called: &[] },
    },
    Field {
        key: "arguments.x-stream-max-segment-size-bytes",
        label: "Stream: max segment size, bytes",
        help: "When a segment is as large as this, the stream starts another. Age and size are looked at then. Default: 500 MB.",
        kind: Kind::Argument { usual: "500,000,000", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-stream-filter-size-bytes",
        label: "Stream: filter size, bytes",
        help: "How large the filter of each chunk is. A property only: the simulated filter never errs.",
        kind: Kind::Argument { usual: "16", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-initial-cluster-size",
        label: "Stream: replicas",
        help: "On how many nodes of a cluster the stream is kept. A property only: there is one node here.",
        kind: Kind::Argument { usual: "every node", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-quorum-initial-group-size",
        label: "Quorum: replicas",
        help: "On how many nodes of a cluster the queue is kept. A property only: there is one node here.",
        kind: Kind::Argument { usual: "3", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-queue-leader-locator",
        label: "Leader locator",
        help: "On which node of a cluster the leader starts. A property only: there is one node here.",
        kind: Kind::Argument { usual: "", badge: Some("LL"), called: &[] },
    },
    Field {
        key: "arguments.x-delayed-retry-type",
        label: "Delayed retry",
        help: "Quorum queues of RabbitMQ 4.3: messages that come back wait before they are delivered again.",
        kind: Kind::Argument { usual: "", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-delayed-retry-min",
        label: "Delayed retry, least ms",
        help: "The wait before the first retry; it grows with each.",
        kind: Kind::Argument { usual: "none", badge: None, called: &[] },
    },
    Field {
        key: "arguments.x-delayed-retry-max",
        label: "Delayed retry, most ms",
        help: "The wait never grows beyond this.",
        kind: Kind::Argument { usual: "the least", badge: None, called: &[] },
    },
];

pub(in crate::app::form) static POLICIES: Entries = Entries {
    label: "Add a policy",
    beginnings: &[Template { label: "for queues", json: r#"{"name":"policy-1","pattern":"^","definition":{"max-length":1000}}"# }],
    fields: &[
        Field { key: "name", label: "Name", help: "One policy a name.", kind: Kind::Text },
        Field { key: "pattern", label: "Pattern", help: "A regular expression, found anywhere in the name.", kind: Kind::Text },
        Field {
            key: "apply_to",
            label: "Applies to",
            help: "What it is for.",
            kind: Kind::Words(&[
                ("queues", "queues"),
                ("exchanges", "exchanges"),
                ("all", "all"),
                ("classic_queues", "classic queues"),
                ("quorum_queues", "quorum queues"),
                ("streams", "streams"),
            ]),
        },
        Field { key: "definition", label: "Definition", help: "As JSON: the arguments' names without x-.", kind: Kind::Json },
        Field { key: "priority", label: "Priority", help: "Of several that match, the highest holds.", kind: Kind::Number },
        Field { key: "operator", label: "Operator policy", help: "It limits what users' policies allow.", kind: Kind::Flag(false) },
    ],
};
