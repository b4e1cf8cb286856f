//! Parallel iterators over a [`BTreeMap`], and what is collected into one.
//!
//! The calling thread gathers the entries, or references to them, in a vector first: a pass over the map, and memory. When
//! collecting, it puts the entries in once they have been made in parallel; of two with the same key the later one stays.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::BTreeMap;
//!
//! let words = ["spin", "measure", "cut"];
//! let mut lengths: BTreeMap<&str, usize> = words.into_par_iter().map(|w| (w, w.len())).collect();
//! lengths.par_iter_mut().for_each(|(_, length)| *length *= 2);
//! assert_eq!(lengths["cut"], 6);
//! assert_eq!(lengths.into_par_iter().map(|(_, length)| length).max(), Some(14));
//! ```
use std::collections::BTreeMap;
use std::mem::swap;

use super::{collect_by_extending, extend_reserved, sorted};
use crate::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator, clone_fields, delegate};
use crate::vec;

/// Yields the entries of a map by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::btree_map::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::BTreeMap;
///
/// let entries: IntoIter<u8, char> = BTreeMap::from([(1, 'a')]).into_par_iter();
/// assert_eq!(entries.max(), Some((1, 'a')));
/// ```
#[derive(Debug)]
pub struct IntoIter<K, V> {
    base: vec::IntoIter<(K, V)>,
}
delegate! { impl[K: Send, V: Send] IntoIter<K, V> => (K, V) }

impl<K: Send, V: Send> IntoParallelIterator for BTreeMap<K, V> {
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
/// use moirai::collections::btree_map::Iter;
/// use moirai::prelude::*;
/// use std::collections::BTreeMap;
///
/// let map = BTreeMap::from([(1, 'a')]);
/// let entries: Iter<u8, char> = map.par_iter();
/// assert_eq!(entries.max(), Some((&1, &'a')));
/// ```
#[derive(Debug)]
pub struct Iter<'a, K, V> {
    base: vec::IntoIter<(&'a K, &'a V)>,
}
clone_fields! { impl['a, K, V] Iter<'a, K, V> { base } }
delegate! { impl['a, K: Sync, V: Sync] Iter<'a, K, V> => (&'a K, &'a V) }

impl<'a, K: Sync, V: Sync> IntoParallelIterator for &'a BTreeMap<K, V> {
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
/// use moirai::collections::btree_map::IterMut;
/// use moirai::prelude::*;
/// use std::collections::BTreeMap;
///
/// let mut map = BTreeMap::from([(1, 'a')]);
/// let entries: IterMut<u8, char> = map.par_iter_mut();
/// entries.for_each(|(_, letter)| *letter = 'b');
/// assert_eq!(map[&1], 'b');
/// ```
#[derive(Debug)]
pub struct IterMut<'a, K, V> {
    base: vec::IntoIter<(&'a K, &'a mut V)>,
}
delegate! { impl['a, K: Sync, V: Send] IterMut<'a, K, V> => (&'a K, &'a mut V) }

impl<'a, K: Sync, V: Send> IntoParallelIterator for &'a mut BTreeMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type Iter = IterMut<'a, K, V>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter_mut().collect());
        IterMut { base }
    }
}

/// In the order of the items: of two with the same key the later one stays.
impl<K: Ord + Send, V: Send> ParallelExtend<(K, V)> for BTreeMap<K, V> {
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, par_iter: I) {
        if !self.is_empty() {
            return extend_reserved(self, par_iter, |_, _| ());
        }
        // Of equal keys the first one stays, and the last value: as if they were inserted one by one.
        let entries = sorted(
            par_iter,
            |a: &(K, V), b| a.0.cmp(&b.0),
            |later, kept| swap(&mut later.1, &mut kept.1),
        );
        *self = BTreeMap::from_iter(entries);
    }
}

impl<'a, K: 'a + Copy + Ord + Send + Sync, V: 'a + Copy + Send + Sync>
    ParallelExtend<(&'a K, &'a V)> for BTreeMap<K, V>
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().map(|(&key, &value)| (key, value)));
    }
}

collect_by_extending! { impl[K: Ord + Send, V: Send] BTreeMap<K, V>: (K, V) }
