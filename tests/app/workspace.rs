//! Which drawers open, and what opens them by itself.

use requeue::app::camera::Pixel;
use requeue::app::{
    Action, App, CanvasAction, Detail, Drawer, EditAction, Effect, FileAction, LessonAction, Node, OperateAction, PageAction, Reading,
    Room, SelectAction, Shelf, Side, TimeAction, WorkspaceAction, geometry, update,
};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::scenario::edit::Part;

use super::support::*;

#[test]
fn one_drawer_at_the_left_and_one_below() {
    let mut app = opened();
    assert_eq!((app.workspace.left, app.workspace.shelf), (None, None), "the canvas has the window");
    assert_eq!(update(&mut app, WorkspaceAction::Toggle(Drawer::Publish)), [Effect::Read(Reading::Drawer)]);
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    assert_eq!(app.workspace.left, Some(Drawer::Build), "it takes the other's place");
    assert_eq!(update(&mut app, WorkspaceAction::ToggleShelf(Shelf::Events)), [Effect::Read(Reading::Shelf)]);
    assert_eq!(app.seen(), [Side::Shelf, Side::Left]);
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    act(&mut app, WorkspaceAction::CloseShelf);
    assert_eq!((app.workspace.left, app.workspace.shelf), (None, None));
}

#[test]
fn a_window_shows_the_drawers_that_it_has_room_for() {
    for (width, height, room) in [
        (1_440, 900, Room::Wide),
        (1_200, 900, Room::Wide),
        (1_199, 900, Room::Middle),
        (861, 1_180, Room::Middle),
        (860, 1_180, Room::Upright),
        (700, 800, Room::Upright),
        (699, 1_180, Room::Narrow),
        (844, 390, Room::Narrow),
    ] {
        assert_eq!(Room::of(width, height), room, "{width} × {height}");
    }
    let mut app = opened();
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    act(&mut app, WorkspaceAction::ToggleShelf(Shelf::Events));
    select(&mut app, &Part::Queue("notification-queue".into()));
    for (room, seen) in [
        (Room::Wide, vec![Side::Right, Side::Shelf, Side::Left]),
        (Room::Middle, vec![Side::Right, Side::Shelf]),
        (Room::Upright, vec![Side::Right]),
        (Room::Narrow, vec![Side::Right]),
    ] {
        act(&mut app, WorkspaceAction::Fit(room));
        assert_eq!(app.seen(), seen, "{room:?}");
    }
    // The button of a drawer that is hidden brings it back; the button of one that is seen closes it.
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    assert_eq!((app.workspace.left, app.seen()), (Some(Drawer::Build), vec![Side::Left]));
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    assert_eq!((app.workspace.left, app.seen()), (None, vec![Side::Right]), "the one before it comes back");
}

#[test]
fn the_canvas_keeps_the_keyboard_until_a_part_is_chosen_again() {
    let mut app = opened();
    let (queue, other) = (Node::Queue("notification-queue".into()), Node::Queue("analytics-queue".into()));
    let mut choose = |node: &Node| update(&mut app, SelectAction::Node(Some(node.clone())));
    assert_eq!(choose(&queue), []);
    assert_eq!(choose(&queue), [Effect::Read(Reading::Part)]);
    assert_eq!(choose(&other), []);
    assert_eq!(update(&mut app, SelectAction::Toggle(queue.clone())), []);
    assert_eq!(update(&mut app, SelectAction::Node(Some(queue))), [], "of several, this one is chosen");
    assert_eq!(update(&mut app, PageAction::ToggleTable), [Effect::Read(Reading::Table)]);
    assert_eq!(update(&mut app, PageAction::ToggleTable), []);
}

#[test]
fn what_is_selected_or_asked_for_is_in_front_at_the_right() {
    let mut app = opened();
    play(&mut app, 5);
    select(&mut app, &Part::Queue("notification-queue".into()));
    assert_eq!((app.workspace.detail, app.seen()), (Detail::Part, vec![Side::Right]));
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    assert_eq!(app.workspace.detail, Detail::Message, "the newest");
    act(&mut app, WorkspaceAction::ShowDetail(Detail::Part));
    assert_eq!(app.workspace.detail, Detail::Part);
    select(&mut app, &Part::Queue("inventory-queue".into()));
    act(&mut app, SelectAction::Story(None));
    assert_eq!(app.workspace.detail, Detail::Part);
}

