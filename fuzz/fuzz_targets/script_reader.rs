//! Any bytes as a broker script: it is read or refused, and what is read runs, within bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use requeue::formats::{broker_script, scenario_file};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match broker_script::read(text) {
        Ok(script) => {
            let lines = broker_script::run(&script);
            assert!(lines.len() == script.steps.len() + 1);
            lines.iter().for_each(|line| drop(line.to_json()));
        }
        Err(problems) => assert!(!problems.is_empty()),
    }
    if let Err(problems) = scenario_file::read(text) {
        assert!(!problems.is_empty());
    }
});
