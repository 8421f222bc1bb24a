//! Queue depths over virtual time, in bounded memory for a run of any length.

use crate::broker::ordered::OrderedMap;
use crate::broker::{Broker, Name, SimTime};

/// A series never holds more: when it would, every second sample goes and the period doubles.
pub const SAMPLES_MAX: usize = 480;
const PERIOD_FIRST: SimTime = SimTime::from_millis(250);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    pub ready: u64,
    pub unacked: u64,
}

#[derive(Clone, Debug)]
pub struct Metrics {
    period: SimTime,
    next: SimTime,
    series: OrderedMap<Name, Vec<Depth>>,
    samples: usize,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { period: PERIOD_FIRST, next: SimTime::ZERO, series: OrderedMap::new(), samples: 0 }
    }
}

impl Metrics {
    /// Takes the samples that are due before `until`, while nothing changes.
    pub(super) fn sample_until(&mut self, until: SimTime, broker: &Broker) {
        while self.next <= until {
            for queue in broker.queues() {
                let series = self.series.get_or_default(queue.name().clone());
                series.resize(self.samples, Depth::default()); // of a queue that came later
                series.push(Depth { ready: queue.ready(), unacked: queue.unacked() });
            }
            self.samples += 1;
            self.next = self.next + self.period;
            if self.samples == SAMPLES_MAX {
                self.halve();
            }
        }
    }

    fn halve(&mut self) {
        for series in self.series.values_mut() {
            let mut index = 0;
            series.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        self.samples = self.samples.div_ceil(2);
        self.period = self.period + self.period;
        self.next = SimTime::from_micros(self.period.as_micros() * self.samples as u64);
    }

    /// The time between two samples.
    #[must_use]
    pub const fn period(&self) -> SimTime {
        self.period
    }

    /// From time zero on.
    #[must_use]
    pub fn depths(&self, queue: &str) -> &[Depth] {
        self.series.get(queue).map_or(&[], Vec::as_slice)
    }
}
