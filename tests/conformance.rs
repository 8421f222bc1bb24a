//! The conformance cases: broker scripts that each show some of RabbitMQ's rules, with the transcripts they must give.
//!
//! `tests/conformance/SECTION/NAME.json` is a case, `NAME.expected.jsonl` beside it its transcript on the simulated broker. Where a real
//! RabbitMQ is at hand (`REQUEUE_AMQP`, `REQUEUE_MANAGEMENT`) all of them also run there, as scripts of its profile (`REQUEUE_PROFILE`),
//! but for those that say why not; so do random scripts. FIDELITY.md tells what all of them show.
//!
//! After a deliberate change: `REQUEUE_ACCEPT=1 cargo test --features cli --test conformance`, and read the difference.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests are told by their environment, and tell")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use requeue::broker::Profile;
use requeue::cli::differential;
use requeue::cli::random::coverage::PROVEN_ELSEWHERE;
use requeue::cli::real::{self, Address, RealBroker};
use requeue::cli::versions::{KNOWN_DIFFERENCES, NEWER_THAN_3_10, OLDER_THAN_4_0, RELEASES, RealRelease, release_of};
use requeue::formats::broker_script::{self, Script};
use serde_json::{Value as Json, json};

/// How many random scripts run on both brokers.
const RANDOM_SCRIPTS: u64 = 100;

/// How many scripts run on a real broker at once: it spends most of its time waiting.
const JOBS: u64 = 3;

/// What takes longer on a real broker is no matter of a test.
const TOO_LONG_MS: u64 = 30_000;

/// How many keys one script publishes.
const KEYS_A_SCRIPT: usize = 5_000;

/// In `not_on`: no real broker runs it.
const EVERY: &str = "every";

struct Case {
    section: String,
    name: String,
    says: String,
    rules: Vec<u64>,
    /// Release lines on which it is not compared, and why.
    not_on: Vec<(String, String)>,
    /// Restarts and alarms are not for AMQP: they need `rabbitmqctl` (`REQUEUE_RABBITMQCTL`).
    needs_ctl: bool,
    script_json: Json,
    script: Script,
    expected: PathBuf,
}

impl Case {
    /// Why it is not compared with this release line.
    fn not_on(&self, line: &str) -> Option<&str> {
        self.not_on.iter().find(|(other, _)| other == line || other == EVERY).map(|(_, why)| why.as_str())
    }

    /// Why it is left out on this release line, and not on every one.
    fn left_out_on(&self, line: &str) -> Option<&str> {
        self.not_on.iter().find(|(other, _)| other == line).map(|(_, why)| why.as_str())
    }

    /// The same steps, as a script of another profile.
    fn as_script_of(&self, profile: Profile) -> Json {
        let mut script = self.script_json.clone();
        script["profile"] = json!(profile.name());
        script
    }

    /// How long it takes on a real broker.
    fn millis(&self) -> u64 {
        self.script_json["steps"].as_array().map_or(0, |steps| steps.iter().filter_map(|step| step["ms"].as_u64()).sum())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn accepting() -> bool {
    std::env::var("REQUEUE_ACCEPT").is_ok()
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let folder = root().join("tests/conformance");
    for section in fs::read_dir(&folder).expect("there are cases") {
        let section = section.expect("it is readable").path();
        for file in fs::read_dir(&section).expect("a section is a folder") {
            let file = file.expect("it is readable").path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a case is readable");
            let json: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let script_json = json["script"].clone();
            let script =
                broker_script::read(&script_json.to_string()).unwrap_or_else(|problems| panic!("{}: {problems:?}", file.display()));
            let name = |path: &Path| path.file_stem().and_then(|name| name.to_str()).expect("names are plain").to_owned();
            cases.push(Case {
                section: name(&section),
                name: name(&file),
                says: json["case"].as_str().expect("a case says what it shows").to_owned(),
                rules: json["rules"].as_array().expect("a case names rules").iter().filter_map(Json::as_u64).collect(),
                not_on: json["not_on"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(line, why)| (line.clone(), why.as_str().expect("a reason is a text").to_owned()))
                    .collect(),
                needs_ctl: json["needs_ctl"].as_bool().unwrap_or_default(),
                script_json,
                script,
                expected: file.with_extension("expected.jsonl"),
            });
        }
    }
    cases.sort_by(|one, other| (&one.section, &one.name).cmp(&(&other.section, &other.name)));
    cases
}

fn transcript(script: &Script) -> String {
    broker_script::run(script).iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", line.to_json());
        text
    })
}

