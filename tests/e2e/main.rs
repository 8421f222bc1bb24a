//! The hosted site in real browsers, under its content security policy, through `WebDriver`: everything in Chromium, the smoke path in
//! Firefox and `WebKitGTK` as well.
//!
//! Run by `./scripts/test`, which builds the site and starts the driver; it needs `REQUEUE_SITE` (the built site) and
//! `REQUEUE_WEBDRIVER` (the driver's address); `REQUEUE_ENGINE` names another browser than Chromium.
#![cfg(all(feature = "e2e", feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "a test waits in real time, and is told by its environment where things are")]

#[macro_use]
mod visitor;

mod a11y;
mod canvas;
mod drawing;
mod engine;
mod first_visit;
mod inspecting;
mod keyboard;
mod legible;
mod lessons;
mod lines;
mod loading;
mod monkey;
mod phone;
mod publishing;
mod reading;
mod recipe;
mod sharing;
mod site;
mod smoke;
mod time;
mod workspace;
