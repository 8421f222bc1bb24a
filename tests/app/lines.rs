//! Lines on the canvas: each is selected, told of, edited and deleted as parts are.

use requeue::app::camera::Pixel;
use requeue::app::form::{self, About, Row};
use requeue::app::geometry;
use requeue::app::keys::{NodeKey, Pressed, on_stop};
use requeue::app::landing::Landing;
use requeue::app::line::{self, facts};
use requeue::app::{
    self, App, Asked, CanvasAction, Dialog, EditAction, Effect, FileAction, Line, Menu, Node, Options, PageAction, Reading, SelectAction,
    Side, Stop, TimeAction, commands,
};
use requeue::base::SimTime;
use requeue::scenario::edit::{Part, StepAt};
use requeue::scenario::{Point, Scenario};

use super::support::*;

/// The chapter's system, with what its exchange cannot route going to another one: a line of every kind.
fn seen() -> App {
    let text = COURSE_CHAPTER.replacen(
        r#""type": "topic""#,
        r#""type": "topic", "arguments": { "alternate-exchange": "platform-events.dlx" }"#,
        1,
    );
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "chapter.json".into(), text });
    assert_eq!(app.unreadable, None);
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_000.0, y: 700.0 }));
    app
}

fn service(name: &str) -> Part {
    Part::Service(name.into())
}

/// One of each kind, and whether it goes by itself.
fn kinds() -> [(Line, bool); 8] {
    [
        (Line::Binding(1), true),
        (Line::DeadLetters("notification-queue".into()), true),
        (Line::Alternate("platform-events".into()), true),
        (Line::Consumes { queue: "analytics-queue".into(), service: "analytics-service".into() }, true),
        (Line::Calls { from: Part::Client("customers".into()), service: "api-gateway".into() }, false),
        (Line::Calls { from: service("api-gateway"), service: "order-service".into() }, true),
        (Line::Publishes { service: "order-service".into(), to: Part::Exchange("platform-events".into()) }, true),
        (Line::Publishes { service: "user-service".into(), to: Part::Exchange("platform-events".into()) }, true),
    ]
}

fn document(app: &App) -> Scenario {
    session(app).scenario_as_drawn()
}

fn selected(app: &App) -> Option<&Line> {
    session(app).selection.line.as_ref()
}

/// A place of the stage that is so many pixels beside a line, at a share of its way.
fn beside(app: &App, line: &Line, share: f64, pixels: f64) -> Pixel {
    let curve = session(app).edge_of(line).expect("it is drawn").curve;
    let (at, on): (Point, Point) = (curve.at(share), curve.at(share + 0.01));
    let camera = app.camera();
    let (at, on) = (camera.to_stage(at), camera.to_stage(on));
    let length = libm::hypot(on.x - at.x, on.y - at.y);
    Pixel { x: at.x - (on.y - at.y) / length * pixels, y: at.y + (on.x - at.x) / length * pixels }
}

/// A share of its way where no other line crosses it.
const fn alone(line: &Line) -> f64 {
    match line {
        Line::DeadLetters(_) | Line::Alternate(_) => 0.6,
        Line::Publishes { .. } => 0.1,
        Line::Binding(_) | Line::Consumes { .. } | Line::Asks { .. } | Line::Calls { .. } => 0.3,
    }
}

fn click(app: &mut App, at: Pixel) -> Vec<Effect> {
    act(app, CanvasAction::PressEmpty { at, boxed: false });
    app::update(app, CanvasAction::Release { at, page: (1, 2), event: None })
}

#[test]
fn a_click_near_a_line_selects_it_and_opens_its_inspector() {
    for (line, _) in kinds().into_iter().filter(|(line, _)| session(&seen()).edge_of(line).is_some()) {
        for pixels in [0.0, 5.0, -5.0] {
            let mut app = seen();
            let at = beside(&app, &line, alone(&line), pixels);
            let effects = click(&mut app, at);
            assert_eq!(selected(&app), Some(&line), "{pixels}");
            assert_eq!(effects, [Effect::SwallowClick, Effect::Read(Reading::Line)]);
            assert!(app.seen().contains(&Side::Right));
            act(&mut app, CanvasAction::Escape);
            assert_eq!(selected(&app), None);
            assert!(!app.seen().contains(&Side::Right));
        }
    }
    // Eleven pixels beside a line that has none beside itself; thirteen are too far, but not for a finger.
    let line = Line::Consumes { queue: "analytics-queue".into(), service: "analytics-service".into() };
    for (pixels, finger, hit) in [(11.0, false, true), (13.0, false, false), (20.0, true, true), (24.0, true, false)] {
        let mut app = seen();
        let at = beside(&app, &line, 0.5, pixels);
        if finger {
            act(&mut app, CanvasAction::Touch(app::Touch::First, 1, at));
        }
        act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
        act(&mut app, CanvasAction::Touch(app::Touch::Up, 1, at));
        act(&mut app, CanvasAction::Release { at, page: (1, 2), event: None });
        assert_eq!(selected(&app) == Some(&line), hit, "{pixels} {finger}");
    }
}

