//! What an operator has taken away of what is drawn.

use crate::broker::Name;
use crate::scenario::BindingSpec;

/// A restart of the broker does not bring it back.
#[derive(Clone, Debug, Default)]
pub(super) struct Undone {
    pub deleted: Vec<Name>,
    pub unbound: Vec<BindingSpec>,
}

impl Undone {
    pub(super) fn has_queue(&self, name: &Name) -> bool {
        self.deleted.contains(name)
    }

    pub(super) fn has_binding(&self, binding: &BindingSpec) -> bool {
        self.unbound.contains(binding) || self.deleted.contains(binding.destination.name())
    }
}
