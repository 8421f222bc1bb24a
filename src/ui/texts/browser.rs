use std::fmt::Display;

pub const BYTES_OF_A_FILE: &str = "bytes of a file";
pub const COPIED: &str = "Copied.";
pub const NOT_COPIED: &str = "The browser did not allow it. Select the text, and copy it with Ctrl+C.";
pub const REQUEUE_IS_BROKEN: &str = "Requeue is broken";
pub const SOMETHING_IN_REQUEUE_IS_BROKEN: &str = "Something in Requeue is broken. That is our mistake, not yours.";
pub const THE_LINK: &str = "The link";
pub const THE_SCRIPT_IS_MISSING: &str = "a script of the page is missing. Load the page again";
pub const WHAT_YOU_HAVE_DRAWN_IS: &str = "What you have drawn is kept: load the page again, and go on with it.";

pub fn it_begins_with_and_this(version: &dyn Display) -> String {
    format!("it begins with “{version}”, and this Requeue reads links of version 1")
}

pub fn it_cannot_be_read(reason: &dyn Display) -> String {
    format!("it cannot be read: {reason}")
}

pub fn saved_as(name: &str) -> String {
    format!("Saved as {name}.")
}
