//! A system with thousands of parts: what is drawn in full, and how each part is reached.

use requeue::app::camera::{Camera, Pixel};
use requeue::app::keys::{NodeKey, Pressed, on_stop};
use requeue::app::overview::{Overview, WHOLE_MAX};
use requeue::app::{App, CanvasAction, FileAction, Node, PageAction, Stop, commands, geometry};
use serde_json::{Value as Json, json};

use super::support::*;

const SIZE: Pixel = Pixel { x: 1_400.0, y: 800.0 };

/// A topic exchange in a grid of queues, all bound to it.
fn grid(queues: u32) -> App {
    let queue =
        |number: u32| json!({ "name": format!("q{number}"), "at": [f64::from(number % 50) * 220.0, f64::from(number / 50) * 120.0] });
    let binding = |number: u32| json!({ "source": "events", "queue": format!("q{number}"), "routing_key": format!("k{number}.*") });
    let broker = json!({
        "exchanges": [{ "name": "events", "type": "topic", "at": [-300, 0] }],
        "queues": (0..queues).map(queue).collect::<Vec<Json>>(),
        "bindings": (0..queues).map(binding).collect::<Vec<Json>>(),
    });
    let scenario =
        json!({ "requeue": 1, "title": "A grid", "network": { "latency_ms": 1 }, "broker": broker, "services": [], "clients": [] });
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "grid.json".into(), text: scenario.to_string() });
    act(&mut app, CanvasAction::Resize(SIZE));
    app
}

fn overview(app: &App) -> Option<Overview> {
    Overview::of(session(app).plan(), |_| false)
}

fn whole(app: &App, camera: Camera, at_hand: &[Node]) -> Vec<String> {
    let overview = overview(app).expect("it is large");
    let whole = overview.whole(overview.area(camera, SIZE, false).as_ref(), |place| at_hand.contains(place));
    let numbered = |(index, place): &(usize, &Node)| overview.nodes[*index].0 == **place;
    assert!(whole.iter().all(numbered), "each has the number that the keyboard knows it by");
    whole.into_iter().map(|(_, place)| format!("{place:?}")).collect()
}

#[test]
fn a_system_of_usual_size_is_drawn_in_full() {
    assert!(overview(&opened()).is_none() && overview(&grid(20)).is_none() && overview(&grid(4_000)).is_some());
}

#[test]
fn parts_in_view_are_drawn_in_full_as_long_as_they_are_few() {
    let app = grid(4_000);
    let far = Camera { scale: 0.05, ..Camera::default() };
    assert_eq!(whole(&app, far, &[]).len(), 0, "thousands are in view: their outline says where they are");
    let near = whole(&app, Camera::default(), &[]);
    assert!((20..WHOLE_MAX).contains(&near.len()) && near.iter().any(|place| place.contains("\"q51\"")), "{near:?}");
    let elsewhere = Camera::default().centred(SIZE, geometry::rect(session(&app).plan(), &node("q3999")).expect("it is there").centre());
    assert!(!whole(&app, elsewhere, &[]).iter().any(|place| place.contains("\"q0\"")), "it is out of view");
    let at_hand = whole(&app, elsewhere, &[node("q0")]);
    assert!(at_hand.iter().any(|place| place.contains("\"q0\"")), "the keyboard is there, or it is selected");
}

#[test]
fn an_overview_is_made_again_when_the_system_or_a_place_changes() {
    let mut app = grid(400);
    let before = overview(&app).expect("it is large");
    assert!(before.is_of(session(&app).plan()));
    play(&mut app, 1);
    assert!(before.is_of(session(&app).plan()), "time changes no place");
    let at = app.camera().to_stage(session(&app).place(&node("q7")).expect("it is there"));
    act(&mut app, CanvasAction::PressEmpty { at, boxed: false });
    act(&mut app, CanvasAction::Move(Pixel { x: at.x + 60.0, ..at }));
    assert!(!before.is_of(session(&app).plan()), "an outline is dragged as a part is");
    act(&mut app, CanvasAction::Release { at, page: (0, 0), event: None });
}

/// The lines that lead here from far away have their stops far away.
#[test]
fn an_arrow_leads_to_the_neighbour() {
    let app = grid(4_000);
    let queue = |number: u32| Stop::Node(node(&format!("q{number}")));
    for (key, leads_to) in [("ArrowRight", 1_026), ("ArrowLeft", 1_024), ("ArrowDown", 1_075), ("ArrowUp", 975)] {
        let pressed = Pressed { key, ..Pressed::default() };
        assert_eq!(on_stop(session(&app), &queue(1_025), pressed), Some(NodeKey::GoTo(queue(leads_to))), "{key}");
    }
}

#[test]
fn a_part_is_found_by_its_name_and_brought_into_view() {
    let mut app = grid(4_000);
    act(&mut app, PageAction::TypeQuery("q3456".into()));
    let found = commands::found(&app);
    let [go] = &found[..] else { panic!("{found:?}") };
    assert_eq!(go.name(), "Go to q3456");
    act(&mut app, go.action.clone());
    let rect = geometry::rect(session(&app).plan(), &node("q3456")).expect("it is there");
    assert!(session(&app).selection.has(&node("q3456")) && app.camera().shows(SIZE, &rect));
    let camera = app.camera();
    act(&mut app, CanvasAction::GoTo(node("q3455")));
    assert_eq!(app.camera(), camera, "what is seen needs no other view");
    act(&mut app, PageAction::TypeQuery("q3".into()));
    assert_eq!(commands::found(&app).len(), 100, "nobody reads a thousand of them");
}
