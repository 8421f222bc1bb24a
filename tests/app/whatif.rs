//! What would become of a message: which binding stops it, and what a key takes while it is typed.

use requeue::app::composer::Typed;
use requeue::app::form::{Kind, Spot};
use requeue::app::whatif::{self, Fate, examples, of_queue, preview};
use requeue::app::{App, Drawer, EditAction, FileAction, PublishAction, SelectAction, WorkspaceAction, words};
use requeue::scenario::edit::Slot;

use super::support::*;

/// What a queue gets of the message in question: a copy, or why each binding that leads there does not take it.
fn stopped(app: &App, queue: &str) -> Option<Result<(), Vec<String>>> {
    let (_, fate) = of_queue(app, session(app), &queue.into())?;
    Some(match fate {
        Fate::Copy => Ok(()),
        Fate::Stopped(bindings) => Err(bindings.iter().map(|one| format!("{}: {}", one.binding.routing_key, words::why(one))).collect()),
    })
}

#[test]
fn the_binding_that_stops_a_composed_message_is_named() {
    let mut app = opened();
    assert_eq!(stopped(&app, "inventory-queue"), None, "nothing is composed");
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    let stops = |told: &str| Some(Err(vec![told.to_owned()]));
    for (key, queue, expected) in [
        ("order.placed", "inventory-queue", Some(Ok(()))),
        ("order.shipped", "inventory-queue", stops("order.placed: shipped is not placed")),
        ("order.shipped", "notification-queue", Some(Ok(()))),
        ("user.created", "notification-queue", stops("order.*: user is not order")),
        ("user.created", "analytics-queue", Some(Ok(()))),
        ("user.created", "notification-queue.dead", Some(Err(vec![]))),
    ] {
        compose(&mut app, Typed::Key, key);
        assert_eq!(stopped(&app, queue), expected, "{key} {queue}");
    }
    compose(&mut app, Typed::Headers, "{");
    assert_eq!(stopped(&app, "inventory-queue"), None, "its headers cannot be read yet");
}

/// With a story open, a queue that the event never came to says which binding stopped it.
#[test]
fn the_binding_that_stopped_a_message_is_named() {
    let mut app = opened();
    play(&mut app, 20);
    let log = &session(&app).playhead.log;
    let shipped = log.newest().find_map(|entry| {
        let message = entry.occurrence.what.message()?;
        (&*message.routing_key == "order.shipped").then(|| message.properties.message_id.clone())?
    });
    act(&mut app, SelectAction::Story(Some(shipped.expect("one was shipped"))));
    wait(&mut app);
    assert_eq!(stopped(&app, "inventory-queue"), Some(Err(vec!["order.placed: shipped is not placed".to_owned()])));
    assert_eq!(stopped(&app, "analytics-queue"), None, "a copy came there");
}

#[test]
fn while_a_key_is_typed_examples_say_what_it_takes() {
    let mut app = opened();
    let binding = session(&app).scenario().broker.bindings.iter().position(|binding| &*binding.routing_key == "order.*");
    let at = Spot::of(Slot::Binding(binding.expect("it is there"))).field("routing_key");
    assert_eq!(examples(session(&app), &at), None, "nothing is typed");
    for (typed, takes, refuses) in [
        ("order.*", vec!["order.placed", "order.shipped"], vec!["order.any.more"]),
        ("user.#", vec!["user.many.words"], vec!["order.placed", "order.shipped"]),
        ("#", vec!["order.placed"], vec![]),
        ("invoice.*.paid", vec!["invoice.any.paid"], vec!["order.placed"]),
        ("order.shipped", vec!["order.shipped"], vec!["order.placed"]),
    ] {
        act(&mut app, EditAction::TypeField(at.clone(), Kind::Text, typed.into()));
        let [found, refused] = examples(session(&app), &at).expect("it is typed");
        assert!(takes.iter().all(|key| found.iter().any(|one| one == key)), "{typed}: {found:?}");
        assert!(refuses.iter().all(|key| refused.iter().any(|one| one == key)), "{typed}: {refused:?}");
        assert_eq!(refused.is_empty(), refuses.is_empty(), "{typed}: {refused:?}");
        for (keys, expected) in [(&found, true), (&refused, false)] {
            assert!(keys.iter().all(|key| requeue::broker::exchange::topic::matches(typed, key) == expected), "{typed}: {keys:?}");
        }
    }
    act(&mut app, EditAction::LeaveField);
    assert_eq!(examples(session(&app), &at), None);
    // The dead-letter exchange is direct: the key itself and no other.
    let direct = session(&app).scenario().broker.bindings.iter().position(|binding| &*binding.source == "platform-events.dlx");
    let at = Spot::of(Slot::Binding(direct.expect("it is there"))).field("routing_key");
    act(&mut app, EditAction::TypeField(at.clone(), Kind::Text, "order.*".into()));
    let [found, refused] = examples(session(&app), &at).expect("it is typed");
    assert!(found.is_empty() && refused.contains(&"order.placed".to_owned()), "{found:?} {refused:?}");
}

