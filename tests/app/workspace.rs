//! Which drawers open, and what opens them by itself.

use requeue::app::{
    Detail, Drawer, Effect, FileAction, LessonAction, OperateAction, Reading, Room, SelectAction, Shelf, Side, TimeAction, WorkspaceAction,
    update,
};
use requeue::base::SimTime;
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
    for (width, room) in [(1_440, Room::Wide), (1_200, Room::Wide), (1_199, Room::Middle), (861, Room::Middle), (860, Room::Narrow)] {
        assert_eq!(Room::of(width), room, "{width}");
    }
    let mut app = opened();
    act(&mut app, WorkspaceAction::Toggle(Drawer::Build));
    act(&mut app, WorkspaceAction::ToggleShelf(Shelf::Events));
    select(&mut app, &Part::Queue("notification-queue".into()));
    for (room, seen) in [
        (Room::Wide, vec![Side::Right, Side::Shelf, Side::Left]),
        (Room::Middle, vec![Side::Right, Side::Shelf]),
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
    act(&mut app, TimeAction::CompareBranches);
    wait(&mut app);
    assert_eq!(app.workspace.shelf, Some(Shelf::Compare));
    act(&mut app, TimeAction::CompareBranches);
    assert_eq!(app.workspace.shelf, None);
}
