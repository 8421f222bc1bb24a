//! Where a field stands.

use crate::formats::place::Key;
use crate::scenario::edit::{Slot, StepAt};

/// Where something stands: in which element, and where in its file form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub slot: Slot,
    pub(super) path: Vec<Key<'static>>,
}

impl Spot {
    /// The element as a whole.
    #[must_use]
    pub const fn of(slot: Slot) -> Self {
        Self { slot, path: Vec::new() }
    }

    /// A field of what stands here; a key may lead into objects, with dots. Nothing is the same place.
    #[must_use]
    pub fn field(&self, key: &'static str) -> Self {
        let mut spot = self.clone();
        spot.path.extend(key.split('.').filter(|key| !key.is_empty()).map(Key::Field));
        spot
    }

    /// The entry of the same list with this index.
    #[must_use]
    pub fn beside(&self, index: usize) -> Self {
        match self.path.split_last() {
            Some((Key::Index(_), list)) => Self { slot: self.slot, path: list.to_vec() }.item(index),
            Some((Key::Field(_), _)) => self.clone(),
            None => Self::of(self.slot.beside(index)),
        }
    }

    /// Of a step: the numbers of its service, its handler, and its own.
    #[must_use]
    pub fn step(&self) -> Option<(usize, usize, usize)> {
        match (self.slot, &*self.path) {
            (Slot::Service(service), [Key::Field("handlers"), Key::Index(handler), Key::Field("steps"), Key::Index(step)]) => {
                Some((service, *handler, *step))
            }
            _ => None,
        }
    }

    /// Whether it is this place, or one within it.
    pub(super) fn begins_with(&self, place: &Self) -> bool {
        self.slot == place.slot && self.path.starts_with(&place.path)
    }

    /// The place of a step, within its service.
    #[must_use]
    pub fn at_step(&self, at: StepAt) -> Self {
        self.field("handlers").item(at.handler).field("steps").item(at.step)
    }

    /// Whether it is this list of its element, or stands in it.
    #[must_use]
    pub fn is_in(&self, list: &str) -> bool {
        matches!(self.path.first(), Some(Key::Field(first)) if *first == list)
    }

    /// An entry of the list that stands here.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        let mut spot = self.clone();
        spot.path.push(Key::Index(index));
        spot
    }
}

/// As a problem's path: `services[0].handlers[1].on.prefetch`.
impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.slot)?;
        for (place, key) in self.path.iter().enumerate() {
            match key {
                Key::Index(index) => write!(f, "[{index}]")?,
                Key::Field(key) if place == 0 && self.slot == Slot::Settings => f.write_str(key)?,
                Key::Field(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}
