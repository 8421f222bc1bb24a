//! The canvas as it is touched: presses, moves, releases and keys, and what comes of them in the document.

use requeue::app::camera::{Camera, Pixel};
use requeue::app::floats::Corner;
use requeue::app::gesture::Gesture;
use requeue::app::keys::{NodeKey, Pressed, ZOOM, on_stop};
use requeue::app::{
    self, App, Asked, CanvasAction, Dialog, EditAction, Effect, FileAction, Line, Menu, Node, OperateAction, Options, PageAction, Room,
    SelectAction, Stop, Touch, WorkspaceAction, commands, geometry,
};
use requeue::broker::ExchangeType;
use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;

use super::support::*;

fn by(at: Pixel, dx: f64, dy: f64) -> Pixel {
    Pixel { x: at.x + dx, y: at.y + dy }
}

fn release(app: &mut App, at: Pixel) -> Vec<Effect> {
    app::update(app, CanvasAction::Release { at, page: (7, 8), event: None })
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
    assert!(matches!(&*effects, [Effect::SwallowClick, Effect::SaveDraft]), "{effects:?}");
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
        CanvasAction::PressPort(port.clone(), Pixel { x: 300.0, y: 300.0 }),
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
        let port = pixel(&app, &exchange);
        act(&mut app, CanvasAction::PressPort(exchange.clone(), port));
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

/// A part of each kind, a place where nothing is, and what may be created there.
#[test]
fn a_line_that_is_let_go_over_nothing_offers_what_to_create_there() {
    type Case = (fn(&App) -> Node, &'static [&'static str]);
    let service = |app: &App| Node::Instance(notification_service(app));
    let cases: [Case; 4] = [
        (
            |_| Node::Exchange("platform-events".into()),
            &["New classic queue", "New quorum queue", "New stream", "New topic exchange", "New fanout exchange"],
        ),
        (|_| node("analytics-queue"), &["New service", "New dead-letter exchange"]),
        (service, &["New topic exchange", "New direct exchange", "New fanout exchange", "New classic queue", "New service"]),
        (|_| Node::Client(0), &["New service"]),
    ];
    for (from, words) in cases {
        for index in 0..words.len() {
            let mut app = seen();
            let from = from(&app);
            let (before, places) = (session(&app).scenario_as_drawn(), geometry::places(session(&app).plan()).len());
            let (at, away) = (pixel(&app, &from), Pixel { x: 20.0, y: 690.0 });
            assert_eq!(app.node_at(away), None);
            let wanted = app.camera().to_canvas(away);
            act(&mut app, CanvasAction::PressPort(from.clone(), at));
            act(&mut app, CanvasAction::Move(away));
            assert_eq!(release(&mut app, away), [Effect::SwallowClick]);
            assert_eq!(session(&app).selection.primary, None, "no drawer opens under the pointer");
            assert_eq!(app.dialog, Some(Dialog::Menu { of: Menu::Ends { beside: false }, x: 7, y: 8 }));
            assert!(app.canvas.pointer.is_some(), "the line is seen meanwhile");
            let offered = commands::of_ends(&app, false);
            assert_eq!(offered.iter().map(|one| &*one.word).collect::<Vec<_>>(), words, "{from:?}");
            act(&mut app, PageAction::CloseDialog);
            assert_eq!(session(&app).selection.connecting, None, "a menu that is put aside gives up the line");
            act(&mut app, offered[index].action.clone());
            let made = session(&app);
            assert_eq!(made.notice, None);
            let new = made.selection.primary.clone().expect("what is new is selected");
            let stands = made.place(&new).expect("it is there");
            let card = geometry::card(made.plan(), &new).expect("it is drawn").grown(16.0);
            assert!(card.has(wanted), "{stands:?} for {wanted:?}");
            assert_eq!(geometry::places(made.plan()).len(), places + 1);
            let line = |edge: &geometry::Edge| edge.from == from && edge.to == new;
            assert!(geometry::edges(made.plan()).iter().any(line), "{from:?} leads to {new:?}");
            act(&mut app, EditAction::Undo);
            assert_eq!(session(&app).scenario_as_drawn(), before, "one step");
            assert!(!session(&app).can_undo());
        }
    }
}

