use std::fmt::Display;

pub fn what_is(term: &dyn Display) -> String {
    format!("Explain {term}")
}
