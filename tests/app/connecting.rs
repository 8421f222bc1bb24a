//! What a new line asks and proposes: the key of an event, the key of dead letters, the steps of a handler that a queue replaces.

use requeue::app::{self, App, Asked, EditAction, Effect, FileAction, Node, SelectAction};
use requeue::scenario::edit::{Part, PartKind};
use requeue::scenario::{Action, Handler, Publish};

use super::support::*;

/// A page with these parts, as a file has them.
fn drawn(exchange: &str, bindings: &str, services: &str, clients: &str) -> App {
    let text = format!(
        r#"{{"requeue": 1, "title": "t", "network": {{"latency_ms": 1}},
        "broker": {{"exchanges": [{{"name": "x", "at": [300, 0], "type": "{exchange}"}}],
            "queues": [{{"name": "paid-queue", "at": [500, 0]}}], "bindings": [{bindings}]}},
        "services": [{services}], "clients": [{clients}]}}"#
    );
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "t.json".into(), text });
    assert_eq!(app.unreadable, None);
    app
}

fn service(name: &str, on: &str, steps: &str) -> String {
    format!(r#"{{"name": "{name}", "at": [0, 0], "handlers": [{{"on": {{{on}}}, "steps": [{steps}]}}]}}"#)
}

fn handlers<'a>(app: &'a App, service: &str) -> &'a [Handler] {
    &session(app).scenario().service(service).expect("it is there").1.handlers
}

fn published(app: &App) -> &Publish {
    let steps = &handlers(app, "shop")[0].steps;
    steps.iter().rev().find_map(|step| step.action.publish()).expect("it publishes")
}

const CUSTOMERS: &str = r#"{"name": "customers", "at": [0, 0], "calls": {"service": "shop", "endpoint": "POST /orders"},
    "arrivals": {"every_ms": 1000}, "body": {"product": "book", "userId": "u-{n}"}}"#;

