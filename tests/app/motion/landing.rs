//! What flies is counted where it lands, in every number of the page.

use requeue::app::landing::Landing;
use requeue::app::moves::Move;
use requeue::app::tokens::{self, picture};
use requeue::app::{
    App, EditAction, FileAction, Line, Node, OperateAction, PublishAction, Speed, Stop, TimeAction, consuming, geometry, line,
};
use requeue::base::SimTime;
use requeue::broker::view::QueueView;
use requeue::sim::Place;

use super::super::support::*;
use super::{busy, frame, stop_at, wait_for_seek, watched};

/// One source for all numbers of a queue: what has not landed for the eye counts nowhere, and what is drawn is what is counted.
#[test]
fn what_has_not_landed_counts_nowhere() {
    let mut app = opened();
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    let (mut flew, mut stacked) = (0, 0);
    act(&mut app, TimeAction::Play);
    for _ in 0..1_000 {
        frame(&mut app);
        let session = session(&app);
        let (landing, seen) = (Landing::of(&app, session), picture(session.plan(), false));
        let queue = session.world().broker().queue("notification-queue").expect("it is there");
        let ready = landing.ready(queue);
        assert_eq!(landing.messages(queue).count() as u64, ready);
        assert_eq!(landing.total(queue), ready + landing.unacked(queue));
        // What is said before a delete or a purge speaks of the same moment, and names what still flies.
        let (all, waiting) = (app.price_of(session, "notification-queue"), app.price_of_ready(session, "notification-queue"));
        assert_eq!((all.landed, all.landed + all.in_flight), (landing.total(queue), queue.total()));
        assert_eq!((waiting.landed, waiting.landed + waiting.in_flight), (ready, queue.ready()));
        let rect = requeue::app::geometry::rect(session.plan(), &node("notification-queue")).expect("it is drawn");
        let inside = |at: &requeue::scenario::Point| (rect.left..rect.right()).contains(&at.x) && (rect.top..rect.bottom()).contains(&at.y);
        let dots = seen.tokens.iter().filter(|token| inside(&token.at) && (token.radius - 6.0).abs() < 0.1).count() as u64;
        let more: u64 = seen
            .counts
            .iter()
            .filter(|count| inside(&count.at))
            .filter_map(|count| count.text.strip_prefix('+')?.parse::<u64>().ok())
            .sum();
        assert_eq!(dots + more, ready, "at {}", session.world().now());
        flew += u32::from(ready < queue.ready());
        stacked += u32::from(more > 0);
    }
    assert!(flew > 5 && stacked > 5, "{flew} times something flew, {stacked} times there were too many to draw");
    // Who wants little motion sees all at once.
    app.still = true;
    let session = session(&app);
    let queue = session.world().broker().queue("notification-queue").expect("it is there");
    assert_eq!(Landing::of(&app, session).ready(queue), queue.ready());
}

#[test]
fn a_price_names_what_still_flies() {
    let price = |landed, in_flight| requeue::app::landing::Price { landed, in_flight }.to_string();
    let told = [price(0, 0), price(1, 0), price(0, 1), price(14, 1), price(5_522, 0)];
    assert_eq!(told, ["no message", "1 message", "1 message in flight", "14 messages and 1 in flight", "5,522 messages"]);
}

/// A queue without consumers can deliver nothing at once: RabbitMQ shows a consumer capacity of 0 %.
#[test]
fn a_queue_that_lost_its_consumers_has_no_consumer_capacity() {
    let mut app = opened();
    play(&mut app, 5);
    let capacity = |app: &App| {
        let world = session(app).world();
        world.metrics().queue("notification-queue").and_then(|metrics| metrics.capacity(world.now()))
    };
    assert!(capacity(&app).is_some_and(|share| share > 0.5));
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    play(&mut app, 3);
    assert_eq!(session(&app).world().broker().queue("notification-queue").map(requeue::broker::view::QueueView::consumers), Some(0));
    assert_eq!(capacity(&app), Some(0.0));
    act(&mut app, OperateAction::Start(id));
    play(&mut app, 3);
    assert!(capacity(&app).is_some_and(|share| share > 0.3), "and what was measured before stays");
}

