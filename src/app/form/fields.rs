//! The table: every field of every part, where it stands in the scenario's file, and what it means.

use super::{F, K, Variant};

pub(super) static EXCHANGE: [F; 5] = [
    F(
        "type",
        "Type",
        "How it routes: direct compares the key with each binding's, fanout takes every binding, topic compares word by word (* is one word, # any number), headers compares headers.",
        K::Words(&[("topic", "topic"), ("direct", "direct"), ("fanout", "fanout"), ("headers", "headers")]),
    ),
    F("durable", "Durable", "It is there again after the broker restarts.", K::Flag(true)),
    F("auto_delete", "Auto-delete", "It goes when the last thing bound to it is unbound.", K::Flag(false)),
    F(
        "internal",
        "Internal",
        "Clients cannot publish to it. It receives from other exchanges: by bindings, as a dead-letter exchange or as an alternate exchange.",
        K::Flag(false),
    ),
    F(
        "arguments.alternate-exchange",
        "Alternate exchange",
        "Where messages go that match no binding here, instead of being dropped or returned.",
        K::Exchange("none: unroutable messages are dropped or returned"),
    ),
];

pub(super) static BINDING: [F; 2] = [
    F(
        "routing_key",
        "Binding key",
        "What a message's routing key is compared with. Topic: words between dots, * for one word, # for any number. Fanout and headers do not look at it.",
        K::Text,
    ),
    F(
        "arguments",
        "Header arguments",
        "For a headers exchange: the headers a message must have, as JSON, with \"x-match\": \"all\" or \"any\".",
        K::Json,
    ),
];

pub(super) static QUEUE: [F; 18] = [
    F(
        "arguments.x-queue-type",
        "Queue type",
        "Classic queues live on one node. Quorum queues are replicated, always durable, and count deliveries. In RabbitMQ the type of an existing queue cannot change.",
        K::Words(&[("", "classic"), ("quorum", "quorum")]),
    ),
    F(
        "durable",
        "Durable",
        "The queue is there again after the broker restarts. Its messages are too, if they were published as persistent.",
        K::Flag(true),
    ),
    F("auto_delete", "Auto-delete", "It goes when its last consumer goes.", K::Flag(false)),
    F(
        "arguments.x-message-ttl",
        "Message TTL, ms",
        "How long a message may wait. The broker removes an expired message only at the head of the queue; then it is dead-lettered, or dropped.",
        K::Whole,
    ),
    F("arguments.x-expires", "Queue expires, ms", "How long the queue may be unused. Then the broker deletes the queue itself.", K::Whole),
    F(
        "arguments.x-max-length",
        "Max length",
        "How many ready messages the queue holds at most. The setting Overflow decides what happens to the next message.",
        K::Whole,
    ),
    F("arguments.x-max-length-bytes", "Max length, bytes", "How many bytes the bodies of all ready messages may have together.", K::Whole),
    F(
        "arguments.x-overflow",
        "Overflow",
        "When the queue is full: drop the oldest (dead-lettered with reason maxlen), or refuse the newest.",
        K::Words(&[
            ("", "drop-head: the oldest goes"),
            ("reject-publish", "reject-publish: the newest is refused"),
            ("reject-publish-dlx", "reject-publish-dlx: refused and dead-lettered"),
        ]),
    ),
    F(
        "arguments.x-dead-letter-exchange",
        "Dead letters go to",
        "The exchange that gets what is rejected without requeue, expires, overflows, or was delivered too often.",
        K::Exchange("none: dead letters are dropped"),
    ),
    F(
        "arguments.x-dead-letter-routing-key",
        "Dead-letter key",
        "The routing key dead letters travel with. Without it they keep the one they came with.",
        K::Text,
    ),
    F(
        "arguments.x-dead-letter-strategy",
        "Dead-letter strategy",
        "At-least-once (quorum queues with reject-publish only) keeps a dead letter until its target has confirmed it.",
        K::Words(&[("", "at-most-once"), ("at-least-once", "at-least-once")]),
    ),
    F(
        "arguments.x-delivery-limit",
        "Delivery limit",
        "How many failed deliveries a quorum queue forgives; the next failure dead-letters the message. Limit 3: at most four deliveries. A reject with requeue and a lost connection count; a nack with requeue counts up to RabbitMQ 4.2 only. Default: no limit in 3.13, 20 from 4.0 on.",
        K::Whole,
    ),
    F("arguments.x-max-priority", "Max priority", "Messages of a higher priority (up to this) overtake others. Classic queues.", K::Whole),
    F(
        "arguments.x-single-active-consumer",
        "Single active consumer",
        "One consumer gets everything; another takes over when it goes.",
        K::Flag(false),
    ),
    F(
        "arguments.x-consumer-timeout",
        "Delivery acknowledgement timeout, ms",
        "How long a delivery may stay unacknowledged. After that, RabbitMQ up to 4.2 closes the channel. From 4.3 on only quorum queues have this timeout: the queue takes the message back and cancels the consumer. Default: 30 minutes.",
        K::Whole,
    ),
    F(
        "arguments.x-delayed-retry-type",
        "Delayed retry",
        "Quorum queues of RabbitMQ 4.3: messages that come back wait before they are delivered again.",
        K::Words(&[
            ("", "as the version has it"),
            ("disabled", "disabled"),
            ("all", "all"),
            ("failed", "failed"),
            ("returned", "returned"),
        ]),
    ),
    F("arguments.x-delayed-retry-min", "Delayed retry, least ms", "The wait before the first retry; it grows with each.", K::Whole),
    F("arguments.x-delayed-retry-max", "Delayed retry, most ms", "The wait never grows beyond this.", K::Whole),
];