#[test]
fn a_part_or_a_message_has_the_click_before_a_line_and_either_is_selected_alone() {
    let mut app = seen();
    let (line, _) = kinds()[0].clone();
    let at = beside(&app, &line, 0.5, 0.0);
    act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
    act(&mut app, CanvasAction::Release { at, page: (1, 2), event: Some("e-1".into()) });
    assert_eq!(selected(&app), None, "a message flies there");
    let queue = node("analytics-queue");
    for other in [SelectAction::Node(Some(queue.clone())), SelectAction::Toggle(queue.clone()), SelectAction::All] {
        act(&mut app, SelectAction::Line(line.clone()));
        act(&mut app, other);
        assert_eq!(selected(&app), None);
        act(&mut app, SelectAction::Line(line.clone()));
        assert_eq!(session(&app).selection.iter().count(), 0);
    }
}

#[test]
fn a_line_is_deleted_and_undo_brings_it_back() {
    for (line, goes) in kinds().into_iter().filter(|(line, _)| session(&seen()).edge_of(line).is_some()) {
        let mut app = seen();
        let before = document(&app);
        let parts: Vec<Part> = Part::all(&before).collect();
        act(&mut app, SelectAction::Line(line.clone()));
        act(&mut app, EditAction::Delete);
        assert_eq!(session(&app).lines().iter().all(|(other, _)| *other != line || matches!(line, Line::Binding(_))), goes, "{line:?}");
        assert_eq!(Part::all(&document(&app)).collect::<Vec<_>>(), parts, "what it joined stays: {line:?}");
        if goes {
            assert_ne!(document(&app), before, "{line:?}");
            assert_eq!((selected(&app), &notice(&app)), (None, &None), "{line:?}");
            act(&mut app, EditAction::Undo);
        } else {
            let why = notice(&app).expect("it says why");
            assert!(why.contains("Connect customers to another service"), "{why}");
        }
        assert_eq!(document(&app), before, "{line:?}");
    }
}

/// The monitor of dead letters checks one queue, and fetches from another.
fn monitored() -> App {
    let text = include_str!("../../static/scenarios/chapter-repaired.json").replacen(
        r#"{ "do": "check_queue","#,
        r#"{ "do": "get", "queue": "inventory-queue.dead" }, { "do": "check_queue","#,
        1,
    );
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "chapter.json".into(), text });
    assert_eq!(app.unreadable, None);
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_440.0, y: 900.0 }));
    app
}

#[test]
fn a_step_that_fetches_from_a_queue_or_checks_it_has_a_line() {
    let asks = |queue: &str, service: &str| Line::Asks { queue: queue.into(), service: service.into() };
    for (queue, step) in [("inventory-queue.dead", 0), ("notification-queue.dead", 1)] {
        let mut app = monitored();
        let line = asks(queue, "dlq-monitor");
        let edge = session(&app).edge_of(&line).expect("it is drawn");
        assert_eq!(app::line::label(session(&app), &line, &edge), format!("Get or check from {queue} to dlq-monitor"));
        assert_eq!(line.steps(session(&app).scenario()), [StepAt { handler: 0, step }]);
        let at = beside(&app, &line, 0.5, 3.0);
        click(&mut app, at);
        assert_eq!(selected(&app), Some(&line));
        let rows = form::rows(session(&app).scenario(), &About::Line(line.clone()));
        assert!(matches!(&rows[..], [Row::Item { title, .. }] if title.contains(queue)), "the fields of its step: {rows:?}");
        let before = document(&app);
        act(&mut app, EditAction::Delete);
        assert_eq!(session(&app).edge_of(&line), None);
        assert_eq!(before.services.len(), document(&app).services.len());
        act(&mut app, EditAction::Undo);
        assert_eq!(document(&app), before);
    }
    // One that consumes from the queue has one line, and it is its consumer's.
    let text = include_str!("../../static/scenarios/chapter-repaired.json").replacen(
        r#"{ "do": "work", "ms": 20 }"#,
        r#"{ "do": "check_queue", "queue": "analytics-queue" }"#,
        1,
    );
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "chapter.json".into(), text });
    assert_eq!(session(&app).edge_of(&asks("analytics-queue", "analytics-service")), None);
    let consumes = Line::Consumes { queue: "analytics-queue".into(), service: "analytics-service".into() };
    assert!(session(&app).edge_of(&consumes).is_some());
}