#[test]
fn every_case_gives_its_transcript() {
    let mut wrong = Vec::new();
    for case in cases() {
        let transcript = transcript(&case.script);
        if accepting() {
            fs::write(&case.expected, &transcript).expect("it can be written");
            continue;
        }
        let expected = fs::read_to_string(&case.expected).unwrap_or_default();
        if let Some((got, wanted)) = transcript.lines().zip(expected.lines()).find(|(got, wanted)| got != wanted) {
            wrong.push(format!("{}/{}\n  expected {wanted}\n  got      {got}", case.section, case.name));
        } else if transcript.lines().count() != expected.lines().count() {
            wrong.push(format!("{}/{}: another number of lines", case.section, case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_case_gives_the_same_bytes_again() {
    for case in cases() {
        assert_eq!(transcript(&case.script), transcript(&case.script), "{}/{}", case.section, case.name);
    }
}

fn real_broker() -> Option<RealBroker> {
    let (Ok(amqp), Ok(management)) = (std::env::var("REQUEUE_AMQP"), std::env::var("REQUEUE_MANAGEMENT")) else { return None };
    let address = Address::parse(&amqp).expect("REQUEUE_AMQP is an address");
    Some(RealBroker { address, management, ctl: std::env::var("REQUEUE_RABBITMQCTL").ok(), quiet: Duration::from_millis(15) })
}

/// `REQUEUE_CASES` names some of them, for whoever works on one.
fn chosen_by_name(case: &Case) -> bool {
    std::env::var("REQUEUE_CASES").map_or(true, |some| format!("{}/{}", case.section, case.name).contains(&some))
}

/// The profile of the real broker.
fn real_profile() -> Profile {
    std::env::var("REQUEUE_PROFILE").map_or(Profile::V3_13, |name| Profile::from_name(&name).expect("it is a profile"))
}

/// The cases that run on a real broker as scripts of this profile, the longest first. Cases of several profiles may have the same steps.
fn to_compare(profile: Profile) -> Vec<(Case, Json)> {
    let line = release_of(profile).line;
    let mut seen: Vec<Json> = Vec::new();
    let mut chosen: Vec<(Case, Json)> = Vec::new();
    for case in cases().into_iter().filter(|case| case.not_on(line).is_none() && chosen_by_name(case)) {
        let script = case.as_script_of(profile);
        if !seen.contains(&script) {
            seen.push(script.clone());
            chosen.push((case, script));
        }
    }
    chosen.sort_by_key(|(case, _)| std::cmp::Reverse(case.millis()));
    chosen
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn every_case_goes_the_same_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = real_profile();
    // What restarts the broker, or blocks all of its publishers, runs alone.
    let (alone, together): (Vec<_>, Vec<_>) = to_compare(profile).into_iter().partition(|(case, _)| case.needs_ctl);
    let count = together.len() + alone.len();
    let wrong = Mutex::new(Vec::new());
    let compare = |case: &Case, script: &Json, vhost: &str| match differential::compare(script, &broker, vhost) {
        Ok(None) => {}
        Ok(Some(difference)) => {
            wrong.lock().expect("nothing panics").push(format!("{}/{} ({profile}): {difference}", case.section, case.name));
        }
        Err(error) => wrong.lock().expect("nothing panics").push(format!("{}/{} ({profile}): {error}", case.section, case.name)),
    };
    beside_one_another(together, |(case, script), job| compare(&case, &script, &format!("case-{job}")));
    for (case, script) in &alone {
        if broker.ctl.is_none() {
            println!("skipped, for want of rabbitmqctl: {}/{}", case.section, case.name);
            continue;
        }
        compare(case, script, "case-alone");
    }
    let wrong = wrong.into_inner().expect("nothing panics");
    assert!(wrong.is_empty(), "{} of {count} cases go differently\n{}", wrong.len(), wrong.join("\n"));
}

/// So many of them at once, each with the number of the job that does it.
fn beside_one_another<T: Send>(all: Vec<T>, work: impl Fn(T, u64) + Sync) {
    let waiting = Mutex::new(all.into_iter());
    std::thread::scope(|scope| {
        for job in 0..JOBS {
            let (waiting, work) = (&waiting, &work);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().expect("nothing panics").next();
                    let Some(next) = next else { return };
                    work(next, job);
                }
            });
        }
    });
}

/// What a release line is not compared with goes otherwise there, or is chance, or takes too long: the list is no longer than it must be.
#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn what_is_left_out_goes_otherwise_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = real_profile();
    let line = release_of(profile).line;
    let left_out = cases().into_iter().filter(|case| {
        // What Debian's build does otherwise, RabbitMQ's own does not.
        let is_of_it = |why: &str| !why.contains("chance") && (!why.contains("Debian") || profile != profile.upstream());
        case.left_out_on(line).is_some_and(is_of_it) && case.millis() < TOO_LONG_MS && !case.needs_ctl && chosen_by_name(case)
    });
    let same = Mutex::new(Vec::new());
    beside_one_another(left_out.collect(), |case: Case, job| {
        // What the broker does not even take goes otherwise, too.
        if let Ok(None) = differential::compare_patiently(&case.as_script_of(profile.upstream()), &broker, &format!("left-out-{job}")) {
            same.lock().expect("nothing panics").push(format!("{}/{}", case.section, case.name));
        }
    });
    let same = same.into_inner().expect("nothing panics");
    assert!(same.is_empty(), "these cases go the same on RabbitMQ {line}, and are left out: {same:?}");
}

/// An exchange that hashes, and what of a message it hashes: its type, its arguments, the properties of the message with this key.
type Hashing = (&'static str, Json, fn(&str) -> Json);

fn hashings(profile: Profile) -> Vec<Hashing> {
    let property = |name: &str| json!({ "hash-property": name });
    let mut all: Vec<Hashing> = vec![
        ("x-consistent-hash", json!({}), |_| json!({})),
        ("x-consistent-hash", property("message_id"), |key| json!({ "message_id": key })),
        ("x-consistent-hash", property("correlation_id"), |key| json!({ "correlation_id": key })),
    ];
    // 3.10 hashes a header's value together with its type.
    if release_of(profile).line != "3.10" {
        all.push(("x-consistent-hash", json!({ "hash-header": "user" }), |key| json!({ "headers": { "user": key } })));
    }
    all.push(("x-modulus-hash", json!({}), |_| json!({})));
    all
}

/// The queues that get each published message of these steps: of the simulated broker, and of the real one.
fn here_and_there(broker: &RealBroker, profile: Profile, steps: &[Json]) -> [Vec<Vec<String>>; 2] {
    let plugins = ["rabbitmq_consistent_hash_exchange", "rabbitmq_random_exchange", "rabbitmq_sharding"];
    let script = json!({ "script": 1, "profile": profile.name(), "plugins": plugins, "steps": steps }).to_string();
    let script = broker_script::read(&script).expect("it is a script");
    let real = differential::in_own_vhost(broker, "keys", &script, |broker| real::routed(&script, broker)).expect("the broker answers");
    let real = real.into_iter().map(|queues| queues.iter().map(ToString::to_string).collect());
    let lines = broker_script::run(&script).into_iter().map(|line| serde_json::from_str::<Json>(&line.to_json()).expect("it is JSON"));
    let simulated = lines.filter(|line| line["op"] == "basic.publish").map(|line| {
        let queues = line["result"]["ok"]["routed_to"].as_array().expect("it is published").iter();
        queues.filter_map(|queue| queue.as_str().map(ToOwned::to_owned)).collect()
    });
    [simulated.collect(), real.collect()]
}

/// Exchanges that choose at random: which queue gets a message cannot be compared, that one of them gets it can.
#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn each_message_goes_to_one_queue_of_a_random_exchange() {
    const MESSAGES: usize = 300;
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = real_profile();
    let built_in = (profile != Profile::V3_13).then_some("x-local-random");
    for kind in ["x-random"].into_iter().chain(built_in) {
        let queues = ["q1", "q2", "q3"];
        let mut steps = vec![json!({ "op": "exchange.declare", "exchange": "any", "type": kind })];
        for queue in queues {
            steps.push(json!({ "op": "queue.declare", "queue": queue, "durable": true }));
            steps.push(json!({ "op": "queue.bind", "queue": queue, "exchange": "any" }));
        }
        steps.extend(
            (0..MESSAGES)
                .map(|number| json!({ "op": "basic.publish", "exchange": "any", "routing_key": "k", "body": format!("m{number}") })),
        );
        for (whose, routed) in ["simulated", "real"].into_iter().zip(here_and_there(&broker, profile, &steps)) {
            assert_eq!(routed.len(), MESSAGES, "{kind}, {whose}");
            assert!(routed.iter().all(|to| to.len() == 1 && queues.contains(&&*to[0])), "{kind}, {whose}: {routed:?}");
            // A third of them each, give or take what chance gives and takes.
            let counts = queues.map(|queue| routed.iter().filter(|to| to[0] == queue).count());
            assert!(counts.iter().all(|count| (50..150).contains(count)), "{kind}, {whose}: {counts:?}");
        }
    }
}

/// Exchanges that hash: `REQUEUE_KEYS` keys (10,000), each to the same queue as the real broker sends it, not to as many.
#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn each_key_goes_to_the_same_queue_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = real_profile();
    let count: usize = std::env::var("REQUEUE_KEYS").map_or(10_000, |keys| keys.parse().expect("a number of keys"));
    // Short keys and long ones: the hash takes twelve bytes at a time.
    let key = |number: usize| format!("{}{number}", ["user-", "", "order.placed.", "a-rather-long-key-of-some-tenant-"][number % 4]);
    let keys: Vec<String> = (0..count).map(key).collect();
    for (kind, arguments, properties) in hashings(profile) {
        for keys in keys.chunks(KEYS_A_SCRIPT) {
            let mut steps = vec![json!({ "op": "exchange.declare", "exchange": "spread", "type": kind, "arguments": arguments })];
            for (queue, weight) in [("q1", "1"), ("q2", "2"), ("q3", "3"), ("q4", "5"), ("q5", "80")] {
                steps.push(json!({ "op": "queue.declare", "queue": queue, "durable": true }));
                steps.push(json!({ "op": "queue.bind", "queue": queue, "exchange": "spread", "routing_key": weight }));
            }
            steps.extend(keys.iter().map(|key| {
                // What is not hashed is the same for all, but for the body.
                let routing_key = if properties(key) == json!({}) { key } else { "" };
                json!({ "op": "basic.publish", "exchange": "spread", "routing_key": routing_key, "properties": properties(key), "body": key })
            }));
            let [simulated, real] = here_and_there(&broker, profile, &steps);
            assert_eq!((simulated.len(), real.len()), (keys.len(), keys.len()), "{kind} {arguments}");
            for ((key, simulated), real) in keys.iter().zip(simulated).zip(real) {
                assert_eq!(real.len(), 1, "{kind} {arguments}, of {key}");
                assert_eq!(simulated, real, "{kind} {arguments}, of {key}: simulated, real");
            }
        }
        println!("{kind} {arguments}: {count} keys went to the same queue");
    }
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn random_scripts_go_the_same_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let found = differential::search(&broker, real_profile(), 1..RANDOM_SCRIPTS + 1, JOBS, |_| {}).expect("the broker answers");
    if let Some(divergence) = found {
        panic!("seed {}: {}\n{}", divergence.seed, divergence.difference, divergence.script);
    }
}

