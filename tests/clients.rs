//! The client's side of the wire: a simulated program sees what a real one sees, in the same order. `tests/clients` has a Node.js
//! program and a scenario for each situation; FIDELITY.md has them as a table.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "real programs take real time, and the environment names the broker")]

#[path = "common/real_programs.rs"]
mod real_programs;

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use requeue::broker::{ConnectionId, Event, Profile, ReplyCode};
use requeue::formats::scenario_file;
use requeue::scenario::{ConnectionError, Scenario, WhenBlocked};
use requeue::sim::ids::{InstanceId, Verdict};
use requeue::sim::trace::event_name;
use requeue::sim::{TimedEvent, World, WorldEvent};

use real_programs::{Situation, Told, written};

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
fn simulated(scenario: &Scenario, profile: Profile) -> Vec<Told> {
    let mut scenario = scenario.clone();
    scenario.broker.profile = profile;
    let until = scenario.until.expect("a situation has an end");
    let service = scenario.services.len() - 1;
    let instances = scenario.services[service].instances as usize;
    let mut world = World::new(Arc::new(scenario), 1);
    let mut lines = Vec::new();
    // By instance: the errors that the broker has sent, and that are not there yet.
    let mut errors = vec![VecDeque::new(); instances];
    // Which events were published before, and which deliveries are redeliveries: a program can tell, by an id and by a flag.
    let (mut sent, mut again) = (BTreeSet::new(), BTreeSet::new());
    let mut tell = |world: &mut World| {
        let happened: Vec<TimedEvent> = world.drain_occurrences().collect();
        for TimedEvent { at, what } in &happened {
            if let WorldEvent::Broker(Event::Delivered(delivered)) = what
                && delivered.redelivered
            {
                again.insert(event_name(&delivered.message));
            }
            for (instance, errors) in errors.iter_mut().enumerate() {
                let told = line(world, InstanceId { service, instance }, errors, what).unwrap_or_default();
                let is_again = match what {
                    WorldEvent::Sent { event, .. } => told == "sent" && !sent.insert(event.clone()),
                    WorldEvent::Began { about, .. } => told == "delivered" && again.contains(about),
                    _ => false,
                };
                let told = if is_again { format!("{told} again") } else { told };
                lines.extend(told.lines().map(|line| Told { at: *at, instance, line: line.to_owned() }));
            }
        }
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
            Event::ConsumerStarted { queue, channel, .. } if world.instance_of_channel(*channel) == Some(program) => {
                // Of RabbitMQ's making, as its name is.
                let is_of_answers = queue.starts_with("amq.");
                Some(if is_of_answers { "consuming its answers".into() } else { format!("consuming {queue}") })
            }
            Event::Fetched { channel, .. } if world.instance_of_channel(*channel) == Some(program) => Some("fetched".into()),
            _ => None,
        };
    }
    // What became of an answer belongs to no program: it had given up.
    if matches!(what, WorldEvent::Lost { reason, .. } if reason.contains("no longer waits")) {
        return Some("an answer came too late".into());
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
        WorldEvent::PublishFailed { reason: "the broker refused it", .. } => Some("nacked".into()),
        WorldEvent::PublishFailed { reason: "no answer in time", .. } => Some("no answer".into()),
        WorldEvent::PublishFailed { reason, .. } if reason.starts_with("it was returned") => Some("returned".into()),
        WorldEvent::AnswerCame { .. } => Some("answered".into()),
        WorldEvent::Checked { queue, ready, .. } => Some(format!("checked {queue}: {ready} ready")),
        WorldEvent::Effect { what, .. } => Some(format!("effect: {what}")),
        WorldEvent::SettlementLost { .. } => Some("cannot acknowledge".into()),
        WorldEvent::Settling { verdict: Verdict::Requeue, .. } => Some("gave back".into()),
        // What the program itself throws it tells nobody.
        WorldEvent::HandlerFailed { step: "declare" | "check_queue" | "get" | "publish", .. } => Some("failed".into()),
        WorldEvent::Stopping(_) => Some("stopping".into()),
        WorldEvent::Stopped(_) => Some("stopped".into()),
        WorldEvent::Killed { .. } => Some("the process ended".into()),
        _ => None,
    }
}

