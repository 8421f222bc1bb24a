//! Motion that teaches: hops that take their time, what lands and is counted then, what is said meanwhile.

mod hops;
mod landing;
mod returns;
mod shown;
mod slowing;

use requeue::app::{App, FileAction, OperateAction, TimeAction, lesson};
use requeue::base::SimTime;

use super::support::*;

pub const FRAME: SimTime = SimTime::from_millis(16);

pub fn frame(app: &mut App) {
    act(app, TimeAction::FramePassed(FRAME));
}

/// The course's system on a network of five milliseconds.
pub fn quick() -> App {
    let text = COURSE_CHAPTER.replace("\"latency_ms\": 450", "\"latency_ms\": 5");
    assert_ne!(text, COURSE_CHAPTER);
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "quick.json".into(), text });
    app
}

/// The first question of a lesson is watched: its moment, its end, and what is said of it.
pub fn watched(text: &str) -> (App, requeue::lesson::Question) {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.md".into(), text: text.into() });
    let steps = app.classroom.as_ref().expect("a lesson").lesson.steps.clone();
    let asks = steps.iter().enumerate().find_map(|(index, step)| match &step.task {
        requeue::lesson::Task::Predict(question) => Some((index, question.clone())),
        _ => None,
    });
    let (step, question) = asks.expect("it asks something");
    act(&mut app, lesson::LessonAction::ChooseStep(step));
    act(&mut app, lesson::LessonAction::Watch);
    wait_for_seek(&mut app);
    (app, question)
}

pub fn until_it_stands(app: &mut App) -> SimTime {
    for _ in 0..200_000 {
        if !app.playing {
            return session(app).world().now();
        }
        frame(app);
    }
    panic!("it never stands");
}

/// Time is stopped as soon as it comes to this moment.
pub fn stop_at(app: &mut App, at: SimTime) {
    while app.playing && session(app).world().now() < at {
        act(app, TimeAction::FramePassed(SimTime::from_micros(100)));
    }
    act(app, TimeAction::Pause);
}

pub fn wait_for_seek(app: &mut App) {
    for _ in 0..1_000 {
        if app.working().is_none() {
            return;
        }
        frame(app);
    }
    panic!("it never arrives");
}

/// How far a second of frames brings the world.
pub fn second(app: &mut App) -> SimTime {
    let before = session(app).world().now();
    for _ in 0..20 {
        act(app, TimeAction::FramePassed(SimTime::from_millis(50)));
    }
    session(app).world().now().saturating_sub(before)
}

/// The course's system at a moment when notification-service holds so many messages.
pub fn busy(least: u64) -> (App, requeue::sim::InstanceId, u64) {
    let mut app = opened();
    let client = session(&app).scenario().clients[0].name.clone();
    act(&mut app, OperateAction::Request(client, 50));
    let id = notification_service(&app);
    let held = |app: &App| session(app).world().instance(id).map_or(0, |instance| instance.deliveries().count() as u64);
    for _ in 0..30 {
        if held(&app) < least {
            play(&mut app, 1);
        }
    }
    let held = held(&app);
    assert!(held >= least, "it holds {held}");
    (app, id, held)
}
