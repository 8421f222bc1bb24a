//! Random numbers that are the same everywhere: one seeded stream for each thing that draws, so that a change to one service
//! does not shuffle the luck of the others.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::broker::SimTime;

#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    #[must_use]
    pub fn stream(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// In [0, 1), with 53 random bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn one_in(&mut self, count: u32) -> bool {
        self.unit() * f64::from(count) < 1.0
    }

    /// The time until the next of events that come at random, this far apart on average.
    /// `libm`, because the logarithm of the platform differs from one platform to the next.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a span of at most a few thousand means"
    )]
    pub fn exponential(&mut self, mean: SimTime) -> SimTime {
        let span = -libm::log(1.0 - self.unit()) * mean.as_micros() as f64;
        SimTime::from_micros((span as u64).max(1))
    }
}
