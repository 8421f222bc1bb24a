//! The application without a browser: actions in, state out.
#![cfg(not(target_arch = "wasm32"))]

use requeue::app::arrange::Align;
use requeue::app::composer::Typed;
use requeue::app::form::{Change, Kind};
use requeue::app::lesson::Deed;
use requeue::app::tokens::{Shape, picture};
use requeue::app::words::{self, Mark};
use requeue::app::{self, Action, App, Dialog, Effect, Node, Options, Session, Speed, commands, geometry, marks};
use requeue::base::SimTime;
use requeue::broker::{ExchangeType, Resource};
use requeue::formats::recording_file;
use requeue::scenario::edit::{Edit, Part, PartKind};
use requeue::scenario::{FaultKind, Point, Target};
use requeue::sim::InstanceId;

const COURSE_CHAPTER: &str = include_str!("../static/scenarios/course-chapter.json");

fn opened() -> App {
    let mut app = App::default();
    act(&mut app, Action::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.into() });
    app
}

fn act(app: &mut App, action: Action) {
    app::update(app, action);
}

fn compose(app: &mut App, what: Typed, text: &str) {
    act(app, Action::ComposerSet(what, text.into()));
}

fn session(app: &App) -> &Session {
    app.session.as_ref().expect("a scenario is open")
}

fn play(app: &mut App, seconds: u64) {
    act(app, Action::PlayPressed);
    for _ in 0..seconds * 20 {
        act(app, Action::FramePassed(SimTime::from_millis(50)));
    }
    act(app, Action::PausePressed);
}

fn notification_service(app: &App) -> InstanceId {
    let (service, _) = session(app).scenario().service("notification-service").expect("it is there");
    InstanceId { service, instance: 0 }
}

#[test]
fn time_passes_only_while_playing_and_at_the_chosen_speed() {
    let mut app = opened();
    act(&mut app, Action::FramePassed(SimTime::from_millis(50)));
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 2);
    assert_eq!(session(&app).world().now(), SimTime::from_secs(2));
    act(&mut app, Action::SpeedChosen(Speed(500)));
    play(&mut app, 2);
    assert_eq!(session(&app).world().now(), SimTime::from_secs(3));
    act(&mut app, Action::PlayPressed);
    act(&mut app, Action::FramePassed(SimTime::from_secs(3_600)));
    assert!(session(&app).world().now() < SimTime::from_secs(4), "after a sleep time goes on from where it was");
}

#[test]
fn who_hurries_is_stopped_where_the_story_is_told() {
    let mut app = opened();
    let until = session(&app).scenario().until.expect("it has an end");
    act(&mut app, Action::SpeedChosen(Speed(1_000_000)));
    act(&mut app, Action::PlayPressed);
    for _ in 0..40 {
        act(&mut app, Action::FramePassed(SimTime::from_millis(16)));
    }
    assert_eq!((session(&app).world().now(), app.playing), (until, false));
    act(&mut app, Action::PlayPressed);
    act(&mut app, Action::FramePassed(SimTime::from_millis(16)));
    assert!(session(&app).world().now() > until && app.playing, "and goes on if that is wanted");
}

#[test]
fn the_speed_changes_nothing_but_the_speed() {
    let (mut slow, mut fast) = (opened(), opened());
    play(&mut slow, 20);
    act(&mut fast, Action::SpeedChosen(Speed(20_000)));
    play(&mut fast, 1);
    assert_eq!(session(&slow).world().trace_hash(), session(&fast).world().trace_hash());
}

#[test]
fn a_step_is_one_line_of_the_log_or_one_instant_of_them() {
    let mut app = opened();
    for _ in 0..30 {
        let before = session(&app).log.last_number();
        let steps = session(&app).world().steps();
        act(&mut app, Action::StepPressed);
        assert!(session(&app).world().steps() > steps);
        assert!(session(&app).log.last_number() > before);
    }
}

#[test]
fn kill_and_start_are_seen_in_the_log_and_on_the_canvas() {
    let mut app = opened();
    play(&mut app, 20);
    let id = notification_service(&app);
    act(&mut app, Action::KillPressed(id));
    let killed = session(&app).log.newest().next().map(|entry| words::line(&entry.occurrence, session(&app).world()));
    assert!(killed.is_some_and(|line| line.what == "Killed" && line.mark == Mark::Failure));
    play(&mut app, 1);
    let shown = picture(session(&app).plan(), false);
    assert!(shown.tokens.iter().any(|token| token.shape == Shape::Redelivered), "requeued messages wear their ring");
    act(&mut app, Action::StartPressed(id));
    play(&mut app, 2);
    let lines: Vec<_> = session(&app).log.newest().map(|entry| words::line(&entry.occurrence, session(&app).world())).collect();
    assert!(lines.iter().any(|line| line.mark == Mark::Redelivered && line.what == "Delivered"));
}

#[test]
fn dead_letters_are_diamonds_all_the_way() {
    let mut app = opened();
    let mut labelled = false;
    act(&mut app, Action::PlayPressed);
    for _ in 0..2_400 {
        act(&mut app, Action::FramePassed(SimTime::from_millis(50)));
        let shown = picture(session(&app).plan(), false);
        labelled |= shown.tokens.iter().any(|token| token.shape == Shape::Dead && token.label == Some("rejected"));
    }
    assert!(labelled, "the reason is said on the way");
    let dead = session(&app).world().broker().queue("notification-queue.dead").expect("declared").ready();
    assert!(dead > 0);
    let still = picture(session(&app).plan(), true);
    let diamonds = still.tokens.iter().filter(|token| token.shape == Shape::Dead).count();
    assert!(diamonds as u64 >= dead.min(8));
}

