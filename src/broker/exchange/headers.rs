//! Headers exchanges: the binding's arguments are compared with the message's headers (rules 39 to 43).

use super::Destination;
use crate::broker::error::AmqpError;
use crate::broker::profile::Profile;
use crate::broker::value::{Table, Value};

/// How the arguments of a binding are combined, and whether those whose name starts with `x-` take part (rule 40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub any: bool,
    pub with_x: bool,
}

impl Match {
    /// Reads `x-match` (rule 39).
    ///
    /// # Errors
    /// 406 for a value that is not one of RabbitMQ's four.
    pub fn of(arguments: &Table) -> Result<Self, AmqpError> {
        match arguments.get("x-match") {
            None => Ok(Self { any: false, with_x: false }),
            Some(Value::String(text)) => match &**text {
                "all" => Ok(Self { any: false, with_x: false }),
                "any" => Ok(Self { any: true, with_x: false }),
                "all-with-x" => Ok(Self { any: false, with_x: true }),
                "any-with-x" => Ok(Self { any: true, with_x: true }),
                other => Err(AmqpError::precondition(format_args!(
                    "Invalid x-match field value <<\"{other}\">>; expected all, any, all-with-x, or any-with-x"
                ))),
            },
            Some(other) => Err(AmqpError::precondition(format_args!(
                "Invalid x-match field type {} (value {other}); expected longstr",
                other.type_name()
            ))),
        }
    }
}

/// Whether these arguments match these headers. Invalid ones, refused when binding, match nothing.
#[must_use]
pub fn matches(arguments: &Table, headers: Option<&Table>, profile: Profile) -> bool {
    let Ok(how) = Match::of(arguments) else { return false };
    let mut compared = arguments.iter().filter(|(name, _)| if how.with_x { &***name != "x-match" } else { !name.starts_with("x-") }).map(
        |(name, wanted)| match headers.and_then(|headers| headers.get(name)) {
            None => false,
            Some(_) if *wanted == Value::Void => true, // rule 41: present, whatever its value
            Some(actual) => actual.is_same(wanted, profile.rules().zeros_differ),
        },
    );
    // Nothing to compare: all matches everything, any matches nothing (rule 42).
    if how.any { compared.any(|same| same) } else { compared.all(|same| same) }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Router {
    bindings: Vec<(Table, Destination)>,
}

impl Router {
    pub fn add(&mut self, arguments: &Table, destination: Destination) {
        self.bindings.push((arguments.clone(), destination));
    }

    pub fn remove(&mut self, arguments: &Table, destination: Destination) {
        if let Some(index) = self.bindings.iter().position(|(known, to)| known == arguments && *to == destination) {
            self.bindings.remove(index);
        }
    }

    pub fn route(&self, headers: Option<&Table>, profile: Profile, found: &mut Vec<Destination>) {
        found.extend(self.bindings.iter().filter(|(arguments, _)| matches(arguments, headers, profile)).map(|(_, to)| *to));
    }
}
