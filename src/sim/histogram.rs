//! Latencies in bounded memory: counted in buckets three per cent wide.

use crate::base::SimTime;
use crate::scenario::property::Percentile;

const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<u32>,
    count: u64,
    max: SimTime,
}

fn bucket_of(micros: u64) -> usize {
    let bucket = if micros < SUB {
        micros
    } else {
        let octave = u64::from(micros.ilog2() - SUB_BITS);
        (octave + 1) * SUB + (micros >> octave) - SUB
    };
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The largest value that falls into a bucket.
const fn upper(bucket: u64) -> u64 {
    if bucket < SUB {
        return bucket;
    }
    let octave = bucket / SUB - 1;
    (((bucket % SUB) + SUB + 1) << octave) - 1
}

impl Histogram {
    pub fn add(&mut self, span: SimTime) {
        let bucket = bucket_of(span.as_micros());
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] = self.buckets[bucket].saturating_add(1);
        self.count += 1;
        self.max = self.max.max(span);
    }

    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    #[must_use]
    pub const fn max(&self) -> SimTime {
        self.max
    }

    /// Zero when nothing was measured.
    #[must_use]
    pub fn percentile(&self, percentile: Percentile) -> SimTime {
        self.percentile_of(percentile, self.count)
    }

    /// The same of so many: those that were not added took no time.
    #[must_use]
    pub fn percentile_of(&self, percentile: Percentile, of: u64) -> SimTime {
        let per_cent = match percentile {
            Percentile::P50 => 50,
            Percentile::P95 => 95,
            Percentile::P99 => 99,
            Percentile::Max => return self.max,
        };
        let wanted = (of * per_cent).div_ceil(100).max(1);
        let mut seen = of.saturating_sub(self.count);
        if seen >= wanted {
            return SimTime::ZERO;
        }
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return SimTime::from_micros(upper(bucket as u64)).min(self.max);
            }
        }
        self.max
    }

    #[must_use]
    pub(super) fn footprint(&self) -> usize {
        self.buckets.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_falls_into_it_and_is_narrow() {
        for micros in (0..5_000).chain((0..50).map(|power| 3_u64 << (power % 40))) {
            let top = upper(bucket_of(micros) as u64);
            assert!(top >= micros && top - micros <= micros / 31 + 1, "{micros} in a bucket up to {top}");
            assert_eq!(bucket_of(top), bucket_of(micros));
        }
    }

    #[test]
    fn percentiles_are_those_of_the_values() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|millis| histogram.add(SimTime::from_millis(millis)));
        for (percentile, millis) in [(Percentile::P50, 500), (Percentile::P95, 950), (Percentile::P99, 990), (Percentile::Max, 1_000)] {
            let found = histogram.percentile(percentile).as_millis();
            assert!((millis..=millis + millis / 30 + 1).contains(&found), "{percentile:?}: {found}");
        }
        assert_eq!(Histogram::default().percentile(Percentile::P99), SimTime::ZERO);
        // With nine thousand that took no time.
        assert_eq!(histogram.percentile_of(Percentile::P50, 10_000), SimTime::ZERO);
        assert_eq!(histogram.percentile_of(Percentile::P95, 10_000), histogram.percentile(Percentile::P50));
        assert_eq!(histogram.percentile_of(Percentile::Max, 10_000), SimTime::from_millis(1_000));
    }
}
