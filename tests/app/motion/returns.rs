//! What a crash gives back: its fan, its label, its numbers.

use requeue::app::camera::Pixel;
use requeue::app::landing::Landing;
use requeue::app::tokens::{self, picture};
use requeue::app::{App, CanvasAction, FileAction, OperateAction, Room, Speed, TimeAction, WorkspaceAction, geometry};
use requeue::base::SimTime;
use requeue::scenario::Point;
use requeue::sim::Place;

use super::super::support::*;
use super::{busy, frame, wait_for_seek};

/// So many messages of the queue still fly.
fn flying(app: &App) -> u64 {
    let queue = session(app).world().broker().queue("notification-queue").expect("it is there");
    queue.ready() - Landing::of(app, session(app)).ready(queue)
}

#[test]
fn what_a_crash_returns_is_fanned_out_labelled_and_counted_when_it_lands() {
    let (mut app, id, held) = busy(8);
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::Play);
    for _ in 0..2_000 {
        if flying(&app) >= held {
            break;
        }
        frame(&mut app);
    }
    assert!(flying(&app) >= held, "none has landed");
    let label = format!("{held} unacked, back as redelivered");
    let (mut before, mut most, mut landed) = (flying(&app), 0, 0);
    for _ in 0..3_000 {
        let seen = picture(session(&app).plan(), false);
        let now = flying(&app);
        assert!(before - now <= 1, "they land one after the other: {before}, {now}");
        landed += before - now;
        before = now;
        if now == 0 {
            assert_eq!(seen.arcs, Vec::new(), "what has landed leaves no trace");
            break;
        }
        assert!(seen.counts.iter().any(|count| count.text == label), "{:?}", seen.counts);
        let curves: Vec<_> = seen.arcs.iter().map(|arc| arc.curve).collect();
        assert!(curves.iter().enumerate().all(|(index, curve)| !curves[..index].contains(curve)), "each has a way of its own");
        most = most.max(curves.len());
        let in_the_air = seen.tokens.iter().filter(|token| token.shape == tokens::Shape::Redelivered && token.radius > 5.0);
        let on_an_arc = |at: Point| {
            curves.iter().any(|curve| {
                (0..=200)
                    .any(|step| libm::hypot(curve.at(f64::from(step) / 200.0).x - at.x, curve.at(f64::from(step) / 200.0).y - at.y) < 3.0)
            })
        };
        let rect = geometry::rect(session(&app).plan(), &node("notification-queue")).expect("it is drawn");
        assert!(
            in_the_air.filter(|token| !geometry::tube(&rect).has(token.at)).all(|token| on_an_arc(token.at)),
            "at {}",
            session(&app).world().now()
        );
        frame(&mut app);
    }
    assert_eq!((landed, most as u64), (held, held.min(10)));
}

/// Who wants little motion sees the whole ways for a second and a half, and the words; what came back is counted at once.
#[test]
fn without_motion_the_ways_of_a_return_stand_still_for_a_moment() {
    for (speed, is_paused) in [(Speed::NORMAL, false), (Speed::TEACHING, false), (Speed::Factor(500), false), (Speed::NORMAL, true)] {
        let (mut app, id, held) = busy(8);
        app.still = true;
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, OperateAction::Kill(id));
        act(&mut app, TimeAction::Play);
        act(&mut app, TimeAction::DeclineSlowing);
        let ways = |app: &App| {
            let seen = picture(session(app).plan(), true);
            assert_eq!(flying(app), 0, "all of them have landed");
            let is_told = seen.counts.iter().any(|count| count.text == format!("{held} unacked, back as redelivered"));
            assert_eq!(is_told, !seen.arcs.is_empty());
            seen.arcs
        };
        for _ in 0..2_000 {
            if !ways(&app).is_empty() {
                break;
            }
            act(&mut app, TimeAction::FramePassed(SimTime::from_millis(1)));
            act(&mut app, TimeAction::DeclineSlowing);
        }
        if is_paused {
            act(&mut app, TimeAction::Pause);
        }
        let first = ways(&app);
        assert_eq!(first.len() as u64, held.min(10));
        let mut frames = 0;
        while frames < 400 && !ways(&app).is_empty() {
            assert_eq!(ways(&app), first, "they stand still");
            frame(&mut app);
            frames += 1;
        }
        if is_paused {
            assert_eq!(frames, 400, "time stands");
        } else {
            assert!((1_450..1_700).contains(&(frames * 16)), "{speed:?}: {} ms", frames * 16);
        }
    }
}

