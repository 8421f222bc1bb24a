//! Every lesson of the course is held to what it promises; grading believes nothing.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use requeue::base::SimTime;
use requeue::base::limits::FILE_BYTES;
use requeue::formats::markdown::{self, Block, Inline};
use requeue::formats::{lesson_file, result_file};
use requeue::lesson::check::{check, solved};
use requeue::lesson::grade::{Submission, WHOLE, Work, grade};
use requeue::lesson::judge::Judging;
use requeue::lesson::{Attempt, Lesson, Task};
use requeue::scenario::Scenario;
use requeue::scenario::edit::{self, Edit, Part, is_taken};
use requeue::sim::Recording;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons")
}

fn texts() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder()).expect("there are lessons").map(|file| file.expect("a file").path());
    let mut texts: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            (path.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read_to_string(path).expect("it can be read"))
        })
        .collect();
    texts.sort();
    texts
}

fn lessons() -> Vec<(String, String, Lesson)> {
    let read = |text: &str| lesson_file::read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    texts().into_iter().map(|(name, text)| (name, text.clone(), read(&text))).collect()
}

fn lesson(id: &str) -> Lesson {
    lessons().into_iter().find(|(.., lesson)| &*lesson.id == id).unwrap_or_else(|| panic!("there is no lesson {id}")).2
}

/// The beginning does not pass, the solutions pass on 50 seeds, the wrong ways fail where they should, answers are among the choices.
#[test]
fn every_lesson_keeps_what_it_promises() {
    let mut found = Vec::new();
    for (name, _, lesson) in lessons() {
        found.extend(check(&lesson, 50).into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_course_is_whole() {
    let all = lessons();
    assert!(all.iter().filter(|(.., lesson)| !lesson.lab).count() >= 18);
    assert!(all.iter().filter(|(.., lesson)| lesson.lab).count() >= 8);
    for (name, _, lesson) in &all {
        let kinds: Vec<&str> = lesson.steps.iter().map(|step| step.task.name()).collect();
        assert!(kinds.contains(&"predict"), "{name} asks for no prediction");
        assert!(kinds.iter().any(|kind| matches!(*kind, "do" | "break" | "fix")), "{name} has nothing to do");
        assert!((5..=15).contains(&lesson.minutes), "{name}: {} minutes", lesson.minutes);
        assert!(!lesson.aha.is_empty() && !lesson.leaves_out.is_empty(), "{name}");
        assert_eq!(*name, format!("{}.md", lesson.id));
        for step in &lesson.steps {
            let Some(goal) = step.task.goal() else { continue };
            assert!(!goal.wrong.is_empty(), "{name}, {}: no wrong way is kept beside it", step.id);
            assert!(!step.hints.is_empty(), "{name}, {}: no hint", step.id);
        }
    }
    let kinds: BTreeSet<&str> = all.iter().flat_map(|(.., lesson)| lesson.steps.iter().map(|step| step.task.name())).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["break", "do", "explain", "fix", "look", "predict"]);
    // Everything of the chapter is spoken of: by its numbers.
    let chapters = all.iter().map(|(.., lesson)| lesson.chapter.clone()).collect::<Vec<_>>().join(" ");
    for number in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12a", "12b", "12c"] {
        assert!(chapters.split([' ', ',']).any(|word| word == number), "nothing about chapter {number}");
    }
    let index: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder().join("index.json")).expect("there is a list")).expect("it is JSON");
    let listed: Vec<(&str, &str)> = index
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| (item["file"].as_str().unwrap_or_default(), item["title"].as_str().unwrap_or_default()))
        .collect();
    let mut files: Vec<(&str, &str)> = all.iter().map(|(name, _, lesson)| (name.as_str(), lesson.title.as_str())).collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    files.sort_unstable();
    assert_eq!(sorted, files, "static/lessons/index.json");
}

/// Names of queues and services in the text are those of the scenario, or of what is to be built; links lead somewhere.
#[test]
fn what_the_text_speaks_of_exists() {
    for (name, _, lesson) in lessons() {
        let prose: String =
            std::iter::once(lesson.intro.clone()).chain(lesson.steps.iter().map(|step| step.text.clone())).collect::<Vec<_>>().join("\n");
        let systems: Vec<Arc<Scenario>> = lesson
            .steps
            .iter()
            .filter_map(|step| step.task.goal())
            .filter_map(|goal| goal.solution.edits.last().cloned())
            .chain([lesson.scenario.clone()])
            .collect();
        for piece in markdown::read(&prose) {
            each(&piece.block, &mut |inline| match inline {
                Inline::Code(word) if word.ends_with("-queue") || word.ends_with("-service") => {
                    assert!(systems.iter().any(|scenario| is_taken(scenario, word)), "{name}: there is no {word}");
                }
                Inline::Link(to, _) => {
                    let local = !to.contains(':');
                    assert!(!local || folder().join("..").join(to).exists(), "{name}: {to} leads nowhere");
                }
                _ => {}
            });
        }
    }
}

