//! Messages published by hand, and what becomes of them on the canvas.

use requeue::app::composer::Typed;
use requeue::app::landing::Landing;
use requeue::app::tokens::{Shape, picture};
use requeue::app::{Action, App, FileAction, Filter, OperateAction, PublishAction, TimeAction, words};
use requeue::base::SimTime;
use requeue::sim::InstanceId;

use requeue::scenario::edit::PartKind;

use super::support::*;

#[test]
fn dead_letters_are_diamonds_all_the_way() {
    let mut app = opened();
    let mut labelled = false;
    act(&mut app, TimeAction::Play);
    for _ in 0..2_400 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        let shown = picture(session(&app).plan(), false);
        labelled |= shown.tokens.iter().any(|token| token.shape == Shape::Dead && token.label.as_deref() == Some("rejected"));
    }
    assert!(labelled, "the reason is said on the way");
    let dead = session(&app).world().broker().queue("notification-queue.dead").expect("declared").ready();
    assert!(dead > 0);
    let still = picture(session(&app).plan(), true);
    let diamonds = still.tokens.iter().filter(|token| token.shape == Shape::Dead).count();
    // Beside those that are drawn stands how many more there are.
    let more: u64 = still.counts.iter().filter_map(|count| count.text.strip_prefix('+')?.parse::<u64>().ok()).sum();
    assert!(diamonds >= 5.min(usize::try_from(dead).expect("a few")) && diamonds as u64 + more >= dead, "{diamonds} and {more} of {dead}");
}

#[test]
fn publishing_by_hand_tells_where_it_went() {
    // exchange, key, payload, what is said
    let cases = [
        ("platform-events", "order.placed", "{}", Ok("One copy each to inventory-queue, notification-queue and analytics-queue.")),
        ("platform-events", "user.created", "{}", Ok("To analytics-queue.")),
        (
            "platform-events.dlx",
            "nothing",
            "{}",
            Ok("It found no queue, so the broker dropped it. Without the mandatory flag the publisher is not informed."),
        ),
        ("", "analytics-queue", "1", Ok("To analytics-queue.")),
        ("platform-events", "order.placed", "{", Err("The payload is not JSON")),
    ];
    for (exchange, key, payload, expected) in cases {
        let mut app = opened();
        compose(&mut app, Typed::Exchange, exchange);
        compose(&mut app, Typed::Key, key);
        compose(&mut app, Typed::Payload, payload);
        act(&mut app, PublishAction::Publish);
        let composer = &session(&app).composer;
        match expected {
            Ok(outcome) => assert_eq!(composer.outcome.as_deref(), Some(outcome)),
            Err(problem) => assert!(
                composer.error.as_ref().is_some_and(|(field, error)| *field == Typed::Payload && error.contains(problem)),
                "{:?}",
                composer.error
            ),
        }
        assert_eq!(composer.payload, payload, "nothing is lost");
    }
}

/// A word without quotes is named, with its place. What is folded away and wrong is in sight.
#[test]
fn a_word_without_quotes_is_named_with_its_place() {
    for (text, told) in [
        ("{orderId: 1}", Some("orderId needs quotes, \"orderId\", at line 1, column 2.")),
        ("{\n  \"region\": eu-west}", Some("eu-west needs quotes, \"eu-west\", at line 2, column 13.")),
        ("{\"a\": tru}", Some("tru needs quotes")),
        ("{\"a\": 1 \"b\": 2}", None),
        ("{\"a\": 1,}", None),
        ("{\"ä\": ü}", Some("ü needs quotes")),
        ("{", None),
    ] {
        for (field, what) in [(Typed::Payload, "payload is"), (Typed::Headers, "headers are")] {
            let mut app = opened();
            compose(&mut app, field, text);
            act(&mut app, PublishAction::Check(field));
            let composer = &session(&app).composer;
            let why = composer.why(field).expect(text);
            assert!(why.starts_with(&format!("The {what} not JSON: ")), "{text}: {why}");
            assert_eq!(told.is_some(), why.contains("needs quotes"), "{text}: {why}");
            assert!(told.is_none_or(|told| why.contains(told)), "{text}: {why}");
            assert_eq!((composer.shows_more, composer.why_in_foot()), (field == Typed::Headers, None));
        }
    }
}

