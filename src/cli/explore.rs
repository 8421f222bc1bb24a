//! `requeue explore`.
#![expect(clippy::disallowed_macros, reason = "the command line prints; nothing else does")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{BadInput, known_property, progress_bar, read_scenario};
use crate::base::SimTime;
use crate::base::time::Span;
use crate::formats::recording_file;
use crate::sim::Recording;
use crate::sim::explore::{Explorer, Search};

const UNTIL: SimTime = SimTime::from_secs(30);

#[derive(Args)]
pub struct Options {
    /// A scenario file
    scenario: PathBuf,
    /// What must hold, as in 'no order without email sent', 'no email sent twice', 'depth of notification-queue below 100'
    #[arg(long, value_name = "PROPERTY")]
    property: String,
    /// How many runs at most
    #[arg(long, default_value_t = 1_000)]
    runs: u64,
    /// The first seed; the scenario's own if not given
    #[arg(long)]
    seed: Option<u64>,
    /// How long traffic goes on in each run; then what is under way is given as long again
    #[arg(long)]
    until: Option<SimTime>,
    /// Where the shortest run that breaks it is kept; `requeue run` and the page open it
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

/// Exit code 1: it was broken.
pub fn explore(options: &Options) -> Result<ExitCode, BadInput> {
    let scenario = read_scenario(&options.scenario)?;
    let property = known_property(&Recording::of(scenario.clone()), &options.property)?;
    let search = Search {
        seed: options.seed.unwrap_or(scenario.seed),
        until: options.until.unwrap_or_else(|| scenario.until.map_or(UNTIL, |until| until.min(UNTIL))),
        runs: options.runs,
        property,
        scenario,
    };
    let bar = progress_bar(search.runs, "{pos:>6} of {len} runs {bar:40} {elapsed} elapsed, {eta} to go {msg}");
    let mut explorer = Explorer::new(search);
    while !explorer.is_over() {
        explorer.next_run();
        bar.set_position(explorer.runs_done());
        if let Some(found) = explorer.found() {
            bar.set_message(format!("broken at {}", found.at));
        }
    }
    bar.finish_and_clear();
    let property = &explorer.search().property;
    let Some(found) = explorer.found() else {
        println!("{property}: held in {} runs", explorer.runs_done());
        return Ok(ExitCode::SUCCESS);
    };
    println!("{property}: broken at {} of run {} (seed {})", found.at, found.run, found.recording.seed);
    if found.faults.is_empty() {
        println!("  by nothing but the scenario itself");
    }
    for fault in &found.faults {
        println!("  by {fault}");
    }
    if let Some(path) = &options.save {
        let text = recording_file::write_breaking(&found.recording, found.at, property);
        std::fs::write(path, text).map_err(|error| BadInput(format!("{}: {error}", path.display())))?;
        println!("  kept in {}: see it with requeue run {0} --until {}", path.display(), Span(found.at));
    }
    Ok(ExitCode::FAILURE)
}
