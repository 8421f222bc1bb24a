//! Counts by name, in blocks that copies share: a name comes in without moving the others, in any order.

use std::sync::Arc;

use crate::broker::Name;

const BLOCK: usize = 128;

#[derive(Clone, Debug, Default)]
pub(super) struct NameCounts {
    /// In order, and none is empty.
    blocks: Vec<Arc<Vec<(Name, u8)>>>,
    len: usize,
}

impl NameCounts {
    pub const fn len(&self) -> usize {
        self.len
    }

    fn iter(&self) -> impl Iterator<Item = &(Name, u8)> {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    /// The block that has this name, or should have it.
    fn block(&self, name: &str) -> usize {
        self.blocks.partition_point(|block| block.first().is_some_and(|(first, _)| **first <= *name)).saturating_sub(1)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.blocks.get(self.block(name)).is_some_and(|block| place(block, name).is_ok())
    }

    /// The count of a name, 0 at first.
    pub fn count(&mut self, name: &str) -> &mut u8 {
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
            block.insert(place, (name.into(), 0));
            self.len += 1;
            place
        });
        &mut block[place].1
    }
}

fn place(block: &[(Name, u8)], name: &str) -> Result<usize, usize> {
    block.binary_search_by(|(known, _)| (**known).cmp(name))
}

/// Equal counts are equal however they came into their blocks.
impl PartialEq for NameCounts {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for NameCounts {}
