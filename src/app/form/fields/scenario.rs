//! Fields of clients, services, and of the scenario as a whole.

use super::steps::{ATTEMPTS, HANDLER};
use crate::app::form::table::{Beginnings, By, Entries, Field, Kind, Shape, Template};

pub(in crate::app::form) static TIMING: [Shape; 7] = [
    Shape {
        name: "Poisson: at random moments",
        template: r#"{"poisson_ms":400}"#,
        distinguished: By::Key("poisson_ms"),
        title: "",
        fields: &[Field {
            key: "poisson_ms",
            label: "Mean pause, ms",
            help: "As independent people behave: sometimes two requests at once, sometimes none.",
            kind: Kind::Number,
        }],
    },
    Shape {
        name: "bursts",
        template: r#"{"burst":20,"every_ms":5000}"#,
        distinguished: By::Key("burst"),
        title: "",
        fields: &[
            Field { key: "burst", label: "Requests at once", help: "How many requests each burst has.", kind: Kind::Whole },
            Field { key: "every_ms", label: "Every, ms", help: "From one burst to the next.", kind: Kind::Number },
        ],
    },
    Shape {
        name: "constant",
        template: r#"{"every_ms":1000}"#,
        distinguished: By::Key("every_ms"),
        title: "",
        fields: &[Field { key: "every_ms", label: "Every, ms", help: "From one request to the next.", kind: Kind::Number }],
    },
    Shape {
        name: "ramp",
        template: r#"{"ramp_per_s":[1,20],"over_ms":60000}"#,
        distinguished: By::Key("ramp_per_s"),
        title: "",
        fields: &[
            Field { key: "ramp_per_s", label: "From, to (a second)", help: "As JSON: [1, 20].", kind: Kind::Json },
            Field { key: "over_ms", label: "Over, ms", help: "How long it takes to get there.", kind: Kind::Number },
        ],
    },
    Shape {
        name: "all at once",
        template: r#"{"at_once":100}"#,
        distinguished: By::Key("at_once"),
        title: "",
        fields: &[Field { key: "at_once", label: "How many", help: "At the beginning.", kind: Kind::Whole }],
    },
    Shape {
        name: "a recorded list",
        template: r#"{"at_ms":[0,500,1500]}"#,
        distinguished: By::Key("at_ms"),
        title: "",
        fields: &[Field { key: "at_ms", label: "Moments, ms", help: "As JSON: [0, 500, 1500].", kind: Kind::Json }],
    },
    Shape { name: "by hand", template: r#"{"by_hand":true}"#, distinguished: By::Key("by_hand"), title: "", fields: &[] },
];

pub(in crate::app::form) static CLIENT: [Field; 9] = [
    Field {
        key: "arrivals",
        label: "Traffic",
        help: "When requests are sent.",
        kind: Kind::OneOf { keeps: &["from_ms", "until_ms", "count"], shapes: &TIMING },
    },
    Field { key: "arrivals.from_ms", label: "From, ms", help: "Traffic begins then.", kind: Kind::Usual("0", &Kind::Number) },
    Field { key: "arrivals.until_ms", label: "Until, ms", help: "Traffic ends then.", kind: Kind::Rare("the end", &Kind::Number) },
    Field {
        key: "arrivals.count",
        label: "At most",
        help: "No more requests than this in all.",
        kind: Kind::Rare("no limit", &Kind::Whole),
    },
    Field { key: "calls.service", label: "Calls", help: "The service it sends requests to.", kind: Kind::Service },
    Field { key: "calls.endpoint", label: "Endpoint", help: "Method and path, as the service's handler has it.", kind: Kind::Text },
    Field { key: "body", label: "Body", help: "JSON. {n} is the number of the request.", kind: Kind::Json },
    Field {
        key: "poison",
        label: "Poison requests",
        help: "Some requests carry what a handler cannot take.",
        kind: Kind::Rare(
            "",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("none"),
                    Shape {
                        name: "some",
                        template: r#"{"one_in":20,"set":{"address":{}}}"#,
                        distinguished: By::Key("one_in"),
                        title: "",
                        fields: &[
                            Field { key: "one_in", label: "One in", help: "At random.", kind: Kind::Whole },
                            Field {
                                key: "set",
                                label: "Fields instead",
                                help: "What they have in the place of the body's own fields, as JSON.",
                                kind: Kind::Json,
                            },
                        ],
                    },
                ],
            },
        ),
    },
    Field { key: "", label: "", help: "", kind: Kind::Group(&ATTEMPTS) },
];

const OWN_ARGUMENTS: Field = Field {
    key: "arguments",
    label: "Own arguments",
    help: "What the program's code says instead of the drawing, as JSON. RabbitMQ refuses it when the part exists with others.",
    kind: Kind::Rare("as drawn", &Kind::Json),
};

