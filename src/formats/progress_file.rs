//! Progress in lessons, and the work done in them, kept by a browser or saved as a file for another.

use serde_json::{Map, Value as Json};

use super::document::{Mistakes, Node, parse};
use super::result_file;
use crate::base::limits;
use crate::broker::Name;
use crate::lesson::grade::Submission;
use crate::lesson::progress::{LessonProgress, Progress};
use crate::scenario::{Problem, json_object};

/// A browser keeps some megabytes. Beyond this size the work of other lessons makes room, while their progress stays.
const WORKS_BYTES_MAX: usize = 3 << 20;

/// Whether a document says it holds progress.
#[must_use]
pub fn is_one(document: &Json) -> bool {
    document.get("requeue_progress").is_some()
}

/// Reads a file of progress.
///
/// # Errors
/// Everything that is wrong; never empty.
pub fn read(document: &Json) -> Result<Progress, Vec<Problem>> {
    let mistakes = Mistakes::default();
    let fields = Node::root(document, &mistakes).fields();
    let progress = progress(&fields.need("requeue_progress"));
    fields.done();
    mistakes.or(progress)
}

/// A file of progress.
#[must_use]
pub fn write(progress: &Progress) -> String {
    format!("{{\"requeue_progress\": {}}}\n", write_kept(progress))
}

/// Reads what a browser kept: all that can be read, and what is wrong with the rest. Nothing kept is no progress.
#[must_use]
pub fn read_kept(text: &str) -> (Progress, Vec<Problem>) {
    let mut found = Progress::default();
    let problems = read_all(text, &mut |node| found = progress(node));
    (found, problems)
}

#[must_use]
pub fn write_kept(progress: &Progress) -> String {
    let entries = progress.iter().map(|(lesson, progress)| {
        let mut entry = Map::new();
        entry.insert("steps".into(), progress.steps.into());
        entry.insert("done".into(), ids(&progress.done));
        if let Some(at) = &progress.at {
            entry.insert("at".into(), Json::from(&**at));
        }
        (lesson.to_string(), Json::Object(entry))
    });
    json_object(entries).to_string()
}

/// What a page that embeds this one receives of the open lesson, and of no other.
#[must_use]
pub fn write_for_host(lesson: &str, progress: &LessonProgress) -> String {
    format!("{{\"lesson\": {}, \"done\": {}, \"steps\": {}}}", Json::from(lesson), ids(&progress.done), progress.steps)
}

fn ids(names: &[Name]) -> Json {
    names.iter().map(|name| Json::from(&**name)).collect()
}

fn progress(node: &Node) -> Progress {
    let mut progress = Progress::default();
    for (lesson, node) in node.entries() {
        let fields = node.fields();
        let steps = usize::try_from(fields.need("steps").whole(limits::LESSON_STEPS as u64)).unwrap_or_default();
        let done = fields.need("done").items_up_to(limits::LESSON_STEPS, "steps of a lesson");
        let done: Vec<Name> = done.iter().map(Node::name).filter(|id| !id.is_empty()).collect();
        let at = fields.maybe("at").map(|node| node.name()).filter(|id| !id.is_empty());
        fields.done();
        // A lesson has steps: without their number the entry was no progress.
        if steps > 0 {
            progress.set(&lesson.into(), LessonProgress { steps, done, at });
        }
    }
    progress
}

/// What is wrong with a text; nothing kept is nothing wrong.
fn read_all(text: &str, read: &mut dyn FnMut(&Node)) -> Vec<Problem> {
    if text.is_empty() {
        return Vec::new();
    }
    let document = match parse(text) {
        Ok(document) => document,
        Err(problem) => return vec![problem],
    };
    let mistakes = Mistakes::default();
    read(&Node::root(&document, &mistakes));
    mistakes.into_problems()
}

/// The work of each lesson, as its result file has it. A result is read when its lesson is opened: together they are megabytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Works(Vec<(Name, String)>);

impl Works {
    /// Reads what a browser kept: all that can be read, and what is wrong with the rest.
    #[must_use]
    pub fn read_kept(text: &str) -> (Self, Vec<Problem>) {
        let mut works = Self::default();
        let problems = read_all(text, &mut |node| {
            let entries = node.entries().into_iter().map(|(lesson, node)| (lesson.into(), node.text()));
            works.0.extend(entries.filter(|(_, result)| !result.is_empty()));
        });
        (works, problems)
    }

    #[must_use]
    pub fn write_kept(&self) -> String {
        json_object(self.0.iter().map(|(lesson, result)| (lesson.to_string(), Json::from(result.as_str())))).to_string()
    }

