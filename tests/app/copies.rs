//! The copies of an event: the one that was clicked comes first, and its story is its own.

use requeue::app::{self, App, Effect, OperateAction, SelectAction, copies, geometry, highlight, tokens, words};
use requeue::sim::Place;
use requeue::sim::biography::Biography;

use super::support::*;

const DEAD: &str = "notification-queue.dead";

/// An order without a zip lies in the dead-letter queue, and its story is told.
fn with_a_dead_letter(copy: Option<&str>) -> (App, Biography) {
    let mut app = opened();
    play(&mut app, 60);
    let event = session(&app).world().broker().queue(DEAD).and_then(|queue| queue.messages().next()?.message.properties.message_id.clone());
    let event = event.expect("one is dead");
    let action = match copy {
        Some(queue) => SelectAction::CopyIn(event, queue.into()),
        None => SelectAction::Story(Some(event)),
    };
    act(&mut app, action);
    wait(&mut app);
    let life = session(&app).playhead.story.as_ref().and_then(|story| story.life.clone()).expect("it is told");
    (app, life)
}

#[test]
fn the_clicked_copy_is_told_of_and_else_the_one_that_died() {
    for (asked, told, dead) in [(None, DEAD, true), (Some(DEAD), DEAD, true), (Some("analytics-queue"), "analytics-queue", false)] {
        let (app, life) = with_a_dead_letter(asked);
        let story = session(&app).playhead.story.as_ref().expect("it is told");
        assert_eq!(story.copy.as_deref(), asked);
        let copy = copies::told(&life, story.copy.as_ref()).expect("there is one");
        assert_eq!((&**copy.queue, !copy.message.deaths().is_empty()), (told, dead), "{asked:?}");
        if dead {
            let death = &copy.message.deaths()[0];
            let keys: Vec<&str> = death.routing_keys.iter().map(|key| &**key).collect();
            let exchange = &*death.exchange;
            assert_eq!(
                (&*death.queue, death.reason.name(), death.count, exchange),
                ("notification-queue", "rejected", 1, "platform-events")
            );
            assert!(keys[0].starts_with("order."), "{keys:?}");
        }
    }
}

#[test]
fn what_other_copies_went_through_is_not_in_its_story() {
    let (app, life) = with_a_dead_letter(Some(DEAD));
    let world = session(&app).world();
    let story = |asked: &str| -> String {
        let asked = asked.into();
        let copy = copies::told(&life, Some(&asked)).expect("there is one");
        let told = life.entries.iter().filter(|entry| copy.has(entry, world)).map(|entry| {
            let line = words::line(entry, world);
            format!("{} {}\n", line.what, line.detail)
        });
        told.collect()
    };
    let dead = story(DEAD);
    for part in ["Published", "Routed", "Delivered", "Handler failed", "Dead-lettered"] {
        assert!(dead.contains(part), "{part}: {dead}");
    }
    assert!(!dead.contains("analytics-service") && !dead.contains("inventory-service") && !dead.contains("Acknowledged"), "{dead}");
    let other = story("analytics-queue");
    assert!(other.contains("Acknowledged") && other.contains("analytics-service") && !other.contains("Dead-lettered"), "{other}");
    assert!(dead.lines().count() + other.lines().count() < 2 * life.entries.len());
}

/// Another copy of the event that is told of already is in front at once.
#[test]
fn a_click_on_another_copy_leads_to_it() {
    let (mut app, life) = with_a_dead_letter(Some(DEAD));
    select(&mut app, &requeue::scenario::edit::Part::Queue("analytics-queue".into()));
    assert_eq!(app.workspace.detail, requeue::app::Detail::Part);
    act(&mut app, SelectAction::CopyIn(life.event.clone(), "analytics-queue".into()));
    assert_eq!(app.workspace.detail, requeue::app::Detail::Message);
    let story = session(&app).playhead.story.as_ref().expect("it is told");
    assert!(story.copy.as_deref() == Some("analytics-queue") && story.life.is_some(), "it is not looked for again");
}