/// What flies to a queue comes into it: not to one that was emptied, or deleted and declared again, while time stands.
#[test]
fn nothing_flies_to_a_queue_that_has_lost_it() {
    let is_there = |app: &App, one: &Move| {
        let Some(Place::Queue(name)) = one.path.last() else { return true };
        let world = session(app).world();
        let waits = world.broker().queue(name).is_some_and(|queue| queue.messages().any(|entry| entry.message.id == one.message.id));
        waits || world.broker().all_unacked().any(|(queue, _, message)| queue == name && message.id == one.message.id)
    };
    let mut flew = 0;
    for queue in ["analytics-queue", "inventory-queue", "notification-queue"] {
        for empties in [true, false] {
            let mut app = opened();
            // Nobody takes what comes there.
            let node = node(queue);
            let instances: Vec<_> = session(&app).world().instances().map(|(id, _)| id).collect();
            for id in instances {
                act(&mut app, OperateAction::Kill(id));
            }
            act(&mut app, PublishAction::Again);
            let coming = |app: &App| session(app).plan().moves.iter().filter(|one| one.path.last() == Some(&node)).count();
            flew += coming(&app);
            if empties {
                act(&mut app, OperateAction::Purge(queue.into()));
            } else {
                act(&mut app, EditAction::DeleteAt(Stop::Node(node.clone())));
                act(&mut app, EditAction::Undo);
                act(&mut app, EditAction::Redo);
                act(&mut app, EditAction::Undo);
                assert!(session(&app).world().broker().queue(queue).is_some(), "{queue} is there again");
            }
            let stale: Vec<&Move> = session(&app).plan().moves.iter().filter(|one| !is_there(&app, one)).collect();
            assert!(stale.is_empty(), "{queue} {empties}: {stale:?}");
        }
    }
    assert!(flew > 3, "{flew}");
}

/// What flies is one picture with what is there: after a queue was deleted and came back empty, nothing flies from it or to it.
#[test]
fn nothing_flies_of_a_queue_that_an_undo_brought_back_empty() {
    let mut seen = 0;
    for millis in (4_000..12_000).step_by(450) {
        let mut app = opened();
        act(&mut app, TimeAction::Seek(SimTime::from_millis(millis)));
        wait_for_seek(&mut app);
        let queue = Node::Queue("notification-queue".into());
        let of_queue = |app: &App| {
            let plan = session(app).plan();
            let picture = tokens::picture(plan, false);
            let id = notification_service(app);
            let [from, to] = [&queue, &Node::Instance(id)].map(|node| geometry::card(plan, node).expect("it is drawn"));
            let between = |token: &&tokens::Token| {
                (from.right() + 1.0..to.left - 1.0).contains(&token.at.x) && (token.at.y - from.centre().y).abs() < 80.0
            };
            picture.tokens.iter().filter(between).count()
        };
        let before = of_queue(&app);
        act(&mut app, EditAction::DeleteAt(Stop::Node(queue.clone())));
        act(&mut app, EditAction::Undo);
        assert_eq!(session(&app).world().broker().queue("notification-queue").map(QueueView::total), Some(0));
        assert_eq!(of_queue(&app), 0, "at {millis} ms, of {before}");
        seen += before;
    }
    assert!(seen > 5, "{seen} flew before");
}

