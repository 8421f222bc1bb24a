//! `requeue lesson` and `requeue grade`.
#![expect(clippy::disallowed_macros, reason = "the command line prints; nothing else does")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Args, Subcommand, ValueEnum};

use super::grades::{self, Row};
use super::{BadInput, bad_file, progress_bar, read_text};
use crate::base::limits::{FILE_BYTES, beyond};
use crate::formats::{lesson_file, lesson_prose, result_file};
use crate::lesson::Lesson;
use crate::lesson::check::check;
use crate::lesson::grade::{Grade, Grader};
use crate::scenario::Fault;

#[derive(Subcommand)]
pub enum Command {
    /// Check lessons: their form, and that each step can be solved, and cannot be solved by doing nothing
    Check {
        /// Lesson files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// How many seeds a solution must survive
        #[arg(long, default_value_t = 50)]
        seeds: u32,
    },
}

/// Exit code 1: a lesson does not keep what it promises; 2: one cannot be read.
pub fn lesson(command: &Command) -> Result<ExitCode, BadInput> {
    let Command::Check { files, seeds } = command;
    let mut unreadable = Vec::new();
    let mut good = true;
    for path in files {
        match lesson_file::read(&read_text(path)?) {
            Err(problems) => unreadable.extend(problems.iter().map(|problem| format!("{}: {problem}", path.display()))),
            Ok(lesson) => {
                let found: Vec<String> = lesson_prose::doubts(&lesson).into_iter().chain(check(&lesson, *seeds)).collect();
                good &= found.is_empty();
                for what in &found {
                    println!("{}: {what}", path.display());
                }
                if found.is_empty() {
                    println!("{}: good, {} steps", path.display(), lesson.steps.len());
                }
            }
        }
    }
    if !unreadable.is_empty() {
        return Err(BadInput(unreadable.join("\n")));
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Junit,
    Markdown,
}

#[derive(Args)]
pub struct Options {
    /// The lessons that were assigned
    #[arg(required = true)]
    lessons: Vec<PathBuf>,
    /// A folder of result files, or one of them
    #[arg(long, value_name = "DIR")]
    submissions: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fail unless everybody has everything, in the lesson's own version
    #[arg(long)]
    strict: bool,
    /// Faults the learners did not know of, one sentence a line, for every step that is judged on many seeds
    #[arg(long, value_name = "FILE")]
    hidden_faults: Option<PathBuf>,
}

/// Exit code 1: a learner has not everything (with --strict), or a file could not be graded. 2: the input is bad.
pub fn grade_all(options: &Options) -> Result<ExitCode, BadInput> {
    let lessons: Vec<Lesson> = options
        .lessons
        .iter()
        .map(|path| lesson_file::read(&read_text(path)?).map_err(|problems| bad_file(path, &problems)))
        .collect::<Result<_, _>>()?;
    let hidden: Vec<Fault> = match &options.hidden_faults {
        None => Vec::new(),
        Some(path) => {
            let text = read_text(path)?;
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
            lines
                .map(|(number, line)| line.parse().map_err(|why| BadInput(format!("{} line {}: {why}", path.display(), number + 1))))
                .collect::<Result<_, _>>()?
        }
    };
    let files = submissions(&options.submissions)?;
    let rows = grade_files(&files, &lessons, &hidden);
    print!(
        "{}",
        match options.format {
            Format::Text => grades::text(&rows),
            Format::Json => grades::json(&rows),
            Format::Csv => grades::csv(&rows),
            Format::Junit => grades::junit(&rows),
            Format::Markdown => grades::markdown(&rows),
        }
    );
    let good = rows.iter().all(|row| match &row.result {
        Ok(grade) => !options.strict || grade.is_full() && !grade.outdated,
        Err(_) => false,
    });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn submissions(path: &Path) -> Result<Vec<PathBuf>, BadInput> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let folder = std::fs::read_dir(path).map_err(|error| BadInput(format!("{}: {error}", path.display())))?;
    let mut files: Vec<PathBuf> =
        folder.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    if files.is_empty() { Err(BadInput(format!("{}: there is no result file (.json) here", path.display()))) } else { Ok(files) }
}

/// In parallel; the rows come in the files' order.
fn grade_files(files: &[PathBuf], lessons: &[Lesson], hidden: &[Fault]) -> Vec<Row> {
    let graders: Vec<Grader> = lessons.iter().map(|lesson| Grader::new(lesson, hidden)).collect();
    let bar = progress_bar(files.len() as u64, "{pos:>4} of {len} graded {bar:40} {elapsed}");
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<(usize, Row)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(index) else { break };
                    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    let row = Row { file, result: grade_file(path, &graders) };
                    if let Ok(mut rows) = rows.lock() {
                        rows.push((index, row));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by_key(|(index, _)| *index);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn grade_file(path: &Path, graders: &[Grader]) -> Result<Grade, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if let Some(why) = beyond("bytes of a file", usize::try_from(size).unwrap_or(usize::MAX), FILE_BYTES) {
        return Err(why);
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let submission =
        result_file::read(&text).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let grader = graders
        .iter()
        .find(|grader| grader.lesson().id == submission.lesson)
        .ok_or_else(|| format!("it is of the lesson {}, which is not graded here", submission.lesson))?;
    // A run that breaks the simulator is one row, and our mistake; the class goes on.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| grader.grade(&submission)))
        .map_err(|_| "it broke the simulator, which is Requeue's mistake".to_owned())
}
