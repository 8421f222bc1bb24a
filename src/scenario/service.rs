//! A service: a program, and other versions of it that a deploy puts in its place.

use super::{
    Again, Backoff, ChannelError, ConnectionError, ConsumesOn, Declaration, Handler, Name, Point, PublishesOn, Reconnects, SimTime,
    WhenBlocked,
};

/// A program. Each instance is its own process with its own connection and channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Name,
    pub at: Point,
    pub instances: u32,
    /// How many handlers an instance runs at once; none is as many as come, as Node.js does while it waits.
    pub concurrency: Option<u32>,
    /// It starts when all of these are as it wants them, as Compose's `depends_on`.
    pub starts_after: Vec<StartsAfter>,
    pub health: Option<Health>,
    /// How long it waits before it tries to connect again.
    pub reconnect: SimTime,
    /// Each wait is longer than the one before, until it is connected. Its `first` is [`Self::reconnect`].
    pub backoff: Option<Backoff>,
    pub reconnects: Reconnects,
    /// What it does each time that it has connected again.
    pub again: Again,
    pub on_channel_error: ChannelError,
    pub on_connection_error: ConnectionError,
    pub when_blocked: WhenBlocked,
    pub consumes_on: ConsumesOn,
    pub publishes_on: PublishesOn,
    /// In this order on its channel, each when the one before is answered; then it consumes and publishes.
    pub declares: Vec<Declaration>,
    /// Its records are in the memory of its process, and end with it.
    pub in_memory: bool,
    /// How long after a crash it is started again. None is never, and a process that was killed or stopped stays away.
    pub restart: Option<SimTime>,
    pub relay: Option<Relay>,
    pub handlers: Vec<Handler>,
    /// What a deploy can put in the place of its declarations and handlers.
    pub versions: Vec<Version>,
}

/// How long the chapter's programs wait before they connect again.
pub const RECONNECT: SimTime = SimTime::from_secs(5);

/// Publishes what the service has put into its outbox, oldest first, each until it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    pub every: SimTime,
    /// How many at a time.
    pub batch: u32,
}

/// What a service starts after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartsAfter {
    /// A service, or the broker.
    pub name: Name,
    pub when: When,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Its process runs: a broker may not take connections yet.
    #[default]
    Started,
    /// Its health check has succeeded once.
    Healthy,
}

impl When {
    pub const ALL: [(&'static str, Self); 2] = [("service_started", Self::Started), ("service_healthy", Self::Healthy)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "service_started",
            Self::Healthy => "service_healthy",
        }
    }
}

/// A health check. The first comes after one interval, and each other one interval after the end of the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub interval: SimTime,
    /// A check that takes longer has failed.
    pub timeout: SimTime,
    /// A program without its channel answers that it is not well. Most answer without a look at that.
    pub asks_channel: bool,
    /// After this many failures in a row it is unhealthy. What waits for it does not start.
    pub retries: u32,
}

/// Docker's own values.
impl Default for Health {
    fn default() -> Self {
        Self { interval: SimTime::from_secs(30), timeout: SimTime::from_secs(30), asks_channel: false, retries: 3 }
    }
}

/// Another version of a service's program.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub name: Name,
    /// None declares what the service does.
    pub declares: Option<Vec<Declaration>>,
    /// None handles what the service does, in the same way.
    pub handlers: Option<Vec<Handler>>,
}

impl Service {
    /// One instance that does nothing yet, and otherwise what a file that says no more gives.
    #[must_use]
    pub fn new(name: Name, at: Point) -> Self {
        Self {
            name,
            at,
            instances: 1,
            concurrency: None,
            starts_after: Vec::new(),
            health: None,
            reconnect: RECONNECT,
            backoff: None,
            reconnects: Reconnects::default(),
            again: Again::default(),
            on_channel_error: ChannelError::default(),
            on_connection_error: ConnectionError::default(),
            when_blocked: WhenBlocked::default(),
            consumes_on: ConsumesOn::default(),
            publishes_on: PublishesOn::default(),
            declares: Vec::new(),
            in_memory: false,
            restart: None,
            relay: None,
            handlers: Vec::new(),
            versions: Vec::new(),
        }
    }

    /// The program as this version has it; the service's own, where it names none that there is.
    #[must_use]
    pub fn as_version(&self, version: Option<&Name>) -> Self {
        let mut program = self.clone();
        if let Some(version) = self.versions.iter().find(|other| Some(&other.name) == version) {
            program.declares = version.declares.clone().unwrap_or(program.declares);
            program.handlers = version.handlers.clone().unwrap_or(program.handlers);
        }
        program
    }

    /// Its handlers, and those of its versions.
    pub fn every_handler(&self) -> impl Iterator<Item = &Handler> {
        self.handlers.iter().chain(self.versions.iter().filter_map(|version| version.handlers.as_ref()).flatten())
    }

    pub fn every_handler_mut(&mut self) -> impl Iterator<Item = &mut Handler> {
        self.handlers.iter_mut().chain(self.versions.iter_mut().filter_map(|version| version.handlers.as_mut()).flatten())
    }

    /// Its lists of declarations and of handlers, and those of its versions.
    pub fn programs_mut(&mut self) -> impl Iterator<Item = (Option<&mut Vec<Declaration>>, Option<&mut Vec<Handler>>)> {
        let versions = self.versions.iter_mut().map(|version| (version.declares.as_mut(), version.handlers.as_mut()));
        std::iter::once((Some(&mut self.declares), Some(&mut self.handlers))).chain(versions)
    }
}
