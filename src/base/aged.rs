//! An ordered map on a ring, for entries that go in about the order in which they came. Examples are requests, handlers at work, and
//! remembered keys.
//!
//! [`OrderedMap`](super::ordered::OrderedMap) moves everything behind what it removes. With 100,000 requests that are answered one after
//! the other, the cost is the square. A ring moves the shorter side. It is a separate type: a ring is larger code, and most maps never
//! shrink at their front.

use std::borrow::Borrow;
use std::collections::VecDeque;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedMap<K, V> {
    pairs: VecDeque<(K, V)>,
}

impl<K, V> Default for AgedMap<K, V> {
    fn default() -> Self {
        Self { pairs: VecDeque::new() }
    }
}

impl<K: Ord, V> AgedMap<K, V> {
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pairs.iter().map(|(key, value)| (key, value))
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.pairs.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.pairs.iter_mut().map(|(_, value)| value)
    }

    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.pairs.into_iter().map(|(_, value)| value)
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // What is new has the largest key.
        match self.pairs.back() {
            Some((last, _)) if last.borrow() >= key => self.pairs.binary_search_by(|(known, _)| known.borrow().cmp(key)),
            _ => Err(self.pairs.len()),
        }
    }

    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|place| &self.pairs[place].1)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|place| &mut self.pairs[place].1)
    }

    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// What the key has, or takes from now on.
    pub fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        let place = self.place(&key).unwrap_or_else(|place| {
            self.pairs.insert(place, (key, value));
            place
        });
        &mut self.pairs[place].1
    }

    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => self.pairs[place].1 = value,
            Err(place) => self.pairs.insert(place, (key, value)),
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().and_then(|place| self.pairs.remove(place)).map(|(_, value)| value)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As the standard library's map, in each order in which things come and go.
        #[test]
        fn it_is_a_map(steps in proptest::collection::vec((0_u64..40, any::<bool>()), 0..200)) {
            let (mut map, mut model) = (AgedMap::default(), BTreeMap::new());
            for (key, comes) in steps {
                if comes && key % 3 == 0 {
                    map.insert(key, key + 100);
                    model.insert(key, key + 100);
                } else if comes {
                    prop_assert_eq!(*map.get_or_insert(key, key), *model.entry(key).or_insert(key));
                } else {
                    prop_assert_eq!(map.remove(&key), model.remove(&key));
                }
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert!(map.values().eq(model.values()) && map.len() == model.len());
            }
        }
    }
}
