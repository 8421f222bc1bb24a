//! Everything that input can grow has a limit, in one table; what goes beyond one is told so.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/too_large.rs"]
mod too_large;

mod halting;

use std::fmt::Write as _;
use std::path::Path;

use requeue::base::limits::{self, TABLE, grouped};
use requeue::formats::{recording_file, scenario_file};
use requeue::scenario::Problem;
use too_large::{Parts, many, queues, too_large};

fn table() -> String {
    let mut text = String::new();
    let mut area = "";
    for limit in TABLE {
        if limit.area != area {
            area = limit.area;
            write!(text, "\n| of {area} | at most |\n|---|---|\n").expect("a text takes it");
        }
        writeln!(text, "| {} | {} |", limit.what, grouped(limit.max)).expect("a text takes it");
    }
    text.push('\n');
    text
}

/// `REQUEUE_ACCEPT=1 cargo test --test limits` prints it again.
#[test]
fn the_table_of_limits_is_the_one_in_the_guide() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("SCENARIOS.md");
    let guide = std::fs::read_to_string(&file).expect("the guide is there");
    let (before, rest) = guide.split_once("<!-- limits -->\n").expect("the guide has a place for them");
    let (kept, after) = rest.split_once("<!-- /limits -->").expect("the place has an end");
    if std::env::var_os("REQUEUE_ACCEPT").is_some() {
        std::fs::write(&file, format!("{before}<!-- limits -->\n{}<!-- /limits -->{after}", table())).expect("it can be written");
        return;
    }
    assert!(kept == table(), "SCENARIOS.md has other limits: REQUEUE_ACCEPT=1 cargo test --features cli --test limits");
}

fn said(problems: &[Problem], what: &str) -> bool {
    problems.iter().any(|problem| problem.to_string().starts_with(what))
}

#[test]
fn what_is_too_large_is_refused_with_the_limit_it_breaks() {
    for (text, what) in too_large() {
        let problems = scenario_file::read(&text).expect_err(&what);
        assert!(said(&problems, &what), "{what}: {:#?}", &problems[..problems.len().min(5)]);
        assert!(problems.len() <= limits::PROBLEMS + 1, "{what}: {} problems", problems.len());
    }
}

#[test]
fn a_recording_has_its_limits_too() {
    let input = |number: usize| format!(r#"{{"at_ms":{number},"after_steps":0,"silence":true}}"#);
    let recording = |count| {
        format!(
            r#"{{"requeue_recording":1,"until_ms":1,"seed":1,"scenario":{},"inputs":[{}]}}"#,
            Parts::default().text(),
            many(count, input)
        )
    };
    assert!(recording_file::read(&recording(limits::INPUTS_IN_A_FILE)).is_ok());
    let problems = recording_file::read(&recording(limits::INPUTS_IN_A_FILE + 1)).expect_err("it has one too many");
    assert!(said(&problems, "inputs: 100,001 inputs of a recording are more than 100,000"), "{problems:#?}");
}

/// The largest there may be: 5,000 nodes, 10,000 bindings.
fn largest() -> String {
    let exchanges = many(1_000, |number| format!(r#"{{"name":"x{number}","at":[{number},0],"type":"topic"}}"#));
    let bindings = many(limits::BINDINGS, |number| {
        format!(r#"{{"source":"x{}","queue":"q{}","routing_key":"k{number}.*"}}"#, number % 1_000, number % 3_900)
    });
    Parts {
        broker: format!(r#""queues":[{}],"exchanges":[{exchanges}],"bindings":[{bindings}]"#, queues(3_900)),
        services: many(100, |number| {
            format!(r#"{{"name":"s{number}","at":[0,0],"handlers":[{{"on":{{"queue":"q{number}"}},"steps":[{{"do":"work","ms":1}}]}}]}}"#)
        }),
        ..Parts::default()
    }
    .text()
}

#[test]
fn the_largest_scenario_is_read() {
    let text = largest();
    scenario_file::read(&text).unwrap_or_else(|problems| panic!("{:#?}", &problems[..problems.len().min(5)]));
}

/// The name of each limit in the code, and what it counts.
fn names() -> Vec<(String, String)> {
    let table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/base/limits.rs")).expect("it is there");
    let rows = table.lines().filter_map(|line| {
        let (name, rest) = line.trim().split_once(": ")?;
        let what = rest.strip_suffix("\";")?.rsplit_once(", \"")?.1;
        name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_').then(|| (name.to_owned(), what.to_owned()))
    });
    let names: Vec<(String, String)> = rows.collect();
    assert!(names.iter().map(|(_, what)| what).eq(TABLE.iter().map(|limit| limit.what)), "every row is read: {names:#?}");
    names
}

/// A row that nothing enforces is a promise that is not kept.
#[test]
fn every_limit_is_enforced_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("base/limits.rs") {
                code += &std::fs::read_to_string(path).expect("a source file is readable");
            }
        }
    }
    // The page's own script unpacks links: it has the two numbers again.
    let script = std::fs::read_to_string(root.join("static/browser.js")).expect("it is there");
    assert!(
        script.contains(&format!("LINK_MAX = {};", limits::LINK_BYTES))
            && script.contains(&format!("TEXT_MAX = {};", limits::LINK_TEXT_BYTES))
    );
    let words: std::collections::BTreeSet<&str> = code.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    let names = names();
    let names = names.iter().map(|(name, _)| &**name);
    let idle: Vec<&str> = names.filter(|name| !words.contains(name) && *name != "LINK_TEXT_BYTES").collect();
    assert!(idle.is_empty(), "nothing enforces {idle:?}");
}