static DECLARATIONS: [Shape; 6] = [
    Shape {
        name: "an exchange",
        template: r#"{"exchange":"$exchange"}"#,
        distinguished: By::Key("exchange"),
        title: "exchange {exchange}",
        fields: &[
            Field { key: "exchange", label: "Exchange", help: "It declares the exchange as drawn.", kind: Kind::Exchange("") },
            OWN_ARGUMENTS,
        ],
    },
    Shape {
        name: "a queue",
        template: r#"{"queue":"$queue"}"#,
        distinguished: By::Key("queue"),
        title: "queue {queue}",
        fields: &[
            Field { key: "queue", label: "Queue", help: "It declares the queue as drawn.", kind: Kind::Queue },
            Field {
                key: "exclusive",
                label: "Exclusive",
                help: "For this connection alone: RabbitMQ deletes the queue when the connection closes.",
                kind: Kind::Rare("", &Kind::Flag(false)),
            },
            OWN_ARGUMENTS,
        ],
    },
    Shape {
        name: "the bindings of a queue",
        template: r#"{"bindings_of":"$queue"}"#,
        distinguished: By::Key("bindings_of"),
        title: "bindings of {bindings_of}",
        fields: &[Field {
            key: "bindings_of",
            label: "Queue",
            help: "It declares each binding that is drawn to the queue.",
            kind: Kind::Queue,
        }],
    },
    Shape {
        name: "one binding",
        template: r##"{"binding":{"source":"$exchange","queue":"$queue","routing_key":"#"}}"##,
        distinguished: By::Key("binding"),
        title: "a binding",
        fields: &[Field { key: "binding", label: "Binding", help: "A binding that is drawn, as JSON.", kind: Kind::Json }],
    },
    Shape {
        name: "a check of a queue",
        template: r#"{"check_queue":"$queue"}"#,
        distinguished: By::Key("check_queue"),
        title: "check of {check_queue}",
        fields: &[Field {
            key: "check_queue",
            label: "Queue",
            help: "RabbitMQ answers 404 when there is no such queue.",
            kind: Kind::Queue,
        }],
    },
    Shape {
        name: "a check of an exchange",
        template: r#"{"check_exchange":"$exchange"}"#,
        distinguished: By::Key("check_exchange"),
        title: "check of {check_exchange}",
        fields: &[Field {
            key: "check_exchange",
            label: "Exchange",
            help: "RabbitMQ answers 404 when there is no such exchange.",
            kind: Kind::Exchange(""),
        }],
    },
];

