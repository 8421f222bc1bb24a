//! What the application says to people, by area: here it is rewritten, and later translated, without touching code. [`words`](super::words)
//! says what happened, and the table of fields what a field of a form means.

pub mod author;
pub mod commands;
pub mod compared;
pub mod composer;
pub mod difference;
pub mod files;
pub mod form;
pub mod importing;
pub mod labels;
pub mod ledger;
pub mod lesson;
pub mod line;
pub mod markers;
pub mod recipe;
pub mod session;
pub mod tour;
