//! The recipe of a service: steps in plain words, their order, and what another order means.

use std::collections::BTreeSet;

use requeue::app::form::{About, Change, Row, Spot, rows};
use requeue::app::recipe::{RecipeAction, Risk, beginning, consequence, line};
use requeue::app::{App, CanvasAction, EditAction, SelectAction};
use requeue::scenario::edit::{Part, Slot};
use requeue::scenario::{Handler, Json, Scenario, Trigger};

use super::support::*;

/// A handler with these steps, as a file has it.
fn handler(on: &str, steps: &str, on_failure: &str) -> Handler {
    let text = format!(
        r#"{{"requeue":1,"title":"A","network":{{"latency_ms":1}},"broker":{{"exchanges":[{{"name":"x","type":"topic","at":[0,0]}}],"queues":[{{"name":"q","at":[0,0]}}]}},
        "services":[{{"name":"s","at":[0,0],"handlers":[{{"on":{on},"steps":[{steps}],"on_failure":"{on_failure}"}}]}},
        {{"name":"other","at":[0,0],"handlers":[{{"on":{{"http":"GET /"}},"steps":[]}}]}}]}}"#
    );
    let scenario = requeue::formats::scenario_file::read(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    scenario.services[0].handlers[0].clone()
}

const HTTP: &str = r#"{"http":"POST /orders"}"#;
const QUEUE: &str = r#"{"queue":"q","prefetch":10}"#;
const WORK: &str = r#"{"do":"work","ms":20}"#;
const SAVE: &str = r#"{"do":"persist","id":"orderId","state":"pending"}"#;
const SAVE_USER: &str = r#"{"do":"persist","id":"id","state":"new"}"#;
const PUBLISH: &str = r#"{"do":"publish","exchange":"x","routing_key":"order.placed","payload":{"a":1,"b":2}}"#;
const CALL: &str = r#"{"do":"call","service":"other","endpoint":"GET /"}"#;
const EMAIL: &str = r#"{"do":"effect","what":"email sent","of":"eventId"}"#;
const REPLY: &str = r#"{"do":"reply","status":201}"#;
const ACK: &str = r#"{"do":"ack"}"#;
const SHAKY: &str = r#"{"do":"work","ms":20,"fails":{"probability":0.1}}"#;

