//! The client's side of the wire: a simulated program sees what a real one sees, in the same order. `tests/clients` has a Node.js
//! program and a scenario for each situation; FIDELITY.md has them as a table.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "real programs take real time, and the environment names the broker")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use requeue::broker::{ConnectionId, Event, Profile, ReplyCode};
use requeue::formats::scenario_file;
use requeue::scenario::{ConnectionError, FaultKind, Moment, Scenario, SimTime, WhenBlocked};
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
    let mut errors = VecDeque::new();
    let mut tell = |world: &mut World| {
        let happened: Vec<TimedEvent> = world.drain_occurrences().collect();
        let told = happened.iter().filter_map(|occurrence| line(world, program, &mut errors, &occurrence.what));
        lines.extend(told.flat_map(|told| told.lines().map(str::to_owned).collect::<Vec<_>>()));
    };
    tell(&mut world);
    while world.next_at().is_some_and(|at| at <= until) {
        world.step();
        tell(&mut world);
    }
    lines
}

/// Whether the program listens for alarms.
fn listens(world: &World, program: InstanceId, connection: ConnectionId) -> bool {
    world.instance_of_connection(connection) == Some(program) && world.services()[program.service].spec.when_blocked == WhenBlocked::Waits
}

/// A program that listens for no error tells none: it ends.
fn listens_for_errors(world: &World, program: InstanceId) -> bool {
    world.services()[program.service].spec.on_connection_error != ConnectionError::Exit
}

/// `errors` are those that the broker has sent and the program has not heard of.
fn line(world: &World, program: InstanceId, errors: &mut VecDeque<String>, what: &WorldEvent) -> Option<String> {
    if let WorldEvent::Broker(event) = what {
        return match event {
            Event::ChannelClosed { channel, text, .. } if world.instance_of_channel(*channel) == Some(program) => {
                errors.push_back(text.clone());
                None
            }
            // amqplib has no error for a broker that stops in order.
            Event::ConnectionClosed { connection, code, text } if *code != ReplyCode::ConnectionForced => {
                (world.instance_of_connection(*connection) == Some(program) && listens_for_errors(world, program))
                    .then(|| format!("connection error: {text}"))
            }
            Event::ConnectionBlocked { connection, .. } => listens(world, program, *connection).then(|| "blocked".into()),
            Event::ConnectionUnblocked { connection, .. } => listens(world, program, *connection).then(|| "unblocked".into()),
            Event::ConsumerCancelled { channel, .. } if world.instance_of_channel(*channel) == Some(program) => {
                Some("consumer cancelled".into())
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
        WorldEvent::ConnectionLost { reason: "no heartbeat", .. } => {
            listens_for_errors(world, program).then(|| "connection error\nconnection closed".into())
        }
        WorldEvent::ConnectionLost { reason, .. } if reason.contains("channel") => {
            errors.pop_front().map(|text| format!("channel closed: {text}"))
        }
        WorldEvent::ConnectionLost { .. } => Some("connection closed".into()),
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
        // What a file says of its version: older ones do otherwise.
        for profile in Profile::ALL.into_iter().skip_while(|profile| *profile != scenario.broker.profile) {
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

/// What a program connects to while its network is cut now and then, and the address of it.
struct Wall(Child, String);

impl Wall {
    fn build(from: SimTime, lasts: SimTime) -> Self {
        let mut wall =
            node("wall.mjs", Path::new(&from.as_millis().to_string())).arg(lasts.as_millis().to_string()).spawn().expect("node runs");
        let mut port = String::new();
        BufReader::new(wall.stdout.as_mut().expect("a pipe")).read_line(&mut port).expect("it tells its port");
        let url = std::env::var("REQUEUE_AMQP").expect("REQUEUE_AMQP names the broker");
        let (before, path) = url.rsplit_once('/').expect("a virtual host");
        let (host, _) = before.rsplit_once(':').expect("a port");
        Self(wall, format!("{host}:{}/{path}", port.trim()))
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What happens to the broker, and when, from the start of the program on.
fn events(scenario: &Scenario) -> Vec<(SimTime, &'static str)> {
    let mut events = Vec::new();
    if scenario.broker.ready > SimTime::ZERO {
        events.push((scenario.broker.ready, "start_app"));
    }
    for fault in &scenario.faults {
        let (Moment::At(at), Some(lasts)) = (&fault.when, fault.lasts) else { continue };
        match fault.kind {
            FaultKind::RestartBroker => events.extend([(*at, "stop_app"), (*at, "start_app")]),
            FaultKind::Alarm(_) => {
                events.extend([(*at, "set_vm_memory_high_watermark 0"), (*at + lasts, "set_vm_memory_high_watermark 0.6")]);
            }
            _ => {}
        }
    }
    events
}

fn rabbitmqctl(words: &str) {
    let program = std::env::var("REQUEUE_RABBITMQCTL").expect("REQUEUE_RABBITMQCTL names the program that steers the broker");
    let done = Command::new(program).args(words.split(' ')).output().expect("rabbitmqctl runs");
    assert!(done.status.success(), "rabbitmqctl {words}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Needs `REQUEUE_AMQP`, `REQUEUE_RABBITMQCTL`, node, and amqplib where node finds it: `scripts/test` sees to all of them.
#[test]
#[ignore = "needs a RabbitMQ that may be restarted, and node with amqplib: scripts/test runs it"]
fn a_real_program_sees_the_same() {
    let mut wrong = Vec::new();
    let only = std::env::var("REQUEUE_ONLY").unwrap_or_default();
    let here = std::env::var("REQUEUE_PROFILE").ok().and_then(|profile| Profile::ALL.into_iter().find(|known| known.name() == profile));
    for (name, scenario) in situations().into_iter().filter(|(name, _)| name.contains(&only)) {
        // Its broker is older than what the file is about.
        if here.is_some_and(|here| {
            !Profile::ALL.into_iter().skip_while(|profile| *profile != scenario.broker.profile).any(|profile| profile == here)
        }) {
            continue;
        }
        let file = folder().join(&name).with_extension("json");
        let prepared = node("prepare.mjs", &file).output().expect("node runs");
        assert!(prepared.status.success(), "{name}: {}", String::from_utf8_lossy(&prepared.stderr));
        if scenario.broker.ready > SimTime::ZERO {
            rabbitmqctl("stop_app");
        }
        let is_fed = scenario.services.len() > 1 && scenario.service("publisher").is_some();
        let mut feed = is_fed.then(|| node("feed.mjs", &file).spawn().expect("node runs"));
        let wall = scenario.faults.iter().find_map(|fault| match (&fault.kind, &fault.when, fault.lasts) {
            (FaultKind::Partition(_), Moment::At(at), Some(lasts)) => Some(Wall::build(*at, lasts)),
            _ => None,
        });
        let mut program = node(&format!("{name}.mjs"), &file);
        if let Some(Wall(_, url)) = &wall {
            program.env("REQUEUE_AMQP", url);
        }
        let mut program = program.spawn().expect("node runs");
        let wait = |span: SimTime| std::thread::sleep(Duration::from_micros(span.as_micros()));
        let mut now = SimTime::ZERO;
        for (at, words) in events(&scenario) {
            wait(at.saturating_sub(now));
            now = at;
            rabbitmqctl(words);
        }
        wait(scenario.until.expect("a situation has an end").saturating_sub(now));
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