/// A token that is seen before its queue is in no number of it, although RabbitMQ has handed it to a consumer already.
#[test]
fn what_passes_through_a_queue_counts_when_it_comes_there() {
    let (mut app, question) = watched(TOPIC);
    stop_at(&mut app, question.at);
    let counts = |app: &App| {
        let (session, landing) = (session(app), Landing::of(app, session(app)));
        ["audit-log", "user-events"].map(|name| {
            let queue = session.world().broker().queue(name).expect("it is there");
            (queue.unacked(), landing.ready(queue), landing.unacked(queue), landing.total(queue))
        })
    };
    let before = counts(&app).map(|counts| counts.0);
    assert!(before.iter().all(|unacked| *unacked > 0), "RabbitMQ has handed it on: {before:?}");
    let token = |app: &App| {
        let rect = |node: &str| requeue::app::geometry::rect(session(app).plan(), &Place::Queue(node.into())).expect("it is drawn");
        let left = rect("audit-log").left;
        let event = session(app).plan().moves.iter().next();
        assert!(event.is_none(), "nothing waits: all of it passes through");
        picture(session(app).plan(), false).tokens.iter().filter(|token| token.at.x < left && token.radius > 5.0).count()
    };
    let (mut flew, mut landed) = (0, 0);
    for number in 0..200 {
        if number == 30 {
            act(&mut app, TimeAction::GoOn);
        }
        let flies = token(&app) > 0;
        for (_, ready, unacked, total) in counts(&app) {
            assert_eq!((ready, unacked, total), if flies { (0, 0, 0) } else { (0, 1, 1) }, "seen before its queue: {flies}");
        }
        flew += u32::from(flies);
        landed += u32::from(!flies);
        frame(&mut app);
    }
    assert!(flew > 20 && landed > 20, "{flew} frames before the queue, {landed} at it");
}

/// At every frame of a run, what a queue shows is what the broker has without what is seen before it. Nothing is lost on the way.
#[test]
fn what_passes_through_counts_at_every_speed() {
    for (speed, dies) in [(Speed::TEACHING, false), (Speed::TEACHING, true), (Speed::NORMAL, true)] {
        let mut app = opened();
        let id = notification_service(&app);
        play(&mut app, 8);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        let (mut passed, mut before) = (0, 0);
        for number in 0..1_500 {
            if dies && number == 400 {
                act(&mut app, OperateAction::Kill(id));
            }
            frame(&mut app);
            let session = session(&app);
            let landing = Landing::of(&app, session);
            for queue in session.world().broker().queues() {
                let seen = (landing.ready(queue), landing.unacked(queue), landing.total(queue));
                assert_eq!(seen.0 + seen.1, seen.2, "{} at {}", queue.name(), session.world().now());
                passed += u32::from(seen.2 < queue.total());
                before += u32::from(seen.1 < queue.unacked());
            }
        }
        assert!(passed > 10 && before > 10, "{passed} and {before} times something was on its way");
    }
}

/// Until they land, messages that a crash gives back are what they were for the eye: unacked.
#[test]
fn what_a_crash_gives_back_stays_unacked_until_it_lands() {
    let (mut app, id, held) = busy(10);
    act(&mut app, TimeAction::SetSpeed(Speed::TEACHING));
    act(&mut app, OperateAction::Kill(id));
    act(&mut app, TimeAction::Play);
    let (mut flew, mut landed) = (0, false);
    for _ in 0..3_000 {
        frame(&mut app);
        let (session, landing) = (session(&app), Landing::of(&app, session(&app)));
        let queue = session.world().broker().queue("notification-queue").expect("it is there");
        let back = session.plan().moves.iter().filter(|one| {
            one.kind == requeue::app::moves::MoveKind::Requeued && session.plan().moves.share(one, session.world().now()) < 1.0
        });
        let back = back.count() as u64;
        if back > 0 {
            flew += 1;
            assert_eq!(landing.unacked(queue), back + queue.unacked(), "at {}", session.world().now());
            assert_eq!(landing.total(queue), landing.ready(queue) + landing.unacked(queue));
        } else if flew > 0 {
            landed = true;
            assert!(landing.ready(queue) >= held && landing.unacked(queue) == queue.unacked());
            break;
        }
    }
    assert!(flew > 20 && landed, "{flew} frames");
}

