//! Drawing: parts, lines, selection, undo, forms.

use requeue::app::arrange::Align;
use requeue::app::form::{Change, Kind, Spot};
use requeue::app::tokens::{FLYING_MAX, picture};
use requeue::app::words;
use requeue::app::{self, Action, App, EditAction, Effect, FileAction, Node, SelectAction, TimeAction, geometry};
use requeue::base::SimTime;
use requeue::broker::ExchangeType;
use requeue::scenario::Point;
use requeue::scenario::edit::{Edit, Part, PartKind, Slot};
use requeue::sim::InstanceId;

use super::support::*;

/// A prefetch of 10 is ten slots, on the card of one instance and in each row of several; they end before the switch.
#[test]
fn every_instance_has_a_slot_for_each_message_that_it_may_hold() {
    for instances in 1..=4 {
        let mut app = opened();
        let service = notification_service(&app).service;
        let spot = Spot::of(Slot::Service(service)).field("instances");
        act(&mut app, EditAction::SetField(spot, Kind::Whole, instances.to_string()));
        for instance in 0..instances {
            let id = InstanceId { service, instance };
            let rect = geometry::rect(session(&app).plan(), &Node::Instance(id)).expect("it is drawn");
            assert_eq!(geometry::prefetch_max(&rect), 10, "{id:?} of {instances}");
            let slots: Vec<f64> = (0..10).map(|slot| geometry::prefetch_slot(&rect, slot).x).collect();
            assert!(slots.windows(2).all(|pair| pair[1] - pair[0] >= 2.0 * 3.6 + 2.0), "they are told apart: {slots:?}");
            assert!(slots[9] + geometry::slot_step(&rect) / 2.0 <= rect.right() - 6.0 - 26.0, "{id:?}: {slots:?}, {rect:?}");
        }
    }
}

#[test]
fn a_system_is_drawn_while_the_world_runs() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let queue = Part::Queue("queue-1".into());
    assert_eq!(session(&app).selection.primary, Some(Node::Queue("queue-1".into())), "what is new is selected");
    connect(&mut app, &Part::Exchange("platform-events".into()), &queue);
    act(&mut app, EditAction::AddPart(PartKind::Service));
    connect(&mut app, &queue, &Part::Service("service-1".into()));
    assert_eq!(notice(&app), None);
    play(&mut app, 20);
    let ledger = session(&app).world().ledger();
    assert!(ledger.queues["queue-1"].acknowledged > 20, "it hears of everything");
    // What cannot be connected says why, and changes nothing.
    let before = session(&app).scenario().clone();
    connect(&mut app, &queue, &Part::Queue("analytics-queue".into()));
    assert!(notice(&app).is_some_and(|why| why.contains("put an exchange between")));
    assert!(std::sync::Arc::ptr_eq(&before, session(&app).scenario()));
    // A queue that is deleted takes along what it held, and cancels its consumers.
    act(&mut app, SelectAction::Node(Some(Node::Queue("queue-1".into()))));
    act(&mut app, EditAction::Delete);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
    assert!(
        session(&app).playhead.log.newest().any(|entry| words::line(&entry.occurrence, session(&app).world()).detail == "queue queue-1")
    );
    play(&mut app, 5);
    assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
}

