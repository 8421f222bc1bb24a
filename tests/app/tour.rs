//! The first visit: the system runs, and six things are to be done in any way.

use requeue::app::composer::Typed;
use requeue::app::tour::{STEPS, Tour};
use requeue::app::{
    App, Card, CourseAction, Drawer, Effect, FileAction, Kept, OperateAction, Options, PageAction, PublishAction, SelectAction, TimeAction,
    WorkspaceAction, update,
};
use requeue::base::SimTime;
use requeue::sim::InstanceId;

use super::support::*;

fn arrived(kept: &str, runs: bool, options: Options) -> App {
    let mut app = App::default();
    act(&mut app, PageAction::SetOptions(options));
    act(&mut app, CourseAction::ProgressFound(Kept { tour: kept.into(), ..Kept::default() }));
    act(&mut app, WorkspaceAction::Arrive { runs });
    act(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
    app
}

#[test]
fn a_first_visit_runs_by_itself_and_nothing_else_does() {
    let embedded = || Options { embed: true, ..Options::default() };
    // what is kept, whether the page lets it run, options; whether it is greeted, whether it runs
    for (kept, runs, options, greeted, running) in [
        ("", true, Options::default(), true, true),
        ("", false, Options::default(), true, false),
        ("------", true, Options::default(), false, false),
        ("", true, embedded(), false, false),
    ] {
        let mut app = arrived(kept, runs, options);
        assert_eq!((app.workspace.card == Some(Card::Welcome), app.playing), (greeted, running), "{kept:?} {runs}");
        act(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
        assert!(!app.playing, "another system does not");
    }
}

#[test]
fn the_card_of_the_first_visit_is_read_once() {
    let mut app = arrived("", false, Options::default());
    assert_eq!(Kept::of(&app).tour, "", "it was not read yet");
    assert!(update(&mut app, WorkspaceAction::JustPlay).contains(&Effect::SaveProgress));
    assert_eq!((app.playing, app.workspace.card), (true, Some(Card::Tour)));
    assert_eq!(update(&mut app, WorkspaceAction::CloseCard), [Effect::SaveProgress]);
    assert_eq!((app.workspace.card, &*Kept::of(&app).tour), (None, "------"));
}

/// Each step is ticked off by what was done, and by nothing else; what is done is kept.
#[test]
fn the_tour_is_ticked_off_by_doing_and_can_be_left() {
    let mut app = arrived("", false, Options::default());
    act(&mut app, WorkspaceAction::JustPlay);
    let done = |app: &App| Kept::of(app).tour;
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
    assert_eq!(done(&app), "------", "time passes by itself");
    act(&mut app, TimeAction::PlayOrPause);
    assert_eq!(done(&app), "+-----");
    play(&mut app, 20);
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    assert_eq!(done(&app), "++----");
    assert!(update(&mut app, PublishAction::Again).contains(&Effect::SaveProgress));
    assert_eq!(done(&app), "+++---");
    // It names a service: another one is not it.
    let (other, _) = session(&app).scenario().service("inventory-service").expect("it is there");
    for action in [OperateAction::Kill, OperateAction::Start] {
        act(&mut app, action(InstanceId { service: other, instance: 0 }));
        assert_eq!(done(&app), "+++---");
    }
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    assert_eq!(done(&app), "++++--");
    // Left, and resumed in another visit.
    act(&mut app, WorkspaceAction::CloseCard);
    act(&mut app, OperateAction::Start(service));
    assert_eq!(done(&app), "++++--", "it was left");
    let mut app = arrived("++++--", true, Options::default());
    assert_eq!(app.workspace.card, None);
    act(&mut app, WorkspaceAction::Tour);
    play(&mut app, 20);
    let service = notification_service(&app);
    act(&mut app, OperateAction::Kill(service));
    act(&mut app, OperateAction::Start(service));
    assert_eq!(done(&app), "+++++-");
    act(&mut app, TimeAction::Seek(SimTime::from_secs(5)));
    wait(&mut app);
    assert_eq!(done(&app), "++++++");
    assert!(app.tour.is_over() && app.tour.count() == STEPS.len());
}

#[test]
fn what_a_browser_kept_is_read() {
    for (kept, count, welcomed) in [("", 0, false), ("1", 0, true), ("+-+", 2, true), ("++++++", 6, true), ("xxxxxxxxx", 0, true)] {
        let tour = Tour::read_kept(kept);
        assert_eq!((tour.count(), tour.is_welcomed), (count, welcomed), "{kept:?}");
    }
}

/// One action from anywhere: what the composer has; where it cannot be sent, the composer opens and says why.
#[test]
fn a_message_is_sent_again_from_anywhere() {
    let mut app = opened();
    for times in 1..=2 {
        act(&mut app, PublishAction::Again);
        assert_eq!(session(&app).composer.published, times);
    }
    assert!(session(&app).composer.outcome.as_ref().is_some_and(|outcome| outcome.contains("inventory-queue")));
    assert!(session(&app).composer.is_told && app.workspace.left.is_none());
    compose(&mut app, Typed::Payload, "{");
    act(&mut app, PublishAction::Again);
    assert_eq!((session(&app).composer.published, app.workspace.left), (2, Some(Drawer::Publish)));
    assert!(session(&app).composer.error.is_some());
}

/// Where the chapter's event leads nowhere, the first message is one that a service publishes.
#[test]
fn the_first_message_is_one_that_arrives() {
    let mut app = App::default();
    let text = COURSE_CHAPTER.replace("order.placed", "order.made").replace("\"order.*\"", "\"order.made\"").replace("\"#\"", "\"user.#\"");
    act(&mut app, FileAction::Opened { name: "other.json".into(), text });
    assert_eq!(session(&app).composer.routing_key, "order.made");
}

/// What the learner did not do is not ticked: a link to an earlier moment of another run is no journey back in time.
#[test]
fn what_is_opened_ticks_nothing_off() {
    let text = {
        let mut other = opened();
        act(&mut other, PublishAction::Again);
        play(&mut other, 8);
        let service = notification_service(&other);
        act(&mut other, OperateAction::Kill(service));
        act(&mut other, SelectAction::Story(Some("e-1".into())));
        recording_text(&other)
    };
    for at in [0, 2_000, 8_000] {
        let mut app = arrived("", false, Options::default());
        act(&mut app, WorkspaceAction::JustPlay);
        play(&mut app, 20);
        let before = Kept::of(&app).tour;
        act(&mut app, PageAction::SetOptions(Options { at: Some(SimTime::from_millis(at)), ..Options::default() }));
        act(&mut app, FileAction::Opened { name: "link".into(), text: text.clone() });
        wait(&mut app);
        assert_eq!(session(&app).world().now(), SimTime::from_millis(at));
        assert_eq!(Kept::of(&app).tour, before, "at {at}");
        act(&mut app, TimeAction::Restart);
        assert_eq!(Kept::of(&app).tour, before);
    }
}

#[test]
fn the_tour_names_no_part_that_is_not_there() {
    use requeue::app::tour::says;
    let mut app = arrived("------", false, Options::default());
    assert!(says(&app, 3).contains("notification-service") && app.has_the_service_of_the_tour());
    let other = include_str!("../../static/scenarios/work-queue.json");
    act(&mut app, FileAction::Opened { name: "work-queue.json".into(), text: other.into() });
    let names: Vec<String> = session(&app).scenario().services.iter().map(|service| service.name.to_string()).collect();
    let steps = (0..STEPS.len()).map(|step| says(&app, step)).collect::<Vec<_>>().join(" ");
    assert!(!steps.contains("notification-service") || names.iter().any(|name| name == "notification-service"), "{names:?}: {steps}");
    assert!(app.has_services());
    act(&mut app, FileAction::New);
    assert!(!app.has_services());
}