/// Every piece of text in a block, however deep.
fn each(block: &Block, see: &mut impl FnMut(&Inline)) {
    fn inside(inlines: &[Inline], see: &mut impl FnMut(&Inline)) {
        for inline in inlines {
            see(inline);
            if let Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Link(_, inner) = inline {
                inside(inner, see);
            }
        }
    }
    match block {
        Block::Heading(_, inner) | Block::Paragraph(inner) => inside(inner, see),
        Block::Quote(pieces) => pieces.iter().for_each(|piece| each(&piece.block, see)),
        Block::List { items, .. } => items.iter().flatten().for_each(|piece| each(&piece.block, see)),
        Block::Table(rows) => rows.iter().flatten().for_each(|cell| inside(cell, see)),
        Block::Code(..) | Block::Rule => {}
    }
}

#[test]
fn every_mistake_has_its_line_and_its_reason() {
    let good = std::fs::read_to_string(folder().join("topic.md")).expect("it is there");
    let line_of = |text: &str, part: &str| text[..text.find(part).expect("it is there")].matches('\n').count() + 1;
    let step = line_of(&good, "```step");
    // what is replaced, by what, the line that is named, what is said
    let cases: Vec<(&str, &str, usize, &str)> = vec![
        ("# Topic: patterns of words", "Topic", 1, "begins with its title"),
        ("\"requeue_lesson\": 1", "\"requeue_lesson\": 9", 3, "format 9"),
        ("\"minutes\": 10", "\"minutes\": \"ten\"", 3, "lesson: minutes"),
        ("\"aha\"", "\"ahem\"", 3, "ahem"),
        ("\"type\": \"topic\"", "\"type\": \"topical\"", line_of(&good, "```scenario"), "topical"),
        ("\"ask\": \"queues\"", "\"ask\": \"weather\"", step, "weather"),
        ("\"task\": \"predict\"", "\"task\": \"guess\"", step, "guess"),
        ("\"task\": \"predict\",", "\"task\": \"predict\"", step + 4, "not JSON"),
        ("\"order.#\"", "7", 1, ""),
        ("\"fails\": \"users stay", "\"fails\": \"nobody stays", 1, "no clause says"),
    ];
    for (from, to, line, said) in cases {
        assert!(good.contains(from), "{from}");
        let problems = lesson_file::read(&good.replacen(from, to, 1)).expect_err(from);
        let problem = &problems[0];
        assert!(
            problems.iter().any(|problem| problem.to_string().contains(said)) && problems.iter().all(|problem| !problem.message.is_empty()),
            "{from}: {problems:?}"
        );
        if line > 1 {
            let number: usize =
                problem.path.trim_start_matches("line ").split([',', ' ']).next().and_then(|word| word.parse().ok()).unwrap_or_default();
            assert!(number.abs_diff(line) <= 1, "{from}: {problem}, expected line {line}");
        }
    }
    let two = good.replace("## Three words", "## Two bindings").replace("\"id\": \"express\"", "\"id\": \"two\"");
    assert!(lesson_file::read(&two).expect_err("twice").iter().any(|problem| problem.message.contains("two steps")));
    assert!(lesson_file::read("# Empty").is_err() && lesson_file::read("").is_err());
    assert!(lesson_file::read(&"x".repeat(2 << 20)).is_err());
}

#[test]
fn the_same_text_is_the_same_lesson_whatever_its_line_ends() {
    let text = &texts()[0].1;
    assert_eq!(lesson_file::hash(text), lesson_file::hash(&text.replace('\n', "\r\n")));
    assert_ne!(lesson_file::hash(text), lesson_file::hash(&text.replace("the", "a")));
}

/// Somebody who does everything as the lesson would.
fn model_pupil(lesson: &Lesson) -> Submission {
    Submission { student: Some("Ada".into()), ..solved(lesson) }
}

#[test]
fn whoever_solves_everything_has_everything_and_the_file_says_the_same() {
    for (name, _, lesson) in lessons() {
        let submission = model_pupil(&lesson);
        let direct = grade(&lesson, &submission, &[]);
        assert!(direct.is_full(), "{name}: {}", result_file::grade_text(&direct));
        let read = result_file::read(&result_file::write(&submission)).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert!(read == submission, "{name}: written and read again it is another");
        assert_eq!(result_file::grade_json(&grade(&lesson, &read, &[])), result_file::grade_json(&direct));
    }
}

