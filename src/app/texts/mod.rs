//! What the application says to people, by area: here it is rewritten, and later translated, without touching code. What happened is told in
//! words by [`words`](super::words), and a field of a form by the table of fields.

pub mod author;
pub mod commands;
pub mod compared;
pub mod composer;
pub mod difference;
pub mod files;
pub mod form;
pub mod ledger;
pub mod lesson;
pub mod line;
pub mod markers;
pub mod recipe;
pub mod session;
pub mod tour;
