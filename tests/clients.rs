//! The client's side of the wire: a simulated program sees what a real one sees, in the same order. `tests/clients` has a Node.js
//! program and a scenario for each situation; FIDELITY.md has them as a table.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "real programs take real time, and the environment names the broker")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use requeue::broker::{Event, Profile};
use requeue::formats::scenario_file;
use requeue::scenario::{FaultKind, Moment, Scenario, SimTime};
use requeue::sim::ids::{InstanceId, Verdict};
use requeue::sim::{TimedEvent, World, WorldEvent};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// The name of each, with its scenario.
fn situations() -> Vec<(String, Scenario)> {
    let files = std::fs::read_dir(folder()).expect("the folder is there").map(|entry| entry.expect("it can be read").path());
    let mut found: Vec<(String, Scenario)> = files
        .filter(|path| path.with_extension("json").exists() && path.extension().is_some_and(|kind| kind == "mjs"))
        .map(|path| {
            let text = std::fs::read_to_string(path.with_extension("json")).expect("it can be read");
            let scenario = scenario_file::read(&text).unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), scenario)
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(found.len() >= 7, "only {} situations", found.len());
    found
}

/// What the last service of the scenario sees.
fn simulated(scenario: &Scenario, profile: Profile) -> Vec<String> {
    let mut scenario = scenario.clone();
    scenario.broker.profile = profile;
    let until = scenario.until.expect("a situation has an end");
    let program = InstanceId { service: scenario.services.len() - 1, instance: 0 };
    let mut world = World::new(Arc::new(scenario), 1);
    let mut lines = Vec::new();
    let mut tell = |world: &mut World| {
        let happened: Vec<TimedEvent> = world.drain_occurrences().collect();
        lines.extend(happened.iter().filter_map(|occurrence| line(world, program, &occurrence.what)));
    };
    tell(&mut world);
    while world.next_at().is_some_and(|at| at <= until) {
        world.step();
        tell(&mut world);
    }
    lines
}

fn line(world: &World, program: InstanceId, what: &WorldEvent) -> Option<String> {
    if let WorldEvent::Broker(event) = what {
        return match event {
            Event::ChannelClosed { channel, text, .. } if world.instance_of_channel(*channel) == Some(program) => {
                Some(format!("channel closed: {text}"))
            }
            Event::ConsumerStarted { queue, .. } => Some(format!("consuming {queue}")),
            Event::Fetched { .. } => Some("fetched".into()),
            _ => None,
        };
    }
    if what.instance() != Some(program) {
        return None;
    }
    // How often it cannot connect is a matter of how long RabbitMQ takes to start.
    match what {
        WorldEvent::Connected(_) => Some("connected".into()),
        WorldEvent::Declared { what, .. } => Some(format!("declared {what}")),
        WorldEvent::ConnectionLost { reason, .. } => (!reason.contains("channel")).then(|| "connection closed".into()),
        WorldEvent::GoesOnAlone(_) => Some("goes on without a channel".into()),
        WorldEvent::Began { about, .. } => about.starts_with("e-").then(|| "delivered".into()),
        WorldEvent::Sent { .. } => Some("sent".into()),
        WorldEvent::Unsent { .. } => Some("cannot publish".into()),
        WorldEvent::Checked { queue, ready, .. } => Some(format!("checked {queue}: {ready} ready")),
        WorldEvent::Effect { what, .. } => Some(format!("effect: {what}")),
        WorldEvent::SettlementLost { .. } => Some("cannot acknowledge".into()),
        WorldEvent::Settling { verdict: Verdict::Requeue, .. } => Some("gave back".into()),
        // What the program itself throws it tells nobody.
        WorldEvent::HandlerFailed { step: "declare" | "check_queue" | "get", .. } => Some("failed".into()),
        WorldEvent::Stopping(_) => Some("stopping".into()),
        WorldEvent::Stopped(_) => Some("stopped".into()),
        WorldEvent::Killed { .. } => Some("the process ended".into()),
        _ => None,
    }
}

