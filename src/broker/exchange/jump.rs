//! From a hash to a bucket. Jump consistent hashing (Lamping and Veach), with the random numbers of Erlang's `exs1024`, seeded by the hash.

/// Xorshift1024*, seeded as Erlang's `rand:seed(exs1024, {Key, Key, Key})`.
struct Numbers {
    /// What is drawn from, in a ring; `at` is the newest.
    state: [u64; 16],
    at: usize,
}

impl Numbers {
    fn seeded(key: i64) -> Self {
        const BITS: u64 = (1 << 21) - 1;
        let part = |prime: u64| ((key.cast_unsigned() & BITS) + 1).wrapping_mul(prime) & BITS;
        let mut seed = (part(2_097_131) << 43) | (part(2_097_133) << 22) | (part(2_097_143) << 1) | 1;
        let mut state = [0; 16];
        // Erlang puts each before the last: the one made last is drawn from first.
        for place in state.iter_mut().rev() {
            seed ^= seed >> 12;
            seed ^= seed << 25;
            seed ^= seed >> 27;
            *place = seed.wrapping_mul(2_685_821_657_736_338_717);
        }
        Self { state, at: 0 }
    }

    /// In (0, 1).
    #[expect(clippy::cast_precision_loss, reason = "Erlang divides two doubles, too")]
    fn unit(&mut self) -> f64 {
        let old = self.state[self.at];
        self.at = (self.at + 1) % self.state.len();
        let next = &mut self.state[self.at];
        let mixed = *next ^ (*next << 31);
        *next = old ^ (old >> 30) ^ mixed ^ (mixed >> 11);
        next.wrapping_mul(1_181_783_497_276_652_981) as f64 / (1_u128 << 64) as f64
    }
}

/// Which of so many buckets, of which there is at least one.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Erlang truncates a double, too")]
pub(super) fn bucket(key: i64, buckets: u64) -> u64 {
    if buckets == 1 {
        return 0;
    }
    let mut numbers = Numbers::seeded(key);
    let (mut chosen, mut next) = (0, 0);
    while next < buckets {
        chosen = next;
        next = ((chosen + 1) as f64 / numbers.unit()) as u64;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Erlang 25 answers.
    #[test]
    fn it_is_erlangs_bucket() {
        let mut numbers = Numbers::seeded(5);
        assert!((numbers.unit() - 0.352_440_983_626_264_2).abs() < 1e-15);
        assert!((numbers.unit() - 0.670_908_919_654_443_3).abs() < 1e-15);
        for (key, of_two, of_three, of_ten, of_thousand, of_many) in [
            (0, 0, 0, 4, 807, 14_005),
            (1, 0, 2, 3, 856, 856),
            (5, 0, 2, 4, 125, 5_954),
            (99_999_999, 1, 2, 9, 603, 8_718),
            (134_217_727, 0, 2, 6, 220, 9_916),
        ] {
            let found = [1, 2, 3, 10, 1_000, 20_000].map(|buckets| bucket(key, buckets));
            assert_eq!(found, [0, of_two, of_three, of_ten, of_thousand, of_many], "{key}");
        }
    }
}