/// The last profile for which a file holds, where that is not the newest: what it shows a newer RabbitMQ does otherwise.
const UNTIL: [(&str, Profile); 1] = [("acknowledges-too-late-for-its-channel", Profile::V4_0)];

/// The profiles for which a file holds.
fn profiles_of(name: &str, scenario: &Scenario) -> impl Iterator<Item = Profile> + use<> {
    let last = UNTIL.iter().find(|(known, _)| *known == name).map(|(_, last)| *last);
    let place = |profile: Profile| Profile::ALL.into_iter().position(|known| known == profile);
    let range = place(scenario.broker.profile)..=last.map_or(place(Profile::V4_3Debian), place);
    Profile::ALL.into_iter().filter(move |profile| range.contains(&place(*profile)))
}

/// A newer RabbitMQ shows what holds there. What does not an older one shows.
fn is_shown_by(name: &str, scenario: &Scenario, here: Profile) -> bool {
    let is_newest = matches!(here, Profile::V4_3 | Profile::V4_3Debian);
    profiles_of(name, scenario).any(|profile| profile == here) && (is_newest || UNTIL.iter().any(|(known, _)| *known == name))
}

#[test]
fn a_simulated_program_sees_what_a_real_one_saw() {
    for (name, scenario) in situations() {
        let recorded = std::fs::read_to_string(folder().join(&name).with_extension("txt"));
        let recorded = recorded.unwrap_or_else(|_| panic!("{name}.txt is missing: it has what the real program saw"));
        assert_eq!(scenario_file::read(&scenario_file::write(&scenario)).as_ref(), Ok(&scenario), "{name}, written and read again");
        // What a file says of its version: older ones do otherwise.
        for profile in profiles_of(&name, &scenario) {
            let instances = scenario.services.last().expect("its program").instances as usize;
            let seen = written(&simulated(&scenario, profile), instances);
            assert_eq!(seen, recorded.lines().collect::<Vec<_>>(), "{name}, as {profile}");
        }
    }
}

/// Needs `REQUEUE_AMQP`, `REQUEUE_MANAGEMENT`, `REQUEUE_RABBITMQCTL`, node, and amqplib where node finds it: `scripts/test` sees to all of them.
#[test]
#[ignore = "needs a RabbitMQ that may be restarted, and node with amqplib: scripts/test runs it"]
fn a_real_program_sees_the_same() {
    let only = std::env::var("REQUEUE_ONLY").unwrap_or_default();
    let here = std::env::var("REQUEUE_PROFILE").ok().and_then(|profile| Profile::ALL.into_iter().find(|known| known.name() == profile));
    let situations: Vec<Situation> = situations()
        .into_iter()
        .filter(|(name, scenario)| {
            only.split(',').any(|only| name.contains(only)) && here.is_none_or(|here| is_shown_by(name, scenario, here))
        })
        .map(|(name, scenario)| Situation { expected: simulated(&scenario, here.unwrap_or(scenario.broker.profile)), name, scenario })
        .collect();
    assert!(!situations.is_empty(), "no program is for this broker");
    let mut wrong = Vec::new();
    for (Situation { name, .. }, (seen, errors)) in situations.iter().zip(real_programs::play_all(&situations, &folder())) {
        let recorded = folder().join(name).with_extension("txt");
        let seen: String = seen.iter().flat_map(|line| [line, "\n"]).collect();
        if std::env::var_os("REQUEUE_RECORD").is_some() {
            std::fs::write(&recorded, &seen).expect("it can be written");
        } else if std::fs::read_to_string(&recorded).unwrap_or_default() != seen {
            wrong.push(format!("{name}:\n{seen}{errors}"));
        }
    }
    assert!(wrong.is_empty(), "the real program saw something else:\n{}", wrong.join("\n"));
}