#[test]
fn everything_can_be_undone_and_done_again_while_time_goes_on() {
    let mut app = opened();
    let first = session(&app).scenario().clone();
    let edits = [
        Action::Edit(EditAction::AddPart(PartKind::Exchange(ExchangeType::Fanout))),
        Action::Edit(EditAction::Apply(Edit::Rename { part: Part::Exchange("exchange-1".into()), name: "broadcasts".into() })),
        Action::Edit(EditAction::AddPart(PartKind::QuorumQueue)),
        Action::Edit(EditAction::Apply(Edit::Connect { from: Part::Exchange("broadcasts".into()), to: Part::Queue("queue-1".into()) })),
        Action::Edit(EditAction::SetField(Spot::of(Slot::Service(0)).field("instances"), Kind::Whole, "3".into())),
        Action::Edit(EditAction::Apply(Edit::Remove(Part::Service("analytics-service".into())))),
        Action::Edit(EditAction::Apply(Edit::Rename { part: Part::Service("order-service".into()), name: "orders".into() })),
        Action::Edit(EditAction::Apply(Edit::Remove(Part::Exchange("platform-events".into())))),
    ];
    let count = edits.len();
    for edit in edits {
        play(&mut app, 1);
        act(&mut app, edit);
        assert_eq!(notice(&app), None);
    }
    let last = session(&app).scenario().clone();
    let time = session(&app).world().now();
    for _ in 0..count {
        assert!(session(&app).can_undo());
        act(&mut app, EditAction::Undo);
    }
    assert_eq!(**session(&app).scenario(), *first);
    assert!(!session(&app).can_undo());
    assert_eq!(session(&app).world().now(), time, "to undo rewinds no world");
    for _ in 0..count {
        act(&mut app, EditAction::Redo);
    }
    assert_eq!(**session(&app).scenario(), *last);
    assert!(!session(&app).can_redo());
    play(&mut app, 5);
    assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
    let again = requeue::sim::World::replay(session(&app).timeline().recording(), session(&app).world().now());
    assert_eq!(again.trace_hash(), session(&app).world().trace_hash());
}

#[test]
fn a_node_that_is_dragged_snaps_is_saved_and_is_one_step_of_the_history() {
    let mut app = opened();
    play(&mut app, 3);
    let hash = session(&app).world().trace_hash();
    let node = Node::Queue("analytics-queue".into());
    for x in 0..20 {
        act(&mut app, EditAction::Drag(node.clone(), Point { x: 600.0 + f64::from(x), y: 400.0 }));
    }
    act(&mut app, EditAction::Drop);
    assert_eq!(session(&app).world().trace_hash(), hash, "the world minds no position");
    assert!(session(&app).timeline().recording().inputs.is_empty());
    let place = |app: &App| session(app).scenario_as_drawn().broker.queues[2].at;
    assert_eq!(place(&app), Point { x: 615.0, y: 405.0 });
    act(&mut app, EditAction::Undo);
    assert_eq!(place(&app), Point { x: 568.0, y: 385.0 });
    act(&mut app, EditAction::Redo);
    assert_eq!(place(&app), Point { x: 615.0, y: 405.0 });
    let effects = app::update(&mut app, FileAction::SaveScenario);
    let [Effect::Download { text, .. }, Effect::SaveDraft] = &*effects else { panic!("{effects:?}") };
    assert!(text.contains("\"name\": \"analytics-queue\", \"at\": [615, 405]"), "{text}");
}

#[test]
fn several_nodes_are_selected_moved_aligned_and_deleted_as_one_step() {
    let mut app = opened();
    let first = session(&app).scenario_as_drawn();
    act(&mut app, SelectAction::Node(Some(node("inventory-queue"))));
    act(&mut app, SelectAction::Toggle(node("analytics-queue")));
    act(&mut app, SelectAction::Toggle(node("notification-queue")));
    act(&mut app, SelectAction::Toggle(node("notification-queue")));
    assert_eq!(session(&app).parts().len(), 2, "once more takes it away again");
    let place = |app: &App, name: &str| session(app).place(&node(name)).expect("it is there");
    let before = (place(&app, "inventory-queue"), place(&app, "analytics-queue"));
    act(&mut app, EditAction::Nudge(20.0, -5.0));
    assert_eq!(place(&app, "analytics-queue"), Point { x: before.1.x + 20.0, y: before.1.y - 5.0 });
    act(&mut app, EditAction::Undo);
    assert_eq!((place(&app, "inventory-queue"), place(&app, "analytics-queue")), before, "one gesture, one step");
    act(&mut app, EditAction::Drag(node("inventory-queue"), Point { x: 300.0, y: 300.0 }));
    act(&mut app, EditAction::Drop);
    let by = Point { x: 300.0 - before.0.x, y: 300.0 - before.0.y };
    assert_eq!(place(&app, "analytics-queue"), Point { x: before.1.x + by.x, y: before.1.y + by.y }, "what else is selected comes along");
    act(&mut app, EditAction::Align(Align::Row));
    assert!((place(&app, "inventory-queue").y - place(&app, "analytics-queue").y).abs() < f64::EPSILON);
    act(&mut app, EditAction::Delete);
    assert_eq!(session(&app).scenario().broker.queues.len(), first.broker.queues.len() - 2);
    for _ in 0..3 {
        act(&mut app, EditAction::Undo);
    }
    assert_eq!(session(&app).scenario_as_drawn(), first);
    act(&mut app, SelectAction::Box { from: Point { x: -9e3, y: -9e3 }, to: Point { x: 9e3, y: 9e3 } });
    let all = session(&app).parts().len();
    act(&mut app, SelectAction::All);
    assert_eq!(session(&app).parts().len(), all);
    act(&mut app, EditAction::Delete);
    assert!(geometry::places(session(&app).plan()).is_empty());
    balanced(&app);
    act(&mut app, EditAction::Undo);
    assert_eq!(session(&app).scenario_as_drawn(), first);
}