/// What a release line says to a rule: how many of the rule's cases it confirms, what differs there, why it cannot confirm.
fn verdict(cases: &[&Case], number: u64, line: &str) -> String {
    let differs = KNOWN_DIFFERENCES.iter().filter(|known| known.lines.contains(&line) && known.rules.contains(&number));
    let differs: Vec<String> = differs.map(|known| format!("; differs: {}", known.what)).collect();
    let confirmed = cases.iter().filter(|case| case.not_on(line).is_none()).count();
    let mut reasons: Vec<&str> = cases.iter().filter_map(|case| case.not_on(line)).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let kept = match (confirmed, reasons.as_slice()) {
        (0, []) => "no case".to_owned(),
        (0, reasons) => format!("no: {}", reasons.join("; ")),
        (_, []) => "confirmed".to_owned(),
        (some, reasons) => format!("confirmed by {some} of {}: {}", cases.len(), reasons.join("; ")),
    };
    kept + &differs.concat()
}

/// The same of 3.13, which no broker here is: in what it differs from its neighbours.
fn verdict_of_3_13(cases: &[&Case], number: u64) -> String {
    let older = KNOWN_DIFFERENCES.iter().filter(|known| known.lines == ["3.10"] && known.rules.contains(&number));
    let newer = OLDER_THAN_4_0.iter().filter(|older| older.rules.contains(&number));
    let mut from_3_10: Vec<(&str, &str)> = older.map(|known| (known.what, known.source)).collect();
    for why in cases.iter().filter_map(|case| case.left_out_on("3.10")) {
        let source = NEWER_THAN_3_10.iter().find(|(other, _)| *other == why).map(|(_, source)| *source);
        if let Some(source) = source.filter(|source| !from_3_10.iter().any(|(_, other)| other == source)) {
            from_3_10.push((why, source));
        }
    }
    let words: Vec<String> = from_3_10
        .into_iter()
        .map(|(what, source)| format!("not as 3.10: {what} ({source})"))
        .chain(newer.map(|older| format!("not as 4.0: {} ({})", older.what, older.source)))
        .collect();
    if words.is_empty() { "not run".to_owned() } else { format!("not run; {}", words.join("; ")) }
}

