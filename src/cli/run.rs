//! `requeue run`.
#![expect(clippy::disallowed_macros, reason = "the command line prints; nothing else does")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{BadInput, bad_file, known_property, progress_bar, read_text};
use crate::app::words;
use crate::base::SimTime;
use crate::base::time::Span;
use crate::formats::recording_file::{self, RecordingFile};
use crate::formats::report::{self, Checked};
use crate::formats::{scenario_file, trace_json};
use crate::scenario::property::Quantity;
use crate::scenario::validate::fault_problems;
use crate::scenario::{Fault, Property};
use crate::sim::judge::{self, judge};
use crate::sim::{Input, Recording, TimedInput, World, biography};

const UNTIL: SimTime = SimTime::from_secs(60);
const STEPS_BETWEEN_LOOKS: u32 = 10_000;

#[derive(Args)]
pub struct Options {
    /// A scenario file, or a recording
    scenario: PathBuf,
    /// How long, in virtual time: 500ms, 60s, 10m, 2h; as the file says, or 60s
    #[arg(long)]
    until: Option<SimTime>,
    /// The seed of all chance; the file's own if not given
    #[arg(long)]
    seed: Option<u64>,
    /// What breaks, as in 'kill notification-service at 10s for 2h'; may be given several times
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    report: Format,
    /// Everything that happened, one JSON object a line
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// What must hold in the end, as in 'no order without email sent'; may be given several times
    #[arg(long, value_name = "PROPERTY")]
    check: Vec<String>,
    /// Tell where this event went, as in e-12; may be given several times
    #[arg(long, value_name = "ID")]
    event: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(options: &Options) -> Result<ExitCode, BadInput> {
    let RecordingFile { mut recording, until: file_until, breaks, .. } = open(&options.scenario, options.seed)?;
    let scenario = recording.scenario.clone();
    let until = options.until.unwrap_or(file_until);
    add_faults(&mut recording, &options.fault)?;
    let properties = options.check.iter().map(|text| known_property(&recording, text)).collect::<Result<Vec<_>, _>>()?;

    let world = play(&recording, until, options.trace.as_deref())?;
    let mut checked: Vec<Checked> = Vec::new();
    // The author's expectations are about the author's run. For another run they are not checked, and the report says so.
    let other_story = other_story(&recording, until);
    if other_story.is_none() {
        checked.extend(scenario.expects.iter().map(|expected| check(&world, &expected.says, &expected.property)));
    }
    checked.extend(breaks.iter().map(|property| check(&world, "this run was kept because it breaks this", property)));
    checked.extend(properties.iter().map(|property| check(&world, "", property)));
    match options.report {
        Format::Text => print!("{}", report::text(&world, &checked)),
        Format::Json => print!("{}", report::json(&world, &checked)),
    }
    if let Some(why) = other_story.filter(|_| !scenario.expects.is_empty()) {
        eprintln!("The {} expectations of the file were not checked: {why}. Use --check for what must hold here.", scenario.expects.len());
    }
    for event in &options.event {
        tell(&recording, &world, event, until);
    }
    let imbalances = world.ledger().imbalances();
    for imbalance in &imbalances {
        eprintln!("The ledger does not balance. {imbalance}");
    }
    if let Some(why) = world.halted() {
        eprintln!("The run was stopped: {why}");
    }
    let good = imbalances.is_empty() && world.halted().is_none() && checked.iter().all(|checked| checked.judgement.holds);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Args)]
pub struct CompareOptions {
    /// A scenario file, or a recording
    one: PathBuf,
    /// Another, or the same with other faults
    other: PathBuf,
    /// How long, in virtual time; as the first file says, or 60s
    #[arg(long)]
    until: Option<SimTime>,
    /// The seed of both; each file's own if not given
    #[arg(long)]
    seed: Option<u64>,
    /// What breaks in the second; may be given several times
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// What is the same in both, too
    #[arg(long)]
    all: bool,
}

