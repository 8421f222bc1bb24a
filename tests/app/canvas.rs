//! The canvas as it is touched: presses, moves, releases and keys, and what comes of them in the document.

use requeue::app::camera::{Camera, Pixel};
use requeue::app::gesture::Gesture;
use requeue::app::keys::{NodeKey, Pressed, on_node};
use requeue::app::{self, App, CanvasAction, EditAction, Effect, Node, OperateAction, Options, PageAction, SelectAction};
use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;

use super::support::*;

fn seen() -> App {
    let mut app = opened();
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_000.0, y: 700.0 }));
    app
}

/// Where a node's middle is on the stage.
fn pixel(app: &App, node: &Node) -> Pixel {
    app.camera().to_stage(session(app).place(node).expect("it is there"))
}

fn by(at: Pixel, dx: f64, dy: f64) -> Pixel {
    Pixel { x: at.x + dx, y: at.y + dy }
}

fn release(app: &mut App, at: Pixel) -> Vec<Effect> {
    app::update(app, CanvasAction::Release { at, event: None })
}

#[test]
fn a_node_is_dragged_and_the_canvas_stands_still_meanwhile() {
    let mut app = seen();
    let node = node("analytics-queue");
    let (camera, at) = (app.camera(), pixel(&app, &node));
    act(&mut app, CanvasAction::PressNode(node.clone(), at));
    act(&mut app, CanvasAction::Move(by(at, 300.0, 200.0)));
    assert_eq!(app.camera(), camera, "though more does not fit any more");
    assert!(app.canvas.take_stale() && !app.canvas.take_stale(), "it is drawn once, with the next frame");
    let effects = release(&mut app, by(at, 300.0, 200.0));
    assert!(matches!(&*effects, [Effect::SwallowClick, Effect::SaveDraft(_)]), "{effects:?}");
    assert_ne!(app.camera(), camera, "now all of it is seen again");
    assert!(session(&app).can_undo());
    act(&mut app, EditAction::Undo);
    assert!(!session(&app).can_undo(), "one gesture, one step");
}

#[test]
fn esc_gives_up_every_gesture_and_restores_what_was() {
    let port = Node::Exchange("platform-events".into());
    let queue = node("analytics-queue");
    for press in [
        CanvasAction::PressNode(queue.clone(), Pixel { x: 300.0, y: 300.0 }),
        CanvasAction::PressEmpty { at: Pixel { x: 300.0, y: 300.0 }, boxed: false },
        CanvasAction::PressEmpty { at: Pixel { x: 300.0, y: 300.0 }, boxed: true },
        CanvasAction::PressPort(port.clone()),
        CanvasAction::TakePart(PartKind::ClassicQueue),
    ] {
        let mut app = seen();
        act(&mut app, SelectAction::Node(Some(port.clone())));
        let (document, camera, chosen) = (session(&app).scenario_as_drawn(), app.camera(), app.canvas.chosen);
        act(&mut app, press.clone());
        act(&mut app, CanvasAction::Move(Pixel { x: 380.0, y: 350.0 }));
        act(&mut app, CanvasAction::Escape);
        let at = pixel(&app, &queue);
        act(&mut app, CanvasAction::Move(at));
        let effects = release(&mut app, at);
        assert!(effects.iter().all(|effect| *effect == Effect::SwallowClick), "{press:?}: {effects:?}");
        assert_eq!(session(&app).scenario_as_drawn(), document, "{press:?}");
        assert_eq!((app.camera(), app.canvas.chosen), (camera, chosen), "{press:?}");
        assert_eq!(session(&app).selection.iter().collect::<Vec<_>>(), [&port], "{press:?}");
        assert_eq!(session(&app).selection.connecting, None, "{press:?}");
        assert!(app.canvas.gesture == Gesture::Idle && !session(&app).can_undo(), "{press:?}");
        act(&mut app, CanvasAction::Escape);
        assert_eq!(session(&app).selection.primary, None, "{press:?}: with nothing to give up, it selects nothing");
    }
}

#[test]
fn the_view_is_moved_zoomed_and_shown_whole_again() {
    let mut app = seen();
    let fitting = app.camera();
    let at = Pixel { x: 5.0, y: 5.0 };
    act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
    act(&mut app, CanvasAction::Move(by(at, 40.0, 30.0)));
    release(&mut app, by(at, 40.0, 30.0));
    assert_eq!(app.camera(), fitting.panned(40.0, 30.0));
    let under = app.camera().to_canvas(at);
    act(&mut app, CanvasAction::Zoom(1.1, Some(at)));
    let now = app.camera().to_canvas(at);
    assert!((now.x - under.x).abs() < 1e-9 && (now.y - under.y).abs() < 1e-9);
    act(&mut app, CanvasAction::NaturalSize);
    assert!((app.camera().scale - 1.0).abs() < 1e-9);
    act(&mut app, CanvasAction::Centre(Point { x: 10.0, y: 20.0 }));
    assert_eq!(app.camera().to_canvas(Pixel { x: 500.0, y: 350.0 }), Point { x: 10.0, y: 20.0 });
    act(&mut app, CanvasAction::ShowEverything);
    assert_eq!(app.camera(), fitting);
    // Another system is seen whole.
    act(&mut app, CanvasAction::Zoom(1.1, None));
    act(&mut app, app::FileAction::New);
    assert_eq!(app.canvas.chosen, None);
    assert_ne!(app.camera(), Camera::default());
}

