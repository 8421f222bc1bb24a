//! The application without a browser: actions in, state out.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/too_large.rs"]
mod too_large;

mod canvas;
mod connecting;
mod copies;
mod costs;
mod dead_letters;
mod drafts;
mod drawing;
mod files;
mod findings;
mod guides;
mod highlight;
mod hostile;
mod importing;
mod keyboard;
mod labels;
mod ledger;
mod lessons;
mod lines;
mod losses;
mod motion;
mod operating;
mod overview;
mod phone;
mod publishing;
mod queue;
mod recipe;
mod sharing;
mod story;
mod support;
mod time;
mod tour;
mod view;
mod whatif;
mod words;
mod work;
mod workspace;
