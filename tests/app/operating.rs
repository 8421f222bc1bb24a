//! What is done to a running system by hand: kills, faults, requests, messages fetched and moved, commands.

use requeue::app::tokens::{Shape, picture};
use requeue::app::words::{self, Mark};
use requeue::app::{Action, App, EditAction, FileAction, Node, OperateAction, PageAction, SelectAction, Speed, TimeAction, commands};
use requeue::base::SimTime;
use requeue::broker::Resource;
use requeue::scenario::{FaultKind, Target};
use requeue::sim::End;

use super::support::*;

#[test]
fn kill_and_start_are_seen_in_the_log_and_on_the_canvas() {
    let mut app = opened();
    play(&mut app, 20);
    let id = notification_service(&app);
    act(&mut app, OperateAction::Kill(id));
    let killed = session(&app).playhead.log.newest().next().map(|entry| words::line(&entry.occurrence, session(&app).world()));
    assert!(killed.is_some_and(|line| line.what == "Killed" && line.mark == Mark::Failure));
    play(&mut app, 1);
    let shown = picture(session(&app).plan(), false);
    assert!(shown.tokens.iter().any(|token| token.shape == Shape::Redelivered), "requeued messages wear their ring");
    act(&mut app, OperateAction::Start(id));
    play(&mut app, 2);
    let lines: Vec<_> = session(&app).playhead.log.newest().map(|entry| words::line(&entry.occurrence, session(&app).world())).collect();
    assert!(lines.iter().any(|line| line.mark == Mark::Redelivered && line.what == "Delivered"));
}

/// Whether a fault of this kind is at work, by what the world itself is like.
fn is_at_work(app: &App, kind: &FaultKind) -> bool {
    let world = session(app).world();
    let state = world.instance(notification_service(app)).expect("it is there");
    match kind {
        FaultKind::Kill(_) => !state.up,
        FaultKind::Stop(_) => !state.up || state.stopping,
        FaultKind::Hang(_) => state.hung,
        FaultKind::Slow(_, times) => (state.slowness - times).abs() < f64::EPSILON,
        FaultKind::Partition(_) => world.is_cut([End::Service(notification_service(app).service), End::Broker]),
        FaultKind::RestartBroker => {
            session(app).playhead.log.newest().any(|entry| words::line(&entry.occurrence, session(app).world()).what == "Restarted")
        }
        FaultKind::Alarm(resource) => world.broker().alarms().contains(resource),
        FaultKind::FillStore(_) => world.services()[notification_service(app).service].store.full,
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
    act(&mut app, TimeAction::SetSpeed(Speed(20_000)));
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
    act(&mut app, OperateAction::Move { queue: dead.into(), to: Some("inventory-queue".into()) });
    assert_eq!(ready(&app, dead), 0);
    let arrived = session(&app).world().ledger().queues["notification-queue"].arrived;
    act(&mut app, TimeAction::SetSpeed(Speed(20_000)));
    play(&mut app, 30);
    let (waiting, before) = (ready(&app, dead), session(&app).world().ledger().queues["notification-queue"].arrived);
    assert!(waiting > 0 && before > arrived);
    act(&mut app, OperateAction::Move { queue: dead.into(), to: None });
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
    assert_eq!(session(&app).objection, None);
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
        assert!(session(&app).objection.as_ref().is_some_and(|why| why.contains(problem)), "{typed}");
        act(&mut app, PageAction::DismissObjection);
    }
}

/// Whatever the palette of commands offers can be done, with anything selected.
#[test]
fn every_command_can_be_done() {
    let client = Node::Client(0);
    let service = Node::Instance(notification_service(&opened()));
    for node in [None, Some(client), Some(service), Some(Node::Exchange("platform-events".into())), Some(node("notification-queue"))] {
        let mut app = opened();
        act(&mut app, FileAction::GalleryFetched("[]".into()));
        act(&mut app, SelectAction::Node(node.clone()));
        let names: Vec<String> = commands::all(&app).into_iter().map(|command| command.name()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "each name once");
        for name in names {
            act(&mut app, SelectAction::Node(node.clone()));
            act(&mut app, PageAction::TypeQuery(name.to_uppercase()));
            let command = commands::found(&app).into_iter().find(|command| command.name() == name);
            // What was deleted meanwhile cannot be killed any more; and where nothing breaks any more, the next crash is a day ahead.
            let Some(command) = command.filter(|command| node.is_none() || command.action != Action::Time(TimeAction::FindNext)) else {
                continue;
            };
            act(&mut app, command.action);
            balanced(&app);
        }
    }
}
