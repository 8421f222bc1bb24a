//! Things by running number, added at the end and mostly removed in about that order. Each is found, added and removed in constant time. A
//! copy shares what neither of the two changes: a keyframe of a hundred thousand flights costs little.

use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(super) struct Slots<T> {
    slots: VecDeque<Option<Arc<T>>>,
    /// The number of the first slot.
    first: u64,
    len: usize,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: VecDeque::new(), first: 1, len: 0 }
    }
}

impl<T: Clone> Slots<T> {
    /// The number it has from now on.
    pub fn push(&mut self, value: T) -> u64 {
        self.slots.push_back(Some(Arc::new(value)));
        self.len += 1;
        self.first + self.slots.len() as u64 - 1
    }

    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }

    pub fn get(&self, number: u64) -> Option<&T> {
        self.slots.get(self.place(number)?)?.as_deref()
    }

    pub fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let place = self.place(number)?;
        self.slots.get_mut(place)?.as_mut().map(Arc::make_mut)
    }

    pub fn remove(&mut self, number: u64) -> Option<T> {
        let place = self.place(number)?;
        let value = self.slots.get_mut(place)?.take()?;
        self.len -= 1;
        while matches!(self.slots.front(), Some(None)) {
            self.slots.pop_front();
            self.first += 1;
        }
        Some(Arc::unwrap_or_clone(value))
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let numbers = self.first..;
        numbers.zip(&self.slots).filter_map(|(number, slot)| Some((number, slot.as_deref()?)))
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(Option::as_deref)
    }

    /// Those to be changed: what a copy shares is copied for them alone.
    pub fn iter_mut(&mut self, which: impl Fn(&T) -> bool) -> impl Iterator<Item = (u64, &mut T)> {
        let numbered = (self.first..).zip(self.slots.iter_mut());
        let chosen = numbered.filter_map(|(number, slot)| Some((number, slot.as_mut()?)));
        chosen.filter(move |(_, value)| which(value)).map(|(number, value)| (number, Arc::make_mut(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_gone_and_the_others_keep_their_numbers() {
        let mut slots = Slots::default();
        let numbers: Vec<u64> = (0..5).map(|value| slots.push(value)).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert_eq!((slots.remove(2), slots.remove(2), slots.remove(1)), (Some(1), None, Some(0)));
        assert_eq!((slots.get(1), slots.get(3), slots.get(9), slots.len()), (None, Some(&2), None, 3));
        assert_eq!(slots.push(5), 6);
        assert!(
            slots.values().eq(&[2, 3, 4, 5]) && slots.iter().map(|(number, value)| (number, *value)).eq([(3, 2), (4, 3), (5, 4), (6, 5)])
        );
        let mut copy = slots.clone();
        *copy.get_mut(3).expect("it is there") = 20;
        assert_eq!((copy.remove(4), slots.get(3), slots.get(4)), (Some(3), Some(&2), Some(&3)), "a copy is a world of its own");
        assert!(slots.iter_mut(|value| *value > 2).map(|(number, value)| (number, *value)).eq([(4, 3), (5, 4), (6, 5)]));
    }
}