pub(super) static ATTEMPTS: [F; 3] = [
    F("timeout_ms", "Timeout, ms", "How long one attempt may take. Without a number, it waits without end.", K::Whole),
    F(
        "retries",
        "Retries",
        "What is done when an attempt fails or times out.",
        K::OneOf(
            &[],
            &[
                Variant("none", "null", "", &[]),
                Variant(
                    "with backoff",
                    r#"{"max":3}"#,
                    "max",
                    &[
                        F("max", "Retries at most", "After the first attempt.", K::Whole),
                        F("backoff_ms", "First pause, ms", "Before the first retry. Default: 100.", K::Number),
                        F("factor", "Factor", "Each pause is this many times the pause before. Default: 2.", K::Number),
                        F("backoff_max_ms", "Longest pause, ms", "No pause is longer than this. Default: 30,000.", K::Number),
                        F(
                            "jitter",
                            "Jitter, 0 to 1",
                            "The part of the pause drawn at random, so that clients do not retry in step.",
                            K::Number,
                        ),
                    ],
                ),
            ],
        ),
    ),
    F(
        "breaker",
        "Circuit breaker",
        "After several failures in a row nothing is sent for a while; then one attempt decides.",
        K::OneOf(
            &[],
            &[
                Variant("none", "null", "", &[]),
                Variant(
                    "opens after failures",
                    r#"{"failures":5,"open_ms":10000}"#,
                    "failures",
                    &[
                        F("failures", "Failures in a row", "After this many failures the breaker opens.", K::Whole),
                        F("open_ms", "Stays open, ms", "Then it is half open: one attempt is let through.", K::Number),
                    ],
                ),
            ],
        ),
    ),
];

