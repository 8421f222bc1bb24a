//! Values by name, in blocks that copies share: a name comes in without moving the others, in any order.

use std::sync::Arc;

use crate::broker::Name;

const BLOCK: usize = 128;

#[derive(Clone, Debug, Default)]
pub(super) struct ByName<T> {
    /// In order, and none is empty.
    blocks: Vec<Arc<Vec<(Name, T)>>>,
    len: usize,
}

impl<T: Clone + Default> ByName<T> {
    pub const fn len(&self) -> usize {
        self.len
    }

    fn iter(&self) -> impl Iterator<Item = &(Name, T)> {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    /// The block that has this name, or should have it.
    fn block(&self, name: &str) -> usize {
        self.blocks.partition_point(|block| block.first().is_some_and(|(first, _)| **first <= *name)).saturating_sub(1)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.blocks.get(self.block(name)).is_some_and(|block| place(block, name).is_ok())
    }

    /// The value of a name, the default at first.
    pub fn of(&mut self, name: &str) -> &mut T {
        let mut index = self.block(name);
        match self.blocks.get_mut(index) {
            None => self.blocks.push(Arc::default()),
            Some(block) if block.len() == BLOCK => {
                let block = Arc::make_mut(block);
                // Names that come in their order fill every block.
                let last_is_less = block.last().is_some_and(|(last, _)| **last < *name);
                let rest = block.split_off(if last_is_less { BLOCK - 1 } else { BLOCK / 2 });
                self.blocks.insert(index + 1, Arc::new(rest));
                index = self.block(name);
            }
            Some(_) => {}
        }
        let block = Arc::make_mut(&mut self.blocks[index]);
        let place = place(block, name).unwrap_or_else(|place| {
            block.insert(place, (name.into(), T::default()));
            self.len += 1;
            place
        });
        &mut block[place].1
    }
}

fn place<T>(block: &[(Name, T)], name: &str) -> Result<usize, usize> {
    block.binary_search_by(|(known, _)| (**known).cmp(name))
}

/// Equal values are equal however they came into their blocks.
impl<T: Clone + Default + PartialEq> PartialEq for ByName<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Clone + Default + Eq> Eq for ByName<T> {}
