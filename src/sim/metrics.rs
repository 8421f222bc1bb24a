//! What RabbitMQ's charts show, over virtual time: depths and rates, latencies, how busy consumers are, how HTTP goes. In bounded
//! memory for a run of any length.

use super::chunked::Chunked;
use super::histogram::Histogram;
use super::ledger::{Copies, Ledger, Messages};
use crate::base::SimTime;
use crate::base::ordered::OrderedMap;
use crate::broker::{Broker, Event, Message, Name, ReadEnd};

/// A series never holds more: when it would, every second sample goes and the period doubles.
pub const SAMPLES_MAX: usize = 480;
/// A rate is a mean over this time.
const RATE_OVER: SimTime = SimTime::from_secs(5);
const PERIOD_FIRST: SimTime = SimTime::from_millis(250);
/// Messages published longer ago than this many others are not measured when they are acknowledged at last.
const BIRTHS_MAX: usize = 1 << 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    pub ready: u64,
    pub unacked: u64,
}

/// What has been counted so far, at the moment of a sample. The rate is the difference of two, by their period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub publish: u32,
    pub confirm: u32,
    pub deliver: u32,
    pub ack: u32,
    pub redeliver: u32,
    pub dead_letter: u32,
    pub returned: u32,
}

impl Counts {
    pub const NAMES: [&'static str; 7] = ["publish", "confirm", "deliver", "ack", "redeliver", "dead-letter", "return"];

    /// Places among [`Self::NAMES`].
    pub const PUBLISH: usize = 0;
    pub const DELIVER: usize = 2;
    pub const ACK: usize = 3;

    /// In the order of [`Self::NAMES`].
    #[must_use]
    pub const fn values(self) -> [u32; 7] {
        [self.publish, self.confirm, self.deliver, self.ack, self.redeliver, self.dead_letter, self.returned]
    }

    #[expect(clippy::cast_possible_truncation, reason = "only differences count, and they are right modulo 2^32")]
    fn of(messages: &Messages, copies: &Copies, publish: u64) -> Self {
        Self {
            publish: publish as u32,
            confirm: messages.confirmed as u32,
            deliver: copies.delivered as u32,
            ack: (copies.acknowledged + copies.auto_acknowledged) as u32,
            redeliver: copies.redelivered as u32,
            dead_letter: copies.dead_lettered_total() as u32,
            returned: messages.returned as u32,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sample {
    ready: u32,
    unacked: u32,
    counts: Counts,
}

/// What is measured of one queue.
#[derive(Clone, Debug, Default)]
pub struct QueueMetrics {
    samples: Chunked<Sample>,
    /// From the exchange to the first delivery.
    pub queueing: Histogram,
    /// From the exchange to the end of the work, through every requeue and dead letter. The end is the acknowledgement, or the end of a
    /// handler that acknowledged before.
    pub end_to_end: Histogram,
    /// The largest total.
    pub depth_max: u64,
    /// How long its consumers could have taken more, and how long they were observed.
    able: SimTime,
    observed: SimTime,
    observing: Option<(SimTime, bool)>,
}

impl QueueMetrics {
    /// RabbitMQ's "consumer capacity": the part of the time in which a message would have been delivered at once. It is nothing
    /// while there are no consumers (`consumer_capacity` of `rabbit_amqqueue_process`); none: there never was one.
    #[must_use]
    pub fn capacity(&self, now: SimTime) -> Option<f64> {
        let (mut able, mut observed) = (self.able, self.observed);
        if let Some((since, was_able)) = self.observing {
            observed = observed + (now - since);
            able = able + if was_able { now - since } else { SimTime::ZERO };
        } else if observed > SimTime::ZERO {
            return Some(0.0);
        }
        (observed > SimTime::ZERO).then(|| able.as_secs_f64() / observed.as_secs_f64())
    }

    /// `able`: its consumers could take one more; none when there are no consumers.
    fn observe(&mut self, now: SimTime, able: Option<bool>) {
        if self.observing.map(|(_, able)| able) == able {
            return;
        }
        if let Some((since, was_able)) = self.observing {
            self.observed = self.observed + (now - since);
            self.able = self.able + if was_able { now - since } else { SimTime::ZERO };
        }
        self.observing = able.map(|able| (now, able));
    }
}

/// What one exchange was given by clients, and what became of it. As RabbitMQ counts it for an exchange, whose dead letters count nowhere
/// (`exchange_stats` and `queue_exchange_stats` of `rabbit_channel`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    pub published_in: u64,
    /// Once for each queue that it was routed to.
    pub published_out: u64,
}

impl Passed {
    /// As RabbitMQ's HTTP API calls them.
    pub const NAMES: [&'static str; 2] = ["publish_in", "publish_out"];

    /// In the order of [`Self::NAMES`].
    #[must_use]
    pub const fn values(self) -> [u64; 2] {
        [self.published_in, self.published_out]
    }
}

#[derive(Clone, Debug, Default)]
struct ExchangeMetrics {
    passed: Passed,
    /// Only differences count, and they are right modulo 2^32.
    samples: Chunked<[u32; 2]>,
}

/// How HTTP requests of one client, or to one service, went.
#[derive(Clone, Debug, Default)]
pub struct Http {
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    /// Of every attempt that was answered.
    pub latency: Histogram,
    /// All the time attempts took that were answered.
    waited: SimTime,
    samples: Chunked<HttpSample>,
}

/// What has been counted of HTTP so far, at the moment of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HttpSample {
    pub succeeded: u32,
    pub failed: u32,
    pub timed_out: u32,
    /// The time attempts took in all: with the counts of two samples, the mean latency between them.
    pub waited_ms: u32,
    /// How many circuit breakers to this service were open or half open.
    pub circuits_open: u32,
}

impl Http {
    pub(super) fn answered(&mut self, latency: SimTime, succeeded: bool) {
        self.latency.add(latency);
        self.waited = self.waited + latency;
        if succeeded {
            self.succeeded += 1;
        } else {
            self.failed += 1;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "only differences count, and they are right modulo 2^32")]
    fn sample(&self, circuits_open: u32) -> HttpSample {
        HttpSample {
            succeeded: self.succeeded as u32,
            failed: self.failed as u32,
            timed_out: self.timed_out as u32,
            waited_ms: self.waited.as_millis() as u32,
            circuits_open,
        }
    }

    /// From time zero on.
    pub fn samples(&self) -> impl Iterator<Item = HttpSample> {
        self.samples.iter().copied()
    }
}

#[derive(Clone, Debug)]
pub struct Metrics {
    period: SimTime,
    next: SimTime,
    samples: usize,
    queues: OrderedMap<Name, Box<QueueMetrics>>,
    exchanges: OrderedMap<Name, Box<ExchangeMetrics>>,
    overall: Chunked<Counts>,
    /// By the name of the client that asked, or of the service that was asked.
    http: OrderedMap<Name, Box<Http>>,
    /// When each event reached an exchange, by its running number.
    births: Chunked<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            period: PERIOD_FIRST,
            next: SimTime::ZERO,
            samples: 0,
            queues: OrderedMap::new(),
            exchanges: OrderedMap::new(),
            overall: Chunked::default(),
            http: OrderedMap::new(),
            births: Chunked::default(),
        }
    }
}

fn number_of(message: &Message) -> Option<usize> {
    message.properties.message_id.as_ref()?.strip_prefix("e-")?.parse().ok()
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Metrics {
    /// Takes the samples that are due before `until`, while nothing changes.
    pub(super) fn sample_until(&mut self, until: SimTime, broker: &Broker, ledger: &Ledger, open_circuits: impl Fn(&Name) -> u32) {
        // A long quiet time is sampled in the period it will have in the end.
        while self.samples > 0 && (until - self.next).as_micros() / self.period.as_micros() > SAMPLES_MAX as u64 {
            self.halve();
        }
        let overall = Counts::of(&ledger.messages, &ledger.total(), ledger.messages.published);
        while self.next <= until {
            for queue in broker.queues() {
                let copies = ledger.queues.get(queue.name());
                let counts = copies.map(|copies| Counts::of(&Messages::default(), copies, copies.arrived)).unwrap_or_default();
                let samples = &mut self.queues.get_or_default(queue.name().clone()).samples;
                while samples.len() < self.samples {
                    samples.push(Sample::default()); // of a queue that came later
                }
                samples.push(Sample { ready: small(queue.ready()), unacked: small(queue.unacked()), counts });
            }
            for exchange in self.exchanges.values_mut() {
                while exchange.samples.len() < self.samples {
                    exchange.samples.push([0; 2]);
                }
                #[expect(clippy::cast_possible_truncation, reason = "only differences count, and they are right modulo 2^32")]
                exchange.samples.push(exchange.passed.values().map(|count| count as u32));
            }
            for (name, http) in self.http.iter_mut() {
                let sample = http.sample(open_circuits(name));
                while http.samples.len() < self.samples {
                    http.samples.push(HttpSample::default());
                }
                http.samples.push(sample);
            }
            self.overall.push(overall);
            self.samples += 1;
            self.next = self.next + self.period;
            if self.samples == SAMPLES_MAX {
                self.halve();
            }
        }
    }

    pub(super) fn is_due(&self, until: SimTime) -> bool {
        self.next <= until
    }

    fn halve(&mut self) {
        for queue in self.queues.values_mut() {
            queue.samples = queue.samples.iter().step_by(2).copied().collect();
        }
        for exchange in self.exchanges.values_mut() {
            exchange.samples = exchange.samples.iter().step_by(2).copied().collect();
        }
        for http in self.http.values_mut() {
            http.samples = http.samples.iter().step_by(2).copied().collect();
        }
        self.overall = self.overall.iter().step_by(2).copied().collect();
        self.samples = self.samples.div_ceil(2);
        self.period = self.period + self.period;
        self.next = SimTime::from_micros(self.period.as_micros() * self.samples as u64);
    }

    /// A handler has come to its end after its delivery was acknowledged.
    pub(super) fn handled(&mut self, now: SimTime, queue: &Name, message: &Message) {
        if let Some(age) = self.age(now, message) {
            self.queues.get_or_default(queue.clone()).end_to_end.add(age);
        }
    }

    /// Takes note of what happened in a broker. `is_early`: the work of an acknowledged delivery goes on.
    pub(super) fn record(&mut self, now: SimTime, event: &Event, broker: &Broker, is_early: bool) {
        let touched = match event {
            Event::Published { message, .. } => {
                self.passed(&message.exchange).published_in += 1;
                if let Some(number) = number_of(message) {
                    // They are numbered when they are made, and arrive in about that order.
                    if number >= self.births.len() {
                        *self.births.reach(number) = now.as_micros();
                        self.births.forget_but(BIRTHS_MAX);
                    } else if let Some(birth) = self.births.get_mut(number).filter(|birth| **birth == 0) {
                        *birth = now.as_micros();
                    }
                }
                return;
            }
            Event::Routed { message, queues } => {
                // A dead letter comes from no client.
                if message.deaths().is_empty() && !queues.is_empty() {
                    self.passed(&message.exchange).published_out += queues.len() as u64;
                }
                return;
            }
            Event::ExchangeDeleted { exchange } => {
                self.exchanges.remove(exchange);
                return;
            }
            Event::Delivered(delivered) => {
                let age = self.age(now, &delivered.message).filter(|_| !delivered.redelivered && delivered.message.deaths().is_empty());
                let queue = self.queues.get_or_default(delivered.queue.clone());
                if let Some(age) = age {
                    queue.queueing.add(age);
                }
                &delivered.queue
            }
            Event::Acknowledged { queue, message, .. } => {
                if !is_early {
                    self.handled(now, queue, message);
                }
                queue
            }
            Event::Read { queue, message, end: ReadEnd::Acknowledged, .. } => {
                self.handled(now, queue, message);
                queue
            }
            Event::Enqueued { queue, .. }
            | Event::Read { queue, .. }
            | Event::Requeued { queue, .. }
            | Event::DeadLettered { queue, .. }
            | Event::Dropped { queue, .. }
            | Event::ConsumerStarted { queue, .. }
            | Event::ConsumerEnded { queue, .. }
            | Event::ConsumerCancelled { queue, .. } => queue,
            _ => return,
        };
        let metrics = self.queues.get_or_default(touched.clone());
        if let Some(queue) = broker.queue(touched) {
            metrics.depth_max = metrics.depth_max.max(queue.total());
            metrics.observe(now, broker.has_capacity(queue));
        }
    }

    fn passed(&mut self, exchange: &Name) -> &mut Passed {
        &mut self.exchanges.get_or_default(exchange.clone()).passed
    }

    fn age(&self, now: SimTime, message: &Message) -> Option<SimTime> {
        let birth = *self.births.get(number_of(message)?)?;
        (birth > 0).then(|| now - SimTime::from_micros(birth))
    }

    pub(super) fn http_mut(&mut self, name: &Name) -> &mut Http {
        self.http.get_or_default(name.clone())
    }

    /// Of a client, or of a service that is called.
    #[must_use]
    pub fn http(&self, name: &str) -> Option<&Http> {
        self.http.get(name).map(|http| &**http)
    }

    pub fn https(&self) -> impl Iterator<Item = (&Name, &Http)> {
        self.http.iter().map(|(name, http)| (name, &**http))
    }

    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&QueueMetrics> {
        self.queues.get(name).map(|queue| &**queue)
    }

    pub fn queues(&self) -> impl Iterator<Item = (&Name, &QueueMetrics)> {
        self.queues.iter().map(|(name, queue)| (name, &**queue))
    }

    /// The time between two samples.
    #[must_use]
    pub const fn period(&self) -> SimTime {
        self.period
    }

    /// From time zero on.
    #[must_use]
    pub fn depths(&self, queue: &str) -> Vec<Depth> {
        let samples = self.queues.get(queue).into_iter().flat_map(|queue| queue.samples.iter());
        samples.map(|sample| Depth { ready: sample.ready.into(), unacked: sample.unacked.into() }).collect()
    }

    /// What was counted, from time zero on: of one queue, where publish is what arrived, or of the whole broker.
    #[must_use]
    pub fn counts(&self, queue: Option<&str>) -> Vec<Counts> {
        match queue {
            None => self.overall.iter().copied().collect(),
            Some(name) => self.queues.get(name).into_iter().flat_map(|queue| queue.samples.iter().map(|sample| sample.counts)).collect(),
        }
    }

    /// What is counted of a queue in a second, over the last five: as RabbitMQ's management interface has it.
    /// In the order of [`Counts::NAMES`].
    #[must_use]
    pub fn rates(&self, queue: &str) -> [f64; 7] {
        let samples = self.queues.get(queue).map(|queue| &queue.samples);
        samples.map_or([0.0; 7], |samples| self.a_second(samples, |sample| sample.counts.values()))
    }

    /// What an exchange has been given so far, and what it has routed.
    #[must_use]
    pub fn exchange(&self, name: &str) -> Passed {
        self.exchanges.get(name).map_or_else(Passed::default, |exchange| exchange.passed)
    }

    /// The same in a second, over the last five. In the order of [`Passed::NAMES`].
    #[must_use]
    pub fn exchange_rates(&self, name: &str) -> [f64; 2] {
        let samples = self.exchanges.get(name).map(|exchange| &exchange.samples);
        samples.map_or([0.0; 2], |samples| self.a_second(samples, |sample| *sample))
    }

    /// What was counted in a second, over the last five.
    fn a_second<T: Clone, const N: usize>(&self, samples: &Chunked<T>, counts: impl Fn(&T) -> [u32; N]) -> [f64; N] {
        let last = samples.len().saturating_sub(1);
        let periods = (RATE_OVER.as_micros() / self.period.as_micros()).max(1).min(last as u64);
        let earlier = usize::try_from(periods).map_or(0, |periods| last - periods);
        let Some((before, now)) = samples.get(earlier).zip(samples.get(last)).filter(|_| periods > 0) else { return [0.0; N] };
        let (before, now) = (counts(before), counts(now));
        let seconds = SimTime::from_micros(self.period.as_micros() * periods).as_secs_f64();
        std::array::from_fn(|index| f64::from(now[index].wrapping_sub(before[index])) / seconds)
    }

    /// About how many bytes it takes that a copy would not share.
    pub(super) fn footprint(&self) -> usize {
        let queues: usize =
            self.queues.values().map(|queue| size_of::<QueueMetrics>() + queue.queueing.footprint() + queue.end_to_end.footprint()).sum();
        queues + self.http.values().map(|http| size_of::<Http>() + http.latency.footprint()).sum::<usize>() + 8_192
    }
}