/// A step may say for itself what happens when it fails: its way is drawn as the handler's would be.
#[test]
fn a_step_s_own_failure_policy_has_its_line() {
    let text = COURSE_CHAPTER;
    let mut scenario = requeue::formats::scenario_file::read(text).expect("it is good");
    let queues: Vec<_> = scenario.broker.queues.iter().map(|queue| queue.name.clone()).collect();
    let (index, _) = scenario.service("notification-service").expect("it is there");
    let line = |scenario: requeue::scenario::Scenario, to: &Node| {
        let world = requeue::sim::World::new(std::sync::Arc::new(scenario), 1);
        let layout = geometry::Layout::new();
        let moves = requeue::app::moves::Moves::default();
        let edges = geometry::edges(geometry::Plan {
            world: &world,
            moves: &moves,
            layout: &layout,
            hues: &requeue::app::hues::OfSystem::default(),
            turned: None,
        });
        edges.iter().any(|edge| {
            edge.kind == geometry::EdgeKind::Publishes && edge.to == *to && matches!(edge.from, Node::Instance(id) if id.service == index)
        })
    };
    let to = Node::Queue(queues.last().expect("there are queues").clone());
    assert!(!line(scenario.clone(), &to));
    let step = &mut scenario.services[index].handlers[0].steps[0];
    step.on_failure = Some(requeue::scenario::FailurePolicy::Republish {
        retries: 3,
        via: vec![queues[queues.len() - 1].clone()],
        expirations: vec![],
        headers: requeue::scenario::CopiedHeaders::default(),
    });
    assert!(line(scenario, &to));
}

#[test]
fn arranging_puts_no_node_on_another() {
    let mut app = opened();
    act(&mut app, EditAction::Arrange);
    let plan = session(&app).plan();
    let rects: Vec<_> = geometry::places(plan).iter().filter_map(|place| geometry::rect(plan, place)).collect();
    for (index, one) in rects.iter().enumerate() {
        for other in &rects[index + 1..] {
            let apart = one.right() <= other.left || other.right() <= one.left || one.bottom() <= other.top || other.bottom() <= one.top;
            assert!(apart, "{one:?} lies over {other:?}");
        }
    }
    act(&mut app, EditAction::Undo);
    assert!(!session(&app).can_undo());
}

#[test]
fn parts_are_copied_into_another_page_under_new_names() {
    let mut app = opened();
    act(&mut app, SelectAction::Node(Some(Node::Exchange("platform-events".into()))));
    act(&mut app, SelectAction::Toggle(node("notification-queue")));
    let Effect::Copy(text) = only(app::update(&mut app, SelectAction::Copy)) else { panic!("it is copied") };
    let (exchanges, bindings) = (session(&app).scenario().broker.exchanges.len(), session(&app).scenario().broker.bindings.len());
    act(&mut app, EditAction::Paste(text.clone()));
    assert_eq!(notice(&app), None);
    let broker = &session(&app).scenario().broker;
    assert_eq!((broker.exchanges.len(), broker.bindings.len()), (exchanges + 1, bindings + 1), "with what binds them to one another");
    assert_eq!(session(&app).parts().len(), 2, "what is new is selected");
    let mut other = App::default();
    act(&mut other, FileAction::New);
    act(&mut other, EditAction::Paste(text));
    assert_eq!(session(&other).scenario().broker.queues.len(), 1);
    assert!(
        session(&other).scenario().broker.exchanges.iter().any(|exchange| &*exchange.name == "platform-events"),
        "where the name is free it stays"
    );
    act(&mut other, EditAction::Paste("a shopping list".into()));
    assert!(notice(&other).is_some());
    act(&mut other, SelectAction::Node(Some(node("notification-queue"))));
    act(&mut other, EditAction::Duplicate);
    assert_eq!(session(&other).scenario().broker.queues.len(), 2);
    let effects = app::update(&mut other, EditAction::Cut);
    assert!(matches!(&*effects, [Effect::Copy(_), Effect::SaveDraft]), "{effects:?}");
    assert_eq!(session(&other).scenario().broker.queues.len(), 1);
}

