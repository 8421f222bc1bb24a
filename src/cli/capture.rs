//! `requeue import` of what was seen of a running broker: a capture, or a log of `rabbitmq_tracing`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;

use super::{BadInput, ReportFormat, bad_file};
use crate::app::importing::arranged;
use crate::base::limits::grouped;
use crate::formats::capture::replay::{Replay, replay, title};
use crate::formats::capture::{self, Capture, Source, What, file};
use crate::formats::pretty::Doc;
use crate::formats::{recording_file, scenario_file};

/// What is written of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A system with the parts that were seen or declared
    #[default]
    Scenario,
    /// The same, with everything that was seen: `requeue run` and the page play it
    Recording,
    /// Requeue's own captures, without payloads and values of headers: a log of `rabbitmq_tracing` becomes one
    Capture,
}

/// What is asked for.
pub struct Wanted<'a> {
    pub path: &'a Path,
    pub vhost: Option<&'a str>,
    /// Which RabbitMQ is to be simulated.
    pub profile: Option<&'a str>,
    pub output: Option<&'a Path>,
    pub kind: Kind,
    pub report: ReportFormat,
}

/// Exit code 2: nothing can come in.
pub fn import(options: &Wanted<'_>, text: &str) -> Result<ExitCode, BadInput> {
    let path = options.path;
    if options.profile.is_some() {
        return Err(BadInput(format!("{}: a capture says itself which RabbitMQ it is of: leave --profile out.", path.display())));
    }
    let seen = capture::read_of(text, options.vhost).map_err(|problems| bad_file(path, &problems))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut replay = replay(&seen, &title(&name));
    replay.scenario = arranged(replay.scenario);
    match options.report {
        ReportFormat::Text => print!("{}", told(path, &seen, &replay)),
        ReportFormat::Json => print!("{}", doc(&seen, &replay).to_text()),
    }
    if let Some(output) = options.output {
        let text = match options.kind {
            Kind::Scenario => {
                replay.scenario.broker.recorded = false;
                scenario_file::write(&replay.scenario)
            }
            Kind::Recording => {
                let (scenario, until) = (replay.scenario.clone(), replay.until);
                recording_file::write(&replay.recording(scenario), until)
            }
            Kind::Capture => file::write(&seen),
        };
        std::fs::write(output, text).map_err(|error| BadInput(format!("{}: {error}", output.display())))?;
    }
    Ok(ExitCode::SUCCESS)
}

const fn source(of: Source) -> &'static str {
    match of {
        Source::Firehose => "a capture of requeue watch",
        Source::TracingText => "a log of rabbitmq_tracing, as text",
        Source::TracingJson => "a log of rabbitmq_tracing, as JSON",
    }
}

fn queues(seen: &Capture) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for record in &seen.records {
        match &record.what {
            What::Published { queues, .. } => names.extend(queues.iter().map(|queue| &**queue)),
            What::Delivered { queue, .. } => {
                names.insert(queue);
            }
            What::Depths(depths) => names.extend(depths.iter().map(|(queue, ..)| &**queue)),
            What::Consumers(all) => names.extend(all.iter().map(|one| &*one.queue)),
        }
    }
    names
}

fn told(path: &Path, seen: &Capture, replay: &Replay) -> String {
    let (published, delivered) = seen.counts();
    let count = |number: usize| grouped(number as u64);
    let mut out = format!("{}: {}\n", path.display(), source(seen.source));
    let version = seen.version.as_deref().unwrap_or("of a version that it does not say");
    let _ = writeln!(out, "  RabbitMQ {version}, virtual host {}", seen.vhost.as_deref().unwrap_or("/"));
    let began = seen.began.as_deref().unwrap_or("at a time that it does not say");
    let _ = writeln!(out, "  began {began}, took {:.3} s", seen.end().as_secs_f64());
    let _ = writeln!(out, "  {} messages: {} published, {} delivered", count(seen.messages.len()), count(published), count(delivered));
    let (queues, connections) = (count(queues(seen).len()), count(seen.programs.len()));
    let services = count(replay.scenario.services.len());
    let _ = writeln!(out, "  {queues} queues, {connections} connections as {services} services");
    for note in &replay.notes {
        let _ = writeln!(out, "  {note}");
    }
    out
}

fn doc(seen: &Capture, replay: &Replay) -> Doc {
    let (published, delivered) = seen.counts();
    let text = |name: &str| Doc::from(name);
    Doc::object()
        .with("source", source(seen.source))
        .with_some("rabbitmq_version", seen.version.as_deref().map(text))
        .with_some("vhost", seen.vhost.as_deref().map(text))
        .with_some("began", seen.began.as_deref().map(text))
        .with("duration_ms", seen.end().as_millis())
        .with("messages", seen.messages.len())
        .with("published", published)
        .with("delivered", delivered)
        .with("connections", seen.programs.len())
        .with("queues", Doc::list(queues(seen).into_iter().map(text)))
        .with("services", Doc::list(replay.scenario.services.iter().map(|service| text(&service.name))))
        .with("notes", Doc::list(replay.notes.iter().map(|note| text(note))))
}
