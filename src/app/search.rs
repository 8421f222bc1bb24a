//! Searching by a few typed letters: in the commands, the glossary and the log.

/// What is searched for. Case does not count for the letters of ASCII. The tables of all other letters are too large for the page.
#[derive(Debug)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// One piece of text.
    #[must_use]
    pub fn phrase(typed: &str) -> Self {
        Self(vec![typed.trim().to_ascii_lowercase()])
    }

    /// Every word, in any order.
    #[must_use]
    pub fn words(typed: &str) -> Self {
        Self(typed.split_whitespace().map(str::to_ascii_lowercase).collect())
    }

    /// Whether all of it stands in a text. Nothing stands everywhere.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.0.iter().all(|part| text.contains(part.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_the_order_of_words_do_not_count() {
        assert!(Wanted::phrase(" Dead Letter ").is_in("a dead letter exchange") && !Wanted::phrase("letter dead").is_in("dead letter"));
        assert!(Wanted::words("letter DEAD").is_in("Dead letter") && !Wanted::words("dead queue").is_in("Dead letter"));
        assert!(Wanted::phrase("").is_in("all") && Wanted::words("").is_in("all"));
        assert!(Wanted::phrase("über").is_in("Brief über alles"));
    }
}