#[test]
fn partial_work_has_partial_credit_and_forged_work_has_none() {
    let lesson = lesson("why-events");
    let full = model_pupil(&lesson);
    let goal = lesson.steps.iter().find_map(|step| step.task.goal().filter(|_| &*step.id == "announce")).expect("it is there");
    let with = |work: Work| {
        let mut submission = full.clone();
        submission.works.iter_mut().find(|(step, _)| &**step == "announce").expect("it is there").1 = work;
        let graded = grade(&lesson, &submission, &[]);
        graded.steps.into_iter().find(|step| &*step.step == "announce").expect("it is there")
    };
    let run = |attempt: &Attempt| Work::Run { recording: attempt.recording(&lesson.scenario), until: goal.until };
    // The wrong way that sends no emails at all keeps three of the four clauses.
    let partial = with(run(&goal.wrong[1].0));
    assert!(partial.share > 0 && partial.share < WHOLE, "{partial:?}");
    assert!(partial.findings.iter().any(|(_, good, why)| !good && why.is_some()));
    assert_eq!(with(Work::Answer(vec!["42".into()])).share, 0, "another kind of answer is none");
    // A lesson that is easier: its own traffic is put back.
    let mut easy = Scenario::clone(&lesson.scenario);
    easy.clients[0].traffic.pattern = requeue::scenario::Pattern::Every(SimTime::from_secs(3_000));
    easy.faults.clear();
    let easy = Arc::new(easy);
    let forged = Recording::new(easy.clone(), 1);
    assert!(with(Work::Run { recording: forged, until: goal.until }).share < WHOLE);
    let mut missing = full.clone();
    missing.works.clear();
    assert_eq!(grade(&lesson, &missing, &[]).score, 0);
    let mut old = full.clone();
    old.hash ^= 1;
    assert!(grade(&lesson, &old, &[]).outdated);
}

#[test]
fn what_a_lesson_locks_is_not_changed() {
    let lesson = lesson("publish-subscribe");
    let goal = lesson.steps.iter().find_map(|step| step.task.goal()).expect("it has one");
    let mut scenario = Scenario::clone(goal.solution.edits.last().expect("it is edited"));
    scenario.services[0].instances = 2;
    let cheat = Attempt { edits: vec![Arc::new(scenario)], inputs: Vec::new() };
    let mut submission = model_pupil(&lesson);
    submission.works.last_mut().expect("the fix").1 = Work::Run { recording: cheat.recording(&lesson.scenario), until: goal.until };
    let graded = grade(&lesson, &submission, &[]);
    let step = graded.steps.last().expect("the fix");
    assert_eq!(step.share, 0);
    assert!(step.findings[0].2.as_ref().is_some_and(|why| why.contains("services")), "{step:?}");
}

#[test]
fn hidden_faults_find_what_only_looks_right() {
    let lesson = lesson("auto-ack");
    let submission = model_pupil(&lesson);
    assert!(grade(&lesson, &submission, &[]).is_full());
    let hidden = ["kill order-service at step 3 of message 5 for 1s".parse().expect("a fault")];
    assert!(!grade(&lesson, &submission, &hidden).is_full(), "a crash between save and publish is another matter");
}

#[test]
fn a_result_that_is_none_says_why() {
    let good = result_file::write(&model_pupil(&lesson("topic")));
    for (text, said) in [
        (String::new(), "not JSON"),
        ("{}".into(), "requeue_result"),
        (good.replace("\"requeue_result\": 1", "\"requeue_result\": 7"), "format 7"),
        (good.replace("\"steps\"", "\"stairs\""), "stairs"),
        (good[..good.len() / 2].to_owned(), "not JSON"),
        (" ".repeat(FILE_BYTES + 1), "are more than"),
    ] {
        let problems = result_file::read(&text).expect_err(said);
        assert!(problems.iter().any(|problem| problem.to_string().contains(said)), "{said}: {problems:?}");
    }
}

