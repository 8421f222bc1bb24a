//! What lights up on the canvas, and what a scenario proposes to try.

use requeue::app::highlight::Highlight;
use requeue::app::{self, App, Drawer, FileAction, Node, OperateAction, PublishAction, SelectAction, WorkspaceAction, geometry, words};
use requeue::sim::judge::holds;

use super::support::*;

/// The edges that light up, as `from → to`.
fn lit(app: &App) -> Vec<String> {
    let session = session(app);
    let highlight = Highlight::of(app, session);
    let name = |node: &Node| match node {
        Node::Instance(id) => session.world().services()[id.service].spec.name.to_string(),
        Node::Client(index) => session.world().clients()[*index].spec.name.to_string(),
        Node::Exchange(name) | Node::Queue(name) => name.to_string(),
    };
    let edges = geometry::edges(session.plan()).into_iter().filter(|edge| highlight.leads(edge));
    edges.map(|edge| format!("{} → {}", name(&edge.from), name(&edge.to))).collect()
}

/// Two queues get the message. It dies in one of them; both have the same dead-letter exchange.
const TWO_DEAD_LETTER_WAYS: &str = r#"{
  "requeue": 1, "title": "Two ways to one dead-letter exchange", "network": { "latency_ms": 1 },
  "broker": {
    "exchanges": [{ "name": "orders", "at": [100, 0], "type": "topic" }, { "name": "retry", "at": [200, 0], "type": "fanout" }],
    "queues": [
      { "name": "billing", "at": [300, 0], "arguments": { "x-dead-letter-exchange": "retry" } },
      { "name": "shipping", "at": [400, 0], "arguments": { "x-dead-letter-exchange": "retry", "x-message-ttl": 1000 } },
      { "name": "later", "at": [500, 0] }
    ],
    "bindings": [
      { "source": "orders", "queue": "billing", "routing_key": "order.*" },
      { "source": "orders", "queue": "shipping", "routing_key": "order.*" },
      { "source": "retry", "queue": "later" }
    ]
  }
}"#;

#[test]
fn a_story_lights_the_way_of_its_message_and_no_other() {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "two.json".into(), text: TWO_DEAD_LETTER_WAYS.into() });
    assert!(app.unreadable.is_none(), "{:?}", app.unreadable);
    act(&mut app, SelectAction::Node(Some(Node::Exchange("orders".into()))));
    act(&mut app, PublishAction::Publish);
    play(&mut app, 3);
    let event = session(&app)
        .world()
        .broker()
        .queues()
        .flat_map(requeue::broker::view::QueueView::messages)
        .find_map(|entry| entry.message.properties.message_id.clone());
    act(&mut app, SelectAction::Story(Some(event.expect("the published message has an id"))));
    assert_eq!(lit(&app), ["orders → shipping", "retry → later", "shipping → retry"], "this copy did not come to billing");
}

#[test]
fn a_story_stays_lit_while_the_next_message_is_written() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    let story = lit(&app);
    assert!(story.len() > 3, "{story:?}");
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    assert_eq!(lit(&app), story);
    act(&mut app, PublishAction::Publish);
    assert_eq!(lit(&app), story);
    act(&mut app, SelectAction::Story(None));
    assert!(lit(&app).is_empty(), "it was sent: nothing fades beside what travels");
    compose(&mut app, requeue::app::composer::Typed::Key, "order.shipped");
    let preview = lit(&app);
    assert!(preview.iter().all(|edge| edge.starts_with("platform-events")) && !preview.is_empty(), "{preview:?}");
}

/// Every scenario of the gallery.
fn gallery() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios");
    let files = std::fs::read_dir(folder).expect("there are scenarios").map(|file| file.expect("a file").path());
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("it can be read"))).collect()
}

#[test]
fn hints_are_done_by_doing_them_and_by_nothing_else() {
    let mut hinted = 0;
    for (name, text) in gallery() {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: name.clone(), text });
        for hint in &session(&app).scenario().hints {
            hinted += 1;
            assert!(!holds(session(&app).world(), &hint.property), "{name}: {} is done before anything is", hint.says);
        }
    }
    assert!(hinted > 0);
    let done = |app: &App| session(app).scenario().hints.iter().map(|hint| holds(session(app).world(), &hint.property)).collect::<Vec<_>>();
    let mut app = opened();
    play(&mut app, 20);
    assert_eq!(done(&app), [true, false, false]);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 1);
    assert_eq!(done(&app), [true, true, false]);
    act(&mut app, OperateAction::Start(service));
    play(&mut app, 5);
    assert_eq!(done(&app), [true, true, true]);
}

#[test]
fn the_steps_of_a_story_have_the_numbers_of_its_lines() {
    let mut app = opened();
    play(&mut app, 60);
    let dead = "notification-queue.dead";
    let event = session(&app).world().broker().queue(dead).and_then(|queue| queue.messages().next()?.message.properties.message_id.clone());
    act(&mut app, SelectAction::CopyIn(event.expect("one is dead"), dead.into()));
    wait(&mut app);
    let session = session(&app);
    let way = Highlight::of_story(session).expect("it is told");
    let life = session.playhead.story.as_ref().and_then(|story| story.life.as_ref()).expect("it is told");
    let numbered: Vec<(usize, &str)> = (0..life.entries.len())
        .filter_map(|entry| Some((way.step_of(entry)?, words::line(&life.entries[entry], session.world()).what)))
        .collect();
    assert_eq!(numbered, [(1, "Published"), (2, "Routed"), (3, "Delivered"), (4, "Dead-lettered"), (5, "Routed")]);
    let edges = geometry::edges(session.plan()).into_iter();
    let mut on_lines: Vec<(usize, String)> =
        edges.filter_map(|edge| Some((way.step(&edge)?, app::line::label(session, &session.line_of(&edge)?, &edge)))).collect();
    on_lines.sort();
    let lines: Vec<&str> = on_lines.iter().map(|(_, label)| &**label).collect();
    assert_eq!(on_lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5], "{lines:?}");
    assert_eq!(lines[0], "Publish from order-service to platform-events");
    assert_eq!(lines[3], "Dead letters from notification-queue to platform-events.dlx");
    assert!(way.hue.is_some(), "the rest fades");
}
