//! What comes from outside while a world runs. Scenario, seed and inputs are all that is needed to run it again.

use std::sync::Arc;

use super::service::InstanceId;
use crate::broker::{Name, SimTime};
use crate::scenario::{Json, Scenario};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The process dies at once.
    Kill(InstanceId),
    Start(InstanceId),
    /// By hand, through a connection of one's own.
    Publish {
        exchange: Name,
        routing_key: Name,
        payload: Json,
        mandatory: bool,
    },
}

/// An input, and exactly when: after so many steps of the world, its clock showing this time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedInput {
    pub at: SimTime,
    pub after_steps: u64,
    pub input: Input,
}

/// A run as one can keep it. The same recording gives the same trace, everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub inputs: Vec<TimedInput>,
}