/// One part stands alone on the canvas. On every side of it, what is created at the end of a line meets the tip with its edge.
#[test]
fn what_is_created_at_the_end_of_a_line_leaves_the_line_as_long_as_it_was_drawn() {
    for kind in [PartKind::ClassicQueue, PartKind::Exchange(ExchangeType::Topic), PartKind::Service] {
        let mut app = App::default();
        act(&mut app, CanvasAction::Resize(Pixel { x: 1_600.0, y: 1_200.0 }));
        act(&mut app, FileAction::New);
        act(&mut app, EditAction::AddPartAt(kind, Point { x: 600.0, y: 345.0 }));
        let from = session(&app).selection.primary.clone().expect("what is new is selected");
        let part = session(&app).part(&from).expect("it is there");
        let (at, alone) = (session(&app).place(&from).expect("it is drawn"), session(&app).scenario_as_drawn());
        for (dx, dy) in [(240.0, 0.0), (225.0, 150.0), (240.0, -120.0), (-255.0, 30.0), (0.0, 180.0), (15.0, -165.0)] {
            let tip = Point { x: at.x + dx, y: at.y + dy };
            for command in commands::ends(&part, Some(tip)) {
                act(&mut app, command.action);
                let made = session(&app);
                let new = made.selection.primary.as_ref().expect("what is new is selected");
                let edges = geometry::edges(made.plan());
                let edge = edges.iter().find(|edge| edge.from == from && edge.to == *new).expect("it leads there");
                let end = edge.curve.to;
                // To the grid.
                let off = libm::hypot(end.x - tip.x, end.y - tip.y);
                assert!(off < 15.0, "{from:?} to {new:?}: {end:?} for {tip:?}");
                act(&mut app, EditAction::Undo);
                assert_eq!(session(&app).scenario_as_drawn(), alone);
            }
        }
    }
}

