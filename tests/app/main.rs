//! The application without a browser: actions in, state out.
#![cfg(not(target_arch = "wasm32"))]

mod canvas;
mod drawing;
mod files;
mod highlight;
mod ledger;
mod lessons;
mod operating;
mod publishing;
mod support;
mod time;
mod work;
mod workspace;