#[test]
fn a_field_says_beside_itself_what_is_wrong_and_keeps_what_was_typed() {
    let mut app = opened();
    let ttl = Spot::of(Slot::Queue(0)).field("arguments.x-message-ttl");
    act(&mut app, EditAction::TypeField(ttl.clone(), Kind::Whole, "-5".into()));
    let before = session(&app).scenario().clone();
    let typing = session(&app).document.typing.clone().expect("it is being typed");
    assert!(typing.text == "-5" && typing.why.as_ref().is_some_and(|why| why.contains("x-message-ttl")), "{typing:?}");
    act(&mut app, EditAction::SetField(ttl.clone(), Kind::Whole, "-5".into()));
    assert!(std::sync::Arc::ptr_eq(&before, session(&app).scenario()));
    assert_eq!(session(&app).document.typing, Some(typing));
    act(&mut app, EditAction::SetField(ttl, Kind::Whole, "5000".into()));
    assert_eq!(session(&app).document.typing, None);
    assert_eq!(session(&app).scenario().broker.queues[0].arguments.get("x-message-ttl").map(ToString::to_string).as_deref(), Some("5000"));
    act(&mut app, EditAction::ChangeList(Spot::of(Slot::Binding(0)), Change::Remove));
    assert_eq!(session(&app).scenario().broker.bindings.len(), before.broker.bindings.len() - 1);
}

/// What was cut must not come back with the draft when the page is left and opened again.
#[test]
fn what_is_cut_is_copied_and_is_not_in_the_draft() {
    let mut app = opened();
    act(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
    let effects = app::update(&mut app, EditAction::Cut);
    let [Effect::Copy(copied), Effect::SaveDraft] = &*effects else { panic!("{effects:?}") };
    assert!(copied.contains("analytics-queue"));
    let mut later = opened_again(&kept(&app));
    assert_eq!(session(&later).scenario_as_drawn(), session(&app).scenario_as_drawn());
    assert!(session(&later).scenario().broker.queues.iter().all(|queue| &*queue.name != "analytics-queue"));
    // And it can be pasted there.
    act(&mut later, EditAction::Paste(copied.clone()));
    assert!(session(&later).scenario().broker.queues.iter().any(|queue| &*queue.name == "analytics-queue"));
}

#[test]
fn a_drag_that_is_cancelled_leaves_no_trace() {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, EditAction::Undo);
    let before = session(&app).scenario_as_drawn();
    act(&mut app, SelectAction::All);
    act(&mut app, EditAction::Drag(node("analytics-queue"), Point { x: 30.0, y: 45.0 }));
    assert_ne!(session(&app).scenario_as_drawn(), before);
    assert_eq!(app::update(&mut app, EditAction::CancelDrag), []);
    assert_eq!(session(&app).scenario_as_drawn(), before);
    assert!(!session(&app).can_undo() && session(&app).can_redo(), "and what was undone can still be done again");
    assert_eq!(app::update(&mut app, EditAction::Drop), [], "nothing is held any more");
    // An edit in the middle of a drag ends it: each is a step of its own.
    act(&mut app, EditAction::Drag(node("analytics-queue"), Point { x: 30.0, y: 45.0 }));
    let dragged = session(&app).scenario_as_drawn();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, EditAction::Drop);
    act(&mut app, EditAction::Undo);
    assert_eq!(session(&app).scenario_as_drawn(), dragged);
    act(&mut app, EditAction::Undo);
    assert_eq!(session(&app).scenario_as_drawn(), before);
}

