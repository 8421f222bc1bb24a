//! Forms for every part of a document. One table says which fields there are, where each stands in the scenario's file, and what it
//! means; whoever shows a form shows rows, and whatever is typed goes through the file's own reader, which says what is wrong.

pub use crate::formats::patch::{Change, changed, document, get, read};
use crate::scenario::edit::Part;
use crate::scenario::{Json, Scenario};

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Text,
    /// A whole number; nothing typed is the default.
    Whole,
    Number,
    /// With what it is where the file does not say.
    Flag(bool),
    /// What is chosen is JSON already: `null` takes the field away.
    Choice(Vec<(String, String)>),
    /// JSON as it stands in the file.
    Json,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where it stands in the scenario's file, as problems name it: `broker.queues[2].arguments.x-message-ttl`.
    pub path: String,
    pub label: &'static str,
    /// What it means, for whoever asks.
    pub help: &'static str,
    pub kind: Kind,
    /// What it is now.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Field(Field),
    /// An entry of a list, with fields of its own: it can be moved and taken away.
    Item {
        path: String,
        title: String,
        rows: Vec<Row>,
        index: usize,
        /// How many there are in the list; 1 where order means nothing.
        of: usize,
    },
    /// Something can be added to the list at this path: what it is called, and its JSON.
    Add {
        path: String,
        label: &'static str,
        choices: Vec<(&'static str, String)>,
    },
}

