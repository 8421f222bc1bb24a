//! What a link holds is what the sharer saw: the same moment, the same places, and nothing runs by itself.

use requeue::app::{
    App, EditAction, Effect, FileAction, Node, Opening, OperateAction, Options, PageAction, PublishAction, Shared, TimeAction, update,
};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::scenario::edit::PartKind;

use super::support::*;

/// The text of a link, and the moment that it names in whole milliseconds.
fn shared(app: &mut App) -> (String, SimTime) {
    let Effect::MakeLink { text, options } = only(update(app, FileAction::MakeLink(Shared::Recording, Opening::Page))) else {
        panic!("a link")
    };
    let millis = options.trim_start_matches("&t=").parse().expect("a number of milliseconds");
    (text, SimTime::from_millis(millis))
}

/// Another browser opens it.
fn elsewhere((text, at): (String, SimTime)) -> App {
    let mut app = App::default();
    act(&mut app, PageAction::SetOptions(Options { at: Some(at), ..Options::default() }));
    act(&mut app, FileAction::Opened { name: "link".into(), text });
    wait(&mut app);
    assert_eq!(app.unreadable, None);
    app
}

fn looks_the_same(here: &App, there: &App) {
    let (one, other) = (session(here).world(), session(there).world());
    assert_eq!((one.now(), one.steps(), one.trace_hash()), (other.now(), other.steps(), other.trace_hash()));
    assert_eq!(session(here).scenario_as_drawn(), session(there).scenario_as_drawn());
    assert!(!there.playing, "nothing runs by itself");
    assert!(!session(there).timeline().is_in_the_past(), "there is no other now to go back to");
}

/// One after the other: after each of them a link shows what is there. What is changed while time stands has its moment, which is no
/// whole millisecond.
#[test]
fn a_recordings_link_shows_exactly_what_the_sharer_saw() {
    let mut app = opened();
    let service = notification_service(&app);
    let changes: [&dyn Fn(&mut App); 9] = [
        &|_| (),
        &|app| act(app, PublishAction::Again),
        &|app| play(app, 3),
        &|app| act(app, TimeAction::StepForward),
        &|app| act(app, EditAction::AddPart(PartKind::ClassicQueue)),
        &|app| act(app, OperateAction::Kill(service)),
        &|app| act(app, TimeAction::StepForward),
        &|app| {
            act(app, EditAction::Drag(Node::Queue("queue-1".into()), Point { x: 30.0, y: 45.0 }));
            act(app, EditAction::Drop);
        },
        &|app| {
            act(app, EditAction::Drag(Node::Exchange("platform-events".into()), Point { x: 15.0, y: 300.0 }));
            act(app, EditAction::Drop);
        },
    ];
    for change in changes {
        change(&mut app);
        let link = shared(&mut app);
        looks_the_same(&app, &elsewhere(link));
    }
    for _ in 0..40 {
        act(&mut app, TimeAction::StepForward);
        let link = shared(&mut app);
        looks_the_same(&app, &elsewhere(link));
    }
}

/// Where time was moved back before the link was made, it holds the run up to there.
#[test]
fn a_link_from_the_past_ends_there() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, TimeAction::Seek(SimTime::from_micros(2_000_500)));
    wait(&mut app);
    let link = shared(&mut app);
    looks_the_same(&app, &elsewhere(link));
}

/// A recording that is opened at its beginning says how far it goes, and "Back to now" leads there.
#[test]
fn back_to_now_leads_to_the_end_of_the_recording() {
    let mut app = opened();
    play(&mut app, 5);
    let end = session(&app).world().now();
    let text = recording_text(&app);
    let mut other = opened();
    act(&mut other, FileAction::Opened { name: "run.json".into(), text });
    assert!(session(&other).timeline().is_in_the_past());
    assert_eq!(session(&other).timeline().furthest(), end);
    act(&mut other, TimeAction::Seek(end));
    wait(&mut other);
    looks_the_same(&app, &other);
}

/// The dialog says what the link does where it is opened.
#[test]
fn what_is_said_of_a_link_is_what_it_does() {
    for opening in [Opening::Page, Opening::ReadOnly, Opening::Embedded, Opening::Playing] {
        let plays = opening.options().split('&').any(|option| option == "play");
        assert_eq!(opening.says().contains("nothing runs by itself"), !plays, "{opening:?}");
        assert_eq!(opening.says().contains("plays by itself"), plays, "{opening:?}");
    }
}