#[test]
fn a_lesson_and_a_comparison_open_their_drawers_and_close_them() {
    let mut app = opened();
    // Without a lesson its button leads to the course.
    act(&mut app, WorkspaceAction::Toggle(Drawer::Lesson));
    assert_eq!((app.workspace.left, app.dialog.take()), (None, Some(requeue::app::Dialog::Course)));
    act(&mut app, WorkspaceAction::Arrive { runs: false });
    act(&mut app, FileAction::Opened { name: "fanout.md".into(), text: include_str!("../../static/lessons/fanout.md").into() });
    assert_eq!((app.workspace.left, app.workspace.card), (Some(Drawer::Lesson), None));
    act(&mut app, WorkspaceAction::Toggle(Drawer::Publish));
    act(&mut app, LessonAction::Close);
    assert_eq!(app.workspace.left, Some(Drawer::Publish), "another drawer stays open");

    let mut app = opened();
    play(&mut app, 20);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    wait(&mut app);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 5);
    act(&mut app, WorkspaceAction::Fit(Room::Wide));
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    select(&mut app, &Part::Queue("notification-queue".into()));
    act(&mut app, TimeAction::CompareBranches);
    wait(&mut app);
    assert_eq!(app.workspace.shelf, Some(Shelf::Compare));
    // Two drawings get the whole width; what is opened then stays beside them.
    assert_eq!(app.seen(), [Side::Shelf]);
    select(&mut app, &Part::Queue("notification-queue".into()));
    play(&mut app, 1);
    assert_eq!(app.seen(), [Side::Right, Side::Shelf]);
    act(&mut app, TimeAction::CompareBranches);
    assert_eq!(app.workspace.shelf, None);
}

/// What is asked for, by which action, and whether it is seen.
type Case<'a> = (&'a str, fn() -> Action, &'a dyn Fn(&App) -> bool);

/// What is opened at the left to do what a lesson asks for stands beneath its task, and closes without it.
#[test]
fn a_lesson_stays_in_sight_while_something_is_built_for_it() {
    for drawer in [Drawer::Build, Drawer::Publish, Drawer::System] {
        for close in [WorkspaceAction::Toggle(drawer).into(), WorkspaceAction::CloseLeft.into(), Action::from(CanvasAction::Escape)] {
            for room in ROOMS {
                let mut app = in_class(include_str!("../../static/lessons/fanout.md"));
                act(&mut app, WorkspaceAction::Fit(room));
                act(&mut app, WorkspaceAction::Toggle(drawer));
                assert_eq!(app.keeps_lesson(), !room.has_sheet(), "{drawer:?}, {room:?}: a sheet has room for one");
                act(&mut app, LessonAction::ChooseStep(1));
                let left = if room.has_sheet() { Drawer::Lesson } else { drawer };
                assert_eq!(app.workspace.left, Some(left), "{drawer:?}, {room:?}: the next step");
                if !room.has_sheet() {
                    act(&mut app, close.clone());
                    assert_eq!(app.workspace.left, Some(Drawer::Lesson), "{drawer:?}, {room:?}, {close:?}");
                    act(&mut app, WorkspaceAction::Toggle(drawer));
                }
                act(&mut app, LessonAction::Close);
                assert!(!app.keeps_lesson() && app.workspace.left != Some(Drawer::Lesson), "{drawer:?}, {room:?}");
            }
        }
    }
}

const ROOMS: [Room; 4] = [Room::Wide, Room::Middle, Room::Upright, Room::Narrow];