#[test]
fn a_simulated_program_sees_what_a_real_one_saw() {
    for (name, scenario) in situations() {
        let recorded = std::fs::read_to_string(folder().join(&name).with_extension("txt"));
        let recorded = recorded.unwrap_or_else(|_| panic!("{name}.txt is missing: it has what the real program saw"));
        assert_eq!(scenario_file::read(&scenario_file::write(&scenario)).as_ref(), Ok(&scenario), "{name}, written and read again");
        for profile in Profile::ALL {
            let seen = simulated(&scenario, profile);
            assert_eq!(seen, recorded.lines().collect::<Vec<_>>(), "{name}, as {profile}");
        }
    }
}

fn node(file: &str, argument: &Path) -> Command {
    let mut command = Command::new("node");
    // Where node finds amqplib beside the programs.
    let folder = std::env::var_os("REQUEUE_CLIENTS").map_or_else(folder, PathBuf::from);
    command.arg(folder.join(file)).arg(argument).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn rabbitmqctl(words: &str) {
    let program = std::env::var("REQUEUE_RABBITMQCTL").expect("REQUEUE_RABBITMQCTL names the program that steers the broker");
    let done = Command::new(program).arg(words).output().expect("rabbitmqctl runs");
    assert!(done.status.success(), "rabbitmqctl {words}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Needs `REQUEUE_AMQP`, `REQUEUE_RABBITMQCTL`, node, and amqplib where node finds it: `scripts/test` sees to all of them.
#[test]
#[ignore = "needs a RabbitMQ that may be restarted, and node with amqplib: scripts/test runs it"]
fn a_real_program_sees_the_same() {
    let mut wrong = Vec::new();
    for (name, scenario) in situations() {
        let file = folder().join(&name).with_extension("json");
        let prepared = node("prepare.mjs", &file).output().expect("node runs");
        assert!(prepared.status.success(), "{name}: {}", String::from_utf8_lossy(&prepared.stderr));
        let late = Some(scenario.broker.ready).filter(|ready| *ready > SimTime::ZERO);
        if late.is_some() {
            rabbitmqctl("stop_app");
        }
        let is_fed = scenario.services.len() > 1 && scenario.service("publisher").is_some();
        let mut feed = is_fed.then(|| node("feed.mjs", &file).spawn().expect("node runs"));
        let mut program = node(&format!("{name}.mjs"), &file).spawn().expect("node runs");
        let restart = scenario.faults.iter().find_map(|fault| match (&fault.kind, &fault.when, fault.lasts) {
            (FaultKind::RestartBroker, Moment::At(at), Some(lasts)) => Some((*at, lasts)),
            _ => None,
        });
        let until = scenario.until.expect("a situation has an end");
        let wait = |span: SimTime| std::thread::sleep(Duration::from_micros(span.as_micros()));
        if let Some(ready) = late {
            wait(ready);
            rabbitmqctl("start_app");
        }
        if let Some((at, _)) = restart {
            wait(at);
            rabbitmqctl("stop_app");
            rabbitmqctl("start_app");
        }
        wait(until - restart.map(|(at, _)| at).or(late).unwrap_or_default());
        let _ = program.kill();
        if let Some(feed) = &mut feed {
            let _ = feed.kill();
            let _ = feed.wait();
        }
        let output = program.wait_with_output().expect("it has ended");
        let seen = String::from_utf8_lossy(&output.stdout).replace("cannot connect\n", "");
        let recorded = folder().join(&name).with_extension("txt");
        if std::env::var_os("REQUEUE_RECORD").is_some() {
            std::fs::write(&recorded, &seen).expect("it can be written");
        } else if std::fs::read_to_string(&recorded).unwrap_or_default() != seen {
            wrong.push(format!("{name}:\n{seen}{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(wrong.is_empty(), "the real program saw something else:\n{}", wrong.join("\n"));
}
