//! What is lost is told where it happens: by a mark, by a notice, and beside the tick of the ledger.

use std::collections::BTreeMap;

use requeue::app::ledger::{Verdict, verdict};
use requeue::app::markers::{MarkerKind, kind_of};
use requeue::app::tokens::{Shape, picture};
use requeue::app::{App, FileAction, OperateAction, Speed, TimeAction};
use requeue::base::SimTime;
use requeue::sim::{Input, Timeline, World, WorldEvent};

use super::support::*;

const DIRECT: &str = include_str!("../../static/scenarios/direct.json");

fn opened_as(text: &str) -> App {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "x.json".into(), text: text.into() });
    assert!(app.unreadable.is_none(), "{:?}", app.unreadable);
    app
}

#[test]
fn unroutable_messages_have_marks_a_notice_and_a_number_beside_the_tick() {
    let mut app = opened_as(DIRECT);
    act(&mut app, TimeAction::Play);
    let told = |app: &App| session(app).playhead.slowing.told().map(|moment| moment.words);
    for _ in 0..2_000 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        if told(&app).is_some() {
            break;
        }
    }
    assert_eq!(told(&app), Some("The first lost message: it matched no queue, so RabbitMQ dropped it."));
    play(&mut app, 60);
    let lost = session(&app).playhead.markers.iter().filter(|mark| mark.kind == MarkerKind::Lost).count();
    let verdict = verdict(&session(&app).world().ledger());
    assert_eq!((verdict, lost), (Verdict { balanced: true, lost: 5 }, 5));
    assert!(session(&app).playhead.markers.iter().any(|mark| mark.words.contains("matched no queue of")));
}

/// A returned message is in its publisher's hands again: it has no mark of a loss.
#[test]
fn what_comes_back_to_its_publisher_is_not_marked_as_lost() {
    let text = DIRECT.replace("\"do\": \"publish\",", "\"do\": \"publish\", \"confirm\": true, \"mandatory\": true, \"required\": true,");
    let mut app = opened_as(&text);
    play(&mut app, 60);
    let ledger = session(&app).world().ledger();
    assert!(ledger.messages.returned > 0, "{:?}", ledger.messages);
    assert_eq!(
        (ledger.lost_in_total(), session(&app).playhead.markers.iter().filter(|mark| mark.kind == MarkerKind::Lost).count()),
        (0, 0)
    );
}

/// Each message that the broker drops falls out of its queue, and says why.
#[test]
fn what_is_dropped_is_seen_to_fall_and_says_why() {
    let circle = r#"{"x-message-ttl": 300, "x-dead-letter-exchange": "x"}"#;
    for (arguments, others, words) in [
        (r#"{"x-max-length": 2}"#, false, "dropped, full: at most 2"),
        (r#"{"x-message-ttl": 300}"#, false, "dropped: expired"),
        // Its dead letters would come back to it; the other queue gets them, if there is one.
        (circle, false, "dropped: circle"),
        (circle, true, "dropped: circle"),
        ("{}", false, ""),
    ] {
        let (queue, binding) =
            if others { (r#", {"name": "r", "at": [500, 300]}"#, r#", {"source": "x", "queue": "r"}"#) } else { Default::default() };
        let mut app = opened_as(&format!(
            r#"{{"requeue": 1, "title": "t", "network": {{"latency_ms": 1}}, "broker": {{
                "exchanges": [{{"name": "x", "at": [300, 0], "type": "fanout"}}],
                "queues": [{{"name": "q", "at": [500, 0], "arguments": {arguments}}}{queue}], "bindings": [{{"source": "x", "queue": "q"}}{binding}]}},
            "services": [{{"name": "s", "at": [0, 0], "handlers": [{{"on": {{"every_ms": 500}},
                "steps": [{{"do": "publish", "exchange": "x", "routing_key": "k", "payload": {{}}}}]}}]}}]}}"#
        ));
        act(&mut app, TimeAction::Play);
        let mut fell = std::collections::BTreeSet::new();
        for _ in 0..600 {
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            let session = session(&app);
            let rect = requeue::app::geometry::rect(session.plan(), &node("q")).expect("it is drawn");
            for token in picture(session.plan(), false)
                .tokens
                .iter()
                .filter(|token| token.shape == Shape::Unroutable || token.shape == Shape::Expired && token.label.as_deref() == Some(words))
            {
                assert_eq!(token.label.as_deref(), Some(words));
                assert!(token.at.y > rect.bottom() && (rect.left..rect.right()).contains(&token.at.x), "{:?}", token.at);
                fell.insert(token.event.clone());
            }
        }
        let session = session(&app);
        let dropped = session.world().ledger().lost_in_total();
        assert_eq!(dropped > 0, !words.is_empty(), "{arguments}");
        balanced(&app);
        let session = self::session(&app);
        let marks = session.playhead.markers.iter().filter(|mark| mark.kind == MarkerKind::Lost).count() as u64;
        assert_eq!(marks, dropped, "each has its mark");
        // The last of them may only have begun to fall.
        let seen = fell.len() as u64;
        assert!(seen <= dropped && seen + 1 >= dropped, "{seen} of {dropped}");
    }
}

