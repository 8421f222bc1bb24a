//! A broker that runs: `requeue snapshot` and `requeue watch` on a real one, and the logs of its traces.
//!
//! Where a real RabbitMQ is at hand (`REQUEUE_AMQP`, `REQUEUE_MANAGEMENT`, `REQUEUE_RABBITMQCTL`), our own client is the traffic there.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "tests are told by their environment, and wait for a real broker")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[path = "common/seen.rs"]
mod seen;

use requeue::cli::real::{self, Address, RealBroker};
use requeue::formats::capture::What;
use requeue::formats::{broker_script, recording_file, scenario_file};
use requeue::scenario::{Trigger, validate};
use requeue::sim::World;
use seen::{TEXT, held, read, replayed, told};
use serde_json::{Value as Json, json};

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

const USER: &str = "tapper";
const PASSWORD: &str = "s3cret/pa55@word";
const PASSWORD_IN_URL: &str = "s3cret%2Fpa55%40word";

/// Nothing that is told or written may hold it, in any of its forms.
fn assert_no_credentials(text: &str) {
    // As `Basic` has them.
    let encoded = ["dGFwcGVyOnMzY3JldC9wYTU1QHdvcmQ", "tapper:"];
    for secret in [PASSWORD, PASSWORD_IN_URL, "s3cret"].iter().chain(&encoded) {
        assert!(!text.contains(secret), "it tells {secret}:\n{text}");
    }
}

fn requeue(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_requeue"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// No error tells an address again: people copy errors into reports.
#[test]
fn no_error_holds_a_password() {
    let file = Scratch::new("never-written");
    for place in ["127.0.0.1:1", "127.0.0.1:port", "nowhere.invalid", "[::1", "", "127.0.0.1:1/%zz", "a b"] {
        for scheme in ["http", "https", "amqp", "amqps", "ftp", ""] {
            let url = format!("{scheme}://{USER}:{PASSWORD_IN_URL}@{place}");
            let snapshot = vec!["snapshot", "--management", &url];
            let watch = vec!["watch", "--amqp", &url, "--management", &url, "-o", file.path()];
            let plain = vec!["watch", "--amqp", "amqp://127.0.0.1:1", "--management", &url, "-o", file.path()];
            let script = vec!["script", "tests/conformance/B-declare/purge.json", "--amqp", &url, "--management", "http://127.0.0.1:1"];
            for arguments in [snapshot, watch, plain, script] {
                let ended = requeue(&arguments).env("REQUEUE_PASSWORD", PASSWORD).output().expect("the command starts");
                assert!(!ended.status.success(), "{arguments:?}");
                assert_no_credentials(&String::from_utf8_lossy(&ended.stdout));
                assert_no_credentials(&String::from_utf8_lossy(&ended.stderr));
            }
        }
    }
    assert!(!file.0.exists());
}

/// A sign that ends a host would make a host and a path of a password: then it would be asked of a name server, and told in the error.
#[test]
fn a_password_with_signs_of_an_address_is_refused_and_not_told() {
    let file = Scratch::new("never-written-either");
    for sign in ["/", "?", "#", "/@", "@/", "?x=", "%", "%zz", "//", "\\", ":", "@"] {
        for place in ["127.0.0.1:1", "127.0.0.1:1/", "127.0.0.1:1/%2F"] {
            let (first, second) = ("s3cr3t-one", "s3cr3t-two");
            let given = |scheme: &str| format!("{scheme}://{USER}:{first}{sign}{second}@{place}");
            for scheme in ["", "s"] {
                let (http, amqp) = (given(&format!("http{scheme}")), given(&format!("amqp{scheme}")));
                let snapshot = vec!["snapshot", "--management", &http];
                let watch = vec!["watch", "--amqp", "amqp://127.0.0.1:1", "--management", &http, "-o", file.path()];
                let both = vec!["watch", "--amqp", &amqp, "--management", "http://127.0.0.1:1", "-o", file.path()];
                let script = vec!["script", "tests/conformance/B-declare/purge.json", "--amqp", &amqp, "--management", &http];
                for arguments in [snapshot, watch, both, script] {
                    let ended = requeue(&arguments).output().expect("the command starts");
                    let told = [String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr)].concat();
                    assert!(!ended.status.success(), "{arguments:?}");
                    assert!(!told.contains("s3cr3t"), "{arguments:?}: {told}");
                }
            }
        }
    }
    let told = |address: &str| {
        let ended =
            requeue(&["watch", "--amqp", address, "--management", address, "-o", file.path()]).output().expect("the command starts");
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    assert!(told("amqp://a:b/c@127.0.0.1:1").contains("as %2F"));
    assert!(told("amqps://127.0.0.1:1").contains("open a tunnel"), "TLS is not spoken, and what to do is said");
    let ended = requeue(&["snapshot", "--management", "https://127.0.0.1:1"]).output().expect("the command starts");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("open a tunnel"));
}

