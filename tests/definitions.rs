//! Definitions of RabbitMQ: what each file of `tests/definitions` becomes, and what its report says.
//!
//! `NAME.json` has a quirk that real files have, `NAME.txt` beside it is what is said of it; `real` has exports of real systems. After a
//! deliberate change: `REQUEUE_ACCEPT=1 cargo test --features cli --test definitions`, and read the difference. Where a real RabbitMQ is
//! at hand, all of them go there and back.
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests are told by their environment, and tell")]

#[path = "common/places.rs"]
mod places;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use places::nth;
use proptest::prelude::*;
use requeue::app::importing::arranged;
use requeue::broker::{ApplyTo, Profile};
use requeue::cli::real::{self, Address, RealBroker};
use requeue::formats::definitions::report::Kind;
use requeue::formats::definitions::{Definitions, Imported, Options, Refusal, write};
use requeue::formats::scenario_file;
use requeue::scenario::findings::{RemarkKind, remarks};
use requeue::scenario::{BindingTarget, BrokerSpec, Plugin, Scenario, validate};
use serde_json::{Value as Json, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions")
}

/// Every file, by its name.
fn files() -> Vec<(String, String)> {
    let folders = [folder(), folder().join("real"), folder().join("made")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder is there"));
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    let name = |path: &Path| path.strip_prefix(folder()).expect("it is there").with_extension("").to_string_lossy().into_owned();
    let mut files: Vec<_> = paths.map(|path| (name(&path), fs::read_to_string(&path).expect("it can be read"))).collect();
    files.sort();
    assert!(files.len() > 25, "{}", files.len());
    files
}

/// Each virtual host of a file that has parts; the only one where none has.
fn each_vhost(definitions: &Definitions<'_>, profile: Option<Profile>) -> Vec<Imported> {
    let named: Vec<String> = definitions.vhosts_with_parts().into_iter().map(|vhost| vhost.name).collect();
    let wanted = if named.is_empty() { vec![None] } else { named.iter().map(|name| Some(name.as_str())).collect() };
    let import = |vhost| definitions.import(&Options { vhost, profile, title: "" }).expect("it comes in");
    wanted.into_iter().map(import).collect()
}

fn told(name: &str, text: &str) -> String {
    let file = format!("{name}.json");
    match Definitions::read(text) {
        Err(mistake) => format!("{file}: {mistake}\n"),
        Ok(definitions) => {
            let mut out = String::new();
            for Imported { scenario, report } in each_vhost(&definitions, None) {
                let _ = writeln!(out, "{}\n{}", report.text(&file), write(&scenario.broker, "/"));
            }
            out
        }
    }
}

#[test]
fn a_file_without_definitions_says_what_it_has_and_where() {
    for (text, at, said) in [
        ("", "line 1, column 1", "The file is empty"),
        (" \n\n ", "line 3, column 2", "The file is empty"),
        ("// to do\n", "line 2, column 1", "The file is empty"),
        ("[]", "line 1, column 1", "a list stands here"),
        ("\n  null", "line 2, column 3", "null stands here"),
        ("\"queues\"", "line 1, column 1", "a text stands here"),
        ("7", "line 1, column 1", "a number stands here"),
        ("true", "line 1, column 1", "true or false stands here"),
    ] {
        let mistake = Definitions::read(text).expect_err("it is none").to_string();
        assert!(mistake.starts_with(at) && mistake.contains(said), "{text:?}: {mistake}");
    }
    assert!(Definitions::read("{}").is_ok(), "an object without lists is an empty export");
}

/// Its end is seen.
#[test]
fn a_name_with_a_blank_at_an_end_stands_in_quotes() {
    let text = r#"{"exchanges": [{"name": "a ", "vhost": "/", "type": "fanout"}, {"name": "b", "vhost": "/", "type": "fanout"}]}"#;
    let imported = each_vhost(&Definitions::read(text).expect("definitions"), None);
    let says: Vec<&str> = imported[0].report.findings.iter().map(|entry| &*entry.says).collect();
    assert!(says.iter().any(|says| says.contains("to 'a '")) && says.iter().any(|says| says.contains("to b:")), "{says:?}");
}

#[test]
fn what_each_file_becomes_is_as_expected() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        let (path, told) = (folder().join(&name).with_extension("txt"), told(&name, &text));
        if std::env::var_os("REQUEUE_ACCEPT").is_some() {
            fs::write(&path, &told).expect("it can be written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if told != expected {
            wrong.push(format!("{name}, expected:\n{expected}\nfound:\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Passwords, their hashes, and addresses that hold them.
#[test]
fn no_credential_comes_in_or_is_said() {
    let mut seen = 0;
    for (name, text) in files() {
        let Ok(definitions) = Definitions::read(&text) else { continue };
        for Imported { scenario, report } in each_vhost(&definitions, None) {
            let all = [report.text("f"), report.doc().to_text(), scenario_file::write(&scenario), write(&scenario.broker, "/")].concat();
            for secret in ["secret-password", "amqp://", "password_hash", "cGxhY2Vob2xkZX", "${PASSWORD}"] {
                seen += usize::from(text.contains(secret));
                assert!(!all.contains(secret), "{name} tells {secret}");
            }
        }
    }
    assert!(seen > 3, "files with credentials are among them");
}

#[test]
fn every_kind_of_entry_and_remark_is_shown_by_a_file() {
    let mut seen = BTreeSet::new();
    for (_, text) in files() {
        let Ok(definitions) = Definitions::read(&text) else { continue };
        for Imported { report, .. } in each_vhost(&definitions, None) {
            seen.extend([&report.findings, &report.notes, &report.left_out].into_iter().flatten().map(|entry| entry.kind.name()));
        }
    }
    let missing: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).filter(|name| !seen.contains(name)).collect();
    assert_eq!(missing, [""; 0], "no file shows them");
    let missing: Vec<&str> = RemarkKind::ALL.into_iter().map(RemarkKind::name).filter(|name| !seen.contains(name)).collect();
    assert_eq!(missing, [""; 0], "no file has them");
    for kind in RemarkKind::ALL {
        let lesson = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons").join(kind.lesson());
        assert!(lesson.exists(), "{kind:?}: {}", kind.lesson());
    }
}

#[test]
fn a_virtual_host_is_chosen() {
    let text = fs::read_to_string(folder().join("several-vhosts.json")).expect("it is there");
    let definitions = Definitions::read(&text).expect("it is read");
    let Err(Refusal::ChooseVhost(vhosts)) = definitions.import(&Options::default()) else { panic!("there are several") };
    assert_eq!(vhosts.iter().map(|vhost| &*vhost.name).collect::<Vec<_>>(), ["shop", "blog", "unlisted"]);
    let blog = definitions.import(&Options { vhost: Some("blog"), ..Options::default() }).expect("it comes in");
    assert_eq!(blog.scenario.broker.queues.iter().map(|queue| &*queue.name).collect::<Vec<_>>(), ["posts"]);
    let none = definitions.import(&Options { vhost: Some("none"), ..Options::default() });
    assert!(matches!(none, Err(Refusal::NoSuchVhost(vhosts)) if vhosts.len() == 4));
}

/// What RabbitMQ keeps of a broker, in an order; what two names of the same thing differ in is the same.
fn kept(broker: &BrokerSpec) -> Vec<String> {
    let internal: BTreeSet<&str> = broker.exchanges.iter().filter(|one| one.internal).map(|one| &*one.name).collect();
    let mut lines = Vec::new();
    for one in broker.exchanges.iter().filter(|one| !one.internal) {
        lines.push(format!("exchange {} {} {} {} {:?}", one.name, one.kind.name(), one.durable, one.auto_delete, one.arguments));
    }
    for one in &broker.queues {
        let mut arguments = one.arguments.clone();
        arguments.remove("x-queue-type");
        lines.push(format!("queue {} {:?} {} {} {arguments:?}", one.name, one.kind(), one.durable, one.auto_delete));
    }
    for one in &broker.bindings {
        // An export leaves out internal exchanges: their bindings come back without their ends, and the report says so.
        let is_kept =
            !internal.contains(&*one.source) && !matches!(&one.destination, BindingTarget::Exchange(name) if internal.contains(&**name));
        if is_kept {
            lines.push(format!("binding {} {:?} {:?} {:?}", one.source, one.destination, one.routing_key, one.arguments));
        }
    }
    lines.extend(broker.policies.iter().map(|one| format!("policy {one:?}")));
    lines.sort();
    lines
}

/// What a file becomes comes back from its own definitions, and nothing is left out.
#[test]
fn an_export_comes_in_again_as_it_was() {
    for profile in Profile::ALL {
        for (name, text) in files() {
            let Ok(definitions) = Definitions::read(&text) else { continue };
            for Imported { scenario, .. } in each_vhost(&definitions, Some(profile)) {
                assert_eq!(validate(&scenario), [], "{name} on {profile}");
                let exported = write(&scenario.broker, "/");
                let again = Definitions::read(&exported).expect("it is read");
                let again = again.import(&Options { profile: Some(profile), ..Options::default() }).expect("it comes in");
                // RabbitMQ needs no list of what is enabled.
                let broker = BrokerSpec { plugins: scenario.broker.plugins.clone(), ..again.scenario.broker };
                assert_eq!(broker, scenario.broker, "{name} on {profile}");
                assert_eq!(again.report.left_out, [], "{name} on {profile}");
            }
        }
    }
}

#[test]
fn what_came_in_stands_on_the_canvas_and_in_a_scenario_file() {
    for (name, text) in files() {
        let Ok(definitions) = Definitions::read(&text) else { continue };
        for Imported { scenario, .. } in each_vhost(&definitions, None) {
            let broker = scenario.broker.clone();
            let scenario = arranged(scenario);
            let again = scenario_file::read(&scenario_file::write(&scenario)).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
            assert_eq!(again, scenario, "{name}");
            assert_eq!(kept(&scenario.broker), kept(&broker), "{name}");
            let places: Vec<(i64, i64)> = places(&scenario);
            assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len(), "{name}: each part has a place");
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places are whole numbers")]
fn places(scenario: &Scenario) -> Vec<(i64, i64)> {
    let broker = &scenario.broker;
    let all = broker.exchanges.iter().map(|one| one.at).chain(broker.queues.iter().map(|one| one.at));
    all.map(|at| (at.x as i64, at.y as i64)).collect()
}

const POLICIES: usize = 10;

/// Definitions of many parts, each topic exchange with queues of its own.
fn large(exchanges: usize, queues: usize, bindings: usize) -> String {
    let exchange = |number: usize| json!({ "name": format!("x-{number}"), "vhost": "/", "type": "topic" });
    let queue = |number: usize| json!({ "name": format!("q-{number}"), "vhost": "/", "arguments": { "x-dead-letter-exchange": format!("x-{}", number % exchanges) } });
    let binding = |number: usize| json!({ "source": format!("x-{}", number % exchanges), "vhost": "/", "destination": format!("q-{}", number % queues), "destination_type": "queue", "routing_key": format!("order.{number}") });
    json!({
        "rabbit_version": "3.13.7", "vhosts": [{ "name": "/" }],
        "exchanges": (0..exchanges).map(exchange).collect::<Json>(),
        "queues": (0..queues).map(queue).collect::<Json>(),
        "bindings": (0..bindings).map(binding).collect::<Json>(),
        "policies": (0..POLICIES).map(|number| json!({ "vhost": "/", "name": format!("p-{number}"), "pattern": format!("(a*)*{number}$"), "definition": { "max-length": 1 } })).collect::<Json>(),
    })
    .to_string()
}

#[test]
fn large_files_come_in_and_larger_ones_are_refused() {
    for (exchanges, queues, bindings) in [(100, 400, 2_000), (1_000, 4_000, 10_000)] {
        let text = large(exchanges, queues, bindings);
        let imported = Definitions::read(&text).expect("it is read").import(&Options::default()).expect("it comes in");
        let counts = imported.report.counts;
        assert_eq!((counts.exchanges, counts.queues, counts.bindings, counts.policies), (exchanges, queues, bindings, POLICIES));
        let scenario = arranged(imported.scenario);
        assert_eq!(validate(&scenario), []);
    }
    let text = large(1_001, 4_000, 1);
    let refusal = Definitions::read(&text).expect("it is read").import(&Options::default()).expect_err("it is too large");
    assert_eq!(refusal.to_string(), "5,001 exchanges and queues are more than 5,000.");
    let refusal = Definitions::read(&large(1, 1, 40_001)).expect_err("it is too large").to_string();
    assert!(refusal.starts_with("40,001 bindings are more than 40,000."), "{refusal}");
}

proptest! {
    /// A file in which anything may be anything: it comes in as a scenario that runs, or is refused.
    #[test]
    fn a_file_that_was_changed_at_random_comes_in_or_is_refused(
        file in 0_usize..30,
        changes in prop::collection::vec((0_usize..400, 0_usize..9), 1..8),
    ) {
        let files = files();
        let (_, text) = &files[file % files.len()];
        let Ok(mut document) = serde_json::from_str::<Json>(text) else { return Ok(()) };
        for (mut place, other) in changes {
            let values =
                [json!(null), json!(true), json!(-1), json!(1.5), json!("amq."), json!("quorum"), json!([]), json!({}), json!("x".repeat(300))];
            if let Some(value) = nth(&mut document, &mut place) {
                *value = values[other].clone();
            }
        }
        let text = document.to_string();
        if let Ok(definitions) = Definitions::read(&text) {
            for vhost in definitions.vhosts() {
                for profile in [None, Some(Profile::V4_3)] {
                    let imported = definitions.import(&Options { vhost: Some(&vhost.name), profile, title: "" }).expect("it is small");
                    prop_assert_eq!(validate(&imported.scenario), []);
                    let _ = remarks(&imported.scenario.broker);
                    let _ = imported.report.text("f");
                }
            }
        }
    }
}

/// What the real broker of these tests does not have: types and keys of plugins, and words that came after 3.10.
fn as_there(broker: &RealBroker, release: &str, spec: &mut BrokerSpec) -> Vec<String> {
    let overview = real::manage(broker, "GET", "overview", None).expect("the broker answers");
    let types: BTreeSet<&str> =
        overview["exchange_types"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    let mut without = Vec::new();
    spec.exchanges.retain(|one| {
        let is_there = types.contains(one.kind.name());
        if !is_there {
            without.push(one.name.to_string());
        }
        is_there
    });
    spec.bindings.retain(|one| !without.iter().any(|name| **name == *one.source || **name == **one.destination.name()));
    let is_new = |apply_to| matches!(apply_to, ApplyTo::ClassicQueues | ApplyTo::QuorumQueues | ApplyTo::Streams);
    spec.policies.retain(|one| {
        let is_there = !(spec.plugins.contains(&Plugin::Federation) || release.starts_with("3.10") && is_new(one.apply_to));
        if !is_there {
            without.push(one.name.to_string());
        }
        is_there
    });
    without
}

/// Each file, as the broker's version takes it: exported, loaded there, exported by it, and imported again.
#[test]
#[ignore = "needs a real RabbitMQ: ./scripts/test starts one"]
fn every_file_goes_to_a_real_broker_and_back() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let broker = RealBroker {
        address: Address::parse(&variable("REQUEUE_AMQP")).expect("an address"),
        management: variable("REQUEUE_MANAGEMENT"),
        ctl: None,
        quiet: real::QUIET,
    };
    let profile = Profile::from_name(&variable("REQUEUE_PROFILE")).expect("a profile");
    let overview = real::manage(&broker, "GET", "overview", None).expect("the broker answers");
    let release = overview["rabbitmq_version"].as_str().expect("a version").to_owned();
    let (vhost, mut wrong, mut parts) = ("requeue-definitions", Vec::new(), 0);
    for (name, text) in files() {
        let Ok(definitions) = Definitions::read(&text) else { continue };
        for Imported { mut scenario, .. } in each_vhost(&definitions, Some(profile)) {
            let without = as_there(&broker, &release, &mut scenario.broker);
            if !without.is_empty() {
                println!("{name}: RabbitMQ {release} has no plugin or word for {}", without.join(", "));
            }
            let exported: Json = serde_json::from_str(&write(&scenario.broker, vhost)).expect("it is JSON");
            let path = format!("definitions/{vhost}");
            real::manage(&broker, "DELETE", &format!("vhosts/{vhost}"), None).expect("the broker answers");
            real::manage(&broker, "PUT", &format!("vhosts/{vhost}"), Some(&json!({}))).expect("the broker answers");
            let answer = real::manage(&broker, "POST", &path, Some(&exported));
            if answer.as_ref().map_or(true, |answer| !answer["error"].is_null()) {
                wrong.push(format!("{name}: RabbitMQ {release} refuses what was exported: {answer:?}"));
                continue;
            }
            let back = real::manage(&broker, "GET", &path, None).expect("the broker answers").to_string();
            let again = Definitions::read(&back).expect("it is read");
            let again = again.import(&Options { vhost: None, profile: Some(profile), title: "" }).expect("it comes in");
            let (before, after) = (kept(&scenario.broker), kept(&again.scenario.broker));
            parts += before.len();
            let lost: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
            let new: Vec<&String> = after.iter().filter(|line| !before.contains(line)).collect();
            if !lost.is_empty() || !new.is_empty() {
                wrong.push(format!("{name} on {release}\n  lost: {lost:#?}\n  new: {new:#?}\n  report: {}", again.report.text("f")));
            }
        }
    }
    real::manage(&broker, "DELETE", &format!("vhosts/{vhost}"), None).expect("the broker answers");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(parts > 200, "{parts}");
}