/// Sends so many messages, one every half second, to a queue that holds at most three. What is too much dies of its length.
fn full_queue(latency: u32, dead_letters: bool) -> App {
    let (arguments, broker, binding) = if dead_letters {
        (r#", "x-dead-letter-exchange": "d""#, r#", {"name": "d.q", "at": [900, 300]}"#, r#", {"source": "d", "queue": "d.q"}"#)
    } else {
        Default::default()
    };
    opened_as(&format!(
        r#"{{"requeue": 1, "title": "t", "network": {{"latency_ms": {latency}}}, "broker": {{
            "exchanges": [{{"name": "x", "at": [300, 0], "type": "fanout"}}, {{"name": "d", "at": [700, 300], "type": "fanout"}}],
            "queues": [{{"name": "q", "at": [500, 0], "arguments": {{"x-max-length": 3{arguments}}}}}{broker}],
            "bindings": [{{"source": "x", "queue": "q"}}{binding}]}},
        "services": [{{"name": "s", "at": [0, 0], "handlers": [{{"on": {{"every_ms": 500}},
            "steps": [{{"do": "publish", "exchange": "x", "routing_key": "k", "payload": {{}}}}]}}]}}]}}"#
    ))
}

/// A queue lets its oldest message go because the newest came: for the eye, when it has come. Until then it counts as before.
#[test]
fn a_full_queue_is_seen_full_when_it_lets_a_message_go() {
    use requeue::app::landing::Landing;
    use requeue::app::moves::MoveKind;
    for (speed, latency, dead_letters) in
        [(Speed::TEACHING, 5, false), (Speed::TEACHING, 5, true), (Speed::NORMAL, 30, false), (Speed::NORMAL, 30, true)]
    {
        let case = format!("{speed} {latency} {dead_letters}");
        let mut app = full_queue(latency, dead_letters);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        let (mut fell, mut waited, mut was_full) = (0, 0, false);
        for _ in 0..2_500 {
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
            let session = session(&app);
            let (plan, now) = (session.plan(), session.world().now());
            let landing = Landing::of(&app, session);
            let queue = session.world().broker().queue("q").expect("it is there");
            let ready = landing.ready(queue);
            assert_eq!(landing.messages(queue).count() as u64, ready, "{case} at {now}");
            assert_eq!(landing.total(queue), ready + landing.unacked(queue), "{case} at {now}");
            assert!(!was_full || ready >= 3, "{case} at {now}: it was full, and shows {ready}");
            was_full |= ready >= 3;
            // The broker has let it go, and its successor is still on its way.
            waited += u32::from(landing.messages(queue).any(|one| one.entry.is_none()));
            let seen = picture(plan, false);
            let rect = requeue::app::geometry::rect(plan, &node("q")).expect("it is drawn");
            let inside = seen.tokens.iter().filter(|token| rect.has(token.at) && (token.radius - 6.0).abs() < 0.1 && token.label.is_none());
            assert!(inside.count() as u64 >= ready.min(4), "{case} at {now}: what counts is drawn");
            let falls = plan.moves.iter().any(|one| {
                let is_loss = matches!(one.kind, MoveKind::Dropped(_) | MoveKind::DeadLettered(_));
                is_loss && (0.05..1.0).contains(&plan.moves.share(one, now))
            });
            let says = seen.tokens.iter().filter(|token| token.label.as_ref().is_some_and(|label| label.contains("full: at most 3")));
            assert!(says.count() <= 1 || dead_letters, "{case} at {now}: one says it");
            fell += u32::from(falls);
        }
        assert!(was_full, "{case}: it fills");
        assert!(fell > 20 && waited > 20, "{case}: it is seen to go in {fell} frames, after it waited in {waited}");
        balanced(&app);
    }
}

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text"))).collect()
}