enum K {
    Text,
    Whole,
    Number,
    /// With what it is when the file does not say.
    Flag(bool),
    /// Words, the first being the default.
    Words(&'static [(&'static str, &'static str)]),
    /// With a word for none, where there may be none.
    Exchange(&'static str),
    Queue,
    Service,
    Json,
    /// One of several shapes; what is kept from one to the other.
    OneOf(&'static [&'static str], &'static [Variant]),
    Object(&'static [F]),
    List(&'static str, &'static [(&'static str, &'static str)], &'static [F]),
}

/// A field's key, label, help and kind; the key "" is the same place.
struct F(&'static str, &'static str, &'static str, K);

/// A shape: its name, what it begins as, how it is told from others, its fields. Told by: nothing there (""), a text ("=text"), a
/// number ("#"), the value of a key ("do=work"), or a key that is there.
struct Variant(&'static str, &'static str, &'static str, &'static [F]);

static EXCHANGE: [F; 5] = [
    F(
        "type",
        "Type",
        "How it routes: direct compares the key with each binding's, fanout takes every binding, topic compares word by word (* is one word, # any number), headers compares headers.",
        K::Words(&[("topic", "topic"), ("direct", "direct"), ("fanout", "fanout"), ("headers", "headers")]),
    ),
    F("durable", "Durable", "It is there again after the broker restarts.", K::Flag(true)),
    F("auto_delete", "Auto-delete", "It goes when the last thing bound to it is unbound.", K::Flag(false)),
    F("internal", "Internal", "Nobody may publish to it; only other exchanges send to it.", K::Flag(false)),
    F(
        "arguments.alternate-exchange",
        "Alternate exchange",
        "Where messages go that match no binding here, instead of being dropped or returned.",
        K::Exchange("none: unroutable messages are dropped or returned"),
    ),
];

static BINDING: [F; 2] = [
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

static QUEUE: [F; 18] = [
    F(
        "arguments.x-queue-type",
        "Queue type",
        "Classic queues live on one node. Quorum queues are replicated, always durable, and count deliveries.",
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
        "A message that has waited so long expires: it is dead-lettered, or dropped. Only at the head of the queue.",
        K::Whole,
    ),
    F("arguments.x-expires", "Queue expires, ms", "The queue itself is deleted when nobody has used it for so long.", K::Whole),
    F(
        "arguments.x-max-length",
        "Max length",
        "At most so many ready messages. What happens to the next one is the overflow's matter.",
        K::Whole,
    ),
    F("arguments.x-max-length-bytes", "Max length, bytes", "At most so many bytes of ready messages' bodies.", K::Whole),
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
        "Quorum queues: a message that failed more often than this is dead-lettered. RabbitMQ 4 has 20 where nothing is said.",
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
        "A delivery that is not acknowledged for so long closes its channel.",
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

static ATTEMPTS: [F; 3] = [
    F("timeout_ms", "Timeout, ms", "How long one attempt may take. Nothing: it waits for ever.", K::Whole),
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
                        F("backoff_ms", "First pause, ms", "Before the first retry; 100 unless told.", K::Number),
                        F("factor", "Factor", "Each pause is so many times the one before; 2 unless told.", K::Number),
                        F("backoff_max_ms", "Longest pause, ms", "30,000 unless told.", K::Number),
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
                        F("failures", "Failures in a row", "After so many it opens.", K::Whole),
                        F("open_ms", "Stays open, ms", "Then it is half open: one attempt is let through.", K::Number),
                    ],
                ),
            ],
        ),
    ),
];

static TIMING: [Variant; 7] = [
    Variant(
        "Poisson: at random moments",
        r#"{"poisson_ms":400}"#,
        "poisson_ms",
        &[F("poisson_ms", "Mean pause, ms", "As independent people behave: sometimes two at once, sometimes nobody.", K::Number)],
    ),
    Variant(
        "bursts",
        r#"{"burst":20,"every_ms":5000}"#,
        "burst",
        &[F("burst", "So many at once", "In each burst.", K::Whole), F("every_ms", "Every, ms", "From one burst to the next.", K::Number)],
    ),
    Variant("constant", r#"{"every_ms":1000}"#, "every_ms", &[F("every_ms", "Every, ms", "From one request to the next.", K::Number)]),
    Variant(
        "ramp",
        r#"{"ramp_per_s":[1,20],"over_ms":60000}"#,
        "ramp_per_s",
        &[
            F("ramp_per_s", "From, to (a second)", "As JSON: [1, 20].", K::Json),
            F("over_ms", "Over, ms", "It takes so long to get there.", K::Number),
        ],
    ),
    Variant("all at once", r#"{"at_once":100}"#, "at_once", &[F("at_once", "How many", "At the beginning.", K::Whole)]),
    Variant("a recorded list", r#"{"at_ms":[0,500,1500]}"#, "at_ms", &[F("at_ms", "Moments, ms", "As JSON: [0, 500, 1500].", K::Json)]),
    Variant("by hand", r#"{"by_hand":true}"#, "by_hand", &[]),
];

static CLIENT: [F; 9] = [
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
static POLICY: [Variant; 9] = [
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

static FAILS: [Variant; 9] = [
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

static SPAN: [Variant; 4] = [
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

static PUBLISH: [F; 11] = [
    F("exchange", "Exchange", "The default exchange takes the routing key for a queue's name.", K::Exchange("")),
    F("routing_key", "Routing key", "Templates are filled in: {orderId}.", K::Text),
    F("payload", "Payload", "JSON. {field} is that field of the data at hand, {quantity * 29.99} a product.", K::Json),
    F("persistent", "Persistent", "Delivery mode 2: a durable queue keeps it over a restart.", K::Flag(true)),
    F("mandatory", "Mandatory", "If no queue gets it, it is returned instead of dropped.", K::Flag(false)),
    F("confirm", "Wait for the confirm", "The next step begins when the broker has confirmed it.", K::Flag(false)),
    F("confirm_timeout_ms", "Confirm timeout, ms", "It waits no longer than this for the confirm.", K::Number),
    F("required", "Required", "Not published, or not confirmed, is a failure of the handler.", K::Flag(false)),
    F("priority", "Priority", "0 to 255, for queues with a max priority.", K::Whole),
    F("expiration_ms", "Expiration, ms", "This message's own TTL.", K::Number),
    F("headers", "Headers", "As JSON.", K::Json),
];

static STEP: [F; 3] = [
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

static STEPS: [(&str, &str); 7] = [
    ("work", r#"{"do":"work","ms":100}"#),
    ("save a record", r#"{"do":"persist","id":"orderId","state":"pending"}"#),
    ("publish", r#"{"do":"publish","exchange":"$exchange","routing_key":"order.placed","payload":{"orderId":"{orderId}"}}"#),
    ("call a service", r#"{"do":"call","service":"$service","endpoint":"$endpoint","timeout_ms":5000}"#),
    ("side effect", r#"{"do":"effect","what":"email sent","of":"eventId"}"#),
    ("answer", r#"{"do":"reply","status":201}"#),
    ("acknowledge", r#"{"do":"ack"}"#),
];

static TRIGGER: [Variant; 4] = [
    Variant(
        "a queue's deliveries",
        r#"{"queue":"$queue","prefetch":10}"#,
        "queue",
        &[
            F("queue", "Queue", "It consumes from.", K::Queue),
            F("prefetch", "Prefetch", "At most so many unacked deliveries at a time; 0 is unlimited.", K::Whole),
            F(
                "auto_ack",
                "Automatic acknowledgement",
                "The broker takes a message for done when it is sent: who dies loses it.",
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
                                F("older_than_ms", "Older than, ms", "In that state for so long.", K::Number),
                            ],
                        ),
                    ],
                ),
            ),
        ],
    ),
    Variant("start-up", r#"{"start_up":true}"#, "start_up", &[]),
];

static HANDLER: [F; 4] = [
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
                        F("remember", "Remembers", "The last so many.", K::Whole),
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

static SERVICE: [F; 6] = [
    F("instances", "Instances", "Each its own process, connection and channel.", K::Whole),
    F("concurrency", "Concurrency", "How many handlers an instance runs at once. Nothing: as many as come, as Node.js does.", K::Whole),
    F("reconnect_ms", "Reconnects after, ms", "The pause before it tries again; 5,000 as the chapter does.", K::Number),
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
                        F("batch", "At a time", "100 unless told.", K::Whole),
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

static SCENARIO: [F; 10] = [
    F("title", "Title", "What it is called.", K::Text),
    F("about", "About", "One sentence for whoever opens it.", K::Text),
    F("seed", "Seed", "All chance comes from it: the same seed, the same run. It counts from the next restart.", K::Whole),
    F("until_ms", "Its story is told by, ms", "What is expected of it is judged then.", K::Number),
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

static EXPECTS: [F; 1] = [F(
    "expects",
    "Expected",
    "Properties of the run, judged when its story is told.",
    K::List(
        "Add an expectation",
        &[("nothing is lost", r#"{"says":"nothing is lost","property":"lost = 0"}"#)],
        &[
            F("says", "Says", "In words.", K::Text),
            F("property", "Property", "As SCENARIOS.md has them: ready(queue) < 10, lost = 0, done(email sent) > 5.", K::Text),
        ],
    ),
)];

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Part(Part),
    /// The scenario as a whole.
    Scenario,
}

/// Where a part stands in the file.
#[must_use]
pub fn path_of(scenario: &Scenario, part: &Part) -> Option<String> {
    let at = |list: &str, index: Option<usize>| index.map(|index| format!("{list}[{index}]"));
    match part {
        Part::Client(name) => at("clients", scenario.client(name).map(|(index, _)| index)),
        Part::Service(name) => at("services", scenario.service(name).map(|(index, _)| index)),
        Part::Exchange(name) => at("broker.exchanges", scenario.broker.exchanges.iter().position(|one| one.name == *name)),
        Part::Queue(name) => at("broker.queues", scenario.broker.queues.iter().position(|one| one.name == *name)),
    }
}

/// The rows of a form.
#[must_use]
pub fn rows(scenario: &Scenario, about: &About) -> Vec<Row> {
    let form = Form { scenario, document: document(scenario) };
    let mut rows = Vec::new();
    match about {
        About::Scenario => {
            form.fields(&SCENARIO, "", &mut rows);
            form.fields(&EXPECTS, "", &mut rows);
        }
        About::Part(part) => {
            let Some(path) = path_of(scenario, part) else { return rows };
            match part {
                Part::Client(_) => form.fields(&CLIENT, &path, &mut rows),
                Part::Service(_) => form.fields(&SERVICE, &path, &mut rows),
                Part::Queue(_) => form.fields(&QUEUE, &path, &mut rows),
                Part::Exchange(name) => {
                    form.fields(&EXCHANGE, &path, &mut rows);
                    for (index, binding) in scenario.broker.bindings.iter().enumerate().filter(|(_, binding)| binding.source == *name) {
                        let path = format!("broker.bindings[{index}]");
                        let mut fields = Vec::new();
                        form.fields(&BINDING, &path, &mut fields);
                        rows.push(Row::Item {
                            path,
                            title: format!("Binding to {}", binding.destination.name()),
                            rows: fields,
                            index,
                            of: 1,
                        });
                    }
                }
            }
        }
    }
    rows
}

struct Form<'a> {
    scenario: &'a Scenario,
    document: Json,
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() || key.is_empty() { format!("{path}{key}") } else { format!("{path}.{key}") }
}

impl Form<'_> {
    fn names(&self, kind: &K) -> Vec<(String, String)> {
        let quoted = |name: &str| (Json::from(name).to_string(), name.to_owned());
        match kind {
            K::Exchange(nothing) => {
                // Without a word for none, one is needed: the default exchange has no name, and is one.
                let none = (!nothing.is_empty()).then(|| ("null".to_owned(), (*nothing).to_owned()));
                let default = (Json::from("").to_string(), "(default exchange)".to_owned());
                none.into_iter()
                    .chain(std::iter::once(default))
                    .chain(self.scenario.broker.exchanges.iter().map(|one| quoted(&one.name)))
                    .collect()
            }
            K::Queue => self.scenario.broker.queues.iter().map(|one| quoted(&one.name)).collect(),
            _ => self.scenario.services.iter().map(|one| quoted(&one.name)).collect(),
        }
    }

    /// A beginning that speaks of what is there.
    fn filled(&self, template: &str) -> String {
        let name = |name: Option<&str>| Json::from(name.unwrap_or_default()).to_string().trim_matches('"').to_owned();
        let scenario = self.scenario;
        let served = scenario.services.iter().find_map(|service| {
            service.handlers.iter().find_map(|handler| match &handler.trigger {
                crate::scenario::Trigger::Http { path } => Some((&*service.name, &**path)),
                _ => None,
            })
        });
        let service = served.map(|(service, _)| service).or_else(|| scenario.services.first().map(|service| &*service.name));
        template
            .replace("$exchange", &name(scenario.broker.exchanges.first().map(|one| &*one.name)))
            .replace("$queue", &name(scenario.broker.queues.first().map(|one| &*one.name)))
            .replace("$service", &name(service))
            .replace("$endpoint", &name(Some(served.map_or("POST /orders", |(_, path)| path))))
    }

    fn fields(&self, fields: &[F], path: &str, rows: &mut Vec<Row>) {
        for F(key, label, help, kind) in fields {
            self.field(&join(path, key), label, help, kind, rows);
        }
    }

    fn field(&self, path: &str, label: &'static str, help: &'static str, kind: &K, rows: &mut Vec<Row>) {
        let value = get(&self.document, path);
        let mut add = |kind: Kind, text: String| rows.push(Row::Field(Field { path: path.to_owned(), label, help, kind, text }));
        let plain = |value: Option<&Json>| match value {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match kind {
            K::Text => add(Kind::Text, plain(value)),
            K::Whole => add(Kind::Whole, plain(value)),
            K::Number => add(Kind::Number, plain(value)),
            K::Json => add(Kind::Json, value.map(ToString::to_string).unwrap_or_default()),
            K::Flag(default) => add(Kind::Flag(*default), value.and_then(Json::as_bool).unwrap_or(*default).to_string()),
            K::Words(words) => {
                // The first is what holds when nothing is said.
                let options = words.iter().map(|(word, shown)| {
                    let json = if word.is_empty() { "null".to_owned() } else { Json::from(*word).to_string() };
                    (json, (*shown).to_owned())
                });
                let options: Vec<_> = options.collect();
                let now = value.map(ToString::to_string).filter(|now| options.iter().any(|(option, _)| option == now));
                let now = now.unwrap_or_else(|| options[0].0.clone());
                add(Kind::Choice(options), now);
            }
            K::Exchange(_) | K::Queue | K::Service => {
                let now = value.map_or_else(|| "null".to_owned(), ToString::to_string);
                let mut options = self.names(kind);
                if !options.iter().any(|(option, _)| *option == now) {
                    options.insert(0, (now.clone(), plain(value)));
                }
                add(Kind::Choice(options), now);
            }
            K::OneOf(keep, variants) => {
                let told = variants.iter().position(|variant| is_told(variant.2, value)).unwrap_or(0);
                let options = variants.iter().enumerate().map(|(index, Variant(label, template, ..))| {
                    let text = if index == told {
                        value.map_or_else(|| "null".to_owned(), ToString::to_string)
                    } else {
                        keeping(&self.filled(template), keep, value)
                    };
                    (text, (*label).to_owned())
                });
                let options: Vec<_> = options.collect();
                let now = options[told].0.clone();
                add(Kind::Choice(options), now);
                self.fields(variants[told].3, path, rows);
            }
            K::Object(fields) => self.fields(fields, path, rows),
            K::List(label, templates, fields) => {
                let items = value.and_then(Json::as_array).map_or(0, Vec::len);
                for index in 0..items {
                    let path = format!("{path}[{index}]");
                    let mut inner = Vec::new();
                    self.fields(fields, &path, &mut inner);
                    rows.push(Row::Item { title: self.title(&path), path, rows: inner, index, of: items });
                }
                let choices = templates.iter().map(|(label, template)| (*label, self.filled(template))).collect();
                rows.push(Row::Add { path: path.to_owned(), label, choices });
            }
        }
    }

    /// An entry of a list, in a few words.
    fn title(&self, path: &str) -> String {
        let item = get(&self.document, path);
        let text = |key: &str| {
            item.and_then(|item| get(item, key)).map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
        };
        let both = |one: &str, first: &str, second: &str| {
            [Some(one.to_owned()), text(first), text(second)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        let fails = if item.is_some_and(|item| item.get("fails").is_some()) { ", may fail" } else { "" };
        let title = match text("do").as_deref() {
            Some("work") => both("Work", "ms", "-") + if item.is_some_and(|item| item["ms"].is_number()) { " ms" } else { "" },
            Some("persist") => both("Save as", "state", "-"),
            Some("publish") => both("Publish", "routing_key", "-"),
            Some("call") => both("Call", "service", "endpoint"),
            Some("effect") => both("", "what", "-").trim().to_owned(),
            Some("reply") => both("Answer", "status", "-"),
            Some(_) => "Acknowledge".to_owned(),
            None => {
                let named = ["on.http", "on.queue", "name", "says", "between", "property"].iter().find_map(|key| text(key));
                let every = text("on.every_ms").map(|period| format!("every {period} ms"));
                named.or(every).unwrap_or_else(|| "at start-up".to_owned())
            }
        };
        title + fails
    }
}

fn is_told(sign: &str, value: Option<&Json>) -> bool {
    match (sign, value) {
        ("", value) => value.is_none_or(Json::is_null),
        ("#", value) => value.is_some_and(Json::is_number),
        (sign, Some(value)) => match sign.split_once('=') {
            Some(("", text)) => value.as_str() == Some(text),
            Some((key, text)) => value.get(key).and_then(Json::as_str) == Some(text),
            None => value.get(sign).is_some(),
        },
        (_, None) => false,
    }
}

/// Another shape, with what both have.
fn keeping(template: &str, keep: &[&str], old: Option<&Json>) -> String {
    let mut new: Json = serde_json::from_str(template).unwrap_or_default();
    if let (Some(new), Some(old)) = (new.as_object_mut(), old.and_then(Json::as_object)) {
        for key in keep {
            if let Some(value) = old.get(*key) {
                new.insert((*key).to_owned(), value.clone());
            }
        }
    }
    new.to_string()
}

/// What was typed, as the file would have it; none takes the field away.
///
/// # Errors
/// What the field takes instead.
pub fn parse(kind: &Kind, text: &str) -> Result<Option<Json>, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let json = |text: &str| serde_json::from_str::<Json>(text);
    match kind {
        Kind::Text => Ok(Some(Json::from(text))),
        Kind::Flag(default) => Ok(Some(trimmed == "true").filter(|now| now != default).map(Json::from)),
        Kind::Whole => trimmed
            .parse::<i64>()
            .map(|number| Some(Json::from(number)))
            .map_err(|_| format!("A whole number is wanted here, not “{trimmed}”.")),
        Kind::Number => match json(trimmed) {
            Ok(number @ Json::Number(_)) => Ok(Some(number)),
            _ => Err(format!("A number is wanted here, not “{trimmed}”.")),
        },
        Kind::Choice(_) | Kind::Json => {
            json(trimmed).map(|value| Some(value).filter(|value| !value.is_null())).map_err(|error| format!("This is not JSON: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::scenario_file;

    fn gallery() -> Vec<Scenario> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
        let files = std::fs::read_dir(folder).expect("there are scenarios");
        files
            .map(|file| {
                scenario_file::read(&std::fs::read_to_string(file.expect("a file").path()).expect("it can be read")).expect("it is good")
            })
            .collect()
    }

    fn abouts(scenario: &Scenario) -> Vec<About> {
        let broker = &scenario.broker;
        let mut all = vec![About::Scenario];
        all.extend(scenario.clients.iter().map(|one| About::Part(Part::Client(one.name.clone()))));
        all.extend(scenario.services.iter().map(|one| About::Part(Part::Service(one.name.clone()))));
        all.extend(broker.exchanges.iter().map(|one| About::Part(Part::Exchange(one.name.clone()))));
        all.extend(broker.queues.iter().map(|one| About::Part(Part::Queue(one.name.clone()))));
        all
    }

    fn fields(rows: &[Row]) -> Vec<Field> {
        rows.iter()
            .flat_map(|row| match row {
                Row::Field(field) => vec![field.clone()],
                Row::Item { rows, .. } => fields(rows),
                Row::Add { .. } => Vec::new(),
            })
            .collect()
    }

    fn leaves(value: &Json, path: &str, found: &mut Vec<String>) {
        match value {
            Json::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(key, value)| leaves(value, &join(path, key), found)),
            Json::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{path}[{index}]"), found));
            }
            _ => found.push(path.to_owned()),
        }
    }

    /// Every field that any scenario of the gallery has can be edited: but for names, places, and faults, which have ways of their own.
    #[test]
    fn every_field_of_every_scenario_has_its_row() {
        for scenario in gallery() {
            let known: Vec<Field> = abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))).collect();
            let mut found = Vec::new();
            leaves(&document(&scenario), "", &mut found);
            for path in found {
                let own_way = path == "requeue"
                    || path == "broker"
                    || path.contains(".at[")
                    || path.rsplit_once('.').is_some_and(|(_, key)| key == "name")
                    || path.starts_with("faults")
                    || path.starts_with("broker.bindings");
                let has_row = known.iter().any(|field| {
                    let within = path.strip_prefix(&field.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                    within && (path == field.path || matches!(field.kind, Kind::Json | Kind::Choice(_)))
                });
                assert!(own_way || has_row, "{}: no field for {path}", scenario.title);
            }
        }
    }

    /// Typing again what stands there changes nothing, in every field of the gallery.
    #[test]
    fn what_stands_there_can_be_typed_again() {
        for scenario in gallery() {
            for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
                let value = parse(&field.kind, &field.text).unwrap_or_else(|why| panic!("{}: {why}", field.path));
                let again = changed(&scenario, &field.path, &Change::Set(value))
                    .unwrap_or_else(|why| panic!("{}, {}: {why}", scenario.title, field.path));
                assert!(again == scenario, "{}: {} changed {}", scenario.title, field.text, field.path);
            }
        }
    }

    /// Each choice there is gives a scenario, or says why not; none is lost in reading.
    #[test]
    fn every_choice_is_one() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        for field in abouts(&scenario).iter().flat_map(|about| fields(&rows(&scenario, about))) {
            let Kind::Choice(options) = &field.kind else { continue };
            for (value, words) in options {
                let value = parse(&field.kind, value).expect("options are JSON");
                match changed(&scenario, &field.path, &Change::Set(value.clone())) {
                    Ok(new) => {
                        let kept = document(&new);
                        let now = get(&kept, &field.path);
                        assert!(
                            value.is_none()
                                || now.is_some()
                                || words.contains("default")
                                || field.path.contains("on_failure")
                                || field.path.contains("apply")
                                || field.path.contains("profile"),
                            "{}: {words} is lost",
                            field.path
                        );
                    }
                    Err(why) => assert!(!why.is_empty() && !why.contains("unknown"), "{}: {words}: {why}", field.path),
                }
            }
        }
    }

    #[test]
    fn lists_grow_shrink_and_are_put_in_order() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        let index = scenario.service("order-service").expect("it is there").0;
        let steps = format!("services[{index}].handlers[0].steps");
        let moved = changed(&scenario, &format!("{steps}[2]"), &Change::Move(1)).expect("they can be exchanged");
        assert_eq!(moved.services[index].handlers[0].steps[1].action.name(), "publish");
        let fewer = changed(&moved, &format!("{steps}[1]"), &Change::Remove).expect("it can go");
        assert_eq!(fewer.services[index].handlers[0].steps.len() + 1, moved.services[index].handlers[0].steps.len());
        let all = rows(&scenario, &About::Part(Part::Service("order-service".into())));
        let Some(Row::Item { rows, .. }) = all.iter().find(|row| matches!(row, Row::Item { .. })) else { panic!("it has handlers") };
        let Some(Row::Add { path, choices, .. }) = rows.iter().find(|row| matches!(row, Row::Add { .. })) else {
            panic!("steps can be added")
        };
        for (label, item) in choices {
            let item = serde_json::from_str(item).expect("it is JSON");
            if let Err(why) = changed(&scenario, path, &Change::Add(item)) {
                assert!(why.contains("nothing to acknowledge"), "{label}: {why}");
            }
        }
    }

    #[test]
    fn what_cannot_be_says_so() {
        let scenario = gallery().into_iter().find(|scenario| scenario.title == "The course chapter's system").expect("the chapter's");
        assert!(parse(&Kind::Whole, "many").expect_err("no number").contains("whole number"));
        assert!(parse(&Kind::Json, "{").expect_err("no JSON").contains("not JSON"));
        let path = "broker.queues[0].arguments.x-message-ttl";
        let why = changed(&scenario, path, &Change::Set(Some(Json::from(-5)))).expect_err("no such TTL");
        assert!(why.contains("x-message-ttl"), "{why}");
        let why = changed(&scenario, "services[0].handlers[7].on", &Change::Set(None)).expect_err("no such handler");
        assert!(why.contains("any more"), "{why}");
    }
}
