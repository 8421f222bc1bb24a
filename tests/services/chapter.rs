//! The chapter as written beside the chapter repaired: a run for each row of the table in SCENARIOS.md that a run can show.

use std::sync::Arc;

use requeue::formats::scenario_file;
use requeue::scenario::Scenario;
use serde_json::{Value as Json, json};

use super::support::run;

const WRITTEN: &str = include_str!("../../static/scenarios/chapter-as-written.json");
const REPAIRED: &str = include_str!("../../static/scenarios/chapter-repaired.json");
const TABLE: &str = include_str!("../../SCENARIOS.md");

/// What else the system has, or how a program differs.
type Change = fn(&mut Json);

/// A file under faults: what is true of it at the end.
struct Side {
    faults: &'static [&'static str],
    must: &'static [&'static str],
}

struct Row {
    /// The first cell of its row.
    says: &'static str,
    change: Change,
    until_ms: u64,
    written: Side,
    repaired: Side,
}

const fn side(faults: &'static [&'static str], must: &'static [&'static str]) -> Side {
    Side { faults, must }
}

fn as_it_is(_: &mut Json) {}

/// A program that the chapter does not know publishes once, after the start.
fn stranger(file: &mut Json, routing_key: &str, payload: &Json) {
    let as_text = payload.is_string();
    let step =
        json!({ "do": "publish", "exchange": "platform-events", "routing_key": routing_key, "payload": payload, "as_text": as_text });
    let handlers = json!([{ "on": { "every_ms": 40_000 }, "steps": [step] }]);
    let service =
        json!({ "name": "stranger", "at": [112, 560], "starts_after": [{ "name": "notification-service" }], "handlers": handlers });
    file["services"].as_array_mut().expect("a list").push(service);
}

/// The order service declares the exchange otherwise than the consumers do.
fn declares_otherwise(file: &mut Json) {
    let services = file["services"].as_array_mut().expect("a list");
    let orders = services.iter_mut().find(|service| service["name"] == "order-service").expect("it is there");
    let is_repaired = !orders["relay"].is_null();
    let otherwise = json!([{ "exchange": "platform-events", "type": "direct" }]);
    if is_repaired {
        // The first declaration is the one that counts: a later version comes with the other one.
        orders["versions"] = json!([{ "name": "other", "declares": otherwise }]);
        return;
    }
    let steps = orders["handlers"].as_array_mut().expect("a list").iter_mut().filter_map(|handler| handler["steps"].as_array_mut());
    steps.flatten().filter(|step| step["do"] == "declare").for_each(|step| step["declares"] = otherwise.clone());
}

const RESTART: &[&str] = &["restart broker at 1m for 5s"];

