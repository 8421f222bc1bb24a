//! Requeue: an interactive learning playground for event-driven architecture.
//!
//! A web page runs a simulated RabbitMQ and the programs around it. The same engine runs headless for teachers, tests and CI.
//!
//! # The house
//!
//! A module may use only the modules above it in this list; `tests/architecture` enforces it, and that only `ui` and `main.rs` name yew,
//! `web_sys`, `js_sys` or gloo.
//!
//! | module | is | must not know |
//! |---|---|---|
//! | [`base`] | what has no domain: ordered map, numbers, time, the table of limits | everything else |
//! | [`broker`] | RabbitMQ as a pure state machine: AMQP methods in, replies and events out; time is an argument | services, the scenario, the screen |
//! | [`scenario`] | the document a learner edits: topology, services, links, traffic, faults, what is expected, layout; validation | how it is simulated or drawn |
//! | [`sim`] | the discrete-event world of a scenario: agenda, clock, random numbers, services, network, faults, ledgers, metrics, trace, recording, rewind, exploring | the screen |
//! | [`lesson`] | lessons and exercises as data; questions answered, goals judged over runs, grading | the screen |
//! | [`formats`] | everything that leaves or enters as bytes | the screen |
//! | [`app`] | the whole application as state, action, update; no browser in it | yew, the DOM |
//! | `ui` | yew views, the canvas painter, browser services (only in the page) | rules of the broker |
//! | `cli` | the commands of `requeue` (feature `cli`, native only) | yew |
//!
//! Data flows one way: pointer or key → [`app::Action`] → [`app::update`] → an input of the [`sim::World`] → [`broker::Broker::apply`] →
//! events → trace, ledger, metrics → views. Nothing on the screen decides anything about messages; the screen asks "what is true at time
//! t?" and paints it.
//!
//! # What holds everywhere
//!
//! - Time and randomness are arguments. The same recording gives the same trace, byte for byte, native and in the browser.
//! - One way in per layer: [`broker::Broker::apply`], [`sim::World::step`], [`app::update`]. Closed enums, no callbacks.
//! - A learner's mistake is a result with AMQP's own code and text, or a message that names the field. A panic is our bug.
//! - Everything that input can grow has a limit in [`base::limits`]; what takes long is advanced by a budget a frame.
//! - A scenario is changed by typed edits ([`scenario::edit`]) and by nothing else; an [`app::Action`] belongs to one area.

pub mod base;

pub mod broker;

pub mod scenario;

pub mod sim;

pub mod lesson;

pub mod formats;

pub mod app;

#[cfg(target_arch = "wasm32")]
pub mod ui;

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
