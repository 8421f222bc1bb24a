//! Any bytes as a sequence of methods by several clients: no panic, and everything that must hold does.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/common/random_methods.rs"]
mod random_methods;

fuzz_target!(|bytes: &[u8]| {
    random_methods::Random::run(bytes);
    random_methods::Random::run_crowded(bytes);
});
