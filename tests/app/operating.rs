//! What is done to a running system by hand: kills, faults, requests, messages fetched and moved, commands.

use requeue::app::tokens::{Shape, picture};
use requeue::app::words::{self, LogIcon};
use requeue::app::{
    self, App, Card, Dialog, EditAction, Effect, FileAction, Image, Node, OperateAction, PageAction, SelectAction, Speed, TimeAction,
    commands,
};
use requeue::base::SimTime;
use requeue::broker::Resource;
use requeue::scenario::edit::PartKind;
use requeue::scenario::{FaultKind, Point, Target};
use requeue::sim::service::Instance;
use requeue::sim::{End, InstanceId, TimedEvent, WorldEvent};

use super::support::*;

#[test]
fn kill_and_start_are_seen_in_the_log_and_on_the_canvas() {
    let mut app = opened();
    play(&mut app, 20);
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    let killed = session(&app).playhead.log.newest().next().map(|entry| words::line(&entry.occurrence, session(&app).world()));
    assert!(killed.is_some_and(|line| line.what == "Killed" && line.icon == LogIcon::Failure));
    play(&mut app, 1);
    let shown = picture(session(&app).plan(), false);
    assert!(shown.tokens.iter().any(|token| token.shape == Shape::Redelivered), "requeued messages wear their ring");
    act(&mut app, OperateAction::Start(id));
    play(&mut app, 2);
    let lines: Vec<_> = session(&app).playhead.log.newest().map(|entry| words::line(&entry.occurrence, session(&app).world())).collect();
    assert!(lines.iter().any(|line| line.icon == LogIcon::Redelivered && line.what == "Delivered"));
}

/// Whether a fault of this kind is at work, by what the world itself is like.
/// One that waits for its start is not down: nothing has ended it. It says for what it waits.
#[test]
fn a_service_that_has_not_started_says_what_it_waits_for() {
    let system = |condition: &str, on: &str, ready_ms: u32, retries: u32| {
        let text = format!(
            r#"{{ "requeue": 1, "title": "Late", "network": {{ "latency_ms": 1 }},
            "broker": {{ "queues": [{{ "name": "jobs", "at": [0, 0] }}], "ready_ms": {ready_ms}, "health": {{ "interval_ms": 500, "retries": {retries} }} }},
            "services": [
                {{ "name": "worker", "at": [300, 0], "starts_after": [{{ "name": "{on}", "condition": "service_{condition}" }}],
                   "handlers": [{{ "on": {{ "queue": "jobs" }}, "steps": [] }}] }},
                {{ "name": "user-service", "at": [600, 0], "starts_after": [{{ "name": "broker", "condition": "service_healthy" }}],
                   "handlers": [{{ "on": {{ "http": "GET /" }}, "steps": [] }}], "health": {{ "interval_ms": 500 }} }}
            ] }}"#
        );
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "late.json".into(), text });
        assert_eq!(app.unreadable, None);
        app
    };
    let worker = InstanceId { service: 0, instance: 0 };
    let told = |app: &App| {
        let world = session(app).world();
        let lines = words::waits(world, worker).map_or_else(String::new, |waits| waits.lines.join(", "));
        (words::health(world, worker), words::state(world, worker), lines)
    };
    let is = |health: &'static str, state: &str, lines: &str| (health, state.to_owned(), lines.to_owned());
    let mut app = system("healthy", "broker", 2_000, 9);
    play(&mut app, 1);
    assert_eq!(told(&app), is("waiting", "waits until RabbitMQ is healthy", "waits for RabbitMQ, until it is healthy"));
    play(&mut app, 3);
    assert_eq!(told(&app), is("up", "up", ""));
    act(&mut app, OperateAction::Kill(worker));
    play(&mut app, 1);
    assert_eq!(told(&app), is("down", "down", ""), "a person has ended it");
    for (condition, state, second) in
        [("healthy", "waits until user-service is healthy", "until it is healthy"), ("started", "waits for user-service", "until it runs")]
    {
        let mut app = system(condition, "user-service", 2_000, 9);
        play(&mut app, 1);
        assert_eq!(told(&app), is("waiting", state, &format!("waits for user-service, {second}")));
        // A person does not wait.
        act(&mut app, OperateAction::Start(worker));
        play(&mut app, 1);
        assert_eq!(told(&app).2, "");
    }
    // Its health check has given up.
    let mut app = system("healthy", "broker", 60_000, 3);
    play(&mut app, 5);
    assert_eq!(told(&app), is("down", "does not start: RabbitMQ is unhealthy", "RabbitMQ is unhealthy, does not start"));
}