#[test]
fn a_line_is_drawn_by_dragging_from_a_port_and_by_two_clicks() {
    let (exchange, queue) = (Node::Exchange("platform-events.dlx".into()), node("analytics-queue"));
    for by_clicks in [false, true] {
        let mut app = seen();
        let bindings = session(&app).scenario().broker.bindings.len();
        act(&mut app, CanvasAction::PressPort(exchange.clone()));
        if by_clicks {
            let at = pixel(&app, &exchange);
            assert_eq!(release(&mut app, at), []);
        }
        let at = pixel(&app, &queue);
        act(&mut app, CanvasAction::Move(at));
        assert!(app.canvas.pointer.is_some(), "the line follows the pointer");
        let effects = if by_clicks {
            app::update(&mut app, CanvasAction::Click { node: queue.clone(), also: false, event: Some("e-1".into()) })
        } else {
            release(&mut app, at)
        };
        assert_eq!(session(&app).scenario().broker.bindings.len(), bindings + 1);
        assert_eq!(effects.contains(&Effect::SwallowClick), !by_clicks);
        assert!(session(&app).playhead.story.is_none(), "the click ended the line, and asked for nothing");
    }
}

#[test]
fn clicks_select_nodes_or_ask_for_the_event_that_is_seen_there() {
    let mut app = seen();
    let (one, other) = (node("analytics-queue"), node("inventory-queue"));
    let click = |app: &mut App, node: &Node, also: bool, event: Option<&str>| {
        act(app, CanvasAction::Click { node: node.clone(), also, event: event.map(Into::into) });
    };
    click(&mut app, &one, false, None);
    click(&mut app, &other, true, Some("e-1"));
    assert_eq!(session(&app).selection.iter().collect::<Vec<_>>(), [&other, &one]);
    click(&mut app, &other, false, Some("e-1"));
    assert_eq!(session(&app).playhead.story.as_ref().map(|story| &*story.event), Some("e-1"));
    let at = Pixel { x: 2.0, y: 2.0 };
    act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
    release(&mut app, at);
    assert_eq!(session(&app).selection.primary, None, "a click beside everything selects nothing");
}

#[test]
fn a_part_from_the_palette_lies_where_it_was_let_go_and_not_on_a_page_to_look_at() {
    for read_only in [false, true] {
        let mut app = seen();
        act(&mut app, PageAction::SetOptions(Options { read_only, ..Options::default() }));
        let queues = session(&app).scenario().broker.queues.len();
        let at = app.camera().to_stage(Point { x: 30.0, y: 45.0 });
        act(&mut app, CanvasAction::TakePart(PartKind::ClassicQueue));
        release(&mut app, at);
        // The browser tells the end of the drag as well.
        act(&mut app, CanvasAction::Cancel);
        assert_eq!(session(&app).scenario().broker.queues.len(), queues + usize::from(!read_only));
        if !read_only {
            assert_eq!(session(&app).scenario().broker.queues.last().map(|queue| queue.at), Some(Point { x: 30.0, y: 45.0 }));
        }
        release(&mut app, at);
        assert_eq!(session(&app).scenario().broker.queues.len(), queues + usize::from(!read_only), "only once");
    }
}

#[test]
fn keys_on_a_node() {
    let mut app = seen();
    let key = |key: &'static str| Pressed { key, ..Pressed::default() };
    let service = Node::Instance(notification_service(&app));
    let queue = node("analytics-queue");
    let on = |app: &App, node: &Node, pressed: Pressed<'_>| on_node(session(app), node, pressed);
    let does = |action: app::Action| Some(NodeKey::Do(action));
    assert_eq!(on(&app, &queue, key("Enter")), does(SelectAction::Node(Some(queue.clone())).into()));
    assert_eq!(on(&app, &queue, Pressed { command: true, ..key("Enter") }), does(SelectAction::Toggle(queue.clone()).into()));
    assert_eq!(on(&app, &queue, key("F2")), Some(NodeKey::Rename));
    assert_eq!(on(&app, &queue, key("ContextMenu")), Some(NodeKey::Menu));
    assert_eq!(on(&app, &queue, Pressed { shift: true, ..key("F10") }), Some(NodeKey::Menu));
    assert_eq!(on(&app, &queue, key("F10")), None);
    assert_eq!(on(&app, &queue, key("k")), None, "a queue is no program");
    // Arrows go from node to node; they move the node that is selected.
    assert!(matches!(on(&app, &queue, key("ArrowUp")), Some(NodeKey::GoTo(_))));
    act(&mut app, SelectAction::Node(Some(queue.clone())));
    assert_eq!(on(&app, &queue, key("ArrowUp")), does(EditAction::Nudge(0.0, -5.0).into()));
    assert_eq!(on(&app, &queue, Pressed { shift: true, ..key("ArrowRight") }), does(EditAction::Nudge(20.0, 0.0).into()));
    // While a line is drawn they go to where it may lead.
    act(&mut app, EditAction::ToggleLine);
    let Some(NodeKey::GoTo(index)) = on(&app, &queue, key("ArrowRight")) else { panic!("it may lead somewhere") };
    let places = requeue::app::geometry::places(session(&app).plan());
    assert!(session(&app).may_connect(&places[index]));
    act(&mut app, CanvasAction::Escape);
    let id = notification_service(&app);
    assert_eq!(on(&app, &service, key("k")), does(OperateAction::Kill(id).into()));
    act(&mut app, OperateAction::Kill(id));
    assert_eq!(on(&app, &service, key("k")), does(OperateAction::Start(id).into()));
}