#[test]
fn publishing_by_hand_tells_where_it_went() {
    // exchange, key, payload, what is said
    let cases = [
        ("platform-events", "order.placed", "{}", Ok("One copy each to inventory-queue, notification-queue and analytics-queue.")),
        ("platform-events", "user.created", "{}", Ok("To analytics-queue.")),
        (
            "platform-events.dlx",
            "nothing",
            "{}",
            Ok("It found no queue: the broker dropped it, and without the mandatory flag nobody is told."),
        ),
        ("", "analytics-queue", "1", Ok("To analytics-queue.")),
        ("platform-events", "order.placed", "{", Err("The payload is not JSON")),
    ];
    for (exchange, key, payload, expected) in cases {
        let mut app = opened();
        compose(&mut app, Typed::Exchange, exchange);
        compose(&mut app, Typed::Key, key);
        compose(&mut app, Typed::Payload, payload);
        act(&mut app, Action::PublishPressed);
        let composer = &session(&app).composer;
        match expected {
            Ok(outcome) => assert_eq!(composer.outcome.as_deref(), Some(outcome)),
            Err(problem) => assert!(
                composer.error.as_ref().is_some_and(|(field, error)| *field == Typed::Payload && error.contains(problem)),
                "{:?}",
                composer.error
            ),
        }
        assert_eq!(composer.payload, payload, "nothing is lost");
    }
}

#[test]
fn what_cannot_be_opened_leaves_what_is_open() {
    let mut app = opened();
    play(&mut app, 3);
    let hash = session(&app).world().trace_hash();
    act(&mut app, Action::Opened { name: "broken.json".into(), text: COURSE_CHAPTER.replace("\"topic\"", "\"topical\"") });
    let unreadable = app.unreadable.as_ref().expect("it says so");
    assert_eq!(unreadable.name, "broken.json");
    assert_eq!(unreadable.problems[0].path, "broker.exchanges[0].type");
    assert_eq!(session(&app).world().trace_hash(), hash);
    act(&mut app, Action::UnreadableDismissed);
    assert!(app.unreadable.is_none());
}

#[test]
fn restarting_gives_the_same_run_again() {
    let mut app = opened();
    play(&mut app, 5);
    let hash = session(&app).world().trace_hash();
    act(&mut app, Action::Selected(Some(Node::Queue("notification-queue".into()))));
    let id = notification_service(&app);
    act(&mut app, Action::KillPressed(id));
    act(&mut app, Action::RestartPressed);
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 5);
    assert_eq!(session(&app).world().trace_hash(), hash);
}

#[test]
fn rewinding_shows_the_past_and_a_change_there_keeps_the_other_branch() {
    let mut app = opened();
    play(&mut app, 30);
    let (end, hash) = (session(&app).world().now(), session(&app).world().trace_hash());
    act(&mut app, Action::Seeked(SimTime::from_secs(10)));
    assert_eq!(session(&app).world().now(), SimTime::from_secs(10));
    assert!(session(&app).timeline().is_in_the_past());
    assert_eq!(session(&app).timeline().furthest(), end);
    assert!(session(&app).log.newest().all(|entry| entry.occurrence.at <= SimTime::from_secs(10)), "the log is of the past, too");
    assert!(session(&app).log.newest().count() > 5);
    assert!(!picture(session(&app).plan(), false).tokens.is_empty(), "and what moved then is seen moving");
    let service = notification_service(&app);
    act(&mut app, Action::KillPressed(service));
    assert!(!session(&app).timeline().is_in_the_past() && session(&app).other.is_some());
    play(&mut app, 20);
    assert_ne!(session(&app).world().trace_hash(), hash);
    let killed = session(&app).world().trace_hash();
    act(&mut app, Action::BranchSwapped);
    act(&mut app, Action::Seeked(end));
    assert_eq!(session(&app).world().trace_hash(), hash, "as if nothing had been changed");
    act(&mut app, Action::BranchSwapped);
    act(&mut app, Action::Seeked(SimTime::from_secs(30)));
    assert_eq!(session(&app).world().trace_hash(), killed);
    // Side by side: here it was killed, there it was not.
    act(&mut app, Action::ComparePressed);
    let comparison = session(&app).comparison.clone().expect("there are two");
    assert_eq!(comparison.at, SimTime::from_secs(30));
    let row = comparison.rows.iter().find(|row| row.quantity.to_string() == "ready(notification-queue)").expect("they differ");
    assert!(row.left > row.right + 10.0, "{row:?}");
    act(&mut app, Action::Seeked(SimTime::from_secs(5)));
    act(&mut app, Action::ComparePressed);
    act(&mut app, Action::ComparePressed);
    assert!(session(&app).comparison.as_ref().is_some_and(|comparison| comparison.rows.is_empty()), "before the kill they are alike");
}

#[test]
fn back_and_forward_by_what_the_log_tells() {
    let mut app = opened();
    play(&mut app, 12);
    let before = session(&app).world().now();
    act(&mut app, Action::BackPressed);
    let back = session(&app).world().now();
    assert!(back < before);
    act(&mut app, Action::StepPressed);
    assert!(session(&app).world().now() > back && session(&app).world().now() <= before);
    act(&mut app, Action::NextPressed);
    let newest = session(&app).log.newest().next().expect("something happened");
    assert!(marks::is_of_interest(&newest.occurrence.what), "{:?}", newest.occurrence);
    for _ in 0..500 {
        act(&mut app, Action::BackPressed);
    }
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
}

#[test]
fn looking_for_the_next_crash_comes_back_where_nothing_crashes() {
    let mut app = opened();
    // Without poison nothing dies, and a day of it is millions of steps.
    act(&mut app, Action::FieldSet("clients[0].poison".into(), Kind::Json, String::new()));
    assert_eq!(session(&app).objection, None);
    let steps = session(&app).world().steps();
    act(&mut app, Action::NextPressed);
    assert!(session(&app).world().steps() - steps <= 150_000);
    assert!(
        session(&app).objection.as_ref().is_some_and(|told| told.starts_with("Nothing broke or died until")),
        "{:?}",
        session(&app).objection
    );
    let now = session(&app).world().now();
    act(&mut app, Action::NextPressed);
    assert!(session(&app).world().now() > now, "and once more looks further");
}

#[test]
fn marks_stand_where_something_broke_each_once() {
    let mut app = opened();
    play(&mut app, 10);
    let service = notification_service(&app);
    act(&mut app, Action::KillPressed(service));
    play(&mut app, 10);
    let marks = |app: &App| session(app).marks.iter().cloned().collect::<Vec<_>>();
    let first = marks(&app);
    assert!(first.iter().any(|mark| mark.sign == marks::Sign::Fault && mark.at == SimTime::from_secs(10)));
    assert!(first.iter().any(|mark| mark.sign == marks::Sign::Dead));
    act(&mut app, Action::Seeked(SimTime::from_secs(5)));
    play(&mut app, 15);
    assert_eq!(marks(&app), first, "played again, and not noted again");
}

