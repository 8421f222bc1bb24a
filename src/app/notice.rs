//! What is said of an action, above the canvas. How grave it is shows in its look.

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Something was done that was not asked for by name.
    Told,
    /// It was done, and something was lost.
    Warning,
    /// It was not done.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
}

impl Notice {
    pub(super) fn told(text: impl Into<String>) -> Self {
        Self { tone: Tone::Told, text: text.into() }
    }

    pub(super) fn warning(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, text: text.into() }
    }

    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self { tone: Tone::Refused, text: text.into() }
    }
}
