//! Scenario files, format 1: JSON, at most [`BYTES_MAX`], unknown fields refused.

mod read;
mod write;

pub(super) use read::embedded;
pub(crate) use read::policy_fields;
pub use read::read;
pub use write::write;
pub(super) use write::{millis, scenario as document};

pub const VERSION: u64 = 1;
pub const BYTES_MAX: usize = 1 << 20;
