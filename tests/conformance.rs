//! The conformance cases: broker scripts that each show some of RabbitMQ's rules, with the transcripts they must give.
//!
//! `tests/conformance/SECTION/NAME.json` is a case, `NAME.expected.jsonl` beside it its transcript on the simulated broker. Those
//! of the profile `REQUEUE_PROFILE` (3.13) also run on a real RabbitMQ where one is at hand (`REQUEUE_AMQP`, `REQUEUE_MANAGEMENT`),
//! and so do random scripts; FIDELITY.md tells what all of them show.
//!
//! After a deliberate change: `REQUEUE_ACCEPT=1 cargo test --features cli --test conformance`, and read the difference.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests are told by their environment, and tell")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use requeue::broker::Profile;
use requeue::cli::differential::{self, KNOWN_DIFFERENCES, KnownDifference};
use requeue::cli::real::{Address, RealBroker};
use requeue::formats::broker_script::{self, Script};
use serde_json::Value as Json;

/// How many random scripts run on both brokers.
const RANDOM_SCRIPTS: u64 = 100;

/// The real RabbitMQ that each profile is compared with.
const REAL: [(&str, &str); 3] = [("3.13", "3.10.8"), ("4.0", "4.0.5"), ("4.3", "4.3.6")];

struct Case {
    section: String,
    name: String,
    says: String,
    rules: Vec<u64>,
    not_on_real: Option<String>,
    /// Restarts and alarms are not for AMQP: they need `rabbitmqctl` (`REQUEUE_RABBITMQCTL`).
    needs_ctl: bool,
    script_json: Json,
    script: Script,
    expected: PathBuf,
}

impl Case {
    fn runs_on_real(&self) -> bool {
        self.not_on_real.is_none()
    }

    fn profile(&self) -> &str {
        self.script_json["profile"].as_str().unwrap_or("3.13")
    }

