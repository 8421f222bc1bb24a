//! Names that the broker gives while a script runs: a script cannot know them, and says where they come from.

use std::borrow::Cow;

use super::read::{NameOf, Of, Step};
use super::transcript::SeenMessage;
use crate::broker::Name;

/// The names that a client has seen.
#[derive(Debug, Default)]
pub struct Names {
    known: Vec<(NameOf, Name)>,
}

impl Names {
    /// A message has come: by this step's `basic.get`, or as the n-th delivery to a consumer.
    pub fn message(&mut self, of: Of, message: &SeenMessage) {
        if let Some(name) = message.properties.get("reply_to").and_then(serde_json::Value::as_str) {
            self.known.push((NameOf::ReplyTo(of), name.into()));
        }
    }

    pub fn queue(&mut self, step: &str, name: &str) {
        self.known.push((NameOf::Queue(step.to_owned()), name.into()));
    }

    #[must_use]
    pub fn get(&self, of: &NameOf) -> Option<&Name> {
        self.known.iter().find(|(known, _)| known == of).map(|(_, name)| name)
    }
}

impl Step {
    /// The step with its name where it belongs. None: the broker has given no such name.
    #[must_use]
    pub fn named(&self, names: &Names) -> Option<Cow<'_, Self>> {
        let Some(name_of) = &self.name_of else { return Some(Cow::Borrowed(self)) };
        let name = names.get(name_of)?.clone();
        let mut step = self.clone();
        step.op.take_name(name);
        Some(Cow::Owned(step))
    }
}
