//! How long a hop takes at each speed, and the hue and the shape of what flies.

use requeue::app::tokens::{self, picture};
use requeue::app::{App, EditAction, FileAction, OperateAction, SelectAction, Speed, TimeAction};
use requeue::base::SimTime;
use requeue::broker::view::QueueView;

use super::super::support::*;
use super::{frame, quick};

/// Every hop that is seen with its speed, by what it carries and when it departs: how long it was seen, in frames.
fn hops_of(speed: Speed, frames: u32) -> Vec<u32> {
    let mut app = quick();
    play(&mut app, 3);
    act(&mut app, TimeAction::SetSpeed(speed));
    act(&mut app, TimeAction::Play);
    let mut seen: Vec<((SimTime, SimTime), u32)> = Vec::new();
    for _ in 0..frames {
        frame(&mut app);
        let world = session(&app).world();
        let flights = world.flights().map(|flight| (flight.departs, flight.arrives)).filter(|(departs, _)| *departs <= world.now());
        for flight in flights {
            match seen.iter_mut().find(|(known, _)| *known == flight) {
                Some((_, count)) => *count += 1,
                None => seen.push((flight, 1)),
            }
        }
    }
    let end = session(&app).world().now();
    seen.retain(|((departs, arrives), _)| *departs > SimTime::from_secs(3) && *arrives < end);
    seen.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn a_hop_takes_as_long_as_its_speed_says_though_a_flight_lasts_milliseconds() {
    // speed, and the real milliseconds of the shortest hop
    for (speed, millis) in [(Speed::SLOW, 1_800), (Speed::TEACHING, 900), (Speed::BRISK, 400)] {
        let hops = hops_of(speed, 1_500);
        let least = hops.iter().min().expect("something flew") * 16;
        assert!(hops.len() > 3 && least + 32 >= millis, "{speed:?}: {hops:?}");
    }
    let usual = hops_of(Speed::NORMAL, 500);
    assert!(usual.iter().all(|frames| frames * 16 < 100), "at real time a flight of 5 ms takes 5 ms: {usual:?}");
}

#[test]
fn the_speed_changes_no_event() {
    let (mut usual, mut followed) = (opened(), opened());
    act(&mut followed, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut followed, TimeAction::Play);
    while session(&followed).world().now() < SimTime::from_secs(2) {
        frame(&mut followed);
    }
    let end = session(&followed).world().now();
    act(&mut usual, TimeAction::Seek(end));
    wait(&mut usual);
    assert_eq!(session(&usual).world().trace_hash(), session(&followed).world().trace_hash());
}

#[test]
fn pausing_and_seeking_give_the_same_picture() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, TimeAction::Play);
    let mut tokens = 0;
    for _ in 0..1_000 {
        frame(&mut app);
        tokens = picture(session(&app).plan(), false).tokens.len();
        if session(&app).world().now() > SimTime::from_secs(1) && tokens > 1 {
            break;
        }
    }
    assert!(tokens > 1, "something is seen");
    act(&mut app, TimeAction::Pause);
    let (at, seen) = (session(&app).world().now(), picture(session(&app).plan(), false));
    act(&mut app, TimeAction::Seek(SimTime::ZERO));
    wait(&mut app);
    act(&mut app, TimeAction::Seek(at));
    wait(&mut app);
    assert_eq!(picture(session(&app).plan(), false), seen);
}

/// An exchange tells how many copies leave it, although an idle consumer has some of them at once.
#[test]
fn the_caption_counts_every_copy() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, TimeAction::Play);
    let mut told = 0;
    for _ in 0..6_000 {
        frame(&mut app);
        let labels = picture(session(&app).plan(), false).counts;
        for label in labels.iter().filter(|count| count.is_label && count.text.starts_with("to ")) {
            let key = label.text.as_str();
            assert!(["to 3 queues: a copy each", "to 2 queues: a copy each"].contains(&key), "{key}");
            told += u32::from(key.starts_with("to 3"));
        }
    }
    assert!(told > 10, "{told} times");
}

/// While a story is told, no caption is about another message.
#[test]
fn captions_are_about_the_message_whose_story_is_told() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, TimeAction::Play);
    let mut told = [0, 0];
    let says = |app: &App| picture(session(app).plan(), false).counts.iter().any(|count| count.is_label && count.text.starts_with("to "));
    for _ in 0..3_000 {
        frame(&mut app);
        told[0] += u32::from(says(&app));
        act(&mut app, SelectAction::Story(Some("e-none".into())));
        assert!(!says(&app), "it is about a message that is not here");
        act(&mut app, SelectAction::Story(Some("e-2".into())));
        told[1] += u32::from(says(&app));
        act(&mut app, SelectAction::Story(None));
    }
    assert!(told[1] > 0 && told[1] < told[0], "{told:?}");
}

