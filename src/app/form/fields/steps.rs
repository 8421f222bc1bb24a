//! Fields of handlers and their steps.

use crate::app::form::table::{Beginnings, By, Field, Kind, Shape};

pub(in crate::app::form) static ATTEMPTS: [Field; 3] = [
    Field {
        key: "timeout_ms",
        label: "Timeout, ms",
        help: "How long one attempt may take. Without a number, it waits without end.",
        kind: Kind::Rare("none", &Kind::Whole),
    },
    Field {
        key: "retries",
        label: "Retries",
        help: "Further attempts after a failure or a timeout.",
        kind: Kind::Rare(
            "",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("none"),
                    Shape {
                        name: "with backoff",
                        template: r#"{"max":3}"#,
                        distinguished: By::Key("max"),
                        title: "",
                        fields: &[
                            Field { key: "max", label: "Retries at most", help: "After the first attempt.", kind: Kind::Whole },
                            Field {
                                key: "backoff_ms",
                                label: "First pause, ms",
                                help: "Before the first retry. Default: 100.",
                                kind: Kind::Number,
                            },
                            Field {
                                key: "factor",
                                label: "Factor",
                                help: "Each pause is this many times the pause before. Default: 2.",
                                kind: Kind::Usual("2", &Kind::Number),
                            },
                            Field {
                                key: "backoff_max_ms",
                                label: "Longest pause, ms",
                                help: "No pause is longer than this. Default: 30,000.",
                                kind: Kind::Usual("30,000", &Kind::Number),
                            },
                            Field {
                                key: "jitter",
                                label: "Jitter, 0 to 1",
                                help: "The part of the pause drawn at random, so that clients do not retry in step.",
                                kind: Kind::Number,
                            },
                        ],
                    },
                ],
            },
        ),
    },
    Field {
        key: "breaker",
        label: "Circuit breaker",
        help: "After several failures in a row nothing is sent for a while; then one attempt decides.",
        kind: Kind::Rare(
            "",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("none"),
                    Shape {
                        name: "opens after failures",
                        template: r#"{"failures":5,"open_ms":10000}"#,
                        distinguished: By::Key("failures"),
                        title: "",
                        fields: &[
                            Field {
                                key: "failures",
                                label: "Failures in a row",
                                help: "After this many failures the breaker opens.",
                                kind: Kind::Whole,
                            },
                            Field {
                                key: "open_ms",
                                label: "Stays open, ms",
                                help: "Then it is half open: one attempt is let through.",
                                kind: Kind::Number,
                            },
                        ],
                    },
                ],
            },
        ),
    },
];

pub(in crate::app::form) static PUBLISH: [Field; 14] = [
    Field {
        key: "exchange",
        label: "Exchange",
        help: "The default exchange takes the routing key for a queue's name.",
        kind: Kind::Exchange(""),
    },
    Field { key: "routing_key", label: "Routing key", help: "Templates are filled in: {orderId}.", kind: Kind::Text },
    Field {
        key: "payload",
        label: "Payload",
        help: "JSON. A template stands in quotes: \"orderId\": \"{orderId}\" copies the field orderId; \"{quantity * 29.99}\" is a product.",
        kind: Kind::Json,
    },
    Field {
        key: "as_text",
        label: "Body is text",
        help: "The payload is the body as it stands: no JSON. A consumer that parses it fails.",
        kind: Kind::Rare("", &Kind::Flag(false)),
    },
    Field {
        key: "persistent",
        label: "Persistent",
        help: "Delivery mode 2: a durable queue keeps it over a restart.",
        kind: Kind::Rare("", &Kind::Flag(true)),
    },
    Field {
        key: "mandatory",
        label: "Mandatory",
        help: "If no queue gets it, it is returned instead of dropped.",
        kind: Kind::Rare("", &Kind::Flag(false)),
    },
    Field {
        key: "confirm",
        label: "Wait for the confirm",
        help: "The next step begins when the broker has confirmed it.",
        kind: Kind::Rare("", &Kind::Flag(false)),
    },
    Field {
        key: "confirm_timeout_ms",
        label: "Confirm timeout, ms",
        help: "It waits no longer than this for the confirm.",
        kind: Kind::Rare("none", &Kind::Number),
    },
    Field {
        key: "required",
        label: "Required",
        help: "Not published, or not confirmed, is a failure of the handler.",
        kind: Kind::Rare("", &Kind::Flag(false)),
    },
    Field { key: "priority", label: "Priority", help: "0 to 255, for queues with a max priority.", kind: Kind::Rare("none", &Kind::Whole) },
    Field { key: "expiration_ms", label: "Expiration, ms", help: "This message's own TTL.", kind: Kind::Rare("none", &Kind::Number) },
    Field { key: "headers", label: "Headers", help: "As JSON.", kind: Kind::Rare("none", &Kind::Json) },
    Field {
        key: "retries",
        label: "Tries again",
        help: "As JSON: {\"max\": 3, \"pause_ms\": 1000}. With \"new_id\": true each attempt is a new event.",
        kind: Kind::Rare("never", &Kind::Json),
    },
    Field {
        key: "reply",
        label: "Waits for an answer",
        help: "A request. Its answer becomes the field answer. The program that answers publishes to {replyTo}.",
        kind: Kind::Rare("", &Kind::OneOf { keeps: &[], shapes: &REPLY }),
    },
];

