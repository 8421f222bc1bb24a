//! The hosted site in a real browser, under its content security policy, through ChromeDriver.
//!
//! Run by `./scripts/test`, which builds the site and starts the driver; it needs `REQUEUE_SITE` (the built site) and
//! `REQUEUE_WEBDRIVER` (the driver's address).
#![cfg(all(feature = "e2e", feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "a test waits in real time, and is told by its environment where things are")]

#[macro_use]
mod visitor;

mod a11y;
mod canvas;
mod drawing;
mod first_visit;
mod inspecting;
mod lessons;
mod monkey;
mod publishing;
mod reading;
mod sharing;
mod site;
mod time;
mod workspace;
