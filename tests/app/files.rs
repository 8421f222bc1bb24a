//! What is opened, kept, saved and protected.

use requeue::app::{
    self, Action, App, Arrived, Dialog, EditAction, Effect, FileAction, Opening, OperateAction, Options, PageAction, Rest, Shared, update,
};
use requeue::base::SimTime;
use requeue::formats::recording_file;
use requeue::scenario::edit::PartKind;

use super::support::*;

#[test]
fn what_cannot_be_opened_leaves_what_is_open() {
    let mut app = opened();
    play(&mut app, 3);
    let hash = session(&app).world().trace_hash();
    act(&mut app, FileAction::Opened { name: "broken.json".into(), text: COURSE_CHAPTER.replace("\"topic\"", "\"topical\"") });
    let unreadable = app.unreadable.as_ref().expect("it says so");
    assert_eq!(unreadable.name, "broken.json");
    assert_eq!(unreadable.problems[0].path, "broker.exchanges[0].type");
    assert_eq!(session(&app).world().trace_hash(), hash);
    act(&mut app, PageAction::DismissUnreadable);
    assert!(app.unreadable.is_none());
}

#[test]
fn the_gallery_is_fetched_once_and_what_is_saved_opens_again() {
    let mut app = opened();
    assert_eq!(app::update(&mut app, PageAction::OpenDialog(Dialog::Gallery)), [Effect::FetchGallery]);
    act(&mut app, FileAction::GalleryFetched(include_str!("../../static/gallery.json").into()));
    act(&mut app, PageAction::CloseDialog);
    assert_eq!(app::update(&mut app, PageAction::OpenDialog(Dialog::Gallery)), []);
    let first = app.gallery.as_ref().expect("it was fetched")[0].clone();
    assert_eq!(first.entry.title, "The course chapter's system");
    assert_eq!(app::update(&mut app, FileAction::OpenFromGallery(first.entry.file.clone())), [Effect::FetchScenario(first.entry.file)]);
    let Effect::Download { name, text } = only(app::update(&mut app, FileAction::SaveScenario)) else { panic!("a file") };
    assert_eq!(name, "the-course-chapter-s-system.json");
    let scenario = session(&app).scenario().clone();
    act(&mut app, FileAction::Opened { name, text });
    assert_eq!(*session(&app).scenario(), scenario);
}

#[test]
fn a_recording_opens_at_its_beginning_with_its_future_ahead() {
    let mut app = opened();
    play(&mut app, 5);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    play(&mut app, 5);
    let hash = session(&app).world().trace_hash();
    let text = recording_file::write(session(&app).timeline().recording(), session(&app).world().now());
    act(&mut app, FileAction::Opened { name: "found.json".into(), text });
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 10);
    assert_eq!(session(&app).world().trace_hash(), hash);
}

#[test]
fn unsaved_work_is_not_replaced_without_leave() {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    let other = COURSE_CHAPTER.replace("The course chapter's system", "Another");
    act(&mut app, FileAction::Opened { name: "other.json".into(), text: other.clone() });
    assert_eq!(app.dialog, Some(Dialog::Replace));
    act(&mut app, PageAction::OpenDialog(Dialog::Commands));
    assert_eq!(app.dialog, Some(Dialog::Replace), "the question waits for its answer");
    assert_eq!(session(&app).scenario().title, "The course chapter's system");
    act(&mut app, PageAction::CloseDialog);
    act(&mut app, FileAction::ConfirmReplace);
    assert_eq!(session(&app).scenario().title, "The course chapter's system", "what was refused does not wait");
    act(&mut app, FileAction::Opened { name: "other.json".into(), text: other.clone() });
    act(&mut app, FileAction::ConfirmReplace);
    assert_eq!(session(&app).scenario().title, "Another");
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, FileAction::SaveScenario);
    act(&mut app, FileAction::Opened { name: "again.json".into(), text: other });
    assert_eq!(app.dialog, None, "what is in a file needs no question");
}