/// What stands in a capture or in a log is told, and becomes each of the three files.
#[test]
fn a_capture_and_a_log_are_imported_by_the_command_line() {
    let told = |arguments: &[&str]| {
        let ended = requeue(&[&["import"], arguments].concat()).output().expect("the command starts");
        let (out, error) = (String::from_utf8_lossy(&ended.stdout).into_owned(), String::from_utf8_lossy(&ended.stderr).into_owned());
        (ended.status.code(), out, error)
    };
    let (code, out, error) = told(&["tests/captures/trace.log"]);
    assert_eq!((code, &*error), (Some(0), ""));
    for line in [
        "a log of rabbitmq_tracing, as text",
        "virtual host /",
        "took 5.150 s",
        "3 messages: 3 published, 4 delivered",
        "3 queues, 3 connections as 3 services",
        "RabbitMQ traces no acknowledgements",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("acme"), "{out}");
    let (code, out, _) = told(&["tests/captures/capture.jsonl", "--report", "json"]);
    let report: Json = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(code, Some(0));
    assert_eq!((&report["rabbitmq_version"], &report["published"], &report["delivered"]), (&json!("4.3.6"), &json!(4), &json!(6)));
    assert_eq!(report["queues"], json!(["dead", "idle", "work"]));

    let file = Scratch::new("imported");
    for from in
        ["tests/captures/trace.log", "tests/captures/trace.json.log", "tests/captures/trace-3.8.log", "tests/captures/capture.jsonl"]
    {
        let seen = read(&std::fs::read_to_string(from).expect("it is there"));
        assert_eq!(told(&[from, "-o", file.path(), "--as", "capture"]).0, Some(0));
        assert_eq!(read(&file.read()), seen, "{from}");
        assert_eq!(told(&[from, "-o", file.path()]).0, Some(0));
        let scenario = scenario_file::read(&file.read()).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(!scenario.broker.recorded && !scenario.services.is_empty());
        assert_eq!(told(&[from, "-o", file.path(), "--as", "recording"]).0, Some(0));
        let kept = recording_file::read(&file.read()).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(kept.recording.scenario.broker.recorded && !kept.recording.inputs.is_empty());
        assert_eq!(kept.recording.scenario.broker.queues, scenario.broker.queues);
        assert!(requeue(&["run", file.path()]).output().expect("the command starts").status.success());
    }

    // Another virtual host of a log is chosen; where there is none, it is said.
    let text = TEXT.replacen("Virtual host: /", "Virtual host: shop", 1);
    std::fs::write(&file.0, &text).expect("it can be written");
    assert!(told(&[file.path()]).1.contains("Records of other virtual hosts than shop were left out: 6."));
    assert!(told(&[file.path(), "--vhost", "/"]).1.contains("Records of other virtual hosts than / were left out: 1."));
    for from in [file.path(), "tests/captures/capture.jsonl"] {
        let (code, _, error) = told(&[from, "--vhost", "none"]);
        assert_eq!((code, error.contains("nothing here is of the virtual host none")), (Some(2), true), "{error}");
    }
    let (code, _, error) = told(&["tests/captures/capture.jsonl", "--profile", "4.3"]);
    assert_eq!((code, error.contains("leave --profile out")), (Some(2), true), "{error}");
    let (code, _, error) = told(&["tests/definitions/built-in.json", "--as", "capture"]);
    assert_eq!((code, error.contains("definitions become a scenario")), (Some(2), true), "{error}");
    std::fs::write(&file.0, TEXT.replacen("Channel:      1\n", "Channel:      one\n", 1)).expect("it can be written");
    let (code, _, error) = told(&[file.path()]);
    assert_eq!((code, error.contains("line 9: the number of a channel is none")), (Some(2), true), "{error}");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

const VHOST: &str = "requeue running";

/// The broker as its administrator, its virtual host and a user made.
fn prepared() -> RealBroker {
    let address = Address { vhost: VHOST.to_owned(), ..Address::parse(&variable("REQUEUE_AMQP")).expect("an address") };
    let broker = RealBroker { address, management: variable("REQUEUE_MANAGEMENT"), ctl: None, quiet: real::QUIET };
    let manage = |verb: &str, path: &str, body: Json| real::manage(&broker, verb, path, Some(&body)).expect("the broker answers");
    manage("DELETE", "vhosts/requeue%20running", Json::Null);
    manage("PUT", "vhosts/requeue%20running", json!({ "description": "kept", "tags": "a,b", "tracing": false }));
    manage("PUT", &format!("users/{USER}"), json!({ "password": PASSWORD, "tags": "administrator" }));
    let all = json!({ "configure": ".*", "write": ".*", "read": ".*" });
    manage("PUT", &format!("permissions/requeue%20running/{USER}"), all.clone());
    manage("PUT", "permissions/requeue%20running/guest", all);
    broker
}

fn is_traced(broker: &RealBroker) -> bool {
    let vhost = real::manage(broker, "GET", "vhosts/requeue%20running", None).expect("the broker answers");
    assert_eq!((&vhost["description"], vhost["tags"].to_string().contains("\"b\"")), (&json!("kept"), true), "{vhost}");
    vhost["tracing"].as_bool().expect("it says so")
}

fn run(broker: &RealBroker, steps: &Json) {
    let script = json!({ "script": 1, "profile": variable("REQUEUE_PROFILE"), "steps": steps });
    let script = broker_script::read(&script.to_string()).unwrap_or_else(|problems| panic!("{problems:?}"));
    for line in real::run(&script, broker).expect("the broker answers") {
        let line = line.to_json();
        assert!(!line.contains("\"error\""), "{line}");
    }
}

/// What is there before anything is watched.
fn topology() -> Json {
    json!([
        { "op": "exchange.declare", "exchange": "orders", "type": "topic", "durable": true },
        { "op": "queue.declare", "queue": "dead", "durable": true },
        { "op": "queue.declare", "queue": "idle", "durable": true },
        { "op": "queue.declare", "queue": "work", "durable": true,
          "arguments": { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead" } },
        { "op": "queue.bind", "queue": "work", "exchange": "orders", "routing_key": "order.*" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "one" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "two" },
        { "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": "three" },
    ])
}

const HIDDEN: [&str; 2] = ["hidden-payload", "hidden-header"];

/// One is acknowledged, one requeued and then rejected, one stays unacked; one goes nowhere.
fn traffic() -> Json {
    let publish = |key: &str, id: &str| {
        json!({ "op": "basic.publish", "connection": "shop", "channel": "p", "exchange": "orders", "routing_key": key, "body": HIDDEN[0],
                "properties": { "message_id": id, "headers": { "tenant": HIDDEN[1] } } })
    };
    json!([
        { "op": "basic.qos", "connection": "mail", "channel": "c", "prefetch_count": 2 },
        { "op": "basic.consume", "connection": "mail", "channel": "c", "queue": "work", "consumer_tag": "k" },
        publish("order.placed", "e-1"),
        publish("order.placed", "e-2"),
        publish("order.placed", "e-3"),
        publish("nothing", "e-4"),
        { "op": "basic.ack", "connection": "mail", "channel": "c", "of": { "delivery_tag": 1 } },
        { "op": "basic.nack", "connection": "mail", "channel": "c", "of": { "delivery_tag": 2 }, "requeue": true },
        { "op": "basic.get", "connection": "mail", "channel": "g", "queue": "idle", "no_ack": true },
        { "op": "basic.consume", "connection": "mail", "channel": "d", "queue": "dead", "consumer_tag": "dead", "no_ack": true },
        { "op": "basic.reject", "connection": "mail", "channel": "c", "of": { "delivery_tag": 4 }, "requeue": false },
        // The statistics of queues come every five seconds.
        { "op": "advance", "ms": 12_000 },
    ])
}

/// Begins to watch, and waits until it does.
fn watching(arguments: &[&str]) -> (Child, std::thread::JoinHandle<String>) {
    let mut child = requeue(arguments).spawn().expect("the command starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut said = String::new();
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}")).expect("it is text");
        said.extend([&*line, "\n"]);
        if line.starts_with("Watching ") {
            break;
        }
    }
    let rest = std::thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|line| said.extend([&*line, "\n"]));
        said
    });
    (child, rest)
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn a_running_broker_becomes_a_scenario_and_a_capture() {
    let broker = prepared();
    run(&broker, &topology());
    // What is ready is counted every five seconds.
    let counted =
        || real::manage(&broker, "GET", "queues/requeue%20running/idle", None).expect("the broker answers")["messages_ready"].clone();
    let began = std::time::Instant::now();
    while counted() != json!(3) && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(200));
    }
    let place = variable("REQUEUE_MANAGEMENT").replace("http://", "");
    let management = format!("http://{USER}:{PASSWORD_IN_URL}@{place}");
    let Address { host, port, .. } = &broker.address;
    let amqp = format!("amqp://{USER}:{PASSWORD_IN_URL}@{host}:{port}/requeue%20running");
    let (file, scenario) = (Scratch::new("capture.jsonl"), Scratch::new("snapshot.json"));
    assert!(!is_traced(&broker));

    let watch = ["watch", "--amqp", &amqp, "--management", &management, "--for", "11s", "-o", file.path()];
    let (child, rest) = watching(&watch);
    assert!(is_traced(&broker), "it was turned on");
    let running = broker.clone();
    let client = std::thread::spawn(move || run(&running, &traffic()));
    // While its statistics are fresh, a snapshot is taken.
    std::thread::sleep(Duration::from_secs(6));
    let ended = requeue(&["snapshot", "--management", &management, "--vhost", VHOST, "-o", scenario.path(), "--report", "json"])
        .output()
        .expect("the command starts");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout).into_owned(), String::from_utf8_lossy(&ended.stderr).into_owned());
    assert!(ended.status.success(), "{err}");
    assert_no_credentials(&format!("{out}{err}"));
    client.join().expect("the traffic is over");
    let ended = child.wait_with_output().expect("it ends");
    let said = rest.join().expect("it is read");
    assert!(ended.status.success(), "{said}");
    assert!(!is_traced(&broker), "what was turned on is off again: {said}");
    assert_no_credentials(&format!("{said}{}", String::from_utf8_lossy(&ended.stdout)));

    // The snapshot: what is declared, what stands there, who consumes.
    let text = scenario.read();
    assert_no_credentials(&text);
    let found = scenario_file::read(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(validate(&found), []);
    let messages: Vec<(&str, u32)> = found.broker.queues.iter().map(|queue| (&*queue.name, queue.messages)).collect();
    assert_eq!(messages, [("dead", 0), ("idle", 2), ("work", 1)], "{out}");
    let consumers: Vec<(&str, u16, bool)> = found
        .services
        .iter()
        .flat_map(|service| &service.handlers)
        .filter_map(|handler| match &handler.trigger {
            Trigger::Queue(one) => Some((&*one.queue, one.prefetch, one.auto_ack)),
            _ => None,
        })
        .collect();
    assert_eq!(consumers, [("work", 2, false), ("dead", 0, true)], "{out}");
    let report: Json = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!((&report["running"]["ready"], &report["running"]["unacked"]), (&json!(2), &json!(1)), "{report:#}");

    // The capture.
    let text = file.read();
    assert_no_credentials(&text);
    assert!(!HIDDEN.iter().any(|hidden| text.contains(hidden)), "{text}");
    assert!(!text.contains(USER), "{text}");
    let seen = read(&text);
    let mut what: Vec<String> = told(&seen).iter().map(|line| line.split_once(' ').expect("a time").1.to_owned()).collect();
    // Two channels tell of what they do, each in its order.
    what.sort();
    assert_eq!(
        what,
        [
            "+ m0 orders:order.placed > work",
            "+ m1 orders:order.placed > work",
            "+ m2 orders:order.placed > work",
            "+ m3 orders:nothing > ",
            "dead > m1 rejected in work",
            "idle > m4",
            "work > m0",
            "work > m1",
            "work > m1 again",
            "work > m2",
        ],
        "{text}"
    );
    let depth = |name: &str| {
        let depths = seen.records.iter().filter_map(|record| if let What::Depths(depths) = &record.what { Some(depths) } else { None });
        depths.flatten().filter(|(queue, ..)| &**queue == name).map(|(_, ready, unacked)| (*ready, *unacked)).collect::<Vec<_>>()
    };
    assert_eq!(depth("work").last(), Some(&(0, 1)), "{text}");
    assert_eq!(depth("idle").last(), Some(&(2, 0)), "{text}");
    assert!(seen.records.iter().any(|record| matches!(&record.what, What::Consumers(all) if all.len() == 2)), "{text}");
    assert!(seen.definitions.is_some() && seen.version.is_some() && seen.vhost.as_deref() == Some(VHOST));

    if std::env::var_os("REQUEUE_ACCEPT").is_some() {
        std::fs::write("tests/captures/capture.jsonl", &text).expect("it can be written");
    }
    let (recording, until) = replayed(&text);
    let world = World::replay(&recording, until);
    assert_eq!((held(&world, "work"), held(&world, "idle"), held(&world, "dead")), ((0, 1), (2, 0), (0, 0)), "{text}");

    stopping_turns_off_what_was_turned_on(&broker, &amqp, &management);
}