static REPLY: [Shape; 2] = [
    Shape::absent("no"),
    Shape {
        name: "for a while",
        template: r#"{"timeout_ms":5000}"#,
        distinguished: By::Key("timeout_ms"),
        title: "",
        fields: &[
            Field {
                key: "timeout_ms",
                label: "Timeout, ms",
                help: "Then the step goes on without it, or fails if it is required.",
                kind: Kind::Number,
            },
            Field {
                key: "queue",
                label: "Reply queue",
                help: "Direct reply-to keeps nothing. An exclusive queue is deleted with its connection.",
                kind: Kind::Words(&[("direct", "direct reply-to"), ("exclusive", "an exclusive queue")]),
            },
        ],
    },
];

pub(in crate::app::form) static SPAN: [Shape; 5] = [
    Shape {
        name: "constant",
        template: "100",
        distinguished: By::Number,
        title: "",
        fields: &[Field { key: "", label: "ms", help: "Always the same.", kind: Kind::Number }],
    },
    Shape {
        name: "uniform",
        template: r#"{"uniform":[50,150]}"#,
        distinguished: By::Key("uniform"),
        title: "",
        fields: &[Field {
            key: "uniform",
            label: "From, to, ms",
            help: "As JSON: [50, 150]. Anything between is as likely.",
            kind: Kind::Json,
        }],
    },
    Shape {
        name: "exponential",
        template: r#"{"exponential":100}"#,
        distinguished: By::Key("exponential"),
        title: "",
        fields: &[Field { key: "exponential", label: "Mean, ms", help: "Mostly short, sometimes long.", kind: Kind::Number }],
    },
    Shape {
        name: "log-normal",
        template: r#"{"log_normal":{"median":100,"sigma":0.5}}"#,
        distinguished: By::Key("log_normal"),
        title: "",
        fields: &[
            Field { key: "log_normal.median", label: "Median, ms", help: "Half take less.", kind: Kind::Number },
            Field { key: "log_normal.sigma", label: "Sigma", help: "How wide: 0.5 is usual, 1 has a long tail.", kind: Kind::Number },
        ],
    },
    Shape {
        name: "as the message says",
        template: r#"{"field":"ms"}"#,
        distinguished: By::Key("field"),
        title: "",
        fields: &[Field {
            key: "field",
            label: "Field with ms",
            help: "The field of the message that has the milliseconds. No number: no time.",
            kind: Kind::Text,
        }],
    },
];