/// What is modelled, rule by rule, generated from the cases.
fn fidelity() -> String {
    let cases = cases();
    let rules: Json = serde_json::from_str(include_str!("rules.json")).expect("the list of rules is JSON");
    let rules = rules.as_array().expect("it is a list");
    let on_real = cases.iter().filter(|case| RELEASES.iter().any(|release| case.not_on(release.line).is_none())).count();
    let modelled = rules.iter().filter(|rule| rule["not_modelled"].is_null()).count();
    let releases: Vec<&str> = RELEASES.iter().map(|release| release.release).collect();
    let mut page = String::new();
    let _ = write!(
        page,
        "# Fidelity: how far this is RabbitMQ

Generated from the conformance cases by `REQUEUE_ACCEPT=1 cargo test --features cli --test conformance`; a test checks that it is fresh.

The simulated broker is held against {total} rules of RabbitMQ's behaviour, collected from its sources, tests and documentation. {modelled} of
them are modelled, each shown by at least one of {cases} broker scripts in `tests/conformance`. {on_real} of these scripts give the same transcript
on real RabbitMQs: every reply, delivery, confirm, return, header and error text.

Three lines of RabbitMQ are simulated: 3.13 (the default), 4.0 to 4.2, and 4.3. 4.2 does as 4.3 in what rules 55 and 59 say; no broker here is
4.2, and they cite its source. The differences between them are one table,
`src/broker/profile.rs`. `./scripts/test` starts {releases} where they can be had. Each of them runs every script, as a broker of its profile,
and {RANDOM_SCRIPTS} random scripts; `./scripts/differential N --broker 4.3` runs as many as you like. No broker here is 3.13: its rules run on
3.10, and its column says in what its neighbours differ. Debian builds 4.3 with a patch that permits transient queues: it is the profile
4.3-debian.

## What may differ from the real broker that is compared with

These differences are known, and nothing else is let pass.
",
        total = rules.len(),
        cases = cases.len(),
        releases = releases.join(", "),
    );
    for RealRelease { line, release, profile } in RELEASES {
        let _ = writeln!(page, "\nProfile {profile} beside {release}:\n");
        for known in KNOWN_DIFFERENCES.iter().filter(|known| known.lines.contains(&line)) {
            let rules: Vec<String> = known.rules.iter().map(ToString::to_string).collect();
            let _ = writeln!(page, "- **{}** (rule {}): {}. Source: {}.", known.what, rules.join(", "), known.why, known.source);
        }
    }
    let _ = write!(page, "\nWhat 3.13 does otherwise than 4.0:\n\n");
    for older in &OLDER_THAN_4_0 {
        let rules: Vec<String> = older.rules.iter().map(ToString::to_string).collect();
        let _ = writeln!(page, "- {} (rule {}). Source: {}.", older.what, rules.join(", "), older.source);
    }
    let _ = write!(
        page,
        "\nOrder is compared for each channel, and between its consumers where they share a queue: several queues race for a channel on a real broker, too.\n\n## Not modelled\n\n"
    );
    for rule in rules.iter().filter(|rule| !rule["not_modelled"].is_null()) {
        let _ = writeln!(
            page,
            "- {}: {} {}",
            rule["rule"],
            rule["says"].as_str().unwrap_or_default(),
            rule["not_modelled"].as_str().unwrap_or_default()
        );
    }
    let _ = write!(
        page,
        "\n## Not in random scripts\n\nOf every other rule there are signs in random scripts: `requeue coverage` counts them.\n\n"
    );
    for (rule, why, case) in PROVEN_ELSEWHERE {
        let _ = writeln!(page, "- {rule}: {why}; proven by {case}.");
    }
    let _ =
        write!(page, "\n## Rule by rule\n\n| rule | says | shown by | {} | 3.13 |\n|---|---|---|---|---|---|---|\n", releases.join(" | "));
    for rule in rules.iter().filter(|rule| rule["not_modelled"].is_null()) {
        let number = rule["rule"].as_u64().expect("a rule has a number");
        let of_rule: Vec<&Case> = cases.iter().filter(|case| case.rules.contains(&number)).collect();
        let shown: Vec<String> = of_rule.iter().map(|case| format!("{}/{}", case.section, case.name)).collect();
        let verdicts: Vec<String> = RELEASES.iter().map(|release| verdict(&of_rule, number, release.line)).collect();
        let note = rule["note"].as_str().map(|note| format!(" *{note}*")).unwrap_or_default();
        let _ = writeln!(
            page,
            "| {number} | {}{note} | {} | {} | {} |",
            rule["says"].as_str().unwrap_or_default(),
            shown.join(", "),
            verdicts.join(" | "),
            verdict_of_3_13(&of_rule, number)
        );
    }
    let _ = write!(page, "\n## The cases\n\n| case | shows | rules |\n|---|---|---|\n");
    for case in &cases {
        let rules: Vec<String> = case.rules.iter().map(ToString::to_string).collect();
        let _ = writeln!(page, "| {}/{} | {} | {} |", case.section, case.name, case.says, rules.join(", "));
    }
    page.push_str(&clients_side());
    page
}

