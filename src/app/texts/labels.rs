//! What labels on the canvas say.

use crate::base::time::Span;

pub fn retry_after(span: Span) -> String {
    format!("retry after {}", spaced(span))
}

pub fn expires_after(span: Span) -> String {
    format!("expires after {}", spaced(span))
}

fn spaced(span: Span) -> String {
    let text = span.to_string();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len();
    format!("{} {}", &text[..digits], &text[digits..])
}