fn is_at_work(app: &App, kind: &FaultKind) -> bool {
    let world = session(app).world();
    let state = world.instance(notification_service(app)).expect("it is there");
    match kind {
        FaultKind::Kill(_) | FaultKind::PowerOff(_) => !state.up,
        FaultKind::Stop(_) | FaultKind::StopGivingBack(_) => !state.up || state.stopping,
        FaultKind::Hang(_) => state.hung,
        FaultKind::Slow(_, times) => (state.slowness - times).abs() < f64::EPSILON,
        FaultKind::Partition(_) => world.is_cut([End::Service(notification_service(app).service), End::Broker]),
        FaultKind::RestartBroker => {
            session(app).playhead.log.newest().any(|entry| words::line(&entry.occurrence, session(app).world()).what == "Restarted")
        }
        FaultKind::Alarm(resource) => world.broker().alarms().contains(resource),
        FaultKind::FillStore(_) => world.services()[notification_service(app).service].store.full,
        FaultKind::Operate(_) => false,
        FaultKind::Deploy(_) => state.version.is_some(),
    }
}

#[test]
fn every_fault_of_the_inspector_and_its_opposite() {
    let service = || Target { service: "notification-service".into(), instance: Some(0) };
    for kind in [
        FaultKind::Kill(service()),
        FaultKind::Stop(service()),
        FaultKind::Hang(service()),
        FaultKind::Slow(service(), 5.0),
        FaultKind::Partition(["broker".into(), "notification-service".into()]),
        FaultKind::RestartBroker,
        FaultKind::Alarm(Resource::Memory),
        FaultKind::Alarm(Resource::Disk),
        FaultKind::FillStore("notification-service".into()),
    ] {
        let mut app = opened();
        play(&mut app, 5);
        assert!(!is_at_work(&app, &kind), "{kind} has not begun");
        act(&mut app, OperateAction::Break(kind.clone()));
        assert!(is_at_work(&app, &kind), "{kind} has begun");
        play(&mut app, 1);
        act(&mut app, OperateAction::Mend(kind.clone()));
        play(&mut app, 1);
        assert!(!is_at_work(&app, &kind) || kind == FaultKind::RestartBroker, "{kind} is over");
        assert!(!session(&app).world().is_broker_down());
        assert_eq!(session(&app).world().ledger().imbalances(), [""; 0]);
    }
}

#[test]
fn requests_by_hand_come_at_once() {
    let mut app = opened();
    act(&mut app, OperateAction::Request("customers".into(), 50));
    assert_eq!(session(&app).world().ledger().business.requests, 50);
    play(&mut app, 60);
    assert_eq!(session(&app).world().ledger().business.failed, 0);
    assert!(session(&app).world().ledger().business.accepted > 50);
}

#[test]
fn messages_are_fetched_purged_moved_and_redriven_by_hand() {
    let mut app = opened();
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 30);
    let dead = "notification-queue.dead";
    let waiting = ready(&app, dead);
    assert!(waiting > 2, "{waiting}");
    act(&mut app, OperateAction::Get { queue: dead.into(), count: 1, requeue: true });
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
    act(&mut app, OperateAction::Get { queue: dead.into(), count: 1, requeue: false });
    assert_eq!(ready(&app, dead), waiting - 1, "acknowledged, it is gone");
    act(&mut app, OperateAction::Move { queue: dead.into(), count: requeue::sim::BY_HAND_MAX, to: Some("inventory-queue".into()) });
    assert_eq!(ready(&app, dead), 0);
    let arrived = session(&app).world().ledger().queues["notification-queue"].arrived;
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 30);
    let (waiting, before) = (ready(&app, dead), session(&app).world().ledger().queues["notification-queue"].arrived);
    assert!(waiting > 0 && before > arrived);
    act(&mut app, OperateAction::Move { queue: dead.into(), count: requeue::sim::BY_HAND_MAX, to: None });
    assert_eq!(ready(&app, dead), 0, "redriven");
    assert_eq!(
        session(&app).world().ledger().queues["notification-queue"].arrived,
        before + waiting,
        "each to where it was published first"
    );
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    play(&mut app, 1);
    assert!(ready(&app, "notification-queue") > 0);
    act(&mut app, OperateAction::Purge("notification-queue".into()));
    assert_eq!(ready(&app, "notification-queue"), 0);
    balanced(&app);
}

