//! The table: every field of every element, where it stands in the element's file form, and what it means.

pub(super) mod broker;
pub(super) mod scenario;
pub(super) mod steps;
