//! A message that is not sent: what is asked is where it would go.

use crate::broker::{Name, Properties};

/// A message, as an exchange gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub exchange: Name,
    pub routing_key: Name,
    pub(super) properties: Properties,
}