#[test]
fn what_an_edit_of_a_dead_letter_line_would_cost_is_said_before() {
    let mut app = seen();
    play(&mut app, 3);
    let line = Line::DeadLetters("notification-queue".into());
    act(&mut app, SelectAction::Line(line.clone()));
    act(&mut app, EditAction::Delete);
    assert!(session(&app).edge_of(&line).is_some(), "it waits for a decision");
    assert!(session(&app).document.held.is_some());
    assert_eq!(session(&app).selection.primary, Some(node("notification-queue")), "which its queue shows");
}

#[test]
fn a_line_of_a_policy_says_where_it_is_set() {
    let mut app = App::default();
    let text = r#"{ "requeue": 1, "title": "By policy", "network": { "latency_ms": 1 }, "broker": {
        "exchanges": [{ "name": "x", "at": [0, 0], "type": "fanout" }], "queues": [{ "name": "q", "at": [200, 0] }],
        "policies": [{ "name": "p", "pattern": "^q", "apply_to": "queues", "definition": { "dead-letter-exchange": "x" } }], "bindings": [] } }"#;
    act(&mut app, FileAction::Opened { name: "policy.json".into(), text: text.into() });
    assert_eq!(app.unreadable, None);
    act(&mut app, SelectAction::Line(Line::DeadLetters("q".into())));
    act(&mut app, EditAction::Delete);
    assert_eq!(notice(&app).as_deref(), Some("A policy sets dead-letter-exchange. Change the policy: it stands in the drawer System."));
}

#[test]
fn a_selected_binding_stays_the_same_when_one_before_it_goes() {
    let mut app = seen();
    act(&mut app, SelectAction::Line(Line::Binding(2)));
    let of = |app: &App| {
        selected(app).cloned().map(|line| app::line::label(session(app), &line, &session(app).edge_of(&line).expect("it is there")))
    };
    let analytics = of(&app);
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Cut(Line::Binding(0))));
    assert_eq!((selected(&app), of(&app)), (Some(&Line::Binding(1)), analytics.clone()));
    act(&mut app, EditAction::Undo);
    assert_eq!((selected(&app), of(&app)), (Some(&Line::Binding(2)), analytics));
    // Another key: it is the same binding still.
    let at = form::Spot::of(requeue::scenario::edit::Slot::Binding(2)).field("routing_key");
    act(&mut app, EditAction::SetField(at, form::Kind::Text, "order.#".into()));
    assert_eq!(selected(&app), Some(&Line::Binding(2)));
    // With one of its parts it goes.
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Remove(Part::Queue("analytics-queue".into()))));
    assert_eq!(selected(&app), None);
}