#[test]
fn a_messages_story_is_told_up_to_the_playhead() {
    let mut app = opened();
    play(&mut app, 8);
    act(&mut app, Action::EventAsked(Some("e-1".into())));
    let told = |app: &App| session(app).biography.clone().expect("it was asked for");
    let full = told(&app).life.expect("it was published").entries.len();
    act(&mut app, Action::Seeked(SimTime::from_secs(2)));
    assert!(told(&app).life.is_none_or(|life| life.entries.len() < full));
    act(&mut app, Action::Seeked(SimTime::ZERO));
    assert!(told(&app).life.is_none());
    act(&mut app, Action::EventAsked(None));
    assert!(session(&app).biography.is_none());
}

#[test]
fn every_fault_of_the_inspector_and_its_opposite() {
    let mut app = opened();
    play(&mut app, 5);
    let target = Target { service: "notification-service".into(), instance: Some(0) };
    let id = notification_service(&app);
    let state = |app: &App| session(app).world().instance(id).expect("it is there").clone();
    act(&mut app, Action::FaultPressed(FaultKind::Hang(target.clone())));
    assert!(state(&app).hung);
    act(&mut app, Action::MendPressed(FaultKind::Hang(target.clone())));
    assert!(!state(&app).hung);
    act(&mut app, Action::FaultPressed(FaultKind::Slow(target.clone(), 5.0)));
    assert!(state(&app).slowness > 1.0);
    act(&mut app, Action::MendPressed(FaultKind::Slow(target.clone(), 5.0)));
    assert!((state(&app).slowness - 1.0).abs() < f64::EPSILON);
    act(&mut app, Action::FaultPressed(FaultKind::Alarm(Resource::Memory)));
    assert_eq!(session(&app).world().broker().alarms(), [Resource::Memory]);
    act(&mut app, Action::MendPressed(FaultKind::Alarm(Resource::Memory)));
    assert!(session(&app).world().broker().alarms().is_empty());
    act(&mut app, Action::FaultPressed(FaultKind::RestartBroker));
    assert!(session(&app).log.newest().any(|entry| words::line(&entry.occurrence, session(&app).world()).what == "Restarted"));
    assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
}

#[test]
fn what_is_drawn_is_kept_by_itself_and_offered_next_time() {
    let mut app = opened();
    assert_eq!(app::update(&mut app, Action::Selected(Some(Node::Queue("analytics-queue".into())))), None, "to look is not to change");
    let Some(Effect::SaveDraft(text)) = app::update(&mut app, Action::PartPressed(PartKind::ClassicQueue)) else { panic!("it is kept") };
    act(&mut app, Action::Dragged(Node::Queue("queue-1".into()), Point { x: 30.0, y: 45.0 }));
    let Some(Effect::SaveDraft(moved)) = app::update(&mut app, Action::Dropped) else { panic!("where it stands is kept, too") };
    assert_ne!(text, moved);
    assert!(matches!(app::update(&mut app, Action::UndoPressed), Some(Effect::SaveDraft(_))));
    let mut later = opened();
    act(&mut later, Action::DraftFound(moved));
    assert_eq!(later.draft.as_ref().map(app::Draft::title), Some("The course chapter's system"));
    act(&mut later, Action::DraftOpened);
    assert_eq!(session(&later).scenario().broker.queues.last().map(|queue| queue.at), Some(Point { x: 30.0, y: 45.0 }));
    act(&mut later, Action::DraftFound("{ not a scenario".into()));
    assert!(later.draft.is_none(), "what cannot be read is not offered");
    assert_eq!(app::update(&mut later, Action::DraftDiscarded), Some(Effect::ForgetDraft));
}

#[test]
fn requests_by_hand_come_at_once() {
    let mut app = opened();
    act(&mut app, Action::RequestPressed("customers".into(), 50));
    assert_eq!(session(&app).world().ledger().business.requests, 50);
    play(&mut app, 60);
    assert_eq!(session(&app).world().ledger().business.failed, 0);
    assert!(session(&app).world().ledger().business.accepted > 50);
}

#[test]
fn the_gallery_is_fetched_once_and_what_is_saved_opens_again() {
    let mut app = opened();
    assert_eq!(app::update(&mut app, Action::DialogOpened(Dialog::Gallery)), Some(Effect::FetchGallery));
    act(&mut app, Action::GalleryFetched(include_str!("../static/gallery.json").into()));
    act(&mut app, Action::DialogClosed);
    assert_eq!(app::update(&mut app, Action::DialogOpened(Dialog::Gallery)), None);
    let first = app.gallery.as_ref().expect("it was fetched")[0].clone();
    assert_eq!(first.title, "The course chapter's system");
    assert_eq!(app::update(&mut app, Action::ExhibitChosen(first.file.clone())), Some(Effect::FetchScenario(first.file)));
    let Some(Effect::Download { name, text }) = app::update(&mut app, Action::SavePressed) else { panic!("a file") };
    assert_eq!(name, "the-course-chapter-s-system.json");
    let scenario = session(&app).scenario().clone();
    act(&mut app, Action::Opened { name, text });
    assert_eq!(*session(&app).scenario(), scenario);
}

#[test]
fn a_recording_opens_at_its_beginning_with_its_future_ahead() {
    let mut app = opened();
    play(&mut app, 5);
    let service = notification_service(&app);
    act(&mut app, Action::KillPressed(service));
    play(&mut app, 5);
    let hash = session(&app).world().trace_hash();
    let text = recording_file::write(session(&app).timeline().recording(), session(&app).world().now());
    act(&mut app, Action::Opened { name: "found.json".into(), text });
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    play(&mut app, 10);
    assert_eq!(session(&app).world().trace_hash(), hash);
}

fn select(app: &mut App, part: &Part) {
    let world = session(app).world();
    let node = match part {
        Part::Exchange(name) => Node::Exchange(name.clone()),
        Part::Queue(name) => Node::Queue(name.clone()),
        Part::Service(name) => {
            let service = world.services().iter().position(|service| service.spec.name == *name).expect("it is there");
            Node::Instance(InstanceId { service, instance: 0 })
        }
        Part::Client(name) => Node::Client(world.clients().iter().position(|client| client.spec.name == *name).expect("it is there")),
    };
    act(app, Action::Selected(Some(node)));
}