/// A line that ends asks for its key, where the exchange looks at one.
#[test]
fn a_new_binding_asks_for_its_key_unless_its_exchange_is_a_fanout() {
    for (kind, asks) in
        [(ExchangeType::Direct, true), (ExchangeType::Fanout, false), (ExchangeType::Topic, true), (ExchangeType::Headers, true)]
    {
        let mut app = opened();
        act(&mut app, EditAction::AddPart(PartKind::Exchange(kind)));
        act(&mut app, EditAction::ToggleLine);
        let bindings = session(&app).scenario().broker.bindings.len();
        let effects = app::update(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
        assert_eq!(session(&app).scenario().broker.bindings.len(), bindings + 1);
        assert_eq!(effects.contains(&Effect::Ask(app::Asked::Binding(bindings))), asks, "{kind:?}: {effects:?}");
    }
}

/// More flights than a frame can look at: a part of them stands for all, and their number is still told.
#[test]
fn a_hundred_thousand_requests_are_a_stream_with_its_number() {
    let scenario = r#"{ "requeue": 1, "title": "A crowd", "network": { "latency_ms": 100 }, "broker": { "exchanges": [], "queues": [], "bindings": [] },
        "services": [{ "name": "api", "at": [400, 0], "handlers": [{ "on": { "http": "x" }, "steps": [] }] }],
        "clients": [{ "name": "crowd", "at": [0, 0], "calls": { "service": "api", "endpoint": "x" }, "arrivals": { "at_once": 100000 } }] }"#;
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "crowd.json".into(), text: scenario.into() });
    act(&mut app, TimeAction::Play);
    while session(&app).world().flights_count() < 100_000 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    let picture = picture(session(&app).plan(), false);
    assert!(picture.tokens.len() <= FLYING_MAX, "{}", picture.tokens.len());
    let told = picture.counts.iter().map(|count| {
        let digits: String = count.text.strip_prefix('≈').expect("about so many").chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u64>().expect("a number")
    });
    let told: u64 = told.sum();
    assert!((95_000..=105_000).contains(&told), "{told}");
}

/// A name that cannot be stands in its field, and why beneath it: as with every other field.
#[test]
fn a_name_that_cannot_be_stays_in_its_field() {
    let mut app = opened();
    let part = Part::Service("notification-service".into());
    let typing = |app: &App| session(app).document.typing.clone();
    for in_place in [false, true] {
        select(&mut app, &Part::Queue("inventory-queue".into()));
        let node = session(&app).node(&part).expect("it is there");
        let action = if in_place {
            app::Asked::Name(node.clone()).answered(session(&app), "stock service").expect("it is another name")
        } else {
            EditAction::Rename(part.clone(), "stock service".into())
        };
        act(&mut app, action);
        let refused = typing(&app).expect("it stands there");
        assert_eq!(Some(refused.at), app::form::name_of(session(&app).scenario(), &part));
        assert_eq!(refused.text, "stock service");
        assert!(refused.why.is_some_and(|why| why.contains("no spaces")) && notice(&app).is_none());
        assert_eq!(session(&app).selection.primary, Some(node), "its field is shown");
    }
    act(&mut app, EditAction::Rename(part, "stock-service".into()));
    assert_eq!(typing(&app), None);
    assert!(session(&app).scenario().service("stock-service").is_some());
}

/// A client cannot be without a service: the first one brings it, and says so.
#[test]
fn a_first_client_says_which_service_came_with_it() {
    let mut app = App::default();
    act(&mut app, FileAction::New);
    act(&mut app, EditAction::AddPart(PartKind::Client));
    let told = notice(&app);
    assert_eq!(told.as_deref(), Some("A client needs a service to call: service-1 was added with client-1."));
    act(&mut app, EditAction::AddPart(PartKind::Client));
    assert_eq!(notice(&app), None, "the second calls the service that is there");
    act(&mut app, EditAction::AddPart(PartKind::Service));
    assert_eq!(notice(&app), None);
}