#[test]
fn a_composed_message_is_seen_beforehand_as_long_as_the_composer_is() {
    let mut app = opened();
    assert!(preview(&app, session(&app)).is_none(), "the composer is closed");
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    compose(&mut app, Typed::Key, "order.shipped");
    let told = |app: &App| {
        let preview = preview(app, session(app))?;
        let binding = |(number, one): &(usize, _)| {
            let words = whatif::words(one, preview.routing_key).into_iter().map(|(word, class)| format!("{word} {class}"));
            (*number, one.matches, words.collect::<Vec<_>>().join(", "))
        };
        let queues: Vec<String> = preview.queues.iter().map(ToString::to_string).collect();
        Some((preview.bindings.iter().map(binding).collect::<Vec<_>>(), queues))
    };
    let (bindings, queues) = told(&app).expect("it is composed");
    let expected = [(0, false, "order met, placed unmet"), (1, true, "order met, * met"), (2, true, "# met")];
    assert_eq!(bindings.iter().map(|(number, matches, words)| (*number, *matches, &**words)).collect::<Vec<_>>(), expected);
    assert_eq!(queues, ["notification-queue", "analytics-queue"]);
    // By the default exchange a queue's name is its key; no binding is compared.
    compose(&mut app, Typed::Exchange, "");
    compose(&mut app, Typed::Key, "inventory-queue");
    assert_eq!(told(&app), Some((vec![], vec!["inventory-queue".to_owned()])));
    compose(&mut app, Typed::Headers, "{");
    assert_eq!(told(&app), None, "its headers cannot be read yet");
    compose(&mut app, Typed::Headers, "");
    play(&mut app, 3);
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    assert_eq!(told(&app), None, "the way of another message is lit");
    act(&mut app, SelectAction::Story(None));
    act(&mut app, WorkspaceAction::CloseLeft);
    assert_eq!(told(&app), None);
}

/// A queue and an exchange may have one name, and be bound alike: each binding is told of by itself.
#[test]
fn a_queue_and_an_exchange_of_one_name_are_told_apart() {
    let scenario = r#"{
        "requeue": 1, "title": "two of one name", "network": { "latency_ms": 5 },
        "broker": {
            "exchanges": [{ "name": "in", "at": [0, 0], "type": "direct" }, { "name": "audit", "at": [0, 200], "type": "fanout" }],
            "queues": [{ "name": "audit", "at": [300, 0] }, { "name": "copies", "at": [300, 200] }],
            "bindings": [
                { "source": "in", "queue": "audit", "routing_key": "k" },
                { "source": "in", "exchange": "audit", "routing_key": "k" },
                { "source": "audit", "queue": "copies", "routing_key": "" }
            ]
        },
        "services": []
    }"#;
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "two.json".into(), text: scenario.into() });
    assert_eq!(app.unreadable, None);
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    compose(&mut app, Typed::Exchange, "in");
    compose(&mut app, Typed::Key, "k");
    let preview = preview(&app, session(&app)).expect("it is composed");
    let to_exchange: Vec<_> = preview.bindings.iter().map(|(number, one)| (*number, one.binding.to_exchange)).collect();
    assert_eq!(to_exchange, [(0, false), (1, true)]);
}

/// A learner sees a key lit, or reads it in a goal: the legend has its hue, although no message has it.
#[test]
fn the_legend_has_the_key_that_is_lit_or_asked_for() {
    let app = in_class(TOPIC);
    let has = |app: &App, key: &str| whatif::keys_of_legend(app, session(app)).contains(&key);
    assert!(!has(&app, "user.deleted"), "no message has it, and nothing is about it");
    let mut app = app;
    step_of(&mut app, "all-orders");
    let asked: Vec<String> = classroom(&app)
        .step()
        .task
        .goal()
        .expect("a goal")
        .clauses
        .iter()
        .filter_map(|clause| match &clause.demand {
            requeue::lesson::Demand::Reaches { routing_key, .. } => Some(routing_key.to_string()),
            _ => None,
        })
        .collect();
    assert!(asked.contains(&"user.deleted".to_owned()), "{asked:?}");
    for key in &asked {
        assert!(has(&app, key), "{key}");
    }
    // While a message is composed, its key is first.
    let mut app = opened();
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    act(&mut app, PublishAction::Set(Typed::Key, "order.refunded".into()));
    assert_eq!(whatif::keys_of_legend(&app, session(&app)).first(), Some(&"order.refunded"));
    let mut keys = whatif::keys_of_legend(&app, session(&app));
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all, "each once");
}