/// What closes a connection, and whether a scenario can say it. From `rabbit_channel.erl`, `rabbit_reader.erl` and `rabbit_amqqueue.erl`.
const CONNECTION_ERRORS: &str = "
RabbitMQ closes a whole connection for these errors. `on_connection_error` of a service says what its program does then.

| code | RabbitMQ closes the connection for | in a scenario |
|---|---|---|
| 540 | `basic.get` of a stream | a step `get`: fetches-from-a-stream |
| 541 | an argument on which its own code fails: `hash-header` of a consistent-hash exchange that is no text | `declares` with such `arguments`: declares-what-rabbitmq-cannot-read |
| 541 | a queue that is neither durable nor exclusive, in 4.3 | `declares` with `\"durable\": false`. No program shows it: Debian's RabbitMQ 4.3 permits such queues. Its configuration can forbid them, and the error has other words then |
| 530 | a consumer tag again | no: the tags of a service name its instance and its handler |
| 530 | a virtual host that does not exist, or too many connections or channels | no: there is one virtual host, without limits, and a service opens two channels at most |
| 540 | `immediate`, a prefetch in bytes, a recover without requeue, automatic acknowledgements of a stream | no: no field says the first three, and validation refuses the last |
| 541 | a stream's offset that is no age | no: validation refuses it |
| 501 to 505 | frames that are wrong | no: no client library sends them |