pub(in crate::app::form) static SERVICE: [Field; 19] = [
    Field {
        key: "instances",
        label: "Instances",
        help: "Each its own process, connection and channel.",
        kind: Kind::Usual("1", &Kind::Whole),
    },
    Field {
        key: "concurrency",
        label: "Concurrency",
        help: "How many handlers an instance runs at once. Nothing: as many as come, as Node.js does.",
        kind: Kind::Rare("as many as come", &Kind::Whole),
    },
    Field {
        key: "reconnect_ms",
        label: "Reconnects after, ms",
        help: "The pause before a service connects to the broker again. Default: 5,000, as in the chapter's publisher.",
        kind: Kind::Rare("5,000", &Kind::Number),
    },
    Field {
        key: "reconnects",
        label: "Reconnects",
        help: "Which connection the service tries again. The chapter's consumer tries until it is connected, and never after that.",
        kind: Kind::Rare(
            "always",
            &Kind::Words(&[
                ("always", "always"),
                ("until_connected", "until it is connected"),
                ("once_connected", "once it was connected"),
                ("never", "never"),
            ]),
        ),
    },
    Field {
        key: "backoff",
        label: "Backoff",
        help: "As JSON: {\"factor\": 2, \"max_ms\": 30000, \"jitter\": 0.2}. Each pause is longer, until the service is connected.",
        kind: Kind::Rare("none", &Kind::Json),
    },
    Field {
        key: "again",
        label: "With a new channel",
        help: "What the service does when it has a channel again.",
        kind: Kind::Rare(
            "declares and consumes",
            &Kind::Words(&[("all", "declares and consumes"), ("consumes", "consumes only"), ("nothing", "nothing")]),
        ),
    },
    Field {
        key: "on_channel_error",
        label: "On a channel error",
        help: "What the service does when RabbitMQ closes its channel. In Node.js a process without listeners ends.",
        kind: Kind::Rare(
            "reconnects",
            &Kind::Words(&[
                ("reconnect", "reconnects"),
                ("reopen", "opens another channel"),
                ("ignore", "goes on without a channel"),
                ("exit", "ends the process"),
            ]),
        ),
    },
    Field {
        key: "on_connection_error",
        label: "On a connection error",
        help: "What the service does when its connection ends with an error. In Node.js a process without listeners ends.",
        kind: Kind::Rare(
            "reconnects",
            &Kind::Words(&[("reconnect", "reconnects"), ("ignore", "goes on without RabbitMQ"), ("exit", "ends the process")]),
        ),
    },
    Field {
        key: "when_blocked",
        label: "While blocked",
        help: "An alarm blocks a connection that publishes. RabbitMQ reads nothing from it.",
        kind: Kind::Rare(
            "sends on",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("sends on"),
                    Shape { name: "waits", template: r#""waits""#, distinguished: By::Text("waits"), title: "", fields: &[] },
                    Shape {
                        name: "sends until its memory is full",
                        template: r#"{"buffers":1000}"#,
                        distinguished: By::Key("buffers"),
                        title: "",
                        fields: &[Field {
                            key: "buffers",
                            label: "Messages",
                            help: "With more unread messages the process ends.",
                            kind: Kind::Whole,
                        }],
                    },
                ],
            },
        ),
    },
    Field {
        key: "consumes_on",
        label: "Consumes on",
        help: "An error closes a channel with all its consumers. With a channel each, the others go on.",
        kind: Kind::Rare("one channel", &Kind::Words(&[("shared", "one channel"), ("each", "a channel for each consumer")])),
    },
    Field {
        key: "publishes_on",
        label: "Publishes on",
        help: "A channel that RabbitMQ closes takes its consumers along. A memory alarm stops a connection that publishes.",
        kind: Kind::Rare(
            "the consumers' channel",
            &Kind::Words(&[("shared", "the consumers' channel"), ("channel", "its own channel"), ("connection", "its own connection")]),
        ),
    },
    Field {
        key: "starts_after",
        label: "Starts after",
        help: "As JSON: [{\"name\": \"broker\", \"condition\": \"service_healthy\"}].",
        kind: Kind::Rare("nothing", &Kind::Json),
    },
    Field {
        key: "health",
        label: "Health check",
        help: "As JSON: {\"interval_ms\": 10000, \"timeout_ms\": 5000, \"retries\": 5}.",
        kind: Kind::Rare("none", &Kind::Json),
    },
    Field {
        key: "declares",
        label: "Declares",
        help: "What the service declares when it connects, in this order, before it consumes.",
        kind: Kind::List {
            label: "Add a declaration",
            beginnings: Beginnings::Shapes(&DECLARATIONS),
            fields: &[Field {
                key: "",
                label: "Declares",
                help: "RabbitMQ answers each declaration before the next is sent.",
                kind: Kind::OneOf { keeps: &[], shapes: &DECLARATIONS },
            }],
        },
    },
    Field {
        key: "in_memory",
        label: "Records in memory",
        help: "The records are a list in the program, and end with its process.",
        kind: Kind::Rare("no", &Kind::Flag(false)),
    },
    Field {
        key: "restart_ms",
        label: "Restarts after, ms",
        help: "After a crash. Nothing: never.",
        kind: Kind::Rare("never", &Kind::Number),
    },
    Field {
        key: "relay",
        label: "Outbox relay",
        help: "Publishes the events in the outbox, oldest first, each until confirmed.",
        kind: Kind::Rare(
            "",
            &Kind::OneOf {
                keeps: &[],
                shapes: &[
                    Shape::absent("none"),
                    Shape {
                        name: "runs",
                        template: r#"{"every_ms":500}"#,
                        distinguished: By::Key("every_ms"),
                        title: "",
                        fields: &[
                            Field { key: "every_ms", label: "Every, ms", help: "It looks into the outbox.", kind: Kind::Number },
                            Field {
                                key: "batch",
                                label: "At a time",
                                help: "How many events the relay publishes in one look. Default: 100.",
                                kind: Kind::Usual("100", &Kind::Whole),
                            },
                        ],
                    },
                ],
            },
        ),
    },
    Field {
        key: "handlers",
        label: "Handlers",
        help: "What it does, and when.",
        kind: Kind::List {
            label: "Add a handler",
            beginnings: Beginnings::These(&[
                Template { label: "for a queue", json: r#"{"on":{"queue":"$queue","prefetch":10},"steps":[{"do":"work","ms":100}]}"# },
                Template { label: "for HTTP requests", json: r#"{"on":{"http":"POST /orders"},"steps":[{"do":"work","ms":100}]}"# },
                Template { label: "on a schedule", json: r#"{"on":{"every_ms":1000},"steps":[{"do":"work","ms":100}]}"# },
                Template { label: "at start-up", json: r#"{"on":{"start_up":true},"steps":[{"do":"work","ms":100}]}"# },
            ]),
            fields: &HANDLER,
        },
    },
    Field {
        key: "versions",
        label: "Versions",
        help: "Other declarations and handlers, which a deploy puts in the place of these. As JSON.",
        kind: Kind::Rare("none", &Kind::Json),
    },
];

pub(in crate::app::form) static SETTINGS: [Field; 13] = [
    Field { key: "title", label: "Title", help: "What it is called.", kind: Kind::Text },
    Field { key: "about", label: "About", help: "One sentence for each reader who opens the system.", kind: Kind::Text },
    Field {
        key: "seed",
        label: "Seed",
        help: "All chance comes from it: the same seed, the same run. It counts from the next restart.",
        kind: Kind::Whole,
    },
    Field { key: "until_ms", label: "End of the run, ms", help: "The expectations are checked at this moment.", kind: Kind::Number },
    Field {
        key: "broker.profile",
        label: "RabbitMQ",
        help: "The version whose rules hold; it counts from the next opening.",
        kind: Kind::Words(&[("3.13", "3.13"), ("4.0", "4.0 to 4.2"), ("4.3", "4.3"), ("4.3-debian", "4.3 of Debian")]),
    },
    Field {
        key: "broker.starts",
        label: "At the start",
        help: "What exists before the first service connects. It counts from the next restart.",
        kind: Kind::Words(&[("defined", "everything that is drawn"), ("empty", "nothing: services declare it")]),
    },
    Field {
        key: "broker.ready_ms",
        label: "RabbitMQ is ready at, ms",
        help: "It takes no connection before.",
        kind: Kind::Usual("0", &Kind::Number),
    },
    Field {
        key: "broker.health",
        label: "Health check of RabbitMQ",
        help: "As JSON: {\"interval_ms\": 10000, \"timeout_ms\": 5000, \"retries\": 5}.",
        kind: Kind::Rare("none", &Kind::Json),
    },
    Field {
        key: "broker.default_queue_type",
        label: "Default queue type",
        help: "Of the virtual host. A new queue without a type becomes one of this type if it is durable and not auto-delete.",
        kind: Kind::Words(&[("classic", "classic"), ("quorum", "quorum"), ("stream", "stream")]),
    },
    Field {
        key: "broker.plugins",
        label: "Plugins",
        help: "The enabled plugins, as JSON: [\"rabbitmq_consistent_hash_exchange\"]. An exchange of a plugin's type enables it.",
        kind: Kind::Json,
    },
    Field { key: "network.latency_ms", label: "Latency, ms", help: "One way, on every link without a separate value.", kind: Kind::Number },
    Field { key: "network.jitter_ms", label: "Jitter, ms", help: "Up to so much more, at random.", kind: Kind::Usual("0", &Kind::Number) },
    Field {
        key: "network.heartbeat_ms",
        label: "Heartbeat, ms",
        help: "How often both ends look whether anything has come. At the second look in vain they give the connection up.",
        kind: Kind::Usual("60,000", &Kind::Number),
    },
];

pub(in crate::app::form) static LINKS: Entries = Entries {
    label: "Add a link",
    beginnings: &[Template { label: "to the broker", json: r#"{"between":["$service","broker"],"latency_ms":100}"# }],
    fields: &[
        Field { key: "between", label: "Between", help: "As JSON: [\"order-service\", \"broker\"].", kind: Kind::Json },
        Field { key: "latency_ms", label: "Latency, ms", help: "One way.", kind: Kind::Number },
        Field { key: "jitter_ms", label: "Jitter, ms", help: "Up to so much more.", kind: Kind::Rare("0", &Kind::Number) },
    ],
};

pub(in crate::app::form) static EXPECTS: Entries = Entries {
    label: "Add an expectation",
    beginnings: &[Template { label: "nothing is lost", json: r#"{"says":"nothing is lost","property":"lost_in_total = 0"}"# }],
    fields: &JUDGED,
};

pub(in crate::app::form) static HINTS: Entries = Entries {
    label: "Add a hint",
    beginnings: &[Template { label: "something to try", json: r#"{"says":"Press Play.","property":"published > 0"}"# }],
    fields: &JUDGED,
};

static JUDGED: [Field; 2] = [
    Field { key: "says", label: "Says", help: "In words.", kind: Kind::Text },
    Field {
        key: "property",
        label: "Property",
        help: "As SCENARIOS.md has them: ready(queue) < 10, lost_in_total = 0, done(email sent) > 5.",
        kind: Kind::Text,
    },
];