#[test]
fn a_double_click_asks_for_the_key_of_a_line_that_has_one() {
    let step = StepAt { handler: 0, step: 2 };
    for (line, asked) in [
        (kinds()[0].0.clone(), Some(Asked::Binding(1))),
        (kinds()[1].0.clone(), Some(Asked::DeadLetters { queue: "notification-queue".into(), exchange: "platform-events.dlx".into() })),
        (kinds()[3].0.clone(), None),
    ] {
        let mut app = seen();
        let at = beside(&app, &line, alone(&line), 3.0);
        let effects = double_click(&mut app, at);
        match asked {
            Some(asked) => assert_eq!(effects, [Effect::Ask(asked.clone())]),
            None => assert_eq!((effects, selected(&app)), (vec![Effect::Read(Reading::Line)], Some(&line))),
        }
    }
    // With two steps that publish there, each has its field in the inspector.
    let mut app = seen();
    let line = kinds()[6].0.clone();
    assert_eq!(session(&app).key_of(&line), None);
    let (index, spec) = session(&app).scenario().service("order-service").expect("it is there");
    let mut spec = spec.clone();
    spec.handlers.truncate(1);
    act(
        &mut app,
        EditAction::Apply(requeue::scenario::edit::Edit::Put { index, element: Box::new(requeue::scenario::edit::Element::Service(spec)) }),
    );
    let asked = Asked::Publish { service: index, at: step };
    assert_eq!(session(&app).key_of(&line), Some(asked.clone()));
    assert_eq!(asked.field(session(&app)).expect("it has a place").text, "order.placed");
    let answered = asked.answered(session(&app), "order.new").expect("it is another key");
    act(&mut app, answered);
    assert_eq!(asked.field(session(&app)).expect("it has a place").text, "order.new");
}

#[test]
fn the_menu_of_a_line_has_what_can_be_done_with_it() {
    let mut app = seen();
    let (line, _) = kinds()[0].clone();
    let at = beside(&app, &line, 0.3, 0.0);
    let on = app.stop_at(at);
    assert_eq!(on, Some(Stop::Line(line.clone())));
    act(&mut app, CanvasAction::OpenMenu { on, at, page: (3, 4) });
    assert!(matches!(app.dialog, Some(Dialog::Menu { of: Menu::Selection, .. })));
    assert_eq!(selected(&app), Some(&line));
    let words = |app: &App| commands::of_selection(app).into_iter().map(|command| command.word).collect::<Vec<_>>();
    assert_eq!(words(&app), ["Edit its key", "Delete"]);
    assert_eq!(app::update(&mut app, EditAction::AskKey), [Effect::Ask(Asked::Binding(1))]);
    act(&mut app, SelectAction::Line(kinds()[3].0.clone()));
    assert_eq!(words(&app), ["Delete"]);
    // What cannot be edited can be looked at.
    act(&mut app, PageAction::SetOptions(Options { read_only: true, ..Options::default() }));
    let before = document(&app);
    assert!(words(&app).is_empty());
    act(&mut app, EditAction::Delete);
    assert_eq!((document(&app), selected(&app)), (before, Some(&kinds()[3].0)));
}

fn press(app: &App, stop: &Stop, key: &str) -> Option<NodeKey> {
    on_stop(session(app), stop, Pressed { key, ..Pressed::default() })
}

#[test]
fn arrows_go_from_a_part_along_its_line_to_the_next() {
    let app = seen();
    let to = |from: &Stop, key: &str| match press(&app, from, key) {
        Some(NodeKey::GoTo(stop)) => stop,
        other => panic!("{from:?} {key}: {other:?}"),
    };
    let queue = Stop::Node(node("analytics-queue"));
    let consumer = Stop::Line(kinds()[3].0.clone());
    assert_eq!(to(&queue, "ArrowRight"), consumer);
    let Stop::Node(Node::Instance(_)) = to(&consumer, "ArrowRight") else { panic!("the service") };
    assert_eq!(to(&consumer, "ArrowLeft"), queue);
    assert_eq!(press(&app, &consumer, "Enter"), Some(NodeKey::Do(SelectAction::Line(kinds()[3].0.clone()).into())));
    assert_eq!(press(&app, &Stop::Line(Line::Binding(1)), "F2"), Some(NodeKey::Ask(Asked::Binding(1))));
    assert_eq!(press(&app, &consumer, "F2"), None);
    assert_eq!(press(&app, &consumer, "ContextMenu"), Some(NodeKey::Menu));
}

/// Every scenario of the gallery, open.
fn gallery() -> impl Iterator<Item = (std::path::PathBuf, App)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    std::fs::read_dir(folder).expect("there are scenarios").map(|file| file.expect("a file").path()).map(|file| {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "a.json".into(), text: std::fs::read_to_string(&file).expect("it can be read") });
        (file, app)
    })
}