#[test]
fn a_page_to_look_at_changes_nothing_and_still_runs() {
    let mut app = App::default();
    act(&mut app, PageAction::SetOptions(Options { read_only: true, at: Some(SimTime::from_secs(3)), play: true, ..Options::default() }));
    act(&mut app, FileAction::Opened { name: "link".into(), text: COURSE_CHAPTER.into() });
    assert_eq!(session(&app).world().now(), SimTime::from_secs(3));
    assert!(!app.playing, "a stranger's link does not play by itself");
    let before = session(&app).scenario_as_drawn();
    for action in [
        Action::Edit(EditAction::AddPart(PartKind::Service)),
        Action::Edit(EditAction::Delete),
        Action::Edit(EditAction::PlanFault("restart broker at 1s".into())),
        Action::Edit(EditAction::Paste("{}".into())),
    ] {
        act(&mut app, action);
    }
    assert_eq!(session(&app).scenario_as_drawn(), before);
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    play(&mut app, 2);
    assert!(session(&app).world().instance(id).is_some_and(|state| !state.up), "things may be broken");
}

/// The dialog that shares stands open while time passes: a link is written when it is asked for, as the run is then.
#[test]
fn a_link_is_written_when_it_is_asked_for() {
    let mut app = opened();
    act(&mut app, PageAction::OpenDialog(Dialog::Share));
    let link = |app: &mut App, shared, opening| match &update(app, FileAction::MakeLink(shared, opening))[..] {
        [Effect::MakeLink { text, options }] => (text.clone(), options.clone()),
        other => panic!("one link: {other:?}"),
    };
    let (scenario, options) = link(&mut app, Shared::Scenario, Opening::Playing);
    assert_eq!(
        (requeue::formats::scenario_file::read(&scenario).as_ref(), options.as_str()),
        (Ok(&**session(&app).scenario()), "&embed&read-only&play")
    );
    let (_, options) = link(&mut app, Shared::Recording, Opening::Page);
    assert_eq!(options, "&t=0");
    play(&mut app, 2);
    let (recording, options) = link(&mut app, Shared::Recording, Opening::ReadOnly);
    let now = session(&app).world().now();
    assert_eq!(options, format!("&read-only&t={}", now.as_millis()));
    assert_eq!(requeue::formats::recording_file::read(&recording).expect("a recording").until, now);
}

/// While the second file of the page is on its way, what it carries out waits: nothing is lost, and the rest of the page works.
#[test]
fn an_action_whose_code_has_not_come_waits_for_it() {
    let without_the_rest = || {
        let mut app = App::default();
        app.arrived = Arrived::FirstAlone(Vec::new());
        act(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
        play(&mut app, 1);
        let added = app::update(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
        assert_eq!(added, [Effect::AwaitRest]);
        app
    };
    let queues = |app: &App| session(app).scenario().broker.queues.len();

    let mut app = without_the_rest();
    let before = queues(&app);
    app::rest::come(&mut app, Rest::ALL);
    assert_eq!(queues(&app), before + 1);

    let mut app = without_the_rest();
    app::rest::fail(&mut app, "The server answered 404.".into());
    assert_eq!(app.unreadable.as_ref().map(|unreadable| &*unreadable.name), Some("The rest of the page"));
    app::rest::come(&mut app, Rest::ALL);
    assert_eq!(queues(&app), before, "what was said to be given up is not done after all");

    let mut app = without_the_rest();
    let lesson = FileAction::Opened { name: "first.md".into(), text: "# A lesson".into() };
    assert_eq!(app::update(&mut app, lesson), [Effect::AwaitRest], "the reader of lessons comes with it");
    app::rest::come(&mut app, Rest::ALL);
    assert_eq!(app.unreadable.as_ref().map(|unreadable| &*unreadable.name), Some("first.md"), "it was read, and is no lesson");
}

/// A link leads to a lesson, and the second file does not come: nothing is open, so what waits is done when it was loaded again.
#[test]
fn a_lesson_whose_code_did_not_come_opens_when_it_is_loaded_again() {
    let mut app = App::default();
    app.arrived = Arrived::FirstAlone(Vec::new());
    let lesson = FileAction::Opened { name: "lessons/topic.md".into(), text: TOPIC.into() };
    assert_eq!(app::update(&mut app, lesson), [Effect::AwaitRest]);
    assert_eq!(app::rest::fail(&mut app, "The server answered 404.".into()), []);
    assert_eq!(app.unreadable, None, "the page says it, and offers to load it again");
    app::rest::come(&mut app, Rest::ALL);
    assert!(app.classroom.is_some() && app.session.is_some());
}