#[test]
fn messages_carry_what_the_composer_says() {
    let mut app = opened();
    compose(&mut app, Typed::Template, "user.created");
    compose(&mut app, Typed::Headers, r#"{"region": "eu"}"#);
    compose(&mut app, Typed::Expiration, "60000");
    compose(&mut app, Typed::Priority, "3");
    compose(&mut app, Typed::Persistent, "false");
    compose(&mut app, Typed::Confirm, "true");
    compose(&mut app, Typed::Count, "4");
    let analytics = session(&app).scenario().service("analytics-service").expect("it is there").0;
    act(&mut app, OperateAction::Kill(InstanceId { service: analytics, instance: 0 }));
    act(&mut app, PublishAction::Publish);
    assert_eq!(session(&app).composer.outcome.as_deref(), Some("4 times: To analytics-queue. The broker confirmed it."));
    assert_eq!(ready(&app, "analytics-queue"), 4);
    let queue = session(&app).world().broker().queue("analytics-queue").expect("it is there");
    let properties = queue.messages().next().expect("one waits").message.properties.clone();
    assert_eq!((properties.delivery_mode, properties.priority, properties.expiration.as_deref()), (Some(1), Some(3), Some("60000")));
    assert!(properties.header("region").is_some_and(|region| region.as_str().is_some_and(|region| &**region == "eu")));
    assert_eq!(session(&app).world().ledger().messages.confirmed, 4);
    compose(&mut app, Typed::Mandatory, "true");
    compose(&mut app, Typed::Exchange, "platform-events.dlx");
    act(&mut app, PublishAction::Publish);
    assert!(
        session(&app).composer.outcome.as_ref().is_some_and(|outcome| outcome.contains("was returned")),
        "{:?}",
        session(&app).composer.outcome
    );
    balanced(&app);
    for (what, text, problem) in [
        (Typed::Headers, "[1]", "JSON object"),
        (Typed::Expiration, "soon", "milliseconds"),
        (Typed::Priority, "256", "0 to 255"),
        (Typed::Count, "0", "From 1"),
        (Typed::Rate, "-1", "a second"),
    ] {
        let mut app = opened();
        compose(&mut app, what, text);
        act(&mut app, if what == Typed::Rate { Action::Publish(PublishAction::Repeat) } else { Action::Publish(PublishAction::Publish) });
        let error = session(&app).composer.error.clone().expect("it cannot be");
        assert!(error.0 == what && error.1.contains(problem), "{error:?}");
        assert!(session(&app).timeline().recording().inputs.is_empty());
    }
}

#[test]
fn publishing_at_a_rate_goes_on_while_time_does() {
    let mut app = opened();
    compose(&mut app, Typed::Rate, "5");
    act(&mut app, PublishAction::Repeat);
    play(&mut app, 4);
    let by_hand = session(&app).world().ledger().messages.by_hand;
    assert!((20..=21).contains(&by_hand), "{by_hand}");
    act(&mut app, PublishAction::Repeat);
    play(&mut app, 4);
    assert_eq!(session(&app).world().ledger().messages.by_hand, by_hand);
    let again = requeue::sim::World::replay(session(&app).timeline().recording(), session(&app).world().now());
    assert_eq!(again.trace_hash(), session(&app).world().trace_hash());
}

#[test]
fn a_field_of_the_composer_is_judged_when_it_is_left() {
    // field, what is wrong, what is right
    let cases = [
        (Typed::Headers, "x-tenant=a", r#"{"x-tenant": "a"}"#),
        (Typed::Payload, "{", "{}"),
        (Typed::Expiration, "soon", "5000"),
        (Typed::Priority, "256", "255"),
        (Typed::Count, "0", "10"),
        (Typed::Rate, "-1", "0.5"),
    ];
    for (field, wrong, right) in cases {
        let mut app = opened();
        let error = |app: &requeue::app::App| session(app).composer.error.clone().map(|(field, _)| field);
        compose(&mut app, field, wrong);
        assert_eq!(error(&app), None, "{field:?}: nobody is interrupted while typing");
        act(&mut app, PublishAction::Check(field));
        assert_eq!(error(&app), Some(field), "{wrong}");
        compose(&mut app, field, right);
        act(&mut app, PublishAction::Check(field));
        assert_eq!(error(&app), None, "{right}");
    }
}

/// Its dead letters go to an exchange without a binding.
const DEAD_LETTERS_GO_NOWHERE: &str = r#"{
  "requeue": 1, "title": "Dead letters that go nowhere", "network": { "latency_ms": 1 },
  "broker": {
    "exchanges": [{ "name": "orders", "at": [0, 0], "type": "fanout" }, { "name": "retry", "at": [200, 200], "type": "direct" }],
    "queues": [{ "name": "ship", "at": [200, 0], "arguments": { "x-dead-letter-exchange": "retry", "x-message-ttl": 500 } }],
    "bindings": [{ "source": "orders", "queue": "ship" }]
  }
}"#;

#[test]
fn a_dead_letter_that_goes_nowhere_is_trouble() {
    let mut app = requeue::app::App::default();
    act(&mut app, FileAction::Opened { name: "nowhere.json".into(), text: DEAD_LETTERS_GO_NOWHERE.into() });
    act(&mut app, PublishAction::Publish);
    play(&mut app, 2);
    let session = session(&app);
    let trouble = session.playhead.log.newest().filter_map(|entry| {
        let line = words::line(&entry.occurrence, session.world());
        Filter::Trouble.shows(&entry.occurrence, line.icon).then_some(line.what)
    });
    let trouble: Vec<_> = trouble.collect();
    assert_eq!(trouble, ["Unroutable", "Dead-lettered"], "the newest first");
}

/// While time stands, a copy would lie at its exchange: it is seen to land, and simulated time does not pass.
#[test]
fn what_is_published_while_time_stands_lands() {
    let mut app = opened();
    play(&mut app, 3);
    act(&mut app, TimeAction::Pause);
    let begun = session(&app).world().now();
    let landed = |app: &mut App| {
        assert!(app.moves_on() && !app.playing);
        let mut places = Vec::new();
        for _ in 0..200 {
            act(app, TimeAction::FramePassed(SimTime::from_millis(16)));
            places.push(picture(session(app).plan(), false).tokens);
        }
        places.dedup();
        assert!(places.len() > 20, "it is seen flying: {} pictures", places.len());
        assert!(!app.moves_on(), "it stands again");
        assert_eq!(session(app).world().now(), begun);
    };
    // One copy stops in a queue without a consumer, and one passes through its queue.
    for (exchange, key) in [("platform-events.dlx", "notification-queue.dead"), ("platform-events", "user.created")] {
        compose(&mut app, Typed::Exchange, exchange);
        compose(&mut app, Typed::Key, key);
        act(&mut app, PublishAction::Publish);
        landed(&mut app);
        assert!(Landing::of(&app, session(&app)).is_empty(), "{key}: it counts");
    }
    // What is moved back to its exchange lands, too.
    act(&mut app, OperateAction::Move { queue: "notification-queue.dead".into(), count: 1, to: None });
    landed(&mut app);
    // What the learner does with time comes first, and nothing sets out once more.
    act(&mut app, PublishAction::Publish);
    act(&mut app, TimeAction::Play);
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    assert!(app.playing && Landing::of(&app, session(&app)).is_empty());
}

/// On an empty canvas there is only the default exchange, which would drop what is composed.
#[test]
fn the_first_exchange_that_is_drawn_is_where_messages_are_published() {
    let mut app = opened();
    act(&mut app, requeue::app::FileAction::New);
    assert!(session(&app).composer.exchange.is_empty());
    act(&mut app, requeue::app::EditAction::AddPart(PartKind::ClassicQueue));
    assert!(session(&app).composer.exchange.is_empty());
    act(&mut app, requeue::app::EditAction::AddPart(PartKind::Exchange(requeue::scenario::ExchangeType::Topic)));
    assert_eq!(session(&app).composer.exchange, session(&app).scenario().broker.exchanges[0].name);
    // Another one changes nothing.
    act(&mut app, requeue::app::EditAction::AddPart(PartKind::Exchange(requeue::scenario::ExchangeType::Fanout)));
    assert_eq!(session(&app).composer.exchange, session(&app).scenario().broker.exchanges[0].name);
}

/// The page shows one notice: what is newer takes the place of where a message went.
#[test]
fn where_a_message_went_is_told_until_time_is_set_back() {
    let mut app = opened();
    play(&mut app, 10);
    act(&mut app, PublishAction::Again);
    assert!(session(&app).composer.is_told);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    assert!(!session(&app).composer.is_told);
    act(&mut app, PublishAction::Again);
    assert!(session(&app).composer.is_told, "it is the newest again");
}

/// The message that is proposed is one of the system at hand, until a key is typed or something is sent.
#[test]
fn the_message_that_is_proposed_is_one_of_this_system() {
    let opened_as = |text: String| {
        let mut app = App::default();
        act(&mut app, requeue::app::FileAction::Opened { name: "x.json".into(), text });
        assert_eq!(app.unreadable, None);
        app
    };
    let system = |publishes: &str, bound: &str| {
        let steps = if publishes.is_empty() {
            String::new()
        } else {
            format!(r#"{{"do": "publish", "exchange": "x", "routing_key": "{publishes}", "payload": {{}}}}"#)
        };
        format!(
            r#"{{"requeue": 1, "title": "t", "network": {{"latency_ms": 5}}, "broker": {{"exchanges": [{{"name": "x", "at": [300, 0], "type": "topic"}}],
                "queues": [{{"name": "q", "at": [500, 0]}}], "bindings": [{bound}]}},
                "services": [{{"name": "s", "at": [0, 0], "handlers": [{{"on": {{"every_ms": 500}}, "steps": [{steps}]}}]}}]}}"#
        )
    };
    let bound = |key: &str| format!(r#"{{"source": "x", "queue": "q", "routing_key": "{key}"}}"#);
    for (publishes, key, proposed, is_known) in [
        ("order.created", "order.*", "order.created", true),
        ("order.placed", "#", "order.placed", true),
        ("", "invoice.paid", "invoice.paid", true),
        ("", "invoice.*", "invoice.any", true),
        ("", "order.*", "order.placed", true),
        ("", "#", "order.placed", false),
    ] {
        let app = opened_as(system(publishes, &bound(key)));
        assert_eq!((&*session(&app).composer.routing_key, session(&app).knows_composed_key()), (proposed, is_known), "{publishes} {key}");
    }
    // It follows edits.
    let mut app = opened_as(system("", ""));
    assert!(!session(&app).knows_composed_key());
    let rebind = |app: &mut App, key: &str| {
        let binding = requeue::scenario::BindingSpec {
            source: "x".into(),
            destination: requeue::scenario::BindingTarget::Queue("q".into()),
            routing_key: key.into(),
            arguments: requeue::broker::Table::new(),
        };
        let element = requeue::scenario::edit::Element::Binding(binding);
        act(app, requeue::app::EditAction::Apply(requeue::scenario::edit::Edit::Put { index: 0, element: Box::new(element) }));
    };
    rebind(&mut app, "stock.low");
    assert_eq!(&*session(&app).composer.routing_key, "stock.low");
    compose(&mut app, Typed::Key, "mine");
    rebind(&mut app, "stock.high");
    assert_eq!(&*session(&app).composer.routing_key, "mine", "what is typed stays");
    // Examples beside a binding key are of this system alone.
    let app = opened_as(system("order.created", &bound("order.*")));
    let [takes, refuses] = requeue::app::whatif::examples_of(&app.session.expect("it is open"), 0, "order.*").expect("it compares keys");
    assert!(takes.contains(&"order.created".to_owned()), "{takes:?}");
    for key in takes.iter().chain(&refuses) {
        assert!(!["order.placed", "order.shipped", "user.created", "user.deleted"].contains(&&**key), "{takes:?} {refuses:?}");
    }
}
