//! What programs do, as tables: each failure policy and pattern with what comes of it, each fault, each kind of traffic.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::needless_pass_by_value, reason = "tables are read, not passed on")]

mod asked;
mod asking;
mod channels;
mod chapter;
mod declaring;
mod deploying;
mod failing;
mod failures;
mod held_up;
mod once;
mod operating;
mod orders;
mod quantities;
mod requests;
mod running;
mod starting;
mod support;
