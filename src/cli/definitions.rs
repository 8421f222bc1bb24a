//! `requeue import`, `requeue lint` and `requeue export`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{BadInput, ReportFormat as Format, bad_file, capture, profile_named, read_scenario, read_text};
use crate::app::importing::arranged;
use crate::formats::definitions::report::Kind;
use crate::formats::definitions::{Definitions, Imported, Options as Wanted, Report, lint, write};
use crate::formats::opened::is_capture;
use crate::formats::pretty::Doc;
use crate::formats::scenario_file;
use crate::scenario::findings::{Kind as FindingKind, RemarkKind};

#[derive(Args)]
pub struct ImportOptions {
    /// Definitions, as rabbitmqctl, rabbitmqadmin or the management interface export them; a capture of `requeue watch`; or a log of `rabbitmq_tracing`
    file: PathBuf,
    /// Which virtual host, where there are several
    #[arg(long)]
    vhost: Option<String>,
    /// The simulated RabbitMQ: 3.13, 4.0, 4.3 or 4.3-debian; the nearest to the file's own if not given
    #[arg(long)]
    profile: Option<String>,
    /// Write the scenario to this file
    #[arg(short, long, value_name = "SCENARIO")]
    output: Option<PathBuf>,
    /// What is written of a capture or a log
    #[arg(long = "as", value_enum, default_value_t)]
    kind: capture::Kind,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    report: Format,
}

/// Exit code 2: nothing can come in.
pub fn import(options: &ImportOptions) -> Result<ExitCode, BadInput> {
    let text = read_text(&options.file)?;
    if is_capture(&text) {
        let wanted = capture::Wanted {
            path: &options.file,
            vhost: options.vhost.as_deref(),
            profile: options.profile.as_deref(),
            output: options.output.as_deref(),
            kind: options.kind,
            report: options.report,
        };
        return capture::import(&wanted, &text);
    }
    let definitions = read(&options.file, &text)?;
    if options.kind != capture::Kind::Scenario {
        return Err(bad(&options.file, &"definitions become a scenario, and nothing else. They hold nothing that was seen"));
    }
    let profile = options.profile.as_deref().map(profile_named).transpose()?;
    let title = options.file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let wanted = Wanted { vhost: options.vhost.as_deref(), profile, title: &title };
    let Imported { scenario, report } = definitions.import(&wanted).map_err(|why| bad(&options.file, &why))?;
    if let Some(output) = &options.output {
        let text = scenario_file::write(&arranged(scenario));
        std::fs::write(output, text).map_err(|error| BadInput(format!("{}: {error}", output.display())))?;
    }
    match options.report {
        Format::Text => print!("{}", report.text(&options.file.display().to_string())),
        Format::Json => print!("{}", report.doc().to_text()),
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct LintOptions {
    /// Definitions of RabbitMQ, or a scenario
    file: PathBuf,
    /// Which virtual host of definitions; each that has exchanges or queues if not given
    #[arg(long)]
    vhost: Option<String>,
    /// The RabbitMQ that shall take the definitions: 3.13, 4.0, 4.3 or 4.3-debian
    #[arg(long)]
    profile: Option<String>,
    /// A kind that does not fail, as in key-ignored; may be given several times. A wrong one is answered with all kinds
    #[arg(long, value_name = "KIND")]
    allow: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Exit code 1: something looks wrong. 2: the file cannot be read.
pub fn lint(options: &LintOptions) -> Result<ExitCode, BadInput> {
    let known = kinds();
    if let Some(unknown) = options.allow.iter().find(|kind| !known.contains(&&***kind)) {
        return Err(BadInput(format!("There is no kind {unknown} to allow. The kinds are {}.", known.join(", "))));
    }
    let text = read_text(&options.file)?;
    let is_scenario = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|document| document.get("requeue").is_some());
    let reports = if is_scenario {
        vec![lint::scenario(&text).map_err(|problems| bad_file(&options.file, &problems))?]
    } else {
        let definitions = read(&options.file, &text)?;
        let profile = options.profile.as_deref().map(profile_named).transpose()?;
        let mut vhosts: Vec<Option<String>> = vec![options.vhost.clone()];
        let with_parts = definitions.vhosts_with_parts();
        if options.vhost.is_none() && with_parts.len() > 1 {
            vhosts = with_parts.into_iter().map(|vhost| Some(vhost.name)).collect();
        }
        let of_each = vhosts.iter().map(|vhost| {
            let wanted = Wanted { vhost: vhost.as_deref(), profile, title: "" };
            definitions.import(&wanted).map(|imported| imported.report).map_err(|why| bad(&options.file, &why))
        });
        of_each.collect::<Result<_, _>>()?
    };
    print(&options.file, &reports, options.format);
    let is_wrong = reports.iter().any(|report| report.wrong().any(|entry| !options.allow.iter().any(|kind| kind == entry.kind.name())));
    Ok(if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everything that can fail a lint.
fn kinds() -> Vec<&'static str> {
    let entries = Kind::ALL.into_iter().filter(|kind| kind.is_wrong()).map(Kind::name);
    entries.chain(FindingKind::ALL.into_iter().map(FindingKind::name)).chain(RemarkKind::ALL.into_iter().map(RemarkKind::name)).collect()
}

#[derive(Args)]
pub struct ExportOptions {
    /// A scenario
    scenario: PathBuf,
    /// What it becomes
    #[arg(long = "as", value_enum)]
    kind: Export,
    /// The virtual host of the definitions
    #[arg(long, default_value = "/")]
    vhost: String,
    /// Write to this file, and not to the terminal
    #[arg(short, long)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Export {
    /// RabbitMQ's definitions, for its `import_definitions`
    Definitions,
}

pub fn export(options: &ExportOptions) -> Result<ExitCode, BadInput> {
    let scenario = read_scenario(&options.scenario)?;
    let text = match options.kind {
        Export::Definitions => write(&scenario.broker, &options.vhost),
    };
    match &options.output {
        None => print!("{text}"),
        Some(output) => std::fs::write(output, text).map_err(|error| BadInput(format!("{}: {error}", output.display())))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn read<'a>(path: &Path, text: &'a str) -> Result<Definitions<'a>, BadInput> {
    Definitions::read(text).map_err(|mistake| bad(path, &mistake))
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> BadInput {
    BadInput(format!("{}: {why}", path.display()))
}

/// A report of each virtual host.
fn print(path: &Path, reports: &[Report], format: Format) {
    let file = path.display().to_string();
    match format {
        Format::Text => {
            let texts: Vec<String> = reports.iter().map(|report| report.text(&file)).collect();
            print!("{}", texts.join("\n"));
        }
        Format::Json => print!("{}", Doc::list(reports.iter().map(Report::doc)).to_text()),
    }
}
