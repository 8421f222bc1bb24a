//! An ordered map in one list of pairs: found by halving, always walked in the order of its keys.
//!
//! Most maps here are small, or grow only at their end, as those by id do. Two dozen of the standard library's trees would be a fifth of
//! the page. What shrinks at its front has a ring instead (the broker's `channel`).

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::Index;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedMap<K, V> {
    pairs: Vec<(K, V)>,
}

impl<K, V> Default for OrderedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> OrderedMap<K, V> {
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.pairs.iter().map(|(key, value)| (key, value))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.pairs.iter_mut().map(|(key, value)| (&*key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.pairs.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.pairs.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.pairs.iter_mut().map(|(_, value)| value)
    }

    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.pairs.into_iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> OrderedMap<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // What was added last is asked for most, and new ids are always the largest.
        match self.pairs.last() {
            None => Err(0),
            Some((last, _)) if last.borrow() < key => Err(self.pairs.len()),
            Some(_) => self.pairs.binary_search_by(|(known, _)| known.borrow().cmp(key)),
        }
    }

    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&self.pairs[place].1)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(&mut self.pairs[place].1)
    }

    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// The value that was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.pairs[place].1, value)),
            Err(place) => {
                self.pairs.insert(place, (key, value));
                None
            }
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.pairs.remove(place).1)
    }

    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let place = match self.place(&key) {
            Ok(place) => place,
            Err(place) => {
                self.pairs.insert(place, (key, value()));
                place
            }
        };
        &mut self.pairs[place].1
    }

    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    /// Everything from this key on.
    pub fn from(&self, key: &K) -> impl Iterator<Item = (&K, &V)> {
        let (Ok(place) | Err(place)) = self.place(key);
        self.pairs[place..].iter().map(|(key, value)| (key, value))
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for OrderedMap<K, V> {
    type Output = V;

    /// # Panics
    /// When the key is not there, as every map does.
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is in the map")
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrderedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

impl<K: std::hash::Hash, V: std::hash::Hash> std::hash::Hash for OrderedMap<K, V> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_usize(self.pairs.len());
        self.pairs.iter().for_each(|pair| pair.hash(state));
    }
}

/// The values in their order, each once. Lists here are short; each instance of the standard library's sort is 5 KB of the page.
pub fn in_order<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut sorted = Vec::new();
    values.into_iter().for_each(|value| insert_once(&mut sorted, value));
    sorted
}

/// Sorts a list by a key that is asked for once each. Equal ones stay in the order in which they stood.
pub fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    if list.len() < 2 {
        return;
    }
    let keys: Vec<K> = list.iter().map(key).collect();
    rearrange(list, &order(keys.len(), &|one, other| keys[one].cmp(&keys[other])));
}

/// Sorts a list by a comparison; equal ones stay in the order in which they stood.
pub fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let places = order(list.len(), &|one, other| compare(&list[one], &list[other]));
    rearrange(list, &places);
}

/// The places of a list in their order. One instance of the standard library's sort serves the lists of every type.
fn order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_by(|one, other| compare(*one, *other));
    places
}

fn rearrange<T>(list: &mut Vec<T>, places: &[usize]) {
    let mut taken: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(places.iter().filter_map(|place| taken[*place].take()));
}

/// Adds a value to a sorted list, unless it is there.
pub fn insert_once<T: Ord>(sorted: &mut Vec<T>, value: T) {
    if sorted.last().is_none_or(|last| *last < value) {
        sorted.push(value);
    } else if let Err(place) = sorted.binary_search(&value) {
        sorted.insert(place, value);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_is_a_map(steps in proptest::collection::vec((any::<bool>(), 0_u8..40, any::<u16>()), 0..200)) {
            let (mut map, mut model) = (OrderedMap::new(), BTreeMap::new());
            for (insert, key, value) in steps {
                if insert {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                } else {
                    prop_assert_eq!(map.remove(&key), model.remove(&key));
                }
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert!(map.iter().eq(model.iter()));
                prop_assert!(map.from(&key).eq(model.range(key..)));
            }
        }
    }
}