/// Trigger and steps of the service, the exchange and its bindings: the key and the fields of the event.
#[test]
fn a_line_to_an_exchange_proposes_an_event_of_what_the_handler_has() {
    let waits = r#"{"source": "x", "queue": "paid-queue", "routing_key": "order.placed"}"#;
    let any = r##"{"source": "x", "queue": "paid-queue", "routing_key": "#"}"##;
    let orders = r#""http": "POST /orders""#;
    let persist = r#"{"do": "persist", "id": "orderId", "state": "pending"}, {"do": "reply", "status": 201}"#;
    let effect = r#"{"do": "effect", "what": "stock reserved", "of": "orderId"}"#;
    let cases = [
        (orders, persist, "topic", any, "order.created", vec!["orderId", "product", "userId"]),
        (orders, persist, "topic", waits, "order.placed", vec!["orderId", "product", "userId"]),
        (orders, persist, "direct", "", "order.created", vec!["orderId", "product", "userId"]),
        (orders, persist, "fanout", "", "", vec!["orderId", "product", "userId"]),
        (orders, effect, "topic", "", "stock.reserved", vec!["product", "userId"]),
        (r#""queue": "paid-queue", "prefetch": 1"#, "", "topic", "", "paid.done", vec![]),
        (r#""every_ms": 1000"#, "", "topic", "", "shop.due", vec![]),
    ];
    for (on, steps, exchange, bindings, key, fields) in cases {
        let clients = if on == orders { CUSTOMERS } else { "" };
        let mut app = drawn(exchange, bindings, &service("shop", on, steps), clients);
        let before = session(&app).scenario().clone();
        act(&mut app, SelectAction::Node(None));
        select(&mut app, &Part::Service("shop".into()));
        act(&mut app, EditAction::ToggleLine);
        let effects = app::update(&mut app, SelectAction::Node(Some(Node::Exchange("x".into()))));
        assert_eq!(notice(&app), None, "{on} {steps}");
        assert_eq!(&*published(&app).routing_key, key, "{on} {steps} {exchange} {bindings}");
        let payload = published(&app).payload.as_object().expect("an object");
        assert_eq!(payload.keys().collect::<Vec<_>>(), fields, "{on} {steps}");
        assert!(payload.iter().all(|(field, value)| *value == format!("{{{field}}}")), "each under its own name");
        let steps = &handlers(&app, "shop")[0].steps;
        assert!(matches!(
            steps.iter().map(|step| &step.action).collect::<Vec<_>>()[..],
            [.., Action::Publish(_)] | [.., Action::Publish(_), Action::Reply { .. }]
        ));
        // One field by the line accepts or edits it.
        let asked = effects.iter().find_map(|effect| if let Effect::Ask(asked) = effect { Some(asked.clone()) } else { None });
        assert_eq!(asked.is_some(), exchange != "fanout", "{effects:?}");
        let Some(asked) = asked else { continue };
        let field = asked.field(session(&app)).expect("it has its place");
        assert_eq!((&*field.text, asked.answered(session(&app), key)), (key, None), "accepted, it changes nothing");
        let answer = asked.answered(session(&app), "order.paid").expect("another key");
        act(&mut app, answer);
        assert_eq!(&*published(&app).routing_key, "order.paid");
        act(&mut app, EditAction::Undo);
        act(&mut app, EditAction::Undo);
        assert_eq!(*session(&app).scenario(), before);
    }
}

/// What comes of a queue goes on: the fields of the events that are published there.
/// One line can be several steps: a step that no line shows is told.
#[test]
fn a_second_line_between_the_same_parts_says_what_it_adds() {
    let mut app = opened();
    let (from, to) = (Part::Service("order-service".into()), Part::Exchange("platform-events".into()));
    let steps =
        |app: &App| requeue::scenario::edit::publishes_to(session(app).scenario().service("order-service").expect("it is there").1, &to);
    let before = steps(&app);
    connect(&mut app, &from, &to);
    assert_eq!(steps(&app), before + 1);
    assert_eq!(notice(&app).as_deref(), Some("order-service has another step that publishes to platform-events. Undo removes it."));
    act(&mut app, EditAction::Undo);
    assert_eq!(steps(&app), before);
}

#[test]
fn an_event_of_an_event_carries_its_fields() {
    let publish = r#"{"do": "publish", "exchange": "x", "routing_key": "order.paid", "payload": {"orderId": "{orderId}", "total": 3}}"#;
    let both = [service("bank", r#""every_ms": 1000"#, publish), service("shop", r#""queue": "paid-queue", "prefetch": 1"#, "")].join(", ");
    let mut app = drawn("topic", r#"{"source": "x", "queue": "paid-queue", "routing_key": "order.*"}"#, &both, "");
    connect(&mut app, &Part::Service("shop".into()), &Part::Exchange("x".into()));
    assert_eq!(published(&app).payload.as_object().expect("an object").keys().collect::<Vec<_>>(), ["orderId", "total"]);
}

#[test]
fn a_dead_letter_line_asks_for_its_key_and_is_drawn_with_the_answer() {
    for (answer, key) in [("paid.failed", Some("paid.failed")), ("", None)] {
        let mut app = drawn("direct", "", "", "");
        let before = session(&app).scenario().clone();
        act(&mut app, SelectAction::Node(Some(node("paid-queue"))));
        act(&mut app, EditAction::ToggleLine);
        let effects = app::update(&mut app, SelectAction::Node(Some(Node::Exchange("x".into()))));
        let asked = Asked::DeadLetters { queue: "paid-queue".into(), exchange: "x".into() };
        assert_eq!(effects, [Effect::Ask(asked.clone())]);
        assert_eq!((session(&app).scenario(), &session(&app).selection.connecting), (&before, &None), "Esc leaves nothing");
        let field = asked.field(session(&app)).expect("it has its place");
        assert_eq!((&*field.text, &*field.note), ("paid-queue.dead", "x-dead-letter-routing-key"));
        assert!(asked.line(session(&app)).is_some(), "the line is seen meanwhile");
        let action = asked.answered(session(&app), answer).expect("the line is drawn");
        act(&mut app, action);
        let queue = &session(&app).scenario().broker.queues[0];
        assert_eq!(queue.dead_letter_exchange().map(|name| &**name), Some("x"));
        assert_eq!(queue.dead_letter_routing_key().map(|name| &**name), key);
        act(&mut app, EditAction::Undo);
        assert_eq!(*session(&app).scenario(), before, "one step");
    }
}

/// A line is drawn, and Enter accepts what its field proposes.
fn accept(app: &mut App, from: &Part, to: &Part) {
    connect(app, from, to);
    let (Part::Queue(queue), Part::Exchange(exchange)) = (from, to) else { return };
    let asked = Asked::DeadLetters { queue: queue.clone(), exchange: exchange.clone() };
    let text = asked.field(session(app)).expect("it has its place").text;
    let action = asked.answered(session(app), &text).expect("the line is drawn");
    act(app, action);
}

/// Each way of drawing them makes a system that loses nothing: the key that is proposed leads somewhere.
#[test]
fn dead_letters_and_their_queue_meet_under_one_key() {
    let (dlx, work) = (Part::Exchange("x".into()), node_part("paid-queue"));
    let add = |app: &mut App| {
        act(app, EditAction::AddPart(PartKind::ClassicQueue));
        node_part(&session(app).scenario().broker.queues.last().expect("it was added").name.clone())
    };
    for dead_first in [true, false] {
        let mut app = drawn("direct", "", "", "");
        let dead = add(&mut app);
        let lines = [(&work, &dlx), (&dlx, &dead)];
        for index in if dead_first { [0, 1] } else { [1, 0] } {
            accept(&mut app, lines[index].0, lines[index].1);
        }
        let broker = &session(&app).scenario().broker;
        let key = broker.queues[0].dead_letter_routing_key();
        assert_eq!(key, Some(&broker.bindings[0].routing_key), "dead letters first: {dead_first}");
        // The next queue's dead letters have a key of their own.
        let (third, fourth) = (add(&mut app), add(&mut app));
        accept(&mut app, &third, &dlx);
        connect(&mut app, &dlx, &fourth);
        let broker = &session(&app).scenario().broker;
        let key = broker.queues[2].dead_letter_routing_key();
        assert_eq!(key, Some(&broker.bindings[1].routing_key));
        assert_ne!(broker.bindings[0].routing_key, broker.bindings[1].routing_key);
    }
}

/// What went wrong is tried again under the key that it was published with.
#[test]
fn the_way_back_keeps_the_key_of_each_message() {
    let publish = r#"{"do": "publish", "exchange": "x", "routing_key": "order.paid", "payload": {}}"#;
    for bindings in ["", r#"{"source": "x", "queue": "paid-queue", "routing_key": "order.*"}"#] {
        let mut app = drawn("topic", bindings, &service("bank", r#""every_ms": 1000"#, publish), "");
        accept(&mut app, &node_part("paid-queue"), &Part::Exchange("x".into()));
        let key = session(&app).scenario().broker.queues[0].dead_letter_routing_key().map(|key| &**key);
        // It would come straight back to the queue that refused it.
        assert_eq!(key, (!bindings.is_empty()).then_some("paid-queue.dead"));
    }
}

/// Who else asks for the endpoint, and what is left of it.
#[test]
fn a_line_from_a_queue_offers_the_steps_of_the_http_handler_it_replaces() {
    let mails =
        service("shop", r#""http": "POST /orders""#, r#"{"do": "effect", "what": "done", "of": "n"}, {"do": "reply", "status": 201}"#);
    let caller = service("gate", r#""http": "x""#, r#"{"do": "call", "service": "shop", "endpoint": "POST /orders"}"#);
    let both = [mails.clone(), caller].join(", ");
    for (services, clients, callers, left) in [(&mails, "", vec![], 1), (&both, "", vec!["gate"], 1), (&mails, CUSTOMERS, vec![], 2)] {
        let mut app = drawn("topic", "", services, clients);
        connect(&mut app, &node_part("paid-queue"), &Part::Service("shop".into()));
        let connected = session(&app).scenario().clone();
        let replaced = session(&app).replaced.clone().expect("it is offered");
        assert_eq!((replaced.steps, &*replaced.path), (1, "POST /orders"));
        assert_eq!(replaced.callers.iter().map(|name| &**name).collect::<Vec<_>>(), callers);
        act(&mut app, EditAction::ReplaceHttp);
        assert_eq!((&notice(&app), &session(&app).replaced), (&None, &None));
        let now = handlers(&app, "shop");
        assert_eq!(now.len(), left, "an endpoint that clients call still answers");
        let consumer = now.last().expect("it consumes");
        assert!(matches!(&*consumer.steps, [step] if matches!(step.action, Action::Effect { .. })), "{consumer:?}");
        if left == 2 {
            assert!(matches!(&*now[0].steps, [step] if matches!(step.action, Action::Reply { .. })), "{now:?}");
        }
        let calls = |step: &requeue::scenario::Step| matches!(step.action, Action::Call { .. });
        assert!(session(&app).scenario().services.iter().flat_map(|one| &one.handlers).flat_map(|one| &one.steps).all(|step| !calls(step)));
        act(&mut app, EditAction::Undo);
        assert_eq!(*session(&app).scenario(), connected, "one step");
        play(&mut app, 2);
        balanced(&app);
    }
    // It is offered until something else is edited, or until it is put aside; a service without such steps offers nothing.
    let mut app = drawn("topic", "", &mails, "");
    connect(&mut app, &node_part("paid-queue"), &Part::Service("shop".into()));
    act(&mut app, EditAction::KeepHttp);
    assert_eq!(session(&app).replaced, None);
    let mut app = drawn("topic", "", &service("shop", r#""http": "x""#, r#"{"do": "reply", "status": 204}"#), "");
    connect(&mut app, &node_part("paid-queue"), &Part::Service("shop".into()));
    assert_eq!(session(&app).replaced, None);
    // Done for each message of the queue, such a step would fill it for ever.
    for (exchange, key) in [("x", "any"), ("", "paid-queue")] {
        let publish = format!(r#"{{"do": "publish", "exchange": "{exchange}", "routing_key": "{key}", "payload": {{}}}}"#);
        let mut app = drawn(
            "topic",
            r##"{"source": "x", "queue": "paid-queue", "routing_key": "#"}"##,
            &service("shop", r#""http": "x""#, &publish),
            "",
        );
        connect(&mut app, &node_part("paid-queue"), &Part::Service("shop".into()));
        assert_eq!(session(&app).replaced, None, "by exchange '{exchange}'");
        let calls = service("gate", r#""http": "y""#, r#"{"do": "call", "service": "shop", "endpoint": "x"}"#);
        let both = [service("shop", r#""http": "x""#, &publish), calls].join(", ");
        let mut app = drawn("topic", r##"{"source": "x", "queue": "paid-queue", "routing_key": "#"}"##, &both, "");
        connect(&mut app, &node_part("paid-queue"), &Part::Service("gate".into()));
        assert_eq!(session(&app).replaced, None, "by a call");
    }
}

fn node_part(queue: &str) -> Part {
    Part::Queue(queue.into())
}
