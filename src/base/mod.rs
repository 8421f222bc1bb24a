//! The ground floor: what belongs to no domain. Every other module may use it, and it uses none of them.

pub mod aged;
pub mod limits;
pub mod number;
pub mod ordered;
pub mod time;

pub use time::SimTime;
