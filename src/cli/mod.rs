//! The commands of `requeue`, for teachers, tests and scripts.
//!
//! Exit codes: 0 it went well, 1 what was checked does not hold, 2 the input is bad.
#![expect(clippy::disallowed_macros, reason = "the command line prints; nothing else does")]

mod amqp;
mod capture;
mod definitions;
pub mod differential;
mod explore;
mod grades;
mod lesson;
pub mod random;
pub mod real;
mod run;
mod running;
mod shrink;
pub mod versions;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use random::coverage;

use crate::broker::Profile;
use crate::formats::{broker_script, scenario_file};
use crate::scenario::{Problem, Property, Scenario};
use crate::sim::Recording;

/// A learning playground for event-driven architecture, without the page.
#[derive(Parser)]
#[command(name = "requeue", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario or a recording in virtual time and tell where every message went
    Run(run::Options),
    /// Run two scenarios or recordings and show side by side what differs
    Compare(run::CompareOptions),
    /// Look for a run that breaks a property: other seeds, other orders of messages, crashes at every step
    Explore(explore::Options),
    /// Work on lessons
    #[command(subcommand)]
    Lesson(lesson::Command),
    /// Grade what learners handed in: everything is run again, and no claimed score is believed
    Grade(lesson::Options),
    /// Make a scenario of a RabbitMQ's definitions, or of what was seen of one, and report what came in
    Import(definitions::ImportOptions),
    /// Tell what looks wrong in definitions or in a scenario
    Lint(definitions::LintOptions),
    /// Make a scenario of a running RabbitMQ: what is declared, what stands in queues, who consumes
    Snapshot(running::SnapshotOptions),
    /// Capture what a running RabbitMQ publishes and delivers, for the page to replay
    Watch(running::WatchOptions),
    /// Write a scenario as something that other programs read
    Export(definitions::ExportOptions),
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
    /// Tell which rules of FIDELITY.md random broker scripts exercise; no real broker is needed
    Coverage(RandomScripts),
    /// Run random broker scripts on the simulated broker and on a real one, and compare
    Differential {
        #[arg(long)]
        amqp: String,
        #[arg(long)]
        management: String,
        #[command(flatten)]
        scripts: RandomScripts,
        /// `rabbitmqctl` of that broker, for alarms
        #[arg(long)]
        ctl: Option<String>,
        /// How many scripts run at once
        #[arg(long, default_value_t = 1)]
        jobs: u64,
        /// Print the scripts, run none
        #[arg(long)]
        print: bool,
    },
}

/// Which random scripts.
#[derive(clap::Args)]
struct RandomScripts {
    /// How many scripts
    #[arg(long, default_value_t = 100)]
    runs: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The RabbitMQ that the broker is: 3.13 (compared with 3.10), 4.0, 4.3 or 4.3-debian
    #[arg(long, default_value = "3.13")]
    profile: String,
}

impl RandomScripts {
    const fn seeds(&self) -> std::ops::Range<u64> {
        self.seed..self.seed + self.runs
    }

    fn profile(&self) -> Result<Profile, BadInput> {
        profile_named(&self.profile)
    }
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    Text,
    Json,
}

/// Bad input: the message is for the person who gave it.
struct BadInput(String);

pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Compare(options) => run::compare(&options),
        Command::Explore(options) => explore::explore(&options),
        Command::Lesson(command) => lesson::lesson(&command),
        Command::Grade(options) => lesson::grade_all(&options),
        Command::Import(options) => definitions::import(&options),
        Command::Lint(options) => definitions::lint(&options),
        Command::Snapshot(options) => running::snapshot(&options),
        Command::Watch(options) => running::watch(&options),
        Command::Export(options) => definitions::export(&options),
        Command::Script { file, amqp, management, ctl } => script(&file, amqp.zip(management), ctl),
        Command::Coverage(scripts) => tell_coverage_of_each_rule(&scripts),
        Command::Differential { scripts, print: true, .. } => print_scripts(&scripts),
        Command::Differential { amqp, management, scripts, ctl, jobs, print: false } => {
            real_broker(&amqp, management, ctl).and_then(|broker| differential(&broker, &scripts, jobs))
        }
    }
    .unwrap_or_else(|BadInput(message)| {
        eprintln!("{message}");
        ExitCode::from(2)
    })
}