#[test]
fn a_dead_letter_goes_back_to_the_queue_it_came_from() {
    let (mut app, life) = with_a_dead_letter(Some(DEAD));
    let way = copies::way_back(&life, Some(&DEAD.into())).expect("it waits there");
    assert_eq!((&*way.from, &*way.to, way.count), (DEAD, "notification-queue", 1), "it is the first of its queue");
    assert_eq!(copies::way_back(&life, Some(&"analytics-queue".into())), None, "this copy never died");
    let (dead, analytics) = (ready(&app, DEAD), session(&app).world().ledger().queues.get("analytics-queue").map(|copies| copies.arrived));
    act(&mut app, OperateAction::Move { queue: way.from, count: way.count, to: Some(way.to) });
    assert_eq!(ready(&app, DEAD), dead - 1);
    assert_eq!(
        session(&app).world().ledger().queues.get("analytics-queue").map(|copies| copies.arrived),
        analytics,
        "no other queue gets it"
    );
    let held = session(&app).world().broker().queue("notification-queue").map_or(0, requeue::broker::view::QueueView::total);
    assert!(held > 0);
    balanced(&app);
}

#[test]
fn what_stands_before_a_dead_letter_goes_back_with_it() {
    let (mut app, _) = with_a_dead_letter(None);
    let events: Vec<_> =
        session(&app).world().broker().queue(DEAD).into_iter().flat_map(requeue::broker::view::QueueView::messages).collect();
    let third = events[2].message.properties.message_id.clone().expect("it has an id");
    act(&mut app, SelectAction::CopyIn(third, DEAD.into()));
    wait(&mut app);
    let life = session(&app).playhead.story.as_ref().and_then(|story| story.life.clone()).expect("it is told");
    assert_eq!(copies::way_back(&life, Some(&DEAD.into())).expect("it waits there").count, 3);
}

#[test]
fn the_copy_that_is_told_of_is_copied_as_json() {
    let (mut app, _) = with_a_dead_letter(Some(DEAD));
    let Effect::Copy(text) = only(app::update(&mut app, SelectAction::CopyMessage)) else { panic!("it is copied") };
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(json["exchange"], "platform-events.dlx");
    assert_eq!(json["routing_key"], DEAD);
    assert_eq!(json["properties"]["headers"]["x-death"][0]["queue"], "notification-queue");
    let payload: serde_json::Value = serde_json::from_str(json["payload"].as_str().expect("a text")).expect("it is JSON, too");
    assert!(payload["orderId"].is_number(), "{text}");
    act(&mut app, SelectAction::Story(None));
    assert_eq!(app::update(&mut app, SelectAction::CopyMessage), []);
}

/// Of several copies of an event that wait, the one that was clicked is marked, and no other.
#[test]
fn the_clicked_copy_alone_is_marked_on_the_canvas() {
    let mut app = opened();
    let services: Vec<_> = session(&app).world().instances().map(|(id, _)| id).collect();
    let queues = ["inventory-queue", "analytics-queue", "notification-queue"];
    for id in services {
        act(&mut app, OperateAction::Kill(id));
    }
    act(&mut app, requeue::app::PublishAction::Publish);
    play(&mut app, 20);
    let waiting = |app: &App, queue: &str| {
        session(app).world().broker().queue(queue).and_then(|queue| queue.messages().next()?.message.properties.message_id.clone())
    };
    let event = waiting(&app, queues[0]).expect("it waits");
    for queue in queues {
        assert_eq!(waiting(&app, queue).as_ref(), Some(&event), "{queue} has a copy");
        act(&mut app, SelectAction::CopyIn(event.clone(), queue.into()));
        wait(&mut app);
        let session = session(&app);
        let picture = tokens::picture(session.plan(), false);
        assert_eq!(picture.tokens.iter().filter(|token| token.event.as_ref() == Some(&event)).count(), 3);
        let marked = highlight::asked(session, &picture);
        let of_queue = geometry::rect(session.plan(), &Place::Queue(queue.into())).expect("it is drawn");
        assert!(marked.len() == 1 && of_queue.has(marked[0].at), "{queue}: {marked:?}");
    }
}
