//! The commands of `requeue`, for teachers, tests and scripts.
//!
//! Exit codes: 0 it went well, 1 what was checked does not hold, 2 the input is bad.
#![expect(clippy::disallowed_macros, reason = "the command line prints; nothing else does")]

mod amqp;
pub mod differential;
pub mod real;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::broker::SimTime;
use crate::formats::{broker_script, scenario_file};
use crate::scenario::Scenario;
use crate::sim::World;

/// A learning playground for event-driven architecture, without the page.
#[derive(Parser)]
#[command(name = "requeue", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario in virtual time and print where every message went
    Run {
        /// A scenario file
        scenario: PathBuf,
        /// How long, in virtual time: 500ms, 60s, 10m, 2h
        #[arg(long, default_value = "60s", value_parser = parse_span)]
        until: SimTime,
        /// The seed of all chance; the scenario's own if not given
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Run a broker script and print its transcript, one JSON line a step
    Script {
        /// A broker script
        file: PathBuf,
        /// A real RabbitMQ to run it on, as in <amqp://guest:guest@127.0.0.1:5672/%2F>
        #[arg(long, requires = "management")]
        amqp: Option<String>,
        /// Its management interface, as in <http://127.0.0.1:15672>
        #[arg(long, requires = "amqp")]
        management: Option<String>,
        /// Its rabbitmqctl, without which alarms and restarts cannot be run there
        #[arg(long, requires = "amqp")]
        ctl: Option<String>,
    },
    /// Run random broker scripts on the simulated broker and on a real one, and compare
    Differential {
        #[arg(long)]
        amqp: String,
        #[arg(long)]
        management: String,
        /// How many scripts
        #[arg(long, default_value_t = 100)]
        runs: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Bad input: the message is for the person who gave it.
struct BadInput(String);

pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run { scenario, until, seed } => run(&scenario, until, seed),
        Command::Script { file, amqp, management, ctl } => script(&file, amqp.zip(management), ctl),
        Command::Differential { amqp, management, runs, seed } => differential(&amqp, management, runs, seed),
    }
    .unwrap_or_else(|BadInput(message)| {
        eprintln!("{message}");
        ExitCode::from(2)
    })
}

fn run(path: &PathBuf, until: SimTime, seed: Option<u64>) -> Result<ExitCode, BadInput> {
    let scenario = read_scenario(path)?;
    let seed = seed.unwrap_or(scenario.seed);
    let mut world = World::new(scenario.clone(), seed);
    while world.next_at().is_some_and(|at| at <= until) {
        world.step();
        world.drain_occurrences();
    }
    world.run_until(until, 1);

    let ledger = world.ledger();
    println!("{}, RabbitMQ {}, seed {seed}, until {until}\n", scenario.title, world.profile());
    println!("{ledger}");
    println!("Steps      {}", world.steps());
    println!("Trace      {:016x}", world.trace_hash());
    let imbalances = ledger.imbalances();
    for imbalance in &imbalances {
        eprintln!("The ledger does not balance. {imbalance}");
    }
    Ok(if imbalances.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Exit code 3: the real broker cannot be reached.
fn script(path: &PathBuf, real: Option<(String, String)>, ctl: Option<String>) -> Result<ExitCode, BadInput> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| BadInput(format!("{name}: {error}")))?;
    let script = broker_script::read(&text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{name}: {problem}")).collect();
        BadInput(lines.join("\n"))
    })?;
    let lines = match real {
        None => broker_script::run(&script),
        Some((amqp, management)) => {
            let address = real::Address::parse(&amqp).map_err(BadInput)?;
            let broker = real::RealBroker { address, management, ctl, quiet: real::QUIET };
            match real::run(&script, &broker) {
                Ok(lines) => lines,
                Err(error) => {
                    eprintln!("The broker cannot be reached: {error}");
                    return Ok(ExitCode::from(3));
                }
            }
        }
    };
    for line in lines {
        println!("{}", line.to_json());
    }
    Ok(ExitCode::SUCCESS)
}

fn differential(amqp: &str, management: String, runs: u64, seed: u64) -> Result<ExitCode, BadInput> {
    let address = real::Address::parse(amqp).map_err(BadInput)?;
    let broker = real::RealBroker { address, management, ctl: None, quiet: real::QUIET };
    let terminal = std::io::stderr().is_terminal();
    let progress = |done: u64| {
        let done = done - seed + 1;
        if terminal {
            eprint!("\r{done} of {runs} scripts agree");
        } else if done.is_multiple_of(50) {
            eprintln!("{done} of {runs} scripts agree");
        }
    };
    let found = differential::search(&broker, seed..seed + runs, &format!("requeue-{seed}"), progress);
    if terminal {
        eprintln!();
    }
    match found {
        Err(error) => {
            eprintln!("The broker cannot be reached: {error}");
            Ok(ExitCode::from(3))
        }
        Ok(None) => {
            println!("{runs} random scripts, seeds {seed} to {}: no difference", seed + runs - 1);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Some(divergence)) => {
            println!("Seed {}: {}\n{}", divergence.seed, divergence.difference, divergence.script);
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read_scenario(path: &PathBuf) -> Result<Arc<Scenario>, BadInput> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| BadInput(format!("{name}: {error}")))?;
    scenario_file::read(&text).map(Arc::new).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{name}: {problem}")).collect();
        BadInput(lines.join("\n"))
    })
}

/// A span of virtual time, as in `90s`.
fn parse_span(text: &str) -> Result<SimTime, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("'{text}' is not a span of time: write 500ms, 60s, 10m or 2h")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("'{digits}' is not a whole number"))?;
    number.checked_mul(factor).map(SimTime::from_millis).ok_or_else(|| format!("'{text}' is too long"))
}
