//! Every lesson of the course is held to what it promises; grading believes nothing.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use requeue::app::difference::between;
use requeue::app::geometry::{self, Layout, Plan};
use requeue::app::moves::Moves;
use requeue::base::SimTime;
use requeue::base::limits::FILE_BYTES;
use requeue::broker::Profile;
use requeue::formats::markdown::{self, Block, Inline};
use requeue::formats::site_list::outline;
use requeue::formats::{lesson_file, lesson_prose, result_file, scenario_file};
use requeue::lesson::check::{check, solved};
use requeue::lesson::grade::{Grading, Submission, WHOLE, Work, grade};
use requeue::lesson::judge::Judging;
use requeue::lesson::{Attempt, Demand, Lesson, Level, Lock, Moment, Step, Task};
use requeue::scenario::Scenario;
use requeue::scenario::edit::{self, Edit, Part, is_taken};
use requeue::sim::{Recording, World};

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
    let chapters: Vec<&str> = all.iter().flat_map(|(.., lesson)| lesson.chapter.split(", ").flat_map(|part| part.split(" and "))).collect();
    for number in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "Explain-It 1", "Explain-It 2", "Explain-It 3"] {
        assert!(chapters.contains(&number), "nothing about chapter {number}");
    }
    // The list says of each what its file says.
    let index: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder().join("index.json")).expect("there is a list")).expect("it is JSON");
    let mut listed = index["lessons"].as_array().expect("a list").clone();
    listed.sort_by_key(|item| item["file"].as_str().unwrap_or_default().to_owned());
    let files = all.iter().map(|(name, _, lesson)| {
        let mut item = serde_json::json!({
            "file": name, "title": lesson.title, "aha": lesson.aha, "minutes": lesson.minutes, "chapter": lesson.chapter,
            "level": lesson.level.expect("it has a level").name(), "needs": lesson.needs.iter().map(|need| &**need).collect::<Vec<_>>(),
            "module": lesson.module, "shapes": outline(&lesson.scenario)
        });
        if lesson.lab {
            item["lab"] = true.into();
        }
        item
    });
    assert_eq!(listed, files.collect::<Vec<_>>(), "static/lessons/index.json");
}

