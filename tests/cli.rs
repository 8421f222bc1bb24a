//! The commands as a person or a script uses them: what they print, what they write, and how they end.
#![cfg(all(not(target_arch = "wasm32"), feature = "cli"))]

use std::path::{Path, PathBuf};
use std::process::Command;

use requeue::formats::recording_file;
use serde_json::Value as Json;

/// What a command printed, and its exit code.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn requeue(arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_requeue"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A file that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id())))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("it is plain")
    }

    fn read(&self) -> String {
        std::fs::read_to_string(&self.0).expect("it was written")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const OUTAGE: &str = "static/scenarios/two-hour-outage.json";
const CHAPTER: &str = "static/scenarios/course-chapter.json";

#[test]
fn the_coverage_of_random_scripts_is_told_without_a_broker() {
    let ended = requeue(&["coverage", "--runs", "30", "--profile", "4.3"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("They exercised ") && ended.out.contains(" rules that show in a script. Never: "), "{}", ended.out);
    for line in ["\n  62  seen ", "\n  93  not in random scripts: ", "; proven by N-streams/chunks"] {
        assert!(ended.out.contains(line), "{line}\n{}", ended.out);
    }
    let few = requeue(&["coverage", "--runs", "1", "--profile", "4.3"]);
    let count = |out: &str| out.split(' ').nth(2).and_then(|count| count.parse::<u32>().ok()).expect("a number of rules");
    assert!(count(&few.out) < count(&ended.out), "{} {}", few.out, ended.out);
    assert_eq!(requeue(&["coverage", "--profile", "2.0"]).code, Some(2));
}

#[test]
fn a_run_tells_where_every_message_went_and_what_was_expected() {
    let ended = requeue(&["run", OUTAGE]);
    assert_eq!((ended.code, &*ended.err), (Some(0), ""), "no progress bar in a pipe");
    for line in ["Two hours without the Notification Service, RabbitMQ 3.13, seed 1, until 140m", "in all", "balanced"] {
        assert!(ended.out.contains(line), "{line}\n{}", ended.out);
    }
    assert!(ended.out.contains("holds      every email was sent: done(email sent) = 10000: it is 10000"), "{}", ended.out);
    assert_eq!(requeue(&["run", OUTAGE]).out, ended.out, "the same again");
    assert_ne!(requeue(&["run", CHAPTER, "--seed", "2"]).out, requeue(&["run", CHAPTER, "--seed", "3"]).out);
}

#[test]
fn a_check_that_fails_ends_with_1() {
    let ended = requeue(&["run", CHAPTER, "--until", "30s", "--check", "no email sent twice", "--check", "ready(analytics-queue) > 1000"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("holds      duplicated(email sent) = 0: it is 0"), "{}", ended.out);
    assert!(ended.out.contains("BROKEN     ready(analytics-queue) > 1000: it is "), "{}", ended.out);
    let fault = "kill notification-service at 10s for 2h";
    let ended = requeue(&["run", CHAPTER, "--until", "60s", "--fault", fault, "--check", "ready(notification-queue) < 50"]);
    assert_eq!(ended.code, Some(1));
    assert!(!ended.out.contains("holds "), "what the author expects is not expected with other faults\n{}", ended.out);
}

#[test]
fn bad_input_ends_with_2_and_says_where() {
    let bad = Scratch::new("bad.json");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAPTER)).expect("it is there");
    std::fs::write(&bad.0, text.replace("\"prefetch\": 10", "\"prefetch\": -1")).expect("it can be written");
    for (arguments, said) in [
        (vec!["run", "no-such-file.json"], "no-such-file.json: No such file"),
        (vec!["run", bad.path()], "services[2].handlers[0].on.prefetch: expected a whole number from 0 to 65535, found -1"),
        (vec!["explore", bad.path(), "--property", "nothing lost"], "services[2].handlers[0].on.prefetch"),
        (vec!["run", CHAPTER, "--until", "soon"], "'soon' is not a span of time"),
        (vec!["run", CHAPTER, "--fault", "kill nobody at 1s"], "there is no service 'nobody'"),
        (vec!["run", CHAPTER, "--fault", "tickle api-gateway at 1s"], "nothing is called 'tickle'"),
        (vec!["run", CHAPTER, "--check", "happiness = 1"], "'happiness' is nothing that is counted"),
        (vec!["run", CHAPTER, "--check", "ready(no-queue) = 1"], "there is no queue 'no-queue'"),
        (vec!["run", CHAPTER, "--trace", "no/such/folder/trace.jsonl"], "no/such/folder/trace.jsonl: No such file"),
        (vec!["explore", CHAPTER, "--property", "no order without a cake"], "nothing has the effect 'cake'"),
    ] {
        let ended = requeue(&arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}\n{}", ended.err);
        assert!(ended.err.contains(said), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn the_json_report_and_the_trace_are_for_programs() {
    let trace = Scratch::new("trace.jsonl");
    let ended = requeue(&["run", CHAPTER, "--report", "json", "--trace", trace.path(), "--check", "lost = 0"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report: Json = serde_json::from_str(&ended.out).expect("it is JSON");
    assert_eq!(report["balanced"], true);
    assert_eq!(report["checks"].as_array().map(Vec::len), Some(6), "five of the author, one of ours");
    let lines: Vec<Json> = trace.read().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert!(lines.is_sorted_by_key(|line| line["at_us"].as_u64()));
    let count = |what: &str| lines.iter().filter(|line| line["what"] == what).count() as u64;
    assert_eq!(Some(count("published")), report["messages"]["published"].as_u64());
    assert_eq!(Some(count("persisted")), report["business"]["records"].as_u64().map(|records| records + count_shipped(&lines)));
    let queues = report["queues"].as_array().expect("a list");
    let total = |field: &str| queues.iter().filter_map(|queue| queue[field].as_u64()).sum::<u64>();
    assert_eq!(
        (count("delivered"), count("acknowledged"), count("requeued")),
        (total("delivered"), total("acknowledged"), total("requeued"))
    );
    assert!(lines.iter().any(|line| line["what"] == "effect" && line["service"] == "notification-service" && line["about"].is_string()));
}

fn count_shipped(lines: &[Json]) -> u64 {
    lines.iter().filter(|line| line["what"] == "persisted" && line["state"] == "shipped").count() as u64
}

#[test]
fn where_did_my_message_go() {
    let ended = requeue(&["run", "static/scenarios/retry-ttl.json", "--event", "e-1", "--event", "e-9999"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.out.contains("\ne-1, because of c-1\n"), "{}", ended.out);
    assert!(ended.out.contains("now: acknowledged in notification-queue"), "{}", ended.out);
    assert!(ended.out.contains("e-9999: there is no such event by then"));
}

#[test]
fn what_exploring_finds_can_be_kept_and_run() {
    let kept = Scratch::new("found.json");
    let scenario = "static/scenarios/manual-ack.json";
    let ended = requeue(&["explore", scenario, "--property", "no email sent twice", "--runs", "50", "--save", kept.path()]);
    assert_eq!((ended.code, &*ended.err), (Some(1), ""));
    assert!(ended.out.starts_with("duplicated(email sent) = 0: broken at "), "{}", ended.out);
    assert!(recording_file::read(&kept.read()).is_ok());
    let again = requeue(&["run", kept.path(), "--check", "no email sent twice"]);
    assert_eq!(again.code, Some(1));
    assert!(again.out.contains("BROKEN     duplicated(email sent) = 0: it is 1"), "{}", again.out);
    let held = requeue(&["explore", scenario, "--property", "invented(email sent) = 0", "--runs", "40", "--until", "10s"]);
    assert_eq!((held.code, &*held.out), (Some(0), "invented(email sent) = 0: held in 40 runs\n"));
}

/// A folder with what a class handed in.
struct Class(PathBuf);

impl Class {
    fn new(name: &str, files: &[(String, String)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        for (file, text) in files {
            std::fs::write(folder.join(file), text).expect("a file");
        }
        Self(folder)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("it is plain")
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What somebody hands in who did this at the steps of `topic`.
fn handed_in(student: &str, key: &str) -> String {
    use requeue::lesson::grade::{Submission, Work};
    let lesson = requeue::formats::lesson_file::read(&std::fs::read_to_string(TOPIC).expect("it is there")).expect("it is good");
    let mut scenario = requeue::scenario::Scenario::clone(&lesson.scenario);
    scenario.broker.bindings[0].routing_key = key.into();
    let attempt = requeue::lesson::Attempt { edits: vec![scenario.into()], inputs: Vec::new() };
    let run = Work::Run { recording: attempt.recording(&lesson.scenario), until: requeue::base::SimTime::ZERO };
    let answer = |words: &[&str]| Work::Answer(words.iter().map(ToString::to_string).collect());
    let works = vec![
        ("two".into(), answer(&["audit-log", "user-events"])),
        ("express".into(), answer(&["audit-log"])),
        ("word".into(), answer(&["audit-log"])),
        ("all-orders".into(), run),
    ];
    requeue::formats::result_file::write(&Submission { lesson: lesson.id.clone(), hash: lesson.hash, student: Some(student.into()), works })
}

const TOPIC: &str = "static/lessons/topic.md";

#[test]
fn a_class_is_graded_row_by_row_in_every_format() {
    let good = handed_in("Ada", "order.#");
    let claims = good.replacen('{', "{ \"score\": 100,", 1);
    let files = [
        ("a-good.json".to_owned(), good.clone()),
        ("b-partial.json".into(), handed_in("=HYPERLINK(\"x\")", "#")),
        ("c-broken.json".into(), good[..good.len() / 2].to_owned()),
        ("d-large.json".into(), " ".repeat(17 << 20)),
        ("e-claims.json".into(), claims),
        ("f-other.json".into(), good.replace("\"lesson\": \"topic\"", "\"lesson\": \"cooking\"")),
    ];
    let class = Class::new("class", &files);
    let grade = |more: &[&str]| requeue(&[&["grade", TOPIC, "--submissions", class.path()], more].concat());
    let text = grade(&[]);
    assert_eq!(text.code, Some(1), "some could not be graded");
    assert!(text.out.contains("Ada (a-good.json) topic: 100.0 %"), "{}", text.out);
    assert!(
        text.out.contains("c-broken.json: cannot be graded") && text.out.contains("d-large.json: cannot be graded: 17,825,792 bytes"),
        "{}",
        text.out
    );
    assert!(text.out.contains("users stay with user and audit: user.deleted is handled by"), "{}", text.out);
    let json: Json = serde_json::from_str(&grade(&["--format", "json"]).out).expect("it is JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(6));
    assert_eq!(json[0]["grade"]["percent"], "100.0");
    assert!(json[1]["grade"]["percent"].as_str().is_some_and(|percent| percent != "100.0" && percent != "0.0"));
    assert!(json[4]["error"].as_str().is_some_and(|why| why.contains("score")), "a claimed score is not even read: {}", json[4]);
    // Read as a spreadsheet and a build server read them.
    let csv = grade(&["--format", "csv"]).out;
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().expect("it is CSV");
    assert_eq!(rows.len(), files.len());
    assert_eq!((&rows[0][1], &rows[0][3], &rows[0][6]), ("Ada", "100.0", ""));
    assert_eq!(&rows[1][1], "'=HYPERLINK(\"x\")", "a formula is text");
    assert!(rows[5][6].contains("cooking"), "{csv}");
    let junit = quick_junit::Report::deserialize_from_str(&grade(&["--format", "junit"]).out).expect("it is JUnit's XML");
    let counts: Vec<(usize, usize)> = junit.test_suites.iter().map(|suite| (suite.failures, suite.errors)).collect();
    assert_eq!(counts.len(), files.len());
    assert_eq!((counts[0], counts[2]), ((0, 0), (0, 1)));
    assert!(counts[1].0 > 0 && junit.test_suites[1].name.as_str().contains("=HYPERLINK(\"x\")"), "{counts:?}");
    assert!(grade(&["--format", "markdown"]).out.lines().count() == 8);
    let alone = class.0.join("a-good.json");
    let alone = alone.to_str().expect("plain");
    let one = requeue(&["grade", TOPIC, "--submissions", alone, "--format", "json", "--strict"]);
    assert_eq!(one.code, Some(0));
    let lesson = requeue::formats::lesson_file::read(&std::fs::read_to_string(TOPIC).expect("it is there")).expect("it is good");
    let submission = requeue::formats::result_file::read(&good).expect("it is good");
    assert_eq!(
        one.out,
        requeue::formats::result_file::grade_json(&requeue::lesson::grade::grade(&lesson, &submission, &[])),
        "byte for byte what the page has"
    );
    let partial = class.0.join("b-partial.json");
    let partial = partial.to_str().expect("plain");
    assert_eq!(requeue(&["grade", TOPIC, "--submissions", partial]).code, Some(0));
    assert_eq!(requeue(&["grade", TOPIC, "--submissions", partial, "--strict"]).code, Some(1));
    let hidden = Scratch::new("hidden.txt");
    std::fs::write(hidden.path(), "# a comment\nkill notification-service at 1s for ever\n").expect("written");
    let bad = requeue(&["grade", TOPIC, "--submissions", alone, "--hidden-faults", hidden.path()]);
    assert!(bad.code == Some(2) && bad.err.contains("line 2"), "{}", bad.err);
    assert_eq!(requeue(&["grade", "static/scenarios/topic.json", "--submissions", alone]).code, Some(2));
    assert_eq!(requeue(&["grade", TOPIC, "--submissions", "nowhere"]).code, Some(2));
}

#[test]
fn lessons_are_checked_with_line_and_reason() {
    let good = requeue(&["lesson", "check", "--seeds", "2", TOPIC]);
    assert_eq!((good.code, good.out.trim()), (Some(0), "static/lessons/topic.md: good, 4 steps"));
    let broken = Scratch::new("broken.md");
    let text = std::fs::read_to_string(TOPIC).expect("it is there");
    std::fs::write(broken.path(), text.replacen("\"minutes\": 10", "\"minutes\": -1", 1)).expect("written");
    let ended = requeue(&["lesson", "check", broken.path()]);
    assert!(ended.code == Some(2) && ended.err.contains("line 3, lesson: minutes"), "{}", ended.err);
    std::fs::write(broken.path(), text.replace("\"set\": \"order.#\"", "\"set\": \"order.?\"")).expect("written");
    let ended = requeue(&["lesson", "check", "--seeds", "2", broken.path()]);
    assert!(ended.code == Some(1) && ended.out.contains("step all-orders: the solution fails at"), "{}", ended.out);
}

/// What a file expects is checked, or the run says why not.
#[test]
fn expectations_that_are_not_checked_are_told() {
    let chapter = CHAPTER;
    let told = requeue(&["run", chapter]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("holds") && !told.err.contains("not checked"), "{}", told.err);
    for (more, why) in
        [(&["--fault", "kill notification-service at 10s"][..], "without faults"), (&["--until", "30s"], "this one ends at 30s")]
    {
        let other = requeue(&[&["run", chapter], more].concat());
        assert!(other.err.contains("expectations of the file were not checked") && other.err.contains(why), "{}", other.err);
    }
}

/// A run that `explore` kept breaks what it was kept for, by name, whoever runs it.
#[test]
fn a_kept_run_breaks_the_property_it_was_kept_for() {
    let kept = Scratch::new("explored.json");
    let kept = kept.path();
    let found =
        requeue(&["explore", "static/scenarios/manual-ack.json", "--property", "no email sent twice", "--runs", "300", "--save", kept]);
    assert_eq!(found.code, Some(1), "{}", found.err);
    let again = requeue(&["run", kept]);
    assert_eq!(again.code, Some(1));
    assert!(again.out.contains("BROKEN") && again.out.contains("duplicated(email sent) = 0"), "{}", again.out);
}

/// A name that came into the run by an edit can be checked; one that no scenario of the run has cannot.
#[test]
fn a_check_knows_every_scenario_of_a_recording() {
    let read = |text: &str| std::sync::Arc::new(requeue::formats::scenario_file::read(text).expect("it is a scenario"));
    let begins = r#"{ "requeue": 1, "title": "Late", "network": { "latency_ms": 5 }, "broker": {} }"#;
    let then =
        r#"{ "requeue": 1, "title": "Late", "network": { "latency_ms": 5 }, "broker": { "queues": [{ "name": "late", "at": [1, 1] }] } }"#;
    let mut recording = requeue::sim::Recording::new(read(begins), 1);
    let edit = requeue::sim::Input::Edit(read(then));
    let inputs = [requeue::sim::TimedInput { at: requeue::base::SimTime::from_secs(1), after_steps: 0, input: edit }];
    recording.inputs = inputs.into_iter().collect();
    let file = Scratch::new("late.json");
    std::fs::write(&file.0, recording_file::write(&recording, requeue::base::SimTime::from_secs(2))).expect("it can be written");
    let known = requeue(&["run", file.path(), "--check", "ready(late) = 0"]);
    assert_eq!(known.code, Some(0), "{}", known.err);
    let unknown = requeue(&["run", file.path(), "--check", "ready(never) = 0"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("there is no queue 'never'"), "{}", unknown.err);
}

/// Nothing measured is not zero.
#[test]
fn latencies_without_samples_are_not_zero() {
    let scenario = r#"{ "requeue": 1, "title": "Idle", "until_ms": 1000, "network": { "latency_ms": 5 },
        "broker": { "queues": [{ "name": "jobs", "at": [1, 1] }] },
        "services": [{ "name": "worker", "at": [2, 2], "handlers": [{ "on": { "queue": "jobs" }, "steps": [{ "do": "work", "ms": 5 }] }] }] }"#;
    let file = Scratch::new("idle.json");
    std::fs::write(&file.0, scenario).expect("it can be written");
    let file = file.path();
    let text = requeue(&["run", file]).out;
    assert!(!text.contains("0 us"), "{text}");
    let json: Json = serde_json::from_str(&requeue(&["run", file, "--report", "json"]).out).expect("it is JSON");
    assert_eq!(json["queues"][0]["queueing"], serde_json::json!({ "count": 0 }));
}

/// A run that was found says again what it breaks; a run that is another than the author's says what was not checked.
#[test]
fn what_is_not_checked_is_told() {
    let found = Scratch::new("found.json");
    let explored =
        requeue(&["explore", "static/scenarios/auto-ack.json", "--property", "nothing is lost", "--runs", "40", "--save", found.path()]);
    assert_eq!(explored.code, Some(1), "{}", explored.out);
    let again = requeue(&["run", found.path()]);
    assert_eq!(again.code, Some(1), "{}", again.out);
    assert!(again.out.contains("BROKEN     this run was kept because it breaks this: lost_in_total = 0"), "{}", again.out);
    let other = requeue(&["run", CHAPTER, "--until", "5s"]);
    assert!(other.err.contains("were not checked"), "{}", other.err);
    let late = requeue(&["run", "tests/accounting/subscriber-late.json", "--check", "missing(news shown) = 0"]);
    assert!(late.out.contains("missing(news shown) = 0"), "{}{}", late.out, late.err);
}

const LOOKS_WRONG: &str = "tests/definitions/looks-wrong.json";

#[test]
fn definitions_come_in_as_a_scenario_that_runs_and_go_out_again() {
    let (scenario, definitions) = (Scratch::new("imported.json"), Scratch::new("definitions.json"));
    let imported = requeue(&["import", LOOKS_WRONG, "-o", scenario.path()]);
    assert_eq!((imported.code, &*imported.err), (Some(0), ""), "{}", imported.out);
    assert!(imported.out.contains("exchanges 3, queues 5, bindings 5, policies 0"), "{}", imported.out);
    assert!(imported.out.contains("looks-wrong.json:7:5: Nothing is bound to unbound"), "{}", imported.out);
    assert_eq!(requeue(&["run", scenario.path(), "--until", "1s"]).code, Some(0));
    let exported = requeue(&["export", scenario.path(), "--as", "definitions", "--vhost", "shop", "-o", definitions.path()]);
    assert_eq!((exported.code, &*exported.out), (Some(0), ""), "{}", exported.err);
    let again: Json = serde_json::from_str(&requeue(&["import", definitions.path(), "--report", "json"]).out).expect("it is JSON");
    assert_eq!((&again["vhost"], &again["counts"]["queues"], &again["left_out"]), (&"shop".into(), &5.into(), &serde_json::json!([])));
    assert_eq!(requeue(&["export", scenario.path(), "--as", "definitions"]).out.matches("\"vhost\": \"/\"").count(), 13);
}

#[test]
fn a_lint_ends_with_1_where_something_looks_wrong() {
    let ended = requeue(&["lint", LOOKS_WRONG, "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let reports: Json = serde_json::from_str(&ended.out).expect("it is JSON");
    let transient = reports[0]["findings"].as_array().expect("a list").iter().find(|one| one["kind"] == "newer-refuses");
    let transient = transient.expect("4.3 has no transient queues");
    assert_eq!((&transient["line"], &transient["path"], &transient["part"]), (&13.into(), &"queues[3]".into(), &"transient".into()));
    for (arguments, code) in [
        (vec!["tests/definitions/real/vehicle-rental-saga.json"], 0),
        (vec!["tests/definitions/several-vhosts.json", "--vhost", "none"], 2),
        (vec!["tests/definitions/template-value.json"], 2),
        (vec!["tests/definitions/default-queue-type.json"], 1),
        (vec!["tests/definitions/default-queue-type.json", "--allow", "queue-unbound"], 0),
        (vec!["static/scenarios/topic.json"], 0),
        (vec!["static/scenarios/direct.json"], 1),
    ] {
        let ended = requeue(&[&["lint"], &*arguments].concat());
        assert_eq!(ended.code, Some(code), "{arguments:?}\n{}{}", ended.out, ended.err);
    }
    let scenario = requeue(&["lint", "static/scenarios/direct.json"]).out;
    assert!(scenario.contains("static/scenarios/direct.json:"), "{scenario}");
}

/// A misspelt kind would let a pipeline pass, or fail it without a hint.
#[test]
fn a_lint_knows_what_it_is_to_allow() {
    let ended = requeue(&["lint", LOOKS_WRONG, "--allow", "key-ignred"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("There is no kind key-ignred") && ended.err.contains("key-ignored, "), "{}", ended.err);
}

#[test]
fn an_import_says_what_to_do_about_what_it_cannot_read() {
    for (file, said) in [
        ("template-value.json", "line 4, column 72: A template stands here, and no JSON. Render the template first"),
        ("single-quotes.json", "line 3, column 16: JSON has no such quotation marks."),
        ("several-vhosts.json", "The file has several virtual hosts: choose one of them.\n  shop: exchanges 1, queues 1, bindings 1"),
        ("no-such-file.json", "No such file"),
    ] {
        let ended = requeue(&["import", &format!("tests/definitions/{file}")]);
        assert_eq!((ended.code, &*ended.out), (Some(2), ""), "{file}");
        assert!(ended.err.contains(said), "{file}: {}", ended.err);
    }
    assert_eq!(requeue(&["import", "tests/definitions/several-vhosts.json", "--vhost", "blog"]).code, Some(0));
    let newest = requeue(&["import", LOOKS_WRONG, "--profile", "4.3"]);
    assert!(newest.out.contains("RabbitMQ 4.3 refuses the queue transient"), "{}", newest.out);
}