/// The ways lie beside other parts, at every size of the page. They are the same wherever the playhead comes from.
#[test]
fn the_ways_of_a_return_pass_behind_no_other_part() {
    for phone in [false, true] {
        let (mut app, id, _) = busy(8);
        if phone {
            act(&mut app, WorkspaceAction::Fit(Room::Narrow));
            act(&mut app, CanvasAction::Resize(Pixel { x: 390.0, y: 380.0 }));
        }
        act(&mut app, OperateAction::Kill(id));
        let heard = session(&app).world().now() + SimTime::from_millis(500);
        act(&mut app, TimeAction::Seek(heard));
        wait(&mut app);
        let plan = session(&app).plan();
        let seen = picture(plan, false);
        assert!(seen.arcs.len() >= 8);
        for place in geometry::places(plan) {
            if place == Place::Instance(id) || place == node("notification-queue") {
                continue;
            }
            let rect = geometry::with_name(plan, &place).expect("it is drawn");
            let met = seen.arcs.iter().filter(|arc| geometry::passes(&arc.curve, &rect)).count();
            assert_eq!(met, 0, "{place:?}, phone: {phone}");
        }
    }
}

/// Ten messages that come back, live and shown again, wherever the playhead is put.
#[test]
fn what_comes_back_is_sixteen_pixels_apart_at_every_moment() {
    for (instances, phone) in [(1, false), (2, false), (1, true)] {
        let text = COURSE_CHAPTER
            .replace("\"name\": \"notification-service\",", &format!("\"name\": \"notification-service\", \"instances\": {instances},"));
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "a.json".into(), text });
        if phone {
            act(&mut app, WorkspaceAction::Fit(Room::Narrow));
            act(&mut app, CanvasAction::Resize(Pixel { x: 390.0, y: 380.0 }));
        }
        let client = session(&app).scenario().clients[0].name.clone();
        act(&mut app, OperateAction::Request(client, 50));
        let id = notification_service(&app);
        let held = |app: &App| session(app).world().instance(id).map_or(0, |instance| instance.deliveries().count());
        for _ in 0..30 {
            if held(&app) < 10 {
                play(&mut app, 1);
            }
        }
        assert!(held(&app) >= 10, "it holds {}", held(&app));
        let died = session(&app).world().now();
        act(&mut app, OperateAction::Kill(id));
        act(&mut app, TimeAction::Play);
        let mut flew = 0;
        let mut look = |app: &App, when: &str| {
            let seen = picture(session(app).plan(), false);
            let rect = requeue::app::geometry::rect(session(app).plan(), &node("notification-queue")).expect("it is drawn");
            let tube = requeue::app::geometry::tube(&rect);
            let returns = |token: &&tokens::Token| token.shape == tokens::Shape::Redelivered && token.radius > 5.0 && !tube.has(token.at);
            let dots: Vec<_> = seen.tokens.iter().filter(returns).map(|token| token.at).collect();
            flew = flew.max(dots.len());
            for (index, one) in dots.iter().enumerate() {
                for other in &dots[..index] {
                    let apart = libm::hypot(one.x - other.x, one.y - other.y);
                    assert!(
                        apart >= 16.0,
                        "{when}, {instances} instances, phone: {phone}, at {}: {apart:.1} of {dots:?} in {}",
                        session(app).world().now(),
                        dots.len()
                    );
                }
            }
        };
        // The broker hears of it after 450 ms. What goes on to another program flies back, and then to there, in 450 more.
        let lands = died + SimTime::from_millis(if instances == 1 { 1_500 } else { 895 });
        while app.playing && session(&app).world().now() < lands {
            frame(&mut app);
            look(&app, "live");
        }
        act(&mut app, TimeAction::Replay);
        wait_for_seek(&mut app);
        while app.playing && session(&app).world().now() < lands {
            frame(&mut app);
            look(&app, "shown again");
        }
        for millis in (400..lands.saturating_sub(died).as_micros() / 1_000).step_by(19) {
            act(&mut app, TimeAction::Seek(died + SimTime::from_millis(millis)));
            wait(&mut app);
            look(&app, "put there");
        }
        assert!(flew >= 9, "{flew} flew at once");
    }
}

/// A learner goes back to before the crash and kills it again at the same moment: the first crash has not happened.
#[test]
fn a_crash_that_happens_again_counts_its_own_messages() {
    let (mut app, id, held) = busy(10);
    let died = session(&app).world().now();
    let words = |app: &App| session(app).playhead.slowing.words();
    for again in [false, true] {
        if again {
            act(&mut app, TimeAction::Pause);
            act(&mut app, TimeAction::Seek(died));
            wait(&mut app);
        }
        act(&mut app, OperateAction::Kill(id));
        act(&mut app, TimeAction::Play);
        for _ in 0..120 {
            frame(&mut app);
        }
        let told = format!("{held} unacked");
        assert!(words(&app).is_some_and(|words| words.contains(&told)), "{told}: {:?}", words(&app));
    }
}
