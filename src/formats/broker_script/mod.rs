//! Broker scripts, format 1: AMQP methods in a file, and a transcript of what a client can observe.
//!
//! The same script runs on the simulated broker ([`run`]) and, from the command line, on a real RabbitMQ. Both give the same transcript, so
//! the two can be compared line by line.

mod names;
mod read;
mod run;
mod transcript;

pub use names::Names;
pub use read::{AutoSettle, NameOf, Of, Op, Script, Settle, Step, Then, read};
pub use run::{Happened, run, run_watched};
pub use transcript::{
    Failure, Line, Observed, Outcome, ProbeBinding, ProbeChannel, ProbeConnection, ProbeExchange, ProbeQueue, Seen, SeenMessage, Snapshot,
    body_from_json, properties_from_json, properties_to_json,
};