/// Two futures side by side.
pub fn compare(options: &CompareOptions) -> Result<ExitCode, BadInput> {
    let one = open(&options.one, options.seed)?;
    let mut other = open(&options.other, options.seed)?;
    let until = options.until.unwrap_or(one.until);
    add_faults(&mut other.recording, &options.fault)?;
    let [left, right] = [&one, &other].map(|file| play(&file.recording, until, None));
    let (left, right) = (left?, right?);
    let rows = judge::compare(&left, &right);
    println!("{:<46}{:>16}{:>16}", format!("until {}", Span(until)), "first", "second");
    for row in rows.iter().filter(|row| options.all || (row.left - row.right).abs() > 1e-9) {
        let unit = if matches!(row.quantity, Quantity::Latency(..)) { " ms" } else { "" };
        let [left, right] = [row.left, row.right].map(|value| format!("{}{unit}", (value * 10.0).round() / 10.0));
        println!("{:<46}{left:>16}{right:>16}", row.quantity.to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Faults that are known from the beginning.
fn add_faults(recording: &mut Recording, faults: &[Fault]) -> Result<(), BadInput> {
    for fault in faults.iter().rev() {
        if let Some(problem) = fault_problems(&recording.scenario, [fault]).into_iter().flatten().next() {
            return Err(BadInput(format!("--fault '{fault}': {}", problem.message)));
        }
        let first = TimedInput { at: SimTime::ZERO, after_steps: 0, input: Input::Fault(fault.clone()) };
        recording.inputs = std::iter::once(&first).chain(recording.inputs.iter()).cloned().collect();
    }
    Ok(())
}

/// Why this run is not the one of which the scenario's author expects something.
fn other_story(recording: &Recording, until: SimTime) -> Option<String> {
    if !recording.inputs.is_empty() {
        return Some("they are about a run without faults and inputs from outside".to_owned());
    }
    match recording.scenario.until {
        Some(told) if told == until => None,
        Some(told) => Some(format!("they are about the run until {}, and this one ends at {}", Span(told), Span(until))),
        None => Some("the file has no until_ms, so they are about no moment".to_owned()),
    }
}

fn check(world: &World, says: &str, property: &Property) -> Checked {
    Checked { says: says.to_owned(), judgement: judge(world, property) }
}

fn open(path: &Path, seed: Option<u64>) -> Result<RecordingFile, BadInput> {
    let text = read_text(path)?;
    let is_recording = serde_json::from_str(&text).is_ok_and(|document| recording_file::is_one(&document));
    if is_recording {
        let mut file = recording_file::read(&text).map_err(|problems| bad_file(path, &problems))?;
        file.recording.seed = seed.unwrap_or(file.recording.seed);
        return Ok(file);
    }
    let scenario = Arc::new(scenario_file::read(&text).map_err(|problems| bad_file(path, &problems))?);
    let (seed, until) = (seed.unwrap_or(scenario.seed), scenario.until.unwrap_or(UNTIL));
    Ok(RecordingFile { recording: Recording::new(scenario, seed), until, until_steps: None, breaks: None })
}

fn play(recording: &Recording, until: SimTime, trace: Option<&Path>) -> Result<World, BadInput> {
    let mut trace = match trace {
        None => None,
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|error| BadInput(format!("{}: {error}", path.display())))?)),
    };
    let bar = progress_bar(until.as_micros(), "{msg:>9} {bar:40} {percent:>3} %  {elapsed} elapsed, {eta} to go");
    let mut world = World::new(recording.scenario.clone(), recording.seed);
    world.set_watched(trace.is_some());
    let mut goes_on = true;
    while goes_on {
        for _ in 0..STEPS_BETWEEN_LOOKS {
            goes_on = world.step_along(&recording.inputs, until);
            if let Some(trace) = &mut trace {
                let occurrences: Vec<_> = world.drain_occurrences().collect();
                for occurrence in occurrences {
                    writeln!(trace, "{}", trace_json::line(&world, &occurrence)).map_err(|error| BadInput(format!("--trace: {error}")))?;
                }
            }
            if !goes_on {
                break;
            }
        }
        bar.set_position(world.now().as_micros());
        bar.set_message(Span(SimTime::from_secs(world.now().as_secs())).to_string());
    }
    bar.finish_and_clear();
    if let Some(mut trace) = trace {
        trace.flush().map_err(|error| BadInput(format!("--trace: {error}")))?;
    }
    Ok(world)
}

/// The biography of an event.
fn tell(recording: &Recording, world: &World, event: &str, until: SimTime) {
    let Some(life) = biography::biography(recording, &event.into(), until) else {
        println!("\n{event}: there is no such event by then");
        return;
    };
    println!("\n{event}, because of {}", life.cause.as_deref().unwrap_or("a publish by hand"));
    for occurrence in &life.entries {
        let line = words::line(occurrence, world);
        println!("  {}  {:<16} {}", occurrence.at, line.what, line.detail);
    }
    if !life.effects.is_empty() {
        println!("  led to {}", life.effects.join(", "));
    }
    for place in &life.whereabouts {
        println!("  now: {}", words::whereabouts(place, world));
    }
}