fn connect(app: &mut App, from: &Part, to: &Part) {
    act(app, Action::Selected(None));
    select(app, from);
    act(app, Action::ConnectPressed);
    select(app, to);
}

#[test]
fn a_system_is_drawn_while_the_world_runs() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, Action::PartPressed(PartKind::ClassicQueue));
    let queue = Part::Queue("queue-1".into());
    assert_eq!(session(&app).selection, Some(Node::Queue("queue-1".into())), "what is new is selected");
    connect(&mut app, &Part::Exchange("platform-events".into()), &queue);
    act(&mut app, Action::PartPressed(PartKind::Service));
    connect(&mut app, &queue, &Part::Service("service-1".into()));
    assert_eq!(session(&app).objection, None);
    play(&mut app, 20);
    let ledger = session(&app).world().ledger();
    assert!(ledger.queues["queue-1"].acknowledged > 20, "it hears of everything");
    // What cannot be connected says why, and changes nothing.
    let before = session(&app).scenario().clone();
    connect(&mut app, &queue, &Part::Queue("analytics-queue".into()));
    assert!(session(&app).objection.as_ref().is_some_and(|why| why.contains("put an exchange between")));
    assert!(std::sync::Arc::ptr_eq(&before, session(&app).scenario()));
    // A queue that is deleted takes along what it held, and cancels its consumers.
    act(&mut app, Action::Selected(Some(Node::Queue("queue-1".into()))));
    act(&mut app, Action::DeletePressed);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
    assert!(session(&app).log.newest().any(|entry| words::line(&entry.occurrence, session(&app).world()).detail == "queue queue-1"));
    play(&mut app, 5);
    assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
}

#[test]
fn everything_can_be_undone_and_done_again_while_time_goes_on() {
    let mut app = opened();
    let first = session(&app).scenario().clone();
    let edits = [
        Action::PartPressed(PartKind::Exchange(ExchangeType::Fanout)),
        Action::Edited(Edit::Rename { part: Part::Exchange("exchange-1".into()), name: "broadcasts".into() }),
        Action::PartPressed(PartKind::QuorumQueue),
        Action::Edited(Edit::Connect { from: Part::Exchange("broadcasts".into()), to: Part::Queue("queue-1".into()) }),
        Action::FieldSet("services[0].instances".into(), Kind::Whole, "3".into()),
        Action::Edited(Edit::Remove(Part::Service("analytics-service".into()))),
        Action::Edited(Edit::Rename { part: Part::Service("order-service".into()), name: "orders".into() }),
        Action::Edited(Edit::Remove(Part::Exchange("platform-events".into()))),
    ];
    let count = edits.len();
    for edit in edits {
        play(&mut app, 1);
        act(&mut app, edit);
        assert_eq!(session(&app).objection, None);
    }
    let last = session(&app).scenario().clone();
    let time = session(&app).world().now();
    for _ in 0..count {
        assert!(session(&app).can_undo());
        act(&mut app, Action::UndoPressed);
    }
    assert_eq!(**session(&app).scenario(), *first);
    assert!(!session(&app).can_undo());
    assert_eq!(session(&app).world().now(), time, "to undo rewinds no world");
    for _ in 0..count {
        act(&mut app, Action::RedoPressed);
    }
    assert_eq!(**session(&app).scenario(), *last);
    assert!(!session(&app).can_redo());
    play(&mut app, 5);
    assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
    let again = requeue::sim::World::replay(session(&app).timeline().recording(), session(&app).world().now());
    assert_eq!(again.trace_hash(), session(&app).world().trace_hash());
}

#[test]
fn time_begins_again_and_what_was_drawn_stays() {
    let mut app = opened();
    play(&mut app, 5);
    act(&mut app, Action::PartPressed(PartKind::ClassicQueue));
    act(&mut app, Action::RestartPressed);
    assert_eq!(session(&app).world().now(), SimTime::ZERO);
    assert!(session(&app).world().broker().queue("queue-1").is_some());
    act(&mut app, Action::UndoPressed);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
}

#[test]
fn a_node_that_is_dragged_snaps_is_saved_and_is_one_step_of_the_history() {
    let mut app = opened();
    play(&mut app, 3);
    let hash = session(&app).world().trace_hash();
    let node = Node::Queue("analytics-queue".into());
    for x in 0..20 {
        act(&mut app, Action::Dragged(node.clone(), Point { x: 600.0 + f64::from(x), y: 400.0 }));
    }
    act(&mut app, Action::Dropped);
    assert_eq!(session(&app).world().trace_hash(), hash, "the world minds no position");
    assert!(session(&app).timeline().recording().inputs.is_empty());
    let place = |app: &App| session(app).document().broker.queues[2].at;
    assert_eq!(place(&app), Point { x: 615.0, y: 405.0 });
    act(&mut app, Action::UndoPressed);
    assert_eq!(place(&app), Point { x: 568.0, y: 385.0 });
    act(&mut app, Action::RedoPressed);
    assert_eq!(place(&app), Point { x: 615.0, y: 405.0 });
    let Some(Effect::Download { text, .. }) = app::update(&mut app, Action::SavePressed) else { panic!("a file") };
    assert!(text.contains("\"name\": \"analytics-queue\", \"at\": [615, 405]"), "{text}");
}

fn node(queue: &str) -> Node {
    Node::Queue(queue.into())
}

fn ready(app: &App, queue: &str) -> u64 {
    session(app).world().broker().queue(queue).map_or(0, requeue::broker::view::QueueView::ready)
}

fn balanced(app: &App) {
    assert_eq!(session(app).world().ledger().imbalances(), [""; 0]);
}

