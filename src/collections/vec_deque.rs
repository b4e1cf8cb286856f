//! Parallel iterators over a [`VecDeque`], and what is collected into one.
//!
//! They are indexed, and nothing is copied to iterate by reference; by value, or to drain, the items may be moved first, to
//! stand side by side.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::VecDeque;
//!
//! let mut deque: VecDeque<u32> = (0..6_u32).into_par_iter().collect();
//! assert_eq!(deque.par_drain(1..3).sum::<u32>(), 3);
//! assert_eq!(deque, [0, 3, 4, 5]);
//! ```
use std::collections::VecDeque;
use std::mem;
use std::ops::{Range, RangeBounds};

use super::extend_reserved;
use crate::bounds::checked_range;
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer, bridge};
use crate::iter::{
    Chain, FromParallelIterator, IndexedParallelIterator, IntoParallelIterator, ParallelDrainRange,
    ParallelExtend, ParallelIterator, clone_fields, delegate,
};
use crate::{slice, vec};

/// Yields the items of a deque by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::vec_deque::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::VecDeque;
///
/// let items: IntoIter<u32> = VecDeque::from([2, 1]).into_par_iter();
/// assert_eq!(items.rev().collect::<Vec<u32>>(), [1, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T: Send> {
    base: vec::IntoIter<T>,
}
delegate! { indexed impl[T: Send] IntoIter<T> => T }

impl<T: Send> IntoParallelIterator for VecDeque<T> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        let base = vec::IntoIter::new(self.into());
        IntoIter { base }
    }
}

/// Yields the items of a deque by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::collections::vec_deque::Iter;
/// use moirai::prelude::*;
/// use std::collections::VecDeque;
///
/// let deque = VecDeque::from([2, 1]);
/// let items: Iter<u32> = deque.par_iter();
/// assert_eq!(items.position_any(|&n| n == 1), Some(1));
/// ```
#[derive(Debug)]
pub struct Iter<'a, T> {
    base: Chain<slice::Iter<'a, T>, slice::Iter<'a, T>>,
}
clone_fields! { impl['a, T] Iter<'a, T> { base } }
delegate! { indexed impl['a, T: Sync] Iter<'a, T> => &'a T }

impl<'a, T: Sync> IntoParallelIterator for &'a VecDeque<T> {
    type Item = &'a T;
    type Iter = Iter<'a, T>;

    fn into_par_iter(self) -> Iter<'a, T> {
        let (front, back) = self.as_slices();
        let base = front.into_par_iter().chain(back);
        Iter { base }
    }
}

/// Yields the items of a deque by mutable reference; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
///
/// ```
/// use moirai::collections::vec_deque::IterMut;
/// use moirai::prelude::*;
/// use std::collections::VecDeque;
///
/// let mut deque = VecDeque::from([2, 1]);
/// let items: IterMut<u32> = deque.par_iter_mut();
/// items.for_each(|n| *n += 5);
/// assert_eq!(deque, [7, 6]);
/// ```
#[derive(Debug)]
pub struct IterMut<'a, T> {
    base: Chain<slice::IterMut<'a, T>, slice::IterMut<'a, T>>,
}
delegate! { indexed impl['a, T: Send] IterMut<'a, T> => &'a mut T }

impl<'a, T: Send> IntoParallelIterator for &'a mut VecDeque<T> {
    type Item = &'a mut T;
    type Iter = IterMut<'a, T>;

    fn into_par_iter(self) -> IterMut<'a, T> {
        let (front, back) = self.as_mut_slices();
        let base = front.into_par_iter().chain(back);
        IterMut { base }
    }
}

impl<'a, T: Send> ParallelDrainRange<usize> for &'a mut VecDeque<T> {
    type Iter = Drain<'a, T>;
    type Item = T;

    fn par_drain<R: RangeBounds<usize>>(self, range: R) -> Drain<'a, T> {
        Drain { range: checked_range(range, self.len()), deque: self }
    }
}

/// Yields the items in a range of a deque and removes them from there; see
/// [`par_drain`](crate::iter::ParallelDrainRange::par_drain).
///
/// ```
/// use moirai::collections::vec_deque::Drain;
/// use moirai::prelude::*;
/// use std::collections::VecDeque;
///
/// let mut deque = VecDeque::from([2, 1, 0]);
/// let items: Drain<u32> = deque.par_drain(..2);
/// assert_eq!(items.sum::<u32>(), 3);
/// assert_eq!(deque, [0]);
/// ```
// Invariant: the items in `range` are those to be removed; it is empty once they are.
#[derive(Debug)]
pub struct Drain<'a, T> {
    deque: &'a mut VecDeque<T>,
    range: Range<usize>,
}

impl<T: Send> ParallelIterator for Drain<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Send> IndexedParallelIterator for Drain<'_, T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.range.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(mut self, callback: CB) -> CB::Output {
        let range = mem::replace(&mut self.range, 0..0);
        let mut vec = AsVec::new(self.deque);
        vec.items.par_drain(range).with_producer(callback)
    }
}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        self.deque.drain(self.range.clone());
    }
}

/// The items of a deque, in a vector of the same memory; dropped, they go back to the deque.
struct AsVec<'a, T> {
    deque: &'a mut VecDeque<T>,
    items: Vec<T>,
}

impl<'a, T> AsVec<'a, T> {
    fn new(deque: &'a mut VecDeque<T>) -> Self {
        let items = mem::take(deque).into();
        AsVec { deque, items }
    }
}

impl<T> Drop for AsVec<'_, T> {
    fn drop(&mut self) {
        *self.deque = mem::take(&mut self.items).into();
    }
}

impl<T: Send> ParallelExtend<T> for VecDeque<T> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        extend_reserved(self, par_iter, VecDeque::reserve);
    }
}

impl<'a, T: 'a + Copy + Send + Sync> ParallelExtend<&'a T> for VecDeque<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

/// As into a vector, whose memory the deque takes over.
impl<T: Send> FromParallelIterator<T> for VecDeque<T> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Vec::from_par_iter(par_iter).into()
    }
}
