//! What the application says to people, by area: here it is rewritten, and later translated, without touching code.

pub mod files;
pub mod lesson;