#[test]
fn faults_are_planned_as_sentences_moved_and_taken_back() {
    let mut app = opened();
    let before = session(&app).scenario().faults.len();
    act(&mut app, EditAction::PlanFault("kill notification-service at 5s for 3s".into()));
    assert_eq!(notice(&app), None);
    act(&mut app, EditAction::MoveFault(before, SimTime::from_secs(8)));
    let id = notification_service(&app);
    let up = |app: &App| session(app).world().instance(id).is_some_and(|state| state.up);
    play(&mut app, 7);
    assert!(up(&app), "not at five");
    play(&mut app, 2);
    assert!(!up(&app), "but at eight");
    play(&mut app, 4);
    assert!(up(&app), "for three seconds");
    act(&mut app, EditAction::RemoveFault(before));
    assert_eq!(session(&app).scenario().faults.len(), before);
    for (typed, problem) in [
        ("kill nobody at 5s", "nobody"),
        ("frighten notification-service at 5s", "nothing is called 'frighten'"),
        ("kill notification-service", "it does not say when"),
    ] {
        act(&mut app, EditAction::PlanFault(typed.into()));
        assert!(notice(&app).is_some_and(|why| why.contains(problem)), "{typed}");
        act(&mut app, PageAction::DismissNotice);
    }
}

/// What is selected when a command is given.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Chosen {
    Nothing,
    Client,
    Program,
    Exchange,
    Queue,
    TwoNodes,
}

/// A system that has run for a while, with a part added and taken back, so that there is something to undo and to do again.
fn at_work(chosen: Chosen, before: &[&str]) -> App {
    let mut app = opened();
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    act(&mut app, EditAction::AddPart(PartKind::QuorumQueue));
    act(&mut app, EditAction::Undo);
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 2);
    act(&mut app, TimeAction::SetSpeed(Speed::NORMAL));
    let selected = match chosen {
        Chosen::Nothing => None,
        Chosen::Client => Some(Node::Client(0)),
        Chosen::Program => Some(Node::Instance(notification_service(&app))),
        Chosen::Exchange => Some(Node::Exchange("platform-events".into())),
        Chosen::Queue | Chosen::TwoNodes => Some(node("notification-queue.dead")),
    };
    act(&mut app, SelectAction::Node(selected));
    if chosen == Chosen::TwoNodes {
        act(&mut app, SelectAction::Toggle(Node::Exchange("platform-events".into())));
    }
    for name in before {
        give(&mut app, name);
    }
    app
}

/// Finds a command as a visitor does, by its words, and does it.
fn give(app: &mut App, name: &str) -> Vec<Effect> {
    act(app, PageAction::TypeQuery(name.to_uppercase()));
    let found = commands::found(app).into_iter().find(|command| command.name() == name);
    app::update(app, found.unwrap_or_else(|| panic!("{name} is offered")).action)
}

fn program(app: &App) -> &Instance {
    session(app).world().instance(notification_service(app)).expect("it is there")
}

fn alarms(app: &App) -> &[Resource] {
    session(app).world().broker().alarms()
}

fn said(app: &App, what: &str) -> bool {
    session(app).playhead.log.newest().any(|entry| words::line(&entry.occurrence, session(app).world()).what == what)
}

fn now(app: &App) -> SimTime {
    session(app).world().now()
}

fn parts(app: &App) -> [usize; 4] {
    let scenario = session(app).scenario();
    [scenario.clients.len(), scenario.services.len(), scenario.broker.exchanges.len(), scenario.broker.queues.len()]
}

fn added(before: &App, after: &App, more: [usize; 4]) -> bool {
    let was = parts(before);
    parts(after) == std::array::from_fn(|index| was[index] + more[index])
}

fn kept(effects: &[Effect]) -> bool {
    matches!(effects, [.., Effect::SaveDraft])
}

