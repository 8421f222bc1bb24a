//! A list in blocks that its copies share. A copy costs a pointer a block, a change copies one block. What a world remembers of everything
//! that ever happened is kept so, because a world is copied for every keyframe.

use std::collections::VecDeque;
use std::sync::Arc;

const BLOCK: usize = 128;

#[derive(Clone, Debug)]
pub struct Chunked<T> {
    blocks: VecDeque<Arc<Vec<T>>>,
    /// How many blocks were forgotten at the front.
    forgotten: usize,
    len: usize,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), forgotten: 0, len: 0 }
    }
}

impl<T: Clone> Chunked<T> {
    pub fn push(&mut self, value: T) {
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push_back(Arc::new(Vec::with_capacity(BLOCK)));
        }
        if let Some(block) = self.blocks.back_mut() {
            Arc::make_mut(block).push(value);
            self.len += 1;
        }
    }

    /// With those that were forgotten.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.blocks.get((index / BLOCK).checked_sub(self.forgotten)?)?.get(index % BLOCK)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let block = self.blocks.get_mut((index / BLOCK).checked_sub(self.forgotten)?)?;
        (index % BLOCK < block.len()).then(|| &mut Arc::make_mut(block)[index % BLOCK])
    }

    /// In order, from the first that is not forgotten.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.blocks.back()?.last()
    }

    /// Keeps only the first so many.
    pub fn truncate(&mut self, len: usize) {
        while self.len > len {
            let Some(block) = self.blocks.back_mut() else { return };
            let start = self.len - block.len();
            if start >= len {
                self.blocks.pop_back();
                self.len = start;
            } else {
                Arc::make_mut(block).truncate(len - start);
                self.len = len;
            }
        }
    }

    /// Whether copies of it share all of their whole blocks with this one: then they cost nothing.
    #[must_use]
    pub fn shares_with(&self, other: &Self) -> bool {
        let whole = std::cmp::min(self.len, other.len) / BLOCK;
        self.blocks.iter().zip(&other.blocks).take(whole).all(|(one, other)| Arc::ptr_eq(one, other))
    }

    /// Keeps at least the last so many.
    pub fn forget_but(&mut self, keep: usize) {
        while (self.blocks.len().saturating_sub(1)) * BLOCK > keep {
            self.blocks.pop_front();
            self.forgotten += 1;
        }
    }
}

impl<T: Clone + Default> Chunked<T> {
    /// The value there, the list grown to it.
    pub fn reach(&mut self, index: usize) -> &mut T {
        while self.len <= index {
            self.push(T::default());
        }
        let block = &mut self.blocks[index / BLOCK - self.forgotten];
        &mut Arc::make_mut(block)[index % BLOCK]
    }
}

impl<T: PartialEq + Clone> PartialEq for Chunked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Eq + Clone> Eq for Chunked<T> {}

impl<T: Clone> FromIterator<T> for Chunked<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut list = Self::default();
        values.into_iter().for_each(|value| list.push(value));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_and_do_not_disturb_each_other() {
        let mut list: Chunked<usize> = (0..1_000).collect();
        let copy = list.clone();
        *list.get_mut(500).expect("it is there") = 7;
        list.push(1_000);
        assert_eq!((list.get(500), list.len()), (Some(&7), 1_001));
        assert!(copy.iter().copied().eq(0..1_000));
        assert_eq!(*list.reach(1_200), 0);
        assert_eq!(list.len(), 1_201);
    }

    #[test]
    fn the_end_can_be_cut_off() {
        let whole: Chunked<usize> = (0..1_000).collect();
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 999, 1_000, 2_000] {
            let mut list = whole.clone();
            list.truncate(len);
            assert!(list.iter().copied().eq(0..len.min(1_000)), "{len}");
            assert_eq!(list.last().copied(), list.len().checked_sub(1));
            assert!(list.shares_with(&whole));
            list.push(7);
            assert_eq!((list.last(), list.iter().next_back()), (Some(&7), Some(&7)));
        }
        assert_eq!(whole.len(), 1_000);
    }

    #[test]
    fn the_oldest_are_forgotten_in_blocks() {
        let mut list: Chunked<usize> = (0..1_000).collect();
        list.forget_but(200);
        assert_eq!(list.get(0), None);
        assert!(list.iter().count() >= 200 && list.iter().count() < 200 + 2 * BLOCK);
        assert_eq!((list.get(999), list.len()), (Some(&999), 1_000));
        assert_eq!(list.get_mut(1), None);
    }
}