/// Whatever is asked for is open and in front afterwards: also where it was open already, behind something else.
#[test]
fn whatever_is_asked_for_is_in_front_afterwards() {
    let lesson = || -> Action {
        FileAction::Opened { name: "fanout.md".into(), text: include_str!("../../static/lessons/fanout.md").into() }.into()
    };
    let queue = || -> Action { SelectAction::Node(Some(node("notification-queue"))).into() };
    let story = || -> Action { SelectAction::Story(Some("e-1".into())).into() };
    let is_lesson = |app: &App| (app.workspace.left == Some(Drawer::Lesson) || app.keeps_lesson()) && app.seen().contains(&Side::Left);
    let is_part = |app: &App| app.workspace.detail == Detail::Part && app.seen().contains(&Side::Right);
    let is_story = |app: &App| app.workspace.detail == Detail::Message && app.seen().contains(&Side::Right);
    let cases: [Case<'_>; 5] = [
        ("a lesson", lesson, &is_lesson),
        ("another step", || LessonAction::ChooseStep(0).into(), &is_lesson),
        ("a part", queue, &is_part),
        ("a part by its name", || CanvasAction::GoTo(node("notification-queue")).into(), &is_part),
        ("a story", story, &is_story),
    ];
    for room in ROOMS {
        for (what, asks, is_seen) in &cases {
            let mut app = opened();
            play(&mut app, 5);
            if *what == "another step" {
                act(&mut app, lesson());
                act(&mut app, LessonAction::ChooseStep(1));
            }
            act(&mut app, WorkspaceAction::Fit(room));
            act(&mut app, asks());
            assert!(is_seen(&app), "{what}, {room:?}");
            // Everything else is opened after it; then it is asked for once more.
            for other in
                [queue(), story(), WorkspaceAction::ToggleShelf(Shelf::Events).into(), WorkspaceAction::Toggle(Drawer::Build).into()]
            {
                act(&mut app, other);
            }
            act(&mut app, asks());
            assert!(is_seen(&app), "{what} once more, {room:?}");
        }
        let mut app = opened();
        act(&mut app, WorkspaceAction::Fit(room));
        for open in [WorkspaceAction::ToggleShelf(Shelf::Events), WorkspaceAction::Toggle(Drawer::Build), WorkspaceAction::Tour] {
            act(&mut app, open);
        }
        assert_eq!(app.seen().is_empty(), room.has_sheet(), "a sheet does not cover the tour, {room:?}");
    }
}

/// Escape closes what was opened last, and then what was opened before it.
#[test]
fn escape_closes_what_was_opened_last() {
    let ways: [(Action, Side); 6] = [
        (WorkspaceAction::Toggle(Drawer::Build).into(), Side::Left),
        (WorkspaceAction::Toggle(Drawer::Publish).into(), Side::Left),
        (WorkspaceAction::Toggle(Drawer::System).into(), Side::Left),
        (WorkspaceAction::ToggleShelf(Shelf::Charts).into(), Side::Shelf),
        (SelectAction::Node(Some(node("notification-queue"))).into(), Side::Right),
        (SelectAction::Story(Some("e-1".into())).into(), Side::Right),
    ];
    for room in ROOMS {
        for (first, one) in &ways {
            for (second, other) in ways.iter().filter(|(_, other)| other != one) {
                let mut app = opened();
                play(&mut app, 5);
                act(&mut app, WorkspaceAction::Fit(room));
                act(&mut app, first.clone());
                act(&mut app, second.clone());
                assert!(app.seen().contains(other));
                act(&mut app, CanvasAction::Escape);
                assert_eq!(app.seen(), [*one], "{first:?}, {second:?}, {room:?}");
                act(&mut app, CanvasAction::Escape);
                assert_eq!(app.seen(), [], "{first:?}, {second:?}, {room:?}");
                act(&mut app, CanvasAction::Escape);
            }
        }
    }
}

/// What is typed into a field and cannot be is given up first: the document's value stands there again.
#[test]
fn escape_gives_up_what_is_typed_before_it_closes_anything() {
    let mut app = opened();
    let queue = Part::Queue("notification-queue".into());
    select(&mut app, &queue);
    act(&mut app, EditAction::Rename(queue, "analytics-queue".into()));
    assert!(session(&app).document.typing.is_some());
    act(&mut app, CanvasAction::Escape);
    assert!(session(&app).document.typing.is_none() && app.seen() == [Side::Right]);
    act(&mut app, CanvasAction::Escape);
    assert_eq!(app.seen(), []);
}