fn spread(app: &App, pick: fn(Point) -> f64) -> f64 {
    let place = |node: &Node| pick(session(app).place(node).expect("it is there"));
    (place(&node("notification-queue.dead")) - place(&Node::Exchange("platform-events".into()))).abs()
}

/// What is selected, the commands given before, the command, and what it changed: before, afterwards, and its effects.
type CommandCase = (Chosen, &'static [&'static str], &'static str, fn(&App, &App, &[Effect]) -> bool);

const COMMANDS: &[CommandCase] = &[
    (Chosen::Nothing, &[], "Play", |_, app, _| app.playing),
    (Chosen::Nothing, &["Play"], "Pause", |_, app, _| !app.playing),
    (Chosen::Nothing, &[], "One event forward", |before, app, _| now(app) > now(before)),
    (Chosen::Nothing, &[], "One event back", |before, app, _| now(app) < now(before)),
    (Chosen::Nothing, &[], "To the next crash, dead letter or failure", |before, app, _| now(app) > now(before) && notice(app).is_none()),
    (Chosen::Nothing, &[], "Restart from time zero", |_, app, _| now(app) == SimTime::ZERO),
    (Chosen::Nothing, &[], "Restart the broker", |before, app, _| said(app, "Restarted") && !said(before, "Restarted")),
    (Chosen::Nothing, &[], "Raise a memory alarm", |_, app, _| alarms(app) == [Resource::Memory]),
    (Chosen::Nothing, &["Raise a memory alarm"], "Clear the memory alarm", |_, app, _| alarms(app).is_empty()),
    (Chosen::Nothing, &[], "Raise a disk alarm", |_, app, _| alarms(app) == [Resource::Disk]),
    (Chosen::Nothing, &["Raise a disk alarm"], "Clear the disk alarm", |_, app, _| alarms(app).is_empty()),
    (Chosen::Nothing, &[], "Add: HTTP client", |before, app, effects| kept(effects) && added(before, app, [1, 0, 0, 0])),
    (Chosen::Nothing, &[], "Add: Service", |before, app, effects| kept(effects) && added(before, app, [0, 1, 0, 0])),
    (Chosen::Nothing, &[], "Add: Direct exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Fanout exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Topic exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Headers exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Consistent-hash exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Modulus-hash exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Random exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Delayed exchange", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Nothing, &[], "Add: Classic queue", |before, app, effects| kept(effects) && added(before, app, [0, 0, 0, 1])),
    (Chosen::Nothing, &[], "Add: Quorum queue", |before, app, effects| kept(effects) && added(before, app, [0, 0, 0, 1])),
    (Chosen::Nothing, &[], "Add: Stream", |before, app, effects| kept(effects) && added(before, app, [0, 0, 0, 1])),
    (Chosen::Nothing, &[], "Paste", |_, _, effects| effects == [Effect::AskClipboard]),
    (Chosen::Nothing, &[], "Show everything", |_, app, _| app.canvas.chosen.is_none()),
    (Chosen::Nothing, &[], "Select everything", |_, app, _| session(app).parts().len() == parts(app).iter().sum::<usize>()),
    (Chosen::Nothing, &[], "Arrange along the message flow", |before, app, effects| {
        kept(effects) && session(app).document.layout != session(before).document.layout
    }),
    (Chosen::Nothing, &[], "Undo", |before, app, effects| kept(effects) && parts(app)[3] + 1 == parts(before)[3]),
    (Chosen::Nothing, &[], "Redo", |before, app, effects| kept(effects) && added(before, app, [0, 0, 0, 1])),
    (Chosen::Nothing, &[], "Table view", |_, app, _| app.table),
    (Chosen::Nothing, &["Table view"], "Canvas", |_, app, _| !app.table),
    (Chosen::Nothing, &[], "New scenario: an empty canvas", |_, app, _| app.dialog == Some(Dialog::Replace)),
    (Chosen::Nothing, &[], "Scenarios", |_, app, effects| app.dialog == Some(Dialog::Gallery) && effects == [Effect::FetchGallery]),
    (Chosen::Nothing, &[], "Course: all lessons", |_, app, effects| {
        app.dialog == Some(Dialog::Course) && effects == [Effect::FetchCourse, Effect::SaveProgress]
    }),
    (Chosen::Nothing, &[], "Make the canvas a lesson", |_, app, _| {
        app.dialog == Some(Dialog::Author) && app.written.text().contains("```lesson")
    }),
    (Chosen::Nothing, &[], "Save the scenario", |_, app, effects| {
        !session(app).is_unsaved() && matches!(effects, [Effect::Download { text, .. }, ..] if text.contains("\"queue-1\""))
    }),
    (Chosen::Nothing, &[], "Save the recording up to now", |_, app, effects| {
        !session(app).is_unsaved() && matches!(effects, [Effect::Download { text, .. }, ..] if text.contains("inputs"))
    }),
    (Chosen::Nothing, &[], "Share…", |_, app, _| app.dialog == Some(Dialog::Share)),
    (Chosen::Nothing, &[], "Picture of the canvas (PNG)", |_, _, effects| matches!(effects, [Effect::Picture(Image::Png, _)])),
    (Chosen::Nothing, &[], "Picture of the canvas (SVG)", |_, _, effects| matches!(effects, [Effect::Picture(Image::Svg, _)])),
    (Chosen::Nothing, &[], "Glossary", |_, app, _| app.dialog == Some(Dialog::Glossary)),
    (Chosen::Nothing, &[], "Tour: six things to try", |_, app, _| app.workspace.card == Some(Card::Tour)),
    (Chosen::Nothing, &[], "Publish the last message again", |_, app, _| session(app).composer.published == 1),
    (Chosen::Nothing, &[], "Keyboard shortcuts", |_, app, _| app.dialog == Some(Dialog::Shortcuts)),
    (Chosen::Client, &[], "Send 50 requests at once", |before, app, _| {
        let sent = |app: &App| session(app).world().ledger().business.requests;
        sent(app) == sent(before) + 50
    }),
    (Chosen::Queue, &[], "Get one message, put it back", |before, app, _| {
        let dead = "notification-queue.dead";
        ready(app, dead) == ready(before, dead) && ready(app, dead) > 0 && said(app, "Fetched")
    }),
    (Chosen::Queue, &[], "Purge: drop ready messages", |before, app, _| {
        ready(before, "notification-queue.dead") > 0 && ready(app, "notification-queue.dead") == 0
    }),
    (Chosen::Queue, &[], "Redrive: send all back to where it was published", |before, app, _| {
        let arrived = |app: &App| session(app).world().ledger().queues["notification-queue"].arrived;
        arrived(app) == arrived(before) + ready(before, "notification-queue.dead")
    }),
    (Chosen::Exchange, &[], "Connect to…", |_, app, _| {
        session(app).selection.connecting == Some(Node::Exchange("platform-events".into()))
    }),
    (Chosen::Exchange, &[], "Copy", |_, _, effects| matches!(effects, [Effect::Copy(text)] if text.contains("platform-events"))),
    (Chosen::Exchange, &[], "Cut", |before, app, effects| {
        matches!(effects, [Effect::Copy(_), Effect::SaveDraft]) && parts(app)[2] + 1 == parts(before)[2]
    }),
    (Chosen::Exchange, &[], "Duplicate", |before, app, effects| kept(effects) && added(before, app, [0, 0, 1, 0])),
    (Chosen::Exchange, &[], "Delete", |before, app, effects| kept(effects) && parts(app)[2] + 1 == parts(before)[2]),
    (Chosen::TwoNodes, &[], "Align in a column", |before, app, _| spread(before, |at| at.x) > 0.0 && spread(app, |at| at.x) < 1e-9),
    (Chosen::TwoNodes, &[], "Align in a row", |before, app, _| spread(before, |at| at.y) > 0.0 && spread(app, |at| at.y) < 1e-9),
    (Chosen::TwoNodes, &["Select everything"], "Spread downwards", |before, app, effects| {
        kept(effects) && session(app).document.layout != session(before).document.layout
    }),
    (Chosen::TwoNodes, &["Select everything"], "Spread across", |before, app, effects| {
        kept(effects) && session(app).document.layout != session(before).document.layout
    }),
    (Chosen::Program, &[], "Kill", |_, app, _| !program(app).up),
    (Chosen::Program, &["Kill"], "Start", |_, app, _| program(app).up),
    (Chosen::Program, &[], "Stop: finish what it has begun", |before, app, _| {
        let stopping = |app: &App| said(app, "Stopping") || said(app, "Stopped");
        stopping(app) && !stopping(before)
    }),
    (Chosen::Program, &[], "Hang: do nothing, keep what it holds", |_, app, _| program(app).hung),
    (Chosen::Program, &["Hang: do nothing, keep what it holds"], "Wake", |_, app, _| !program(app).hung),
    (Chosen::Program, &[], "Slow down 5×", |_, app, _| program(app).slowness > 1.0),
    (Chosen::Program, &["Slow down 5×"], "Back to its speed", |_, app, _| program(app).slowness <= 1.0),
    (Chosen::Program, &[], "Cut off from the broker", |_, app, _| {
        let service = notification_service(app).service;
        session(app).world().is_cut([End::Service(service), End::Broker])
    }),
    (Chosen::Program, &["Cut off from the broker"], "Reconnect to the broker", |_, app, _| {
        let service = notification_service(app).service;
        !session(app).world().is_cut([End::Service(service), End::Broker])
    }),
    (Chosen::Program, &[], "Fill its store", |before, app, _| said(app, "Fault") && !said(before, "Fault")),
];