    /// The work of a lesson, where there is some.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn of(&self, lesson: &str) -> Result<Option<Submission>, Vec<Problem>> {
        self.0.iter().find(|(of, _)| **of == *lesson).map(|(_, text)| result_file::read(text)).transpose()
    }

    pub fn set(&mut self, submission: &Submission) {
        if self.0.iter().map(|(_, result)| result.len()).sum::<usize>() > WORKS_BYTES_MAX {
            self.0.clear();
        }
        self.take(&submission.lesson);
        self.0.push((submission.lesson.clone(), result_file::write(submission)));
    }

    /// Takes the text of a lesson's work out.
    pub fn take(&mut self, lesson: &str) -> Option<String> {
        let index = self.0.iter().position(|(of, _)| **of == *lesson)?;
        Some(self.0.remove(index).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::grade::Work;

    fn some() -> Progress {
        let mut progress = Progress::default();
        progress.set(&"why-events".into(), LessonProgress { steps: 5, done: vec!["announce".into(), "a \"quoted\" one".into()], at: None });
        progress.set(&"durable".into(), LessonProgress { steps: 3, done: Vec::new(), at: Some("restart".into()) });
        progress
    }

    #[test]
    fn progress_is_written_and_read_again() {
        let progress = some();
        assert_eq!(read_kept(&write_kept(&progress)), (progress.clone(), Vec::new()));
        let document: Json = serde_json::from_str(&write(&progress)).expect("JSON");
        assert!(is_one(&document) && read(&document) == Ok(progress));
        assert_eq!(read_kept(""), (Progress::default(), Vec::new()), "a first visit");
        assert_eq!(
            write_for_host("durable", &LessonProgress { steps: 3, done: vec!["a".into()], at: None }),
            r#"{"lesson": "durable", "done": ["a"], "steps": 3}"#
        );
    }

    #[test]
    fn works_are_written_and_read_again() {
        let submission = |lesson: &str| Submission {
            lesson: lesson.into(),
            hash: 7,
            student: Some("Grace".into()),
            works: vec![("step".into(), Work::Answer(vec!["billing".into()]))],
        };
        let mut works = Works::default();
        works.set(&submission("a"));
        works.set(&submission("b"));
        let (read, problems) = Works::read_kept(&works.write_kept());
        assert_eq!((&read, problems.len()), (&works, 0));
        assert_eq!(read.of("b"), Ok(Some(submission("b"))));
        assert_eq!(read.of("c"), Ok(None));
    }

    #[test]
    fn what_is_broken_is_told_and_the_rest_is_read() {
        let cases = [
            ("{", "this is not JSON"),
            ("[]", "expected an object, found a list"),
            (r#"{"a": 7}"#, "a: expected an object, found 7"),
            (r#"{"a": {"done": []}}"#, "a.steps: is missing"),
            (r#"{"a": {"steps": 2, "done": [7]}}"#, "a.done[0]: expected a text, found 7"),
            (r#"{"a": {"steps": 2, "done": [], "new": 1}}"#, "a.new: unknown field"),
        ];
        for (text, told) in cases {
            let (_, problems) = read_kept(text);
            assert!(problems.iter().any(|problem| problem.to_string().contains(told)), "{text}: {problems:?}");
        }
        let (progress, problems) = read_kept(r#"{"a": 7, "b": {"steps": 2, "done": ["x"]}}"#);
        assert_eq!(problems.len(), 1);
        assert_eq!(progress.of("b").map(|progress| progress.done.len()), Some(1));
        let (works, problems) = Works::read_kept(r#"{"a": 7, "b": "{"}"#);
        assert!(problems.len() == 1 && works.of("b").is_err());
    }

    #[test]
    fn progress_of_two_browsers_is_united() {
        let mut progress = some();
        let mut other = Progress::default();
        other.set(&"durable".into(), LessonProgress { steps: 4, done: vec!["x".into()], at: Some("later".into()) });
        other.set(&"why-events".into(), LessonProgress { steps: 5, done: vec!["announce".into(), "zero".into()], at: Some("zero".into()) });
        progress.unite(&other);
        let done = |lesson: &str| progress.of(lesson).map(|progress| (progress.steps, progress.done.len()));
        assert_eq!((done("durable"), done("why-events")), (Some((4, 1)), Some((5, 3))));
        let at = |lesson: &str| progress.of(lesson).and_then(|progress| progress.at.as_deref());
        assert_eq!((at("durable"), at("why-events")), (Some("restart"), Some("zero")), "the reader's own place comes first");
    }
}