/// Whatever line there is, it goes by itself and comes back, or the page says why it does not.
#[test]
fn every_line_of_the_gallery_is_deleted_and_comes_back() {
    for (file, mut app) in gallery() {
        let before = document(&app);
        for (number, (line, edge)) in session(&app).lines().into_iter().enumerate() {
            let label = app::line::label(session(&app), &line, &edge);
            // One that has the keyboard goes as one that is selected.
            if number % 2 == 0 {
                act(&mut app, SelectAction::Line(line.clone()));
                act(&mut app, EditAction::Delete);
            } else {
                let Some(NodeKey::Do(delete)) = press(&app, &Stop::Line(line.clone()), "Delete") else { panic!("{label}: Delete") };
                act(&mut app, delete);
            }
            let left = session(&app).lines().len();
            if let Some(why) = &notice(&app) {
                assert!(why.starts_with("A client always calls") || why.contains("removed too"), "{}: {label}: {why}", file.display());
            }
            if matches!(line, Line::Calls { from: Part::Client(_), .. }) {
                assert_eq!(document(&app), before, "{}: {label}", file.display());
                continue;
            }
            act(&mut app, EditAction::Undo);
            assert!(left < session(&app).lines().len(), "{}: {label} is still there", file.display());
            assert_eq!(document(&app), before, "{}: {label}", file.display());
        }
    }
}

/// Whatever stands on the canvas, the keyboard comes to it.
#[test]
fn arrows_come_to_every_part_and_line() {
    for (file, app) in gallery() {
        let stops: Vec<Stop> = session(&app).stops().into_iter().map(|(stop, ..)| stop).collect();
        let mut reached: Vec<Stop> = stops.first().cloned().into_iter().collect();
        let mut next: Vec<Stop> = reached.clone();
        while let Some(stop) = next.pop() {
            for key in ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] {
                if let Some(NodeKey::GoTo(to)) = press(&app, &stop, key)
                    && !reached.contains(&to)
                {
                    reached.push(to.clone());
                    next.push(to);
                }
            }
        }
        let missed: Vec<&Stop> = stops.iter().filter(|stop| !reached.contains(*stop)).collect();
        assert!(missed.is_empty(), "{}: {missed:?}", file.display());
    }
}

#[test]
fn the_inspector_tells_what_is_known_of_a_line() {
    let mut app = seen();
    play(&mut app, 30);
    let told = |line: &Line| {
        facts(session(&app), &Landing::of(&app, session(&app)), line)
            .into_iter()
            .map(|(word, told)| format!("{word}: {told}"))
            .collect::<Vec<_>>()
    };
    let counts = |number: usize| {
        let told = told(&Line::Binding(number)).remove(0);
        let counts: Vec<u32> = told.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [matched, all] = *counts else { panic!("{told}") };
        assert_eq!(told, format!("Matches: {matched} of the last {all} messages"));
        (matched, all)
    };
    let (matched, all) = counts(2);
    assert!(matched == all && all > 10, "# takes all {all}: {matched}");
    let (matched, all) = counts(0);
    assert!((1..all).contains(&matched), "only what was placed of {all}: {matched}");
    let dead = told(&kinds()[1].0);
    let rejected = session(&app).world().ledger().queues.get("notification-queue").expect("it is known").dead_lettered_total();
    assert!(rejected > 0);
    assert_eq!(dead, ["Routing key: notification-queue.dead".to_owned(), format!("rejected: {rejected}")]);
    let consumer = told(&kinds()[3].0);
    assert!(consumer[0] == "Instances: 1" && consumer[1].starts_with("Unacked: "), "{consumer:?}");
    let called = told(&kinds()[4].0);
    assert!(called[0].starts_with("Succeeded: ") && called[0] != "Succeeded: 0", "{called:?}");
}

#[test]
fn the_inspector_has_the_fields_that_make_a_line() {
    let app = seen();
    let names = |line: &Line| {
        let rows = form::rows(session(&app).scenario(), &About::Line(line.clone()));
        let name = |row: &Row| match row {
            Row::Field(field) => field.label.to_owned(),
            Row::Item { title, .. } => title.clone(),
            Row::Add { label, .. } => (*label).to_owned(),
            Row::Advanced { .. } => "Advanced".to_owned(),
        };
        rows.iter().map(name).collect::<Vec<_>>()
    };
    let [binding, dead, alternate, consumer, client, call, publish, _] = kinds().map(|(line, _)| names(&line));
    assert_eq!(binding, ["Binding key", "Header arguments"]);
    assert_eq!(dead, ["Dead letters go to", "Dead-letter key"], "a classic queue has no strategy");
    assert_eq!(alternate, ["Alternate exchange"]);
    assert_eq!(consumer, ["Queue", "Prefetch", "Automatic acknowledgement", "Exclusive", "Consumer priority"]);
    assert!(client.len() > 3, "{client:?}");
    assert_eq!(call, ["POST /orders: Call order-service POST /orders"]);
    assert_eq!(publish, ["POST /orders: Publish order.placed", "every 1000 ms: Publish order.shipped"]);
}