/// By a signal, as Ctrl+C sends it; and what was on before stays on.
fn stopping_turns_off_what_was_turned_on(broker: &RealBroker, amqp: &str, management: &str) {
    let file = Scratch::new("stopped.jsonl");
    let ctl = variable("REQUEUE_RABBITMQCTL");
    let stopped = |more: &[&str]| {
        let mut arguments = vec!["watch", "--amqp", amqp, "--management", management, "--payloads", "-o", file.path()];
        arguments.extend(more);
        let (child, rest) = watching(&arguments);
        assert!(is_traced(broker));
        run(
            broker,
            &json!([{ "op": "basic.publish", "exchange": "", "routing_key": "idle", "body": HIDDEN[0] }, { "op": "advance", "ms": 500 }]),
        );
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
        assert!(interrupted.success());
        let ended = child.wait_with_output().expect("it ends");
        let said = rest.join().expect("it is read");
        assert!(ended.status.success(), "{said}");
        let seen = read(&file.read());
        assert_eq!(seen.notes, ["It was ended by hand."], "{said}");
        assert_eq!(seen.messages.len(), 1, "{said}");
        assert_eq!(seen.messages[0].payload.as_deref(), Some(HIDDEN[0]), "payloads were asked for");
    };
    stopped(&[]);
    assert!(!is_traced(broker));
    stopped(&["--ctl", &ctl]);
    assert!(!is_traced(broker));
    let status = Command::new(&ctl).args(["trace_on", "-p", VHOST]).status().expect("it runs");
    assert!(status.success() && is_traced(broker));
    stopped(&[]);
    assert!(is_traced(broker), "it was on before");
    // It outlives the virtual host.
    let status = Command::new(&ctl).args(["trace_off", "-p", VHOST]).status().expect("it runs");
    assert!(status.success());
    real::manage(broker, "DELETE", "vhosts/requeue%20running", None).expect("the broker answers");
    real::manage(broker, "DELETE", &format!("users/{USER}"), None).expect("the broker answers");
}