#[test]
fn every_command_does_what_it_says() {
    let mut offered: Vec<String> = Vec::new();
    for (chosen, first, name, changed) in COMMANDS {
        let (before, mut app) = (at_work(*chosen, first), at_work(*chosen, first));
        let names: Vec<String> = commands::all(&app).into_iter().map(|command| command.name()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "each name once: {names:?}");
        offered.extend(names);
        let effects = give(&mut app, name);
        assert!(changed(&before, &app, &effects), "{name}, with {chosen:?}, has {} effects", effects.len());
        balanced(&app);
    }
    let untold: Vec<&String> = offered.iter().filter(|name| COMMANDS.iter().all(|(_, _, known, _)| known != name)).collect();
    assert_eq!(untold, [""; 0], "what a command changes stands in the table");
}

/// Every 2xx is a success: a handler may answer 200 or 204 as well.
#[test]
fn an_answer_is_a_failure_only_where_http_says_so() {
    for (status, icon) in [
        (200, LogIcon::Program),
        (201, LogIcon::Program),
        (204, LogIcon::Program),
        (0, LogIcon::Failure),
        (404, LogIcon::Failure),
        (503, LogIcon::Failure),
    ] {
        let app = opened();
        let answered = TimedEvent { at: SimTime::ZERO, what: WorldEvent::Answered { client: 0, number: 1, status } };
        assert_eq!(words::line(&answered, session(&app).world()).icon, icon, "{status}");
        assert_eq!(words::is_worth_a_line(&answered), icon == LogIcon::Failure, "{status}");
    }
}