RabbitMQ and amqplib look each heartbeat interval whether anything has come, from the opening of the connection on. Both give it up at the
second look in a row that finds nothing. So a partition, power that is off, and a handler that blocks the event loop are noticed after two to
three intervals (is-cut-off, is-cut-off-for-a-moment, blocks-the-event-loop). Sources: v4.3.5 `rabbit_heartbeat.erl` start_heartbeat_receiver;
amqplib 2.3.1 `lib/heartbeat.js`. Each end sends a heartbeat each half interval. Here one always comes just after a look. In a real system the
clocks drift against each other: the last one may have come up to half an interval before the cut, and both ends may notice that much sooner.

RabbitMQ reads nothing of a blocked connection, not even that its process has ended (killed-while-blocked). What had reached its machine is
read after the alarm: 128 KB, where Linux's receive buffer begins (`tcp_rmem`). Of 3,000 messages of 300 bytes 363 were in the queue
afterwards, and 1,762 of 20,000 messages of 10 bytes.

Up to RabbitMQ 4.2 an acknowledgement that is late closes the channel (acknowledges-too-late-for-its-channel, run on 4.0). In 4.3 a quorum queue
cancels the consumer (acknowledges-too-late), and a classic queue waits without end. RabbitMQ has no method that moves messages:
`operate.mjs` gets them and publishes them, as the simulated operator does.
";