#[test]
fn messages_carry_what_the_composer_says() {
    let mut app = opened();
    compose(&mut app, Typed::Template, "user.created");
    compose(&mut app, Typed::Headers, r#"{"region": "eu"}"#);
    compose(&mut app, Typed::Expiration, "60000");
    compose(&mut app, Typed::Priority, "3");
    compose(&mut app, Typed::Persistent, "false");
    compose(&mut app, Typed::Confirm, "true");
    compose(&mut app, Typed::Count, "4");
    let analytics = session(&app).scenario().service("analytics-service").expect("it is there").0;
    act(&mut app, Action::KillPressed(InstanceId { service: analytics, instance: 0 }));
    act(&mut app, Action::PublishPressed);
    assert_eq!(session(&app).composer.outcome.as_deref(), Some("4 times: To analytics-queue. The broker confirmed it."));
    assert_eq!(ready(&app, "analytics-queue"), 4);
    let queue = session(&app).world().broker().queue("analytics-queue").expect("it is there");
    let properties = queue.messages().next().expect("one waits").message.properties.clone();
    assert_eq!((properties.delivery_mode, properties.priority, properties.expiration.as_deref()), (Some(1), Some(3), Some("60000")));
    assert!(properties.header("region").is_some_and(|region| region.as_str().is_some_and(|region| &**region == "eu")));
    assert_eq!(session(&app).world().ledger().messages.confirmed, 4);
    compose(&mut app, Typed::Mandatory, "true");
    compose(&mut app, Typed::Exchange, "platform-events.dlx");
    act(&mut app, Action::PublishPressed);
    assert!(
        session(&app).composer.outcome.as_ref().is_some_and(|outcome| outcome.contains("was returned")),
        "{:?}",
        session(&app).composer.outcome
    );
    balanced(&app);
    for (what, text, problem) in [
        (Typed::Headers, "[1]", "JSON object"),
        (Typed::Expiration, "soon", "milliseconds"),
        (Typed::Priority, "256", "0 to 255"),
        (Typed::Count, "0", "From 1"),
        (Typed::Rate, "-1", "a second"),
    ] {
        let mut app = opened();
        compose(&mut app, what, text);
        act(&mut app, if what == Typed::Rate { Action::RepeatPressed } else { Action::PublishPressed });
        let error = session(&app).composer.error.clone().expect("it cannot be");
        assert!(error.0 == what && error.1.contains(problem), "{error:?}");
        assert!(session(&app).timeline().recording().inputs.is_empty());
    }
}

#[test]
fn publishing_at_a_rate_goes_on_while_time_does() {
    let mut app = opened();
    compose(&mut app, Typed::Rate, "5");
    act(&mut app, Action::RepeatPressed);
    play(&mut app, 4);
    let by_hand = session(&app).world().ledger().messages.by_hand;
    assert!((20..=21).contains(&by_hand), "{by_hand}");
    act(&mut app, Action::RepeatPressed);
    play(&mut app, 4);
    assert_eq!(session(&app).world().ledger().messages.by_hand, by_hand);
    let again = requeue::sim::World::replay(session(&app).timeline().recording(), session(&app).world().now());
    assert_eq!(again.trace_hash(), session(&app).world().trace_hash());
}

#[test]
fn messages_are_fetched_purged_moved_and_redriven_by_hand() {
    let mut app = opened();
    act(&mut app, Action::SpeedChosen(Speed(20_000)));
    play(&mut app, 30);
    let dead = "notification-queue.dead";
    let waiting = ready(&app, dead);
    assert!(waiting > 2, "{waiting}");
    act(&mut app, Action::GetPressed { queue: dead.into(), count: 1, requeue: true });
    assert_eq!(ready(&app, dead), waiting, "it was put back");
    let first = session(&app)
        .world()
        .broker()
        .queue(dead)
        .expect("it is there")
        .messages()
        .next()
        .is_some_and(requeue::broker::queue::ready::Entry::redelivered);
    assert!(first, "and will say so");
    act(&mut app, Action::GetPressed { queue: dead.into(), count: 1, requeue: false });
    assert_eq!(ready(&app, dead), waiting - 1, "acknowledged, it is gone");
    act(&mut app, Action::MovePressed { queue: dead.into(), to: Some("inventory-queue".into()) });
    assert_eq!(ready(&app, dead), 0);
    let arrived = session(&app).world().ledger().queues["notification-queue"].arrived;
    act(&mut app, Action::SpeedChosen(Speed(20_000)));
    play(&mut app, 30);
    let (waiting, before) = (ready(&app, dead), session(&app).world().ledger().queues["notification-queue"].arrived);
    assert!(waiting > 0 && before > arrived);
    act(&mut app, Action::MovePressed { queue: dead.into(), to: None });
    assert_eq!(ready(&app, dead), 0, "redriven");
    assert_eq!(
        session(&app).world().ledger().queues["notification-queue"].arrived,
        before + waiting,
        "each to where it was published first"
    );
    let id = notification_service(&app);
    act(&mut app, Action::KillPressed(id));
    play(&mut app, 1);
    assert!(ready(&app, "notification-queue") > 0);
    act(&mut app, Action::PurgePressed("notification-queue".into()));
    assert_eq!(ready(&app, "notification-queue"), 0);
    balanced(&app);
}

#[test]
fn several_nodes_are_selected_moved_aligned_and_deleted_as_one_step() {
    let mut app = opened();
    let first = session(&app).document();
    act(&mut app, Action::Selected(Some(node("inventory-queue"))));
    act(&mut app, Action::SelectedAlso(node("analytics-queue")));
    act(&mut app, Action::SelectedAlso(node("notification-queue")));
    act(&mut app, Action::SelectedAlso(node("notification-queue")));
    assert_eq!(session(&app).parts().len(), 2, "once more takes it away again");
    let place = |app: &App, name: &str| session(app).place(&node(name)).expect("it is there");
    let before = (place(&app, "inventory-queue"), place(&app, "analytics-queue"));
    act(&mut app, Action::Nudged(20.0, -5.0));
    assert_eq!(place(&app, "analytics-queue"), Point { x: before.1.x + 20.0, y: before.1.y - 5.0 });
    act(&mut app, Action::UndoPressed);
    assert_eq!((place(&app, "inventory-queue"), place(&app, "analytics-queue")), before, "one gesture, one step");
    act(&mut app, Action::Dragged(node("inventory-queue"), Point { x: 300.0, y: 300.0 }));
    act(&mut app, Action::Dropped);
    let by = Point { x: 300.0 - before.0.x, y: 300.0 - before.0.y };
    assert_eq!(place(&app, "analytics-queue"), Point { x: before.1.x + by.x, y: before.1.y + by.y }, "what else is selected comes along");
    act(&mut app, Action::AlignPressed(Align::Row));
    assert!((place(&app, "inventory-queue").y - place(&app, "analytics-queue").y).abs() < f64::EPSILON);
    act(&mut app, Action::DeletePressed);
    assert_eq!(session(&app).scenario().broker.queues.len(), first.broker.queues.len() - 2);
    for _ in 0..3 {
        act(&mut app, Action::UndoPressed);
    }
    assert_eq!(session(&app).document(), first);
    act(&mut app, Action::BoxSelected { from: Point { x: -9e3, y: -9e3 }, to: Point { x: 9e3, y: 9e3 } });
    let all = session(&app).parts().len();
    act(&mut app, Action::AllSelected);
    assert_eq!(session(&app).parts().len(), all);
    act(&mut app, Action::DeletePressed);
    assert!(geometry::places(session(&app).plan()).is_empty());
    balanced(&app);
    act(&mut app, Action::UndoPressed);
    assert_eq!(session(&app).document(), first);
}

#[test]
fn arranging_puts_no_node_on_another() {
    let mut app = opened();
    act(&mut app, Action::ArrangePressed);
    let plan = session(&app).plan();
    let rects: Vec<_> = geometry::places(plan).iter().filter_map(|place| geometry::rect(plan, place)).collect();
    for (index, one) in rects.iter().enumerate() {
        for other in &rects[index + 1..] {
            let apart = one.right() <= other.left || other.right() <= one.left || one.bottom() <= other.top || other.bottom() <= one.top;
            assert!(apart, "{one:?} lies over {other:?}");
        }
    }
    act(&mut app, Action::UndoPressed);
    assert!(!session(&app).can_undo());
}

#[test]
fn parts_are_copied_into_another_page_under_new_names() {
    let mut app = opened();
    act(&mut app, Action::Selected(Some(Node::Exchange("platform-events".into()))));
    act(&mut app, Action::SelectedAlso(node("notification-queue")));
    let Some(Effect::Copy(text)) = app::update(&mut app, Action::CopyPressed) else { panic!("it is copied") };
    let (exchanges, bindings) = (session(&app).scenario().broker.exchanges.len(), session(&app).scenario().broker.bindings.len());
    act(&mut app, Action::Pasted(text.clone()));
    assert_eq!(session(&app).objection, None);
    let broker = &session(&app).scenario().broker;
    assert_eq!((broker.exchanges.len(), broker.bindings.len()), (exchanges + 1, bindings + 1), "with what binds them to one another");
    assert_eq!(session(&app).parts().len(), 2, "what is new is selected");
    let mut other = App::default();
    act(&mut other, Action::NewPressed);
    act(&mut other, Action::Pasted(text));
    assert_eq!(session(&other).scenario().broker.queues.len(), 1);
    assert!(
        session(&other).scenario().broker.exchanges.iter().any(|exchange| &*exchange.name == "platform-events"),
        "where the name is free it stays"
    );
    act(&mut other, Action::Pasted("a shopping list".into()));
    assert!(session(&other).objection.is_some());
    act(&mut other, Action::Selected(Some(node("notification-queue"))));
    act(&mut other, Action::DuplicatePressed);
    assert_eq!(session(&other).scenario().broker.queues.len(), 2);
    assert!(matches!(app::update(&mut other, Action::CutPressed), Some(Effect::Copy(_))));
    assert_eq!(session(&other).scenario().broker.queues.len(), 1);
}

#[test]
fn faults_are_planned_as_sentences_moved_and_taken_back() {
    let mut app = opened();
    let before = session(&app).scenario().faults.len();
    act(&mut app, Action::FaultTyped("kill notification-service at 5s for 3s".into()));
    assert_eq!(session(&app).objection, None);
    act(&mut app, Action::FaultMoved(before, SimTime::from_secs(8)));
    let id = notification_service(&app);
    let up = |app: &App| session(app).world().instance(id).is_some_and(|state| state.up);
    play(&mut app, 7);
    assert!(up(&app), "not at five");
    play(&mut app, 2);
    assert!(!up(&app), "but at eight");
    play(&mut app, 4);
    assert!(up(&app), "for three seconds");
    act(&mut app, Action::FaultRemoved(before));
    assert_eq!(session(&app).scenario().faults.len(), before);
    for (typed, problem) in [("kill nobody at 5s", "nobody"), ("frighten notification-service", "")] {
        act(&mut app, Action::FaultTyped(typed.into()));
        assert!(session(&app).objection.as_ref().is_some_and(|why| why.contains(problem)), "{typed}");
        act(&mut app, Action::ObjectionDismissed);
    }
}

#[test]
fn a_field_says_beside_itself_what_is_wrong_and_keeps_what_was_typed() {
    let mut app = opened();
    let path = "broker.queues[0].arguments.x-message-ttl";
    act(&mut app, Action::FieldTyped(path.into(), Kind::Whole, "-5".into()));
    let before = session(&app).scenario().clone();
    let typing = session(&app).typing.clone().expect("it is being typed");
    assert!(typing.text == "-5" && typing.why.as_ref().is_some_and(|why| why.contains("x-message-ttl")), "{typing:?}");
    act(&mut app, Action::FieldSet(path.into(), Kind::Whole, "-5".into()));
    assert!(std::sync::Arc::ptr_eq(&before, session(&app).scenario()));
    assert_eq!(session(&app).typing, Some(typing));
    act(&mut app, Action::FieldSet(path.into(), Kind::Whole, "5000".into()));
    assert_eq!(session(&app).typing, None);
    assert_eq!(session(&app).scenario().broker.queues[0].arguments.get("x-message-ttl").map(ToString::to_string).as_deref(), Some("5000"));
    act(&mut app, Action::ListChanged("broker.bindings[0]".into(), Change::Remove));
    assert_eq!(session(&app).scenario().broker.bindings.len(), before.broker.bindings.len() - 1);
}

#[test]
fn unsaved_work_is_not_replaced_without_leave() {
    let mut app = opened();
    act(&mut app, Action::PartPressed(PartKind::ClassicQueue));
    let other = COURSE_CHAPTER.replace("The course chapter's system", "Another");
    act(&mut app, Action::Opened { name: "other.json".into(), text: other.clone() });
    assert_eq!(app.dialog, Some(Dialog::Replace));
    assert_eq!(session(&app).scenario().title, "The course chapter's system");
    act(&mut app, Action::DialogClosed);
    act(&mut app, Action::ReplaceConfirmed);
    assert_eq!(session(&app).scenario().title, "The course chapter's system", "what was refused does not wait");
    act(&mut app, Action::Opened { name: "other.json".into(), text: other.clone() });
    act(&mut app, Action::ReplaceConfirmed);
    assert_eq!(session(&app).scenario().title, "Another");
    act(&mut app, Action::PartPressed(PartKind::ClassicQueue));
    act(&mut app, Action::SavePressed);
    act(&mut app, Action::Opened { name: "again.json".into(), text: other });
    assert_eq!(app.dialog, None, "what is in a file needs no question");
}

#[test]
fn a_page_to_look_at_changes_nothing_and_still_runs() {
    let mut app = App::default();
    act(&mut app, Action::OptionsGiven(Options { read_only: true, at: Some(SimTime::from_secs(3)), play: true, ..Options::default() }));
    act(&mut app, Action::Opened { name: "link".into(), text: COURSE_CHAPTER.into() });
    assert_eq!(session(&app).world().now(), SimTime::from_secs(3));
    assert!(!app.playing, "a stranger's link does not play by itself");
    let before = session(&app).document();
    for action in [
        Action::PartPressed(PartKind::Service),
        Action::DeletePressed,
        Action::FaultTyped("restart broker at 1s".into()),
        Action::Pasted("{}".into()),
    ] {
        act(&mut app, action);
    }
    assert_eq!(session(&app).document(), before);
    let id = notification_service(&app);
    act(&mut app, Action::KillPressed(id));
    play(&mut app, 2);
    assert!(session(&app).world().instance(id).is_some_and(|state| !state.up), "things may be broken");
}

/// Whatever the palette of commands offers can be done, with anything selected.
#[test]
fn every_command_can_be_done() {
    let client = Node::Client(0);
    let service = Node::Instance(notification_service(&opened()));
    for node in [None, Some(client), Some(service), Some(Node::Exchange("platform-events".into())), Some(node("notification-queue"))] {
        let mut app = opened();
        act(&mut app, Action::GalleryFetched("[]".into()));
        act(&mut app, Action::Selected(node.clone()));
        let names: Vec<String> = commands::all(&app).into_iter().map(|command| command.name).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "each name once");
        for name in names {
            act(&mut app, Action::Selected(node.clone()));
            act(&mut app, Action::QueryTyped(name.to_uppercase()));
            let command = commands::found(&app).into_iter().find(|command| command.name == name);
            // What was deleted meanwhile cannot be killed any more; and where nothing breaks any more, the next crash is a day ahead.
            let Some(command) = command.filter(|command| node.is_none() || command.action != Action::NextPressed) else { continue };
            act(&mut app, command.action);
            balanced(&app);
        }
    }
}

