//! Parallel iterators over a [`BTreeSet`], and what is collected into one.
//!
//! The calling thread gathers the items, or references to them, in a vector first: a pass over the set, and memory. When
//! collecting, it puts the items in once they have been made in parallel.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::BTreeSet;
//!
//! let remainders: BTreeSet<u32> = (0..100_u32).into_par_iter().map(|n| n * n % 10).collect();
//! assert_eq!(remainders.par_iter().copied().collect::<Vec<u32>>(), [0, 1, 4, 5, 6, 9]);
//! ```
use std::collections::BTreeSet;

use super::{collect_by_extending, extend_reserved, sorted};
use crate::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator, clone_fields, delegate};
use crate::vec;

/// Yields the items of a set by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::btree_set::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::BTreeSet;
///
/// let items: IntoIter<u32> = BTreeSet::from([2, 1]).into_par_iter();
/// assert_eq!(items.sum::<u32>(), 3);
/// ```
#[derive(Debug)]
pub struct IntoIter<T> {
    base: vec::IntoIter<T>,
}
delegate! { impl[T: Send] IntoIter<T> => T }

impl<T: Send> IntoParallelIterator for BTreeSet<T> {
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
/// use moirai::collections::btree_set::Iter;
/// use moirai::prelude::*;
/// use std::collections::BTreeSet;
///
/// let set = BTreeSet::from([2, 1]);
/// let items: Iter<u32> = set.par_iter();
/// assert_eq!(items.find_first(|_| true), Some(&1));
/// ```
#[derive(Debug)]
pub struct Iter<'a, T> {
    base: vec::IntoIter<&'a T>,
}
clone_fields! { impl['a, T] Iter<'a, T> { base } }
delegate! { impl['a, T: Sync] Iter<'a, T> => &'a T }

impl<'a, T: Sync> IntoParallelIterator for &'a BTreeSet<T> {
    type Item = &'a T;
    type Iter = Iter<'a, T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter().collect());
        Iter { base }
    }
}

impl<T: Ord + Send> ParallelExtend<T> for BTreeSet<T> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        if !self.is_empty() {
            return extend_reserved(self, par_iter, |_, _| ());
        }
        *self = BTreeSet::from_iter(sorted(par_iter, T::cmp, |_, _| ()));
    }
}

impl<'a, T: 'a + Copy + Ord + Send + Sync> ParallelExtend<&'a T> for BTreeSet<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

collect_by_extending! { impl[T: Ord + Send] BTreeSet<T>: T }
