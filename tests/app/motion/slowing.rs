//! Time that slows by itself.

use requeue::app::{App, OperateAction, Speed, TimeAction};
use requeue::base::SimTime;

use super::super::support::*;
use super::{frame, second, wait_for_seek};

#[test]
fn time_slows_by_itself_when_a_service_dies_and_its_moment_is_shown_again() {
    let mut app = opened();
    let id = notification_service(&app);
    play(&mut app, 5);
    act(&mut app, TimeAction::Play);
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    let died = session(&app).world().now();
    act(&mut app, OperateAction::Kill(id));
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    assert_eq!(second(&mut app), SimTime::from_micros(250_000 + 37_500), "the frame of the crash itself is a usual one");
    assert_eq!(told(&app).expect("the page tells").at, died);
    assert_eq!(app.real_speed(), Speed::Factor(250), "the bar shows the speed of time as it is");
    // The learner need not wait.
    act(&mut app, TimeAction::DeclineSlowing);
    assert_eq!((second(&mut app), app.real_speed()), (SimTime::from_secs(1), Speed::NORMAL));
    // Once a minute at most. What came back is explained each time.
    act(&mut app, OperateAction::Start(id));
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    let died = session(&app).world().now();
    act(&mut app, OperateAction::Kill(id));
    assert_eq!(second(&mut app), SimTime::from_secs(1));
    assert_eq!(told(&app).expect("it tells of the second").at, died);
    // Again, so that each hop can be followed, from a second before to where all has landed.
    act(&mut app, TimeAction::Replay);
    wait_for_seek(&mut app);
    assert_eq!(app.speed(), Speed::TEACHING);
    assert!(session(&app).world().now() < died, "it begins before");
    for _ in 0..10_000 {
        if !app.playing {
            break;
        }
        frame(&mut app);
    }
    assert!(!app.playing && session(&app).world().now() >= told(&app).map_or(died, |moment| moment.lands), "and ends where it landed");
    assert_eq!(app.speed(), Speed::NORMAL, "the learner's own speed comes back");
    // The notice goes by itself.
    act(&mut app, TimeAction::Play);
    for _ in 0..12 {
        second(&mut app);
    }
    assert_eq!(told(&app), None);
}

/// Nothing flies because of it, and nothing is handed back: there is nothing to follow.
#[test]
fn no_time_slows_for_the_death_of_an_idle_service() {
    let mut app = opened();
    let id = notification_service(&app);
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    // Nothing has been published yet.
    act(&mut app, TimeAction::Play);
    for _ in 0..2 {
        frame(&mut app);
    }
    assert!(session(&app).world().instance(id).is_some_and(|state| state.runs.is_empty()), "it is idle");
    act(&mut app, OperateAction::Kill(id));
    frame(&mut app);
    assert_eq!((told(&app), app.real_speed()), (None, Speed::NORMAL));
    act(&mut app, OperateAction::Start(id));
    // At work, or with messages that it has not begun, it is told.
    let mut deaths = [0, 0];
    for millis in (5_000..9_000).step_by(130) {
        let mut app = opened();
        act(&mut app, TimeAction::Seek(SimTime::from_millis(millis)));
        wait_for_seek(&mut app);
        act(&mut app, TimeAction::Play);
        let holds = session(&app).world().broker().queue("notification-queue").expect("it is there").unacked();
        act(&mut app, OperateAction::Kill(id));
        for _ in 0..3 {
            frame(&mut app);
        }
        let is_told = told(&app).is_some_and(|moment| moment.words == "A service died. RabbitMQ takes back what it had not acknowledged.");
        assert_eq!(is_told, holds > 0, "{millis}: {holds}");
        deaths[usize::from(holds > 0)] += 1;
    }
    assert!(deaths.iter().all(|deaths| *deaths > 2), "{deaths:?}");
}

/// A message that went another way holds nothing more important back: the page would tell of the wrong thing.
#[test]
fn a_death_is_told_although_a_dead_letter_slowed_time_a_moment_ago() {
    let mut app = opened();
    let id = notification_service(&app);
    let told = |app: &App| session(app).playhead.slowing.told().cloned();
    act(&mut app, TimeAction::Play);
    for _ in 0..120 {
        if told(&app).is_some() {
            break;
        }
        second(&mut app);
    }
    let first = told(&app).expect("the first dead letter");
    assert_ne!(first.words, "A service died. RabbitMQ takes back what it had not acknowledged.");
    act(&mut app, TimeAction::DeclineSlowing);
    let died = session(&app).world().now();
    act(&mut app, OperateAction::Kill(id));
    assert!(second(&mut app) < SimTime::from_millis(500));
    let moment = told(&app).expect("the page tells");
    assert_eq!((moment.at, moment.words), (died, "A service died. RabbitMQ takes back what it had not acknowledged."));
}

#[test]
fn no_speed_slows_by_itself_but_those_that_the_eye_follows() {
    for (speed, slows) in [(Speed::Factor(500), false), (Speed::NORMAL, true), (Speed::Factor(5_000), true), (Speed::Factor(20_000), false)]
    {
        let mut app = opened();
        let id = notification_service(&app);
        play(&mut app, 5);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        act(&mut app, OperateAction::Kill(id));
        let passed = second(&mut app);
        assert_eq!(passed < SimTime::from_millis(u64::from(speed.factor())), slows, "{speed:?}: {passed}");
    }
}