const TOPIC: &str = include_str!("../static/lessons/topic.md");
const CRASH: &str = include_str!("../static/lessons/crash-before-ack.md");
const MANAGEMENT: &str = include_str!("../static/lessons/management-numbers.md");

fn in_class(text: &str) -> App {
    let mut app = App::default();
    act(&mut app, Action::Opened { name: "lessons/a.md".into(), text: text.into() });
    assert_eq!(app.unreadable, None);
    app
}

fn room(app: &App) -> &app::Classroom {
    app.classroom.as_ref().expect("a lesson is open")
}

fn deed(app: &mut App, deed: Deed) -> Option<Effect> {
    app::update(app, Action::Lesson(deed))
}

/// Frames pass until nothing goes on by itself any more.
fn settle(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    for _ in 0..2_000 {
        effects.extend(app::update(app, Action::FramePassed(SimTime::from_millis(50))));
        if !app.is_busy() {
            return effects;
        }
    }
    panic!("it goes on for ever");
}

fn step_of(app: &mut App, id: &str) {
    let index = room(app).lesson.steps.iter().position(|step| &*step.id == id).expect("there is such a step");
    deed(app, Deed::StepChosen(index));
}

#[test]
fn a_lesson_is_predicted_fixed_and_its_progress_is_kept() {
    let mut app = in_class(TOPIC);
    deed(&mut app, Deed::Answered("audit-log".into()));
    deed(&mut app, Deed::AnswerChecked);
    assert_eq!(room(&app).work().verdict, Some(false));
    deed(&mut app, Deed::Answered("user-events".into()));
    assert_eq!(room(&app).work().verdict, None, "another answer is judged anew");
    assert_eq!(deed(&mut app, Deed::AnswerChecked), Some(Effect::SaveProgress));
    assert_eq!(room(&app).work().verdict, Some(true));
    deed(&mut app, Deed::Watched);
    play(&mut app, 3);
    assert!(
        session(&app).log.newest().any(|entry| words::line(&entry.occurrence, session(&app).world()).detail.contains("user.created")),
        "it is seen happening"
    );
    step_of(&mut app, "all-orders");
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    let findings = room(&app).work().findings.clone();
    assert!(!findings[0].good && findings[1].good && !room(&app).work().done);
    assert!(findings[0].why.as_ref().is_some_and(|why| why.contains("audit-service")), "{findings:?}");
    // The run that failed, and back again.
    deed(&mut app, Deed::FailureOpened(0));
    assert!(room(&app).is_away());
    deed(&mut app, Deed::SandboxPressed);
    act(&mut app, Action::FieldSet("broker.bindings[0].routing_key".into(), Kind::Text, "order.#".into()));
    deed(&mut app, Deed::ProvePressed);
    let effects = settle(&mut app);
    assert!(room(&app).work().done && effects == [Effect::SaveProgress]);
    // Away and back, each step has what was done at it.
    step_of(&mut app, "two");
    assert_eq!(room(&app).work().answer, ["audit-log", "user-events"]);
    step_of(&mut app, "all-orders");
    assert_eq!(&*session(&app).scenario().broker.bindings[0].routing_key, "order.#");
    // In another lesson's file with the same steps it is still done.
    let (progress, works) = (app.progress.clone(), app.works.clone());
    let mut again = App::default();
    act(&mut again, Action::ProgressFound { progress, works });
    act(&mut again, Action::Opened { name: "lessons/a.md".into(), text: TOPIC.replace("## Three words", "## Three of them") });
    assert_eq!(room(&again).works.iter().filter(|work| work.done).count(), 2);
    assert_eq!(room(&again).work().answer, ["audit-log"], "and what was answered first is there again");
    step_of(&mut again, "all-orders");
    assert_eq!(&*session(&again).scenario().broker.bindings[0].routing_key, "order.#", "and what was drawn");
}