/// All numbers that the page shows of a queue, at the same moment: the card's and the table view's, the lists of the tab Messages, the rows
/// of the tab Consumers and of each service, and the facts of its lines. Each comes by another way, and they say the same.
fn assert_numbers_agree(app: &App, when: &str) -> (u64, u64) {
    let (session, landing) = (session(app), Landing::of(app, session(app)));
    let world = session.world();
    let (mut differs, mut given_back) = (0, 0);
    for queue in world.broker().queues() {
        let name = queue.name();
        let at = format!("{when}: {name} at {}", world.now());
        let (ready, unacked, total) = (landing.ready(queue), landing.unacked(queue), landing.total(queue));
        assert_eq!(ready + unacked, total, "{at}");
        assert_eq!(landing.messages(queue).count() as u64, ready, "{at}: the list of ready messages");
        let held = consuming::held(world, &landing, queue);
        assert_eq!(held.len() as u64, unacked, "{at}: the list of unacked messages");
        let consumers = consuming::consumers(world, &landing, queue, None);
        assert_eq!(consumers.iter().map(|one| one.unacked).sum::<u64>(), unacked, "{at}: the rows of consumers");
        for one in &consumers {
            let of_list = held.iter().filter(|held| held.by == one.id).count() as u64;
            assert_eq!(of_list, one.unacked, "{at}: what {:?} holds in the list", one.id);
        }
        let of_lines: u64 = session
            .lines()
            .iter()
            .filter(|(line, _)| matches!(line, Line::Consumes { queue, .. } if queue == name))
            .flat_map(|(line, _)| line::facts(session, &landing, line))
            .filter_map(|(word, count)| if word == "Unacked" { count.parse::<u64>().ok() } else { None })
            .sum();
        assert_eq!(of_lines, unacked, "{at}: the lines to its consumers");
        differs += u64::from(unacked != queue.unacked());
        given_back += landing.unacked(queue).saturating_sub(queue.unacked());
    }
    (differs, given_back)
}

#[test]
fn every_number_of_a_queue_speaks_of_the_same_moment() {
    for (instances, speed) in [(1, Speed::TEACHING), (1, Speed::NORMAL), (2, Speed::TEACHING)] {
        let text = COURSE_CHAPTER
            .replace("\"name\": \"notification-service\",", &format!("\"name\": \"notification-service\", \"instances\": {instances},"));
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "a.json".into(), text });
        let client = session(&app).scenario().clients[0].name.clone();
        act(&mut app, OperateAction::Request(client, 50));
        let id = notification_service(&app);
        play(&mut app, 8);
        act(&mut app, TimeAction::SetSpeed(speed));
        act(&mut app, TimeAction::Play);
        let died = session(&app).world().now() + SimTime::from_millis(400);
        let (mut differs, mut given_back, mut is_dead) = (0, 0, false);
        let mut look = |app: &App, when: &str| {
            let (one, other) = assert_numbers_agree(app, when);
            (differs, given_back) = (differs + one, given_back + other);
        };
        while session(&app).world().now() < died + SimTime::from_secs(3) {
            if !is_dead && session(&app).world().now() >= died {
                act(&mut app, OperateAction::Kill(id));
                is_dead = true;
            }
            frame(&mut app);
            look(&app, "it plays");
        }
        act(&mut app, TimeAction::Pause);
        for millis in (0..3_000).step_by(97) {
            act(&mut app, TimeAction::Seek(died + SimTime::from_millis(millis)));
            wait(&mut app);
            look(&app, "put there");
        }
        // A crash while time stands: what comes back lands all the same.
        act(&mut app, TimeAction::Seek(died));
        wait(&mut app);
        act(&mut app, OperateAction::Start(id));
        act(&mut app, OperateAction::Kill(id));
        for _ in 0..100 {
            frame(&mut app);
            look(&app, "time stands");
        }
        assert!(differs > 30 && (given_back > 30 || instances > 1), "{differs} times something flew, {given_back} came back");
    }
}

/// A view that asked the broker would run ahead of what is seen.
#[test]
fn no_view_asks_the_broker_how_many_are_unacked() {
    let mut looked = 0;
    let mut folders = vec![std::path::PathBuf::from("src/ui")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("it is there").map(|file| file.expect("a file").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            looked += 1;
            let text = std::fs::read_to_string(&path).expect("it can be read");
            for words in [
                "all_unacked(",
                "unacked_messages(",
                "unacked_on(",
                "queue.unacked()",
                "queue.ready()",
                "queue.total()",
                "consumer.unacked",
                "QueueView::ready",
            ] {
                assert!(!text.contains(words), "{} asks for {words}", path.display());
            }
        }
    }
    assert!(looked > 30, "{looked} files");
}
