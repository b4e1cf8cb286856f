//! Parallel iterators over a [`HashMap`], and what is collected into one.
//!
//! The calling thread gathers the entries, or references to them, in a vector first: a pass over the map, and memory. When
//! collecting, it puts the entries in once they have been made in parallel; of two with the same key the later one stays. Many
//! entries are put in order first, by the places that they will have: so keys may be hashed twice.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::HashMap;
//!
//! let mut ages: HashMap<&str, u32> = [("clotho", 1), ("atropos", 2)].into_par_iter().collect();
//! ages.par_iter_mut().for_each(|(_, age)| *age += 1);
//! assert_eq!(ages["atropos"], 3);
//! assert_eq!(ages.par_drain().map(|(_, age)| age).sum::<u32>(), 5);
//! assert!(ages.is_empty());
//! ```
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::collect_by_extending;
use super::table_order::{Table, extend_table};
use crate::iter::{
    IntoParallelIterator, ParallelDrainFull, ParallelExtend, ParallelIterator, clone_fields,
    delegate,
};
use crate::vec;

/// Yields the entries of a map by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::hash_map::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::HashMap;
///
/// let entries: IntoIter<u8, char> = HashMap::from([(1, 'a')]).into_par_iter();
/// assert_eq!(entries.max(), Some((1, 'a')));
/// ```
#[derive(Debug)]
pub struct IntoIter<K, V> {
    base: vec::IntoIter<(K, V)>,
}
delegate! { impl[K: Send, V: Send] IntoIter<K, V> => (K, V) }

impl<K: Send, V: Send, S> IntoParallelIterator for HashMap<K, V, S> {
    type Item = (K, V);
    type Iter = IntoIter<K, V>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.into_iter().collect());
        IntoIter { base }
    }
}

/// Yields the entries of a map by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::collections::hash_map::Iter;
/// use moirai::prelude::*;
/// use std::collections::HashMap;
///
/// let map = HashMap::from([(1, 'a')]);
/// let entries: Iter<u8, char> = map.par_iter();
/// assert_eq!(entries.max(), Some((&1, &'a')));
/// ```
#[derive(Debug)]
pub struct Iter<'a, K, V> {
    base: vec::IntoIter<(&'a K, &'a V)>,
}
clone_fields! { impl['a, K, V] Iter<'a, K, V> { base } }
delegate! { impl['a, K: Sync, V: Sync] Iter<'a, K, V> => (&'a K, &'a V) }

impl<'a, K: Sync, V: Sync, S> IntoParallelIterator for &'a HashMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type Iter = Iter<'a, K, V>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter().collect());
        Iter { base }
    }
}

/// Yields the entries of a map by reference, their values by mutable reference; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
///
/// ```
/// use moirai::collections::hash_map::IterMut;
/// use moirai::prelude::*;
/// use std::collections::HashMap;
///
/// let mut map = HashMap::from([(1, 'a')]);
/// let entries: IterMut<u8, char> = map.par_iter_mut();
/// entries.for_each(|(_, letter)| *letter = 'b');
/// assert_eq!(map[&1], 'b');
/// ```
#[derive(Debug)]
pub struct IterMut<'a, K, V> {
    base: vec::IntoIter<(&'a K, &'a mut V)>,
}
delegate! { impl['a, K: Sync, V: Send] IterMut<'a, K, V> => (&'a K, &'a mut V) }

impl<'a, K: Sync, V: Send, S> IntoParallelIterator for &'a mut HashMap<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type Iter = IterMut<'a, K, V>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter_mut().collect());
        IterMut { base }
    }
}

/// Yields the entries that a map had; the map is empty from the start on, and keeps its memory; see
/// [`par_drain`](crate::iter::ParallelDrainFull::par_drain).
///
/// ```
/// use moirai::collections::hash_map::Drain;
/// use moirai::prelude::*;
/// use std::collections::HashMap;
///
/// let mut map = HashMap::from([(1, 'a')]);
/// let entries: Drain<u8, char> = map.par_drain();
/// assert_eq!(entries.opt_len(), Some(1));
/// assert!(map.is_empty());
/// ```
#[derive(Debug)]
pub struct Drain<'a, K, V> {
    base: vec::IntoIter<(K, V)>,
    drained: PhantomData<&'a mut HashMap<K, V>>,
}
delegate! { impl[K: Send, V: Send] Drain<'_, K, V> => (K, V) }

impl<'a, K: Send, V: Send, S> ParallelDrainFull for &'a mut HashMap<K, V, S> {
    type Item = (K, V);
    type Iter = Drain<'a, K, V>;

    fn par_drain(self) -> Self::Iter {
        Drain { base: vec::IntoIter::new(self.drain().collect()), drained: PhantomData }
    }
}

/// In the order of the items: of two with the same key the later one stays.
impl<K: Eq + Hash + Send, V: Send, S: BuildHasher + Send> ParallelExtend<(K, V)>
    for HashMap<K, V, S>
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, par_iter: I) {
        extend_table(self, par_iter);
    }
}

impl<K: Eq + Hash + Send, V: Send, S: BuildHasher + Send> Table for HashMap<K, V, S> {
    type Key = K;
    type Entry = (K, V);

    fn make_room(&mut self, entries: usize) {
        self.reserve(entries);
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn hash_of(&self, entry: &(K, V)) -> u64 {
        self.hasher().hash_one(&entry.0)
    }
}

impl<'a, K: 'a + Copy + Eq + Hash + Send + Sync, V: 'a + Copy + Send + Sync, S: BuildHasher + Send>
    ParallelExtend<(&'a K, &'a V)> for HashMap<K, V, S>
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().map(|(&key, &value)| (key, value)));
    }
}

collect_by_extending! { impl[K: Eq + Hash + Send, V: Send, S: BuildHasher + Default + Send] HashMap<K, V, S>: (K, V) }