/// A notice covers no part and no badge that it can leave free: of any system, with any part selected and the inspector open.
#[test]
fn a_notice_covers_no_badge_that_it_can_leave_free() {
    let (mut low, mut seen) = (0, 0);
    for (name, text) in gallery() {
        for (width, height) in [(1_392.0, 796.0), (976.0, 664.0)] {
            let mut app = App::default();
            act(&mut app, FileAction::Opened { name: "a.json".into(), text: text.clone() });
            act(&mut app, WorkspaceAction::Fit(Room::of(if width > 1_000.0 { 1_440 } else { 1_024 }, 768)));
            act(&mut app, CanvasAction::Beside(0.0, Pixel { x: width, y: height }));
            act(&mut app, CanvasAction::Resize(Pixel { x: width, y: height }));
            for node in geometry::places(session(&app).plan()) {
                act(&mut app, SelectAction::Node(Some(node)));
                act(&mut app, CanvasAction::Resize(Pixel { x: width - 360.0, y: height }));
                for up in [0.0, 30.0, 90.0, 160.0] {
                    if up > 0.0 {
                        let at = Pixel { x: 300.0, y: 300.0 };
                        act(&mut app, CanvasAction::Wheel { at, dx: 0.0, dy: up, zooms: false, sideways: false });
                    }
                    let (plan, camera) = (session(&app).plan(), app.camera());
                    let covers = |is_low: bool| {
                        let (first, last) = app.notice_on(is_low);
                        geometry::places(plan).iter().any(|place| {
                            let rect = geometry::with_name(plan, place).expect("it is drawn");
                            let one = camera.to_stage(Point { x: rect.left, y: rect.top - 8.0 });
                            let other = camera.to_stage(Point { x: rect.right(), y: rect.bottom() });
                            one.x < last.x && first.x < other.x && one.y < last.y && first.y < other.y
                        })
                    };
                    let is_low = app.has_low_notices();
                    assert!(!covers(is_low) || up > 0.0 && covers(!is_low), "{name} {width} {up}: {:?}", session(&app).selection.primary);
                    low += usize::from(is_low);
                    seen += 1;
                }
                act(&mut app, CanvasAction::ShowEverything);
                act(&mut app, CanvasAction::Resize(Pixel { x: width, y: height }));
            }
        }
    }
    assert!(low > 100, "{low} of {seen} are low");
}

/// The card of things to do covers no part and no name that it can leave free: of any system, beside any drawers.
#[test]
fn the_card_of_things_to_do_covers_no_part() {
    let (mut covers, mut seen): (Vec<String>, usize) = (Vec::new(), 0);
    for (name, text) in gallery() {
        for (width, height) in [(1_392.0, 796.0), (976.0, 664.0)] {
            for (left, right) in [(0.0, 0.0), (360.0, 0.0), (0.0, 360.0)] {
                let mut app = App::default();
                act(&mut app, FileAction::Opened { name: "a.json".into(), text: text.clone() });
                act(&mut app, WorkspaceAction::Tour);
                if left > 0.0 {
                    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
                }
                act(&mut app, CanvasAction::Beside(left, Pixel { x: width, y: height }));
                act(&mut app, CanvasAction::Resize(Pixel { x: width - left - right, y: height }));
                let (first, last) = app.card_spot().expect("it has room").card_on(app.canvas.size);
                let plan = session(&app).plan();
                let covered = geometry::places(plan).into_iter().find(|place| {
                    let rect = geometry::with_name(plan, place).expect("it is drawn");
                    let one = app.camera().to_stage(Point { x: rect.left, y: rect.top });
                    let other = app.camera().to_stage(Point { x: rect.right(), y: rect.bottom() });
                    one.x < last.x && first.x < other.x && one.y < last.y && first.y < other.y
                });
                seen += 1;
                covers.extend(covered.map(|place| format!("{name}, {width}, {left}, {right}: {place:?}")));
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(covers.is_empty(), "{} of {seen}: {covers:#?}", covers.len());
}

/// The alert about dead letters was read once: in this system it comes no more. Another system has its own.
#[test]
fn an_alert_that_was_read_does_not_come_back() {
    let mut app = opened();
    assert!(!session(&app).dead_letters_read);
    act(&mut app, WorkspaceAction::ReadDeadLetters(Some("notification-queue".into())));
    assert!(session(&app).dead_letters_read && session(&app).selection.has(&node("notification-queue")), "what it tells of is shown");
    play(&mut app, 60);
    assert!(session(&app).dead_letters_read);
    act(&mut app, FileAction::New);
    assert!(!session(&app).dead_letters_read);
}
