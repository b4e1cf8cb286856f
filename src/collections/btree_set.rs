//! Parallel iterators over a [`BTreeSet`], and what is collected into one.
use std::collections::BTreeSet;

use super::{collect_by_extending, extend_reserved};
use crate::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator, clone_fields, delegate};
use crate::vec;

/// Yields the items of a set by value.
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

/// Yields the items of a set by reference.
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
        extend_reserved(self, par_iter, |_, _| ());
    }
}

impl<'a, T: 'a + Copy + Ord + Send + Sync> ParallelExtend<&'a T> for BTreeSet<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

collect_by_extending! { impl[T: Ord + Send] BTreeSet<T>: T }