#[test]
fn a_solution_is_shown_edit_by_edit_and_reset_takes_it_back() {
    let mut app = in_class(include_str!("../static/lessons/why-events.md"));
    step_of(&mut app, "announce");
    deed(&mut app, Deed::HintPressed);
    deed(&mut app, Deed::HintPressed);
    assert_eq!(room(&app).work().hints, 2);
    let start = session(&app).scenario().clone();
    deed(&mut app, Deed::SolutionPressed);
    let mut seen = 0;
    let mut last = start.clone();
    while app.is_busy() {
        act(&mut app, Action::FramePassed(SimTime::from_millis(100)));
        if **session(&app).scenario() != *last {
            (seen, last) = (seen + 1, session(&app).scenario().clone());
        }
    }
    assert_eq!(seen, 5, "one after the other");
    assert!(session(&app).can_undo(), "and each can be undone");
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    assert!(room(&app).work().done);
    deed(&mut app, Deed::ResetPressed);
    assert_eq!(**session(&app).scenario(), *start);
    assert_eq!(room(&app).work().hints, 2, "what one was told one knows");
}

#[test]
fn breaking_is_judged_on_the_run_and_with_faults_alone() {
    let mut app = in_class(CRASH);
    step_of(&mut app, "twice");
    play(&mut app, 3);
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    assert!(!room(&app).work().findings[0].good, "nobody got two yet");
    act(&mut app, Action::FaultTyped("kill notification-service at step 3 of message 60 for 2s".into()));
    act(&mut app, Action::SpeedChosen(Speed(20_000)));
    play(&mut app, 3);
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    let findings = room(&app).work().findings.clone();
    assert!(findings.iter().all(|finding| finding.good), "{findings:?}");
}

