//! Random numbers that are the same everywhere: one seeded stream for each thing that draws. So a change to one service does not shuffle
//! the luck of the others.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::base::SimTime;
use crate::scenario::{Backoff, Span};

#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

/// Who draws.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    Client(usize),
    Instance {
        service: usize,
        instance: usize,
    },
    Network,
    /// Of the search for what breaks.
    Explorer,
}

impl Random {
    #[must_use]
    pub fn of(seed: u64, stream: Stream) -> Self {
        let number = match stream {
            Stream::Client(client) => client as u64,
            Stream::Instance { service, instance } => (1 << 32) | ((service as u64) << 16) | instance as u64,
            Stream::Network => 2 << 32,
            Stream::Explorer => 3 << 32,
        };
        Self::stream(seed, number)
    }

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

    /// From 0 to one less than this.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "counts of things in memory")]
    pub fn below(&mut self, count: u64) -> u64 {
        (self.unit() * count as f64) as u64
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a span of at most a few thousand means")]
    fn scaled(time: SimTime, factor: f64) -> SimTime {
        #[expect(clippy::cast_precision_loss, reason = "ten years in microseconds are exact in a double")]
        let micros = time.as_micros() as f64 * factor;
        SimTime::from_micros(micros as u64)
    }

    pub fn uniform(&mut self, from: SimTime, to: SimTime) -> SimTime {
        from + Self::scaled(to - from, self.unit())
    }

    /// The time until the next of events that come at random, this far apart on average.
    /// `libm`, because the logarithm of the platform differs from one platform to the next.
    pub fn exponential(&mut self, mean: SimTime) -> SimTime {
        Self::scaled(mean, -libm::log(1.0 - self.unit())).max(SimTime::from_micros(1))
    }

    /// Of mean 0 and deviation 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    pub fn span(&mut self, span: &Span) -> SimTime {
        match span {
            Span::Constant(time) => *time,
            Span::Uniform { from, to } => self.uniform(*from, *to),
            Span::Exponential { mean } => self.exponential(*mean),
            Span::Field(_) => SimTime::ZERO, // a message says it, and chance does not
            Span::LogNormal { median, sigma } => Self::scaled(*median, libm::exp(*sigma * self.normal())),
        }
    }

    /// The pause before a retry, from 1.
    pub fn backoff(&mut self, backoff: &Backoff, retry: u32) -> SimTime {
        let pause = Self::scaled(backoff.first, libm::pow(backoff.factor, f64::from(retry.saturating_sub(1)).min(64.0))).min(backoff.max);
        if backoff.jitter == 0.0 {
            return pause;
        }
        let random = Self::scaled(pause, backoff.jitter);
        pause - random + Self::scaled(random, self.unit())
    }

    /// So many times as long.
    #[must_use]
    pub fn times(time: SimTime, factor: f64) -> SimTime {
        Self::scaled(time, factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_the_shape_they_promise() {
        let mut random = Random::of(1, Stream::Network);
        let mut draw = |span: &Span| {
            let mut drawn: Vec<u64> = (0..4_001).map(|_| random.span(span).as_millis()).collect();
            drawn.sort_unstable();
            (drawn[0], drawn[2_000], drawn[4_000], drawn.iter().sum::<u64>() / 4_001)
        };
        let millis = SimTime::from_millis;
        assert_eq!(draw(&Span::Constant(millis(7))), (7, 7, 7, 7));
        let (least, median, most, _) = draw(&Span::Uniform { from: millis(100), to: millis(300) });
        assert!((100..110).contains(&least) && (190..210).contains(&median) && (290..=300).contains(&most));
        let (.., mean) = draw(&Span::Exponential { mean: millis(1_000) });
        assert!((950..1_050).contains(&mean), "{mean}");
        let (_, median, most, mean) = draw(&Span::LogNormal { median: millis(1_000), sigma: 1.0 });
        assert!((930..1_070).contains(&median) && most > 10_000 && (1_500..1_800).contains(&mean), "{median} {most} {mean}");
    }

    #[test]
    fn pauses_grow_to_their_limit_and_jitter_only_shortens_them() {
        let mut random = Random::of(1, Stream::Network);
        let plain = Backoff { first: SimTime::from_millis(100), factor: 2.0, max: SimTime::from_millis(500), jitter: 0.0 };
        let pauses: Vec<u64> = (1..=5).map(|retry| random.backoff(&plain, retry).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 500, 500]);
        let full = Backoff { jitter: 1.0, ..plain };
        let pauses: Vec<u64> = (0..100).map(|_| random.backoff(&full, 3).as_millis()).collect();
        assert!(
            pauses.iter().all(|pause| *pause < 400) && pauses.iter().any(|pause| *pause < 100) && pauses.iter().any(|pause| *pause > 300)
        );
    }
}