/// The schema that authors read knows each field of the course's blocks, and the words of the closed lists.
#[test]
fn the_schema_knows_what_lessons_say() {
    let text = std::fs::read_to_string(folder().join("lesson.schema.json")).expect("there is a schema");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let about = &schema["$defs"]["lesson"]["properties"];
    let words = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    assert_eq!(words(&about["level"]["enum"]), Level::ALL.map(|(name, _)| name));
    assert_eq!(words(&about["locked"]["items"]["enum"]), Lock::ALL.map(|(name, _)| name));
    for (name, text) in texts() {
        let block = text.split("```lesson\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
        let block: serde_json::Value = serde_json::from_str(block).expect("it is JSON");
        for field in block.as_object().expect("an object").keys() {
            assert!(about.get(field).is_some(), "{name}: the schema does not know {field}");
        }
    }
}

/// No pattern is swallowed by Markdown, no number is said that is not computed, and a scenario is about what its lesson begins with.
#[test]
fn texts_are_shown_as_they_are_meant() {
    let mut found = Vec::new();
    for (name, _, lesson) in lessons() {
        found.extend(lesson_prose::doubts(&lesson).into_iter().map(|what| format!("{name}: {what}")));
        let Block::Paragraph(words) = &markdown::read(&lesson.intro)[0].block else { panic!("{name} begins with a paragraph") };
        if markdown::plain(words) != lesson.scenario.about {
            found.push(format!("{name}: its scenario is about something else: {}", lesson.scenario.about));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// No node hides another: not where a lesson begins, not after any edit of a solution or of a wrong way.
#[test]
fn no_two_nodes_overlap() {
    let mut found = BTreeSet::new();
    for (name, _, lesson) in lessons() {
        let goals = lesson.steps.iter().filter_map(|step| step.task.goal());
        let attempts = goals.flat_map(|goal| std::iter::once(&goal.solution).chain(goal.wrong.iter().map(|(attempt, _)| attempt)));
        // A solution is shown change by change: nothing may lie on another part on the way, either.
        let shown = |attempt: &Attempt| {
            let from = [&lesson.scenario].into_iter().chain(&attempt.edits);
            from.zip(&attempt.edits).flat_map(|(before, after)| between(before, after)).collect::<Vec<_>>()
        };
        let systems = attempts.flat_map(shown).chain([lesson.scenario.clone()]);
        found.extend(systems.flat_map(|system| overlaps(&system)).map(|what| format!("{name}: {what}")));
    }
    let gallery = std::fs::read_dir(folder().join("../scenarios")).expect("there are scenarios").map(|file| file.expect("a file").path());
    for path in gallery.filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        // The list of the gallery is no scenario.
        let Ok(scenario) = scenario_file::read(&text) else { continue };
        found.extend(overlaps(&scenario).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(found.is_empty(), "{}", found.into_iter().collect::<Vec<_>>().join("\n"));
}

fn overlaps(scenario: &Scenario) -> Vec<String> {
    let world = World::new(Arc::new(scenario.clone()), 1);
    let plan = Plan {
        world: &world,
        moves: &Moves::default(),
        layout: &Layout::new(),
        hues: &requeue::app::hues::OfSystem::default(),
        turned: None,
    };
    let places: Vec<_> = geometry::places(plan).into_iter().filter_map(|place| Some((geometry::rect(plan, &place)?, place))).collect();
    let mut found = Vec::new();
    for (index, (one, first)) in places.iter().enumerate() {
        for (other, second) in &places[index + 1..] {
            let beside = one.right() <= other.left || other.right() <= one.left || one.bottom() <= other.top || other.bottom() <= one.top;
            if !beside {
                found.push(format!("{first:?} and {second:?} overlap"));
            }
        }
    }
    found
}

/// RabbitMQ refuses to declare a part again in another way. A lesson that lets a learner do so in place says what to do instead.
#[test]
fn what_rabbitmq_would_refuse_is_said() {
    for (name, _, lesson) in lessons() {
        for step in &lesson.steps {
            let Some(after) = step.task.goal().and_then(|goal| goal.solution.edits.last()) else { continue };
            let (old, new) = (&lesson.scenario.broker, &after.broker);
            let queues = old.queues.iter().any(|queue| {
                let again = new.queues.iter().find(|other| other.name == queue.name);
                again.is_some_and(|again| (again.durable, &again.arguments) != (queue.durable, &queue.arguments))
            });
            let exchanges = old.exchanges.iter().any(|exchange| {
                let again = new.exchanges.iter().find(|other| other.name == exchange.name);
                again.is_some_and(|again| (again.kind, again.durable) != (exchange.kind, exchange.durable))
            });
            assert!(!(queues || exchanges) || step.text.contains("> **In RabbitMQ**"), "{name}, {}: RabbitMQ would answer 406", step.id);
        }
    }
}

/// RabbitMQ 4.3 does not count a nack: what lets the broker count must hold on every version that a learner may have.
#[test]
fn a_delivery_limit_holds_on_every_version() {
    for (id, step) in [("retry-bug", "stop"), ("retry-three-ways", "quorum"), ("lab-poison", "repair")] {
        let lesson = lesson(id);
        let step = lesson.steps.iter().find(|one| &*one.id == step).expect("it is there");
        let goal = step.task.goal().expect("it has a goal");
        for profile in Profile::ALL {
            let edits = goal.solution.edits.iter().map(|edit| {
                let mut scenario = Scenario::clone(edit);
                scenario.broker.profile = profile;
                Arc::new(scenario)
            });
            let recording = Attempt { edits: edits.collect(), inputs: Vec::new() }.recording(&lesson.scenario);
            let findings = Judging::of(&lesson, step, &recording, goal.until, &[]).expect("it is judged").to_end();
            assert!(findings.iter().all(|finding| finding.good), "{id}, {profile:?}: {findings:?}");
        }
    }
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
            markdown::each(&piece.block, &mut |inlines| {
                inside(inlines, &mut |inline| match inline {
                    Inline::Code(word) if word.ends_with("-queue") || word.ends_with("-service") => {
                        assert!(systems.iter().any(|scenario| is_taken(scenario, word)), "{name}: there is no {word}");
                    }
                    Inline::Link(to, _) => {
                        let local = !to.contains(':');
                        assert!(!local || folder().join("..").join(to).exists(), "{name}: {to} leads nowhere");
                    }
                    _ => {}
                });
            });
        }
    }
}

/// Every piece of text, however deep.
fn inside(inlines: &[Inline], see: &mut impl FnMut(&Inline)) {
    for inline in inlines {
        see(inline);
        if let Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Link(_, inner) = inline {
            inside(inner, see);
        }
    }
}

#[test]
fn every_mistake_has_its_line_and_its_reason() {
    let good = std::fs::read_to_string(folder().join("topic.md")).expect("it is there");
    let line_of = |text: &str, part: &str| text[..text.find(part).expect("it is there")].matches('\n').count() + 1;
    let (scenario, first) = (line_of(&good, "```scenario"), line_of(&good, "```step"));
    let fix = good[..good.find("\"task\": \"fix\"").expect("it is there")].rfind("```step").expect("it has a block");
    let fix = good[..fix].matches('\n').count() + 1;
    let unknown = |field: &str| format!("line {first}, step: {field}: unknown field; known here: task, points, claims, id, hints");
    let guess =
        std::iter::once(format!("line {first}, step: task: expected one of look, predict, do, break, fix, explain, found \"guess\""))
            .chain(["ask", "at_ms", "because", "publish", "until_ms"].map(unknown));
    let guess = guess.collect::<Vec<_>>().join("\n");
    // what is replaced, by what, and all that is said
    let cases: Vec<(&str, &str, String)> = vec![
        ("# Topic: patterns of words", "Topic", "line 1: a lesson begins with its title: # Title".into()),
        ("\"requeue_lesson\": 1", "\"requeue_lesson\": 9", "line 3, lesson: this is format 9, and this Requeue reads format 1".into()),
        ("\"minutes\": 10", "\"minutes\": \"ten\"", "line 3, lesson: minutes: expected a whole number from 0 to 65535, found \"ten\"".into()),
        ("\"aha\"", "\"ahem\"", "line 3, lesson: aha: is missing\nline 3, lesson: ahem: unknown field; known here: requeue_lesson, id, lab, minutes, level, needs, module, chapter, aha, leaves_out, locked".into()),
        ("\"type\": \"topic\"", "\"type\": \"topical\"", format!("line {scenario}, scenario: broker.exchanges[0].type: expected one of direct, fanout, topic, headers, x-consistent-hash, x-modulus-hash, x-random, x-local-random, x-delayed-message, found \"topical\"")),
        ("\"ask\": \"queues\"", "\"ask\": \"weather\"", format!("line {first}, step: ask: expected one of queues, reason, order, count, found \"weather\"")),
        ("\"task\": \"predict\"", "\"task\": \"guess\"", guess),
        ("\"task\": \"predict\",", "\"task\": \"predict\"", format!("line {}: this is not JSON: expected `,` or `}}` at line 4 column 3", first + 4)),
        ("\"set\": \"order.#\"", "\"set\": 7", format!("line {fix}, step: solution.edits[0]: broker.bindings[0].routing_key: expected a text, found 7")),
        ("\"fails\": \"users stay", "\"fails\": \"nobody stays", format!("line {fix}, step: wrong[0]: no clause says “nobody stays with user and audit”")),
        ("{\"fails\": \"users", "{\"from\": \"nowhere\", \"fails\": \"users", format!("line {fix}, step: wrong[0].from: expected one of start, solution, found \"nowhere\"")),
        ("\"says\": \"users", "\"of\": \"finishes\", \"says\": \"users", format!("line {fix}, step: goal[2].of: it belongs to order")),
        ("\"task\": \"fix\",", "\"task\": \"fix\", \"claims\": [{\"property\": 7}],", format!("line {fix}, step: claims[0].property: expected a text, found 7")),
    ];
    for (from, to, said) in cases {
        assert!(good.contains(from), "{from}");
        let problems = lesson_file::read(&good.replacen(from, to, 1)).expect_err(from);
        let found = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert_eq!(found, said, "{from}");
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

/// Two runs are enough to go from one to the next.
fn on_few_seeds(step: &mut Step) {
    if let Task::Fix(goal) = &mut step.task {
        goal.seeds = goal.seeds.min(2);
    }
}

/// How many steps each frame judges: the smallest there may be, and others around every number that matters.
fn frames(number: usize) -> impl Iterator<Item = u64> {
    [[1, 2, 3, 5], [63, 64, 65, 1], [977, 1, 4_096, 10], [20_000, 1_000, 7, 64]][number % 4].into_iter().cycle()
}

/// A page judges so many steps a frame, the command line everything at once. What is found is the same.
#[test]
fn what_is_judged_in_pieces_is_what_is_judged_at_once() {
    let mut count = 0;
    for (name, _, lesson) in lessons() {
        for step in &lesson.steps {
            let mut step = step.clone();
            on_few_seeds(&mut step);
            let Some(goal) = step.task.goal() else { continue };
            for attempt in std::iter::once(&goal.solution).chain(goal.wrong.iter().map(|(attempt, ..)| attempt)) {
                let judging = Judging::of(&lesson, &step, &attempt.recording(&lesson.scenario), goal.until, &[]).expect("it is a goal");
                let mut pieces = judging.clone();
                let mut done = 0;
                for steps in frames(count) {
                    if pieces.advance(steps) {
                        break;
                    }
                    assert!(pieces.parts_done() >= done, "{name} {}: progress goes back", step.id);
                    done = pieces.parts_done();
                }
                assert!(pieces.is_over());
                assert_eq!(pieces.findings(), judging.to_end(), "{name} {}: attempt {count}", step.id);
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn what_is_graded_in_pieces_is_what_is_graded_at_once() {
    for (number, (name, _, mut lesson)) in lessons().into_iter().enumerate() {
        lesson.steps.iter_mut().for_each(on_few_seeds);
        let model = model_pupil(&lesson);
        let mut wrong = model.clone();
        for (id, work) in &mut wrong.works {
            let step = lesson.steps.iter().find(|step| step.id == *id).expect("it is a step");
            match (work, step.task.goal()) {
                (Work::Run { recording, .. }, Some(goal)) => {
                    if let Some((attempt, ..)) = goal.wrong.first() {
                        *recording = attempt.recording(&lesson.scenario);
                    }
                }
                (Work::Answer(answers), _) => answers.clear(),
                (Work::Run { .. } | Work::Text { .. }, _) => {}
            }
        }
        for submission in [model, wrong] {
            let mut grading = Grading::of(lesson.clone(), submission.clone());
            frames(number).find(|steps| grading.advance(*steps));
            let (pieces, whole) = (grading.grade(), grade(&lesson, &submission, &[]));
            assert_eq!(result_file::grade_json(&pieces), result_file::grade_json(&whole), "{name}");
        }
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
        (String::new(), "is empty"),
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
                .find_map(|part| edit::apply(&scenario, &Edit::Rename { part, name: to.into() }).ok().map(|edited| edited.scenario));
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
        now = edit::apply(&now, &Edit::Rename { part, name: name.into() }).expect("it can be renamed").scenario;
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

/// A lesson around one step, whose system sends one message by itself each second, to a queue that holds three.
fn tiny(step: &str) -> Lesson {
    let text = format!(
        r#"# Tiny

```lesson
{{"requeue_lesson": 1, "id": "tiny", "minutes": 5, "aha": "None.", "leaves_out": "All."}}
```

A queue.

```scenario
{{"requeue": 1, "title": "Tiny", "about": "A queue.", "seed": 1, "until_ms": 10000, "network": {{"latency_ms": 50}},
 "broker": {{"exchanges": [], "queues": [{{"name": "q", "at": [100, 0], "arguments": {{"x-max-length": 3}}}}]}},
 "services": [{{"name": "publisher", "at": [0, 0], "handlers": [{{"on": {{"every_ms": 1000}}, "steps": [{{"do": "publish", "exchange": "", "routing_key": "q", "payload": {{}}}}]}}]}}]}}
```

## A step

Do it.

```step
{step}
```
"#
    );
    lesson_file::read(&text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A submission says itself when its run ends: what holds at the first moment, or at any other, without a deed is no goal.
#[test]
fn a_goal_that_holds_by_itself_at_some_moment_is_refused() {
    let goal = |property: &str| {
        let step = r#"{"id": "do", "task": "do", "goal": [{"says": "so", "property": "PROPERTY"}], "solution": {"inputs": [{"at_ms": 9000, "purge": "q"}]}}"#;
        check(&tiny(&step.replace("PROPERTY", property)), 1).into_iter().filter(|what| what.contains("nothing needs")).collect::<Vec<_>>()
    };
    assert_eq!(
        goal("dropped(q) = 0"),
        ["step do: nothing needs to be done: at 00:00.000 the beginning passes already"],
        "no deed, and no time"
    );
    assert_eq!(goal("ready(q) = 2"), ["step do: nothing needs to be done: at 00:02.500 the beginning passes already"], "passing by");
    assert_eq!(goal("acknowledged(q) >= 1"), [""; 0]);
}

#[test]
fn a_claim_that_is_not_true_is_refuted() {
    let claim = |claim: &str| check(&tiny(&r#"{"id": "look", "task": "look", "claims": [CLAIM]}"#.replace("CLAIM", claim)), 1);
    assert_eq!(claim(r#"{"property": "ready(q) = 3"}"#), [""; 0]);
    assert_eq!(
        claim(r#"{"property": "ready(q) = 3", "at_ms": 1500}"#),
        ["step look: its text claims “ready(q) = 3”: ready(q) = 3: it is 1"]
    );
    assert_eq!(
        claim(r#"{"property": "ready(q) > 3", "edits": [{"path": "broker.queues[0].arguments.x-max-length", "set": null}]}"#),
        [""; 0]
    );
}

/// A number that an answer or a hint says is a choice, given, or a claim.
#[test]
fn a_number_that_nobody_computes_is_found() {
    let doubts = |because: &str, claims: &str| {
        let step = r#"{"id": "q", "task": "predict", "ask": "count", "of": "ready(q) = 0", "choices": [3, 10], "because": "BECAUSE", "claims": [CLAIMS]}"#;
        lesson_prose::doubts(&tiny(&step.replace("BECAUSE", because).replace("CLAIMS", claims)))
    };
    assert_eq!(doubts("Three of 10 are left.", ""), [""; 0]);
    assert_eq!(doubts("Six are dropped.", r#"{"property": "dropped(q) = 6"}"#), [""; 0]);
    assert_eq!(doubts("Six are dropped.", "").len(), 1);
}

/// Handlers that overlap begin in order and end in another.
#[test]
fn the_order_of_finishing_is_not_that_of_beginning() {
    let lesson = lesson("competing");
    let step = lesson.steps.iter().find(|step| &*step.id == "order").expect("it is there");
    let goal = step.task.goal().expect("it has a goal");
    let good = |moment: Moment| {
        let mut goal = goal.clone();
        goal.clauses[0].demand = Demand::Order { service: "worker".into(), moment };
        let step = Step { task: Task::Fix(goal.clone()), ..step.clone() };
        // One consumer at a time, which takes ten.
        let (attempt, _) = &goal.wrong[1];
        Judging::of(&lesson, &step, &attempt.recording(&lesson.scenario), goal.until, &[]).expect("it is judged").to_end()[0].good
    };
    assert!(good(Moment::Begins) && !good(Moment::Finishes));
}

/// A lesson with a step that is judged on its run, which ends when the learner says so.
const SENT: &str = r#"# Sent

```lesson
{"requeue_lesson": 1, "id": "sent", "minutes": 5, "aha": "What is sent waits.", "leaves_out": "Consumers."}
```

Read.

```scenario
{
  "requeue": 1, "title": "One queue", "about": "A queue without a consumer.", "seed": 1, "network": { "latency_ms": 50 },
  "broker": {
    "exchanges": [{ "name": "orders", "type": "direct", "at": [0, 0] }],
    "queues": [{ "name": "orders", "at": [200, 0] }],
    "bindings": [{ "source": "orders", "queue": "orders", "routing_key": "new" }]
  }
}
```

## Send

Send one.

```step
{"id": "send", "task": "do", "goal": [{"says": "one waits", "property": "ready(orders) >= 1"},
  {"says": "nothing is lost", "property": "lost_in_total = 0"}], "until_ms": 5000,
  "hints": ["Publish."],
  "solution": {"inputs": [{"at_ms": 100, "publish": {"exchange": "orders", "routing_key": "new", "payload": {}}}]}}
```
"#;

fn sent() -> Lesson {
    lesson_file::read(SENT).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A run ends where its submission says. What holds there without any work earns nothing.
#[test]
fn a_run_in_which_nothing_is_done_earns_nothing() {
    let lesson = sent();
    assert_eq!(check(&lesson, 3), [""; 0]);
    let goal = lesson.steps[0].task.goal().expect("it has a goal");
    let graded = |lesson: &Lesson, attempt: &Attempt, until: SimTime| {
        let works = vec![("send".into(), Work::Run { recording: attempt.recording(&lesson.scenario), until })];
        let submission = Submission { lesson: lesson.id.clone(), hash: lesson.hash, student: None, works };
        grade(lesson, &submission, &[]).steps.remove(0)
    };
    assert_eq!(graded(&lesson, &goal.solution, goal.until).share, WHOLE);
    let early = graded(&lesson, &goal.solution, SimTime::ZERO);
    assert_eq!(early.share, 0, "nothing is lost where nothing was sent: {early:?}");
    assert!(early.findings[1].1 && early.findings[1].2.as_ref().is_some_and(|why| why.contains("nothing is done")), "{early:?}");
    assert_eq!(graded(&lesson, &Attempt::default(), goal.until).share, 0);
    // A lesson that was not checked, whose goal has no clause that asks for work.
    let mut lax = lesson.clone();
    let Task::Do(goal) = &mut lax.steps[0].task else { panic!("it is done") };
    goal.clauses.remove(0);
    for (attempt, until) in [(goal.solution.clone(), goal.until), (goal.solution.clone(), SimTime::ZERO), (Attempt::default(), goal.until)]
    {
        let graded = graded(&lax, &attempt, until);
        assert_eq!(graded.share, 0, "{graded:?}");
        assert!(graded.findings[0].2.as_ref().is_some_and(|why| why.contains("nothing is done")), "{graded:?}");
    }
    assert!(check(&lax, 3).iter().any(|found| found.contains("nothing needs to be done")));
}

/// A system that is handed in as it was given is not mended, whatever holds of it.
#[test]
fn an_untouched_system_is_not_mended() {
    let mut lesson = lesson("retry-bug");
    let index = lesson.steps.iter().position(|step| &*step.id == "stop").expect("it is there");
    let Task::Fix(goal) = &mut lesson.steps[index].task else { panic!("it is a fix") };
    let untouched = Attempt::default().recording(&lesson.scenario);
    goal.seeds = 1;
    goal.clauses = vec![goal.clauses.last().expect("clauses").clone()];
    goal.clauses[0].demand = Demand::Property("imbalances = 0".parse().expect("a property"));
    let found = Judging::of(&lesson, &lesson.steps[index], &untouched, SimTime::from_secs(1), &[]).expect("it is judged").to_end();
    assert!(!found[0].good && found[0].why.as_ref().is_some_and(|why| why.contains("not changed")), "{found:?}");
}

/// A queue and an exchange of one name are two: to rename one renames no clause about the other.
#[test]
fn names_are_followed_by_kind() {
    let lesson = sent();
    let goal = lesson.steps[0].task.goal().expect("it has a goal");
    for (part, key) in [(Part::Exchange("orders".into()), "an exchange"), (Part::Queue("orders".into()), "a queue")] {
        let renamed = edit::apply(&lesson.scenario, &Edit::Rename { part, name: "incoming".into() }).expect("it can be renamed").scenario;
        let exchange = renamed.broker.exchanges[0].name.clone();
        let mut inputs = goal.solution.inputs.clone();
        let requeue::sim::Input::Publish(publish) = &mut inputs[0].input else { panic!("it is published") };
        Arc::make_mut(publish).exchange = exchange;
        let recording = Attempt { edits: vec![Arc::new(renamed)], inputs }.recording(&lesson.scenario);
        let found = Judging::of(&lesson, &lesson.steps[0], &recording, goal.until, &[]).expect("it is judged").to_end();
        assert!(found.iter().all(|finding| finding.good), "{key}: {found:?}");
    }
}