fn rows() -> Vec<Row> {
    let row = |says, change, until_ms, written, repaired| Row { says, change, until_ms, written, repaired };
    vec![
        row(
            "a consumer tries again only until it is connected",
            as_it_is,
            100_000,
            side(
                RESTART,
                &["consumers(notification-queue) = 0", "connections(notification-service) = 0", "ready(notification-queue) > 50"],
            ),
            side(RESTART, &["consumers(notification-queue) = 1", "ready(notification-queue) < 10"]),
        ),
        row(
            "a consumer that is cancelled gets `null`, and returns silently",
            as_it_is,
            65_000,
            side(
                &["delete queue notification-queue at 50s"],
                &["consumers(notification-queue) = 0", "connections(notification-service) = 1", "channel_errors(notification-service) = 0"],
            ),
            side(
                &["delete queue notification-queue at 50s", "deploy notification-service at 55s"],
                &["consumers(notification-queue) = 1", "delivered(notification-queue) > 50"],
            ),
        ),
        row(
            "nothing writes `x-retry-count`",
            as_it_is,
            60_000,
            side(&[], &["redelivered(notification-queue) > 50", "dead(notification-queue) = 0"]),
            side(&[], &["redelivered(notification-queue) = 0", "dead(notification-queue: rejected) > 2"]),
        ),
        row(
            "the body is parsed outside the `try`",
            |file| stranger(file, "order.placed", &json!("no json")),
            60_000,
            side(&[], &["consumers(notification-queue) = 0", "connections(notification-service) = 0", "ready(notification-queue) > 10"]),
            side(&[], &["consumers(notification-queue) = 1", "dead(notification-queue) > 2"]),
        ),
        row(
            "an unknown type is acknowledged",
            |file| stranger(file, "order.refunded", &json!({ "type": "order.refunded" })),
            60_000,
            side(&[], &["swallowed(notification-service) = 1", "dead(notification-queue) = 0"]),
            side(&[], &["swallowed(notification-service) = 0", "dead(notification-queue) > 2"]),
        ),
        row(
            "the exchange is asserted at each publish, and no listener is on the channel",
            declares_otherwise,
            60_000,
            side(&[], &["channel_errors(order-service) = 1", "connections(order-service) = 0", "accepted = 0"]),
            side(
                &["deploy order-service as other at 30s"],
                &["channel_errors(order-service) > 1", "connections(order-service) = 1", "failed < 3", "accepted > 50"],
            ),
        ),
        row(
            "the value that `publish` returns is ignored, and each publish waits for its assert",
            as_it_is,
            75_000,
            side(&["alarm memory at 50s for 30s"], &["failed > 20", "max(http customers) > 5s"]),
            side(&["alarm memory at 50s for 30s"], &["failed = 0", "max(http customers) < 1s"]),
        ),
        row("saved, then published without a confirm", as_it_is, 100_000, side(RESTART, &["unsent > 10"]), side(RESTART, &["unsent = 0"])),
        row(
            "nothing is closed in order",
            as_it_is,
            60_000,
            side(&["kill inventory-service at step 3 of message 12 for 1s"], &["redelivered(inventory-queue) > 0"]),
            side(&["stop inventory-service at step 3 of message 12 for 1s"], &["redelivered(inventory-queue) = 0"]),
        ),
        row(
            "nothing remembers an id",
            as_it_is,
            260_000,
            // The acknowledgement of what it has just done does not reach RabbitMQ.
            side(
                &["partition notification-service from broker at 47300ms for 150s", "kill notification-service at 250s for 1s"],
                &["duplicated(email sent) > 0"],
            ),
            side(
                &["partition notification-service from broker at 47300ms for 150s", "kill notification-service at 250s for 1s"],
                &["duplicated(email sent) = 0", "redelivered(notification-queue) > 0"],
            ),
        ),
        row(
            "orders are in an array in memory",
            as_it_is,
            75_000,
            side(&["kill order-service at 50s for 2s"], &["done(email sent) < 160"]),
            side(&["kill order-service at 50s for 2s"], &["done(email sent) > 160"]),
        ),
        row(
            "nothing looks at the dead-letter queue",
            as_it_is,
            100_000,
            side(RESTART, &["alerted(notification-queue.dead) = 0"]),
            side(RESTART, &["alerted(notification-queue.dead) > 3"]),
        ),
    ]
}

/// What no run of these files shows: its row says why.
const UNSEEN: [&str; 10] = [
    "a set-up that fails leaves its connection open",
    "the dead-letter exchange is declared after the queue",
    "a failed publish that is tried again gets a new `eventId`",
    "`timestamp` is in milliseconds",
    "notifications are in an array in memory",
    "section 9 has a time to live of five minutes, challenge (a) an outage of two hours",
    "Compose: `ping` is healthy before RabbitMQ takes connections",
    "Compose: RabbitMQ has no `hostname`",
    "Compose: user-service has the broker's URL and waits for nothing",
    "Compose: `NOTIF_SERVICE_URL` is still there",
];

fn file(text: &str, change: Change) -> Arc<Scenario> {
    let mut file: Json = serde_json::from_str(text).expect("it is JSON");
    change(&mut file);
    file["faults"] = json!([]);
    Arc::new(scenario_file::read(&file.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

#[test]
fn each_row_of_the_table_is_a_run_or_says_why_not() {
    let rows = rows();
    let table = TABLE.split("| as written |").nth(1).expect("the table is there").split("\n\n").next().unwrap_or_default();
    let cells: Vec<&str> = table.lines().skip(2).filter_map(|line| line.split(" | ").next()?.strip_prefix("| ")).collect();
    let known: Vec<&str> = rows.iter().map(|row| row.says).chain(UNSEEN).collect();
    let missing: Vec<&&str> = cells.iter().filter(|cell| !known.contains(cell)).collect();
    let gone: Vec<&&str> = known.iter().filter(|known| !cells.contains(known)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "without a run: {missing:?}; without a row: {gone:?}");
    assert_eq!(cells.len(), known.len());
}

#[test]
fn a_fault_of_the_chapter_shows_in_the_file_as_written_and_not_in_the_repaired_one() {
    for Row { says, change, until_ms, written, repaired } in rows() {
        for (text, Side { faults, must }, which) in [(WRITTEN, written, "as written"), (REPAIRED, repaired, "repaired")] {
            let ran = run(file(text, change), faults, until_ms).about(format!("{says}, {which}"));
            ran.must(must);
        }
    }
}
