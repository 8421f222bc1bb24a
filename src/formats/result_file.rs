//! What a learner hands in, format 1, and the grades that come of it.

use std::fmt::Write as _;

use super::document::{Format, Mistakes, Node};
use super::pretty::Doc;
use super::recording_file;
use crate::base::limits;
use crate::lesson::grade::{Grade, Submission, WHOLE, Work};
use crate::scenario::Problem;

pub const VERSION: u64 = 1;

const FORMAT: Format = Format { key: "requeue_result", name: "result", version: VERSION };

/// What is written by hand.
pub const TEXT_BYTES_MAX: usize = 20_000;
pub const STUDENT_BYTES_MAX: usize = 255;

#[must_use]
pub fn write(submission: &Submission) -> String {
    let works = submission.works.iter().map(|(step, work)| {
        let document = Doc::object().with("step", &**step);
        match work {
            Work::Answer(words) => document.with("answer", Doc::list(words.iter().map(|word| Doc::from(word.as_str())))),
            Work::Run { recording, until } => document.with("run", recording_file::doc(recording, (*until).into())),
            Work::Text { text, ticked } => {
                document.with("text", text.as_str()).with_list("ticked", ticked.iter().map(|tick| Doc::from(*tick)))
            }
        }
    });
    Doc::object()
        .with("requeue_result", VERSION)
        .with("lesson", &*submission.lesson)
        .with("hash", format!("{:016x}", submission.hash))
        .with_some("student", submission.student.as_deref())
        .with_list("steps", works)
        .to_text()
}

/// # Errors
/// Everything that is wrong; never empty.
pub fn read(text: &str) -> Result<Submission, Vec<Problem>> {
    let document = FORMAT.parse(text)?;
    let mistakes = Mistakes::default();
    let submission = submission(&Node::root(&document, &mistakes));
    mistakes.or(submission)
}

fn submission(node: &Node) -> Submission {
    let fields = node.fields();
    let _ = fields.maybe("requeue_result");
    let hash = fields.need("hash").text();
    let student = fields.maybe("student").map(|node| node.text()).filter(|student| !student.is_empty());
    if student.as_ref().is_some_and(|student| student.len() > STUDENT_BYTES_MAX) {
        fields.mistake("a student's label has at most 255 bytes");
    }
    if student.as_ref().is_some_and(|student| student.chars().any(char::is_control)) {
        fields.mistake("a student's label has no control characters");
    }
    let steps = fields.items_up_to("steps", limits::LESSON_STEPS, "steps of a lesson");
    let works = steps.iter().filter_map(|node| {
        let fields = node.fields();
        let step = fields.need("step").name();
        let answer = fields.maybe("answer").map(|node| Work::Answer(node.items().iter().map(Node::text).collect()));
        let run = fields.maybe("run").map(|node| {
            let file = recording_file::embedded(&node);
            Work::Run { recording: file.recording, until: file.until }
        });
        let text = fields.maybe("text").map(|node| {
            let mut text = node.text();
            if text.len() > TEXT_BYTES_MAX {
                node.mistake(format!("at most {TEXT_BYTES_MAX} bytes are written here"));
                text.clear();
            }
            Work::Text { text, ticked: fields.items("ticked").iter().map(Node::flag).collect() }
        });
        fields.done();
        let work = answer.or(run).or(text);
        if work.is_none() {
            node.mistake("a step has one of answer, run, text");
        }
        work.map(|work| (step, work))
    });
    let works = works.collect();
    let submission = Submission { lesson: fields.need("lesson").name(), hash: u64::from_str_radix(&hash, 16).unwrap_or(0), student, works };
    fields.done();
    submission
}

/// Thousandths as a percentage: `66.6`.
#[must_use]
pub fn percent(share: u32) -> String {
    format!("{}.{}", share * 100 / WHOLE, share % 10)
}

/// One grade, as the page and the command line both write it, byte for byte.
#[must_use]
pub fn grade_json(grade: &Grade) -> String {
    grade_doc(grade).to_text()
}

pub fn grade_doc(grade: &Grade) -> Doc {
    let steps = grade.steps.iter().map(|step| {
        let clauses = step
            .findings
            .iter()
            .map(|(says, good, why)| Doc::object().with("says", says.as_str()).with("good", *good).with_some("why", why.as_deref()));
        Doc::object().with("step", &*step.step).with("task", step.task).with("percent", percent(step.share)).with_list("clauses", clauses)
    });
    Doc::object()
        .with_some("student", grade.student.as_deref())
        .with("lesson", &*grade.lesson)
        .with("percent", percent(grade.score))
        .with_unless("outdated", grade.outdated, &false)
        .with_list("steps", steps)
}

/// What a grade says, for a person.
#[must_use]
pub fn grade_text(grade: &Grade) -> String {
    let mut out = format!("{}: {} %", grade.lesson, percent(grade.score));
    if grade.outdated {
        out.push_str(" (made with another version of the lesson)");
    }
    out.push('\n');
    for step in &grade.steps {
        let _ = writeln!(out, "  {} ({}): {} %", step.step, step.task, percent(step.share));
        for (says, good, why) in &step.findings {
            let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let _ = writeln!(out, "    {} {says}{why}", if *good { "✓" } else { "×" });
        }
    }
    out
}