pub(in crate::app::form) static FAILS: [Shape; 12] = [
    Shape::absent("never"),
    Shape { name: "always", template: r#"{"always":true}"#, distinguished: By::Key("always"), title: "", fields: &[] },
    Shape {
        name: "the first n times",
        template: r#"{"first":1}"#,
        distinguished: By::Key("first"),
        title: "",
        fields: &[Field { key: "first", label: "Times", help: "Then it works.", kind: Kind::Whole }],
    },
    Shape {
        name: "n times for each event",
        template: r#"{"first_attempts":2}"#,
        distinguished: By::Key("first_attempts"),
        title: "",
        fields: &[Field { key: "first_attempts", label: "Times", help: "Each event fails so often before it works.", kind: Kind::Whole }],
    },
    Shape {
        name: "every n-th time",
        template: r#"{"every":5}"#,
        distinguished: By::Key("every"),
        title: "",
        fields: &[Field { key: "every", label: "One in", help: "Counted, not drawn.", kind: Kind::Whole }],
    },
    Shape {
        name: "at random",
        template: r#"{"probability":0.1}"#,
        distinguished: By::Key("probability"),
        title: "",
        fields: &[Field { key: "probability", label: "Probability", help: "From 0 to 1.", kind: Kind::Number }],
    },
    Shape {
        name: "when a field is missing",
        template: r#"{"field_missing":"address.zip"}"#,
        distinguished: By::Key("field_missing"),
        title: "",
        fields: &[Field {
            key: "field_missing",
            label: "Field",
            help: "Dots lead into objects: address.zip. Such an event is a poison message: it never works.",
            kind: Kind::Text,
        }],
    },
    Shape {
        name: "when a field is",
        template: r#"{"field":"product","equals":"broken"}"#,
        distinguished: By::Key("equals"),
        title: "",
        fields: &[
            Field { key: "field", label: "Field", help: "Dots lead into objects.", kind: Kind::Text },
            Field { key: "equals", label: "Is", help: "As JSON.", kind: Kind::Json },
        ],
    },
    Shape {
        name: "when a field is none of",
        template: r#"{"field":"type","not_in":["order.placed"]}"#,
        distinguished: By::Key("not_in"),
        title: "",
        fields: &[
            Field { key: "field", label: "Field", help: "Dots lead into objects.", kind: Kind::Text },
            Field { key: "not_in", label: "Knows", help: "The values that it knows, as JSON.", kind: Kind::Json },
        ],
    },
    Shape { name: "when the body is no JSON", template: r#"{"no_json":true}"#, distinguished: By::Key("no_json"), title: "", fields: &[] },
    Shape {
        name: "while it has no channel",
        template: r#"{"no_channel":true}"#,
        distinguished: By::Key("no_channel"),
        title: "",
        fields: &[],
    },
    Shape {
        name: "while a service is down",
        template: r#"{"down":"$service"}"#,
        distinguished: By::Key("down"),
        title: "",
        fields: &[Field { key: "down", label: "Service", help: "No instance of it is up.", kind: Kind::Service }],
    },
];

/// What happens when a step fails. A handler says one of them; a step may say another.
pub(in crate::app::form) static POLICY: [Shape; 10] = [
    Shape::absent("as the handler says"),
    Shape { name: "reject: dead-letter", template: r#""dead_letter""#, distinguished: By::Text("dead_letter"), title: "", fields: &[] },
    Shape { name: "nack: requeue", template: r#""requeue""#, distinguished: By::Text("requeue"), title: "", fields: &[] },
    Shape { name: "reject: requeue", template: r#""reject_requeue""#, distinguished: By::Text("reject_requeue"), title: "", fields: &[] },
    Shape { name: "the chapter's code", template: r#""chapter""#, distinguished: By::Text("chapter"), title: "", fields: &[] },
    Shape {
        name: "publish again, at most n times",
        template: r#"{"republish":3}"#,
        distinguished: By::Key("republish"),
        title: "",
        fields: &[
            Field { key: "republish", label: "Times", help: "As x-retry-count counts them; then it is dead-lettered.", kind: Kind::Whole },
            Field {
                key: "via",
                label: "By way of",
                help: "The wait queue of the first retry, of the second, and so on, as JSON. Without: back to its own queue.",
                kind: Kind::Json,
            },
            Field {
                key: "expirations_ms",
                label: "Expirations, ms",
                help: "The TTL of each copy, as JSON: [1000, 5000].",
                kind: Kind::Json,
            },
            Field {
                key: "headers",
                label: "Headers of the copy",
                help: "Without x-retry-count each attempt is the first one, and the retries have no end.",
                kind: Kind::Words(&[("all", "all, with x-retry-count"), ("count", "x-retry-count only"), ("none", "none")]),
            },
        ],
    },
    Shape {
        name: "dead-letter into a retry queue",
        template: r#"{"dead_letter_retry":3,"exchange":"$exchange","routing_key":"parked"}"#,
        distinguished: By::Key("dead_letter_retry"),
        title: "",
        fields: &[
            Field {
                key: "dead_letter_retry",
                label: "Laps",
                help: "As x-death counts them; then it is published to the parking place and acknowledged.",
                kind: Kind::Whole,
            },
            Field { key: "exchange", label: "Parking exchange", help: "Where it goes in the end.", kind: Kind::Exchange("") },
            Field { key: "routing_key", label: "Parking key", help: "With this key.", kind: Kind::Text },
        ],
    },
    Shape { name: "log it and acknowledge", template: r#""acknowledge""#, distinguished: By::Text("acknowledge"), title: "", fields: &[] },
    Shape { name: "log it and say nothing", template: r#""forget""#, distinguished: By::Text("forget"), title: "", fields: &[] },
    Shape { name: "crash", template: r#""crash""#, distinguished: By::Text("crash"), title: "", fields: &[] },
];

/// One shape for each kind of step.
pub(in crate::app::form) static ACTION: [Shape; 10] = [
    Shape {
        name: "Work",
        template: r#"{"do":"work","ms":100}"#,
        distinguished: By::Value("do", "work"),
        title: "Work {ms} ms",
        fields: &[
            Field { key: "ms", label: "Takes", help: "How long.", kind: Kind::OneOf { keeps: &["blocks"], shapes: &SPAN } },
            Field {
                key: "blocks",
                label: "Blocks",
                help: "The event loop stands still: nothing else runs in the process, and no heartbeat leaves it.",
                kind: Kind::Flag(false),
            },
        ],
    },
    Shape {
        name: "Save",
        template: r#"{"do":"persist","id":"orderId","state":"pending"}"#,
        distinguished: By::Value("do", "persist"),
        title: "Save as {state}",
        fields: &[
            Field {
                key: "id",
                label: "Number in",
                help: "The field that has the record's number; it gets one if it has none.",
                kind: Kind::Text,
            },
            Field { key: "state", label: "State", help: "What the record is saved as.", kind: Kind::Text },
            Field {
                key: "outbox",
                label: "Outbox",
                help: "An event saved in the same transaction, for the relay to publish.",
                kind: Kind::Rare(
                    "",
                    &Kind::OneOf {
                        keeps: &[],
                        shapes: &[
                            Shape::absent("none"),
                            Shape {
                                name: "an event",
                                template: r#"{"exchange":"$exchange","routing_key":"order.placed"}"#,
                                distinguished: By::Key("routing_key"),
                                title: "",
                                // The relay awaits no answer, and tries until it is confirmed.
                                fields: PUBLISH.split_at(PUBLISH.len() - 2).0,
                            },
                        ],
                    },
                ),
            },
        ],
    },
    Shape {
        name: "Publish",
        template: r#"{"do":"publish","exchange":"$exchange","routing_key":"order.placed","payload":{"orderId":"{orderId}"}}"#,
        distinguished: By::Value("do", "publish"),
        title: "Publish {routing_key}",
        fields: &PUBLISH,
    },
    Shape {
        name: "Call",
        template: r#"{"do":"call","service":"$service","endpoint":"$endpoint","timeout_ms":5000}"#,
        distinguished: By::Value("do", "call"),
        title: "Call {service} {endpoint}",
        fields: &[
            Field { key: "service", label: "Service", help: "The service that it calls.", kind: Kind::Service },
            Field { key: "endpoint", label: "Endpoint", help: "Method and path, as the other's handler has it.", kind: Kind::Text },
            Field {
                key: "required",
                label: "Required",
                help: "Without a good answer the handler fails.",
                kind: Kind::Rare("", &Kind::Flag(true)),
            },
            Field { key: "", label: "", help: "", kind: Kind::Group(&ATTEMPTS) },
        ],
    },
    Shape {
        name: "Side effect",
        template: r#"{"do":"effect","what":"email sent","of":"eventId"}"#,
        distinguished: By::Value("do", "effect"),
        title: "{what}",
        fields: &[
            Field { key: "what", label: "What", help: "Something that cannot be undone: an email sent, a card charged.", kind: Kind::Text },
            Field {
                key: "of",
                label: "Of",
                help: "The field that names the recipient. Twice for one recipient is a duplicate.",
                kind: Kind::Text,
            },
            Field {
                key: "key",
                label: "Idempotency key",
                help: "The field that the other side compares: it does the same once.",
                kind: Kind::Rare("none", &Kind::Text),
            },
        ],
    },
    Shape {
        name: "Reply",
        template: r#"{"do":"reply","status":201}"#,
        distinguished: By::Value("do", "reply"),
        title: "Reply {status}",
        fields: &[Field { key: "status", label: "Status", help: "HTTP's.", kind: Kind::Whole }],
    },
    Shape {
        name: "Acknowledge",
        template: r#"{"do":"ack"}"#,
        distinguished: By::Value("do", "ack"),
        title: "Acknowledge",
        fields: &[
            Field {
                key: "every",
                label: "Several at a time",
                help: "Every n-th time, for all deliveries so far on the channel. A prefetch below n stops the consumer.",
                kind: Kind::Rare("each", &Kind::Whole),
            },
            Field {
                key: "elsewhere",
                label: "On the publishing channel",
                help: "A mistake: RabbitMQ knows no such delivery there, and closes that channel.",
                kind: Kind::Rare("", &Kind::Flag(false)),
            },
        ],
    },
    Shape {
        name: "Declare",
        template: r#"{"do":"declare","declares":[{"queue":"$queue"}]}"#,
        distinguished: By::Value("do", "declare"),
        title: "Declare",
        fields: &[
            Field {
                key: "declares",
                label: "Declares",
                help: "As JSON, a list. The next step begins after RabbitMQ's answer.",
                kind: Kind::Json,
            },
            Field { key: "required", label: "Required", help: "If it fails, the handler fails.", kind: Kind::Rare("", &Kind::Flag(true)) },
        ],
    },
    Shape {
        name: "Check queue",
        template: r#"{"do":"check_queue","queue":"$queue"}"#,
        distinguished: By::Value("do", "check_queue"),
        title: "Check {queue}",
        fields: &[
            Field {
                key: "queue",
                label: "Queue",
                help: "A passive declare. If there is no such queue, RabbitMQ closes the channel.",
                kind: Kind::Queue,
            },
            Field {
                key: "at_least",
                label: "Goes on from",
                help: "Ready messages. With fewer the handler ends. The field checked has the numbers.",
                kind: Kind::Rare("0", &Kind::Whole),
            },
        ],
    },
    Shape {
        name: "Fetch",
        template: r#"{"do":"get","queue":"$queue"}"#,
        distinguished: By::Value("do", "get"),
        title: "Fetch from {queue}",
        fields: &[Field {
            key: "queue",
            label: "Queue",
            help: "One message, if there is one. Otherwise the handler ends.",
            kind: Kind::Queue,
        }],
    },
];

pub(in crate::app::form) static STEP: [Field; 3] = [
    Field { key: "", label: "Does", help: "What this step is.", kind: Kind::OneOf { keeps: &["fails", "on_failure"], shapes: &ACTION } },
    Field {
        key: "fails",
        label: "Fails",
        help: "When this step fails.",
        kind: Kind::Rare("", &Kind::OneOf { keeps: &[], shapes: &FAILS }),
    },
    Field {
        key: "on_failure",
        label: "And then",
        help: "If not what the handler says: one error is permanent, another will pass.",
        kind: Kind::Rare("", &Kind::OneOf { keeps: &[], shapes: &POLICY }),
    },
];

static OFFSETS: [Shape; 8] = [
    Shape::absent("next: messages published from then on"),
    word(r#""first""#, "first", "the first message"),
    word(r#""last""#, "last", "the last chunk"),
    word(r#""stored""#, "stored", "behind what it acknowledged last (in its store)"),
    word(r#""next""#, "next", "next, said in the file"),
    Shape {
        name: "an offset",
        template: "0",
        distinguished: By::Number,
        title: "",
        fields: &[Field { key: "", label: "Offset", help: "The first message has the offset 0.", kind: Kind::Whole }],
    },
    Shape {
        name: "a time",
        template: r#"{"timestamp":0}"#,
        distinguished: By::Key("timestamp"),
        title: "",
        fields: &[Field { key: "timestamp", label: "Seconds", help: "The first chunk that is not older.", kind: Kind::Whole }],
    },
    Shape {
        name: "an age",
        template: r#"{"age":"1m"}"#,
        distinguished: By::Key("age"),
        title: "",
        fields: &[Field { key: "age", label: "Age", help: "So far back: 30s, 5m, 1h, 7D.", kind: Kind::Text }],
    },
];

const fn word(template: &'static str, text: &'static str, name: &'static str) -> Shape {
    Shape { name, template, distinguished: By::Text(text), title: "", fields: &[] }
}

pub(in crate::app::form) static TRIGGER: [Shape; 4] = [
    Shape {
        name: "a queue's deliveries",
        template: r#"{"queue":"$queue","prefetch":10}"#,
        distinguished: By::Key("queue"),
        title: "{queue}",
        fields: &[
            Field { key: "queue", label: "Queue", help: "It consumes from.", kind: Kind::Queue },
            Field {
                key: "prefetch",
                label: "Prefetch",
                help: "How many unacked deliveries the consumer may hold; 0 is unlimited.",
                kind: Kind::Rare("unlimited", &Kind::Whole),
            },
            Field {
                key: "auto_ack",
                label: "Automatic acknowledgement",
                help: "The broker counts a message as acknowledged when it sends the message. If the consumer fails, the message is lost.",
                kind: Kind::Rare("", &Kind::Flag(false)),
            },
            Field { key: "exclusive", label: "Exclusive", help: "Wants the queue for itself.", kind: Kind::Rare("", &Kind::Flag(false)) },
            Field {
                key: "priority",
                label: "Consumer priority",
                help: "Higher ones get messages first, as long as they have room.",
                kind: Kind::Rare("0", &Kind::Number),
            },
            Field {
                key: "offset",
                label: "Reads a stream from",
                help: "A stream keeps what was read, so a reader can start anywhere. RabbitMQ keeps no reader's place: a program that reconnects starts there again, unless it stores its own.",
                kind: Kind::Rare("", &Kind::OneOf { keeps: &[], shapes: &OFFSETS }),
            },
        ],
    },
    Shape {
        name: "HTTP requests",
        template: r#"{"http":"POST /orders"}"#,
        distinguished: By::Key("http"),
        title: "{http}",
        fields: &[Field { key: "http", label: "Endpoint", help: "Method and path.", kind: Kind::Text }],
    },
    Shape {
        name: "a schedule",
        template: r#"{"every_ms":1000}"#,
        distinguished: By::Key("every_ms"),
        title: "every {every_ms} ms",
        fields: &[
            Field { key: "every_ms", label: "Every, ms", help: "It runs once each period.", kind: Kind::Number },
            Field {
                key: "records",
                label: "For records",
                help: "Once for each record of the store in a state.",
                kind: Kind::Rare(
                    "",
                    &Kind::OneOf {
                        keeps: &[],
                        shapes: &[
                            Shape::absent("no: once"),
                            Shape {
                                name: "in a state",
                                template: r#"{"state":"pending","older_than_ms":1000}"#,
                                distinguished: By::Key("state"),
                                title: "",
                                fields: &[
                                    Field { key: "state", label: "State", help: "Of the record.", kind: Kind::Text },
                                    Field {
                                        key: "older_than_ms",
                                        label: "Older than, ms",
                                        help: "How long the record has been in this state.",
                                        kind: Kind::Number,
                                    },
                                ],
                            },
                        ],
                    },
                ),
            },
        ],
    },
    Shape { name: "start-up", template: r#"{"start_up":true}"#, distinguished: By::Key("start_up"), title: "at start-up", fields: &[] },
];

pub(in crate::app::form) static HANDLER: [Field; 4] = [
    Field { key: "on", label: "Started by", help: "What begins it.", kind: Kind::OneOf { keeps: &[], shapes: &TRIGGER } },
    Field {
        key: "once",
        label: "Idempotent",
        help: "What it has done before it does not do again.",
        kind: Kind::Rare(
            "",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("no"),
                    Shape {
                        name: "remembers what it did",
                        template: r#"{"by":"eventId","remember":10000,"memory":"store"}"#,
                        distinguished: By::Key("memory"),
                        title: "",
                        fields: &[
                            Field {
                                key: "by",
                                label: "Tells apart by",
                                help: "The field that is the same for the same event.",
                                kind: Kind::Text,
                            },
                            Field {
                                key: "remember",
                                label: "Remembers",
                                help: "How many of the last ones it remembers.",
                                kind: Kind::Whole,
                            },
                            Field {
                                key: "memory",
                                label: "Memory",
                                help: "A process loses its memory when it ends. A store is shared by instances and survives.",
                                kind: Kind::Words(&[
                                    ("store", "of the store"),
                                    ("record", "of the store, with the record"),
                                    ("process", "of the process"),
                                ]),
                            },
                        ],
                    },
                ],
            },
        ),
    },
    Field {
        key: "steps",
        label: "Steps",
        help: "In this order; a crash happens between two of them.",
        kind: Kind::List { label: "Add a step", beginnings: Beginnings::Shapes(&ACTION), fields: &STEP },
    },
    Field {
        key: "on_failure",
        label: "If a step fails",
        help: "What happens with the delivery.",
        kind: Kind::OneOf { keeps: &[], shapes: POLICY.split_at(1).1 },
    },
];