/// Enter where the line began does the same without a pointer, and so does a click on nothing after a click on the port.
#[test]
fn the_end_of_a_line_is_created_without_dragging() {
    let mut app = seen();
    let exchange = Node::Exchange("platform-events".into());
    act(&mut app, SelectAction::Node(Some(exchange.clone())));
    act(&mut app, EditAction::ToggleLine);
    let enter = Pressed { key: "Enter", ..Pressed::default() };
    assert_eq!(on_stop(session(&app), &Stop::Node(exchange.clone()), enter), Some(NodeKey::Ends));
    act(&mut app, CanvasAction::OfferEnds((1, 2)));
    let offered = commands::of_ends(&app, true);
    act(&mut app, PageAction::CloseDialog);
    let bindings = session(&app).scenario().broker.bindings.len();
    let effects = app::update(&mut app, offered[0].action.clone());
    assert!(effects.contains(&Effect::Ask(Asked::Binding(bindings))), "{effects:?}");
    let new = session(&app).selection.primary.clone().expect("it is selected");
    let rect = geometry::rect(session(&app).plan(), &new).expect("it is drawn");
    for (other, one) in geometry::drawn(session(&app).plan()).filter(|(place, _)| *place != new) {
        let apart = one.right() <= rect.left || rect.right() <= one.left || one.bottom() <= rect.top || rect.bottom() <= one.top;
        assert!(apart, "it covers {other:?}");
    }
    // By two clicks.
    let (port, away) = (pixel(&app, &exchange), Pixel { x: 20.0, y: 690.0 });
    act(&mut app, CanvasAction::PressPort(exchange, port));
    assert_eq!(release(&mut app, port), []);
    assert_eq!(app.dialog, None, "a click on the port only begins the line");
    act(&mut app, CanvasAction::PressEmpty { at: away, boxed: false });
    release(&mut app, away);
    assert!(matches!(app.dialog, Some(Dialog::Menu { of: Menu::Ends { beside: false }, .. })));
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
        let at = app.camera().to_stage(Point { x: -150.0, y: 300.0 });
        act(&mut app, CanvasAction::TakePart(PartKind::ClassicQueue));
        release(&mut app, at);
        // The browser tells the end of the drag as well.
        act(&mut app, CanvasAction::Cancel);
        assert_eq!(session(&app).scenario().broker.queues.len(), queues + usize::from(!read_only));
        if !read_only {
            assert_eq!(session(&app).scenario().broker.queues.last().map(|queue| queue.at), Some(Point { x: -150.0, y: 300.0 }));
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
    let on = |app: &App, node: &Node, pressed: Pressed<'_>| on_stop(session(app), &Stop::Node(node.clone()), pressed);
    let does = |action: app::Action| Some(NodeKey::Do(action));
    assert_eq!(on(&app, &queue, key("Enter")), does(SelectAction::Node(Some(queue.clone())).into()));
    assert_eq!(on(&app, &queue, Pressed { command: true, ..key("Enter") }), does(SelectAction::Toggle(queue.clone()).into()));
    assert_eq!(on(&app, &queue, key("F2")), Some(NodeKey::Ask(Asked::Name(queue.clone()))));
    assert_eq!(on(&app, &queue, key("ContextMenu")), Some(NodeKey::Menu));
    assert_eq!(on(&app, &queue, Pressed { shift: true, ..key("F10") }), Some(NodeKey::Menu));
    assert_eq!(on(&app, &queue, key("F10")), None);
    assert_eq!(on(&app, &queue, key("k")), None, "a queue is no program");
    // Arrows go from node to node, and with Alt or Shift they move the node: whether or not it is selected.
    for is_selected in [false, true] {
        if is_selected {
            act(&mut app, SelectAction::Node(Some(queue.clone())));
        }
        assert!(matches!(on(&app, &queue, key("ArrowUp")), Some(NodeKey::GoTo(_))), "{is_selected}");
        let far = on(&app, &queue, Pressed { shift: true, ..key("ArrowRight") });
        assert_eq!(far, does(EditAction::NudgeAt(queue.clone(), 20.0, 0.0).into()), "{is_selected}");
        let near = on(&app, &queue, Pressed { alt: true, ..key("ArrowUp") });
        assert_eq!(near, does(EditAction::NudgeAt(queue.clone(), 0.0, -5.0).into()), "{is_selected}");
        for delete in ["Delete", "Backspace"] {
            assert_eq!(on(&app, &queue, key(delete)), does(EditAction::DeleteAt(Stop::Node(queue.clone())).into()), "{is_selected}");
        }
    }
    // While a line is drawn they go to where it may lead.
    act(&mut app, EditAction::ToggleLine);
    let Some(NodeKey::GoTo(Stop::Node(to))) = on(&app, &queue, key("ArrowRight")) else { panic!("it may lead somewhere") };
    assert!(session(&app).may_connect(&to));
    act(&mut app, CanvasAction::Escape);
    let id = notification_service(&app);
    assert_eq!(on(&app, &service, key("k")), does(OperateAction::Kill(id).into()));
    act(&mut app, OperateAction::Kill(id));
    assert_eq!(on(&app, &service, key("k")), does(OperateAction::Start(id).into()));
}

#[test]
fn what_the_keyboard_comes_to_is_seen() {
    let mut app = seen();
    let stops: Vec<Stop> = session(&app).stops().into_iter().map(|(stop, ..)| stop).collect();
    for (dx, dy) in [(0.0, 900.0), (2_000.0, 0.0), (-2_000.0, -900.0)] {
        for stop in &stops {
            act(&mut app, wheel(Pixel { x: 300.0, y: 200.0 }, (dx, dy), false, false));
            let away = app.camera();
            act(&mut app, CanvasAction::Reach(stop.clone()));
            let now = app.camera();
            assert!((now.scale - away.scale).abs() < 1e-9, "{stop:?}");
            match stop {
                Stop::Node(node) => {
                    assert!(now.shows(app.canvas.size, &geometry::rect(session(&app).plan(), node).expect("it is drawn")), "{node:?}");
                }
                Stop::Line(line) => {
                    let at = session(&app).edge_of(line).expect("it is drawn").curve.at(0.5);
                    let on = now.to_stage(at);
                    assert!((0.0..=app.canvas.size.x).contains(&on.x) && (0.0..=app.canvas.size.y).contains(&on.y), "{line:?}");
                }
            }
            // Once more moves nothing.
            act(&mut app, CanvasAction::Reach(stop.clone()));
            assert_eq!(app.camera(), now);
        }
    }
    // What is pressed stands still.
    let queue = node("analytics-queue");
    let at = pixel(&app, &queue);
    act(&mut app, CanvasAction::PressNode(queue, at));
    let held = app.camera();
    act(&mut app, CanvasAction::Reach(Stop::Node(node("inventory-queue"))));
    assert_eq!(app.camera(), held);
}

/// Beside two drawers the page cannot show everything by itself. What the keyboard comes to is seen at once, and without the drawers the
/// page shows all of it again.
#[test]
fn what_the_keyboard_comes_to_is_seen_beside_drawers() {
    let mut app = opened();
    let whole = Pixel { x: 1_392.0, y: 796.0 };
    act(&mut app, CanvasAction::Beside(0.0, whole));
    act(&mut app, CanvasAction::Resize(whole));
    let home = app.camera();
    let stops: Vec<Stop> = session(&app).stops().into_iter().map(|(stop, ..)| stop).collect();
    let narrow = Pixel { x: 400.0, y: 796.0 };
    act(&mut app, CanvasAction::Beside(360.0, whole));
    act(&mut app, CanvasAction::Resize(narrow));
    assert!(app.hides_parts() && app.canvas.chosen.is_none());
    let mut moved = 0;
    for stop in &stops {
        let before = app.camera();
        act(&mut app, CanvasAction::Reach(stop.clone()));
        let at = app.camera().to_stage(session(&app).place_of(stop).expect("it is there"));
        assert!((0.0..=narrow.x).contains(&at.x) && (0.0..=narrow.y).contains(&at.y), "{stop:?} at {at:?}");
        moved += usize::from(app.camera() != before);
    }
    assert!(moved > 2, "{moved}");
    act(&mut app, CanvasAction::Beside(0.0, whole));
    act(&mut app, CanvasAction::Resize(whole));
    assert_eq!((app.camera(), app.canvas.chosen), (home, None));
}

/// What a key or a drawer does to the view.
const MOVES: [fn(&mut App); 5] = [
    |app| (0..6).for_each(|_| act(app, CanvasAction::Zoom(ZOOM, None))),
    |app| act(app, CanvasAction::NaturalSize),
    |app| act(app, CanvasAction::Centre(Point { x: -4_000.0, y: 3_000.0 })),
    |app| act(app, CanvasAction::Resize(Pixel { x: 640.0, y: 700.0 })),
    |app| act(app, CanvasAction::Resize(Pixel { x: 1_000.0, y: 430.0 })),
];

/// Of each stop: its part is seen, or the middle of its line.
#[test]
fn the_view_that_a_key_moves_goes_on_showing_what_has_the_keyboard() {
    let is_seen = |app: &App, stop: &Stop| {
        let at = app.camera().to_stage(session(app).place_of(stop).expect("it is there"));
        (0.0..=app.canvas.size.x).contains(&at.x) && (0.0..=app.canvas.size.y).contains(&at.y)
    };
    let stops: Vec<Stop> = session(&seen()).stops().into_iter().map(|(stop, ..)| stop).collect();
    let (mut followed, mut away) = (0, 0);
    for stop in &stops {
        for moves in MOVES {
            // Keys, a hand, and keys while the keyboard is elsewhere.
            for (by_hand, has_keyboard) in [(false, true), (true, true), (false, false)] {
                let mut app = seen();
                act(&mut app, CanvasAction::Zoom(ZOOM, None));
                act(&mut app, CanvasAction::Reach(stop.clone()));
                app.keep_in_view(Some(stop), false, |_, _| true);
                moves(&mut app);
                let (moved, lost) = (app.camera(), !is_seen(&app, stop));
                let follows = app.keep_in_view(Some(stop), by_hand, |_, _| has_keyboard);
                if by_hand || !has_keyboard {
                    assert!(!follows && app.camera() == moved, "{stop:?}");
                    away += usize::from(lost);
                } else {
                    assert!(is_seen(&app, stop), "{stop:?}");
                    assert_eq!(follows, app.camera() != moved);
                    followed += usize::from(lost);
                }
            }
        }
    }
    assert!(followed > stops.len() && away > stops.len(), "{followed} {away}");
}

fn wheel(at: Pixel, (dx, dy): (f64, f64), zooms: bool, sideways: bool) -> CanvasAction {
    CanvasAction::Wheel { at, dx, dy, zooms, sideways }
}

#[test]
fn the_wheel_moves_the_view_and_zooms_about_the_pointer_with_ctrl() {
    let at = Pixel { x: 300.0, y: 200.0 };
    // the wheel's way, Ctrl, Shift, and how far the view moves
    for (turned, sideways, across, down) in [
        ((0.0, 120.0), false, 0.0, -120.0),
        ((30.0, -40.0), false, -30.0, 40.0),
        ((0.0, 120.0), true, -120.0, 0.0),
        ((120.0, 0.0), true, -120.0, 0.0),
    ] {
        let mut app = seen();
        let before = app.camera();
        act(&mut app, wheel(at, turned, false, sideways));
        assert_eq!(app.camera(), before.panned(across, down), "{turned:?} {sideways}");
        assert!(app.canvas.take_stale(), "it is drawn with the next frame");
    }
    for (down, larger) in [(-3.0, true), (3.0, false), (-5_000.0, true)] {
        let mut app = seen();
        let before = app.camera();
        act(&mut app, wheel(at, (0.0, down), true, false));
        let (now, was) = (app.camera().to_canvas(at), before.to_canvas(at));
        assert!((now.x - was.x).abs() < 1e-9 && (now.y - was.y).abs() < 1e-9, "{down}");
        assert_eq!(app.camera().scale > before.scale, larger, "{down}");
        assert!(app.camera().scale / before.scale < 1.3, "one turn is about one step of the keys: {down}");
    }
    // While something is dragged, nothing moves the view under it.
    let mut app = seen();
    let camera = app.camera();
    let queue = node("analytics-queue");
    let from = pixel(&app, &queue);
    act(&mut app, CanvasAction::PressNode(queue, from));
    for action in [
        wheel(at, (0.0, 100.0), false, false),
        wheel(at, (0.0, 9.0), true, false),
        CanvasAction::Zoom(2.0, None),
        CanvasAction::NaturalSize,
    ] {
        act(&mut app, action);
        assert_eq!(app.camera(), camera);
    }
}

#[test]
fn space_held_moves_the_view_and_tapped_plays() {
    let press = |app: &App| {
        let queue = node("analytics-queue");
        let at = pixel(app, &queue);
        [CanvasAction::PressNode(queue, at), CanvasAction::PressEmpty { at, boxed: false }, CanvasAction::PressEmpty { at, boxed: true }]
    };
    let mut app = seen();
    act(&mut app, CanvasAction::HoldSpace { again: false });
    assert!(!app.playing && app.canvas.is_space_held());
    act(&mut app, CanvasAction::LetGoSpace);
    assert!(app.playing && !app.canvas.is_space_held(), "a tap plays");
    act(&mut app, CanvasAction::LetGoSpace);
    assert!(app.playing, "what was not pressed here is not let go here");
    for pressed in 0..3 {
        let mut app = seen();
        let (drawn, camera) = (session(&app).scenario_as_drawn(), app.camera());
        act(&mut app, CanvasAction::HoldSpace { again: false });
        let press = press(&app)[pressed].clone();
        let (CanvasAction::PressNode(_, at) | CanvasAction::PressEmpty { at, .. }) = press else { panic!("it is a press") };
        act(&mut app, press.clone());
        act(&mut app, CanvasAction::Move(by(at, 50.0, 20.0)));
        release(&mut app, by(at, 50.0, 20.0));
        act(&mut app, CanvasAction::LetGoSpace);
        assert_eq!(app.camera(), camera.panned(50.0, 20.0), "{press:?}");
        assert_eq!(session(&app).scenario_as_drawn(), drawn, "{press:?}: nothing was dragged");
        assert!(!app.playing, "{press:?}");
    }
    for given_up in [CanvasAction::HoldSpace { again: true }, CanvasAction::ForgetSpace] {
        let mut app = seen();
        act(&mut app, CanvasAction::HoldSpace { again: false });
        act(&mut app, given_up.clone());
        act(&mut app, CanvasAction::LetGoSpace);
        assert!(!app.playing && !app.canvas.is_space_held(), "{given_up:?} is no tap");
    }
}

/// The first click opens a drawer, and the view moves: the second click at the same pixel meets something else, and means the same.
#[test]
fn a_double_click_is_on_what_its_first_press_met() {
    let queues = ["inventory-queue", "notification-queue", "analytics-queue", "notification-queue.dead"].map(node);
    let exchange = Node::Exchange("platform-events".into());
    let places = queues.into_iter().chain([exchange, Node::Client(0), Node::Instance(notification_service(&seen()))]);
    let page = (7, 8);
    // What the second press meets: the empty canvas, a port, another part, the key of a line, a drawer or a notice.
    let seconds: [fn(&Node, Pixel) -> Option<CanvasAction>; 5] = [
        |_, at| Some(CanvasAction::PressEmpty { at, boxed: false }),
        |place, at| Some(CanvasAction::PressPort(place.clone(), at)),
        |_, at| Some(CanvasAction::PressNode(Node::Client(0), at)),
        |_, _| Some(CanvasAction::PressKey(Line::Binding(0))),
        |_, _| None,
    ];
    for (place, second) in places.flat_map(|place| seconds.map(|second| (place.clone(), second))) {
        let mut app = seen();
        let (size, away) = (app.canvas.size, Pixel { x: 4.0, y: 4.0 });
        // A click before is another click.
        act(&mut app, CanvasAction::PressEmpty { at: away, boxed: false });
        act(&mut app, CanvasAction::FirstPress);
        act(&mut app, CanvasAction::Release { at: away, page, event: None });
        let at = pixel(&app, &place);
        act(&mut app, CanvasAction::PressNode(place.clone(), at));
        act(&mut app, CanvasAction::FirstPress);
        act(&mut app, CanvasAction::Release { at, page, event: None });
        act(&mut app, CanvasAction::Resize(Pixel { x: size.x - 360.0, ..size }));
        if let Some(press) = second(&place, at) {
            act(&mut app, press);
            act(&mut app, CanvasAction::Release { at, page, event: None });
        }
        let effects = app::update(&mut app, CanvasAction::DoubleClick { at, page });
        assert!(effects.contains(&Effect::Ask(Asked::Name(place.clone()))), "{place:?}: {effects:?}");
        assert_eq!(session(&app).selection.connecting, None, "{place:?}: no line is begun");
        assert_eq!(session(&app).selection.primary, Some(place));
        assert_eq!(app.dialog, None);
    }
    // The key of a line means its line, whatever the second press meets.
    let (mut app, at) = (seen(), Pixel { x: 4.0, y: 4.0 });
    act(&mut app, CanvasAction::PressKey(Line::Binding(1)));
    act(&mut app, CanvasAction::FirstPress);
    act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
    act(&mut app, CanvasAction::Release { at, page, event: None });
    assert_eq!(app::update(&mut app, CanvasAction::DoubleClick { at, page }), [Effect::Ask(Asked::Binding(1))]);
    assert_eq!(app.dialog, None, "nothing is added");
    // Without a first press on the canvas it means nothing there.
    assert_eq!(app::update(&mut app, CanvasAction::DoubleClick { at, page }), []);
    assert_eq!(app.dialog, None);
}

#[test]
fn a_double_click_adds_renames_or_edits_a_key() {
    let mut app = seen();
    let queue = node("analytics-queue");
    let click = double_click;
    let at = pixel(&app, &queue);
    assert!(click(&mut app, at).contains(&Effect::Ask(Asked::Name(queue))));
    let edges = geometry::edges(session(&app).plan());
    let bindings: Vec<usize> = (0..session(&app).scenario().broker.bindings.len()).collect();
    let mut asked = Vec::new();
    for edge in edges {
        let (kind, at) = (&edge.kind, app.camera().to_stage(edge.curve.at(0.5)));
        let effects = click(&mut app, at);
        assert_eq!(app.dialog, None, "{kind:?}");
        let line = session(&app).line_of(&edge).expect("it is a line");
        match session(&app).key_of(&line) {
            Some(key) => {
                assert_eq!(effects, [Effect::Ask(key.clone())]);
                asked.extend(if let Asked::Binding(number) = key { Some(number) } else { None });
            }
            None => assert_eq!(session(&app).selection.line, Some(line), "{kind:?}"),
        }
    }
    assert_eq!(asked, bindings);
    // On the empty canvas the parts are listed, and stand where it was clicked.
    let at = app.camera().to_stage(Point { x: 15.0, y: 900.0 });
    assert_eq!(click(&mut app, at), []);
    assert_eq!(app.dialog, Some(Dialog::Menu { of: Menu::Parts, x: 7, y: 8 }));
    let listed = commands::of_parts(&app);
    // A version without some type of exchange or queue does not offer it.
    assert_eq!(listed.len(), PartKind::offered(session(&app).scenario()).count());
    let add = listed.into_iter().find(|command| command.word.contains("Classic queue")).expect("it is listed");
    act(&mut app, add.action);
    assert_eq!(session(&app).scenario().broker.queues.last().map(|queue| queue.at), Some(Point { x: 15.0, y: 900.0 }));
    // A page to look at has nothing to add.
    act(&mut app, PageAction::CloseDialog);
    act(&mut app, PageAction::SetOptions(Options { read_only: true, ..Options::default() }));
    assert_eq!((click(&mut app, at), app.dialog.clone()), (Vec::new(), None));
}

#[test]
fn the_empty_canvas_and_every_part_have_a_menu() {
    let mut app = seen();
    let at = app.camera().to_stage(Point { x: 15.0, y: 900.0 });
    act(&mut app, CanvasAction::OpenMenu { on: None, at, page: (3, 4) });
    assert_eq!(app.dialog, Some(Dialog::Menu { of: Menu::Canvas, x: 3, y: 4 }));
    let words = |app: &App| commands::of_canvas(app).into_iter().map(|command| command.word).collect::<Vec<_>>();
    for word in ["Add: Service", "Paste", "Select everything", "Arrange along the message flow", "Show everything"] {
        assert!(words(&app).contains(&word.to_owned()), "{word} is not in {:?}", words(&app));
    }
    act(&mut app, PageAction::SetOptions(Options { read_only: true, ..Options::default() }));
    assert_eq!(words(&app), ["Show everything"]);
    let queue = node("analytics-queue");
    act(&mut app, CanvasAction::OpenMenu { on: Some(Stop::Node(queue.clone())), at, page: (3, 4) });
    assert_eq!(app.dialog, Some(Dialog::Menu { of: Menu::Selection, x: 3, y: 4 }));
    assert_eq!(session(&app).selection.primary, Some(queue));
}

#[test]
fn two_fingers_pinch_whatever_the_first_has_begun() {
    let (one, other) = (Pixel { x: 300.0, y: 300.0 }, Pixel { x: 400.0, y: 300.0 });
    let queue = node("analytics-queue");
    for press in [
        CanvasAction::PressEmpty { at: one, boxed: false },
        CanvasAction::PressNode(queue.clone(), one),
        CanvasAction::PressPort(queue.clone(), Pixel::default()),
    ] {
        let mut app = seen();
        let (drawn, camera) = (session(&app).scenario_as_drawn(), app.camera());
        act(&mut app, CanvasAction::Touch(Touch::First, 1, one));
        act(&mut app, press.clone());
        act(&mut app, CanvasAction::Touch(Touch::Down, 2, other));
        act(&mut app, CanvasAction::PressNode(queue.clone(), other));
        act(&mut app, CanvasAction::Touch(Touch::Moves, 2, by(other, 100.0, 0.0)));
        act(&mut app, CanvasAction::Move(by(other, 100.0, 0.0)));
        let wanted = camera.pinched([one, other], [one, by(other, 100.0, 0.0)]);
        assert_eq!(app.camera(), wanted, "{press:?}");
        for (finger, at) in [(2, by(other, 100.0, 0.0)), (1, one)] {
            act(&mut app, CanvasAction::Touch(Touch::Up, finger, at));
            assert_eq!(release(&mut app, at), [], "{press:?}");
            act(&mut app, CanvasAction::Move(by(at, 30.0, 30.0)));
        }
        assert_eq!((app.camera(), &app.canvas.gesture), (wanted, &Gesture::Idle), "{press:?}");
        assert_eq!(session(&app).scenario_as_drawn(), drawn, "{press:?}");
        assert_eq!(session(&app).selection.connecting, None, "{press:?}");
        // A finger that was lost does not count when the next one comes.
        act(&mut app, CanvasAction::Touch(Touch::Down, 8, one));
        act(&mut app, CanvasAction::Touch(Touch::First, 9, one));
        act(&mut app, CanvasAction::PressEmpty { at: one, boxed: false });
        assert!(app.canvas.gesture.rests(), "{press:?}");
    }
}

#[test]
fn a_finger_that_rests_opens_the_menu_of_what_is_under_it() {
    let queue = node("analytics-queue");
    for (moved, on_queue, opens) in
        [(0.0, true, Some(Menu::Selection)), (0.0, false, Some(Menu::Canvas)), (30.0, true, None), (30.0, false, None)]
    {
        let mut app = seen();
        let at = if on_queue { pixel(&app, &queue) } else { Pixel { x: 5.0, y: 5.0 } };
        act(&mut app, CanvasAction::Touch(Touch::First, 1, at));
        act(&mut app, if on_queue { CanvasAction::PressNode(queue.clone(), at) } else { CanvasAction::PressEmpty { at, boxed: false } });
        act(&mut app, CanvasAction::Move(by(at, moved, 0.0)));
        act(&mut app, CanvasAction::LongPress { at, page: (1, 2) });
        assert_eq!(app.dialog, opens.map(|of| Dialog::Menu { of, x: 1, y: 2 }), "{moved} {on_queue}");
        if opens.is_some() {
            let effects = release(&mut app, at);
            assert_eq!(effects, [Effect::SwallowClick], "the finger that opened the menu does not click");
        }
    }
}

#[test]
fn space_is_the_pages_on_every_part_and_line() {
    let mut app = seen();
    let space = Pressed { key: " ", ..Pressed::default() };
    let is_the_pages = |app: &App| {
        let stops = session(app).stops();
        assert!(stops.len() > 20, "{}", stops.len());
        for (stop, ..) in stops {
            assert_eq!(on_stop(session(app), &stop, space), None, "{stop:?}");
        }
    };
    is_the_pages(&app);
    act(&mut app, SelectAction::Node(Some(node("analytics-queue"))));
    is_the_pages(&app);
    act(&mut app, EditAction::ToggleLine);
    is_the_pages(&app);
}

/// A line that was begun before the page became one to look at ends nowhere.
#[test]
fn a_line_is_not_ended_on_a_page_to_look_at() {
    for read_only in [false, true] {
        let mut app = seen();
        let bindings = session(&app).scenario().broker.bindings.len();
        act(&mut app, SelectAction::Node(Some(Node::Exchange("platform-events".into()))));
        act(&mut app, EditAction::ToggleLine);
        assert!(session(&app).selection.connecting.is_some());
        act(&mut app, PageAction::SetOptions(Options { read_only, ..Options::default() }));
        act(&mut app, SelectAction::Node(Some(Node::Queue("notification-queue".into()))));
        assert_eq!(session(&app).scenario().broker.bindings.len(), bindings + usize::from(!read_only), "read-only: {read_only}");
    }
}

/// The minimap covers no part, wherever the view is, and no notice covers it. It stays where it is while a pointer is down, and as long
/// as nothing is in its way.
#[test]
fn the_minimap_covers_no_part() {
    let (mut shown, mut moved) = (0, 0);
    for (name, text) in gallery() {
        for (size, window) in [
            (Pixel { x: 1392.0, y: 796.0 }, (1_440, 900)),
            (Pixel { x: 976.0, y: 664.0 }, (1_024, 768)),
            // Beside one drawer and two, on a tablet that stands, and on a phone.
            (Pixel { x: 616.0, y: 664.0 }, (1_024, 768)),
            (Pixel { x: 672.0, y: 796.0 }, (1_440, 900)),
            (Pixel { x: 720.0, y: 912.0 }, (768, 1_024)),
            (Pixel { x: 390.0, y: 688.0 }, (390, 844)),
        ] {
            let mut app = App::default();
            act(&mut app, WorkspaceAction::Fit(Room::of(window.0, window.1)));
            act(&mut app, CanvasAction::Resize(size));
            act(&mut app, FileAction::Opened { name: name.clone(), text: text.clone() });
            assert_eq!(app.canvas.map, None, "{name}: everything is seen");
            for step in 0..24 {
                let before = app.canvas.map;
                if step == 0 {
                    act(&mut app, CanvasAction::Zoom(1.6, None));
                } else {
                    let (dx, dy) = [(90.0, 0.0), (0.0, 70.0), (-120.0, 0.0), (0.0, -110.0)][step % 4];
                    let at = Pixel { x: size.x / 2.0, y: size.y / 2.0 };
                    act(&mut app, wheel(at, (dx, dy), false, false));
                }
                let (plan, camera) = (session(&app).plan(), app.camera());
                let bounds = geometry::bounds(plan);
                let covers = |spot: Corner| {
                    let part = |(first, last): (Pixel, Pixel)| camera.part(first, last);
                    let (map, notice) = (part(spot.map_on(size, &bounds, app.workspace.room)), part(app.room_of_notices()));
                    let mut parts = geometry::places(plan).into_iter().filter_map(|place| geometry::with_name(plan, &place));
                    notice.meets(&map) || parts.any(|part| part.meets(&map))
                };
                assert!(app.hides_parts() || app.canvas.map.is_none(), "{name}");
                if let Some(spot) = app.canvas.map {
                    shown += 1;
                    assert!(!covers(spot), "{name} {size:?} {step}: {spot:?}");
                }
                if let Some(spot) = before.filter(|before| app.hides_parts() && Some(*before) != app.canvas.map) {
                    moved += 1;
                    assert!(covers(spot), "{name} {size:?} {step}: it had no reason to move");
                }
            }
        }
    }
    assert!(shown > 200 && moved > 5, "{shown} {moved}");
}
