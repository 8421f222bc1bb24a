//! Random method sequences of several clients: what must hold, holds after every method.
#![cfg(not(target_arch = "wasm32"))]

#[path = "common/random_methods.rs"]
mod random_methods;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn they_hold_after_every_method(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        random_methods::Random::run(&bytes);
    }

    #[test]
    fn they_hold_in_a_crowd(bytes in proptest::collection::vec(any::<u8>(), 0..1_000)) {
        random_methods::Random::run_crowded(&bytes);
    }

    #[test]
    fn they_hold_where_clients_ask(bytes in proptest::collection::vec(any::<u8>(), 0..1_000)) {
        random_methods::Random::run_asking(&bytes);
    }
}

/// What the fuzzer once found.
#[test]
fn they_hold_in_frozen_cases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen");
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("there are frozen cases") {
        random_methods::Random::run(&std::fs::read(file.expect("it is readable").path()).expect("it is readable"));
        count += 1;
    }
    assert!(count > 0);
}
