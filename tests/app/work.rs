//! What takes long is advanced frame by frame, tells how far it is, and can be cancelled.

use requeue::app::composer::Typed;
use requeue::app::form::{Kind, Spot};
use requeue::app::{App, EditAction, FileAction, Options, PageAction, PublishAction, SelectAction, TimeAction};
use requeue::base::SimTime;
use requeue::base::limits;
use requeue::scenario::edit::Slot;

use super::support::*;

/// The course's system with so many requests a second.
fn busy(requests_per_s: u32) -> App {
    opened_with(&COURSE_CHAPTER.replace("\"poisson_ms\": 400", &format!("\"every_ms\": {}", 1_000.0 / f64::from(requests_per_s))))
}

fn opened_with(text: &str) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "x.json".into(), text: text.into() });
    assert!(app.unreadable.is_none(), "{:?}", app.unreadable);
    app
}

/// How many steps of a world are played in one frame at most: the budget, for each thing that may be under way.
fn frames_until_done(app: &mut App) -> usize {
    let mut last = 0;
    for frame in 0..100_000 {
        let Some(working) = app.working() else { return frame };
        assert!(working.thousandths >= last && working.thousandths <= 1_000, "{working:?} after {last}");
        last = working.thousandths;
        act(app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    panic!("it never ends: {:?}", app.working());
}

#[test]
fn a_link_that_asks_for_hours_of_a_busy_system_paints_at_once_and_can_be_cancelled() {
    let text = COURSE_CHAPTER.replace("\"poisson_ms\": 400", "\"every_ms\": 0.1");
    assert_ne!(text, COURSE_CHAPTER);
    let mut app = App::default();
    let at = Some(SimTime::from_millis(u64::MAX / 2_000));
    act(&mut app, PageAction::SetOptions(Options { at, ..Options::default() }));
    act(&mut app, FileAction::Opened { name: "x.json".into(), text });
    // What is shown is the beginning, until the moment is reached.
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    let told = app.working().expect("it is under way");
    assert_eq!((told.what, told.thousandths), ("Moving through time", 0));
    for _ in 0..5 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    act(&mut app, TimeAction::Cancel);
    assert_eq!((app.working(), app.is_busy()), (None, false));
    assert_eq!((session(&app).world().now(), session(&app).world().steps()), (SimTime::ZERO, 0));
    play(&mut app, 1);
    assert!(session(&app).world().now() > SimTime::ZERO, "and time passes as ever");
}

#[test]
fn a_long_seek_takes_many_frames_and_is_where_it_was_sent() {
    let mut app = busy(50);
    let to = SimTime::from_secs(240);
    act(&mut app, TimeAction::Seek(to));
    assert!(frames_until_done(&mut app) > 5);
    assert_eq!(session(&app).world().now(), to);
    assert_eq!(session(&app).world().trace_hash(), requeue::sim::World::replay(session(&app).timeline().recording(), to).trace_hash());
    assert!(session(&app).playhead.log.last_number() > 0, "what led there is in the log");
    // Another moment takes the place of the one that is sought.
    act(&mut app, TimeAction::Seek(SimTime::from_secs(600)));
    assert!(app.working().is_some());
    act(&mut app, TimeAction::Seek(SimTime::from_secs(1)));
    assert!(frames_until_done(&mut app) < 5);
    assert_eq!(session(&app).world().now(), SimTime::from_secs(1));
    // An input ends a seek: it comes where the playhead is seen to stand.
    act(&mut app, TimeAction::Seek(SimTime::from_secs(600)));
    act(&mut app, EditAction::SetField(Spot::of(Slot::Client(0)).field("poison"), Kind::Json, String::new()));
    assert_eq!((app.working(), session(&app).world().now()), (None, SimTime::from_secs(1)));
}

#[test]
fn looking_for_the_next_crash_tells_how_far_it_is_and_ends_where_nothing_crashes() {
    let mut app = busy(50);
    act(&mut app, EditAction::SetField(Spot::of(Slot::Client(0)).field("poison"), Kind::Json, String::new()));
    assert_eq!(notice(&app), None);
    play(&mut app, 1);
    let (now, steps) = (session(&app).world().now(), session(&app).world().steps());
    act(&mut app, TimeAction::FindNext);
    assert_eq!(app.working().expect("a day of it is millions of steps").what, "Looking for the next failure or dead letter");
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    act(&mut app, TimeAction::Cancel);
    assert_eq!((session(&app).world().now(), session(&app).world().steps(), app.working()), (now, steps, None));
    // A few requests, and a day in which nothing happens.
    act(&mut app, EditAction::SetField(Spot::of(Slot::Client(0)).field("arrivals.count"), Kind::Whole, "60".into()));
    act(
        &mut app,
        EditAction::SetField(Spot::of(Slot::Service(0)).field("handlers").item(1).field("on.every_ms"), Kind::Whole, "3600000".into()),
    );
    act(&mut app, TimeAction::FindNext);
    frames_until_done(&mut app);
    let objection = notice(&app).expect("nothing was found");
    assert!(objection.starts_with("No failure or dead letter before"), "{objection}");
    assert!(session(&app).world().now() > now);
}

#[test]
fn ten_thousand_messages_are_published_by_hand_in_pieces_and_each_frame_does_a_bounded_part() {
    let mut app = opened();
    compose(&mut app, Typed::Key, "order.placed");
    compose(&mut app, Typed::Count, "10000");
    act(&mut app, SelectAction::Story(Some("e-1".into())));
    let inputs = |app: &App| session(app).timeline().recording().inputs.len();
    let mut before = inputs(&app);
    act(&mut app, PublishAction::Publish);
    let mut frames = 1;
    while app.working().is_some() {
        assert!(inputs(&app) - before <= 500, "a frame publishes a part");
        before = inputs(&app);
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
        frames += 1;
        assert!(frames < 30);
    }
    assert_eq!(inputs(&app), 10_000);
    assert_eq!(session(&app).world().ledger().messages.by_hand, 10_000);
    let outcome = session(&app).composer.outcome.clone().expect("it says what became of them");
    assert!(outcome.starts_with("10000 times"), "{outcome}");
    wait(&mut app);
    assert!(session(&app).playhead.story.as_ref().is_some_and(|story| story.life.is_some()), "the story is told once, behind them");
}

#[test]
fn publishing_can_be_cancelled_and_is_not_begun_twice() {
    let mut app = opened();
    compose(&mut app, Typed::Key, "order.placed");
    compose(&mut app, Typed::Count, "2000");
    act(&mut app, PublishAction::Publish);
    act(&mut app, PublishAction::Publish);
    assert!(notice(&app).is_some_and(|why| why.contains("still being published")));
    act(&mut app, TimeAction::Cancel);
    let sent = session(&app).timeline().recording().inputs.len();
    assert!((1..2_000).contains(&sent));
    let outcome = session(&app).composer.outcome.clone().expect("it says what became of them");
    assert!(outcome.starts_with(&format!("{sent} times")), "{outcome}");
}

#[test]
fn branches_are_compared_in_pieces() {
    let mut app = busy(50);
    play(&mut app, 2);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(1)));
    wait(&mut app);
    compose(&mut app, Typed::Key, "order.placed");
    act(&mut app, PublishAction::Publish);
    wait(&mut app);
    act(&mut app, TimeAction::Seek(SimTime::from_secs(60)));
    wait(&mut app);
    act(&mut app, TimeAction::CompareBranches);
    assert_eq!(app.working().expect("the other branch was played to 2 s only").what, "Playing the other run");
    assert!(session(&app).playhead.comparison.is_none());
    frames_until_done(&mut app);
    let comparison = session(&app).playhead.comparison.as_ref().expect("both stand at one moment");
    assert_eq!(comparison.at, SimTime::from_secs(60));
    act(&mut app, TimeAction::CompareBranches);
    assert!(session(&app).playhead.comparison.is_none());
}

#[test]
fn a_link_asks_for_three_hours_at_most() {
    let mut app = App::default();
    act(&mut app, PageAction::SetOptions(Options { at: Some(SimTime::from_secs(1_000_000)), ..Options::default() }));
    act(
        &mut app,
        FileAction::Opened { name: "x.json".into(), text: r#"{"requeue":1,"title":"t","network":{"latency_ms":1},"broker":{}}"#.into() },
    );
    wait(&mut app);
    assert_eq!(session(&app).world().now(), SimTime::from_millis(limits::SEEK_MILLIS));
}
