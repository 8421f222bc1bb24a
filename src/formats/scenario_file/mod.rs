//! Scenario files, format 1: JSON, unknown fields refused.

pub mod element;
mod read;
mod write;

pub(super) use read::embedded;
pub(crate) use read::policy_fields;
pub use read::{of_document, read};
pub use write::write;
pub(super) use write::{millis, scenario as document};

pub const VERSION: u64 = 1;
