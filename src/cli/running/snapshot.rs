//! `requeue snapshot`: a running broker as a scenario.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Management;
use crate::app::importing::arranged;
use crate::cli::{BadInput, ReportFormat, profile_named};
use crate::formats::pretty::Doc;
use crate::formats::scenario_file;
use crate::formats::snapshot;

#[derive(Args)]
pub struct Options {
    /// The management interface, as in <http://user:password@127.0.0.1:15672>. No TLS: give a tunnel's address. Without a user: `REQUEUE_USER` and `REQUEUE_PASSWORD`
    #[arg(long)]
    management: String,
    /// Which virtual host, where there are several
    #[arg(long)]
    vhost: Option<String>,
    /// The simulated RabbitMQ: 3.13, 4.0, 4.3 or 4.3-debian; the nearest to the broker's own if not given
    #[arg(long)]
    profile: Option<String>,
    /// Write the scenario to this file
    #[arg(short, long, value_name = "SCENARIO")]
    output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    report: ReportFormat,
}

/// Exit code 2: nothing can be read.
pub fn snapshot(options: &Options) -> Result<ExitCode, BadInput> {
    let management = Management::parse(&options.management).map_err(BadInput)?;
    let profile = options.profile.as_deref().map(profile_named).transpose()?;
    let vhost = management.vhost(options.vhost.as_deref()).map_err(BadInput)?;
    let answers = management.answers(&vhost).map_err(BadInput)?;
    let seen = snapshot::snapshot(&answers, &vhost, profile).map_err(BadInput)?;
    if let Some(output) = &options.output {
        let text = scenario_file::write(&arranged(seen.scenario));
        std::fs::write(output, text).map_err(|error| BadInput(format!("{}: {error}", output.display())))?;
    }
    match options.report {
        ReportFormat::Text => print!("{}{}", seen.report.text(management.place()), seen.running.text()),
        ReportFormat::Json => {
            let report = Doc::object().with("declared", seen.report.doc()).with("running", seen.running.doc());
            print!("{}", report.to_text());
        }
    }
    Ok(ExitCode::SUCCESS)
}