#[test]
fn what_is_locked_says_so_and_a_result_is_handed_in() {
    let mut app = in_class(include_str!("../static/lessons/publish-subscribe.md"));
    act(&mut app, Action::PartPressed(PartKind::Service));
    assert!(session(&app).objection.as_ref().is_some_and(|why| why.contains("services")));
    deed(&mut app, Deed::StudentTyped("Grace".into()));
    step_of(&mut app, "audit");
    deed(&mut app, Deed::SolutionPressed);
    settle(&mut app);
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    let Some(Effect::Download { name, text }) = deed(&mut app, Deed::ResultPressed) else { panic!("a file") };
    assert_eq!(name, "publish-subscribe-result.json");
    let submission = requeue::formats::result_file::read(&text).expect("it can be read");
    let graded = requeue::lesson::grade::grade(&room(&app).lesson, &submission, &[]);
    deed(&mut app, Deed::GradePressed);
    assert_eq!(Some(&graded), room(&app).graded.as_ref(), "the page and whoever grades say the same");
    assert_eq!(graded.student.as_deref(), Some("Grace"));
    assert_eq!(graded.score, 500, "one of two");
}

#[test]
fn time_begun_again_in_a_lesson_is_judged_as_it_is_seen() {
    let mut app = in_class(MANAGEMENT);
    step_of(&mut app, "diagnose");
    let service = session(&app).scenario().service("analytics-service").expect("it is there").0;
    act(&mut app, Action::FieldSet(format!("services[{service}].handlers[0].on.prefetch"), Kind::Whole, "3".into()));
    play(&mut app, 2);
    act(&mut app, Action::RestartPressed);
    act(&mut app, Action::KillPressed(InstanceId { service, instance: 0 }));
    act(&mut app, Action::SpeedChosen(Speed(20_000)));
    play(&mut app, 2);
    let seen: Vec<Option<bool>> = (0..3).map(|clause| room(&app).live(session(&app), clause)).collect();
    deed(&mut app, Deed::ProvePressed);
    settle(&mut app);
    let found: Vec<Option<bool>> = room(&app).work().findings.iter().map(|finding| Some(finding.good)).collect();
    assert_eq!(found, seen);
    assert!(room(&app).work().done, "{:?}", room(&app).work().findings.iter().map(|finding| finding.why.clone()).collect::<Vec<_>>());
}

#[test]
fn a_seed_that_is_edited_counts_from_the_next_restart() {
    let mut app = opened();
    play(&mut app, 5);
    let before = session(&app).world().trace_hash();
    act(&mut app, Action::FieldSet("seed".into(), Kind::Whole, "99".into()));
    act(&mut app, Action::RestartPressed);
    play(&mut app, 5);
    assert_ne!(session(&app).world().trace_hash(), before);
    assert_eq!(session(&app).world().recording().seed, 99);
}

#[test]
fn one_may_play_freely_and_the_lesson_waits() {
    let mut app = in_class(MANAGEMENT);
    step_of(&mut app, "diagnose");
    play(&mut app, 3);
    let time = session(&app).world().now();
    deed(&mut app, Deed::SandboxPressed);
    act(&mut app, Action::PartPressed(PartKind::ClassicQueue));
    play(&mut app, 5);
    deed(&mut app, Deed::SandboxPressed);
    assert_eq!(session(&app).world().now(), time);
    assert!(session(&app).world().broker().queue("queue-1").is_none());
    deed(&mut app, Deed::Closed);
    assert!(app.classroom.is_none() && app.session.is_some(), "what is on the canvas stays");
}

#[test]
fn a_lesson_is_made_of_the_canvas_and_can_be_opened() {
    let mut app = opened();
    act(&mut app, Action::AuthorPressed);
    assert!(requeue::formats::lesson_file::read(&app.written).is_ok(), "{:?}", requeue::formats::lesson_file::read(&app.written));
    act(&mut app, Action::WrittenOpened);
    assert_eq!(room(&app).lesson.title, "The course chapter's system");
    act(&mut app, Action::LessonWritten("no lesson".into()));
    act(&mut app, Action::WrittenOpened);
    assert!(app.unreadable.is_some() && app.classroom.is_some(), "what was open still is");
    let mut drawn = opened();
    act(&mut drawn, Action::PartPressed(PartKind::ClassicQueue));
    act(&mut drawn, Action::Opened { name: "a.md".into(), text: TOPIC.into() });
    assert_eq!(drawn.dialog, Some(Dialog::Replace), "unsaved work is asked about here, too");
    act(&mut drawn, Action::ReplaceConfirmed);
    assert_eq!(&*room(&drawn).lesson.id, "topic");
}
