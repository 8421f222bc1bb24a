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