/// Whatever the ledger counts as lost, something that happened in the same step has a mark.
#[test]
fn no_loss_is_without_a_mark() {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, text) in files("static/scenarios").into_iter().chain(files("tests/accounting")) {
        let app = opened_as(&text);
        let mut timeline = Timeline::open(session(&app).timeline().recording().clone());
        let (mut before, mut kills) = (0, 0);
        for step in 0..4_000 {
            // Now and then everything dies.
            if step % 500 == 499 {
                for (service, state) in session(&app).scenario().services.iter().enumerate() {
                    timeline.inject(if kills % 2 == service % 2 { Input::kill(&state.name, 0) } else { Input::start(&state.name, 0) });
                }
                kills += 1;
            } else if !timeline.step() {
                break;
            }
            let happened: Vec<WorldEvent> = timeline.drain_occurrences().map(|occurrence| occurrence.what).collect();
            let lost = timeline.world().ledger().lost_in_total();
            let marks = happened.iter().filter(|what| matches!(kind_of(what), Some((MarkerKind::Lost, _))));
            for what in marks.clone() {
                *reasons.entry(what.name()).or_default() += 1;
            }
            assert!(lost <= before || marks.count() > 0, "{name}: {before} to {lost} lost, and it tells {happened:?}");
            before = lost;
        }
    }
    for kind in ["routed", "dropped", "lost", "unsent"] {
        assert!(reasons.contains_key(kind), "nothing was {kind}: {reasons:?}");
    }
}

/// An edit restarts what it changes: that is no death.
#[test]
fn only_kills_and_crashes_are_deaths() {
    use requeue::app::form::{Kind, Spot};
    use requeue::app::{EditAction, SelectAction};
    use requeue::scenario::edit::{Edit, Part, Slot};
    let told = |app: &App| session(app).playhead.slowing.told().map(|moment| moment.words);
    let killed = |world: &World, what: &WorldEvent| matches!(what, WorldEvent::Killed { .. }) && world.now() > SimTime::ZERO;
    let edits: [fn(&mut App); 4] = [
        |app| {
            act(
                app,
                EditAction::SetField(Spot::of(Slot::Service(3)).field("handlers").item(0).field("on.prefetch"), Kind::Whole, "3".into()),
            );
        },
        |app| act(app, EditAction::Apply(Edit::Remove(Part::Exchange("platform-events".into())))),
        |app| act(app, EditAction::Apply(Edit::Remove(Part::Service("analytics-service".into())))),
        |app| {
            select(app, &Part::Queue("inventory-queue".into()));
            act(app, EditAction::Delete);
        },
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut app = opened();
        play(&mut app, 4);
        act(&mut app, TimeAction::Play);
        let before = session(&app).scenario().clone();
        edit(&mut app);
        assert_ne!(*before, **session(&app).scenario(), "edit {number} edits: {:?}", notice(&app));
        act(&mut app, SelectAction::Node(None));
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        assert!(told(&app).is_none_or(|told| !told.contains("died")), "edit {number}: {:?}", told(&app));
        let log: Vec<WorldEvent> = session(&app).playhead.log.newest().map(|entry| entry.occurrence.what.clone()).collect();
        assert!(!log.iter().any(|what| killed(session(&app).world(), what)), "edit {number}: {log:?}");
    }
    let mut app = opened();
    play(&mut app, 4);
    act(&mut app, TimeAction::Play);
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
    assert_eq!(told(&app), Some("A service died. RabbitMQ takes back what it had not acknowledged."));
}