/// Undo takes back edits alone, and says which one it was: what was done to the run stays, and that is said, too.
#[test]
fn undo_says_what_it_takes_back_and_leaves_the_run() {
    let mut app = opened();
    let service = notification_service(&app);
    let told = |app: &mut App, action: EditAction| {
        let told = app::update(app, action).into_iter().find_map(|effect| if let Effect::Tell(text) = effect { Some(text) } else { None });
        told.expect("it is told")
    };
    let is_up = |app: &App| session(app).world().instance(service).is_some_and(|state| state.up);
    act(&mut app, OperateAction::Kill(service));
    assert_eq!(told(&mut app, EditAction::Undo), "Undo takes back edits alone. For the run, go back in time.");
    act(&mut app, EditAction::AddPart(PartKind::ClassicQueue));
    assert_eq!(told(&mut app, EditAction::Undo), "Undone: Add the queue queue-1.");
    assert_eq!(told(&mut app, EditAction::Redo), "Redone: Add the queue queue-1.");
    act(&mut app, OperateAction::Start(service));
    let undone = told(&mut app, EditAction::Undo);
    assert_eq!(undone, "Undone: Add the queue queue-1. Undo takes back edits alone. For the run, go back in time.");
    assert!(is_up(&app), "what was done to the run stays");
    assert_eq!(told(&mut app, EditAction::Redo), "Redone: Add the queue queue-1.");
    act(&mut app, EditAction::NudgeAt(node("queue-1"), 15.0, 0.0));
    assert_eq!(told(&mut app, EditAction::Undo), "Undone: Parts moved.");
}
