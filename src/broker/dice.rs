//! What the broker leaves to chance: which queue a random exchange chooses. The seed is given, so the same calls choose the same.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

#[derive(Clone, Debug, Default)]
pub(super) struct Dice {
    seed: u64,
    /// Made at the first throw: few brokers need one.
    rng: Option<Box<ChaCha8Rng>>,
}

impl Dice {
    pub const fn seeded(seed: u64) -> Self {
        Self { seed, rng: None }
    }

    /// From 0 to one less than this.
    pub fn below(&mut self, count: usize) -> usize {
        /// The streams of clients, services and the network have other numbers.
        const STREAM: u64 = 4 << 32;
        let rng = self.rng.get_or_insert_with(|| {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(STREAM);
            Box::new(rng)
        });
        let number = (u128::from(rng.next_u64()) * count as u128) >> 64;
        usize::try_from(number).unwrap_or(0)
    }
}
