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
}