/// Trigger, steps, what happens on failure, from, to, what is said.
type Moved = (&'static str, &'static [&'static str], &'static str, usize, usize, Option<&'static str>);

#[test]
fn another_order_of_steps_says_what_it_means() {
    let cases: [Moved; 20] = [
        (
            HTTP,
            &[WORK, SAVE, PUBLISH, REPLY],
            "crash",
            2,
            1,
            Some("Publish before Save: an event may go out for an order that is not kept."),
        ),
        (HTTP, &[SAVE, PUBLISH], "crash", 0, 1, Some("Publish before Save: an event may go out for an order that is not kept.")),
        (HTTP, &[SAVE_USER, PUBLISH], "crash", 0, 1, Some("Publish before Save: an event may go out for a record that is not kept.")),
        (HTTP, &[PUBLISH, SAVE], "crash", 1, 0, Some("Save before Publish: the service may keep an order that no event announces.")),
        (HTTP, &[SAVE, REPLY], "crash", 1, 0, Some("Reply before Save: the client may be informed of an order that is not kept.")),
        (
            HTTP,
            &[PUBLISH, REPLY],
            "crash",
            1,
            0,
            Some("Reply before Publish: the client does not learn that the event could not be published."),
        ),
        (
            QUEUE,
            &[WORK, ACK],
            "requeue",
            1,
            0,
            Some("Acknowledge before Work: if the service dies in between, RabbitMQ does not deliver the message again."),
        ),
        (
            QUEUE,
            &[SHAKY, EMAIL],
            "requeue",
            1,
            0,
            Some("“email sent” before Work: if Work fails, the next delivery does “email sent” again."),
        ),
        (QUEUE, &[SHAKY, PUBLISH], "chapter", 1, 0, Some("Publish before Work: if Work fails, the next delivery does Publish again.")),
        (
            QUEUE,
            &[CALL, EMAIL],
            "requeue",
            1,
            0,
            Some("“email sent” before Call other: if Call other fails, the next delivery does “email sent” again."),
        ),
        // The worst of those that it passes.
        (
            QUEUE,
            &[PUBLISH, SAVE, ACK],
            "requeue",
            2,
            0,
            Some("Acknowledge before Publish: if the service dies in between, RabbitMQ does not deliver the message again."),
        ),
        (HTTP, &[SAVE, PUBLISH, REPLY], "crash", 2, 0, Some("Reply before Save: the client may be informed of an order that is not kept.")),
        // Nothing that the steps show.
        (HTTP, &[WORK, SAVE, PUBLISH], "crash", 0, 2, None),
        (HTTP, &[WORK, SAVE, PUBLISH], "crash", 1, 1, None),
        (HTTP, &[WORK, SAVE, PUBLISH], "crash", 7, 1, None),
        (HTTP, &[WORK, SAVE, PUBLISH], "crash", 1, 7, None),
        // A dead letter is not delivered again, and without a delivery nothing is.
        (QUEUE, &[SHAKY, EMAIL], "dead_letter", 1, 0, None),
        (QUEUE, &[SHAKY, EMAIL], "acknowledge", 1, 0, None),
        (HTTP, &[SHAKY, EMAIL], "crash", 1, 0, None),
        (QUEUE, &[WORK, EMAIL], "requeue", 1, 0, None),
    ];
    for (on, steps, on_failure, from, to, says) in cases {
        assert_eq!(consequence(&handler(on, &steps.join(","), on_failure), from, to).as_deref(), says, "{steps:?}, {from} to {to}");
    }
    // Each risk has its case: the first words after the colon tell them apart.
    let tails: BTreeSet<&str> = cases.iter().filter_map(|case| case.5?.split_once(": ")).map(|(_, why)| &why[..12]).collect();
    assert_eq!(tails.len(), Risk::ALL.len() + 1, "of one risk two pairs have their case: {tails:?}");
}

/// In every handler of the site each step can go to each place; what is said has two different steps of it, in their new order.
#[test]
fn what_is_said_is_true_of_the_new_order() {
    let mut said = 0;
    for file in std::fs::read_dir("static/scenarios").expect("there are scenarios") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("it can be read");
        let scenario = requeue::formats::scenario_file::read(&text).expect("it is good");
        for handler in scenario.services.iter().flat_map(|service| &service.handlers) {
            for (from, to) in (0..handler.steps.len()).flat_map(|from| (0..handler.steps.len()).map(move |to| (from, to))) {
                let Some(says) = consequence(handler, from, to) else { continue };
                said += 1;
                assert_ne!(from, to, "{says}");
                let back = {
                    let mut moved = handler.clone();
                    let step = moved.steps.remove(from);
                    moved.steps.insert(to, step);
                    consequence(&moved, to, from)
                };
                assert_ne!(back.as_deref(), Some(&*says), "the old order does not mean the same");
            }
        }
    }
    assert!(said > 20, "{said}");
}

#[test]
fn each_step_is_a_line_in_plain_words() {
    // the step, what is done, to what, what else
    let cases = [
        (WORK, "Work for", "20 ms", ""),
        (SHAKY, "Work for", "20 ms", "may fail"),
        (r#"{"do":"work","ms":{"uniform":[50,1000]}}"#, "Work for", "50 ms to 1 s", ""),
        (SAVE, "Save as", "pending", "number in orderId"),
        (PUBLISH, "Publish", "order.placed", "to x, 2 fields"),
        (
            r#"{"do":"publish","exchange":"","routing_key":"q","payload":{"a":1},"confirm":true,"fails":{"first":1}}"#,
            "Publish",
            "q",
            "to the default exchange, 1 field, waits for the confirm, may fail",
        ),
        (CALL, "Call", "other GET /", "stops without a good answer"),
        (EMAIL, "Do", "email sent", "for eventId"),
        (REPLY, "Reply", "201", ""),
    ];
    for (step, does, what, more) in cases {
        let line = line(&handler(HTTP, step, "crash").steps[0]);
        assert_eq!((line.does, &*line.what, &*line.more), (does, what, more), "{step}");
    }
    assert_eq!(line(&handler(QUEUE, ACK, "crash").steps[0]).does, "Acknowledge");
    for (on, says) in [
        (HTTP, "When POST /orders arrives"),
        (QUEUE, "When a message of q arrives"),
        (r#"{"every_ms":1000}"#, "Every 1 s "),
        (r#"{"every_ms":1000,"records":{"state":"pending","older_than_ms":5}}"#, "Every 1 s for each record that is pending"),
        (r#"{"start_up":true}"#, "When an instance starts  "),
    ] {
        let (when, what, then) = beginning(&handler(on, WORK, "crash").trigger);
        assert_eq!(format!("{when} {what} {then}"), says);
    }
}

/// The first handler of the order service: what it does, in order.
fn steps(app: &App) -> Vec<&'static str> {
    order_service(session(app).scenario()).steps.iter().map(|step| step.action.name()).collect()
}

fn order_service(scenario: &Scenario) -> &Handler {
    let (_, service) = scenario.service("order-service").expect("it is there");
    service.handlers.iter().find(|handler| matches!(handler.trigger, Trigger::Http { .. })).expect("it has a handler")
}

fn list(app: &App) -> Spot {
    let (index, _) = session(app).scenario().service("order-service").expect("it is there");
    Spot::of(Slot::Service(index)).field("handlers").item(0).field("steps")
}

fn recipe(app: &mut App, action: RecipeAction) {
    act(app, SelectAction::Recipe(action));
}

#[test]
fn a_step_that_is_carried_says_what_its_new_place_means() {
    let mut app = opened();
    select(&mut app, &Part::Service("order-service".into()));
    let before = steps(&app);
    let publish = before.iter().position(|step| *step == "publish").expect("it publishes");
    let save = before.iter().position(|step| *step == "persist").expect("it saves");
    assert!(save < publish);
    let at = list(&app);
    let warning = |app: &App| session(app).recipe.warning.as_ref().map(|(_, text)| text.clone()).unwrap_or_default();
    recipe(&mut app, RecipeAction::Carry(at.item(publish), save));
    assert!(warning(&app).starts_with("Publish before Save: "), "{}", warning(&app));
    assert_eq!(steps(&app), before, "it is not dropped");
    // Esc puts it back, and closes nothing.
    act(&mut app, CanvasAction::Escape);
    assert_eq!((warning(&app).as_str(), session(&app).recipe.carried.clone()), ("", None));
    assert!(session(&app).selection.primary.is_some());
    recipe(&mut app, RecipeAction::Carry(at.item(publish), save));
    act(&mut app, EditAction::ChangeList(at.item(publish), Change::Move(save)));
    let now = steps(&app);
    assert_eq!((now[save], now[save + 1]), ("publish", "persist"));
    assert_eq!(session(&app).recipe.carried, None);
    assert!(warning(&app).starts_with("Publish before Save: "), "it stays until something else is done");
    act(&mut app, EditAction::Undo);
    assert_eq!(steps(&app), before);
    select(&mut app, &Part::Queue("notification-queue".into()));
    assert_eq!(warning(&app), "");
}

#[test]
fn what_is_open_stays_with_its_step() {
    let mut app = opened();
    select(&mut app, &Part::Service("order-service".into()));
    let at = list(&app);
    let open = |app: &App| session(app).recipe.open.as_ref().and_then(|spot| Some(spot.step()?.2));
    let work: Json = serde_json::json!({ "do": "work", "ms": 7 });
    recipe(&mut app, RecipeAction::Toggle(at.item(1)));
    // what is done, which step is open then
    let changes = [
        ((1, Change::Move(2)), Some(2)),
        ((0, Change::Move(2)), Some(1)),
        ((2, Change::Move(0)), Some(2)),
        ((0, Change::Remove), Some(1)),
        ((0, Change::Insert(work)), Some(0)),
        ((0, Change::Remove), None),
    ];
    for ((index, change), expected) in changes {
        act(&mut app, EditAction::ChangeList(at.item(index), change.clone()));
        assert_eq!(notice(&app), None);
        assert_eq!(open(&app), expected, "{change:?}");
    }
    recipe(&mut app, RecipeAction::Toggle(at.item(0)));
    assert_eq!(open(&app), Some(0));
    recipe(&mut app, RecipeAction::Toggle(at.item(0)));
    assert_eq!(open(&app), None);
}

#[test]
fn a_step_is_added_where_it_was_asked_for() {
    let mut app = opened();
    select(&mut app, &Part::Service("order-service".into()));
    let (at, before) = (list(&app), steps(&app));
    recipe(&mut app, RecipeAction::AddAt(at.item(1)));
    assert_eq!(session(&app).recipe.adds_at, Some(at.item(1)));
    act(&mut app, EditAction::ChangeList(at.item(1), Change::Insert(serde_json::json!({ "do": "work", "ms": 7 }))));
    let now = steps(&app);
    assert_eq!((now.len(), now[1]), (before.len() + 1, "work"));
    assert_eq!((session(&app).recipe.adds_at.clone(), session(&app).recipe.open.clone()), (None, Some(at.item(1))));
    // At the end, too; and not beyond.
    act(&mut app, EditAction::ChangeList(at.item(now.len()), Change::Insert(serde_json::json!({ "do": "work", "ms": 7 }))));
    assert_eq!(steps(&app).last(), Some(&"work"));
    act(&mut app, EditAction::ChangeList(at.item(77), Change::Insert(serde_json::json!({ "do": "work", "ms": 7 }))));
    assert!(notice(&app).is_some());
}

#[test]
fn what_is_rarely_changed_is_stated_under_advanced() {
    let app = opened();
    let all = rows(session(&app).scenario(), &About::Part(Part::Service("notification-service".into())));
    let stated = |rows: &[Row]| -> Vec<String> {
        let Some(Row::Advanced { stated, .. }) = rows.last() else { panic!("what is rare comes last") };
        stated.iter().map(|one| format!("{} {}{}", one.label, one.value, if one.is_default { ", default" } else { "" })).collect()
    };
    assert_eq!(
        stated(&all),
        [
            "Concurrency as many as come, default",
            "Reconnects after, ms 5,000, default",
            "Reconnects always, default",
            "Backoff none, default",
            "With a new channel declares and consumes, default",
            "On a channel error reconnects, default",
            "On a connection error reconnects, default",
            "While blocked sends on, default",
            "Consumes on one channel, default",
            "Publishes on the consumers' channel, default",
            "Starts after nothing, default",
            "Health check none, default",
            "Records in memory off, default",
            "Restarts after, ms never, default",
            "Outbox relay none, default",
            "Versions none, default"
        ]
    );
    let Some(Row::Item { rows: handler, .. }) = all.iter().find(|row| matches!(row, Row::Item { .. })) else { panic!("it has a handler") };
    assert_eq!(
        stated(handler),
        [
            "Prefetch 10",
            "Automatic acknowledgement off, default",
            "Exclusive off, default",
            "Consumer priority 0, default",
            "Idempotent no, default"
        ]
    );
}

/// The recipes of a service are its handlers, and none of its declarations is taken for one.
#[test]
fn declarations_and_handlers_are_told_apart() {
    let mut app = App::default();
    let text = include_str!("../clients/declares-in-order.json").into();
    act(&mut app, requeue::app::FileAction::Opened { name: "declares-in-order.json".into(), text });
    let all = rows(session(&app).scenario(), &About::Part(Part::Service("notification-service".into())));
    let items_in = |list: &str| all.iter().filter(|row| matches!(row, Row::Item { at, .. } if at.is_in(list))).count();
    let adds_in = |list: &str| all.iter().filter(|row| matches!(row, Row::Add { at, .. } if at.is_in(list))).count();
    assert_eq!((items_in("declares"), items_in("handlers")), (3, 1));
    assert_eq!((adds_in("declares"), adds_in("handlers")), (1, 1));
}

/// A step is one stop of the keyboard: with the keys alone it is moved and removed, and the keyboard stays among the steps.
#[test]
fn a_step_is_moved_and_removed_by_keys() {
    use requeue::app::keys::{StepKey, on_step as key};
    for of in 1..5 {
        for index in 0..of {
            let up = if index == 0 { StepKey::Stay } else { StepKey::Move(index - 1) };
            let down = if index + 1 == of { StepKey::Stay } else { StepKey::Move(index + 1) };
            assert_eq!((key("ArrowUp", true, (index, of)), key("ArrowDown", true, (index, of))), (Some(up), Some(down)));
            assert_eq!((key("ArrowUp", false, (index, of)), key("Enter", false, (index, of))), (None, None), "the browser's own");
            let left = of - 1;
            for word in ["Delete", "Backspace"] {
                assert_eq!(key(word, true, (index, of)), None);
                let Some(StepKey::Remove(next)) = key(word, false, (index, of)) else { panic!("{word} removes") };
                assert!(next.map_or(left == 0, |next| next < left && (next == index || index == left)), "{index} of {of}: {next:?}");
            }
        }
    }
}
