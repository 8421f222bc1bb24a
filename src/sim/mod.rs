//! The discrete-event world built from a scenario: a broker, the programs around it, the network between them, one clock.
//!
//! # One step of the world
//!
//! ```text
//!                 agenda: what will happen, by time and order            broker: its next deadline (TTL, timeout, delayed retry)
//!                        │                                                  │
//!   World::step ── the earlier of the two: the clock advances to it ────────┘
//!                        │
//!                        ├─ an item of the agenda ─▶ World::perform
//!                        │      a flight arrives    ─▶ at the broker: Broker::apply       at a program: life, handling, http
//!                        │      a handler goes on   ─▶ handling: step after step, until one waits, fails, or the end is reached
//!                        │      a client sends, a schedule fires, a relay runs, a fault begins or ends
//!                        ├─ a deadline of the broker ─▶ Broker::expire
//!                        │
//!                        ▼
//!   follow: every event of the broker ─▶ ledger, metrics ─▶ a flight to a program, or a lost channel ─▶ the trace and its hash
//!                        │
//!                        ▼
//!   bounds: is it too much? then the world halts and says why
//! ```
//!
//! What is sent becomes a [`Flight`] and an item of the agenda; so every step may cause later ones. An [`Input`] enters between two
//! steps, through [`World::inject`].
//!
//! A world knows no wall clock and no screen. Everything that is not in its scenario, its seed and its inputs cannot influence it.
//! A [`Timeline`] is a world that can be rewound.
//!
//! # Map
//!
//! | file | has |
//! |---|---|
//! | [`ids`] | names of instances, runs, stories, ends and places |
//! | [`world`] | the world, and one step of it; its children are what happens in a step |
//! | `world::follow`, `world::bounds` | what the broker's events lead to; when a world is too large |
//! | `world::life`, `handling`, `publishing`, `http` | what programs do |
//! | `world::network`, `faults`, `edit`, `operator` | what is done to them |
//! | [`service`], `outbox`, [`flight`], `agenda` | the state of programs, what is on its way, what will happen |
//! | [`trace`] | what happened, and its hash |
//! | [`ledger`], [`business`], [`metrics`], [`biography`] | what became of every message |
//! | [`timeline`], [`explore`], [`judge`] | going back, branching, looking for what breaks, judging |
//! | [`chunked`], `slots`, `names`, [`histogram`], [`random`] | the data structures and the chance behind them |
//!
//! No two files use each other: data is below, [`world`] uses it, and what is built on worlds is above.

pub mod biography;
pub mod business;
pub mod chunked;
pub mod explore;
pub mod flight;
pub mod histogram;
pub mod ids;
pub mod input;
pub mod judge;
pub mod ledger;
pub mod metrics;
pub mod random;
pub mod service;
pub mod timeline;
pub mod trace;
pub mod world;

mod agenda;
mod names;
mod outbox;
mod slots;

pub use flight::{Cargo, Delivery, Flight};
pub use ids::{Caller, End, InstanceId, Place, RunId, StoryId, Verdict};
pub use input::{HandPublish, Input, Inputs, Observed, Recording, Settles, TimedInput, Until, Who};
pub use ledger::Ledger;
pub use timeline::Timeline;
pub use trace::{TimedEvent, WorldEvent};
pub use world::{Awaited, BY_HAND_MAX, World};
