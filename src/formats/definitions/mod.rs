//! RabbitMQ's definitions: exports of a cluster or of a virtual host, as a scenario, and back.
//!
//! | file | has |
//! |---|---|
//! | [`json`] | the text, with the place of each value |
//! | [`import`] | a virtual host of a file as a scenario |
//! | [`lint`] | what looks wrong in a scenario, with places |
//! | [`report`] | what came in, what was left out and why, what looks wrong |
//! | [`write`](mod@write) | a scenario as definitions |
//!
//! RabbitMQ's importer stops at the first thing that it refuses. This one takes what it can. It leaves out what that RabbitMQ would
//! refuse or Requeue cannot say, and reports each with its place. Users, passwords and parameters other than operator policies are
//! counted, and never read.

pub mod import;
pub mod json;
pub mod lint;
pub mod report;
pub mod write;

mod broker;
mod source;

pub use import::{Imported, Options, Refusal};
pub use json::{At, Mistake};
pub use report::{Entry, Report};
pub use source::{Definitions, Vhost, is_one, looks_like_one};
pub use write::write;