/// What a program sees of RabbitMQ, from `tests/clients`: each real program was run, and `tests/clients.rs` runs it again.
fn clients_side() -> String {
    let mut page = "\n## The client's side\n\n\
        What a Node.js program with amqplib sees, in its order. A program in `tests/clients` shows each situation on a real RabbitMQ, and a\n\
        simulated service sees the same; `./scripts/test` runs both.\n\n\
        | situation | the program sees | shown by |\n|---|---|---|\n"
        .to_owned();
    let folder = root().join("tests/clients");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the folder is there").map(|entry| entry.expect("it is there").path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "txt"));
    files.sort();
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let scenario: Json =
            serde_json::from_str(&fs::read_to_string(file.with_extension("json")).expect("it is there")).expect("it is JSON");
        let mut seen: Vec<String> = Vec::new();
        for line in fs::read_to_string(&file).expect("it is there").lines() {
            match seen.last_mut() {
                Some(last) if *last == format!("`{line}`") => {}
                _ => seen.push(format!("`{line}`")),
            }
        }
        let _ = writeln!(page, "| {} | {} | {name} |", scenario["title"].as_str().unwrap_or_default(), seen.join("<br>"));
    }
    page.push_str(CONNECTION_ERRORS);
    page
}

#[test]
fn fidelity_md_is_fresh() {
    let file = root().join("FIDELITY.md");
    if accepting() {
        fs::write(&file, fidelity()).expect("it can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == fidelity(), "FIDELITY.md is not what the cases say: REQUEUE_ACCEPT=1 cargo test --features cli --test conformance");
}

#[test]
fn every_modelled_rule_has_a_case() {
    let rules: Json = serde_json::from_str(include_str!("rules.json")).expect("the list of rules is JSON");
    let cases = cases();
    let bare: Vec<u64> = rules
        .as_array()
        .expect("it is a list")
        .iter()
        .filter(|rule| rule["not_modelled"].is_null())
        .filter_map(|rule| rule["rule"].as_u64())
        .filter(|rule| !cases.iter().any(|case| case.rules.contains(rule)))
        .collect();
    assert!(bare.is_empty(), "no case shows these rules: {bare:?}");
}

/// The cases that are not compared with some release line. Each says why in its file (`not_on`), and FIDELITY.md with it.
const NOT_EVERYWHERE: [(&str, &str); 56] = [
    ("A-errors/texts-4-4.0", "3.10"),
    ("A-errors/texts-4-4.3", "3.10"),
    ("B-declare/transient-refused", "4.3"),
    ("B-declare/transient-text", "4.3"),
    ("B-declare/unknown-exchange-type", "3.10"),
    ("C-routing/consistent-hash-on-a-header", "3.10"),
    ("C-routing/consistent-hash-on-an-empty-list-4.3", "3.10"),
    ("C-routing/consistent-hash-on-an-empty-list-4.3", "4.0"),
    ("C-routing/delayed", EVERY),
    ("C-routing/delayed-declare", EVERY),
    ("C-routing/delayed-headers", EVERY),
    ("C-routing/delayed-kept", EVERY),
    ("C-routing/delayed-mandatory", EVERY),
    ("C-routing/delayed-rolled-back", EVERY),
    ("C-routing/delayed-through", EVERY),
    ("C-routing/headers-strict", "3.10"),
    ("C-routing/local-random", "3.10"),
    ("C-routing/no-delayed", "3.10"),
    ("C-routing/no-local-random", "3.10"),
    ("D-publish/commit-to-another-type", "3.10"),
    ("D-publish/commit-to-another-type-43", "3.10"),
    ("D-publish/commit-to-deleted", "3.10"),
    ("D-publish/commit-to-deleted-43", "3.10"),
    ("D-publish/reply-dead-letter-40", "3.10"),
    ("D-publish/reply-dead-letter-43", "3.10"),
    ("F-consumers/single-active-late-looked-at", "4.3"),
    ("G-acks/by-name-stream", "3.10"),
    ("G-acks/by-name-stream-other-tag", "3.10"),
    ("G-acks/consumer-timeout", "3.10"),
    ("G-acks/delivery-timeout", EVERY),
    ("G-acks/delivery-timeout-default", EVERY),
    ("G-acks/delivery-timeout-late", "3.10"),
    ("G-acks/delivery-timeout-queue", EVERY),
    ("G-acks/late-again", "4.3"),
    ("G-acks/late-tag-again", "3.10"),
    ("G-acks/late-tag-again-keeps", "3.10"),
    ("G-acks/late-tag-again-keeps", "4.3"),
    ("K-dead-letters/bcc-key-again", "3.10"),
    ("M-node/policy-applies-to", "3.10"),
    ("M-node/policy-keys-of-sharding", "4.3"),
    ("M-node/policy-keys-of-sharding-4.3", "3.10"),
    ("M-node/policy-keys-of-sharding-4.3", "4.0"),
    ("M-node/policy-mirrors-of-operators", "3.10"),
    ("M-node/policy-values-4.0", "3.10"),
    ("M-node/policy-values-4.3", "3.10"),
    ("M-node/policy-values-4.3", "4.0"),
    ("M-node/restart-between-two", EVERY),
    ("N-streams/chunks", EVERY),
    ("N-streams/chunks-40", EVERY),
    ("N-streams/dead-letters-kept", "3.10"),
    ("N-streams/filter-size", "3.10"),
    ("N-streams/filter-size-43", "3.10"),
    ("N-streams/filters", "3.10"),
    ("N-streams/policy-for-streams", "3.10"),
    ("N-streams/refused-deliveries", "3.10"),
    ("N-streams/stored-annotations", "3.10"),
];

#[test]
fn what_is_not_run_on_a_real_broker_says_why() {
    let cases = cases();
    let mut names: Vec<(String, &str)> = Vec::new();
    for case in &cases {
        for (line, why) in &case.not_on {
            assert!(line == EVERY || RELEASES.iter().any(|release| release.line == line), "{}/{}: {line}", case.section, case.name);
            assert!(why.split_whitespace().count() >= 3, "{}/{} does not say why: '{why}'", case.section, case.name);
            names.push((format!("{}/{}", case.section, case.name), line));
        }
    }
    let names: Vec<(&str, &str)> = names.iter().map(|(name, line)| (name.as_str(), *line)).collect();
    assert_eq!(names, NOT_EVERYWHERE, "a case that is no longer compared is a decision: it stands in this list");
}

/// FIDELITY.md cites a source for each switch that 4.0 sets: no 3.13 runs here.
#[test]
fn each_difference_between_3_13_and_4_0_has_its_source() {
    let table = include_str!("../src/broker/profile.rs");
    let of_4_0 = table.split("const V4_0: Rules = Rules {").nth(1).and_then(|rest| rest.split("};").next()).expect("it is there");
    let mut switches: Vec<&str> = of_4_0.lines().filter_map(|line| line.trim().split_once(": ")).map(|(switch, _)| switch).collect();
    let mut cited: Vec<&str> = OLDER_THAN_4_0.iter().map(|older| older.switch).collect();
    switches.sort_unstable();
    cited.sort_unstable();
    assert_eq!(switches, cited);
}

/// 3.13 is not 3.10: where a case says so, FIDELITY.md cites a source. A reason that is about more than 3.10 needs none.
#[test]
fn each_difference_between_3_13_and_3_10_has_its_source() {
    let cases = cases();
    let mut whys: Vec<&str> = cases.iter().filter_map(|case| case.left_out_on("3.10")).filter(|why| !OF_OTHERS_TOO.contains(why)).collect();
    whys.sort_unstable();
    whys.dedup();
    let mut cited: Vec<&str> = NEWER_THAN_3_10.iter().map(|(why, _)| *why).collect();
    cited.sort_unstable();
    assert_eq!(whys, cited);
}

/// Why cases are left out on 3.10 that 3.13 takes as 3.10 does.
const OF_OTHERS_TOO: [&str; 2] =
    ["it gives out whole chunks, and how many messages a chunk has is chance", "the plugin is enabled there, for x-modulus-hash"];