/// Exit code 3: the real broker cannot be reached.
fn script(path: &Path, real: Option<(String, String)>, ctl: Option<String>) -> Result<ExitCode, BadInput> {
    let script = broker_script::read(&read_text(path)?).map_err(|problems| bad_file(path, &problems))?;
    let lines = match real {
        None => broker_script::run(&script),
        Some((amqp, management)) => {
            let broker = real_broker(&amqp, management, ctl)?;
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

fn profile_named(name: &str) -> Result<Profile, BadInput> {
    Profile::from_name(name).ok_or_else(|| {
        let known = Profile::ALL.map(Profile::name).join(", ");
        BadInput(format!("There is no profile {name}: the profiles are {known}."))
    })
}

/// In how many of the scripts each rule shows.
fn count_rules(scripts: &RandomScripts, profile: Profile) -> BTreeMap<u32, u64> {
    let mut seen = BTreeMap::new();
    for rule in scripts.seeds().flat_map(|seed| coverage::exercised(&random::random_script(seed, profile))) {
        *seen.entry(rule).or_default() += 1;
    }
    seen
}

fn tell_coverage(seen: &BTreeMap<u32, u64>) {
    let known = coverage::known();
    let never: Vec<String> = known.iter().filter(|rule| !seen.contains_key(rule)).map(ToString::to_string).collect();
    let never = if never.is_empty() { "none".to_owned() } else { never.join(", ") };
    println!("They exercised {} of the {} rules that show in a script. Never: {never}", seen.len(), known.len());
}

fn tell_coverage_of_each_rule(scripts: &RandomScripts) -> Result<ExitCode, BadInput> {
    let seen = count_rules(scripts, scripts.profile()?);
    tell_coverage(&seen);
    print!("{}", coverage::table(&seen));
    Ok(ExitCode::SUCCESS)
}

/// One random script a line.
fn print_scripts(scripts: &RandomScripts) -> Result<ExitCode, BadInput> {
    let profile = scripts.profile()?;
    scripts.seeds().for_each(|seed| println!("{}", random::random_script(seed, profile)));
    Ok(ExitCode::SUCCESS)
}

fn real_broker(amqp: &str, management: String, ctl: Option<String>) -> Result<real::RealBroker, BadInput> {
    let address = real::Address::parse(amqp).map_err(BadInput)?;
    // Errors tell where it is.
    if management.contains('@') {
        return Err(BadInput("User and password stand in the address of --amqp: leave them out of --management.".to_owned()));
    }
    Ok(real::RealBroker { address, management, ctl, quiet: real::QUIET })
}

fn differential(broker: &real::RealBroker, scripts: &RandomScripts, jobs: u64) -> Result<ExitCode, BadInput> {
    let profile = scripts.profile()?;
    let (runs, seed) = (scripts.runs, scripts.seed);
    let terminal = std::io::stderr().is_terminal();
    let progress = |progress: differential::Progress<'_>| match progress {
        differential::Progress::Done(done) if terminal => eprint!("\r{done} of {runs} scripts are done"),
        differential::Progress::Done(done) if done.is_multiple_of(50) => eprintln!("{done} of {runs} scripts are done"),
        differential::Progress::Done(_) => {}
        differential::Progress::Shrinks { seed, difference } => {
            eprintln!("\nSeed {seed} differs: {difference}\nNow the script is made smaller.");
        }
    };
    let found = differential::search(broker, profile, scripts.seeds(), jobs, progress);
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
            tell_coverage(&count_rules(scripts, profile));
            Ok(ExitCode::SUCCESS)
        }
        Ok(Some(divergence)) => {
            println!("Seed {}: {}\n{}", divergence.seed, divergence.difference, shrink::as_case(&divergence.script, divergence.seed));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The text of a file.
fn read_text(path: &Path) -> Result<String, BadInput> {
    std::fs::read_to_string(path).map_err(|error| BadInput(format!("{}: {error}", path.display())))
}

/// What is wrong with a file, one line each.
fn bad_file(path: &Path, problems: &[Problem]) -> BadInput {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect();
    BadInput(lines.join("\n"))
}

fn read_scenario(path: &Path) -> Result<Arc<Scenario>, BadInput> {
    scenario_file::read(&read_text(path)?).map(Arc::new).map_err(|problems| bad_file(path, &problems))
}

/// A property that speaks of what the scenario has.
fn known_property(recording: &Recording, text: &str) -> Result<Property, BadInput> {
    let property: Property = text.parse().map_err(BadInput)?;
    let unknown = recording.unknown_names(&property);
    if unknown.is_empty() { Ok(property) } else { Err(BadInput(format!("'{text}': {}", unknown.join(", ")))) }
}

/// Shown on a terminal, and nowhere else.
fn progress_bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
