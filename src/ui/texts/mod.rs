//! What a reader of the page reads, by area. Views name a text and hold none, so that texts can be rewritten or translated alone.

pub mod browser;
pub mod compare;
pub mod composer;
pub mod connect;
pub mod dialogs;
pub mod drawing;
pub mod findings;
pub mod form;
pub mod grip;
pub mod importing;
pub mod inspector;
pub mod later;
pub mod lesson;
pub mod line;
pub mod page;
pub mod panels;
pub mod queue;
pub mod recipe;
pub mod stream;
pub mod system;
pub mod table;
pub mod time;
pub mod widgets;
pub mod workspace;