pub(super) static TIMING: [Variant; 7] = [
    Variant(
        "Poisson: at random moments",
        r#"{"poisson_ms":400}"#,
        "poisson_ms",
        &[F("poisson_ms", "Mean pause, ms", "As independent people behave: sometimes two requests at once, sometimes none.", K::Number)],
    ),
    Variant(
        "bursts",
        r#"{"burst":20,"every_ms":5000}"#,
        "burst",
        &[
            F("burst", "Requests at once", "How many requests each burst has.", K::Whole),
            F("every_ms", "Every, ms", "From one burst to the next.", K::Number),
        ],
    ),
    Variant("constant", r#"{"every_ms":1000}"#, "every_ms", &[F("every_ms", "Every, ms", "From one request to the next.", K::Number)]),
    Variant(
        "ramp",
        r#"{"ramp_per_s":[1,20],"over_ms":60000}"#,
        "ramp_per_s",
        &[
            F("ramp_per_s", "From, to (a second)", "As JSON: [1, 20].", K::Json),
            F("over_ms", "Over, ms", "How long it takes to get there.", K::Number),
        ],
    ),
    Variant("all at once", r#"{"at_once":100}"#, "at_once", &[F("at_once", "How many", "At the beginning.", K::Whole)]),
    Variant("a recorded list", r#"{"at_ms":[0,500,1500]}"#, "at_ms", &[F("at_ms", "Moments, ms", "As JSON: [0, 500, 1500].", K::Json)]),
    Variant("by hand", r#"{"by_hand":true}"#, "by_hand", &[]),
];

pub(super) static CLIENT: [F; 9] = [
    F("arrivals", "Traffic", "When requests are sent.", K::OneOf(&["from_ms", "until_ms", "count"], &TIMING)),
    F("arrivals.from_ms", "From, ms", "Traffic begins then.", K::Number),
    F("arrivals.until_ms", "Until, ms", "Traffic ends then.", K::Number),
    F("arrivals.count", "At most", "No more requests than this in all.", K::Whole),
    F("calls.service", "Calls", "The service it sends requests to.", K::Service),
    F("calls.endpoint", "Endpoint", "Method and path, as the service's handler has it.", K::Text),
    F("body", "Body", "JSON. {n} is the number of the request.", K::Json),
    F(
        "poison",
        "Poison requests",
        "Some requests carry what a handler cannot take.",
        K::OneOf(
            &[],
            &[
                Variant("none", "null", "", &[]),
                Variant(
                    "some",
                    r#"{"one_in":20,"set":{"address":{}}}"#,
                    "one_in",
                    &[
                        F("one_in", "One in", "At random.", K::Whole),
                        F("set", "Fields instead", "What they have in the place of the body's own fields, as JSON.", K::Json),
                    ],
                ),
            ],
        ),
    ),
    F("", "", "", K::Object(&ATTEMPTS)),
];

/// What happens when a step fails. A handler says one of them; a step may say another.
pub(super) static POLICY: [Variant; 9] = [
    Variant("as the handler says", "null", "", &[]),
    Variant("reject: dead-letter", r#""dead_letter""#, "=dead_letter", &[]),
    Variant("nack: requeue", r#""requeue""#, "=requeue", &[]),
    Variant("reject: requeue", r#""reject_requeue""#, "=reject_requeue", &[]),
    Variant("the chapter's code", r#""chapter""#, "=chapter", &[]),
    Variant(
        "publish again, at most n times",
        r#"{"republish":3}"#,
        "republish",
        &[
            F("republish", "Times", "As x-retry-count counts them; then it is dead-lettered.", K::Whole),
            F(
                "via",
                "By way of",
                "The wait queue of the first retry, of the second, and so on, as JSON. Without: back to its own queue.",
                K::Json,
            ),
            F("expirations_ms", "Expirations, ms", "The TTL of each copy, as JSON: [1000, 5000].", K::Json),
        ],
    ),
    Variant(
        "dead-letter into a retry queue",
        r#"{"dead_letter_retry":3,"exchange":"$exchange","routing_key":"parked"}"#,
        "dead_letter_retry",
        &[
            F("dead_letter_retry", "Laps", "As x-death counts them; then it is published to the parking place and acknowledged.", K::Whole),
            F("exchange", "Parking exchange", "Where it goes in the end.", K::Exchange("")),
            F("routing_key", "Parking key", "With this key.", K::Text),
        ],
    ),
    Variant("log it and acknowledge", r#""acknowledge""#, "=acknowledge", &[]),
    Variant("crash", r#""crash""#, "=crash", &[]),
];

pub(super) static FAILS: [Variant; 9] = [
    Variant("never", "null", "", &[]),
    Variant("always", r#"{"always":true}"#, "always", &[]),
    Variant("the first n times", r#"{"first":1}"#, "first", &[F("first", "Times", "Then it works.", K::Whole)]),
    Variant(
        "n times for each event",
        r#"{"first_attempts":2}"#,
        "first_attempts",
        &[F("first_attempts", "Times", "Each event fails so often before it works.", K::Whole)],
    ),
    Variant("every n-th time", r#"{"every":5}"#, "every", &[F("every", "One in", "Counted, not drawn.", K::Whole)]),
    Variant("at random", r#"{"probability":0.1}"#, "probability", &[F("probability", "Probability", "From 0 to 1.", K::Number)]),
    Variant(
        "when a field is missing",
        r#"{"field_missing":"address.zip"}"#,
        "field_missing",
        &[F("field_missing", "Field", "Dots lead into objects: address.zip. Such an event is a poison message: it never works.", K::Text)],
    ),
    Variant(
        "when a field is",
        r#"{"field":"product","equals":"broken"}"#,
        "equals",
        &[F("field", "Field", "Dots lead into objects.", K::Text), F("equals", "Is", "As JSON.", K::Json)],
    ),
    Variant("while a service is down", r#"{"down":"$service"}"#, "down", &[F("down", "Service", "No instance of it is up.", K::Service)]),
];

pub(super) static SPAN: [Variant; 4] = [
    Variant("constant", "100", "#", &[F("", "ms", "Always the same.", K::Number)]),
    Variant(
        "uniform",
        r#"{"uniform":[50,150]}"#,
        "uniform",
        &[F("uniform", "From, to, ms", "As JSON: [50, 150]. Anything between is as likely.", K::Json)],
    ),
    Variant(
        "exponential",
        r#"{"exponential":100}"#,
        "exponential",
        &[F("exponential", "Mean, ms", "Mostly short, sometimes long.", K::Number)],
    ),
    Variant(
        "log-normal",
        r#"{"log_normal":{"median":100,"sigma":0.5}}"#,
        "log_normal",
        &[
            F("log_normal.median", "Median, ms", "Half take less.", K::Number),
            F("log_normal.sigma", "Sigma", "How wide: 0.5 is usual, 1 has a long tail.", K::Number),
        ],
    ),
];

pub(super) static PUBLISH: [F; 11] = [
    F("exchange", "Exchange", "The default exchange takes the routing key for a queue's name.", K::Exchange("")),
    F("routing_key", "Routing key", "Templates are filled in: {orderId}.", K::Text),
    F(
        "payload",
        "Payload",
        "JSON. A template stands in quotes: \"orderId\": \"{orderId}\" copies the field orderId; \"{quantity * 29.99}\" is a product.",
        K::Json,
    ),
    F("persistent", "Persistent", "Delivery mode 2: a durable queue keeps it over a restart.", K::Flag(true)),
    F("mandatory", "Mandatory", "If no queue gets it, it is returned instead of dropped.", K::Flag(false)),
    F("confirm", "Wait for the confirm", "The next step begins when the broker has confirmed it.", K::Flag(false)),
    F("confirm_timeout_ms", "Confirm timeout, ms", "It waits no longer than this for the confirm.", K::Number),
    F("required", "Required", "Not published, or not confirmed, is a failure of the handler.", K::Flag(false)),
    F("priority", "Priority", "0 to 255, for queues with a max priority.", K::Whole),
    F("expiration_ms", "Expiration, ms", "This message's own TTL.", K::Number),
    F("headers", "Headers", "As JSON.", K::Json),
];

pub(super) static STEP: [F; 3] = [
    F(
        "",
        "Does",
        "What this step is.",
        K::OneOf(
            &["fails", "on_failure"],
            &[
                Variant("work", r#"{"do":"work","ms":100}"#, "do=work", &[F("ms", "Takes", "How long.", K::OneOf(&[], &SPAN))]),
                Variant(
                    "save a record",
                    r#"{"do":"persist","id":"orderId","state":"pending"}"#,
                    "do=persist",
                    &[
                        F("id", "Number in", "The field that has the record's number; it gets one if it has none.", K::Text),
                        F("state", "State", "What the record is saved as.", K::Text),
                        F(
                            "outbox",
                            "Outbox",
                            "An event saved in the same transaction, for the relay to publish.",
                            K::OneOf(
                                &[],
                                &[
                                    Variant("none", "null", "", &[]),
                                    Variant(
                                        "an event",
                                        r#"{"exchange":"$exchange","routing_key":"order.placed"}"#,
                                        "routing_key",
                                        &PUBLISH,
                                    ),
                                ],
                            ),
                        ),
                    ],
                ),
                Variant(
                    "publish",
                    r#"{"do":"publish","exchange":"$exchange","routing_key":"order.placed","payload":{"orderId":"{orderId}"}}"#,
                    "do=publish",
                    &PUBLISH,
                ),
                Variant(
                    "call a service",
                    r#"{"do":"call","service":"$service","endpoint":"$endpoint","timeout_ms":5000}"#,
                    "do=call",
                    &[
                        F("service", "Service", "Whom it calls.", K::Service),
                        F("endpoint", "Endpoint", "Method and path, as the other's handler has it.", K::Text),
                        F("required", "Required", "Without a good answer the handler fails.", K::Flag(true)),
                        F("", "", "", K::Object(&ATTEMPTS)),
                    ],
                ),
                Variant(
                    "side effect",
                    r#"{"do":"effect","what":"email sent","of":"eventId"}"#,
                    "do=effect",
                    &[
                        F("what", "What", "Something that cannot be undone: an email sent, a card charged.", K::Text),
                        F("of", "Of", "The field that says to whom; done twice for one is a duplicate.", K::Text),
                    ],
                ),
                Variant("answer", r#"{"do":"reply","status":201}"#, "do=reply", &[F("status", "Status", "HTTP's.", K::Whole)]),
                Variant("acknowledge", r#"{"do":"ack"}"#, "do=ack", &[]),
            ],
        ),
    ),
    F("fails", "Fails", "When this step fails.", K::OneOf(&[], &FAILS)),
    F("on_failure", "And then", "If not what the handler says: one error is permanent, another will pass.", K::OneOf(&[], &POLICY)),
];

pub(super) static STEPS: [(&str, &str); 7] = [
    ("work", r#"{"do":"work","ms":100}"#),
    ("save a record", r#"{"do":"persist","id":"orderId","state":"pending"}"#),
    ("publish", r#"{"do":"publish","exchange":"$exchange","routing_key":"order.placed","payload":{"orderId":"{orderId}"}}"#),
    ("call a service", r#"{"do":"call","service":"$service","endpoint":"$endpoint","timeout_ms":5000}"#),
    ("side effect", r#"{"do":"effect","what":"email sent","of":"eventId"}"#),
    ("answer", r#"{"do":"reply","status":201}"#),
    ("acknowledge", r#"{"do":"ack"}"#),
];

pub(super) static TRIGGER: [Variant; 4] = [
    Variant(
        "a queue's deliveries",
        r#"{"queue":"$queue","prefetch":10}"#,
        "queue",
        &[
            F("queue", "Queue", "It consumes from.", K::Queue),
            F("prefetch", "Prefetch", "How many unacked deliveries the consumer may hold; 0 is unlimited.", K::Whole),
            F(
                "auto_ack",
                "Automatic acknowledgement",
                "The broker counts a message as acknowledged when it sends the message. If the consumer fails, the message is lost.",
                K::Flag(false),
            ),
            F("exclusive", "Exclusive", "Wants the queue for itself.", K::Flag(false)),
            F("priority", "Consumer priority", "Higher ones get messages first, as long as they have room.", K::Number),
        ],
    ),
    Variant("HTTP requests", r#"{"http":"POST /orders"}"#, "http", &[F("http", "Endpoint", "Method and path.", K::Text)]),
    Variant(
        "a schedule",
        r#"{"every_ms":1000}"#,
        "every_ms",
        &[
            F("every_ms", "Every, ms", "It runs once each period.", K::Number),
            F(
                "records",
                "For records",
                "Once for each record of the store in a state.",
                K::OneOf(
                    &[],
                    &[
                        Variant("no: once", "null", "", &[]),
                        Variant(
                            "in a state",
                            r#"{"state":"pending","older_than_ms":1000}"#,
                            "state",
                            &[
                                F("state", "State", "Of the record.", K::Text),
                                F("older_than_ms", "Older than, ms", "How long the record has been in this state.", K::Number),
                            ],
                        ),
                    ],
                ),
            ),
        ],
    ),
    Variant("start-up", r#"{"start_up":true}"#, "start_up", &[]),
];

pub(super) static HANDLER: [F; 4] = [
    F("on", "Started by", "What begins it.", K::OneOf(&[], &TRIGGER)),
    F(
        "once",
        "Idempotent",
        "What it has done before it does not do again.",
        K::OneOf(
            &[],
            &[
                Variant("no", "null", "", &[]),
                Variant(
                    "remembers what it did",
                    r#"{"by":"eventId","remember":10000,"memory":"store"}"#,
                    "memory",
                    &[
                        F("by", "Tells apart by", "The field that is the same for the same event.", K::Text),
                        F("remember", "Remembers", "How many of the last ones it remembers.", K::Whole),
                        F(
                            "memory",
                            "Memory",
                            "The process's is gone with it; the store's is shared by instances and survives.",
                            K::Words(&[("store", "of the store"), ("process", "of the process")]),
                        ),
                    ],
                ),
            ],
        ),
    ),
    F("steps", "Steps", "In this order; a crash happens between two of them.", K::List("Add a step", &STEPS, &STEP)),
    F("on_failure", "When it fails", "What happens with the delivery.", K::OneOf(&[], POLICY.split_at(1).1)),
];

pub(super) static SERVICE: [F; 6] = [
    F("instances", "Instances", "Each its own process, connection and channel.", K::Whole),
    F("concurrency", "Concurrency", "How many handlers an instance runs at once. Nothing: as many as come, as Node.js does.", K::Whole),
    F(
        "reconnect_ms",
        "Reconnects after, ms",
        "The pause before a service connects to the broker again. Default: 5,000, as in the chapter's publisher. The chapter's consumer never reconnects: for that, enter a pause longer than the run.",
        K::Number,
    ),
    F("restart_ms", "Restarts after, ms", "After a crash. Nothing: never.", K::Number),
    F(
        "relay",
        "Outbox relay",
        "Publishes what is in the outbox, oldest first, each until confirmed.",
        K::OneOf(
            &[],
            &[
                Variant("none", "null", "", &[]),
                Variant(
                    "runs",
                    r#"{"every_ms":500}"#,
                    "every_ms",
                    &[
                        F("every_ms", "Every, ms", "It looks into the outbox.", K::Number),
                        F("batch", "At a time", "How many events the relay publishes in one look. Default: 100.", K::Whole),
                    ],
                ),
            ],
        ),
    ),
    F(
        "handlers",
        "Handlers",
        "What it does, and when.",
        K::List(
            "Add a handler",
            &[
                ("for a queue", r#"{"on":{"queue":"$queue","prefetch":10},"steps":[{"do":"work","ms":100}]}"#),
                ("for HTTP requests", r#"{"on":{"http":"POST /orders"},"steps":[{"do":"work","ms":100}]}"#),
                ("on a schedule", r#"{"on":{"every_ms":1000},"steps":[{"do":"work","ms":100}]}"#),
                ("at start-up", r#"{"on":{"start_up":true},"steps":[{"do":"work","ms":100}]}"#),
            ],
            &HANDLER,
        ),
    ),
];

pub(super) static SCENARIO: [F; 10] = [
    F("title", "Title", "What it is called.", K::Text),
    F("about", "About", "One sentence for each reader who opens the system.", K::Text),
    F("seed", "Seed", "All chance comes from it: the same seed, the same run. It counts from the next restart.", K::Whole),
    F("until_ms", "End of the run, ms", "The expectations are checked at this moment.", K::Number),
    F(
        "broker.profile",
        "RabbitMQ",
        "The version whose rules hold; it counts from the next opening.",
        K::Words(&[("3.13", "3.13"), ("4.0", "4.0 to 4.2"), ("4.3", "4.3")]),
    ),
    F("network.latency_ms", "Latency, ms", "One way, on every link that has none of its own.", K::Number),
    F("network.jitter_ms", "Jitter, ms", "Up to so much more, at random.", K::Number),
    F(
        "network.heartbeat_ms",
        "Heartbeat, ms",
        "So long the other end of a connection may be silent before it is taken for dead.",
        K::Number,
    ),
    F(
        "network.links",
        "Links of their own",
        "Between two of services, clients and the broker.",
        K::List(
            "Add a link",
            &[("to the broker", r#"{"between":["$service","broker"],"latency_ms":100}"#)],
            &[
                F("between", "Between", "As JSON: [\"order-service\", \"broker\"].", K::Json),
                F("latency_ms", "Latency, ms", "One way.", K::Number),
                F("jitter_ms", "Jitter, ms", "Up to so much more.", K::Number),
            ],
        ),
    ),
    F(
        "broker.policies",
        "Policies",
        "Settings for every queue or exchange whose name matches a pattern.",
        K::List(
            "Add a policy",
            &[("for queues", r#"{"name":"policy-1","pattern":"^","definition":{"max-length":1000}}"#)],
            &[
                F("name", "Name", "One policy a name.", K::Text),
                F("pattern", "Pattern", "A regular expression, found anywhere in the name.", K::Text),
                F(
                    "apply_to",
                    "Applies to",
                    "What it is for.",
                    K::Words(&[
                        ("queues", "queues"),
                        ("exchanges", "exchanges"),
                        ("all", "all"),
                        ("classic_queues", "classic queues"),
                        ("quorum_queues", "quorum queues"),
                    ]),
                ),
                F("definition", "Definition", "As JSON: the arguments' names without x-.", K::Json),
                F("priority", "Priority", "Of several that match, the highest holds.", K::Number),
                F("operator", "Operator policy", "It limits what users' policies allow.", K::Flag(false)),
            ],
        ),
    ),
];

pub(super) static EXPECTS: [F; 1] = [F(
    "expects",
    "Expected",
    "Properties of the run. They are checked at the end of the run.",
    K::List(
        "Add an expectation",
        &[("nothing is lost", r#"{"says":"nothing is lost","property":"lost = 0"}"#)],
        &[
            F("says", "Says", "In words.", K::Text),
            F("property", "Property", "As SCENARIOS.md has them: ready(queue) < 10, lost = 0, done(email sent) > 5.", K::Text),
        ],
    ),
)];