    /// The real RabbitMQ that confirms it.
    fn real_version(&self) -> &'static str {
        let known = REAL.into_iter().find(|(profile, _)| *profile == self.profile());
        known.expect("each profile has a real broker").1
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
                not_on_real: json["not_on_real"].as_str().map(ToOwned::to_owned),
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
fn chosen(case: &Case) -> bool {
    std::env::var("REQUEUE_CASES").map_or(true, |some| format!("{}/{}", case.section, case.name).contains(&some))
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn every_case_goes_the_same_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = std::env::var("REQUEUE_PROFILE").unwrap_or_else(|_| "3.13".to_owned());
    let of_profile = |case: &Case| case.runs_on_real() && case.profile() == profile && chosen(case);
    let mut wrong = Vec::new();
    for (index, case) in cases().iter().enumerate().filter(|(_, case)| of_profile(case)) {
        if case.needs_ctl && broker.ctl.is_none() {
            println!("skipped, for want of rabbitmqctl: {}/{}", case.section, case.name);
            continue;
        }
        match differential::compare(&case.script_json, &broker, &format!("case-{index}")) {
            Ok(None) => {}
            Ok(Some(difference)) => wrong.push(format!("{}/{}: {difference}", case.section, case.name)),
            Err(error) => panic!("{}/{}: {error}", case.section, case.name),
        }
    }
    assert!(wrong.is_empty(), "{} cases go differently\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn random_scripts_go_the_same_on_a_real_broker() {
    let broker = real_broker().expect("REQUEUE_AMQP and REQUEUE_MANAGEMENT name a broker");
    let profile = std::env::var("REQUEUE_PROFILE").map_or(Profile::V3_13, |name| Profile::from_name(&name).expect("it is a profile"));
    let halves = [1..RANDOM_SCRIPTS / 2 + 1, RANDOM_SCRIPTS / 2 + 1..RANDOM_SCRIPTS + 1];
    let threads = halves.map(|seeds| {
        let broker = broker.clone();
        std::thread::spawn(move || differential::search(&broker, profile, seeds.clone(), &format!("random-{}", seeds.start), |_| {}))
    });
    for thread in threads {
        let found = thread.join().expect("it does not panic").expect("the broker answers");
        if let Some(divergence) = found {
            panic!("seed {}: {}\n{}", divergence.seed, divergence.difference, divergence.script);
        }
    }
}

/// What is modelled, rule by rule, generated from the cases.
fn fidelity() -> String {
    let cases = cases();
    let rules: Json = serde_json::from_str(include_str!("rules.json")).expect("the list of rules is JSON");
    let rules = rules.as_array().expect("it is a list");
    let of_rule = |number: u64| cases.iter().filter(move |case| case.rules.contains(&number));
    let on_real = cases.iter().filter(|case| case.runs_on_real()).count();
    let modelled = rules.iter().filter(|rule| rule["not_modelled"].is_null()).count();
    let mut page = String::new();
    let _ = write!(
        page,
        "# Fidelity: how far this is RabbitMQ

Generated from the conformance cases by `REQUEUE_ACCEPT=1 cargo test --features cli --test conformance`; a test checks that it is fresh.

The simulated broker is held against {total} rules of RabbitMQ's behaviour, collected from its sources, tests and documentation. {modelled} of
them are modelled, each shown by at least one of {cases} broker scripts in `tests/conformance`. {on_real} of these scripts give the same transcript
on a real RabbitMQ: every reply, delivery, confirm, return, header and error text. Those of 3.13 run on 3.10.8 in every `./scripts/test` where
one can be installed, and {RANDOM_SCRIPTS} random scripts with them; `./scripts/differential N` runs as many as you like.

Three lines of RabbitMQ are simulated: 3.13 (the default), 4.0 to 4.2, and 4.3. The differences between them are one table,
`src/broker/profile.rs`. Scripts of profile 4.0 are compared with 4.0.5, those of 4.3 with 4.3.6 (`REQUEUE_PROFILE`). The last column says which
real brokers confirm a rule.

## What may differ from the real broker that is compared with

These differences are known, and nothing else is let pass.
",
        total = rules.len(),
        cases = cases.len(),
    );
    for (profile, real) in REAL {
        let of_profile = |difference: &&KnownDifference| difference.profiles.iter().any(|known| known.name() == profile);
        let _ = writeln!(page, "\nProfile {profile} beside {real}:\n");
        for KnownDifference { what, why, .. } in KNOWN_DIFFERENCES.iter().filter(of_profile) {
            let _ = writeln!(page, "- **{what}**: {why}");
        }
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
    let _ = write!(page, "\n## Rule by rule\n\n| rule | says | shown by | on a real broker |\n|---|---|---|---|\n");
    for rule in rules.iter().filter(|rule| rule["not_modelled"].is_null()) {
        let number = rule["rule"].as_u64().expect("a rule has a number");
        let shown: Vec<String> = of_rule(number).map(|case| format!("{}/{}", case.section, case.name)).collect();
        let confirmed = of_rule(number).filter(|case| case.runs_on_real()).count();
        let confirmed = match (shown.len(), confirmed) {
            (_, 0) => {
                let why: Vec<&str> = of_rule(number).filter_map(|case| case.not_on_real.as_deref()).collect();
                format!("no: {}", why.first().unwrap_or(&"no case"))
            }
            (all, some) => {
                let confirms = |(_, version): &(&str, &'static str)| {
                    of_rule(number).any(|case| case.runs_on_real() && case.real_version() == *version).then_some(*version)
                };
                let versions: Vec<&str> = REAL.iter().filter_map(confirms).collect();
                let of = if all == some { String::new() } else { format!(", by {some} of {all}") };
                format!("{}{of}", versions.join(", "))
            }
        };
        let note = rule["note"].as_str().map(|note| format!(" *{note}*")).unwrap_or_default();
        let _ = writeln!(page, "| {number} | {}{note} | {} | {confirmed} |", rule["says"].as_str().unwrap_or_default(), shown.join(", "));
    }
    let _ = write!(page, "\n## The cases\n\n| case | shows | rules |\n|---|---|---|\n");
    for case in &cases {
        let rules: Vec<String> = case.rules.iter().map(ToString::to_string).collect();
        let _ = writeln!(page, "| {}/{} | {} | {} |", case.section, case.name, case.says, rules.join(", "));
    }
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

/// The cases that run on the simulated broker alone. Each says why in its file (`not_on_real`), and FIDELITY.md with it.
const SIMULATED_ONLY: [&str; 15] = [
    "A-errors/streams-and-plugins-refused",
    "B-declare/quorum-properties",
    "B-declare/transient-refused",
    "B-declare/unknown-exchange-type",
    "C-routing/headers",
    "C-routing/headers-see-deaths",
    "C-routing/headers-strict",
    "G-acks/delivery-timeout",
    "G-acks/delivery-timeout-default",
    "G-acks/delivery-timeout-queue",
    "I-limits/quorum-reject",
    "K-dead-letters/at-least-once",
    "K-dead-letters/client-x-death",
    "M-node/policy-refused",
    "M-node/restart-between-two",
];

#[test]
fn what_is_not_run_on_a_real_broker_says_why() {
    let cases = cases();
    let skipped: Vec<&Case> = cases.iter().filter(|case| !case.runs_on_real()).collect();
    let mut names: Vec<String> = skipped.iter().map(|case| format!("{}/{}", case.section, case.name)).collect();
    names.sort();
    assert_eq!(names, SIMULATED_ONLY, "a case that is no longer compared is a decision: it stands in this list");
    for case in skipped {
        let why = case.not_on_real.as_deref().unwrap_or_default();
        assert!(why.split_whitespace().count() >= 3, "{}/{} does not say why: '{why}'", case.section, case.name);
    }
}
