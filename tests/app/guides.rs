//! Alignment guides: what is dragged stops where it is level with another part.

use requeue::app::camera::Pixel;
use requeue::app::guides::Guide;
use requeue::app::{App, CanvasAction, Node, SelectAction, geometry};
use requeue::scenario::Point;

use super::support::*;

/// A node is taken hold of in its middle and dragged to so many canvas units from where it stood.
fn dragged(app: &mut App, node: &Node, across: f64, down: f64, freely: bool) {
    let (camera, at) = (app.camera(), session(app).place(node).expect("it is there"));
    let to = camera.to_stage(Point { x: at.x + across, y: at.y + down });
    act(app, CanvasAction::PressNode(node.clone(), camera.to_stage(at)));
    act(app, if freely { CanvasAction::MoveFreely(to) } else { CanvasAction::Move(to) });
}

fn is_upright(guide: &Guide) -> bool {
    guide.from.x >= guide.to.x
}

fn let_go(app: &mut App) {
    act(app, CanvasAction::Release { at: Pixel::default(), page: (0, 0), event: None });
}

fn seen() -> App {
    let mut app = opened();
    act(&mut app, CanvasAction::Resize(Pixel { x: 1_392.0, y: 796.0 }));
    app
}

#[test]
fn a_part_stops_where_it_is_level_with_another() {
    // The chapter's queues stand at x 568, its exchange at (330, 240), its services at x 816.
    let queue = node("analytics-queue");
    // how far it is dragged, where it comes to stand, and how many guides are seen
    for (across, down, x, y, guides) in [
        (4.0, 37.0, 568.0, 420.0, 1),      // beneath the other queues; on the grid downwards
        (-236.0, -147.0, 330.0, 240.0, 2), // its middle is the exchange's
        (-83.0, 37.0, 480.0, 420.0, 0),    // level with nothing: on the grid
        (250.0, 3.0, 816.0, 385.0, 2),     // where a service stands
    ] {
        let mut app = seen();
        dragged(&mut app, &queue, across, down, false);
        assert_eq!(app.canvas.guides.len(), guides, "{across}, {down}");
        for guide in &app.canvas.guides {
            assert!(is_upright(guide) && guide.from.y < guide.to.y || guide.from.y >= guide.to.y && guide.from.x < guide.to.x);
        }
        assert_eq!(session(&app).place(&queue), Some(Point { x, y }), "{across}, {down}");
        let_go(&mut app);
        assert_eq!(app.canvas.guides, [], "they are seen as long as it is dragged");
        assert_eq!(session(&app).place(&queue), Some(Point { x, y }));
    }
}

#[test]
fn alt_switches_guides_and_grid_off_and_esc_gives_the_drag_up() {
    let mut app = seen();
    let queue = node("analytics-queue");
    let stood = session(&app).place(&queue).expect("it is there");
    dragged(&mut app, &queue, 4.0, 37.0, true);
    let now = session(&app).place(&queue).expect("it is there");
    assert!((now.x - 572.0).abs() < 1e-9 && (now.y - 422.0).abs() < 1e-9, "{now:?}");
    assert_eq!(app.canvas.guides, []);
    act(&mut app, CanvasAction::Escape);
    assert_eq!(session(&app).place(&queue), Some(stood));
    let_go(&mut app);
    dragged(&mut app, &queue, 4.0, 37.0, false);
    assert_ne!(app.canvas.guides, []);
    act(&mut app, CanvasAction::Escape);
    assert_eq!((session(&app).place(&queue), &*app.canvas.guides), (Some(stood), &[][..]));
    assert!(!session(&app).can_undo());
}

#[test]
fn what_is_dragged_along_is_no_guide() {
    let mut app = seen();
    for queue in ["inventory-queue", "notification-queue", "analytics-queue", "notification-queue.dead"] {
        act(&mut app, SelectAction::Toggle(node(queue)));
    }
    let queue = node("analytics-queue");
    dragged(&mut app, &queue, 97.0, 0.0, false);
    let across: Vec<_> = app.canvas.guides.iter().filter(|guide| is_upright(guide)).collect();
    assert!(across.is_empty(), "{across:?}");
    let plan = session(&app).plan();
    assert_eq!(geometry::rect(plan, &queue).map(|rect| rect.centre().x), Some(660.0), "they are on the grid");
}
