//! The state of the simulated programs: which instances run, what they hold in memory, what they have stored.

use std::sync::Arc;

use super::flight::Caller;
use crate::broker::ordered::OrderedMap;
use crate::broker::{ChannelId, ConnectionId, Message, Name, SimTime};
use crate::scenario::Json;

/// An instance of a service, by the place of both in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId {
    pub service: usize,
    pub instance: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

#[derive(Clone, Debug)]
pub struct ServiceState {
    pub instances: Vec<Instance>,
    pub store: Store,
    /// Which instance answers the next request.
    pub turn: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Instance {
    pub up: bool,
    /// Grows with every start and stop: what was meant for an earlier life is void.
    pub epoch: u32,
    pub connection: Option<ConnectionId>,
    pub channel: Option<ChannelId>,
    /// Lost when it dies.
    pub runs: OrderedMap<RunId, Run>,
    pub handled: u64,
    pub failed: u64,
}

impl Instance {
    /// The deliveries it is working on, and whether they are redeliveries.
    pub fn deliveries(&self) -> impl Iterator<Item = (&Arc<Message>, bool)> {
        self.runs.values().filter_map(|run| match &run.cause {
            Cause::Delivery { message, redelivered, .. } => Some((message, *redelivered)),
            Cause::Request(_) | Cause::Schedule => None,
        })
    }
}

/// A handler at work.
#[derive(Clone, Debug)]
pub struct Run {
    pub handler: usize,
    pub step: usize,
    pub data: Json,
    pub cause: Cause,
    pub replied: bool,
}

#[derive(Clone, Debug)]
pub enum Cause {
    Delivery { queue: Name, delivery_tag: u64, no_ack: bool, redelivered: bool, message: Arc<Message> },
    Request(Caller),
    Schedule,
}

/// Survives every crash of its service.
#[derive(Clone, Debug, Default)]
pub struct Store {
    records: OrderedMap<u64, Record>,
    by_state: OrderedMap<Name, OrderedMap<(SimTime, u64), ()>>,
    last_id: u64,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub state: Name,
    pub since: SimTime,
    pub data: Json,
}

impl Store {
    pub const fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn put(&mut self, id: u64, state: Name, since: SimTime, data: Json) {
        self.last_id = self.last_id.max(id);
        self.by_state.get_or_default(state.clone()).insert((since, id), ());
        if let Some(old) = self.records.insert(id, Record { state, since, data }) {
            let new = &self.records[&id];
            if (&old.state, old.since) != (&new.state, new.since)
                && let Some(ids) = self.by_state.get_mut(&old.state)
            {
                ids.remove(&(old.since, id));
            }
        }
    }

    /// The records that entered a state by then, oldest first.
    pub fn in_state_since(&self, state: &Name, by: SimTime) -> Vec<Json> {
        let Some(ids) = self.by_state.get(state) else { return Vec::new() };
        ids.keys().take_while(|(since, _)| *since <= by).map(|(_, id)| self.records[id].data.clone()).collect()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}