#[test]
fn a_key_asks_for_the_menu_of_what_is_selected_or_of_the_canvas() {
    let mut app = seen();
    let middle = Pixel { x: 500.0, y: 350.0 };
    assert_eq!(app::update(&mut app, CanvasAction::AskMenu), [Effect::AskMenu(None, middle)]);
    let queue = node("analytics-queue");
    act(&mut app, SelectAction::Node(Some(queue.clone())));
    let at = app.camera().to_stage(session(&app).place(&queue).expect("it is there"));
    assert_eq!(app::update(&mut app, CanvasAction::AskMenu), [Effect::AskMenu(Some(Stop::Node(queue)), at)]);
}

/// A line whose channel RabbitMQ closed says so, with RabbitMQ's own words, until the program has another.
#[test]
fn a_line_tells_with_which_error_its_channel_was_closed() {
    let mut app = App::default();
    let (_, file) = super::support::gallery().into_iter().find(|(name, _)| name == "redeploy").expect("it is in the gallery");
    act(&mut app, FileAction::Opened { name: "scenarios/redeploy.json".into(), text: file });
    let told = |app: &App| {
        let session = session(app);
        let edges = geometry::edges(session.plan());
        let closed = edges.iter().find(|edge| line::closed(session, edge).is_some())?;
        let of = session.line_of(closed)?;
        Some((line::label(session, &of, closed), facts(session, &Landing::of(app, session), &of)))
    };
    assert_eq!(told(&app), None);
    for _ in 0..60 {
        if told(&app).is_some() {
            break;
        }
        play(&mut app, 5);
    }
    let (label, facts) = told(&app).expect("RabbitMQ refuses what the new version declares");
    assert!(label.contains("RabbitMQ closed its channel: PRECONDITION_FAILED"), "{label}");
    assert!(facts.iter().any(|(word, says)| *word == "Channel closed" && says.starts_with("PRECONDITION_FAILED")), "{facts:?}");
}

/// A binding is drawn that the broker does not have: no program has declared it yet, or an operator has removed it.
#[test]
fn a_binding_tells_whether_the_broker_has_it() {
    let mut app = App::default();
    let text = r##"{"requeue": 1, "title": "t", "network": {"latency_ms": 1}, "until_ms": 60000, "faults": ["unbind jobs from events key # at 4s"],
        "broker": {"starts": "empty", "exchanges": [{"name": "events", "at": [0, 0], "type": "topic"}], "queues": [{"name": "jobs", "at": [0, 200]}],
            "bindings": [{"source": "events", "queue": "jobs", "routing_key": "#"}, {"source": "events", "queue": "jobs", "routing_key": "x"}]},
        "services": [{"name": "worker", "at": [0, 400], "declares": [{"exchange": "events"}, {"queue": "jobs"},
            {"binding": {"source": "events", "queue": "jobs", "routing_key": "#"}}], "handlers": []}]}"##;
    act(&mut app, FileAction::Opened { name: "t.json".into(), text: text.into() });
    let seek = |app: &mut App, seconds| act(app, TimeAction::Seek(SimTime::from_secs(seconds)));
    let told = |app: &App| {
        let session = session(app);
        [0, 1].map(|number| {
            let line = Line::Binding(number);
            let label = line::label(session, &line, &session.edge_of(&line).expect("it is drawn"));
            let facts = facts(session, &Landing::of(app, session), &line);
            let is_absent = line::is_absent(session, number);
            assert_eq!(label.contains("does not exist on the broker"), is_absent, "{label}");
            assert_eq!(facts.iter().any(|(word, _)| *word == "On the broker"), is_absent, "{facts:?}");
            is_absent
        })
    };
    assert_eq!(told(&app), [true, true]);
    seek(&mut app, 2);
    assert_eq!(told(&app), [false, true]);
    seek(&mut app, 5);
    assert_eq!(told(&app), [true, true], "an operator has removed it");
}