/// The hue of a key stays when steps, or whole services, come before the one that publishes it.
#[test]
fn a_key_keeps_its_hue_when_other_keys_come() {
    let mut app = opened();
    let keys = ["order.placed", "order.shipped", "user.created"];
    let before = keys.map(|key| session(&app).hue(key));
    let mut scenario = session(&app).scenario().as_ref().clone();
    let mut first = scenario
        .services
        .iter()
        .find_map(|service| service.handlers.iter().flat_map(|handler| &handler.steps).find(|step| step.action.publish().is_some()))
        .expect("something is published")
        .clone();
    let requeue::scenario::Action::Publish(publish) = &mut first.action else { panic!("it publishes") };
    publish.routing_key = "payment.taken".into();
    let service = &mut scenario.services[0];
    service.handlers[0].steps.insert(0, first);
    let element = requeue::scenario::edit::Element::Service(service.clone());
    act(&mut app, EditAction::Apply(requeue::scenario::edit::Edit::Put { index: 0, element: Box::new(element) }));
    assert_eq!(requeue::app::hues::published_keys(session(&app).scenario())[0].to_string(), "payment.taken");
    assert_eq!(keys.map(|key| session(&app).hue(key)), before);
    assert!(!before.contains(&session(&app).hue("payment.taken")));
}

/// State is shape: what expires is an hourglass before it goes on as a dead letter, and what RabbitMQ returns is a triangle.
#[test]
fn what_expires_and_what_is_returned_have_shapes_of_their_own() {
    let seen = |app: &mut App, wanted: tokens::Shape, frames: u32| {
        act(app, TimeAction::SetSpeed(Speed::TEACHING));
        act(app, TimeAction::Play);
        (0..frames).any(|_| {
            frame(app);
            picture(session(app).plan(), false).tokens.iter().any(|token| token.shape == wanted)
        })
    };
    let mut app = opened();
    assert!(!session(&app).lets_messages_expire() && !session(&app).has_messages_returned(), "its legend needs no such mark");
    assert!(!seen(&mut app, tokens::Shape::Expired, 1_000));
    let expiring = COURSE_CHAPTER.replace("\"x-dead-letter-exchange\":", "\"x-message-ttl\": 300, \"x-dead-letter-exchange\":");
    assert_ne!(expiring, COURSE_CHAPTER);
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "a.json".into(), text: expiring });
    assert!(session(&app).lets_messages_expire());
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    assert!(seen(&mut app, tokens::Shape::Expired, 3_000), "an hourglass");
    let returning = COURSE_CHAPTER
        .replace("\"do\": \"publish\",", "\"do\": \"publish\", \"mandatory\": true,")
        .replace("\"order.*\"", "\"x\"")
        .replace("\"#\"", "\"y\"");
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "b.json".into(), text: returning });
    assert!(session(&app).has_messages_returned());
    assert!(seen(&mut app, tokens::Shape::Returned, 3_000), "a triangle");
}

/// However often it goes round a retry loop, whose queues have keys of their own.
#[test]
fn an_event_keeps_its_hue_however_often_it_comes_back() {
    let mut round = 0;
    for file in ["retry-ttl", "chapter-retry-bug", "retry-quorum"] {
        let (_, text) = gallery().into_iter().find(|(name, _)| name == file).expect("it is in the gallery");
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: file.into(), text });
        let mut hues: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for _ in 0..60 {
            play(&mut app, 1);
            // What a service publishes has its own key.
            let dead = tokens::picture(session(&app).plan(), false).tokens.into_iter().filter(|token| token.shape == tokens::Shape::Dead);
            for token in dead {
                let Some(event) = token.event else { continue };
                let hue = *hues.entry(event.to_string()).or_insert(token.hue);
                assert_eq!(token.hue, hue, "{file}: {event} as {:?}", token.shape);
            }
            round += session(&app)
                .world()
                .broker()
                .queues()
                .flat_map(QueueView::messages)
                .filter(|entry| entry.message.deaths().len() > 1)
                .count();
        }
    }
    assert!(round > 5, "{round} were on a second round");
}
