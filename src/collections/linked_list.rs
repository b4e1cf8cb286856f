//! Parallel iterators over a [`LinkedList`], and what is collected into one.
//!
//! The calling thread gathers the items, or references to them, in a vector first: a pass over the list, and memory.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::LinkedList;
//!
//! let mut list: LinkedList<u32> = (0..4_u32).into_par_iter().collect();
//! list.par_iter_mut().for_each(|n| *n *= 10);
//! assert_eq!(list.into_par_iter().collect::<Vec<_>>(), [0, 10, 20, 30]);
//! ```
use std::collections::LinkedList;

use super::collect_by_extending;
use crate::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator, clone_fields, delegate};
use crate::vec;

/// Yields the items of a list by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::linked_list::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::LinkedList;
///
/// let items: IntoIter<u32> = LinkedList::from([2, 1]).into_par_iter();
/// assert_eq!(items.collect::<Vec<u32>>(), [2, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T> {
    base: vec::IntoIter<T>,
}
delegate! { impl[T: Send] IntoIter<T> => T }

impl<T: Send> IntoParallelIterator for LinkedList<T> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.into_iter().collect());
        IntoIter { base }
    }
}

/// Yields the items of a list by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::collections::linked_list::Iter;
/// use moirai::prelude::*;
/// use std::collections::LinkedList;
///
/// let list = LinkedList::from([2, 1]);
/// let items: Iter<u32> = list.par_iter();
/// assert_eq!(items.max(), Some(&2));
/// ```
#[derive(Debug)]
pub struct Iter<'a, T> {
    base: vec::IntoIter<&'a T>,
}
clone_fields! { impl['a, T] Iter<'a, T> { base } }
delegate! { impl['a, T: Sync] Iter<'a, T> => &'a T }

impl<'a, T: Sync> IntoParallelIterator for &'a LinkedList<T> {
    type Item = &'a T;
    type Iter = Iter<'a, T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter().collect());
        Iter { base }
    }
}

/// Yields the items of a list by mutable reference; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
///
/// ```
/// use moirai::collections::linked_list::IterMut;
/// use moirai::prelude::*;
/// use std::collections::LinkedList;
///
/// let mut list = LinkedList::from([2, 1]);
/// let items: IterMut<u32> = list.par_iter_mut();
/// items.for_each(|n| *n += 5);
/// assert_eq!(list, LinkedList::from([7, 6]));
/// ```
#[derive(Debug)]
pub struct IterMut<'a, T> {
    base: vec::IntoIter<&'a mut T>,
}
delegate! { impl['a, T: Send] IterMut<'a, T> => &'a mut T }

impl<'a, T: Send> IntoParallelIterator for &'a mut LinkedList<T> {
    type Item = &'a mut T;
    type Iter = IterMut<'a, T>;

    fn into_par_iter(self) -> Self::Iter {
        let base = vec::IntoIter::new(self.iter_mut().collect());
        IterMut { base }
    }
}

impl<T: Send> ParallelExtend<T> for LinkedList<T> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        let append = |mut left: LinkedList<T>, mut right| {
            left.append(&mut right);
            left
        };
        let push = |mut list: LinkedList<T>, item| {
            list.push_back(item);
            list
        };
        let pieces = par_iter.into_par_iter().fold(LinkedList::new, push);
        self.append(&mut pieces.reduce(LinkedList::new, append));
    }
}

impl<'a, T: 'a + Copy + Send + Sync> ParallelExtend<&'a T> for LinkedList<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

collect_by_extending! { impl[T: Send] LinkedList<T>: T }