/// What parts are called is never judged: a solution under other names is one, and a broken system does not pass by being renamed.
#[test]
fn names_are_not_judged() {
    let lesson = lesson("retry-bug");
    let step = lesson.steps.iter().find(|step| &*step.id == "stop").expect("it is there");
    let goal = step.task.goal().expect("it has a goal");
    let rename = |scenario: &Scenario| {
        let parts = [
            ("notification-queue", "mails"),
            ("notification-queue.dead", "mails.dead"),
            ("platform-events", "events"),
            ("notification-service", "mailer"),
        ];
        parts.into_iter().fold(scenario.clone(), |scenario, (from, to)| {
            let part = [Part::Queue(from.into()), Part::Exchange(from.into()), Part::Service(from.into())]
                .into_iter()
                .find_map(|part| edit::apply(&scenario, &Edit::Rename { part, name: to.into() }).ok());
            part.unwrap_or_else(|| panic!("{from} can be renamed"))
        })
    };
    let judged = |edits: Vec<Arc<Scenario>>| {
        let recording = Attempt { edits, inputs: Vec::new() }.recording(&lesson.scenario);
        Judging::of(&lesson, step, &recording, goal.until, &[]).expect("it is judged").to_end()
    };
    // One after the other, as the page does it.
    let mut edits = goal.solution.edits.clone();
    let solved = edits.last().expect("edits").clone();
    let mut steps = Vec::new();
    let mut now = Scenario::clone(&solved);
    for (part, name) in [
        (Part::Queue("notification-queue".into()), "mails"),
        (Part::Queue("notification-queue.dead".into()), "mails.dead"),
        (Part::Service("notification-service".into()), "mailer"),
        (Part::Queue("mails".into()), "post"),
    ] {
        now = edit::apply(&now, &Edit::Rename { part, name: name.into() }).expect("it can be renamed");
        steps.push(Arc::new(now.clone()));
    }
    edits.extend(steps);
    let found = judged(edits);
    assert!(found.iter().all(|finding| finding.good), "{found:?}");
    let found = judged(vec![Arc::new(rename(&lesson.scenario))]);
    assert!(!found[0].good, "it still goes round and round: {found:?}");
}

/// Priorities change the order, and a slow broker changes nothing about what comes first.
#[test]
fn an_order_is_predicted_and_demanded() {
    let text = r##"# Order

```lesson
{"requeue_lesson": 1, "id": "order", "minutes": 5, "aha": "Priorities overtake.", "leaves_out": "Fairness."}
```

```scenario
{"requeue": 1, "title": "Order", "about": "Priorities.", "seed": 1, "until_ms": 20000, "network": {"latency_ms": 50},
 "broker": {"exchanges": [{"name": "jobs", "at": [0, 0], "type": "topic"}],
  "queues": [{"name": "work", "at": [100, 0], "arguments": {"x-max-priority": 9}}], "bindings": [{"source": "jobs", "queue": "work", "routing_key": "#"}]},
 "services": [{"name": "worker", "at": [200, 0], "concurrency": 1, "handlers": [{"on": {"queue": "work", "prefetch": 1}, "steps": [{"do": "work", "ms": 1000}]}]}]}
```

## Which first?

Three come while the worker is busy with another.

```step
{"id": "which", "task": "predict", "ask": "order", "service": "worker", "until_ms": 12000, "because": "The highest priority first.",
 "inputs": [{"at_ms": 1000, "publish": {"exchange": "jobs", "routing_key": "first", "payload": {}}},
  {"at_ms": 1100, "publish": {"exchange": "jobs", "routing_key": "low", "payload": {}, "priority": 1}},
  {"at_ms": 1200, "publish": {"exchange": "jobs", "routing_key": "high", "payload": {}, "priority": 9}},
  {"at_ms": 1300, "publish": {"exchange": "jobs", "routing_key": "middle", "payload": {}, "priority": 5}}]}
```

## In order

```step
{"id": "in-order", "task": "fix", "hints": ["Priorities."], "goal": [{"says": "in order", "order": "worker"}, {"says": "each once", "attempts": {"queue": "work", "at_most": 1}}],
 "inputs": [{"at_ms": 1000, "publish": {"exchange": "jobs", "routing_key": "first", "payload": {}}},
  {"at_ms": 1100, "publish": {"exchange": "jobs", "routing_key": "low", "payload": {}, "priority": 1}},
  {"at_ms": 1200, "publish": {"exchange": "jobs", "routing_key": "high", "payload": {}, "priority": 9}}],
 "solution": {"edits": [{"path": "broker.queues[0].arguments.x-max-priority", "set": null}]},
 "wrong": [{"fails": "each once", "edits": [{"path": "broker.queues[0].arguments.x-max-priority", "set": null}, {"path": "services[0].handlers[0].steps[0].fails", "set": {"first_attempts": 2}}, {"path": "services[0].handlers[0].on_failure", "set": "requeue"}]}]}
```
"##;
    let lesson = lesson_file::read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let Task::Predict(question) = &lesson.steps[0].task else { panic!("it asks") };
    let answer = question.answer(&lesson);
    assert_eq!(answer.right, ["first", "high", "middle", "low"]);
    assert!(!question.is_right(&answer.right, &["first".into(), "low".into(), "high".into(), "middle".into()]));
    assert_eq!(check(&lesson, 3), [""; 0]);
}
