//! Parallel iterators over a [`HashSet`], and what is collected into one.
//!
//! The calling thread gathers the items, or references to them, in a vector first: a pass over the set, and memory. When
//! collecting, it puts the items in once they have been made in parallel.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::HashSet;
//!
//! let lengths: HashSet<usize> = ["warp", "weft", "loom"].par_iter().map(|w| w.len()).collect();
//! assert_eq!(lengths.into_par_iter().collect::<Vec<_>>(), [4]);
//! ```
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::collect_by_extending;
use super::table_order::{Table, extend_table};
use crate::iter::{
    IntoParallelIterator, ParallelDrainFull, ParallelExtend, ParallelIterator, clone_fields,
    delegate,
};
use crate::vec;

/// Yields the items of a set by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::hash_set::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::HashSet;
///
/// let items: IntoIter<u32> = HashSet::from([2, 1]).into_par_iter();
/// assert_eq!(items.sum::<u32>(), 3);
/// ```
#[derive(Debug)]
pub struct IntoIter<T> {
    base: vec::IntoIter<T>,
}
delegate! { impl[T: Send] IntoIter<T> => T }

impl<T: Send, S> IntoParallelIterator for HashSet<T, S> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.into_iter().collect());
        IntoIter { base }
    }
}

/// Yields the items of a set by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::collections::hash_set::Iter;
/// use moirai::prelude::*;
/// use std::collections::HashSet;
///
/// let set = HashSet::from([2, 1]);
/// let items: Iter<u32> = set.par_iter();
/// assert_eq!(items.max(), Some(&2));
/// ```
#[derive(Debug)]
pub struct Iter<'a, T> {
    base: vec::IntoIter<&'a T>,
}
clone_fields! { impl['a, T] Iter<'a, T> { base } }
delegate! { impl['a, T: Sync] Iter<'a, T> => &'a T }

impl<'a, T: Sync, S> IntoParallelIterator for &'a HashSet<T, S> {
    type Item = &'a T;
    type Iter = Iter<'a, T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter().collect());
        Iter { base }
    }
}

/// Yields the items that a set had; the set is empty from the start on, and keeps its memory; see
/// [`par_drain`](crate::iter::ParallelDrainFull::par_drain).
///
/// ```
/// use moirai::collections::hash_set::Drain;
/// use moirai::prelude::*;
/// use std::collections::HashSet;
///
/// let mut set = HashSet::from([2, 1]);
/// let items: Drain<u32> = set.par_drain();
/// drop(items);
/// assert!(set.is_empty());
/// ```
#[derive(Debug)]
pub struct Drain<'a, T> {
    base: vec::IntoIter<T>,
    drained: PhantomData<&'a mut HashSet<T>>,
}
delegate! { impl[T: Send] Drain<'_, T> => T }

impl<'a, T: Send, S> ParallelDrainFull for &'a mut HashSet<T, S> {
    type Item = T;
    type Iter = Drain<'a, T>;

    fn par_drain(self) -> Self::Iter {
        Drain { base: vec::IntoIter::new(self.drain().collect()), drained: PhantomData }
    }
}

impl<T: Eq + Hash + Send, S: BuildHasher + Send> ParallelExtend<T> for HashSet<T, S> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        extend_table(self, par_iter);
    }
}

impl<T: Eq + Hash + Send, S: BuildHasher + Send> Table for HashSet<T, S> {
    type Key = T;
    type Entry = T;

    fn make_room(&mut self, entries: usize) {
        self.reserve(entries);
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn hash_of(&self, entry: &T) -> u64 {
        self.hasher().hash_one(entry)
    }
}

impl<'a, T: 'a + Copy + Eq + Hash + Send + Sync, S: BuildHasher + Send> ParallelExtend<&'a T>
    for HashSet<T, S>
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

collect_by_extending! { impl[T: Eq + Hash + Send, S: BuildHasher + Default + Send] HashSet<T, S>: T }
